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
)

type submitted struct {
	Account   string       `json:"account,omitempty"`
	AnswerDue *time.Time   `json:"answer_due,omitempty"`
	Channel   string       `json:"channel"`
	Competent agency.ID    `json:"competent"`
	Desk      agency.ID    `json:"desk"`
	Form      Pin          `json:"form"`
	Procedure ProcedurePin `json:"procedure"`
	Process   Pin          `json:"process"`
	Ref       string       `json:"ref"`
}

type accepted struct {
	Code   string        `json:"code"`
	Due    *deadline.Due `json:"due,omitempty"`
	Enter  Entry         `json:"enter"`
	Limit  string        `json:"limit"`
	SoonAt *time.Time    `json:"soon_at,omitempty"`
}

type refused struct {
	Basis string `json:"basis,omitempty"`
}

type supplementRequested struct {
	Basis  string `json:"basis,omitempty"`
	Breach bool   `json:"breach,omitempty"`
	Stage  string `json:"stage"`
	Until  string `json:"until"`
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
	SoonAt    *time.Time    `json:"soon_at,omitempty"`
	StepDue   *time.Time    `json:"step_due,omitempty"`
}

type moved struct {
	Action  string           `json:"action"`
	Enter   *Entry           `json:"enter,omitempty"` // nil when the run ends here
	Label   string           `json:"label"`
	Means   workflow.Meaning `json:"means"`
	Outcome string           `json:"outcome,omitempty"`
}

type assigned struct {
	Post string `json:"post"`
}

type noted struct{}

type resolved struct {
	Action string `json:"action"`
	Enter  *Entry `json:"enter,omitempty"`
	Label  string `json:"label"`
	Result Result `json:"result"`
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
