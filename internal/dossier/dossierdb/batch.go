package dossierdb

import (
	"context"
	"fmt"
	"strings"

	"github.com/motcua/motcua/internal/casefile/casefiledb"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/jobs"
	"github.com/motcua/motcua/internal/sqldb"
)

const (
	sqlSerials = `SELECT scope, last FROM code_counter`
	sqlCountUp = `INSERT INTO code_counter (scope, last) VALUES ($1, $2) ON CONFLICT (scope) DO UPDATE SET last = code_counter.last + excluded.last RETURNING last`
	sqlHowMany = `SELECT count(*) FROM dossier`
)

// Batch gathers whole lives for one transaction.
type Batch struct {
	s       *Store
	cases   casefiledb.Batch
	rows    [][]any
	slips   [][]any
	legs    [][]any
	scores  [][]any
	returns [][]any
	spans   map[string]span
	notices []jobs.Job
}

// span is the numbers a batch uses of one scope: last of them, and how many.
type span struct{ last, n int }

// NewBatch returns an empty batch of the store.
func (s *Store) NewBatch() *Batch { return &Batch{s: s, spans: map[string]span{}} }

// Len returns how many lives the batch holds.
func (b *Batch) Len() int { return len(b.rows) }

// Add projects the life's rows and signs its head. tell leaves the applicant a notice of its last event.
func (b *Batch) Add(l *dossier.Life, tell bool) error {
	if len(l.Events) == 0 {
		return fmt.Errorf("dossier %s: no events", l.ID)
	}
	d := l.State()
	row, after := dossier.Project(d, l.Events[len(l.Events)-1].At)
	b.cases.Add(casefiledb.Change{
		Case: l.ID, Kind: dossier.Kind, Events: l.Events, Head: b.s.signer.SignHead(l.ID, d.Version, l.Head), After: after,
	})
	b.rows = append(b.rows, rowArgs(row))
	for _, x := range dossier.SlipRows(d, 0) {
		b.slips = append(b.slips, slipArgs(x))
	}
	for _, x := range dossier.LegRows(d) {
		b.legs = append(b.legs, legArgs(x))
	}
	for i, x := range dossier.ScoreRows(d) {
		b.scores = append(b.scores, scoreArgs(i, x))
	}
	for _, x := range dossier.ReturnRows(d) {
		b.returns = append(b.returns, returnArgs(x))
	}
	for scope, n := range l.Numbers {
		x := b.spans[scope]
		b.spans[scope] = span{last: max(x.last, n), n: x.n + 1}
	}
	if tell {
		b.notices = append(b.notices, jobs.Job{Kind: dossier.NoticeJob, Args: dossier.NoticeArgs{Case: l.ID, Seq: d.Version}})
	}
	return nil
}

// Ready brings the rows into the order in which they are written best.
func (b *Batch) Ready() { b.cases.Sort() }

var columnList = strings.FieldsFunc(dossierColumns, func(r rune) bool { return strings.ContainsRune(", \n\t", r) })

var slipColumns = []string{"check_code", "case_id", "event", "form", "book", "year", "number", "at"}

// RecordBatch writes every life of the batch, or none. Code counters move on by the numbers used; a batch
// whose numbers do not follow those given so far is refused, so that no code has a gap before it.
func (s *Store) RecordBatch(ctx context.Context, b *Batch) error {
	err := s.db.InLargeTx(ctx, func(tx *sqldb.Tx) error {
		if err := b.cases.Write(ctx, tx); err != nil {
			return err
		}
		if err := tx.InsertMany(ctx, "dossier", columnList, b.rows); err != nil {
			return err
		}
		if err := tx.InsertMany(ctx, "dossier_slip", slipColumns, b.slips); err != nil {
			return err
		}
		if err := tx.InsertMany(ctx, "dossier_leg", legColumns, b.legs); err != nil {
			return err
		}
		if err := tx.InsertMany(ctx, "dossier_score", scoreColumns, b.scores); err != nil {
			return err
		}
		if err := tx.InsertMany(ctx, "dossier_return", returnColumns, b.returns); err != nil {
			return err
		}
		for scope, x := range b.spans {
			var last int
			if err := tx.QueryRow(ctx, sqlCountUp, scope, x.n).Scan(&last); err != nil {
				return fmt.Errorf("count %s: %w", scope, err)
			}
			if last != x.last {
				return fmt.Errorf("numbers of %s: the last one used is %d, the counter says %d", scope, x.last, last)
			}
		}
		return s.queue.Enqueue(ctx, tx, b.notices...)
	})
	s.writes.Add(1)
	if err != nil {
		return fmt.Errorf("record %d dossiers: %w", b.Len(), err)
	}
	return nil
}

// Serials returns the last number given in every scope of codes.
func (s *Store) Serials(ctx context.Context) (map[string]int, error) {
	rows, err := s.db.Query(ctx, sqlSerials)
	out := map[string]int{}
	_, err = sqldb.Collect(rows, err, func(rows *sqldb.Rows) (struct{}, error) {
		var scope string
		var last int
		err := rows.Scan(&scope, &last)
		out[scope] = last
		return struct{}{}, err
	})
	if err != nil {
		return nil, fmt.Errorf("read code counters: %w", err)
	}
	return out, nil
}

// HowMany counts the dossiers.
func (s *Store) HowMany(ctx context.Context) (n int, err error) {
	err = s.db.QueryRow(ctx, sqlHowMany).Scan(&n)
	return n, err
}
