package draw

import (
	"github.com/motcua/motcua/internal/workflow"
)

// Follow tells from the changes of a run where its work stands, what is done and what comes next after
// the usual act. Work that was sent back makes what follows it undone again. Who has it and since when
// is the caller's to add.
func Follow(p *workflow.Process, changes []workflow.Change) Marks {
	f := follower{p: p, done: map[string]bool{}, courses: map[string]*graph{}}
	stands := map[int]string{} // token → step
	var r workflow.Run
	for _, c := range changes {
		switch c.Do {
		case workflow.Enter:
			if from := stands[c.Token]; from != "" && from != c.Step {
				f.done[from] = true
			}
			f.again(c.Step)
			stands[c.Token] = c.Step
		case workflow.Open, workflow.Passed:
			if from := stands[c.Token]; from != "" && from != c.Step { // who asks stays at the question
				f.done[from] = true
			}
			if s, ok := p.Find(c.Step); ok && s.Kind != workflow.Sub && s.Kind != workflow.Ask {
				f.done[c.Step] = true
			}
		case workflow.Leave, workflow.Arrive:
			if from := stands[c.Token]; from != "" {
				f.done[from] = true
			}
			delete(stands, c.Token)
		case workflow.Close:
			if frame, ok := r.Frame(c.Frame); ok {
				f.done[frame.Opener] = true
				if frame.Join != "" {
					f.done[frame.Join] = true
				}
			}
		case workflow.End:
			for _, at := range stands {
				f.done[at] = true
			}
		}
		for _, gone := range r.Apply(c) {
			delete(stands, gone.ID)
		}
	}
	return f.marks(&r)
}

type follower struct {
	p       *workflow.Process
	done    map[string]bool
	courses map[string]*graph
}

// course is the graph of the part that a step stands in.
func (f *follower) course(part string) *graph {
	if g := f.courses[part]; g != nil {
		return g
	}
	start, steps := f.p.Start, f.p.Steps
	if part != "" {
		q, _ := f.p.Part(part)
		start, steps = q.Start, q.Steps
	}
	g := bare(words{}, part, start, steps)
	f.courses[part] = g
	return g
}

// again makes a step that is entered anew undone, and all that follows it.
func (f *follower) again(address string) {
	if !f.done[address] {
		return
	}
	part, id := workflow.Split(address)
	g := f.course(part)
	var undo func(i int)
	undo = func(i int) {
		n := g.nodes[i]
		if n.step == nil {
			return
		}
		if i != g.end && f.done[n.address] {
			delete(f.done, n.address)
			if n.step.Kind == workflow.Sub {
				f.undoPart(n.step.Part)
			}
		}
		for _, a := range g.arcs {
			if a.from == i && !a.back {
				undo(a.to)
			}
		}
	}
	for i, n := range g.nodes {
		if n.step != nil && n.step.ID == id {
			undo(i)
		}
	}
}

func (f *follower) undoPart(id string) {
	if part, ok := f.p.Part(id); ok {
		for _, s := range part.Steps {
			delete(f.done, workflow.Address(id, s.ID))
		}
	}
}

func (f *follower) marks(r *workflow.Run) Marks {
	m := Marks{}
	for address := range f.done {
		m[address] = Mark{State: Done}
	}
	for range f.p.Steps { // branching steps leave no trace of their own: passed when both sides were
		more := false
		f.p.Each(func(address string, s *workflow.Step) {
			if s.Kind == workflow.Choice && m[address].State == Ahead && f.passed(m, r, address) {
				m[address] = Mark{State: Done}
				more = true
			}
		})
		if !more {
			break
		}
	}
	for _, fr := range r.Frames { // a sub-case is where its part is
		if s, ok := f.p.Find(fr.Opener); ok && s.Kind == workflow.Sub {
			m[fr.Opener] = Mark{State: Now}
		}
	}
	for _, t := range r.Tokens {
		m[t.Step] = Mark{State: Now}
	}
	for _, t := range r.Tokens {
		f.ahead(m, t.Step, 0)
	}
	return m
}

// passed reports whether a choice has something done before it and something done or at work after it.
func (f *follower) passed(m Marks, r *workflow.Run, address string) bool {
	part, id := workflow.Split(address)
	g := f.course(part)
	before, after := false, false
	for _, a := range g.arcs {
		from, to := g.nodes[a.from], g.nodes[a.to]
		if !a.back && to.step != nil && to.step.ID == id {
			before = before || a.from == g.begin || m[from.address].State == Done
		}
		if !a.back && from.step != nil && from.step.ID == id && to.step != nil {
			after = after || m[to.address].State == Done
			for _, t := range r.Tokens {
				after = after || t.Step == to.address
			}
		}
	}
	return before && after
}

// ahead marks what comes after the usual act of a step: the next steps at which work will stand.
func (f *follower) ahead(m Marks, address string, depth int) {
	s, ok := f.p.Find(address)
	if !ok || depth > maxDepth*8 {
		return
	}
	part, _ := workflow.Split(address)
	g := f.course(part)
	for i, n := range g.nodes {
		if n.step == nil || n.step.ID != s.ID {
			continue
		}
		usual := g.usual(i)
		for _, a := range usual {
			to := g.nodes[a.to]
			if to.step == nil {
				continue
			}
			if m[to.address].State == Ahead {
				m[to.address] = Mark{State: Next}
				if to.step.Kind != workflow.Join && !to.step.Rests() && to.step.Kind != workflow.Sub {
					f.ahead(m, to.address, depth+1)
				}
			}
		}
	}
}

// usual are the ways that lead on from a node: the primary one of a task, all of a branching step.
func (g *graph) usual(i int) []*arc {
	var all, main []*arc
	for _, a := range g.arcs {
		if a.from != i || a.back || a.late || a.sends {
			continue
		}
		all = append(all, a)
		if a.weight == mainWeight {
			main = append(main, a)
		}
	}
	if len(main) > 0 {
		return main
	}
	if s := g.nodes[i].step; s != nil && s.Kind == workflow.Task && len(all) > 1 {
		return all[:1]
	}
	return all
}
