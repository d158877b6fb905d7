package deskweb

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/casefile"
	"github.com/motcua/motcua/internal/deadline"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/eform"
	"github.com/motcua/motcua/internal/eform/eformweb"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/viet"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/internal/workflow"
	"github.com/motcua/motcua/lang"
)

// Names of the inputs of acts.
const (
	fieldAction   = "viec"
	fieldToken    = "nhanh" // piece of work, where there are several
	fieldLimit    = "han"
	fieldAmount   = "han-so"
	fieldUnit     = "han-don-vi"
	fieldNote     = "y-kien"
	fieldPost     = "chuc-vu"
	fieldReason   = "ly-do"
	fieldBasis    = "can-cu"
	fieldMissing  = "giay-to"
	fieldItems    = "noi-dung"
	fieldGuidance = "huong-dan"
	fieldNumber   = "so-ket-qua"
	fieldDate     = "ngay-ket-qua"
	fieldName     = "ten-ket-qua"
	fieldFile     = "tep-ket-qua"
	fieldTo       = "nguoi-nhan"
	fieldMethod   = "hinh-thuc"
	fieldAsked    = "hoi-co-quan" // agencies that are asked
	fieldQuestion = "cau-hoi"
	fieldWithin   = "tra-loi-trong" // time in which an answer is asked for
	fieldFrame    = "cau"           // question that is taken back
)

// errResultDate refuses a date of a result that is none.
var errResultDate = fault.New(fault.Invalid, "desk.result-date")

// actForm is one act with what it asks.
type actForm struct {
	id           string // of the act
	path         string // it is posted to
	title        string
	lead         string   // where the dossier goes
	help         string   // instruction of the step
	consequences []string // of dangerous acts
	button       component.Act
	danger       bool
	files        bool   // sent as multipart
	action       string // id of a process action
	token        int    // piece of work it is about
	piece        string // its step's title, where the actor holds several
	makes        []string
	key          string
	version      int64

	limits  []component.Option // to choose from; nil asks nothing
	ask     bool               // the source states no limit: the officer does
	posts   []component.Option // who may get it
	mayPost bool               // the choice of a post is free
	note    bool               // a note may be given
	must    bool               // it must
	reason  bool
	items   []component.Option // papers of the procedure, for requests to supplement
	second  bool               // asked before at this stage: a legal basis is owed
	late    bool               // asked later than the law gives: a legal basis is owed
	result  bool
	hand    bool
	answer  bool // an answer is given: a document may come with it
	agency  bool // who is asked is chosen
	asked   []agencyGroup
	filled  *eformweb.View // form of the step

	asks    []ask           // further questions, in order
	effects []string        // what the act does
	outlook []string        // what it would do with what was typed
	extra   []component.Act // further buttons of the form, in the bar

	typed  url.Values
	errors []component.FieldError
}

// offer lists what the actor may do and opens one of it: the act with the id where it is offered, else the
// primary one.
// Acts on other pieces of work than the one that is open stand apart, under the titles of their steps.
func (c *caseView) offer(ctx context.Context, d *desk, f dossier.Facts, id string, typed url.Values, piece int) {
	c.form, c.others, c.danger, c.pieces, c.claims = nil, nil, nil, nil, nil
	acts := append(c.d.Next(f, actor(ctx)), c.d.Turns(f, actor(ctx))...)
	is := func(a dossier.Act) bool { return a.ID == id && (piece == 0 || a.Token == 0 || a.Token == piece) }
	open := slices.IndexFunc(acts, is)
	if open < 0 {
		id = ""
		open = slices.IndexFunc(acts, func(a dossier.Act) bool { return a.Primary })
	}
	several := len(c.d.Work()) > 1
	for i, a := range acts {
		link := component.Act{Text: label(ctx, a), Kind: component.SecondaryAct, Href: pathCase + c.d.ID + "?viec=" + url.QueryEscape(a.ID) + "#viec"}
		if several && a.Token != 0 {
			link.Href = pathCase + c.d.ID + "?viec=" + url.QueryEscape(a.ID) + "&" + fieldToken + "=" + strconv.Itoa(a.Token) + "#viec"
			if a.Step != "" {
				link.Title = link.Text + ": " + a.Step
			}
		}
		switch {
		case a.ID == dossier.ActRecall: // stands beside the question
		case a.ID == dossier.ActClaim, a.ID == dossier.ActRelease:
			c.claims = append(c.claims, claimOf(ctx, c.d, a, several))
		case i == open:
			c.form = d.formOf(ctx, c.d, f, a)
			if id != "" && typed != nil {
				c.form.again(typed)
			}
		case several && a.Token != 0 && (open < 0 || acts[open].Token != 0 && acts[open].Token != a.Token):
			if a.Danger {
				link.Kind = component.DangerAct
			}
			c.apart(a, link)
		case a.Danger:
			link.Kind = component.DangerAct
			c.danger = append(c.danger, link)
		case a.ID == dossier.ActNote:
			link.Kind = component.QuietAct
			c.others = append(c.others, link)
		default:
			c.others = append(c.others, link)
		}
	}
}

// open opens another act than the primary one, with what was typed.
func (d *desk) open(ctx context.Context, c *caseView, id string, typed url.Values) error {
	f, err := d.Service.Facts(c.d)
	if err != nil {
		return err
	}
	c.offer(ctx, d, f, id, typed, pieceOf(typed))
	return nil
}

// pieceOf is the piece of work that a form or an address names; 0: none.
func pieceOf(v url.Values) int {
	n, err := strconv.Atoi(v.Get(fieldToken))
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// again fills the form with what was typed.
func (a *actForm) again(typed url.Values) {
	if len(typed) == 1 && typed.Has(fieldToken) {
		return // an address that only names the piece of work
	}
	a.typed = typed
	if v := a.filled; v != nil && typed.Has(eform.AskingKey) {
		if posted, err := v.Form.Parse("", typed, v.Answers); err == nil {
			v.Answers, v.Typed = posted.Answers, posted.Typed
		}
	}
}

// label is the verb on the button of an act.
func label(ctx context.Context, a dossier.Act) string {
	if a.Label != "" {
		return a.Label
	}
	return lang.T(ctx, "act."+a.ID)
}

// formOf says what an act asks.
func (d *desk) formOf(ctx context.Context, x *dossier.Dossier, f dossier.Facts, a dossier.Act) *actForm {
	n := d.names()
	form := &actForm{id: a.ID, path: pathCase + x.ID + "/xu-ly", title: label(ctx, a), danger: a.Danger, key: web.NewKey(), version: x.Version, token: a.Token}
	if len(x.Work()) > 1 {
		form.piece = a.Step
	}
	form.button = component.Act{Text: label(ctx, a), Keys: "a"}
	if a.Danger {
		form.button = component.Act{Text: label(ctx, a), Kind: component.DangerAct} // no key: it takes a deliberate click
	}
	switch a.ID {
	case dossier.ActAccept:
		form.path = pathCase + x.ID + "/tiep-nhan"
		form.accept(ctx, x, f)
	case dossier.ActRefuse:
		form.path, form.reason = pathCase+x.ID+"/tu-choi", true
		form.consequences = []string{lang.T(ctx, "desk.refuse.ends"), lang.T(ctx, "desk.refuse.slip"), lang.T(ctx, "desk.refuse.final")}
	case dossier.ActSupplement:
		form.path, form.reason = pathCase+x.ID+"/bo-sung", true
		form.supplement(ctx, d, x, f)
	case dossier.ActComplete:
		form.path = pathCase + x.ID + "/bo-sung-tai-quay"
		form.lead = lang.T(ctx, "desk.complete.lead")
	case dossier.ActAssign:
		form.path = pathCase + x.ID + "/giao"
		h := a.Holder
		h.Post = ""
		form.posts = d.postOptions(ctx, h, f.Now)
	case dossier.ActNote:
		form.path, form.note, form.must = pathCase+x.ID+"/ghi-chu", true, true
		form.lead = lang.T(ctx, "desk.note.lead")
	case dossier.ActCorrect:
		form.path, form.lead = pathCase+x.ID+"/dinh-chinh", lang.T(ctx, "desk.turn.correct")
		form.results(f)
		form.typed.Set(fieldName, x.Result.Name)
	default:
		t, ok := turnOf(a.ID)
		if !ok {
			form.process(ctx, d, x, f, a, n)
			break
		}
		form.path = pathCase + x.ID + "/" + t.path
		t.ask(d, ctx, x, f, form)
	}
	return form
}

// results asks for the documents of a result, with what is usual.
func (a *actForm) results(f dossier.Facts) {
	a.result, a.files = true, true
	a.typed = url.Values{fieldDate: {today(f.Now)}}
	if len(f.Procedure.Results) > 0 {
		a.typed.Set(fieldName, f.Procedure.Results[0].Name)
	}
}

// accept shows the limit that will hold and when the result would be due.
func (a *actForm) accept(ctx context.Context, x *dossier.Dossier, f dossier.Facts) {
	known := dossier.Limits(f.Procedure, x.Channel)
	why := ""
	if f.Procedure.LimitTable != nil && len(known) == 1 && known[0].Case != "" && lang.From(ctx) == lang.VI { // the table decided
		why = lang.T(ctx, "desk.accept.because", "why", known[0].Case)
	}
	due := func(limit string) string {
		l, err := deadline.ParseLimit(limit)
		if err != nil {
			return ""
		}
		at, err := deadline.Compute(f.Now, l, f.Clock)
		if err != nil || at.At.IsZero() {
			return ""
		}
		return lang.T(ctx, "desk.accept.due", "when", when(ctx, at.At))
	}
	text := func(limit string) string {
		l, err := deadline.ParseLimit(limit)
		if err != nil {
			return limit
		}
		return l.Text(string(lang.From(ctx)))
	}
	switch len(known) {
	case 0:
		a.ask = true
	case 1:
		a.lead = strings.TrimSpace(lang.T(ctx, "desk.accept.limit", "limit", text(known[0].Limit)) + " " + due(known[0].Limit) + " " + why)
	default:
		for _, l := range known {
			a.limits = append(a.limits, component.Option{Value: l.Limit, Label: text(l.Limit), Hint: sentences(l.Case, due(l.Limit))})
		}
	}
}

func (a *actForm) supplement(ctx context.Context, d *desk, x *dossier.Dossier, f dossier.Facts) {
	stage := dossier.AtReception
	a.lead = lang.T(ctx, "desk.supplement.reception")
	if x.Status == dossier.Processing {
		stage = dossier.AtAppraisal
		a.lead = lang.T(ctx, "desk.supplement.appraisal")
		if by, err := x.AskBy(f); err == nil && !by.IsZero() {
			a.late = f.Now.After(by)
			if !a.late {
				a.effects = []string{lang.T(ctx, "desk.supplement.ask-by", "when", when(ctx, by))}
			}
		}
	}
	rounds := 0
	for _, s := range x.Supplements {
		if s.Stage == stage {
			rounds++
		}
	}
	if a.second = rounds >= f.Rules.Supplement.Rounds; a.second {
		a.asks = []ask{d.approver(ctx, x, f.Now, actor(ctx).May(access.DossierDecide))}
	}
	for _, c := range f.Procedure.Components {
		if !c.Note {
			a.items = append(a.items, component.Option{Value: c.ID, Label: c.Name})
		}
	}
}

// process says what an action of the pinned process asks.
func (a *actForm) process(ctx context.Context, d *desk, x *dossier.Dossier, f dossier.Facts, act dossier.Act, n names) {
	a.action = act.ID
	a.note, a.must, a.reason = true, act.Note, false
	address := ""
	for _, w := range x.Work() {
		if w.Token == act.Token {
			address = w.Step
		}
	}
	if s, ok := f.Process.Find(address); ok {
		a.help, a.makes = s.Help, s.Makes
	}
	if act.Ask {
		a.agency, a.asked = true, d.askable(ctx, f.Now)
	}
	if act.Answer {
		a.answer, a.files = true, true
		a.lead = answerLead(ctx, x, act.Token, n)
	}
	if act.Form != "" && act.Means != workflow.SendBack {
		a.filled = d.stepForm(ctx, x, act.Form, address, f.Now)
	}
	switch {
	case act.Answer:
	case act.Ask:
		a.lead = lang.T(ctx, "together.ask.lead")
	case act.To != "" && act.Holder.Agency != "":
		a.lead = lang.T(ctx, "desk.process.to", "step", act.To, "who", n.holder(ctx, act.Holder, f.Now))
	case stepName(ctx, act) != "":
		a.lead = lang.T(ctx, "together.process.to", "step", stepName(ctx, act))
	}
	switch act.Means {
	case workflow.Assign:
		a.posts = d.postOptions(ctx, act.Holder, f.Now)
	case workflow.Forward, workflow.SubmitUp, workflow.Approve:
		if act.Holder.Agency == "" {
			break // several get it, or nobody yet
		}
		if posts := d.postOptions(ctx, act.Holder, f.Now); len(posts) > 1 {
			a.posts, a.mayPost = posts, true
		}
	case workflow.Decline:
		a.consequences = []string{lang.T(ctx, "desk.decline.result"), lang.T(ctx, "desk.decline.reason")}
	case workflow.Result:
		a.results(f)
	case workflow.Hand:
		a.note, a.hand = false, true
		a.lead = lang.T(ctx, "desk.hand.lead")
	case workflow.Complete:
		a.results(f)
		a.note, a.hand = false, true
		a.lead = lang.T(ctx, "desk.complete-visit.lead")
	case workflow.SendBack:
	}
	if a.hand {
		if a.typed == nil {
			a.typed = url.Values{}
		}
		a.typed.Set(fieldTo, x.Owner.Name)
		a.typed.Set(fieldMethod, procedure.Direct)
	}
}

// postOptions lists the posts that may get the work, each with who holds it.
func (d *desk) postOptions(ctx context.Context, h casefile.Holder, at time.Time) []component.Option {
	return d.labelled(ctx, d.Service.Holders(h, at), at)
}

// labelled lists posts with who holds them.
func (d *desk) labelled(ctx context.Context, posts []agency.Post, at time.Time) []component.Option {
	out := make([]component.Option, len(posts))
	ids := make([]string, len(posts))
	for i, p := range posts {
		ids[i] = p.ID
	}
	var people map[string][]string
	if d.Incumbents != nil {
		people = d.Incumbents(ctx, ids)
	}
	for i, p := range posts {
		out[i] = component.Option{Value: p.ID, Label: d.postLabel(p, at)}
		if names := people[p.ID]; len(names) > 0 {
			out[i].Label = strings.Join(names, ", ") + " – " + out[i].Label
		}
	}
	return out
}

// postLabel is the title of a post, with its unit where the title does not say it.
func (d *desk) postLabel(p agency.Post, at time.Time) string {
	a, _ := d.Catalogue().Tree().At(p.Agency, dayOf(at))
	for _, u := range a.Units {
		if u.ID == p.Unit && !strings.Contains(viet.Fold(p.Title), viet.Fold(u.Name)) {
			return p.Title + ", " + u.Name
		}
	}
	return p.Title
}

// mends names the inputs that mend a refusal, best first: the first one the form has is meant.
var mends = map[string][]string{
	dossier.ErrNoteNeeded.Code:       {fieldNote, fieldQuestion},
	dossier.ErrAsked.Code:            {fieldAsked},
	dossier.ErrAskSelf.Code:          {fieldAsked},
	dossier.ErrAskedTwice.Code:       {fieldAsked},
	dossier.ErrNobodyThere.Code:      {fieldAsked},
	dossier.ErrReasonNeeded.Code:     {fieldReason, fieldNote},
	dossier.ErrItemsNeeded.Code:      {fieldItems},
	dossier.ErrPostNeeded.Code:       {fieldPost},
	dossier.ErrSecondRequest.Code:    {fieldBasis},
	dossier.ErrLateRequest.Code:      {fieldBasis},
	dossier.ErrApproverNeeded.Code:   {fieldApprover},
	dossier.ErrLimitNeeded.Code:      {fieldAmount, fieldLimit},
	dossier.ErrResultNeeded.Code:     {fieldNumber},
	dossier.ErrNoPause.Code:          {fieldCase},
	dossier.ErrApologyDate.Code:      {fieldNewDate},
	dossier.ErrFaultNeeded.Code:      {fieldFault},
	dossier.ErrLateReason.Code:       {fieldLate},
	dossier.ErrObligation.Code:       {fieldSumOf},
	dossier.ErrObligationAmount.Code: {fieldSum},
	dossier.ErrObligationProof.Code:  {fieldProof},
	dossier.ErrRedirect.Code:         {fieldAgency},
	errNewDate.Code:                  {fieldNewDate},
	errPayUntil.Code:                 {fieldPayUntil},
	errResultDate.Code:               {fieldDate},
}

// texts are the inputs that take words.
var texts = []string{
	fieldNote, fieldReason, fieldItems, fieldGuidance, fieldBasis, fieldNumber, fieldName, fieldTo, fieldSumOf, fieldNotice, fieldProof, fieldBack, fieldRefund, fieldQuestion,
}

// refuse ties a refusal to the input that mends it; false when it concerns none.
func (a *actForm) refuse(ctx context.Context, e *fault.Error, typed url.Values) bool {
	field := ""
	for _, name := range mends[e.Code] {
		if a.has(name) {
			field = name
			break
		}
	}
	switch {
	case errors.Is(e, dossier.ErrResultNeeded):
		field = emptyResult(typed)
	case errors.Is(e, dossier.ErrObligation) && typed.Get(fieldSumOf) != "":
		field = fieldNotice
	case errors.Is(e, errResultDate):
		field = wrongDate(typed)
	case errors.Is(e, dossier.ErrTooLong):
		for _, name := range texts {
			if utf8.RuneCountInString(typed.Get(name)) > dossier.MaxText {
				field = name
			}
		}
	case e.Kind == fault.TooLarge || e.Kind == fault.Unsupported || strings.HasPrefix(e.Code, "upload."):
		field = fieldFile
	}
	if field == "" {
		return false
	}
	a.errors = append(a.errors, component.FieldError{ID: field, Text: web.ErrorText(ctx, e)})
	return true
}

// has reports whether the form has an input of that name.
func (a *actForm) has(name string) bool {
	switch name {
	case fieldReason, fieldBasis:
		return a.reason || a.asking(name)
	case fieldNote:
		return a.note || a.asking(name)
	case fieldAmount:
		return a.ask
	case fieldAsked:
		return a.agency
	case fieldItems, fieldPost, fieldLimit, fieldDate, fieldNumber:
		return true
	}
	return a.asking(name)
}

func (a *actForm) errorOf(name string) string {
	for _, e := range a.errors {
		if e.ID == name {
			return e.Text
		}
	}
	return ""
}

func errorAs(err error) (*fault.Error, bool) { return errors.AsType[*fault.Error](err) }

// request is what every act carries. A form without the version it was drawn for is none of ours.
func request(r *http.Request, f web.Form) (dossier.Request, error) {
	if f.Version <= 0 {
		return dossier.Request{}, web.ErrMalformedForm
	}
	return dossier.Request{By: actor(r.Context()), Dossier: r.PathValue("id"), Version: f.Version, Key: f.Key}, nil
}

// done leads on after an act: back to the list it came from, else to the dossier.
func done(w http.ResponseWriter, r *http.Request, f web.Form, flash string) error {
	if back := f.Get("_from"); strings.HasPrefix(back, pathInbox) {
		u, err := url.Parse(web.Local(back))
		if err == nil {
			q := u.Query()
			q.Del("chon") // it has left the list
			u.RawQuery = q.Encode()
			return web.SeeOther(w, r, u.String(), flash)
		}
	}
	return web.SeeOther(w, r, pathCase+r.PathValue("id"), flash)
}

// simple is an act whose form is plain text: read, do, show again or go on.
func (d *desk) simple(w http.ResponseWriter, r *http.Request, act, flash string, do func(req dossier.Request, f web.Form) (*dossier.Dossier, error)) error {
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	req, err := request(r, f)
	if err != nil {
		return err
	}
	if _, err := do(req, f); err != nil {
		return d.again(w, r, act, f, err)
	}
	return done(w, r, f, flash)
}

func (d *desk) accept(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	req, err := request(r, f)
	if err != nil {
		return err
	}
	if _, err := d.Service.Accept(r.Context(), req, limitOf(f)); err != nil {
		return d.again(w, r, dossier.ActAccept, f, err)
	}
	return web.SeeOther(w, r, pathCase+req.Dossier+"?moi=1", "desk.accepted")
}

// limitOf is the processing time chosen, or put together from amount and unit.
func limitOf(f web.Form) string {
	if amount := f.Get(fieldAmount); amount != "" {
		return strings.ReplaceAll(amount, ",", ".") + f.Get(fieldUnit)
	}
	return f.Get(fieldLimit)
}

func (d *desk) refuse(w http.ResponseWriter, r *http.Request) error {
	return d.simple(w, r, dossier.ActRefuse, "desk.refused", func(req dossier.Request, f web.Form) (*dossier.Dossier, error) {
		return d.Service.Refuse(r.Context(), req, f.Get(fieldReason), f.Get(fieldBasis))
	})
}

func (d *desk) supplement(w http.ResponseWriter, r *http.Request) error {
	return d.simple(w, r, dossier.ActSupplement, "desk.supplement-asked", func(req dossier.Request, f web.Form) (*dossier.Dossier, error) {
		c := dossier.SupplementRequest{Reason: f.Get(fieldReason), Guidance: f.Get(fieldGuidance), Basis: f.Get(fieldBasis), Approver: f.Get(fieldApprover)}
		if chosen := f.Values[fieldMissing]; len(chosen) > 0 {
			x, _, err := d.Service.Dossier(r.Context(), req.By, req.Dossier)
			if err != nil {
				return nil, err
			}
			if v, ok := d.Catalogue().Pinned(x.Procedure.Digest); ok {
				for _, p := range v.Components {
					if slices.Contains(chosen, p.ID) {
						c.Items = append(c.Items, p.Name)
					}
				}
			}
		}
		for line := range strings.SplitSeq(f.Get(fieldItems), "\n") {
			if line = strings.TrimSpace(line); line != "" {
				c.Items = append(c.Items, line)
			}
		}
		return d.Service.RequestSupplement(r.Context(), req, c)
	})
}

func (d *desk) assign(w http.ResponseWriter, r *http.Request) error {
	return d.simple(w, r, dossier.ActAssign, "desk.assigned", func(req dossier.Request, f web.Form) (*dossier.Dossier, error) {
		return d.Service.Assign(r.Context(), req, token(f), f.Get(fieldPost))
	})
}

func (d *desk) note(w http.ResponseWriter, r *http.Request) error {
	return d.simple(w, r, dossier.ActNote, "desk.noted", func(req dossier.Request, f web.Form) (*dossier.Dossier, error) {
		return d.Service.Note(r.Context(), req, f.Get(fieldNote))
	})
}

// act carries out an action of the process; issuing a result may bring its file.
func (d *desk) act(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f, files, err := d.readMixed(r)
	if err != nil {
		return err
	}
	req, err := request(r, f)
	if err != nil {
		return err
	}
	action := f.Get(fieldAction)
	rs, err := d.readResults(&f, files)
	if f.Get(fieldDo) == doMore {
		return d.moreResults(w, r, action, f, err)
	}
	if err != nil {
		return d.again(w, r, action, f, err)
	}
	c := dossier.ActCommand{
		Action: action, Note: f.Get(fieldNote), Post: f.Get(fieldPost), To: f.Get(fieldTo), Method: f.Get(fieldMethod),
		Result: rs[0], File: rs[0].File, More: rs[1:],
	}
	c.Result.File, c.Token = nil, token(f)
	for _, id := range f.Values[fieldAsked] {
		c.Agencies = append(c.Agencies, agency.ID(id))
	}
	shown, err := d.fill(w, r, req, f, &c)
	if shown || err != nil {
		return err
	}
	if _, err := d.Service.Act(ctx, req, c); err != nil {
		return d.again(w, r, action, f, err)
	}
	return done(w, r, f, "desk.moved")
}

// sentences puts texts after each other, each ended by a full stop.
func sentences(list ...string) string {
	var b strings.Builder
	for _, s := range list {
		if s = strings.TrimSpace(s); s == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(strings.TrimSuffix(s, ".") + ".")
	}
	return b.String()
}

// token is the piece of work an act is about, where a dossier has several; 0: the principal one.
func token(f web.Form) int {
	return pieceOf(f.Values)
}
