package calendar

import (
	_ "embed"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/motcua/motcua/internal/fault"
)

// RowError says which line of a calendar file cannot be read and why.
type RowError struct {
	File   string
	Line   int    // from 1, the head line included
	Code   string // key of the reason: calendar.csv-…
	Detail string // the words that could not be read
}

func (e *RowError) Error() string {
	return fmt.Sprintf("%s:%d: %s %q", e.File, e.Line, e.Code, e.Detail)
}

// most a calendar file may hold; a century of holidays is a tenth of it.
const (
	maxRows  = 20_000
	maxBytes = 4 << 20
)

// kindNames are the words for kinds in files: ours, and those of open holiday data.
var kindNames = map[string]Kind{
	"off": Off, "holiday": Off, "day_off_swapped": Off, "closure": Off,
	"work": Work, "makeup_working_saturday": Work, "makeup_working_day": Work,
}

var isoDate = regexp.MustCompile(`\d{4}-\d{2}-\d{2}`)

// ParseCSV reads a calendar from a file with a head line. Columns may stand in any order:
//
//	date       yyyy-mm-dd
//	kind       off, holiday, day_off_swapped, closure; work, makeup_working_saturday
//	name       what the day is, Vietnamese or a known English name
//	name_en    optional
//	source     optional (or "basis"): the notice, or where it was read
//	confirmed  optional, 1 or 0
//	swap       optional, the other day of a swap; else the date within name
//	published  optional
//
// A year counts as covered when the file has a day off in it, or when a comment line
// "# years: 2018-2026" says so; the comment then decides alone. name identifies the
// calendar and the file in errors.
//
// The error joins one *fault.Error of kind Invalid (code calendar.csv, Args file,
// line, reason of the first bad line) with a *RowError for every bad line.
func ParseCSV(name string, r io.Reader) (*Calendar, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read calendar %s: %w", name, err)
	}
	p := csvReader{file: name}
	if len(b) > maxBytes {
		p.fail(1, "calendar.csv-too-long", "")
		return nil, p.error()
	}
	text := strings.TrimPrefix(string(b), "\ufeff")
	years, said := p.years(text)
	rows := p.rows(text)
	if !said {
		for _, e := range rows {
			if e.Kind == Off {
				years = append(years, e.Date.Year())
			}
		}
		if len(years) == 0 && len(p.bad) == 0 {
			p.fail(1, "calendar.csv-no-years", "")
		}
	}
	if len(p.bad) > 0 {
		return nil, p.error()
	}
	return New(name, years, rows)
}

type csvReader struct {
	file string
	bad  []error
}

func (p *csvReader) fail(line int, code, detail string) {
	p.bad = append(p.bad, &RowError{File: p.file, Line: line, Code: code, Detail: clip(detail)})
}

func (p *csvReader) error() error {
	first := p.bad[0].(*RowError) //nolint:errorlint,forcetypeassert // only fail appends
	f := fault.New(fault.Invalid, "calendar.csv").
		With("file", first.File).With("line", first.Line).With("reason", first.Code).With("text", first.Detail)
	return errors.Join(append([]error{f}, p.bad...)...)
}

// years reads the comment that says which years are complete.
func (p *csvReader) years(text string) (years []int, said bool) {
	line := 0
	for l := range strings.Lines(text) {
		line++
		rest, ok := strings.CutPrefix(strings.TrimSpace(l), "# years:")
		if !ok {
			continue
		}
		said = true
		for part := range strings.SplitSeq(rest, ",") {
			first, last, ranged := strings.Cut(strings.TrimSpace(part), "-")
			if !ranged {
				last = first
			}
			from, errA := strconv.Atoi(strings.TrimSpace(first))
			to, errB := strconv.Atoi(strings.TrimSpace(last))
			if errA != nil || errB != nil || from < firstYear || to > lastYear || from > to {
				p.fail(line, "calendar.csv-years", part)
				continue
			}
			for y := from; y <= to; y++ {
				years = append(years, y)
			}
		}
	}
	return years, said
}

func (p *csvReader) rows(text string) []Exception {
	r := csv.NewReader(strings.NewReader(text))
	r.Comment = '#'
	r.FieldsPerRecord = -1
	r.TrimLeadingSpace = true
	head, err := r.Read()
	if err != nil {
		p.fail(1, "calendar.csv-head", "")
		return nil
	}
	col := map[string]int{}
	for i, h := range head {
		col[strings.ToLower(strings.TrimSpace(h))] = i
	}
	for _, need := range [...]string{"date", "kind", "name"} {
		if _, ok := col[need]; !ok {
			line, _ := r.FieldPos(0)
			p.fail(line, "calendar.csv-column", need)
		}
	}
	if len(p.bad) > 0 {
		return nil
	}
	var rows []Exception
	seen := map[Date]int{}
	for n := 0; ; n++ {
		rec, err := r.Read()
		if errors.Is(err, io.EOF) {
			return rows
		}
		if err != nil {
			line := 0
			if pe, ok := errors.AsType[*csv.ParseError](err); ok {
				line = pe.Line
			}
			p.fail(line, "calendar.csv-quote", "")
			return nil
		}
		line, _ := r.FieldPos(0)
		if n >= maxRows {
			p.fail(line, "calendar.csv-too-long", "")
			return nil
		}
		e, ok := p.row(line, func(name string) string {
			if i, ok := col[name]; ok && i < len(rec) {
				return strings.TrimSpace(rec[i])
			}
			return ""
		})
		if !ok {
			continue
		}
		if before := seen[e.Date]; before > 0 {
			p.fail(line, "calendar.csv-day-twice", fmt.Sprintf("%s (%d)", e.Date, before))
			continue
		}
		seen[e.Date] = line
		rows = append(rows, e)
	}
}

func (p *csvReader) row(line int, field func(string) string) (Exception, bool) {
	bad := len(p.bad)
	date := func(text string) Date {
		if text == "" {
			return Date{}
		}
		d, err := ParseDate(text)
		if err != nil || d.Year() < firstYear || d.Year() > lastYear {
			p.fail(line, "calendar.csv-date", text)
			return Date{}
		}
		return d
	}
	e := Exception{Date: date(field("date")), Published: date(field("published")), Swap: date(field("swap"))}
	if e.Date.IsZero() && len(p.bad) == bad {
		p.fail(line, "calendar.csv-date", "")
	}
	kind, ok := kindNames[strings.ToLower(field("kind"))]
	if !ok {
		p.fail(line, "calendar.csv-kind", field("kind"))
	}
	e.Kind = kind
	name := field("name")
	if name == "" {
		p.fail(line, "calendar.csv-name", "")
	}
	if e.Swap.IsZero() {
		if d, err := ParseDate(isoDate.FindString(name)); err == nil {
			e.Swap = d
		}
	}
	e.Name, e.NameEn = bothNames(name)
	if en := field("name_en"); en != "" {
		e.NameEn = en
	}
	if e.Basis = field("source"); e.Basis == "" {
		e.Basis = field("basis")
	}
	switch c := strings.ToLower(field("confirmed")); c {
	case "", "1", "true", "yes":
	case "0", "false", "no":
		e.Unconfirmed = true
	default:
		p.fail(line, "calendar.csv-confirmed", c)
	}
	return e, len(p.bad) == bad
}

//go:embed vn-civil.csv
var civilCSV string

// Civil is the calendar of Vietnam's civil service, 2018 to 2026, with the notice
// behind each day.
var Civil = func() *Calendar {
	c, err := ParseCSV("vn-civil", strings.NewReader(civilCSV))
	if err != nil {
		panic(err)
	}
	return c
}()

// BadRows returns the bad lines behind an error of ParseCSV, in order.
func BadRows(err error) []*RowError {
	var rows []*RowError
	if joined, ok := err.(interface{ Unwrap() []error }); ok { // ParseCSV joins at the top
		for _, e := range joined.Unwrap() {
			if r, ok := errors.AsType[*RowError](e); ok {
				rows = append(rows, r)
			}
		}
	}
	return slices.Clip(rows)
}
