package prove

import (
	"strings"

	"github.com/motcua/motcua/internal/rule"
	"github.com/motcua/motcua/internal/workflow"
	"github.com/motcua/motcua/lang"
)

// Guards is what is known about the conditions of a process. Without it each is a free choice.
type Guards interface {
	// Problems tells, in words, why a guard cannot be read; empty when it can.
	Problems(guard string) []string
	// Study looks at guards in the order in which they are tried. An empty guard always holds.
	Study(guards ...string) Study
	// Say writes a guard as a sentence of Vietnamese.
	Say(guard string) string
}

// Study is what is proved about guards tried in order; what is not proved may be.
type Study struct {
	Never, Always []bool   // of each alone
	First         []bool   // each: may be the first that holds
	Gap           bool     // none may hold
	Apart         [][2]int // pairs that never hold together
	Example       string   // of the gap, in words; may be empty
}

// freely is what is known of guards when nothing is.
func freely(guards ...string) Study {
	s := Study{Never: make([]bool, len(guards)), Always: make([]bool, len(guards)), First: make([]bool, len(guards)), Gap: true}
	open := true
	for i, g := range guards {
		s.First[i] = open
		if g == "" {
			s.Always[i], s.Gap, open = true, false, false
		}
	}
	return s
}

// Rules answers for guards in the rule language over the names of a schema.
func Rules(s rule.Schema) Guards {
	return &rules{schema: s, compiled: map[string]*rule.Expr{}, bad: map[string][]string{}}
}

type rules struct {
	schema   rule.Schema
	compiled map[string]*rule.Expr
	bad      map[string][]string
}

func (r *rules) read(guard string) (*rule.Expr, []string) {
	if e, ok := r.compiled[guard]; ok {
		return e, r.bad[guard]
	}
	e, problems := rule.Compile(guard, r.schema, rule.YesNo)
	r.compiled[guard] = e
	for _, p := range problems {
		r.bad[guard] = append(r.bad[guard], p.In(lang.VI))
	}
	return e, r.bad[guard]
}

func (r *rules) Problems(guard string) []string { _, bad := r.read(guard); return bad }

func (r *rules) Say(guard string) string {
	e, _ := r.read(guard)
	if e == nil {
		return guard
	}
	return strings.TrimSuffix(e.Clause(lang.VI), ".")
}

func (r *rules) Study(guards ...string) Study {
	out := freely(guards...)
	list := make([]*rule.Expr, len(guards))
	for i, g := range guards {
		if g == "" {
			continue
		}
		if list[i], _ = r.read(g); list[i] == nil {
			return out // reported where it stands
		}
	}
	s := rule.Together(list...)
	for i := range guards {
		out.Never[i] = s.Each[i].Exact && s.Each[i].Kind == rule.Never
		out.Always[i] = s.Each[i].Exact && s.Each[i].Kind == rule.Always
	}
	if !s.Exact {
		return out
	}
	together := map[[2]int]bool{}
	for _, o := range s.Overlaps {
		together[[2]int{o.A, o.B}] = true
	}
	for i := range guards {
		out.First[i] = s.First[i] != nil
		for j := range i {
			if !together[[2]int{j, i}] {
				out.Apart = append(out.Apart, [2]int{j, i})
			}
		}
	}
	if out.Gap = s.Gap != nil; out.Gap {
		out.Example = rule.SayValues(s.Gap, r.schema, lang.VI)
	}
	return out
}

// place is one guard of a process, where it stands.
type place struct {
	step   string // address
	path   string
	action string
	flow   int    // number of the way from 1; 0 for guards of actions
	when   string // as written; empty: always
	group  int    // of ways of one step
}

// group is the ways of one branching step, in order.
type group struct {
	step  string
	first int // number of its first guard
	whens []string
	kind  workflow.Kind
	study Study
}
