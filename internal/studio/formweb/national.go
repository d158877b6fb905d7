package formweb

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/motcua/motcua/internal/pack"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/procedure/alike"
	"github.com/motcua/motcua/internal/studio"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

// national keeps the index of the national catalogue between pages; it is built from thousands of procedures.
type national struct {
	mu    sync.Mutex
	at    time.Time
	index *alike.Index
	by    map[string]*procedure.Version
	local *pack.Pack // for which list was made
	list  []pair
}

// keeping is how long the index is trusted: an import of the national list shows after at most that.
const keeping = time.Minute

// pair is a local procedure with what it is most like.
type pair struct {
	local *procedure.Version
	best  []alike.Match
}

func (e editor) indexed(ctx context.Context) (*national, error) {
	n := e.national
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.index != nil && e.Now().Sub(n.at) < keeping {
		return n, nil
	}
	all, err := e.National(ctx)
	if err != nil {
		return nil, err
	}
	n.index, n.by, n.at, n.local = alike.New(all), map[string]*procedure.Version{}, e.Now(), nil
	for _, v := range all {
		n.by[v.Code] = v
	}
	return n, nil
}

// pairs matches every procedure of the configuration.
func (n *national) pairs(p *pack.Pack) []pair {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.local == p {
		return n.list
	}
	n.local, n.list = p, make([]pair, 0, len(p.Procedures))
	for _, v := range p.Procedures {
		n.list = append(n.list, pair{v, n.index.Best(v, 1)})
	}
	slices.SortStableFunc(n.list, func(a, b pair) int {
		return cmp.Or(cmp.Compare(b.score(), a.score()), strings.Compare(a.local.Code, b.local.Code))
	})
	return n.list
}

func (p pair) score() float64 {
	switch {
	case len(p.best) == 0:
		return 0
	case p.best[0].SameCode:
		return 2
	}
	return p.best[0].Score
}

// mostPairs bounds the rows of the list on one page.
const mostPairs = 400

type compareView struct {
	frame
	query string
	grid  component.Grid
	none  bool // nothing was read from the national list yet
	more  int
}

// compareList shows every local procedure with the national one it is most like.
func (e editor) compareList(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p, err := e.Studio.Pack(ctx, web.ActorFrom(ctx), "")
	if err != nil {
		return err
	}
	n, err := e.indexed(ctx)
	if err != nil {
		return err
	}
	set, err := e.latest(ctx)
	if err != nil {
		return err
	}
	title := lang.T(ctx, "formweb.compare.title")
	v := compareView{query: strings.TrimSpace(r.URL.Query().Get("tim")), none: n.index.Len() == 0}
	v.frame = frame{title: title, note: lang.T(ctx, "formweb.compare.lead"), crumbs: []component.Crumb{{Text: lang.T(ctx, "formweb.studio"), Href: pathStudio}, {Text: title}}}
	v.grid = component.Grid{Caption: title, Stack: true, Keys: true, Columns: []component.Column{
		{Title: lang.T(ctx, "formweb.compare.local")},
		{Title: lang.T(ctx, "formweb.compare.national")},
		{Title: lang.T(ctx, "formweb.compare.score"), Numeric: true, Width: "narrow"},
		{Title: lang.T(ctx, "formweb.compare.changed")},
	}}
	want := strings.Fields(folded(v.query))
	for _, x := range n.pairs(p) {
		if !contains(folded(x.local.Code+" "+x.local.Name), want) {
			continue
		}
		if len(v.grid.Rows) == mostPairs {
			v.more++
			continue
		}
		row := component.Row{Cells: []component.Cell{{Text: x.local.Name, Note: x.local.Code}, {Text: lang.T(ctx, "formweb.compare.none")}, {Text: "–"}, {Text: "–"}}}
		if set != "" {
			row.Cells[0].Href = ProcedurePath(set, x.local.Code) + tailNational
		}
		if len(x.best) > 0 {
			m := x.best[0]
			row.Cells[1] = component.Cell{Text: m.Name, Note: m.Code}
			row.Cells[2].Text = percent(ctx, m)
			row.Cells[3].Text = sectionNames(ctx, alike.Differ(x.local, m.Version))
		}
		v.grid.Rows = append(v.grid.Rows, row)
	}
	v.grid.Empty = component.EmptyState(component.IconSearch, lang.T(ctx, "formweb.compare.empty"), "")
	if set == "" {
		v.locked = lang.T(ctx, "formweb.compare.no-set")
	}
	return web.Render(w, r, http.StatusOK, comparePage(v))
}

// latest is the newest draft, in which differences open; empty when there is none.
func (e editor) latest(ctx context.Context) (string, error) {
	sets, err := e.Studio.Sets(ctx, web.ActorFrom(ctx), studio.Draft)
	if err != nil || len(sets) == 0 {
		return "", err
	}
	return sets[0].ID, nil
}

func contains(text string, words []string) bool {
	for _, w := range words {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}

func percent(ctx context.Context, m alike.Match) string {
	if m.SameCode {
		return lang.T(ctx, "formweb.compare.same-code")
	}
	return lang.T(ctx, "formweb.compare.percent", "n", int(m.Score*100+0.5))
}

func sectionNames(ctx context.Context, list []alike.Difference) string {
	if len(list) == 0 {
		return lang.T(ctx, "formweb.compare.nothing")
	}
	names := make([]string, len(list))
	for i, d := range list {
		names[i] = lang.T(ctx, "formweb.differs."+string(d.Section))
	}
	return strings.Join(names, ", ")
}

type besideView struct {
	frame
	desk    *desk
	key     string
	matches []component.Tab
	other   *procedure.Version
	score   string
	differ  []alike.Difference
}

const fieldOther = "quoc-gia"

// beside shows a procedure of a set beside the national ones it is like.
func (e editor) beside(w http.ResponseWriter, r *http.Request) error {
	d, err := e.open(r, studio.Procedure)
	if err != nil {
		return err
	}
	return e.showBeside(w, r, d, r.URL.Query().Get(fieldOther), http.StatusOK)
}

func (e editor) showBeside(w http.ResponseWriter, r *http.Request, d *desk, code string, status int, said ...component.FieldError) error {
	ctx := r.Context()
	local := d.version()
	if local == nil {
		return web.SeeOther(w, r, d.path(""))
	}
	n, err := e.indexed(ctx)
	if err != nil {
		return err
	}
	v := besideView{frame: d.frame(ctx, d.title(), tailNational), desk: d, key: web.NewKey()}
	v.errors = said
	best := n.index.Best(local, 6)
	if code == "" && len(best) > 0 {
		code = best[0].Code
	}
	for _, m := range best {
		v.matches = append(v.matches, component.Tab{Text: m.Code + " · " + percent(ctx, m), Href: d.path(tailNational + "?" + fieldOther + "=" + url.QueryEscape(m.Code)), Count: -1, Current: m.Code == code})
		if m.Code == code {
			v.score = percent(ctx, m)
		}
	}
	if v.other = n.by[code]; v.other != nil {
		v.differ = alike.Differ(local, v.other)
	}
	return web.Render(w, r, status, besidePage(v))
}

// takeOver puts one section of a national procedure into the local one of the set.
func (e editor) takeOver(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	d, err := e.open(r, studio.Procedure)
	if err != nil {
		return err
	}
	form, err := readForm(r)
	if err != nil {
		return err
	}
	n, err := e.indexed(ctx)
	if err != nil {
		return err
	}
	code, section := form.Get(fieldOther), alike.Section(form.Get("lay"))
	other, local := n.by[code], d.version()
	if other == nil || local == nil || !slices.Contains(alike.Sections, section) {
		return studio.ErrNotFound
	}
	back := d.path(tailNational + "?" + fieldOther + "=" + url.QueryEscape(code))
	made, ok := alike.Take(local, other, section)
	if !ok {
		return web.ErrMalformedForm
	}
	if form.Get(fieldReason) == "" {
		form.Set(fieldReason, lang.T(ctx, "formweb.taken-over", "section", lang.T(ctx, "formweb.differs."+string(section)), "code", code))
	}
	if err := e.keep(ctx, d, form, procedureText(made)); err != nil {
		why, can := refusal(ctx, err)
		if !can {
			return err
		}
		return e.showBeside(w, r, d, code, web.Status(err), component.FieldError{Text: why})
	}
	return web.SeeOther(w, r, back, "formweb.saved")
}
