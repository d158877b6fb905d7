package studio

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/pack"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/viet"
)

// Store keeps change sets and puts them in force.
type Store interface {
	// Load returns all events of a set in order; ErrNotFound.
	Load(ctx context.Context, id string) ([]journal.Event, error)
	// Record appends events to a set that stands at version (0: a new one) and keeps the texts they name; ErrStale.
	Record(ctx context.Context, id string, version int64, events []journal.Event, texts []string) (*Set, error)
	// Texts returns texts by their digest.
	Texts(ctx context.Context, digests []string) (map[string]string, error)
	// List returns the sets in one of the states (none: all), newest first.
	List(ctx context.Context, states []State, limit int) ([]Row, error)
	// Configured returns what stands on a day.
	Configured(ctx context.Context, day string) (procedure.Configuration, error)
	// Publish puts a release in force and records it in the journals it concerns, in one transaction. It refuses with
	// ErrStale when the set or the configuration moved meanwhile.
	Publish(ctx context.Context, r Release) (*Set, error)
	// EndPilot ends a pilot on a day and records it.
	EndPilot(ctx context.Context, id string, version int64, day string, event journal.Event) (*Set, error)
}

// Release is a change set on its way into force.
type Release struct {
	Set      string
	Version  int64 // of the set
	Revision int64 // of the configuration that was checked
	From     string
	Scope    Scope
	Docs     []procedure.Document
	Versions []*procedure.Version
	Gone     []Entry
	Pilot    string // set of the pilot that ends on From
	// Event makes the act of the publication, once its rows are known.
	Event func(entries []Entry, revision int64) (journal.Event, error)
	// PilotEvent makes the act that ends Pilot.
	PilotEvent func() (journal.Event, error)
}

// Service carries out what people do in the studio.
type Service struct {
	store     Store
	catalogue func() *procedure.Catalogue
	now       func() time.Time

	mu   sync.Mutex
	last *configured
}

// configured is the configuration in force, and what the check says of it as it stands.
type configured struct {
	revision int64
	day      string
	pack     *pack.Pack
	once     sync.Once
	problems []pack.Problem
}

// NewService returns a service; catalogue is the snapshot of today, now the product's one clock.
func NewService(store Store, catalogue func() *procedure.Catalogue, now func() time.Time) *Service {
	return &Service{store: store, catalogue: catalogue, now: now}
}

// Who may do what. What a person may not see does not exist for them.
func mayRead(by access.Actor) bool {
	return by.May(access.CatalogueRead) || mayEdit(by) || mayPublish(by)
}
func mayEdit(by access.Actor) bool    { return by.May(access.CatalogueEdit) }
func mayPublish(by access.Actor) bool { return by.May(access.CataloguePublish) }

func actor(by access.Actor) journal.Actor {
	return journal.Actor{Person: by.Person, Post: by.Post, Agency: string(by.Agency), Behalf: by.Behalf}
}

func (s *Service) today() string { return calendar.DateOf(s.now()).String() }

// inForce returns the configuration of today. It is shared: do not change it.
func (s *Service) inForce(ctx context.Context) (*configured, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	revision, day := s.catalogue().Revision(), s.today()
	if c := s.last; c != nil && c.revision == revision && c.day == day {
		return c, nil
	}
	conf, err := s.store.Configured(ctx, day)
	if err != nil {
		return nil, err
	}
	p, err := pack.Of(conf, day)
	if err != nil {
		return nil, err
	}
	s.last = &configured{revision: conf.Revision, day: day, pack: p}
	return s.last, nil
}

// before is what the check says of the configuration in force.
func (c *configured) before() []pack.Problem {
	c.once.Do(func() { c.problems = pack.CheckFrom(c.pack, c.day) })
	return c.problems
}

// Listed is a document in force, by name.
type Listed struct {
	Key
	Title string
}

// InForce lists every document of today, by kind in the order of Kinds.
func (s *Service) InForce(ctx context.Context, by access.Actor) ([]Listed, error) {
	if !mayRead(by) {
		return nil, ErrNotFound
	}
	c, err := s.inForce(ctx)
	if err != nil {
		return nil, err
	}
	keys := keysOf(c.pack)
	out := make([]Listed, len(keys))
	for i, k := range keys {
		out[i] = Listed{k, titleOf(c.pack, k)}
	}
	return out, nil
}

// Pack is the configuration of today, or as it would be with a set; set may be empty. It is shared: do not change it.
func (s *Service) Pack(ctx context.Context, by access.Actor, set string) (*pack.Pack, error) {
	if !mayRead(by) {
		return nil, ErrNotFound
	}
	c, err := s.inForce(ctx)
	if err != nil || set == "" {
		return c.packOr(), err
	}
	x, err := s.load(ctx, set)
	if err != nil {
		return nil, err
	}
	texts, err := s.texts(ctx, x.Items)
	if err != nil {
		return nil, err
	}
	p, _ := with(c.pack, x.Items, texts)
	return p, nil
}

func (c *configured) packOr() *pack.Pack {
	if c == nil {
		return nil
	}
	return c.pack
}

// Open returns a document as it is in force today; ErrNotFound when there is none.
func (s *Service) Open(ctx context.Context, by access.Actor, k Key) (Doc, error) {
	d, err := s.open(ctx, by, k)
	if err == nil && d.Base == "" {
		return Doc{}, ErrNotFound
	}
	return d, err
}

func (s *Service) open(ctx context.Context, by access.Actor, k Key) (Doc, error) {
	if !mayRead(by) {
		return Doc{}, ErrNotFound
	}
	if !k.Valid() {
		return Doc{}, ErrKey
	}
	c, err := s.inForce(ctx)
	if err != nil {
		return Doc{}, err
	}
	d := Doc{Key: k}
	if text, base, ok := textOf(c.pack, k); ok {
		d.Text, d.Base, d.Former = text, base, TextDigest(text)
	}
	return d, nil
}

// New opens a change set. why is for those who read the history later; the same key of the same person opens one set.
func (s *Service) New(ctx context.Context, by access.Actor, key, title, why string) (*Set, error) {
	if !mayEdit(by) {
		return nil, ErrNotFound
	}
	if err := words(&title, ErrTitle); err != nil {
		return nil, err
	}
	if err := words(&why, nil); err != nil {
		return nil, err
	}
	e, err := journal.New(EventOpened, s.now(), actor(by), "", opened{Title: title, Why: why}, nil)
	if err != nil {
		return nil, err
	}
	return s.begin(ctx, by, key, []journal.Event{e}, nil)
}

// begin records a new set under the id that belongs to the person and the key: a form sent again finds the set it made.
func (s *Service) begin(ctx context.Context, by access.Actor, key string, events []journal.Event, texts []string) (*Set, error) {
	id := journal.NewID(s.now())
	if key != "" {
		sum := sha256.Sum256([]byte(by.Person + "\n" + key))
		id = strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:]))[:len(id)]
	}
	x, err := s.store.Record(ctx, id, 0, events, texts)
	if errors.Is(err, ErrStale) {
		return s.load(ctx, id)
	}
	return x, err
}

// words trims a text of a person and checks its length.
func words(text *string, absent error) error {
	*text = viet.NFC(strings.TrimSpace(*text))
	if *text == "" && absent != nil {
		return absent
	}
	if utf8.RuneCountInString(*text) > MaxWords {
		return ErrTooLong.With("max", MaxWords)
	}
	return nil
}

func (s *Service) load(ctx context.Context, id string) (*Set, error) {
	events, err := s.store.Load(ctx, id)
	if err != nil {
		return nil, err
	}
	return Fold(events)
}

// Set returns a change set.
func (s *Service) Set(ctx context.Context, by access.Actor, id string) (*Set, error) {
	if !mayRead(by) {
		return nil, ErrNotFound
	}
	return s.load(ctx, id)
}

// listMost bounds lists of sets.
const listMost = 500

// Sets lists the sets in one of the states, newest first; none means all.
func (s *Service) Sets(ctx context.Context, by access.Actor, states ...State) ([]Row, error) {
	if !mayRead(by) {
		return nil, ErrNotFound
	}
	return s.store.List(ctx, states, listMost)
}

// Doc returns a document as it stands in the set, else as it is in force with Version 0, else an empty one with neither
// Text nor Base: it is new.
func (s *Service) Doc(ctx context.Context, by access.Actor, set string, k Key) (Doc, error) {
	if !mayRead(by) {
		return Doc{}, ErrNotFound
	}
	x, err := s.load(ctx, set)
	if err != nil {
		return Doc{}, err
	}
	item, ok := x.Item(k)
	if !ok {
		d, err := s.open(ctx, by, k)
		d.Version = x.saves(k)
		return d, err
	}
	texts, err := s.store.Texts(ctx, []string{item.Text})
	if err != nil {
		return Doc{}, err
	}
	return doc(item, texts), nil
}

func doc(i Item, texts map[string]string) Doc {
	return Doc{Key: i.Key, Text: texts[i.Text], Base: i.Base, Former: i.Former, Gone: i.Gone, Version: i.Version, Author: i.By, At: i.At, Note: i.Note}
}

// saves counts the savings of a document that is not in the set (any more).
func (s *Set) saves(k Key) int64 {
	var n int64
	for _, x := range s.Saves {
		if x.Key == k {
			n++
		}
	}
	return n
}

// Save keeps d.Text in a draft. d is the document as the person read it, with the new text: d.Version must be that of
// now, else ErrStale. A text that is the one before is not saved again. Rejected sets are drafts again by it.
func (s *Service) Save(ctx context.Context, by access.Actor, set string, d Doc, note string) (Doc, error) {
	return s.save(ctx, by, set, d, note, false)
}

// AutoSave is Save as an editor does it by itself, now and then.
func (s *Service) AutoSave(ctx context.Context, by access.Actor, set string, d Doc) (Doc, error) {
	return s.save(ctx, by, set, d, "", true)
}

// Remove has the set take the document out of force.
func (s *Service) Remove(ctx context.Context, by access.Actor, set string, d Doc, note string) (Doc, error) {
	d.Text, d.Gone = "", true
	return s.save(ctx, by, set, d, note, false)
}

func (s *Service) save(ctx context.Context, by access.Actor, set string, d Doc, note string, auto bool) (Doc, error) {
	if !mayEdit(by) {
		return Doc{}, ErrNotFound
	}
	d.Text = viet.NFC(strings.ReplaceAll(d.Text, "\r\n", "\n"))
	switch {
	case !d.Valid():
		return Doc{}, ErrKey
	case len(d.Text) > MaxText:
		return Doc{}, ErrTooLarge.With("max", MaxText)
	case !utf8.ValidString(d.Text) || strings.ContainsRune(d.Text, 0):
		return Doc{}, ErrNotText
	}
	if err := words(&note, nil); err != nil {
		return Doc{}, err
	}
	x, err := s.load(ctx, set)
	if err != nil {
		return Doc{}, err
	}
	if x.State != Draft && x.State != Rejected {
		return Doc{}, ErrState.With("state", string(x.State))
	}
	item, held := x.Item(d.Key)
	version := item.Version
	if !held {
		version = x.saves(d.Key)
		if len(x.Items) >= MaxDocs {
			return Doc{}, ErrTooMany.With("max", MaxDocs)
		}
	}
	if version != d.Version {
		if held && !d.Gone && item.Version == d.Version+1 && item.By.Person == by.Person && item.Text == TextDigest(d.Text) {
			return doc(item, map[string]string{item.Text: d.Text}), nil // the same form again
		}
		return Doc{}, ErrStale
	}
	now, err := s.open(ctx, by, d.Key)
	if err != nil {
		return Doc{}, err
	}
	v := saved{Key: d.Key, Auto: auto, Gone: d.Gone, Note: note, Base: item.Base, Former: item.Former}
	keep := []string{d.Text}
	if !held || (d.Base != item.Base && d.Base == now.Base) { // new in the set, or brought up to what is in force now
		v.Base, v.Former = now.Base, now.Former
		keep = append(keep, now.Text)
	}
	if v.Gone && v.Base == "" {
		return Doc{}, ErrNotFound
	}
	if !v.Gone {
		v.Text = TextDigest(d.Text)
	}
	if held && item.Text == v.Text && item.Gone == v.Gone && item.Base == v.Base {
		return doc(item, map[string]string{item.Text: d.Text}), nil
	}
	var events []journal.Event
	add := func(kind string, data any) {
		var e journal.Event
		if err == nil {
			e, err = journal.New(kind, s.now(), actor(by), "", data, nil)
			events = append(events, e)
		}
	}
	if x.State == Rejected {
		add(EventReopened, reasoned{})
	}
	add(EventSaved, v)
	if err != nil {
		return Doc{}, err
	}
	if x, err = s.store.Record(ctx, set, x.Version, events, keep); err != nil {
		return Doc{}, err
	}
	item, _ = x.Item(d.Key)
	return doc(item, map[string]string{v.Text: d.Text}), nil
}

// Drop takes a document out of the set: what is in force stays.
func (s *Service) Drop(ctx context.Context, by access.Actor, set string, k Key, version int64, note string) (*Set, error) {
	if err := words(&note, nil); err != nil {
		return nil, err
	}
	return s.act(ctx, by, mayEdit, set, 0, func(x *Set) (string, any, error) {
		item, ok := x.Item(k)
		switch {
		case !ok:
			return "", nil, ErrNotFound
		case item.Version != version:
			return "", nil, ErrStale
		}
		return EventDropped, dropped{Key: k, Note: note}, nil
	})
}

// act loads a set, decides and records one event. version 0 takes the set as it is.
func (s *Service) act(ctx context.Context, by access.Actor, may func(access.Actor) bool, set string, version int64, decide func(*Set) (string, any, error)) (*Set, error) {
	if !may(by) {
		return nil, ErrNotFound
	}
	x, err := s.load(ctx, set)
	if err != nil {
		return nil, err
	}
	if version != 0 && x.Version != version {
		return nil, ErrStale
	}
	kind, data, err := decide(x)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(before[kind], x.State) {
		return nil, ErrState.With("state", string(x.State))
	}
	e, err := journal.New(kind, s.now(), actor(by), "", data, nil)
	if err != nil {
		return nil, err
	}
	return s.store.Record(ctx, set, x.Version, []journal.Event{e}, nil)
}

// History tells the savings of a document in a set, newest first.
func (s *Service) History(ctx context.Context, by access.Actor, set string, k Key) ([]Saved, error) {
	x, err := s.Set(ctx, by, set)
	if err != nil {
		return nil, err
	}
	var out []Saved
	for _, v := range slices.Backward(x.Saves) {
		if v.Key == k {
			out = append(out, v)
		}
	}
	return out, nil
}

// Text returns an earlier text of the set, by its digest.
func (s *Service) Text(ctx context.Context, by access.Actor, set, digest string) (string, error) {
	x, err := s.Set(ctx, by, set)
	if err != nil {
		return "", err
	}
	if !slices.Contains(x.Texts(), digest) {
		return "", ErrNotFound
	}
	texts, err := s.store.Texts(ctx, []string{digest})
	return texts[digest], err
}

func (s *Service) texts(ctx context.Context, items []Item) (map[string]string, error) {
	var want []string
	for _, x := range items {
		for _, d := range []string{x.Text, x.Former} {
			if d != "" && !slices.Contains(want, d) {
				want = append(want, d)
			}
		}
	}
	if len(want) == 0 {
		return map[string]string{}, nil
	}
	return s.store.Texts(ctx, want)
}

// Problems checks the whole configuration as it would be with the set and tells what the set makes wrong, with its place.
func (s *Service) Problems(ctx context.Context, by access.Actor, set string) ([]Problem, error) {
	x, err := s.Set(ctx, by, set)
	if err != nil {
		return nil, err
	}
	_, _, found, err := s.check(ctx, x)
	return found, err
}

// Try is Problems with one document as it was typed and not saved.
func (s *Service) Try(ctx context.Context, by access.Actor, set string, d Doc) ([]Problem, error) {
	x, err := s.Set(ctx, by, set)
	if err != nil {
		return nil, err
	}
	if !d.Valid() {
		return nil, ErrKey
	}
	if len(d.Text) > MaxText {
		return nil, ErrTooLarge.With("max", MaxText)
	}
	c, err := s.inForce(ctx)
	if err != nil {
		return nil, err
	}
	texts, err := s.texts(ctx, x.Items)
	if err != nil {
		return nil, err
	}
	items := slices.DeleteFunc(slices.Clone(x.Items), func(i Item) bool { return i.Key == d.Key })
	items = append(items, Item{Key: d.Key, Text: TextDigest(d.Text), Gone: d.Gone})
	texts[TextDigest(d.Text)] = d.Text
	_, found := judge(c, items, texts)
	return found, nil
}

// judge puts items over the configuration and checks the whole. Problems of reading hide those of checking, which would
// mostly follow from them.
func judge(c *configured, items []Item, texts map[string]string) (*pack.Pack, []Problem) {
	next, found := with(c.pack, items, texts)
	if len(found) == 0 {
		found = fresh(pack.CheckFrom(next, c.day), c.before())
	}
	return next, problems(found)
}

func (s *Service) check(ctx context.Context, x *Set) (*configured, *pack.Pack, []Problem, error) {
	c, err := s.inForce(ctx)
	if err != nil {
		return nil, nil, nil, err
	}
	texts, err := s.texts(ctx, x.Items)
	if err != nil {
		return nil, nil, nil, err
	}
	next, found := judge(c, x.Items, texts)
	return c, next, found, nil
}

// Moved lists the documents of a set that are made from something that is no longer in force.
func (s *Service) Moved(ctx context.Context, by access.Actor, set string) ([]Key, error) {
	x, err := s.Set(ctx, by, set)
	if err != nil {
		return nil, err
	}
	c, err := s.inForce(ctx)
	if err != nil {
		return nil, err
	}
	return moved(c, x), nil
}

func moved(c *configured, x *Set) []Key {
	var out []Key
	for _, i := range x.Items {
		if _, base, _ := textOf(c.pack, i.Key); base != i.Base {
			out = append(out, i.Key)
		}
	}
	return out
}

// Proposal says from when and where a set is to hold.
type Proposal struct {
	Version int64 // of the set, as the person saw it
	From    string
	Scope   Scope
	Why     string
}

// ready says why a set cannot go on towards publication, if it cannot.
func (s *Service) ready(ctx context.Context, x *Set, from string, scope Scope) (*configured, *pack.Pack, error) {
	if len(x.Items) == 0 {
		return nil, nil, ErrEmpty
	}
	if _, err := calendar.ParseDate(from); err != nil || from < s.today() {
		return nil, nil, ErrDay
	}
	if scope.Pilot() {
		if err := s.pilotable(x, from, scope); err != nil {
			return nil, nil, err
		}
	}
	c, next, found, err := s.check(ctx, x)
	if err != nil {
		return nil, nil, err
	}
	if keys := moved(c, x); len(keys) > 0 {
		return nil, nil, ErrMoved.With("path", keys[0].Path())
	}
	if len(found) > 0 {
		return nil, nil, ErrProblems.With("count", len(found))
	}
	return c, next, nil
}

func (s *Service) pilotable(x *Set, from string, scope Scope) error {
	if scope.Until != "" {
		if _, err := calendar.ParseDate(scope.Until); err != nil || scope.Until <= from {
			return ErrPilotUntil
		}
	}
	tree := s.catalogue().Tree()
	for _, id := range scope.Only {
		if _, ok := tree.Current(id, from); !ok {
			return ErrPilotWhere.With("agency", string(id))
		}
	}
	for _, i := range x.Items {
		if i.Gone || !slices.Contains([]Kind{Process, Form, Procedure}, i.Kind) {
			return ErrPilotKind.With("path", i.Path())
		}
	}
	return nil
}

// Propose puts a draft before a second person. Everything must be right: the whole check finds nothing new, and what the
// documents were made from is still in force.
func (s *Service) Propose(ctx context.Context, by access.Actor, set string, p Proposal) (*Set, error) {
	if err := words(&p.Why, nil); err != nil {
		return nil, err
	}
	p.Scope = tidy(p.Scope)
	return s.act(ctx, by, mayEdit, set, p.Version, func(x *Set) (string, any, error) {
		if x.State != Draft {
			return "", nil, ErrState.With("state", string(x.State))
		}
		if x.Link != "" && p.Scope.Pilot() {
			return "", nil, ErrState.With("state", string(x.Link))
		}
		c, next, err := s.ready(ctx, x, p.From, p.Scope)
		if err != nil {
			return "", nil, err
		}
		if docs, versions, gone := changed(c.pack, next); len(docs)+len(versions)+len(gone) == 0 {
			return "", nil, ErrEmpty
		}
		return EventProposed, proposed{Scope: p.Scope, From: p.From, Sum: x.Sum(), Why: p.Why}, nil
	})
}

func tidy(s Scope) Scope {
	s.Only = slices.Clone(s.Only)
	slices.Sort(s.Only)
	s.Only = slices.DeleteFunc(slices.Compact(s.Only), func(id agency.ID) bool { return id == "" })
	return s
}

// Reopen makes a proposed or rejected set a draft again.
func (s *Service) Reopen(ctx context.Context, by access.Actor, set string, version int64, why string) (*Set, error) {
	return s.reasoned(ctx, by, mayEdit, set, version, EventReopened, why, nil)
}

// Withdraw ends a set that nobody wants any more.
func (s *Service) Withdraw(ctx context.Context, by access.Actor, set string, version int64, why string) (*Set, error) {
	return s.reasoned(ctx, by, mayEdit, set, version, EventWithdrawn, why, ErrWhy)
}

// Reject gives a proposal back with the reason.
func (s *Service) Reject(ctx context.Context, by access.Actor, set string, version int64, why string) (*Set, error) {
	return s.reasoned(ctx, by, mayPublish, set, version, EventRejected, why, ErrWhy)
}

func (s *Service) reasoned(ctx context.Context, by access.Actor, may func(access.Actor) bool, set string, version int64, kind, why string, absent error) (*Set, error) {
	if err := words(&why, absent); err != nil {
		return nil, err
	}
	return s.act(ctx, by, may, set, version, func(*Set) (string, any, error) { return kind, reasoned{Why: why}, nil })
}

// Decision is what the second person decides on.
type Decision struct {
	Version int64 // of the set, as the person saw it
	Note    string
}

// tries bounds how often a publication is checked again because the configuration moved under it.
const tries = 3

// Publish puts a proposal in force, from the day it names, or from today when that is past. It is checked again on what
// is in force now; nothing is applied when anything is wrong. Who proposed or wrote it cannot publish it.
func (s *Service) Publish(ctx context.Context, by access.Actor, set string, d Decision) (*Set, error) {
	if !mayPublish(by) {
		return nil, ErrNotFound
	}
	if err := words(&d.Note, nil); err != nil {
		return nil, err
	}
	for try := 1; ; try++ {
		x, err := s.load(ctx, set)
		switch {
		case err != nil:
			return nil, err
		case x.State != Proposed:
			return nil, ErrState.With("state", string(x.State))
		case x.Version != d.Version:
			return nil, ErrStale
		case x.Wrote(by.Person), by.Behalf != "" && x.Wrote(by.Behalf):
			return nil, ErrSecond
		}
		out, err := s.publish(ctx, by, x, d)
		if errors.Is(err, ErrStale) && try < tries { // the set was just read: it is the configuration that moved
			s.forget()
			continue
		}
		return out, err
	}
}

// forget has the configuration read again.
func (s *Service) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last = nil
}

func (s *Service) publish(ctx context.Context, by access.Actor, x *Set, d Decision) (*Set, error) {
	from := max(x.From, s.today())
	c, next, err := s.ready(ctx, x, from, x.Scope)
	if err != nil {
		return nil, err
	}
	r := Release{Set: x.ID, Version: x.Version, Revision: c.revision, From: from, Scope: x.Scope}
	r.Docs, r.Versions, r.Gone = changed(c.pack, next)
	if len(r.Docs)+len(r.Versions)+len(r.Gone) == 0 {
		return nil, ErrEmpty
	}
	at, who := s.now(), actor(by)
	r.Event = func(entries []Entry, revision int64) (journal.Event, error) {
		return journal.New(EventPublished, at, who, "", published{
			Scope: x.Scope, Entries: entries, From: from, Note: d.Note, Revision: revision, Sum: x.Sum(),
		}, nil)
	}
	if x.Link == Widens {
		r.Pilot = x.Of
		r.PilotEvent = func() (journal.Event, error) {
			return journal.New(EventPilotEnded, at, who, "", pilotEnded{By: x.ID, Day: from, How: EndWidened}, nil)
		}
	}
	return s.store.Publish(ctx, r)
}

// RollBack proposes the texts that stood before a publication: a new change set that a second person publishes.
// The same key of the same person makes one set.
func (s *Service) RollBack(ctx context.Context, by access.Actor, key, publication, from, why string) (*Set, error) {
	if err := words(&why, ErrWhy); err != nil {
		return nil, err
	}
	return s.follow(ctx, by, key, publication, from, why, Restores)
}

// Widen proposes the texts of a pilot for everybody, for good; the pilot ends when a second person publishes it.
func (s *Service) Widen(ctx context.Context, by access.Actor, key, pilot, from, why string) (*Set, error) {
	if err := words(&why, nil); err != nil {
		return nil, err
	}
	return s.follow(ctx, by, key, pilot, from, why, Widens)
}

func (s *Service) follow(ctx context.Context, by access.Actor, key, of, from, why string, link Link) (*Set, error) {
	if !mayEdit(by) {
		return nil, ErrNotFound
	}
	x, err := s.load(ctx, of)
	switch {
	case err != nil:
		return nil, err
	case x.State != Published:
		return nil, ErrState.With("state", string(x.State))
	case x.Scope.Pilot() != (link == Widens):
		return nil, ErrNoPilot
	case link == Widens && x.Ended != nil:
		return nil, ErrNoPilot
	}
	if from == "" {
		from = s.today()
	}
	at := s.now()
	draft := &Set{}
	var events []journal.Event
	add := func(kind string, data any) {
		var e journal.Event
		if err != nil {
			return
		}
		if e, err = journal.New(kind, at, actor(by), "", data, nil); err == nil {
			e.Seq = int64(len(events)) + 1
			err = draft.Apply(e)
			events = append(events, e)
		}
	}
	head := opened{Title: x.Title, Why: why, Link: link, Of: x.ID}
	add(EventOpened, head)
	texts, terr := s.texts(ctx, x.Items)
	if terr != nil {
		return nil, terr
	}
	var keep []string
	for _, i := range x.Items {
		now, err := s.open(ctx, by, i.Key)
		if err != nil {
			return nil, err
		}
		v := saved{Key: i.Key, Base: now.Base, Former: now.Former, Text: i.Former, Gone: i.Former == ""}
		if link == Widens {
			v.Text, v.Gone = i.Text, i.Gone
		}
		if v.Gone && now.Base == "" {
			continue // it is out of force already
		}
		keep = append(keep, texts[v.Text], now.Text)
		add(EventSaved, v)
	}
	if err != nil {
		return nil, err
	}
	if len(draft.Items) == 0 {
		return nil, ErrEmpty
	}
	c, next, err := s.ready(ctx, draft, from, Scope{})
	if err != nil {
		return nil, err
	}
	if docs, versions, gone := changed(c.pack, next); len(docs)+len(versions)+len(gone) == 0 {
		return nil, ErrEmpty
	}
	add(EventProposed, proposed{From: from, Sum: draft.Sum(), Why: why})
	if err != nil {
		return nil, err
	}
	return s.begin(ctx, by, key, events, keep)
}

// EndPilot ends a pilot before its time: from the day on (today when empty) everybody has what stood beside it.
func (s *Service) EndPilot(ctx context.Context, by access.Actor, pilot string, version int64, day, why string) (*Set, error) {
	if !mayPublish(by) {
		return nil, ErrNotFound
	}
	if err := words(&why, ErrWhy); err != nil {
		return nil, err
	}
	x, err := s.load(ctx, pilot)
	if err != nil {
		return nil, err
	}
	if day == "" {
		day = s.today()
	}
	switch _, bad := calendar.ParseDate(day); {
	case x.Version != version:
		return nil, ErrStale
	case bad != nil || day < s.today():
		return nil, ErrDay
	case !x.Runs(day):
		return nil, ErrNoPilot
	}
	e, err := journal.New(EventPilotEnded, s.now(), actor(by), "", pilotEnded{Day: day, How: EndRolledBack, Why: why}, nil)
	if err != nil {
		return nil, err
	}
	return s.store.EndPilot(ctx, x.ID, x.Version, day, e)
}
