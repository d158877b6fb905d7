// Package ratingweb is where people say what they thought of the way their dossier was
// handled, and where everybody reads what came of it: the pages of the signed-in
// applicant and of who holds the tracking secret, the tablet at the desk, the public
// page of scores and its inside.
//
// Nobody who handled a dossier sees by whom or how it was rated: insiders with the
// right see figures of many, procedure control the single ratings without names.
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
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/lang"
)

// Dossiers is what the pages ask of dossier.Service.
type Dossiers interface {
	Dossier(ctx context.Context, by access.Actor, id string) (*dossier.Dossier, []journal.Event, error)
	Track(ctx context.Context, by access.Actor, code, secret string) (dossier.Tracked, error)
	TrackedDossier(ctx context.Context, t dossier.Tracked) (*dossier.Dossier, []dossier.Moment, error)
	Rate(ctx context.Context, r dossier.Request, c dossier.RateCommand) (*dossier.Dossier, error)
	RateTracked(ctx context.Context, t dossier.Tracked, key string, c dossier.RateCommand) (*dossier.Dossier, error)
}

// Deps is what the pages stand on.
type Deps struct {
	Dossiers Dossiers
	AtDesk   atDesk // dossier.Service too
	Desk     Desk
	Scores   Scores
	// AgencyName names an agency as it is or was called; AgencyKnown tells whether there ever was one.
	AgencyName  func(id agency.ID) string
	AgencyKnown func(id agency.ID) bool
	PersonName  func(person string) string // of an officer, empty when unknown
	Cache       *web.PageCache
	Now         func() time.Time
}

type pages struct {
	Deps
	mux *web.Mux
}

// Register puts the pages on the mux.
func Register(m *web.Mux, d Deps) {
	p := &pages{Deps: d, mux: m}
	mine := web.May(access.DossierFile)
	m.Handle("GET /ho-so-cua-toi/{id}/danh-gia", mine, p.own)
	m.Handle("POST /ho-so-cua-toi/{id}/danh-gia", mine, p.rateOwn)
	m.Handle("GET /tra-cuu/danh-gia", web.Public, p.tracked)
	m.Handle("POST /tra-cuu/danh-gia", web.Public, p.rateTracked)

	m.Handle("GET "+kioskPath, web.Public, p.onTablet(p.idle))
	m.Handle("POST "+kioskPath+"/ghep", web.Public, p.pair)
	m.Handle("GET "+kioskPath+"/nhap-ma", web.Public, p.onTablet(p.typing))
	m.Handle("POST "+kioskPath+"/nhap-ma", web.Public, p.onTablet(p.find))
	m.Handle("GET "+kioskPath+"/cam-on", web.Public, p.onTablet(p.thanks))
	m.Handle("GET "+kioskPath+"/{code}", web.Public, p.onTablet(p.largeBallot))
	m.Handle("POST "+kioskPath+"/{code}", web.Public, p.onTablet(p.rateAtDesk))

	m.Handle("GET "+publicPath, web.Public, p.publicScores)
	m.Handle("GET "+publicPath+".csv", web.Public, p.scoresFile, web.Limited(web.LimitSearch))
	m.Handle("GET "+publicPath+"/{agency}", web.Public, p.publicScore)

	read := web.May(access.RatingRead)
	m.Handle("GET "+insidePath, read, p.inside)
	m.Handle("GET "+insidePath+"/{agency}", read, p.inside)
	m.Handle("GET "+insidePath+"/{agency}/can-bo.csv", read, p.peopleFile)

	hand := web.May(access.DossierReturn)
	m.Handle("GET "+tabletsPath, hand, p.tablets)
	m.Handle("POST "+tabletsPath, hand, p.prepare)
	m.Handle("POST "+tabletsPath+"/{id}/dong", hand, p.closeTablet)
}

func actor(ctx context.Context) access.Actor { return web.ActorFrom(ctx) }

// ballot is the page on which one dossier is rated.
type ballot struct {
	*dossier.Dossier
	action string            // path the form is posted to
	back   string            // link away
	nav    string            // entry of the main navigation
	hidden map[string]string // sent along
	given  dossier.RateCommand
	err    error
}

// Inputs of a ballot.
const (
	overallInput = "muc"
	commentInput = "y-kien"
	itemPrefix   = "muc-"
)

// read takes from a form what was judged.
func read(d *dossier.Dossier, f web.Form) dossier.RateCommand {
	c := dossier.RateCommand{Overall: dossier.Grade(f.Get(overallInput)), Comment: f.Get(commentInput), Items: map[string]dossier.Grade{}}
	for _, id := range d.RatingQuestions().Items {
		if g := f.Get(itemPrefix + id); g != "" {
			c.Items[id] = dossier.Grade(g)
		}
	}
	return c
}

// closed reports whether err says that the ballot is over: it was given, or cannot be yet.
func closed(err error) bool {
	return errors.Is(err, dossier.ErrRated) || errors.Is(err, dossier.ErrNotReturned)
}

// open shows the ballot, or why there is none.
func open(w http.ResponseWriter, r *http.Request, b ballot) error {
	if err := b.MayRate(); errors.Is(err, dossier.ErrNotReturned) {
		b.err = err
		return web.Render(w, r, web.Status(err), closedPage(b))
	} else if err != nil {
		return web.Render(w, r, http.StatusOK, thanksPage(b))
	}
	return web.Render(w, r, http.StatusOK, ballotPage(b))
}

// answer shows what became of a ballot that was sent: thanks, or the same page with what is wrong.
func answer(w http.ResponseWriter, r *http.Request, b ballot, again string) error {
	switch {
	case b.err == nil:
		return web.SeeOther(w, r, again, "rating.given")
	case closed(b.err):
		return open(w, r, b)
	case errors.Is(b.err, dossier.ErrGrade), errors.Is(b.err, dossier.ErrTooLong):
		return web.Render(w, r, http.StatusUnprocessableEntity, ballotPage(b))
	}
	return b.err
}

// mine returns the ballot of a dossier of the signed-in person's own; somebody else's does not exist for them.
func (p *pages) mine(r *http.Request) (ballot, error) {
	by := actor(r.Context())
	d, _, err := p.Dossiers.Dossier(r.Context(), by, r.PathValue("id"))
	if err != nil {
		return ballot{}, err
	}
	if d.Account == "" || d.Account != by.Person {
		return ballot{}, dossier.ErrNotFound
	}
	return ballot{Dossier: d, action: "/ho-so-cua-toi/" + d.ID + "/danh-gia", back: "/ho-so-cua-toi/" + d.ID, nav: "mine"}, nil
}

func (p *pages) own(w http.ResponseWriter, r *http.Request) error {
	b, err := p.mine(r)
	if err != nil {
		return err
	}
	return open(w, r, b)
}

func (p *pages) rateOwn(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	b, err := p.mine(r)
	if err != nil {
		return err
	}
	b.given = read(b.Dossier, f)
	var d *dossier.Dossier
	if d, b.err = p.Dossiers.Rate(r.Context(), dossier.Request{By: actor(r.Context()), Dossier: b.ID, Key: f.Key}, b.given); d != nil {
		b.Dossier = d
	}
	if errors.Is(b.err, dossier.ErrRated) { // in another window meanwhile
		if b, err = p.mine(r); err != nil {
			return err
		}
		b.err = dossier.ErrRated
	}
	return answer(w, r, b, b.action)
}

// look finds the dossier of code and secret. A wrong secret is answered like an absent code and charged, so that
// guessing does not pay.
func (p *pages) look(r *http.Request, code, secret string) (ballot, dossier.Tracked, error) {
	code, secret = strings.Join(strings.Fields(code), ""), strings.ToLower(strings.Join(strings.Fields(secret), ""))
	if err := p.mux.Peek(r, web.LimitTrack); err != nil {
		return ballot{}, dossier.Tracked{}, err
	}
	t, err := p.Dossiers.Track(r.Context(), actor(r.Context()), code, secret)
	if err == nil && t.Access != dossier.Holder {
		err = dossier.ErrNotFound
	}
	if errors.Is(err, dossier.ErrNotFound) {
		p.mux.Charge(r, web.LimitTrack)
	}
	if err != nil {
		return ballot{}, t, err
	}
	d, _, err := p.Dossiers.TrackedDossier(r.Context(), t)
	if err != nil {
		return ballot{}, t, err
	}
	q := "?ma=" + url.QueryEscape(d.Shown()) + "&k=" + url.QueryEscape(d.Secret)
	return ballot{
		Dossier: d, action: "/tra-cuu/danh-gia", back: "/tra-cuu" + q, nav: "track", hidden: map[string]string{"ma": d.Shown(), "k": d.Secret},
	}, t, nil
}

func cleaned(r *http.Request, name string) string {
	v, ok := web.Clean(r.URL.Query().Get(name))
	if !ok {
		return ""
	}
	return v
}

func (p *pages) tracked(w http.ResponseWriter, r *http.Request) error {
	if !r.URL.Query().Has("ma") {
		return web.SeeOther(w, r, "/tra-cuu") // where code and secret are asked for
	}
	b, _, err := p.look(r, cleaned(r, "ma"), cleaned(r, "k"))
	if err != nil {
		return err
	}
	return open(w, r, b)
}

func (p *pages) rateTracked(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	b, t, err := p.look(r, f.Get("ma"), f.Get("k"))
	if err != nil {
		return err
	}
	b.given = read(b.Dossier, f)
	_, b.err = p.Dossiers.RateTracked(r.Context(), t, f.Key, b.given)
	return answer(w, r, b, b.action+"?ma="+url.QueryEscape(b.hidden["ma"])+"&k="+url.QueryEscape(b.hidden["k"]))
}

// gradeText names a grade.
func gradeText(ctx context.Context, g dossier.Grade) string {
	return lang.T(ctx, "rating.grade."+string(g))
}
