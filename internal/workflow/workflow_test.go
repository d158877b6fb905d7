package workflow_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/motcua/motcua/internal/workflow"
)

func task(id, to string) workflow.Step {
	return workflow.Step{ID: id, Title: id, At: workflow.AtCompetent, Role: "case_officer", Actions: []workflow.Action{{ID: "xong", Label: "Xong", Means: workflow.Forward, To: to}}}
}

func last(id string) workflow.Step {
	return workflow.Step{ID: id, Title: id, At: workflow.AtDesk, Role: "receiving_officer", Actions: []workflow.Action{{ID: "giao", Label: "Giao", Means: workflow.Hand}}}
}

func answering(id string) workflow.Step {
	return workflow.Step{ID: id, Title: id, At: workflow.AtCompetent, Role: "case_officer", Actions: []workflow.Action{{ID: "tra-loi", Label: "Trả lời", Means: workflow.Answer}}}
}

func flows(to ...string) []workflow.Flow {
	var out []workflow.Flow
	for _, t := range to {
		out = append(out, workflow.Flow{To: t})
	}
	return out
}

// guards holds what each guard says.
type guards map[string]bool

func (g guards) Holds(guard string) (bool, error) {
	v, ok := g[guard]
	if !ok {
		return false, errors.New("unknown guard " + guard)
	}
	return v, nil
}

// player plays a run, folding a second one from the changes alone.
type player struct {
	t *testing.T
	p *workflow.Process
	w workflow.World
	r workflow.Run
}

func play(t *testing.T, p *workflow.Process, w workflow.World) *player {
	t.Helper()
	changes, err := workflow.Start(p, w)
	if err != nil {
		t.Fatalf("start: %v", err)
	}
	x := &player{t: t, p: p, w: w}
	x.r.Apply(changes...)
	return x
}

func (x *player) at(want ...string) *player {
	x.t.Helper()
	var got []string
	for _, t := range x.r.Tokens {
		s := t.Step
		if t.At != "" {
			s += "@" + t.At
		}
		got = append(got, s)
	}
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		x.t.Fatalf("work stands elsewhere (-want +got):\n%s", diff)
	}
	return x
}

func (x *player) token(step string) int {
	x.t.Helper()
	for _, t := range x.r.Tokens {
		if t.Step == step && t.At == "" || t.At != "" && t.Step+"@"+t.At == step {
			return t.ID
		}
	}
	x.t.Fatalf("nothing stands at %s: %v", step, x.r.Tokens)
	return 0
}

func (x *player) act(step, action string, agencies ...string) *player {
	x.t.Helper()
	changes, err := x.r.Act(x.p, x.token(step), action, x.w, agencies...)
	if err != nil {
		x.t.Fatalf("%s at %s: %v", action, step, err)
	}
	x.r.Apply(changes...)
	return x
}

func (x *player) refuses(want error, step, action string) *player {
	x.t.Helper()
	before := x.r.Clone()
	if _, err := x.r.Act(x.p, x.token(step), action, x.w); !errors.Is(err, want) {
		x.t.Fatalf("%s at %s: %v, want %v", action, step, err, want)
	}
	if diff := cmp.Diff(before, x.r); diff != "" {
		x.t.Fatalf("a refused act changed the run:\n%s", diff)
	}
	return x
}

func TestAStraightProcessHasOneTokenFromBeginningToEnd(t *testing.T) {
	p := &workflow.Process{Start: "a", Steps: []workflow.Step{task("a", "b"), task("b", "tra"), last("tra")}}
	x := play(t, p, workflow.AllHold{}).at("a").act("a", "xong").at("b").act("b", "xong").at("tra")
	if x.r.Tokens[0].ID != 1 {
		t.Errorf("the token changed its number to %d", x.r.Tokens[0].ID)
	}
	if x.act("tra", "giao").at(); !x.r.Ended {
		t.Error("the run has not ended")
	}
	if !p.Straight() {
		t.Error("it is straight")
	}
}

func forked(need string) *workflow.Process {
	return &workflow.Process{Start: "chia", Steps: []workflow.Step{
		{ID: "chia", Kind: workflow.Fork, To: flows("a", "b", "c")},
		task("a", "gop"), task("b", "gop"), task("c", "gop"),
		{ID: "gop", Kind: workflow.Join, Need: need, To: flows("tra")},
		last("tra"),
	}}
}

func TestAJoinWaitsForAllAnyOrSoManyBranches(t *testing.T) {
	play(t, forked(""), workflow.AllHold{}).at("a", "b", "c").act("b", "xong").at("a", "c").act("a", "xong").at("c").act("c", "xong").at("tra")
	play(t, forked("any"), workflow.AllHold{}).act("c", "xong").at("tra")
	x := play(t, forked("2"), workflow.AllHold{}).act("c", "xong").at("a", "b").act("a", "xong").at("tra")
	if len(x.r.Frames) != 0 {
		t.Errorf("frames stay open: %v", x.r.Frames)
	}
	if x.token("tra") != 1 {
		t.Error("another token goes on than the one that forked")
	}
}

func TestAForkTakesEveryWayWhoseGuardHolds(t *testing.T) {
	p := forked("")
	p.Steps[0].To[1].When, p.Steps[0].To[2].When = "x", "y"
	play(t, p, guards{"x": false, "y": true}).at("a", "c").act("a", "xong").act("c", "xong").at("tra")
	p.Steps[0].To = p.Steps[0].To[1:]
	if _, err := workflow.Start(p, guards{"x": false, "y": false}); !errors.Is(err, workflow.ErrNoWay) {
		t.Errorf("no way is open: %v", err)
	}
}

func TestAChoiceTakesTheFirstWayWhoseGuardHolds(t *testing.T) {
	p := &workflow.Process{Start: "loai", Steps: []workflow.Step{
		{ID: "loai", Kind: workflow.Choice, To: []workflow.Flow{{To: "a", When: "x"}, {To: "b"}}}, task("a", "tra"), task("b", "tra"), last("tra"),
	}}
	play(t, p, guards{"x": true}).at("a")
	play(t, p, guards{"x": false}).at("b")
	if _, err := workflow.Start(p, guards{}); err == nil {
		t.Error("a guard that fails is not passed over")
	}
}

func TestAQuestionGoesToSeveralAgenciesAtOnce(t *testing.T) {
	p := &workflow.Process{Start: "a", Steps: []workflow.Step{
		task("a", "hoi"), {ID: "hoi", Kind: workflow.Ask, Need: "2", Role: "case_officer", To: flows("b")}, task("b", "a"),
	}}
	x := play(t, p, workflow.AllHold{}).refuses(workflow.ErrAgencies, "a", "xong")
	x.act("a", "xong", "so-a", "so-b", "so-c").at("hoi", "hoi@so-a", "hoi@so-b", "hoi@so-c")
	x.act("hoi@so-b", "tra-loi").at("hoi", "hoi@so-a", "hoi@so-c").act("hoi@so-c", "tra-loi").at("b")
	x.act("b", "xong").act("a", "xong", "so-d").at("hoi", "hoi@so-d").act("hoi@so-d", "tra-loi").at("b") // round again
	x.act("b", "xong").act("a", "xong", "so-a", "so-b").act("hoi", workflow.PassAction).at("b")          // who asked waits no longer
}

func subbed() *workflow.Process {
	return &workflow.Process{
		Start: "a", Steps: []workflow.Step{task("a", "xac-minh"), {ID: "xac-minh", Kind: workflow.Sub, At: "so-a", Part: "p", To: flows("tra")}, last("tra")},
		Parts: []workflow.Part{{ID: "p", Start: "s", Steps: []workflow.Step{task("s", "t"), answering("t")}}},
	}
}

func TestASubCaseRunsThroughItsPartAndComesBack(t *testing.T) {
	x := play(t, subbed(), workflow.AllHold{}).act("a", "xong").at("p/s", "xac-minh")
	if f, ok := x.r.Frame(x.r.Tokens[1].Frame); !ok || f.At != "so-a" {
		t.Errorf("the sub-case is at %v", f)
	}
	x.act("p/s", "xong").at("p/t", "xac-minh").act("p/t", "tra-loi").at("tra")
}

func TestAQuestionOfOnesOwnAccordLeavesTheWorkWhereItIs(t *testing.T) {
	x := play(t, subbed(), workflow.AllHold{})
	changes, err := x.r.Consult(x.token("a"), "so-b", "so-c")
	if err != nil {
		t.Fatal(err)
	}
	x.r.Apply(changes...)
	x.at("a", workflow.Consulted+"@so-b", workflow.Consulted+"@so-c").act(workflow.Consulted+"@so-c", workflow.AnswerAction).at("a", workflow.Consulted+"@so-b")
	recalled, err := x.r.Recall(x.r.Frames[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	x.r.Apply(recalled...)
	x.at("a")
	x.act("a", "xong").at("p/s", "xac-minh")
}

func TestWaitsGoOnByThemselvesAndLateWorkTakesItsOtherWay(t *testing.T) {
	p := &workflow.Process{Start: "cho", Steps: []workflow.Step{
		{ID: "cho", Kind: workflow.Wait, For: workflow.ForPaper, Role: "receiving_officer", At: workflow.AtDesk, To: flows("a"), Late: &workflow.Late{To: "tra"}}, task("a", "tra"), last("tra"),
	}}
	x := play(t, p, workflow.AllHold{}).at("cho")
	late, err := x.r.Pass(p, 1, true, x.w)
	if err != nil {
		t.Fatal(err)
	}
	other := x.r.Clone()
	other.Apply(late...)
	if other.Tokens[0].Step != "tra" {
		t.Errorf("late it goes to %s", other.Tokens[0].Step)
	}
	x.act("cho", workflow.PassAction).at("a")
}

func TestWhoWaitsTooLongGoesOnWithoutTheAnswers(t *testing.T) {
	p := &workflow.Process{Start: "hoi", Steps: []workflow.Step{
		{ID: "hoi", Kind: workflow.Ask, Of: []string{"so-a", "so-b"}, Role: "case_officer", Limit: "3wd", To: flows("tra"), Late: &workflow.Late{To: "tra"}}, last("tra"),
	}}
	x := play(t, p, workflow.AllHold{}).at("hoi", "hoi@so-a", "hoi@so-b")
	if _, err := x.r.Pass(p, x.token("hoi@so-a"), true, x.w); !errors.Is(err, workflow.ErrAction) {
		t.Errorf("who was asked goes on: %v", err)
	}
	late, err := x.r.Pass(p, 1, true, x.w)
	if err != nil {
		t.Fatal(err)
	}
	x.r.Apply(late...)
	if x.at("tra"); len(x.r.Frames) != 0 {
		t.Errorf("the question stays open: %v", x.r.Frames)
	}
}

func TestWhatWasNeverProvedSoundIsRefusedNotHung(t *testing.T) {
	circle := &workflow.Process{Start: "x", Steps: []workflow.Step{{ID: "x", Kind: workflow.Choice, To: flows("y")}, {ID: "y", Kind: workflow.Auto, To: flows("x")}}}
	if _, err := workflow.Start(circle, workflow.AllHold{}); !errors.Is(err, workflow.ErrEndless) {
		t.Errorf("a circle of automatic steps: %v", err)
	}
	left := forked("")
	left.Steps[1] = last("a")
	play(t, left, workflow.AllHold{}).refuses(workflow.ErrNowhere, "a", "giao")
	two := forked("")
	two.Steps[2].Actions[0].To = "gop-2"
	two.Steps = append(two.Steps, workflow.Step{ID: "gop-2", Kind: workflow.Join, To: flows("tra")})
	play(t, two, workflow.AllHold{}).act("a", "xong").refuses(workflow.ErrTwoJoins, "b", "xong")
	alone := &workflow.Process{Start: "g", Steps: []workflow.Step{{ID: "g", Kind: workflow.Join, To: flows("g")}}}
	if _, err := workflow.Start(alone, workflow.AllHold{}); !errors.Is(err, workflow.ErrNoJoin) {
		t.Errorf("a join without a fork: %v", err)
	}
	if _, err := workflow.Start(&workflow.Process{Start: "z"}, workflow.AllHold{}); !errors.Is(err, workflow.ErrNoStep) {
		t.Errorf("a step that does not exist: %v", err)
	}
}

func TestEveryMeaningHasANature(t *testing.T) {
	for _, m := range workflow.Meanings {
		if _, ok := workflow.Natures[m]; !ok {
			t.Errorf("%s has none", m)
		}
	}
	if len(workflow.Natures) != len(workflow.Meanings) {
		t.Error("a nature belongs to no meaning")
	}
}

func BenchmarkSteps(b *testing.B) {
	p := forked("")
	p.Steps[5] = task("tra", "chia") // round and round: five acts a round
	changes, err := workflow.Start(p, workflow.AllHold{})
	if err != nil {
		b.Fatal(err)
	}
	var r workflow.Run
	r.Apply(changes...)
	for b.Loop() {
		changes, err := r.Act(p, r.Tokens[0].ID, "xong", workflow.AllHold{})
		if err != nil {
			b.Fatal(err)
		}
		r.Apply(changes...)
	}
}
