package deskweb

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/casefile"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

const (
	pathList    = "/danh-sach-ho-so"
	pathFigures = "/so-lieu/dung-han"
)

// Listings is what lists and figures read; *dossier.Service is one.
type Listings interface {
	List(ctx context.Context, by access.Actor, f dossier.ListFilter) ([]dossier.Row, string, error)
	ListLegs(ctx context.Context, by access.Actor, f dossier.ListFilter) ([]dossier.ListedLeg, string, error)
	Tally(ctx context.Context, by access.Actor, f dossier.ListFilter) (int, error)
	Figures(ctx context.Context, by access.Actor, t dossier.Timeliness, g dossier.FigureGroup, f dossier.ListFilter) ([]dossier.FigureLine, error)
	InboxOf(ctx context.Context, acting []access.Actor, f dossier.InboxFilter) ([]casefile.WorkItem, string, error)
	DoMany(ctx context.Context, rs []dossier.Request, c dossier.BulkCommand) []dossier.Line
}

// Keeper keeps what belongs to lists and to no dossier: saved lists, columns, the log of exports, outcomes of bulk acts.
type Keeper interface {
	SaveList(ctx context.Context, l dossier.SavedList) error
	DropList(ctx context.Context, person, id string) error
	SavedLists(ctx context.Context, person string, at agency.ID) ([]dossier.SavedList, error)
	ListColumns(ctx context.Context, post string) ([]string, error)
	SetListColumns(ctx context.Context, post string, columns []string) error
	BeginExport(ctx context.Context, x dossier.Export) error
	EndExport(ctx context.Context, id string, rows int) error
	KeepOutcome(ctx context.Context, person, key, body string, at time.Time) error
	Outcome(ctx context.Context, person, key string) (string, error)
}

func (d *desk) registerLists(m *web.Mux) {
	read := web.May(access.DossierRead, access.DossierReadAll)
	m.Handle("GET "+pathAllPosts, web.Officer, d.allPosts)
	m.Handle("GET "+pathList, read, d.list, web.Limited(web.LimitSearch))
	m.Handle("GET "+pathList+"/xuat/{format}", read, d.exportList, web.Timeout(exportTime))
	m.Handle("POST "+pathList+"/luu", read, d.saveList)
	m.Handle("POST "+pathList+"/{list}/xoa", read, d.dropList)
	m.Handle("POST "+pathList+"/cot", read, d.chooseColumns)
	m.Handle("GET /lam-viec/hang-loat/{key}", web.May(access.DossierAccept, access.DossierHandle, access.DossierAssign, access.DossierDecide, access.DossierResult, access.DossierReturn), d.outcome)
	m.Handle("GET "+pathFigures, read, d.figures, web.Limited(web.LimitSearch), web.Timeout(exportTime))
	m.Handle("GET "+pathFigures+"/xuat.csv", read, d.exportFigures, web.Limited(web.LimitSearch), web.Timeout(exportTime))
}

type listView struct {
	title   string
	note    string
	rail    []component.RailGroup
	q       url.Values
	f       dossier.ListFilter
	grid    component.Grid
	pager   component.Pager
	active  []component.Tab
	agency  []component.Option
	sector  []component.Option
	channel []component.Option
	columns []component.Option
	chosen  []string
	bulk    bool
	posts   []component.Option
	key     string
	here    string
	saved   []dossier.SavedList // the person's own, to be deleted
	figures string              // where the number came from
}

func (d *desk) list(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	by, now := actor(ctx), d.Now()
	q := clean(r.URL.Query())
	f, err := filterOf(q)
	if err != nil {
		return err
	}
	f.After = r.URL.Query().Get(qAfter)
	v := listView{q: q, f: f, title: d.listTitle(ctx, q), here: listPath(q), key: web.NewKey()}
	n := d.names()
	var next string
	if f.Measure.OfLegs() {
		var legs []dossier.ListedLeg
		if legs, next, err = d.Listings.ListLegs(ctx, by, f); err != nil {
			return err
		}
		v.grid = d.legGrid(ctx, n, legs, now)
	} else {
		var rows []dossier.Row
		if rows, next, err = d.Listings.List(ctx, by, f); err != nil {
			return err
		}
		chosen, err := d.Keeper.ListColumns(ctx, by.Post)
		if err != nil {
			return err
		}
		v.chosen = knownColumns(chosen)
		v.bulk = mayMove(by) && len(rows) > 0
		v.grid = d.listGrid(ctx, n, v, rows, now)
	}
	total, err := d.Listings.Tally(ctx, by, f)
	if err != nil {
		return err
	}
	v.note = lang.T(ctx, "list.count", "n", component.Number(ctx, total))
	if total >= f.TallyLimit() {
		v.note = lang.T(ctx, "list.count-more", "n", component.Number(ctx, total))
	}
	if f.Measure.OfLegs() {
		v.note = lang.T(ctx, "list.count-legs", "n", component.Number(ctx, total))
	}
	if next != "" {
		v.pager.Next = listPath(changed(q, qAfter, next))
	}
	if f.After != "" {
		v.pager.Prev = listPath(q)
	}
	if f.Measure != "" {
		v.figures = figuresPath(url.Values{"cach": {string(wayOf(f.Measure))}, qFrom: {q.Get(qReportOf)}, qTo: {q.Get(qReportTo)}})
	}
	v.active = d.active(ctx, n, q)
	if v.rail, v.saved, err = d.listRail(r, q); err != nil {
		return err
	}
	d.choices(ctx, n, &v, by, now)
	return web.Render(w, r, http.StatusOK, listPage(v))
}

// choices fills the selects of the form. Who sees one agency only is not asked which.
func (d *desk) choices(ctx context.Context, n names, v *listView, by access.Actor, now time.Time) {
	today := dayOf(now)
	v.agency = n.agencyOptions(ctx, today)
	for _, s := range n.cat.Sectors(today) {
		v.sector = append(v.sector, component.Option{Value: s.Name, Label: s.Name})
	}
	for _, c := range []string{procedure.Direct, procedure.Online, procedure.Post} {
		v.channel = append(v.channel, component.Option{Value: c, Label: lang.T(ctx, "channel."+c)})
	}
	for _, c := range listColumns[1:] {
		v.columns = append(v.columns, component.Option{Value: c, Label: lang.T(ctx, "list.col."+c)})
	}
	v.posts = d.assignees(by)
}

// listGrid draws rows in the columns that the post chose.
func (d *desk) listGrid(ctx context.Context, n names, v listView, rows []dossier.Row, now time.Time) component.Grid {
	g := component.Grid{Caption: v.title, Keys: true, Empty: listEmpty(), Rows: make([]component.Row, len(rows))}
	if v.bulk {
		g.Select, g.SelectForm = "id", bulkForm
	}
	for _, c := range v.chosen {
		g.Columns = append(g.Columns, d.listColumn(ctx, v, c))
	}
	env, err := d.clockOf(actor(ctx), now)
	counted := err == nil
	label := lang.T(ctx, "desk.inbox.select")
	for i, r := range rows {
		tone, words := rowLate(ctx, r, now)
		row := &g.Rows[i]
		row.Tone = tone
		if v.bulk {
			row.ID, row.Label = seen(r.ID, r.Version), label+" "+shownCode(r)
		}
		for _, c := range v.chosen {
			cell := component.Cell{Clip: true}
			switch c {
			case "code":
				cell = component.Cell{Text: shownCode(r), Href: pathCase + r.ID, Code: true}
			case "owner":
				cell = component.Cell{Text: r.Owner}
			case "procedure":
				cell.Text = r.Title
			case "sector":
				cell.Text = r.Sector
			case "agency":
				cell.Text = n.agency(r.Competent, r.Submitted)
			case "holder":
				cell.Text = n.holder(ctx, r.Holder, now)
			case "waits":
				cell = component.Cell{Text: waitsText(ctx, r.Waits)}
			case "step":
				cell.Text = r.Step
			case "channel":
				cell.Text = lang.T(ctx, "channel."+r.Channel)
			case "reason":
				cell.Text = d.reasonText(ctx, r.LateReason)
			case "law":
				cell.Text = r.Law
			case "supplements":
				cell = component.Cell{Text: component.Number(ctx, r.Supplements)}
			case "left":
				cell = component.Cell{}
				if counted && r.Waits != dossier.WaitsNobody {
					cell.Text = d.left(ctx, r.Due, now, env)
				}
			case "state":
				cell = component.Cell{Text: words, Chip: tone}
				if r.Course().FirstMissed(now) {
					cell.Note = lang.T(ctx, "list.first-missed")
				}
			default:
				cell = component.Cell{Text: short(instantOf(r, c), now), Code: true}
			}
			row.Cells = append(row.Cells, cell)
		}
	}
	return g
}

func instantOf(r dossier.Row, column string) time.Time {
	switch column {
	case "submitted":
		return r.Submitted
	case "accepted":
		return r.Accepted
	case "due":
		return r.Due
	case "first_due":
		return r.FirstDue
	case "promised":
		return r.Promised
	}
	return r.Resolved
}

func waitsText(ctx context.Context, w dossier.Waits) string {
	if w == dossier.WaitsNobody {
		return "–"
	}
	return lang.T(ctx, "list.waits."+string(w))
}

// sortable columns and the order each means.
var sortOf = map[string]dossier.Sort{"submitted": dossier.BySubmitted, "due": dossier.ByDue, "resolved": dossier.ByResolved, "owner": dossier.ByOwner}

// newestFirst are the orders that people read from the latest on.
func newestFirst(s dossier.Sort) bool { return s == dossier.BySubmitted || s == dossier.ByResolved }

func (d *desk) listColumn(ctx context.Context, v listView, c string) component.Column {
	col := component.Column{Title: lang.T(ctx, "list.col."+c), Numeric: c == "supplements" || c == "left"}
	if c == "procedure" {
		col.Width = "wide"
	}
	by, ok := sortOf[c]
	if !ok {
		return col
	}
	current := v.f.Sort
	if current == "" {
		current = dossier.BySubmitted
	}
	turn := ""
	if current == by {
		col.Sorted = "ascending"
		if newestFirst(by) != v.f.Desc {
			col.Sorted = "descending"
		}
		if !v.f.Desc {
			turn = "1"
		}
	}
	col.Sort = listPath(changed(v.q, qSort, string(by), qDesc, turn))
	return col
}

// legGrid draws legs: each stretch of work with its own allowance.
func (d *desk) legGrid(ctx context.Context, n names, legs []dossier.ListedLeg, now time.Time) component.Grid {
	g := component.Grid{Caption: lang.T(ctx, "list.legs"), Keys: true, Empty: listEmpty(), Columns: []component.Column{
		{Title: lang.T(ctx, "list.col.code")},
		{Title: lang.T(ctx, "list.col.procedure"), Width: "wide"},
		{Title: lang.T(ctx, "list.col.step")},
		{Title: lang.T(ctx, "list.col.holder")},
		{Title: lang.T(ctx, "list.col.leg-from")},
		{Title: lang.T(ctx, "list.col.leg-due")},
		{Title: lang.T(ctx, "list.col.leg-until"), Sorted: "descending"},
		{Title: lang.T(ctx, "timeliness.leg")},
	}}
	for _, l := range legs {
		verdict := l.Leg.Verdict(now)
		tone := component.Done
		if verdict == dossier.Late || verdict == dossier.Exceeded {
			tone = component.Overdue
		}
		where := n.agency(l.Leg.At, l.Leg.From)
		if l.Leg.Post != "" {
			where = n.post(l.Leg.Post, l.Leg.From) + ", " + where
		}
		g.Rows = append(g.Rows, component.Row{Tone: tone, Cells: []component.Cell{
			{Text: shownCode(l.Row), Href: pathCase + l.Row.ID, Code: true},
			{Text: l.Row.Title, Clip: true},
			{Text: l.Leg.Title, Clip: true},
			{Text: where, Clip: true},
			{Text: short(l.Leg.From, now), Code: true},
			{Text: short(l.Leg.Due, now), Code: true},
			{Text: short(l.Leg.Until, now), Code: true},
			{Content: component.Status(tone, lang.T(ctx, "verdict."+string(verdict)))},
		}})
	}
	return g
}

// listRail is the rail with the lists everybody has and those that were kept.
func (d *desk) listRail(r *http.Request, q url.Values) ([]component.RailGroup, []dossier.SavedList, error) {
	ctx := r.Context()
	groups, _, err := d.rail(r, railList)
	if err != nil {
		return nil, nil, err
	}
	saved, err := d.Keeper.SavedLists(ctx, actor(ctx).Person, actor(ctx).Agency)
	if err != nil {
		return nil, nil, err
	}
	here := without(q, qSort, qDesc).Encode()
	lists := component.RailGroup{Title: lang.T(ctx, "list.rail")}
	for _, f := range fixedLists {
		lists.Items = append(lists.Items, component.RailItem{Text: lang.T(ctx, "list.fixed."+f.id), Href: pathList + "?" + f.query, Icon: f.icon, Count: -1, Current: f.query == here})
	}
	var own []dossier.SavedList
	for _, l := range saved {
		text := l.Name
		if l.Person == actor(ctx).Person {
			own = append(own, l)
		} else {
			text = lang.T(ctx, "list.shared", "name", l.Name)
		}
		lists.Items = append(lists.Items, component.RailItem{Text: text, Href: pathList + "?" + l.Filter, Icon: component.IconFilter, Count: -1, Current: l.Filter == q.Encode()})
	}
	at := min(1, len(groups))
	return slices.Insert(groups, at, lists), own, nil
}

func (d *desk) saveList(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	if f.Key == "" {
		return dossier.ErrKeyNeeded
	}
	raw, err := url.ParseQuery(strings.TrimPrefix(f.Get("loc"), "?"))
	if err != nil {
		return web.ErrMalformedForm
	}
	q := clean(raw)
	if _, err := filterOf(q); err != nil {
		return err
	}
	name := strings.Join(strings.Fields(f.Get("ten")), " ")
	if name == "" || utf8.RuneCountInString(name) > 60 {
		return dossier.ErrListName
	}
	by := actor(ctx)
	// The key makes the id: the same form sent twice keeps one list.
	l := dossier.SavedList{ID: lineKey(f.Key, by.Person), Person: by.Person, Name: name, Filter: q.Encode(), Created: d.Now()}
	if f.Get("chia-se") != "" {
		l.Agency = by.Agency
	}
	saved, err := d.Keeper.SavedLists(ctx, by.Person, by.Agency)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(saved, func(x dossier.SavedList) bool { return x.ID == l.ID }) {
		if err := d.Keeper.SaveList(ctx, l); err != nil {
			return err
		}
	}
	return web.SeeOther(w, r, listPath(q), "list.kept")
}

func (d *desk) dropList(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	if f.Key == "" {
		return dossier.ErrKeyNeeded
	}
	if err := d.Keeper.DropList(r.Context(), actor(r.Context()).Person, r.PathValue("list")); err != nil {
		return err
	}
	return web.SeeOther(w, r, pathList, "list.dropped")
}

func (d *desk) chooseColumns(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	if f.Key == "" {
		return dossier.ErrKeyNeeded
	}
	if err := d.Keeper.SetListColumns(r.Context(), actor(r.Context()).Post, knownColumns(f.Values["cot"])); err != nil {
		return err
	}
	back := pathList
	if from := web.Local(f.Get("_from")); strings.HasPrefix(from, pathList) {
		back = from
	}
	return web.SeeOther(w, r, back, "list.columns-kept")
}

// newID names a row of ours.
func (d *desk) newID() string { return journal.NewID(d.Now()) }
