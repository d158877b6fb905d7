package prove

import (
	"container/heap"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/motcua/motcua/internal/workflow"
)

// flags are what a run has behind it, as far as later acts ask.
type flags uint8

const (
	decided  flags = 1 << iota // approved or declined
	released                   // the result is issued
)

// node is what moves lead on from: a state, or an instance whose joins close.
type node struct {
	next  []int // states
	opens []int // instances
	leads bool  // ends the run, or its branch
	spent bool  // something wrong is known here: what follows is not judged
	good  bool  // an end is reached from here
}

// state is a place where one piece of work can stand: a step within the frames around it. Of a run with
// several branches each is a state of its own.
type state struct {
	node
	run   workflow.Run // that token, and the frames around it
	in    branch
	step  string
	flags flags
	event int // how it was first reached
	cost  int // moves until then
	done  bool
}

// asked reports whether the token is that of an agency that was asked.
func (s *state) asked() bool { return s.run.Tokens[0].At != "" }

// branch is where a state lies: a class of branches of an instance. The zero branch is the run itself.
type branch struct{ instance, class int }

// instance is one opening of a fork, a question or a sub-case.
type instance struct {
	node    // what follows when it closes
	around  branch
	opener  string
	kind    workflow.Kind
	frame   workflow.Frame // as it stands in runs of its branches
	flags   flags
	depth   int
	event   int // that opened it
	classes []class
	closed  map[string]bool
	member  bool // a sub-case of a procedure of its own: what it decides is its own
	twice   bool // its branches reach different joins
}

// class is the branches of an instance that begin alike.
type class struct {
	key     string
	size    int
	arrives []arrival
}

// arrival is a first way in which a branch gets to its end: at a join, or answered (join empty).
type arrival struct {
	join  string
	flags flags
	event int
}

// event is one move, or the last of the moves that close an instance.
type event struct {
	from     int // state that moves; -1: the start
	move     Move
	cost     int
	before   workflow.Run
	in       branch
	can      candidate
	instance int   // that closes by it; 0: none
	picks    []int // the arrivals that close it, the last one being this event's own move
}

type explorer struct {
	c         *checker
	p         *workflow.Process // the same process with its guards numbered
	guards    []place
	groups    []group
	states    []*state
	byKey     map[stateKey]int
	instances []*instance
	instKey   map[string]int
	events    []event
	queue     queue
	bounded   string

	steps  map[string]bool            // reached
	taken  map[int]bool               // guards of ways that were taken, by number
	acted  map[string]bool            // actions carried out: address and id
	joined map[string]map[string]bool // fork → joins that closed it
}

type stateKey struct {
	in    branch
	step  string
	asked bool
	flags flags
}

func newExplorer(c *checker) *explorer {
	x := &explorer{
		c: c, byKey: map[stateKey]int{}, instKey: map[string]int{}, steps: map[string]bool{}, taken: map[int]bool{}, acted: map[string]bool{},
		joined: map[string]map[string]bool{}, instances: []*instance{{}}, // instance 0 is the run
	}
	x.number()
	return x
}

// number copies the process with every guard replaced by its number, so that the interpreter asks for places,
// not for texts.
func (x *explorer) number() {
	p := *x.c.p
	p.Steps = slices.Clone(p.Steps)
	p.Parts = slices.Clone(p.Parts)
	for i := range p.Parts {
		p.Parts[i].Steps = slices.Clone(p.Parts[i].Steps)
	}
	p.Each(func(address string, s *workflow.Step) {
		path := x.c.places[address]
		s.Actions = slices.Clone(s.Actions)
		for i := range s.Actions {
			if a := &s.Actions[i]; a.When != "" {
				x.guards = append(x.guards, place{step: address, path: index(path+".actions", i), action: a.ID, when: a.When, group: -1})
				a.When = strconv.Itoa(len(x.guards) - 1)
			}
		}
		if s.Kind != workflow.Choice && s.Kind != workflow.Fork {
			return
		}
		s.To = slices.Clone(s.To)
		g := group{step: address, first: len(x.guards), kind: s.Kind}
		for i := range s.To {
			x.guards = append(x.guards, place{step: address, path: index(path+".to", i), flow: i + 1, when: s.To[i].When, group: len(x.groups)})
			g.whens = append(g.whens, s.To[i].When)
			s.To[i].When = strconv.Itoa(len(x.guards) - 1)
		}
		g.study = x.c.study(g.whens...)
		x.groups = append(x.groups, g)
	})
	x.p = &p
}

// answers is a world that tries out how the guards of one act may answer: each text once, first yes, then no.
type answers struct {
	x      *explorer
	script []bool          // answers given before, to be given again
	given  map[string]bool // by text
	order  []Guard
	asked  int
	taken  []int    // ways that were open
	passed []string // steps whose ways were asked for
}

// Holds answers a guard by its number.
func (a *answers) Holds(number string) (bool, error) {
	n, err := strconv.Atoi(number)
	if err != nil || n < 0 || n >= len(a.x.guards) {
		return false, fmt.Errorf("prove: guard %q", number)
	}
	g := a.x.guards[n]
	if g.flow > 0 {
		a.passed = append(a.passed, g.step)
	}
	ok := a.holds(n, g)
	if ok {
		a.taken = append(a.taken, n)
	}
	return ok, nil
}

func (a *answers) holds(n int, g place) bool {
	if g.when == "" {
		return true
	}
	if ok, known := a.given[g.when]; known {
		return ok
	}
	ok, free := a.forced(n, g)
	if free {
		if a.asked == len(a.script) {
			a.script = append(a.script, true)
		}
		ok = a.script[a.asked]
		a.asked++
	}
	a.given[g.when] = ok
	a.order = append(a.order, Guard{When: g.when, Holds: ok})
	return ok
}

// forced tells what is proved about an answer, given those before it; free: nothing is.
func (a *answers) forced(n int, g place) (ok, free bool) {
	if g.group < 0 {
		s := a.x.c.study(g.when)
		return !s.Never[0], !s.Never[0] && !s.Always[0]
	}
	gr := a.x.groups[g.group]
	i := n - gr.first
	switch {
	case gr.study.Never[i]:
		return false, false
	case gr.study.Always[i]:
		return true, false
	case gr.kind == workflow.Choice && !gr.study.First[i]:
		return false, false // whenever it holds, so does one before it
	}
	open := false
	for j, when := range gr.whens[:i] {
		held := when == "" || a.given[when]
		open = open || held
		if held && slices.Contains(gr.study.Apart, [2]int{j, i}) {
			return false, false
		}
	}
	last := !slices.ContainsFunc(gr.whens[i+1:], func(when string) bool { _, known := a.given[when]; return !known || a.given[when] })
	if last && !open && !gr.study.Gap {
		return true, false // one of them always holds
	}
	return false, true
}

// outcome is what one move may bring about.
type outcome struct {
	changes []workflow.Change
	err     error
	given   []Guard
	taken   []int
	passed  []string
}

// try carries a move out in every way its guards may answer.
func (x *explorer) try(c candidate, r workflow.Run) []outcome {
	var out []outcome
	var script []bool
	for n := 0; ; n++ {
		if n >= maxAnswers {
			x.bound(sayManyAnswers)
			return out
		}
		a := &answers{x: x, script: script, given: map[string]bool{}}
		if c.assume != "" {
			a.given[c.assume] = true
			a.order = append(a.order, Guard{When: c.assume, Holds: true})
		}
		changes, err := c.do(r, a)
		out = append(out, outcome{changes: changes, err: err, given: a.order, taken: a.taken, passed: a.passed})
		script = slices.Clone(a.script[:a.asked])
		for len(script) > 0 && !script[len(script)-1] {
			script = script[:len(script)-1]
		}
		if len(script) == 0 {
			return out
		}
		script[len(script)-1] = false
	}
}

func (x *explorer) bound(why string) {
	if x.bounded == "" {
		x.bounded = why
	}
}

// explore finds every state, those reached by the fewest moves first.
func (x *explorer) explore() {
	start := candidate{move: Move{Do: Begins}, do: func(_ workflow.Run, w workflow.World) ([]workflow.Change, error) { return workflow.Start(x.p, w) }}
	for _, o := range x.try(start, workflow.Run{}) {
		x.follow(o, event{from: -1, can: start, cost: 1}, 0)
	}
	for x.queue.Len() > 0 {
		i := heap.Pop(&x.queue).(queued).state //nolint:forcetypeassert // only states are queued
		if s := x.states[i]; !s.done {
			s.done = true
			x.expand(i)
		}
		if len(x.states) > maxStates {
			x.bound(sayManyStates)
			return
		}
	}
}

// candidate is one thing that can be done in a state, and how to do it on a run.
type candidate struct {
	move   Move
	action workflow.Action
	assume string // guard that must hold for it
	do     func(r workflow.Run, w workflow.World) ([]workflow.Change, error)
}

func (x *explorer) candidates(s *state) []candidate {
	step, ok := x.p.Find(s.step)
	if !ok {
		return nil
	}
	t := s.run.Tokens[0]
	var out []candidate
	for _, a := range step.Acts(t) {
		assume := ""
		if n, err := strconv.Atoi(a.When); err == nil && a.When != "" {
			assume = x.guards[n].when
			if x.c.study(assume).Never[0] {
				continue
			}
		}
		for _, named := range [][]string{nil, {"1"}, {"1", "2"}} {
			out = append(out, candidate{
				move: Move{Do: Acts, Step: s.step, Action: a.ID, Label: a.Label, Agencies: named}, action: a, assume: assume,
				do: func(r workflow.Run, w workflow.World) ([]workflow.Change, error) {
					return r.Act(x.p, t.ID, a.ID, w, named...)
				},
			})
		}
	}
	if step.Kind == workflow.Wait {
		out = append(out, candidate{move: Move{Do: Passes, Step: s.step}, do: func(r workflow.Run, w workflow.World) ([]workflow.Change, error) {
			return r.Pass(x.p, t.ID, false, w)
		}})
	}
	if step.Late != nil && step.Late.To != "" && !s.asked() {
		out = append(out, candidate{move: Move{Do: Late, Step: s.step}, do: func(r workflow.Run, w workflow.World) ([]workflow.Change, error) {
			return r.Pass(x.p, t.ID, true, w)
		}})
	}
	return out
}

func (x *explorer) expand(i int) {
	s := x.states[i]
	x.steps[s.step] = true
	step, _ := x.p.Find(s.step)
	free, moved := false, false // a way on that no guard closes; any way on
	var whens []string
	names := map[string]bool{} // acts that must name agencies: one and two stand for all numbers
	for _, c := range x.candidates(s) {
		if len(c.move.Agencies) > 0 && !names[c.move.Action] {
			continue
		}
		fl, wrong := x.after(s, c)
		for _, o := range x.try(c, s.run) {
			if errors.Is(o.err, workflow.ErrAction) {
				continue // a wait without a way on
			}
			moved = true
			if c.assume == "" {
				free = true
			} else if !slices.Contains(whens, c.assume) {
				whens = append(whens, c.assume)
			}
			if errors.Is(o.err, workflow.ErrAgencies) && c.move.Do == Acts {
				names[c.move.Action] = true
				continue
			}
			if c.move.Action != "" {
				x.acted[s.step+"\x00"+c.move.Action] = true
			}
			e := x.follow(o, event{from: i, can: c, before: s.run, in: s.in, cost: s.cost + 1}, fl)
			if wrong != "" && o.err == nil {
				x.c.found(Finding{Kind: wrong, Step: s.step, Action: c.move.Action, Path: x.actionPath(s.step, c.move.Action), Run: x.moves(e, -1)})
			}
		}
	}
	if free || step.Waits(s.run.Tokens[0]) || moved && !x.c.study(whens...).Gap {
		return
	}
	s.spent = true
	f := Finding{Kind: Stuck, Step: s.step, Path: x.c.places[s.step], Run: x.moves(s.event, -1)}
	f.Text = x.c.sayStuck(s.step, whens)
	x.c.found(f)
}

// after is what a move leaves behind, and what is wrong with taking it here.
func (x *explorer) after(s *state, c candidate) (flags, Kind) {
	if x.apart(s.in) {
		return s.flags, ""
	}
	fl := s.flags
	switch c.action.Means {
	case workflow.Approve, workflow.Decline:
		return fl | decided, ""
	case workflow.Result, workflow.Complete:
		if fl&decided == 0 {
			return fl | decided | released, Undecided
		}
		return fl | released, ""
	case workflow.Hand:
		if fl&released == 0 {
			return fl | decided | released, Unissued
		}
	}
	return fl, ""
}

// apart reports whether a branch lies in a sub-case of a procedure of its own.
func (x *explorer) apart(b branch) bool {
	for b.instance != 0 {
		in := x.instances[b.instance]
		if in.member {
			return true
		}
		b = in.around
	}
	return false
}

func (x *explorer) actionPath(address, action string) string {
	path := x.c.places[address]
	for i, a := range x.c.step(address).Actions {
		if a.ID == action {
			return index(path+".actions", i)
		}
	}
	return path
}

// follow takes note of what a move brought about and returns its event.
func (x *explorer) follow(o outcome, ev event, fl flags) int {
	for _, n := range o.taken {
		x.taken[n] = true
	}
	for _, step := range o.passed {
		x.steps[step] = true
	}
	for _, ch := range o.changes {
		if ch.Step != "" {
			x.steps[ch.Step] = true
		}
	}
	after := ev.before.Clone()
	openers := map[int]string{}
	for _, f := range ev.before.Frames {
		openers[f.ID] = f.Opener
	}
	arrived := map[int]string{}
	for _, ch := range o.changes {
		switch ch.Do {
		case workflow.Open:
			openers[ch.Frame] = ch.Step
		case workflow.Arrive:
			arrived[ch.Frame] = ch.Step
		case workflow.Close:
			if join := arrived[ch.Frame]; join != "" {
				x.joins(openers[ch.Frame], join)
			}
		}
	}
	after.Apply(o.changes...)
	ev.move = ev.can.move
	ev.move.Holds, ev.move.To = o.given, standing(ev.before, after)
	ev.move.within = make([]string, 0, len(ev.before.Frames))
	for _, f := range ev.before.Frames {
		ev.move.within = append(ev.move.within, f.Opener)
	}
	e := len(x.events)
	x.events = append(x.events, ev)
	// What goes on from here: the state that moved, and every instance that closed by it, the innermost first.
	at := []*node{x.instances[0].it()} // of the start and of what closes by a last arrival, no state is asked
	if ev.instance == 0 && ev.from >= 0 {
		at[0] = x.states[ev.from].it()
	}
	old := map[int]branch{0: {}} // frame that stood before → the branch in which its tokens lie
	b := ev.in
	for i := len(ev.before.Frames) - 1; i >= 0; i-- {
		f := ev.before.Frames[i].ID
		old[f] = b
		if _, open := after.Frame(f); !open && (o.err == nil || b.instance == ev.instance) {
			at = append(at, x.instances[b.instance].it())
			if b.instance != ev.instance {
				x.note(b, arrived[f], fl, e)
			}
		}
		b = x.instances[b.instance].around
	}
	if o.err != nil {
		at[len(at)-1].spent = true
		x.refused(o.err, e)
		return e
	}
	// What lies within a frame that closed has come to its end; what follows, follows from the outermost of them.
	last := at[len(at)-1]
	for _, n := range at[:len(at)-1] {
		n.leads = true
	}
	if after.Ended {
		last.leads = true
		return e
	}
	if len(after.Tokens) == 0 { // the end of a branch
		last.leads = true
		for i := len(o.changes) - 1; i >= 0; i-- {
			ch := o.changes[i]
			if _, open := after.Frame(ch.Frame); ch.Do == workflow.Arrive && open {
				x.arrive(old[ch.Frame], ch.Step, fl, e)
				break
			}
		}
		return e
	}
	x.place(after, old, fl, e, last)
	return e
}

func (x *explorer) joins(fork, join string) {
	if x.joined[fork] == nil {
		x.joined[fork] = map[string]bool{}
	}
	x.joined[fork][join] = true
}

func (n *node) it() *node { return n }

// place makes states of the tokens of a run, and instances of the frames that were opened.
func (x *explorer) place(r workflow.Run, old map[int]branch, fl flags, e int, from *node) {
	l := layout{tokens: map[int][]workflow.Token{}, frames: map[int][]workflow.Frame{}}
	for _, t := range r.Tokens {
		l.tokens[t.Frame] = append(l.tokens[t.Frame], t)
	}
	for _, f := range r.Frames {
		if _, known := old[f.ID]; !known {
			l.frames[f.Parent] = append(l.frames[f.Parent], f)
		}
	}
	for frame, b := range old {
		for _, k := range l.in(frame) {
			x.stand(l, k, b, fl, e, from)
		}
	}
}

// layout is a run by frames.
type layout struct {
	tokens map[int][]workflow.Token
	frames map[int][]workflow.Frame
}

// child is one branch within a frame: a token, a frame that was opened, or both where the token waits for it.
type child struct {
	token *workflow.Token
	frame *workflow.Frame
}

func (l layout) in(frame int) []child {
	var out []child
	for _, t := range l.tokens[frame] {
		out = append(out, child{token: &t})
	}
	for _, f := range l.frames[frame] {
		i := slices.IndexFunc(out, func(k child) bool { return k.token != nil && k.token.ID == f.Token })
		if i >= 0 {
			out[i].frame = &f
		} else {
			out = append(out, child{frame: &f})
		}
	}
	return out
}

// key writes what a branch holds, whatever its numbers are.
func (l layout) key(k child) string {
	var b strings.Builder
	if k.token != nil {
		b.WriteString(k.token.Step)
		if k.token.At != "" {
			b.WriteByte('?')
		}
	}
	if f := k.frame; f != nil {
		parts := []string{}
		for _, c := range l.in(f.ID) {
			parts = append(parts, l.key(c))
		}
		slices.Sort(parts)
		fmt.Fprintf(&b, " %s(%d/%d/%d%s %s)", f.Opener, f.Arrived, f.Total, f.Need, f.Join, strings.Join(parts, ","))
	}
	return b.String()
}

func (x *explorer) stand(l layout, k child, b branch, fl flags, e int, from *node) {
	if k.token != nil {
		i := x.state(*k.token, b, fl, e)
		if from != nil {
			from.next = append(from.next, i)
		}
		from = x.states[i].it()
	}
	if k.frame == nil {
		return
	}
	name := fmt.Sprintf("%d.%d.%d:%s", b.instance, b.class, fl, l.key(child{frame: k.frame}))
	n, known := x.instKey[name]
	if !known {
		n = len(x.instances)
		x.instKey[name] = n
		x.open(l, *k.frame, b, fl, e)
	}
	if from != nil && !slices.Contains(from.opens, n) {
		from.opens = append(from.opens, n)
	}
}

// open makes an instance of a frame and states of its branches.
func (x *explorer) open(l layout, f workflow.Frame, around branch, fl flags, e int) {
	n := len(x.instances)
	depth := x.instances[around.instance].depth + 1
	step, _ := x.p.Find(f.Opener)
	in := &instance{around: around, opener: f.Opener, kind: step.Kind, flags: fl, depth: depth, event: e, closed: map[string]bool{}}
	in.member = step.Kind == workflow.Sub && step.Procedure != ""
	in.frame = workflow.Frame{ID: 2*depth + 1, Opener: f.Opener, Parent: 2*depth - 1, Token: 2 * depth, Total: f.Total, Need: f.Need, Arrived: f.Arrived, Join: f.Join}
	if depth == 1 {
		in.frame.Parent = 0
	}
	x.instances = append(x.instances, in)
	for a := around; a.instance != 0; a = x.instances[a.instance].around {
		if x.instances[a.instance].opener == f.Opener || depth > maxDepth {
			in.spent = true
			x.bound(x.c.sayGrowth(f.Opener))
			x.c.found(Finding{Kind: Grows, Step: f.Opener, Path: x.c.places[f.Opener], Run: x.moves(e, -1)})
			return
		}
	}
	for _, k := range l.in(f.ID) {
		key := l.key(k)
		if i := slices.IndexFunc(in.classes, func(c class) bool { return c.key == key }); i >= 0 {
			in.classes[i].size++
			continue
		}
		in.classes = append(in.classes, class{key: key, size: 1})
		x.stand(l, k, branch{n, len(in.classes) - 1}, fl, e, nil)
	}
}

// state returns the state of a token in a branch.
func (x *explorer) state(t workflow.Token, b branch, fl flags, e int) int {
	k := stateKey{in: b, step: t.Step, asked: t.At != "", flags: fl}
	if i, known := x.byKey[k]; known {
		return i
	}
	i := len(x.states)
	s := &state{in: b, step: t.Step, flags: fl, event: e, cost: x.events[e].cost}
	depth := x.instances[b.instance].depth
	s.run = workflow.Run{Tokens: []workflow.Token{{ID: 1, Step: t.Step}}, Frames: make([]workflow.Frame, depth), Last: 2*depth + 1}
	if t.At != "" {
		s.run.Tokens[0].At = "1"
	}
	for a := b; a.instance != 0; a = x.instances[a.instance].around {
		f := x.instances[a.instance].frame
		s.run.Frames[x.instances[a.instance].depth-1] = f
		if a == b {
			s.run.Tokens[0].Frame = f.ID
		}
	}
	x.byKey[k] = i
	x.states = append(x.states, s)
	heap.Push(&x.queue, queued{i, s.cost})
	return i
}

// note keeps the first way in which a branch comes to an end; known: there was one before.
func (x *explorer) note(b branch, join string, fl flags, e int) (known bool) {
	in := x.instances[b.instance]
	if in.kind != workflow.Fork {
		join = "" // any answer counts
	}
	cl := &in.classes[b.class]
	for _, a := range cl.arrives {
		if a.join == join && a.flags == fl {
			return true
		}
	}
	cl.arrives = append(cl.arrives, arrival{join: join, flags: fl, event: e})
	return false
}

// arrive notes that a branch comes to its end, and closes the instance where enough have.
func (x *explorer) arrive(b branch, join string, fl flags, e int) {
	in := x.instances[b.instance]
	if in.kind != workflow.Fork {
		join = "" // any answer counts
	}
	if x.note(b, join, fl, e) {
		return
	}
	enough := x.enough(in, join)
	for mask := flags(0); mask <= decided|released; mask++ {
		if mask&fl != fl {
			continue
		}
		x.close(b.instance, join, enough, mask)
	}
}

// enough is the number of arrivals that close an instance at a join.
func (x *explorer) enough(in *instance, join string) int {
	if in.kind != workflow.Fork {
		return in.frame.Need
	}
	s, _ := x.p.Find(join)
	return workflow.Enough(s.Need, in.frame.Total)
}

// close closes an instance by the cheapest arrivals that leave no more behind than mask says.
func (x *explorer) close(n int, join string, enough int, mask flags) {
	in := x.instances[n]
	have := 0
	if in.frame.Join == join || in.frame.Join == "" {
		have = in.frame.Arrived
	}
	var picks []int
	for i := range in.classes {
		for _, a := range in.classes[i].arrives {
			if a.join == join && a.flags&^mask == 0 {
				for range in.classes[i].size {
					picks = append(picks, a.event)
				}
				break
			}
		}
	}
	if have+len(picks) < enough || enough <= have {
		return
	}
	slices.SortStableFunc(picks, func(a, b int) int { return x.events[a].cost - x.events[b].cost })
	picks = picks[:enough-have]
	fl := in.flags
	cost := x.events[in.event].cost
	for _, p := range picks {
		cost += x.events[p].cost - x.events[in.event].cost
		fl |= x.flagsOf(n, p)
	}
	key := join + strconv.Itoa(int(fl))
	if in.closed[key] {
		return
	}
	in.closed[key] = true
	// The last of them acts on a run in which the others have arrived.
	last := x.events[picks[len(picks)-1]]
	before := last.before.Clone()
	frame := &before.Frames[in.depth-1]
	frame.Arrived = enough - 1
	if in.kind == workflow.Fork && frame.Arrived > 0 {
		frame.Join = join
	}
	for _, o := range x.try(last.can, before) {
		if slices.ContainsFunc(o.changes, func(ch workflow.Change) bool { return ch.Do == workflow.Close && ch.Frame == frame.ID }) {
			x.follow(o, event{from: last.from, can: last.can, before: before, in: last.in, cost: cost, instance: n, picks: picks}, fl)
		}
	}
}

func (x *explorer) flagsOf(n, e int) flags {
	for _, c := range x.instances[n].classes {
		for _, a := range c.arrives {
			if a.event == e {
				return a.flags
			}
		}
	}
	return 0
}

// moves lists the moves up to and with an event, from after the event stop on; -1: from the start.
func (x *explorer) moves(e, stop int) []Move {
	if e == stop {
		return nil
	}
	ev := x.events[e]
	switch {
	case ev.instance != 0:
		opened := x.instances[ev.instance].event
		out := x.moves(opened, stop)
		for _, p := range ev.picks {
			out = append(out, x.moves(p, opened)...)
		}
		out[len(out)-1] = ev.move
		return out
	case ev.from < 0:
		return []Move{ev.move}
	}
	return append(x.moves(x.states[ev.from].event, stop), ev.move)
}

// standing lists where work stands that did not stand there before.
func standing(before, after workflow.Run) []string {
	var out []string
	for _, t := range after.Tokens {
		if o, ok := before.Token(t.ID); !ok || o.Step != t.Step {
			out = append(out, t.Step)
		}
	}
	return out
}

// queue holds states to be expanded, the cheapest first.
type queue []queued

type queued struct{ state, cost int }

func (q queue) Len() int { return len(q) }
func (q queue) Less(i, j int) bool {
	return q[i].cost < q[j].cost || q[i].cost == q[j].cost && q[i].state < q[j].state
}
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }

// Push and Pop serve container/heap.
func (q *queue) Push(v any) { *q = append(*q, v.(queued)) } //nolint:forcetypeassert // only states are queued

func (q *queue) Pop() any {
	v := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return v
}
