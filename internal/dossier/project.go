package dossier

import (
	"slices"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/casefile"
	"github.com/motcua/motcua/internal/viet"
	"github.com/motcua/motcua/internal/workflow"
)

// Row is what lists read of a dossier. It is projected from the fold, never written alone.
type Row struct {
	ID         string
	Version    int64
	Code       string // empty until accepted
	Ref        string
	SecretHash string // of the tracking secret
	Status     Status
	Procedure  string // code
	Title      string // name of the procedure
	Sector     string
	Owner      string
	OwnerKey   string // sorts names the Vietnamese way
	Account    string
	Channel    string
	Desk       agency.ID
	Competent  agency.ID
	Submitted  time.Time
	Accepted   time.Time
	Due        time.Time
	FirstDue   time.Time
	Resolved   time.Time
	Ended      time.Time
	Outcome    string
	Step       string // title
	Holder     casefile.Holder
	Updated    time.Time // instant of the last event

	Law            string    // rule set it was accepted under
	Group          string    // lodged in one visit with others
	Promised       time.Time // what the applicant was told last
	Apologised     int       // apologies written
	LateReason     string    // why it is or was late
	Supplements    int       // requests, both stages
	SupplementTime int64     // µs that completed supplements took, both stages
	PendingAt      time.Time // when the pending supplement was asked for
	Standing       bool      // the legal clock stands

	SoonAt      time.Time // from when it counts as due soon
	Waits       Waits     // for whom the next act waits
	Finished    time.Time // these seven are what indicator 2.1 reads: see Course
	Leaving     time.Time
	NationalDue time.Time
	Asked       time.Time
	Answered    time.Time
	AskedAgain  time.Time
	Most        time.Duration

	Wake time.Time // when the product has to look at it again; zero: never
}

// Waits says for whom a dossier waits.
type Waits string

// Whom a dossier may wait for.
const (
	WaitsNobody    Waits = ""          // it has ended
	WaitsDesk      Waits = "desk"      // reception, return, stopping at the applicant's wish
	WaitsOfficer   Waits = "officer"   // a post of the agency that resolves it
	WaitsAgency    Waits = "agency"    // another agency that takes part
	WaitsApplicant Waits = "applicant" // a supplement, a financial obligation
	WaitsOutside   Waits = "outside"   // a pause with a basis in law
)

// WaitsFor lists whom a dossier may wait for, in the order of screens.
var WaitsFor = []Waits{WaitsDesk, WaitsOfficer, WaitsAgency, WaitsApplicant, WaitsOutside}

func (d *Dossier) waits() Waits {
	switch d.Status {
	case Submitted, WithdrawalRequested, Resolved:
		return WaitsDesk
	case SupplementRequested, Obligation:
		return WaitsApplicant
	case Processing, Correcting:
		switch {
		case d.Status == Processing && d.Standing() && d.Paused() != nil:
			return WaitsOutside
		case d.StepWaits && d.atOthers():
			return WaitsAgency
		case d.StepWaits:
			return WaitsOutside
		case d.Holder.Agency == d.Competent:
			return WaitsOfficer
		case d.Holder.Agency == d.Desk:
			return WaitsDesk
		}
		return WaitsAgency
	}
	return WaitsNobody
}

// SlipRow finds the dossier behind a printed paper.
type SlipRow struct {
	Check  string
	Case   string
	Event  int64
	Form   string
	Book   agency.ID
	Year   int
	Number int
	At     time.Time
}

// SlipRows projects the slips of d that were issued after event number after.
func SlipRows(d *Dossier, after int64) []SlipRow {
	var out []SlipRow
	for _, s := range d.Slips {
		if s.Event > after {
			out = append(out, SlipRow{Check: s.Check, Case: d.ID, Event: s.Event, Form: s.Form, Book: s.Book, Year: s.Year, Number: s.Number, At: s.At})
		}
	}
	return out
}

// Project returns every row that belongs to the state: what Record writes and what check compares.
// at is the instant of the last event.
func Project(d *Dossier, at time.Time) (Row, casefile.Rows) {
	r := Row{
		ID: d.ID, Version: d.Version, Code: d.Code, Ref: d.Ref, SecretHash: HashSecret(d.Secret), Status: d.Status,
		Procedure: d.Procedure.Code, Title: d.Procedure.Name, Sector: d.Procedure.Sector,
		Owner: d.Owner.Name, OwnerKey: viet.SortKey(d.Owner.Name), Account: d.Account, Channel: d.Channel, Desk: d.Desk, Competent: d.Competent,
		Submitted: d.SubmittedAt, Accepted: d.AcceptedAt, Due: d.DueAt().UTC(), FirstDue: d.FirstDue, Resolved: d.ResolvedAt,
		Outcome: d.Outcome, Step: d.StepTitle, Holder: d.Holder, Updated: at,
	}
	r.Ended = d.EndedAt
	r.Law, r.Group, r.Promised, r.Apologised, r.Supplements, r.Standing = d.Law, d.Group, d.Promised().UTC(), len(d.Apologies), len(d.Supplements), d.Standing()
	if d.Lateness != nil {
		r.LateReason = d.Lateness.Reason
	}
	for _, s := range d.Supplements {
		if !s.Completed.IsZero() {
			r.SupplementTime += s.Completed.Sub(s.At).Microseconds()
		}
	}
	c := d.Course()
	r.Leaving = c.Leaving
	r.Finished, r.NationalDue, r.Asked, r.Answered, r.AskedAgain, r.Most = c.Finished, c.Promised, c.Asked, c.Answered, c.AskedAgain, c.Most
	r.Waits, r.Wake = d.waits(), d.NextWake()
	if !d.Status.Ended() && d.Status != Resolved {
		r.SoonAt = d.SoonAt
	}
	if p := d.Pending(); p != nil {
		r.PendingAt = p.At
	}
	return r, Rows(d)
}

// Rows returns the rows every case has: work, scopes, search words.
func Rows(d *Dossier) casefile.Rows {
	rows := casefile.Rows{Terms: casefile.SortTerms(d.terms())}
	rows.Scopes = d.Scopes()
	rows.Work = d.workItems()
	return rows
}

// Scopes lists who may see the dossier in lists.
func (d *Dossier) Scopes() []casefile.Scope {
	var out []casefile.Scope
	for _, a := range d.Agencies() {
		out = append(out, casefile.Scope{Scope: string(a), Status: string(d.Status), At: d.SubmittedAt})
	}
	out = append(out, casefile.Scope{Scope: casefile.Everyone, Status: string(d.Status), At: d.SubmittedAt})
	if d.Account != "" {
		out = append(out, casefile.Scope{Scope: casefile.AccountScope(d.Account), Status: string(d.Status), At: d.SubmittedAt})
	}
	return casefile.SortScopes(out)
}

// work is the open piece of work of the dossier, if it has one.
func (d *Dossier) work() (casefile.WorkItem, bool) {
	w := casefile.WorkItem{
		Case: d.ID, Kind: Kind, Holder: d.Holder, Step: d.StepTitle, Since: d.StepSince, SoonAt: d.SoonAt,
		Code: d.Shown(), Title: d.Procedure.Name, Subject: d.Owner.Name, Version: d.Version, Due: d.DueAt().UTC(),
	}
	switch d.Status {
	case Submitted:
		w.Stage, w.Due = casefile.Reception, d.AnswerDue
		// An answer is due soon in its last two hours; a counter submission waits at the counter.
		if !d.AnswerDue.IsZero() {
			w.SoonAt = d.AnswerDue.Add(-2 * time.Hour)
		}
	case SupplementRequested:
		w.Stage, w.Due, w.SoonAt = casefile.Supplement, time.Time{}, time.Time{}
	case Processing:
		w.Stage = casefile.Handling
		if !d.StepDue.IsZero() && (w.Due.IsZero() || d.StepDue.Before(w.Due)) {
			w.Due = d.StepDue
			if w.SoonAt.IsZero() || w.SoonAt.After(d.StepDue) {
				w.SoonAt = d.StepDue
			}
		}
		switch {
		case d.Standing():
			w.Stage, w.Due, w.SoonAt = casefile.Waiting, time.Time{}, time.Time{}
		case d.StepWaits:
			w.Stage = casefile.Waiting
		}
	case Obligation:
		w.Stage = casefile.Waiting
	case WithdrawalRequested:
		w.Stage = casefile.Handling
	case Correcting:
		w.Stage, w.Due, w.SoonAt = casefile.Handling, d.StepDue, time.Time{}
	case Resolved:
		w.Stage, w.Due, w.SoonAt = casefile.Return, time.Time{}, time.Time{}
	default:
		return w, false
	}
	return w, true
}

// workItems lists the open work of the dossier, at most one item in a queue: an inbox has one line for a case.
func (d *Dossier) workItems() []casefile.WorkItem {
	first, ok := d.work()
	if !ok {
		return nil
	}
	out := []casefile.WorkItem{first}
	for _, s := range d.Beside {
		if d.Status != Processing && (!d.asked(s) || !slices.Contains(mayMove(workflow.Answer), d.Status)) {
			continue
		}
		w := first
		w.Holder, w.Step, w.Since, w.Stage, w.Due, w.SoonAt = s.Holder, s.Title, s.Since, casefile.Handling, d.DueAt().UTC(), d.SoonAt
		if !s.Due.IsZero() && (w.Due.IsZero() || s.Due.Before(w.Due)) {
			w.Due = s.Due
			if w.SoonAt.IsZero() || w.SoonAt.After(s.Due) {
				w.SoonAt = s.Due
			}
		}
		if s.Waits {
			w.Stage = casefile.Waiting
		}
		i := slices.IndexFunc(out, func(o casefile.WorkItem) bool { return o.Key() == w.Key() })
		if i < 0 {
			out = append(out, w)
			continue
		}
		o := &out[i]
		if o.Stage == casefile.Waiting && w.Stage != casefile.Waiting {
			w, *o = *o, w // what can be done comes before what waits
		}
		o.Step += "; " + w.Step
		if !w.Due.IsZero() && (o.Due.IsZero() || w.Due.Before(o.Due)) {
			o.Due, o.SoonAt = w.Due, w.SoonAt
		}
	}
	return out
}

// atOthers reports whether other agencies than the resolving one have open work.
func (d *Dossier) atOthers() bool {
	return slices.ContainsFunc(d.Beside, func(s Standing) bool { return s.Holder.Agency != d.Competent })
}

// terms are the folded words a dossier is found by: code, reference, names from every word on, numbers.
func (d *Dossier) terms() []string {
	var t []string
	if d.Code != "" {
		t = append(t, strings.ToLower(d.Code))
		if i := strings.LastIndexByte(d.Code, '-'); i >= 0 {
			t = append(t, d.Code[i+1:])
			if j := strings.LastIndexByte(d.Code[:i], '-'); j >= 0 {
				t = append(t, d.Code[j+1:])
			}
		}
	}
	t = append(t, strings.ToLower(d.Ref))
	for _, p := range []Party{d.Owner, d.Submitter} {
		t = append(t, viet.NameSuffixes(p.Name)...)
		t = append(t, p.Number, p.Phone)
	}
	return t
}
