package dossier_test

import (
	"errors"
	"testing"
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/dossier/dossiertest"
	"github.com/motcua/motcua/internal/law"
	"github.com/motcua/motcua/internal/procedure"
)

// The scenarios are those that people who know the law wrote down, with their dates.

func at(text string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", text, calendar.Zone)
	if err != nil {
		panic(err)
	}
	return t
}

func day(t time.Time) string { return t.In(calendar.Zone).Format(time.DateOnly) }

func clockOf(t time.Time) string { return t.In(calendar.Zone).Format("2006-01-02 15:04") }

// lodgeAt is lodge at an instant.
func lodgeAt(t *testing.T, channel, when string) *stage {
	t.Helper()
	s := &stage{t: t, w: dossiertest.New(), now: at(when)}
	e, err := dossier.Submit(s.facts(), s.w.Citizen("anh"), dossier.Submission{
		Channel: channel, Desk: dossiertest.Desk, Competent: dossiertest.Department, Owner: dossier.Party{Name: "Nguyễn Thị Ánh"}, Account: "anh",
		Papers: []dossier.Paper{{Component: "don", Name: "don.pdf"}},
	})
	s.keep(e, err)
	return s
}

func (s *stage) acceptWithin(limit string) *stage {
	s.t.Helper()
	s.keep(s.d.Accept(s.facts(), s.in("cb-mot-cua"), "H99.02-260302-0001", limit))
	return s
}

func (s *stage) on(when string) *stage {
	s.now = at(when)
	return s
}

func TestScenario1AnOnlineSubmissionBeforeTetIsAnsweredOnTheMorningAfter(t *testing.T) {
	s := lodgeAt(t, procedure.Online, "2026-02-13 15:30")
	if got := clockOf(s.d.AnswerDue); got != "2026-02-23 15:30" {
		t.Errorf("an answer is due %s", got)
	}
	if got := law.At(calendar.DateOf(s.now)).Online.AlertMinutes; got != 120 {
		t.Errorf("the officer is alerted within %d minutes", got)
	}
}

func TestScenario2PaperAfterThreeGoesInTheMorningAndTheClockStartsAtOnce(t *testing.T) {
	s := lodgeAt(t, procedure.Direct, "2026-02-10 15:20").acceptWithin("5wd")
	if got := day(s.d.DueAt()); got != "2026-02-24" {
		t.Errorf("due %s", got)
	}
}

func TestScenario3AnIncompleteDossierRestartsOrIsClosed(t *testing.T) {
	s := lodgeAt(t, procedure.Online, "2026-03-02 08:00").acceptWithin("10wd")
	if got := day(s.d.DueAt()); got != "2026-03-16" {
		t.Fatalf("due %s", got)
	}
	s.does("truong-phong", "giao", toOfficer)
	by, err := s.d.AskBy(s.facts())
	if err != nil || day(by) != "2026-03-05" {
		t.Errorf("papers may be asked for until %s, %v", day(by), err)
	}
	request := dossier.SupplementRequest{Items: []string{"Bản vẽ"}, Reason: "Thiếu"}
	s.on("2026-03-06 08:00")
	if _, err := s.d.RequestSupplement(s.facts(), s.in("chuyen-vien"), request); !errors.Is(err, dossier.ErrLateRequest) {
		t.Errorf("asked on the fourth working day without a basis: %v", err)
	}
	s.on("2026-03-05 10:00").supplement("chuyen-vien")
	if s.d.Pending().Until != "2026-03-20" {
		t.Errorf("to be completed until %s", s.d.Pending().Until)
	}
	open := s.d.Clone()

	s.on("2026-03-12 09:00")
	s.keep(s.d.Complete(s.facts(), s.w.Citizen("anh"), dossier.SupplementCommand{}))
	if got := day(s.d.DueAt()); got != "2026-03-26" {
		t.Errorf("completed on 12/03, due anew %s", got)
	}
	if day(s.d.FirstDue) != "2026-03-16" {
		t.Errorf("the first date became %s", day(s.d.FirstDue))
	}

	s.d = open
	system := access.Actor{System: true}
	s.on("2026-03-20 23:00")
	if _, err := s.d.Close(s.facts(), system); !errors.Is(err, dossier.ErrStillDue) {
		t.Errorf("closed on the last day: %v", err)
	}
	s.on("2026-03-21 00:30")
	if _, err := s.d.Close(s.facts(), system); err != nil {
		t.Errorf("not closed after it: %v", err)
	}
}

func TestScenario4OneApologyInTimeAndNoSecond(t *testing.T) {
	s := lodgeAt(t, procedure.Online, "2026-03-02 08:00").acceptWithin("10wd").does("truong-phong", "giao", toOfficer)
	if got := s.d.ApologyBy(1); got.String() != "2026-03-15" {
		t.Errorf("an apology is in time until %s", got)
	}
	sorry := dossier.ApologyCommand{Reason: "Chờ kiểm tra thực địa", Fault: dossier.FaultAgency, Date: calendar.MustDate("2026-03-20")}
	late := s.d.Clone()

	s.on("2026-03-13 16:00")
	s.keep(s.d.Apologise(s.facts(), s.in("giam-doc"), sorry))
	if got := clockOf(s.d.DueAt()); got != "2026-03-20 17:00" {
		t.Errorf("the new date is %s", got)
	}
	if s.d.Apologies[0].Late {
		t.Error("an apology three days before is called late")
	}
	s.on("2026-03-17 08:00")
	if !s.d.FirstMissed(s.now) || s.d.LateBy(s.now) {
		t.Error("the first date passed: the report must show it missed, and the dossier is not overdue")
	}
	sorry.Date = calendar.MustDate("2026-03-25")
	if _, err := s.d.Apologise(s.facts(), s.in("giam-doc"), sorry); !errors.Is(err, dossier.ErrSecondApology) {
		t.Errorf("a second apology: %v", err)
	}

	// On the due day itself it is too late: the letter goes out, the date in force stays.
	s.d = late
	s.on("2026-03-16 09:00")
	s.keep(s.d.Apologise(s.facts(), s.in("giam-doc"), sorry))
	if a := s.d.Apologies[0]; !a.Late || day(s.d.DueAt()) != "2026-03-16" || day(s.d.Promised()) != "2026-03-25" {
		t.Errorf("late %v, due %s, promised %s", a.Late, day(s.d.DueAt()), day(s.d.Promised()))
	}
}

func TestScenario5ADossierReceivedElsewhereCarriesTheCodeTheRuleSetSays(t *testing.T) {
	parties := dossier.CodeParties{Receiving: "H99.40.01", Resolving: "H99.40.02"}
	for _, c := range []struct{ day, want string }{{"2026-03-04", "H99.40.02"}, {"2025-06-30", "H99.40.01"}} {
		if got := dossier.CodeAgency(law.At(calendar.MustDate(c.day)), parties); got != c.want {
			t.Errorf("on %s the code begins with %s, want %s", c.day, got, c.want)
		}
	}
	s := lodgeAt(t, procedure.Direct, "2026-03-04 16:00").acceptWithin("5wd")
	if got := s.d.Agencies(); len(got) != 2 || got[0] != dossiertest.Desk || got[1] != dossiertest.Department {
		t.Errorf("both see it: %v", got)
	}
	s.does("truong-phong", "giao", toOfficer).does("chuyen-vien", "trinh").does("giam-doc", "phe-duyet").does("van-thu", "ban-hanh", withResult)
	if s.d.Holder.Agency != dossiertest.Desk {
		t.Errorf("the result waits at %s, not at the desk that received", s.d.Holder.Agency)
	}
}

func TestScenario7NobodyWithdrawsAfterTheDecision(t *testing.T) {
	s := lodgeAt(t, procedure.Online, "2026-03-02 08:00").acceptWithin("10wd").does("truong-phong", "giao", toOfficer).does("chuyen-vien", "trinh")
	if _, err := s.d.RequestWithdrawal(s.facts(), s.w.Citizen("anh"), ""); err != nil {
		t.Errorf("before the decision: %v", err)
	}
	s.does("giam-doc", "phe-duyet")
	if _, err := s.d.RequestWithdrawal(s.facts(), s.w.Citizen("anh"), ""); !errors.Is(err, dossier.ErrDecided) {
		t.Errorf("after the decision: %v", err)
	}
}

func TestScenario8ASecondRequestNeedsABasisAndAHead(t *testing.T) {
	s := lodgeAt(t, procedure.Online, "2026-03-02 08:00").acceptWithin("10wd").does("truong-phong", "giao", toOfficer).on("2026-03-03 08:00").supplement("chuyen-vien")
	s.on("2026-03-04 08:00")
	s.keep(s.d.Complete(s.facts(), s.w.Citizen("anh"), dossier.SupplementCommand{}))
	again := dossier.SupplementRequest{Items: []string{"Hợp đồng"}, Reason: "Thiếu"}
	for _, c := range []struct {
		basis, approver string
		want            error
	}{{"", "", dossier.ErrSecondRequest}, {"Điều 9 Luật Thử", "", dossier.ErrApproverNeeded}, {"Điều 9 Luật Thử", "truong-phong", nil}} {
		again.Basis, again.Approver = c.basis, c.approver
		e, err := s.d.RequestSupplement(s.facts(), s.in("chuyen-vien"), again)
		if !errors.Is(err, c.want) {
			t.Errorf("basis %q, approver %q: %v, want %v", c.basis, c.approver, err, c.want)
		}
		if err == nil {
			s.keep(e, nil)
		}
	}
	if n := len(s.d.Supplements); n != 2 || !s.d.Supplements[1].Breach {
		t.Errorf("%d requests, the second flagged: %v", n, n == 2 && s.d.Supplements[1].Breach)
	}
}

func TestADossierKeepsTheRuleSetItWasAcceptedUnder(t *testing.T) {
	s := lodgeAt(t, procedure.Direct, "2025-06-30 08:00").acceptWithin("10wd")
	if s.d.Law != "nd61-2018+nd107-2021" {
		t.Errorf("accepted on the last day of the decree of 2018 under %s", s.d.Law)
	}
	var none agency.ID
	if got, ok := s.d.LastSlip(dossier.FormReceipt); !ok || got.Law != s.d.Law || got.Book == none || got.Number != 1 || got.Year != 2025 {
		t.Errorf("receipt %+v", got)
	}
}
