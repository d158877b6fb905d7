// Package law holds what the decrees on the one-stop mechanism decide, as rule sets
// with dates: which agency's code a dossier carries, how long each answer may take,
// how often papers may be asked for, which forms are printed.
//
// A dossier keeps the rule set it was accepted under (RuleSet.ID in its events); a later
// decree never rewrites it. Facts that could not be read in the text itself are listed in
// RuleSet.Unsure and may be replaced by configuration (Book.Overlay), never by code.
// The instruments are listed in docs/law/index.md; a test holds every citation in the
// code against that list. The package does no I/O besides the embedded rule sets.
package law

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/fault"
)

// Party says whose agency code stands before a dossier's number.
type Party string

// Parties of a code.
const (
	Receiving Party = "receiving" // the desk that received
	Resolving Party = "resolving" // the agency competent to resolve
	Portal    Party = "portal"    // the National Portal
)

// RuleSet is the law on dossiers from From until Until (exclusive; zero while in force).
// Limits are texts of package deadline; empty means the law sets none.
// Values are shared: never write into their slices.
type RuleSet struct {
	ID          string        `json:"id"`     // "nd118-2025"
	Decree      string        `json:"decree"` // id in docs/law/index.md
	Name        string        `json:"name"`   // as cited on papers
	From        calendar.Date `json:"from"`
	Until       calendar.Date `json:"until,omitzero"`
	Instruments []string      `json:"instruments"`

	Code       CodeRule       `json:"code"`
	Online     OnlineRule     `json:"online"`
	Supplement SupplementRule `json:"supplement"`
	Apology    ApologyRule    `json:"apology"`
	Paper      PaperRule      `json:"paper"`
	Forms      FormSet        `json:"forms"`

	Rating RatingRule `json:"rating"`

	CorrectionWithin string `json:"correction_within,omitempty"` // wrong result through the agency's fault
	MoneyWithin      string `json:"money_within,omitempty"`      // online money to the budget
	Anywhere         bool   `json:"anywhere,omitempty"`          // any desk of the province receives any procedure

	// Unsure names the members above whose values are defaults nobody has read in the text.
	Unsure []string `json:"unsure,omitempty"`
}

// CodeRule says whose code a dossier carries.
type CodeRule struct {
	Prefix       Party `json:"prefix"`
	GroupDirect  Party `json:"group_direct"` // a linked group filed at a desk
	GroupOnline  Party `json:"group_online"` // a linked group filed online
	SerialDigits int   `json:"serial_digits"`
}

// OnlineRule is what an online submission may expect.
type OnlineRule struct {
	AlertMinutes     int    `json:"alert_minutes,omitempty"` // clock minutes until the receiving officer is alerted; 0 = none
	AnswerWithin     string `json:"answer_within,omitempty"` // acceptance or supplement request
	FullByDefault    bool   `json:"full_by_default,omitempty"`
	NotifyEachChange bool   `json:"notify_each_change,omitempty"`
	OutageNotice     string `json:"outage_notice,omitempty"` // public notice before a planned outage
}

// SupplementRule says how papers may be asked for again.
type SupplementRule struct {
	Rounds         int    `json:"rounds"`                    // per stage, without a basis of its own
	AskWithin      string `json:"ask_within"`                // from receipt, when found incomplete at appraisal
	Restart        bool   `json:"restart"`                   // the limit counts afresh once complete
	CompleteWithin string `json:"complete_within,omitempty"` // after the notice; then the desk closes the dossier
}

// ApologyRule says how a date may be moved when it cannot be kept.
type ApologyRule struct {
	DaysBefore int `json:"days_before"` // calendar days before the due date, at the latest
	Times      int `json:"times"`
}

// RatingRule is what a person is asked after the result was returned. The overall judgement is always asked.
type RatingRule struct {
	Set   string   `json:"set"`   // instrument whose criteria these are
	Items []string `json:"items"` // criteria beside it, in the order of asking
}

// PaperRule says when paper moves on from the desk.
type PaperRule struct {
	Cutoff           calendar.Minute `json:"cutoff"` // received later: at the start of the next working day
	OtherLevelWithin string          `json:"other_level_within,omitempty"`
}

// FormSet is the printed forms of one circular.
type FormSet struct {
	ID   string `json:"id"`
	List []Form `json:"list"`
}

// Form is one printed form.
type Form struct {
	Key    string `json:"key"` // receipt, supplement_request, refusal_slip, apology_letter, stop_notice, control_slip, dossier_register
	Number string `json:"number"`
	Name   string `json:"name"`
	Paper  string `json:"paper"` // A5 or A4
}

// Form returns the form with the key, if the set has it.
func (f FormSet) Form(key string) (Form, bool) {
	i := slices.IndexFunc(f.List, func(x Form) bool { return x.Key == key })
	if i < 0 {
		return Form{}, false
	}
	return f.List[i], true
}

// Template is the path of the set's wording below the templates of a pack: "tt-03-2025.yaml".
func (f FormSet) Template() string {
	id := strings.ToLower(f.ID)
	n := strings.IndexFunc(id, func(r rune) bool { return r >= '0' && r <= '9' })
	if n > 0 {
		id = id[:n] + "-" + id[n:]
	}
	return id + ".yaml"
}

// Book is rule sets in order of time, without gap. It is immutable.
type Book struct{ sets []RuleSet }

// Read reads the rule sets of a book. The error is a *fault.Error of kind Invalid with
// Args reason.
func Read(b []byte) (Book, error) {
	var sets []RuleSet
	if err := strict(b, &sets); err != nil {
		return Book{}, err
	}
	return newBook(sets)
}

func newBook(sets []RuleSet) (Book, error) {
	bad := fault.New(fault.Invalid, "law.rules")
	if len(sets) == 0 {
		return Book{}, bad.With("reason", "no rule set")
	}
	ids := map[string]bool{}
	for i, s := range sets {
		last := i == len(sets)-1
		switch {
		case s.ID == "" || ids[s.ID]:
			return Book{}, bad.With("reason", fmt.Sprintf("id %q is empty or used twice", s.ID))
		case s.From.IsZero(), s.Until.IsZero() != last, !last && !s.From.Before(s.Until):
			return Book{}, bad.With("reason", s.ID+": from and until")
		case !last && sets[i+1].From != s.Until:
			return Book{}, bad.With("reason", fmt.Sprintf("%s ends %s, %s starts %s", s.ID, s.Until, sets[i+1].ID, sets[i+1].From))
		case s.Supplement.Rounds < 1, s.Apology.Times < 0, s.Online.AlertMinutes < 0, s.Code.SerialDigits < 4, s.Code.SerialDigits > 7:
			return Book{}, bad.With("reason", s.ID+": a number out of range")
		}
		for _, p := range [...]Party{s.Code.Prefix, s.Code.GroupDirect, s.Code.GroupOnline} {
			if p != Receiving && p != Resolving && p != Portal {
				return Book{}, bad.With("reason", fmt.Sprintf("%s: party %q", s.ID, p))
			}
		}
		for i, x := range s.Rating.Items {
			if x == "" || slices.Contains(s.Rating.Items[:i], x) {
				return Book{}, bad.With("reason", fmt.Sprintf("%s: criterion %q of ratings is empty or stands twice", s.ID, x))
			}
		}
		ids[s.ID] = true
	}
	return Book{sets}, nil
}

// Overlay returns a book in which members named in b replace those of the rule sets with
// the same id; b is a JSON list of {"id": …, members}. Facts listed as unsure are
// corrected this way, on a date, without a build.
func (b Book) Overlay(patch []byte) (Book, error) {
	var parts []json.RawMessage
	if err := strict(patch, &parts); err != nil {
		return Book{}, err
	}
	own, err := json.Marshal(b.sets)
	if err != nil {
		return Book{}, fmt.Errorf("copy rule sets: %w", err)
	}
	var sets []RuleSet
	if err := json.Unmarshal(own, &sets); err != nil {
		return Book{}, fmt.Errorf("copy rule sets: %w", err)
	}
	for _, part := range parts {
		var head struct {
			ID string `json:"id"`
		}
		if err := json.Unmarshal(part, &head); err != nil {
			return Book{}, fault.New(fault.Invalid, "law.rules").With("reason", err.Error())
		}
		i := slices.IndexFunc(sets, func(s RuleSet) bool { return s.ID == head.ID })
		if i < 0 {
			return Book{}, fault.New(fault.Invalid, "law.rules").With("reason", fmt.Sprintf("no rule set %q", head.ID))
		}
		if err := strict(part, &sets[i]); err != nil {
			return Book{}, err
		}
	}
	return newBook(sets)
}

func strict(b []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	err := d.Decode(into)
	if err == nil && d.More() {
		err = errors.New("text after the end")
	}
	if err != nil {
		return fault.New(fault.Invalid, "law.rules").With("reason", err.Error()).Because(err)
	}
	return nil
}

// At returns the rule set in force on a day. Days before the first set get the first:
// earlier law is not kept, see docs/law/divergences.md.
func (b Book) At(d calendar.Date) RuleSet {
	for i := len(b.sets) - 1; i > 0; i-- {
		if !d.Before(b.sets[i].From) {
			return b.sets[i]
		}
	}
	return b.sets[0]
}

// ByID returns the rule set a dossier was pinned to.
func (b Book) ByID(id string) (RuleSet, bool) {
	i := slices.IndexFunc(b.sets, func(s RuleSet) bool { return s.ID == id })
	if i < 0 {
		return RuleSet{}, false
	}
	return b.sets[i], true
}

// Sets returns the rule sets in order of time.
func (b Book) Sets() []RuleSet { return slices.Clone(b.sets) }

//go:embed rulesets.json
var standard []byte

// Standard is the book built in.
var Standard = func() Book {
	b, err := Read(standard)
	if err != nil {
		panic(err)
	}
	return b
}()

// Configure replaces members of the built-in rule sets by those of patch (see Overlay): how a province corrects a fact
// that is listed as unsure. It is called once, before anything is decided, never while dossiers are served.
func Configure(patch []byte) error {
	b, err := Read(standard)
	if err != nil {
		return err
	}
	if b, err = b.Overlay(patch); err != nil {
		return err
	}
	Standard = b
	return nil
}

// At is Standard.At.
func At(d calendar.Date) RuleSet { return Standard.At(d) }

// ByID is Standard.ByID.
func ByID(id string) (RuleSet, bool) { return Standard.ByID(id) }
