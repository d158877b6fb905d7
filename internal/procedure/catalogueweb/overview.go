package catalogueweb

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/viet"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

// reportsShown and draftsShown bound what the overview repeats of longer lists.
const (
	reportsShown = 10
	draftsShown  = 8
)

type overviewView struct {
	note       string
	waiting    procedure.Waiting
	tabs       []component.Tab
	drafts     component.Grid
	ministries component.Grid
	sectors    component.Grid
	reasons    component.Grid
	reports    component.Grid
}

func (d room) overview(w http.ResponseWriter, r *http.Request) error {
	ctx, today, cat := r.Context(), d.today(), d.Catalogue()
	waiting, err := d.Store.Waiting(ctx)
	if err != nil {
		return err
	}
	reports, err := d.Store.Reports(ctx, reportsShown)
	if err != nil {
		return err
	}
	v := overviewView{
		note:    lang.T(ctx, "catalogue.note", "revision", count(ctx, int(cat.Revision())), "day", day(ctx, today)),
		waiting: waiting, tabs: d.tabs(ctx, pathRoom), drafts: waitingGrid(ctx, waiting, draftsShown),
		ministries: component.Grid{
			Caption: lang.T(ctx, "catalogue.by-ministry"), ShowCaption: false,
			Columns: []component.Column{{Title: lang.T(ctx, "catalogue.ministry")}, {Title: lang.T(ctx, "catalogue.procedures"), Numeric: true}},
			Rows:    countRows(ctx, ministries(cat.All(today)), "bo"),
			Empty:   nothing(component.IconBuilding, lang.T(ctx, "catalogue.empty"), lang.T(ctx, "catalogue.empty-what")),
		},
		sectors: component.Grid{
			Caption: lang.T(ctx, "catalogue.by-sector"),
			Columns: []component.Column{{Title: lang.T(ctx, "catalogue.sector")}, {Title: lang.T(ctx, "catalogue.procedures"), Numeric: true}},
			Rows:    countRows(ctx, cat.Sectors(today), "linh-vuc"),
		},
		reasons: component.Grid{
			Caption: lang.T(ctx, "catalogue.unclear"),
			Columns: []component.Column{{Title: lang.T(ctx, "catalogue.problem")}, {Title: lang.T(ctx, "catalogue.procedures"), Numeric: true}},
			Rows:    reasonRows(ctx, reasonsOf(cat.All(today))),
			Empty:   nothing(component.IconCheck, lang.T(ctx, "catalogue.all-clear"), ""),
		},
		reports: reportGrid(ctx, reports),
	}
	return web.Render(w, r, http.StatusOK, overviewPage(v))
}

// tabs are the lists of the room with their lengths.
func (d room) tabs(ctx context.Context, here string) []component.Tab {
	cat, today := d.Catalogue(), d.today()
	all := cat.All(today)
	marked := 0
	for _, v := range all {
		if len(v.Marks) > 0 {
			marked++
		}
	}
	tabs := []component.Tab{
		{Text: lang.T(ctx, "catalogue.overview"), Href: pathRoom, Count: -1},
		{Text: lang.T(ctx, "catalogue.in-force"), Href: pathList, Count: len(all)},
		{Text: lang.T(ctx, "catalogue.marked"), Href: pathMarked, Count: marked},
		{Text: lang.T(ctx, "catalogue.heads"), Href: pathHeads, Count: len(cat.Listed())},
		{Text: lang.T(ctx, "wording.tab"), Href: pathWording, Count: -1},
	}
	for i := range tabs {
		tabs[i].Current = tabs[i].Href == here
	}
	return tabs
}

// ministries counts the versions by the ministry that looks after them, by name.
func ministries(all []*procedure.Version) []procedure.Count {
	by := map[string]*procedure.Count{}
	for _, v := range all {
		slug := procedure.Slug(v.Ministry)
		if by[slug] == nil {
			by[slug] = &procedure.Count{ID: slug, Name: v.Ministry}
		}
		by[slug].Count++
	}
	out := make([]procedure.Count, 0, len(by))
	for _, c := range by {
		out = append(out, *c)
	}
	slices.SortFunc(out, func(a, b procedure.Count) int {
		if (a.Name == "") != (b.Name == "") {
			return strings.Compare(b.Name, a.Name) // what names none comes last
		}
		return cmp.Or(strings.Compare(viet.SortKey(a.Name), viet.SortKey(b.Name)), strings.Compare(a.ID, b.ID))
	})
	return out
}

// none stands in addresses for procedures that name no ministry or sector.
const none = "-"

func countRows(ctx context.Context, counts []procedure.Count, filter string) []component.Row {
	rows := make([]component.Row, len(counts))
	for i, c := range counts {
		rows[i] = component.Row{Cells: []component.Cell{
			{Text: cmp.Or(c.Name, lang.T(ctx, "catalogue.unnamed")), Href: pathList + "?" + filter + "=" + url.QueryEscape(cmp.Or(c.ID, none))},
			{Text: count(ctx, c.Count)},
		}}
	}
	return rows
}

// reasonsOf counts the versions that carry a mark, by its reason, the commonest first. A version with several
// marks of one reason counts once.
func reasonsOf(all []*procedure.Version) []procedure.Count {
	by := map[string]int{}
	for _, v := range all {
		seen := map[string]bool{}
		for _, m := range v.Marks {
			if !seen[m.Reason] {
				seen[m.Reason] = true
				by[m.Reason]++
			}
		}
	}
	out := make([]procedure.Count, 0, len(by))
	for reason, n := range by {
		out = append(out, procedure.Count{ID: reason, Count: n})
	}
	slices.SortFunc(out, func(a, b procedure.Count) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.ID, b.ID))
	})
	return out
}

func reasonRows(ctx context.Context, reasons []procedure.Count) []component.Row {
	rows := make([]component.Row, len(reasons))
	for i, c := range reasons {
		rows[i] = component.Row{Cells: []component.Cell{
			{Text: reason(ctx, c.ID), Href: pathMarked + "?ly-do=" + url.QueryEscape(c.ID)},
			{Text: count(ctx, c.Count)},
		}}
	}
	return rows
}

// waitingGrid lists what waits, procedures first, at most so many lines.
func waitingGrid(ctx context.Context, w procedure.Waiting, most int) component.Grid {
	g := component.Grid{
		Caption: lang.T(ctx, "catalogue.waiting"), Stack: true,
		Columns: []component.Column{
			{Title: lang.T(ctx, "catalogue.code"), Width: "narrow"}, {Title: lang.T(ctx, "catalogue.name"), Width: "wide"}, {Title: lang.T(ctx, "catalogue.kind-of-change"), Width: "narrow"},
		},
	}
	change := func(number int) component.Cell {
		if number <= 1 {
			return component.Cell{Text: lang.T(ctx, "catalogue.new"), Chip: component.Notice}
		}
		return component.Cell{Text: lang.T(ctx, "catalogue.changed", "number", number), Chip: component.DueSoon}
	}
	for _, v := range w.Versions {
		g.Rows = append(g.Rows, component.Row{ID: v.Code, Cells: []component.Cell{
			{Text: v.Code, Href: pathOf(v.Code), Code: true}, {Text: v.Name, Note: v.Sector}, change(v.Number),
		}})
	}
	for _, doc := range w.Documents {
		g.Rows = append(g.Rows, component.Row{Cells: []component.Cell{
			{Text: clip(doc.ID, 60), Code: len(doc.ID) < 24}, {Text: known(ctx, "catalogue.kind.", doc.Kind)}, change(doc.Number),
		}})
	}
	if len(g.Rows) > most {
		g.Rows = g.Rows[:most]
	}
	return g
}
