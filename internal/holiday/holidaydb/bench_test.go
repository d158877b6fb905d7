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

// A preview over ten thousand running dossiers is shown within seconds, and its application ends.
func TestTenThousandRunningDossiers(t *testing.T) {
	if testing.Short() {
		t.Skip("ten thousand dossiers; the same on two engines takes half a minute")
	}
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		o, ctx := open(t, db), context.Background()
		o.fill(10_000)
		o.clock.Set(calendar.MustDate("2026-03-04").At(9 * 60))
		began := time.Now()
		p := must(o.svc.Preview(ctx, control, storm("2026-03-05", "2026-03-09")))(t)
		preview := time.Since(began)
		n := holiday.Count(p.Lines)
		if n.Moved+n.Kept+n.Untouched < 9_000 {
			t.Fatalf("%+v", n)
		}
		began = time.Now()
		c := must2(t)(o.svc.Confirm(ctx, control, p.ID, p.Digest()))
		confirm := time.Since(began)
		began = time.Now()
		for range 100 {
			if !must(o.svc.Change(ctx, control, c.ID))(t).Completed.IsZero() {
				break
			}
			o.work()
		}
		applied := time.Since(began)
		c = must(o.svc.Change(ctx, control, c.ID))(t)
		t.Logf("%+v: preview %s, confirmation %s, %d dossiers moved in %s", n, preview.Round(time.Millisecond), confirm.Round(time.Millisecond), c.Moved, applied.Round(time.Millisecond))
		if c.Moved != n.Moved {
			t.Errorf("%d moved of %d", c.Moved, n.Moved)
		}
		if preview > 20*time.Second {
			t.Errorf("the preview took %s", preview)
		}
	})
}
