// Package find answers "which procedure do I need?" as people ask it: in everyday words, without accents,
// with the tone misplaced, half typed in Telex, in abbreviations, or by code. It explains each answer.
//
// It is pure: an Index is built from documents and lives in memory; nothing is stored, and it may be read
// by many at once. What it knows about language stands in lexicon.txt for everyone to read and correct. It
// never hides a procedure because of accents, level or agency unless the options ask for it: those only
// order the answers.
package find

import (
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/motcua/motcua/internal/viet"
)

// Document is what is searched of one procedure. Text is free: results, names of papers, conditions, steps,
// the most telling first; only its first 4 KiB are read.
type Document struct {
	Code     string
	Name     string
	Sector   string // "Hộ tịch"
	Agency   string // "Ủy ban nhân dân cấp xã"
	Level    string // as the catalogue writes it: "Cấp tỉnh, Cấp xã"
	Subjects string // who may apply
	Keywords []string
	Text     string
}

// maxText bounds what is read of Document.Text; the head of a procedure tells more than its tail.
const maxText = 4 << 10

// maxNameWords bounds the words read of a name; the longest official names have about 150.
const maxNameWords = 400

// zone says where in a document a word stands.
type zone uint8

const (
	zoneHead    zone = iota // the name up to where its conditions begin
	zoneTail                // "đối với …", "(…)": the rest of the name
	zoneIntro               // "Thủ tục", which most names begin with: matched, never missed
	zoneKeyword             // given by the pack: as good as the name
	zoneSector
	zoneAgency
)

var zoneWeight = [...]float32{zoneHead: 1, zoneTail: 0.75, zoneIntro: 0.3, zoneKeyword: 0.95, zoneSector: 0.45, zoneAgency: 0.2}

// token is one word of the short fields of a document.
type token struct {
	term       uint32
	marks      uint32 // index into Index.marks
	start, end uint16 // bytes in the name, for the zones of the name
	zone       zone
}

type doc struct {
	code, name, sector, agency, level string

	tokens   []token
	nameSum  float32   // weight of all words of the name that a question may be expected to hold
	special  []special // the special cases its name speaks of
	levels   levels
	codeBare string // digits only
}

// special is a special phrase in a name: which one, and at which word.
type special struct{ phrase, at uint16 }

type levels uint8

const (
	commune levels = 1 << iota
	province
	ministry
)

// Index finds procedures. Build it once with New; it does not change and may be used by many goroutines.
type Index struct {
	docs  []doc
	lex   *Lexicon
	terms map[string]uint32
	words []string // term → folded word

	marks     []string
	markIndex map[string]uint32

	pairs map[uint64]uint32 // two terms side by side, as they stand in names or in the lexicon
	df    []uint32          // term → in how many short fields
	pairN []uint32          // pair → in how many short fields

	weight     []float32 // term → how much it tells
	pairWeight []float32

	postings     [][]uint32 // term → document<<8 | strength
	pairPostings [][]uint32

	special       [][]uint32 // special phrase → terms
	specialBySize []uint16   // the longest first, so that a part of one is not counted again
	nameTerms     []uint32   // terms of names, sorted by word, for completing what is being typed
	typos         map[int][]uint32
	totalShort    float64
}

// New builds an index that understands people by the lexicon of the program.
func New(docs []Document) *Index { return NewWith(docs, DefaultLexicon()) }

// NewWith builds an index with another lexicon, such as the program's with the lines a pack adds.
func NewWith(docs []Document, lex *Lexicon) *Index {
	x := &Index{
		docs: make([]doc, len(docs)), lex: lex, terms: make(map[string]uint32, 8192), pairs: make(map[uint64]uint32, 16384),
		marks: []string{""}, markIndex: map[string]uint32{"": 0},
	}
	b := builder{x: x, seen: map[string]spelling{}, inDoc: map[uint32]float32{}, pairsInDoc: map[uint32]float32{}}
	for i := range docs {
		b.short(i, &docs[i])
	}
	b.lexicon()
	x.totalShort = float64(len(docs))
	for i := range docs {
		b.post(i)
	}
	b.text(docs)
	x.weights()
	for i := range x.docs {
		x.weigh(&x.docs[i])
	}
	x.nameWords()
	return x
}

// Len is the number of procedures.
func (x *Index) Len() int { return len(x.docs) }

type spelling struct{ term, marks uint32 }

type builder struct {
	x          *Index
	seen       map[string]spelling // each spelling met, so that it is folded once
	inDoc      map[uint32]float32
	pairsInDoc map[uint32]float32
	nameLen    int
}

func (x *Index) term(fold string) uint32 {
	if t, ok := x.terms[fold]; ok {
		return t
	}
	t := uint32(len(x.words)) //nolint:gosec // a language has fewer words
	fold = strings.Clone(fold)
	x.terms[fold] = t
	x.words = append(x.words, fold)
	x.df = append(x.df, 0)
	x.postings = append(x.postings, nil)
	return t
}

func (x *Index) mark(marks string) uint32 {
	if m, ok := x.markIndex[marks]; ok {
		return m
	}
	m := uint32(len(x.marks)) //nolint:gosec // as above
	x.marks = append(x.marks, marks)
	x.markIndex[marks] = m
	return m
}

func pairKey(a, b uint32) uint64 { return uint64(a)<<32 | uint64(b) }

func (x *Index) pair(a, b uint32) uint32 {
	key := pairKey(a, b)
	if p, ok := x.pairs[key]; ok {
		return p
	}
	p := uint32(len(x.pairN)) //nolint:gosec // as above
	x.pairs[key] = p
	x.pairN = append(x.pairN, 0)
	x.pairPostings = append(x.pairPostings, nil)
	return p
}

// tails are the words after which a name speaks of the case it applies to, no longer of the matter.
var tails = func() [][]string {
	var out [][]string
	for _, s := range []string{"đối với", "trong trường hợp", "trường hợp", "áp dụng", "thực hiện tại", "thuộc thẩm quyền", "theo quy định", "quy định tại", "do bị mất", "bằng dịch vụ công", "thực hiện bằng", "trừ trường hợp"} {
		var words []string
		for _, w := range viet.Tokens(s) {
			words = append(words, sameSound(w))
		}
		out = append(out, words)
	}
	return out
}()

// short reads the short fields of one document.
func (b *builder) short(i int, in *Document) {
	d := &b.x.docs[i]
	*d = doc{code: in.Code, name: in.Name, sector: in.Sector, agency: in.Agency, level: in.Level, levels: levelsOf(in.Level), codeBare: digits(in.Code)}
	words := viet.Words(in.Name)
	if len(words) > maxNameWords || len(in.Name) > math.MaxUint16 {
		words = slices.DeleteFunc(words, func(w viet.Word) bool { return w.End > math.MaxUint16 })
		words = words[:min(len(words), maxNameWords)]
	}
	b.nameLen += len(words)
	d.tokens = make([]token, 0, len(words)+8)
	at := zoneHead
	for k, w := range words {
		s := b.spell(in.Name[w.Start:w.End], w.Folded)
		z := at
		if at == zoneHead {
			if k > 1 && b.tailBegins(in.Name, words, k) {
				at, z = zoneTail, zoneTail
			} else if intro(words, k) {
				z = zoneIntro
			}
		}
		d.tokens = append(d.tokens, token{s.term, s.marks, uint16(w.Start), uint16(w.End), z}) //nolint:gosec // words beyond were dropped above
	}
	for _, k := range in.Keywords {
		b.field(d, k, zoneKeyword)
	}
	b.field(d, in.Sector, zoneSector)
	b.field(d, in.Agency, zoneAgency)
	clear(b.inDoc)
	clear(b.pairsInDoc)
	for k, t := range d.tokens {
		b.inDoc[t.term] = 1
		if k > 0 && sameField(d.tokens[k-1].zone, t.zone) {
			b.pairsInDoc[b.x.pair(d.tokens[k-1].term, t.term)] = 1
		}
	}
	for t := range b.inDoc {
		b.x.df[t]++
	}
	for p := range b.pairsInDoc {
		b.x.pairN[p]++
	}
}

func sameField(a, b zone) bool { return a == b || a <= zoneIntro && b <= zoneIntro }

// intro tells whether word k belongs to "Thủ tục" or "Trình tự, thủ tục" at the beginning.
func intro(words []viet.Word, k int) bool {
	if k > 3 {
		return false
	}
	for i := k - k%2; i >= 0; i -= 2 {
		if i+1 >= len(words) {
			return false
		}
		two := words[i].Folded + " " + words[i+1].Folded
		if two != "thu tuc" && two != "trinh tu" {
			return false
		}
	}
	return true
}

func (b *builder) tailBegins(name string, words []viet.Word, k int) bool {
	if strings.ContainsAny(name[words[k-1].End:words[k].Start], "(;") {
		return true
	}
	for _, t := range tails {
		if k+len(t) > len(words) {
			continue
		}
		same := true
		for n := range t {
			if sameSound(words[k+n].Folded) != t[n] {
				same = false
				break
			}
		}
		if same {
			return true
		}
	}
	return false
}

func (b *builder) field(d *doc, text string, z zone) {
	words := viet.Words(text)
	for _, w := range words[:min(len(words), maxNameWords)] {
		s := b.spell(text[w.Start:w.End], w.Folded)
		d.tokens = append(d.tokens, token{term: s.term, marks: s.marks, zone: z})
	}
}

func (b *builder) spell(word, folded string) spelling {
	if s, ok := b.seen[word]; ok {
		return s
	}
	t := termOf(word, folded)
	s := spelling{b.x.term(t.fold), b.x.mark(t.marks)}
	b.seen[strings.Clone(word)] = s
	return s
}

// lexicon makes the words of the lexicon known, so that its phrases can be looked for in the texts.
func (b *builder) lexicon() {
	x := b.x
	note := func(p phrase) {
		for i, t := range p.terms {
			x.mark(t.marks)
			id := x.term(t.fold)
			if i > 0 {
				x.pair(x.terms[p.terms[i-1].fold], id)
			}
		}
	}
	for i := range x.lex.rules {
		for _, p := range x.lex.rules[i].readAs {
			note(p)
		}
		for _, part := range x.lex.rules[i].parts {
			for _, p := range part.any {
				note(p)
			}
		}
	}
	for _, full := range x.lex.abbr {
		note(full)
	}
	for _, p := range x.lex.special {
		note(p)
		ids := make([]uint32, len(p.terms))
		for i, t := range p.terms {
			ids[i] = x.terms[t.fold]
		}
		x.special = append(x.special, ids)
		x.specialBySize = append(x.specialBySize, uint16(len(x.special)-1)) //nolint:gosec // phrases of a file people read
	}
	slices.SortStableFunc(x.specialBySize, func(a, b uint16) int { return len(x.special[b]) - len(x.special[a]) })
}

// posting packs how strongly a document holds a term into the low byte of a posting.
func posting(doc int, strength float32) uint32 {
	return uint32(doc)<<8 | uint32(max(1, min(255, strength*128))) //nolint:gosec // a catalogue has fewer procedures
}

// post writes the postings of the short fields of one document.
func (b *builder) post(i int) {
	x := b.x
	d := &x.docs[i]
	average := float32(b.nameLen) / float32(max(1, len(x.docs)))
	names := 0
	for _, t := range d.tokens {
		if t.zone <= zoneIntro {
			names++
		}
	}
	// Long names hold many words by chance.
	long := 1 / (0.7 + 0.3*float32(names)/max(1, average))
	clear(b.inDoc)
	clear(b.pairsInDoc)
	for k, t := range d.tokens {
		w := zoneWeight[t.zone]
		if t.zone <= zoneIntro {
			w *= long
		}
		b.inDoc[t.term] = max(b.inDoc[t.term], w)
		if k > 0 && sameField(d.tokens[k-1].zone, t.zone) {
			p := x.pairs[pairKey(d.tokens[k-1].term, t.term)]
			b.pairsInDoc[p] = max(b.pairsInDoc[p], w)
		}
	}
	for t, w := range b.inDoc {
		x.postings[t] = append(x.postings[t], posting(i, w))
	}
	for p, w := range b.pairsInDoc {
		x.pairPostings[p] = append(x.pairPostings[p], posting(i, w))
	}
	covered := make([]bool, len(d.tokens))
	for _, n := range x.specialBySize {
		if at := d.find(x.special[n]); at >= 0 && !covered[at] {
			d.special = append(d.special, special{n, uint16(at)}) //nolint:gosec // at is below maxNameWords and keywords
			for k := range x.special[n] {
				covered[at+k] = true
			}
		}
	}
}

// find gives the word of the name at which the terms stand one after the other, or -1.
func (d *doc) find(ids []uint32) int {
	for i := range d.tokens {
		if i+len(ids) > len(d.tokens) || d.tokens[i+len(ids)-1].zone > zoneIntro {
			return -1
		}
		same := true
		for k, id := range ids {
			if d.tokens[i+k].term != id {
				same = false
				break
			}
		}
		if same {
			return i
		}
	}
	return -1
}

// textStrength is what a word in the free text counts, before how often it stands there.
const textStrength = 0.16

// text reads the free text: pairs that names or the lexicon know, and single words that are no Vietnamese
// syllable (form numbers, short forms). What stands in more than an eighth of all texts tells nothing.
func (b *builder) text(docs []Document) {
	x := b.x
	type found struct{ id, doc uint32 }
	var words, pairs []found
	wordN, pairN := map[uint32]uint32{}, make([]uint32, len(x.pairN))
	lastPair := make([]uint32, len(x.pairN)) // document+1 that held the pair last
	lastWord := map[uint32]uint32{}
	for i := range docs {
		text := docs[i].Text
		if end := maxText; len(text) > end {
			for end > 0 && !utf8.RuneStart(text[end]) {
				end--
			}
			text = text[:end]
		}
		if docs[i].Subjects != "" {
			text += "\n" + docs[i].Subjects
		}
		at := uint32(i)
		before, known := uint32(0), false
		eachWord(viet.Fold(text), func(w string) {
			w = sameSound(w)
			t, ok := x.terms[w]
			if !ok && len(w) > 1 && len(w) <= 24 && !viet.IsSyllable(w) && hasLetter(w) {
				t, ok = x.term(w), true
			}
			if ok && x.df[t] == 0 && lastWord[t] != at+1 && !viet.IsSyllable(w) {
				lastWord[t] = at + 1
				words = append(words, found{t, at})
				wordN[t]++
			}
			if ok && known {
				if p, is := x.pairs[pairKey(before, t)]; is && lastPair[p] != at+1 {
					lastPair[p] = at + 1
					pairs = append(pairs, found{p, at})
					pairN[p]++
				}
			}
			before, known = t, ok
		})
	}
	limit := uint32(len(docs)/8 + 8) //nolint:gosec // as above
	for _, f := range words {
		if wordN[f.id] <= limit {
			x.postings[f.id] = addText(x.postings[f.id], f.doc)
		}
	}
	for _, f := range pairs {
		if pairN[f.id] <= limit {
			x.pairPostings[f.id] = addText(x.pairPostings[f.id], f.doc)
		}
	}
}

// addText appends a posting of the text; a document that already stands in the list by its short fields
// may stand twice, which only makes it a little stronger.
func addText(list []uint32, doc uint32) []uint32 {
	return append(list, posting(int(doc), textStrength))
}

func hasLetter(w string) bool {
	for i := 0; i < len(w); i++ {
		if w[i] < '0' || w[i] > '9' && w[i] != '.' {
			return true
		}
	}
	return false
}

// eachWord calls yield with each word of folded text, without allocating.
func eachWord(s string, yield func(string)) {
	start := -1
	for i := 0; i < len(s); i++ {
		c := s[i]
		in := 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c >= 0x80 ||
			c == '.' && start >= 0 && i+1 < len(s) && isDigit(s[i-1]) && isDigit(s[i+1])
		if in && start < 0 {
			start = i
		} else if !in && start >= 0 {
			yield(s[start:i])
			start = -1
		}
	}
	if start >= 0 {
		yield(s[start:])
	}
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// weigh sums what a question would have to say to name the document in full.
func (x *Index) weigh(d *doc) {
	for i, t := range d.tokens {
		d.nameSum += x.expected(i, t)
	}
}

// expected is how much word i of a name is missed when a question does not say it: nobody says the far end
// of a long name.
func (x *Index) expected(i int, t token) float32 {
	switch t.zone {
	case zoneHead:
		return x.weight[t.term] * min(1, max(0.1, 1-0.11*float32(i-8)))
	case zoneTail:
		return 0.12 * x.weight[t.term]
	default:
		return 0
	}
}

// weights works out how much each word and pair tells: rare ones more, words of the lexicon's base nearly
// nothing.
func (x *Index) weights() {
	x.weight = make([]float32, len(x.words))
	for t, word := range x.words {
		w := rarity(x.df[t], x.totalShort)
		if x.lex.base[word] || !hasLetter(word) {
			w *= 0.15 // a number alone says little: "5/3", "lớp 6"
		}
		x.weight[t] = w
	}
	x.pairWeight = make([]float32, len(x.pairN))
	for p, n := range x.pairN {
		x.pairWeight[p] = rarity(max(n, 2), x.totalShort)
	}
}

func rarity(df uint32, n float64) float32 {
	return float32(math.Log(1 + (n+1)/(float64(df)+0.5)))
}

func levelsOf(level string) levels {
	var l levels
	for _, w := range viet.Tokens(level) {
		switch w {
		case "xa", "phuong":
			l |= commune
		case "tinh", "so":
			l |= province
		case "bo", "trung":
			l |= ministry
		}
	}
	return l
}

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}

func (x *Index) nameWords() {
	in := make([]bool, len(x.words))
	for i := range x.docs {
		for _, t := range x.docs[i].tokens {
			if t.zone <= zoneKeyword {
				in[t.term] = true
			}
		}
	}
	x.typos = map[int][]uint32{}
	for t, ok := range in {
		if ok {
			x.nameTerms = append(x.nameTerms, uint32(t))
			n := len(x.words[t])
			x.typos[n] = append(x.typos[n], uint32(t))
		}
	}
	slices.SortFunc(x.nameTerms, func(a, b uint32) int { return strings.Compare(x.words[a], x.words[b]) })
}
