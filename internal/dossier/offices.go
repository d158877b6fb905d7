package dossier

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/casefile"
	"github.com/motcua/motcua/internal/deadline"
	"github.com/motcua/motcua/internal/eform"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/workflow"
)

// offices answers from the catalogue who is where on the day of the move.
type offices struct {
	env  Environment
	d    *Dossier
	now  time.Time
	load func(post string) int
}

// NewOffices answers from the catalogue who is where for a move of d at an instant. load counts the open work of a
// post; nil: nobody has any.
func NewOffices(env Environment, d *Dossier, now time.Time, load func(post string) int) Offices {
	return offices{env, d, now, load}
}

func (s *Service) offices(d *Dossier, now time.Time) Offices {
	return NewOffices(s.env, d, now, func(post string) int {
		// A count that cannot be read is no reason to refuse the act: the work is spread less evenly then.
		c, err := s.store.Counters(context.Background(), []string{casefile.Holder{Post: post}.Queue()}, now)
		if err != nil {
			return 0
		}
		return c.Reception + c.Handling + c.Waiting
	})
}

func (o offices) tree() *agency.Tree { return o.env.Catalogue().Tree() }

func (o offices) Current(id agency.ID) (agency.ID, bool) {
	a, ok := o.tree().Current(id, day(o.now))
	return a.ID, ok
}

func (o offices) Superior(id agency.ID) agency.ID {
	a, ok := o.tree().At(id, day(o.now))
	if !ok || a.Parent == "" {
		return ""
	}
	up, _ := o.tree().Current(a.Parent, day(o.now))
	return up.ID
}

func (o offices) Commune() agency.ID {
	a, _ := o.tree().Governing(o.place(), day(o.now))
	return a.ID
}

// place is the code of the commune where the person lives, as the form says it; empty when it does not.
func (o offices) place() string {
	form, ok := o.env.Catalogue().PinnedForm(o.d.Form.Digest)
	if !ok {
		return ""
	}
	c, err := eform.Compile(*form.Value)
	if err != nil { // a form that was asked can be asked
		return ""
	}
	return c.Subject(readAnswers(o.d.Answers)).Address.Commune
}

// Known is what guards may ask beside the application: what was filled in at steps, by address, and the decision.
type Known struct {
	Filled  map[string]json.RawMessage
	Outcome string
}

func (d *Dossier) known() Known { return Known{Filled: d.filled, Outcome: d.Outcome} }

// GuardsOf answers the conditions of a process for d; nil when it has none.
func GuardsOf(cat *procedure.Catalogue, d *Dossier, v *procedure.Version, p procedure.Process, now time.Time) func(Known) workflow.World {
	g := cat.Guards(p, v, d.Form.Digest, day(now))
	if g == nil {
		return nil
	}
	answers := readAnswers(d.Answers)
	return func(k Known) workflow.World {
		return cat.In(g, procedure.Case{
			Answers: answers, Channel: d.Channel, Competent: d.Competent, Day: day(now), Outcome: k.Outcome, Steps: procedure.Filled(k.Filled),
		})
	}
}

func (o offices) Clock(id agency.ID) (deadline.Env, error) { return o.env.Clock(id, o.now) }

// Answerer is the first of those who speak for an agency that somebody holds there.
func (o offices) Answerer(id agency.ID) string {
	for _, role := range []string{access.RoleDivision, access.RoleOfficer, access.RoleHead, access.RoleReceiving} {
		if len(o.tree().Holders(id, "", role, day(o.now))) > 0 {
			return role
		}
	}
	return access.RoleHead
}

func (o offices) Pick(h casefile.Holder, manner string) string {
	posts := o.tree().Holders(h.Agency, h.Unit, h.Role, day(o.now))
	if len(posts) == 0 {
		return ""
	}
	switch manner {
	case workflow.AssignArea:
		place := o.place()
		for _, p := range posts {
			if place != "" && slices.Contains(p.Areas, place) {
				return p.ID
			}
		}
		return ""
	case workflow.AssignLoad:
		if o.load == nil {
			return posts[0].ID
		}
		return slices.MinFunc(posts, func(a, b agency.Post) int { return cmp.Compare(o.load(a.ID), o.load(b.ID)) }).ID
	}
	return ""
}
