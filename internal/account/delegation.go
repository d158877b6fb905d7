package account

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/fault"
)

// Delegated is the manner of a post that its holder lets another person act in for a time.
const Delegated Manner = "delegated"

// MaxDelegation bounds a delegation: whoever is away longer is stood in for by a decision of appointment.
const MaxDelegation = 366 // days

// Delegation lets a person act in another's post for a time, on behalf of its holder. It is never changed: it ends by
// its date, by being revoked, or when the holder loses the post. Signatures stay those of the person who acts.
type Delegation struct {
	ID      string
	Post    string
	Holder  string // person on whose behalf
	Person  string // who may act
	Manner  Manner // Delegated by the holder, or StandIn by a head for one who is away
	Scope   []access.Permission
	Reason  string
	From    string // yyyy-mm-dd, local day
	Until   string // exclusive
	By      string // person who gave it
	ByPost  string // post they gave it in
	Created time.Time
	Revoked time.Time // zero: stands
	Revoker string

	HolderName string // filled in where it is shown
	PersonName string
}

// Stands reports whether the delegation stands on a local day.
func (d Delegation) Stands(day string) bool {
	return d.Revoked.IsZero() && within(d.From, d.Until, day)
}

// Refusals of delegations.
var (
	// ErrNotDelegable: the actor does not hold the post themselves: a delegated post cannot be passed on.
	ErrNotDelegable = fault.New(fault.Conflict, "account.not-delegable")
	// ErrDelegation carries one Field per input that cannot be accepted.
	ErrDelegation = ErrInvalid
	// ErrKeyNeeded: the form carries no key.
	ErrKeyNeeded = fault.New(fault.Invalid, "account.key-needed")
	// ErrNoDelegation: there is none that the actor may end.
	ErrNoDelegation = fault.New(fault.NotFound, "account.no-delegation")
)

// Delegating is what a delegation is asked with.
type Delegating struct {
	Key    string // of the form: sent twice it gives one delegation
	Post   string
	Holder string // person who is away; empty: the actor's own post
	To     string // id of the person
	Scope  []access.Permission
	Reason string
	From   string // yyyy-mm-dd, first day
	Last   string // yyyy-mm-dd, last day
}

// Delegate lets another person of the agency act in a post for a time: the actor's own, or, given by a head, that of
// somebody of the agency (of the unit, by the head of a division) who is away. Nobody gives what they do not hold:
// rights beyond the post's cannot be named, and a post that was itself delegated cannot be passed on.
func (s *Service) Delegate(ctx context.Context, in Signed, c Delegating, from Origin) (Delegation, error) {
	now := s.now()
	today := localDay(now)
	d := Delegation{
		ID: s.newID(now), Post: c.Post, Holder: in.Person.ID, Person: c.To, Manner: Delegated, Scope: c.Scope, By: in.Person.ID, ByPost: in.Actor.Post,
		Reason: strings.TrimSpace(norm.NFC.String(c.Reason)), From: c.From, Created: now,
	}
	if c.Key != "" {
		d.ID = delegationID(in.Person.ID, c.Key)
	}
	if in.Actor.Behalf != "" || in.Actor.Post == "" || in.MustChange {
		return d, ErrNotDelegable
	}
	var bad []fault.Field
	if c.Holder != "" && c.Holder != in.Person.ID {
		d.Holder, d.Manner = c.Holder, StandIn
	}
	seat, err := s.delegable(ctx, in, d, today)
	if err != nil {
		return d, err
	}
	for _, p := range d.Scope {
		if !s.gives(seat, p) {
			bad = append(bad, fault.Field{Name: "scope", Code: "account.scope-not-held"})
			break
		}
	}
	if d.Reason == "" || utf8.RuneCountInString(d.Reason) > 500 {
		bad = append(bad, fault.Field{Name: "reason", Code: "account.delegation-reason"})
	}
	switch last, ok := nextDay(c.Last); {
	case !goodDay(c.From) || !ok || c.Last < c.From || c.Last < today:
		bad = append(bad, fault.Field{Name: "last", Code: "account.delegation-days"})
	case tooLong(c.From, last):
		bad = append(bad, fault.Field{Name: "last", Code: "account.delegation-long", Args: map[string]any{"days": MaxDelegation}})
	default:
		d.Until = last
	}
	if code, err := s.mayReceive(ctx, d, seat, today); err != nil {
		return d, err
	} else if code != "" {
		bad = append(bad, fault.Field{Name: "to", Code: code})
	}
	if len(bad) > 0 {
		return d, fields(bad...)
	}
	err = s.store.InTx(ctx, func(tx Tx) error {
		added, err := tx.AddDelegation(ctx, d)
		if err != nil || !added {
			return err
		}
		for _, person := range []string{d.Person, d.Holder} {
			ev := s.event(EventDelegated, person, from)
			ev.Post = d.Post
			if err := tx.AddEvent(ctx, ev); err != nil {
				return err
			}
		}
		return nil
	})
	s.cache.forget(d.Person)
	if err != nil {
		return d, fmt.Errorf("delegate %s: %w", d.Post, err)
	}
	return d, nil
}

// delegable finds the seat, and refuses who may not give it.
func (s *Service) delegable(ctx context.Context, in Signed, d Delegation, today string) (agency.Post, error) {
	seat, ok := s.posts.Post(d.Post)
	if !ok || !within(seat.From, seat.Until, today) {
		return seat, ErrNotDelegable
	}
	holds, err := s.holdsItself(ctx, d.Holder, d.Post, today)
	if err != nil {
		return seat, err
	}
	switch {
	case !holds:
		return seat, ErrNotDelegable
	case d.Manner == Delegated:
		return seat, nil
	case seat.Agency != in.Actor.Agency || !in.Actor.May(access.DossierAssign):
		return seat, ErrNotDelegable
	case in.Actor.HasRole(access.RoleHead):
	case in.Actor.HasRole(access.RoleDivision) && seat.Unit != "" && seat.Unit == in.Actor.Unit && !slices.Contains(seat.Roles, access.RoleHead):
	default:
		return seat, ErrNotDelegable
	}
	// Rights beyond the office's work are not a head's to give unless they hold them.
	for _, p := range []access.Permission{access.AccountAdmin, access.SystemWatch, access.CatalogueEdit, access.CataloguePublish, access.DossierReadAll} {
		if s.gives(seat, p) && !in.Actor.May(p) {
			return seat, ErrNotDelegable
		}
	}
	return seat, nil
}

func (s *Service) gives(seat agency.Post, p access.Permission) bool {
	return slices.ContainsFunc(seat.Roles, func(role string) bool { return slices.Contains(s.posts.RightsOf(role), p) })
}

// holdsItself reports whether a person holds a post other than by delegation.
func (s *Service) holdsItself(ctx context.Context, person, post, day string) (bool, error) {
	holdings, err := s.store.Holdings(ctx, person)
	if err != nil {
		return false, fmt.Errorf("look for the holder of %s: %w", post, err)
	}
	// Who stands in by a decision acts for another too.
	holdings = slices.DeleteFunc(slices.Clone(holdings), func(h Holding) bool { return h.Manner == StandIn })
	return holds(held(holdings, s.posts, day), post), nil
}

// mayReceive says why a person cannot be given the post; empty when they can.
func (s *Service) mayReceive(ctx context.Context, d Delegation, seat agency.Post, today string) (code string, err error) {
	if d.Person == d.Holder || d.Person == "" {
		return "account.delegation-to", nil
	}
	p, err := s.store.Person(ctx, d.Person)
	if errors.Is(err, ErrNoPerson) {
		return "account.delegation-to", nil
	}
	if err != nil {
		return "", fmt.Errorf("look for the person: %w", err)
	}
	holdings, err := s.store.Holdings(ctx, d.Person)
	if err != nil {
		return "", fmt.Errorf("look for the person: %w", err)
	}
	standing := held(holdings, s.posts, today)
	switch {
	case p.Kind != Officer || !p.Blocked.IsZero() || !slices.ContainsFunc(standing, func(h Held) bool { return h.Seat.Agency == seat.Agency }):
		return "account.delegation-to", nil
	case holds(standing, d.Post):
		return "account.delegation-holds", nil
	}
	return "", nil
}

// RevokeDelegation ends a delegation at once: by its holder, by who gave it, or by a head who could give it.
func (s *Service) RevokeDelegation(ctx context.Context, in Signed, id string, from Origin) error {
	now := s.now()
	d, err := s.store.Delegation(ctx, id)
	if err != nil {
		return fmt.Errorf("revoke delegation: %w", err)
	}
	if in.Actor.Behalf != "" {
		return ErrNoDelegation
	}
	if d.Holder != in.Person.ID && d.By != in.Person.ID {
		head := d
		head.Manner = StandIn
		if _, err := s.delegable(ctx, in, head, localDay(now)); err != nil {
			return ErrNoDelegation
		}
	}
	err = s.store.InTx(ctx, func(tx Tx) error {
		ended, err := tx.RevokeDelegation(ctx, id, in.Person.ID, now)
		if err != nil || !ended {
			return err // revoked already: it stays as it was
		}
		for _, person := range []string{d.Person, d.Holder} {
			ev := s.event(EventUndelegated, person, from)
			ev.Post = d.Post
			if err := tx.AddEvent(ctx, ev); err != nil {
				return err
			}
		}
		return nil
	})
	s.cache.forget(d.Person)
	if err != nil {
		return fmt.Errorf("revoke delegation: %w", err)
	}
	return nil
}

// Delegations lists what concerns a person, the newest first: given, received, or of their posts.
func (s *Service) Delegations(ctx context.Context, person string) ([]Delegation, error) {
	out, err := s.store.Delegations(ctx, person)
	for i := range out {
		var p, h Person
		if err == nil {
			p, err = s.store.Person(ctx, out[i].Person)
		}
		if err == nil {
			h, err = s.store.Person(ctx, out[i].Holder)
		}
		out[i].PersonName, out[i].HolderName = p.Name, h.Name
	}
	if err != nil {
		return nil, fmt.Errorf("list delegations: %w", err)
	}
	return out, nil
}

// Colleague is somebody who holds a post of an agency today.
type Colleague struct {
	Person string
	Name   string
	Post   string
	Title  string
	Unit   string
}

// Colleagues lists who holds the posts of an agency today, by name.
func (s *Service) Colleagues(ctx context.Context, at agency.ID) ([]Colleague, error) {
	all, err := s.store.Holders(ctx)
	if err != nil {
		return nil, fmt.Errorf("list colleagues: %w", err)
	}
	day := localDay(s.now())
	var out []Colleague
	for _, h := range all {
		seat, ok := s.posts.Post(h.Holding.Post)
		if ok && seat.Agency == at && h.Holding.Holds(day) && within(seat.From, seat.Until, day) {
			out = append(out, Colleague{Person: h.Holding.Person, Name: h.Name, Post: seat.ID, Title: seat.Title, Unit: seat.Unit})
		}
	}
	slices.SortStableFunc(out, func(a, b Colleague) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

// Today is the local day by the service's clock.
func (s *Service) Today() string { return localDay(s.now()) }

// PostTitle is what a post is called, its id when it is not known.
func (s *Service) PostTitle(id string) string {
	if p, ok := s.posts.Post(id); ok {
		return p.Title
	}
	return id
}

// HolderOf is a holding with the name of its person.
type HolderOf struct {
	Holding Holding
	Name    string
}

// delegated adds to a person's holdings the posts they may act in on behalf of others. A delegation whose holder has
// lost the post is worth nothing.
func (s *Service) delegated(ctx context.Context, r Reader, person, day string, holdings []Holding) ([]Holding, map[string]Delegation, error) {
	list, err := r.Delegations(ctx, person)
	if err != nil {
		return nil, nil, err
	}
	var by map[string]Delegation
	for _, d := range list {
		if d.Person != person || !d.Stands(day) || slices.ContainsFunc(holdings, func(h Holding) bool { return h.Post == d.Post && h.Holds(day) }) {
			continue
		}
		theirs, err := r.Holdings(ctx, d.Holder)
		if err != nil {
			return nil, nil, err
		}
		if !holds(held(theirs, s.posts, day), d.Post) {
			continue
		}
		p, err := r.Person(ctx, d.Holder)
		if err != nil {
			return nil, nil, err
		}
		d.HolderName = p.Name
		if by == nil {
			by = map[string]Delegation{}
		}
		id := "delegation:" + d.ID
		by[id] = d
		holdings = append(holdings, Holding{ID: id, Person: person, Post: d.Post, Manner: d.Manner, For: d.Holder, From: d.From, Until: d.Until})
	}
	return holdings, by, nil
}

// onBehalf narrows an actor to what a delegation gives.
func onBehalf(a access.Actor, d Delegation) access.Actor {
	a.Behalf = d.Holder
	if len(d.Scope) > 0 {
		given := access.Rights{}
		for _, p := range d.Scope {
			if a.Rights[p] {
				given[p] = true
			}
		}
		a.Rights = given
	}
	return a
}

func nextDay(day string) (string, bool) {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return "", false
	}
	return t.AddDate(0, 0, 1).Format(time.DateOnly), true
}

func tooLong(from, until string) bool {
	a, errA := time.Parse(time.DateOnly, from)
	b, errB := time.Parse(time.DateOnly, until)
	return errA == nil && errB == nil && b.Sub(a) > MaxDelegation*24*time.Hour
}

// delegationID names a delegation by the form that asked for it.
func delegationID(person, key string) string {
	sum := sha256.Sum256([]byte("delegation\n" + person + "\n" + key))
	return hex.EncodeToString(sum[:13])
}
