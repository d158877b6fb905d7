package dossier

import (
	"slices"
	"time"
)

// Void says why a printed paper, or the date on it, no longer holds. It follows from what happened later and is
// never written: the fold judges every paper anew after each act.
type Void string

// Why papers no longer hold.
const (
	VoidDate      Void = "date"       // a receipt or apology whose date was replaced: recomputed, standing or revised
	VoidApology   Void = "apology"    // a receipt whose date an apology replaced
	VoidAsked     Void = "supplement" // a receipt whose date fell away when papers were asked for at appraisal
	VoidCompleted Void = "completed"  // a request whose papers were handed in
	VoidStopped   Void = "stopped"    // the dossier was stopped or closed
	VoidCorrected Void = "corrected"  // a wrong result, replaced by another
)

// judge tells of every slip whether it still holds.
// law: ND61-2018 19.9; ND118-2025 19.6 — the apology names the new date; ND118-2025 23.1 — the corrected result
// takes the place of the wrong one; ND118-2025 21 — after the stop nothing is due.
func (d *Dossier) judge() {
	for i := range d.Slips {
		d.Slips[i].Void = d.void(i)
	}
}

func (d *Dossier) void(i int) Void {
	s := d.Slips[i]
	ended := d.Status == Stopped || d.Status == Closed || d.Status == Withdrawn
	switch s.Form {
	case FormReceipt:
		stated := d.stated(s)
		switch {
		case ended:
			return VoidStopped
		case slices.ContainsFunc(d.Apologies, func(a Apology) bool { return a.At.After(s.At) }):
			return VoidApology
		case d.askedAtAppraisal(s.At):
			return VoidAsked
		case !stated.IsZero() && (d.Standing() || d.Due != nil && !d.Due.At.Equal(stated)):
			return VoidDate
		}
	case FormSupplement:
		switch n := d.slipsBefore(i, FormSupplement); {
		case n < len(d.Supplements) && !d.Supplements[n].Completed.IsZero():
			return VoidCompleted
		case ended:
			return VoidStopped
		}
	case FormApology:
		n := d.slipsBefore(i, FormApology)
		switch {
		case ended:
			return VoidStopped
		case n < len(d.Apologies)-1, d.Standing(), n < len(d.Apologies) && !d.Apologies[n].Late && d.Due != nil && !d.Due.At.Equal(d.Apologies[n].To):
			return VoidDate
		}
	case FormRefusal:
		// A refusal at the door stands; one that was the result may turn out wrong.
		for _, x := range d.Issued {
			if x.Kind == CorrectedResult && x.Event > s.Event {
				return VoidCorrected
			}
		}
	}
	return ""
}

// stated is the date that a receipt names: the first one, or that of the change of the calendar it was printed for.
func (d *Dossier) stated(s Slip) time.Time {
	for _, r := range d.Revisions {
		if r.Event == s.Event {
			return r.To
		}
	}
	return d.FirstDue
}

// askedAtAppraisal reports whether a request at appraisal, later than the receipt, made its date fall away.
func (d *Dossier) askedAtAppraisal(receipt time.Time) bool {
	for _, s := range d.Supplements {
		if s.Stage == AtAppraisal && s.At.After(receipt) {
			return true
		}
	}
	return false
}

// slipsBefore counts the earlier slips of a form that belong to a supplement or apology; older journals have acts
// without slips, which come first.
func (d *Dossier) slipsBefore(i int, form string) int {
	of := func(list []Slip) (n int) {
		for _, s := range list {
			if s.Form == form {
				n++
			}
		}
		return n
	}
	all := len(d.Supplements)
	if form == FormApology {
		all = len(d.Apologies)
	}
	return all - of(d.Slips) + of(d.Slips[:i])
}
