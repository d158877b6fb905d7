package holidaydb_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/deadline"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/dossier/dossiertest"
	"github.com/motcua/motcua/internal/holiday"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/law"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/sqldb"
	"github.com/motcua/motcua/internal/testkit"
)

// fill records n dossiers that were accepted during the week before and wait at their second step.
func (o *office) fill(n int) {
	o.t.Helper()
	v, err := o.w.Cat.Version(dossiertest.Permit, "2026-03-02")
	if err != nil {
		o.t.Fatal(err)
	}
	pinned := o.w.Cat.OfferOf(v, "2026-03-02").Process
	process := *pinned.Value
	process.Digest = pinned.Digest
	b := o.reg.NewBatch()
	for i := range n {
		at := calendar.MustDate("2026-02-24").At(8 * 60).Add(time.Duration(i%5)*24*time.Hour + time.Duration(i%400)*time.Minute)
		f := dossier.Facts{
			Now: at, Rules: law.At(calendar.DateOf(at)), Procedure: *v, Process: process,
			Clock: deadline.Env{Calendar: calendar.Civil, Office: calendar.StandardOffice}, DeskClock: deadline.Env{},
		}
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
		code, err := dossier.FormatCode("H99.02", calendar.DateOf(at), i+1)
		if err != nil {
			o.t.Fatal(err)
		}
		step(life.State().Accept(f, o.w.In("cb-mot-cua"), code, "7wd"))
		events, err := life.State().Act(f, o.w.In("truong-phong"), dossier.ActCommand{Action: "giao", Post: "chuyen-vien"})
		if err != nil {
			o.t.Fatal(err)
		}
		step(events[0], nil)
		if err := b.Add(life, false); err != nil {
			o.t.Fatal(err)
		}
	}
	b.Ready()
	if err := o.reg.RecordBatch(context.Background(), b); err != nil {
		o.t.Fatal(err)
	}
}

// A change over more dossiers than one step moves and one event lists.
func TestAChangeOverManyDossiers(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		o, ctx := open(t, db), context.Background()
		o.fill(1_200)
		o.clock.Set(calendar.MustDate("2026-03-04").At(9 * 60))
		p := must(o.svc.Preview(ctx, control, storm("2026-03-05", "2026-03-09")))(t)
		n := holiday.Count(p.Lines)
		if n != (holiday.Counts{Moved: 480, Kept: 720}) {
			t.Fatalf("%+v", n)
		}
		c := must2(t)(o.svc.Confirm(ctx, control, p.ID, p.Digest()))
		for range 10 {
			if !c.Completed.IsZero() {
				break
			}
			o.work()
			c = must(o.svc.Change(ctx, control, c.ID))(t)
		}
		if c.Completed.IsZero() || c.Moved != n.Moved || c.Skipped != 0 || len(c.Entries) != 1_200 {
			t.Errorf("%d moved, %d left, completed %s", c.Moved, c.Skipped, c.Completed)
		}
		o.clean()
	})
}

// Ten thousand running dossiers must be previewed in a few seconds.
func BenchmarkPreviewOfTenThousandDossiers(b *testing.B) {
	o, ctx := openFor(b, testkit.SQLite(b)), context.Background()
	o.fill(10_000)
	o.clock.Set(calendar.MustDate("2026-03-04").At(9 * 60))
	for b.Loop() {
		p, err := o.svc.Preview(ctx, control, storm("2026-03-05", "2026-03-09"))
		if err != nil || len(p.Lines) != 10_000 {
			b.Fatal(len(p.Lines), err)
		}
	}
}
