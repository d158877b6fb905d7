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
	Moved     Verdict = "moved"     // the promised day became a day off: the new date is promised
)

// Revision is what a changed calendar does to one clock.
type Revision struct {
	Old     Due     `json:"old"`
	New     Due     `json:"new"`
	Verdict Verdict `json:"verdict"`
}

// Promise returns the date that holds after the revision.
func (r Revision) Promise() time.Time {
	if r.Verdict == Moved {
		return r.New.At
	}
	return r.Old.At
}

// Revise compares a clock under the calendar its date was promised by with a calendar
// changed since. A printed receipt binds: its date stays when the new computation is
// earlier, and when it is later stays too, unless the promised day itself became a day
// off. It decides nothing; whoever applies it records one act for all clocks.
func Revise(c Clock, promised, changed Env) (Revision, error) {
	before, err := c.Due(promised)
	if err != nil {
		return Revision{}, err
	}
	after, err := c.Due(changed)
	if err != nil {
		return Revision{}, err
	}
	r := Revision{Old: before, New: after, Verdict: Untouched}
	if before.At.Equal(after.At) {
		return r, nil
	}
	r.Verdict = Kept
	if after.At.After(before.At) {
		changed = changed.filled()
		day, err := changed.Office.Day(changed.Calendar, calendar.DateOf(before.At))
		if err != nil {
			return Revision{}, err
		}
		if !day.Kind.Worked() {
			r.Verdict = Moved
		}
	}
	return r, nil
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
