package dossier

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/casefile"
)

// QueueLoad is how much work waits in one queue of an agency.
type QueueLoad struct {
	Queue   string // casefile.Holder.Queue
	Open    int
	Waiting int // of Open: for others
	Soon    int
	Overdue int
	Age     time.Duration // how long what does not wait has been there, on average
}

// Loads counts the work of the actor's agency by post and role; of their unit only, for the head of a division.
// It is theirs who may assign work; for others there is none.
func (s *Service) Loads(ctx context.Context, by access.Actor) ([]QueueLoad, error) {
	if !by.May(access.DossierAssign) || by.Agency == "" {
		return nil, ErrNotFound
	}
	all, err := s.store.QueueLoads(ctx, by.Agency, s.now())
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(q QueueLoad) bool { return !s.heads(by, q.Queue) }), nil
}

// heads reports whether the queue of the actor's agency is theirs to look after.
func (s *Service) heads(by access.Actor, queue string) bool {
	if by.Unit == "" || by.HasRole(access.RoleHead) {
		return true
	}
	tree, today := s.env.Catalogue().Tree(), day(s.now())
	if id, ok := strings.CutPrefix(queue, "post:"); ok {
		p, known := tree.Post(id, today)
		return known && p.Agency == by.Agency && p.Unit == by.Unit
	}
	parts := strings.Split(queue, "/")
	if len(parts) != 3 || parts[0] != string(by.Agency) {
		return false
	}
	return parts[1] == by.Unit || parts[1] == "" && len(tree.Holders(by.Agency, by.Unit, parts[2], today)) > 0
}

// QueueWork lists what waits in a queue that the actor looks after, what is due first, first.
func (s *Service) QueueWork(ctx context.Context, by access.Actor, queue, after string) ([]casefile.WorkItem, string, error) {
	loads, err := s.Loads(ctx, by)
	if err != nil {
		return nil, "", err
	}
	if !slices.ContainsFunc(loads, func(q QueueLoad) bool { return q.Queue == queue }) {
		return nil, "", ErrNotFound
	}
	items, next, err := s.store.Inbox(ctx, InboxFilter{Queues: []string{queue}, After: after, Limit: PageSize, Now: s.now()})
	if err != nil {
		return nil, "", err
	}
	// A post may hold work of several agencies where it moved; only the own one's is shown.
	return slices.DeleteFunc(items, func(w casefile.WorkItem) bool { return w.Holder.Agency != by.Agency }), next, nil
}
