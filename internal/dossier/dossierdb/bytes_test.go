package dossierdb_test

import (
	"strings"
	"testing"

	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/sqldb"
	"github.com/motcua/motcua/internal/testkit"
)

func TestAFileIsNamedUntilTheLastDossierThatNamesItIsErased(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		o := open(t, db)
		file := strings.Repeat("a", 64) // both lodge the same paper
		one, two := o.live(), o.live()
		for i, id := range []string{one.ID, two.ID} {
			if named := must(o.store.FileNamed(t.Context(), file))(t); !named {
				t.Fatalf("not named with %d dossiers that name it", 2-i)
			}
			if err := o.store.Erase(t.Context(), journal.Actor{System: "motcua"}, id, "Hết thời hạn lưu trữ"); err != nil {
				t.Fatal(err)
			}
		}
		if must(o.store.FileNamed(t.Context(), file))(t) {
			t.Error("named although nobody names it any more")
		}
		var n int
		if err := db.QueryRow(t.Context(), `SELECT count(*) FROM job WHERE kind = 'dossier.remove_files' AND args LIKE '%`+file+`%'`).Scan(&n); err != nil || n != 2 {
			t.Errorf("%d jobs ask for its removal, %v", n, err)
		}
	})
}
