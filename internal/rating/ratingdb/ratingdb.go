// Package ratingdb reads what dossiers add to scores, as dossierdb projects it, and
// keeps the tablets on which people rate.
package ratingdb

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/casefile/casefiledb"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/rating"
	"github.com/motcua/motcua/internal/sqldb"
)

const (
	sumColumns = `count(*), count(*) FILTER (WHERE timing >= 0), count(*) FILTER (WHERE timing = 0), count(*) FILTER (WHERE online),
		COALESCE(sum(timing) FILTER (WHERE timing >= 0), 0), COALESCE(sum(own) FILTER (WHERE own >= 0), 0), count(*) FILTER (WHERE own >= 0),
		COALESCE(sum(agencies) FILTER (WHERE agencies >= 0), 0), count(*) FILTER (WHERE agencies >= 0),
		COALESCE(sum(attitude) FILTER (WHERE attitude >= 0), 0), count(*) FILTER (WHERE attitude >= 0),
		count(*) FILTER (WHERE supplements = 0), count(*) FILTER (WHERE supplements = 1), count(*) FILTER (WHERE supplements > 1),
		count(*) FILTER (WHERE overall = 2), count(*) FILTER (WHERE overall = 1), count(*) FILTER (WHERE overall = 0)`

	sqlAgencies = `SELECT agency, '', ` + sumColumns + ` FROM dossier_score WHERE person = '' AND resolved_at >= $1 AND resolved_at < $2 GROUP BY agency ORDER BY agency`
	sqlPeople   = `SELECT agency, person, ` + sumColumns + ` FROM dossier_score
		WHERE person <> '' AND agency = $1 AND resolved_at >= $2 AND resolved_at < $3 GROUP BY agency, person ORDER BY person`

	returnColumns = `case_id, desk, competent, person, at, code, title, rated_at, via, overall, items, commented`

	sqlReturned = `SELECT ` + returnColumns + ` FROM dossier_return
		WHERE desk = $1 AND rated_at = 0 AND at >= $2 AND (person = $3 OR $3 = '') ORDER BY at DESC, case_id LIMIT CAST($4 AS INTEGER)`
	sqlReturnedByCode = `SELECT ` + returnColumns + ` FROM dossier_return WHERE desk = $1 AND rated_at = 0 AND at >= $2 AND code = $3`
	sqlRated          = `SELECT ` + returnColumns + ` FROM dossier_return
		WHERE competent = $1 AND rated_at > 0 AND rated_at >= $2 AND rated_at < $3 ORDER BY rated_at DESC, case_id LIMIT CAST($4 AS INTEGER)`

	tabletColumns = `id, desk, name, person, post, pairing, pairing_until, token, created_at, until_at, seen_at, ended_at`

	sqlTabletsOpen = `SELECT count(*) FROM rating_tablet WHERE desk = $1 AND ended_at = 0 AND until_at > $2 AND (token <> '' OR pairing_until > $2)`
	sqlTabletAdd   = `INSERT INTO rating_tablet (` + tabletColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`
	sqlPair        = `UPDATE rating_tablet SET token = $2, pairing = '', seen_at = $3 WHERE pairing = $1 AND pairing <> '' AND pairing_until > $3 AND ended_at = 0`
	sqlTabletBy    = `SELECT ` + tabletColumns + ` FROM rating_tablet WHERE token = $1 AND token <> '' AND ended_at = 0 AND until_at > $2`
	sqlTabletSeen  = `UPDATE rating_tablet SET seen_at = $2 WHERE id = $1`
	sqlTablets     = `SELECT ` + tabletColumns + ` FROM rating_tablet
		WHERE desk = $1 AND ended_at = 0 AND until_at > $2 AND (token <> '' OR pairing_until > $2) ORDER BY created_at DESC, id LIMIT 50`
	sqlTabletEnd  = `UPDATE rating_tablet SET ended_at = $3 WHERE id = $1 AND desk = $2 AND ended_at = 0`
	sqlTabletGone = `DELETE FROM rating_tablet WHERE until_at < $1`
)

// Statements lists every statement of this package, for the test that prepares them on both engines.
var Statements = []string{
	sqlAgencies, sqlPeople, sqlReturned, sqlReturnedByCode, sqlRated, sqlTabletsOpen, sqlTabletAdd, sqlPair, sqlTabletBy, sqlTabletSeen, sqlTablets, sqlTabletEnd,
	sqlTabletGone,
}

// Store reads scores and keeps tablets.
type Store struct{ db *sqldb.DB }

var _ rating.Tablets = (*Store)(nil)

// New returns a store on a migrated database.
func New(db *sqldb.DB) *Store { return &Store{db: db} }

func scanSums(rows *sqldb.Rows) (s rating.Sums, err error) {
	var timing int
	err = rows.Scan(
		&s.Agency, &s.Person, &s.Dossiers, &s.Dated, &s.Late, &s.Online, &timing, &s.Own.Points, &s.Own.Dossiers, &s.Agencies.Points, &s.Agencies.Dossiers,
		&s.Attitude.Points, &s.Attitude.Dossiers, &s.Contacts[0], &s.Contacts[1], &s.Contacts[2], &s.Very, &s.Satisfied, &s.Dissatisfied,
	)
	s.Timing = rating.Tally{Points: timing, Dossiers: s.Dated}
	s.Rated = s.Very + s.Satisfied + s.Dissatisfied
	return s, err
}

// Agencies adds up what was resolved from an instant until another, agency by agency.
func (s *Store) Agencies(ctx context.Context, from, until time.Time) ([]rating.Sums, error) {
	rows, err := s.db.Query(ctx, sqlAgencies, from.UnixMicro(), until.UnixMicro())
	out, err := sqldb.Collect(rows, err, scanSums)
	if err != nil {
		return nil, fmt.Errorf("add up scores: %w", err)
	}
	return out, nil
}

// People adds up the same for the officers of one agency.
func (s *Store) People(ctx context.Context, a agency.ID, from, until time.Time) ([]rating.Sums, error) {
	rows, err := s.db.Query(ctx, sqlPeople, string(a), from.UnixMicro(), until.UnixMicro())
	out, err := sqldb.Collect(rows, err, scanSums)
	if err != nil {
		return nil, fmt.Errorf("add up scores of %s: %w", a, err)
	}
	return out, nil
}

func scanReturn(r interface{ Scan(dest ...any) error }) (x dossier.ReturnRow, err error) {
	var at, rated int64
	err = r.Scan(&x.Case, &x.Desk, &x.Competent, &x.Person, &at, &x.Code, &x.Title, &rated, &x.Via, &x.Overall, &x.Items, &x.Commented)
	x.At, x.RatedAt = casefiledb.Instant(at), casefiledb.Instant(rated)
	return x, err
}

// Rated lists ratings of an agency's dossiers given from an instant until another, newest first.
func (s *Store) Rated(ctx context.Context, a agency.ID, from, until time.Time, limit int) ([]dossier.ReturnRow, error) {
	rows, err := s.db.Query(ctx, sqlRated, string(a), from.UnixMicro(), until.UnixMicro(), limit)
	return sqldb.Collect(rows, err, func(rows *sqldb.Rows) (dossier.ReturnRow, error) { return scanReturn(rows) })
}

// Returned lists what was returned at a desk since an instant and is not rated, newest first.
func (s *Store) Returned(ctx context.Context, desk agency.ID, person string, since time.Time, limit int) ([]dossier.ReturnRow, error) {
	rows, err := s.db.Query(ctx, sqlReturned, string(desk), since.UnixMicro(), person, limit)
	return sqldb.Collect(rows, err, func(rows *sqldb.Rows) (dossier.ReturnRow, error) { return scanReturn(rows) })
}

// ReturnedByCode returns what was returned under a code at the desk since an instant.
func (s *Store) ReturnedByCode(ctx context.Context, desk agency.ID, code string, since time.Time) (dossier.ReturnRow, error) {
	r, err := scanReturn(s.db.QueryRow(ctx, sqlReturnedByCode, string(desk), since.UnixMicro(), code))
	if errors.Is(err, sqldb.ErrNoRows) {
		return r, rating.ErrCodeAbsent
	}
	return r, err
}

// AddTablet keeps a tablet that waits for its code.
func (s *Store) AddTablet(ctx context.Context, t rating.Tablet, most int) error {
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		now := t.Created.UnixMicro()
		// What closed a day ago is of no use to anybody.
		if _, err := tx.Exec(ctx, sqlTabletGone, t.Created.Add(-24*time.Hour).UnixMicro()); err != nil {
			return fmt.Errorf("drop old tablets: %w", err)
		}
		var open int
		if err := tx.QueryRow(ctx, sqlTabletsOpen, string(t.Desk), now).Scan(&open); err != nil {
			return fmt.Errorf("count tablets: %w", err)
		}
		if open >= most {
			return rating.ErrTabletMany.With("max", most)
		}
		_, err := tx.Exec(ctx, sqlTabletAdd, t.ID, string(t.Desk), t.Name, t.Person, t.Post, t.Pairing, casefiledb.Micros(t.Typed), t.Token, now,
			casefiledb.Micros(t.Until), casefiledb.Micros(t.Seen), casefiledb.Micros(t.Ended))
		if err != nil {
			return fmt.Errorf("keep tablet: %w", err)
		}
		return nil
	})
}

// Pair gives the token to the tablet that waits for the code.
func (s *Store) Pair(ctx context.Context, pairing, token string, now time.Time) (t rating.Tablet, err error) {
	err = s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, sqlPair, pairing, token, now.UnixMicro())
		if err != nil {
			return fmt.Errorf("pair tablet: %w", err)
		}
		if n == 0 {
			return rating.ErrTabletCode
		}
		t, err = scanTablet(tx.QueryRow(ctx, sqlTabletBy, token, now.UnixMicro()))
		return err
	})
	return t, err
}

func scanTablet(r interface{ Scan(dest ...any) error }) (t rating.Tablet, err error) {
	var typed, created, until, seen, ended int64
	err = r.Scan(&t.ID, &t.Desk, &t.Name, &t.Person, &t.Post, &t.Pairing, &typed, &t.Token, &created, &until, &seen, &ended)
	t.Typed, t.Created, t.Until = casefiledb.Instant(typed), casefiledb.Instant(created), casefiledb.Instant(until)
	t.Seen, t.Ended = casefiledb.Instant(seen), casefiledb.Instant(ended)
	return t, err
}

// TabletByToken returns an open tablet.
func (s *Store) TabletByToken(ctx context.Context, token string, now time.Time) (rating.Tablet, error) {
	t, err := scanTablet(s.db.QueryRow(ctx, sqlTabletBy, token, now.UnixMicro()))
	if errors.Is(err, sqldb.ErrNoRows) {
		return t, rating.ErrTabletGone
	}
	if err != nil {
		return t, fmt.Errorf("read tablet: %w", err)
	}
	return t, nil
}

// Seen notes that a tablet is in use.
func (s *Store) Seen(ctx context.Context, id string, now time.Time) error {
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, sqlTabletSeen, id, now.UnixMicro())
		return err
	})
}

// Tablets lists those of a desk that are open or wait for their code, newest first.
func (s *Store) Tablets(ctx context.Context, desk agency.ID, now time.Time) ([]rating.Tablet, error) {
	rows, err := s.db.Query(ctx, sqlTablets, string(desk), now.UnixMicro())
	return sqldb.Collect(rows, err, func(rows *sqldb.Rows) (rating.Tablet, error) { return scanTablet(rows) })
}

// EndTablet closes a tablet of the desk.
func (s *Store) EndTablet(ctx context.Context, desk agency.ID, id string, now time.Time) error {
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, sqlTabletEnd, id, string(desk), now.UnixMicro())
		if err == nil && n == 0 {
			err = rating.ErrTabletGone
		}
		return err
	})
}
