package dossier

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/deadline"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/journal"
)

// Refusals of revisions. They tell whoever carries a change of the calendar out why a dossier is left alone.
var (
	ErrRevised      = fault.New(fault.Conflict, "dossier.revised")       // by this change already
	ErrNotRunning   = fault.New(fault.Conflict, "dossier.not-running")   // its result is there, or it ended
	ErrClockStands  = fault.New(fault.Conflict, "dossier.clock-stands")  // it has no date while the clock stands
	ErrDateChanged  = fault.New(fault.Conflict, "dossier.date-changed")  // another date holds than the one judged
	ErrNotAnswering = fault.New(fault.Internal, "dossier.revision-date") // the calendar in force does not lead to the date
)

// Revision is a due date that moved because the working calendar was changed after it was promised.
type Revision struct {
	At     time.Time // of the event
	By     journal.Actor
	Change string // id of the change of the calendar
	Name   string // what the days are called
	Basis  string // the notice that announced them
	From   time.Time
	To     time.Time
	Event  int64 // number of the event
}

type dueRevised struct {
	Basis   string        `json:"basis"`
	Change  string        `json:"change"`
	Due     *deadline.Due `json:"due"`
	From    time.Time     `json:"from"`
	Name    string        `json:"name"`
	Slip    *Slip         `json:"slip,omitempty"` // the receipt, printed anew
	SoonAt  *time.Time    `json:"soon_at,omitempty"`
	StepDue *time.Time    `json:"step_due,omitempty"`
	Until   *time.Time    `json:"until,omitempty"` // a decision carries the date past the computation: decided at Decided
	Decided *time.Time    `json:"decided,omitempty"`
}

// ReviseCommand gives a running dossier the date that holds after a change of the calendar.
type ReviseCommand struct {
	Change  string
	Name    string
	Basis   string
	Decided time.Time     // when the change was decided
	By      journal.Actor // who decided it
	From    time.Time     // the date that was judged
	To      time.Time     // the date that holds
}

// Revise records the new date of a running dossier. f.Clock counts by the changed calendar; where its computation
// runs out before the date that was decided, because the promised day itself was closed, the date is a decision on the clock.
// law: BLDS-2015 148.5
func (d *Dossier) Revise(f Facts, c ReviseCommand) (journal.Event, error) {
	switch {
	case slices.ContainsFunc(d.Revisions, func(r Revision) bool { return r.Change == c.Change }):
		return journal.Event{}, ErrRevised
	case !d.Accepted() || !d.ResolvedAt.IsZero() || d.Status.Ended():
		return journal.Event{}, ErrNotRunning
	case d.Due == nil:
		return journal.Event{}, ErrClockStands
	case !d.Due.At.Equal(c.From):
		return journal.Event{}, ErrDateChanged
	}
	// The policy that the date was promised under goes on.
	f.Clock.Policy = d.Due.Policy
	v := dueRevised{Basis: c.Basis, Change: c.Change, Name: c.Name, From: c.From.UTC()}
	clock := d.Clock
	due, err := clock.Due(f.Clock)
	if err != nil {
		return journal.Event{}, err
	}
	if !due.At.Equal(c.To) {
		v.Until, v.Decided = instant(c.To), instant(c.Decided)
		if clock, err = clock.With(extension(v)); err != nil {
			return journal.Event{}, err
		}
		if due, err = clock.Due(f.Clock); err != nil {
			return journal.Event{}, err
		}
	}
	if !due.At.Equal(c.To) {
		return journal.Event{}, ErrNotAnswering
	}
	soon, err := clock.WarnAt(f.Clock, deadline.DefaultWarning)
	if err != nil {
		return journal.Event{}, err
	}
	v.Due, v.SoonAt = &due, instant(soon)
	if v.StepDue, err = d.stepUnder(f); err != nil {
		return journal.Event{}, err
	}
	if v.Slip, err = f.slip(FormReceipt, d.Desk); err != nil {
		return journal.Event{}, err
	}
	return journal.New(EventDueRevised, f.Now, c.By, d.Law, v, nil)
}

func extension(v dueRevised) deadline.Act {
	return deadline.Act{Kind: deadline.Extend, At: *v.Decided, Until: *v.Until, Basis: v.Basis}
}

// stepUnder is the end of the present step's own limit by the calendar of f, counted from when the step was entered;
// never earlier than it was.
func (d *Dossier) stepUnder(f Facts) (*time.Time, error) {
	s, ok := step(f.Process, d.Step)
	if !ok || s.Limit == "" || d.StepDue.IsZero() {
		return nil, nil //nolint:nilnil // no limit of its own
	}
	l, err := deadline.ParseLimit(s.Limit)
	if err != nil {
		return nil, err
	}
	if strings.HasSuffix(s.Limit, "%") {
		return instant(d.StepDue), nil
	}
	env := f.Clock
	if d.Holder.Agency == d.Desk {
		env = f.DeskClock
	}
	at, err := deadline.At(d.StepSince, l, env)
	if errors.Is(err, calendar.ErrYearMissing) || err == nil && at.Before(d.StepDue) {
		return instant(d.StepDue), nil
	}
	return instant(at), err
}

func (d *Dossier) applyDueRevised(e journal.Event) error {
	v, err := unmarshal[dueRevised](e.Data)
	if err != nil {
		return err
	}
	if d.Due == nil || v.Due == nil || !d.ResolvedAt.IsZero() {
		return errors.New("no date that could be revised")
	}
	if v.Until != nil && v.Decided != nil {
		if d.Clock, err = d.Clock.With(extension(v)); err != nil {
			return err
		}
	}
	d.Revisions = append(d.Revisions, Revision{At: e.At, By: e.By, Change: v.Change, Name: v.Name, Basis: v.Basis, From: v.From.UTC(), To: v.Due.At.UTC(), Event: e.Seq})
	d.setDue(v.Due, v.SoonAt)
	if v.StepDue != nil {
		d.StepDue = v.StepDue.UTC()
		if n := len(d.Legs); n > 0 {
			d.Legs[n-1].Due = d.StepDue
		}
	}
	d.issue(e, v.Slip)
	return nil
}

// ReviseDue gives a dossier the date that a change of the calendar decided, once per change: ErrRevised says that it
// has it already. Nobody's rights are asked: the change was decided by who may.
func (s *Service) ReviseDue(ctx context.Context, id string, c ReviseCommand) (*Dossier, error) {
	for attempt := 0; ; attempt++ {
		events, err := s.store.Load(ctx, id)
		if err != nil {
			return nil, err
		}
		d, err := Fold(events)
		if err != nil {
			return nil, err
		}
		now := s.now()
		f, err := s.facts(d, now)
		if err != nil {
			return nil, err
		}
		var out *Dossier
		err = s.store.InTx(ctx, func(tx Tx) error {
			f.Number = numbers(ctx, tx)
			e, err := d.Revise(f, c)
			if err != nil {
				return err
			}
			out, err = tx.Record(ctx, d.ID, d, e)
			return err
		})
		if isStale(err) && attempt < 5 {
			continue
		}
		return out, err
	}
}
