package national

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/motcua/motcua/internal/procedure"
)

// quantity is the last cell of a paper's row: "1 bản chính", "0 bản chính,1 bản sao". It is glued to
// the cell before it; in a sentence ("nộp 02 bản chính tờ khai") it stands between spaces.
var (
	quantity     = regexp.MustCompile(`(\d+) bản chính(?:,(\d{1,2}) bản sao)?`)
	quantityNext = regexp.MustCompile(`^\d+ bản chính`)
)

// maxParts bounds what one page may be taken apart into. The longest real page has 120 papers.
const maxParts = 1000

func readPapers(v *procedure.Version, text string) {
	if strings.Trim(text, "- \n") == "" {
		mark(v, "components", ComponentsMissing, text)
		return
	}
	blocks := strings.Split(text, papersHead)
	if len(blocks) == 1 {
		mark(v, "components", ComponentsMisplaced, text)
		return
	}
	// The words before a head are the heading of its group, glued to the last paper of the group before.
	group := heading(blocks[0])
	if len(blocks) > maxParts || len(quantity.FindAllStringIndex(text, maxParts+1)) > maxParts {
		mark(v, "components", ComponentsMisplaced, text)
		return
	}
	for i, block := range blocks[1:] {
		rows, rest := splitPapers(block)
		for _, r := range rows {
			addPaper(v, group, r)
		}
		last := i == len(blocks)-2
		if last && strings.Trim(rest, "-. \n\t") != "" {
			addPaper(v, group, paper{name: rest, unclear: true})
		}
		group = heading(rest)
	}
	if len(v.Components) == 0 {
		mark(v, "components", ComponentsMissing, text)
	}
	v.Sets = setsOf(v)
}

func heading(s string) string { return strings.Trim(oneLine(s), "- ") }

type paper struct {
	name                 string
	originals, copies    int
	counted, unclear     bool
	templates            []string
	verbatim             string
	quantityWords        string
	templatesInOwnColumn bool
}

// splitPapers cuts a block after each quantity; rest is what follows the last one.
func splitPapers(block string) (rows []paper, rest string) {
	start := 0
	for _, m := range quantity.FindAllStringSubmatchIndex(block, -1) {
		if m[0] < start || !endsRow(block, m[0], m[1]) {
			continue
		}
		run := block[m[2]:m[3]]
		p := paper{quantityWords: block[m[2]:m[1]], counted: true}
		cut := m[3] - 1 // the quantity is the last digit; the digits before it end the name
		switch {
		case len(run) == 1:
		case endsYear(block[:cut]):
		default: // "Mẫu số 181 bản chính": 18 | 1 or 1 | 81
			cut, p.counted, p.unclear = m[2], false, true
		}
		if p.counted {
			p.originals, _ = strconv.Atoi(block[cut:m[3]])
			if m[4] >= 0 {
				p.copies, _ = strconv.Atoi(block[m[4]:m[5]])
			}
		}
		p.name, p.verbatim = block[start:cut], block[start:m[1]]
		start = m[1]
		rows = append(rows, p)
	}
	return rows, block[start:]
}

// endsRow tells a quantity cell from the same words inside a name.
func endsRow(s string, from, to int) bool {
	if from > 0 {
		prev, _ := utf8.DecodeLastRuneInString(s[:from])
		if unicode.IsSpace(prev) && s[from] == '0' && s[from+1] != ' ' && s[from+2] == ' ' { // "khai và nộp 02 bản chính"
			return false
		}
		if prev == '(' {
			return false
		}
	}
	if to < len(s) {
		next, size := utf8.DecodeRuneInString(s[to:])
		if unicode.IsSpace(next) {
			after, _ := utf8.DecodeRuneInString(strings.TrimLeft(s[to+size:], " \t"))
			if unicode.IsLower(after) || after == '(' {
				return false
			}
		}
		// "01 bản chính" closing a name, with the real cell right behind: "…: 01 bản chính1 bản chính"
		if s[from] == '0' && quantityNext.MatchString(strings.TrimLeft(s[to:], ".;, ")) {
			return false
		}
	}
	return len(strings.TrimSpace(s[:from])) > 0
}

var yearEnd = regexp.MustCompile(`(?:/|năm )(?:19|20)\d\d$`)

func endsYear(s string) bool { return yearEnd.MatchString(s[max(0, len(s)-12):]) }

func addPaper(v *procedure.Version, group string, p paper) {
	c := procedure.Component{Group: group, Originals: p.originals, Copies: p.copies, Counted: p.counted, Verbatim: clean(p.verbatim)}
	name := clean(p.name)
	split := true
	if p.templatesInOwnColumn {
		c.Templates = p.templates
	} else {
		name, c.Templates, split = splitTemplates(name)
	}
	c.Name = strings.TrimSpace(strings.TrimLeft(oneLine(name), "-+*•.,; "))
	if c.Name == "" {
		c.Name = strings.Join(c.Templates, ", ")
	}
	if c.Name == "" {
		c.Name = oneLine(p.verbatim)
	}
	if c.Verbatim == c.Name {
		c.Verbatim = ""
	}
	field := fmt.Sprintf("components[%d]", len(v.Components))
	if p.unclear {
		c.Verbatim = clean(p.name + p.quantityWords)
		mark(v, field, QuantityUnclear, c.Verbatim)
	}
	if !split {
		mark(v, field, TemplateUnsplit, c.Name)
	}
	if c.Counted && c.Originals == 0 && c.Copies == 0 {
		// The portal has no cell for remarks, so offices write them as papers of which none is needed.
		if len(c.Templates) == 0 {
			c.Note = true
		} else {
			c.Counted = false
			mark(v, field, QuantityUnclear, c.Verbatim)
		}
	}
	c.ID = paperID(v, c)
	v.Components = append(v.Components, c)
}

// paperID is made of what the paper is, so that it survives a new order of the list.
func paperID(v *procedure.Version, c procedure.Component) string {
	sum := sha256.Sum256([]byte(c.Group + "\x00" + c.Name))
	id := "p" + hex.EncodeToString(sum[:4])
	taken := func(id string) bool {
		for _, o := range v.Components {
			if o.ID == id {
				return true
			}
		}
		return false
	}
	for n, base := 2, id; taken(id); n++ {
		id = base + "-" + strconv.Itoa(n)
	}
	return id
}

var extension = regexp.MustCompile(`(?i)\.(?:docx?|pdf|xlsx?|rtf|zip|rar|odt|ods|jpe?g|png|pptx?)`)

// splitTemplates takes the names of form files off the end of a paper's name. ok is false when
// a file is named but nothing shows where its name begins.
func splitTemplates(s string) (name string, files []string, ok bool) {
	var ends []int
	for _, m := range extension.FindAllStringIndex(s, maxParts) {
		if m[1] == len(s) || !isWordAt(s, m[1]) || beginsFile(s[m[1]:]) {
			ends = append(ends, m[1])
		}
	}
	if len(ends) == 0 || ends[len(ends)-1] != len(s) {
		return s, nil, true
	}
	begin := fileStart(s[:ends[0]])
	if begin < 0 {
		return s, nil, false
	}
	name = s[:begin]
	for i, end := range ends {
		if i+1 < len(ends) && !strings.ContainsFunc(s[end:ends[i+1]-4], unicode.IsLetter) {
			continue // "Mau 04.docx (1).doc" is one name
		}
		files = append(files, strings.TrimSpace(s[begin:end]))
		begin = end
	}
	return name, files, true
}

// isWordAt reports a lower-case letter, which continues a word: ".document".
func isWordAt(s string, i int) bool {
	r, _ := utf8.DecodeRuneInString(s[i:])
	return unicode.IsLower(r)
}

func beginsFile(s string) bool { return extension.MatchString(s[:min(len(s), maxFileName)]) }

const maxFileName = 160

// codeEnds are endings of the numbers of legal texts, after which a capital begins something new.
var codeEnds = regexp.MustCompile(`/(?:NĐ-CP|QĐ-TTg|NQ-CP|TT-(?:BTC|BCA|BTP|BXD|BNNMT|BNNPTNT|BTNMT|BGTVT|NHNN|BQP|BKHĐT|BCT|BYT|BNV|VPCP|BTTTT|BKHCN|BLĐTBXH|BGDĐT|BVHTTDL|TTCP|TANDTC)|QH1\d)`)

// fileStart finds where the cell of the form file begins: at the last place within reach
// where two cells are glued: a small letter, a digit or a closing mark right before a capital,
// or the number of a legal text right before anything.
func fileStart(s string) int {
	reach := max(0, len(s)-maxFileName)
	for reach > 0 && !utf8.RuneStart(s[reach]) {
		reach--
	}
	if m := codeEnds.FindAllStringIndex(s, -1); m != nil {
		if at := m[len(m)-1][1]; at >= reach && at < len(s) {
			if r, _ := utf8.DecodeRuneInString(s[at:]); unicode.IsLetter(r) || unicode.IsDigit(r) {
				return at
			}
		}
	}
	begin, prev := -1, rune(0)
	for i, r := range s[reach:] {
		if prev != 0 && glue(prev, r) {
			// Camel case inside the file's own name is glue as well ("MauDanhSach.docx"), so the first that begins
			// like a form's name wins; else the last.
			if begin = reach + i; fileWord.MatchString(s[begin:]) {
				return begin
			}
		}
		prev = r
	}
	if begin < 0 && reach == 0 && !strings.Contains(s, " ") {
		return 0 // nothing but a file name
	}
	return begin
}

// fileWord begins like the name of a form file.
var fileWord = regexp.MustCompile(`^(?:\d+[-. ]+)?(?:Mẫu|MẪU|Mau|MAU|Ms|Mus|Ph|PH|PL|Biểu|BIỂU|Bieu|BM|Đơn|Don|ĐƠN|Tờ khai|To khai|TK|TỜ KHAI|Văn bản|Báo cáo|Giấy)`)

func glue(prev, next rune) bool {
	if !unicode.IsUpper(next) && !unicode.IsDigit(next) {
		return false
	}
	if unicode.IsDigit(next) { // "theo mẫu1.docx", but not "3x4"
		return strings.ContainsRune(").;:”", prev) || (unicode.IsLower(prev) && prev != 'x')
	}
	return unicode.IsLower(prev) || unicode.IsDigit(prev) || strings.ContainsRune(").;:,”\"", prev)
}

var sets = regexp.MustCompile(`(?i)số lượng(?: hồ sơ)?(?: phải nộp)?\s*[:：]?\s*(\d{1,2})\s*(?:\([^)]{0,12}\)\s*)?\(?bộ`)

// setsOf reads the number of sets from remarks such as "Số lượng hồ sơ: 01 (bộ)"; 0 when none says so or they disagree.
func setsOf(v *procedure.Version) int {
	found := 0
	for _, c := range v.Components {
		if m := sets.FindStringSubmatch(c.Name); m != nil && c.Note {
			n, _ := strconv.Atoi(m[1])
			if found != 0 && found != n {
				return 0
			}
			found = n
		}
	}
	return found
}
