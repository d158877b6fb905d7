package app

import (
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
)

// mux builds the route table: every slice registers its pages.
func (a *App) mux() *web.Mux {
	m := web.New(web.Config{
		Site: a.province.site(a.cfg.Demo != nil), Now: a.cfg.Now, Log: a.cfg.Log, Access: a.cfg.Access, Secure: a.cfg.Serve.Secure,
		Proxies: a.cfg.Serve.Proxies, Problem: component.ProblemPage, Ready: a.ready, MaxInFlight: a.cfg.Serve.MaxInFlight, Limits: a.cfg.Serve.Limits,
	})
	return m
}
