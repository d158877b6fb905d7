package filingweb

import (
	"context"
	"slices"

	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

// timeline puts what happened into words for the applicant: agencies and departments, no officer's name, no inside
// remark. The newest comes first, since that is what people look for.
// law: TT01-2018 16
func (t told) timeline(ctx context.Context) []component.Moment {
	undone := map[int64]bool{}
	for _, m := range t.moments {
		if m.Undone != 0 {
			undone[m.Undone] = true
		}
	}
	var out []component.Moment
	for _, m := range t.moments {
		if undone[m.Seq] {
			continue // it was taken back before it had any effect on the person
		}
		c, ok := t.moment(ctx, m)
		if !ok {
			continue
		}
		c.When, c.ISO = when(ctx, m.At), iso(m.At)
		if c.Title == "" {
			c.Title = lang.T(ctx, "event."+m.Kind)
		}
		if !m.Due.IsZero() {
			c.Text = sentences(c.Text, lang.T(ctx, "filing.moment-due", "due", when(ctx, m.Due)))
		}
		out = append(out, c)
	}
	if n := len(out); n > 0 && !t.Status.Ended() {
		out[n-1].State = component.StepCurrent
	}
	slices.Reverse(out)
	return out
}

// sentences puts two sentences after one another; either may be empty.
func sentences(a, b string) string {
	switch {
	case a == "":
		return b
	case b == "":
		return a
	}
	return a + " " + b
}

// moment says one thing that happened; false for what is not for the public: who inside was given the work, remarks,
// what was undone, how the person rated.
func (t told) moment(ctx context.Context, m dossier.Moment) (c component.Moment, public bool) {
	agency := func() string { return t.source.Agency(t.Competent, m.At) }
	why := func() string {
		if m.Reason == "" {
			return ""
		}
		return lang.T(ctx, "filing.moment.reason", "reason", m.Reason)
	}
	switch m.Kind {
	case dossier.EventSubmitted, dossier.EventSupplemented, dossier.EventRefused, dossier.EventReturned, dossier.EventErased, dossier.EventResumed,
		dossier.EventWithdrawn, dossier.EventWithdrawalRequested, dossier.EventWithdrawalDropped, dossier.EventRated:
	case dossier.EventAccepted, dossier.EventStopped:
		if b, several := t.branches(ctx, m); several && len(m.Entered) > 1 {
			c.Text = b.Text
		}
		c.By = t.desk()
	case dossier.EventSupplementRequested:
		if len(m.Items) > 0 {
			c.Body = bullets(m.Items)
		}
	case dossier.EventMoved, dossier.EventPassed, dossier.EventConsulted:
		return t.branches(ctx, m)
	case dossier.EventResolved:
		if m.Outcome != "" {
			c.Text = lang.T(ctx, "outcome."+m.Outcome)
		}
	case dossier.EventPaused:
		c.By, c.Text = agency(), lang.T(ctx, "filing.moment.paused", "why", m.Choice, "basis", m.Basis)
	case dossier.EventApologised:
		c.By = agency()
		c.Text = sentences(lang.T(ctx, "filing.moment.apologised", "from", when(ctx, m.From)), why())
	case dossier.EventDueRevised:
		c.Text = lang.T(ctx, "why.revised", "name", m.Choice, "basis", m.Basis, "from", when(ctx, m.From))
	case dossier.EventLatenessExplained:
		c.By, c.Text = agency(), lang.T(ctx, "lateness."+m.Choice)
	case dossier.EventObligationNoted:
		c.Text = lang.T(ctx, "filing.moment.obligation", "name", m.Choice, "amount", money(ctx, m.Amount), "notice", m.Code)
		if m.Until != "" {
			c.Text = sentences(c.Text, lang.T(ctx, "filing.moment.obligation-until", "until", onDay(ctx, m.Until)))
		}
	case dossier.EventObligationMet:
		c.Text = lang.T(ctx, "filing.moment.obligation-met", "proof", m.Code)
	case dossier.EventClosed:
		c.By = t.desk()
		if m.Until != "" {
			c.Text = lang.T(ctx, "filing.moment.closed", "until", onDay(ctx, m.Until))
		}
	case dossier.EventRedirected:
		c.Text = sentences(lang.T(ctx, "filing.moment.redirected", "agency", t.source.Agency(m.Agency, m.At)), why())
	case dossier.EventSucceeded:
		c.Text = lang.T(ctx, "filing.moment.succeeded", "agency", t.source.Agency(m.Agency, m.At), "basis", m.Basis)
	case dossier.EventCorrectionOpened:
		c.By, c.Text = t.source.Agency(m.Holder.Agency, m.At), why()
	case dossier.EventCorrected:
		c.By = agency()
		if m.Result != nil {
			c.Text = lang.T(ctx, "filing.moment.corrected", "name", m.Result.Name, "number", m.Result.Number)
		}
	case dossier.EventReissued:
		c.By, c.Text = t.desk(), why()
	default:
		return c, false
	}
	return c, true
}
