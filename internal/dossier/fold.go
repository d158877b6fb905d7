package dossier

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/motcua/motcua/internal/deadline"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/workflow"
)

// ErrFold means that a journal says something that cannot have happened.
var ErrFold = errors.New("journal cannot be folded")

// Fold returns the state that the events lead to. They must be all events of one case, in order.
func Fold(events []journal.Event) (*Dossier, error) {
	d := &Dossier{}
	for _, e := range events {
		if err := d.Apply(e); err != nil {
			return nil, err
		}
	}
	if d.Version == 0 {
		return nil, fmt.Errorf("%w: no events", ErrFold)
	}
	return d, nil
}

// folds says what each kind of event does to the state.
var folds = map[string]func(*Dossier, journal.Event) error{
	EventSubmitted:           (*Dossier).applySubmitted,
	EventAccepted:            (*Dossier).applyAccepted,
	EventRefused:             (*Dossier).applyRefused,
	EventSupplementRequested: (*Dossier).applySupplementRequested,
	EventSupplemented:        (*Dossier).applySupplemented,
	EventMoved:               (*Dossier).applyMoved,
	EventAssigned:            (*Dossier).applyAssigned,
	EventNoted:               (*Dossier).applyNoted,
	EventResolved:            (*Dossier).applyResolved,
	EventReturned:            (*Dossier).applyReturned,
	EventErased:              (*Dossier).applyErased,
	EventPaused:              (*Dossier).applyPaused,
	EventResumed:             (*Dossier).applyResumed,
	EventApologised:          (*Dossier).applyApologised,
	EventLatenessExplained:   (*Dossier).applyLatenessExplained,
	EventObligationNoted:     (*Dossier).applyObligationNoted,
	EventObligationMet:       (*Dossier).applyObligationMet,
	EventWithdrawn:           (*Dossier).applyWithdrawn,
	EventWithdrawalRequested: (*Dossier).applyWithdrawalRequested,
	EventWithdrawalDropped:   (*Dossier).applyWithdrawalDropped,
	EventStopped:             (*Dossier).applyStopped,
	EventClosed:              (*Dossier).applyClosed,
	EventRedirected:          (*Dossier).applyRedirected,
	EventUndone:              (*Dossier).applyUndone,
	EventCorrectionOpened:    (*Dossier).applyCorrectionOpened,
	EventCorrected:           (*Dossier).applyCorrected,
	EventReissued:            (*Dossier).applyReissued,
	EventRated:               (*Dossier).applyRated,
	EventDueRevised:          (*Dossier).applyDueRevised,
	EventDigitised:           (*Dossier).applyDigitised,
	EventHandedOver:          (*Dossier).applyHandedOver,
	EventHandoverConfirmed:   (*Dossier).applyHandoverConfirmed,
	EventHandoverRefused:     (*Dossier).applyHandoverRefused,
	EventConsulted:           (*Dossier).applyConsulted,
	EventRecalled:            (*Dossier).applyRecalled,
	EventPassed:              (*Dossier).applyPassed,
	EventEscalated:           (*Dossier).applyEscalated,
	EventSucceeded:           (*Dossier).applySucceeded,
}

// Apply moves the state by one event. It refuses what the moves of this package could never have
// produced: a second acceptance, a second code, anything but a few acts after the end.
func (d *Dossier) Apply(e journal.Event) error {
	if e.Seq != d.Version+1 {
		return fmt.Errorf("%w: %s has number %d after %d", ErrFold, e.Kind, e.Seq, d.Version)
	}
	if !d.ErasedAt.IsZero() || d.Status.Ended() && !d.Status.afterEnd(e.Kind) {
		return fmt.Errorf("%w: %s after the end", ErrFold, e.Kind)
	}
	fold, ok := folds[e.Kind]
	if !ok {
		return fmt.Errorf("%w: %s (%d): unknown kind of event", ErrFold, e.Kind, e.Seq)
	}
	var before *Dossier
	if undoable(e) {
		before = d.Clone()
	}
	due := d.DueAt().UTC()
	if err := fold(d, e); err != nil {
		return fmt.Errorf("%w: %s (%d): %w", ErrFold, e.Kind, e.Seq, err)
	}
	d.logDue(e, due)
	d.judge()
	d.Version, d.Head = e.Seq, e.Hash
	d.before, d.last = before, lastEvent{kind: e.Kind, by: e.By, at: e.At}
	return nil
}

func (d *Dossier) applyRefused(e journal.Event) error {
	if err := d.expect(Submitted); err != nil {
		return err
	}
	v, err := unmarshal[refused](e.Data)
	if err != nil {
		return err
	}
	d.Status, d.RefusedAt, d.EndedAt = Refused, e.At, e.At
	d.issue(e, v.Slip)
	d.end(e, refuseLabel)
	return private(e, privateNote, &d.Reason)
}

func (d *Dossier) applyAssigned(e journal.Event) error {
	if err := d.expect(Processing, Resolved, Obligation, Correcting); err != nil {
		return err
	}
	v, err := unmarshal[assigned](e.Data)
	if err != nil {
		return err
	}
	s, ok := d.standing(max(v.Token, firstToken))
	if v.Token == 0 {
		s, ok = d.principal(), true
	}
	if !ok {
		return errors.New("no such work")
	}
	h := s.Holder
	h.Post = v.Post
	d.regive(e, s, h, "")
	return nil
}

func (d *Dossier) applyNoted(e journal.Event) error {
	var text string
	if err := private(e, privateNote, &text); err != nil {
		return err
	}
	d.Notes = append(d.Notes, Note{At: e.At, By: e.By, Text: text})
	return nil
}

func (d *Dossier) applyReturned(e journal.Event) error {
	if err := d.expect(Resolved); err != nil {
		return err
	}
	v, err := unmarshal[returned](e.Data)
	if err != nil {
		return err
	}
	d.Status, d.ReturnedAt, d.EndedAt = Returned, e.At, e.At
	d.end(e, v.Label)
	var note string
	if err := private(e, privateNote, &note); err != nil {
		return err
	}
	if note != "" {
		d.Notes = append(d.Notes, Note{At: e.At, By: e.By, Text: note})
	}
	return private(e, privateTo, &d.ReturnedTo)
}

func (d *Dossier) applyErased(e journal.Event) error {
	d.ErasedAt = e.At
	return nil
}

func (d *Dossier) expect(states ...Status) error {
	for _, s := range states {
		if d.Status == s {
			return nil
		}
	}
	return fmt.Errorf("state is %q", d.Status)
}

func (d *Dossier) applySubmitted(e journal.Event) error {
	if d.Version != 0 {
		return errors.New("second submission")
	}
	v, err := unmarshal[submitted](e.Data)
	if err != nil {
		return err
	}
	d.ID, d.Status = e.Case, Submitted
	d.Ref, d.Procedure, d.Form, d.Process, d.Channel = v.Ref, v.Procedure, v.Form, v.Process, v.Channel
	d.Account, d.Desk, d.Competent, d.Group = v.Account, v.Desk, v.Competent, v.Group
	d.CompetentDesk, d.Record = v.CompetentDesk, v.Record
	d.SubmittedAt, d.AnswerDue = e.At, moment(v.AnswerDue)
	if v.HandedAt != nil {
		d.SubmittedAt = v.HandedAt.UTC()
	}
	d.enter(e, Entry{Step: receptionStep, Title: receptionTitle, Holder: Reception(v.Desk), Due: v.AnswerDue})
	err = errors.Join(
		private(e, privateOwner, &d.Owner), private(e, privateSubmitter, &d.Submitter),
		private(e, privateAnswers, &d.Answers), private(e, privatePapers, &d.Papers), private(e, privateSecret, &d.Secret),
		private(e, privateMandate, &d.Mandate),
	)
	d.lodge(e)
	return err
}

func (d *Dossier) applyAccepted(e journal.Event) error {
	if err := d.expect(Submitted); err != nil {
		return err
	}
	if d.Accepted() || d.Code != "" {
		return errors.New("second acceptance")
	}
	v, err := unmarshal[accepted](e.Data)
	if err != nil {
		return err
	}
	if v.Code == "" {
		return errors.New("acceptance without a code")
	}
	d.Status, d.Law = Processing, e.Law
	d.Code, d.Limit, d.AcceptedAt, d.AcceptedBy = v.Code, v.Limit, e.At, e.By
	l, err := deadline.ParseLimit(v.Limit)
	if err != nil {
		return err
	}
	d.Clock = deadline.Run(e.At, l)
	d.setDue(v.Due, v.SoonAt)
	d.issue(e, v.Slip)
	d.Token = firstToken
	return d.follow(e, v.course, &v.Enter, acceptLabel)
}

// stand records that the clock stands from now: no due date runs.
func (d *Dossier) stand(a deadline.Act) error {
	c, err := d.Clock.With(a)
	if err != nil {
		return err
	}
	d.Clock, d.Due, d.SoonAt = c, nil, time.Time{}
	return nil
}

// tick records an act on the clock and the due date that was computed from it when it happened.
func (d *Dossier) tick(a deadline.Act, due *deadline.Due, soon *time.Time) error {
	c, err := d.Clock.With(a)
	if err != nil {
		return err
	}
	d.Clock = c
	d.setDue(due, soon)
	return nil
}

// stop ends the clock; the due date stays as it was, to be judged against.
func (d *Dossier) stop(kind deadline.ActKind, at time.Time) error {
	if d.Clock.Base.IsZero() {
		return nil
	}
	c, err := d.Clock.With(deadline.Act{Kind: kind, At: at})
	d.Clock = c
	return err
}

func (d *Dossier) setDue(due *deadline.Due, soon *time.Time) {
	d.Due, d.SoonAt = due, moment(soon)
	if due == nil {
		return
	}
	d.LastDue = due.At.UTC()
	if d.FirstDue.IsZero() {
		d.FirstDue = d.LastDue
	}
}

func (d *Dossier) applySupplementRequested(e journal.Event) error {
	v, err := unmarshal[supplementRequested](e.Data)
	if err != nil {
		return err
	}
	switch v.Stage {
	case AtReception:
		err = d.expect(Submitted)
	case AtAppraisal:
		err = d.expect(Processing)
	default:
		err = fmt.Errorf("unknown stage %q", v.Stage)
	}
	if err != nil {
		return err
	}
	var r request
	if err := private(e, privateRequest, &r); err != nil {
		return err
	}
	d.Supplements = append(d.Supplements, Supplement{
		Stage: v.Stage, At: e.At, Until: v.Until, Items: r.Items, Reason: r.Reason, Guidance: r.Guidance, By: e.By, Breach: v.Breach,
		Late: v.Late, Basis: v.Basis, Approver: v.Approver, Due: d.LastDue,
	})
	d.Status, d.AnswerDue, d.StepDue = SupplementRequested, time.Time{}, time.Time{}
	d.issue(e, v.Slip)
	if v.Stage == AtReception {
		return nil
	}
	return d.stand(deadline.Act{Kind: deadline.Freeze, At: e.At, Ref: refSupplement, Basis: lawName(e.Law)})
}

func (d *Dossier) applySupplemented(e journal.Event) error {
	p := d.Pending()
	if p == nil {
		return errors.New("no supplement was asked for")
	}
	v, err := unmarshal[supplemented](e.Data)
	if err != nil {
		return err
	}
	p.Completed = e.At
	if p.Stage == AtReception {
		d.Status, d.AnswerDue, d.StepDue = Submitted, moment(v.AnswerDue), moment(v.AnswerDue)
	} else {
		d.Status, d.StepSince, d.StepDue = Processing, e.At, moment(v.StepDue)
		kind := deadline.Restart
		if v.Resume {
			kind = deadline.Resume
		}
		if err := d.tick(deadline.Act{Kind: kind, At: e.At, Ref: refSupplement, Basis: lawName(e.Law)}, v.Due, v.SoonAt); err != nil {
			return err
		}
	}
	err = errors.Join(private(e, privateAnswers, &d.Answers), private(e, privatePapers, &d.Papers))
	d.lodge(e)
	return err
}

func (d *Dossier) applyMoved(e journal.Event) error {
	v, err := unmarshal[moved](e.Data)
	if err != nil {
		return err
	}
	if err := d.expect(mayMove(v.Means)...); err != nil {
		return err
	}
	own := v.Outcome != "" && !d.decideSub(v.token(), v.Outcome)
	if own {
		d.Outcome, d.DecidedAt, d.DecidedBy = v.Outcome, e.At, e.By
	}
	var note string
	if err := private(e, privateNote, &note); err != nil {
		return err
	}
	if own && v.Outcome == NotEligible {
		d.Reason = note
	}
	if note != "" {
		d.Notes = append(d.Notes, Note{At: e.At, By: e.By, Text: note})
	}
	if v.Means == workflow.Answer {
		var file *Paper
		if err := private(e, privateFile, &file); err != nil {
			return err
		}
		d.answeredBy(e, v.token(), note, v.Result, file)
	}
	var filled json.RawMessage
	if err := private(e, privateFilled, &filled); err != nil {
		return err
	}
	if s, ok := d.standing(v.token()); ok && filled != nil {
		if d.filled == nil {
			d.filled = map[string]json.RawMessage{}
		}
		d.filled[s.Step] = filled
	}
	from := len(d.Opinions)
	if err := d.follow(e, v.course, v.Enter, v.Label); err != nil {
		return err
	}
	for i := from; i < len(d.Opinions); i++ {
		d.Opinions[i].Question = note // what is written with the act is what is asked
	}
	return nil
}

func (d *Dossier) applyResolved(e journal.Event) error {
	if err := d.expect(Processing); err != nil {
		return err
	}
	if d.Outcome == "" {
		return errors.New("resolved before it was decided")
	}
	v, err := unmarshal[resolved](e.Data)
	if err != nil {
		return err
	}
	r := v.Result
	if err := private(e, privateFile, &r.File); err != nil {
		return err
	}
	d.Status, d.ResolvedAt = Resolved, e.At
	if err := d.publish(e, Issued{Kind: FirstResult, Result: r, More: v.More}); err != nil {
		return err
	}
	d.issue(e, v.Slip)
	if err := d.stop(deadline.Release, e.At); err != nil {
		return err
	}
	if v.Enter == nil && len(v.Changes) == 0 {
		d.leave(e, v.Label)
		return nil
	}
	return d.follow(e, v.course, v.Enter, v.Label)
}

// enter opens a leg of the principal work at the step's holder. What the run of the process says stays as it is.
func (d *Dossier) enter(e journal.Event, to Entry) {
	token := max(d.Token, firstToken)
	d.setPrincipal(Standing{
		Token: token, Step: to.Step, Title: to.Title, Holder: to.Holder, Since: e.At, Due: moment(to.Due), Wake: moment(to.Wake), Waits: to.Waits,
	})
	l := Leg{Step: to.Step, Title: to.Title, Holder: to.Holder, From: e.At, Due: moment(to.Due), Opened: e.Seq}
	if token != firstToken {
		l.Token = token
	}
	d.Legs = append(d.Legs, l)
}

// leave closes the open leg of the principal work, which stays where it is until another is entered.
func (d *Dossier) leave(e journal.Event, label string) {
	p := d.principal()
	d.leaveToken(e, max(d.Token, firstToken), label)
	d.setPrincipal(p)
}

// end closes every leg: nobody holds the dossier any more.
func (d *Dossier) end(e journal.Event, label string) {
	d.leave(e, label)
	for _, s := range d.Beside {
		d.leaveToken(e, s.Token, "")
	}
	d.Run.Apply(workflow.Change{Do: workflow.End})
	d.close(e)
	d.setPrincipal(Standing{})
	d.Beside = nil
}

// private reads a personal value of the event into v; an absent or erased one leaves v as it was.
func private(e journal.Event, name string, v any) error {
	p, ok := e.Private[name]
	if !ok || p.Erased() {
		return nil
	}
	return json.Unmarshal(p.Value, v)
}

func moment(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

func instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	u := t.UTC().Truncate(time.Microsecond)
	return &u
}
