package deskweb

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/casefile"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

// railHandovers is the entry of the rail that leads to hand-overs.
const railHandovers = "handovers"

// keepRights are those of whom papers may be handed to.
var keepRights = []access.Permission{
	access.DossierIntake, access.DossierAccept, access.DossierHandle, access.DossierAssign, access.DossierDecide, access.DossierResult, access.DossierReturn,
}

func mayKeep(by access.Actor) bool {
	return by.Officer() && slices.ContainsFunc(keepRights, by.May)
}

// papersOn puts the pages about papers on the mux.
func (d *desk) papersOn(m *web.Mux, read web.Need) {
	keep := web.May(keepRights...)
	counter := web.May(access.DossierIntake, access.DossierAccept, access.DossierReturn)
	scan := web.May(access.DossierIntake, access.DossierAccept, access.DossierHandle, access.DossierResult)
	control := web.May(access.DossierReadAll)
	erase := web.May(access.DossierErase)

	m.Handle("GET /giao-nhan", keep, d.handovers)
	m.Handle("GET /ho-so/{id}/ban-goc", read, d.custody)
	m.Handle("POST /ho-so/{id}/ban-goc/giao", keep, d.give)
	m.Handle("POST /ho-so/{id}/ban-goc/nhan", counter, d.takeIn)
	m.Handle("POST /ho-so/{id}/ban-goc/tra-loi", keep, d.answer)
	m.Handle("GET /ho-so/{id}/so-hoa/{n}", scan, d.scan)
	m.Handle("POST /ho-so/{id}/so-hoa/{n}", scan, d.digitise, web.Body(maxUploadBody), web.Timeout(uploadTime))
	m.Handle("GET /ho-so/{id}/luot-xem", control, d.looks)
	m.Handle("GET /ho-so/{id}/xoa-du-lieu", erase, d.eraseAsk)
	m.Handle("POST /ho-so/{id}/xoa-du-lieu", erase, d.erase)
}

// Looks is who has looked at a case, newest first, and the cursor of the next page.
type Looks func(ctx context.Context, caseID, after string, limit int) ([]casefile.View, string, error)

func refuseTitle(ctx context.Context, a answerForm) string {
	if a.recall {
		return lang.T(ctx, "papers.recall")
	}
	return lang.T(ctx, "papers.refuse")
}

func orElse(values []string, usual string) []string {
	if len(values) > 0 {
		return values
	}
	return []string{usual}
}

func orOne(v string) string {
	if v == "" {
		return "1"
	}
	return v
}

func takeForms(ctx context.Context) []component.Option {
	out := make([]component.Option, 0, len(paperForms))
	for _, f := range paperForms {
		out = append(out, component.Option{Value: f, Label: lang.T(ctx, "desk.sheets."+f)})
	}
	return out
}

func stored(f component.StoredFile) []component.StoredFile {
	if f.Name == "" {
		return nil
	}
	return []component.StoredFile{f}
}

// Names of the inputs that take earlier papers over at the counter.
const (
	fieldReuse   = "dung-lai"
	fieldConsent = "dong-y"
	doReuse      = "dung-lai"
)

func reuseValue(r dossier.Reusable) string {
	return r.Component + "|" + r.Dossier + "|" + r.Paper.Hash
}

func readReuse(s string) (r dossier.Reusable, ok bool) {
	p := strings.Split(s, "|")
	if len(p) != 3 {
		return r, false
	}
	r.Component, r.Dossier, r.Paper.Hash = p[0], p[1], p[2]
	return r, true
}

// reuseOptions are the earlier papers on offer. At the counter only what they are is told, not what is in them.
func (v counterView) reuseOptions(ctx context.Context) []component.Option {
	names := map[string]string{}
	for _, c := range v.version.Components {
		names[c.ID] = c.Name
	}
	out := make([]component.Option, 0, len(v.reusable))
	for _, r := range v.reusable {
		what := "papers.reuse.paper"
		if r.Result {
			what = "papers.reuse.result"
		}
		out = append(out, component.Option{Value: reuseValue(r), Label: names[r.Component], Hint: lang.T(ctx, what, "name", r.Paper.Name, "code", r.Code, "at", dayText(ctx, dayOf(r.At)))})
	}
	return out
}

// offerReuse looks for earlier papers of the owner whose number stands in the form; what the draft has already is left out.
func (d *desk) offerReuse(ctx context.Context, v *counterView, number string) error {
	v.reusable = nil
	if number == "" {
		return nil
	}
	list, err := d.Service.Reusables(ctx, dossier.Whose{By: actor(ctx), Number: number}, v.draft.ID)
	if err != nil {
		if fault.KindOf(err) != fault.Internal {
			return nil // the page says elsewhere why the draft cannot go on
		}
		return err
	}
	for _, r := range list {
		if !holds(v.draft, r) {
			v.reusable = append(v.reusable, r)
		}
	}
	return nil
}

func holds(x dossier.Draft, r dossier.Reusable) bool {
	for _, p := range x.Papers {
		if p.Component == r.Component && p.Hash == r.Paper.Hash {
			return true
		}
	}
	return false
}

// takeEarlier puts the chosen earlier papers into the draft, on the word of the owner that the officer records.
func (d *desk) takeEarlier(ctx context.Context, v *counterView, f web.Form, number string) error {
	chosen := f.Values[fieldReuse]
	switch {
	case len(chosen) == 0:
		v.errors = append(v.errors, component.FieldError{ID: fieldReuse, Text: lang.T(ctx, "error.dossier.items-chosen")})
		return nil
	case f.Get(fieldConsent) == "":
		v.errors = append(v.errors, component.FieldError{ID: fieldConsent, Text: web.ErrorText(ctx, dossier.ErrConsentNeeded)})
		return nil
	}
	for _, s := range chosen {
		want, ok := readReuse(s)
		if !ok {
			return web.ErrMalformedForm
		}
		if holds(v.draft, want) {
			continue // the same form again
		}
		r, err := d.Service.Reuse(ctx, dossier.Whose{By: actor(ctx), Number: number}, v.draft.ID, want, true)
		if e, refused := errors.AsType[*fault.Error](err); refused && e.Kind != fault.Unavailable {
			v.errors = append(v.errors, component.FieldError{ID: fieldReuse, Text: web.ErrorText(ctx, e)})
			continue
		}
		if err != nil {
			return err
		}
		if err := d.saw(ctx, r.Dossier, casefile.ViewReuse, casefile.ThingOf(r.Paper.Hash)); err != nil {
			return err
		}
	}
	return nil
}
