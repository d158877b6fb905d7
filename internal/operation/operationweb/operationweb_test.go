package operationweb_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/account"
	"github.com/motcua/motcua/internal/account/accounttest"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/operation/operationweb"
	"github.com/motcua/motcua/internal/testkit"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
)

const hostile = `"><script>alert(1)</script>`

// machine is a system with one job put aside.
type machine struct {
	mu   sync.Mutex
	dead []operationweb.Dead
	did  []string
}

func (m *machine) State(context.Context) (operationweb.State, error) {
	return operationweb.State{
		Version: "v1 " + hostile, Engine: "sqlite", Migration: 30, Newest: 30,
		Seal: journal.Seal{N: 7, Events: 12, Hash: "abc123", At: time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)},
	}, nil
}

func (m *machine) Queue(context.Context) (operationweb.Queue, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return operationweb.Queue{Ready: 2, Dead: len(m.dead), Oldest: time.Date(2026, 3, 1, 1, 0, 0, 0, time.UTC)}, nil
}

func (m *machine) Dead(context.Context, int) ([]operationweb.Dead, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.dead, nil
}

func (m *machine) end(id, how string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.dead) == 0 || m.dead[0].ID != id {
		return fault.New(fault.NotFound, "jobs.not-dead")
	}
	m.dead, m.did = nil, append(m.did, how+" "+id)
	return nil
}

func (m *machine) Requeue(_ context.Context, id string) error { return m.end(id, "requeue") }
func (m *machine) Discard(_ context.Context, id string) error { return m.end(id, "discard") }

type room struct {
	*account.Service
	t       *testing.T
	clock   *testkit.Clock
	machine *machine
	mux     *web.Mux
}

var people = map[string]access.Actor{
	"quan-tri": {Person: "p-quan-tri", Name: "Đỗ Anh Dũng", Post: "quan-tri", PostTitle: "Quản trị", Rights: access.Rights{access.AccountAdmin: true, access.SystemWatch: true}},
	"truc":     {Person: "p-truc", Name: "Người trực", Post: "truc", Rights: access.Rights{access.SystemWatch: true}},
	"mot-cua":  {Person: "p-mot-cua", Name: "Trần Thu Hà", Post: "mot-cua", Rights: access.Rights{access.DossierAccept: true}},
}

func build(t *testing.T) room {
	t.Helper()
	clock := testkit.NewClock("2026-03-02 08:00")
	svc := accounttest.New(t, testkit.SQLite(t), accounttest.Office(), account.Config{}, clock.Now)
	named := func(s account.Seeded, name string) account.Seeded { s.Name = name; return s }
	err := svc.Seed(t.Context(), []account.Seeded{
		named(accounttest.Officer("quan-tri", "quan-tri"), "Đỗ Anh Dũng"), named(accounttest.Officer("duyen", "thu-ly", "truong"), "Phạm Thị Duyên"),
		named(accounttest.Officer("tam", "mot-cua"), "Tạ "+hostile),
		{Person: account.Person{ID: "c1", Kind: account.Citizen, Name: "Nguyễn Văn An", SignIn: "cong-dan", Number: "001090000101"}, Password: accounttest.Password},
	})
	if err != nil {
		t.Fatal(err)
	}
	mc := &machine{dead: []operationweb.Dead{{ID: "j1", Kind: "dossier.notice", Attempts: 12, Error: "no route " + hostile, At: clock.Now(), Created: clock.Now()}}}
	m := web.New(web.Config{Now: clock.Now, Log: slog.New(slog.DiscardHandler), Problem: component.ProblemPage, Session: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			next.ServeHTTP(w, r.WithContext(web.WithViewer(r.Context(), web.Viewer{Actor: people[r.Header.Get("Who")]})))
		})
	}})
	operationweb.Register(m, operationweb.Deps{System: mc, Jobs: mc, Accounts: svc, Now: clock.Now})
	return room{svc, t, clock, mc, m}
}

type answer struct {
	status   int
	location string
	body     string
	header   http.Header
}

func (o room) do(who, method, path string, form url.Values, language string) answer {
	o.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r := httptest.NewRequestWithContext(o.t.Context(), method, path, body)
	r.Header.Set("Who", who)
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if language != "" {
		r.AddCookie(&http.Cookie{Name: "ngon-ngu", Value: language})
	}
	w := httptest.NewRecorder()
	o.mux.ServeHTTP(w, r)
	return answer{w.Code, w.Header().Get("Location"), w.Body.String(), w.Header()}
}

func (o room) get(who, path string) answer {
	o.t.Helper()
	return o.do(who, http.MethodGet, path, nil, "")
}

func (o room) post(path, key string) answer {
	o.t.Helper()
	return o.do("quan-tri", http.MethodPost, path, url.Values{"_key": {key}}, "")
}

func TestOnlyThoseWithTheRightEnter(t *testing.T) {
	o := build(t)
	for _, tt := range []struct {
		method, path string
		allowed      []string
	}{
		{"GET", "/he-thong", []string{"quan-tri", "truc"}},
		{"GET", "/he-thong/viec/j1", []string{"quan-tri", "truc"}},
		{"GET", "/he-thong/tai-khoan", []string{"quan-tri"}},
		{"GET", "/he-thong/tai-khoan/p-duyen", []string{"quan-tri"}},
		{"POST", "/he-thong/tai-khoan/p-duyen/dat-lai", nil},
		{"POST", "/he-thong/tai-khoan/p-duyen/khoa", nil},
		{"POST", "/he-thong/viec/j1/bo", nil},
	} {
		var form url.Values
		if tt.method == "POST" {
			form = url.Values{"_key": {"k"}}
		}
		if a := o.do("", tt.method, tt.path, form, ""); tt.method == "GET" && a.status != http.StatusSeeOther || tt.method == "POST" && a.status != http.StatusUnauthorized {
			t.Errorf("a stranger: %s %s: %d", tt.method, tt.path, a.status)
		}
		if a := o.do("mot-cua", tt.method, tt.path, form, ""); a.status != http.StatusNotFound {
			t.Errorf("an officer of a desk: %s %s: %d", tt.method, tt.path, a.status)
		}
		for _, who := range tt.allowed {
			if a := o.do(who, tt.method, tt.path, form, ""); a.status != http.StatusOK {
				t.Errorf("%s: %s %s: %d", who, tt.method, tt.path, a.status)
			}
		}
	}
	if a := o.get("truc", "/he-thong/tai-khoan"); a.status != http.StatusNotFound {
		t.Errorf("who watches the system sees accounts: %d", a.status)
	}
	if len(o.machine.did) != 0 {
		t.Errorf("a refused request had an effect: %v", o.machine.did)
	}
}

func TestTheSystemPageTellsWhatRunsInBothLanguages(t *testing.T) {
	o := build(t)
	for _, tt := range []struct{ language, path, want string }{
		{"vi", "/he-thong", "Báo tin cho người nộp"},
		{"vi", "/he-thong", "abc123"},
		{"vi", "/he-thong", "1 việc không làm được"},
		{"vi", "/he-thong", "Có việc chờ đã lâu"},
		{"vi", "/he-thong", "số 30, phần mềm này dùng số 30"},
		{"en", "/he-thong", "Notice to the applicant"},
		{"en", "/he-thong/viec/j1", "Discard this job"},
		{"vi", "/he-thong/viec/j1", "Bỏ việc này"},
		{"en", "/he-thong/tai-khoan", "Sign-in name"},
		{"vi", "/he-thong/tai-khoan/p-tam", "Đặt lại mật khẩu"},
		{"en", "/he-thong/tai-khoan/p-tam", "Reset the password"},
	} {
		a := o.do("quan-tri", http.MethodGet, tt.path, nil, tt.language)
		if a.status != http.StatusOK || !strings.Contains(a.body, tt.want) {
			t.Errorf("%s in %s: %d, or without %q", tt.path, tt.language, a.status, tt.want)
		}
		if strings.Contains(a.body, "<script>alert") {
			t.Errorf("%s: a payload came through", tt.path)
		}
		if key := regexp.MustCompile(`[ >"]operation\.[a-z-]+`).FindString(a.body); key != "" {
			t.Errorf("%s in %s shows the key %q", tt.path, tt.language, key)
		}
	}
}

func TestADeadJobIsTriedAgainOnce(t *testing.T) {
	o := build(t)
	for range 2 {
		if a := o.post("/he-thong/viec/j1/thu-lai", "k1"); a.status != http.StatusSeeOther || a.location != "/he-thong" {
			t.Fatalf("%d %s", a.status, a.location)
		}
	}
	if got := strings.Join(o.machine.did, ", "); got != "requeue j1" {
		t.Fatalf("did %q", got)
	}
	if a := o.get("quan-tri", "/he-thong/viec/j1"); a.status != http.StatusNotFound {
		t.Fatalf("it is still shown: %d", a.status)
	}
	if a := o.post("/he-thong/viec/j1/bo", ""); a.status < 400 || a.status >= 500 {
		t.Fatalf("without a key: %d", a.status)
	}
}

func TestPeopleAreFoundByTheBeginningsOfTheirNames(t *testing.T) {
	o := build(t)
	for _, tt := range []struct{ name, q, found, missing string }{
		{"without tones", "pham duyen", "p-duyen", "p-tam"},
		{"by sign-in name", "quan", "p-quan-tri", "p-duyen"},
		{"with tones", "Đỗ", "p-quan-tri", "p-duyen"},
		{"not in the middle of a word", "uyen", "", "p-duyen"},
		{"no citizen by name", "Nguyễn", "", "/c1"},
		{"a citizen by the whole sign-in name", "cong-dan", "/c1", "p-duyen"},
		{"a hostile search", hostile, "", "<script>alert"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := o.get("quan-tri", "/he-thong/tai-khoan?q="+url.QueryEscape(tt.q))
			if a.status != http.StatusOK || !strings.Contains(a.body, tt.found) || strings.Contains(a.body, tt.missing) {
				t.Fatalf("%d; want %q and not %q", a.status, tt.found, tt.missing)
			}
			if strings.Contains(a.body, "001090000101") {
				t.Fatal("a personal number is shown")
			}
		})
	}
}

var shown = regexp.MustCompile(`data-copy="([^"]+)"`)

func TestAResetShowsThePasswordOnceAndEndsSessions(t *testing.T) {
	o := build(t)
	before, err := o.SignIn(t.Context(), "duyen", accounttest.Password, account.Origin{Address: "10.0.0.1"}, "")
	if err != nil {
		t.Fatal(err)
	}
	first := o.post("/he-thong/tai-khoan/p-duyen/dat-lai", "k1")
	m := shown.FindStringSubmatch(first.body)
	if first.status != http.StatusOK || m == nil || !strings.Contains(first.header.Get("Cache-Control"), "no-store") {
		t.Fatalf("reset: %d %v", first.status, m)
	}
	if twice := shown.FindStringSubmatch(o.post("/he-thong/tai-khoan/p-duyen/dat-lai", "k1").body); twice == nil || twice[1] != m[1] {
		t.Fatalf("a second click made another password: %v", twice)
	}
	if _, err := o.Authenticate(t.Context(), before.Token); err == nil {
		t.Fatal("the session still stands")
	}
	in, err := o.SignIn(t.Context(), "duyen", m[1], account.Origin{Address: "10.0.0.1"}, "")
	if err != nil || !in.MustChange {
		t.Fatalf("the password shown: %v, must change %v", err, in.MustChange)
	}
	events, err := o.History(t.Context(), "p-duyen", 10)
	if err != nil || !strings.Contains(events[1].Agent, "Đỗ Anh Dũng, Quản trị") {
		t.Fatalf("the history does not say who: %+v %v", events, err)
	}
	o.clock.Add(3 * time.Minute)
	late := o.post("/he-thong/tai-khoan/p-duyen/dat-lai", "k1")
	if late.status != http.StatusConflict || strings.Contains(late.body, m[1]) {
		t.Fatalf("reloaded later: %d", late.status)
	}
	if fresh := shown.FindStringSubmatch(o.post("/he-thong/tai-khoan/p-duyen/dat-lai", "k2").body); fresh == nil || fresh[1] == m[1] {
		t.Fatal("a new form makes a new password")
	}
}

func TestABlockedPersonIsLetInByAReset(t *testing.T) {
	o := build(t)
	for range 2 {
		if a := o.post("/he-thong/tai-khoan/p-tam/khoa", "k1"); a.status != http.StatusSeeOther {
			t.Fatalf("block: %d", a.status)
		}
	}
	if _, err := o.SignIn(t.Context(), "tam", accounttest.Password, account.Origin{Address: "10.0.0.1"}, ""); err == nil {
		t.Fatal("a blocked person signs in")
	}
	if a := o.get("quan-tri", "/he-thong/tai-khoan/p-tam"); !strings.Contains(a.body, "Đã khóa") || !strings.Contains(a.body, "được mở lại") {
		t.Fatal("the page does not say that it is blocked")
	}
	m := shown.FindStringSubmatch(o.post("/he-thong/tai-khoan/p-tam/dat-lai", "k2").body)
	if m == nil {
		t.Fatal("no password")
	}
	if _, err := o.SignIn(t.Context(), "tam", m[1], account.Origin{Address: "10.0.0.1"}, ""); err != nil {
		t.Fatalf("after the reset: %v", err)
	}
}

func TestNobodyLocksThemselvesOut(t *testing.T) {
	o := build(t)
	for _, act := range []string{"dat-lai", "khoa"} {
		if a := o.post("/he-thong/tai-khoan/p-quan-tri/"+act, "k-"+act); a.status != http.StatusConflict {
			t.Errorf("%s of oneself: %d", act, a.status)
		}
	}
	if a := o.get("quan-tri", "/he-thong/tai-khoan/p-quan-tri"); strings.Contains(a.body, "/dat-lai") || !strings.Contains(a.body, "/tai-khoan/mat-khau") {
		t.Error("the page offers it")
	}
	if a := o.get("quan-tri", "/he-thong/tai-khoan/khong-co"); a.status != http.StatusNotFound {
		t.Errorf("nobody: %d", a.status)
	}
}
