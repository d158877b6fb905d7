package reorg

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/casefile"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/viet"
	"github.com/motcua/motcua/internal/workflow"
)

// Store keeps reorganisations.
type Store interface {
	// Load returns all events of a reorganisation in order; ErrNotFound.
	Load(ctx context.Context, id string) ([]journal.Event, error)
	// Record appends events to the journal of a (nil: a new one) with its row. A published plan is put in force in the
	// same transaction, and the job that passes the dossiers is left for its day. ErrStale when somebody moved first.
	Record(ctx context.Context, id string, a *Act, events ...journal.Event) (*Act, error)
	// List returns reorganisations, the newest proposal first.
	List(ctx context.Context, limit int) ([]Row, error)
}

// Environment answers what is configured now.
type Environment interface {
	Catalogue() *procedure.Catalogue
	// Place reports whether an administrative unit is in force on the day.
	Place(code, day string) bool
}

// Candidate is a dossier that has not ended, as far as a reorganisation needs to know it.
type Candidate struct {
	Dossier, Code, Procedure string
	Competent, Desk          agency.ID
	Holder                   casefile.Holder
}

// Dossiers is what a reorganisation asks of the register of dossiers.
type Dossiers interface {
	// Open hands over every dossier that has not ended and in which the agency takes part or took part, by id.
	Open(ctx context.Context, of agency.ID, visit func(Candidate) error) error
	// Beside is what its row does not say: which further offices it is with (another desk, who keeps papers), and the
	// commune it is about; empty when nothing says so.
	Beside(ctx context.Context, id string) (offices []agency.ID, place string, err error)
	// Succeed passes a dossier on, once: asked again it answers Done. Ended and Stood say why it was left alone, Failed
	// that trying again would not help; an error is worth trying again.
	Succeed(ctx context.Context, id string, s Succession) (Outcome, error)
}

// Succession is a reorganisation as it is carried out on one dossier.
type Succession struct {
	Act, Name, Basis, Day string
	By                    journal.Actor
	ByPlace               bool // Heir wants to know the commune

	Heir   func(old agency.ID, m agency.Matter) agency.ID
	DeskOf func(agency.ID) agency.ID
	Unit   func(old agency.ID, unit string, at agency.ID) string
	Post   func(post string, at agency.ID) bool
}

// People answers who holds posts.
type People interface {
	// HoldersOf names who holds each of the posts today.
	HoldersOf(ctx context.Context, posts []string) (map[string][]string, error)
}

// Service proposes, publishes and carries out reorganisations.
type Service struct {
	store    Store
	dossiers Dossiers
	env      Environment
	people   People
	now      func() time.Time
}

// NewService returns a service; now is the product's one clock.
func NewService(store Store, dossiers Dossiers, env Environment, people People, now func() time.Time) *Service {
	return &Service{store: store, dossiers: dossiers, env: env, people: people, now: now}
}

func mayRead(by access.Actor) bool {
	return by.May(access.CatalogueRead) || mayPropose(by)
}

func mayPropose(by access.Actor) bool {
	return by.May(access.CatalogueEdit) || by.May(access.CataloguePublish)
}

func mayPublish(by access.Actor) bool { return by.May(access.CataloguePublish) }

// Plan works a command out against what is in force now.
func (s *Service) plan(c Command) (Command, Plan, []Problem) {
	cat, day := s.env.Catalogue(), c.Day.String()
	home := cat.Home(day)
	return c.Plan(Facts{
		Today: calendar.DateOf(s.now()), Tree: cat.Tree(), HomeCode: home.Code,
		Procedure: func(code string) bool { _, err := cat.Version(code, day); return err == nil },
		Place:     func(code string) bool { return s.env.Place(code, day) },
		Competent: func(code string) ([]agency.ID, bool) {
			v, err := cat.Version(code, day)
			if err != nil {
				return nil, false
			}
			return v.Competent, len(v.Competent) == 0 && cat.OfferOf(v, day).ByCommune
		},
	})
}

// Try works a command out without keeping anything: the form asks for it before it is proposed.
func (s *Service) Try(by access.Actor, c Command) (Command, Plan, []Problem, error) {
	if !mayPropose(by) {
		return c, Plan{}, nil, ErrNotFound
	}
	c, p, bad := s.plan(c)
	return c, p, bad, nil
}

// Propose keeps a reorganisation for a second person to decide on. The id is the idempotency key's: the same form sent
// twice is one proposal. Problems keep it from being proposed.
func (s *Service) Propose(ctx context.Context, by access.Actor, id string, c Command) (*Act, []Problem, error) {
	if !mayPropose(by) {
		return nil, nil, ErrNotFound
	}
	if a, err := s.load(ctx, id); !errors.Is(err, ErrNotFound) {
		return a, nil, err
	}
	c, _, bad := s.plan(c)
	if len(bad) > 0 {
		return nil, bad, nil
	}
	var people map[string]any
	if len(c.People) > 0 {
		if !by.May(access.AccountAdmin) {
			return nil, nil, ErrPeople
		}
		people = map[string]any{privatePeople: c.People}
	}
	e, err := journal.New(EventProposed, s.now(), actor(by), "", proposed{Command: c}, people)
	if err != nil {
		return nil, nil, err
	}
	a, err := s.store.Record(ctx, id, nil, e)
	if errors.Is(err, ErrStale) {
		a, err = s.load(ctx, id)
	}
	return a, nil, err
}

func actor(by access.Actor) journal.Actor {
	return journal.Actor{Person: by.Person, Post: by.Post, Agency: string(by.Agency)}
}

func (s *Service) load(ctx context.Context, id string) (*Act, error) {
	events, err := s.store.Load(ctx, id)
	if err != nil {
		return nil, err
	}
	return FoldAll(events)
}

// Act returns a reorganisation to who may see it.
func (s *Service) Act(ctx context.Context, by access.Actor, id string) (*Act, error) {
	if !mayRead(by) {
		return nil, ErrNotFound
	}
	return s.load(ctx, id)
}

// listMost bounds the list; a province reorganises a handful of times a year.
const listMost = 200

// Acts lists reorganisations, the newest proposal first.
func (s *Service) Acts(ctx context.Context, by access.Actor) ([]Row, error) {
	if !mayRead(by) {
		return nil, ErrNotFound
	}
	return s.store.List(ctx, listMost)
}

// Withdraw ends a proposal of which nothing came.
func (s *Service) Withdraw(ctx context.Context, by access.Actor, id, reason string) (*Act, error) {
	if !mayPropose(by) {
		return nil, ErrNotFound
	}
	a, err := s.load(ctx, id)
	if err != nil || a.State == Withdrawn {
		return a, err
	}
	if a.State != Proposed {
		return nil, ErrState
	}
	if reason = strings.TrimSpace(viet.NFC(reason)); reason == "" {
		return nil, ErrReason
	}
	if len([]rune(reason)) > MaxText {
		return nil, ErrTooLong.With("max", MaxText)
	}
	e, err := journal.New(EventWithdrawn, s.now(), actor(by), "", withdrawn{Reason: reason}, nil)
	if err != nil {
		return nil, err
	}
	return s.store.Record(ctx, id, a, e)
}

// Publish puts a proposal in force from its day: what the person saw, or nothing. Sent again it answers with the act.
func (s *Service) Publish(ctx context.Context, by access.Actor, id, seen string) (*Act, error) {
	if !mayPublish(by) {
		return nil, ErrNotFound
	}
	a, err := s.load(ctx, id)
	if err != nil {
		return nil, err
	}
	switch {
	case (a.State == Published || a.State == Completed) && a.PublishedBy.Person == by.Person && a.Seen == seen:
		return a, nil
	case a.State != Proposed:
		return nil, ErrState
	case a.ProposedBy.Person == by.Person:
		return nil, ErrSecondPerson
	}
	_, p, bad := s.plan(a.Command)
	if len(bad) > 0 || p.Digest() != seen {
		return nil, ErrChanged
	}
	e, err := journal.New(EventPublished, s.now(), actor(by), "", published{Plan: p, Seen: seen}, nil)
	if err != nil {
		return nil, err
	}
	return s.store.Record(ctx, id, a, e)
}

// Resolved is a procedure whose resolving agencies change.
type Resolved struct {
	Code, Name    string
	Before, After []agency.ID
}

// Seat is a post with what becomes of it and who holds it today.
type Seat struct {
	Before agency.Post
	After  agency.Post // of no agency: it ends
	People []string
}

// Warning is something people should look at before they decide.
type Warning struct {
	Key  string // in lang: reorg.warn.<key>
	Args map[string]any
}

// Effects is what a reorganisation would do, as of now.
type Effects struct {
	Plan     Plan
	Problems []Problem // it cannot be published any more
	Tree     *agency.Tree
	Posts    []Seat
	Changed  []Resolved
	Lines    []Line
	Warnings []Warning
}

// Effects works out what a proposal would do; of a published act, what it does.
func (s *Service) Effects(ctx context.Context, by access.Actor, a *Act) (e Effects, err error) {
	if !mayRead(by) {
		return e, ErrNotFound
	}
	cat := s.env.Catalogue()
	before, after := cat, cat
	e.Plan = a.Plan
	if a.State == Proposed {
		_, e.Plan, e.Problems = s.plan(a.Command)
		after = cat.With(e.Plan.Agencies, e.Plan.Posts, e.Plan.Successions)
	} else {
		before = nil
	}
	e.Tree = after.Tree()
	if len(e.Problems) > 0 || a.State == Withdrawn {
		return e, nil
	}
	if err := s.seats(ctx, &e, cat.Tree(), e.Plan.Day); err != nil {
		return e, err
	}
	for i := range e.Posts { // of a workbook, whose people have no accounts yet
		for _, p := range a.Command.People {
			if id := e.Posts[i].After.ID; slices.Contains(p.Posts, id) && !slices.Contains(e.Posts[i].People, p.Name) {
				e.Posts[i].People = append(e.Posts[i].People, p.Name)
			}
		}
	}
	if before != nil {
		e.Changed = append(changed(before, after, e.Plan.Day), named(before, e.Plan)...)
		if e.Lines, err = s.lines(ctx, e.Plan, e.Tree, nil); err != nil {
			return e, err
		}
		e.Warnings = warn(e, before)
	} else {
		for _, x := range a.Entries {
			e.Lines = append(e.Lines, x.Line)
		}
	}
	return e, nil
}

func (s *Service) seats(ctx context.Context, e *Effects, tree *agency.Tree, day string) error {
	ids := make([]string, len(e.Plan.Posts))
	for i, p := range e.Plan.Posts {
		ids[i] = p.ID
	}
	if len(ids) == 0 {
		return nil
	}
	held, err := s.people.HoldersOf(ctx, ids)
	if err != nil {
		return err
	}
	for _, p := range e.Plan.Posts {
		seat := Seat{After: p, People: held[p.ID]}
		for _, v := range tree.PostVersions(p.ID) {
			if v.From < day || v.From == "" {
				seat.Before = v
			}
		}
		if seat.Before.ID == "" {
			seat.Before = p
		}
		if p.Until != "" {
			seat.After = agency.Post{}
		}
		e.Posts = append(e.Posts, seat)
	}
	return nil
}

func changed(before, after *procedure.Catalogue, day string) []Resolved {
	var out []Resolved
	for _, v := range before.All(day) {
		x, y := before.OfferOf(v, day).Agencies, after.OfferOf(v, day).Agencies
		if !slices.Equal(x, y) {
			out = append(out, Resolved{Code: v.Code, Name: v.Name, Before: x, After: y})
		}
	}
	return out
}

// named are the procedures that name another agency than before.
func named(cat *procedure.Catalogue, p Plan) []Resolved {
	var out []Resolved
	for _, c := range p.Competent {
		if v, err := cat.Version(c.Procedure, p.Day); err == nil {
			out = append(out, Resolved{Code: v.Code, Name: v.Name, Before: cat.OfferOf(v, p.Day).Agencies, After: c.Agencies})
		}
	}
	return out
}

func warn(e Effects, before *procedure.Catalogue) []Warning {
	var out []Warning
	add := func(key string, args ...any) {
		w := Warning{Key: key, Args: map[string]any{}}
		for i := 0; i+1 < len(args); i += 2 {
			name, _ := args[i].(string)
			w.Args[name] = args[i+1]
		}
		out = append(out, w)
	}
	day := e.Plan.Day
	ended := e.Plan.Ended()
	for _, a := range e.Plan.Agencies {
		if slices.Contains(ended, a.ID) {
			continue
		}
		switch heads := e.Tree.Holders(a.ID, "", access.RoleHead, day); {
		case len(heads) > 1:
			add("heads", "agency", a.Name, "n", len(heads))
		case len(e.Tree.Posts(a.ID, day)) == 0:
			add("no-posts", "agency", a.Name)
		case len(heads) == 0:
			add("no-head", "agency", a.Name)
		}
	}
	touched := e.Plan.Touched()
	for _, v := range before.All(day) {
		p := before.OfferOf(v, day).Process.Value
		if p != nil && slices.ContainsFunc(p.Steps, func(s workflow.Step) bool { return slices.Contains(touched, agency.ID(s.At)) }) {
			add("process", "code", v.Code, "name", v.Name)
		}
		if len(out) > 50 {
			break
		}
	}
	return out
}

// lines lists the dossiers that pass; those in skip are left out.
func (s *Service) lines(ctx context.Context, p Plan, tree *agency.Tree, skip map[string]bool) ([]Line, error) {
	var out []Line
	seen := map[string]bool{}
	su := s.succession(&Act{Plan: p}, tree)
	ofPosts := map[agency.ID]bool{}
	for _, q := range p.Posts {
		for _, v := range tree.PostVersions(q.ID) {
			if v.From < p.Day || v.From == "" {
				ofPosts[v.Agency] = true
			}
		}
	}
	of := p.Touched()
	for id := range ofPosts {
		if !slices.Contains(of, id) {
			of = append(of, id)
		}
	}
	slices.Sort(of)
	for _, id := range of {
		err := s.dossiers.Open(ctx, id, func(c Candidate) error {
			if seen[c.Dossier] || skip[c.Dossier] {
				return nil
			}
			seen[c.Dossier] = true
			m := agency.Matter{Procedure: c.Procedure}
			passes := func(ids ...agency.ID) bool {
				return slices.ContainsFunc(ids, func(id agency.ID) bool { return su.Heir(id, m) != id })
			}
			ok := !su.ByPlace && passes(c.Competent, c.Desk, c.Holder.Agency) || c.Holder.Post != "" && !su.Post(c.Holder.Post, c.Holder.Agency)
			if !ok {
				beside, place, err := s.dossiers.Beside(ctx, c.Dossier)
				if err != nil {
					return err
				}
				m.Place = place
				ok = passes(c.Competent, c.Desk, c.Holder.Agency) || passes(beside...)
			}
			if to := su.Heir(c.Competent, m); ok {
				out = append(out, Line{Dossier: c.Dossier, Code: c.Code, Procedure: c.Procedure, Competent: c.Competent, To: to, Desk: c.Desk, Holder: c.Holder})
			}
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("open dossiers of %s: %w", id, err)
		}
	}
	slices.SortFunc(out, func(a, b Line) int {
		if n := strings.Compare(string(a.Competent), string(b.Competent)); n != 0 {
			return n
		}
		if n := strings.Compare(a.Code, b.Code); n != 0 {
			return n
		}
		return strings.Compare(a.Dossier, b.Dossier)
	})
	return out, nil
}

// succession is how an act is carried out by the tree that holds its plan.
func (s *Service) succession(a *Act, tree *agency.Tree) Succession {
	p := a.Plan
	return Succession{
		Act: a.ID, Name: a.Command.Name, Basis: a.Command.Basis, Day: p.Day, By: a.PublishedBy, ByPlace: p.ByPlace(),
		Heir: func(old agency.ID, m agency.Matter) agency.ID {
			if old == "" {
				return ""
			}
			if h, ok := tree.Heir(old, m, p.Day); ok {
				return h.ID
			}
			return old
		},
		DeskOf: func(id agency.ID) agency.ID { return tree.DeskOf(id, p.Day) },
		Unit:   p.Unit,
		Post: func(post string, at agency.ID) bool {
			q, ok := tree.Post(post, p.Day)
			return ok && q.Agency == at
		},
	}
}

// Steps of the passing. Sixteen dossiers at a time share the commits of the store.
const (
	perStep  = 400
	together = 16
)

// Settle is how long after the beginning of its day every node of the product counts by the changed tree.
const Settle = 5 * time.Second

// Step carries a published act a stretch further and returns the events to record: the dossiers it found, what it did
// with them, or that it is complete. A step that is cut off is made again, and finds every dossier it already passed.
// wait is when to go on instead.
func (s *Service) Step(ctx context.Context, id string) (a *Act, events []journal.Event, wait time.Time, err error) {
	if a, err = s.load(ctx, id); err != nil || a.State != Published {
		return a, nil, time.Time{}, err
	}
	now, by := s.now(), a.PublishedBy
	by.System = "motcua"
	if start := begins(a.Command.Day); now.Before(start) {
		return a, nil, start, nil
	}
	tree := s.env.Catalogue().Tree()
	if a.Upto < len(a.Entries) {
		v, err := s.carry(ctx, a, tree)
		if err != nil {
			return nil, nil, time.Time{}, err
		}
		e, err := journal.New(EventApplied, now, by, "", v, nil)
		return a, []journal.Event{e}, time.Time{}, err
	}
	// A look after everything settled finds what came in by a node that had not heard of it.
	known := make(map[string]bool, len(a.Entries))
	for _, e := range a.Entries {
		known[e.Dossier] = true
	}
	lines, err := s.lines(ctx, a.Plan, tree, known)
	if err != nil {
		return nil, nil, time.Time{}, err
	}
	if len(lines) > 0 {
		events, err = list(lines, now, by)
		return a, events, time.Time{}, err
	}
	ready := begins(a.Command.Day)
	if a.PublishedAt.After(ready) {
		ready = a.PublishedAt
	}
	if ready = ready.Add(Settle); now.Before(ready) {
		return a, nil, ready, nil
	}
	e, err := journal.New(EventCompleted, now, by, "", completed{Moved: a.Moved, Skipped: a.Skipped}, nil)
	return a, []journal.Event{e}, time.Time{}, err
}

// carry passes the next lines that wait.
func (s *Service) carry(ctx context.Context, a *Act, tree *agency.Tree) (applied, error) {
	v := applied{Upto: min(a.Upto+perStep, len(a.Entries))}
	su := s.succession(a, tree)
	var mu sync.Mutex
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(together)
	for n := a.Upto; n < v.Upto; n++ {
		g.Go(func() error {
			out, err := s.dossiers.Succeed(ctx, a.Entries[n].Dossier, su)
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
	slices.SortFunc(v.Skipped, func(x, y skipped) int { return x.N - y.N })
	return v, err
}
