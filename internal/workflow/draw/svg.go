package draw

import (
	"bufio"
	"fmt"
	"html"
	"io"
	"strings"

	"github.com/motcua/motcua/internal/workflow"
)

// icons are drawn 14 by 14 before captions. They repeat in shape what the caption says.
var icons = map[string]string{
	string(workflow.Choice): "M7 1l6 6-6 6-6-6z",
	string(workflow.Fork):   "M7 1v4M1 5h12M3 5v6M7 5v6M11 5v6M1.5 9.5L3 11.5l1.5-2M5.5 9.5L7 11.5l1.5-2M9.5 9.5l1.5 2 1.5-2",
	string(workflow.Join):   "M3 2v6M7 2v6M11 2v6M1 8h12M7 8v5M5.5 11L7 13l1.5-2",
	string(workflow.Wait):   "M7 1a6 6 0 1 0 0 12A6 6 0 0 0 7 1zM7 3.5V7l2.5 1.5",
	string(workflow.Ask):    "M1 2h12v8H6l-3 3v-3H1z",
	string(workflow.Sub):    "M1 3h12v9H1zM5 1h4v2M7 5.5v4M5 7.5h4",
	string(workflow.Auto):   "M8 1L2.5 8H7l-1 5 5.5-7H7z",
	string(Done):            "M2 7.5l3.5 3.5L12 3.5",
	string(Now):             "M7 13S2.5 8.5 2.5 5.2a4.5 4.5 0 0 1 9 0C11.5 8.5 7 13 7 13zM7 4a1.3 1.3 0 1 0 0 2.6A1.3 1.3 0 0 0 7 4z",
	string(Late):            "M7 1.5L13.2 12.5H.8zM7 5.5v3.5M7 10.8v.2",
	string(Next):            "M1.5 7h10.5M8 3l4 4-4 4",
}

// SVG writes the picture. It needs no script and no inline style: colours come from the classes of the
// product's style sheet, and the shapes are there without it.
func (p Picture) SVG(w io.Writer) error {
	b := bufio.NewWriter(w)
	role, id := "img", attr(p.look.ID)
	if p.look.Href != nil {
		role = "group"
	}
	fmt.Fprintf(b, `<svg xmlns="http://www.w3.org/2000/svg" class="flow" role="%s" aria-labelledby="%s-title %s-desc" width="%d" height="%d" viewBox="0 0 %d %d" font-size="%d" fill="none" stroke-width="1.5">`,
		role, id, id, p.Width, p.Height, p.Width, p.Height, smallSize)
	fmt.Fprintf(b, `<title id="%s-title">%s</title><desc id="%s-desc">%s</desc>`, id, text(p.Title), id, text(p.Text))
	for i, l := range p.Lanes {
		class := "flow-lane"
		if i%2 == 1 {
			class += " flow-lane-even"
		}
		fmt.Fprintf(b, `<g class="%s"><title>%s</title>`, class, text(l.Title))
		rect(b, l.Box, 0, "")
		for k, line := range l.Lines {
			fmt.Fprintf(b, `<text x="%d" y="%d" text-anchor="middle">%s</text>`, l.Box.X+l.Box.W/2, l.Box.Y+smallLine*(k+1), text(line))
		}
		fmt.Fprint(b, "</g>")
	}
	for _, f := range p.Frames {
		if f.Title != "" {
			p.frame(b, f)
		}
	}
	for _, n := range p.Nodes { // sub-cases first: their frames and steps lie on them
		p.node(b, n)
		for _, f := range p.Frames {
			if f.Title == "" && inside(f.Box, n.Box) && n.Shape == Shape(workflow.Sub) {
				p.frame(b, f)
			}
		}
	}
	for _, e := range p.Edges {
		p.edge(b, e)
	}
	for _, e := range p.Edges {
		p.label(b, e)
	}
	fmt.Fprint(b, "</svg>")
	return b.Flush()
}

func inside(a, b Box) bool {
	return a.X >= b.X && a.Y >= b.Y && a.X+a.W <= b.X+b.W && a.Y+a.H <= b.Y+b.H
}

func text(s string) string { return html.EscapeString(clean(s)) }

func attr(s string) string { return html.EscapeString(clean(s)) }

// clean drops what no XML text may hold.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0xFFFE || r == 0xFFFF || r == 0xFFFD {
			return -1
		}
		return r
	}, s)
}

func rect(b io.Writer, x Box, round int, more string) {
	fmt.Fprintf(b, `<rect x="%d" y="%d" width="%d" height="%d" rx="%d"%s/>`, x.X, x.Y, x.W, x.H, round, more)
}

func (p Picture) frame(b io.Writer, f Frame) {
	fmt.Fprintf(b, `<g class="flow-frame">`)
	rect(b, f.Box, 3, "")
	if f.Title != "" {
		fmt.Fprintf(b, `<text class="flow-heading" x="%d" y="%d" font-size="%d" font-weight="600">%s</text>`, f.Box.X+framePad, f.Box.Y+20, headingSize, text(f.Title))
	}
	fmt.Fprint(b, "</g>")
}

func (p Picture) node(b io.Writer, n Node) {
	class := "flow-node flow-" + string(n.Shape)
	if n.Shape == "" {
		class = "flow-node flow-task"
	}
	if n.State != Ahead {
		class += " flow-" + string(n.State)
	}
	href := ""
	if p.look.Href != nil && n.Address != "" {
		href = p.look.Href(n.Address)
	}
	if href != "" {
		fmt.Fprintf(b, `<a href="%s">`, attr(href))
	}
	fmt.Fprintf(b, `<g class="%s"><title>%s</title>`, class, text(n.Full))
	x := n.Box
	r, bottom := x.X+x.W, x.Y+x.H
	switch n.Shape {
	case Begin, End:
		rect(b, x, x.H/2, "")
		if n.Shape == End {
			rect(b, Box{x.X + 3, x.Y + 3, x.W - 6, x.H - 6}, x.H/2-3, "")
		}
	case Shape(workflow.Choice):
		fmt.Fprintf(b, `<path class="flow-box" d="M%d %dH%dL%d %dL%d %dH%dL%d %dz"/>`, x.X+12, x.Y, r-12, r, x.Y+x.H/2, r-12, bottom, x.X+12, x.X, x.Y+x.H/2)
	case Shape(workflow.Fork), Shape(workflow.Join):
		rect(b, x, 0, ` class="flow-box"`)
		fmt.Fprintf(b, `<path class="flow-bar" stroke-width="4" d="M%d %dH%d"/>`, x.X, barAt(n), r)
	case Shape(workflow.Ask):
		rect(b, Box{x.X + 5, x.Y + 5, x.W, x.H}, 4, ` class="flow-box"`)
		rect(b, x, 4, ` class="flow-box"`)
	case Shape(workflow.Wait):
		rect(b, x, 16, ` class="flow-box"`)
	default:
		rect(b, x, 4, ` class="flow-box"`)
	}
	switch n.State {
	case Now, Late:
		fmt.Fprintf(b, `<path class="flow-here" stroke-width="5" d="M%d %dV%d"/>`, x.X+1, x.Y, bottom)
	case Next:
	}
	for i, l := range n.Lines {
		p.line(b, n, l, i == 0 || n.Lines[i-1].Tier != l.Tier)
	}
	fmt.Fprint(b, "</g>")
	if href != "" {
		fmt.Fprint(b, "</a>")
	}
}

// barAt is the height of the bar of a fork, below, or of a join, above.
func barAt(n Node) int {
	if n.Shape == Shape(workflow.Fork) {
		return n.Box.Y + n.Box.H
	}
	return n.Box.Y
}

func (p Picture) line(b io.Writer, n Node, l TextLine, first bool) {
	x, y := n.Box.X+padX, n.Box.Y+l.Y
	switch {
	case n.Shape == Begin || n.Shape == End:
		fmt.Fprintf(b, `<text x="%d" y="%d" text-anchor="middle">%s</text>`, n.Box.X+n.Box.W/2, y, text(l.Text))
		return
	case n.Shape == Shape(workflow.Choice):
		x += 6
	}
	switch l.Tier {
	case Caption, Status:
		icon := string(n.Shape)
		if l.Tier == Status {
			icon = string(n.State)
		}
		if d := icons[icon]; d != "" && first {
			fmt.Fprintf(b, `<path class="flow-icon" transform="translate(%d %d)" d="%s"/>`, x, y-11, d)
		}
		weight := ""
		if l.Tier == Status {
			weight = ` font-weight="600"`
		}
		fmt.Fprintf(b, `<text class="flow-%s" x="%d" y="%d"%s>%s</text>`, l.Tier, x+iconSpace, y, weight, text(l.Text))
	case Heading:
		fmt.Fprintf(b, `<text class="flow-heading" x="%d" y="%d" font-size="%d" font-weight="600">%s</text>`, x, y, headingSize, text(l.Text))
	case Small:
		fmt.Fprintf(b, `<text x="%d" y="%d">%s</text>`, x, y, text(l.Text))
	}
}

func (p Picture) edge(b io.Writer, e Edge) {
	if len(e.Points) < 2 {
		return
	}
	class, dash := "flow-way", ""
	switch {
	case e.Late:
		class, dash = "flow-way flow-way-late", ` stroke-dasharray="2 4"`
	case e.Back:
		class, dash = "flow-way flow-way-back", ` stroke-dasharray="6 4"`
	}
	fmt.Fprintf(b, `<g class="%s"><path%s d="%s"/><path class="flow-head" d="%s"/></g>`, class, dash, course(e.Points), head(e.Points))
}

// course writes a way with rounded corners.
func course(points []Point) string {
	const round = 7
	var d strings.Builder
	fmt.Fprintf(&d, "M%d %d", points[0].X, points[0].Y)
	for i := 1; i < len(points)-1; i++ {
		a, at, c := points[i-1], points[i], points[i+1]
		in, out := toward(at, a, round), toward(at, c, round)
		fmt.Fprintf(&d, "L%d %dQ%d %d %d %d", in.X, in.Y, at.X, at.Y, out.X, out.Y)
	}
	last := points[len(points)-1]
	fmt.Fprintf(&d, "L%d %d", last.X, last.Y)
	return d.String()
}

// toward is the point at most so far from a towards b, not beyond the middle.
func toward(a, b Point, far int) Point {
	dx, dy := b.X-a.X, b.Y-a.Y
	n := min(max(dx, -dx)+max(dy, -dy), 2*far) / 2
	return Point{a.X + sign(dx)*n, a.Y + sign(dy)*n}
}

func sign(n int) int {
	switch {
	case n > 0:
		return 1
	case n < 0:
		return -1
	}
	return 0
}

// head draws the head of an arrow at the end of a way.
func head(points []Point) string {
	to := points[len(points)-1]
	from := points[len(points)-2]
	dx, dy := sign(to.X-from.X), sign(to.Y-from.Y)
	if dx != 0 {
		return fmt.Sprintf("M%d %dl%d -4v8z", to.X, to.Y, -8*dx)
	}
	if dy == 0 {
		dy = 1
	}
	return fmt.Sprintf("M%d %dl-4 %dh8z", to.X, to.Y, -8*dy)
}

func (p Picture) label(b io.Writer, e Edge) {
	if len(e.Lines) == 0 {
		return
	}
	class := "flow-label"
	if e.Back {
		class += " flow-label-back"
	}
	fmt.Fprintf(b, `<g class="%s"><title>%s</title>`, class, text(e.Full))
	rect(b, Box{e.Label.X - 3, e.Label.Y - 1, e.Label.W + 6, e.Label.H + 2}, 0, "")
	for i, l := range e.Lines {
		x, anchor := e.Label.X+e.Label.W/2, ` text-anchor="middle"`
		if e.Back {
			x, anchor = e.Label.X, ""
		}
		fmt.Fprintf(b, `<text x="%d" y="%d"%s>%s</text>`, x, e.Label.Y+labelRow*i+labelRow*3/4, anchor, text(l))
	}
	fmt.Fprint(b, "</g>")
}
