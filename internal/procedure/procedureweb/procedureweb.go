// Package procedureweb holds the public pages of the catalogue: the home page, finding a
// procedure, the page of a procedure with everything the law asks to be shown, and the
// guides. It reads the catalogue and the search, and changes nothing.
//
// What a source left unclear is shown in the source's words and said to be unclear. Texts
// that arrive flattened are set as steps and lists; their words are never changed.
package procedureweb

import (
	"context"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/procedure/find"
	"github.com/motcua/motcua/internal/web"
)

// Province answers what the pages ask about the configuration in force.
type Province interface {
	Catalogue() *procedure.Catalogue
}

// Finder finds procedures as people ask for them.
type Finder interface {
	Search(question string, o find.Options) []find.Hit
	Suggest(prefix string, n int) []find.Hit
}

// Figures counts the dossiers of a procedure.
type Figures interface {
	// YearToDate counts from 1 January of the local year up to now.
	YearToDate(ctx context.Context, code string, now time.Time) (Counts, error)
}

// Counts are the figures a procedure's page shows.
// law: TT32-2017 11.3
type Counts struct {
	Received       int // by all channels
	ReceivedOnline int
	Resolved       int // by all channels
	ResolvedOnline int
	OnTime         int // of Resolved
}

// Deps is what the pages need.
type Deps struct {
	Province Province
	Finder   Finder
	Now      func() time.Time // the one clock
	Figures  Figures          // nil: no dossier is counted yet
	// Address is the public address without a slash at its end, for the site map; empty: as asked for.
	Address string
}

// cacheBytes bounds the drawn pages kept: some 600 procedures, plain and packed.
const cacheBytes = 24 << 20

// pages answers the requests.
type pages struct {
	Deps
	cache *web.PageCache
	stamp atomic.Pointer[stamp]
}

// Register adds the public pages of the catalogue to the route table.
func Register(m *web.Mux, d Deps) {
	p := &pages{Deps: d, cache: web.NewPageCache(cacheBytes)}
	m.Handle("GET /{$}", web.Public, p.home)
	m.Handle("GET /thu-tuc", web.Public, p.search, web.Limited(web.LimitSearch))
	m.Handle("GET /thu-tuc/goi-y", web.Public, p.suggest, web.Limited(web.LimitSearch))
	m.Handle("GET /thu-tuc/moi", web.Public, p.news)
	m.Handle("GET /thu-tuc/{code}", web.Public, p.procedure)
	m.Handle("GET /thu-tuc/{code}/to-khai", web.Public, p.form)
	m.Handle("GET /thu-tuc/{code}/giay-to", web.Public, p.papers)
	m.Handle("GET /linh-vuc/{slug}", web.Public, p.sector)
	m.Handle("GET /co-quan/{id}", web.Public, p.agency)
	m.Handle("GET /huong-dan", web.Public, p.guide)
	m.Handle("GET /tro-nang", web.Public, p.access)
	m.Handle("GET /quyen-rieng-tu", web.Public, p.privacy)
	m.Handle("GET /sitemap.xml", web.Public, p.sitemap)
	m.Handle("GET /robots.txt", web.Public, p.robots)
}

// stamp is the version of everything shown: the catalogue's revision and the day, and the hour where
// figures are shown. It is kept so that a page at hand costs no formatting.
type stamp struct {
	revision int64
	day      calendar.Date
	hour     int
	dayText  string
	version  string
}

// edition is the catalogue as it stands at one moment, which one page is drawn from.
type edition struct {
	*stamp
	cat *procedure.Catalogue
	now time.Time
}

func (p *pages) edition() edition {
	now, cat := p.Now(), p.Province.Catalogue()
	hour := 0
	if p.Figures != nil {
		hour = now.In(calendar.Zone).Hour()
	}
	day, revision := calendar.DateOf(now), cat.Revision()
	s := p.stamp.Load()
	if s == nil || s.revision != revision || s.day != day || s.hour != hour {
		s = &stamp{revision: revision, day: day, hour: hour, dayText: day.String()}
		s.version = strconv.FormatInt(revision, 10) + "." + s.dayText + "." + strconv.Itoa(hour)
		p.stamp.Store(s)
	}
	return edition{stamp: s, cat: cat, now: now}
}

// moved answers that the page has another address for good.
func moved(w http.ResponseWriter, to string) error {
	w.Header().Set("Location", web.Local(to))
	w.Header().Set("Cache-Control", "no-cache")
	w.WriteHeader(http.StatusMovedPermanently)
	return nil
}
