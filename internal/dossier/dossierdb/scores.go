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
	sqlScoreAdd = `INSERT INTO dossier_score (case_id, n, agency, person, resolved_at, timing, own, supplements, agencies, attitude, overall, online)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`
	sqlScoresCut = `DELETE FROM dossier_score WHERE case_id = $1`
	sqlScoresOf  = `SELECT case_id, agency, person, resolved_at, timing, own, supplements, agencies, attitude, overall, online
		FROM dossier_score WHERE case_id = $1 ORDER BY n`

	sqlReturnAdd = `INSERT INTO dossier_return (case_id, desk, competent, person, at, code, title, rated_at, via, overall, items, commented)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`
	sqlReturnCut = `DELETE FROM dossier_return WHERE case_id = $1`
	sqlReturnOf  = `SELECT case_id, desk, competent, person, at, code, title, rated_at, via, overall, items, commented FROM dossier_return WHERE case_id = $1`
)

var (
	scoreColumns  = []string{"case_id", "n", "agency", "person", "resolved_at", "timing", "own", "supplements", "agencies", "attitude", "overall", "online"}
	returnColumns = []string{"case_id", "desk", "competent", "person", "at", "code", "title", "rated_at", "via", "overall", "items", "commented"}
)

func scoreArgs(n int, r dossier.ScoreRow) []any {
	return []any{
		r.Case, n, string(r.Agency), r.Person, casefiledb.Micros(r.Resolved), r.Timing, r.Own, r.Supplements, r.Agencies, r.Attitude, r.Overall, r.Online,
	}
}

func returnArgs(r dossier.ReturnRow) []any {
	return []any{
		r.Case, string(r.Desk), string(r.Competent), r.Person, casefiledb.Micros(r.At), r.Code, r.Title, casefiledb.Micros(r.RatedAt), r.Via, string(r.Overall),
		r.Items, r.Commented,
	}
}

// keepScores writes score and return rows where next differs from before; before is nil for a new dossier.
func keepScores(ctx context.Context, tx *sqldb.Tx, before, next *dossier.Dossier) error {
	var scores []dossier.ScoreRow
	var returns []dossier.ReturnRow
	if before != nil {
		scores, returns = dossier.ScoreRows(before), dossier.ReturnRows(before)
	}
	return putScores(ctx, tx, next, scores, returns)
}

func putScores(ctx context.Context, tx *sqldb.Tx, d *dossier.Dossier, scores []dossier.ScoreRow, returns []dossier.ReturnRow) error {
	if want := dossier.ScoreRows(d); !slices.Equal(scores, want) {
		if len(scores) > 0 {
			if _, err := tx.Exec(ctx, sqlScoresCut, d.ID); err != nil {
				return fmt.Errorf("cut scores: %w", err)
			}
		}
		for i, r := range want {
			if _, err := tx.Exec(ctx, sqlScoreAdd, scoreArgs(i, r)...); err != nil {
				return fmt.Errorf("keep score: %w", err)
			}
		}
	}
	if want := dossier.ReturnRows(d); !slices.Equal(returns, want) {
		if len(returns) > 0 {
			if _, err := tx.Exec(ctx, sqlReturnCut, d.ID); err != nil {
				return fmt.Errorf("cut return: %w", err)
			}
		}
		for _, r := range want {
			if _, err := tx.Exec(ctx, sqlReturnAdd, returnArgs(r)...); err != nil {
				return fmt.Errorf("keep return: %w", err)
			}
		}
	}
	return nil
}

// scoresOf returns the score rows of a dossier.
func scoresOf(ctx context.Context, r casefiledb.Reader, id string) ([]dossier.ScoreRow, error) {
	rows, err := r.Query(ctx, sqlScoresOf, id)
	return sqldb.Collect(rows, err, func(rows *sqldb.Rows) (x dossier.ScoreRow, err error) {
		var resolved int64
		var a string
		err = rows.Scan(&x.Case, &a, &x.Person, &resolved, &x.Timing, &x.Own, &x.Supplements, &x.Agencies, &x.Attitude, &x.Overall, &x.Online)
		x.Agency, x.Resolved = agency.ID(a), casefiledb.Instant(resolved)
		return x, err
	})
}

// returnsOf returns the return row of a dossier, if it has one.
func returnsOf(ctx context.Context, r casefiledb.Reader, id string) ([]dossier.ReturnRow, error) {
	rows, err := r.Query(ctx, sqlReturnOf, id)
	return sqldb.Collect(rows, err, func(rows *sqldb.Rows) (x dossier.ReturnRow, err error) {
		var at, rated int64
		err = rows.Scan(&x.Case, &x.Desk, &x.Competent, &x.Person, &at, &x.Code, &x.Title, &rated, &x.Via, &x.Overall, &x.Items, &x.Commented)
		x.At, x.RatedAt = casefiledb.Instant(at), casefiledb.Instant(rated)
		return x, err
	})
}
