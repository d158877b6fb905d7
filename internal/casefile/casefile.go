// Package casefile holds what every kind of case has beyond its own law: work that
// waits for a post (the shared inbox), the agencies that may see it, the words it is
// found by, and its head in the journal. It does no I/O.
//
// All of it is projected from the journal of the case: the same function writes the
// rows and checks them.
package casefile

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/agency"
)

// Stage groups open work the way the inbox counts it.
type Stage string

// Stages of open work.
const (
	Reception  Stage = "reception"  // waits to be accepted
	Handling   Stage = "handling"   // waits for an act of its holder
	Supplement Stage = "supplement" // waits for the applicant
	Return     Stage = "return"     // the result waits to be handed over
	Waiting    Stage = "waiting"    // waits for something outside: a pause, a financial obligation
)

// Holder is who has the work: a role in an agency (of one unit, or any), or one named post.
type Holder struct {
	Agency agency.ID `json:"agency"`
	Unit   string    `json:"unit,omitempty"`
	Role   string    `json:"role"`
	Post   string    `json:"post,omitempty"`
}

// Queue is the list the work waits in: that of the named post, else that of the role.
func (h Holder) Queue() string {
	if h.Post != "" {
		return "post:" + h.Post
	}
	return string(h.Agency) + "/" + h.Unit + "/" + h.Role
}

// Queues lists where work for the actor's post may wait: its own, its unit's, its agency's.
func Queues(a access.Actor) []string {
	if a.Post == "" {
		return nil
	}
	out := []string{"post:" + a.Post}
	for _, role := range a.Roles {
		out = append(out, Holder{Agency: a.Agency, Role: role}.Queue())
		if a.Unit != "" {
			out = append(out, Holder{Agency: a.Agency, Unit: a.Unit, Role: role}.Queue())
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Holds reports whether work of the holder waits for the actor.
func (h Holder) Holds(a access.Actor) bool {
	if h.Post != "" {
		return h.Post == a.Post
	}
	return a.Post != "" && h.Agency == a.Agency && a.HasRole(h.Role) && (h.Unit == "" || h.Unit == a.Unit)
}

// WorkItem is one open piece of work, with what a list shows of its case.
type WorkItem struct {
	Case    string
	Kind    string // kind of case: dossier
	Holder  Holder
	Stage   Stage
	Step    string // title of the step
	Since   time.Time
	Due     time.Time // of the step or the case, whichever comes first; zero: none runs
	SoonAt  time.Time // from when it counts as due soon
	Code    string    // code or reference shown
	Title   string    // what is asked for
	Subject string    // whose case it is
	Version int64     // of the case, for acts straight from the list
}

// Key of the item within its case; one case may have work at several holders.
func (w WorkItem) Key() string { return w.Holder.Queue() }

// Rows is everything the engine stores about a case besides its events.
type Rows struct {
	Work   []WorkItem
	Scopes []Scope
	Terms  []string
}

// Scope lets an agency (or a citizen account, "account:ID") see the case in lists.
type Scope struct {
	Scope  string
	Status string
	At     time.Time // orders the list, newest first
}

// AccountScope is the scope of a citizen's own cases.
func AccountScope(person string) string { return "account:" + person }

// Everyone is the scope of those who may read every case.
const Everyone = "*"

// Scopes lists what the actor may see in lists.
func Scopes(a access.Actor) []string {
	switch {
	case a.System || a.May(access.DossierReadAll):
		return []string{Everyone}
	case a.Post != "" && a.May(access.DossierRead):
		return []string{string(a.Agency)}
	case a.Citizen:
		return []string{AccountScope(a.Person)}
	}
	return nil
}

// MayOpen reports whether a case with the scopes may be opened by the actor. It is the one rule
// behind single reads; every list filters by Scopes, which says the same.
func MayOpen(a access.Actor, scopes []Scope) bool {
	for _, mine := range Scopes(a) {
		if slices.ContainsFunc(scopes, func(s Scope) bool { return s.Scope == mine }) {
			return true
		}
	}
	return false
}

// SortTerms orders and dedupes search terms, dropping empty ones and cutting each to 100 bytes.
func SortTerms(terms []string) []string {
	out := make([]string, 0, len(terms))
	for _, t := range terms {
		t = strings.TrimSpace(t)
		if len(t) > 100 {
			t = strings.ToValidUTF8(t[:100], "")
		}
		if t != "" {
			out = append(out, t)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// SortScopes orders scopes by name.
func SortScopes(s []Scope) []Scope {
	slices.SortFunc(s, func(a, b Scope) int { return cmp.Compare(a.Scope, b.Scope) })
	return slices.CompactFunc(s, func(a, b Scope) bool { return a.Scope == b.Scope })
}
