package deadline

import (
	"encoding/json"
	"time"

	"github.com/motcua/motcua/internal/calendar"
)

// Due is a due date with its derivation. Its JSON is stable: instants are RFC 3339 at
// +07:00, whole minutes, members in the order below.
type Due struct {
	At       time.Time `json:"at,omitzero"` // zero while the clock stands still: nothing is promised
	Base     time.Time `json:"base"`        // where counting started: acceptance, or the last restart
	Limit    Limit     `json:"limit"`
	First    time.Time `json:"first,omitzero"` // the date before the first extension, kept for the record
	Calendar string    `json:"calendar"`       // calendar.Calendar.ID
	Policy   Policy    `json:"policy,omitzero"`
	Steps    []Step    `json:"steps,omitempty"`
}

// UnmarshalJSON reads what encoding/json writes of a Due; instants are in calendar.Zone.
func (d *Due) UnmarshalJSON(b []byte) error {
	type plain Due
	var p plain
	if err := json.Unmarshal(b, &p); err != nil {
		return err
	}
	for _, t := range []*time.Time{&p.At, &p.Base, &p.First} {
		inZone(t)
	}
	for i := range p.Steps {
		inZone(&p.Steps[i].Start)
		inZone(&p.Steps[i].End)
	}
	*d = Due(p)
	return nil
}

// inZone makes equal instants equal values.
func inZone(t *time.Time) {
	if !t.IsZero() {
		*t = t.In(calendar.Zone)
	}
}

// StepKind names what a step of a derivation says.
type StepKind string

// Kinds of steps. Start … Deadline is one stretch of counting; Extend may open another.
const (
	Start    StepKind = "start"    // counting Limit starts at Start; Why: "", restart (Basis), extend
	From     StepKind = "from"     // counting starts only at Start; Why: cutoff, outside-hours
	Count    StepKind = "count"    // days From to To count, N of them; Why: "", made-up
	Skip     StepKind = "skip"     // days From to To do not count; Why: weekend, holiday (Name), closed, paused
	Use      StepKind = "use"      // the minutes from Start to End count, N of them; Why: "", made-up
	Land     StepKind = "land"     // the limit runs out on day From; Why: months, off-day (Name)
	Fixed    StepKind = "fixed"    // results are returned on fixed days; next is day To
	Stand    StepKind = "stand"    // the clock stands from Start to End (zero: still); Why: pause, freeze; Basis
	Extended StepKind = "extended" // a decision of Start gives until End, or Limit more; Basis. Why shift: moved to End by later stops
	Deadline StepKind = "due"      // due at Start
)

// Step is one step of a derivation, as data.
type Step struct {
	Kind   StepKind      `json:"k"`
	Why    string        `json:"why,omitempty"`
	From   calendar.Date `json:"from,omitzero"`
	To     calendar.Date `json:"to,omitzero"` // included
	Start  time.Time     `json:"start,omitzero"`
	End    time.Time     `json:"end,omitzero"`
	N      int           `json:"n,omitempty"`
	Limit  Limit         `json:"limit,omitzero"`
	Name   string        `json:"name,omitempty"`    // of the holiday
	NameEn string        `json:"name_en,omitempty"` // where it differs
	Basis  string        `json:"basis,omitempty"`

	Unconfirmed bool `json:"unconfirmed,omitempty"` // the notice behind the holiday has not been seen
}

// Reasons in Step.Why.
const (
	whyRestart = "restart"
	whyExtend  = "extend"
	whyShift   = "shift" // stops after an extension moved its date
	whyCutoff  = "cutoff"
	whyOutside = "outside-hours"
	whyMadeUp  = "made-up"
	whyWeekend = "weekend"
	whyHoliday = "holiday"
	whyClosed  = "closed"
	whyPaused  = "paused"
	whyMonths  = "months"
	whyOffDay  = "off-day"
	whyPause   = "pause"
	whyFreeze  = "freeze"
)

// Compute returns the due date of a limit that starts at start, seconds cut off.
// Errors: calendar.ErrYearMissing when a day in question was never announced,
// calendar.hours-missing when the office has no hours then, ErrLimit for no limit.
func Compute(start time.Time, l Limit, env Env) (Due, error) {
	w := walk{env: env.filled(), record: true}
	at, err := w.run(start, l, "")
	if err != nil {
		return Due{}, err
	}
	return Due{
		At: at, Base: minute(start), Limit: l, Calendar: w.env.Calendar.ID(), Policy: env.Policy, Steps: w.steps,
	}, nil
}

// At is Compute without the derivation, for lists and searches.
func At(start time.Time, l Limit, env Env) (time.Time, error) {
	w := walk{env: env.filled()}
	return w.run(start, l, "")
}

// gap is a stretch during which the clock stands, in minutes of local time.
type gap struct {
	from, to int64 // to = never while it lasts
}

const never = int64(1) << 60

// walk counts one limit through the days. gaps are in order and apart.
type walk struct {
	env    Env
	gaps   []gap
	record bool
	steps  []Step
}

var epoch = calendar.NewDate(1970, time.January, 1)

func local(d calendar.Date, m calendar.Minute) int64 { return int64(d.Sub(epoch))*1440 + int64(m) }

func localOf(t time.Time) int64 { return local(calendar.DateOf(t), calendar.MinuteOf(t)) }

func instant(m int64) time.Time {
	return epoch.AddDays(int(m / 1440)).At(calendar.Minute(m % 1440))
}

// stands reports whether the clock stands when the moment m comes: a pause that
// begins at the close of a day takes nothing from that day, one that ends there takes it.
func (w *walk) stands(m int64) bool {
	for _, g := range w.gaps {
		if g.from < m && m <= g.to {
			return true
		}
	}
	return false
}

// run counts l from start and returns when it ends.
func (w *walk) run(start time.Time, l Limit, why string) (time.Time, error) {
	start = minute(start)
	if w.record {
		if w.steps == nil {
			w.steps = make([]Step, 0, 8)
		}
		w.steps = append(w.steps, Step{Kind: Start, Start: start, Limit: l, Why: why})
	}
	d, m := calendar.DateOf(start), calendar.MinuteOf(start)
	cutoff := l.after
	if cutoff == 0 && l.unit != WorkingHour {
		cutoff = w.env.Policy.After
	}
	if cutoff > 0 && (why == "" || why == whyRestart) {
		// Received after the cutoff, or on a day without work, counts as received
		// when the next working day opens.
		day, err := w.day(d)
		if err != nil {
			return time.Time{}, err
		}
		if !day.Kind.Worked() || m > cutoff {
			if day, err = w.nextWorked(d.AddDays(1)); err != nil {
				return time.Time{}, err
			}
			d, m = day.Date, day.Hours.Open()
			w.add(Step{Kind: From, Start: d.At(m), Why: whyCutoff})
		}
	}
	var (
		end int64
		err error
	)
	switch l.unit {
	case WorkingHour:
		end, err = w.minutes(d, m, int64(l.halves)*30)
	case WorkingDay:
		end, err = w.workingDays(d, m, l)
	case Day:
		end, err = w.calendarDays(d, int(l.halves/2))
	case Month:
		// law: BLDS-2015 148.3
		last := d.AddMonths(int(l.halves / 2))
		w.add(Step{Kind: Land, From: last, Why: whyMonths})
		end, err = w.calendarDays(d, last.Sub(d))
	case SameDay, SameVisit:
		end, err = w.sameDay(d, m)
	default:
		return time.Time{}, ErrLimit.With("text", "")
	}
	if err == nil && l.fixed() {
		end, err = w.fixedDay(end, l)
	}
	if err != nil {
		return time.Time{}, err
	}
	at := instant(end)
	w.add(Step{Kind: Deadline, Start: at})
	return at, nil
}

func (w *walk) day(d calendar.Date) (calendar.Day, error) {
	return w.env.Office.Day(w.env.Calendar, d)
}

// nextWorked returns the first day from d on that is worked, recording what it skips.
func (w *walk) nextWorked(d calendar.Date) (calendar.Day, error) {
	for ; ; d = d.AddDays(1) {
		day, err := w.day(d)
		if err != nil || day.Kind.Worked() {
			return day, err
		}
		w.skip(day)
	}
}

// minutes consumes n minutes of sessions from m on d, leaving out the gaps.
// law: BLDS-2015 147.1
func (w *walk) minutes(d calendar.Date, m calendar.Minute, n int64) (int64, error) {
	at := local(d, m)
	for first := true; ; d = d.AddDays(1) {
		day, err := w.day(d)
		if err != nil {
			return 0, err
		}
		if !day.Kind.Worked() {
			w.skip(day)
			continue
		}
		for _, s := range day.Hours {
			a, b := max(local(d, s.From), at), local(d, s.To)
			for a < b {
				stop := b
				for _, g := range w.gaps { // in order and apart
					if g.from <= a && a < g.to {
						a = g.to
					} else if a < g.from && g.from < stop {
						stop = g.from
					}
				}
				if a >= b {
					break
				}
				if first && a > at && (local(d, 0) > at || !day.Hours.Contains(calendar.Minute(at%1440))) {
					w.add(Step{Kind: From, Start: instant(a), Why: whyOutside})
				}
				first = false
				took := min(n, stop-a)
				w.use(day, a, a+took)
				if n -= took; n == 0 {
					return a + took, nil
				}
				a = stop
			}
		}
	}
}

// workingDays leaves out the day of receipt and counts the working days after it; a
// half left over is half a full day of working hours after the last whole one.
// law: BLDS-2015 147.2
func (w *walk) workingDays(d calendar.Date, m calendar.Minute, l Limit) (int64, error) {
	sameClock := w.env.Policy.DueTime == SameClock
	if sameClock {
		day, clock, err := w.workingMoment(d, m)
		if err != nil {
			return 0, err
		}
		d, m = day, clock
	}
	half := int64(w.env.Office.FullDay(d) / 2)
	at := local(d, m)
	for n := l.halves / 2; n > 0; {
		d = d.AddDays(1)
		day, err := w.day(d)
		if err != nil {
			return 0, err
		}
		if !day.Kind.Worked() {
			w.skip(day)
			continue
		}
		tick := day.Hours.Close()
		if sameClock {
			tick = place(day.Hours, m)
		}
		if at = local(d, tick); w.stands(at) {
			w.skipPaused(d)
			continue
		}
		w.count(day)
		n--
	}
	if l.halves%2 == 0 {
		return at, nil
	}
	return w.minutes(calendar.DateOf(instant(at)), calendar.Minute(at%1440), half)
}

// workingMoment returns the first moment of work at or after m on d.
func (w *walk) workingMoment(d calendar.Date, m calendar.Minute) (calendar.Date, calendar.Minute, error) {
	day, err := w.day(d)
	if err != nil {
		return d, m, err
	}
	if day.Kind.Worked() && m < day.Hours.Close() {
		if clock := place(day.Hours, m); clock != m {
			w.add(Step{Kind: From, Start: d.At(clock), Why: whyOutside})
			m = clock
		}
		return d, m, nil
	}
	if day, err = w.nextWorked(d.AddDays(1)); err != nil {
		return d, m, err
	}
	w.add(Step{Kind: From, Start: day.Date.At(day.Hours.Open()), Why: whyOutside})
	return day.Date, day.Hours.Open(), nil
}

// place puts a time of day into sessions: between two of them the later one opens,
// after the last the day closes.
func place(h calendar.Hours, m calendar.Minute) calendar.Minute {
	for _, s := range h {
		if m < s.To {
			return max(m, s.From)
		}
	}
	return h.Close()
}

// calendarDays leaves out the first day, counts n days, and moves to the next working
// day when the last is off.
// law: BLDS-2015 147.2, 148.5
func (w *walk) calendarDays(d calendar.Date, n int) (int64, error) {
	if len(w.gaps) == 0 {
		w.add(Step{Kind: Count, From: d.AddDays(1), To: d.AddDays(n), N: n})
		d = d.AddDays(n)
	} else {
		for n > 0 {
			d = d.AddDays(1)
			if w.stands(local(d.AddDays(1), 0)) {
				w.skipPaused(d)
				continue
			}
			w.countDay(d, "")
			n--
		}
	}
	day, err := w.day(d)
	if err != nil {
		return 0, err
	}
	if !day.Kind.Worked() {
		s := w.skipped(day)
		w.add(Step{Kind: Land, From: d, Why: whyOffDay, Name: s.Name, NameEn: s.NameEn, Unconfirmed: s.Unconfirmed})
		d = d.AddDays(1)
	}
	return w.close(d)
}

// close returns the end of the first working day from d on at whose end the clock runs.
func (w *walk) close(d calendar.Date) (int64, error) {
	for {
		day, err := w.nextWorked(d)
		if err != nil {
			return 0, err
		}
		if at := local(day.Date, day.Hours.Close()); !w.stands(at) {
			return at, nil
		}
		w.skipPaused(day.Date)
		d = day.Date.AddDays(1)
	}
}

func (w *walk) sameDay(d calendar.Date, m calendar.Minute) (int64, error) {
	day, err := w.day(d)
	if err != nil {
		return 0, err
	}
	if !day.Kind.Worked() {
		return w.close(d)
	}
	if m >= day.Hours.Close() {
		d = d.AddDays(1)
	}
	return w.close(d)
}

// fixedDay moves a due moment to the end of the next fixed day of return, and when that
// day is off to the working day after it.
func (w *walk) fixedDay(end int64, l Limit) (int64, error) {
	due := calendar.DateOf(instant(end))
	d := due
	for !l.fixedDay(d) {
		d = d.AddDays(1)
	}
	if d != due {
		w.add(Step{Kind: Fixed, From: due, To: d, Limit: l})
	}
	return w.close(d)
}

// The derivation is kept in runs: days of one kind and reason share a step.

func (w *walk) add(s Step) {
	if w.record {
		w.steps = append(w.steps, s)
	}
}

func (w *walk) skip(day calendar.Day) {
	if w.record {
		w.join(w.skipped(day))
	}
}

// skipped says why a day is not worked.
func (w *walk) skipped(day calendar.Day) Step {
	s := Step{Kind: Skip, From: day.Date, To: day.Date, Why: whyClosed}
	switch day.Kind {
	case calendar.Weekend:
		s.Why = whyWeekend
	case calendar.Holiday:
		s.Why = whyHoliday
		if e, ok := w.env.Calendar.Exception(day.Date); ok {
			s.Name, s.Unconfirmed = e.Name, e.Unconfirmed
			if e.NameEn != e.Name {
				s.NameEn = e.NameEn
			}
		}
	case calendar.Working, calendar.MadeUp, calendar.Closed:
	}
	return s
}

func (w *walk) skipPaused(d calendar.Date) {
	if w.record {
		w.join(Step{Kind: Skip, From: d, To: d, Why: whyPaused})
	}
}

func (w *walk) count(day calendar.Day) {
	if !w.record {
		return
	}
	why := ""
	if day.Kind == calendar.MadeUp {
		why = whyMadeUp
	}
	w.countDay(day.Date, why)
}

func (w *walk) countDay(d calendar.Date, why string) {
	if w.record {
		w.join(Step{Kind: Count, From: d, To: d, N: 1, Why: why})
	}
}

func (w *walk) use(day calendar.Day, from, to int64) {
	if !w.record {
		return
	}
	s := Step{Kind: Use, Start: instant(from), End: instant(to), N: int(to - from)}
	if day.Kind == calendar.MadeUp {
		s.Why = whyMadeUp
	}
	w.steps = append(w.steps, s)
}

func (w *walk) join(s Step) {
	if n := len(w.steps); n > 0 {
		last := &w.steps[n-1]
		if last.Kind == s.Kind && last.Why == s.Why && last.Name == s.Name && last.Unconfirmed == s.Unconfirmed && last.To.AddDays(1) == s.From {
			last.To = s.To
			last.N += s.N
			return
		}
	}
	w.steps = append(w.steps, s)
}
