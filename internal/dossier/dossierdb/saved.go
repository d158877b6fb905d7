package dossierdb

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/casefile/casefiledb"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/sqldb"
)

const (
	sqlSavedAdd  = `INSERT INTO saved_list (id, person, agency, name, filter, created_at) VALUES ($1, $2, $3, $4, $5, $6)`
	sqlSavedHow  = `SELECT count(*) FROM saved_list WHERE person = $1`
	sqlSavedDrop = `DELETE FROM saved_list WHERE id = $1 AND person = $2`
	sqlSaved     = `SELECT id, person, agency, name, filter, created_at FROM saved_list WHERE person = $1 OR (agency = $2 AND agency <> '') ORDER BY created_at, id LIMIT 100`

	sqlColumnsPut = `INSERT INTO list_columns (post, columns) VALUES ($1, $2) ON CONFLICT (post) DO UPDATE SET columns = excluded.columns`
	sqlColumnsOf  = `SELECT columns FROM list_columns WHERE post = $1`

	sqlExportAdd = `INSERT INTO list_export (id, at, person, post, agency, format, filter, scope, exported) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
	sqlExportEnd = `UPDATE list_export SET exported = $2 WHERE id = $1`
	sqlExports   = `SELECT id, at, person, post, agency, format, filter, scope, exported FROM list_export ORDER BY at DESC, id DESC LIMIT CAST($1 AS INTEGER)`

	sqlOutcomePut = `INSERT INTO idempotency (key, actor, fingerprint, status, location, answer, at) VALUES ($1, $2, 'outcome', 0, '', $3, $4)
		ON CONFLICT (key, actor) DO UPDATE SET answer = excluded.answer, at = excluded.at`
	sqlOutcome = `SELECT answer FROM idempotency WHERE key = $1 AND actor = $2 AND fingerprint = 'outcome'`
)

// MostSaved bounds the lists one person keeps.
const MostSaved = 50

// SaveList keeps a list; dossier.ErrTooManyLists when the person has MostSaved already.
func (s *Store) SaveList(ctx context.Context, l dossier.SavedList) error {
	err := s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		var n int
		if err := tx.QueryRow(ctx, sqlSavedHow, l.Person).Scan(&n); err != nil {
			return err
		}
		if n >= MostSaved {
			return dossier.ErrTooManyLists.With("max", MostSaved)
		}
		_, err := tx.Exec(ctx, sqlSavedAdd, l.ID, l.Person, string(l.Agency), l.Name, l.Filter, casefiledb.Micros(l.Created))
		return err
	})
	if err != nil {
		return fmt.Errorf("save list: %w", err)
	}
	return nil
}

// DropList forgets a list of the person; another's or an absent one is dossier.ErrNotFound.
func (s *Store) DropList(ctx context.Context, person, id string) error {
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, sqlSavedDrop, id, person)
		if err == nil && n == 0 {
			err = dossier.ErrNotFound
		}
		return err
	})
}

// SavedLists are the person's lists and those that colleagues of the agency share, the oldest first.
func (s *Store) SavedLists(ctx context.Context, person string, at agency.ID) ([]dossier.SavedList, error) {
	rows, err := s.db.Query(ctx, sqlSaved, person, string(at))
	return sqldb.Collect(rows, err, func(rows *sqldb.Rows) (l dossier.SavedList, err error) {
		var created int64
		err = rows.Scan(&l.ID, &l.Person, &l.Agency, &l.Name, &l.Filter, &created)
		l.Created = casefiledb.Instant(created)
		return l, err
	})
}

// ListColumns are the columns that a post shows; none when it never chose.
func (s *Store) ListColumns(ctx context.Context, post string) ([]string, error) {
	var text string
	err := s.db.QueryRow(ctx, sqlColumnsOf, post).Scan(&text)
	if errors.Is(err, sqldb.ErrNoRows) {
		return nil, nil
	}
	return strings.Fields(text), err
}

// SetListColumns keeps the columns that a post shows.
func (s *Store) SetListColumns(ctx context.Context, post string, columns []string) error {
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, sqlColumnsPut, post, strings.Join(columns, " "))
		return err
	})
}

// BeginExport notes before the first row leaves who takes which list out; EndExport tells how many rows it were.
func (s *Store) BeginExport(ctx context.Context, x dossier.Export) error {
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, sqlExportAdd, x.ID, casefiledb.Micros(x.At), x.Person, x.Post, string(x.Agency), x.Format, x.Filter, x.Scope, x.Rows)
		return err
	})
}

// EndExport tells how many rows left.
func (s *Store) EndExport(ctx context.Context, id string, rows int) error {
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, sqlExportEnd, id, rows)
		return err
	})
}

// Exports lists what was taken out last.
func (s *Store) Exports(ctx context.Context, limit int) ([]dossier.Export, error) {
	rows, err := s.db.Query(ctx, sqlExports, limit)
	return sqldb.Collect(rows, err, func(rows *sqldb.Rows) (x dossier.Export, err error) {
		var at int64
		err = rows.Scan(&x.ID, &at, &x.Person, &x.Post, &x.Agency, &x.Format, &x.Filter, &x.Scope, &x.Rows)
		x.At = casefiledb.Instant(at)
		return x, err
	})
}

// outcomeKey keeps outcomes apart from the answers to the acts themselves.
func outcomeKey(key string) string { return "outcome:" + key }

// KeepOutcome keeps what a bulk act did to each line, under the key of its form.
func (s *Store) KeepOutcome(ctx context.Context, person, key, body string, at time.Time) error {
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, sqlOutcomePut, outcomeKey(key), person, body, casefiledb.Micros(at))
		return err
	})
}

// Outcome returns what KeepOutcome kept; dossier.ErrNotFound for another person's or none.
func (s *Store) Outcome(ctx context.Context, person, key string) (body string, err error) {
	err = s.db.QueryRow(ctx, sqlOutcome, outcomeKey(key), person).Scan(&body)
	if errors.Is(err, sqldb.ErrNoRows) {
		return "", dossier.ErrNotFound
	}
	return body, err
}
