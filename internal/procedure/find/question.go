package find

import (
	"math/bits"
	"strings"
	"unicode/utf8"

	"github.com/motcua/motcua/internal/viet"
)

// Bounds on a question; what is longer is read up to here.
const (
	maxQuestion = 1000 // bytes
	maxWords    = 48
)

// asked is one word of a question after it was understood letter by letter.
type asked struct {
	term
	text string // as the person wrote it
}

// unit is one thing a question says, with the ways to read it; the best one counts.
type unit struct {
	alts   []alt
	weight float32
	said   string // the person's words, when they were read as something else
}

// alt is one reading: words that should stand in the name, with those that should stand side by side.
type alt struct {
	slots  []int
	pairs  []int
	full   float32 // what it would score if everything stood in the head of a name
	factor float32
	readAs string // the legal words; empty when it is what the person said
}

// longReading is the weight of about three telling words; readings heavier than that are damped.
const longReading = 26

// slot is one word to look for; pairSlot two of them side by side.
type slot struct {
	term   uint32
	marks  string
	strict bool // accents of this word count as those of an accented question
	weight float32
	next   int32 // the next slot+1 of the same term
}

type pairSlot struct {
	key    uint64
	pair   uint32
	a, b   int
	weight float32
}

// question is a search text understood.
type question struct {
	x        *Index
	words    []asked
	accented bool
	codes    []string
	onlyCode bool
	read     [][2]string // what was written, what it was taken for: "dawng" → "đăng"
	units    []unit
	slots    []slot
	pairs    []pairSlot
	asksFor  map[uint32]bool // terms said or understood, for the special phrases
	level    levels
	full     float32

	byPair map[uint64][]int
}

// understand reads a search text. completing says that the last word may be half typed; it is returned
// apart, folded.
func (x *Index) understand(text string, completing bool) (q *question, partial string) {
	q = &question{x: x, asksFor: map[uint32]bool{}, byPair: map[uint64][]int{}}
	if len(text) > maxQuestion {
		text = text[:maxQuestion]
		for len(text) > 0 && !utf8.ValidString(text[len(text)-1:]) && !utf8.RuneStart(text[len(text)-1]) {
			text = text[:len(text)-1]
		}
	}
	text = viet.NFC(strings.ToValidUTF8(text, " "))
	words := viet.Words(text)
	if completing && len(words) > 0 && words[len(words)-1].End == len(text) {
		last := words[len(words)-1]
		partial = sameSound(last.Folded)
		words = words[:len(words)-1]
	}
	words = words[:min(len(words), maxWords)]
	shouting := text == strings.ToUpper(text)
	for _, w := range words {
		x.readWord(q, text[w.Start:w.End], w.Folded, shouting)
	}
	q.words = q.words[:min(len(q.words), maxWords)]
	q.onlyCode = len(q.codes) > 0 && len(q.words) == 0
	withMarks := 0
	for _, w := range q.words {
		if w.marks != "" {
			withMarks++
		}
	}
	q.accented = withMarks*5 >= len(q.words)*2 && withMarks > 0
	q.build()
	return q, partial
}

// readWord adds one written word to the question: as a code, an abbreviation spelled out, or a word, mended
// when it is unknown.
func (x *Index) readWord(q *question, text, folded string, shouting bool) {
	if code, ok := codeLike(folded); ok {
		q.codes = append(q.codes, code)
		return
	}
	fold := sameSound(folded)
	if full, ok := x.lex.abbr[fold]; ok {
		// Letters that are also a syllable are an abbreviation only in capitals among small letters.
		if !viet.IsSyllable(fold) || !shouting && text == strings.ToUpper(text) {
			for _, t := range full.terms {
				q.words = append(q.words, asked{t, text})
			}
			q.read = append(q.read, [2]string{text, full.text})
			return
		}
	}
	t := termOf(text, folded)
	if x.knows(t.fold) {
		q.words = append(q.words, asked{t, text})
		return
	}
	if retyped, ok := viet.RetypeWord(text); ok {
		if r := termOf(retyped, viet.Fold(retyped)); x.knows(r.fold) {
			q.words = append(q.words, asked{r, text})
			q.read = append(q.read, [2]string{text, strings.ToLower(retyped)})
			return
		}
	}
	if parts := x.split(t.fold); parts != nil {
		for _, p := range parts {
			q.words = append(q.words, asked{term{fold: p}, text})
		}
		q.read = append(q.read, [2]string{text, strings.Join(parts, " ")})
		return
	}
	before := ""
	if n := len(q.words); n > 0 {
		before = q.words[n-1].fold
	}
	if near := x.nearest(t.fold, before); near != "" {
		q.words = append(q.words, asked{term{fold: near}, text})
		q.read = append(q.read, [2]string{text, near})
		return
	}
	q.words = append(q.words, asked{t, text})
}

// codeLike recognises the code of a procedure, whole ("1.001193", also with the agency's suffix) or in part.
func codeLike(folded string) (string, bool) {
	if !isDigit(folded[0]) {
		return "", false
	}
	for i := 0; i < len(folded); i++ {
		if !isDigit(folded[i]) && folded[i] != '.' {
			return "", false
		}
	}
	head, rest, dotted := strings.Cut(folded, ".")
	if !dotted {
		return folded, len(folded) >= 6
	}
	serial, _, _ := strings.Cut(rest, ".")
	return head + "." + serial, len(head) == 1 && len(serial) >= 2
}

func (x *Index) knows(fold string) bool {
	if x.lex.known[fold] || len(fold) == 1 || isDigit(fold[0]) {
		return true
	}
	t, ok := x.terms[fold]
	return ok && (x.df[t] > 0 || len(x.postings[t]) > 0)
}

// split reads words that were run together ("khaisinh", "dangkykethon"): known syllables, as few as
// possible, every neighbour pair known.
func (x *Index) split(fold string) []string {
	if len(fold) < 5 || len(fold) > 40 || !isLetters(fold) {
		return nil
	}
	const none = 1 << 20
	type step struct{ from, cost int }
	best := make([]step, len(fold)+1)
	for end := 1; end <= len(fold); end++ {
		best[end].cost = none
		for from := max(0, end-7); from < end; from++ {
			if best[from].cost >= none || from > 0 && best[from].from == from {
				continue
			}
			part := sameSound(fold[from:end])
			t, ok := x.terms[part]
			if !ok || x.df[t] == 0 || !viet.IsSyllable(part) {
				continue
			}
			cost := best[from].cost + 1
			if from > 0 {
				b := sameSound(fold[best[from].from:from])
				if p, ok := x.pairs[pairKey(x.terms[b], t)]; !ok || x.pairN[p] == 0 {
					cost += 3
				}
			}
			if cost < best[end].cost {
				best[end] = step{from, cost}
			}
		}
	}
	if best[len(fold)].cost >= none {
		return nil
	}
	var parts []string
	for end := len(fold); end > 0; end = best[end].from {
		parts = append([]string{sameSound(fold[best[end].from:end])}, parts...)
	}
	// Every pair must be known, or it is some other word.
	if len(parts) < 2 || best[len(fold)].cost > len(parts) {
		return nil
	}
	return parts
}

func isLetters(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < 'a' || s[i] > 'z' {
			return false
		}
	}
	return true
}

// nearest finds the known word one slip of the finger away that fits best after the word before; among
// equals the commoner one. Empty when none is near.
func (x *Index) nearest(fold, before string) string {
	if len(fold) < 3 || len(fold) > 12 || !isLetters(fold) {
		return ""
	}
	prev, hasPrev := x.terms[before]
	best, bestScore := "", 0
	for n := len(fold) - 1; n <= len(fold)+1; n++ {
		for _, t := range x.typos[n] {
			w := x.words[t]
			if !oneSlip(fold, w) {
				continue
			}
			score := int(min(x.df[t], 1000)) + 1
			if hasPrev {
				if p, ok := x.pairs[pairKey(prev, t)]; ok {
					score += 10000 + 100*int(min(x.pairN[p], 100))
				}
			}
			if score > bestScore {
				best, bestScore = w, score
			}
		}
	}
	return best
}

// oneSlip: one letter more, less or other, or two neighbours exchanged.
func oneSlip(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(a) == len(b) {
		if i == len(a) {
			return false
		}
		return a[i+1:] == b[i+1:] || i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
	}
	return len(b) == len(a)+1 && a[i:] == b[i+1:]
}

// build turns the words into units: what everyday rules read, and the plain words between them.
func (q *question) build() {
	x := q.x
	terms := make([]term, len(q.words))
	for i, w := range q.words {
		terms[i] = w.term
		if i > 0 {
			q.levelHint(terms[i-1].fold, w.fold)
		}
	}
	readings := x.lex.read(terms, q.accented)
	taken := make([]int, len(terms)) // reading+1
	for n, r := range readings {
		for w := r.words; w != 0; w &= w - 1 {
			taken[bits.TrailingZeros64(w)] = n + 1
		}
	}
	purpose := q.purpose(taken)
	wish := q.wish(readings, taken)
	weightAt := func(i int) float32 {
		switch {
		case purpose >= 0 && i > purpose:
			return 0.5
		case i < wish:
			return 0.7
		}
		return 1
	}
	done := make([]bool, len(readings))
	for i := 0; i < len(terms); {
		if taken[i] == 0 {
			j := i
			for j < len(terms) && taken[j] == 0 && (j == i || j-1 != purpose) {
				j++
			}
			if a, ok := q.alt(terms[i:j], 1, "", q.accented); ok {
				q.units = append(q.units, unit{alts: []alt{a}, weight: weightAt(i)})
			}
			i = j
			continue
		}
		n := taken[i] - 1
		if r := readings[n]; !done[n] && r.rule.kind != ignore {
			q.reading(r, terms, weightAt(i))
		}
		done[n] = true
		i++
	}
	for _, u := range q.units {
		best := float32(0)
		for _, a := range u.alts {
			best = max(best, a.full*a.factor)
		}
		q.full += best * u.weight
	}
}

// reading adds the unit of one everyday rule.
func (q *question) reading(r reading, terms []term, weight float32) {
	u := unit{weight: weight}
	var said []term
	var words []string
	for w := r.words; w != 0; w &= w - 1 {
		i := bits.TrailingZeros64(w)
		said = append(said, terms[i])
		if t := q.words[i].text; len(words) == 0 || words[len(words)-1] != t {
			words = append(words, t)
		}
	}
	u.said = strings.Join(words, " ")
	literal := float32(1)
	if r.rule.kind == replace {
		literal = 0.7 // the rule may be wrong: an official name may say just this
	}
	if a, ok := q.alt(said, literal, "", q.accented); ok && (r.rule.kind == add || len(a.pairs) > 0) {
		if r.rule.kind == replace {
			a.slots = q.inPairs(a)
		}
		u.alts = append(u.alts, a)
	}
	factor := float32(1)
	for _, p := range r.rule.readAs {
		if a, ok := q.alt(p.terms, factor, p.text, true); ok {
			// A long legal name must not drown the rest of what was said.
			if a.full > longReading {
				a.factor *= longReading / a.full * (1 + 0.25*(1-longReading/a.full))
			}
			u.alts = append(u.alts, a)
		}
		factor *= 0.9
	}
	if len(u.alts) > 0 {
		q.units = append(q.units, u)
	}
}

// inPairs keeps the words of a reading that stand in a known pair; a lone syllable of everyday speech means
// nothing in a legal name.
func (q *question) inPairs(a alt) []int {
	var kept []int
	for _, s := range a.slots {
		for _, p := range a.pairs {
			if q.pairs[p].a == s || q.pairs[p].b == s {
				kept = append(kept, s)
				break
			}
		}
	}
	return kept
}

// alt looks up the words of one reading; ok is false when none of them stands anywhere.
func (q *question) alt(terms []term, factor float32, readAs string, strict bool) (a alt, ok bool) {
	x := q.x
	a = alt{factor: factor, readAs: readAs}
	before := -1
	for i, t := range terms {
		id, known := x.terms[t.fold]
		if !known {
			before = -1
			continue
		}
		q.asksFor[id] = true
		weight := x.weight[id]
		switch {
		case !viet.IsSyllable(t.fold):
		case i > 0 && !x.lex.base[terms[i-1].fold], i+1 < len(terms) && !x.lex.base[terms[i+1].fold]:
			weight *= 0.4 // half of a word; the pair tells the rest
		default:
			weight *= 0.8
		}
		s := q.slot(slot{term: id, marks: t.marks, strict: strict, weight: weight})
		a.slots = append(a.slots, s)
		a.full += weight
		if before >= 0 {
			key := pairKey(q.slots[before].term, id)
			if p, is := x.pairs[key]; is {
				weight := x.pairWeight[p]
				switch b1, b2 := x.lex.base[terms[i-1].fold], x.lex.base[t.fold]; {
				case b1 && b2:
					weight *= 0.2
				case b1 || b2:
					weight *= 0.6
				}
				a.pairs = append(a.pairs, len(q.pairs))
				q.byPair[key] = append(q.byPair[key], len(q.pairs))
				q.pairs = append(q.pairs, pairSlot{key, p, before, s, weight})
				a.full += weight
			}
		}
		before = s
	}
	return a, len(a.slots) > 0
}

func (q *question) slot(s slot) int {
	q.slots = append(q.slots, s)
	return len(q.slots) - 1
}

// purpose finds "để": what follows is what the paper is for, not the paper asked for. -1 when there is none.
func (q *question) purpose(taken []int) int {
	for i, w := range q.words {
		if w.fold != "de" || taken[i] != 0 || i < 3 || i+2 >= len(q.words) {
			continue
		}
		if viet.NFC(strings.ToLower(w.text)) == "để" {
			return i
		}
	}
	return -1
}

// wish finds the last "muốn", "xin", "cần" that something follows: what stands before it is the story,
// what follows is the request. -1 when there is none.
func (q *question) wish(readings []reading, taken []int) int {
	for i := len(q.words) - 2; i > 1; i-- {
		if taken[i] != 0 {
			continue
		}
		switch viet.NFC(strings.ToLower(q.words[i].text)) {
		case "muốn", "xin", "cần", "nhờ", "muon":
		default:
			continue
		}
		told := 0
		for k := i + 1; k < len(q.words); k++ {
			switch {
			case taken[k] == 0 && !q.x.lex.base[q.words[k].fold]:
				told++
			case taken[k] != 0 && readings[taken[k]-1].rule.kind != ignore:
				told++
			}
		}
		if told >= 2 {
			return i
		}
	}
	return -1
}

// levelHint notes that the question names a level: "cấp tỉnh", "cấp xã", "trung ương".
func (q *question) levelHint(before, word string) {
	switch before + " " + word {
	case "cap xa", "cap phuong":
		q.level |= commune
	case "cap tinh", "cap so":
		q.level |= province
	case "cap bo", "trung uong":
		q.level |= ministry
	}
}
