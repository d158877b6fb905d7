package eform

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/motcua/motcua/internal/rule"
)

// Problem is something wrong with a form's definition. Code is the key of its sentence
// (see Key); At says where: a path, a section's id, or "schema".
type Problem struct {
	At   string
	Code string
	Args map[string]any
}

// Key is the key of the problem's sentence in package lang.
func (p Problem) Key() string { return "problem.eform." + p.Code }

func (p Problem) Error() string {
	if len(p.Args) == 0 {
		return fmt.Sprintf("%s: %s", p.At, p.Code)
	}
	return fmt.Sprintf("%s: %s %v", p.At, p.Code, p.Args)
}

// Check returns everything wrong with a form: schema that cannot be read, paths that do
// not exist or are asked twice, required properties nobody asks, conditions on later or
// unknown fields or on values that cannot be given, widgets that do not fit, options that
// the schema refuses. A form without problems compiles.
func Check(f Form) []Problem {
	c, problems := compile(f)
	if len(problems) > 0 {
		return problems
	}
	k := &compiler{}
	for _, s := range c.sections {
		k.constant(s.def.ID, s.when)
	}
	for _, q := range c.questions {
		k.constant(q.path, q.when)
	}
	return k.problems
}

// constant reports a rule that is always or never so.
func (k *compiler) constant(at string, on *condition) {
	if on == nil || on.rule == nil {
		return
	}
	if v := on.rule.Verdict(); v.Kind != rule.Varies && v.Exact {
		k.wrong(at, "condition-constant", "rule", on.def.Rule)
	}
}

// compiler gathers a compiled form and what is wrong with it.
type compiler struct {
	c        *Compiled
	problems []Problem
	english  bool
}

func (k *compiler) wrong(at, code string, args ...any) {
	p := Problem{At: at, Code: code}
	if len(args) > 0 {
		p.Args = map[string]any{}
		for i := 0; i+1 < len(args); i += 2 {
			p.Args[args[i].(string)] = args[i+1] //nolint:forcetypeassert // keys are written here
		}
	}
	k.problems = append(k.problems, p)
}

func compile(f Form) (*Compiled, []Problem) {
	schema, err := compileSchema(f.Schema)
	if err != nil {
		return nil, []Problem{{At: "schema", Code: "schema", Args: map[string]any{"reason": err.Error()}}}
	}
	k := &compiler{}
	k.layout(f, schema)
	k.head(f, schema)
	k.unasked(schema, "", 0)
	c := k.c
	if len(k.problems) == 0 {
		e := &compiler{english: true}
		e.layout(inEnglish(f), schema)
		c.english = e.c
	}
	return c, k.problems
}

func (k *compiler) head(f Form, schema *jsonschema.Schema) {
	if f.ID == "" {
		k.wrong("id", "no-id")
	}
	if f.Title == "" {
		k.wrong("title", "no-title")
	}
	if !hasType(schema, "object") {
		k.wrong("schema", "not-object")
	}
	s := f.Layout.Subject
	if s.Name == "" && f.Use != ForStep {
		k.wrong("subject", "no-subject")
	}
	for _, path := range []string{s.Name, s.Number, s.Birth, s.Phone, s.Email, s.Address} {
		if path == "" {
			continue
		}
		if q := k.c.by[path]; q == nil || q.group != nil {
			k.wrong("subject", "subject-not-asked", "path", path)
		}
	}
}

func (k *compiler) layout(f Form, schema *jsonschema.Schema) {
	k.c = &Compiled{form: f, schema: schema, by: map[string]*question{}}
	ids := map[string]bool{}
	if len(f.Layout.Sections) == 0 {
		k.wrong("layout", "no-sections")
	}
	for i := range f.Layout.Sections {
		def := &k.c.form.Layout.Sections[i]
		if def.ID == "" || ids[def.ID] {
			k.wrong(def.Title, "section-id")
		}
		ids[def.ID] = true
		if def.Title == "" {
			k.wrong(def.ID, "no-title")
		}
		if len(def.Fields) == 0 {
			k.wrong(def.ID, "no-fields")
		}
		s := &section{def: def}
		s.when = k.condition(def.ID, def.When, nil)
		k.c.sections = append(k.c.sections, s)
		for j := range def.Fields {
			if q := k.question(&def.Fields[j], schema, s, nil); q != nil {
				s.questions = append(s.questions, q)
			}
		}
	}
}

func (k *compiler) question(f *Field, schema *jsonschema.Schema, s *section, group *question) *question {
	keys, ok := splitPath(f.Path)
	q := &question{field: f, path: f.Path, keys: keys, section: s, group: group, widget: f.Widget, order: len(k.c.questions), english: k.english}
	if group != nil {
		q.path = group.path + "[]." + f.Path
	}
	if !ok {
		k.wrong(f.Path, "path")
		return nil
	}
	if q.schema, q.required = sub(schema, keys); q.schema == nil {
		k.wrong(q.path, "no-property")
		return nil
	}
	for other := range k.c.by {
		if other == q.path || strings.HasPrefix(other, q.path+".") || strings.HasPrefix(q.path, other+".") {
			k.wrong(q.path, "asked-twice", "other", other)
			return nil
		}
	}
	if q.widget == "" {
		q.widget = defaultWidget(q.schema)
	}
	if !fits(q.widget, q.schema) {
		k.wrong(q.path, "widget", "widget", q.widget)
		return nil
	}
	if f.Label == "" {
		k.wrong(q.path, "no-label")
	}
	q.when = k.condition(q.path, f.When, group)
	k.options(q)
	k.extras(q)
	k.c.by[q.path] = q
	k.c.questions = append(k.c.questions, q)
	if q.widget != Group {
		if len(f.Fields) > 0 {
			k.wrong(q.path, "fields-outside-group")
		}
		return q
	}
	if group != nil {
		k.wrong(q.path, "group-in-group")
		return nil
	}
	if len(f.Fields) == 0 {
		k.wrong(q.path, "no-fields")
	}
	for i := range f.Fields {
		if in := k.question(&f.Fields[i], items(q.schema), s, q); in != nil {
			q.inner = append(q.inner, in)
		}
	}
	return q
}

// condition resolves what a condition looks at: fields asked before it.
func (k *compiler) condition(at string, def *Condition, group *question) *condition {
	if def == nil {
		return nil
	}
	ways := 0
	for _, set := range []bool{def.Equals != "", len(def.OneOf) > 0, def.Filled, def.Rule != ""} {
		if set {
			ways++
		}
	}
	if ways != 1 {
		k.wrong(at, "condition-ways")
	}
	cond := &condition{def: def}
	if def.Rule != "" {
		if def.Path != "" {
			k.wrong(at, "condition-ways")
		}
		return k.ruled(at, cond, group)
	}
	var on *question
	if group != nil {
		if on = k.c.by[group.path+"[]."+def.Path]; on != nil {
			cond.inItem = true
		}
	}
	if on == nil {
		on = k.c.by[def.Path]
	}
	// A field that is asked later is not known yet, so that it is told from a wrong path only by its absence.
	if on == nil || on.group != nil && !cond.inItem {
		k.wrong(at, "condition-path", "path", def.Path)
		return nil
	}
	cond.keys = on.keys
	if def.Filled {
		return cond
	}
	var can []string
	switch on.widget {
	case Choice, Select:
		can = choices(on.schema)
	case Checks:
		can = choices(items(on.schema))
	case YesNo:
		can = []string{"yes", "no"}
	case Place, Group:
		k.wrong(at, "condition-path", "path", def.Path)
		return cond
	default:
		return cond
	}
	for _, v := range cond.values() {
		if !slices.Contains(can, v) {
			k.wrong(at, "condition-value", "path", def.Path, "value", v)
		}
	}
	return cond
}

// ruled compiles a rule over the fields asked before it.
func (k *compiler) ruled(at string, cond *condition, group *question) *condition {
	var names []rule.Name
	for _, q := range k.c.questions {
		switch {
		case q == group:
		case q.group == nil:
			names = append(names, q.ruleName([]string{RuleRoot}))
		case q.group == group:
			names = append(names, q.ruleName([]string{itemRoot}))
		}
	}
	e, problems := rule.Compile(cond.def.Rule, rule.NewSchema(names...), rule.YesNo)
	for _, p := range problems {
		k.wrong(at, "condition-rule", "reason", p.Error())
	}
	if cond.rule = e; e == nil {
		return nil
	}
	return cond
}

func (k *compiler) options(q *question) {
	var can []string
	switch q.widget {
	case Choice, Select:
		can = choices(q.schema)
	case Checks:
		can = choices(items(q.schema))
	default:
		if len(q.field.Options) > 0 {
			k.wrong(q.path, "options-unused")
		}
		return
	}
	if len(q.field.Options) == 0 {
		return // the values themselves are the labels
	}
	seen := map[string]bool{}
	for _, o := range q.field.Options {
		if !slices.Contains(can, o.Value) || seen[o.Value] {
			k.wrong(q.path, "option-refused", "value", o.Value)
		}
		if o.Label == "" {
			k.wrong(q.path, "no-label")
		}
		seen[o.Value] = true
	}
	for _, v := range can {
		if !seen[v] {
			k.wrong(q.path, "option-missing", "value", v)
		}
	}
}

var fills = []string{"", "name", "number", "birth", "sex", "phone", "email", "address"}

func (k *compiler) extras(q *question) {
	f := q.field
	if !slices.Contains(fills, f.Fill) || f.Fill != "" && q.group != nil {
		k.wrong(q.path, "fill", "fill", f.Fill)
	}
	earlier := func(path string) *question {
		if q.group != nil {
			if on := k.c.by[q.group.path+"[]."+path]; on != nil {
				return on
			}
		}
		if on := k.c.by[path]; on != nil && on.group == nil {
			return on
		}
		return nil
	}
	if b := f.Bounds; b != nil {
		bad := q.widget != Date
		for _, day := range []string{b.From, b.Until} {
			bad = bad || day != "" && checkDate(day) != ""
		}
		if b.NotBefore != "" {
			on := earlier(b.NotBefore)
			bad = bad || on == nil || on.widget != Date
		}
		if bad {
			k.wrong(q.path, "bounds")
		}
	}
	if m := f.Match; m != nil {
		bad := q.widget != PersonalNumber || m.Birth == "" && m.Sex == ""
		if m.Birth != "" {
			on := k.schemaNear(q, m.Birth)
			bad = bad || on == nil || defaultWidget(on) != Date
		}
		if m.Sex != "" {
			on := k.schemaNear(q, m.Sex)
			bad = bad || on == nil || !slices.Contains(choices(on), "nam") || !slices.Contains(choices(on), "nu")
		}
		if bad {
			k.wrong(q.path, "match")
		}
	}
}

// schemaNear finds what a path names beside the question, in the same item first, asked before or after it.
func (k *compiler) schemaNear(q *question, path string) *jsonschema.Schema {
	keys, ok := splitPath(path)
	if !ok {
		return nil
	}
	if q.group != nil {
		if s, _ := sub(items(q.group.schema), keys); s != nil {
			return s
		}
	}
	s, _ := sub(k.c.schema, keys)
	return s
}

// unasked finds required properties that no field asks.
func (k *compiler) unasked(s *jsonschema.Schema, at string, depth int) {
	if s = deref(s); s == nil || depth > maxPathSteps+2 {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		path := name
		if at != "" {
			path = at + "." + name
		}
		q := k.c.by[path]
		switch {
		case q != nil && q.widget == Group:
			k.unasked(items(q.schema), path+"[]", depth+1)
		case q != nil:
		case hasType(s.Properties[name], "object") && k.askedUnder(path):
			k.unasked(s.Properties[name], path, depth+1)
		case slices.Contains(s.Required, name):
			k.wrong(path, "not-asked")
		}
	}
	for _, name := range s.Required {
		if property(s, name, 0) == nil {
			k.wrong(strings.TrimPrefix(at+"."+name, "."), "not-asked")
		}
	}
}

func (k *compiler) askedUnder(path string) bool {
	for other := range k.c.by {
		if strings.HasPrefix(other, path+".") {
			return true
		}
	}
	return false
}

func inEnglish(f Form) Form {
	pick := func(vi *string, en string) {
		if en != "" {
			*vi = en
		}
	}
	var fields func([]Field) []Field
	fields = func(in []Field) []Field {
		out := slices.Clone(in)
		for i := range out {
			o := &out[i]
			pick(&o.Label, o.LabelEn)
			pick(&o.Short, o.ShortEn)
			if o.ShortEn == "" && o.LabelEn != "" {
				o.Short = ""
			}
			pick(&o.Hint, o.HintEn)
			pick(&o.Mend, o.MendEn)
			pick(&o.ItemOne, o.ItemEn)
			o.Options = slices.Clone(o.Options)
			for j := range o.Options {
				pick(&o.Options[j].Label, o.Options[j].LabelEn)
			}
			o.Fields = fields(o.Fields)
		}
		return out
	}
	pick(&f.Title, f.TitleEn)
	f.Layout.Sections = slices.Clone(f.Layout.Sections)
	for i := range f.Layout.Sections {
		s := &f.Layout.Sections[i]
		pick(&s.Title, s.TitleEn)
		pick(&s.Help, s.HelpEn)
		s.Fields = fields(s.Fields)
	}
	return f
}
