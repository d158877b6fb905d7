package filingweb

import (
	"context"
	"slices"
	"strings"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

// places says which agencies have the dossier now, when more than one has, and how far the parts of each are. What one
// agency answers another is none of it.
func (t told) places(ctx context.Context) []component.Fact {
	var out []component.Fact
	if t.Status == dossier.Processing && len(t.Work()) > 1 {
		for _, w := range t.Work() {
			if w.Waits {
				continue
			}
			step := w.Title
			if slices.ContainsFunc(t.Opinions, func(o dossier.Opinion) bool { return o.Token == w.Token && o.Open() }) {
				step = lang.T(ctx, "together.public.asked")
			}
			out = append(out, component.Fact{Name: t.source.Agency(w.Holder.Agency, t.now), Value: step})
		}
	}
	for _, s := range t.Subs {
		state := lang.T(ctx, "together.public.sub-works", "title", s.Title)
		switch {
		case s.Cut:
			continue
		case !s.Until.IsZero():
			state = lang.T(ctx, "together.public.sub-done", "title", s.Title, "at", when(ctx, s.Until))
			if s.Outcome != "" {
				state += ", " + lang.T(ctx, "outcome."+s.Outcome)
			}
		case !s.Due.IsZero():
			state = lang.T(ctx, "together.public.sub-until", "title", s.Title, "due", when(ctx, s.Due))
		}
		out = append(out, component.Fact{Name: t.source.Agency(s.Agency, s.From), Value: state})
	}
	return out
}

// branches puts a move between several agencies into words; false for a move that tells the person nothing: an agency
// is done and the others are not.
func (t told) branches(ctx context.Context, m dossier.Moment) (c component.Moment, public bool) {
	name := func(id agency.ID) string { return t.source.Agency(id, m.At) }
	var text []string
	say := func(key string, args ...any) { text = append(text, lang.T(ctx, "together.public."+key, args...)) }
	for _, a := range m.Ended {
		if a.Title != "" {
			say("part-done", "agency", name(a.Agency), "title", a.Title)
		} else {
			say("has-answered", "agency", name(a.Agency))
		}
	}
	for _, a := range m.Asked {
		if a.Title != "" {
			say("part-begins", "agency", name(a.Agency), "title", a.Title)
		} else {
			say("is-asked", "agency", name(a.Agency))
		}
	}
	var steps []dossier.Entered
	for _, e := range m.Entered {
		if !e.Waits && !slices.ContainsFunc(m.Asked, func(a dossier.Asked) bool { return a.Title == "" && a.Agency == e.Holder.Agency }) {
			steps = append(steps, e)
		}
	}
	switch {
	case len(steps) == 1:
		c.Title, c.By = steps[0].Title, t.source.Holder(steps[0].Holder, m.At)
	case len(steps) > 1:
		c.Title = lang.T(ctx, "together.public.several")
		for _, e := range steps {
			say("works", "agency", name(e.Holder.Agency), "step", e.Title)
		}
	case len(m.Asked) > 0:
		c.Title = lang.T(ctx, "together.public.asking")
	case len(m.Ended) > 0:
		c.Title = lang.T(ctx, "together.public.answer")
	default:
		return c, false
	}
	c.Text = strings.Join(text, " ")
	return c, true
}
