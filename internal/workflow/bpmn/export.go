package bpmn

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/motcua/motcua/internal/deadline"
	"github.com/motcua/motcua/internal/workflow"
	"github.com/motcua/motcua/internal/workflow/draw"
)

// ErrBroken says that a process has ways that lead to no step, two steps of one id, or no start; BPMN cannot say that.
var ErrBroken = errors.New("bpmn: the process is not whole")

// Export writes a process as BPMN 2.0 with its drawing. The look gives names to lanes; its marks are not
// written. The same process gives the same bytes.
func Export(p *workflow.Process, look draw.Look) ([]byte, error) {
	x := &exporter{p: p, look: draw.Look{Lang: look.Lang, Names: look.Names}, ids: map[string]string{}, taken: map[string]bool{}}
	main, err := x.course("", p.Title, p.Start, p.Steps)
	if err != nil {
		return nil, err
	}
	courses := []*course{main}
	for i := range p.Parts {
		part := &p.Parts[i]
		if part.ID == "" {
			return nil, fmt.Errorf("%w: a part has no id", ErrBroken)
		}
		c, err := x.course(part.ID, part.Title, part.Start, part.Steps)
		if err != nil {
			return nil, err
		}
		courses = append(courses, c)
	}
	for _, c := range courses { // once all parts have their ids
		if err := x.connect(c); err != nil {
			return nil, err
		}
	}
	x.write(courses)
	return x.out.Bytes(), nil
}

type exporter struct {
	p     *workflow.Process
	look  draw.Look
	out   bytes.Buffer
	ids   map[string]string // ours, with what it is, → theirs
	taken map[string]bool
}

// course is one process of the file.
type course struct {
	id, part, title, start string
	steps                  []workflow.Step
	nodes                  []*shape
	flows                  []*way
	byStep                 map[string]*shape
	begin, end             *shape
}

// shape is a flow node.
type shape struct {
	id, element, name string
	step              *workflow.Step // nil: an event or gateway that only BPMN needs
	gateOf            *workflow.Step // of the gateway behind a step with several ways
	attached          *shape         // of a boundary event
	gateway, event    bool
	box               draw.Box
	ext               string // of what is no step
	fallback          string // id of the flow taken by default
}

// way is a sequence flow.
type way struct {
	id, name, when, ext string
	from, to            *shape
	back, main          bool
	points              []draw.Point
	label               draw.Box
}

// id gives something of ours an XML id: readable, unique, the same every time.
func (x *exporter) id(kind, ours string) string {
	key := kind + "\x00" + ours
	if id, ok := x.ids[key]; ok {
		return id
	}
	safe := strings.Map(func(r rune) rune {
		if r == '-' || r == '.' || r == '_' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' {
			return r
		}
		return '_'
	}, ours)
	base := strings.TrimSuffix(kind+"_"+safe, "_")
	id := base
	for n := 2; x.taken[id]; n++ {
		id = base + "_" + strconv.Itoa(n)
	}
	x.taken[id], x.ids[key] = true, id
	return id
}

func (x *exporter) course(part, title, start string, steps []workflow.Step) (*course, error) {
	c := &course{part: part, title: title, start: start, steps: steps, byStep: map[string]*shape{}}
	c.id = x.id("Process", cmp.Or(part, x.p.ID))
	if part != "" {
		c.id = x.id("Part", part)
	}
	address := func(id string) string { return strings.ReplaceAll(workflow.Address(part, id), "/", ".") }
	c.begin = &shape{id: x.id("Start", part), element: "startEvent", event: true}
	c.nodes = append(c.nodes, c.begin)
	for i := range steps {
		s := &steps[i]
		if s.ID == "" || c.byStep[s.ID] != nil {
			return nil, fmt.Errorf("%w: step %q of %q", ErrBroken, s.ID, part)
		}
		n := &shape{id: x.id("Step", address(s.ID)), name: s.Title, step: s}
		n.element, n.gateway, n.event = elementOf(s, steps)
		c.byStep[s.ID] = n
		c.nodes = append(c.nodes, n)
	}
	if c.byStep[start] == nil {
		return nil, fmt.Errorf("%w: starts at %q, which is no step", ErrBroken, start)
	}
	c.end = &shape{id: x.id("End", part), element: "endEvent", event: true}
	return c, nil
}

// elementOf says how BPMN calls a step.
func elementOf(s *workflow.Step, steps []workflow.Step) (element string, gateway, event bool) {
	switch s.Kind {
	case workflow.Choice:
		return "exclusiveGateway", true, false
	case workflow.Fork:
		if guarded(s) {
			return "inclusiveGateway", true, false
		}
		return "parallelGateway", true, false
	case workflow.Join:
		if s.Need != "" && s.Need != workflow.NeedAll {
			return "complexGateway", true, false
		}
		for i := range steps {
			if steps[i].Kind == workflow.Fork && guarded(&steps[i]) {
				return "inclusiveGateway", true, false
			}
		}
		return "parallelGateway", true, false
	case workflow.Wait:
		if s.Late != nil && s.Late.To != "" { // only activities have boundary events
			return "receiveTask", false, false
		}
		return "intermediateCatchEvent", false, true
	case workflow.Sub:
		return "callActivity", false, false
	case workflow.Auto:
		if s.Does == workflow.DoesNotice {
			return "sendTask", false, false
		}
		return "serviceTask", false, false
	case workflow.Task, workflow.Ask:
	}
	return "userTask", false, false
}

func guarded(s *workflow.Step) bool {
	for _, f := range s.To {
		if f.When != "" {
			return true
		}
	}
	return false
}

// connect adds the flows, and the gateways and boundary events they need.
func (x *exporter) connect(c *course) error {
	target := func(id string) (*shape, error) {
		if n := c.byStep[id]; n != nil {
			return n, nil
		}
		return nil, fmt.Errorf("%w: a way of %q leads to %q, which is no step", ErrBroken, c.part, id)
	}
	c.flow(x, &way{from: c.begin, to: c.byStep[c.start], main: true})
	ends := false
	for i := range c.steps {
		s := &c.steps[i]
		n := c.byStep[s.ID]
		var out []*way
		for k, f := range s.To {
			to, err := target(f.To)
			if err != nil {
				return err
			}
			out = append(out, &way{from: n, to: to, name: f.Title, when: f.When, main: k == 0 && s.Kind != workflow.Fork, ext: fmt.Sprintf(`<mc:flow kind="to" order="%d"/>`, k)})
		}
		for k, a := range s.Actions {
			if a.To == "" && s.Kind == workflow.Ask {
				continue // ends the question, not the way: see extension
			}
			to := c.end
			if a.To == "" {
				ends = true
			} else {
				var err error
				if to, err = target(a.To); err != nil {
					return err
				}
			}
			out = append(out, &way{from: n, to: to, name: a.Label, when: a.When, back: a.Means == workflow.SendBack, main: a.Primary, ext: actionExt("flow", "action", k, a)})
		}
		if len(out) > 1 && !n.gateway { // several ways out of a task would all be taken at once
			gate := &shape{id: x.id("Gate", strings.ReplaceAll(workflow.Address(c.part, s.ID), "/", ".")), element: "exclusiveGateway", gateway: true, gateOf: s, ext: "<mc:gate/>"}
			c.nodes = append(c.nodes, gate)
			c.flow(x, &way{from: n, to: gate, main: true})
			for _, w := range out {
				w.from = gate
			}
		}
		for _, w := range out {
			c.flow(x, w)
			if s.Kind == workflow.Choice && w.when == "" && n.fallback == "" {
				n.fallback = w.id
			}
		}
		if s.Late != nil && s.Late.To != "" {
			to, err := target(s.Late.To)
			if err != nil {
				return err
			}
			late := &shape{id: x.id("Late", strings.ReplaceAll(workflow.Address(c.part, s.ID), "/", ".")), element: "boundaryEvent", event: true, attached: n, ext: ""}
			c.nodes = append(c.nodes, late)
			c.flow(x, &way{from: late, to: to, ext: `<mc:flow kind="late"/>`})
		}
	}
	if ends {
		c.nodes = append(c.nodes, c.end)
	}
	return nil
}

func (c *course) flow(x *exporter, w *way) {
	w.id = x.id("Flow", strings.TrimPrefix(c.id, "Process_")+"."+strconv.Itoa(len(c.flows)+1))
	c.flows = append(c.flows, w)
}

// actionExt writes what an action has beyond a flow.
func actionExt(element, kind string, order int, a workflow.Action) string {
	var b strings.Builder
	fmt.Fprintf(&b, "<mc:%s", element)
	attr(&b, "kind", kind)
	attr(&b, "order", strconv.Itoa(order))
	attr(&b, "id", a.ID)
	if element == "act" {
		attr(&b, "label", a.Label)
		attr(&b, "when", a.When)
	}
	attr(&b, "means", string(a.Means))
	truth(&b, "note", a.Note)
	truth(&b, "primary", a.Primary)
	b.WriteString("/>")
	return b.String()
}

func truth(b *strings.Builder, name string, v bool) {
	if v {
		attr(b, name, "true")
	}
}

// attr writes an attribute, unless it is empty.
func attr(b *strings.Builder, name, value string) {
	if value != "" {
		fmt.Fprintf(b, ` %s="%s"`, name, escape(value))
	}
}

// stepExt writes what a step has beyond BPMN.
func stepExt(s *workflow.Step) string {
	var b strings.Builder
	b.WriteString("<mc:step")
	attr(&b, "id", s.ID)
	attr(&b, "kind", string(s.Kind))
	for _, f := range fields(s) {
		attr(&b, f.name, *f.value)
	}
	if s.Late != nil {
		attr(&b, "late", "true")
		attr(&b, "lateTell", s.Late.Tell)
	}
	b.WriteString(">")
	for _, l := range lists(s) {
		for _, v := range *l.values {
			fmt.Fprintf(&b, "<mc:%s>%s</mc:%s>", l.name, escape(v), l.name)
		}
	}
	if s.Kind == workflow.Ask {
		for i, a := range s.Actions {
			if a.To == "" {
				b.WriteString(actionExt("act", "", i, a))
			}
		}
	}
	b.WriteString("</mc:step>")
	return b.String()
}

// field and list tie our fields to their names in the extension, for both directions.
type field struct {
	name  string
	value *string
}

type list struct {
	name   string
	values *[]string
}

func fields(s *workflow.Step) []field {
	return []field{
		{"at", &s.At},
		{"unit", &s.Unit},
		{"role", &s.Role},
		{"post", &s.Post},
		{"limit", &s.Limit},
		{"assign", &s.Assign},
		{"form", &s.Form},
		{"need", &s.Need},
		{"for", &s.For},
		{"part", &s.Part},
		{"procedure", &s.Procedure},
		{"does", &s.Does},
		{"text", &s.Text},
	}
}

func lists(s *workflow.Step) []list {
	return []list{{"makes", &s.Makes}, {"sees", &s.Sees}, {"edits", &s.Edits}, {"of", &s.Of}}
}

// write writes the file.
func (x *exporter) write(courses []*course) {
	w := &x.out
	w.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n")
	fmt.Fprintf(w, `<definitions xmlns="%s" xmlns:bpmndi="%s" xmlns:dc="%s" xmlns:di="%s" xmlns:xsi="%s" xmlns:mc="%s" id="Definitions" targetNamespace="%s" exporter="Motcua" expressionLanguage="%s">`+"\n",
		model, diagram, canvas, lines, instance, Namespace, Namespace+"/process", Rules)
	fmt.Fprintf(w, `  <collaboration id="Collaboration">`+"\n")
	for _, c := range courses {
		fmt.Fprintf(w, `    <participant id="%s" name="%s" processRef="%s"/>`+"\n", "Pool_"+c.id, escape(c.title), c.id)
	}
	fmt.Fprintf(w, "  </collaboration>\n")
	var drawn strings.Builder
	y := 0
	for _, c := range courses {
		lanes := x.place(c, &y, &drawn)
		x.process(c, lanes)
	}
	fmt.Fprintf(w, `  <bpmndi:BPMNDiagram id="Diagram"><bpmndi:BPMNPlane id="Plane" bpmnElement="Collaboration">`+"\n%s  </bpmndi:BPMNPlane></bpmndi:BPMNDiagram>\n</definitions>\n", drawn.String())
}

func (x *exporter) process(c *course, lanes []draw.Lane) {
	w := &x.out
	fmt.Fprintf(w, `  <process id="%s" name="%s" isExecutable="false">`+"\n", c.id, escape(c.title))
	if c.part == "" {
		var b strings.Builder
		attr(&b, "id", x.p.ID)
		attr(&b, "basis", x.p.Basis)
		fmt.Fprintf(w, "    <extensionElements><mc:process%s/></extensionElements>\n", b.String())
	} else {
		fmt.Fprintf(w, `    <extensionElements><mc:part id="%s"/></extensionElements>`+"\n", escape(c.part))
	}
	if len(lanes) > 0 {
		fmt.Fprintf(w, `    <laneSet id="%s">`+"\n", "Lanes_"+c.id)
		for i, l := range lanes {
			fmt.Fprintf(w, `      <lane id="%s" name="%s">`, laneID(c, i), escape(l.Title))
			for _, id := range l.Steps {
				fmt.Fprintf(w, "<flowNodeRef>%s</flowNodeRef>", id)
			}
			w.WriteString("</lane>\n")
		}
		w.WriteString("    </laneSet>\n")
	}
	for _, n := range c.nodes {
		x.node(c, n)
	}
	for _, f := range c.flows {
		fmt.Fprintf(w, `    <sequenceFlow id="%s"`, f.id)
		if f.name != "" {
			fmt.Fprintf(w, ` name="%s"`, escape(f.name))
		}
		fmt.Fprintf(w, ` sourceRef="%s" targetRef="%s">`, f.from.id, f.to.id)
		if f.ext != "" {
			fmt.Fprintf(w, "<extensionElements>%s</extensionElements>", f.ext)
		}
		if f.when != "" {
			fmt.Fprintf(w, `<conditionExpression xsi:type="tFormalExpression" language="%s">%s</conditionExpression>`, Rules, escape(f.when))
		}
		w.WriteString("</sequenceFlow>\n")
	}
	w.WriteString("  </process>\n")
}

func laneID(c *course, i int) string { return "Lane_" + c.id + "_" + strconv.Itoa(i+1) }

func (x *exporter) node(c *course, n *shape) {
	w := &x.out
	fmt.Fprintf(w, `    <%s id="%s"`, n.element, n.id)
	if n.name != "" {
		fmt.Fprintf(w, ` name="%s"`, escape(n.name))
	}
	switch {
	case n.attached != nil:
		fmt.Fprintf(w, ` attachedToRef="%s" cancelActivity="true"`, n.attached.id)
	case n.element == "callActivity":
		if _, ok := x.p.Part(n.step.Part); ok {
			fmt.Fprintf(w, ` calledElement="%s"`, x.id("Part", n.step.Part))
		}
	case n.gateway:
		in, out := 0, 0
		for _, f := range c.flows {
			if f.from == n {
				out++
			}
			if f.to == n {
				in++
			}
		}
		switch {
		case n.step != nil && n.step.Kind == workflow.Join:
			w.WriteString(` gatewayDirection="Converging"`)
		case in > 1:
			w.WriteString(` gatewayDirection="Mixed"`)
		case out > 1:
			w.WriteString(` gatewayDirection="Diverging"`)
		}
		if n.fallback != "" {
			fmt.Fprintf(w, ` default="%s"`, n.fallback)
		}
	}
	w.WriteString(">")
	if n.step != nil && n.step.Help != "" {
		fmt.Fprintf(w, "<documentation>%s</documentation>", escape(n.step.Help))
	}
	ext := n.ext
	if n.step != nil {
		ext = stepExt(n.step)
	}
	if ext != "" {
		fmt.Fprintf(w, "<extensionElements>%s</extensionElements>", ext)
	}
	for _, f := range c.flows {
		if f.to == n {
			fmt.Fprintf(w, "<incoming>%s</incoming>", f.id)
		}
	}
	for _, f := range c.flows {
		if f.from == n {
			fmt.Fprintf(w, "<outgoing>%s</outgoing>", f.id)
		}
	}
	switch {
	case n.attached != nil:
		timer(w, n.attached.step.Limit)
	case n.step == nil:
	case n.step.Kind == workflow.Wait && n.event && n.step.For == workflow.ForTime:
		timer(w, n.step.Limit)
	case n.step.Kind == workflow.Wait && n.event:
		w.WriteString("<messageEventDefinition/>")
	case n.step.Kind == workflow.Ask:
		w.WriteString("<multiInstanceLoopCharacteristics>")
		switch n.step.Need {
		case "", workflow.NeedAll:
		case workflow.NeedAny:
			w.WriteString(`<completionCondition xsi:type="tFormalExpression">nrOfCompletedInstances &gt;= 1</completionCondition>`)
		default:
			fmt.Fprintf(w, `<completionCondition xsi:type="tFormalExpression">nrOfCompletedInstances &gt;= %s</completionCondition>`, escape(n.step.Need))
		}
		w.WriteString("</multiInstanceLoopCharacteristics>")
	case n.element == "complexGateway":
		need := n.step.Need
		if need == workflow.NeedAny {
			need = "1"
		}
		fmt.Fprintf(w, `<activationCondition xsi:type="tFormalExpression">activationCount &gt;= %s</activationCondition>`, escape(need))
	}
	fmt.Fprintf(w, "</%s>\n", n.element)
}

func timer(w *bytes.Buffer, limit string) {
	if d := duration(limit); d != "" {
		fmt.Fprintf(w, `<timerEventDefinition><timeDuration xsi:type="tFormalExpression">%s</timeDuration></timerEventDefinition>`, d)
		return
	}
	w.WriteString("<timerEventDefinition/>")
}

// duration is a limit as ISO 8601 has it, for other tools: they know neither working days nor shares. Our own
// limit stands in the extension.
func duration(limit string) string {
	l, err := deadline.ParseLimit(limit)
	if err != nil {
		return ""
	}
	n := l.Halves()
	switch l.Unit() {
	case deadline.WorkingHour:
		return "PT" + strconv.Itoa(n*30) + "M"
	case deadline.WorkingDay, deadline.Day:
		if n%2 == 1 {
			return "PT" + strconv.Itoa(n*12) + "H"
		}
		return "P" + strconv.Itoa(n/2) + "D"
	case deadline.Month:
		if n%2 == 0 {
			return "P" + strconv.Itoa(n/2) + "M"
		}
	case deadline.SameDay, deadline.SameVisit:
		return "P1D"
	}
	return ""
}
