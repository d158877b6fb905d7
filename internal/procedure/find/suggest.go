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

// complete adds the words a half-typed word may become to the rough scores; a word that follows the word
// before it in names counts more.
func (x *Index) complete(q *question, completions []uint32, s *scratch) {
	if len(completions) == 0 {
		return
	}
	before, hasBefore := uint32(0), false
	if n := len(q.words); n > 0 {
		before, hasBefore = x.terms[q.words[n-1].fold]
	}
	run := func(postings []uint32, weight float32) {
		for _, p := range postings {
			doc := p >> 8
			if s.total[doc] == 0 {
				s.touched = append(s.touched, doc)
			}
			s.total[doc] += weight * float32(p&0xff) / 128
		}
	}
	for _, t := range completions {
		run(x.postings[t], 0.5*x.weight(t))
		if hasBefore {
			if p, ok := x.pairs[pairKey(before, t)]; ok {
				run(x.pairPostings[p], rarity(max(x.pairN[p], 2), x.totalShort))
			}
		}
	}
}
