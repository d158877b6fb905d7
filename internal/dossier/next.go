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
	ActClaim      = "claim"     // take work from the pool
	ActRelease    = "release"   // put it back
	ActConsult    = "consult"   // ask other agencies
	ActRecall     = "recall"    // take a question back
	ActTellDesk   = "tell_desk" // that an agency which was asked answers late
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
	Token   int             // of the work it belongs to, of acts on one piece of work
	Step    string          // title of that step, when the actor holds several
	Ask     bool            // the agencies asked must be chosen
	Answer  bool            // an answer is given: a file may come with it
	Form    string          // id of the form the holder fills first
	Into    workflow.Kind   // kind of the step it leads to
	Holder  casefile.Holder // who will have it
}

// Next lists what the actor may do now, the primary act first. f needs the pinned Process only.
func (d *Dossier) Next(f Facts, by access.Actor) []Act {
	var out []Act
	holds := by.System || d.holds(by)
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
			out = append(out, d.stepActs(f, by)...)
		}
		if d.Status == Processing && d.Outcome == "" && d.Paused() == nil && holds && by.May(access.DossierHandle) {
			out = append(out, Act{ID: ActSupplement, Note: true})
		}
		for _, s := range d.Work() {
			if by.May(access.DossierAssign) && by.Agency == s.Holder.Agency && s.Step != withdrawalStep {
				out = append(out, Act{ID: ActAssign, Post: true, Token: s.Token, Holder: s.Holder, Step: s.Title})
			}
		}
		for _, s := range d.Work() {
			if _, err := d.mayClaim(by, s.Token); err == nil {
				out = append(out, Act{ID: ActClaim, Token: s.Token, Step: s.Title, Holder: s.Holder})
			}
			if d.mayRelease(by, s.Token) == nil {
				out = append(out, Act{ID: ActRelease, Token: s.Token, Step: s.Title, Holder: s.Holder})
			}
		}
		if !by.System && d.mayConsult(f, by) == nil {
			out = append(out, Act{ID: ActConsult, Note: true, Ask: true})
		}
	}
	if !by.System && d.mayRecall(by) == nil && d.asks() {
		out = append(out, Act{ID: ActRecall})
	}
	if !by.System && d.mayTellDesk(f, by) == nil {
		out = append(out, Act{ID: ActTellDesk, Note: true})
	}
	if !d.Status.Ended() && (by.System || slices.Contains(d.Agencies(), by.Agency)) && (by.May(access.DossierHandle) || by.May(access.DossierAccept)) {
		out = append(out, Act{ID: ActNote, Note: true})
	}
	return out
}

// stepActs lists the actions of every piece of work that the actor holds.
func (d *Dossier) stepActs(f Facts, by access.Actor) []Act {
	var out []Act
	work := d.Work()
	for _, s := range work {
		if !by.System && !s.Holder.Holds(by) {
			continue
		}
		def, ok := d.stepOf(f, s)
		if !ok {
			continue
		}
		t, _ := d.Run.Token(s.Token)
		for _, a := range def.Acts(t) {
			if d.mayAct(by, s, a) != nil || !f.open(d, a) || a.Means == workflow.Result && d.othersAtWork(s.Token) {
				continue
			}
			act := d.actOf(f, s, def, a)
			if len(work) > 1 {
				act.Step = s.Title
			}
			out = append(out, act)
		}
	}
	slices.SortStableFunc(out, func(a, b Act) int {
		switch {
		case a.Primary == b.Primary:
			return 0
		case a.Primary:
			return -1
		}
		return 1
	})
	return out
}

// open reports whether the guard of an action holds, as far as anybody answers it.
func (f Facts) open(d *Dossier, a workflow.Action) bool {
	if a.When == "" || f.World == nil {
		return a.When == ""
	}
	ok, err := f.World(d.known()).Holds(a.When)
	return ok && err == nil
}

// actOf says what a screen has to know of an action.
func (d *Dossier) actOf(f Facts, s Standing, def workflow.Step, a workflow.Action) Act {
	act := Act{
		ID: a.ID, Label: a.Label, Means: a.Means, Primary: a.Primary, Token: s.Token,
		Note: a.Note || workflow.Natures[a.Means].Note ||
			(a.Means == workflow.Hand || a.Means == workflow.Complete) && len(d.OriginalsElsewhere()) > 0,
		Post:   a.Means == workflow.Assign,
		Result: a.Means == workflow.Result,
		Danger: a.Means == workflow.Decline,
		Answer: a.Means == workflow.Answer,
		Form:   def.Form,
	}
	part, _ := workflow.Split(s.Step)
	to, ok := step(f.Process, workflow.Address(part, a.To))
	if a.To == "" || !ok {
		return act
	}
	act.To, act.Into, act.Ask = to.Title, to.Kind, to.Kind == workflow.Ask && len(to.Of) == 0
	if to.Kind == workflow.Task || to.Kind == workflow.Wait {
		t, _ := d.Run.Token(s.Token)
		t.Step, t.At = workflow.Address(part, a.To), ""
		if e, err := d.entryAt(f, &d.Run, t, nil, s); err == nil {
			act.Holder = e.Holder
		}
	}
	return act
}
