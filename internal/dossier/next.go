package dossier

import (
	"slices"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/casefile"
	"github.com/motcua/motcua/internal/workflow"
)

// Acts of reception and of the applicant, beside the actions of the process.
const (
	ActAccept     = "accept"
	ActSupplement = "supplement"
	ActRefuse     = "refuse"
	ActComplete   = "complete_supplement"
	ActAssign     = "assign"
	ActNote       = "note"
)

// Act is one thing that can be done next, as a screen offers it.
type Act struct {
	ID      string           // ActAccept … or the id of the process action
	Label   string           // label of a process action; empty for the acts above, whose text is "act.<id>"
	Means   workflow.Meaning // of a process action
	Note    bool             // a note or reason is required
	Post    bool             // a post must be chosen
	Result  bool             // the result's number and name are asked
	Primary bool
	Danger  bool            // apart from the others, confirmed with what will happen
	To      string          // title of the step it leads to
	Holder  casefile.Holder // who will have it
}

// Next lists what the actor may do now, the primary act first. f needs the pinned Process only.
func (d *Dossier) Next(f Facts, by access.Actor) []Act {
	var out []Act
	holds := by.System || d.Holder.Holds(by)
	switch d.Status {
	case Submitted:
		if holds && by.May(access.DossierAccept) {
			out = append(out, Act{ID: ActAccept, Primary: true}, Act{ID: ActSupplement, Note: true}, Act{ID: ActRefuse, Note: true, Danger: true})
		}
	case SupplementRequested:
		mine := by.Citizen && d.Account != "" && by.Person == d.Account
		if mine || (by.May(access.DossierIntake) && by.Agency == d.Desk) {
			out = append(out, Act{ID: ActComplete, Primary: true})
		}
	case Processing, Resolved, Obligation, Correcting:
		if d.Status == Processing || d.Status == Resolved {
			out = append(out, d.stepActs(f, by, holds)...)
		}
		if d.Status == Processing && d.Outcome == "" && d.Paused() == nil && holds && by.May(access.DossierHandle) {
			out = append(out, Act{ID: ActSupplement, Note: true})
		}
		if by.May(access.DossierAssign) && by.Agency == d.Holder.Agency {
			out = append(out, Act{ID: ActAssign, Post: true})
		}
	}
	if !d.Status.Ended() && (by.System || slices.Contains(d.Agencies(), by.Agency)) && (by.May(access.DossierHandle) || by.May(access.DossierAccept)) {
		out = append(out, Act{ID: ActNote, Note: true})
	}
	return out
}

func (d *Dossier) stepActs(f Facts, by access.Actor, holds bool) []Act {
	s, ok := step(f.Process, d.Step)
	if !ok && d.Step == returnStep {
		s, ok = returning, true
	}
	if !ok || !holds || d.Paused() != nil {
		return nil
	}
	var out []Act
	for _, a := range s.Actions {
		if (a.Means == workflow.Hand) != (d.Status == Resolved) || !by.May(permission(a.Means)) {
			continue
		}
		act := Act{
			ID: a.ID, Label: a.Label, Means: a.Means, Primary: a.Primary,
			Note:   a.Note || a.Means == workflow.SendBack || a.Means == workflow.Decline || (a.Means == workflow.Hand || a.Means == workflow.Complete) && len(d.OriginalsElsewhere()) > 0,
			Post:   a.Means == workflow.Assign,
			Result: a.Means == workflow.Result,
			Danger: a.Means == workflow.Decline,
		}
		if to, ok := step(f.Process, a.To); ok {
			act.To = to.Title
			act.Holder = casefile.Holder{Unit: to.Unit, Role: to.Role}
			switch to.At {
			case workflow.AtDesk:
				act.Holder.Agency = d.Desk
			case workflow.AtCompetent:
				act.Holder.Agency = d.Competent
			default:
				act.Holder.Agency = agencyID(to.At)
			}
		}
		if a.Primary {
			out = append([]Act{act}, out...)
			continue
		}
		out = append(out, act)
	}
	return out
}
