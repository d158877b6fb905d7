package dossierdb

import (
	"context"
	"time"

	"github.com/motcua/motcua/internal/casefile/casefiledb"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/sqldb"
)

// never stands for an end that has not come: columns ordered by it have the open ones last.
const never = int64(1) << 62

const (
	sqlLegPut = `INSERT INTO dossier_leg (case_id, n, step, title, agency, unit, role, post, from_at, due_at, until_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
		ON CONFLICT (case_id, n) DO UPDATE SET step = excluded.step, title = excluded.title, agency = excluded.agency, unit = excluded.unit, role = excluded.role,
		post = excluded.post, from_at = excluded.from_at, due_at = excluded.due_at, until_at = excluded.until_at`
	sqlLegsCut = `DELETE FROM dossier_leg WHERE case_id = $1 AND n > $2`
	sqlLegsOf  = `SELECT case_id, n, step, title, agency, unit, role, post, from_at, due_at, until_at FROM dossier_leg WHERE case_id = $1 ORDER BY n`
)

var legColumns = []string{"case_id", "n", "step", "title", "agency", "unit", "role", "post", "from_at", "due_at", "until_at"}

func untilNever(t time.Time) int64 {
	if t.IsZero() {
		return never
	}
	return t.UnixMicro()
}

func ended(us int64) time.Time {
	if us == never {
		return time.Time{}
	}
	return casefiledb.Instant(us)
}

// courseArgs are the columns that timeliness reads, in the order of dossierColumns.
func courseArgs(r dossier.Row) []any {
	return []any{
		casefiledb.Micros(r.SoonAt), string(r.Waits), untilNever(r.Finished), casefiledb.Micros(r.NationalDue), casefiledb.Micros(r.Asked),
		casefiledb.Micros(r.Answered), casefiledb.Micros(r.AskedAgain), r.Most.Microseconds(), casefiledb.Micros(r.Leaving),
		untilNever(r.Wake),
	}
}

func legArgs(l dossier.LegRow) []any {
	return []any{
		l.Case, l.N, l.Step, l.Title, string(l.At), l.Unit, l.Role, l.Post, casefiledb.Micros(l.From), casefiledb.Micros(l.Due), untilNever(l.Until),
	}
}

// legStmts write the legs in which next differs from before; before is nil for a new dossier.
func legStmts(before, next *dossier.Dossier) []sqldb.Stmt {
	var had []dossier.LegRow
	if before != nil {
		had = dossier.LegRows(before)
	}
	return putLegs(next.ID, had, dossier.LegRows(next))
}

func putLegs(id string, had, want []dossier.LegRow) []sqldb.Stmt {
	var out []sqldb.Stmt
	for i, l := range want {
		if i >= len(had) || had[i] != l {
			out = append(out, sqldb.Stmt{Text: sqlLegPut, Args: legArgs(l)})
		}
	}
	if len(want) < len(had) {
		out = append(out, sqldb.Stmt{Text: sqlLegsCut, Args: []any{id, len(want)}})
	}
	return out
}

func scanLeg(rows interface{ Scan(dest ...any) error }) (l dossier.LegRow, err error) {
	var from, due, until int64
	err = rows.Scan(&l.Case, &l.N, &l.Step, &l.Title, &l.At, &l.Unit, &l.Role, &l.Post, &from, &due, &until)
	l.From, l.Due, l.Until = casefiledb.Instant(from), casefiledb.Instant(due), ended(until)
	return l, err
}

// legsOf returns the leg rows of a dossier.
func legsOf(ctx context.Context, r casefiledb.Reader, id string) ([]dossier.LegRow, error) {
	rows, err := r.Query(ctx, sqlLegsOf, id)
	return sqldb.Collect(rows, err, func(rows *sqldb.Rows) (dossier.LegRow, error) { return scanLeg(rows) })
}
