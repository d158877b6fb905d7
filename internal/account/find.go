package account

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/motcua/motcua/internal/viet"
)

// scanned is how many people are read at once while looking for words.
const scanned = 1000

// FindOfficers lists up to limit officers whose name or sign-in name has for every word of q, with or without
// tones, a part that begins with it, by sign-in name after the given one. An empty q finds all. Citizens are never listed: see FindExact.
func (s *Service) FindOfficers(ctx context.Context, q, after string, limit int) ([]Listed, error) {
	words := strings.Fields(viet.Fold(q))
	var found []Person
	for len(found) < limit {
		people, err := s.store.People(ctx, Officer, after, scanned)
		if err != nil {
			return nil, fmt.Errorf("find people: %w", err)
		}
		for _, p := range people {
			if after = p.SignIn; begins(p, words) {
				if found = append(found, p); len(found) == limit {
					break
				}
			}
		}
		if len(people) < scanned {
			break
		}
	}
	return s.listed(ctx, found)
}

// begins reports whether every word begins a part of the name or of the sign-in name.
func begins(p Person, words []string) bool {
	parts := append(viet.Tokens(viet.Fold(p.Name)), p.SignIn)
	parts = append(parts, strings.FieldsFunc(p.SignIn, func(r rune) bool { return strings.ContainsRune("._-@", r) })...)
	for _, w := range words {
		if !slices.ContainsFunc(parts, func(part string) bool { return strings.HasPrefix(part, w) }) {
			return false
		}
	}
	return true
}

// FindExact returns the person with exactly this sign-in name or personal number; ErrNoPerson.
func (s *Service) FindExact(ctx context.Context, signIn string) (Listed, error) {
	p, err := s.store.PersonBySignIn(ctx, normaliseSignIn(signIn))
	return s.listedOne(ctx, p, err)
}

// Known returns the person with the id; ErrNoPerson.
func (s *Service) Known(ctx context.Context, id string) (Listed, error) {
	p, err := s.store.Person(ctx, id)
	return s.listedOne(ctx, p, err)
}

func (s *Service) listedOne(ctx context.Context, p Person, err error) (Listed, error) {
	if err != nil {
		return Listed{}, fmt.Errorf("look for a person: %w", err)
	}
	l, err := s.listed(ctx, []Person{p})
	if err != nil {
		return Listed{}, err
	}
	return l[0], nil
}

func (s *Service) listed(ctx context.Context, people []Person) ([]Listed, error) {
	day := localDay(s.now())
	out := make([]Listed, len(people))
	for i, p := range people {
		holdings, err := s.store.Holdings(ctx, p.ID)
		if err != nil {
			return nil, fmt.Errorf("list people: %w", err)
		}
		out[i] = Listed{Person: p, Posts: held(holdings, s.posts, day)}
	}
	return out, nil
}
