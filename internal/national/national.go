// Package national reads the national catalogue of administrative procedures as it is
// crawled and exported, and the lists of administrative units, into values of ours.
// It does no I/O of its own: callers hand in readers.
//
// The sources are pages flattened to text, so much has to be taken apart again. What
// cannot be understood stays verbatim and is marked; nothing is guessed. A bad line is
// reported with file, line and reason, and the rest goes on.
package national

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/procedure"
)

// Reasons of marks on imported versions: the keys that pages and reports translate.
const (
	LimitNoUnit         = "limit.no-unit"            // a number, but not of what
	LimitNoMeaning      = "limit.no-meaning"         // a number or words that are no time limit: 0, "trước khi tàu cập cảng"
	LimitMissing        = "limit.missing"            // the source says that it has no information
	LimitPlainHours     = "limit.plain-hours"        // "giờ" without "làm việc": read as working hours, which nobody confirmed
	LimitNoteDiffers    = "limit.note-differs"       // the column says days, the description working days
	CellsGlued          = "channel.cells-glued"      // two numbers run together: 120,000 may be 1 | 20,000
	ChannelsUnreadable  = "channels.unreadable"      // no row of the table could be told apart
	ChannelUnknown      = "channel.unknown"          // a way of submission with another name
	FeeUnclear          = "fee.amount-unclear"       // the amount contradicts its description, or is no plausible amount
	FeeForeign          = "fee.foreign-currency"     // stated in another currency
	FeeConditional      = "fee.free-with-conditions" // "free" in the column, conditions in the description
	FeeMissing          = "fee.missing"              // the source says that it has no information
	ComponentsMisplaced = "components.misplaced"     // other text stands where the papers should
	ComponentsMissing   = "components.missing"       // no papers at all
	QuantityUnclear     = "component.quantity-unclear"
	TemplateUnsplit     = "component.template-unsplit" // a form file is named, but not where its name begins
	BasesMisplaced      = "bases.misplaced"
	BasisNoNumber       = "basis.no-number"
	ResultsMisplaced    = "results.misplaced"
	ResultsMissing      = "results.missing"
	LevelUnknown        = "level.unknown"
)

// Kind is what a file holds, recognised by its content.
type Kind string

// Kinds of files.
const (
	Crawl      Kind = "procedures.jsonl"  // one page per line, cells run together
	Structured Kind = "structured.jsonl"  // one page per line, in tables
	List       Kind = "list.xlsx"         // headings exported from the portal
	Units      Kind = "units.json"        // provinces and communes in force
	Mapping    Kind = "units-mapping.csv" // what old communes became
	OldUnits   Kind = "units-before.csv"  // communes before a reform
	Unknown    Kind = "unknown"
)

// Bad is a line that could not be read. Line counts from 1; 0 means the whole file.
type Bad struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Reason string `json:"reason"`
}

// String writes "file:line: reason".
func (b Bad) String() string { return fmt.Sprintf("%s:%d: %s", b.File, b.Line, b.Reason) }

// maxBad bounds the list of bad lines in a report; their number is always exact.
const maxBad = 1000

// Source counts one file.
type Source struct {
	File     string `json:"file"`
	Kind     Kind   `json:"kind"`
	Read     int    `json:"read"`     // lines or rows that hold something
	Accepted int    `json:"accepted"` // of which understood
	Bad      int    `json:"bad"`
}

// Report says everything that an import did. The store fills Imported, Changed and Unchanged.
type Report struct {
	Sources    []Source       `json:"sources"`
	Read       int            `json:"read"`
	Procedures int            `json:"procedures"` // with content, fit to be offered
	Marked     int            `json:"marked"`     // of which carry at least one mark
	Marks      map[string]int `json:"marks"`      // by reason
	ListOnly   int            `json:"list_only"`  // known by heading only, not offered
	Confirmed  int            `json:"confirmed"`  // list rows whose code has content
	Differing  int            `json:"differing"`  // of which with another name or sector
	Provinces  int            `json:"provinces"`
	Communes   int            `json:"communes"`
	Mappings   int            `json:"mappings"`

	Imported  int `json:"imported"`  // new
	Changed   int `json:"changed"`   // new version of a known code
	Unchanged int `json:"unchanged"` // same content as the last import

	PlacesWritten int `json:"places_written"` // units and changes that were not known

	Bad      int   `json:"bad"`
	BadLines []Bad `json:"bad_lines"`
}

// Import is everything read from a set of files. Order of files does not matter.
type Import struct {
	Versions []*procedure.Version // with content, by code
	Listed   []*procedure.Version // headings without content, by code; marked content.missing
	Places   []agency.Place
	Changes  []agency.PlaceChange
	Report   Report
}

// Reader collects files into one Import.
type Reader struct {
	report   Report
	versions map[string]*procedure.Version
	listed   map[string]*procedure.Version
	units    units
}

// NewReader returns an empty Reader.
func NewReader() *Reader {
	return &Reader{
		versions: map[string]*procedure.Version{}, listed: map[string]*procedure.Version{},
		units:  units{places: map[string]agency.Place{}, changes: map[string]agency.PlaceChange{}},
		report: Report{Marks: map[string]int{}, BadLines: []Bad{}, Sources: []Source{}},
	}
}

// file is the file being read.
type file struct {
	r   *Reader
	src Source
}

func (f *file) bad(line int, format string, args ...any) {
	f.src.Bad++
	f.r.report.Bad++
	if len(f.r.report.BadLines) < maxBad {
		f.r.report.BadLines = append(f.r.report.BadLines, Bad{f.src.File, line, fmt.Sprintf(format, args...)})
	}
}

// accept keeps a version; the first of several with one code stays.
func (f *file) accept(line int, v *procedure.Version) {
	if _, seen := f.r.versions[v.Code]; seen {
		f.bad(line, "code %s was read before; the first stays", v.Code)
		return
	}
	f.src.Accepted++
	f.r.versions[v.Code] = v
}

// Result returns what was read so far.
func (r *Reader) Result() *Import {
	rep := r.report
	imp := &Import{}
	rep.Marks = map[string]int{}
	for _, v := range r.versions {
		imp.Versions = append(imp.Versions, v)
		if len(v.Marks) > 0 {
			rep.Marked++
		}
		for _, m := range v.Marks {
			rep.Marks[m.Reason]++
		}
	}
	for code, l := range r.listed {
		v, ok := r.versions[code]
		if !ok {
			imp.Listed = append(imp.Listed, l)
			rep.ListOnly++
			continue
		}
		rep.Confirmed++
		if procedure.Slug(v.Name) != procedure.Slug(l.Name) || procedure.Slug(v.Sector) != procedure.Slug(l.Sector) {
			rep.Differing++
		}
	}
	byCode := func(a, b *procedure.Version) int { return strings.Compare(a.Code, b.Code) }
	slices.SortFunc(imp.Versions, byCode)
	slices.SortFunc(imp.Listed, byCode)
	rep.Procedures = len(imp.Versions)
	for _, v := range imp.Versions {
		v.Digest = v.Sum()
	}
	for _, v := range imp.Listed {
		v.Digest = v.Sum()
	}
	imp.Places, imp.Changes = r.units.result()
	for _, p := range imp.Places {
		switch {
		case p.Until != "":
		case p.Parent == "":
			rep.Provinces++
		default:
			rep.Communes++
		}
	}
	rep.Mappings = r.units.rows
	slices.SortStableFunc(rep.BadLines, func(a, b Bad) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
	imp.Report = rep
	return imp
}
