package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/motcua/motcua/internal/jobs"
	"github.com/motcua/motcua/internal/sqldb"
	"github.com/motcua/motcua/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

var quiet = slog.New(slog.DiscardHandler)

// exercise runs body on both engines with a queue whose clock stands still.
func exercise(t *testing.T, opt jobs.Options, body func(t *testing.T, db *sqldb.DB, q *jobs.Queue, clock *testkit.Clock)) {
	t.Helper()
	opt.Log = quiet
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		clock := testkit.NewClock("2026-04-24 08:00")
		body(t, db, jobs.New(db, clock.Now, opt), clock)
	})
}

func enqueue(t *testing.T, db *sqldb.DB, q *jobs.Queue, list ...jobs.Job) {
	t.Helper()
	err := db.InTx(t.Context(), func(tx *sqldb.Tx) error { return q.Enqueue(t.Context(), tx, list...) })
	if err != nil {
		t.Fatalf("enqueue: %v", err)
	}
}

func runDue(t *testing.T, q *jobs.Queue, want int) {
	t.Helper()
	n, err := q.RunDue(t.Context())
	if err != nil || n != want {
		t.Fatalf("made %d attempts, %v; want %d", n, err, want)
	}
}

func counts(t *testing.T, q *jobs.Queue) jobs.Counts {
	t.Helper()
	c, err := q.Counts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestStatementsPrepare(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		testkit.PrepareAll(t, db, jobs.Statements(db.Dialect()))
	})
}

func TestAJobExistsExactlyWhenItsActDoes(t *testing.T) {
	exercise(t, jobs.Options{}, func(t *testing.T, db *sqldb.DB, q *jobs.Queue, _ *testkit.Clock) {
		undone := errors.New("undone")
		err := db.InTx(t.Context(), func(tx *sqldb.Tx) error {
			if err := q.Enqueue(t.Context(), tx, jobs.Job{Kind: "notify"}); err != nil {
				return err
			}
			return undone
		})
		if !errors.Is(err, undone) {
			t.Fatal(err)
		}
		runDue(t, q, 0)
		var got string
		q.Handle("notify", func(_ context.Context, r *jobs.Run) error { return r.Decode(&got) })
		enqueue(t, db, q, jobs.Job{Kind: "notify", Args: "H61.1-260424-0001"})
		runDue(t, q, 1)
		if got != "H61.1-260424-0001" {
			t.Errorf("handler got %q", got)
		}
		if c := counts(t, q); c != (jobs.Counts{}) {
			t.Errorf("left behind: %+v", c)
		}
	})
}

func TestJobsRunInOrderOfTheirTimeAndNotBeforeIt(t *testing.T) {
	exercise(t, jobs.Options{}, func(t *testing.T, db *sqldb.DB, q *jobs.Queue, clock *testkit.Clock) {
		var got []string
		q.Handle("say", func(_ context.Context, r *jobs.Run) error {
			var s string
			err := r.Decode(&s)
			got = append(got, s)
			return err
		})
		now := clock.Now()
		enqueue(t, db, q, jobs.Job{Kind: "say", Args: "later", RunAt: now.Add(time.Hour)},
			jobs.Job{Kind: "say", Args: "second", RunAt: now}, jobs.Job{Kind: "say", Args: "first", RunAt: now.Add(-time.Hour)})
		runDue(t, q, 2)
		clock.Add(time.Hour)
		runDue(t, q, 1)
		if fmt.Sprint(got) != "[first second later]" {
			t.Errorf("ran %v", got)
		}
	})
}

func TestAKeyMakesASecondJobSuperfluousOnlyWhileTheFirstWaits(t *testing.T) {
	exercise(t, jobs.Options{}, func(t *testing.T, db *sqldb.DB, q *jobs.Queue, _ *testkit.Clock) {
		runs := 0
		q.Handle("sync", func(ctx context.Context, _ *jobs.Run) error {
			if runs++; runs == 1 { // something changed while the first was already reading
				return db.InTx(ctx, func(tx *sqldb.Tx) error { return q.Enqueue(ctx, tx, jobs.Job{Kind: "sync", Key: "d1"}) })
			}
			return nil
		})
		q.Handle("other", func(context.Context, *jobs.Run) error { return nil })
		enqueue(t, db, q, jobs.Job{Kind: "sync", Key: "d1"}, jobs.Job{Kind: "sync", Key: "d1"}, jobs.Job{Kind: "other", Key: "d1"})
		if c := counts(t, q); c.Ready != 2 {
			t.Errorf("%d jobs wait, want one of each kind", c.Ready)
		}
		runDue(t, q, 3)
	})
}

func TestAFailedJobIsTriedAgainLaterAndThenPutAside(t *testing.T) {
	exercise(t, jobs.Options{Attempts: 3}, func(t *testing.T, db *sqldb.DB, q *jobs.Queue, clock *testkit.Clock) {
		q.Handle("send", func(context.Context, *jobs.Run) error { return errors.New("gateway answers 500") })
		enqueue(t, db, q, jobs.Job{Kind: "send", Args: map[string]string{"to": "d1"}})
		runDue(t, q, 1)
		runDue(t, q, 0) // not at once
		clock.Add(time.Minute)
		runDue(t, q, 1)
		clock.Add(time.Hour)
		runDue(t, q, 1)
		clock.Add(24 * time.Hour)
		runDue(t, q, 0)
		dead, err := q.Dead(t.Context(), 10)
		if err != nil || len(dead) != 1 {
			t.Fatalf("dead: %v, %v", dead, err)
		}
		if d := dead[0]; d.Error != "gateway answers 500" || d.Attempts != 3 || string(d.Args) != `{"to":"d1"}` {
			t.Errorf("dead letter %+v", d)
		}
		err = db.InTx(t.Context(), func(tx *sqldb.Tx) error { return q.Requeue(t.Context(), tx, dead[0].ID) })
		if err != nil {
			t.Fatal(err)
		}
		runDue(t, q, 1)
		err = db.InTx(t.Context(), func(tx *sqldb.Tx) error { return q.Discard(t.Context(), tx, dead[0].ID) })
		if !errors.Is(err, jobs.ErrNotDead) {
			t.Errorf("discarding a waiting job: %v", err)
		}
	})
}

func TestGivingUpAndBadArgumentsAndPanicsAreNotRepeatedForEver(t *testing.T) {
	exercise(t, jobs.Options{Attempts: 2}, func(t *testing.T, db *sqldb.DB, q *jobs.Queue, clock *testkit.Clock) {
		q.Handle("refused", func(context.Context, *jobs.Run) error { return jobs.GiveUp(errors.New("no such number")) })
		q.Handle("decode", func(_ context.Context, r *jobs.Run) error { var n int; return r.Decode(&n) })
		q.Handle("panic", func(context.Context, *jobs.Run) error { panic("index out of range") })
		enqueue(t, db, q, jobs.Job{Kind: "refused"}, jobs.Job{Kind: "decode", Args: "text"}, jobs.Job{Kind: "panic"}, jobs.Job{Kind: "unknown"})
		runDue(t, q, 4)
		if c := counts(t, q); c.Dead != 2 || c.Ready != 2 {
			t.Errorf("after the first round: %+v", c)
		}
		clock.Add(time.Hour)
		runDue(t, q, 2)
		if c := counts(t, q); c.Dead != 4 {
			t.Errorf("after the second round: %+v", c)
		}
	})
}

func TestAnAttemptThatLostItsLeaseHasNoEffect(t *testing.T) {
	exercise(t, jobs.Options{}, func(t *testing.T, db *sqldb.DB, q *jobs.Queue, clock *testkit.Clock) {
		other := jobs.New(db, clock.Now, jobs.Options{Log: quiet})
		effect := func(ctx context.Context, r *jobs.Run, name string) error {
			return db.InTx(ctx, func(tx *sqldb.Tx) error {
				if _, err := tx.Exec(ctx, `INSERT INTO job_schedule (name, slot) VALUES ($1, 1)`, name); err != nil {
					return err
				}
				return r.Done(ctx, tx)
			})
		}
		var slowErr error
		q.Handle("work", func(ctx context.Context, r *jobs.Run) error {
			clock.Add(time.Hour) // the process froze; meanwhile another takes over
			runDue(t, other, 1)
			slowErr = effect(ctx, r, "slow")
			return slowErr
		})
		other.Handle("work", func(ctx context.Context, r *jobs.Run) error { return effect(ctx, r, "other") })
		enqueue(t, db, q, jobs.Job{Kind: "work"})
		runDue(t, q, 1)
		if !errors.Is(slowErr, jobs.ErrLeaseLost) {
			t.Errorf("slow attempt: %v", slowErr)
		}
		var names string
		if err := db.QueryRow(t.Context(), `SELECT string_agg(name, ',') FROM job_schedule`).Scan(&names); err != nil || names != "other" {
			t.Errorf("effects %q, %v; want one", names, err)
		}
		if c := counts(t, q); c != (jobs.Counts{}) {
			t.Errorf("left behind: %+v", c)
		}
	})
}

func TestPeriodicWorkRunsOncePerIntervalOverAllProcesses(t *testing.T) {
	exercise(t, jobs.Options{}, func(t *testing.T, db *sqldb.DB, q *jobs.Queue, clock *testkit.Clock) {
		other := jobs.New(db, clock.Now, jobs.Options{Log: quiet})
		runs := 0
		for _, p := range []*jobs.Queue{q, other} {
			p.Handle("heads", func(context.Context, *jobs.Run) error { runs++; return nil })
			p.Every("nightly heads", 24*time.Hour, 2*time.Hour, jobs.Job{Kind: "heads"})
		}
		round := func(want int) {
			t.Helper()
			for _, p := range []*jobs.Queue{q, other, q} {
				if _, err := p.RunDue(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			if runs != want {
				t.Errorf("at %s: ran %d times, want %d", clock.Now(), runs, want)
			}
		}
		round(1)
		clock.Set(testkit.NewClock("2026-04-25 01:59").Now())
		round(1)
		clock.Set(testkit.NewClock("2026-04-25 02:00").Now())
		round(2)
		clock.Set(testkit.NewClock("2030-01-01 03:00").Now()) // the clock ran ahead by years
		round(3)
		clock.Set(testkit.NewClock("2026-04-26 02:00").Now()) // and was put right
		round(4)
	})
}

func TestManyWorkersDoEachJobOnceAndAStopLosesNone(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		const n = 200
		var mu sync.Mutex
		seen := map[string]int{}
		var total atomic.Int64
		enough := make(chan struct{})
		handler := func(_ context.Context, r *jobs.Run) error {
			mu.Lock()
			seen[string(r.Args)]++
			mu.Unlock()
			if total.Add(1) == n/2 {
				close(enough)
			}
			return nil
		}
		var list []jobs.Job
		for i := range n {
			list = append(list, jobs.Job{Kind: "count", Args: i})
		}
		ctx, stop := context.WithCancel(t.Context())
		var workers sync.WaitGroup
		var first *jobs.Queue
		for range 3 {
			q := jobs.New(db, time.Now, jobs.Options{Log: quiet})
			q.Handle("count", handler)
			workers.Go(func() { q.Run(ctx) })
			first = q
		}
		enqueue(t, db, first, list...)
		<-enough
		stop()
		workers.Wait()
		if c := counts(t, first); c.Running != 0 || c.Ready != n-int(total.Load()) {
			t.Fatalf("after the stop %+v with %d done of %d", c, total.Load(), n)
		}
		if _, err := first.RunDue(t.Context()); err != nil {
			t.Fatal(err)
		}
		for i := range n {
			if seen[fmt.Sprint(i)] != 1 {
				t.Errorf("job %d ran %d times", i, seen[fmt.Sprint(i)])
			}
		}
	})
}

func TestAStopGivesBackWhatDoesNotFinishInTime(t *testing.T) {
	exercise(t, jobs.Options{Grace: time.Millisecond}, func(t *testing.T, db *sqldb.DB, q *jobs.Queue, _ *testkit.Clock) {
		started := make(chan struct{})
		q.Handle("long", func(ctx context.Context, _ *jobs.Run) error {
			close(started)
			<-ctx.Done()
			return ctx.Err()
		})
		enqueue(t, db, q, jobs.Job{Kind: "long"})
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { q.Run(ctx); close(done) }()
		<-started
		stop()
		<-done
		if c := counts(t, q); c.Ready != 1 || c.Running != 0 {
			t.Errorf("%+v, want it waiting again", c)
		}
	})
}
