package find

import (
	"bufio"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/motcua/motcua/internal/viet"
)

// Lexicon is what is known about how people ask: everyday words for legal ones, abbreviations, words that
// say nothing about the matter, and the parts of a name that mark a special case. It is text that people
// review (lexicon.txt); ParseLexicon tells its form. A Lexicon does not change once read.
type Lexicon struct {
	rules   []rule
	byFirst map[string][]int32 // first folded word → rules that may begin with it
	abbr    map[string]phrase
	base    map[string]bool // folded words that mean something only beside others
	special []phrase
	known   map[string]bool // every folded word written in the file
}

// term is one word of the lexicon or of a question.
type term struct {
	fold  string // folded, with one spelling of i and y
	marks string // its accents, letter by letter; see marksOf
}

type phrase struct {
	terms []term
	text  string // as written
}

type ruleKind uint8

const (
	ignore  ruleKind = iota // the words are dropped
	replace                 // the words are read as something else
	add                     // the words stay, and are also read as something else
)

// rule reads a pattern of words in a question. A part may be any of several phrases; gap says that other
// words may stand before it.
type rule struct {
	kind   ruleKind
	parts  []rulePart
	readAs []phrase // most likely first
}

type rulePart struct {
	any []phrase // longest first
	gap bool
}

// maxGap is how many foreign words ".." may span: "mẹ em vừa mới mất".
const maxGap = 4

//go:embed lexicon.txt
var lexiconText string

// DefaultLexicon returns the lexicon that comes with the program.
var DefaultLexicon = sync.OnceValue(func() *Lexicon {
	l, err := ParseLexicon("lexicon.txt", strings.NewReader(lexiconText))
	if err != nil {
		panic(err) // the file is part of the program; a test reads it
	}
	return l
})

// Extended returns the built-in lexicon with the lines of a province added, in the same form.
func Extended(name, lines string) (*Lexicon, error) {
	if _, err := ParseLexicon(name, strings.NewReader(lines)); err != nil {
		return nil, err // with the line numbers of the province's own file
	}
	return ParseLexicon(name, strings.NewReader(lexiconText+"\n"+lines))
}

// ParseLexicon reads lexicons in the form of lexicon.txt, which explains itself. All wrong lines are
// reported, each as "name:line: what is wrong".
func ParseLexicon(name string, r io.Reader) (*Lexicon, error) {
	l := &Lexicon{
		byFirst: map[string][]int32{}, abbr: map[string]phrase{},
		base: map[string]bool{}, known: map[string]bool{},
	}
	groups := map[string][]phrase{}
	var errs []error
	section := ""
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(viet.NFC(lines.Text()))
		switch {
		case line == "" || line[0] == '#':
			continue
		case line[0] == '[':
			section = strings.Trim(line, "[]")
			continue
		}
		if err := l.line(section, line, groups); err != nil {
			errs = append(errs, fmt.Errorf("%s:%d: %w", name, n, err))
		}
	}
	if err := lines.Err(); err != nil {
		errs = append(errs, fmt.Errorf("%s: %w", name, err))
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	l.index()
	return l, nil
}

func (l *Lexicon) line(section, line string, groups map[string][]phrase) error {
	switch section {
	case "nhóm":
		name, list, ok := strings.Cut(line, "=")
		name = strings.TrimPrefix(strings.TrimSpace(name), "@")
		if !ok || name == "" {
			return errors.New("want @name = word, word")
		}
		groups[name] = l.phrases(list, ",")
	case "bỏ qua":
		for _, p := range l.phrases(line, ",") {
			if len(p.terms) == 1 { // alone it could be half of a word: "thế" of "thế chấp"
				l.base[p.terms[0].fold] = true
				continue
			}
			l.rules = append(l.rules, rule{kind: ignore, parts: []rulePart{{any: []phrase{p}}}})
		}
	case "từ nền":
		for _, p := range l.phrases(line, ",") {
			for _, t := range p.terms {
				l.base[t.fold] = true
			}
		}
	case "đặc biệt":
		l.special = append(l.special, l.phrases(line, ",")...)
	case "viết tắt":
		left, right, ok := strings.Cut(line, "=")
		if !ok {
			return errors.New("want SHORT = full words")
		}
		full := l.phrases(right, ";")
		if len(full) == 0 || len(full) > 1 && full[0].text != strings.TrimSpace(left) {
			return errors.New("want one full form, or the short form itself and then its full forms")
		}
		for _, short := range l.phrases(left, "|") {
			if len(short.terms) != 1 {
				l.rules = append(l.rules, rule{kind: replace, parts: []rulePart{{any: []phrase{short}}}, readAs: full})
				continue
			}
			// A short form that official names use too stays, and each form is also read as the other.
			if full[0].text == short.text {
				l.rules = append(l.rules, rule{kind: add, parts: []rulePart{{any: []phrase{short}}}, readAs: full[1:]})
				for _, f := range full[1:] {
					l.rules = append(l.rules, rule{kind: add, parts: []rulePart{{any: []phrase{f}}}, readAs: []phrase{short}})
				}
				continue
			}
			key := short.terms[0].fold
			if _, twice := l.abbr[key]; twice {
				return fmt.Errorf("%s stands twice", short.text)
			}
			l.abbr[key] = full[0]
		}
	case "hiểu là":
		kind := replace
		left, right, ok := strings.Cut(line, "=>")
		if !ok {
			kind = add
			if left, right, ok = strings.Cut(line, "="); !ok {
				return errors.New("want pattern => reading, or pattern = reading")
			}
		}
		readAs := l.phrases(right, ";")
		if len(readAs) == 0 {
			return errors.New("nothing to read it as")
		}
		for pattern := range strings.SplitSeq(left, "|") {
			parts, err := l.parts(pattern, groups)
			if err != nil {
				return err
			}
			l.rules = append(l.rules, rule{kind: kind, parts: parts, readAs: readAs})
		}
	default:
		return fmt.Errorf("unknown section %q", section)
	}
	return nil
}

// parts reads one pattern: words, <groups>, and ".." between them.
func (l *Lexicon) parts(pattern string, groups map[string][]phrase) ([]rulePart, error) {
	var parts []rulePart
	gap := false
	put := func(any []phrase) {
		parts = append(parts, rulePart{any: any, gap: gap})
		gap = false
	}
	for rest := strings.TrimSpace(pattern); rest != ""; rest = strings.TrimSpace(rest) {
		switch {
		case strings.HasPrefix(rest, ".."):
			gap, rest = true, rest[2:]
		case rest[0] == '<':
			end := strings.IndexByte(rest, '>')
			if end < 0 {
				return nil, fmt.Errorf("%q: < without >", pattern)
			}
			group := groups[rest[1:end]]
			if group == nil {
				return nil, fmt.Errorf("%q: no group %q", pattern, rest[1:end])
			}
			put(group)
			rest = rest[end+1:]
		default:
			end := len(rest)
			for _, mark := range []string{"..", "<"} {
				if i := strings.Index(rest, mark); i >= 0 {
					end = min(end, i)
				}
			}
			p := l.phrase(rest[:end])
			if len(p.terms) == 0 {
				return nil, fmt.Errorf("%q: no words in %q", pattern, rest[:end])
			}
			put([]phrase{p})
			rest = rest[end:]
		}
	}
	if len(parts) == 0 || parts[0].gap {
		return nil, fmt.Errorf("%q: a pattern begins with a word", pattern)
	}
	return parts, nil
}

func (l *Lexicon) phrases(list, sep string) []phrase {
	var out []phrase
	for s := range strings.SplitSeq(list, sep) {
		if p := l.phrase(s); len(p.terms) > 0 {
			out = append(out, p)
		}
	}
	slices.SortStableFunc(out, func(a, b phrase) int {
		if sep == ";" {
			return 0 // the order is the likelihood
		}
		return len(b.terms) - len(a.terms)
	})
	return out
}

func (l *Lexicon) phrase(s string) phrase {
	s = strings.TrimSpace(s)
	p := phrase{text: s}
	for _, w := range viet.Words(s) {
		t := termOf(s[w.Start:w.End], w.Folded)
		l.known[t.fold] = true
		p.terms = append(p.terms, t)
	}
	return p
}

func (l *Lexicon) index() {
	for i, r := range l.rules {
		seen := map[string]bool{}
		for _, p := range r.parts[0].any {
			if first := p.terms[0].fold; !seen[first] {
				seen[first] = true
				l.byFirst[first] = append(l.byFirst[first], int32(i))
			}
		}
	}
	for short := range l.abbr {
		l.known[short] = true
	}
	for w := range l.base {
		l.known[w] = true
	}
}

// reading is one rule applied to a question: which words it takes, as bits.
type reading struct {
	rule  *rule
	words uint64
	taken int
	gaps  int
	first int
}

// read finds the rules that fit the words and do not overlap, those that take more words first.
func (l *Lexicon) read(words []term, accented bool) []reading {
	var all []reading
	for i, w := range words {
		for _, n := range l.byFirst[w.fold] {
			r := reading{rule: &l.rules[n], first: i}
			if r.fit(words, i, 0, accented) {
				all = append(all, r)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b reading) int {
		if a.taken != b.taken {
			return b.taken - a.taken
		}
		if a.gaps != b.gaps {
			return a.gaps - b.gaps
		}
		return a.first - b.first
	})
	var used uint64
	kept := all[:0]
	for _, r := range all {
		if used&r.words == 0 {
			used |= r.words
			kept = append(kept, r)
		}
	}
	slices.SortFunc(kept, func(a, b reading) int { return a.first - b.first })
	return kept
}

// fit tries the parts of the rule from part on, at word i.
func (r *reading) fit(words []term, i, part int, accented bool) bool {
	if part == len(r.rule.parts) {
		return true
	}
	p := r.rule.parts[part]
	reach := 0
	if p.gap {
		reach = maxGap
	}
	for skip := 0; skip <= reach && i+skip < len(words); skip++ {
		for _, option := range p.any {
			n := len(option.terms)
			if i+skip+n > len(words) || !option.at(words[i+skip:], accented) {
				continue
			}
			before := *r
			for k := i + skip; k < i+skip+n; k++ {
				r.words |= 1 << k
			}
			r.taken += n
			r.gaps += skip
			if r.fit(words, i+skip+n, part+1, accented) {
				return true
			}
			*r = before
		}
	}
	return false
}

func (p phrase) at(words []term, accented bool) bool {
	for k, t := range p.terms {
		if t.fold != words[k].fold {
			return false
		}
		if a := agree(words[k].marks, t.marks, accented); a < someAccents {
			return false
		}
	}
	return true
}
