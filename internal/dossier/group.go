package dossier

import (
	"context"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/casefile"
)

// Siblings lists the other dossiers lodged in the same visit that the actor may open, in the order of lodging.
func (s *Service) Siblings(ctx context.Context, by access.Actor, d *Dossier) ([]Row, error) {
	if d.Group == "" {
		return nil, nil
	}
	rows, err := s.store.Grouped(ctx, d.Group)
	if err != nil {
		return nil, err
	}
	var out []Row
	for _, r := range rows {
		// A row knows fewer agencies than the dossier itself: it never shows more than may be opened.
		scopes := []casefile.Scope{{Scope: string(r.Desk)}, {Scope: string(r.Competent)}, {Scope: casefile.Everyone}}
		if r.Account != "" {
			scopes = append(scopes, casefile.Scope{Scope: casefile.AccountScope(r.Account)})
		}
		if r.ID != d.ID && casefile.MayOpen(by, scopes) {
			out = append(out, r)
		}
	}
	return out, nil
}
