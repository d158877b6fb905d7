package proceduredb_test

import (
	"errors"
	"testing"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/procedure/proceduredb"
	"github.com/motcua/motcua/internal/sqldb"
	"github.com/motcua/motcua/internal/testkit"
)

func TestAgenciesAreSupersededFromADay(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		ctx, clock := t.Context(), testkit.NewClock("2026-03-02 08:00")
		s := proceduredb.New(db, clock.Now)
		b := batch(version("1.000001", "Đăng ký khai sinh"))
		must(s.Import(ctx, b))(t)
		must(s.Publish(ctx, "2026-03-02"))(t)
		supersede := func(values ...proceduredb.Superseding) error {
			return db.InTx(ctx, func(tx *sqldb.Tx) error { return s.Supersede(ctx, tx, "reorganisation.1", values...) })
		}
		day := "2026-04-01"
		ended := agency.Agency{ID: "so-tu-phap", Name: "Sở Tư pháp", Level: agency.Province, From: day, Until: day, Successor: "so-moi"}
		if err := supersede(
			proceduredb.Superseding{Kind: proceduredb.KindAgency, Subject: "so-tu-phap", From: day, Until: day, Value: ended},
			proceduredb.Superseding{Kind: proceduredb.KindAgency, Subject: "so-moi", From: day, Value: agency.Agency{ID: "so-moi", Name: "Sở mới", Level: agency.Province, From: day}},
			proceduredb.Superseding{Kind: proceduredb.KindSuccession, Subject: "act-1", From: day, Value: []agency.Succession{{Old: "so-tu-phap", New: "so-moi", Day: day, Act: "act-1"}}},
		); err != nil {
			t.Fatal(err)
		}
		tree := must(s.Catalogue(ctx))(t).Tree()
		if a, ok := tree.At("so-tu-phap", "2026-03-31"); !ok || a.Name != "Sở Tư pháp" {
			t.Errorf("the day before: %+v", a)
		}
		if _, ok := tree.At("so-tu-phap", day); ok {
			t.Error("it still stands")
		}
		if a, ok := tree.Current("so-tu-phap", day); !ok || a.ID != "so-moi" {
			t.Errorf("followed by %+v", a)
		}
		// The source says again what it said before: nothing waits, nothing is taken back.
		if out := must(s.Import(ctx, b))(t); out.DocumentsChanged+out.DocumentsNew != 0 {
			t.Errorf("%+v", out)
		}
		if w := must(s.Waiting(ctx))(t); !w.Empty() {
			t.Errorf("%+v", w)
		}
		err := supersede(proceduredb.Superseding{Kind: proceduredb.KindAgency, Subject: "so-moi", From: "2026-03-15", Value: agency.Agency{ID: "so-moi", Name: "Sở khác"}})
		if !errors.Is(err, proceduredb.ErrSuperseded) {
			t.Errorf("before what was decided: %v", err)
		}
		kept := must(proceduredb.Kept(ctx, db, proceduredb.KindAgency))(t)
		if !kept[procedure.SumOf(ended)] {
			t.Error("what was published is not among what is kept")
		}
	})
}

func TestAProcedureNamesAnotherAgencyFromADay(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		ctx, clock := t.Context(), testkit.NewClock("2026-03-02 08:00")
		s := proceduredb.New(db, clock.Now)
		must(s.Import(ctx, batch(version("1.000001", "Đăng ký khai sinh"))))(t)
		must(s.Publish(ctx, "2026-03-02"))(t)
		v := *must(must(s.Catalogue(ctx))(t).Version("1.000001", "2026-03-02"))(t)
		v.Competent = []agency.ID{"so-tu-phap"}
		if err := db.InTx(ctx, func(tx *sqldb.Tx) error { return s.SupersedeVersions(ctx, tx, "2026-04-01", &v) }); err != nil {
			t.Fatal(err)
		}
		k := must(s.Catalogue(ctx))(t)
		if o := must(k.Offer("1.000001", "2026-03-31"))(t); !o.ByCommune {
			t.Errorf("the day before: %+v", o.Agencies)
		}
		if o := must(k.Offer("1.000001", "2026-04-01"))(t); o.ByCommune || len(o.Agencies) != 1 || o.Version.Number != 2 {
			t.Errorf("from the day: %+v", o.Agencies)
		}
	})
}
