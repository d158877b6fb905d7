package sqldb_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/motcua/motcua/internal/sqldb"
	"github.com/motcua/motcua/internal/testkit"
)

// The engine numbers events in the order of their commits.
const sqlAddEvent = `INSERT INTO journal_event (case_id, seq, kind, at, body, hash) VALUES ($1, $2, 'k', 0, '{}', '')`

// backupPair runs body with a migrated database and the place to restore it to.
func backupPair(t *testing.T, body func(t *testing.T, db *sqldb.DB, empty sqldb.Config)) {
	t.Helper()
	testkit.Configs(t, func(t *testing.T, empty sqldb.Config) {
		if empty.Path != "" {
			body(t, testkit.SQLite(t), empty)
		} else {
			body(t, testkit.Postgres(t), empty)
		}
	})
}

// content is every row of every table, as text, sorted.
func content(t *testing.T, db *sqldb.DB) map[string][]string {
	t.Helper()
	names, err := db.Tables(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]string{}
	for _, name := range names {
		if strings.HasPrefix(name, "goose_") {
			continue
		}
		rows, err := db.Query(t.Context(), `SELECT * FROM "`+name+`"`)
		all[name], err = sqldb.Collect(rows, err, func(r *sqldb.Rows) (string, error) {
			cols, err := r.Columns()
			values := make([]any, len(cols))
			for i := range values {
				values[i] = new(any)
			}
			if err == nil {
				err = r.Scan(values...)
			}
			var b strings.Builder
			for i, v := range values {
				fmt.Fprintf(&b, "%s=%#v|", cols[i], *v.(*any))
			}
			return b.String(), err
		})
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(all[name])
	}
	return all
}

func TestARestoredDatabaseEqualsTheSource(t *testing.T) {
	backupPair(t, func(t *testing.T, db *sqldb.DB, empty sqldb.Config) {
		ctx := t.Context()
		nasty := "tab\t newline\n backslash \\N \\. quote ' \" đ 𝄞 \x7f"
		for i := range 300 {
			run(t, db, `INSERT INTO job (id, kind, args, key, state, run_at, created_at, error) VALUES ($1, $2, $3, $4, 'dead', $5, $5, $6)`,
				fmt.Sprintf("job-%d", i), "k", `{"a": "b"}`, any(nil), i, nasty)
		}
		run(t, db, `INSERT INTO idempotency (key, actor, fingerprint, status, at) VALUES ('k', '', $1, 303, 1)`, strings.Repeat("x", 100_000))
		for i := range 3 {
			run(t, db, sqlAddEvent, "case", i+1)
		}
		dst := filepath.Join(t.TempDir(), "copy")
		if err := db.Backup(ctx, dst); err != nil {
			t.Fatal(err)
		}
		if err := sqldb.Restore(ctx, empty, dst); err != nil {
			t.Fatal(err)
		}
		restored := testkit.Open(t, empty)
		if a, b := content(t, db), content(t, restored); !reflect.DeepEqual(a, b) {
			t.Errorf("they differ:\n%.2000v\n%.2000v", a, b)
		}
		if v, err := restored.Version(ctx); err != nil || v != sqldb.LatestVersion() {
			t.Errorf("version %d, %v", v, err)
		}
		if names, err := restored.MigrateUp(ctx); err != nil || len(names) != 0 {
			t.Errorf("migrating the restored database: %v, %v", names, err)
		}
		run(t, restored, sqlAddEvent, "case", 4)
		var id int
		if err := restored.QueryRow(ctx, `SELECT max(id) FROM journal_event`).Scan(&id); err != nil || id != 4 {
			t.Errorf("the next event after the restore is number %d, %v", id, err)
		}
		if info, err := os.Stat(dst); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("others may read the backup: %v, %v", info.Mode(), err)
		}
	})
}

func TestABackupUnderWritersIsTheStateOfOneInstant(t *testing.T) {
	backupPair(t, func(t *testing.T, db *sqldb.DB, empty sqldb.Config) {
		run(t, db, `INSERT INTO job_schedule (name, slot) VALUES ('series', 0)`)
		ctx, stop := context.WithCancel(t.Context())
		var writers sync.WaitGroup
		started := make(chan struct{}, 1000)
		for range 4 {
			writers.Go(func() {
				for ctx.Err() == nil {
					err := db.InTx(ctx, func(tx *sqldb.Tx) error {
						var n int
						if err := tx.QueryRow(ctx, `UPDATE job_schedule SET slot = slot + 1 WHERE name = 'series' RETURNING slot`).Scan(&n); err != nil {
							return err
						}
						_, err := tx.Exec(ctx, `INSERT INTO job_schedule (name, slot) VALUES ($1, $2)`, fmt.Sprintf("row %08d", n), n)
						return err
					})
					if err != nil && ctx.Err() == nil {
						t.Error(err)
						return
					}
					select {
					case started <- struct{}{}:
					default:
					}
				}
			})
		}
		for range 200 {
			<-started
		}
		dst := filepath.Join(t.TempDir(), "copy")
		err := db.Backup(t.Context(), dst)
		stop()
		writers.Wait()
		if err != nil {
			t.Fatal(err)
		}
		if err := sqldb.Restore(t.Context(), empty, dst); err != nil {
			t.Fatal(err)
		}
		restored := testkit.Open(t, empty)
		var series, rows, highest int
		err = restored.QueryRow(t.Context(), `
			SELECT max(slot) FILTER (WHERE name = 'series'), count(*) FILTER (WHERE name <> 'series'), max(slot) FILTER (WHERE name <> 'series')
			FROM job_schedule`).Scan(&series, &rows, &highest)
		if err != nil || series < 200 || rows != series || highest != series {
			t.Errorf("series at %d, %d rows up to %d, %v", series, rows, highest, err)
		}
		// What the source held then, it holds still: rows are only added.
		then := content(t, restored)["job_schedule"]
		now := content(t, db)["job_schedule"]
		for _, row := range then {
			if _, found := slices.BinarySearch(now, row); !found && !strings.Contains(row, "series") {
				t.Errorf("the source never held %s", row)
			}
		}
	})
}

func TestRestoreRefusesWhatItShould(t *testing.T) {
	backupPair(t, func(t *testing.T, db *sqldb.DB, empty sqldb.Config) {
		ctx := t.Context()
		run(t, db, `INSERT INTO job_schedule (name, slot) VALUES ('here', 1)`)
		dst := filepath.Join(t.TempDir(), "copy")
		if err := db.Backup(ctx, dst); err != nil {
			t.Fatal(err)
		}
		if err := db.Backup(ctx, dst); !errors.Is(err, fs.ErrExist) {
			t.Errorf("backup over a backup: %v", err)
		}
		if err := sqldb.Restore(ctx, empty, filepath.Join(t.TempDir(), "absent")); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("a file that is not there: %v", err)
		}
		other := sqldb.Config{URL: "postgres://nowhere.invalid/x"}
		if db.Dialect() == sqldb.Postgres {
			other = sqldb.Config{Path: filepath.Join(t.TempDir(), "b.db")}
		}
		if err := sqldb.Restore(ctx, other, dst); err == nil {
			t.Error("restored into the other engine")
		}
		good, err := os.ReadFile(dst)
		if err != nil {
			t.Fatal(err)
		}
		for _, at := range []int{0, len(good) / 2, len(good) - 1} {
			bad := slices.Clone(good)
			bad[at] ^= 1
			if err := os.WriteFile(dst, bad, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := sqldb.Restore(ctx, empty, dst); !errors.Is(err, sqldb.ErrBackupDamaged) || !strings.Contains(err.Error(), dst) {
				t.Errorf("byte %d altered: %v", at, err)
			}
		}
		if err := os.WriteFile(dst, good, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := sqldb.Restore(ctx, empty, dst); err != nil {
			t.Fatalf("after all refusals: %v", err)
		}
		if err := sqldb.Restore(ctx, empty, dst); !errors.Is(err, sqldb.ErrNotEmpty) {
			t.Errorf("into a place that is not empty: %v", err)
		}
	})
}
