package calendar

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"github.com/motcua/motcua/internal/fault"
)

// Kind says what an exception does to its day.
type Kind string

// Kinds of exceptions.
const (
	Off  Kind = "off"  // a weekday, or a weekend day, that is a holiday or closed
	Work Kind = "work" // a weekend day that is worked, usually for a swapped day off
)

// Exception is one day that differs from its weekday.
type Exception struct {
	Date        Date   `json:"date"`
	Kind        Kind   `json:"kind"`
	Name        string `json:"name"`                  // Vietnamese, as printed: "Tết Nguyên đán"
	NameEn      string `json:"name_en,omitempty"`     // English
	Basis       string `json:"basis,omitempty"`       // the notice that announced it, or where it was read
	Published   Date   `json:"published,omitzero"`    // when it was announced
	Swap        Date   `json:"swap,omitzero"`         // the other day of a swap; a made-up day keeps the hours of this one
	Unconfirmed bool   `json:"unconfirmed,omitempty"` // the official notice has not been seen
}

// Declared is an exception that was announced after its year was published: a storm, a swap decided late, or an
// earlier exception taken back. It holds from the day Since on, in place of what stood there.
type Declared struct {
	Exception
	Since Date `json:"since"`
}

// DayKind says what a day is for an office.
type DayKind uint8

// Kinds of days. Only Working and MadeUp are worked.
const (
	Working DayKind = iota + 1 // an ordinary working day
	MadeUp                     // a weekend day worked by decision
	Weekend                    // weekly rest
	Holiday                    // off by an Exception
	Closed                     // a working day of the state on which this office has no hours
)

// Worked reports whether the day counts as a working day.
func (k DayKind) Worked() bool { return k == Working || k == MadeUp }

const (
	firstYear = 1990
	lastYear  = 2200
)

// Calendar is the days of one body of announcements. It is immutable.
type Calendar struct {
	name  string
	id    string
	start Date      // day of kinds[0], always 1 January
	kinds []DayKind // 0 where the year is not covered
	rows  []Exception
	years []int
}

// New builds a calendar. name identifies the body of announcements ("vn-civil");
// years are those whose days are fully announced, any other year refuses to answer.
// Two exceptions for one day are refused.
func New(name string, years []int, rows []Exception) (*Calendar, error) {
	c := &Calendar{name: name, years: slices.Clone(years), rows: slices.Clone(rows)}
	slices.Sort(c.years)
	c.years = slices.Compact(c.years)
	if len(c.years) > 0 && (c.years[0] < firstYear || c.years[len(c.years)-1] > lastYear) {
		return nil, fault.New(fault.Invalid, "calendar.year-range").With("from", firstYear).With("until", lastYear)
	}
	slices.SortStableFunc(c.rows, func(a, b Exception) int { return a.Date.Compare(b.Date) })
	if len(c.years) > 0 {
		c.start = NewDate(c.years[0], time.January, 1)
		c.kinds = make([]DayKind, NewDate(c.years[len(c.years)-1]+1, time.January, 1).Sub(c.start))
	}
	for _, y := range c.years {
		for d, end := NewDate(y, time.January, 1), NewDate(y+1, time.January, 1); d.Before(end); d = d.AddDays(1) {
			k := Working
			if w := d.Weekday(); w == time.Saturday || w == time.Sunday {
				k = Weekend
			}
			c.kinds[d.Sub(c.start)] = k
		}
	}
	digest := fmt.Appendln(nil, c.years)
	for i, e := range c.rows {
		if e.Date.IsZero() || e.Kind != Off && e.Kind != Work {
			return nil, fault.New(fault.Invalid, "calendar.row").With("date", e.Date.String())
		}
		if i > 0 && c.rows[i-1].Date == e.Date {
			return nil, fault.New(fault.Invalid, "calendar.day-twice").With("date", e.Date.String())
		}
		digest = fmt.Appendln(digest, e.Date, e.Kind, e.Swap)
		if i := e.Date.Sub(c.start); c.Covers(e.Date.Year()) {
			switch {
			case e.Kind == Off:
				c.kinds[i] = Holiday
			case c.kinds[i] == Weekend:
				c.kinds[i] = MadeUp
			}
		}
	}
	sum := sha256.Sum256(digest)
	c.id = name + ":" + hex.EncodeToString(sum[:4])
	return c, nil
}

// ID names the calendar and the days it holds ("vn-civil:1f2e3d4c"): two calendars
// with the same ID answer alike. Events keep it beside a due date.
func (c *Calendar) ID() string { return c.id }

// Years returns the covered years in order.
func (c *Calendar) Years() []int { return slices.Clone(c.years) }

// Covers reports whether the days of the year are known.
func (c *Calendar) Covers(year int) bool {
	_, ok := slices.BinarySearch(c.years, year)
	return ok
}

// Exceptions returns the rows in order of date.
func (c *Calendar) Exceptions() []Exception { return slices.Clone(c.rows) }

// With returns a calendar in which rows replace those of the same days, for an
// announcement that came late or the closure of one place (storm, epidemic).
func (c *Calendar) With(rows ...Exception) (*Calendar, error) {
	merged := slices.Clone(c.rows)
	for _, r := range rows {
		merged = slices.DeleteFunc(merged, func(e Exception) bool { return e.Date == r.Date })
	}
	return New(c.name, c.years, append(merged, rows...))
}

// Without returns a calendar in which the days are again what their weekdays make them.
func (c *Calendar) Without(days ...Date) (*Calendar, error) {
	return New(c.name, c.years, slices.DeleteFunc(slices.Clone(c.rows), func(e Exception) bool { return slices.Contains(days, e.Date) }))
}

// ErrYearMissing matches (errors.Is) the refusal to compute in a year without data.
// Its Args carry "year".
var ErrYearMissing = fault.New(fault.Conflict, "calendar.year-missing")

// Kind returns what the day is for the state's offices in general.
func (c *Calendar) Kind(d Date) (DayKind, error) {
	if i := d.Sub(c.start); i >= 0 && i < len(c.kinds) && c.kinds[i] != 0 {
		return c.kinds[i], nil
	}
	return 0, ErrYearMissing.With("year", d.Year())
}

// Exception returns the row of the day, if it has one.
func (c *Calendar) Exception(d Date) (Exception, bool) {
	i, ok := slices.BinarySearchFunc(c.rows, d, func(e Exception, d Date) int { return e.Date.Compare(d) })
	if !ok {
		return Exception{}, false
	}
	return c.rows[i], true
}

// AddWorkingDays returns the n-th working day after d (n > 0), before d (n < 0), or d itself (n = 0).
func (c *Calendar) AddWorkingDays(d Date, n int) (Date, error) {
	step := 1
	if n < 0 {
		step, n = -1, -n
	}
	for n > 0 {
		d = d.AddDays(step)
		k, err := c.Kind(d)
		if err != nil {
			return Date{}, err
		}
		if k.Worked() {
			n--
		}
	}
	return d, nil
}

// WorkingDays counts the working days from (inclusive) to until (exclusive).
func (c *Calendar) WorkingDays(from, until Date) (int, error) {
	n := 0
	for d := from; d.Before(until); d = d.AddDays(1) {
		k, err := c.Kind(d)
		if err != nil {
			return 0, err
		}
		if k.Worked() {
			n++
		}
	}
	return n, nil
}
