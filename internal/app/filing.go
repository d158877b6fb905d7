package app

import (
	"context"

	"github.com/a-h/templ"

	"github.com/motcua/motcua/internal/dossier/filingweb"
	"github.com/motcua/motcua/internal/eform"
	"github.com/motcua/motcua/internal/web"
)

// pageMemory is how many bytes of drawn tracking pages are kept.
const pageMemory = 24 << 20

// filing puts the applicant's pages on the mux.
func (a *App) filing(m *web.Mux, told func(ctx context.Context, dossier string) (templ.Component, error)) {
	filingweb.Register(m, filingweb.Deps{
		Service: a.dossiers, Views: a.views.Of, Answers: a.store, Files: a.files, Unread: a.noticePages().Unread, Told: told, Catalogue: a.province.Catalogue,
		Places: a.places, Person: a.person, Name: a.nameOf, Signed: a.signedPaper, Cache: web.NewPageCache(pageMemory), Now: a.cfg.Now, Address: a.cfg.Serve.Address, Signatures: a.signatures,
	})
}

// places are the administrative units in force on a local day.
func (a *App) places(day string) eform.Places {
	p, err := a.catalog.Places(context.Background())
	if err != nil {
		a.cfg.Log.Warn("administrative units not read", "err", err)
		return nil
	}
	return eform.PlacesOn(p, day)
}

// person is what is known of somebody who fills in a form.
func (a *App) person(ctx context.Context, id string) (eform.Person, error) {
	p, err := a.accounts.Person(ctx, id)
	if err != nil {
		return eform.Person{}, err
	}
	return eform.Person{Name: p.Name, Number: p.Number, Birth: p.Birth, Phone: p.Phone, Email: p.Email, AddressText: p.Address}, nil
}

// nameOf is the name that stands under a printed paper.
func (a *App) nameOf(id string) string {
	if id == "" {
		return ""
	}
	p, err := a.accounts.Person(context.Background(), id)
	if err != nil {
		return ""
	}
	return p.Name
}
