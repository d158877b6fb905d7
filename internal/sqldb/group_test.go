package sqldb_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/sqldb"
	"github.com/motcua/motcua/internal/testkit"
)

// sqliteStore opens a database with the tables parent and child.
func sqliteStore(t testing.TB, cfg sqldb.Config) *sqldb.DB {
	t.Helper()
	if cfg.Path == "" {
		cfg.Path = filepath.Join(t.TempDir(), "a.db")
	}
	db := testkit.Open(t, cfg)
	run(t, db, sqlCreateParent)
	run(t, db, sqlCreateChild)
	return db
}

// together runs the functions as members of one commit: the first waits inside until
// all others stand in line.
func together(t *testing.T, db *sqldb.DB, fns ...func(ctx context.Context, tx *sqldb.Tx) error) []error {
	t.Helper()
	errs := make([]error, len(fns))
	inside := make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		first := true
		err := db.InTx(t.Context(), func(*sqldb.Tx) error {
			if first {
				first = false
				close(inside)
				for db.WaitingWriters() < len(fns) {
					time.Sleep(50 * time.Microsecond) // a condition awaited, not a time
				}
			}
			return nil
		})
		if err != nil {
			t.Errorf("opening member: %v", err)
		}
	})
	<-inside
	for i, fn := range fns {
		all.Go(func() {
			defer func() {
				if v := recover(); v != nil {
					errs[i] = v.(error)
				}
			}()
			errs[i] = db.InTx(t.Context(), func(tx *sqldb.Tx) error { return fn(t.Context(), tx) })
		})
		for db.WaitingWriters() < i+1 && i+1 < len(fns) {
			time.Sleep(50 * time.Microsecond)
		}
	}
	all.Wait()
	return errs
}

func adding(id string) func(context.Context, *sqldb.Tx) error {
	return func(ctx context.Context, tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, sqlAddParent, id)
		return err
	}
}

func TestAMemberThatFailsTakesOnlyItsOwnDownWithIt(t *testing.T) {
	db := sqliteStore(t, sqldb.Config{})
	refused := errors.New("the rule says no")
	errs := together(t, db,
		adding("a"),
		func(ctx context.Context, tx *sqldb.Tx) error {
			if _, err := tx.Exec(ctx, sqlAddParent, "never"); err != nil {
				return err
			}
			return refused
		},
		adding("b"), adding("a"), adding("c"))
	want := []error{nil, refused, nil, sqldb.ErrUnique, nil}
	for i := range errs {
		if !errors.Is(errs[i], want[i]) {
			t.Errorf("member %d: %v, want %v", i, errs[i], want[i])
		}
	}
	if n := parents(t, db); n != 3 {
		t.Errorf("%d rows, want a, b and c", n)
	}
}

func TestAPanicInOneMemberDoesNotReachTheOthers(t *testing.T) {
	db := sqliteStore(t, sqldb.Config{})
	errs := together(t, db, adding("a"),
		func(ctx context.Context, tx *sqldb.Tx) error {
			if err := adding("never")(ctx, tx); err != nil {
				return err
			}
			panic(errPanic)
		}, adding("b"))
	if errs[0] != nil || !errors.Is(errs[1], errPanic) || errs[2] != nil {
		t.Errorf("%v", errs)
	}
	if n := parents(t, db); n != 2 {
		t.Errorf("%d rows", n)
	}
}

var errPanic = errors.New("a defect in the function")

func TestWhenOneMemberBringsTheTransactionDownTheOthersRunAgain(t *testing.T) {
	db := sqliteStore(t, sqldb.Config{StatementTimeout: 100 * time.Millisecond})
	var runs atomic.Int64
	counted := func(id string) func(context.Context, *sqldb.Tx) error {
		return func(ctx context.Context, tx *sqldb.Tx) error { runs.Add(1); return adding(id)(ctx, tx) }
	}
	errs := together(t, db, counted("a"), counted("b"),
		func(ctx context.Context, tx *sqldb.Tx) error {
			_, err := tx.Exec(ctx, sqlEndlessWrite) // interrupting it rolls back everything
			return err
		}, counted("c"))
	for i, err := range errs {
		if i == 2 != errors.Is(err, sqldb.ErrTimeout) || i != 2 && err != nil {
			t.Errorf("member %d: %v", i, err)
		}
	}
	if n := parents(t, db); n != 3 || runs.Load() != 5 {
		t.Errorf("%d rows after %d runs; want 3 after 5", n, runs.Load())
	}
}

func TestAMemberThatPassesOverABrokenTransactionIsStoppedThere(t *testing.T) {
	db := sqliteStore(t, sqldb.Config{StatementTimeout: 100 * time.Millisecond})
	run(t, db, sqlAddParent, "a")
	err := db.InTx(t.Context(), func(tx *sqldb.Tx) error {
		_, _ = tx.Exec(t.Context(), sqlEndlessWrite)
		// Without care this would run outside any transaction, and stay.
		if _, err := tx.Exec(t.Context(), sqlAddParent, "stray"); !errors.Is(err, sqldb.ErrTimeout) {
			t.Errorf("next statement: %v", err)
		}
		return nil
	})
	if !errors.Is(err, sqldb.ErrTimeout) {
		t.Errorf("transaction: %v", err)
	}
	if n := parents(t, db); n != 1 {
		t.Errorf("%d rows", n)
	}
}

func TestNobodyIsAnsweredBeforeTheSharedCommit(t *testing.T) {
	db := sqliteStore(t, sqldb.Config{})
	other := testkit.Open(t, sqldb.Config{Path: dbPath(t, db)})
	var early atomic.Int64
	check := func(id string) func(context.Context, *sqldb.Tx) error {
		return func(ctx context.Context, tx *sqldb.Tx) error {
			tx.OnCommit(func() {
				if parents(t, other) < 3 {
					early.Add(1)
				}
			})
			return adding(id)(ctx, tx)
		}
	}
	for _, err := range together(t, db, check("a"), check("b"), check("c")) {
		if err != nil {
			t.Error(err)
		}
	}
	if early.Load() != 0 {
		t.Errorf("%d were answered before others could see the rows", early.Load())
	}
}

func TestADeferredCheckBlamesTheMemberThatBrokeIt(t *testing.T) {
	db := sqliteStore(t, sqldb.Config{})
	run(t, db, `CREATE TABLE late (id TEXT NOT NULL PRIMARY KEY, parent TEXT REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED)`)
	errs := together(t, db, adding("a"),
		func(ctx context.Context, tx *sqldb.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO late (id, parent) VALUES ('x', 'nobody')`)
			return err
		}, adding("b"))
	if errs[0] != nil || !errors.Is(errs[1], sqldb.ErrForeignKey) || errs[2] != nil {
		t.Errorf("%v", errs)
	}
	if n := parents(t, db); n != 2 {
		t.Errorf("%d rows", n)
	}
}

func TestAFullDiskIsToldAndLeavesNothingHalfWrittenAndWorksAgain(t *testing.T) {
	db := sqliteStore(t, sqldb.Config{})
	ctx := t.Context()
	run(t, db, sqlAddParent, "before")
	if err := db.LimitPages(ctx, 0); err != nil {
		t.Fatal(err)
	}
	big := strings.Repeat("x", 100_000)
	errs := together(t, db, adding("small"), func(ctx context.Context, tx *sqldb.Tx) error {
		if _, err := tx.Exec(ctx, sqlAddParent, "half"); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, sqlAddParent, big)
		return err
	}, adding("small too"))
	if !errors.Is(errs[1], sqldb.ErrDiskFull) || fault.KindOf(errs[1]) != fault.Unavailable {
		t.Errorf("full disk: %v", errs[1])
	}
	if errs[0] != nil || errs[2] != nil {
		t.Errorf("those that still fit: %v, %v", errs[0], errs[2])
	}
	if n := parents(t, db); n != 3 {
		t.Errorf("%d rows, want before and the two small ones", n)
	}
	if err := db.LimitPages(ctx, 1<<30); err != nil {
		t.Fatal(err)
	}
	run(t, db, sqlAddParent, big)
	var ok string
	if err := db.QueryRow(ctx, `PRAGMA integrity_check`).Scan(&ok); err != nil || ok != "ok" {
		t.Errorf("integrity: %s, %v", ok, err)
	}
}

func TestAfterAFailedSyncTheDiskIsProvedBeforeTheNextAnswer(t *testing.T) {
	db := sqliteStore(t, sqldb.Config{})
	run(t, db, sqlAddParent, "a")
	db.FailSync()
	run(t, db, sqlAddParent, "b")
	db.BreakWriter()
	for range 2 { // the first may be told, the second meets a fresh connection
		if err := write(t.Context(), db, sqlAddParent, "c"); err == nil {
			break
		} else if fault.KindOf(err) != fault.Unavailable {
			t.Errorf("broken connection: %v", err)
		}
	}
	if n := parents(t, db); n != 3 {
		t.Errorf("%d rows", n)
	}
}

func TestMigratingWaitsForTheOpenCommit(t *testing.T) {
	db := sqliteStore(t, sqldb.Config{})
	inside := make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		err := db.InTx(t.Context(), func(tx *sqldb.Tx) error {
			close(inside)
			for db.WaitingWriters() < 1 {
				time.Sleep(50 * time.Microsecond) // a condition awaited, not a time
			}
			return adding("a")(t.Context(), tx)
		})
		if err != nil {
			t.Error(err)
		}
	})
	<-inside
	if _, err := db.MigrateUp(t.Context()); err != nil {
		t.Error(err)
	}
	all.Wait()
}

func dbPath(t *testing.T, db *sqldb.DB) string {
	t.Helper()
	var seq int
	var name, path string
	if err := db.QueryRow(t.Context(), `PRAGMA database_list`).Scan(&seq, &name, &path); err != nil {
		t.Fatal(err)
	}
	return path
}

// envCrashWriter makes the test binary a process that writes until it is killed.
const envCrashWriter = "MOTCUA_TEST_CRASH_WRITER"

// crashWriter prints the id of each row once InTx has acknowledged it.
func crashWriter(path string) {
	ctx := context.Background()
	db, err := sqldb.Open(ctx, sqldb.Config{Path: path})
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	var mu sync.Mutex
	var all sync.WaitGroup
	for w := range 16 {
		all.Go(func() {
			for i := 0; ; i++ {
				id := fmt.Sprintf("%d-%d-%d", os.Getpid(), w, i)
				err := db.InTx(ctx, func(tx *sqldb.Tx) error {
					if _, err := tx.Exec(ctx, sqlAddParent, id); err != nil {
						return err
					}
					_, err := tx.Exec(ctx, sqlAddChild, id, id)
					return err
				})
				mu.Lock()
				if err != nil {
					fmt.Println("error", err)
				} else {
					fmt.Println("done", id)
				}
				mu.Unlock()
			}
		})
	}
	all.Wait()
}

func TestWhatWasAcknowledgedSurvivesKill9(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	db, err := sqldb.Open(t.Context(), sqldb.Config{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	run(t, db, sqlCreateParent)
	run(t, db, sqlCreateChild)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	acknowledged := map[string]bool{}
	for round := range 3 {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), envCrashWriter+"="+path)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		n := 0
		for lines.Scan() {
			word, id, _ := strings.Cut(lines.Text(), " ")
			if word != "done" {
				t.Errorf("writer: %s", lines.Text())
				continue
			}
			acknowledged[id] = true
			if n++; n == 300+round*17 {
				if err := cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
		_ = cmd.Wait()
		checkAcknowledged(t, path, acknowledged)
	}
}

func checkAcknowledged(t *testing.T, path string, acknowledged map[string]bool) {
	t.Helper()
	db, err := sqldb.Open(t.Context(), sqldb.Config{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query(t.Context(), `SELECT parent.id, count(child.id) FROM parent LEFT JOIN child ON child.parent = parent.id GROUP BY parent.id`)
	type row struct {
		id       string
		children int
	}
	found, err := sqldb.Collect(rows, err, func(r *sqldb.Rows) (x row, err error) { return x, r.Scan(&x.id, &x.children) })
	if err != nil {
		t.Fatal(err)
	}
	present := map[string]bool{}
	for _, r := range found {
		present[r.id] = true
		if r.children != 1 {
			t.Errorf("%s is half there", r.id)
		}
	}
	for id := range acknowledged {
		if !present[id] {
			t.Errorf("%s was acknowledged and is gone", id)
		}
	}
	t.Logf("%d acknowledged, %d present", len(acknowledged), len(found))
}
