package dossier

import (
	"slices"
	"time"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/calendar"
)

// Timeliness is computed three ways that do not agree, and every screen that shows one names it:
//
//   - legal: the release of the result against the date in force, with the first date that was missed kept beside it;
//   - leg: each stretch of work at one agency against its own allowance;
//   - national: indicator 2.1 of decision 766/QĐ-TTg, which subtracts supplements where the law starts anew.
//
// law: ND61-2018 19; ND118-2025 19; QD766-2022 2.1
type Timeliness string

// The three computations.
const (
	ByLaw      Timeliness = "legal"
	ByLeg      Timeliness = "leg"
	ByNational Timeliness = "national"
)

// Course is what the three computations read of a dossier. All of it follows from the journal; zero instants have
// not happened.
type Course struct {
	Accepted time.Time
	Due      time.Time // in force; zero while the clock stands and where none runs
	FirstDue time.Time // on the receipt
	Resolved time.Time
	Ended    time.Time
	Standing bool

	// What indicator 2.1 reads.
	Finished   time.Time     // code 9, else 10, else 8 or 3 after acceptance
	Leaving    time.Time     // code 7: the applicant wants it back, and nobody stopped it yet
	Promised   time.Time     // NgayHenTra: the date in force, before a supplement started the clock anew
	Asked      time.Time     // first request to supplement after acceptance
	Answered   time.Time     // completion of it
	AskedAgain time.Time     // second request after acceptance
	Most       time.Duration // statutory maximum where no date was promised: one day for what is done on the spot
}

// Course returns what timeliness is computed from.
func (d *Dossier) Course() Course {
	c := Course{
		Accepted: d.AcceptedAt, Due: d.DueAt().UTC(), FirstDue: d.FirstDue, Resolved: d.ResolvedAt, Ended: d.EndedAt, Standing: d.Standing(),
		Promised: d.LastDue,
	}
	switch {
	case !d.Accepted():
		return c
	case !d.ResolvedAt.IsZero():
		c.Finished = d.ResolvedAt
	case !d.EndedAt.IsZero():
		c.Finished = d.EndedAt
	case d.Status == WithdrawalRequested && d.Withdrawal != nil:
		c.Leaving = d.Withdrawal.At
	}
	if d.FirstDue.IsZero() {
		c.Most = 24 * time.Hour
	}
	for _, s := range d.Supplements {
		switch {
		case s.Stage != AtAppraisal:
		case c.Asked.IsZero():
			c.Asked, c.Answered = s.At, s.Completed
			if !s.Due.IsZero() {
				c.Promised = s.Due
			}
		case c.AskedAgain.IsZero():
			c.AskedAgain = s.At
		}
	}
	for _, a := range d.Apologies {
		// One in time moved the date on record, also after a supplement.
		if !a.Late && a.At.After(c.Asked) && a.To.After(c.Promised) {
			c.Promised = a.To
		}
	}
	return c
}

// Course returns what timeliness is computed from.
func (r Row) Course() Course {
	return Course{
		Accepted: r.Accepted, Due: r.Due, FirstDue: r.FirstDue, Resolved: r.Resolved, Ended: r.Ended, Standing: r.Standing,
		Finished: r.Finished, Leaving: r.Leaving, Promised: r.NationalDue, Asked: r.Asked, Answered: r.Answered, AskedAgain: r.AskedAgain, Most: r.Most,
	}
}

// Verdict is how a date was kept, or how it stands.
type Verdict string

// Verdicts.
const (
	Early      Verdict = "early"    // resolved before the day of the date
	OnTime     Verdict = "on_time"  // resolved on that day, not after the instant
	Late       Verdict = "late"     // resolved after it
	Within     Verdict = "within"   // open, the date is to come
	Exceeded   Verdict = "exceeded" // open, the date has passed
	ClockStill Verdict = "still"    // open, no date runs
	NoDate     Verdict = "no_date"  // resolved, no date ran
	Dropped    Verdict = "dropped"  // ended without a result
)

// dayOf is the first instant of the local day of t.
func dayOf(t time.Time) time.Time { return calendar.DateOf(t).At(0) }

func kept(done, due time.Time) Verdict {
	switch {
	case due.IsZero():
		return NoDate
	case done.After(due):
		return Late
	case done.Before(dayOf(due)):
		return Early
	}
	return OnTime
}

// Legal judges the dossier as it stood at an instant: its release against the date in force.
func (c Course) Legal(at time.Time) Verdict {
	switch {
	case before(c.Resolved, at):
		return kept(c.Resolved, c.Due)
	case before(c.Ended, at):
		return Dropped
	case c.Standing || c.Due.IsZero():
		return ClockStill
	case c.Due.Before(at):
		return Exceeded
	}
	return Within
}

// FirstMissed reports whether the first date passed without a result by an instant. A new date agreed later does not
// erase it.
func (c Course) FirstMissed(at time.Time) bool {
	switch {
	case c.FirstDue.IsZero():
		return false
	case before(c.Resolved, at):
		return c.Resolved.After(c.FirstDue)
	case before(c.Ended, at) || c.Standing:
		return false
	}
	return c.FirstDue.Before(at)
}

// before reports whether t has happened before at.
func before(t, at time.Time) bool { return !t.IsZero() && t.Before(at) }

// Period is a span of time a report is about.
type Period struct {
	From  time.Time
	Until time.Time // exclusive
}

// AsOf is the end up to which the period can be judged now.
func (p Period) AsOf(now time.Time) Period {
	if now.Before(p.Until) {
		p.Until = now
	}
	return p
}

// National judges the dossier for indicator 2.1 of a period. It counts what was accepted before the period's end and
// was not finished before its beginning; counted is false for anything else, and where neither a date was promised
// nor a maximum is known.
//
// law: QD766-2022 2.1 — the end is the time of state 9, else 10, else 8, 3 or 7; a pending supplement ends it at the
// request; more than one supplement is late; without an end the last day of the period counts; the time of a completed
// supplement is subtracted.
func (c Course) National(p Period) (onTime, counted bool) {
	if !before(c.Accepted, p.Until) || before(c.Finished, p.From) || before(c.Leaving, p.From) || c.Promised.IsZero() && c.Most == 0 {
		return false, false
	}
	if before(c.AskedAgain, p.Until) {
		return false, true
	}
	answered := before(c.Answered, p.Until)
	end := p.Until
	switch {
	case before(c.Finished, p.Until):
		end = c.Finished
	case before(c.Leaving, p.Until):
		end = c.Leaving
	case before(c.Asked, p.Until) && !answered:
		end = c.Asked
	}
	if answered {
		end = end.Add(c.Asked.Sub(c.Answered))
	}
	if c.Promised.IsZero() {
		return end.Sub(c.Accepted) <= c.Most, true
	}
	return !end.After(c.Promised), true
}

// LegRow is one leg of a dossier as figures read it. The due date is the one in force when the leg ended: pauses made
// the step's allowance begin again and so do not count.
type LegRow struct {
	Case  string
	N     int // 1, 2, 3 …
	Step  string
	Title string
	Post  string
	Unit  string
	Role  string
	At    agency.ID
	From  time.Time
	Due   time.Time // zero: no allowance of its own, or the clock stands
	Until time.Time // zero while it lasts
}

// Verdict judges the leg as it stood at an instant.
func (l LegRow) Verdict(at time.Time) Verdict {
	switch {
	case before(l.Until, at):
		return kept(l.Until, l.Due)
	case l.Due.IsZero():
		return ClockStill
	case l.Due.Before(at):
		return Exceeded
	}
	return Within
}

// LegRows projects the legs of d.
func LegRows(d *Dossier) []LegRow {
	out := make([]LegRow, len(d.Legs))
	for i, l := range d.Legs {
		out[i] = LegRow{
			Case: d.ID, N: i + 1, Step: l.Step, Title: l.Title, Post: l.Holder.Post, Unit: l.Holder.Unit, Role: l.Holder.Role, At: l.Holder.Agency,
			From: l.From.UTC(), Due: l.Due, Until: l.Until,
		}
		if l.Until.IsZero() {
			if s, ok := d.standing(max(l.Token, firstToken)); ok {
				out[i].Due = s.Due
			}
		}
	}
	return out
}

// Windows says where reporting periods begin. Months of reports do not begin on the first.
type Windows struct{ Day int }

// ReportWindows run from the 15th to the 14th, the year from 15 December.
// law: ND09-2019 12
var ReportWindows = Windows{Day: 15}

// Month is the reporting month named after the calendar month in which it ends: with Day 15, March runs from 15
// February to 14 March. With Day 1 it is the calendar month.
func (w Windows) Month(year int, month time.Month) Period {
	if w.Day <= 1 {
		return Period{From: calendar.NewDate(year, month, 1).At(0), Until: calendar.NewDate(year, month+1, 1).At(0)}
	}
	return Period{From: calendar.NewDate(year, month-1, w.Day).At(0), Until: calendar.NewDate(year, month, w.Day).At(0)}
}

// Quarter is the reporting quarter, 1 to 4.
func (w Windows) Quarter(year, quarter int) Period {
	first, last := w.Month(year, time.Month(quarter*3-2)), w.Month(year, time.Month(quarter*3))
	return Period{From: first.From, Until: last.Until}
}

// Year is the reporting year.
func (w Windows) Year(year int) Period {
	return Period{From: w.Month(year, time.January).From, Until: w.Month(year, time.December).Until}
}

// MonthOf is the reporting month an instant falls into.
func (w Windows) MonthOf(at time.Time) (year int, month time.Month) {
	at = at.In(zone)
	if w.Day > 1 && at.Day() >= w.Day {
		at = at.AddDate(0, 0, 1-at.Day()).AddDate(0, 1, 0)
	}
	return at.Year(), at.Month()
}

// Measure is one number of a report: a condition on dossiers, or on legs, within a period. The list behind a number
// is filtered by the same condition.
type Measure string

// Measures.
const (
	Received      Measure = "received"       // accepted in the period
	Carried       Measure = "carried"        // accepted before, not finished before the period
	ResolvedEarly Measure = "resolved_early" // legal
	ResolvedTime  Measure = "resolved_on_time"
	ResolvedLate  Measure = "resolved_late"
	ResolvedFree  Measure = "resolved_no_date"
	EndedOther    Measure = "ended" // stopped, withdrawn, closed
	OpenWithin    Measure = "open_within"
	OpenLate      Measure = "open_late"
	OpenStill     Measure = "open_still"
	MissedFirst   Measure = "first_missed" // whatever was agreed later
	Reappointed   Measure = "reappointed"  // the first date missed, the new one kept or still to come
	Unexplained   Measure = "unexplained"  // late without a reason
	NationalAll   Measure = "national"     // counted by indicator 2.1
	NationalTime  Measure = "national_on_time"
	NationalLate  Measure = "national_late"
	LegEarly      Measure = "leg_early"
	LegTime       Measure = "leg_on_time"
	LegLate       Measure = "leg_late"
	LegOpenWithin Measure = "leg_open_within"
	LegOpenLate   Measure = "leg_open_late"
)

// Measures of each computation, in the order of its table.
var (
	LegalMeasures = []Measure{
		Carried, Received, ResolvedEarly, ResolvedTime, ResolvedLate, ResolvedFree, EndedOther, OpenWithin, OpenLate, OpenStill, MissedFirst, Reappointed, Unexplained,
	}
	NationalMeasures = []Measure{NationalAll, NationalTime, NationalLate}
	LegMeasures      = []Measure{LegEarly, LegTime, LegLate, LegOpenWithin, LegOpenLate}
)

// MeasuresOf lists the measures of a computation.
func MeasuresOf(t Timeliness) []Measure {
	switch t {
	case ByLaw:
		return LegalMeasures
	case ByNational:
		return NationalMeasures
	case ByLeg:
		return LegMeasures
	}
	return nil
}

// OfLegs reports whether the measure counts legs, not dossiers.
func (m Measure) OfLegs() bool { return slices.Contains(LegMeasures, m) }

// Known reports whether there is such a measure.
func (m Measure) Known() bool {
	return slices.Contains(LegalMeasures, m) || slices.Contains(NationalMeasures, m) || m.OfLegs()
}

// In judges whether a dossier counts in a measure of a period: what the figures are checked against. Legs are judged
// by LegRow.In.
func (c Course) In(m Measure, p Period) bool {
	if c.Accepted.IsZero() {
		return false
	}
	v := c.Legal(p.Until)
	inside := func(t time.Time) bool { return before(t, p.Until) && !t.Before(p.From) }
	open := before(c.Accepted, p.Until) && !before(c.Resolved, p.Until) && !before(c.Ended, p.Until)
	missed := c.FirstMissed(p.Until) && (inside(c.Resolved) || open)
	late := inside(c.Resolved) && v == Late || open && v == Exceeded
	onTime, counted := c.National(p)
	switch m {
	case Received:
		return inside(c.Accepted)
	case Carried:
		return c.Accepted.Before(p.From) && !before(c.Resolved, p.From) && !before(c.Ended, p.From)
	case ResolvedEarly:
		return inside(c.Resolved) && v == Early
	case ResolvedTime:
		return inside(c.Resolved) && v == OnTime
	case ResolvedLate:
		return inside(c.Resolved) && v == Late
	case ResolvedFree:
		return inside(c.Resolved) && v == NoDate
	case EndedOther:
		return c.Resolved.IsZero() && inside(c.Ended)
	case OpenWithin:
		return open && v == Within
	case OpenLate:
		return open && v == Exceeded
	case OpenStill:
		return open && v == ClockStill
	case MissedFirst:
		return missed
	case Reappointed:
		return missed && !late
	case Unexplained:
		return late // and no reason is given: the row knows
	case NationalAll:
		return counted
	case NationalTime:
		return counted && onTime
	case NationalLate:
		return counted && !onTime
	}
	return false
}

// In judges whether a leg counts in a measure of a period.
func (l LegRow) In(m Measure, p Period) bool {
	v := l.Verdict(p.Until)
	ended := before(l.Until, p.Until) && !l.Until.Before(p.From)
	open := l.From.Before(p.Until) && !before(l.Until, p.Until)
	switch m {
	case LegEarly:
		return ended && v == Early
	case LegTime:
		return ended && v == OnTime
	case LegLate:
		return ended && v == Late
	case LegOpenWithin:
		return open && v == Within
	case LegOpenLate:
		return open && v == Exceeded
	}
	return false
}
