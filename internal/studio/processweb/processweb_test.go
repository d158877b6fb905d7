package processweb_test

import (
	"bytes"
	"context"
	"html"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/pack"
	"github.com/motcua/motcua/internal/studio"
	"github.com/motcua/motcua/internal/studio/processweb"
	"github.com/motcua/motcua/internal/testkit"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/internal/workflow"
)

const at = "/xuong-cau-hinh/de-xuat/quy-trinh/cap-xa-giay-phep"

// drafts is a studio in memory: one set, its documents and their savings.
type drafts struct {
	t       *testing.T
	state   studio.State
	base    *pack.Pack
	inForce map[studio.Key]string
	docs    map[studio.Key]studio.Doc
	saves   []studio.Saved
	texts   map[string]string
}

func (s *drafts) may(by access.Actor) error {
	if !by.May(access.CatalogueRead) {
		return studio.ErrNotFound
	}
	return nil
}

func (s *drafts) Set(_ context.Context, by access.Actor, id string) (*studio.Set, error) {
	if id != "de-xuat" {
		return nil, studio.ErrNotFound
	}
	return &studio.Set{ID: id, Title: "Rút ngắn thời hạn <b>", State: s.state}, s.may(by)
}

func (s *drafts) Doc(_ context.Context, by access.Actor, _ string, k studio.Key) (studio.Doc, error) {
	if d, ok := s.docs[k]; ok {
		return d, s.may(by)
	}
	d := studio.Doc{Key: k}
	if text := s.inForce[k]; text != "" {
		d.Text, d.Base, d.Former = text, "base", studio.TextDigest(text)
		s.texts[d.Former] = text
	}
	return d, s.may(by)
}

func (s *drafts) Save(ctx context.Context, by access.Actor, set string, d studio.Doc, note string) (studio.Doc, error) {
	old, err := s.Doc(ctx, by, set, d.Key)
	switch {
	case err != nil:
		return studio.Doc{}, err
	case !by.May(access.CatalogueEdit):
		return studio.Doc{}, studio.ErrNotFound
	case d.Version != old.Version:
		return studio.Doc{}, studio.ErrStale
	case d.Text == old.Text:
		return old, nil
	}
	d.Version, d.Former = old.Version+1, old.Former
	d.Author = journal.Actor{Person: by.Person}
	s.docs[d.Key] = d
	s.texts[studio.TextDigest(d.Text)] = d.Text
	s.saves = append(s.saves, studio.Saved{Key: d.Key, Text: studio.TextDigest(d.Text), Note: note, By: d.Author, At: time.Date(2026, 9, 16, 9, 0, 0, 0, time.UTC)})
	return d, nil
}

func (s *drafts) History(_ context.Context, by access.Actor, _ string, k studio.Key) ([]studio.Saved, error) {
	var out []studio.Saved
	for _, x := range slices.Backward(s.saves) {
		if x.Key == k {
			out = append(out, x)
		}
	}
	return out, s.may(by)
}

func (s *drafts) Text(_ context.Context, by access.Actor, _, digest string) (string, error) {
	text, ok := s.texts[digest]
	if !ok {
		return "", studio.ErrNotFound
	}
	return text, s.may(by)
}

func (s *drafts) Try(_ context.Context, by access.Actor, _ string, d studio.Doc) ([]studio.Problem, error) {
	_, found := studio.Parse(d.Key, d.Text)
	return found, s.may(by)
}

func (s *drafts) Pack(_ context.Context, by access.Actor, _ string) (*pack.Pack, error) {
	return s.base, s.may(by)
}

// people by the name sent in the header: two who edit, one who reads, an officer of a desk.
var people = map[string]access.Actor{
	"an":      {Person: "p1", Name: "Nguyễn An", Post: "qt", Rights: access.Rights{access.CatalogueRead: true, access.CatalogueEdit: true}},
	"binh":    {Person: "p2", Name: "Lê Bình", Post: "qt2", Rights: access.Rights{access.CatalogueRead: true, access.CatalogueEdit: true}},
	"doc":     {Person: "p3", Name: "Đỗ Anh Dũng", Post: "ks", Rights: access.Rights{access.CatalogueRead: true}},
	"mot-cua": {Person: "p4", Name: "Trần Thu Hà", Post: "mc", Rights: access.Rights{access.DossierAccept: true}},
}

// demo is the demo province, read once and changed by nobody.
var demo = sync.OnceValue(func() *pack.Pack {
	p, problems := pack.Load(os.DirFS("../../../packs/demo"))
	if len(problems) > 0 {
		panic(problems[0].String())
	}
	return p
})

type room struct {
	t      *testing.T
	studio *drafts
	mux    *web.Mux
}

func build(t *testing.T) room {
	t.Helper()
	base := demo()
	s := &drafts{t: t, state: studio.Draft, base: base, inForce: map[studio.Key]string{}, docs: map[studio.Key]studio.Doc{}, texts: map[string]string{}}
	for _, p := range base.Processes {
		s.inForce[studio.Key{Kind: studio.Process, ID: p.ID}] = pack.YAML(p)
	}
	clock := testkit.NewClock("2026-09-16 09:00")
	limits := web.DefaultLimits()
	for class := range limits {
		limits[class] = web.Rate{PerMinute: 1e6, Burst: 1e6}
	}
	m := web.New(web.Config{Limits: limits, Now: clock.Now, Log: slog.New(slog.DiscardHandler), Problem: component.ProblemPage, Session: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			next.ServeHTTP(w, r.WithContext(web.WithViewer(r.Context(), web.Viewer{Actor: people[r.Header.Get("Who")]})))
		})
	}})
	processweb.Register(m, processweb.Deps{Studio: s, Name: func(id string) string { return map[string]string{"p1": "Nguyễn An", "p2": "Lê Bình"}[id] }, Now: clock.Now})
	return room{t, s, m}
}

type answer struct {
	status   int
	location string
	body     string
}

func (o room) do(who, method, path string, form url.Values) answer {
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
	w := httptest.NewRecorder()
	o.mux.ServeHTTP(w, r)
	return answer{w.Code, w.Header().Get("Location"), w.Body.String()}
}

func (o room) get(who, path string, want int) string {
	o.t.Helper()
	a := o.do(who, http.MethodGet, path, nil)
	if a.status != want {
		o.t.Fatalf("GET %s as %s: %d, want %d\n%s", path, who, a.status, want, words(a.body))
	}
	return a.body
}

var (
	formTag  = regexp.MustCompile(`(?s)<form id="buoc-form".*?</form>`)
	inputTag = regexp.MustCompile(`<input ([^>]*)>`)
	textTag  = regexp.MustCompile(`(?s)<textarea ([^>]*)>(.*?)</textarea>`)
	pickTag  = regexp.MustCompile(`(?s)<select ([^>]*)>(.*?)</select>`)
	anyTag   = regexp.MustCompile(`<[^>]*>`)
)

func attr(tag, name string) (string, bool) {
	m := regexp.MustCompile(`(?:^|\s)` + name + `="([^"]*)"`).FindStringSubmatch(tag)
	if m == nil {
		return "", regexp.MustCompile(`(?:^|\s)` + name + `(?:\s|/|$)`).MatchString(tag)
	}
	return html.UnescapeString(m[1]), true
}

func words(page string) string {
	_, main, _ := strings.Cut(page, "<main")
	return strings.Join(strings.Fields(html.UnescapeString(anyTag.ReplaceAllString(main, " "))), " ")
}

// form reads the form of the chosen step as a browser would send it.
func (o room) form(who, step string) url.Values {
	o.t.Helper()
	return read(o.t, formTag.FindString(o.get(who, at+"?buoc="+url.QueryEscape(step), http.StatusOK)))
}

func read(t *testing.T, form string) url.Values {
	t.Helper()
	if form == "" {
		t.Fatal("no form on the page")
	}
	v := url.Values{}
	for _, m := range inputTag.FindAllStringSubmatch(form, -1) {
		name, _ := attr(m[1], "name")
		kind, _ := attr(m[1], "type")
		value, _ := attr(m[1], "value")
		if _, on := attr(m[1], "checked"); name != "" && (on || kind != "checkbox" && kind != "radio") {
			v.Add(name, value)
		}
	}
	for _, m := range textTag.FindAllStringSubmatch(form, -1) {
		name, _ := attr(m[1], "name")
		v.Add(name, html.UnescapeString(strings.TrimPrefix(m[2], "\n")))
	}
	for _, m := range pickTag.FindAllStringSubmatch(form, -1) {
		name, _ := attr(m[1], "name")
		chosen := ""
		if at := regexp.MustCompile(`<option value="([^"]*)" selected`).FindStringSubmatch(m[2]); at != nil {
			chosen = html.UnescapeString(at[1])
		}
		v.Add(name, chosen)
	}
	return v
}

func (o room) send(who string, form url.Values, act string, want int) answer {
	o.t.Helper()
	form.Set("viec", act)
	a := o.do(who, http.MethodPost, at, form)
	if a.status != want {
		o.t.Fatalf("%s as %s: %d, want %d\n%s", act, who, a.status, want, words(a.body))
	}
	return a
}

func (o room) process() *workflow.Process {
	o.t.Helper()
	d, err := o.studio.Doc(o.t.Context(), people["an"], "de-xuat", studio.Key{Kind: studio.Process, ID: "cap-xa-giay-phep"})
	if err != nil {
		o.t.Fatal(err)
	}
	p, problems := studio.Parse(d.Key, d.Text)
	if len(problems) > 0 {
		o.t.Fatal(problems)
	}
	return p.Processes[0]
}

func (o room) step(id string) workflow.Step {
	o.t.Helper()
	s, ok := o.process().Find(id)
	if !ok {
		o.t.Fatalf("no step %s", id)
	}
	return s
}

func TestWhoMayLookAndWhoMayChange(t *testing.T) {
	o := build(t)
	for _, tail := range []string{"", "?buoc=ky", "/bang", "/bang?in=1", "/bang.xlsx", "/kiem-chung", "/chay-thu", "/so-sanh", "/van-ban"} {
		o.get("an", at+tail, http.StatusOK)
		o.get("doc", at+tail, http.StatusOK)
		o.get("mot-cua", at+tail, http.StatusNotFound)
		o.get("", at+tail, http.StatusSeeOther)
	}
	if page := o.get("doc", at, http.StatusOK); strings.Contains(page, `value="them-buoc"`) || !strings.Contains(words(page), "không có quyền sửa") {
		t.Error("a reader is offered changes")
	}
	f := o.form("an", "ky")
	o.send("doc", f, "xoa", http.StatusNotFound)
	o.get("an", "/xuong-cau-hinh/khac/quy-trinh/cap-xa", http.StatusNotFound)
	o.get("an", "/xuong-cau-hinh/de-xuat/quy-trinh/..%2fagencies", http.StatusNotFound)
	o.studio.state = studio.Proposed
	if page := o.get("an", at, http.StatusOK); strings.Contains(page, `value="them-buoc"`) {
		t.Error("a proposal is offered for changing")
	}
}

func TestAStepIsKeptAsItIsTyped(t *testing.T) {
	o := build(t)
	before := o.process()
	f := o.form("an", "duyet")
	o.send("an", f, "luu", http.StatusSeeOther)
	if got, want := pack.YAML(o.process()), pack.YAML(before); got != want {
		t.Fatalf("saving what was shown changed it:\n%s\nwant\n%s", got, want)
	}
	f.Set("ten", "Trưởng phòng duyệt")
	f.Set("han-so", "1,5")
	f.Set("ket-qua", "Phiếu trình\n\nDự thảo")
	f.Set("hd-0-nhan", "Trình Chủ tịch")
	f.Set("hd-0-nghia", "forward")
	f.Set("ly-do", "Theo quy chế mới")
	o.send("an", f, "luu", http.StatusSeeOther)
	s := o.step("duyet")
	if s.Title != "Trưởng phòng duyệt" || s.Limit != "1.5wd" || strings.Join(s.Makes, "|") != "Phiếu trình|Dự thảo" || s.Actions[0].Label != "Trình Chủ tịch" || s.Actions[0].Means != workflow.Forward {
		t.Errorf("%+v", s)
	}
	if n := len(o.studio.saves); o.studio.saves[n-1].Note != "Theo quy chế mới" {
		t.Error("the reason is lost")
	}
}

func TestEveryStepOfTheDemoIsKeptAsItIsShown(t *testing.T) {
	o := build(t)
	for _, p := range o.studio.base.Processes {
		path := "/xuong-cau-hinh/de-xuat/quy-trinh/" + p.ID
		p.Each(func(address string, _ *workflow.Step) {
			f := read(t, formTag.FindString(o.get("an", path+"?buoc="+url.QueryEscape(address), http.StatusOK)))
			f.Set("viec", "luu")
			if a := o.do("an", http.MethodPost, path, f); a.status != http.StatusSeeOther {
				t.Fatalf("%s %s: %d\n%s", p.ID, address, a.status, words(a.body))
			}
		})
	}
	for _, s := range o.studio.saves {
		t.Errorf("%s was changed by saving what was shown", s.Key)
	}
}

func TestWhatCannotBeMeantIsSaidAtItsField(t *testing.T) {
	o := build(t)
	f := o.form("an", "duyet")
	f.Set("han-so", "mau")
	f.Set("ten", "")
	f.Set("huong-dan", "Đọc kỹ")
	a := o.send("an", f, "them-buoc", http.StatusUnprocessableEntity)
	for _, want := range []string{`id="han-so-error"`, `id="ten-error"`, `value="mauwd"`, "Đọc kỹ", `<title>Lỗi`} {
		if !strings.Contains(a.body, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if len(o.studio.saves) != 0 {
		t.Error("something was kept")
	}
}

func TestButtonsChangeThePicture(t *testing.T) {
	o := build(t)
	a := o.send("an", o.form("an", "tham-dinh"), "them-nhanh", http.StatusSeeOther)
	if !strings.HasSuffix(a.location, "?buoc=lam-cung-luc") {
		t.Errorf("leads to %s", a.location)
	}
	if s := o.step("lam-cung-luc"); s.Kind != workflow.Fork || len(s.To) != 2 {
		t.Errorf("%+v", s)
	}
	f := o.form("an", "viec-thu-nhat")
	f.Set("ten", "Công an xác minh")
	f.Set("noi-den", "ky")
	o.send("an", f, "noi", http.StatusSeeOther)
	s := o.step("viec-thu-nhat")
	if s.Title != "Công an xác minh" || len(s.Actions) != 2 || s.Actions[1].To != "ky" {
		t.Errorf("what was typed is lost, or the way: %+v", s)
	}
	proof := words(o.get("an", at+"/kiem-chung", http.StatusOK))
	if !strings.Contains(proof, "lỗi cần sửa") || !strings.Contains(proof, "Lượt chạy ngắn nhất") || !strings.Contains(proof, "Công an xác minh") {
		t.Errorf("a branch that leaves its fork is not refused with its run: %s", proof)
	}
	f = o.form("an", "viec-thu-nhat")
	f.Set("hd-1-bo", "on")
	o.send("an", f, "luu", http.StatusSeeOther)
	if proof = words(o.get("an", at+"/kiem-chung", http.StatusOK)); !strings.Contains(proof, "Mọi lượt chạy đều đi đến kết thúc") {
		t.Errorf("the mended process: %s", proof)
	}
	o.send("an", o.form("an", "lam-cung-luc"), "xoa", http.StatusSeeOther)
	if _, ok := o.process().Find("gop-nhanh"); ok {
		t.Error("the join stayed")
	}
}

func TestUndoingAndDoingAgain(t *testing.T) {
	o := build(t)
	start := pack.YAML(o.process())
	o.send("an", o.form("an", "tham-dinh"), "them-buoc", http.StatusSeeOther)
	one := pack.YAML(o.process())
	o.send("an", o.form("an", "tham-dinh"), "them-cho", http.StatusSeeOther)
	two := pack.YAML(o.process())
	turn := func(act, want string) {
		t.Helper()
		f := url.Values{"_key": {"k"}, "_version": {o.form("an", "tham-dinh").Get("_version")}, "viec": {act}, "buoc": {"tham-dinh"}}
		if a := o.do("an", http.MethodPost, at+"/hoan-tac", f); a.status != http.StatusSeeOther {
			t.Fatalf("%s: %d", act, a.status)
		}
		if got := pack.YAML(o.process()); got != want {
			t.Fatalf("after %s:\n%s\nwant\n%s", act, got, want)
		}
	}
	turn("hoan-tac", one)
	turn("hoan-tac", start)
	turn("hoan-tac", start) // nothing is left to undo
	turn("lam-lai", one)
	turn("lam-lai", two)
	turn("lam-lai", two)
	turn("hoan-tac", one)
	o.send("an", o.form("an", "ky"), "them-buoc", http.StatusSeeOther)
	three := pack.YAML(o.process())
	turn("lam-lai", three) // what was undone is gone after a new change
	turn("hoan-tac", one)
}

func TestTheSameFormTwiceIsKeptOnce(t *testing.T) {
	o := build(t)
	f := o.form("an", "tham-dinh")
	first := o.send("an", f, "them-buoc", http.StatusSeeOther)
	second := o.send("an", f, "them-buoc", http.StatusSeeOther)
	if first.location != second.location || len(o.studio.saves) != 1 {
		t.Errorf("%s and %s, %d savings", first.location, second.location, len(o.studio.saves))
	}
}

func TestTwoPeopleAtOneProcessLoseNothing(t *testing.T) {
	o := build(t)
	mine, theirs := o.form("an", "ky"), o.form("binh", "tham-dinh")
	theirs.Set("han-so", "3")
	o.send("binh", theirs, "them-cho", http.StatusSeeOther)
	mine.Set("ten", "Chủ tịch ký")
	mine.Set("ly-do", "Theo phân công")
	a := o.send("an", mine, "luu", http.StatusConflict)
	said := words(a.body)
	for _, want := range []string{"Lê Bình đã sửa", "3 ngày làm việc", "Chờ bổ sung", "Thay đổi của ông/bà", "Chủ tịch ký"} {
		if !strings.Contains(said, want) {
			t.Errorf("the page does not say %q: %s", want, said)
		}
	}
	f := read(t, regexp.MustCompile(`(?s)<form method="post" action="[^"]*/van-ban".*?</form>`).FindString(a.body))
	if f.Get("ly-do") != "Theo phân công" {
		t.Error("the reason is lost")
	}
	f.Set("viec", "ghep")
	if b := o.do("an", http.MethodPost, at+"/van-ban", f); b.status != http.StatusSeeOther {
		t.Fatalf("%d %s", b.status, words(b.body))
	}
	if s := o.step("ky"); s.Title != "Chủ tịch ký" {
		t.Errorf("mine is lost: %q", s.Title)
	}
	if s := o.step("tham-dinh"); s.Limit != "3wd" {
		t.Errorf("theirs is lost: %q", s.Limit)
	}
	o.step("cho-bo-sung")
}

func TestConditionsAreExplainedAndBuilt(t *testing.T) {
	o := build(t)
	f := o.form("an", "tham-dinh")
	f.Set("hd-1-khi", `ho_so.kenh == "online"`)
	o.send("an", f, "luu", http.StatusSeeOther)
	if page := words(o.get("an", at+"?buoc=tham-dinh", http.StatusOK)); !strings.Contains(page, "“Trực tuyến”") && !strings.Contains(page, "“trực tuyến”") {
		t.Errorf("the condition is not said: %s", page)
	}
	f = o.form("an", "tham-dinh")
	f.Set("dk-ten", "ho_so.so_bo")
	f.Set("dk-so", ">=")
	f.Set("dk-voi", "2")
	f.Set("dk-cho", "hd-1")
	o.send("an", f, "luu", http.StatusSeeOther)
	if got := o.step("tham-dinh").Actions[1].When; got != `ho_so.kenh == "online" and ho_so.so_bo >= 2` {
		t.Errorf("built: %s", got)
	}
	f = o.form("an", "tham-dinh")
	f.Set("hd-1-khi", "ho_so.kenhh == 1")
	o.send("an", f, "luu", http.StatusSeeOther) // a draft may be wrong, and says so
	if page := o.get("an", at+"?buoc=tham-dinh", http.StatusOK); !strings.Contains(page, `id="hd-1-khi-error"`) || !strings.Contains(words(page), "Ký tự thứ 1") {
		t.Error("a wrong condition is not said with its place")
	}
	if piece := o.get("an", at+"/dieu-kien?dieu-kien="+url.QueryEscape("ho_so.so_bo > 1"), http.StatusOK); !strings.Contains(piece, `class="hint"`) || strings.Contains(piece, "<html") {
		t.Errorf("explained: %s", piece)
	}
}

func TestTheTableIsWrittenIntoAtOnce(t *testing.T) {
	o := build(t)
	page := o.get("an", at+"/bang", http.StatusOK)
	f := read(t, regexp.MustCompile(`(?s)<form method="post" action="[^"]*/bang".*?</form>`).FindString(page))
	f.Set("viec", "luu")
	if a := o.do("an", http.MethodPost, at+"/bang", f); a.status != http.StatusSeeOther || len(o.studio.saves) != 0 {
		t.Fatalf("saving what was shown: %d, %d savings", a.status, len(o.studio.saves))
	}
	f.Set("hang-1-ten", "Thẩm định nội dung")
	f.Set("hang-1-han-so", "30")
	f.Set("hang-1-han-loai", "%")
	if a := o.do("an", http.MethodPost, at+"/bang", f); a.status != http.StatusSeeOther {
		t.Fatalf("%d %s", a.status, words(a.body))
	}
	if s := o.step("tham-dinh"); s.Title != "Thẩm định nội dung" || s.Limit != "30%" {
		t.Errorf("%+v", s)
	}
	f.Set("hang-1-han-so", "x")
	if a := o.do("an", http.MethodPost, at+"/bang", f); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, `id="hang-1-han-so-error"`) {
		t.Errorf("%d", a.status)
	}
}

func TestAWrongTextIsKeptAndMended(t *testing.T) {
	o := build(t)
	f := url.Values{"_key": {"k"}, "_version": {"0"}, "noi-dung": {"id: cap-xa-giay-phep\ntitle: [\n"}}
	if a := o.do("an", http.MethodPost, at+"/van-ban", f); a.status != http.StatusSeeOther {
		t.Fatalf("%d %s", a.status, words(a.body))
	}
	if a := o.do("an", http.MethodGet, at, nil); a.location != at+"/van-ban" {
		t.Errorf("the picture leads to %q", a.location)
	}
	if page := words(o.get("an", at+"/van-ban", http.StatusOK)); !strings.Contains(page, "Dòng ") {
		t.Errorf("no line is named: %s", page)
	}
}

func TestANewProcessBegins(t *testing.T) {
	o := build(t)
	const path = "/xuong-cau-hinh/de-xuat/quy-trinh/quy-trinh-moi"
	page := o.get("an", path, http.StatusOK)
	f := read(t, regexp.MustCompile(`(?s)<form method="post" action="`+path+`".*?</form>`).FindString(page))
	f.Set("viec", "tao")
	if a := o.do("an", http.MethodPost, path, f); a.status != http.StatusUnprocessableEntity {
		t.Errorf("without a title: %d", a.status)
	}
	f.Set("ten-quy-trinh", "Quy trình mới")
	if a := o.do("an", http.MethodPost, path, f); a.status != http.StatusSeeOther {
		t.Fatalf("%d %s", a.status, words(a.body))
	}
	if page := words(o.get("an", path, http.StatusOK)); !strings.Contains(page, "Mọi lượt chạy đều đi đến kết thúc") {
		t.Errorf("it is not sound: %s", page)
	}
}

func TestARunIsPlayedToItsEnd(t *testing.T) {
	o := build(t)
	path := at + "/chay-thu"
	for range 20 {
		page := o.get("an", path, http.StatusOK)
		if strings.Contains(words(page), "Lượt chạy đã kết thúc") {
			return
		}
		m := regexp.MustCompile(`<a class="button button-primary" href="([^"]*chay-thu[^"]*)"`).FindStringSubmatch(page)
		if m == nil {
			t.Fatalf("no usual act: %s", words(page))
		}
		path = html.UnescapeString(m[1])
	}
	t.Error("it does not end")
}

func TestARunAsksTheConditionsItComesTo(t *testing.T) {
	o := build(t)
	o.send("an", o.form("an", "phan-cong"), "them-re", http.StatusSeeOther)
	f := o.form("an", "re-nhanh")
	f.Set("loi-0-khi", "ho_so.so_bo > 1")
	o.send("an", f, "luu", http.StatusSeeOther)
	page := o.get("an", at+"/chay-thu?di=1.phan-cong", http.StatusOK)
	if !strings.Contains(words(page), "Điều kiện này đúng không?") {
		t.Fatal(words(page))
	}
	yes := html.UnescapeString(regexp.MustCompile(`<a class="button button-primary" href="([^"]*)"`).FindStringSubmatch(page)[1])
	if page = words(o.get("an", yes, http.StatusOK)); !strings.Contains(page, "«Trường hợp riêng»") {
		t.Error(page)
	}
	for _, hostile := range []string{"?di=9.x", "?di=~~~", "?di=1.phan-cong&dk=zzzzzzzzzz", "?di=" + strings.Repeat("1!~", 500), "?dk=1"} {
		o.get("an", at+"/chay-thu"+hostile, http.StatusOK)
	}
}

// file sends a file as a browser does.
func (o room) file(who, name string, raw []byte) answer {
	o.t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for k, v := range map[string]string{"_key": "k", "_version": "0"} {
		if err := m.WriteField(k, v); err != nil {
			o.t.Fatal(err)
		}
	}
	part, err := m.CreateFormFile("tep", name)
	if err != nil {
		o.t.Fatal(err)
	}
	if _, err := part.Write(raw); err != nil {
		o.t.Fatal(err)
	}
	if err := m.Close(); err != nil {
		o.t.Fatal(err)
	}
	r := httptest.NewRequestWithContext(o.t.Context(), http.MethodPost, at+"/dua-vao", &b)
	r.Header.Set("Who", who)
	r.Header.Set("Content-Type", m.FormDataContentType())
	w := httptest.NewRecorder()
	o.mux.ServeHTTP(w, r)
	return answer{w.Code, w.Header().Get("Location"), w.Body.String()}
}

func TestAFileIsLookedAtBeforeItIsTaken(t *testing.T) {
	o := build(t)
	before := pack.YAML(o.process())
	model := o.get("an", "/xuong-cau-hinh/de-xuat/quy-trinh/so-chuan/quy-trinh.bpmn", http.StatusOK)
	a := o.file("an", "so-chuan.bpmn", []byte(model))
	if a.status != http.StatusOK || !strings.Contains(words(a.body), "Tệp cho một quy trình 6 bước") {
		t.Fatalf("%d %s", a.status, words(a.body))
	}
	if pack.YAML(o.process()) != before {
		t.Fatal("it was taken before anybody said so")
	}
	f := read(t, regexp.MustCompile(`(?s)<form method="post" action="[^"]*/van-ban".*?</form>`).FindString(a.body))
	f.Set("viec", "ghep")
	if b := o.do("an", http.MethodPost, at+"/van-ban", f); b.status != http.StatusSeeOther {
		t.Fatalf("%d %s", b.status, words(b.body))
	}
	if p := o.process(); p.ID != "cap-xa-giay-phep" || len(p.Steps) != 6 {
		t.Errorf("%s of %d steps", p.ID, len(p.Steps))
	}
	after := pack.YAML(o.process())
	for name, raw := range map[string]string{
		"no xml": "xin chào", "a strange element": strings.Replace(model, "userTask", "transaction", 1), "a zip of nothing": "PK\x03\x04zzzz",
		"entities": `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>`, "nothing": "",
	} {
		if a := o.file("an", "x.bpmn", []byte(raw)); a.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %s", name, a.status, words(a.body))
		}
	}
	if a := o.file("an", "x.bpmn", bytes.Repeat([]byte("a"), 9<<20)); a.status != http.StatusRequestEntityTooLarge && a.status != http.StatusUnprocessableEntity {
		t.Errorf("nine megabytes: %d", a.status)
	}
	if pack.YAML(o.process()) != after {
		t.Error("something of a refused file was taken")
	}
}

func TestEveryKindOfStepIsKeptAsItIsShown(t *testing.T) {
	o := build(t)
	k := studio.Key{Kind: studio.Process, ID: "cap-xa-giay-phep"}
	o.studio.inForce[k] = `id: cap-xa-giay-phep
title: Mọi loại bước
start: a
steps:
  - {id: a, title: A, at: competent, role: case_officer, post: mot-nguoi, unit: phong, assign: area, limit: 1wd after 15:00, form: phieu, makes: [Phiếu trình], sees: [applicant, la], edits: [applicant], late: {tell: division_head, to: c}, actions: [{id: x, label: X, means: forward, to: c, when: ho_so.so_bo > 1}]}
  - {id: c, title: C, kind: choice, limit: 3wd, help: Xem kỹ, to: [{to: f, when: ho_so.so_bo > 2, title: Nhiều bộ}, {to: w}]}
  - {id: f, title: F, kind: fork, to: [{to: q}, {to: s, when: ho_so.so_bo > 5}, {to: w}]}
  - {id: w, title: W, kind: wait, at: competent, role: clerk, for: payment, limit: 10d, late: {to: j}, to: [{to: j, title: Xong}], actions: [{id: bo, label: Bỏ qua, means: forward, to: j}]}
  - {id: q, title: Q, kind: ask, need: "2", of: [so-xay-dung, commune], limit: 30%, to: [{to: j}]}
  - {id: s, title: S, kind: sub, at: superior, part: p, procedure: 1.012906, to: [{to: j}]}
  - {id: j, title: J, kind: join, need: any, to: [{to: u}]}
  - {id: u, title: U, kind: auto, at: competent, role: clerk, does: notice, text: "Hồ sơ\nđã xong", to: [{to: a}]}
parts:
  - {id: p, title: P, start: x, steps: [{id: x, title: PX, at: competent, role: case_officer, actions: [{id: tl, label: Trả lời, means: answer, note: true}]}]}
`
	before := pack.YAML(o.process())
	o.process().Each(func(address string, _ *workflow.Step) {
		o.send("an", o.form("an", address), "luu", http.StatusSeeOther)
		if got := pack.YAML(o.process()); got != before {
			t.Fatalf("saving %s as it was shown changed it:\n%s\nwant\n%s", address, got, before)
		}
	})
	f := read(t, regexp.MustCompile(`(?s)<form method="post" action="[^"]*/bang".*?</form>`).FindString(o.get("an", at+"/bang", http.StatusOK)))
	if a := o.do("an", http.MethodPost, at+"/bang", f); a.status != http.StatusSeeOther {
		t.Fatalf("%d %s", a.status, words(a.body))
	}
	if got := pack.YAML(o.process()); got != before {
		t.Fatalf("saving the table as it was shown changed it:\n%s\nwant\n%s", got, before)
	}
}

func TestThousandsOfFilesRunThrough(t *testing.T) {
	o := build(t)
	page := words(o.get("an", at+"/mo-phong?so-ho-so=2.000&moi-ngay=8&hat-giong=3&thoi-han=10wd&"+url.QueryEscape("nguoi-competent/case_officer")+"=4", http.StatusOK))
	for _, want := range []string{"2.000 / 2.000", "Chờ ở từng bước", "Kiểm tra thực địa", "Chuyên viên thụ lý, Cơ quan giải quyết 4"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q: %s", want, page)
		}
	}
	for _, bad := range []string{"so-ho-so=0", "so-ho-so=99999999", "so-ho-so=10&moi-ngay=NaN", "so-ho-so=10&moi-ngay=-1", "so-ho-so=10&thoi-han=mai", "so-ho-so=10&hat-giong=x", "so-ho-so=10&nguoi-desk/receiving_officer=0"} {
		if a := o.do("an", http.MethodGet, at+"/mo-phong?"+bad, nil); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, "-error\"") {
			t.Errorf("%s: %d", bad, a.status)
		}
	}
	o.get("doc", at+"/mo-phong", http.StatusOK)
	o.get("mot-cua", at+"/mo-phong?so-ho-so=10", http.StatusNotFound)
}
