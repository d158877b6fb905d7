// Package noticeweb is where people read what they were told and choose what to receive:
// the applicant's list, the officers' list behind the bell, the page of choices, and
// the panel on a dossier that says which letters left and what became of them.
package noticeweb

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/notice"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/lang"
)

// Store is what the pages ask of the notices.
type Store interface {
	Unread(ctx context.Context, readers []notice.Reader, c notice.Choice) (int, error)
	List(ctx context.Context, readers []notice.Reader, c notice.Choice, after string, limit int) ([]notice.Notice, string, error)
	Open(ctx context.Context, id string, readers []notice.Reader, person string) (notice.Notice, error)
	ReadAll(ctx context.Context, readers []notice.Reader, person string, until time.Time) error
	OfCase(ctx context.Context, caseID string) ([]notice.Entry, error)
	Choice(ctx context.Context, person string) (notice.Choice, error)
	Change(ctx context.Context, person string, change func(c *notice.Choice) error) error
	AskConfirm(ctx context.Context, person, address string, officer bool, l notice.Language) error
	Confirm(ctx context.Context, person, token string) error
	Suggested(ctx context.Context, person string) (string, error)
	Mails() bool
}

// Deps is what the pages stand on.
type Deps struct {
	Store Store
	Book  func(day string) *notice.Book // wording in force on a local day
	Now   func() time.Time
}

// Paths of the two doors: applicants and officers.
const (
	pathMine    = "/thong-bao"
	pathOffice  = "/lam-viec/thong-bao"
	pathDossier = "/ho-so/"
	pathOwn     = "/ho-so-cua-toi/"
)

// pageSize is how many notices a list shows.
const pageSize = 50

type pages struct{ Deps }

// Pages answers what other rooms ask of this one.
type Pages struct{ p *pages }

// Register puts the pages on the mux.
func Register(m *web.Mux, d Deps) Pages {
	p := &pages{d}
	mine := web.May(access.DossierFile)
	m.Handle("GET "+pathMine, mine, p.mine)
	m.Handle("GET "+pathMine+"/tuy-chon", mine, p.choices)
	m.Handle("POST "+pathMine+"/tuy-chon", mine, p.choose)
	m.Handle("POST "+pathMine+"/dia-chi", mine, p.address)
	m.Handle("GET "+pathMine+"/xac-nhan", mine, p.askConfirm)
	m.Handle("POST "+pathMine+"/xac-nhan", mine, p.confirm)

	m.Handle("GET "+pathOffice, web.Officer, p.office)
	m.Handle("POST "+pathOffice+"/da-xem", web.Officer, p.readAll)
	m.Handle("GET "+pathOffice+"/{id}", web.Officer, p.open)
	m.Handle("GET "+officeChoices, web.Officer, p.choices)
	m.Handle("POST "+officeChoices, web.Officer, p.choose)
	m.Handle("POST "+officeChoices+"/dia-chi", web.Officer, p.address)
	m.Handle("GET "+officeChoices+"/xac-nhan", web.Officer, p.askConfirm)
	m.Handle("POST "+officeChoices+"/xac-nhan", web.Officer, p.confirm)
	return Pages{p}
}

const officeChoices = "/lam-viec/tuy-chon-thong-bao"

// Unread counts what waits to be read by the actor; the bell shows it. A count that cannot be had is none.
func (d Deps) Unread(ctx context.Context, by access.Actor) int {
	readers := notice.Readers(by)
	if len(readers) == 0 {
		return 0
	}
	c, err := d.Store.Choice(ctx, by.Person)
	if err != nil {
		return 0
	}
	n, err := d.Store.Unread(ctx, readers, c)
	if err != nil {
		return 0
	}
	return n
}

// line is one notice in words.
type line struct {
	notice.Notice
	title, text string
}

func (p *pages) lines(ctx context.Context, list []notice.Notice) []line {
	out := make([]line, len(list))
	for i, n := range list {
		out[i] = p.line(ctx, n)
	}
	return out
}

// line writes a notice in the wording of the day it was told. One that is older than the wording, or erased, is named
// by its kind.
func (p *pages) line(ctx context.Context, n notice.Notice) line {
	said := p.Book(calendar.DateOf(n.At).String()).Say(n.Kind, n.Facts, notice.ParseLanguage(string(lang.From(ctx))))
	if said.Subject == "" {
		said.Subject = lang.T(ctx, "notice.kind."+string(n.Kind)) + " (" + n.Shown + ")"
	}
	return line{Notice: n, title: said.Subject, text: said.Text}
}

// mine shows the applicant what they were told, and with that it is read.
func (p *pages) mine(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	by := web.ActorFrom(ctx)
	readers := notice.Readers(by)
	c, err := p.Store.Choice(ctx, by.Person)
	if err != nil {
		return err
	}
	list, next, err := p.Store.List(ctx, readers, c, r.URL.Query().Get("sau"), pageSize)
	if err != nil {
		return err
	}
	for _, n := range list {
		if n.Read.IsZero() {
			if err := p.Store.ReadAll(ctx, readers, by.Person, p.Now()); err != nil {
				return err
			}
			break
		}
	}
	return web.Render(w, r, http.StatusOK, minePage(p.lines(ctx, list), more(pathMine, next)))
}

func more(path, next string) string {
	if next == "" {
		return ""
	}
	return path + "?sau=" + url.QueryEscape(next)
}

// office shows what the queues of the post were told. Opening one, or saying so, marks it read for all who share it.
func (p *pages) office(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	by := web.ActorFrom(ctx)
	c, err := p.Store.Choice(ctx, by.Person)
	if err != nil {
		return err
	}
	list, next, err := p.Store.List(ctx, notice.Readers(by), c, r.URL.Query().Get("sau"), pageSize)
	if err != nil {
		return err
	}
	v := officeView{lines: p.lines(ctx, list), next: more(pathOffice, next)}
	for _, n := range list {
		if n.Read.IsZero() {
			v.unread++
		}
		if n.Told.After(v.until) {
			v.until = n.Told
		}
	}
	return web.Render(w, r, http.StatusOK, officePage(v))
}

type officeView struct {
	lines  []line
	next   string
	unread int
	until  time.Time // when the newest of them was told
}

// open marks a notice read and leads to its dossier.
func (p *pages) open(w http.ResponseWriter, r *http.Request) error {
	by := web.ActorFrom(r.Context())
	n, err := p.Store.Open(r.Context(), r.PathValue("id"), notice.Readers(by), by.Person)
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, pathDossier+n.Case)
}

// readAll marks read what the person had on the screen; what came since stays new.
func (p *pages) readAll(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	until, err := strconv.ParseInt(f.Get("den"), 10, 64)
	if err != nil {
		return web.ErrMalformedForm
	}
	by := web.ActorFrom(r.Context())
	if err := p.Store.ReadAll(r.Context(), notice.Readers(by), by.Person, time.UnixMicro(until)); err != nil {
		return err
	}
	return web.SeeOther(w, r, pathOffice)
}

// Told draws what was told about a dossier: to the officers everything, to the applicant what they were told. It is
// nil when there is nothing.
func (x Pages) Told(ctx context.Context, caseID string, officer bool) (templ.Component, error) {
	list, err := x.p.Store.OfCase(ctx, caseID)
	if err != nil {
		return nil, err
	}
	var out []toldLine
	for i := len(list) - 1; i >= 0; i-- {
		n := list[i]
		if n.Kind.ForOfficers() && (!officer || n.Kind != notice.Undelivered) {
			continue // what officers were told is not the history of the applicant's notices
		}
		out = append(out, toldLine{line: x.p.line(ctx, n.Notice), letters: n.Letters, officer: officer})
	}
	if len(out) == 0 {
		return nil, nil //nolint:nilnil // no component is an answer: nothing is drawn
	}
	return toldPanel(out), nil
}
