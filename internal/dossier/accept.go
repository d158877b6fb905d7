package dossier

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/deadline"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/workflow"
)

// Limits lists the processing times the procedure version states for the channel, best first; those of
// other channels follow when the channel states none.
func Limits(v procedure.Version, channel string) []procedure.TimeLimit {
	var own, others []procedure.TimeLimit
	for _, c := range v.Channels {
		for _, l := range c.Limits {
			switch {
			case l.Limit == "":
			case c.Kind == channel:
				own = append(own, l)
			case !slices.ContainsFunc(others, func(o procedure.TimeLimit) bool { return o.Limit == l.Limit && o.Case == l.Case }):
				others = append(others, l)
			}
		}
	}
	if v.SameVisit && !slices.ContainsFunc(own, func(l procedure.TimeLimit) bool { return l.Limit == sameVisit }) {
		own = append([]procedure.TimeLimit{{Limit: sameVisit}}, own...)
	}
	if len(own) > 0 {
		return own
	}
	return others
}

// sameVisit is the limit of procedures that are done while the person waits.
const sameVisit = "same-visit"

// SameVisit reports whether the dossier is done while the person waits.
func (d *Dossier) SameVisit() bool { return d.Limit == sameVisit }

// due computes the due date of a limit from now, and from when it counts as due soon.
func (f Facts) due(limit string) (*deadline.Due, *time.Time, error) {
	l, err := deadline.ParseLimit(limit)
	if err != nil {
		return nil, nil, ErrLimitNeeded.Because(err)
	}
	return f.dueOf(deadline.Run(f.Now, l))
}

// MayAccept checks that the actor may accept d now.
func (d *Dossier) MayAccept(by access.Actor) error { return d.may(by, access.DossierAccept, Submitted) }

// Accept takes the dossier in under a code that was allocated for it, and starts the legal clock.
// limit is one of Limits, or what the officer states when the source gives none.
// law: ND118-2025 17.3 — processing time counts from the acceptance of a complete and valid dossier.
func (d *Dossier) Accept(f Facts, by access.Actor, code, limit string) (journal.Event, error) {
	if err := d.MayAccept(by); err != nil {
		return journal.Event{}, err
	}
	if code == "" {
		return journal.Event{}, errors.New("accept: no code was allocated")
	}
	if limit == "" {
		known := Limits(f.Procedure, d.Channel)
		if len(known) == 0 {
			return journal.Event{}, ErrLimitNeeded
		}
		limit = known[0].Limit
	}
	due, soon, err := f.due(limit)
	if err != nil {
		return journal.Event{}, err
	}
	if f.limit = limit; due != nil {
		f.promised = due.At
	}
	changes, err := workflow.Start(&f.Process, f.world(d.known()))
	if err != nil {
		return journal.Event{}, fmt.Errorf("process %s: %w", f.Process.ID, err)
	}
	first := d.principal()
	first.Token = firstToken
	v := accepted{Code: code, Limit: limit, Due: due, SoonAt: soon}
	if v.course, err = d.courseOf(f, first, changes); err != nil {
		return journal.Event{}, err
	}
	if len(v.Changes) == 0 {
		v.Enter, v.Enters = v.Enters[0], nil
		v.Enter.Token = 0
	}
	// What is done while the person waits needs no receipt unless asked for; the register has it all the same.
	// law: ND61-2018 17.4; ND118-2025 17.4
	if v.Slip, err = f.slip(FormReceipt, d.Desk); err != nil {
		return journal.Event{}, err
	}
	return journal.New(EventAccepted, f.Now, actor(by), f.Rules.ID, v, nil)
}

// Refuse declines to take the dossier in (form 03): a written reason is owed.
func (d *Dossier) Refuse(f Facts, by access.Actor, reason, basis string) (journal.Event, error) {
	if err := d.may(by, access.DossierAccept, Submitted); err != nil {
		return journal.Event{}, err
	}
	reason, err := text(reason, ErrReasonNeeded)
	if err != nil {
		return journal.Event{}, err
	}
	if basis, err = text(basis, nil); err != nil {
		return journal.Event{}, err
	}
	v := refused{Basis: basis}
	if v.Slip, err = f.slip(FormRefusal, d.Desk); err != nil {
		return journal.Event{}, err
	}
	return journal.New(EventRefused, f.Now, actor(by), f.Rules.ID, v, notePrivate(reason))
}

// SupplementRequest asks the applicant to complete the dossier (form 02).
type SupplementRequest struct {
	Items    []string // everything that is missing, at once
	Reason   string
	Guidance string
	Basis    string // legal basis of a second request at the same stage, or of one after the days the law gives
	Approver string // post of the head who approved a second request
}

// RequestSupplement asks for what is missing: once per stage; a second time needs a legal basis and is
// flagged for good.
// law: ND118-2025 16.3 — supplement is asked once, completely, with the reason.
func (d *Dossier) RequestSupplement(f Facts, by access.Actor, c SupplementRequest) (journal.Event, error) {
	stage, right := AtReception, access.DossierAccept
	if d.Status == Processing {
		stage, right = AtAppraisal, access.DossierHandle
	}
	if err := d.may(by, right, Submitted, Processing); err != nil {
		return journal.Event{}, err
	}
	switch {
	case d.Paused() != nil:
		return journal.Event{}, ErrPaused
	case d.Outcome != "":
		return journal.Event{}, ErrDecided
	}
	r := request{}
	for _, item := range c.Items {
		item, err := text(item, nil)
		if err != nil {
			return journal.Event{}, err
		}
		if item != "" {
			r.Items = append(r.Items, item)
		}
	}
	if len(r.Items) == 0 {
		return journal.Event{}, ErrItemsNeeded
	}
	var err error
	if r.Reason, err = text(c.Reason, ErrReasonNeeded); err != nil {
		return journal.Event{}, err
	}
	if r.Guidance, err = text(c.Guidance, nil); err != nil {
		return journal.Event{}, err
	}
	v := supplementRequested{Stage: stage}
	if v.Basis, err = text(c.Basis, nil); err != nil {
		return journal.Event{}, err
	}
	rounds := 0
	for _, s := range d.Supplements {
		if s.Stage == stage {
			rounds++
		}
	}
	v.Breach = rounds >= f.Rules.Supplement.Rounds
	if v.Breach && v.Basis == "" {
		return journal.Event{}, ErrSecondRequest
	}
	if v.Approver = c.Approver; v.Breach && v.Approver == "" && !by.May(access.DossierDecide) {
		return journal.Event{}, ErrApproverNeeded
	}
	if stage == AtAppraisal {
		if v.Late, err = d.askedLate(f); err != nil {
			return journal.Event{}, err
		}
		if v.Late && v.Basis == "" {
			return journal.Event{}, ErrLateRequest.With("limit", f.Rules.Supplement.AskWithin)
		}
	}
	if v.Until, err = f.completeBy(); err != nil {
		return journal.Event{}, err
	}
	book := d.Desk
	if stage == AtAppraisal {
		book = d.Holder.Agency
	}
	if v.Slip, err = f.slip(FormSupplement, book); err != nil {
		return journal.Event{}, err
	}
	return journal.New(EventSupplementRequested, f.Now, actor(by), f.Rules.ID, v, map[string]any{privateRequest: r})
}

// ErrLateRequest refuses to ask for papers at appraisal after the days the law gives, unless a basis is named.
var ErrLateRequest = fault.New(fault.Invalid, "dossier.late-supplement")

// AskBy is the last instant at which papers may be asked for at appraisal; zero where the rule set knows none.
// law: ND61-2018 19.4; ND118-2025 19.5 — within three working days from receipt.
func (d *Dossier) AskBy(f Facts) (time.Time, error) {
	if f.Rules.Supplement.AskWithin == "" || !d.Accepted() {
		return time.Time{}, nil
	}
	l, err := deadline.ParseLimit(f.Rules.Supplement.AskWithin)
	if err != nil {
		return time.Time{}, err
	}
	from := d.AcceptedAt
	for _, s := range d.Supplements {
		if s.Stage == AtAppraisal && s.Completed.After(from) {
			from = s.Completed
		}
	}
	return deadline.At(from, l, f.Clock)
}

func (d *Dossier) askedLate(f Facts) (bool, error) {
	by, err := d.AskBy(f)
	if err != nil || by.IsZero() {
		return false, err
	}
	return f.Now.After(by), nil
}

// completeBy is the local date until which the applicant may complete the dossier; empty where the rule set
// knows no such date. It counts from the notice; a last day off moves it to the next working
// day, as the Civil Code has it for every limit in days.
// law: ND118-2025 19.5
func (f Facts) completeBy() (string, error) {
	if f.Rules.Supplement.CompleteWithin == "" {
		return "", nil
	}
	l, err := deadline.ParseLimit(f.Rules.Supplement.CompleteWithin)
	if err != nil {
		return "", err
	}
	at, err := deadline.At(f.Now, l, f.DeskClock)
	if err != nil {
		return "", err
	}
	return calendar.DateOf(at).String(), nil
}

// isStale reports whether err says that somebody moved first.
func isStale(err error) bool { return fault.KindOf(err) == fault.Stale }
