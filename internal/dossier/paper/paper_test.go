package paper_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/motcua/motcua/internal/casefile"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/dossier/dossierdb"
	"github.com/motcua/motcua/internal/dossier/dossiertest"
	"github.com/motcua/motcua/internal/dossier/paper"
	"github.com/motcua/motcua/internal/jobs"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/print"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// desk is a service with one submitted dossier.
type desk struct {
	t     *testing.T
	w     dossiertest.World
	clock *testkit.Clock
	svc   *dossier.Service
	d     *dossier.Dossier
	n     int
}

func open(t *testing.T) *desk {
	t.Helper()
	signer, err := journal.NewSigner(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	o := &desk{t: t, w: dossiertest.New(), clock: testkit.NewClock("2026-03-02T09:00:00+07:00")}
	db := testkit.SQLite(t)
	o.svc = dossier.NewService(dossierdb.New(db, signer, jobs.New(db, o.clock.Now, jobs.Options{}), o.clock.Now), o.w, o.clock.Now)
	ctx, by := context.Background(), o.w.Citizen("anh")
	draft, err := o.svc.StartDraft(ctx, by, dossiertest.Permit, procedure.Online)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []dossier.Paper{{Component: "don", Name: "don.pdf", Form: "electronic"}, {Component: "ban-ve", Name: "bv", Form: "copy", Count: 2}, {Name: "them.pdf"}} {
		if err := o.svc.AddPaper(ctx, by, draft.ID, p); err != nil {
			t.Fatal(err)
		}
	}
	o.d, err = o.svc.Submit(ctx, by, "k", dossier.SubmitCommand{Draft: draft.ID, Owner: dossier.Party{Name: "Nguyễn Thị Ánh", Number: "001190000001"}, Submitter: dossier.Party{Name: "Lê Văn Bình"}})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func (o *desk) req(post string) dossier.Request {
	o.n++
	return dossier.Request{By: o.w.In(post), Dossier: o.d.ID, Version: o.d.Version, Key: strings.Repeat("k", o.n+1)}
}

func (o *desk) did(d *dossier.Dossier, err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
	o.d = d
}

func (o *desk) source() paper.Source {
	return paper.Source{Catalogue: o.w.Cat, Address: "https://motcua.example.vn", Name: func(id string) string {
		if id == "person-cb-mot-cua" {
			return "Trần Thị Tiếp"
		}
		return ""
	}}
}

func TestTheReceiptSaysWhatWasAcceptedByWhomAndUntilWhen(t *testing.T) {
	t.Parallel()
	o := open(t)
	if _, err := o.source().Receipt(o.d, print.CopyGiven); !errors.Is(err, paper.ErrNone) {
		t.Errorf("a receipt before the acceptance: %v", err)
	}
	o.did(o.svc.Accept(context.Background(), o.req("cb-mot-cua"), ""))
	r, err := o.source().Receipt(o.d, print.CopyGiven)
	if err != nil {
		t.Fatal(err)
	}
	if r.DossierCode != o.d.Code || r.Officer != "Trần Thị Tiếp" || r.Limit != "4 ngày làm việc" || r.Submitter != "Lê Văn Bình" || r.Desk != "Trung tâm Phục vụ hành chính công" {
		t.Errorf("receipt %+v", r)
	}
	if want := time.Date(2026, 3, 6, 10, 0, 0, 0, time.UTC); !r.DueAt.Equal(want) {
		t.Errorf("due %s", r.DueAt)
	}
	want := []print.Component{{Name: "Đơn đề nghị", Electronic: 1}, {Name: "Bản vẽ", Copies: 2}, {Name: "them.pdf", Electronic: 1}}
	if len(r.Components) != len(want) {
		t.Fatalf("components %+v", r.Components)
	}
	for i := range want {
		if r.Components[i] != want[i] {
			t.Errorf("component %+v, want %+v", r.Components[i], want[i])
		}
	}
	if r.Address != "https://motcua.example.vn/tra-cuu?ma="+o.d.Code+"&k="+o.d.Secret || r.Site != "motcua.example.vn/tra-cuu" || !strings.HasPrefix(r.JournalHead, "2.") {
		t.Errorf("trace %+v", r.Trace)
	}
	forms, err := o.source().Forms(o.d, o.clock.Now())
	if err != nil || forms.Set() != print.TT03of2025 {
		t.Fatalf("forms %v", err)
	}
	if _, err := forms.Receipt(r); err != nil {
		t.Error(err)
	}
}

func TestARequestToSupplementNamesEverythingAsked(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.did(o.svc.RequestSupplement(context.Background(), o.req("cb-mot-cua"), dossier.SupplementRequest{Items: []string{"Bản vẽ", "Ảnh"}, Reason: "Thiếu", Guidance: "Nộp PDF"}))
	s, err := o.source().SupplementRequest(o.d, 0)
	if err != nil || len(s.Items) != 2 || s.Reason != "Thiếu" || s.Stage != print.AtReception || s.DossierCode != o.d.Ref || s.Deadline.IsZero() {
		t.Errorf("request %+v, %v", s, err)
	}
	if _, err := o.source().SupplementRequest(o.d, 1); !errors.Is(err, paper.ErrNone) {
		t.Errorf("a second request: %v", err)
	}
}

func TestARefusalCarriesItsReason(t *testing.T) {
	t.Parallel()
	o := open(t)
	if _, err := o.source().Refusal(o.d); !errors.Is(err, paper.ErrNone) {
		t.Errorf("a refusal of nothing: %v", err)
	}
	o.did(o.svc.Refuse(context.Background(), o.req("cb-mot-cua"), "Không thuộc thẩm quyền", ""))
	r, err := o.source().Refusal(o.d)
	if err != nil || r.Reason != "Không thuộc thẩm quyền" || r.Kind != print.RefusedReception {
		t.Errorf("refusal %+v, %v", r, err)
	}
}

func TestTheControlSlipListsEveryHandover(t *testing.T) {
	t.Parallel()
	o := open(t)
	ctx := context.Background()
	o.did(o.svc.Accept(ctx, o.req("cb-mot-cua"), ""))
	o.clock.Add(time.Hour)
	o.did(o.svc.Act(ctx, o.req("truong-phong"), dossier.ActCommand{Action: "giao", Post: "chuyen-vien"}))
	o.clock.Add(5 * 24 * time.Hour)
	o.did(o.svc.Act(ctx, o.req("chuyen-vien"), dossier.ActCommand{Action: "trinh", Note: "Đủ"}))
	s, err := o.source().ControlSlip(o.d, o.clock.Now())
	if err != nil || len(s.Handovers) < 2 {
		t.Fatalf("%d handovers, %v", len(s.Handovers), err)
	}
	n := len(s.Handovers)
	if s.Handovers[n-2].Outcome != print.Early || s.Handovers[n-1].Outcome != print.Overdue {
		t.Errorf("outcomes %s, %s", s.Handovers[n-2].Outcome, s.Handovers[n-1].Outcome)
	}
	if got := o.source().Holder(casefile.Holder{Agency: dossiertest.Department, Unit: "phong-1"}, o.clock.Now()); got != "Phòng Một, Sở Thử nghiệm" {
		t.Errorf("holder %q", got)
	}
}

func TestTheControlSlipHasARowForEachChangeOfCustody(t *testing.T) {
	t.Parallel()
	o := open(t)
	d := o.d.Clone()
	at := o.clock.Now()
	d.AcceptedAt, d.Code, d.Law = at, "H99.02-260302-0001", "nd118-2025"
	toAgency := dossier.Keeper{Kind: dossier.KeeperAgency, Agency: dossiertest.Department, Post: "chuyen-vien"}
	atDesk := dossier.Keeper{Kind: dossier.KeeperDesk, Agency: dossiertest.Desk}
	d.Custody = []dossier.Item{{ID: "1.1", Name: "Bản vẽ", Form: dossier.FormOriginal, Count: 2, Keeper: atDesk}}
	d.Handovers = []dossier.Handover{
		{Event: 3, Items: []string{"1.1"}, From: atDesk, To: toAgency, At: at.Add(time.Hour), Answered: at.Add(2 * time.Hour), Due: at.Add(3 * time.Hour), State: dossier.HandoverConfirmed},
		{Event: 5, Items: []string{"1.1"}, From: toAgency, To: atDesk, At: at.Add(4 * time.Hour), State: dossier.HandoverPending},
		{Event: 6, Items: []string{"1.1"}, From: atDesk, To: dossier.Keeper{Kind: dossier.KeeperApplicant}, Person: "Nguyễn Thị Ánh", At: at.Add(9 * time.Hour), Answered: at.Add(9 * time.Hour), State: dossier.HandoverConfirmed},
		{Event: 8, Items: []string{"1.1"}, From: atDesk, To: toAgency, At: at.Add(10 * time.Hour), Answered: at.Add(11 * time.Hour), Due: at.Add(10 * time.Hour), State: dossier.HandoverConfirmed},
	}
	s, err := o.source().ControlSlip(d, at.Add(12*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	var rows []print.Handover
	for _, h := range s.Handovers {
		if strings.Contains(h.Note, "Bản vẽ") {
			rows = append(rows, h)
		}
	}
	if len(rows) != 3 {
		t.Fatalf("%d rows: what nobody confirmed did not change hands", len(rows))
	}
	if r := rows[0]; r.Outcome != print.Early || r.To != "Sở Thử nghiệm" || !r.At.Equal(at.Add(2*time.Hour)) || r.Note != "Bản vẽ (2 bản chính)" {
		t.Errorf("%+v", r)
	}
	if r := rows[1]; r.Outcome != "" || r.TakenBy != "Nguyễn Thị Ánh" || r.To != "Người nộp hồ sơ" {
		t.Errorf("%+v", r)
	}
	if rows[2].Outcome != print.Overdue {
		t.Errorf("%+v", rows[2])
	}
}
