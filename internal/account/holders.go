package account

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/motcua/motcua/internal/fault"
)

// HoldersOf names who holds each of the posts today, by name. Posts that nobody holds are not in the answer.
func (s *Service) HoldersOf(ctx context.Context, posts []string) (map[string][]string, error) {
	all, err := s.store.Holders(ctx)
	if err != nil {
		return nil, fmt.Errorf("who holds posts: %w", err)
	}
	want := make(map[string]bool, len(posts))
	for _, p := range posts {
		want[p] = true
	}
	day, out := localDay(s.now()), map[string][]string{}
	for _, h := range all {
		if want[h.Holding.Post] && h.Holding.Holds(day) {
			out[h.Holding.Post] = append(out[h.Holding.Post], h.Name)
		}
	}
	for _, names := range out {
		slices.Sort(names)
	}
	return out, nil
}

// SeedIn is Seed within a transaction that somebody else began, without passwords: the people are known and hold their
// posts, and sign in once an administrator gave them a temporary password. Forget is to be called once it is committed.
func (s *Service) SeedIn(ctx context.Context, tx Tx, people []Seeded, now time.Time) error {
	for _, one := range people {
		one.SignIn = normaliseSignIn(one.SignIn)
		if one.ID == "" || !goodSignIn(one.SignIn) || one.Name == "" {
			return fmt.Errorf("seed person %q: %w", one.ID, fields(fault.Field{Name: "sign_in", Code: "account.sign-in-wrong"}))
		}
		if err := s.seed(ctx, tx, one, "", now); err != nil {
			return fmt.Errorf("seed %s: %w", one.ID, err)
		}
	}
	return nil
}
