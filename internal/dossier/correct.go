package dossier

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/casefile"
	"github.com/motcua/motcua/internal/deadline"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/workflow"
)

// Kinds of issued results.
const (
	FirstResult     = "first"
	CorrectedResult = "correction" // replaces a wrong one
	ReissuedResult  = "reissue"    // the same again, for a lost or damaged one
)

// Issued is one version of the result. The newest one is in force; all are kept.
type Issued struct {
	Kind   string
	Result Result
	More   []Result // further documents of the same decision, their files within
	Reason string   // of a correction or re-issue
	Fault  string   // whose fault made it necessary
	At     time.Time
	By     journal.Actor
	Event  int64
}

// Correction is a wrong result on its way to be replaced.
type Correction struct {
	Reason string
	Fault  string
	At     time.Time
	By     journal.Actor
}

const correctionTitle = "Đính chính kết quả"

type correctionOpened struct {
	Enter Entry  `json:"enter"`
	Fault string `json:"fault"`
}

type corrected struct {
	Enter  *Entry   `json:"enter,omitempty"`
	More   []Result `json:"more,omitempty"`
	Result Result   `json:"result"`
}

type reissued struct {
	Fault string `json:"fault"`
}

// publish keeps a version of the result and puts it in force.
func (d *Dossier) publish(e journal.Event, x Issued) error {
	x.At, x.By, x.Event = e.At, e.By, e.Seq
	var files []*Paper
	if err := errors.Join(private(e, privateFile, &x.Result.File), private(e, privateFiles, &files)); err != nil {
		return err
	}
	for i := range x.More {
		if i < len(files) {
			x.More[i].File = files[i]
		}
	}
	d.Issued = append(d.Issued, x)
	r := x.Result
	d.Result = &r
	return nil
}

func (d *Dossier) mayOpenCorrection(_ Facts, by access.Actor) error {
	if err := d.expectWhole(Resolved, Returned); err != nil {
		return err
	}
	desk := by.Agency == d.Desk && by.May(access.DossierReturn)
	agency := by.Agency == d.Competent && (by.May(access.DossierResult) || by.May(access.DossierDecide))
	if !by.System && !desk && !agency {
		return ErrNotHolder.With("holder", string(d.Competent))
	}
	return nil
}

// resultStep finds the step of the process in which results are numbered and attached: where a corrected one is
// made too.
func (d *Dossier) resultStep(f Facts) (Entry, error) {
	for _, want := range []workflow.Meaning{workflow.Result, workflow.Approve, workflow.Complete} {
		for _, s := range f.Process.Steps {
			if slices.ContainsFunc(s.Actions, func(a workflow.Action) bool { return a.Means == want }) {
				return d.entry(f, s.ID)
			}
		}
	}
	return Entry{}, ErrAction
}

// OpenCorrection sends a wrong result back to the agency. Through the agency's fault the corrected one is due in a
// time of its own.
// law: ND118-2025 23.1
func (d *Dossier) OpenCorrection(f Facts, by access.Actor, reason, whose string) (journal.Event, error) {
	if err := d.mayOpenCorrection(f, by); err != nil {
		return journal.Event{}, err
	}
	reason, err := text(reason, ErrReasonNeeded)
	if err != nil {
		return journal.Event{}, err
	}
	if whose != FaultAgency && whose != FaultOther {
		return journal.Event{}, ErrFaultNeeded
	}
	v := correctionOpened{Fault: whose}
	if v.Enter, err = d.resultStep(f); err != nil {
		return journal.Event{}, err
	}
	v.Enter.Title, v.Enter.Due = correctionTitle, nil
	if f.Rules.CorrectionWithin != "" && whose == FaultAgency {
		l, err := deadline.ParseLimit(f.Rules.CorrectionWithin)
		if err != nil {
			return journal.Event{}, err
		}
		at, err := deadline.At(f.Now, l, f.Clock)
		switch {
		case errors.Is(err, calendar.ErrYearMissing):
		case err != nil:
			return journal.Event{}, err
		default:
			v.Enter.Due = instant(at)
		}
	}
	return journal.New(EventCorrectionOpened, f.Now, actor(by), d.Law, v, notePrivate(reason))
}

// CorrectCommand is the corrected result.
type CorrectCommand struct {
	Result Result
	File   *Paper
	More   []Result // with their files
}

func (d *Dossier) mayCorrect(_ Facts, by access.Actor) error {
	if err := d.expect(Correcting); err != nil {
		return ErrState.With("status", string(d.Status)).Because(err)
	}
	if !by.System && (by.Agency != d.Holder.Agency || !by.May(access.DossierResult) && !by.May(access.DossierDecide)) {
		return ErrNotHolder.With("holder", string(d.Holder.Agency))
	}
	return nil
}

// Correct issues the corrected result. The wrong one is kept and no longer in force.
func (d *Dossier) Correct(f Facts, by access.Actor, c CorrectCommand) (journal.Event, error) {
	if err := d.mayCorrect(f, by); err != nil {
		return journal.Event{}, err
	}
	v := corrected{}
	var err error
	if v.Result, err = d.readResult(f, c.Result); err != nil {
		return journal.Event{}, err
	}
	private := map[string]any{}
	if v.More, err = d.readMore(f, c.More, private); err != nil {
		return journal.Event{}, err
	}
	if c.File != nil {
		private[privateFile] = c.File
	}
	hand := Entry{Step: "", Title: "", Holder: casefile.Holder{}}
	for _, s := range f.Process.Steps {
		if slices.ContainsFunc(s.Actions, func(a workflow.Action) bool { return a.Means == workflow.Hand }) {
			if hand, err = d.entry(f, s.ID); err != nil {
				return journal.Event{}, err
			}
		}
	}
	if hand.Step == "" { // what was done while the person waited goes back over the same counter
		hand = Entry{Step: returnStep, Title: returnTitle, Holder: Reception(d.Desk)}
	}
	v.Enter = &hand
	return journal.New(EventCorrected, f.Now, actor(by), d.Law, v, private)
}

// The step in which a corrected result waits where the process itself has none.
const (
	returnStep  = "tra-ket-qua"
	returnTitle = "Trả kết quả"
	returnLabel = "Trả kết quả"
)

// readResult checks the words of a result.
func (d *Dossier) readResult(f Facts, r Result) (Result, error) {
	r.Outcome = d.Outcome
	var err error
	if r.Number, err = text(r.Number, ErrResultNeeded); err != nil {
		return r, err
	}
	if r.Name, err = text(r.Name, ErrResultNeeded); err != nil {
		return r, err
	}
	if r.Date = strings.TrimSpace(r.Date); r.Date == "" {
		r.Date = f.Now.In(zone).Format(time.DateOnly)
	}
	return r, nil
}

// MaxResults bounds the documents of one decision.
const MaxResults = 20

// readMore checks the further documents of a decision and puts their files among the personal values.
func (d *Dossier) readMore(f Facts, more []Result, private map[string]any) ([]Result, error) {
	if len(more) >= MaxResults {
		return nil, ErrTooLong.With("max", MaxResults)
	}
	var out []Result
	files := make([]*Paper, 0, len(more))
	for _, r := range more {
		file := r.File
		r, err := d.readResult(f, r)
		if err != nil {
			return nil, err
		}
		r.File = nil
		out, files = append(out, r), append(files, file)
	}
	if len(out) > 0 {
		private[privateFiles] = files
	}
	return out, nil
}

func (d *Dossier) mayReissue(_ Facts, by access.Actor) error {
	if err := d.expectWhole(Resolved, Returned); err != nil {
		return err
	}
	if !by.System && (by.Agency != d.Desk || !by.May(access.DossierReturn)) {
		return ErrNotHolder.With("holder", string(d.Desk))
	}
	if d.Result == nil {
		return ErrNotDecided
	}
	return nil
}

// Reissue records that the same result was made again for one that was lost or damaged, and by whose fault: who is
// at fault bears the cost.
// law: ND118-2025 23.2
func (d *Dossier) Reissue(f Facts, by access.Actor, reason, whose string) (journal.Event, error) {
	if err := d.mayReissue(f, by); err != nil {
		return journal.Event{}, err
	}
	reason, err := text(reason, ErrReasonNeeded)
	if err != nil {
		return journal.Event{}, err
	}
	if whose != FaultAgency && whose != FaultOther {
		return journal.Event{}, ErrFaultNeeded
	}
	return journal.New(EventReissued, f.Now, actor(by), d.Law, reissued{Fault: whose}, notePrivate(reason))
}

func (d *Dossier) applyCorrectionOpened(e journal.Event) error {
	if err := d.expect(Resolved, Returned); err != nil {
		return err
	}
	v, err := unmarshal[correctionOpened](e.Data)
	if err != nil {
		return err
	}
	c := Correction{Fault: v.Fault, At: e.At, By: e.By}
	if err := private(e, privateNote, &c.Reason); err != nil {
		return err
	}
	d.Correction, d.Status, d.EndedAt = &c, Correcting, time.Time{}
	d.leave(e, "")
	d.enter(e, v.Enter)
	return nil
}

func (d *Dossier) applyCorrected(e journal.Event) error {
	if err := d.expect(Correcting); err != nil {
		return err
	}
	v, err := unmarshal[corrected](e.Data)
	if err != nil {
		return err
	}
	x := Issued{Kind: CorrectedResult, Result: v.Result, More: v.More, Reason: d.Correction.Reason, Fault: d.Correction.Fault}
	if err := d.publish(e, x); err != nil {
		return err
	}
	d.Status, d.Correction, d.ReturnedAt, d.ReturnedTo = Resolved, nil, time.Time{}, ""
	d.leave(e, correctionTitle)
	d.enter(e, *v.Enter)
	return nil
}

func (d *Dossier) applyReissued(e journal.Event) error {
	if err := d.expect(Resolved, Returned); err != nil {
		return err
	}
	if d.Result == nil {
		return errors.New("no result to issue again")
	}
	v, err := unmarshal[reissued](e.Data)
	if err != nil {
		return err
	}
	last := d.Issued[len(d.Issued)-1]
	x := Issued{Kind: ReissuedResult, Result: last.Result, More: last.More, Fault: v.Fault, At: e.At, By: e.By, Event: e.Seq}
	if err := private(e, privateNote, &x.Reason); err != nil {
		return err
	}
	d.Issued = append(d.Issued, x)
	return nil
}
