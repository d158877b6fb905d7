package reorg

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/casefile"
	"github.com/motcua/motcua/internal/journal"
)

// Kinds of events. A kind is never reused with another meaning.
const (
	EventProposed  = "reorganisation.proposed"
	EventWithdrawn = "reorganisation.withdrawn"
	EventPublished = "reorganisation.published"
	EventListed    = "reorganisation.listed"
	EventApplied   = "reorganisation.applied"
	EventCompleted = "reorganisation.completed"
)

// EventPrefix begins every kind of event of this package.
const EventPrefix = Kind + "."

// privatePeople is the name of the personal value of a proposal: who gets accounts.
const privatePeople = "people"

// State is how far a reorganisation is.
type State string

// States.
const (
	Proposed  State = "proposed"  // waits for a second person
	Withdrawn State = "withdrawn" // nothing came of it
	Published State = "published" // its day is to come, or its dossiers are passing
	Completed State = "completed"
)

// States lists all states in the order of a life.
var States = []State{Proposed, Published, Completed, Withdrawn}

// Line is a running dossier that passes to other agencies, with those it was with when its turn was listed.
type Line struct {
	Dossier   string          `json:"d"`
	Code      string          `json:"c"`
	Procedure string          `json:"p"`
	Competent agency.ID       `json:"a"`
	To        agency.ID       `json:"t"` // competent after
	Desk      agency.ID       `json:"s"`
	Holder    casefile.Holder `json:"h"`
}

// Outcome is what became of a line.
type Outcome string

// Outcomes of lines.
const (
	Waiting Outcome = "waiting"
	Done    Outcome = "done"
	Ended   Outcome = "ended"     // it ended before its turn came
	Stood   Outcome = "untouched" // nothing of it belonged to another agency
	Failed  Outcome = "failed"    // it could not pass: people have to look at it
)

type proposed struct {
	Command Command `json:"command"`
}

type withdrawn struct {
	Reason string `json:"reason"`
}

type published struct {
	Plan Plan   `json:"plan"`
	Seen string `json:"seen"` // Plan.Digest of what the person saw
}

type listed struct {
	Lines []Line `json:"lines"`
}

type skipped struct {
	N       int     `json:"n"` // index of the line
	Outcome Outcome `json:"outcome"`
}

type applied struct {
	Skipped []skipped `json:"skipped,omitempty"` // lines before Upto that did not pass
	Upto    int       `json:"upto"`
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

// Act is the state of one reorganisation: the fold of its journal.
type Act struct {
	ID      string
	Version int64
	Head    journal.Hash

	State       State
	Command     Command
	ProposedAt  time.Time
	ProposedBy  journal.Actor
	PublishedAt time.Time
	PublishedBy journal.Actor
	WithdrawnAt time.Time
	WithdrawnBy journal.Actor
	Reason      string // of the withdrawal
	Plan        Plan   // once published
	Seen        string
	Entries     []Entry
	Upto        int // lines done
	Moved       int
	Skipped     int
	CompletedAt time.Time
}

// ErrFold means that a journal says something that cannot have happened.
var ErrFold = errors.New("journal cannot be folded")

// FoldAll returns the state that the events lead to. They must be all events of one case, in order.
func FoldAll(events []journal.Event) (*Act, error) {
	a := &Act{}
	for _, e := range events {
		if err := a.Apply(e); err != nil {
			return nil, err
		}
	}
	if a.Version == 0 {
		return nil, fmt.Errorf("%w: no events", ErrFold)
	}
	return a, nil
}

// Apply moves the state by one event.
func (a *Act) Apply(e journal.Event) error {
	if e.Seq != a.Version+1 {
		return fmt.Errorf("%w: %s has number %d after %d", ErrFold, e.Kind, e.Seq, a.Version)
	}
	if err := a.apply(e); err != nil {
		return fmt.Errorf("%w: %s (%d): %w", ErrFold, e.Kind, e.Seq, err)
	}
	a.Version, a.Head = e.Seq, e.Hash
	return nil
}

// expects is the state each kind of event follows.
var expects = map[string]State{
	EventProposed: "", EventWithdrawn: Proposed, EventPublished: Proposed, EventListed: Published, EventApplied: Published, EventCompleted: Published,
}

func (a *Act) apply(e journal.Event) error {
	want, ok := expects[e.Kind]
	if !ok {
		return errors.New("unknown kind of event")
	}
	if a.State != want {
		return fmt.Errorf("out of its turn: %q", a.State)
	}
	switch e.Kind {
	case EventProposed:
		var v proposed
		if err := json.Unmarshal(e.Data, &v); err != nil {
			return err
		}
		a.ID, a.State, a.Command, a.ProposedAt, a.ProposedBy = e.Case, Proposed, v.Command, e.At, e.By
		if p, ok := e.Private[privatePeople]; ok && !p.Erased() {
			if err := json.Unmarshal(p.Value, &a.Command.People); err != nil {
				return err
			}
		}
	case EventWithdrawn:
		var v withdrawn
		if err := json.Unmarshal(e.Data, &v); err != nil {
			return err
		}
		a.State, a.Reason, a.WithdrawnAt, a.WithdrawnBy = Withdrawn, v.Reason, e.At, e.By
	case EventPublished:
		var v published
		if err := json.Unmarshal(e.Data, &v); err != nil {
			return err
		}
		if e.By.Person == a.ProposedBy.Person {
			return errors.New("published by who proposed it")
		}
		if v.Plan.Digest() != v.Seen {
			return errors.New("published is not what was seen")
		}
		a.State, a.Plan, a.Seen, a.PublishedAt, a.PublishedBy = Published, v.Plan, v.Seen, e.At, e.By
	case EventListed:
		var v listed
		if err := json.Unmarshal(e.Data, &v); err != nil {
			return err
		}
		for _, l := range v.Lines {
			a.Entries = append(a.Entries, Entry{l, Waiting})
		}
	case EventApplied:
		var v applied
		if err := json.Unmarshal(e.Data, &v); err != nil {
			return err
		}
		return a.carry(v)
	case EventCompleted:
		var v completed
		if err := json.Unmarshal(e.Data, &v); err != nil {
			return err
		}
		if a.Upto < len(a.Entries) || v.Moved != a.Moved || v.Skipped != a.Skipped {
			return fmt.Errorf("ends with %d moved and %d left, the lines say %d and %d", v.Moved, v.Skipped, a.Moved, a.Skipped)
		}
		a.State, a.CompletedAt = Completed, e.At
	}
	return nil
}

func (a *Act) carry(v applied) error {
	if v.Upto <= a.Upto || v.Upto > len(a.Entries) {
		return fmt.Errorf("done up to %d of %d, after %d", v.Upto, len(a.Entries), a.Upto)
	}
	for _, s := range v.Skipped {
		if s.N < a.Upto || s.N >= v.Upto || a.Entries[s.N].Outcome != Waiting {
			return fmt.Errorf("line %d was not waiting", s.N)
		}
		a.Entries[s.N].Outcome = s.Outcome
		a.Skipped++
	}
	for i := a.Upto; i < v.Upto; i++ {
		if a.Entries[i].Outcome == Waiting {
			a.Entries[i].Outcome = Done
			a.Moved++
		}
	}
	a.Upto = v.Upto
	return nil
}

// perListed is how many lines one event holds.
const perListed = 500

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

// Row is what lists read of a reorganisation. It is projected from the fold, never written alone.
type Row struct {
	ID        string
	Version   int64
	State     State
	Sort      Sort
	Day       string
	Name      string
	Basis     string
	Proposed  time.Time
	Proposer  string
	Published time.Time
	Publisher string
	Agencies  int // that change, end or begin
	Lines     int
	Moved     int
	Skipped   int
	Completed time.Time
}

// Project returns the row that belongs to the state.
func (a *Act) Project() Row {
	return Row{
		ID: a.ID, Version: a.Version, State: a.State, Sort: a.Command.Sort, Day: a.Command.Day.String(), Name: a.Command.Name, Basis: a.Command.Basis,
		Proposed: a.ProposedAt, Proposer: a.ProposedBy.Person, Published: a.PublishedAt, Publisher: a.PublishedBy.Person,
		Agencies: len(a.Plan.Agencies), Lines: len(a.Entries), Moved: a.Moved, Skipped: a.Skipped, Completed: a.CompletedAt,
	}
}

// begins is the first instant of the day.
func begins(day calendar.Date) time.Time { return day.At(0) }
