package simulate

import (
	"errors"
	"slices"

	"github.com/motcua/motcua/internal/workflow"
	"github.com/motcua/motcua/internal/workflow/prove"
)

// Play is a run that a person takes step by step.
type Play struct {
	Process *workflow.Process
	Run     workflow.Run
	Done    []prove.Move // as package prove replays them
}

// Begin starts a play. answer says whether a guard holds; it is asked once per guard and move.
func Begin(p *workflow.Process, answer func(when string) bool) (*Play, error) {
	x := &Play{Process: p}
	return x, x.Take(prove.Move{Do: prove.Begins}, answer)
}

// Resume takes a play up where its moves lead.
func Resume(p *workflow.Process, done []prove.Move) (*Play, error) {
	r, err := prove.Replay(p, done)
	return &Play{Process: p, Run: r, Done: slices.Clone(done)}, err
}

// Possible lists what can be done now. Actions under a guard are listed: whether it holds is asked when they are taken.
func (x *Play) Possible() []prove.Move {
	var out []prove.Move
	for _, t := range x.Run.Tokens {
		s, ok := x.Process.Find(t.Step)
		if !ok {
			continue
		}
		for _, a := range s.Acts(t) {
			out = append(out, prove.Move{Do: prove.Acts, Token: t.ID, Step: t.Step, Action: a.ID, Label: a.Label})
		}
		if s.Kind == workflow.Wait && len(s.To) == 1 {
			out = append(out, prove.Move{Do: prove.Passes, Token: t.ID, Step: t.Step})
		}
		if s.Late != nil && s.Late.To != "" && (s.Kind != workflow.Ask || s.Waits(t)) {
			out = append(out, prove.Move{Do: prove.Late, Token: t.ID, Step: t.Step})
		}
	}
	return out
}

// NeedsAgencies reports whether a refused move has to name the agencies that are asked.
func NeedsAgencies(err error) bool { return errors.Is(err, workflow.ErrAgencies) }

// Take makes a move. A refusal leaves the play as it was.
func (x *Play) Take(m prove.Move, answer func(when string) bool) error {
	w := &person{answer: answer}
	var changes []workflow.Change
	var err error
	switch m.Do {
	case prove.Begins:
		changes, err = workflow.Start(x.Process, w)
	case prove.Acts:
		changes, err = x.Run.Act(x.Process, m.Token, m.Action, w, m.Agencies...)
	default:
		changes, err = x.Run.Pass(x.Process, m.Token, m.Do == prove.Late, w)
	}
	if err != nil {
		return err
	}
	before := x.Run.Clone()
	x.Run.Apply(changes...)
	m.Holds, m.To = w.given, nil
	for _, t := range x.Run.Tokens {
		if o, known := before.Token(t.ID); !known || o.Step != t.Step {
			m.To = append(m.To, t.Step)
		}
	}
	x.Done = append(x.Done, m)
	return nil
}

// Back takes the last move back; the first one stays.
func (x *Play) Back() error {
	if len(x.Done) < 2 {
		return nil
	}
	y, err := Resume(x.Process, x.Done[:len(x.Done)-1])
	if err == nil {
		*x = *y
	}
	return err
}

// person answers guards, the same guard alike within one move.
type person struct {
	answer func(when string) bool
	given  []prove.Guard
}

// Holds asks the person.
func (p *person) Holds(when string) (bool, error) {
	for _, g := range p.given {
		if g.When == when {
			return g.Holds, nil
		}
	}
	ok := p.answer != nil && p.answer(when)
	p.given = append(p.given, prove.Guard{When: when, Holds: ok})
	return ok, nil
}
