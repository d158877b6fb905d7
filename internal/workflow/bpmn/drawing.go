package bpmn

import (
	"fmt"
	"html"
	"strings"

	"github.com/motcua/motcua/internal/workflow"
	"github.com/motcua/motcua/internal/workflow/draw"
)

// Sizes that BPMN tools expect.
const (
	taskWidth   = 150
	taskHeight  = 80
	gatewaySize = 50
	eventSize   = 36
	poolGap     = 40
	poolPad     = 30
)

// escape writes text as XML; what no XML may hold becomes the replacement character.
func escape(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' && r != '\r' || r == 0xFFFE || r == 0xFFFF {
			return 0xFFFD
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	return spaces.Replace(html.EscapeString(s))
}

// spaces keeps line ends and tabs: XML readers take them for blanks in attributes.
var spaces = strings.NewReplacer("\n", "&#10;", "\t", "&#9;", "\r", "&#13;")

func (n *shape) size() (w, h int) {
	switch {
	case n.gateway:
		return gatewaySize, gatewaySize
	case n.event:
		return eventSize, eventSize
	}
	return taskWidth, taskHeight
}

// place lays a course out below what was placed before and writes its part of the drawing. Lanes come back
// with the XML ids of their nodes. A course too large for a picture is written without one.
func (x *exporter) place(c *course, y *int, out *strings.Builder) []draw.Lane {
	flat := workflow.Process{ID: c.id, Start: c.byStep[c.start].id}
	at := map[string]*shape{}
	index := map[string]map[int]*way{}
	for _, n := range c.nodes {
		if n.attached != nil || n == c.begin || n == c.end {
			continue
		}
		at[n.id] = n
		index[n.id] = map[int]*way{}
		s := workflow.Step{ID: n.id}
		holder := n.step
		if n.gateOf != nil {
			holder = n.gateOf
		}
		if holder != nil && (holder.Kind == workflow.Task || holder.Kind == workflow.Ask || holder.Kind == workflow.Sub || holder.Kind == workflow.Wait) {
			s.At, s.Unit, s.Role, s.Post = holder.At, holder.Unit, holder.Role, holder.Post
		}
		for _, f := range c.flows {
			switch {
			case f.from == n:
				a := workflow.Action{ID: f.id, Label: f.name, To: f.to.id, Primary: f.main, Means: workflow.Forward}
				if f.name == "" {
					a.Label, a.ID = "", ""
				}
				if f.back {
					a.Means = workflow.SendBack
				}
				if f.to == c.end {
					a.To = ""
				}
				index[n.id][len(s.Actions)] = f
				s.Actions = append(s.Actions, a)
			case f.from.attached == n:
				s.Late = &workflow.Late{To: f.to.id}
				index[n.id][draw.LateWay] = f
			}
		}
		flat.Steps = append(flat.Steps, s)
	}
	look := x.look
	look.Lanes = true
	look.Measure = func(address string) (int, int) {
		if n := at[address]; n != nil {
			return n.size()
		}
		return eventSize, eventSize
	}
	pic, err := draw.Draw(&flat, look)
	if err != nil {
		return nil
	}
	top := *y + poolPad
	*y = top + pic.Height + poolGap
	for _, n := range pic.Nodes {
		box := n.Box
		box.Y += top
		switch {
		case n.Address != "":
			at[n.Address].box = box
		case n.Shape == draw.Begin:
			c.begin.box = box
		default:
			c.end.box = box
		}
	}
	for _, e := range pic.Edges {
		f := c.flows[0]
		if len(e.Flows) == 1 && e.Flows[0] != draw.WayIn {
			f = index[e.From][e.Flows[0]]
		}
		if f == nil {
			continue
		}
		for _, p := range e.Points {
			f.points = append(f.points, draw.Point{X: p.X, Y: p.Y + top})
		}
		f.label = e.Label
		f.label.Y += top
	}
	fmt.Fprintf(out, `    <bpmndi:BPMNShape id="%s_di" bpmnElement="%s" isHorizontal="false">`, "Pool_"+c.id, "Pool_"+c.id)
	bounds(out, draw.Box{X: 0, Y: top - poolPad, W: pic.Width, H: pic.Height + poolPad})
	out.WriteString("</bpmndi:BPMNShape>\n")
	for i := range pic.Lanes {
		l := &pic.Lanes[i]
		fmt.Fprintf(out, `    <bpmndi:BPMNShape id="%s_di" bpmnElement="%s" isHorizontal="false">`, laneID(c, i), laneID(c, i))
		bounds(out, draw.Box{X: l.Box.X, Y: l.Box.Y + top, W: l.Box.W, H: l.Box.H})
		out.WriteString("</bpmndi:BPMNShape>\n")
	}
	for _, n := range c.nodes {
		if n.attached != nil {
			b := n.attached.box
			n.box = draw.Box{X: b.X + b.W - eventSize - 6, Y: b.Y + b.H - eventSize/2, W: eventSize, H: eventSize}
		}
		fmt.Fprintf(out, `    <bpmndi:BPMNShape id="%s_di" bpmnElement="%s">`, n.id, n.id)
		bounds(out, n.box)
		out.WriteString("</bpmndi:BPMNShape>\n")
	}
	for _, f := range c.flows {
		f.dock()
		fmt.Fprintf(out, `    <bpmndi:BPMNEdge id="%s_di" bpmnElement="%s">`, f.id, f.id)
		for _, p := range f.points {
			fmt.Fprintf(out, `<di:waypoint x="%d" y="%d"/>`, p.X, p.Y)
		}
		if f.label.W > 0 && f.name != "" {
			out.WriteString("<bpmndi:BPMNLabel>")
			bounds(out, f.label)
			out.WriteString("</bpmndi:BPMNLabel>")
		}
		out.WriteString("</bpmndi:BPMNEdge>\n")
	}
	return x.lanes(c, pic.Lanes)
}

// lanes turns the addresses of lanes into ids, with the events and gateways that stand beside steps.
func (x *exporter) lanes(c *course, lanes []draw.Lane) []draw.Lane {
	for i := range lanes {
		in := map[string]bool{}
		for _, id := range lanes[i].Steps {
			in[id] = true
		}
		for _, n := range c.nodes {
			beside := n.attached
			if n == c.begin {
				beside = c.byStep[c.start]
			}
			if beside != nil && in[beside.id] {
				lanes[i].Steps = append(lanes[i].Steps, n.id)
			}
		}
		if n := c.end; n.box.W > 0 && n.box.X >= lanes[i].Box.X && n.box.X < lanes[i].Box.X+lanes[i].Box.W {
			lanes[i].Steps = append(lanes[i].Steps, n.id)
		}
	}
	return lanes
}

// dock moves the ends of a way to the border of round and rhombic shapes.
func (f *way) dock() {
	last := len(f.points) - 1
	if last < 1 {
		f.points = []draw.Point{middle(f.from.box), middle(f.to.box)}
		return
	}
	if f.from.attached != nil {
		m := middle(f.from.box)
		f.points[0] = draw.Point{X: m.X, Y: f.from.box.Y + f.from.box.H}
		if f.points[1].X != m.X {
			f.points[1].X = m.X
		}
		return
	}
	if f.points[0].Y == f.points[1].Y && (f.from.gateway || f.from.event) {
		y := middle(f.from.box).Y
		f.points[0].Y, f.points[1].Y = y, y
	}
	if f.points[last].Y == f.points[last-1].Y && (f.to.gateway || f.to.event) {
		y := middle(f.to.box).Y
		f.points[last].Y, f.points[last-1].Y = y, y
	}
}

func middle(b draw.Box) draw.Point { return draw.Point{X: b.X + b.W/2, Y: b.Y + b.H/2} }

func bounds(out *strings.Builder, b draw.Box) {
	fmt.Fprintf(out, `<dc:Bounds x="%d" y="%d" width="%d" height="%d"/>`, b.X, b.Y, max(b.W, 1), max(b.H, 1))
}
