package eform

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/motcua/motcua/internal/rule"
)

func (d *condition) values() []string {
	if d.def.Equals != "" {
		return []string{d.def.Equals}
	}
	return d.def.OneOf
}

// holds judges the condition against the answers kept so far and, inside a group, its item.
func (d *condition) holds(answers, item map[string]any) bool {
	if d == nil {
		return true
	}
	if d.rule != nil {
		return d.rule.Bool(rule.Values{RuleRoot: answers, itemRoot: item})
	}
	from := answers
	if d.inItem {
		from = item
	}
	v := lookup(from, d.keys)
	if d.def.Filled {
		return v != nil
	}
	want := d.values()
	if list, ok := v.([]any); ok {
		return slices.ContainsFunc(list, func(x any) bool { return slices.Contains(want, text(x)) })
	}
	return v != nil && slices.Contains(want, text(v))
}

// shown tells which questions are asked, by their place in the answers ("children[0].name").
type shown map[string]bool

// Clean returns what may be kept of the answers: only what the form asks, only where its
// conditions hold, text in NFC without what cannot be seen, nothing empty. Clean(Clean(a)) == Clean(a).
func (c *Compiled) Clean(a Answers) Answers {
	out, _ := c.clean(a)
	return out
}

func (c *Compiled) clean(a Answers) (Answers, shown) {
	out, see := map[string]any{}, shown{}
	for _, s := range c.sections {
		if !s.when.holds(out, nil) {
			continue
		}
		for _, q := range s.questions {
			if !q.when.holds(out, nil) {
				continue
			}
			see[q.path] = true
			if v := q.clean(lookup(a, q.keys), out, see); v != nil {
				assign(out, q.keys, v)
			}
		}
	}
	return out, see
}

// clean returns the value in the form in which it is kept; nil when nothing is left.
func (q *question) clean(v any, kept map[string]any, see shown) any {
	switch q.widget {
	case Group:
		list, ok := v.([]any)
		if !ok || len(list) == 0 {
			return nil
		}
		list = list[:min(len(list), mostItems+1)]
		out := make([]any, len(list))
		for i, x := range list {
			from, _ := x.(map[string]any)
			item := map[string]any{}
			at := itemPath(q.path, i)
			for _, in := range q.inner {
				if !in.when.holds(kept, item) {
					continue
				}
				see[at+"."+in.field.Path] = true
				if w := in.clean(lookup(from, in.keys), kept, nil); w != nil {
					assign(item, in.keys, w)
				}
			}
			out[i] = item
		}
		return out
	case Place:
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		out := map[string]any{}
		for _, part := range q.parts() {
			if s := clean(text(m[part]), false); s != "" {
				out[part] = s
			}
		}
		if len(out) == 0 {
			return nil
		}
		return out
	case Checks:
		list, ok := v.([]any)
		if !ok {
			list = []any{v}
		}
		var out []any
		for _, x := range list[:min(len(list), mostItems+1)] {
			if s := clean(text(x), false); s != "" && !slices.Contains(out, any(s)) {
				out = append(out, s)
			}
		}
		if len(out) == 0 {
			return nil
		}
		return out
	case YesNo:
		if b, ok := v.(bool); ok {
			return b
		}
	case Number, Money:
		if n, ok := number(v); ok {
			return n
		}
	}
	if s := clean(text(v), q.widget == TextArea); s != "" {
		return s
	}
	return nil
}

// number returns numbers in the one writing in which they are kept. Others, such as
// 1e999999999, are left as text: reading them would cost more than the answer is worth.
func number(v any) (json.Number, bool) {
	var s string
	switch v := v.(type) {
	case json.Number:
		s = v.String()
	case float64:
		s = strconv.FormatFloat(v, 'f', -1, 64)
	case int:
		s = strconv.Itoa(v)
	case int64:
		s = strconv.FormatInt(v, 10)
	default:
		return "", false
	}
	if len(s) > 40 {
		return "", false
	}
	if whole, frac, ok := strings.Cut(s, "."); ok && digits(frac) {
		if frac = strings.TrimRight(frac, "0"); frac != "" {
			frac = "." + frac
		}
		s = whole + frac
	}
	if s == "-0" {
		s = "0"
	}
	return json.Number(s), stored.MatchString(s)
}

// parts are the properties of an address that the schema knows.
func (q *question) parts() []string {
	var out []string
	for _, p := range []string{"province", "commune", "detail"} {
		if property(q.schema, p, 0) != nil {
			out = append(out, p)
		}
	}
	return out
}

func itemPath(group string, i int) string { return group + "[" + strconv.Itoa(i) + "]" }

// Visible returns the sections that are asked, given the answers, in order.
func (c *Compiled) Visible(a Answers) []Section {
	kept, _ := c.clean(a)
	var out []Section
	for _, s := range c.sections {
		if s.when.holds(kept, nil) {
			out = append(out, *s.def)
		}
	}
	return out
}

// Question is one field as it stands on a page: what to ask, under which name, and
// whether its condition holds now. A page draws the hidden ones too, so that a script can
// show them at once; without scripts they come with the next answer of the server.
type Question struct {
	Path     string // name of the input, also inside items: "children[0].name"
	Field    Field
	Widget   Widget
	Required bool
	Shown    bool
	When     *When // nil when it is always asked

	MaxLength int      // letters, for text
	Choices   []Option // of choice, select and checks, labelled
	Parts     []string // of an address, in order: province, commune, detail
	Partial   bool     // a date that may be only a month or a year

	DetailRequired bool // an address is not whole without house number, street or hamlet

	// Of a repeated group.
	Items   [][]Question
	Titles  []string // of the items: "Người con 1"
	CanAdd  bool
	CanDrop bool
}

// When is a condition as a page needs it: the input to look at, and the values that fit. An empty
// path means that only the server can judge: the page draws the field when it is Shown.
type When struct {
	Path   string
	Values []string // empty: any answer
}

// Questions returns the fields of a section as they stand with the answers. It is empty
// for a section that does not exist. An empty id gives all sections that are asked.
func (c *Compiled) Questions(sectionID string, a Answers) []Question {
	kept, see := c.clean(a)
	var out []Question
	for _, s := range c.sections {
		if sectionID == "" && !s.when.holds(kept, nil) || sectionID != "" && s.def.ID != sectionID {
			continue
		}
		for _, q := range s.questions {
			out = append(out, q.ask(q.path, kept, see))
		}
	}
	return out
}

func (q *question) ask(path string, kept map[string]any, see shown) Question {
	out := Question{
		Path: path, Field: *q.field, Widget: q.widget, Required: q.mustAnswer(), Shown: see[path],
		MaxLength: q.maxLength(), Choices: q.choices(), Partial: q.format() == "vn-birth",
	}
	if q.when != nil {
		out.When = &When{Path: q.when.def.Path, Values: q.when.values()}
		if q.when.inItem && q.when.rule == nil {
			out.When.Path = path[:len(path)-len(q.field.Path)] + q.when.def.Path
		}
	}
	switch q.widget {
	case Place:
		out.Parts = q.parts()
		out.DetailRequired = requires(q.schema, "detail", 0)
	case Group:
		list, _ := lookup(kept, q.keys).([]any)
		least, most := q.bounds()
		for i := range max(len(list), least) {
			at := itemPath(path, i)
			view := shown{}
			item := map[string]any{}
			if i < len(list) {
				item, _ = list[i].(map[string]any)
			}
			var inner []Question
			for _, in := range q.inner {
				view[at+"."+in.field.Path] = in.when.holds(kept, item)
				inner = append(inner, in.ask(at+"."+in.field.Path, kept, view))
			}
			out.Items = append(out.Items, inner)
			out.Titles = append(out.Titles, q.itemTitle(i))
		}
		out.CanAdd = len(out.Items) < most
		out.CanDrop = len(out.Items) > least
	}
	return out
}

// mustAnswer tells whether the person cannot go on without an answer.
func (q *question) mustAnswer() bool {
	if q.widget == Group {
		least, _ := q.bounds()
		return least > 0
	}
	return q.required
}

// bounds returns how few and how many items a group may have.
func (q *question) bounds() (least, most int) {
	most = MaxItems
	s := deref(q.schema)
	if s.MaxItems != nil {
		most = min(*s.MaxItems, mostItems)
	}
	if s.MinItems != nil {
		least = min(*s.MinItems, most)
	}
	if q.required && least == 0 {
		least = 1
	}
	return least, most
}

func (q *question) maxLength() int {
	if s := deref(q.schema); s != nil && s.MaxLength != nil {
		return *s.MaxLength
	}
	if q.widget == TextArea {
		return maxText
	}
	return maxLine
}

func (q *question) choices() []Option {
	if len(q.field.Options) > 0 {
		return q.field.Options
	}
	values := choices(q.schema)
	if q.widget == Checks {
		values = choices(items(q.schema))
	}
	var out []Option
	for _, v := range values {
		out = append(out, Option{Value: v, Label: v})
	}
	return out
}

func (q *question) label(value string) string {
	for _, o := range q.choices() {
		if o.Value == value {
			return o.Label
		}
	}
	return value
}
