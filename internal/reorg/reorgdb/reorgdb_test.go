package reorgdb_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/casefile/casefiledb"
	"github.com/motcua/motcua/internal/deadline"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/dossier/dossierdb"
	"github.com/motcua/motcua/internal/dossier/dossiertest"
	"github.com/motcua/motcua/internal/jobs"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/law"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/reorg"
	"github.com/motcua/motcua/internal/reorg/reorgdb"
	"github.com/motcua/motcua/internal/sqldb"
	"github.com/motcua/motcua/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func TestStatementsFitBothEngines(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) { testkit.PrepareAll(t, db, reorgdb.Statements) })
}

// world is the test province whose agencies change when a plan is published.
type world struct {
	dossiertest.World
	cat *atomic.Pointer[procedure.Catalogue]
}

func (w world) Catalogue() *procedure.Catalogue { return w.cat.Load() }
func (world) Place(string, string) bool         { return true }

func (w world) Reorganise(_ context.Context, tx *sqldb.Tx, _ string, p reorg.Plan, _ []reorg.Person) error {
	tx.OnCommit(func() { w.cat.Store(w.cat.Load().With(p.Agencies, p.Posts, p.Successions)) })
	return nil
}

func (world) HoldersOf(context.Context, []string) (map[string][]string, error) {
	return map[string][]string{"chuyen-vien": {"Lê Minh"}}, nil
}

// register is the register of dossiers as a reorganisation sees it. It breaks after as many successions as there is
// power for.
type register struct {
	*dossierdb.Store
	svc   *dossier.Service
	power *atomic.Int32
}

var errPower = errors.New("the power is gone")

func (r register) Open(ctx context.Context, of agency.ID, visit func(reorg.Candidate) error) error {
	return r.OpenOf(ctx, of, func(x dossier.Row) error {
		return visit(reorg.Candidate{Dossier: x.ID, Code: x.Code, Procedure: x.Procedure, Competent: x.Competent, Desk: x.Desk, Holder: x.Holder})
	})
}

func (register) Beside(context.Context, string) ([]agency.ID, string, error) { return nil, "", nil }

func (r register) Succeed(ctx context.Context, id string, s reorg.Succession) (reorg.Outcome, error) {
	if r.power != nil && r.power.Add(-1) < 0 {
		return "", errPower
	}
	// What has begun is done, whatever the others meet: as many pass as there is power for.
	ctx = context.WithoutCancel(ctx)
	_, err := r.svc.Succeed(ctx, id, func(d *dossier.Dossier) (dossier.Succession, error) {
		heir := func(old agency.ID) agency.ID { return s.Heir(old, agency.Matter{Procedure: d.Procedure.Code}) }
		return dossier.Succession{
			Act: s.Act, Name: s.Name, Basis: s.Basis, Day: s.Day, By: s.By, Heir: heir, DeskOf: s.DeskOf, Post: s.Post,
			Unit: func(old agency.ID, unit string) string { return s.Unit(old, unit, heir(old)) },
		}, nil
	})
	switch {
	case err == nil, errors.Is(err, dossier.ErrSucceeded):
		return reorg.Done, nil
	case errors.Is(err, dossier.ErrEnded):
		return reorg.Ended, nil
	case errors.Is(err, dossier.ErrUntouched):
		return reorg.Stood, nil
	}
	return "", err
}

type office struct {
	t      testing.TB
	db     *sqldb.DB
	w      world
	clock  *testkit.Clock
	signer *journal.Signer
	queue  *jobs.Queue
	svc    *reorg.Service
	reg    register
}

func openFor(t testing.TB, db *sqldb.DB) *office {
	t.Helper()
	signer, err := journal.NewSigner(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	o := &office{t: t, db: db, clock: testkit.NewClock("2026-03-02T09:00:00+07:00"), signer: signer}
	o.w = world{dossiertest.New(), &atomic.Pointer[procedure.Catalogue]{}}
	o.w.cat.Store(o.w.Cat)
	o.restart(nil)
	return o
}

// restart begins the program again on the same database.
func (o *office) restart(power *atomic.Int32) {
	o.queue = jobs.New(o.db, o.clock.Now, jobs.Options{})
	store := dossierdb.New(o.db, o.signer, o.queue, o.clock.Now)
	o.reg = register{store, dossier.NewService(store, o.w, o.clock.Now), power}
	s := reorgdb.New(o.db, o.signer, o.queue, o.w)
	o.svc = reorg.NewService(s, o.reg, o.w, o.w, o.clock.Now)
	o.queue.Handle(reorgdb.ApplyJob, s.Handler(o.svc))
	o.queue.Handle(dossier.NoticeJob, func(context.Context, *jobs.Run) error { return nil })
}

func actor(person string) access.Actor {
	return access.Actor{Person: person, Name: person, Post: "kiem-soat-" + person, Agency: "van-phong", Rights: access.Rights{access.CatalogueRead: true, access.CatalogueEdit: true, access.CataloguePublish: true}}
}

var (
	proposer  = actor("an")
	publisher = actor("binh")
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

func (o *office) propose(id string, c reorg.Command) *reorg.Act {
	o.t.Helper()
	a, bad, err := o.svc.Propose(context.Background(), proposer, id, c)
	if err != nil || len(bad) > 0 {
		o.t.Fatal(bad, err)
	}
	return a
}

// merger is the department and a new one beside it merged into one that is new.
func merger(day string) reorg.Command {
	return reorg.Command{
		Sort: reorg.Amend, Day: calendar.MustDate(day), Name: "Thành lập Sở mới trên cơ sở Sở Thử nghiệm", Basis: "12/QĐ-UBND", Old: []agency.ID{dossiertest.Department},
		New: []agency.Agency{{ID: dossiertest.Department, Name: "Sở Thử nghiệm và Kiểm định", Code: "H99.09", Kind: agency.Department, Level: agency.Province, Desk: dossiertest.Desk}},
	}
}

func dissolve(day string) reorg.Command {
	return reorg.Command{Sort: reorg.Dissolve, Day: calendar.MustDate(day), Name: "Giải thể Sở Thử nghiệm", Basis: "13/QĐ-UBND", Old: []agency.ID{dossiertest.Department}, Rest: "so-nhan", Posts: []reorg.PostRule{{Post: "chuyen-vien-2"}}}
}

// receiver founds the agency that takes over.
func (o *office) receiver() {
	o.t.Helper()
	a := o.propose(journal.NewID(o.clock.Now()), reorg.Command{
		Sort: reorg.Found, Day: calendar.DateOf(o.clock.Now()), Name: "Thành lập Sở Nhận", Basis: "11/QĐ-UBND",
		New: []agency.Agency{{Name: "Sở Nhận", Code: "H99.08", Kind: agency.Department, Level: agency.Province, Desk: dossiertest.Desk}},
	})
	o.publish(a)
	o.work()
}

func (o *office) publish(a *reorg.Act) *reorg.Act {
	o.t.Helper()
	e := must(o.svc.Effects(context.Background(), publisher, a))(o.t)
	return must(o.svc.Publish(context.Background(), publisher, a.ID, e.Plan.Digest()))(o.t)
}

func (o *office) work() {
	o.t.Helper()
	for range 3 {
		if _, err := o.queue.RunDue(context.Background()); err != nil {
			o.t.Fatal(err)
		}
		o.clock.Add(reorg.Settle)
	}
}

func (o *office) act(id string) *reorg.Act {
	o.t.Helper()
	return must(o.svc.Act(context.Background(), publisher, id))(o.t)
}

func (o *office) load(id string) *dossier.Dossier {
	o.t.Helper()
	return must(dossier.Fold(must(o.reg.Load(context.Background(), id))(o.t)))(o.t)
}

var others = []dossierdb.OtherCases{{Ours: reorgdb.Ours, Case: reorgdb.CheckCase(nil), Orphans: reorgdb.Orphans}}

func (o *office) findings() []casefiledb.Finding {
	o.t.Helper()
	return must(dossierdb.Check(context.Background(), o.db, dossierdb.Against{Ring: o.signer.Keyring(), Others: others}))(o.t).Findings
}

func (o *office) clean() {
	o.t.Helper()
	if f := o.findings(); len(f) > 0 {
		o.t.Fatalf("check found %v", f)
	}
}

// fill records n dossiers that wait at their second step, every tenth with an officer whose post ends.
func (o *office) fill(n int) []string {
	o.t.Helper()
	v := must(o.w.Cat.Version(dossiertest.Permit, "2026-03-02"))(o.t)
	pinned := o.w.Cat.OfferOf(v, "2026-03-02").Process
	process := *pinned.Value
	process.Digest = pinned.Digest
	b := o.reg.NewBatch()
	var ids []string
	for i := range n {
		at := calendar.MustDate("2026-02-24").At(8 * 60).Add(time.Duration(i%5)*24*time.Hour + time.Duration(i%400)*time.Minute)
		env := deadline.Env{Calendar: calendar.Civil, Office: calendar.StandardOffice}
		f := dossier.Facts{Now: at, Rules: law.At(calendar.DateOf(at)), Procedure: *v, Process: process, Clock: env, DeskClock: env}
		life := dossier.NewLife(journal.NewID(at))
		step := func(e journal.Event, err error) {
			if err == nil {
				err = life.Append(e)
			}
			if err != nil {
				o.t.Fatal(err)
			}
		}
		step(dossier.Submit(f, o.w.Citizen("anh"), dossier.Submission{
			Channel: procedure.Direct, Desk: dossiertest.Desk, Competent: dossiertest.Department, Process: dossier.Pin{ID: pinned.ID, Digest: pinned.Digest}, Owner: dossier.Party{Name: fmt.Sprint("Người ", i)},
			Answers: json.RawMessage(`{"a":1}`), Papers: []dossier.Paper{{Component: "don", Name: "don.pdf"}},
		}))
		code := must(dossier.FormatCode("H99.02", calendar.DateOf(at), i+1))(o.t)
		step(life.State().Accept(f, o.w.In("cb-mot-cua"), code, "7wd"))
		post := "chuyen-vien"
		if i%10 == 0 {
			post = "chuyen-vien-2"
		}
		events := must(life.State().Act(f, o.w.In("truong-phong"), dossier.ActCommand{Action: "giao", Post: post}))(o.t)
		step(events[0], nil)
		if err := b.Add(life, false); err != nil {
			o.t.Fatal(err)
		}
		ids = append(ids, life.State().ID)
	}
	b.Ready()
	if err := o.reg.RecordBatch(context.Background(), b); err != nil {
		o.t.Fatal(err)
	}
	return ids
}

func TestADissolvedAgencyPassesItsDossiersOnTheDay(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		o, ctx := openFor(t, db), context.Background()
		o.receiver()
		ids := o.fill(20)
		before := o.load(ids[0])
		a := o.propose("act-giai-the", dissolve("2026-03-09"))
		e := must(o.svc.Effects(ctx, publisher, a))(t)
		if len(e.Lines) != 20 || e.Lines[0].To != "so-nhan" || len(e.Posts) != 5 || len(e.Changed) == 0 {
			t.Fatalf("%d lines, %d posts, %d procedures", len(e.Lines), len(e.Posts), len(e.Changed))
		}
		if _, err := o.svc.Publish(ctx, proposer, a.ID, e.Plan.Digest()); !errors.Is(err, reorg.ErrSecondPerson) {
			t.Errorf("who proposed publishes: %v", err)
		}
		if _, err := o.svc.Publish(ctx, publisher, a.ID, "other"); !errors.Is(err, reorg.ErrChanged) {
			t.Errorf("what was not seen is published: %v", err)
		}
		o.publish(a)
		o.work()
		if d := o.load(ids[0]); d.Version != before.Version {
			t.Error("a dossier passed before the day")
		}
		if x, _ := o.w.Catalogue().Tree().Current(dossiertest.Department, "2026-03-09"); x.ID != "so-nhan" {
			t.Errorf("follows %s", x.ID)
		}
		o.clock.Set(calendar.MustDate("2026-03-09").At(30))
		o.work()
		for i, id := range ids {
			d := o.load(id)
			want := "chuyen-vien"
			if i%10 == 0 {
				want = "" // the post ended: its work waits for the role
			}
			if d.Competent != "so-nhan" || d.Holder.Agency != "so-nhan" || d.Holder.Post != want || d.Desk != dossiertest.Desk || len(d.Taken) != 1 {
				t.Fatalf("%s: competent %s, held by %+v, taken %d times", d.Code, d.Competent, d.Holder, len(d.Taken))
			}
			if !strings.HasPrefix(d.Code, "H99.02-") || len(d.DueLog) != 1 {
				t.Fatalf("code %s, due log %+v", d.Code, d.DueLog)
			}
		}
		if d := o.load(ids[0]); !d.DueAt().Equal(before.DueAt()) {
			t.Errorf("due %s, was %s", d.DueAt(), before.DueAt())
		}
		done := o.act(a.ID)
		if done.State != reorg.Completed || done.Moved != 20 || done.Skipped != 0 {
			t.Errorf("%s: %d moved, %d left", done.State, done.Moved, done.Skipped)
		}
		if rows := must(o.svc.Acts(ctx, publisher))(t); len(rows) != 2 {
			t.Errorf("%+v", rows)
		}
		// The officers of the successor see it, those of the dissolved agency have no post any more.
		if again := must(o.svc.Publish(ctx, publisher, a.ID, e.Plan.Digest()))(t); again.Version != done.Version {
			t.Error("sent again it did something")
		}
		o.clean()
	})
}

func TestAPassingCutOffInTheMiddleGoesOnAndPassesEachDossierOnce(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		o, ctx := openFor(t, db), context.Background()
		o.receiver()
		ids := o.fill(30)
		a := o.propose("act-giai-the", dissolve("2026-03-02"))
		o.publish(a)
		var power atomic.Int32
		power.Store(11)
		o.restart(&power)
		for range 2 {
			if _, err := o.queue.RunDue(ctx); err != nil {
				t.Fatal(err)
			}
			o.clock.Add(time.Second)
		}
		taken := 0
		for _, id := range ids {
			taken += len(o.load(id).Taken)
		}
		if taken != 11 {
			t.Fatalf("%d of %d before the power was gone", taken, len(ids))
		}
		o.clean()
		o.restart(nil)
		o.clock.Add(time.Hour)
		o.work()
		for _, id := range ids {
			if d := o.load(id); len(d.Taken) != 1 {
				t.Errorf("%s taken %d times", d.Code, len(d.Taken))
			}
		}
		if x := o.act(a.ID); x.State != reorg.Completed || x.Moved != len(ids) {
			t.Errorf("%s, %d moved", x.State, x.Moved)
		}
		o.clean()
	})
}

func TestANewNameMovesNoDossier(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		o := openFor(t, db)
		ids := o.fill(3)
		v := o.load(ids[0]).Version
		a := o.propose("act-doi-ten", merger("2026-03-03"))
		o.publish(a)
		o.clock.Set(calendar.MustDate("2026-03-03").At(60))
		o.work()
		if x := o.act(a.ID); x.State != reorg.Completed || x.Moved != 0 || len(x.Entries) != 0 {
			t.Errorf("%+v", x)
		}
		if o.load(ids[0]).Version != v {
			t.Error("a dossier was touched")
		}
		if x, ok := o.w.Catalogue().Tree().ByCode("H99.02", "2026-03-03"); !ok || x.ID != dossiertest.Department {
			t.Errorf("the old code names %+v", x)
		}
		o.clean()
	})
}

func TestAProposalSentTwiceIsOneAndMayBeWithdrawn(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		o, ctx := openFor(t, db), context.Background()
		a := o.propose("act-1", merger("2026-03-09"))
		if b := o.propose("act-1", merger("2026-03-09")); b.Version != a.Version {
			t.Error("proposed twice")
		}
		if _, err := o.svc.Withdraw(ctx, proposer, a.ID, " "); !errors.Is(err, reorg.ErrReason) {
			t.Errorf("without a reason: %v", err)
		}
		must(o.svc.Withdraw(ctx, proposer, a.ID, "Chờ ý kiến"))(t)
		if _, err := o.svc.Publish(ctx, publisher, a.ID, "x"); !errors.Is(err, reorg.ErrState) {
			t.Errorf("published after it was withdrawn: %v", err)
		}
		o.clean()
	})
}

func TestOnlyWhoMayReorganises(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		o, ctx := openFor(t, db), context.Background()
		a := o.propose("act-1", merger("2026-03-09"))
		reader := actor("doc")
		reader.Rights = access.Rights{access.CatalogueRead: true}
		editor := actor("sua")
		editor.Rights = access.Rights{access.CatalogueEdit: true}
		if _, err := o.svc.Act(ctx, reader, a.ID); err != nil {
			t.Errorf("who reads: %v", err)
		}
		if _, err := o.svc.Act(ctx, o.w.In("giam-doc"), a.ID); !errors.Is(err, reorg.ErrNotFound) {
			t.Errorf("an officer: %v", err)
		}
		if _, _, err := o.svc.Propose(ctx, reader, "act-2", merger("2026-03-09")); !errors.Is(err, reorg.ErrNotFound) {
			t.Errorf("who reads proposes: %v", err)
		}
		if _, err := o.svc.Publish(ctx, editor, a.ID, "x"); !errors.Is(err, reorg.ErrNotFound) {
			t.Errorf("who edits publishes: %v", err)
		}
	})
}

func TestWhatIsEditedByHandIsFound(t *testing.T) {
	for name, edit := range map[string]string{
		"the row":      `UPDATE reorganisation SET publisher = 'ai-do'`,
		"the row gone": `DELETE FROM reorganisation`,
		"the event":    `UPDATE journal_event SET body = replace(body, '12/QĐ', '99/QĐ') WHERE kind = 'reorganisation.proposed'`,
		"a row more":   `INSERT INTO reorganisation SELECT 'x', version, state, sort, day, name, basis, proposed_at, proposer, published_at, publisher, agencies, lines, moved, skipped, completed_at FROM reorganisation`,
		"a tail gone":  `DELETE FROM journal_event WHERE kind = 'reorganisation.published'`,
	} {
		t.Run(name, func(t *testing.T) {
			testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
				o := openFor(t, db)
				o.publish(o.propose("act-1", merger("2026-03-09")))
				o.clean()
				if err := db.InTx(context.Background(), func(tx *sqldb.Tx) error {
					_, err := tx.Exec(context.Background(), edit)
					return err
				}); err != nil {
					t.Fatal(err)
				}
				if len(o.findings()) == 0 {
					t.Error("not found")
				}
			})
		})
	}
}

func TestAReorganisationOverMoreDossiersThanAStepTakes(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		o := openFor(t, db)
		o.receiver()
		o.fill(1_000)
		a := o.propose("act-giai-the", dissolve("2026-03-02"))
		o.publish(a)
		for range 10 {
			o.work()
		}
		if x := o.act(a.ID); x.State != reorg.Completed || x.Moved != 1_000 || x.Skipped != 0 {
			t.Errorf("%s: %d moved, %d left", x.State, x.Moved, x.Skipped)
		}
		o.clean()
	})
}

// A department with ten thousand running dossiers is dissolved: how long until the last one has passed.
func BenchmarkReorganisationOfTenThousandDossiers(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		o, ctx := openFor(b, testkit.SQLite(b)), context.Background()
		o.receiver()
		o.fill(10_000)
		a := o.propose("act-giai-the", dissolve("2026-03-02"))
		begin := time.Now()
		e := must(o.svc.Effects(ctx, publisher, a))(b)
		b.ReportMetric(time.Since(begin).Seconds(), "s/preview")
		must(o.svc.Publish(ctx, publisher, a.ID, e.Plan.Digest()))(b)
		b.StartTimer()
		for range 40 {
			o.work()
			if o.act(a.ID).State == reorg.Completed {
				break
			}
		}
		b.StopTimer()
		if x := o.act(a.ID); x.Moved != 10_000 {
			b.Fatalf("%s: %d moved", x.State, x.Moved)
		}
		b.StartTimer()
	}
}

// The same figures by the agencies of the time and by those of today: the lines differ, the totals agree, and each
// number has its list.
func TestFiguresByTheOldAndByTheNewMap(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		o, ctx := openFor(t, db), context.Background()
		o.receiver()
		o.fill(30)
		split := reorg.Command{
			Sort: reorg.Split, Day: calendar.MustDate("2026-03-02"), Name: "Chia tách", Basis: "14/QĐ-UBND", Old: []agency.ID{dossiertest.Department},
			New: []agency.Agency{
				{ID: dossiertest.Department, Name: "Sở Thử nghiệm", Code: "H99.02", Desk: dossiertest.Desk}, {Name: "Sở Giấy phép", Code: "H99.07", Kind: agency.Department, Level: agency.Province, Desk: dossiertest.Desk},
			},
			Rest: dossiertest.Department, Rules: []reorg.Rule{{To: "so-giay-phep", Procedures: []string{dossiertest.Permit}}},
		}
		o.publish(o.propose("act-chia", split)) // published, and nothing has passed yet: the record still names the old one
		by := access.Actor{Person: "kiem-soat", Post: "kiem-soat", Agency: "van-phong", Rights: access.Rights{access.DossierReadAll: true, access.DossierRead: true}}
		report := dossier.Period{From: calendar.MustDate("2026-02-01").At(0), Until: calendar.MustDate("2026-04-01").At(0)}
		count := func(today bool) (lines map[string]int, total int) {
			lines = map[string]int{}
			for _, way := range []dossier.Timeliness{dossier.ByLaw, dossier.ByLeg, dossier.ByNational} {
				for _, l := range must(o.reg.svc.Figures(ctx, by, way, dossier.PerAgency, dossier.ListFilter{Report: report, Today: today}))(t) {
					for m, n := range l.N {
						lines[l.Key] += n
						total += n
						f := dossier.ListFilter{Measure: m, Report: report, Today: today, Agency: agency.ID(l.Key)}
						if tally := must(o.reg.svc.Tally(ctx, by, f))(t); tally != n {
							t.Errorf("%s of %s, today %v: the figure is %d, the list has %d", m, l.Key, today, n, tally)
						}
					}
				}
			}
			return lines, total
		}
		then, n := count(false)
		now, m := count(true)
		if n == 0 || n != m {
			t.Errorf("totals %d then, %d now", n, m)
		}
		if then["so-giay-phep"] != 0 || then[string(dossiertest.Department)] == 0 || now["so-giay-phep"] == 0 || now[string(dossiertest.Department)] != 0 {
			t.Errorf("then %v, now %v", then, now)
		}
		list, _, err := o.reg.svc.List(ctx, by, dossier.ListFilter{Agency: "so-giay-phep", Today: true, Limit: 100})
		if err != nil || len(list) != 30 {
			t.Errorf("%d listed under the agency of today, %v", len(list), err)
		}
	})
}
