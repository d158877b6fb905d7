package testkit_test

import (
	"testing"

	"github.com/motcua/motcua/internal/sqldb"
	"github.com/motcua/motcua/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func TestEachTestHasAMigratedDatabaseOfItsOwn(t *testing.T) {
	for range 2 {
		testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
			ctx := t.Context()
			err := db.InTx(ctx, func(tx *sqldb.Tx) error {
				_, err := tx.Exec(ctx, `INSERT INTO job_schedule (name, slot) VALUES ($1, $2)`, "only", 1)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			var n int
			if err := db.QueryRow(ctx, `SELECT count(*) FROM job_schedule`).Scan(&n); err != nil || n != 1 {
				t.Fatalf("found %d rows, %v; want the one just written", n, err)
			}
		})
	}
}

func TestAWrongStatementIsFoundByPreparing(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		if err := db.Check(t.Context(), `SELECT no_such_column FROM job`); err == nil {
			t.Error("a statement with a column that is not there was accepted")
		}
		testkit.PrepareAll(t, db, []string{`SELECT id FROM job WHERE run_at < $1`})
	})
}
