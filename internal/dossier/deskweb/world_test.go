package deskweb

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/casefile"
	"github.com/motcua/motcua/internal/casefile/casefiledb"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/dossier/dossierdb"
	"github.com/motcua/motcua/internal/dossier/dossiertest"
	"github.com/motcua/motcua/internal/eform"
	"github.com/motcua/motcua/internal/filestore"
	"github.com/motcua/motcua/internal/jobs"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/procedure/find"
	"github.com/motcua/motcua/internal/rule"
	"github.com/motcua/motcua/internal/sqldb"
	"github.com/motcua/motcua/internal/testkit"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// declaration is a short e-form with a name, a number and a question that opens another.
const declaration = `
id: to-khai
title: Tờ khai thử
schema:
  type: object
  required: [applicant]
  properties:
    applicant:
      type: object
      required: [name, number]
      properties:
        name: {type: string, format: vn-name, maxLength: 80}
        number: {type: string, format: vn-personal-number}
        phone: {type: string, format: vn-phone}
    purpose: {type: string, maxLength: 200}
layout:
  subject: {name: applicant.name, number: applicant.number, phone: applicant.phone}
  sections:
    - id: applicant
      title: Người đề nghị
      fields:
        - {path: applicant.name, label: "Họ, chữ đệm và tên", widget: name, fill: name}
        - {path: applicant.number, label: Số định danh, widget: personal_number, fill: number}
        - {path: applicant.phone, label: Điện thoại, widget: phone, fill: phone}
        - {path: purpose, label: Mục đích}
`

const (
	twoLimits = "1.000009"
	byCase    = "1.000010" // papers, limit and right to file depend on the answers
)

// world is the province of dossiertest with an e-form, a procedure of two time limits, and a head of control.
func world(t testing.TB) dossiertest.World {
	t.Helper()
	f, err := eform.Load([]byte(declaration))
	if err != nil {
		t.Fatal(err)
	}
	p, together := dossiertest.Process, processTogether
	g, err := eform.Load([]byte(opinionForm))
	if err != nil {
		t.Fatal(err)
	}
	version := func(v procedure.Version) *procedure.Version {
		v.Number, v.From, v.Form, v.Sector = 1, "2018-01-01", f.ID, "Thử nghiệm"
		if v.Process == "" {
			v.Process = p.ID
		}
		v.Competent = []agency.ID{dossiertest.Department}
		v.Digest = v.Sum()
		return &v
	}
	limits := func(kind string, list ...string) procedure.Channel {
		c := procedure.Channel{Kind: kind}
		for _, l := range list {
			c.Limits = append(c.Limits, procedure.TimeLimit{Limit: l})
		}
		return c
	}
	post := func(id string, a agency.ID, unit, role string) agency.Post {
		return agency.Post{ID: id, Agency: a, Unit: unit, Title: "Chức vụ " + id, Roles: []string{role}}
	}
	desk, dep := dossiertest.Desk, dossiertest.Department
	return dossiertest.World{Cat: procedure.NewCatalogue(procedure.Content{
		Revision: 1,
		Versions: []*procedure.Version{
			version(procedure.Version{
				Code: dossiertest.Permit, Name: "Cấp giấy phép thử", Channels: []procedure.Channel{limits(procedure.Direct, "5wd"), limits(procedure.Online, "4wd")},
				Components: []procedure.Component{{ID: "don", Name: "Đơn đề nghị", Originals: 1, Required: true}, {ID: "ban-ve", Name: "Bản vẽ", Copies: 1}},
				Results:    []procedure.Result{{Name: "Giấy phép thử"}},
				Pauses:     []procedure.Pause{{ID: "niem-yet", Name: "Niêm yết công khai", Basis: "Điều 9 Luật Thử"}, {ID: "financial_obligation", Name: "Thực hiện nghĩa vụ tài chính", Basis: "Điều 10 Luật Thử"}},
			}),
			version(procedure.Version{
				Code: byCase, Name: "Thủ tục theo trường hợp", Channels: []procedure.Channel{limits(procedure.Direct, "3wd", "10wd")},
				Components: []procedure.Component{{ID: "uy-quyen", Name: "Giấy ủy quyền", When: `don.purpose == "làm thay"`}},
				Eligible:   []procedure.Eligibility{{Rule: `don.purpose != "cấm"`, Reason: "Việc này không được cấp phép."}},
				LimitTable: &rule.Table{Rows: []rule.Row{{When: `don.purpose == "gấp"`, Then: map[string]rule.Cell{"limit": "8wh"}}, {When: "co(don.purpose)", Then: map[string]rule.Cell{"limit": "7wd"}}}},
			}),
			version(procedure.Version{Code: dossiertest.Vague, Name: "Thủ tục không rõ hạn"}),
			version(procedure.Version{Code: manyAgencies, Name: "Thủ tục liên thông thử", Process: together.ID, Channels: []procedure.Channel{limits(procedure.Direct, "10wd"), limits(procedure.Online, "10wd")}}),
			version(procedure.Version{Code: twoLimits, Name: "Thủ tục hai thời hạn", Channels: []procedure.Channel{limits(procedure.Direct, "3wd", "10wd"), limits(procedure.Online, "3wd", "10wd")}}),
		},
		Forms: []procedure.Form{{ID: f.ID, Number: 1, Digest: procedure.SumOf(&f), Value: &f}, {ID: g.ID, Number: 1, Digest: procedure.SumOf(&g), Value: &g}},
		Processes: []procedure.Process{
			{ID: p.ID, Number: 1, Digest: procedure.SumOf(&p), Value: &p}, {ID: together.ID, Number: 1, Digest: procedure.SumOf(&together), Value: &together},
		},
		General: []procedure.Dated[procedure.General]{{ID: "general", Number: 1, Value: procedure.General{Form: f.ID, Process: p.ID}}},
		Agencies: []agency.Agency{
			{ID: desk, Name: "Trung tâm Phục vụ hành chính công", Code: "H99.01", Kind: agency.PublicServiceCentre, Level: agency.Province},
			{ID: dep, Name: "Sở Thử nghiệm", Code: "H99.02", Kind: agency.Department, Level: agency.Province, Desk: desk, Units: []agency.Unit{{ID: "phong-1", Name: "Phòng Một"}}},
			{ID: "phuong-x", Name: "Ủy ban nhân dân phường X", Code: "H99.50", Kind: agency.PeopleCommittee, Level: agency.Commune},
			{ID: "so-khac", Name: "Sở Khác", Code: "H99.03", Kind: agency.Department, Level: agency.Province, Desk: desk},
		},
		Posts: []agency.Post{
			post("cb-mot-cua", desk, "", access.RoleReceiving), post("cb-mot-cua-2", desk, "", access.RoleReceiving),
			post("truong-phong", dep, "phong-1", access.RoleDivision), post("chuyen-vien", dep, "phong-1", access.RoleOfficer),
			post("chuyen-vien-2", dep, "phong-1", access.RoleOfficer), post("giam-doc", dep, "", access.RoleHead), post("van-thu", dep, "", access.RoleClerk),
			post("cb-phuong", "phuong-x", "", access.RoleReceiving),
			post("nguoi-la", "so-khac", "", access.RoleOfficer), post("nguoi-la-2", "so-khac", "", access.RoleOfficer), post("cv-phuong", "phuong-x", "", access.RoleOfficer), post("kiem-soat", "so-khac", "", access.RoleControl),
		},
	})}
}

// office is a province with the desk's pages.
type office struct {
	t     testing.TB
	w     dossiertest.World
	db    *sqldb.DB
	clock *testkit.Clock
	svc   *dossier.Service
	store *dossierdb.Store
	files *filestore.Store
	views *casefiledb.Views
	mux   *web.Mux
	keys  int
	// acting are who a person may act as, where it is more than one.
	acting map[string][]access.Actor
}

type index struct{ cat *procedure.Catalogue }

func (x index) Search(q string, _ find.Options) []find.Hit {
	var out []find.Hit
	for _, v := range x.cat.All("2026-03-02") {
		if v.Code == q || strings.Contains(strings.ToLower(v.Name), strings.ToLower(q)) {
			out = append(out, find.Hit{Code: v.Code, Name: v.Name})
		}
	}
	return out
}

const whoHeader = "X-Test-Post"

func open(t testing.TB) *office {
	t.Helper()
	signer, err := journal.NewSigner(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	o := &office{t: t, db: testkit.SQLite(t), w: world(t), clock: testkit.NewClock("2026-03-02T09:00:00+07:00")}
	o.store = dossierdb.New(o.db, signer, jobs.New(o.db, o.clock.Now, jobs.Options{}), o.clock.Now)
	o.svc = dossier.NewService(o.store, o.w, o.clock.Now)
	if o.files, err = filestore.Open(t.TempDir()); err != nil {
		t.Fatal(err)
	}
	o.mux = web.New(web.Config{
		Now: o.clock.Now, Log: slog.New(slog.DiscardHandler), Problem: component.ProblemPage,
		Limits: web.Limits{}, // the tests send more than people do
		Session: func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if who := r.Header.Get(whoHeader); who != "" {
					r = r.WithContext(web.WithViewer(r.Context(), web.Viewer{Actor: o.actor(who), Agency: "Cơ quan", Acting: o.acting[who]}))
				}
				next.ServeHTTP(w, r)
			})
		},
	})
	o.views = casefiledb.NewViews(o.db, o.clock.Now, slog.New(slog.DiscardHandler))
	t.Cleanup(func() {
		if err := o.views.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	Register(o.mux, Deps{
		Saw: func(by access.Actor, id, what, thing string) error {
			return o.views.Log(casefile.View{Case: id, Person: by.Person, Post: by.Post, Agency: by.Agency, What: what, Thing: thing})
		},
		Views:   o.views.Of,
		Service: o.svc, Answers: o.store, Listings: o.svc, Keeper: o.store, Files: o.files, Finder: index{o.w.Cat}, Catalogue: o.w.Catalogue, Clock: o.w.Clock,
		Presence: o.store,
		Name:     func(p string) string { return "Tên " + p }, Address: "https://motcua.example", Now: o.clock.Now, Scratch: t.TempDir(),
	})
	return o
}

func (o *office) actor(who string) access.Actor {
	switch who {
	case "cong-dan":
		return o.w.Citizen(who)
	case "kiem-soat", "xoa":
		a := o.w.In("kiem-soat")
		a.Rights = access.Rights{access.DossierReadAll: true, access.DossierErase: who == "xoa"}
		return a
	}
	return o.w.In(who)
}

func (o *office) key() string { o.keys++; return fmt.Sprintf("test-key-%d", o.keys) }

// lodge files an application online.
func (o *office) lodge(code, name, number string) *dossier.Dossier {
	o.t.Helper()
	ctx := context.Background()
	by := o.w.Citizen("cong-dan")
	draft, err := o.svc.StartDraft(ctx, by, code, procedure.Online)
	if err != nil {
		o.t.Fatal(err)
	}
	if code == dossiertest.Permit {
		info, err := o.files.Put(ctx, strings.NewReader("%PDF-1.4 don"), 1<<20)
		if err != nil {
			o.t.Fatal(err)
		}
		p := dossier.Paper{Component: "don", Name: "đơn đề nghị.pdf", Type: "pdf", Size: info.Size, Hash: string(info.Hash), Form: "electronic"}
		if err := o.svc.AddPaper(ctx, by, draft.ID, p); err != nil {
			o.t.Fatal(err)
		}
	}
	answers := json.RawMessage(`{"applicant":{"name":"` + name + `","number":"` + number + `"},"purpose":"Thử"}`)
	d, err := o.svc.Submit(ctx, by, o.key(), dossier.SubmitCommand{Draft: draft.ID, Owner: dossier.Party{Name: name, Number: number}, Answers: answers})
	if err != nil {
		o.t.Fatal(err)
	}
	return d
}

// page is an answer as a browser would see it.
type page struct {
	t      testing.TB
	status int
	header http.Header
	body   string
	root   *html.Node
}

func (o *office) do(who string, req *http.Request) page {
	o.t.Helper()
	req.Header.Set(whoHeader, who)
	if who == "" {
		req.Header.Del(whoHeader)
	}
	w := httptest.NewRecorder()
	o.mux.ServeHTTP(w, req)
	root, err := html.Parse(strings.NewReader(w.Body.String()))
	if err != nil {
		o.t.Fatal(err)
	}
	return page{o.t, w.Code, w.Header(), w.Body.String(), root}
}

func (o *office) get(who, path string) page {
	o.t.Helper()
	return o.do(who, httptest.NewRequest(http.MethodGet, path, nil))
}

func (o *office) post(who, path string, form url.Values) page {
	o.t.Helper()
	req := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return o.do(who, req)
}

// attached is a file of a multipart form.
type attached struct{ field, name, body string }

func (o *office) upload(who, path string, form url.Values, files ...attached) page {
	o.t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for name, list := range form {
		for _, v := range list {
			if err := m.WriteField(name, v); err != nil {
				o.t.Fatal(err)
			}
		}
	}
	for _, f := range files {
		w, err := m.CreateFormFile(f.field, f.name)
		if err != nil {
			o.t.Fatal(err)
		}
		if _, err := io.WriteString(w, f.body); err != nil {
			o.t.Fatal(err)
		}
	}
	if err := m.Close(); err != nil {
		o.t.Fatal(err)
	}
	req := httptest.NewRequest(http.MethodPost, path, &b)
	req.Header.Set("Content-Type", m.FormDataContentType())
	return o.do(who, req)
}

func (p page) want(status int) page {
	p.t.Helper()
	if p.status != status {
		p.t.Fatalf("status %d, want %d\n%s", p.status, status, p.text())
	}
	return p
}

// to is where a redirect leads.
func (p page) to(t testing.TB) string {
	t.Helper()
	p.want(http.StatusSeeOther)
	return p.header.Get("Location")
}

func (p page) has(words ...string) page {
	p.t.Helper()
	text := p.text()
	for _, w := range words {
		if !strings.Contains(text, w) {
			p.t.Fatalf("the page does not say %q:\n%s", w, text)
		}
	}
	return p
}

func (p page) hasNot(words ...string) page {
	p.t.Helper()
	text := p.text()
	for _, w := range words {
		if strings.Contains(text, w) {
			p.t.Fatalf("the page says %q:\n%s", w, text)
		}
	}
	return p
}

// offersNot checks that no button or link bears one of the words.
func (p page) offersNot(words ...string) page {
	p.t.Helper()
	for _, n := range append(p.all("button"), p.all("a")...) {
		for _, w := range words {
			if strings.Contains(inside(n), w) {
				p.t.Fatalf("the page offers %q", w)
			}
		}
	}
	return p
}

// text is what is read on the page, in one line.
func (p page) text() string {
	var b strings.Builder
	for n := range p.root.Descendants() {
		if n.Type == html.TextNode && n.Parent.Data != "style" && n.Parent.Data != "script" {
			b.WriteString(n.Data + " ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}

func (p page) all(tag string) []*html.Node {
	var out []*html.Node
	for n := range p.root.Descendants() {
		if n.Type == html.ElementNode && n.Data == tag {
			out = append(out, n)
		}
	}
	return out
}

// form is what a browser would send of the form with the action, no button pressed; nil when there is none.
func (p page) form(action string) url.Values {
	p.t.Helper()
	for _, f := range p.all("form") {
		if attr(f, "action") != action || attr(f, "method") != "post" {
			continue
		}
		v := url.Values{}
		id := attr(f, "id")
		for n := range p.root.Descendants() {
			if n.Type != html.ElementNode || attr(n, "name") == "" || has(n, "disabled") || !belongs(n, f, id) {
				continue
			}
			name, value := attr(n, "name"), attr(n, "value")
			switch n.Data {
			case "input":
				if kind := attr(n, "type"); kind == "file" || (kind == "radio" || kind == "checkbox") && !has(n, "checked") {
					continue
				}
				v.Add(name, value)
			case "textarea":
				v.Add(name, strings.TrimPrefix(inside(n), "\n"))
			case "select":
				chosen := ""
				for o := range n.Descendants() {
					if o.Data == "option" && has(o, "selected") {
						chosen = attr(o, "value")
					}
				}
				v.Add(name, chosen)
			}
		}
		return v
	}
	p.t.Fatalf("no form is sent to %s:\n%s", action, p.text())
	return nil
}

func belongs(n, form *html.Node, id string) bool {
	if x := attr(n, "form"); x != "" {
		return x == id
	}
	for a := n.Parent; a != nil; a = a.Parent {
		if a == form {
			return true
		}
	}
	return false
}

func inside(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

func with(v url.Values, pairs ...string) url.Values {
	out := url.Values{}
	for k, list := range v {
		out[k] = slices.Clone(list)
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		out.Set(pairs[i], pairs[i+1])
	}
	return out
}
