package prove_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/motcua/motcua/internal/workflow"
	"github.com/motcua/motcua/internal/workflow/prove"
)

// wide is a process of sixty steps of which most stand in ten branches beside each other: 6^10 places in which a run
// as a whole could stand.
func wide() *workflow.Process {
	fork := workflow.Step{ID: "chia", Title: "Chia", Kind: workflow.Fork}
	var steps []workflow.Step
	for i := range 10 {
		fork.To = append(fork.To, workflow.Flow{To: fmt.Sprintf("v%d-0", i)})
		for j := range 5 {
			to := fmt.Sprintf("v%d-%d", i, j+1)
			if j == 4 {
				to = "gop"
			}
			s := task(fmt.Sprintf("v%d-%d", i, j), to)
			s.Limit = "1wd"
			if j > 0 {
				s.Actions = append(s.Actions, workflow.Action{ID: "lai", Label: "Trả lại", Means: workflow.SendBack, To: fmt.Sprintf("v%d-%d", i, j-1)})
			}
			steps = append(steps, s)
		}
	}
	steps = append([]workflow.Step{task("nhan", "xem"), task("xem", "chia"), fork}, steps...)
	steps = append(steps, workflow.Step{ID: "gop", Title: "Gộp", Kind: workflow.Join, Need: "7", To: flows("trinh")}, task("trinh", "duyet"), task("duyet", "soat"), task("soat", "ky"))
	return whole("nhan", steps...)
}

// chain is a process of so many steps one after the other.
func chain(n int) *workflow.Process {
	var steps []workflow.Step
	for i := range n {
		to := fmt.Sprintf("b-%d", i+1)
		if i == n-1 {
			to = "ky"
		}
		steps = append(steps, task(fmt.Sprintf("b-%d", i), to))
	}
	return whole("b-0", steps...)
}

func TestSixtyStepsAreProvedExactlyWhateverStandsBesideEachOther(t *testing.T) {
	p := wide()
	start := time.Now()
	r := prove.Check(p, prove.World{Uses: []prove.Use{{Code: "9.000001", Limits: []string{"20wd"}}}})
	if took := time.Since(start); took > time.Second {
		t.Errorf("took %s", took)
	}
	if len(p.Steps) != 60 || !r.Exact || !r.Sound() || r.Longest.Minutes != 5*480 {
		t.Errorf("%d steps, exact %t, longest %d minutes, %+v", len(p.Steps), r.Exact, r.Longest.Minutes, r.Findings)
	}
}

func TestAHugeProcessIsBoundedAndSaysSo(t *testing.T) {
	r := prove.Check(chain(5000), prove.World{})
	if r.Exact || r.Bounded == "" || len(r.Of(prove.TooLarge)) != 1 || r.Of(prove.TooLarge)[0].Path != ".steps[1000]" {
		t.Errorf("%+v", r)
	}
	if r := prove.Check(chain(prove.MaxSteps-3), prove.World{}); !r.Exact || !r.Sound() {
		t.Errorf("%d states, %+v", r.States, r.Findings)
	}
	// Forks within forks, each opening the other: bounded, and the run that grows is shown.
	grows := prove.Check(whole("f-0",
		workflow.Step{ID: "f-0", Title: "F", Kind: workflow.Fork, To: flows("f-1", "a")}, workflow.Step{ID: "f-1", Title: "G", Kind: workflow.Fork, To: flows("b", "a")},
		task("a", "gop"), task("b", "f-0"), workflow.Step{ID: "gop", Title: "Gộp", Kind: workflow.Join, To: flows("ky")}), prove.World{})
	if grows.Exact || len(grows.Of(prove.Grows)) == 0 || !strings.Contains(grows.Bounded, "không giới hạn") {
		t.Errorf("%+v", grows)
	}
}

// BenchmarkCheck60 checks sixty steps, most of them in ten branches; BenchmarkCheck1000 a chain as long as is proved.
func BenchmarkCheck60(b *testing.B) {
	p := wide()
	for b.Loop() {
		prove.Check(p, prove.World{})
	}
}

func BenchmarkCheck1000(b *testing.B) {
	p := chain(prove.MaxSteps - 3)
	for b.Loop() {
		prove.Check(p, prove.World{})
	}
}
