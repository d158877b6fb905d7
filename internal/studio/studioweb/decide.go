package studioweb

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/studio"
	"github.com/motcua/motcua/internal/viet"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

// Names of the fields of decisions.
const (
	fieldWhy   = "ly-do"
	fieldFrom  = "tu-ngay"
	fieldScope = "pham-vi"
	fieldOnly  = "co-quan"
	fieldUntil = "den-ngay"
	fieldStays = "ho-so-dang-soan"
)

const (
	scopeAll   = "toan-tinh"
	scopePilot = "thi-diem"
)

// typed are the values of a decision's form, as text.
type typed map[string][]string

func (t typed) get(name string) string {
	if len(t[name]) == 0 {
		return ""
	}
	return t[name][0]
}

func typedOf(f web.Form) typed {
	out := typed{}
	for k, v := range f.Values {
		out[k] = v
	}
	return out
}

// isoDay reads a typed day; what is no day comes back as it is, for the rule to refuse.
func isoDay(text string) string {
	if t, ok := web.ReadDate(text); ok {
		return t.Format(time.DateOnly)
	}
	return strings.TrimSpace(text)
}

type proposeView struct {
	set      *studio.Set
	key      string
	errors   []component.FieldError
	from     component.Field
	scope    component.Choice
	only     component.Choice
	until    component.Field
	stays    component.Choice
	why      component.Field
	problems []problemLine
	diffs    []studio.Difference
}

func (d room) proposeView(r *http.Request, x *studio.Set, key string, t typed) (proposeView, error) {
	ctx, by := r.Context(), web.ActorFrom(r.Context())
	v := proposeView{set: x, key: key}
	found, err := d.Service.Problems(ctx, by, x.ID)
	if err != nil {
		return v, err
	}
	v.problems = d.problemLines(ctx, x.ID, found)
	if v.diffs, err = d.Service.Diff(ctx, by, x.ID, string(lang.From(ctx))); err != nil {
		return v, err
	}
	v.from = component.Field{Name: fieldFrom, Label: lang.T(ctx, "studio.propose.from"), Hint: lang.T(ctx, "studio.propose.from-hint", "today", day(ctx, d.today())), Value: t.get(fieldFrom)}
	v.until = component.Field{Name: fieldUntil, Label: lang.T(ctx, "studio.propose.until"), Hint: lang.T(ctx, "studio.propose.until-hint"), Value: t.get(fieldUntil), Optional: true}
	v.why = component.Field{Name: fieldWhy, Label: lang.T(ctx, "studio.propose.why"), Value: t.get(fieldWhy), Optional: true, Rows: 3, MaxLength: studio.MaxWords}
	v.only = component.Choice{Name: fieldOnly, Label: lang.T(ctx, "studio.propose.only"), Hint: lang.T(ctx, "studio.propose.only-hint"), Values: t[fieldOnly], Optional: true}
	for _, a := range d.resolving(ctx) {
		v.only.Options = append(v.only.Options, component.Option{Value: string(a.ID), Label: d.agencyName(ctx, a.ID)})
	}
	v.scope = component.Choice{Name: fieldScope, Label: lang.T(ctx, "studio.propose.scope"), Values: []string{t.get(fieldScope)}, Options: []component.Option{
		{Value: scopeAll, Label: lang.T(ctx, "studio.scope.all")},
		{Value: scopePilot, Label: lang.T(ctx, "studio.propose.pilot"), Hint: lang.T(ctx, "studio.propose.pilot-hint"), Opens: pilotFields(&v)},
	}}
	v.stays = component.Choice{Name: fieldStays, Label: lang.T(ctx, "studio.propose.stays"), Hint: lang.T(ctx, "studio.propose.stays-hint"), Values: []string{t.get(fieldStays)}, Options: []component.Option{
		{Value: "chuyen", Label: lang.T(ctx, "studio.stays.move")}, {Value: "giu", Label: lang.T(ctx, "studio.stays.stay")},
	}}
	return v, nil
}

// resolving lists the agencies that resolve procedures today, by name.
func (d room) resolving(ctx context.Context) []agency.Agency {
	cat, today := d.Catalogue(), d.today()
	var out []agency.Agency
	for _, c := range cat.Agencies(today) {
		if a, ok := cat.Tree().At(agency.ID(c.ID), today); ok {
			out = append(out, a)
		}
	}
	slices.SortFunc(out, func(a, b agency.Agency) int {
		return strings.Compare(viet.SortKey(d.agencyName(ctx, a.ID)), viet.SortKey(d.agencyName(ctx, b.ID)))
	})
	return out
}

func (d room) askPropose(w http.ResponseWriter, r *http.Request) error {
	x, err := d.setOf(r)
	if err != nil {
		return err
	}
	if x.State != studio.Draft {
		return web.SeeOther(w, r, SetPath(x.ID))
	}
	v, err := d.proposeView(r, x, web.NewKey(), typed{fieldFrom: {typedDay(d.today())}, fieldScope: {scopeAll}, fieldStays: {"chuyen"}})
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, proposePage(v))
}

func (d room) propose(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	if form.Key == "" {
		return web.ErrMalformedForm
	}
	ctx, by := r.Context(), web.ActorFrom(r.Context())
	x, err := d.setOf(r)
	if err != nil {
		return err
	}
	p := studio.Proposal{Version: form.Version, From: isoDay(form.Get(fieldFrom)), Why: form.Get(fieldWhy)}
	p.Scope.Stays = form.Get(fieldStays) == "giu"
	if form.Get(fieldScope) == scopePilot {
		for _, id := range form.Values[fieldOnly] {
			p.Scope.Only = append(p.Scope.Only, agency.ID(id))
		}
		if until := isoDay(form.Get(fieldUntil)); until != "" {
			p.Scope.Until = until
			if last, err := calendar.ParseDate(until); err == nil {
				p.Scope.Until = last.AddDays(1).String() // people name the last day, the rule the first one after
			}
		}
		if !p.Scope.Pilot() {
			return d.proposeAgain(w, r, x, form, fieldUntil, lang.T(ctx, "studio.propose.pilot-needs"), http.StatusUnprocessableEntity)
		}
	}
	_, err = d.Service.Propose(ctx, by, x.ID, p)
	if err == nil {
		return web.SeeOther(w, r, SetPath(x.ID), "studio.proposed")
	}
	why, ok := refusal(ctx, err)
	if !ok {
		return err
	}
	name := fieldFrom
	switch {
	case errors.Is(err, studio.ErrPilotUntil):
		name = fieldUntil
	case errors.Is(err, studio.ErrPilotKind), errors.Is(err, studio.ErrPilotWhere):
		name = fieldScope
	case errors.Is(err, studio.ErrTooLong):
		name = fieldWhy
	case errors.Is(err, studio.ErrDay):
	default:
		name = ""
	}
	return d.proposeAgain(w, r, x, form, name, why, web.Status(err))
}

func (d room) proposeAgain(w http.ResponseWriter, r *http.Request, x *studio.Set, form web.Form, name, why string, status int) error {
	v, err := d.proposeView(r, x, web.NewKey(), typedOf(form))
	if err != nil {
		return err
	}
	for _, f := range []*component.Field{&v.from, &v.until, &v.why} {
		if f.Name == name {
			f.Error = why
		}
	}
	if v.scope.Name == name {
		v.scope.Error = why
	}
	v.errors = []component.FieldError{{ID: name, Text: why}}
	return web.Render(w, r, status, proposePage(v))
}

// decideView is the page of every other decision: what will happen, a reason, perhaps a day.
type decideView struct {
	set     *studio.Set
	title   string
	lead    string
	confirm component.Confirm
	from    *component.Field
	why     *component.Field
	errors  []component.FieldError
	diffs   []studio.Difference
	own     bool
}

// decision describes one of them.
type decision struct {
	name         string   // part of the keys of its words
	path         string   // below the set
	consequences []string // keys
	state        func(x *studio.Set) bool
	from         bool // asks for a day
	need         bool // the reason is required
	danger       bool
	icon         component.Icon
	diff         bool // shows the difference in words
	done         string
	act          func(ctx context.Context, d room, x *studio.Set, f web.Form) (next *studio.Set, err error)
}

func in(states ...studio.State) func(*studio.Set) bool {
	return func(x *studio.Set) bool { return slices.Contains(states, x.State) }
}

var (
	publishing = decision{
		name: "publish", path: "cong-bo", consequences: []string{"studio.publish.then-force", "studio.publish.then-pinned", "studio.publish.then-good"},
		state: in(studio.Proposed), icon: component.IconStamp, diff: true, done: "studio.published",
		act: func(ctx context.Context, d room, x *studio.Set, f web.Form) (*studio.Set, error) {
			return d.Service.Publish(ctx, web.ActorFrom(ctx), x.ID, studio.Decision{Version: f.Version, Note: f.Get(fieldWhy)})
		},
	}
	rejecting = decision{
		name: "reject", path: "tra-lai", consequences: []string{"studio.reject.then"}, state: in(studio.Proposed), need: true, icon: component.IconReturn, done: "studio.rejected",
		act: func(ctx context.Context, d room, x *studio.Set, f web.Form) (*studio.Set, error) {
			return d.Service.Reject(ctx, web.ActorFrom(ctx), x.ID, f.Version, f.Get(fieldWhy))
		},
	}
	reopening = decision{
		name: "reopen", path: "soan-tiep", consequences: []string{"studio.reopen.then"}, state: in(studio.Proposed, studio.Rejected), icon: component.IconPen, done: "studio.reopened",
		act: func(ctx context.Context, d room, x *studio.Set, f web.Form) (*studio.Set, error) {
			return d.Service.Reopen(ctx, web.ActorFrom(ctx), x.ID, f.Version, f.Get(fieldWhy))
		},
	}
	withdrawing = decision{
		name: "withdraw", path: "rut", consequences: []string{"studio.withdraw.then"}, state: in(studio.Draft, studio.Proposed, studio.Rejected), need: true, danger: true,
		icon: component.IconTrash, done: "studio.withdrawn",
		act: func(ctx context.Context, d room, x *studio.Set, f web.Form) (*studio.Set, error) {
			return d.Service.Withdraw(ctx, web.ActorFrom(ctx), x.ID, f.Version, f.Get(fieldWhy))
		},
	}
	rollingBack = decision{
		name: "rollback", path: "khoi-phuc", consequences: []string{"studio.rollback.then-proposal", "studio.rollback.then-history"}, from: true, need: true, icon: component.IconReturn,
		state: func(x *studio.Set) bool { return x.State == studio.Published && !x.Scope.Pilot() }, done: "studio.proposed",
		act: func(ctx context.Context, d room, x *studio.Set, f web.Form) (*studio.Set, error) {
			return d.Service.RollBack(ctx, web.ActorFrom(ctx), f.Key, x.ID, isoDay(f.Get(fieldFrom)), f.Get(fieldWhy))
		},
	}
	widening = decision{
		name: "widen", path: "mo-rong", consequences: []string{"studio.widen.then-proposal", "studio.widen.then-pilot"}, from: true, icon: component.IconCheck,
		state: func(x *studio.Set) bool { return x.State == studio.Published && x.Scope.Pilot() && x.Ended == nil }, done: "studio.proposed",
		act: func(ctx context.Context, d room, x *studio.Set, f web.Form) (*studio.Set, error) {
			return d.Service.Widen(ctx, web.ActorFrom(ctx), f.Key, x.ID, isoDay(f.Get(fieldFrom)), f.Get(fieldWhy))
		},
	}
	ending = decision{
		name: "end", path: "ket-thuc-thi-diem", consequences: []string{"studio.end.then-former", "studio.end.then-pinned"}, from: true, need: true, danger: true, icon: component.IconClose,
		state: func(x *studio.Set) bool { return x.State == studio.Published && x.Scope.Pilot() && x.Ended == nil }, done: "studio.pilot-ended",
		act: func(ctx context.Context, d room, x *studio.Set, f web.Form) (*studio.Set, error) {
			return d.Service.EndPilot(ctx, web.ActorFrom(ctx), x.ID, f.Version, isoDay(f.Get(fieldFrom)), f.Get(fieldWhy))
		},
	}
)

func (d room) decideView(r *http.Request, x *studio.Set, what decision, key string, t typed) (decideView, error) {
	ctx, by := r.Context(), web.ActorFrom(r.Context())
	v := decideView{set: x, title: lang.T(ctx, "studio."+what.name+".title"), lead: x.Title}
	c := component.Confirm{
		Title: lang.T(ctx, "studio."+what.name+".what"), Action: SetPath(x.ID, what.path), Key: key, Version: x.Version, Cancel: SetPath(x.ID), Danger: what.danger,
		Act: component.Act{Text: lang.T(ctx, "studio."+what.name+".do"), Icon: what.icon},
	}
	if what.danger {
		c.Act.Kind = component.DangerAct
	}
	if what.name == publishing.name {
		c.Consequences = append(c.Consequences, lang.T(ctx, "studio.publish.from", "day", day(ctx, max(x.From, d.today())), "scope", d.scope(ctx, x.Scope)))
		v.own = x.Wrote(by.Person) || by.Behalf != "" && x.Wrote(by.Behalf)
	}
	for _, key := range what.consequences {
		c.Consequences = append(c.Consequences, lang.T(ctx, key))
	}
	v.confirm = c
	if what.from {
		v.from = &component.Field{Name: fieldFrom, Label: lang.T(ctx, "studio."+what.name+".from"), Value: t.get(fieldFrom)}
	}
	v.why = &component.Field{Name: fieldWhy, Label: lang.T(ctx, "studio.why"), Value: t.get(fieldWhy), Optional: !what.need, Rows: 3, MaxLength: studio.MaxWords}
	if what.diff {
		diffs, err := d.Service.Diff(ctx, by, x.ID, string(lang.From(ctx)))
		if err != nil {
			return v, err
		}
		v.diffs = diffs
	}
	return v, nil
}

func (d room) askDecide(w http.ResponseWriter, r *http.Request, what decision) error {
	x, err := d.setOf(r)
	if err != nil {
		return err
	}
	if !what.state(x) {
		return web.SeeOther(w, r, SetPath(x.ID))
	}
	v, err := d.decideView(r, x, what, web.NewKey(), typed{fieldFrom: {typedDay(d.today())}})
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, decidePage(v))
}

func (d room) decide(w http.ResponseWriter, r *http.Request, what decision) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	if form.Key == "" {
		return web.ErrMalformedForm
	}
	ctx := r.Context()
	x, err := d.setOf(r)
	if err != nil {
		return err
	}
	next, err := what.act(ctx, d, x, form)
	if err == nil {
		return web.SeeOther(w, r, SetPath(next.ID), what.done)
	}
	why, ok := refusal(ctx, err)
	if !ok {
		return err
	}
	v, verr := d.decideView(r, x, what, web.NewKey(), typedOf(form))
	if verr != nil {
		return verr
	}
	name := ""
	switch {
	case errors.Is(err, studio.ErrDay) && v.from != nil:
		name, v.from.Error = fieldFrom, why
	case errors.Is(err, studio.ErrWhy), errors.Is(err, studio.ErrTooLong):
		name, v.why.Error = fieldWhy, why
	}
	v.errors = []component.FieldError{{ID: name, Text: why}}
	return web.Render(w, r, web.Status(err), decidePage(v))
}

func (d room) askPublish(w http.ResponseWriter, r *http.Request) error {
	return d.askDecide(w, r, publishing)
}

func (d room) publish(w http.ResponseWriter, r *http.Request) error {
	return d.decide(w, r, publishing)
}

func (d room) askReject(w http.ResponseWriter, r *http.Request) error {
	return d.askDecide(w, r, rejecting)
}

func (d room) reject(w http.ResponseWriter, r *http.Request) error { return d.decide(w, r, rejecting) }

func (d room) askReopen(w http.ResponseWriter, r *http.Request) error {
	return d.askDecide(w, r, reopening)
}

func (d room) reopen(w http.ResponseWriter, r *http.Request) error { return d.decide(w, r, reopening) }

func (d room) askWithdraw(w http.ResponseWriter, r *http.Request) error {
	return d.askDecide(w, r, withdrawing)
}

func (d room) withdraw(w http.ResponseWriter, r *http.Request) error {
	return d.decide(w, r, withdrawing)
}

func (d room) askRollBack(w http.ResponseWriter, r *http.Request) error {
	return d.askDecide(w, r, rollingBack)
}

func (d room) rollBack(w http.ResponseWriter, r *http.Request) error {
	return d.decide(w, r, rollingBack)
}

func (d room) askWiden(w http.ResponseWriter, r *http.Request) error {
	return d.askDecide(w, r, widening)
}

func (d room) widen(w http.ResponseWriter, r *http.Request) error { return d.decide(w, r, widening) }

func (d room) askEnd(w http.ResponseWriter, r *http.Request) error { return d.askDecide(w, r, ending) }

func (d room) endPilot(w http.ResponseWriter, r *http.Request) error {
	return d.decide(w, r, ending)
}
