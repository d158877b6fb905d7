package deadline

import (
	"time"

	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/fault"
)

// ErrReplay says that a derivation does not lead to its due date. Args: step (from 0).
var ErrReplay = fault.New(fault.Internal, "deadline.replay")

// Replay walks the steps of a derivation without calendar or office and returns the
// instant they lead to; zero while the clock stands still. It refuses steps that leave
// a day out, overlap, or do not add up to their limit, and a Due that promises
// another instant.
func Replay(d Due) (time.Time, error) {
	var (
		r  replay
		at time.Time
	)
	for i, s := range d.Steps {
		if !r.step(s) {
			return time.Time{}, ErrReplay.With("step", i)
		}
		switch {
		case s.Kind == Deadline && s.Start.After(at):
			at = s.Start
		case s.Kind == Extended && s.End.After(at):
			at = s.End
		case s.Kind == Start && s.Why != whyExtend:
			at = time.Time{}
		case s.Kind == Stand && s.End.IsZero():
			at = time.Time{}
		}
	}
	if !at.Equal(d.At) {
		return time.Time{}, ErrReplay.With("step", len(d.Steps))
	}
	return at, nil
}

// replay adds up one stretch from Start to Deadline.
type replay struct {
	limit  Limit
	day    calendar.Date // last day accounted for
	last   calendar.Date // last day counted
	used   time.Time     // end of the last minutes used
	counts int
	mins   int
	moved  bool // past the last counted day: what follows only moves the date
	months calendar.Date
}

func (r *replay) step(s Step) bool {
	switch s.Kind {
	case Start:
		*r = replay{limit: s.Limit, day: calendar.DateOf(s.Start)}
	case From:
		if s.Start.Before(r.day.At(0)) {
			return false
		}
		if r.limit.unit != WorkingHour {
			r.day = calendar.DateOf(s.Start)
		}
	case Count:
		if s.From != r.day.AddDays(1) || s.To.Before(s.From) || s.N != s.To.Sub(s.From)+1 || r.moved {
			return false
		}
		r.day, r.last = s.To, s.To
		r.counts += s.N
	case Skip:
		// The first day may be skipped itself. While minutes are used, a day that passed
		// in a pause leaves no step of its own.
		minutes := r.limit.unit == WorkingHour || r.limit.unit == WorkingDay && r.limit.halves%2 == 1 && r.counts == int(r.limit.halves/2)
		if !minutes && s.From != r.day && s.From != r.day.AddDays(1) || s.From.Before(r.day) || s.To.Before(s.From) {
			return false
		}
		r.day = s.To
	case Use:
		if s.Start.Before(r.used) || s.N <= 0 || s.End.Sub(s.Start) != time.Duration(s.N)*time.Minute {
			return false
		}
		r.used = s.End
		r.mins += s.N
	case Land:
		if s.Why == whyMonths {
			r.months = s.From
		} else {
			if s.From != r.day {
				return false
			}
			r.moved = true
		}
	case Fixed:
		if s.To.Before(s.From) || !s.Limit.fixedDay(s.To) {
			return false
		}
		r.day, r.moved = s.To, true
	case Deadline:
		return r.sum() && !s.Start.Before(r.used) && !calendar.DateOf(s.Start).Before(r.last)
	case Stand, Extended:
	default:
		return false
	}
	return true
}

// sum reports whether what was counted is what the limit asks for.
func (r *replay) sum() bool {
	whole := int(r.limit.halves / 2)
	switch r.limit.unit {
	case WorkingHour:
		return r.mins == int(r.limit.halves)*30
	case WorkingDay:
		return r.counts == whole && (r.mins > 0) == (r.limit.halves%2 == 1)
	case Day:
		return r.counts == whole
	case Month:
		return !r.months.IsZero() && r.counts > 0
	case SameDay, SameVisit:
		return r.counts == 0 && r.mins == 0
	}
	return false
}
