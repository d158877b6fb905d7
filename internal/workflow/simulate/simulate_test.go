package simulate_test

import (
	"encoding/xml"
	"errors"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/motcua/motcua/internal/workflow"
	"github.com/motcua/motcua/internal/workflow/prove"
	"github.com/motcua/motcua/internal/workflow/simulate"
)

func task(id, role string, means workflow.Meaning, to string) workflow.Step {
	return workflow.Step{
		ID: id, Title: "Bước " + id, At: workflow.AtCompetent, Role: role, Limit: "1wd",
		Actions: []workflow.Action{{ID: "xong", Label: "Xong", Means: means, To: to, Primary: true}},
	}
}

func office() *workflow.Process {
	p := &workflow.Process{ID: "thu", Title: "Thử", Start: "tham-dinh", Steps: []workflow.Step{
		task("tham-dinh", "case_officer", workflow.Forward, "chia"),
		{ID: "chia", Title: "Chia", Kind: workflow.Fork, To: []workflow.Flow{{To: "a"}, {To: "hoi"}}},
		task("a", "case_officer", workflow.Forward, "gop"),
		{ID: "hoi", Title: "Hỏi", Kind: workflow.Ask, Role: "case_officer", Of: []string{"so-a", "so-b"}, Limit: "2wd", To: []workflow.Flow{{To: "gop"}}, Late: &workflow.Late{To: "gop"}},
		{ID: "gop", Title: "Gộp", Kind: workflow.Join, To: []workflow.Flow{{To: "loai"}}},
		{ID: "loai", Title: "Loại", Kind: workflow.Choice, To: []workflow.Flow{{To: "cho", When: "x"}, {To: "ky"}}},
		{ID: "cho", Title: "Chờ", Kind: workflow.Wait, For: workflow.ForTime, Limit: "4wh", To: []workflow.Flow{{To: "ky"}}},
		task("ky", "agency_head", workflow.Approve, "van-thu"),
		task("van-thu", "clerk", workflow.Result, "tra"),
		task("tra", "receiving_officer", workflow.Hand, ""),
	}}
	p.Steps[7].Actions = append(p.Steps[7].Actions, workflow.Action{ID: "lai", Label: "Trả lại", Means: workflow.SendBack, To: "tham-dinh"})
	return p
}

func TestTenThousandFilesRunToTheirEndAndTheSameSeedSaysTheSame(t *testing.T) {
	plan := simulate.Plan{Arrivals: 8, Seed: 7, Legal: "5wd", Staff: map[string]int{"competent/case_officer": 2}, Chances: map[string]float64{"x": 0.2}}
	r, err := simulate.Run(office(), plan)
	if err != nil || r.Ended != 10_000 || r.Wrong != 0 {
		t.Fatalf("%+v %v", r, err)
	}
	again, err := simulate.Run(office(), plan)
	if diff := cmp.Diff(r, again); err != nil || diff != "" {
		t.Errorf("another result: %s", diff)
	}
	plan.Seed = 8
	if other, _ := simulate.Run(office(), plan); other.Mean == r.Mean {
		t.Error("another seed is no other luck")
	}
	for _, p := range r.Pools {
		if p.Utilisation < 0 || p.Utilisation > 1.0001 {
			t.Errorf("%s works %f of the time", p.Key, p.Utilisation)
		}
	}
	t.Log(r.Summary())
}

// A queue with one server, Poisson arrivals and service of mean 1/2 + an exponential of mean 1/2 has the waiting time
// of Pollaczek and Khinchine: the simulation has to come near it.
func TestWaitingTimesAreThoseOfTheory(t *testing.T) {
	p := &workflow.Process{ID: "thu", Title: "Thử", Start: "a", Steps: []workflow.Step{task("a", "case_officer", workflow.Complete, "")}}
	const mean, perDay = 30.0, 12.0
	r, err := simulate.Run(p, simulate.Plan{Runs: 200_000, Arrivals: perDay, Service: map[string]float64{"a": mean}, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	rate := perDay / 480
	second := mean*mean + mean*mean/4 // of the service time: mean squared and variance
	want := rate * second / (2 * (1 - rate*mean))
	if got := r.Steps[0].Mean; math.Abs(got-want) > want/10 {
		t.Errorf("files wait %f minutes, theory says %f", got, want)
	}
	if got := r.Pools[0].Utilisation; math.Abs(got-rate*mean) > 0.02 {
		t.Errorf("busy %f of the time, theory says %f", got, rate*mean)
	}
}

func TestMorePeopleMakeItFasterAndTheBottleneckIsNamed(t *testing.T) {
	p := office()
	few, err := simulate.Run(p, simulate.Plan{Runs: 2000, Arrivals: 12, Legal: "3wd", Service: map[string]float64{"ky": 45, "tham-dinh": 10, "a": 10, "hoi": 5}})
	if err != nil {
		t.Fatal(err)
	}
	if few.Bottleneck != "competent/agency_head" || few.Late == 0 {
		t.Errorf("%s, %d late", few.Bottleneck, few.Late)
	}
	more, err := simulate.Run(p, simulate.Plan{Runs: 2000, Arrivals: 12, Legal: "3wd", Service: map[string]float64{"ky": 45, "tham-dinh": 10, "a": 10, "hoi": 5}, Staff: map[string]int{"competent/agency_head": 3}})
	if err != nil || more.Mean >= few.Mean || more.Late >= few.Late {
		t.Errorf("%f against %f, %d late against %d, %v", more.Mean, few.Mean, more.Late, few.Late, err)
	}
}

func TestPastFilesAreBelieved(t *testing.T) {
	p := &workflow.Process{ID: "thu", Title: "Thử", Start: "a", Steps: []workflow.Step{task("a", "case_officer", workflow.Approve, "b"), task("b", "clerk", workflow.Complete, "")}}
	p.Steps[0].Actions = append(p.Steps[0].Actions, workflow.Action{ID: "tu-choi", Label: "Từ chối", Means: workflow.Decline, To: "b"})
	rows := []simulate.Row{{Step: "a", Action: "tu-choi", Minutes: 17}, {Step: "a", Action: "tu-choi", Minutes: 17}}
	r, err := simulate.Run(p, simulate.Plan{Runs: 100, Arrivals: 0.5, Sample: simulate.SampleOf(append(rows, simulate.Row{Step: "a", Action: "xong", Minutes: 17}))})
	if err != nil || r.Steps[0].Service != 17 {
		t.Errorf("%+v %v", r.Steps, err)
	}
}

func TestAStuckFileIsCountedNotHung(t *testing.T) {
	p := office()
	p.Steps[2].Actions[0].To = "khong-co"
	r, err := simulate.Run(p, simulate.Plan{Runs: 50})
	if err != nil || r.Wrong != 50 || r.Ended != 0 || r.First == "" {
		t.Errorf("%+v %v", r, err)
	}
	loop := &workflow.Process{Start: "a", Steps: []workflow.Step{task("a", "clerk", workflow.Forward, "a")}}
	if r, err := simulate.Run(loop, simulate.Plan{Runs: 3}); err != nil || r.Wrong != 3 {
		t.Errorf("%+v %v", r, err)
	}
	for _, bad := range []simulate.Plan{{Runs: -1}, {Arrivals: -2}, {Arrivals: math.NaN()}, {Legal: "soon"}, {Staff: map[string]int{"x": 0}}, {Runs: simulate.MaxRuns + 1}} {
		if _, err := simulate.Run(p, bad); !errors.Is(err, simulate.ErrPlan) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}

func TestThePictureIsAnImageWithWords(t *testing.T) {
	p := office()
	p.Steps[0].Title = `Thẩm <định> & "ký"`
	r, err := simulate.Run(p, simulate.Plan{Runs: 200})
	if err != nil {
		t.Fatal(err)
	}
	svg := r.SVG()
	for dec := xml.NewDecoder(strings.NewReader(svg)); ; {
		if _, err := dec.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("%v\n%s", err, svg)
		}
	}
	if !strings.Contains(svg, "<title ") || !strings.Contains(svg, "<desc ") || strings.Contains(svg, "style=") {
		t.Error(svg)
	}
}

func TestAPersonPlaysStepByStepAndGoesBack(t *testing.T) {
	no := func(string) bool { return false }
	x, err := simulate.Begin(office(), no)
	if err != nil || len(x.Possible()) != 1 {
		t.Fatalf("%+v %v", x, err)
	}
	take := func(step string) {
		t.Helper()
		for _, m := range x.Possible() {
			if m.Step == step && m.Action != workflow.PassAction || m.Step == step && step != "hoi" {
				if err := x.Take(m, no); err != nil {
					t.Fatal(err)
				}
				return
			}
		}
		t.Fatalf("nothing to do at %s: %+v", step, x.Possible())
	}
	for _, step := range []string{"tham-dinh", "a", "hoi"} {
		take(step)
	}
	before := len(x.Done)
	if err := x.Back(); err != nil || len(x.Done) != before-1 {
		t.Fatal(err)
	}
	for _, step := range []string{"hoi", "ky", "van-thu", "tra"} {
		for again := true; again; {
			take(step)
			again = false
			for _, tk := range x.Run.Tokens {
				again = again || tk.Step == step
			}
		}
	}
	if !x.Run.Ended || len(x.Possible()) != 0 {
		t.Errorf("%+v", x.Run)
	}
	if _, err := prove.Replay(x.Process, x.Done); err != nil {
		t.Error(err)
	}
}

func BenchmarkTenThousandFiles(b *testing.B) {
	for b.Loop() {
		if _, err := simulate.Run(office(), simulate.Plan{Arrivals: 8, Legal: "5wd"}); err != nil {
			b.Fatal(err)
		}
	}
}
