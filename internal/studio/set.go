package studio

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/procedure"
)

// Kinds of events. A kind is never reused with another meaning.
const (
	EventOpened     = "change_set.opened"
	EventSaved      = "change_set.saved"
	EventDropped    = "change_set.dropped"
	EventProposed   = "change_set.proposed"
	EventReopened   = "change_set.reopened"
	EventRejected   = "change_set.rejected"
	EventWithdrawn  = "change_set.withdrawn"
	EventPublished  = "change_set.published"
	EventPilotEnded = "change_set.pilot_ended"
)

// EventPrefix begins every kind of event of this package.
const EventPrefix = CaseKind + "."

// State of a change set.
type State string

// States. Rejected sets may be reopened; withdrawn and published ones are over.
const (
	Draft     State = "draft"
	Proposed  State = "proposed"
	Rejected  State = "rejected"
	Withdrawn State = "withdrawn"
	Published State = "published"
)

// Link says what a set does to an earlier publication.
type Link string

// Links. A set without one stands for itself.
const (
	Restores Link = "restores" // brings the former texts back
	Widens   Link = "widens"   // puts a pilot in force everywhere, for good
)

type opened struct {
	Title string `json:"title"`
	Why   string `json:"why,omitempty"`
	Link  Link   `json:"link,omitempty"`
	Of    string `json:"of,omitempty"` // the publication meant by Link
}

type saved struct {
	Key
	Auto   bool   `json:"auto,omitempty"`
	Base   string `json:"base,omitempty"`
	Former string `json:"former,omitempty"`
	Gone   bool   `json:"gone,omitempty"`
	Note   string `json:"note,omitempty"`
	Text   string `json:"text,omitempty"` // TextDigest
}

type dropped struct {
	Key
	Note string `json:"note,omitempty"`
}

type proposed struct {
	Scope
	From string `json:"from"`
	Sum  string `json:"sum"`
	Why  string `json:"why,omitempty"`
}

type reasoned struct {
	Why string `json:"why,omitempty"`
}

// Entry is a row of the catalogue that a publication wrote.
type Entry struct {
	Kind   string `json:"kind"`
	ID     string `json:"id"`
	Number int    `json:"number,omitempty"` // 0: taken out of force
	Digest string `json:"digest,omitempty"`
}

type published struct {
	Scope
	Entries  []Entry `json:"entries"`
	From     string  `json:"from"`
	Note     string  `json:"note,omitempty"`
	Revision int64   `json:"revision"`
	Sum      string  `json:"sum"`
}

// How a pilot ended.
const (
	EndWidened    = "widened"
	EndRolledBack = "rolled_back"
)

type pilotEnded struct {
	By  string `json:"by_set,omitempty"` // the set that widened it
	Day string `json:"day"`              // first day on which it no longer holds
	How string `json:"how"`
	Why string `json:"why,omitempty"`
}

// Saved is one saving of a document, or its leaving the set (Text empty, not Gone).
type Saved struct {
	Key
	Text string // TextDigest
	Gone bool
	Auto bool
	Note string
	By   journal.Actor
	At   time.Time
}

// Item is a document of a set without its text.
type Item struct {
	Key
	Text    string // TextDigest; empty when Gone
	Base    string
	Former  string
	Gone    bool
	Version int64
	By      journal.Actor // of the last saving
	At      time.Time
	Note    string
}

// Act is one event of a set as its history tells it.
type Act struct {
	Kind  string
	By    journal.Actor
	At    time.Time
	Why   string
	Key   Key    // of savings
	Day   string // of proposals and publications: from; of an ended pilot: the day
	Scope Scope
	How   string
	Auto  bool
}

// PilotEnd says when and how a pilot ended before its time.
type PilotEnd struct {
	Day, How, Set string
	By            journal.Actor
	At            time.Time
}

// Set is the state of one change set: the fold of its journal.
type Set struct {
	ID      string
	Version int64
	Head    journal.Hash

	Title, Why string
	Link       Link
	Of         string
	State      State
	Owner      journal.Actor // who opened it
	Opened     time.Time
	Changed    time.Time
	Items      []Item // by path
	Saves      []Saved
	Acts       []Act // in order, savings included

	From       string // proposed, then published
	Scope      Scope
	Proposer   journal.Actor
	ProposedAt time.Time
	Reason     string // why it was proposed, rejected or withdrawn: the last said

	Publisher   journal.Actor
	PublishedAt time.Time
	Entries     []Entry
	Revision    int64
	Ended       *PilotEnd
}

// ErrFold means that a journal says something that cannot have happened.
var ErrFold = errors.New("journal cannot be folded")

// Fold returns the state that the events lead to. They must be all events of one case, in order.
func Fold(events []journal.Event) (*Set, error) {
	s := &Set{}
	for _, e := range events {
		if err := s.Apply(e); err != nil {
			return nil, err
		}
	}
	if s.Version == 0 {
		return nil, fmt.Errorf("%w: no events", ErrFold)
	}
	return s, nil
}

// Apply moves the state by one event.
func (s *Set) Apply(e journal.Event) error {
	if e.Seq != s.Version+1 {
		return fmt.Errorf("%w: %s has number %d after %d", ErrFold, e.Kind, e.Seq, s.Version)
	}
	if err := s.apply(e); err != nil {
		return fmt.Errorf("%w: %s (%d): %w", ErrFold, e.Kind, e.Seq, err)
	}
	s.Version, s.Head, s.Changed = e.Seq, e.Hash, e.At
	return nil
}

// before are the states in which an event may happen.
var before = map[string][]State{
	EventOpened: {""}, EventSaved: {Draft}, EventDropped: {Draft}, EventProposed: {Draft}, EventReopened: {Proposed, Rejected},
	EventRejected: {Proposed}, EventWithdrawn: {Draft, Proposed, Rejected}, EventPublished: {Proposed}, EventPilotEnded: {Published},
}

func read[T any](e journal.Event) (v T, err error) {
	err = json.Unmarshal(e.Data, &v)
	return v, err
}

func (s *Set) apply(e journal.Event) error {
	states, known := before[e.Kind]
	if !known {
		return errors.New("unknown kind of event")
	}
	if !slices.Contains(states, s.State) {
		return fmt.Errorf("out of its turn: the set is %q", s.State)
	}
	act := Act{Kind: e.Kind, By: e.By, At: e.At}
	var err error
	switch e.Kind {
	case EventOpened:
		var v opened
		if v, err = read[opened](e); err == nil {
			s.ID, s.State, s.Title, s.Why, s.Link, s.Of = e.Case, Draft, v.Title, v.Why, v.Link, v.Of
			s.Owner, s.Opened, act.Why = e.By, e.At, v.Why
		}
	case EventSaved:
		var v saved
		if v, err = read[saved](e); err == nil {
			act.Key, act.Why, act.Auto = v.Key, v.Note, v.Auto
			err = s.save(e, v)
		}
	case EventDropped:
		var v dropped
		if v, err = read[dropped](e); err == nil {
			act.Key, act.Why = v.Key, v.Note
			i := s.index(v.Key)
			if i < 0 {
				return fmt.Errorf("%s is not in the set", v.Key)
			}
			s.Items = slices.Delete(s.Items, i, i+1)
			s.Saves = append(s.Saves, Saved{Key: v.Key, Note: v.Note, By: e.By, At: e.At})
		}
	case EventProposed:
		var v proposed
		if v, err = read[proposed](e); err == nil {
			if v.Sum != s.Sum() {
				return errors.New("what was proposed is not what the set holds")
			}
			s.State, s.From, s.Scope, s.Proposer, s.ProposedAt, s.Reason = Proposed, v.From, v.Scope, e.By, e.At, v.Why
			act.Why, act.Day, act.Scope = v.Why, v.From, v.Scope
		}
	case EventReopened, EventRejected, EventWithdrawn:
		var v reasoned
		if v, err = read[reasoned](e); err == nil {
			s.State = map[string]State{EventReopened: Draft, EventRejected: Rejected, EventWithdrawn: Withdrawn}[e.Kind]
			s.Reason, act.Why = v.Why, v.Why
		}
	case EventPublished:
		var v published
		if v, err = read[published](e); err == nil {
			if v.Sum != s.Sum() {
				return errors.New("what was published is not what the set holds")
			}
			s.State, s.From, s.Scope, s.Publisher, s.PublishedAt = Published, v.From, v.Scope, e.By, e.At
			s.Entries, s.Revision = v.Entries, v.Revision
			act.Why, act.Day, act.Scope = v.Note, v.From, v.Scope
		}
	case EventPilotEnded:
		var v pilotEnded
		if v, err = read[pilotEnded](e); err == nil {
			if !s.Scope.Pilot() || s.Ended != nil {
				return errors.New("there is no pilot to end")
			}
			s.Ended = &PilotEnd{Day: v.Day, How: v.How, Set: v.By, By: e.By, At: e.At}
			act.Why, act.Day, act.How = v.Why, v.Day, v.How
		}
	}
	if err != nil {
		return err
	}
	s.Acts = append(s.Acts, act)
	return nil
}

func (s *Set) save(e journal.Event, v saved) error {
	if !v.Valid() || (v.Text == "") != v.Gone {
		return fmt.Errorf("%s cannot be saved so", v.Key)
	}
	item := Item{Key: v.Key, Text: v.Text, Base: v.Base, Former: v.Former, Gone: v.Gone, Version: 1, By: e.By, At: e.At, Note: v.Note}
	if i := s.index(v.Key); i >= 0 {
		item.Version = s.Items[i].Version + 1
		s.Items[i] = item
	} else {
		// A document that left the set and comes back goes on counting: nobody's old page fits it.
		for _, x := range s.Saves {
			if x.Key == v.Key {
				item.Version++
			}
		}
		s.Items = append(s.Items, item)
		slices.SortFunc(s.Items, func(a, b Item) int { return cmp.Compare(a.Path(), b.Path()) })
	}
	s.Saves = append(s.Saves, Saved{Key: v.Key, Text: v.Text, Gone: v.Gone, Auto: v.Auto, Note: v.Note, By: e.By, At: e.At})
	return nil
}

func (s *Set) index(k Key) int {
	return slices.IndexFunc(s.Items, func(i Item) bool { return i.Key == k })
}

// Item returns the document of the set with the key.
func (s *Set) Item(k Key) (Item, bool) {
	if i := s.index(k); i >= 0 {
		return s.Items[i], true
	}
	return Item{}, false
}

// Sum names exactly what the set holds, so that nobody publishes what they have not seen.
func (s *Set) Sum() string {
	type line struct {
		Path, Text string
		Gone       bool
	}
	lines := make([]line, len(s.Items))
	for i, x := range s.Items {
		lines[i] = line{x.Path(), x.Text, x.Gone}
	}
	return procedure.SumOf(lines)
}

// Texts are the digests of all texts that the set ever held, each once.
func (s *Set) Texts() []string {
	var out []string
	add := func(d string) {
		if d != "" && !slices.Contains(out, d) {
			out = append(out, d)
		}
	}
	for _, x := range s.Saves {
		add(x.Text)
	}
	for _, x := range s.Items {
		add(x.Former)
	}
	slices.Sort(out)
	return out
}

// Wrote reports whether the person proposed the set, or wrote one of the texts that stand in it.
func (s *Set) Wrote(person string) bool {
	by := func(a journal.Actor) bool { return person != "" && (a.Person == person || a.Behalf == person) }
	return by(s.Proposer) || slices.ContainsFunc(s.Items, func(i Item) bool { return by(i.By) })
}

// Runs reports whether the set is a pilot that holds on day, or will.
func (s *Set) Runs(day string) bool {
	return s.State == Published && s.Scope.Pilot() && s.Ended == nil && (s.Scope.Until == "" || day < s.Scope.Until)
}

// Row is what lists read of a set. It is projected from the fold, never written alone.
type Row struct {
	ID, Title   string
	Version     int64
	State       State
	Link        Link
	Of          string
	Owner       string // person
	OwnerPost   string
	Proposer    string
	Publisher   string
	Docs        int
	From        string
	Until       string // of a pilot, its early end included
	Only        string // agencies of a pilot, with spaces between
	Pilot       bool
	Opened      time.Time
	Changed     time.Time
	ProposedAt  time.Time
	PublishedAt time.Time
}

// ItemRow is a document of a set as lists read it.
type ItemRow struct {
	Key
	Text    string
	Gone    bool
	Version int64
	Person  string
	At      time.Time
}

// Project returns the rows that belong to the state.
func (s *Set) Project() (Row, []ItemRow) {
	r := Row{
		ID: s.ID, Title: s.Title, Version: s.Version, State: s.State, Link: s.Link, Of: s.Of, Owner: s.Owner.Person, OwnerPost: s.Owner.Post,
		Proposer: s.Proposer.Person, Publisher: s.Publisher.Person, Docs: len(s.Items), From: s.From, Until: s.Scope.Until,
		Pilot: s.Scope.Pilot(), Opened: s.Opened, Changed: s.Changed, ProposedAt: s.ProposedAt, PublishedAt: s.PublishedAt,
	}
	if s.Ended != nil {
		r.Until = s.Ended.Day
	}
	only := make([]string, len(s.Scope.Only))
	for i, id := range s.Scope.Only {
		only[i] = string(id)
	}
	r.Only = strings.Join(only, " ")
	items := make([]ItemRow, len(s.Items))
	for i, x := range s.Items {
		items[i] = ItemRow{Key: x.Key, Text: x.Text, Gone: x.Gone, Version: x.Version, Person: x.By.Person, At: x.At}
	}
	return r, items
}
