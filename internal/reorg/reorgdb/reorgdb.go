// Package reorgdb keeps reorganisations of agencies on both engines: their journals through casefiledb and the rows that
// lists read. Publishing puts the new versions of agencies and posts in force in the same transaction.
//
// A reorganisation is written by Record and carried on by the job it leaves, and in no other way.
package reorgdb

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/casefile/casefiledb"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/jobs"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/reorg"
	"github.com/motcua/motcua/internal/sqldb"
)

const (
	columns = `id, version, state, sort, day, name, basis, proposed_at, proposer, published_at, publisher, agencies, lines, moved, skipped, completed_at`

	sqlInsert = `INSERT INTO reorganisation (` + columns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`
	sqlMove   = `UPDATE reorganisation SET version = $3, state = $4, published_at = $5, publisher = $6, agencies = $7, lines = $8, moved = $9,
		skipped = $10, completed_at = $11 WHERE id = $1 AND version = $2`
	sqlByID    = `SELECT ` + columns + ` FROM reorganisation WHERE id = $1`
	sqlList    = `SELECT ` + columns + ` FROM reorganisation ORDER BY proposed_at DESC, id DESC LIMIT CAST($1 AS INTEGER)`
	sqlOrphans = `SELECT 'reorganisation', id FROM reorganisation r WHERE NOT EXISTS (SELECT 1 FROM journal_event e WHERE e.case_id = r.id)`
)

// Statements lists every statement of this package, for the test that prepares them on both engines.
var Statements = []string{sqlInsert, sqlMove, sqlByID, sqlList, sqlOrphans}

// ApplyJob is the kind of job that passes the dossiers on.
const ApplyJob = "reorganisation.apply"

// enqueuer is the job queue, as far as this package needs it.
type enqueuer interface {
	Enqueue(ctx context.Context, tx *sqldb.Tx, jobs ...jobs.Job) error
}

// Publisher puts a plan in force within the transaction, once: the catalogue is one.
type Publisher interface {
	Reorganise(ctx context.Context, tx *sqldb.Tx, act string, p reorg.Plan, people []reorg.Person) error
}

// Store keeps reorganisations. It satisfies reorg.Store.
type Store struct {
	db        *sqldb.DB
	signer    *journal.Signer
	queue     enqueuer
	catalogue Publisher
}

var _ reorg.Store = (*Store)(nil)

// New returns a store on a migrated database.
func New(db *sqldb.DB, signer *journal.Signer, queue enqueuer, catalogue Publisher) *Store {
	return &Store{db: db, signer: signer, queue: queue, catalogue: catalogue}
}

// Load returns all events of a reorganisation in order.
func (s *Store) Load(ctx context.Context, id string) ([]journal.Event, error) {
	events, err := casefiledb.Events(ctx, s.db, id)
	if err != nil {
		return nil, fmt.Errorf("load reorganisation: %w", err)
	}
	if len(events) == 0 || !Ours(events) {
		return nil, reorg.ErrNotFound
	}
	return events, nil
}

// Record appends events with the row; what is published is put in force with them.
func (s *Store) Record(ctx context.Context, id string, a *reorg.Act, events ...journal.Event) (*reorg.Act, error) {
	var out *reorg.Act
	err := s.db.InTx(ctx, func(tx *sqldb.Tx) (err error) {
		if out, err = s.record(ctx, tx, id, a, events); err != nil {
			return err
		}
		if !slices.ContainsFunc(events, func(e journal.Event) bool { return e.Kind == reorg.EventPublished }) {
			return nil
		}
		// Successions say which act they belong to.
		p := out.Plan
		p.Successions = slices.Clone(p.Successions)
		for i := range p.Successions {
			p.Successions[i].Act = id
		}
		if err := s.catalogue.Reorganise(ctx, tx, id, p, out.Command.People); err != nil {
			return err
		}
		return s.queue.Enqueue(ctx, tx, applyJob(id, out.Command.Day.At(0)))
	})
	return out, err
}

type applyArgs struct {
	Act string `json:"act"`
}

func applyJob(id string, at time.Time) jobs.Job {
	return jobs.Job{Kind: ApplyJob, Args: applyArgs{id}, RunAt: at}
}

func (s *Store) record(ctx context.Context, tx *sqldb.Tx, id string, a *reorg.Act, events []journal.Event) (*reorg.Act, error) {
	next, prev, seq := &reorg.Act{}, journal.First(id), int64(0)
	if a != nil {
		// The fold of what is stored goes on; a is the caller's and stays as it is.
		stored, err := casefiledb.Events(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		if next, err = reorg.FoldAll(stored); err != nil {
			return nil, err
		}
		if next.Version != a.Version {
			return nil, reorg.ErrStale
		}
		prev, seq = next.Head, next.Version
	}
	ch := casefiledb.Change{Case: id, Kind: reorg.Kind}
	for _, e := range events {
		seq++
		linked, err := journal.Link(e, id, seq, prev)
		if err != nil {
			return nil, err
		}
		if err := next.Apply(linked); err != nil {
			return nil, err
		}
		prev = linked.Hash
		ch.Events = append(ch.Events, linked)
	}
	ch.Head = s.signer.SignHead(id, seq, prev)
	r := next.Project()
	own := sqldb.Stmt{Text: sqlInsert, Args: rowArgs(r)}
	if a != nil {
		own = sqldb.Stmt{Text: sqlMove, Args: []any{
			id, a.Version, r.Version, string(r.State), casefiledb.Micros(r.Published), r.Publisher, r.Agencies, r.Lines, r.Moved, r.Skipped, casefiledb.Micros(r.Completed),
		}}
	}
	done, err := casefiledb.Append(ctx, tx, ch, own)
	if fault.KindOf(err) == fault.Stale || err == nil && done[0] == 0 {
		return nil, reorg.ErrStale
	}
	return next, err
}

func rowArgs(r reorg.Row) []any {
	return []any{
		r.ID, r.Version, string(r.State), string(r.Sort), r.Day, r.Name, r.Basis, casefiledb.Micros(r.Proposed), r.Proposer, casefiledb.Micros(r.Published), r.Publisher,
		r.Agencies, r.Lines, r.Moved, r.Skipped, casefiledb.Micros(r.Completed),
	}
}

func scanRow(r interface{ Scan(dest ...any) error }) (x reorg.Row, err error) {
	var proposed, published, done int64
	err = r.Scan(&x.ID, &x.Version, &x.State, &x.Sort, &x.Day, &x.Name, &x.Basis, &proposed, &x.Proposer, &published, &x.Publisher,
		&x.Agencies, &x.Lines, &x.Moved, &x.Skipped, &done)
	x.Proposed, x.Published, x.Completed = casefiledb.Instant(proposed), casefiledb.Instant(published), casefiledb.Instant(done)
	return x, err
}

// List returns reorganisations, the newest proposal first.
func (s *Store) List(ctx context.Context, limit int) ([]reorg.Row, error) {
	rows, err := s.db.Query(ctx, sqlList, limit)
	return sqldb.Collect(rows, err, func(r *sqldb.Rows) (reorg.Row, error) { return scanRow(r) })
}

// stepper carries an act a stretch further; *reorg.Service is one.
type stepper interface {
	Step(ctx context.Context, id string) (a *reorg.Act, events []journal.Event, wait time.Time, err error)
}

// Handler carries acts out. What a step did and the job that goes on are recorded together; a step cut off by the end
// of the process is made again.
func (s *Store) Handler(by stepper) jobs.Handler {
	return func(ctx context.Context, run *jobs.Run) error {
		var args applyArgs
		if err := run.Decode(&args); err != nil {
			return err
		}
		a, events, wait, err := by.Step(ctx, args.Act)
		if err != nil {
			return err
		}
		return s.db.InTx(ctx, func(tx *sqldb.Tx) error {
			more := !wait.IsZero()
			if len(events) > 0 {
				next, err := s.record(ctx, tx, args.Act, a, events)
				if err != nil {
					return err
				}
				more = next.State == reorg.Published
			}
			if more {
				if err := s.queue.Enqueue(ctx, tx, applyJob(args.Act, wait)); err != nil {
					return err
				}
			}
			return run.Done(ctx, tx)
		})
	}
}

// Ours reports whether a journal is that of a reorganisation.
func Ours(events []journal.Event) bool {
	return len(events) > 0 && strings.HasPrefix(events[0].Kind, reorg.EventPrefix)
}

// CheckCase folds the journal of one reorganisation, compares its row with it, and looks for what it published among
// the published versions.
func CheckCase(published func(ctx context.Context, q casefiledb.Reader, act string, p reorg.Plan) (missing []string, err error)) func(context.Context, casefiledb.Reader, string, []journal.Event) ([]casefiledb.Finding, error) {
	return func(ctx context.Context, r casefiledb.Reader, caseID string, events []journal.Event) ([]casefiledb.Finding, error) {
		report := func(what, detail string) []casefiledb.Finding {
			return []casefiledb.Finding{{Case: caseID, What: what, Detail: detail}}
		}
		a, err := reorg.FoldAll(events)
		if err != nil {
			return report("journal", err.Error()), nil
		}
		var out []casefiledb.Finding
		have, err := scanRow(r.QueryRow(ctx, sqlByID, caseID))
		switch {
		case errors.Is(err, sqldb.ErrNoRows):
			out = report("reorganisation", "the row is missing")
		case err != nil:
			return nil, err
		case have != a.Project():
			out = report("reorganisation", "differs from the journal")
		}
		if published == nil || len(a.Plan.Agencies) == 0 {
			return out, nil
		}
		p := a.Plan
		p.Successions = slices.Clone(p.Successions)
		for i := range p.Successions {
			p.Successions[i].Act = caseID
		}
		missing, err := published(ctx, r, caseID, p)
		if err != nil {
			return nil, err
		}
		for _, m := range missing {
			out = append(out, report("agencies", "what was published is not in force: "+m)...)
		}
		return out, nil
	}
}

// Orphans lists rows whose reorganisation has no journal.
func Orphans(ctx context.Context, r casefiledb.Reader) ([]casefiledb.Finding, error) {
	rows, err := r.Query(ctx, sqlOrphans)
	return sqldb.Collect(rows, err, func(rows *sqldb.Rows) (f casefiledb.Finding, err error) {
		f.Detail = "there is no journal of this reorganisation"
		return f, rows.Scan(&f.What, &f.Case)
	})
}
