// Package reorg changes the agencies of a province on a date: a new name or code, several agencies merged into one, one
// divided into several, one dissolved with a successor, a new one founded. What such a change does to posts, desks,
// procedures and running dossiers is worked out from the agencies as they stand, shown before anything is decided,
// proposed by one person and published by another. It does no I/O.
//
// The act is a case of its own, "reorganisation": its journal holds what was proposed, by whom and on what basis, what
// was published, every dossier that passed to a successor, and how the passing went. An agency is never changed in
// place: what it was before the day stays, and its old codes still name it.
package reorg

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/viet"
)

// Kind is the kind of case this package is about.
const Kind = "reorganisation"

// Sort is what happens to agencies.
type Sort string

// Sorts of reorganisations.
const (
	Amend    Sort = "amend"    // one agency gets another name, code, parent, desk or address
	Merge    Sort = "merge"    // several become one, which may be one of them
	Split    Sort = "split"    // one becomes several, of which it may be one
	Dissolve Sort = "dissolve" // one ends, another that stands takes its work over
	Found    Sort = "found"    // a new one
	Onboard  Sort = "onboard"  // new ones with everything in them, from a workbook
)

// Sorts lists the sorts that are typed in, in the order of screens.
var Sorts = []Sort{Amend, Merge, Split, Dissolve, Found}

// Refusals. Codes are keys of lang (error.<code>).
var (
	ErrNotFound   = fault.New(fault.NotFound, "reorg.not-found")
	ErrSort       = fault.New(fault.Invalid, "reorg.sort")
	ErrDay        = fault.New(fault.Invalid, "reorg.day") // before today
	ErrName       = fault.New(fault.Invalid, "reorg.name-needed")
	ErrBasis      = fault.New(fault.Invalid, "reorg.basis-needed")
	ErrTooLong    = fault.New(fault.Invalid, "reorg.too-long")     // Args: max
	ErrOldNumber  = fault.New(fault.Invalid, "reorg.old-number")   // not as many agencies as the sort asks for
	ErrNewNumber  = fault.New(fault.Invalid, "reorg.new-number")   // likewise of those that follow
	ErrUnknown    = fault.New(fault.Invalid, "reorg.unknown")      // Args: id
	ErrTwice      = fault.New(fault.Invalid, "reorg.twice")        // Args: id
	ErrLater      = fault.New(fault.Invalid, "reorg.later-change") // a change from a later day stands; Args: id, day
	ErrAgencyName = fault.New(fault.Invalid, "reorg.agency-name")
	ErrCode       = fault.New(fault.Invalid, "reorg.code")      // not written as electronic codes are
	ErrCodeUsed   = fault.New(fault.Invalid, "reorg.code-used") // Args: code, agency
	ErrSame       = fault.New(fault.Invalid, "reorg.same")      // nothing changes
	ErrRest       = fault.New(fault.Invalid, "reorg.rest")      // nobody gets what no rule names
	ErrRuleTo     = fault.New(fault.Invalid, "reorg.rule-to")
	ErrProcedure  = fault.New(fault.Invalid, "reorg.procedure")       // Args: code
	ErrDivided    = fault.New(fault.Invalid, "reorg.procedure-twice") // Args: code
	ErrPlace      = fault.New(fault.Invalid, "reorg.place")           // Args: code
	ErrPost       = fault.New(fault.Invalid, "reorg.post")            // Args: post
	// ErrChanged: what would be published is no longer what the person saw.
	ErrChanged      = fault.New(fault.Conflict, "reorg.preview-changed")
	ErrSecondPerson = fault.New(fault.Conflict, "reorg.second-person")
	ErrPeople       = fault.New(fault.NotFound, "reorg.people") // accounts are made by who may
	ErrState        = fault.New(fault.Conflict, "reorg.state")  // published or withdrawn already
	ErrReason       = fault.New(fault.Invalid, "reorg.reason-needed")
	ErrStale        = fault.New(fault.Stale, "reorg.stale")
)

// Bounds of one reorganisation.
const (
	MaxText     = 500 // runes of one text
	MaxAgencies = 20  // that end or follow in one act
	MaxCodes    = 2000
)

// Rule says which work of a divided agency goes to one of those that follow it.
type Rule struct {
	To         agency.ID `json:"to"`
	Procedures []string  `json:"procedures,omitempty"` // codes
	Places     []string  `json:"places,omitempty"`     // codes of communes
}

// PostRule says what becomes of a post, where it is not what becomes of its unit.
type PostRule struct {
	Post string    `json:"post"`
	To   agency.ID `json:"to,omitempty"` // empty: the post ends
}

// UnitRule says to which agency a unit goes, where it is not the one that takes the rest.
type UnitRule struct {
	Agency agency.ID `json:"agency"`
	Unit   string    `json:"unit"`
	To     agency.ID `json:"to"`
}

// Person is somebody who gets an account and posts with a new agency.
type Person struct {
	Name   string   `json:"name"`
	SignIn string   `json:"sign_in"`
	Posts  []string `json:"posts"`
}

// Resolve says that a new agency resolves a procedure.
type Resolve struct {
	Procedure string    `json:"procedure"`
	Agency    agency.ID `json:"agency"`
}

// Competent names everybody who resolves a procedure from the day on.
type Competent struct {
	Procedure string      `json:"procedure"`
	Agencies  []agency.ID `json:"agencies"`
}

// Command is a reorganisation as a person proposes it.
type Command struct {
	Sort  Sort            `json:"sort"`
	Day   calendar.Date   `json:"day"`   // from which it counts
	Name  string          `json:"name"`  // what it is called
	Basis string          `json:"basis"` // number of the decision
	Note  string          `json:"note,omitempty"`
	Old   []agency.ID     `json:"old,omitempty"`   // what ends or changes
	New   []agency.Agency `json:"new,omitempty"`   // as they stand from the day; without an id: a new one
	Rest  agency.ID       `json:"rest,omitempty"`  // who gets what no rule names; empty: the only one that follows
	Rules []Rule          `json:"rules,omitempty"` // of a division
	Posts []PostRule      `json:"posts,omitempty"`
	Units []UnitRule      `json:"units,omitempty"`

	// Of a workbook: new agencies carry their units. People are personal data and kept apart.
	Seats    []agency.Post  `json:"seats,omitempty"`
	Hours    []agency.Hours `json:"hours,omitempty"`
	Resolves []Resolve      `json:"resolves,omitempty"`
	People   []Person       `json:"-"`
}

// Moved is a unit with the agency and id it has after the day.
type Moved struct {
	Agency agency.ID `json:"agency"`
	Unit   string    `json:"unit"`
	To     agency.ID `json:"to"`
	As     string    `json:"as"`
}

// Plan is what a reorganisation publishes.
type Plan struct {
	Day         string              `json:"day"`
	Agencies    []agency.Agency     `json:"agencies"`        // new versions; one that ends where it begins says how the agency ends
	Posts       []agency.Post       `json:"posts,omitempty"` // likewise
	Units       []Moved             `json:"units,omitempty"` // of agencies that end or give them away
	Successions []agency.Succession `json:"successions,omitempty"`
	Hours       []agency.Hours      `json:"hours,omitempty"`
	Competent   []Competent         `json:"competent,omitempty"`
	Roster      string              `json:"roster,omitempty"` // sha-256 of the people who get accounts, hex
}

// Digest is the sha-256, in hexadecimal, of everything the plan publishes.
func (p Plan) Digest() string {
	raw, err := json.Marshal(p)
	if err != nil {
		panic("reorg: a plan cannot be written as JSON: " + err.Error())
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

// Ended lists the agencies that end.
func (p Plan) Ended() []agency.ID {
	var out []agency.ID
	for _, a := range p.Agencies {
		if a.Until != "" && a.Until <= a.From {
			out = append(out, a.ID)
		}
	}
	return out
}

// Touched lists the agencies whose work may go to others.
func (p Plan) Touched() []agency.ID {
	var out []agency.ID
	for _, s := range p.Successions {
		if !slices.Contains(out, s.Old) {
			out = append(out, s.Old)
		}
	}
	return out
}

// ByPlace reports whether work is divided by commune.
func (p Plan) ByPlace() bool {
	return slices.ContainsFunc(p.Successions, func(s agency.Succession) bool { return len(s.Places) > 0 })
}

// After is the tree as it is once the plan is published; before is everything of all dates.
func (p Plan) After(agencies []agency.Agency, posts []agency.Post, successions []agency.Succession) *agency.Tree {
	return agency.NewTree(agency.Supersede(agencies, p.Agencies), agency.SupersedePosts(posts, p.Posts), append(slices.Clone(successions), p.Successions...)...)
}

// Unit is the unit that has what one of an agency had; empty: any of the successor.
func (p Plan) Unit(old agency.ID, unit string, at agency.ID) string {
	for _, m := range p.Units {
		if m.Agency == old && m.Unit == unit && m.To == at {
			return m.As
		}
	}
	if old == at {
		return unit
	}
	return ""
}

// Problem is something that keeps a command from being proposed, with the field it is about.
type Problem struct {
	Field string // old, new, new.0.code, rules.0, rest, posts, name …
	Err   *fault.Error
}

// Facts is what a command is judged against.
type Facts struct {
	Today     calendar.Date
	Tree      *agency.Tree
	Procedure func(code string) bool // in force on the day
	Place     func(code string) bool // a commune in force on the day
	HomeCode  string                 // every code begins with it: H99
	// Competent names who a procedure says resolves it; byCommune: the committee of the applicant's commune does.
	Competent func(code string) (named []agency.ID, byCommune bool)
}

// Plan checks the command and works out what it publishes. The command is returned as it is understood: texts trimmed,
// ids given to new agencies.
func (c Command) Plan(f Facts) (Command, Plan, []Problem) {
	b := builder{c: c, f: f, day: c.Day.String()}
	b.words()
	if c.Sort == Onboard {
		b.workbook()
		return b.c, b.plan, b.problems
	}
	b.old()
	b.bodies()
	b.refs()
	b.rest()
	b.rules()
	if len(b.problems) == 0 {
		b.build()
	}
	return b.c, b.plan, b.problems
}

type builder struct {
	c        Command
	f        Facts
	day      string
	plan     Plan
	problems []Problem
}

func (b *builder) bad(field string, err *fault.Error) {
	b.problems = append(b.problems, Problem{field, err})
}

func (b *builder) words() {
	c := &b.c
	c.Old, c.New, c.Rules = slices.Clone(c.Old), slices.Clone(c.New), slices.Clone(c.Rules)
	for field, t := range map[string]struct {
		text   *string
		absent *fault.Error
	}{"name": {&c.Name, ErrName}, "basis": {&c.Basis, ErrBasis}, "note": {&c.Note, nil}} {
		*t.text = strings.TrimSpace(viet.NFC(*t.text))
		if *t.text == "" && t.absent != nil {
			b.bad(field, t.absent)
		}
		if utf8.RuneCountInString(*t.text) > MaxText {
			b.bad(field, ErrTooLong.With("max", MaxText))
		}
	}
	if !slices.Contains(Sorts, c.Sort) && c.Sort != Onboard {
		b.bad("sort", ErrSort)
	}
	if c.Day.IsZero() || c.Day.Before(b.f.Today) {
		b.bad("day", ErrDay)
	}
	slices.SortFunc(b.problems, func(x, y Problem) int { return strings.Compare(x.Field, y.Field) })
}

func (b *builder) old() {
	least, most := 1, 1
	switch b.c.Sort {
	case Merge:
		least, most = 2, MaxAgencies
	case Found:
		least, most = 0, 0
	}
	if n := len(b.c.Old); n < least || n > most {
		b.bad("old", ErrOldNumber)
	}
	for i, id := range b.c.Old {
		if slices.Contains(b.c.Old[:i], id) {
			b.bad("old", ErrTwice.With("id", string(id)))
			continue
		}
		b.stands("old", id)
	}
}

// stands checks that an agency is in force on the day, and that nothing is decided about it for later.
func (b *builder) stands(field string, id agency.ID) bool {
	if _, ok := b.f.Tree.At(id, b.day); !ok {
		b.bad(field, ErrUnknown.With("id", string(id)))
		return false
	}
	for _, v := range b.f.Tree.Versions(id) {
		if v.From > b.day {
			b.bad(field, ErrLater.With("id", string(id)).With("day", v.From))
			return false
		}
	}
	return true
}

func (b *builder) isNew(id agency.ID) bool {
	return slices.ContainsFunc(b.c.New, func(a agency.Agency) bool { return a.ID == id })
}

func (b *builder) bodies() {
	least, most := 1, 1
	switch b.c.Sort {
	case Split:
		least, most = 2, MaxAgencies
	case Dissolve:
		least, most = 0, 0
	}
	if n := len(b.c.New); n < least || n > most {
		b.bad("new", ErrNewNumber)
	}
	for i := range b.c.New {
		a := &b.c.New[i]
		field := "new." + strconv.Itoa(i)
		for _, t := range []*string{&a.Name, &a.ShortName, &a.NameEn, &a.Code, &a.Address, &a.Phone, &a.Email} {
			*t = strings.TrimSpace(viet.NFC(*t))
			if utf8.RuneCountInString(*t) > MaxText {
				b.bad(field, ErrTooLong.With("max", MaxText))
			}
		}
		a.From, a.Until, a.Successor, a.Units = "", "", "", nil
		if a.Name == "" {
			b.bad(field+".name", ErrAgencyName)
			continue
		}
		known := false
		_, ever := b.f.Tree.Ever(a.ID)
		if a.ID == "" || !ever { // a proposal that is read again has its id already
			a.ID = b.freshID(a.Name, i)
		} else if b.stands(field, a.ID) {
			known = true
			if !slices.Contains(b.c.Old, a.ID) {
				b.bad(field, ErrUnknown.With("id", string(a.ID)))
			}
		}
		was, _ := b.f.Tree.At(a.ID, b.day)
		if known {
			a.Kind, a.Level, a.Place = orKind(a.Kind, was.Kind), orLevel(a.Level, was.Level), orText(a.Place, was.Place)
		}
		b.code(field, *a)
		for what, id := range map[string]agency.ID{".parent": a.Parent, ".desk": a.Desk} {
			if id == "" || id == a.ID || b.isNew(id) {
				continue
			}
			if _, ok := b.f.Tree.At(id, b.day); !ok {
				b.bad(field+what, ErrUnknown.With("id", string(id)))
			}
		}
		if b.c.Sort == Amend && known && sameBody(*a, was) {
			b.bad(field, ErrSame)
		}
	}
}

// Ref is how a command names the i-th of the agencies that follow, before it has an id.
func Ref(i int) agency.ID { return agency.ID("#" + strconv.Itoa(i)) }

// refs puts ids in the place of references.
func (b *builder) refs() {
	c := &b.c
	id := func(ref *agency.ID) {
		if n, ok := strings.CutPrefix(string(*ref), "#"); ok {
			if i, err := strconv.Atoi(n); err == nil && i >= 0 && i < len(c.New) {
				*ref = c.New[i].ID
			}
		}
	}
	c.Posts, c.Units = slices.Clone(c.Posts), slices.Clone(c.Units)
	id(&c.Rest)
	for i := range c.Rules {
		id(&c.Rules[i].To)
	}
	for i := range c.Posts {
		id(&c.Posts[i].To)
	}
	for i := range c.Units {
		id(&c.Units[i].To)
	}
}

func orKind(a, b agency.Kind) agency.Kind {
	if a == "" {
		return b
	}
	return a
}

func orLevel(a, b agency.Level) agency.Level {
	if a == "" {
		return b
	}
	return a
}

func orText(a, b string) string {
	if a == "" {
		return b
	}
	return a
}

func sameBody(a, was agency.Agency) bool {
	was.From, was.Until, was.Successor, was.Units = "", "", "", nil
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(was)
	return string(x) == string(y)
}

// freshID makes an id from a name that nobody had before.
func (b *builder) freshID(name string, upto int) agency.ID {
	base := strings.Join(viet.Tokens(viet.Fold(name)), "-")
	if len(base) > 60 {
		base = base[:60]
	}
	for n := 1; ; n++ {
		id := agency.ID(base)
		if n > 1 {
			id = agency.ID(base + "-" + strconv.Itoa(n))
		}
		_, ever := b.f.Tree.Ever(id)
		if !ever && !slices.ContainsFunc(b.c.New[:upto], func(a agency.Agency) bool { return a.ID == id }) {
			return id
		}
	}
}

// code checks an electronic code: H99, H99.05, H99.05.02.
// A code names one agency for good, so one that another agency ever had is refused; agencies that end in the same act
// may hand theirs on.
func (b *builder) code(field string, a agency.Agency) {
	if !ValidCode(a.Code) || b.f.HomeCode != "" && a.Code != b.f.HomeCode && !strings.HasPrefix(a.Code, b.f.HomeCode+".") {
		b.bad(field+".code", ErrCode)
		return
	}
	for _, id := range b.f.Tree.IDs() {
		if id == a.ID || slices.Contains(b.c.Old, id) && !b.isNew(id) {
			continue
		}
		for _, v := range b.f.Tree.Versions(id) {
			if strings.EqualFold(v.Code, a.Code) {
				b.bad(field+".code", ErrCodeUsed.With("code", a.Code).With("agency", v.Name))
				return
			}
		}
	}
	for _, o := range b.c.New {
		if o.ID != a.ID && strings.EqualFold(o.Code, a.Code) {
			b.bad(field+".code", ErrCodeUsed.With("code", a.Code).With("agency", o.Name))
			return
		}
	}
}

// ValidCode reports whether a text is written as electronic identification codes are: a letter and two digits for the
// province, then up to four groups of two or three digits.
func ValidCode(s string) bool {
	parts := strings.Split(s, ".")
	if len(parts) > 5 {
		return false
	}
	for i, p := range parts {
		if i == 0 {
			if len(p) != 3 || p[0] < 'A' || p[0] > 'Z' {
				return false
			}
			p = p[1:]
		}
		if len(p) < 2 || len(p) > 3 {
			return false
		}
		for _, r := range p {
			if r < '0' || r > '9' {
				return false
			}
		}
	}
	return true
}

func (b *builder) ends(id agency.ID) bool {
	return slices.Contains(b.c.Old, id) && !b.isNew(id)
}

func (b *builder) rest() {
	c := &b.c
	switch {
	case c.Sort == Found || c.Sort == Amend:
		c.Rest = ""
		return
	case c.Sort == Merge && len(c.New) == 1:
		c.Rest = c.New[0].ID
		return
	case c.Rest == "" || slices.Contains(c.Old, c.Rest) && !b.isNew(c.Rest):
		b.bad("rest", ErrRest)
		return
	case c.Sort == Split && (!b.isNew(c.Rest) || len(c.Old) == 1 && b.isNew(c.Old[0]) && c.Rest != c.Old[0]):
		// Of a divided agency that goes on, what no rule names stays with it.
		b.bad("rest", ErrRest)
		return
	}
	if !b.isNew(c.Rest) {
		b.stands("rest", c.Rest)
	}
}

func (b *builder) rules() {
	if b.c.Sort != Split {
		b.c.Rules = nil
	}
	seen := map[string]bool{}
	n := 0
	for i, r := range b.c.Rules {
		field := "rules." + strconv.Itoa(i)
		if !b.isNew(r.To) {
			b.bad(field, ErrRuleTo)
		}
		for _, code := range r.Procedures {
			if n++; seen[code] {
				b.bad(field, ErrDivided.With("code", code))
			} else if b.f.Procedure != nil && !b.f.Procedure(code) {
				b.bad(field, ErrProcedure.With("code", code))
			}
			seen[code] = true
		}
		for _, code := range r.Places {
			if n++; seen["place "+code] {
				b.bad(field, ErrDivided.With("code", code))
			} else if b.f.Place != nil && !b.f.Place(code) {
				b.bad(field, ErrPlace.With("code", code))
			}
			seen["place "+code] = true
		}
	}
	if n > MaxCodes {
		b.bad("rules", ErrTooLong.With("max", MaxCodes))
	}
	var posts []string
	for _, id := range b.c.Old {
		for _, p := range b.f.Tree.Posts(id, b.day) {
			posts = append(posts, p.ID)
		}
	}
	for _, r := range b.c.Posts {
		if !slices.Contains(posts, r.Post) || r.To != "" && !b.isNew(r.To) && r.To != b.c.Rest {
			b.bad("posts", ErrPost.With("post", r.Post))
		}
	}
	for _, r := range b.c.Units {
		if !slices.Contains(b.c.Old, r.Agency) || !b.isNew(r.To) && r.To != b.c.Rest {
			b.bad("units", ErrUnknown.With("id", string(r.To)))
		}
	}
}

// goes is where a unit of an old agency goes.
func (b *builder) goes(id agency.ID, unit string) agency.ID {
	for _, r := range b.c.Units {
		if r.Agency == id && r.Unit == unit {
			return r.To
		}
	}
	if b.ends(id) {
		return b.c.Rest
	}
	return id
}

func (b *builder) build() {
	c := b.c
	b.plan.Day = b.day
	next := map[agency.ID]*agency.Agency{} // agencies that stand from the day on with another shape
	var order []agency.ID
	change := func(id agency.ID) *agency.Agency {
		if a := next[id]; a != nil {
			return a
		}
		a, _ := b.f.Tree.At(id, b.day)
		a.From, a.Until, a.Successor = b.day, "", ""
		a.Units = slices.Clone(a.Units)
		next[id] = &a
		order = append(order, id)
		return &a
	}
	for _, n := range c.New {
		was, _ := b.f.Tree.At(n.ID, b.day)
		n.From, n.Units = b.day, slices.Clone(was.Units)
		next[n.ID] = &n
		order = append(order, n.ID)
	}
	for _, id := range c.Old {
		b.units(id, change)
	}
	for _, id := range c.Old {
		b.posts(id)
	}
	// Whoever stood below an agency that ends, or had its desk, stands below its successor.
	for _, a := range b.f.Tree.All(b.day) {
		if b.ends(a.ID) {
			continue
		}
		parent, desk := a.Parent, a.Desk
		if x := next[a.ID]; x != nil {
			parent, desk = x.Parent, x.Desk
		}
		if b.ends(parent) {
			change(a.ID).Parent = c.Rest
		}
		if b.ends(desk) {
			x := change(a.ID)
			if x.Desk = c.Rest; next[c.Rest] != nil && next[c.Rest].Desk != "" {
				x.Desk = next[c.Rest].Desk
			}
			if x.Desk == x.ID {
				x.Desk = ""
			}
		}
	}
	for _, id := range order {
		b.plan.Agencies = append(b.plan.Agencies, *next[id])
	}
	for _, id := range c.Old {
		if b.ends(id) {
			a, _ := b.f.Tree.At(id, b.day)
			a.From, a.Until, a.Successor = b.day, b.day, c.Rest
			b.plan.Agencies = append(b.plan.Agencies, a)
		}
	}
	for _, id := range c.Old {
		for _, r := range c.Rules {
			if r.To != id && len(r.Procedures)+len(r.Places) > 0 {
				b.plan.Successions = append(b.plan.Successions, agency.Succession{Old: id, New: r.To, Day: b.day, Procedures: r.Procedures, Places: r.Places})
			}
		}
		if b.ends(id) {
			b.plan.Successions = append(b.plan.Successions, agency.Succession{Old: id, New: c.Rest, Day: b.day})
		}
	}
}

// units puts the units of an old agency where they go. An id that is taken there gets the agency's name before it.
func (b *builder) units(id agency.ID, change func(agency.ID) *agency.Agency) {
	was, _ := b.f.Tree.At(id, b.day)
	for _, u := range was.Units {
		to := b.goes(id, u.ID)
		if to == id {
			continue
		}
		a := change(to)
		as := u.ID
		if slices.ContainsFunc(a.Units, func(o agency.Unit) bool { return o.ID == as }) {
			as = string(id) + "-" + u.ID
		}
		a.Units = append(a.Units, agency.Unit{ID: as, Name: u.Name})
		b.plan.Units = append(b.plan.Units, Moved{Agency: id, Unit: u.ID, To: to, As: as})
		if !b.ends(id) {
			own := change(id)
			own.Units = slices.DeleteFunc(slices.Clone(own.Units), func(o agency.Unit) bool { return o.ID == u.ID })
		}
	}
}

func (b *builder) posts(id agency.ID) {
	for _, p := range b.f.Tree.Posts(id, b.day) {
		to := id
		if p.Unit != "" {
			to = b.goes(id, p.Unit)
		} else if b.ends(id) {
			to = b.c.Rest
		}
		ends := false
		for _, r := range b.c.Posts {
			if r.Post == p.ID {
				to, ends = r.To, r.To == ""
			}
		}
		switch {
		case ends:
			p.From, p.Until = b.day, b.day
		case to == id:
			continue
		default:
			p.From, p.Until, p.Unit, p.Agency = b.day, "", b.plan.Unit(id, p.Unit, to), to
		}
		b.plan.Posts = append(b.plan.Posts, p)
	}
}

// workbook plans what a workbook brings. What it says was checked when it was read; here only what may have changed since.
func (b *builder) workbook() {
	c := b.c
	if n := len(c.New); n == 0 || n > MaxCodes {
		b.bad("new", ErrNewNumber)
	}
	for i, a := range c.New {
		field := "new." + strconv.Itoa(i)
		if _, ever := b.f.Tree.Ever(a.ID); ever || a.ID == "" {
			b.bad(field, ErrTwice.With("id", string(a.ID)))
		}
		b.code(field, a)
		a.From, a.Until, a.Successor = b.day, "", ""
		b.plan.Agencies = append(b.plan.Agencies, a)
	}
	for _, p := range c.Seats {
		if len(b.f.Tree.PostVersions(p.ID)) > 0 {
			b.bad("posts", ErrPost.With("post", p.ID))
		}
		p.From, p.Until = b.day, ""
		b.plan.Posts = append(b.plan.Posts, p)
	}
	for _, h := range c.Hours {
		h.From = b.day
		b.plan.Hours = append(b.plan.Hours, h)
	}
	at := map[string]int{}
	for _, r := range c.Resolves {
		if b.f.Procedure != nil && !b.f.Procedure(r.Procedure) {
			b.bad("rules", ErrProcedure.With("code", r.Procedure))
			continue
		}
		i, known := at[r.Procedure]
		if !known {
			named, byCommune := b.f.Competent(r.Procedure)
			if byCommune {
				continue // whoever governs the commune resolves it already
			}
			i = len(b.plan.Competent)
			at[r.Procedure] = i
			b.plan.Competent = append(b.plan.Competent, Competent{Procedure: r.Procedure, Agencies: slices.Clone(named)})
		}
		x := &b.plan.Competent[i]
		if !slices.Contains(x.Agencies, r.Agency) {
			x.Agencies = append(x.Agencies, r.Agency)
		}
	}
	if len(c.People) > 0 {
		raw, err := json.Marshal(c.People)
		if err != nil {
			panic("reorg: people cannot be written as JSON: " + err.Error())
		}
		sum := sha256.Sum256(raw)
		b.plan.Roster = hex.EncodeToString(sum[:])
	}
	if len(b.problems) > 0 {
		b.plan = Plan{}
	}
}
