package catalogueweb

import (
	"cmp"
	"context"
	"net/http"
	"strings"

	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/viet"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

type listView struct {
	title, note string
	path        string
	tabs        []component.Tab
	search      component.Field
	choices     []component.Choice
	active      []component.Tab
	grid        component.Grid
	pager       component.Pager
}

// typed reads one value of the address as a person may have typed it.
func typed(r *http.Request, name string) string {
	s, _ := web.Clean(r.URL.Query().Get(name))
	return clip(s, 200)
}

func (d room) list(w http.ResponseWriter, r *http.Request) error {
	ctx, today, cat := r.Context(), d.today(), d.Catalogue()
	q, ministry, sector := typed(r, "q"), typed(r, "bo"), typed(r, "linh-vuc")
	all := cat.All(today)
	words := strings.Fields(viet.Fold(q))
	var hits []*procedure.Version
	for _, v := range all {
		if is(ministry, v.Ministry) && is(sector, v.Sector) && says(v.Code, v.Name, words) {
			hits = append(hits, v)
		}
	}
	shown, pager := page(r, hits, func(v *procedure.Version) string { return v.Code })
	v := listView{
		title: lang.T(ctx, "catalogue.title-in-force"), note: found(ctx, len(hits)), path: pathList, tabs: d.tabs(ctx, pathList), pager: pager,
		search: component.Field{Name: "q", ID: "loc-q", Label: lang.T(ctx, "catalogue.name-or-code"), Value: q},
		choices: []component.Choice{
			choiceOf(ctx, "bo", "catalogue.ministry", ministry, ministries(all)),
			choiceOf(ctx, "linh-vuc", "catalogue.sector", sector, cat.Sectors(today)),
		},
	}
	for i, c := range v.choices {
		if len(c.Values) > 0 {
			v.active = append(v.active, component.Tab{Text: c.Label + ": " + labelOf(c), Href: with(without(r, "sau"), v.choices[i].Name, "")})
		}
	}
	if q != "" {
		v.active = append(v.active, component.Tab{Text: "“" + q + "”", Href: with(without(r, "sau"), "q", "")})
	}
	v.grid = component.Grid{
		Caption: v.title, Keys: true, Stack: true,
		Columns: []component.Column{
			{Title: lang.T(ctx, "catalogue.code"), Width: "narrow"},
			{Title: lang.T(ctx, "catalogue.name"), Width: "wide"},
			{Title: lang.T(ctx, "catalogue.sector")},
			{Title: lang.T(ctx, "catalogue.from"), Width: "narrow"},
			{Title: lang.T(ctx, "catalogue.marks"), Numeric: true},
		},
		Empty: nothing(component.IconSearch, lang.T(ctx, "catalogue.none-found"), lang.T(ctx, "catalogue.none-found-what")),
	}
	for _, p := range shown {
		marks := "–"
		if n := len(p.Marks); n > 0 {
			marks = count(ctx, n)
		}
		v.grid.Rows = append(v.grid.Rows, component.Row{ID: p.Code, Cells: []component.Cell{
			{Text: p.Code, Href: pathOf(p.Code), Code: true}, {Text: p.Name, Note: p.Ministry}, {Text: p.Sector}, {Text: day(ctx, p.From), Code: true}, {Text: marks},
		}})
	}
	return web.Render(w, r, http.StatusOK, listPage(v))
}

// is reports whether a name fits the slug of the filter; no filter fits all.
func is(slug, name string) bool {
	return slug == "" || slug == procedure.Slug(name) || slug == none && name == ""
}

// says reports whether the code or the name holds every word.
func says(code, name string, words []string) bool {
	if len(words) == 0 {
		return true
	}
	text := code + " " + viet.Fold(name)
	for _, w := range words {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}

func found(ctx context.Context, n int) string {
	return lang.T(ctx, "catalogue.found", "n", count(ctx, n))
}

// without is the request with one value of its query taken out, to build addresses from.
func without(r *http.Request, name string) *http.Request {
	c := *r
	u := *r.URL
	q := u.Query()
	q.Del(name)
	u.RawQuery = q.Encode()
	c.URL = &u
	return &c
}

func choiceOf(ctx context.Context, name, label, chosen string, counts []procedure.Count) component.Choice {
	c := component.Choice{Name: name, ID: "loc-" + name, Label: lang.T(ctx, label), Empty: lang.T(ctx, "catalogue.any"), Width: 30}
	for _, one := range counts {
		o := component.Option{Value: cmp.Or(one.ID, none), Label: cmp.Or(one.Name, lang.T(ctx, "catalogue.unnamed")) + " (" + count(ctx, one.Count) + ")"}
		if o.Value == chosen {
			c.Values = []string{chosen}
		}
		c.Options = append(c.Options, o)
	}
	return c
}

func labelOf(c component.Choice) string {
	for _, o := range c.Options {
		if o.Value == c.Values[0] {
			return o.Label
		}
	}
	return c.Values[0]
}

func (d room) marked(w http.ResponseWriter, r *http.Request) error {
	ctx, today, cat := r.Context(), d.today(), d.Catalogue()
	why := typed(r, "ly-do")
	all := cat.All(today)
	var hits []*procedure.Version
	for _, v := range all {
		if _, ok := firstMark(v, why); ok {
			hits = append(hits, v)
		}
	}
	shown, pager := page(r, hits, func(v *procedure.Version) string { return v.Code })
	reasons := reasonsOf(all)
	for i := range reasons {
		reasons[i].Name = reason(ctx, reasons[i].ID)
	}
	choice := choiceOf(ctx, "ly-do", "catalogue.problem", why, reasons)
	choice.Width = 0
	v := listView{
		title: lang.T(ctx, "catalogue.title-marked"), note: found(ctx, len(hits)), path: pathMarked, tabs: d.tabs(ctx, pathMarked), pager: pager,
		choices: []component.Choice{choice},
	}
	if why != "" {
		v.active = []component.Tab{{Text: reason(ctx, why), Href: pathMarked}}
	}
	column := lang.T(ctx, "catalogue.problem")
	if why != "" { // all rows have the same problem: where it stands tells more
		column = lang.T(ctx, "catalogue.field")
	}
	v.grid = component.Grid{
		Caption: v.title, Keys: true, Stack: true,
		Columns: []component.Column{
			{Title: lang.T(ctx, "catalogue.code"), Width: "narrow"},
			{Title: lang.T(ctx, "catalogue.name"), Width: "wide"},
			{Title: column},
			{Title: lang.T(ctx, "catalogue.source-says")},
			{Title: lang.T(ctx, "catalogue.marks"), Numeric: true},
		},
		Empty: nothing(component.IconCheck, lang.T(ctx, "catalogue.none-marked"), lang.T(ctx, "catalogue.none-marked-what")),
	}
	for _, p := range shown {
		m, _ := firstMark(p, why)
		what := component.Cell{Text: reason(ctx, m.Reason), Note: field(ctx, m.Field)}
		if why != "" {
			what = component.Cell{Text: field(ctx, m.Field)}
		}
		v.grid.Rows = append(v.grid.Rows, component.Row{ID: p.Code, Cells: []component.Cell{
			{Text: p.Code, Href: pathOf(p.Code) + "#chua-ro", Code: true},
			{Text: p.Name, Note: p.Sector},
			what,
			{Text: verbatim(ctx, m, 160)},
			{Text: count(ctx, len(p.Marks))},
		}})
	}
	return web.Render(w, r, http.StatusOK, listPage(v))
}

func firstMark(v *procedure.Version, why string) (procedure.Mark, bool) {
	for _, m := range v.Marks {
		if why == "" || m.Reason == why {
			return m, true
		}
	}
	return procedure.Mark{}, false
}

// verbatim quotes the source; 0 quotes all of it.
func verbatim(ctx context.Context, m procedure.Mark, most int) string {
	text := m.Verbatim
	if most > 0 {
		text = clip(text, most)
	}
	if strings.TrimSpace(text) == "" {
		return lang.T(ctx, "catalogue.source-silent")
	}
	return lang.T(ctx, "catalogue.source-quote", "text", text)
}

func (d room) heads(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	q := typed(r, "q")
	words := strings.Fields(viet.Fold(q))
	var hits []procedure.Listed
	for _, l := range d.Catalogue().Listed() {
		if says(l.Code, l.Name, words) {
			hits = append(hits, l)
		}
	}
	shown, pager := page(r, hits, func(l procedure.Listed) string { return l.Code })
	v := listView{
		title: lang.T(ctx, "catalogue.title-heads"), note: lang.T(ctx, "catalogue.heads-what"), path: pathHeads, tabs: d.tabs(ctx, pathHeads), pager: pager,
		search: component.Field{Name: "q", ID: "loc-q", Label: lang.T(ctx, "catalogue.name-or-code"), Value: q},
	}
	if q != "" {
		v.active = []component.Tab{{Text: "“" + q + "”", Href: pathHeads}}
	}
	v.grid = component.Grid{
		Caption: v.title, Keys: true, Stack: true,
		Columns: []component.Column{
			{Title: lang.T(ctx, "catalogue.code"), Width: "narrow"},
			{Title: lang.T(ctx, "catalogue.name"), Width: "wide"},
			{Title: lang.T(ctx, "catalogue.sector")},
			{Title: lang.T(ctx, "catalogue.ministry")},
		},
		Empty: nothing(component.IconFiles, lang.T(ctx, "catalogue.no-heads"), ""),
	}
	for _, l := range shown {
		v.grid.Rows = append(v.grid.Rows, component.Row{ID: l.Code, Cells: []component.Cell{
			{Text: l.Code, Href: pathOf(l.Code), Code: true}, {Text: l.Name}, {Text: l.Sector}, {Text: l.Ministry},
		}})
	}
	return web.Render(w, r, http.StatusOK, listPage(v))
}
