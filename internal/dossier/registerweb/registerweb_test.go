package registerweb_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/dossier/dossierdb"
	"github.com/motcua/motcua/internal/dossier/dossiertest"
	"github.com/motcua/motcua/internal/dossier/paper"
	"github.com/motcua/motcua/internal/dossier/register"
	"github.com/motcua/motcua/internal/dossier/registerweb"
	"github.com/motcua/motcua/internal/jobs"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/testkit"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
)

func TestMain(m *testing.M) { testkit.Main(m) }

type office struct {
	t     *testing.T
	w     dossiertest.World
	clock *testkit.Clock
	svc   *dossier.Service
	mux   *web.Mux
	who   access.Actor
}

func open(t *testing.T) *office {
	t.Helper()
	signer, err := journal.NewSigner(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	o := &office{t: t, w: dossiertest.New(), clock: testkit.NewClock("2025-12-30T09:00:00+07:00")}
	o.who = o.w.In("cb-mot-cua")
	db := testkit.SQLite(t)
	store := dossierdb.New(db, signer, jobs.New(db, o.clock.Now, jobs.Options{}), o.clock.Now)
	o.svc = dossier.NewService(store, o.w, o.clock.Now)
	o.mux = web.New(web.Config{Now: o.clock.Now, Log: slog.New(slog.DiscardHandler), Problem: component.ProblemPage, Session: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			next.ServeHTTP(w, r.WithContext(web.WithViewer(r.Context(), web.Viewer{Actor: o.who})))
		})
	}})
	registerweb.Register(o.mux, registerweb.Deps{
		Service: register.NewService(store.Registers(), o.w.Clock, o.clock.Now), Now: o.clock.Now, Source: func() paper.Source { return paper.Source{Catalogue: o.w.Cat} },
	})
	return o
}

func (o *office) accept(n int) {
	o.t.Helper()
	ctx := context.Background()
	by := o.w.Citizen("nguoi-" + strconv.Itoa(n))
	draft, err := o.svc.StartDraft(ctx, by, dossiertest.Group, procedure.Direct)
	if err != nil {
		o.t.Fatal(err)
	}
	d, err := o.svc.Submit(ctx, by, "nop-"+strconv.Itoa(n), dossier.SubmitCommand{Draft: draft.ID, Owner: dossier.Party{Name: "Nguyễn Thị Ánh", Phone: "0900000001"}, Answers: json.RawMessage(`{}`)})
	if err == nil {
		_, err = o.svc.Accept(ctx, dossier.Request{By: o.w.In("cb-mot-cua"), Dossier: d.ID, Key: "nhan-" + strconv.Itoa(n)}, "")
	}
	if err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) ask(method, path string, form url.Values) *httptest.ResponseRecorder {
	o.t.Helper()
	r := httptest.NewRequestWithContext(o.t.Context(), method, path, strings.NewReader(form.Encode()))
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	o.mux.ServeHTTP(w, r)
	return w
}

func TestTheBookIsReadExportedPrintedAndLocked(t *testing.T) {
	o := open(t)
	for n := range 53 {
		o.accept(n)
	}
	first := o.ask(http.MethodGet, "/so-theo-doi", nil)
	if body := first.Body.String(); first.Code != http.StatusOK || strings.Count(body, "H99.01-251230-") != 50 || !strings.Contains(body, "sau=50") || !strings.Contains(body, "53 mục") || strings.Contains(body, "/so-theo-doi/khoa") {
		t.Errorf("first page: %d", first.Code)
	}
	if p := o.ask(http.MethodGet, "/so-theo-doi?sau=50", nil); strings.Count(p.Body.String(), "H99.01-251230-") != 3 {
		t.Error("second page")
	}
	sheet, err := excelize.OpenReader(bytes.NewReader(o.ask(http.MethodGet, "/so-theo-doi/xuat.xlsx", nil).Body.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := sheet.GetRows("2025")
	if err != nil || len(rows) != 54 || len(rows[0]) != 15 || rows[53][0] != "53" || rows[1][4] != "Nguyễn Thị Ánh" {
		t.Errorf("%d rows, %v", len(rows), err)
	}
	if p := o.ask(http.MethodGet, "/so-theo-doi/in.pdf", nil); p.Code != http.StatusOK || !strings.HasPrefix(p.Body.String(), "%PDF") {
		t.Errorf("pdf: %d", p.Code)
	}
	o.clock.Set(time.Date(2026, 1, 5, 2, 0, 0, 0, time.UTC))
	if p := o.ask(http.MethodGet, "/so-theo-doi?nam=2025", nil); !strings.Contains(p.Body.String(), "/so-theo-doi/khoa") {
		t.Error("the lock is not offered on the first working day")
	}
	if p := o.ask(http.MethodPost, "/so-theo-doi/khoa", url.Values{"_key": {"k"}, "nam": {"2025"}}); p.Code != http.StatusSeeOther {
		t.Errorf("lock: %d %s", p.Code, p.Body)
	}
	if p := o.ask(http.MethodGet, "/so-theo-doi?nam=2025", nil).Body.String(); !strings.Contains(p, "Sổ năm 2025 đã khóa") || strings.Contains(p, "/so-theo-doi/khoa") {
		t.Error("the page does not say that the book is locked")
	}
	if p := o.ask(http.MethodPost, "/so-theo-doi/khoa", url.Values{"_key": {"k2"}, "nam": {"2026"}}); p.Code != http.StatusConflict {
		t.Errorf("locking the year that runs: %d", p.Code)
	}
	o.who = o.w.In("chuyen-vien")
	if p := o.ask(http.MethodGet, "/so-theo-doi?co-quan="+string(dossiertest.Desk), nil); p.Code != http.StatusNotFound {
		t.Errorf("another agency's book: %d", p.Code)
	}
	if p := o.ask(http.MethodPost, "/so-theo-doi/khoa", url.Values{"_key": {"k3"}, "nam": {"2025"}}); p.Code != http.StatusNotFound {
		t.Errorf("a case officer locks: %d", p.Code)
	}
}
