package app

import (
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/rating"
	"github.com/motcua/motcua/internal/rating/ratingdb"
	"github.com/motcua/motcua/internal/rating/ratingweb"
	"github.com/motcua/motcua/internal/web"
)

// scoreMemory is how many bytes of drawn pages of scores are kept.
const scoreMemory = 4 << 20

// ratings puts the pages on which people rate, and what came of it, on the mux.
func (a *App) ratings(m *web.Mux) {
	store := ratingdb.New(a.db)
	ever := func(id agency.ID) (agency.Agency, bool) { return a.province.Catalogue().Tree().Ever(id) }
	ratingweb.Register(m, ratingweb.Deps{
		Dossiers: a.dossiers, AtDesk: a.dossiers, Desk: rating.NewDesk(store, a.cfg.Now), Scores: rating.NewScores(store, a.dossiers, rating.Standard, a.cfg.Now),
		AgencyName: func(id agency.ID) string {
			if x, ok := ever(id); ok {
				return x.Name
			}
			return string(id)
		},
		AgencyKnown: func(id agency.ID) bool { _, ok := ever(id); return ok },
		PersonName:  a.nameOf, Cache: web.NewPageCache(scoreMemory), Now: a.cfg.Now,
	})
}
