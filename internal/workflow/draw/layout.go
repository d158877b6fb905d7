package draw

import (
	"cmp"
	"math"
	"slices"

	"github.com/motcua/motcua/internal/workflow"
)

// Measures of the layout.
const (
	labelWidth = 148 // of a label on a way, at most
	labelRow   = 16
	labelLines = 3
	backWidth  = 116 // of a label beside an arc that returns
	trackStep  = 10
	gapRoom    = 10 // above and below the tracks of a gap
	arrowRoom  = 8
	sweeps     = 12
	maxLanes   = 6
	lanePad    = 10
)

// item is what takes room in a layer: a node, the label of a way, or a way that passes.
type item struct {
	node     int  // -1: none
	arc      *arc // of labels and passing ways
	label    bool
	w, h     int
	layer    int
	lane     int
	x        float64 // centre
	y        int     // top
	up, down []link
	key      float64
}

type link struct {
	to     int
	weight float64
}

func (it *item) passes() bool { return it.node < 0 && !it.label }

// plan is the layout of one graph.
type plan struct {
	*graph
	d      *drawer
	items  []item
	layers [][]int // items by layer, left to right; steps at even, labels at odd layers
	lanes  []laneOf
	left   []float64 // of lanes
	wide   []float64
	height int
	gaps   []gap // gap i lies between layers i and i+1
	tops   []int // of layers
	highs  []int // heights of layers
}

type laneOf struct {
	title string
}

// course lays out the process itself or one part.
func (d *drawer) course(part, start string, steps []workflow.Step, depth int) (Picture, error) {
	g, err := d.build(part, start, steps, depth)
	if err != nil {
		return Picture{}, err
	}
	g.turn()
	g.layers()
	p := &plan{graph: g, d: d}
	if part == "" && d.look.Lanes {
		p.assignLanes()
	}
	if err := p.place(); err != nil {
		return Picture{}, err
	}
	p.order()
	p.across()
	return p.route(), nil
}

// assignLanes gives every node the column of its holder; nodes without one stand with the step before.
func (p *plan) assignLanes() {
	key := func(s *workflow.Step) string {
		w := p.d.words
		if who, where := w.who(s), w.where(s); who != "" && where != "" {
			return where + "\n" + who
		} else {
			return cmp.Or(where, who)
		}
	}
	agency := func(s *workflow.Step) string { return p.d.words.where(s) }
	for _, name := range []func(*workflow.Step) string{key, agency} {
		var lanes []laneOf
		at := map[string]int{}
		order := make([]int, len(p.nodes))
		for i := range order {
			order[i] = i
		}
		slices.SortStableFunc(order, func(a, b int) int { return p.nodes[a].layer - p.nodes[b].layer })
		for _, i := range order {
			n := p.nodes[i]
			n.lane = -1
			if n.step == nil || !held(n.step) || name(n.step) == "" {
				continue
			}
			title := name(n.step)
			if _, ok := at[title]; !ok {
				at[title] = len(lanes)
				lanes = append(lanes, laneOf{title})
			}
			n.lane = at[title]
		}
		if len(lanes) > maxLanes || len(lanes) < 2 {
			continue
		}
		p.lanes = lanes
		for _, i := range order { // by layer: what comes before is known
			n := p.nodes[i]
			if n.lane >= 0 {
				continue
			}
			n.lane = 0
			for _, a := range p.arcs {
				if !a.back && a.to == i && p.nodes[a.from].step != nil {
					n.lane = max(p.nodes[a.from].lane, 0)
					break
				}
			}
		}
		for _, a := range p.arcs {
			if a.from == p.begin {
				p.nodes[p.begin].lane = p.nodes[a.to].lane
			}
		}
		return
	}
	for _, n := range p.nodes {
		n.lane = 0
	}
}

// place makes the items of all layers.
func (p *plan) place() error {
	deepest := 0
	for _, n := range p.nodes {
		deepest = max(deepest, n.layer)
	}
	p.layers = make([][]int, 2*deepest+1)
	put := func(it item) int {
		it.w += it.w % 2
		p.items = append(p.items, it)
		i := len(p.items) - 1
		p.layers[it.layer] = append(p.layers[it.layer], i)
		return i
	}
	for i, n := range p.nodes {
		n.w += n.w % 2
		n.item = put(item{node: i, w: n.w, h: n.h, layer: 2 * n.layer, lane: n.lane})
	}
	for _, a := range p.arcs {
		wide := labelWidth
		if a.back {
			wide = backWidth
		}
		for _, l := range a.labels {
			for _, line := range wrap(l, false, smallSize, wide, labelLines) {
				a.wrapped = append(a.wrapped, line)
				a.w = max(a.w, textWidth(line, false, smallSize))
			}
			if len(a.wrapped) > 3*labelLines {
				break
			}
		}
		a.h = labelRow * len(a.wrapped)
		if a.back {
			continue
		}
		before := p.nodes[a.from].item
		last := 2 * p.nodes[a.to].layer
		for l := 2*p.nodes[a.from].layer + 1; l < last; l++ {
			it := item{node: -1, arc: a, w: 6, layer: l, lane: p.nodes[a.to].lane}
			if l == 2*p.nodes[a.from].layer+1 && len(a.wrapped) > 0 {
				it.label, it.w, it.h = true, a.w+10, a.h+4
			}
			i := put(it)
			a.chain = append(a.chain, i)
			p.link(before, i, a)
			before = i
			if p.d.items++; p.d.items > maxItems {
				return ErrTooLarge
			}
		}
		p.link(before, p.nodes[a.to].item, a)
	}
	return nil
}

// link ties two items of neighbouring layers; ways want to run straight, the usual way most of all.
func (p *plan) link(u, v int, a *arc) {
	w := float64(a.weight)
	switch {
	case p.items[u].node < 0 && p.items[v].node < 0:
		w *= 4
	case p.lanes != nil && p.items[u].label:
		w *= 8 // the way crosses the lanes before its label
	case p.items[u].node < 0 || p.items[v].node < 0:
		w *= 2
	}
	p.items[u].down = append(p.items[u].down, link{v, w})
	p.items[v].up = append(p.items[v].up, link{u, w})
}

// order brings each layer into an order with few crossings: median of the neighbours, down and up again.
func (p *plan) order() {
	pos := make([]int, len(p.items))
	number := func() {
		for _, layer := range p.layers {
			for i, it := range layer {
				pos[it] = i
			}
		}
	}
	sortBy := func(layer []int) {
		slices.SortStableFunc(layer, func(a, b int) int {
			return cmp.Or(cmp.Compare(p.items[a].lane, p.items[b].lane), cmp.Compare(p.items[a].key, p.items[b].key))
		})
		for i, it := range layer {
			pos[it] = i
		}
	}
	// Begin in the order of the definition, each below what leads to it.
	for l, layer := range p.layers {
		for _, i := range layer {
			it := &p.items[i]
			it.key = float64(len(p.items))
			if l > 0 && len(it.up) > 0 {
				it.key = mean(it.up, func(i int) float64 { return float64(pos[i]) })
			}
		}
		sortBy(layer)
	}
	number()
	best, least := p.snapshot(), p.crossings(pos)
	for s := 0; s < sweeps && least > 0; s++ {
		for k := range p.layers {
			l, up := k, s%2 == 0
			if !up {
				l = len(p.layers) - 1 - k
			}
			for _, i := range p.layers[l] {
				it := &p.items[i]
				side := it.up
				if !up {
					side = it.down
				}
				it.key = float64(pos[i])
				if len(side) > 0 {
					it.key = mean(side, func(i int) float64 { return float64(pos[i]) })
				}
			}
			sortBy(p.layers[l])
		}
		if n := p.crossings(pos); n < least {
			best, least = p.snapshot(), n
		}
	}
	p.layers = best
}

func mean(side []link, at func(int) float64) float64 {
	sum := 0.0
	for _, l := range side {
		sum += at(l.to)
	}
	return sum / float64(len(side))
}

func (p *plan) snapshot() [][]int {
	out := make([][]int, len(p.layers))
	for i, l := range p.layers {
		out[i] = slices.Clone(l)
	}
	return out
}

// crossings counts pairs of ways that cross between neighbouring layers.
func (p *plan) crossings(pos []int) int {
	n := 0
	var ends, tree []int
	for l := 0; l+1 < len(p.layers); l++ {
		ends = ends[:0]
		for _, i := range p.layers[l] {
			from := len(ends)
			for _, d := range p.items[i].down {
				ends = append(ends, pos[d.to])
			}
			slices.Sort(ends[from:])
		}
		size := len(p.layers[l+1]) + 1
		tree = slices.Grow(tree[:0], size+1)[:size+1]
		clear(tree)
		for k, e := range ends {
			n += k
			for i := e + 1; i > 0; i -= i & -i { // those before that end at or left of e do not cross
				n -= tree[i]
			}
			for i := e + 1; i <= size; i += i & -i {
				tree[i]++
			}
		}
	}
	return n
}

// apart is the least distance of two centres side by side.
func (p *plan) apart(a, b *item) float64 {
	room := 26.0
	switch {
	case a.passes() && b.passes():
		room = 10
	case a.passes() || b.passes():
		room = 16
	case a.label && b.label:
		room = 14
	}
	return float64(a.w+b.w)/2 + room
}

// across gives every item its centre: as near to its neighbours as the order and the lanes allow.
func (p *plan) across() {
	groups := p.groups()
	p.measureLanes(groups)
	at := func(i int) float64 { return p.items[i].x }
	for _, g := range groups { // a first placing, packed
		x := 0.0
		for k, i := range g.items {
			if k > 0 {
				x += p.apart(&p.items[g.items[k-1]], &p.items[i])
			}
			p.items[i].x = x
		}
		shift := -x / 2
		if p.left != nil {
			shift += p.left[g.lane] + p.wide[g.lane]/2
		}
		for _, i := range g.items {
			p.items[i].x += shift
		}
	}
	for s := range 2 * sweeps {
		for k := range groups {
			g := groups[k]
			if s%2 == 1 {
				g = groups[len(groups)-1-k]
			}
			p.settle(g, func(it *item) (want, weight float64) {
				side := it.up
				if s%2 == 1 {
					side = it.down
				}
				if s > 2*sweeps-5 { // in the end both sides count
					side = slices.Concat(it.up, it.down)
				}
				for _, l := range side {
					want += l.weight * at(l.to)
					weight += l.weight
				}
				if weight == 0 {
					return it.x, 0.2
				}
				return want / weight, weight
			})
		}
	}
	p.straighten(groups)
	for i := range p.items { // whole pixels: widths are even, so edges are whole too
		p.items[i].x = math.Round(p.items[i].x)
	}
	for i := range p.left {
		p.left[i], p.wide[i] = math.Round(p.left[i]), math.Round(p.wide[i])
	}
}

// group is a run of items of one layer that lie in one lane.
type group struct {
	lane  int
	items []int
}

func (p *plan) groups() []group {
	var out []group
	for _, layer := range p.layers {
		for _, i := range layer {
			lane := 0
			if p.lanes != nil {
				lane = p.items[i].lane
			}
			if n := len(out); n > 0 && out[n-1].lane == lane && p.items[out[n-1].items[0]].layer == p.items[i].layer {
				out[n-1].items = append(out[n-1].items, i)
				continue
			}
			out = append(out, group{lane, []int{i}})
		}
	}
	return out
}

// measureLanes makes each lane as wide as its widest layer.
func (p *plan) measureLanes(groups []group) {
	if p.lanes == nil {
		return
	}
	p.wide, p.left = make([]float64, len(p.lanes)), make([]float64, len(p.lanes))
	for i := range p.wide {
		p.wide[i] = 120
	}
	for _, g := range groups {
		first, last := &p.items[g.items[0]], &p.items[g.items[len(g.items)-1]]
		w := float64(first.w+last.w)/2 + 2*lanePad
		for k := 1; k < len(g.items); k++ {
			w += p.apart(&p.items[g.items[k-1]], &p.items[g.items[k]])
		}
		p.wide[g.lane] = max(p.wide[g.lane], w)
	}
	for i := 1; i < len(p.left); i++ {
		p.left[i] = p.left[i-1] + p.wide[i-1]
	}
}

// settle moves the items of a group to where they want to be, as near as their order and room allow:
// least squares under "not nearer than", by pooling neighbours that would collide.
func (p *plan) settle(g group, want func(*item) (float64, float64)) {
	type pool struct {
		sum, weight float64
		n           int
	}
	offset := make([]float64, len(g.items))
	var pools []pool
	for k, i := range g.items {
		if k > 0 {
			offset[k] = offset[k-1] + p.apart(&p.items[g.items[k-1]], &p.items[i])
		}
		x, w := want(&p.items[i])
		pools = append(pools, pool{(x - offset[k]) * w, w, 1})
		for len(pools) > 1 {
			a, b := pools[len(pools)-2], pools[len(pools)-1]
			if a.sum*b.weight <= b.sum*a.weight {
				break
			}
			pools = append(pools[:len(pools)-2], pool{a.sum + b.sum, a.weight + b.weight, a.n + b.n})
		}
	}
	k := 0
	for _, q := range pools {
		x := q.sum / q.weight
		if p.left != nil { // within the lane
			first, last := &p.items[g.items[0]], &p.items[g.items[len(g.items)-1]]
			low := p.left[g.lane] + lanePad + float64(first.w)/2
			high := p.left[g.lane] + p.wide[g.lane] - lanePad - float64(last.w)/2 - offset[len(offset)-1]
			x = max(min(x, high), low)
		}
		for range q.n {
			p.items[g.items[k]].x = x + offset[k]
			k++
		}
	}
}

// straighten takes out bends, where there is room: small ones everywhere, wider ones on the usual way.
func (p *plan) straighten(groups []group) {
	for s := range 6 {
		for k := range groups {
			g := groups[k]
			if s%2 == 1 {
				g = groups[len(groups)-1-k]
			}
			for k := range g.items {
				it := &p.items[g.items[k]]
				side := it.up
				if s%2 == 1 {
					side = it.down
				}
				for _, l := range side {
					reach := 14.0
					if l.weight >= mainWeight {
						reach = 90
					}
					if it.passes() && p.items[l.to].passes() {
						reach = 60
					}
					x := p.items[l.to].x
					if d := math.Abs(x - it.x); d == 0 || d > reach || !p.fits(g, k, x) {
						continue
					}
					if l.weight >= mainWeight || len(it.up) == 1 || len(it.down) < 2 {
						it.x = x
					}
					break
				}
			}
		}
	}
}

// fits reports whether the k-th item of a group may have its centre at x.
func (p *plan) fits(g group, k int, x float64) bool {
	it := &p.items[g.items[k]]
	if k > 0 {
		if left := &p.items[g.items[k-1]]; x-left.x < p.apart(left, it) {
			return false
		}
	}
	if k+1 < len(g.items) {
		if right := &p.items[g.items[k+1]]; right.x-x < p.apart(it, right) {
			return false
		}
	}
	half := float64(it.w)/2 + lanePad
	return p.left == nil || x-half >= p.left[g.lane] && x+half <= p.left[g.lane]+p.wide[g.lane]
}
