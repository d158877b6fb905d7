// Package studioweb is the room of the studio (xưởng cấu hình): what is in force, drafts, proposals that wait for a second
// person, the difference in words, publication, pilots and the way back.
//
// It shows and asks; what may be done is the rule of package studio. Editors of a kind stand beside the plain-text one: they
// take their routes below a set and are named in Deps.Editors, so that the pages lead to them.
package studioweb

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/pack"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/studio"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

// Service is what the pages ask; *studio.Service is one.
type Service interface {
	InForce(ctx context.Context, by access.Actor) ([]studio.Listed, error)
	Pack(ctx context.Context, by access.Actor, set string) (*pack.Pack, error)
	Open(ctx context.Context, by access.Actor, k studio.Key) (studio.Doc, error)
	New(ctx context.Context, by access.Actor, key, title, why string) (*studio.Set, error)
	Set(ctx context.Context, by access.Actor, id string) (*studio.Set, error)
	Sets(ctx context.Context, by access.Actor, states ...studio.State) ([]studio.Row, error)
	Doc(ctx context.Context, by access.Actor, set string, k studio.Key) (studio.Doc, error)
	Save(ctx context.Context, by access.Actor, set string, d studio.Doc, note string) (studio.Doc, error)
	Remove(ctx context.Context, by access.Actor, set string, d studio.Doc, note string) (studio.Doc, error)
	Drop(ctx context.Context, by access.Actor, set string, k studio.Key, version int64, note string) (*studio.Set, error)
	History(ctx context.Context, by access.Actor, set string, k studio.Key) ([]studio.Saved, error)
	Text(ctx context.Context, by access.Actor, set, digest string) (string, error)
	Problems(ctx context.Context, by access.Actor, set string) ([]studio.Problem, error)
	Try(ctx context.Context, by access.Actor, set string, d studio.Doc) ([]studio.Problem, error)
	Moved(ctx context.Context, by access.Actor, set string) ([]studio.Key, error)
	Diff(ctx context.Context, by access.Actor, set, lang string) ([]studio.Difference, error)
	Propose(ctx context.Context, by access.Actor, set string, p studio.Proposal) (*studio.Set, error)
	Reopen(ctx context.Context, by access.Actor, set string, version int64, why string) (*studio.Set, error)
	Withdraw(ctx context.Context, by access.Actor, set string, version int64, why string) (*studio.Set, error)
	Reject(ctx context.Context, by access.Actor, set string, version int64, why string) (*studio.Set, error)
	Publish(ctx context.Context, by access.Actor, set string, d studio.Decision) (*studio.Set, error)
	RollBack(ctx context.Context, by access.Actor, key, publication, from, why string) (*studio.Set, error)
	Widen(ctx context.Context, by access.Actor, key, pilot, from, why string) (*studio.Set, error)
	EndPilot(ctx context.Context, by access.Actor, pilot string, version int64, day, why string) (*studio.Set, error)
}

// Editor is a way to edit the documents of a kind besides their text.
type Editor struct {
	Kind studio.Kind
	// Path is the address of the editor of a document in a set: "/xuong-cau-hinh/{set}/quy-trinh/{id}".
	Path func(set, id string) string
	Text string // key of its name: "studio.editor.process"
}

// Deps is what the pages stand on.
type Deps struct {
	Service   Service
	Catalogue func() *procedure.Catalogue
	Name      func(person string) string
	Editors   []Editor // the first of a kind is where its documents open
	Now       func() time.Time
}

// PathRoom is the address of the room.
const PathRoom = component.StudioRoom

const (
	pathNew     = PathRoom + "/moi"
	pathInForce = PathRoom + "/dang-ap-dung"
	pathText    = PathRoom + "/van-ban"
)

// SetPath is the page of a change set, and what stands below it.
func SetPath(set string, below ...string) string {
	return strings.Join(append([]string{PathRoom, url.PathEscape(set)}, below...), "/")
}

// TextPath is the plain-text editor of a document in a set.
func TextPath(set string, k studio.Key) string {
	return SetPath(set, "van-ban") + "?tep=" + url.QueryEscape(k.Path())
}

// Crumbs lead from the room over a set to a page of it.
func Crumbs(ctx context.Context, set *studio.Set, here string) []component.Crumb {
	out := []component.Crumb{{Text: lang.T(ctx, "studio.title"), Href: PathRoom}}
	if set != nil {
		out = append(out, component.Crumb{Text: set.Title, Href: SetPath(set.ID)})
	}
	return append(out, component.Crumb{Text: here})
}

// longest is how long a page may take that checks the whole configuration.
const longest = time.Minute

// textBody bounds a posted document: each byte of its text may take three as a form.
const textBody = 4 << 20

// Register puts the pages on the mux.
func Register(m *web.Mux, deps Deps) {
	read := web.May(access.CatalogueRead, access.CatalogueEdit, access.CataloguePublish)
	edit := web.May(access.CatalogueEdit)
	publish := web.May(access.CataloguePublish)
	d := room{deps}
	slow := web.Timeout(longest)
	m.Handle("GET "+PathRoom, read, d.overview)
	m.Handle("GET "+pathInForce, read, d.inForce)
	m.Handle("GET "+pathText, read, d.standing)
	m.Handle("GET "+pathNew, edit, d.askNew)
	m.Handle("POST "+pathNew, edit, d.begin)
	set := PathRoom + "/{set}"
	m.Handle("GET "+set, read, d.set, slow)
	m.Handle("GET "+set+"/them", edit, d.askAdd)
	m.Handle("POST "+set+"/them", edit, d.add)
	m.Handle("GET "+set+"/van-ban", read, d.text, slow)
	m.Handle("POST "+set+"/van-ban", edit, d.saveText, slow, web.Body(textBody))
	m.Handle("GET "+set+"/lich-su", read, d.history)
	m.Handle("GET "+set+"/bo", edit, d.askDrop)
	m.Handle("POST "+set+"/bo", edit, d.drop)
	m.Handle("GET "+set+"/trinh", edit, d.askPropose, slow)
	m.Handle("POST "+set+"/trinh", edit, d.propose, slow)
	m.Handle("GET "+set+"/cong-bo", publish, d.askPublish, slow)
	m.Handle("POST "+set+"/cong-bo", publish, d.publish, slow)
	m.Handle("GET "+set+"/tra-lai", publish, d.askReject)
	m.Handle("POST "+set+"/tra-lai", publish, d.reject)
	m.Handle("GET "+set+"/soan-tiep", edit, d.askReopen)
	m.Handle("POST "+set+"/soan-tiep", edit, d.reopen)
	m.Handle("GET "+set+"/rut", edit, d.askWithdraw)
	m.Handle("POST "+set+"/rut", edit, d.withdraw)
	m.Handle("GET "+set+"/khoi-phuc", edit, d.askRollBack)
	m.Handle("POST "+set+"/khoi-phuc", edit, d.rollBack, slow)
	m.Handle("GET "+set+"/mo-rong", edit, d.askWiden)
	m.Handle("POST "+set+"/mo-rong", edit, d.widen, slow)
	m.Handle("GET "+set+"/ket-thuc-thi-diem", publish, d.askEnd)
	m.Handle("POST "+set+"/ket-thuc-thi-diem", publish, d.endPilot)
	m.Handle("GET "+set+"/gio-lam-viec", read, d.hours)
	m.Handle("POST "+set+"/gio-lam-viec", edit, d.saveHours)
	m.Handle("GET "+set+"/phi/{id}", read, d.fees)
	m.Handle("POST "+set+"/phi/{id}", edit, d.saveFees)
	m.Handle("GET "+set+"/giay-to/{id}", read, d.papers)
	m.Handle("POST "+set+"/giay-to/{id}", edit, d.savePapers)
}

type room struct{ Deps }

func (d room) today() string { return calendar.DateOf(d.Now()).String() }

func mayEdit(ctx context.Context) bool { return web.ActorFrom(ctx).May(access.CatalogueEdit) }

func mayPublish(ctx context.Context) bool { return web.ActorFrom(ctx).May(access.CataloguePublish) }

// setOf loads the set that the address names.
func (d room) setOf(r *http.Request) (*studio.Set, error) {
	return d.Service.Set(r.Context(), web.ActorFrom(r.Context()), r.PathValue("set"))
}

// keyOf reads which document the address names.
func keyOf(r *http.Request) (studio.Key, error) {
	k, ok := studio.KeyOf(r.URL.Query().Get("tep"))
	if !ok {
		return studio.Key{}, studio.ErrNotFound
	}
	return k, nil
}

// editors lists the ways to edit a document of a set, the one it opens in first, the text last.
func (d room) editors(ctx context.Context, set string, k studio.Key) []component.Tab {
	var out []component.Tab
	add := func(text, href string) {
		out = append(out, component.Tab{Text: lang.T(ctx, text), Href: href, Count: -1})
	}
	for _, e := range d.Editors {
		if e.Kind == k.Kind {
			add(e.Text, e.Path(set, k.ID))
		}
	}
	switch k.Kind {
	case studio.Hours:
		add("studio.editor.hours", SetPath(set, "gio-lam-viec"))
	case studio.Procedure:
		add("studio.editor.papers", SetPath(set, "giay-to", k.ID))
		add("studio.editor.fees", SetPath(set, "phi", k.ID))
	default:
	}
	add("studio.editor.text", TextPath(set, k))
	return out
}

// editPath is where a document of a set opens.
func (d room) editPath(ctx context.Context, set string, k studio.Key) string {
	return d.editors(ctx, set, k)[0].Href
}
