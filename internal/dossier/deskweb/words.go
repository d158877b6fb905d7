package deskweb

import (
	"context"
	"strconv"
	"sync"
	"time"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/casefile"
	"github.com/motcua/motcua/internal/deadline"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/viet"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

// when writes an instant in full.
func when(ctx context.Context, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	if lang.From(ctx) == lang.EN {
		return viet.DateTimeEnglish(t)
	}
	return viet.DateTime(t)
}

// short writes an instant for a narrow column: hour and day, the year only when it is another one.
func short(t, now time.Time) string {
	if t.IsZero() {
		return "–"
	}
	t, now = t.In(calendar.Zone), now.In(calendar.Zone)
	if t.Year() == now.Year() {
		return t.Format("15:04 02/01")
	}
	return t.Format("15:04 02/01/06")
}

func iso(t time.Time) string { return t.In(calendar.Zone).Format(time.RFC3339) }

// dayText writes a local day (yyyy-mm-dd) as people read it.
func dayText(ctx context.Context, day string) string {
	t, err := time.ParseInLocation(time.DateOnly, day, calendar.Zone)
	if err != nil {
		return day
	}
	if lang.From(ctx) == lang.EN {
		return viet.DateEnglish(t)
	}
	return viet.Date(t)
}

// distances counts working days between two dates once: a page of fifty rows has few different dates, and
// the same ones come again with every page.
type distances struct {
	mu sync.Mutex
	m  map[distance]int
}

type distance struct {
	office    *calendar.Office
	from, due calendar.Date
}

const keepDistances = 10_000

func (x *distances) days(from, due time.Time, env deadline.Env) (int, bool) {
	key := distance{env.Office, calendar.DateOf(from), calendar.DateOf(due)}
	x.mu.Lock()
	n, ok := x.m[key]
	x.mu.Unlock()
	if ok {
		return n, true
	}
	left, err := deadline.Left(due, from, env)
	if err != nil {
		return 0, false
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.m == nil || len(x.m) >= keepDistances {
		x.m = map[distance]int{}
	}
	x.m[key] = left.Days
	return left.Days, true
}

// left tells the working time from now to due in few words: "3 ngày", "2 giờ 15", "quá 4 ngày". It is empty where
// the calendar of the years between is not announced.
func (d *desk) left(ctx context.Context, due, now time.Time, env deadline.Env) string {
	if due.IsZero() {
		return ""
	}
	over := now.After(due)
	if calendar.DateOf(due) != calendar.DateOf(now) {
		n, ok := d.days.days(now, due, env)
		switch {
		case !ok:
			return ""
		case n > 0:
			return lang.T(ctx, "desk.left.days", "n", n)
		case n < 0:
			return lang.T(ctx, "desk.left.over-days", "n", -n)
		}
	}
	r, err := deadline.Left(due, now, env)
	if err != nil {
		return ""
	}
	minutes := r.Minutes
	if over {
		minutes = -minutes
	}
	text := lang.T(ctx, "desk.left.minutes", "m", minutes%60)
	if h := minutes / 60; h > 0 {
		text = lang.T(ctx, "desk.left.hours", "h", h, "m", two(minutes%60))
	}
	if over {
		return lang.T(ctx, "desk.left.over", "time", text)
	}
	return text
}

func two(n int64) string {
	if n < 10 {
		return "0" + strconv.FormatInt(n, 10)
	}
	return strconv.FormatInt(n, 10)
}

// urgencyOf is the tone and the words of a piece of work.
func urgencyOf(ctx context.Context, stage casefile.Stage, due, soon, now time.Time) (component.Tone, string) {
	switch stage {
	case casefile.Supplement:
		return component.Paused, lang.T(ctx, "desk.urgency.supplement")
	case casefile.Return:
		return component.Done, lang.T(ctx, "desk.urgency.return")
	case casefile.Waiting:
		return component.Paused, lang.T(ctx, "desk.urgency.waiting")
	case casefile.Reception, casefile.Handling:
	}
	switch deadline.StateOf(due, soon, now) {
	case deadline.Overdue:
		return component.Overdue, lang.T(ctx, "desk.urgency.overdue")
	case deadline.DueSoon:
		return component.DueSoon, lang.T(ctx, "desk.urgency.soon")
	case deadline.Within:
		return component.InTime, lang.T(ctx, "desk.urgency.within")
	}
	return component.Neutral, lang.T(ctx, "desk.urgency.none")
}

// standing is the chip of one dossier: its state, coloured by its clock while one runs.
func standing(ctx context.Context, d *dossier.Dossier, now time.Time) (component.Tone, string) {
	switch d.Status {
	case dossier.Submitted:
		if d.AnswerDue.IsZero() {
			return component.Notice, lang.T(ctx, "status.submitted")
		}
		tone, _ := urgencyOf(ctx, casefile.Reception, d.AnswerDue, d.AnswerDue.Add(-2*time.Hour), now)
		return tone, lang.T(ctx, "status.submitted")
	case dossier.Processing:
		if d.Standing() {
			return component.Paused, lang.T(ctx, "desk.urgency.paused")
		}
		return urgencyOf(ctx, casefile.Handling, d.DueAt(), d.SoonAt, now)
	}
	return statusTone(d.Status), lang.T(ctx, "status."+string(d.Status))
}

func statusTone(s dossier.Status) component.Tone {
	switch s {
	case dossier.SupplementRequested, dossier.Obligation:
		return component.Paused
	case dossier.WithdrawalRequested, dossier.Correcting:
		return component.DueSoon
	case dossier.Resolved, dossier.Returned:
		return component.Done
	case dossier.Submitted:
		return component.Notice
	case dossier.Processing:
		return component.InTime
	case dossier.Refused, dossier.Withdrawn, dossier.Stopped, dossier.Closed:
	}
	return component.Neutral
}

// names says who posts, units and agencies are, on the day they acted.
type names struct {
	cat    *procedure.Catalogue
	person func(id string) string
}

// names knows each person once for a page.
func (d *desk) names() names {
	n := names{cat: d.Catalogue()}
	if d.Name != nil {
		known := map[string]string{}
		n.person = func(id string) string {
			name, ok := known[id]
			if !ok {
				name = d.Name(id)
				known[id] = name
			}
			return name
		}
	}
	return n
}

func (n names) agency(id agency.ID, at time.Time) string {
	if id == "" {
		return ""
	}
	tree := n.cat.Tree()
	if a, ok := tree.At(id, dayOf(at)); ok {
		return a.Name
	}
	if a, ok := tree.Ever(id); ok {
		return a.Name
	}
	return string(id)
}

func (n names) post(id string, at time.Time) string {
	if p, ok := n.cat.Tree().Post(id, dayOf(at)); ok {
		return p.Title
	}
	return id
}

// holder says who has the work: the named post, else the role and unit that share it.
func (n names) holder(ctx context.Context, h casefile.Holder, at time.Time) string {
	who := ""
	switch {
	case h.Post != "":
		who = n.post(h.Post, at)
	case h.Role != "":
		who = lang.T(ctx, "desk.role."+h.Role)
	}
	if h.Unit != "" && h.Post == "" {
		if a, ok := n.cat.Tree().Ever(h.Agency); ok {
			for _, u := range a.Units {
				switch {
				case u.ID != h.Unit:
				case who == "": // nobody in particular: the unit itself
					who = u.Name
				default:
					who += ", " + u.Name
				}
			}
		}
	}
	if where := n.agency(h.Agency, at); where != "" {
		if who == "" {
			return where
		}
		return who + ", " + where
	}
	return who
}

// by says who acted: the name where it is known, and the post.
func (n names) by(ctx context.Context, a journal.Actor, at time.Time) string {
	if a.System != "" {
		return lang.T(ctx, "desk.by.system")
	}
	post := ""
	if a.Post != "" {
		post = n.post(a.Post, at)
		if where := n.agency(agency.ID(a.Agency), at); where != "" {
			post += ", " + where
		}
	}
	name := ""
	if n.person != nil && a.Person != "" {
		name = n.person(a.Person)
	}
	if a.Behalf != "" && n.person != nil && post != "" {
		post = lang.T(ctx, "desk.by.behalf", "name", n.person(a.Behalf), "post", post)
	}
	switch {
	case name != "" && post != "":
		return name + " – " + post
	case name != "":
		return name
	case post != "":
		return post
	case a.Person != "":
		return lang.T(ctx, "desk.by.applicant")
	}
	return ""
}
