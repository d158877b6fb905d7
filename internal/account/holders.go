package account

import (
	"context"
	"fmt"
	"slices"
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
