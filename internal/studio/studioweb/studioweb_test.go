package studioweb_test

import (
	"context"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/pack"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/studio"
	"github.com/motcua/motcua/internal/studio/studioweb"
	"github.com/motcua/motcua/internal/testkit"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/packs"
)

// memory keeps change sets without a database.
type memory struct {
	base   procedure.Configuration
	events map[string][]journal.Event
	texts  map[string]string
}

func (m *memory) Load(_ context.Context, id string) ([]journal.Event, error) {
	if e := m.events[id]; len(e) > 0 {
		return e, nil
	}
	return nil, studio.ErrNotFound
}

func (m *memory) Record(_ context.Context, id string, version int64, events []journal.Event, texts []string) (*studio.Set, error) {
	all := slices.Clone(m.events[id])
	if int64(len(all)) != version {
		return nil, studio.ErrStale
	}
	for _, e := range events {
		e.Case, e.Seq = id, int64(len(all))+1
		all = append(all, e)
	}
	x, err := studio.Fold(all)
	if err != nil {
		return nil, err
	}
	m.events[id] = all
	for _, t := range texts {
		m.texts[studio.TextDigest(t)] = t
	}
	return x, nil
}

func (m *memory) Texts(_ context.Context, digests []string) (map[string]string, error) {
	out := map[string]string{}
	for _, d := range digests {
		out[d] = m.texts[d]
	}
	return out, nil
}

func (m *memory) List(_ context.Context, states []studio.State, _ int) ([]studio.Row, error) {
	var out []studio.Row
	for _, events := range m.events {
		x, err := studio.Fold(events)
		if err != nil {
			return nil, err
		}
		if r, _ := x.Project(); len(states) == 0 || slices.Contains(states, r.State) {
			out = append(out, r)
		}
	}
	return out, nil
}

func (m *memory) Configured(context.Context, string) (procedure.Configuration, error) {
	return m.base, nil
}

func (m *memory) Publish(ctx context.Context, r studio.Release) (*studio.Set, error) {
	e, err := r.Event(nil, 2)
	if err != nil {
		return nil, err
	}
	return m.Record(ctx, r.Set, r.Version, []journal.Event{e}, nil)
}

func (m *memory) EndPilot(ctx context.Context, id string, version int64, _ string, e journal.Event) (*studio.Set, error) {
	return m.Record(ctx, id, version, []journal.Event{e}, nil)
}

var people = map[string]access.Actor{
	"soan":     {Person: "p1", Post: "qt", Rights: access.Rights{access.CatalogueRead: true, access.CatalogueEdit: true}},
	"cong-bo":  {Person: "p2", Post: "ks", Rights: access.Rights{access.CatalogueRead: true, access.CatalogueEdit: true, access.CataloguePublish: true}},
	"doc":      {Person: "p3", Post: "xem", Rights: access.Rights{access.CatalogueRead: true}},
	"tiep-dan": {Person: "p4", Post: "mc", Rights: access.Rights{access.DossierAccept: true}},
}

var demo = sync.OnceValue(func() *pack.Pack {
	p, problems := pack.Load(packs.Demo())
	if len(problems) > 0 {
		panic(problems[0].String())
	}
	return p
})

type room struct {
	t   *testing.T
	mux *web.Mux
}

func open(t *testing.T) room {
	t.Helper()
	p := demo()
	m := &memory{events: map[string][]journal.Event{}, texts: map[string]string{}, base: procedure.Configuration{Versions: p.Procedures}}
	for _, d := range p.Documents() {
		raw, err := journal.Canonical(d.Value)
		if err != nil {
			t.Fatal(err)
		}
		m.base.Documents = append(m.base.Documents, procedure.StoredDocument{Kind: d.Kind, ID: d.ID, Number: 1, Digest: procedure.SumOf(d.Value), Origin: "pack:demo", Content: string(raw)})
	}
	clock := testkit.NewClock("2026-09-16 09:00")
	limits := web.DefaultLimits()
	for class := range limits {
		limits[class] = web.Rate{PerMinute: 1e6, Burst: 1e6}
	}
	mux := web.New(web.Config{Limits: limits, Now: clock.Now, Log: slog.New(slog.DiscardHandler), Problem: component.ProblemPage, Session: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			next.ServeHTTP(w, r.WithContext(web.WithViewer(r.Context(), web.Viewer{Actor: people[r.Header.Get("Who")]})))
		})
	}})
	catalogue := p.Catalogue()
	svc := studio.NewService(m, func() *procedure.Catalogue { return catalogue }, clock.Now)
	studioweb.Register(mux, studioweb.Deps{Service: svc, Catalogue: func() *procedure.Catalogue { return catalogue }, Name: func(id string) string { return id }, Now: clock.Now})
	return room{t, mux}
}

var tags = regexp.MustCompile(`<[^>]*>`)

func (o room) do(who, method, path string, form url.Values, want int) (body, location string) {
	o.t.Helper()
	var in io.Reader
	if form != nil {
		in = strings.NewReader(form.Encode())
	}
	r := httptest.NewRequestWithContext(o.t.Context(), method, path, in)
	r.Header.Set("Who", who)
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	o.mux.ServeHTTP(w, r)
	_, main, _ := strings.Cut(w.Body.String(), "<main")
	text := strings.Join(strings.Fields(html.UnescapeString(tags.ReplaceAllString(main, " "))), " ")
	if w.Code != want {
		o.t.Fatalf("%s %s as %s: %d, want %d\n%s", method, path, who, w.Code, want, text)
	}
	return text, w.Header().Get("Location")
}

func (o room) has(text string, parts ...string) {
	o.t.Helper()
	for _, p := range parts {
		if !strings.Contains(text, p) {
			o.t.Errorf("the page does not say %q:\n%s", p, text)
		}
	}
}

func TestAProposalFromItsTitleToItsPublication(t *testing.T) {
	o := open(t)
	const root = "/xuong-cau-hinh"
	body, _ := o.do("soan", "POST", root+"/moi", url.Values{"_key": {"k1"}, "ten": {""}}, 422)
	o.has(body, "Nhập tên đề xuất")
	_, to := o.do("soan", "POST", root+"/moi", url.Values{"_key": {"k1"}, "ten": {"Rút thời hạn"}}, 303)
	set := strings.TrimSuffix(to, "/them")
	if _, again := o.do("soan", "POST", root+"/moi", url.Values{"_key": {"k1"}, "ten": {"Rút thời hạn"}}, 303); again != to {
		t.Errorf("the same form made %s and %s", to, again)
	}
	body, _ = o.do("soan", "GET", to+"?loai=process", nil, 200)
	o.has(body, "Quy trình cấp xã")

	process, _ := demo().Process("cap-xa")
	text := pack.YAML(process)
	editor := set + "/van-ban?tep=processes%2Fcap-xa.yaml"
	o.do("soan", "GET", editor, nil, 200)
	bad := strings.Replace(text, "to: van-thu", "to: khong-co", 1)
	body, _ = o.do("soan", "POST", editor, url.Values{"_key": {"k"}, "noi-dung": {bad}, "lam": {"kiem-tra"}}, 200)
	o.has(body, "khong-co", "Trong tài liệu này")
	good := strings.Replace(text, "limit: 4wh", "limit: 3wh", 1)
	o.do("soan", "POST", editor, url.Values{"_key": {"k"}, "_version": {"0"}, "noi-dung": {good}}, 303)
	body, _ = o.do("cong-bo", "POST", editor, url.Values{"_key": {"k"}, "_version": {"0"}, "noi-dung": {bad}}, 409)
	o.has(body, "Người khác vừa lưu tài liệu này", "khong-co")
	body, _ = o.do("doc", "GET", set, nil, 200)
	o.has(body, "thời hạn 4 giờ làm việc → 3 giờ làm việc", "Không có lỗi")

	// Rows: an amount that is none keeps what was typed.
	fees := set + "/phi/1.000656"
	body, _ = o.do("soan", "POST", fees, url.Values{"_key": {"k"}, "_version": {"0"}, "ten-0-0": {"Lệ phí"}, "muc-0-0": {"nhiều"}}, 422)
	o.has(body, "Nhập số tiền bằng đồng")

	_, to = o.do("soan", "POST", set+"/trinh", url.Values{"_key": {"k"}, "_version": {"2"}, "tu-ngay": {"16/09/2026"}, "pham-vi": {"toan-tinh"}}, 303)
	if to != set {
		t.Errorf("to %s", to)
	}
	o.do("soan", "POST", set+"/cong-bo", url.Values{"_key": {"k"}, "_version": {"3"}}, 404)
	body, _ = o.do("cong-bo", "GET", set+"/cong-bo", nil, 200)
	o.has(body, "Công bố đề xuất này?", "16/09/2026")
	o.do("cong-bo", "POST", set+"/cong-bo", url.Values{"_key": {"k"}, "_version": {"3"}}, 303)
	body, _ = o.do("doc", "GET", set, nil, 200)
	o.has(body, "Đã công bố", "Đã thay đổi")
}

func TestWhoWroteItIsToldThatAnotherPublishes(t *testing.T) {
	o := open(t)
	_, to := o.do("cong-bo", "POST", "/xuong-cau-hinh/moi", url.Values{"_key": {"k1"}, "ten": {"Của mình"}}, 303)
	set := strings.TrimSuffix(to, "/them")
	o.do("cong-bo", "POST", set+"/giay-to/1.000656", url.Values{"_key": {"k"}, "_version": {"0"}, "ten-0": {"Giấy báo tử"}, "ban-chinh-0": {"2"}}, 303)
	o.do("cong-bo", "POST", set+"/trinh", url.Values{"_key": {"k"}, "_version": {"2"}, "tu-ngay": {"16/09/2026"}, "pham-vi": {"toan-tinh"}}, 303)
	body, _ := o.do("cong-bo", "GET", set+"/cong-bo", nil, 200)
	o.has(body, "không tự công bố")
	body, _ = o.do("cong-bo", "POST", set+"/cong-bo", url.Values{"_key": {"k"}, "_version": {"3"}}, 409)
	o.has(body, "Cần một người khác")
}

func TestTheStudioDoesNotExistForOthers(t *testing.T) {
	o := open(t)
	_, to := o.do("soan", "POST", "/xuong-cau-hinh/moi", url.Values{"_key": {"k1"}, "ten": {"Kín"}}, 303)
	set := strings.TrimSuffix(to, "/them")
	for _, path := range []string{"/xuong-cau-hinh", set, set + "/them", set + "/van-ban?tep=hours.yaml", "/xuong-cau-hinh/van-ban?tep=hours.yaml"} {
		o.do("tiep-dan", "GET", path, nil, 404)
	}
	o.do("doc", "GET", set+"/trinh", nil, 404)
	o.do("doc", "GET", "/xuong-cau-hinh/van-ban?tep=..%2Fhours.yaml", nil, 404)
}
