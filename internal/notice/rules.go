package notice

import (
	"fmt"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/casefile"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/law"
	"github.com/motcua/motcua/internal/procedure"
)

// Change is one event of a dossier with the state before and after it.
type Change struct {
	Before *dossier.Dossier // nil before the submission
	After  *dossier.Dossier
	Event  journal.Event
	Rules  law.RuleSet // in force when it happened
	// Agency names an agency as people know it on the day.
	Agency func(id agency.ID, at time.Time) string
}

// Tell is one notice to be left.
type Tell struct {
	Kind     Kind
	Reader   Reader
	Holder   casefile.Holder // behind a queue: whose officers may want a letter too
	Seq      int64
	Occasion string
	Facts    Facts
	At       time.Time
}

// Told lists who is told what by the event. The order is that of the kinds' importance to the applicant.
func Told(c Change) []Tell {
	d, name := c.After, strings.TrimPrefix(c.Event.Kind, eventPrefix)
	var out []Tell
	applicant := func(k Kind) {
		if r, ok := applicantOf(d); ok {
			out = append(out, Tell{Kind: k, Reader: r, Seq: c.Event.Seq, Facts: factsOf(c), At: c.Event.At})
		}
	}
	officers := func(k Kind, h casefile.Holder) {
		if h.Agency == "" && h.Post == "" {
			return
		}
		out = append(out, Tell{Kind: k, Reader: ToQueue(h), Holder: h, Seq: c.Event.Seq, Facts: factsOf(c), At: c.Event.At})
	}
	switch k := Kind(name); k {
	case "personal_data_erased":
		applicant(Erased)
	case Resolved:
		applicant(resultKind(c))
	case Submitted:
		applicant(Submitted)
		if d.Channel != procedure.Direct { // at the counter the officer has it in hand
			officers(Arrived, d.Holder)
		}
	case Redirected:
		applicant(Redirected)
		if d.Status == dossier.Submitted {
			officers(Arrived, d.Holder)
		}
	case Supplemented:
		applicant(Supplemented)
		officers(SupplementReceived, d.Holder)
	case WithdrawalRequested:
		applicant(WithdrawalRequested)
		officers(WithdrawalAsked, d.Holder)
		if d.Holder.Agency != d.Desk {
			officers(WithdrawalAsked, dossier.Reception(d.Desk))
		}
	case "moved", "passed":
		// The decree on online services wants the person told of every change.
		if c.Rules.Online.NotifyEachChange && d.Channel == procedure.Online && c.Before != nil && (c.Before.StepTitle != d.StepTitle || branched(c)) {
			applicant(Progress)
		}
	case CorrectionOpened:
		applicant(CorrectionOpened)
		officers(CorrectionAsked, d.Holder)
	case Undone:
		applicantSaw := c.Before != nil && (c.Before.Status != d.Status || !c.Before.DueAt().Equal(d.DueAt()))
		if applicantSaw {
			applicant(Undone)
		}
	default:
		if is, ok := kinds[k]; ok && !is.officer && c.Event.Kind == eventPrefix+name {
			applicant(k)
		}
	}
	return append(out, together(c, name)...)
}

// resultKind says whether the result is a refusal in the merits, comes early, or comes when it was promised.
func resultKind(c Change) Kind {
	d := c.After
	switch {
	case d.Outcome == dossier.NotEligible:
		return NotEligible
	case early(c):
		return ResolvedEarly
	}
	return Resolved
}

// early: the result is there on a day before the promised one.
func early(c Change) bool {
	due := c.After.DueAt()
	if due.IsZero() && c.Before != nil {
		due = c.Before.DueAt()
	}
	return !due.IsZero() && calendar.DateOf(c.Event.At).Before(calendar.DateOf(due))
}

// applicantOf is the list the applicant reads; false when nothing is known by which they could be told.
func applicantOf(d *dossier.Dossier) (Reader, bool) {
	if d.Account != "" {
		return ToPerson(d.Account), true
	}
	return ByLetterOnly, Contact(d) != ""
}

// Contact is the e-mail address given for this dossier: that of who lodged it, else the owner's.
func Contact(d *dossier.Dossier) string {
	if d.Submitter.Email != "" {
		return d.Submitter.Email
	}
	return d.Owner.Email
}

// Timer is a reminder to be looked at later. What it says is decided then: the dossier may have gone on.
type Timer struct {
	Kind Kind      `json:"kind"`
	Seq  int64     `json:"seq"`  // event it counts from
	Mark time.Time `json:"mark"` // instant it warns of
	Days int       `json:"days,omitempty"`
	At   time.Time `json:"-"` // when to look
}

// Occasion names what the reminder reminds of: the same one is told once, however many timers were set.
func (t Timer) Occasion() string {
	o := t.Mark.In(calendar.Zone).Format("2006-01-02T15:04")
	if t.Days != 0 {
		o += fmt.Sprintf(" -%dd", t.Days)
	}
	return o
}

// morning is the hour at which reminders that count in days are told.
const morning = 8 * 60

// Timers lists the reminders that the event starts: those of dates it set. c.Before may be nil.
func Timers(c Change, s Settings) []Timer {
	d := c.After
	before := c.Before
	if before == nil {
		before = &dossier.Dossier{}
	}
	var out []Timer
	add := func(k Kind, mark, at time.Time, days int) {
		out = append(out, Timer{Kind: k, Seq: c.Event.Seq, Mark: mark, At: at, Days: days})
	}
	if d.Status == dossier.Submitted {
		if alert := time.Duration(c.Rules.Online.AlertMinutes) * time.Minute; alert > 0 && d.Channel != procedure.Direct && arrives(c.Event.Kind) {
			mark := c.Event.At.Add(alert)
			add(ArrivedReminder, mark, mark.Add(-s.AlertBefore()), 0)
		}
		if due := d.AnswerDue; !due.IsZero() && !due.Equal(before.AnswerDue) {
			add(AnswerDue, due, due.Add(-s.AnswerBefore()), 0)
		}
	}
	if p := d.Pending(); p != nil && p.Until != "" && (before.Pending() == nil || before.Pending().Until != p.Until) {
		if until, err := calendar.ParseDate(p.Until); err == nil {
			for _, n := range s.SupplementDays {
				day := until.AddDays(-n)
				if at := day.At(morning); at.After(c.Event.At) {
					add(SupplementReminder, until.At(0), at, n)
				}
			}
		}
	}
	if due := d.DueAt(); runs(d) && !due.Equal(before.DueAt()) {
		if soon := d.SoonAt; !soon.IsZero() && soon.Before(due) {
			add(DueSoon, due, soon, 0)
		}
		add(Overdue, due, due.Add(time.Minute), 0)
	}
	return out
}

// runs: a due date is promised and the dossier still on its way to it.
func runs(d *dossier.Dossier) bool {
	switch d.Status {
	case dossier.Processing, dossier.Obligation, dossier.WithdrawalRequested:
		return !d.DueAt().IsZero()
	}
	return false
}

// arrives: the event brings a dossier to a desk.
func arrives(event string) bool { return Arrived.Follows(event) }

// Fire decides what a reminder tells now. d is the dossier as it stands, opened whether somebody opened the
// notice of its arrival; nothing is told about dates that no longer stand.
func (t Timer) Fire(d *dossier.Dossier, opened bool, now time.Time, name func(agency.ID, time.Time) string) []Tell {
	c := Change{After: d, Agency: name, Event: journal.Event{At: now}}
	tell := func(h casefile.Holder) Tell {
		f := factsOf(c)
		f.Mark, f.Days = &t.Mark, t.Days
		return Tell{Kind: t.Kind, Reader: ToQueue(h), Holder: h, Seq: t.Seq, Occasion: t.Occasion(), Facts: f, At: now}
	}
	switch t.Kind {
	case ArrivedReminder:
		if d.Status == dossier.Submitted && d.Version == t.Seq && !opened {
			return []Tell{tell(d.Holder)}
		}
	case AnswerDue:
		if d.Status == dossier.Submitted && d.AnswerDue.Equal(t.Mark) && now.Before(t.Mark) {
			return []Tell{tell(d.Holder)}
		}
	case SupplementReminder:
		p := d.Pending()
		if p == nil || p.Until != calendar.DateOf(t.Mark).String() || calendar.DateOf(now).After(calendar.DateOf(t.Mark)) {
			return nil
		}
		if r, ok := applicantOf(d); ok {
			one := tell(casefile.Holder{})
			one.Reader = r
			return []Tell{one}
		}
	case DueSoon:
		if runs(d) && d.DueAt().Equal(t.Mark) && now.Before(t.Mark) {
			return []Tell{tell(d.Holder)}
		}
	case Overdue:
		if !runs(d) || !d.DueAt().Equal(t.Mark) || !now.After(t.Mark) {
			return nil
		}
		out := []Tell{tell(d.Holder)}
		if head := (casefile.Holder{Agency: d.Competent, Role: access.RoleHead}); ToQueue(head) != ToQueue(d.Holder) {
			out = append(out, tell(head))
		}
		return out
	}
	return nil
}
