// Package paperweb answers anybody who holds a paper of the office: is it ours, was it signed, does what it says still
// hold. It shows nothing that is not printed on the paper, and no person.
package paperweb

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/dossier/paper"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/viet"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

// Service tells what a check code stands for.
type Service interface {
	CheckSlip(ctx context.Context, check string) (dossier.SlipCheck, error)
}

// Deps is what the pages stand on.
type Deps struct {
	Service   Service
	Catalogue func() *procedure.Catalogue
}

const pathCheck = "/kiem-tra"

type pages struct {
	Deps
	mux *web.Mux
}

// Register puts the pages on the mux.
func Register(m *web.Mux, d Deps) {
	p := &pages{Deps: d, mux: m}
	m.Handle("GET "+pathCheck, web.Public, p.ask)
	m.Handle("GET "+pathCheck+"/{check}", web.Public, p.answer)
}

type askView struct {
	code   string
	error  string
	errors []component.FieldError
}

// ask is the page on which a code is typed by hand; it leads to the answer.
func (p *pages) ask(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	if !q.Has("ma") {
		return web.Render(w, r, http.StatusOK, askPage(askView{}))
	}
	typed, _ := web.Clean(q.Get("ma"))
	if check := dossier.CleanCheck(typed); check != "" {
		return web.SeeOther(w, r, pathCheck+"/"+check)
	}
	return p.refuse(w, r, http.StatusUnprocessableEntity, typed, "paper.check.malformed")
}

func (p *pages) refuse(w http.ResponseWriter, r *http.Request, status int, typed, key string) error {
	text := lang.T(r.Context(), key)
	return web.Render(w, r, status, askPage(askView{code: typed, error: text, errors: []component.FieldError{{ID: "ma", Text: text}}}))
}

type answerView struct {
	tone        component.Tone
	title, text string
	facts       []component.Fact
	track       string // where the holder follows the dossier
}

// answer says what the paper is. A code that is nobody's is charged, so that codes cannot be guessed in numbers.
func (p *pages) answer(w http.ResponseWriter, r *http.Request) error {
	if err := p.mux.Peek(r, web.LimitTrack); err != nil {
		return err
	}
	typed, _ := web.Clean(r.PathValue("check"))
	c, err := p.Service.CheckSlip(r.Context(), typed)
	if errors.Is(err, dossier.ErrNotFound) {
		p.mux.Charge(r, web.LimitTrack)
		return p.refuse(w, r, http.StatusNotFound, typed, "paper.check.not-ours")
	}
	if err != nil {
		return err
	}
	secret, _ := web.Clean(r.URL.Query().Get("k"))
	return web.Render(w, r, http.StatusOK, answerPage(p.view(r.Context(), c, secret)))
}

func (p *pages) view(ctx context.Context, c dossier.SlipCheck, secret string) answerView {
	v := answerView{tone: component.Done}
	s := c.Slip
	switch {
	case s.Void != "" && c.Signed != nil:
		v.tone, v.title = component.DueSoon, lang.T(ctx, "paper.check.signed-void")
	case s.Void != "":
		v.tone, v.title = component.DueSoon, lang.T(ctx, "paper.check.void")
	case c.Signed != nil:
		v.title = lang.T(ctx, "paper.check.signed")
	default:
		v.tone, v.title = component.Notice, lang.T(ctx, "paper.check.unsigned")
	}
	v.text = lang.T(ctx, "paper.check.unsigned-what")
	if c.Signed != nil {
		v.text = lang.T(ctx, "paper.check.signed-what", "signer", c.Signed.Signer, "at", instant(ctx, c.Signed.At))
	}
	if s.Void != "" {
		v.text = lang.T(ctx, "paper.void."+string(s.Void)) + " " + v.text
	}
	day := calendar.DateOf(s.At).String()
	fact := func(name, value string) {
		if value != "" {
			v.facts = append(v.facts, component.Fact{Name: lang.T(ctx, "paper.fact."+name), Value: value})
		}
	}
	fact("form", c.Form.Name)
	fact("number", strconv.Itoa(s.Number)+"/"+strconv.Itoa(s.Year))
	fact("issued", instant(ctx, s.At))
	fact("agency", p.agency(ctx, s.Book, day))
	fact("dossier", c.Code)
	fact("status", lang.T(ctx, "status."+string(c.Status)))
	fact("check", paper.Grouped(s.Check))
	if secret != "" {
		v.track = paper.TrackPath(c.Code, secret)
	} else {
		v.track = "/tra-cuu?ma=" + url.QueryEscape(c.Code)
	}
	return v
}

func (p *pages) agency(ctx context.Context, id agency.ID, day string) string {
	tree := p.Catalogue().Tree()
	a, ok := tree.At(id, day)
	if !ok {
		if a, ok = tree.Ever(id); !ok {
			return string(id)
		}
	}
	if lang.From(ctx) == lang.EN && strings.TrimSpace(a.NameEn) != "" {
		return a.NameEn
	}
	return a.Name
}

func instant(ctx context.Context, t time.Time) string {
	if lang.From(ctx) == lang.EN {
		return viet.DateTimeEnglish(t)
	}
	return viet.DateTime(t)
}

// plainText keeps phones from correcting what is copied from paper.
var plainText = templ.Attributes{"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
