// Package remodel changes the definition of a process as people do on its picture: a step
// after another, work side by side, a question, a sub-case, a way from here to there. It
// rewires what the change touches, so that a process that ran still runs wherever that can be
// meant; what cannot be meant is left for package prove to show. It does no I/O.
//
// No function touches the process it is given; each returns a changed copy and the address
// of the step that the person looks at next.
package remodel

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/viet"
	"github.com/motcua/motcua/internal/workflow"
)

// Refusals. Codes are keys of lang (error.<code>).
var (
	ErrNoStep = fault.New(fault.Invalid, "process-edit.no-step") // no step has this address
	ErrLast   = fault.New(fault.Invalid, "process-edit.last")    // a process keeps one step
	ErrPlace  = fault.New(fault.Invalid, "process-edit.place")   // there is nothing to change places with
	ErrCourse = fault.New(fault.Invalid, "process-edit.course")  // a way stays within its process or part
	ErrID     = fault.New(fault.Invalid, "process-edit.id")      // not of small letters, digits and hyphens, or taken; Args: id
	ErrWay    = fault.New(fault.Invalid, "process-edit.way")     // the step has no such way
	ErrMany   = fault.New(fault.Invalid, "process-edit.many")    // Args: max
)

// MaxSteps bounds what is made here; packs as texts have a bound of their own.
const MaxSteps = 300

// Words that new parts of a process are born with. They are contents of the process, which is written in Vietnamese.
const (
	newTask    = "Bước mới"
	newForward = "Chuyển tiếp"
	newAnswer  = "Trả lời cơ quan chủ trì"
)

var newTitles = map[workflow.Kind]string{
	workflow.Task: newTask, workflow.Choice: "Rẽ nhánh", workflow.Fork: "Làm cùng lúc", workflow.Join: "Gộp nhánh",
	workflow.Wait: "Chờ bổ sung", workflow.Ask: "Hỏi ý kiến", workflow.Sub: "Hồ sơ con", workflow.Auto: "Ghi nhận tự động",
}

// course is the process itself or one of its parts.
type course struct {
	p     *workflow.Process
	part  string
	start *string
	steps *[]workflow.Step
}

// Clone returns a deep copy.
func Clone(p *workflow.Process) *workflow.Process {
	raw, err := json.Marshal(p)
	if err != nil {
		panic("remodel: a process cannot be written: " + err.Error())
	}
	out := &workflow.Process{}
	if err := json.Unmarshal(raw, out); err != nil {
		panic("remodel: a process cannot be read back: " + err.Error())
	}
	out.Digest = ""
	return out
}

// at copies the process and finds the step at the address.
func at(p *workflow.Process, address string) (*course, int, error) {
	part, id := workflow.Split(address)
	c, err := open(Clone(p), part)
	if err != nil {
		return nil, 0, err
	}
	i := c.index(id)
	if i < 0 {
		return nil, 0, ErrNoStep
	}
	return c, i, nil
}

func open(p *workflow.Process, part string) (*course, error) {
	if part == "" {
		return &course{p, "", &p.Start, &p.Steps}, nil
	}
	for i := range p.Parts {
		if p.Parts[i].ID == part {
			return &course{p, part, &p.Parts[i].Start, &p.Parts[i].Steps}, nil
		}
	}
	return nil, ErrNoStep
}

func (c *course) index(id string) int {
	return slices.IndexFunc(*c.steps, func(s workflow.Step) bool { return s.ID == id })
}

func (c *course) step(id string) *workflow.Step {
	if i := c.index(id); i >= 0 {
		return &(*c.steps)[i]
	}
	return nil
}

func (c *course) address(id string) string { return workflow.Address(c.part, id) }

// Slug writes a title as an id: small letters without marks, digits, hyphens.
func Slug(title string) string {
	var b strings.Builder
	for _, r := range viet.Fold(title) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
		if b.Len() >= 40 {
			break
		}
	}
	return strings.Trim(b.String(), "-")
}

// free returns the id, with a number when it is taken.
func free(id string, taken func(string) bool) string {
	if id == "" {
		id = "buoc"
	}
	out := id
	for n := 2; taken(out); n++ {
		out = id + "-" + strconv.Itoa(n)
	}
	return out
}

func (c *course) name(title string) string {
	return free(Slug(title), func(id string) bool { return c.index(id) >= 0 })
}

// exits are the targets of every way on from a step.
func exits(s *workflow.Step) []*string {
	var out []*string
	for i := range s.Actions {
		out = append(out, &s.Actions[i].To)
	}
	for i := range s.To {
		out = append(out, &s.To[i].To)
	}
	if s.Late != nil {
		out = append(out, &s.Late.To)
	}
	return out
}

// Usual is where the work goes on from a step in the usual case: the target of its primary act, else of the first act
// that sends nothing back, else of its last way (of a choice that is what remains). ok is false where it ends.
func Usual(s workflow.Step) (to string, ok bool) {
	if a := usualAct(&s); a != nil {
		return a.To, a.To != ""
	}
	if n := len(s.To); n > 0 {
		if s.Kind == workflow.Choice {
			return s.To[n-1].To, true
		}
		return s.To[0].To, true
	}
	return "", false
}

func usualAct(s *workflow.Step) *workflow.Action {
	var first *workflow.Action
	for i := range s.Actions {
		a := &s.Actions[i]
		if a.Primary {
			return a
		}
		if first == nil && a.Means != workflow.SendBack {
			first = a
		}
	}
	return first
}

// onward moves every way of the step that leads to from, and sends nothing back, to another target.
func onward(s *workflow.Step, from, to string) {
	for i := range s.Actions {
		if a := &s.Actions[i]; a.To == from && a.Means != workflow.SendBack {
			a.To = to
		}
	}
	for i := range s.To {
		if s.To[i].To == from {
			s.To[i].To = to
		}
	}
}

// before lists the steps from which the work comes to id without being sent back.
func (c *course) before(id string) []string {
	var out []string
	for i := range *c.steps {
		s := &(*c.steps)[i]
		if s.ID == id {
			continue
		}
		comes := slices.ContainsFunc(s.To, func(f workflow.Flow) bool { return f.To == id }) ||
			slices.ContainsFunc(s.Actions, func(a workflow.Action) bool { return a.To == id && a.Means != workflow.SendBack })
		if comes {
			out = append(out, s.ID)
		}
	}
	return out
}

// born makes a step of a kind that leads on to target.
func (c *course) born(kind workflow.Kind, title, target string, like workflow.Step) workflow.Step {
	if title == "" {
		title = newTitles[kind]
	}
	s := workflow.Step{ID: c.name(title), Title: title, Kind: kind}
	switch kind {
	case workflow.Task:
		s.At, s.Unit, s.Role = like.At, like.Unit, like.Role
		if s.At == "" {
			s.At, s.Role = workflow.AtCompetent, "case_officer"
		}
		s.Actions = []workflow.Action{{ID: "chuyen", Label: newForward, Means: workflow.Forward, To: target, Primary: true}}
		return s
	case workflow.Wait:
		s.For, s.At, s.Role = workflow.ForPaper, like.At, like.Role
	case workflow.Ask:
		s.Need = workflow.NeedAll
	case workflow.Auto:
		s.Does, s.Text = workflow.DoesNote, title
	case workflow.Sub:
		s.At = workflow.AtSuperior
		s.Part = free(Slug(title), func(id string) bool { _, ok := c.p.Part(id); return ok })
	}
	s.To = []workflow.Flow{{To: target}}
	return s
}

// holder is the task nearest before or at a step: a new task is held as it is.
func (c *course) holder(id string) workflow.Step {
	seen := map[string]bool{}
	for next := []string{id}; len(next) > 0; next = next[1:] {
		if seen[next[0]] {
			continue
		}
		seen[next[0]] = true
		if s := c.step(next[0]); s != nil && s.Kind == workflow.Task {
			return *s
		}
		next = append(next, c.before(next[0])...)
	}
	return workflow.Step{}
}

// After puts a new step behind the one at the address, on its usual way. A fork comes with two steps side by side and the
// join behind them, a choice with one step that it may lead through, a sub-case with a part of one step.
func After(p *workflow.Process, address string, kind workflow.Kind, title string) (*workflow.Process, string, error) {
	c, i, err := at(p, address)
	if err != nil {
		return nil, "", err
	}
	if n := count(c.p); n+4 > MaxSteps {
		return nil, "", ErrMany.With("max", MaxSteps)
	}
	s := &(*c.steps)[i]
	like := c.holder(s.ID)
	target, on := Usual(*s)
	n := c.born(kind, title, target, like)
	made := []workflow.Step{n}
	add := func(kind workflow.Kind, title, target string) string {
		x := c.born(kind, title, target, like)
		for slices.ContainsFunc(made, func(m workflow.Step) bool { return m.ID == x.ID }) {
			x.ID = free(x.ID+"-2", func(id string) bool {
				return c.index(id) >= 0 || slices.ContainsFunc(made, func(m workflow.Step) bool { return m.ID == id })
			})
		}
		made = append(made, x)
		return x.ID
	}
	last := n.ID // whose way on is that of the step before
	switch kind {
	case workflow.Fork:
		join := c.name(newTitles[workflow.Join])
		a := add(workflow.Task, "Việc thứ nhất", join)
		b := add(workflow.Task, "Việc thứ hai", join)
		j := c.born(workflow.Join, "", target, like)
		j.ID, j.Need = join, workflow.NeedAll
		made = append(made, j)
		made[0].To = []workflow.Flow{{To: a}, {To: b}}
		last = join
	case workflow.Choice:
		way := add(workflow.Task, "Trường hợp riêng", target)
		made[0].To = []workflow.Flow{{To: way, Title: "Trường hợp riêng"}, {To: target, Title: "Còn lại"}}
	case workflow.Sub:
		c.p.Parts = append(c.p.Parts, part(n.Part, n.Title))
		c, err = open(c.p, c.part) // the parts have moved
		if err != nil {
			return nil, "", err
		}
		s = &(*c.steps)[i]
	}
	switch {
	case on:
		onward(s, target, n.ID)
	case kind == workflow.Task && usualAct(s) != nil: // the end moves to the new step
		act := usualAct(s)
		made[0].Actions = []workflow.Action{*act}
		*act = workflow.Action{ID: free("chuyen", func(id string) bool {
			return slices.ContainsFunc(s.Actions, func(a workflow.Action) bool { return a.ID == id })
		}), Label: newForward, Means: workflow.Forward, To: n.ID, Primary: true}
	default: // what branches cannot end: it stands before the end
		return beforeEnd(c, i, made, last)
	}
	*c.steps = slices.Insert(*c.steps, i+1, made...)
	return c.p, c.address(n.ID), nil
}

// beforeEnd puts new steps before the last step.
func beforeEnd(c *course, i int, made []workflow.Step, last string) (*workflow.Process, string, error) {
	id := (*c.steps)[i].ID
	c.lead(id, made[0].ID)
	for k := range made {
		if made[k].ID == last || made[0].Kind == workflow.Choice {
			onward(&made[k], "", id)
		}
	}
	*c.steps = slices.Insert(*c.steps, i, made...)
	return c.p, c.address(made[0].ID), nil
}

// lead sends whatever comes to one step to another instead, what is sent back excepted.
func (c *course) lead(from, to string) {
	for i := range *c.steps {
		onward(&(*c.steps)[i], from, to)
	}
	if *c.start == from {
		*c.start = to
	}
}

func count(p *workflow.Process) int {
	n := 0
	p.Each(func(string, *workflow.Step) { n++ })
	return n
}

// block lists a fork, its join and what stands between, when every branch meets at one join.
func (c *course) block(fork string) (inside []string, join string) {
	seen := map[string]bool{fork: true}
	next := []string{fork}
	for len(next) > 0 {
		s := c.step(next[0])
		next = next[1:]
		if s == nil {
			continue
		}
		for _, to := range exits(s) {
			t := c.step(*to)
			switch {
			case t == nil || seen[t.ID]:
			case t.Kind == workflow.Join:
				if join != "" && join != t.ID {
					return nil, ""
				}
				join = t.ID
			case t.Kind == workflow.Fork:
				return nil, "" // branches within branches are taken away from inside
			default:
				seen[t.ID] = true
				next = append(next, t.ID)
			}
		}
	}
	if join == "" {
		return nil, ""
	}
	for _, s := range *c.steps {
		if seen[s.ID] || s.ID == join {
			inside = append(inside, s.ID)
		}
	}
	return inside, join
}

// Delete takes a step away and joins the ways that led through it. A fork or a join goes with its whole block.
func Delete(p *workflow.Process, address string) (*workflow.Process, string, error) {
	c, i, err := at(p, address)
	if err != nil {
		return nil, "", err
	}
	s := (*c.steps)[i]
	gone, last := []string{s.ID}, s.ID
	fork := s
	if s.Kind == workflow.Join {
		for _, f := range *c.steps {
			if _, join := c.block(f.ID); f.Kind == workflow.Fork && join == s.ID {
				fork = f
			}
		}
	}
	if fork.Kind == workflow.Fork {
		if inside, join := c.block(fork.ID); join != "" && len(inside) < len(*c.steps) {
			gone, last = inside, join
		} else {
			fork = s
		}
	}
	if len(gone) >= len(*c.steps) {
		return nil, "", ErrLast
	}
	first := fork.ID
	target, _ := Usual(*c.step(last))
	if slices.Contains(gone, target) {
		target = ""
	}
	previous := slices.DeleteFunc(c.before(first), func(id string) bool { return slices.Contains(gone, id) })
	for k := range *c.steps {
		x := &(*c.steps)[k]
		if slices.Contains(gone, x.ID) {
			continue
		}
		x.Actions = slices.DeleteFunc(x.Actions, func(a workflow.Action) bool {
			if !slices.Contains(gone, a.To) || a.To == "" {
				return false
			}
			if a.Means == workflow.SendBack {
				return len(previous) == 0 || previous[0] == x.ID
			}
			return target == x.ID
		})
		for n := range x.Actions {
			a := &x.Actions[n]
			if !slices.Contains(gone, a.To) || a.To == "" {
				continue
			}
			if a.To = target; a.Means == workflow.SendBack {
				a.To = previous[0]
			}
		}
		for n := range x.To {
			if slices.Contains(gone, x.To[n].To) {
				x.To[n].To = target
			}
		}
		x.To = slices.DeleteFunc(x.To, func(f workflow.Flow) bool { return f.To == "" || f.To == x.ID && len(x.To) > 1 })
		if x.Late != nil && slices.Contains(gone, x.Late.To) {
			x.Late.To = target
		}
	}
	if slices.Contains(gone, *c.start) {
		*c.start = target
	}
	*c.steps = slices.DeleteFunc(*c.steps, func(x workflow.Step) bool { return slices.Contains(gone, x.ID) })
	if c.step(*c.start) == nil {
		*c.start = (*c.steps)[0].ID
	}
	focus := target
	if len(previous) > 0 {
		focus = previous[0]
	}
	if c.step(focus) == nil {
		focus = *c.start
	}
	where := c.address(focus)
	return sweep(c.p), where, nil
}

// sweep drops the parts that no sub-case runs through any more.
func sweep(p *workflow.Process) *workflow.Process {
	for {
		used := map[string]bool{}
		p.Each(func(_ string, s *workflow.Step) { used[s.Part] = true })
		n := len(p.Parts)
		p.Parts = slices.DeleteFunc(p.Parts, func(q workflow.Part) bool { return !used[q.ID] })
		if len(p.Parts) == n {
			return p
		}
	}
}

// single reports whether work passes through a step on one way, so that it can stand elsewhere.
func single(s *workflow.Step) bool {
	return s != nil && s.Kind != workflow.Choice && s.Kind != workflow.Fork && s.Kind != workflow.Join
}

// Move lets a step change places with the one that usually follows it, or, up, with the one before it.
func Move(p *workflow.Process, address string, up bool) (*workflow.Process, string, error) {
	c, i, err := at(p, address)
	if err != nil {
		return nil, "", err
	}
	first := (*c.steps)[i].ID
	if up {
		before := c.before(first)
		if len(before) == 0 {
			return nil, "", ErrPlace
		}
		first = before[0]
	}
	a := c.step(first)
	next, on := Usual(*a)
	b := c.step(next)
	if !on || !single(a) || !single(b) || a == b {
		return nil, "", ErrPlace
	}
	then, goes := Usual(*b)
	if !goes || then == first { // the last step of all stays the last
		return nil, "", ErrPlace
	}
	c.lead(first, "\x00")
	onward(a, next, then)
	onward(b, then, first)
	for k := range *c.steps {
		onward(&(*c.steps)[k], "\x00", next)
	}
	if *c.start == "\x00" {
		*c.start = next
	}
	x, y := c.index(first), c.index(next)
	(*c.steps)[x], (*c.steps)[y] = (*c.steps)[y], (*c.steps)[x]
	return c.p, address, nil
}

// Duplicate puts a copy of a step behind it.
func Duplicate(p *workflow.Process, address string) (*workflow.Process, string, error) {
	c, i, err := at(p, address)
	if err != nil {
		return nil, "", err
	}
	s := &(*c.steps)[i]
	if !single(s) {
		return nil, "", ErrPlace
	}
	if count(c.p) >= MaxSteps {
		return nil, "", ErrMany.With("max", MaxSteps)
	}
	var n workflow.Step
	raw, err := json.Marshal(s)
	if err != nil {
		return nil, "", err
	}
	if err := json.Unmarshal(raw, &n); err != nil {
		return nil, "", err
	}
	n.ID = free(s.ID, func(id string) bool { return c.index(id) >= 0 })
	target, on := Usual(*s)
	if !on { // there is one end: the copy stands before it
		act := usualAct(&n)
		if act == nil {
			return nil, "", ErrPlace
		}
		*act = workflow.Action{ID: "chuyen", Label: newForward, Means: workflow.Forward, To: s.ID, Primary: true}
		n.Actions = []workflow.Action{*act}
		c.lead(s.ID, n.ID)
		*c.steps = slices.Insert(*c.steps, i, n)
		return c.p, c.address(n.ID), nil
	}
	onward(s, target, n.ID)
	*c.steps = slices.Insert(*c.steps, i+1, n)
	return c.p, c.address(n.ID), nil
}

// Connect leads a way from one step to another of the same course. A task gets an act for it, which sends back when the
// way leads to where the work came from; a choice or fork gets a way more; every other kind has one way, which turns there.
func Connect(p *workflow.Process, from, to string) (*workflow.Process, string, error) {
	c, i, err := at(p, from)
	if err != nil {
		return nil, "", err
	}
	part, id := workflow.Split(to)
	switch {
	case part != c.part:
		return nil, "", ErrCourse
	case c.step(id) == nil:
		return nil, "", ErrNoStep
	}
	s := &(*c.steps)[i]
	if slices.ContainsFunc(exits(s), func(t *string) bool { return *t == id }) {
		return c.p, from, nil
	}
	switch s.Kind {
	case workflow.Task:
		a := workflow.Action{ID: "chuyen", Label: newForward, Means: workflow.Forward, To: id}
		if c.leads(id, s.ID) {
			a = workflow.Action{ID: "tra-lai", Label: "Trả lại", Means: workflow.SendBack, To: id, Note: true}
		}
		a.ID = free(a.ID, func(id string) bool {
			return slices.ContainsFunc(s.Actions, func(a workflow.Action) bool { return a.ID == id })
		})
		s.Actions = append(s.Actions, a)
	case workflow.Choice, workflow.Fork:
		s.To = append(s.To, workflow.Flow{})
		if n := len(s.To) - 1; s.Kind == workflow.Choice && n > 0 && s.To[n-1].When == "" { // what remains stays last
			s.To[n] = s.To[n-1]
			s.To[n-1] = workflow.Flow{To: id}
		} else {
			s.To[n] = workflow.Flow{To: id}
		}
	default:
		s.To = []workflow.Flow{{To: id}}
	}
	return c.p, from, nil
}

// leads reports whether work comes from one step to another without being sent back.
func (c *course) leads(from, to string) bool {
	seen := map[string]bool{}
	next := []string{from}
	for len(next) > 0 {
		id := next[0]
		next = next[1:]
		if id == to {
			return true
		}
		s := c.step(id)
		if s == nil || seen[id] {
			continue
		}
		seen[id] = true
		for _, a := range s.Actions {
			if a.Means != workflow.SendBack {
				next = append(next, a.To)
			}
		}
		for _, f := range s.To {
			next = append(next, f.To)
		}
	}
	return false
}

// Retarget turns one way of a step to another step. The ways are those of the picture: acts and flows by number from 0,
// -1 the way it takes when its limit passes.
func Retarget(p *workflow.Process, from string, way int, to string) (*workflow.Process, string, error) {
	c, i, err := at(p, from)
	if err != nil {
		return nil, "", err
	}
	part, id := workflow.Split(to)
	switch {
	case part != c.part:
		return nil, "", ErrCourse
	case c.step(id) == nil:
		return nil, "", ErrNoStep
	}
	s := &(*c.steps)[i]
	switch {
	case way == -1 && s.Late != nil:
		s.Late.To = id
	case way >= 0 && way < len(s.Actions):
		s.Actions[way].To = id
	case len(s.Actions) == 0 && way >= 0 && way < len(s.To):
		s.To[way].To = id
	default:
		return nil, "", ErrWay
	}
	return c.p, from, nil
}

// Put replaces a step by what a person typed. A new id is carried to every way that leads to the step.
func Put(p *workflow.Process, address string, s workflow.Step) (*workflow.Process, string, error) {
	c, i, err := at(p, address)
	if err != nil {
		return nil, "", err
	}
	old := (*c.steps)[i].ID
	if s.ID != old {
		if !validID(s.ID) || c.index(s.ID) >= 0 {
			return nil, "", ErrID.With("id", s.ID)
		}
		for k := range *c.steps {
			for _, to := range exits(&(*c.steps)[k]) {
				if *to == old {
					*to = s.ID
				}
			}
		}
		for _, to := range exits(&s) {
			if *to == old {
				*to = s.ID
			}
		}
		if *c.start == old {
			*c.start = s.ID
		}
	}
	(*c.steps)[i] = s
	return sweep(c.p), c.address(s.ID), nil
}

func validID(id string) bool { return id != "" && len(id) <= 60 && Slug(id) == id }

// Begin makes the step at the address the first of its course.
func Begin(p *workflow.Process, address string) (*workflow.Process, string, error) {
	c, i, err := at(p, address)
	if err != nil {
		return nil, "", err
	}
	*c.start = (*c.steps)[i].ID
	return c.p, address, nil
}

// New returns the usual chain of an agency, as a beginning: assign, appraise, sign, release, hand over.
func New(id, title string) *workflow.Process {
	act := func(id, label string, means workflow.Meaning, to string, primary bool) workflow.Action {
		return workflow.Action{ID: id, Label: label, Means: means, To: to, Primary: primary, Note: workflow.Natures[means].Note}
	}
	step := func(id, title, at, role, limit string, acts ...workflow.Action) workflow.Step {
		return workflow.Step{ID: id, Title: title, At: at, Role: role, Limit: limit, Actions: acts}
	}
	return &workflow.Process{ID: id, Title: title, Start: "phan-cong", Steps: []workflow.Step{
		step("phan-cong", "Phân công xử lý", workflow.AtCompetent, "division_head", "10%", act("phan-cong", "Phân công người thụ lý", workflow.Assign, "tham-dinh", true)),
		step("tham-dinh", "Thẩm định hồ sơ", workflow.AtCompetent, "case_officer", "50%", act("trinh", "Trình lãnh đạo", workflow.SubmitUp, "ky", true)),
		step("ky", "Lãnh đạo ký", workflow.AtCompetent, "agency_head", "20%",
			act("dong-y", "Ký kết quả", workflow.Approve, "van-thu", true), act("khong-du-dieu-kien", "Không đủ điều kiện", workflow.Decline, "van-thu", false),
			act("tra-lai", "Trả lại để thẩm định thêm", workflow.SendBack, "tham-dinh", false)),
		step("van-thu", "Vào số và phát hành", workflow.AtCompetent, "clerk", "10%", act("phat-hanh", "Phát hành kết quả", workflow.Result, "tra", true)),
		step("tra", "Trả kết quả", workflow.AtDesk, "receiving_officer", "", act("giao", "Trả kết quả", workflow.Hand, "", true)),
	}}
}

// Become makes a step one of another kind and keeps where it leads. A fork, a choice or a join that a step stops being leads
// on by its usual way only.
func Become(p *workflow.Process, address string, kind workflow.Kind) (*workflow.Process, string, error) {
	c, i, err := at(p, address)
	if err != nil {
		return nil, "", err
	}
	s := (*c.steps)[i]
	if s.Kind == kind {
		return c.p, address, nil
	}
	if !slices.Contains(workflow.Kinds, kind) {
		return nil, "", ErrPlace
	}
	target, on := Usual(s)
	if !on && kind != workflow.Task {
		return nil, "", ErrPlace // nobody would end the run
	}
	n := c.born(kind, s.Title, target, c.holder(s.ID))
	n.ID, n.Limit, n.Help, n.Late = s.ID, s.Limit, s.Help, s.Late
	if s.At != "" && (kind == workflow.Task || kind == workflow.Wait || kind == workflow.Sub) {
		n.At, n.Unit = s.At, s.Unit
	}
	if s.Role != "" && (kind == workflow.Task || kind == workflow.Wait) {
		n.Role, n.Post = s.Role, s.Post
	}
	if kind == workflow.Choice || kind == workflow.Fork {
		n.To = nil
		for _, to := range exits(&s) {
			if *to != "" && !slices.ContainsFunc(n.To, func(f workflow.Flow) bool { return f.To == *to }) {
				n.To = append(n.To, workflow.Flow{To: *to})
			}
		}
	}
	if kind == workflow.Sub {
		c.p.Parts = append(c.p.Parts, part(n.Part, n.Title))
		if c, err = open(c.p, c.part); err != nil { // the parts have moved
			return nil, "", err
		}
	}
	(*c.steps)[i] = n
	return sweep(c.p), address, nil
}

// part is the course of a new sub-case: one step that answers.
func part(id, title string) workflow.Part {
	return workflow.Part{ID: id, Title: title, Start: "xu-ly", Steps: []workflow.Step{{
		ID: "xu-ly", Title: "Xử lý và trả lời", At: workflow.AtCompetent, Role: "case_officer",
		Actions: []workflow.Action{{ID: workflow.AnswerAction, Label: newAnswer, Means: workflow.Answer, Note: true, Primary: true}},
	}}}
}
