// Package prove tells, before a process is published, whether every run of it comes to a
// good end, and shows the shortest run that does not. It asks the live interpreter of
// package workflow what each move brings about; nothing of the meaning of a process is
// written twice.
//
// Branches that stand open beside each other share nothing but the join they wait at, so
// each is explored by itself and put together where the join closes: the answer is exact
// and its price is the sum of the branches, not their product. Guards are free choices
// unless the rule language proves that one cannot be. Only where work opens work without
// end is the search bounded, and says so. The package does no I/O.
package prove

import (
	"slices"
	"strings"

	"github.com/motcua/motcua/internal/workflow"
)

// Kind says what is wrong.
type Kind string

// Kinds of findings, in the order of reports.
const (
	TooLarge   Kind = "too_large"   // more steps than are proved
	Malformed  Kind = "malformed"   // an id, title, label or number that cannot be
	Unknown    Kind = "unknown"     // names a step, part, agency, unit, role, post, form, procedure, paper that does not exist
	NoTarget   Kind = "no_target"   // leads nowhere and does not end the run
	Stuck      Kind = "stuck"       // a step nobody can leave
	Gap        Kind = "gap"         // a choice or fork where no way may be open
	Left       Kind = "left"        // ends while other work stands open
	Outside    Kind = "outside"     // answers where nothing was asked
	NoJoin     Kind = "no_join"     // a join reached from no fork
	TwoJoins   Kind = "two_joins"   // branches of one fork reach different joins
	NeverJoins Kind = "never_joins" // a fork that never comes together again
	Endless    Kind = "endless"     // automatic steps lead round in circles
	Trap       Kind = "trap"        // a loop from which no end is reached
	Grows      Kind = "grows"       // opens itself again within itself, without end
	Nobody     Kind = "nobody"      // a question where nobody says whom to ask
	Undecided  Kind = "undecided"   // a result without a decision
	Unissued   Kind = "unissued"    // handed over without a result
	Unreached  Kind = "unreached"   // a step, way or action no run comes to
	Never      Kind = "never"       // a guard that never holds
	Always     Kind = "always"      // a guard that always holds
	Vacant     Kind = "vacant"      // nobody holds the step on some day
	Overdue    Kind = "overdue"     // the limits of the steps are longer than the legal one
	Unused     Kind = "unused"      // a paper that nobody uses
)

// Kinds lists all kinds in the order of reports.
var Kinds = []Kind{
	TooLarge, Malformed, Unknown, NoTarget, Stuck, Gap, Left, Outside, NoJoin, TwoJoins, NeverJoins, Endless, Trap, Grows, Nobody,
	Undecided, Unissued, Unreached, Never, Always, Vacant, Overdue, Unused,
}

// Finding is one thing wrong with a process.
type Finding struct {
	Kind   Kind   `json:"kind"`
	Step   string `json:"step,omitempty"`   // address
	Action string `json:"action,omitempty"` // id
	Flow   int    `json:"flow,omitempty"`   // number of the way on, from 1
	Path   string `json:"path"`             // place in the definition: .steps[3].actions[0]
	Text   string `json:"text"`             // one plain sentence, Vietnamese
	Day    string `json:"day,omitempty"`    // of a vacancy: yyyy-mm-dd
	// Of limits that do not fit: the procedure, and its limit as written.
	Procedure string `json:"procedure,omitempty"`
	Limit     string `json:"limit,omitempty"`
	Run       []Move `json:"run,omitempty"` // the shortest run that shows it; none where there is nothing to run
}

// Ways a run moves on.
const (
	Begins = "start" // the file is accepted
	Acts   = "act"   // somebody acts
	Passes = "pass"  // what was waited for is there
	Late   = "late"  // a limit passes and the work goes on by itself
)

// Move is one move of a run, as Replay carries it out.
type Move struct {
	Do       string   `json:"do"`
	Token    int      `json:"token,omitempty"`
	Step     string   `json:"step,omitempty"` // address where the token stood
	Action   string   `json:"action,omitempty"`
	Label    string   `json:"label,omitempty"`    // words on the button
	Agencies []string `json:"agencies,omitempty"` // chosen for a question that names nobody
	Holds    []Guard  `json:"holds,omitempty"`    // how the guards asked on the way answered
	To       []string `json:"to,omitempty"`       // addresses where work stands that was not there before

	within []string // openers of the frames around the token, the outermost first
}

// Guard is a guard with its answer.
type Guard struct {
	When  string `json:"when"`
	Holds bool   `json:"holds"`
}

// Report is what a check found.
type Report struct {
	Findings []Finding `json:"findings"`
	// Exact: every run was looked at. Otherwise Bounded says why not, and what was not found may still be there.
	Exact   bool   `json:"exact"`
	Bounded string `json:"bounded,omitempty"`
	States  int    `json:"states"` // distinct places a piece of work can stand in
	Longest Way    `json:"longest"`
}

// Sound reports whether nothing is wrong.
func (r Report) Sound() bool { return len(r.Findings) == 0 }

// Of returns the findings of a kind.
func (r Report) Of(k Kind) []Finding {
	return slices.DeleteFunc(slices.Clone(r.Findings), func(f Finding) bool { return f.Kind != k })
}

// Bounds of a check. Packs come from strangers too.
const (
	MaxSteps   = 1000
	maxStates  = 200_000
	maxAnswers = 1 << 11 // ways in which the guards of one act can answer
	maxDepth   = 40      // branches within branches
	perKind    = 50      // findings of one kind
)

// Check returns everything wrong with a process in a world. A part of the world that is left out is not
// checked against.
func Check(p *workflow.Process, w World) Report {
	c := &checker{p: p, w: w, places: placesOf(p), seen: map[string]bool{}, counts: map[Kind]int{}, studies: map[string]Study{}}
	r := Report{Exact: true}
	c.static()
	if len(c.places) > MaxSteps {
		r.Exact, r.Bounded = false, sayTooLarge(len(c.places))
	} else {
		x := newExplorer(c)
		x.explore()
		x.judge()
		r.Exact, r.Bounded, r.States = x.bounded == "", x.bounded, len(x.states)
		c.limits(x, &r)
	}
	c.world()
	slices.SortStableFunc(c.findings, func(a, b Finding) int { return slices.Index(Kinds, a.Kind) - slices.Index(Kinds, b.Kind) })
	r.Findings = c.findings
	return r
}

// checker gathers findings.
type checker struct {
	p        *workflow.Process
	w        World
	places   map[string]string // address → path of the step
	findings []Finding
	seen     map[string]bool // one finding of a kind per place
	counts   map[Kind]int
	studies  map[string]Study
}

// found writes a finding's sentence and the moves of its run as the one interpreter makes them, and keeps it.
func (c *checker) found(f Finding) {
	if f.Text == "" {
		f.Text = c.say(f)
	}
	if f.Run != nil {
		f.Run = real(c.p, f.Run)
	}
	c.add(f)
}

// study asks what is known of guards; nothing is where the world has none.
func (c *checker) study(guards ...string) Study {
	if c.w.Guards == nil || len(guards) == 0 {
		return freely(guards...)
	}
	key := strings.Join(guards, "\x00")
	s, known := c.studies[key]
	if !known {
		s = c.w.Guards.Study(guards...)
		c.studies[key] = s
	}
	return s
}

// add keeps a finding unless one of the same kind stands at the same place already.
func (c *checker) add(f Finding) {
	key := string(f.Kind) + "\x00" + f.Path + "\x00" + f.Day
	if f.Kind == Vacant || f.Kind == Unknown || f.Kind == Unused || f.Kind == Overdue {
		key += "\x00" + f.Text
	}
	if c.seen[key] {
		return
	}
	c.seen[key] = true
	if c.counts[f.Kind]++; c.counts[f.Kind] > perKind && f.Kind != Malformed && f.Kind != Unknown {
		return
	}
	c.findings = append(c.findings, f)
}

// step returns the step at an address, with a title to speak of it.
func (c *checker) step(address string) workflow.Step {
	s, _ := c.p.Find(address)
	return s
}

// placesOf tells where in the definition each step stands. Of two with one address the first counts, as it
// does for the interpreter.
func placesOf(p *workflow.Process) map[string]string {
	out := map[string]string{}
	put := func(address, path string) {
		if _, twice := out[address]; !twice {
			out[address] = path
		}
	}
	for i := range p.Steps {
		put(p.Steps[i].ID, index(".steps", i))
	}
	for i := range p.Parts {
		for j := range p.Parts[i].Steps {
			put(workflow.Address(p.Parts[i].ID, p.Parts[i].Steps[j].ID), index(index(".parts", i)+".steps", j))
		}
	}
	return out
}
