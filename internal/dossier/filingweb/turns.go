package filingweb

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/viet"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

// money writes an amount in the language of ctx.
func money(ctx context.Context, dong int64) string {
	if lang.From(ctx) == lang.EN {
		return viet.MoneyEnglish(dong)
	}
	return viet.Money(dong)
}

// owed is the obligation that waits to be settled; the zero one when none does.
func (t told) owed() dossier.ObligationDue {
	if n := len(t.Obligations); n > 0 && t.Obligations[n-1].MetAt.IsZero() {
		return t.Obligations[n-1]
	}
	return dossier.ObligationDue{}
}

// corrected reports whether the result in force replaced a wrong one.
func (t told) corrected() bool {
	return slices.ContainsFunc(t.Issued, func(x dossier.Issued) bool { return x.Kind == dossier.CorrectedResult })
}

// may reports whether the person may take the turn now.
func (t told) may(r *http.Request, act string) bool {
	turns := t.Turns(dossier.Facts{Now: t.now}, actor(r.Context()))
	return slices.ContainsFunc(turns, func(a dossier.Act) bool { return a.ID == act })
}

// offers are the turns that a page of the owner's dossier leads to.
type offers struct{ withdraw, drop, rate bool }

func (t told) offers(r *http.Request) offers {
	return offers{
		withdraw: t.may(r, dossier.ActWithdraw) || t.may(r, dossier.ActRequestWithdrawal),
		drop:     t.may(r, dossier.ActDropWithdrawal),
		rate:     t.may(r, dossier.ActRate),
	}
}

// withdrawView is the page on which a dossier is taken back.
type withdrawView struct {
	told
	reason  string
	changed bool  // the dossier moved on since the page was drawn
	err     error // why it cannot be, or what is wrong with the reason
	field   bool  // err is about the reason
}

// asks reports whether the desk has to stop the dossier first.
func (v withdrawView) asks() bool { return v.Accepted() }

func (v withdrawView) title(ctx context.Context) string {
	if v.asks() {
		return lang.T(ctx, "filing.withdraw.ask-title")
	}
	return lang.T(ctx, "filing.withdraw.title")
}

func (v withdrawView) button(ctx context.Context) string {
	if v.asks() {
		return lang.T(ctx, "act.request_withdrawal")
	}
	return lang.T(ctx, "act.withdraw")
}

// consequences say what will happen, before it does.
func (v withdrawView) consequences(ctx context.Context) []string {
	keys := []string{"filing.withdraw.ends", "filing.withdraw.papers", "filing.withdraw.again"}
	if v.asks() {
		keys = []string{"filing.withdraw.desk", "filing.withdraw.clock", "filing.withdraw.fees", "filing.withdraw.drop"}
		if v.Standing() { // no time runs that could go on
			keys = slices.Delete(keys, 1, 2)
		}
	}
	out := make([]string, len(keys))
	for i, k := range keys {
		out[i] = lang.T(ctx, k, "desk", v.desk())
	}
	return out
}

func (v withdrawView) errors(ctx context.Context) []component.FieldError {
	if !v.field {
		return nil
	}
	return []component.FieldError{{ID: reasonInput, Text: said(ctx, v.err)}}
}

// refusal says in plain words why the dossier cannot be taken back now.
func (v withdrawView) refusal(ctx context.Context) string {
	switch {
	case errors.Is(v.err, dossier.ErrDecided) && !v.DecidedAt.IsZero():
		return lang.T(ctx, "filing.withdraw.decided", "at", when(ctx, v.DecidedAt))
	case v.Status == dossier.WithdrawalRequested:
		return lang.T(ctx, "filing.withdraw.asked", "at", when(ctx, v.Withdrawal.At), "desk", v.desk())
	case v.Status.Ended():
		return lang.T(ctx, "filing.withdraw.ended")
	}
	return said(ctx, v.err)
}

// said is a refusal in the words of its kind.
func said(ctx context.Context, err error) string {
	if e, ok := errors.AsType[*fault.Error](err); ok {
		return web.ErrorText(ctx, e)
	}
	return ""
}

func (v withdrawView) reasonField(ctx context.Context) component.Field {
	f := component.Field{
		Name: reasonInput, Label: lang.T(ctx, "filing.withdraw.reason"), Value: v.reason,
		Optional: true, MaxLength: dossier.MaxText,
	}
	if v.field {
		f.Error = said(ctx, v.err)
	}
	return f
}

const reasonInput = "ly-do"

// mayWithdraw is nil when the dossier can be taken back or asked back by who looks.
func (p *pages) mayWithdraw(r *http.Request, d *dossier.Dossier) error {
	by, f := actor(r.Context()), dossier.Facts{Now: p.Now()}
	ask := d.Withdraw
	if d.Accepted() {
		ask = d.RequestWithdrawal
	}
	_, err := ask(f, by, "") // a rule decides, nothing is recorded
	return err
}

func (p *pages) askWithdraw(w http.ResponseWriter, r *http.Request) error {
	d, _, err := p.mine(r)
	if err != nil {
		return err
	}
	v := withdrawView{told: p.tell(d)}
	if v.err = p.mayWithdraw(r, d); v.err != nil {
		return web.Render(w, r, web.Status(v.err), withdrawRefusedPage(v))
	}
	return web.Render(w, r, http.StatusOK, withdrawPage(v))
}

// withdraw takes the dossier back, or asks the desk to stop it. Who confirmed a page that no longer says what
// will happen is shown the new one.
func (p *pages) withdraw(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	d, _, err := p.mine(r)
	if err != nil {
		return err
	}
	by := actor(r.Context())
	do := p.Service.Withdraw
	if f.Get("_ask") != "" {
		do = p.Service.RequestWithdrawal
	}
	reason := f.Get(reasonInput)
	_, err = do(r.Context(), dossier.Request{By: by, Dossier: d.ID, Version: f.Version, Key: f.Key}, reason)
	if err == nil {
		flash := "filing.withdrawn"
		if f.Get("_ask") != "" {
			flash = "filing.withdrawal-asked"
		}
		return web.SeeOther(w, r, "/ho-so-cua-toi/"+d.ID, flash)
	}
	again, _, loadErr := p.mine(r)
	if loadErr != nil {
		return loadErr
	}
	v := withdrawView{told: p.tell(again), reason: reason, err: err}
	switch {
	case errors.Is(err, dossier.ErrTooLong):
		v.field = true
		return web.Render(w, r, http.StatusUnprocessableEntity, withdrawPage(v))
	case !errors.Is(err, dossier.ErrStale) && !errors.Is(err, dossier.ErrDecided) && !errors.Is(err, dossier.ErrState):
		return err
	}
	if why := p.mayWithdraw(r, again); why != nil {
		v.err = why
		return web.Render(w, r, http.StatusConflict, withdrawRefusedPage(v))
	}
	v.changed = true
	return web.Render(w, r, http.StatusConflict, withdrawPage(v))
}

func (p *pages) askDropWithdrawal(w http.ResponseWriter, r *http.Request) error {
	d, _, err := p.mine(r)
	if err != nil {
		return err
	}
	t := p.tell(d)
	if !t.may(r, dossier.ActDropWithdrawal) {
		return web.Render(w, r, http.StatusConflict, dropRefusedPage(t))
	}
	return web.Render(w, r, http.StatusOK, dropWithdrawalPage(t))
}

func (p *pages) dropWithdrawal(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	d, _, err := p.mine(r)
	if err != nil {
		return err
	}
	_, err = p.Service.DropWithdrawal(r.Context(), dossier.Request{By: actor(r.Context()), Dossier: d.ID, Version: f.Version, Key: f.Key})
	switch {
	case err == nil:
		return web.SeeOther(w, r, "/ho-so-cua-toi/"+d.ID, "filing.withdrawal-dropped")
	case errors.Is(err, dossier.ErrState), errors.Is(err, dossier.ErrStale):
		again, _, loadErr := p.mine(r)
		if loadErr != nil {
			return loadErr
		}
		t := p.tell(again)
		if t.may(r, dossier.ActDropWithdrawal) {
			return web.Render(w, r, http.StatusConflict, dropWithdrawalPage(t))
		}
		return web.Render(w, r, http.StatusConflict, dropRefusedPage(t))
	}
	return err
}

// versionView is one version of the result, ready to be shown.
type versionView struct {
	dossier.Issued
	n        int // 1 is the first
	replaced bool
	facts    []component.Fact
	more     [][]component.Fact
}

// versions lists the results, the one in force first. A re-issue is the same document again and adds a line to it.
func (t told) versions(ctx context.Context, own bool) []versionView {
	var out []versionView
	for i, x := range t.Issued {
		v := versionView{Issued: x, n: i + 1, facts: t.documentFacts(ctx, x.Result, i+1, 0, own)}
		for k, m := range x.More {
			v.more = append(v.more, t.documentFacts(ctx, m, i+1, k+1, own))
		}
		for j := range out {
			out[j].replaced = true
		}
		out = append(out, v)
	}
	slices.Reverse(out)
	return out
}

func (v versionView) title(ctx context.Context, several bool) string {
	switch {
	case v.replaced:
		return lang.T(ctx, "filing.result.replaced-version", "n", v.n)
	case v.Kind == dossier.CorrectedResult:
		return lang.T(ctx, "filing.result.corrected-version")
	case v.Kind == dossier.ReissuedResult:
		return lang.T(ctx, "filing.result.reissued-version")
	case several:
		return lang.T(ctx, "filing.result.in-force")
	}
	return ""
}

// why is what the person is told about a version that is not the first.
func (v versionView) why(ctx context.Context) string {
	switch v.Kind {
	case dossier.CorrectedResult:
		key := "filing.result.corrected-why"
		if v.Fault == dossier.FaultAgency {
			key = "filing.result.corrected-sorry"
		}
		return lang.T(ctx, key, "at", when(ctx, v.At), "reason", v.Reason)
	case dossier.ReissuedResult:
		return lang.T(ctx, "filing.result.reissued-why", "at", when(ctx, v.At), "reason", v.Reason)
	}
	return ""
}

// documentFacts names one document of version n; k counts the further ones of the same decision from 1.
func (t told) documentFacts(ctx context.Context, r dossier.Result, n, k int, own bool) []component.Fact {
	var out []component.Fact
	if k == 0 {
		out = append(out, text(ctx, "filing.result.outcome", lang.T(ctx, "outcome."+r.Outcome)))
	}
	if r.Name != "" {
		out = append(out, text(ctx, "filing.result.name", r.Name))
	}
	if r.Number != "" {
		out = append(out, text(ctx, "filing.result.number", r.Number))
	}
	if r.Date != "" {
		out = append(out, text(ctx, "filing.result.date", onDay(ctx, r.Date)))
	}
	if t.Reason != "" && r.Outcome == dossier.NotEligible && k == 0 {
		out = append(out, text(ctx, "filing.own.reason", t.Reason))
	}
	if own && r.File != nil && r.File.Hash != "" {
		href := t.path("/giay-to/" + resultPaper)
		if n < len(t.Issued) || k > 0 {
			href += "-" + strconv.Itoa(n) + "-" + strconv.Itoa(k)
		}
		out = append(out, component.Fact{Name: lang.T(ctx, "filing.result.file"), Content: fileList([]component.StoredFile{{Name: r.File.Name, Size: size(ctx, r.File.Size), Href: href, Notes: foundIn(ctx, *r.File)}})})
	}
	return out
}

// resultFile finds the file behind "ket-qua" (the one in force) or "ket-qua-2-1" (version 2, its first further
// document).
func resultFile(d *dossier.Dossier, name string) *dossier.Paper {
	rest, ok := strings.CutPrefix(name, resultPaper)
	if !ok {
		return nil
	}
	if rest == "" {
		if d.Result == nil {
			return nil
		}
		return d.Result.File
	}
	version, document, ok := strings.Cut(strings.TrimPrefix(rest, "-"), "-")
	n, err := strconv.Atoi(version)
	k, err2 := strconv.Atoi(document)
	if !ok || err != nil || err2 != nil || n < 1 || n > len(d.Issued) || k < 0 || k > len(d.Issued[n-1].More) {
		return nil
	}
	if k == 0 {
		return d.Issued[n-1].Result.File
	}
	return d.Issued[n-1].More[k-1].File
}

// obligationFacts say what to settle, how much, on which notice and until when.
func (t told) obligationFacts(ctx context.Context, o dossier.ObligationDue) []component.Fact {
	out := []component.Fact{
		text(ctx, "filing.obligation.name", o.Name),
		text(ctx, "filing.obligation.amount", money(ctx, o.Amount)),
		text(ctx, "filing.obligation.notice", o.Notice),
	}
	if o.Until != "" {
		out = append(out, text(ctx, "filing.obligation.until", onDay(ctx, o.Until)))
	}
	if !o.MetAt.IsZero() {
		out = append(out, text(ctx, "filing.obligation.met", when(ctx, o.MetAt)), text(ctx, "filing.obligation.proof", o.Proof))
	}
	return out
}

// settled are the obligations that were met.
func (t told) settled() []dossier.ObligationDue {
	return slices.DeleteFunc(slices.Clone(t.Obligations), func(o dossier.ObligationDue) bool { return o.MetAt.IsZero() })
}

// apology is the letter the person has to know of: the last one, while the dossier goes on.
func (t told) apology() *dossier.Apology {
	if n := len(t.Apologies); n > 0 {
		return &t.Apologies[n-1]
	}
	return nil
}

func (t told) apologyFacts(ctx context.Context, a dossier.Apology) []component.Fact {
	first := t.FirstDue
	if first.IsZero() {
		first = a.From
	}
	out := []component.Fact{text(ctx, "filing.apology.first", when(ctx, first))}
	if !a.From.Equal(first) {
		out = append(out, text(ctx, "filing.apology.from", when(ctx, a.From)))
	}
	out = append(out, text(ctx, "filing.apology.to", when(ctx, a.To)))
	if a.Reason != "" {
		out = append(out, text(ctx, "filing.apology.reason", a.Reason))
	}
	return out
}

// pauseFacts name on what basis the clock stands.
func (t told) pauseFacts(ctx context.Context, p dossier.Pausing) []component.Fact {
	return []component.Fact{
		text(ctx, "filing.pause.why", p.Name), text(ctx, "filing.pause.basis", p.Basis), text(ctx, "filing.pause.from", when(ctx, p.From)),
	}
}

// moved on to the right agency: the last redirection.
func (t told) redirect() *dossier.Redirect {
	if n := len(t.Redirects); n > 0 {
		return &t.Redirects[n-1]
	}
	return nil
}

// stopFacts say what became of papers and money when the dossier was stopped.
func (t told) stopFacts(ctx context.Context) []component.Fact {
	if t.Withdrawal == nil || t.Status != dossier.Stopped {
		return nil
	}
	var out []component.Fact
	for _, x := range [][2]string{{"filing.stop.papers", t.Withdrawal.Papers}, {"filing.stop.fees", t.Withdrawal.Fees}} {
		if x[1] != "" {
			out = append(out, text(ctx, x[0], x[1]))
		}
	}
	return out
}

// mandateFacts say on what somebody acted for the owner; number and date are for the owner's eyes.
func (t told) mandateFacts(ctx context.Context, own bool) []component.Fact {
	m := t.Mandate
	if m == nil {
		return nil
	}
	out := []component.Fact{text(ctx, "filing.own.mandate", lang.T(ctx, "mandate."+m.Kind))}
	if !own {
		return out
	}
	if m.Number != "" {
		out = append(out, text(ctx, "filing.own.mandate-number", m.Number))
	}
	if m.Date != "" {
		out = append(out, text(ctx, "filing.own.mandate-date", onDay(ctx, m.Date)))
	}
	if m.Until != "" {
		out = append(out, text(ctx, "filing.own.mandate-until", onDay(ctx, m.Until)))
	}
	return out
}

func (t told) withdrawText(ctx context.Context) string {
	return withdrawView{told: t}.button(ctx)
}

// ratePath is where the holder of the secret rates the dossier.
func (t told) ratePath() string {
	return "/tra-cuu/danh-gia?ma=" + url.QueryEscape(t.Shown()) + "&k=" + url.QueryEscape(t.Secret)
}

// shown is the code of a listed dossier, or its reference.
func shown(r dossier.Row) string {
	if r.Code != "" {
		return r.Code
	}
	return r.Ref
}
