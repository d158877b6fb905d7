package ratingweb

import (
	"context"
	"errors"
	"time"

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
	var out []component.Choice
	for _, id := range b.RatingQuestions().Items {
		out = append(out, component.Choice{
			Name: itemPrefix + id, Label: lang.T(ctx, "rating.item."+id), Options: grades(ctx), Values: []string{string(b.given.Items[id])}, Optional: true, Inline: true,
		})
	}
	return out
}

func (b ballot) comment(ctx context.Context) component.Field {
	f := component.Field{
		Name: commentInput, Label: lang.T(ctx, "rating.comment"), Hint: lang.T(ctx, "rating.comment-hint"), Value: b.given.Comment, Optional: true, MaxLength: dossier.MaxText,
	}
	if errors.Is(b.err, dossier.ErrTooLong) {
		f.Error = said(ctx, b.err)
	}
	return f
}

// crumbs lead back to the dossier.
func (b ballot) crumbs(ctx context.Context) []component.Crumb {
	return []component.Crumb{{Text: lang.T(ctx, "filing.track.of", "code", b.Shown()), Href: b.back}, {Text: lang.T(ctx, "rating.title")}}
}
