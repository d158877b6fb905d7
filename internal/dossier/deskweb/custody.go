package deskweb

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

// Papers is what is done with the papers of a dossier.
type Papers interface {
	HandOver(ctx context.Context, r dossier.Request, c dossier.HandOverCommand) (*dossier.Dossier, error)
	ConfirmHandover(ctx context.Context, r dossier.Request, number int64, note string) (*dossier.Dossier, error)
	RefuseHandover(ctx context.Context, r dossier.Request, number int64, reason string) (*dossier.Dossier, error)
	Digitise(ctx context.Context, r dossier.Request, c dossier.DigitiseCommand) (*dossier.Dossier, error)
	Handovers(ctx context.Context, by access.Actor) (in, out []dossier.Waiting, err error)
	Reusables(ctx context.Context, w dossier.Whose, draft string) ([]dossier.Reusable, error)
	Reuse(ctx context.Context, w dossier.Whose, draft string, want dossier.Reusable, consent bool) (dossier.Reusable, error)
	Erase(ctx context.Context, r dossier.Request, basis string) error
}

// Addresses of the pages about papers.
const (
	pathHandovers = "/giao-nhan"
	pathPapers    = "/ban-goc" // after that of a dossier
)

// Names of their inputs.
const (
	fieldKept     = "ban-goc" // chosen papers
	fieldFrom     = "tu"      // keeper they come from
	fieldKeeper   = "den"     // keeper they go to
	fieldPerson   = "nguoi"   // who gives or takes them, outside the offices
	fieldEvidence = "so-buu-gui"
	fieldHandover = "lan-giao"
	fieldTakeName = "ten-giay-to"
	fieldTakePart = "thanh-phan"
	fieldTakeForm = "hinh-thuc-giay"
	fieldSheets   = "so-luong"
	doConfirm     = "xac-nhan"
	doRefuse      = "khong-nhan"
)

// giveForm hands over papers that one keeper has.
type giveForm struct {
	id      string // of its inputs
	from    string
	title   string
	items   []component.Option
	to      []component.Option
	outside bool // the person opposite is asked for
}

// answerForm is a hand-over that waits.
type answerForm struct {
	number  int64
	title   string
	facts   []component.Fact
	late    string
	confirm bool
	refuse  bool
	recall  bool
}

// custodyView is the page about the papers of a dossier.
type custodyView struct {
	rail    []component.RailGroup
	d       *dossier.Dossier
	key     string
	items   component.Grid
	due     string // when papers at the desk must have moved on
	late    bool
	away    []string // originals that are neither at the desk nor settled
	give    []giveForm
	waiting []answerForm
	take    bool
	parts   []component.Option
	history component.Grid
	papers  component.Grid
	views   string // address of who looked, for those who may ask
	form    web.Form
	refused string // which form was: its fieldFrom, fieldHandover or doTake
	errors  []component.FieldError
	refusal string
}

const doTake = "nhan-them"

func (v custodyView) path(more string) string { return pathCase + v.d.ID + pathPapers + more }

func (v custodyView) typed(of, name string) string {
	if v.refused == of {
		return v.form.Get(name)
	}
	return ""
}

func (v custodyView) chosen(of, name string) []string {
	if v.refused == of {
		return v.form.Values[name]
	}
	return nil
}

func (v custodyView) errorOf(id string) string {
	for _, e := range v.errors {
		if e.ID == id {
			return e.Text
		}
	}
	return ""
}

// keeperText says who has papers: the office and post, the applicant, the post.
func (n names) keeper(ctx context.Context, k dossier.Keeper, at time.Time) string {
	switch k.Kind {
	case dossier.KeeperApplicant, dossier.KeeperPostal:
		return lang.T(ctx, "papers.keeper."+k.Kind)
	case dossier.KeeperFile:
		return lang.T(ctx, "papers.keeper.file", "agency", n.agency(k.Agency, at))
	}
	where := n.agency(k.Agency, at)
	if k.Post != "" {
		where = n.post(k.Post, at) + ", " + where
	}
	return where
}

func itemText(ctx context.Context, it dossier.Item) string {
	name := it.Name
	if name == "" {
		name = lang.T(ctx, "papers.unnamed")
	}
	return name + " – " + lang.T(ctx, "desk.paper.form."+it.Form, "n", max(1, it.Count))
}

func keeperKey(k dossier.Keeper) string {
	return k.Kind + "|" + string(k.Agency) + "|" + k.Post
}

func readKeeper(s string) dossier.Keeper {
	p := strings.Split(s, "|")
	if len(p) != 3 {
		return dossier.Keeper{}
	}
	return dossier.Keeper{Kind: p[0], Agency: agency.ID(p[1]), Post: p[2]}
}

// destinations lists where papers of a keeper may go by the actor's hand.
func (d *desk) destinations(ctx context.Context, x *dossier.Dossier, by access.Actor, from dossier.Keeper, n names, now time.Time) []component.Option {
	var out []component.Option
	add := func(k dossier.Keeper) {
		out = append(out, component.Option{Value: keeperKey(k), Label: n.keeper(ctx, k, now)})
	}
	toDesk := dossier.Keeper{Kind: dossier.KeeperDesk, Agency: x.Desk}
	switch from.Kind {
	case dossier.KeeperApplicant:
		add(toDesk)
		return out
	case dossier.KeeperPostal:
		add(dossier.Keeper{Kind: dossier.KeeperApplicant})
		add(toDesk)
		return out
	case dossier.KeeperFile:
		if from.Agency == x.Desk {
			add(toDesk)
		} else {
			add(dossier.Keeper{Kind: dossier.KeeperAgency, Agency: from.Agency})
		}
		return out
	}
	atDesk := from.Agency == x.Desk
	if !atDesk {
		add(toDesk)
	}
	if h := x.Holder; h.Post != "" && h.Agency != x.Desk && h.Post != from.Post {
		add(dossier.Keeper{Kind: dossier.KeeperAgency, Agency: h.Agency, Post: h.Post})
	}
	for _, a := range x.Agencies() {
		if a != x.Desk && a != from.Agency {
			add(dossier.Keeper{Kind: dossier.KeeperAgency, Agency: a})
		}
	}
	if !atDesk {
		for _, p := range d.Catalogue().Tree().Posts(from.Agency, dayOf(now)) {
			if p.ID != from.Post && p.ID != x.Holder.Post && p.ID != by.Post {
				add(dossier.Keeper{Kind: dossier.KeeperAgency, Agency: from.Agency, Post: p.ID})
			}
		}
	}
	if atDesk && from.Kind == dossier.KeeperDesk {
		add(dossier.Keeper{Kind: dossier.KeeperApplicant})
		add(dossier.Keeper{Kind: dossier.KeeperPostal})
	}
	add(dossier.Keeper{Kind: dossier.KeeperFile, Agency: from.Agency})
	return out
}

// custodyOf gathers the page.
func (d *desk) custodyOf(ctx context.Context, id string) (*custodyView, error) {
	by := actor(ctx)
	x, _, err := d.Service.Dossier(ctx, by, id)
	if err != nil {
		return nil, err
	}
	f, err := d.Service.Facts(x)
	if err != nil {
		return nil, err
	}
	n, now := d.names(), f.Now
	v := &custodyView{d: x, key: web.NewKey(), take: x.MayTake(by)}
	due, err := x.PaperDue(f)
	if err != nil {
		return nil, err
	}
	if !due.IsZero() {
		v.due, v.late = when(ctx, due), now.After(due)
	}
	for _, it := range x.OriginalsElsewhere() {
		if x.ResolvedAt.IsZero() && !x.Status.Ended() {
			break // while the dossier is worked on, that is where they belong
		}
		v.away = append(v.away, itemText(ctx, it)+" ("+n.keeper(ctx, it.Keeper, now)+")")
	}
	v.items = custodyGrid(ctx, x, n, now)
	v.give = d.giveForms(ctx, x, by, n, now)
	for _, h := range x.PendingHandovers() {
		a := answerForm{number: h.Event, title: handoverTitle(ctx, h, n), facts: handoverFacts(ctx, x, h, n), confirm: x.MayAnswer(by, h), recall: x.MayRecall(by, h)}
		a.refuse = a.confirm && !a.recall
		if h.Late(now) {
			a.late = lang.T(ctx, "papers.late", "when", when(ctx, h.Due))
		}
		v.waiting = append(v.waiting, a)
	}
	v.history = handoverGrid(ctx, x, n)
	v.papers = digitalGrid(ctx, x, by, f)
	for _, c := range f.Procedure.Components {
		if !c.Note {
			v.parts = append(v.parts, component.Option{Value: c.ID, Label: c.Name})
		}
	}
	if by.May(access.DossierReadAll) {
		v.views = pathCase + x.ID + pathViews
	}
	return v, nil
}

func (d *desk) giveForms(ctx context.Context, x *dossier.Dossier, by access.Actor, n names, now time.Time) []giveForm {
	var out []giveForm
	for _, it := range x.Custody {
		if !x.MayGive(by, it) {
			continue
		}
		from := keeperKey(it.Keeper)
		i := slices.IndexFunc(out, func(g giveForm) bool { return g.from == from })
		if i < 0 {
			i = len(out)
			g := giveForm{id: "giao-" + strconv.Itoa(i+1), from: from, to: d.destinations(ctx, x, by, it.Keeper, n, now), title: lang.T(ctx, "papers.give.from", "who", n.keeper(ctx, it.Keeper, now))}
			g.outside = !it.Keeper.Office() && it.Keeper.Kind != dossier.KeeperFile || slices.ContainsFunc(g.to, func(o component.Option) bool {
				k := readKeeper(o.Value).Kind
				return k == dossier.KeeperApplicant || k == dossier.KeeperPostal
			})
			out = append(out, g)
		}
		out[i].items = append(out[i].items, component.Option{Value: it.ID, Label: itemText(ctx, it)})
	}
	return out
}

func custodyGrid(ctx context.Context, x *dossier.Dossier, n names, now time.Time) component.Grid {
	g := component.Grid{
		Caption: lang.T(ctx, "papers.custody"), Stack: true, Empty: noCustody(),
		Columns: []component.Column{
			{Title: lang.T(ctx, "papers.col.paper"), Width: "wide"},
			{Title: lang.T(ctx, "desk.col.form")},
			{Title: lang.T(ctx, "papers.col.keeper")},
			{Title: lang.T(ctx, "papers.col.since")},
			{Title: lang.T(ctx, "desk.col.state")},
		},
	}
	for _, it := range x.Custody {
		name := it.Name
		if name == "" {
			name = lang.T(ctx, "papers.unnamed")
		}
		tone, state := component.Neutral, lang.T(ctx, "papers.state.kept")
		switch {
		case it.Pending != 0:
			tone, state = component.Paused, lang.T(ctx, "papers.state.pending")
			if h, ok := x.Handover(it.Pending); ok {
				state += ": " + n.keeper(ctx, h.To, h.At)
				if h.Late(now) {
					tone = component.Overdue
				}
			}
		case it.Keeper.Kind == dossier.KeeperApplicant:
			tone, state = component.Done, lang.T(ctx, "papers.state.back")
		case it.Keeper.Kind == dossier.KeeperFile:
			tone, state = component.Done, lang.T(ctx, "papers.state.filed")
		}
		g.Rows = append(g.Rows, component.Row{Cells: []component.Cell{
			{Text: name}, {Text: lang.T(ctx, "desk.paper.form."+it.Form, "n", max(1, it.Count))}, {Text: n.keeper(ctx, it.Keeper, it.Since)}, {Text: when(ctx, it.Since)}, {Text: state, Chip: tone},
		}})
	}
	return g
}

func handoverTitle(ctx context.Context, h dossier.Handover, n names) string {
	return lang.T(ctx, "papers.way", "from", n.keeper(ctx, h.From, h.At), "to", n.keeper(ctx, h.To, h.At))
}

func handoverItems(ctx context.Context, x *dossier.Dossier, h dossier.Handover) []string {
	var out []string
	for _, id := range h.Items {
		if it, ok := x.Item(id); ok {
			out = append(out, itemText(ctx, it))
		}
	}
	return out
}

func handoverFacts(ctx context.Context, x *dossier.Dossier, h dossier.Handover, n names) []component.Fact {
	out := []component.Fact{
		{Name: lang.T(ctx, "papers.col.papers"), Value: strings.Join(handoverItems(ctx, x, h), "\n")},
		{Name: lang.T(ctx, "papers.col.given"), Value: when(ctx, h.At) + ", " + n.by(ctx, h.By, h.At)},
	}
	if !h.Due.IsZero() {
		out = append(out, component.Fact{Name: lang.T(ctx, "papers.col.due"), Value: when(ctx, h.Due)})
	}
	if h.Note != "" {
		out = append(out, component.Fact{Name: lang.T(ctx, "desk.field.y-kien"), Value: h.Note})
	}
	return out
}

// handoverGrid is the history of hand-overs, newest first: both confirmations with their instants.
func handoverGrid(ctx context.Context, x *dossier.Dossier, n names) component.Grid {
	g := component.Grid{
		Caption: lang.T(ctx, "papers.history"), Stack: true,
		Columns: []component.Column{
			{Title: lang.T(ctx, "papers.col.way"), Width: "wide"},
			{Title: lang.T(ctx, "papers.col.papers")},
			{Title: lang.T(ctx, "papers.col.given")},
			{Title: lang.T(ctx, "papers.col.taken")},
			{Title: lang.T(ctx, "desk.col.state")},
		},
	}
	for i := len(x.Handovers) - 1; i >= 0; i-- {
		h := x.Handovers[i]
		if h.State == dossier.HandoverPending {
			continue // stands above, with what can be done
		}
		given := []string{when(ctx, h.At), n.by(ctx, h.By, h.At)}
		taken := []string{when(ctx, h.Answered), n.by(ctx, h.Answerer, h.Answered)}
		if h.Person != "" {
			if h.From.Office() || h.From.Kind == dossier.KeeperFile || h.To.Kind == dossier.KeeperApplicant {
				taken = []string{taken[0], h.Person, h.Evidence}
			} else {
				given = []string{given[0], h.Person, h.Evidence}
			}
		}
		state := component.Cell{Text: lang.T(ctx, "papers.handover."+h.State), Chip: component.Neutral, Note: h.Reason}
		if h.State == dossier.HandoverConfirmed {
			if state.Chip = component.Done; h.Late(h.Answered) {
				state.Chip, state.Note = component.Overdue, lang.T(ctx, "papers.late", "when", when(ctx, h.Due))
			}
		}
		g.Rows = append(g.Rows, component.Row{Cells: []component.Cell{
			{Text: handoverTitle(ctx, h, n), Note: h.Note}, {Content: lines(handoverItems(ctx, x, h))}, {Content: lines(given)}, {Content: lines(taken)}, state,
		}})
	}
	return g
}

func (d *desk) custody(w http.ResponseWriter, r *http.Request) error {
	v, err := d.custodyOf(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	return d.renderCustody(w, r, http.StatusOK, v)
}

func (d *desk) renderCustody(w http.ResponseWriter, r *http.Request, status int, v *custodyView) error {
	rail, _, err := d.rail(r, "")
	if err != nil {
		return err
	}
	v.rail = rail
	return web.Render(w, r, status, custodyPage(*v))
}

// custodyAgain shows the page with why nothing was done and what was typed.
func (d *desk) custodyAgain(w http.ResponseWriter, r *http.Request, of string, f web.Form, why error) error {
	e, ok := asRefusal(why)
	if !ok {
		return why
	}
	ctx := r.Context()
	v, err := d.custodyOf(ctx, r.PathValue("id"))
	if err != nil {
		return err
	}
	v.form, v.refused = f, of
	id := of
	for _, g := range v.give {
		if g.from == of {
			id = g.id
		}
	}
	field := ""
	switch e.Code {
	case dossier.ErrItemsChosen.Code, dossier.ErrItemUnknown.Code:
		if field = id + "-" + fieldKept; of == doTake {
			field = id + "-" + fieldTakeName
		}
	case dossier.ErrKeeper.Code, dossier.ErrPostNeeded.Code:
		field = id + "-" + fieldKeeper
	case dossier.ErrPersonNeeded.Code:
		field = id + "-" + fieldPerson
	case dossier.ErrEvidenceNeeded.Code:
		field = id + "-" + fieldEvidence
	case dossier.ErrSheets.Code:
		field = id + "-" + fieldSheets
	case dossier.ErrReasonNeeded.Code:
		field = id + "-" + fieldReason
	}
	switch {
	case e.Kind == fault.Stale:
		v.refusal = lang.T(ctx, "desk.stale.text")
	case field != "":
		v.errors = []component.FieldError{{ID: field, Text: web.ErrorText(ctx, e)}}
	default:
		v.refusal = web.ErrorText(ctx, e)
	}
	return d.renderCustody(w, r, web.Status(why), v)
}

// give hands papers over.
func (d *desk) give(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	req, err := request(r, f)
	if err != nil {
		return err
	}
	c := dossier.HandOverCommand{Items: f.Values[fieldKept], To: readKeeper(f.Get(fieldKeeper)), Person: f.Get(fieldPerson), Evidence: f.Get(fieldEvidence), Note: f.Get(fieldNote)}
	if _, err := d.Service.HandOver(r.Context(), req, c); err != nil {
		return d.custodyAgain(w, r, f.Get(fieldFrom), f, err)
	}
	flash := "papers.handed"
	if !c.To.Office() {
		flash = "papers.moved"
	}
	return web.SeeOther(w, r, pathCase+req.Dossier+pathPapers, flash)
}

// takeIn records papers that the applicant or the postman brings to the counter.
func (d *desk) takeIn(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	req, err := request(r, f)
	if err != nil {
		return err
	}
	x, _, err := d.Service.Dossier(r.Context(), actor(r.Context()), req.Dossier)
	if err != nil {
		return err
	}
	facts, err := d.Service.Facts(x)
	if err != nil {
		return err
	}
	t := dossier.Taking{Component: f.Get(fieldTakePart), Name: f.Get(fieldTakeName), Form: f.Get(fieldTakeForm)}
	if i := slices.IndexFunc(facts.Procedure.Components, func(c procedure.Component) bool { return c.ID == t.Component }); i < 0 {
		t.Component = ""
	} else if t.Name == "" {
		t.Name = facts.Procedure.Components[i].Name
	}
	if t.Count, err = strconv.Atoi(f.Get(fieldSheets)); err != nil {
		t.Count = 0 // refused below
	}
	c := dossier.HandOverCommand{
		Take: []dossier.Taking{t}, From: f.Get(fieldFrom), To: dossier.Keeper{Kind: dossier.KeeperDesk, Agency: x.Desk},
		Person: f.Get(fieldPerson), Evidence: f.Get(fieldEvidence), Note: f.Get(fieldNote),
	}
	if _, err := d.Service.HandOver(r.Context(), req, c); err != nil {
		return d.custodyAgain(w, r, doTake, f, err)
	}
	return web.SeeOther(w, r, pathCase+req.Dossier+pathPapers, "papers.taken")
}

// answer confirms, refuses or recalls a hand-over.
func (d *desk) answer(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	req, err := request(r, f)
	if err != nil {
		return err
	}
	number, err := strconv.ParseInt(f.Get(fieldHandover), 10, 64)
	if err != nil {
		return web.ErrMalformedForm
	}
	of, flash := "cho-"+f.Get(fieldHandover), "papers.confirmed"
	if f.Get(fieldDo) == doConfirm {
		_, err = d.Service.ConfirmHandover(r.Context(), req, number, f.Get(fieldNote))
	} else {
		flash = "papers.refused"
		_, err = d.Service.RefuseHandover(r.Context(), req, number, f.Get(fieldReason))
	}
	if err != nil {
		return d.custodyAgain(w, r, of, f, err)
	}
	if f.Has("_from") {
		return web.SeeOther(w, r, pathHandovers, flash)
	}
	return web.SeeOther(w, r, pathCase+req.Dossier+pathPapers, flash)
}

// handoversView is the list of hand-overs that wait.
type handoversView struct {
	rail    []component.RailGroup
	in, out component.Grid
}

// handovers lists what waits for the actor's office to be confirmed.
func (d *desk) handovers(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	in, out, err := d.Service.Handovers(ctx, actor(ctx))
	if err != nil {
		return err
	}
	v := handoversView{in: d.waitingGrid(ctx, in, true), out: d.waitingGrid(ctx, out, false)}
	if v.rail, _, err = d.rail(r, railHandovers); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, handoversPage(v))
}

func (d *desk) waitingGrid(ctx context.Context, list []dossier.Waiting, in bool) component.Grid {
	caption, other, empty := "papers.waiting.out", "papers.col.to", noneOut()
	if in {
		caption, other, empty = "papers.waiting.in", "papers.col.from", noneIn()
	}
	g := component.Grid{
		Caption: lang.T(ctx, caption), Stack: true, Keys: in, Empty: empty,
		Columns: []component.Column{
			{Title: lang.T(ctx, "desk.col.code")},
			{Title: lang.T(ctx, "desk.col.owner")},
			{Title: lang.T(ctx, other)},
			{Title: lang.T(ctx, "papers.col.count"), Numeric: true},
			{Title: lang.T(ctx, "papers.col.given")},
			{Title: lang.T(ctx, "papers.col.due")},
		},
	}
	n, now := d.names(), d.Now()
	for _, x := range list {
		who := n.agency(x.From, x.At)
		if !in {
			who = n.agency(x.To, x.At)
		}
		if x.Post != "" {
			post := n.post(x.Post, x.At)
			if in {
				post = lang.T(ctx, "papers.for", "post", post)
			}
			who += ", " + post
		}
		due := component.Cell{Text: "–"}
		if !x.Due.IsZero() {
			due = component.Cell{Text: when(ctx, x.Due), Chip: component.InTime}
			if now.After(x.Due) {
				due.Chip = component.Overdue
			}
		}
		g.Rows = append(g.Rows, component.Row{ID: x.Case, Cells: []component.Cell{
			{Text: shownCode(x.Row), Href: pathCase + x.Case + pathPapers, Code: true, Note: x.Row.Title},
			{Text: x.Row.Owner},
			{Text: who},
			{Text: component.Number(ctx, x.Items)},
			{Text: when(ctx, x.At)},
			due,
		}})
	}
	return g
}
