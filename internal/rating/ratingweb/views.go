package ratingweb

import (
	"context"
	"errors"
	"time"

	"github.com/a-h/templ"

	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/viet"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

// when writes an instant in the language of ctx.
func when(ctx context.Context, t time.Time) string {
	if lang.From(ctx) == lang.EN {
		return viet.DateTimeEnglish(t)
	}
	return viet.DateTime(t)
}

// said is a refusal in the words of its kind.
func said(ctx context.Context, err error) string {
	if e, ok := errors.AsType[*fault.Error](err); ok {
		return web.ErrorText(ctx, e)
	}
	return ""
}

func (b ballot) errors(ctx context.Context) []component.FieldError {
	switch {
	case errors.Is(b.err, dossier.ErrGrade):
		return []component.FieldError{{ID: overallInput, Text: said(ctx, b.err)}}
	case errors.Is(b.err, dossier.ErrTooLong):
		return []component.FieldError{{ID: commentInput, Text: said(ctx, b.err)}}
	}
	return nil
}

// grades are the three grades as options.
func grades(ctx context.Context) []component.Option {
	var out []component.Option
	for _, g := range dossier.Grades {
		out = append(out, component.Option{Value: string(g), Label: gradeText(ctx, g)})
	}
	return out
}

func (b ballot) overall(ctx context.Context) component.Choice {
	c := component.Choice{Name: overallInput, Label: lang.T(ctx, "rating.overall"), Options: grades(ctx), Values: []string{string(b.given.Overall)}}
	if errors.Is(b.err, dossier.ErrGrade) {
		c.Error = said(ctx, b.err)
	}
	return c
}

func (b ballot) items(ctx context.Context) []component.Choice {
	return itemChoices(ctx, b.RatingQuestions().Items, b.given)
}

// itemChoices ask about single criteria.
func itemChoices(ctx context.Context, items []string, given dossier.RateCommand) []component.Choice {
	var out []component.Choice
	for _, id := range items {
		out = append(out, component.Choice{
			Name: itemPrefix + id, Label: lang.T(ctx, "rating.item."+id), Options: grades(ctx), Values: []string{string(given.Items[id])}, Optional: true, Inline: true,
		})
	}
	return out
}

func (b ballot) comment(ctx context.Context) component.Field {
	return commentField(ctx, b.given.Comment, b.err)
}

func commentField(ctx context.Context, typed string, err error) component.Field {
	f := component.Field{
		Name: commentInput, Label: lang.T(ctx, "rating.comment"), Hint: lang.T(ctx, "rating.comment-hint"), Value: typed, Optional: true, MaxLength: dossier.MaxText,
	}
	if errors.Is(err, dossier.ErrTooLong) {
		f.Error = said(ctx, err)
	}
	return f
}

func (b large) errors(ctx context.Context) []component.FieldError {
	if errors.Is(b.err, dossier.ErrTooLong) {
		return oneError(ctx, commentInput, b.err)
	}
	return oneError(ctx, overallInput, b.err)
}

// oneError is the summary of a form with one field.
func oneError(ctx context.Context, id string, err error) []component.FieldError {
	if err == nil {
		return nil
	}
	return []component.FieldError{{ID: id, Text: said(ctx, err)}}
}

// plainText keeps a device from correcting codes.
var plainText = templ.Attributes{"spellcheck": "false", "autocapitalize": "none", "autocomplete": "off"}

func (v tabletsView) grid(ctx context.Context) component.Grid {
	g := component.Grid{
		Caption: lang.T(ctx, "rating.tablets.list"),
		Columns: []component.Column{
			{Title: lang.T(ctx, "rating.tablets.name"), Width: "wide"},
			{Title: lang.T(ctx, "rating.tablets.state")},
			{Title: lang.T(ctx, "rating.tablets.until")},
			{Title: lang.T(ctx, "filing.col.acts"), Hidden: true},
		},
		Empty: component.EmptyState(component.IconPeople, lang.T(ctx, "rating.tablets.none"), lang.T(ctx, "rating.tablets.none-text")),
	}
	for _, t := range v.list {
		state, tone := lang.T(ctx, "rating.tablets.waiting"), component.Paused
		if t.Open(v.now) {
			state, tone = lang.T(ctx, "rating.tablets.in-use"), component.InTime
		}
		g.Rows = append(g.Rows, component.Row{ID: t.ID, Cells: []component.Cell{{Text: t.Name}, {Text: state, Chip: tone}, {Text: when(ctx, t.Until)}, {Content: closeForm(t)}}})
	}
	return g
}

// crumbs lead back to the dossier.
func (b ballot) crumbs(ctx context.Context) []component.Crumb {
	return []component.Crumb{{Text: lang.T(ctx, "filing.track.of", "code", b.Shown()), Href: b.back}, {Text: lang.T(ctx, "rating.title")}}
}
