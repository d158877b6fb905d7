// Package workflow holds internal processes: steps, who holds each, its share of the
// time limit, and the actions that lead from it. The interpreter is pure: state and
// action in, next state out; state is folded from the journal and never stored alone.
package workflow

// Process is the definition of one internal process, as written in a pack.
type Process struct {
	ID     string `yaml:"id" json:"id"`
	Title  string `yaml:"title" json:"title"`
	Basis  string `yaml:"basis,omitempty" json:"basis,omitempty"` // decision that approved it
	Start  string `yaml:"start" json:"start"`                     // step entered on acceptance
	Steps  []Step `yaml:"steps" json:"steps"`
	Digest string `yaml:"-" json:"digest,omitempty"`
}

// Places a step may be held at, besides an agency's own id.
const (
	AtDesk      = "desk"      // the one-stop desk that accepted
	AtCompetent = "competent" // the resolving agency
)

// Step is one stage of work.
type Step struct {
	ID      string   `yaml:"id" json:"id"`
	Title   string   `yaml:"title" json:"title"`
	At      string   `yaml:"at" json:"at"`                           // desk | competent | an agency id
	Unit    string   `yaml:"unit,omitempty" json:"unit,omitempty"`   // unit of that agency; empty: any
	Role    string   `yaml:"role" json:"role"`                       // role of the post that holds it
	Limit   string   `yaml:"limit,omitempty" json:"limit,omitempty"` // own time limit: 4wh, 2wd; empty: the dossier's
	Help    string   `yaml:"help,omitempty" json:"help,omitempty"`   // instruction to the holder
	Actions []Action `yaml:"actions" json:"actions"`
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
)

// Action leads from a step to another; To is empty when it ends the run.
type Action struct {
	ID      string  `yaml:"id" json:"id"`
	Label   string  `yaml:"label" json:"label"` // verb on the button: Trình lãnh đạo
	Means   Meaning `yaml:"means" json:"means"`
	To      string  `yaml:"to,omitempty" json:"to,omitempty"`
	Note    bool    `yaml:"note,omitempty" json:"note,omitempty"`       // a note is required
	Primary bool    `yaml:"primary,omitempty" json:"primary,omitempty"` // the usual next act
}
