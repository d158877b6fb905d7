package dossierdb

import (
	"context"
	"fmt"
	"slices"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/casefile/casefiledb"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/sqldb"
)

const (
	handoverColumns = `case_id, event, from_agency, to_agency, to_post, items, at, due`

	sqlHandoverAdd  = `INSERT INTO dossier_handover (` + handoverColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
	sqlHandoverDone = `DELETE FROM dossier_handover WHERE case_id = $1 AND event = $2`
	sqlHandoversOf  = `SELECT ` + handoverColumns + ` FROM dossier_handover WHERE case_id = $1 ORDER BY event`
	// Two lists, each by its own index: what is coming to the agency and what it gave away.
	sqlHandoversTo   = `SELECT ` + handoverColumns + ` FROM dossier_handover WHERE to_agency = $1 ORDER BY at, case_id, event LIMIT CAST($2 AS INTEGER)`
	sqlHandoversFrom = `SELECT ` + handoverColumns + ` FROM dossier_handover WHERE from_agency = $1 ORDER BY at, case_id, event LIMIT CAST($2 AS INTEGER)`

	sqlOwnedBy = `SELECT ` + dossierColumns + ` FROM dossier WHERE id IN
		(SELECT case_id FROM case_term WHERE scope = '*' AND term = $1) ORDER BY submitted_at DESC LIMIT CAST($2 AS INTEGER)`
)

// handovers brings the rows of pending hand-overs from what they were to what they are.
func (t *Tx) handovers(ctx context.Context, before, after *dossier.Dossier) error {
	var was []dossier.HandoverRow
	if before != nil {
		was = dossier.HandoverRows(before)
	}
	is := dossier.HandoverRows(after)
	for _, x := range was {
		if !slices.Contains(is, x) {
			if _, err := t.tx.Exec(ctx, sqlHandoverDone, x.Case, x.Event); err != nil {
				return fmt.Errorf("close hand-over: %w", err)
			}
		}
	}
	for _, x := range is {
		if !slices.Contains(was, x) {
			if _, err := t.tx.Exec(ctx, sqlHandoverAdd, handoverArgs(x)...); err != nil {
				return fmt.Errorf("keep hand-over: %w", err)
			}
		}
	}
	return nil
}

func handoverArgs(x dossier.HandoverRow) []any {
	return []any{x.Case, x.Event, string(x.From), string(x.To), x.Post, x.Items, casefiledb.Micros(x.At), casefiledb.Micros(x.Due)}
}

func scanHandover(row interface{ Scan(dest ...any) error }) (x dossier.HandoverRow, err error) {
	var from, to string
	var at, due int64
	err = row.Scan(&x.Case, &x.Event, &from, &to, &x.Post, &x.Items, &at, &due)
	x.From, x.To, x.At, x.Due = agency.ID(from), agency.ID(to), casefiledb.Instant(at), casefiledb.Instant(due)
	return x, err
}

// handoversOf returns the rows of pending hand-overs of a dossier.
func handoversOf(ctx context.Context, tx *sqldb.Tx, id string) ([]dossier.HandoverRow, error) {
	rows, err := tx.Query(ctx, sqlHandoversOf, id)
	return sqldb.Collect(rows, err, func(rows *sqldb.Rows) (dossier.HandoverRow, error) { return scanHandover(rows) })
}

// PendingHandovers lists hand-overs to and from an agency that nobody confirmed yet, oldest first, at most limit of each.
func (s *Store) PendingHandovers(ctx context.Context, at agency.ID, limit int) ([]dossier.Waiting, error) {
	var list []dossier.HandoverRow
	for _, stmt := range []string{sqlHandoversTo, sqlHandoversFrom} {
		rows, err := s.db.Query(ctx, stmt, string(at), limit)
		some, err := sqldb.Collect(rows, err, func(rows *sqldb.Rows) (dossier.HandoverRow, error) { return scanHandover(rows) })
		if err != nil {
			return nil, fmt.Errorf("list hand-overs: %w", err)
		}
		for _, x := range some {
			if !slices.Contains(list, x) { // within one agency it is both
				list = append(list, x)
			}
		}
	}
	var ids []string
	for _, x := range list {
		if !slices.Contains(ids, x.Case) {
			ids = append(ids, x.Case)
		}
	}
	rows, err := s.rows(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]dossier.Waiting, 0, len(list))
	for _, x := range list {
		if i := slices.IndexFunc(rows, func(r dossier.Row) bool { return r.ID == x.Case }); i >= 0 {
			out = append(out, dossier.Waiting{HandoverRow: x, Row: rows[i]})
		}
	}
	return out, nil
}

// OwnedBy lists the newest dossiers that name the number as their owner's or submitter's.
func (s *Store) OwnedBy(ctx context.Context, number string, limit int) ([]dossier.Row, error) {
	rows, err := s.db.Query(ctx, sqlOwnedBy, number, limit)
	return sqldb.Collect(rows, err, func(rows *sqldb.Rows) (dossier.Row, error) { return scanRow(rows) })
}
