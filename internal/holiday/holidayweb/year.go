package holidayweb

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/deadline"
	"github.com/motcua/motcua/internal/holiday"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

type yearView struct {
	year    int
	note    string
	tabs    []component.Tab
	missing int // the year that begins soon and was not announced; 0 when none is
	days    component.Grid
	changes component.Grid
	hours   component.Grid
}

// soon is how many days before its beginning a year without days is asked for: limits reach into it.
const soon = 120

func (d room) year(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	cal, err := d.Days()
	if err != nil {
		return err
	}
	changes, err := d.Service.Changes(ctx, web.ActorFrom(ctx))
	if err != nil {
		return err
	}
	years := cal.Years()
	year := d.today().Year()
	if y, err := strconv.Atoi(r.URL.Query().Get("nam")); err == nil && cal.Covers(y) {
		year = y
	}
	v := yearView{year: year}
	if next := d.today().AddDays(soon).Year(); !cal.Covers(next) {
		v.missing = next
	}
	if !cal.Covers(d.today().Year()) {
		v.missing = d.today().Year()
	}
	for _, y := range years {
		v.tabs = append(v.tabs, component.Tab{Text: strconv.Itoa(y), Href: pathRoom + "?nam=" + strconv.Itoa(y), Count: -1, Current: y == year})
	}
	if cal.Covers(year) {
		n, err := cal.WorkingDays(calendar.NewDate(year, 1, 1), calendar.NewDate(year+1, 1, 1))
		if err != nil {
			return err
		}
		v.note = lang.T(ctx, "holiday.year-note", "year", year, "n", count(ctx, n))
	}
	v.days = d.dayGrid(ctx, cal, year)
	v.changes = d.changeGrid(ctx, changes)
	v.hours = d.hoursGrid(ctx)
	return web.Render(w, r, http.StatusOK, yearPage(v))
}

func (d room) dayGrid(ctx context.Context, cal *calendar.Calendar, year int) component.Grid {
	g := component.Grid{
		Caption: lang.T(ctx, "holiday.days", "year", year), Stack: true,
		Columns: []component.Column{
			{Title: lang.T(ctx, "holiday.day")}, {Title: lang.T(ctx, "holiday.kind")}, {Title: lang.T(ctx, "holiday.name"), Width: "wide"}, {Title: lang.T(ctx, "holiday.source"), Width: "wide"},
		},
		Empty: component.EmptyState(component.IconCalendar, lang.T(ctx, "holiday.no-days"), lang.T(ctx, "holiday.no-days-what")),
	}
	declare := mayDeclare(ctx)
	if declare {
		g.Columns = append(g.Columns, component.Column{Title: lang.T(ctx, "holiday.act"), Hidden: true})
	}
	for _, e := range cal.Exceptions() {
		if e.Date.Year() != year {
			continue
		}
		kind := component.Cell{Text: lang.T(ctx, "holiday.off"), Chip: component.Paused}
		opposite := "lam"
		if e.Kind == calendar.Work {
			kind, opposite = component.Cell{Text: lang.T(ctx, "holiday.work"), Chip: component.InTime}, "nghi"
		}
		name := component.Cell{Text: nameOf(ctx, e)}
		if !e.Swap.IsZero() {
			name.Note = lang.T(ctx, "holiday.swap", "day", date(ctx, e.Swap))
		}
		source := component.Cell{Text: e.Basis}
		switch {
		case e.Unconfirmed:
			source.Note = lang.T(ctx, "holiday.unconfirmed")
		case !e.Published.IsZero():
			source.Note = lang.T(ctx, "holiday.published-on", "day", date(ctx, e.Published))
		}
		row := component.Row{ID: e.Date.String(), Cells: []component.Cell{{Text: weekday(ctx, e.Date)}, kind, name, source}}
		if declare {
			row.Cells = append(row.Cells, component.Cell{Content: takeBack(pathAsk+"?"+opposite+"="+e.Date.String(), weekday(ctx, e.Date))})
		}
		g.Rows = append(g.Rows, row)
	}
	return g
}

func (d room) changeGrid(ctx context.Context, list []holiday.Row) component.Grid {
	g := component.Grid{
		Caption: lang.T(ctx, "holiday.changes"), Keys: true, Stack: true,
		Columns: []component.Column{
			{Title: lang.T(ctx, "holiday.decided")},
			{Title: lang.T(ctx, "holiday.name"), Width: "wide"},
			{Title: lang.T(ctx, "holiday.basis"), Width: "wide"},
			{Title: lang.T(ctx, "holiday.verdict.moved"), Numeric: true},
			{Title: lang.T(ctx, "holiday.verdict.kept"), Numeric: true},
			{Title: lang.T(ctx, "holiday.state")},
		},
		Empty: component.EmptyState(component.IconCalendar, lang.T(ctx, "holiday.no-changes"), lang.T(ctx, "holiday.no-changes-what")),
	}
	for _, c := range list {
		days := date(ctx, c.First)
		if c.Last != c.First {
			days += " – " + date(ctx, c.Last)
		}
		state := component.Cell{Text: lang.T(ctx, "holiday.running"), Chip: component.DueSoon}
		if !c.Completed.IsZero() {
			state = component.Cell{Text: lang.T(ctx, "holiday.completed"), Chip: component.Done}
		}
		g.Rows = append(g.Rows, component.Row{ID: c.ID, Cells: []component.Cell{
			{Text: when(ctx, c.At), Href: pathChange + c.ID, Note: d.Name(c.Person)},
			{Text: c.Name, Note: days},
			{Text: c.Basis},
			{Text: count(ctx, c.Counts.Moved)},
			{Text: count(ctx, c.Counts.Kept)},
			state,
		}})
	}
	return g
}

// hoursGrid lists the office hours in force today with the agencies that keep them.
func (d room) hoursGrid(ctx context.Context) component.Grid {
	g := component.Grid{
		Caption: lang.T(ctx, "holiday.hours"), Stack: true,
		Columns: []component.Column{
			{Title: lang.T(ctx, "holiday.hours-name")},
			{Title: lang.T(ctx, "holiday.sessions"), Width: "wide"},
			{Title: lang.T(ctx, "holiday.desk-hours")},
			{Title: lang.T(ctx, "holiday.policy")},
			{Title: lang.T(ctx, "holiday.agencies"), Width: "wide"},
		},
		Empty: component.EmptyState(component.IconClock, lang.T(ctx, "holiday.no-hours"), lang.T(ctx, "holiday.no-hours-what")),
	}
	cat, today := d.Catalogue(), d.today().String()
	home := cat.Home(today).Hours
	keepers, ids := map[string][]string{}, []string{}
	for _, h := range cat.Hours() {
		if !slices.Contains(ids, h.ID) {
			ids = append(ids, h.ID)
		}
	}
	for _, a := range cat.Tree().All(today) {
		id := cmp.Or(a.Hours, home)
		if id == "" && len(ids) > 0 {
			id = ids[0]
		}
		keepers[id] = append(keepers[id], d.agencyName(ctx, a.ID))
	}
	for _, h := range cat.Hours() {
		if !agency.InForce(h.From, h.Until, today) {
			continue
		}
		plan, err := procedure.Plan(h)
		if err != nil {
			continue // refused when it was imported
		}
		name := component.Cell{Text: h.Name}
		if h.Season != nil {
			name.Note = lang.T(ctx, "holiday.season", "from", yearDay(ctx, plan.SeasonFrom), "to", yearDay(ctx, plan.SeasonTo))
		}
		g.Rows = append(g.Rows, component.Row{ID: h.ID, Cells: []component.Cell{
			name,
			{Text: hoursText(ctx, plan.Week.Counted)},
			{Text: cmp.Or(hoursText(ctx, plan.Week.Desk), lang.T(ctx, "holiday.no-desk-hours"))},
			{Text: policyText(ctx, h)},
			keepersCell(ctx, keepers[h.ID]),
		}})
	}
	return g
}

// keepersShown is how many agencies a row names.
const keepersShown = 3

func keepersCell(ctx context.Context, names []string) component.Cell {
	if len(names) <= keepersShown {
		return component.Cell{Text: strings.Join(names, "; ")}
	}
	return component.Cell{
		Text: strings.Join(names[:keepersShown], "; "), Note: lang.T(ctx, "holiday.more-agencies", "n", count(ctx, len(names)-keepersShown)),
	}
}

func yearDay(ctx context.Context, d calendar.YearDay) string {
	if english(ctx) {
		return fmt.Sprintf("%d %s", d.Day, d.Month)
	}
	return fmt.Sprintf("%02d/%02d", d.Day, int(d.Month))
}

func policyText(ctx context.Context, h agency.Hours) string {
	p, err := procedure.PolicyOf(h)
	if err != nil {
		return ""
	}
	text := lang.T(ctx, "holiday.session-end")
	if p.DueTime == deadline.SameClock {
		text = lang.T(ctx, "holiday.same-clock")
	}
	if p.After > 0 {
		text += "; " + lang.T(ctx, "holiday.after", "time", p.After)
	}
	return text
}
