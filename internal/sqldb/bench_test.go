package sqldb_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/motcua/motcua/internal/sqldb"
	"github.com/motcua/motcua/internal/testkit"
)

// BenchmarkWrite: durable commits, by one writer and by 64 at once. On SQLite the
// second shares commits.
func BenchmarkWrite(b *testing.B) {
	for _, engine := range []string{"sqlite", "postgres"} {
		for _, writers := range []int{1, 64} {
			b.Run(fmt.Sprintf("%s/%d-writers", engine, writers), func(b *testing.B) {
				db := benchStore(b, engine)
				var n atomic.Int64
				b.SetParallelism(writers) // per processor; RunParallel multiplies
				b.ResetTimer()
				add := func() {
					id := fmt.Sprint(n.Add(1))
					err := db.InTx(b.Context(), func(tx *sqldb.Tx) error {
						if _, err := tx.Exec(b.Context(), sqlAddParent, id); err != nil {
							return err
						}
						_, err := tx.Exec(b.Context(), sqlAddChild, id, id)
						return err
					})
					if err != nil {
						b.Error(err)
					}
				}
				if writers == 1 {
					for range b.N {
						add()
					}
				} else {
					b.RunParallel(func(pb *testing.PB) {
						for pb.Next() {
							add()
						}
					})
				}
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "commits/s")
			})
		}
	}
}

// BenchmarkRead: one row by its key, with a context that can end, as a request's can.
func BenchmarkRead(b *testing.B) {
	for _, engine := range []string{"sqlite", "postgres"} {
		b.Run(engine, func(b *testing.B) {
			db := benchStore(b, engine)
			run(b, db, sqlAddParent, "a")
			ctx, cancel := context.WithCancel(b.Context())
			defer cancel()
			var v int
			b.ReportAllocs()
			for b.Loop() {
				if err := db.QueryRow(ctx, sqlVersion, "a").Scan(&v); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(engine+"/parallel", func(b *testing.B) {
			db := benchStore(b, engine)
			run(b, db, sqlAddParent, "a")
			b.RunParallel(func(pb *testing.PB) {
				var v int
				for pb.Next() {
					if err := db.QueryRow(b.Context(), sqlVersion, "a").Scan(&v); err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
}

func BenchmarkInsertMany(b *testing.B) {
	for _, engine := range []string{"sqlite", "postgres"} {
		b.Run(engine, func(b *testing.B) {
			db := benchStore(b, engine)
			n := 0
			for b.Loop() {
				rows := make([][]any, 1000)
				for i := range rows {
					n++
					rows[i] = []any{fmt.Sprint(n), n}
				}
				err := db.InTx(b.Context(), func(tx *sqldb.Tx) error {
					return tx.InsertMany(b.Context(), "parent", []string{"id", "version"}, rows)
				})
				if err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

func benchStore(b *testing.B, engine string) *sqldb.DB {
	b.Helper()
	db := testkit.SQLite
	if engine == "postgres" {
		db = testkit.Postgres
	}
	store := db(b)
	run(b, store, sqlCreateParent)
	run(b, store, sqlCreateChild)
	return store
}
