// Package alike finds the national procedures that a province's own procedure is like, and
// says in which statutory sections the two differ. It does no I/O.
//
// Local copies of national procedures are named a little differently and carry codes of
// their own, so that a code alone does not tell. Names are compared by their words, folded
// and weighted by how much each tells, and by groups of three letters, which forgive small
// slips; the sector and the ministry speak too.
package alike

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/viet"
)

// How much each thing counts for the score; together 1.
const (
	weightWords    = 0.55
	weightLetters  = 0.25
	weightSector   = 0.15
	weightMinistry = 0.05
)

// Least is the score below which two procedures are not worth showing together.
const Least = 0.35

// Sure is the score from which the two are taken for the same until somebody says otherwise.
const Sure = 0.8

// Match is a national procedure with how alike it is, from 0 to 1. SameCode says that both have one code, which beats any
// score.
type Match struct {
	*procedure.Version
	Score    float64
	SameCode bool
}

// Index holds the national procedures. It does not change and may be used by many goroutines.
type Index struct {
	versions []*procedure.Version
	entries  []entry
	postings map[string][]int
	weights  map[string]float64
	rare     float64 // weight of a word that no name holds
	byCode   map[string]int
}

type entry struct {
	words            map[string]bool
	letters          map[string]bool
	sum              float64
	sector, ministry string
}

// blank are words that begin or fill names and tell nothing.
var blank = map[string]bool{"thu": true, "tuc": true, "ve": true, "viec": true, "va": true, "cua": true, "cac": true, "cho": true, "theo": true, "tai": true}

func read(v *procedure.Version) entry {
	e := entry{words: map[string]bool{}, letters: map[string]bool{}, sector: folded(v.Sector), ministry: folded(v.Ministry)}
	tokens := viet.Tokens(v.Name)
	joined := make([]string, 0, len(tokens))
	for _, w := range tokens {
		w = viet.Fold(w)
		joined = append(joined, w)
		if !blank[w] {
			e.words[w] = true
		}
	}
	// Two words side by side are a word of Vietnamese more often than one alone.
	for i := 1; i < len(joined); i++ {
		e.words[joined[i-1]+" "+joined[i]] = true
	}
	text := []rune(" " + strings.Join(joined, " ") + " ")
	for i := 0; i+3 <= len(text); i++ {
		e.letters[string(text[i:i+3])] = true
	}
	return e
}

func folded(s string) string { return strings.Join(foldedWords(s), " ") }

func foldedWords(s string) []string {
	out := viet.Tokens(s)
	for i := range out {
		out[i] = viet.Fold(out[i])
	}
	return out
}

// New builds an index.
func New(versions []*procedure.Version) *Index {
	x := &Index{versions: versions, postings: map[string][]int{}, weights: map[string]float64{}, byCode: map[string]int{}}
	for i, v := range versions {
		e := read(v)
		x.entries = append(x.entries, e)
		x.byCode[v.Code] = i
		for w := range e.words {
			x.postings[w] = append(x.postings[w], i)
		}
	}
	n := float64(len(versions))
	x.rare = math.Log(1 + n)
	for w, list := range x.postings {
		x.weights[w] = math.Log(1 + n/float64(len(list)))
	}
	for i := range x.entries {
		x.entries[i].sum = x.weight(x.entries[i].words)
	}
	return x
}

func (x *Index) weight(words map[string]bool) float64 {
	sum := 0.0
	for w := range words {
		if got, ok := x.weights[w]; ok {
			sum += got
		} else {
			sum += x.rare
		}
	}
	return sum
}

// Len is the number of procedures.
func (x *Index) Len() int { return len(x.versions) }

// candidates bounds how many are looked at closely.
const candidates = 60

// Best lists what v is like, best first, at most n.
func (x *Index) Best(v *procedure.Version, n int) []Match {
	e := read(v)
	e.sum = x.weight(e.words)
	shared := map[int]float64{}
	for w := range e.words {
		for _, i := range x.postings[w] {
			shared[i] += x.weights[w]
		}
	}
	type rough struct {
		index int
		score float64
	}
	list := make([]rough, 0, len(shared))
	for i, s := range shared {
		list = append(list, rough{i, dice(s, e.sum, x.entries[i].sum)})
	}
	slices.SortFunc(list, func(a, b rough) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(x.versions[a.index].Code, x.versions[b.index].Code))
	})
	if len(list) > candidates {
		list = list[:candidates]
	}
	same, known := x.byCode[v.Code]
	if known && !slices.ContainsFunc(list, func(r rough) bool { return r.index == same }) {
		list = append(list, rough{same, dice(shared[same], e.sum, x.entries[same].sum)})
	}
	var out []Match
	for _, r := range list {
		m := Match{Version: x.versions[r.index], Score: x.score(e, r.index, r.score), SameCode: known && r.index == same}
		if m.Score >= Least || m.SameCode {
			out = append(out, m)
		}
	}
	slices.SortFunc(out, func(a, b Match) int {
		if a.SameCode != b.SameCode {
			if a.SameCode {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Code, b.Code))
	})
	return out[:min(n, len(out))]
}

func dice(shared, a, b float64) float64 {
	if a+b == 0 {
		return 0
	}
	return 2 * shared / (a + b)
}

func (x *Index) score(e entry, i int, words float64) float64 {
	o := x.entries[i]
	both := 0
	for l := range e.letters {
		if o.letters[l] {
			both++
		}
	}
	score := weightWords*words + weightLetters*dice(float64(both), float64(len(e.letters)), float64(len(o.letters)))
	// What one side does not state speaks neither way.
	score += weightSector*alike(e.sector, o.sector) + weightMinistry*alike(e.ministry, o.ministry)
	return score
}

func alike(a, b string) float64 {
	switch {
	case a == "" || b == "":
		return 0.5
	case a == b:
		return 1
	case strings.HasPrefix(a, b) || strings.HasPrefix(b, a):
		return 0.8
	}
	return 0
}
