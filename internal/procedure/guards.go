package procedure

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/motcua/motcua/internal/eform"
	"github.com/motcua/motcua/internal/rule"
	"github.com/motcua/motcua/internal/workflow"
)

// stepRoot is the root of the names under which rules know what was filled in at a step.
const stepRoot = "buoc"

// Guards are the conditions of a process over the cases of a procedure version, checked against its form and the
// forms of its steps.
type Guards struct {
	terms *Terms
	exprs map[string]*rule.Expr // by their text
}

// GuardNames returns what the guards of a process may ask beside the application itself: the answers of the forms
// that its steps fill.
func GuardNames(p *workflow.Process, form func(id string) (*eform.Form, bool)) []rule.Name {
	var names []rule.Name
	p.Each(func(address string, s *workflow.Step) {
		if s.Form == "" {
			return
		}
		f, ok := form(s.Form)
		if !ok {
			return
		}
		if c, err := eform.Compile(*f); err == nil { // a form that cannot be asked is told by its own check
			names = append(names, c.RuleNames(stepRoot, address)...)
		}
	})
	return names
}

// EachGuard calls fn with every guard of a process: where it stands and its text.
func EachGuard(p *workflow.Process, fn func(address, below, guard string)) {
	p.Each(func(address string, s *workflow.Step) {
		for i, a := range s.Actions {
			if a.When != "" {
				fn(address, fmt.Sprintf(".actions[%d].when", i), a.When)
			}
		}
		for i, f := range s.To {
			if f.When != "" {
				fn(address, fmt.Sprintf(".to[%d].when", i), f.When)
			}
		}
	})
}

// Guards returns the conditions of a process over the cases of a version; nil when it has none. Conditions that
// cannot be read are left out: they never hold, and publishing refused them.
func (k *Catalogue) Guards(p Process, v *Version, formDigest, day string) *Guards {
	has := false
	EachGuard(p.Value, func(string, string, string) { has = true })
	if !has {
		return nil
	}
	key := p.Digest + " " + v.Digest + " " + formDigest
	if g, ok := k.terms.Load(key); ok {
		return g.(*Guards) //nolint:forcetypeassert // only guards are stored under three digests
	}
	form, _ := k.PinnedForm(formDigest)
	terms, _ := NewTerms(v, form.Value)
	schema := terms.Schema().With(GuardNames(p.Value, func(id string) (*eform.Form, bool) {
		f, ok := k.Form(id, day)
		return f.Value, ok
	})...)
	g := &Guards{terms: terms, exprs: map[string]*rule.Expr{}}
	EachGuard(p.Value, func(_, _, guard string) { g.exprs[guard], _ = rule.Compile(guard, schema, rule.YesNo) })
	if p.Digest != "" && v.Digest != "" {
		k.terms.Store(key, g)
	}
	return g
}

var errGuard = errors.New("guard cannot be read")

// world answers guards for one case.
type world struct {
	g      *Guards
	values rule.Values
}

func (w world) Holds(guard string) (bool, error) {
	e := w.g.exprs[guard]
	if e == nil {
		return false, fmt.Errorf("%w: %q", errGuard, guard)
	}
	return e.Bool(w.values), nil
}

// In returns the world of one case, to run a process in.
func (k *Catalogue) In(g *Guards, c Case) workflow.World {
	if g == nil {
		return nil
	}
	return world{g, k.facts(g.terms, c).Values()}
}

// Filled reads what was filled in at steps, by address, for the rules.
func Filled(forms map[string]json.RawMessage) map[string]map[string]any {
	out := make(map[string]map[string]any, len(forms))
	for address, raw := range forms {
		var m map[string]any
		if json.Unmarshal(raw, &m) == nil {
			out[address] = m
		}
	}
	return out
}
