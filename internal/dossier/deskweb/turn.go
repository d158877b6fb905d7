package deskweb

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/deadline"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

// Names of the inputs of turns.
const (
	fieldCase     = "truong-hop"   // of a pause
	fieldApprover = "nguoi-duyet"  // post of the head who approved
	fieldFault    = "nguyen-nhan"  // whose fault it is
	fieldNewDate  = "ngay-hen-moi" // of an apology
	fieldLate     = "ly-do-tre"    // of the list of reasons
	fieldSumOf    = "khoan-nop"    // name of an obligation
	fieldSum      = "so-tien"      // đồng
	fieldNotice   = "so-thong-bao" // number of the notice
	fieldPayUntil = "nop-den-ngay" // last day of an obligation
	fieldProof    = "chung-tu"     // number of the receipt
	fieldBack     = "tra-giay-to"  // papers given back
	fieldRefund   = "tra-phi"      // fees paid back
	fieldAgency   = "co-quan"      // right agency of a submission
	doPreview     = "xem"          // button: show what would happen
	doMore        = "them-ket-qua" // button: one more document of the result
	fieldRows     = "so-van-ban"   // documents of a result on the form
	suffixKept    = "-giu"         // file received earlier with the same form
	mostRows      = dossier.MaxResults
)

// Refusals of what was typed into turns, before any rule is asked.
var (
	errNewDate  = fault.New(fault.Invalid, "desk.new-date")
	errPayUntil = fault.New(fault.Invalid, "desk.pay-until")
)

// askKind says how a question is drawn.
type askKind int

const (
	askLine  askKind = iota // one line of text
	askText                 // several lines
	askDay                  // a date
	askMoney                // an amount in đồng
	askOne                  // one of few, all shown
	askList                 // one of many
)

// ask is one question of a turn. Its label is the text desk.field.<name>.
type ask struct {
	kind     askKind
	name     string
	hint     string
	optional bool
	options  []component.Option
}

// turnPage is where a turn of a dossier's life is asked and taken.
type turnPage struct {
	act   string
	path  string // after the dossier
	need  []access.Permission
	flash string
	ask   func(d *desk, ctx context.Context, x *dossier.Dossier, f dossier.Facts, form *actForm)
	take  func(d *desk, ctx context.Context, req dossier.Request, f web.Form) error
}

// reason is the question most turns end with.
func reason(optional bool) ask { return ask{kind: askText, name: fieldReason, optional: optional} }

// whose asks whose fault it is.
func whose(ctx context.Context) ask {
	q := ask{kind: askOne, name: fieldFault}
	for _, v := range []string{dossier.FaultAgency, dossier.FaultOther} {
		q.options = append(q.options, component.Option{Value: v, Label: lang.T(ctx, "fault."+v)})
	}
	return q
}

// only drops the dossier that an act leads to: the page draws it anew.
func only(_ *dossier.Dossier, err error) error { return err }

var handles = []access.Permission{access.DossierAccept, access.DossierHandle, access.DossierAssign, access.DossierDecide, access.DossierResult, access.DossierReturn}

// turnPages are the turns besides the corrected result, which brings files.
var turnPages = []turnPage{
	{
		dossier.ActUndo, "hoan-tac", handles, "desk.done.undo",
		func(d *desk, ctx context.Context, x *dossier.Dossier, f dossier.Facts, form *actForm) {
			if y := after(x, func(by access.Actor) (journal.Event, error) { return x.Undo(f, by) }, actor(ctx)); y != nil {
				form.lead = lang.T(ctx, "desk.turn.undo", "step", y.StepTitle, "who", d.names().holder(ctx, y.Holder, f.Now))
			}
			form.effects = []string{lang.T(ctx, "desk.turn.undo-kept")}
		},
		func(d *desk, ctx context.Context, req dossier.Request, _ web.Form) error {
			return only(d.Service.Undo(ctx, req))
		},
	},
	{
		dossier.ActPause, "tam-dung",
		[]access.Permission{access.DossierHandle},
		"desk.done.pause",
		func(d *desk, ctx context.Context, x *dossier.Dossier, f dossier.Facts, form *actForm) {
			form.lead = lang.T(ctx, "desk.turn.pause")
			q := ask{kind: askOne, name: fieldCase}
			for _, p := range dossier.Pauses(f.Procedure) {
				q.options = append(q.options, component.Option{Value: p.ID, Label: p.Name, Hint: p.Basis})
			}
			form.asks = []ask{q, d.approver(ctx, x, f.Now, actor(ctx).May(access.DossierDecide)), {kind: askText, name: fieldNote, optional: true}}
		},
		func(d *desk, ctx context.Context, req dossier.Request, f web.Form) error {
			return only(d.Service.Pause(ctx, req, dossier.PauseCommand{Ref: f.Get(fieldCase), Approver: f.Get(fieldApprover), Note: f.Get(fieldNote)}))
		},
	},
	{
		dossier.ActResume, "tiep-tuc",
		[]access.Permission{access.DossierHandle},
		"desk.done.resume",
		func(_ *desk, ctx context.Context, x *dossier.Dossier, f dossier.Facts, form *actForm) {
			form.lead = lang.T(ctx, "desk.turn.resume")
			form.effects = dueAfter(ctx, after(x, func(by access.Actor) (journal.Event, error) { return x.Resume(f, by) }, actor(ctx)))
		},
		func(d *desk, ctx context.Context, req dossier.Request, _ web.Form) error {
			return only(d.Service.Resume(ctx, req))
		},
	},
	{
		dossier.ActConsult, "hoi-y-kien",
		[]access.Permission{access.DossierHandle},
		"together.done.consult",
		func(d *desk, ctx context.Context, _ *dossier.Dossier, f dossier.Facts, form *actForm) {
			form.lead = lang.T(ctx, "together.consult.lead")
			form.effects = []string{lang.T(ctx, "together.consult.runs")}
			form.agency, form.asked = true, d.askable(ctx, f.Now)
			form.asks = []ask{{kind: askText, name: fieldQuestion}, {kind: askList, name: fieldWithin, optional: true, options: answerLimits(ctx)}}
		},
		func(d *desk, ctx context.Context, req dossier.Request, f web.Form) error {
			c := dossier.ConsultCommand{Question: f.Get(fieldQuestion), Limit: f.Get(fieldWithin)}
			for _, id := range f.Values[fieldAsked] {
				c.Agencies = append(c.Agencies, agency.ID(id))
			}
			return only(d.Service.Consult(ctx, req, c))
		},
	},
	{
		dossier.ActTellDesk, "bao-mot-cua",
		[]access.Permission{access.DossierHandle},
		"together.done.tell-desk",
		func(d *desk, ctx context.Context, x *dossier.Dossier, f dossier.Facts, form *actForm) {
			form.lead = lang.T(ctx, "together.tell-desk.lead", "desk", d.names().agency(x.Desk, f.Now))
			form.effects = []string{lang.T(ctx, "together.consult.runs")}
			form.asks = []ask{{kind: askText, name: fieldNote}}
			var late []string
			for _, o := range x.Opinions {
				if o.Late(f.Now) {
					late = append(late, lang.T(ctx, "together.tell-desk.one", "agency", d.names().agency(o.Agency, f.Now), "due", when(ctx, o.Due)))
				}
			}
			form.typed = url.Values{fieldNote: {sentences(late...)}}
		},
		func(d *desk, ctx context.Context, req dossier.Request, f web.Form) error {
			return only(d.Service.TellDesk(ctx, req, f.Get(fieldNote)))
		},
	},
	{
		dossier.ActApologise, "xin-loi",
		[]access.Permission{access.DossierDecide, access.DossierAssign},
		"desk.done.apologise",
		(*desk).askApology,
		func(d *desk, ctx context.Context, req dossier.Request, f web.Form) error {
			c, err := readApology(f)
			if err != nil {
				return err
			}
			return only(d.Service.Apologise(ctx, req, c))
		},
	},
	{
		dossier.ActExplain, "ly-do-tre-han",
		[]access.Permission{access.DossierHandle},
		"desk.done.explain",
		func(_ *desk, ctx context.Context, _ *dossier.Dossier, _ dossier.Facts, form *actForm) {
			form.lead = lang.T(ctx, "desk.turn.explain")
			q := ask{kind: askOne, name: fieldLate}
			for _, r := range dossier.LatenessReasons {
				q.options = append(q.options, component.Option{Value: r, Label: lang.T(ctx, "lateness."+r)})
			}
			form.asks = []ask{q, {kind: askText, name: fieldNote, optional: true, hint: lang.T(ctx, "desk.turn.explain-note")}}
		},
		func(d *desk, ctx context.Context, req dossier.Request, f web.Form) error {
			return only(d.Service.ExplainLateness(ctx, req, f.Get(fieldLate), f.Get(fieldNote)))
		},
	},
	{
		dossier.ActObligate, "nghia-vu-tai-chinh",
		[]access.Permission{access.DossierHandle},
		"desk.done.obligate",
		func(_ *desk, ctx context.Context, _ *dossier.Dossier, f dossier.Facts, form *actForm) {
			form.lead = lang.T(ctx, "desk.turn.obligate")
			form.effects = []string{sentences(lang.T(ctx, "desk.turn.obligate-runs"))}
			if p, ok := dossier.ObligationPause(f.Procedure); ok {
				form.effects = []string{lang.T(ctx, "desk.turn.obligate-stands", "basis", p.Basis)}
			}
			form.asks = []ask{
				{kind: askLine, name: fieldSumOf, hint: lang.T(ctx, "desk.turn.sum-of")},
				{kind: askMoney, name: fieldSum},
				{kind: askLine, name: fieldNotice},
				{kind: askDay, name: fieldPayUntil, optional: true},
			}
		},
		func(d *desk, ctx context.Context, req dossier.Request, f web.Form) error {
			c := dossier.ObligationCommand{Name: f.Get(fieldSumOf), Amount: readMoney(f.Get(fieldSum)), Notice: f.Get(fieldNotice)}
			if day := f.Get(fieldPayUntil); day != "" {
				t, ok := web.ReadDate(day)
				if !ok {
					return errPayUntil
				}
				c.Until = t.Format(time.DateOnly)
			}
			return only(d.Service.Obligate(ctx, req, c))
		},
	},
	{
		dossier.ActMeet, "hoan-thanh-nghia-vu",
		[]access.Permission{access.DossierHandle, access.DossierReturn, access.DossierIntake},
		"desk.done.meet",
		func(_ *desk, ctx context.Context, x *dossier.Dossier, f dossier.Facts, form *actForm) {
			o := x.Obligations[len(x.Obligations)-1]
			form.lead = lang.T(ctx, "desk.turn.meet", "name", o.Name, "sum", money(ctx, o.Amount), "notice", o.Notice)
			if o.Pauses {
				form.effects = dueAfter(ctx, after(x, func(by access.Actor) (journal.Event, error) { return x.MeetObligation(f, by, "–") }, actor(ctx)))
			}
			form.asks = []ask{{kind: askLine, name: fieldProof}}
		},
		func(d *desk, ctx context.Context, req dossier.Request, f web.Form) error {
			return only(d.Service.MeetObligation(ctx, req, f.Get(fieldProof)))
		},
	},
	{
		dossier.ActRedirect, "chuyen-co-quan",
		[]access.Permission{access.DossierAccept},
		"desk.done.redirect",
		func(d *desk, ctx context.Context, x *dossier.Dossier, f dossier.Facts, form *actForm) {
			form.lead = lang.T(ctx, "desk.turn.redirect", "agency", d.names().agency(x.Competent, f.Now))
			form.effects = []string{lang.T(ctx, "desk.turn.redirect-clock")}
			form.asks = []ask{{kind: askList, name: fieldAgency, options: d.agencyOptions(ctx, x, f.Now)}, reason(false)}
		},
		func(d *desk, ctx context.Context, req dossier.Request, f web.Form) error {
			return only(d.Service.Redirect(ctx, req, dossier.RedirectCommand{Competent: agency.ID(f.Get(fieldAgency)), Reason: f.Get(fieldReason)}))
		},
	},
	{
		dossier.ActDropWithdrawal, "khong-rut",
		[]access.Permission{access.DossierIntake},
		"desk.done.drop-withdrawal",
		func(d *desk, ctx context.Context, x *dossier.Dossier, f dossier.Facts, form *actForm) {
			if y := after(x, func(by access.Actor) (journal.Event, error) { return x.DropWithdrawal(f, by) }, actor(ctx)); y != nil {
				form.lead = lang.T(ctx, "desk.turn.goes-back", "step", y.StepTitle, "who", d.names().holder(ctx, y.Holder, f.Now))
			}
		},
		func(d *desk, ctx context.Context, req dossier.Request, _ web.Form) error {
			return only(d.Service.DropWithdrawal(ctx, req))
		},
	},
	{
		dossier.ActOpenCorrection, "de-nghi-dinh-chinh",
		[]access.Permission{access.DossierReturn, access.DossierResult, access.DossierDecide},
		"desk.done.open-correction",
		func(_ *desk, ctx context.Context, _ *dossier.Dossier, f dossier.Facts, form *actForm) {
			form.lead = lang.T(ctx, "desk.turn.open-correction")
			if l, err := deadline.ParseLimit(f.Rules.CorrectionWithin); f.Rules.CorrectionWithin != "" && err == nil {
				form.effects = []string{lang.T(ctx, "desk.turn.correct-within", "limit", l.Text(string(lang.From(ctx))))}
			}
			form.effects = append(form.effects, lang.T(ctx, "desk.turn.correct-kept"))
			form.asks = []ask{whose(ctx), reason(false)}
		},
		func(d *desk, ctx context.Context, req dossier.Request, f web.Form) error {
			return only(d.Service.OpenCorrection(ctx, req, f.Get(fieldReason), f.Get(fieldFault)))
		},
	},
	{
		dossier.ActReissue, "cap-lai",
		[]access.Permission{access.DossierReturn},
		"desk.done.reissue",
		func(_ *desk, ctx context.Context, x *dossier.Dossier, _ dossier.Facts, form *actForm) {
			form.lead = lang.T(ctx, "desk.turn.reissue", "name", x.Result.Name, "number", x.Result.Number)
			form.effects = []string{lang.T(ctx, "desk.turn.reissue-cost")}
			form.asks = []ask{whose(ctx), reason(false)}
		},
		func(d *desk, ctx context.Context, req dossier.Request, f web.Form) error {
			return only(d.Service.Reissue(ctx, req, f.Get(fieldReason), f.Get(fieldFault)))
		},
	},
	{
		dossier.ActWithdraw, "rut",
		[]access.Permission{access.DossierIntake},
		"desk.done.withdraw",
		func(_ *desk, ctx context.Context, _ *dossier.Dossier, _ dossier.Facts, form *actForm) {
			form.consequences = []string{lang.T(ctx, "desk.turn.withdraw-ends"), lang.T(ctx, "desk.turn.withdraw-papers")}
			form.asks = []ask{reason(true)}
		},
		func(d *desk, ctx context.Context, req dossier.Request, f web.Form) error {
			return only(d.Service.Withdraw(ctx, req, f.Get(fieldReason)))
		},
	},
	{
		dossier.ActRequestWithdrawal, "de-nghi-rut",
		[]access.Permission{access.DossierIntake},
		"desk.done.request-withdrawal",
		func(_ *desk, ctx context.Context, _ *dossier.Dossier, _ dossier.Facts, form *actForm) {
			form.consequences = []string{lang.T(ctx, "desk.turn.request-stops"), lang.T(ctx, "desk.turn.request-clock")}
			form.asks = []ask{reason(true)}
		},
		func(d *desk, ctx context.Context, req dossier.Request, f web.Form) error {
			return only(d.Service.RequestWithdrawal(ctx, req, f.Get(fieldReason)))
		},
	},
	{
		dossier.ActStop, "dung",
		[]access.Permission{access.DossierAccept},
		"desk.done.stop",
		func(_ *desk, ctx context.Context, _ *dossier.Dossier, _ dossier.Facts, form *actForm) {
			form.consequences = []string{lang.T(ctx, "desk.turn.stop-ends"), lang.T(ctx, "desk.turn.stop-slip")}
			form.asks = []ask{
				{kind: askText, name: fieldBack, optional: true, hint: lang.T(ctx, "desk.turn.back-hint")},
				{kind: askText, name: fieldRefund, optional: true, hint: lang.T(ctx, "desk.turn.refund-hint")},
				reason(true),
			}
		},
		func(d *desk, ctx context.Context, req dossier.Request, f web.Form) error {
			return only(d.Service.Stop(ctx, req, dossier.StopCommand{Reason: f.Get(fieldReason), Papers: f.Get(fieldBack), Fees: f.Get(fieldRefund)}))
		},
	},
	{
		dossier.ActClose, "dong",
		[]access.Permission{access.DossierAccept},
		"desk.done.close",
		func(_ *desk, ctx context.Context, x *dossier.Dossier, _ dossier.Facts, form *actForm) {
			form.consequences = []string{lang.T(ctx, "desk.turn.close-until", "day", dayText(ctx, x.Pending().Until)), lang.T(ctx, "desk.turn.close-ends"), lang.T(ctx, "desk.turn.stop-slip")}
		},
		func(d *desk, ctx context.Context, req dossier.Request, _ web.Form) error {
			return only(d.Service.Close(ctx, req))
		},
	},
}

// turnOf finds the page of a turn.
func turnOf(act string) (turnPage, bool) {
	i := slices.IndexFunc(turnPages, func(t turnPage) bool { return t.act == act })
	if i < 0 {
		return turnPage{}, false
	}
	return turnPages[i], true
}

// registerTurns gives each turn its address.
func (d *desk) registerTurns(m *web.Mux) {
	for _, t := range turnPages {
		m.Handle("POST /ho-so/{id}/"+t.path, web.May(t.need...), func(w http.ResponseWriter, r *http.Request) error { return d.turn(w, r, t) })
	}
}

// turn takes one turn, or shows what it would do.
func (d *desk) turn(w http.ResponseWriter, r *http.Request, t turnPage) error {
	ctx := r.Context()
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	req, err := request(r, f)
	if err != nil {
		return err
	}
	if f.Get(fieldDo) == doPreview {
		return d.preview(w, r, t, f)
	}
	if err := t.take(d, ctx, req, f); err != nil {
		return d.again(w, r, t.act, f, err)
	}
	return done(w, r, f, t.flash)
}

// preview shows the form again with what the turn would do. Nothing is recorded.
func (d *desk) preview(w http.ResponseWriter, r *http.Request, t turnPage, f web.Form) error {
	ctx := r.Context()
	c, err := d.caseOf(ctx, r.PathValue("id"))
	if err != nil {
		return err
	}
	facts, err := d.Service.Facts(c.d)
	if err != nil {
		return err
	}
	c.offer(ctx, d, facts, t.act, f.Values, 0)
	if c.form == nil || c.form.id != t.act || t.act != dossier.ActApologise {
		return d.again(w, r, t.act, f, dossier.ErrAction.With("action", t.act))
	}
	cmd, err := readApology(f)
	if err != nil {
		return d.again(w, r, t.act, f, err)
	}
	e, err := c.d.Apologise(facts, actor(ctx), cmd)
	if err != nil {
		return d.again(w, r, t.act, f, err)
	}
	y, err := applied(c.d, e)
	if err != nil {
		return err
	}
	c.form.outlook = apologyOutlook(ctx, y)
	return d.renderCase(w, r, http.StatusOK, c)
}

// askApology says until when an apology is in time and what one that comes later is worth.
func (d *desk) askApology(ctx context.Context, x *dossier.Dossier, f dossier.Facts, form *actForm) {
	by := x.ApologyBy(f.Rules.Apology.DaysBefore)
	form.lead = lang.T(ctx, "desk.turn.apology-due", "when", when(ctx, x.DueAt()))
	if by.Before(calendar.DateOf(f.Now)) {
		form.effects = []string{lang.T(ctx, "desk.turn.apology-late", "day", dayText(ctx, by.String())), lang.T(ctx, "desk.turn.apology-still")}
	} else {
		form.effects = []string{lang.T(ctx, "desk.turn.apology-by", "day", dayText(ctx, by.String())), lang.T(ctx, "desk.turn.apology-once")}
	}
	form.asks = []ask{{kind: askDay, name: fieldNewDate, hint: lang.T(ctx, "desk.turn.new-date")}, whose(ctx), reason(false)}
	form.extra = []component.Act{{Text: lang.T(ctx, "desk.turn.preview"), Kind: component.SecondaryAct, Name: fieldDo, Value: doPreview, Form: actFormID}}
}

// readApology reads the letter. A day that is none is refused at its input.
func readApology(f web.Form) (dossier.ApologyCommand, error) {
	c := dossier.ApologyCommand{Reason: f.Get(fieldReason), Fault: f.Get(fieldFault)}
	t, ok := web.ReadDate(f.Get(fieldNewDate))
	if !ok {
		return c, errNewDate
	}
	c.Date = calendar.DateOf(time.Date(t.Year(), t.Month(), t.Day(), 12, 0, 0, 0, calendar.Zone))
	return c, nil
}

// apologyOutlook says what the apology would do to the dossier.
func apologyOutlook(ctx context.Context, y *dossier.Dossier) []string {
	a := y.Apologies[len(y.Apologies)-1]
	out := []string{lang.T(ctx, "desk.turn.outlook-letter", "name", y.Owner.Name)}
	if a.Late {
		return append(out, lang.T(ctx, "desk.turn.outlook-late", "from", when(ctx, a.From), "to", when(ctx, a.To)))
	}
	return append(out, lang.T(ctx, "desk.turn.outlook-moves", "from", when(ctx, a.From), "to", when(ctx, a.To)))
}

// after is the dossier as it would be after a turn; nil where the turn is not possible now. Nothing is recorded.
func after(x *dossier.Dossier, decide func(by access.Actor) (journal.Event, error), by access.Actor) *dossier.Dossier {
	e, err := decide(by)
	if err != nil {
		return nil
	}
	y, err := applied(x, e)
	if err != nil {
		return nil
	}
	return y
}

func applied(x *dossier.Dossier, e journal.Event) (*dossier.Dossier, error) {
	linked, err := journal.Link(e, x.ID, x.Version+1, x.Head)
	if err != nil {
		return nil, err
	}
	y := x.Clone()
	return y, y.Apply(linked)
}

// dueAfter says when the dossier would be due.
func dueAfter(ctx context.Context, y *dossier.Dossier) []string {
	if y == nil || y.DueAt().IsZero() {
		return nil
	}
	return []string{lang.T(ctx, "desk.turn.due-after", "when", when(ctx, y.DueAt()))}
}

// approver asks which head agreed. Who is one need not name another.
func (d *desk) approver(ctx context.Context, x *dossier.Dossier, at time.Time, head bool) ask {
	return ask{kind: askList, name: fieldApprover, optional: head, options: d.labelled(ctx, d.Service.Approvers(x, at), at)}
}

// agencyOptions lists the agencies in force a submission may be passed on to, those that resolve the procedure first.
func (d *desk) agencyOptions(ctx context.Context, x *dossier.Dossier, at time.Time) []component.Option {
	var near, far []component.Option
	var resolves []agency.ID
	if o, err := d.Service.Offer(x.Procedure.Code); err == nil {
		resolves = o.Agencies
	}
	for _, a := range d.Catalogue().Tree().All(dayOf(at)) {
		switch o := (component.Option{Value: string(a.ID), Label: a.Name}); {
		case a.ID == x.Competent || a.Kind == agency.PublicServiceCentre:
		case slices.Contains(resolves, a.ID):
			o.Group = lang.T(ctx, "desk.turn.resolves")
			near = append(near, o)
		default:
			o.Group = lang.T(ctx, "desk.turn.others")
			far = append(far, o)
		}
	}
	return append(near, far...)
}

// readMoney reads an amount as people write it: 1.500.000, 1 500 000 đồng. Anything else is 0, which the rule refuses.
func readMoney(s string) int64 {
	s = strings.ToLower(strings.TrimSpace(s))
	for _, unit := range []string{"đồng", "vnđ", "vnd", "đ"} {
		if t, ok := strings.CutSuffix(s, unit); ok {
			s = strings.TrimSpace(t)
			break
		}
	}
	groups := strings.FieldsFunc(s, func(r rune) bool { return r == '.' || r == ',' || r == ' ' || r == '\u00a0' })
	for i, g := range groups {
		if len(groups) > 1 && (i > 0 && len(g) != 3 || i == 0 && len(g) > 3) {
			return 0 // 1.5 is no amount in đồng
		}
	}
	digits := strings.Join(groups, "")
	if digits == "" || len(digits) > 15 || strings.Trim(digits, "0123456789") != "" {
		return 0
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// money writes an amount: "1.500.000 đồng".
func money(ctx context.Context, n int64) string {
	return lang.T(ctx, "desk.money", "n", component.Number(ctx, int(n)))
}

// asking reports whether the form has an input of that name.
func (a *actForm) asking(name string) bool {
	return slices.ContainsFunc(a.asks, func(q ask) bool { return q.name == name })
}
