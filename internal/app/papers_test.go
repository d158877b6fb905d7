package app

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/dossier/paper"
	"github.com/motcua/motcua/internal/sign"
	"github.com/motcua/motcua/internal/sqldb"
	"github.com/motcua/motcua/internal/testkit"
)

func page(t *testing.T, a *App, path string) (int, string) {
	t.Helper()
	w := httptest.NewRecorder()
	a.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
	return w.Code, w.Body.String()
}

func TestAPaperIsSignedOnceGivenOutAsSignedAndAnsweredForHonestly(t *testing.T) {
	now := time.Date(2026, 11, 20, 3, 30, 0, 0, time.UTC)
	testkit.Configs(t, func(t *testing.T, cfg sqldb.Config) {
		a := demoAt(t, cfg, now)
		ctx, all := t.Context(), access.Actor{System: true}
		if _, err := a.FillDemo(ctx, 100); err != nil {
			t.Fatal(err)
		}
		rows, _, err := a.dossiers.Find(ctx, all, "", dossier.Submitted, "")
		if err != nil || len(rows) == 0 {
			t.Fatalf("%d submitted: %v", len(rows), err)
		}
		keyring := a.keyring
		a.keyring = nil
		d, err := a.dossiers.Accept(ctx, dossier.Request{By: all, Dossier: rows[0].ID, Key: "k"}, "5wd")
		if err != nil {
			t.Fatal(err)
		}
		slip, ok := d.LastSlip(dossier.FormReceipt)
		if !ok || slip.Template == "" {
			t.Fatalf("the receipt is not pinned to a wording: %+v", slip)
		}
		status, body := page(t, a, paper.CheckPath(slip.Check, ""))
		if status != http.StatusOK || !strings.Contains(body, "Giấy do cơ quan cấp, không có chữ ký số") || !strings.Contains(body, d.Code) || strings.Contains(body, d.Owner.Name) {
			t.Errorf("before it was signed: %d\n%s", status, body)
		}
		a.keyring = keyring
		if keyring == nil {
			t.Fatal("the demo has no key")
		}
		for range 5 {
			if _, err := a.queue.RunDue(ctx); err != nil {
				t.Fatal(err)
			}
		}
		_, events, err := a.dossiers.Dossier(ctx, all, d.ID)
		if err != nil {
			t.Fatal(err)
		}
		p, err := paper.Find(events, slip.Check)
		if err != nil {
			t.Fatal(err)
		}
		pdf, err := a.source().PDF(ctx, events, p, "")
		if err != nil {
			t.Fatal(err)
		}
		again, err := a.source().PDF(ctx, events, p, "given")
		if err != nil || !bytes.Equal(pdf, again) {
			t.Errorf("the signed paper is not the same twice (%v)", err)
		}
		if r := sign.Verify(pdf, sign.Options{Now: now}); len(r.Signatures) != 1 || !r.Signatures[0].Whole {
			t.Errorf("signatures %+v", r)
		}
		if _, body = page(t, a, paper.CheckPath(slip.Check, "")); !strings.Contains(body, "Giấy có chữ ký số và còn giá trị") {
			t.Errorf("the signed paper:\n%s", body)
		}
		if _, err = a.dossiers.Act(ctx, dossier.Request{By: all, Dossier: d.ID, Key: "none"}, dossier.ActCommand{Action: "khong-co"}); err == nil {
			t.Error("an act that does not exist was done")
		}
		if _, err = a.dossiers.RequestWithdrawal(ctx, dossier.Request{By: all, Dossier: d.ID, Key: "w"}, ""); err != nil {
			t.Fatal(err)
		}
		if _, err = a.dossiers.Stop(ctx, dossier.Request{By: all, Dossier: d.ID, Key: "s"}, dossier.StopCommand{Reason: "Đổi ý"}); err != nil {
			t.Fatal(err)
		}
		if _, body = page(t, a, paper.CheckPath(slip.Check, "")); !strings.Contains(body, "Giấy có chữ ký số nhưng nội dung không còn hiệu lực") || !strings.Contains(body, "Hồ sơ đã dừng giải quyết") {
			t.Errorf("the receipt of a stopped dossier:\n%s", body)
		}
		if status, body = page(t, a, "/kiem-tra/aaaaaaaaaaaa"); status != http.StatusNotFound || !strings.Contains(body, "Không có giấy nào mang mã này") {
			t.Errorf("not ours: %d", status)
		}
		if status, _ = page(t, a, "/kiem-tra?ma=abc"); status != http.StatusUnprocessableEntity {
			t.Errorf("half a code: %d", status)
		}
		if rep, err := a.Check(ctx); err != nil || len(rep.Findings) > 0 {
			t.Fatalf("check: %v %v", rep.Findings, err)
		}
		kept, err := a.store.SlipPaper(ctx, slip.Check)
		if err != nil {
			t.Fatal(err)
		}
		file := a.cfg.Data + "/files/" + kept.Hash[:2] + "/" + kept.Hash[2:4] + "/" + kept.Hash
		if err := os.Chmod(file, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte("another paper"), 0o600); err != nil {
			t.Fatal(err)
		}
		if rep, err := a.Check(ctx); err != nil || len(rep.Findings) == 0 {
			t.Errorf("a signed paper that was exchanged is not found: %v", err)
		}
	})
}
