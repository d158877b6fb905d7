package studiodb_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/dossier/dossierdb"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/pack"
	"github.com/motcua/motcua/internal/pack/packcli"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/procedure/proceduredb"
	"github.com/motcua/motcua/internal/sqldb"
	"github.com/motcua/motcua/internal/studio"
	"github.com/motcua/motcua/internal/studio/studiodb"
	"github.com/motcua/motcua/internal/testkit"
	"github.com/motcua/motcua/packs"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func TestStatementsFitBothEngines(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) { testkit.PrepareAll(t, db, studiodb.Statements) })
}

// province is the demo pack in force, with a studio.
type province struct {
	t         *testing.T
	db        *sqldb.DB
	clock     *testkit.Clock
	signer    *journal.Signer
	catalogue *proceduredb.Store
	svc       *studio.Service
}

// demo is the demo pack, read once for all tests.
var demo = sync.OnceValue(func() *pack.Pack {
	p, problems := pack.Load(packs.Demo())
	if len(problems) > 0 {
		panic(problems[0])
	}
	return p
})

const firstDay = "2026-03-02"

func open(t *testing.T, db *sqldb.DB) *province {
	t.Helper()
	signer, err := journal.NewSigner(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	p := &province{t: t, db: db, clock: testkit.NewClock(firstDay + "T09:00:00+07:00"), signer: signer}
	p.catalogue = proceduredb.New(db, p.clock.Now)
	b := packcli.Batch(demo())
	b.PublishNew = "2026-01-01"
	if _, err := p.catalogue.Import(context.Background(), b); err != nil {
		t.Fatal(err)
	}
	p.svc = studio.NewService(studiodb.New(db, signer, p.catalogue), p.now, p.clock.Now)
	return p
}

func (p *province) now() *procedure.Catalogue {
	c, err := p.catalogue.Catalogue(context.Background())
	if err != nil {
		p.t.Fatal(err)
	}
	return c
}

func (p *province) today() string { return p.catalogue.Today() }

var (
	writer = access.Actor{
		Person: "person-soan", Name: "Soạn", Post: "vp-quan-tri", Agency: "van-phong-ubnd-tinh",
		Rights: access.Rights{access.CatalogueRead: true, access.CatalogueEdit: true},
	}
	control = access.Actor{
		Person: "person-kiem-soat", Name: "Kiểm soát", Post: "vp-kiem-soat", Agency: "van-phong-ubnd-tinh",
		Rights: access.Rights{access.CatalogueRead: true, access.CatalogueEdit: true, access.CataloguePublish: true},
	}
	officer = access.Actor{Person: "person-can-bo", Post: "chuyen-vien", Rights: access.Rights{access.DossierHandle: true}}

	wards = studio.Key{Kind: studio.Process, ID: "cap-xa"}
)

func must[T any](v T, err error) func(t testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// edit saves a document of a set with one text replaced.
func (p *province) edit(set string, k studio.Key, old, now string) studio.Doc {
	p.t.Helper()
	ctx := context.Background()
	d := must(p.svc.Doc(ctx, writer, set, k))(p.t)
	if !strings.Contains(d.Text, old) {
		p.t.Fatalf("%s does not hold %q:\n%s", k, old, d.Text)
	}
	d.Text = strings.Replace(d.Text, old, now, 1)
	return must(p.svc.Save(ctx, writer, set, d, "theo ý kiến"))(p.t)
}

// proposed makes a set with one changed limit and proposes it.
func (p *province) proposed(scope studio.Scope) *studio.Set {
	p.t.Helper()
	ctx := context.Background()
	x := must(p.svc.New(ctx, writer, "", "Rút thời hạn thẩm định cấp xã", "Cải cách"))(p.t)
	p.edit(x.ID, wards, "limit: 4wh", "limit: 3wh")
	x = must(p.svc.Set(ctx, writer, x.ID))(p.t)
	return must(p.svc.Propose(ctx, writer, x.ID, studio.Proposal{Version: x.Version, From: p.today(), Scope: scope}))(p.t)
}

func (p *province) limit(at agency.ID) string {
	p.t.Helper()
	for _, v := range p.now().All(p.today()) {
		if v.Process != wards.ID {
			continue
		}
		o := must(p.now().Offer(v.Code, p.today()))(p.t).For(at)
		s, ok := o.Process.Value.Find("tham-dinh")
		if !ok {
			p.t.Fatal("no step")
		}
		return s.Limit
	}
	p.t.Fatal("no procedure runs by the process")
	return ""
}

func (p *province) clean() {
	p.t.Helper()
	if rep := p.check(); len(rep.Findings) > 0 {
		p.t.Fatalf("check found %v", rep.Findings)
	}
}

func (p *province) check() dossierdb.Report {
	p.t.Helper()
	return must(dossierdb.Check(context.Background(), p.db, dossierdb.Against{
		Ring: p.signer.Keyring(), Others: []dossierdb.OtherCases{{Ours: studiodb.Ours, Case: studiodb.CheckCase, Orphans: studiodb.Orphans}},
	}))(p.t)
}

func TestOneProposesAnotherPublishes(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		p, ctx := open(t, db), context.Background()
		x := p.proposed(studio.Scope{})
		if x.State != studio.Proposed || p.limit("") != "4wh" {
			t.Fatalf("%s, limit %s", x.State, p.limit(""))
		}
		if d := must(p.svc.Diff(ctx, control, x.ID, "vi"))(t); len(d) != 1 || len(d[0].Lines) != 1 ||
			d[0].Lines[0].String() != "Bước “Công chức chuyên môn xử lý”: thời hạn 4 giờ làm việc → 3 giờ làm việc" {
			t.Errorf("%+v", d)
		}
		own := writer
		own.Rights = control.Rights
		if _, err := p.svc.Publish(ctx, own, x.ID, studio.Decision{Version: x.Version}); !errors.Is(err, studio.ErrSecond) {
			t.Errorf("who proposed publishes: %v", err)
		}
		acting := control
		acting.Behalf = writer.Person
		if _, err := p.svc.Publish(ctx, acting, x.ID, studio.Decision{Version: x.Version}); !errors.Is(err, studio.ErrSecond) {
			t.Errorf("in the place of who proposed: %v", err)
		}
		done := must(p.svc.Publish(ctx, control, x.ID, studio.Decision{Version: x.Version}))(t)
		if done.State != studio.Published || p.limit("") != "3wh" || len(done.Entries) != 1 {
			t.Errorf("%s, limit %s, %+v", done.State, p.limit(""), done.Entries)
		}
		p.clean()

		// The former text comes back by a publication of its own.
		back := must(p.svc.RollBack(ctx, writer, "", x.ID, "", "Phát sinh vướng mắc"))(t)
		if back.State != studio.Proposed || back.Link != studio.Restores || p.limit("") != "3wh" {
			t.Fatalf("%+v, limit %s", back, p.limit(""))
		}
		must(p.svc.Publish(ctx, control, back.ID, studio.Decision{Version: back.Version}))(t)
		if p.limit("") != "4wh" {
			t.Errorf("limit %s", p.limit(""))
		}
		if rows := must(p.svc.Sets(ctx, control, studio.Published))(t); len(rows) != 2 {
			t.Errorf("%+v", rows)
		}
		p.clean()
	})
}

func TestAPilotHoldsAtItsAgencyOnly(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		p, ctx := open(t, db), context.Background()
		communes := p.now().Tree().Communes(p.today())
		here, there := communes[0].ID, communes[1].ID
		x := p.proposed(studio.Scope{Only: []agency.ID{here}})
		x = must(p.svc.Publish(ctx, control, x.ID, studio.Decision{Version: x.Version}))(t)
		if p.limit(here) != "3wh" || p.limit(there) != "4wh" || p.limit("") != "4wh" {
			t.Fatalf("here %s, there %s, elsewhere %s", p.limit(here), p.limit(there), p.limit(""))
		}
		p.clean()
		other := p.proposed(studio.Scope{})
		if _, err := p.svc.Publish(ctx, control, other.ID, studio.Decision{Version: other.Version}); !errors.Is(err, studio.ErrPilotRuns) {
			t.Errorf("beside a pilot: %v", err)
		}
		wide := must(p.svc.Widen(ctx, writer, "", x.ID, "", "Kết quả tốt"))(t)
		must(p.svc.Publish(ctx, control, wide.ID, studio.Decision{Version: wide.Version}))(t)
		if p.limit(here) != "3wh" || p.limit(there) != "3wh" {
			t.Errorf("here %s, there %s", p.limit(here), p.limit(there))
		}
		if x = must(p.svc.Set(ctx, control, x.ID))(t); x.Ended == nil || x.Ended.How != studio.EndWidened {
			t.Errorf("%+v", x.Ended)
		}
		p.clean()
	})
}

func TestAPilotOfAWeekEndsByItself(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		p, ctx := open(t, db), context.Background()
		x := p.proposed(studio.Scope{Until: "2026-03-09"})
		must(p.svc.Publish(ctx, control, x.ID, studio.Decision{Version: x.Version}))(t)
		if p.limit("") != "3wh" {
			t.Errorf("in the week: %s", p.limit(""))
		}
		p.clock.Set(p.clock.Now().AddDate(0, 0, 7))
		if p.limit("") != "4wh" {
			t.Errorf("after the week: %s", p.limit(""))
		}
		p.clean()
	})
}

func TestAPilotIsEndedEarly(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		p, ctx := open(t, db), context.Background()
		here := p.now().Tree().Communes(p.today())[0].ID
		x := p.proposed(studio.Scope{Only: []agency.ID{here}, Until: "2026-06-01"})
		x = must(p.svc.Publish(ctx, control, x.ID, studio.Decision{Version: x.Version}))(t)
		if _, err := p.svc.EndPilot(ctx, writer, x.ID, x.Version, "", "Sai"); !errors.Is(err, studio.ErrNotFound) {
			t.Errorf("who may not publish ends it: %v", err)
		}
		must(p.svc.EndPilot(ctx, control, x.ID, x.Version, "", "Quá tải"))(t)
		if p.limit(here) != "4wh" {
			t.Errorf("limit %s", p.limit(here))
		}
		// And the next change meets no pilot.
		next := p.proposed(studio.Scope{})
		must(p.svc.Publish(ctx, control, next.ID, studio.Decision{Version: next.Version}))(t)
		p.clean()
	})
}

func TestAProposalIsCheckedOnTheWhole(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		p, ctx := open(t, db), context.Background()
		x := must(p.svc.New(ctx, writer, "", "Sửa quy trình", ""))(t)
		p.edit(x.ID, wards, "to: ky", "to: khong-co")
		found := must(p.svc.Problems(ctx, writer, x.ID))(t)
		if !slices.ContainsFunc(found, func(f studio.Problem) bool {
			return f.Key == wards && f.Line == 15 && strings.Contains(f.Reason, "khong-co")
		}) {
			t.Fatalf("%+v", found)
		}
		x = must(p.svc.Set(ctx, writer, x.ID))(t)
		if _, err := p.svc.Propose(ctx, writer, x.ID, studio.Proposal{Version: x.Version, From: p.today()}); !errors.Is(err, studio.ErrProblems) {
			t.Errorf("proposed with problems: %v", err)
		}
		// What was made from something that is no longer in force is said, and nothing is applied.
		p.edit(x.ID, wards, "to: khong-co", "to: ky")
		p.edit(x.ID, wards, "limit: 4wh", "limit: 2wh")
		x = must(p.svc.Set(ctx, writer, x.ID))(t)
		x = must(p.svc.Propose(ctx, writer, x.ID, studio.Proposal{Version: x.Version, From: p.today()}))(t)
		other := p.proposed(studio.Scope{})
		must(p.svc.Publish(ctx, control, other.ID, studio.Decision{Version: other.Version}))(t)
		if _, err := p.svc.Publish(ctx, control, x.ID, studio.Decision{Version: x.Version}); !errors.Is(err, studio.ErrMoved) {
			t.Errorf("published over another change: %v", err)
		}
		if p.limit("") != "3wh" {
			t.Errorf("limit %s", p.limit(""))
		}
		p.clean()
	})
}

func TestWholeDocumentsAreTakenApart(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		p, ctx := open(t, db), context.Background()
		x := must(p.svc.New(ctx, writer, "", "Giờ làm việc và vị trí", ""))(t)
		p.edit(x.ID, studio.Key{Kind: studio.Hours}, "sat: 07:30-11:30", "sat: 08:00-11:00")
		p.edit(x.ID, studio.Key{Kind: studio.Agencies}, "short_name: UBND tỉnh", "short_name: UBND")
		x = must(p.svc.Set(ctx, writer, x.ID))(t)
		x = must(p.svc.Propose(ctx, writer, x.ID, studio.Proposal{Version: x.Version, From: "2026-04-01"}))(t)
		x = must(p.svc.Publish(ctx, control, x.ID, studio.Decision{Version: x.Version}))(t)
		var kinds []string
		for _, e := range x.Entries {
			kinds = append(kinds, e.Kind+" "+e.ID)
		}
		if !slices.Equal(kinds, []string{"agency ubnd-tinh", "hours mot-cua-thu-bay"}) {
			t.Errorf("%v", kinds)
		}
		if a, _ := p.now().Tree().At("ubnd-tinh", "2026-03-31"); a.ShortName != "UBND tỉnh" {
			t.Errorf("before the day: %+v", a)
		}
		if a, _ := p.now().Tree().At("ubnd-tinh", "2026-04-01"); a.ShortName != "UBND" {
			t.Errorf("on the day: %+v", a)
		}
		p.clean()
	})
}

func TestTwoPeopleInOneDocument(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		p, ctx := open(t, db), context.Background()
		x := must(p.svc.New(ctx, writer, "", "Sửa", ""))(t)
		d := must(p.svc.Doc(ctx, writer, x.ID, wards))(t)
		e := must(p.svc.Doc(ctx, control, x.ID, wards))(t)
		d.Text = strings.Replace(d.Text, "limit: 4wh", "limit: 3wh", 1)
		e.Text = strings.Replace(e.Text, "limit: 4wh", "limit: 2wh", 1)
		must(p.svc.Save(ctx, writer, x.ID, d, ""))(t)
		if _, err := p.svc.Save(ctx, control, x.ID, e, ""); !errors.Is(err, studio.ErrStale) {
			t.Errorf("the second: %v", err)
		}
		h := must(p.svc.History(ctx, writer, x.ID, wards))(t)
		if len(h) != 1 || h[0].By.Person != writer.Person {
			t.Errorf("%+v", h)
		}
		p.clean()
	})
}

func TestWhoMayNotSeeTheStudioFindsNothing(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		p, ctx := open(t, db), context.Background()
		x := p.proposed(studio.Scope{})
		for name, err := range map[string]error{
			"list":    second(p.svc.Sets(ctx, officer)),
			"set":     second(p.svc.Set(ctx, officer, x.ID)),
			"doc":     second(p.svc.Doc(ctx, officer, x.ID, wards)),
			"diff":    second(p.svc.Diff(ctx, officer, x.ID, "vi")),
			"new":     second(p.svc.New(ctx, officer, "", "x", "")),
			"publish": second(p.svc.Publish(ctx, officer, x.ID, studio.Decision{Version: x.Version})),
			"reject":  second(p.svc.Reject(ctx, writer, x.ID, x.Version, "không")),
		} {
			if !errors.Is(err, studio.ErrNotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func second[T any](_ T, err error) error { return err }

func TestWhatIsEditedByHandIsFound(t *testing.T) {
	for name, edit := range map[string]string{
		"the row":       `UPDATE change_set SET publisher = 'ai-do'`,
		"a document":    `UPDATE change_set_item SET person = 'ai-do'`,
		"a text":        `UPDATE studio_text SET text = replace(text, 'limit: 3wh', 'limit: 9wh') WHERE text LIKE '%limit: 3wh%'`,
		"a text gone":   `DELETE FROM studio_text`,
		"the event":     `UPDATE journal_event SET body = replace(body, 'Cải cách', 'Cải tiến') WHERE kind = 'change_set.opened'`,
		"the catalogue": `UPDATE pack_document SET content = replace(content, '3wh', '9wh') WHERE kind = 'process'`,
	} {
		t.Run(name, func(t *testing.T) {
			testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
				p, ctx := open(t, db), context.Background()
				x := p.proposed(studio.Scope{})
				must(p.svc.Publish(ctx, control, x.ID, studio.Decision{Version: x.Version}))(t)
				p.clean()
				err := db.InTx(ctx, func(tx *sqldb.Tx) error { _, err := tx.Exec(ctx, edit); return err })
				if err != nil {
					t.Fatal(err)
				}
				if rep := p.check(); len(rep.Findings) == 0 {
					t.Error("not found")
				}
			})
		})
	}
}

func TestWhatIsExportedAndImportedChangesNothing(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		p, ctx := open(t, db), context.Background()
		x := p.proposed(studio.Scope{})
		must(p.svc.Publish(ctx, control, x.ID, studio.Decision{Version: x.Version}))(t)
		before := must(p.svc.Pack(ctx, control, ""))(t)
		again, problems := packcli.LoadChecked(pack.Texts(before.Files()))
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		out := must(p.catalogue.Import(ctx, packcli.Batch(again)))(t)
		if out.Wrote() || out.Drafts > 0 {
			t.Errorf("%+v", out)
		}
	})
}
