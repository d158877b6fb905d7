package filingweb

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/eform"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/viet"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

// declareInput is the box by which the person answers for what was declared.
const declareInput = "cam-doan"

type checkView struct {
	office   string
	sections []eform.SectionSummary
	wrong    []fault.Field // what stands against the answers, shown at each
	errors   []component.FieldError
	declared bool
	behalf   *behalfView // somebody files for another person; nil: for themselves
	undeclared,
	changed bool // something was changed in another window since the page was drawn
}

func (p *pages) checkView(d *work) checkView {
	v := checkView{sections: d.form.Summary(d.answers, d.given.Places), wrong: d.form.Validate("", d.answers, d.given)}
	if id := d.resolver(); id != "" {
		v.office = p.source().Agency(id, p.Now())
	}
	return v
}

// faults lists everything that stands against submitting, each leading to its part of the page.
func (d *work) faults(ctx context.Context) []component.FieldError {
	var out []component.FieldError
	if d.resolver() == "" {
		out = append(out, component.FieldError{ID: "review-place", Text: lang.T(ctx, "filing.place-missing")})
	}
	for _, s := range d.form.Visible(d.answers) {
		for _, f := range d.form.Validate(s.ID, d.answers, d.given) {
			out = append(out, component.FieldError{ID: "review-" + s.ID, Text: web.FieldText(ctx, f)})
		}
	}
	for _, c := range d.missing() {
		out = append(out, component.FieldError{ID: "review-papers", Text: lang.T(ctx, "filing.paper-missing", "paper", short(c.Name))})
	}
	if d.Supplements == "" {
		for _, a := range d.judged.Against {
			out = append(out, component.FieldError{ID: "review-eligible", Text: a.Say(lang.From(ctx))})
		}
	}
	return out
}

func (p *pages) check(w http.ResponseWriter, r *http.Request) error {
	return p.page(func(w http.ResponseWriter, r *http.Request, d *work) error {
		v := p.checkView(d)
		var err error
		if v.behalf, err = p.behalf(r.Context(), d); err != nil {
			return err
		}
		return web.Render(w, r, http.StatusOK, checkPage(d, v))
	})(w, r)
}

func (p *pages) submit(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	by := actor(ctx)
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	d, err := p.open(ctx, r.PathValue("draft"))
	if errors.Is(err, dossier.ErrDraftNotFound) || isMoved(err) {
		// The page was sent before: the draft is gone, or its dossier waits no longer.
		if a, ok, again := p.Answers.Answered(ctx, by.Person, f.Key); again != nil {
			return again
		} else if ok {
			return web.SeeOther(w, r, "/ho-so-da-nop/"+a.Dossier)
		}
	}
	if moved, ok := errors.AsType[errMoved](err); ok {
		return p.overtaken(w, r, d, moved.err)
	}
	if err != nil {
		return err
	}
	v := p.checkView(d)
	v.declared = f.Get(declareInput) != ""
	v.errors = d.faults(ctx)
	if v.behalf, err = p.behalf(ctx, d); err != nil {
		return err
	}
	if v.behalf != nil {
		v.errors = append(v.errors, v.behalf.read(ctx, d, f, p.Now())...)
	}
	if !v.declared {
		v.undeclared = true
		v.errors = append(v.errors, component.FieldError{ID: declareInput, Text: lang.T(ctx, "filing.declare-missing")})
	}
	if len(v.errors) > 0 || f.Key != d.key() {
		// A twin of this request may have used the draft up between two of our reads: what looks incomplete was sent.
		if a, ok, err := p.Answers.Answered(ctx, by.Person, f.Key); err != nil {
			return err
		} else if ok {
			return web.SeeOther(w, r, "/ho-so-da-nop/"+a.Dossier)
		}
	}
	switch {
	case len(v.errors) > 0:
		return web.Render(w, r, http.StatusUnprocessableEntity, checkPage(d, v))
	case f.Key != d.key():
		v.changed, v.declared = true, false
		return web.Render(w, r, http.StatusConflict, checkPage(d, v))
	}
	x, err := p.lodge(ctx, d, f.Key, v.behalf)
	if e, ok := errors.AsType[*fault.Error](err); ok && len(e.Fields) > 0 {
		for _, field := range e.Fields {
			v.errors = append(v.errors, component.FieldError{ID: "review-papers", Text: web.FieldText(ctx, field)})
		}
		return web.Render(w, r, http.StatusUnprocessableEntity, checkPage(d, v))
	}
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, "/ho-so-da-nop/"+x.ID)
}

func isMoved(err error) bool { _, ok := errors.AsType[errMoved](err); return ok }

func (p *pages) lodge(ctx context.Context, d *work, key string, behalf *behalfView) (*dossier.Dossier, error) {
	by := actor(ctx)
	clean := d.form.Clean(d.answers)
	answers, err := clean.Canonical()
	if err != nil {
		return nil, err
	}
	if d.Supplements != "" {
		return p.Service.SubmitSupplement(ctx, by, key, d.ID, answers)
	}
	known, err := p.known(ctx)
	if err != nil {
		return nil, err
	}
	c := dossier.SubmitCommand{Draft: d.ID, Owner: party(d.form.Subject(clean), d.given.Places), Answers: answers}
	self := party(known, d.given.Places)
	switch {
	case c.Owner.Name == "":
		c.Owner = self
	case !same(c.Owner, self):
		c.Submitter = self
		if behalf != nil {
			c.Mandate = &behalf.mandate
		}
	}
	return p.Service.Submit(ctx, by, key, c)
}

// same tells whether two parties are one person, by number where both have one, else by name.
func same(a, b dossier.Party) bool {
	if a.Number != "" && b.Number != "" {
		return a.Number == b.Number
	}
	return viet.Fold(a.Name) == viet.Fold(b.Name)
}

func party(x eform.Person, places eform.Places) dossier.Party {
	out := dossier.Party{Name: strings.TrimSpace(x.Name), Number: x.Number, Birth: x.Birth, Phone: x.Phone, Email: x.Email, Address: x.AddressText}
	if out.Address == "" {
		out.Address = x.Address.Line(places)
	}
	return out
}

// reviewPapers lists the papers to be submitted by component.
func (d *work) reviewPapers(ctx context.Context) []component.Fact {
	var out []component.Fact
	add := func(c procedure.Component, id, name string) {
		list := d.of(id)
		why := d.because(ctx, c)
		if len(list) == 0 && !c.Required {
			return
		}
		f := component.Fact{Name: name, Change: d.path("giay-to") + "#" + inputName(id)}
		if len(list) == 0 {
			f.Value, f.Missing = lang.T(ctx, "filing.no-paper"), true
		} else {
			f.Content = fileList(d.stored(ctx, list))
		}
		if why != "" {
			f.Name += ". " + why
		}
		out = append(out, f)
	}
	for _, g := range d.groups() {
		for _, c := range g.list {
			add(c, c.ID, short(c.Name))
		}
	}
	if len(d.of(otherPapers)) > 0 {
		add(procedure.Component{}, otherPapers, lang.T(ctx, "filing.other-papers"))
	}
	return out
}

// done confirms the submission.
func (p *pages) done(w http.ResponseWriter, r *http.Request) error {
	d, _, err := p.mine(r)
	if err != nil {
		return err
	}
	t := p.tell(d)
	t.source = p.sourceFor(r)
	return web.Render(w, r, http.StatusOK, donePage(t))
}
