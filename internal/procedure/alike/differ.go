package alike

import (
	"slices"
	"strconv"
	"strings"

	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/viet"
)

// Section is a statutory section of a procedure.
type Section string

// Sections, in the order of a procedure's page.
const (
	Name       Section = "name"
	Sector     Section = "sector"
	Decision   Section = "decision"
	Subjects   Section = "subjects"
	Steps      Section = "steps"
	Limits     Section = "limits"
	Fees       Section = "fees"
	Papers     Section = "papers"
	Sets       Section = "sets"
	Results    Section = "results"
	Conditions Section = "conditions"
	Bases      Section = "bases"
)

// Sections lists them in order.
var Sections = []Section{Name, Sector, Decision, Subjects, Steps, Limits, Fees, Papers, Sets, Results, Conditions, Bases}

// Difference is one section that is not the same on both sides. Each side has one line for each thing it lists; a line
// that only one side has is in Only of that side.
type Difference struct {
	Section         Section
	Local, National []Line
}

// Line is one thing of a section.
type Line struct {
	Text string
	Only bool
}

// Differ lists the sections in which two procedures differ. What the national side does not state is no difference: the
// province has written it out.
func Differ(local, national *procedure.Version) []Difference {
	var out []Difference
	for _, s := range Sections {
		a, b := said(local, s), said(national, s)
		if len(b) == 0 {
			continue
		}
		x, y := compared(a, b), compared(b, a)
		if slices.ContainsFunc(x, func(l Line) bool { return l.Only }) || slices.ContainsFunc(y, func(l Line) bool { return l.Only }) {
			out = append(out, Difference{s, x, y})
		}
	}
	return out
}

func compared(a, b []string) []Line {
	has := map[string]bool{}
	for _, t := range b {
		has[folded(t)] = true
	}
	out := make([]Line, len(a))
	for i, t := range a {
		out[i] = Line{t, !has[folded(t)]}
	}
	return out
}

// said writes a section as lines.
func said(v *procedure.Version, s Section) []string {
	one := func(t string) []string {
		if t = strings.TrimSpace(t); t == "" {
			return nil
		}
		return []string{t}
	}
	var out []string
	add := func(t string) {
		if t = strings.TrimSpace(t); t != "" && !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	switch s {
	case Name:
		return one(v.Name)
	case Sector:
		return one(v.Sector)
	case Decision:
		return one(v.Decision)
	case Steps:
		return paragraphs(v.Steps)
	case Conditions:
		return paragraphs(v.Conditions)
	case Subjects:
		for _, x := range v.Subjects {
			add(x)
		}
	case Limits:
		for _, c := range v.Channels {
			for _, l := range c.Limits {
				text := l.Limit
				if text == "" {
					text = l.Verbatim
				}
				if l.Case != "" {
					text += " (" + l.Case + ")"
				}
				if text != "" {
					add(c.Kind + ": " + text)
				}
			}
		}
	case Fees:
		for _, c := range v.Channels {
			for _, f := range c.Fees {
				text := f.Verbatim
				if f.Known {
					text = viet.Money(f.Amount)
				}
				if f.Case != "" {
					text += " (" + f.Case + ")"
				}
				if text != "" {
					add(c.Kind + ": " + text)
				}
			}
		}
	case Papers:
		for _, c := range v.Components {
			if !c.Note {
				add(c.Name)
			}
		}
	case Sets:
		if v.Sets > 0 {
			add(strconv.Itoa(v.Sets))
		}
	case Results:
		for _, r := range v.Results {
			add(r.Name)
		}
	case Bases:
		for _, b := range v.Bases {
			if b.Number != "" {
				add(b.Number)
			} else {
				add(b.Name)
			}
		}
	}
	return out
}

func paragraphs(text string) []string {
	var out []string
	for l := range strings.SplitSeq(text, "\n") {
		if l = strings.TrimSpace(l); l != "" {
			out = append(out, l)
		}
	}
	return out
}

// Take returns the local procedure with one section as the national one has it. What depends on it stays with the
// province: papers keep the id, the rule and the reuse that a paper of the same name has here.
func Take(local, national *procedure.Version, s Section) (*procedure.Version, bool) {
	v := *local
	switch s {
	case Name:
		v.Name = national.Name
	case Sector:
		v.Sector = national.Sector
	case Decision:
		v.Decision = national.Decision
	case Subjects:
		v.Subjects = slices.Clone(national.Subjects)
	case Steps:
		v.Steps = national.Steps
	case Conditions:
		v.Conditions = national.Conditions
	case Sets:
		v.Sets = national.Sets
	case Results:
		v.Results = slices.Clone(national.Results)
		for i, r := range v.Results {
			for _, own := range local.Results {
				if folded(own.Name) == folded(r.Name) && r.Code == "" {
					v.Results[i].Code = own.Code
				}
			}
		}
	case Bases:
		v.Bases = slices.Clone(national.Bases)
	case Limits, Fees:
		v.Channels = slices.Clone(local.Channels)
		for _, n := range national.Channels {
			i := slices.IndexFunc(v.Channels, func(c procedure.Channel) bool { return c.Kind == n.Kind })
			if i < 0 {
				v.Channels = append(v.Channels, procedure.Channel{Kind: n.Kind})
				i = len(v.Channels) - 1
			}
			if s == Limits {
				v.Channels[i].Limits = slices.Clone(n.Limits)
			} else {
				v.Channels[i].Fees = slices.Clone(n.Fees)
			}
		}
	case Papers:
		v.Components = nil
		used := map[string]bool{}
		for _, c := range national.Components {
			for _, own := range local.Components {
				if folded(own.Name) == folded(c.Name) {
					c.ID, c.When, c.Reuse, c.Required = own.ID, own.When, own.Reuse, own.Required
				}
			}
			id := c.ID
			for n := 2; used[c.ID]; n++ {
				c.ID = id + "-" + strconv.Itoa(n)
			}
			used[c.ID] = true
			v.Components = append(v.Components, c)
		}
	default:
		return local, false
	}
	return &v, true
}
