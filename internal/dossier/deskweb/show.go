package deskweb

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/deadline"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/eform"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

// caseView is one dossier as an officer sees it.
type caseView struct {
	d       *dossier.Dossier
	tone    component.Tone
	words   string
	due     string
	left    string
	why     *component.Why
	facts   []component.Fact
	answers []eform.SectionSummary
	papers  []paperRow
	moments []component.Moment
	states  []stateBanner // what keeps the dossier from going its ordinary way

	siblings  component.Grid // lodged in the same visit
	sameVisit bool           // another dossier of the same person may be taken in
	slips     []slipLink
	held      string          // who has it, and since when
	told      templ.Component // what the applicant was told; nil: nothing

	step     string // chip of the step's own limit; empty when it has none
	stepTone component.Tone
	stepDue  string

	form   *actForm        // the act that is open
	others []component.Act // further acts, as links that open them
	danger []component.Act

	pieces   []pieceView // acts on other work than the one that is open, by step
	claims   []claimForm // work that can be taken from the pool, or put back
	together togetherView
	composes []string // colleagues who have an act's form open now

	changed []component.Moment // what others did since the person looked
	refusal string             // why the act was not done
	kept    []component.Fact   // what was typed for an act that is no longer offered
	errors  []component.FieldError
	fresh   bool   // accepted a moment ago: the receipt is to be printed
	back    string // list the dossier was opened from
	beside  bool   // shown beside the list
}

// title is the heading: the code, or the reference before there is one.
func (c caseView) title() string { return c.d.Shown() }

// caseOf gathers what the page of one dossier shows to the actor.
func (d *desk) caseOf(ctx context.Context, id string) (*caseView, error) {
	x, events, err := d.Service.Dossier(ctx, actor(ctx), id)
	if err != nil {
		return nil, err
	}
	f, err := d.Service.Facts(x)
	if err != nil {
		return nil, err
	}
	moments, err := dossier.Timeline(events)
	if err != nil {
		return nil, err
	}
	n, now := d.names(), f.Now
	c := &caseView{d: x}
	c.tone, c.words = standing(ctx, x, now)
	c.dates(ctx, d, f)
	c.facts = caseFacts(ctx, x, n)
	if c.answers, err = d.summary(ctx, x); err != nil {
		return nil, err
	}
	c.papers = d.paperRows(ctx, x, f)
	c.moments = history(ctx, x, moments, n)
	c.states = statesOf(ctx, x)
	c.hide(ctx, x, f)
	received := x.SubmittedAt
	if x.Accepted() {
		received = x.AcceptedAt
	}
	if b, ok := d.anywhere(ctx, f, x, received, onPaper(x)); ok {
		c.states = append(c.states, b)
	}
	if c.siblings, err = d.siblings(ctx, x); err != nil {
		return nil, err
	}
	c.sameVisit = x.Group != "" && x.Desk == actor(ctx).Agency && actor(ctx).May(access.DossierIntake)
	c.slips = slipsOf(ctx, x, events)
	c.held = heldBy(ctx, x, n, now)
	if d.Told != nil {
		if c.told, err = d.Told(ctx, id); err != nil {
			return nil, err
		}
	}
	if err := c.gather(ctx, d, f, events, n); err != nil {
		return nil, err
	}
	c.offer(ctx, d, f, "", nil, 0)
	if c.composes, err = d.meet(ctx, x.ID, c.form != nil); err != nil {
		return nil, err
	}
	return c, nil
}

// dates says when the dossier is due and why.
func (c *caseView) dates(ctx context.Context, d *desk, f dossier.Facts) {
	x := c.d
	switch {
	case x.Status == dossier.Submitted && !x.AnswerDue.IsZero():
		c.due = lang.T(ctx, "desk.case.answer-due", "when", when(ctx, x.AnswerDue))
		c.left = d.left(ctx, x.AnswerDue, f.Now, f.DeskClock)
	case x.Due != nil && !x.DueAt().IsZero():
		c.due = lang.T(ctx, "desk.case.due", "when", when(ctx, x.DueAt()))
		if x.Status == dossier.Processing || x.Status == dossier.Obligation || x.Status == dossier.WithdrawalRequested {
			c.left = d.left(ctx, x.DueAt(), f.Now, f.Clock)
		}
	case x.Pending() != nil && x.Pending().Until != "":
		c.due = lang.T(ctx, "desk.case.until", "day", dayText(ctx, x.Pending().Until))
	}
	if (x.Status == dossier.Processing || x.Status == dossier.Correcting) && !x.StepDue.IsZero() {
		c.stepTone = component.InTime
		c.step = lang.T(ctx, "desk.step.within")
		if f.Now.After(x.StepDue) {
			c.stepTone, c.step = component.Overdue, lang.T(ctx, "desk.step.overdue")
		}
		c.stepDue = when(ctx, x.StepDue)
		if left := d.left(ctx, x.StepDue, f.Now, f.Clock); left != "" {
			c.stepDue += " (" + left + ")"
		}
	}
	c.why = whyOf(ctx, x)
}

// whyOf is the derivation of the date in force and the record of its changes; nil when none was ever promised.
func whyOf(ctx context.Context, x *dossier.Dossier) *component.Why {
	language := string(lang.From(ctx))
	w := component.Why{Summary: lang.T(ctx, "desk.case.why")}
	if x.Due != nil {
		for _, line := range x.Due.Explain(language) {
			w.Lines = append(w.Lines, component.WhyLine{What: line})
		}
		if at := x.DueAt(); !at.IsZero() {
			w.Result = lang.T(ctx, "desk.case.due", "when", when(ctx, at))
		}
	} else if x.Standing() {
		w.Summary, w.Intro = lang.T(ctx, "why.no-date"), lang.T(ctx, "why.no-date-intro")
	} else {
		w.Summary = lang.T(ctx, "why.changes")
	}
	if len(x.DueLog) > 1 {
		w.ChangesTitle = lang.T(ctx, "why.changes")
		for _, c := range x.DueLog {
			w.Changes = append(w.Changes, c.Sentence(language))
		}
	}
	if len(w.Lines)+len(w.Changes) == 0 {
		return nil
	}
	return &w
}

func caseFacts(ctx context.Context, x *dossier.Dossier, n names) []component.Fact {
	var out []component.Fact
	add := func(key, value string) {
		if value != "" {
			out = append(out, component.Fact{Name: lang.T(ctx, "desk.fact."+key), Value: value})
		}
	}
	add("owner", x.Owner.Name)
	add("number", x.Owner.Number)
	add("phone", eform.ShowPhone(x.Owner.Phone))
	add("email", x.Owner.Email)
	add("address", x.Owner.Address)
	add("submitter", submitterText(ctx, x))
	add("channel", lang.T(ctx, "channel."+x.Channel)+", "+when(ctx, x.SubmittedAt))
	if x.Record != "" {
		add("record", lang.T(ctx, "desk.visit.record", "number", x.Record, "when", when(ctx, x.SubmittedAt)))
	}
	add("desk", n.agency(x.Desk, x.SubmittedAt))
	if x.Competent != x.Desk {
		add("competent", n.agency(x.Competent, x.SubmittedAt))
	}
	if x.Code != "" {
		add("reference", x.Ref)
	}
	if x.Accepted() {
		add("accepted", when(ctx, x.AcceptedAt)+", "+n.by(ctx, x.AcceptedBy, x.AcceptedAt))
	}
	if l, err := deadline.ParseLimit(x.Limit); x.Limit != "" && err == nil {
		add("limit", l.Text(string(lang.From(ctx))))
	}
	if !x.FirstDue.IsZero() && !x.FirstDue.Equal(x.DueAt()) {
		add("first-due", when(ctx, x.FirstDue))
	}
	if x.Outcome != "" {
		add("outcome", lang.T(ctx, "outcome."+x.Outcome))
	}
	lifeFacts(ctx, x, add)
	add("reason", x.Reason)
	if !x.ReturnedAt.IsZero() {
		add("returned", strings.Trim(when(ctx, x.ReturnedAt)+", "+x.ReturnedTo, ", "))
	}
	return out
}

// summary writes the answers for reading, by the form the dossier was filed with and the units of that day.
func (d *desk) summary(ctx context.Context, x *dossier.Dossier) ([]eform.SectionSummary, error) {
	if len(x.Answers) == 0 || !x.ErasedAt.IsZero() {
		return nil, nil
	}
	form, err := d.form(ctx, x.Form.Digest)
	if err != nil {
		return nil, err
	}
	answers, err := eform.ReadAnswers(x.Answers)
	if err != nil {
		return nil, err
	}
	return form.Summary(answers, d.places(x.SubmittedAt)), nil
}

// heldBy says who has the dossier now, for those who cannot act on it.
func heldBy(ctx context.Context, x *dossier.Dossier, n names, now time.Time) string {
	switch x.Status {
	case dossier.Refused, dossier.Returned, dossier.Withdrawn, dossier.Stopped, dossier.Closed:
		return lang.T(ctx, "desk.held.ended")
	case dossier.SupplementRequested:
		p := x.Pending()
		return lang.T(ctx, "desk.held.applicant", "since", when(ctx, p.At))
	case dossier.Submitted, dossier.Processing, dossier.Resolved, dossier.Obligation, dossier.WithdrawalRequested, dossier.Correcting:
	}
	step := x.StepTitle
	if step == "" {
		step = lang.T(ctx, "status."+string(x.Status))
	}
	since := x.StepSince
	if since.IsZero() {
		since = x.SubmittedAt
	}
	return lang.T(ctx, "desk.held.by", "step", step, "who", n.holder(ctx, x.Holder, now), "since", when(ctx, since))
}

func (d *desk) show(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, err := d.caseOf(ctx, r.PathValue("id"))
	if err != nil {
		return err
	}
	c.fresh = r.URL.Query().Has("moi") && c.d.Accepted()
	if act := r.URL.Query().Get("viec"); act != "" {
		if err := d.open(ctx, c, act, url.Values{fieldToken: r.URL.Query()[fieldToken]}); err != nil {
			return err
		}
	}
	return d.renderCase(w, r, http.StatusOK, c)
}

func (d *desk) renderCase(w http.ResponseWriter, r *http.Request, status int, c *caseView) error {
	rail, _, err := d.rail(r, "")
	if err != nil {
		return err
	}
	return web.Render(w, r, status, casePage(*c, rail))
}

// again shows the dossier with why an act was not done, with what was typed, and with what others did since the
// person looked. Faults that no page of this dossier can mend are returned.
func (d *desk) again(w http.ResponseWriter, r *http.Request, act string, form web.Form, why error) error {
	ctx := r.Context()
	refusal, ok := asRefusal(why)
	if !ok {
		return why
	}
	c, err := d.caseOf(ctx, r.PathValue("id"))
	if err != nil {
		return err
	}
	if err := d.open(ctx, c, act, form.Values); err != nil {
		return err
	}
	if back := form.Get("_from"); back != "" {
		c.back = web.Local(back)
	}
	if c.form == nil || c.form.id != act {
		c.kept = typedFacts(ctx, form.Values)
	}
	switch {
	case refusal.Kind == fault.Stale:
		c.refusal = lang.T(ctx, "desk.stale.text")
		if c.changed, err = d.changedSince(ctx, c.d.ID, form.Version); err != nil {
			return err
		}
	case c.form != nil && c.form.refuse(ctx, refusal, form.Values):
		c.errors = c.form.errors
	default:
		c.refusal = web.ErrorText(ctx, refusal)
	}
	return d.renderCase(w, r, web.Status(why), c)
}

// asRefusal tells the refusals that the page of the dossier can explain.
func asRefusal(err error) (*fault.Error, bool) {
	e, ok := errorAs(err)
	if !ok {
		return nil, false
	}
	return e, slices.Contains([]fault.Kind{fault.Invalid, fault.Conflict, fault.Stale, fault.TooLarge, fault.Unsupported}, e.Kind)
}

// changedSince tells what happened after the version the person saw.
func (d *desk) changedSince(ctx context.Context, id string, version int64) ([]component.Moment, error) {
	_, events, err := d.Service.Dossier(ctx, actor(ctx), id)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(events, func(e journal.Event) bool { return e.Seq > version })
	if at < 0 {
		return nil, nil
	}
	moments, err := dossier.Timeline(events)
	if err != nil {
		return nil, err
	}
	moments = moments[at:]
	n := d.names()
	out := make([]component.Moment, len(moments))
	for i, m := range moments {
		out[i] = momentText(ctx, id, m, n)
	}
	return out, nil
}

// typedFacts are the texts of a form, to be copied by hand when its act is gone.
func typedFacts(ctx context.Context, values url.Values) []component.Fact {
	var out []component.Fact
	for _, name := range texts {
		if v := values.Get(name); v != "" {
			out = append(out, component.Fact{Name: lang.T(ctx, "desk.field."+name), Value: v})
		}
	}
	return out
}

func today(now time.Time) string { return now.In(calendar.Zone).Format("02/01/2006") }
