package app

import (
	"github.com/motcua/motcua/internal/account/accountweb"
	"github.com/motcua/motcua/internal/procedure/procedureweb"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
)

// mux builds the route table: every slice registers its pages.
func (a *App) mux() *web.Mux {
	m := web.New(web.Config{
		Site: a.province.site(a.cfg.Demo != nil), Now: a.cfg.Now, Log: a.cfg.Log, Access: a.cfg.Access, Secure: a.cfg.Serve.Secure,
		Session: accountweb.Session(a.accounts, a.cfg.Log), Unread: a.noticePages().Unread,
		Proxies: a.cfg.Serve.Proxies, Problem: component.ProblemPage, Ready: a.ready, MaxInFlight: a.cfg.Serve.MaxInFlight, Limits: a.cfg.Serve.Limits,
	})
	o := accountweb.Options{}
	for _, d := range a.DemoAccounts() {
		o.Demo = append(o.Demo, accountweb.DemoAccount{Role: demoTitle(d), Name: d.Person, SignIn: d.Name, Password: d.Password, More: d.More})
	}
	accountweb.Register(m, a.accounts, o)
	procedureweb.Register(m, procedureweb.Deps{Province: a.province, Finder: a.finder, Now: a.cfg.Now, Figures: figures{a.store}, Address: a.cfg.Serve.Address})
	toOfficer, toApplicant := a.registerNotices(m)
	a.desk(m, toOfficer)
	a.filing(m, toApplicant)
	a.ratings(m)
	a.papers(m)
	a.backOffice(m)
	a.processes(m)
	a.forms(m)
	if a.cfg.Demo != nil {
		component.RegisterGallery(m)
	}
	return m
}

// demoTitle says who a demo account is: the post and its agency, or that it is a citizen.
func demoTitle(d DemoAccount) string {
	if d.Post == "" {
		return "Công dân"
	}
	return d.Post + ", " + d.Agency
}
