package filingweb

import (
	"net/http"
	"slices"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/eform"
	"github.com/motcua/motcua/internal/eform/eformweb"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/web"
)

// sectionOf returns the section when it is asked now.
func (d *work) sectionOf(id string) (eform.Section, bool) {
	list := d.form.Visible(d.answers)
	i := slices.IndexFunc(list, func(s eform.Section) bool { return s.ID == id })
	if i < 0 {
		return eform.Section{}, false
	}
	return list[i], true
}

func (p *pages) view(d *work, section string) eformweb.View {
	return eformweb.View{
		Form: d.form, Section: section, Answers: d.answers, Places: d.given.Places, Units: UnitsPath,
		Home: p.Catalogue().Home(p.today()).Place,
	}
}

func (p *pages) section(w http.ResponseWriter, r *http.Request) error {
	return p.page(func(w http.ResponseWriter, r *http.Request, d *work) error {
		s, ok := d.sectionOf(r.PathValue("section"))
		if !ok {
			// An earlier answer took the section out: go on where it makes sense.
			return web.SeeOther(w, r, d.firstOpen(r.Context()))
		}
		return web.Render(w, r, http.StatusOK, sectionPage(d, s, p.view(d, s.ID)))
	})(w, r)
}

func (p *pages) saveSection(w http.ResponseWriter, r *http.Request) error {
	return p.page(func(w http.ResponseWriter, r *http.Request, d *work) error {
		ctx := r.Context()
		f, err := web.ReadForm(r)
		if err != nil {
			return err
		}
		s, ok := d.sectionOf(r.PathValue("section"))
		if !ok {
			return web.SeeOther(w, r, d.firstOpen(ctx))
		}
		var posted eform.Posted
		var bad []fault.Field
		saveDraft, err := p.Service.SaveDraft(ctx, actor(ctx), d.ID, func(x *dossier.Draft) error {
			before := eform.Answers{}
			if len(x.Answers) > 0 {
				if before, err = eform.ReadAnswers(x.Answers); err != nil {
					return err
				}
			}
			if posted, err = d.form.Parse(s.ID, f.Values, before); err != nil {
				return err
			}
			if x.Answers, err = posted.Answers.Canonical(); err != nil {
				return err
			}
			if !posted.Again && !leaves(f) {
				bad = d.form.Validate(s.ID, posted.Answers, d.given)
				see(x, s.ID)
			}
			return nil
		})
		if err != nil {
			return err
		}
		d.Version, d.Answers, d.Typed, d.answers = saveDraft.Version, saveDraft.Answers, saveDraft.Typed, posted.Answers
		switch {
		case posted.Again && !leaves(f):
			to := d.path("to-khai", s.ID)
			if posted.Focus != "" {
				to += "#" + eformweb.ID(posted.Focus)
			}
			return web.SeeOther(w, r, to)
		case len(bad) > 0:
			v := p.view(d, s.ID)
			v.Typed, v.Errors = posted.Typed, bad
			return web.Render(w, r, http.StatusUnprocessableEntity, sectionPage(d, s, v))
		}
		return saved(w, r, f, d.next(ctx, s.ID))
	})(w, r)
}

// placeView asks who resolves: the commune, or one of several agencies.
type placeView struct {
	options []placeOption
	chosen  string
	err     *fault.Error
}

type placeOption struct{ value, label string }

// Names of the input on the page that asks who resolves.
const placeInput = "noi"

func (p *pages) placeView(d *work) placeView {
	v := placeView{chosen: string(d.resolver())}
	for _, id := range d.offer.Agencies {
		v.options = append(v.options, placeOption{string(id), p.source().Agency(id, p.Now())})
	}
	return v
}

func (p *pages) place(w http.ResponseWriter, r *http.Request) error {
	return p.page(func(w http.ResponseWriter, r *http.Request, d *work) error {
		if !d.choosesPlace() {
			return web.SeeOther(w, r, d.firstOpen(r.Context()))
		}
		return web.Render(w, r, http.StatusOK, placePageOf(d, p.placeView(d)))
	})(w, r)
}

func (p *pages) savePlace(w http.ResponseWriter, r *http.Request) error {
	return p.page(func(w http.ResponseWriter, r *http.Request, d *work) error {
		ctx := r.Context()
		f, err := web.ReadForm(r)
		if err != nil {
			return err
		}
		if !d.choosesPlace() {
			return web.SeeOther(w, r, d.firstOpen(ctx))
		}
		chosen := agency.ID(f.Get(placeInput))
		known := slices.Contains(d.offer.Agencies, chosen)
		if !known && (!leaves(f) || chosen != "") {
			v := p.placeView(d)
			v.chosen, v.err = "", procedure.ErrChoose
			if d.offer.ByCommune {
				v.err = procedure.ErrCommune
			}
			return web.Render(w, r, http.StatusUnprocessableEntity, placePageOf(d, v))
		}
		x, err := p.Service.SaveDraft(ctx, actor(ctx), d.ID, func(x *dossier.Draft) error {
			if known {
				x.Competent = chosen
				if a, ok := p.Catalogue().Tree().At(chosen, p.today()); ok {
					x.Place = a.Place
				}
				see(x, placePage)
			}
			return nil
		})
		if err != nil {
			return err
		}
		d.Competent, d.Place, d.Typed = x.Competent, x.Place, x.Typed
		return saved(w, r, f, d.next(ctx, placePage))
	})(w, r)
}
