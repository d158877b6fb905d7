package procedureweb

import (
	"context"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"github.com/motcua/motcua/internal/eform"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/lang"
)

// form shows what the e-form of a procedure will ask, before anybody begins to fill it in.
func (p *pages) form(w http.ResponseWriter, r *http.Request) error {
	e, code := p.edition(), r.PathValue("code")
	err := p.cache.Serve(w, r, code+"/to-khai", e.version, func() (templ.Component, error) {
		o, err := e.cat.Offer(code, e.dayText)
		if err != nil {
			return nil, err
		}
		if o.Form.Value == nil {
			return nil, web.ErrNoPage
		}
		f, err := eform.Compile(*o.Form.Value)
		if err != nil {
			return nil, err
		}
		return formPage(readForm(r.Context(), f, o)), nil
	})
	return p.absent(w, r, e, err)
}

type formView struct {
	V        *procedure.Version
	Title    string
	Basis    string
	MayFile  bool
	Sections []formSection
}

type formSection struct {
	Title, Help string
	Sometimes   bool // asked only when an earlier answer calls for it
	Fields      []formField
}

type formField struct {
	Label, Hint string
	Answer      string // what kind of answer is asked
	Required    bool
	Sometimes   bool
	Filled      bool // filled from the signed-in person
	Options     []string
	Inner       []formField // of a repeated group
}

func readForm(ctx context.Context, c *eform.Compiled, o procedure.Offer) formView {
	c = c.In(string(lang.From(ctx)))
	def := c.Form()
	v := formView{V: o.Version, Title: def.Title, Basis: def.Basis, MayFile: o.Version.Online != "none" && len(o.Agencies) > 0}
	if english(ctx) && def.TitleEn != "" {
		v.Title = def.TitleEn
	}
	for _, s := range def.Layout.Sections {
		sec := formSection{Title: s.Title, Help: s.Help, Sometimes: s.When != nil}
		known := map[string]eform.Question{}
		for _, q := range c.Questions(s.ID, nil) {
			known[q.Path] = q
		}
		for _, f := range s.Fields {
			sec.Fields = append(sec.Fields, readField(ctx, f, known[f.Path]))
		}
		v.Sections = append(v.Sections, sec)
	}
	return v
}

func readField(ctx context.Context, f eform.Field, q eform.Question) formField {
	widget := f.Widget
	if q.Widget != "" {
		widget = q.Widget
	}
	if widget == "" {
		widget = eform.Text
	}
	out := formField{Label: f.Label, Hint: f.Hint, Required: q.Required, Sometimes: f.When != nil, Filled: f.Fill != "", Answer: lang.T(ctx, "form.answer."+string(widget))}
	choices := q.Choices
	if len(choices) == 0 {
		choices = f.Options
	}
	if widget == eform.Choice || widget == eform.Select || widget == eform.Checks {
		for _, o := range choices {
			out.Options = append(out.Options, o.Label)
		}
	}
	for _, in := range f.Fields {
		out.Inner = append(out.Inner, readField(ctx, in, eform.Question{}))
	}
	return out
}

// about is the answer asked for in one line: its kind and the choices.
func (f formField) about(ctx context.Context) string {
	s := f.Answer
	const most = 12
	if n := len(f.Options); n > 0 {
		s += ": " + strings.Join(f.Options[:min(n, most)], "; ")
		if n > most {
			s += "; …"
		}
	}
	var more []string
	if f.Required && !f.Sometimes {
		more = append(more, lang.T(ctx, "form.required"))
	}
	if f.Sometimes {
		more = append(more, lang.T(ctx, "form.sometimes"))
	}
	if f.Filled {
		more = append(more, lang.T(ctx, "form.filled"))
	}
	if len(more) > 0 {
		s += " · " + strings.Join(more, " · ")
	}
	return s
}
