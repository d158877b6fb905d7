package sqldb_test

import (
	"os"
	"strings"
	"testing"

	"github.com/motcua/motcua/internal/sqldb"
	"github.com/motcua/motcua/internal/testkit"
)

func TestALargeLoadLeavesNoLargeLog(t *testing.T) {
	testkit.Configs(t, func(t *testing.T, cfg sqldb.Config) {
		db := testkit.Open(t, cfg)
		run(t, db, "CREATE TABLE load (words TEXT NOT NULL)")
		words := strings.Repeat("hồ sơ ", 2000)
		err := db.InTx(t.Context(), func(tx *sqldb.Tx) error {
			for range 100 {
				if _, err := tx.Exec(t.Context(), "INSERT INTO load (words) VALUES ($1)", words); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Trim(t.Context()); err != nil {
			t.Fatal(err)
		}
		if cfg.Path == "" {
			return
		}
		if info, err := os.Stat(cfg.Path + "-wal"); err != nil || info.Size() != 0 {
			t.Errorf("after it was given back the log is %+v: %v", info, err)
		}
	})
}
