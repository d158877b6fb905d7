package filingweb_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/casefile/casefiledb"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/dossier/dossierdb"
	"github.com/motcua/motcua/internal/dossier/dossiertest"
	"github.com/motcua/motcua/internal/dossier/filingweb"
	"github.com/motcua/motcua/internal/eform"
	"github.com/motcua/motcua/internal/filestore"
	"github.com/motcua/motcua/internal/jobs"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/testkit"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
)

func TestMain(m *testing.M) { testkit.Main(m) }

const formText = `
id: to-khai
title: Tờ khai thử
schema:
  type: object
  required: [who, what]
  properties:
    who: {type: object, required: [name, number], properties: {name: {type: string, format: vn-name, maxLength: 80}, number: {type: string, format: vn-personal-number}, phone: {type: string, format: vn-phone}}}
    what: {type: object, required: [kind, text, other], properties: {kind: {enum: [moi, khac]}, other: {type: string}, text: {type: string, maxLength: 500}}}
layout:
  subject: {name: who.name, number: who.number, phone: who.phone}
  sections:
    - id: who
      title: Người đề nghị
      fields:
        - {path: who.name, label: "Họ, chữ đệm, tên", fill: name}
        - {path: who.number, label: Số định danh cá nhân, fill: number}
        - {path: who.phone, label: Số điện thoại, fill: phone}
    - id: giay-to
      title: Nội dung
      fields:
        - {path: what.kind, label: Loại, options: [{value: moi, label: Mới}, {value: khac, label: Khác}]}
        - {path: what.other, label: Nói rõ, when: {path: what.kind, equals: khac}}
        - {path: what.text, label: Nội dung đề nghị, widget: textarea}
`

// Codes of the procedures of these tests, beside those of dossiertest.
const (
	plain   = "3.000001" // one paper, one agency
	commune = "3.000002" // two agencies to choose from, no paper
	atDesk  = "3.000003" // not online
)

// office is a province with people at its pages.
type office struct {
	t     testing.TB
	w     dossiertest.World
	clock *testkit.Clock
	store *dossierdb.Store
	svc   *dossier.Service
	queue *jobs.Queue
	views *casefiledb.Views
	mux   *web.Mux
	files *filestore.Store
	mu    sync.Mutex
	cat   *procedure.Catalogue
	base  procedure.Content
	keys  int
}

func (o *office) Catalogue() *procedure.Catalogue {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.cat
}

func (o *office) publish(change func(*procedure.Content)) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.base.Revision++
	change(&o.base)
	o.cat = procedure.NewCatalogue(o.base)
}

type env struct {
	dossiertest.World
	*office
}

func (e env) Catalogue() *procedure.Catalogue { return e.office.Catalogue() }

func version(v procedure.Version) *procedure.Version {
	v.Number, v.From, v.Sector, v.Form, v.Process = 1, "2018-01-01", "Thử nghiệm", "to-khai", "thuong"
	v.Digest = v.Sum()
	return &v
}

func form(t testing.TB) eform.Form {
	t.Helper()
	f, err := eform.Load([]byte(formText))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// as names who looks in these tests: the header carries what the session would.
const as = "Test-As"

func open(t testing.TB) *office {
	t.Helper()
	db := testkit.SQLite(t)
	signer, err := journal.NewSigner(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	o := &office{t: t, w: dossiertest.New(), clock: testkit.NewClock("2026-03-02T09:00:00+07:00")}
	f, p := form(t), dossiertest.Process
	limit := []procedure.Channel{{Kind: procedure.Online, Limits: []procedure.TimeLimit{{Limit: "4wd"}}, Fees: []procedure.Fee{{Amount: 50_000, Known: true}}}}
	o.base = procedure.Content{
		Revision: 1,
		Versions: []*procedure.Version{
			version(procedure.Version{Code: plain, Name: "Cấp giấy phép thử", Competent: []agency.ID{dossiertest.Department}, Channels: limit, Components: []procedure.Component{
				{ID: "don", Name: "Đơn đề nghị", Originals: 1, Counted: true, Required: true}, {ID: "ban-ve", Name: "Bản vẽ"},
			}}),
			version(procedure.Version{Code: commune, Name: "Thủ tục chọn nơi", Competent: []agency.ID{dossiertest.Department, dossiertest.Desk}, Channels: limit}),
			version(procedure.Version{Code: atDesk, Name: "Thủ tục tại quầy", Competent: []agency.ID{dossiertest.Department}, Channels: limit, Online: "none"}),
		},
		Forms:     []procedure.Form{{ID: "to-khai", Number: 1, Digest: procedure.SumOf(f), Value: &f}},
		Processes: []procedure.Process{{ID: "thuong", Number: 1, Digest: procedure.SumOf(&p), Value: &p}},
		Homes:     []procedure.Dated[agency.Home]{{Value: agency.Home{ID: "thu", Name: "Tỉnh Thử"}}},
		Agencies: []agency.Agency{
			{ID: dossiertest.Desk, Name: "Trung tâm Phục vụ hành chính công", Code: "H99.01", Kind: agency.PublicServiceCentre, Level: agency.Province},
			{ID: dossiertest.Department, Name: "Sở Thử nghiệm", Code: "H99.02", Kind: agency.Department, Level: agency.Province, Desk: dossiertest.Desk, Units: []agency.Unit{{ID: "phong-1", Name: "Phòng Một"}}},
		},
	}
	for _, p := range []string{"cb-mot-cua", "truong-phong", "chuyen-vien", "giam-doc", "van-thu"} {
		post, _ := o.w.Cat.Tree().Post(p, "2026-01-01")
		o.base.Posts = append(o.base.Posts, post)
	}
	o.cat = procedure.NewCatalogue(o.base)
	o.queue = jobs.New(db, o.clock.Now, jobs.Options{})
	o.store = dossierdb.New(db, signer, o.queue, o.clock.Now)
	o.svc = dossier.NewService(o.store, env{o.w, o}, o.clock.Now)
	if o.files, err = filestore.Open(t.TempDir()); err != nil {
		t.Fatal(err)
	}
	o.mux = web.New(web.Config{
		Site: web.Site{System: "Một cửa Thử"}, Now: o.clock.Now, Log: slog.New(slog.DiscardHandler), Problem: component.ProblemPage,
		Session: func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if name := r.Header.Get(as); name != "" {
					a := o.w.Citizen(name)
					if post, ok := strings.CutPrefix(name, "post:"); ok {
						a = o.w.In(post)
					}
					r = r.WithContext(web.WithViewer(r.Context(), web.Viewer{Actor: a}))
				}
				next.ServeHTTP(w, r)
			})
		},
	})
	o.views = casefiledb.NewViews(db, o.clock.Now, slog.New(slog.DiscardHandler))
	t.Cleanup(func() {
		if err := o.views.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	filingweb.Register(o.mux, filingweb.Deps{
		Views:   o.views.Of,
		Service: o.svc, Answers: o.store, Files: o.files, Unread: func(context.Context, access.Actor) int { return 2 }, Catalogue: o.Catalogue,
		Places: func(string) eform.Places { return nowhere{} },
		Person: func(_ context.Context, id string) (eform.Person, error) {
			return eform.Person{Name: "Nguyễn Thị Ánh", Number: "001190000001", Phone: "0900000001"}, nil
		},
		Name:  func(string) string { return "Trần Văn Tiếp" },
		Cache: web.NewPageCache(1 << 20), Now: o.clock.Now, Address: "https://motcua.example.vn", Scratch: t.TempDir(), Signatures: signaturesIn,
	})
	return o
}

type nowhere struct{}

func (nowhere) Provinces() []eform.Unit        { return nil }
func (nowhere) Communes(string) []eform.Unit   { return nil }
func (nowhere) Unit(string) (eform.Unit, bool) { return eform.Unit{}, false }

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

func (o *office) get(who, path string) answer {
	o.t.Helper()
	return o.do(httptest.NewRequest(http.MethodGet, path, nil), who)
}

func (o *office) post(who, path string, fields url.Values) answer {
	o.t.Helper()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(fields.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return o.do(r, who)
}

type file struct {
	input, name string
	content     []byte
}

func (o *office) upload(who, path string, fields url.Values, files ...file) answer {
	o.t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for name, values := range fields {
		for _, v := range values {
			_ = m.WriteField(name, v)
		}
	}
	for _, f := range files {
		w, err := m.CreateFormFile(f.input, f.name)
		if err != nil {
			o.t.Fatal(err)
		}
		_, _ = w.Write(f.content)
	}
	_ = m.Close()
	r := httptest.NewRequest(http.MethodPost, path, &b)
	r.Header.Set("Content-Type", m.FormDataContentType())
	return o.do(r, who)
}

// to expects a redirect and returns where it leads.
func (a answer) to() string {
	a.t.Helper()
	if a.code != http.StatusSeeOther {
		a.t.Fatalf("status %d, want 303\n%s", a.code, a.words())
	}
	return a.head.Get("Location")
}

func (a answer) is(code int) answer {
	a.t.Helper()
	if a.code != code {
		a.t.Fatalf("status %d, want %d\n%s", a.code, code, a.words())
	}
	return a
}

func attr(n *html.Node, name string) string {
	for _, x := range n.Attr {
		if x.Key == name {
			return x.Val
		}
	}
	return ""
}

func (a answer) all(tag string, fits func(*html.Node) bool) []*html.Node {
	var out []*html.Node
	if a.root == nil {
		return nil
	}
	for n := range a.root.Descendants() {
		if n.Type == html.ElementNode && n.Data == tag && (fits == nil || fits(n)) {
			out = append(out, n)
		}
	}
	return out
}

func inner(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data + " ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func (a answer) words() string {
	if m := a.all("main", nil); len(m) > 0 {
		return inner(m[0])
	}
	return a.text
}

func (a answer) title() string {
	if t := a.all("title", nil); len(t) > 0 {
		return inner(t[0])
	}
	return ""
}

func (a answer) has(parts ...string) {
	a.t.Helper()
	for _, p := range parts {
		if !strings.Contains(a.words(), p) {
			a.t.Errorf("page does not say %q:\n%s", p, a.words())
		}
	}
}

func (a answer) lacks(parts ...string) {
	a.t.Helper()
	for _, p := range parts {
		if strings.Contains(a.text, p) {
			a.t.Errorf("page says %q", p)
		}
	}
}

// fields are what the page's form in main would send when no button is named.
func (a answer) fields() url.Values {
	out := url.Values{}
	for _, n := range a.all("input", nil) {
		switch attr(n, "type") {
		case "file", "submit":
			continue
		case "radio", "checkbox":
			if !slices.ContainsFunc(n.Attr, func(x html.Attribute) bool { return x.Key == "checked" }) {
				continue
			}
		}
		if slices.ContainsFunc(n.Attr, func(x html.Attribute) bool { return x.Key == "disabled" }) || attr(n, "name") == "" || attr(n, "name") == "q" {
			continue
		}
		out.Add(attr(n, "name"), attr(n, "value"))
	}
	for _, n := range a.all("textarea", nil) {
		out.Add(attr(n, "name"), strings.TrimPrefix(inner(n), "\n"))
	}
	// The shell's own forms carry a key too: the page's is the last one drawn.
	if keys := out["_key"]; len(keys) > 1 {
		out["_key"] = keys[len(keys)-1:]
	}
	return out
}

func with(v url.Values, pairs ...string) url.Values {
	for i := 0; i < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v
}

var pdf = []byte("%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\nxref\n0 3\n0000000000 65535 f \n0000000009 00000 n \n0000000052 00000 n \ntrailer<</Size 3/Root 1 0 R>>\nstartxref\n98\n%%EOF\n")

// begin starts a draft and returns its path.
func (o *office) begin(who, code string) string {
	o.t.Helper()
	start := o.get(who, "/nop-ho-so/"+code).is(http.StatusOK)
	return o.post(who, "/nop-ho-so/"+code, start.fields()).to()
}

// filled goes through the pages of a plain draft up to the last one.
func (o *office) filled(who string) (path string) {
	o.t.Helper()
	path = o.begin(who, plain)
	page := o.get(who, path+"/to-khai/who").is(http.StatusOK)
	o.post(who, path+"/to-khai/who", page.fields()).to()
	page = o.get(who, path+"/to-khai/giay-to").is(http.StatusOK)
	o.post(who, path+"/to-khai/giay-to", with(page.fields(), "what.kind", "moi", "what.text", "Xin cấp giấy phép.")).to()
	page = o.get(who, path+"/giay-to").is(http.StatusOK)
	if next := o.upload(who, path+"/giay-to", page.fields(), file{"paper-don", "don.pdf", pdf}).to(); next != path+"/kiem-tra" {
		o.t.Fatalf("after the papers comes %s", next)
	}
	return path
}

func (o *office) submitted(who string) (id string) {
	o.t.Helper()
	path := o.filled(who)
	check := o.get(who, path+"/kiem-tra").is(http.StatusOK)
	to := o.post(who, path+"/kiem-tra", with(check.fields(), "cam-doan", "1")).to()
	id, ok := strings.CutPrefix(to, "/ho-so-da-nop/")
	if !ok {
		o.t.Fatalf("submitted to %s", to)
	}
	return id
}

func (o *office) req(post string, d *dossier.Dossier) dossier.Request {
	o.keys++
	return dossier.Request{By: o.w.In(post), Dossier: d.ID, Version: d.Version, Key: fmt.Sprintf("key-%d", o.keys)}
}

func (o *office) dossier(who, id string) *dossier.Dossier {
	o.t.Helper()
	d, _, err := o.svc.Dossier(context.Background(), o.w.Citizen(who), id)
	if err != nil {
		o.t.Fatal(err)
	}
	return d
}

func (o *office) accepted(who string) *dossier.Dossier {
	o.t.Helper()
	d, err := o.svc.Accept(context.Background(), o.req("cb-mot-cua", o.dossier(who, o.submitted(who))), "")
	if err != nil {
		o.t.Fatal(err)
	}
	return d
}

func TestAnApplicationIsFiledPageByPage(t *testing.T) {
	t.Parallel()
	o := open(t)
	start := o.get("anh", "/nop-ho-so/"+plain).is(http.StatusOK)
	start.has("Sở Thử nghiệm", "4 ngày làm việc", "50.000 đồng", "Đơn đề nghị")
	path := o.post("anh", "/nop-ho-so/"+plain, start.fields()).to()
	if again := o.post("anh", "/nop-ho-so/"+plain, start.fields()).to(); again != path {
		t.Errorf("the same form began two drafts: %s and %s", path, again)
	}
	o.get("anh", "/nop-ho-so/"+plain).has("hồ sơ đang soạn", "Làm tiếp")
	if to := o.get("anh", path).to(); to != path+"/to-khai/who" {
		t.Fatalf("a new draft opens at %s", to)
	}

	page := o.get("anh", path+"/to-khai/who").is(http.StatusOK)
	if f := page.fields(); f.Get("who.name") != "Nguyễn Thị Ánh" || f.Get("who.number") != "001190000001" {
		t.Errorf("what is known is not filled in: %v", f)
	}
	if n := len(page.all("h1", nil)); n != 1 {
		t.Errorf("%d h1", n)
	}
	wrong := o.post("anh", path+"/to-khai/who", with(page.fields(), "who.number", "12345", "who.phone", "không có")).is(http.StatusUnprocessableEntity)
	if !strings.HasPrefix(wrong.title(), "Lỗi: ") {
		t.Errorf("title %q", wrong.title())
	}
	if f := wrong.fields(); f.Get("who.number") != "12345" || f.Get("who.phone") != "không có" {
		t.Errorf("typed values are lost: %v", f)
	}
	if links := wrong.all("a", func(n *html.Node) bool { return attr(n, "href") == "#f-who-number" }); len(links) != 1 {
		t.Errorf("%d links to the wrong field", len(links))
	}
	if kept := o.get("anh", path+"/to-khai/who").fields(); kept.Get("who.number") != "12345" {
		t.Errorf("typed values are not kept: %v", kept)
	}
	next := o.post("anh", path+"/to-khai/who", with(wrong.fields(), "who.number", "001190000001", "who.phone", "0900000001")).to()
	if next != path+"/to-khai/giay-to" {
		t.Fatalf("next page is %s", next)
	}

	// A field that appears with an answer is shown before it can be missed.
	page = o.get("anh", next)
	more := o.post("anh", next, with(page.fields(), "what.kind", "khac", "what.text", "Xin cấp.")).to()
	if !strings.HasPrefix(more, next) {
		t.Fatalf("went on to %s without asking the new field", more)
	}
	page = o.get("anh", next)
	o.post("anh", next, with(page.fields(), "what.other", "")).is(http.StatusUnprocessableEntity)
	if to := o.post("anh", next, with(page.fields(), "what.kind", "moi")).to(); to != path+"/giay-to" {
		t.Fatalf("after the form comes %s", to)
	}

	page = o.get("anh", path+"/giay-to").is(http.StatusOK)
	page.has("Đơn đề nghị", "50 MB", "PDF")
	missing := o.upload("anh", path+"/giay-to", page.fields()).is(http.StatusUnprocessableEntity)
	missing.has("Tải lên giấy tờ bắt buộc: Đơn đề nghị")
	bad := o.upload("anh", path+"/giay-to", page.fields(), file{"paper-ban-ve", "ban-ve.pdf", pdf}, file{"paper-don", "don.pdf", []byte("<html>xin chào</html>")}).is(http.StatusUnprocessableEntity)
	bad.has("don.pdf: Loại tệp này không được nhận", "ban-ve.pdf")
	if to := o.upload("anh", path+"/giay-to", page.fields(), file{"paper-don", "đơn đề nghị.exe", pdf}).to(); to != path+"/kiem-tra" {
		t.Fatalf("after the papers comes %s", to)
	}

	check := o.get("anh", path+"/kiem-tra").is(http.StatusOK)
	check.has("Sở Thử nghiệm", "Nguyễn Thị Ánh", "Xin cấp.", "đơn đề nghị.exe.pdf", "ban-ve.pdf")
	o.post("anh", path+"/kiem-tra", check.fields()).is(http.StatusUnprocessableEntity).has("Đánh dấu vào ô cam đoan")
	to := o.post("anh", path+"/kiem-tra", with(check.fields(), "cam-doan", "1")).to()
	done := o.get("anh", to).is(http.StatusOK)
	d := o.dossier("anh", strings.TrimPrefix(to, "/ho-so-da-nop/"))
	// Submitted Monday 09:00: eight working hours end on Tuesday at 09:00.
	done.has(d.Ref, d.Secret, "09:00 thứ Ba, 03/03/2026", "Trung tâm Phục vụ hành chính công")
	if d.Owner.Name != "Nguyễn Thị Ánh" || d.Account != "anh" || len(d.Papers) != 2 || d.Submitter.Name != "" {
		t.Errorf("submitted %+v", d)
	}
	if !strings.Contains(done.text, "<svg class=\"qr-image\"") {
		t.Error("no QR code")
	}
}

func TestSendingTheLastPageAgainGivesOneDossier(t *testing.T) {
	t.Parallel()
	o := open(t)
	path := o.filled("anh")
	check := with(o.get("anh", path+"/kiem-tra").fields(), "cam-doan", "1")
	var wg sync.WaitGroup
	to := make([]string, 10)
	for i := range to {
		wg.Go(func() { to[i] = o.post("anh", path+"/kiem-tra", check).to() })
	}
	wg.Wait()
	to = append(to, o.post("anh", path+"/kiem-tra", check).to()) // long after
	for _, x := range to {
		if x != to[0] || !strings.HasPrefix(x, "/ho-so-da-nop/") {
			t.Fatalf("led to %v", to)
		}
	}
	rows, _, err := o.svc.Find(context.Background(), o.w.Citizen("anh"), "", "", "")
	if err != nil || len(rows) != 1 {
		t.Errorf("%d dossiers, %v", len(rows), err)
	}
}

func TestWhatChangedInAnotherWindowIsReadAgainBeforeItIsSubmitted(t *testing.T) {
	t.Parallel()
	o := open(t)
	path := o.filled("anh")
	check := with(o.get("anh", path+"/kiem-tra").fields(), "cam-doan", "1")
	page := o.get("anh", path+"/to-khai/giay-to")
	o.post("anh", path+"/to-khai/giay-to", with(page.fields(), "what.text", "Nội dung khác.")).to()
	again := o.post("anh", path+"/kiem-tra", check).is(http.StatusConflict)
	again.has("vừa được sửa ở cửa sổ khác", "Nội dung khác.")
	o.post("anh", path+"/kiem-tra", with(again.fields(), "cam-doan", "1")).to()
}

func TestADraftIsLeftAndTakenUpAgain(t *testing.T) {
	t.Parallel()
	o := open(t)
	path := o.begin("anh", plain)
	page := o.get("anh", path+"/to-khai/who")
	if to := o.post("anh", path+"/to-khai/who", with(page.fields(), "who.number", "12", "_leave", "1")).to(); to != "/ho-so-cua-toi" {
		t.Fatalf("left to %s", to)
	}
	list := o.get("anh", "/ho-so-cua-toi").is(http.StatusOK)
	list.has("Đang soạn", "Cấp giấy phép thử")
	if f := o.get("anh", path+"/to-khai/who").fields(); f.Get("who.number") != "12" {
		t.Errorf("kept %v", f)
	}
	drop := o.get("anh", path+"/xoa").is(http.StatusOK)
	o.post("anh", path+"/xoa", drop.fields()).to()
	o.post("anh", path+"/xoa", drop.fields()).to()
	o.get("anh", path+"/to-khai/who").is(http.StatusNotFound)
	o.get("anh", "/ho-so-cua-toi").has("chưa có hồ sơ nào")
}

func TestPapersAreJudgedKeptAndServedSafely(t *testing.T) {
	t.Parallel()
	o := open(t)
	path := o.begin("anh", plain)
	page := o.get("anh", path+"/giay-to")
	add := with(page.fields(), "_add", "1")
	o.upload("anh", path+"/giay-to", add).is(http.StatusUnprocessableEntity).has("Chọn tệp")
	if to := o.upload("anh", path+"/giay-to", add, file{"paper-don", "../../đơn.pdf", pdf}).to(); to != path+"/giay-to" {
		t.Fatalf("uploaded to %s", to)
	}
	o.upload("anh", path+"/giay-to", add, file{"paper-don", "đơn.pdf", pdf}).to() // the same bytes again
	page = o.get("anh", path+"/giay-to")
	links := page.all("a", func(n *html.Node) bool { return attr(n, "class") == "files-name" })
	if len(links) != 1 || inner(links[0]) != "đơn.pdf" {
		t.Fatalf("%d files: %s", len(links), page.words())
	}
	at := attr(links[0], "href")
	got := o.get("anh", at).is(http.StatusOK)
	if got.text != string(pdf) || got.head.Get("Content-Type") != "application/pdf" || !strings.Contains(got.head.Get("Content-Security-Policy"), "default-src 'none'") ||
		got.head.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("served with %v", got.head)
	}
	o.get("binh", at).is(http.StatusNotFound)
	o.get("anh", path+"/giay-to/khong-co").is(http.StatusNotFound)

	large := bytes.Repeat([]byte("x"), 50<<20+1)
	copy(large, pdf)
	over := o.upload("anh", path+"/giay-to", add, file{"paper-ban-ve", "to.pdf", large}, file{"paper-ban-ve", "vừa.pdf", append(slices.Clone(pdf), '\n')}).is(http.StatusRequestEntityTooLarge)
	over.has("to.pdf: Tệp lớn hơn 50 MB", "vừa.pdf", "đơn.pdf")

	ask := o.get("anh", at+"/bo").is(http.StatusOK)
	o.post("binh", at+"/bo", ask.fields()).is(http.StatusNotFound)
	o.post("anh", at+"/bo", ask.fields()).to()
	o.get("anh", at).is(http.StatusNotFound)
	o.get("anh", at+"/bo").to()
}

func TestAnUploadThatBreaksOffKeepsWhatArrived(t *testing.T) {
	t.Parallel()
	o := open(t)
	path := o.begin("anh", plain)
	body := "--x\r\nContent-Disposition: form-data; name=\"paper-don\"; filename=\"don.pdf\"\r\n\r\n" + string(pdf) +
		"\r\n--x\r\nContent-Disposition: form-data; name=\"paper-ban-ve\"; filename=\"b.pdf\"\r\n\r\n%PDF-1.4"
	r := httptest.NewRequest(http.MethodPost, path+"/giay-to", io.MultiReader(strings.NewReader(body), broken{}))
	r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
	o.do(r, "anh").is(http.StatusUnprocessableEntity).has("Đường truyền bị ngắt", "don.pdf")
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestTheResolvingAgencyIsChosenWhereThereAreSeveral(t *testing.T) {
	t.Parallel()
	o := open(t)
	path := o.begin("anh", commune)
	if to := o.get("anh", path).to(); to != path+"/noi-giai-quyet" {
		t.Fatalf("opens at %s", to)
	}
	page := o.get("anh", path+"/noi-giai-quyet").is(http.StatusOK)
	o.post("anh", path+"/noi-giai-quyet", with(page.fields(), "noi", "khong-co")).is(http.StatusUnprocessableEntity).has("chọn cơ quan")
	if to := o.post("anh", path+"/noi-giai-quyet", with(page.fields(), "noi", string(dossiertest.Department))).to(); to != path+"/to-khai/who" {
		t.Errorf("then %s", to)
	}
	o.get("anh", path+"/kiem-tra").has("Sở Thử nghiệm")
}

func TestAProcedureThatIsNotOnlineSaysWhereToGo(t *testing.T) {
	t.Parallel()
	o := open(t)
	page := o.get("anh", "/nop-ho-so/"+atDesk).is(http.StatusOK)
	page.has("Bộ phận Một cửa")
	o.post("anh", "/nop-ho-so/"+atDesk, url.Values{"_key": {"k"}}).is(http.StatusConflict)
	o.get("anh", "/nop-ho-so/9.999999").is(http.StatusNotFound)
}

func TestAProcedureThatChangesMeanwhileLosesNothing(t *testing.T) {
	t.Parallel()
	o := open(t)
	path := o.filled("anh")
	check := with(o.get("anh", path+"/kiem-tra").fields(), "cam-doan", "1")
	o.publish(func(c *procedure.Content) {
		old := *c.Versions[0]
		c.Versions[0] = &old
		old.Until = "2026-03-02"
		next := old
		next.Number, next.From, next.Until, next.Name = 2, "2026-03-02", "", "Cấp giấy phép thử mới"
		next.Digest = next.Sum()
		c.Versions = append(c.Versions, &next)
	})
	moved := o.post("anh", path+"/kiem-tra", check).is(http.StatusConflict)
	moved.has("Thủ tục đã thay đổi", "Xin cấp giấy phép.", "don.pdf", "Tạo hồ sơ mới từ phần đã nhập")
	o.get("anh", path+"/to-khai/who").is(http.StatusConflict)
	to := o.post("anh", path+"/tao-lai", moved.fields()).to()
	if again := o.post("anh", path+"/tao-lai", moved.fields()).to(); again != to {
		t.Errorf("made two drafts: %s, %s", to, again)
	}
	o.get("anh", to+"/kiem-tra").is(http.StatusOK).has("Cấp giấy phép thử mới", "Xin cấp giấy phép.", "don.pdf")
	o.publish(func(c *procedure.Content) {
		for i, v := range c.Versions {
			if v.Code == plain {
				ended := *v
				ended.Until = "2026-03-02"
				c.Versions[i] = &ended
			}
		}
	})
	o.get("anh", to+"/kiem-tra").is(http.StatusGone).has("ngừng tiếp nhận", "Xin cấp giấy phép.", "don.pdf")
}

func TestASupplementIsAskedForAndGiven(t *testing.T) {
	t.Parallel()
	o := open(t)
	ctx := context.Background()
	d := o.accepted("anh")
	d, err := o.svc.Act(ctx, o.req("truong-phong", d), dossier.ActCommand{Action: "giao", Post: "chuyen-vien"})
	if err != nil {
		t.Fatal(err)
	}
	if d, err = o.svc.RequestSupplement(ctx, o.req("chuyen-vien", d), dossier.SupplementRequest{Items: []string{"Bản vẽ mặt bằng"}, Reason: "Thiếu bản vẽ"}); err != nil {
		t.Fatal(err)
	}
	o.get("anh", "/ho-so-cua-toi").has("Việc ông/bà cần làm", "Chờ bổ sung")
	page := o.get("anh", "/ho-so-cua-toi/"+d.ID).is(http.StatusOK)
	page.has("Bản vẽ mặt bằng", "Thiếu bản vẽ", "Bổ sung hồ sơ")
	draft := o.post("anh", "/ho-so-cua-toi/"+d.ID+"/bo-sung", page.fields()).to()
	if again := o.post("anh", "/ho-so-cua-toi/"+d.ID+"/bo-sung", page.fields()).to(); again != draft {
		t.Errorf("two drafts: %s, %s", draft, again)
	}
	o.get("anh", draft).is(http.StatusOK).has("Bản vẽ mặt bằng")
	papers := o.get("anh", draft+"/giay-to").is(http.StatusOK)
	papers.has("Bản vẽ mặt bằng", "don.pdf")
	o.upload("anh", draft+"/giay-to", papers.fields(), file{"paper-ban-ve", "bv.pdf", append(slices.Clone(pdf), '\n')}).to()
	check := with(o.get("anh", draft+"/kiem-tra").is(http.StatusOK).fields(), "cam-doan", "1")
	to := o.post("anh", draft+"/kiem-tra", check).to()
	if again := o.post("anh", draft+"/kiem-tra", check).to(); again != to {
		t.Errorf("sent again led to %s", again)
	}
	o.get("anh", to).has("Đã gửi phần bổ sung")
	if d = o.dossier("anh", d.ID); d.Status != dossier.Processing || len(d.Papers) != 2 {
		t.Errorf("%s with %d papers", d.Status, len(d.Papers))
	}
}

func TestTrackingShowsAsMuchAsTheReaderMaySee(t *testing.T) {
	t.Parallel()
	o := open(t)
	d := o.accepted("anh")
	o.get("", "/tra-cuu").is(http.StatusOK).has("Mã hồ sơ")
	whole := o.get("", "/tra-cuu?ma="+strings.ToLower(d.Code)+"&k="+strings.ToUpper(d.Secret)).is(http.StatusOK)
	whole.has("Cấp giấy phép thử", "Phân công", "Sở Thử nghiệm", "17:00 thứ Sáu, 06/03/2026", "Vì sao hẹn ngày này?", "Nộp hồ sơ")
	whole.lacks("Nguyễn Thị Ánh", "001190000001", "person-cb-mot-cua", "cb-mot-cua")
	bare := o.get("", "/tra-cuu?ma="+d.Code).is(http.StatusOK)
	bare.has(d.Code, "Đang giải quyết")
	bare.lacks("Cấp giấy phép thử", "Sở Thử nghiệm", d.Secret, "06/03/2026")

	wrong := o.get("", "/tra-cuu?ma="+d.Code+"&k=sai").is(http.StatusNotFound)
	absent := o.get("", "/tra-cuu?ma=H99.02-260302-9999&k=sai").is(http.StatusNotFound)
	byRef := o.get("", "/tra-cuu?ma="+d.Ref).is(http.StatusNotFound)
	strip := func(a answer) string {
		t := a.text
		for _, x := range []string{d.Code, "H99.02-260302-9999", d.Ref, "&amp;k=sai", url.QueryEscape("&k=sai"), `value="sai"`, `value=""`} {
			t = strings.ReplaceAll(t, x, "")
		}
		return t
	}
	if strip(wrong) != strip(absent) || strip(wrong) != strip(byRef) {
		t.Error("a wrong secret and an absent code are told apart")
	}
	o.get("", "/tra-cuu?ma="+d.Ref+"&k="+d.Secret).is(http.StatusOK).has("Cấp giấy phép thử")
	o.get("", "/tra-cuu?ma=").is(http.StatusUnprocessableEntity).has("Nhập mã hồ sơ")

	// After the due date the same row reads otherwise.
	o.clock.Set(time.Date(2026, 3, 9, 3, 0, 0, 0, time.UTC))
	o.get("", "/tra-cuu?ma="+d.Code+"&k="+d.Secret).has("quá hạn")
}

func TestGuessingCodesIsHeldBack(t *testing.T) {
	t.Parallel()
	o := open(t)
	for i := range 40 {
		if o.get("", fmt.Sprintf("/tra-cuu?ma=H99.02-260302-%04d&k=x", i)).code == http.StatusTooManyRequests {
			if i < 10 {
				t.Errorf("held back after %d", i)
			}
			return
		}
	}
	t.Error("forty guesses were answered")
}

func TestTheReceiptOpensForItsHolder(t *testing.T) {
	t.Parallel()
	o := open(t)
	id := o.submitted("anh")
	early := o.dossier("anh", id)
	o.get("", "/giay-tiep-nhan?ma="+early.Ref+"&k="+early.Secret).is(http.StatusNotFound)
	d := o.accepted("anh")
	got := o.get("", "/giay-tiep-nhan?ma="+d.Code+"&k="+d.Secret).is(http.StatusOK)
	if got.head.Get("Content-Type") != "application/pdf" || !strings.HasPrefix(got.text, "%PDF-") {
		t.Errorf("answered %v", got.head)
	}
	o.get("", "/giay-tiep-nhan?ma="+d.Code).is(http.StatusNotFound)
	o.get("", "/giay-tiep-nhan?ma="+d.Code+"&k=sai").is(http.StatusNotFound)
	o.get("anh", "/ho-so-cua-toi/"+d.ID+"/ban-in/giay-tiep-nhan").is(http.StatusOK)
	o.get("anh", "/ho-so-cua-toi/"+d.ID+"/ban-in/yeu-cau-bo-sung").is(http.StatusNotFound)
	o.get("anh", "/ho-so-cua-toi/"+d.ID+"/ban-in/tu-choi").is(http.StatusNotFound)
}

func TestADossierIsOpenToItsOwnerOnly(t *testing.T) {
	t.Parallel()
	o := open(t)
	d := o.accepted("anh")
	draft := o.begin("anh", plain)
	o.get("anh", "/ho-so-cua-toi/"+d.ID).is(http.StatusOK).has(d.Code, "Nguyễn Thị Ánh", "don.pdf")
	o.get("anh", "/ho-so-cua-toi/"+d.ID+"/giay-to/1").is(http.StatusOK)
	for _, path := range []string{
		"/ho-so-cua-toi/" + d.ID, "/ho-so-cua-toi/" + d.ID + "/giay-to/1", "/ho-so-cua-toi/" + d.ID + "/ban-in/giay-tiep-nhan", "/ho-so-da-nop/" + d.ID,
		draft, draft + "/to-khai/who", draft + "/giay-to", draft + "/kiem-tra", draft + "/xoa",
	} {
		for _, who := range []string{"binh", "post:cb-mot-cua"} {
			o.get(who, path).is(http.StatusNotFound)
		}
		if to := o.get("", path).to(); !strings.HasPrefix(to, "/dang-nhap") {
			t.Errorf("%s led a stranger to %s", path, to)
		}
	}
	for _, path := range []string{draft + "/to-khai/who", draft + "/kiem-tra", draft + "/tao-lai"} {
		o.post("binh", path, url.Values{"_key": {"k"}}).is(http.StatusNotFound)
	}
	o.get("binh", "/ho-so-cua-toi").lacks(d.Code)
}

func TestTheListSaysHowManyNoticesWait(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.get("anh", "/ho-so-cua-toi").has("2 thông báo mới")
}

func FuzzFormsOfFiling(f *testing.F) {
	f.Add("who.name=A&_asking=who", "paper-don", []byte("%PDF-1.4"), "H99.02-260302-0001", "abc")
	f.Add("_add=children&_remove=x[99]&_update=&%zz", "paper-", []byte{0xff, 0xd8, 0xff}, "\x00", "%")
	f.Add(strings.Repeat("a=b&", 6000), "", []byte(nil), strings.Repeat("9", 200), strings.Repeat("k", 200))
	o := open(f)
	path := o.begin("anh", plain)
	f.Fuzz(func(t *testing.T, body, input string, content []byte, code, secret string) {
		o.t = t
		for _, to := range []string{"/to-khai/who", "/to-khai/giay-to", "/noi-giai-quyet", "/kiem-tra", "/giay-to"} {
			r := httptest.NewRequest(http.MethodPost, path+to, strings.NewReader(body))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			o.do(r, "anh")
		}
		o.upload("anh", path+"/giay-to", nil, file{input, body, content})
		o.get("", "/tra-cuu?ma="+url.QueryEscape(code)+"&k="+url.QueryEscape(secret))
	})
}
