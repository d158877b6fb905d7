package codelistweb_test

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/codelist"
	"github.com/motcua/motcua/internal/codelist/codelistweb"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/web"
)

func server(t *testing.T) *web.Mux {
	t.Helper()
	now := func() time.Time { return time.Date(2026, 5, 1, 3, 0, 0, 0, time.UTC) }
	cat := procedure.NewCatalogue(procedure.Content{Agencies: []agency.Agency{
		{ID: "so-a", Code: "H99.02", Name: "Sở A", Until: "2026-03-01", Successor: "so-b"},
		{ID: "so-b", Code: "H99.03", Name: "Sở B"},
		{ID: "so-c", Code: "H99.04", Name: "=Sở C", From: "2026-06-01"},
	}})
	r := codelist.Read(cat, nil, []codelist.Entry{{Code: "submitted", Name: "Đã nộp"}}, "2026-05-01")
	m := web.New(web.Config{Now: now, Log: slog.New(slog.DiscardHandler)})
	codelistweb.Register(m, codelistweb.Deps{Now: now, Read: func(context.Context) (*codelist.Register, string, error) { return r, "7", nil }})
	return m
}

func get(t *testing.T, m *web.Mux, path string, head ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i+1 < len(head); i += 2 {
		r.Header.Set(head[i], head[i+1])
	}
	w := httptest.NewRecorder()
	m.ServeHTTP(w, r)
	return w
}

type list struct {
	Total   int `json:"tong_so"`
	Entries []struct {
		Code       string   `json:"ma"`
		Successors []string `json:"ma_ke_thua"`
	} `json:"muc"`
	Next string `json:"trang_sau"`
}

func read(t *testing.T, w *httptest.ResponseRecorder) (l list) {
	t.Helper()
	if w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Type"), "application/json") {
		t.Fatalf("%d %s", w.Code, w.Header().Get("Content-Type"))
	}
	if err := json.Unmarshal(w.Body.Bytes(), &l); err != nil {
		t.Fatal(err)
	}
	return l
}

func TestAListIsAnsweredForADay(t *testing.T) {
	m := server(t)
	for path, want := range map[string]int{
		"/api/danh-muc/co-quan": 1, "/api/danh-muc/co-quan?ngay=2026-02-01": 2, "/api/danh-muc/co-quan?ngay=2026-06-01": 2, "/api/danh-muc/co-quan?ngay=tat-ca": 3, "/api/danh-muc/trang-thai": 1,
	} {
		if l := read(t, get(t, m, path)); l.Total != want || len(l.Entries) != want {
			t.Errorf("%s: %+v", path, l)
		}
	}
}

func TestAnOldCodeNamesItsSuccessor(t *testing.T) {
	l := read(t, get(t, server(t), "/api/danh-muc/co-quan/H99.02"))
	if len(l.Entries) != 1 || len(l.Entries[0].Successors) != 1 || l.Entries[0].Successors[0] != "H99.03" {
		t.Errorf("%+v", l)
	}
}

func TestListsAreReadPageByPage(t *testing.T) {
	m := server(t)
	var seen []string
	for path, n := "/api/danh-muc/co-quan?ngay=tat-ca&so=2", 0; path != "" && n < 5; n++ {
		l := read(t, get(t, m, path))
		for _, e := range l.Entries {
			seen = append(seen, e.Code)
		}
		path = l.Next
	}
	if strings.Join(seen, " ") != "H99.02 H99.03 H99.04" {
		t.Errorf("%v", seen)
	}
}

func TestWhatWasReadIsNotSentAgain(t *testing.T) {
	m := server(t)
	tag := get(t, m, "/api/danh-muc/co-quan").Header().Get("ETag")
	if tag == "" {
		t.Fatal("no tag")
	}
	if w := get(t, m, "/api/danh-muc/co-quan", "If-None-Match", tag); w.Code != http.StatusNotModified || w.Body.Len() > 0 {
		t.Errorf("%d", w.Code)
	}
	if w := get(t, m, "/api/danh-muc/co-quan?ngay=2026-02-01", "If-None-Match", tag); w.Code != http.StatusOK {
		t.Errorf("another day: %d", w.Code)
	}
}

func TestTheTableOpensInSpreadsheetsAndRunsNothing(t *testing.T) {
	w := get(t, server(t), "/api/danh-muc/co-quan.csv?ngay=tat-ca")
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(w.Body.String(), "\uFEFF"))).ReadAll()
	if err != nil || len(rows) != 4 || rows[1][5] != "H99.03" || rows[3][1] != "'=Sở C" {
		t.Errorf("%v %v", rows, err)
	}
}

func TestWhatIsAskedWrongIsRefused(t *testing.T) {
	m := server(t)
	for path, want := range map[string]int{
		"/api/danh-muc/khong-co": 404, "/api/danh-muc/co-quan/H99.77": 404, "/api/danh-muc/co-quan?ngay=hom-qua": 422, "/api/danh-muc/co-quan?so=0": 422, "/api/danh-muc/co-quan?sau=-1": 422,
	} {
		if w := get(t, m, path, "Accept", "application/json"); w.Code != want {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}
