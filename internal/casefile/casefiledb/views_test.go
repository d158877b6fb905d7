package casefiledb_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/motcua/motcua/internal/casefile"
	"github.com/motcua/motcua/internal/casefile/casefiledb"
	"github.com/motcua/motcua/internal/sqldb"
	"github.com/motcua/motcua/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func TestWhoLookedIsWrittenOnceAnHour(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		ctx := t.Context()
		clock := testkit.NewClock("2026-03-02T09:10:00+07:00")
		x := casefiledb.NewViews(db, clock.Now, slog.New(slog.DiscardHandler))
		look := func(person, what, thing string) {
			t.Helper()
			if err := x.Log(casefile.View{Case: "c1", Person: person, Post: "chuyen-vien", Agency: "so-thu", What: what, Thing: thing}); err != nil {
				t.Fatal(err)
			}
		}
		look("a", casefile.ViewCase, "")
		look("a", casefile.ViewCase, "")
		look("a", casefile.ViewPaper, "0123456789abcdef")
		if err := x.Flush(ctx); err != nil {
			t.Fatal(err)
		}
		look("a", casefile.ViewCase, "") // remembered
		look("b", casefile.ViewCase, "")
		clock.Add(time.Hour)
		look("a", casefile.ViewCase, "")
		list, next, err := x.Of(ctx, "c1", "", 10)
		if err != nil || next != "" || len(list) != 4 {
			t.Fatalf("%d views, next %q, %v: %+v", len(list), next, err, list)
		}
		if v := list[0]; v.Person != "a" || !v.At.Equal(clock.Now()) || v.Agency != "so-thu" || v.Post != "chuyen-vien" {
			t.Errorf("newest first: %+v", v)
		}
		seen := map[string]bool{}
		for after, pages := "", 0; ; pages++ {
			some, next, err := x.Of(ctx, "c1", after, 1)
			if err != nil || pages > 10 {
				t.Fatal(err)
			}
			for _, v := range some {
				seen[fmt.Sprint(v.Person, v.What, v.Thing, v.At)] = true
			}
			if next == "" {
				break
			}
			after = next
		}
		if len(seen) != 4 {
			t.Errorf("page by page there are %d", len(seen))
		}
		if none, _, err := x.Of(ctx, "c2", "", 10); err != nil || len(none) != 0 {
			t.Errorf("of another case: %v %v", none, err)
		}
		// Another node that logged the same in the same hour leaves one row.
		twin := casefiledb.NewViews(db, clock.Now, slog.New(slog.DiscardHandler))
		if err := twin.Log(casefile.View{Case: "c1", Person: "a", What: casefile.ViewCase}); err != nil {
			t.Fatal(err)
		}
		if err := twin.Close(ctx); err != nil {
			t.Fatal(err)
		}
		if list, _, err := x.Of(ctx, "c1", "", 10); err != nil || len(list) != 4 {
			t.Errorf("%d views after a twin, %v", len(list), err)
		}
		if err := twin.Log(casefile.View{Case: "c9", Person: "a", What: casefile.ViewCase}); !errors.Is(err, casefile.ErrUnlogged) {
			t.Errorf("logged after the end: %v", err)
		}
	})
}

func TestWhatCannotBeLoggedIsNotShown(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		clock := testkit.NewClock("2026-03-02T09:10:00+07:00")
		x := casefiledb.NewViews(db, clock.Now, slog.New(slog.DiscardHandler))
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		refused := 0
		for i := range 60 {
			err := x.Log(casefile.View{Case: fmt.Sprint("c", i), Person: "a", What: casefile.ViewCase})
			if errors.Is(err, casefile.ErrUnlogged) {
				refused++
			} else if err != nil {
				t.Fatal(err)
			}
			if err := x.Flush(gone); err == nil {
				t.Fatal("written without a database")
			}
		}
		if refused == 0 {
			t.Fatal("reading went on for ever without a trace")
		}
		if err := x.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := x.Log(casefile.View{Case: "c-after", Person: "a", What: casefile.ViewCase}); err != nil {
			t.Fatalf("still refused after the database came back: %v", err)
		}
		if list, _, err := x.Of(t.Context(), "c0", "", 10); err != nil || len(list) != 1 {
			t.Errorf("what waited was not lost: %v %v", list, err)
		}
	})
}

func TestManyLookAtOnce(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		clock := testkit.NewClock("2026-03-02T09:10:00+07:00")
		x := casefiledb.NewViews(db, clock.Now, slog.New(slog.DiscardHandler))
		var all sync.WaitGroup
		for p := range 8 {
			all.Go(func() {
				for i := range 200 {
					if err := x.Log(casefile.View{Case: fmt.Sprint("c", i), Person: fmt.Sprint("p", p), What: casefile.ViewCase}); err != nil {
						t.Error(err)
					}
					if i%50 == 0 {
						if err := x.Flush(t.Context()); err != nil {
							t.Error(err)
						}
					}
				}
			})
		}
		all.Wait()
		if err := x.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		var n int
		if err := db.QueryRow(t.Context(), `SELECT count(*) FROM case_view`).Scan(&n); err != nil || n != 1600 {
			t.Errorf("%d rows of 1600 (%v)", n, err)
		}
	})
}
