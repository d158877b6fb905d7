package sqldb_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/sqldb"
	"github.com/motcua/motcua/internal/testkit"
)

const (
	sqlCreateParent = `CREATE TABLE parent (id TEXT NOT NULL PRIMARY KEY, version BIGINT NOT NULL DEFAULT 0, CHECK (version >= 0))`
	sqlCreateChild  = `CREATE TABLE child (id TEXT NOT NULL PRIMARY KEY, parent TEXT NOT NULL REFERENCES parent (id), data JSONB)`
	sqlAddParent    = `INSERT INTO parent (id) VALUES ($1)`
	sqlAddChild     = `INSERT INTO child (id, parent) VALUES ($1, $2)`
	sqlCountParents = `SELECT count(*) FROM parent`
	sqlVersion      = `SELECT version FROM parent WHERE id = $1`
	sqlMove         = `UPDATE parent SET version = version + 1 WHERE id = $1 AND version = $2`
	sqlCountUp      = `UPDATE parent SET version = version + 1 WHERE id = $1 RETURNING version`
	// About 10^11 rows: longer than any test waits.
	sqlEndless = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000000000) SELECT count(*) FROM n`
	// The same as a write.
	sqlEndlessWrite = `UPDATE parent SET version = (WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000000000) SELECT count(*) FROM n)`
)

// stores runs body on both engines with the tables parent and child.
func stores(t *testing.T, change func(*sqldb.Config), body func(t *testing.T, db *sqldb.DB)) {
	t.Helper()
	testkit.Configs(t, func(t *testing.T, cfg sqldb.Config) {
		if change != nil {
			change(&cfg)
		}
		db := testkit.Open(t, cfg)
		run(t, db, sqlCreateParent)
		run(t, db, sqlCreateChild)
		body(t, db)
	})
}

func run(t testing.TB, db *sqldb.DB, stmt string, args ...any) {
	t.Helper()
	if err := write(t.Context(), db, stmt, args...); err != nil {
		t.Fatalf("%s: %v", stmt, err)
	}
}

func write(ctx context.Context, db *sqldb.DB, stmt string, args ...any) error {
	return db.InTx(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, stmt, args...)
		return err
	})
}

func parents(t testing.TB, db *sqldb.DB) (n int) {
	t.Helper()
	if err := db.QueryRow(t.Context(), sqlCountParents).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestRefusalsAreTheSameOnBothEngines(t *testing.T) {
	stores(t, nil, func(t *testing.T, db *sqldb.DB) {
		run(t, db, sqlAddParent, "a")
		for _, c := range []struct {
			name string
			stmt string
			args []any
			want error
		}{
			{"a second row with the same key", sqlAddParent, []any{"a"}, sqldb.ErrUnique},
			{"a child without its parent", sqlAddChild, []any{"c", "nobody"}, sqldb.ErrForeignKey},
			{"a value outside its check", `UPDATE parent SET version = $1`, []any{-1}, sqldb.ErrCheck},
			{"nothing where something must be", sqlAddParent, []any{nil}, sqldb.ErrCheck},
		} {
			err := write(t.Context(), db, c.stmt, c.args...)
			if !errors.Is(err, c.want) {
				t.Errorf("%s: %v, want %v", c.name, err, c.want)
			}
			if fault.KindOf(err) == fault.Unavailable {
				t.Errorf("%s: told as an outage", c.name)
			}
		}
		run(t, db, sqlAddChild, "c", "a")
		if err := write(t.Context(), db, `DELETE FROM parent`); !errors.Is(err, sqldb.ErrForeignKey) {
			t.Errorf("deleting a parent with children: %v", err)
		}
		var v int
		if err := db.QueryRow(t.Context(), sqlVersion, "nobody").Scan(&v); !errors.Is(err, sqldb.ErrNoRows) {
			t.Errorf("reading what is not there: %v", err)
		}
	})
}

func TestAnErrorOrPanicOrEndedGoroutineLeavesNothing(t *testing.T) {
	stores(t, nil, func(t *testing.T, db *sqldb.DB) {
		ctx := t.Context()
		add := func(tx *sqldb.Tx) {
			if _, err := tx.Exec(ctx, sqlAddParent, "a"); err != nil {
				t.Error(err)
			}
		}
		refused := errors.New("the rule says no")
		if err := db.InTx(ctx, func(tx *sqldb.Tx) error { add(tx); return refused }); !errors.Is(err, refused) {
			t.Errorf("error of the function: %v", err)
		}
		func() {
			defer func() {
				if recover() == nil {
					t.Error("the panic was swallowed")
				}
			}()
			_ = db.InTx(ctx, func(tx *sqldb.Tx) error { add(tx); panic("bug") })
		}()
		done := make(chan struct{})
		go func() {
			defer close(done)
			_ = db.InTx(ctx, func(tx *sqldb.Tx) error { add(tx); runtime.Goexit(); return nil })
		}()
		<-done
		if n := parents(t, db); n != 0 {
			t.Errorf("%d rows left", n)
		}
		run(t, db, sqlAddParent, "a") // the door still opens
	})
}

func TestAFailedStatementEndsTheTransactionAlsoWhenPassedOver(t *testing.T) {
	stores(t, nil, func(t *testing.T, db *sqldb.DB) {
		ctx := t.Context()
		run(t, db, sqlAddParent, "a")
		err := db.InTx(ctx, func(tx *sqldb.Tx) error {
			if _, err := tx.Exec(ctx, sqlAddParent, "b"); err != nil {
				return err
			}
			_, _ = tx.Exec(ctx, sqlAddParent, "a")
			if _, err := tx.Exec(ctx, sqlAddParent, "c"); !errors.Is(err, sqldb.ErrUnique) {
				t.Errorf("next statement: %v", err)
			}
			return nil
		})
		if !errors.Is(err, sqldb.ErrUnique) {
			t.Errorf("transaction: %v", err)
		}
		if n := parents(t, db); n != 1 {
			t.Errorf("%d rows, want the first one only", n)
		}
	})
}

func TestAStatementWhileRowsAreOpenIsRefused(t *testing.T) {
	stores(t, nil, func(t *testing.T, db *sqldb.DB) {
		ctx := t.Context()
		run(t, db, sqlAddParent, "a")
		run(t, db, sqlAddParent, "b")
		err := db.InTx(ctx, func(tx *sqldb.Tx) error {
			rows, err := tx.Query(ctx, `SELECT id FROM parent`)
			if err != nil {
				return err
			}
			defer rows.Close()
			rows.Next()
			_, err = tx.Exec(ctx, sqlAddParent, "c")
			return err
		})
		if err == nil {
			t.Error("accepted")
		}
		run(t, db, sqlAddParent, "c")
	})
}

func TestATransactionEndsWithItsFunction(t *testing.T) {
	stores(t, nil, func(t *testing.T, db *sqldb.DB) {
		var kept *sqldb.Tx
		if err := db.InTx(t.Context(), func(tx *sqldb.Tx) error { kept = tx; return nil }); err != nil {
			t.Fatal(err)
		}
		if _, err := kept.Exec(t.Context(), sqlAddParent, "late"); !errors.Is(err, sqldb.ErrTxDone) {
			t.Errorf("used later: %v", err)
		}
	})
}

func TestOfTwoWhoMoveAtOnceOneWins(t *testing.T) {
	stores(t, nil, func(t *testing.T, db *sqldb.DB) {
		ctx := t.Context()
		run(t, db, sqlAddParent, "a")
		stale := errors.New("someone moved first")
		var won, lost atomic.Int64
		var all sync.WaitGroup
		for range 16 {
			all.Go(func() {
				err := db.InTx(ctx, func(tx *sqldb.Tx) error {
					n, err := tx.Exec(ctx, sqlMove, "a", 0)
					if err == nil && n == 0 {
						return stale
					}
					return err
				})
				switch {
				case err == nil:
					won.Add(1)
				case errors.Is(err, stale):
					lost.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		all.Wait()
		if won.Load() != 1 || lost.Load() != 15 {
			t.Errorf("%d won, %d were told", won.Load(), lost.Load())
		}
	})
}

func TestConcurrentWritersCountExactlyWithoutGaps(t *testing.T) {
	stores(t, nil, func(t *testing.T, db *sqldb.DB) {
		ctx := t.Context()
		run(t, db, sqlAddParent, "series")
		const writers, each = 16, 25
		undo := errors.New("refused after the number was taken")
		var mu sync.Mutex
		seen := map[int]bool{}
		var all sync.WaitGroup
		for w := range writers {
			all.Go(func() {
				for i := range each {
					var n int
					err := db.InTx(ctx, func(tx *sqldb.Tx) error {
						if err := tx.QueryRow(ctx, sqlCountUp, "series").Scan(&n); err != nil {
							return err
						}
						if (w+i)%5 == 0 {
							return undo
						}
						return nil
					})
					if errors.Is(err, undo) {
						continue
					}
					if err != nil {
						t.Error(err)
						return
					}
					mu.Lock()
					if seen[n] {
						t.Errorf("number %d given twice", n)
					}
					seen[n] = true
					mu.Unlock()
				}
			})
		}
		all.Wait()
		for i := range len(seen) {
			if !seen[i+1] {
				t.Errorf("number %d was never given", i+1)
			}
		}
		if len(seen) != writers*each*4/5 {
			t.Errorf("%d numbers given", len(seen))
		}
	})
}

func TestADeadlockIsRunAgainUntilBothAreThrough(t *testing.T) {
	db := testkit.Postgres(t) // SQLite writes one after the other
	run(t, db, sqlCreateParent)
	run(t, db, sqlAddParent, "a")
	run(t, db, sqlAddParent, "b")
	ctx := t.Context()
	var runs atomic.Int64
	var both, all sync.WaitGroup
	both.Add(2)
	for _, order := range [][2]string{{"a", "b"}, {"b", "a"}} {
		var once sync.Once
		all.Go(func() {
			err := db.InTx(ctx, func(tx *sqldb.Tx) error {
				runs.Add(1)
				var v int
				if err := tx.QueryRow(ctx, sqlCountUp, order[0]).Scan(&v); err != nil {
					return err
				}
				once.Do(func() { both.Done(); both.Wait() }) // each holds its first row now
				return tx.QueryRow(ctx, sqlCountUp, order[1]).Scan(&v)
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if runs.Load() < 3 {
		t.Errorf("%d runs: there was no deadlock to test", runs.Load())
	}
	for _, id := range []string{"a", "b"} {
		var v int
		if err := db.QueryRow(ctx, sqlVersion, id).Scan(&v); err != nil || v != 2 {
			t.Errorf("%s stands at %d, %v; want 2", id, v, err)
		}
	}
}

func TestAStatementThatTakesTooLongIsEndedAndTheRestGoesOn(t *testing.T) {
	short := func(c *sqldb.Config) { c.StatementTimeout = 200 * time.Millisecond }
	stores(t, short, func(t *testing.T, db *sqldb.DB) {
		ctx := t.Context()
		run(t, db, sqlAddParent, "a")
		var n int64
		read := db.QueryRow(ctx, sqlEndless).Scan(&n)
		written := write(ctx, db, sqlEndlessWrite)
		inRead := db.InReadTx(ctx, func(tx *sqldb.Tx) error { return tx.QueryRow(ctx, sqlEndless).Scan(&n) })
		limited, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
		defer cancel()
		deadline := write(limited, db, sqlEndlessWrite)
		for name, err := range map[string]error{"read": read, "write": written, "snapshot": inRead, "deadline": deadline} {
			if !errors.Is(err, sqldb.ErrTimeout) || fault.KindOf(err) != fault.Unavailable {
				t.Errorf("%s: %v", name, err)
			}
		}
		run(t, db, sqlAddParent, "b")
		if got := parents(t, db); got != 2 {
			t.Errorf("%d rows", got)
		}
	})
}

func TestACallerWhoLeftLeavesNoTrace(t *testing.T) {
	stores(t, nil, func(t *testing.T, db *sqldb.DB) {
		ctx, leave := context.WithCancel(t.Context())
		err := db.InTx(ctx, func(tx *sqldb.Tx) error {
			if _, err := tx.Exec(ctx, sqlAddParent, "a"); err != nil {
				return err
			}
			leave()
			return nil
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("left inside: %v", err)
		}
		if err := write(ctx, db, sqlAddParent, "b"); !errors.Is(err, context.Canceled) {
			t.Errorf("left before: %v", err)
		}
		if n := parents(t, db); n != 0 {
			t.Errorf("%d rows", n)
		}
	})
}

func TestASnapshotDoesNotMoveAndDoesNotWrite(t *testing.T) {
	stores(t, nil, func(t *testing.T, db *sqldb.DB) {
		ctx := t.Context()
		run(t, db, sqlAddParent, "a")
		err := db.InReadTx(ctx, func(tx *sqldb.Tx) error {
			var before, after int
			if err := tx.QueryRow(ctx, sqlCountParents).Scan(&before); err != nil {
				return err
			}
			run(t, db, sqlAddParent, "b")
			if err := tx.QueryRow(ctx, sqlCountParents).Scan(&after); err != nil {
				return err
			}
			if before != 1 || after != 1 {
				t.Errorf("saw %d, then %d", before, after)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		err = db.InReadTx(ctx, func(tx *sqldb.Tx) error { _, err := tx.Exec(ctx, sqlAddParent, "c"); return err })
		if !errors.Is(err, sqldb.ErrReadOnly) {
			t.Errorf("write in a snapshot: %v", err)
		}
		var id string
		if err := db.QueryRow(ctx, `INSERT INTO parent (id) VALUES ('d') RETURNING id`).Scan(&id); db.Dialect() == sqldb.SQLite && !errors.Is(err, sqldb.ErrReadOnly) {
			t.Errorf("write past the door: %v", err)
		}
	})
}

func TestOnCommitIsHeardOnlyAfterTheCommit(t *testing.T) {
	stores(t, nil, func(t *testing.T, db *sqldb.DB) {
		ctx := t.Context()
		seen := -1
		err := db.InTx(ctx, func(tx *sqldb.Tx) error {
			tx.OnCommit(func() { seen = parents(t, db) })
			_, err := tx.Exec(ctx, sqlAddParent, "a")
			return err
		})
		if err != nil || seen != 1 {
			t.Errorf("%v; saw %d rows", err, seen)
		}
		_ = db.InTx(ctx, func(tx *sqldb.Tx) error { tx.OnCommit(func() { t.Error("called") }); return errors.New("no") })
	})
}

func TestManyRowsAreInsertedWhateverTheirNumber(t *testing.T) {
	stores(t, nil, func(t *testing.T, db *sqldb.DB) {
		ctx := t.Context()
		want := 0
		for _, n := range []int{0, 1, 7, 8, 9, 63, 64, 65, 200} {
			var rows [][]any
			for i := range n {
				rows = append(rows, []any{fmt.Sprintf("%d-%d", n, i), i})
			}
			err := db.InTx(ctx, func(tx *sqldb.Tx) error { return tx.InsertMany(ctx, "parent", []string{"id", "version"}, rows) })
			if err != nil {
				t.Fatalf("%d rows: %v", n, err)
			}
			want += n
			if got := parents(t, db); got != want {
				t.Fatalf("after %d rows: %d, want %d", n, got, want)
			}
		}
		var v int
		if err := db.QueryRow(ctx, sqlVersion, "200-199").Scan(&v); err != nil || v != 199 {
			t.Errorf("last row: %d, %v", v, err)
		}
		err := db.InTx(ctx, func(tx *sqldb.Tx) error {
			return tx.InsertMany(ctx, "parent", []string{"id", "version"}, [][]any{{"short"}})
		})
		if err == nil {
			t.Error("a short row was accepted")
		}
	})
}

func TestValuesComeBackAsTheyWentIn(t *testing.T) {
	testkit.Configs(t, func(t *testing.T, cfg sqldb.Config) {
		db := testkit.Open(t, cfg)
		ctx := t.Context()
		run(t, db, `CREATE TABLE v (id BIGINT NOT NULL PRIMARY KEY, s TEXT, b BOOLEAN, y BYTEA, j JSONB)`)
		run(t, db, `INSERT INTO v (id, s, b, y, j) VALUES ($1, $2, $3, $4, $5)`, int64(1)<<53+1, "1.001234", true, []byte{0, 255}, `{"a": {"b": "đ"}}`)
		var id int64
		var s, j string
		var b bool
		var y []byte
		err := db.QueryRow(ctx, `SELECT id, s, b, y, j -> 'a' ->> 'b' FROM v WHERE b = $1`, true).Scan(&id, &s, &b, &y, &j)
		if err != nil || id != 1<<53+1 || s != "1.001234" || !b || string(y) != "\x00\xff" || j != "đ" {
			t.Errorf("%d %q %v %x %q, %v", id, s, b, y, j, err)
		}
	})
}

func TestTextSortsByItsBytesOnBothEngines(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		ctx := t.Context()
		for _, name := range []string{"a-2", "B", "a1", "đ", "a.1", "A", "d"} {
			run(t, db, `INSERT INTO job_schedule (name, slot) VALUES ($1, 0)`, name)
		}
		rows, err := db.Query(ctx, `SELECT name FROM job_schedule ORDER BY name`)
		names, err := sqldb.Collect(rows, err, func(r *sqldb.Rows) (s string, err error) { return s, r.Scan(&s) })
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(names, " "); got != "A B a-2 a.1 a1 d đ" {
			t.Errorf("sorted %s", got)
		}
	})
}

func TestTheQueueForWritingIsBounded(t *testing.T) {
	db := testkit.Open(t, sqldb.Config{Path: t.TempDir() + "/a.db", QueueTimeout: 20 * time.Millisecond})
	inside, leave := make(chan struct{}), make(chan struct{})
	var holder sync.WaitGroup
	holder.Go(func() {
		err := db.InTx(t.Context(), func(*sqldb.Tx) error { close(inside); <-leave; return nil })
		if err != nil {
			t.Error(err)
		}
	})
	<-inside
	err := write(t.Context(), db, sqlCreateParent)
	if !errors.Is(err, sqldb.ErrBusy) || fault.KindOf(err) != fault.Unavailable {
		t.Errorf("waited too long: %v", err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if err := write(gone, db, sqlCreateParent); !errors.Is(err, context.Canceled) {
		t.Errorf("left the line: %v", err)
	}
	close(leave)
	holder.Wait()
	run(t, db, sqlCreateParent)
}

func TestAnotherProcessWritingIsWaitedForThenTold(t *testing.T) {
	path := t.TempDir() + "/a.db"
	a := testkit.Open(t, sqldb.Config{Path: path})
	b := testkit.Open(t, sqldb.Config{Path: path})
	run(t, a, sqlCreateParent)
	run(t, b, sqlAddParent, "from b")
	run(t, a, sqlAddParent, "from a")
	if parents(t, a) != 2 || parents(t, b) != 2 {
		t.Error("they do not see each other")
	}
}

func TestOptimizingLeavesTheDoorOpen(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		for range 2 {
			if err := db.Optimize(t.Context()); err != nil {
				t.Fatal(err)
			}
			run(t, db, `UPDATE job_schedule SET slot = slot`)
		}
	})
}

func TestVersionsOfTheEngineAreComparedAsNumbers(t *testing.T) {
	for _, c := range []struct {
		version string
		old     bool
	}{{"3.51.2", true}, {"3.51.3", false}, {"3.53.0", false}, {"3.9.0", true}, {"4.0.0", false}, {"3.51", true}, {"3.51.10", false}} {
		if got := sqldb.OlderThan(c.version, "3.51.3"); got != c.old {
			t.Errorf("%s is older: %v", c.version, got)
		}
	}
}

// InLargeTx has no savepoint on SQLite: what fails takes back everything it did and nothing of others.
func TestALargeTransactionIsKeptWholeOrNotAtAll(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		run(t, db, sqlCreateParent)
		refused := errors.New("the rule says no")
		for _, c := range []struct {
			id   string
			fail error
			want error
		}{{"a", nil, nil}, {"b", refused, refused}, {"a", nil, sqldb.ErrUnique}, {"c", nil, nil}} {
			var others sync.WaitGroup
			for i := range 4 {
				others.Go(func() {
					if err := write(t.Context(), db, sqlAddParent, fmt.Sprint(c.id, c.want, i)); err != nil {
						t.Error(err)
					}
				})
			}
			err := db.InLargeTx(t.Context(), func(tx *sqldb.Tx) error {
				if _, err := tx.Exec(t.Context(), sqlAddParent, "first of "+c.id+fmt.Sprint(c.want)); err != nil {
					return err
				}
				if _, err := tx.Exec(t.Context(), sqlAddParent, c.id); err != nil {
					return err
				}
				return c.fail
			})
			others.Wait()
			if !errors.Is(err, c.want) {
				t.Errorf("%s: %v, want %v", c.id, err, c.want)
			}
		}
		var n int
		if err := db.QueryRow(t.Context(), sqlCountParents).Scan(&n); err != nil || n != 4*4+2*2 {
			t.Errorf("%d rows, want 20: %v", n, err)
		}
	})
}

// ExecAll stops at the first refusal and says how far it came.
func TestStatementsSentTogetherStopAtTheFirstRefusal(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		run(t, db, sqlCreateParent)
		add := func(id string) sqldb.Stmt { return sqldb.Stmt{Text: sqlAddParent, Args: []any{id}} }
		move := sqldb.Stmt{Text: sqlMove, Args: []any{"a", 0}}
		err := db.InTx(t.Context(), func(tx *sqldb.Tx) error {
			done, err := tx.ExecAll(t.Context(), []sqldb.Stmt{add("a"), move, move, add("b")})
			if err == nil && fmt.Sprint(done) != "[1 1 0 1]" {
				t.Errorf("changed %v rows", done)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		err = db.InTx(t.Context(), func(tx *sqldb.Tx) error {
			done, err := tx.ExecAll(t.Context(), []sqldb.Stmt{add("c"), add("a"), add("d")})
			if len(done) != 1 {
				t.Errorf("%d statements done, want one", len(done))
			}
			return err
		})
		var n int
		if scan := db.QueryRow(t.Context(), sqlCountParents).Scan(&n); scan != nil || n != 2 || !errors.Is(err, sqldb.ErrUnique) {
			t.Errorf("%d rows, want a and b: %v, %v", n, err, scan)
		}
	})
}
