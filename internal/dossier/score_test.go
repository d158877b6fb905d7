package dossier_test

import (
	"slices"
	"testing"
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/dossier/dossiertest"
	"github.com/motcua/motcua/internal/procedure"
)

func scoreOf(t *testing.T, rows []dossier.ScoreRow, a agency.ID, person string) dossier.ScoreRow {
	t.Helper()
	i := slices.IndexFunc(rows, func(r dossier.ScoreRow) bool { return r.Agency == a && r.Person == person })
	if i < 0 {
		t.Fatalf("no row of %s %q in %+v", a, person, rows)
	}
	return rows[i]
}

func TestWhatADossierAddsToScores(t *testing.T) {
	if rows := dossier.ScoreRows(lodge(t, procedure.Online).decided().d); rows != nil {
		t.Errorf("a dossier without a result has scores: %+v", rows)
	}
	// Accepted Monday with ten working days; resolved within the hour: early for everybody who had a limit.
	s := lodge(t, procedure.Online).returned()
	rows := dossier.ScoreRows(s.d)
	resolving := scoreOf(t, rows, dossiertest.Department, "")
	if resolving.Timing != 2 || resolving.Supplements != 0 || resolving.Attitude != dossier.None || resolving.Overall != dossier.None || !resolving.Online {
		t.Errorf("resolving agency: %+v", resolving)
	}
	desk := scoreOf(t, rows, dossiertest.Desk, "")
	if desk.Timing != dossier.None || desk.Supplements != 0 {
		t.Errorf("the desk does not answer for the whole time: %+v", desk)
	}
	if o := scoreOf(t, rows, dossiertest.Department, "person-chuyen-vien"); o.Own != 2 || o.Timing != 2 {
		t.Errorf("officer: %+v", o)
	}
	// The head's day: one working day for the step, done on the day before it ends.
	if o := scoreOf(t, rows, dossiertest.Department, "person-giam-doc"); o.Own != 2 {
		t.Errorf("head: %+v", o)
	}
	s.keep(s.d.Rate(s.facts(), access.Actor{System: true}, dossier.RateCommand{Via: dossier.RatedAtDesk, Overall: dossier.Satisfied, Items: map[string]dossier.Grade{
		"agencies": dossier.VerySatisfied, "attitude": dossier.NotSatisfied,
	}}))
	rated := scoreOf(t, dossier.ScoreRows(s.d), dossiertest.Desk, "")
	if rated.Agencies != 2 || rated.Attitude != 0 || rated.Overall != 1 {
		t.Errorf("after the rating: %+v", rated)
	}
}

func TestALateStretchCostsWhoWasLate(t *testing.T) {
	s := lodge(t, procedure.Online).assigned().after(30*24*time.Hour).does("chuyen-vien", "trinh").does("giam-doc", "phe-duyet").does("van-thu", "ban-hanh", withResult)
	rows := dossier.ScoreRows(s.d)
	if r := scoreOf(t, rows, dossiertest.Department, ""); r.Timing != 0 || r.Own != 0 {
		t.Errorf("agency: %+v", r)
	}
	if r := scoreOf(t, rows, dossiertest.Department, "person-chuyen-vien"); r.Own != 0 {
		t.Errorf("the officer who was late: %+v", r)
	}
	if r := scoreOf(t, rows, dossiertest.Department, "person-giam-doc"); r.Own != 2 {
		t.Errorf("the head who was not: %+v", r)
	}
}

func TestASupplementCountsAsAContact(t *testing.T) {
	s := lodge(t, procedure.Online).supplement("cb-mot-cua")
	s.keep(s.d.Complete(s.facts(), s.w.Citizen("anh"), dossier.SupplementCommand{}))
	s.resolved()
	if r := scoreOf(t, dossier.ScoreRows(s.d), dossiertest.Department, ""); r.Supplements != 1 {
		t.Errorf("%+v", r)
	}
}

func TestARowOfReturnStandsFromTheReturnOn(t *testing.T) {
	s := lodge(t, procedure.Online).resolved()
	if rows := dossier.ReturnRows(s.d); rows != nil {
		t.Errorf("before the return: %+v", rows)
	}
	s.does("cb-mot-cua", "trao")
	rows := dossier.ReturnRows(s.d)
	if len(rows) != 1 || rows[0].Person != "person-cb-mot-cua" || rows[0].Desk != dossiertest.Desk || !rows[0].RatedAt.IsZero() || rows[0].At.IsZero() {
		t.Fatalf("%+v", rows)
	}
	s.keep(s.d.Rate(s.facts(), s.w.Citizen("anh"), dossier.RateCommand{Via: dossier.RatedByAccount, Overall: dossier.NotSatisfied, Items: map[string]dossier.Grade{"time": dossier.NotSatisfied, "cost": dossier.Satisfied}, Comment: "Chờ lâu"}))
	r := dossier.ReturnRows(s.d)[0]
	if r.RatedAt.IsZero() || r.Overall != dossier.NotSatisfied || r.Items != "time=not_satisfied cost=satisfied" || !r.Commented {
		t.Errorf("after the rating: %+v", r)
	}
}
