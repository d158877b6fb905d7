// Package deadline is the clock of a case: when it is due, why, and what time is left.
//
// A due date is always computed from its base instant and everything that happened to
// the clock since, never by moving an already moved date, and it carries its derivation
// as steps that can be replayed and read aloud in Vietnamese and English. All arithmetic
// is on whole minutes. The package does no I/O and knows no "now".
//
// The general rule where a procedure's own text is silent is the Civil Code 2015,
// articles 144 to 148; the decrees on the one-stop mechanism say when the clock starts.
package deadline

import (
	"math/bits"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/fault"
)

// Unit is what a limit counts. One is never converted into another.
type Unit uint8

// Units of limits.
const (
	WorkingHour Unit = iota + 1 // giờ làm việc
	WorkingDay                  // ngày làm việc
	Day                         // ngày, a calendar day
	Month                       // tháng
	SameDay                     // trong ngày: by the end of the working day of receipt
	SameVisit                   // giải quyết ngay: while the person waits, at the latest that working day
)

// maxQuantity bounds a limit; the longest in the national catalogue is a few years of days.
const maxQuantity = 9999

// Limit is a time limit as a procedure states it. The zero value is no limit.
// Limits compare with ==. The text, everywhere a limit is stored or configured, is
//
//	8wh  5wd  0.5wd  15d  1m  same-day  same-visit
//
// followed, where the procedure says so, by a cutoff and by fixed days of return:
//
//	1wd after 15:00      received later counts as received the next working day
//	5wd on tue+thu       returned on the first such weekday
//	10wd on 1+15         returned on the first such day of a month
//	same-day after 15:00 on mon+wed+fri
type Limit struct {
	halves    int32 // quantity × 2, so that half days stay integers
	unit      Unit
	weekdays  uint8           // bit = time.Weekday
	monthdays uint32          // bit = day of month
	after     calendar.Minute // cutoff; 0 = none
}

// NewLimit returns a limit of whole units. It panics on a quantity ParseLimit would refuse.
func NewLimit(quantity int, unit Unit) Limit {
	l := Limit{halves: int32(quantity) * 2, unit: unit} //nolint:gosec // G115: checked below
	if unit >= SameDay {
		l.halves = 0
	}
	if p, err := ParseLimit(l.String()); err != nil || p != l {
		panic("deadline: limit " + l.String())
	}
	return l
}

var unitNames = [...]string{WorkingHour: "wh", WorkingDay: "wd", Day: "d", Month: "m", SameDay: "same-day", SameVisit: "same-visit"}

var weekdayNames = [...]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// ErrLimit matches (errors.Is) every refusal of ParseLimit. Args: text.
var ErrLimit = fault.New(fault.Invalid, "deadline.limit")

// ParseLimit reads the text of a limit. Half quantities exist for working hours and
// working days only: half a calendar day or month has no agreed meaning.
func ParseLimit(s string) (Limit, error) {
	bad := ErrLimit.With("text", clip(s))
	f := strings.Fields(s)
	if len(f) == 0 || len(s) > 200 {
		return Limit{}, bad
	}
	var l Limit
	switch f[0] {
	case "same-day":
		l.unit = SameDay
	case "same-visit":
		l.unit = SameVisit
	default:
		number := strings.TrimRight(f[0], "abcdefghijklmnopqrstuvwxyz")
		unit := slices.Index(unitNames[:SameDay], f[0][len(number):])
		if unit < int(WorkingHour) {
			return Limit{}, bad
		}
		l.unit = Unit(unit) //nolint:gosec // G115: an index of unitNames
		whole, half := strings.CutSuffix(number, ".5")
		n, err := strconv.Atoi(whole)
		if err != nil || n < 0 || n > maxQuantity || strconv.Itoa(n) != whole {
			return Limit{}, bad
		}
		l.halves = int32(n) * 2 //nolint:gosec // G115: at most 2 × maxQuantity
		if half {
			if l.unit != WorkingHour && l.unit != WorkingDay {
				return Limit{}, bad
			}
			l.halves++
		}
		if l.halves == 0 {
			return Limit{}, bad
		}
	}
	rest := f[1:]
	if len(rest) >= 2 && rest[0] == "after" {
		m, err := calendar.ParseMinute(rest[1])
		if err != nil || m == 0 {
			return Limit{}, bad
		}
		l.after, rest = m, rest[2:]
	}
	if len(rest) == 2 && rest[0] == "on" {
		if !l.readFixed(rest[1]) {
			return Limit{}, bad
		}
		rest = nil
	}
	if len(rest) > 0 {
		return Limit{}, bad
	}
	return l, nil
}

// Share is so many percent of the limit, rounded up to what the unit can say: half working days, whole working
// hours, whole days; of months, days at thirty each. It is false for limits that have no quantity.
func (l Limit) Share(percent int) (Limit, bool) {
	if l.unit >= SameDay || percent < 1 || percent > 100 {
		return Limit{}, false
	}
	s := Limit{unit: l.unit}
	halves := int64(l.halves) * int64(percent)
	step := int64(200) // whole units
	switch l.unit {
	case WorkingDay:
		step = 100
	case Month:
		s.unit, halves = Day, halves*30
	}
	s.halves = int32((halves + step - 1) / step * (step / 100)) //nolint:gosec // G115: no more than l has, or thirty times that
	return s, s.halves <= 2*maxQuantity
}

func (l *Limit) readFixed(s string) bool {
	for day := range strings.SplitSeq(s, "+") {
		if w := slices.Index(weekdayNames[:], day); w >= 0 {
			l.weekdays |= 1 << w
			continue
		}
		n, err := strconv.Atoi(day)
		if err != nil || n < 1 || n > 31 || strconv.Itoa(n) != day {
			return false
		}
		l.monthdays |= 1 << n
	}
	return l.weekdays == 0 || l.monthdays == 0
}

// String returns the text ParseLimit reads, or nothing for no limit.
func (l Limit) String() string {
	if l.unit == 0 {
		return ""
	}
	var b strings.Builder
	if l.unit < SameDay {
		b.WriteString(strconv.Itoa(int(l.halves / 2)))
		if l.halves%2 == 1 {
			b.WriteString(".5")
		}
	}
	b.WriteString(unitNames[l.unit])
	if l.after > 0 {
		b.WriteString(" after " + l.after.String())
	}
	sep := " on "
	for w := range 7 {
		if l.weekdays>>w&1 == 1 {
			b.WriteString(sep + weekdayNames[w])
			sep = "+"
		}
	}
	for d := 1; d <= 31; d++ {
		if l.monthdays>>d&1 == 1 {
			b.WriteString(sep + strconv.Itoa(d))
			sep = "+"
		}
	}
	return b.String()
}

// IsZero reports whether l is no limit.
func (l Limit) IsZero() bool { return l.unit == 0 }

// Unit returns what l counts.
func (l Limit) Unit() Unit { return l.unit }

// Halves returns twice the quantity; 0 for same-day and same-visit.
func (l Limit) Halves() int { return int(l.halves) }

// Cutoff returns the time after which receipt counts as of the next working day; 0 = none.
func (l Limit) Cutoff() calendar.Minute { return l.after }

// MarshalText writes the text of the limit.
func (l Limit) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText reads the text of a limit; empty text is no limit.
func (l *Limit) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*l = Limit{}
		return nil
	}
	v, err := ParseLimit(string(b))
	if err == nil {
		*l = v
	}
	return err
}

func (l Limit) fixed() bool { return l.weekdays != 0 || l.monthdays != 0 }

// fixedDay reports whether results are returned on d.
func (l Limit) fixedDay(d calendar.Date) bool {
	if l.weekdays != 0 {
		return l.weekdays>>d.Weekday()&1 == 1
	}
	y, m, day := d.Civil()
	if l.monthdays>>day&1 == 1 {
		return true
	}
	// The 31st of a shorter month is its last day.
	last := calendar.NewDate(y, m+1, 1).AddDays(-1) == d
	return last && bits.Len32(l.monthdays)-1 > day
}

// DueTime is at what time of its last day a limit in working days ends.
type DueTime uint8

// Policies of the time of day.
const (
	SessionEnd DueTime = iota // at the end of the last session
	SameClock                 // at the time of day at which it started
)

// Policy is what an agency has decided about its due dates. It is dated configuration:
// the policy in force at acceptance is the one to use.
type Policy struct {
	DueTime DueTime         `json:"due_time"`
	After   calendar.Minute `json:"after,omitzero"` // cutoff for limits that name none; 0 = none
}

// MarshalText writes session_end or same_clock.
func (t DueTime) MarshalText() ([]byte, error) {
	if t == SameClock {
		return []byte("same_clock"), nil
	}
	return []byte("session_end"), nil
}

// UnmarshalText reads session_end or same_clock; empty text is session_end.
func (t *DueTime) UnmarshalText(b []byte) error {
	switch string(b) {
	case "", "session_end":
		*t = SessionEnd
	case "same_clock":
		*t = SameClock
	default:
		return fault.New(fault.Invalid, "deadline.due-time").With("text", string(b))
	}
	return nil
}

// Env is what a computation stands on. A nil Calendar is the civil service's, a nil
// Office the standard hours.
type Env struct {
	Calendar *calendar.Calendar
	Office   *calendar.Office
	Policy   Policy
}

func (e Env) filled() Env {
	if e.Calendar == nil {
		e.Calendar = calendar.Civil
	}
	if e.Office == nil {
		e.Office = calendar.StandardOffice
	}
	return e
}

// minute cuts an instant to the minute, as receipts print it.
func minute(t time.Time) time.Time {
	return time.Unix(t.Unix()-(t.Unix()%60+60)%60, 0).In(calendar.Zone)
}
