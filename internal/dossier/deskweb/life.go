package deskweb

import (
	"context"
	"slices"
	"strings"

	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

// stateBanner says above everything else what keeps a dossier from going its ordinary way.
type stateBanner struct {
	tone        component.Tone
	title, text string
}

// statesOf lists what is unusual about the dossier now: a pause, a sum to settle, a wish to withdraw, a result that
// is being replaced.
func statesOf(ctx context.Context, x *dossier.Dossier) []stateBanner {
	var out []stateBanner
	add := func(tone component.Tone, title, text string) { out = append(out, stateBanner{tone, title, text}) }
	if p := x.Paused(); p != nil && !x.Status.Ended() {
		add(component.Paused, lang.T(ctx, "desk.state.paused", "since", when(ctx, p.From)), sentences(p.Name, lang.T(ctx, "desk.moment.basis", "basis", p.Basis)))
	}
	if x.Status == dossier.Obligation {
		o := x.Obligations[len(x.Obligations)-1]
		clock := lang.T(ctx, "desk.turn.obligate-runs")
		if o.Pauses {
			clock = lang.T(ctx, "desk.state.stands", "since", when(ctx, o.At))
		}
		until := ""
		if o.Until != "" {
			until = lang.T(ctx, "desk.moment.pay-until", "day", dayText(ctx, o.Until))
		}
		add(component.Paused, lang.T(ctx, "desk.state.obligation"), sentences(lang.T(ctx, "desk.moment.obligation", "name", o.Name, "sum", money(ctx, o.Amount), "notice", o.Notice), until, clock))
	}
	if x.Status == dossier.WithdrawalRequested {
		add(component.DueSoon, lang.T(ctx, "desk.state.withdrawal", "since", when(ctx, x.Withdrawal.At)), sentences(x.Withdrawal.Reason, lang.T(ctx, "desk.state.withdrawal-text")))
	}
	if x.Status == dossier.Correcting {
		add(component.DueSoon, lang.T(ctx, "desk.state.correcting", "since", when(ctx, x.Correction.At)), sentences(lang.T(ctx, "fault."+x.Correction.Fault), x.Correction.Reason))
	}
	return out
}

// lifeFacts are the facts that the turns of the dossier's life left.
func lifeFacts(ctx context.Context, x *dossier.Dossier, add func(key, value string)) {
	for _, a := range x.Apologies {
		key := "desk.life.apology"
		if a.Late {
			key = "desk.life.apology-late"
		}
		add("apology", lang.T(ctx, key, "from", when(ctx, a.From), "to", when(ctx, a.To)))
	}
	if l := x.Lateness; l != nil {
		add("lateness", strings.Trim(lang.T(ctx, "lateness."+l.Reason)+"\n"+l.Note, "\n"))
	}
	for _, o := range x.Obligations {
		if !o.MetAt.IsZero() {
			add("obligation", lang.T(ctx, "desk.life.obligation-met", "name", o.Name, "sum", money(ctx, o.Amount), "proof", o.Proof))
		}
	}
	if w := x.Withdrawal; w != nil && !w.StoppedAt.IsZero() {
		var lines []string
		for _, line := range []string{when(ctx, w.StoppedAt), w.Reason, named(ctx, fieldBack, w.Papers), named(ctx, fieldRefund, w.Fees)} {
			if line != "" {
				lines = append(lines, line)
			}
		}
		add("withdrawn", strings.Join(lines, "\n"))
	}
	for i, v := range slices.Backward(x.Issued) {
		key := "result"
		if i < len(x.Issued)-1 {
			key = "result-before"
		}
		lines := []string{resultText(ctx, v.Result)}
		for _, m := range v.More {
			lines = append(lines, resultText(ctx, m))
		}
		if v.Kind != dossier.FirstResult {
			lines = append(lines, lang.T(ctx, "desk.result."+v.Kind, "when", when(ctx, v.At)))
		}
		add(key, strings.Join(lines, "\n"))
	}
	if len(x.Issued) == 0 && x.Result != nil {
		add("result", resultText(ctx, *x.Result))
	}
}

func named(ctx context.Context, field, value string) string {
	if value == "" {
		return ""
	}
	return lang.T(ctx, "desk.field."+field) + ": " + value
}

func resultText(ctx context.Context, r dossier.Result) string {
	number := r.Number
	if r.Date != "" {
		number = strings.Trim(number+", "+dayText(ctx, r.Date), ", ")
	}
	return strings.Trim(r.Name+"\n"+number, "\n")
}

// history is the timeline, the newest first, with what was undone struck through.
func history(ctx context.Context, x *dossier.Dossier, moments []dossier.Moment, n names) []component.Moment {
	undone := map[int64]bool{}
	for _, m := range moments {
		if m.Undone != 0 {
			undone[m.Undone] = true
		}
	}
	out := make([]component.Moment, 0, len(moments))
	for _, m := range slices.Backward(moments) {
		t := momentText(ctx, x.ID, m, n)
		if undone[m.Seq] {
			t.Struck = lang.T(ctx, "desk.moment.undone")
		}
		out = append(out, t)
	}
	return out
}

// momentText puts one entry of the timeline into words.
func momentText(ctx context.Context, id string, m dossier.Moment, n names) component.Moment {
	out := component.Moment{Title: lang.T(ctx, "event."+m.Kind), When: when(ctx, m.At), ISO: iso(m.At), By: n.by(ctx, m.By, m.At), State: component.StepDone}
	if m.Label != "" {
		out.Title = m.Label
	}
	var lines []string
	say := func(s string) {
		if s != "" {
			lines = append(lines, s)
		}
	}
	add := func(key string, args ...any) { say(lang.T(ctx, "desk.moment."+key, args...)) }
	turn := turnLines(ctx, m, n, add, say)
	togetherLines(ctx, m, n, say)
	if m.Code != "" && !turn {
		add("code", "code", m.Code)
	}
	if !m.Due.IsZero() && m.Kind != dossier.EventApologised {
		add("due", "when", when(ctx, m.Due))
	}
	if m.Outcome != "" {
		say(lang.T(ctx, "outcome."+m.Outcome))
	}
	if m.Result != nil && m.Result.Name != "" {
		add("result", "name", m.Result.Name, "number", m.Result.Number)
	}
	if m.Step != "" && len(m.Entered) < 2 {
		add("to", "step", m.Step, "who", n.holder(ctx, m.Holder, m.At))
	}
	if m.Post != "" && (m.Kind != dossier.EventAssigned || m.Post != m.By.Post) {
		key := "approver"
		if m.Kind == dossier.EventAssigned {
			key = "post"
		}
		add(key, "post", n.post(m.Post, m.At))
	}
	if m.Until != "" && !turn {
		add("until", "day", dayText(ctx, m.Until))
	}
	if m.Basis != "" {
		add("basis", "basis", m.Basis)
	}
	if m.Kind == dossier.EventSupplementRequested {
		if m.Flag {
			add("second")
		}
		if m.Late {
			add("late")
		}
	}
	if m.Erased {
		add("erased")
	}
	note := m.Note
	if note == "" {
		note = m.Reason
	}
	out.Body = momentBody(lines, note, m.Items, momentSlip(ctx, id, m))
	return out
}

// turnLines tells what a turn of the dossier's life says; false for other events.
func turnLines(ctx context.Context, m dossier.Moment, n names, add func(key string, args ...any), say func(string)) bool {
	switch m.Kind {
	case dossier.EventPaused:
		say(m.Choice)
	case dossier.EventApologised:
		say(lang.T(ctx, "fault."+m.Choice))
		key := "apology"
		if m.Late {
			key = "apology-late"
		}
		add(key, "from", when(ctx, m.From), "to", when(ctx, m.Due))
	case dossier.EventDueRevised:
		say(m.Choice)
		say(lang.T(ctx, "why.instead-of", "from", when(ctx, m.From)))
	case dossier.EventLatenessExplained:
		say(lang.T(ctx, "lateness."+m.Choice))
	case dossier.EventObligationNoted:
		add("obligation", "name", m.Choice, "sum", money(ctx, m.Amount), "notice", m.Code)
		if m.Until != "" {
			add("pay-until", "day", dayText(ctx, m.Until))
		}
	case dossier.EventObligationMet:
		add("proof", "proof", m.Code)
	case dossier.EventClosed:
		add("not-completed", "day", dayText(ctx, m.Until))
	case dossier.EventRedirected:
		add("redirected", "agency", n.agency(m.Agency, m.At))
	case dossier.EventSucceeded:
		add("succeeded", "agency", n.agency(m.Agency, m.At), "name", m.Choice, "basis", m.Basis)
	case dossier.EventUndone:
		add("undid", "what", lang.T(ctx, "event."+m.Choice))
	case dossier.EventCorrectionOpened, dossier.EventReissued:
		say(lang.T(ctx, "fault."+m.Choice))
	default:
		return false
	}
	return true
}

// momentSlip leads to the paper that an act produced.
func momentSlip(ctx context.Context, id string, m dossier.Moment) slipLink {
	if m.Slip == nil {
		return slipLink{}
	}
	return slipLink{slipText(ctx, *m.Slip), pathCase + id + "/phieu/" + m.Slip.Check + ".pdf"}
}
