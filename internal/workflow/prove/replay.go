package prove

import (
	"fmt"
	"slices"

	"github.com/motcua/motcua/internal/workflow"
)

// Replay carries a run out on the interpreter, move by move, and returns where it stands. A refusal ends it:
// the run is then that before the refused move.
func Replay(p *workflow.Process, moves []Move) (workflow.Run, error) {
	var r workflow.Run
	for i, m := range moves {
		changes, err := m.on(p, r)
		if err != nil {
			return r, fmt.Errorf("move %d: %w", i+1, err)
		}
		r.Apply(changes...)
	}
	return r, nil
}

// said answers guards as a move says they answered.
type said []Guard

// Holds answers a guard; one that the move does not know is an error.
func (s said) Holds(when string) (bool, error) {
	for _, g := range s {
		if g.When == when {
			return g.Holds, nil
		}
	}
	return false, fmt.Errorf("prove: the run says nothing about %q", when)
}

// on returns the changes a move makes to a run.
func (m Move) on(p *workflow.Process, r workflow.Run) ([]workflow.Change, error) {
	switch m.Do {
	case Begins:
		return workflow.Start(p, said(m.Holds))
	case Acts:
		return r.Act(p, m.Token, m.Action, said(m.Holds), m.Agencies...)
	case Passes, Late:
		return r.Pass(p, m.Token, m.Do == Late, said(m.Holds))
	}
	return nil, fmt.Errorf("prove: %q is no move", m.Do)
}

// real finds, for moves found branch by branch, the tokens of the one run that they make together, and says
// where each leads.
func real(p *workflow.Process, moves []Move) []Move {
	var r workflow.Run
	var last []int // frames around the token that moved last, the outermost first
	out := slices.Clone(moves)
	for i := range out {
		m := &out[i]
		if m.Do != Begins {
			best, score := 0, -1
			for _, t := range r.Tokens {
				if t.Step != m.Step || !m.fits(p, t) {
					continue
				}
				n, frames := 0, around(r, t.Frame)
				if len(frames) != len(m.within) {
					continue
				}
				for j, f := range frames {
					if o, _ := r.Frame(f); o.Opener != m.within[j] {
						n = -len(frames) - 1
						break
					}
					if j < len(last) && last[j] == f {
						n++
					}
				}
				if n > score {
					best, score = t.ID, n
				}
			}
			m.Token = best
			if t, ok := r.Token(best); ok {
				last = around(r, t.Frame)
			}
		}
		changes, err := m.on(p, r)
		if err != nil {
			m.To = nil
			return out[:i+1]
		}
		before := r.Clone()
		r.Apply(changes...)
		m.To = standing(before, r)
	}
	return out
}

// fits reports whether the token may make the move.
func (m Move) fits(p *workflow.Process, t workflow.Token) bool {
	s, ok := p.Find(t.Step)
	switch {
	case !ok:
		return false
	case m.Do == Acts:
		return slices.ContainsFunc(s.Acts(t), func(a workflow.Action) bool { return a.ID == m.Action })
	case m.Do == Late:
		return t.At == ""
	}
	return true
}

// around lists the frames around a place, the outermost first.
func around(r workflow.Run, frame int) []int {
	var out []int
	for frame != 0 {
		f, ok := r.Frame(frame)
		if !ok {
			break
		}
		out = append(out, frame)
		frame = f.Parent
	}
	slices.Reverse(out)
	return out
}
