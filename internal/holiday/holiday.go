// Package holiday changes the working calendar after its year was announced: a storm closes the offices tomorrow, a
// swap is decided in the week before, a day off is taken back. What such a change does to dates that were already
// promised is judged for every running dossier, shown before anything is decided, and applied as one act whose exact
// list can be opened for good. It does no I/O.
//
// The act is a case of its own, "calendar_change": its journal holds the days, who decided, on what basis, the digest
// of what they saw, every dossier touched with its old and its new date, and how the application went.
package holiday

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/deadline"
	"github.com/motcua/motcua/internal/fault"
)

// Kind is the kind of case this package is about.
const Kind = "calendar_change"

// Refusals. Codes are keys of lang (error.<code>).
var (
	ErrNotFound  = fault.New(fault.NotFound, "holiday.not-found")
	ErrNoDays    = fault.New(fault.Invalid, "holiday.no-days")
	ErrTooMany   = fault.New(fault.Invalid, "holiday.too-many-days") // Args: most
	ErrTwice     = fault.New(fault.Invalid, "holiday.day-twice")     // Args: date
	ErrSame      = fault.New(fault.Invalid, "holiday.same")          // the day is already so; Args: date
	ErrName      = fault.New(fault.Invalid, "holiday.name-needed")
	ErrBasis     = fault.New(fault.Invalid, "holiday.basis-needed")
	ErrPublished = fault.New(fault.Invalid, "holiday.published")
	ErrTooLong   = fault.New(fault.Invalid, "holiday.text-too-long") // Args: max
	// ErrChanged: what the change does is no longer what the person saw.
	ErrChanged = fault.New(fault.Conflict, "holiday.preview-changed")
	ErrStale   = fault.New(fault.Stale, "holiday.stale")
)

// Bounds of one change.
const (
	MaxDays = 60
	MaxText = 500 // runes of one text
)

// Command is a change of the calendar as a person states it.
type Command struct {
	Off       []calendar.Date // weekdays that are no longer worked, weekend days no longer made up
	Work      []calendar.Date // weekend days worked, days off taken back
	Name      string          // what the days are, as explanations say it
	NameEn    string          // optional
	Basis     string          // the notice that announced it
	Published calendar.Date   // when it was announced
	Note      string          // for the record, optional
}

// Days checks the command against the calendar in force and returns the exceptions it makes, by date. today is the
// local day of the decision.
func (c Command) Days(now *calendar.Calendar, today calendar.Date) ([]calendar.Exception, error) {
	for _, t := range []struct {
		text   *string
		absent *fault.Error
	}{{&c.Name, ErrName}, {&c.NameEn, nil}, {&c.Basis, ErrBasis}, {&c.Note, nil}} {
		*t.text = strings.TrimSpace(*t.text)
		if *t.text == "" && t.absent != nil {
			return nil, t.absent
		}
		if utf8.RuneCountInString(*t.text) > MaxText {
			return nil, ErrTooLong.With("max", MaxText)
		}
	}
	switch n := len(c.Off) + len(c.Work); {
	case n == 0:
		return nil, ErrNoDays
	case n > MaxDays:
		return nil, ErrTooMany.With("most", MaxDays)
	case c.Published.IsZero() || c.Published.After(today):
		return nil, ErrPublished
	}
	var out []calendar.Exception
	add := func(dates []calendar.Date, kind calendar.Kind) error {
		for _, d := range dates {
			k, err := now.Kind(d)
			if err != nil {
				return err
			}
			if slices.ContainsFunc(out, func(e calendar.Exception) bool { return e.Date == d }) {
				return ErrTwice.With("date", d.String())
			}
			if k.Worked() == (kind == calendar.Work) {
				return ErrSame.With("date", d.String())
			}
			out = append(out, calendar.Exception{Date: d, Kind: kind, Name: c.Name, NameEn: c.NameEn, Basis: c.Basis, Published: c.Published})
		}
		return nil
	}
	if err := add(c.Off, calendar.Off); err != nil {
		return nil, err
	}
	if err := add(c.Work, calendar.Work); err != nil {
		return nil, err
	}
	if off, work := len(c.Off), len(c.Work); off == work {
		// As many days off as made up: a swap, pair by pair. The made-up day keeps the hours of the one it replaces.
		for i := range off {
			out[i].Swap, out[off+i].Swap = out[off+i].Date, out[i].Date
		}
	}
	slices.SortFunc(out, func(a, b calendar.Exception) int { return a.Date.Compare(b.Date) })
	return out, nil
}

// Candidate is a dossier whose clock runs, as far as a change of the calendar needs to know it.
type Candidate struct {
	Dossier string
	Code    string
	Agency  agency.ID // competent to resolve: its hours count
	Clock   deadline.Clock
	Due     deadline.Due // in force
}

// Line is what a change does to one dossier.
type Line struct {
	Dossier string           `json:"d"`
	Code    string           `json:"c"`
	Agency  agency.ID        `json:"a"`
	Old     time.Time        `json:"o"` // promised before
	New     time.Time        `json:"n"` // computed under the changed calendar; when moved, the date that holds
	Verdict deadline.Verdict `json:"v"`
}

// Counts are the lines of a change by verdict.
type Counts struct {
	Moved     int `json:"moved"`
	Kept      int `json:"kept"`
	Untouched int `json:"untouched"`
}

// Count counts lines by verdict.
func Count(lines []Line) (c Counts) {
	for _, l := range lines {
		c.add(l.Verdict)
	}
	return c
}

func (c *Counts) add(v deadline.Verdict) {
	switch v {
	case deadline.Moved:
		c.Moved++
	case deadline.Kept:
		c.Kept++
	case deadline.Untouched:
		c.Untouched++
	}
}

// ByAgency counts lines by agency and verdict.
func ByAgency(lines []Line) map[agency.ID]Counts {
	out := map[agency.ID]Counts{}
	for _, l := range lines {
		c := out[l.Agency]
		c.add(l.Verdict)
		out[l.Agency] = c
	}
	return out
}

// Envs are the clocks of an agency before and after a change.
type Envs func(id agency.ID, at time.Time) (before, after deadline.Env, err error)

// Judge tells what a change does to one dossier; ok is false when none of its days lies between the start of the
// clock and the promised day, so that nothing is touched.
func Judge(c Candidate, days []calendar.Exception, envs Envs, at time.Time, basis string) (l Line, ok bool, err error) {
	from, to := calendar.DateOf(c.Due.Base), calendar.DateOf(c.Due.At)
	if !slices.ContainsFunc(days, func(e calendar.Exception) bool { return !e.Date.Before(from) && !e.Date.After(to) }) {
		return Line{}, false, nil
	}
	before, after, err := envs(c.Agency, c.Clock.Base)
	if err != nil {
		return Line{}, false, err
	}
	// The policy that the date was promised under goes on.
	before.Policy, after.Policy = c.Due.Policy, c.Due.Policy
	r, err := deadline.Revise(c.Clock, c.Due.At, deadline.Change{Before: before, After: after, At: at, Basis: basis})
	if err != nil {
		return Line{}, false, fmt.Errorf("dossier %s: %w", c.Dossier, err)
	}
	return Line{Dossier: c.Dossier, Code: c.Code, Agency: c.Agency, Old: c.Due.At.UTC(), New: r.New.At.UTC(), Verdict: r.Verdict}, true, nil
}

// Sort orders lines as they are shown and recorded: what moves first, then by agency and code.
func Sort(lines []Line) {
	rank := map[deadline.Verdict]int{deadline.Moved: 0, deadline.Kept: 1, deadline.Untouched: 2}
	slices.SortFunc(lines, func(a, b Line) int {
		if n := rank[a.Verdict] - rank[b.Verdict]; n != 0 {
			return n
		}
		if n := strings.Compare(string(a.Agency), string(b.Agency)); n != 0 {
			return n
		}
		if n := strings.Compare(a.Code, b.Code); n != 0 {
			return n
		}
		return strings.Compare(a.Dossier, b.Dossier)
	})
}

// Preview is what a change would do, as one person saw it.
type Preview struct {
	ID      string               `json:"id"`
	Person  string               `json:"person"`
	At      time.Time            `json:"at"`
	Command Command              `json:"command"`
	Days    []calendar.Exception `json:"days"`
	Lines   []Line               `json:"lines"`
}

// Digest is the sha-256, in hexadecimal, of the days and of everything the preview says about dossiers.
func (p Preview) Digest() string {
	h := sha256.New()
	for _, d := range p.Days {
		fmt.Fprintf(h, "%s %s %q %q %q %s %s\n", d.Date, d.Kind, d.Name, d.NameEn, d.Basis, d.Published, d.Swap)
	}
	for _, l := range p.Lines {
		fmt.Fprintln(h, l.Dossier, l.Agency, l.Old.UnixMicro(), l.New.UnixMicro(), l.Verdict)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Difference is one dossier about which two previews say different things; the one that does not list it is nil.
type Difference struct {
	Code      string
	Then, Now *Line
}

// Differences compares what was seen with what holds now, by code.
func Differences(seen, now []Line) []Difference {
	then := make(map[string]*Line, len(seen))
	for i := range seen {
		then[seen[i].Dossier] = &seen[i]
	}
	var out []Difference
	for i := range now {
		l := &now[i]
		t := then[l.Dossier]
		delete(then, l.Dossier)
		if t == nil || !t.Old.Equal(l.Old) || !t.New.Equal(l.New) || t.Verdict != l.Verdict || t.Agency != l.Agency {
			out = append(out, Difference{Code: l.Code, Then: t, Now: l})
		}
	}
	for _, t := range then {
		out = append(out, Difference{Code: t.Code, Then: t})
	}
	slices.SortFunc(out, func(a, b Difference) int { return strings.Compare(a.Code, b.Code) })
	return out
}
