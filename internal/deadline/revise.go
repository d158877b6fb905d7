package deadline

import (
	"time"

	"github.com/motcua/motcua/internal/calendar"
)

// Verdict says what a late announcement does to a promised date.
type Verdict string

// Verdicts on a promised date.
const (
	Untouched Verdict = "untouched" // both calendars give the same date
	Kept      Verdict = "kept"      // the computed date moves, the printed promise stays
	Moved     Verdict = "moved"     // the promised day became a day off: a new date is promised
)

// Revision is what a changed calendar does to one clock.
type Revision struct {
	Promised time.Time `json:"promised"` // the date in force before
	New      Due       `json:"new"`      // computed under the changed calendar; when Moved, the date that holds from now on
	Verdict  Verdict   `json:"verdict"`
	// Act is the extension that carries a promise past the computation; nil in most cases. Whoever applies a Moved
	// revision tells the clock.
	Act *Act `json:"act,omitempty"`
}

// Holds returns the date that holds after the revision.
func (r Revision) Holds() time.Time {
	if r.Verdict == Moved {
		return r.New.At
	}
	return r.Promised
}

// Change is a change of the working calendar as a clock sees it: what was announced before, what now, and the
// decision behind it.
type Change struct {
	Before, After Env
	At            time.Time // of the decision
	Basis         string    // of the decision, as explanations cite it
}

// Revise judges the promised date of a running clock after the calendar changed. A printed receipt binds: its date
// stays when the new computation is earlier, and when it is later stays too, unless the promised day itself
// became a day off. Then the computed date holds when it lies behind that day, and else the close of the next working
// day. It decides nothing; whoever applies it records one act for all clocks.
// law: BLDS-2015 148.5
func Revise(c Clock, promised time.Time, by Change) (Revision, error) {
	r := Revision{Promised: promised, Verdict: Untouched}
	before, err := c.due(by.Before, false)
	if err != nil {
		return r, err
	}
	if r.New, err = c.Due(by.After); err != nil {
		return r, err
	}
	if promised.IsZero() || r.New.At.IsZero() {
		return r, nil // a clock that stands promises nothing
	}
	closed, err := by.closes(calendar.DateOf(promised))
	switch {
	case err != nil:
		return r, err
	case closed:
		r.Verdict = Moved
		if r.New.At.After(promised) {
			return r, nil
		}
		w := walk{env: by.After.filled()}
		until, err := w.close(calendar.DateOf(promised))
		if err != nil {
			return r, err
		}
		r.Act = &Act{Kind: Extend, At: minute(by.At), Until: instant(until), Basis: by.Basis}
		moved, err := c.With(*r.Act)
		if err != nil {
			return r, err
		}
		r.New, err = moved.Due(by.After)
		return r, err
	case !before.At.Equal(r.New.At):
		r.Verdict = Kept
	}
	return r, nil
}

// closes reports whether a day that was worked is no longer.
func (by Change) closes(d calendar.Date) (bool, error) {
	before, after := by.Before.filled(), by.After.filled()
	was, err := before.Office.Day(before.Calendar, d)
	if err != nil || !was.Kind.Worked() {
		return false, err
	}
	is, err := after.Office.Day(after.Calendar, d)
	return err == nil && !is.Kind.Worked(), err
}

// ForwardBy returns when paper received at the desk must have moved on to the agency:
// by the end of the same working day, or when the next one opens if it came after the
// cutoff. It never moves the legal clock.
// law: ND61-2018 18.2; ND118-2025 18.2
func ForwardBy(received time.Time, cutoff calendar.Minute, env Env) (time.Time, error) {
	w := walk{env: env.filled()}
	received = minute(received)
	day, err := w.day(calendar.DateOf(received))
	if err != nil {
		return time.Time{}, err
	}
	if day.Kind.Worked() && calendar.MinuteOf(received) <= cutoff {
		return day.Date.At(day.Hours.Close()), nil
	}
	if day, err = w.nextWorked(day.Date.AddDays(1)); err != nil {
		return time.Time{}, err
	}
	return day.Date.At(day.Hours.Open()), nil
}
