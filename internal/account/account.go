// Package account holds who people are to the product: the person, the way they sign
// in, the posts they hold with dates, the sessions they have open and the journal of
// their sign-ins. It does no I/O; accountdb keeps the rows, accountweb shows the pages.
//
// One rule to know: a person signs in, a post acts. Rights never belong to a person;
// they come from the roles of the post that the session stands in today, so a holding
// that ends takes its rights with it at midnight, whoever is still signed in.
//
// What a citizen says about themselves at registration is a claim, not an identity:
// the identity level stays Unverified until somebody has checked it. Nothing that
// belongs to a personal number may be shown to an account that only claims it.
package account

import (
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/fault"
)

// Kind tells which door a person comes through.
type Kind string

// Kinds of account. One human being who is both has two accounts: what they file for
// themselves must not meet the rights of their post.
const (
	Officer Kind = "officer"
	Citizen Kind = "citizen"
)

// IdentityLevel says how well the product knows that a person is who they say.
type IdentityLevel int

// Identity levels. Electronic identification (VNeID) adds its own when it is connected.
const (
	Unverified     IdentityLevel = 0 // typed by the person, checked by nobody
	CheckedAtDesk  IdentityLevel = 1 // an officer saw the identity card
	ElectronicIDOK IdentityLevel = 2 // confirmed by the electronic identity system
)

// Person is somebody with an account.
type Person struct {
	ID       string
	Kind     Kind
	Name     string // NFC, as written on papers
	SignIn   string // lower case; citizens sign in with their personal number
	Number   string // personal number, 12 digits, citizens only; a claim at level Unverified
	Birth    string // yyyy-mm-dd or empty
	Phone    string // digits, starting with 0
	Email    string
	Address  string
	Identity IdentityLevel
	Created  time.Time
	Blocked  time.Time // zero: may sign in
}

// Credential is what a person proves themselves with. The zero value lets nobody in.
type Credential struct {
	Person     string
	Hash       string // PHC text of argon2id with its parameters
	Set        time.Time
	MustChange bool // handed out by somebody else: good for choosing an own one, for nothing more
}

// Manner is how a post is held.
type Manner string

// Manners of holding a post.
const (
	Appointed Manner = "appointed"
	Acting    Manner = "acting"   // quyền: holds it until somebody is appointed
	StandIn   Manner = "stand_in" // does the work of the holder who is away, by a decision
)

// Holding says that a person holds a post between two dates.
type Holding struct {
	ID       string
	Person   string
	Post     string // id of the post
	Manner   Manner
	For      string // id of the person stood in for; empty unless Manner is StandIn
	Decision string // number of the decision that gives it, as written; may be empty
	From     string // yyyy-mm-dd, local day; empty: always
	Until    string // yyyy-mm-dd, exclusive; empty: open
}

// Holds reports whether the holding stands on the local day (yyyy-mm-dd).
func (h Holding) Holds(day string) bool { return within(h.From, h.Until, day) }

func within(from, until, day string) bool {
	return (from == "" || from <= day) && (until == "" || day < until)
}

// Posts answers what posts are and what roles may do. The published pack stands
// behind it; answers may change between calls.
type Posts interface {
	// Post returns the post with the id, false when there is none.
	Post(id string) (agency.Post, bool)
	// AgencyName returns the agency's name as shown, the id's text when unknown.
	AgencyName(id agency.ID) string
	// RightsOf lists what a role may do; nothing for an unknown role.
	RightsOf(role string) []access.Permission
}

// Held is a holding with what the screens say about it.
type Held struct {
	Holding
	Seat   agency.Post
	Agency string // name of the agency
	// ForName names on whose behalf the post is held by delegation; empty for one's own.
	ForName string
}

// AdministratorPost is a seat that every installation has, also before its first
// pack is published, so that the first administrator has somewhere to stand.
const AdministratorPost = "quan-tri-he-thong"

// administratorRights are those of AdministratorPost while no pack gives the role any:
// enough to load a pack and to make people, nothing about anybody's dossier.
var administratorRights = []access.Permission{
	access.AccountAdmin, access.SystemWatch, access.CatalogueRead, access.CatalogueEdit, access.CataloguePublish,
}

// builtin adds AdministratorPost to posts that do not know it.
type builtin struct{ Posts }

func (b builtin) Post(id string) (agency.Post, bool) {
	if p, ok := b.Posts.Post(id); ok || id != AdministratorPost {
		return p, ok
	}
	return agency.Post{ID: AdministratorPost, Title: "Quản trị hệ thống", Roles: []string{access.RoleAdmin}}, true
}

func (b builtin) RightsOf(role string) []access.Permission {
	if r := b.Posts.RightsOf(role); len(r) > 0 || role != access.RoleAdmin {
		return r
	}
	return administratorRights
}

// held lists the holdings that stand on the day in posts that stand on the day, in
// the order given.
func held(holdings []Holding, posts Posts, day string) []Held {
	var out []Held
	for _, h := range holdings {
		if !h.Holds(day) {
			continue
		}
		seat, ok := posts.Post(h.Post)
		if !ok || !within(seat.From, seat.Until, day) {
			continue
		}
		out = append(out, Held{Holding: h, Seat: seat, Agency: posts.AgencyName(seat.Agency)})
	}
	return out
}

// ActorOf builds who acts: a citizen as themselves, an officer in the post (which must
// be among the held ones, else the actor is known but may do nothing).
func ActorOf(p Person, post string, standing []Held, posts Posts) access.Actor {
	a := access.Actor{Person: p.ID, Name: p.Name, Rights: access.Rights{}}
	if p.Kind == Citizen {
		a.Citizen = true
		a.Roles = []string{access.RoleCitizen}
	} else {
		for _, h := range standing {
			if h.Post == post {
				a.Post, a.PostTitle = h.Seat.ID, h.Seat.Title
				a.Agency, a.Unit = h.Seat.Agency, h.Seat.Unit
				a.Roles = h.Seat.Roles
				break
			}
		}
	}
	for _, role := range a.Roles {
		for _, p := range posts.RightsOf(role) {
			a.Rights[p] = true
		}
	}
	return a
}

// Refusals of the slice. Their texts are error.<code> in lang/account.*.json.
var (
	// ErrNotSignedIn: there is no session, or it has ended.
	ErrNotSignedIn = fault.New(fault.Unauthenticated, "account.not-signed-in")
	// ErrWrongSignIn: unknown name, wrong password, blocked or without a password; one answer for all.
	ErrWrongSignIn = fault.New(fault.Invalid, "account.wrong-sign-in")
	// ErrTooManyAttempts carries {seconds} until the next attempt is looked at.
	ErrTooManyAttempts = fault.New(fault.TooMany, "account.too-many-attempts")
	// ErrBusy: more passwords wait for a processor than can be answered in time.
	ErrBusy = fault.New(fault.Unavailable, "account.busy")
	// ErrNoPerson: there is no such person.
	ErrNoPerson = fault.New(fault.NotFound, "account.no-person")
	// ErrNoSession: there is no such session of this person.
	ErrNoSession = fault.New(fault.NotFound, "account.no-session")
	// ErrPostNotHeld: the person does not hold the post today.
	ErrPostNotHeld = fault.New(fault.NotFound, "account.post-not-held")
	// ErrSignInTaken: another person has the sign-in name.
	ErrSignInTaken = fault.New(fault.Conflict, "account.sign-in-taken")
	// ErrWrongPassword: the present password was not repeated rightly.
	ErrWrongPassword = fault.New(fault.Invalid, "account.wrong-password")
	// ErrInvalid carries one Field per input that cannot be accepted.
	ErrInvalid = fault.New(fault.Invalid, "account.invalid")
)

func localDay(t time.Time) string { return t.In(calendar.Zone).Format(time.DateOnly) }
