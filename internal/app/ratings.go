package app

import (
	"github.com/motcua/motcua/internal/rating/ratingweb"
	"github.com/motcua/motcua/internal/web"
)

// ratings puts the pages on which people rate, and what came of it, on the mux.
func (a *App) ratings(m *web.Mux) {
	ratingweb.Register(m, ratingweb.Deps{Dossiers: a.dossiers, Now: a.cfg.Now})
}
