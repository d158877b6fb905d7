package procedure

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/motcua/motcua/internal/fault"
)

// States of a stored version.
const (
	Draft     = "draft"     // waits for a publication
	Published = "published" // in force between its dates
	HeadOnly  = "listed"    // a list names it, nothing more is known
)

// Stored is a version as the store keeps it, with its state.
type Stored struct {
	*Version
	State string
}

// WaitingVersion is the heading of a draft of a procedure.
type WaitingVersion struct {
	Code, Name, Sector, Ministry string
	Number                       int    // 1: was never in force
	From                         string // its own date, if it states one
	Digest                       string
}

// WaitingDocument is a draft of something that packs configure besides procedures.
type WaitingDocument struct {
	Kind, ID string
	Number   int    // 1: was never in force
	From     string // its own date, if it states one
	Digest   string
}

// Waiting is everything that the next publication puts in force.
type Waiting struct {
	Versions  []WaitingVersion
	Documents []WaitingDocument
}

// Empty reports whether nothing waits.
func (w Waiting) Empty() bool { return len(w.Versions)+len(w.Documents) == 0 }

// Sum names exactly what waits, so that nobody publishes what they have not seen.
func (w Waiting) Sum() string {
	h := sha256.New()
	for _, v := range w.Versions {
		fmt.Fprintf(h, "procedure\x00%s\x00%d\x00%s\n", v.Code, v.Number, v.Digest)
	}
	for _, d := range w.Documents {
		fmt.Fprintf(h, "%s\x00%s\x00%d\x00%s\n", d.Kind, d.ID, d.Number, d.Digest)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Publication is a decision to put everything that waits in force. It is kept with the reports of imports.
type Publication struct {
	Key    string `json:"key"`    // idempotency key: the same decision twice has one effect
	From   string `json:"from"`   // local day, yyyy-mm-dd
	Seen   string `json:"seen"`   // Waiting.Sum of what the person saw
	Person string `json:"person"` // id of the account
	Name   string `json:"name"`
	Post   string `json:"post"` // title of the post

	// Outcome, filled by the store.
	Procedures int   `json:"procedures"`
	Documents  int   `json:"documents"`
	Revision   int64 `json:"revision"`
}

// ImportReport is what was kept of one import or publication, as JSON.
type ImportReport struct {
	ID   string
	At   time.Time
	JSON string
}

// Refusals of a publication.
var (
	ErrWaitingChanged = &fault.Error{Kind: fault.Stale, Code: "procedure.waiting-changed"}    // what waits is not what the person saw
	ErrKeyReused      = &fault.Error{Kind: fault.Conflict, Code: "procedure.publish-key"}     // the key stands for another decision
	ErrPublishPast    = &fault.Error{Kind: fault.Invalid, Code: "procedure.publish-past"}     // begins before today
	ErrSecondPerson   = &fault.Error{Kind: fault.Conflict, Code: "procedure.second-person"}   // who proposed does not publish
	ErrProposalStale  = &fault.Error{Kind: fault.Stale, Code: "procedure.proposal-stale"}     // somebody else changed the wording meanwhile
	ErrNothingNew     = &fault.Error{Kind: fault.Invalid, Code: "procedure.nothing-new"}      // the wording is the one before
	ErrNothingWaits   = &fault.Error{Kind: fault.Conflict, Code: "procedure.publish-nothing"} // nothing to put in force
)

// TemplateVersion is a stored version of a wording, a draft or published.
type TemplateVersion struct {
	Path        string
	Number      int
	State       string // Draft or Published
	From, Until string
	Digest      string
	Origin      string // who brought it: "pack:…", or FromPerson of an account
	Text        string
	At          time.Time // of its last change
}

// Proposal is a wording that somebody wants to see published.
type Proposal struct {
	Path   string
	Text   string
	Base   string // digest of the newest version that the person saw; empty: none was published
	Person string // account
}

// FromPerson is the origin of what a person wrote in the room of the catalogue.
func FromPerson(account string) string { return "person:" + account }

// Kinds of documents that packs configure besides procedures.
const (
	KindHome     = "province"
	KindGeneral  = "general"
	KindAgency   = "agency"
	KindPost     = "post"
	KindHours    = "hours"
	KindRights   = "rights"
	KindRouting  = "routing"
	KindSynonyms = "synonyms"
	KindForm     = "form"
	KindProcess  = "process"
	KindTemplate = "template"
	KindCalendar = "calendar" // days announced for one year; the id is the year
)

// Document is one configured thing as a pack brings it. From and Until are its own dates, if it states any.
type Document struct {
	Kind, ID    string
	From, Until string
	Value       any // written as JSON
}

// StoredDocument is a configured thing as the catalogue keeps it.
type StoredDocument struct {
	Kind, ID    string
	Number      int
	Digest      string // SumOf its value
	From, Until string // when it is in force
	Origin      string // who brought it: "pack:demo"
	Content     string // JSON
}

// Configuration is everything that stands on a day, as it was brought: what an export writes and what drafts are
// made from. Pilots are not in it.
type Configuration struct {
	Revision  int64
	Versions  []*Version // by code; their dates are those of the catalogue
	Documents []StoredDocument
}
