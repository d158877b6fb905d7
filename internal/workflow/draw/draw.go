// Package draw makes pictures of internal processes: where each step lies, how the ways
// run between them, and the same content in words: an outline for who does not see the
// picture and the table that offices keep as "quy trình nội bộ". It does no I/O.
//
// The picture runs from top to bottom in layers: branches side by side, what is sent back
// as an arc on the right, sub-cases as frames. Everything said by colour is said by a
// shape and by words too.
package draw

import (
	"errors"

	"github.com/motcua/motcua/internal/workflow"
	"github.com/motcua/motcua/lang"
)

// Bounds of what is drawn. Beyond them nobody could read the picture; the outline and the table have none.
const (
	maxSteps = 400
	maxItems = 20_000 // boxes, labels and bends of ways over all layers
	maxDepth = 4      // frames within frames
)

// ErrTooLarge says that the process is drawn by its outline only.
var ErrTooLarge = errors.New("draw: the process is too large for a picture")

// State is what a step is in a run.
type State string

// States of steps.
const (
	Ahead State = ""     // not reached
	Done  State = "done" // left, and not to be done again
	Now   State = "now"  // work stands here
	Late  State = "late" // work stands here and its limit has passed
	Next  State = "next" // what comes after the usual act
)

// Mark is what a picture says of one step of a run.
type Mark struct {
	State State
	Who   []string // who has it, in words; several when several have
	Since string   // since when, in words
}

// Marks are "you are here", by address of the step.
type Marks map[string]Mark

// Names says what the ids of a definition are called. A missing function or an empty answer
// leaves the id, or the words of the product for roles and the places of the definition.
type Names struct {
	Agency func(id string) string
	Unit   func(agency, unit string) string
	Role   func(role string) string
	Post   func(id string) string
	Guard  func(when string) string // a guard as a sentence
}

// Look is how a process is drawn and told.
type Look struct {
	Lang  lang.Code
	Names Names
	Marks Marks
	Lanes bool                        // columns by holder; ignored when there would be more than six
	ID    string                      // prefix of the ids in the SVG; empty: the process's id
	Href  func(address string) string // where a click on a step leads; nil or empty: nowhere

	// Measure gives every step its size, for other notations than ours: nothing is written into the boxes,
	// ways between the same two steps stay apart and parts are left out. Nil: as the texts need.
	Measure func(address string) (width, height int)
}

// Picture is a process laid out. Lengths are CSS pixels at natural size.
type Picture struct {
	Title, Text   string // name, and one sentence that says where the work stands
	Width, Height int
	Nodes         []Node
	Edges         []Edge
	Lanes         []Lane
	Frames        []Frame

	look Look
}

// Point is a place in the picture.
type Point struct{ X, Y int }

// Box is a rectangle; X and Y are its upper left corner.
type Box struct{ X, Y, W, H int }

// Shape is the kind of a node: a workflow.Kind, or one of the two ends.
type Shape string

// Shapes that are no kind of step.
const (
	Begin Shape = "begin"
	End   Shape = "end"
)

// Node is a step, or an end, of the picture.
type Node struct {
	Address string // empty for the ends
	Shape   Shape
	Box     Box
	Lines   []TextLine
	Full    string // everything the node says, uncut
	State   State
}

// Tier is the kind of a line of text.
type Tier string

// Tiers of text.
const (
	Caption Tier = "caption" // the kind of the step, after its icon
	Status  Tier = "status"  // where the run stands
	Heading Tier = "heading"
	Small   Tier = "small"
)

// TextLine is one line of text, its baseline at Y from the top of the node.
type TextLine struct {
	Tier Tier
	Text string
	Y    int
}

// Edge is a way from one step to another.
type Edge struct {
	Part     string // of which part; empty: the process itself
	From, To string // addresses; empty for the ends
	Flows    []int  // which actions or flows of From it stands for, by index; or LateWay or WayIn
	Back     bool   // returns to what was passed
	Late     bool   // taken by itself when the limit passes
	Points   []Point
	Label    Box
	Lines    []string // of the label
	Full     string
}

// Lane is the column of one holder.
type Lane struct {
	Title string
	Lines []string
	Box   Box
	Steps []string // addresses within
}

// Frame is the frame of a part that stands inside its sub-case or below the process.
type Frame struct {
	Part  string
	Title string // empty when the sub-case around it says it
	Box   Box
	State State
}

// Draw lays a process out. It returns ErrTooLarge when the outline is the better answer.
func Draw(p *workflow.Process, look Look) (Picture, error) {
	steps := len(p.Steps)
	for i := range p.Parts {
		steps += len(p.Parts[i].Steps)
	}
	if steps > maxSteps {
		return Picture{}, ErrTooLarge
	}
	if look.ID == "" {
		look.ID = "process-" + p.ID
	}
	d := drawer{p: p, look: look, words: words{look}, uses: map[string]int{}}
	p.Each(func(_ string, s *workflow.Step) {
		if s.Kind == workflow.Sub {
			d.uses[s.Part]++
		}
	})
	return d.draw()
}

// drawer draws one process.
type drawer struct {
	p     *workflow.Process
	look  Look
	words words
	uses  map[string]int // how many sub-cases run through a part
	shown map[string]bool
	items int
}

// Space around and between courses.
const (
	margin   = 12
	framePad = 10
	belowGap = 28
)

func (d *drawer) draw() (Picture, error) {
	d.shown = map[string]bool{}
	pic := Picture{Title: d.p.Title, Text: d.words.standing(d.p), look: d.look}
	main, err := d.course("", d.p.Start, d.p.Steps, 0)
	if err != nil {
		return Picture{}, err
	}
	pic.Width, pic.Height = main.Width, main.Height
	pic.add(main, margin, margin)
	y := main.Height + margin
	for i := range d.p.Parts {
		part := &d.p.Parts[i]
		if d.shown[part.ID] || d.look.Measure != nil {
			continue
		}
		d.shown[part.ID] = true
		in, err := d.course(part.ID, part.Start, part.Steps, 0)
		if err != nil {
			return Picture{}, err
		}
		y += belowGap
		const head = 28
		pic.Frames = append(pic.Frames, Frame{Part: part.ID, Title: part.Title, Box: Box{margin, y, in.Width + 2*framePad, in.Height + head + framePad}})
		pic.add(in, margin+framePad, y+head)
		y += in.Height + head + framePad
		pic.Width = max(pic.Width, in.Width+2*framePad, textWidth(part.Title, true, headingSize)+2*framePad)
	}
	pic.Width += 2 * margin
	pic.Height = y + margin
	return pic, nil
}

// add puts another picture into this one.
func (p *Picture) add(in Picture, dx, dy int) {
	for _, n := range in.Nodes {
		n.Box.X, n.Box.Y = n.Box.X+dx, n.Box.Y+dy
		p.Nodes = append(p.Nodes, n)
	}
	for _, e := range in.Edges {
		for i := range e.Points {
			e.Points[i].X, e.Points[i].Y = e.Points[i].X+dx, e.Points[i].Y+dy
		}
		e.Label.X, e.Label.Y = e.Label.X+dx, e.Label.Y+dy
		p.Edges = append(p.Edges, e)
	}
	for _, l := range in.Lanes {
		l.Box.X, l.Box.Y = l.Box.X+dx, l.Box.Y+dy
		p.Lanes = append(p.Lanes, l)
	}
	for _, f := range in.Frames {
		f.Box.X, f.Box.Y = f.Box.X+dx, f.Box.Y+dy
		p.Frames = append(p.Frames, f)
	}
}
