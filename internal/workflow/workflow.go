// Package workflow holds internal processes: steps, who holds each, its share of the
// time limit, and the ways that lead from one to another, through branches, joins,
// waits, questions to other agencies and sub-cases there.
//
// The interpreter is pure: a run and an act in, changes out. A run is folded from the
// changes that the journal keeps and never stored alone; what was decided once is not
// decided again when the definition or a guard would say something else today.
package workflow

import "strings"

// Process is the definition of one internal process, as written in a pack.
type Process struct {
	ID     string `yaml:"id" json:"id"`
	Title  string `yaml:"title" json:"title"`
	Basis  string `yaml:"basis,omitempty" json:"basis,omitempty"` // decision that approved it
	Start  string `yaml:"start" json:"start"`                     // step entered on acceptance
	Steps  []Step `yaml:"steps" json:"steps"`
	Parts  []Part `yaml:"parts,omitempty" json:"parts,omitempty"` // what its sub-cases run through
	Digest string `yaml:"-" json:"digest,omitempty"`
}

// Part is the course of a sub-case: a process within the process, at another agency. Its
// steps name each other; from outside the address of one is "part/step".
type Part struct {
	ID    string `yaml:"id" json:"id"`
	Title string `yaml:"title" json:"title"`
	Start string `yaml:"start" json:"start"`
	Steps []Step `yaml:"steps" json:"steps"`
}

// Places a step may be held at, besides an agency's own id. Within a part, competent is
// the agency of the sub-case.
const (
	AtDesk      = "desk"      // the one-stop desk that accepted
	AtCompetent = "competent" // the resolving agency
	AtCommune   = "commune"   // the people's committee of the commune where the person lives
	AtSuperior  = "superior"  // the agency above the resolving one
	AtLead      = "lead"      // the resolving agency of the whole file, from within a part
)

// Kind says what a step is.
type Kind string

// Kinds of steps. All but tasks, waits and questions are passed in the act that reaches them.
const (
	Task   Kind = ""       // somebody holds it and acts
	Choice Kind = "choice" // the first flow whose guard holds
	Fork   Kind = "fork"   // every flow whose guard holds, at the same time
	Join   Kind = "join"   // waits for all, any or so many branches of a fork
	Wait   Kind = "wait"   // for a time, a paper, a payment, an answer from outside
	Ask    Kind = "ask"    // the same question to several agencies at once
	Sub    Kind = "sub"    // a sub-case: a part, at another agency
	Auto   Kind = "auto"   // an act of the product itself
)

// Kinds lists all kinds in the order of screens.
var Kinds = []Kind{Task, Choice, Fork, Join, Wait, Ask, Sub, Auto}

// What a wait waits for.
const (
	ForTime    = "time"    // its limit passes
	ForPaper   = "paper"   // a paper arrives
	ForPayment = "payment" // a sum is paid
	ForAnswer  = "answer"  // somebody outside answers
)

// How many branches a join or a question needs, besides a number.
const (
	NeedAll = "all"
	NeedAny = "any"
)

// Manners of choosing the post that gets a step.
const (
	AssignPool = ""     // nobody: who holds the role takes it from the pool
	AssignLoad = "load" // the post with the least open work
	AssignArea = "area" // the post in whose area the person lives
	AssignSame = "same" // the post that had the step before, else the pool
)

// What an automatic step does.
const (
	DoesNotice = "notice" // tells the applicant Text
	DoesNote   = "note"   // writes Text into the file
)

// Step is one stage of work, or a point where the way branches.
type Step struct {
	ID      string   `yaml:"id" json:"id"`
	Title   string   `yaml:"title" json:"title"`
	Kind    Kind     `yaml:"kind,omitempty" json:"kind,omitempty"`
	At      string   `yaml:"at,omitempty" json:"at"`                 // desk | competent | commune | superior | lead | an agency id
	Unit    string   `yaml:"unit,omitempty" json:"unit,omitempty"`   // unit of that agency; empty: any
	Role    string   `yaml:"role,omitempty" json:"role"`             // role of the post that holds it
	Limit   string   `yaml:"limit,omitempty" json:"limit,omitempty"` // own time limit: 4wh, 2wd, 30% of the legal one; empty: the dossier's
	Help    string   `yaml:"help,omitempty" json:"help,omitempty"`   // instruction to the holder
	Actions []Action `yaml:"actions,omitempty" json:"actions"`

	Post   string   `yaml:"post,omitempty" json:"post,omitempty"`     // the one post that holds it
	Assign string   `yaml:"assign,omitempty" json:"assign,omitempty"` // pool | load | area | same
	Form   string   `yaml:"form,omitempty" json:"form,omitempty"`     // id of the form the holder fills before leaving
	Makes  []string `yaml:"makes,omitempty" json:"makes,omitempty"`   // papers this step has to produce, by name
	Sees   []string `yaml:"sees,omitempty" json:"sees,omitempty"`     // ids of form sections and components the holder sees; empty: all
	Edits  []string `yaml:"edits,omitempty" json:"edits,omitempty"`   // ids of form sections the holder may correct

	To        []Flow   `yaml:"to,omitempty" json:"to,omitempty"`               // ways on, of all kinds but tasks
	Need      string   `yaml:"need,omitempty" json:"need,omitempty"`           // of a join or a question: all | any | a number
	For       string   `yaml:"for,omitempty" json:"for,omitempty"`             // of a wait
	Of        []string `yaml:"of,omitempty" json:"of,omitempty"`               // of a question: the agencies asked; empty: named by the act that leads here
	Part      string   `yaml:"part,omitempty" json:"part,omitempty"`           // of a sub-case
	Procedure string   `yaml:"procedure,omitempty" json:"procedure,omitempty"` // of a sub-case: the member procedure it resolves
	Does      string   `yaml:"does,omitempty" json:"does,omitempty"`           // of an automatic step
	Text      string   `yaml:"text,omitempty" json:"text,omitempty"`           // what it says
	Late      *Late    `yaml:"late,omitempty" json:"late,omitempty"`           // when its limit passes
}

// Late says what happens when a step's limit passes.
type Late struct {
	Tell string `yaml:"tell,omitempty" json:"tell,omitempty"` // role at the same agency that is told
	To   string `yaml:"to,omitempty" json:"to,omitempty"`     // step the work goes on to by itself
}

// Flow is one way on from a branching step.
type Flow struct {
	To    string `yaml:"to" json:"to"`
	When  string `yaml:"when,omitempty" json:"when,omitempty"`   // guard, in the rule language; empty: always, or else
	Title string `yaml:"title,omitempty" json:"title,omitempty"` // words on the arrow
}

// Meaning tells what an action does to the dossier beyond moving it.
type Meaning string

// Meanings of actions, shared by all processes.
const (
	Forward  Meaning = "forward"   // hand over for the next stage
	Assign   Meaning = "assign"    // hand over to a named post
	SubmitUp Meaning = "submit_up" // put before the superior
	SendBack Meaning = "send_back" // return for rework; note required
	Approve  Meaning = "approve"   // decide positively
	Decline  Meaning = "decline"   // decide negatively: not eligible; reason required
	Result   Meaning = "result"    // number and attach the result, release it: the clock stops
	Hand     Meaning = "hand"      // hand the result to the applicant: the end
	Complete Meaning = "complete"  // same-visit: decide, release and hand over at once
	Answer   Meaning = "answer"    // give the answer that was asked for: ends a question or a sub-case
)

// Nature is what a meaning asks for and brings about, the same in every process.
type Nature struct {
	Note     bool // a note or reason is required
	Release  bool // the legal clock stops
	Notice   bool // the applicant is told
	Document bool // a document is issued with it
	Undo     bool // its author may take it back while nobody acted on it
	Ends     bool // leads nowhere: the run, the question or the sub-case is over
}

// Natures holds every meaning.
var Natures = map[Meaning]Nature{
	Forward:  {Undo: true},
	Assign:   {Undo: true},
	SubmitUp: {Undo: true},
	SendBack: {Note: true, Undo: true},
	Approve:  {},
	Decline:  {Note: true},
	Result:   {Release: true, Notice: true, Document: true},
	Hand:     {Notice: true, Ends: true},
	Complete: {Release: true, Notice: true, Document: true, Ends: true},
	Answer:   {Note: true, Undo: true, Ends: true},
}

// Meanings lists all meanings in the order of screens.
var Meanings = []Meaning{Forward, Assign, SubmitUp, SendBack, Approve, Decline, Result, Hand, Complete, Answer}

// Action leads from a step to another; To is empty when it ends the run, the question or the sub-case.
type Action struct {
	ID      string  `yaml:"id" json:"id"`
	Label   string  `yaml:"label" json:"label"` // verb on the button: Trình lãnh đạo
	Means   Meaning `yaml:"means" json:"means"`
	To      string  `yaml:"to,omitempty" json:"to,omitempty"`
	Note    bool    `yaml:"note,omitempty" json:"note,omitempty"`       // a note is required
	Primary bool    `yaml:"primary,omitempty" json:"primary,omitempty"` // the usual next act
	When    string  `yaml:"when,omitempty" json:"when,omitempty"`       // guard: offered only when it holds
}

// Steps that stand in no definition.
const (
	// Consulted is where a question stands that an officer put to another agency of their own accord.
	Consulted = "hoi-y-kien"
)

// consulted lets the asked agency answer.
var consulted = Step{
	ID: Consulted, Title: "Cho ý kiến theo đề nghị", Kind: Ask,
	Actions: []Action{{ID: AnswerAction, Label: "Gửi ý kiến trả lời", Means: Answer, Note: true, Primary: true}},
}

// Actions that questions and waits have by themselves.
const (
	AnswerAction = "tra-loi" // of questions that declare none: the asked agency answers
	PassAction   = "xong"    // of waits that declare none: what was waited for is there; of questions: who asked waits no longer
)

// Rests reports whether a run stands still at the step until somebody acts or a time passes. At a question
// and at a sub-case the token of who asked waits too, beside those of who is asked.
func (s Step) Rests() bool {
	return s.Kind == Task || s.Kind == Wait || s.Kind == Ask || s.Kind == Sub
}

// Waits reports whether the token is the one of who asked: it stands at a question or sub-case until that is over.
func (s Step) Waits(t Token) bool { return s.Kind == Sub || s.Kind == Ask && t.At == "" }

// Acts lists the actions that the token's holder has at the step, those included that its kind gives it.
func (s Step) Acts(t Token) []Action {
	switch {
	case s.Kind == Sub:
		return nil
	case s.Waits(t):
		if len(s.To) != 1 {
			return nil
		}
		return []Action{{ID: PassAction, Label: "Không chờ thêm ý kiến", Means: Forward, To: s.To[0].To, Note: true}}
	case len(s.Actions) > 0:
		return s.Actions
	case s.Kind == Ask:
		return consulted.Actions
	case s.Kind == Wait && s.Role != "" && s.For != ForTime && len(s.To) == 1:
		return []Action{{ID: PassAction, Label: "Xác nhận đã có", Means: Forward, To: s.To[0].To, Primary: true}}
	}
	return nil
}

// Address names a step from anywhere in the process.
func Address(part, step string) string {
	if part == "" {
		return step
	}
	return part + "/" + step
}

// Split takes an address apart; part is empty for steps of the process itself.
func Split(address string) (part, step string) {
	if i := strings.IndexByte(address, '/'); i >= 0 {
		return address[:i], address[i+1:]
	}
	return "", address
}

// Find returns the step at an address.
func (p *Process) Find(address string) (Step, bool) {
	if address == Consulted {
		return consulted, true
	}
	part, id := Split(address)
	steps := p.Steps
	if part != "" {
		q, ok := p.Part(part)
		if !ok {
			return Step{}, false
		}
		steps = q.Steps
	}
	for i := range steps {
		if steps[i].ID == id {
			return steps[i], true
		}
	}
	return Step{}, false
}

// Part returns the part with the id.
func (p *Process) Part(id string) (Part, bool) {
	for i := range p.Parts {
		if p.Parts[i].ID == id {
			return p.Parts[i], true
		}
	}
	return Part{}, false
}

// Each calls fn with every step and its address, the process's own first.
func (p *Process) Each(fn func(address string, s *Step)) {
	for i := range p.Steps {
		fn(p.Steps[i].ID, &p.Steps[i])
	}
	for i := range p.Parts {
		for j := range p.Parts[i].Steps {
			fn(Address(p.Parts[i].ID, p.Parts[i].Steps[j].ID), &p.Parts[i].Steps[j])
		}
	}
}

// Straight reports whether the process is tasks only: one holder at any time.
func (p *Process) Straight() bool {
	straight := len(p.Parts) == 0
	p.Each(func(_ string, s *Step) { straight = straight && s.Kind == Task })
	return straight
}
