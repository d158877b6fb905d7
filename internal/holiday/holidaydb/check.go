package holidaydb

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/motcua/motcua/internal/casefile/casefiledb"
	"github.com/motcua/motcua/internal/holiday"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/sqldb"
)

// Ours reports whether a journal is that of a change of the calendar.
func Ours(events []journal.Event) bool {
	return len(events) > 0 && strings.HasPrefix(events[0].Kind, holiday.EventPrefix)
}

// CheckCase folds the journal of one change and compares its rows with it.
func CheckCase(ctx context.Context, r casefiledb.Reader, caseID string, events []journal.Event) ([]casefiledb.Finding, error) {
	report := func(what, detail string) []casefiledb.Finding {
		return []casefiledb.Finding{{Case: caseID, What: what, Detail: detail}}
	}
	c, err := holiday.Fold(events)
	if err != nil {
		return report("journal", err.Error()), nil
	}
	want, days := c.Project()
	var out []casefiledb.Finding
	have, err := scanRow(r.QueryRow(ctx, sqlByID, caseID))
	switch {
	case errors.Is(err, sqldb.ErrNoRows):
		out = report("calendar_change", "the row is missing")
	case err != nil:
		return nil, err
	case have != want:
		out = report("calendar_change", "differs from the journal")
	}
	rows, err := r.Query(ctx, sqlDaysOf, caseID)
	stored, err := sqldb.Collect(rows, err, scanDay)
	if err != nil {
		return nil, err
	}
	if !slices.Equal(stored, days) {
		out = append(out, report("calendar_day", "the declared days are not those of the journal")...)
	}
	return out, nil
}

// Orphans lists rows whose change has no journal.
func Orphans(ctx context.Context, r casefiledb.Reader) ([]casefiledb.Finding, error) {
	rows, err := r.Query(ctx, sqlOrphans)
	return sqldb.Collect(rows, err, func(rows *sqldb.Rows) (f casefiledb.Finding, err error) {
		f.Detail = "there is no journal of this change"
		return f, rows.Scan(&f.What, &f.Case)
	})
}
