package national

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/motcua/motcua/internal/procedure"
)

const (
	channelHead = "Hình thức nộpThời gianPhí, lệ phíMô tả"
	basesHead   = "Tên văn bản pháp lýMã văn bản"
	papersHead  = "Tên giấy tờMẫu đơn, tờ khaiSố lượng"
)

// channelRow finds where a row of the flattened table begins: a way of submission, its time
// cell, and the start of its fee cell, all run together. Descriptions name the ways too
// ("Trực tuyến tại Cổng…"), but not followed by a time and a fee.
var channelRow = regexp.MustCompile(
	`(Trực tiếp|Trực tuyến|Dịch vụ bưu chính(?: công ích)?)` +
		`(Không có thông tin|\d[\d.,]*? (?:Ngày làm việc|Giờ làm việc|Ngày|Giờ|Tháng|Tuần|Năm|Phút)|Không[^0-9.;:\n]{0,60}?|[\d.,]*)` +
		`(Miễn phí|Không có thông tin|[\d.,]+ (?:Việt Nam Đồng|VNĐ|USD|EUR))`)

// feeItem is one amount of a fee cell.
var feeItem = regexp.MustCompile(`^(Miễn phí|Không có thông tin|[\d.,]+ (?:Việt Nam Đồng|VNĐ|USD|EUR))`)

var channelKinds = map[string]string{
	"Trực tiếp": procedure.Direct, "Trực tuyến": procedure.Online,
	"Dịch vụ bưu chính": procedure.Post, "Dịch vụ bưu chính công ích": procedure.Post,
}

// row is one line of the table of channels, taken apart.
type row struct {
	kind string
	time string // verbatim
	fees []fee
	note string
	all  string // the whole row, verbatim
}

type fee struct{ kind, amount, detail string }

// rejoin puts a table of channels together again that was cut at the words "Căn cứ pháp lý" inside
// it: the crawler took what follows for the legal bases.
func rejoin(channels, bases string) (string, string) {
	if bases == "" || strings.Contains(bases, basesHead) || !channelRow.MatchString(bases) {
		return channels, bases
	}
	return channels + "Căn cứ pháp lý" + bases, ""
}

func readChannels(v *procedure.Version, text string) {
	text, ok := strings.CutPrefix(text, channelHead)
	text = strings.TrimSpace(text)
	if text == "" {
		return
	}
	rows := splitRows(text)
	if !ok || len(rows) == 0 {
		mark(v, "channels", ChannelsUnreadable, text)
		return
	}
	addRows(v, rows)
}

func splitRows(text string) []row {
	starts := channelRow.FindAllStringSubmatchIndex(text, maxParts+1)
	if len(starts) == 0 || starts[0][0] != 0 || len(starts) > maxParts {
		return nil
	}
	var rows []row
	for i, m := range starts {
		end := len(text)
		if i+1 < len(starts) {
			end = starts[i+1][0]
		}
		r := row{kind: channelKinds[text[m[2]:m[3]]], time: strings.TrimSpace(text[m[4]:m[5]]), all: strings.TrimSpace(text[m[0]:end])}
		rest := text[m[6]:end]
		for {
			item := feeItem.FindString(rest)
			if item == "" || len(r.fees) >= 50 {
				break // what is left stays in the description
			}
			rest = rest[len(item):]
			f := fee{amount: item}
			if strings.HasPrefix(rest, "(") {
				if n := closing(rest); n > 0 {
					f.detail, rest = strings.TrimSpace(rest[1:n]), rest[n+1:]
				}
			}
			r.fees = append(r.fees, f)
		}
		if bareNumber(r.time) && startsWithDigit(r.fees[0].amount) { // one run of digits: where the cells part is lost
			r.fees[0].amount, r.time = r.time+r.fees[0].amount, ""
		}
		r.note = strings.TrimSpace(rest)
		rows = append(rows, r)
	}
	return rows
}

// closing returns the index of the bracket that closes the first, 0 when none does.
func closing(s string) int {
	depth := 0
	for i, r := range s {
		switch r {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return 0
}

// addRows groups rows by way of submission: several rows of one way are cases of it, and
// the description says which.
func addRows(v *procedure.Version, rows []row) {
	count := map[string]int{}
	for _, r := range rows {
		count[r.kind]++
	}
	for _, r := range rows {
		i := slices.IndexFunc(v.Channels, func(c procedure.Channel) bool { return c.Kind == r.kind })
		if i < 0 {
			i = len(v.Channels)
			v.Channels = append(v.Channels, procedure.Channel{Kind: r.kind})
		}
		c := &v.Channels[i]
		field := fmt.Sprintf("channels[%d]", i)

		limit := procedure.TimeLimit{Verbatim: r.time}
		several := count[r.kind] > 1
		if several {
			limit.Case = r.note
		} else {
			c.Note = r.note
		}
		glued := r.time == ""
		var reason string
		if glued {
			// "120,000 VNĐ" may be one cell or two (1 | 20,000); the number is kept with the row.
			limit.Verbatim, reason = r.all, CellsGlued
		} else {
			limit.Limit, reason = readLimit(r.time)
		}
		if reason == LimitPlainHours && strings.Contains(strings.ToLower(r.note), "giờ làm việc") {
			reason = ""
		}
		if limit.Limit != "" && noteDiffers(limit.Limit, r.note) {
			reason = LimitNoteDiffers
		}
		if j := slices.Index(c.Limits, limit); j < 0 {
			c.Limits = append(c.Limits, limit)
			if reason != "" {
				verbatim := limit.Verbatim
				if reason == LimitNoteDiffers {
					verbatim += " | " + r.note
				}
				mark(v, fmt.Sprintf("%s.limits[%d]", field, len(c.Limits)-1), reason, verbatim)
			}
		}
		for _, f := range r.fees {
			out, reason := readFee(f)
			if glued && startsWithDigit(f.amount) {
				out.Amount, out.Known, reason = 0, false, FeeUnclear
			}
			if several && out.Case == "" {
				out.Case = limit.Case
			}
			if slices.Contains(c.Fees, out) {
				continue
			}
			c.Fees = append(c.Fees, out)
			if reason != "" {
				mark(v, fmt.Sprintf("%s.fees[%d]", field, len(c.Fees)-1), reason, out.Verbatim)
			}
		}
	}
}

func startsWithDigit(s string) bool { return s != "" && s[0] >= '0' && s[0] <= '9' }

func bareNumber(s string) bool { return s != "" && strings.Trim(s, "0123456789.,") == "" }

var limitForm = regexp.MustCompile(`^(\d+)(?:[.,](\d))?\s*(ngày làm việc|giờ làm việc|ngày|giờ|tháng)?$`)

// readLimit understands a time cell: "5 Ngày làm việc" is 5wd. The one-stop rules count hours as
// working hours; where the source says no more than "giờ" the limit is marked.
func readLimit(text string) (limit, reason string) {
	if text == "" || strings.EqualFold(text, noInformation) {
		return "", LimitMissing
	}
	m := limitForm.FindStringSubmatch(strings.ToLower(strings.Join(strings.Fields(text), " ")))
	if m == nil {
		return "", LimitNoMeaning
	}
	n, err := strconv.Atoi(m[1])
	if err != nil || n > 3650 || (n == 0 && (m[2] == "" || m[2] == "0")) {
		return "", LimitNoMeaning
	}
	number := strconv.Itoa(n)
	half := m[2] != "" && m[2] != "0"
	if half {
		number += "." + m[2]
	}
	switch m[3] {
	case "":
		return "", LimitNoUnit
	case "ngày làm việc":
		return number + "wd", ""
	case "giờ làm việc":
		return number + "wh", ""
	case "giờ":
		return number + "wh", LimitPlainHours
	}
	if half { // half a calendar day or month: no law counts so
		return "", LimitNoMeaning
	}
	if m[3] == "tháng" {
		return number + "m", ""
	}
	return number + "d", ""
}

var workingDays = regexp.MustCompile(`(?i)(\d+)\s*(?:\([^)]*\)\s*)?ngày làm việc`)

// noteDiffers reports a description that counts the same number in working days where the
// column has calendar days. The column stays: it is what was published.
func noteDiffers(limit, note string) bool {
	days, ok := strings.CutSuffix(limit, "d")
	if !ok || strings.HasSuffix(days, "w") {
		return false
	}
	for _, m := range workingDays.FindAllStringSubmatch(note, -1) {
		if strings.TrimLeft(m[1], "0") == days {
			return true
		}
	}
	return false
}

var (
	amountForm = regexp.MustCompile(`^(\d{1,3}(?:[.,]\d{3})*|\d+)\s*(Việt Nam Đồng|VNĐ|đồng)$`)
	money      = regexp.MustCompile(`(?i)(\d{1,3}(?:[.,]\d{3})+|\d{4,})\s*(?:đồng|đ\b|đ/|vnđ|vnd)`)
	nothing    = regexp.MustCompile(`(?i)^\(*\s*(không|không có|không quy định|không có quy định|không thu|không thu phí|không phí|không mất phí|miễn phí|miễn lệ phí|miễn thu|chưa quy định|0|không có thông tin)\s*[.;]*\s*\)*$`)
)

// readFee understands one amount. What is said about it may contradict it; then the amount is
// not known, and the words stay.
func readFee(f fee) (out procedure.Fee, reason string) {
	out = procedure.Fee{Kind: f.kind, Case: f.detail, Verbatim: f.amount}
	if f.detail != "" {
		out.Verbatim += " (" + f.detail + ")"
	}
	if out.Kind == "" {
		out.Kind = feeKind(f.detail)
	}
	text := strings.TrimSpace(f.amount)
	switch {
	case text == "" || strings.EqualFold(text, noInformation):
		return out, FeeMissing
	case strings.EqualFold(text, "Miễn phí") || strings.EqualFold(text, "Không Đồng"):
		if f.detail == "" || nothing.MatchString(f.detail) {
			out.Known = true
			return out, ""
		}
		return out, FeeConditional
	case strings.HasSuffix(text, "USD") || strings.HasSuffix(text, "EUR"):
		return out, FeeForeign
	}
	amount, ok := dong(text)
	switch {
	case !ok:
		return out, FeeUnclear
	case amount == 0 && (f.detail == "" || nothing.MatchString(f.detail)):
		out.Known = true
		return out, ""
	case amount == 0:
		return out, FeeConditional
	case amount < 1000: // thousands were dropped, or it is a rate per unit
		return out, FeeUnclear
	}
	stated, same := false, false
	for _, m := range money.FindAllStringSubmatch(f.detail, -1) {
		stated = true
		if n, ok := digits(m[1]); ok && n == amount {
			same = true
		}
	}
	if strings.Contains(f.detail, "%") || (stated && !same) {
		return out, FeeUnclear
	}
	out.Amount, out.Known = amount, true
	return out, ""
}

func feeKind(detail string) string {
	d := strings.ToLower(detail)
	charge, service := strings.Contains(d, "lệ phí"), strings.Contains(strings.ReplaceAll(d, "lệ phí", ""), "phí")
	switch {
	case charge && !service:
		return "le_phi"
	case service && !charge:
		return "phi"
	}
	return ""
}

// dong reads "1,200,000 Việt Nam Đồng" and "50.000 Đồng".
func dong(text string) (int64, bool) {
	m := amountForm.FindStringSubmatch(strings.Replace(text, "Đồng", "đồng", 1))
	if m == nil {
		m = amountForm.FindStringSubmatch(text)
	}
	if m == nil {
		return 0, false
	}
	return digits(m[1])
}

func digits(s string) (int64, bool) {
	n, err := strconv.ParseInt(strings.NewReplacer(".", "", ",", "").Replace(s), 10, 64)
	return n, err == nil
}
