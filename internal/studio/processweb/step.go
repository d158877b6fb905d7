package processweb

import (
	"cmp"
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/deadline"
	"github.com/motcua/motcua/internal/rule"
	"github.com/motcua/motcua/internal/viet"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/internal/workflow"
	"github.com/motcua/motcua/internal/workflow/remodel"
	"github.com/motcua/motcua/lang"
)

// Names of the fields of a step. Those of acts and ways are numbered: hd-0-nhan, loi-1-den.
const (
	fieldTitle     = "ten"
	fieldID        = "ma"
	fieldKind      = "loai"
	fieldAt        = "noi"
	fieldUnit      = "don-vi"
	fieldRole      = "vai-tro"
	fieldPost      = "vi-tri"
	fieldAssign    = "giao"
	fieldAmount    = "han-so"
	fieldMeasure   = "han-loai"
	fieldHelp      = "huong-dan"
	fieldForm      = "bieu-mau"
	fieldMakes     = "ket-qua"
	fieldSees      = "duoc-xem"
	fieldEdits     = "duoc-sua"
	fieldNeed      = "can"
	fieldNeedCount = "can-so"
	fieldFor       = "cho"
	fieldOf        = "hoi"
	fieldPart      = "phan"
	fieldProcedure = "thu-tuc"
	fieldDoes      = "lam"
	fieldSays      = "loi-nhan"
	fieldLateTell  = "qua-han-bao"
	fieldLateTo    = "qua-han-den"

	fieldRuleName = "dk-ten" // of the builder of a simple condition
	fieldRuleSign = "dk-so"
	fieldRuleWith = "dk-voi"
	fieldRuleInto = "dk-cho"
)

// officeRoles are the roles that hold steps.
var officeRoles = []string{
	access.RoleReceiving, access.RoleOfficer, access.RoleDivision, access.RoleHead, access.RoleClerk, access.RoleControl,
}

// measures are the units of limits offered, as package deadline writes them; % is a share of the legal limit.
var measures = []string{"wh", "wd", "d", "m", "%"}

var plainLimit = regexp.MustCompile(`^(\d{1,4}(?:\.5)?)\s*(wh|wd|d|m|%)$`)

// limitOf takes a limit apart; what has more to it is written as it stands, without a measure.
func limitOf(limit string) (amount, measure string) {
	if m := plainLimit.FindStringSubmatch(limit); m != nil {
		return strings.ReplaceAll(m[1], ".", ","), m[2]
	}
	if limit == "" {
		return "", "wd"
	}
	return limit, ""
}

// readLimit puts a limit together; ok is false when it cannot be meant.
func readLimit(amount, measure string) (limit string, ok bool) {
	if amount == "" {
		return "", true
	}
	if measure == "" {
		limit = amount
	} else {
		limit = strings.ReplaceAll(amount, ",", ".") + measure
	}
	if share, is := strings.CutSuffix(limit, "%"); is {
		n, err := strconv.Atoi(strings.TrimSpace(share))
		return limit, err == nil && n >= 1 && n <= 100
	}
	_, err := deadline.ParseLimit(limit)
	return limit, err == nil
}

func numbered(prefix string, i int, name string) string {
	return prefix + "-" + strconv.Itoa(i) + "-" + name
}

// readStep reads the form of a step over the step it was drawn from. wrong names fields that cannot be meant, with their
// sentence; what was typed stays in the step.
func (d *desk) readStep(ctx context.Context, old workflow.Step, form web.Form) (s workflow.Step, wrong map[string]string) {
	s, wrong = old, map[string]string{}
	say := func(field, key string, args ...any) { wrong[field] = lang.T(ctx, key, args...) }
	s.Title = form.Get(fieldTitle)
	if s.Title == "" {
		say(fieldTitle, "process-edit.title-needed")
	}
	s.ID = cmp.Or(form.Get(fieldID), old.ID)
	if s.ID != old.ID && remodel.Slug(s.ID) != s.ID {
		say(fieldID, "process-edit.id-form")
	}
	// What this kind of step does not ask for stays as it is.
	for field, to := range map[string]*string{
		fieldAt: &s.At, fieldUnit: &s.Unit, fieldRole: &s.Role, fieldPost: &s.Post, fieldAssign: &s.Assign, fieldHelp: &s.Help, fieldForm: &s.Form,
		fieldFor: &s.For, fieldPart: &s.Part, fieldProcedure: &s.Procedure, fieldDoes: &s.Does, fieldSays: &s.Text,
	} {
		if form.Has(field) {
			*to = form.Get(field)
		}
	}
	if form.Has(fieldAmount) {
		var ok bool
		if s.Limit, ok = readLimit(form.Get(fieldAmount), form.Get(fieldMeasure)); !ok {
			say(fieldAmount, "process-edit.limit-form")
		}
	}
	if form.Has(fieldMakes) { // the lists of boxes stand beside it: none chosen sends nothing
		s.Makes, s.Sees, s.Edits = lines(form.Get(fieldMakes)), ordered(old.Sees, form.Values[fieldSees]), ordered(old.Edits, form.Values[fieldEdits])
	}
	if s.Kind == workflow.Ask {
		s.Of = ordered(old.Of, form.Values[fieldOf])
	}
	if form.Has(fieldLateTell) {
		s.Late = nil
		if tell, to := form.Get(fieldLateTell), form.Get(fieldLateTo); tell != "" || to != "" {
			s.Late = &workflow.Late{Tell: tell, To: to}
			if s.Limit == "" {
				say(fieldAmount, "process-edit.late-needs-limit")
			}
		}
	}
	if form.Has(fieldNeed) {
		if s.Need = form.Get(fieldNeed); s.Need == "so" {
			s.Need = form.Get(fieldNeedCount)
			if n, err := strconv.Atoi(s.Need); err != nil || n < 1 || n > 99 {
				say(fieldNeedCount, "process-edit.need-form")
			}
		} else if s.Need == workflow.NeedAll && old.Need == "" {
			s.Need = ""
		}
	}
	if pressed(s.Kind) {
		s.Actions = readActions(form, old.Actions, say)
	}
	if s.Kind != workflow.Task {
		s.To = readFlows(form, old.To)
	}
	d.build(ctx, form, &s, wrong)
	return s, wrong
}

func readActions(form web.Form, old []workflow.Action, say func(string, string, ...any)) []workflow.Action {
	var out []workflow.Action
	primary := form.Get("hd-chinh")
	for i := 0; form.Has(numbered("hd", i, "nhan")) && i < mostWays; i++ {
		get := func(name string) string { return form.Get(numbered("hd", i, name)) }
		label := get("nhan")
		if get("bo") != "" || label == "" && i >= len(old) {
			continue
		}
		a := workflow.Action{Label: label, Means: workflow.Meaning(get("nghia")), To: get("den"), Note: get("ghi") != "", When: get("khi"), Primary: primary == strconv.Itoa(i)}
		if i < len(old) {
			a.ID = old[i].ID
		} else {
			a.ID = free(remodel.Slug(label), func(id string) bool {
				return slices.ContainsFunc(slices.Concat(old, out), func(o workflow.Action) bool { return o.ID == id })
			})
			if a.Means == "" {
				a.Means = workflow.Forward
			}
		}
		if label == "" {
			say(numbered("hd", i, "nhan"), "process-edit.label-needed")
		}
		if n := workflow.Natures[a.Means]; n.Ends {
			a.To = ""
		} else if a.To == "" {
			say(numbered("hd", i, "den"), "process-edit.target-needed")
		}
		out = append(out, a)
	}
	return out
}

func readFlows(form web.Form, old []workflow.Flow) []workflow.Flow {
	var out []workflow.Flow
	for i := 0; form.Has(numbered("loi", i, "den")) && i < mostWays; i++ {
		get := func(name string) string { return form.Get(numbered("loi", i, name)) }
		if get("bo") != "" || get("den") == "" && i >= len(old) {
			continue
		}
		if get("den") == "" {
			continue
		}
		out = append(out, workflow.Flow{To: get("den"), When: get("khi"), Title: get("chu")})
	}
	return out
}

// mostWays bounds the acts or ways of one step.
const mostWays = 40

func free(id string, taken func(string) bool) string {
	id = cmp.Or(id, "hanh-dong")
	out := id
	for n := 2; taken(out); n++ {
		out = id + "-" + strconv.Itoa(n)
	}
	return out
}

func lines(text string) []string {
	var out []string
	for l := range strings.SplitSeq(text, "\n") {
		if l = strings.TrimSpace(l); l != "" {
			out = append(out, l)
		}
	}
	return out
}

// ordered puts what stays chosen in its old order, and what is new behind.
func ordered(old, chosen []string) []string {
	var out []string
	for _, x := range slices.Concat(old, chosen) {
		if slices.Contains(chosen, x) && !slices.Contains(out, x) {
			out = append(out, x)
		}
	}
	return out
}

// signs are the comparisons of the builder, with what the language writes.
var signs = []struct{ value, key string }{
	{"==", "process-edit.sign.eq"},
	{"!=", "process-edit.sign.ne"},
	{">", "process-edit.sign.gt"},
	{">=", "process-edit.sign.ge"},
	{"<", "process-edit.sign.lt"},
	{"<=", "process-edit.sign.le"},
	{"co", "process-edit.sign.filled"},
	{"khong", "process-edit.sign.empty"},
}

// build puts the condition of the builder into the act or way it is meant for, beside what stands there already.
func (d *desk) build(ctx context.Context, form web.Form, s *workflow.Step, wrong map[string]string) {
	path := form.Get(fieldRuleName)
	if path == "" {
		return
	}
	name, ok := d.schema().Name(path)
	if !ok {
		wrong[fieldRuleName] = lang.T(ctx, "process-edit.rule-name")
		return
	}
	guard, ok := condition(name, form.Get(fieldRuleSign), form.Get(fieldRuleWith))
	if !ok {
		wrong[fieldRuleWith] = lang.T(ctx, "process-edit.rule-with."+string(name.Type))
		return
	}
	join := func(old string) string {
		if old == "" || old == guard {
			return guard
		}
		if strings.Contains(old, " or ") || strings.Contains(old, "||") || strings.Contains(old, "?") {
			old = "(" + old + ")"
		}
		return old + " and " + guard
	}
	kind, number, _ := strings.Cut(form.Get(fieldRuleInto), "-")
	i, err := strconv.Atoi(number)
	switch {
	case err == nil && kind == "hd" && i >= 0 && i < len(s.Actions):
		s.Actions[i].When = join(s.Actions[i].When)
	case err == nil && kind == "loi" && i >= 0 && i < len(s.To):
		s.To[i].When = join(s.To[i].When)
	default:
		wrong[fieldRuleInto] = lang.T(ctx, "process-edit.rule-into")
	}
}

// condition writes a comparison in the rule language.
func condition(n *rule.Name, sign, with string) (string, bool) {
	switch sign {
	case "co":
		return "co(" + n.Path + ")", true
	case "khong":
		return "not co(" + n.Path + ")", true
	}
	if !slices.ContainsFunc(signs, func(s struct{ value, key string }) bool { return s.value == sign }) {
		return "", false
	}
	same := sign == "==" || sign == "!="
	switch n.Type {
	case rule.YesNo:
		yes := map[string]bool{"có": true, "co": true, "yes": true, "true": true, "đúng": true, "dung": true}[strings.ToLower(with)]
		if sign == "!=" {
			yes = !yes
		}
		if yes {
			return n.Path, same
		}
		return "not " + n.Path, same
	case rule.Number, rule.Money:
		number := strings.ReplaceAll(strings.ReplaceAll(with, ".", ""), ",", ".")
		if _, err := strconv.ParseFloat(number, 64); err != nil || strings.ContainsAny(number, "eExXpP_iInN") {
			return "", false
		}
		return n.Path + " " + sign + " " + number, true
	case rule.Date:
		day, ok := web.ReadDate(with)
		return n.Path + " " + sign + ` "` + day.Format("2006-01-02") + `"`, ok
	case rule.Choice, rule.Choices:
		value := with
		for _, o := range n.Options {
			if viet.Fold(o.Label) == viet.Fold(with) {
				value = o.Value
			}
		}
		if !slices.ContainsFunc(n.Options, func(o rule.Option) bool { return o.Value == value }) {
			return "", false
		}
		if n.Type == rule.Choices {
			guard := strconv.Quote(value) + " in " + n.Path
			if sign == "!=" {
				guard = "not (" + guard + ")"
			}
			return guard, same
		}
		return n.Path + " " + sign + " " + strconv.Quote(value), same
	case rule.Text:
		return n.Path + " " + sign + " " + strconv.Quote(with), same && with != ""
	}
	return "", false
}

// stepView is the form of one step.
type stepView struct {
	desk    *desk
	address string
	step    workflow.Step
	wrong   map[string]string
	guards  map[string]guardView
	steps   []component.Option // of the same course
}

// guardView is what a condition says, or what is wrong with it.
type guardView struct {
	says  string
	wrong []string
}

// stepOf is the form of the step at an address; typed stands in for it when a form is shown again.
func (d *desk) stepOf(ctx context.Context, address string, typed *workflow.Step, wrong map[string]string) *stepView {
	s, ok := d.process.Find(address)
	if !ok {
		return nil
	}
	if typed != nil {
		s = *typed
	}
	v := &stepView{desk: d, address: address, step: s, wrong: wrong, guards: map[string]guardView{}}
	part, _ := workflow.Split(address)
	d.process.Each(func(a string, x *workflow.Step) {
		if p, id := workflow.Split(a); p == part {
			v.steps = append(v.steps, component.Option{Value: id, Label: cmp.Or(x.Title, x.ID)})
		}
	})
	schema := d.schema()
	for _, when := range guardsOf(s) {
		v.guards[when] = sayGuard(ctx, when, schema)
	}
	return v
}

func guardsOf(s workflow.Step) []string {
	var out []string
	for _, a := range s.Actions {
		out = append(out, a.When)
	}
	for _, f := range s.To {
		out = append(out, f.When)
	}
	return slices.DeleteFunc(out, func(w string) bool { return w == "" })
}

// sayGuard explains a condition, or tells what is wrong with it and where.
func sayGuard(ctx context.Context, when string, schema rule.Schema) guardView {
	code := lang.From(ctx)
	x, problems := rule.Compile(when, schema, rule.YesNo)
	if x != nil {
		return guardView{says: x.Say(code)}
	}
	v := guardView{}
	for _, p := range problems {
		text := p.In(code)
		if p.Column > 0 {
			text = lang.T(ctx, "process-edit.guard-place", "column", p.Column, "text", text)
		}
		v.wrong = append(v.wrong, text)
	}
	return v
}

func (v *stepView) kind(kinds ...workflow.Kind) bool { return slices.Contains(kinds, v.step.Kind) }

// acts reports whether somebody presses buttons at the step.
func (v *stepView) acts() bool { return pressed(v.step.Kind) }

func pressed(k workflow.Kind) bool {
	return k == workflow.Task || k == workflow.Wait || k == workflow.Ask
}

func (v *stepView) field(ctx context.Context, name, key, value string) component.Field {
	return component.Field{Name: name, Label: lang.T(ctx, "process-edit.field."+key), Value: value, Error: v.wrong[name], ReadOnly: !v.desk.may, MaxLength: 300}
}

func (v *stepView) optional(ctx context.Context, name, key, value string) component.Field {
	f := v.field(ctx, name, key, value)
	f.Optional = true
	return f
}

func (v *stepView) choice(ctx context.Context, name, key, value, empty string, options []component.Option) component.Choice {
	if value != "" && !slices.ContainsFunc(options, func(o component.Option) bool { return o.Value == value }) {
		options = append(slices.Clone(options), component.Option{Value: value, Label: value}) // what stands there is never lost
	}
	c := component.Choice{Name: name, Label: lang.T(ctx, "process-edit.field."+key), Values: []string{value}, Options: options, Error: v.wrong[name]}
	if empty != "" {
		c.Empty = lang.T(ctx, "process-edit.empty."+empty)
	}
	return c
}

// places are where a step may be held: the words of the product, then the agencies.
func (v *stepView) places(ctx context.Context) []component.Option {
	var out []component.Option
	for _, at := range []string{workflow.AtCompetent, workflow.AtDesk, workflow.AtCommune, workflow.AtSuperior, workflow.AtLead} {
		out = append(out, component.Option{Value: at, Label: lang.T(ctx, "process.at."+at), Group: lang.T(ctx, "process-edit.by-case")})
	}
	return append(out, v.agencies(ctx)...)
}

func (v *stepView) agencies(ctx context.Context) []component.Option {
	var out []component.Option
	for _, a := range v.desk.tree.All(v.desk.day) {
		out = append(out, component.Option{Value: string(a.ID), Label: a.Name, Group: lang.T(ctx, "process-edit.agencies")})
	}
	return out
}

func (v *stepView) units() []component.Option {
	var out []component.Option
	if a, ok := v.desk.tree.Current(agency.ID(v.step.At), v.desk.day); ok {
		for _, u := range a.Units {
			out = append(out, component.Option{Value: u.ID, Label: u.Name})
		}
	}
	return out
}

func (v *stepView) posts() []component.Option {
	var out []component.Option
	for _, p := range v.desk.tree.Posts(agency.ID(v.step.At), v.desk.day) {
		out = append(out, component.Option{Value: p.ID, Label: p.Title})
	}
	return out
}

func (v *stepView) roles(ctx context.Context) []component.Option {
	out := make([]component.Option, len(officeRoles))
	for i, r := range officeRoles {
		out[i] = component.Option{Value: r, Label: lang.T(ctx, "desk.role."+r)}
	}
	return out
}

func options(ctx context.Context, prefix string, values ...string) []component.Option {
	out := make([]component.Option, len(values))
	for i, x := range values {
		out[i] = component.Option{Value: x, Label: lang.T(ctx, prefix+x)}
	}
	return out
}

func (v *stepView) measures(ctx context.Context) []component.Option {
	return options(ctx, "process-edit.measure.", measures...)
}

func (v *stepView) allForms() []component.Option {
	var out []component.Option
	for _, f := range v.desk.pack.Forms {
		out = append(out, component.Option{Value: f.ID, Label: f.Title})
	}
	slices.SortFunc(out, func(a, b component.Option) int { return strings.Compare(viet.SortKey(a.Label), viet.SortKey(b.Label)) })
	return out
}

func (v *stepView) procedures() []component.Option {
	var out []component.Option
	for _, p := range v.desk.pack.Procedures {
		out = append(out, component.Option{Value: p.Code, Label: p.Code + " " + p.Name})
	}
	return out
}

func (v *stepView) parts() []component.Option {
	var out []component.Option
	for _, p := range v.desk.process.Parts {
		out = append(out, component.Option{Value: p.ID, Label: p.Title})
	}
	return out
}

// visible lists what a holder may be shown: sections of the forms and papers of the procedures that run through.
func (v *stepView) visible(ctx context.Context, papers bool) []component.Option {
	var out []component.Option
	add := func(id, label, group string) {
		if !slices.ContainsFunc(out, func(o component.Option) bool { return o.Value == id }) {
			out = append(out, component.Option{Value: id, Label: label, Hint: group})
		}
	}
	for _, f := range v.desk.forms() {
		for _, s := range f.Layout.Sections {
			add(s.ID, s.Title, lang.T(ctx, "process-edit.section-of", "form", f.Title))
		}
	}
	if papers {
		for _, p := range v.desk.uses() {
			for _, c := range p.Components {
				if !c.Note && len(out) < 120 {
					add(c.ID, c.Name, lang.T(ctx, "process-edit.paper-of", "code", p.Code))
				}
			}
		}
	}
	return out
}

// need takes what a join or question needs apart: all, any, or "so" with a number.
func (v *stepView) need() (need, number string) {
	switch v.step.Need {
	case "", workflow.NeedAll:
		return workflow.NeedAll, ""
	case workflow.NeedAny:
		return workflow.NeedAny, ""
	}
	return "so", v.step.Need
}

func (v *stepView) meanings(ctx context.Context) []component.Option {
	out := make([]component.Option, len(workflow.Meanings))
	for i, m := range workflow.Meanings {
		out[i] = component.Option{Value: string(m), Label: lang.T(ctx, "process-edit.means."+string(m))}
	}
	return out
}

// nature says what a meaning brings about.
func nature(ctx context.Context, m workflow.Meaning) string {
	n, ok := workflow.Natures[m]
	if !ok {
		return ""
	}
	var out []string
	add := func(is bool, key string) {
		if is {
			out = append(out, lang.T(ctx, "process-edit.nature."+key))
		}
	}
	add(n.Note, "note")
	add(n.Release, "release")
	add(n.Notice, "notice")
	add(n.Document, "document")
	add(n.Undo, "undo")
	add(n.Ends, "ends")
	if len(out) == 0 {
		return lang.T(ctx, "process-edit.nature.none")
	}
	return strings.Join(out, "; ")
}

// into are the acts and ways that the builder may put a condition into.
func (v *stepView) into(ctx context.Context) []component.Option {
	var out []component.Option
	for i, a := range v.step.Actions {
		out = append(out, component.Option{Value: "hd-" + strconv.Itoa(i), Label: cmp.Or(a.Label, a.ID)})
	}
	for i, f := range v.step.To {
		out = append(out, component.Option{Value: "loi-" + strconv.Itoa(i), Label: lang.T(ctx, "process-edit.way-to", "to", v.stepTitle(f.To))})
	}
	return out
}

func (v *stepView) stepTitle(id string) string {
	for _, o := range v.steps {
		if o.Value == id {
			return o.Label
		}
	}
	return id
}

func (v *stepView) nameOptions(ctx context.Context) []component.Option {
	var out []component.Option
	for _, n := range v.desk.names() {
		switch n.Type {
		case rule.Groups, rule.Address, rule.Limit:
			continue
		}
		out = append(out, component.Option{Value: n.Path, Label: nameLabel(ctx, n)})
	}
	return out
}

func nameLabel(ctx context.Context, n rule.Name) string {
	if lang.From(ctx) == lang.EN {
		return cmp.Or(n.LabelEn, n.Label, n.Path)
	}
	return cmp.Or(n.Label, n.Path)
}

func signOptions(ctx context.Context) []component.Option {
	out := make([]component.Option, len(signs))
	for i, s := range signs {
		out[i] = component.Option{Value: s.value, Label: lang.T(ctx, s.key)}
	}
	return out
}
