// Package holidayweb is the calendar room (lịch làm việc): the days of each year with the notice behind them, the
// office hours of every agency, and changes announced late, from what they would do to what they did.
//
// It shows and asks; what a change does is the rule of package holiday.
package holidayweb

import (
	"context"
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/holiday"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
)

// Service shows, previews and decides changes; *holiday.Service is one.
type Service interface {
	Preview(ctx context.Context, by access.Actor, c holiday.Command) (holiday.Preview, error)
	Saved(ctx context.Context, by access.Actor, id string) (holiday.Preview, error)
	Confirm(ctx context.Context, by access.Actor, id, seen string) (*holiday.Change, []holiday.Difference, error)
	Change(ctx context.Context, by access.Actor, id string) (*holiday.Change, error)
	Changes(ctx context.Context, by access.Actor) ([]holiday.Row, error)
}

// Deps is what the pages stand on.
type Deps struct {
	Service   Service
	Catalogue func() *procedure.Catalogue
	Days      func() (*calendar.Calendar, error) // in force
	Name      func(person string) string         // as printed
	Now       func() time.Time
}

// Paths of the room.
const (
	pathRoom    = component.CalendarRoom
	pathAsk     = pathRoom + "/dieu-chinh"
	pathPreview = pathRoom + "/xem-truoc/"
	pathChange  = pathRoom + "/lan/"
)

// longest is how long a preview or a decision over every running dossier may take.
const longest = time.Minute

// Register puts the pages on the mux.
func Register(m *web.Mux, deps Deps) {
	read := web.May(access.CatalogueRead, access.CatalogueEdit, access.CataloguePublish)
	declare := web.May(access.CataloguePublish)
	d := room{deps}
	m.Handle("GET "+pathRoom, read, d.year)
	m.Handle("GET "+pathChange+"{id}", read, d.change)
	m.Handle("GET "+pathAsk, declare, d.ask)
	m.Handle("POST "+pathAsk, declare, d.preview, web.Timeout(longest))
	m.Handle("GET "+pathPreview+"{id}", declare, d.seen)
	m.Handle("POST "+pathPreview+"{id}", declare, d.confirm, web.Timeout(longest))
}

type room struct{ Deps }

func (d room) today() calendar.Date { return calendar.DateOf(d.Now()) }

func mayDeclare(ctx context.Context) bool { return web.ActorFrom(ctx).May(access.CataloguePublish) }
