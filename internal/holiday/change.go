package holiday

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/deadline"
	"github.com/motcua/motcua/internal/journal"
)

// Kinds of events. A kind is never reused with another meaning.
const (
	EventDeclared  = "calendar_change.declared"
	EventListed    = "calendar_change.listed"
	EventApplied   = "calendar_change.applied"
	EventCompleted = "calendar_change.completed"
)

// EventPrefix begins every kind of event of this package.
const EventPrefix = Kind + "."

// Day is a declared day as the journal keeps it, with what stood there before.
type Day struct {
	calendar.Exception
	Was *calendar.Exception `json:"was,omitempty"` // nil: the day was what its weekday makes it
}

type declared struct {
	Counts Counts `json:"counts"`
	Days   []Day  `json:"days"`
	Note   string `json:"note,omitempty"`
	Seen   string `json:"seen"` // Preview.Digest
}

// perListed is how many lines one event holds.
const perListed = 500

type listed struct {
	Lines []Line `json:"lines"`
}

// Outcome is what became of a line.
type Outcome string

// Outcomes of lines. A kept or untouched line stands as it was judged.
const (
	Waiting Outcome = "waiting" // moved, and not carried out yet
	Done    Outcome = "done"    // the dossier has its new date
	Ended   Outcome = "ended"   // it had its result or had ended before its turn came
	Changed Outcome = "changed" // its date was set anew meanwhile, under the changed calendar
	Stood   Outcome = "stood"   // its clock stands: the date will be computed when it goes on
	Failed  Outcome = "failed"  // it could not be moved: people have to look at it
	Stands  Outcome = "stands"  // nothing to do
)

type skipped struct {
	N       int     `json:"n"` // index of the line
	Outcome Outcome `json:"outcome"`
}

type applied struct {
	Skipped []skipped `json:"skipped,omitempty"` // the lines before Upto that were not moved
	Upto    int       `json:"upto"`              // lines are done up to here
}

type completed struct {
	Moved   int `json:"moved"`
	Skipped int `json:"skipped"`
}

// Entry is a line with what became of it.
type Entry struct {
	Line
	Outcome Outcome
}

// Change is the state of one change of the calendar: the fold of its journal.
type Change struct {
	ID      string
	Version int64
	Head    journal.Hash

	Days      []Day
	Note      string
	Seen      string
	At        time.Time
	By        journal.Actor
	Counts    Counts // as the person saw them
	Entries   []Entry
	Upto      int // lines done
	Moved     int // dossiers with a new date
	Skipped   int
	Completed time.Time // zero while it is carried out
}

// ErrFold means that a journal says something that cannot have happened.
var ErrFold = errors.New("journal cannot be folded")

// Fold returns the state that the events lead to. They must be all events of one case, in order.
func Fold(events []journal.Event) (*Change, error) {
	c := &Change{}
	for _, e := range events {
		if err := c.Apply(e); err != nil {
			return nil, err
		}
	}
	if c.Version == 0 {
		return nil, fmt.Errorf("%w: no events", ErrFold)
	}
	return c, nil
}

// Apply moves the state by one event.
func (c *Change) Apply(e journal.Event) error {
	if e.Seq != c.Version+1 {
		return fmt.Errorf("%w: %s has number %d after %d", ErrFold, e.Kind, e.Seq, c.Version)
	}
	if err := c.apply(e); err != nil {
		return fmt.Errorf("%w: %s (%d): %w", ErrFold, e.Kind, e.Seq, err)
	}
	c.Version, c.Head = e.Seq, e.Hash
	return nil
}

func (c *Change) apply(e journal.Event) error {
	if (e.Kind == EventDeclared) != (c.Version == 0) || !c.Completed.IsZero() {
		return errors.New("out of its turn")
	}
	switch e.Kind {
	case EventDeclared:
		var v declared
		if err := json.Unmarshal(e.Data, &v); err != nil {
			return err
		}
		if len(v.Days) == 0 {
			return errors.New("no days")
		}
		c.ID, c.At, c.By = e.Case, e.At, e.By
		c.Days, c.Note, c.Seen, c.Counts = v.Days, v.Note, v.Seen, v.Counts
	case EventListed:
		var v listed
		if err := json.Unmarshal(e.Data, &v); err != nil {
			return err
		}
		for _, l := range v.Lines {
			l.Old, l.New = l.Old.UTC(), l.New.UTC()
			outcome := Stands
			if l.Verdict == deadline.Moved {
				outcome = Waiting
			}
			c.Entries = append(c.Entries, Entry{l, outcome})
		}
	case EventApplied:
		var v applied
		if err := json.Unmarshal(e.Data, &v); err != nil {
			return err
		}
		if v.Upto <= c.Upto || v.Upto > len(c.Entries) {
			return fmt.Errorf("done up to %d of %d, after %d", v.Upto, len(c.Entries), c.Upto)
		}
		for _, s := range v.Skipped {
			if s.N < c.Upto || s.N >= v.Upto || c.Entries[s.N].Outcome != Waiting {
				return fmt.Errorf("line %d was not waiting", s.N)
			}
			c.Entries[s.N].Outcome = s.Outcome
			c.Skipped++
		}
		for i := c.Upto; i < v.Upto; i++ {
			if c.Entries[i].Outcome == Waiting {
				c.Entries[i].Outcome = Done
				c.Moved++
			}
		}
		c.Upto = v.Upto
	case EventCompleted:
		var v completed
		if err := json.Unmarshal(e.Data, &v); err != nil {
			return err
		}
		if c.next() < len(c.Entries) || v.Moved != c.Moved || v.Skipped != c.Skipped {
			return fmt.Errorf("ends with %d moved and %d left, the lines say %d and %d", v.Moved, v.Skipped, c.Moved, c.Skipped)
		}
		c.Completed = e.At
	default:
		return errors.New("unknown kind of event")
	}
	return nil
}

// next is the first line that waits; the number of lines when none does.
func (c *Change) next() int {
	for i := c.Upto; i < len(c.Entries); i++ {
		if c.Entries[i].Outcome == Waiting {
			return i
		}
	}
	return len(c.Entries)
}

// Declare makes the events of a change that a person decided on what a preview showed.
func Declare(p Preview, was *calendar.Calendar, at time.Time, by journal.Actor) ([]journal.Event, error) {
	v := declared{Counts: Count(p.Lines), Note: p.Command.Note, Seen: p.Digest()}
	for _, d := range p.Days {
		day := Day{Exception: d}
		if e, ok := was.Exception(d.Date); ok {
			day.Was = &e
		}
		v.Days = append(v.Days, day)
	}
	first, err := journal.New(EventDeclared, at, by, "", v, nil)
	if err != nil {
		return nil, err
	}
	more, err := list(p.Lines, at, by)
	return append([]journal.Event{first}, more...), err
}

func list(lines []Line, at time.Time, by journal.Actor) ([]journal.Event, error) {
	var out []journal.Event
	for chunk := range slices.Chunk(lines, perListed) {
		e, err := journal.New(EventListed, at, by, "", listed{Lines: chunk}, nil)
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, nil
}

// Exceptions are the declared days without what stood there before.
func (c *Change) Exceptions() []calendar.Exception {
	out := make([]calendar.Exception, len(c.Days))
	for i, d := range c.Days {
		out[i] = d.Exception
	}
	return out
}

// Before undoes the change in a calendar that holds it.
func (c *Change) Before(now *calendar.Calendar) (*calendar.Calendar, error) {
	var days []calendar.Date
	var was []calendar.Exception
	for _, d := range c.Days {
		days = append(days, d.Date)
		if d.Was != nil {
			was = append(was, *d.Was)
		}
	}
	bare, err := now.Without(days...)
	if err != nil {
		return nil, err
	}
	return bare.With(was...)
}

// Name is what the days are called.
func (c *Change) Name() string { return c.Days[0].Name }

// Basis is the notice that announced the change, as explanations cite it.
func (c *Change) Basis() string { return c.Days[0].Basis }

// Row is what lists read of a change. It is projected from the fold, never written alone.
type Row struct {
	ID        string
	Version   int64
	At        time.Time
	Person    string
	Post      string
	Agency    string
	Name      string
	Basis     string
	First     calendar.Date
	Last      calendar.Date
	Days      int
	Counts    Counts
	Moved     int
	Skipped   int
	Completed time.Time
}

// Project returns the row that belongs to the state, and the days it declares.
func (c *Change) Project() (Row, []calendar.Declared) {
	r := Row{
		ID: c.ID, Version: c.Version, At: c.At, Person: c.By.Person, Post: c.By.Post, Agency: c.By.Agency, Name: c.Name(), Basis: c.Basis(),
		First: c.Days[0].Date, Last: c.Days[len(c.Days)-1].Date, Days: len(c.Days), Counts: c.Counts, Moved: c.Moved, Skipped: c.Skipped, Completed: c.Completed,
	}
	days := make([]calendar.Declared, len(c.Days))
	for i, d := range c.Days {
		days[i] = calendar.Declared{Exception: d.Exception, Since: calendar.DateOf(c.At)}
	}
	return r, days
}
