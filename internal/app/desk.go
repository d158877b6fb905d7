package app

import (
	"github.com/motcua/motcua/internal/dossier/deskweb"
	"github.com/motcua/motcua/internal/dossier/filingweb"
	"github.com/motcua/motcua/internal/web"
)

// desk puts the officers' pages on the mux.
func (a *App) desk(m *web.Mux) {
	deskweb.Register(m, deskweb.Deps{
		Service: a.dossiers, Answers: a.store, Files: a.files, Finder: a.finder, Catalogue: a.province.Catalogue, Places: a.places, Clock: a.province.Clock,
		Name: a.nameOf, Address: a.cfg.Serve.Address, Now: a.cfg.Now, Units: filingweb.UnitsPath,
	})
}
