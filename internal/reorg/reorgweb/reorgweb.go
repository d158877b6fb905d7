// Package reorgweb holds the pages of the province's agencies: the tree as it stands on any day, each agency through
// time, and the room where reorganisations are proposed, looked at and published. The tree is public; posts and who
// holds them are for officers.
//
// It shows and asks; what a reorganisation does is the rule of package reorg.
package reorgweb

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/reorg"
	"github.com/motcua/motcua/internal/reorg/onboard"
	"github.com/motcua/motcua/internal/viet"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

// Service proposes, shows and publishes reorganisations; *reorg.Service is one.
type Service interface {
	Propose(ctx context.Context, by access.Actor, id string, c reorg.Command) (*reorg.Act, []reorg.Problem, error)
	Act(ctx context.Context, by access.Actor, id string) (*reorg.Act, error)
	Acts(ctx context.Context, by access.Actor) ([]reorg.Row, error)
	Effects(ctx context.Context, by access.Actor, a *reorg.Act) (reorg.Effects, error)
	Publish(ctx context.Context, by access.Actor, id, seen string) (*reorg.Act, error)
	Withdraw(ctx context.Context, by access.Actor, id, reason string) (*reorg.Act, error)
}

// Deps is what the pages stand on.
type Deps struct {
	Service   Service
	Catalogue func() *procedure.Catalogue
	People    reorg.People
	Name      func(person string) string // as printed
	Now       func() time.Time
	// Facts is what a workbook is judged against on a day.
	Facts func(ctx context.Context, day string) (onboard.Facts, error)
}

// Paths of the pages.
const (
	pathTree    = "/co-quan"
	pathRoom    = component.AgencyRoom
	pathPropose = pathRoom + "/moi"
	pathAct     = pathRoom + "/lan/"
)

// longest is how long a preview over every running dossier of an agency may take.
const longest = time.Minute

// Register puts the pages on the mux.
func Register(m *web.Mux, deps Deps) {
	read := web.May(access.CatalogueRead, access.CatalogueEdit, access.CataloguePublish)
	edit := web.May(access.CatalogueEdit, access.CataloguePublish)
	d := pages{deps}
	m.Handle("GET "+pathTree, web.Public, d.tree)
	m.Handle("GET "+pathTree+"/{id}/thong-tin", web.Public, d.agency)
	m.Handle("GET "+pathRoom, read, d.acts)
	m.Handle("GET "+pathPropose, edit, d.ask)
	m.Handle("POST "+pathPropose, edit, d.propose, web.Timeout(longest))
	m.Handle("GET "+pathAct+"{id}", read, d.act, web.Timeout(longest))
	m.Handle("POST "+pathAct+"{id}/cong-bo", web.May(access.CataloguePublish), d.publish, web.Timeout(longest))
	m.Handle("POST "+pathAct+"{id}/rut", edit, d.withdraw)
	d.registerOnboard(m)
}

type pages struct{ Deps }

func (d pages) today() calendar.Date { return calendar.DateOf(d.Now()) }

func mayPropose(ctx context.Context) bool {
	v := web.ViewerFrom(ctx)
	return v.May(access.CatalogueEdit) || v.May(access.CataloguePublish)
}

func mayRead(ctx context.Context) bool {
	return web.ViewerFrom(ctx).May(access.CatalogueRead) || mayPropose(ctx)
}

// dayOf is the day that an address asks for: as a machine or a person writes it. False for what is no day.
func (d pages) dayOf(r *http.Request) (calendar.Date, bool) {
	v := strings.TrimSpace(r.URL.Query().Get("ngay"))
	if v == "" {
		return d.today(), true
	}
	if day, err := calendar.ParseDate(v); err == nil {
		return day, true
	}
	if t, ok := web.ReadDate(v); ok {
		return calendar.NewDate(t.Year(), t.Month(), t.Day()), true
	}
	return d.today(), false
}

func english(ctx context.Context) bool { return lang.From(ctx) == lang.EN }

func nameOf(ctx context.Context, a agency.Agency) string {
	if english(ctx) && a.NameEn != "" {
		return a.NameEn
	}
	return a.Name
}

func when(ctx context.Context, t time.Time) string {
	switch {
	case t.IsZero():
		return ""
	case english(ctx):
		return viet.DateTimeEnglish(t)
	}
	return viet.DateTime(t)
}

func day(ctx context.Context, d string) string {
	t, err := time.ParseInLocation(time.DateOnly, d, calendar.Zone)
	if err != nil {
		return d
	}
	if english(ctx) {
		return viet.DateEnglish(t)
	}
	return viet.Date(t)
}

// span says from when until when: "từ 01/07/2025 đến trước 01/03/2026".
func span(ctx context.Context, from, until string) string {
	switch {
	case from == "" && until == "":
		return lang.T(ctx, "agency.always")
	case from == "":
		return lang.T(ctx, "agency.until", "until", day(ctx, until))
	case until == "":
		return lang.T(ctx, "agency.from", "from", day(ctx, from))
	}
	return lang.T(ctx, "agency.from-until", "from", day(ctx, from), "until", day(ctx, until))
}

func pageOf(id agency.ID, on string) string {
	p := pathTree + "/" + url.PathEscape(string(id)) + "/thong-tin"
	if on != "" {
		p += "?ngay=" + url.QueryEscape(on)
	}
	return p
}

func count(ctx context.Context, n int) string { return component.Number(ctx, n) }

func optional(f component.Field) component.Field {
	f.Optional = true
	return f
}

// dateValue is the day of the tree as its field shows it: empty for today.
func dateValue(v treeView) string {
	if v.wrong != "" || v.typed == "" {
		return v.typed
	}
	t, err := time.ParseInLocation(time.DateOnly, v.day, calendar.Zone)
	if err != nil {
		return v.typed
	}
	return viet.Date(t)
}

func mayOnboard(ctx context.Context) bool { return web.ViewerFrom(ctx).May(access.AccountAdmin) }
