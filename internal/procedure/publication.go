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
	ErrNothingWaits   = &fault.Error{Kind: fault.Conflict, Code: "procedure.publish-nothing"} // nothing to put in force
)
