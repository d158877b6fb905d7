package dossier

import (
	"encoding/json"
	"time"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/deadline"
	"github.com/motcua/motcua/internal/workflow"
)

// Kinds of events. A kind is never reused with another meaning.
const (
	EventSubmitted           = "dossier.submitted"
	EventAccepted            = "dossier.accepted"
	EventRefused             = "dossier.refused"
	EventSupplementRequested = "dossier.supplement_requested"
	EventSupplemented        = "dossier.supplemented"
	EventMoved               = "dossier.moved"
	EventAssigned            = "dossier.assigned"
	EventNoted               = "dossier.noted"
	EventResolved            = "dossier.resolved"
	EventReturned            = "dossier.returned"
	EventErased              = "dossier.personal_data_erased"
	EventPaused              = "dossier.paused"
	EventResumed             = "dossier.resumed"
	EventApologised          = "dossier.apologised"
	EventLatenessExplained   = "dossier.lateness_explained"
	EventObligationNoted     = "dossier.obligation_noted"
	EventObligationMet       = "dossier.obligation_met"
	EventWithdrawn           = "dossier.withdrawn"
	EventWithdrawalRequested = "dossier.withdrawal_requested"
	EventWithdrawalDropped   = "dossier.withdrawal_dropped"
	EventStopped             = "dossier.stopped"
	EventClosed              = "dossier.closed"
	EventRedirected          = "dossier.redirected"
	EventUndone              = "dossier.undone"
	EventCorrectionOpened    = "dossier.correction_opened"
	EventCorrected           = "dossier.corrected"
	EventReissued            = "dossier.reissued"
	EventDigitised           = "dossier.digitised"
	EventHandedOver          = "dossier.handed_over"
	EventHandoverConfirmed   = "dossier.handover_confirmed"
	EventHandoverRefused     = "dossier.handover_refused"
	EventDueRevised          = "dossier.due_revised"
	EventRated               = "dossier.rated"
	EventConsulted           = "dossier.consulted"
	EventRecalled            = "dossier.recalled"
	EventPassed              = "dossier.passed"
	EventEscalated           = "dossier.escalated"
	EventSucceeded           = "dossier.succeeded"
)

// Names of personal values inside events.
const (
	privateOwner     = "owner"
	privateSubmitter = "submitter"
	privateAnswers   = "answers"
	privatePapers    = "papers"
	privateSecret    = "secret"
	privateNote      = "note"
	privateRequest   = "request"
	privateFile      = "file"
	privateTo        = "to"
	privateFiles     = "files"
	privateMandate   = "mandate"
)

type submitted struct {
	Account   string     `json:"account,omitempty"`
	AnswerDue *time.Time `json:"answer_due,omitempty"`
	Channel   string     `json:"channel"`
	Competent agency.ID  `json:"competent"`
	Desk      agency.ID  `json:"desk"`
	// CompetentDesk is the desk of the resolving agency, where another one received.
	CompetentDesk agency.ID    `json:"competent_desk,omitempty"`
	Form          Pin          `json:"form"`
	Group         string       `json:"group,omitempty"`
	HandedAt      *time.Time   `json:"handed_at,omitempty"` // by the public post: the lawful moment of submission
	Record        string       `json:"record,omitempty"`    // number of that record
	Procedure     ProcedurePin `json:"procedure"`
	Process       Pin          `json:"process"`
	Ref           string       `json:"ref"`
	Reused        int          `json:"reused,omitempty"` // papers taken over from earlier dossiers, with consent
}

type accepted struct {
	Code   string        `json:"code"`
	Due    *deadline.Due `json:"due,omitempty"`
	Enter  Entry         `json:"enter"`
	Limit  string        `json:"limit"`
	Slip   *Slip         `json:"slip,omitempty"`
	SoonAt *time.Time    `json:"soon_at,omitempty"`
	course
}

type refused struct {
	Basis string `json:"basis,omitempty"`
	Slip  *Slip  `json:"slip,omitempty"`
}

type supplementRequested struct {
	Approver string `json:"approver,omitempty"`
	Basis    string `json:"basis,omitempty"`
	Breach   bool   `json:"breach,omitempty"`
	Late     bool   `json:"late,omitempty"`
	Slip     *Slip  `json:"slip,omitempty"`
	Stage    string `json:"stage"`
	Until    string `json:"until"`
}

// request is the personal part of a supplement request.
type request struct {
	Guidance string   `json:"guidance,omitempty"`
	Items    []string `json:"items"`
	Reason   string   `json:"reason"`
}

type supplemented struct {
	AnswerDue *time.Time    `json:"answer_due,omitempty"` // at reception: the answer is due anew
	Due       *deadline.Due `json:"due,omitempty"`        // at appraisal: the clock restarts from zero
	Reused    int           `json:"reused,omitempty"`     // papers taken over from earlier dossiers, with consent
	Resume    bool          `json:"resume,omitempty"`     // it went on instead, where the rule set says so
	SoonAt    *time.Time    `json:"soon_at,omitempty"`
	StepDue   *time.Time    `json:"step_due,omitempty"`
}

type moved struct {
	Action  string           `json:"action"`
	Enter   *Entry           `json:"enter,omitempty"` // nil when the run ends here
	Label   string           `json:"label"`
	Means   workflow.Meaning `json:"means"`
	Outcome string           `json:"outcome,omitempty"`
	Result  *Result          `json:"result,omitempty"` // of a sub-case that issues a document of its own
	course
}

type assigned struct {
	Post  string `json:"post"` // empty: back to the pool
	Token int    `json:"token,omitempty"`
}

type noted struct {
	Desk bool `json:"desk,omitempty"` // the desk is told of it
}

type resolved struct {
	Action string   `json:"action"`
	Enter  *Entry   `json:"enter,omitempty"`
	Label  string   `json:"label"`
	More   []Result `json:"more,omitempty"` // further documents of the same decision
	Result Result   `json:"result"`
	Slip   *Slip    `json:"slip,omitempty"` // form 03, when the result is that the dossier is not eligible
	course
}

type returned struct {
	Action string `json:"action"`
	Label  string `json:"label"`
	Method string `json:"method"` // direct | post | online
}

type erased struct {
	Basis string `json:"basis"`
}

func unmarshal[T any](raw json.RawMessage) (T, error) {
	var v T
	err := json.Unmarshal(raw, &v)
	return v, err
}
