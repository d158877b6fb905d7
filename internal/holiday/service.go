package holiday

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/deadline"
	"github.com/motcua/motcua/internal/journal"
)

// Store keeps previews and changes.
type Store interface {
	// SavePreview writes a preview, or writes it again.
	SavePreview(ctx context.Context, p Preview) error
	// Preview returns a saved preview; ErrNotFound.
	Preview(ctx context.Context, id string) (Preview, error)
	// Load returns all events of a change in order; ErrNotFound.
	Load(ctx context.Context, id string) ([]journal.Event, error)
	// Declare writes a new change: its events, its rows, and the job that carries it out, in one transaction. From its
	// commit on every clock counts the declared days. ErrStale when the change is there already.
	Declare(ctx context.Context, id string, events []journal.Event) (*Change, error)
	// List returns the changes, newest first.
	List(ctx context.Context, limit int) ([]Row, error)
}

// Environment answers what is configured now.
type Environment interface {
	// Clock is the calendar, office hours and policy of an agency at an instant. All agencies share the calendar.
	Clock(id agency.ID, at time.Time) (deadline.Env, error)
	// Days is the working calendar in force.
	Days() (*calendar.Calendar, error)
}

// Move is the new date of one dossier.
type Move struct {
	Dossier string
	Change  string // id of the change
	Old     time.Time
	New     time.Time
	At      time.Time // of the decision
	By      journal.Actor
	Name    string
	Basis   string
}

// Dossiers is what a change asks of the register of dossiers.
type Dossiers interface {
	// Running hands over every dossier whose clock runs, that was accepted before until and is due at from or later.
	Running(ctx context.Context, from, until time.Time, visit func(Candidate) error) error
	// Revise gives a dossier its new date, once: asked again it answers Done. Ended, Changed and Stood say why it
	// was left alone, Failed that trying again would not help; an error is worth trying again.
	Revise(ctx context.Context, m Move) (Outcome, error)
}

// Service carries out changes of the working calendar.
type Service struct {
	store    Store
	dossiers Dossiers
	env      Environment
	now      func() time.Time
}

// NewService returns a service; now is the product's one clock.
func NewService(store Store, dossiers Dossiers, env Environment, now func() time.Time) *Service {
	return &Service{store: store, dossiers: dossiers, env: env, now: now}
}

// Rights of the calendar room: who looks after the catalogue sees it, who publishes the catalogue changes the days.
func mayRead(by access.Actor) bool {
	return by.May(access.CatalogueRead) || by.May(access.CatalogueEdit) || mayDeclare(by)
}

func mayDeclare(by access.Actor) bool { return by.May(access.CataloguePublish) }

// Preview judges what a change would do and saves it for its author to look at.
func (s *Service) Preview(ctx context.Context, by access.Actor, c Command) (Preview, error) {
	if !mayDeclare(by) {
		return Preview{}, ErrNotFound
	}
	now := s.now()
	p := Preview{ID: journal.NewID(now), Person: by.Person, At: now.UTC().Truncate(time.Microsecond), Command: c}
	if err := s.judge(ctx, &p); err != nil {
		return Preview{}, err
	}
	return p, s.store.SavePreview(ctx, p)
}

// judge fills in the days and the lines of a preview as of now.
func (s *Service) judge(ctx context.Context, p *Preview) error {
	now := s.now()
	before, err := s.env.Days()
	if err != nil {
		return err
	}
	if p.Days, err = p.Command.Days(before, calendar.DateOf(now)); err != nil {
		return err
	}
	after, err := before.With(p.Days...)
	if err != nil {
		return err
	}
	p.Lines, err = s.lines(ctx, p.Days, before, after, now, p.Days[0].Basis, nil)
	return err
}

// lines judges every running dossier; those that skip names are left out.
func (s *Service) lines(ctx context.Context, days []calendar.Exception, before, after *calendar.Calendar, at time.Time, basis string, skip func(Candidate) bool) ([]Line, error) {
	envs := s.envs(before, after)
	first, last := days[0].Date, days[len(days)-1].Date
	var out []Line
	err := s.dossiers.Running(ctx, first.At(0), last.AddDays(1).At(0), func(c Candidate) error {
		if skip != nil && skip(c) {
			return nil
		}
		l, ok, err := Judge(c, days, envs, at, basis)
		if ok && err == nil {
			out = append(out, l)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	Sort(out)
	return out, nil
}

// envs remembers the clocks of agencies: thousands of dossiers share a few dozen.
func (s *Service) envs(before, after *calendar.Calendar) Envs {
	type key struct {
		id  agency.ID
		day calendar.Date
	}
	known := map[key]deadline.Env{}
	return func(id agency.ID, at time.Time) (deadline.Env, deadline.Env, error) {
		k := key{id, calendar.DateOf(at)}
		e, ok := known[k]
		if !ok {
			var err error
			if e, err = s.env.Clock(id, at); err != nil {
				return e, e, err
			}
			known[k] = e
		}
		b, a := e, e
		b.Calendar, a.Calendar = before, after
		return b, a, nil
	}
}

// Saved returns a preview to who may decide on it.
func (s *Service) Saved(ctx context.Context, by access.Actor, id string) (Preview, error) {
	if !mayDeclare(by) {
		return Preview{}, ErrNotFound
	}
	return s.store.Preview(ctx, id)
}

// Confirm decides the change of a preview whose digest the person saw. When dossiers changed meanwhile it decides
// nothing, saves the preview anew under its id and returns ErrChanged with what is different. Sent again after it
// was decided, it answers with the change.
func (s *Service) Confirm(ctx context.Context, by access.Actor, id, seen string) (*Change, []Difference, error) {
	if !mayDeclare(by) {
		return nil, nil, ErrNotFound
	}
	c, err := s.load(ctx, id)
	if !errors.Is(err, ErrNotFound) {
		return c, nil, err
	}
	p, err := s.store.Preview(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	before, err := s.env.Days()
	if err != nil {
		return nil, nil, err
	}
	now := p
	if err := s.judge(ctx, &now); err != nil {
		return nil, nil, err
	}
	if now.Digest() != seen {
		diff := Differences(p.Lines, now.Lines)
		now.At = s.now().UTC().Truncate(time.Microsecond)
		if err := s.store.SavePreview(ctx, now); err != nil {
			return nil, nil, err
		}
		return nil, diff, ErrChanged
	}
	events, err := Declare(now, before, s.now(), journal.Actor{Person: by.Person, Post: by.Post, Agency: string(by.Agency)})
	if err != nil {
		return nil, nil, err
	}
	c, err = s.store.Declare(ctx, id, events)
	if errors.Is(err, ErrStale) { // the same form sent twice at once
		c, err = s.load(ctx, id)
	}
	return c, nil, err
}

func (s *Service) load(ctx context.Context, id string) (*Change, error) {
	events, err := s.store.Load(ctx, id)
	if err != nil {
		return nil, err
	}
	return Fold(events)
}

// Change returns a change to who may see it.
func (s *Service) Change(ctx context.Context, by access.Actor, id string) (*Change, error) {
	if !mayRead(by) {
		return nil, ErrNotFound
	}
	return s.load(ctx, id)
}

// listMost bounds the list of changes; a province declares a handful a year.
const listMost = 200

// Changes lists the changes, newest first.
func (s *Service) Changes(ctx context.Context, by access.Actor) ([]Row, error) {
	if !mayRead(by) {
		return nil, ErrNotFound
	}
	return s.store.List(ctx, listMost)
}

// Steps of the application. Eight dossiers at a time share the commits of the store.
const (
	perStep  = 200
	together = 8
)

// Settle is how long after the decision every node of the product counts by the changed calendar.
const Settle = 5 * time.Second

// Step carries a change a stretch further and returns the events to record: what it did, or that it is complete. A
// step that is cut off is made again, and finds every dossier it already moved with its new date. wait is when to go
// on instead, when nothing is left but dossiers accepted in the moment of the decision.
func (s *Service) Step(ctx context.Context, id string) (c *Change, events []journal.Event, wait time.Time, err error) {
	if c, err = s.load(ctx, id); err != nil || !c.Completed.IsZero() {
		return c, nil, time.Time{}, err
	}
	now, by := s.now(), c.By
	by.System = "motcua"
	if c.next() < len(c.Entries) {
		v, err := s.apply(ctx, c)
		if err != nil {
			return nil, nil, time.Time{}, err
		}
		e, err := journal.New(EventApplied, now, by, "", v, nil)
		return c, []journal.Event{e}, time.Time{}, err
	}
	if ready := c.At.Add(Settle); now.Before(ready) {
		return c, nil, ready, nil
	}
	late, err := s.late(ctx, c)
	if err != nil {
		return nil, nil, time.Time{}, err
	}
	if len(late) > 0 {
		events, err = list(late, now, by)
		return c, events, time.Time{}, err
	}
	e, err := journal.New(EventCompleted, now, by, "", completed{Moved: c.Moved, Skipped: c.Skipped}, nil)
	return c, []journal.Event{e}, time.Time{}, err
}

// apply moves the next lines that wait.
func (s *Service) apply(ctx context.Context, c *Change) (applied, error) {
	var v applied
	var mu sync.Mutex
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(together)
	taken := 0
	for v.Upto = c.next(); v.Upto < len(c.Entries) && taken < perStep; v.Upto++ {
		n, l := v.Upto, c.Entries[v.Upto]
		if l.Outcome != Waiting {
			continue
		}
		taken++
		g.Go(func() error {
			out, err := s.dossiers.Revise(ctx, Move{Dossier: l.Dossier, Change: c.ID, Old: l.Old, New: l.New, At: c.At, By: c.By, Name: c.Name(), Basis: c.Basis()})
			if err != nil || out == Done {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			v.Skipped = append(v.Skipped, skipped{N: n, Outcome: out})
			return nil
		})
	}
	err := g.Wait()
	slices.SortFunc(v.Skipped, func(a, b skipped) int { return a.N - b.N })
	return v, err
}

// late finds dossiers that were accepted in the moment of the decision, by a node that did not know of it yet.
func (s *Service) late(ctx context.Context, c *Change) ([]Line, error) {
	after, err := s.env.Days()
	if err != nil {
		return nil, err
	}
	before, err := c.Before(after)
	if err != nil {
		return nil, err
	}
	listed := make(map[string]bool, len(c.Entries))
	for _, e := range c.Entries {
		listed[e.Dossier] = true
	}
	lines, err := s.lines(ctx, c.Exceptions(), before, after, c.At, c.Basis(), func(x Candidate) bool {
		return listed[x.Dossier] || x.Due.Calendar != before.ID() || x.Due.Base.Before(c.At.Add(-Settle))
	})
	return lines, err
}
