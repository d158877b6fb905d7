package bpmn

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/motcua/motcua/internal/viet"
	"github.com/motcua/motcua/internal/workflow"
	"github.com/motcua/motcua/internal/workflow/roleword"
	"github.com/motcua/motcua/lang"
)

// Options are what an import may be told.
type Options struct {
	Holders roleword.Table // who holds the steps of a lane, by its name
	Lang    lang.Code      // of the labels that are written where the file has none
}

// Import reads a process from BPMN 2.0. It returns an error when the file cannot be read at all, and no
// process when the report has problems.
func Import(raw []byte, o Options) (*workflow.Process, Report, error) {
	root, err := parse(raw)
	if err != nil {
		return nil, Report{}, err
	}
	m := &importer{o: o, root: root, byID: map[string]*elem{}, strange: map[string]bool{}}
	p := m.process()
	slices.SortStableFunc(m.report.Problems, func(a, b Finding) int { return cmp.Compare(a.Line, b.Line) })
	slices.SortStableFunc(m.report.Remarks, func(a, b Finding) int { return cmp.Compare(a.Line, b.Line) })
	if len(m.report.Problems) > 0 {
		return nil, m.report, nil
	}
	return p, m.report, nil
}

type importer struct {
	o       Options
	root    *elem
	byID    map[string]*elem
	report  Report
	strange map[string]bool // what was said once
	out     *workflow.Process
	parts   map[string]string // id of a process or sub-process of the file → id of the part
}

func (m *importer) problem(e *elem, code string, args ...any) {
	m.report.Problems = append(m.report.Problems, finding(e, code, args))
}

func (m *importer) remark(e *elem, code string, args ...any) {
	m.report.Remarks = append(m.report.Remarks, finding(e, code, args))
}

func finding(e *elem, code string, args []any) Finding {
	return Finding{Line: e.line, Element: e.name, ID: e.attr("id"), Code: code, Args: args}
}

// once remarks on the same thing only the first time.
func (m *importer) once(e *elem, key, code string, args ...any) {
	if !m.strange[key] {
		m.strange[key] = true
		m.remark(e, code, args...)
	}
}

// process finds the main process and the parts it calls.
func (m *importer) process() *workflow.Process {
	var all []*elem
	called := map[string]bool{}
	for _, e := range m.root.kids {
		switch {
		case e.space != model:
			if e.space != diagram {
				m.once(e, "ns "+e.space, "other-extension", "space", e.space)
			}
		case e.name == "process":
			all = append(all, e)
		case e.name == "collaboration":
			for _, k := range e.kids {
				if k.space == model && k.name == "messageFlow" {
					m.remark(k, "left-out")
				}
			}
		case slices.Contains(carryNothing, e.name):
		default:
			m.remark(e, "left-out")
		}
	}
	var walk func(e *elem)
	walk = func(e *elem) {
		if id := e.attr("id"); id != "" && e.space == model {
			if m.byID[id] != nil {
				m.problem(e, "id-twice")
			}
			m.byID[id] = e
		}
		if e.space == model && e.name == "callActivity" {
			called[local(e.attr("calledElement"))] = true
		}
		for _, k := range e.kids {
			walk(k)
		}
	}
	for _, e := range all {
		walk(e)
	}
	var main *elem
	for _, e := range all {
		switch {
		case e.own("process") != nil:
			if main != nil && main.own("process") != nil {
				m.problem(e, "two-processes")
			}
			main = e
		case main == nil && !called[e.attr("id")] && e.own("part") == nil:
			main = e
		}
	}
	if main == nil {
		m.problem(m.root, "no-process")
		return nil
	}
	m.out = &workflow.Process{Title: main.attr("name")}
	if own := main.own("process"); own != nil {
		m.out.ID, m.out.Basis = own.attr("id"), own.attr("basis")
	} else {
		m.out.ID = cmp.Or(slug(main.attr("name")), slug(main.attr("id")), "quy-trinh")
		if m.out.Title == "" {
			m.out.Title = m.out.ID
		}
	}
	m.parts = map[string]string{}
	used := map[string]bool{}
	name := func(e *elem) {
		id := cmp.Or(slug(e.attr("name")), slug(e.attr("id")), "phan")
		if own := e.own("part"); own != nil && own.attr("id") != "" {
			id = own.attr("id")
		} else {
			id = unused(id, used)
		}
		used[id] = true
		m.parts[e.attr("id")] = id
	}
	var bodies []*elem
	for _, e := range all {
		if e == main {
			continue
		}
		if !called[e.attr("id")] && e.own("part") == nil {
			m.problem(e, "process-apart")
			continue
		}
		name(e)
		bodies = append(bodies, e)
	}
	var subs func(e *elem)
	subs = func(e *elem) {
		for _, k := range e.kids {
			if k.space == model && k.name == "subProcess" {
				name(k)
				bodies = append(bodies, k)
				subs(k)
			}
		}
	}
	for _, e := range all {
		subs(e)
	}
	m.out.Start, m.out.Steps = m.course(main, false)
	for _, b := range bodies {
		part := workflow.Part{ID: m.parts[b.attr("id")], Title: b.attr("name")}
		if part.Title == "" && b.own("part") == nil {
			part.Title = part.ID
		}
		part.Start, part.Steps = m.course(b, true)
		m.out.Parts = append(m.out.Parts, part)
	}
	return m.out
}

// carryNothing are elements without any bearing on the course of work.
var carryNothing = []string{
	"documentation", "extensionElements", "association", "import", "extension",
	"incoming", "outgoing", "laneSet", "category", "group", "textAnnotation",
}

// remarked are elements that are left out, with a remark.
var remarked = []string{
	"dataObject", "dataObjectReference", "dataStoreReference", "ioSpecification", "property", "auditing", "monitoring",
	"dataInputAssociation", "dataOutputAssociation", "performer", "humanPerformer", "potentialOwner", "resourceRole",
	"rendering", "script", "correlationSubscription", "supportedInterfaceRef",
}

// nodeNames are the flow nodes that are understood.
var nodeNames = []string{
	"startEvent", "endEvent", "boundaryEvent", "intermediateCatchEvent", "intermediateThrowEvent",
	"task", "userTask", "manualTask", "receiveTask", "sendTask", "serviceTask", "scriptTask", "businessRuleTask",
	"exclusiveGateway", "parallelGateway", "inclusiveGateway", "complexGateway", "callActivity", "subProcess",
}

func local(qname string) string {
	if i := strings.LastIndexByte(qname, ':'); i >= 0 {
		return qname[i+1:]
	}
	return qname
}

var notSlug = regexp.MustCompile(`[^a-z0-9]+`)

// slug writes a name as an id of ours.
func slug(name string) string {
	s := strings.Trim(notSlug.ReplaceAllString(viet.Fold(name), "-"), "-")
	if len(s) > 48 {
		s = strings.Trim(s[:48], "-")
	}
	return s
}

func unused(id string, used map[string]bool) string {
	out := id
	for n := 2; used[out]; n++ {
		out = id + "-" + strconv.Itoa(n)
	}
	return out
}

// knot is a flow node on its way to become a step.
type knot struct {
	e        *elem
	in, out  []*cord
	step     workflow.Step
	drop     bool // no step of its own: events, gates, gateways with one way
	start    bool
	end      bool
	gate     bool  // human decision behind a task
	attached *knot // of a boundary event
	ours     *elem
	split    bool // several ways out of what is no gateway
}

// cord is a sequence flow.
type cord struct {
	e        *elem
	from, to *knot
	ext      *elem
	when     string
	order    int
}

// course reads one process or sub-process.
func (m *importer) course(e *elem, part bool) (start string, steps []workflow.Step) {
	c := &reading{m: m, e: e, part: part, byID: map[string]*knot{}, used: map[string]bool{}, late: map[*knot][]*knot{}}
	c.read()
	c.shape()
	c.build()
	return c.start, c.steps
}

type reading struct {
	m     *importer
	e     *elem
	part  bool
	knots []*knot
	cords []*cord
	byID  map[string]*knot
	late  map[*knot][]*knot // boundary events
	lanes map[string]string // node → name of its lane
	used  map[string]bool
	start string
	steps []workflow.Step
}

// read collects nodes and flows; what is unknown is a problem.
func (c *reading) read() {
	c.lanes = map[string]string{}
	for _, k := range c.e.kids {
		switch {
		case k.space != model:
			c.m.once(k, "ns "+k.space, "other-extension", "space", k.space)
		case k.name == "laneSet":
			c.lane(k)
		case slices.Contains(nodeNames, k.name):
			n := &knot{e: k, ours: k.own("step")}
			if k.attr("id") == "" {
				c.m.problem(k, "no-id")
				continue
			}
			c.knots = append(c.knots, n)
			c.byID[k.attr("id")] = n
			c.inside(k)
		case k.name == "sequenceFlow", slices.Contains(carryNothing, k.name):
		case slices.Contains(remarked, k.name):
			c.m.remark(k, "left-out")
		default:
			c.m.problem(k, "unknown")
		}
	}
	for _, k := range c.e.kids {
		if k.space != model || k.name != "sequenceFlow" {
			continue
		}
		f := &cord{e: k, from: c.byID[k.attr("sourceRef")], to: c.byID[k.attr("targetRef")], ext: k.own("flow"), order: 1 << 20}
		if f.from == nil || f.to == nil {
			c.m.problem(k, "flow-astray", "from", k.attr("sourceRef"), "to", k.attr("targetRef"))
			continue
		}
		if f.ext != nil {
			if n, err := strconv.Atoi(f.ext.attr("order")); err == nil {
				f.order = n
			}
		}
		if w := k.kid("conditionExpression"); w != nil {
			f.when = w.text
			if w.attr("language") != Rules {
				f.when = strings.TrimSpace(w.text)
				for _, cover := range [][2]string{{"${", "}"}, {"#{", "}"}, {"=", ""}} {
					if strings.HasPrefix(f.when, cover[0]) && strings.HasSuffix(f.when, cover[1]) {
						f.when = strings.TrimSpace(f.when[len(cover[0]) : len(f.when)-len(cover[1])])
						break
					}
				}
				if f.when != "" {
					c.m.remark(k, "condition-foreign", "when", f.when)
				}
			}
		}
		c.cords = append(c.cords, f)
		f.from.out, f.to.in = append(f.from.out, f), append(f.to.in, f)
	}
	for _, n := range c.knots {
		slices.SortStableFunc(n.out, func(a, b *cord) int { return a.order - b.order })
	}
}

func (c *reading) lane(set *elem) {
	for _, l := range set.kids {
		if l.space != model || l.name != "lane" {
			continue
		}
		for _, k := range l.kids {
			switch {
			case k.space == model && k.name == "flowNodeRef":
				c.lanes[strings.TrimSpace(k.text)] = l.attr("name")
			case k.space == model && k.name == "childLaneSet":
				c.lane(k)
			}
		}
	}
}

// inside looks at what a node holds.
func (c *reading) inside(e *elem) {
	for _, k := range e.kids {
		switch {
		case k.space != model:
			c.m.once(k, "ns "+k.space, "other-extension", "space", k.space)
		case k.name == "extensionElements":
			for _, x := range k.kids {
				if x.space != Namespace {
					c.m.once(x, "ns "+x.space, "other-extension", "space", x.space)
				}
			}
		case e.name == "subProcess", slices.Contains(carryNothing, k.name):
		case k.name == "timerEventDefinition", k.name == "messageEventDefinition", k.name == "terminateEventDefinition",
			k.name == "multiInstanceLoopCharacteristics", k.name == "activationCondition":
		case slices.Contains(remarked, k.name):
			c.m.remark(k, "left-out")
		default:
			c.m.problem(k, "unknown")
		}
	}
	if e.name == "subProcess" && e.attr("triggeredByEvent") == "true" {
		c.m.problem(e, "unknown")
	}
}

// shape decides what each node becomes.
func (c *reading) shape() {
	for _, n := range c.knots {
		switch n.e.name {
		case "startEvent":
			n.drop, n.start = true, true
			if n.e.kid("timerEventDefinition") != nil || n.e.kid("messageEventDefinition") != nil {
				c.m.remark(n.e, "start-by-acceptance")
			}
		case "endEvent":
			n.drop, n.end = true, true
			if len(n.out) > 0 {
				c.m.problem(n.e, "flow-after-end")
			}
		case "boundaryEvent":
			n.drop = true
			n.attached = c.byID[n.e.attr("attachedToRef")]
			switch {
			case n.attached == nil || n.e.kid("timerEventDefinition") == nil || len(n.out) != 1:
				c.m.problem(n.e, "boundary")
			case n.e.attr("cancelActivity") == "false":
				c.m.problem(n.e, "boundary-beside")
			default:
				c.late[n.attached] = append(c.late[n.attached], n)
			}
		case "exclusiveGateway":
			switch {
			case n.ours != nil:
			case n.e.own("gate") != nil && len(n.in) == 1, c.human(n):
				n.drop, n.gate = true, true
			case len(n.out) == 1:
				n.drop = true
			}
		case "parallelGateway", "inclusiveGateway":
			if n.ours == nil && len(n.in) <= 1 && len(n.out) == 1 {
				n.drop = true
			}
		}
	}
}

// human reports whether a gateway is a person's decision: it stands behind tasks only, and nothing says by what rule
// it goes on. Its ways then are the acts of those tasks.
func (c *reading) human(n *knot) bool {
	if len(n.out) < 2 || len(n.in) == 0 {
		return false
	}
	for _, f := range n.in {
		if c.kind(f.from) != workflow.Task || len(f.from.out) != 1 || isGateway(f.from.e.name) {
			return false
		}
	}
	for _, f := range n.out {
		if f.when != "" {
			return false
		}
	}
	return true
}

func isGateway(name string) bool { return strings.HasSuffix(name, "Gateway") }

// kind is the kind of step that a node becomes. Ours is kept where the element still means it.
func (c *reading) kind(n *knot) workflow.Kind {
	if n.ours != nil {
		k := workflow.Kind(n.ours.attr("kind"))
		if slices.Contains(meaning(n.e.name), k) {
			return k
		}
		c.m.once(n.e, "kind "+n.e.attr("id"), "kind-changed", "kind", string(k))
	}
	switch n.e.name {
	case "userTask", "manualTask", "task":
		if n.e.kid("multiInstanceLoopCharacteristics") != nil {
			return workflow.Ask
		}
		return workflow.Task
	case "receiveTask", "intermediateCatchEvent":
		return workflow.Wait
	case "sendTask", "serviceTask", "scriptTask", "businessRuleTask", "intermediateThrowEvent":
		return workflow.Auto
	case "exclusiveGateway":
		return workflow.Choice
	case "complexGateway":
		return workflow.Join
	case "parallelGateway", "inclusiveGateway":
		if len(n.in) > 1 {
			return workflow.Join
		}
		return workflow.Fork
	case "callActivity", "subProcess":
		return workflow.Sub
	}
	return workflow.Task
}

// meaning lists what an element may stand for in a file of ours.
func meaning(element string) []workflow.Kind {
	switch element {
	case "userTask", "manualTask", "task":
		return []workflow.Kind{workflow.Task, workflow.Ask}
	case "receiveTask", "intermediateCatchEvent":
		return []workflow.Kind{workflow.Wait}
	case "sendTask", "serviceTask", "scriptTask", "businessRuleTask", "intermediateThrowEvent":
		return []workflow.Kind{workflow.Auto}
	case "exclusiveGateway":
		return []workflow.Kind{workflow.Choice}
	case "parallelGateway", "inclusiveGateway":
		return []workflow.Kind{workflow.Fork, workflow.Join}
	case "complexGateway":
		return []workflow.Kind{workflow.Join, workflow.Fork}
	case "callActivity", "subProcess":
		return []workflow.Kind{workflow.Sub}
	}
	return nil
}

// follow goes over nodes that become no step. ok is false at an end.
func (c *reading) follow(n *knot) (to *knot, ok bool) {
	for range 100 { // gateways without a meaning of their own, one behind another
		switch {
		case n.end:
			return nil, false
		case !n.drop:
			return n, true
		case n.gate || len(n.out) != 1:
			return n, true
		}
		n = n.out[0].to
	}
	c.m.problem(n.e, "circle-of-gateways")
	return nil, false
}

// build writes the steps.
func (c *reading) build() {
	c.ids()
	begins := 0
	for _, n := range c.knots {
		if !n.start {
			continue
		}
		if begins++; begins > 1 {
			c.m.problem(n.e, "two-starts")
			continue
		}
		if len(n.out) != 1 {
			c.m.problem(n.e, "start-ways")
			continue
		}
		if to, ok := c.follow(n.out[0].to); ok && !to.drop {
			c.start = to.step.ID
		} else {
			c.m.problem(n.e, "start-ways")
		}
	}
	if begins == 0 {
		for _, n := range c.knots {
			if len(n.in) == 0 && !n.drop {
				if begins++; begins == 1 {
					c.start = n.step.ID
					c.m.remark(n.e, "start-taken")
				}
			}
		}
		if begins != 1 {
			c.m.problem(c.e, "no-start")
		}
	}
	finish := c.finish()
	for _, n := range c.knots {
		if n.drop {
			continue
		}
		c.fill(n)
		c.ways(n, finish)
	}
	for _, n := range c.knots {
		if n.drop {
			continue
		}
		s := n.step
		if s.Kind == workflow.Join && len(s.To) > 1 && n.ours == nil { // joins and divides at once
			fork := workflow.Step{ID: unused(s.ID+"-chia", c.used), Kind: workflow.Fork, Title: lang.Text(lang.Parse(string(c.m.o.Lang)), "process.kind.fork"), To: s.To}
			c.used[fork.ID] = true
			s.To = []workflow.Flow{{To: fork.ID}}
			c.steps = append(c.steps, s, fork)
			continue
		}
		if n.split {
			fork := workflow.Step{ID: unused(s.ID+"-chia", c.used), Kind: workflow.Fork, Title: lang.Text(lang.Parse(string(c.m.o.Lang)), "process.kind.fork")}
			c.used[fork.ID] = true
			for _, a := range s.Actions {
				fork.To = append(fork.To, workflow.Flow{To: a.To, Title: a.Label, When: a.When})
			}
			s.Actions = []workflow.Action{{ID: "xong", Label: c.m.say("done"), Means: workflow.Forward, To: fork.ID, Primary: true}}
			c.steps = append(c.steps, s, fork)
			continue
		}
		c.steps = append(c.steps, s)
	}
	if finish.used {
		c.steps = append(c.steps, finish.steps...)
	}
	c.sendBacks()
}

func (m *importer) say(key string) string {
	return lang.Text(lang.Parse(string(m.o.Lang)), "exchange.label."+key)
}

// ids gives the steps their ids: ours where the file has them.
func (c *reading) ids() {
	for _, n := range c.knots {
		if n.drop || n.ours == nil || n.ours.attr("id") == "" {
			continue
		}
		n.step.ID = n.ours.attr("id")
		if c.used[n.step.ID] { // copied in the other tool
			n.step.ID = unused(n.step.ID, c.used)
			c.m.remark(n.e, "id-renamed", "id", n.step.ID)
		}
		c.used[n.step.ID] = true
	}
	for _, n := range c.knots {
		if !n.drop && n.step.ID == "" {
			n.step.ID = unused(cmp.Or(slug(n.e.attr("name")), slug(n.e.attr("id")), "buoc"), c.used)
			c.used[n.step.ID] = true
		}
	}
}

// fill writes what a step is, but for its ways.
func (c *reading) fill(n *knot) {
	s := &n.step
	s.Kind, s.Title = c.kind(n), n.e.attr("name")
	if d := n.e.kid("documentation"); d != nil {
		s.Help = d.text
		if n.ours == nil {
			s.Help = strings.TrimSpace(d.text)
		}
	}
	if n.ours != nil {
		c.restore(n)
	} else {
		c.guess(n)
	}
	if s.Kind == workflow.Sub {
		if n.e.name == "subProcess" {
			s.Part = c.m.parts[n.e.attr("id")]
		} else if id, ok := c.m.parts[local(n.e.attr("calledElement"))]; ok {
			s.Part = id
		} else if n.ours == nil {
			c.m.problem(n.e, "called-elsewhere", "called", n.e.attr("calledElement"))
		}
	}
}

// restore reads our extension.
func (c *reading) restore(n *knot) {
	s := &n.step
	for _, f := range fields(s) {
		*f.value = n.ours.attr(f.name)
	}
	for _, l := range lists(s) {
		for _, k := range n.ours.kids {
			if k.space == Namespace && k.name == l.name {
				*l.values = append(*l.values, k.text)
			}
		}
	}
	if n.ours.attr("late") != "" {
		s.Late = &workflow.Late{Tell: n.ours.attr("lateTell")}
	}
}

// guess fills a step of another tool's file: who holds it from its lane, how long from its timer.
func (c *reading) guess(n *knot) {
	s := &n.step
	if s.Title == "" && s.Kind != workflow.Task {
		s.Title = lang.Text(lang.Parse(string(c.m.o.Lang)), "process.kind."+string(s.Kind))
	}
	lane := c.lanes[n.e.attr("id")]
	switch s.Kind {
	case workflow.Task, workflow.Ask:
		h, ok := c.m.o.Holders.Read(lane)
		s.Role, s.At, s.Unit = h.Role, h.At, h.Unit
		if !ok {
			c.m.remark(n.e, "holder-taken", "lane", lane, "role", h.Role)
		}
		if s.Title == "" {
			s.Title = s.ID
		}
		if s.Kind == workflow.Ask {
			s.At = ""
			if k := n.e.kid("multiInstanceLoopCharacteristics"); k.kid("completionCondition") != nil {
				c.m.remark(k, "need-taken")
			}
			c.m.remark(n.e, "asks-named-by-hand")
		}
	case workflow.Wait:
		s.For = workflow.ForAnswer
		if t := n.e.kid("timerEventDefinition"); t != nil {
			s.For = workflow.ForTime
			if s.Limit = c.limit(t); s.Limit == "" {
				c.m.remark(n.e, "timer-without-limit")
			}
		} else {
			h, _ := c.m.o.Holders.Read(lane)
			s.Role, s.At, s.Unit = h.Role, h.At, h.Unit
			c.m.remark(n.e, "waits-for-answer")
		}
	case workflow.Auto:
		s.Does, s.Text = workflow.DoesNote, cmp.Or(s.Title, s.ID)
		if n.e.name == "sendTask" {
			s.Does = workflow.DoesNotice
		}
		c.m.remark(n.e, "automatic", "does", s.Does)
	case workflow.Join:
		if n.e.name == "complexGateway" {
			s.Need = needed(n.e)
			if s.Need == "" {
				c.m.problem(n.e, "unknown")
			}
		}
	case workflow.Sub:
		h, ok := c.m.o.Holders.Read(lane)
		s.At = h.At
		if !ok || h.At == "" {
			s.At = workflow.AtCompetent
			c.m.remark(n.e, "sub-at-taken", "at", s.At)
		}
	case workflow.Choice:
		open := 0
		for _, f := range n.out {
			if f.when == "" && n.e.attr("default") != f.e.attr("id") {
				open++
			}
		}
		if open > 0 {
			c.m.remark(n.e, "choice-without-rule")
		}
	case workflow.Fork:
	}
}

var activation = regexp.MustCompile(`activationCount\s*>=\s*([0-9]{1,3})`)

func needed(e *elem) string {
	k := e.kid("activationCondition")
	if k == nil {
		return ""
	}
	if f := activation.FindStringSubmatch(k.text); f != nil {
		if f[1] == "1" {
			return workflow.NeedAny
		}
		return f[1]
	}
	return ""
}

var iso = regexp.MustCompile(`^P(?:([0-9]{1,3})M)?(?:([0-9]{1,3})D)?(?:T(?:([0-9]{1,3})H)?(?:[0-9]{1,4}M)?)?$`)

// limit reads a duration of ISO 8601 as calendar days, months or working hours.
func (c *reading) limit(t *elem) string {
	d := t.kid("timeDuration")
	if d == nil {
		return ""
	}
	f := iso.FindStringSubmatch(strings.TrimSpace(d.text))
	switch {
	case f == nil:
	case f[1] != "" && f[2] == "" && f[3] == "":
		return f[1] + "m"
	case f[1] == "" && f[2] != "" && f[3] == "":
		return f[2] + "d"
	case f[1] == "" && f[2] == "" && f[3] != "":
		return f[3] + "wh"
	}
	c.m.remark(t, "timer-not-read", "text", strings.TrimSpace(d.text))
	return ""
}

// ending is what is added behind the ends of a file: BPMN's end is only an end, while a case is decided, its result
// issued and handed over at the one-stop desk, and a sub-case answers.
type ending struct {
	steps []workflow.Step
	used  bool
}

func (c *reading) finish() *ending {
	if c.part {
		return &ending{steps: []workflow.Step{{ID: unused("tra-loi", c.used), Title: c.m.say("answer"), At: workflow.AtCompetent, Role: "case_officer", Actions: []workflow.Action{
			{ID: workflow.AnswerAction, Label: c.m.say("answer"), Means: workflow.Answer, Note: true, Primary: true},
		}}}}
	}
	hand := unused("tra-ket-qua", c.used)
	return &ending{steps: []workflow.Step{
		{ID: unused("phat-hanh", c.used), Title: c.m.say("issue"), At: workflow.AtCompetent, Role: "clerk", Actions: []workflow.Action{
			{ID: "phat-hanh", Label: c.m.say("issue"), Means: workflow.Result, To: hand, Primary: true},
		}},
		{ID: hand, Title: c.m.say("hand"), At: workflow.AtDesk, Role: "receiving_officer", Actions: []workflow.Action{
			{ID: "tra", Label: c.m.say("hand"), Means: workflow.Hand, Primary: true},
		}},
	}}
}

// ends makes an act that ends a foreign file the decision, or the answer of a part.
func (e *ending) ends(c *reading, at *elem, a *workflow.Action) {
	if c.part {
		a.Means, a.Note = workflow.Answer, true
	} else {
		a.Means, a.To, e.used = workflow.Approve, e.steps[0].ID, true
		if words := " " + strings.ReplaceAll(slug(a.Label), "-", " ") + " "; strings.Contains(words, " tu choi ") || strings.Contains(words, " khong ") {
			a.Means, a.Note = workflow.Decline, true
		}
	}
	c.m.remark(at, "end-taken", "means", string(a.Means))
}

// ways writes the actions and flows of a step.
func (c *reading) ways(n *knot, finish *ending) {
	s := &n.step
	out := n.out
	if len(out) == 1 && out[0].to.gate {
		out = out[0].to.out
	} else if len(out) > 1 && s.Kind == workflow.Task && n.ours == nil {
		n.split = true // BPMN takes all of them at once
		c.m.remark(n.e, "several-ways")
	}
	ids := map[string]bool{}
	for _, f := range out {
		if f.ext != nil {
			ids[f.ext.attr("id")] = true
		}
	}
	type placed struct {
		a     workflow.Action
		order int
	}
	var actions []placed
	for _, f := range out {
		to, on := c.follow(f.to)
		if on && to.drop {
			c.m.problem(f.e, "leads-nowhere")
			continue
		}
		target := ""
		if on {
			target = to.step.ID
		}
		kind := ""
		if f.ext != nil {
			kind = f.ext.attr("kind")
		}
		if kind == "" {
			kind = "to"
			if s.Kind == workflow.Task {
				kind = "action"
			}
		}
		if kind != "action" {
			if !on {
				target, finish.used = finish.steps[0].ID, true
				c.m.remark(f.e, "end-added", "step", finish.steps[0].Title)
			}
			s.To = append(s.To, workflow.Flow{To: target, When: f.when, Title: f.e.attr("name")})
			continue
		}
		a := workflow.Action{Label: f.e.attr("name"), To: target, When: f.when}
		if f.ext != nil {
			a.ID, a.Means = f.ext.attr("id"), workflow.Meaning(f.ext.attr("means"))
			a.Note, a.Primary = f.ext.attr("note") == "true", f.ext.attr("primary") == "true"
		} else {
			if a.Label == "" {
				a.Label = c.m.say("done")
			}
			a.ID = unused(cmp.Or(slug(a.Label), "xong"), ids)
			ids[a.ID] = true
			a.Primary = len(actions) == 0
			a.Means = workflow.Forward
			if !on {
				finish.ends(c, f.e, &a)
			}
		}
		actions = append(actions, placed{a, f.order})
	}
	if n.ours != nil {
		for _, k := range n.ours.kids {
			if k.space == Namespace && k.name == "act" {
				order, _ := strconv.Atoi(k.attr("order")) // what is no number stands first
				actions = append(actions, placed{workflow.Action{
					ID: k.attr("id"), Label: k.attr("label"), Means: workflow.Meaning(k.attr("means")), When: k.attr("when"),
					Note: k.attr("note") == "true", Primary: k.attr("primary") == "true",
				}, order})
			}
		}
		slices.SortStableFunc(actions, func(a, b placed) int { return a.order - b.order })
	}
	for _, p := range actions {
		s.Actions = append(s.Actions, p.a)
	}
	if s.Kind == workflow.Choice && n.ours == nil { // what is open stands last: the first way that holds is taken
		slices.SortStableFunc(s.To, func(a, b workflow.Flow) int { return btoi(a.When == "") - btoi(b.When == "") })
	}
	for _, b := range c.late[n] {
		if s.Late == nil {
			s.Late = &workflow.Late{}
		}
		if to, on := c.follow(b.out[0].to); on && !to.drop && s.Late.To == "" {
			s.Late.To = to.step.ID
		} else {
			c.m.problem(b.e, "boundary")
		}
		if t := b.e.kid("timerEventDefinition"); t != nil && n.ours == nil {
			s.Limit = cmp.Or(s.Limit, c.limit(t))
		}
	}
	if len(out) == 0 {
		switch {
		case n.ours != nil:
		case s.Kind == workflow.Task:
			a := workflow.Action{ID: "xong", Label: c.m.say("done"), Primary: true}
			finish.ends(c, n.e, &a)
			s.Actions = []workflow.Action{a}
		default:
			s.To, finish.used = []workflow.Flow{{To: finish.steps[0].ID}}, true
			c.m.remark(n.e, "end-added", "step", finish.steps[0].Title)
		}
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// sendBacks makes the acts of foreign files that lead back to what was passed what they are.
func (c *reading) sendBacks() {
	at := map[string]int{}
	for i := range c.steps {
		at[c.steps[i].ID] = i
	}
	const (
		fresh = iota
		open
		closed
	)
	state := make([]int, len(c.steps))
	foreign := map[string]bool{}
	for _, n := range c.knots {
		if n.ours == nil && !n.drop {
			foreign[n.step.ID] = true
		}
	}
	var walk func(i int)
	walk = func(i int) {
		state[i] = open
		s := &c.steps[i]
		for k := range s.Actions {
			a := &s.Actions[k]
			to, ok := at[a.To]
			if !ok || a.To == "" {
				continue
			}
			if state[to] == open && foreign[s.ID] && a.Means == workflow.Forward {
				a.Means, a.Note, a.Primary = workflow.SendBack, true, false
			}
			if state[to] == fresh {
				walk(to)
			}
		}
		for _, f := range s.To {
			if to, ok := at[f.To]; ok && state[to] == fresh {
				walk(to)
			}
		}
		state[i] = closed
	}
	if i, ok := at[c.start]; ok {
		walk(i)
	}
}
