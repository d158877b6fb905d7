package dossier

import (
	"time"

	"github.com/motcua/motcua/internal/casefile"
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
	Erased  bool // its personal part is gone
}

// Timeline lists what happened, oldest first. Pages decide what of it a reader may see: Note, By and
// Post are for officers.
func Timeline(events []journal.Event) ([]Moment, error) {
	out := make([]Moment, 0, len(events))
	for _, e := range events {
		m := Moment{Kind: e.Kind, At: e.At, By: e.By}
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
		case EventSupplementRequested:
			var v supplementRequested
			v, err = unmarshal[supplementRequested](e.Data)
			m.Until = v.Until
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
			m.Label, m.Outcome, m.Result = v.Label, v.Result.Outcome, &v.Result
			if v.Enter != nil {
				m.Step, m.Holder = v.Enter.Title, v.Enter.Holder
			}
		case EventReturned:
			var v returned
			v, err = unmarshal[returned](e.Data)
			m.Label = v.Label
		}
		if err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, nil
}
