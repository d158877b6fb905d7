package catalogueweb_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/procedure/catalogueweb"
	"github.com/motcua/motcua/internal/procedure/proceduredb"
	"github.com/motcua/motcua/internal/testkit"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
)

// hostile is what a source may hold that nobody looked at.
const hostile = `"><script>alert(1)</script>`

type room struct {
	t     *testing.T
	store *proceduredb.Store
	mux   *web.Mux
}

// people by the name sent in the header: procedure control, somebody who only reads, an officer of a desk.
var people = map[string]access.Actor{
	"kiem-soat": {Person: "p1", Name: "Vũ Khánh " + hostile, Post: "ks", PostTitle: "Kiểm soát thủ tục", Rights: access.Rights{access.CatalogueRead: true, access.CatalogueEdit: true, access.CataloguePublish: true}},
	"doc":       {Person: "p2", Name: "Đỗ Anh Dũng", Post: "qt", Rights: access.Rights{access.CatalogueRead: true}},
	"mot-cua":   {Person: "p3", Name: "Trần Thu Hà", Post: "mc", Rights: access.Rights{access.DossierAccept: true}},
}

func build(t *testing.T) room {
	t.Helper()
	clock := testkit.NewClock("2026-03-02 08:00")
	store := proceduredb.New(testkit.SQLite(t), clock.Now)
	quiet := slog.New(slog.DiscardHandler)
	m := web.New(web.Config{Now: clock.Now, Log: quiet, Problem: component.ProblemPage, Session: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			next.ServeHTTP(w, r.WithContext(web.WithViewer(r.Context(), web.Viewer{Actor: people[r.Header.Get("Who")]})))
		})
	}})
	catalogueweb.Register(m, catalogueweb.Deps{Store: store, Now: clock.Now, Catalogue: func() *procedure.Catalogue {
		c, err := store.Catalogue(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return c
	}})
	return room{t, store, m}
}

func version(code, name, limit string) *procedure.Version {
	return &procedure.Version{
		Code: code, Name: name, Sector: "Hộ tịch " + hostile, Ministry: "Bộ Tư pháp", Levels: []agency.Level{agency.Commune}, Source: hostile,
		Channels: []procedure.Channel{{Kind: procedure.Direct, Limits: []procedure.TimeLimit{{Limit: limit, Verbatim: limit}}}},
		Marks:    []procedure.Mark{{Field: "channels[0].limits[0]", Reason: "limit.no-unit", Verbatim: "30 " + hostile}},
	}
}

func (o room) load(publishNew string, vs ...*procedure.Version) {
	o.t.Helper()
	b := proceduredb.Batch{Origin: "national", PublishNew: publishNew, Versions: vs, Listed: []*procedure.Version{{
		Code: "9.000001", Name: "Chỉ có tên " + hostile, Marks: []procedure.Mark{{Reason: procedure.ContentMissing}},
	}}}
	if _, err := o.store.Import(o.t.Context(), b); err != nil {
		o.t.Fatal(err)
	}
}

type answer struct {
	status   int
	location string
	body     string
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
	return answer{w.Code, w.Header().Get("Location"), w.Body.String()}
}

func (o room) get(who, path string) answer {
	o.t.Helper()
	return o.do(who, http.MethodGet, path, nil, "")
}

var (
	seenField = regexp.MustCompile(`name="da-xem" value="([0-9a-f]{64})"`)
	keyField  = regexp.MustCompile(`action="/danh-muc/ban-hanh"[^>]*><input type="hidden" name="_key" value="([a-z0-9]+)"`)
)

// question opens the page that asks and returns what its form would send.
func (o room) question(from string) url.Values {
	o.t.Helper()
	page := o.get("kiem-soat", "/danh-muc/ban-hanh")
	seen, key := seenField.FindStringSubmatch(page.body), keyField.FindStringSubmatch(page.body)
	if page.status != http.StatusOK || seen == nil || key == nil {
		o.t.Fatalf("the question: %d, seen %v, key %v", page.status, seen, key)
	}
	return url.Values{"_key": {key[1]}, "da-xem": {seen[1]}, "tu-ngay": {from}}
}

var pages = []string{
	"/danh-muc", "/danh-muc/thu-tuc", "/danh-muc/thu-tuc?q=khai+sinh&bo=bo-tu-phap", "/danh-muc/danh-dau", "/danh-muc/danh-dau?ly-do=limit.no-unit",
	"/danh-muc/chi-co-ten", "/danh-muc/1.000001", "/danh-muc/9.000001",
}

func TestOnlyThoseWithTheRightEnter(t *testing.T) {
	o := build(t)
	o.load("2026-01-01", version("1.000001", "Đăng ký khai sinh", "5wd"))
	for _, path := range append([]string{"/danh-muc/ban-hanh"}, pages...) {
		if a := o.get("", path); a.status != http.StatusSeeOther || !strings.HasPrefix(a.location, "/dang-nhap") {
			t.Errorf("a stranger at %s: %d %s", path, a.status, a.location)
		}
		if a := o.get("mot-cua", path); a.status != http.StatusNotFound {
			t.Errorf("an officer of a desk at %s: %d", path, a.status)
		}
		want := http.StatusOK
		if path == "/danh-muc/ban-hanh" {
			want = http.StatusNotFound
		}
		if a := o.get("doc", path); a.status != want {
			t.Errorf("a reader at %s: %d, want %d", path, a.status, want)
		}
		if a := o.get("kiem-soat", path); a.status != http.StatusOK {
			t.Errorf("procedure control at %s: %d", path, a.status)
		}
	}
	if a := o.do("doc", http.MethodPost, "/danh-muc/ban-hanh", url.Values{"_key": {"k"}}, ""); a.status != http.StatusNotFound {
		t.Errorf("a reader publishes: %d", a.status)
	}
	for _, path := range []string{"/danh-muc/1.999999", "/danh-muc/bao-cao/khong-co", "/danh-muc/%3Cscript%3E"} {
		if a := o.get("kiem-soat", path); a.status != http.StatusNotFound {
			t.Errorf("nothing at %s: %d", path, a.status)
		}
	}
}

func TestWhatASourceHoldsStaysText(t *testing.T) {
	o := build(t)
	o.load("2026-01-01", version("1.000001", "Khai sinh "+hostile, "5wd"))
	o.load("", version("1.000001", "Khai sinh lại "+hostile, "8wd"))
	err := o.store.KeepReport(t.Context(), map[string]any{
		"bad": 1, "bad_lines": []any{map[string]any{"file": "x/" + hostile, "line": 3, "reason": hostile}},
		"sources": []any{map[string]any{"file": hostile, "kind": hostile, "read": 1}}, "marks": map[string]int{hostile: 2}, "packs": []string{hostile},
	})
	if err != nil {
		t.Fatal(err)
	}
	reports, err := o.store.Reports(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	all := append([]string{
		"/danh-muc/ban-hanh", "/danh-muc/bao-cao/" + reports[0].ID, "/danh-muc/thu-tuc?q=" + url.QueryEscape(hostile),
		"/danh-muc/danh-dau?ly-do=" + url.QueryEscape(hostile), "/danh-muc/thu-tuc?linh-vuc=" + url.QueryEscape(hostile) + "&sau=" + url.QueryEscape(hostile),
	}, pages...)
	for _, path := range all {
		for _, language := range []string{"vi", "en"} {
			a := o.do("kiem-soat", http.MethodGet, path, nil, language)
			if a.status != http.StatusOK || strings.Contains(a.body, "<script>alert") {
				t.Errorf("%s in %s: %d, or a payload came through", path, language, a.status)
			}
			if strings.Contains(a.body, "catalogue.") && regexp.MustCompile(`[ >"]catalogue\.[a-z-]+`).MatchString(a.body) {
				t.Errorf("%s in %s shows a key instead of a text", path, language)
			}
		}
	}
	if a := o.do("kiem-soat", http.MethodGet, "/danh-muc", nil, "en"); !strings.Contains(a.body, "Catalogue of procedures") {
		t.Error("no English page")
	}
}

func TestTheDifferenceOfADraftIsSaidInWords(t *testing.T) {
	o := build(t)
	o.load("2026-01-01", version("1.000001", "Khai sinh", "5wd"))
	o.load("", version("1.000001", "Khai sinh lại", "8wd"))
	page := o.get("doc", "/danh-muc/1.000001").body
	for _, want := range []string{"Cách thức thực hiện (trực tiếp) › Thời hạn 1 › thời gian", "5 ngày làm việc", "8 ngày làm việc", "nguồn ghi: “30 ", "Khai sinh lại"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if strings.Contains(page, "Xem và ban hành") {
		t.Error("a reader is offered to publish")
	}
}

func TestAPublicationTakesEffectOnceAndSaysWhoDecided(t *testing.T) {
	o := build(t)
	o.load("2026-01-01", version("1.000001", "Khai sinh", "5wd"))
	o.load("", version("1.000001", "Khai sinh lại", "8wd"))
	form := o.question("05/03/2026")
	first := o.do("kiem-soat", http.MethodPost, "/danh-muc/ban-hanh", form, "")
	if first.status != http.StatusSeeOther || first.location != "/danh-muc" {
		t.Fatalf("publication: %d %s", first.status, first.location)
	}
	again := o.do("kiem-soat", http.MethodPost, "/danh-muc/ban-hanh", form, "")
	if again.status != http.StatusSeeOther {
		t.Fatalf("the same form again: %d", again.status)
	}
	other := url.Values{"_key": form["_key"], "da-xem": form["da-xem"], "tu-ngay": {"06/03/2026"}}
	if a := o.do("kiem-soat", http.MethodPost, "/danh-muc/ban-hanh", other, ""); a.status != http.StatusConflict {
		t.Fatalf("the same key for another day: %d", a.status)
	}
	history, err := o.store.History(t.Context(), "1.000001")
	if err != nil || len(history) != 2 || history[0].Until != "2026-03-05" || history[1].From != "2026-03-05" || history[1].State != procedure.Published {
		t.Fatalf("history: %+v %v", history, err)
	}
	reports, err := o.store.Reports(t.Context(), 10)
	if err != nil || len(reports) != 1 || !strings.Contains(reports[0].JSON, "Kiểm soát thủ tục") {
		t.Fatalf("reports: %+v %v", reports, err)
	}
	if page := o.get("doc", "/danh-muc/bao-cao/"+reports[0].ID).body; !strings.Contains(page, "Ban hành từ ngày 05/03/2026") {
		t.Error("the report does not say from when")
	}
}

func TestNobodyPublishesWhatTheyHaveNotSeen(t *testing.T) {
	o := build(t)
	o.load("2026-01-01", version("1.000001", "Khai sinh", "5wd"), version("1.000002", "Khai tử", "1wd"))
	o.load("", version("1.000001", "Khai sinh lại", "8wd"))
	form := o.question("02/03/2026")
	o.load("", version("1.000002", "Khai tử lại", "2wd"))
	a := o.do("kiem-soat", http.MethodPost, "/danh-muc/ban-hanh", form, "")
	if a.status != http.StatusConflict || !strings.Contains(a.body, "Nội dung chờ ban hành đã thay đổi") || !strings.Contains(a.body, "Khai tử lại") {
		t.Fatalf("something was imported meanwhile: %d", a.status)
	}
	history, err := o.store.History(t.Context(), "1.000001")
	if err != nil || history[1].State != procedure.Draft {
		t.Fatalf("it was published all the same: %+v %v", history, err)
	}
}

func TestADayThatCannotBeIsRefusedAtItsField(t *testing.T) {
	o := build(t)
	o.load("2026-03-20", version("1.000001", "Khai sinh", "5wd"))
	o.load("", version("1.000001", "Khai sinh lại", "8wd"))
	for _, tt := range []struct {
		name, day, says string
		status          int
	}{
		{"no day", "", "Nhập ngày có hiệu lực", http.StatusUnprocessableEntity},
		{"a day that does not exist", "31/02/2026", "Nhập ngày có hiệu lực", http.StatusUnprocessableEntity},
		{"yesterday", "01/03/2026", "Chọn từ hôm nay trở đi", http.StatusUnprocessableEntity},
		{"before the version it follows", "10/03/2026", "20/03/2026", http.StatusConflict},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := o.do("kiem-soat", http.MethodPost, "/danh-muc/ban-hanh", o.question(tt.day), "")
			if a.status != tt.status || !strings.Contains(a.body, tt.says) || !strings.Contains(a.body, `id="tu-ngay-error"`) || !strings.Contains(a.body, "<title>Lỗi") {
				t.Fatalf("%d, want %d with %q at the field", a.status, tt.status, tt.says)
			}
		})
	}
	form := o.question("05/04/2026")
	form.Del("_key")
	if a := o.do("kiem-soat", http.MethodPost, "/danh-muc/ban-hanh", form, ""); a.status < 400 || a.status >= 500 {
		t.Fatalf("without a key: %d", a.status)
	}
}

func TestListsArePagedByCode(t *testing.T) {
	o := build(t)
	var vs []*procedure.Version
	for i := range 120 {
		vs = append(vs, version("1.000"+string([]byte{byte('1' + i/100), byte('0' + i/10%10), byte('0' + i%10)}), "Thủ tục", "5wd"))
	}
	o.load("2026-01-01", vs...)
	seen, path := map[string]bool{}, "/danh-muc/danh-dau?ly-do=limit.no-unit"
	next := regexp.MustCompile(`class="pages-next" href="([^"]+)"`)
	for range 5 {
		page := o.get("doc", path).body
		for _, m := range regexp.MustCompile(`href="/danh-muc/(1\.[0-9]+)#`).FindAllStringSubmatch(page, -1) {
			if seen[m[1]] {
				t.Fatalf("%s stands twice", m[1])
			}
			seen[m[1]] = true
		}
		m := next.FindStringSubmatch(page)
		if m == nil {
			break
		}
		path = strings.ReplaceAll(m[1], "&amp;", "&")
	}
	if len(seen) != 120 {
		t.Fatalf("%d of 120 on the pages", len(seen))
	}
}
