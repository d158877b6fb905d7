package draw

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// gap is the room between two layers, with the horizontal tracks in it.
type gap struct {
	runs   []*run
	levels int
	top    int
}

// run is a horizontal stretch in a gap that several ways may share.
type run struct {
	key          int // item whose ways share it; -1: of a returning arc
	left, right  float64
	upper, lower []float64 // where it is joined from above and left downwards
	level        int
}

func (r *run) reach(x float64) { r.left, r.right = min(r.left, x), max(r.right, x) }

func (r *run) meets(o *run) bool { return r.left < o.right+8 && o.left < r.right+8 }

// turnBack is how one arc returns.
type turnBack struct {
	a                *arc
	fromRun, toRun   *run // through gaps, when the side is blocked by a neighbour
	exitX, entryX    float64
	exitY, entryY    int
	columnX, labelY  int
	fromSlot, toSlot int
}

// far is beyond every picture: the right end of runs that lead to the returning arcs.
const far = 1e6

// route makes room between the layers, draws the ways and returns the picture of the course.
func (p *plan) route() Picture {
	p.gaps = make([]gap, max(len(p.layers)-1, 0))
	for i := range p.items {
		for _, d := range p.items[i].down {
			p.run(i, d.to)
		}
	}
	backs := p.backs()
	for i := range p.gaps {
		p.gaps[i].assign()
	}
	p.down()
	width := p.arcsBack(backs)
	return p.picture(backs, width)
}

// run notes the horizontal stretch of one link.
func (p *plan) run(u, v int) {
	a, b := &p.items[u], &p.items[v]
	if math.Abs(a.x-b.x) < 1 {
		return
	}
	g := &p.gaps[a.layer]
	key := u
	if a.layer%2 == 1 {
		key = v
	}
	i := slices.IndexFunc(g.runs, func(r *run) bool { return r.key == key })
	if i < 0 {
		g.runs = append(g.runs, &run{key: key, left: a.x, right: a.x})
		i = len(g.runs) - 1
	}
	r := g.runs[i]
	r.reach(a.x)
	r.reach(b.x)
	r.upper, r.lower = append(r.upper, a.x), append(r.lower, b.x)
}

// assign gives the runs of a gap their levels: runs that meet lie apart, and one whose way comes from above
// where another leaves downwards lies above it, else the two would lie on one another.
func (g *gap) assign() {
	before := func(a, b *run) bool {
		for _, u := range a.upper {
			for _, l := range b.lower {
				if math.Abs(u-l) < 5 {
					return true
				}
			}
		}
		return false
	}
	slices.SortStableFunc(g.runs, func(a, b *run) int {
		return cmp.Or(cmp.Compare(a.left, b.left), cmp.Compare(a.right, b.right))
	})
	rest := slices.Clone(g.runs)
	for len(rest) > 0 {
		pick := 0
		for i, r := range rest { // the first that nothing has to lie above; in a circle of such wishes, the first
			if !slices.ContainsFunc(rest, func(o *run) bool { return o != r && before(o, r) }) {
				pick = i
				break
			}
		}
		r := rest[pick]
		rest = slices.Delete(rest, pick, pick+1)
		r.level = 0
		for _, o := range g.runs {
			if o != r && !slices.Contains(rest, o) && before(o, r) {
				r.level = max(r.level, o.level+1)
			}
		}
		for slices.ContainsFunc(g.runs, func(o *run) bool {
			return o != r && !slices.Contains(rest, o) && o.level == r.level && o.meets(r)
		}) {
			r.level++
		}
		g.levels = max(g.levels, r.level+1)
	}
}

// down gives layers and gaps their heights.
func (p *plan) down() {
	p.tops, p.highs = make([]int, len(p.layers)), make([]int, len(p.layers))
	y := 0
	if p.lanes != nil {
		y = p.laneHead() + 8
	}
	for l, layer := range p.layers {
		p.tops[l] = y
		for _, i := range layer {
			p.items[i].y = y
			p.highs[l] = max(p.highs[l], p.items[i].h)
		}
		y += p.highs[l]
		if l < len(p.gaps) {
			p.gaps[l].top = y
			y += gapRoom + p.gaps[l].levels*trackStep
			if l%2 == 1 {
				y += arrowRoom
			}
		}
	}
	p.height = y
}

func (g *gap) y(r *run) int { return g.top + gapRoom/2 + 2 + r.level*trackStep }

// laneHead is the height of the titles of lanes.
func (p *plan) laneHead() int {
	most := 0
	for i, l := range p.lanes {
		most = max(most, len(laneLines(l.title, int(p.wide[i]))))
	}
	return most*smallLine + 12
}

func laneLines(title string, width int) []string {
	where, who, _ := strings.Cut(title, "\n")
	return append(wrap(where, true, smallSize, width-12, 3), wrap(who, false, smallSize, width-12, 2)...)
}

// backs prepares the arcs that return: on which side they leave and arrive.
func (p *plan) backs() []*turnBack {
	blocked := func(n *node) bool {
		it := &p.items[n.item]
		return slices.ContainsFunc(p.layers[it.layer], func(i int) bool { return p.items[i].node >= 0 && p.items[i].x > it.x })
	}
	var out []*turnBack
	for _, a := range p.arcs {
		if !a.back {
			continue
		}
		b := &turnBack{a: a}
		from, to := p.nodes[a.from], p.nodes[a.to]
		f, t := &p.items[from.item], &p.items[to.item]
		b.exitX, b.entryX = f.x+float64(f.w)/2, t.x+float64(t.w)/2
		if blocked(from) && f.layer < len(p.gaps) {
			b.exitX -= 18
			b.fromRun = &run{key: -1, left: b.exitX, right: far, upper: []float64{b.exitX}}
			p.gaps[f.layer].runs = append(p.gaps[f.layer].runs, b.fromRun)
		}
		if blocked(to) && t.layer > 0 {
			b.entryX -= 18
			b.toRun = &run{key: -1, left: b.entryX, right: far, lower: []float64{b.entryX}}
			p.gaps[t.layer-1].runs = append(p.gaps[t.layer-1].runs, b.toRun)
		}
		out = append(out, b)
	}
	return out
}

// arcsBack gives the returning arcs their columns right of everything else and returns the width of all.
func (p *plan) arcsBack(backs []*turnBack) int {
	left, right := math.Inf(1), math.Inf(-1)
	for i := range p.items {
		it := &p.items[i]
		left, right = min(left, it.x-float64(it.w)/2), max(right, it.x+float64(it.w)/2)
	}
	if p.lanes != nil {
		n := len(p.lanes) - 1
		left, right = 0, max(right, p.left[n]+p.wide[n])
	}
	for i := range p.items {
		p.items[i].x -= left
	}
	for i := range p.left {
		p.left[i] -= left
	}
	for _, b := range backs {
		b.exitX, b.entryX = b.exitX-left, b.entryX-left
	}
	width := int(math.Ceil(right - left))
	if len(backs) == 0 {
		return width
	}
	height := func(b *turnBack) int { return p.nodes[b.a.from].layer - p.nodes[b.a.to].layer }
	slices.SortStableFunc(backs, func(a, b *turnBack) int { return height(a) - height(b) })
	exits, entries := map[int]int{}, map[int]int{}
	for _, b := range backs { // shorter arcs leave higher and arrive lower, so that longer ones pass around them
		if b.fromRun == nil {
			b.fromSlot = exits[b.a.from]
			exits[b.a.from]++
		}
		if b.toRun == nil {
			b.toSlot = entries[b.a.to]
			entries[b.a.to]++
		}
	}
	for _, b := range backs {
		f, t := &p.items[p.nodes[b.a.from].item], &p.items[p.nodes[b.a.to].item]
		b.exitY = f.y + min(max(f.h/4, 12), 24) + min(b.fromSlot*10, f.h/3)
		b.entryY = t.y + min(t.h-12, 64) - min(b.toSlot*10, t.h/3)
		if b.fromRun != nil {
			b.exitY = p.gaps[f.layer].y(b.fromRun)
		}
		if b.toRun != nil {
			b.entryY = p.gaps[t.layer-1].y(b.toRun)
		}
		if b.a.from == b.a.to && b.fromRun == nil && b.toRun == nil {
			b.exitY, b.entryY = b.entryY, b.exitY
		}
	}
	most := width
	for i, b := range backs { // right of all it passes, and of the shorter arcs beside it
		b.columnX = p.rightOf(b) + 16
		for moved := true; moved; {
			moved = false
			for _, o := range backs[:i] {
				if o.beside(b) && b.columnX < o.columnX+o.room() && o.columnX < b.columnX+b.room() {
					b.columnX, moved = o.columnX+o.room(), true
				}
			}
		}
		most = max(most, b.columnX+b.room())
	}
	for _, b := range backs {
		b.labelY = b.labelBeside(backs)
	}
	return most
}

// rightOf is the right edge of all that stands beside an arc that returns.
func (p *plan) rightOf(b *turnBack) int {
	if p.lanes != nil {
		n := len(p.lanes) - 1
		return whole(p.left[n] + p.wide[n])
	}
	right := 0
	low, high := 2*p.nodes[b.a.to].layer, 2*p.nodes[b.a.from].layer
	for l := max(low, 0); l <= min(high, len(p.layers)-1); l++ {
		for _, i := range p.layers[l] {
			right = max(right, whole(p.items[i].x)+p.items[i].w/2)
		}
	}
	return right
}

// room is how wide an arc is with its label.
func (b *turnBack) room() int { return b.a.w + 14 }

// beside reports whether two arcs lie at the same height.
func (b *turnBack) beside(o *turnBack) bool {
	top, foot := func(b *turnBack) int { return min(b.top(), b.middle()-b.a.h/2) - 3 }, func(b *turnBack) int { return max(b.foot(), b.middle()+b.a.h/2) + 3 }
	return top(b) < foot(o) && top(o) < foot(b)
}

func (b *turnBack) top() int    { return min(b.exitY, b.entryY) }
func (b *turnBack) foot() int   { return max(b.exitY, b.entryY) }
func (b *turnBack) middle() int { return (b.exitY + b.entryY) / 2 }

// labelBeside finds a place for the label of a returning arc that no leg of an arc further out crosses.
func (b *turnBack) labelBeside(all []*turnBack) int {
	free := func(y int) bool {
		for _, o := range all {
			for _, leg := range []int{o.exitY, o.entryY} {
				if o.columnX > b.columnX && leg > y-4 && leg < y+b.a.h+4 {
					return false
				}
			}
		}
		return true
	}
	middle := b.middle() - b.a.h/2
	for d := 0; d <= (b.foot()-b.top()-b.a.h)/2; d += 4 {
		for _, y := range []int{middle - d, middle + d} {
			if free(y) {
				return max(y, 0)
			}
		}
	}
	return max(middle, 0)
}

func whole(x float64) int { return int(math.Round(x)) }

// picture writes down what was laid out.
func (p *plan) picture(backs []*turnBack, width int) Picture {
	out := Picture{Width: width, Height: p.height}
	for i, l := range p.lanes {
		lane := Lane{Title: strings.ReplaceAll(l.title, "\n", ", "), Lines: laneLines(l.title, int(p.wide[i])), Box: Box{whole(p.left[i]), 0, whole(p.wide[i]), p.height}}
		for _, n := range p.nodes {
			if n.lane == i && n.step != nil {
				lane.Steps = append(lane.Steps, n.address)
			}
		}
		out.Lanes = append(out.Lanes, lane)
	}
	var inner []Picture
	var innerAt []Point
	for _, n := range p.nodes {
		it := &p.items[n.item]
		box := Box{whole(it.x - float64(it.w)/2), it.y, it.w, it.h}
		out.Nodes = append(out.Nodes, Node{Address: n.address, Shape: n.shape, Box: box, Lines: n.lines, Full: n.full, State: n.state})
		if n.inner != nil {
			at := Point{box.X + n.innerAt.X, box.Y + n.innerAt.Y}
			inner, innerAt = append(inner, *n.inner), append(innerAt, at)
			out.Frames = append(out.Frames, Frame{Part: n.step.Part, Box: Box{at.X - 4, at.Y - 3, n.inner.Width + 8, n.inner.Height + 6}, State: n.state})
		}
	}
	for _, a := range p.arcs {
		if !a.back {
			out.Edges = append(out.Edges, p.edge(a))
		}
	}
	for _, b := range backs {
		e := p.named(b.a)
		f, t := &p.items[p.nodes[b.a.from].item], &p.items[p.nodes[b.a.to].item]
		if b.fromRun != nil {
			e.Points = append(e.Points, Point{whole(b.exitX), f.y + f.h})
		}
		e.Points = append(e.Points, Point{whole(b.exitX), b.exitY}, Point{b.columnX, b.exitY}, Point{b.columnX, b.entryY}, Point{whole(b.entryX), b.entryY})
		if b.toRun != nil {
			e.Points = append(e.Points, Point{whole(b.entryX), t.y})
		}
		e.Label = Box{b.columnX + 7, b.labelY, b.a.w, b.a.h}
		out.Edges = append(out.Edges, e)
	}
	for i := range inner {
		out.add(inner[i], innerAt[i].X, innerAt[i].Y)
	}
	return out
}

// named is the edge of an arc without its points.
func (p *plan) named(a *arc) Edge {
	return Edge{
		Part: p.part, From: p.nodes[a.from].address, To: p.nodes[a.to].address, Flows: a.flows,
		Back: a.back, Late: a.late, Lines: a.wrapped, Full: strings.Join(a.labels, "; "),
	}
}

// edge draws a way that leads on.
func (p *plan) edge(a *arc) Edge {
	e := p.named(a)
	at := &p.items[p.nodes[a.from].item]
	i := p.nodes[a.from].item
	e.Points = append(e.Points, Point{whole(at.x), at.y + at.h})
	for _, next := range append(slices.Clone(a.chain), p.nodes[a.to].item) {
		to := &p.items[next]
		if math.Abs(at.x-to.x) >= 1 {
			g := &p.gaps[at.layer]
			key := i
			if at.layer%2 == 1 {
				key = next
			}
			y := g.y(g.runs[slices.IndexFunc(g.runs, func(r *run) bool { return r.key == key })])
			e.Points = append(e.Points, Point{whole(at.x), y}, Point{whole(to.x), y})
		}
		if to.label {
			e.Label = Box{whole(to.x) - a.w/2, to.y + 2, a.w, a.h}
		}
		at, i = to, next
	}
	e.Points = append(e.Points, Point{whole(at.x), at.y})
	return e
}
