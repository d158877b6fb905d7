package filingweb

import (
	"context"
	"net/http"
	"slices"

	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/eform"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/web"
)

// errAtDesk says that the procedure cannot be filed online.
var errAtDesk = fault.New(fault.Conflict, "filing.at-desk")

type startView struct {
	offer  procedure.Offer
	terms  *procedure.Terms
	office string          // who resolves, where it is known
	drafts []dossier.Draft // begun earlier for the same procedure
}

func (v startView) online() bool { return v.offer.Version.Online != "none" }

func (p *pages) start(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	o, err := p.Service.Offer(r.PathValue("code"))
	if err != nil {
		return err
	}
	v := startView{offer: o, terms: p.Catalogue().Terms(o.Version, o.Form.Digest)}
	if len(o.Agencies) == 1 && !o.ByCommune {
		v.office = p.source().Agency(o.Agencies[0], p.Now())
	}
	open, err := p.Service.Drafts(ctx, actor(ctx))
	if err != nil {
		return err
	}
	for _, d := range open {
		if d.Procedure == o.Version.Code && d.Supplements == "" {
			v.drafts = append(v.drafts, d)
		}
	}
	return web.Render(w, r, http.StatusOK, startPage(v))
}

func (p *pages) begin(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	code := r.PathValue("code")
	o, err := p.Service.Offer(code)
	if err != nil {
		return err
	}
	if o.Version.Online == "none" {
		return errAtDesk
	}
	d, err := p.startOnce(r.Context(), code, f.Key)
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, "/soan/"+d.ID)
}

// startOnce begins a draft and fills in what is known of the person; the same key gives the same draft.
func (p *pages) startOnce(ctx context.Context, code, key string) (dossier.Draft, error) {
	if key == "" {
		return dossier.Draft{}, dossier.ErrKeyNeeded
	}
	by := actor(ctx)
	open, err := p.Service.Drafts(ctx, by)
	if err != nil {
		return dossier.Draft{}, err
	}
	for _, d := range open {
		if d.Procedure == code && slices.Contains(d.Typed[startKey], key) {
			return p.Service.Draft(ctx, by, d.ID)
		}
	}
	d, err := p.Service.StartDraft(ctx, by, code, procedure.Online)
	if err != nil {
		return dossier.Draft{}, err
	}
	form, err := p.form(ctx, d.Form.Digest)
	if err != nil {
		return dossier.Draft{}, err
	}
	known, err := p.known(ctx)
	if err != nil {
		return dossier.Draft{}, err
	}
	answers, err := form.Prefill(nil, known).Canonical()
	if err != nil {
		return dossier.Draft{}, err
	}
	return p.Service.SaveDraft(ctx, by, d.ID, func(d *dossier.Draft) error {
		d.Answers = answers
		d.Typed = map[string][]string{startKey: {key}}
		return nil
	})
}

// known is what the product knows of the signed-in person.
func (p *pages) known(ctx context.Context) (eform.Person, error) {
	a := actor(ctx)
	if p.Person == nil {
		return eform.Person{Name: a.Name}, nil
	}
	return p.Person(ctx, a.Person)
}
