// Package access says who acts and what they may do. People act in posts: rights
// come from the roles of the post, and the scope from its agency. Checks are pure.
//
// What a person may not open does not exist for them: callers answer a refused
// read exactly as an absent one.
package access

import (
	"slices"

	"github.com/motcua/motcua/internal/agency"
)

// Permission is a right to one kind of act or view.
type Permission string

// Permissions known to the product. Roles map to them in the pack's rights.yaml.
const (
	DossierIntake    Permission = "dossier.intake"   // record an application on behalf of a person at the counter
	DossierAccept    Permission = "dossier.accept"   // accept, refuse, ask for a supplement at reception
	DossierRead      Permission = "dossier.read"     // open dossiers of the agency
	DossierReadAll   Permission = "dossier.read_all" // open every dossier of the province
	DossierHandle    Permission = "dossier.handle"   // note, forward, submit up, ask for a supplement at appraisal
	DossierAssign    Permission = "dossier.assign"   // choose who handles, move work between posts of the unit
	DossierDecide    Permission = "dossier.decide"   // approve or decline
	DossierResult    Permission = "dossier.result"   // number and attach the result, release it
	DossierReturn    Permission = "dossier.return"   // hand the result to the applicant
	DossierErase     Permission = "dossier.erase"    // remove the personal data of an ended dossier, on a legal basis
	RatingRead       Permission = "rating.read"      // scores of officers: of the own agency, of all with dossier.read_all, then single ratings too
	DossierFile      Permission = "dossier.file"     // file an application for oneself (citizens)
	CatalogueRead    Permission = "catalogue.read"   // see versions, drafts and import reports
	CatalogueEdit    Permission = "catalogue.edit"   // import and propose versions
	CataloguePublish Permission = "catalogue.publish"
	AccountAdmin     Permission = "account.admin" // people, posts, resets
	SystemWatch      Permission = "system.watch"  // jobs, checks, metrics pages
)

// Actor is the person who acts, in the post they act in. The zero Actor is a stranger.
type Actor struct {
	Person    string // id of the person; empty for a stranger
	Name      string // as shown on screens
	Post      string // id of the post; empty for citizens
	PostTitle string
	Agency    agency.ID
	Unit      string
	Roles     []string
	Rights    Rights
	Behalf    string // id of the person whose post it is, when acting by delegation
	Citizen   bool   // signed in as a citizen or organisation
	System    bool   // the product itself: timers, imports
}

// Rights is a set of permissions.
type Rights map[Permission]bool

// Role names that processes and work queues refer to.
const (
	RoleCitizen   = "citizen"
	RoleReceiving = "receiving_officer"
	RoleOfficer   = "case_officer"
	RoleDivision  = "division_head"
	RoleHead      = "agency_head"
	RoleClerk     = "clerk"
	RoleControl   = "procedure_control"
	RoleAdmin     = "administrator"
)

// May reports whether the actor holds the permission.
func (a Actor) May(p Permission) bool { return a.System || a.Rights[p] }

// HasRole reports whether the actor's post carries the role.
func (a Actor) HasRole(role string) bool { return slices.Contains(a.Roles, role) }

// SignedIn reports whether the actor is known.
func (a Actor) SignedIn() bool { return a.Person != "" || a.System }

// Officer reports whether the actor acts in a post.
func (a Actor) Officer() bool { return a.Post != "" }
