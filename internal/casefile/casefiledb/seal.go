package casefiledb

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/sqldb"
)

const (
	sqlLastSeal = `SELECT n, upto, events, digest, prev, at, hash, sig FROM journal_seal ORDER BY n DESC LIMIT 1`
	sqlSeals    = `SELECT n, upto, events, digest, prev, at, hash, sig FROM journal_seal ORDER BY n`
	sqlUnsealed = `SELECT id, case_id, seq, hash FROM journal_event WHERE id > $1 ORDER BY id LIMIT CAST($2 AS INTEGER)`
	sqlAddSeal  = `INSERT INTO journal_seal (n, upto, events, digest, prev, at, hash, sig) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`

	// Writers in progress hold smaller numbers that are not visible yet; this waits for them, briefly.
	sqlLockEvents = `LOCK TABLE journal_event IN SHARE MODE`
)

// sealBatch bounds the events of one seal, so that sealing never holds the log for long.
const sealBatch = 20_000

// Seal binds the events written since the last seal into the signed log. It returns the last seal, new or
// old, and whether more events wait.
func Seal(ctx context.Context, db *sqldb.DB, signer *journal.Signer, now time.Time) (last journal.Seal, more bool, err error) {
	err = db.InTx(ctx, func(tx *sqldb.Tx) error {
		more = false
		if tx.Dialect() == sqldb.Postgres {
			if _, err := tx.Exec(ctx, sqlLockEvents); err != nil {
				return err
			}
		}
		prev, err := LastSeal(ctx, tx)
		if err != nil {
			return err
		}
		last = prev
		rows, err := tx.Query(ctx, sqlUnsealed, prev.Upto, sealBatch)
		if err != nil {
			return err
		}
		b := journal.NewBatch()
		if _, err := sqldb.Collect(rows, nil, func(rows *sqldb.Rows) (struct{}, error) { return struct{}{}, addTo(b, rows) }); err != nil {
			return err
		}
		if b.Len() == 0 {
			return nil
		}
		more = b.Len() == sealBatch
		s := signer.Seal(prev, b, now)
		if _, err := tx.Exec(ctx, sqlAddSeal, s.N, s.Upto, s.Events, string(s.Digest), string(s.Prev), s.At.UnixMicro(), string(s.Hash), s.Sig); err != nil {
			return err
		}
		last = s
		return nil
	})
	if err != nil {
		return last, false, fmt.Errorf("seal the log: %w", err)
	}
	return last, more, nil
}

func addTo(b *journal.Batch, rows *sqldb.Rows) error {
	var id, seq int64
	var caseID, hash string
	if err := rows.Scan(&id, &caseID, &seq, &hash); err != nil {
		return err
	}
	b.Add(id, caseID, seq, journal.Hash(hash))
	return nil
}

// LastSeal returns the newest seal; the zero Seal when the log was never sealed.
func LastSeal(ctx context.Context, r Reader) (journal.Seal, error) {
	s, err := scanSeal(r.QueryRow(ctx, sqlLastSeal))
	if errors.Is(err, sqldb.ErrNoRows) {
		return journal.Seal{}, nil
	}
	return s, err
}

func scanSeal(row interface{ Scan(dest ...any) error }) (s journal.Seal, err error) {
	var at int64
	err = row.Scan(&s.N, &s.Upto, &s.Events, &s.Digest, &s.Prev, &at, &s.Hash, &s.Sig)
	s.At = time.UnixMicro(at).UTC()
	return s, err
}
