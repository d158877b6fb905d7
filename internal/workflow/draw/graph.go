package draw

import (
	"slices"

	"github.com/motcua/motcua/internal/workflow"
)

// flow is one way out of a step as the definition has it.
type flow struct {
	to    string // id within the part; empty: the end
	label string
	index int // of the action or flow; LateWay
	back  bool
	late  bool
	main  bool // the usual way
}

// Flows of an edge that are neither action nor flow of a step.
const (
	LateWay = -1 // taken by itself when the limit passes
	WayIn   = -2 // the way in, from the begin to the first step
)

// ways lists the ways out of a step, the usual one first where the definition says which.
func (w words) ways(s *workflow.Step) []flow {
	var out []flow
	if s.Kind != workflow.Task {
		for i, f := range s.To {
			out = append(out, flow{to: f.To, label: w.flow(s, f), index: i, main: i == 0 && s.Kind != workflow.Fork && s.Kind != workflow.Choice})
		}
	}
	actions := s.Actions
	for i, a := range actions {
		if a.To == "" && s.Kind == workflow.Ask {
			continue // the answer: the question goes on by To
		}
		out = append(out, flow{to: a.To, label: w.action(a), index: len(s.To) + i, back: a.Means == workflow.SendBack, main: a.Primary})
	}
	if s.Late != nil && s.Late.To != "" {
		out = append(out, flow{to: s.Late.To, label: w.say("process.late-way"), index: LateWay, late: true})
	}
	return out
}

// node of a graph.
type node struct {
	step    *workflow.Step // nil for the ends
	address string
	shape   Shape
	w, h    int
	lines   []TextLine
	full    string
	state   State
	inner   *Picture // of a sub-case that shows its part
	innerAt Point
	part    string
	layer   int
	item    int
	lane    int
}

// arc of a graph.
type arc struct {
	from, to int
	flows    []int
	labels   []string
	back     bool // against the layers
	sends    bool // a send-back by meaning
	late     bool
	weight   int
	wrapped  []string
	w, h     int   // of the label
	chain    []int // items between the two
}

// graph is one course: the process itself or a part.
type graph struct {
	part  string
	nodes []*node
	arcs  []*arc
	begin int
	end   int
	known map[between]*arc
	apart bool // ways between the same two steps are drawn one by one
}

// between says which ways become one arc.
type between struct {
	from, to    int
	late, sends bool
}

// build makes the graph of a course.
func (d *drawer) build(part, start string, steps []workflow.Step, depth int) (*graph, error) {
	g := &graph{part: part, apart: d.look.Measure != nil}
	g.begin = g.add(d.terminal(Begin, part))
	seen := map[string]bool{}
	for i := range steps {
		if seen[steps[i].ID] {
			continue
		}
		seen[steps[i].ID] = true
		n, err := d.box(part, &steps[i], depth)
		if err != nil {
			return nil, err
		}
		g.add(n)
	}
	g.end = g.add(d.terminal(End, part))
	g.tie(d.words, start)
	return g, nil
}

// bare is the graph of a course without measures, for orders and reach.
func bare(w words, part, start string, steps []workflow.Step) *graph {
	g := &graph{part: part}
	g.begin = g.add(&node{shape: Begin})
	for i := range steps {
		g.add(&node{step: &steps[i], address: workflow.Address(part, steps[i].ID)})
	}
	g.end = g.add(&node{shape: End})
	g.tie(w, start)
	g.turn()
	g.layers()
	return g
}

// tie adds the ways between the nodes.
func (g *graph) tie(w words, start string) {
	at := map[string]int{}
	for i, n := range g.nodes {
		if n.step == nil {
			continue
		}
		if _, twice := at[n.step.ID]; !twice {
			at[n.step.ID] = i
		}
	}
	if i, ok := at[start]; ok {
		g.join(g.begin, i, flow{index: WayIn, main: true})
	}
	for from, n := range g.nodes {
		if n.step == nil {
			continue
		}
		for _, f := range w.ways(n.step) {
			to, ok := at[f.to]
			if f.to == "" {
				to, ok = g.end, true
			}
			if ok { // what leads nowhere is said by the proof, not by the picture
				g.join(from, to, f)
			}
		}
	}
}

func (g *graph) add(n *node) int {
	g.nodes = append(g.nodes, n)
	return len(g.nodes) - 1
}

// join adds a way; ways between the same two steps become one arc with several labels.
func (g *graph) join(from, to int, f flow) {
	key := between{from, to, f.late, f.back}
	if a := g.known[key]; a != nil && !g.apart {
		a.flows = append(a.flows, f.index)
		if f.label != "" && !slices.Contains(a.labels, f.label) {
			a.labels = append(a.labels, f.label)
		}
		if f.main {
			a.weight = mainWeight
		}
		return
	}
	a := &arc{from: from, to: to, flows: []int{f.index}, sends: f.back, late: f.late, weight: 1}
	if f.main {
		a.weight = mainWeight
	}
	if f.label != "" {
		a.labels = []string{f.label}
	}
	g.arcs = append(g.arcs, a)
	if g.known == nil {
		g.known = map[between]*arc{}
	}
	g.known[key] = a
}

// mainWeight keeps the usual way straight against its side ways.
const mainWeight = 6

// turn finds the arcs that lead back to what was passed: those that close a circle, in a walk that takes
// send-backs last. Without them the graph has no circle.
func (g *graph) turn() {
	out := make([][]*arc, len(g.nodes))
	for _, a := range g.arcs {
		out[a.from] = append(out[a.from], a)
	}
	for i := range out {
		slices.SortStableFunc(out[i], func(a, b *arc) int { return rank(a) - rank(b) })
	}
	const (
		fresh = iota
		open
		closed
	)
	state := make([]int, len(g.nodes))
	var walk func(int)
	walk = func(i int) {
		state[i] = open
		for _, a := range out[i] {
			switch state[a.to] {
			case fresh:
				walk(a.to)
			case open:
				a.back = true
			}
		}
		state[i] = closed
	}
	walk(g.begin)
	for i := range g.nodes {
		if state[i] == fresh && i != g.end {
			walk(i)
		}
	}
}

func rank(a *arc) int {
	switch {
	case a.sends:
		return 3
	case a.late:
		return 2
	case a.weight == mainWeight:
		return 0
	}
	return 1
}

// layers gives every node its layer: one more than the deepest it is reached from.
func (g *graph) layers() {
	in := make([]int, len(g.nodes))
	out := make([][]int, len(g.nodes))
	for _, a := range g.arcs {
		if !a.back {
			in[a.to]++
			out[a.from] = append(out[a.from], a.to)
		}
	}
	var ready []int
	deepest := 0
	for i := range g.nodes {
		if in[i] == 0 {
			ready = append(ready, i)
			if i != g.begin {
				g.nodes[i].layer = 1 // no way leads there
			}
		}
	}
	for len(ready) > 0 {
		i := ready[0]
		ready = ready[1:]
		deepest = max(deepest, g.nodes[i].layer)
		for _, to := range out[i] {
			g.nodes[to].layer = max(g.nodes[to].layer, g.nodes[i].layer+1)
			if in[to]--; in[to] == 0 {
				ready = append(ready, to)
			}
		}
	}
	end := g.nodes[g.end]
	last := 0
	for i, n := range g.nodes {
		if i != g.end {
			last = max(last, n.layer)
		}
	}
	end.layer = max(end.layer, min(deepest, last+1), last+1)
}
