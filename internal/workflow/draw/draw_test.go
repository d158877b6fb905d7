package draw_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"github.com/motcua/motcua/internal/workflow"
	"github.com/motcua/motcua/internal/workflow/draw"
	"github.com/motcua/motcua/lang"
)

func task(id string, acts ...workflow.Action) workflow.Step {
	return workflow.Step{ID: id, Title: "Việc " + id, At: workflow.AtCompetent, Role: "case_officer", Limit: "2wd", Actions: acts}
}

func to(id string) workflow.Action {
	return workflow.Action{ID: "toi-" + id, Label: "Chuyển " + id, Means: workflow.Forward, To: id}
}

func back(id string) workflow.Action {
	return workflow.Action{ID: "ve-" + id, Label: "Trả lại " + id, Means: workflow.SendBack, To: id}
}

func hand() workflow.Action {
	return workflow.Action{ID: "giao", Label: "Trả kết quả", Means: workflow.Hand, Primary: true}
}

func flows(to ...string) []workflow.Flow {
	var out []workflow.Flow
	for _, t := range to {
		out = append(out, workflow.Flow{To: t})
	}
	return out
}

// whole has every kind of step once.
func whole() *workflow.Process {
	return &workflow.Process{
		ID: "du-loai", Title: "Đủ các loại bước", Start: "phan-cong",
		Steps: []workflow.Step{
			task("phan-cong", to("loai")),
			{ID: "loai", Title: "Có phải hỏi không?", Kind: workflow.Choice, To: []workflow.Flow{{To: "chia", When: "dien_tich > 5000", Title: "Có"}, {To: "ky"}}},
			{ID: "chia", Title: "Hỏi cùng lúc", Kind: workflow.Fork, To: flows("a", "hoi", "xac-minh")},
			task("a", to("gop")),
			{ID: "hoi", Title: "Hỏi các sở", Kind: workflow.Ask, Of: []string{"so-a", "so-b"}, Need: "any", Role: "case_officer", To: flows("gop")},
			{ID: "xac-minh", Title: "Xác minh tại xã", Kind: workflow.Sub, At: workflow.AtCommune, Part: "p", To: flows("gop")},
			{ID: "gop", Title: "Đủ ý kiến", Kind: workflow.Join, Need: "2", To: flows("ky")},
			task("ky", workflow.Action{ID: "ky", Label: "Ký", Means: workflow.Approve, To: "cho", Primary: true}, back("chia"), back("phan-cong")),
			{ID: "cho", Title: "Chờ nộp tiền", Kind: workflow.Wait, For: workflow.ForPayment, Limit: "10wd", To: flows("bao"), Late: &workflow.Late{To: "tra", Tell: "agency_head"}},
			{ID: "bao", Title: "Báo kết quả", Kind: workflow.Auto, Does: workflow.DoesNotice, Text: "Đã có kết quả", To: flows("tra")},
			task("tra", hand()),
		},
		Parts: []workflow.Part{{ID: "p", Title: "Xác minh", Start: "s", Steps: []workflow.Step{
			task("s", to("t")), task("t", workflow.Action{ID: "x", Label: "Trả lời", Means: workflow.Answer, Primary: true}, back("s")),
		}}},
	}
}

func draws(t *testing.T, p *workflow.Process, look draw.Look) draw.Picture {
	t.Helper()
	pic, err := draw.Draw(p, look)
	if err != nil {
		t.Fatalf("%s: %v", p.ID, err)
	}
	return pic
}

func overlap(a, b draw.Box) bool {
	return a.X < b.X+b.W && b.X < a.X+a.W && a.Y < b.Y+b.H && b.Y < a.Y+a.H
}

func within(a, b draw.Box) bool {
	return a.X >= b.X && a.Y >= b.Y && a.X+a.W <= b.X+b.W && a.Y+a.H <= b.Y+b.H
}

// tidy holds what every picture keeps to.
func tidy(t *testing.T, p *workflow.Process, pic draw.Picture) {
	t.Helper()
	all := draw.Box{W: pic.Width, H: pic.Height}
	seen := map[string]draw.Box{}
	for i, n := range pic.Nodes {
		if !within(n.Box, all) {
			t.Errorf("%s: %q lies outside of the picture: %v of %v", p.ID, n.Address, n.Box, all)
		}
		if n.Address != "" {
			if _, twice := seen[n.Address]; twice {
				t.Errorf("%s: %s is drawn twice", p.ID, n.Address)
			}
			seen[n.Address] = n.Box
		}
		for _, l := range n.Lines {
			if l.Y > n.Box.H {
				t.Errorf("%s: %q runs out of its box", p.ID, l.Text)
			}
		}
		for _, o := range pic.Nodes[:i] {
			if overlap(n.Box, o.Box) && !within(n.Box, o.Box) && !within(o.Box, n.Box) {
				t.Errorf("%s: %q and %q lie on one another: %v, %v", p.ID, n.Full, o.Full, n.Box, o.Box)
			}
		}
	}
	p.Each(func(address string, _ *workflow.Step) {
		if _, ok := seen[address]; !ok {
			t.Errorf("%s: %s is not drawn", p.ID, address)
		}
	})
	for i, e := range pic.Edges {
		if len(e.Points) < 2 {
			t.Errorf("%s: the way %s → %s has no points", p.ID, e.From, e.To)
		}
		for k := 1; k < len(e.Points); k++ {
			if a, b := e.Points[k-1], e.Points[k]; a.X != b.X && a.Y != b.Y {
				t.Errorf("%s: the way %s → %s runs askew from %v to %v", p.ID, e.From, e.To, a, b)
			}
		}
		if len(e.Lines) == 0 {
			continue
		}
		if !within(e.Label, all) {
			t.Errorf("%s: label %q lies outside: %v of %v", p.ID, e.Full, e.Label, all)
		}
		for _, n := range pic.Nodes {
			if overlap(e.Label, n.Box) && (n.Shape != draw.Shape(workflow.Sub) || !within(e.Label, n.Box)) {
				t.Errorf("%s: label %q %v lies on %q %v", p.ID, e.Full, e.Label, n.Full, n.Box)
			}
		}
		for _, o := range pic.Edges[:i] {
			if len(o.Lines) > 0 && overlap(e.Label, o.Label) {
				t.Errorf("%s: labels %q and %q lie on one another", p.ID, e.Full, o.Full)
			}
		}
	}
}

// wellFormed reads the SVG and refuses what the content policy would.
func wellFormed(t *testing.T, pic draw.Picture) string {
	t.Helper()
	var b bytes.Buffer
	if err := pic.SVG(&b); err != nil {
		t.Fatal(err)
	}
	for dec := xml.NewDecoder(bytes.NewReader(b.Bytes())); ; {
		tok, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("not well-formed: %v\n%s", err, b.String())
		}
		e, ok := tok.(xml.StartElement)
		if !ok {
			continue
		}
		if e.Name.Local == "script" || e.Name.Local == "style" {
			t.Errorf("holds a %s", e.Name.Local)
		}
		for _, a := range e.Attr {
			if a.Name.Local == "style" || strings.HasPrefix(a.Name.Local, "on") {
				t.Errorf("holds %s=%q", a.Name.Local, a.Value)
			}
		}
	}
	return b.String()
}

func demo(t *testing.T) []*workflow.Process {
	t.Helper()
	dir := os.DirFS("../../../packs/demo/processes")
	names, err := fs.Glob(dir, "*.yaml")
	if err != nil || len(names) == 0 {
		t.Fatal("no processes", err)
	}
	var out []*workflow.Process
	for _, name := range names {
		raw, err := fs.ReadFile(dir, name)
		if err != nil {
			t.Fatal(err)
		}
		p := new(workflow.Process)
		if err := yaml.Unmarshal(raw, p); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		out = append(out, p)
	}
	return out
}

func TestNothingLiesOnAnythingElse(t *testing.T) {
	all := append(demo(t), whole())
	for seed := range uint64(60) {
		all = append(all, random(rand.New(rand.NewPCG(seed, 1)), 3+int(seed)))
	}
	for _, p := range all {
		for _, lanes := range []bool{false, true} {
			pic := draws(t, p, draw.Look{Lanes: lanes})
			tidy(t, p, pic)
			wellFormed(t, pic)
		}
	}
}

// random is a process of n tasks that lead on, over some, and back.
func random(r *rand.Rand, n int) *workflow.Process {
	p := &workflow.Process{ID: fmt.Sprintf("ngau-nhien-%d", n), Title: "Ngẫu nhiên", Start: "s0"}
	name := func(i int) string { return fmt.Sprintf("s%d", i) }
	for i := range n {
		s := task(name(i))
		s.Role = []string{"case_officer", "clerk", "agency_head"}[r.IntN(3)]
		if i == n-1 {
			s.Actions = []workflow.Action{hand()}
		} else {
			s.Actions = []workflow.Action{to(name(i + 1))}
			s.Actions[0].Primary = true
		}
		if r.IntN(3) == 0 && i < n-2 {
			s.Actions = append(s.Actions, to(name(i+2+r.IntN(n-i-2))))
		}
		if r.IntN(4) == 0 && i > 0 {
			s.Actions = append(s.Actions, back(name(r.IntN(i))))
		}
		if r.IntN(9) == 0 {
			s.Actions = append(s.Actions, back(name(i)))
		}
		p.Steps = append(p.Steps, s)
	}
	return p
}

func TestThePictureSaysInWordsAndShapesWhatColourSays(t *testing.T) {
	p := whole()
	marks := draw.Marks{"phan-cong": {State: draw.Done}, "a": {State: draw.Now, Who: []string{"Trần Thị Ngữ"}, Since: "08:05 thứ Ba, 21/04/2026"}, "hoi": {State: draw.Late}, "ky": {State: draw.Next}}
	svg := wellFormed(t, draws(t, p, draw.Look{Marks: marks}))
	for _, want := range []string{
		`role="img"`, "Đã xong", "Đang ở đây", "Đang ở đây, quá hạn", "Tiếp theo", "Trần Thị Ngữ", "từ 08:05 thứ Ba", "flow-here",
		"Hồ sơ đang ở: Việc a (Trần Thị Ngữ).", "Quá hạn ở: Hỏi các sở.", "Hồ sơ con", "Chờ nộp tiền", "đủ 2", "2 ngày làm việc",
	} {
		if !strings.Contains(svg, want) {
			t.Errorf("does not say %q", want)
		}
	}
	english := wellFormed(t, draws(t, p, draw.Look{Marks: marks, Lang: lang.EN}))
	for _, want := range []string{"Here now, overdue", "2 working days", "Sub-case"} {
		if !strings.Contains(english, want) {
			t.Errorf("does not say %q in English", want)
		}
	}
}

func TestAPartStandsInTheOneSubCaseThatRunsThroughIt(t *testing.T) {
	p := whole()
	pic := draws(t, p, draw.Look{})
	boxes := map[string]draw.Box{}
	for _, n := range pic.Nodes {
		boxes[n.Address] = n.Box
	}
	if !within(boxes["p/s"], boxes["xac-minh"]) || !within(boxes["p/t"], boxes["xac-minh"]) {
		t.Errorf("the part lies outside: %v, %v of %v", boxes["p/s"], boxes["p/t"], boxes["xac-minh"])
	}
	p.Steps = append(p.Steps, workflow.Step{ID: "nua", Title: "Xác minh nữa", Kind: workflow.Sub, At: "so-a", Part: "p", To: flows("tra")})
	pic = draws(t, p, draw.Look{})
	tidy(t, p, pic)
	if len(pic.Frames) != 1 || pic.Frames[0].Title != "Xác minh" {
		t.Errorf("a part with two sub-cases has one frame of its own: %v", pic.Frames)
	}
	p.Parts[0].Steps[0] = workflow.Step{ID: "s", Kind: workflow.Sub, Part: "p", To: flows("t")}
	p.Steps = slices.DeleteFunc(p.Steps, func(s workflow.Step) bool { return s.Kind == workflow.Sub })
	tidy(t, p, draws(t, p, draw.Look{})) // a part that calls itself ends too
}

func TestWhatIsBrokenIsDrawnAsFarAsItGoes(t *testing.T) {
	for name, p := range map[string]*workflow.Process{
		"nothing":            {ID: "x"},
		"no such start":      {ID: "x", Start: "y", Steps: []workflow.Step{task("a", to("a"))}},
		"leads nowhere":      {ID: "x", Start: "a", Steps: []workflow.Step{task("a", to("z"))}},
		"a circle":           {ID: "x", Start: "a", Steps: []workflow.Step{task("a", to("b")), task("b", to("a"))}},
		"no way leads there": {ID: "x", Start: "a", Steps: []workflow.Step{task("a", hand()), task("b", to("c")), task("c", to("b"))}},
		"markup in titles":   {ID: `"><script>`, Title: "<script>\x00\x1b]]>", Start: "a", Steps: []workflow.Step{{ID: "a", Title: "</text><script>alert(1)</script>", Actions: []workflow.Action{hand()}}}},
		"no such part":       {ID: "x", Start: "a", Steps: []workflow.Step{{ID: "a", Kind: workflow.Sub, Part: "z"}}},
		"one endless word":   {ID: "x", Start: "a", Steps: []workflow.Step{{ID: "a", Title: strings.Repeat("ế", 5000), Actions: []workflow.Action{hand()}}}},
	} {
		t.Run(name, func(t *testing.T) {
			pic := draws(t, p, draw.Look{})
			tidy(t, p, pic)
			wellFormed(t, pic)
			draw.Table(p, draw.Look{})
		})
	}
}

func TestAProcessTooLargeForAPictureHasItsOutline(t *testing.T) {
	p := random(rand.New(rand.NewPCG(1, 2)), 5000)
	if _, err := draw.Draw(p, draw.Look{}); !errors.Is(err, draw.ErrTooLarge) {
		t.Errorf("5,000 steps: %v", err)
	}
	if lines := draw.Outline(p, draw.Look{}); len(lines) != 5000 {
		t.Errorf("the outline has %d lines", len(lines))
	}
	star := &workflow.Process{ID: "x", Start: "s0"}
	for i := range 400 {
		s := task(fmt.Sprintf("s%d", i))
		for k := i + 1; k < 400; k++ {
			s.Actions = append(s.Actions, to(fmt.Sprintf("s%d", k)))
		}
		star.Steps = append(star.Steps, s)
	}
	if _, err := draw.Draw(star, draw.Look{}); !errors.Is(err, draw.ErrTooLarge) {
		t.Errorf("every step to every later one: %v", err)
	}
}

func TestTheOutlineSaysWhatThePictureSays(t *testing.T) {
	p := whole()
	look := draw.Look{Names: draw.Names{Agency: func(id string) string {
		return map[string]string{"so-a": "Sở A", "so-b": "Sở B"}[id]
	}}}
	var told []string
	for _, r := range draw.Table(p, look) {
		told = append(told, strings.Join([]string{r.Number, r.Step, r.Holder, r.Limit, strings.Join(r.To, " | ")}, " ; "))
	}
	want := []string{
		"1 ; Việc phan-cong ; Chuyên viên thụ lý, Cơ quan giải quyết ; 2 ngày làm việc ; Chuyển loai: 2. Có phải hỏi không?",
		"2 ; Có phải hỏi không? ;  ;  ; Có: 3. Hỏi cùng lúc | Còn lại: 8. Việc ky",
		"6.2 ; Việc t ; Chuyên viên thụ lý, Cơ quan giải quyết ; 2 ngày làm việc ; Trả lời: Trả lời nơi hỏi | Trả lại s: 6.1. Việc s",
		"5 ; Hỏi các sở ; Chuyên viên thụ lý, Sở A, Sở B ;  ; Chuyển tới: 7. Đủ ý kiến",
	}
	for _, w := range want {
		if !slices.Contains(told, w) {
			t.Errorf("no row %q in\n%s", w, strings.Join(told, "\n"))
		}
	}
	if len(draw.Columns(look)) != 7 {
		t.Error("the table has seven columns")
	}
}

// run plays acts and returns all changes.
func run(t *testing.T, p *workflow.Process, acts ...string) []workflow.Change {
	t.Helper()
	var r workflow.Run
	all, err := workflow.Start(p, workflow.AllHold{})
	if err != nil {
		t.Fatal(err)
	}
	r.Apply(all...)
	for _, a := range acts {
		step, action, _ := strings.Cut(a, ":")
		token := 0
		for _, tok := range r.Tokens {
			if s, _ := p.Find(step); tok.Step == step && token == 0 && !s.Waits(tok) {
				token = tok.ID
			}
		}
		changes, err := r.Act(p, token, action, workflow.AllHold{})
		if err != nil {
			t.Fatalf("%s: %v", a, err)
		}
		r.Apply(changes...)
		all = append(all, changes...)
	}
	return all
}

func TestYouAreHereFollowsTheRun(t *testing.T) {
	tests := []struct {
		name string
		acts []string
		want string
	}{
		{"at the beginning", nil, "now phan-cong, next loai a hoi xac-minh ky chia"},
		{"in three branches at once", []string{"phan-cong:toi-loai"}, "done phan-cong loai chia, now a hoi xac-minh p/s, next gop p/t"},
		{"one branch done", []string{"phan-cong:toi-loai", "a:toi-gop"}, "done phan-cong loai chia a, now hoi xac-minh p/s, next gop p/t"},
		{"enough branches done", []string{"phan-cong:toi-loai", "a:toi-gop", "hoi:tra-loi"}, "done phan-cong loai chia a hoi gop, now ky, next cho"},
		{"sent back to the branches", []string{"phan-cong:toi-loai", "a:toi-gop", "hoi:tra-loi", "ky:ve-chia"}, "done phan-cong loai chia, now a hoi xac-minh p/s, next gop p/t"},
		{"sent back to the beginning", []string{"phan-cong:toi-loai", "a:toi-gop", "hoi:tra-loi", "ky:ve-phan-cong"}, "now phan-cong, next loai a hoi xac-minh ky chia"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := whole()
			got := map[draw.State][]string{}
			for address, m := range draw.Follow(p, run(t, p, tt.acts...)) {
				got[m.State] = append(got[m.State], address)
			}
			want := map[draw.State][]string{}
			for _, part := range strings.Split(tt.want, ", ") {
				words := strings.Fields(part)
				want[draw.State(words[0])] = words[1:]
			}
			for _, s := range []draw.State{draw.Done, draw.Now, draw.Next} {
				slices.Sort(got[s])
				slices.Sort(want[s])
				if !slices.Equal(got[s], want[s]) {
					t.Errorf("%s: %v, want %v", s, got[s], want[s])
				}
			}
		})
	}
}

func BenchmarkSixtySteps(b *testing.B) {
	p := random(rand.New(rand.NewPCG(7, 7)), 60)
	for b.Loop() {
		pic, err := draw.Draw(p, draw.Look{})
		if err != nil {
			b.Fatal(err)
		}
		if err := pic.SVG(io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}
