package bpmn_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/motcua/motcua/internal/workflow"
	"github.com/motcua/motcua/internal/workflow/bpmn"
	"github.com/motcua/motcua/internal/workflow/draw"
	"github.com/motcua/motcua/internal/workflow/prove"
	"github.com/motcua/motcua/internal/workflow/roleword"
)

// back exports and imports a process and compares.
func back(t *testing.T, p *workflow.Process) []byte {
	t.Helper()
	raw, err := bpmn.Export(p, draw.Look{})
	if err != nil {
		t.Fatalf("%s: %v", p.ID, err)
	}
	got, report, err := bpmn.Import(raw, bpmn.Options{})
	if err != nil || len(report.Problems) > 0 || len(report.Remarks) > 0 {
		t.Fatalf("%s: %v %v\n%s", p.ID, err, report, raw)
	}
	want := *p
	want.Digest = ""
	if diff := cmp.Diff(&want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("%s came back changed (-want +got):\n%s\n%s", p.ID, diff, raw)
	}
	again, err := bpmn.Export(got, draw.Look{})
	if err != nil || !bytes.Equal(raw, again) {
		t.Errorf("%s: written twice, it differs (%v)", p.ID, err)
	}
	return raw
}

func TestTheDemosProcessesComeBackTheSame(t *testing.T) {
	files, err := filepath.Glob("../../../packs/demo/processes/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no processes", err)
	}
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		var p workflow.Process
		if err := yaml.Unmarshal(raw, &p); err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		back(t, &p)
	}
}

func TestRandomProcessesComeBackTheSame(t *testing.T) {
	for seed := range uint64(200) {
		back(t, random(rand.New(rand.NewPCG(seed, 3))))
	}
}

// random makes a process in which every field of every kind may be set. It need not be sound.
func random(r *rand.Rand) *workflow.Process {
	text := func() string {
		return []string{"", "", "Thẩm định", "a < b & \"c\"", "hai\ndòng\tvà tab", " khoảng trắng ", "số 1/2 – “ngoặc”", "]]>", "'"}[r.IntN(9)]
	}
	some := func() []string {
		var out []string
		for range r.IntN(3) {
			out = append(out, text())
		}
		return out
	}
	pick := func(all ...string) string { return all[r.IntN(len(all))] }
	p := &workflow.Process{ID: pick("p", "quy-trinh", "Ký hiệu 1"), Title: text(), Basis: text()}
	parts := r.IntN(3)
	course := func(part string) (string, []workflow.Step) {
		n := 1 + r.IntN(8)
		ids := make([]string, n)
		for i := range ids {
			ids[i] = pick("buoc-", "b_", "1", "Đ.") + fmt.Sprint(i)
		}
		to := func() string { return ids[r.IntN(n)] }
		steps := make([]workflow.Step, n)
		for i := range steps {
			s := &steps[i]
			*s = workflow.Step{
				ID: ids[i], Title: text(), Kind: workflow.Kinds[r.IntN(len(workflow.Kinds))], At: pick("", "desk", "competent", "so-a"), Unit: text(), Role: text(),
				Limit: pick("", "2wd", "30%", "0.5wd", "8wh", "1m", "15d", "vô lý"), Help: text(), Post: text(), Assign: pick("", "load"), Form: text(),
				Makes: some(), Sees: some(), Edits: some(), Of: some(), Need: pick("", "all", "any", "2"), For: pick("", "time", "paper"), Procedure: text(), Does: pick("", "notice", "note"), Text: text(),
			}
			if parts > 0 && s.Kind == workflow.Sub {
				s.Part = fmt.Sprintf("phan-%d", r.IntN(parts))
			}
			if s.Kind != workflow.Task {
				for range 1 + r.IntN(3) {
					s.To = append(s.To, workflow.Flow{To: to(), When: text(), Title: text()})
				}
			}
			if s.Kind == workflow.Task || s.Kind == workflow.Ask || s.Kind == workflow.Wait {
				for k := range r.IntN(4) {
					a := workflow.Action{ID: fmt.Sprintf("a%d", k), Label: text(), Means: workflow.Meanings[r.IntN(len(workflow.Meanings))], To: to(), Note: r.IntN(2) == 0, Primary: r.IntN(2) == 0, When: text()}
					if r.IntN(4) == 0 {
						a.To = ""
					}
					s.Actions = append(s.Actions, a)
				}
			}
			switch r.IntN(4) {
			case 0:
				s.Late = &workflow.Late{Tell: text()}
			case 1:
				s.Late = &workflow.Late{To: to(), Tell: text()}
			}
		}
		return to(), steps
	}
	p.Start, p.Steps = course("")
	for i := range parts {
		part := workflow.Part{ID: fmt.Sprintf("phan-%d", i), Title: text()}
		part.Start, part.Steps = course(part.ID)
		p.Parts = append(p.Parts, part)
	}
	return p
}

func TestWhatBPMNCannotSayIsRefused(t *testing.T) {
	for name, p := range map[string]*workflow.Process{
		"no start":       {ID: "x", Start: "a"},
		"leads nowhere":  {ID: "x", Start: "a", Steps: []workflow.Step{{ID: "a", Actions: []workflow.Action{{ID: "x", To: "z"}}}}},
		"an id twice":    {ID: "x", Start: "a", Steps: []workflow.Step{{ID: "a"}, {ID: "a"}}},
		"no id":          {ID: "x", Start: "", Steps: []workflow.Step{{}}},
		"late to nobody": {ID: "x", Start: "a", Steps: []workflow.Step{{ID: "a", Late: &workflow.Late{To: "z"}}}},
	} {
		if _, err := bpmn.Export(p, draw.Look{}); !errors.Is(err, bpmn.ErrBroken) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

const head = `<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:other="http://other.example/schema" id="D">
`

// foreign is a file as another tool writes it: a decision behind a task, a rule, a parallel pair, a loop, a timer on a
// step, an embedded sub-process, lanes and no field of ours.
const foreign = head + `<bpmn:process id="Process_1" name="Cấp giấy phép">
<bpmn:laneSet id="L"><bpmn:lane id="L1" name="Chuyên viên"><bpmn:flowNodeRef>t1</bpmn:flowNodeRef><bpmn:flowNodeRef>t2</bpmn:flowNodeRef><bpmn:flowNodeRef>t3</bpmn:flowNodeRef></bpmn:lane>
<bpmn:lane id="L2" name="Lãnh đạo Sở"><bpmn:flowNodeRef>t4</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>
<bpmn:startEvent id="s"/>
<bpmn:userTask id="t1" name="Thẩm định"><bpmn:extensionElements><other:x/></bpmn:extensionElements></bpmn:userTask>
<bpmn:exclusiveGateway id="g0"/>
<bpmn:exclusiveGateway id="g1" name="Diện tích lớn?" default="f6"/>
<bpmn:parallelGateway id="g2"/><bpmn:parallelGateway id="g3"/>
<bpmn:userTask id="t2" name="Kiểm tra thực địa"/>
<bpmn:userTask id="t3" name="Lấy ý kiến"><bpmn:multiInstanceLoopCharacteristics/></bpmn:userTask>
<bpmn:subProcess id="sp" name="Xác minh"><bpmn:startEvent id="ss"/><bpmn:task id="st" name="Xác minh tại xã"/><bpmn:endEvent id="se"/>
<bpmn:sequenceFlow id="sf1" sourceRef="ss" targetRef="st"/><bpmn:sequenceFlow id="sf2" sourceRef="st" targetRef="se"/></bpmn:subProcess>
<bpmn:userTask id="t4" name="Ký"/><bpmn:exclusiveGateway id="g4"/>
<bpmn:boundaryEvent id="b" attachedToRef="t2"><bpmn:timerEventDefinition><bpmn:timeDuration xsi:type="bpmn:tFormalExpression">P3D</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>
<bpmn:endEvent id="e"/>
<bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="t1"/><bpmn:sequenceFlow id="f2" sourceRef="t1" targetRef="g0"/><bpmn:sequenceFlow id="f3" sourceRef="g0" targetRef="g1"/>
<bpmn:sequenceFlow id="f5" sourceRef="g1" targetRef="g2" name="Lớn"><bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">${dien_tich &gt; 500}</bpmn:conditionExpression></bpmn:sequenceFlow>
<bpmn:sequenceFlow id="f6" sourceRef="g1" targetRef="t4"/>
<bpmn:sequenceFlow id="f7" sourceRef="g2" targetRef="t2"/><bpmn:sequenceFlow id="f8" sourceRef="g2" targetRef="t3"/><bpmn:sequenceFlow id="f8b" sourceRef="g2" targetRef="sp"/>
<bpmn:sequenceFlow id="f9" sourceRef="t2" targetRef="g3"/><bpmn:sequenceFlow id="f10" sourceRef="t3" targetRef="g3"/><bpmn:sequenceFlow id="f10b" sourceRef="sp" targetRef="g3"/>
<bpmn:sequenceFlow id="f11" sourceRef="g3" targetRef="t4"/><bpmn:sequenceFlow id="f12" sourceRef="t4" targetRef="g4"/>
<bpmn:sequenceFlow id="f13" sourceRef="g4" targetRef="e" name="Đồng ý"/><bpmn:sequenceFlow id="f14" sourceRef="g4" targetRef="t1" name="Trả lại"/>
<bpmn:sequenceFlow id="f15" sourceRef="b" targetRef="g3"/>
<bpmn:textAnnotation id="ta"><bpmn:text>ghi chú</bpmn:text></bpmn:textAnnotation><bpmn:dataObjectReference id="d"/>
</bpmn:process></bpmn:definitions>`

func TestAFileOfAnotherToolIsReadAsItMeans(t *testing.T) {
	p, report, err := bpmn.Import([]byte(foreign), bpmn.Options{})
	if err != nil || len(report.Problems) > 0 {
		t.Fatal(err, report.Problems)
	}
	h := func(id, title, role string, acts ...workflow.Action) workflow.Step {
		return workflow.Step{ID: id, Title: title, At: workflow.AtCompetent, Role: role, Actions: acts}
	}
	on := func(to string) workflow.Action {
		return workflow.Action{ID: "chuyen-buoc-tiep-theo", Label: "Chuyển bước tiếp theo", Means: workflow.Forward, To: to, Primary: true}
	}
	field := h("kiem-tra-thuc-dia", "Kiểm tra thực địa", "case_officer", on("g3"))
	field.Late, field.Limit = &workflow.Late{To: "g3"}, "3d"
	want := &workflow.Process{
		ID: "cap-giay-phep", Title: "Cấp giấy phép", Start: "tham-dinh",
		Steps: []workflow.Step{
			h("tham-dinh", "Thẩm định", "case_officer", on("dien-tich-lon")),
			{ID: "dien-tich-lon", Title: "Diện tích lớn?", Kind: workflow.Choice, To: []workflow.Flow{{To: "g2", When: "dien_tich > 500", Title: "Lớn"}, {To: "ky"}}},
			{ID: "g2", Title: "Làm cùng lúc", Kind: workflow.Fork, To: []workflow.Flow{{To: "kiem-tra-thuc-dia"}, {To: "lay-y-kien"}, {To: "xac-minh"}}},
			{ID: "g3", Title: "Gộp nhánh", Kind: workflow.Join, To: []workflow.Flow{{To: "ky"}}},
			field,
			{ID: "lay-y-kien", Title: "Lấy ý kiến", Kind: workflow.Ask, Role: "case_officer", To: []workflow.Flow{{To: "g3"}}},
			{ID: "xac-minh", Title: "Xác minh", Kind: workflow.Sub, At: workflow.AtCompetent, Part: "xac-minh", To: []workflow.Flow{{To: "g3"}}},
			h("ky", "Ký", "agency_head", workflow.Action{ID: "dong-y", Label: "Đồng ý", Means: workflow.Approve, To: "phat-hanh", Primary: true}, workflow.Action{ID: "tra-lai", Label: "Trả lại", Means: workflow.SendBack, Note: true, To: "tham-dinh"}),
			h("phat-hanh", "Phát hành kết quả", "clerk", workflow.Action{ID: "phat-hanh", Label: "Phát hành kết quả", Means: workflow.Result, To: "tra-ket-qua", Primary: true}),
			{ID: "tra-ket-qua", Title: "Trả kết quả", At: workflow.AtDesk, Role: "receiving_officer", Actions: []workflow.Action{{ID: "tra", Label: "Trả kết quả", Means: workflow.Hand, Primary: true}}},
		},
		Parts: []workflow.Part{{ID: "xac-minh", Title: "Xác minh", Start: "xac-minh-tai-xa", Steps: []workflow.Step{
			h("xac-minh-tai-xa", "Xác minh tại xã", "case_officer", workflow.Action{ID: "chuyen-buoc-tiep-theo", Label: "Chuyển bước tiếp theo", Means: workflow.Answer, Note: true, Primary: true}),
		}}},
	}
	if diff := cmp.Diff(want, p, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("read otherwise (-want +got):\n%s", diff)
	}
	if r := prove.Check(p, prove.World{}); !r.Sound() {
		t.Errorf("it is not sound: %+v", r.Findings)
	}
	var codes []string
	for _, f := range report.Remarks {
		codes = append(codes, f.Code+" "+f.ID)
		if f.Line == 0 || strings.HasPrefix(f.Text("vi"), "exchange.") {
			t.Errorf("%+v says %q", f, f.Text("vi"))
		}
	}
	for _, want := range []string{"condition-foreign f5", "left-out d", "other-extension ", "asks-named-by-hand t3", "end-taken f13", "sub-at-taken sp"} {
		if !slices.Contains(codes, want) {
			t.Errorf("no remark %q in %v", want, codes)
		}
	}
	// A holder's name that the caller's table knows is read from there.
	p, _, err = bpmn.Import([]byte(foreign), bpmn.Options{Holders: roleword.Table{"lãnh đạo sở": {Role: "division_head", At: "so-a"}}})
	if err != nil {
		t.Fatal(err)
	}
	if s, _ := p.Find("ky"); s.Role != "division_head" || s.At != "so-a" {
		t.Errorf("%+v", s)
	}
	back(t, p)
}

func TestWhatIsNotUnderstoodIsListedAndNothingApplied(t *testing.T) {
	wrap := func(body string) string {
		return head + `<bpmn:process id="P"><bpmn:startEvent id="s"/>` + "\n" + `<bpmn:task id="t"/><bpmn:sequenceFlow id="f" sourceRef="s" targetRef="t"/>` + "\n" + body + `</bpmn:process></bpmn:definitions>`
	}
	tests := []struct {
		name, body, code, id string
	}{
		{"an event-based gateway", `<bpmn:eventBasedGateway id="x"/>`, "unknown", "x"},
		{"an ad-hoc sub-process", `<bpmn:adHocSubProcess id="x"/>`, "unknown", "x"},
		{"an element of no standard", `<bpmn:wish id="x"/>`, "unknown", "x"},
		{"a signal", `<bpmn:intermediateCatchEvent id="x"><bpmn:signalEventDefinition/></bpmn:intermediateCatchEvent>`, "unknown", ""},
		{"a loop of one task", `<bpmn:task id="x"><bpmn:standardLoopCharacteristics/></bpmn:task>`, "unknown", ""},
		{"a flow to nothing", `<bpmn:sequenceFlow id="x" sourceRef="t" targetRef="z"/>`, "flow-astray", "x"},
		{"a call of another file", `<bpmn:callActivity id="x" calledElement="y"/>`, "called-elsewhere", "x"},
		{"a second start", `<bpmn:startEvent id="x"/>`, "two-starts", "x"},
		{"an error event on a step", `<bpmn:boundaryEvent id="x" attachedToRef="t"><bpmn:errorEventDefinition/></bpmn:boundaryEvent>`, "boundary", "x"},
		{"a timer that lets its step go on", `<bpmn:boundaryEvent id="x" attachedToRef="t" cancelActivity="false"><bpmn:timerEventDefinition/></bpmn:boundaryEvent><bpmn:sequenceFlow id="y" sourceRef="x" targetRef="t"/>`, "boundary-beside", "x"},
		{"an id twice", `<bpmn:task id="t"/>`, "id-twice", "t"},
		{"gateways in a circle", `<bpmn:exclusiveGateway id="x"/><bpmn:exclusiveGateway id="y"/><bpmn:sequenceFlow id="1" sourceRef="x" targetRef="y"/><bpmn:sequenceFlow id="2" sourceRef="y" targetRef="x"/><bpmn:sequenceFlow id="3" sourceRef="t" targetRef="x"/>`, "circle-of-gateways", ""},
		{"a process apart", `</bpmn:process><bpmn:process id="x">`, "process-apart", "x"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, report, err := bpmn.Import([]byte(wrap(tt.body)), bpmn.Options{})
			if err != nil || p != nil {
				t.Fatalf("err %v, process %v", err, p)
			}
			if !slices.ContainsFunc(report.Problems, func(f bpmn.Finding) bool {
				return f.Code == tt.code && (tt.id == "" || f.ID == tt.id) && f.Line == 5
			}) {
				t.Errorf("no problem %s of %s on line 5 in %v", tt.code, tt.id, report.Problems)
			}
		})
	}
}

func TestHostileXMLIsRefused(t *testing.T) {
	tests := []struct {
		name, raw string
		want      error
	}{
		{"billion laughs", `<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><definitions>&b;</definitions>`, bpmn.ErrDoctype},
		{"a file from outside", `<!DOCTYPE x SYSTEM "file:///etc/passwd"><definitions/>`, bpmn.ErrDoctype},
		{"an unknown entity", head + `<x>&a;</x></bpmn:definitions>`, bpmn.ErrXML},
		{"nested without end", head + strings.Repeat("<a>", 100_000), bpmn.ErrTooLarge},
		{"too many elements", head + strings.Repeat("<a/>", 100_000), bpmn.ErrTooLarge},
		{"a long attribute", head + `<a b="` + strings.Repeat("x", 5000) + `"/>`, bpmn.ErrTooLarge},
		{"a large file", head + strings.Repeat(" ", bpmn.MaxFile), bpmn.ErrTooLarge},
		{"half a file", head + `<bpmn:process id="x">`, bpmn.ErrXML},
		{"another format", `<svg xmlns="http://www.w3.org/2000/svg"/>`, bpmn.ErrNotBPMN},
		{"another encoding", `<?xml version="1.0" encoding="UTF-16"?><a/>`, bpmn.ErrXML},
		{"nothing", ``, bpmn.ErrNotBPMN},
		{"not XML", `id: x`, bpmn.ErrNotBPMN},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if p, _, err := bpmn.Import([]byte(tt.raw), bpmn.Options{}); !errors.Is(err, tt.want) || p != nil {
				t.Errorf("%v, want %v", err, tt.want)
			}
		})
	}
}

func FuzzImport(f *testing.F) {
	f.Add([]byte(foreign))
	for seed := range uint64(4) {
		raw, err := bpmn.Export(random(rand.New(rand.NewPCG(seed, 9))), draw.Look{})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		p, report, err := bpmn.Import(raw, bpmn.Options{})
		if (p != nil) != (err == nil && len(report.Problems) == 0) {
			t.Fatalf("process %v, problems %v, err %v", p != nil, report.Problems, err)
		}
		if p != nil { // what was read can be drawn, and written unless it is not whole
			if _, err := bpmn.Export(p, draw.Look{}); err != nil && !errors.Is(err, bpmn.ErrBroken) {
				t.Fatal(err)
			}
		}
	})
}
