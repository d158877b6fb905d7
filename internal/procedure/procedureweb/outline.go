package procedureweb

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// block is one piece of a flattened text as it is set on the page: a paragraph, a step, or an item of a list.
// The words are those of the source; only a dash or a plus at the head of a line becomes the list's own mark.
type block struct {
	kind   blockKind
	mark   string // as written: "Bước 1", "a)", "2.1."; empty for plain items
	text   string
	inside []*block
}

type blockKind uint8

const (
	paragraph blockKind = iota
	step
	item
)

// maxDepth bounds how deep lists stand in each other, whatever a text says.
const maxDepth = 5

// head is how a line begins that is no plain paragraph.
var heads = []struct {
	kind  blockKind
	class string // lines of one class are neighbours in one list; empty: the mark's first letter
	re    *regexp.Regexp
}{
	{step, "step", regexp.MustCompile(`^[-–—+*•\s]*((?:[a-zđ]\) ?)?(?i:bước)\s+(?:\d{1,2}|[IVX]{1,4})(?:\.\d)?)\s*(?:[:.)/–—-]+\s*|\s+|$)`)},
	{item, "I", regexp.MustCompile(`^((?:[IVX]{1,4}|[A-D])[.)])\s+`)},
	{item, "1.1.1", regexp.MustCompile(`^(\d{1,2}\.\d{1,2}\.\d{1,2}[.)]?)\s+`)},
	{item, "1.1", regexp.MustCompile(`^(\d{1,2}\.\d{1,2}[.)]?)\s+`)},
	{item, "1", regexp.MustCompile(`^(\d{1,2}[.)])\s+`)},
	{item, "(1)", regexp.MustCompile(`^(\(\d{1,2}\))\s*`)},
	{item, "(i)", regexp.MustCompile(`^(\([ivx]{1,5}\))\s*`)},
	{item, "a", regexp.MustCompile(`^([a-zđ]\d?[).]|[a-zđ]\.\d{1,2}[).]?)\s+`)},
	{item, "", regexp.MustCompile(`^()[-–—+*•·●○▪►→]\s*`)},
}

// line is one line of the text with its head taken apart.
type line struct {
	kind  blockKind
	class string
	mark  string
	text  string
}

func readLine(s string) line {
	for _, h := range heads {
		m := h.re.FindStringSubmatchIndex(s)
		if m == nil || m[1] == len(s) && h.kind == item {
			continue
		}
		l := line{kind: h.kind, class: h.class, mark: s[m[2]:m[3]], text: strings.TrimSpace(s[m[1]:])}
		if l.class == "" {
			r, _ := utf8.DecodeRuneInString(s)
			if r == '–' || r == '—' {
				r = '-'
			}
			l.class = string(r)
		}
		return l
	}
	return line{text: s}
}

// outline sets a flattened text as steps, lists and paragraphs.
func outline(text string) []*block {
	root := &block{}
	type level struct {
		class string
		b     *block
	}
	stack := []level{{"", root}}
	var last *block // what a line that goes on belongs to
	for _, raw := range lines(text) {
		l := readLine(raw)
		if l.kind == paragraph {
			if last != nil && goesOn(last.text, l.text) {
				last.text += " " + l.text
				continue
			}
			for len(stack) > 1 && stack[len(stack)-1].class != "step" {
				stack = stack[:len(stack)-1]
			}
			top := stack[len(stack)-1].b
			last = &block{text: l.text}
			if top.kind == step && top.text == "" && len(top.inside) == 0 {
				top.text, last = l.text, top
				continue
			}
			top.inside = append(top.inside, last)
			continue
		}
		at := len(stack)
		for i, s := range stack {
			if s.class == l.class {
				at = i
				break
			}
		}
		if l.kind == step {
			at = 1
		}
		stack = stack[:min(at, maxDepth)]
		b := &block{kind: l.kind, mark: l.mark, text: l.text}
		top := stack[len(stack)-1].b
		top.inside = append(top.inside, b)
		stack = append(stack, level{l.class, b})
		last = b
	}
	return root.inside
}

// goesOn tells that a line is the rest of the one before it, broken off by the source's layout.
func goesOn(before, next string) bool {
	end, _ := utf8.DecodeLastRuneInString(before)
	begin, _ := utf8.DecodeRuneInString(next)
	return before != "" && !strings.ContainsRune(".;:!?", end) && (unicode.IsLower(begin) || begin == ',' || begin == ';' || begin == ')')
}

// lines splits a text at its line ends, and where the crawl ran lines together: after the end of a sentence
// or a colon, before a dash, a plus or a star, and before "Bước 2".
func lines(text string) []string {
	var out []string
	for raw := range strings.SplitSeq(text, "\n") {
		for _, one := range split(strings.Join(strings.Fields(raw), " ")) {
			if one = strings.TrimSpace(one); one != "" && strings.Trim(one, "-–—+*•· ") != "" {
				out = append(out, one)
			}
		}
	}
	return out
}

var (
	lettered = regexp.MustCompile(`(\s)[a-zđ]\) ?Bước \d`)
	romans   = regexp.MustCompile(`(?:^|[:;,.] ?)\(([ivx]{1,5})\) ?`)
	joined   = regexp.MustCompile(`([.;:])\s*(?:[-–+*•]\s*)?(?:Bước \d{1,2}\s*[:.]|[-–+*•] ?\p{Lu}|[-–+•] \p{Ll})`)
	counted  = regexp.MustCompile(`(?:^|[\s:;,.])\((\d{1,2})\)\s*`)
	letters  = regexp.MustCompile(`(?:^|[:;,.] ?)([a-eđgh])\) `)
)

// alphabet is the order of Vietnamese clause letters.
const alphabet = "abcdđeghiklmnopqrstuvxy"

// numerals are the small Roman numbers that lists in one line go up to.
var numerals = [...]string{"i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"}

// split cuts one line into those it was put together from.
func split(s string) []string {
	var cuts []int
	for _, re := range []*regexp.Regexp{joined, lettered} {
		for _, m := range re.FindAllStringSubmatchIndex(s, -1) {
			cuts = append(cuts, m[3])
		}
	}
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)
	if len(cuts) == 0 {
		cuts = series(s, counted, func(i int, mark string) bool { return mark == itoa(i+1) })
	}
	if len(cuts) == 0 {
		cuts = series(s, romans, func(i int, mark string) bool { return i < len(numerals) && mark == numerals[i] })
	}
	if len(cuts) == 0 {
		order := []rune(alphabet)
		cuts = series(s, letters, func(i int, mark string) bool { return i < len(order) && mark == string(order[i]) })
	}
	var out []string
	from := 0
	for _, c := range cuts {
		out = append(out, s[from:c])
		from = c
	}
	return append(out, s[from:])
}

// series finds where the marks of one running list stand: 1, 2, 3 in order, at least two of them.
func series(s string, re *regexp.Regexp, is func(i int, mark string) bool) []int {
	var cuts []int
	for _, m := range re.FindAllStringSubmatchIndex(s, -1) {
		if !is(len(cuts), s[m[2]:m[3]]) {
			continue
		}
		at := m[2]
		if at > 0 && s[at-1] == '(' {
			at--
		}
		cuts = append(cuts, at)
	}
	if len(cuts) < 2 {
		return nil
	}
	return cuts
}

// run is a stretch of neighbours of one kind, which are drawn as one list.
type run struct {
	kind   blockKind
	marked bool
	blocks []*block
}

func runs(blocks []*block) []run {
	var out []run
	for _, b := range blocks {
		n := len(out)
		if n > 0 && out[n-1].kind == b.kind && out[n-1].marked == (b.mark != "") && b.kind != paragraph {
			out[n-1].blocks = append(out[n-1].blocks, b)
			continue
		}
		out = append(out, run{b.kind, b.mark != "", []*block{b}})
	}
	return out
}
