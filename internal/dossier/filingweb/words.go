package filingweb

import (
	"context"
	"time"

	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/deadline"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/dossier/paper"
	"github.com/motcua/motcua/internal/viet"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

// told is a dossier ready to be put into words for its applicant.
type told struct {
	*dossier.Dossier
	source  paper.Source
	now     time.Time
	moments []dossier.Moment
}

func (p *pages) tell(d *dossier.Dossier, moments ...dossier.Moment) told {
	return told{Dossier: d, source: p.source(), now: p.Now(), moments: moments}
}

// when writes an instant in the language of ctx.
func when(ctx context.Context, t time.Time) string {
	if lang.From(ctx) == lang.EN {
		return viet.DateTimeEnglish(t)
	}
	return viet.DateTime(t)
}

// onDay writes a local date (yyyy-mm-dd).
func onDay(ctx context.Context, date string) string {
	t, err := time.ParseInLocation(time.DateOnly, date, calendar.Zone)
	if err != nil {
		return date
	}
	if lang.From(ctx) == lang.EN {
		return viet.DayEnglish(t)
	}
	return viet.Day(t)
}

// day writes the day of an instant, for lists.
func day(ctx context.Context, t time.Time) string {
	if lang.From(ctx) == lang.EN {
		return viet.DateEnglish(t)
	}
	return viet.Date(t)
}

func iso(t time.Time) string { return t.In(calendar.Zone).Format(time.RFC3339) }

// overdue reports whether a date was promised and has passed while the case is open.
func overdue(s dossier.Status, due, now time.Time) bool {
	return (s == dossier.Processing || s == dossier.Obligation) && !due.IsZero() && now.After(due)
}

// tone is the colour and icon of where a dossier stands.
func tone(s dossier.Status, due, now time.Time) component.Tone {
	if overdue(s, due, now) {
		return component.Overdue
	}
	switch s {
	case dossier.SupplementRequested, dossier.WithdrawalRequested:
		return component.Paused
	case dossier.Obligation:
		return component.DueSoon
	case dossier.Processing, dossier.Correcting:
		return component.InTime
	case dossier.Resolved, dossier.Returned:
		return component.Done
	}
	return component.Neutral
}

// status names where a dossier stands in two or three words.
func status(ctx context.Context, s dossier.Status, due, now time.Time) string {
	if overdue(s, due, now) {
		return lang.T(ctx, "filing.overdue")
	}
	return lang.T(ctx, "status."+string(s))
}

func (t told) tone() component.Tone              { return tone(t.Status, t.DueAt(), t.now) }
func (t told) status(ctx context.Context) string { return status(ctx, t.Status, t.DueAt(), t.now) }
func (t told) desk() string                      { return t.source.Agency(t.Desk, t.now) }
func (t told) holder() string                    { return t.source.Holder(t.Holder, t.now) }
func (t told) address() string                   { return t.source.Track(t.Dossier).Address }
func (t told) path(rest string) string           { return "/ho-so-cua-toi/" + t.ID + rest }
func (t told) receiptPath() string               { return receiptPath(t.Code, t.Secret) }

// sentence says where the dossier is, who has it and until when. Every state has one.
func (t told) sentence(ctx context.Context) string {
	switch t.Status {
	case dossier.Submitted:
		if t.AnswerDue.IsZero() {
			return lang.T(ctx, "filing.now.submitted", "desk", t.desk())
		}
		return lang.T(ctx, "filing.now.submitted-until", "desk", t.desk(), "until", when(ctx, t.AnswerDue))
	case dossier.SupplementRequested:
		if q := t.Pending(); q != nil && q.Until != "" {
			return lang.T(ctx, "filing.now.supplement-until", "until", onDay(ctx, q.Until))
		}
		return lang.T(ctx, "filing.now.supplement")
	case dossier.Obligation:
		o := t.owed()
		if o.Until != "" {
			return lang.T(ctx, "filing.now.obligation-until", "name", o.Name, "amount", money(ctx, o.Amount), "until", onDay(ctx, o.Until))
		}
		return lang.T(ctx, "filing.now.obligation", "name", o.Name, "amount", money(ctx, o.Amount))
	case dossier.WithdrawalRequested:
		return lang.T(ctx, "filing.now.withdrawal-requested", "desk", t.desk(), "at", when(ctx, t.Withdrawal.At))
	case dossier.Withdrawn:
		return lang.T(ctx, "filing.now.withdrawn", "at", when(ctx, t.EndedAt))
	case dossier.Stopped:
		return lang.T(ctx, "filing.now.stopped", "desk", t.desk(), "at", when(ctx, t.EndedAt))
	case dossier.Closed:
		if n := len(t.Supplements); n > 0 && t.Supplements[n-1].Until != "" {
			return lang.T(ctx, "filing.now.closed-until", "desk", t.desk(), "at", when(ctx, t.EndedAt), "until", onDay(ctx, t.Supplements[n-1].Until))
		}
		return lang.T(ctx, "filing.now.closed", "desk", t.desk(), "at", when(ctx, t.EndedAt))
	case dossier.Refused:
		return lang.T(ctx, "filing.now.refused", "desk", t.desk(), "at", when(ctx, t.RefusedAt))
	case dossier.Resolved:
		if t.corrected() {
			return lang.T(ctx, "filing.now.corrected", "desk", t.desk())
		}
		return lang.T(ctx, "filing.now.resolved", "desk", t.desk())
	case dossier.Returned:
		return lang.T(ctx, "filing.now.returned", "at", when(ctx, t.ReturnedAt))
	case dossier.Correcting:
		if !t.StepDue.IsZero() {
			return lang.T(ctx, "filing.now.correcting-until", "holder", t.holder(), "until", when(ctx, t.StepDue))
		}
		return lang.T(ctx, "filing.now.correcting", "holder", t.holder())
	case dossier.Processing:
		return t.underway(ctx)
	}
	return ""
}

// underway is the sentence while an agency works on the dossier.
func (t told) underway(ctx context.Context) string {
	if p := t.Paused(); p != nil {
		return lang.T(ctx, "filing.now.paused", "holder", t.holder(), "at", when(ctx, p.From), "why", p.Name)
	}
	switch due := t.DueAt(); {
	case due.IsZero():
		return lang.T(ctx, "filing.now.processing", "step", t.StepTitle, "holder", t.holder())
	case overdue(t.Status, due, t.now):
		return lang.T(ctx, "filing.now.overdue", "step", t.StepTitle, "holder", t.holder(), "due", when(ctx, due))
	default:
		return lang.T(ctx, "filing.now.processing-until", "step", t.StepTitle, "holder", t.holder(), "due", when(ctx, due))
	}
}

// needs says what the person has to do now, or that there is nothing; empty where a section of the page asks.
func (t told) needs(ctx context.Context) string {
	switch t.Status {
	case dossier.SupplementRequested, dossier.Obligation:
		return ""
	case dossier.WithdrawalRequested:
		return lang.T(ctx, "filing.needs.withdrawal")
	case dossier.Refused, dossier.Withdrawn, dossier.Stopped, dossier.Closed:
		return lang.T(ctx, "filing.needs.ended")
	case dossier.Resolved:
		return lang.T(ctx, "filing.needs.collect")
	case dossier.Submitted, dossier.Processing, dossier.Correcting, dossier.Returned:
	}
	return lang.T(ctx, "filing.needs.nothing")
}

// next says what happens next, on the page after submitting.
func (t told) next(ctx context.Context) string {
	if t.AnswerDue.IsZero() {
		return lang.T(ctx, "filing.done.next", "desk", t.desk())
	}
	return lang.T(ctx, "filing.done.next-until", "desk", t.desk(), "until", when(ctx, t.AnswerDue))
}

// why is the derivation of the date in force and the record of its changes; nil when none was ever promised.
func (t told) why(ctx context.Context) *component.Why {
	language := string(lang.From(ctx))
	w := component.Why{Summary: lang.T(ctx, "filing.why")}
	if t.Due != nil && !t.DueAt().IsZero() {
		w.Intro = lang.T(ctx, "filing.why-intro", "limit", t.Due.Limit.Text(language))
		w.Result = lang.T(ctx, "filing.why-result", "due", when(ctx, t.DueAt()))
		for _, line := range t.Due.Explain(language) {
			w.Lines = append(w.Lines, component.WhyLine{What: line})
		}
	} else if t.Standing() {
		w.Summary, w.Intro = lang.T(ctx, "why.no-date"), lang.T(ctx, "why.no-date-intro")
	} else {
		w.Summary = lang.T(ctx, "why.changes")
	}
	// The first promise alone is told by the derivation.
	if len(t.DueLog) > 1 {
		w.ChangesTitle = lang.T(ctx, "why.changes")
		for _, c := range t.DueLog {
			w.Changes = append(w.Changes, c.Sentence(language))
		}
	}
	if len(w.Lines)+len(w.Changes) == 0 {
		return nil
	}
	return &w
}

// limit names the processing time the dossier was accepted with.
func (t told) limit(ctx context.Context) string {
	l, err := deadline.ParseLimit(t.Limit)
	if err != nil {
		return ""
	}
	return l.Text(string(lang.From(ctx)))
}

// degree shows how far a dossier is and nothing else.
// law: TT01-2018 16
func degree(ctx context.Context, s dossier.Status, accepted bool) []component.Step {
	names := []string{"submitted", "accepted", "handled", "returned"}
	at := 1 // steps done
	switch s {
	case dossier.Submitted:
	case dossier.SupplementRequested:
		if accepted {
			at = 2
		}
	case dossier.Processing, dossier.Obligation, dossier.WithdrawalRequested, dossier.Correcting:
		at = 2
	case dossier.Resolved:
		at = 3
	case dossier.Returned:
		at = 4
	case dossier.Refused:
		return []component.Step{
			{Text: lang.T(ctx, "filing.degree.submitted"), State: component.StepDone},
			{Text: lang.T(ctx, "filing.degree.refused"), State: component.StepStopped},
		}
	case dossier.Withdrawn, dossier.Stopped, dossier.Closed:
		out := []component.Step{{Text: lang.T(ctx, "filing.degree.submitted"), State: component.StepDone}}
		if accepted {
			out = append(out, component.Step{Text: lang.T(ctx, "filing.degree.accepted"), State: component.StepDone})
		}
		return append(out, component.Step{Text: lang.T(ctx, "status."+string(s)), State: component.StepStopped})
	}
	out := make([]component.Step, len(names))
	for i, n := range names {
		out[i] = component.Step{Text: lang.T(ctx, "filing.degree."+n), State: component.StepToDo}
		switch {
		case i < at:
			out[i].State = component.StepDone
		case i == at:
			out[i].State = component.StepCurrent
		}
	}
	return out
}

func dayOf(t time.Time) string { return calendar.DateOf(t).String() }
