package draw

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/motcua/motcua/internal/workflow"
)

// Line is one step of an outline: what the picture says, in reading order.
type Line struct {
	Number  string // 3, or 3.1 within the part of sub-case 3
	Address string // empty for a part that several sub-cases run through
	Title   string
	Kind    string // what it is, when it is more than a task
	Holder  string
	Limit   string
	Help    string
	Makes   []string
	State   State
	Stands  string // the state in words
	Who     []string
	Since   string
	Ways    []Way
	Inside  []Line
}

// Way is one way on from a step.
type Way struct {
	Label  string
	Number string // of where it leads; empty at the end
	To     string // its title, or that it is the end
	Back   bool
	Late   bool
}

// Outline tells a process step by step. It has no bound.
func Outline(p *workflow.Process, look Look) []Line {
	o := outliner{p: p, w: words{look}, uses: map[string]int{}, told: map[string]bool{}}
	p.Each(func(_ string, s *workflow.Step) {
		if s.Kind == workflow.Sub {
			o.uses[s.Part]++
		}
	})
	out := o.course("", p.Start, p.Steps, "")
	for i := range p.Parts {
		part := &p.Parts[i]
		if o.told[part.ID] {
			continue
		}
		o.told[part.ID] = true
		number := strconv.Itoa(len(out) + 1)
		out = append(out, Line{Number: number, Title: part.Title, Inside: o.course(part.ID, part.Start, part.Steps, number+".")})
	}
	return out
}

type outliner struct {
	p    *workflow.Process
	w    words
	uses map[string]int
	told map[string]bool
}

func (o *outliner) course(part, start string, steps []workflow.Step, prefix string) []Line {
	g := bare(o.w, part, start, steps)
	order := make([]int, 0, len(g.nodes))
	for i, n := range g.nodes {
		if n.step != nil {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return g.nodes[a].layer - g.nodes[b].layer })
	numbers := make([]string, len(g.nodes))
	for k, i := range order {
		numbers[i] = prefix + strconv.Itoa(k+1)
	}
	ways := make([][]Way, len(g.nodes))
	for _, a := range g.arcs {
		if a.from == g.begin {
			continue
		}
		to := g.nodes[a.to]
		w := Way{Label: strings.Join(a.labels, "; "), Number: numbers[a.to], Back: a.back, Late: a.late}
		switch {
		case to.step != nil:
			w.To = o.w.title(to.step)
		case part != "":
			w.To = o.w.say("process.to-answer")
		default:
			w.To = o.w.say("process.to-end")
		}
		ways[a.from] = append(ways[a.from], w)
	}
	out := make([]Line, 0, len(order))
	for _, i := range order {
		n := g.nodes[i]
		s := n.step
		mark := o.w.look.Marks[n.address]
		l := Line{
			Number: numbers[i], Address: n.address, Title: o.w.title(s), Limit: o.w.limit(s), Help: s.Help, Makes: s.Makes,
			State: mark.State, Stands: o.w.state(mark.State), Who: mark.Who, Since: mark.Since, Ways: ways[i],
		}
		if s.Title != "" {
			l.Kind = o.w.kind(s)
		}
		if held(s) {
			who, where := o.w.who(s), o.w.where(s)
			l.Holder = cmp.Or(where, who)
			if who != "" && where != "" {
				l.Holder = who + ", " + where
			}
		}
		if s.Late != nil && s.Late.Tell != "" {
			l.Help = strings.TrimSpace(l.Help + " " + o.w.say("process.late-tell", "role", o.w.role(s.Late.Tell)) + ".")
		}
		if s.Kind == workflow.Auto && s.Text != "" {
			l.Help = strings.TrimSpace(l.Help + " " + s.Text)
		}
		if s.Kind == workflow.Sub {
			if q, ok := o.p.Part(s.Part); ok && o.uses[q.ID] == 1 && !o.told[q.ID] {
				o.told[q.ID] = true
				l.Inside = o.course(q.ID, q.Start, q.Steps, l.Number+".")
			} else if ok {
				l.Kind += ". " + o.w.say("process.runs-part", "part", q.Title)
			}
		}
		out = append(out, l)
	}
	return out
}

// Row is one line of the table "quy trình nội bộ" as offices keep it.
type Row struct {
	Number string   // TT
	Step   string   // bước
	Work   string   // nội dung công việc
	Holder string   // đơn vị, người thực hiện
	Limit  string   // thời hạn
	Makes  []string // kết quả, sản phẩm
	To     []string // chuyển tới, with the act that leads there
	Depth  int      // 1 within the part of a sub-case, and so on
	State  State
}

// Columns are the heads of the table, in the order of Row.
func Columns(look Look) []string {
	w := words{look}
	return []string{
		w.say("process.column.number"), w.say("process.column.step"), w.say("process.column.work"), w.say("process.column.holder"),
		w.say("process.column.limit"), w.say("process.column.makes"), w.say("process.column.to"),
	}
}

// Table writes a process as the rows of the office's table.
func Table(p *workflow.Process, look Look) []Row {
	w := words{look}
	var out []Row
	var add func([]Line, int)
	add = func(lines []Line, depth int) {
		for _, l := range lines {
			r := Row{Number: l.Number, Step: l.Title, Holder: l.Holder, Limit: l.Limit, Makes: l.Makes, Depth: depth, State: l.State, Work: l.Help}
			if l.Kind != "" {
				r.Work = strings.TrimSpace(l.Kind + ". " + l.Help)
			}
			for _, way := range l.Ways {
				r.To = append(r.To, way.words(w))
			}
			out = append(out, r)
			add(l.Inside, depth+1)
		}
	}
	add(Outline(p, look), 0)
	return out
}

// words says a way: "Trình lãnh đạo: 4. Ký".
func (y Way) words(w words) string {
	to := y.To
	if y.Number != "" {
		to = y.Number + ". " + to
	}
	if y.Label == "" {
		return w.say("process.on", "to", to)
	}
	return w.say("process.to", "label", y.Label, "to", to)
}

// Words says a way in the language of the look: "Trình lãnh đạo: 4. Ký".
func (y Way) Words(look Look) string { return y.words(words{look}) }
