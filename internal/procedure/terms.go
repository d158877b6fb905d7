package procedure

import (
	"fmt"
	"slices"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/eform"
	"github.com/motcua/motcua/internal/rule"
	"github.com/motcua/motcua/lang"
)

// Eligibility is a condition that must hold for the application to be lodged.
type Eligibility struct {
	Rule     string `yaml:"rule" json:"rule"`
	Reason   string `yaml:"reason" json:"reason"` // said to the person when it does not hold
	ReasonEn string `yaml:"reason_en,omitempty" json:"reason_en,omitempty"`
	Basis    string `yaml:"basis,omitempty" json:"basis,omitempty"` // the clause
}

// Say gives the reason in the language.
func (e Eligibility) Say(code lang.Code) string {
	if code == lang.EN && e.ReasonEn != "" {
		return e.ReasonEn
	}
	return e.Reason
}

// FeeTable is a fee or charge that depends on the case.
type FeeTable struct {
	Kind string `yaml:"kind" json:"kind"` // phi | le_phi | other
	Name string `yaml:"name" json:"name"`
	// Table answers "amount", money; a row that answers 0 says that the case is free.
	Table rule.Table `yaml:"table" json:"table"`
}

// Columns that the tables of a version answer.
const (
	AmountColumn = "amount"
	LimitColumn  = "limit"
)

// outputs fills the one column that such a table answers when its author wrote none.
func outputs(t rule.Table, id string, of rule.Type) rule.Table {
	if len(t.Outputs) == 0 {
		key := "rule.column." + id
		t.Outputs = []rule.Output{{ID: id, Type: of, Label: lang.Text(lang.VI, key), LabelEn: lang.Text(lang.EN, key)}}
	}
	return t
}

// Ruled reports whether what the version asks depends on the case.
func (v *Version) Ruled() bool {
	return len(v.Eligible) > 0 || len(v.FeeTables) > 0 || v.LimitTable != nil ||
		slices.ContainsFunc(v.Components, func(c Component) bool { return c.When != "" })
}

// Terms are the rules of a version, checked against its form. Nil terms have no rules.
type Terms struct {
	schema   rule.Schema
	form     *eform.Compiled
	eligible []*rule.Expr // as Version.Eligible; nil where it cannot be read
	needs    map[string]*rule.Expr
	fees     []*rule.Decider // as Version.FeeTables
	limit    *rule.Decider
	routes   map[string]*rule.Expr // conditions of the routing, by their text
	version  *Version
}

// TermProblem is a rule of a version that cannot be used; Below is its place in the version's text.
type TermProblem struct {
	Below string
	rule.Problem
}

// NewTerms checks the rules of a version against the form it asks. What has a problem is left out.
func NewTerms(v *Version, form *eform.Form) (*Terms, []TermProblem) {
	t := &Terms{needs: map[string]*rule.Expr{}, version: v}
	names := rule.Fixed()
	if form != nil {
		if c, err := eform.Compile(*form); err == nil { // a form that cannot be asked is told by its own check
			t.form = c
			names = append(names, c.RuleNames(eform.RuleRoot)...)
		}
	}
	t.schema = rule.NewSchema(names...)
	var problems []TermProblem
	take := func(below string, list []rule.Problem) {
		for _, p := range list {
			at := below
			if p.At != "" {
				at += ".table." + p.At
			}
			problems = append(problems, TermProblem{Below: at, Problem: p})
		}
	}
	for i, e := range v.Eligible {
		x, bad := rule.Compile(e.Rule, t.schema, rule.YesNo)
		take(fmt.Sprintf(".eligible[%d].rule", i), bad)
		t.eligible = append(t.eligible, x)
	}
	for i, c := range v.Components {
		if c.When == "" {
			continue
		}
		x, bad := rule.Compile(c.When, t.schema, rule.YesNo)
		take(fmt.Sprintf(".components[%d].when", i), bad)
		if x != nil {
			t.needs[c.ID] = x
		}
	}
	for i, f := range v.FeeTables {
		d, bad := rule.CompileTable(outputs(f.Table, AmountColumn, rule.Money), t.schema)
		take(fmt.Sprintf(".fee_tables[%d]", i), bad)
		t.fees = append(t.fees, d)
	}
	if v.LimitTable != nil {
		d, bad := rule.CompileTable(outputs(*v.LimitTable, LimitColumn, rule.Limit), t.schema)
		for _, p := range bad {
			problems = append(problems, TermProblem{Below: ".limit_table." + p.At, Problem: p})
		}
		t.limit = d
	}
	return t, problems
}

// Schema returns the names that rules about the version may use.
func (t *Terms) Schema() rule.Schema { return t.schema }

// Check looks at each rule over all cases: a paper that is always or never required, a condition that never keeps
// anybody out, rows that nothing reaches. It takes its time; it is for authors.
func (t *Terms) Check() []TermProblem {
	var out []TermProblem
	constant := func(below string, e *rule.Expr) {
		if e == nil {
			return
		}
		if v := e.Verdict(); v.Kind != rule.Varies && v.Exact {
			out = append(out, TermProblem{Below: below, Problem: rule.Problem{Code: string(v.Kind), Args: map[string]any{"rule": e.Source()}}})
		}
	}
	for i, e := range t.eligible {
		constant(fmt.Sprintf(".eligible[%d].rule", i), e)
	}
	for i, c := range t.version.Components {
		constant(fmt.Sprintf(".components[%d].when", i), t.needs[c.ID])
	}
	for i, d := range t.fees {
		if d == nil {
			continue
		}
		stated := slices.ContainsFunc(t.version.Channels, func(c Channel) bool {
			return slices.ContainsFunc(c.Fees, func(f Fee) bool { return f.Kind == t.version.FeeTables[i].Kind })
		})
		for _, p := range t.gap(d, stated) {
			out = append(out, TermProblem{Below: fmt.Sprintf(".fee_tables[%d].table.rows", i), Problem: p})
		}
		for _, p := range d.Check(t.schema) {
			out = append(out, TermProblem{Below: fmt.Sprintf(".fee_tables[%d].table.%s", i, p.At), Problem: p})
		}
	}
	if t.limit != nil {
		stated := slices.ContainsFunc(t.version.Channels, func(c Channel) bool {
			return slices.ContainsFunc(c.Limits, func(l TimeLimit) bool { return l.Limit != "" })
		})
		for _, p := range t.gap(t.limit, stated) {
			out = append(out, TermProblem{Below: ".limit_table.rows", Problem: p})
		}
		for _, p := range t.limit.Check(t.schema) {
			out = append(out, TermProblem{Below: ".limit_table." + p.At, Problem: p})
		}
	}
	return out
}

// gap reports a case that a table leaves open, unless the version states in general what holds then.
func (t *Terms) gap(d *rule.Decider, stated bool) []rule.Problem {
	s := d.Study()
	if stated || s.Gap == nil {
		return nil
	}
	return []rule.Problem{{Code: "table-gap", Args: map[string]any{"case": rule.SayValues(s.Gap, t.schema, lang.EN)}}}
}

// Case is one application as the rules of its procedure see it.
type Case struct {
	Answers   eform.Answers
	Channel   string
	Competent agency.ID // resolving agency; empty while it is not chosen
	Day       string    // on which it is lodged, yyyy-mm-dd: a paper printed later says the same

	Outcome string                    // approved | not_eligible, once decided
	Steps   map[string]map[string]any // what was filled in at steps, by address
}

// Judged is a version as it stands for one case: papers required or not, the limit and the sums that hold. Where a
// table decides nothing, what the version states in general stays.
type Judged struct {
	Version *Version
	// Against lists the conditions that do not hold; empty: the application may be lodged.
	Against []Eligibility
	// Decided tells that the limit is the one of the case: nobody has to choose it.
	Decided bool
	// Competent is the agency to which a rule of the routing sends the case; empty: as the Offer says.
	Competent agency.ID

	terms *Terms
}

// Why says when a paper is required, as a clause ("loại là “Nhà ở”"); empty for papers without a rule.
func (s Judged) Why(component string, code lang.Code) string {
	return s.terms.Why(component, code)
}

// Why says when a paper is required; empty for papers without a rule.
func (t *Terms) Why(component string, code lang.Code) string {
	if t == nil {
		return ""
	}
	if e := t.needs[component]; e != nil {
		return e.Clause(code)
	}
	return ""
}

// Sentences writes the tables of the version for people: its limits and its fees.
func (t *Terms) Sentences(code lang.Code) (limits, fees []string) {
	if t == nil {
		return nil, nil
	}
	if t.limit != nil {
		limits = t.limit.Say(code)
	}
	for i, d := range t.fees {
		if d == nil {
			continue
		}
		for _, said := range d.Say(code) {
			fees = append(fees, t.version.FeeTables[i].Name+": "+said)
		}
	}
	return limits, fees
}

// Terms returns the rules of a version over a form; nil when it has none.
func (k *Catalogue) Terms(v *Version, formDigest string) *Terms {
	if !v.Ruled() && !k.routed(v) {
		return nil
	}
	key := v.Digest + " " + formDigest
	if t, ok := k.terms.Load(key); ok {
		return t.(*Terms) //nolint:forcetypeassert // only terms are stored
	}
	form, _ := k.PinnedForm(formDigest)
	t, _ := NewTerms(v, form.Value)
	t.routes = map[string]*rule.Expr{}
	for _, all := range k.c.Routing {
		for _, r := range all.Value {
			if r.When != "" && r.Fits(v) && len(v.Competent) == 0 {
				t.routes[r.When], _ = rule.Compile(r.When, t.schema, rule.YesNo)
			}
		}
	}
	if v.Digest != "" {
		k.terms.Store(key, t)
	}
	return t
}

// routed reports whether a rule of the routing asks about the case before it sends v anywhere.
func (k *Catalogue) routed(v *Version) bool {
	return len(v.Competent) == 0 && slices.ContainsFunc(k.c.Routing, func(all Dated[[]Route]) bool {
		return slices.ContainsFunc(all.Value, func(r Route) bool { return r.When != "" && r.Fits(v) })
	})
}

// sent returns the agency that the routing of the day names by a rule over the case, when such a rule is the first that fits.
func (k *Catalogue) sent(t *Terms, day string, values rule.Values) agency.ID {
	if len(t.version.Competent) > 0 {
		return ""
	}
	for _, r := range k.Routing(day) {
		if !r.Fits(t.version) {
			continue
		}
		if r.When == "" {
			return ""
		}
		if e := t.routes[r.When]; e == nil || !e.Bool(values) {
			continue
		}
		if a, ok := k.tree.Current(r.Competent, day); ok {
			return a.ID
		}
	}
	return ""
}

// For returns the version as it stands for one case.
func (k *Catalogue) For(v *Version, formDigest string, c Case) Judged {
	t := k.Terms(v, formDigest)
	if t == nil {
		return Judged{Version: v}
	}
	values := k.facts(t, c).Values()
	s := t.stand(values, c.Channel)
	s.Competent = k.sent(t, c.Day, values)
	return s
}

// facts is what rules may ask of a case.
func (k *Catalogue) facts(t *Terms, c Case) rule.Facts {
	f := rule.Facts{Answers: c.Answers, Channel: c.Channel, Sets: t.version.Sets, Day: c.Day, Subject: "person", Outcome: c.Outcome, Steps: c.Steps}
	if a, ok := k.tree.At(c.Competent, c.Day); ok {
		f.Level = string(a.Level)
	}
	if t.form != nil {
		p := t.form.Subject(c.Answers)
		f.Commune = p.Address.Commune
		if _, person := eform.ReadPersonalNumber(p.Number); p.Number != "" && !person {
			f.Subject = "organisation"
		}
	}
	return f
}

func (t *Terms) stand(values rule.Values, channel string) Judged {
	v := *t.version
	s := Judged{Version: &v, terms: t}
	for i, e := range t.eligible {
		if e != nil && !e.Bool(values) {
			s.Against = append(s.Against, v.Eligible[i])
		}
	}
	if len(t.needs) > 0 {
		v.Components = slices.Clone(v.Components)
		for i := range v.Components {
			if e := t.needs[v.Components[i].ID]; e != nil {
				v.Components[i].Required = e.Bool(values)
			}
		}
	}
	var limits []TimeLimit
	if t.limit != nil {
		if d, ok := t.limit.Decide(values); ok {
			limits = []TimeLimit{{Limit: d.Out[LimitColumn].Text, Case: t.limit.Condition(d.Row, lang.VI), Verbatim: d.Note}}
			s.Decided = true
		}
	}
	var fees []Fee
	for i, d := range t.fees {
		if d == nil {
			continue
		}
		if x, ok := d.Decide(values); ok {
			f := v.FeeTables[i]
			fees = append(fees, Fee{Kind: f.Kind, Name: f.Name, Amount: x.Out[AmountColumn].Amount, Known: true, Verbatim: x.Note})
		}
	}
	if limits != nil || fees != nil {
		v.decide(channel, limits, fees)
	}
	return s
}

// decide puts the limit and the sums of the case in place of those that the version states in general.
func (v *Version) decide(channel string, limits []TimeLimit, fees []Fee) {
	v.Channels = slices.Clone(v.Channels)
	if !slices.ContainsFunc(v.Channels, func(c Channel) bool { return c.Kind == channel }) && channel != "" {
		v.Channels = append(v.Channels, Channel{Kind: channel})
	}
	if limits != nil {
		v.SameVisit = false
	}
	for i := range v.Channels {
		c := &v.Channels[i]
		if limits != nil {
			c.Limits = limits
		}
		if fees == nil {
			continue
		}
		var stay []Fee
		for _, f := range c.Fees { // another fee, of the same law for every case
			if f.Case == "" && f.Known && !slices.ContainsFunc(fees, func(d Fee) bool { return d.Name == f.Name || d.Kind == f.Kind }) {
				stay = append(stay, f)
			}
		}
		c.Fees = slices.Concat(fees, stay)
	}
}
