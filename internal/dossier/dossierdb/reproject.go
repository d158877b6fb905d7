package dossierdb

import (
	"context"
	"errors"
	"fmt"

	"github.com/motcua/motcua/internal/casefile/casefiledb"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/sqldb"
)

// projected is the version of the projection that this build writes. It grows whenever dossier.Project says more
// than before; Reproject then brings the rows of older builds up.
const projected = 4

const (
	sqlProjection = `SELECT version FROM projection WHERE kind = $1`
	sqlProjected  = `INSERT INTO projection (kind, version) VALUES ($1, $2) ON CONFLICT (kind) DO UPDATE SET version = excluded.version`
	sqlReproject  = `SELECT case_id FROM case_head WHERE kind = $1 AND case_id > $2 ORDER BY case_id LIMIT CAST($3 AS INTEGER)`
)

// reprojectBatch is how many dossiers one transaction projects again.
const reprojectBatch = 500

// Reproject writes the row of every dossier again from its journal when an older build projected less, and returns
// how many. It belongs to migrating: rows are never written otherwise than from the journal.
func Reproject(ctx context.Context, db *sqldb.DB) (int, error) {
	var have int
	err := db.QueryRow(ctx, sqlProjection, dossier.Kind).Scan(&have)
	if err != nil && !errors.Is(err, sqldb.ErrNoRows) {
		return 0, fmt.Errorf("read projection version: %w", err)
	}
	if have >= projected {
		return 0, nil
	}
	n, after := 0, ""
	for {
		done, last := 0, ""
		err := db.InLargeTx(ctx, func(tx *sqldb.Tx) error {
			done = 0
			rows, err := tx.Query(ctx, sqlReproject, dossier.Kind, after, reprojectBatch)
			ids, err := sqldb.Collect(rows, err, func(rows *sqldb.Rows) (id string, err error) { return id, rows.Scan(&id) })
			if err != nil {
				return err
			}
			for _, id := range ids {
				if err := reproject(ctx, tx, id); err != nil {
					return fmt.Errorf("dossier %s: %w", id, err)
				}
			}
			if done = len(ids); done > 0 {
				last = ids[done-1]
			}
			return nil
		})
		if err != nil {
			return n, fmt.Errorf("project again: %w", err)
		}
		if n += done; done < reprojectBatch {
			break
		}
		after = last
	}
	return n, db.InTx(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, sqlProjected, dossier.Kind, projected)
		return err
	})
}

func reproject(ctx context.Context, tx *sqldb.Tx, id string) error {
	events, err := casefiledb.Events(ctx, tx, id)
	if err != nil {
		return err
	}
	d, err := dossier.Fold(events)
	if err != nil {
		return err
	}
	row, _ := dossier.Project(d, events[len(events)-1].At)
	st := moved(row, row.Version, false)
	if _, err = tx.Exec(ctx, st.Text, st.Args...); err != nil {
		return err
	}
	had, err := legsOf(ctx, tx, id)
	if err != nil {
		return err
	}
	if _, err := tx.ExecAll(ctx, putLegs(id, had, dossier.LegRows(d))); err != nil {
		return err
	}
	scores, err := scoresOf(ctx, tx, id)
	if err != nil {
		return err
	}
	returns, err := returnsOf(ctx, tx, id)
	if err != nil {
		return err
	}
	return putScores(ctx, tx, d, scores, returns)
}

// slipsOf returns the slip rows of a dossier.
func slipsOf(ctx context.Context, tx *sqldb.Tx, id string) ([]dossier.SlipRow, error) {
	rows, err := tx.Query(ctx, sqlSlipsOf, id)
	return sqldb.Collect(rows, err, func(rows *sqldb.Rows) (dossier.SlipRow, error) { return scanSlip(rows) })
}

func scanSlip(row interface{ Scan(dest ...any) error }) (x dossier.SlipRow, err error) {
	var at int64
	err = row.Scan(&x.Check, &x.Case, &x.Event, &x.Form, &x.Book, &x.Year, &x.Number, &at)
	x.At = casefiledb.Instant(at)
	return x, err
}
