package notice

import (
	"time"

	"github.com/motcua/motcua/internal/calendar"
)

// Quiet is the part of the day in which no letter is sent. Until before From means over midnight; equal means never.
type Quiet struct {
	From  calendar.Minute
	Until calendar.Minute
	// RestDays keeps the whole of a day off quiet too, by the working calendar.
	RestDays bool
}

// longestRest bounds the search for a day that is not off; the longest holiday of the calendar is nine days.
const longestRest = 40

// HeldUntil returns the instant at which a letter may be sent, now when it may go at once. days may be nil; a year
// that was never announced has no days off here, because a letter too early harms less than none.
func (q Quiet) HeldUntil(now time.Time, days *calendar.Calendar) time.Time {
	at := q.night(now)
	if !q.RestDays || days == nil {
		return at
	}
	for range longestRest {
		day := calendar.DateOf(at)
		kind, err := days.Kind(day)
		if err != nil || kind.Worked() {
			return at
		}
		open := q.Until
		if q.From == q.Until {
			open = 0
		}
		at = day.AddDays(1).At(open)
	}
	return at
}

// night moves an instant within the quiet hours to their end.
func (q Quiet) night(now time.Time) time.Time {
	if q.From == q.Until {
		return now
	}
	day, m := calendar.DateOf(now), calendar.MinuteOf(now)
	over := q.Until < q.From
	switch {
	case over && m >= q.From:
		return day.AddDays(1).At(q.Until)
	case over && m < q.Until, !over && m >= q.From && m < q.Until:
		return day.At(q.Until)
	}
	return now
}
