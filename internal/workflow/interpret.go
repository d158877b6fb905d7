package workflow

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
)

// World answers what a definition leaves to the case.
type World interface {
	// Holds evaluates a guard on the case as it stands.
	Holds(guard string) (bool, error)
}

// AllHold is a world for processes without guards: every guard holds.
type AllHold struct{}

// Holds is always true.
func (AllHold) Holds(string) (bool, error) { return true, nil }

// Refusals of the interpreter. Those of the second group mean that a process runs which was never proved sound.
var (
	ErrToken    = errors.New("workflow: no work stands there")
	ErrAction   = errors.New("workflow: the step knows no such action")
	ErrGuard    = errors.New("workflow: the guard of the action does not hold")
	ErrAgencies = errors.New("workflow: whom to ask was not said")

	ErrNoStep   = errors.New("workflow: leads to a step that does not exist")
	ErrNoWay    = errors.New("workflow: no way on is open")
	ErrNoJoin   = errors.New("workflow: a join is reached from no fork")
	ErrTwoJoins = errors.New("workflow: branches of one fork reach different joins")
	ErrNowhere  = errors.New("workflow: leads nowhere")
	ErrEndless  = errors.New("workflow: automatic steps lead round in circles")
	ErrLeft     = errors.New("workflow: ends while other work stands open")
)

// maxPassed bounds the automatic steps of one act.
const maxPassed = 1000

// Start begins a run.
func Start(p *Process, w World) ([]Change, error) {
	m := mover{p: p, w: w}
	if err := m.enter(Token{ID: 1, Step: p.Start}); err != nil {
		return nil, err
	}
	return m.out, nil
}

// Act carries out an action of the step at which the token stands. agencies are those chosen for a
// question that names nobody itself.
func (r Run) Act(p *Process, token int, action string, w World, agencies ...string) ([]Change, error) {
	t, ok := r.Token(token)
	if !ok {
		return nil, ErrToken
	}
	s, ok := p.Find(t.Step)
	if !ok {
		return nil, fmt.Errorf("%w: %s", ErrNoStep, t.Step)
	}
	for _, a := range s.Acts(t) {
		if a.ID != action {
			continue
		}
		if a.When != "" {
			if ok, err := w.Holds(a.When); err != nil || !ok {
				return nil, errors.Join(ErrGuard, err)
			}
		}
		m := mover{p: p, w: w, r: r.Clone(), agencies: agencies}
		var err error
		m.waitNoMore(s, t)
		if a.To == "" {
			err = m.finish(t, a)
		} else {
			err = m.move(t, a.To)
		}
		return m.out, err
	}
	return nil, fmt.Errorf("%w: %s", ErrAction, action)
}

// Pass lets a wait go on because what it waited for is there, or, when late, whatever stands at a step
// take the way it takes when its limit has passed. At a question it is who asked that goes on, and who was
// asked need not answer any more.
func (r Run) Pass(p *Process, token int, late bool, w World) ([]Change, error) {
	t, ok := r.Token(token)
	if !ok {
		return nil, ErrToken
	}
	s, ok := p.Find(t.Step)
	if !ok {
		return nil, fmt.Errorf("%w: %s", ErrNoStep, t.Step)
	}
	m := mover{p: p, w: w, r: r.Clone()}
	switch {
	case late && s.Late != nil && s.Late.To != "" && (s.Kind != Ask || s.Waits(t)):
		m.waitNoMore(s, t)
		err := m.move(t, s.Late.To)
		return m.out, err
	case !late && s.Kind == Wait && len(s.To) == 1:
		err := m.move(t, s.To[0].To)
		return m.out, err
	}
	return nil, ErrAction
}

// waitNoMore closes the question or sub-case whose end a token waits for, as it goes on without it.
func (m *mover) waitNoMore(s Step, t Token) {
	if !s.Waits(t) {
		return
	}
	if i := slices.IndexFunc(m.r.Frames, func(f Frame) bool { return f.Token == t.ID }); i >= 0 {
		m.do(Change{Do: Close, Frame: m.r.Frames[i].ID})
	}
}

// Consult puts a question to agencies of the holder's own accord. The work stays where it is; the answers
// come beside it.
func (r Run) Consult(token int, agencies ...string) ([]Change, error) {
	t, ok := r.Token(token)
	if !ok {
		return nil, ErrToken
	}
	if len(agencies) == 0 {
		return nil, ErrAgencies
	}
	m := mover{r: r.Clone()}
	frame := m.next()
	m.do(Change{Do: Open, Frame: frame, Step: Consulted, Parent: t.Frame, Total: len(agencies), Need: len(agencies)})
	for _, a := range agencies {
		m.do(Change{Do: Enter, Token: m.next(), Step: Consulted, Frame: frame, At: a})
	}
	return m.out, nil
}

// Recall closes a question that was put of the holder's own accord before all have answered.
func (r Run) Recall(frame int) ([]Change, error) {
	f, ok := r.Frame(frame)
	if !ok || f.Opener != Consulted {
		return nil, ErrToken
	}
	return []Change{{Do: Close, Frame: frame}}, nil
}

// mover carries one act through, as far as the run goes by itself.
type mover struct {
	p        *Process
	w        World
	r        Run
	agencies []string
	out      []Change
	passed   int
}

func (m *mover) do(c Change) {
	m.r.Apply(c)
	m.out = append(m.out, c)
}

func (m *mover) next() int { return m.r.Last + 1 }

// move leads a token to another step of its part.
func (m *mover) move(t Token, to string) error {
	part, _ := Split(t.Step)
	t.Step, t.At = Address(part, to), ""
	return m.enter(t)
}

// enter puts a token at a step and goes on from there while the step rests on nobody.
func (m *mover) enter(t Token) error {
	if m.passed++; m.passed > maxPassed {
		return ErrEndless
	}
	s, ok := m.p.Find(t.Step)
	if !ok {
		return fmt.Errorf("%w: %s", ErrNoStep, t.Step)
	}
	switch s.Kind {
	case Task, Wait:
		m.do(Change{Do: Enter, Token: t.ID, Step: t.Step, Frame: t.Frame, At: t.At})
		return nil
	case Choice:
		for _, f := range s.To {
			ok, err := m.holds(f)
			if err != nil {
				return err
			}
			if ok {
				return m.move(t, f.To)
			}
		}
		return fmt.Errorf("%w: %s", ErrNoWay, t.Step)
	case Fork:
		return m.fork(t, s)
	case Join:
		return m.join(t, s)
	case Ask:
		return m.ask(t, s)
	case Sub:
		return m.sub(t, s)
	case Auto:
		m.do(Change{Do: Passed, Token: t.ID, Step: t.Step})
		return m.on(t, s)
	}
	return fmt.Errorf("%w: %s", ErrNowhere, t.Step)
}

// on takes the only way on from a step.
func (m *mover) on(t Token, s Step) error {
	if len(s.To) != 1 {
		return fmt.Errorf("%w: %s", ErrNowhere, t.Step)
	}
	return m.move(t, s.To[0].To)
}

func (m *mover) holds(f Flow) (bool, error) {
	if f.When == "" {
		return true, nil
	}
	return m.w.Holds(f.When)
}

// leave takes a token off the run, unless it has only been thought of so far.
func (m *mover) leave(t Token) {
	if _, ok := m.r.Token(t.ID); ok {
		m.do(Change{Do: Leave, Token: t.ID})
	}
	m.r.Last = max(m.r.Last, t.ID)
}

// park lets a token wait where it has opened a question or sub-case.
func (m *mover) park(t Token) {
	m.do(Change{Do: Enter, Token: t.ID, Step: t.Step, Frame: t.Frame})
}

func (m *mover) fork(t Token, s Step) error {
	var ways []Flow
	for _, f := range s.To {
		ok, err := m.holds(f)
		if err != nil {
			return err
		}
		if ok {
			ways = append(ways, f)
		}
	}
	if len(ways) == 0 {
		return fmt.Errorf("%w: %s", ErrNoWay, t.Step)
	}
	m.leave(t)
	frame := m.next()
	m.do(Change{Do: Open, Frame: frame, Step: t.Step, Parent: t.Frame, Token: t.ID, Total: len(ways), Need: len(ways)})
	part, _ := Split(t.Step)
	for _, f := range ways {
		if _, open := m.r.Frame(frame); !open {
			return nil // an earlier branch closed it at once
		}
		if err := m.enter(Token{ID: m.next(), Step: Address(part, f.To), Frame: frame}); err != nil {
			return err
		}
	}
	return nil
}

func (m *mover) join(t Token, s Step) error {
	f, ok := m.r.Frame(t.Frame)
	if !ok {
		return fmt.Errorf("%w: %s", ErrNoJoin, t.Step)
	}
	if opener, ok := m.p.Find(f.Opener); !ok || opener.Kind != Fork {
		return fmt.Errorf("%w: %s", ErrNoJoin, t.Step)
	}
	if f.Join != "" && f.Join != t.Step {
		return fmt.Errorf("%w: %s, %s", ErrTwoJoins, f.Join, t.Step)
	}
	m.r.Last = max(m.r.Last, t.ID)
	m.do(Change{Do: Arrive, Token: t.ID, Frame: f.ID, Step: t.Step})
	if f.Arrived+1 < Enough(s.Need, f.Total) {
		return nil
	}
	m.do(Change{Do: Close, Frame: f.ID})
	return m.on(Token{ID: f.Token, Step: t.Step, Frame: f.Parent}, s)
}

// Enough is the number of arrivals out of total that a join or question needs: all, any, or a number.
func Enough(need string, total int) int {
	switch need {
	case "", NeedAll:
		return total
	case NeedAny:
		return min(1, total)
	}
	n, err := strconv.Atoi(need)
	if err != nil || n < 1 {
		return total
	}
	return min(n, total)
}

func (m *mover) ask(t Token, s Step) error {
	asked := s.Of
	if len(asked) == 0 {
		asked = m.agencies
	}
	if len(asked) == 0 {
		return ErrAgencies
	}
	m.park(t)
	frame := m.next()
	m.do(Change{Do: Open, Frame: frame, Step: t.Step, Parent: t.Frame, Token: t.ID, Total: len(asked), Need: Enough(s.Need, len(asked))})
	for _, a := range asked {
		m.do(Change{Do: Enter, Token: m.next(), Step: t.Step, Frame: frame, At: a})
	}
	return nil
}

func (m *mover) sub(t Token, s Step) error {
	part, ok := m.p.Part(s.Part)
	if !ok {
		return fmt.Errorf("%w: %s", ErrNoStep, s.Part)
	}
	m.park(t)
	frame := m.next()
	m.do(Change{Do: Open, Frame: frame, Step: t.Step, Parent: t.Frame, Token: t.ID, At: s.At, Total: 1, Need: 1})
	return m.enter(Token{ID: m.next(), Step: Address(part.ID, part.Start), Frame: frame})
}

// finish ends what an action without a target ends.
func (m *mover) finish(t Token, a Action) error {
	f, within := m.r.Frame(t.Frame)
	if !within {
		if !Natures[a.Means].Ends || a.Means == Answer {
			return fmt.Errorf("%w: %s", ErrNowhere, t.Step)
		}
		for _, o := range m.r.Tokens {
			if o.ID != t.ID && o.Step != Consulted {
				return fmt.Errorf("%w: %s", ErrLeft, o.Step)
			}
		}
		m.do(Change{Do: End})
		return nil
	}
	opener, ok := m.p.Find(f.Opener)
	if !ok || a.Means != Answer || opener.Kind == Fork {
		return fmt.Errorf("%w: %s", ErrNowhere, t.Step)
	}
	m.do(Change{Do: Arrive, Token: t.ID, Frame: f.ID, Step: t.Step})
	if f.Arrived+1 < f.Need {
		return nil
	}
	if opener.Kind == Sub {
		for _, o := range m.r.Tokens {
			if o.Frame != 0 && m.r.Within(o.Frame, f.ID) && o.Step != Consulted {
				return fmt.Errorf("%w: %s", ErrLeft, o.Step)
			}
		}
	}
	m.do(Change{Do: Close, Frame: f.ID})
	if f.Token == 0 {
		return nil
	}
	return m.on(Token{ID: f.Token, Step: f.Opener, Frame: f.Parent}, opener)
}
