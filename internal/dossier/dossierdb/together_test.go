package dossierdb_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/dossier/dossierdb"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/sqldb"
	"github.com/motcua/motcua/internal/testkit"
)

func TestTheLoadOfAnAgencyIsCountedByQueue(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		ctx, now := context.Background(), time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
		signer, err := journal.NewSigner(make([]byte, 32))
		if err != nil {
			t.Fatal(err)
		}
		s := dossierdb.New(db, signer, nil, func() time.Time { return now })
		fill(t, db, now, 2000, 4)
		got, err := s.QueueLoads(ctx, "so-0", now)
		if err != nil {
			t.Fatal(err)
		}
		open := 0
		for _, q := range got {
			open += q.Open
			if q.Overdue+q.Soon > q.Open || q.Waiting > q.Open || q.Age != 2*time.Hour || q.Waiting == 0 {
				t.Errorf("%+v", q)
			}
		}
		if len(got) != 10 || open != 500 {
			t.Errorf("%d queues, %d open", len(got), open)
		}
		if other, err := s.QueueLoads(ctx, "so-khac", now); err != nil || len(other) != 0 {
			t.Errorf("an agency without work has %v, %v", other, err)
		}
		for _, at := range []time.Duration{0, time.Second} {
			if err := s.Compose(ctx, dossier.Composer{Dossier: "d1", Person: "an", Post: "p", At: now.Add(at)}); err != nil {
				t.Fatal(err)
			}
		}
		list, err := s.Composing(ctx, "d1", now)
		if err != nil || len(list) != 1 || !list[0].At.Equal(now.Add(time.Second)) {
			t.Errorf("at work: %v, %v", list, err)
		}
	})
}

// BenchmarkQueueLoads counts the load of an agency that has all of 100,000 open dossiers, and of one that has its share.
func BenchmarkQueueLoads(b *testing.B) {
	db, now := testkit.SQLite(b), time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	signer, err := journal.NewSigner(make([]byte, 32))
	if err != nil {
		b.Fatal(err)
	}
	s := dossierdb.New(db, signer, nil, func() time.Time { return now })
	fill(b, db, now, 100_000, 1)
	b.ResetTimer()
	for b.Loop() {
		if _, err := s.QueueLoads(context.Background(), "so-0", now); err != nil {
			b.Fatal(err)
		}
	}
}

// fill writes open work of so many agencies, ten queues each.
func fill(t testing.TB, db *sqldb.DB, now time.Time, n, agencies int) {
	t.Helper()
	err := db.InTx(context.Background(), func(tx *sqldb.Tx) error {
		for i := range n {
			stage := "handling"
			if i%7 == 0 {
				stage = "waiting"
			}
			a, due := i%agencies, now.Add(time.Duration(i%40-10)*time.Hour).UnixMicro()
			_, err := tx.Exec(context.Background(), `INSERT INTO work_item (case_id, queue, kind, stage, agency, unit, role, post, step, since, due, soon_at, code, title, subject, version)
				VALUES ($1, $2, 'dossier', $3, $4, '', 'case_officer', '', 'Thẩm định', $5, $6, $6, '', '', '', 1)`,
				fmt.Sprintf("case-%06d", i), fmt.Sprintf("post:p%d-%d", a, i/agencies%10), stage, fmt.Sprintf("so-%d", a), now.Add(-2*time.Hour).UnixMicro(), due)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
