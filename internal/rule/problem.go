package rule

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/motcua/motcua/lang"
)

// Problem is something wrong with an expression or a table. Line and Column count from 1,
// in letters; Line is 0 when the whole is meant.
type Problem struct {
	At           string // of a table: rows[2].if[0]
	Line, Column int
	Code         string
	Args         map[string]any
}

// Key is the key of the problem's sentence in package lang.
func (p Problem) Key() string { return "rule.problem." + p.Code }

// In returns the problem as a sentence, without its place.
func (p Problem) In(code lang.Code) string {
	args := make([]any, 0, 2*len(p.Args))
	for _, k := range slices.Sorted(maps.Keys(p.Args)) {
		v := p.Args[k]
		if t, ok := v.(Type); ok {
			v = lang.Text(code, "rule.type."+string(t))
		}
		args = append(args, k, v)
	}
	text := lang.Text(code, p.Key(), args...)
	if like, _ := p.Args["like"].(string); like != "" {
		text += " " + lang.Text(code, "rule.like", "like", like)
	}
	return text
}

// Error writes the problem in English with its place, as pack checks do.
func (p Problem) Error() string {
	var b strings.Builder
	if p.At != "" {
		b.WriteString(p.At + ": ")
	}
	if p.Line > 0 {
		fmt.Fprintf(&b, "%d:%d: ", p.Line, p.Column)
	}
	return b.String() + p.In(lang.EN)
}

// nearest returns the candidate most like the word, if one is like it at all.
func nearest(word string, among []string) string {
	best, score := "", max(2, len(word)/3)+1
	for _, c := range among {
		if d := distance(strings.ToLower(word), strings.ToLower(c)); d < score {
			best, score = c, d
		}
	}
	return best
}

// distance counts the letters to add, drop, change or swap.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	if len(x) > 100 || len(y) > 100 {
		return 100
	}
	var before []int
	last, row := make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range last {
		last[j] = j
	}
	for i := range x {
		row[0] = i + 1
		for j := range y {
			cost := 1
			if x[i] == y[j] {
				cost = 0
			}
			row[j+1] = min(last[j]+cost, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && x[i] == y[j-1] && x[i-1] == y[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last, row = last, row, make([]int, len(y)+1)
	}
	return last[len(y)]
}
