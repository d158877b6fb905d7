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
	"github.com/motcua/motcua/internal/casefile"
	"github.com/motcua/motcua/internal/deadline"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/eform"
	"github.com/motcua/motcua/internal/eform/eformweb"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/viet"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/internal/workflow"
	"github.com/motcua/motcua/internal/workflow/draw"
	"github.com/motcua/motcua/internal/workflow/workflowweb"
	"github.com/motcua/motcua/lang"
)

// togetherView is what a dossier says of everybody who has it at the same time.
type togetherView struct {
	holders  component.Grid
	opinions component.Grid
	subs     component.Grid
	next     []string // what comes after the acts that are possible now
	picture  *workflowweb.View
	filled   []filledView
}

// filledView is what the form of a step holds.
type filledView struct {
	title    string
	sections []eform.SectionSummary
}

// pieceView is a piece of work beside the one whose act is open.
type pieceView struct {
	token int
	title string
	acts  []component.Act
}

// claimForm takes work from the pool, or puts it back.
type claimForm struct {
	path    string
	token   int
	key     string
	version int64
	button  component.Act
}

// agencyGroup are agencies of one level that may be asked.
type agencyGroup struct {
	title   string
	options []component.Option
}

// apart adds an act to its own piece of work.
func (c *caseView) apart(a dossier.Act, link component.Act) {
	i := slices.IndexFunc(c.pieces, func(p pieceView) bool { return p.token == a.Token })
	if i < 0 {
		title := a.Step
		for _, s := range c.d.Work() {
			if s.Token == a.Token {
				title = s.Title
			}
		}
		c.pieces = append(c.pieces, pieceView{token: a.Token, title: title})
		i = len(c.pieces) - 1
	}
	c.pieces[i].acts = append(c.pieces[i].acts, link)
}

func claimOf(ctx context.Context, x *dossier.Dossier, a dossier.Act, several bool) claimForm {
	c := claimForm{path: pathCase + x.ID + "/nhan-viec", token: a.Token, key: web.NewKey(), version: x.Version}
	if a.ID == dossier.ActRelease {
		c.path = pathCase + x.ID + "/tra-hang-cho"
	}
	c.button = component.Act{Text: label(ctx, a), Kind: component.SecondaryAct}
	if several {
		c.button.Text += ": " + a.Step
	}
	return c
}

// registerTogether gives the acts of several agencies their addresses.
func (d *desk) registerTogether(m *web.Mux, read web.Need) {
	work := web.May(access.DossierAccept, access.DossierHandle, access.DossierAssign, access.DossierDecide, access.DossierResult, access.DossierReturn)
	m.Handle("GET /ho-so/{id}/hoi-y-kien", web.May(access.DossierHandle), d.consultPage)
	m.Handle("POST /ho-so/{id}/rut-cau-hoi", web.May(access.DossierHandle), func(w http.ResponseWriter, r *http.Request) error {
		return d.simple(w, r, dossier.ActRecall, "together.done.recall", func(req dossier.Request, f web.Form) (*dossier.Dossier, error) {
			frame, err := strconv.Atoi(f.Get(fieldFrame))
			if err != nil {
				return nil, dossier.ErrNotAsked
			}
			return d.Service.Recall(r.Context(), req, frame)
		})
	})
	m.Handle("POST /ho-so/{id}/nhan-viec", work, func(w http.ResponseWriter, r *http.Request) error {
		return d.simple(w, r, dossier.ActClaim, "together.done.claim", func(req dossier.Request, f web.Form) (*dossier.Dossier, error) {
			return d.Service.Claim(r.Context(), req, token(f))
		})
	})
	m.Handle("POST /ho-so/{id}/tra-hang-cho", work, func(w http.ResponseWriter, r *http.Request) error {
		return d.simple(w, r, dossier.ActRelease, "together.done.release", func(req dossier.Request, f web.Form) (*dossier.Dossier, error) {
			return d.Service.Release(r.Context(), req, token(f))
		})
	})
	m.Handle("GET /ho-so/{id}/dang-soan", read, d.composing)
	m.Handle("GET "+pathLoad, web.May(access.DossierAssign), d.workload)
	m.Handle("POST "+pathLoad+"/chuyen", web.May(access.DossierAssign), d.reassign, web.Timeout(time.Minute))
}

// consultPage is the dossier with the question to other agencies open.
func (d *desk) consultPage(w http.ResponseWriter, r *http.Request) error {
	c, err := d.caseOf(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	if err := d.open(r.Context(), c, dossier.ActConsult, nil); err != nil {
		return err
	}
	return d.renderCase(w, r, http.StatusOK, c)
}

// answerLimits are the usual times in which an answer is asked for.
func answerLimits(ctx context.Context) []component.Option {
	var out []component.Option
	for _, text := range []string{"1wd", "2wd", "3wd", "5wd", "7wd", "10wd", "15wd"} {
		if l, err := deadline.ParseLimit(text); err == nil {
			out = append(out, component.Option{Value: text, Label: l.Text(string(lang.From(ctx)))})
		}
	}
	return out
}

// levels of agencies in the order in which they are offered.
var levels = []agency.Level{agency.Province, agency.Commune, agency.Ministry, agency.District}

// askable lists the agencies that may be asked, by level. Desks answer no questions.
func (d *desk) askable(ctx context.Context, at time.Time) []agencyGroup {
	out := make([]agencyGroup, len(levels))
	for i, l := range levels {
		out[i].title = lang.T(ctx, "together.level."+string(l))
	}
	for _, a := range d.Catalogue().Tree().All(dayOf(at)) {
		i := slices.Index(levels, a.Level)
		if i < 0 || a.Kind == agency.PublicServiceCentre || a.ID == actor(ctx).Agency {
			continue
		}
		out[i].options = append(out[i].options, component.Option{Value: string(a.ID), Label: a.Name})
	}
	return slices.DeleteFunc(out, func(g agencyGroup) bool {
		slices.SortFunc(g.options, func(a, b component.Option) int { return strings.Compare(viet.SortKey(a.Label), viet.SortKey(b.Label)) })
		return len(g.options) == 0
	})
}

// answerLead repeats what was asked, where the answer is written.
func answerLead(ctx context.Context, x *dossier.Dossier, token int, n names) string {
	for _, o := range x.Opinions {
		if o.Token != token || !o.Open() {
			continue
		}
		by := ""
		if !o.Due.IsZero() {
			by = lang.T(ctx, "together.answer.by", "when", when(ctx, o.Due))
		}
		return sentences(lang.T(ctx, "together.answer.asked", "agency", n.agency(agency.ID(o.By.Agency), o.At), "question", o.Question), by)
	}
	return lang.T(ctx, "together.answer.sub")
}

// stepForm is the form of a step with what it holds already; nil when the catalogue has no such form today.
func (d *desk) stepForm(ctx context.Context, x *dossier.Dossier, id, step string, now time.Time) *eformweb.View {
	found, ok := d.Catalogue().Form(id, dayOf(now))
	if !ok {
		return nil
	}
	form, err := d.form(ctx, found.Digest)
	if err != nil {
		return nil
	}
	answers := eform.Answers{}
	if raw := x.Filled(step); raw != nil {
		if a, err := eform.ReadAnswers(raw); err == nil {
			answers = a
		}
	}
	return &eformweb.View{Form: form, Answers: answers, Places: d.places(now), Units: d.Units}
}

// fill reads and checks the form of the step. shown reports that the page was drawn again instead.
func (d *desk) fill(w http.ResponseWriter, r *http.Request, req dossier.Request, f web.Form, c *dossier.ActCommand) (shown bool, err error) {
	ctx := r.Context()
	x, _, err := d.Service.Dossier(ctx, req.By, req.Dossier)
	if err != nil {
		return false, err
	}
	facts, err := d.Service.Facts(x)
	if err != nil {
		return false, err
	}
	acts := x.Next(facts, req.By)
	i := slices.IndexFunc(acts, func(a dossier.Act) bool {
		return a.ID == c.Action && a.Means != "" && (c.Token == 0 || c.Token == a.Token)
	})
	if i < 0 || x.Version != req.Version {
		return false, nil // the rules say why
	}
	act := acts[i]
	if act.Answer && c.Result.Number != "" && c.Result.Name == "" {
		c.Result.Name = lang.T(ctx, "together.answer.document")
	}
	if act.Form == "" || act.Means == workflow.SendBack {
		return false, nil
	}
	address := ""
	for _, s := range x.Work() {
		if s.Token == act.Token {
			address = s.Step
		}
	}
	v := d.stepForm(ctx, x, act.Form, address, facts.Now)
	if v == nil {
		return false, nil
	}
	posted, err := v.Form.Parse("", f.Values, v.Answers)
	if err != nil {
		return false, err
	}
	bad := v.Form.Validate("", posted.Answers, eform.Given{Now: facts.Now, Places: v.Places})
	if !posted.Again && len(bad) == 0 {
		c.Filled, err = posted.Answers.Canonical()
		return false, err
	}
	cv, err := d.caseOf(ctx, req.Dossier)
	if err != nil {
		return false, err
	}
	if err := d.open(ctx, cv, c.Action, f.Values); err != nil {
		return false, err
	}
	if back := f.Get("_from"); back != "" {
		cv.back = web.Local(back)
	}
	if cv.form == nil || cv.form.filled == nil {
		return true, d.renderCase(w, r, http.StatusOK, cv)
	}
	cv.form.filled.Answers, cv.form.filled.Typed = posted.Answers, posted.Typed
	if posted.Again {
		return true, d.renderCase(w, r, http.StatusOK, cv)
	}
	cv.form.filled.Errors = bad
	cv.errors = cv.form.filled.Summary(ctx)
	return true, d.renderCase(w, r, http.StatusUnprocessableEntity, cv)
}

// hide takes out what the step of the holder does not show.
func (c *caseView) hide(ctx context.Context, x *dossier.Dossier, f dossier.Facts) {
	ids, all := x.Sees(f.Process, actor(ctx))
	if all {
		return
	}
	c.answers = slices.DeleteFunc(c.answers, func(s eform.SectionSummary) bool { return !slices.Contains(ids, s.ID) })
	c.papers = slices.DeleteFunc(c.papers, func(p paperRow) bool { return !p.result && !slices.Contains(ids, p.id) })
	c.states = append(c.states, stateBanner{component.Notice, lang.T(ctx, "together.sees.title"), lang.T(ctx, "together.sees.text")})
}

// shows reports whether the actor may open a file of the dossier: not those of components that the step hides.
func (d *desk) shows(ctx context.Context, x *dossier.Dossier, p dossier.Paper) (bool, error) {
	f, err := d.Service.Facts(x)
	if err != nil {
		return false, err
	}
	ids, all := x.Sees(f.Process, actor(ctx))
	if all || slices.Contains(ids, p.Component) {
		return true, nil
	}
	// What was issued or answered is no paper of the applicant's.
	return !slices.ContainsFunc(x.Papers, func(l dossier.Paper) bool { return l.Hash == p.Hash }), nil
}

// gather tells who has the dossier, who was asked, what comes next.
func (c *caseView) gather(ctx context.Context, d *desk, f dossier.Facts, events []journal.Event, n names) error {
	x, t := c.d, &c.together
	t.holders = holderGrid(ctx, d, x, f, n)
	t.opinions = opinionGrid(ctx, x, f, n)
	t.subs = subGrid(ctx, x, f, n)
	t.next = nextLines(ctx, x, f, n)
	if x.Accepted() {
		changes, err := dossier.Changes(events)
		if err != nil {
			return err
		}
		t.picture = pictureOf(ctx, x, f, changes, n)
	}
	f.Process.Each(func(address string, s *workflow.Step) {
		raw := x.Filled(address)
		if raw == nil || s.Form == "" {
			return
		}
		v := d.stepForm(ctx, x, s.Form, address, f.Now)
		if v == nil {
			return
		}
		t.filled = append(t.filled, filledView{title: s.Title, sections: v.Form.Summary(v.Answers, v.Places)})
	})
	return nil
}

// holderGrid lists every open piece of work.
func holderGrid(ctx context.Context, d *desk, x *dossier.Dossier, f dossier.Facts, n names) component.Grid {
	g := component.Grid{Caption: lang.T(ctx, "together.holders"), Stack: true}
	work := x.Work()
	if x.Status.Ended() || len(work) == 0 {
		return g
	}
	for _, col := range []string{"step", "who", "since", "due", "state"} {
		g.Columns = append(g.Columns, component.Column{Title: lang.T(ctx, "together.col."+col)})
	}
	for _, s := range work {
		title := s.Title
		if title == "" {
			title = lang.T(ctx, "status."+string(x.Status))
		}
		tone, words := component.InTime, lang.T(ctx, "together.state.works")
		switch {
		case s.Waits:
			tone, words = component.Paused, lang.T(ctx, "together.state.waits")
		case !s.Due.IsZero() && f.Now.After(s.Due):
			tone, words = component.Overdue, lang.T(ctx, "desk.step.overdue")
		case s.Holder.Post == "":
			tone, words = component.Neutral, lang.T(ctx, "together.state.pool")
		}
		since, due := component.Cell{Text: "–"}, component.Cell{Text: "–"}
		if !s.Since.IsZero() {
			since = component.Cell{Text: short(s.Since, f.Now), Note: d.held(ctx, s.Since, f.Now, f.Clock)}
		}
		if !s.Due.IsZero() {
			due = component.Cell{Text: short(s.Due, f.Now), Note: d.left(ctx, s.Due, f.Now, f.Clock)}
		}
		g.Rows = append(g.Rows, component.Row{Cells: []component.Cell{
			{Text: title}, {Text: n.holder(ctx, s.Holder, f.Now)}, since, due, {Content: component.Status(tone, words)},
		}})
	}
	return g
}

// held says how long somebody has had the work, in working time.
func (d *desk) held(ctx context.Context, since, now time.Time, env deadline.Env) string {
	l, err := deadline.Left(now, since, env)
	if err != nil {
		return ""
	}
	switch {
	case l.Days > 0:
		return lang.T(ctx, "together.held.days", "n", l.Days)
	case l.Minutes >= 60:
		return lang.T(ctx, "together.held.hours", "n", l.Minutes/60)
	}
	return lang.T(ctx, "together.held.minutes", "n", max(0, l.Minutes))
}

// opinionGrid lists who was asked and what they answered. Whoever may take a question back finds the button there.
func opinionGrid(ctx context.Context, x *dossier.Dossier, f dossier.Facts, n names) component.Grid {
	g := component.Grid{Caption: lang.T(ctx, "together.opinions"), Stack: true}
	for _, col := range []string{"agency", "question", "due", "answer"} {
		g.Columns = append(g.Columns, component.Column{Title: lang.T(ctx, "together.col."+col)})
	}
	mayRecall := slices.ContainsFunc(x.Next(f, actor(ctx)), func(a dossier.Act) bool { return a.ID == dossier.ActRecall })
	offered := map[int]bool{}
	for _, o := range x.Opinions {
		due := component.Cell{Text: "–"}
		if !o.Due.IsZero() {
			due = component.Cell{Text: short(o.Due, f.Now)}
		}
		v := answerView{text: o.Answer, tone: component.Done, words: lang.T(ctx, "together.answered", "when", when(ctx, o.Until))}
		switch {
		case o.Recalled:
			v.tone, v.words = component.Neutral, lang.T(ctx, "together.recalled", "when", when(ctx, o.Until))
		case o.Open() && o.Late(f.Now):
			v.tone, v.words = component.Overdue, lang.T(ctx, "together.late")
		case o.Open():
			v.tone, v.words = component.Paused, lang.T(ctx, "together.open")
		case o.Late(f.Now):
			v.tone, v.words = component.DueSoon, lang.T(ctx, "together.answered-late", "when", when(ctx, o.Until))
		}
		if !o.Open() && !o.Recalled {
			v.by = n.by(ctx, o.Answered, o.Until)
		}
		if o.Result != nil {
			v.document = strings.Trim(o.Result.Name+" "+o.Result.Number, " ")
		}
		if o.File != nil && o.File.Hash != "" {
			v.file, v.fileName = pathCase+x.ID+"/giay-to/"+o.File.Hash, o.File.Name
		}
		if mayRecall && o.Open() && o.Step == workflow.Consulted && !offered[o.Frame] {
			offered[o.Frame] = true
			v.recall = &claimForm{path: pathCase + x.ID + "/rut-cau-hoi", token: o.Frame, key: web.NewKey(), version: x.Version, button: component.Act{Text: lang.T(ctx, "act.recall"), Kind: component.QuietAct}}
		}
		asker := n.by(ctx, o.By, o.At)
		g.Rows = append(g.Rows, component.Row{Cells: []component.Cell{
			{Text: n.agency(o.Agency, o.At)}, {Text: o.Question, Note: strings.Trim(asker+", "+short(o.At, f.Now), ", ")}, due, {Content: answerCell(v)},
		}})
	}
	return g
}

// answerView is the answer of one agency, or that there is none yet.
type answerView struct {
	tone           component.Tone
	words          string
	text, by       string
	document       string
	file, fileName string
	recall         *claimForm
}

// subGrid lists the sub-cases.
func subGrid(ctx context.Context, x *dossier.Dossier, f dossier.Facts, n names) component.Grid {
	g := component.Grid{Caption: lang.T(ctx, "together.subs"), Stack: true}
	for _, col := range []string{"sub", "agency", "procedure", "due", "outcome"} {
		g.Columns = append(g.Columns, component.Column{Title: lang.T(ctx, "together.col."+col)})
	}
	for _, s := range x.Subs {
		due := component.Cell{Text: "–"}
		if !s.Due.IsZero() {
			due = component.Cell{Text: short(s.Due, f.Now)}
		}
		member := component.Cell{Text: "–"}
		if s.Procedure != "" {
			member = component.Cell{Text: s.Procedure, Href: "/thu-tuc/" + url.PathEscape(s.Procedure), Code: true}
		}
		v := answerView{tone: component.InTime, words: lang.T(ctx, "together.sub.works"), text: s.Answer}
		switch {
		case s.Cut:
			v.tone, v.words = component.Neutral, lang.T(ctx, "together.sub.cut")
		case s.Until.IsZero() && !s.Due.IsZero() && f.Now.After(s.Due):
			v.tone, v.words = component.Overdue, lang.T(ctx, "together.sub.late")
		case !s.Until.IsZero():
			v.tone, v.words = component.Done, lang.T(ctx, "together.sub.done", "when", when(ctx, s.Until))
			v.by = n.by(ctx, s.By, s.Until)
		}
		if s.Outcome != "" {
			v.words += ", " + lang.T(ctx, "outcome."+s.Outcome)
		}
		if s.Result != nil {
			v.document = strings.Trim(s.Result.Name+" "+s.Result.Number, " ")
		}
		if s.File != nil && s.File.Hash != "" {
			v.file, v.fileName = pathCase+x.ID+"/giay-to/"+s.File.Hash, s.File.Name
		}
		g.Rows = append(g.Rows, component.Row{Cells: []component.Cell{{Text: s.Title}, {Text: n.agency(s.Agency, s.From)}, member, due, {Content: answerCell(v)}}})
	}
	return g
}

// nextLines says what each act that is possible now would lead to, whoever may do it.
func nextLines(ctx context.Context, x *dossier.Dossier, f dossier.Facts, n names) []string {
	var out []string
	for _, a := range x.Next(f, access.Actor{System: true}) {
		if a.Means == "" {
			continue
		}
		to := stepName(ctx, a)
		line := a.Label
		if a.Step != "" {
			line = a.Step + ": " + line
		}
		switch {
		case to == "" && a.Means == workflow.Answer:
			line += " → " + lang.T(ctx, "together.next.back")
		case to == "":
			line += " → " + lang.T(ctx, "together.next.end")
		case a.Holder == (casefile.Holder{}):
			line += " → " + to
		default:
			line += " → " + to + " (" + n.holder(ctx, a.Holder, f.Now) + ")"
		}
		out = append(out, line)
	}
	return out
}

// stepName names what an act leads to: the step, or what happens there where it has no title.
func stepName(ctx context.Context, a dossier.Act) string {
	if a.To == "" && a.Into != workflow.Task {
		return lang.T(ctx, "process.kind."+string(a.Into))
	}
	return a.To
}

// pictureOf is the process with where the work stands, who has it and since when.
func pictureOf(ctx context.Context, x *dossier.Dossier, f dossier.Facts, changes []workflow.Change, n names) *workflowweb.View {
	marks := draw.Follow(&f.Process, changes)
	for _, s := range x.Work() {
		m, ok := marks[s.Step]
		if !ok {
			continue
		}
		if s.Waits {
			continue
		}
		if m.State = draw.Now; !s.Due.IsZero() && f.Now.After(s.Due) {
			m.State = draw.Late
		}
		m.Who = append(m.Who, n.holder(ctx, s.Holder, f.Now))
		if m.Since == "" {
			m.Since = short(s.Since, f.Now)
		}
		marks[s.Step] = m
	}
	return &workflowweb.View{Process: &f.Process, Folded: true, Look: draw.Look{Marks: marks, ID: "qt-" + x.ID, Names: draw.Names{
		Agency: func(id string) string {
			switch id {
			case workflow.AtDesk:
				return n.agency(x.Desk, f.Now)
			case workflow.AtLead:
				return n.agency(x.Competent, f.Now)
			case workflow.AtCompetent: // within a part it is another one
				if len(f.Process.Parts) == 0 {
					return n.agency(x.Competent, f.Now)
				}
				return ""
			}
			if name := n.agency(agency.ID(id), f.Now); name != id {
				return name
			}
			return ""
		},
		Unit: func(a, unit string) string {
			if of, ok := n.cat.Tree().Ever(agency.ID(a)); ok {
				for _, u := range of.Units {
					if u.ID == unit {
						return u.Name
					}
				}
			}
			return ""
		},
		Role: func(role string) string { return lang.T(ctx, "desk.role."+role) },
		Post: func(id string) string { return n.post(id, f.Now) },
	}}}
}

// togetherLines tells what an act did to the work of several agencies.
func togetherLines(ctx context.Context, m dossier.Moment, n names, say func(string)) {
	asked := func(key string, list []dossier.Asked) {
		for _, a := range list {
			args := []any{"agency", n.agency(a.Agency, m.At), "title", a.Title}
			if a.Title != "" {
				key := key + "-sub"
				say(lang.T(ctx, "together.moment."+key, args...))
				continue
			}
			text := lang.T(ctx, "together.moment."+key, args...)
			if key == "asked" && !a.Due.IsZero() {
				text += " " + lang.T(ctx, "together.moment.by", "when", when(ctx, a.Due))
			}
			if key == "ended" && a.Late(m.At) {
				text += " " + lang.T(ctx, "together.moment.late", "when", when(ctx, a.Due))
			}
			say(text)
		}
	}
	if m.Piece != "" {
		say(lang.T(ctx, "together.moment.piece", "step", m.Piece))
	}
	asked("ended", m.Ended)
	asked("dropped", m.Dropped)
	asked("asked", m.Asked)
	switch m.Kind {
	case dossier.EventPassed:
		say(lang.T(ctx, "together.moment.passed-"+m.Choice))
	case dossier.EventEscalated:
		say(lang.T(ctx, "together.moment.escalated", "who", n.holder(ctx, casefile.Holder{Agency: m.Agency, Role: m.Choice}, m.At)))
	case dossier.EventNoted:
		if m.Flag {
			say(lang.T(ctx, "together.moment.desk-told"))
		}
	case dossier.EventAssigned:
		switch m.Post {
		case "":
			say(lang.T(ctx, "together.moment.released"))
		case m.By.Post:
			say(lang.T(ctx, "together.moment.claimed"))
		}
	}
	if len(m.Entered) < 2 {
		return
	}
	for _, e := range m.Entered {
		if !e.Waits {
			say(lang.T(ctx, "desk.moment.to", "step", e.Title, "who", n.holder(ctx, e.Holder, m.At)))
		}
	}
}
