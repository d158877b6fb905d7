package holidaydb_test

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
	"github.com/motcua/motcua/internal/deadline"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/dossier/dossierdb"
	"github.com/motcua/motcua/internal/dossier/dossiertest"
	"github.com/motcua/motcua/internal/holiday"
	"github.com/motcua/motcua/internal/holiday/holidaydb"
	"github.com/motcua/motcua/internal/jobs"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/sqldb"
	"github.com/motcua/motcua/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func TestStatementsFitBothEngines(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) { testkit.PrepareAll(t, db, holidaydb.Statements) })
}

// world is the test province with a calendar that knows the declared days.
type world struct {
	dossiertest.World
	db  *sqldb.DB
	now func() time.Time
}

func (w world) Days() (*calendar.Calendar, error) {
	declared, err := holidaydb.Days(context.Background(), w.db)
	if err != nil {
		return nil, err
	}
	return procedure.NewCatalogue(procedure.Content{Declared: declared}).Calendar(calendar.DateOf(w.now()).String())
}

func (w world) Clock(agency.ID, time.Time) (deadline.Env, error) {
	days, err := w.Days()
	return deadline.Env{Calendar: days, Office: calendar.StandardOffice}, err
}

// untouched stands for the catalogue's snapshot, which this province reads anew each time.
type untouched struct{}

func (untouched) Touch(context.Context, *sqldb.Tx) error { return nil }

// register is the register of dossiers as a change sees it. It breaks after as many revisions as there is power for.
type register struct {
	*dossierdb.Store
	svc   *dossier.Service
	power *atomic.Int32
}

var errPower = errors.New("the power is gone")

func (r register) Running(ctx context.Context, from, until time.Time, visit func(holiday.Candidate) error) error {
	return r.Store.Running(ctx, from, until, func(d *dossier.Dossier) error {
		return visit(holiday.Candidate{Dossier: d.ID, Code: d.Code, Agency: d.Competent, Clock: d.Clock, Due: *d.Due})
	})
}

func (r register) Revise(ctx context.Context, m holiday.Move) (holiday.Outcome, error) {
	if r.power != nil && r.power.Load() <= 0 {
		return "", errPower
	}
	_, err := r.svc.ReviseDue(ctx, m.Dossier, dossier.ReviseCommand{Change: m.Change, Name: m.Name, Basis: m.Basis, Decided: m.At, By: m.By, From: m.Old, To: m.New})
	switch {
	case err == nil, errors.Is(err, dossier.ErrRevised):
		if r.power != nil {
			r.power.Add(-1)
		}
		return holiday.Done, nil
	case errors.Is(err, dossier.ErrNotRunning):
		return holiday.Ended, nil
	case errors.Is(err, dossier.ErrClockStands):
		return holiday.Stood, nil
	case errors.Is(err, dossier.ErrDateChanged):
		return holiday.Changed, nil
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
	store  *holidaydb.Store
	svc    *holiday.Service
	reg    register
	keys   int
}

func open(t *testing.T, db *sqldb.DB) *office {
	t.Helper()
	return openFor(t, db)
}

func openFor(t testing.TB, db *sqldb.DB) *office {
	t.Helper()
	signer, err := journal.NewSigner(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	o := &office{t: t, db: db, clock: testkit.NewClock("2026-03-02T09:00:00+07:00"), signer: signer}
	o.w = world{dossiertest.New(), db, o.clock.Now}
	o.restart(nil)
	return o
}

// restart begins the program again on the same database.
func (o *office) restart(power *atomic.Int32) {
	o.queue = jobs.New(o.db, o.clock.Now, jobs.Options{})
	store := dossierdb.New(o.db, o.signer, o.queue, o.clock.Now)
	o.reg = register{store, dossier.NewService(store, o.w, o.clock.Now), power}
	o.store = holidaydb.New(o.db, o.signer, o.queue, untouched{}, o.clock.Now)
	o.svc = holiday.NewService(o.store, o.reg, o.w, o.clock.Now)
	o.queue.Handle(holidaydb.ApplyJob, o.store.Handler(o.svc))
	o.queue.Handle(dossier.NoticeJob, func(context.Context, *jobs.Run) error { return nil })
}

var control = access.Actor{
	Person: "person-kiem-soat", Name: "Kiểm soát", Post: "kiem-soat", Agency: "van-phong",
	Rights: access.Rights{access.CatalogueRead: true, access.CataloguePublish: true},
}

func must[T any](v T, err error) func(t testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// accepted files a dossier at the counter and accepts it with five working days.
func (o *office) accepted(citizen string) *dossier.Dossier {
	o.t.Helper()
	ctx := context.Background()
	by := o.w.Citizen(citizen)
	draft := must(o.reg.svc.StartDraft(ctx, by, dossiertest.Permit, procedure.Online))(o.t)
	p := dossier.Paper{Component: "don", Name: "don.pdf", Type: "pdf", Size: 10, Hash: strings.Repeat("a", 64), Form: "electronic"}
	if err := o.reg.svc.AddPaper(ctx, by, draft.ID, p); err != nil {
		o.t.Fatal(err)
	}
	o.keys++
	d := must(o.reg.svc.Submit(ctx, by, fmt.Sprint("key-", o.keys), dossier.SubmitCommand{
		Draft: draft.ID, Owner: dossier.Party{Name: "Nguyễn Thị Ánh", Number: "001190000001", Phone: "0900000001"}, Answers: json.RawMessage(`{"a":1}`),
	}))(o.t)
	o.keys++
	return must(o.reg.svc.Accept(ctx, dossier.Request{By: o.w.In("cb-mot-cua"), Dossier: d.ID, Version: d.Version, Key: fmt.Sprint("key-", o.keys)}, ""))(o.t)
}

func (o *office) load(id string) *dossier.Dossier {
	o.t.Helper()
	return must(dossier.Fold(must(o.reg.Load(context.Background(), id))(o.t)))(o.t)
}

func (o *office) clean() dossierdb.Report {
	o.t.Helper()
	rep := must(dossierdb.Check(context.Background(), o.db, dossierdb.Against{
		Ring: o.signer.Keyring(), Others: []dossierdb.OtherCases{{Ours: holidaydb.Ours, Case: holidaydb.CheckCase, Orphans: holidaydb.Orphans}},
	}))(o.t)
	if len(rep.Findings) > 0 {
		o.t.Fatalf("check found %v", rep.Findings)
	}
	return rep
}

// work carries out what waits, the pause before the end included.
func (o *office) work() {
	o.t.Helper()
	for range 3 {
		if _, err := o.queue.RunDue(context.Background()); err != nil {
			o.t.Fatal(err)
		}
		o.clock.Add(holiday.Settle)
	}
}

func local(t time.Time) string { return t.In(calendar.Zone).Format("2006-01-02 15:04") }

func storm(off ...string) holiday.Command {
	c := holiday.Command{Name: "Nghỉ tránh bão số 3", NameEn: "Storm no. 3", Basis: "Công điện 12/CĐ-UBND", Published: calendar.MustDate("2026-03-02"), Note: "Gió cấp 12"}
	for _, d := range off {
		c.Off = append(c.Off, calendar.MustDate(d))
	}
	return c
}

func TestAHolidayAnnouncedLate(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		o, ctx := open(t, db), context.Background()
		due := o.accepted("anh") // Monday 2 March, four working days: Friday 6 March
		o.clock.Set(calendar.MustDate("2026-03-03").At(9 * 60))
		next := o.accepted("binh") // Monday 9 March
		o.clock.Set(calendar.MustDate("2026-03-04").At(9 * 60))

		p := must(o.svc.Preview(ctx, control, storm("2026-03-06")))(t)
		if c := holiday.Count(p.Lines); c != (holiday.Counts{Moved: 1, Kept: 1}) {
			t.Fatalf("%+v: %+v", c, p.Lines)
		}
		if l := p.Lines[0]; l.Dossier != due.ID || local(l.Old) != "2026-03-06 17:00" || local(l.New) != "2026-03-09 17:00" {
			t.Errorf("%+v", l)
		}
		if l := p.Lines[1]; l.Dossier != next.ID || local(l.Old) != "2026-03-09 17:00" || local(l.New) != "2026-03-10 17:00" {
			t.Errorf("%+v", l)
		}
		if got := o.load(due.ID); local(got.DueAt()) != "2026-03-06 17:00" {
			t.Errorf("a preview moved the date to %s", local(got.DueAt()))
		}
		c, diff, err := o.svc.Confirm(ctx, control, p.ID, p.Digest())
		if err != nil || len(diff) > 0 || c.Completed.IsZero() == false {
			t.Fatalf("%+v %v %v", c, diff, err)
		}
		// The days count at once, for whoever is accepted from now on.
		if k, err := must(o.w.Days())(t).Kind(calendar.MustDate("2026-03-06")); err != nil || k != calendar.Holiday {
			t.Errorf("the day is %v (%v)", k, err)
		}
		o.work()

		d := o.load(due.ID)
		if local(d.DueAt()) != "2026-03-09 17:00" || local(d.FirstDue) != "2026-03-06 17:00" || len(d.Revisions) != 1 || d.Revisions[0].Change != c.ID {
			t.Errorf("due %s, first %s, %+v", local(d.DueAt()), local(d.FirstDue), d.Revisions)
		}
		if text := strings.Join(d.Due.Explain("vi"), "\n"); !strings.Contains(text, "06/03/2026 (nghỉ tránh bão số 3)") {
			t.Errorf("the day is not told:\n%s", text)
		}
		last, ok := d.LastSlip(dossier.FormReceipt)
		if !ok || last.Event != d.Version || d.Slips[0].Void == "" || last.Void != "" {
			t.Errorf("the receipt is not printed anew: %+v", d.Slips)
		}
		if n := len(d.DueLog); n != 2 || d.DueLog[1].Kind != dossier.EventDueRevised || d.DueLog[1].Basis != "Công điện 12/CĐ-UBND" {
			t.Errorf("%+v", d.DueLog)
		}
		if k := o.load(next.ID); local(k.DueAt()) != "2026-03-09 17:00" || k.Version != next.Version {
			t.Errorf("a kept promise was touched: due %s, version %d", local(k.DueAt()), k.Version)
		}

		// The act can be opened later with its exact list.
		c = must(o.svc.Change(ctx, control, c.ID))(t)
		if c.Completed.IsZero() || c.Moved != 1 || c.Skipped != 0 || c.Seen != p.Digest() || c.Entries[0].Outcome != holiday.Done || c.Entries[1].Outcome != holiday.Stands {
			t.Errorf("%+v", c)
		}
		rows := must(o.svc.Changes(ctx, control))(t)
		if len(rows) != 1 || rows[0].Counts != (holiday.Counts{Moved: 1, Kept: 1}) || rows[0].Moved != 1 || rows[0].Completed.IsZero() {
			t.Errorf("%+v", rows)
		}
		if rep := o.clean(); rep.Dossiers != 2 || rep.Others != 1 {
			t.Errorf("%+v", rep)
		}
		// Sent again it answers with the change.
		again, _, err := o.svc.Confirm(ctx, control, p.ID, p.Digest())
		if err != nil || again.Version != c.Version {
			t.Errorf("again: %+v %v", again, err)
		}
	})
}

func TestDossiersThatChangedSinceThePreviewAreSaid(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		o, ctx := open(t, db), context.Background()
		a := o.accepted("anh")
		p := must(o.svc.Preview(ctx, control, storm("2026-03-06")))(t)
		b := o.accepted("binh")
		c, diff, err := o.svc.Confirm(ctx, control, p.ID, p.Digest())
		if !errors.Is(err, holiday.ErrChanged) || c != nil || len(diff) != 1 || diff[0].Code != b.Code || diff[0].Then != nil {
			t.Fatalf("%+v %+v %v", c, diff, err)
		}
		if got := must(o.svc.Changes(ctx, control))(t); len(got) != 0 {
			t.Errorf("something was decided: %+v", got)
		}
		now := must(o.svc.Saved(ctx, control, p.ID))(t)
		if _, _, err := o.svc.Confirm(ctx, control, p.ID, now.Digest()); err != nil {
			t.Fatal(err)
		}
		o.work()
		for _, d := range []*dossier.Dossier{a, b} {
			if got := o.load(d.ID); local(got.DueAt()) != "2026-03-09 17:00" {
				t.Errorf("%s due %s", d.Code, local(got.DueAt()))
			}
		}
		o.clean()
	})
}

func TestAnApplicationCutOffInTheMiddleGoesOnAndMovesEachDossierOnce(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		o, ctx := open(t, db), context.Background()
		var ids []string
		for i := range 12 {
			ids = append(ids, o.accepted(fmt.Sprint("nguoi-", i)).ID)
		}
		p := must(o.svc.Preview(ctx, control, storm("2026-03-06")))(t)
		must2(t)(o.svc.Confirm(ctx, control, p.ID, p.Digest()))
		var power atomic.Int32
		power.Store(3)
		o.restart(&power)
		if _, err := o.queue.RunDue(ctx); err != nil {
			t.Fatal(err)
		}
		moved := 0
		for _, id := range ids {
			moved += len(o.load(id).Revisions)
		}
		if moved == 0 || moved == len(ids) {
			t.Fatalf("%d of %d before the power was gone", moved, len(ids))
		}
		o.clean()
		o.restart(nil)
		o.clock.Add(time.Hour)
		o.work()
		for _, id := range ids {
			if d := o.load(id); len(d.Revisions) != 1 || local(d.DueAt()) != "2026-03-09 17:00" {
				t.Errorf("%s: %d revisions, due %s", d.Code, len(d.Revisions), local(d.DueAt()))
			}
		}
		if c := must(o.svc.Change(ctx, control, p.ID))(t); c.Moved != len(ids) || c.Completed.IsZero() {
			t.Errorf("%d moved, completed %s", c.Moved, c.Completed)
		}
		o.clean()
	})
}

func must2(t *testing.T) func(*holiday.Change, []holiday.Difference, error) *holiday.Change {
	return func(c *holiday.Change, diff []holiday.Difference, err error) *holiday.Change {
		t.Helper()
		if err != nil || len(diff) > 0 {
			t.Fatal(diff, err)
		}
		return c
	}
}

func TestDossiersThatGoOnBeforeTheirTurnAreLeftAloneAndSaid(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		o, ctx := open(t, db), context.Background()
		waits := o.accepted("anh")
		p := must(o.svc.Preview(ctx, control, storm("2026-03-06")))(t)
		must2(t)(o.svc.Confirm(ctx, control, p.ID, p.Digest()))
		// Its papers are asked for before its turn comes: the clock stands.
		d := must(o.reg.svc.Act(ctx, dossier.Request{By: o.w.In("truong-phong"), Dossier: waits.ID, Key: "giao"}, dossier.ActCommand{Action: "giao", Post: "chuyen-vien"}))(t)
		must(o.reg.svc.RequestSupplement(ctx, dossier.Request{By: o.w.In("chuyen-vien"), Dossier: d.ID, Key: "bs"}, dossier.SupplementRequest{Items: []string{"Bản vẽ"}, Reason: "Thiếu"}))(t)
		// Another node that has not heard of the change accepts one more.
		stale := o.w
		o.reg.svc = dossier.NewService(o.reg.Store, stale.World, o.clock.Now)
		late := o.accepted("binh")
		o.reg.svc = dossier.NewService(o.reg.Store, o.w, o.clock.Now)
		if local(late.DueAt()) != "2026-03-06 17:00" {
			t.Fatalf("the other node promised %s", local(late.DueAt()))
		}
		o.restart(nil)
		o.work()
		c := must(o.svc.Change(ctx, control, p.ID))(t)
		if c.Completed.IsZero() || c.Skipped != 1 || c.Moved != 1 || c.Entries[0].Outcome != holiday.Stood {
			t.Errorf("%+v", c)
		}
		if got := o.load(late.ID); local(got.DueAt()) != "2026-03-09 17:00" {
			t.Errorf("the dossier of the other node is due %s", local(got.DueAt()))
		}
		o.clean()
	})
}

func TestOnlyWhoMayChangesTheCalendar(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		o, ctx := open(t, db), context.Background()
		reader := control
		reader.Rights = access.Rights{access.CatalogueRead: true}
		p := must(o.svc.Preview(ctx, control, storm("2026-03-06")))(t)
		for name, by := range map[string]access.Actor{"an officer": o.w.In("giam-doc"), "who only reads": reader} {
			if _, err := o.svc.Preview(ctx, by, storm("2026-03-09")); !errors.Is(err, holiday.ErrNotFound) {
				t.Errorf("%s previews: %v", name, err)
			}
			if _, err := o.svc.Saved(ctx, by, p.ID); !errors.Is(err, holiday.ErrNotFound) {
				t.Errorf("%s sees a preview: %v", name, err)
			}
			if _, _, err := o.svc.Confirm(ctx, by, p.ID, p.Digest()); !errors.Is(err, holiday.ErrNotFound) {
				t.Errorf("%s confirms: %v", name, err)
			}
		}
		if _, err := o.svc.Changes(ctx, reader); err != nil {
			t.Errorf("who reads: %v", err)
		}
		if _, err := o.svc.Changes(ctx, o.w.In("giam-doc")); !errors.Is(err, holiday.ErrNotFound) {
			t.Errorf("an officer lists: %v", err)
		}
		// A dossier is no change of the calendar.
		d := o.accepted("anh")
		if _, err := o.svc.Change(ctx, control, d.ID); !errors.Is(err, holiday.ErrNotFound) {
			t.Errorf("a dossier opened as a change: %v", err)
		}
	})
}

func TestWhatIsEditedByHandIsFound(t *testing.T) {
	for name, edit := range map[string]string{
		"the day":        `UPDATE calendar_day SET day = '2026-03-09'`,
		"a day more":     `INSERT INTO calendar_day (change_id, day, kind, name, name_en, basis, published, swap, since) SELECT change_id, '2026-03-10', kind, name, name_en, basis, published, swap, since FROM calendar_day`,
		"the row":        `UPDATE calendar_change SET person = 'ai-do'`,
		"the row gone":   `DELETE FROM calendar_change`,
		"the event":      `UPDATE journal_event SET body = replace(body, 'bão số 3', 'bão số 4') WHERE kind = 'calendar_change.declared'`,
		"a cut off tail": `DELETE FROM journal_event WHERE kind = 'calendar_change.completed'`,
	} {
		t.Run(name, func(t *testing.T) {
			testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
				o, ctx := open(t, db), context.Background()
				o.accepted("anh")
				p := must(o.svc.Preview(ctx, control, storm("2026-03-06")))(t)
				must2(t)(o.svc.Confirm(ctx, control, p.ID, p.Digest()))
				o.work()
				o.clean()
				err := db.InTx(ctx, func(tx *sqldb.Tx) error {
					if strings.Contains(name, "gone") {
						if _, err := tx.Exec(ctx, `DELETE FROM calendar_day`); err != nil {
							return err
						}
					}
					_, err := tx.Exec(ctx, edit)
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
				rep := must(dossierdb.Check(ctx, o.db, dossierdb.Against{
					Ring: o.signer.Keyring(), Others: []dossierdb.OtherCases{{Ours: holidaydb.Ours, Case: holidaydb.CheckCase, Orphans: holidaydb.Orphans}},
				}))(t)
				if len(rep.Findings) == 0 {
					t.Error("not found")
				}
			})
		})
	}
}
