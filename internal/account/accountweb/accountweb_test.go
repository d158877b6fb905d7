package accountweb

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/account"
	"github.com/motcua/motcua/internal/account/accounttest"
	"github.com/motcua/motcua/internal/testkit"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

// house is a site with our pages and three of somebody else's: one for who may assign, one for
// officers, one for everybody.
type house struct {
	*account.Service
	t     *testing.T
	clock *testkit.Clock
	mux   *web.Mux
	url   string
}

func build(t *testing.T, cfg web.Config, o Options) house {
	t.Helper()
	clock := testkit.NewClock("2026-03-02 08:00")
	svc := accounttest.New(t, testkit.SQLite(t), accounttest.Office(), account.Config{}, clock.Now)
	err := svc.Seed(t.Context(), []account.Seeded{accounttest.Officer("duyen", "thu-ly", "truong"), accounttest.Officer("tam", "mot-cua")})
	if err != nil {
		t.Fatal(err)
	}
	quiet := slog.New(slog.DiscardHandler)
	cfg.Now, cfg.Log, cfg.Problem = clock.Now, quiet, component.ProblemPage
	if cfg.Session == nil {
		cfg.Session = Session(svc, quiet)
	}
	m := web.New(cfg)
	Register(m, svc, o)
	say := func(w http.ResponseWriter, r *http.Request) error {
		_, err := io.WriteString(w, "here is "+web.ActorFrom(r.Context()).Name)
		return err
	}
	m.Handle("GET /phan-cong", web.May(access.DossierAssign), say)
	m.Handle("POST /ho-so", web.May(access.DossierAssign), say)
	m.Handle("GET /lam-viec", web.Officer, say)
	m.Handle("GET /ai-cung-xem", web.Public, say)
	srv := httptest.NewServer(m)
	t.Cleanup(srv.Close)
	return house{Service: svc, t: t, clock: clock, mux: m, url: srv.URL}
}

// browser keeps cookies and follows nothing by itself.
type browser struct {
	t    *testing.T
	base string
	*http.Client
}

func (h house) browser() browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		h.t.Fatal(err)
	}
	return browser{h.t, h.url, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

type answer struct {
	status int
	to     string
	header http.Header
	body   string
	doc    *html.Node
}

func (b browser) do(req *http.Request, err error) answer {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
	rsp, err := b.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer rsp.Body.Close()
	body, err := io.ReadAll(rsp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	doc, err := html.Parse(strings.NewReader(string(body)))
	if err != nil {
		b.t.Fatal(err)
	}
	return answer{rsp.StatusCode, rsp.Header.Get("Location"), rsp.Header, string(body), doc}
}

func (b browser) get(path string) answer {
	b.t.Helper()
	return b.do(http.NewRequestWithContext(b.t.Context(), http.MethodGet, b.base+path, nil))
}

func (b browser) post(path string, pairs ...string) answer {
	b.t.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	req, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.base+path, strings.NewReader(form.Encode()))
	if err == nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
	}
	return b.do(req, err)
}

func (b browser) cookie(name string) string {
	u, err := url.Parse(b.base)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, c := range b.Jar.Cookies(u) {
		if c.Name == name {
			return c.Value
		}
	}
	return ""
}

func (b browser) plant(name, value string) {
	u, err := url.Parse(b.base)
	if err != nil {
		b.t.Fatal(err)
	}
	b.Jar.SetCookies(u, []*http.Cookie{{Name: name, Value: value, Path: "/"}})
}

func (b browser) signIn(name string) {
	b.t.Helper()
	if a := b.post(pathSignIn, "name", name, "password", accounttest.Password); a.status != http.StatusSeeOther {
		b.t.Fatalf("sign in: %d", a.status)
	}
}

// input is the value of the input with the name; false when there is none.
func (a answer) input(name string) (string, bool) {
	for n := range a.doc.Descendants() {
		if n.Type == html.ElementNode && n.Data == "input" && attr(n, "name") == name {
			return attr(n, "value"), true
		}
	}
	return "", false
}

func (a answer) count(tag string) (n int) {
	for node := range a.doc.Descendants() {
		if node.Type == html.ElementNode && node.Data == tag {
			n++
		}
	}
	return n
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func TestSigningInLeadsWhereOneWantedToGo(t *testing.T) {
	h := build(t, web.Config{}, Options{})
	tests := []struct{ name, next, want string }{
		{"nowhere else: the desk", "", "/lam-viec"},
		{"a page of ours with its query", "/ho-so/abc?tab=2&q=%C4%91%E1%BA%A5t", "/ho-so/abc?tab=2&q=%C4%91%E1%BA%A5t"},
		{"the front page", "/", "/"},
		{"another host without scheme", "//evil.example", "/lam-viec"},
		{"another host by backslashes", `\\evil.example`, "/lam-viec"},
		{"another host by slash and backslash", `/\evil.example`, "/lam-viec"},
		{"a tab between slashes is read as a blank and stays here", "/\t/evil.example", "/ /evil.example"},
		{"another host with scheme", "https://evil.example/", "/lam-viec"},
		{"a script", "javascript:alert(1)", "/lam-viec"},
		{"a script in capitals after a blank", " JaVaScRiPt:alert(1)", "/lam-viec"},
		{"data", "data:text/html,x", "/lam-viec"},
		{"a host with user", "https:evil.example", "/lam-viec"},
		{"a header in the address", "/a\r\nSet-Cookie: x=y", "/lam-viec"},
		{"the door itself", "/dang-nhap?next=/", "/lam-viec"},
		{"the way out", "/dang-xuat", "/lam-viec"},
		{"not a path", "ho-so", "/lam-viec"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := h.browser()
			b.t = t
			a := b.post(pathSignIn, "name", "tam", "password", accounttest.Password, "next", tt.next)
			if a.status != http.StatusSeeOther || a.to != tt.want {
				t.Fatalf("got %d %q, want %q", a.status, a.to, tt.want)
			}
		})
	}
}

// FuzzReturnPath reads the target as browsers do: blanks and controls around it and tabs and
// line ends inside vanish, backslashes are slashes.
func FuzzReturnPath(f *testing.F) {
	for _, s := range []string{"/ho-so", "//evil", `/\evil`, "/%2f/evil", "/\x00/evil", "/ /evil", "http:/evil", "/a:b@c", "\x01//evil", "/..//evil", "/.//evil", "?", "#", "/#//evil"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, next string) {
		got := returnPath(next, "/nha")
		seen := strings.NewReplacer("\t", "", "\n", "", "\r", "", `\`, "/").Replace(strings.TrimFunc(got, func(r rune) bool { return r <= ' ' }))
		if !strings.HasPrefix(seen, "/") || strings.HasPrefix(seen, "//") {
			t.Fatalf("%q leads to %q", next, got)
		}
		if strings.ContainsAny(got, "\r\n") {
			t.Fatalf("%q breaks the header", next)
		}
		base, _ := url.Parse("https://motcua.example/x/y")
		if u, err := base.Parse(got); err != nil || u.Host != "motcua.example" || u.Scheme != "https" {
			t.Fatalf("%q leads to %v, %v", next, u, err)
		}
	})
}

func TestARefusedSignInKeepsTheNameAndShowsNoPassword(t *testing.T) {
	h := build(t, web.Config{}, Options{})
	var pages []string
	for _, name := range []string{"tam", "khong-co-ai"} {
		b := h.browser()
		a := b.post(pathSignIn, "name", name, "password", "sai rồi sai nữa", "next", "/phan-cong")
		if a.status != http.StatusUnprocessableEntity {
			t.Fatalf("got %d", a.status)
		}
		if got, _ := a.input("name"); got != name {
			t.Errorf("the name became %q", got)
		}
		if got, ok := a.input("password"); !ok || got != "" || strings.Contains(a.body, "sai rồi") {
			t.Errorf("the password stands on the page")
		}
		if got, _ := a.input("next"); got != "/phan-cong" {
			t.Errorf("where one wanted to go became %q", got)
		}
		if !strings.Contains(a.body, "<title>Lỗi") || !strings.Contains(a.body, `href="#name"`) || a.count("h1") != 1 {
			t.Errorf("no error summary tied to the field")
		}
		if b.cookie(cookieSession) != "" {
			t.Errorf("a session was given")
		}
		key, _ := a.input("_key")
		pages = append(pages, strings.NewReplacer(name, "NAME", key, "KEY").Replace(a.body))
	}
	// Keys are drawn anew for every form of the page, also that of the language.
	if len(pages[0]) != len(pages[1]) {
		t.Error("a wrong password and an unknown name get different pages")
	}
	a := h.browser().post(pathSignIn, "name", "", "password", "")
	if a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, `href="#password"`) {
		t.Errorf("an empty form: %d", a.status)
	}
}

func TestGuessingIsAnsweredWithTheTimeToWait(t *testing.T) {
	h := build(t, web.Config{}, Options{})
	b := h.browser()
	var a answer
	for range 6 {
		a = b.post(pathSignIn, "name", "tam", "password", "sai rồi sai nữa")
	}
	if a.status != http.StatusTooManyRequests || a.header.Get("Retry-After") != "2" || !strings.Contains(a.body, "Chờ 2 giây") {
		t.Fatalf("got %d %q", a.status, a.header.Get("Retry-After"))
	}
	if got, _ := a.input("name"); got != "tam" {
		t.Fatalf("the name became %q", got)
	}
}

func TestTheCookie(t *testing.T) {
	for _, secure := range []bool{false, true} {
		t.Run("secure "+strconv.FormatBool(secure), func(t *testing.T) {
			h := build(t, web.Config{Secure: secure}, Options{})
			a := h.browser().post(pathSignIn, "name", "tam", "password", accounttest.Password)
			rsp := http.Response{Header: a.header}
			name := cookieSession
			if secure {
				name = "__Host-" + name
			}
			i := slices.IndexFunc(rsp.Cookies(), func(c *http.Cookie) bool { return c.Name == name })
			if i < 0 {
				t.Fatalf("no cookie %s in %v", name, a.header["Set-Cookie"])
			}
			c := rsp.Cookies()[i]
			if !c.HttpOnly || c.Secure != secure || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" || len(c.Value) != 43 || c.MaxAge != 0 {
				t.Fatalf("got %+v", c)
			}
			if a.header.Get("Cache-Control") != "private, no-store" {
				t.Fatalf("the answer may be stored: %q", a.header.Get("Cache-Control"))
			}
		})
	}
}

func TestAPlantedCookieIsNotTakenOver(t *testing.T) {
	h := build(t, web.Config{}, Options{})
	b := h.browser()
	planted := strings.Repeat("QUFB", 10) + "QUE"
	b.plant(cookieSession, planted)
	b.signIn("tam")
	if b.cookie(cookieSession) == planted {
		t.Fatal("the session stands under the planted secret")
	}
	thief := h.browser()
	thief.plant(cookieSession, planted)
	if a := thief.get("/lam-viec"); a.status != http.StatusSeeOther {
		t.Fatalf("the planted secret opens the desk: %d", a.status)
	}
}

func TestWhoMayEnter(t *testing.T) {
	h := build(t, web.Config{}, Options{})
	stranger := h.browser()
	if a := stranger.get("/phan-cong?trang=2"); a.status != http.StatusSeeOther || a.to != "/dang-nhap?next=%2Fphan-cong%3Ftrang%3D2" {
		t.Fatalf("a stranger: %d %q", a.status, a.to)
	}
	a := stranger.post("/ho-so", "note", "Đã gọi điện cho người nộp")
	if note, ok := a.input("note"); a.status != http.StatusUnauthorized || !ok || note != "Đã gọi điện cho người nộp" {
		t.Fatalf("what a person typed before the session ended is lost: %d", a.status)
	}
	if a := stranger.get(pathAccount); a.status != http.StatusSeeOther {
		t.Fatalf("somebody's account: %d", a.status)
	}
	officer := h.browser()
	officer.signIn("tam")
	forbidden, absent := officer.get("/phan-cong"), officer.get("/khong-co-trang-nay")
	cut := func(a answer) string {
		return strings.Join(strings.Fields(a.doc.FirstChild.NextSibling.Data+text(a.doc)), " ")
	}
	if forbidden.status != http.StatusNotFound || absent.status != http.StatusNotFound || cut(forbidden) != cut(absent) {
		t.Fatalf("forbidden (%d) and absent (%d) differ", forbidden.status, absent.status)
	}
	if a := officer.get("/lam-viec"); a.status != http.StatusOK || a.body != "here is Phạm Thị Duyên" {
		t.Fatalf("got %d %s", a.status, a.body)
	}
}

func text(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

func TestAnOfficerWithTwoPostsChoosesFirst(t *testing.T) {
	h := build(t, web.Config{}, Options{})
	b := h.browser()
	a := b.post(pathSignIn, "name", "duyen", "password", accounttest.Password, "next", "/phan-cong")
	if a.to != "/chon-chuc-vu?next=%2Fphan-cong" {
		t.Fatalf("got %q", a.to)
	}
	if other := b.get("/ai-cung-xem?a=1"); other.to != "/chon-chuc-vu?next=%2Fai-cung-xem%3Fa%3D1" {
		t.Fatalf("another page: %d %q", other.status, other.to)
	}
	page := b.get(a.to)
	if page.status != http.StatusOK || !strings.Contains(page.body, "Trưởng phòng Quy hoạch") || page.count("h1") != 1 {
		t.Fatalf("got %d", page.status)
	}
	before := b.cookie(cookieSession)
	next, _ := page.input("next")
	if a = b.post(pathPost, "post", "truong", "next", next); a.status != http.StatusSeeOther || a.to != "/phan-cong" {
		t.Fatalf("got %d %q", a.status, a.to)
	}
	if b.cookie(cookieSession) == before {
		t.Fatal("the secret was not rotated")
	}
	old := h.browser()
	old.plant(cookieSession, before)
	if a := old.get("/phan-cong"); a.status != http.StatusSeeOther {
		t.Fatalf("the secret of before still works: %d", a.status)
	}
	if a := b.get("/phan-cong"); a.status != http.StatusOK {
		t.Fatalf("got %d", a.status)
	}
	if a := b.post(pathPost, "post", "mot-cua"); a.status != http.StatusNotFound {
		t.Fatalf("a post of somebody else: %d", a.status)
	}
}

func TestAHandedOutPasswordIsReplacedFirst(t *testing.T) {
	h := build(t, web.Config{}, Options{})
	made, err := h.Reset(t.Context(), "tam", "")
	if err != nil {
		t.Fatal(err)
	}
	b := h.browser()
	if a := b.post(pathSignIn, "name", "tam", "password", made); a.to != "/tai-khoan/mat-khau?next=%2Flam-viec" {
		t.Fatalf("got %d %q", a.status, a.to)
	}
	if a := b.get("/lam-viec"); a.to != "/tai-khoan/mat-khau?next=%2Flam-viec" {
		t.Fatalf("got %d %q", a.status, a.to)
	}
	if a := b.post(pathPassword, "password_present", made, "password_next", "gió mùa đông bắc", "password_repeat", "gió mùa đông"); a.status != http.StatusUnprocessableEntity || strings.Contains(a.body, "gió mùa") {
		t.Fatalf("two different passwords: %d", a.status)
	}
	if a := b.post(pathPassword, "password_present", made, "password_next", "matkhau2026", "password_repeat", "matkhau2026"); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, `href="#password_next"`) {
		t.Fatalf("a common password: %d", a.status)
	}
	a := b.post(pathPassword, "password_present", made, "password_next", "gió mùa đông bắc", "password_repeat", "gió mùa đông bắc", "next", "/lam-viec")
	if a.status != http.StatusSeeOther || a.to != "/lam-viec" {
		t.Fatalf("got %d %q", a.status, a.to)
	}
	if a := b.get("/lam-viec"); a.status != http.StatusOK {
		t.Fatalf("got %d", a.status)
	}
}

func TestTheAccountPageEndsSessions(t *testing.T) {
	h := build(t, web.Config{}, Options{})
	here, there := h.browser(), h.browser()
	here.signIn("tam")
	there.signIn("tam")
	page := here.get(pathAccount)
	if page.status != http.StatusOK || page.count("h1") != 1 || !strings.Contains(page.body, "Firefox, Linux") || !strings.Contains(page.body, "Thiết bị này") {
		t.Fatalf("got %d", page.status)
	}
	sessions, err := h.Sessions(t.Context(), account.Person{ID: "p-tam", Kind: account.Officer})
	if err != nil || len(sessions) != 2 {
		t.Fatal(sessions, err)
	}
	mine, err := h.Authenticate(t.Context(), here.cookie(cookieSession))
	if err != nil {
		t.Fatal(err)
	}
	other := sessions[0].ID
	if other == mine.Session.ID {
		other = sessions[1].ID
	}
	stranger := h.browser()
	stranger.signIn("duyen")
	if a := stranger.post(pathAccount + "/phien/" + other + "/ket-thuc"); a.status != http.StatusNotFound {
		t.Fatalf("somebody else's session: %d", a.status)
	}
	if a := here.post(pathAccount + "/phien/" + other + "/ket-thuc"); a.status != http.StatusSeeOther {
		t.Fatalf("got %d", a.status)
	}
	if a := there.get("/lam-viec"); a.status != http.StatusSeeOther {
		t.Fatalf("the ended session goes on: %d", a.status)
	}
	if a := here.get("/lam-viec"); a.status != http.StatusOK {
		t.Fatalf("got %d", a.status)
	}
	there.signIn("tam")
	if a := here.post(pathEverywhere); a.status != http.StatusSeeOther {
		t.Fatalf("got %d", a.status)
	}
	for _, b := range []browser{here, there} {
		if a := b.get("/lam-viec"); a.status != http.StatusSeeOther {
			t.Fatalf("signed out everywhere, and still %d", a.status)
		}
	}
}

func TestSigningOut(t *testing.T) {
	h := build(t, web.Config{}, Options{})
	b := h.browser()
	b.signIn("tam")
	token := b.cookie(cookieSession)
	if a := b.get(pathSignOut); a.status != http.StatusOK || b.cookie(cookieSession) == "" {
		t.Fatalf("looking at the page signs out: %d", a.status)
	}
	if a := b.post(pathSignOut); a.status != http.StatusSeeOther || a.to != "/" || b.cookie(cookieSession) != "" {
		t.Fatalf("got %d %q", a.status, a.to)
	}
	b.plant(cookieSession, token)
	if a := b.get("/lam-viec"); a.status != http.StatusSeeOther {
		t.Fatalf("the secret outlives the session: %d", a.status)
	}
	if a := b.post(pathSignOut); a.status != http.StatusSeeOther {
		t.Fatalf("signing out twice: %d", a.status)
	}
}

func TestACitizenRegistersAndIsSaidToBeUnverified(t *testing.T) {
	h := build(t, web.Config{}, Options{})
	b := h.browser()
	form := []string{"name", "Vừ A Dính", "number", "011 085 000 12", "phone", "0912345678", "password", accounttest.Password, "password_repeat", accounttest.Password, "next", "/ai-cung-xem"}
	a := b.post(pathRegister, form...)
	if got, _ := a.input("name"); a.status != http.StatusUnprocessableEntity || got != "Vừ A Dính" || !strings.Contains(a.body, `href="#number"`) || strings.Contains(a.body, accounttest.Password) {
		t.Fatalf("got %d %q", a.status, got)
	}
	form[3] = "011 085 000 123"
	if a = b.post(pathRegister, form...); a.status != http.StatusSeeOther || a.to != "/ai-cung-xem" {
		t.Fatalf("got %d %q", a.status, a.to)
	}
	if a = b.post(pathRegister, form...); a.status != http.StatusSeeOther || a.to != "/ai-cung-xem" {
		t.Fatalf("the same form sent twice: %d %q", a.status, a.to)
	}
	if a = b.get(pathAccount); !strings.Contains(a.body, "Chưa xác thực") || !strings.Contains(a.body, "011085000123") {
		t.Fatalf("got %d", a.status)
	}
	if a = b.get("/lam-viec"); a.status != http.StatusNotFound {
		t.Fatalf("a citizen at the desk: %d", a.status)
	}
}

func TestDemoAccountsStandOnThePageOnlyInTheDemo(t *testing.T) {
	demo := []DemoAccount{{Role: "Công chức Bộ phận Một cửa", Name: "Phạm Thị Duyên", SignIn: "tam", Password: accounttest.Password}}
	h := build(t, web.Config{}, Options{Demo: demo})
	a := h.browser().get(pathSignIn + "?next=/ai-cung-xem")
	if !strings.Contains(a.body, accounttest.Password) || !strings.Contains(a.body, "Công chức Bộ phận Một cửa") {
		t.Fatal("the demo does not say how to come in")
	}
	plain := build(t, web.Config{}, Options{}).browser().get(pathSignIn)
	if strings.Contains(plain.body, accounttest.Password) || strings.Contains(plain.body, "trình diễn") {
		t.Fatal("passwords on the page of a real province")
	}
}

type away struct{}

func (away) Authenticate(context.Context, string) (account.Signed, error) {
	return account.Signed{}, account.ErrBusy.Because(errors.New("database gone"))
}

func TestWithoutTheDatabasePublicPagesGoOnAndTheOthersSaySo(t *testing.T) {
	h := build(t, web.Config{Session: Session(away{}, slog.New(slog.DiscardHandler))}, Options{})
	b := h.browser()
	b.plant(cookieSession, strings.Repeat("A", 43))
	if a := b.get("/ai-cung-xem"); a.status != http.StatusOK {
		t.Fatalf("got %d", a.status)
	}
	if a := b.get("/lam-viec"); a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") == "" {
		t.Fatalf("got %d %q", a.status, a.to)
	}
	a := b.post("/ho-so", "note", "Đã gọi điện")
	if note, _ := a.input("note"); a.status != http.StatusServiceUnavailable || note != "Đã gọi điện" {
		t.Fatalf("got %d, the note is %q", a.status, note)
	}
}

func TestEveryTextPutTogetherAtRunTimeExists(t *testing.T) {
	t.Parallel()
	keys := []string{
		"error.account.password-short", "error.account.password-long", "error.account.password-common", "error.account.password-own",
		"error.account.password-unreadable", "error.account.name-missing", "error.account.name-wrong", "error.account.number-wrong",
		"error.account.phone-wrong", "error.account.email-wrong", "error.account.password-differs",
		"flash.account.signed-out", "flash.account.signed-out-everywhere", "flash.account.session-ended", "flash.account.post-chosen",
		"flash.account.password-changed", "flash.account.registered",
	}
	for _, kind := range account.EventKinds {
		keys = append(keys, "account.event."+string(kind))
	}
	for _, key := range keys {
		for _, code := range []lang.Code{lang.VI, lang.EN} {
			if _, ok := lang.Lookup(code, key); !ok {
				t.Errorf("%s: no text for %s", code, key)
			}
		}
	}
}
