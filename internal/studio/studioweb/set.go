package studioweb

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/studio"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

type setView struct {
	set      *studio.Set
	note     string
	docs     component.Grid
	facts    []component.Fact
	problems []problemLine
	checked  bool // problems were looked for
	diffs    []studio.Difference
	moved    []string
	acts     []component.Moment

	mayAdd, mayPropose, mayWithdraw, mayReopen bool
	mayPublish, mayReject, own                 bool // own: the person wrote it and so does not publish it
	mayRollBack, mayWiden, mayEnd              bool
}

// problemLine is one problem with the way to its place.
type problemLine struct {
	Text, Place, Href string
	Line              int
	Run               []string // the shortest run that shows it
}

func (d room) problemLines(ctx context.Context, set string, found []studio.Problem) []problemLine {
	out := make([]problemLine, len(found))
	for i, p := range found {
		out[i] = problemLine{Text: p.In(string(lang.From(ctx))), Place: p.File, Line: p.Line}
		if p.Run != "" {
			out[i].Run = strings.Split(p.Run, "\n")
		}
		if p.Key.Kind != "" {
			out[i].Href = TextPath(set, p.Key)
		}
		if p.Line > 0 {
			out[i].Place = lang.T(ctx, "studio.at-line", "file", p.File, "line", strconv.Itoa(p.Line))
		}
	}
	return out
}

func (d room) set(w http.ResponseWriter, r *http.Request) error {
	ctx, by := r.Context(), web.ActorFrom(r.Context())
	x, err := d.setOf(r)
	if err != nil {
		return err
	}
	v := setView{set: x, note: lang.T(ctx, "studio.set.opened", "who", d.person(ctx, x.Owner), "when", when(ctx, x.Opened))}
	if v.diffs, err = d.Service.Diff(ctx, by, x.ID, string(lang.From(ctx))); err != nil {
		return err
	}
	open := x.State == studio.Draft || x.State == studio.Rejected
	if len(x.Items) > 0 && (open || x.State == studio.Proposed) {
		found, err := d.Service.Problems(ctx, by, x.ID)
		if err != nil {
			return err
		}
		v.problems, v.checked = d.problemLines(ctx, x.ID, found), true
		moved, err := d.Service.Moved(ctx, by, x.ID)
		if err != nil {
			return err
		}
		for _, k := range moved {
			v.moved = append(v.moved, k.Path())
		}
	}
	v.docs = d.docs(ctx, x, v.diffs, open && mayEdit(ctx))
	v.facts = d.facts(ctx, x)
	v.acts = d.acts(ctx, x)
	edit, publish := mayEdit(ctx), mayPublish(ctx)
	v.own = x.Wrote(by.Person) || by.Behalf != "" && x.Wrote(by.Behalf)
	v.mayAdd, v.mayWithdraw = edit && open, edit && (open || x.State == studio.Proposed)
	v.mayPropose = edit && x.State == studio.Draft && len(x.Items) > 0
	v.mayReopen = edit && (x.State == studio.Proposed || x.State == studio.Rejected)
	v.mayPublish, v.mayReject = publish && x.State == studio.Proposed && !v.own, publish && x.State == studio.Proposed
	if x.State == studio.Published {
		v.mayRollBack = edit && !x.Scope.Pilot()
		v.mayWiden = edit && x.Scope.Pilot() && x.Ended == nil
		v.mayEnd = publish && x.Runs(d.today())
	}
	return web.Render(w, r, http.StatusOK, setPage(v))
}

func (d room) docs(ctx context.Context, x *studio.Set, diffs []studio.Difference, mayEdit bool) component.Grid {
	g := component.Grid{Caption: lang.T(ctx, "studio.docs"), Stack: true, Empty: emptyLine(lang.T(ctx, "studio.docs-none")), Columns: []component.Column{
		{Title: lang.T(ctx, "studio.col.doc"), Width: "wide"},
		{Title: lang.T(ctx, "studio.col.what")},
		{Title: lang.T(ctx, "studio.col.saved-by")},
		{Title: lang.T(ctx, "studio.col.changed")},
		{Title: lang.T(ctx, "studio.col.ways")},
	}}
	for i, item := range x.Items {
		what := lang.T(ctx, "studio.what."+string(diffs[i].What))
		if n := len(diffs[i].Lines); n > 0 {
			what = lang.T(ctx, "studio.what.changes", "n", component.Number(ctx, n))
		}
		name := docName(ctx, item.Key, diffs[i].Title)
		ways := []docWay{{lang.T(ctx, "studio.history"), SetPath(x.ID, "lich-su") + "?tep=" + url.QueryEscape(item.Path())}}
		if mayEdit {
			ways = append(ways, docWay{lang.T(ctx, "studio.drop"), SetPath(x.ID, "bo") + "?tep=" + url.QueryEscape(item.Path())})
		}
		href := d.editPath(ctx, x.ID, item.Key)
		if item.Gone {
			href = TextPath(x.ID, item.Key)
		}
		g.Rows = append(g.Rows, component.Row{Cells: []component.Cell{
			{Text: name, Href: href, Note: item.Path()},
			{Text: what},
			{Text: d.person(ctx, item.By)},
			{Text: when(ctx, item.At)},
			{Content: docWays(ways, name)},
		}})
	}
	return g
}

// docWay is a link beside a document.
type docWay struct{ text, href string }

func (d room) facts(ctx context.Context, x *studio.Set) []component.Fact {
	var out []component.Fact
	add := func(key, value string) {
		if value != "" {
			out = append(out, component.Fact{Name: lang.T(ctx, key), Value: value})
		}
	}
	add("studio.fact.why", x.Why)
	if x.Link != "" {
		out = append(out, component.Fact{Name: lang.T(ctx, "studio.fact.link"), Content: linkTo(lang.T(ctx, "studio.link."+string(x.Link)), SetPath(x.Of))})
	}
	if x.From != "" && x.State != studio.Draft {
		add("studio.fact.from", day(ctx, x.From))
		add("studio.fact.scope", d.scope(ctx, x.Scope))
		stays := "studio.stays.move"
		if x.Scope.Stays {
			stays = "studio.stays.stay"
		}
		add("studio.fact.stays", lang.T(ctx, stays))
	}
	if x.State == studio.Proposed || x.State == studio.Published {
		add("studio.fact.proposer", d.person(ctx, x.Proposer)+", "+when(ctx, x.ProposedAt))
	}
	if x.State == studio.Published {
		add("studio.fact.publisher", d.person(ctx, x.Publisher)+", "+when(ctx, x.PublishedAt))
	}
	if x.State == studio.Rejected || x.State == studio.Withdrawn || x.State == studio.Proposed {
		add("studio.fact.reason", x.Reason)
	}
	if e := x.Ended; e != nil {
		add("studio.fact.ended", lang.T(ctx, "studio.ended."+e.How, "day", day(ctx, e.Day)))
	}
	return out
}

// acts tells what happened, the newest first; savings of one person in a row are told together.
func (d room) acts(ctx context.Context, x *studio.Set) []component.Moment {
	var out []component.Moment
	type run struct {
		key studio.Key
		by  journal.Actor
		n   int
	}
	var last run
	for _, a := range slices.Backward(x.Acts) {
		kind := strings.TrimPrefix(a.Kind, studio.EventPrefix)
		title := lang.T(ctx, "studio.act."+kind)
		if a.Key.Kind != "" {
			title = lang.T(ctx, "studio.act."+kind+"-doc", "doc", a.Key.Path())
		}
		if a.Kind == studio.EventSaved && a.Why == "" && len(out) > 0 && last.key == a.Key && last.by == a.By {
			last.n++
			out[len(out)-1].Title = lang.T(ctx, "studio.act.saved-times", "doc", a.Key.Path(), "n", component.Number(ctx, last.n))
			continue
		}
		text := a.Why
		if a.Day != "" {
			text = strings.TrimSpace(lang.T(ctx, "studio.act.day", "day", day(ctx, a.Day)) + " " + text)
		}
		out = append(out, component.Moment{
			Title: title, When: when(ctx, a.At), ISO: a.At.UTC().Format(time.RFC3339), By: d.person(ctx, a.By), Text: text, State: component.StepDone,
		})
		last = run{}
		if a.Kind == studio.EventSaved && a.Why == "" {
			last = run{a.Key, a.By, 1}
		}
	}
	return out
}

type addView struct {
	set    *studio.Set
	key    string
	query  string
	kind   studio.Kind
	tabs   []component.Tab
	grid   component.Grid
	more   string
	kinds  component.Choice
	id     component.Field
	errors []component.FieldError
}

func (d room) askAdd(w http.ResponseWriter, r *http.Request) error {
	v, err := d.addView(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, addPage(v))
}

func (d room) addView(r *http.Request) (addView, error) {
	ctx := r.Context()
	x, err := d.setOf(r)
	if err != nil {
		return addView{}, err
	}
	list, err := d.Service.InForce(ctx, web.ActorFrom(ctx))
	if err != nil {
		return addView{}, err
	}
	v := addView{set: x, key: web.NewKey(), kind: studio.Kind(r.URL.Query().Get("loai")), query: strings.TrimSpace(r.URL.Query().Get("q"))}
	if !v.kind.Known() {
		v.kind = studio.Procedure
	}
	for _, k := range studio.Kinds {
		v.tabs = append(v.tabs, component.Tab{Text: kindName(ctx, k), Href: SetPath(x.ID, "them") + "?loai=" + string(k), Count: -1, Current: k == v.kind})
	}
	v.grid = component.Grid{Caption: lang.T(ctx, "studio.in-force"), Stack: true, Empty: emptyLine(lang.T(ctx, "studio.found-none")), Columns: []component.Column{
		{Title: lang.T(ctx, "studio.col.doc"), Width: "wide"}, {Title: lang.T(ctx, "studio.col.id")},
	}}
	found := 0
	for _, l := range list {
		if l.Kind != v.kind || !matches(l, v.query) {
			continue
		}
		if found++; found > listedShown {
			continue
		}
		title := l.Title
		if l.Kind.Whole() {
			title = kindName(ctx, l.Kind)
		}
		v.grid.Rows = append(v.grid.Rows, component.Row{Cells: []component.Cell{{Text: title, Href: d.editPath(ctx, x.ID, l.Key)}, {Text: l.Path()}}})
	}
	if found > listedShown {
		v.more = lang.T(ctx, "studio.more", "shown", component.Number(ctx, listedShown), "all", component.Number(ctx, found))
	}
	v.kinds = component.Choice{Name: "loai", Label: lang.T(ctx, "studio.add.kind"), Values: []string{string(v.kind)}}
	for _, k := range studio.Kinds {
		if !k.Whole() {
			v.kinds.Options = append(v.kinds.Options, component.Option{Value: string(k), Label: kindName(ctx, k)})
		}
	}
	v.id = component.Field{Name: "ma", Label: lang.T(ctx, "studio.add.id"), Hint: lang.T(ctx, "studio.add.id-hint"), MaxLength: studio.MaxID, Width: 30}
	return v, nil
}

// add opens the editor of a document that is not in force yet.
func (d room) add(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	x, err := d.setOf(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	k := studio.Key{Kind: studio.Kind(form.Get("loai")), ID: form.Get("ma")}
	if !k.Valid() || k.Kind.Whole() {
		v, err := d.addView(r)
		if err != nil {
			return err
		}
		v.id.Value, v.id.Error = form.Get("ma"), web.ErrorText(ctx, studio.ErrKey)
		v.kinds.Values = []string{form.Get("loai")}
		v.errors = []component.FieldError{{ID: v.id.Name, Text: v.id.Error}}
		return web.Render(w, r, http.StatusUnprocessableEntity, addPage(v))
	}
	return web.SeeOther(w, r, TextPath(x.ID, k))
}

type dropView struct {
	set     *studio.Set
	key     studio.Key
	confirm component.Confirm
	why     component.Field
}

func (d room) askDrop(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	x, err := d.setOf(r)
	if err != nil {
		return err
	}
	k, err := keyOf(r)
	if err != nil {
		return err
	}
	item, ok := x.Item(k)
	if !ok {
		return studio.ErrNotFound
	}
	v := dropView{set: x, key: k, why: component.Field{Name: "ly-do", Label: lang.T(ctx, "studio.note"), Optional: true, MaxLength: studio.MaxWords}}
	v.confirm = component.Confirm{
		Title: lang.T(ctx, "studio.drop-what", "doc", k.Path()), Consequences: []string{lang.T(ctx, "studio.drop-then"), lang.T(ctx, "studio.drop-kept")},
		Action: SetPath(x.ID, "bo") + "?tep=" + url.QueryEscape(k.Path()), Key: web.NewKey(), Version: item.Version, Cancel: SetPath(x.ID),
		Act: component.Act{Text: lang.T(ctx, "studio.drop"), Kind: component.DangerAct, Icon: component.IconTrash}, Danger: true,
	}
	return web.Render(w, r, http.StatusOK, dropPage(v))
}

func (d room) drop(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	k, err := keyOf(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	x, err := d.Service.Drop(ctx, web.ActorFrom(ctx), r.PathValue("set"), k, form.Version, form.Get("ly-do"))
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, SetPath(x.ID), "studio.dropped")
}
