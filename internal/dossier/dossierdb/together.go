package dossierdb

import (
	"context"
	"fmt"
	"time"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/casefile/casefiledb"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/sqldb"
)

const (
	sqlCompose = `INSERT INTO composing (case_id, person, post, seen_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (case_id, person) DO UPDATE SET post = excluded.post, seen_at = excluded.seen_at`
	sqlComposing    = `SELECT person, post, seen_at FROM composing WHERE case_id = $1 AND seen_at > $2 ORDER BY seen_at, person`
	sqlComposedLong = `DELETE FROM composing WHERE seen_at < $1`
	sqlQueueLoads   = `SELECT queue, count(*), ` + loadColumns + ` FROM work_item WHERE agency = $1 GROUP BY queue ORDER BY queue`
	loadWaits       = `stage = 'waiting' OR stage = 'supplement'`
	loadColumns     = `sum(CASE WHEN ` + loadWaits + ` THEN 1 ELSE 0 END), sum(CASE WHEN due < $2 THEN 1 ELSE 0 END),
		sum(CASE WHEN due >= $2 AND due < 4611686018427387904 AND soon_at <= $2 THEN 1 ELSE 0 END),
		CAST(coalesce(sum(CASE WHEN ` + loadWaits + ` THEN 0 ELSE ($2 - since) / 1000000 END), 0) AS BIGINT)`
	composedLongerBy = 24 * time.Hour
)

// Compose notes that somebody has the form of an act open.
func (s *Store) Compose(ctx context.Context, c dossier.Composer) error {
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(ctx, sqlCompose, c.Dossier, c.Person, c.Post, c.At.UnixMicro()); err != nil {
			return fmt.Errorf("note who is at work: %w", err)
		}
		if c.At.UnixMicro()%64 != 0 { // now and then those of yesterday go
			return nil
		}
		if _, err := tx.Exec(ctx, sqlComposedLong, c.At.Add(-composedLongerBy).UnixMicro()); err != nil {
			return fmt.Errorf("forget who was at work: %w", err)
		}
		return nil
	})
}

// Composing lists who was heard of on a dossier after an instant.
func (s *Store) Composing(ctx context.Context, id string, since time.Time) ([]dossier.Composer, error) {
	rows, err := s.db.Query(ctx, sqlComposing, id, since.UnixMicro())
	out, err := sqldb.Collect(rows, err, func(rows *sqldb.Rows) (c dossier.Composer, err error) {
		var at int64
		err = rows.Scan(&c.Person, &c.Post, &at)
		c.Dossier, c.At = id, casefiledb.Instant(at)
		return c, err
	})
	if err != nil {
		return nil, fmt.Errorf("who is at work: %w", err)
	}
	return out, nil
}

// QueueLoads counts the open work of an agency by queue.
func (s *Store) QueueLoads(ctx context.Context, id agency.ID, now time.Time) ([]dossier.QueueLoad, error) {
	rows, err := s.db.Query(ctx, sqlQueueLoads, string(id), now.UnixMicro())
	out, err := sqldb.Collect(rows, err, func(rows *sqldb.Rows) (q dossier.QueueLoad, err error) {
		var seconds int64
		err = rows.Scan(&q.Queue, &q.Open, &q.Waiting, &q.Overdue, &q.Soon, &seconds)
		if n := int64(q.Open - q.Waiting); n > 0 {
			q.Age = time.Duration(seconds/n) * time.Second
		}
		return q, err
	})
	if err != nil {
		return nil, fmt.Errorf("load of %s: %w", id, err)
	}
	return out, nil
}
