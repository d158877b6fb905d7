package dossierdb_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/casefile"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/dossier/dossierdb"
	"github.com/motcua/motcua/internal/dossier/dossiertest"
	"github.com/motcua/motcua/internal/sqldb"
	"github.com/motcua/motcua/internal/testkit"
)

// control may open everything.
func control() access.Actor {
	return access.Actor{Person: "person-kiem-soat", Post: "kiem-soat", Rights: access.Rights{access.DossierRead: true, access.DossierReadAll: true}}
}

// stranger reads dossiers of an agency that takes part in none.
func stranger() access.Actor {
	return access.Actor{Person: "person-la", Post: "la", Agency: "so-la", Rights: access.Rights{access.DossierRead: true}}
}

// town is a small province with dossiers in every state that lists tell apart.
func town(t *testing.T, db *sqldb.DB) (*office, []*dossier.Dossier) {
	t.Helper()
	o := open(t, db)
	ctx := t.Context()
	var all []*dossier.Dossier
	add := func(d *dossier.Dossier) *dossier.Dossier { all = append(all, d); return d }
	accepted := func() *dossier.Dossier {
		return must(o.svc.Accept(ctx, o.req("cb-mot-cua", o.lodge(dossiertest.Permit, "anh")), ""))(t)
	}
	add(o.live())                                                                                           // early
	add(must(o.svc.Refuse(ctx, o.req("cb-mot-cua", o.lodge(dossiertest.Permit, "anh")), "Sai mẫu", ""))(t)) // never accepted
	late := accepted()
	asked := accepted()
	asked = o.act("truong-phong", asked, dossier.ActCommand{Action: "giao", Post: "chuyen-vien"})
	asked = must(o.svc.RequestSupplement(ctx, o.req("chuyen-vien", asked), dossier.SupplementRequest{Items: []string{"Bản vẽ"}, Reason: "Thiếu"}))(t)
	add(asked)
	renewed := accepted()
	renewed = must(o.svc.Apologise(ctx, o.req("giam-doc", renewed), dossier.ApologyCommand{Reason: "Quá tải", Fault: dossier.FaultAgency, Date: date("2026-03-13")}))(t)
	paused := accepted()
	paused = o.act("truong-phong", paused, dossier.ActCommand{Action: "giao", Post: "chuyen-vien-2"})
	add(must(o.svc.Pause(ctx, o.req("chuyen-vien-2", paused), dossier.PauseCommand{Ref: "niem-yet", Approver: "giam-doc"}))(t))
	o.clock.Set(instant("2026-03-09T10:00:00+07:00"))
	late = o.act("truong-phong", late, dossier.ActCommand{Action: "giao", Post: "chuyen-vien"})
	late = must(o.svc.ExplainLateness(ctx, o.req("chuyen-vien", late), "workload", ""))(t)
	late = o.act("chuyen-vien", late, dossier.ActCommand{Action: "trinh", Note: "Đủ điều kiện"})
	late = o.act("giam-doc", late, dossier.ActCommand{Action: "phe-duyet"})
	add(o.act("van-thu", late, dossier.ActCommand{Action: "ban-hanh", Result: dossier.Result{Number: "13/GP", Name: "Giấy phép"}}))
	add(accepted()) // within
	add(renewed)    // the first date missed, the new one to come
	add(o.lodge(dossiertest.Permit, "anh"))
	left := accepted()
	add(must(o.svc.RequestWithdrawal(ctx, dossier.Request{By: o.w.Citizen("anh"), Dossier: left.ID, Version: left.Version, Key: o.key()}, "Không cần nữa"))(t))
	open := accepted()
	o.clock.Set(instant("2026-03-20T09:00:00+07:00"))
	add(open) // overdue, not explained
	return o, all
}

// walk lists all pages, two rows each.
func walk(t *testing.T, o *office, by access.Actor, f dossier.ListFilter) []string {
	t.Helper()
	var out []string
	f.Limit = 2
	for range 50 {
		var next string
		if f.Measure.OfLegs() {
			legs, n, err := o.svc.ListLegs(t.Context(), by, f)
			if err != nil {
				t.Fatal(err)
			}
			for _, l := range legs {
				out = append(out, fmt.Sprint(l.Leg.Case, "/", l.Leg.N))
			}
			next = n
		} else {
			rows, n, err := o.svc.List(t.Context(), by, f)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range rows {
				out = append(out, r.ID)
			}
			next = n
		}
		if next == "" {
			return out
		}
		f.After = next
	}
	t.Fatal("the list does not end")
	return nil
}

func sorted(s []string) []string { s = slices.Clone(s); slices.Sort(s); return s }

func TestAListIsTheFilterOfWhatMayBeOpened(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		o, all := town(t, db)
		for name, by := range map[string]access.Actor{"control": control(), "the desk": o.w.In("cb-mot-cua"), "the department": o.w.In("chuyen-vien"), "another agency": stranger(), "nobody": {}} {
			var may []string
			for _, d := range all {
				if _, _, err := o.svc.Dossier(t.Context(), by, d.ID); err == nil {
					may = append(may, d.ID)
				}
			}
			for _, s := range dossier.Sorts {
				for _, desc := range []bool{false, true} {
					if got := walk(t, o, by, dossier.ListFilter{Sort: s, Desc: desc}); !slices.Equal(sorted(got), sorted(may)) {
						t.Errorf("%s by %s lists %d dossiers, may open %d", name, s, len(got), len(may))
					}
				}
			}
			for _, f := range filters() {
				for _, id := range walk(t, o, by, f) {
					if id = id[:26]; !slices.Contains(may, id) {
						t.Errorf("%s finds %s with %+v and may not open it", name, id, f)
					}
				}
			}
		}
		o.clean()
	})
}

var march = dossier.Windows{Day: 1}.Month(2026, time.March)

// filters ask for one thing each.
func filters() []dossier.ListFilter {
	out := []dossier.ListFilter{
		{Urgency: dossier.DueSoon},
		{Urgency: dossier.Overdue},
		{Agency: dossiertest.Department},
		{Holder: dossiertest.Department},
		{Post: "chuyen-vien"},
		{Sector: "Thử nghiệm"},
		{Procedure: dossiertest.Permit},
		{Channel: "online"},
		{Law: "2025"},
		{Reason: "workload"},
		{Reason: dossier.ReasonGiven},
		{Reason: dossier.ReasonMissing},
		{FirstMissed: true},
		{Apologised: true},
		{Status: dossier.Processing, Urgency: dossier.Overdue},
	}
	for _, w := range dossier.WaitsFor {
		out = append(out, dossier.ListFilter{Waits: w})
	}
	for _, d := range dossier.DateFields {
		out = append(out, dossier.ListFilter{Date: d, Span: march})
	}
	for _, list := range [][]dossier.Measure{dossier.LegalMeasures, dossier.NationalMeasures, dossier.LegMeasures} {
		for _, m := range list {
			out = append(out, dossier.ListFilter{Measure: m, Report: march})
		}
	}
	return out
}

func TestFiltersLeaveWhatTheirNamesSay(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		o, all := town(t, db)
		now := o.clock.Now()
		state := map[string]*dossier.Dossier{}
		for _, d := range all {
			now, _, err := o.svc.Dossier(t.Context(), control(), d.ID)
			if err != nil {
				t.Fatal(err)
			}
			state[d.ID] = now
		}
		for _, x := range []struct {
			name string
			f    dossier.ListFilter
			want func(d *dossier.Dossier) bool
		}{
			{"overdue", dossier.ListFilter{Urgency: dossier.Overdue}, func(d *dossier.Dossier) bool { return d.ResolvedAt.IsZero() && d.LateBy(now) }},
			{"late without a reason", dossier.ListFilter{Reason: dossier.ReasonMissing}, func(d *dossier.Dossier) bool { return d.LateBy(now) && d.Lateness == nil }},
			{"late for a reason", dossier.ListFilter{Reason: "workload"}, func(d *dossier.Dossier) bool { return d.Lateness != nil && d.Lateness.Reason == "workload" }},
			{"first date missed", dossier.ListFilter{FirstMissed: true}, func(d *dossier.Dossier) bool { return d.FirstMissed(now) }},
			{"apologised", dossier.ListFilter{Apologised: true}, func(d *dossier.Dossier) bool { return len(d.Apologies) > 0 }},
			{"waits for the applicant", dossier.ListFilter{Waits: dossier.WaitsApplicant}, func(d *dossier.Dossier) bool { return d.Status == dossier.SupplementRequested }},
			{"waits for something outside", dossier.ListFilter{Waits: dossier.WaitsOutside}, func(d *dossier.Dossier) bool { return d.Paused() != nil }},
			{"waits for the desk", dossier.ListFilter{Waits: dossier.WaitsDesk}, func(d *dossier.Dossier) bool {
				return d.Status == dossier.Submitted || d.Status == dossier.Resolved || d.Status == dossier.WithdrawalRequested
			}},
			{"one officer's", dossier.ListFilter{Post: "chuyen-vien-2"}, func(d *dossier.Dossier) bool { return d.Holder.Post == "chuyen-vien-2" }},
			{"resolved in March", dossier.ListFilter{Date: dossier.DateResolved, Span: march}, func(d *dossier.Dossier) bool { return !d.ResolvedAt.IsZero() }},
		} {
			var want []string
			for id, d := range state {
				if x.want(d) {
					want = append(want, id)
				}
			}
			if got := walk(t, o, control(), x.f); len(want) == 0 || !slices.Equal(sorted(got), sorted(want)) {
				t.Errorf("%s: listed %d, want %d", x.name, len(got), len(want))
			}
		}
	})
}

// TestANumberAndItsListAgree counts every measure three times: the figure, the list behind it, and the journal.
func TestANumberAndItsListAgree(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		o, all := town(t, db)
		for _, p := range []dossier.Period{march, {From: march.From, Until: instant("2026-03-09T09:00:00+07:00")}, {From: instant("2026-03-09T08:00:00+07:00"), Until: instant("2026-03-12T00:00:00+07:00")}} {
			asOf := p.AsOf(o.clock.Now())
			for _, way := range []dossier.Timeliness{dossier.ByLaw, dossier.ByNational, dossier.ByLeg} {
				for _, g := range dossier.FigureGroups {
					lines := must(o.svc.Figures(t.Context(), control(), way, g, dossier.ListFilter{Report: p}))(t)
					if g == dossier.PerMonth {
						continue // other periods: their sums are not those of the whole
					}
					for _, m := range dossier.MeasuresOf(way) {
						sum := 0
						for _, l := range lines {
							f := dossier.ListFilter{Measure: m, Report: p}
							switch g {
							case dossier.PerAgency:
								f.Agency = agencyID(l.Key)
							case dossier.PerSector:
								f.Sector = l.Key
							case dossier.PerProcedure:
								f.Procedure = l.Key
							case dossier.PerMonth:
							}
							list := walk(t, o, control(), f)
							if tally := must(o.svc.Tally(t.Context(), control(), f))(t); len(list) != l.N[m] || tally != l.N[m] {
								t.Errorf("%s by %s, %s: the figure is %d, the list has %d, counted %d", m, g, l.Key, l.N[m], len(list), tally)
							}
							sum += l.N[m]
						}
						want := 0
						for _, d := range all {
							d, _, err := o.svc.Dossier(t.Context(), control(), d.ID)
							if err != nil {
								t.Fatal(err)
							}
							if m.OfLegs() {
								for _, l := range dossier.LegRows(d) {
									if l.In(m, asOf) {
										want++
									}
								}
							} else if d.Course().In(m, asOf) && (m != dossier.Unexplained || d.Lateness == nil) {
								want++
							}
						}
						if sum != want {
							t.Errorf("%s by %s until %s: figures say %d, the journals %d", m, g, p.Until, sum, want)
						}
					}
				}
			}
		}
	})
}

func TestEveryListStatementPrepares(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		base := filters()
		base = append(base, dossier.ListFilter{
			Urgency: dossier.DueSoon, Waits: dossier.WaitsDesk, Status: dossier.Processing, Agency: "a", Holder: "b", Post: "c", Sector: "d", Procedure: "e", Channel: "f", Law: "g",
			Reason: dossier.ReasonMissing, FirstMissed: true, Apologised: true, Date: dossier.DateDue, Span: march, Measure: dossier.Unexplained, Report: march,
		}, dossier.ListFilter{})
		for _, f := range base {
			for _, scope := range []string{casefile.Everyone, "so-thu"} {
				for _, s := range dossier.Sorts {
					f.Scope, f.Sort, f.Limit, f.Now = scope, s, 50, o0
					stmt, _, err := dossierdb.ListStatement(f)
					if err != nil {
						t.Fatal(err)
					}
					if err := db.Check(context.Background(), stmt); err != nil {
						t.Fatalf("%+v: %v\n%s", f, err, stmt)
					}
				}
				stmt, _ := dossierdb.TallyStatement(f)
				if err := db.Check(context.Background(), stmt); err != nil {
					t.Fatalf("tally %+v: %v\n%s", f, err, stmt)
				}
			}
		}
	})
}

var o0 = instant("2026-03-09T09:00:00+07:00")

func instant(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

func date(s string) calendar.Date {
	d, err := calendar.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

func agencyID(s string) agency.ID { return agency.ID(s) }
