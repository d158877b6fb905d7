package calendar

import (
	"slices"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/fault"
)

// Session is a span of work within one day, From included, To excluded.
type Session struct{ From, To Minute }

// Hours are the sessions of one day, in order and apart. None means closed.
// Values are shared: never write into them.
type Hours []Session

// ParseHours reads "07:30-11:30,13:00-17:00". Sessions must be in order and apart
// and end on their day, 23:59 at the latest; empty text is no hours. The error is a *fault.Error of kind Invalid.
func ParseHours(s string) (Hours, error) {
	if strings.TrimSpace(s) == "" {
		return nil, nil
	}
	bad := fault.New(fault.Invalid, "calendar.hours").With("text", clip(s))
	var h Hours
	for part := range strings.SplitSeq(s, ",") {
		from, to, ok := strings.Cut(strings.TrimSpace(part), "-")
		if !ok {
			return nil, bad
		}
		a, errA := ParseMinute(strings.TrimSpace(from))
		b, errB := ParseMinute(strings.TrimSpace(to))
		if errA != nil || errB != nil || a >= b || b == 24*60 || len(h) > 0 && a < h[len(h)-1].To {
			return nil, bad
		}
		h = append(h, Session{a, b})
	}
	return h, nil
}

// String returns the text ParseHours reads.
func (h Hours) String() string {
	var b strings.Builder
	for i, s := range h {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(s.From.String() + "-" + s.To.String())
	}
	return b.String()
}

// Length returns the minutes worked.
func (h Hours) Length() Minute {
	var n Minute
	for _, s := range h {
		n += s.To - s.From
	}
	return n
}

// Open returns the first minute of the day; 0 when closed.
func (h Hours) Open() Minute {
	if len(h) == 0 {
		return 0
	}
	return h[0].From
}

// Close returns the end of the last session; 0 when closed.
func (h Hours) Close() Minute {
	if len(h) == 0 {
		return 0
	}
	return h[len(h)-1].To
}

// Contains reports whether m falls within a session.
func (h Hours) Contains(m Minute) bool {
	return slices.ContainsFunc(h, func(s Session) bool { return s.From <= m && m < s.To })
}

// Week is the hours of each weekday, indexed by time.Weekday.
// Counted hours are working time. Desk hours receive and return papers and do not
// count for deadlines (Saturday duty); where Desk is empty the desk keeps Counted.
type Week struct {
	Counted [7]Hours
	Desk    [7]Hours
}

// Plan is the hours of an office while it is valid.
type Plan struct {
	From, Until Date // Until exclusive; zero = open
	// A season within every year, first and last day included, such as summer
	// hours 04-15 to 10-15; it may run over New Year. Zero = the whole year.
	SeasonFrom, SeasonTo YearDay
	Week                 Week
}

// YearDay is a day that comes back every year, 29 February included. Its text is mm-dd.
type YearDay struct {
	Month time.Month
	Day   int
}

// ParseYearDay reads mm-dd; empty text is no day.
func ParseYearDay(s string) (YearDay, error) {
	if s == "" {
		return YearDay{}, nil
	}
	d, err := ParseDate("2000-" + s) // a leap year
	if err != nil {
		return YearDay{}, fault.New(fault.Invalid, "calendar.year-day").With("text", clip(s))
	}
	_, m, day := d.Civil()
	return YearDay{m, day}, nil
}

func (y YearDay) order() int { return int(y.Month)*32 + y.Day }

// Valid reports whether the plan holds on d, its season included.
func (p *Plan) Valid(d Date) bool {
	if d.Before(p.From) || !p.Until.IsZero() && !d.Before(p.Until) {
		return false
	}
	if p.SeasonFrom == (YearDay{}) {
		return true
	}
	_, m, day := d.Civil()
	at, from, to := YearDay{m, day}.order(), p.SeasonFrom.order(), p.SeasonTo.order()
	if from <= to {
		return from <= at && at <= to
	}
	return at >= from || at <= to
}

// Office is the hours of one agency through time. It is immutable.
type Office struct{ plans []Plan }

// NewOffice builds the hours of an agency. Where several plans are valid on a day
// the last one given wins, so a season stands after the plan it changes. Every plan
// needs counted hours on at least one weekday.
func NewOffice(plans ...Plan) (*Office, error) {
	if len(plans) == 0 {
		return nil, fault.New(fault.Invalid, "calendar.office-empty")
	}
	for _, p := range plans {
		if !slices.ContainsFunc(p.Week.Counted[:], func(h Hours) bool { return len(h) > 0 }) {
			return nil, fault.New(fault.Invalid, "calendar.office-empty")
		}
		if (p.SeasonFrom == YearDay{}) != (p.SeasonTo == YearDay{}) {
			return nil, fault.New(fault.Invalid, "calendar.season-half")
		}
	}
	return &Office{slices.Clone(plans)}, nil
}

// WeekdaysOffice returns an office open Monday to Friday during h, for all time.
func WeekdaysOffice(h Hours) (*Office, error) {
	var w Week
	for d := time.Monday; d <= time.Friday; d++ {
		w.Counted[d] = h
	}
	return NewOffice(Plan{Week: w})
}

// StandardOffice is 07:30-11:30, 13:00-17:00, Monday to Friday.
var StandardOffice = func() *Office {
	o, err := WeekdaysOffice(Hours{{7*60 + 30, 11*60 + 30}, {13 * 60, 17 * 60}})
	if err != nil {
		panic(err)
	}
	return o
}()

// Day is one day as an office lives it.
type Day struct {
	Date  Date
	Kind  DayKind
	Hours Hours // working time; empty unless Kind.Worked()
}

// Day returns what d is for the office under the calendar. A weekday without
// counted hours is Closed; a weekend day with counted hours is Working. A made-up day
// keeps the hours of the day it replaces, or of Monday.
func (o *Office) Day(c *Calendar, d Date) (Day, error) {
	k, err := c.Kind(d)
	if err != nil {
		return Day{}, err
	}
	if k == Holiday {
		return Day{Date: d, Kind: k}, nil
	}
	p := o.plan(d)
	if p == nil {
		return Day{}, fault.New(fault.Unavailable, "calendar.hours-missing").With("date", d.String())
	}
	h := p.Week.Counted[d.Weekday()]
	switch {
	case k == MadeUp:
		w := time.Monday
		if e, ok := c.Exception(d); ok && !e.Swap.IsZero() {
			w = e.Swap.Weekday()
		}
		if h = p.Week.Counted[w]; len(h) == 0 {
			h = p.Week.anyDay()
		}
	case len(h) == 0 && k == Working:
		k = Closed
	case len(h) > 0 && k == Weekend:
		k = Working
	}
	return Day{d, k, h}, nil
}

// FullDay returns the minutes of the longest ordinary working day of the plan valid on
// d: what "a day" is worth where a limit speaks of half a day. 0 without a plan.
func (o *Office) FullDay(d Date) Minute {
	var n Minute
	if p := o.plan(d); p != nil {
		for _, h := range p.Week.Counted {
			n = max(n, h.Length())
		}
	}
	return n
}

// DeskHours returns when papers are received and returned on d, counted or not.
func (o *Office) DeskHours(c *Calendar, d Date) (Hours, error) {
	day, err := o.Day(c, d)
	if err != nil || day.Kind == Holiday {
		return nil, err
	}
	if desk := o.plan(d).Week.Desk[d.Weekday()]; len(desk) > 0 && day.Kind != MadeUp {
		return desk, nil
	}
	return day.Hours, nil
}

func (o *Office) plan(d Date) *Plan {
	for i := len(o.plans) - 1; i >= 0; i-- {
		if o.plans[i].Valid(d) {
			return &o.plans[i]
		}
	}
	return nil
}

func (w *Week) anyDay() Hours {
	for _, h := range w.Counted {
		if len(h) > 0 {
			return h
		}
	}
	return nil
}

var weekdayNames = [...]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// ParseWeek reads the hours of a week as packs write them:
//
//	mon-fri 07:30-11:30,13:00-17:00; sat desk 07:30-11:30
//
// Days are mon … sun, single or a range; "desk" marks hours that receive but do not count.
func ParseWeek(s string) (Week, error) {
	var w Week
	for part := range strings.SplitSeq(s, ";") {
		f := strings.Fields(part)
		if len(f) == 0 {
			continue
		}
		bad := fault.New(fault.Invalid, "calendar.week").With("text", clip(strings.Join(f, " ")))
		days, rest := f[0], f[1:]
		target := &w.Counted
		if len(rest) > 0 && rest[0] == "desk" {
			target, rest = &w.Desk, rest[1:]
		}
		first, last, ranged := strings.Cut(days, "-")
		if !ranged {
			last = first
		}
		from, to := slices.Index(weekdayNames[:], first), slices.Index(weekdayNames[:], last)
		hours, err := ParseHours(strings.Join(rest, ""))
		if err != nil || len(hours) == 0 || from < 0 || to < 0 {
			return Week{}, bad
		}
		for d := from; ; d = (d + 1) % 7 {
			if len(target[d]) > 0 {
				return Week{}, bad
			}
			target[d] = hours
			if d == to {
				break
			}
		}
	}
	return w, nil
}
