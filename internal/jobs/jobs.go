// Package jobs does later what must not be done inside a request: notices, printing,
// messages to other systems, periodic work. The queue is a table of the same database,
// so a job exists exactly when the act that asked for it does.
//
// A job runs at least once. A handler whose effect is in the database calls
// Run.Done in the transaction of that effect and thereby has it exactly once; towards
// the outside it sends an id by which the receiver knows a repetition.
package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"math/rand/v2"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/sqldb"
)

// Job is something to do later.
type Job struct {
	Kind  string
	Args  any       // written as JSON; keep it small: ids, not contents
	RunAt time.Time // zero: as soon as possible
	// Key, when set, makes a second job with it superfluous while the first waits.
	// One that already runs may have read old facts, so it does not count.
	Key string
}

// Handler does the jobs of a kind. An error has it tried again later, with growing
// pauses; GiveUp puts it aside at once.
type Handler func(ctx context.Context, run *Run) error

// Run is one attempt at a job.
type Run struct {
	ID      string
	Kind    string
	Args    json.RawMessage
	Attempt int // from 1
	runAt   int64
	done    bool
}

// Decode reads the arguments into v; arguments that do not fit will not fit later.
func (r *Run) Decode(v any) error {
	if err := json.Unmarshal(r.Args, v); err != nil {
		return GiveUp(fmt.Errorf("arguments of %s: %w", r.Kind, err))
	}
	return nil
}

// Done ends the job in the caller's transaction, together with its effect.
// ErrLeaseLost rolls the effect back: another attempt has taken the job over.
func (r *Run) Done(ctx context.Context, tx *sqldb.Tx) error {
	n, err := tx.Exec(ctx, sqlDone, r.ID, r.Attempt)
	if err != nil {
		return err
	}
	if n == 0 {
		return ErrLeaseLost
	}
	tx.OnCommit(func() { r.done = true })
	return nil
}

var (
	// ErrLeaseLost: the attempt took longer than its lease and the job was given to another.
	ErrLeaseLost = errors.New("job was taken over by another attempt")
	// ErrNotDead: there is no such job among those put aside.
	ErrNotDead = fault.New(fault.NotFound, "jobs.not-dead")
)

type giveUp struct{ error }

func (g giveUp) Unwrap() error { return g.error }

// GiveUp marks an error that trying again cannot mend.
func GiveUp(err error) error { return giveUp{err} }

// Options of a Queue; the zero value is good.
type Options struct {
	Workers  int           // jobs at the same time (4)
	Lease    time.Duration // how long an attempt may take (2 min)
	Poll     time.Duration // how often to look without being woken (1 s)
	Grace    time.Duration // how long Run waits for attempts when it stops (20 s)
	Attempts int           // before a job is put aside as dead (12: about 13 hours)
	Log      *slog.Logger
}

// Queue enqueues and works. One per process; several processes share the table.
type Queue struct {
	db       *sqldb.DB
	now      func() time.Time
	opt      Options
	log      *slog.Logger
	wake     chan struct{}
	mu       sync.Mutex
	handlers map[string]Handler
	periodic []*schedule
}

type schedule struct {
	name   string
	every  time.Duration
	offset time.Duration
	job    Job
	last   int64 // slot this process has seen enqueued
}

// New returns a queue on db with the program's clock.
func New(db *sqldb.DB, now func() time.Time, opt Options) *Queue {
	if opt.Workers <= 0 {
		opt.Workers = 4
	}
	if opt.Lease <= 0 {
		opt.Lease = 2 * time.Minute
	}
	if opt.Poll <= 0 {
		opt.Poll = time.Second
	}
	if opt.Grace <= 0 {
		opt.Grace = 20 * time.Second
	}
	if opt.Attempts <= 0 {
		opt.Attempts = 12
	}
	if opt.Log == nil {
		opt.Log = slog.Default()
	}
	return &Queue{db: db, now: now, opt: opt, log: opt.Log, wake: make(chan struct{}, 1), handlers: map[string]Handler{}}
}

// Handle names who does the jobs of a kind. Call it before Run.
func (q *Queue) Handle(kind string, h Handler) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if _, twice := q.handlers[kind]; twice {
		panic("jobs: two handlers for " + kind)
	}
	q.handlers[kind] = h
}

// Every enqueues job once per interval over all processes, at offset after the
// interval's start: 24h and 2h is each night at two, local time (+07:00).
func (q *Queue) Every(name string, every, offset time.Duration, job Job) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.periodic = append(q.periodic, &schedule{name: name, every: every, offset: offset, job: job, last: math.MinInt64})
}

// Statements are all SQL texts of the package, for the test that prepares them.
func Statements(d sqldb.Dialect) []string {
	return []string{sqlEnqueue, claimText(d), sqlDone, sqlRetry, sqlRelease, sqlReclaim, sqlSlot, sqlDead, sqlRequeue, sqlDiscard, sqlCounts, sqlAnyDue}
}

const (
	sqlEnqueue = `
		INSERT INTO job (id, kind, args, key, state, run_at, created_at)
		VALUES ($1, $2, $3, $4, 'ready', $5, $6)
		ON CONFLICT (key) WHERE key IS NOT NULL DO NOTHING`

	// The key is given back with the claim: what happens from now on needs a job again.
	// MATERIALIZED: the rows are chosen once, however the update is planned.
	sqlClaim = `
		WITH due AS MATERIALIZED (
			SELECT id FROM job WHERE state = 'ready' AND run_at <= $2 ORDER BY run_at, id LIMIT $3 /*lock*/)
		UPDATE job SET state = 'running', attempt = attempt + 1, lease_until = $1, key = NULL
		WHERE id IN (SELECT id FROM due)
		RETURNING id, kind, args, attempt, run_at`

	sqlDone    = `DELETE FROM job WHERE id = $1 AND attempt = $2 AND state = 'running'`
	sqlRetry   = `UPDATE job SET state = $3, run_at = $4, error = $5 WHERE id = $1 AND attempt = $2 AND state = 'running'`
	sqlRelease = `UPDATE job SET state = 'ready', attempt = attempt - 1 WHERE id = $1 AND attempt = $2 AND state = 'running'`

	// Attempts whose process died.
	sqlReclaim = `
		UPDATE job SET state = CASE WHEN attempt >= $2 THEN 'dead' ELSE 'ready' END, error = 'attempt did not end within its lease'
		WHERE state = 'running' AND lease_until < $1`

	// A stored slot far ahead comes from a clock that ran ahead and was put right.
	sqlSlot = `
		INSERT INTO job_schedule (name, slot) VALUES ($1, $2)
		ON CONFLICT (name) DO UPDATE SET slot = excluded.slot
		WHERE job_schedule.slot < excluded.slot OR job_schedule.slot > excluded.slot + $3`

	sqlDead    = `SELECT id, kind, args, attempt, error, run_at, created_at FROM job WHERE state = 'dead' ORDER BY run_at, id LIMIT $1`
	sqlRequeue = `UPDATE job SET state = 'ready', attempt = 0, run_at = $2 WHERE id = $1 AND state = 'dead'`
	sqlDiscard = `DELETE FROM job WHERE id = $1 AND state = 'dead'`
	sqlCounts  = `
		SELECT count(*) FILTER (WHERE state = 'ready'), count(*) FILTER (WHERE state = 'running'),
			count(*) FILTER (WHERE state = 'dead'), coalesce(min(run_at) FILTER (WHERE state = 'ready'), 0)
		FROM job`
)

func claimText(d sqldb.Dialect) string {
	return strings.Replace(sqlClaim, "/*lock*/", d.Pick("", "FOR UPDATE SKIP LOCKED"), 1)
}

// Enqueue writes jobs in the caller's transaction: they run after its commit, or
// never if it does not commit.
func (q *Queue) Enqueue(ctx context.Context, tx *sqldb.Tx, jobs ...Job) error {
	now := q.now()
	for _, j := range jobs {
		args, err := json.Marshal(j.Args)
		if err != nil {
			return fmt.Errorf("enqueue %s: %w", j.Kind, err)
		}
		at := j.RunAt
		if at.IsZero() {
			at = now
		}
		var key any
		if j.Key != "" {
			key = j.Kind + "/" + j.Key
		}
		id := journal.NewID(now)
		if _, err := tx.Exec(ctx, sqlEnqueue, id, j.Kind, string(args), key, at.UnixMicro(), now.UnixMicro()); err != nil {
			return fmt.Errorf("enqueue %s: %w", j.Kind, err)
		}
	}
	tx.OnCommit(q.Wake)
	return nil
}

// Wake has a running Run look for jobs now.
func (q *Queue) Wake() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// Run works until ctx ends, then lets the attempts in progress finish for the grace
// period and gives back those that do not.
func (q *Queue) Run(ctx context.Context) {
	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	var running sync.WaitGroup
	slots := make(chan struct{}, q.opt.Workers)
	poll := time.NewTicker(q.opt.Poll)
	defer poll.Stop()
	for ctx.Err() == nil {
		claimed, err := q.next(ctx, q.opt.Workers-len(slots))
		if err != nil && ctx.Err() == nil {
			q.log.Warn("jobs: cannot look for work", "error", err)
		}
		for _, r := range claimed {
			slots <- struct{}{}
			running.Go(func() {
				q.attempt(work, r)
				<-slots
				q.Wake()
			})
		}
		if len(claimed) > 0 && len(slots) < q.opt.Workers {
			continue
		}
		select {
		case <-ctx.Done():
		case <-poll.C:
		case <-q.wake:
		}
	}
	grace := time.AfterFunc(q.opt.Grace, cancel)
	defer grace.Stop()
	running.Wait()
}

// RunDue does everything due by the clock, one job after the other, and returns how
// many attempts it made. For tests and commands; jobs enqueued by jobs are included.
func (q *Queue) RunDue(ctx context.Context) (int, error) {
	for n := 0; ; n++ {
		claimed, err := q.next(ctx, 1)
		if err != nil || len(claimed) == 0 {
			return n, err
		}
		q.attempt(ctx, claimed[0])
	}
}

// next enqueues what is periodically due, takes back what was left lying, and claims
// up to n jobs.
func (q *Queue) next(ctx context.Context, n int) ([]*Run, error) {
	if n <= 0 {
		return nil, nil
	}
	now := q.now()
	if err := q.enqueuePeriodic(ctx, now); err != nil {
		return nil, err
	}
	// Looking is cheap and does not take the writer's turn.
	var due bool
	if err := q.db.QueryRow(ctx, sqlAnyDue, now.UnixMicro()).Scan(&due); err != nil || !due {
		return nil, err
	}
	var claimed []*Run
	err := q.db.InTx(ctx, func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(ctx, sqlReclaim, now.UnixMicro(), q.opt.Attempts); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, claimText(q.db.Dialect()), now.Add(q.opt.Lease).UnixMicro(), now.UnixMicro(), n)
		claimed, err = sqldb.Collect(rows, err, func(r *sqldb.Rows) (*Run, error) {
			var run Run
			var args string
			err := r.Scan(&run.ID, &run.Kind, &args, &run.Attempt, &run.runAt)
			run.Args = json.RawMessage(args)
			return &run, err
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("claim jobs: %w", err)
	}
	slices.SortFunc(claimed, func(a, b *Run) int {
		if a.runAt != b.runAt {
			return int(min(max(a.runAt-b.runAt, -1), 1))
		}
		return strings.Compare(a.ID, b.ID)
	})
	return claimed, nil
}

const sqlAnyDue = `
	SELECT EXISTS (SELECT 1 FROM job WHERE state = 'ready' AND run_at <= $1)
		OR EXISTS (SELECT 1 FROM job WHERE state = 'running' AND lease_until < $1)`

func (q *Queue) enqueuePeriodic(ctx context.Context, now time.Time) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, s := range q.periodic {
		// Truncate counts from midnight UTC; local days begin seven hours earlier.
		slot := now.Add(7*time.Hour - s.offset).Truncate(s.every).UnixMicro()
		if slot == s.last {
			continue
		}
		err := q.db.InTx(ctx, func(tx *sqldb.Tx) error {
			n, err := tx.Exec(ctx, sqlSlot, s.name, slot, s.every.Microseconds())
			if err != nil || n == 0 { // another process was first
				return err
			}
			j := s.job
			j.RunAt = now
			return q.Enqueue(ctx, tx, j)
		})
		if err != nil {
			return fmt.Errorf("periodic %s: %w", s.name, err)
		}
		s.last = slot
	}
	return nil
}

// attempt does one job and records how it ended.
func (q *Queue) attempt(ctx context.Context, r *Run) {
	limited, cancel := context.WithTimeout(ctx, q.opt.Lease)
	err := q.call(limited, r)
	cancel()
	// The outcome is recorded even when the work was told to stop.
	free, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	log := q.log.With("job", r.ID, "kind", r.Kind, "attempt", r.Attempt)
	switch {
	case r.done:
		if err != nil {
			log.Warn("jobs: handler failed after its effect was committed", "error", err)
		}
		return
	case err == nil:
		err = q.db.InTx(free, func(tx *sqldb.Tx) error { return r.Done(free, tx) })
	case ctx.Err() != nil: // the process stops: not the job's fault
		err = q.db.InTx(free, func(tx *sqldb.Tx) error {
			_, err := tx.Exec(free, sqlRelease, r.ID, r.Attempt)
			return err
		})
	default:
		state, at := "ready", q.now().Add(backoff(r.Attempt))
		if _, hopeless := errors.AsType[giveUp](err); hopeless || r.Attempt >= q.opt.Attempts {
			state, at = "dead", q.now()
		}
		log.Warn("jobs: attempt failed", "error", err, "state", state, "next", at)
		cause := err.Error()
		err = q.db.InTx(free, func(tx *sqldb.Tx) error {
			_, err := tx.Exec(free, sqlRetry, r.ID, r.Attempt, state, at.UnixMicro(), cause)
			return err
		})
	}
	if err != nil {
		// The lease will end and the job be tried again.
		log.Warn("jobs: outcome not recorded", "error", err)
	}
}

func (q *Queue) call(ctx context.Context, r *Run) (err error) {
	q.mu.Lock()
	h := q.handlers[r.Kind]
	q.mu.Unlock()
	if h == nil {
		// During a rolling restart the other version may know it.
		return fmt.Errorf("no handler for %s", r.Kind)
	}
	defer func() {
		if v := recover(); v != nil {
			q.log.Error("jobs: handler panicked", "job", r.ID, "kind", r.Kind, "panic", v, "stack", string(debug.Stack()))
			err = fmt.Errorf("panic: %v", v)
		}
	}()
	return h(ctx, r)
}

// backoff is the pause before the next attempt: 5 s, 15 s, 45 s … up to 3 h, spread by
// a quarter so that jobs that failed together do not return together.
func backoff(attempt int) time.Duration {
	d := 5 * time.Second
	for range min(attempt-1, 20) {
		d = min(3*d, 3*time.Hour)
	}
	return d + rand.N(d/4+1) //nolint:gosec // spreads load, guards nothing
}

// Dead is a job that was put aside for people to look at.
type Dead struct {
	ID       string
	Kind     string
	Args     json.RawMessage
	Attempts int
	Error    string
	At       time.Time // when it was put aside
	Created  time.Time
}

// Dead lists what was put aside, oldest first.
func (q *Queue) Dead(ctx context.Context, limit int) ([]Dead, error) {
	rows, err := q.db.Query(ctx, sqlDead, limit)
	return sqldb.Collect(rows, err, func(r *sqldb.Rows) (Dead, error) {
		var d Dead
		var args string
		var at, created int64
		err := r.Scan(&d.ID, &d.Kind, &args, &d.Attempts, &d.Error, &at, &created)
		d.Args, d.At, d.Created = json.RawMessage(args), time.UnixMicro(at).UTC(), time.UnixMicro(created).UTC()
		return d, err
	})
}

// Requeue gives a dead job all its attempts again, from now; ErrNotDead.
func (q *Queue) Requeue(ctx context.Context, tx *sqldb.Tx, id string) error {
	n, err := tx.Exec(ctx, sqlRequeue, id, q.now().UnixMicro())
	if err == nil && n == 0 {
		return ErrNotDead
	}
	tx.OnCommit(q.Wake)
	return err
}

// Discard removes a dead job; ErrNotDead.
func (q *Queue) Discard(ctx context.Context, tx *sqldb.Tx, id string) error {
	n, err := tx.Exec(ctx, sqlDiscard, id)
	if err == nil && n == 0 {
		return ErrNotDead
	}
	return err
}

// Counts is the state of the queue, for the page of the operator and for metrics.
type Counts struct {
	Ready, Running, Dead int
	Oldest               time.Time // when the first waiting job was due; zero when none waits
}

// Counts counts.
func (q *Queue) Counts(ctx context.Context) (Counts, error) {
	var c Counts
	var oldest int64
	if err := q.db.QueryRow(ctx, sqlCounts).Scan(&c.Ready, &c.Running, &c.Dead, &oldest); err != nil {
		return Counts{}, fmt.Errorf("count jobs: %w", err)
	}
	if oldest != 0 {
		c.Oldest = time.UnixMicro(oldest).UTC()
	}
	return c, nil
}
