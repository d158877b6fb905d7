// Package catalogueweb is the room of those who look after the catalogue of procedures: what is
// in force, what an import could not understand, what waits, and its publication.
//
// It shows and asks; what a publication does and refuses is the store's. Nothing here
// edits a version of a procedure: the sources are imported, read again and published from a day on. The
// wording of printed papers is proposed here, tried with sample data, and published by somebody else.
package catalogueweb

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
)

// Store is what the room reads and the one thing it writes.
type Store interface {
	// Waiting is everything that the next publication puts in force.
	Waiting(ctx context.Context) (procedure.Waiting, error)
	// History lists the versions of a code, oldest first, a draft last; none for an unknown code.
	History(ctx context.Context, code string) ([]procedure.Stored, error)
	// Reports lists what was kept of imports and publications, newest first.
	Reports(ctx context.Context, limit int) ([]procedure.ImportReport, error)
	// PublishSeen puts what the person saw waiting in force; the same key again returns the first outcome.
	PublishSeen(ctx context.Context, p procedure.Publication) (procedure.Publication, error)

	// TemplateVersions lists the versions of a wording of printed papers, oldest first, a draft last.
	TemplateVersions(ctx context.Context, path string) ([]procedure.TemplateVersion, error)
	// ProposeTemplate keeps a wording as the draft that the next publication puts in force.
	ProposeTemplate(ctx context.Context, p procedure.Proposal) error
	// DropTemplate takes a draft back.
	DropTemplate(ctx context.Context, path string, number int, digest string) error
}

// Deps is what the pages stand on.
type Deps struct {
	Store     Store
	Catalogue func() *procedure.Catalogue // snapshot of what is published
	Now       func() time.Time
}

// Paths of the room.
const (
	pathRoom    = component.CatalogueRoom
	pathList    = pathRoom + "/thu-tuc"
	pathMarked  = pathRoom + "/danh-dau"
	pathHeads   = pathRoom + "/chi-co-ten"
	pathPublish = pathRoom + "/ban-hanh"
	pathReport  = pathRoom + "/bao-cao/"
	pathWording = pathRoom + "/mau-phieu"
)

// ErrNoReport says that there is no such report among those kept in reach.
var ErrNoReport = fault.New(fault.NotFound, "catalogue.no-report")

// Register puts the pages on the mux.
func Register(m *web.Mux, deps Deps) {
	read := web.May(access.CatalogueRead, access.CatalogueEdit, access.CataloguePublish)
	publish := web.May(access.CataloguePublish)
	d := room{deps}
	m.Handle("GET "+pathRoom, read, d.overview)
	m.Handle("GET "+pathList, read, d.list)
	m.Handle("GET "+pathMarked, read, d.marked)
	m.Handle("GET "+pathHeads, read, d.heads)
	m.Handle("GET "+pathReport+"{id}", read, d.report)
	m.Handle("GET "+pathPublish, publish, d.askPublish)
	m.Handle("POST "+pathPublish, publish, d.publish)
	edit := web.May(access.CatalogueEdit)
	m.Handle("GET "+pathWording, read, d.wordings)
	m.Handle("GET "+pathWording+"/{set}/{form}", read, d.wording)
	m.Handle("POST "+pathWording+"/{set}/{form}", edit, d.propose)
	m.Handle("POST "+pathWording+"/{set}/{form}/xem-thu", edit, d.preview)
	m.Handle("POST "+pathWording+"/{set}/{form}/bo", edit, d.dropWording)
	m.Handle("GET "+pathWording+"/{set}/{form}/ban/{number}", read, d.printed)
	m.Handle("GET "+pathRoom+"/{code}", read, d.one)
}

type room struct{ Deps }

func (d room) today() string { return calendar.DateOf(d.Now()).String() }

// pathOf is the page of one procedure.
func pathOf(code string) string { return pathRoom + "/" + url.PathEscape(code) }

func mayEdit(ctx context.Context) bool { return web.ActorFrom(ctx).May(access.CatalogueEdit) }

func mayPublish(ctx context.Context) bool { return web.ActorFrom(ctx).May(access.CataloguePublish) }

// perPage is how many lines a list shows at once.
const perPage = 50

// page cuts one page out of lines sorted by code, after the code that the address names.
func page[T any](r *http.Request, lines []T, code func(T) string) (shown []T, pager component.Pager) {
	q := r.URL.Query()
	from := 0
	if after := q.Get("sau"); after != "" {
		for from < len(lines) && code(lines[from]) <= after {
			from++
		}
	}
	shown = lines[from:min(from+perPage, len(lines))]
	if end := from + len(shown); end < len(lines) {
		pager.Next = with(r, "sau", code(lines[end-1]))
	}
	switch {
	case from > perPage:
		pager.Prev = with(r, "sau", code(lines[from-perPage-1]))
	case from > 0:
		pager.Prev = with(r, "sau", "")
	}
	if len(shown) > 0 && len(shown) < len(lines) {
		pager.Summary = spanOf(r.Context(), from+1, from+len(shown), len(lines))
	}
	return shown, pager
}

// with is the address of the page with one value of its query changed; empty takes it out.
func with(r *http.Request, name, value string) string {
	q := r.URL.Query()
	if value == "" {
		q.Del(name)
	} else {
		q.Set(name, value)
	}
	if len(q) == 0 {
		return r.URL.Path
	}
	return r.URL.Path + "?" + q.Encode()
}
