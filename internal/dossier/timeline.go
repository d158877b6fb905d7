package dossier

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/casefile"
	"github.com/motcua/motcua/internal/deadline"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/workflow"
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
	Flag    bool      // a second request at the same stage; of a remark: the desk is told
	Undone  int64     // number of the act that this one undid
	Seq     int64
	Slip    *Slip
	Erased  bool // its personal part is gone

	Means   workflow.Meaning // of a move
	Piece   string           // title of the step the act was about, where work stood at several
	Entered []Entered        // every piece of work that the act opened; Step and Holder name the first
	Asked   []Asked          // agencies that were asked by the act, and sub-cases that it opened
	Ended   []Asked          // those that the act ended: answered, or carried out
	Dropped []Asked          // those that nobody waits for any more
}

// Entered is a piece of work that an act opened.
type Entered struct {
	Title  string
	Holder casefile.Holder
	Due    time.Time
	Waits  bool // for others
}

// Asked is an agency that was asked, or a sub-case at an agency.
type Asked struct {
	Agency    agency.ID
	Title     string // of a sub-case; empty for a question
	Procedure string // member procedure of a sub-case
	Due       time.Time
	At        time.Time // when it was asked
}

// Late reports whether what ended at an instant ended after its time.
func (a Asked) Late(at time.Time) bool { return !a.Due.IsZero() && at.After(a.Due) }

// teller knows what earlier events named, so that later ones can be told by their names.
type teller struct {
	titles map[int]string    // of the step at which a token stands
	steps  map[string]string // titles by address
	asked  map[int]Asked     // open questions by token
	subs   map[int]Asked     // open sub-cases by frame
	run    workflow.Run
}

func (t *teller) entered(m *Moment, e Entry, token int) {
	token = max(token, e.Token, firstToken)
	t.titles[token], t.steps[e.Step] = e.Title, e.Title
	m.Entered = append(m.Entered, Entered{Title: e.Title, Holder: e.Holder, Due: moment(e.Due), Waits: e.Waits})
	if len(m.Entered) == 1 {
		m.Step, m.Holder = e.Title, e.Holder
	}
}

// course tells what a move did to the work of the file.
func (t *teller) course(m *Moment, c course, enter *Entry) {
	if len(t.run.Tokens) > 1 || c.Token != 0 {
		m.Piece = t.titles[c.token()]
	}
	if a, ok := t.asked[c.token()]; ok && m.Means == workflow.Answer {
		m.Ended = append(m.Ended, a)
		delete(t.asked, c.token())
	}
	if enter != nil {
		t.entered(m, *enter, c.token())
	}
	if len(c.Changes) == 0 {
		for _, n := range c.Enters {
			t.entered(m, n, n.Token)
		}
		t.stand(c.token(), enter, c.Enters)
		return
	}
	acted, _ := t.run.Token(c.token())
	for _, x := range t.run.Apply(c.Changes...) {
		t.drop(m, x.ID)
	}
	for frame, a := range t.subs {
		if _, open := t.run.Frame(frame); open {
			continue
		}
		delete(t.subs, frame)
		if frame == acted.Frame && m.Means == workflow.Answer {
			m.Ended = append(m.Ended, a)
		} else {
			m.Dropped = append(m.Dropped, a)
		}
	}
	slices.SortFunc(m.Dropped, func(a, b Asked) int {
		return cmp.Or(a.At.Compare(b.At), strings.Compare(string(a.Agency), string(b.Agency)))
	})
	for _, o := range c.Opened {
		a := Asked{Agency: o.Agency, Title: o.Title, Procedure: o.Procedure, Due: moment(o.Due), At: m.At}
		if o.Token != 0 {
			a.Title = ""
			t.asked[o.Token] = a
		} else {
			t.subs[o.Frame] = a
		}
		m.Asked = append(m.Asked, a)
	}
	for _, n := range c.Enters {
		t.entered(m, n, n.Token)
	}
}

// drop tells that nobody waits any more for the answer to the question of a token.
func (t *teller) drop(m *Moment, token int) {
	if a, ok := t.asked[token]; ok {
		m.Dropped = append(m.Dropped, a)
		delete(t.asked, token)
	}
}

func (t *teller) clone() *teller {
	return &teller{titles: maps.Clone(t.titles), steps: maps.Clone(t.steps), asked: maps.Clone(t.asked), subs: maps.Clone(t.subs), run: t.run.Clone()}
}

// stand lets the run follow a move of one piece of work to one other step.
func (t *teller) stand(token int, enter *Entry, enters []Entry) {
	to := enter
	if to == nil && len(enters) > 0 {
		to = &enters[0]
	}
	if to != nil && !t.run.Ended {
		had, _ := t.run.Token(token)
		t.run.Apply(workflow.Change{Do: workflow.Enter, Token: token, Step: to.Step, Frame: had.Frame})
	}
}

// Timeline lists what happened, oldest first. Pages decide what of it a reader may see: Note, By and
// Post are for officers.
func Timeline(events []journal.Event) ([]Moment, error) {
	out := make([]Moment, 0, len(events))
	t := &teller{titles: map[int]string{}, steps: map[string]string{}, asked: map[int]Asked{}, subs: map[int]Asked{}}
	before := t
	for _, e := range events {
		m := Moment{Kind: e.Kind, At: e.At, By: e.By, Seq: e.Seq}
		if undoable(e) {
			before = t.clone()
		}
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
			m.Code = v.Code
			if len(v.Changes) > 0 {
				t.course(&m, v.course, nil)
			} else {
				t.course(&m, v.course, &v.Enter)
			}
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
			m.Label, m.Outcome, m.Means, m.Result = v.Label, v.Outcome, v.Means, v.Result
			t.course(&m, v.course, v.Enter)
		case EventAssigned:
			var v assigned
			v, err = unmarshal[assigned](e.Data)
			m.Post = v.Post
			if len(t.run.Tokens) > 1 {
				m.Piece = t.titles[max(v.Token, firstToken)]
			}
		case EventResolved:
			var v resolved
			v, err = unmarshal[resolved](e.Data)
			m.Label, m.Outcome, m.Result, m.Slip = v.Label, v.Result.Outcome, &v.Result, v.Slip
			if v.Enter != nil || len(v.Changes) > 0 {
				t.course(&m, v.course, v.Enter)
			}
		case EventReturned:
			var v returned
			v, err = unmarshal[returned](e.Data)
			m.Label = v.Label
		case EventConsulted, EventRecalled, EventPassed, EventEscalated:
			err = t.together(&m, e)
		default:
			if err = m.turn(e); e.Kind == EventUndone {
				t = before // as if it had never been
			}
		}
		if err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, nil
}

// together reads what agencies ask of each other, and what the product did by itself because a time had come.
func (t *teller) together(m *Moment, e journal.Event) error {
	switch e.Kind {
	case EventConsulted:
		v, err := unmarshal[course](e.Data)
		if err != nil {
			return err
		}
		t.course(m, v, nil)
		m.Step, m.Holder, m.Entered, m.Piece = "", casefile.Holder{}, nil, "" // who is asked is what is told
		return private(e, privateQuestion, &m.Note)
	case EventRecalled:
		v, err := unmarshal[recalled](e.Data)
		for _, x := range t.run.Apply(v.Changes...) {
			t.drop(m, x.ID)
		}
		return err
	case EventPassed:
		v, err := unmarshal[passed](e.Data)
		m.Choice = v.Reason
		t.course(m, v.course, v.Enter)
		return err
	default:
		v, err := unmarshal[escalated](e.Data)
		m.Agency, m.Choice, m.Piece = v.Agency, v.Role, cmp.Or(t.steps[v.Step], v.Step)
		return err
	}
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
	case EventNoted:
		var v noted
		v, err = unmarshal[noted](e.Data)
		m.Flag = v.Desk
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
