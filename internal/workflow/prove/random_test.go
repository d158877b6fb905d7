package prove_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sort"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/workflow"
	"github.com/motcua/motcua/internal/workflow/prove"
)

// composer draws processes from blocks that are sound each by itself.
type composer struct {
	t     *rapid.T
	p     *workflow.Process
	steps []workflow.Step
	n     int
}

func (c *composer) id(prefix string) string { c.n++; return fmt.Sprintf("%s-%d", prefix, c.n) }

func (c *composer) put(s workflow.Step) string {
	s.Title = "Việc " + s.ID
	c.steps = append(c.steps, s)
	return s.ID
}

// block draws a block that goes on to next and returns where it begins.
func (c *composer) block(next string, depth int) string {
	kind := "task"
	if depth > 0 {
		kind = rapid.SampledFrom([]string{"task", "sequence", "choice", "fork", "loop", "ask", "sub", "wait", "auto"}).Draw(c.t, "block")
	}
	switch kind {
	case "sequence":
		return c.block(c.block(next, depth-1), depth-1)
	case "choice":
		s := workflow.Step{ID: c.id("chon"), Kind: workflow.Choice}
		n := rapid.IntRange(2, 3).Draw(c.t, "ways")
		for i := range n {
			f := workflow.Flow{To: c.block(next, depth-1)}
			if i < n-1 {
				f.When = rapid.SampledFrom([]string{"x", "y", "z"}).Draw(c.t, "guard") + fmt.Sprint(c.n)
			}
			s.To = append(s.To, f)
		}
		return c.put(s)
	case "fork":
		join := c.put(workflow.Step{ID: c.id("gop"), Kind: workflow.Join, Need: rapid.SampledFrom([]string{"", "all", "any", "1", "2"}).Draw(c.t, "need"), To: flows(next)})
		s := workflow.Step{ID: c.id("chia"), Kind: workflow.Fork}
		for i := range rapid.IntRange(2, 3).Draw(c.t, "branches") {
			f := workflow.Flow{To: c.block(join, depth-1)}
			if i > 0 && rapid.Bool().Draw(c.t, "guarded") {
				f.When = "x" + fmt.Sprint(c.n)
			}
			s.To = append(s.To, f)
		}
		return c.put(s)
	case "loop":
		s := task(c.id("soat"), next)
		s.Actions = append(s.Actions, workflow.Action{ID: "lai", Label: "Trả lại", Means: workflow.SendBack})
		i := len(c.steps)
		c.put(s)
		body := c.block(s.ID, depth-1)
		c.steps[i].Actions[1].To = body
		return body
	case "ask":
		s := workflow.Step{ID: c.id("hoi"), Kind: workflow.Ask, Role: access.RoleOfficer, Of: []string{"so-a", "so-b", "so-c"}, To: flows(next), Need: rapid.SampledFrom([]string{"", "any", "2"}).Draw(c.t, "need")}
		if rapid.Bool().Draw(c.t, "late") {
			s.Limit, s.Late = "2wd", &workflow.Late{To: next}
		}
		return c.put(s)
	case "sub":
		outer, part := c.steps, c.id("phan")
		c.steps = nil
		end := c.put(answering(c.id("tra-loi")))
		start := c.block(end, depth-1)
		c.p.Parts = append(c.p.Parts, workflow.Part{ID: part, Title: part, Start: start, Steps: c.steps})
		c.steps = outer
		return c.put(workflow.Step{ID: c.id("con"), Kind: workflow.Sub, At: "so-a", Part: part, To: flows(next)})
	case "wait":
		s := workflow.Step{ID: c.id("cho"), Kind: workflow.Wait, For: workflow.ForPaper, Limit: "2wd", At: workflow.AtDesk, Role: access.RoleReceiving, To: flows(next)}
		if rapid.Bool().Draw(c.t, "late") {
			s.Late = &workflow.Late{To: next}
		}
		return c.put(s)
	case "auto":
		s := auto(c.id("tu"), next)
		return c.put(s)
	}
	s := task(c.id("viec"), next)
	if rapid.Bool().Draw(c.t, "two") {
		s.Actions = append(s.Actions, workflow.Action{ID: "khac", Label: "Khác", Means: workflow.Forward, To: next, When: "x" + fmt.Sprint(c.n)})
	}
	return c.put(s)
}

func drawn(t *rapid.T) *workflow.Process {
	p := whole("")
	c := &composer{t: t, p: p}
	p.Start = c.block("ky", rapid.IntRange(1, 4).Draw(t, "depth"))
	p.Steps = append(c.steps, p.Steps...)
	return p
}

// broken changes something in a process so that it may no longer be sound.
func broken(t *rapid.T, p *workflow.Process) string {
	lists := [][]workflow.Step{p.Steps}
	for i := range p.Parts {
		lists = append(lists, p.Parts[i].Steps)
	}
	list := rapid.SampledFrom(lists).Draw(t, "part")
	i := rapid.IntRange(0, len(list)-1).Draw(t, "step")
	s := &list[i]
	other := list[rapid.IntRange(0, len(list)-1).Draw(t, "to")].ID
	switch k := rapid.IntRange(0, 5).Draw(t, "break"); {
	case k == 0 && len(s.Actions) > 0:
		s.Actions = s.Actions[1:]
		return "no first action at " + s.ID
	case k <= 2 && len(s.Actions) > 0:
		a := &s.Actions[rapid.IntRange(0, len(s.Actions)-1).Draw(t, "action")]
		a.To = other
		if workflow.Natures[a.Means].Ends {
			a.Means = workflow.Forward
		}
		return s.ID + " leads to " + other
	case k == 3 && len(s.Actions) > 0:
		s.Actions[0].To, s.Actions[0].Means = "", rapid.SampledFrom([]workflow.Meaning{workflow.Hand, workflow.Answer, workflow.Forward}).Draw(t, "means")
		return s.ID + " ends by " + string(s.Actions[0].Means)
	case len(s.To) > 0:
		f := &s.To[rapid.IntRange(0, len(s.To)-1).Draw(t, "flow")]
		if (s.Kind == workflow.Choice || s.Kind == workflow.Fork) && k == 4 {
			f.When = "q"
			return "a guard at " + s.ID
		}
		f.To = other
		return s.ID + " flows to " + other
	}
	return "nothing"
}

// free is a world in which every guard answers as it likes, the same throughout one act.
type free struct {
	r     *rand.Rand
	given map[string]bool
}

func (f *free) Holds(when string) (bool, error) {
	ok, known := f.given[when]
	if !known {
		ok = f.r.IntN(2) == 0
		f.given[when] = ok
	}
	return ok, nil
}

// possible lists what can be done with a run: every token, every way on.
func possible(p *workflow.Process, r workflow.Run) (moves []prove.Move, stuck bool) {
	for _, t := range r.Tokens {
		s, _ := p.Find(t.Step)
		n, sure := len(moves), false
		for _, a := range s.Acts(t) {
			moves = append(moves, prove.Move{Do: prove.Acts, Token: t.ID, Step: t.Step, Action: a.ID})
			sure = sure || a.When == ""
		}
		if s.Kind == workflow.Wait && len(s.To) == 1 {
			moves, sure = append(moves, prove.Move{Do: prove.Passes, Token: t.ID, Step: t.Step}), true
		}
		if s.Late != nil && s.Late.To != "" && (s.Kind != workflow.Ask || t.At == "") {
			moves, sure = append(moves, prove.Move{Do: prove.Late, Token: t.ID, Step: t.Step}), true
		}
		if !s.Waits(t) && (len(moves) == n || !sure) {
			stuck = true
		}
	}
	return moves, stuck
}

func carry(p *workflow.Process, r workflow.Run, m prove.Move, w workflow.World) ([]workflow.Change, error) {
	switch m.Do {
	case prove.Acts:
		changes, err := r.Act(p, m.Token, m.Action, w)
		if errors.Is(err, workflow.ErrAgencies) {
			changes, err = r.Act(p, m.Token, m.Action, w, "so-a", "so-b")
		}
		return changes, err
	case prove.Begins:
		return workflow.Start(p, w)
	}
	return r.Pass(p, m.Token, m.Do == prove.Late, w)
}

// wander plays a run at random and tells how it went wrong; empty: it ended, or went on for long.
func wander(p *workflow.Process, rnd *rand.Rand) (wrong string, ended bool) {
	var r workflow.Run
	m := prove.Move{Do: prove.Begins}
	for range 3000 {
		w := &free{rnd, map[string]bool{}}
		if m.Action != "" {
			s, _ := p.Find(m.Step)
			for _, a := range s.Actions {
				if a.ID == m.Action {
					w.given[a.When] = true
				}
			}
		}
		changes, err := carry(p, r, m, w)
		if err != nil {
			return fmt.Sprintf("%+v: %v", m, err), false
		}
		r.Apply(changes...)
		if r.Ended {
			return "", true
		}
		moves, stuck := possible(p, r)
		if stuck || len(moves) == 0 {
			return fmt.Sprintf("stuck: %+v", r.Tokens), false
		}
		m = moves[rnd.IntN(len(moves))]
	}
	return "", false
}

// blocking are the defects that stop a run; the others are read off the definition.
var blocking = []prove.Kind{
	prove.NoTarget, prove.Stuck, prove.Gap, prove.Left, prove.Outside, prove.NoJoin, prove.TwoJoins, prove.NeverJoins, prove.Endless, prove.Trap,
	prove.Grows, prove.Nobody,
}

func blocks(r prove.Report) []prove.Finding {
	return slices.DeleteFunc(slices.Clone(r.Findings), func(f prove.Finding) bool { return !slices.Contains(blocking, f.Kind) })
}

func TestComposedProcessesAreSoundAndTenThousandRandomRunsOfThemEnd(t *testing.T) {
	runs, ended := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		p := drawn(t)
		r := prove.Check(p, prove.World{})
		for _, f := range r.Findings {
			if f.Kind != prove.Unreached { // a guard may be drawn twice
				t.Fatalf("%s %s: %s\n%s\n%s", f.Kind, f.Path, f.Text, strings.Join(prove.Tell(p, f.Run, nil), "\n"), show(p))
			}
		}
		rnd := rand.New(rand.NewPCG(1, uint64(runs)))
		for range 100 {
			wrong, end := wander(p, rnd)
			if wrong != "" {
				t.Fatalf("called sound: %s\n%s", wrong, show(p))
			}
			runs++
			if end {
				ended++
			}
		}
	})
	if runs < 10_000 || ended*100 < runs*99 {
		t.Errorf("%d runs, of which %d came to their end", runs, ended)
	}
}

func TestWhatIsCalledUnsoundIsShownAndWhatIsCalledSoundNeverGetsStuck(t *testing.T) {
	sound, unsound, runs := 0, 0, 0
	kinds := map[prove.Kind]int{}
	rapid.Check(t, func(t *rapid.T) {
		p := drawn(t)
		var how []string
		for range rapid.IntRange(1, 2).Draw(t, "breaks") {
			how = append(how, broken(t, p))
		}
		r := prove.Check(p, prove.World{})
		found := blocks(r)
		if len(found) == 0 {
			sound++
			rnd := rand.New(rand.NewPCG(2, uint64(sound)))
			for range 200 {
				if wrong, _ := wander(p, rnd); wrong != "" {
					t.Fatalf("called sound: %s\n%v\n%s", wrong, how, show(p))
				}
				runs++
			}
		} else {
			unsound++
		}
		for _, f := range r.Findings {
			kinds[f.Kind]++
			if why := shows(p, f); why != "" {
				t.Fatalf("%s %s: %s\n%s\n%s\n%v\n%s", f.Kind, f.Path, why, f.Text, strings.Join(prove.Tell(p, f.Run, nil), "\n"), how, show(p))
			}
		}
		if wrong, known := brute(p, 250); known && r.Exact && (wrong != "") != (len(found) > 0) {
			t.Fatalf("every run looked at: %q; found %+v\n%v\n%s", wrong, found, how, show(p))
		}
	})
	t.Logf("%d sound (%d runs), %d unsound: %v", sound, runs, unsound, kinds)
}

// shows tells why the run of a finding does not show it; empty: it does.
func shows(p *workflow.Process, f prove.Finding) string {
	refusals := map[prove.Kind]error{
		prove.Gap: workflow.ErrNoWay, prove.Left: workflow.ErrNowhere, prove.Outside: workflow.ErrNowhere, prove.NoJoin: workflow.ErrNoJoin,
		prove.TwoJoins: workflow.ErrTwoJoins, prove.Endless: workflow.ErrEndless, prove.Nobody: workflow.ErrAgencies,
	}
	if f.Kind == prove.NoTarget && f.Action != "" {
		refusals[f.Kind] = workflow.ErrNowhere
	}
	if f.Run == nil {
		if want := refusals[f.Kind]; want != nil {
			return "no run"
		}
		return ""
	}
	r, err := prove.Replay(p, f.Run)
	if want := refusals[f.Kind]; want != nil || err != nil {
		if !errors.Is(err, want) {
			return fmt.Sprintf("the run ends with %v, want %v", err, want)
		}
		if _, err := prove.Replay(p, f.Run[:len(f.Run)-1]); err != nil {
			return "refused before its last move"
		}
		return ""
	}
	stands := slices.ContainsFunc(r.Tokens, func(t workflow.Token) bool { return t.Step == f.Step })
	last := f.Run[len(f.Run)-1]
	switch f.Kind {
	case prove.Stuck:
		if _, stuck := possible(p, r); !stuck || !stands {
			return "nothing is stuck"
		}
	case prove.Trap, prove.NeverJoins:
		stands = stands || slices.ContainsFunc(r.Frames, func(fr workflow.Frame) bool { return fr.Opener == f.Step })
		if f.Kind == prove.Trap && !stands {
			return "nothing stands there"
		}
		rnd := rand.New(rand.NewPCG(3, 3))
		for range 50 {
			if end := onwards(p, r.Clone(), rnd); end {
				return "it ends after all"
			}
		}
	case prove.Grows:
		seen := 0
		for _, fr := range r.Frames {
			if fr.Opener == f.Step {
				seen++
			}
		}
		if seen < 2 {
			return "opened once"
		}
	case prove.Undecided, prove.Unissued:
		if last.Step != f.Step || last.Action != f.Action {
			return "another act comes last"
		}
	}
	return ""
}

func onwards(p *workflow.Process, r workflow.Run, rnd *rand.Rand) bool {
	for range 300 {
		moves, _ := possible(p, r)
		if len(moves) == 0 || len(r.Tokens) > 100 {
			return false
		}
		changes, err := carry(p, r, moves[rnd.IntN(len(moves))], &free{rnd, map[string]bool{}})
		if err != nil {
			continue
		}
		if r.Apply(changes...); r.Ended {
			return true
		}
	}
	return false
}

// brute looks at every run as a whole, branches interleaved in every order: slow, and right by itself.
func brute(p *workflow.Process, most int) (wrong string, known bool) {
	type node struct {
		r    workflow.Run
		next []int
		end  bool
	}
	var nodes []*node
	by := map[string]int{}
	add := func(r workflow.Run) int {
		k := shape(r)
		i, seen := by[k]
		if !seen {
			i = len(nodes)
			by[k] = i
			nodes = append(nodes, &node{r: r, end: r.Ended})
		}
		return i
	}
	try := func(from *node, r workflow.Run, m prove.Move) string {
		given := []map[string]bool{{}}
		for len(given) > 0 { // every way in which the guards may answer
			g := given[0]
			given = given[1:]
			w := &listed{given: g}
			if m.Action != "" {
				s, _ := p.Find(m.Step)
				for _, a := range s.Actions {
					if a.ID == m.Action {
						g[a.When] = true
					}
				}
			}
			changes, err := carry(p, r, m, w)
			if w.missing != "" {
				for _, v := range []bool{true, false} {
					more := map[string]bool{w.missing: v}
					for k, o := range g {
						more[k] = o
					}
					given = append(given, more)
				}
				continue
			}
			if err != nil {
				return fmt.Sprintf("%+v: %v", m, err)
			}
			after := r.Clone()
			after.Apply(changes...)
			if from == nil {
				add(after)
			} else {
				from.next = append(from.next, add(after))
			}
		}
		return ""
	}
	if wrong := try(nil, workflow.Run{}, prove.Move{Do: prove.Begins}); wrong != "" {
		return wrong, true
	}
	for i := 0; i < len(nodes); i++ {
		if len(nodes) > most {
			return "", false
		}
		n := nodes[i]
		if n.end {
			continue
		}
		moves, stuck := possible(p, n.r)
		if stuck {
			return fmt.Sprintf("stuck %+v", n.r.Tokens), true
		}
		for _, m := range moves {
			if wrong := try(n, n.r, m); wrong != "" {
				return wrong, true
			}
		}
	}
	for again := true; again; {
		again = false
		for _, n := range nodes {
			if !n.end && slices.ContainsFunc(n.next, func(j int) bool { return nodes[j].end }) {
				n.end, again = true, true
			}
		}
	}
	for _, n := range nodes {
		if !n.end {
			return fmt.Sprintf("no end from %+v", n.r.Tokens), true
		}
	}
	return "", true
}

type listed struct {
	given   map[string]bool
	missing string
}

func (l *listed) Holds(when string) (bool, error) {
	ok, known := l.given[when]
	if !known {
		l.missing = when
		return false, errors.New("missing")
	}
	return ok, nil
}

// shape writes a run without its numbers.
func shape(r workflow.Run) string {
	var in func(frame int) string
	in = func(frame int) string {
		var parts []string
		for _, t := range r.Tokens {
			if t.Frame == frame {
				text := t.Step
				if t.At != "" {
					text += "?"
				}
				for _, f := range r.Frames {
					if f.Token == t.ID {
						text += fmt.Sprint("!", f.Opener)
					}
				}
				parts = append(parts, text)
			}
		}
		for _, f := range r.Frames {
			if f.Parent == frame && f.ID != frame {
				parts = append(parts, fmt.Sprint(f.Opener, f.Total, f.Need, f.Arrived, f.Join, "(", in(f.ID), ")"))
			}
		}
		sort.Strings(parts)
		return strings.Join(parts, " ")
	}
	return fmt.Sprint(r.Ended, in(0))
}

func show(p *workflow.Process) string {
	var b strings.Builder
	fmt.Fprintf(&b, "start %s\n", p.Start)
	p.Each(func(address string, s *workflow.Step) {
		fmt.Fprintf(&b, "%s %s need=%s part=%s of=%v", address, s.Kind, s.Need, s.Part, s.Of)
		for _, a := range s.Actions {
			fmt.Fprintf(&b, " [%s %s→%s when %s]", a.ID, a.Means, a.To, a.When)
		}
		for _, f := range s.To {
			fmt.Fprintf(&b, " →%s when %s", f.To, f.When)
		}
		if s.Late != nil {
			fmt.Fprintf(&b, " late→%s", s.Late.To)
		}
		b.WriteByte('\n')
	})
	return b.String()
}
