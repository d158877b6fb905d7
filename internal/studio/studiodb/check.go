package studiodb

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/motcua/motcua/internal/casefile/casefiledb"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/procedure/proceduredb"
	"github.com/motcua/motcua/internal/sqldb"
	"github.com/motcua/motcua/internal/studio"
)

// Ours reports whether a journal is that of a change set.
func Ours(events []journal.Event) bool {
	return len(events) > 0 && strings.HasPrefix(events[0].Kind, studio.EventPrefix)
}

// CheckCase folds the journal of one change set, compares its rows with it, verifies every text it names, and that the
// catalogue still holds what it published.
func CheckCase(ctx context.Context, r casefiledb.Reader, caseID string, events []journal.Event) ([]casefiledb.Finding, error) {
	var out []casefiledb.Finding
	report := func(what, detail string) {
		out = append(out, casefiledb.Finding{Case: caseID, What: what, Detail: detail})
	}
	set, err := studio.Fold(events)
	if err != nil {
		report("journal", err.Error())
		return out, nil
	}
	want, items := set.Project()
	have, err := scanRow(r.QueryRow(ctx, sqlByID, caseID))
	switch {
	case errors.Is(err, sqldb.ErrNoRows):
		report("change_set", "the row is missing")
	case err != nil:
		return nil, err
	case have != want:
		report("change_set", "differs from the journal")
	}
	rows, err := r.Query(ctx, sqlItemsOf, caseID)
	stored, err := sqldb.Collect(rows, err, scanItem)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(items, func(a, b studio.ItemRow) int {
		if n := strings.Compare(string(a.Kind), string(b.Kind)); n != 0 {
			return n
		}
		return strings.Compare(a.ID, b.ID)
	})
	slices.SortFunc(stored, func(a, b studio.ItemRow) int { // by bytes, whatever the engine's collation
		if n := strings.Compare(string(a.Kind), string(b.Kind)); n != 0 {
			return n
		}
		return strings.Compare(a.ID, b.ID)
	})
	if !slices.Equal(stored, items) {
		report("change_set_item", "the documents are not those of the journal")
	}
	for _, digest := range set.Texts() {
		var text string
		switch err := r.QueryRow(ctx, sqlText, digest).Scan(&text); {
		case errors.Is(err, sqldb.ErrNoRows):
			report("studio_text", fmt.Sprintf("a text that was saved (%.12s…) is gone", digest))
		case err != nil:
			return nil, err
		case studio.TextDigest(text) != digest:
			report("studio_text", fmt.Sprintf("a text that was saved (%.12s…) was altered", digest))
		}
	}
	pilot := ""
	if set.Scope.Pilot() {
		pilot = set.ID
	}
	for _, x := range set.Entries {
		if x.Number == 0 {
			continue
		}
		holds, err := proceduredb.Holds(ctx, r, proceduredb.Released{Head: proceduredb.Head{Kind: x.Kind, ID: x.ID}, Number: x.Number, Digest: x.Digest}, pilot)
		if err != nil {
			return nil, err
		}
		if !holds {
			report("catalogue", fmt.Sprintf("%s %s, version %d, is not what was published", x.Kind, x.ID, x.Number))
		}
	}
	return out, nil
}

// Orphans lists rows whose set has no journal.
func Orphans(ctx context.Context, r casefiledb.Reader) ([]casefiledb.Finding, error) {
	rows, err := r.Query(ctx, sqlOrphans)
	return sqldb.Collect(rows, err, func(rows *sqldb.Rows) (f casefiledb.Finding, err error) {
		f.Detail = "there is no journal of this change set"
		return f, rows.Scan(&f.What, &f.Case)
	})
}
