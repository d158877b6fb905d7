// Package calendar knows which days a Vietnamese state office works and during
// which hours: local dates, the exceptions the Prime Minister announces each year
// (holidays, swapped days off, made-up days), and the sessions of each office.
//
// Nothing is computed from the moon or guessed: a year whose days nobody announced
// refuses to answer. Values are immutable and may be shared. It does no I/O besides
// the civil-service calendar embedded with its sources.
package calendar

import (
	"fmt"
	"strconv"
	"time"

	"github.com/motcua/motcua/internal/fault"
)

// Zone is Vietnam's time: +07:00 all year, no daylight saving.
var Zone = time.FixedZone("ICT", 7*60*60)

const (
	secondsPerDay = 24 * 60 * 60
	zoneSeconds   = 7 * 60 * 60
	// daysToEpoch is the number of 1970-01-01 when 0001-01-01 is day 1.
	daysToEpoch = 719163
)

// Date is a local day in Vietnam, years 1 to 9999. The zero value is "no date";
// dates compare with == and may be map keys. Its text is yyyy-mm-dd.
type Date struct{ n int32 } // 0001-01-01 is 1, so that the zero value is no day at all

// NewDate returns the day, normalising as time.Date does (31 April is 1 May).
func NewDate(year int, month time.Month, day int) Date {
	return DateOf(time.Date(year, month, day, 0, 0, 0, 0, Zone))
}

// DateOf returns the local day of an instant.
func DateOf(t time.Time) Date {
	s := t.Unix() + zoneSeconds + daysToEpoch*secondsPerDay
	return Date{int32(s / secondsPerDay)} //nolint:gosec // G115: years 1 to 9999 fit
}

// ParseDate reads yyyy-mm-dd. The error is a *fault.Error of kind Invalid.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil || t.Year() < 1 {
		return Date{}, fault.New(fault.Invalid, "calendar.date").With("text", clip(s))
	}
	return Date{int32(t.Unix()/secondsPerDay + daysToEpoch)}, nil //nolint:gosec // G115: years 1 to 9999 fit
}

// MustDate is ParseDate for dates written in the program.
func MustDate(s string) Date {
	d, err := ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// IsZero reports whether d is no date.
func (d Date) IsZero() bool { return d.n == 0 }

// String returns yyyy-mm-dd, or nothing for no date.
func (d Date) String() string {
	if d.n == 0 {
		return ""
	}
	var b [10]byte
	return string(d.appendISO(b[:0]))
}

func (d Date) appendISO(b []byte) []byte {
	y, m, day := d.Civil()
	b = append(b, byte('0'+y/1000%10), byte('0'+y/100%10), byte('0'+y/10%10), byte('0'+y%10), '-')
	b = append(b, byte('0'+int(m)/10), byte('0'+int(m)%10), '-') //nolint:gosec // G115: digits
	return append(b, byte('0'+day/10), byte('0'+day%10))         //nolint:gosec // G115: digits
}

// Civil returns year, month and day.
func (d Date) Civil() (int, time.Month, int) {
	// Days are regrouped into eras of 400 years that start on 1 March, so that
	// the leap day is the last of its year (H. Hinnant, "chrono-compatible
	// low-level date algorithms", public domain).
	z := int(d.n) - 1 + 306
	era := z / 146097
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	y := yoe + era*400
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	day := doy - (153*mp+2)/5 + 1
	m := mp + 3
	if m > 12 {
		m -= 12
		y++
	}
	return y, time.Month(m), day
}

// Year returns the year of d.
func (d Date) Year() int { y, _, _ := d.Civil(); return y }

// Weekday returns the day of the week.
func (d Date) Weekday() time.Weekday { return time.Weekday(d.n % 7) } // 0001-01-01 was a Monday

// AddDays returns the day n days later, or earlier when n is negative.
func (d Date) AddDays(n int) Date { return Date{d.n + int32(n)} } //nolint:gosec // G115: callers stay within the calendar

// AddMonths returns the corresponding day n months later, or the last day of that
// month when it has none.
// law: BLDS-2015 148.3
func (d Date) AddMonths(n int) Date {
	y, m, day := d.Civil()
	first := NewDate(y, m+time.Month(n), 1)
	fy, fm, _ := first.Civil()
	last := NewDate(fy, fm+1, 1).AddDays(-1)
	return Date{min(first.n+int32(day)-1, last.n)} //nolint:gosec // G115: a day of a month
}

// Sub returns how many days d is after e.
func (d Date) Sub(e Date) int { return int(d.n - e.n) }

// Before reports whether d is an earlier day than e.
func (d Date) Before(e Date) bool { return d.n < e.n }

// After reports whether d is a later day than e.
func (d Date) After(e Date) bool { return d.n > e.n }

// Compare orders dates for slices.SortFunc.
func (d Date) Compare(e Date) int { return int(d.n) - int(e.n) }

// At returns the instant at m after midnight on d.
func (d Date) At(m Minute) time.Time {
	return time.Unix((int64(d.n)-daysToEpoch)*secondsPerDay-zoneSeconds+int64(m)*60, 0).In(Zone)
}

// MarshalText writes yyyy-mm-dd, or nothing for no date.
func (d Date) MarshalText() ([]byte, error) {
	if d.n == 0 {
		return nil, nil
	}
	return d.appendISO(make([]byte, 0, 10)), nil
}

// UnmarshalText reads yyyy-mm-dd; empty text is no date.
func (d *Date) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*d = Date{}
		return nil
	}
	v, err := ParseDate(string(b))
	if err == nil {
		*d = v
	}
	return err
}

// Minute is a time of day in minutes after midnight; 24:00 is 1440.
type Minute int

// MinuteOf returns the local time of day of an instant, seconds cut off.
func MinuteOf(t time.Time) Minute {
	s := t.Unix() + zoneSeconds + daysToEpoch*secondsPerDay
	return Minute(s % secondsPerDay / 60)
}

// ParseMinute reads hh:mm, 00:00 to 24:00. The error is a *fault.Error of kind Invalid.
func ParseMinute(s string) (Minute, error) {
	bad := fault.New(fault.Invalid, "calendar.time")
	if len(s) != 5 || s[2] != ':' {
		return 0, bad.With("text", clip(s))
	}
	for _, i := range [...]int{0, 1, 3, 4} {
		if s[i] < '0' || s[i] > '9' {
			return 0, bad.With("text", clip(s))
		}
	}
	h, _ := strconv.Atoi(s[:2])
	m, _ := strconv.Atoi(s[3:])
	if m > 59 || h*60+m > 24*60 {
		return 0, bad.With("text", clip(s))
	}
	return Minute(h*60 + m), nil
}

// String returns hh:mm.
func (m Minute) String() string { return fmt.Sprintf("%02d:%02d", int(m)/60, int(m)%60) }

// MarshalText writes hh:mm.
func (m Minute) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads hh:mm.
func (m *Minute) UnmarshalText(b []byte) error {
	v, err := ParseMinute(string(b))
	if err == nil {
		*m = v
	}
	return err
}

// clip keeps what strangers wrote short enough to be shown back to them.
func clip(s string) string {
	const most = 40
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
