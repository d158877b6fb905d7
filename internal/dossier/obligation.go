package dossier

import (
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/deadline"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/journal"
)

// Refusals about financial obligations.
var (
	ErrObligation       = fault.New(fault.Invalid, "dossier.obligation") // name, amount or notice missing
	ErrNoObligation     = fault.New(fault.Conflict, "dossier.no-obligation")
	ErrObligationProof  = fault.New(fault.Invalid, "dossier.obligation-proof")
	ErrObligationAmount = fault.New(fault.Invalid, "dossier.obligation-amount")
)

// maxAmount bounds an obligation: no single dossier owes a thousand billion đồng.
const maxAmount = 1_000_000_000_000

// ObligationDue is a tax, fee or other sum that has to be settled before the dossier can go on.
type ObligationDue struct {
	Name   string // tiền sử dụng đất, lệ phí trước bạ …
	Amount int64  // đồng
	Notice string // number of the notice
	Until  string // local date, empty if the notice names none
	At     time.Time
	By     journal.Actor
	Pauses bool // the procedure version lets the clock stand meanwhile

	MetAt time.Time // zero while open
	Proof string    // receipt number
}

type obligationNoted struct {
	Amount int64  `json:"amount"`
	Basis  string `json:"basis,omitempty"` // present when the clock stands
	Name   string `json:"name"`
	Notice string `json:"notice"`
	Until  string `json:"until,omitempty"`
}

type obligationMet struct {
	Due     *deadline.Due `json:"due,omitempty"`
	Proof   string        `json:"proof"`
	SoonAt  *time.Time    `json:"soon_at,omitempty"`
	StepDue *time.Time    `json:"step_due,omitempty"`
}

// ObligationCommand tells the applicant what to settle.
type ObligationCommand struct {
	Name   string
	Amount int64
	Notice string
	Until  string // yyyy-mm-dd, optional
}

func (d *Dossier) mayObligate(_ Facts, by access.Actor) error {
	if err := d.may(by, access.DossierHandle, Processing); err != nil {
		return err
	}
	if d.Paused() != nil {
		return ErrPaused
	}
	return nil
}

// Obligate records a financial obligation. The clock stands only if the procedure version says so.
func (d *Dossier) Obligate(f Facts, by access.Actor, c ObligationCommand) (journal.Event, error) {
	if err := d.mayObligate(f, by); err != nil {
		return journal.Event{}, err
	}
	v := obligationNoted{Amount: c.Amount, Until: c.Until}
	var err error
	if v.Name, err = text(c.Name, ErrObligation); err != nil {
		return journal.Event{}, err
	}
	if v.Notice, err = text(c.Notice, ErrObligation); err != nil {
		return journal.Event{}, err
	}
	if v.Amount <= 0 || v.Amount > maxAmount {
		return journal.Event{}, ErrObligationAmount
	}
	if v.Until != "" {
		if _, err := calendar.ParseDate(v.Until); err != nil {
			return journal.Event{}, ErrObligation.Because(err)
		}
	}
	if p, ok := ObligationPause(f.Procedure); ok {
		v.Basis = p.Basis
	}
	return journal.New(EventObligationNoted, f.Now, actor(by), d.Law, v, nil)
}

func (d *Dossier) mayMeet(_ Facts, by access.Actor) error {
	if err := d.expect(Obligation); err != nil {
		return ErrNoObligation
	}
	desk := by.Agency == d.Desk && (by.May(access.DossierReturn) || by.May(access.DossierIntake))
	agency := by.Agency == d.Holder.Agency && by.May(access.DossierHandle)
	if !by.System && !desk && !agency {
		return ErrNotHolder.With("holder", string(d.Holder.Agency))
	}
	return nil
}

// MeetObligation records that the sum was settled, with the number of the receipt.
func (d *Dossier) MeetObligation(f Facts, by access.Actor, proof string) (journal.Event, error) {
	if err := d.mayMeet(f, by); err != nil {
		return journal.Event{}, err
	}
	proof, err := text(proof, ErrObligationProof)
	if err != nil {
		return journal.Event{}, err
	}
	v := obligationMet{Proof: proof}
	if d.Obligations[len(d.Obligations)-1].Pauses {
		if v.Due, v.SoonAt, err = d.redue(f, deadline.Act{Kind: deadline.Resume, At: f.Now, Ref: refObligation}); err != nil {
			return journal.Event{}, err
		}
		if v.StepDue, err = d.stepAnew(f); err != nil {
			return journal.Event{}, err
		}
	}
	return journal.New(EventObligationMet, f.Now, actor(by), d.Law, v, nil)
}

func (d *Dossier) applyObligationNoted(e journal.Event) error {
	if err := d.expect(Processing); err != nil {
		return err
	}
	v, err := unmarshal[obligationNoted](e.Data)
	if err != nil {
		return err
	}
	d.Obligations = append(d.Obligations, ObligationDue{
		Name: v.Name, Amount: v.Amount, Notice: v.Notice, Until: v.Until, At: e.At, By: e.By, Pauses: v.Basis != "",
	})
	d.Status = Obligation
	if v.Basis == "" {
		return nil
	}
	d.StepDue = time.Time{}
	return d.stand(deadline.Act{Kind: deadline.Pause, At: e.At, Ref: refObligation, Basis: v.Basis})
}

func (d *Dossier) applyObligationMet(e journal.Event) error {
	if err := d.expect(Obligation); err != nil {
		return err
	}
	v, err := unmarshal[obligationMet](e.Data)
	if err != nil {
		return err
	}
	o := &d.Obligations[len(d.Obligations)-1]
	o.MetAt, o.Proof = e.At, v.Proof
	d.Status = Processing
	if !o.Pauses {
		return nil
	}
	d.StepSince, d.StepDue = e.At, moment(v.StepDue)
	return d.tick(deadline.Act{Kind: deadline.Resume, At: e.At, Ref: refObligation}, v.Due, v.SoonAt)
}
