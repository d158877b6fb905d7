package noticeweb

import (
	"context"
	"slices"
	"time"

	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/notice"
	"github.com/motcua/motcua/internal/viet"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

// when writes an instant in the language of ctx.
func when(ctx context.Context, t time.Time) string {
	if lang.From(ctx) == lang.EN {
		return viet.DateTimeEnglish(t)
	}
	return viet.DateTime(t)
}

func iso(t time.Time) string { return t.In(calendar.Zone).Format(time.RFC3339) }

// rail is the rail of a room beside the inbox, with this room in it.
func rail(ctx context.Context, here string) []component.RailGroup {
	groups := component.RoomRail(ctx, here)
	item := component.RailItem{Text: lang.T(ctx, "notice.office.title"), Href: pathOffice, Icon: component.IconBell, Count: -1, Key: "o", Current: here == pathOffice}
	groups[0].Items = append(groups[0].Items, item)
	return slices.DeleteFunc(groups, func(g component.RailGroup) bool { return len(g.Items) == 0 })
}

func mineGrid(ctx context.Context, list []line) component.Grid {
	g := component.Grid{
		Caption: lang.T(ctx, "notice.mine.title"), Stack: true,
		Columns: []component.Column{{Title: lang.T(ctx, "notice.col.notice"), Width: "wide"}, {Title: lang.T(ctx, "notice.col.at")}},
		Empty:   component.EmptyState(component.IconBell, lang.T(ctx, "notice.mine.empty"), lang.T(ctx, "notice.mine.empty-text")),
	}
	for _, n := range list {
		g.Rows = append(g.Rows, component.Row{Cells: []component.Cell{
			{Text: n.title, Href: pathOwn + n.Case, Note: note(ctx, n)}, {Text: when(ctx, n.At)},
		}})
	}
	return g
}

func note(ctx context.Context, n line) string {
	if !n.Read.IsZero() {
		return n.text
	}
	if n.text == "" {
		return lang.T(ctx, "notice.new")
	}
	return lang.T(ctx, "notice.new") + ". " + n.text
}

func officeGrid(ctx context.Context, v officeView) component.Grid {
	g := component.Grid{
		Caption: lang.T(ctx, "notice.office.title"), Keys: true, Stack: true,
		Columns: []component.Column{
			{Title: lang.T(ctx, "notice.col.notice"), Width: "wide"},
			{Title: lang.T(ctx, "notice.col.at")},
			{Title: lang.T(ctx, "notice.col.state")},
		},
		Empty: component.EmptyState(component.IconBell, lang.T(ctx, "notice.office.empty"), lang.T(ctx, "notice.office.empty-text")),
	}
	for _, n := range v.lines {
		state := component.Cell{Text: lang.T(ctx, "notice.read")}
		switch {
		case n.Read.IsZero():
			state = component.Cell{Text: lang.T(ctx, "notice.new"), Chip: tone(n.Kind)}
		case n.ReadBy == notice.Settled:
			state.Text = lang.T(ctx, "notice.settled")
		}
		g.Rows = append(g.Rows, component.Row{ID: n.ID, Cells: []component.Cell{
			{Text: n.title, Href: pathOffice + "/" + n.ID, Note: n.text}, {Text: when(ctx, n.At)}, state,
		}})
	}
	return g
}

func tone(k notice.Kind) component.Tone {
	switch k {
	case notice.Overdue:
		return component.Overdue
	case notice.DueSoon, notice.AnswerDue, notice.ArrivedReminder:
		return component.DueSoon
	case notice.Undelivered:
		return component.Fault
	}
	return component.Notice
}

// toldLine is one notice on a dossier's page.
type toldLine struct {
	line
	letters []notice.Delivery
	officer bool
}

func toldMoments(ctx context.Context, list []toldLine) []component.Moment {
	out := make([]component.Moment, len(list))
	for i, t := range list {
		at := t.Told
		out[i] = component.Moment{Title: t.title, When: when(ctx, at), ISO: iso(at)}
		var lines []string
		if t.Reader.Person() != "" {
			lines = append(lines, t.inApp(ctx))
		}
		for _, l := range t.letters {
			lines = append(lines, letterLine(ctx, l, t.officer)...)
		}
		out[i].Body = toldBody(lines)
	}
	return out
}

// inApp says whether the applicant has seen the notice in their list.
func (t toldLine) inApp(ctx context.Context) string {
	if !t.officer {
		return lang.T(ctx, "notice.in-app")
	}
	if t.Read.IsZero() {
		return lang.T(ctx, "notice.in-app-unread")
	}
	return lang.T(ctx, "notice.in-app-read", "at", when(ctx, t.Read))
}

// letterLine says what became of a letter. The server's own words are for officers.
func letterLine(ctx context.Context, l notice.Delivery, officer bool) []string {
	to := notice.Mask(l.Address)
	if to == "" {
		to = lang.T(ctx, "notice.address-erased")
	}
	var out []string
	say := func(key string, args ...any) {
		out = append(out, lang.T(ctx, "notice.letter."+key, append(args, "to", to)...))
	}
	switch l.State {
	case notice.Sent:
		say("sent", "at", when(ctx, l.Sent))
	case notice.Queued, notice.Sending:
		if l.Attempts == 0 {
			say("queued")
		} else {
			say("again", "n", l.Attempts, "at", when(ctx, l.Tried))
		}
	case notice.Held:
		if l.Reason == notice.QuietHours {
			say("held-quiet", "at", when(ctx, l.HeldUntil))
		} else {
			say("held-server")
		}
	case notice.Failed:
		say("failed-" + string(l.Reason))
	}
	if l.Repeated {
		say("repeated")
	}
	if officer && l.Answer != "" && l.State != notice.Sent {
		out = append(out, lang.T(ctx, "notice.letter.answer", "answer", l.Answer))
	}
	return out
}
