package dossier

import (
	"slices"
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/deadline"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/journal"
)

// Refusals of apologies and explanations.
var (
	ErrNoDueDate     = fault.New(fault.Conflict, "dossier.no-due-date")
	ErrSecondApology = fault.New(fault.Conflict, "dossier.second-apology")
	ErrApologyDate   = fault.New(fault.Invalid, "dossier.apology-date") // not a working day after the date in force
	ErrFaultNeeded   = fault.New(fault.Invalid, "dossier.fault-needed") // whose fault it is
	ErrNotLate       = fault.New(fault.Conflict, "dossier.not-late")
	ErrLateReason    = fault.New(fault.Invalid, "dossier.late-reason")
)

// Whose fault a delay or a wrong result is.
const (
	FaultAgency = "agency"
	FaultOther  = "other"
)

// Apology is a letter that owns a delay and names a new date (form 04).
type Apology struct {
	At     time.Time
	By     journal.Actor
	Reason string
	Fault  string
	From   time.Time // the date that cannot be kept
	To     time.Time // the new one
	Late   bool      // written later than the law asks: the applicant is told, the due date in force stays
}

// Lateness is why a dossier is or was late, chosen by the agency that owns the delay.
type Lateness struct {
	Reason string // one of LatenessReasons
	Note   string
	At     time.Time
	By     journal.Actor
}

// LatenessReasons are the reasons an agency may give, as reports count them.
var LatenessReasons = []string{"workload", "consulted_agency", "field_check", "applicant", "higher_level", "system", "law_unclear", "staff", "force_majeure", "other"}

type apologised struct {
	Due    *deadline.Due `json:"due,omitempty"`
	Fault  string        `json:"fault"`
	From   time.Time     `json:"from"`
	Late   bool          `json:"late,omitempty"`
	Slip   *Slip         `json:"slip,omitempty"`
	SoonAt *time.Time    `json:"soon_at,omitempty"`
	To     time.Time     `json:"to"`
}

type latenessExplained struct {
	Reason string `json:"reason"`
}

// ApologyCommand moves the promised date once, with an apology.
type ApologyCommand struct {
	Reason string
	Fault  string        // FaultAgency or FaultOther
	Date   calendar.Date // the new day; due when it closes
}

func (d *Dossier) mayApologise(f Facts, by access.Actor) error {
	if err := d.expect(Processing, Obligation); err != nil {
		return ErrState.With("status", string(d.Status)).Because(err)
	}
	if !by.System && (by.Agency != d.Competent && by.Agency != d.Holder.Agency || !by.May(access.DossierDecide) && !by.May(access.DossierAssign)) {
		return ErrNotHolder.With("holder", string(d.Competent))
	}
	if d.Due == nil {
		return ErrNoDueDate
	}
	if len(d.Apologies) >= f.Rules.Apology.Times {
		return ErrSecondApology
	}
	return nil
}

// ApologyBy is the last day on which an apology for the due date in force is in time; zero without a due date.
// law: ND61-2018 19.9; ND118-2025 19.6 — at least one day before the date.
func (d *Dossier) ApologyBy(daysBefore int) calendar.Date {
	if d.Due == nil {
		return calendar.Date{}
	}
	return calendar.DateOf(d.Due.At).AddDays(-daysBefore)
}

// Apologise records the letter to the applicant and the one new date. Written in time it moves the date in force;
// written later it is still owed and sent, but the dossier stays as late as it is.
func (d *Dossier) Apologise(f Facts, by access.Actor, c ApologyCommand) (journal.Event, error) {
	if err := d.mayApologise(f, by); err != nil {
		return journal.Event{}, err
	}
	reason, err := text(c.Reason, ErrReasonNeeded)
	if err != nil {
		return journal.Event{}, err
	}
	if c.Fault != FaultAgency && c.Fault != FaultOther {
		return journal.Event{}, ErrFaultNeeded
	}
	if c.Date.IsZero() || !calendar.DateOf(d.Due.At).Before(c.Date) || !calendar.DateOf(f.Now).Before(c.Date) {
		return journal.Event{}, ErrApologyDate
	}
	day, err := f.Clock.Office.Day(f.Clock.Calendar, c.Date)
	if err != nil {
		return journal.Event{}, err
	}
	if !day.Kind.Worked() {
		return journal.Event{}, ErrApologyDate
	}
	v := apologised{
		Fault: c.Fault, From: d.Due.At.UTC(), To: c.Date.At(day.Hours.Close()).UTC(),
		Late: d.ApologyBy(f.Rules.Apology.DaysBefore).Before(calendar.DateOf(f.Now)),
	}
	if !v.Late {
		if v.Due, v.SoonAt, err = d.redue(f, apologyAct(f.Now, v.To, d.Law)); err != nil {
			return journal.Event{}, err
		}
	}
	if v.Slip, err = f.slip(FormApology, d.Competent); err != nil {
		return journal.Event{}, err
	}
	return journal.New(EventApologised, f.Now, actor(by), d.Law, v, notePrivate(reason))
}

func apologyAct(at, to time.Time, rules string) deadline.Act {
	return deadline.Act{Kind: deadline.Extend, At: at, Until: to, Basis: lawName(rules)}
}

func (d *Dossier) applyApologised(e journal.Event) error {
	if err := d.expect(Processing, Obligation); err != nil {
		return err
	}
	v, err := unmarshal[apologised](e.Data)
	if err != nil {
		return err
	}
	a := Apology{At: e.At, By: e.By, Fault: v.Fault, From: v.From.UTC(), To: v.To.UTC(), Late: v.Late}
	if err := private(e, privateNote, &a.Reason); err != nil {
		return err
	}
	d.Apologies = append(d.Apologies, a)
	d.issue(e, v.Slip)
	if v.Late {
		return nil
	}
	return d.tick(apologyAct(e.At, v.To, e.Law), v.Due, v.SoonAt)
}

// Promised is the date the applicant was told last: that of the newest apology, also a late one, else the due
// date in force.
func (d *Dossier) Promised() time.Time {
	if n := len(d.Apologies); n > 0 && d.Apologies[n-1].To.After(d.DueAt()) {
		return d.Apologies[n-1].To
	}
	return d.DueAt()
}

// FirstMissed reports whether the first date on the receipt passed without a result, whatever was agreed later.
func (d *Dossier) FirstMissed(now time.Time) bool {
	if d.FirstDue.IsZero() {
		return false
	}
	if !d.ResolvedAt.IsZero() {
		return d.ResolvedAt.After(d.FirstDue)
	}
	return !d.Status.Ended() && !d.Standing() && now.After(d.FirstDue)
}

// LateBy reports whether the dossier is late at now, or was when it was resolved.
func (d *Dossier) LateBy(now time.Time) bool {
	due := d.DueAt()
	if due.IsZero() {
		return false
	}
	if !d.ResolvedAt.IsZero() {
		return d.ResolvedAt.After(due)
	}
	return !d.Status.Ended() && now.After(due)
}

func (d *Dossier) mayExplain(f Facts, by access.Actor) error {
	if err := d.expectWhole(Processing, Obligation, Resolved, Returned, Correcting, Stopped); err != nil {
		return err
	}
	owner := d.Competent
	if d.Status == Processing && d.Holder.Agency != d.Desk {
		owner = d.Holder.Agency
	}
	if !by.System && (by.Agency != owner || !by.May(access.DossierHandle)) {
		return ErrNotHolder.With("holder", string(owner))
	}
	if !d.LateBy(f.Now) && !d.FirstMissed(f.Now) {
		return ErrNotLate
	}
	return nil
}

// ExplainLateness records why the dossier is late: a reason of the list, and words.
func (d *Dossier) ExplainLateness(f Facts, by access.Actor, reason, note string) (journal.Event, error) {
	if err := d.mayExplain(f, by); err != nil {
		return journal.Event{}, err
	}
	if !slices.Contains(LatenessReasons, reason) {
		return journal.Event{}, ErrLateReason
	}
	var missing *fault.Error
	if reason == "other" {
		missing = ErrReasonNeeded
	}
	note, err := text(note, missing)
	if err != nil {
		return journal.Event{}, err
	}
	return journal.New(EventLatenessExplained, f.Now, actor(by), d.Law, latenessExplained{Reason: reason}, notePrivate(note))
}

func (d *Dossier) applyLatenessExplained(e journal.Event) error {
	v, err := unmarshal[latenessExplained](e.Data)
	if err != nil {
		return err
	}
	l := Lateness{Reason: v.Reason, At: e.At, By: e.By}
	d.Lateness = &l
	return private(e, privateNote, &l.Note)
}
