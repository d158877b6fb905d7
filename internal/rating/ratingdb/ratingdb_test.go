package ratingdb_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/dossier/dossierdb"
	"github.com/motcua/motcua/internal/dossier/dossiertest"
	"github.com/motcua/motcua/internal/jobs"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/rating"
	"github.com/motcua/motcua/internal/rating/ratingdb"
	"github.com/motcua/motcua/internal/sqldb"
	"github.com/motcua/motcua/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func TestStatementsFitBothEngines(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) { testkit.PrepareAll(t, db, ratingdb.Statements) })
}

// office is a province on one database.
type office struct {
	t      *testing.T
	db     *sqldb.DB
	w      dossiertest.World
	clock  *testkit.Clock
	signer *journal.Signer
	svc    *dossier.Service
	store  *ratingdb.Store
	desk   *rating.Desk
	keys   int
}

func open(t *testing.T, db *sqldb.DB) *office {
	t.Helper()
	signer, err := journal.NewSigner(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	o := &office{t: t, db: db, w: dossiertest.New(), clock: testkit.NewClock("2026-03-02T09:00:00+07:00"), signer: signer, store: ratingdb.New(db)}
	o.svc = dossier.NewService(dossierdb.New(db, signer, jobs.New(db, o.clock.Now, jobs.Options{}), o.clock.Now), o.w, o.clock.Now)
	o.desk = rating.NewDesk(o.store, o.clock.Now)
	return o
}

func (o *office) key() string { o.keys++; return fmt.Sprintf("key-%d", o.keys) }

func (o *office) must(d *dossier.Dossier, err error) *dossier.Dossier {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
	return d
}

// returned takes a dossier from submission to its return, by the officer of the desk in post.
func (o *office) returned(citizen, post string) *dossier.Dossier {
	o.t.Helper()
	ctx := context.Background()
	by := o.w.Citizen(citizen)
	draft, err := o.svc.StartDraft(ctx, by, dossiertest.Permit, procedure.Online)
	if err == nil {
		err = o.svc.AddPaper(ctx, by, draft.ID, dossier.Paper{Component: "don", Name: "don.pdf", Type: "pdf", Size: 10, Hash: strings.Repeat("a", 64), Form: "electronic"})
	}
	if err != nil {
		o.t.Fatal(err)
	}
	d := o.must(o.svc.Submit(ctx, by, o.key(), dossier.SubmitCommand{Draft: draft.ID, Owner: dossier.Party{Name: "Nguyễn Thị Ánh"}, Answers: json.RawMessage(`{"a":1}`)}))
	req := func(post string) dossier.Request {
		return dossier.Request{By: o.w.In(post), Dossier: d.ID, Version: d.Version, Key: o.key()}
	}
	d = o.must(o.svc.Accept(ctx, req("cb-mot-cua"), ""))
	for _, step := range []struct {
		post string
		c    dossier.ActCommand
	}{
		{"truong-phong", dossier.ActCommand{Action: "giao", Post: "chuyen-vien"}},
		{"chuyen-vien", dossier.ActCommand{Action: "trinh"}},
		{"giam-doc", dossier.ActCommand{Action: "phe-duyet"}},
		{"van-thu", dossier.ActCommand{Action: "ban-hanh", Result: dossier.Result{Number: "12/GP", Name: "Giấy phép"}}},
		{post, dossier.ActCommand{Action: "trao"}},
	} {
		d = o.must(o.svc.Act(ctx, req(step.post), step.c))
	}
	return d
}

func (o *office) clean() {
	o.t.Helper()
	rep, err := dossierdb.Check(context.Background(), o.db, dossierdb.Against{Ring: o.signer.Keyring()})
	if err != nil || len(rep.Findings) > 0 {
		o.t.Fatalf("check: %v, %v", err, rep.Findings)
	}
}

func TestScoresAddUpWhatDossiersSay(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		o := open(t, db)
		ctx := context.Background()
		a, b := o.returned("anh", "cb-mot-cua"), o.returned("binh", "cb-mot-cua")
		o.must(o.svc.Rate(ctx, dossier.Request{By: o.w.Citizen("anh"), Dossier: a.ID, Key: o.key()}, dossier.RateCommand{
			Overall: dossier.NotSatisfied, Items: map[string]dossier.Grade{"attitude": dossier.NotSatisfied, "agencies": dossier.VerySatisfied}, Comment: "Chờ lâu",
		}))
		o.must(o.svc.RateAtDesk(ctx, dossiertest.Desk, b.ID, o.key(), dossier.RateCommand{Overall: dossier.VerySatisfied, Items: map[string]dossier.Grade{"attitude": dossier.Satisfied}}))
		o.clean()

		p := rating.Of(calendar.DateOf(o.clock.Now()), 15)
		list, err := o.store.Agencies(ctx, p.From.At(0), p.Until.At(0))
		if err != nil || len(list) != 2 {
			t.Fatalf("%v, %+v", err, list)
		}
		dep := list[0]
		if dep.Agency != dossiertest.Department || dep.Dossiers != 2 || dep.Dated != 2 || dep.Late != 0 || dep.Online != 2 || dep.Rated != 2 || dep.Very != 1 || dep.Dissatisfied != 1 {
			t.Errorf("resolving agency: %+v", dep)
		}
		if dep.Timing != (rating.Tally{Points: 4, Dossiers: 2}) || dep.Attitude != (rating.Tally{Points: 1, Dossiers: 2}) || dep.Agencies != (rating.Tally{Points: 2, Dossiers: 1}) || dep.Contacts != [3]int{2, 0, 0} {
			t.Errorf("resolving agency: %+v", dep)
		}
		if desk := list[1]; desk.Agency != dossiertest.Desk || desk.Dated != 0 || desk.Attitude.Dossiers != 2 {
			t.Errorf("desk: %+v", desk)
		}
		people, err := o.store.People(ctx, dossiertest.Department, p.From.At(0), p.Until.At(0))
		if err != nil || len(people) != 4 { // head of division, officer, director, clerk
			t.Fatalf("%v, %+v", err, people)
		}
		for _, s := range people {
			if s.Person == "" || s.Dossiers != 2 || s.Rated != 2 {
				t.Errorf("officer: %+v", s)
			}
		}
		if list, err := o.store.Agencies(ctx, p.Until.At(0), p.Until.At(0).AddDate(0, 3, 0)); err != nil || len(list) != 0 {
			t.Errorf("another period: %v, %+v", err, list)
		}
		rated, err := o.store.Rated(ctx, dossiertest.Department, p.From.At(0), p.Until.At(0), 10)
		if err != nil || len(rated) != 2 {
			t.Fatalf("%v, %+v", err, rated)
		}
		for _, r := range rated {
			if r.Case == a.ID && (!r.Commented || r.Items != "agencies=very_satisfied attitude=not_satisfied" || r.Via != dossier.RatedByAccount) {
				t.Errorf("rated by account: %+v", r)
			}
			if r.Case == b.ID && (r.Commented || r.Via != dossier.RatedAtDesk) {
				t.Errorf("rated at the desk: %+v", r)
			}
		}
	})
}

func TestCheckFindsAScoreThatNobodyGave(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		o := open(t, db)
		o.returned("anh", "cb-mot-cua")
		o.clean()
		for _, stmt := range []string{
			`UPDATE dossier_score SET attitude = 2 WHERE person = ''`,
			`UPDATE dossier_return SET overall = 'very_satisfied', rated_at = 1`,
		} {
			if err := db.InTx(context.Background(), func(tx *sqldb.Tx) error { _, err := tx.Exec(context.Background(), stmt); return err }); err != nil {
				t.Fatal(err)
			}
		}
		rep, err := dossierdb.Check(context.Background(), db, dossierdb.Against{Ring: o.signer.Keyring()})
		found := map[string]bool{}
		for _, f := range rep.Findings {
			found[f.What] = true
		}
		if err != nil || !found["dossier_score"] || !found["dossier_return"] {
			t.Errorf("%v, %v", err, rep.Findings)
		}
	})
}

func TestATabletRatesWhatItsOfficerJustReturned(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		o := open(t, db)
		ctx := context.Background()
		officer, other := o.w.In("cb-mot-cua"), o.w.In("cb-mot-cua-2")
		if _, _, err := o.desk.Prepare(ctx, o.w.In("chuyen-vien"), "Quầy 3"); !errors.Is(err, dossier.ErrNotFound) {
			t.Errorf("an officer who returns nothing opens a tablet: %v", err)
		}
		if _, _, err := o.desk.Prepare(ctx, officer, " "); !errors.Is(err, rating.ErrTabletName) {
			t.Errorf("a tablet without a name: %v", err)
		}
		_, code, err := o.desk.Prepare(ctx, officer, "Quầy 3")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := o.desk.Pair(ctx, "AAAAAAAA"); !errors.Is(err, rating.ErrTabletCode) {
			t.Errorf("a guessed code: %v", err)
		}
		token, err := o.desk.Pair(ctx, strings.ToLower(code[:4])+" "+code[4:])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := o.desk.Pair(ctx, code); !errors.Is(err, rating.ErrTabletCode) {
			t.Errorf("a code works twice: %v", err)
		}
		tablet, err := o.desk.Tablet(ctx, token)
		if err != nil || tablet.Name != "Quầy 3" || tablet.Desk != dossiertest.Desk {
			t.Fatalf("%+v, %v", tablet, err)
		}
		mine, theirs := o.returned("anh", "cb-mot-cua"), o.returned("binh", "cb-mot-cua-2")
		offers, err := o.desk.Offers(ctx, tablet)
		if err != nil || len(offers) != 1 || offers[0].Case != mine.ID {
			t.Fatalf("offers: %+v, %v", offers, err)
		}
		if r, err := o.desk.Find(ctx, tablet, " "+strings.ToLower(theirs.Code)+" "); err != nil || r.Case != theirs.ID {
			t.Errorf("a code typed at the same desk: %+v, %v", r, err)
		}
		if _, err := o.desk.Find(ctx, tablet, "H99.02-260302-9999"); !errors.Is(err, rating.ErrCodeAbsent) {
			t.Errorf("an absent code: %v", err)
		}
		if _, err := o.svc.RateAtDesk(ctx, dossiertest.Department, mine.ID, o.key(), dossier.RateCommand{Overall: dossier.Satisfied}); !errors.Is(err, dossier.ErrNotFound) {
			t.Errorf("another desk rates it: %v", err)
		}
		o.must(o.svc.RateAtDesk(ctx, dossiertest.Desk, mine.ID, "tablet", dossier.RateCommand{Overall: dossier.Satisfied}))
		o.must(o.svc.RateAtDesk(ctx, dossiertest.Desk, mine.ID, "tablet", dossier.RateCommand{Overall: dossier.Satisfied})) // the same form again
		if _, err := o.svc.RateAtDesk(ctx, dossiertest.Desk, mine.ID, o.key(), dossier.RateCommand{Overall: dossier.Satisfied}); !errors.Is(err, dossier.ErrRated) {
			t.Errorf("a second rating: %v", err)
		}
		if offers, err := o.desk.Offers(ctx, tablet); err != nil || len(offers) != 0 {
			t.Errorf("a rated dossier is offered: %+v, %v", offers, err)
		}
		if _, err := o.desk.Find(ctx, tablet, mine.Code); !errors.Is(err, rating.ErrCodeAbsent) {
			t.Errorf("a rated dossier is found: %v", err)
		}
		late := o.returned("chi", "cb-mot-cua")
		o.clock.Add(16 * time.Minute)
		if offers, err := o.desk.Offers(ctx, tablet); err != nil || len(offers) != 0 {
			t.Errorf("offered too long: %+v, %v", offers, err)
		}
		if _, err := o.desk.Find(ctx, tablet, late.Code); err != nil {
			t.Errorf("its code no longer works: %v", err)
		}
		if list, err := o.desk.Tablets(ctx, other); err != nil || len(list) != 1 {
			t.Errorf("tablets of the desk: %+v, %v", list, err)
		}
		if err := o.desk.End(ctx, access.Actor{Person: "x", Post: "p", Agency: "noi-khac", Rights: access.Rights{access.DossierReturn: true}}, tablet.ID); !errors.Is(err, rating.ErrTabletGone) {
			t.Errorf("another desk closes it: %v", err)
		}
		if err := o.desk.End(ctx, other, tablet.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := o.desk.Tablet(ctx, token); !errors.Is(err, rating.ErrTabletGone) {
			t.Errorf("a closed tablet: %v", err)
		}
		_, code, _ = o.desk.Prepare(ctx, officer, "Quầy 4")
		o.clock.Add(rating.PairingLife)
		if _, err := o.desk.Pair(ctx, code); !errors.Is(err, rating.ErrTabletCode) {
			t.Errorf("a code that is too old: %v", err)
		}
		for i := range rating.MaxTablets + 1 {
			if _, _, err = o.desk.Prepare(ctx, officer, fmt.Sprint("Quầy ", i)); err != nil {
				break
			}
		}
		if !errors.Is(err, rating.ErrTabletMany) {
			t.Errorf("tablets without end: %v", err)
		}
		o.clean()
	})
}

func TestATabletClosesByItself(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		o := open(t, db)
		ctx := context.Background()
		_, code, err := o.desk.Prepare(ctx, o.w.In("cb-mot-cua"), "Quầy 3")
		if err != nil {
			t.Fatal(err)
		}
		token, err := o.desk.Pair(ctx, code)
		if err != nil {
			t.Fatal(err)
		}
		o.clock.Add(rating.TabletLife)
		if _, err := o.desk.Tablet(ctx, token); !errors.Is(err, rating.ErrTabletGone) {
			t.Errorf("after a day: %v", err)
		}
		for _, bad := range []string{"", "x", strings.Repeat("x", 200)} {
			if _, err := o.desk.Tablet(ctx, bad); !errors.Is(err, rating.ErrTabletGone) {
				t.Errorf("token %.10q: %v", bad, err)
			}
		}
	})
}
