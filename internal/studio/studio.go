// Package studio is where a province's configuration is written: drafts of definitions as
// text, proposed by one person and published by another from a date, with the difference
// said in words. It does no I/O.
//
// A change set holds documents, each the text of one file of a pack (processes/ID.yaml,
// forms/ID.yaml, procedures/CODE.yaml, templates/PATH, agencies.yaml …). Its journal keeps
// every saving, who did it, when and why; nothing that was published is ever rewritten, a
// return to the former text is a publication of its own.
//
// An editor of one kind of document works like this:
//
//	d, err := svc.Doc(ctx, by, set, studio.Key{Kind: studio.Process, ID: "cap-xa"})
//	// d.Text is the YAML of the set, or what is in force when the set has none of it yet.
//	// Edit it: read it with svc.Read…, or as text; write it with pack.YAML(value).
//	d.Text = changed
//	d, err = svc.Save(ctx, by, set, d, "note of the person") // d.Version as it was read
//	problems, err := svc.Problems(ctx, by, set)               // of the whole configuration with the set
//
// Save refuses with ErrStale when somebody saved the document meanwhile, and keeps any text
// that is within the bounds: a half-done draft may be wrong, only a proposal may not.
package studio

import (
	"crypto/sha256"
	"encoding/hex"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/journal"
)

// CaseKind is the kind of case a change set is.
const CaseKind = "change_set"

// Kind says what a document defines.
type Kind string

// Kinds of documents. Those after Template stand once, as whole documents.
const (
	Process   Kind = "process"
	Form      Kind = "form"
	Procedure Kind = "procedure"
	Template  Kind = "template"
	Province  Kind = "province" // head of the pack: the province, its general form and process
	Agencies  Kind = "agencies"
	Posts     Kind = "posts"
	Hours     Kind = "hours"
	Rights    Kind = "rights"
	Routing   Kind = "routing"
	Synonyms  Kind = "synonyms"
)

// Kinds lists all kinds in the order of screens.
var Kinds = []Kind{Procedure, Form, Process, Template, Agencies, Posts, Hours, Rights, Routing, Synonyms, Province}

// folders of kinds that stand many times, and files of those that stand once.
var (
	folders = map[Kind]string{Process: "processes", Form: "forms", Procedure: "procedures", Template: "templates"}
	files   = map[Kind]string{
		Province: "pack.yaml", Agencies: "agencies.yaml", Posts: "posts.yaml", Hours: "hours.yaml", Rights: "rights.yaml",
		Routing: "routing.yaml", Synonyms: "synonyms.txt",
	}
)

// Known reports whether there is such a kind.
func (k Kind) Known() bool { return slices.Contains(Kinds, k) }

// Whole reports whether the kind stands once: its documents have no id.
func (k Kind) Whole() bool { return files[k] != "" }

// Key names a document: kind and id. The id of a whole document is empty.
type Key struct {
	Kind Kind   `json:"kind"`
	ID   string `json:"id,omitempty"`
}

// Path is the file of a pack that holds the document.
func (k Key) Path() string {
	if f := files[k.Kind]; f != "" {
		return f
	}
	if k.Kind == Template {
		return path.Join(folders[k.Kind], k.ID)
	}
	return path.Join(folders[k.Kind], k.ID+".yaml")
}

// String is the path, for people who know packs.
func (k Key) String() string { return k.Path() }

// Valid reports whether the key can name a document: a known kind, and an id that stays in its folder.
func (k Key) Valid() bool {
	switch {
	case !k.Kind.Known():
		return false
	case k.Kind.Whole():
		return k.ID == ""
	case k.ID == "" || len(k.ID) > MaxID || strings.ContainsFunc(k.ID, func(r rune) bool { return r <= ' ' || r == '\\' || r == 0x7f }):
		return false
	case k.Kind != Template:
		return !strings.Contains(k.ID, "/") && path.Clean(k.ID) == k.ID && !strings.HasPrefix(k.ID, ".")
	}
	return path.Clean("/"+k.ID) == "/"+k.ID && !strings.HasPrefix(k.ID, ".")
}

// KeyOf is the document that a file of a pack holds.
func KeyOf(file string) (Key, bool) {
	for kind, f := range files {
		if f == file {
			return Key{Kind: kind}, true
		}
	}
	dir, rest, ok := strings.Cut(file, "/")
	if !ok {
		return Key{}, false
	}
	for kind, f := range folders {
		if f != dir {
			continue
		}
		if kind != Template {
			if rest, ok = strings.CutSuffix(rest, ".yaml"); !ok {
				return Key{}, false
			}
		}
		k := Key{Kind: kind, ID: rest}
		return k, k.Valid()
	}
	return Key{}, false
}

// Bounds.
const (
	MaxText  = 1 << 20 // bytes of one document, as in packs
	MaxID    = 120
	MaxDocs  = 500 // documents of one set
	MaxWords = 500 // runes of a title, a note, a reason
)

// Doc is a document as it stands in a change set, or in force when Version is 0.
type Doc struct {
	Key
	Text    string // YAML as in packs; text for templates and synonyms
	Base    string // digest of the content it was made from; empty: it is new
	Former  string // TextDigest of what it was made from; empty: it is new
	Gone    bool   // the set takes it out of force
	Version int64  // counts the savings of the document in this set
	Author  journal.Actor
	At      time.Time
	Note    string
}

// TextDigest names a text: its sha-256, hex.
func TextDigest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// Scope says where and how long a publication holds. The zero Scope is the whole province, for good.
type Scope struct {
	Only  []agency.ID `json:"only,omitempty"`  // pilot: competent agencies; empty: all
	Until string      `json:"until,omitempty"` // pilot: last day and one, yyyy-mm-dd; empty: until it is ended
	Stays bool        `json:"stays,omitempty"` // applications begun before may be filed as they are; else they move
}

// Pilot reports whether the publication is a trial that stands beside what is in force.
func (s Scope) Pilot() bool { return len(s.Only) > 0 || s.Until != "" }

// Refusals. Codes are keys of lang (error.<code>).
var (
	ErrNotFound   = fault.New(fault.NotFound, "studio.not-found")
	ErrKey        = fault.New(fault.Invalid, "studio.key") // no document can have this name
	ErrTitle      = fault.New(fault.Invalid, "studio.title-needed")
	ErrWhy        = fault.New(fault.Invalid, "studio.why-needed")
	ErrTooLong    = fault.New(fault.Invalid, "studio.text-too-long") // Args: max
	ErrTooLarge   = fault.New(fault.TooLarge, "studio.too-large")    // Args: max
	ErrTooMany    = fault.New(fault.Invalid, "studio.too-many")      // Args: max
	ErrNotText    = fault.New(fault.Invalid, "studio.not-text")
	ErrState      = fault.New(fault.Conflict, "studio.state")         // the set is in a state that does not allow it
	ErrStale      = fault.New(fault.Stale, "studio.stale")            // somebody saved or acted first
	ErrEmpty      = fault.New(fault.Conflict, "studio.empty")         // nothing differs from what is in force
	ErrProblems   = fault.New(fault.Conflict, "studio.problems")      // the whole check found something; Args: count
	ErrMoved      = fault.New(fault.Conflict, "studio.moved")         // what a document was made from is no longer in force; Args: path
	ErrSecond     = fault.New(fault.Conflict, "studio.second-person") // who wrote or proposed does not publish
	ErrDay        = fault.New(fault.Invalid, "studio.day")            // no day, or before today
	ErrPilotKind  = fault.New(fault.Invalid, "studio.pilot-kind")     // only procedures, forms and processes have pilots; Args: path
	ErrPilotWhere = fault.New(fault.Invalid, "studio.pilot-where")    // no such agency; Args: agency
	ErrPilotUntil = fault.New(fault.Invalid, "studio.pilot-until")    // ends before it begins
	ErrPilotRuns  = fault.New(fault.Conflict, "studio.pilot-runs")    // another pilot of the document is not over; Args: path
	ErrNoPilot    = fault.New(fault.Conflict, "studio.no-pilot")      // there is no pilot to end
)
