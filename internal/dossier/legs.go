package dossier

import (
	"context"
	"slices"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/casefile"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/workflow"
)

// Receivers lists who got the file from a leg when it ended: the holders of the work that the same act opened.
// A branch that reached its join gives it to the resolving agency, which waits for the others. Empty while the
// leg lasts, where the file came to its end, and where the leg was cut off by the act of somebody else.
func (d *Dossier) Receivers(l Leg) []casefile.Holder {
	if l.Closed == 0 {
		return nil
	}
	var out []casefile.Holder
	passed := false // the same piece of work went on, with whoever has it now
	for _, n := range d.Legs {
		if n.Opened != l.Closed {
			continue
		}
		if n.Token == l.Token {
			passed = true
			out = append([]casefile.Holder{n.Holder}, out...)
			continue
		}
		if !slices.Contains(out, n.Holder) {
			out = append(out, n.Holder)
		}
	}
	if l.Action == "" { // the act was another one's, or only gave the work to another holder
		if !passed {
			return nil
		}
		return out[:1]
	}
	// Who put a question keeps the file in sight; the others got it.
	if len(out) > 1 && out[0] == l.Holder {
		out = out[1:]
	}
	if len(out) == 0 && slices.ContainsFunc(d.Legs, func(x Leg) bool { return x.Opened < l.Closed && (x.Closed == 0 || x.Closed > l.Closed) }) {
		return []casefile.Holder{{Agency: d.Competent}} // others are still at work
	}
	return out
}

// AskedBy returns the leg of who was asked, where the question ended no work: an officer's of their own accord.
func (d *Dossier) AskedBy(o Opinion) (Leg, bool) {
	for _, l := range d.Legs {
		if l.Token != o.Token || l.Opened == 0 || !l.From.Equal(o.At) {
			continue
		}
		own := !slices.ContainsFunc(d.Legs, func(x Leg) bool { return x.Closed == l.Opened })
		return l, own
	}
	return Leg{}, false
}

// Changes lists what happened to the run of a dossier's process, what was undone left out: what pictures follow.
func Changes(events []journal.Event) ([]workflow.Change, error) {
	var out []workflow.Change
	var run workflow.Run
	at, before := 0, workflow.Run{} // as the last act that may be undone found it
	for _, e := range events {
		if undoable(e) {
			at, before = len(out), run.Clone()
		}
		var c course
		var enter *Entry
		switch e.Kind {
		case EventAccepted:
			v, err := unmarshal[accepted](e.Data)
			if err != nil {
				return nil, err
			}
			if c = v.course; len(c.Changes) == 0 {
				enter = &v.Enter
			}
		case EventMoved:
			v, err := unmarshal[moved](e.Data)
			if err != nil {
				return nil, err
			}
			c, enter = v.course, v.Enter
		case EventResolved:
			v, err := unmarshal[resolved](e.Data)
			if err != nil {
				return nil, err
			}
			c, enter = v.course, v.Enter
		case EventPassed:
			v, err := unmarshal[passed](e.Data)
			if err != nil {
				return nil, err
			}
			c, enter = v.course, v.Enter
		case EventConsulted, EventRecalled:
			v, err := unmarshal[course](e.Data)
			if err != nil {
				return nil, err
			}
			c = v
		case EventUndone:
			out, run = out[:at], before
			continue
		case EventReturned, EventStopped, EventClosed:
			c.Changes = []workflow.Change{{Do: workflow.End}}
		default:
			continue
		}
		if enter != nil && len(c.Changes) == 0 {
			t, _ := run.Token(c.token())
			c.Changes = []workflow.Change{{Do: workflow.Enter, Token: c.token(), Step: enter.Step, Frame: t.Frame}}
		}
		run.Apply(c.Changes...)
		out = append(out, c.Changes...)
	}
	return out, nil
}

// Reassign gives the work of a dossier that waits in one queue to a post of the same agency.
func (d *Dossier) Reassign(f Facts, by access.Actor, queue string, post agency.Post) ([]journal.Event, error) {
	var out []journal.Event
	for _, s := range d.Work() {
		if s.Holder.Queue() != queue {
			continue
		}
		e, err := d.Assign(f, by, s.Token, post)
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	if len(out) == 0 {
		return nil, ErrNotHolder.With("holder", string(d.Holder.Agency))
	}
	return out, nil
}

// Reassign gives what waits in a queue to a post, dossier by dossier, and reports every line.
func (s *Service) Reassign(ctx context.Context, rs []Request, queue, post string) []Line {
	out := make([]Line, len(rs))
	for i, r := range rs {
		out[i] = Line{Dossier: r.Dossier}
		d, _, err := s.Dossier(ctx, r.By, r.Dossier)
		if err != nil {
			out[i].Err = err
			continue
		}
		out[i].Shown = d.Shown()
		_, out[i].Err = s.act(ctx, r, "reassign", []string{queue, post}, func(d *Dossier, f Facts, _ Tx) ([]journal.Event, error) {
			p, ok := s.env.Catalogue().Tree().Post(post, day(f.Now))
			if !ok {
				return nil, ErrPostNeeded
			}
			return d.Reassign(f, r.By, queue, p)
		})
	}
	return out
}

// Sees lists the form sections and components that the actor sees of the file; all reports that nothing is hidden. A
// step may show its holder less than the whole. Agencies that took part in such steps only see what these showed;
// who received the file and who resolves it see it whole unless they hold such a step.
func (d *Dossier) Sees(p workflow.Process, by access.Actor) (ids []string, all bool) {
	if by.System || by.Citizen || by.May(access.DossierReadAll) {
		return nil, true
	}
	add := func(step string) {
		s, ok := p.Find(step)
		if !ok || len(s.Sees) == 0 {
			all = true
		}
		ids = append(ids, s.Sees...)
	}
	held := false
	for _, s := range d.Work() {
		if s.Holder.Holds(by) {
			held = true
			add(s.Step)
		}
	}
	if held {
		return ids, all
	}
	if by.Agency == d.Desk || by.Agency == d.Competent || by.Agency == d.CompetentDesk {
		return nil, true
	}
	for _, l := range d.Legs {
		if l.Holder.Agency == by.Agency {
			add(l.Step)
		}
	}
	return ids, all || len(ids) == 0
}
