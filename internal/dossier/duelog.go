package dossier

import (
	"time"

	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/viet"
)

// DueChange is one change of the date in force: the first promise, a clock that stands, a restart, an apology, a
// late holiday. Dates are zero while none is promised.
type DueChange struct {
	Kind     string // kind of event
	At       time.Time
	By       journal.Actor
	From, To time.Time
	Name     string // of the days, of the pause
	Basis    string
}

// logDue keeps what an event did to the date in force.
func (d *Dossier) logDue(e journal.Event, before time.Time) {
	after := d.DueAt().UTC()
	if after.Equal(before) || e.Kind == EventErased {
		return
	}
	c := DueChange{Kind: e.Kind, At: e.At, By: e.By, From: before, To: after}
	switch n := len(d.Clock.Acts); {
	case e.Kind == EventDueRevised:
		r := d.Revisions[len(d.Revisions)-1]
		c.Name, c.Basis = r.Name, r.Basis
	case e.Kind == EventPaused && len(d.Pauses) > 0:
		c.Name, c.Basis = d.Pauses[len(d.Pauses)-1].Name, d.Pauses[len(d.Pauses)-1].Basis
	case n > 0 && d.Clock.Acts[n-1].At.Equal(e.At):
		c.Basis = d.Clock.Acts[n-1].Basis
	}
	d.DueLog = append(d.DueLog, c)
}

// Sentence tells the change, in the language "en" or else Vietnamese: what happened, when, which date it left and
// which it set, on what basis.
func (c DueChange) Sentence(lang string) string {
	say := func(vi, en string) string {
		if lang == "en" {
			return en
		}
		return vi
	}
	when := func(t time.Time) string { return say(viet.DateTime(t), viet.DateTimeEnglish(t)) }
	basis := ""
	if c.Basis != "" {
		basis = say(" (căn cứ: ", " (basis: ") + c.Basis + ")"
	}
	var what string
	switch c.Kind {
	case EventAccepted:
		return say("Tiếp nhận lúc ", "Accepted at ") + when(c.At) + say(", hẹn trả lần đầu ", "; first date promised: ") + when(c.To) + "."
	case EventSupplementRequested:
		what = say("Yêu cầu bổ sung hồ sơ lúc ", "Papers were asked for at ")
	case EventSupplemented:
		what = say("Hồ sơ được bổ sung lúc ", "The papers were completed at ")
	case EventPaused:
		what = say("Tạm dừng vì “"+c.Name+"” lúc ", "Paused for “"+c.Name+"” at ")
	case EventResumed:
		what = say("Tính tiếp lúc ", "Resumed at ")
	case EventObligationNoted:
		what = say("Chờ thực hiện nghĩa vụ tài chính từ ", "Waiting for a financial obligation since ")
	case EventObligationMet:
		what = say("Thực hiện xong nghĩa vụ tài chính lúc ", "The financial obligation was met at ")
	case EventApologised:
		what = say("Xin lỗi và hẹn lại lúc ", "An apology set a new date at ")
	case EventDueRevised:
		what = say("Lịch làm việc thay đổi, “"+c.Name+"”, áp dụng lúc ", "The working calendar changed, “"+c.Name+"”, applied at ")
	case EventUndone:
		what = say("Hoàn tác lúc ", "Undone at ")
	default:
		what = say("Thay đổi lúc ", "Changed at ")
	}
	what += when(c.At) + basis
	switch {
	case c.To.IsZero():
		what += say("; dừng tính, ngày hẹn ", "; the clock stands, and the date ") + when(c.From) + say(" không còn áp dụng", " no longer holds")
	case c.From.IsZero():
		what += say("; hẹn trả ", "; the date is ") + when(c.To)
	default:
		what += say("; ngày hẹn từ ", "; the date moves from ") + when(c.From) + say(" chuyển sang ", " to ") + when(c.To)
	}
	return what + "."
}
