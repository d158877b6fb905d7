package prove

import (
	"errors"
	"slices"
	"strings"

	"github.com/motcua/motcua/internal/workflow"
)

// refused says what it means that the interpreter refuses a move.
func (x *explorer) refused(err error, e int) {
	ev := x.events[e]
	m := ev.move
	f := Finding{Step: m.Step, Action: m.Action, Path: x.actionPath(m.Step, m.Action)}
	if m.Do == Begins {
		f.Path = ".start"
	}
	at := func(kind error) string { // the step the refusal names
		_, after, _ := strings.Cut(err.Error(), kind.Error()+": ")
		step, _, _ := strings.Cut(after, ", ")
		return step
	}
	on := func(step string) {
		f.Step, f.Action, f.Path = step, "", x.c.places[step]
		x.steps[step] = true
	}
	switch {
	case errors.Is(err, workflow.ErrNoStep):
		return // said where it is named
	case errors.Is(err, workflow.ErrNoWay):
		f.Kind = Gap
		on(at(workflow.ErrNoWay))
	case errors.Is(err, workflow.ErrNoJoin):
		f.Kind = NoJoin
		on(at(workflow.ErrNoJoin))
	case errors.Is(err, workflow.ErrTwoJoins):
		f.Kind = TwoJoins
		if i := ev.in.instance; i != 0 {
			on(x.instances[i].opener)
		}
	case errors.Is(err, workflow.ErrEndless):
		f.Kind = Endless
	case errors.Is(err, workflow.ErrAgencies):
		f.Kind = Nobody
	case errors.Is(err, workflow.ErrLeft):
		f.Kind = Left
	case errors.Is(err, workflow.ErrNowhere):
		if ev.can.action.ID == "" || ev.can.action.To != "" {
			return // a step without its one way on: said where it stands
		}
		f.Kind = x.nowhere(ev)
	default:
		f.Kind = Malformed
	}
	f.Run = x.moves(e, -1)
	x.c.found(f)
}

// nowhere tells why an action without a target cannot end anything where it is taken.
func (x *explorer) nowhere(ev event) Kind {
	means := ev.can.action.Means
	switch {
	case means == workflow.Answer:
		return Outside
	case !workflow.Natures[means].Ends:
		return NoTarget
	case ev.in.instance != 0:
		return Left
	}
	return NoTarget
}

// judge looks at the whole: joins that are never reached, loops without an end, what no run comes to.
func (x *explorer) judge() {
	for n := range x.instances {
		x.twoJoins(n)
	}
	x.ends()
	x.unreached()
	x.constant()
}

// twoJoins looks for two branches of one fork that wait at different joins.
func (x *explorer) twoJoins(n int) {
	in := x.instances[n]
	if in.kind != workflow.Fork {
		return
	}
	for i := range in.classes {
		for j := range in.classes {
			if i == j && in.classes[i].size < 2 {
				continue
			}
			for _, a := range in.classes[i].arrives {
				if in.frame.Arrived+1 >= x.enough(in, a.join) {
					continue // it closes before the other comes
				}
				for _, b := range in.classes[j].arrives {
					if a.join == b.join {
						continue
					}
					in.twice, in.spent = true, true
					run := x.moves(in.event, -1)
					run = append(append(run, x.moves(a.event, in.event)...), x.moves(b.event, in.event)...)
					x.c.found(Finding{Kind: TwoJoins, Step: in.opener, Path: x.c.places[in.opener], Run: run})
				}
			}
		}
	}
}

// ends finds the states from which no end is reached. Where another defect is known the way is not judged.
func (x *explorer) ends() {
	for i := len(x.instances) - 1; i > 0; i-- { // what lies within comes later
		in := x.instances[i]
		if in.spent {
			x.instances[in.around.instance].spent = x.instances[in.around.instance].spent || in.around.instance != 0
		}
	}
	for _, s := range x.states {
		if !s.done {
			s.good = true // the search was bounded before it
		}
		for b := s.in; s.spent && b.instance != 0; b = x.instances[b.instance].around {
			x.instances[b.instance].spent = true
		}
	}
	for range x.instances { // each round explains at least one more instance
		x.spread()
		again := false
		for _, s := range x.states {
			again = x.explain(s.it(), s.in) || again
		}
		for _, in := range x.instances[1:] {
			again = x.explain(in.it(), in.around) || again
		}
		if !again {
			break
		}
	}
	x.spread()
	x.traps()
}

// explain takes a node in a branch from which no end is reached for the reason why what lies around does not
// close, unless it need not. It reports whether that was not known before.
func (x *explorer) explain(n *node, in branch) bool {
	if n.good || in.instance == 0 {
		return false
	}
	for b := in; b.instance != 0; b = x.instances[b.instance].around {
		if x.dispensable(b) {
			n.good = true
			return false
		}
	}
	if x.instances[in.instance].spent {
		return false
	}
	for b := in; b.instance != 0; b = x.instances[b.instance].around {
		x.instances[b.instance].spent = true
	}
	x.neverJoins(in.instance)
	return true
}

// dispensable reports whether enough other branches come to a join without this one.
func (x *explorer) dispensable(b branch) bool {
	in := x.instances[b.instance]
	joins := map[string]int{}
	for i := range in.classes {
		seen := map[string]bool{}
		for _, a := range in.classes[i].arrives {
			if seen[a.join] {
				continue
			}
			seen[a.join] = true
			joins[a.join] += in.classes[i].size
			if i == b.class {
				joins[a.join]--
			}
		}
	}
	for join, n := range joins {
		if n+in.frame.Arrived >= x.enough(in, join) {
			return true
		}
	}
	return false
}

func (x *explorer) neverJoins(n int) {
	in := x.instances[n]
	if in.kind != workflow.Fork || len(x.joined[in.opener]) > 0 {
		return
	}
	x.c.found(Finding{Kind: NeverJoins, Step: in.opener, Path: x.c.places[in.opener], Run: x.moves(in.event, -1)})
}

// nodes are the states, then the instances.
func (x *explorer) nodes() []*node {
	nodes := make([]*node, 0, len(x.states)+len(x.instances))
	for _, s := range x.states {
		nodes = append(nodes, s.it())
	}
	for _, in := range x.instances {
		nodes = append(nodes, in.it())
	}
	return nodes
}

// onto calls fn with the number of every node to which a node leads.
func (x *explorer) onto(n *node, fn func(j int)) {
	for _, j := range n.next {
		fn(j)
	}
	for _, j := range n.opens {
		fn(len(x.states) + j)
	}
}

// spread marks every node from which an end is reached, backwards from the ends.
func (x *explorer) spread() {
	nodes := x.nodes()
	back := make([][]int, len(nodes))
	var todo []int
	for i, n := range nodes {
		if n.good = n.good || n.leads || n.spent; n.good {
			todo = append(todo, i)
		}
		x.onto(n, func(j int) { back[j] = append(back[j], i) })
	}
	for len(todo) > 0 {
		i := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for _, j := range back[i] {
			if !nodes[j].good {
				nodes[j].good = true
				todo = append(todo, j)
			}
		}
	}
}

// traps reports the innermost loops without an end: those that no way leaves (Tarjan's components).
func (x *explorer) traps() {
	nodes := x.nodes()
	number, low, stack := make([]int, len(nodes)), make([]int, len(nodes)), []int{}
	on, leaves := make([]bool, len(nodes)), make([]bool, len(nodes))
	at := 0
	var walk func(i int)
	walk = func(i int) {
		at++
		number[i], low[i] = at, at
		stack, on[i] = append(stack, i), true
		x.onto(nodes[i], func(j int) {
			switch {
			case nodes[j].good:
			case number[j] == 0:
				walk(j)
				low[i] = min(low[i], low[j])
				leaves[i] = leaves[i] || !on[j]
			case on[j]:
				low[i] = min(low[i], number[j])
			default:
				leaves[i] = true
			}
		})
		if low[i] != number[i] {
			return
		}
		var loop []int
		out := false
		for j := -1; j != i; {
			j = stack[len(stack)-1]
			stack, on[j] = stack[:len(stack)-1], false
			loop, out = append(loop, j), out || leaves[j]
		}
		if !out {
			x.trap(loop)
		}
	}
	for i, n := range nodes {
		if !n.good && number[i] == 0 && i != len(x.states) { // the run as a whole is no place
			walk(i)
		}
	}
}

// trap reports a loop by where a run first comes to it.
func (x *explorer) trap(loop []int) {
	slices.Sort(loop)
	first, steps := -1, []string{}
	var f Finding
	for _, i := range loop {
		var step string
		var event int
		if i < len(x.states) {
			step, event = x.states[i].step, x.states[i].event
		} else {
			step, event = x.instances[i-len(x.states)].opener, x.instances[i-len(x.states)].event
		}
		if cost := x.events[event].cost; first < 0 || cost < first {
			first = cost
			f = Finding{Kind: Trap, Step: step, Path: x.c.places[step], Run: x.moves(event, -1)}
		}
		if !slices.Contains(steps, step) {
			steps = append(steps, step)
		}
	}
	slices.Sort(steps)
	f.Text = x.c.sayTrap(f.Step, steps)
	x.c.found(f)
}

// unreached reports what no run comes to. What lies behind another defect is not judged.
func (x *explorer) unreached() {
	if x.bounded != "" {
		return
	}
	behind := map[string]bool{}
	var mark func(address string)
	mark = func(address string) {
		if !behind[address] {
			behind[address] = true
			x.c.onward(address, mark)
		}
	}
	blocked := []Kind{NoTarget, Unknown, Stuck, Gap, Left, Outside, NoJoin, TwoJoins, NeverJoins, Endless, Trap, Nobody, Malformed}
	for _, f := range x.c.findings {
		if f.Step != "" && slices.Contains(blocked, f.Kind) && x.steps[f.Step] {
			mark(f.Step)
		}
	}
	if _, ok := x.c.p.Find(x.c.p.Start); !ok {
		return
	}
	// Of steps that lead to each other only the first is named.
	var lost []string
	led := map[string]bool{}
	x.c.p.Each(func(address string, _ *workflow.Step) {
		if !x.steps[address] && !behind[address] {
			lost = append(lost, address)
			x.c.onward(address, func(to string) { led[to] = led[to] || to != address })
		}
	})
	for _, inner := range []bool{false, true} {
		for _, address := range lost {
			if led[address] == inner && !behind[address] {
				x.c.found(Finding{Kind: Unreached, Step: address, Path: x.c.places[address]})
				mark(address)
			}
		}
	}
	x.c.p.Each(func(address string, s *workflow.Step) {
		path := x.c.places[address]
		if !x.steps[address] || behind[address] {
			return
		}
		for i, a := range s.Actions {
			if !x.acted[address+"\x00"+a.ID] && (a.When == "" || !x.c.study(a.When).Never[0]) {
				x.c.found(Finding{Kind: Unreached, Step: address, Action: a.ID, Path: index(path+".actions", i)})
			}
		}
	})
	for n, g := range x.guards {
		if g.flow > 0 && !x.taken[n] && x.steps[g.step] && !behind[g.step] && !x.c.study(g.when).Never[0] {
			x.c.found(Finding{Kind: Unreached, Step: g.step, Flow: g.flow, Path: g.path})
		}
	}
}

// onward calls fn with every step to which a step may lead.
func (c *checker) onward(address string, fn func(to string)) {
	s, ok := c.p.Find(address)
	if !ok {
		return
	}
	part, _ := workflow.Split(address)
	for _, a := range s.Actions {
		if a.To != "" {
			fn(workflow.Address(part, a.To))
		}
	}
	for _, f := range s.To {
		fn(workflow.Address(part, f.To))
	}
	if s.Late != nil && s.Late.To != "" {
		fn(workflow.Address(part, s.Late.To))
	}
	if q, ok := c.p.Part(s.Part); ok {
		fn(workflow.Address(q.ID, q.Start))
	}
}

// constant reports guards that say the same whatever the case, and those that cannot be read.
func (x *explorer) constant() {
	for _, g := range x.guards {
		if g.when == "" {
			continue
		}
		f := Finding{Step: g.step, Action: g.action, Flow: g.flow, Path: g.path + ".when"}
		if x.c.w.Guards != nil {
			if problems := x.c.w.Guards.Problems(g.when); len(problems) > 0 {
				f.Kind, f.Text = Unknown, x.c.sayBadGuard(g, problems)
				x.c.found(f)
				continue
			}
		}
		s := x.c.study(g.when)
		switch {
		case s.Never[0]:
			f.Kind = Never
		case s.Always[0]:
			f.Kind = Always
		default:
			continue
		}
		f.Text = x.c.sayConstant(g, f.Kind)
		x.c.found(f)
	}
}
