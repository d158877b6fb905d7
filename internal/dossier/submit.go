package dossier

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/deadline"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/procedure"
)

var zone = calendar.Zone

// Submission is what a person lodges.
type Submission struct {
	Channel   string // direct | online | post
	Form      Pin
	Process   Pin
	Desk      agency.ID
	Competent agency.ID
	Owner     Party
	Submitter Party           // only when not the owner
	Answers   json.RawMessage // validated answers of the form
	Papers    []Paper
	Account   string   // person id of the signed-in applicant
	Mandate   *Mandate // on what the submitter acts for the owner
	Group     string   // same for all dossiers lodged in one visit

	CompetentDesk agency.ID // desk of the resolving agency, where another desk received
	// Brought by the public post: when the record of the handover was signed, and its number.
	HandedAt time.Time
	Record   string
}

// Refusals of a handover by the public post.
var (
	ErrRecordNeeded = fault.New(fault.Invalid, "dossier.record-needed")
	ErrHandedAt     = fault.New(fault.Invalid, "dossier.handed-at")
)

// HandoverAge bounds how long before its recording a handover may have been signed: an older one is a slip of
// the pen in the date.
const HandoverAge = 31 * 24 * time.Hour

// handover checks the record with which the public post brought papers.
// law: QD45-2016 7.4 — the dossier counts as lodged when the record of the handover is signed.
func (c Submission) handover(now time.Time) (*time.Time, string, error) {
	if c.Channel != procedure.Post || c.HandedAt.IsZero() && c.Record == "" {
		return nil, "", nil
	}
	record, err := text(c.Record, ErrRecordNeeded)
	if err != nil {
		return nil, "", err
	}
	if c.HandedAt.IsZero() || c.HandedAt.After(now) || now.Sub(c.HandedAt) > HandoverAge {
		return nil, "", ErrHandedAt
	}
	return instant(c.HandedAt), record, nil
}

// Mandate is what allows somebody to act for the owner of a dossier. It is personal data.
type Mandate struct {
	Kind   string `json:"kind"` // authorised | guardian | representative | staff (of the desk, who typed for him)
	Number string `json:"number,omitempty"`
	Date   string `json:"date,omitempty"`  // yyyy-mm-dd
	Until  string `json:"until,omitempty"` // yyyy-mm-dd
	Note   string `json:"note,omitempty"`
}

// MandatePaper stands for the paper that proves a mandate, among the components of any procedure.
const MandatePaper = "_uy-quyen"

// MandateKinds are the ways of acting for somebody.
var MandateKinds = []string{"authorised", "guardian", "representative", "staff"}

// ErrNotEligible refuses an application that a condition of its procedure speaks against; Fields hold the reasons.
var ErrNotEligible = fault.New(fault.Invalid, "dossier.not-eligible")

// ErrMandate refuses a way of acting for somebody that the list does not have.
var ErrMandate = fault.New(fault.Invalid, "dossier.mandate")

// Submit makes the first event of a dossier. For an online submission the law wants an answer within
// some working hours; that instant is fixed here.
// law: ND118-2025 17.2 — acknowledgement at once, answer to an online submission within 8 working hours.
func Submit(f Facts, by access.Actor, c Submission) (journal.Event, error) {
	if strings.TrimSpace(c.Owner.Name) == "" {
		return journal.Event{}, ErrOwnerNeeded
	}
	if missing := Missing(f.Procedure, c.Papers); len(missing) > 0 {
		e := *ErrPaperMissing
		for _, m := range missing {
			e.Fields = append(e.Fields, fault.Field{Name: "paper-" + m.ID, Code: "dossier.paper-missing", Args: map[string]any{"paper": m.Name}})
		}
		return journal.Event{}, &e
	}
	if len(f.Against) > 0 {
		e := *ErrNotEligible
		for _, a := range f.Against {
			e.Fields = append(e.Fields, fault.Field{Name: "eligible", Code: "dossier.not-eligible-because", Args: map[string]any{"reason": a.Reason}})
		}
		return journal.Event{}, &e
	}
	v := submitted{
		Ref: newRef(), Channel: c.Channel, Desk: c.Desk, Competent: c.Competent, Form: c.Form, Process: c.Process, Account: c.Account, Group: c.Group,
		Reused:    reusedPapers(c.Papers),
		Procedure: ProcedurePin{Code: f.Procedure.Code, Number: f.Procedure.Number, Digest: f.Procedure.Digest, Name: f.Procedure.Name, Sector: f.Procedure.Sector},
	}
	var err error
	if v.HandedAt, v.Record, err = c.handover(f.Now); err != nil {
		return journal.Event{}, err
	}
	if c.CompetentDesk != c.Desk {
		v.CompetentDesk = c.CompetentDesk
	}
	if c.Channel == procedure.Online {
		due, err := f.answerDue()
		if err != nil {
			return journal.Event{}, err
		}
		v.AnswerDue = due
	}
	private := map[string]any{privateOwner: c.Owner, privateSecret: journal.NewSecret(12)}
	if len(c.Answers) > 0 {
		private[privateAnswers] = c.Answers
	}
	if c.Submitter.Name != "" {
		private[privateSubmitter] = c.Submitter
	}
	if len(c.Papers) > 0 {
		private[privatePapers] = c.Papers
	}
	if c.Mandate != nil {
		if !slices.Contains(MandateKinds, c.Mandate.Kind) {
			return journal.Event{}, ErrMandate
		}
		private[privateMandate] = c.Mandate
	}
	return journal.New(EventSubmitted, f.Now, actor(by), f.Rules.ID, v, private)
}

// answerDue is when the applicant must have an answer to what just arrived; nil where no rule sets one, and
// where the year is not announced yet: lodging must not fail for that, no date is shown then.
func (f Facts) answerDue() (*time.Time, error) {
	if f.Rules.Online.AnswerWithin == "" {
		return nil, nil //nolint:nilnil // no rule, no date
	}
	l, err := deadline.ParseLimit(f.Rules.Online.AnswerWithin)
	if err != nil {
		return nil, err
	}
	at, err := deadline.At(f.Now, l, f.DeskClock)
	if errors.Is(err, calendar.ErrYearMissing) {
		return nil, nil //nolint:nilnil // no date, as said above
	}
	if err != nil {
		return nil, err
	}
	return instant(at), nil
}

// Missing lists the required components that no paper stands for.
func Missing(v procedure.Version, papers []Paper) []procedure.Component {
	var out []procedure.Component
	for _, c := range v.Components {
		if c.Required && !c.Note && !slices.ContainsFunc(papers, func(p Paper) bool { return p.Component == c.ID }) {
			out = append(out, c)
		}
	}
	return out
}

// newRef makes the reference of a submission: ten characters that are read aloud without mistake.
func newRef() string {
	s := strings.ToUpper(journal.NewSecret(10))
	return s[:5] + "-" + s[5:]
}

// Supplement is the applicant's completion of a dossier, or what the desk records on his behalf.
type SupplementCommand struct {
	Answers json.RawMessage // nil: unchanged
	Papers  []Paper         // all papers after the completion
}

// Complete records that the asked supplement arrived. At reception the answer falls due anew; at
// appraisal the processing time starts again from zero.
// law: ND118-2025 19.5 — the time limit is computed from the beginning once the dossier is complete.
func (d *Dossier) Complete(f Facts, by access.Actor, c SupplementCommand) (journal.Event, error) {
	p := d.Pending()
	if p == nil {
		return journal.Event{}, ErrNothingPending
	}
	mine := by.Citizen && d.Account != "" && by.Person == d.Account
	if !by.System && !mine && (!by.May(access.DossierIntake) || by.Agency != d.Desk) {
		return journal.Event{}, ErrNotHolder.With("holder", string(d.Desk))
	}
	var v supplemented
	if p.Stage == AtReception {
		if d.Channel == procedure.Online {
			due, err := f.answerDue()
			if err != nil {
				return journal.Event{}, err
			}
			v.AnswerDue = due
		}
	} else {
		kind := deadline.Restart
		if v.Resume = !f.Rules.Supplement.Restart; v.Resume {
			kind = deadline.Resume
		}
		due, soon, err := d.redue(f, deadline.Act{Kind: kind, At: f.Now, Ref: refSupplement, Basis: lawName(d.Law)})
		if err != nil {
			return journal.Event{}, err
		}
		v.Due, v.SoonAt = due, soon
		if s, ok := step(f.Process, d.Step); ok && s.Limit != "" {
			e, err := d.entry(f, d.Step)
			if err != nil {
				return journal.Event{}, err
			}
			v.StepDue = e.Due
		}
	}
	private := map[string]any{}
	if c.Answers != nil {
		private[privateAnswers] = c.Answers
	}
	if c.Papers != nil {
		papers := carry(d.Papers, c.Papers)
		private[privatePapers], v.Reused = papers, reusedPapers(papers)
	}
	return journal.New(EventSupplemented, f.Now, actor(by), d.Law, v, private)
}
