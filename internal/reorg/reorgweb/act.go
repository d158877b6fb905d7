package reorgweb

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/reorg"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

var tones = map[reorg.State]component.Tone{reorg.Proposed: component.DueSoon, reorg.Published: component.InTime, reorg.Completed: component.Done, reorg.Withdrawn: component.Neutral}

type actsView struct {
	grid component.Grid
	may  bool
}

func (d pages) acts(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	rows, err := d.Service.Acts(ctx, web.ActorFrom(ctx))
	if err != nil {
		return err
	}
	v := actsView{may: mayPropose(ctx), grid: component.Grid{
		Caption: lang.T(ctx, "reorg.list"), Keys: true, Stack: true,
		Columns: []component.Column{
			{Title: lang.T(ctx, "reorg.what"), Width: "wide"}, {Title: lang.T(ctx, "reorg.sort")}, {Title: lang.T(ctx, "reorg.day")}, {Title: lang.T(ctx, "reorg.state")}, {Title: lang.T(ctx, "reorg.dossiers"), Numeric: true},
		},
		Empty: component.EmptyState(component.IconBuilding, lang.T(ctx, "reorg.none"), lang.T(ctx, "reorg.none-what")),
	}}
	for _, x := range rows {
		v.grid.Rows = append(v.grid.Rows, component.Row{ID: x.ID, Cells: []component.Cell{
			{Text: x.Name, Href: pathAct + x.ID, Note: x.Basis},
			{Text: lang.T(ctx, "reorg.sort."+string(x.Sort))},
			{Text: day(ctx, x.Day)},
			{Text: lang.T(ctx, "reorg.state."+string(x.State)), Chip: tones[x.State]},
			{Text: count(ctx, x.Moved)},
		}})
	}
	return web.Render(w, r, http.StatusOK, actsPage(v))
}

type actView struct {
	act        *reorg.Act
	title      string
	state      string
	tone       component.Tone
	facts      []component.Fact
	agencies   component.Grid
	posts      component.Grid
	desks      component.Grid
	procedures component.Grid
	work       component.Grid // by old and new agency
	lines      component.Grid
	pager      component.Pager
	warnings   []string
	problems   []string
	publish    *component.Confirm
	own        bool // a second person has to publish
	withdraw   *component.Confirm
	reason     component.Field
	moving     string
	failed     int
}

// perPage is how many dossiers a page shows.
const perPage = 50

func (d pages) act(w http.ResponseWriter, r *http.Request) error {
	v, err := d.actView(r, "")
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, actPage(v))
}

func (d pages) actView(r *http.Request, wrong string) (actView, error) {
	ctx := r.Context()
	by := web.ActorFrom(ctx)
	a, err := d.Service.Act(ctx, by, r.PathValue("id"))
	if err != nil {
		return actView{}, err
	}
	e, err := d.Service.Effects(ctx, by, a)
	if err != nil {
		return actView{}, err
	}
	c := a.Command
	v := actView{act: a, title: c.Name, state: lang.T(ctx, "reorg.state."+string(a.State)), tone: tones[a.State]}
	fact := func(key, value string) {
		if value != "" {
			v.facts = append(v.facts, component.Fact{Name: lang.T(ctx, key), Value: value})
		}
	}
	fact("reorg.sort", lang.T(ctx, "reorg.sort."+string(c.Sort)))
	fact("reorg.day", day(ctx, c.Day.String()))
	fact("reorg.basis", c.Basis)
	fact("reorg.note", c.Note)
	fact("reorg.proposer", lang.T(ctx, "reorg.who-when", "who", d.Name(a.ProposedBy.Person), "when", when(ctx, a.ProposedAt)))
	if !a.PublishedAt.IsZero() {
		fact("reorg.publisher", lang.T(ctx, "reorg.who-when", "who", d.Name(a.PublishedBy.Person), "when", when(ctx, a.PublishedAt)))
	}
	if !a.WithdrawnAt.IsZero() {
		fact("reorg.withdrawer", lang.T(ctx, "reorg.who-when", "who", d.Name(a.WithdrawnBy.Person), "when", when(ctx, a.WithdrawnAt)))
		fact("reorg.reason", a.Reason)
	}
	if !a.CompletedAt.IsZero() {
		fact("reorg.completed", when(ctx, a.CompletedAt))
	}
	for _, p := range e.Problems {
		v.problems = append(v.problems, web.ErrorText(ctx, p.Err))
	}
	for _, x := range e.Warnings {
		var args []any
		for k, val := range x.Args {
			args = append(args, k, val)
		}
		v.warnings = append(v.warnings, lang.T(ctx, "reorg.warn."+x.Key, args...))
	}
	d.tables(r, &v, a, e)
	switch a.State {
	case reorg.Proposed:
		d.decide(ctx, &v, a, e, wrong)
	case reorg.Published:
		v.moving = lang.T(ctx, "reorg.waits", "day", day(ctx, c.Day.String()))
		if len(a.Entries) > 0 {
			v.moving = lang.T(ctx, "reorg.moving", "done", count(ctx, a.Upto), "of", count(ctx, len(a.Entries)))
		}
	case reorg.Completed, reorg.Withdrawn:
	}
	for _, x := range a.Entries {
		if x.Outcome == reorg.Failed {
			v.failed++
		}
	}
	return v, nil
}

// decide offers what the viewer may do with a proposal.
func (d pages) decide(ctx context.Context, v *actView, a *reorg.Act, e reorg.Effects, wrong string) {
	by := web.ViewerFrom(ctx)
	v.own = a.ProposedBy.Person == web.ActorFrom(ctx).Person
	if by.May(access.CataloguePublish) && !v.own && len(e.Problems) == 0 {
		v.publish = &component.Confirm{
			Title: lang.T(ctx, "reorg.publish-what"), Action: pathAct + a.ID + "/cong-bo", Key: web.NewKey(), Cancel: pathRoom,
			Consequences: []string{
				lang.T(ctx, "reorg.publish-agencies", "n", count(ctx, len(e.Plan.Agencies)), "day", day(ctx, e.Plan.Day)), lang.T(ctx, "reorg.publish-posts", "n", count(ctx, len(e.Posts))),
				lang.T(ctx, "reorg.publish-lines", "n", count(ctx, len(e.Lines))), lang.T(ctx, "reorg.publish-keeps"),
			},
			// What was seen travels with the button.
			Act: component.Act{Text: lang.T(ctx, "reorg.publish"), Icon: component.IconStamp, Name: "da-xem", Value: e.Plan.Digest()},
		}
	}
	if mayPropose(ctx) {
		v.withdraw = &component.Confirm{Title: lang.T(ctx, "reorg.withdraw-what"), Action: pathAct + a.ID + "/rut", Key: web.NewKey(), Act: component.Act{Text: lang.T(ctx, "reorg.withdraw"), Kind: component.SecondaryAct}}
		v.reason = component.Field{Name: "ly-do", Label: lang.T(ctx, "reorg.reason"), MaxLength: reorg.MaxText, Error: wrong}
	}
}

func (d pages) tables(r *http.Request, v *actView, a *reorg.Act, e reorg.Effects) {
	ctx := r.Context()
	before, after := d.Catalogue().Tree(), e.Tree
	name := func(id agency.ID) string {
		if id == "" {
			return "–"
		}
		if x, ok := after.At(id, e.Plan.Day); ok {
			return nameOf(ctx, x)
		}
		x, _ := before.Ever(id)
		return nameOf(ctx, x)
	}
	names := func(ids []agency.ID) string {
		var out []string
		for i, id := range ids {
			if i == 5 {
				out = append(out, lang.T(ctx, "reorg.and-more", "n", len(ids)-5))
				break
			}
			out = append(out, name(id))
		}
		return strings.Join(out, "; ")
	}
	v.agencies = component.Grid{Caption: lang.T(ctx, "reorg.agencies"), Stack: true, Columns: []component.Column{
		{Title: lang.T(ctx, "reorg.before"), Width: "wide"}, {Title: lang.T(ctx, "reorg.after"), Width: "wide"}, {Title: lang.T(ctx, "agency.code")},
	}}
	ended := e.Plan.Ended()
	desks := component.Grid{Caption: lang.T(ctx, "reorg.desks"), Stack: true, Columns: []component.Column{{Title: lang.T(ctx, "agency.name"), Width: "wide"}, {Title: lang.T(ctx, "reorg.before")}, {Title: lang.T(ctx, "reorg.after")}}}
	eve := dayBefore(e.Plan.Day)
	for _, x := range e.Plan.Agencies {
		was, stood := before.At(x.ID, eve)
		cells := []component.Cell{{Text: "–"}, {Text: x.Name}, {Text: x.Code, Code: true}}
		if stood {
			cells[0] = component.Cell{Text: was.Name, Note: was.Code, Href: pageOf(x.ID, eve)}
		}
		if slices.Contains(ended, x.ID) {
			cells[1], cells[2] = component.Cell{Text: lang.T(ctx, "reorg.ends", "agency", name(x.Successor))}, component.Cell{}
		} else if old, now := before.DeskOf(x.ID, eve), after.DeskOf(x.ID, e.Plan.Day); !stood || old != now {
			if !stood {
				old = ""
			}
			desks.Rows = append(desks.Rows, component.Row{Cells: []component.Cell{{Text: x.Name}, {Text: name(old)}, {Text: name(now)}}})
		}
		v.agencies.Rows = append(v.agencies.Rows, component.Row{ID: string(x.ID), Cells: cells})
	}
	v.desks = desks
	v.posts = component.Grid{Caption: lang.T(ctx, "reorg.posts"), Stack: true, Columns: []component.Column{
		{Title: lang.T(ctx, "reorg.post"), Width: "wide"}, {Title: lang.T(ctx, "reorg.holders")}, {Title: lang.T(ctx, "reorg.after"), Width: "wide"},
	}}
	for _, s := range e.Posts {
		goes := component.Cell{Text: lang.T(ctx, "reorg.post-ends"), Chip: component.Overdue}
		if s.After.ID != "" {
			goes = component.Cell{Text: name(s.After.Agency), Note: unitName(after, s.After, e.Plan.Day)}
		}
		people := strings.Join(s.People, ", ")
		if people == "" {
			people = lang.T(ctx, "agency.vacant")
		}
		v.posts.Rows = append(v.posts.Rows, component.Row{ID: s.Before.ID, Cells: []component.Cell{{Text: s.Before.Title, Note: name(s.Before.Agency)}, {Text: people}, goes}})
	}
	v.procedures = component.Grid{Caption: lang.T(ctx, "reorg.resolvers"), Stack: true, Columns: []component.Column{
		{Title: lang.T(ctx, "reorg.procedure"), Width: "wide"}, {Title: lang.T(ctx, "reorg.before")}, {Title: lang.T(ctx, "reorg.after")},
	}}
	for i, p := range e.Changed {
		if i == 200 {
			break
		}
		v.procedures.Rows = append(v.procedures.Rows, component.Row{ID: p.Code, Cells: []component.Cell{{Text: p.Name, Note: p.Code, Href: "/thu-tuc/" + url.PathEscape(p.Code)}, {Text: names(p.Before)}, {Text: names(p.After)}}})
	}
	d.passing(r, v, a, e, name)
}

// passing lists the dossiers: by agency, and a page of them.
func (d pages) passing(r *http.Request, v *actView, a *reorg.Act, e reorg.Effects, name func(agency.ID) string) {
	ctx := r.Context()
	type way struct{ from, to agency.ID }
	ways := map[way]int{}
	var order []way
	for _, l := range e.Lines {
		w := way{l.Competent, l.To}
		if ways[w] == 0 {
			order = append(order, w)
		}
		ways[w]++
	}
	v.work = component.Grid{Caption: lang.T(ctx, "reorg.work"), Stack: true, Columns: []component.Column{{Title: lang.T(ctx, "reorg.before"), Width: "wide"}, {Title: lang.T(ctx, "reorg.after"), Width: "wide"}, {Title: lang.T(ctx, "reorg.dossiers"), Numeric: true}}}
	for _, w := range order {
		v.work.Rows = append(v.work.Rows, component.Row{Cells: []component.Cell{{Text: name(w.from)}, {Text: name(w.to)}, {Text: count(ctx, ways[w])}}})
	}
	from, err := strconv.Atoi(r.URL.Query().Get("tu"))
	if err != nil || from < 0 || from >= len(e.Lines) {
		from = 0
	}
	to := min(from+perPage, len(e.Lines))
	address := func(from int) string { return r.URL.Path + "?tu=" + strconv.Itoa(from) + "#ho-so" }
	if to < len(e.Lines) {
		v.pager.Next = address(to)
	}
	if from > 0 {
		v.pager.Prev = address(max(0, from-perPage))
	}
	v.lines = component.Grid{Caption: lang.T(ctx, "reorg.lines"), Keys: true, Stack: true, Columns: []component.Column{
		{Title: lang.T(ctx, "reorg.dossier")}, {Title: lang.T(ctx, "reorg.before"), Width: "wide"}, {Title: lang.T(ctx, "reorg.after"), Width: "wide"}, {Title: lang.T(ctx, "reorg.outcome")},
	}, Empty: component.EmptyState(component.IconCheck, lang.T(ctx, "reorg.no-lines"), lang.T(ctx, "reorg.no-lines-what"))}
	opens := web.ViewerFrom(ctx).May(access.DossierReadAll)
	for i, l := range e.Lines[from:to] {
		code := component.Cell{Text: l.Code, Code: true}
		if opens {
			code.Href = "/ho-so/" + l.Dossier
		}
		out := component.Cell{Text: lang.T(ctx, "reorg.outcome.waiting")}
		if a.State != reorg.Proposed && from+i < len(a.Entries) {
			o := a.Entries[from+i].Outcome
			tone := map[reorg.Outcome]component.Tone{reorg.Done: component.Done, reorg.Waiting: component.DueSoon, reorg.Failed: component.Overdue}[o]
			if tone == "" {
				tone = component.Neutral
			}
			out = component.Cell{Text: lang.T(ctx, "reorg.outcome."+string(o)), Chip: tone}
		}
		v.lines.Rows = append(v.lines.Rows, component.Row{ID: l.Dossier, Cells: []component.Cell{code, {Text: name(l.Competent)}, {Text: name(l.To)}, out}})
	}
}

func unitName(t *agency.Tree, p agency.Post, on string) string {
	a, _ := t.At(p.Agency, on)
	for _, u := range a.Units {
		if u.ID == p.Unit {
			return u.Name
		}
	}
	return ""
}

func (d pages) publish(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	if form.Key == "" {
		return web.ErrMalformedForm
	}
	a, err := d.Service.Publish(ctx, web.ActorFrom(ctx), r.PathValue("id"), form.Get("da-xem"))
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, pathAct+a.ID, lang.T(ctx, "reorg.published"))
}

func (d pages) withdraw(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	if form.Key == "" {
		return web.ErrMalformedForm
	}
	a, err := d.Service.Withdraw(ctx, web.ActorFrom(ctx), r.PathValue("id"), form.Get("ly-do"))
	if f, ok := reasonFault(err); ok {
		v, again := d.actView(r, web.ErrorText(ctx, f))
		if again != nil {
			return again
		}
		return web.Render(w, r, http.StatusUnprocessableEntity, actPage(v))
	}
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, pathAct+a.ID, lang.T(ctx, "reorg.withdrawn"))
}

// reasonFault is what is wrong with the reason that was typed, which the form can say.
func reasonFault(err error) (*fault.Error, bool) {
	f, ok := errors.AsType[*fault.Error](err)
	return f, ok && (errors.Is(err, reorg.ErrReason) || errors.Is(err, reorg.ErrTooLong))
}

func dayBefore(d string) string {
	x, err := calendar.ParseDate(d)
	if err != nil {
		return d
	}
	return x.AddDays(-1).String()
}
