package deskweb

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/eform"
	"github.com/motcua/motcua/internal/print"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

// Words of the address of the figures, beside those they share with lists.
const (
	qWay = "cach"
	qBy  = "theo"
)

func figuresPath(q url.Values) string {
	if len(q) == 0 {
		return pathFigures
	}
	return pathFigures + "?" + q.Encode()
}

// figureQuery is what figures are asked for: the computation, the breakdown, the period, and what narrows them.
type figureQuery struct {
	way    dossier.Timeliness
	by     dossier.FigureGroup
	from   calendar.Date
	to     calendar.Date // the last day
	filter dossier.ListFilter
	q      url.Values // cleaned
}

func (d *desk) figureQuery(r *http.Request) (figureQuery, error) {
	in := r.URL.Query()
	x := figureQuery{way: dossier.Timeliness(in.Get(qWay)), by: dossier.FigureGroup(in.Get(qBy)), q: url.Values{}}
	if x.way == "" {
		x.way = dossier.ByLaw
	}
	if x.by == "" {
		x.by = dossier.PerAgency
	}
	if len(dossier.MeasuresOf(x.way)) == 0 || !slices.Contains(dossier.FigureGroups, x.by) {
		return x, dossier.ErrListFilter
	}
	x.q.Set(qWay, string(x.way))
	x.q.Set(qBy, string(x.by))
	month := dossier.ReportWindows.Month(dossier.ReportWindows.MonthOf(d.Now()))
	x.from, x.to = calendar.DateOf(month.From), calendar.DateOf(month.Until).AddDays(-1)
	for word, day := range map[string]*calendar.Date{qFrom: &x.from, qTo: &x.to} {
		v := strings.TrimSpace(in.Get(word))
		if v == "" {
			continue
		}
		if typed, ok := eform.ReadDate(v); ok {
			v = typed
		}
		at, err := calendar.ParseDate(v)
		if err != nil {
			return x, err
		}
		*day = at
	}
	if x.to.Before(x.from) || x.from.AddDays(800).Before(x.to) {
		return x, dossier.ErrListFilter
	}
	x.q.Set(qFrom, x.from.String())
	x.q.Set(qTo, x.to.String())
	for _, w := range []string{qAgency, qToday, qSector, qProcedure, qChannel} {
		if v, ok := web.Clean(in.Get(w)); ok && v != "" && len(v) <= 200 {
			x.q.Set(w, v)
		}
	}
	x.filter = dossier.ListFilter{
		Agency: agency.ID(x.q.Get(qAgency)), Today: x.q.Get(qToday) == mapToday, Sector: x.q.Get(qSector), Procedure: x.q.Get(qProcedure), Channel: x.q.Get(qChannel),
		Report: dossier.Period{From: x.from.At(0), Until: x.to.AddDays(1).At(0)},
	}
	return x, nil
}

// behind is the list behind a number: the same condition, period and narrowing, and the line's own key.
func (x figureQuery) behind(l dossier.FigureLine, m dossier.Measure) string {
	q := url.Values{}
	for _, w := range []string{qAgency, qToday, qSector, qProcedure, qChannel} {
		if v := x.q.Get(w); v != "" {
			q.Set(w, v)
		}
	}
	q.Set(qMeasure, string(m))
	q.Set(qReportOf, x.from.String())
	q.Set(qReportTo, x.to.String())
	switch x.by {
	case dossier.PerAgency:
		q.Set(qAgency, l.Key)
	case dossier.PerSector:
		q.Set(qSector, l.Key)
	case dossier.PerProcedure:
		q.Set(qProcedure, l.Key)
	case dossier.PerMonth:
		from, to := x.month(l)
		q.Set(qReportOf, from.String())
		q.Set(qReportTo, to.String())
	}
	return listPath(q)
}

// month is the first and last day of the part of a reporting month that the period holds.
func (x figureQuery) month(l dossier.FigureLine) (from, to calendar.Date) {
	from = calendar.DateOf(l.Period.From)
	to = calendar.DateOf(dossier.ReportWindows.Month(dossier.ReportWindows.MonthOf(l.Period.From)).Until).AddDays(-1)
	if x.to.Before(to) {
		to = x.to
	}
	return from, to
}

type figuresView struct {
	figureQuery
	rail    []component.RailGroup
	ways    []component.Tab
	presets []component.Tab
	grids   []component.Grid
	note    string
	agency  []component.Option
	sector  []component.Option
	groups  []component.Option
	active  []component.Tab
	export  string
}

func (d *desk) figures(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	x, err := d.figureQuery(r)
	if err != nil {
		return err
	}
	lines, err := d.Listings.Figures(ctx, actor(ctx), x.way, x.by, x.filter)
	if err != nil {
		return err
	}
	v := figuresView{figureQuery: x, note: lang.T(ctx, "figure.period", "from", dayText(ctx, x.from.String()), "to", dayText(ctx, x.to.String())), export: pathFigures + "/xuat.csv?" + x.q.Encode()}
	if v.rail, _, err = d.rail(r, railFigure); err != nil {
		return err
	}
	for _, t := range []dossier.Timeliness{dossier.ByLaw, dossier.ByLeg, dossier.ByNational} {
		v.ways = append(v.ways, component.Tab{Text: lang.T(ctx, "timeliness."+string(t)), Href: figuresPath(changed(x.q, qWay, string(t))), Count: -1, Current: t == x.way})
	}
	v.presets = d.presets(ctx, x)
	for _, g := range dossier.FigureGroups {
		v.groups = append(v.groups, component.Option{Value: string(g), Label: lang.T(ctx, "figure.by."+string(g))})
	}
	n, now := d.names(), dayOf(d.Now())
	v.agency = n.agencyOptions(ctx, now)
	for _, s := range n.cat.Sectors(now) {
		v.sector = append(v.sector, component.Option{Value: s.Name, Label: s.Name})
	}
	for _, word := range []string{qAgency, qToday, qSector, qProcedure, qChannel} {
		if x.q.Has(word) {
			v.active = append(v.active, component.Tab{Text: d.wordText(ctx, n, x.q, word), Href: figuresPath(without(x.q, word))})
		}
	}
	for _, part := range figureParts(x.way) {
		v.grids = append(v.grids, d.figureGrid(ctx, n, x, part, lines))
	}
	return web.Render(w, r, http.StatusOK, figuresPage(v))
}

// presets are the reporting periods people ask for.
func (d *desk) presets(ctx context.Context, x figureQuery) []component.Tab {
	windows := dossier.ReportWindows
	year, month := windows.MonthOf(d.Now())
	lastYear, last := windows.MonthOf(windows.Month(year, month).From.Add(-time.Hour))
	quarter := (int(month) + 2) / 3
	var out []component.Tab
	add := func(text string, p dossier.Period) {
		from, to := calendar.DateOf(p.From), calendar.DateOf(p.Until).AddDays(-1)
		out = append(out, component.Tab{
			Text: text, Count: -1, Current: from == x.from && to == x.to, Href: figuresPath(changed(x.q, qFrom, from.String(), qTo, to.String())),
		})
	}
	add(lang.T(ctx, "figure.month", "m", int(month), "y", year), windows.Month(year, month))
	add(lang.T(ctx, "figure.month", "m", int(last), "y", lastYear), windows.Month(lastYear, last))
	add(lang.T(ctx, "figure.quarter", "q", quarter, "y", year), windows.Quarter(year, quarter))
	add(lang.T(ctx, "figure.year", "y", year), windows.Year(year))
	return out
}

func (d *desk) lineName(ctx context.Context, n names, x figureQuery, l dossier.FigureLine) string {
	switch x.by {
	case dossier.PerAgency:
		return n.agency(agency.ID(l.Key), d.Now())
	case dossier.PerProcedure:
		if p, err := n.cat.Version(l.Key, dayOf(d.Now())); err == nil {
			return l.Key + " – " + p.Name
		}
	case dossier.PerMonth:
		from, to := x.month(l)
		return dayText(ctx, from.String()) + " – " + dayText(ctx, to.String())
	case dossier.PerSector:
	}
	return l.Key
}

func shareText(ctx context.Context, l dossier.FigureLine, t dossier.Timeliness) string {
	rate, ok := l.Share(t)
	if !ok {
		return "–"
	}
	point := ","
	if lang.From(ctx) == lang.EN {
		point = "."
	}
	return fmt.Sprintf("%d%s%02d %%", rate/100, point, rate%100)
}

// figurePart is one table of a computation; a page shows no table wider than it.
type figurePart struct {
	caption  string // key
	measures []dossier.Measure
	rate     bool
}

func figureParts(way dossier.Timeliness) []figurePart {
	all := dossier.MeasuresOf(way)
	if way != dossier.ByLaw {
		return []figurePart{{caption: "timeliness." + string(way), measures: all, rate: true}}
	}
	open := slices.Index(all, dossier.OpenWithin)
	return []figurePart{{"figure.part.done", all[:open], true}, {"figure.part.open", all[open:], false}}
}

func (d *desk) figureGrid(ctx context.Context, n names, x figureQuery, part figurePart, lines []dossier.FigureLine) component.Grid {
	g := component.Grid{
		Caption: lang.T(ctx, part.caption), ShowCaption: true, Empty: listEmpty(),
		Columns: []component.Column{{Title: lang.T(ctx, "figure.by."+string(x.by))}},
	}
	measures := part.measures
	for _, m := range measures {
		g.Columns = append(g.Columns, component.Column{Title: lang.T(ctx, "figure.col."+string(m)), Numeric: true})
	}
	rated := func(cells []component.Cell, l dossier.FigureLine) []component.Cell {
		if part.rate {
			cells = append(cells, component.Cell{Text: shareText(ctx, l, x.way)})
		}
		return cells
	}
	if part.rate {
		g.Columns = append(g.Columns, component.Column{Title: lang.T(ctx, "figure.rate."+string(x.way)), Numeric: true})
	}
	total := dossier.FigureLine{N: map[dossier.Measure]int{}}
	for _, l := range lines {
		row := component.Row{Cells: []component.Cell{{Text: d.lineName(ctx, n, x, l)}}}
		for _, m := range measures {
			total.N[m] += l.N[m]
			cell := component.Cell{Text: component.Number(ctx, l.N[m])}
			if l.N[m] > 0 {
				cell.Href = x.behind(l, m)
			}
			row.Cells = append(row.Cells, cell)
		}
		row.Cells = rated(row.Cells, l)
		g.Rows = append(g.Rows, row)
	}
	if len(lines) > 1 && x.by != dossier.PerMonth { // what is open would count in every month
		row := component.Row{Cells: []component.Cell{{Text: lang.T(ctx, "figure.total")}}}
		sum := x
		sum.by = ""
		for _, m := range measures {
			cell := component.Cell{Text: component.Number(ctx, total.N[m])}
			if total.N[m] > 0 {
				cell.Href = sum.behind(total, m)
			}
			row.Cells = append(row.Cells, cell)
		}
		g.Rows = append(g.Rows, component.Row{Cells: rated(row.Cells, total), Current: true})
	}
	return g
}

// exportFigures writes the table as text, its formula and period in the first lines.
func (d *desk) exportFigures(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	x, err := d.figureQuery(r)
	if err != nil {
		return err
	}
	lines, err := d.Listings.Figures(ctx, actor(ctx), x.way, x.by, x.filter)
	if err != nil {
		return err
	}
	measures := dossier.MeasuresOf(x.way)
	columns := []print.Column{{Title: lang.T(ctx, "figure.by."+string(x.by))}}
	for _, m := range measures {
		columns = append(columns, print.Column{Title: measureText(ctx, m), Kind: print.Number})
	}
	columns = append(columns, print.Column{Title: lang.T(ctx, "figure.rate."+string(x.way))}, print.Column{Title: lang.T(ctx, "figure.from")}, print.Column{Title: lang.T(ctx, "figure.to")})
	n := d.names()
	rows := func(yield func([]any, error) bool) {
		for _, l := range lines {
			from, to := x.from, x.to
			if x.by == dossier.PerMonth {
				from, to = x.month(l)
			}
			row := []any{d.lineName(ctx, n, x, l)}
			for _, m := range measures {
				row = append(row, l.N[m])
			}
			if !yield(append(row, shareText(ctx, l, x.way), dayText(ctx, from.String()), dayText(ctx, to.String())), nil) {
				return
			}
		}
	}
	return writeCSV(w, lang.T(ctx, "timeliness."+string(x.way))+" "+x.from.String()+" "+x.to.String(), columns, rows)
}
