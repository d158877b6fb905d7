package ratingweb_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/dossier/dossierdb"
	"github.com/motcua/motcua/internal/dossier/dossiertest"
	"github.com/motcua/motcua/internal/jobs"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/rating"
	"github.com/motcua/motcua/internal/rating/ratingdb"
	"github.com/motcua/motcua/internal/rating/ratingweb"
	"github.com/motcua/motcua/internal/testkit"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// as names who looks in these tests: the header carries what the session would.
const as = "Test-As"

// office is a province with people at its pages.
type office struct {
	t     testing.TB
	w     dossiertest.World
	clock *testkit.Clock
	svc   *dossier.Service
	mux   *web.Mux
	keys  int
}

func open(t testing.TB) *office {
	t.Helper()
	db := testkit.SQLite(t)
	signer, err := journal.NewSigner(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	o := &office{t: t, w: dossiertest.New(), clock: testkit.NewClock("2026-03-02T09:00:00+07:00")}
	o.svc = dossier.NewService(dossierdb.New(db, signer, jobs.New(db, o.clock.Now, jobs.Options{}), o.clock.Now), o.w, o.clock.Now)
	o.mux = web.New(web.Config{
		Site: web.Site{System: "Một cửa Thử"}, Now: o.clock.Now, Log: slog.New(slog.DiscardHandler), Problem: component.ProblemPage,
		Session: func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if name := r.Header.Get(as); name != "" {
					r = r.WithContext(web.WithViewer(r.Context(), web.Viewer{Actor: o.actor(name)}))
				}
				next.ServeHTTP(w, r)
			})
		},
	})
	store := ratingdb.New(db)
	tree := o.w.Cat.Tree()
	ratingweb.Register(o.mux, ratingweb.Deps{
		Dossiers: o.svc, AtDesk: o.svc, Desk: rating.NewDesk(store, o.clock.Now), Scores: rating.NewScores(store, o.svc, rating.Standard, o.clock.Now),
		AgencyName:  func(id agency.ID) string { a, _ := tree.Ever(id); return a.Name },
		AgencyKnown: func(id agency.ID) bool { _, ok := tree.Ever(id); return ok },
		PersonName:  func(p string) string { return strings.TrimPrefix(p, "person-") },
		Cache:       web.NewPageCache(1 << 20), Now: o.clock.Now,
	})
	return o
}

// actor is a citizen by name, or "post:<id>" in a post; the head reads ratings, "control" those of everybody.
func (o *office) actor(name string) access.Actor {
	if name == "control" {
		return access.Actor{Person: "control", Post: "kiem-soat", Agency: "van-phong", Rights: access.Rights{access.DossierReadAll: true, access.RatingRead: true}}
	}
	post, ok := strings.CutPrefix(name, "post:")
	if !ok {
		return o.w.Citizen(name)
	}
	a := o.w.In(post)
	if post == "giam-doc" {
		a.Rights[access.RatingRead] = true
	}
	return a
}

func (o *office) key() string { o.keys++; return fmt.Sprintf("key-%d", o.keys) }

func (o *office) must(d *dossier.Dossier, err error) *dossier.Dossier {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
	return d
}

// resolved takes a dossier to its result.
func (o *office) resolved(citizen string) *dossier.Dossier {
	o.t.Helper()
	ctx := context.Background()
	by := o.w.Citizen(citizen)
	draft, err := o.svc.StartDraft(ctx, by, dossiertest.Permit, procedure.Online)
	if err == nil {
		err = o.svc.AddPaper(ctx, by, draft.ID, dossier.Paper{Component: "don", Name: "don.pdf", Type: "pdf", Size: 10, Hash: strings.Repeat("a", 64), Form: "electronic"})
	}
	if err != nil {
		o.t.Fatal(err)
	}
	d := o.must(o.svc.Submit(ctx, by, o.key(), dossier.SubmitCommand{Draft: draft.ID, Owner: dossier.Party{Name: "Nguyễn Thị Ánh"}, Answers: json.RawMessage(`{"a":1}`)}))
	d = o.must(o.svc.Accept(ctx, o.req("cb-mot-cua", d), ""))
	for _, step := range []struct {
		post string
		c    dossier.ActCommand
	}{
		{"truong-phong", dossier.ActCommand{Action: "giao", Post: "chuyen-vien"}},
		{"chuyen-vien", dossier.ActCommand{Action: "trinh"}},
		{"giam-doc", dossier.ActCommand{Action: "phe-duyet"}},
		{"van-thu", dossier.ActCommand{Action: "ban-hanh", Result: dossier.Result{Number: "12/GP", Name: "Giấy phép"}}},
	} {
		d = o.must(o.svc.Act(ctx, o.req(step.post, d), step.c))
	}
	return d
}

func (o *office) returned(citizen string) *dossier.Dossier {
	d := o.resolved(citizen)
	return o.must(o.svc.Act(context.Background(), o.req("cb-mot-cua", d), dossier.ActCommand{Action: "trao"}))
}

func (o *office) req(post string, d *dossier.Dossier) dossier.Request {
	return dossier.Request{By: o.w.In(post), Dossier: d.ID, Version: d.Version, Key: o.key()}
}

func (o *office) rating(d *dossier.Dossier) *dossier.Rating {
	o.t.Helper()
	now, _, err := o.svc.Dossier(context.Background(), access.Actor{System: true}, d.ID)
	return o.must(now, err).Rating
}

// answer is a page as a browser without scripts has it.
type answer struct {
	t    testing.TB
	code int
	head http.Header
	text string
	root *html.Node
}

func (o *office) do(r *http.Request, who string) answer {
	o.t.Helper()
	if who != "" {
		r.Header.Set(as, who)
	}
	rec := httptest.NewRecorder()
	o.mux.ServeHTTP(rec, r)
	a := answer{t: o.t, code: rec.Code, head: rec.Header(), text: rec.Body.String()}
	if strings.HasPrefix(rec.Header().Get("Content-Type"), "text/html") {
		root, err := html.Parse(strings.NewReader(a.text))
		if err != nil {
			o.t.Fatal(err)
		}
		a.root = root
	}
	if a.code >= 500 {
		o.t.Errorf("%s %s: %d", r.Method, r.URL, a.code)
	}
	return a
}

func (o *office) get(who, path string, cookies ...*http.Cookie) answer {
	o.t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for _, c := range cookies {
		r.AddCookie(c)
	}
	return o.do(r, who)
}

func (o *office) post(who, path string, fields url.Values, cookies ...*http.Cookie) answer {
	o.t.Helper()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(fields.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for _, c := range cookies {
		r.AddCookie(c)
	}
	return o.do(r, who)
}

func (a answer) is(code int) answer {
	a.t.Helper()
	if a.code != code {
		a.t.Fatalf("status %d, want %d\n%s", a.code, code, a.words())
	}
	return a
}

func (a answer) to() string {
	a.t.Helper()
	return a.is(http.StatusSeeOther).head.Get("Location")
}

func (a answer) words() string {
	if a.root == nil {
		return a.text
	}
	var b strings.Builder
	for n := range a.root.Descendants() {
		if n.Type == html.TextNode && n.Parent.Data != "style" && n.Parent.Data != "script" {
			b.WriteString(n.Data + " ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func (a answer) has(parts ...string) answer {
	a.t.Helper()
	for _, p := range parts {
		if !strings.Contains(a.words(), p) {
			a.t.Errorf("page does not say %q:\n%s", p, a.words())
		}
	}
	return a
}

func (a answer) lacks(parts ...string) answer {
	a.t.Helper()
	for _, p := range parts {
		if strings.Contains(a.text, p) {
			a.t.Errorf("page says %q", p)
		}
	}
	return a
}

// fields are the hidden ones of the page's last form, with what is chosen added.
func (a answer) fields(pairs ...string) url.Values {
	out := url.Values{}
	if a.root == nil {
		return out
	}
	for n := range a.root.Descendants() {
		if n.Type != html.ElementNode || n.Data != "input" {
			continue
		}
		at := map[string]string{}
		for _, x := range n.Attr {
			at[x.Key] = x.Val
		}
		if at["type"] == "hidden" {
			out.Set(at["name"], at["value"])
		}
	}
	for i := 0; i < len(pairs); i += 2 {
		out.Set(pairs[i], pairs[i+1])
	}
	return out
}

func TestTheOwnerRatesOnceAfterTheReturn(t *testing.T) {
	t.Parallel()
	o := open(t)
	d := o.resolved("anh")
	at := "/ho-so-cua-toi/" + d.ID + "/danh-gia"
	o.get("anh", at).is(http.StatusConflict).has("Chưa đánh giá được", "sau khi ông/bà đã nhận kết quả")
	d = o.must(o.svc.Act(context.Background(), o.req("cb-mot-cua", d), dossier.ActCommand{Action: "trao"}))
	page := o.get("anh", at).is(http.StatusOK).has("Rất hài lòng", "Không hài lòng", "Thái độ của cán bộ", "không biết ai đã đánh giá")
	for _, who := range []string{"binh", "post:cb-mot-cua", "post:giam-doc", "control"} {
		o.get(who, at).is(http.StatusNotFound)
		o.post(who, at, page.fields("muc", "satisfied")).is(http.StatusNotFound)
	}
	o.get("", at).to() // a stranger is asked to sign in
	wrong := o.post("anh", at, page.fields("y-kien", "Chờ lâu", "muc-time", "not_satisfied")).is(http.StatusUnprocessableEntity)
	wrong.has("Lỗi:", "Chọn mức độ hài lòng chung", "Chờ lâu")
	if !regexp.MustCompile(`name="muc-time" value="not_satisfied" checked`).MatchString(wrong.text) {
		t.Error("what was chosen is lost")
	}
	sent := wrong.fields("muc", "not_satisfied", "muc-time", "not_satisfied", "y-kien", "Chờ lâu")
	if to := o.post("anh", at, sent).to(); to != at {
		t.Fatalf("led to %s", to)
	}
	o.post("anh", at, sent).to() // the same form again
	o.get("anh", at).is(http.StatusOK).has("Cảm ơn ông/bà", "Không hài lòng", "09:00 thứ Hai, 02/03/2026")
	o.post("anh", at, page.fields("muc", "very_satisfied", "_key", "another")).is(http.StatusOK).has("Cảm ơn ông/bà", "Không hài lòng")
	r := o.rating(d)
	if r == nil || r.Overall != dossier.NotSatisfied || r.Via != dossier.RatedByAccount || r.Comment != "Chờ lâu" || r.Item("time") != dossier.NotSatisfied {
		t.Errorf("%+v", r)
	}
}

func TestTheHolderOfTheSecretRates(t *testing.T) {
	t.Parallel()
	o := open(t)
	d := o.returned("anh")
	at := "/tra-cuu/danh-gia?ma=" + d.Code + "&k=" + d.Secret
	if to := o.get("", "/tra-cuu/danh-gia").to(); to != "/tra-cuu" {
		t.Errorf("without a code it leads to %s", to)
	}
	for _, bad := range []string{"/tra-cuu/danh-gia?ma=" + d.Code, "/tra-cuu/danh-gia?ma=" + d.Code + "&k=sai", "/tra-cuu/danh-gia?ma=%ff&k=%ff"} {
		o.get("", bad).is(http.StatusNotFound)
	}
	page := o.get("", at).is(http.StatusOK)
	page.lacks("Nguyễn Thị Ánh")
	o.post("", "/tra-cuu/danh-gia", page.fields("muc", "satisfied", "k", "sai")).is(http.StatusNotFound)
	if to := o.post("", "/tra-cuu/danh-gia", page.fields("muc", "satisfied")).to(); to != at {
		t.Errorf("led to %s", to)
	}
	o.get("", at).is(http.StatusOK).has("Cảm ơn ông/bà")
	if r := o.rating(d); r == nil || r.Via != dossier.RatedBySecret {
		t.Errorf("%+v", r)
	}
}

func TestGuessingSecretsIsHeldBack(t *testing.T) {
	t.Parallel()
	o := open(t)
	for i := range 40 {
		if o.get("", fmt.Sprintf("/tra-cuu/danh-gia?ma=H99.02-260302-0001&k=%d", i)).code == http.StatusTooManyRequests {
			return
		}
	}
	t.Error("forty guesses were answered")
}

// tablet opens one by the officer's page and returns its cookie.
func (o *office) tablet(post string) *http.Cookie {
	o.t.Helper()
	page := o.get(post, "/lam-viec/may-danh-gia").is(http.StatusOK)
	made := o.post(post, "/lam-viec/may-danh-gia", page.fields("ten", "Quầy 3")).is(http.StatusOK)
	code := regexp.MustCompile(`data-copy="([A-Z0-9]{4} [A-Z0-9]{4})"`).FindStringSubmatch(made.text)
	if code == nil {
		o.t.Fatalf("no code:\n%s", made.words())
	}
	pair := o.get("", "/quay/danh-gia").is(http.StatusOK).has("Mã ghép")
	o.post("", "/quay/danh-gia/ghep", pair.fields("ma-ghep", "sai")).is(http.StatusUnprocessableEntity).has("Mã ghép không đúng", "Lỗi:")
	a := o.post("", "/quay/danh-gia/ghep", pair.fields("ma-ghep", strings.ToLower(code[1])))
	a.to()
	c, err := http.ParseSetCookie(a.head.Get("Set-Cookie"))
	if err != nil || !c.HttpOnly || c.MaxAge <= 0 {
		o.t.Fatalf("cookie %q: %v", a.head.Get("Set-Cookie"), err)
	}
	return &http.Cookie{Name: c.Name, Value: c.Value}
}

func TestPeopleRateOnTheTabletOfTheDesk(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.get("post:chuyen-vien", "/lam-viec/may-danh-gia").is(http.StatusNotFound)
	o.get("anh", "/lam-viec/may-danh-gia").is(http.StatusNotFound)
	empty := o.get("post:cb-mot-cua", "/lam-viec/may-danh-gia").is(http.StatusOK).has("Chưa có máy nào")
	o.post("post:cb-mot-cua", "/lam-viec/may-danh-gia", empty.fields("ten", " ")).is(http.StatusUnprocessableEntity).has("Nhập tên để phân biệt máy")
	key := o.tablet("post:cb-mot-cua")

	idle := o.get("", "/quay/danh-gia", key).is(http.StatusOK).has("Mời ông/bà đánh giá", "Quầy 3")
	if idle.head.Get("Refresh") == "" {
		t.Error("the tablet does not look for what was returned")
	}
	idle.lacks("href=\"/\"", "/dang-nhap")
	d := o.returned("anh")
	o.get("", "/quay/danh-gia", key).has("Cấp giấy phép thử", "Chạm vào hồ sơ").lacks("Nguyễn Thị Ánh")
	at := "/quay/danh-gia/" + d.Code
	o.get("", at).is(http.StatusOK).has("Mã ghép") // not a tablet
	o.post("", at, url.Values{"_key": {"k"}, "muc": {"satisfied"}}).has("Mã ghép")
	if o.rating(d) != nil {
		t.Fatal("rated from a device that is no tablet")
	}
	page := o.get("", at, key).is(http.StatusOK).has("Ông/bà hài lòng ở mức nào?", "Rất hài lòng", "Đánh giá từng việc")
	if !strings.Contains(page.head.Get("Refresh"), "url=/quay/danh-gia") {
		t.Error("who walks away blocks the tablet")
	}
	o.post("", at, page.fields("muc", ""), key).is(http.StatusUnprocessableEntity).has("Chọn mức độ hài lòng chung")
	if to := o.post("", at, page.fields("muc", "very_satisfied", "muc-attitude", "satisfied"), key).to(); to != "/quay/danh-gia/cam-on" {
		t.Errorf("led to %s", to)
	}
	if to := o.post("", at, page.fields("muc", "not_satisfied", "_key", "twice"), key).to(); to != "/quay/danh-gia/cam-on" {
		t.Errorf("a second touch led to %s", to)
	}
	if back := o.get("", "/quay/danh-gia/cam-on", key).has("Cảm ơn ông/bà").head.Get("Refresh"); !strings.HasSuffix(back, "url=/quay/danh-gia") {
		t.Errorf("thanks stay: %q", back)
	}
	r := o.rating(d)
	if r == nil || r.Overall != dossier.VerySatisfied || r.Via != dossier.RatedAtDesk || r.Item("attitude") != dossier.Satisfied {
		t.Fatalf("%+v", r)
	}
	o.get("", "/quay/danh-gia", key).lacks(d.Code)
	if to := o.get("", at, key).to(); to != "/quay/danh-gia" {
		t.Errorf("a rated dossier led to %s", to)
	}

	// What the list no longer shows is typed, or scanned from the receipt.
	second := o.returned("binh")
	o.clock.Add(time.Hour)
	o.get("", "/quay/danh-gia", key).lacks(second.Code)
	typing := o.get("", "/quay/danh-gia/nhap-ma", key).is(http.StatusOK)
	o.post("", "/quay/danh-gia/nhap-ma", typing.fields("ma", "H99.02-260302-9999"), key).is(http.StatusNotFound).has("Không tìm thấy hồ sơ")
	for _, code := range []string{strings.ToLower(second.Code), "https://motcua.example.vn/tra-cuu?ma=" + second.Code + "&k=" + second.Secret} {
		if to := o.post("", "/quay/danh-gia/nhap-ma", typing.fields("ma", code), key).to(); to != "/quay/danh-gia/"+second.Code {
			t.Errorf("%s led to %s", code, to)
		}
	}

	list := o.get("post:cb-mot-cua", "/lam-viec/may-danh-gia").has("Đang dùng")
	action := regexp.MustCompile(`/lam-viec/may-danh-gia/[^"]+/dong`).FindString(list.text)
	o.post("post:chuyen-vien", action, list.fields()).is(http.StatusNotFound)
	o.post("post:cb-mot-cua", action, list.fields()).to()
	o.post("post:cb-mot-cua", action, list.fields()).to()
	o.get("", "/quay/danh-gia", key).has("Mã ghép")
}

func TestScoresArePublished(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.get("", "/cong-khai/danh-gia").is(http.StatusOK).has("Chưa có hồ sơ nào", "Quý 1/2026", "15/12/2025", "14/03/2026", "Thông tư 01/2018/TT-VPCP", "Nghị định 118/2025/NĐ-CP")
	d := o.returned("anh")
	o.must(o.svc.Rate(context.Background(), dossier.Request{By: o.w.Citizen("anh"), Dossier: d.ID, Key: o.key()}, dossier.RateCommand{
		Overall: dossier.Satisfied, Items: map[string]dossier.Grade{"attitude": dossier.VerySatisfied}, Comment: "Cán bộ nhiệt tình",
	}))
	o.clock.Add(10 * time.Minute)
	o.get("", "/cong-khai/danh-gia").has("Sở Thử nghiệm", "100,00 %", "7,0/8 điểm").lacks("Cán bộ nhiệt tình", d.Code, "chuyen-vien")
	one := o.get("", "/cong-khai/danh-gia/"+string(dossiertest.Department)).is(http.StatusOK)
	// Early 2, the step of four working hours done on its day 1, no supplement 2, attitude 2; nobody judged index 4: 7 of
	// 8 points stand for 15.75 of 18, said 15.8.
	one.has("Xuất sắc", "Tính trên 4/9 chỉ số", "15,8/18 điểm", "chưa có dữ liệu", "20,00", "Cách tính")
	one.lacks(d.Code, "chuyen-vien", "Cán bộ nhiệt tình")
	o.get("", "/cong-khai/danh-gia/khong-co").is(http.StatusNotFound)
	for _, bad := range []string{"?ky=2026-q9", "?ky=x", "?ky=1999"} {
		o.get("", "/cong-khai/danh-gia"+bad).is(http.StatusNotFound)
	}
	o.get("", "/cong-khai/danh-gia?ky=2025-q4").is(http.StatusOK).lacks("Sở Thử nghiệm")
	o.get("", "/cong-khai/danh-gia?ky=2026").is(http.StatusOK).has("Sở Thử nghiệm")
	r := httptest.NewRequest(http.MethodGet, "/cong-khai/danh-gia", nil)
	r.AddCookie(&http.Cookie{Name: "ngon-ngu", Value: "en"})
	o.do(r, "").has("Quarter 1, 2026", "Excellent", "100.00 %")

	file := o.get("", "/cong-khai/danh-gia.csv?ky=2026-q1").is(http.StatusOK)
	if !strings.HasPrefix(file.head.Get("Content-Type"), "text/csv") || !strings.HasPrefix(file.text, "\ufeffagency,name,") {
		t.Errorf("%v %.80q", file.head, file.text)
	}
	if !strings.Contains(file.text, "so-thu,Sở Thử nghiệm,2025-12-15,2026-03-14,1,1,0,1,1,0,1,0,2.0,1.0,2.0,,,,2.0,,,4,7.0,15.8,excellent,,20.00,,22.00,18.00") {
		t.Errorf("table:\n%s", file.text)
	}
}

func TestOfficersAreForInsiders(t *testing.T) {
	t.Parallel()
	o := open(t)
	d := o.returned("anh")
	o.must(o.svc.Rate(context.Background(), dossier.Request{By: o.w.Citizen("anh"), Dossier: d.ID, Key: o.key()}, dossier.RateCommand{
		Overall: dossier.NotSatisfied, Items: map[string]dossier.Grade{"attitude": dossier.NotSatisfied}, Comment: "Phải chờ lâu",
	}))
	for _, who := range []string{"anh", "post:chuyen-vien", "post:cb-mot-cua", "post:truong-phong"} {
		for _, path := range []string{"/lam-viec/danh-gia", "/lam-viec/danh-gia/so-thu", "/lam-viec/danh-gia/so-thu/can-bo.csv"} {
			o.get(who, path).is(http.StatusNotFound)
		}
	}
	// The head sees the officers of the own agency; who rated only once is not shown by what was said.
	own := o.get("post:giam-doc", "/lam-viec/danh-gia").is(http.StatusOK)
	own.has("chuyen-vien", "chưa đủ 5 lượt", "Mức hoàn thành").lacks("Phải chờ lâu", d.Code, "Từng lượt đánh giá")
	o.get("post:giam-doc", "/lam-viec/danh-gia/trung-tam").is(http.StatusNotFound)
	o.get("post:giam-doc", "/lam-viec/danh-gia/trung-tam/can-bo.csv").is(http.StatusNotFound)
	file := o.get("post:giam-doc", "/lam-viec/danh-gia/so-thu/can-bo.csv").is(http.StatusOK)
	if !strings.Contains(file.text, "chuyen-vien,2025-12-15,2026-03-14,1,1,2.0,2.0,2.0,,,3,6.0,10.0,100,full") {
		t.Errorf("table:\n%s", file.text)
	}
	// Procedure control reads all of it, without the name of who rated.
	o.get("control", "/lam-viec/danh-gia").is(http.StatusOK).has("Sở Thử nghiệm", "Trung tâm Phục vụ hành chính công")
	all := o.get("control", "/lam-viec/danh-gia/so-thu").is(http.StatusOK)
	all.has("Phải chờ lâu", d.Code, "Trên tài khoản", "Thái độ của cán bộ: Không hài lòng").lacks("Nguyễn Thị Ánh", "chưa đủ 5 lượt")
	o.get("control", "/lam-viec/danh-gia/khong-co").is(http.StatusNotFound)
}

func FuzzRatingForms(f *testing.F) {
	f.Add("muc=satisfied&muc-time=x&y-kien=%00", "H99.02-260302-0001", "k")
	f.Add("ma-ghep=AAAA+AAAA&ma=https%3A%2F%2Fx%2F%3Fma%3D1", "%", "2026-q1")
	o := open(f)
	d := o.returned("anh")
	key := o.tablet("post:cb-mot-cua")
	f.Fuzz(func(t *testing.T, body, code, other string) {
		o.t = t
		for _, path := range []string{"/ho-so-cua-toi/" + d.ID + "/danh-gia", "/tra-cuu/danh-gia", "/quay/danh-gia/ghep", "/quay/danh-gia/nhap-ma", "/quay/danh-gia/" + url.PathEscape(code)} {
			r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
			r.URL.Path = path
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.AddCookie(key)
			o.do(r, "anh")
		}
		q := url.Values{"ma": {code}, "k": {other}, "ky": {other}}.Encode()
		for _, path := range []string{"/tra-cuu/danh-gia?", "/cong-khai/danh-gia?", "/cong-khai/danh-gia.csv?"} {
			o.get("", path+q)
		}
	})
}
