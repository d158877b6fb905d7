// Package eformweb draws e-forms: a section as fields, its errors, the answers to check
// before sending. What is asked and what is wrong comes from package eform; every control
// comes from package component.
//
// A page of one section:
//
//	v := eformweb.View{Form: form.In(string(lang.From(ctx))), Section: id, Answers: draft, Errors: fields, Places: places}
//	@component.ErrorSummary(v.Summary(ctx))
//	<form method="post" novalidate>
//		@component.FormKeys(key, version)
//		@eformweb.Section(v)
//		@component.Button(component.Act{Text: …})
//	</form>
//
// Everything works without scripts: a field with a condition comes with the answer to the
// next button, communes come after their province was chosen and the list asked for, items
// of a repeated group are added and taken out by buttons. The script eform.js does the
// same at once, by the attributes data-when, data-units and data-without-script.
package eformweb

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/motcua/motcua/internal/eform"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

// View is a section, or a whole form, as it is shown.
type View struct {
	Form    *eform.Compiled // in the page's language: Form.In
	Section string          // id; empty for all sections on one page, as at the counter
	Answers eform.Answers
	Typed   eform.Typed // what stands in the inputs; nil shows Answers
	Errors  []fault.Field
	Places  eform.Places
	// Units is the path before a province's code at which Communes answers; empty when the
	// page has no script to ask it.
	Units string
	// Home is the code of the province shown first where an address must be given; most
	// people live in the province they ask.
	Home string
}

// ID is the id of the input of a path, for links and fragments.
func ID(path string) string {
	return "f-" + strings.NewReplacer(".", "-", "[", "-", "]", "").Replace(path)
}

// Summary lists the errors for component.ErrorSummary, in the language of ctx.
func (v View) Summary(ctx context.Context) []component.FieldError {
	var out []component.FieldError
	for _, f := range v.Errors {
		e := component.FieldError{Text: web.FieldText(ctx, f)}
		if f.Name != "" {
			e.ID = ID(f.Name)
		}
		out = append(out, e)
	}
	return out
}

func (v View) errorAt(ctx context.Context, path string) string {
	for _, f := range v.Errors {
		if f.Name == path {
			return web.FieldText(ctx, f)
		}
	}
	return ""
}

func (v View) typed() View {
	if v.Typed == nil {
		v.Typed = v.Form.Shown(v.Answers)
	}
	return v
}

func (v View) sections() []eform.Section {
	if v.Section == "" {
		return v.Form.Visible(v.Answers)
	}
	for _, s := range v.Form.Form().Layout.Sections {
		if s.ID == v.Section {
			return []eform.Section{s}
		}
	}
	return nil
}

// asking is what the page tells Parse it asked.
func (v View) asking() string {
	if v.Section == "" {
		return "*"
	}
	return v.Section
}

// needsUpdate reports whether something on the page may have to be shown by the server
// before the person can go on.
func needsUpdate(list []eform.Question) bool {
	for _, q := range list {
		if q.When != nil {
			return true
		}
		for _, item := range q.Items {
			if needsUpdate(item) {
				return true
			}
		}
	}
	return false
}

func (v View) needsUpdate() bool {
	for _, s := range v.sections() {
		if needsUpdate(v.Form.Questions(s.ID, v.Answers)) {
			return true
		}
	}
	return false
}

var completes = map[string]string{"name": "name", "birth": "bday", "phone": "tel", "email": "email"}

// field is what an input of one line or more is.
func (v View) field(ctx context.Context, q eform.Question) component.Field {
	f := component.Field{
		Name: q.Path, ID: ID(q.Path), Label: q.Field.Label, Hint: q.Field.Hint, Value: v.Typed.Get(q.Path),
		Error: v.errorAt(ctx, q.Path), Optional: !q.Required, Complete: completes[q.Field.Fill],
	}
	switch q.Widget {
	case eform.PersonalNumber:
		f.Mode, f.Width = "numeric", 20
	case eform.TaxCode:
		f.Mode, f.Width = "numeric", 20
	case eform.Phone:
		f.Type, f.Mode, f.Width = "tel", "tel", 20
	case eform.Email:
		f.Type, f.Mode, f.Width = "email", "email", 30
	case eform.Number:
		f.Mode, f.Width = "decimal", 10
	case eform.Money:
		f.Mode, f.Width, f.Suffix = "numeric", 20, lang.T(ctx, "eform.dong")
	case eform.Date:
		if q.Partial { // no mask: a year alone is an answer
			f.Mode, f.Width = "numeric", 10
			if f.Hint == "" {
				f.Hint = lang.T(ctx, "eform.birth-hint")
			}
		}
	}
	return f
}

func (v View) choice(ctx context.Context, q eform.Question) component.Choice {
	c := component.Choice{
		Name: q.Path, ID: ID(q.Path), Label: q.Field.Label, Hint: q.Field.Hint, Values: v.Typed[q.Path],
		Error: v.errorAt(ctx, q.Path), Optional: !q.Required,
	}
	if q.Widget == eform.YesNo {
		c.Options = []component.Option{{Value: "yes", Label: lang.T(ctx, "eform.yes")}, {Value: "no", Label: lang.T(ctx, "eform.no")}}
		c.Inline = true
		return c
	}
	long := 0
	for _, o := range q.Choices {
		c.Options = append(c.Options, component.Option{Value: o.Value, Label: o.Label})
		long = max(long, len([]rune(o.Label)))
	}
	c.Inline = len(c.Options) == 2 && long <= 12
	return c
}

// part is one input of an address.
func (v View) part(ctx context.Context, q eform.Question, part string) (path, label, problem string) {
	path = q.Path + "." + part
	return path, lang.T(ctx, "eform."+part), v.errorAt(ctx, path)
}

func (v View) province(ctx context.Context, q eform.Question) component.Choice {
	path, label, problem := v.part(ctx, q, "province")
	c := component.Choice{Name: path, ID: ID(path), Label: label, Error: problem, Values: []string{v.provinceOf(q)}, Width: 30}
	if v.Places != nil {
		c.Options = options(v.Places.Provinces())
	}
	return c
}

// provinceOf is the province chosen, or the one most people mean where one must be given.
func (v View) provinceOf(q eform.Question) string {
	path := q.Path + ".province"
	if _, answered := v.Typed[path]; !answered && q.Required && q.Shown {
		return v.Home
	}
	return v.Typed.Get(path)
}

func (v View) commune(ctx context.Context, q eform.Question) component.Choice {
	path, label, problem := v.part(ctx, q, "commune")
	c := component.Choice{Name: path, ID: ID(path), Label: label, Error: problem, Values: v.Typed[path], Width: 30}
	if v.Places != nil {
		c.Options = options(v.Places.Communes(v.provinceOf(q)))
	}
	if len(c.Options) == 0 {
		c.Hint = lang.T(ctx, "eform.commune-hint")
	}
	return c
}

func (v View) detail(ctx context.Context, q eform.Question) component.Field {
	path, label, problem := v.part(ctx, q, "detail")
	f := component.Field{Name: path, ID: ID(path), Label: label, Error: problem, Value: v.Typed.Get(path), Optional: !q.DetailRequired}
	if q.Field.Fill == "address" {
		f.Complete = "street-address"
	}
	return f
}

func options(list []eform.Unit) []component.Option {
	out := make([]component.Option, len(list))
	for i, u := range list {
		out[i] = component.Option{Value: u.Code, Label: u.Name}
	}
	return out
}

func groupHint(ctx context.Context, q eform.Question) string {
	if q.Field.Hint != "" || q.Required {
		return q.Field.Hint
	}
	return lang.T(ctx, "eform.group-hint")
}

func addText(ctx context.Context, q eform.Question) string {
	return lang.T(ctx, "eform.add", "item", itemName(q))
}

func itemName(q eform.Question) string {
	if q.Field.ItemOne != "" {
		return q.Field.ItemOne
	}
	return strings.ToLower(q.Field.Label)
}

// facts are the rows of a section for reading; change leads back to the section, nil does not. What wrong names
// says what to do instead of what was answered; a question that may stay open is no fault.
func facts(ctx context.Context, rows []eform.Row, change func(path string) string, wrong []fault.Field) []component.Fact {
	var out []component.Fact
	for _, r := range rows {
		f := component.Fact{Name: r.Label, Value: r.Value}
		if change != nil {
			f.Change = change(r.Path)
		}
		i := slices.IndexFunc(wrong, func(w fault.Field) bool { return w.Name == r.Path || strings.HasPrefix(w.Name, r.Path+".") })
		switch {
		case r.Items != nil:
			f.Content = items(r.Items, wrong)
		case i >= 0:
			f.Value, f.Missing = web.FieldText(ctx, wrong[i]), true
			if r.Value != "" {
				f.Value = r.Value + ". " + f.Value
			}
		case r.Value == "":
			f.Value = lang.T(ctx, "eform.open")
		case strings.Contains(r.Value, "\n"):
			f.Content = lines(strings.Split(r.Value, "\n"))
		}
		out = append(out, f)
	}
	return out
}

// toSection makes the change links of one section: its page, at the question.
func toSection(base, id string) func(string) string {
	if base == "" {
		return nil
	}
	return func(path string) string { return base + id + "#" + ID(path) }
}

// Communes answers the communes of the province in the path ({province}) as a JSON list of
// {code, name}, for the script of the address fields. now is the day by which units count.
func Communes(places func() eform.Places) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		list := places().Communes(r.PathValue("province"))
		if list == nil {
			return web.ErrNoPage
		}
		type unit struct {
			Code string `json:"code"`
			Name string `json:"name"`
		}
		out := make([]unit, len(list))
		for i, u := range list {
			out[i] = unit{u.Code, u.Name}
		}
		b, err := json.Marshal(out)
		if err != nil {
			return err
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.Header().Set("Cache-Control", "public, max-age=3600")
		_, err = w.Write(b)
		return err
	}
}

func has(q eform.Question, part string) bool { return slices.Contains(q.Parts, part) }

func itemOf(q eform.Question, i int) string { return q.Path + "[" + strconv.Itoa(i) + "]" }

func addressLegend(ctx context.Context, q eform.Question) string {
	if q.Required {
		return q.Field.Label
	}
	return q.Field.Label + " " + lang.T(ctx, "ui.optional")
}

func lowerFirst(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToLower(r)) + s[n:]
}
