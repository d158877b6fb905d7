package prove_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/rule"
	"github.com/motcua/motcua/internal/workflow"
	"github.com/motcua/motcua/internal/workflow/prove"
)

func task(id, to string) workflow.Step {
	return workflow.Step{
		ID: id, Title: "Việc " + id, At: workflow.AtCompetent, Role: access.RoleOfficer,
		Actions: []workflow.Action{{ID: "xong", Label: "Xong", Means: workflow.Forward, To: to}},
	}
}

func does(id string, means workflow.Meaning, to string) workflow.Step {
	s := task(id, to)
	s.Actions[0].Means = means
	return s
}

func answering(id string) workflow.Step { return does(id, workflow.Answer, "") }

func auto(id, to string) workflow.Step {
	return workflow.Step{ID: id, Title: "Tự " + id, Kind: workflow.Auto, Does: workflow.DoesNote, Text: "Đã qua", To: flows(to)}
}

func flows(to ...string) []workflow.Flow {
	var out []workflow.Flow
	for _, t := range to {
		out = append(out, workflow.Flow{To: t})
	}
	return out
}

// whole adds the end that every process has: sign, issue, hand over.
func whole(start string, steps ...workflow.Step) *workflow.Process {
	steps = append(steps, does("ky", workflow.Approve, "van-thu"), does("van-thu", workflow.Result, "tra"), does("tra", workflow.Hand, ""))
	return &workflow.Process{ID: "thu", Title: "Quy trình thử", Start: start, Steps: steps}
}

func branched() *workflow.Process {
	return whole("chia",
		workflow.Step{ID: "chia", Title: "Chia", Kind: workflow.Fork, To: flows("a", "b")},
		task("a", "gop"), task("b", "gop"),
		workflow.Step{ID: "gop", Title: "Gộp", Kind: workflow.Join, To: flows("ky")},
	)
}

func subbed() *workflow.Process {
	p := whole("a", task("a", "xac-minh"), workflow.Step{ID: "xac-minh", Title: "Xác minh", Kind: workflow.Sub, At: "so-a", Part: "p", To: flows("ky")})
	p.Parts = []workflow.Part{{ID: "p", Title: "Phần", Start: "s", Steps: []workflow.Step{task("s", "t"), answering("t")}}}
	return p
}

func chosen(whens ...string) *workflow.Process {
	p := whole("loai", workflow.Step{ID: "loai", Title: "Phân loại", Kind: workflow.Choice})
	for i, w := range whens {
		id := string(rune('a' + i))
		p.Steps[0].To = append(p.Steps[0].To, workflow.Flow{To: id, When: w})
		p.Steps = append(p.Steps, task(id, "ky"))
	}
	return p
}

func asking(of ...string) *workflow.Process {
	return whole("a", task("a", "hoi"), workflow.Step{ID: "hoi", Title: "Hỏi", Kind: workflow.Ask, Role: access.RoleOfficer, Of: of, To: flows("ky")})
}

func change(p *workflow.Process, edit func(p *workflow.Process)) *workflow.Process {
	edit(p)
	return p
}

func step(p *workflow.Process, id string) *workflow.Step {
	var out *workflow.Step
	p.Each(func(address string, s *workflow.Step) {
		if address == id {
			out = s
		}
	})
	return out
}

// area is a world whose conditions speak of an area and of how many people ask.
func area() prove.World {
	return prove.World{Guards: prove.Rules(rule.NewSchema(
		rule.Name{Path: "don.dien_tich", Type: rule.Number, Label: "diện tích", Sure: true},
		rule.Name{Path: "don.so_nguoi", Type: rule.Number, Label: "số người", Sure: true, Whole: true},
	))}
}

func TestSoundProcessesHaveNoFindings(t *testing.T) {
	for _, c := range []struct {
		name string
		p    *workflow.Process
		w    prove.World
	}{
		{"a straight one", whole("a", task("a", "ky")), prove.World{}},
		{"branches that all join", branched(), prove.World{}},
		{"branches of which any joins", change(branched(), func(p *workflow.Process) { step(p, "gop").Need = "any" }), prove.World{}},
		{"a branch that straight away is at the join", change(branched(), func(p *workflow.Process) {
			step(p, "chia").To[1].To = "gop"
			step(p, "a").Actions = append(step(p, "a").Actions, workflow.Action{ID: "b", Label: "b", Means: workflow.Forward, To: "b"})
		}), prove.World{}},
		{"a loop within a branch that any other makes superfluous", change(branched(), func(p *workflow.Process) { step(p, "gop").Need = "any"; step(p, "b").Actions[0].To = "b" }), prove.World{}},
		{"a sub-case", subbed(), prove.World{}},
		{"a question to named agencies", asking("so-a", "so-b", "so-c"), prove.World{}},
		{"a question to chosen agencies", asking(), prove.World{}},
		{"a choice with a way for the rest", chosen("x", ""), prove.World{}},
		{"a choice whose guards cover everything", chosen("don.dien_tich > 100", "don.dien_tich <= 100"), area()},
		{"rework", change(whole("a", task("a", "ky")), func(p *workflow.Process) {
			s := step(p, "ky")
			s.Actions = append(s.Actions, workflow.Action{ID: "lai", Label: "Trả lại", Means: workflow.SendBack, To: "a", Note: true})
		}), prove.World{}},
		{"a wait that passes", whole("cho", workflow.Step{ID: "cho", Title: "Chờ", Kind: workflow.Wait, For: workflow.ForPaper, To: flows("ky")}), prove.World{}},
		{"a question that is too late", change(asking("so-a"), func(p *workflow.Process) { s := step(p, "hoi"); s.Limit, s.Late = "2wd", &workflow.Late{To: "ky"} }), prove.World{}},
		{"branches within branches", change(branched(), func(p *workflow.Process) {
			step(p, "a").Actions[0].To = "chia-2"
			p.Steps = append(p.Steps, workflow.Step{ID: "chia-2", Title: "Chia nữa", Kind: workflow.Fork, To: flows("c", "d", "e")}, task("c", "gop-2"), task("d", "gop-2"), task("e", "gop-2"),
				workflow.Step{ID: "gop-2", Title: "Gộp", Kind: workflow.Join, Need: "2", To: flows("gop")})
		}), prove.World{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := prove.Check(c.p, c.w)
			for _, f := range r.Findings {
				t.Errorf("%s %s: %s\n%s", f.Kind, f.Path, f.Text, strings.Join(prove.Tell(c.p, f.Run, nil), "\n"))
			}
			if !r.Exact {
				t.Errorf("bounded: %s", r.Bounded)
			}
		})
	}
}

// planted are processes with one defect each.
var planted = []struct {
	name string
	p    *workflow.Process
	w    prove.World
	kind prove.Kind
	path string
	last error // what the interpreter answers to the last move shown; nil: it goes through
	run  int   // length of the shortest run; 0: nothing to run
}{
	{"a dead end", change(whole("a", task("a", "b"), task("b", "ky")), func(p *workflow.Process) { step(p, "b").Actions = nil }), prove.World{}, prove.Stuck, ".steps[1]", nil, 2},
	{"actions that are all conditional", change(whole("a", task("a", "ky")), func(p *workflow.Process) { step(p, "a").Actions[0].When = "x" }), prove.World{}, prove.Stuck, ".steps[0]", nil, 1},
	{"a step never reached", whole("a", task("a", "ky"), task("b", "ky")), prove.World{}, prove.Unreached, ".steps[1]", nil, 0},
	{"a way never taken", chosen("x", "", "y"), prove.World{}, prove.Unreached, ".steps[0].to[2]", nil, 0},
	{"a way whose condition an earlier one swallows", chosen("don.dien_tich > 10", "don.dien_tich > 100", ""), area(), prove.Unreached, ".steps[0].to[1]", nil, 0},
	{"an end while another branch is open", change(branched(), func(p *workflow.Process) {
		step(p, "a").Actions[0] = workflow.Action{ID: "xong", Label: "Xong", Means: workflow.Hand}
	}), prove.World{}, prove.Left, ".steps[1].actions[0]", workflow.ErrNowhere, 2},
	{"a join without a fork", whole("a", task("a", "gop"), workflow.Step{ID: "gop", Title: "Gộp", Kind: workflow.Join, To: flows("ky")}), prove.World{}, prove.NoJoin, ".steps[1]", workflow.ErrNoJoin, 2},
	{"two joins", change(branched(), func(p *workflow.Process) {
		step(p, "b").Actions[0].To = "gop-2"
		p.Steps = append(p.Steps, workflow.Step{ID: "gop-2", Title: "Gộp khác", Kind: workflow.Join, To: flows("ky")})
	}), prove.World{}, prove.TwoJoins, ".steps[0]", workflow.ErrTwoJoins, 3},
	{"a join never reached", change(branched(), func(p *workflow.Process) { step(p, "b").Actions[0].To = "b" }), prove.World{}, prove.NeverJoins, ".steps[0]", nil, 1},
	{"a circle of automatic steps", whole("a", task("a", "t"), auto("t", "u"), auto("u", "t")), prove.World{}, prove.Endless, ".steps[0].actions[0]", workflow.ErrEndless, 2},
	{"a loop without an end", whole("a", task("a", "b"), task("b", "c"), task("c", "b")), prove.World{}, prove.Trap, ".steps[1]", nil, 2},
	{"a loop without an end in one branch", change(branched(), func(p *workflow.Process) { step(p, "b").Actions[0].To = "b" }), prove.World{}, prove.Trap, ".steps[2]", nil, 1},
	{"a fork within itself", change(branched(), func(p *workflow.Process) {
		step(p, "a").Actions = append(step(p, "a").Actions, workflow.Action{ID: "lai", Label: "Lại", Means: workflow.SendBack, To: "chia"})
	}), prove.World{}, prove.Grows, ".steps[0]", nil, 2},
	{"a sub-case within itself", change(subbed(), func(p *workflow.Process) {
		p.Parts[0].Steps = append(p.Parts[0].Steps, workflow.Step{ID: "nua", Title: "Nữa", Kind: workflow.Sub, At: "so-a", Part: "p", To: flows("t")})
		p.Parts[0].Steps[0].Actions[0].To = "nua"
	}), prove.World{}, prove.Grows, ".parts[0].steps[2]", nil, 4},
	{"a guard that never holds", chosen("don.dien_tich > 5 and don.dien_tich < 3", ""), area(), prove.Never, ".steps[0].to[0].when", nil, 0},
	{"a guard that always holds", change(whole("a", task("a", "ky")), func(p *workflow.Process) { step(p, "a").Actions[0].When = "don.dien_tich > 5 or don.dien_tich <= 5" }), area(), prove.Always, ".steps[0].actions[0].when", nil, 0},
	{"a guard nobody understands", chosen("don.dien_tic > 5", ""), area(), prove.Unknown, ".steps[0].to[0].when", nil, 0},
	{"a choice with a gap", chosen("don.dien_tich > 100", "don.dien_tich < 100"), area(), prove.Gap, ".steps[0]", workflow.ErrNoWay, 1},
	{"a fork with a gap", change(branched(), func(p *workflow.Process) { step(p, "chia").To[0].When, step(p, "chia").To[1].When = "x", "y" }), prove.World{}, prove.Gap, ".steps[0]", workflow.ErrNoWay, 1},
	{"a result never issued", change(whole("a", task("a", "ky")), func(p *workflow.Process) { step(p, "van-thu").Actions[0].Means = workflow.Forward }), prove.World{}, prove.Unissued, ".steps[3].actions[0]", nil, 5},
	{"a result without a decision", change(whole("a", task("a", "ky")), func(p *workflow.Process) { step(p, "ky").Actions[0].Means = workflow.Forward }), prove.World{}, prove.Undecided, ".steps[2].actions[0]", nil, 4},
	{"an answer outside a question", change(whole("a", task("a", "ky")), func(p *workflow.Process) {
		step(p, "a").Actions[0] = workflow.Action{ID: "xong", Label: "Xong", Means: workflow.Answer}
	}), prove.World{}, prove.Outside, ".steps[0].actions[0]", workflow.ErrNowhere, 2},
	{"an action that leads nowhere and ends nothing", change(whole("a", task("a", "ky")), func(p *workflow.Process) { step(p, "a").Actions[0].To = "" }), prove.World{}, prove.NoTarget, ".steps[0].actions[0]", workflow.ErrNowhere, 2},
	{"a sub-case that hands over instead of answering", change(subbed(), func(p *workflow.Process) { p.Parts[0].Steps[1].Actions[0].Means = workflow.Hand }), prove.World{}, prove.Left, ".parts[0].steps[1].actions[0]", workflow.ErrNowhere, 4},
	{"a question with nobody to choose whom to ask", whole("cho", workflow.Step{ID: "cho", Title: "Chờ", Kind: workflow.Wait, For: workflow.ForTime, Limit: "1wd", To: flows("hoi")},
		workflow.Step{ID: "hoi", Title: "Hỏi", Kind: workflow.Ask, Role: access.RoleOfficer, To: flows("ky")}), prove.World{}, prove.Nobody, ".steps[0]", workflow.ErrAgencies, 2},
	{"a step that does not exist", whole("a", task("a", "khong-co")), prove.World{}, prove.Unknown, ".steps[0].actions[0].to", nil, 0},
	{"a part that does not exist", change(subbed(), func(p *workflow.Process) { step(p, "xac-minh").Part = "q" }), prove.World{}, prove.Unknown, ".steps[1].part", nil, 0},
	{"a role nobody knows", change(whole("a", task("a", "ky")), func(p *workflow.Process) { step(p, "a").Role = "king" }), prove.World{}, prove.Unknown, ".steps[0].role", nil, 0},
	{"a form that does not exist", change(whole("a", task("a", "ky")), func(p *workflow.Process) { step(p, "a").Form = "f" }), prove.World{Form: func(string) bool { return false }}, prove.Unknown, ".steps[0].form", nil, 0},
	{"a procedure that does not exist", change(subbed(), func(p *workflow.Process) { step(p, "xac-minh").Procedure = "9.000009" }), prove.World{Procedure: func(string) bool { return false }}, prove.Unknown, ".steps[1].procedure", nil, 0},
	{"steps longer than the legal limit", change(whole("a", task("a", "ky")), func(p *workflow.Process) { step(p, "a").Limit, step(p, "ky").Limit = "2wd", "50%" }), prove.World{Uses: []prove.Use{{Code: "9.000001", Limits: []string{"3wd"}}}}, prove.Overdue, ".steps", nil, 4},
	{"branches longer than the legal limit", change(branched(), func(p *workflow.Process) { step(p, "b").Limit, step(p, "ky").Limit = "3wd", "1wd" }), prove.World{Uses: []prove.Use{{Code: "9.000001", Limits: []string{"3wd"}}}}, prove.Overdue, ".steps", nil, 5},
	{"a paper nobody uses", change(whole("a", task("a", "ky")), func(p *workflow.Process) { step(p, "a").Makes = []string{"Tờ trình"} }), prove.World{Uses: []prove.Use{{Code: "9.000001", Results: []string{"Giấy phép"}}}}, prove.Unused, ".steps[0].makes[0]", nil, 0},
	{"a paper of the applicant that nobody sees", change(whole("a", task("a", "ky")), func(p *workflow.Process) {
		p.Each(func(_ string, s *workflow.Step) { s.Sees = []string{"don"} })
	}), prove.World{Uses: []prove.Use{{Code: "9.000001", Components: map[string]string{"don": "Đơn", "ban-ve": "Bản vẽ"}}}}, prove.Unused, ".steps", nil, 0},
}

func TestEachPlantedDefectIsFoundAndItsRunShowsIt(t *testing.T) {
	for _, c := range planted {
		t.Run(c.name, func(t *testing.T) {
			r := prove.Check(c.p, c.w)
			i := slices.IndexFunc(r.Findings, func(f prove.Finding) bool { return f.Kind == c.kind && f.Path == c.path })
			if i < 0 {
				t.Fatalf("not found; found %+v", r.Findings)
			}
			f := r.Findings[i]
			t.Logf("%s\n%s", f.Text, strings.Join(prove.Tell(c.p, f.Run, c.w.Guards), "\n"))
			if len(f.Run) != c.run {
				t.Errorf("the run has %d moves, want %d", len(f.Run), c.run)
			}
			if f.Run == nil {
				return
			}
			if _, err := prove.Replay(c.p, f.Run); !errors.Is(err, c.last) {
				t.Errorf("the run ends with %v, want %v", err, c.last)
			}
			if other := slices.DeleteFunc(r.Findings, func(o prove.Finding) bool { return o.Kind == c.kind }); len(other) > 1 {
				t.Errorf("besides: %+v", other)
			}
		})
	}
}
