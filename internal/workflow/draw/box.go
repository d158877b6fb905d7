package draw

import (
	"strings"

	"github.com/motcua/motcua/internal/workflow"
)

// Measures of boxes.
const (
	boxWidth  = 212
	padX      = 12
	padY      = 9
	iconSpace = 20
	partHead  = 6
)

// terminal is the begin or the end of a course.
func (d *drawer) terminal(shape Shape, part string) *node {
	key := "process." + string(shape)
	if part != "" {
		key = "process.part-" + string(shape)
	}
	text := d.words.say(key)
	if d.look.Measure != nil {
		n := &node{shape: shape, part: part}
		n.w, n.h = d.look.Measure("")
		return n
	}
	return &node{
		shape: shape, w: textWidth(text, false, smallSize) + 28, h: 28, part: part,
		lines: []TextLine{{Small, text, 18}}, full: text,
	}
}

// box measures a step and writes its lines.
func (d *drawer) box(part string, s *workflow.Step, depth int) (*node, error) {
	n := &node{step: s, address: workflow.Address(part, s.ID), shape: Shape(s.Kind), w: boxWidth, part: part}
	mark := d.look.Marks[n.address]
	n.state = mark.State
	if d.look.Measure != nil {
		n.w, n.h = d.look.Measure(n.address)
		return n, nil
	}
	var full []string
	y := padY
	write := func(tier Tier, text string, most int) {
		if text == "" {
			return
		}
		full = append(full, text)
		size, line, bold, width := smallSize, smallLine, false, n.w-2*padX
		switch tier {
		case Heading:
			size, line, bold = headingSize, headingLine, true
		case Caption, Status:
			bold = tier == Status
			width -= iconSpace
		}
		for _, l := range wrap(text, bold, size, width, most) {
			n.lines = append(n.lines, TextLine{tier, l, y + line*3/4})
			y += line
		}
	}
	switch s.Kind {
	case workflow.Choice:
		n.w += 16
	case workflow.Fork, workflow.Join:
		n.w = 180
	}
	write(Status, d.words.state(mark.State), 1)
	if s.Title != "" || s.Kind == workflow.Task {
		write(Caption, d.words.kind(s), 2)
	}
	write(Heading, d.words.title(s), 3)
	if len(mark.Who) > 0 {
		write(Small, strings.Join(mark.Who, ", "), 2)
	}
	if mark.Since != "" {
		write(Small, d.words.say("process.since", "since", mark.Since), 1)
	}
	if held(s) && len(mark.Who) == 0 {
		write(Small, d.words.who(s), 1)
		write(Small, d.words.where(s), 2)
	}
	write(Small, d.words.limit(s), 1)
	if s.Kind == workflow.Auto {
		if s.Does == workflow.DoesNotice || s.Does == workflow.DoesNote {
			write(Small, d.words.say("process.does."+s.Does), 1)
		}
	}
	if s.Kind == workflow.Sub {
		if err := d.inside(n, s, depth, &y, write); err != nil {
			return nil, err
		}
	}
	n.h = y + padY - 2
	n.full = strings.Join(full, ". ")
	return n, nil
}

// inside puts the picture of a part into the box of the one sub-case that runs through it.
func (d *drawer) inside(n *node, s *workflow.Step, depth int, y *int, write func(Tier, string, int)) error {
	part, ok := d.p.Part(s.Part)
	if !ok {
		return nil
	}
	if d.uses[part.ID] > 1 || d.shown[part.ID] || depth >= maxDepth {
		write(Small, d.words.say("process.runs-part", "part", part.Title), 2)
		return nil
	}
	d.shown[part.ID] = true
	in, err := d.course(part.ID, part.Start, part.Steps, depth+1)
	if err != nil {
		return err
	}
	n.inner = &in
	n.w = max(n.w, in.Width+2*framePad)
	n.innerAt = Point{(n.w - in.Width) / 2, *y + partHead}
	*y += partHead + in.Height + framePad - padY
	return nil
}
