package dossierdb

import (
	"context"
	"fmt"
	"time"

	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/sqldb"
)

// Open work stands in work_item, which is small and ordered by case; the dossiers of ten years are not read.
const (
	sqlRunning = `SELECT DISTINCT w.case_id FROM work_item w JOIN dossier d ON d.id = w.case_id
		WHERE w.case_id > $1 AND d.due_at >= $2 AND d.accepted_at < $3 AND d.resolved_at = 0 AND d.ended_at = 0
		ORDER BY w.case_id LIMIT CAST($4 AS INTEGER)`
	sqlRunningEvents = `SELECT case_id, seq, body, hash FROM journal_event WHERE case_id >= $1 AND case_id <= $2 AND case_id IN
		(SELECT w.case_id FROM work_item w JOIN dossier d ON d.id = w.case_id
		WHERE w.case_id >= $1 AND w.case_id <= $2 AND d.due_at >= $3 AND d.accepted_at < $4 AND d.resolved_at = 0 AND d.ended_at = 0)
		ORDER BY case_id, seq`
)

// runningBatch is how many dossiers are folded at a time.
const runningBatch = 500

// Running hands over every dossier whose clock runs, that was accepted before until and is due at from or later, by
// id. Personal values are not read: the state is that of the acts alone.
func (s *Store) Running(ctx context.Context, from, until time.Time, visit func(*dossier.Dossier) error) error {
	for after := ""; ; {
		rows, err := s.db.Query(ctx, sqlRunning, after, from.UnixMicro(), until.UnixMicro(), runningBatch)
		ids, err := sqldb.Collect(rows, err, func(r *sqldb.Rows) (id string, err error) { return id, r.Scan(&id) })
		if err != nil {
			return fmt.Errorf("list running dossiers: %w", err)
		}
		if len(ids) == 0 {
			return nil
		}
		if err := s.runningBetween(ctx, ids[0], ids[len(ids)-1], from, until, visit); err != nil {
			return err
		}
		if len(ids) < runningBatch {
			return nil
		}
		after = ids[len(ids)-1]
	}
}

func (s *Store) runningBetween(ctx context.Context, first, last string, from, until time.Time, visit func(*dossier.Dossier) error) error {
	rows, err := s.db.Query(ctx, sqlRunningEvents, first, last, from.UnixMicro(), until.UnixMicro())
	type row struct {
		caseID, body, hash string
		seq                int64
	}
	all, err := sqldb.Collect(rows, err, func(r *sqldb.Rows) (x row, err error) {
		return x, r.Scan(&x.caseID, &x.seq, &x.body, &x.hash)
	})
	if err != nil {
		return fmt.Errorf("read running dossiers: %w", err)
	}
	for len(all) > 0 {
		id := all[0].caseID
		var events []journal.Event
		for len(all) > 0 && all[0].caseID == id {
			e, err := journal.Parse(all[0].body)
			if err != nil {
				return fmt.Errorf("event %s/%d: %w", id, all[0].seq, err)
			}
			e.Hash = journal.Hash(all[0].hash)
			events, all = append(events, e), all[1:]
		}
		d, err := dossier.Fold(events)
		if err != nil {
			return fmt.Errorf("dossier %s: %w", id, err)
		}
		if d.Due == nil || !d.ResolvedAt.IsZero() || d.Status.Ended() {
			continue // it went on since it was listed
		}
		if err := visit(d); err != nil {
			return err
		}
	}
	return nil
}
