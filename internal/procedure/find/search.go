package find

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"github.com/motcua/motcua/internal/viet"
)

// Options narrow a search. The zero value asks for the ten best of everything.
type Options struct {
	N      int    // how many answers at most; 0 means 10, never more than 200
	Sector string // only this field, compared without accents and capitals
	Agency string // only agencies whose name holds this
	Level  string // only levels that hold this: "xã", "Cấp tỉnh"
}

// Hit is one answer. Its JSON is what "motcua search --json" prints.
type Hit struct {
	Code       string   `json:"code"`
	Name       string   `json:"name"`
	Why        string   `json:"why"` // in Vietnamese; Reasons holds the same for other languages
	Score      float64  `json:"-"`   // comparable within one search only
	Reasons    []Reason `json:"-"`
	Highlights []Range  `json:"-"` // words of Name that matched, in order, not overlapping
}

// Range is a stretch of text in bytes, from Start up to but not including End.
type Range struct{ Start, End int }

const (
	defaultHits = 10
	mostHits    = 200
	candidates  = 160 // how many are looked at closely
	leastShare  = 0.12
	leastOfBest = 0.22
)

// scratch is the working memory of one search, kept between searches.
type scratch struct {
	total, best, cur []float32
	touched          []uint32
	unitTouched      []uint32
	altTouched       []uint32
	slotHit, pairHit []float32
	wanted           []bool  // slot: its reading is the one that fitted
	matched          []bool  // word of the document
	alts             []int   // unit → reading that fitted, -1 for none
	slotOf           []int32 // term → its first slot+1, 0 for none; slots of one term are chained
}

var scratches = sync.Pool{New: func() any { return new(scratch) }}

func (s *scratch) fit(docs, terms, slots, pairs int) {
	if len(s.total) < docs {
		s.total, s.best, s.cur = make([]float32, docs), make([]float32, docs), make([]float32, docs)
	}
	s.touched, s.unitTouched, s.altTouched = s.touched[:0], s.unitTouched[:0], s.altTouched[:0]
	s.slotHit = slices.Grow(s.slotHit[:0], slots)[:slots]
	s.pairHit = slices.Grow(s.pairHit[:0], pairs)[:pairs]
	s.wanted = slices.Grow(s.wanted[:0], slots)[:slots]
	if len(s.slotOf) < terms {
		s.slotOf = make([]int32, terms)
	}
}

// Search answers a question, best first. A question that says nothing the catalogue knows has no answer.
func (x *Index) Search(question string, opt Options) []Hit {
	q, _ := x.understand(question, false)
	return x.answer(q, opt, nil)
}

func (x *Index) answer(q *question, opt Options, completions []uint32) []Hit {
	n := opt.N
	if n <= 0 {
		n = defaultHits
	}
	n = min(n, mostHits)
	keep := x.filter(opt)
	var ranked []ranked
	if len(q.codes) > 0 {
		ranked = x.byCode(q, keep)
	}
	if !q.onlyCode && (len(q.units) > 0 || len(completions) > 0) {
		ranked = append(ranked, x.rank(q, keep, n, completions)...)
	}
	slices.SortStableFunc(ranked, compareRanked)
	hits := make([]Hit, 0, min(n, len(ranked)))
	seen := map[uint32]bool{}
	for _, r := range ranked {
		if len(hits) == n {
			break
		}
		if !seen[r.doc] {
			seen[r.doc] = true
			hits = append(hits, x.explain(q, r))
		}
	}
	return hits
}

// ranked is one document with its score and what of the question it answered.
type ranked struct {
	doc   uint32
	score float32
	rough float32
	code  string // the code asked for, when that is why
	whole bool   // the whole code
	alts  []int  // unit → reading that fitted, -1 for none
	words []bool // words of the document that matched
}

func compareRanked(a, b ranked) int {
	if a.score != b.score {
		return cmp.Compare(b.score, a.score)
	}
	return cmp.Compare(a.doc, b.doc)
}

func (x *Index) filter(opt Options) func(*doc) bool {
	if opt.Sector == "" && opt.Agency == "" && opt.Level == "" {
		return nil
	}
	sector, agency, level := viet.Fold(opt.Sector), viet.Fold(opt.Agency), viet.Fold(opt.Level)
	return func(d *doc) bool {
		return (sector == "" || viet.Fold(d.sector) == sector) &&
			(agency == "" || strings.Contains(viet.Fold(d.agency), agency)) &&
			(level == "" || strings.Contains(viet.Fold(d.level), level))
	}
}

// Scores of codes stand above any score of words.
const (
	wholeCode = 1e6
	partCode  = 1e5
)

func (x *Index) byCode(q *question, keep func(*doc) bool) []ranked {
	var out []ranked
	for _, code := range q.codes {
		bare := digits(code)
		for i := range x.docs {
			d := &x.docs[i]
			if keep != nil && !keep(d) {
				continue
			}
			switch {
			case d.code == code || d.codeBare == bare:
				out = append(out, ranked{doc: uint32(i), score: wholeCode, code: d.code, whole: true})
			case strings.HasPrefix(d.code, code), strings.HasSuffix(d.code, code), strings.HasPrefix(d.codeBare, bare):
				out = append(out, ranked{doc: uint32(i), score: partCode, code: code})
			}
		}
	}
	slices.SortStableFunc(out, compareRanked)
	return out[:min(len(out), mostHits)]
}

// rank looks through the postings for candidates, then compares each candidate's words closely.
func (x *Index) rank(q *question, keep func(*doc) bool, most int, completions []uint32) []ranked {
	s := scratches.Get().(*scratch)
	defer scratches.Put(s)
	s.fit(len(x.docs), len(x.words), len(q.slots), len(q.pairs))
	for i := range q.slots {
		t := q.slots[i].term
		q.slots[i].next, s.slotOf[t] = s.slotOf[t], int32(i)+1
	}
	defer func() {
		for _, slot := range q.slots {
			s.slotOf[slot.term] = 0
		}
	}()
	for _, u := range q.units {
		x.gather(q, u, s)
	}
	x.complete(q, completions, s)
	top := s.top(max(candidates, 2*most), func(doc uint32) bool { return keep == nil || keep(&x.docs[doc]) })
	out := make([]ranked, 0, len(top))
	for _, c := range top {
		if score := x.compare(q, c, s, completions); score > 0 {
			out = append(out, ranked{doc: c.doc, rough: c.rough, score: score})
		}
	}
	slices.SortFunc(out, compareRanked)
	for i := range out {
		if i == most || out[i].score < out[0].score*leastOfBest {
			return out[:i]
		}
		r := &out[i] // once more, to keep what the explanation needs
		x.compare(q, candidate{r.doc, r.rough}, s, completions)
		r.alts, r.words = slices.Clone(s.alts), slices.Clone(s.matched)
	}
	return out
}

// gather adds one unit to the rough scores: for each document its best reading.
func (x *Index) gather(q *question, u unit, s *scratch) {
	s.unitTouched = s.unitTouched[:0]
	for _, a := range u.alts {
		s.altTouched = s.altTouched[:0]
		run := func(postings []uint32, weight float32) {
			weight /= 128
			for _, p := range postings {
				doc := p >> 8
				if s.cur[doc] == 0 {
					s.altTouched = append(s.altTouched, doc)
				}
				s.cur[doc] += weight * float32(p&0xff)
			}
		}
		for _, n := range a.slots {
			run(x.postings[q.slots[n].term], q.slots[n].weight)
		}
		for _, n := range a.pairs {
			run(x.pairPostings[q.pairs[n].pair], q.pairs[n].weight)
		}
		for _, doc := range s.altTouched {
			v := s.cur[doc] * a.factor
			s.cur[doc] = 0
			if s.best[doc] == 0 {
				s.unitTouched = append(s.unitTouched, doc)
			}
			s.best[doc] = max(s.best[doc], v)
		}
	}
	for _, doc := range s.unitTouched {
		if s.total[doc] == 0 {
			s.touched = append(s.touched, doc)
		}
		s.total[doc] += s.best[doc] * u.weight
		s.best[doc] = 0
	}
}

type candidate struct {
	doc   uint32
	rough float32
}

// top takes the best candidates and leaves the totals at zero.
func (s *scratch) top(most int, keep func(uint32) bool) []candidate {
	heap := make([]candidate, 0, most)
	worse := func(a, b candidate) bool { return a.rough < b.rough || a.rough == b.rough && a.doc > b.doc }
	down := func(i int) {
		for {
			c := 2*i + 1
			if c >= len(heap) {
				return
			}
			if c+1 < len(heap) && worse(heap[c+1], heap[c]) {
				c++
			}
			if !worse(heap[c], heap[i]) {
				return
			}
			heap[i], heap[c] = heap[c], heap[i]
			i = c
		}
	}
	for _, doc := range s.touched {
		c := candidate{doc, s.total[doc]}
		s.total[doc] = 0
		if !keep(doc) {
			continue
		}
		if len(heap) < most {
			heap = append(heap, c)
			if len(heap) == most {
				for i := most/2 - 1; i >= 0; i-- {
					down(i)
				}
			}
		} else if worse(heap[0], c) {
			heap[0] = c
			down(0)
		}
	}
	return heap
}

// Weights of the close comparison.
const (
	roughShare     = 0.18 // how much of the rough score (which also knows the texts) stays
	nameShare      = 0.5  // how much of the score depends on the question naming the whole procedure
	wholeBonus     = 1.2  // for a thing said that stands in the name in full
	specialBonus   = 1.12 // for each special case of the name that was asked for
	specialPenalty = 0.85 // for each special case of the name that was not asked for
)

// compare scores one document closely: which words and pairs of which readings stand where in its name,
// with which accents, how much of the name was asked for, and which special cases were not.
func (x *Index) compare(q *question, c candidate, s *scratch, completions []uint32) float32 {
	d := &x.docs[c.doc]
	clear(s.slotHit)
	clear(s.pairHit)
	clear(s.wanted)
	s.matched = slices.Grow(s.matched[:0], len(d.tokens))[:len(d.tokens)]
	clear(s.matched)
	for i, t := range d.tokens {
		first := s.slotOf[t.term]
		if first == 0 {
			continue
		}
		w := zoneWeight[t.zone]
		for n := first; n != 0; n = q.slots[n-1].next {
			slot := &q.slots[n-1]
			s.slotHit[n-1] = max(s.slotHit[n-1], w*agree(slot.marks, x.marks[t.marks], slot.strict))
		}
		if i == 0 || s.slotOf[d.tokens[i-1].term] == 0 || !sameField(d.tokens[i-1].zone, t.zone) {
			continue
		}
		b := d.tokens[i-1]
		for _, n := range q.byPair[pairKey(b.term, t.term)] {
			p := &q.pairs[n]
			v := w * agree(q.slots[p.a].marks, x.marks[b.marks], q.slots[p.a].strict) * agree(q.slots[p.b].marks, x.marks[t.marks], q.slots[p.b].strict)
			s.pairHit[n] = max(s.pairHit[n], v)
		}
	}
	said := s.choose(q)
	for i, t := range d.tokens {
		for n := s.slotOf[t.term]; n != 0; n = q.slots[n-1].next {
			slot := &q.slots[n-1]
			if s.wanted[n-1] && agree(slot.marks, x.marks[t.marks], slot.strict) >= bareAccents {
				s.matched[i] = true
			}
		}
	}
	if at, v := x.completed(q, d, completions); at >= 0 {
		s.matched[at] = true
		said += v
	}
	if q.full > 0 && said+c.rough*roughShare < q.full*leastShare {
		return 0
	}
	var named, share float32
	for i, t := range d.tokens {
		if s.matched[i] {
			named += x.expected(i, t)
		}
	}
	if d.nameSum > 0 {
		share = named / d.nameSum
	}
	score := (said + c.rough*roughShare) * (1 - nameShare + nameShare*share) * q.levelFactor(d)
	for _, sp := range d.special {
		switch words := x.special[sp.phrase]; {
		case !slices.Contains(s.matched[sp.at:int(sp.at)+len(words)], false):
			score *= specialBonus
		case !q.asks(words):
			score *= specialPenalty
		}
	}
	return score
}

// choose takes the best reading of each unit, given what stands in the document, and sums them.
func (s *scratch) choose(q *question) (said float32) {
	s.alts = s.alts[:0]
	for _, u := range q.units {
		chosen := -1
		var best float32
		for k, a := range u.alts {
			var v float32
			for _, n := range a.slots {
				v += q.slots[n].weight * s.slotHit[n]
			}
			for _, n := range a.pairs {
				v += q.pairs[n].weight * s.pairHit[n]
			}
			if v *= a.factor; v > best {
				best, chosen = v, k
			}
		}
		s.alts = append(s.alts, chosen)
		if chosen < 0 {
			continue
		}
		a := u.alts[chosen]
		if best >= 0.97*a.full*a.factor {
			best *= wholeBonus
		}
		said += best * u.weight
		for _, n := range a.slots {
			s.wanted[n] = true
		}
	}
	return said
}

// asks tells whether the question speaks of a special case.
func (q *question) asks(special []uint32) bool {
	for _, t := range special {
		if !q.asksFor[t] {
			return false
		}
	}
	return true
}

// levelFactor prefers the level named; otherwise the commune's and the province's procedures, which is
// what everyday questions are about.
func (q *question) levelFactor(d *doc) float32 {
	switch {
	case q.level != 0 && d.levels&q.level != 0:
		return 1.1
	case d.levels&commune != 0:
		return 1
	case d.levels&province != 0, d.levels == 0:
		return 0.95
	}
	return 0.85
}
