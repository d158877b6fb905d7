package holidayweb

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
	"github.com/motcua/motcua/internal/deadline"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/holiday"
	"github.com/motcua/motcua/internal/viet"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

// Names of the fields.
const (
	fieldOff       = "ngay-nghi"
	fieldWork      = "ngay-lam"
	fieldName      = "ten"
	fieldNameEn    = "ten-tieng-anh"
	fieldBasis     = "can-cu"
	fieldPublished = "cong-bo"
	fieldNote      = "ghi-chu"
	fieldSeen      = "da-xem"
)

type askView struct {
	key    string
	typed  map[string]string
	wrong  map[string]string
	errors []component.FieldError
}

func (v askView) field(ctx context.Context, name, label, hint string) component.Field {
	f := component.Field{Name: name, Label: lang.T(ctx, label), Value: v.typed[name], Error: v.wrong[name], MaxLength: holiday.MaxText}
	if hint != "" {
		f.Hint = lang.T(ctx, hint)
	}
	return f
}

func (v askView) optional(ctx context.Context, name, label, hint string) component.Field {
	f := v.field(ctx, name, label, hint)
	f.Optional = true
	return f
}

func (v askView) days(ctx context.Context, name, label, hint string) component.Field {
	f := v.optional(ctx, name, label, hint)
	f.Rows, f.MaxLength = 3, 0
	return f
}

// ask shows the form, with a day put in when the person came from its row.
func (d room) ask(w http.ResponseWriter, r *http.Request) error {
	v := askView{key: web.NewKey(), typed: map[string]string{fieldPublished: viet.Date(d.Now())}}
	for query, field := range map[string]string{"nghi": fieldOff, "lam": fieldWork} {
		if day, err := calendar.ParseDate(r.URL.Query().Get(query)); err == nil {
			v.typed[field] = viet.Date(day.At(0))
		}
	}
	return web.Render(w, r, http.StatusOK, askPage(v))
}

func (d room) preview(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	if form.Key == "" {
		return web.ErrMalformedForm
	}
	v := askView{key: web.NewKey(), typed: map[string]string{}, wrong: map[string]string{}}
	for _, name := range []string{fieldOff, fieldWork, fieldName, fieldNameEn, fieldBasis, fieldPublished, fieldNote} {
		v.typed[name] = form.Get(name)
	}
	c := holiday.Command{Name: form.Get(fieldName), NameEn: form.Get(fieldNameEn), Basis: form.Get(fieldBasis), Note: form.Get(fieldNote)}
	for field, days := range map[string]*[]calendar.Date{fieldOff: &c.Off, fieldWork: &c.Work} {
		var bad string
		if *days, bad = readDays(form.Get(field)); bad != "" {
			v.wrong[field] = lang.T(ctx, "holiday.bad-day", "text", clip(bad))
		}
	}
	if day, ok := web.ReadDate(form.Get(fieldPublished)); ok {
		c.Published = calendar.NewDate(day.Year(), day.Month(), day.Day())
	}
	if len(v.wrong) > 0 {
		return d.again(w, r, v, http.StatusUnprocessableEntity)
	}
	p, err := d.Service.Preview(ctx, web.ActorFrom(ctx), c)
	if err == nil {
		return web.SeeOther(w, r, pathPreview+p.ID, "")
	}
	f, refused := asRefusal(err)
	if !refused {
		return err
	}
	v.wrong[fieldOf(f, c)] = sentence(ctx, err)
	return d.again(w, r, v, http.StatusUnprocessableEntity)
}

// asRefusal tells the refusals that the form can explain.
func asRefusal(err error) (*fault.Error, bool) {
	f, ok := errors.AsType[*fault.Error](err)
	return f, ok && (f.Kind == fault.Invalid || errors.Is(err, calendar.ErrYearMissing))
}

// fieldOf is the field a refusal is about.
func fieldOf(f *fault.Error, c holiday.Command) string {
	switch {
	case errors.Is(f, holiday.ErrName):
		return fieldName
	case errors.Is(f, holiday.ErrBasis):
		return fieldBasis
	case errors.Is(f, holiday.ErrPublished):
		return fieldPublished
	case errors.Is(f, holiday.ErrTooLong):
		return fieldNote
	}
	about := func(d calendar.Date) bool { return f.Args["date"] == d.String() || f.Args["year"] == d.Year() }
	if !slices.ContainsFunc(c.Off, about) && slices.ContainsFunc(c.Work, about) {
		return fieldWork
	}
	return fieldOff
}

func (d room) again(w http.ResponseWriter, r *http.Request, v askView, status int) error {
	for _, name := range []string{fieldOff, fieldWork, fieldName, fieldNameEn, fieldBasis, fieldPublished, fieldNote} {
		if why := v.wrong[name]; why != "" {
			v.errors = append(v.errors, component.FieldError{ID: name, Text: why})
		}
	}
	return web.Render(w, r, status, askPage(v))
}

func clip(text string) string {
	if r := []rune(text); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return text
}

// listing is the part that a preview and the record of a change share: the days, the figures, the lines.
type listing struct {
	facts    []component.Fact
	days     component.Grid
	agencies component.Grid
	tabs     []component.Tab
	lines    component.Grid
	pager    component.Pager
}

type entry struct {
	holiday.Line
	outcome holiday.Outcome // empty in a preview
}

// perPage is how many lines a page shows.
const perPage = 50

func (d room) listing(r *http.Request, days []calendar.Exception, entries []entry) listing {
	ctx := r.Context()
	lines := make([]holiday.Line, len(entries))
	for i, e := range entries {
		lines[i] = e.Line
	}
	all := holiday.Count(lines)
	q := r.URL.Query()
	kind, who := deadline.Verdict(q.Get("loai")), agency.ID(q.Get("co-quan"))
	v := listing{days: dayList(ctx, days), agencies: d.agencyGrid(ctx, r.URL.Path, lines)}
	address := func(kind, who string, from int) string {
		u := url.Values{}
		for name, value := range map[string]string{"loai": kind, "co-quan": who} {
			if value != "" {
				u.Set(name, value)
			}
		}
		if from > 0 {
			u.Set("tu", strconv.Itoa(from))
		}
		if len(u) == 0 {
			return r.URL.Path + "#ho-so"
		}
		return r.URL.Path + "?" + u.Encode() + "#ho-so"
	}
	shown := entries
	if who != "" {
		shown = slices.DeleteFunc(slices.Clone(shown), func(e entry) bool { return e.Agency != who })
		of := make([]holiday.Line, len(shown))
		for i, e := range shown {
			of[i] = e.Line
		}
		all = holiday.Count(of)
	}
	total := all.Moved + all.Kept + all.Untouched
	for _, t := range []struct {
		kind deadline.Verdict
		n    int
	}{{"", total}, {deadline.Moved, all.Moved}, {deadline.Kept, all.Kept}, {deadline.Untouched, all.Untouched}} {
		text := lang.T(ctx, "holiday.all")
		if t.kind != "" {
			text = verdict(ctx, t.kind)
		}
		v.tabs = append(v.tabs, component.Tab{Text: text, Href: address(string(t.kind), string(who), 0), Count: t.n, Current: t.kind == kind})
	}
	if kind != "" {
		shown = slices.DeleteFunc(slices.Clone(shown), func(e entry) bool { return e.Verdict != kind })
	}
	from, err := strconv.Atoi(q.Get("tu"))
	if err != nil || from < 0 || from >= len(shown) {
		from = 0
	}
	to := min(from+perPage, len(shown))
	if to < len(shown) {
		v.pager.Next = address(string(kind), string(who), to)
	}
	if from > 0 {
		v.pager.Prev = address(string(kind), string(who), max(0, from-perPage))
	}
	if len(shown) > perPage {
		v.pager.Summary = lang.T(ctx, "holiday.span", "from", count(ctx, from+1), "to", count(ctx, to), "of", count(ctx, len(shown)))
	}
	v.lines = d.lineGrid(ctx, shown[from:to])
	return v
}

func dayList(ctx context.Context, days []calendar.Exception) component.Grid {
	g := component.Grid{Caption: lang.T(ctx, "holiday.declared-days"), Stack: true, Columns: []component.Column{
		{Title: lang.T(ctx, "holiday.day")}, {Title: lang.T(ctx, "holiday.kind")}, {Title: lang.T(ctx, "holiday.name"), Width: "wide"},
	}}
	for _, e := range days {
		kind := component.Cell{Text: lang.T(ctx, "holiday.off"), Chip: component.Paused}
		if e.Kind == calendar.Work {
			kind = component.Cell{Text: lang.T(ctx, "holiday.work"), Chip: component.InTime}
		}
		name := component.Cell{Text: nameOf(ctx, e)}
		if !e.Swap.IsZero() {
			name.Note = lang.T(ctx, "holiday.swap", "day", date(ctx, e.Swap))
		}
		g.Rows = append(g.Rows, component.Row{ID: e.Date.String(), Cells: []component.Cell{{Text: weekday(ctx, e.Date)}, kind, name}})
	}
	return g
}

func (d room) agencyGrid(ctx context.Context, path string, lines []holiday.Line) component.Grid {
	g := component.Grid{Caption: lang.T(ctx, "holiday.by-agency"), Stack: true, Columns: []component.Column{
		{Title: lang.T(ctx, "holiday.agency"), Width: "wide"},
		{Title: verdict(ctx, deadline.Moved), Numeric: true},
		{Title: verdict(ctx, deadline.Kept), Numeric: true},
		{Title: verdict(ctx, deadline.Untouched), Numeric: true},
	}}
	by := holiday.ByAgency(lines)
	ids := make([]agency.ID, 0, len(by))
	for id := range by {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b agency.ID) int {
		if n := by[b].Moved - by[a].Moved; n != 0 {
			return n
		}
		return strings.Compare(viet.SortKey(d.agencyName(ctx, a)), viet.SortKey(d.agencyName(ctx, b)))
	})
	for _, id := range ids {
		c := by[id]
		g.Rows = append(g.Rows, component.Row{Cells: []component.Cell{
			{Text: d.agencyName(ctx, id), Href: path + "?co-quan=" + url.QueryEscape(string(id)) + "#ho-so"},
			{Text: count(ctx, c.Moved)},
			{Text: count(ctx, c.Kept)},
			{Text: count(ctx, c.Untouched)},
		}})
	}
	return g
}

func (d room) lineGrid(ctx context.Context, entries []entry) component.Grid {
	g := component.Grid{
		Caption: lang.T(ctx, "holiday.lines"), Keys: true, Stack: true,
		Columns: []component.Column{
			{Title: lang.T(ctx, "holiday.dossier")}, {Title: lang.T(ctx, "holiday.agency"), Width: "wide"}, {Title: lang.T(ctx, "holiday.old")}, {Title: lang.T(ctx, "holiday.new")}, {Title: lang.T(ctx, "holiday.holds")},
		},
		Empty: component.EmptyState(component.IconCheck, lang.T(ctx, "holiday.none-touched"), lang.T(ctx, "holiday.none-touched-what")),
	}
	opens := web.ActorFrom(ctx).May(access.DossierReadAll)
	for _, e := range entries {
		code := component.Cell{Text: e.Code, Code: true}
		if opens {
			code.Href = "/ho-so/" + e.Dossier
		}
		holds := component.Cell{Text: verdict(ctx, e.Verdict), Chip: tones[e.Verdict]}
		if e.outcome != "" && e.outcome != holiday.Stands {
			tone := map[holiday.Outcome]component.Tone{holiday.Done: component.Done, holiday.Waiting: component.DueSoon, holiday.Failed: component.Overdue}[e.outcome]
			if tone == "" {
				tone = component.Neutral
			}
			holds = component.Cell{Text: lang.T(ctx, "holiday.outcome."+string(e.outcome)), Chip: tone}
		}
		g.Rows = append(g.Rows, component.Row{ID: e.Dossier, Cells: []component.Cell{
			code, {Text: d.agencyName(ctx, e.Agency)}, {Text: when(ctx, e.Old)}, {Text: when(ctx, e.New)}, holds,
		}})
	}
	return g
}

type previewView struct {
	listing
	confirm component.Confirm
	changed component.Grid // what is different from what was seen before
	differs bool
}

func (d room) seen(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p, err := d.Service.Saved(ctx, web.ActorFrom(ctx), r.PathValue("id"))
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, previewPage(d.previewView(r, p)))
}

func (d room) previewView(r *http.Request, p holiday.Preview) previewView {
	ctx := r.Context()
	entries := make([]entry, len(p.Lines))
	for i, l := range p.Lines {
		entries[i] = entry{Line: l}
	}
	v := previewView{listing: d.listing(r, p.Days, entries)}
	c := holiday.Count(p.Lines)
	v.facts = []component.Fact{
		{Name: lang.T(ctx, "holiday.basis"), Value: p.Command.Basis},
		{Name: lang.T(ctx, "holiday.published"), Value: date(ctx, p.Command.Published)},
		{Name: lang.T(ctx, "holiday.computed"), Value: when(ctx, p.At)},
	}
	if p.Command.Note != "" {
		v.facts = append(v.facts, component.Fact{Name: lang.T(ctx, "holiday.note"), Value: p.Command.Note})
	}
	v.confirm = component.Confirm{
		Title: lang.T(ctx, "holiday.confirm-what"), Action: pathPreview + p.ID, Key: web.NewKey(), Cancel: pathRoom,
		Consequences: []string{
			lang.T(ctx, "holiday.confirm-days", "n", count(ctx, len(p.Days))), lang.T(ctx, "holiday.confirm-moved", "n", count(ctx, c.Moved)),
			lang.T(ctx, "holiday.confirm-kept", "n", count(ctx, c.Kept)), lang.T(ctx, "holiday.confirm-record"),
		},
		// What was seen travels with the button.
		Act: component.Act{Text: lang.T(ctx, "holiday.confirm"), Icon: component.IconStamp, Name: fieldSeen, Value: p.Digest()},
	}
	return v
}

func (d room) confirm(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	if form.Key == "" {
		return web.ErrMalformedForm
	}
	by, id := web.ActorFrom(ctx), r.PathValue("id")
	c, diff, err := d.Service.Confirm(ctx, by, id, form.Get(fieldSeen))
	switch {
	case err == nil:
		return web.SeeOther(w, r, pathChange+c.ID, "holiday.decided-flash")
	case !errors.Is(err, holiday.ErrChanged):
		return err
	}
	p, err := d.Service.Saved(ctx, by, id)
	if err != nil {
		return err
	}
	v := d.previewView(r, p)
	v.differs, v.changed = true, differenceGrid(ctx, diff)
	return web.Render(w, r, http.StatusConflict, previewPage(v))
}

func differenceGrid(ctx context.Context, diff []holiday.Difference) component.Grid {
	g := component.Grid{Caption: lang.T(ctx, "holiday.differences"), Stack: true, Columns: []component.Column{
		{Title: lang.T(ctx, "holiday.dossier")}, {Title: lang.T(ctx, "holiday.then"), Width: "wide"}, {Title: lang.T(ctx, "holiday.now"), Width: "wide"},
	}}
	say := func(l *holiday.Line) component.Cell {
		if l == nil {
			return component.Cell{Text: lang.T(ctx, "holiday.not-listed")}
		}
		return component.Cell{Text: verdict(ctx, l.Verdict), Note: when(ctx, l.Old) + " → " + when(ctx, l.New)}
	}
	for _, x := range diff[:min(len(diff), 200)] {
		g.Rows = append(g.Rows, component.Row{Cells: []component.Cell{{Text: x.Code, Code: true}, say(x.Then), say(x.Now)}})
	}
	return g
}

type changeView struct {
	listing
	title   string
	running bool
	left    string
}

func (d room) change(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, err := d.Service.Change(ctx, web.ActorFrom(ctx), r.PathValue("id"))
	if err != nil {
		return err
	}
	entries := make([]entry, len(c.Entries))
	for i, e := range c.Entries {
		entries[i] = entry{Line: e.Line, outcome: e.Outcome}
	}
	v := changeView{listing: d.listing(r, c.Exceptions(), entries), title: nameOf(ctx, c.Days[0].Exception), running: c.Completed.IsZero()}
	waiting := 0
	for _, e := range c.Entries {
		if e.Outcome == holiday.Waiting {
			waiting++
		}
	}
	v.left = lang.T(ctx, "holiday.left", "n", count(ctx, waiting))
	who := d.Name(c.By.Person)
	if post, ok := d.Catalogue().Tree().Post(c.By.Post, calendar.DateOf(c.At).String()); ok {
		who = strings.TrimPrefix(who+", "+post.Title, ", ")
	}
	if c.By.Agency != "" {
		who += ", " + d.agencyName(ctx, agency.ID(c.By.Agency))
	}
	v.facts = []component.Fact{
		{Name: lang.T(ctx, "holiday.basis"), Value: c.Basis()},
		{Name: lang.T(ctx, "holiday.published"), Value: date(ctx, c.Days[0].Published)},
		{Name: lang.T(ctx, "holiday.decided"), Value: when(ctx, c.At)},
		{Name: lang.T(ctx, "holiday.by"), Value: strings.Trim(who, ", ")},
	}
	if c.Note != "" {
		v.facts = append(v.facts, component.Fact{Name: lang.T(ctx, "holiday.note"), Value: c.Note})
	}
	state := lang.T(ctx, "holiday.running")
	if !v.running {
		state = lang.T(ctx, "holiday.completed-at", "when", when(ctx, c.Completed), "moved", count(ctx, c.Moved), "skipped", count(ctx, c.Skipped))
	}
	v.facts = append(v.facts, component.Fact{Name: lang.T(ctx, "holiday.state"), Value: state}, component.Fact{Name: lang.T(ctx, "holiday.digest"), Value: c.Seen})
	return web.Render(w, r, http.StatusOK, changePage(v))
}
