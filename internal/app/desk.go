package app

import (
	"context"
	"sync"
	"time"

	"github.com/a-h/templ"

	"github.com/motcua/motcua/internal/account"
	"github.com/motcua/motcua/internal/dossier/deskweb"
	"github.com/motcua/motcua/internal/dossier/filingweb"
	"github.com/motcua/motcua/internal/web"
)

// desk puts the officers' pages on the mux.
func (a *App) desk(m *web.Mux, told func(ctx context.Context, dossier string) (templ.Component, error)) {
	who := &incumbents{a: a}
	deskweb.Register(m, deskweb.Deps{
		Service: watched{a.dossiers, a.views}, Saw: watched{a.dossiers, a.views}.saw, Views: a.views.Of, Presence: a.store, Answers: a.store, Listings: a.dossiers, Keeper: a.store, Files: a.files, Finder: a.finder, Catalogue: a.province.Catalogue, Places: a.places, Clock: a.province.Clock,
		Name: a.nameOf, Signed: a.signedPaper, Incumbents: who.of, Told: told, Address: a.cfg.Serve.Address, Signatures: a.signatures, Now: a.cfg.Now, Units: filingweb.UnitsPath,
	})
}

// incumbents knows who holds which post. Posts change hands by day, so what was read serves for a while.
type incumbents struct {
	a *App

	mu   sync.Mutex
	read time.Time
	by   map[string][]string
}

const incumbentsLife = 5 * time.Minute

func (x *incumbents) of(ctx context.Context, posts []string) map[string][]string {
	x.mu.Lock()
	defer x.mu.Unlock()
	if now := x.a.cfg.Now(); x.by == nil || now.Sub(x.read).Abs() > incumbentsLife {
		by, err := x.load(ctx)
		if err != nil {
			x.a.cfg.Log.WarnContext(ctx, "holders of posts not read, posts are shown without names", "err", err)
			return nil
		}
		x.by, x.read = by, now
	}
	out := make(map[string][]string, len(posts))
	for _, p := range posts {
		out[p] = x.by[p]
	}
	return out
}

func (x *incumbents) load(ctx context.Context) (map[string][]string, error) {
	const page = 500
	by := map[string][]string{}
	for after := ""; ; {
		people, err := x.a.accounts.People(ctx, account.Officer, after, page)
		if err != nil {
			return nil, err
		}
		for _, p := range people {
			for _, h := range p.Posts {
				by[h.Post] = append(by[h.Post], p.Name)
			}
			after = p.SignIn
		}
		if len(people) < page {
			return by, nil
		}
	}
}
