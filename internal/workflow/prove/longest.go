package prove

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/motcua/motcua/internal/deadline"
	"github.com/motcua/motcua/internal/workflow"
)

// Way is the longest way through a process by the limits of its steps, until the result is issued. Work sent
// back starts no new limit; of branches beside each other the one counts for which the join waits.
type Way struct {
	Minutes int    `json:"minutes"` // working minutes, shares of the legal limit left out
	Percent int    `json:"percent,omitempty"`
	Legs    []Leg  `json:"legs,omitempty"`
	Unclear string `json:"unclear,omitempty"` // a limit in days of the calendar, which does not compare: nothing is said then
	Run     []Move `json:"run,omitempty"`
}

// Leg is a step on the way with its limit.
type Leg struct {
	Step  string `json:"step"`
	Limit string `json:"limit"`
}

// Takes returns the minutes of the way when the legal limit is so many minutes.
func (w Way) Takes(legal int) int { return w.Minutes + legal*w.Percent/100 }

// Minutes returns a limit in working minutes; ok is false for limits of the calendar.
func Minutes(l deadline.Limit, workday int) (minutes int, ok bool) {
	switch l.Unit() {
	case deadline.WorkingHour:
		return l.Halves() * 30, true
	case deadline.WorkingDay:
		return l.Halves() * workday / 2, true
	}
	return 0, false
}

func (c *checker) workday() int {
	if c.w.Workday > 0 {
		return c.w.Workday
	}
	return 8 * 60
}

// limits compares the longest way with the legal limits.
func (c *checker) limits(x *explorer, r *Report) {
	r.Longest = x.longest(0)
	if r.Longest.Unclear != "" {
		return
	}
	ways := map[int]Way{}
	for _, u := range c.w.Uses {
		for _, text := range u.Limits {
			l, err := deadline.ParseLimit(text)
			if err != nil {
				continue
			}
			legal, ok := Minutes(l, c.workday())
			if !ok {
				continue
			}
			w, known := ways[legal]
			if !known {
				w = x.longest(legal)
				ways[legal] = w
			}
			if w.Takes(legal) <= legal {
				continue
			}
			c.add(Finding{Kind: Overdue, Path: ".steps", Procedure: u.Code, Limit: text, Run: w.Run, Text: w.Say(c.p, u.Code, text, legal, c.workday())})
		}
	}
}

// Say writes that the way is longer than a legal limit.
func (w Way) Say(p *workflow.Process, code, limit string, legal, workday int) string {
	var parts []string
	for _, l := range w.Legs {
		text := l.Limit
		if d, err := deadline.ParseLimit(text); err == nil {
			text = d.Text("vi")
		}
		parts = append(parts, Name(p, l.Step)+" "+text)
	}
	legalText := limit
	if d, err := deadline.ParseLimit(limit); err == nil {
		legalText = d.Text("vi")
	}
	return fmt.Sprintf("Thời hạn các bước cộng lại là %s, dài hơn thời hạn %s của thủ tục %s: %s.",
		hours(w.Takes(legal), workday), legalText, code, strings.Join(parts, " + "))
}

// hours writes working minutes as people do.
func hours(minutes, workday int) string {
	if minutes >= workday && minutes%(workday/2) == 0 {
		return strings.Replace(strings.TrimSuffix(strconv.FormatFloat(float64(minutes)/float64(workday), 'f', 1, 64), ".0"), ".", ",", 1) + " ngày làm việc"
	}
	return strings.Replace(strings.TrimSuffix(strconv.FormatFloat(float64(minutes)/60, 'f', 1, 64), ".0"), ".", ",", 1) + " giờ làm việc"
}

// Where a way ends, besides at a join.
const (
	toEnd    = "\x00end"
	toAnswer = "\x00answer"
)

// leg is the longest way from a step to a target.
type leg struct {
	ok      bool
	minutes int // with shares of the legal limit
	fixed   int
	percent int
	action  string // of the step, that it takes
	late    bool
	flow    int    // of a choice
	join    string // of a fork
	legs    []Leg
}

func (a leg) plus(b leg) leg {
	a.ok = a.ok && b.ok
	a.minutes, a.fixed, a.percent = a.minutes+b.minutes, a.fixed+b.fixed, a.percent+b.percent
	a.legs = append(slices.Clone(a.legs), b.legs...)
	return a
}

type finder struct {
	x       *explorer
	legal   int
	best    map[[2]string]leg
	on      map[[2]string]bool
	unclear string
}

// longest finds the longest way when the legal limit is so many minutes.
func (x *explorer) longest(legal int) Way {
	f := &finder{x: x, legal: legal, best: map[[2]string]leg{}, on: map[[2]string]bool{}}
	l := f.from(x.c.p.Start, toEnd)
	w := Way{Minutes: l.fixed, Percent: l.percent, Legs: l.legs, Unclear: f.unclear}
	if w.Unclear != "" {
		return Way{Unclear: w.Unclear}
	}
	if l.minutes > 0 {
		w.Run = f.run()
	}
	return w
}

// own is the limit of a step by itself.
func (f *finder) own(address string, s workflow.Step) leg {
	out := leg{ok: true}
	if s.Limit == "" {
		return out
	}
	out.legs = []Leg{{Step: address, Limit: s.Limit}}
	if n, ok := Share(s.Limit); ok {
		out.percent, out.minutes = n, f.legal*n/100
		return out
	}
	l, err := deadline.ParseLimit(s.Limit)
	if err != nil {
		return leg{ok: true}
	}
	m, ok := Minutes(l, f.x.c.workday())
	if !ok && f.unclear == "" {
		f.unclear = address
	}
	out.minutes, out.fixed = m, m
	return out
}

// from returns the longest way from a step until a target: a join, an answer, the end. Each step counts once.
func (f *finder) from(address, target string) leg {
	if address == target {
		return leg{ok: true}
	}
	key := [2]string{address, target}
	if l, known := f.best[key]; known {
		return l
	}
	s, ok := f.x.c.p.Find(address)
	if !ok || f.on[key] || !f.x.steps[address] {
		return leg{}
	}
	f.on[key] = true
	l := f.ways(address, s, target)
	delete(f.on, key)
	f.best[key] = l
	return l
}

func (f *finder) ways(address string, s workflow.Step, target string) leg {
	part, _ := workflow.Split(address)
	var best leg
	try := func(l leg) {
		if l.ok && (!best.ok || l.minutes > best.minutes) {
			best = l
		}
	}
	own := f.own(address, s)
	to := func(id string) leg { return f.from(workflow.Address(part, id), target) }
	if s.Late != nil && s.Late.To != "" {
		l := own.plus(to(s.Late.To))
		l.late = true
		try(l)
	}
	switch s.Kind {
	case workflow.Fork:
		for join := range f.x.joined[address] {
			try(f.fork(part, s, join, target))
		}
	case workflow.Join:
		return leg{} // of another fork
	case workflow.Sub:
		within := own
		if q, ok := f.x.c.p.Part(s.Part); ok && s.Limit == "" {
			within = f.from(workflow.Address(q.ID, q.Start), toAnswer)
		}
		if len(s.To) == 1 {
			try(within.plus(to(s.To[0].To)))
		}
	case workflow.Choice, workflow.Auto, workflow.Ask, workflow.Wait:
		for i, w := range s.To {
			l := own.plus(to(w.To))
			l.flow = i + 1
			try(l)
		}
	}
	if s.Kind != workflow.Task && s.Kind != workflow.Wait {
		return best
	}
	for _, a := range s.Actions {
		l := leg{}
		switch {
		case a.Means == workflow.SendBack:
			continue
		case a.Means == workflow.Result && target == toEnd:
			l = own // the clock stops
		case a.To != "":
			l = own.plus(to(a.To))
		case a.Means == workflow.Answer && target == toAnswer, workflow.Natures[a.Means].Ends && a.Means != workflow.Answer && target == toEnd:
			l = own
		}
		l.action = a.ID
		try(l)
	}
	return best
}

// fork is the way through branches: as long as the join has to wait when every branch takes its longest.
func (f *finder) fork(part string, s workflow.Step, join, target string) leg {
	var sure, perhaps []leg // branches that are always opened, and others
	for _, w := range s.To {
		l := f.from(workflow.Address(part, w.To), join)
		switch {
		case !l.ok:
		case w.When == "":
			sure = append(sure, l)
		default:
			perhaps = append(perhaps, l)
		}
	}
	j, _ := f.x.c.p.Find(join)
	if len(j.To) != 1 {
		return leg{}
	}
	slices.SortStableFunc(perhaps, func(a, b leg) int { return b.minutes - a.minutes })
	var worst leg
	for n := range len(perhaps) + 1 {
		open := append(slices.Clone(sure), perhaps[:n]...)
		if len(open) == 0 {
			continue
		}
		slices.SortStableFunc(open, func(a, b leg) int { return a.minutes - b.minutes })
		if l := open[workflow.Enough(j.Need, len(open))-1]; !worst.ok || l.minutes > worst.minutes {
			worst = l
		}
	}
	l := worst.plus(f.from(workflow.Address(part, j.To[0].To), target))
	l.join, l.action, l.flow, l.late = join, "", 0, false
	return l
}

// mostMoves bounds the run shown for the longest way.
const mostMoves = 500

// run plays the longest way on the interpreter until the clock stops.
func (f *finder) run() []Move {
	var r workflow.Run
	w := &guide{f: f}
	changes, err := workflow.Start(f.x.p, w)
	if err != nil {
		return nil
	}
	r.Apply(changes...)
	out := []Move{{Do: Begins, Holds: w.given, To: standing(workflow.Run{}, r)}}
	for len(out) < mostMoves && !r.Ended {
		moved := false
		for _, t := range r.Tokens {
			s, _ := f.x.c.p.Find(t.Step)
			if s.Waits(t) {
				continue
			}
			l := f.best[[2]string{t.Step, f.target(r, t)}]
			m := Move{Do: Acts, Token: t.ID, Step: t.Step, Action: l.action}
			w := &guide{f: f}
			switch {
			case l.late:
				m.Do = Late
			case s.Kind == workflow.Ask:
				m.Action = s.Acts(t)[0].ID
			case l.action == "" && s.Kind == workflow.Wait:
				m.Do = Passes
			}
			means := workflow.Meaning("")
			for _, a := range s.Acts(t) {
				if a.ID == m.Action {
					m.Label, means = a.Label, a.Means
					w.assume(a.When)
				}
			}
			for _, named := range [][]string{nil, {"1"}} {
				m.Agencies = named
				w.given = slices.Clone(w.assumed)
				if m.Do == Acts {
					changes, err = r.Act(f.x.p, t.ID, m.Action, w, named...)
				} else {
					changes, err = r.Pass(f.x.p, t.ID, m.Do == Late, w)
				}
				if err == nil {
					break
				}
			}
			if err != nil {
				continue
			}
			before := r.Clone()
			r.Apply(changes...)
			m.Holds, m.To = w.given, standing(before, r)
			out = append(out, m)
			moved = true
			if means == workflow.Result {
				return out
			}
			break
		}
		if !moved {
			break
		}
	}
	return out
}

// target is where the branch of a token ends.
func (f *finder) target(r workflow.Run, t workflow.Token) string {
	fr, ok := r.Frame(t.Frame)
	if !ok {
		return toEnd
	}
	s, _ := f.x.c.p.Find(fr.Opener)
	if s.Kind != workflow.Fork {
		return toAnswer
	}
	outer := f.target(r, workflow.Token{Frame: fr.Parent})
	return f.best[[2]string{fr.Opener, outer}].join
}

// guide answers guards so that the run takes the longest way.
type guide struct {
	f       *finder
	assumed []Guard
	given   []Guard
}

func (g *guide) assume(when string) {
	if when != "" {
		g.assumed = append(g.assumed, Guard{When: when, Holds: true})
	}
}

// Holds answers a guard by its number.
func (g *guide) Holds(number string) (bool, error) {
	n, err := strconv.Atoi(number)
	if err != nil {
		return false, err
	}
	p := g.f.x.guards[n]
	ok := true
	if s, _ := g.f.x.c.p.Find(p.step); p.when != "" && s.Kind == workflow.Choice {
		ok = false
		for key, l := range g.f.best {
			ok = ok || key[0] == p.step && l.ok && l.flow == p.flow
		}
	}
	if p.when != "" && !slices.ContainsFunc(g.given, func(o Guard) bool { return o.When == p.when }) {
		g.given = append(g.given, Guard{When: p.when, Holds: ok})
	}
	return ok, nil
}
