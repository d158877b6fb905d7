package dossier

import (
	"slices"
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/deadline"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/law"
	"github.com/motcua/motcua/internal/procedure"
)

// Refusals of pauses.
var (
	ErrNoPause        = fault.New(fault.Conflict, "dossier.no-pause")       // the procedure version names none
	ErrPaused         = fault.New(fault.Conflict, "dossier.paused")         // nothing moves while the clock stands
	ErrNotPaused      = fault.New(fault.Conflict, "dossier.not-paused")     // nothing to resume
	ErrApproverNeeded = fault.New(fault.Invalid, "dossier.approver-needed") // a head approves it
)

// References under which a dossier's clock stands.
const (
	refSupplement = "supplement"
	refObligation = "financial_obligation"
)

// Pausing is one stretch in which the clock stood on a basis that the procedure version names.
type Pausing struct {
	Ref      string // id in procedure.Version.Pauses
	Name     string
	Basis    string
	Approver string // post
	From     time.Time
	Until    time.Time // zero while it lasts
	By       journal.Actor
	Note     string
}

type paused struct {
	Approver string `json:"approver,omitempty"`
	Basis    string `json:"basis"`
	Name     string `json:"name"`
	Ref      string `json:"ref"`
}

type resumed struct {
	Due     *deadline.Due `json:"due,omitempty"`
	Ref     string        `json:"ref"`
	SoonAt  *time.Time    `json:"soon_at,omitempty"`
	StepDue *time.Time    `json:"step_due,omitempty"`
}

// Paused returns the pause that lasts, or nil.
func (d *Dossier) Paused() *Pausing {
	if n := len(d.Pauses); n > 0 && d.Pauses[n-1].Until.IsZero() {
		return &d.Pauses[n-1]
	}
	return nil
}

// Standing reports whether the legal clock stands: nobody may be called late meanwhile.
func (d *Dossier) Standing() bool {
	return d.Accepted() && d.Due == nil && d.ResolvedAt.IsZero() && !d.Status.Ended()
}

// Pauses lists what the procedure version allows the clock to stand for, the obligation apart: that has an act of
// its own.
func Pauses(v procedure.Version) []procedure.Pause {
	return slices.DeleteFunc(slices.Clone(v.Pauses), func(p procedure.Pause) bool { return p.ID == refObligation })
}

// ObligationPause tells on what basis the clock stands while a financial obligation is open; false: it runs on.
func ObligationPause(v procedure.Version) (procedure.Pause, bool) { return pauseOf(v, refObligation) }

func pauseOf(v procedure.Version, id string) (procedure.Pause, bool) {
	i := slices.IndexFunc(v.Pauses, func(p procedure.Pause) bool { return p.ID == id })
	if i < 0 {
		return procedure.Pause{}, false
	}
	return v.Pauses[i], true
}

func (d *Dossier) mayPause(f Facts, by access.Actor) error {
	if err := d.may(by, access.DossierHandle, Processing); err != nil {
		return err
	}
	switch {
	case d.Paused() != nil:
		return ErrPaused
	case d.Outcome != "":
		return ErrDecided
	case len(Pauses(f.Procedure)) == 0:
		return ErrNoPause
	}
	return nil
}

// PauseCommand stops the clock for a reason that the procedure version names.
type PauseCommand struct {
	Ref      string // id of the pause in the procedure version
	Approver string // post of the head who approved it; not needed when a head does it
	Note     string
}

// Pause lets the clock stand. Neither decree knows a general pause: the procedure version must name it with
// its legal basis, and a head approves it.
func (d *Dossier) Pause(f Facts, by access.Actor, c PauseCommand) (journal.Event, error) {
	if err := d.mayPause(f, by); err != nil {
		return journal.Event{}, err
	}
	p, ok := pauseOf(f.Procedure, c.Ref)
	if !ok || p.ID == refObligation {
		return journal.Event{}, ErrNoPause
	}
	if c.Approver == "" && !by.May(access.DossierDecide) {
		return journal.Event{}, ErrApproverNeeded
	}
	note, err := text(c.Note, nil)
	if err != nil {
		return journal.Event{}, err
	}
	return journal.New(EventPaused, f.Now, actor(by), d.Law, paused{Approver: c.Approver, Basis: p.Basis, Name: p.Name, Ref: p.ID}, notePrivate(note))
}

func (d *Dossier) mayResume(_ Facts, by access.Actor) error {
	if err := d.may(by, access.DossierHandle, Processing); err != nil {
		return err
	}
	if d.Paused() == nil {
		return ErrNotPaused
	}
	return nil
}

// Resume lets the clock go on; the due date is computed again from the base instant and every stop.
func (d *Dossier) Resume(f Facts, by access.Actor) (journal.Event, error) {
	if err := d.mayResume(f, by); err != nil {
		return journal.Event{}, err
	}
	v := resumed{Ref: d.Paused().Ref}
	var err error
	if v.Due, v.SoonAt, err = d.redue(f, deadline.Act{Kind: deadline.Resume, At: f.Now, Ref: v.Ref}); err != nil {
		return journal.Event{}, err
	}
	if v.StepDue, err = d.stepAnew(f); err != nil {
		return journal.Event{}, err
	}
	return journal.New(EventResumed, f.Now, actor(by), d.Law, v, nil)
}

// redue computes the due date that holds after one more act on the clock, and from when it counts as due soon.
func (d *Dossier) redue(f Facts, a deadline.Act) (*deadline.Due, *time.Time, error) {
	c, err := d.Clock.With(a)
	if err != nil {
		return nil, nil, err
	}
	return f.dueOf(c)
}

// dueOf computes the due date of a clock; nil while it stands.
func (f Facts) dueOf(c deadline.Clock) (*deadline.Due, *time.Time, error) {
	due, err := c.Due(f.Clock)
	if err != nil {
		return nil, nil, err
	}
	if due.At.IsZero() {
		return nil, nil, nil
	}
	soon, err := c.WarnAt(f.Clock, deadline.DefaultWarning)
	if err != nil {
		return nil, nil, err
	}
	return &due, instant(soon), nil
}

// stepAnew is the end of the present step's own limit when it begins again now; nil without one.
func (d *Dossier) stepAnew(f Facts) (*time.Time, error) {
	s, ok := step(f.Process, d.Step)
	if !ok || s.Limit == "" {
		return nil, nil //nolint:nilnil // a step without a limit of its own
	}
	e, err := d.entry(f, d.Step)
	return e.Due, err
}

// lawName is how papers and explanations cite a rule set.
func lawName(id string) string {
	if r, ok := law.ByID(id); ok {
		return r.Name
	}
	return id
}

func (d *Dossier) applyPaused(e journal.Event) error {
	if err := d.expect(Processing); err != nil {
		return err
	}
	v, err := unmarshal[paused](e.Data)
	if err != nil {
		return err
	}
	p := Pausing{Ref: v.Ref, Name: v.Name, Basis: v.Basis, Approver: v.Approver, From: e.At, By: e.By}
	if err := private(e, privateNote, &p.Note); err != nil {
		return err
	}
	d.Pauses = append(d.Pauses, p)
	d.StepDue = time.Time{}
	return d.stand(deadline.Act{Kind: deadline.Pause, At: e.At, Ref: v.Ref, Basis: v.Basis})
}

func (d *Dossier) applyResumed(e journal.Event) error {
	if err := d.expect(Processing); err != nil {
		return err
	}
	p := d.Paused()
	if p == nil {
		return ErrNotPaused
	}
	v, err := unmarshal[resumed](e.Data)
	if err != nil {
		return err
	}
	p.Until = e.At
	d.StepSince, d.StepDue = e.At, moment(v.StepDue)
	return d.tick(deadline.Act{Kind: deadline.Resume, At: e.At, Ref: v.Ref}, v.Due, v.SoonAt)
}
