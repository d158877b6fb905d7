package dossier

import (
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/deadline"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/journal"
)

// Refusals of withdrawals and closings.
var (
	ErrDecided  = fault.New(fault.Conflict, "dossier.decided")   // the decision was already issued
	ErrStillDue = fault.New(fault.Conflict, "dossier.still-due") // the applicant still has time
)

// The step in which the desk stops a dossier at the applicant's wish.
const (
	withdrawalStep  = "rut-ho-so"
	withdrawalTitle = "Xác nhận rút hồ sơ"
	withdrawLabel   = "Rút hồ sơ"
	stopLabel       = "Dừng giải quyết"
	closeLabel      = "Đóng hồ sơ"
)

// Withdrawal is the applicant's wish to have the dossier back, and what became of it.
type Withdrawal struct {
	Reason    string // the applicant's, may be empty
	At        time.Time
	By        journal.Actor
	StoppedAt time.Time
	Papers    string // what was given back, on which basis
	Fees      string // what was paid back or not, on which basis
}

type stopped struct {
	Slip *Slip `json:"slip,omitempty"`
}

type closed struct {
	Slip  *Slip  `json:"slip,omitempty"`
	Until string `json:"until"` // the day that passed
}

// stopping is the personal part of a stop.
type stopping struct {
	Reason string `json:"reason,omitempty"`
	Papers string `json:"papers,omitempty"`
	Fees   string `json:"fees,omitempty"`
}

// applicant reports whether by may speak for the applicant: the account that filed, or the desk that received
// and records what he says at the counter.
func (d *Dossier) applicant(by access.Actor) bool {
	mine := by.Citizen && d.Account != "" && by.Person == d.Account
	return by.System || mine || by.Agency == d.Desk && by.May(access.DossierIntake)
}

func (d *Dossier) mayWithdraw(_ Facts, by access.Actor) error {
	if !d.applicant(by) {
		return ErrNotHolder.With("holder", string(d.Desk))
	}
	switch d.Status {
	case Submitted:
		return nil
	case SupplementRequested:
		if !d.Accepted() {
			return nil
		}
	}
	return ErrState.With("status", string(d.Status))
}

// Withdraw takes the dossier back before it was accepted: it ends at once.
// law: ND118-2025 21
func (d *Dossier) Withdraw(f Facts, by access.Actor, reason string) (journal.Event, error) {
	if err := d.mayWithdraw(f, by); err != nil {
		return journal.Event{}, err
	}
	reason, err := text(reason, nil)
	if err != nil {
		return journal.Event{}, err
	}
	return journal.New(EventWithdrawn, f.Now, actor(by), f.Rules.ID, noted{}, notePrivate(reason))
}

func (d *Dossier) mayRequestWithdrawal(_ Facts, by access.Actor) error {
	if !d.applicant(by) {
		return ErrNotHolder.With("holder", string(d.Desk))
	}
	switch d.Status {
	case Resolved, Returned, Correcting:
		return ErrDecided
	}
	if !d.Accepted() || d.Status != Processing && d.Status != SupplementRequested && d.Status != Obligation {
		return ErrState.With("status", string(d.Status))
	}
	if d.Outcome != "" {
		return ErrDecided
	}
	return nil
}

// RequestWithdrawal asks to have an accepted dossier back. It is possible until the decision is issued; the desk
// then stops the dossier. The clock goes on meanwhile.
// law: ND118-2025 21
func (d *Dossier) RequestWithdrawal(f Facts, by access.Actor, reason string) (journal.Event, error) {
	if err := d.mayRequestWithdrawal(f, by); err != nil {
		return journal.Event{}, err
	}
	reason, err := text(reason, nil)
	if err != nil {
		return journal.Event{}, err
	}
	return journal.New(EventWithdrawalRequested, f.Now, actor(by), d.Law, noted{}, notePrivate(reason))
}

func (d *Dossier) mayDropWithdrawal(_ Facts, by access.Actor) error {
	if err := d.expect(WithdrawalRequested); err != nil {
		return ErrState.With("status", string(d.Status)).Because(err)
	}
	if !d.applicant(by) {
		return ErrNotHolder.With("holder", string(d.Desk))
	}
	return nil
}

// DropWithdrawal takes the request back: the dossier goes on where it was.
func (d *Dossier) DropWithdrawal(f Facts, by access.Actor) (journal.Event, error) {
	if err := d.mayDropWithdrawal(f, by); err != nil {
		return journal.Event{}, err
	}
	return journal.New(EventWithdrawalDropped, f.Now, actor(by), d.Law, noted{}, nil)
}

// StopCommand is what the stop notice says (form 05 of TT 03/2025).
type StopCommand struct {
	Reason string
	Papers string
	Fees   string
}

func (d *Dossier) mayStop(_ Facts, by access.Actor) error {
	if err := d.expect(WithdrawalRequested); err != nil {
		return ErrState.With("status", string(d.Status)).Because(err)
	}
	if !by.System && (by.Agency != d.Desk || !by.May(access.DossierAccept)) {
		return ErrNotHolder.With("holder", string(d.Desk))
	}
	return nil
}

// Stop ends an accepted dossier at the applicant's wish.
func (d *Dossier) Stop(f Facts, by access.Actor, c StopCommand) (journal.Event, error) {
	if err := d.mayStop(f, by); err != nil {
		return journal.Event{}, err
	}
	var s stopping
	var err error
	for _, x := range []struct {
		from string
		to   *string
	}{{c.Reason, &s.Reason}, {c.Papers, &s.Papers}, {c.Fees, &s.Fees}} {
		if *x.to, err = text(x.from, nil); err != nil {
			return journal.Event{}, err
		}
	}
	var v stopped
	if v.Slip, err = f.slip(FormStop, d.Desk); err != nil {
		return journal.Event{}, err
	}
	return journal.New(EventStopped, f.Now, actor(by), d.Law, v, map[string]any{privateRequest: s})
}

func (d *Dossier) mayClose(f Facts, by access.Actor) error {
	p := d.Pending()
	if p == nil {
		return ErrNothingPending
	}
	if !by.System && (by.Agency != d.Desk || !by.May(access.DossierAccept)) {
		return ErrNotHolder.With("holder", string(d.Desk))
	}
	if p.Until == "" || calendar.DateOf(f.Now).String() <= p.Until {
		return ErrStillDue.With("until", p.Until)
	}
	return nil
}

// Close ends a dossier that nobody completed in time.
// law: ND118-2025 19.5 — 15 days from the notice, then the desk closes the dossier.
func (d *Dossier) Close(f Facts, by access.Actor) (journal.Event, error) {
	if err := d.mayClose(f, by); err != nil {
		return journal.Event{}, err
	}
	v := closed{Until: d.Pending().Until}
	var err error
	if v.Slip, err = f.slip(FormStop, d.Desk); err != nil {
		return journal.Event{}, err
	}
	rules := d.Law
	if rules == "" {
		rules = f.Rules.ID
	}
	return journal.New(EventClosed, f.Now, actor(by), rules, v, nil)
}

func (d *Dossier) applyWithdrawn(e journal.Event) error {
	if err := d.expect(Submitted, SupplementRequested); err != nil {
		return err
	}
	if d.Accepted() {
		return ErrState
	}
	w := Withdrawal{At: e.At, By: e.By, StoppedAt: e.At}
	if err := private(e, privateNote, &w.Reason); err != nil {
		return err
	}
	d.Withdrawal, d.Status, d.EndedAt, d.AnswerDue = &w, Withdrawn, e.At, time.Time{}
	d.end(e, withdrawLabel)
	return nil
}

func (d *Dossier) applyWithdrawalRequested(e journal.Event) error {
	if err := d.expect(Processing, SupplementRequested, Obligation); err != nil {
		return err
	}
	w := Withdrawal{At: e.At, By: e.By}
	if err := private(e, privateNote, &w.Reason); err != nil {
		return err
	}
	d.Withdrawal = &w
	d.interrupt(e, WithdrawalRequested, withdrawLabel, Entry{Step: withdrawalStep, Title: withdrawalTitle, Holder: Reception(d.Desk)})
	return nil
}

// interrupt puts another step before the present one, to which resume goes back.
func (d *Dossier) interrupt(e journal.Event, to Status, label string, enter Entry) {
	d.back, d.saved = d.Status, &Entry{Step: d.Step, Title: d.StepTitle, Holder: d.Holder, Due: instant(d.StepDue)}
	d.Status = to
	d.leave(e, label)
	d.enter(e, enter)
}

func (d *Dossier) applyWithdrawalDropped(e journal.Event) error {
	if err := d.expect(WithdrawalRequested); err != nil {
		return err
	}
	d.Withdrawal, d.Status = nil, d.back
	d.leave(e, "")
	d.enter(e, *d.saved)
	d.saved, d.back = nil, ""
	return nil
}

func (d *Dossier) applyStopped(e journal.Event) error {
	if err := d.expect(WithdrawalRequested); err != nil {
		return err
	}
	v, err := unmarshal[stopped](e.Data)
	if err != nil {
		return err
	}
	w := *d.Withdrawal
	w.StoppedAt = e.At
	var s stopping
	if err := private(e, privateRequest, &s); err != nil {
		return err
	}
	if s.Reason != "" {
		w.Reason = s.Reason
	}
	w.Papers, w.Fees = s.Papers, s.Fees
	if p := d.Paused(); p != nil {
		p.Until = e.At
	}
	d.Withdrawal, d.Status, d.EndedAt, d.saved, d.back = &w, Stopped, e.At, nil, ""
	d.issue(e, v.Slip)
	d.end(e, stopLabel)
	return d.stop(deadline.Close, e.At)
}

func (d *Dossier) applyClosed(e journal.Event) error {
	if d.Pending() == nil {
		return ErrNothingPending
	}
	v, err := unmarshal[closed](e.Data)
	if err != nil {
		return err
	}
	d.Status, d.EndedAt = Closed, e.At
	d.issue(e, v.Slip)
	d.end(e, closeLabel)
	return d.stop(deadline.Close, e.At)
}
