package find

import (
	"slices"
	"sort"
	"strings"
)

// mostCompletions bounds the words that a half-typed word may become.
const mostCompletions = 24

// Suggest answers while a question is being typed: the last word may be half there. Nothing typed suggests
// nothing.
func (x *Index) Suggest(prefix string, n int) []Hit {
	q, partial := x.understand(prefix, true)
	if n <= 0 {
		n = 5
	}
	if partial == "" {
		return x.answer(q, Options{N: n}, nil)
	}
	whole, _ := x.understand(prefix, false)
	if len(whole.codes) > 0 {
		return x.answer(whole, Options{N: n}, nil)
	}
	hits := x.answer(q, Options{N: n}, x.completions(partial))
	// The last word may already be whole, and part of an everyday phrase.
	if complete := x.answer(whole, Options{N: n}, nil); len(complete) > 0 && (len(hits) == 0 || complete[0].Score > hits[0].Score) {
		hits = mergeHits(complete, hits, n)
	}
	return hits
}

func mergeHits(first, then []Hit, n int) []Hit {
	out := slices.Clone(first)
	for _, h := range then {
		if len(out) >= n {
			break
		}
		if !slices.ContainsFunc(out, func(o Hit) bool { return o.Code == h.Code && o.Name == h.Name }) {
			out = append(out, h)
		}
	}
	return out[:min(n, len(out))]
}

// completions are the words of names that begin with what was typed, commonest first.
func (x *Index) completions(partial string) []uint32 {
	from := sort.Search(len(x.nameTerms), func(i int) bool { return x.words[x.nameTerms[i]] >= partial })
	to := from
	for to < len(x.nameTerms) && strings.HasPrefix(x.words[x.nameTerms[to]], partial) {
		to++
	}
	found := slices.Clone(x.nameTerms[from:to])
	slices.SortStableFunc(found, func(a, b uint32) int { return int(x.df[b]) - int(x.df[a]) })
	return found[:min(len(found), mostCompletions)]
}

// completing is how much a word that is only begun counts.
const completing = 0.5

// complete adds the words a half-typed word may become to the rough scores; a word that follows the word
// before it in names counts more.
func (x *Index) complete(q *question, completions []uint32, s *scratch) {
	s.unitTouched = s.unitTouched[:0]
	run := func(postings []uint32, weight float32) {
		for _, p := range postings {
			doc := p >> 8
			if s.best[doc] == 0 {
				s.unitTouched = append(s.unitTouched, doc)
			}
			s.best[doc] = max(s.best[doc], weight*float32(p&0xff)/128)
		}
	}
	before, hasBefore := q.lastTerm()
	for _, t := range completions {
		run(x.postings[t], completing*x.weight[t])
		if hasBefore {
			if p, ok := x.pairs[pairKey(before, t)]; ok {
				run(x.pairPostings[p], x.pairWeight[p])
			}
		}
	}
	for _, doc := range s.unitTouched {
		if s.total[doc] == 0 {
			s.touched = append(s.touched, doc)
		}
		s.total[doc] += s.best[doc]
		s.best[doc] = 0
	}
}

// completed finds the word of a document that best completes what was typed, and what it counts; -1 when
// there is none.
func (x *Index) completed(q *question, d *doc, completions []uint32) (at int, counts float32) {
	at = -1
	if len(completions) == 0 {
		return at, 0
	}
	before, hasBefore := q.lastTerm()
	for i, t := range d.tokens {
		if t.zone > zoneKeyword || !slices.Contains(completions, t.term) {
			continue
		}
		v := completing * x.weight[t.term]
		if hasBefore && i > 0 && d.tokens[i-1].term == before {
			if p, ok := x.pairs[pairKey(before, t.term)]; ok {
				v += x.pairWeight[p]
			}
		}
		if v *= zoneWeight[t.zone]; v > counts {
			at, counts = i, v
		}
	}
	return at, counts
}

func (q *question) lastTerm() (uint32, bool) {
	if len(q.words) == 0 {
		return 0, false
	}
	t, ok := q.x.terms[q.words[len(q.words)-1].fold]
	return t, ok
}
