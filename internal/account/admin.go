package account

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/fault"
)

// commandOrigin is what the history says of acts from the command line.
var commandOrigin = Origin{Agent: "motcua admin"}

// CreateAdministrator makes an officer who holds post (empty: AdministratorPost), which must
// carry the administrator role. With an empty password one is made and returned; it then has
// to be replaced at the first sign-in.
func (s *Service) CreateAdministrator(ctx context.Context, name, signIn, password, post string) (generated string, err error) {
	if post == "" {
		post = AdministratorPost
	}
	seat, ok := s.posts.Post(post)
	if !ok || !slices.Contains(seat.Roles, access.RoleAdmin) {
		return "", fields(fault.Field{Name: "post", Code: "account.post-no-administrator"})
	}
	now := s.now()
	p := Person{ID: s.newID(now), Kind: Officer, Name: strings.Join(strings.Fields(norm.NFC.String(name)), " "), SignIn: normaliseSignIn(signIn), Created: now}
	var bad []fault.Field
	if !goodName(p.Name) {
		bad = append(bad, fault.Field{Name: "name", Code: "account.name-wrong"})
	}
	if !goodSignIn(p.SignIn) {
		bad = append(bad, fault.Field{Name: "sign_in", Code: "account.sign-in-wrong"})
	}
	if password == "" {
		generated = NewPassword()
		password = generated
	} else if code := CheckPassword(password, p.own()...); code != "" {
		bad = append(bad, passwordField("password", code))
	}
	if len(bad) > 0 {
		return "", fields(bad...)
	}
	hash, err := s.hasher.Hash(ctx, password)
	if err != nil {
		return "", err
	}
	err = s.store.InTx(ctx, func(tx Tx) error {
		if err := tx.AddPerson(ctx, p); err != nil {
			return err
		}
		if err := tx.PutHolding(ctx, Holding{ID: p.ID + ":" + post, Person: p.ID, Post: post, Manner: Appointed, From: localDay(now)}); err != nil {
			return err
		}
		if err := tx.SetCredential(ctx, Credential{Person: p.ID, Hash: hash, Set: now, MustChange: generated != ""}); err != nil {
			return err
		}
		return tx.AddEvent(ctx, s.event(EventCreated, p.ID, commandOrigin))
	})
	if err != nil {
		return "", fmt.Errorf("create administrator %s: %w", p.SignIn, err)
	}
	return generated, nil
}

// Reset gives the person with the sign-in name another password, ends all their sessions
// and lets a blocked person in again. With an empty password one is made and returned; it then has
// to be replaced at the next sign-in.
func (s *Service) Reset(ctx context.Context, signIn, password string) (generated string, err error) {
	return s.ResetFrom(ctx, signIn, password, commandOrigin)
}

// ResetFrom is Reset with where it comes from, as the person's history shows it.
func (s *Service) ResetFrom(ctx context.Context, signIn, password string, from Origin) (generated string, err error) {
	p, err := s.store.PersonBySignIn(ctx, normaliseSignIn(signIn))
	if err != nil {
		return "", fmt.Errorf("reset %s: %w", signIn, err)
	}
	if password == "" {
		generated = NewPassword()
		password = generated
	} else if code := CheckPassword(password, p.own()...); code != "" {
		return "", fields(passwordField("password", code))
	}
	hash, err := s.hasher.Hash(ctx, password)
	if err != nil {
		return "", err
	}
	now := s.now()
	p.Blocked = time.Time{}
	err = s.store.InTx(ctx, func(tx Tx) error {
		if err := tx.SetPerson(ctx, p); err != nil {
			return err
		}
		if err := tx.SetCredential(ctx, Credential{Person: p.ID, Hash: hash, Set: now, MustChange: generated != ""}); err != nil {
			return err
		}
		if _, err := tx.EndSessions(ctx, p.ID, "", now); err != nil {
			return err
		}
		return tx.AddEvent(ctx, s.event(EventReset, p.ID, from))
	})
	s.cache.forget(p.ID)
	if err != nil {
		return "", fmt.Errorf("reset %s: %w", p.SignIn, err)
	}
	return generated, nil
}

// Block keeps a person out from now on and ends their sessions.
func (s *Service) Block(ctx context.Context, signIn string) error {
	return s.BlockFrom(ctx, signIn, commandOrigin)
}

// BlockFrom is Block with where it comes from, as the person's history shows it.
func (s *Service) BlockFrom(ctx context.Context, signIn string, from Origin) error {
	p, err := s.store.PersonBySignIn(ctx, normaliseSignIn(signIn))
	if err != nil {
		return fmt.Errorf("block %s: %w", signIn, err)
	}
	now := s.now()
	p.Blocked = now
	err = s.store.InTx(ctx, func(tx Tx) error {
		if err := tx.SetPerson(ctx, p); err != nil {
			return err
		}
		if _, err := tx.EndSessions(ctx, p.ID, "", now); err != nil {
			return err
		}
		return tx.AddEvent(ctx, s.event(EventBlocked, p.ID, from))
	})
	s.cache.forget(p.ID)
	if err != nil {
		return fmt.Errorf("block %s: %w", signIn, err)
	}
	return nil
}

// Listed is a person with the posts held today.
type Listed struct {
	Person
	Posts []Held
}

// People lists up to limit people of a kind (empty: all) by sign-in name, after the given name.
func (s *Service) People(ctx context.Context, kind Kind, after string, limit int) ([]Listed, error) {
	people, err := s.store.People(ctx, kind, after, limit)
	if err != nil {
		return nil, fmt.Errorf("list people: %w", err)
	}
	return s.listed(ctx, people)
}

// Seeded is a person to be there, with the posts to be held.
type Seeded struct {
	Person             // ID, Kind, Name and SignIn at least
	Holdings []Holding // Person is filled in, ID from person and post when empty
	Password string    // empty: known by name, cannot sign in
}

// Seed makes people known, as a pack lists them: new ones are added, known ones (by ID) take the
// given name and posts. A password is set only where the person has none yet, so a second
// start neither hashes nor undoes what somebody changed. Everything or nothing is written.
func (s *Service) Seed(ctx context.Context, people []Seeded) error {
	now := s.now()
	hashes := map[string]string{}
	for i, one := range people {
		one.SignIn = normaliseSignIn(one.SignIn)
		people[i].SignIn = one.SignIn
		if one.ID == "" || !goodSignIn(one.SignIn) || one.Name == "" {
			return fmt.Errorf("seed person %q: %w", one.ID, fields(fault.Field{Name: "sign_in", Code: "account.sign-in-wrong"}))
		}
		if one.Password == "" {
			continue
		}
		cred, err := s.store.Credential(ctx, one.ID)
		if err != nil {
			return fmt.Errorf("seed %s: %w", one.ID, err)
		}
		if cred.Hash != "" {
			continue
		}
		if code := CheckPassword(one.Password, one.own()...); code != "" {
			return fmt.Errorf("seed %s: %w", one.ID, fields(passwordField("password", code)))
		}
		if hashes[one.ID], err = s.hasher.Hash(ctx, one.Password); err != nil {
			return err
		}
	}
	err := s.store.InTx(ctx, func(tx Tx) error {
		for _, one := range people {
			if err := s.seed(ctx, tx, one, hashes[one.ID], now); err != nil {
				return fmt.Errorf("seed %s: %w", one.ID, err)
			}
		}
		return nil
	})
	s.cache.forget("")
	return err
}

func (s *Service) seed(ctx context.Context, tx Tx, one Seeded, hash string, now time.Time) error {
	p := one.Person
	switch old, err := tx.Person(ctx, p.ID); {
	case errors.Is(err, ErrNoPerson):
		p.Created = now
		if err := tx.AddPerson(ctx, p); err != nil {
			return err
		}
	case err != nil:
		return err
	default:
		old.Name = p.Name
		if err := tx.SetPerson(ctx, old); err != nil {
			return err
		}
	}
	for _, h := range one.Holdings {
		h.Person = p.ID
		if h.ID == "" {
			h.ID = p.ID + ":" + h.Post
		}
		if h.Manner == "" {
			h.Manner = Appointed
		}
		if err := tx.PutHolding(ctx, h); err != nil {
			return err
		}
	}
	if hash == "" {
		return nil
	}
	return tx.SetCredential(ctx, Credential{Person: p.ID, Hash: hash, Set: now})
}

// Appoint gives an officer a post from a day (yyyy-mm-dd) until another, exclusive.
func (s *Service) Appoint(ctx context.Context, h Holding) error {
	if _, ok := s.posts.Post(h.Post); !ok {
		return fields(fault.Field{Name: "post", Code: "account.post-unknown"})
	}
	if h.From != "" && !goodDay(h.From) || h.Until != "" && !goodDay(h.Until) {
		return fields(fault.Field{Name: "from", Code: "account.day-wrong"})
	}
	if h.ID == "" {
		h.ID = s.newID(s.now())
	}
	err := s.store.InTx(ctx, func(tx Tx) error {
		if _, err := tx.Person(ctx, h.Person); err != nil {
			return err
		}
		return tx.PutHolding(ctx, h)
	})
	s.cache.forget(h.Person)
	if err != nil {
		return fmt.Errorf("appoint %s to %s: %w", h.Person, h.Post, err)
	}
	return nil
}

// goodSignIn takes what can be typed on any keyboard and said on the telephone.
func goodSignIn(s string) bool {
	if len(s) < 3 || len(s) > 64 {
		return false
	}
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && !strings.ContainsRune("._-@", r) {
			return false
		}
	}
	return true
}
