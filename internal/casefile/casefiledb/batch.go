package casefiledb

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/motcua/motcua/internal/sqldb"
)

// Batch gathers the rows of many new cases, to be written at once: a history that is brought in, a demo. What
// it writes is what Append would have written for each. One goroutine fills it; the writer only inserts.
type Batch struct {
	events, private, heads, work, scopes, terms [][]any
}

var headCols = []string{"case_id", "kind", "seq", "hash", "sig"}

// Add takes in a change that makes a new case: all of its events, and nothing before.
func (b *Batch) Add(c Change) {
	events, private := eventRows(c.Events)
	b.events, b.private = append(b.events, events...), append(b.private, private...)
	b.heads = append(b.heads, []any{c.Case, c.Kind, c.Head.Seq, string(c.Head.Hash), c.Head.Sig})
	for _, w := range c.After.Work {
		b.work = append(b.work, workRow(w))
	}
	for _, s := range c.After.Scopes {
		b.scopes = append(b.scopes, []any{s.Scope, c.Case, s.Status, -s.At.UnixMicro()})
	}
	for _, t := range termRows(c.After) {
		b.terms = append(b.terms, []any{t.scope, t.term, t.ord, c.Case})
	}
}

// Sort puts search words into the order of their table. Tens of thousands of words written in that order
// touch each page once, not once per word. Call it when everything is added.
func (b *Batch) Sort() {
	slices.SortFunc(b.terms, func(x, y []any) int {
		return cmp.Or(cmp.Compare(x[0].(string), y[0].(string)), cmp.Compare(x[1].(string), y[1].(string)), //nolint:forcetypeassert // written by Add
			cmp.Compare(x[2].(int64), y[2].(int64)), cmp.Compare(x[3].(string), y[3].(string))) //nolint:forcetypeassert // written by Add
	})
}

// Write inserts the rows. It fails with ErrMoved when one of the cases is there already.
func (b *Batch) Write(ctx context.Context, tx *sqldb.Tx) error {
	for _, t := range []struct {
		name string
		cols []string
		rows [][]any
	}{
		{"journal_event", eventCols, b.events},
		{"journal_private", privateCols, b.private},
		{"case_head", headCols, b.heads},
		{"work_item", workCols, b.work},
		{"case_scope", scopeCols, b.scopes},
		{"case_term", termCols, b.terms},
	} {
		if err := tx.InsertMany(ctx, t.name, t.cols, t.rows); err != nil {
			if errors.Is(err, sqldb.ErrUnique) {
				return ErrMoved.Because(err)
			}
			return fmt.Errorf("write many cases: %w", err)
		}
	}
	return nil
}
