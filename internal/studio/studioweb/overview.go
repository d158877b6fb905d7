package studioweb

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/motcua/motcua/internal/studio"
	"github.com/motcua/motcua/internal/viet"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

type overviewView struct {
	waiting component.Grid // proposals
	drafts  component.Grid
	pilots  component.Grid
	done    component.Grid
	kinds   component.Grid
}

// doneShown bounds the list of what was published.
const doneShown = 20

func (d room) overview(w http.ResponseWriter, r *http.Request) error {
	ctx, by := r.Context(), web.ActorFrom(r.Context())
	rows, err := d.Service.Sets(ctx, by)
	if err != nil {
		return err
	}
	list, err := d.Service.InForce(ctx, by)
	if err != nil {
		return err
	}
	grid := func(caption, empty string, columns ...string) component.Grid {
		g := component.Grid{Caption: lang.T(ctx, caption), Stack: true, Empty: emptyLine(lang.T(ctx, empty))}
		for i, c := range columns {
			col := component.Column{Title: lang.T(ctx, c)}
			if i == 0 {
				col.Width = "wide"
			}
			g.Columns = append(g.Columns, col)
		}
		return g
	}
	v := overviewView{
		waiting: grid("studio.waiting", "studio.waiting-none", "studio.col.set", "studio.col.docs", "studio.col.proposer", "studio.col.proposed", "studio.col.from"),
		drafts:  grid("studio.drafts", "studio.drafts-none", "studio.col.set", "studio.col.state", "studio.col.docs", "studio.col.owner", "studio.col.changed"),
		pilots:  grid("studio.pilots", "studio.pilots-none", "studio.col.set", "studio.col.where", "studio.col.from", "studio.col.until"),
		done:    grid("studio.done", "studio.done-none", "studio.col.set", "studio.col.publisher", "studio.col.published", "studio.col.from"),
		kinds:   grid("studio.in-force", "studio.in-force-none", "studio.col.kind", "studio.col.count"),
	}
	add := func(g *component.Grid, x studio.Row, cells ...component.Cell) {
		first := component.Cell{Text: x.Title, Href: SetPath(x.ID)}
		if x.Link != "" {
			first.Note = lang.T(ctx, "studio.link."+string(x.Link))
		}
		g.Rows = append(g.Rows, component.Row{Cells: append([]component.Cell{first}, cells...)})
	}
	docs := func(x studio.Row) component.Cell { return component.Cell{Text: component.Number(ctx, x.Docs)} }
	today := d.today()
	for _, x := range rows {
		switch x.State {
		case studio.Proposed:
			add(&v.waiting, x, docs(x), component.Cell{Text: dash(d.Name(x.Proposer))}, component.Cell{Text: when(ctx, x.ProposedAt)}, component.Cell{Text: day(ctx, x.From)})
		case studio.Draft, studio.Rejected:
			add(&v.drafts, x, component.Cell{Text: stateName(ctx, x.State), Chip: tones[x.State]}, docs(x), component.Cell{Text: dash(d.Name(x.Owner))}, component.Cell{Text: when(ctx, x.Changed)})
		case studio.Published:
			if x.Pilot && (x.Until == "" || today < x.Until) {
				var where []string
				for _, id := range strings.Fields(x.Only) {
					where = append(where, d.agencyName(ctx, agencyID(id)))
				}
				text := strings.Join(where, "; ")
				if text == "" {
					text = lang.T(ctx, "studio.scope.everywhere")
				}
				until := lang.T(ctx, "studio.until-ended")
				if x.Until != "" {
					until = day(ctx, lastDay(x.Until))
				}
				add(&v.pilots, x, component.Cell{Text: text}, component.Cell{Text: day(ctx, x.From)}, component.Cell{Text: until})
			}
			if len(v.done.Rows) < doneShown {
				add(&v.done, x, component.Cell{Text: dash(d.Name(x.Publisher))}, component.Cell{Text: when(ctx, x.PublishedAt)}, component.Cell{Text: day(ctx, x.From)})
			}
		}
	}
	counts := map[studio.Kind]int{}
	for _, x := range list {
		counts[x.Kind]++
	}
	for _, k := range studio.Kinds {
		href := pathInForce + "?loai=" + url.QueryEscape(string(k))
		if k.Whole() {
			href = standingPath(studio.Key{Kind: k})
		}
		if counts[k] == 0 {
			href = ""
		}
		v.kinds.Rows = append(v.kinds.Rows, component.Row{Cells: []component.Cell{
			{Text: kindName(ctx, k), Href: href}, {Text: component.Number(ctx, counts[k])},
		}})
	}
	return web.Render(w, r, http.StatusOK, overviewPage(v))
}

type inForceView struct {
	kind  studio.Kind
	query string
	tabs  []component.Tab
	grid  component.Grid
	more  string
}

// listedShown bounds a list of documents; the search narrows it.
const listedShown = 200

func (d room) inForce(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	list, err := d.Service.InForce(ctx, web.ActorFrom(ctx))
	if err != nil {
		return err
	}
	v := inForceView{kind: studio.Kind(r.URL.Query().Get("loai")), query: strings.TrimSpace(r.URL.Query().Get("q"))}
	if !v.kind.Known() || v.kind.Whole() {
		v.kind = studio.Procedure
	}
	counts := map[studio.Kind]int{}
	for _, x := range list {
		counts[x.Kind]++
	}
	for _, k := range studio.Kinds {
		if !k.Whole() {
			v.tabs = append(v.tabs, component.Tab{Text: kindName(ctx, k), Href: pathInForce + "?loai=" + string(k), Count: counts[k], Current: k == v.kind})
		}
	}
	v.grid = component.Grid{Caption: kindName(ctx, v.kind), Stack: true, Empty: emptyLine(lang.T(ctx, "studio.found-none")), Columns: []component.Column{
		{Title: lang.T(ctx, "studio.col.id")}, {Title: lang.T(ctx, "studio.col.title"), Width: "wide"},
	}}
	found := 0
	for _, x := range list {
		if x.Kind != v.kind || !matches(x, v.query) {
			continue
		}
		if found++; found > listedShown {
			continue
		}
		v.grid.Rows = append(v.grid.Rows, component.Row{Cells: []component.Cell{
			{Text: x.ID, Href: standingPath(x.Key), Code: x.Kind == studio.Procedure}, {Text: x.Title},
		}})
	}
	if found > listedShown {
		v.more = lang.T(ctx, "studio.more", "shown", component.Number(ctx, listedShown), "all", component.Number(ctx, found))
	}
	return web.Render(w, r, http.StatusOK, inForcePage(v))
}

// matches reports whether every word of the query stands in the name of the document.
func matches(x studio.Listed, query string) bool {
	hay := viet.Fold(x.ID + " " + x.Title)
	for _, word := range strings.Fields(viet.Fold(query)) {
		if !strings.Contains(hay, word) {
			return false
		}
	}
	return true
}

func standingPath(k studio.Key) string { return pathText + "?tep=" + url.QueryEscape(k.Path()) }

type standingView struct {
	key   studio.Key
	title string
	text  string
}

// standing shows a document as it is in force.
func (d room) standing(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if r.URL.Query().Get("tep") == "" {
		return web.SeeOther(w, r, pathInForce)
	}
	k, err := keyOf(r)
	if err != nil {
		return err
	}
	doc, err := d.Service.Open(ctx, web.ActorFrom(ctx), k)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, standingPage(standingView{k, docName(ctx, k, ""), doc.Text}))
}

type newView struct {
	key    string
	title  component.Field
	why    component.Field
	errors []component.FieldError
}

func (d room) newView(r *http.Request, key, title, why string) newView {
	ctx := r.Context()
	return newView{
		key:   key,
		title: component.Field{Name: "ten", Label: lang.T(ctx, "studio.new.name"), Hint: lang.T(ctx, "studio.new.name-hint"), Value: title, MaxLength: studio.MaxWords},
		why:   component.Field{Name: "ly-do", Label: lang.T(ctx, "studio.new.why"), Hint: lang.T(ctx, "studio.new.why-hint"), Value: why, MaxLength: studio.MaxWords, Optional: true, Rows: 3},
	}
}

func (d room) askNew(w http.ResponseWriter, r *http.Request) error {
	return web.Render(w, r, http.StatusOK, newPage(d.newView(r, web.NewKey(), "", "")))
}

func (d room) begin(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	if form.Key == "" {
		return web.ErrMalformedForm
	}
	ctx := r.Context()
	x, err := d.Service.New(ctx, web.ActorFrom(ctx), form.Key, form.Get("ten"), form.Get("ly-do"))
	if why, ok := refusal(ctx, err); ok {
		v := d.newView(r, form.Key, form.Get("ten"), form.Get("ly-do"))
		v.title.Error = why
		v.errors = []component.FieldError{{ID: v.title.Name, Text: why}}
		return web.Render(w, r, http.StatusUnprocessableEntity, newPage(v))
	}
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, SetPath(x.ID, "them"))
}
