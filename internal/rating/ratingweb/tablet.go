package ratingweb

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/rating"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
)

// Desk is what the pages ask of rating.Desk.
type Desk interface {
	Prepare(ctx context.Context, by access.Actor, name string) (rating.Tablet, string, error)
	Pair(ctx context.Context, code string) (string, error)
	Tablet(ctx context.Context, token string) (rating.Tablet, error)
	Tablets(ctx context.Context, by access.Actor) ([]rating.Tablet, error)
	End(ctx context.Context, by access.Actor, id string) error
	Offers(ctx context.Context, t rating.Tablet) ([]dossier.ReturnRow, error)
	Find(ctx context.Context, t rating.Tablet, code string) (dossier.ReturnRow, error)
}

// atDesk records what was rated on a tablet.
type atDesk interface {
	RateAtDesk(ctx context.Context, desk agency.ID, id, key string, c dossier.RateCommand) (*dossier.Dossier, error)
}

// Paths of the tablet and of the officers' page about tablets.
const (
	kioskPath   = "/quay/danh-gia"
	tabletsPath = component.TabletRoom
)

const (
	cookieTablet = "may-danh-gia"
	pairInput    = "ma-ghep"
	codeInput    = "ma"
	nameInput    = "ten"
)

// Times after which the tablet goes on by itself; the browser does it without scripts.
const (
	idleRefresh   = "5"                     // look for what was just returned
	ballotRefresh = "90; url=" + kioskPath  // whoever left does not block the next one
	thanksRefresh = "8; url=" + kioskPath   // enough to read one sentence
	typingRefresh = "120; url=" + kioskPath // a code is typed slowly
)

func refresh(w http.ResponseWriter, after string) { w.Header().Set("Refresh", after) }

// kiosk is the tablet of the request; ErrTabletGone when it is none.
func (p *pages) kiosk(r *http.Request) (rating.Tablet, error) {
	return p.Desk.Tablet(r.Context(), web.CookieValue(r, cookieTablet))
}

// onTablet runs show on an open tablet and asks for a code on any other device.
func (p *pages) onTablet(show func(http.ResponseWriter, *http.Request, rating.Tablet) error) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		t, err := p.kiosk(r)
		if errors.Is(err, rating.ErrTabletGone) {
			return web.Render(w, r, http.StatusOK, pairPage(nil, ""))
		}
		if err != nil {
			return err
		}
		return show(w, r, t)
	}
}

// pair opens the tablet on which the officer's code was typed. Guesses are held back like those of tracking codes.
func (p *pages) pair(w http.ResponseWriter, r *http.Request) error {
	if err := p.mux.Peek(r, web.LimitTrack); err != nil {
		return err
	}
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	token, err := p.Desk.Pair(r.Context(), f.Get(pairInput))
	if errors.Is(err, rating.ErrTabletCode) {
		p.mux.Charge(r, web.LimitTrack)
		return web.Render(w, r, http.StatusUnprocessableEntity, pairPage(err, f.Get(pairInput)))
	}
	if err != nil {
		return err
	}
	web.SetCookie(w, r, cookieTablet, token, int(rating.TabletLife/time.Second))
	return web.SeeOther(w, r, kioskPath)
}

func (p *pages) idle(w http.ResponseWriter, r *http.Request, t rating.Tablet) error {
	offers, err := p.Desk.Offers(r.Context(), t)
	if err != nil {
		return err
	}
	refresh(w, idleRefresh)
	return web.Render(w, r, http.StatusOK, idlePage(t, offers))
}

func (p *pages) typing(w http.ResponseWriter, r *http.Request, _ rating.Tablet) error {
	refresh(w, typingRefresh)
	return web.Render(w, r, http.StatusOK, typingPage(nil, ""))
}

// scanned takes the dossier's code out of what a barcode gun types: the code itself, or the address of the tracking
// page that the QR of the receipt holds.
func scanned(text string) string {
	if u, err := url.Parse(text); err == nil && u.Scheme != "" {
		if code := u.Query().Get("ma"); code != "" {
			return code
		}
	}
	return text
}

func (p *pages) find(w http.ResponseWriter, r *http.Request, t rating.Tablet) error {
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	typed := f.Get(codeInput)
	row, err := p.Desk.Find(r.Context(), t, scanned(typed))
	if errors.Is(err, rating.ErrCodeAbsent) {
		refresh(w, typingRefresh)
		return web.Render(w, r, http.StatusNotFound, typingPage(err, typed))
	}
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, kioskPath+"/"+url.PathEscape(row.Code))
}

// large is the ballot on a tablet: one touch is a whole rating.
type large struct {
	dossier.ReturnRow
	items []string
	given dossier.RateCommand
	err   error
}

// offered is what the tablet may rate under the code of the address.
func (p *pages) offered(r *http.Request, t rating.Tablet) (large, error) {
	row, err := p.Desk.Find(r.Context(), t, r.PathValue("code"))
	if err != nil {
		return large{}, err
	}
	items, err := p.questions(r.Context(), row.Case)
	return large{ReturnRow: row, items: items}, err
}

// questions are the criteria that a dossier is asked about.
func (p *pages) questions(ctx context.Context, id string) ([]string, error) {
	d, _, err := p.Dossiers.Dossier(ctx, access.Actor{System: true}, id)
	if err != nil {
		return nil, err
	}
	return d.RatingQuestions().Items, nil
}

func (p *pages) largeBallot(w http.ResponseWriter, r *http.Request, t rating.Tablet) error {
	b, err := p.offered(r, t)
	if errors.Is(err, rating.ErrCodeAbsent) { // rated meanwhile, or not from here
		return web.SeeOther(w, r, kioskPath)
	}
	if err != nil {
		return err
	}
	refresh(w, ballotRefresh)
	return web.Render(w, r, http.StatusOK, largePage(b))
}

func (p *pages) rateAtDesk(w http.ResponseWriter, r *http.Request, t rating.Tablet) error {
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	b, err := p.offered(r, t)
	if errors.Is(err, rating.ErrCodeAbsent) { // the first of two touches was enough
		return web.SeeOther(w, r, kioskPath+"/cam-on")
	}
	if err != nil {
		return err
	}
	b.given = dossier.RateCommand{Overall: dossier.Grade(f.Get(overallInput)), Comment: f.Get(commentInput), Items: map[string]dossier.Grade{}}
	for _, id := range b.items {
		if g := f.Get(itemPrefix + id); g != "" {
			b.given.Items[id] = dossier.Grade(g)
		}
	}
	_, err = p.AtDesk.RateAtDesk(r.Context(), t.Desk, b.Case, f.Key, b.given)
	switch {
	case errors.Is(err, dossier.ErrGrade), errors.Is(err, dossier.ErrTooLong):
		b.err = err
		refresh(w, ballotRefresh)
		return web.Render(w, r, http.StatusUnprocessableEntity, largePage(b))
	case err != nil && !errors.Is(err, dossier.ErrRated):
		return err
	}
	return web.SeeOther(w, r, kioskPath+"/cam-on")
}

func (p *pages) thanks(w http.ResponseWriter, r *http.Request, _ rating.Tablet) error {
	refresh(w, thanksRefresh)
	return web.Render(w, r, http.StatusOK, largeThanksPage())
}

// tabletsView is the officers' page about the tablets of their desk.
type tabletsView struct {
	list []rating.Tablet
	now  time.Time
	name string
	err  error
	code string // of the tablet just prepared
	made rating.Tablet
}

func (p *pages) tabletsView(r *http.Request) (tabletsView, error) {
	list, err := p.Desk.Tablets(r.Context(), actor(r.Context()))
	return tabletsView{list: list, now: p.Now()}, err
}

func (p *pages) tablets(w http.ResponseWriter, r *http.Request) error {
	v, err := p.tabletsView(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, tabletsPage(v))
}

// prepare shows the code that is to be typed on the tablet. Only its hash is kept, so the page shows it once.
func (p *pages) prepare(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	made, code, err := p.Desk.Prepare(r.Context(), actor(r.Context()), f.Get(nameInput))
	refused := errors.Is(err, rating.ErrTabletName) || errors.Is(err, rating.ErrTabletMany)
	if err != nil && !refused {
		return err
	}
	v, listErr := p.tabletsView(r)
	if listErr != nil {
		return listErr
	}
	status := http.StatusOK
	if refused {
		v.err, v.name, status = err, f.Get(nameInput), web.Status(err)
	} else {
		v.code, v.made = code[:4]+" "+code[4:], made
	}
	return web.Render(w, r, status, tabletsPage(v))
}

func (p *pages) closeTablet(w http.ResponseWriter, r *http.Request) error {
	if _, err := web.ReadForm(r); err != nil {
		return err
	}
	err := p.Desk.End(r.Context(), actor(r.Context()), r.PathValue("id"))
	if err != nil && !errors.Is(err, rating.ErrTabletGone) {
		return err
	}
	return web.SeeOther(w, r, tabletsPath, "rating.tablet-closed")
}

// tail is the end of a code, enough for the person who holds the receipt to tell it from the next one's.
func tail(code string) string {
	parts := strings.Split(code, "-")
	return strings.Join(parts[max(0, len(parts)-2):], "-")
}

func (v tabletsView) errors(ctx context.Context) []component.FieldError {
	if v.err == nil {
		return nil
	}
	return []component.FieldError{{ID: nameInput, Text: said(ctx, v.err)}}
}
