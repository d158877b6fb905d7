package dossier

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/calendar"
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
	Clock     deadline.Env // calendar, office hours and policy of the resolving agency
	DeskClock deadline.Env // the same of the desk
	Procedure procedure.Version
	Process   workflow.Process
	// OtherLevel says that desk and resolving agency belong to different levels of administration.
	OtherLevel bool
	// Number takes the next number of a book (SlipScope) in the transaction of the act; nil, or 0 given: the
	// book is not kept, no slip is numbered (a history that is brought in).
	Number func(scope string) (int, error)
	// Template is the digest of the published wording in which papers of the rule set are printed now; empty: the
	// wording that comes with the program.
	Template string
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
	if !by.May(p) || !d.Holder.Holds(by) {
		return ErrNotHolder.With("holder", string(d.Holder.Agency))
	}
	return nil
}

// entry resolves a step of the process to who holds it and until when.
func (d *Dossier) entry(f Facts, id string) (Entry, error) {
	s, ok := step(f.Process, id)
	if !ok {
		return Entry{}, fmt.Errorf("process %s has no step %q", f.Process.ID, id)
	}
	h := casefile.Holder{Unit: s.Unit, Role: s.Role}
	clock := f.Clock
	switch s.At {
	case workflow.AtDesk:
		h.Agency, clock = d.Desk, f.DeskClock
	case workflow.AtCompetent:
		h.Agency = d.Competent
	default:
		h.Agency = agency.ID(s.At)
	}
	e := Entry{Step: s.ID, Title: s.Title, Holder: h}
	if s.Limit != "" {
		l, err := deadline.ParseLimit(s.Limit)
		if err != nil {
			return Entry{}, fmt.Errorf("process %s, step %s: %w", f.Process.ID, id, err)
		}
		at, err := deadline.At(f.Now, l, clock)
		switch {
		case errors.Is(err, calendar.ErrYearMissing):
			// A year nobody has announced stops promises to people, not the work inside.
		case err != nil:
			return Entry{}, err
		default:
			e.Due = instant(at)
		}
	}
	return e, nil
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
	default:
		return access.DossierHandle
	}
}

// Act carries out an action of the step the dossier is in and returns what happened.
func (d *Dossier) Act(f Facts, by access.Actor, c ActCommand) ([]journal.Event, error) {
	s, ok := step(f.Process, d.Step)
	if !ok && d.Step == returnStep {
		s, ok = returning, true
	}
	if !ok {
		return nil, ErrState.With("status", string(d.Status))
	}
	var a workflow.Action
	for _, x := range s.Actions {
		if x.ID == c.Action {
			a = x
		}
	}
	if a.ID == "" {
		return nil, ErrAction.With("action", c.Action)
	}
	state := Processing
	if a.Means == workflow.Hand {
		state = Resolved
	}
	if err := d.may(by, permission(a.Means), state); err != nil {
		return nil, err
	}
	if d.Paused() != nil {
		return nil, ErrPaused
	}
	var missing *fault.Error
	switch {
	case a.Means == workflow.Decline:
		missing = ErrReasonNeeded
	case a.Note || a.Means == workflow.SendBack:
		missing = ErrNoteNeeded
	}
	note, err := text(c.Note, missing)
	if err != nil {
		return nil, err
	}
	switch a.Means {
	case workflow.Result:
		e, err := d.resolve(f, by, a, c, note)
		return one(e, err)
	case workflow.Hand:
		e, err := d.hand(f, by, a, c, note)
		return one(e, err)
	case workflow.Complete:
		return d.complete(f, by, a, c, note)
	}
	to, err := d.entry(f, a.To)
	if err != nil {
		return nil, err
	}
	switch a.Means {
	case workflow.Assign:
		if c.Post == "" {
			return nil, ErrPostNeeded
		}
		to.Holder.Post = c.Post
	case workflow.SendBack:
		to.Holder.Post = d.lastPost(to.Step)
	default:
		to.Holder.Post = c.Post
	}
	m := moved{Action: a.ID, Label: a.Label, Means: a.Means, Enter: &to}
	switch a.Means {
	case workflow.Approve:
		m.Outcome = Approved
	case workflow.Decline:
		m.Outcome = NotEligible
	}
	return one(journal.New(EventMoved, f.Now, actor(by), d.Law, m, notePrivate(note)))
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
func (d *Dossier) resolve(f Facts, by access.Actor, a workflow.Action, c ActCommand, note string) (journal.Event, error) {
	if d.Outcome == "" {
		return journal.Event{}, ErrNotDecided
	}
	r, err := d.readResult(f, c.Result)
	if err != nil {
		return journal.Event{}, err
	}
	to, err := d.entry(f, a.To)
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
	v := resolved{Action: a.ID, Label: a.Label, Result: r, Enter: &to}
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

// Assign moves work to a named post of the same agency without leaving the step.
func (d *Dossier) Assign(f Facts, by access.Actor, post agency.Post) (journal.Event, error) {
	if err := d.expect(Processing, Resolved, Obligation, Correcting); err != nil {
		return journal.Event{}, ErrState.With("status", string(d.Status)).Because(err)
	}
	// The holder may pass it on within the unit; who may assign may do so for the whole agency.
	if !by.System && (!by.May(access.DossierAssign) || by.Agency != d.Holder.Agency) {
		return journal.Event{}, ErrNotHolder.With("holder", string(d.Holder.Agency))
	}
	ok := post.Agency == d.Holder.Agency
	has := false
	for _, r := range post.Roles {
		has = has || r == d.Holder.Role
	}
	if !ok || !has {
		return journal.Event{}, ErrPostNeeded
	}
	return journal.New(EventAssigned, f.Now, actor(by), d.Law, assigned{Post: post.ID}, nil)
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
