package filingweb

import (
	"context"
	"time"

	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

// Inputs about the mandate of who files for somebody else.
const (
	mandateKind   = "tu-cach"
	mandateNumber = "so-van-ban"
	mandateDate   = "ngay-van-ban"
	mandateUntil  = "het-han"
)

// onlineMandates are the ways of filing for somebody else online; staff of the desk type at the counter.
var onlineMandates = []string{"authorised", "guardian", "representative"}

// behalfView asks on what somebody files for another person.
// law: ND118-2025 6 — who is authorised shows the authorisation.
type behalfView struct {
	owner   string // for whom
	mandate dossier.Mandate
	typed   map[string]string
	wrong   map[string]string // by input
}

// behalf is nil when the dossier is the person's own, or completes one that was lodged.
func (p *pages) behalf(ctx context.Context, d *work) (*behalfView, error) {
	if d.Supplements != "" {
		return nil, nil //nolint:nilnil // nobody else
	}
	known, err := p.known(ctx)
	if err != nil {
		return nil, err
	}
	owner := party(d.form.Subject(d.form.Clean(d.answers)), d.given.Places)
	if owner.Name == "" || same(owner, party(known, d.given.Places)) {
		return nil, nil //nolint:nilnil // nobody else
	}
	return &behalfView{owner: owner.Name, typed: map[string]string{}, wrong: map[string]string{}}, nil
}

// read takes the mandate from the form and says what is wrong with it.
func (v *behalfView) read(ctx context.Context, d *work, f web.Form, now time.Time) []component.FieldError {
	var out []component.FieldError
	wrong := func(id, key string) {
		v.wrong[id] = lang.T(ctx, key)
		out = append(out, component.FieldError{ID: id, Text: v.wrong[id]})
	}
	for _, id := range []string{mandateKind, mandateNumber, mandateDate, mandateUntil} {
		v.typed[id] = f.Get(id)
	}
	day := func(id string) string {
		if v.typed[id] == "" {
			return ""
		}
		t, ok := web.ReadDate(v.typed[id])
		if !ok {
			wrong(id, "filing.behalf.date-wrong")
			return ""
		}
		return t.Format(time.DateOnly)
	}
	v.mandate = dossier.Mandate{Kind: v.typed[mandateKind], Number: v.typed[mandateNumber]}
	if !knownMandate(v.mandate.Kind) {
		wrong(mandateKind, "filing.behalf.kind-missing")
	}
	if len([]rune(v.mandate.Number)) > 100 {
		wrong(mandateNumber, "filing.behalf.number-long")
	}
	v.mandate.Date, v.mandate.Until = day(mandateDate), day(mandateUntil)
	today := calendar.DateOf(now).String()
	if v.mandate.Date > today {
		wrong(mandateDate, "filing.behalf.date-future")
	}
	if v.mandate.Until != "" && v.mandate.Until < today {
		wrong(mandateUntil, "filing.behalf.expired")
	}
	// The paper itself stands among the others: the product cannot tell which of them it is.
	if v.mandate.Kind == "authorised" && len(d.of(otherPapers)) == 0 {
		out = append(out, component.FieldError{ID: "review-papers", Text: lang.T(ctx, "filing.behalf.paper-missing")})
	}
	return out
}

func knownMandate(kind string) bool {
	for _, k := range onlineMandates {
		if k == kind {
			return true
		}
	}
	return false
}

func (v *behalfView) kind(ctx context.Context) component.Choice {
	c := component.Choice{Name: mandateKind, Label: lang.T(ctx, "filing.behalf.kind"), Values: []string{v.typed[mandateKind]}, Error: v.wrong[mandateKind]}
	for _, k := range onlineMandates {
		c.Options = append(c.Options, component.Option{Value: k, Label: lang.T(ctx, "mandate."+k)})
	}
	return c
}

func (v *behalfView) field(ctx context.Context, id, key string, width int) component.Field {
	return component.Field{Name: id, Label: lang.T(ctx, key), Value: v.typed[id], Error: v.wrong[id], Optional: true, Width: width, MaxLength: 100}
}
