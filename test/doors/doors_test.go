// Package doors proves who may enter where. It walks every route of the product as every
// kind of person, with objects in every state: what is forbidden answers exactly as what
// is absent, nothing changes by asking, and every list shows what the same person may open
// one by one, no more and no less.
//
// The table is the test's own statement of who may enter; a route that is not in
// it fails, so that a new page cannot be left out.
package doors

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/motcua/motcua/internal/app"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/test/visitor"
)

// people are the kinds of visitors, by their sign-in at the demo; the stranger has none.
const (
	stranger = ""
	citizen  = "cong-dan"   // owner of what the test files
	other    = "cong-dan-2" // another citizen
	desk     = "mot-cua"    // the province's desk
	officer  = "chuyen-vien"
	division = "truong-phong"
	head     = "lanh-dao"
	clerk    = "van-thu"
	ward     = "chuyen-vien-phuong" // officer of another agency
	wardDesk = "mot-cua-phuong"
	control  = "kiem-soat"
	admin    = "quan-tri"
)

var (
	citizens  = []string{citizen, other}
	handlers  = []string{officer, division, head, clerk, ward}
	desks     = []string{desk, wardDesk}
	readers   = slices.Concat(handlers, desks, []string{control})
	officers  = slices.Concat(readers, []string{admin})
	signedIn  = slices.Concat(citizens, officers)
	everybody = slices.Concat([]string{stranger}, signedIn)
)

// table says who may enter a route, by method and the longest matching beginning of its pattern.
var table = map[string][]string{
	"GET /ngon-ngu": everybody, "GET /giao-dien": everybody, "GET /healthz": everybody, "GET /readyz": everybody, "GET /metrics": everybody,
	"GET /dang-nhap": everybody, "POST /dang-nhap": everybody, "GET /dang-xuat": everybody, "POST /dang-xuat": everybody, "POST /dang-xuat-moi-noi": signedIn,
	"GET /dang-ky": everybody, "POST /dang-ky": everybody, "GET /chon-chuc-vu": signedIn, "GET /tai-khoan": signedIn, "POST /tai-khoan": signedIn,
	"GET /{$}": everybody, "GET /thu-tuc": everybody, "GET /linh-vuc": everybody, "GET /co-quan": everybody, "GET /huong-dan": everybody, "GET /tro-nang": everybody,
	"GET /quyen-rieng-tu": everybody, "GET /sitemap.xml": everybody, "GET /robots.txt": everybody, "GET /tra-cuu": everybody, "GET /giay-tiep-nhan": everybody, "GET /kiem-tra": everybody,
	"POST /tra-cuu/danh-gia": everybody, "GET /quay/danh-gia": everybody, "POST /quay/danh-gia": everybody, "GET /cong-khai/danh-gia": everybody,
	"GET /lam-viec/danh-gia": {head, control}, "GET /lam-viec/may-danh-gia": desks, "POST /lam-viec/may-danh-gia": desks,
	"GET /dia-ban": everybody, "GET /_components": everybody,

	"GET /nop-ho-so": citizens, "POST /nop-ho-so": citizens, "GET /soan": citizens, "POST /soan": citizens, "GET /ho-so-da-nop": citizens,
	"GET /ho-so-cua-toi": citizens, "POST /ho-so-cua-toi": citizens, "GET /thong-bao": citizens, "POST /thong-bao": citizens,

	"GET /lam-viec/thong-bao": officers, "POST /lam-viec/thong-bao": officers, "GET /lam-viec/tuy-chon-thong-bao": officers, "POST /lam-viec/tuy-chon-thong-bao": officers,
	"GET /lam-viec": officers, "GET /lam-viec/": readers, "POST /lam-viec/hang-loat": slices.Concat(handlers, desks), "GET /tra-cuu-ho-so": readers, "GET /ho-so/": readers,
	"POST /ho-so/{id}/tiep-nhan": desks, "POST /ho-so/{id}/tu-choi": desks, "POST /ho-so/{id}/bo-sung-tai-quay": desks, "POST /ho-so/{id}/bo-sung": slices.Concat(handlers, desks),
	"POST /ho-so/{id}/xu-ly": slices.Concat(handlers, desks), "POST /ho-so/{id}/giao": {division, head}, "POST /ho-so/{id}/ghi-chu": slices.Concat(handlers, desks),
	"POST /ho-so/{id}/hoan-tac": slices.Concat(handlers, desks), "POST /ho-so/{id}/tam-dung": handlers, "POST /ho-so/{id}/tiep-tuc": handlers, "POST /ho-so/{id}/xin-loi": {division, head},
	"POST /ho-so/{id}/ly-do-tre-han": handlers, "POST /ho-so/{id}/nghia-vu-tai-chinh": handlers, "POST /ho-so/{id}/hoan-thanh-nghia-vu": slices.Concat(handlers, desks),
	"POST /ho-so/{id}/chuyen-co-quan": desks, "POST /ho-so/{id}/rut": desks, "POST /ho-so/{id}/de-nghi-rut": desks, "POST /ho-so/{id}/khong-rut": desks, "POST /ho-so/{id}/dung": desks, "POST /ho-so/{id}/dong": desks,
	"POST /ho-so/{id}/de-nghi-dinh-chinh": slices.Concat(desks, []string{head, clerk}), "POST /ho-so/{id}/dinh-chinh": {head, clerk}, "POST /ho-so/{id}/cap-lai": desks,
	"GET /ho-so/{id}/hoi-y-kien": handlers, "POST /ho-so/{id}/hoi-y-kien": handlers, "POST /ho-so/{id}/rut-cau-hoi": handlers, "POST /ho-so/{id}/bao-mot-cua": handlers,
	"POST /ho-so/{id}/nhan-viec": slices.Concat(handlers, desks), "POST /ho-so/{id}/tra-hang-cho": slices.Concat(handlers, desks),
	"GET /khoi-luong": {division, head}, "POST /khoi-luong": {division, head},
	"GET /giao-nhan": slices.Concat(handlers, desks), "POST /ho-so/{id}/ban-goc": slices.Concat(handlers, desks), "POST /ho-so/{id}/ban-goc/nhan": desks,
	"GET /ho-so/{id}/so-hoa": slices.Concat(handlers, desks), "POST /ho-so/{id}/so-hoa": slices.Concat(handlers, desks),
	"GET /ho-so/{id}/luot-xem": {control}, "GET /ho-so/{id}/xoa-du-lieu": {control}, "POST /ho-so/{id}/xoa-du-lieu": {control},
	"GET /lam-viec/moi-chuc-vu": officers, "GET /lam-viec/hang-loat": slices.Concat(handlers, desks), "GET /danh-sach-ho-so": readers, "POST /danh-sach-ho-so": readers,
	"GET /so-lieu/dung-han": readers, "GET /tai-khoan/uy-quyen": officers, "POST /tai-khoan/uy-quyen": officers,
	"GET /tiep-nhan/bang-tinh": desks, "POST /tiep-nhan/bang-tinh": desks,
	"GET /tiep-nhan-truc-tiep": desks, "POST /tiep-nhan-truc-tiep": desks,

	"GET /co-quan/sap-xep": {control, admin}, "POST /co-quan/sap-xep": {control, admin}, "POST /co-quan/sap-xep/lan/{id}/cong-bo": {control},
	"GET /co-quan/them": {admin}, "POST /co-quan/them": {admin}, "GET /danh-muc-dung-chung": everybody, "GET /api/danh-muc": everybody,
	"GET /lich-lam-viec": {control, admin}, "GET /lich-lam-viec/dieu-chinh": {control}, "GET /lich-lam-viec/xem-truoc": {control}, "POST /lich-lam-viec": {control},
	"GET /so-theo-doi": readers, "POST /so-theo-doi": append([]string{head}, desks...),
	"GET /xuong-cau-hinh": {control, admin}, "POST /xuong-cau-hinh": {control, admin}, "GET /xuong-cau-hinh/{set}/cong-bo": {control}, "POST /xuong-cau-hinh/{set}/cong-bo": {control},
	"GET /xuong-cau-hinh/{set}/tra-lai": {control}, "POST /xuong-cau-hinh/{set}/tra-lai": {control},
	"GET /xuong-cau-hinh/{set}/ket-thuc-thi-diem": {control}, "POST /xuong-cau-hinh/{set}/ket-thuc-thi-diem": {control},
	"GET /danh-muc": {control, admin}, "GET /danh-muc/ban-hanh": {control}, "POST /danh-muc/ban-hanh": {control}, "POST /danh-muc/mau-phieu": {control, admin}, "GET /he-thong": {admin}, "POST /he-thong": {admin},
}

func door(r web.Route) ([]string, bool) {
	best, found := "", false
	for key := range table {
		if strings.HasPrefix(r.Method+" "+r.Pattern, key) && len(key) >= len(best) {
			best, found = key, true
		}
	}
	return table[best], found
}

// world is a demo province in this process, with people at its pages.
type world struct {
	t        *testing.T
	app      *app.App
	db       *sql.DB
	base     string
	people   map[string]*visitor.Visitor
	dossiers map[string][]string // scopes by dossier: agencies, the owner's account, everyone
	own      string              // a dossier of the citizen at the province's desk
	draft    string              // a draft of the citizen
}

func open(t *testing.T) *world {
	t.Helper()
	dir := t.TempDir()
	limits := web.DefaultLimits()
	for class := range limits {
		limits[class] = web.Rate{PerMinute: 1e6, Burst: 1e6}
	}
	// A working Wednesday: what is filed is due soon, nothing depends on the day of the run.
	start := time.Now()
	now := func() time.Time { return time.Date(2026, 9, 16, 9, 0, 0, 0, calendar.Zone).Add(time.Since(start)) }
	a, err := app.Open(t.Context(), app.Config{Data: dir, Now: now, Log: slog.New(slog.DiscardHandler), Serve: app.ServeConfig{Limits: limits}})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.SetUpDemo(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := a.FillDemo(t.Context(), 400); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, app.DatabaseName)+"?_pragma=busy_timeout(5000)&_pragma=query_only(1)")
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(a.Handler())
	t.Cleanup(func() {
		srv.Close()
		if err := db.Close(); err != nil {
			t.Error(err)
		}
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	w := &world{t: t, app: a, db: db, base: srv.URL, people: map[string]*visitor.Visitor{}}
	passwords := map[string]string{}
	for _, d := range a.DemoAccounts() {
		passwords[d.Name] = d.Password
	}
	for _, name := range everybody {
		v := visitor.New(w.base)
		if name != stranger {
			password := passwords[name]
			if password == "" { // known to the demo, but not shown
				password = "Cửa sổ xanh 7 lá"
				if _, err := a.Accounts().Reset(t.Context(), name, password); err != nil {
					t.Fatal(err)
				}
			}
			if err := v.SignIn(name, password); err != nil {
				t.Fatal(err)
			}
		}
		w.people[name] = v
	}
	paper, err := visitor.Paper(dir)
	if err != nil {
		t.Fatal(err)
	}
	me := w.people[citizen]
	if err := me.Apply("1.012906", visitor.General(), paper); err != nil {
		t.Fatal(err)
	}
	w.own = strings.TrimPrefix(me.Page.URL.Path, "/ho-so-da-nop/")
	if err := me.Get("/nop-ho-so/1.012906"); err != nil {
		t.Fatal(err)
	}
	if err := me.Begin(); err != nil {
		t.Fatal(err)
	}
	w.draft = strings.Split(me.Page.URL.Path, "/")[2]
	w.dossiers = w.scopes()
	return w
}

func (w *world) scopes() map[string][]string {
	w.t.Helper()
	rows, err := w.db.QueryContext(context.Background(), `SELECT case_id, scope FROM case_scope`)
	if err != nil {
		w.t.Fatal(err)
	}
	defer rows.Close()
	out := map[string][]string{}
	for rows.Next() {
		var id, scope string
		if err := rows.Scan(&id, &scope); err != nil {
			w.t.Fatal(err)
		}
		out[id] = append(out[id], scope)
	}
	if err := rows.Err(); err != nil {
		w.t.Fatal(err)
	}
	return out
}

func (w *world) number(query string) (n int) {
	w.t.Helper()
	if err := w.db.QueryRowContext(context.Background(), query).Scan(&n); err != nil {
		w.t.Fatal(err)
	}
	return n
}

// agencies of the officers among the people.
var agencies = map[string]string{
	desk: "trung-tam-pvhcc-tinh", officer: "so-xay-dung", division: "so-xay-dung", head: "so-xay-dung", clerk: "so-xay-dung",
	ward: "ubnd-phuong-ben-nua", wardDesk: "ubnd-phuong-ben-nua",
}

// mayOpen is who may open a dossier in the officers' rooms: the agencies that take part in it, and control.
func (w *world) mayOpen(who, dossier string) bool {
	if who == control {
		return len(w.dossiers[dossier]) > 0
	}
	a, ok := agencies[who]
	return ok && slices.Contains(w.dossiers[dossier], a)
}

const absent = "00000000000000000000000000"

// path fills a pattern with an object.
func path(pattern, object string) string {
	r := strings.NewReplacer("{$}", "", "{id}", object, "{draft}", object, "{section}", "applicant", "{paper}", absent, "{hash}", strings.Repeat("0", 64),
		"{list}", absent, "{key}", absent, "{format}", "danh-sach.csv",
		"{form}", "phieu-kiem-soat", "{n}", "1", "{check}", "k7wq3mpxt2ab", "{set}", "tt-03-2025", "{number}", "1", "{code}", "1.012906", "{slug}", "khong-co", "{province}", "97")
	return r.Replace(pattern)
}

var made = regexp.MustCompile(`[0-9a-z]{26}|[0-9a-f]{12}-[0-9a-f]+`)

// shape is what a visitor can tell of an answer: its status, where it sends to, and its words without the
// identifiers that were asked for or made for this answer.
func shape(p *visitor.Page, object string) string {
	neutral := func(s string) string { return made.ReplaceAllString(strings.ReplaceAll(s, object, absent), "…") }
	return fmt.Sprint(p.Status, " ", neutral(p.Header.Get("Location")), "\n", neutral(string(p.Body)))
}

func TestEveryRouteForEverybody(t *testing.T) {
	w := open(t)
	events, drafts := `SELECT count(*) FROM journal_event`, `SELECT count(*) FROM draft`
	before, draftsBefore := w.number(events), w.number(drafts)
	asked := 0
	for _, r := range w.app.Routes() {
		who, known := door(r)
		if !known {
			t.Errorf("%s %s: say in the table who may enter", r.Method, r.Pattern)
			continue
		}
		if r.Pattern == "/dang-xuat" && r.Method == http.MethodPost || r.Pattern == "/dang-xuat-moi-noi" || strings.HasSuffix(r.Pattern, "/ket-thuc") {
			continue // would sign the people of this test out; accountweb tests them
		}
		objects := map[string]string{"": absent}
		if strings.Contains(r.Pattern, "{id}") || strings.Contains(r.Pattern, "{draft}") {
			objects = map[string]string{"a dossier": w.own, "a draft": w.draft, "a person": "quan-tri", "nothing": absent}
		}
		for _, name := range everybody {
			v := w.people[name]
			in := slices.Contains(who, name)
			nothing := w.ask(v, r, absent)
			asked++
			if !in && !refused(name, nothing) {
				t.Errorf("%s %s as %q: %d, want a refusal", r.Method, r.Pattern, name, nothing.Status)
			}
			if in && refused(name, nothing) && len(objects) == 1 && r.Method == http.MethodGet && !strings.Contains(r.Pattern, "{") && r.Pattern != "/giay-tiep-nhan" { // the receipt is asked for by code and secret
				t.Errorf("%s %s as %q: refused (%d), want to be let in", r.Method, r.Pattern, name, nothing.Status)
			}
			if in {
				continue // what may be opened behind the door is the matter of the next tests
			}
			for what, id := range objects {
				if got := w.ask(v, r, id); shape(got, id) != shape(nothing, absent) {
					t.Errorf("%s %s as %q: %s answers otherwise than nothing does\n%s\n----\n%s", r.Method, r.Pattern, name, what, shape(got, id), shape(nothing, absent))
				}
				asked++
			}
		}
	}
	if now := w.number(events); now != before {
		t.Errorf("%d events were written by people who may not", now-before)
	}
	if now := w.number(drafts); now > draftsBefore+len(citizens)+len(desks) {
		t.Errorf("%d drafts before, %d after", draftsBefore, now)
	}
	t.Logf("%d requests", asked)
}

func (w *world) ask(v *visitor.Visitor, r web.Route, object string) *visitor.Page {
	w.t.Helper()
	if _, err := v.Ask(http.MethodGet, "/tro-nang", nil); err != nil { // takes away what an earlier act had to tell
		w.t.Fatal(err)
	}
	p, err := v.Ask(r.Method, path(r.Pattern, object), url.Values{"_key": {"khoa-" + object}, "_version": {"1"}})
	if err != nil {
		w.t.Fatalf("%s %s: %v", r.Method, r.Pattern, err)
	}
	if p.Status >= 500 && p.Status != http.StatusServiceUnavailable {
		w.t.Errorf("%s %s: %d\n%s", r.Method, r.Pattern, p.Status, p.Main())
	}
	return p
}

// refused: a stranger is sent to sign in, whoever is known sees what stands where nothing is.
func refused(name string, p *visitor.Page) bool {
	if name == stranger {
		return p.Status == http.StatusUnauthorized || p.Status == http.StatusSeeOther && strings.HasPrefix(p.Header.Get("Location"), "/dang-nhap")
	}
	return p.Status == http.StatusNotFound
}

// TestADossierInEveryState opens one dossier of each state and agency, and one at the test's own desk, as everybody.
func TestADossierInEveryState(t *testing.T) {
	w := open(t)
	states := map[string][]string{}
	rows, err := w.db.QueryContext(t.Context(), `SELECT id, status FROM dossier ORDER BY id`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	kind := map[string]int{}
	for rows.Next() {
		var id, status string
		if err := rows.Scan(&id, &status); err != nil {
			t.Fatal(err)
		}
		// One of each state for each combination of the people who may open it.
		var may []string
		for _, name := range officers {
			if w.mayOpen(name, id) {
				may = append(may, name)
			}
		}
		if k := status + fmt.Sprint(may); kind[k] < 1 {
			kind[k]++
			states[status] = append(states[status], id)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	if len(states) < 6 {
		t.Errorf("only the states %v are tried", slices.Collect(maps.Keys(states)))
	}
	before := w.number(`SELECT count(*) FROM journal_event`)
	for status, ids := range states {
		for _, id := range ids {
			for _, name := range everybody {
				w.opensOrNot(name, id, status)
			}
		}
	}
	if now := w.number(`SELECT count(*) FROM journal_event`); now != before {
		t.Errorf("%d events were written by people who may not act", now-before)
	}
}

func (w *world) opensOrNot(name, id, status string) {
	w.t.Helper()
	v := w.people[name]
	may := w.mayOpen(name, id)
	got, err := v.Ask(http.MethodGet, "/ho-so/"+id, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	if may != (got.Status == http.StatusOK) {
		w.t.Errorf("%s opens a dossier that is %s of %v: %d, want open %v", name, status, w.dossiers[id], got.Status, may)
	}
	if may {
		return
	}
	for _, r := range w.app.Routes() {
		if !strings.HasPrefix(r.Pattern, "/ho-so/{id}") {
			continue
		}
		if real, none := w.ask(v, r, id), w.ask(v, r, absent); shape(real, id) != shape(none, absent) {
			w.t.Errorf("%s %s as %q on a dossier that is %s: %s\n---- nothing there:\n%s", r.Method, r.Pattern, name, status, shape(real, id), shape(none, absent))
		}
	}
}

func TestOwnPagesAreTheOwnersOnly(t *testing.T) {
	w := open(t)
	for _, r := range w.app.Routes() {
		var object string
		switch {
		case strings.HasPrefix(r.Pattern, "/ho-so-cua-toi/{id}"), strings.HasPrefix(r.Pattern, "/ho-so-da-nop/{id}"):
			object = w.own
		case strings.HasPrefix(r.Pattern, "/soan/{draft}"), strings.HasPrefix(r.Pattern, "/tiep-nhan-truc-tiep/{draft}"):
			object = w.draft
		default:
			continue
		}
		for _, name := range everybody {
			if name == citizen {
				continue
			}
			if real, none := w.ask(w.people[name], r, object), w.ask(w.people[name], r, absent); shape(real, object) != shape(none, absent) {
				t.Errorf("%s %s as %q: %s\n---- nothing there:\n%s", r.Method, r.Pattern, name, shape(real, object), shape(none, absent))
			}
		}
	}
	for _, path := range []string{"/ho-so-cua-toi/" + w.own, "/ho-so-da-nop/" + w.own, "/soan/" + w.draft + "/giay-to", "/ho-so-cua-toi/" + w.own + "/giay-to/1"} {
		if p, err := w.people[citizen].Ask(http.MethodGet, path, nil); err != nil || p.Status != http.StatusOK {
			t.Errorf("the owner opens %s: %d %v", path, p.Status, err)
		}
	}
}

var dossierLink = regexp.MustCompile(`^/ho-so(?:-cua-toi)?/([0-9a-z]{26})(?:[/?#].*)?$`)

// listed walks a list page by page and collects the dossiers it links to.
func (w *world) listed(name, path string) []string {
	w.t.Helper()
	v := w.people[name]
	seen, pages := map[string]bool{}, map[string]bool{}
	for next := path; next != ""; {
		if pages[next] || len(pages) > 100 {
			w.t.Fatalf("%s does not end: %s", path, next)
		}
		pages[next] = true
		if err := v.Get(next); err != nil {
			w.t.Fatal(err)
		}
		if v.Page.Status != http.StatusOK {
			w.t.Fatalf("%s as %s: %d", next, name, v.Page.Status)
		}
		for _, href := range v.Page.Hrefs() {
			if m := dossierLink.FindStringSubmatch(href); m != nil {
				seen[m[1]] = true
			}
		}
		next = v.Page.Next()
	}
	return slices.Sorted(maps.Keys(seen))
}

func TestEveryListIsTheFilterOfWhatMayBeOpened(t *testing.T) {
	w := open(t)
	all := slices.Sorted(maps.Keys(w.dossiers))
	opened := func(name, prefix string) []string {
		var out []string
		for _, id := range all {
			if p, err := w.people[name].Ask(http.MethodGet, prefix+id, nil); err == nil && p.Status == http.StatusOK {
				out = append(out, id)
			}
		}
		return out
	}
	for _, name := range readers {
		may := opened(name, "/ho-so/")
		if found := w.listed(name, "/tra-cuu-ho-so"); !slices.Equal(found, may) {
			t.Errorf("%s finds %d dossiers and may open %d:\n%v", name, len(found), len(may), difference(found, may))
		}
		if found := w.listed(name, "/danh-sach-ho-so?xep=owner"); !slices.Equal(found, may) {
			t.Errorf("%s lists %d dossiers and may open %d:\n%v", name, len(found), len(may), difference(found, may))
		}
		if len(may) == 0 {
			t.Errorf("%s may open nothing: this proves nothing", name)
		}
		for _, id := range w.listed(name, "/lam-viec") {
			if !slices.Contains(may, id) {
				t.Errorf("%s has %s waiting and may not open it", name, id)
			}
		}
	}
	for _, name := range citizens {
		if mine, may := w.listed(name, "/ho-so-cua-toi"), opened(name, "/ho-so-cua-toi/"); !slices.Equal(mine, may) {
			t.Errorf("%s sees %d of the own dossiers and may open %d: %v", name, len(mine), len(may), difference(mine, may))
		}
		for _, id := range w.listed(name, "/thong-bao") {
			if p, err := w.people[name].Ask(http.MethodGet, "/ho-so-cua-toi/"+id, nil); err != nil || p.Status != http.StatusOK {
				t.Errorf("%s is told of %s and may not open it", name, id)
			}
		}
	}
}

// difference lists what only one of the two has.
func difference(a, b []string) []string {
	var out []string
	for _, x := range a {
		if !slices.Contains(b, x) {
			out = append(out, "+"+x)
		}
	}
	for _, x := range b {
		if !slices.Contains(a, x) {
			out = append(out, "-"+x)
		}
	}
	return out
}
