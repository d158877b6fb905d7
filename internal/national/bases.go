package national

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/motcua/motcua/internal/procedure"
)

// number is the symbol of a legal text: 04/2015/TT-BCA, 47/2014/QH13, 66.16/2026/NQ-CP, 6968/QĐ-BCA, or only
// 46/2020. Its letters are matched generously and cut afterwards, because the next cell is glued to them.
var number = regexp.MustCompile(`\d{1,5}(?:\.\d{1,3})?(?:(?:/(?:19|20)\d\d)?/(?:QH1\d|QH\d|NĐ-CP|NQ-CP|NĐ-HĐBT|QĐ-TTg|CT-TTg|(?:PL-|NQ-)?UBTVQH1?\d|NQ-QH1\d|(?:VBHN|TTLT|TT|QĐ|NQ|CT|KH|PL)(?:[-/][A-ZĐ]+)+)|/(?:19|20)\d\d)`)

// issuers are the bodies whose abbreviations end a symbol; longest first where one begins another.
var issuers = []string{
	"BLĐTBXH", "BNNPTNT", "BNN&PTNT", "BVHTTDL", "BVHTTDLVN", "TANDTC", "VKSNDTC", "BTNMT", "BNNMT", "BGTVT", "BKHCN", "BTTTT",
	"BGDĐT", "BKHĐT", "BDTTG", "UBCK", "UBND", "HĐND", "HĐTP", "NHNN", "BHXH", "VPCP", "TTCP", "TCHQ", "KTNN", "BTC", "BCA", "BTP", "BXD", "BQP",
	"BCT", "BYT", "BNV", "BNG", "TTg", "CTN", "CHK", "BNN", "BTM", "CP",
}

// lead are the words that offices put before a number inside its cell.
var lead = regexp.MustCompile(`(?:Nghị định|Thông tư liên tịch|Thông tư|Bộ luật|Luật|Quyết định|Nghị quyết|Pháp lệnh|Văn bản hợp nhất)?\s*(?:số|Số)?\s*$`)

func readBases(v *procedure.Version, text string) {
	if text == "" {
		return
	}
	body, ok := strings.CutPrefix(text, basesHead)
	if !ok {
		mark(v, "bases", BasesMisplaced, text)
		return
	}
	start := 0
	for _, m := range number.FindAllStringIndex(body, maxParts) {
		from, to := splitYear(body, m[0]), cutLetters(body, m[0], m[1])
		if from < start || !endsBasis(body, from, to) {
			continue
		}
		cell := cellStart(body, start, from)
		name, code := oneLine(body[start:cell]), oneLine(body[cell:to])
		start = to
		if n := len(v.Bases); n > 0 && (name == "" || strings.EqualFold(name, "số")) && strings.HasSuffix(code, v.Bases[n-1].Number) && v.Bases[n-1].Name == v.Bases[n-1].Number {
			v.Bases[n-1].Number = code // the name was a number too: "73/2025/TT-NHNN" | "Số 73/2025/TT-NHNN"
			continue
		}
		if name == "" {
			name = code
		}
		v.Bases = append(v.Bases, procedure.LegalBasis{Number: code, Name: name})
	}
	if rest := oneLine(body[start:]); rest != "" {
		v.Bases = append(v.Bases, procedure.LegalBasis{Name: rest})
		mark(v, "bases", BasisNoNumber, rest)
	}
}

// splitYear moves the start of a number behind a year that is glued to it: "12/6/2025|2418/QĐ-BNNMT".
func splitYear(s string, from int) int {
	run := from
	for run > 0 && s[run-1] >= '0' && s[run-1] <= '9' {
		run--
	}
	end := from
	for end < len(s) && s[end] >= '0' && s[end] <= '9' {
		end++
	}
	if end-run > 4 && endsYear(s[:run+4]) {
		return run + 4
	}
	return from
}

// cutLetters gives back letters that begin the next cell: "TT-NHNN|Thông tư", "TT-BLĐTBXH|BAN HÀNH".
func cutLetters(s string, from, to int) int {
	sep := strings.LastIndexAny(s[from:to], "-/")
	if sep < 0 || from+sep+1 >= to || s[from+sep+1] <= '9' || strings.HasPrefix(s[from+sep+1:], "QH") || strings.HasPrefix(s[from+sep+1:], "UBTVQH") {
		return to
	}
	letters := s[from+sep+1 : to]
	for _, known := range issuers {
		if strings.HasPrefix(letters, known) {
			return from + sep + 1 + len(known)
		}
	}
	next, _ := utf8.DecodeRuneInString(s[to:])
	last, size := utf8.DecodeLastRuneInString(letters)
	if unicode.IsLower(next) && unicode.IsUpper(last) && len(letters) > size {
		return to - size
	}
	return to
}

// endsBasis reports that s[from:to] is the cell of the number, not a number inside a name: then a letter,
// or nothing, follows without a space. A number directly followed by another is the end of a name.
func endsBasis(s string, from, to int) bool {
	if !strings.ContainsAny(strings.TrimLeft(s[from:to], "0123456789./"), "QNTUCVKPĐ") {
		// only "46/2020": part of a date ("11/3/2021") or of a longer number, unless glued on both sides
		if from > 0 && (s[from-1] == '/' || s[from-1] == ' ') {
			return false
		}
		if to < len(s) && s[to] == '/' {
			return false
		}
	}
	if to >= len(s) {
		return true
	}
	next, size := utf8.DecodeRuneInString(s[to:])
	return next == '\n' || next == '\t' || (next == ' ' && to+size == len(s)) || unicode.IsLetter(next) || next == '“' || next == '"'
}

// cellStart finds where the cell of the number begins: its leading words belong to it when they are glued
// to the name.
func cellStart(s string, start, from int) int {
	words := lead.FindStringIndex(s[start:from])
	if words == nil || words[0] == words[1] {
		return from
	}
	at := start + words[0]
	for at < from && s[at] == ' ' {
		at++
	}
	if at == start || at == from {
		return from
	}
	prev, _ := utf8.DecodeLastRuneInString(s[start:at])
	if unicode.IsSpace(prev) {
		return from
	}
	return at
}
