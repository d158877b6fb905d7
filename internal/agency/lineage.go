package agency

import (
	"slices"
	"strings"
)

// Succession says that the work of one agency, or the part of it that is named, belongs to another from a day on.
// An agency that names a Successor when it ends says the same for all of its work.
type Succession struct {
	Old        ID       `yaml:"old" json:"old"`
	New        ID       `yaml:"new" json:"new"`
	Day        string   `yaml:"day" json:"day"`                                   // yyyy-mm-dd, first day of the new one
	Procedures []string `yaml:"procedures,omitempty" json:"procedures,omitempty"` // codes of the procedures that go there
	Places     []string `yaml:"places,omitempty" json:"places,omitempty"`         // codes of the communes whose work goes there
	Act        string   `yaml:"-" json:"act,omitempty"`                           // id of the reorganisation; empty: declared by a pack
}

// Rest reports whether the succession takes everything that no other names.
func (s Succession) Rest() bool { return len(s.Procedures)+len(s.Places) == 0 }

func (s Succession) takes(m Matter) bool {
	return m.Procedure != "" && slices.Contains(s.Procedures, m.Procedure) || m.Place != "" && slices.Contains(s.Places, m.Place)
}

// Matter is what decides to which of several successors a piece of work went. The zero Matter goes where the rest goes.
type Matter struct {
	Procedure string // code
	Place     string // code of the commune it is about
}

// successions collects what the agencies themselves say with what was decided, oldest first.
func (t *Tree) successions(told []Succession) map[ID][]Succession {
	out := map[ID][]Succession{}
	for _, s := range told {
		if s.Old != s.New {
			out[s.Old] = append(out[s.Old], s)
		}
	}
	for _, id := range t.order {
		a, _ := t.Ever(id)
		if a.Successor == "" || a.Successor == id || a.Until == "" {
			continue
		}
		said := slices.ContainsFunc(out[id], func(s Succession) bool { return s.Rest() && s.Day == a.Until })
		if !said {
			out[id] = append(out[id], Succession{Old: id, New: a.Successor, Day: a.Until})
		}
	}
	for _, list := range out {
		slices.SortStableFunc(list, func(a, b Succession) int { return strings.Compare(a.Day, b.Day) })
	}
	return out
}

// step is where the work goes next at or after from, no later than day; false when it stays. What names the matter
// comes before the rest, and the rest moves only from an agency that has ended.
func (t *Tree) step(id ID, m Matter, from, day string) (Succession, bool) {
	var rest Succession
	for _, s := range t.heirs[id] {
		switch {
		case s.Day > day || s.Day < from:
		case s.takes(m):
			return s, true
		case s.Rest() && rest.New == "":
			rest = s
		}
	}
	if _, stands := t.At(id, day); stands || rest.New == "" {
		return Succession{}, false
	}
	return rest, true
}

// Heir returns the agency that has, on day, the work that id had before: id itself while nothing was decided. The
// agency may have ended without a successor; it is false only for an agency that never was.
func (t *Tree) Heir(id ID, m Matter, day string) (Agency, bool) {
	from := ""
	for range len(t.order) + 1 {
		s, ok := t.step(id, m, from, day)
		if !ok {
			break
		}
		id, from = s.New, s.Day
	}
	if a, ok := t.At(id, day); ok {
		return a, true
	}
	return t.Ever(id)
}

// Lineage is where an agency comes from and what became of it.
type Lineage struct {
	Ancestors  []Succession // whose work it has, nearest first
	Successors []Succession // who has its work, nearest first
}

// Lineage follows successions up to day in both directions.
func (t *Tree) Lineage(id ID, day string) Lineage {
	var l Lineage
	l.Successors = follow(t.heirs, id, day, func(s Succession) ID { return s.New })
	l.Ancestors = follow(t.origins, id, day, func(s Succession) ID { return s.Old })
	return l
}

func follow(from map[ID][]Succession, id ID, day string, next func(Succession) ID) []Succession {
	var out []Succession
	seen := map[ID]bool{id: true}
	for queue := []ID{id}; len(queue) > 0; queue = queue[1:] {
		for _, s := range from[queue[0]] {
			if s.Day > day {
				continue
			}
			out = append(out, s)
			if n := next(s); !seen[n] {
				seen[n] = true
				queue = append(queue, n)
			}
		}
	}
	return out
}

// Successions returns every succession of all dates, by old agency as declared.
func (t *Tree) Successions() []Succession {
	var out []Succession
	for _, id := range t.order {
		out = append(out, t.heirs[id]...)
	}
	return out
}

// IDs returns every agency that ever was, as declared.
func (t *Tree) IDs() []ID { return slices.Clone(t.order) }

// Versions returns an agency through time, oldest first. A version that ends where it begins only says how the agency ended.
func (t *Tree) Versions(id ID) []Agency { return slices.Clone(t.agencies[id]) }

// PostVersions returns a post through time, as declared.
func (t *Tree) PostVersions(id string) []Post { return slices.Clone(t.posts[id]) }

// ByCode returns the agency that has the electronic code on day; else the one that had it last.
func (t *Tree) ByCode(code, day string) (Agency, bool) {
	if code == "" {
		return Agency{}, false
	}
	var last Agency
	found := false
	for _, id := range t.order {
		for _, a := range t.agencies[id] {
			if !strings.EqualFold(a.Code, code) {
				continue
			}
			if InForce(a.From, a.Until, day) {
				return a, true
			}
			if !found || a.From > last.From {
				last, found = a, true
			}
		}
	}
	return last, found
}

// Supersede is list with new versions put in: each ends what stood at its beginning or would have begun later.
func Supersede(list, next []Agency) []Agency {
	out := slices.Clone(list)
	for _, n := range next {
		for i := range out {
			if a := &out[i]; a.ID == n.ID && (a.Until == "" || a.Until > n.From) {
				a.Until = max(a.From, n.From)
			}
		}
		out = append(out, n)
	}
	return out
}

// SupersedePosts is Supersede for posts.
func SupersedePosts(list, next []Post) []Post {
	out := slices.Clone(list)
	for _, n := range next {
		for i := range out {
			if p := &out[i]; p.ID == n.ID && (p.Until == "" || p.Until > n.From) {
				p.Until = max(p.From, n.From)
			}
		}
		out = append(out, n)
	}
	return out
}

// Fold says under which agency of today the work of an earlier one is counted; with procedures only theirs.
type Fold struct {
	Old, New   ID
	Procedures []string // empty: all that no other fold names
}

// Folds maps every agency whose work others have on day to those, what is named by procedure first. Work divided by
// commune is counted with the rest: figures do not know the commune.
func (t *Tree) Folds(day string) []Fold {
	named := map[string]bool{}
	for _, list := range t.heirs {
		for _, s := range list {
			if s.Day <= day {
				for _, p := range s.Procedures {
					named[p] = true
				}
			}
		}
	}
	var out []Fold
	for _, id := range t.order {
		if len(t.heirs[id]) == 0 {
			continue
		}
		rest, _ := t.Heir(id, Matter{}, day)
		to := map[ID][]string{}
		var order []ID
		for p := range named {
			if a, _ := t.Heir(id, Matter{Procedure: p}, day); a.ID != rest.ID {
				if to[a.ID] == nil {
					order = append(order, a.ID)
				}
				to[a.ID] = append(to[a.ID], p)
			}
		}
		slices.Sort(order)
		for _, n := range order {
			slices.Sort(to[n])
			out = append(out, Fold{Old: id, New: n, Procedures: to[n]})
		}
		if rest.ID != id {
			out = append(out, Fold{Old: id, New: rest.ID})
		}
	}
	return out
}
