package deskweb

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/eform"
	"github.com/motcua/motcua/internal/eform/eformweb"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/filestore"
	"github.com/motcua/motcua/internal/law"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/procedure/find"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

// Forms in which a paper is handed over (dossier.Paper.Form).
const (
	formOriginal  = "original"
	formCopy      = "copy"
	formCertified = "certified"
)

// paperForms are counted at the counter, in the order of the columns.
var paperForms = []string{formOriginal, formCertified, formCopy}

// Names of inputs at the counter.
const (
	fieldDo        = "_lam"      // button
	fieldTwin      = "_trung"    // tick: not a duplicate
	fieldInsist    = "_van-nhan" // tick: lodge it to be refused in writing
	fieldDrop      = "_bo"       // button: take a scan out
	fieldResolver  = "noi-giai-quyet"
	fieldSubmitter = "nguoi-nop"
	prefixCount    = "so-" // then form and component
	prefixScan     = "tep-"
	doAccept       = "nhan"
	doSave         = "luu"
)

// mostSheets bounds the number of sheets of one paper.
const mostSheets = 999

// busy keeps two requests about one draft apart, so that a double click does not count papers twice.
type busy [64]sync.Mutex

var counterBusy busy

func (b *busy) lock(draft string) func() {
	h := fnv.New32a()
	_, _ = h.Write([]byte(draft))
	m := &b[h.Sum32()%uint32(len(b))]
	m.Lock()
	return m.Unlock
}

type chooseView struct {
	rail    []component.RailGroup
	query   string
	asked   bool
	found   component.Grid
	drafts  component.Grid
	refusal string
	same    *dossier.Dossier // lodged in the same visit
}

// choose is the start of an intake: find the procedure, or go on with what was begun.
func (d *desk) choose(w http.ResponseWriter, r *http.Request) error {
	q, _ := web.Clean(r.URL.Query().Get("q"))
	same, err := d.sameVisit(r.Context(), r.URL.Query().Get(fieldSame))
	if err != nil {
		return err
	}
	return d.renderChoose(w, r, http.StatusOK, chooseView{query: q, asked: q != "", same: same})
}

func (d *desk) renderChoose(w http.ResponseWriter, r *http.Request, status int, v chooseView) error {
	ctx := r.Context()
	if v.asked {
		v.found = foundProcedures(ctx, d.Finder.Search(v.query, find.Options{N: 15}), v.same)
	}
	open, err := d.Service.Drafts(ctx, actor(ctx))
	if err != nil {
		return err
	}
	v.drafts = d.draftGrid(ctx, open)
	if v.rail, _, err = d.rail(r, railIntake); err != nil {
		return err
	}
	return web.Render(w, r, status, choosePage(v))
}

func foundProcedures(ctx context.Context, hits []find.Hit, same *dossier.Dossier) component.Grid {
	g := component.Grid{
		Caption: lang.T(ctx, "desk.intake.found"), Keys: true, Empty: noProcedure(),
		Columns: []component.Column{
			{Title: lang.T(ctx, "desk.col.number")},
			{Title: lang.T(ctx, "desk.col.procedure"), Width: "wide"},
			{Title: lang.T(ctx, "desk.col.match")},
			{Title: lang.T(ctx, "desk.intake.begin"), Hidden: true, Width: "narrow"},
		},
	}
	for i, hit := range hits {
		why := ""
		if lang.From(ctx) == lang.VI {
			why = hit.Why // the finder gives its reasons in Vietnamese
		}
		g.Rows = append(g.Rows, component.Row{Cells: []component.Cell{
			{Text: hit.Code, Href: "/thu-tuc/" + url.PathEscape(hit.Code), Code: true}, {Text: hit.Name, Clip: true}, {Text: why, Clip: true}, {Content: beginForm(hit.Code, i == 0, same), Code: true},
		}})
	}
	return g
}

func (d *desk) draftGrid(ctx context.Context, open []dossier.Draft) component.Grid {
	g := component.Grid{
		Caption: lang.T(ctx, "desk.intake.drafts"), Keys: true,
		Columns: []component.Column{
			{Title: lang.T(ctx, "desk.col.number")}, {Title: lang.T(ctx, "desk.col.procedure"), Width: "wide"}, {Title: lang.T(ctx, "desk.col.owner")}, {Title: lang.T(ctx, "desk.col.saved")},
		},
	}
	for _, x := range open {
		if !counterDraft(x) && x.Supplements == "" {
			continue
		}
		name := ""
		if v, ok := d.Catalogue().Pinned(x.Digest); ok {
			name = v.Name
		}
		if x.Supplements != "" {
			name = lang.T(ctx, "act.complete_supplement") + ": " + name
		}
		g.Rows = append(g.Rows, component.Row{Cells: []component.Cell{
			{Text: x.Procedure, Href: pathIntake + "/" + x.ID, Code: true}, {Text: name, Clip: true}, {Text: d.draftOwner(ctx, x), Clip: true}, {Text: short(x.Updated, d.Now()), Code: true},
		}})
	}
	return g
}

func (d *desk) draftOwner(ctx context.Context, x dossier.Draft) string {
	form, err := d.form(ctx, x.Form.Digest)
	if err != nil || len(x.Answers) == 0 {
		return ""
	}
	answers, err := eform.ReadAnswers(x.Answers)
	if err != nil {
		return ""
	}
	return form.Subject(answers).Name
}

// begin starts an intake. An intake of the same procedure that holds nothing yet is taken up again, so that
// a second click leaves one draft.
func (d *desk) begin(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	if f.Key == "" {
		return dossier.ErrKeyNeeded
	}
	by, code := actor(ctx), f.Get("ma")
	same, err := d.sameVisit(ctx, f.Get(fieldSame))
	if err != nil {
		return err
	}
	defer counterBusy.lock(by.Person)()
	open, err := d.Service.Drafts(ctx, by)
	if err != nil {
		return err
	}
	for _, x := range open {
		if x.Procedure != code || !counterDraft(x) || same == nil && len(x.Answers) > 0 || same != nil && groupOf(x) != same.Group {
			continue
		}
		if o, err := d.Service.Offer(code); err == nil && o.Version.Digest == x.Digest && o.Form.Digest == x.Form.Digest {
			return web.SeeOther(w, r, pathIntake+"/"+x.ID)
		}
	}
	x, err := d.Service.StartDraft(ctx, by, code, procedure.Direct)
	if errors.Is(err, dossier.ErrTooManyDrafts) {
		return d.renderChoose(w, r, web.Status(err), chooseView{refusal: refusalText(ctx, err)})
	}
	if err != nil {
		return err
	}
	if same != nil {
		if err := d.joinVisit(ctx, x, same); err != nil {
			return err
		}
	}
	return web.SeeOther(w, r, pathIntake+"/"+x.ID)
}

// complete begins to record what an applicant brought to the counter after a request to supplement.
func (d *desk) complete(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	if f.Key == "" {
		return dossier.ErrKeyNeeded
	}
	x, err := d.Service.StartSupplement(r.Context(), actor(r.Context()), r.PathValue("id"))
	if err != nil {
		return d.again(w, r, dossier.ActComplete, f, err)
	}
	return web.SeeOther(w, r, pathIntake+"/"+x.ID)
}

// counterView is the one screen of an intake.
type counterView struct {
	rail      []component.RailGroup
	draft     dossier.Draft
	version   *procedure.Version // as it stands for the answers
	judged    procedure.Judged
	insists   bool // lodged though conditions speak against it
	accepts   bool // the officer may accept in the same act
	asked     *dossier.Supplement
	code      string
	resolvers []component.Option
	resolver  string
	form      eformweb.View
	counts    map[string]string  // typed number of sheets, by name of the input
	reusable  []dossier.Reusable // earlier papers of the owner
	limit     actForm
	who       actForm      // who came, on what, by which way: as typed
	elsewhere *stateBanner // the competent agency has another desk
	twins     []dossier.Row
	checked   bool // twins were looked for
	ticked    bool
	key       string
	errors    []component.FieldError
	refusal   string
}

// supplements reports whether the page completes a dossier.
func (v counterView) supplements() bool { return v.draft.Supplements != "" }

// against lists the conditions that speak against a new application.
func (v counterView) against() []procedure.Eligibility {
	if v.supplements() {
		return nil
	}
	return v.judged.Against
}

func (v counterView) errorOf(id string) string {
	for _, e := range v.errors {
		if e.ID == id {
			return e.Text
		}
	}
	return ""
}

// load gathers what the screen shows of a draft; an overtaken draft is refused with what happened.
func (d *desk) load(ctx context.Context, id string) (*counterView, error) {
	by := actor(ctx)
	x, err := d.Service.Draft(ctx, by, id)
	if err != nil {
		return nil, err
	}
	v := &counterView{draft: x, accepts: by.May(access.DossierAccept) && x.Supplements == "", key: web.NewKey(), counts: map[string]string{}}
	if _, ok := d.Catalogue().Pinned(x.Digest); !ok {
		return nil, fmt.Errorf("draft %s: procedure version %s is gone", id, x.Digest)
	}
	v.judged = dossier.JudgedDraft(d.Catalogue(), x, x.Answers, dayOf(d.Now()))
	v.version = v.judged.Version
	form, err := d.form(ctx, x.Form.Digest)
	if err != nil {
		return nil, err
	}
	now := d.Now()
	v.form = eformweb.View{Form: form, Places: d.places(now), Units: d.Units, Home: d.Catalogue().Home(dayOf(now)).Place, Answers: eform.Answers{}}
	if len(x.Answers) > 0 {
		if v.form.Answers, err = eform.ReadAnswers(x.Answers); err != nil {
			return nil, err
		}
	}
	for _, p := range x.Papers {
		if p.Hash == "" {
			v.counts[countName(p.Form, p.Component)] = strconv.Itoa(max(1, p.Count))
		}
	}
	v.who.typed = url.Values(x.Typed)
	if x.Supplements != "" {
		c, _, err := d.Service.Dossier(ctx, by, x.Supplements)
		if err != nil {
			return nil, err
		}
		v.code, v.asked = c.Shown(), c.Pending()
		return v, nil
	}
	return v, d.loadOffer(ctx, v, by)
}

// loadOffer adds who may resolve and which time limits there are.
func (d *desk) loadOffer(ctx context.Context, v *counterView, by access.Actor) error {
	o, err := d.Service.OfferFor(v.draft)
	if err != nil {
		v.refusal = refusalText(ctx, err)
		return nil //nolint:nilerr // the draft is still shown, with why it cannot be lodged
	}
	now := d.Now()
	if o.ByCommune || len(o.Agencies) != 1 {
		n := d.names()
		for _, id := range o.Agencies {
			v.resolvers = append(v.resolvers, component.Option{Value: string(id), Label: n.agency(id, now)})
		}
		v.resolver = string(v.draft.Competent)
		if v.resolver == "" && slices.Contains(o.Agencies, by.Agency) {
			v.resolver = string(by.Agency) // most people come to the desk of the agency that resolves
		}
	}
	if x := (&dossier.Dossier{Status: dossier.Submitted, Desk: by.Agency, Competent: agency.ID(v.resolver)}); len(v.resolvers) == 0 || v.draft.Competent != "" {
		if len(v.resolvers) == 0 {
			x.Competent = o.Agencies[0]
		}
		x.CompetentDesk = d.Catalogue().Tree().DeskOf(x.Competent, dayOf(now))
		if env, err := d.clockOf(by, now); err == nil {
			if b, ok := d.anywhere(ctx, dossier.Facts{Now: now, Rules: law.At(calendar.DateOf(now)), DeskClock: env}, x, now, true); ok {
				v.elsewhere = &b
			}
		}
	}
	if v.accepts && (v.version.LimitTable == nil || len(v.draft.Answers) > 0) { // a table decides by the answers
		env, err := d.clockOf(by, now)
		if err != nil {
			return err
		}
		v.limit.accept(ctx, &dossier.Dossier{Channel: v.draft.Channel}, dossier.Facts{Now: now, Clock: env, Procedure: *v.version})
	}
	return nil
}

func refusalText(ctx context.Context, err error) string {
	if e, ok := errorAs(err); ok {
		return web.ErrorText(ctx, e)
	}
	return err.Error()
}

// countName is the name of the input that counts sheets of a paper in a form.
func countName(form, component string) string { return prefixCount + form + "-" + component }

func (d *desk) counter(w http.ResponseWriter, r *http.Request) error {
	v, err := d.load(r.Context(), r.PathValue("draft"))
	if err != nil {
		return err
	}
	if err := d.offerReuse(r.Context(), v, v.form.Form.Subject(v.form.Answers).Number); err != nil {
		return err
	}
	return d.renderCounter(w, r, http.StatusOK, v)
}

func (d *desk) renderCounter(w http.ResponseWriter, r *http.Request, status int, v *counterView) error {
	rail, _, err := d.rail(r, railIntake)
	if err != nil {
		return err
	}
	v.rail = rail
	return web.Render(w, r, status, counterPage(*v))
}

// record keeps everything on the screen and then does what the button says. The officer's typing is never
// lost: it is saved before anything is judged.
func (d *desk) record(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	by, id := actor(ctx), r.PathValue("draft")
	f, files, err := d.readMixed(r)
	if err != nil {
		return err
	}
	if f.Key == "" {
		return dossier.ErrKeyNeeded
	}
	defer counterBusy.lock(id)()
	before, err := d.Service.Draft(ctx, by, id)
	if errors.Is(err, dossier.ErrDraftNotFound) && d.Answers != nil {
		// The same form again, after the first one used the draft up.
		if a, ok, again := d.Answers.Answered(ctx, by.Person, f.Key); again == nil && ok {
			return web.SeeOther(w, r, pathCase+a.Dossier+"?moi=1")
		}
	}
	if err != nil {
		return err
	}
	form, err := d.form(ctx, before.Form.Digest)
	if err != nil {
		return err
	}
	posted, err := d.keep(ctx, by, id, form, f)
	if err != nil {
		return err
	}
	var bad []component.FieldError
	for _, file := range files {
		err := file.err
		if err == nil {
			p := file.paper
			p.Component, p.Origin = strings.TrimPrefix(file.field, prefixScan), dossier.OriginScanned
			err = d.Service.AddPaper(ctx, by, id, p)
		}
		if e, ok := errorAs(err); ok {
			bad = append(bad, component.FieldError{ID: file.field, Text: web.ErrorText(ctx, e)})
		} else if err != nil {
			return err
		}
	}
	if paper := f.Get(fieldDrop); paper != "" {
		if err := d.Service.RemovePaper(ctx, by, id, paper); err != nil {
			return err
		}
	}
	counts, wrong := readCounts(f)
	for _, name := range wrong {
		bad = append(bad, component.FieldError{ID: name, Text: lang.T(ctx, "desk.count-bad", "max", mostSheets)})
	}
	if err := d.count(ctx, by, id, counts); err != nil {
		return err
	}
	v, err := d.load(ctx, id)
	if err != nil {
		return err
	}
	v.form.Typed, v.form.Answers = posted.Typed, posted.Answers
	v.limit.typed = f.Values
	for _, name := range wrong {
		v.counts[name] = f.Get(name)
	}
	number := form.Subject(posted.Answers).Number
	if f.Get(fieldDo) == doReuse && len(bad) == 0 {
		if err := d.takeEarlier(ctx, v, f, number); err != nil {
			return err
		}
		if v.draft, err = d.Service.Draft(ctx, by, id); err != nil {
			return err
		}
		bad = v.errors
	}
	if err := d.offerReuse(ctx, v, number); err != nil {
		return err
	}
	return d.proceed(w, r, v, f, posted, bad)
}

// keep saves the answers as far as they are given.
func (d *desk) keep(ctx context.Context, by access.Actor, id string, form *eform.Compiled, f web.Form) (eform.Posted, error) {
	var posted eform.Posted
	_, err := d.Service.SaveDraft(ctx, by, id, func(x *dossier.Draft) error {
		before := eform.Answers{}
		var err error
		if len(x.Answers) > 0 {
			if before, err = eform.ReadAnswers(x.Answers); err != nil {
				return err
			}
		}
		if posted, err = form.Parse("", f.Values, before); err != nil {
			return err
		}
		if x.Answers, err = posted.Answers.Canonical(); err != nil {
			return err
		}
		if f.Has(fieldResolver) {
			x.Competent = agency.ID(f.Get(fieldResolver))
			if a, ok := d.Catalogue().Tree().At(x.Competent, dayOf(d.Now())); ok {
				x.Place = a.Place
			}
		}
		keepVisit(x, f)
		return nil
	})
	return posted, err
}

// readCounts reads how many sheets of each paper were handed over, and which inputs make no sense.
func readCounts(f web.Form) (counts map[string]int, wrong []string) {
	counts = map[string]int{}
	for name := range f.Values {
		if !strings.HasPrefix(name, prefixCount) {
			continue
		}
		text := f.Get(name)
		if text == "" {
			continue
		}
		n, err := strconv.Atoi(text)
		switch {
		case err != nil || n < 0 || n > mostSheets:
			wrong = append(wrong, name)
		case n > 0:
			counts[name] = n
		}
	}
	slices.Sort(wrong)
	return counts, wrong
}

// count brings the papers handed over on paper to what was counted; what is right already stays as it is.
func (d *desk) count(ctx context.Context, by access.Actor, id string, counts map[string]int) error {
	x, err := d.Service.Draft(ctx, by, id)
	if err != nil {
		return err
	}
	have := map[string]bool{}
	for _, p := range x.Papers {
		if p.Hash != "" {
			continue
		}
		name := countName(p.Form, p.Component)
		if counts[name] == max(1, p.Count) && !have[name] {
			have[name] = true
			continue
		}
		if err := d.Service.RemovePaper(ctx, by, id, p.ID); err != nil {
			return err
		}
	}
	v, ok := d.Catalogue().Pinned(x.Digest)
	if !ok {
		return dossier.ErrChanged
	}
	for _, c := range v.Components {
		for _, form := range paperForms {
			name := countName(form, c.ID)
			if n := counts[name]; n > 0 && !have[name] {
				if err := d.Service.AddPaper(ctx, by, id, dossier.Paper{Component: c.ID, Name: c.Name, Form: form, Count: n}); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// proceed does what the button says with what was kept.
func (d *desk) proceed(w http.ResponseWriter, r *http.Request, v *counterView, f web.Form, posted eform.Posted, bad []component.FieldError) error {
	ctx := r.Context()
	by := actor(ctx)
	v.ticked, v.insists = f.Get(fieldTwin) != "", f.Get(fieldInsist) != ""
	do := f.Get(fieldDo)
	subject := v.form.Form.Subject(posted.Answers)
	if !v.supplements() && do != doSave {
		twins, err := d.Service.Duplicates(ctx, by, v.draft.Procedure, subject.Number)
		if err != nil {
			return err
		}
		v.twins, v.checked = twins, true
	}
	switch {
	case len(bad) > 0:
		v.errors = bad
		return d.renderCounter(w, r, http.StatusUnprocessableEntity, v)
	case do == doSave:
		return web.SeeOther(w, r, pathIntake+"/"+v.draft.ID, "desk.saved")
	case posted.Again, f.Has(fieldDrop), do != doAccept:
		return d.renderCounter(w, r, http.StatusOK, v)
	}
	came := readVisit(ctx, v.draft.Channel, v.who.typed, d.Now())
	d.judge(ctx, v, posted.Answers)
	if !v.supplements() {
		v.errors = append(v.errors, came.errors...)
		v.who.errors = came.errors
	}
	if len(v.twins) > 0 && !v.ticked {
		v.errors = append(v.errors, component.FieldError{ID: fieldTwin, Text: lang.T(ctx, "desk.twin.tick")})
	}
	if len(v.against()) > 0 && !v.insists {
		v.errors = append(v.errors, component.FieldError{ID: fieldInsist, Text: lang.T(ctx, "desk.eligible.tick")})
	}
	if len(v.errors) > 0 {
		return d.renderCounter(w, r, http.StatusUnprocessableEntity, v)
	}
	limit := limitOf(f)
	switch {
	case v.judged.Decided:
		limit = ""
	case v.version.LimitTable != nil && limit == "" && len(v.limit.limits) > 1: // the table leaves it to the officer after all
		return d.renderCounter(w, r, http.StatusOK, v)
	}
	answers, err := posted.Answers.Canonical()
	if err != nil {
		return err
	}
	if v.supplements() {
		x, err := d.Service.SubmitSupplement(ctx, by, f.Key, v.draft.ID, answers)
		if err != nil {
			return d.refused(w, r, v, err)
		}
		return web.SeeOther(w, r, pathCase+x.ID, "desk.completed")
	}
	x, err := d.Service.Submit(ctx, by, f.Key, dossier.SubmitCommand{
		Draft: v.draft.ID, Owner: d.party(subject, v.form.Places), Submitter: came.submitter, Mandate: came.mandate, Answers: answers, Accept: v.accepts && len(v.against()) == 0, Insist: v.insists, Limit: limit,
		Group: groupOf(v.draft), HandedAt: came.handedAt, Record: came.record,
	})
	if err != nil {
		return d.refused(w, r, v, err)
	}
	return web.SeeOther(w, r, pathCase+x.ID+"?moi=1", "desk.lodged")
}

// judge finds everything that keeps the intake from being lodged.
func (d *desk) judge(ctx context.Context, v *counterView, answers eform.Answers) {
	now := d.Now()
	if len(v.resolvers) > 0 && v.draft.Competent == "" {
		v.errors = append(v.errors, component.FieldError{ID: fieldResolver, Text: web.ErrorText(ctx, procedure.ErrChoose)})
	}
	v.form.Errors = v.form.Form.Validate("", answers, eform.Given{Now: now, Places: v.form.Places})
	v.errors = append(v.errors, v.form.Summary(ctx)...)
	if v.supplements() {
		return
	}
	var papers []dossier.Paper
	for _, p := range v.draft.Papers {
		papers = append(papers, p.Paper)
	}
	for _, m := range dossier.Missing(*v.version, papers) {
		v.errors = append(v.errors, component.FieldError{ID: countName(formOriginal, m.ID), Text: web.ErrorText(ctx, dossier.ErrPaperMissing.With("paper", m.Name))})
	}
}

// refused shows the screen again with why nothing was lodged.
func (d *desk) refused(w http.ResponseWriter, r *http.Request, v *counterView, err error) error {
	e, ok := asRefusal(err)
	if !ok {
		return err
	}
	ctx := r.Context()
	if v.limit.refuse(ctx, e, v.limit.typed) && e.Code == dossier.ErrLimitNeeded.Code {
		v.errors = append(v.errors, v.limit.errors...)
	} else {
		v.refusal = web.ErrorText(ctx, e)
	}
	return d.renderCounter(w, r, web.Status(err), v)
}

// party is whose dossier it is, from the answers.
func (d *desk) party(p eform.Person, places eform.Places) dossier.Party {
	out := dossier.Party{Name: p.Name, Number: p.Number, Birth: p.Birth, Phone: p.Phone, Email: p.Email, Address: p.AddressText}
	if out.Address == "" && !p.Address.Empty() {
		out.Address = p.Address.Line(places)
	}
	return out
}

func (d *desk) drop(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	if f.Key == "" {
		return dossier.ErrKeyNeeded
	}
	err = d.Service.DropDraft(r.Context(), actor(r.Context()), r.PathValue("draft"))
	if err != nil && fault.KindOf(err) != fault.NotFound { // deleted already: the same form twice
		return err
	}
	return web.SeeOther(w, r, pathIntake, "desk.dropped")
}

func (d *desk) draftFile(w http.ResponseWriter, r *http.Request) error {
	x, err := d.Service.Draft(r.Context(), actor(r.Context()), r.PathValue("draft"))
	if err != nil {
		return err
	}
	for _, p := range x.Papers {
		if p.ID == r.PathValue("paper") && p.Hash != "" {
			return d.serve(w, r, p.Paper)
		}
	}
	return filestore.ErrNotFound
}

// twinGrid lists recent dossiers of the same person and procedure.
func twinGrid(ctx context.Context, rows []dossier.Row) component.Grid {
	g := component.Grid{
		Caption: lang.T(ctx, "desk.twin.title"), Stack: true,
		Columns: []component.Column{{Title: lang.T(ctx, "desk.col.code")}, {Title: lang.T(ctx, "desk.col.owner")}, {Title: lang.T(ctx, "desk.col.submitted")}, {Title: lang.T(ctx, "desk.col.state")}},
	}
	for _, row := range rows {
		g.Rows = append(g.Rows, component.Row{Cells: []component.Cell{
			{Text: shownCode(row), Href: pathCase + row.ID, Code: true},
			{Text: row.Owner},
			{Text: when(ctx, row.Submitted)},
			{Content: component.Status(statusTone(row.Status), lang.T(ctx, "status."+string(row.Status)))},
		}})
	}
	return g
}

// checklist is the table of papers: how many sheets of each form, and scans.
func (v counterView) checklist(ctx context.Context) component.Grid {
	g := component.Grid{
		Caption: lang.T(ctx, "desk.intake.papers"), Stack: true, Empty: noComponents(),
		Columns: []component.Column{{Title: lang.T(ctx, "desk.col.component"), Width: "wide"}},
	}
	for _, form := range paperForms {
		g.Columns = append(g.Columns, component.Column{Title: lang.T(ctx, "desk.sheets."+form)})
	}
	g.Columns = append(g.Columns, component.Column{Title: lang.T(ctx, "desk.col.scan")})
	group := ""
	for _, c := range v.version.Components {
		if c.Note {
			continue
		}
		note := wanted(ctx, c)
		if why := v.judged.Why(c.ID, lang.From(ctx)); why != "" {
			note = strings.TrimPrefix(note+". ", ". ") + lang.T(ctx, "filing.paper-when", "why", why)
		}
		if c.Group != "" && c.Group != group {
			group = c.Group
			note = strings.TrimSpace(c.Group + ". " + note)
		}
		cells := []component.Cell{{Text: c.Name, Note: note}}
		for _, form := range paperForms {
			name := countName(form, c.ID)
			cells = append(cells, component.Cell{Content: component.Input(component.Field{
				Name: name, Label: lang.T(ctx, "desk.sheets."+form) + ": " + c.Name, HideLabel: true, Mode: "numeric", Width: 4, MaxLength: 3,
				Value: v.counts[name], Error: v.errorOf(name), Complete: "off",
			})})
		}
		cells = append(cells, component.Cell{Content: scanCell(v, c)})
		g.Rows = append(g.Rows, component.Row{Cells: cells})
	}
	return g
}

// wanted says what the procedure asks of a paper: "Bắt buộc, 1 bản chính, 1 bản sao".
func wanted(ctx context.Context, c procedure.Component) string {
	var out []string
	if c.Required {
		out = append(out, lang.T(ctx, "desk.intake.required"))
	}
	if c.Originals > 0 {
		out = append(out, lang.T(ctx, "desk.paper.form.original", "n", c.Originals))
	}
	if c.Copies > 0 {
		out = append(out, lang.T(ctx, "desk.paper.form.copy", "n", c.Copies))
	}
	return strings.Join(out, ", ")
}

// scans lists the files of a component.
func (v counterView) scans(id string) []dossier.DraftPaper {
	var out []dossier.DraftPaper
	for _, p := range v.draft.Papers {
		if p.Component == id && p.Hash != "" {
			out = append(out, p)
		}
	}
	return out
}
