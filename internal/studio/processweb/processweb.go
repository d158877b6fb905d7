// Package processweb is the process editor of the studio: the picture of a process beside
// the form of the chosen step, the office's table, the proof, a run step by step, the
// comparison with what is in force, and the process as text or BPMN.
//
// Every change is one form sent once: it is made on the text the person saw, kept by the
// studio's journal with the reason, and undone by a saving of its own. When somebody else
// saved meanwhile, both changes are brought together and shown before anything is kept.
// Scripts add the keyboard and the mouse on the picture; no page needs them.
package processweb

import (
	"context"
	"net/url"
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/pack"
	"github.com/motcua/motcua/internal/studio"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/workflow/opencps"
)

// Studio keeps drafts; *studio.Service is one.
type Studio interface {
	Set(ctx context.Context, by access.Actor, id string) (*studio.Set, error)
	Doc(ctx context.Context, by access.Actor, set string, k studio.Key) (studio.Doc, error)
	Save(ctx context.Context, by access.Actor, set string, d studio.Doc, note string) (studio.Doc, error)
	History(ctx context.Context, by access.Actor, set string, k studio.Key) ([]studio.Saved, error)
	Text(ctx context.Context, by access.Actor, set, digest string) (string, error)
	Try(ctx context.Context, by access.Actor, set string, d studio.Doc) ([]studio.Problem, error)
	// Pack is the configuration as it would be with the set.
	Pack(ctx context.Context, by access.Actor, set string) (*pack.Pack, error)
}

// Deps is what the pages stand on.
type Deps struct {
	Studio Studio
	Name   func(person string) string // as printed
	Now    func() time.Time
}

// pathStudio is where the studio's pages live.
const pathStudio = "/xuong-cau-hinh"

// Parts of the address of an editor, behind set and process.
const (
	tailTable      = "/bang"
	tailProof      = "/kiem-chung"
	tailPlay       = "/chay-thu"
	tailSimulation = "/mo-phong"
	tailDiff       = "/so-sanh"
	tailText       = "/van-ban"
	tailUndo       = "/hoan-tac"
	tailGuard      = "/dieu-kien"
	tailBPMN       = "/quy-trinh.bpmn"
	tailBring      = "/dua-vao"
	tailSheet      = "/bang.xlsx"
	tailProcess    = "/quy-trinh/"
)

// mostText bounds a form that carries a whole process as text.
const mostText = 3*studio.MaxText + 64<<10

// proving is how long the proof of a large process may take.
const proving = 30 * time.Second

// Register puts the editor on the mux.
func Register(m *web.Mux, deps Deps) {
	look := web.May(access.CatalogueRead, access.CatalogueEdit, access.CataloguePublish)
	change := web.May(access.CatalogueEdit)
	e := editor{deps}
	at := pathStudio + "/{set}" + tailProcess + "{id}"
	m.Handle("GET "+at, look, e.picture, web.Timeout(proving))
	m.Handle("POST "+at, change, e.edit, web.Timeout(proving))
	m.Handle("GET "+at+tailGuard, look, e.explain)
	m.Handle("GET "+at+tailTable, look, e.table)
	m.Handle("POST "+at+tailTable, change, e.editTable, web.Timeout(proving))
	m.Handle("GET "+at+tailSheet, look, e.sheet)
	m.Handle("GET "+at+tailProof, look, e.proof, web.Timeout(proving))
	m.Handle("GET "+at+tailPlay, look, e.play)
	m.Handle("GET "+at+tailSimulation, look, e.simulation, web.Limited(web.LimitSearch), web.Timeout(proving))
	m.Handle("GET "+at+tailDiff, look, e.compare)
	m.Handle("GET "+at+tailText, look, e.text, web.Timeout(proving))
	m.Handle("POST "+at+tailText, change, e.editText, web.Body(mostText), web.Timeout(proving))
	m.Handle("GET "+at+tailBPMN, look, e.bpmn)
	m.Handle("POST "+at+tailBring, change, e.bring, web.Body(opencps.MaxFile+1<<20), web.Timeout(proving))
	m.Handle("POST "+at+tailUndo, change, e.undo)
}

// Path is the address of the editor of a process in a change set.
func Path(set, id string) string {
	return pathStudio + "/" + url.PathEscape(set) + tailProcess + url.PathEscape(id)
}

// editor answers the pages.
type editor struct{ Deps }
