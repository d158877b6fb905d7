// Package codelistweb shows the register of shared codes to anybody, on pages and to programs: JSON and CSV at
// addresses that stay, on any day, with their successors. It reads the register and changes nothing.
package codelistweb

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/codelist"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/viet"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

// Deps is what the pages stand on.
type Deps struct {
	// Read returns the register as published now, and the version of what it says: equal versions say the same.
	Read func(ctx context.Context) (*codelist.Register, string, error)
	Now  func() time.Time
}

const (
	pathPages = "/danh-muc-dung-chung"
	pathAPI   = "/api/danh-muc"
)

// Refusals of a question.
var (
	ErrDay    = fault.New(fault.Invalid, "codelist.day")
	ErrCursor = fault.New(fault.Invalid, "codelist.cursor")
)

// allDays asks for the entries of all dates.
const allDays = "tat-ca"

// Register puts the pages and the API on the mux.
func Register(m *web.Mux, deps Deps) {
	d := pages{Deps: deps}
	m.Handle("GET "+pathPages, web.Public, d.index, web.Limited(web.LimitSearch))
	m.Handle("GET "+pathPages+"/{list}", web.Public, d.list, web.Limited(web.LimitSearch))
	m.Handle("GET "+pathPages+"/{list}/{code...}", web.Public, d.code, web.Limited(web.LimitSearch))
	m.Handle("GET "+pathAPI, web.Public, d.apiIndex, web.Limited(web.LimitSearch))
	m.Handle("GET "+pathAPI+"/{list}", web.Public, d.apiList, web.Limited(web.LimitSearch))
	m.Handle("GET "+pathAPI+"/{list}/{code...}", web.Public, d.apiCode, web.Limited(web.LimitSearch))
}

type pages struct{ Deps }

func (d pages) today() string { return calendar.DateOf(d.Now()).String() }

// asked is a question to a list: the day, or all days, and what to look for.
type asked struct {
	list    codelist.List
	day     string // empty: all days
	typed   string
	query   string
	entries []codelist.Entry
	version string
}

func listOf(name string) (codelist.List, bool) {
	l := codelist.List(name)
	return l, slices.Contains(codelist.Lists, l)
}

func (d pages) ask(r *http.Request, name string) (a asked, err error) {
	l, ok := listOf(name)
	if !ok {
		return a, web.ErrNoPage
	}
	reg, version, err := d.Read(r.Context())
	if err != nil {
		return a, err
	}
	a.version = version
	q := r.URL.Query()
	a.list, a.day, a.typed = l, d.today(), strings.TrimSpace(q.Get("ngay"))
	switch t, person := web.ReadDate(a.typed); {
	case a.typed == "":
	case a.typed == allDays:
		a.day = ""
	case person:
		a.day = t.Format(time.DateOnly)
	default:
		day, err := calendar.ParseDate(a.typed)
		if err != nil {
			return a, ErrDay
		}
		a.day = day.String()
	}
	if a.day == "" {
		a.entries = reg.All(l)
	} else {
		a.entries = reg.On(l, a.day)
	}
	if v, ok := web.Clean(q.Get("q")); ok && len(v) <= 200 {
		a.query = v
		a.entries = codelist.Find(a.entries, v)
	}
	return a, nil
}

// cut is the page of entries after a position.
func cut(r *http.Request, n, size int) (from, to int, err error) {
	if v := r.URL.Query().Get("sau"); v != "" {
		if from, err = strconv.Atoi(v); err != nil || from < 0 || from > n {
			return 0, 0, ErrCursor
		}
	}
	return from, min(from+size, n), nil
}

// Sizes of pages.
const (
	pageSize = 100
	apiSize  = 500
	apiMost  = 2000
)

func with(r *http.Request, path string, pairs ...string) string {
	q := url.Values{}
	for _, k := range []string{"ngay", "q", "so"} {
		if v := r.URL.Query().Get(k); v != "" {
			q.Set(k, v)
		}
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			q.Del(pairs[i])
		} else {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// codePath is the address of one code.
func codePath(base string, l codelist.List, code string) string {
	parts := strings.Split(code, "/")
	for i, p := range parts {
		parts[i] = url.PathEscape(p)
	}
	return base + "/" + string(l) + "/" + strings.Join(parts, "/")
}

type indexView struct{ tiles []component.Tile }

func (d pages) index(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	reg, _, err := d.Read(ctx)
	if err != nil {
		return err
	}
	var v indexView
	for _, l := range codelist.Lists {
		v.tiles = append(v.tiles, component.Tile{
			Title: lang.T(ctx, "codelist."+string(l)), Text: lang.T(ctx, "codelist.what."+string(l)), Href: pathPages + "/" + string(l), Icon: component.IconStamp,
			Count: lang.T(ctx, "codelist.count", "n", component.Number(ctx, len(reg.On(l, d.today())))),
		})
	}
	return web.Render(w, r, http.StatusOK, indexPage(v))
}

type listView struct {
	asked
	title  string
	wrong  string
	note   string
	grid   component.Grid
	pager  component.Pager
	csv    string
	json   string
	always string // address with all days
}

func (d pages) list(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	a, err := d.ask(r, r.PathValue("list"))
	status := http.StatusOK
	v := listView{}
	if err == ErrDay { //nolint:errorlint // it is this very value
		v.wrong, status = lang.T(ctx, "error.codelist.day"), http.StatusUnprocessableEntity
	} else if err != nil {
		return err
	}
	v.asked = a
	from, to, err := cut(r, len(a.entries), pageSize)
	if err != nil {
		return err
	}
	path := pathPages + "/" + string(a.list)
	v.title = lang.T(ctx, "codelist."+string(a.list))
	v.note = lang.T(ctx, "codelist.all-days", "n", component.Number(ctx, len(a.entries)))
	if a.day != "" {
		v.note = lang.T(ctx, "codelist.on-day", "n", component.Number(ctx, len(a.entries)), "day", dayText(ctx, a.day))
	}
	v.csv, v.json, v.always = with(r, pathAPI+"/"+string(a.list)+".csv"), with(r, pathAPI+"/"+string(a.list)), with(r, path, "ngay", allDays)
	v.grid = grid(ctx, a.list, v.title, a.entries[from:to])
	if to < len(a.entries) {
		v.pager.Next = with(r, path, "sau", strconv.Itoa(to))
	}
	if from > 0 {
		v.pager.Prev = with(r, path, "sau", strconv.Itoa(max(0, from-pageSize)))
	}
	if v.pager != (component.Pager{}) {
		v.pager.Summary = lang.T(ctx, "codelist.span", "from", component.Number(ctx, from+1), "to", component.Number(ctx, to), "of", component.Number(ctx, len(a.entries)))
	}
	return web.Render(w, r, status, listPage(v))
}

func grid(ctx context.Context, l codelist.List, caption string, entries []codelist.Entry) component.Grid {
	g := component.Grid{Caption: caption, Stack: true, Columns: []component.Column{
		{Title: lang.T(ctx, "codelist.code")}, {Title: lang.T(ctx, "codelist.name"), Width: "wide"}, {Title: lang.T(ctx, "codelist.from")}, {Title: lang.T(ctx, "codelist.until")}, {Title: lang.T(ctx, "codelist.successors")},
	}, Empty: component.EmptyState(component.IconSearch, lang.T(ctx, "codelist.none"), lang.T(ctx, "codelist.none-what"))}
	for _, e := range entries {
		g.Rows = append(g.Rows, component.Row{Cells: []component.Cell{
			{Text: e.Code, Code: true, Href: codePath(pathPages, l, e.Code)}, {Text: nameOf(ctx, e), Note: e.Parent}, {Text: dayText(ctx, e.From)}, {Text: dayText(ctx, e.Until)}, {Content: follows(l, e.Successors)},
		}})
	}
	return g
}

func nameOf(ctx context.Context, e codelist.Entry) string {
	if lang.From(ctx) == lang.EN && e.NameEn != "" {
		return e.NameEn
	}
	return e.Name
}

func dayText(ctx context.Context, day string) string {
	t, err := time.ParseInLocation(time.DateOnly, day, calendar.Zone)
	switch {
	case err != nil:
		return "–"
	case lang.From(ctx) == lang.EN:
		return viet.DateEnglish(t)
	}
	return viet.Date(t)
}

type codeView struct {
	list  codelist.List
	title string
	name  string
	code  string
	ended bool
	heirs []string
	grid  component.Grid
}

// code shows one code through time, also long after its end.
func (d pages) code(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	l, ok := listOf(r.PathValue("list"))
	if !ok {
		return web.ErrNoPage
	}
	reg, _, err := d.Read(ctx)
	if err != nil {
		return err
	}
	entries := reg.Code(l, r.PathValue("code"))
	if len(entries) == 0 {
		return web.ErrNoPage
	}
	last := entries[len(entries)-1]
	v := codeView{list: l, title: lang.T(ctx, "codelist."+string(l)), code: last.Code, name: nameOf(ctx, last), heirs: last.Successors}
	v.ended = last.Until != "" && last.Until <= d.today()
	v.grid = grid(ctx, l, v.name, entries)
	return web.Render(w, r, http.StatusOK, codePage(v))
}

// fresh reports whether the asker has the answer already; it sets the headers either way.
func fresh(w http.ResponseWriter, r *http.Request, version string, parts ...string) bool {
	tag := `"` + version + "." + strconv.FormatUint(sum(append(parts, r.URL.RawQuery)...), 36) + `"`
	h := w.Header()
	h.Set("ETag", tag)
	h.Set("Cache-Control", "public, no-cache")
	h.Set("Vary", "Accept-Encoding")
	h.Set("Access-Control-Allow-Origin", "*") // public information: any page may read it
	for _, t := range strings.Split(r.Header.Get("If-None-Match"), ",") {
		if t = strings.TrimPrefix(strings.TrimSpace(t), "W/"); t == tag || t == "*" || strings.TrimSuffix(strings.TrimSuffix(t, `-gzip"`), `-zstd"`) == strings.TrimSuffix(tag, `"`) {
			w.WriteHeader(http.StatusNotModified)
			return true
		}
	}
	return false
}

func sum(parts ...string) uint64 {
	h := uint64(14695981039346656037)
	for _, p := range parts {
		for i := range len(p) {
			h = (h ^ uint64(p[i])) * 1099511628211
		}
		h = (h ^ 0xff) * 1099511628211
	}
	return h
}

type apiList struct {
	List    string           `json:"danh_muc"`
	Name    string           `json:"ten"`
	Day     string           `json:"ngay,omitempty"` // absent: of all dates
	Total   int              `json:"tong_so"`
	Entries []codelist.Entry `json:"muc"`
	Next    string           `json:"trang_sau,omitempty"`
}

func answer(w http.ResponseWriter, v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, err = w.Write(append(raw, '\n'))
	return err
}

func (d pages) apiIndex(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	reg, version, err := d.Read(ctx)
	if err != nil {
		return err
	}
	if fresh(w, r, version, "index") {
		return nil
	}
	type line struct {
		List  string `json:"danh_muc"`
		Name  string `json:"ten"`
		Count int    `json:"tong_so"`
		Href  string `json:"dia_chi"`
		CSV   string `json:"dia_chi_csv"`
	}
	var out []line
	for _, l := range codelist.Lists {
		out = append(out, line{string(l), lang.Text(lang.VI, "codelist."+string(l)), len(reg.On(l, d.today())), pathAPI + "/" + string(l), pathAPI + "/" + string(l) + ".csv"})
	}
	return answer(w, out)
}

func (d pages) apiList(w http.ResponseWriter, r *http.Request) error {
	name, isCSV := strings.CutSuffix(r.PathValue("list"), ".csv")
	a, err := d.ask(r, name)
	if err != nil {
		return err
	}
	if isCSV {
		if fresh(w, r, a.version, "csv", name, a.day) {
			return nil
		}
		return writeCSV(w, a)
	}
	size := apiSize
	if v := r.URL.Query().Get("so"); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil || n < 1 || n > apiMost {
			return ErrCursor
		}
		size = n
	}
	from, to, err := cut(r, len(a.entries), size)
	if err != nil {
		return err
	}
	if fresh(w, r, a.version, "json", name, a.day) {
		return nil
	}
	out := apiList{List: name, Name: lang.Text(lang.VI, "codelist."+name), Day: a.day, Total: len(a.entries), Entries: a.entries[from:to]}
	if out.Entries == nil {
		out.Entries = []codelist.Entry{}
	}
	if to < len(a.entries) {
		out.Next = with(r, pathAPI+"/"+name, "sau", strconv.Itoa(to))
	}
	return answer(w, out)
}

func (d pages) apiCode(w http.ResponseWriter, r *http.Request) error {
	l, ok := listOf(r.PathValue("list"))
	if !ok {
		return web.ErrNoPage
	}
	reg, version, err := d.Read(r.Context())
	if err != nil {
		return err
	}
	entries := reg.Code(l, r.PathValue("code"))
	if len(entries) == 0 {
		return web.ErrNoPage
	}
	if fresh(w, r, version, "code", string(l), r.PathValue("code")) {
		return nil
	}
	return answer(w, apiList{List: string(l), Name: lang.Text(lang.VI, "codelist."+string(l)), Total: len(entries), Entries: entries})
}

// writeCSV writes a whole list, with the names of its columns as the JSON has them.
func writeCSV(w http.ResponseWriter, a asked) error {
	h := w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	name := string(a.list)
	if a.day != "" {
		name += "-" + a.day
	}
	h.Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(name+".csv"))
	if _, err := w.Write([]byte("\uFEFF")); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	if err := out.Write([]string{"ma", "ten", "ma_cha", "tu_ngay", "den_truoc_ngay", "ma_ke_thua"}); err != nil {
		return err
	}
	for _, e := range a.entries {
		line := []string{e.Code, e.Name, e.Parent, e.From, e.Until, strings.Join(e.Successors, ";")}
		for i, c := range line {
			line[i] = plain(c)
		}
		if err := out.Write(line); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// plain keeps spreadsheet programs from running a cell as a formula.
func plain(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

// Cached reads the register again only when what it says may have changed.
func Cached(version func(ctx context.Context) (string, error), read func(ctx context.Context) (*codelist.Register, error)) func(ctx context.Context) (*codelist.Register, string, error) {
	var mu sync.Mutex
	var last *codelist.Register
	var of string
	return func(ctx context.Context) (*codelist.Register, string, error) {
		v, err := version(ctx)
		if err != nil {
			return nil, "", err
		}
		mu.Lock()
		defer mu.Unlock()
		if last == nil || of != v {
			r, err := read(ctx)
			if err != nil {
				return nil, "", err
			}
			last, of = r, v
		}
		return last, of, nil
	}
}

// typedDay is the day as its field shows it: empty for today and for all days.
func typedDay(a asked) string {
	if a.typed == "" || a.typed == allDays || a.day == "" {
		return ""
	}
	t, err := time.ParseInLocation(time.DateOnly, a.day, calendar.Zone)
	if err != nil {
		return a.typed
	}
	return viet.Date(t)
}
