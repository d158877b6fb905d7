package app

import (
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/sqldb"
	"github.com/motcua/motcua/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// demoAt opens a demo province whose clock stands at now.
func demoAt(t *testing.T, cfg sqldb.Config, now time.Time) *App {
	t.Helper()
	c := Config{Data: t.TempDir(), DB: cfg.URL, Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)}
	if cfg.Path != "" {
		c.Data = filepath.Dir(cfg.Path)
	}
	a, err := Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := a.SetUpDemo(t.Context()); err != nil {
		t.Fatal(err)
	}
	return a
}

func TestAFilledProvinceChecksCleanShowsEveryStateAndCountsOn(t *testing.T) {
	now := time.Date(2026, 11, 20, 3, 30, 0, 0, time.UTC) // a Friday, 10:30 in Việt Nam
	testkit.Configs(t, func(t *testing.T, cfg sqldb.Config) {
		a := demoAt(t, cfg, now)
		ctx := t.Context()
		const n = 300
		if added, err := a.FillDemo(ctx, n); err != nil || added != n {
			t.Fatalf("added %d: %v", added, err)
		}
		rep, err := a.Check(ctx)
		if err != nil || len(rep.Findings) > 0 || rep.Dossiers != n || rep.Open > 0 {
			t.Fatalf("check: %+v %v", rep, err)
		}
		all := access.Actor{System: true}
		seen := map[dossier.Status]int{}
		for _, s := range dossier.Statuses {
			rows, _, err := a.dossiers.Find(ctx, all, "", s, "")
			if err != nil {
				t.Fatal(err)
			}
			if seen[s] = len(rows); seen[s] == 0 {
				t.Errorf("no dossier is %s", s)
			}
		}
		steps, overdue := map[string]bool{}, 0
		rows, _, err := a.dossiers.Find(ctx, all, "", dossier.Processing, "")
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			steps[r.Step] = true
			if r.Due.Before(now) {
				overdue++
			}
		}
		if len(steps) < 5 || overdue == 0 || overdue == len(rows) {
			t.Errorf("steps %v, %d of %d overdue", steps, overdue, len(rows))
		}

		// A demo citizen finds dossiers of their own.
		mine := 0
		for _, p := range []string{"cong-dan", "cong-dan-2", "cong-dan-3"} {
			rows, _, err := a.dossiers.Find(ctx, access.Actor{Person: p, Citizen: true}, "", "", "")
			if err != nil {
				t.Fatal(err)
			}
			mine += len(rows)
		}
		if mine == 0 {
			t.Error("no demo citizen has a dossier")
		}

		// Codes go on where the history ended: numbers have no gap, and the next act takes the next one.
		serials, err := a.store.Serials(ctx)
		if err != nil {
			t.Fatal(err)
		}
		codes := map[string]int{}
		after := ""
		for {
			rows, next, err := a.dossiers.Find(ctx, all, "", "", after)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range rows {
				if p, err := dossier.ParseCode(r.Code); err == nil {
					codes[dossier.CodeScope(p.Agency, p.Date)]++
				}
				d, _, err := a.dossiers.Dossier(ctx, all, r.ID)
				if err != nil {
					t.Fatal(err)
				}
				for _, s := range d.Slips {
					codes[s.Serial()]++
				}
			}
			if after = next; after == "" {
				break
			}
		}
		for scope, last := range serials {
			if codes[scope] != last {
				t.Errorf("%s: counted to %d, %d numbers given", scope, last, codes[scope])
			}
		}
		rows, _, err = a.dossiers.Find(ctx, all, "", dossier.Submitted, "")
		if err != nil {
			t.Fatal(err)
		}
		for i, r := range rows[:3] {
			d, err := a.dossiers.Accept(ctx, dossier.Request{By: all, Dossier: r.ID, Version: r.Version, Key: fmt.Sprint("key", i)}, "")
			if err != nil {
				t.Fatal(err)
			}
			p, err := dossier.ParseCode(d.Code)
			if err != nil || !strings.HasPrefix(d.Code, p.Agency) {
				t.Fatalf("code %s: %v", d.Code, err)
			}
			scope := dossier.CodeScope(p.Agency, calendar.DateOf(now))
			serials[scope]++
			if p.Serial != serials[scope] {
				t.Errorf("%s got number %d, want %d", d.Code, p.Serial, serials[scope])
			}
		}
		if added, err := a.FillDemo(ctx, n); err != nil || added != 0 {
			t.Errorf("filled again: %d %v", added, err)
		}
		if added, err := a.FillDemo(ctx, n+40); err != nil || added != 40 {
			t.Errorf("filled up: %d %v", added, err)
		}
		if rep, err = a.Check(ctx); err != nil || len(rep.Findings) > 0 || rep.Dossiers != n+40 {
			t.Errorf("check after more: %+v %v", rep, err)
		}
	})
}
