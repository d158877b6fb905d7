package dossier

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/deadline"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/workflow"
)

// MaxAsked bounds the agencies that one question goes to.
const MaxAsked = 40

// Refusals of questions.
var (
	ErrAskedTwice = fault.New(fault.Invalid, "dossier.asked-twice")
	ErrAskSelf    = fault.New(fault.Invalid, "dossier.asked-self")
	ErrNotAsked   = fault.New(fault.Conflict, "dossier.not-asked")
	ErrNotAwake   = fault.New(fault.Conflict, "dossier.not-awake") // nothing is due: somebody was faster
)

// ConsultCommand puts a question to other agencies. The work stays where it is, and the legal clock runs.
type ConsultCommand struct {
	Agencies []agency.ID
	Question string
	Limit    string // for the answers: 3wd; empty: none
}

type recalled struct {
	course
}

func (d *Dossier) mayConsult(_ Facts, by access.Actor) error {
	if err := d.may(by, access.DossierHandle, Processing); err != nil {
		return err
	}
	if d.Outcome != "" {
		return ErrDecided
	}
	return nil
}

// Consult asks other agencies of the holder's own accord.
// law: ND118-2025 19.4 — who is asked answers in writing within the time the request names; the clock goes on.
func (d *Dossier) Consult(f Facts, by access.Actor, c ConsultCommand) (journal.Event, error) {
	if err := d.mayConsult(f, by); err != nil {
		return journal.Event{}, err
	}
	question, err := text(c.Question, ErrNoteNeeded)
	if err != nil {
		return journal.Event{}, err
	}
	s := d.principal()
	if mine, ok := d.Mine(by, 0); ok && !d.asked(mine) {
		s = mine
	}
	if len(c.Agencies) == 0 || len(c.Agencies) > MaxAsked {
		return journal.Event{}, ErrAsked.With("max", MaxAsked)
	}
	asked := make([]string, 0, len(c.Agencies))
	for _, id := range c.Agencies {
		if f.Offices != nil {
			now, ok := f.Offices.Current(id)
			if !ok {
				return journal.Event{}, ErrNobodyThere.With("place", string(id))
			}
			id = now
		}
		switch {
		case id == s.Holder.Agency:
			return journal.Event{}, ErrAskSelf
		case slices.Contains(asked, string(id)), slices.ContainsFunc(d.Opinions, func(o Opinion) bool { return o.Open() && o.Agency == id && o.Step == workflow.Consulted }):
			return journal.Event{}, ErrAskedTwice.With("agency", string(id))
		}
		asked = append(asked, string(id))
	}
	changes, err := d.Run.Consult(s.Token, asked...)
	if err != nil {
		return journal.Event{}, fmt.Errorf("process %s: %w", f.Process.ID, err)
	}
	v, err := d.courseOf(f, s, changes)
	if err != nil {
		return journal.Event{}, err
	}
	for i := range v.Enters {
		if c.Limit == "" {
			break
		}
		if _, err := deadline.ParseLimit(c.Limit); err != nil {
			return journal.Event{}, err
		}
		if v.Enters[i].Due, err = d.until(f, c.Limit, v.Enters[i].Holder.Agency); err != nil {
			return journal.Event{}, err
		}
		for j := range v.Opened {
			if v.Opened[j].Token == v.Enters[i].Token {
				v.Opened[j].Due = v.Enters[i].Due
			}
		}
	}
	return journal.New(EventConsulted, f.Now, actor(by), d.Law, v, map[string]any{privateQuestion: question})
}

func (d *Dossier) applyConsulted(e journal.Event) error {
	if err := d.expect(Processing); err != nil {
		return err
	}
	v, err := unmarshal[course](e.Data)
	if err != nil {
		return err
	}
	from := len(d.Opinions)
	d.Run.Apply(v.Changes...)
	for _, o := range v.Opened {
		d.Opinions = append(d.Opinions, Opinion{Frame: o.Frame, Token: o.Token, Step: o.Step, Agency: o.Agency, At: e.At, By: e.By, Due: moment(o.Due)})
	}
	for _, n := range v.Enters {
		d.enterToken(e, n, n.Token)
	}
	var question string
	if err := private(e, privateQuestion, &question); err != nil {
		return err
	}
	for i := from; i < len(d.Opinions); i++ {
		d.Opinions[i].Question = question
	}
	return nil
}

// Recall takes back a question that was put of an officer's own accord: those who have not answered need not.
func (d *Dossier) Recall(f Facts, by access.Actor, frame int) (journal.Event, error) {
	if err := d.mayRecall(by); err != nil {
		return journal.Event{}, err
	}
	changes, err := d.Run.Recall(frame)
	if err != nil {
		return journal.Event{}, ErrNotAsked
	}
	return journal.New(EventRecalled, f.Now, actor(by), d.Law, recalled{course{Changes: changes}}, nil)
}

func (d *Dossier) mayRecall(by access.Actor) error {
	return d.may(by, access.DossierHandle, Processing, SupplementRequested, Obligation)
}

// asks reports whether an answer to a question of an officer's own accord is waited for.
func (d *Dossier) asks() bool {
	return slices.ContainsFunc(d.Opinions, func(o Opinion) bool { return o.Open() && o.Step == workflow.Consulted })
}

// Late reports whether the answer came, or has not come by now, after the time that was asked for.
func (o Opinion) Late(now time.Time) bool {
	if o.Due.IsZero() || o.Recalled {
		return false
	}
	if o.Open() {
		return now.After(o.Due)
	}
	return o.Until.After(o.Due)
}

func (d *Dossier) mayTellDesk(f Facts, by access.Actor) error {
	if err := d.may(by, access.DossierHandle, Processing); err != nil {
		return err
	}
	late := slices.ContainsFunc(d.Opinions, func(o Opinion) bool { return o.Late(f.Now) })
	if !late || by.Agency == d.Desk {
		return ErrNotAsked
	}
	return nil
}

// TellDesk lets the desk that forwarded the file know that an agency which was asked answers late.
// law: ND61-2018 19.5; ND118-2025 19.4 — the lead tells the desk; the clock goes on by itself.
func (d *Dossier) TellDesk(f Facts, by access.Actor, note string) (journal.Event, error) {
	if err := d.mayTellDesk(f, by); err != nil {
		return journal.Event{}, err
	}
	note, err := text(note, ErrNoteNeeded)
	if err != nil {
		return journal.Event{}, err
	}
	return journal.New(EventNoted, f.Now, actor(by), d.Law, noted{Desk: true}, notePrivate(note))
}

func (d *Dossier) applyRecalled(e journal.Event) error {
	v, err := unmarshal[recalled](e.Data)
	if err != nil {
		return err
	}
	for _, t := range d.Run.Apply(v.Changes...) {
		d.leaveToken(e, t.ID, "")
	}
	d.close(e)
	d.elect()
	return nil
}

// passed is the product going on by itself: a wait is over, or a limit has passed.
type passed struct {
	Enter  *Entry `json:"enter,omitempty"`
	Reason string `json:"reason"` // PassedTime | PassedLate
	course
}

// Why the product went on by itself.
const (
	PassedTime = "time" // the time it waited for has come
	PassedLate = "late" // the limit of the step has passed
)

type escalated struct {
	Agency agency.ID `json:"agency"`
	Role   string    `json:"role"`
	Step   string    `json:"step"`
	Token  int       `json:"token"`
}

// Awake lists the open work about which the product itself has to do something by now.
func (d *Dossier) Awake(now time.Time) []Standing {
	if d.Status != Processing || d.Paused() != nil {
		return nil
	}
	return slices.DeleteFunc(d.Work(), func(s Standing) bool { return s.Wake.IsZero() || s.Told || s.Wake.After(now) })
}

// NextWake is when the product has to look at the dossier again; zero: never.
func (d *Dossier) NextWake() time.Time {
	var at time.Time
	for _, s := range d.Work() {
		if d.Status == Processing && !s.Wake.IsZero() && !s.Told && (at.IsZero() || s.Wake.Before(at)) {
			at = s.Wake
		}
	}
	return at
}

// Wake does what the process says about work whose time has come: it goes on, or somebody is told that it is late.
func (d *Dossier) Wake(f Facts) (journal.Event, error) {
	due := d.Awake(f.Now)
	if len(due) == 0 {
		return journal.Event{}, ErrNotAwake
	}
	s := due[0]
	def, ok := step(f.Process, s.Step)
	if !ok {
		return journal.Event{}, ErrNotAwake
	}
	by := actor(access.Actor{System: true})
	v := passed{Reason: PassedTime}
	switch {
	case def.Kind == workflow.Wait && def.For == workflow.ForTime:
	case def.Late != nil && def.Late.To != "":
		v.Reason = PassedLate
	case def.Late != nil && def.Late.Tell != "":
		return journal.New(EventEscalated, f.Now, by, d.Law, escalated{Agency: s.Holder.Agency, Role: def.Late.Tell, Step: s.Step, Token: s.Token}, nil)
	default:
		return journal.Event{}, ErrNotAwake
	}
	changes, err := d.Run.Pass(&f.Process, s.Token, v.Reason == PassedLate, f.world(d.known()))
	if err != nil {
		return journal.Event{}, fmt.Errorf("process %s: %w", f.Process.ID, err)
	}
	if v.course, err = d.courseOf(f, s, changes); err != nil {
		return journal.Event{}, err
	}
	if len(v.Changes) == 0 {
		v.Enter, v.Enters = &v.Enters[0], nil
	}
	return journal.New(EventPassed, f.Now, by, d.Law, v, nil)
}

func (d *Dossier) applyPassed(e journal.Event) error {
	if err := d.expect(Processing); err != nil {
		return err
	}
	v, err := unmarshal[passed](e.Data)
	if err != nil {
		return err
	}
	return d.follow(e, v.course, v.Enter, "")
}

func (d *Dossier) applyEscalated(e journal.Event) error {
	v, err := unmarshal[escalated](e.Data)
	if err != nil {
		return err
	}
	if d.Token == v.Token {
		d.stepTold = true
		return nil
	}
	for i := range d.Beside {
		if d.Beside[i].Token == v.Token {
			d.Beside = slices.Clone(d.Beside)
			d.Beside[i].Told = true
			return nil
		}
	}
	return errors.New("no such work")
}

// Claim takes work from the pool of a role to the actor's own post.
func (s *Service) Claim(ctx context.Context, r Request, token int) (*Dossier, error) {
	return s.act(ctx, r, ActClaim, token, func(d *Dossier, f Facts, _ Tx) ([]journal.Event, error) {
		return one(d.Claim(f, r.By, token))
	})
}

// Release puts work back into the pool.
func (s *Service) Release(ctx context.Context, r Request, token int) (*Dossier, error) {
	return s.act(ctx, r, ActRelease, token, func(d *Dossier, f Facts, _ Tx) ([]journal.Event, error) {
		return one(d.Release(f, r.By, token))
	})
}

// Consult asks other agencies.
func (s *Service) Consult(ctx context.Context, r Request, c ConsultCommand) (*Dossier, error) {
	return s.act(ctx, r, ActConsult, c, func(d *Dossier, f Facts, _ Tx) ([]journal.Event, error) {
		return one(d.Consult(f, r.By, c))
	})
}

// Recall takes a question back.
func (s *Service) Recall(ctx context.Context, r Request, frame int) (*Dossier, error) {
	return s.act(ctx, r, ActRecall, frame, func(d *Dossier, f Facts, _ Tx) ([]journal.Event, error) {
		return one(d.Recall(f, r.By, frame))
	})
}

// TellDesk lets the desk know that an answer is late.
func (s *Service) TellDesk(ctx context.Context, r Request, note string) (*Dossier, error) {
	return s.act(ctx, r, ActTellDesk, note, func(d *Dossier, f Facts, _ Tx) ([]journal.Event, error) {
		return one(d.TellDesk(f, r.By, note))
	})
}

// Wake does all that is due about a dossier by now, and reports how much that was.
func (s *Service) Wake(ctx context.Context, id string) (int, error) {
	for n := 0; ; {
		events, err := s.store.Load(ctx, id)
		if err != nil {
			return n, err
		}
		d, err := Fold(events)
		if err != nil {
			return n, err
		}
		f, err := s.facts(d, s.now())
		if err != nil {
			return n, err
		}
		e, err := d.Wake(f)
		if errors.Is(err, ErrNotAwake) || n >= maxWakes {
			return n, nil
		}
		if err != nil {
			return n, err
		}
		err = s.store.InTx(ctx, func(tx Tx) error {
			_, err := tx.Record(ctx, id, d, e)
			return err
		})
		if isStale(err) {
			continue
		}
		if err != nil {
			return n, err
		}
		n++
	}
}

// WakeDue does all that is due about any dossier by now, and reports how many acts that was. A dossier that cannot
// go on is left for the next round, behind the others; the first such fault is returned.
func (s *Service) WakeDue(ctx context.Context) (int, error) {
	n, seen := 0, map[string]bool{}
	var failed error
	for {
		ids, err := s.store.Awake(ctx, s.now(), wakeBatch+len(seen))
		if err != nil {
			return n, fmt.Errorf("list dossiers whose time has come: %w", err)
		}
		fresh := 0
		for _, id := range ids {
			if seen[id] {
				continue
			}
			seen[id], fresh = true, fresh+1
			did, err := s.Wake(ctx, id)
			if n += did; err != nil && failed == nil {
				failed = fmt.Errorf("dossier %s: %w", id, err)
			}
		}
		if fresh == 0 || ctx.Err() != nil {
			return n, errors.Join(failed, ctx.Err())
		}
	}
}

// wakeBatch is how many dossiers one query of WakeDue names.
const wakeBatch = 200

// maxWakes bounds what one look at a dossier does: more than the branches of any process.
const maxWakes = 100
