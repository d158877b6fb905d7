package app

import (
	"github.com/motcua/motcua/internal/dossier/filingweb"
	"github.com/motcua/motcua/internal/studio/formweb"
	"github.com/motcua/motcua/internal/web"
)

// forms puts the editors of forms and procedures of the studio on the mux.
func (a *App) forms(m *web.Mux) {
	formweb.Register(m, formweb.Deps{
		Studio: a.studio, National: a.catalog.National, Places: a.places, Units: filingweb.UnitsPath, Name: a.nameOf, Now: a.cfg.Now,
	})
}
