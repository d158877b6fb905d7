package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/klauspost/compress/zstd"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
)

var day = time.Date(2026, 4, 20, 7, 0, 0, 0, time.UTC)

// shell returns a Mux whose people come in by the header X-Person: "citizen" or "officer".
func shell(t *testing.T, change func(*web.Config)) (*web.Mux, *bytes.Buffer) {
	t.Helper()
	log := &bytes.Buffer{}
	cfg := web.Config{
		Site:    web.Site{System: "Một cửa Sông Lam", Province: "Tỉnh Sông Lam"},
		Now:     func() time.Time { return day },
		Log:     slog.New(slog.NewTextHandler(log, nil)),
		Access:  slog.New(slog.NewTextHandler(log, nil)),
		Problem: component.ProblemPage,
		Session: func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				var v web.Viewer
				switch r.Header.Get("X-Person") {
				case "citizen":
					v.Actor = access.Actor{Person: "p1", Name: "Trần Văn Ổn", Citizen: true}
				case "officer":
					v.Actor = access.Actor{Person: "p2", Name: "Lê Thị Ngữ", Post: "x", Rights: access.Rights{access.DossierHandle: true}}
				}
				next.ServeHTTP(w, r.WithContext(web.WithViewer(r.Context(), v)))
			})
		},
	}
	if change != nil {
		change(&cfg)
	}
	return web.New(cfg), log
}

func text(s string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, s)
		return err
	})
}

func page(s string) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		return web.Render(w, r, http.StatusOK, text(s))
	}
}

func fails(err error) web.Handler {
	return func(http.ResponseWriter, *http.Request) error { return err }
}

func ask(t *testing.T, h http.Handler, method, path string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	return send(t, h, method, path, "", headers...)
}

func send(t *testing.T, h http.Handler, method, path, body string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func want(t *testing.T, w *httptest.ResponseRecorder, status int, parts ...string) {
	t.Helper()
	if w.Code != status {
		t.Fatalf("status %d, want %d: %s", w.Code, status, w.Body)
	}
	for _, p := range parts {
		if !strings.Contains(w.Body.String(), p) {
			t.Fatalf("the page does not say %q:\n%s", p, w.Body)
		}
	}
}

func TestEveryAnswerCarriesTheProtectionHeaders(t *testing.T) {
	t.Parallel()
	m, _ := shell(t, func(c *web.Config) { c.Secure = true })
	m.Handle("GET /a", web.Public, page("a"))
	for _, path := range []string{"/a", "/absent", "/healthz", "/assets/absent.css", "/favicon.ico"} {
		h := ask(t, m, "GET", path).Header()
		for name, part := range map[string]string{
			"Content-Security-Policy":    "default-src 'self'",
			"X-Content-Type-Options":     "nosniff",
			"Referrer-Policy":            "same-origin",
			"X-Frame-Options":            "DENY",
			"Permissions-Policy":         "camera=()",
			"Strict-Transport-Security":  "max-age=",
			"Cross-Origin-Opener-Policy": "same-origin",
		} {
			if !strings.Contains(h.Get(name), part) {
				t.Errorf("%s: %s is %q", path, name, h.Get(name))
			}
		}
		if csp := h.Get("Content-Security-Policy"); strings.Contains(csp, "unsafe") || !strings.Contains(csp, "frame-ancestors 'none'") {
			t.Errorf("%s: content policy %q", path, csp)
		}
	}
	m, _ = shell(t, nil)
	if h := ask(t, m, "GET", "/healthz").Header(); h.Get("Strict-Transport-Security") != "" {
		t.Error("HSTS without TLS would lock people out")
	}
}

func TestARefusalBecomesItsStatusAndItsSentence(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		err    error
		status int
	}{
		{"what was sent cannot be accepted", fault.New(fault.Invalid, "web.malformed-form"), 422},
		{"absent and forbidden look the same", fault.New(fault.NotFound, "web.no-page"), 404},
		{"the state does not allow it", fault.New(fault.Conflict, "web.timeout"), 409},
		{"somebody moved first", fault.New(fault.Stale, "web.timeout"), 409},
		{"too fast", web.ErrTooMany, 429},
		{"too large", web.ErrBodyTooLarge, 413},
		{"a kind of content not accepted", web.ErrFormType, 415},
		{"withdrawn", fault.New(fault.Gone, "web.no-page"), 410},
		{"not now", web.ErrTimeout, 503},
		{"wrapped on its way up", errors.Join(errors.New("load dossier x"), web.ErrTimeout), 503},
		{"the deadline of the request passed", context.DeadlineExceeded, 503},
		{"a body over its limit", &http.MaxBytesError{Limit: 1}, 413},
		{"a defect", errors.New("pq: secret detail"), 500},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m, log := shell(t, nil)
			m.Handle("GET /a", web.Public, fails(tt.err))
			w := ask(t, m, "GET", "/a")
			want(t, w, tt.status, "<h1>", "<!doctype html>")
			if retry := w.Header().Get("Retry-After"); (tt.status == 503 || tt.status == 429) != (retry != "") {
				t.Errorf("Retry-After %q with %d", retry, tt.status)
			}
			if strings.Contains(w.Body.String(), "secret detail") {
				t.Error("the page tells the inside of the product")
			}
			if tt.status == 500 && !strings.Contains(log.String(), "secret detail") {
				t.Error("the log does not tell the defect")
			}
		})
	}
}

func TestADefectShowsTheIncidentNumberOfTheLog(t *testing.T) {
	t.Parallel()
	for name, h := range map[string]web.Handler{
		"error": fails(errors.New("no such column")),
		"panic": func(http.ResponseWriter, *http.Request) error { panic("nil map") },
	} {
		m, log := shell(t, nil)
		m.Handle("GET /a", web.Public, h)
		w := ask(t, m, "GET", "/a", "Accept", "application/json")
		var p struct {
			Incident string
			Status   int
			Code     string
		}
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
			t.Fatal(err)
		}
		if p.Status != 500 || p.Incident == "" || !strings.Contains(log.String(), p.Incident) {
			t.Errorf("%s: %+v, log %s", name, p, log)
		}
	}
}

func TestAStalePageSaysWhatChanged(t *testing.T) {
	t.Parallel()
	m, _ := shell(t, nil)
	m.Handle("POST /a", web.Public, fails(fault.New(fault.Stale, "web.timeout").With("changed", "Bà Ngữ đã chuyển hồ sơ lúc 14:20")))
	want(t, send(t, m, "POST", "/a", "x=1", "Referer", "http://example.com/ho-so/1"), 409, "Bà Ngữ đã chuyển hồ sơ lúc 14:20", `href="/ho-so/1"`)
}

func TestAProgramGetsAProblemDocument(t *testing.T) {
	t.Parallel()
	m, _ := shell(t, nil)
	w := ask(t, m, "GET", "/absent", "Accept", "application/json")
	want(t, w, 404, `"code":"web.no-page"`)
	if kind := w.Header().Get("Content-Type"); !strings.HasPrefix(kind, "application/problem+json") {
		t.Fatalf("content type %q", kind)
	}
}

func TestProblemsSpeakTheChosenLanguage(t *testing.T) {
	t.Parallel()
	m, _ := shell(t, nil)
	want(t, ask(t, m, "GET", "/absent"), 404, `<html lang="vi"`, "Không tìm thấy trang này")
	w := ask(t, m, "GET", "/ngon-ngu?lang=en&next=/absent?a=1")
	want(t, w, 303)
	if w.Header().Get("Location") != "/absent?a=1" {
		t.Fatalf("went to %q", w.Header().Get("Location"))
	}
	want(t, ask(t, m, "GET", "/absent", "Cookie", w.Header().Get("Set-Cookie")), 404, `<html lang="en"`, "Page not found")
}

func TestAWrongMethodIsToldApartFromAnAbsentPage(t *testing.T) {
	t.Parallel()
	m, _ := shell(t, nil)
	m.Handle("POST /a", web.Public, page("a"))
	w := ask(t, m, "GET", "/a")
	want(t, w, 405, "<h1>")
	if w.Header().Get("Allow") == "" {
		t.Fatal("no Allow header")
	}
}

func TestHeadEqualsGetWithoutItsBody(t *testing.T) {
	t.Parallel()
	m, _ := shell(t, nil)
	cache := web.NewPageCache(1 << 20)
	m.Handle("GET /long", web.Public, page(strings.Repeat("một cửa ", 1000)))
	m.Handle("GET /cached", web.Public, func(w http.ResponseWriter, r *http.Request) error {
		return cache.Serve(w, r, "k", "1", func() (templ.Component, error) { return text(strings.Repeat("một cửa ", 1000)), nil })
	})
	m.Handle("GET /gone", web.Public, fails(fault.New(fault.Gone, "web.no-page")))
	srv := httptest.NewServer(m)
	t.Cleanup(srv.Close)
	for _, path := range []string{"/long", "/cached", "/gone", "/healthz", "/absent"} {
		for _, coding := range []string{"gzip", "identity"} {
			var seen [2]http.Header
			var status [2]int
			for i, method := range []string{"GET", "HEAD"} {
				req, err := http.NewRequestWithContext(t.Context(), method, srv.URL+path, http.NoBody)
				if err != nil {
					t.Fatal(err)
				}
				req.Header.Set("Accept-Encoding", coding)
				resp, err := srv.Client().Do(req)
				if err != nil {
					t.Fatal(err)
				}
				body, err := io.ReadAll(resp.Body)
				if err != nil {
					t.Fatal(err)
				}
				if err := resp.Body.Close(); err != nil {
					t.Fatal(err)
				}
				if method == "HEAD" && len(body) > 0 {
					t.Errorf("%s: HEAD with a body", path)
				}
				seen[i], status[i] = resp.Header, resp.StatusCode
			}
			if status[0] != status[1] {
				t.Errorf("%s: GET %d, HEAD %d", path, status[0], status[1])
			}
			for _, name := range []string{"Content-Type", "Content-Encoding", "Cache-Control", "Etag", "Content-Security-Policy"} {
				if seen[0].Get(name) != seen[1].Get(name) {
					t.Errorf("%s %s: %s GET %q, HEAD %q", path, coding, name, seen[0].Get(name), seen[1].Get(name))
				}
			}
		}
	}
}

func TestNobodyEntersWithoutTheRight(t *testing.T) {
	t.Parallel()
	m, _ := shell(t, nil)
	m.Handle("GET /open", web.Public, page("open"))
	m.Handle("GET /mine", web.SignedIn, page("mine"))
	m.Handle("GET /desk", web.Officer, page("desk"))
	m.Handle("GET /handle", web.May(access.DossierHandle), page("handle"))
	m.Handle("GET /admin", web.May(access.AccountAdmin), page("admin"))
	tests := []struct {
		path    string
		status  map[string]int // by person
		comment string
	}{
		{"/open", map[string]int{"": 200, "citizen": 200, "officer": 200}, "everybody"},
		{"/mine", map[string]int{"": 303, "citizen": 200, "officer": 200}, "a stranger is asked to sign in"},
		{"/desk", map[string]int{"": 303, "citizen": 404, "officer": 200}, "a citizen sees no desk"},
		{"/handle", map[string]int{"": 303, "citizen": 404, "officer": 200}, "by permission"},
		{"/admin", map[string]int{"": 303, "citizen": 404, "officer": 404}, "a forbidden page looks absent"},
		{"/absent", map[string]int{"": 404, "citizen": 404, "officer": 404}, "absent"},
	}
	for _, tt := range tests {
		for person, status := range tt.status {
			if w := ask(t, m, "GET", tt.path, "X-Person", person); w.Code != status {
				t.Errorf("%s as %q: %d, want %d (%s)", tt.path, person, w.Code, status, tt.comment)
			}
		}
	}
	keys := regexp.MustCompile(`name="_key" value="[^"]*"`)
	absent, forbidden := ask(t, m, "GET", "/absent", "X-Person", "citizen"), ask(t, m, "GET", "/admin", "X-Person", "citizen")
	strip := func(w *httptest.ResponseRecorder, path string) string {
		return keys.ReplaceAllString(strings.ReplaceAll(w.Body.String(), url.QueryEscape(path), ""), "")
	}
	if strip(absent, "/absent") != strip(forbidden, "/admin") {
		t.Error("a forbidden page can be told from an absent one")
	}
}

func TestARouteSaysWhoMayEnter(t *testing.T) {
	t.Parallel()
	for name, register := range map[string]func(*web.Mux){
		"no need":   func(m *web.Mux) { m.Handle("GET /a", web.Need{}, page("a")) },
		"no rights": func(m *web.Mux) { m.Handle("GET /a", web.May(), page("a")) },
		"no method": func(m *web.Mux) { m.Handle("/a", web.Public, page("a")) },
	} {
		m, _ := shell(t, nil)
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: registered", name)
				}
			}()
			register(m)
		}()
	}
	m, _ := shell(t, nil)
	m.Handle("POST /a", web.Officer, page("a"), web.Body(5))
	routes := m.Routes()
	last := routes[len(routes)-1]
	if last.Method != "POST" || last.Pattern != "/a" || !last.Need.Officer || last.Body != 5 || last.Limit != web.LimitWrite {
		t.Fatalf("route table: %+v", last)
	}
}

func TestAWriteFromAnotherOriginIsRefused(t *testing.T) {
	t.Parallel()
	m, _ := shell(t, nil)
	m.Handle("POST /a", web.Public, page("a"))
	m.Handle("POST /callback", web.Public, page("a"), web.SignedCallback())
	want(t, send(t, m, "POST", "/a", "x=1", "Sec-Fetch-Site", "cross-site"), 403)
	want(t, send(t, m, "POST", "/a", "x=1", "Origin", "https://evil.example"), 403)
	want(t, send(t, m, "POST", "/a", "x=1", "Sec-Fetch-Site", "same-origin"), 200)
	want(t, send(t, m, "POST", "/callback", "x=1", "Origin", "https://bank.example"), 200)
}

func TestWhatWasTypedComesBackWhenTheSessionEnded(t *testing.T) {
	t.Parallel()
	m, _ := shell(t, nil)
	m.Handle("POST /a", web.SignedIn, page("a"))
	m.Handle("POST /busy", web.Public, fails(web.ErrTimeout))
	body := url.Values{"note": {`"><script>alert(1)</script>`}, "_key": {"k1"}}.Encode()
	want(t, send(t, m, "POST", "/a", body), 401, `name="note"`, `&lt;script&gt;`, `value="k1"`, "/dang-nhap?next=")
	want(t, send(t, m, "POST", "/busy", body), 503, `name="note"`, `action="/busy"`)
	w := send(t, m, "POST", "/a", url.Values{"password": {"hunter2"}}.Encode())
	want(t, w, 401)
	if strings.Contains(w.Body.String(), "hunter2") {
		t.Error("a password came back")
	}
}

func TestABodyOverItsLimitIsRefused(t *testing.T) {
	t.Parallel()
	m, _ := shell(t, nil)
	m.Handle("POST /a", web.Public, func(w http.ResponseWriter, r *http.Request) error {
		if _, err := web.ReadForm(r); err != nil {
			return err
		}
		return web.SeeOther(w, r, "/")
	}, web.Body(100))
	want(t, send(t, m, "POST", "/a", "x="+strings.Repeat("a", 200)), 413)
	want(t, send(t, m, "POST", "/a", "x="+strings.Repeat("a", 20)), 303)
	want(t, send(t, m, "POST", "/a", "x=1", "Content-Type", "text/plain"), 415)
}

func TestOverloadIsAnsweredAtOnce(t *testing.T) {
	t.Parallel()
	m, _ := shell(t, func(c *web.Config) { c.MaxInFlight = 1 })
	var inner *httptest.ResponseRecorder
	m.Handle("GET /b", web.Public, page("b"))
	m.Handle("GET /a", web.Public, func(w http.ResponseWriter, r *http.Request) error {
		inner = ask(t, m, "GET", "/b") // while this one is being answered
		return web.Render(w, r, 200, text("a"))
	})
	want(t, ask(t, m, "GET", "/a"), 200)
	want(t, inner, 503)
	if inner.Header().Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	want(t, ask(t, m, "GET", "/b"), 200)
}

func TestTheRateLimitSaysWhenToComeBack(t *testing.T) {
	t.Parallel()
	m, _ := shell(t, func(c *web.Config) {
		c.Limits = web.Limits{"track": {PerMinute: 6, Burst: 2}}
	})
	m.Handle("GET /t", web.Public, page("t"), web.Limited("track"))
	want(t, ask(t, m, "GET", "/t"), 200)
	want(t, ask(t, m, "GET", "/t"), 200)
	w := ask(t, m, "GET", "/t")
	want(t, w, 429)
	if w.Header().Get("Retry-After") != "10" {
		t.Errorf("Retry-After %q, want 10 s at six a minute", w.Header().Get("Retry-After"))
	}
}

func TestAMessageIsShownOnce(t *testing.T) {
	t.Parallel()
	m, _ := shell(t, nil)
	m.Handle("POST /a", web.Public, func(w http.ResponseWriter, r *http.Request) error {
		return web.SeeOther(w, r, "/b", "unknown-key")
	})
	m.Handle("GET /b", web.Public, func(w http.ResponseWriter, r *http.Request) error {
		return web.Render(w, r, 200, text("flash="+web.Flash(r.Context())))
	})
	w := ask(t, m, "GET", "/b", "Cookie", send(t, m, "POST", "/a", "x=1").Header().Get("Set-Cookie"))
	if w.Body.String() != "flash=" {
		t.Errorf("a key without text was taken from a cookie: %s", w.Body)
	}
	if !strings.Contains(w.Header().Get("Set-Cookie"), "Max-Age=0") {
		t.Error("the cookie stays")
	}
}

func TestTheUploadScriptIsToldWhereToGo(t *testing.T) {
	t.Parallel()
	m, _ := shell(t, nil)
	m.Handle("POST /a", web.Public, func(w http.ResponseWriter, r *http.Request) error { return web.SeeOther(w, r, "/b") })
	w := send(t, m, "POST", "/a", "x=1", "Motcua-Follow", "hand")
	want(t, w, 200)
	if w.Header().Get("Motcua-Location") != "/b" || w.Header().Get("Location") != "" {
		t.Fatalf("headers %v", w.Header())
	}
}

func TestCookiesAreLockedToTheHostWhereTLSIsOn(t *testing.T) {
	t.Parallel()
	m, _ := shell(t, func(c *web.Config) { c.Secure = true })
	cookie := ask(t, m, "GET", "/ngon-ngu?lang=en").Header().Get("Set-Cookie")
	for _, part := range []string{"__Host-ngon-ngu=en", "Secure", "HttpOnly", "SameSite=Lax", "Path=/"} {
		if !strings.Contains(cookie, part) {
			t.Errorf("%q lacks %s", cookie, part)
		}
	}
}

func TestTheLogHoldsNoAddressOfAPerson(t *testing.T) {
	t.Parallel()
	m, log := shell(t, nil)
	m.Handle("GET /tra-cuu/{code}", web.Public, page("t"))
	ask(t, m, "GET", "/tra-cuu/H61-1234?khoa=secret-of-receipt")
	if s := log.String(); strings.Contains(s, "secret-of-receipt") || strings.Contains(s, "H61-1234") || !strings.Contains(s, "/tra-cuu/{code}") {
		t.Fatalf("log: %s", s)
	}
}

func TestMetricsCountByRouteAndStayInTheHouse(t *testing.T) {
	t.Parallel()
	m, _ := shell(t, nil)
	m.Handle("GET /a/{id}", web.Public, page("a"))
	ask(t, m, "GET", "/a/1")
	ask(t, m, "GET", "/a/2")
	r := httptest.NewRequest("GET", "/metrics", http.NoBody)
	r.RemoteAddr = "127.0.0.1:5555"
	w := httptest.NewRecorder()
	m.ServeHTTP(w, r)
	want(t, w, 200, `motcua_requests_total{method="GET",route="/a/{id}",status="2xx"} 2`)
	want(t, ask(t, m, "GET", "/metrics"), 404) // httptest asks from 192.0.2.1
}

func TestReadinessFollowsTheStore(t *testing.T) {
	t.Parallel()
	var err error
	m, _ := shell(t, func(c *web.Config) { c.Ready = func(context.Context) error { return err } })
	want(t, ask(t, m, "GET", "/readyz"), 200)
	err = errors.New("database away")
	want(t, ask(t, m, "GET", "/readyz"), 503)
	want(t, ask(t, m, "GET", "/healthz"), 200)
}

func TestAPageThatFailsLeavesNoHalfAnswer(t *testing.T) {
	t.Parallel()
	m, _ := shell(t, nil)
	m.Handle("GET /a", web.Public, func(w http.ResponseWriter, r *http.Request) error {
		return web.Render(w, r, 200, templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
			_, _ = io.WriteString(w, "<p>half")
			return errors.New("template broke")
		}))
	})
	w := ask(t, m, "GET", "/a")
	want(t, w, 500)
	if strings.Contains(w.Body.String(), "<p>half") {
		t.Fatal("half a page was sent")
	}
}

func TestAnETagIsAnswered(t *testing.T) {
	t.Parallel()
	m, _ := shell(t, nil)
	m.Handle("GET /a", web.Public, func(w http.ResponseWriter, r *http.Request) error {
		return web.RenderTagged(w, r, text("a"))
	})
	tag := ask(t, m, "GET", "/a").Header().Get("ETag")
	w := ask(t, m, "GET", "/a", "If-None-Match", `"other", `+tag)
	want(t, w, 304)
	if w.Body.Len() > 0 {
		t.Fatal("304 with a body")
	}
}

func TestLongPagesAreCompressed(t *testing.T) {
	t.Parallel()
	m, _ := shell(t, nil)
	long := strings.Repeat("một cửa ", 1000)
	m.Handle("GET /long", web.Public, page(long))
	m.Handle("GET /short", web.Public, page("ngắn"))
	w := ask(t, m, "GET", "/long", "Accept-Encoding", "zstd")
	d, err := zstd.NewReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if got, err := io.ReadAll(d); err != nil || string(got) != long {
		t.Fatalf("zstd: %v", err)
	}
	if enc := ask(t, m, "GET", "/short", "Accept-Encoding", "gzip").Header().Get("Content-Encoding"); enc != "" {
		t.Fatalf("short page in %s", enc)
	}
}
