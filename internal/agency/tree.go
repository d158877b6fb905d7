package agency

import (
	"slices"
	"strings"
)

// Home is the province that one installation serves: who it is and who answers for it.
type Home struct {
	ID          string `yaml:"id" json:"id"`
	Code        string `yaml:"code" json:"code"` // electronic identification code, QĐ 20/2020: H99
	Name        string `yaml:"name" json:"name"`
	NameEn      string `yaml:"name_en,omitempty" json:"name_en,omitempty"`
	Emblem      string `yaml:"emblem,omitempty" json:"emblem,omitempty"` // short text for the crest: NB
	Owner       string `yaml:"owner,omitempty" json:"owner,omitempty"`   // cơ quan chủ quản
	Responsible string `yaml:"responsible,omitempty" json:"responsible,omitempty"`
	Address     string `yaml:"address,omitempty" json:"address,omitempty"`
	Phone       string `yaml:"phone,omitempty" json:"phone,omitempty"`
	Email       string `yaml:"email,omitempty" json:"email,omitempty"`
	Hours       string `yaml:"hours,omitempty" json:"hours,omitempty"` // id of the office hours of every agency that names none
	Place       string `yaml:"place,omitempty" json:"place,omitempty"` // administrative unit code of the province
	// Portal is the identification code of the National Portal, with which codes of linked groups filed online begin.
	Portal string `yaml:"portal,omitempty" json:"portal,omitempty"`
}

// Hours are office hours from a day on. Sessions and Desk map a weekday (mon … sun) to
// sessions written "07:30-11:30,13:00-17:00"; Desk holds the extra hours of the
// reception desk, which never count as working time of a limit.
//
// The same id may stand several times, with other dates or another season: where several are valid on a day
// the last declared holds, so a season stands after the hours it changes.
type Hours struct {
	ID       string            `yaml:"id" json:"id"`
	Name     string            `yaml:"name" json:"name"`
	From     string            `yaml:"from,omitempty" json:"from,omitempty"`
	Until    string            `yaml:"until,omitempty" json:"until,omitempty"`
	Sessions map[string]string `yaml:"sessions" json:"sessions"`
	Desk     map[string]string `yaml:"desk,omitempty" json:"desk,omitempty"`
	Season   *Season           `yaml:"season,omitempty" json:"season,omitempty"` // nil: the whole year

	// What the agencies of these hours decided about their due dates. A span that says nothing leaves what
	// stands in the one declared before it.
	DueTime string `yaml:"due_time,omitempty" json:"due_time,omitempty"` // session_end | same_clock, as deadline.DueTime reads it
	After   string `yaml:"after,omitempty" json:"after,omitempty"`       // hh:mm: received later counts as received the next working day, for limits without a cutoff of their own
}

// Season bounds office hours to a part of every year, first and last day included: 04-15 to 10-15. It may run
// over New Year.
type Season struct {
	From string `yaml:"from" json:"from"` // mm-dd
	To   string `yaml:"to" json:"to"`
}

// InForce reports whether day (yyyy-mm-dd) lies in [from, until); empty bounds are open.
func InForce(from, until, day string) bool {
	return (from == "" || from <= day) && (until == "" || day < until)
}

// Tree is an immutable set of agencies and posts with their dates.
type Tree struct {
	agencies map[ID][]Agency // versions of one agency, oldest first
	order    []ID            // as declared
	posts    map[string][]Post
	byAgency map[ID][]string // post ids, as declared; a post that moved stands with each agency it was in
	heirs    map[ID][]Succession
	origins  map[ID][]Succession
}

// NewTree builds a tree. An id may occur several times, with dates that do not overlap. Successions say what became
// of agencies beyond what their Successor says.
func NewTree(agencies []Agency, posts []Post, successions ...Succession) *Tree {
	t := &Tree{agencies: map[ID][]Agency{}, posts: map[string][]Post{}, byAgency: map[ID][]string{}}
	for _, a := range agencies {
		if _, seen := t.agencies[a.ID]; !seen {
			t.order = append(t.order, a.ID)
		}
		t.agencies[a.ID] = append(t.agencies[a.ID], a)
	}
	for _, vs := range t.agencies {
		slices.SortStableFunc(vs, func(a, b Agency) int { return strings.Compare(a.From, b.From) })
	}
	for _, p := range posts {
		if !slices.ContainsFunc(t.posts[p.ID], func(q Post) bool { return q.Agency == p.Agency }) {
			t.byAgency[p.Agency] = append(t.byAgency[p.Agency], p.ID)
		}
		t.posts[p.ID] = append(t.posts[p.ID], p)
	}
	t.heirs, t.origins = t.successions(successions), map[ID][]Succession{}
	for _, id := range t.order {
		for _, s := range t.heirs[id] {
			t.origins[s.New] = append(t.origins[s.New], s)
		}
	}
	return t
}

// At returns the agency as it stands on day.
func (t *Tree) At(id ID, day string) (Agency, bool) {
	for _, a := range t.agencies[id] {
		if InForce(a.From, a.Until, day) {
			return a, true
		}
	}
	return Agency{}, false
}

// Ever returns the latest version of the agency, also after its end: old dossiers still name it.
func (t *Tree) Ever(id ID) (Agency, bool) {
	vs := t.agencies[id]
	if len(vs) == 0 {
		return Agency{}, false
	}
	return vs[len(vs)-1], true
}

// All returns the agencies in force on day, as declared.
func (t *Tree) All(day string) []Agency {
	var out []Agency
	for _, id := range t.order {
		if a, ok := t.At(id, day); ok {
			out = append(out, a)
		}
	}
	return out
}

// Children returns the agencies whose parent is id on day, as declared.
func (t *Tree) Children(id ID, day string) []Agency {
	var out []Agency
	for _, a := range t.All(day) {
		if a.Parent == id {
			out = append(out, a)
		}
	}
	return out
}

// Communes returns the people's committees of communes in force on day, as declared.
func (t *Tree) Communes(day string) []Agency {
	var out []Agency
	for _, a := range t.All(day) {
		if a.Level == Commune && a.Kind == PeopleCommittee && a.Place != "" {
			out = append(out, a)
		}
	}
	return out
}

// Governing returns the people's committee that governs the administrative unit on day.
func (t *Tree) Governing(place, day string) (Agency, bool) {
	if place == "" {
		return Agency{}, false
	}
	for _, a := range t.All(day) {
		if a.Place == place && a.Kind == PeopleCommittee {
			return a, true
		}
	}
	return Agency{}, false
}

// DeskOf returns the agency whose one-stop desk receives for id on day: its Desk, else itself.
func (t *Tree) DeskOf(id ID, day string) ID {
	if a, ok := t.At(id, day); ok && a.Desk != "" {
		if d, ok := t.Current(a.Desk, day); ok {
			return d.ID
		}
		return a.Desk
	}
	return id
}

// Desks returns the agencies that run a one-stop desk on day: those that others name, and centres.
func (t *Tree) Desks(day string) []Agency {
	named := map[ID]bool{}
	all := t.All(day)
	for _, a := range all {
		if a.Desk != "" {
			named[a.Desk] = true
		}
	}
	var out []Agency
	for _, a := range all {
		if named[a.ID] || a.Kind == PublicServiceCentre {
			out = append(out, a)
		}
	}
	return out
}

// Current follows successors until an agency in force on day; false when the line ends.
func (t *Tree) Current(id ID, day string) (Agency, bool) {
	if a, ok := t.At(id, day); ok {
		return a, true
	}
	h, _ := t.Heir(id, Matter{}, day)
	return t.At(h.ID, day)
}

// Post returns the post as it stands on day.
func (t *Tree) Post(id, day string) (Post, bool) {
	for _, p := range t.posts[id] {
		if InForce(p.From, p.Until, day) {
			return p, true
		}
	}
	return Post{}, false
}

// Posts returns the posts of the agency in force on day, as declared.
func (t *Tree) Posts(id ID, day string) []Post {
	var out []Post
	for _, pid := range t.byAgency[id] {
		if p, ok := t.Post(pid, day); ok && p.Agency == id {
			out = append(out, p)
		}
	}
	return out
}

// Holders returns the posts of the agency that carry the role on day; unit narrows when not empty.
func (t *Tree) Holders(id ID, unit, role, day string) []Post {
	var out []Post
	for _, p := range t.Posts(id, day) {
		if (unit == "" || p.Unit == unit) && slices.Contains(p.Roles, role) {
			out = append(out, p)
		}
	}
	return out
}

// AccountOf returns the account that receives an agency's fees on day: its own, that of its desk, or that of the
// agency above; empty when there is none.
func (t *Tree) AccountOf(id ID, day string) string {
	for range len(t.order) + 1 {
		a, ok := t.At(id, day)
		if !ok {
			return ""
		}
		if a.Account != "" {
			return a.Account
		}
		if d, ok := t.At(a.Desk, day); ok && d.Account != "" {
			return d.Account
		}
		id = a.Parent
	}
	return ""
}
