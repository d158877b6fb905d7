package dossierdb_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/dossier/dossiertest"
	"github.com/motcua/motcua/internal/sqldb"
	"github.com/motcua/motcua/internal/testkit"
)

// lives is how many random lives are recorded: ten thousand on the engine inside the binary, where a commit is
// cheap, and enough of every state on the other.
var lives = map[sqldb.Dialect]int{sqldb.SQLite: 10_000, sqldb.Postgres: 1_000}

// TestRandomLivesLeaveADatabaseThatChecksClean records lives that went every lawful way under calendars of their own
// and reads them back: every row is what the journal says, every number of every book was given once.
func TestRandomLivesLeaveADatabaseThatChecksClean(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		o := open(t, db)
		n, numbers := lives[db.Dialect()], map[string]int{}
		var id, code string
		anyLife := rapid.Custom(func(t *rapid.T) *dossier.Life {
			l := dossiertest.Begin(t, id, code)
			l.Number = func(scope string) (int, error) { numbers[scope]++; return numbers[scope], nil }
			for range rapid.IntRange(1, 40).Draw(t, "acts") {
				l.Pass(t)
			}
			life := dossier.NewLife(id)
			if err := life.Append(l.Log...); err != nil {
				t.Fatal(err)
			}
			return life
		})
		batch := o.store.NewBatch()
		write := func() {
			batch.Ready()
			if err := o.store.RecordBatch(t.Context(), batch); err != nil {
				t.Fatal(err)
			}
			batch = o.store.NewBatch()
		}
		seen := map[dossier.Status]int{}
		for i := range n {
			id, code = fmt.Sprintf("case-%06d", i), fmt.Sprintf("H99.02-260302-%05d", i+1)
			life := anyLife.Example(i)
			seen[life.State().Status]++
			if err := batch.Add(life, false); err != nil {
				t.Fatal(err)
			}
			if batch.Len() == 500 {
				write()
			}
		}
		write()
		for _, s := range dossier.Statuses {
			if seen[s] == 0 {
				t.Errorf("no life ended in state %s", s)
			}
		}
		rep := o.check()
		if rep.Dossiers != n || len(rep.Findings) > 0 {
			t.Errorf("%d dossiers, %d findings, the first: %+v", rep.Dossiers, len(rep.Findings), rep.Findings[:min(3, len(rep.Findings))])
		}
	})
}
