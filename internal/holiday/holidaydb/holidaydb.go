// Package holidaydb keeps changes of the working calendar on both engines: their journals through casefiledb, the rows
// that lists and the calendar read, and the previews that people decide on.
//
// A change is written by Declare and carried on by the job it leaves, and in no other way.
package holidaydb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/casefile/casefiledb"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/holiday"
	"github.com/motcua/motcua/internal/jobs"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/sqldb"
)

const (
	changeColumns = `id, version, at, person, post, agency, name, basis, first_day, last_day, days, moved, kept, untouched, applied, skipped, completed_at`
	dayColumns    = `change_id, day, kind, name, name_en, basis, published, swap, since`

	sqlInsert = `INSERT INTO calendar_change (` + changeColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`
	sqlMove   = `UPDATE calendar_change SET version = $3, applied = $4, skipped = $5, completed_at = $6 WHERE id = $1 AND version = $2`
	sqlByID   = `SELECT ` + changeColumns + ` FROM calendar_change WHERE id = $1`
	sqlList   = `SELECT ` + changeColumns + ` FROM calendar_change ORDER BY at DESC, id DESC LIMIT CAST($1 AS INTEGER)`
	sqlOpen   = `SELECT id FROM calendar_change WHERE completed_at = 0`
	sqlDays   = `SELECT d.day, d.kind, d.name, d.name_en, d.basis, d.published, d.swap, d.since
		FROM calendar_day d JOIN calendar_change c ON c.id = d.change_id ORDER BY c.at, c.id, d.day`
	sqlDaysOf = `SELECT day, kind, name, name_en, basis, published, swap, since FROM calendar_day WHERE change_id = $1 ORDER BY day`

	sqlSavePreview = `INSERT INTO calendar_preview (id, at, content) VALUES ($1, $2, $3)
		ON CONFLICT (id) DO UPDATE SET at = excluded.at, content = excluded.content`
	sqlPreview       = `SELECT content FROM calendar_preview WHERE id = $1`
	sqlPreviewDrop   = `DELETE FROM calendar_preview WHERE id = $1`
	sqlPreviewExpire = `DELETE FROM calendar_preview WHERE at < $1`

	sqlOrphans = `SELECT 'calendar_change', id FROM calendar_change c WHERE NOT EXISTS (SELECT 1 FROM journal_event e WHERE e.case_id = c.id)
		UNION SELECT 'calendar_day', change_id FROM calendar_day d WHERE NOT EXISTS (SELECT 1 FROM journal_event e WHERE e.case_id = d.change_id)`
)

// Statements lists every statement of this package, for the test that prepares them on both engines.
var Statements = []string{sqlInsert, sqlMove, sqlByID, sqlList, sqlOpen, sqlDays, sqlDaysOf, sqlSavePreview, sqlPreview, sqlPreviewDrop, sqlPreviewExpire, sqlOrphans}

// ApplyJob is the kind of job that carries a change out.
const ApplyJob = "calendar_change.apply"

// previewLife is how long a preview may be decided on.
const previewLife = 24 * time.Hour

// enqueuer is the job queue, as far as this package needs it.
type enqueuer interface {
	Enqueue(ctx context.Context, tx *sqldb.Tx, jobs ...jobs.Job) error
}

// toucher has every node count by the declared days once a transaction is committed.
type toucher interface {
	Touch(ctx context.Context, tx *sqldb.Tx) error
}

// Store keeps changes. It satisfies holiday.Store.
type Store struct {
	db     *sqldb.DB
	signer *journal.Signer
	queue  enqueuer
	days   toucher
	now    func() time.Time
}

var _ holiday.Store = (*Store)(nil)

// New returns a store on a migrated database. days is told when the declared days change.
func New(db *sqldb.DB, signer *journal.Signer, queue enqueuer, days toucher, now func() time.Time) *Store {
	return &Store{db: db, signer: signer, queue: queue, days: days, now: now}
}

// Load returns all events of a change in order.
func (s *Store) Load(ctx context.Context, id string) ([]journal.Event, error) {
	events, err := casefiledb.Events(ctx, s.db, id)
	if err != nil {
		return nil, fmt.Errorf("load calendar change: %w", err)
	}
	if len(events) == 0 || !Ours(events) {
		return nil, holiday.ErrNotFound
	}
	return events, nil
}

// Declare writes a new change and the job that carries it out.
func (s *Store) Declare(ctx context.Context, id string, events []journal.Event) (*holiday.Change, error) {
	var c *holiday.Change
	err := s.db.InTx(ctx, func(tx *sqldb.Tx) (err error) {
		if c, err = s.record(ctx, tx, id, nil, events); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, sqlPreviewDrop, id); err != nil {
			return err
		}
		if err := s.days.Touch(ctx, tx); err != nil {
			return err
		}
		return s.queue.Enqueue(ctx, tx, applyJob(id, time.Time{}))
	})
	return c, err
}

type applyArgs struct {
	Change string `json:"change"`
}

func applyJob(id string, at time.Time) jobs.Job {
	return jobs.Job{Kind: ApplyJob, Args: applyArgs{id}, RunAt: at}
}

// record appends events to the journal of c (nil: a new change) and writes its rows.
func (s *Store) record(ctx context.Context, tx *sqldb.Tx, id string, c *holiday.Change, events []journal.Event) (*holiday.Change, error) {
	next, prev, seq := &holiday.Change{}, journal.First(id), int64(0)
	if c != nil {
		// The fold of what is stored goes on; c is the caller's and stays as it is.
		stored, err := casefiledb.Events(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		if next, err = holiday.Fold(stored); err != nil {
			return nil, err
		}
		if next.Version != c.Version {
			return nil, holiday.ErrStale
		}
		prev, seq = next.Head, next.Version
	}
	ch := casefiledb.Change{Case: id, Kind: holiday.Kind}
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
	row, days := next.Project()
	own := []sqldb.Stmt{{Text: sqlInsert, Args: rowArgs(row)}}
	if c != nil {
		own = []sqldb.Stmt{{Text: sqlMove, Args: []any{id, c.Version, row.Version, row.Moved, row.Skipped, casefiledb.Micros(row.Completed)}}}
	} else {
		values := make([][]any, len(days))
		for i, d := range days {
			values[i] = dayArgs(id, d)
		}
		more, err := sqldb.InsertStmts(tx.Dialect(), "calendar_day", []string{"change_id", "day", "kind", "name", "name_en", "basis", "published", "swap", "since"}, values)
		if err != nil {
			return nil, err
		}
		own = append(own, more...)
	}
	done, err := casefiledb.Append(ctx, tx, ch, own...)
	if fault.KindOf(err) == fault.Stale || err == nil && done[0] == 0 {
		return nil, holiday.ErrStale
	}
	return next, err
}

func rowArgs(r holiday.Row) []any {
	return []any{
		r.ID, r.Version, casefiledb.Micros(r.At), r.Person, r.Post, r.Agency, r.Name, r.Basis, r.First.String(), r.Last.String(), r.Days,
		r.Counts.Moved, r.Counts.Kept, r.Counts.Untouched, r.Moved, r.Skipped, casefiledb.Micros(r.Completed),
	}
}

func text(d calendar.Date) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}

func dayArgs(id string, d calendar.Declared) []any {
	return []any{id, text(d.Date), string(d.Kind), d.Name, d.NameEn, d.Basis, text(d.Published), text(d.Swap), text(d.Since)}
}

func scanRow(r interface{ Scan(dest ...any) error }) (x holiday.Row, err error) {
	var first, last string
	var at, done int64
	err = r.Scan(&x.ID, &x.Version, &at, &x.Person, &x.Post, &x.Agency, &x.Name, &x.Basis, &first, &last, &x.Days,
		&x.Counts.Moved, &x.Counts.Kept, &x.Counts.Untouched, &x.Moved, &x.Skipped, &done)
	x.At, x.Completed = casefiledb.Instant(at), casefiledb.Instant(done)
	return x, errors.Join(err, x.First.UnmarshalText([]byte(first)), x.Last.UnmarshalText([]byte(last)))
}

func scanDay(r *sqldb.Rows) (d calendar.Declared, err error) {
	var day, published, swap, since string
	err = r.Scan(&day, &d.Kind, &d.Name, &d.NameEn, &d.Basis, &published, &swap, &since)
	return d, errors.Join(err, d.Date.UnmarshalText([]byte(day)), d.Published.UnmarshalText([]byte(published)),
		d.Swap.UnmarshalText([]byte(swap)), d.Since.UnmarshalText([]byte(since)))
}

// Days returns every declared day, in the order in which they were declared.
func Days(ctx context.Context, q sqldb.Queryer) ([]calendar.Declared, error) {
	rows, err := q.Query(ctx, sqlDays)
	days, err := sqldb.Collect(rows, err, scanDay)
	if err != nil {
		return nil, fmt.Errorf("read declared days: %w", err)
	}
	return days, nil
}

// List returns the changes, newest first.
func (s *Store) List(ctx context.Context, limit int) ([]holiday.Row, error) {
	rows, err := s.db.Query(ctx, sqlList, limit)
	return sqldb.Collect(rows, err, func(r *sqldb.Rows) (holiday.Row, error) { return scanRow(r) })
}

// SavePreview writes a preview, or writes it again.
func (s *Store) SavePreview(ctx context.Context, p holiday.Preview) error {
	raw, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("save preview: %w", err)
	}
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, sqlSavePreview, p.ID, s.now().UnixMicro(), string(raw))
		return err
	})
}

// Preview returns a saved preview.
func (s *Store) Preview(ctx context.Context, id string) (p holiday.Preview, err error) {
	var raw string
	err = s.db.QueryRow(ctx, sqlPreview, id).Scan(&raw)
	if errors.Is(err, sqldb.ErrNoRows) {
		return p, holiday.ErrNotFound
	}
	if err != nil {
		return p, fmt.Errorf("read preview: %w", err)
	}
	return p, json.Unmarshal([]byte(raw), &p)
}

// Expire drops previews that nobody decided on.
func (s *Store) Expire(ctx context.Context) error {
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, sqlPreviewExpire, s.now().Add(-previewLife).UnixMicro())
		return err
	})
}

// stepper carries a change a stretch further; *holiday.Service is one.
type stepper interface {
	Step(ctx context.Context, id string) (c *holiday.Change, events []journal.Event, wait time.Time, err error)
}

// Handler carries changes out. What a step did and the job that goes on are recorded together; a step cut off by the
// end of the process is made again.
func (s *Store) Handler(by stepper) jobs.Handler {
	return func(ctx context.Context, run *jobs.Run) error {
		var a applyArgs
		if err := run.Decode(&a); err != nil {
			return err
		}
		c, events, wait, err := by.Step(ctx, a.Change)
		if err != nil {
			return err
		}
		err = s.db.InTx(ctx, func(tx *sqldb.Tx) error {
			more := !wait.IsZero()
			if len(events) > 0 {
				next, err := s.record(ctx, tx, a.Change, c, events)
				if err != nil {
					return err
				}
				more = next.Completed.IsZero()
			}
			if more {
				if err := s.queue.Enqueue(ctx, tx, applyJob(a.Change, wait)); err != nil {
					return err
				}
			}
			return run.Done(ctx, tx)
		})
		return err
	}
}
