package dossier

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/casefile"
	"github.com/motcua/motcua/internal/deadline"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/law"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/workflow"
)

// Refusals of moves. Codes are keys of lang (error.<code>).
var (
	ErrNotFound        = fault.New(fault.NotFound, "dossier.not-found")
	ErrStale           = fault.New(fault.Stale, "dossier.stale")
	ErrState           = fault.New(fault.Conflict, "dossier.state")
	ErrNotHolder       = fault.New(fault.Conflict, "dossier.not-holder")
	ErrAction          = fault.New(fault.Invalid, "dossier.action-unknown")
	ErrNoteNeeded      = fault.New(fault.Invalid, "dossier.note-needed")
	ErrReasonNeeded    = fault.New(fault.Invalid, "dossier.reason-needed")
	ErrItemsNeeded     = fault.New(fault.Invalid, "dossier.items-needed")
	ErrTooLong         = fault.New(fault.Invalid, "dossier.text-too-long")
	ErrLimitNeeded     = fault.New(fault.Invalid, "dossier.limit-needed")
	ErrPostNeeded      = fault.New(fault.Invalid, "dossier.post-needed")
	ErrResultNeeded    = fault.New(fault.Invalid, "dossier.result-needed")
	ErrSecondRequest   = fault.New(fault.Conflict, "dossier.second-supplement")
	ErrNothingPending  = fault.New(fault.Conflict, "dossier.nothing-pending")
	ErrOwnerNeeded     = fault.New(fault.Invalid, "dossier.owner-needed")
	ErrPaperMissing    = fault.New(fault.Invalid, "dossier.paper-missing")
	ErrNotOffered      = fault.New(fault.Conflict, "dossier.procedure-not-offered")
	ErrNotDecided      = fault.New(fault.Conflict, "dossier.not-decided")
	ErrRecipientNeeded = fault.New(fault.Invalid, "dossier.recipient-needed")
)

// MaxText bounds every free text of a move, in runes.
const MaxText = 4000

// Facts is what a move needs to know besides the dossier. The service reads them; rules never do.
type Facts struct {
	Now       time.Time
	Rules     law.RuleSet
	Clock     deadline.Env      // calendar, office hours and policy of the resolving agency
	DeskClock deadline.Env      // the same of the desk
	Procedure procedure.Version // as it stands for this case: its rules have set papers, limit and fees
	Process   workflow.Process
	// Against lists the conditions of the procedure that do not hold for what is being lodged.
	Against []procedure.Eligibility
	// OtherLevel says that desk and resolving agency belong to different levels of administration.
	OtherLevel bool
	// Number takes the next number of a book (SlipScope) in the transaction of the act; nil, or 0 given: the
	// book is not kept, no slip is numbered (a history that is brought in).
	Number func(scope string) (int, error)
	// Offices answers who is where; nil where nothing but desk and resolving agency can come up.
	Offices Offices
	// World answers the guards of the process; nil where it has none.
	World func(Known) workflow.World
	// MayHold reports whether a post may hold such work now; nil: every post may.
	MayHold func(h casefile.Holder, post string) bool
	// Template is the digest of the published wording in which papers of the rule set are printed now; empty: the
	// wording that comes with the program.
	Template string

	limit    string    // processing time about to be fixed, for shares of it
	promised time.Time // date about to be promised, which sub-cases lie within
}

// world answers guards; a process with guards and nobody to answer them is a mistake, not an open way.
func (f Facts) world(k Known) workflow.World {
	if f.World == nil {
		return noGuards{}
	}
	return f.World(k)
}

type noGuards struct{}

func (noGuards) Holds(guard string) (bool, error) {
	return false, fmt.Errorf("nobody answers the guard %q", guard)
}

// Reception is the holder of a dossier before its acceptance.
func Reception(desk agency.ID) casefile.Holder {
	return casefile.Holder{Agency: desk, Role: access.RoleReceiving}
}

// The step before acceptance stands in no process: the law prescribes it.
const (
	receptionStep  = "tiep-nhan"
	receptionTitle = "Tiếp nhận hồ sơ"
	acceptLabel    = "Tiếp nhận"
	refuseLabel    = "Từ chối tiếp nhận"
)

func actor(by access.Actor) journal.Actor {
	a := journal.Actor{Person: by.Person, Post: by.Post, Agency: string(by.Agency), Behalf: by.Behalf}
	if by.System {
		a.System = "motcua"
	}
	return a
}

// text checks a free text of a move: trimmed, bounded, present when needed.
func text(s string, missing *fault.Error) (string, error) {
	s = strings.TrimSpace(s)
	if s == "" && missing != nil {
		return "", missing
	}
	if utf8.RuneCountInString(s) > MaxText {
		return "", ErrTooLong.With("max", MaxText)
	}
	return s, nil
}

func notePrivate(note string) map[string]any {
	if note == "" {
		return nil
	}
	return map[string]any{privateNote: note}
}

// expectWhole checks the state of a dossier for acts that may follow its end: nothing follows an erasure.
func (d *Dossier) expectWhole(states ...Status) error {
	if err := d.expect(states...); err != nil {
		return ErrState.With("status", string(d.Status)).Because(err)
	}
	if !d.ErasedAt.IsZero() {
		return ErrState.With("status", "erased")
	}
	return nil
}

// may checks state, right and holding for an act of an officer on d.
func (d *Dossier) may(by access.Actor, p access.Permission, states ...Status) error {
	if err := d.expect(states...); err != nil {
		return ErrState.With("status", string(d.Status)).Because(err)
	}
	if by.System {
		return nil
	}
	if !by.May(p) || !d.holds(by) {
		return ErrNotHolder.With("holder", string(d.Holder.Agency))
	}
	return nil
}

// entry resolves a step of the process to who holds it and until when, for the principal work.
func (d *Dossier) entry(f Facts, address string) (Entry, error) {
	t, _ := d.Run.Token(d.Token)
	t.Step, t.ID, t.At = address, max(d.Token, firstToken), ""
	e, err := d.entryAt(f, &d.Run, t, nil, d.principal())
	e.Token = 0
	return e, err
}

// ActCommand is one act of the pinned process.
type ActCommand struct {
	Action string // id of the step's action
	Note   string
	Post   string   // who gets it, for acts that name a post
	Result Result   // for acts that issue the result
	File   *Paper   // file of the result, optional
	More   []Result // further documents of the same decision, with their files
	To     string   // who received it, for the return
	Method string   // how it was returned: direct | post | online

	Token    int             // whose work it is, for who holds several; 0: the first that knows the action
	Agencies []agency.ID     // who is asked, where the step leaves that to the act
	Filled   json.RawMessage // the form of the step, validated
}

// permission is the right an act needs, by what it means.
func permission(m workflow.Meaning) access.Permission {
	switch m {
	case workflow.Assign:
		return access.DossierAssign
	case workflow.Approve, workflow.Decline:
		return access.DossierDecide
	case workflow.Result:
		return access.DossierResult
	case workflow.Hand, workflow.Complete:
		return access.DossierReturn
	default: // answers included
		return access.DossierHandle
	}
}

// choose finds the open work that an act is about: of those that the actor holds the first which knows the action.
// Where the actor holds none it is the principal one, and what follows refuses.
func (d *Dossier) choose(f Facts, by access.Actor, token int, action string) (Standing, workflow.Action, error) {
	work := d.Work()
	if len(work) == 0 {
		return Standing{}, workflow.Action{}, ErrState.With("status", string(d.Status))
	}
	known, found := false, Standing{}
	var act workflow.Action
	for _, s := range work {
		def, ok := d.stepOf(f, s)
		if !ok || token != 0 && s.Token != token {
			continue
		}
		known = true
		t, _ := d.Run.Token(s.Token)
		for _, a := range def.Acts(t) {
			if a.ID != action {
				continue
			}
			if by.System || s.Holder.Holds(by) {
				return s, a, nil
			}
			if act.ID == "" {
				found, act = s, a
			}
		}
	}
	switch {
	case !known:
		return Standing{}, act, ErrState.With("status", string(d.Status))
	case act.ID == "":
		return Standing{}, act, ErrAction.With("action", action)
	}
	return found, act, nil
}

// stepOf is the definition of the step that work stands at, those included that stand in no process.
func (d *Dossier) stepOf(f Facts, s Standing) (workflow.Step, bool) {
	def, ok := step(f.Process, s.Step)
	if !ok && s.Step == returnStep {
		return returning, true
	}
	return def, ok
}

// Act carries out an action of a step the dossier is in and returns what happened.
func (d *Dossier) Act(f Facts, by access.Actor, c ActCommand) ([]journal.Event, error) {
	s, a, err := d.choose(f, by, c.Token, c.Action)
	if err != nil {
		return nil, err
	}
	if err := d.mayAct(by, s, a); err != nil {
		return nil, err
	}
	var missing *fault.Error
	switch {
	case a.Means == workflow.Decline:
		missing = ErrReasonNeeded
	case a.Note || workflow.Natures[a.Means].Note:
		missing = ErrNoteNeeded
	}
	note, err := text(c.Note, missing)
	if err != nil {
		return nil, err
	}
	switch a.Means {
	case workflow.Hand:
		e, err := d.hand(f, by, a, c, note)
		return one(e, err)
	case workflow.Complete:
		return d.complete(f, by, a, c, note)
	}
	if a.Means == workflow.Assign && c.Post == "" {
		return nil, ErrPostNeeded
	}
	course, err := d.course(f, s, a, c)
	if err != nil {
		return nil, err
	}
	if a.Means == workflow.Result {
		e, err := d.resolve(f, by, a, c, note, course)
		return one(e, err)
	}
	m := moved{Action: a.ID, Label: a.Label, Means: a.Means, course: course}
	if len(m.Changes) == 0 {
		m.Enter, m.Enters = &m.Enters[0], nil
	}
	switch a.Means {
	case workflow.Approve:
		m.Outcome = Approved
	case workflow.Decline:
		m.Outcome = NotEligible
	}
	private := notePrivate(note)
	if private == nil {
		private = map[string]any{}
	}
	if a.Means == workflow.Answer {
		if c.File != nil {
			private[privateFile] = c.File
		}
		if strings.TrimSpace(c.Result.Number) != "" {
			r, err := d.readResult(f, c.Result)
			if err != nil {
				return nil, err
			}
			m.Result = &r
		}
	}
	if c.Filled != nil {
		private[privateFilled] = c.Filled
	}
	return one(journal.New(EventMoved, f.Now, actor(by), d.Law, m, private))
}

// mayAct checks state, right and holding for an action on open work.
func (d *Dossier) mayAct(by access.Actor, s Standing, a workflow.Action) error {
	states := mayMove(a.Means)
	if a.Means == workflow.Hand {
		states = []Status{Resolved}
	}
	if err := d.expect(states...); err != nil {
		return ErrState.With("status", string(d.Status)).Because(err)
	}
	if !by.System && (!by.May(permission(a.Means)) || !s.Holder.Holds(by)) {
		return ErrNotHolder.With("holder", string(s.Holder.Agency))
	}
	if d.Paused() != nil && a.Means != workflow.Answer {
		return ErrPaused
	}
	return nil
}

// course runs the interpreter for an action and decides who holds what it leads to.
func (d *Dossier) course(f Facts, s Standing, a workflow.Action, c ActCommand) (course, error) {
	if a.Means == workflow.Result && d.othersAtWork(s.Token) {
		return course{}, ErrOthersAtWork
	}
	asked := make([]string, 0, len(c.Agencies))
	for _, id := range c.Agencies {
		asked = append(asked, string(id))
	}
	known := d.known()
	switch a.Means {
	case workflow.Approve:
		known.Outcome = Approved
	case workflow.Decline:
		known.Outcome = NotEligible
	}
	if c.Filled != nil {
		known.Filled = maps.Clone(known.Filled)
		if known.Filled == nil {
			known.Filled = map[string]json.RawMessage{}
		}
		known.Filled[s.Step] = c.Filled
	}
	changes, err := d.Run.Act(&f.Process, s.Token, a.ID, f.world(known), asked...)
	switch {
	case errors.Is(err, workflow.ErrAgencies):
		return course{}, ErrAsked
	case errors.Is(err, workflow.ErrGuard):
		return course{}, ErrGuard.Because(err)
	case err != nil:
		return course{}, fmt.Errorf("process %s: %w", f.Process.ID, err)
	}
	if a.Means == workflow.Result {
		changes = append(changes, d.recallAll()...)
	}
	out, err := d.courseOf(f, s, changes)
	if err != nil {
		return out, err
	}
	return out, d.entrust(f, a, c, out.Enters)
}

// entrust names the post that gets the work, where somebody chose one or had it before.
func (d *Dossier) entrust(f Facts, a workflow.Action, c ActCommand, enters []Entry) error {
	var to *Entry
	for i := range enters {
		if enters[i].Waits {
			continue
		}
		if to != nil { // several get work at once: nobody can be named for all
			if c.Post != "" {
				return ErrPostNeeded
			}
			return nil
		}
		to = &enters[i]
	}
	switch {
	case to == nil:
	case a.Means == workflow.SendBack:
		if post := d.lastPost(to.Step); post != "" {
			to.Holder.Post = post
		}
	case c.Post != "":
		if f.MayHold != nil && !f.MayHold(to.Holder, c.Post) {
			return ErrPostNeeded
		}
		to.Holder.Post = c.Post
	}
	return nil
}

// othersAtWork reports whether work besides the token's stands open that the file has to wait for.
func (d *Dossier) othersAtWork(token int) bool {
	return slices.ContainsFunc(d.Work(), func(s Standing) bool { return s.Token != token && s.Step != workflow.Consulted })
}

// recallAll closes the questions that officers put of their own accord.
func (d *Dossier) recallAll() []workflow.Change {
	var out []workflow.Change
	for _, f := range d.Run.Frames {
		if f.Opener == workflow.Consulted {
			out = append(out, workflow.Change{Do: workflow.Close, Frame: f.ID})
		}
	}
	return out
}

// lastPost is the post that last worked on the step, so that rework goes back to it.
func (d *Dossier) lastPost(step string) string {
	for i := len(d.Legs) - 1; i >= 0; i-- {
		if l := d.Legs[i]; l.Step == step && l.Holder.Post != "" {
			return l.Holder.Post
		}
	}
	return ""
}

func one(e journal.Event, err error) ([]journal.Event, error) {
	if err != nil {
		return nil, err
	}
	return []journal.Event{e}, nil
}

// resolve issues the result: from here on the clock stands.
// law: ND118-2025 19 — the result, positive or not, ends the processing time.
func (d *Dossier) resolve(f Facts, by access.Actor, a workflow.Action, c ActCommand, note string, course course) (journal.Event, error) {
	if d.Outcome == "" {
		return journal.Event{}, ErrNotDecided
	}
	r, err := d.readResult(f, c.Result)
	if err != nil {
		return journal.Event{}, err
	}
	private := notePrivate(note)
	if private == nil {
		private = map[string]any{}
	}
	if c.File != nil {
		private[privateFile] = c.File
	}
	v := resolved{Action: a.ID, Label: a.Label, Result: r, course: course}
	if len(v.Changes) == 0 {
		v.Enter, v.Enters = &v.Enters[0], nil
	}
	if v.More, err = d.readMore(f, c.More, private); err != nil {
		return journal.Event{}, err
	}
	if d.Outcome == NotEligible {
		// law: ND61-2018 19.8; ND118-2025 19.3 — a written answer with the reason, form 03, is the result.
		if v.Slip, err = f.slip(FormRefusal, d.Competent); err != nil {
			return journal.Event{}, err
		}
	}
	return journal.New(EventResolved, f.Now, actor(by), d.Law, v, private)
}

// hand gives the result to the applicant: the end of the dossier.
func (d *Dossier) hand(f Facts, by access.Actor, a workflow.Action, c ActCommand, note string) (journal.Event, error) {
	if err := d.noteOnOriginals(note); err != nil {
		return journal.Event{}, err
	}
	to, err := text(c.To, nil)
	if err != nil {
		return journal.Event{}, err
	}
	if to == "" {
		to = d.Owner.Name
	}
	method := c.Method
	if method == "" {
		method = procedure.Direct
	}
	switch method {
	case procedure.Direct, procedure.Post, procedure.Online:
	default:
		return journal.Event{}, ErrAction.With("action", method)
	}
	private := map[string]any{privateTo: to}
	if note != "" {
		private[privateNote] = note
	}
	return journal.New(EventReturned, f.Now, actor(by), d.Law, returned{Action: a.ID, Label: a.Label, Method: method}, private)
}

// complete ends a same-visit dossier at the desk: issued and handed over at once.
func (d *Dossier) complete(f Facts, by access.Actor, a workflow.Action, c ActCommand, note string) ([]journal.Event, error) {
	if d.Outcome == "" {
		return nil, ErrNotDecided
	}
	r := c.Result
	r.Outcome = d.Outcome
	if strings.TrimSpace(r.Name) == "" {
		r.Name = d.Procedure.Name
	}
	if r.Date == "" {
		r.Date = f.Now.In(zone).Format(time.DateOnly)
	}
	private := map[string]any{}
	if c.File != nil {
		private[privateFile] = c.File
	}
	more, err := d.readMore(f, c.More, private)
	if err != nil {
		return nil, err
	}
	done, err := journal.New(EventResolved, f.Now, actor(by), d.Law, resolved{Action: a.ID, Label: a.Label, Result: r, More: more}, private)
	if err != nil {
		return nil, err
	}
	back, err := d.hand(f, by, a, c, note)
	if err != nil {
		return nil, err
	}
	return []journal.Event{done, back}, nil
}

// Assign moves work to a named post of the same agency without leaving the step; token 0 is the principal work.
func (d *Dossier) Assign(f Facts, by access.Actor, token int, post agency.Post) (journal.Event, error) {
	if err := d.expect(Processing, Resolved, Obligation, Correcting); err != nil {
		return journal.Event{}, ErrState.With("status", string(d.Status)).Because(err)
	}
	s, ok := d.principal(), true
	if token != 0 {
		s, ok = d.standing(token)
	}
	// The holder may pass it on within the unit; who may assign may do so for the whole agency.
	if !ok || !by.System && (!by.May(access.DossierAssign) || by.Agency != s.Holder.Agency) {
		return journal.Event{}, ErrNotHolder.With("holder", string(s.Holder.Agency))
	}
	if post.Agency != s.Holder.Agency || !slices.Contains(post.Roles, s.Holder.Role) {
		return journal.Event{}, ErrPostNeeded
	}
	return journal.New(EventAssigned, f.Now, actor(by), d.Law, assigned{Post: post.ID, Token: beyondFirst(s.Token)}, nil)
}

// beyondFirst writes a token into an event: the first one goes without saying.
func beyondFirst(token int) int {
	if token == firstToken {
		return 0
	}
	return token
}

// Claim takes work from the pool of a role to the actor's own post.
func (d *Dossier) Claim(f Facts, by access.Actor, token int) (journal.Event, error) {
	s, err := d.mayClaim(by, token)
	if err != nil {
		return journal.Event{}, err
	}
	return journal.New(EventAssigned, f.Now, actor(by), d.Law, assigned{Post: by.Post, Token: beyondFirst(s.Token)}, nil)
}

func (d *Dossier) mayClaim(by access.Actor, token int) (Standing, error) {
	if err := d.expect(Processing, Resolved, Correcting); err != nil {
		return Standing{}, ErrState.With("status", string(d.Status)).Because(err)
	}
	for _, s := range d.Work() {
		if (token == 0 || token == s.Token) && !s.Waits && s.Holder.Post == "" && by.Post != "" && s.Holder.Holds(by) {
			return s, nil
		}
	}
	return Standing{}, ErrNotHolder.With("holder", string(d.Holder.Agency))
}

// Release puts work back into the pool it was taken from.
func (d *Dossier) Release(f Facts, by access.Actor, token int) (journal.Event, error) {
	if err := d.mayRelease(by, token); err != nil {
		return journal.Event{}, err
	}
	s, _ := d.Mine(by, token)
	return journal.New(EventAssigned, f.Now, actor(by), d.Law, assigned{Token: beyondFirst(s.Token)}, nil)
}

func (d *Dossier) mayRelease(by access.Actor, token int) error {
	if err := d.expect(Processing, Resolved, Correcting); err != nil {
		return ErrState.With("status", string(d.Status)).Because(err)
	}
	s, ok := d.Mine(by, token)
	if !ok || s.Waits || s.Holder.Post == "" || s.Holder.Post != by.Post {
		return ErrNotHolder.With("holder", string(d.Holder.Agency))
	}
	return nil
}

// Note records a remark seen inside the offices only.
func (d *Dossier) Note(f Facts, by access.Actor, note string) (journal.Event, error) {
	if d.Status.Ended() {
		return journal.Event{}, ErrState.With("status", string(d.Status))
	}
	if !by.System && (!by.May(access.DossierHandle) && !by.May(access.DossierAccept) || !slices.Contains(d.Agencies(), by.Agency)) {
		return journal.Event{}, ErrNotFound
	}
	note, err := text(note, ErrNoteNeeded)
	if err != nil {
		return journal.Event{}, err
	}
	return journal.New(EventNoted, f.Now, actor(by), d.Law, noted{}, notePrivate(note))
}
