package paper_test

import (
	"context"
	"errors"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/dossier/dossiertest"
	"github.com/motcua/motcua/internal/dossier/paper"
	"github.com/motcua/motcua/internal/journal"
)

// words is the text of a PDF as a reader sees it, in one line, without the page breaks.
func words(t interface{ Fatal(args ...any) }, pdf []byte) string {
	cmd := exec.Command("pdftotext", "-layout", "-enc", "UTF-8", "-", "-")
	cmd.Stdin = strings.NewReader(string(pdf))
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return norm.NFC.String(strings.Join(strings.Fields(strings.ReplaceAll(string(out), "\f", " ")), " "))
}

// written is an instant as the papers of 2025 write it.
func written(at time.Time) string {
	at = at.In(calendar.Zone)
	month := strconv.Itoa(int(at.Month()))
	if at.Month() <= time.February {
		month = "0" + month
	}
	return at.Format("15 giờ 04 phút, ") + [...]string{"Chủ nhật", "thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy"}[at.Weekday()] + at.Format(", ngày 02") + " tháng " + month + " năm " + at.Format("2006")
}

// symbols stand after the number of each form in the wording of the program.
var symbols = map[string]string{
	dossier.FormReceipt: "TNHS", dossier.FormSupplement: "HDHS", dossier.FormRefusal: "TCHS", dossier.FormApology: "PXL", dossier.FormStop: "TBD",
}

// Every paper of random lives says what the record said at its act: nothing of what came later.
func TestWhatIsPrintedEqualsTheRecordAtItsAct(t *testing.T) {
	seen := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		l := dossiertest.Begin(t, "case", "H99.02-260302-0001")
		last := map[string]int{}
		l.Number = func(scope string) (int, error) { last[scope]++; return last[scope], nil }
		if rapid.IntRange(0, 5).Draw(t, "refused at once") == 0 {
			if e, err := l.D.Refuse(l.Facts(), l.W.In("cb-mot-cua"), "Không thuộc thẩm quyền", ""); err == nil {
				l.Keep(e)
			}
		}
		for range rapid.IntRange(5, 60).Draw(t, "commands") {
			l.Pass(t)
		}
		if rapid.Bool().Draw(t, "sorry at the end") && !l.D.DueAt().IsZero() {
			for days := range 12 { // the first day that is worked
				day := calendar.DateOf(l.D.DueAt()).AddDays(days + 1)
				e, err := l.D.Apologise(l.Facts(), l.W.In("giam-doc"), dossier.ApologyCommand{Reason: "Chờ kết quả kiểm tra", Fault: dossier.FaultAgency, Date: day})
				if err == nil {
					l.Keep(e)
					break
				}
			}
		}
		if rapid.Bool().Draw(t, "stopped at the end") {
			if e, err := l.D.RequestWithdrawal(l.Facts(), l.W.Citizen("anh"), "Đổi ý"); err == nil {
				l.Keep(e)
				if e, err = l.D.Stop(l.Facts(), l.W.In("cb-mot-cua"), dossier.StopCommand{Reason: "Đổi ý", Fees: "Không hoàn trả"}); err == nil {
					l.Keep(e)
				}
			}
		}
		src := paper.Source{Catalogue: l.W.Cat, Address: "https://motcua.example.vn"}
		list, err := paper.List(l.Log)
		if err != nil {
			t.Fatal(err)
		}
		if len(list) != len(l.D.Slips) && l.D.ErasedAt.IsZero() {
			t.Fatalf("%d papers for %d slips", len(list), len(l.D.Slips))
		}
		for _, p := range list {
			pdf, err := src.PDF(context.Background(), l.Log, p, "")
			if !l.D.ErasedAt.IsZero() {
				if !errors.Is(err, paper.ErrErased) {
					t.Fatalf("a paper of an erased dossier: %v", err)
				}
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			seen[p.Form]++
			then, err := dossier.Fold(l.Log[:p.Event])
			if err != nil {
				t.Fatal(err)
			}
			want := []string{then.Shown(), "Nguyễn Thị Ánh", then.Procedure.Name, paper.Grouped(p.Slip.Check), strconv.FormatInt(then.Version, 10) + "."}
			if p.Slip.Form != dossier.FormRefusal || then.Result == nil {
				want = append(want, "Số: "+strconv.Itoa(p.Slip.Number)+"/"+symbols[p.Form])
			} else {
				want = append(want, "Vào sổ số "+strconv.Itoa(p.Slip.Number)+", quyển năm "+strconv.Itoa(p.Slip.Year), "Số: "+then.Result.Number)
			}
			switch p.Form {
			case dossier.FormReceipt:
				want = append(want, written(then.AcceptedAt))
				if !then.DueAt().IsZero() {
					want = append(want, written(then.DueAt()))
				}
			case dossier.FormSupplement:
				q := then.Supplements[len(then.Supplements)-1]
				want = append(append(want, q.Items...), q.Reason, q.Guidance)
			case dossier.FormRefusal:
				want = append(want, then.Reason)
			case dossier.FormApology:
				a := then.Apologies[len(then.Apologies)-1]
				want = append(want, written(a.From), written(a.To), a.Reason)
			case dossier.FormStop:
				want = append(want, written(then.EndedAt))
			}
			text := words(t, pdf)
			for _, w := range want {
				if w = strings.Join(strings.Fields(w), " "); !strings.Contains(text, w) {
					t.Fatalf("%s of event %d does not say %q:\n%s", p.Form, p.Event, w, text)
				}
			}
		}
	})
	for form := range symbols {
		if seen[form] == 0 {
			t.Errorf("no life issued a %s: the test proves nothing about it (%v)", form, seen)
		}
	}
}

// lived brings one dossier through acts, with numbered papers.
func (o *desk) events() []journal.Event {
	o.t.Helper()
	_, events, err := o.svc.Dossier(context.Background(), o.w.In("cb-mot-cua"), o.d.ID)
	if err != nil {
		o.t.Fatal(err)
	}
	return events
}

func TestAReceiptStaysAsItWasWhenTheDateMoves(t *testing.T) {
	t.Parallel()
	o := open(t)
	ctx := context.Background()
	o.did(o.svc.Accept(ctx, o.req("cb-mot-cua"), ""))
	was := o.d.DueAt()
	o.clock.Add(time.Hour)
	o.did(o.svc.Apologise(ctx, o.req("giam-doc"), dossier.ApologyCommand{Reason: "Chờ ý kiến", Fault: dossier.FaultAgency, Date: calendar.MustDate("2026-03-12")}))
	events := o.events()
	receipt, err := paper.Find(events, dossier.FormReceipt)
	if err != nil {
		t.Fatal(err)
	}
	pdf, err := o.source().PDF(ctx, events, receipt, "")
	if err != nil {
		t.Fatal(err)
	}
	if text := words(t, pdf); !strings.Contains(text, written(was)) || strings.Contains(text, written(o.d.DueAt())) {
		t.Errorf("the receipt shows another date than the one given on it:\n%s", text)
	}
	check, err := o.svc.CheckSlip(ctx, strings.ToUpper(paper.Grouped(receipt.Slip.Check)))
	if err != nil || check.Slip.Void != dossier.VoidApology || check.Signed != nil || check.Code != o.d.Code || check.Form.Number != "01" {
		t.Errorf("the check says %+v, %v", check, err)
	}
	letter, err := paper.Find(events, dossier.FormApology)
	if err != nil {
		t.Fatal(err)
	}
	if check, err = o.svc.CheckSlip(ctx, letter.Slip.Check); err != nil || !check.Valid() {
		t.Errorf("the letter is %+v, %v", check, err)
	}
	for _, wrong := range []string{"", "x", "aaaaaaaaaaaa", letter.Slip.Check + "a"} {
		if _, err := o.svc.CheckSlip(ctx, wrong); !errors.Is(err, dossier.ErrNotFound) {
			t.Errorf("%q: %v", wrong, err)
		}
	}
}
