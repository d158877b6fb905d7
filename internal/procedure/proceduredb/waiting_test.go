package proceduredb_test

import (
	"errors"
	"sync"
	"testing"

	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/procedure/proceduredb"
	"github.com/motcua/motcua/internal/sqldb"
	"github.com/motcua/motcua/internal/testkit"
)

func TestWhatWasSeenIsPublishedOnce(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		ctx, clock := t.Context(), testkit.NewClock("2026-03-02 08:00")
		s := proceduredb.New(db, clock.Now)
		must(s.Import(ctx, batch(version("1.000001", "Đăng ký khai sinh"))))(t)
		w := must(s.Waiting(ctx))(t)
		if len(w.Versions) != 1 || len(w.Documents) != 7 || w.Versions[0].Name != "Đăng ký khai sinh" || w.Versions[0].Number != 1 {
			t.Fatalf("waiting: %+v", w)
		}
		p := procedure.Publication{Key: "k1", From: "2026-03-05", Seen: w.Sum(), Person: "p1", Name: "Vũ Khánh Vân", Post: "Kiểm soát"}
		for _, tt := range []struct {
			name   string
			change func(*procedure.Publication)
			want   error
		}{
			{"no day", func(p *procedure.Publication) { p.From = "05/03/2026" }, proceduredb.ErrDay},
			{"yesterday", func(p *procedure.Publication) { p.From = "2026-03-01" }, procedure.ErrPublishPast},
			{"not what was seen", func(p *procedure.Publication) { p.Seen = "other" }, procedure.ErrWaitingChanged},
		} {
			bad := p
			tt.change(&bad)
			if _, err := s.PublishSeen(ctx, bad); !errors.Is(err, tt.want) {
				t.Fatalf("%s: %v", tt.name, err)
			}
		}
		var all sync.WaitGroup
		outcomes := make([]procedure.Publication, 8)
		for i := range outcomes {
			all.Go(func() {
				var err error
				if outcomes[i], err = s.PublishSeen(ctx, p); err != nil {
					t.Errorf("the same decision at once: %v", err)
				}
			})
		}
		all.Wait()
		for _, o := range outcomes {
			if o != outcomes[0] || o.Procedures != 1 || o.Documents != 7 {
				t.Fatalf("outcomes differ: %+v", outcomes)
			}
		}
		if kept := must(s.Reports(ctx, 10))(t); len(kept) != 1 {
			t.Fatalf("%d publications kept", len(kept))
		}
		other := p
		other.From = "2026-03-06"
		if _, err := s.PublishSeen(ctx, other); !errors.Is(err, procedure.ErrKeyReused) {
			t.Fatalf("the key for another decision: %v", err)
		}
		other.Key = "k2"
		if _, err := s.PublishSeen(ctx, other); !errors.Is(err, procedure.ErrNothingWaits) {
			t.Fatalf("nothing waits: %v", err)
		}
	})
}
