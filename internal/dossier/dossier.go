// Package dossier holds one application file from submission to the return of its
// result: its states, the moves between them, the deadline promised to the applicant.
// It does no I/O: a move takes the facts and the time and returns events.
//
// A dossier is never edited in place; it changes only through journal events, and its
// state is the fold of them. What can be computed is not stored: overdue follows from
// the due date and now.
package dossier

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/casefile"
	"github.com/motcua/motcua/internal/deadline"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/workflow"
)

// Kind is the kind of case this package is about.
const Kind = "dossier"

// Status is the case axis of a dossier. Payment, custody and synchronisation are axes of their own.
type Status string

// States of a dossier, with their numbers in the table of the lawful life.
const (
	Submitted           Status = "submitted"            // S1
	SupplementRequested Status = "supplement_requested" // S2 before acceptance, S6 after
	Refused             Status = "refused"              // S3
	Processing          Status = "processing"           // S4 and S5: accepted, in the hands of its steps
	Obligation          Status = "financial_obligation" // S7: a tax or fee has to be settled first
	WithdrawalRequested Status = "withdrawal_requested" // S8: the applicant wants it back, the desk has to stop it
	Withdrawn           Status = "withdrawn"            // S8: taken back before it was accepted
	Stopped             Status = "stopped"              // S8: stopped at the applicant's wish after acceptance
	Closed              Status = "closed"               // S11: nobody completed it in time
	Resolved            Status = "resolved"             // S9: the clock stopped, the result waits
	Returned            Status = "returned"             // S10
	Correcting          Status = "correcting"           // a wrong result is being replaced
)

// Statuses lists all states in the order of a dossier's life.
var Statuses = []Status{
	Submitted, SupplementRequested, Refused, Processing, Obligation, WithdrawalRequested, Withdrawn, Stopped, Closed, Resolved, Returned, Correcting,
}

// Ended reports whether the dossier waits for nobody any more.
func (s Status) Ended() bool {
	switch s {
	case Refused, Returned, Withdrawn, Stopped, Closed:
		return true
	}
	return false
}

// afterEnd lists what may still happen to a dossier that has ended: little, and only after some ends.
func (s Status) afterEnd(kind string) bool {
	switch kind {
	case EventErased:
		return true
	case EventCorrectionOpened, EventReissued, EventRated:
		return s == Returned
	case EventLatenessExplained:
		return s == Returned || s == Stopped
	case EventHandedOver, EventHandoverConfirmed, EventHandoverRefused:
		return true // originals go back whatever the end was
	}
	return false
}

// Pin names the version of a definition that a dossier keeps for good.
type Pin struct {
	ID     string `json:"id"`
	Digest string `json:"digest"`
}

// ProcedurePin is the procedure version a dossier was filed under, with what lists show of it.
type ProcedurePin struct {
	Code   string `json:"code"`
	Digest string `json:"digest"`
	Name   string `json:"name"`
	Number int    `json:"number"`
	Sector string `json:"sector"`
}

// Party is a person or organisation in a dossier. All of it is personal data.
type Party struct {
	Name    string `json:"name"`
	Number  string `json:"number,omitempty"` // personal number or tax code
	Birth   string `json:"birth,omitempty"`
	Phone   string `json:"phone,omitempty"`
	Email   string `json:"email,omitempty"`
	Address string `json:"address,omitempty"`
}

// Paper is one file lodged in a dossier or produced by it. Bytes live under their hash.
type Paper struct {
	Component string `json:"component"` // id in the procedure version; empty for results
	Name      string `json:"name"`      // as the applicant named the file, cleaned
	Type      string `json:"type"`      // kind of content, judged by the content
	Size      int64  `json:"size"`
	Hash      string `json:"hash"`           // sha-256, hex
	Form      string `json:"form,omitempty"` // original | copy | certified | electronic | paper (handed over at the counter, not scanned)
	Count     int    `json:"count,omitempty"`

	// What was found inside when it came; absent in papers from before this was looked for.
	Signatures *Signatures `json:"signatures,omitempty"`
	Flags      []string    `json:"flags,omitempty"` // scripts, attachments: as package upload names them

	Origin string       `json:"origin,omitempty"` // how the file came to be here: OriginAttached …; empty: attached
	From   *PaperSource `json:"from,omitempty"`   // of a reused paper
	Meta   *PaperMeta   `json:"meta,omitempty"`   // once digitised
	Scan   *Scan        `json:"scan,omitempty"`   // who made the file from the paper
}

// Supplement is one request to complete the dossier.
type Supplement struct {
	Stage     string // reception | appraisal
	At        time.Time
	Until     string // local date after which the desk may close
	Items     []string
	Reason    string
	Guidance  string
	By        journal.Actor
	Completed time.Time // zero while pending
	Breach    bool      // a second request at the same stage
	Late      bool      // asked at appraisal after the days the law gives for it
	Basis     string    // legal basis of a second or late request
	Approver  string    // post that approved it
	Due       time.Time // date in force when it was asked for; zero at reception
}

// Stages of a supplement request.
const (
	AtReception = "reception"
	AtAppraisal = "appraisal"
)

// Result is what the resolving agency issued.
type Result struct {
	Number  string `json:"number"`
	Date    string `json:"date"` // local date
	Name    string `json:"name"`
	Outcome string `json:"outcome"`
	File    *Paper `json:"-"`
}

// Outcomes of a decision.
const (
	Approved    = "approved"
	NotEligible = "not_eligible"
)

// Leg is one stretch of work at one holder: a row of the control slip.
type Leg struct {
	Step   string
	Title  string
	Holder casefile.Holder
	From   time.Time
	Due    time.Time // zero: the step has no limit of its own
	Until  time.Time // zero while it lasts
	By     journal.Actor
	Action string // label of the act that ended it
	Token  int    // of the run; 0: the first

	Opened int64 // number of the act that brought it here
	Closed int64 // number of the act that ended it; 0 while it lasts
}

// Dossier is the state of one application file: the fold of its journal.
type Dossier struct {
	ID      string
	Version int64 // number of the last event
	Head    journal.Hash
	Status  Status
	Ref     string // reference printed on the submission slip, before a code exists
	Code    string // lawful code, from acceptance
	Law     string // rule set it was accepted under

	Procedure ProcedurePin
	Form      Pin
	Process   Pin
	Channel   string
	Account   string // person id of the signed-in applicant, if any
	Owner     Party
	Submitter Party // who lodged it, when not the owner
	Answers   json.RawMessage
	Papers    []Paper
	Secret    string // opens the public tracking page
	Mandate   *Mandate
	Group     string // dossiers lodged in one visit share it
	Record    string // handover record of the public post that brought it

	Desk      agency.ID // whose desk received it
	Competent agency.ID // resolving agency
	// CompetentDesk is the desk of the resolving agency, where another one received; it watches.
	// law: ND118-2025 20.1
	CompetentDesk agency.ID

	SubmittedAt time.Time
	AnswerDue   time.Time // when the applicant must have an answer to the submission; zero: none
	AcceptedAt  time.Time
	AcceptedBy  journal.Actor
	ResolvedAt  time.Time
	ReturnedAt  time.Time
	ReturnedTo  string

	Limit    string         // processing time pinned at acceptance: 5wd
	Clock    deadline.Clock // base instant and everything that happened to it; Due follows from it
	Due      *deadline.Due  // in force, with its derivation; nil before acceptance, while the clock stands, and for same-visit
	FirstDue time.Time      // first date printed on a receipt
	LastDue  time.Time      // the date that was in force last: also while the clock stands
	SoonAt   time.Time
	EndedAt  time.Time // refused, withdrawn, stopped, closed or returned

	// The principal work: who answers for the file. Beside is what else stands open at the same time.
	Token       int
	Step        string // address of the step in the pinned process
	StepTitle   string
	Holder      casefile.Holder
	StepSince   time.Time
	StepDue     time.Time
	StepWake    time.Time // when the product itself does something about it; zero: never
	StepWaits   bool      // it waits for others
	Beside      []Standing
	Run         workflow.Run
	Opinions    []Opinion
	Subs        []Sub
	Outcome     string // set by the decision
	DecidedAt   time.Time
	DecidedBy   journal.Actor
	Result      *Result  // the one in force
	Issued      []Issued // every version of the result, the first one first
	RefusedAt   time.Time
	Reason      string // of refusal or non-eligibility
	Supplements []Supplement
	Legs        []Leg
	Notes       []Note
	ErasedAt    time.Time // personal data was erased

	Slips       []Slip // papers the law prescribes, in the order in which they were issued
	Pauses      []Pausing
	Apologies   []Apology
	Revisions   []Revision  // dates moved by a change of the working calendar
	DueLog      []DueChange // every change of the date in force, the first promise first
	Lateness    *Lateness   // why it is or was late, as its owner explains
	Obligations []ObligationDue
	Withdrawal  *Withdrawal // asked for, or carried out
	Redirects   []Redirect
	Taken       []Taken // taken over by agencies that follow those that had it
	Undone      []Undoing
	Correction  *Correction // the one that is open
	Custody     []Item      // papers on paper: who has each
	Handovers   []Handover  // of papers on paper, oldest first

	Rating *Rating // what the person thought of it, after the return

	filled   map[string]json.RawMessage // what the forms of steps hold, by address
	stepTold bool                       // that the principal work is late was told

	saved  *Entry    // the step a withdrawal or correction interrupted
	back   Status    // the state it goes back to
	before *Dossier  // the state before the last act, while that act can be undone
	last   lastEvent // who may undo it
	blind  bool      // the list of papers was erased from the journal
}

// Note is a remark of an officer, seen inside only.
type Note struct {
	At   time.Time
	By   journal.Actor
	Text string
}

// DueAt is the instant of the due date in force; zero when none runs.
func (d *Dossier) DueAt() time.Time {
	if d.Due == nil {
		return time.Time{}
	}
	return d.Due.At
}

// Shown is the code, or the reference while there is no code.
func (d *Dossier) Shown() string {
	if d.Code != "" {
		return d.Code
	}
	return d.Ref
}

// Pending returns the supplement request that waits for the applicant, or nil.
func (d *Dossier) Pending() *Supplement {
	if d.Status != SupplementRequested || len(d.Supplements) == 0 {
		return nil
	}
	return &d.Supplements[len(d.Supplements)-1]
}

// Accepted reports whether the dossier was ever accepted.
func (d *Dossier) Accepted() bool { return !d.AcceptedAt.IsZero() }

// Agencies lists the agencies that take or took part, in order of appearance.
func (d *Dossier) Agencies() []agency.ID {
	out := []agency.ID{d.Desk}
	add := func(id agency.ID) {
		if id != "" && !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	add(d.Competent)
	add(d.CompetentDesk)
	for _, l := range d.Legs {
		add(l.Holder.Agency)
	}
	return out
}

// Entry is the entering of a step, decided when it happened and folded as it stands.
type Entry struct {
	Step   string          `json:"step"`
	Title  string          `json:"title"`
	Holder casefile.Holder `json:"holder"`
	Due    *time.Time      `json:"due,omitempty"` // end of the step's own limit
	Token  int             `json:"token,omitempty"`
	Wake   *time.Time      `json:"wake,omitempty"`  // when the product itself does something about it
	Waits  bool            `json:"waits,omitempty"` // for others
}

// step returns a step's definition in the pinned process.
func step(p workflow.Process, address string) (workflow.Step, bool) { return p.Find(address) }

// Files lists the papers of the dossier whose bytes are stored: scans, uploads, what came with answers and sub-cases,
// and every document of every result.
func (d *Dossier) Files() []Paper {
	var out []Paper
	for _, p := range d.Papers {
		if p.Hash != "" {
			out = append(out, p)
		}
	}
	for _, o := range d.Opinions {
		if o.File != nil && o.File.Hash != "" {
			out = append(out, *o.File)
		}
	}
	for _, s := range d.Subs {
		if s.File != nil && s.File.Hash != "" {
			out = append(out, *s.File)
		}
	}
	return append(out, d.ResultFiles()...)
}

// ResultFiles lists the stored documents of every version of the result, those in force first.
func (d *Dossier) ResultFiles() []Paper {
	var out []Paper
	add := func(p *Paper) {
		if p != nil && p.Hash != "" && !slices.ContainsFunc(out, func(o Paper) bool { return o.Hash == p.Hash }) {
			out = append(out, *p)
		}
	}
	for _, v := range slices.Backward(d.Issued) {
		add(v.Result.File)
		for _, m := range v.More {
			add(m.File)
		}
	}
	return out
}

// FileNamed returns the name of a paper or result by the beginning of its hash.
func (d *Dossier) FileNamed(prefix string) (string, bool) {
	files := d.Files()
	for _, x := range d.Issued {
		for _, r := range append([]Result{x.Result}, x.More...) {
			if r.File != nil {
				files = append(files, *r.File)
			}
		}
	}
	for _, p := range files {
		if prefix != "" && strings.HasPrefix(p.Hash, prefix) {
			return p.Name, true
		}
	}
	return "", false
}

// Clone returns a copy that can be moved on without touching d.
func (d *Dossier) Clone() *Dossier {
	c := *d
	c.Papers, c.Supplements, c.Legs, c.Notes = slices.Clone(d.Papers), slices.Clone(d.Supplements), slices.Clone(d.Legs), slices.Clone(d.Notes)
	c.Slips, c.Pauses, c.Apologies, c.Obligations = slices.Clone(d.Slips), slices.Clone(d.Pauses), slices.Clone(d.Apologies), slices.Clone(d.Obligations)
	c.Revisions, c.DueLog = slices.Clone(d.Revisions), slices.Clone(d.DueLog)
	c.Taken = slices.Clone(d.Taken)
	c.Custody, c.Handovers = slices.Clone(d.Custody), slices.Clone(d.Handovers)
	c.Redirects, c.Undone, c.Issued = slices.Clone(d.Redirects), slices.Clone(d.Undone), slices.Clone(d.Issued)
	c.Run, c.Beside, c.Opinions, c.Subs, c.filled = d.Run.Clone(), slices.Clone(d.Beside), slices.Clone(d.Opinions), slices.Clone(d.Subs), maps.Clone(d.filled)
	return &c
}

// Erase records that all personal data of an ended dossier is removed, on a legal basis.
func (d *Dossier) Erase(now time.Time, by journal.Actor, basis string) (journal.Event, error) {
	if !d.Status.Ended() || !d.ErasedAt.IsZero() {
		return journal.Event{}, ErrState.With("status", string(d.Status))
	}
	if len(d.PendingHandovers()) > 0 {
		return journal.Event{}, ErrHandoverPending
	}
	basis, err := text(basis, ErrReasonNeeded)
	if err != nil {
		return journal.Event{}, err
	}
	return journal.New(EventErased, now, by, d.Law, erased{Basis: basis}, nil)
}
