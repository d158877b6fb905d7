package deadline

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"

	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/fault"
)

// ActKind names what happened to a clock.
type ActKind string

// Acts on a clock.
const (
	Pause   ActKind = "pause"   // it stands, because the procedure version names the case; Basis
	Freeze  ActKind = "freeze"  // it stands while the applicant completes the file; Basis
	Resume  ActKind = "resume"  // it goes on after the Pause or Freeze of the same Ref
	Restart ActKind = "restart" // it counts the whole limit again, or a new Limit, from At
	Extend  ActKind = "extend"  // a decision gives a new date Until, or Limit more; Basis
	Release ActKind = "release" // the result is ready: this instant decides timeliness
	Close   ActKind = "close"   // the case ended without a result
)

// Act is one thing that happened to a clock. At is cut to the minute.
type Act struct {
	Kind  ActKind   `json:"kind"`
	At    time.Time `json:"at"`
	Ref   string    `json:"ref,omitempty"`   // tells pauses apart that overlap
	Basis string    `json:"basis,omitempty"` // clause or decision that allows it
	Until time.Time `json:"until,omitzero"`
	Limit Limit     `json:"limit,omitzero"`
}

// Clock is the clock of one case: where it started and everything that happened to it.
// Nothing computed is kept in it. It is a value; With returns a changed copy. The zero
// Clock has not started and can be told nothing.
type Clock struct {
	Base  time.Time `json:"base"`
	Limit Limit     `json:"limit"`
	Acts  []Act     `json:"acts,omitempty"`
}

// UnmarshalJSON reads what encoding/json writes of a Clock; instants are in calendar.Zone.
func (c *Clock) UnmarshalJSON(b []byte) error {
	type plain Clock
	var p plain
	if err := json.Unmarshal(b, &p); err != nil {
		return err
	}
	inZone(&p.Base)
	for i := range p.Acts {
		inZone(&p.Acts[i].At)
		inZone(&p.Acts[i].Until)
	}
	*c = Clock(p)
	return nil
}

// Refusals of acts on a clock.
var (
	ErrNoBasis    = fault.New(fault.Invalid, "deadline.no-basis")     // a pause or extension nobody allowed
	ErrStopped    = fault.New(fault.Conflict, "deadline.stopped")     // released or closed: nothing follows
	ErrStands     = fault.New(fault.Conflict, "deadline.stands")      // it stands already under this Ref
	ErrRuns       = fault.New(fault.Conflict, "deadline.runs")        // nothing to resume under this Ref
	ErrTooEarly   = fault.New(fault.Invalid, "deadline.too-early")    // before the clock started, or before what it answers
	ErrNotStarted = fault.New(fault.Conflict, "deadline.not-started") // no base or no limit
	ErrExtension  = fault.New(fault.Invalid, "deadline.extension")    // neither or both of Until and Limit
)

// Run starts a clock: the dossier was accepted complete at base.
// law: ND118-2025 17.3
func Run(base time.Time, l Limit) Clock { return Clock{Base: minute(base), Limit: l} }

// With returns the clock after act. Acts may be told in any order of time, so that a
// record that arrives late is counted like one that came at once; the whole list must
// make sense. See the Err variables for refusals.
func (c Clock) With(act Act) (Clock, error) {
	act.At = minute(act.At)
	if !act.Until.IsZero() {
		act.Until = minute(act.Until)
	}
	acts := append(slices.Clone(c.Acts), act)
	slices.SortStableFunc(acts, func(a, b Act) int { return a.At.Compare(b.At) })
	next := Clock{Base: c.Base, Limit: c.Limit, Acts: acts}
	if _, err := next.fold(); err != nil {
		return c, err
	}
	return next, nil
}

// stretch is what the acts leave to compute: the last start and what happened since.
type stretch struct {
	start     time.Time
	limit     Limit
	basis     string
	restarted bool
	stands    []stand
	extends   []Act
	end       Act // Release or Close, or the zero Act
}

type stand struct {
	from, to time.Time // to zero while it lasts
	freeze   bool
	ref      string
	basis    string
}

func (c Clock) fold() (stretch, error) {
	if c.Base.IsZero() || c.Limit.IsZero() {
		return stretch{}, ErrNotStarted
	}
	s := stretch{start: c.Base, limit: c.Limit}
	for _, a := range c.Acts {
		if a.At.Before(c.Base) {
			return s, ErrTooEarly
		}
		if s.end.Kind != "" {
			return s, ErrStopped
		}
		open := slices.IndexFunc(s.stands, func(p stand) bool { return p.to.IsZero() && p.ref == a.Ref })
		switch a.Kind {
		case Pause, Freeze:
			// Neither decree knows a general pause: the procedure version must name it.
			if a.Basis == "" {
				return s, ErrNoBasis
			}
			if open >= 0 {
				return s, ErrStands
			}
			s.stands = append(s.stands, stand{from: a.At, freeze: a.Kind == Freeze, ref: a.Ref, basis: a.Basis})
		case Resume:
			if open < 0 {
				return s, ErrRuns
			}
			s.stands[open].to = a.At
		case Restart:
			// law: ND118-2025 19.5
			s.start, s.basis, s.restarted, s.stands, s.extends = a.At, a.Basis, true, nil, nil
			if !a.Limit.IsZero() {
				s.limit = a.Limit
			}
		case Extend:
			if a.Basis == "" {
				return s, ErrNoBasis
			}
			if a.Until.IsZero() == a.Limit.IsZero() {
				return s, ErrExtension
			}
			if !a.Until.IsZero() && !a.Until.After(a.At) {
				return s, ErrTooEarly
			}
			s.extends = append(s.extends, a)
		case Release, Close:
			// What stands now never goes on; the date it left behind is judged as of now.
			for i := range s.stands {
				if s.stands[i].to.IsZero() {
					s.stands[i].to = a.At
				}
			}
			s.end = a
		default:
			return s, fault.New(fault.Invalid, "deadline.act").With("kind", string(a.Kind))
		}
	}
	return s, nil
}

func (s *stretch) open() (stand, bool) {
	i := slices.IndexFunc(s.stands, func(p stand) bool { return p.to.IsZero() })
	if i < 0 {
		return stand{}, false
	}
	for j := i + 1; j < len(s.stands); j++ {
		if s.stands[j].to.IsZero() && s.stands[j].freeze {
			i = j // waiting for the applicant is what people must know
		}
	}
	return s.stands[i], true
}

// gaps returns the closed stretches of standing, merged and in order.
func (s *stretch) gaps() []gap {
	var out []gap
	for _, p := range s.stands {
		g := gap{localOf(p.from), never}
		if !p.to.IsZero() {
			g.to = localOf(p.to)
		}
		if g.to > g.from {
			out = append(out, g)
		}
	}
	slices.SortFunc(out, func(a, b gap) int { return int(a.from - b.from) })
	n := 0
	for _, g := range out {
		if n > 0 && g.from <= out[n-1].to {
			out[n-1].to = max(out[n-1].to, g.to)
			continue
		}
		out[n] = g
		n++
	}
	return out[:n]
}

// Due computes the due date from the base and all acts. While the clock stands, At is
// zero and the steps say since when and why. Errors are those of Compute and With.
func (c Clock) Due(env Env) (Due, error) { return c.due(env, true) }

func (c Clock) due(env Env, record bool) (Due, error) {
	s, err := c.fold()
	if err != nil {
		return Due{}, err
	}
	w := walk{env: env.filled(), record: record, gaps: s.gaps()}
	d := Due{Base: s.start, Limit: s.limit, Calendar: w.env.Calendar.ID(), Policy: env.Policy}
	if _, standing := s.open(); standing {
		w.add(Step{Kind: Start, Start: s.start, Limit: s.limit, Why: s.why(), Basis: s.basis})
		w.tell(s.stands, time.Time{})
		d.Steps = w.steps
		return d, nil
	}
	at, err := w.run(s.start, s.limit, s.why())
	if err != nil {
		return Due{}, err
	}
	if record && s.restarted {
		w.steps[0].Basis = s.basis
	}
	for _, e := range s.extends {
		if d.First.IsZero() {
			d.First = at
		}
		w.add(Step{Kind: Extended, Start: e.At, End: e.Until, Limit: e.Limit, Basis: e.Basis})
		var next time.Time
		if e.Limit.IsZero() {
			next, err = w.until(e.At, e.Until, s.limit.unit)
		} else {
			next, err = w.run(at, e.Limit, whyExtend)
		}
		if err != nil {
			return Due{}, err
		}
		if next.After(at) {
			at = next
		}
	}
	d.At = at
	if n := len(w.steps); n > 0 && (w.steps[n-1].Kind != Deadline || !w.steps[n-1].Start.Equal(at)) {
		w.add(Step{Kind: Deadline, Start: at})
	}
	if record {
		w.tell(s.stands, at)
		d.Steps = w.steps
	}
	return d, nil
}

func (s *stretch) why() string {
	if s.restarted {
		return whyRestart
	}
	return ""
}

// tell writes what stood before the due date behind the first step. A stop that began
// later changed nothing.
func (w *walk) tell(stands []stand, before time.Time) {
	var told []Step
	for _, p := range stands {
		if !before.IsZero() && !p.from.Before(before) {
			continue
		}
		s := Step{Kind: Stand, Start: p.from, End: p.to, Why: whyPause, Basis: p.basis}
		if p.freeze {
			s.Why = whyFreeze
		}
		told = append(told, s)
	}
	slices.SortFunc(told, func(a, b Step) int {
		return cmp.Or(a.Start.Compare(b.Start), a.End.Compare(b.End), cmp.Compare(a.Why, b.Why), cmp.Compare(a.Basis, b.Basis))
	})
	if len(told) > 0 && w.record {
		w.steps = slices.Insert(w.steps, 1, told...)
	}
}

// until is an explicit new date: itself, unless the clock stands between the decision
// and it. Then the working time left at the decision is counted on around the stops,
// and a limit in days ends with the day.
func (w *walk) until(decided, until time.Time, unit Unit) (time.Time, error) {
	from, to := localOf(decided), localOf(until)
	if !slices.ContainsFunc(w.gaps, func(g gap) bool { return g.from < to && from < g.to }) {
		return until, nil
	}
	quiet := walk{env: w.env, gaps: w.gaps}
	n, err := worked(w.env, nil, from, to)
	if err != nil {
		return time.Time{}, err
	}
	end := to
	if n > 0 {
		if end, err = quiet.minutes(calendar.DateOf(decided), calendar.MinuteOf(decided), n); err != nil {
			return time.Time{}, err
		}
	}
	if end = max(end, to); unit != WorkingHour || quiet.stands(end) {
		if end, err = quiet.close(calendar.DateOf(instant(end))); err != nil {
			return time.Time{}, err
		}
	}
	at := instant(max(end, to))
	w.add(Step{Kind: Extended, Why: whyShift, Start: decided, End: at})
	return at, nil
}

// worked counts the minutes of sessions in [from, to), leaving out the gaps.
func worked(env Env, gaps []gap, from, to int64) (int64, error) {
	var n int64
	for d := epoch.AddDays(int(from / 1440)); local(d, 0) < to; d = d.AddDays(1) {
		day, err := env.Office.Day(env.Calendar, d)
		if err != nil {
			return 0, err
		}
		for _, s := range day.Hours {
			n += within(gaps, max(local(d, s.From), from), min(local(d, s.To), to))
		}
	}
	return n, nil
}

// within returns the minutes of [a, b) that are in no gap.
func within(gaps []gap, a, b int64) int64 {
	n := max(0, b-a)
	for _, g := range gaps {
		n -= max(0, min(b, g.to)-max(a, g.from))
	}
	return n
}
