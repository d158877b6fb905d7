package filingweb

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/eform"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

func receiptPath(code, secret string) string {
	return "/giay-tiep-nhan?ma=" + url.QueryEscape(code) + "&k=" + url.QueryEscape(secret)
}

type trackView struct {
	code, secret string
	errors       []component.FieldError
}

func (v trackView) errorAt(id string) string {
	for _, e := range v.errors {
		if e.ID == id {
			return e.Text
		}
	}
	return ""
}

// asked reads code and secret from the address. Both are what people copy from paper: blanks and case do not matter.
func asked(r *http.Request) (code, secret string, given bool) {
	q := r.URL.Query()
	if !q.Has("ma") {
		return "", "", false
	}
	code, ok := web.Clean(q.Get("ma"))
	secret, fine := web.Clean(q.Get("k"))
	if !ok || !fine {
		return "", "", true
	}
	return strings.Join(strings.Fields(code), ""), strings.ToLower(strings.Join(strings.Fields(secret), "")), true
}

// track answers where a dossier is. A secret that does not fit and a code that does not exist are answered alike,
// after the same work, and both are charged, so that codes cannot be told from guesses.
func (p *pages) track(w http.ResponseWriter, r *http.Request) error {
	code, secret, given := asked(r)
	if !given {
		return web.Render(w, r, http.StatusOK, trackForm(trackView{}))
	}
	v := trackView{code: code, secret: secret}
	if code == "" {
		v.errors = []component.FieldError{{ID: "ma", Text: lang.T(r.Context(), "filing.track.code-missing")}}
		return web.Render(w, r, http.StatusUnprocessableEntity, trackForm(v))
	}
	t, err := p.look(r, code, secret)
	if errors.Is(err, dossier.ErrNotFound) {
		v.errors = []component.FieldError{{ID: "ma", Text: lang.T(r.Context(), "filing.track.absent")}}
		return web.Render(w, r, http.StatusNotFound, trackForm(v))
	}
	if err != nil {
		return err
	}
	now := p.Now()
	late := overdue(t.Row.Status, t.Row.Due, now)
	version := strconv.FormatInt(t.Row.Version, 10) + "." + strconv.FormatInt(p.Catalogue().Revision(), 10)
	if late {
		version += ".late"
	}
	if t.Access == dossier.Degree {
		return p.Cache.Serve(w, r, "degree "+t.Row.ID, version, func() (templ.Component, error) {
			return degreePage(degreeView{t.Row, now}), nil
		})
	}
	return p.Cache.Serve(w, r, "track "+t.Row.ID, version, func() (templ.Component, error) {
		d, moments, err := p.Service.TrackedDossier(r.Context(), t)
		if err != nil {
			return nil, err
		}
		return trackPage(p.tell(d, moments...)), nil
	})
}

// look finds what the reader may see, and charges them for what guessing would need.
func (p *pages) look(r *http.Request, code, secret string) (dossier.Tracked, error) {
	if err := p.mux.Peek(r, web.LimitTrack); err != nil {
		return dossier.Tracked{}, err
	}
	t, err := p.Service.Track(r.Context(), actor(r.Context()), code, secret)
	switch {
	case errors.Is(err, dossier.ErrNotFound):
		p.mux.Charge(r, web.LimitTrack)
	case err == nil && t.Access == dossier.Degree:
		// A code alone gives little away, and many people behind one address may ask; a walk
		// over all codes is still held back.
		if err := p.mux.Peek(r, web.LimitSearch); err != nil {
			return dossier.Tracked{}, err
		}
		p.mux.Charge(r, web.LimitSearch)
	}
	return t, err
}

// receipt answers the receipt of the dossier to the holder of code and secret.
func (p *pages) receipt(w http.ResponseWriter, r *http.Request) error {
	code, secret, _ := asked(r)
	t, err := p.look(r, code, secret)
	if err != nil {
		return err
	}
	if t.Access != dossier.Holder {
		return dossier.ErrNotFound
	}
	d, events, err := p.Service.TrackedEvents(r.Context(), t)
	if err != nil {
		return err
	}
	return p.printed(w, r, d, events, formReceipt)
}

// answered are the answers of a submitted dossier for reading, in the units of the day it was lodged.
func (p *pages) answered(ctx context.Context, d *dossier.Dossier) ([]eform.SectionSummary, error) {
	if len(d.Answers) == 0 {
		return nil, nil
	}
	form, err := p.form(ctx, d.Form.Digest)
	if err != nil {
		return nil, err
	}
	a, err := eform.ReadAnswers(d.Answers)
	if err != nil {
		return nil, err
	}
	return form.Summary(a, p.Places(dayOf(d.SubmittedAt))), nil
}
