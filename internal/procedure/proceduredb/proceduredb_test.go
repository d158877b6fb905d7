package proceduredb_test

import (
	"errors"
	"testing"
	"time"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/eform"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/procedure/proceduredb"
	"github.com/motcua/motcua/internal/sqldb"
	"github.com/motcua/motcua/internal/testkit"
	"github.com/motcua/motcua/internal/workflow"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func TestEveryStatementIsUnderstoodByBothEngines(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) { testkit.PrepareAll(t, db, proceduredb.Statements()) })
}

func version(code, name string) *procedure.Version {
	return &procedure.Version{Code: code, Name: name, Sector: "Hộ tịch", Ministry: "Bộ Tư pháp", Levels: []agency.Level{agency.Commune}}
}

func batch(vs ...*procedure.Version) proceduredb.Batch {
	return proceduredb.Batch{
		Origin: "national", Versions: vs,
		Documents: []proceduredb.Document{
			{Kind: proceduredb.KindHome, ID: "home", Value: agency.Home{ID: "h", Code: "H99", Name: "Tỉnh", Hours: "hc"}},
			{Kind: proceduredb.KindGeneral, ID: "general", Value: procedure.General{Form: "chung", Process: "chung"}},
			{Kind: proceduredb.KindForm, ID: "chung", Value: eform.Form{ID: "chung", Title: "Tờ khai", Schema: []byte(`{"type":"object"}`)}},
			{Kind: proceduredb.KindProcess, ID: "chung", Value: workflow.Process{ID: "chung", Title: "Chung", Start: "a"}},
			{Kind: proceduredb.KindRouting, ID: "routing", Value: []procedure.Route{
				{Level: agency.Commune, Competent: procedure.CommuneOfApplicant}, {Competent: "so-tu-phap"},
			}},
			{Kind: proceduredb.KindAgency, ID: "so-tu-phap", Value: agency.Agency{ID: "so-tu-phap", Name: "Sở Tư pháp", Level: agency.Province}},
			{Kind: proceduredb.KindAgency, ID: "xa-a", Value: agency.Agency{
				ID: "xa-a", Name: "Xã A", Level: agency.Commune, Kind: agency.PeopleCommittee, Place: "99001",
			}},
		},
	}
}

func TestADraftIsOfferedOnlyFromTheDayItIsPublishedFor(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		ctx, clock := t.Context(), testkit.NewClock("2026-03-02")
		s := proceduredb.New(db, clock.Now)
		out := must(s.Import(ctx, batch(version("1.000001", "Đăng ký khai sinh"))))(t)
		if out.New != 1 || out.DocumentsNew != 7 {
			t.Fatalf("first import: %+v", out)
		}
		if k := must(s.Catalogue(ctx))(t); len(k.All("2026-03-02")) != 0 {
			t.Fatal("a draft is offered")
		}
		if _, err := s.Publish(ctx, "02/03/2026"); !errors.Is(err, proceduredb.ErrDay) {
			t.Fatalf("a day of another form: %v", err)
		}
		must(s.Publish(ctx, "2026-03-05"))(t)
		k := must(s.Catalogue(ctx))(t)
		if _, err := k.Offer("1.000001", "2026-03-04"); !errors.Is(err, procedure.ErrUnknown) {
			t.Fatalf("the day before: %v", err)
		}
		o := must(k.Offer("1.000001", "2026-03-05"))(t)
		if !o.ByCommune || o.Form.ID != "chung" || o.Process.Value.Digest == "" {
			t.Fatalf("offer: %+v", o)
		}
		if id, err := o.Resolver("", "99001"); err != nil || id != "xa-a" {
			t.Fatalf("resolver: %v %v", id, err)
		}
		if _, err := o.Resolver("", ""); !errors.Is(err, procedure.ErrCommune) {
			t.Fatalf("no commune: %v", err)
		}
	})
}

func TestTheSameImportAgainChangesNothing(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		ctx, clock := t.Context(), testkit.NewClock("2026-03-02")
		s := proceduredb.New(db, clock.Now)
		b := batch(version("1.000001", "Đăng ký khai sinh"))
		b.Listed = []*procedure.Version{version("1.000002", "Chỉ có tên")}
		b.Places = []agency.Place{{Code: "99", Name: "Tỉnh", Kind: "Tỉnh"}, {Code: "99001", Name: "Xã A", Kind: "Xã", Parent: "99"}}
		b.Changes = []agency.PlaceChange{{Old: "99000", New: "99001", Day: "2025-07-01"}}
		must(s.Import(ctx, b))(t)
		again := must(s.Import(ctx, b))(t)
		if again.Wrote() || again.Unchanged != 1 || again.ListedUnchanged != 1 || again.PlacesUnchanged != 3 {
			t.Fatalf("second import: %+v", again)
		}
		must(s.Publish(ctx, "2026-01-01"))(t)
		if again := must(s.Import(ctx, b))(t); again.Wrote() {
			t.Fatalf("import after publication: %+v", again)
		}
		if p := must(s.Publish(ctx, "2026-01-01"))(t); p.Procedures+p.Documents != 0 || p.Revision == 0 {
			t.Fatalf("nothing to publish: %+v", p)
		}
		if l := must(s.Catalogue(ctx))(t).Listed(); len(l) != 1 || l[0].Code != "1.000002" {
			t.Fatalf("listed: %+v", l)
		}
		if pr, co := must(s.Places(ctx))(t).Count("2026-01-01"); pr != 1 || co != 1 {
			t.Fatalf("places: %d %d", pr, co)
		}
	})
}

func TestAPinnedVersionStaysAfterItsSuccessor(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		ctx, clock := t.Context(), testkit.NewClock("2026-03-02")
		s := proceduredb.New(db, clock.Now)
		must(s.Import(ctx, batch(version("1.000001", "Tên cũ"))))(t)
		must(s.Publish(ctx, "2026-01-01"))(t)
		old := must(must(s.Catalogue(ctx))(t).Version("1.000001", "2026-03-02"))(t)

		out := must(s.Import(ctx, batch(version("1.000001", "Tên mới"))))(t)
		if out.Changed != 1 {
			t.Fatalf("changed import: %+v", out)
		}
		if _, err := s.Publish(ctx, "2025-12-31"); !errors.Is(err, proceduredb.ErrRewrites) {
			t.Fatalf("a publication that begins before what it follows: %v", err)
		}
		must(s.Publish(ctx, "2026-04-01"))(t)
		k := must(s.Catalogue(ctx))(t)
		if v := must(k.Version("1.000001", "2026-03-31"))(t); v.Name != "Tên cũ" || v.Until != "2026-04-01" {
			t.Fatalf("the day before: %+v", v)
		}
		if v := must(k.Version("1.000001", "2026-04-01"))(t); v.Name != "Tên mới" || v.Number != 2 {
			t.Fatalf("on the day: %+v", v)
		}
		if v, ok := k.Pinned(old.Digest); !ok || v.Name != "Tên cũ" {
			t.Fatal("the pinned version is gone from the snapshot")
		}
		if v := must(s.ByDigest(ctx, old.Digest))(t); v.Name != "Tên cũ" || v.State != "published" {
			t.Fatalf("by digest: %+v", v)
		}
		if err := s.Retire(ctx, "1.000001", "2026-06-01"); err != nil {
			t.Fatal(err)
		}
		if _, err := must(s.Catalogue(ctx))(t).Version("1.000001", "2026-06-01"); !errors.Is(err, procedure.ErrRetired) {
			t.Fatalf("after retirement: %v", err)
		}
		if h := must(s.History(ctx, "1.000001"))(t); len(h) != 2 {
			t.Fatalf("history: %d", len(h))
		}
	})
}

func TestThePackSpeaksFirstAndTheNationalCatalogueFillsTheRest(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		for _, packFirst := range []bool{true, false} {
			code := map[bool]string{true: "1.000001", false: "1.000002"}[packFirst]
			ctx, clock := t.Context(), testkit.NewClock("2026-03-02")
			s := proceduredb.New(db, clock.Now)
			own := version(code, "Tên trong gói")
			own.Form = "rieng"
			own.Channels = []procedure.Channel{{Kind: procedure.Direct, Limits: []procedure.TimeLimit{{Limit: "1wd"}}}}
			pack := proceduredb.Batch{Origin: "pack:demo", Versions: []*procedure.Version{own}}
			theirs := version(code, "Tên quốc gia")
			theirs.Steps = "Bước 1"
			theirs.Channels = []procedure.Channel{{Kind: procedure.Online, Limits: []procedure.TimeLimit{{Verbatim: "1"}}}}
			theirs.Marks = []procedure.Mark{
				{Field: "channels[0].limits[0]", Reason: "limit.no-unit", Verbatim: "1"}, {Field: "bases", Reason: "basis.no-number"},
			}
			national := proceduredb.Batch{Origin: "national", Versions: []*procedure.Version{theirs}}
			order := []proceduredb.Batch{pack, national}
			if !packFirst {
				order = []proceduredb.Batch{national, pack}
			}
			for _, b := range order {
				if out := must(s.Import(ctx, b))(t); out.New+out.Changed != 1 {
					t.Fatalf("import from %s: %+v", b.Origin, out)
				}
			}
			for _, b := range order {
				if out := must(s.Import(ctx, b))(t); out.Wrote() {
					t.Fatalf("%s said nothing new: %+v", b.Origin, out)
				}
			}
			must(s.Publish(ctx, "2026-02-01"))(t)
			v := must(must(s.Catalogue(ctx))(t).Version(code, "2026-03-02"))(t)
			if v.Name != "Tên trong gói" || v.Form != "rieng" || v.Channels[0].Limits[0].Limit != "1wd" || v.Steps != "Bước 1" || len(v.Marks) != 1 {
				t.Fatalf("pack first %v: %+v", packFirst, v)
			}
		}
	})
}

func TestWhatIsNewMayStandAtOnceWhatChangesWaits(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		ctx, clock := t.Context(), testkit.NewClock("2026-03-02")
		s := proceduredb.New(db, clock.Now)
		b := batch(version("1.000001", "Tên cũ"))
		b.PublishNew = s.Today()
		if out := must(s.Import(ctx, b))(t); out.InForce != 1 || out.Drafts != 0 {
			t.Fatalf("first: %+v", out)
		}
		o := must(must(s.Catalogue(ctx))(t).Offer("1.000001", "2026-03-02"))(t)
		if o.Form.Value == nil || o.Process.Value == nil || len(o.Agencies) == 0 {
			t.Fatalf("not to be filed at once: %+v", o)
		}
		b = batch(version("1.000001", "Tên mới"), version("1.000002", "Thủ tục mới"))
		b.PublishNew = s.Today()
		if out := must(s.Import(ctx, b))(t); out.InForce != 1 || out.Drafts != 1 || out.New != 1 || out.Changed != 1 {
			t.Fatalf("second: %+v", out)
		}
		k := must(s.Catalogue(ctx))(t)
		if v := must(k.Version("1.000001", "2026-03-02"))(t); v.Name != "Tên cũ" {
			t.Fatal("a change stood without publication")
		}
		must(k.Version("1.000002", "2026-03-02"))(t)
		b.PublishNew = "hôm nay"
		if _, err := s.Import(ctx, b); !errors.Is(err, proceduredb.ErrDay) {
			t.Fatalf("a day of another form: %v", err)
		}
	})
}

func TestAnotherProcessSeesAPublicationSoon(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		ctx, clock := t.Context(), testkit.NewClock("2026-03-02")
		one, other := proceduredb.New(db, clock.Now), proceduredb.New(db, clock.Now)
		if n := len(must(other.Catalogue(ctx))(t).All("2026-03-02")); n != 0 {
			t.Fatal(n)
		}
		must(one.Import(ctx, batch(version("1.000001", "Đăng ký khai sinh"))))(t)
		must(one.Publish(ctx, "2026-01-01"))(t)
		clock.Add(time.Second)
		if n := len(must(other.Catalogue(ctx))(t).All("2026-03-02")); n != 1 {
			t.Fatalf("sees %d", n)
		}
	})
}

// must fails the test when a call did.
func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}
