// Package opencps reads the master data with which OpenCPS portals are set up, an
// OpenDocument spreadsheet of procedures, papers, steps and actions, into our definitions.
// It does no I/O.
//
// What it gives is a proposal: everything that was left out, changed or taken by default is
// a remark with sheet and row. Bad rows are problems, all of them listed, and there is no
// proposal then.
package opencps

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/motcua/motcua/internal/eform"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/viet"
	"github.com/motcua/motcua/internal/workflow"
	"github.com/motcua/motcua/internal/workflow/roleword"
	"github.com/motcua/motcua/lang"
)

// Options are what an import may be told.
type Options struct {
	Holders roleword.Table    // who holds a step, by the role as the spreadsheet names it
	Codes   map[string]string // national codes of procedures, by the code of the spreadsheet
}

// Result is what a spreadsheet gives. Problems leave the rest empty.
type Result struct {
	Process    *workflow.Process
	Procedures []*procedure.Version // the first is the one that the process resolves
	Forms      []*eform.Form        // stubs: who applies, and what
	Problems   []Finding
	Remarks    []Finding
}

// Finding is one thing that an import has to say about a row.
type Finding struct {
	Sheet string
	Row   int    // from 1; 0: of the whole sheet
	Code  string // key of the text is "opencps." and the code
	Args  []any  // pairs of name and value for the text
}

// Text says the finding in a language.
func (f Finding) Text(code lang.Code) string {
	return lang.Text(lang.Parse(string(code)), "opencps."+f.Code, f.Args...)
}

// String writes "sheet:row: …" in English.
func (f Finding) String() string {
	if f.Row == 0 {
		return fmt.Sprintf("%s: %s", f.Sheet, f.Text(lang.EN))
	}
	return fmt.Sprintf("%s:%d: %s", f.Sheet, f.Row, f.Text(lang.EN))
}

// The sheets, as OpenCPS names them, and their columns.
const (
	proceduresSheet = "TTHC-Thủ tục hành chính"
	formsSheet      = "TTHC-Biểu mẫu"
	papersSheet     = "Thành phần hồ sơ"
	servicesSheet   = "Cấu hình dịch vụ công"
	stepsSheet      = "Bước xử lý"
	actionsSheet    = "Thao tác xử lý"
)

var (
	procedureColumns = []column{
		{"code", []string{"Mã", "Số hiệu", "Mã thủ tục"}},
		{"name", []string{"Tên TTHC", "Tên thủ tục"}},
		{"steps", []string{"Trình tự thực hiện"}},
		{"channels", []string{"Cách thức thực hiện"}},
		{"papers", []string{"Thành phần, số lượng hồ sơ"}},
		{"conditions", []string{"Điều kiện thực hiện"}},
		{"limit", []string{"Thời hạn giải quyết hồ sơ", "Thời hạn giải quyết"}},
		{"subjects", []string{"Đối tượng thực hiện"}},
		{"fee", []string{"Lệ phí thủ tục", "Lệ phí"}},
		{"result", []string{"Kết quả thực hiện"}},
		{"bases", []string{"Văn bản pháp lý"}},
	}
	formColumns  = []column{{"procedure", []string{"Tên TTHC"}}, {"name", []string{"Tên biểu mẫu"}}, {"code", []string{"Mã biểu mẫu", "Số biểu mẫu", "Số hiệu"}}}
	paperColumns = []column{
		{"procedure", []string{"Tên thủ tục", "Tên TTHC"}},
		{"id", []string{"Số TPHS", "Số thành phần hồ sơ"}},
		{"name", []string{"Tên thành phần hồ sơ"}},
		{"about", []string{"Mô tả"}},
		{"kind", []string{"Kiểu thành phần hồ sơ"}},
		{"form", []string{"Mã ký hiệu mẫu đơn"}},
		{"required", []string{"Bắt buộc"}},
	}
	serviceColumns = []column{
		{"procedure", []string{"Thủ tục hành chính"}},
		{"sector", []string{"Lọc theo lĩnh vực thủ tục", "Lĩnh vực"}},
		{"agency", []string{"Tên cơ quan"}},
		{"code", []string{"Mã cơ quan"}},
		{"level", []string{"Mức độc DVC", "Mức độ DVC"}},
	}
	stepColumns = []column{
		{"name", []string{"Tên bước"}},
		{"status", []string{"Trạng thái hồ sơ"}},
		{"limit", []string{"Thời hạn giải quyết"}},
		{"role", []string{"Vai trò xử lý"}},
	}
	actionColumns = []column{
		{"name", []string{"Tên thao tác"}},
		{"auto", []string{"Kích hoạt tự động"}},
		{"when", []string{"Điều kiện thực hiện"}},
		{"from", []string{"Bước thực hiện thao tác"}},
		{"to", []string{"Bước sau thực hiện thao tác"}},
		{"assigned", []string{"Người xử lý được phân công", "Phân công người xử lý"}},
		{"number", []string{"Quy tắc sinh mã"}},
		{"pays", []string{"Yêu cầu thanh toán phí"}},
		{"sum", []string{"Số tiền"}},
		{"makes", []string{"Kết quả xử lý"}},
		{"must", []string{"Bắt buộc"}},
		{"signed", []string{"Ký số"}},
	}
)

// Words by which the spreadsheet says where a process begins, ends and waits for the applicant.
var (
	beginWords = []string{"buoc bat dau", "bat dau"}
	endWords   = []string{"buoc ket thuc", "ket thuc"}
	waitWords  = []string{"cho bo sung", "yeu cau bo sung", "waiting"}
)

// Read reads a spreadsheet. It returns an error when the file cannot be read at all.
func Read(raw []byte, o Options) (Result, error) {
	sheets, err := sheetsOf(raw)
	if err != nil {
		return Result{}, err
	}
	m := &importer{o: o, sheets: sheets, service: map[string]record{}}
	m.procedures()
	m.papers()
	m.process()
	if len(m.out.Problems) > 0 {
		return Result{Problems: m.out.Problems, Remarks: m.out.Remarks}, nil
	}
	m.tie()
	return m.out, nil
}

type importer struct {
	o       Options
	sheets  []sheet
	out     Result
	service map[string]record // procedure → its row in the configuration of services
	first   string            // name of the procedure that has a service
}

func (m *importer) problem(t table, line int, code string, args ...any) {
	m.out.Problems = append(m.out.Problems, Finding{t.name, line, code, args})
}

func (m *importer) remark(t table, line int, code string, args ...any) {
	m.out.Remarks = append(m.out.Remarks, Finding{t.name, line, code, args})
}

// sheet finds a sheet; one that the process cannot do without is a problem when missing.
func (m *importer) sheet(name string, columns []column, must ...string) (table, bool) {
	t, ok := find(m.sheets, name, columns)
	if !ok {
		if len(must) > 0 {
			m.problem(table{sheet: &sheet{name: name}}, 0, "no-sheet")
		}
		return t, false
	}
	for _, key := range must {
		if _, ok := t.columns[key]; !ok {
			title := key
			for _, c := range columns {
				if c.key == key {
					title = c.titles[0]
				}
			}
			m.problem(t, 0, "no-column", "column", title)
			return t, false
		}
	}
	return t, true
}

var notID = regexp.MustCompile(`[^a-z0-9]+`)

func slug(s string) string {
	out := strings.Trim(notID.ReplaceAllString(viet.Fold(s), "-"), "-")
	if len(out) > 48 {
		out = out[:48]
		if i := strings.LastIndexByte(out, '-'); i > 24 {
			out = out[:i] // at the end of a word
		}
	}
	return strings.Trim(out, "-")
}

func unused(id string, used map[string]bool) string {
	out := id
	for n := 2; used[out]; n++ {
		out = id + "-" + strconv.Itoa(n)
	}
	used[out] = true
	return out
}

// procedures reads the catalogue part.
func (m *importer) procedures() {
	t, ok := m.sheet(proceduresSheet, procedureColumns, "code", "name")
	if !ok {
		return
	}
	if s, ok := m.sheet(servicesSheet, serviceColumns); ok {
		for _, r := range s.records() {
			name := plain(r.one("procedure"))
			if name == "" {
				continue
			}
			if m.first == "" {
				m.first = name
			}
			m.service[name] = r
		}
	}
	codes := map[string]bool{}
	for _, r := range t.records() {
		code, name := r.one("code"), r.one("name")
		if code == "" || name == "" {
			m.problem(t, r.line, "procedure-unnamed")
			continue
		}
		if national, ok := m.o.Codes[code]; ok {
			code = national
		} else {
			m.remark(t, r.line, "code-local", "code", code)
		}
		if codes[code] {
			m.problem(t, r.line, "code-twice", "code", code)
			continue
		}
		codes[code] = true
		v := &procedure.Version{
			Code: code, Name: name, Source: "opencps", Steps: r.get("steps"), Conditions: r.get("conditions"),
			Sector: "Chưa phân lĩnh vực",
		}
		for _, s := range strings.FieldsFunc(r.one("subjects"), func(c rune) bool { return c == ',' || c == ';' }) {
			v.Subjects = append(v.Subjects, strings.TrimSpace(s))
		}
		if s, ok := m.service[plain(name)]; ok {
			v.Sector, v.Authority = cmp.Or(s.one("sector"), v.Sector), s.one("agency")
			v.Online = online(s.one("level"))
			m.remark(s.t, s.line, "agency-by-routing", "agency", s.one("agency"))
		} else {
			m.remark(t, r.line, "no-service")
		}
		m.channels(v, r)
		if text := strings.Join(strings.Fields(strings.TrimLeft(r.get("result"), "- ")), " "); text != "" {
			v.Results = []procedure.Result{{Name: text}}
		}
		m.bases(v, r)
		m.out.Procedures = append(m.out.Procedures, v)
	}
	slices.SortStableFunc(m.out.Procedures, func(a, b *procedure.Version) int {
		return rank(plain(a.Name) == m.first) - rank(plain(b.Name) == m.first)
	})
}

func rank(first bool) int {
	if first {
		return 0
	}
	return 1
}

// online reads the four levels of before 2022: from level 3 one files online, only level 4 ends there too.
func online(level string) string {
	switch {
	case strings.Contains(level, "4"):
		return "full"
	case strings.Contains(level, "3"):
		return "partial"
	case level != "":
		return "none"
	}
	return ""
}

var (
	days   = regexp.MustCompile(`^(?:trong )?(\d{1,3}) (ngay lam viec|ngay|gio lam viec|gio|thang)$`)
	amount = regexp.MustCompile(`(\d{1,3}(?:[.,]\d{3})+|\d+)\s*(?:VNĐ|VND|đồng|đ)`)
	number = regexp.MustCompile(`(?i)số\s+([0-9A-Za-zĐđÔôÂâƠơƯư_]+/\d{4}/[0-9\p{L}_\-]+)`)
)

// channels reads manner, limit and fee.
func (m *importer) channels(v *procedure.Version, r record) {
	l := procedure.TimeLimit{Verbatim: r.one("limit")}
	if f := days.FindStringSubmatch(plain(l.Verbatim)); f != nil {
		l.Limit = f[1] + map[string]string{"ngay lam viec": "wd", "ngay": "d", "gio lam viec": "wh", "gio": "wh", "thang": "m"}[f[2]]
		if f[2] == "ngay" && strings.Contains(plain(r.get("steps")), "ngay lam viec") {
			m.remark(r.t, r.line, "limit-working-days", "text", l.Verbatim)
		}
	} else if l.Verbatim != "" {
		m.remark(r.t, r.line, "limit-not-read", "text", l.Verbatim)
	}
	var fees []procedure.Fee
	if text := strings.TrimLeft(r.one("fee"), "- "); text != "" {
		f := procedure.Fee{Kind: "le_phi", Verbatim: text}
		switch a := amount.FindStringSubmatch(text); {
		case strings.HasPrefix(plain(text), "khong"):
			f.Known = true
		case a != nil:
			n, err := strconv.ParseInt(strings.NewReplacer(".", "", ",", "").Replace(a[1]), 10, 64)
			f.Amount, f.Known = n, err == nil
		default:
			m.remark(r.t, r.line, "fee-not-read", "text", text)
		}
		fees = []procedure.Fee{f}
	}
	text := plain(r.get("channels"))
	for _, c := range []struct{ kind, word string }{{procedure.Direct, "truc tiep"}, {procedure.Online, "internet"}, {procedure.Online, "truc tuyen"}, {procedure.Post, "buu dien"}, {procedure.Post, "buu chinh"}} {
		if strings.Contains(text, c.word) && !slices.ContainsFunc(v.Channels, func(h procedure.Channel) bool { return h.Kind == c.kind }) {
			v.Channels = append(v.Channels, procedure.Channel{Kind: c.kind, Fees: fees})
		}
	}
	if !slices.ContainsFunc(v.Channels, func(h procedure.Channel) bool { return h.Kind == procedure.Direct }) {
		v.Channels = append([]procedure.Channel{{Kind: procedure.Direct, Fees: fees}}, v.Channels...)
		m.remark(r.t, r.line, "direct-added")
	}
	if l.Verbatim != "" {
		for i := range v.Channels {
			v.Channels[i].Limits = []procedure.TimeLimit{l}
		}
	}
}

// bases reads the legal texts, one a line.
func (m *importer) bases(v *procedure.Version, r record) {
	var line strings.Builder
	flush := func() {
		text := strings.TrimLeft(strings.Join(strings.Fields(line.String()), " "), "-+ ")
		if text != "" && !strings.HasSuffix(text, ":") {
			b := procedure.LegalBasis{Name: text}
			if n := number.FindStringSubmatch(text); n != nil {
				b.Number = n[1]
			}
			v.Bases = append(v.Bases, b)
		}
		line.Reset()
	}
	for _, l := range strings.Split(r.get("bases"), "\n") {
		l = strings.TrimSpace(l)
		if strings.HasPrefix(l, "-") || strings.HasPrefix(l, "+") {
			flush()
		}
		line.WriteString(" " + l)
	}
	flush()
}

// papers reads what is lodged, and the forms to be filled in.
func (m *importer) papers() {
	byName := map[string]*procedure.Version{}
	for _, v := range m.out.Procedures {
		byName[plain(v.Name)] = v
	}
	formNames := map[string]string{}
	if t, ok := m.sheet(formsSheet, formColumns); ok {
		if _, named := t.columns["code"]; !named { // the sheet has codes in a column without a title
			if i, ok := t.columns["name"]; ok {
				t.columns["code"] = i + 1
			}
		}
		for _, r := range t.records() {
			v := byName[plain(r.one("procedure"))]
			if v == nil {
				m.remark(t, r.line, "procedure-unknown", "name", r.one("procedure"))
				continue
			}
			id := slug(cmp.Or(r.one("code"), r.one("name")))
			if id == "" {
				m.remark(t, r.line, "row-empty")
				continue
			}
			if formNames[id] == "" {
				formNames[id] = r.one("name")
				m.out.Forms = append(m.out.Forms, stub(id, r.one("name"), r.one("code")))
				m.remark(t, r.line, "form-stub", "form", id)
			}
			if v.Form == "" {
				v.Form = id
			}
		}
	}
	t, ok := m.sheet(papersSheet, paperColumns)
	if !ok {
		return
	}
	used := map[*procedure.Version]map[string]bool{}
	for _, r := range t.records() {
		v := byName[plain(r.one("procedure"))]
		if v == nil {
			m.remark(t, r.line, "procedure-unknown", "name", r.one("procedure"))
			continue
		}
		name := r.one("name")
		if name == "" {
			m.problem(t, r.line, "paper-unnamed")
			continue
		}
		if strings.Contains(plain(r.get("kind")), "ket qua") {
			m.remark(t, r.line, "result-paper", "paper", name)
			continue
		}
		if used[v] == nil {
			used[v] = map[string]bool{}
		}
		c := procedure.Component{ID: unused(cmp.Or(slug(name), "giay-to"), used[v]), Name: name, Required: r.is("required"), Verbatim: r.one("about")}
		if f := r.one("form"); f != "" {
			c.Templates = []string{f}
		}
		v.Components = append(v.Components, c)
	}
}

// stub is a form that can be filled in and that somebody has yet to write.
func stub(id, title, code string) *eform.Form {
	return &eform.Form{
		ID: id, Title: title, Basis: code,
		Schema: []byte(`{"type":"object","required":["applicant","content"],"properties":{"applicant":{"type":"object","required":["name","number","phone"],"properties":{"name":{"type":"string","format":"vn-name","maxLength":80},"number":{"type":"string","format":"vn-personal-number"},"phone":{"type":"string","format":"vn-phone"}}},"content":{"type":"string","maxLength":4000}}}`),
		Layout: eform.Layout{
			Subject: eform.Subject{Name: "applicant.name", Number: "applicant.number", Phone: "applicant.phone"},
			Sections: []eform.Section{
				{ID: "nguoi-nop", Title: "Người nộp hồ sơ", TitleEn: "Applicant", Fields: []eform.Field{
					{Path: "applicant.name", Label: "Họ, chữ đệm, tên", LabelEn: "Full name", Widget: eform.NameText, Fill: "name"},
					{Path: "applicant.number", Label: "Số định danh cá nhân", LabelEn: "Personal number", Fill: "number"},
					{Path: "applicant.phone", Label: "Số điện thoại", LabelEn: "Phone", Fill: "phone"},
				}},
				{ID: "noi-dung", Title: "Nội dung đề nghị", TitleEn: "Request", Fields: []eform.Field{
					{Path: "content", Label: "Nội dung đề nghị", LabelEn: "What is requested", Widget: eform.TextArea},
				}},
			},
		},
	}
}

// tie gives the first procedure its process.
func (m *importer) tie() {
	if len(m.out.Procedures) == 0 || m.out.Process == nil {
		return
	}
	v := m.out.Procedures[0]
	v.Process = m.out.Process.ID
	if len(m.service) > 1 {
		m.remark(table{sheet: &sheet{name: stepsSheet}}, 0, "one-process", "code", v.Code)
	}
}
