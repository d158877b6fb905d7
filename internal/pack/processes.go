package pack

import (
	"fmt"
	"slices"
	"strings"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/eform"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/rule"
	"github.com/motcua/motcua/internal/workflow"
	"github.com/motcua/motcua/internal/workflow/prove"
)

// Prove returns what is proved about a process of the pack, from a day on. Guards are what is known of its conditions.
func Prove(p *Pack, process, day string) (report prove.Report, guards prove.Guards, ok bool) {
	w, ok := p.Process(process)
	if !ok {
		return prove.Report{}, nil, false
	}
	c := newChecker(p, day)
	world := c.world(w, c.users())
	return prove.Check(w, world), world.Guards, true
}

// processes proves every process, each finding at its place.
func (c *checker) processes() {
	users := c.users()
	for i, w := range c.p.Processes {
		at := c.at("processes", i)
		world := c.world(w, users)
		for _, f := range prove.Check(w, world).Findings {
			c.finding(at, w, f, world.Guards)
		}
	}
}

func (c *checker) finding(at place, w *workflow.Process, f prove.Finding, guards prove.Guards) {
	pr := Problem{File: at.name, Line: c.p.line(at, f.Path), Kind: string(f.Kind), Run: strings.Join(prove.Tell(w, f.Run, guards), "\n"), Reason: f.Text}
	if f.Procedure == "" {
		c.problems = append(c.problems, pr)
		return
	}
	// A limit is wrong where it is stated: with the procedure.
	for i, v := range c.p.Procedures {
		if v.Code != f.Procedure {
			continue
		}
		at := c.at("procedures", i)
		for j, ch := range v.Channels {
			for n, l := range ch.Limits {
				if l.Limit != f.Limit {
					continue
				}
				pr := pr
				pr.File, pr.Line = at.name, c.p.line(at, fmt.Sprintf(".channels[%d].limits[%d]", j, n))
				if !slices.Contains(c.problems, pr) {
					c.problems = append(c.problems, pr)
				}
			}
		}
		if v.LimitTable == nil {
			continue
		}
		for n, r := range v.LimitTable.Rows {
			pr := pr
			pr.File, pr.Line = at.name, c.p.line(at, fmt.Sprintf(".limit_table.rows[%d]", n))
			if string(r.Then[procedure.LimitColumn]) == f.Limit && !slices.Contains(c.problems, pr) {
				c.problems = append(c.problems, pr)
			}
		}
	}
}

// users groups the procedures by the process they run through.
func (c *checker) users() map[string][]*procedure.Version {
	out := map[string][]*procedure.Version{}
	for _, v := range c.p.Procedures {
		id := v.Process
		if id == "" {
			id = c.p.General.Process
		}
		out[id] = append(out[id], v)
	}
	return out
}

// world is what a process is proved against.
func (c *checker) world(w *workflow.Process, users map[string][]*procedure.Version) prove.World {
	using := users[w.ID]
	out := prove.World{
		Tree: c.tree, Days: prove.Days(c.day, c.p.Agencies, c.p.Posts), Workday: c.workday(),
		Form: func(id string) bool { _, ok := c.p.Form(id); return ok },
		Procedure: func(code string) bool {
			return slices.ContainsFunc(c.p.Procedures, func(v *procedure.Version) bool { return v.Code == code })
		},
	}
	byDay := map[string][]agency.ID{}
	out.Competent = func(day string) []agency.ID {
		ids, known := byDay[day]
		if known {
			return ids
		}
		seen := map[agency.ID]bool{}
		for _, v := range using {
			for _, id := range c.catalogue.OfferOf(v, day).Agencies {
				if !seen[id] {
					seen[id] = true
					ids = append(ids, id)
				}
			}
		}
		byDay[day] = ids
		return ids
	}
	guarded := false
	w.Each(func(_ string, s *workflow.Step) {
		for _, f := range s.To {
			guarded = guarded || f.When != ""
		}
		for _, a := range s.Actions {
			guarded = guarded || a.When != ""
		}
	})
	schema := rule.NewSchema(rule.Fixed()...)
	for _, v := range using {
		form, known := c.p.Form(v.Form)
		if v.Form == "" {
			form, known = c.p.Form(c.p.General.Form)
		}
		use := prove.Use{Code: v.Code, Components: map[string]string{}}
		if known {
			for _, s := range form.Layout.Sections {
				use.Sections = append(use.Sections, s.ID)
			}
			if guarded {
				schema = with(schema, form, eform.RuleRoot)
			}
		}
		for _, ch := range v.Channels {
			for _, l := range ch.Limits {
				if !slices.Contains(use.Limits, l.Limit) {
					use.Limits = append(use.Limits, l.Limit)
				}
			}
		}
		if v.LimitTable != nil {
			for _, r := range v.LimitTable.Rows {
				if l := string(r.Then[procedure.LimitColumn]); l != "" && !slices.Contains(use.Limits, l) {
					use.Limits = append(use.Limits, l)
				}
			}
		}
		for _, r := range v.Results {
			use.Results = append(use.Results, r.Name)
		}
		for _, k := range v.Components {
			if !k.Note {
				use.Components[k.ID] = k.Name
			}
		}
		out.Uses = append(out.Uses, use)
	}
	if guarded {
		w.Each(func(_ string, s *workflow.Step) {
			if form, ok := c.p.Form(s.Form); ok && s.Form != "" {
				schema = with(schema, form, "buoc."+rule.Identifier(s.ID))
			}
		})
		out.Guards = prove.Rules(schema)
	}
	return out
}

// with adds the names of a form to what guards may speak about.
func with(s rule.Schema, form *eform.Form, root string) rule.Schema {
	f, err := eform.Compile(*form)
	if err != nil {
		return s // told by the form's own check
	}
	return s.With(f.RuleNames(root)...)
}

// account checks that a fee which can be paid online has an account to go to.
func (c *checker) account(at place, v *procedure.Version) {
	for i, ch := range v.Channels {
		if ch.Kind != procedure.Online {
			continue
		}
		for j, f := range ch.Fees {
			if !f.Known || f.Amount <= 0 {
				continue
			}
			for _, id := range c.catalogue.OfferOf(v, c.day).Agencies {
				if c.tree.AccountOf(id, c.day) == "" {
					c.bad(at, fmt.Sprintf(".channels[%d].fees[%d]", i, j), "a fee of procedure %s is paid online, and %s has no account to receive it", v.Code, id)
					return
				}
			}
		}
	}
}

// reached looks for fields of a form that no answers bring to the screen: their conditions contradict each other, or
// those of the fields they depend on.
func (c *checker) reached(at place, f *eform.Form) {
	whens := map[string][]*eform.Condition{} // path → conditions under which it is asked
	for _, s := range f.Layout.Sections {
		for _, q := range s.Fields {
			whens[q.Path] = conditions(s.When, q.When)
		}
	}
	// allowed narrows the values of each path as far as conditions say; false when none is left.
	var allowed func(conds []*eform.Condition, values map[string][]string, seen map[string]bool) bool
	allowed = func(conds []*eform.Condition, values map[string][]string, seen map[string]bool) bool {
		for _, w := range conds {
			want := w.OneOf
			if w.Equals != "" {
				want = []string{w.Equals}
			}
			if len(want) > 0 {
				if have, known := values[w.Path]; known {
					want = slices.DeleteFunc(slices.Clone(want), func(v string) bool { return !slices.Contains(have, v) })
				}
				if values[w.Path] = want; len(want) == 0 {
					return false
				}
			}
			if w.Path != "" && !seen[w.Path] {
				seen[w.Path] = true
				if !allowed(whens[w.Path], values, seen) {
					return false
				}
			}
		}
		return true
	}
	for i, s := range f.Layout.Sections {
		if !allowed(conditions(s.When), map[string][]string{}, map[string]bool{}) {
			c.bad(at, fmt.Sprintf(".layout.sections[%d]", i), "form %s: section %s is never shown: its conditions contradict each other", f.ID, s.ID)
			continue
		}
		for j, q := range s.Fields {
			if !allowed(whens[q.Path], map[string][]string{}, map[string]bool{}) {
				c.bad(at, fmt.Sprintf(".layout.sections[%d].fields[%d]", i, j), "form %s: field %s is never asked: its conditions contradict each other", f.ID, q.Path)
			}
		}
	}
}

func conditions(whens ...*eform.Condition) []*eform.Condition {
	return slices.DeleteFunc(whens, func(w *eform.Condition) bool { return w == nil })
}
