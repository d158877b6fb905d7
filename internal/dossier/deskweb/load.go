package deskweb

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/casefile"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

const (
	pathLoad     = "/khoi-luong"
	railLoad     = "load"
	fieldQueue   = "hang"
	loadForm     = "chuyen-viec"
	mostReassign = 200
)

// errNobodyChosen asks who gets the work.
var errNobodyChosen = fault.New(fault.Invalid, "together.nobody-chosen")

// loadView is the load of an agency or unit, or one queue of it.
type loadView struct {
	rail   []component.RailGroup
	note   string
	grid   component.Grid
	queue  string
	title  string
	pager  component.Pager
	posts  []component.Option
	key    string
	errors []component.FieldError
	typed  url.Values
	report *component.Grid
	done   int
	failed int
}

func (v loadView) errorOf(id string) string {
	for _, e := range v.errors {
		if e.ID == id {
			return e.Text
		}
	}
	return ""
}

// queuePath is the page of one queue.
func queuePath(queue string) string { return pathLoad + "?" + url.Values{fieldQueue: {queue}}.Encode() }

// workload shows the load of the actor's agency or unit, or what waits in one queue of it.
func (d *desk) workload(w http.ResponseWriter, r *http.Request) error {
	if r.URL.Query().Has(fieldQueue) {
		v, err := d.queueOf(r, r.URL.Query().Get(fieldQueue))
		if err != nil {
			return err
		}
		return web.Render(w, r, http.StatusOK, queuePage(v))
	}
	ctx := r.Context()
	by, n, now := actor(ctx), d.names(), d.Now()
	loads, err := d.Service.Loads(ctx, by)
	if err != nil {
		return err
	}
	v := loadView{note: n.agency(by.Agency, now)}
	if by.Unit != "" && !by.HasRole(access.RoleHead) {
		v.note = n.holder(ctx, casefile.Holder{Agency: by.Agency, Unit: by.Unit}, now)
	}
	if v.rail, _, err = d.rail(r, railLoad); err != nil {
		return err
	}
	v.grid = component.Grid{Caption: lang.T(ctx, "together.load.title"), Keys: true, Stack: true, Empty: loadEmpty(), Columns: []component.Column{
		{Title: lang.T(ctx, "together.load.queue"), Width: "wide"},
		{Title: lang.T(ctx, "together.load.open"), Numeric: true},
		{Title: lang.T(ctx, "together.load.soon"), Numeric: true},
		{Title: lang.T(ctx, "together.load.overdue"), Numeric: true},
		{Title: lang.T(ctx, "together.load.waiting"), Numeric: true},
		{Title: lang.T(ctx, "together.load.age"), Numeric: true},
	}}
	people := d.queuePeople(ctx, loads)
	number := func(n int) component.Cell { return component.Cell{Text: component.Number(ctx, n)} }
	for _, q := range loads {
		row := component.Row{Cells: []component.Cell{
			{Text: d.queueName(ctx, n, q.Queue, now), Href: queuePath(q.Queue), Note: people[q.Queue]},
			number(q.Open), number(q.Soon), number(q.Overdue), number(q.Waiting),
			{Text: ageText(ctx, q)},
		}}
		switch {
		case q.Overdue > 0:
			row.Tone = component.Overdue
		case q.Soon > 0:
			row.Tone = component.DueSoon
		}
		v.grid.Rows = append(v.grid.Rows, row)
	}
	return web.Render(w, r, http.StatusOK, loadPage(v))
}

// ageText is how long the work of a queue has been there on average.
func ageText(ctx context.Context, q dossier.QueueLoad) string {
	hours := int(q.Age.Hours())
	switch {
	case q.Open == q.Waiting:
		return "–"
	case hours < 24:
		return lang.T(ctx, "together.load.hours", "n", max(hours, 1))
	}
	return lang.T(ctx, "together.load.days", "n", hours/24)
}

// holderOf reads who a queue belongs to.
func (d *desk) holderOf(queue string, at time.Time) casefile.Holder {
	if id, ok := strings.CutPrefix(queue, "post:"); ok {
		h := casefile.Holder{Post: id}
		if p, known := d.Catalogue().Tree().Post(id, dayOf(at)); known {
			h.Agency, h.Unit = p.Agency, p.Unit
		}
		return h
	}
	parts := strings.SplitN(queue, "/", 3)
	if len(parts) < 3 {
		return casefile.Holder{}
	}
	return casefile.Holder{Agency: agency.ID(parts[0]), Unit: parts[1], Role: parts[2]}
}

// queueName names a queue inside its agency: the post, or the role that shares it.
func (d *desk) queueName(ctx context.Context, n names, queue string, at time.Time) string {
	h := d.holderOf(queue, at)
	if h.Post != "" {
		if p, ok := d.Catalogue().Tree().Post(h.Post, dayOf(at)); ok {
			return d.postLabel(p, at)
		}
		return h.Post
	}
	return lang.T(ctx, "together.load.pool", "who", strings.TrimSuffix(n.holder(ctx, h, at), ", "+n.agency(h.Agency, at)))
}

// queuePeople tells who holds the posts of the queues.
func (d *desk) queuePeople(ctx context.Context, loads []dossier.QueueLoad) map[string]string {
	out := map[string]string{}
	if d.Incumbents == nil {
		return out
	}
	var posts []string
	for _, q := range loads {
		if id, ok := strings.CutPrefix(q.Queue, "post:"); ok {
			posts = append(posts, id)
		}
	}
	for id, names := range d.Incumbents(ctx, posts) {
		out["post:"+id] = strings.Join(names, ", ")
	}
	return out
}

// queueOf is one queue with its work and who it may be given to.
func (d *desk) queueOf(r *http.Request, queue string) (loadView, error) {
	ctx := r.Context()
	by, n, now := actor(ctx), d.names(), d.Now()
	after := r.URL.Query().Get("sau")
	items, next, err := d.Service.QueueWork(ctx, by, queue, after)
	if err != nil {
		return loadView{}, err
	}
	v := loadView{queue: queue, key: web.NewKey(), title: d.queueName(ctx, n, queue, now)}
	if v.rail, _, err = d.rail(r, railLoad); err != nil {
		return v, err
	}
	v.note = d.queuePeople(ctx, []dossier.QueueLoad{{Queue: queue}})[queue]
	if next != "" {
		v.pager.Next = queuePath(queue) + "&sau=" + url.QueryEscape(next)
	}
	if after != "" {
		v.pager.Prev = queuePath(queue)
	}
	v.grid = component.Grid{Caption: v.title, Keys: true, Select: "id", SelectForm: loadForm, Empty: loadEmpty(), Columns: []component.Column{
		{Title: lang.T(ctx, "desk.col.code")},
		{Title: lang.T(ctx, "desk.col.owner")},
		{Title: lang.T(ctx, "desk.col.procedure"), Width: "wide"},
		{Title: lang.T(ctx, "desk.col.step")},
		{Title: lang.T(ctx, "together.col.since")},
		{Title: lang.T(ctx, "desk.col.due")},
		{Title: lang.T(ctx, "desk.col.state")},
	}}
	var roles []string
	for _, it := range items {
		tone, words := urgencyOf(ctx, it.Stage, it.Due, it.SoonAt, now)
		v.grid.Rows = append(v.grid.Rows, component.Row{
			ID: seen(it.Case, it.Version), Label: lang.T(ctx, "desk.inbox.select") + " " + it.Code, Tone: tone,
			Cells: []component.Cell{
				{Text: it.Code, Href: pathCase + it.Case, Code: true},
				{Text: it.Subject, Clip: true},
				{Text: it.Title, Clip: true},
				{Text: it.Step, Clip: true},
				{Text: short(it.Since, now), Code: true},
				{Text: short(it.Due, now), Code: true},
				{Content: component.Status(tone, words)},
			},
		})
		if !slices.Contains(roles, it.Holder.Role) {
			roles = append(roles, it.Holder.Role)
		}
	}
	var posts []agency.Post
	for _, p := range d.Catalogue().Tree().Posts(by.Agency, dayOf(now)) {
		if "post:"+p.ID != queue && slices.ContainsFunc(p.Roles, func(role string) bool { return slices.Contains(roles, role) }) {
			posts = append(posts, p)
		}
	}
	v.posts = d.labelled(ctx, posts, now)
	return v, nil
}

// reassign gives the ticked work of a queue to another post and reports every line.
func (d *desk) reassign(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	if f.Key == "" {
		return dossier.ErrKeyNeeded
	}
	queue, post, rows := f.Get(fieldQueue), f.Get(fieldPost), f.Values["id"]
	if len(rows) > mostReassign {
		return web.ErrTooManyFields
	}
	if len(rows) == 0 || post == "" {
		v, err := d.queueOf(r, queue)
		if err != nil {
			return err
		}
		v.typed = f.Values
		refusal := component.FieldError{ID: fieldPost, Text: web.ErrorText(ctx, errNobodyChosen)}
		if len(rows) == 0 {
			refusal = component.FieldError{ID: loadForm, Text: web.ErrorText(ctx, errNoneChosen)}
		}
		v.errors = []component.FieldError{refusal}
		return web.Render(w, r, http.StatusUnprocessableEntity, queuePage(v))
	}
	rs := make([]dossier.Request, 0, len(rows))
	for _, row := range rows {
		id, version, ok := readSeen(row)
		if !ok {
			return web.ErrMalformedForm
		}
		rs = append(rs, dossier.Request{By: actor(ctx), Dossier: id, Version: version, Key: lineKey(f.Key, id)})
	}
	report := component.Grid{Caption: lang.T(ctx, "desk.bulk.title"), Keys: true, Columns: []component.Column{
		{Title: lang.T(ctx, "desk.col.code")}, {Title: lang.T(ctx, "desk.col.outcome")}, {Title: lang.T(ctx, "desk.col.why"), Width: "wide"},
	}}
	v := loadView{queue: queue, title: d.queueName(ctx, d.names(), queue, d.Now()), report: &report}
	for _, line := range d.Service.Reassign(ctx, rs, queue, post) {
		row, ok, err := lineRow(ctx, line)
		if err != nil {
			return err
		}
		if ok {
			v.done++
		} else {
			v.failed++
		}
		report.Rows = append(report.Rows, row)
	}
	if v.rail, _, err = d.rail(r, railLoad); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, reassignedPage(v))
}
