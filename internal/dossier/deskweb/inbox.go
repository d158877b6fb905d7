package deskweb

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/casefile"
	"github.com/motcua/motcua/internal/deadline"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/law"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

// bulkForm is the id of the form that the check boxes of the list belong to.
const bulkForm = "hang-loat"

type inboxView struct {
	view    view
	note    string
	rail    []component.RailGroup
	grid    component.Grid
	pager   component.Pager
	bulk    bool
	key     string
	from    string    // address of this list, to come back to
	split   string    // address that shows list and dossier side by side; empty where it makes no sense
	chosen  *caseView // opened beside the list
	waiting int       // submissions on this page that wait longer than the alert allows
	whole   string    // address of the list alone
}

func (d *desk) inbox(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	q := r.URL.Query()
	v, ok := viewOf(q.Get("ds"))
	if !ok {
		return web.ErrNoPage
	}
	rail, counters, err := d.rail(r, v.name())
	if err != nil {
		return err
	}
	by, now := actor(ctx), d.Now()
	f := dossier.InboxFilter{Stage: v.stage, Urgency: v.urgency, After: q.Get("sau")}
	items, next, err := d.Service.Inbox(ctx, by, f)
	if err != nil {
		return err
	}
	chosen := q.Get("chon")
	p := inboxView{view: v, rail: rail, bulk: v.bulk && mayMove(by) && len(items) > 0, note: d.note1(ctx, counters), key: web.NewKey()}
	base := url.Values{}
	if v.id != "" {
		base.Set("ds", v.id)
	}
	here := func(add ...string) string {
		u := url.Values{}
		for k, x := range base {
			u[k] = x
		}
		for i := 0; i+1 < len(add); i += 2 {
			if add[i+1] != "" {
				u.Set(add[i], add[i+1])
			}
		}
		if len(u) == 0 {
			return pathInbox
		}
		return pathInbox + "?" + u.Encode()
	}
	if next != "" {
		p.pager.Next = here("sau", next, "chon", chosen)
	}
	if f.After != "" {
		p.pager.Prev = here("chon", chosen)
	}
	p.from = here("sau", f.After, "chon", chosen)
	p.whole = here("sau", f.After)
	if chosen != "" {
		p.bulk = false
		c, err := d.caseOf(ctx, chosen)
		if err != nil {
			return err
		}
		c.back, c.beside = p.from, true
		p.chosen = c
	} else if len(items) > 0 {
		p.split = here("sau", f.After, "chon", items[0].Case)
	}
	for i := range items {
		if unanswered(&items[i], alertAfter(now), now) {
			p.waiting++
		}
	}
	p.grid = d.inboxGrid(ctx, p, items, now, by, func(id string) string {
		if chosen == "" {
			return pathCase + id
		}
		return here("sau", f.After, "chon", id)
	}, chosen)
	return web.Render(w, r, http.StatusOK, inboxPage(p))
}

// mayMove reports whether the post may carry work on at all.
func mayMove(by access.Actor) bool {
	for _, p := range []access.Permission{access.DossierAccept, access.DossierHandle, access.DossierAssign, access.DossierDecide, access.DossierResult, access.DossierReturn} {
		if by.May(p) {
			return true
		}
	}
	return false
}

// note1 is the line under the title: how much waits, and how much of it is late.
func (d *desk) note1(ctx context.Context, c dossier.Counters) string {
	total := c.Reception + c.Handling + c.Supplement + c.Return + c.Waiting
	if total == 0 {
		return ""
	}
	n := component.Number(ctx, min(total, dossier.CountLimit))
	if total >= dossier.CountLimit {
		n += "+"
	}
	return lang.T(ctx, "desk.inbox.note", "n", n, "soon", component.Number(ctx, c.DueSoon), "over", component.Number(ctx, c.Overdue))
}

// inboxGrid draws the rows from the items alone.
func (d *desk) inboxGrid(ctx context.Context, p inboxView, items []casefile.WorkItem, now time.Time, by access.Actor, href func(id string) string, chosen string) component.Grid {
	g := component.Grid{Caption: p.view.title(ctx), Keys: true, Empty: inboxEmpty(p.view), Rows: make([]component.Row, len(items))}
	if p.bulk {
		g.Select, g.SelectForm = "id", bulkForm
	}
	narrow := chosen != ""
	if narrow {
		g.Columns = []component.Column{
			{Title: lang.T(ctx, "desk.col.code")}, {Title: lang.T(ctx, "desk.col.owner"), Width: "wide"}, {Title: lang.T(ctx, "desk.col.state")},
		}
	} else {
		g.Columns = []component.Column{
			{Title: lang.T(ctx, "desk.col.code")},
			{Title: lang.T(ctx, "desk.col.owner")},
			{Title: lang.T(ctx, "desk.col.procedure"), Width: "wide"},
			{Title: lang.T(ctx, "desk.col.step")},
			{Title: dueTitle(ctx, p.view), Sorted: "ascending"},
			{Title: lang.T(ctx, "desk.col.left"), Numeric: true},
			{Title: lang.T(ctx, "desk.col.state")},
		}
	}
	alert := alertAfter(now)
	env, err := d.clockOf(by, now)
	counted := err == nil
	cells := make([]component.Cell, len(items)*len(g.Columns))
	label := lang.T(ctx, "desk.inbox.select")
	for i := range items {
		it := &items[i]
		tone, words := urgencyOf(ctx, it.Stage, it.Due, it.SoonAt, now)
		if tone == component.InTime && unanswered(it, alert, now) {
			tone, words = component.DueSoon, lang.T(ctx, "desk.urgency.alert", "h", int(alert.Hours()))
		}
		c := cells[i*len(g.Columns) : (i+1)*len(g.Columns)]
		c[0] = component.Cell{Text: it.Code, Href: href(it.Case), Code: true}
		c[1] = component.Cell{Text: it.Subject, Clip: true}
		due := component.Cell{Text: short(it.Due, now), Code: true}
		state := component.Cell{Content: component.Status(tone, words)}
		if narrow {
			c[2] = state
		} else {
			c[2] = component.Cell{Text: it.Title, Clip: true}
			c[3] = component.Cell{Text: it.Step, Clip: true}
			c[4] = due
			if counted {
				c[5] = component.Cell{Text: d.left(ctx, it.Due, now, env)}
			}
			c[6] = state
		}
		row := &g.Rows[i]
		row.Cells, row.Tone, row.Current = c, tone, it.Case == chosen
		if p.bulk {
			row.ID, row.Label = seen(it.Case, it.Version), label+" "+it.Code
		}
	}
	return g
}

// alertAfter is how long an online submission may wait before the receiving officer is alerted; 0: no rule.
// law: ND118-2025 17.2
func alertAfter(now time.Time) time.Duration {
	return time.Duration(law.At(calendar.DateOf(now)).Online.AlertMinutes) * time.Minute
}

// unanswered reports whether the item is a submission that owes an answer and waits longer than the alert allows.
// What was brought to a counter owes none.
func unanswered(it *casefile.WorkItem, alert time.Duration, now time.Time) bool {
	return it.Stage == casefile.Reception && !it.Due.IsZero() && alert > 0 && now.Sub(it.Since) >= alert
}

// dueTitle is what the dates of a list are: at reception, when the applicant must have an answer.
func dueTitle(ctx context.Context, v view) string {
	if v.stage == casefile.Reception {
		return lang.T(ctx, "desk.col.answer-due")
	}
	return lang.T(ctx, "desk.col.due")
}

func (d *desk) clockOf(by access.Actor, now time.Time) (deadline.Env, error) {
	if d.Clock == nil {
		return deadline.Env{}, web.ErrNoPage
	}
	return d.Clock(by.Agency, now)
}

// seen is the value of a row's check box: the dossier, and the version the list showed.
func seen(id string, version int64) string { return id + "." + strconv.FormatInt(version, 10) }

func readSeen(s string) (id string, version int64, ok bool) {
	id, v, ok := strings.Cut(s, ".")
	if !ok || id == "" {
		return "", 0, false
	}
	version, err := strconv.ParseInt(v, 10, 64)
	return id, version, err == nil && version > 0
}
