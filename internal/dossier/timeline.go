package dossier

import (
	"time"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/casefile"
	"github.com/motcua/motcua/internal/deadline"
	"github.com/motcua/motcua/internal/journal"
)

// Moment is one entry of a dossier's timeline, ready to be put into words by a page.
type Moment struct {
	Kind    string // kind of event
	At      time.Time
	By      journal.Actor
	Label   string // of the act, for moves
	Step    string // title of the step entered
	Holder  casefile.Holder
	Note    string // officers only
	Items   []string
	Until   string
	Due     time.Time
	Code    string
	Outcome string
	Post    string
	Result  *Result
	Reason  string    // of a turn, told to the applicant too
	Choice  string    // reason of lateness, fault of a correction, name of a pause or obligation
	Basis   string    // legal basis
	From    time.Time // date that cannot be kept
	Agency  agency.ID // agency a submission was redirected to
	Amount  int64     // of an obligation, đồng
	Late    bool      // an apology or request that came later than the law asks
	Flag    bool      // a second request at the same stage
	Undone  int64     // number of the act that this one undid
	Seq     int64
	Slip    *Slip
	Erased  bool // its personal part is gone
}

// Timeline lists what happened, oldest first. Pages decide what of it a reader may see: Note, By and
// Post are for officers.
func Timeline(events []journal.Event) ([]Moment, error) {
	out := make([]Moment, 0, len(events))
	for _, e := range events {
		m := Moment{Kind: e.Kind, At: e.At, By: e.By, Seq: e.Seq}
		for _, p := range e.Private {
			m.Erased = m.Erased || p.Erased()
		}
		if err := private(e, privateNote, &m.Note); err != nil {
			return nil, err
		}
		var err error
		switch e.Kind {
		case EventAccepted:
			var v accepted
			v, err = unmarshal[accepted](e.Data)
			m.Code, m.Step, m.Holder = v.Code, v.Enter.Title, v.Enter.Holder
			if v.Due != nil {
				m.Due = v.Due.At
			}
			m.Slip = v.Slip
		case EventRefused:
			var v refused
			v, err = unmarshal[refused](e.Data)
			m.Basis, m.Slip, m.Reason = v.Basis, v.Slip, m.Note
		case EventSupplementRequested:
			var v supplementRequested
			v, err = unmarshal[supplementRequested](e.Data)
			m.Until, m.Basis, m.Late, m.Flag, m.Slip, m.Post = v.Until, v.Basis, v.Late, v.Breach, v.Slip, v.Approver
			var r request
			if err == nil {
				err = private(e, privateRequest, &r)
			}
			m.Items, m.Note = r.Items, r.Reason
		case EventSupplemented:
			var v supplemented
			v, err = unmarshal[supplemented](e.Data)
			if v.Due != nil {
				m.Due = v.Due.At
			}
		case EventMoved:
			var v moved
			v, err = unmarshal[moved](e.Data)
			m.Label, m.Outcome = v.Label, v.Outcome
			if v.Enter != nil {
				m.Step, m.Holder = v.Enter.Title, v.Enter.Holder
			}
		case EventAssigned:
			var v assigned
			v, err = unmarshal[assigned](e.Data)
			m.Post = v.Post
		case EventResolved:
			var v resolved
			v, err = unmarshal[resolved](e.Data)
			m.Label, m.Outcome, m.Result, m.Slip = v.Label, v.Result.Outcome, &v.Result, v.Slip
			if v.Enter != nil {
				m.Step, m.Holder = v.Enter.Title, v.Enter.Holder
			}
		case EventReturned:
			var v returned
			v, err = unmarshal[returned](e.Data)
			m.Label = v.Label
		default:
			err = m.turn(e)
		}
		if err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, nil
}

// turn reads what the turns of a dossier's life say.
func (m *Moment) turn(e journal.Event) (err error) {
	switch e.Kind {
	case EventPaused:
		var v paused
		v, err = unmarshal[paused](e.Data)
		m.Choice, m.Basis, m.Post = v.Name, v.Basis, v.Approver
	case EventResumed:
		var v resumed
		v, err = unmarshal[resumed](e.Data)
		m.due(v.Due)
	case EventApologised:
		var v apologised
		v, err = unmarshal[apologised](e.Data)
		m.Reason, m.Choice, m.From, m.Due, m.Late, m.Slip = m.Note, v.Fault, v.From, v.To, v.Late, v.Slip
	case EventLatenessExplained:
		var v latenessExplained
		v, err = unmarshal[latenessExplained](e.Data)
		m.Choice, m.Reason = v.Reason, m.Note
	case EventObligationNoted:
		var v obligationNoted
		v, err = unmarshal[obligationNoted](e.Data)
		m.Choice, m.Amount, m.Until, m.Basis, m.Code = v.Name, v.Amount, v.Until, v.Basis, v.Notice
	case EventObligationMet:
		var v obligationMet
		v, err = unmarshal[obligationMet](e.Data)
		m.Code = v.Proof
		m.due(v.Due)
	case EventWithdrawn, EventWithdrawalRequested:
		m.Reason = m.Note
	case EventStopped:
		var v stopped
		v, err = unmarshal[stopped](e.Data)
		m.Slip = v.Slip
		var s stopping
		if err == nil {
			err = private(e, privateRequest, &s)
		}
		m.Reason = s.Reason
	case EventClosed:
		var v closed
		v, err = unmarshal[closed](e.Data)
		m.Until, m.Slip = v.Until, v.Slip
	case EventRedirected:
		var v redirected
		v, err = unmarshal[redirected](e.Data)
		m.Agency, m.Reason = v.Competent, m.Note
	case EventSucceeded:
		var v succeeded
		v, err = unmarshal[succeeded](e.Data)
		m.Agency, m.Choice, m.Basis = v.Competent, v.Name, v.Basis
		if len(v.Holders) > 0 {
			m.Holder = v.Holders[0].To
		}
	case EventUndone:
		var v undone
		v, err = unmarshal[undone](e.Data)
		m.Undone, m.Choice = v.Event, v.Kind
	case EventCorrectionOpened:
		var v correctionOpened
		v, err = unmarshal[correctionOpened](e.Data)
		m.Choice, m.Reason, m.Step, m.Holder = v.Fault, m.Note, v.Enter.Title, v.Enter.Holder
	case EventCorrected:
		var v corrected
		v, err = unmarshal[corrected](e.Data)
		m.Result = &v.Result
	case EventRated:
		// Who rated and how is no business of the offices that were rated: the moment says that, not what.
		m.By, m.Note = journal.Actor{}, ""
	case EventDueRevised:
		var v dueRevised
		v, err = unmarshal[dueRevised](e.Data)
		m.Choice, m.Basis, m.From, m.Slip = v.Name, v.Basis, v.From, v.Slip
		m.due(v.Due)
	case EventReissued:
		var v reissued
		v, err = unmarshal[reissued](e.Data)
		m.Choice, m.Reason = v.Fault, m.Note
	default:
		return m.papers(e)
	}
	return err
}

// papers reads what happened to papers. Items are their names; Choice is the kind of keeper they went to.
func (m *Moment) papers(e journal.Event) (err error) {
	switch e.Kind {
	case EventHandedOver:
		var v handedOver
		if v, err = unmarshal[handedOver](e.Data); err != nil {
			return err
		}
		m.Choice, m.Agency, m.Post, m.Due = v.To.Kind, v.To.Agency, v.To.Post, moment(v.Due)
		var h handing
		err = private(e, privateHanding, &h)
		m.Items, m.Note = h.Names, h.Note
	case EventHandoverRefused:
		var v handoverAnswered
		v, err = unmarshal[handoverAnswered](e.Data)
		m.Undone, m.Flag, m.Reason = v.Handover, v.Recalled, m.Note
	case EventDigitised:
		var p Paper
		err = private(e, privateFile, &p)
		if m.Items = nil; p.Name != "" {
			m.Items = []string{p.Name}
		}
	}
	return err
}

func (m *Moment) due(d *deadline.Due) {
	if d != nil {
		m.Due = d.At
	}
}
