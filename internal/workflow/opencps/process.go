package opencps

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/workflow"
)

// process reads steps and actions.
func (m *importer) process() {
	st, ok := m.sheet(stepsSheet, stepColumns, "name", "role")
	at, ok2 := m.sheet(actionsSheet, actionColumns, "name", "from", "to")
	if !ok || !ok2 || len(m.out.Procedures) == 0 {
		return
	}
	p := &processes{importer: m, steps: st, actions: at, byName: map[string]*stage{}, used: map[string]bool{}}
	v := m.out.Procedures[0]
	p.out = &workflow.Process{ID: cmp.Or(slug(v.Code), "quy-trinh"), Title: v.Name}
	p.readSteps()
	p.readActions()
	if len(m.out.Problems) > 0 {
		return
	}
	p.ends()
	p.papersOf()
	for _, s := range p.order {
		if !s.waits {
			p.out.Steps = append(p.out.Steps, s.step)
		}
	}
	if p.desk != nil {
		p.out.Steps = append(p.out.Steps, *p.desk)
	}
	p.reached()
	m.out.Process = p.out
}

type processes struct {
	*importer
	steps, actions table
	byName         map[string]*stage // by name, without tones and case: the sheet itself writes one name two ways
	order          []*stage
	used           map[string]bool
	out            *workflow.Process
	desk           *workflow.Step
}

// stage is a step on its way.
type stage struct {
	step  workflow.Step
	waits bool // for the applicant: no step of ours
	line  int
	head  bool       // held by somebody who decides
	makes [][]string // papers of each action that leads on
	ends  []int      // actions that end the process
}

func (p *processes) readSteps() {
	for _, r := range p.steps.records() {
		name := r.one("name")
		if name == "" {
			p.problem(p.steps, r.line, "step-unnamed")
			continue
		}
		key := plain(name)
		if p.byName[key] != nil {
			p.problem(p.steps, r.line, "step-twice", "step", name)
			continue
		}
		s := &stage{line: r.line}
		p.byName[key] = s
		p.order = append(p.order, s)
		limit := r.one("limit")
		if slices.Contains(waitWords, plain(r.one("status"))) {
			// law: ND118-2025 16.3; ND118-2025 19.5
			s.waits = true
			p.remark(p.steps, r.line, "supplement", "step", name)
			continue
		}
		holder, known := p.o.Holders.Read(r.one("role"))
		if !known {
			p.remark(p.steps, r.line, "holder-taken", "name", r.one("role"), "role", holder.Role)
		} else if _, mapped := p.o.Holders[r.one("role")]; !mapped {
			p.remark(p.steps, r.line, "holder-read", "name", r.one("role"), "role", holder.Role)
		}
		s.step = workflow.Step{ID: unused(cmp.Or(slug(name), "buoc"), p.used), Title: name, At: holder.At, Unit: holder.Unit, Role: holder.Role}
		s.head = holder.Role == "agency_head" || holder.Role == "division_head"
		n, err := strconv.Atoi(strings.TrimSuffix(limit, ".0"))
		switch {
		case limit == "", err == nil && n < 0: // -1: none
		case err != nil || n > 999:
			p.problem(p.steps, r.line, "limit-no-number", "text", limit)
		case n > 0:
			s.step.Limit = strconv.Itoa(n) + "wd"
			p.remark(p.steps, r.line, "limit-unit", "step", name, "n", n)
		}
	}
	if len(p.order) == 0 {
		p.problem(p.steps, 0, "no-steps")
	}
}

func (p *processes) readActions() {
	started := false
	ids := map[*stage]map[string]bool{}
	for _, r := range p.actions.records() {
		name, from, to := r.one("name"), plain(r.one("from")), plain(r.one("to"))
		begins, finishes := slices.Contains(beginWords, from), slices.Contains(endWords, to)
		a, b := p.byName[from], p.byName[to]
		switch {
		case from == "" && to == "" && name == "":
			p.remark(p.actions, r.line, "row-empty")
			continue
		case a == nil && !begins:
			p.problem(p.actions, r.line, "step-unknown", "step", r.one("from"))
			continue
		case b == nil && !finishes:
			p.problem(p.actions, r.line, "step-unknown", "step", r.one("to"))
			continue
		case begins && (finishes || b.waits):
			p.problem(p.actions, r.line, "starts-nowhere")
			continue
		case begins && started:
			p.problem(p.actions, r.line, "starts-twice")
			continue
		case begins:
			started = true
			p.out.Start = b.step.ID
			p.remark(p.actions, r.line, "acceptance", "action", name)
			if n := r.one("number"); n != "" {
				p.remark(p.actions, r.line, "own-numbers", "rule", n)
			}
			continue
		case a.waits || b != nil && b.waits:
			p.remark(p.actions, r.line, "supplement-action", "action", cmp.Or(name, r.one("auto")))
			continue
		case name == "":
			p.problem(p.actions, r.line, "action-unnamed")
			continue
		}
		p.beside(r, name)
		if ids[a] == nil {
			ids[a] = map[string]bool{}
		}
		act := workflow.Action{ID: unused(cmp.Or(slug(name), "chuyen"), ids[a]), Label: name, Means: workflow.Forward}
		var papers []string
		for _, paper := range strings.Split(r.get("makes"), "\n") {
			if paper = strings.TrimSpace(paper); paper != "" {
				papers = append(papers, paper)
			}
		}
		switch {
		case finishes:
			act.Means = workflow.Result
			a.ends = append(a.ends, len(a.step.Actions))
		case p.passed(a, b):
			act.Means, act.Note = workflow.SendBack, true
		case a.head && strings.Contains(plain(name+" "+b.step.Title+" "+a.step.Title), "tu choi"):
			act.Means, act.Note = workflow.Decline, true
		case a.head && !b.head:
			act.Means = workflow.Approve
		case b.head:
			act.Means = workflow.SubmitUp
		}
		if b != nil {
			act.To = b.step.ID
		}
		if act.Means != workflow.SendBack {
			act.Primary = !slices.ContainsFunc(a.step.Actions, func(o workflow.Action) bool { return o.Primary }) &&
				!strings.Contains(plain(name), "tu choi")
			if r.is("must") {
				a.makes = append(a.makes, papers)
			} else {
				a.makes = append(a.makes, nil)
			}
			if len(papers) > 0 && !r.is("must") {
				p.remark(p.actions, r.line, "papers-optional", "papers", strings.Join(papers, ", "))
			}
		}
		a.step.Actions = append(a.step.Actions, act)
	}
	if !started && len(p.order) > 0 {
		p.problem(p.actions, 0, "no-start")
	}
	for _, s := range p.order {
		if !s.waits && len(s.step.Actions) == 0 {
			p.problem(p.steps, s.line, "leads-nowhere", "step", s.step.Title)
		}
		if len(s.step.Actions) > 0 && !slices.ContainsFunc(s.step.Actions, func(a workflow.Action) bool { return a.Primary }) {
			s.step.Actions[0].Primary = s.step.Actions[0].Means != workflow.SendBack
		}
	}
}

// passed reports whether a way leads back: to a step from which its own step is reached by the actions read so far.
func (p *processes) passed(from, to *stage) bool {
	if from == to {
		return true
	}
	seen := map[string]bool{}
	var reach func(id string) bool
	reach = func(id string) bool {
		if id == from.step.ID {
			return true
		}
		if seen[id] {
			return false
		}
		seen[id] = true
		for _, s := range p.order {
			if s.step.ID != id {
				continue
			}
			for _, a := range s.step.Actions {
				if a.To != "" && a.Means != workflow.SendBack && reach(a.To) {
					return true
				}
			}
		}
		return false
	}
	return reach(to.step.ID)
}

// beside remarks on what an action of the spreadsheet has and ours has not.
func (p *processes) beside(r record, name string) {
	if text := cmp.Or(r.one("auto"), r.one("when")); text != "" {
		p.remark(p.actions, r.line, "condition", "action", name, "text", text)
	}
	if r.is("pays") {
		p.remark(p.actions, r.line, "payment", "action", name, "sum", cmp.Or(r.one("sum"), "?"))
	}
	if r.is("signed") {
		p.remark(p.actions, r.line, "signature", "action", name)
	}
}

// ends puts the return at the one-stop desk behind what ends the process in the spreadsheet: the law has the result
// handed over there, and the officer's last act releases it.
//
// law: ND118-2025 20.1
func (p *processes) ends() {
	for _, s := range p.order {
		for _, i := range s.ends {
			if p.desk == nil {
				p.desk = &workflow.Step{
					ID: unused("tra", p.used), Title: "Trả kết quả tại bộ phận một cửa", At: workflow.AtDesk, Role: "receiving_officer",
					Actions: []workflow.Action{{ID: "giao", Label: "Trả kết quả", Means: workflow.Hand, Primary: true}},
				}
				p.remark(p.actions, 0, "desk-added")
			}
			s.step.Actions[i].To = p.desk.ID
		}
	}
	if p.desk == nil {
		p.problem(p.actions, 0, "no-end")
	}
}

// papersOf gives steps the results that every action leading on needs. What only one way needs cannot be asked of
// the step, and what is no result of the procedure is nobody's to hand over: both go into the instructions.
func (p *processes) papersOf() {
	v := p.importer.out.Procedures[0]
	result := map[string]bool{}
	for _, r := range v.Results {
		result[r.Name] = true
	}
	for _, s := range p.order { // what the last act hands over is a result
		if len(s.ends) == 0 {
			continue
		}
		for _, paper := range slices.Concat(s.makes...) {
			if !result[paper] {
				result[paper] = true
				v.Results = append(v.Results, procedure.Result{Name: paper})
			}
		}
	}
	for _, s := range p.order {
		var working, some []string
		for _, paper := range slices.Concat(s.makes...) {
			always := !slices.ContainsFunc(s.makes, func(all []string) bool { return !slices.Contains(all, paper) })
			list := &some
			switch {
			case always && result[paper]:
				list = &s.step.Makes
			case always:
				list = &working
			}
			if !slices.Contains(*list, paper) {
				*list = append(*list, paper)
			}
		}
		var help []string
		if len(working) > 0 {
			help = append(help, "Lập: "+strings.Join(working, "; ")+".")
		}
		if len(some) > 0 {
			help = append(help, "Lập theo hướng giải quyết: "+strings.Join(some, "; ")+".")
		}
		if len(help) > 0 {
			s.step.Help = strings.Join(help, " ")
			p.remark(p.steps, s.line, "papers-by-way", "step", s.step.Title, "papers", strings.Join(slices.Concat(working, some), ", "))
		}
	}
}

// reached lists steps that no way leads to, and those from which no way ends.
func (p *processes) reached() {
	seen := map[string]bool{}
	var walk func(id string)
	walk = func(id string) {
		s, ok := p.out.Find(id)
		if !ok || seen[id] {
			return
		}
		seen[id] = true
		for _, a := range s.Actions {
			if a.To != "" {
				walk(a.To)
			}
		}
	}
	walk(p.out.Start)
	ends := map[string]bool{}
	for more := true; more; {
		more = false
		for _, s := range p.out.Steps {
			if !ends[s.ID] && slices.ContainsFunc(s.Actions, func(a workflow.Action) bool { return a.To == "" || ends[a.To] }) {
				ends[s.ID], more = true, true
			}
		}
	}
	for _, s := range p.order {
		switch {
		case s.waits:
		case !seen[s.step.ID]:
			p.problem(p.steps, s.line, "never-reached", "step", s.step.Title)
		case !ends[s.step.ID]:
			p.problem(p.steps, s.line, "never-ends", "step", s.step.Title)
		}
	}
}
