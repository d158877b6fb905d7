package casefile

import (
	"time"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/fault"
)

// Things of a case that an officer opens (View.What).
const (
	ViewCase  = "case"  // its page, with all it holds
	ViewPaper = "paper" // a file; Thing is the beginning of its hash
	ViewPrint = "print" // a printed form; Thing is its name
	ViewReuse = "reuse" // a file taken over into another case, on the person's word; Thing as for ViewPaper
)

// View is one opening of a person's case by an officer: what the person may ask about. It names no personal data of
// the person: files by hash, forms by name.
type View struct {
	Case   string
	Person string // who looked
	Post   string
	Agency agency.ID
	What   string
	Thing  string
	At     time.Time // the first time within its hour
}

// Hour is the hour of the instant: openings of one thing by one person within it are one.
func (v View) Hour() time.Time { return v.At.UTC().Truncate(time.Hour) }

// ThingOf is how a file is named in a View.
func ThingOf(hash string) string { return hash[:min(len(hash), 16)] }

// ErrUnlogged refuses to show a case whose reading cannot be put on record.
var ErrUnlogged = fault.New(fault.Unavailable, "case.unlogged")
