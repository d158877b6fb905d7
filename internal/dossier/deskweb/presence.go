package deskweb

import (
	"context"
	"net/http"
	"time"

	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

// Presence knows who has the form of an act open on which dossier. It is kept where all nodes see it, for a minute.
type Presence interface {
	Compose(ctx context.Context, c dossier.Composer) error
	Composing(ctx context.Context, id string, since time.Time) ([]dossier.Composer, error)
}

// meet notes that the actor has an act's form open, and tells which colleagues have. It never keeps anybody from
// anything: who acts first has acted, and the other sees what changed.
func (d *desk) meet(ctx context.Context, id string, composes bool) ([]string, error) {
	if d.Presence == nil {
		return nil, nil
	}
	now, by := d.Now(), actor(ctx)
	list, err := d.Presence.Composing(ctx, id, now.Add(-dossier.ComposeLife))
	if err != nil {
		return nil, err
	}
	fresh := false
	var out []string
	n := d.names()
	for _, c := range list {
		if c.Person == by.Person {
			fresh = c.Post == by.Post && now.Sub(c.At) < dossier.ComposeLife/4
			continue
		}
		who := n.post(c.Post, now)
		if n.person != nil {
			if name := n.person(c.Person); name != "" {
				who = name + " – " + who
			}
		}
		out = append(out, who)
	}
	if composes && !fresh && by.Person != "" {
		if err := d.Presence.Compose(ctx, dossier.Composer{Dossier: id, Person: by.Person, Post: by.Post, At: now}); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// pollPath is where the page asks who is at work; it says whether its own form is open.
func (c caseView) pollPath() string {
	path := pathCase + c.d.ID + "/dang-soan"
	if c.form != nil {
		path += "?soan=1"
	}
	return path
}

// composing answers who else has an act's form open.
func (d *desk) composing(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	x, _, err := d.Service.Dossier(ctx, actor(ctx), r.PathValue("id"))
	if err != nil {
		return err
	}
	list, err := d.meet(ctx, x.ID, r.URL.Query().Has("soan"))
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, composers(list))
}

func groupID(i int) string {
	if i == 0 {
		return fieldAsked
	}
	return fieldAsked + "-" + decimal(i)
}

// groupError stands at the first group, which is always open.
func (a actForm) groupError(i int) string {
	if i > 0 {
		return ""
	}
	return a.errorOf(fieldAsked)
}

func groupChosen(a actForm, g agencyGroup) int {
	n := 0
	for _, o := range g.options {
		for _, v := range a.typed[fieldAsked] {
			if v == o.Value {
				n++
			}
		}
	}
	return n
}

func groupSummary(ctx context.Context, a actForm, g agencyGroup) string {
	if n := groupChosen(a, g); n > 0 {
		return lang.T(ctx, "together.field.chosen", "level", g.title, "n", n)
	}
	return lang.T(ctx, "together.field.group", "level", g.title, "n", len(g.options))
}

func makesFacts(list []string) []component.Fact {
	out := make([]component.Fact, len(list))
	for i, m := range list {
		out[i].Name = m
	}
	return out
}
