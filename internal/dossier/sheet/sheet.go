// Package sheet reads many applications for one procedure from a spreadsheet, a line each,
// and makes the empty spreadsheet to fill. The columns are the questions of the procedure's
// e-form and its papers; what a cell means is what the same words typed into the form mean.
//
// It judges nothing the form judges. It bounds what it opens: strangers make spreadsheets
// too, and one of a megabyte may unpack to gigabytes.
package sheet

import (
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/unicode/norm"

	"github.com/motcua/motcua/internal/eform"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/viet"
)

// Bounds of what is read.
const (
	MaxLines = 500
	MaxSize  = 5 << 20 // bytes as sent
	maxOpen  = 64 << 20
	maxPart  = 16 << 20
	maxCell  = 4000 // letters
	maxBlank = 200  // empty lines in a row, after which nothing is expected any more
)

// Refusals of a spreadsheet as a whole.
var (
	ErrNoSheet  = fault.New(fault.Invalid, "sheet.unreadable") // no spreadsheet, damaged, or made to harm
	ErrTooLarge = fault.New(fault.TooLarge, "sheet.too-large")
	ErrColumns  = fault.New(fault.Invalid, "sheet.columns") // columns missing or unknown
	ErrEmpty    = fault.New(fault.Invalid, "sheet.empty")
	ErrTooMany  = fault.New(fault.Invalid, "sheet.too-many")
	ErrGroup    = fault.New(fault.Conflict, "sheet.group") // the form asks for lists within a line
)

// Problems of a cell before its words are judged.
const (
	Formula = "sheet.formula"
	TooLong = "sheet.too-long"
	Count   = "sheet.count"
)

// Kind is what a column holds.
type kind int

const (
	text kind = iota
	date
	number
	choice
	checks
	yesNo
	province
	commune
	papers // number of sheets of a paper
)

// Column is one column of the spreadsheet.
type Column struct {
	Title    string // unique in the sheet
	Path     string // name of the form's input; of a paper, its component
	Required bool

	kind    kind
	form    string // of a paper: original | copy
	options []eform.Option
	hint    string
}

// Paper reports whether the column counts sheets of a paper.
func (c Column) Paper() bool { return c.kind == papers }

// Layout is the columns of a procedure's spreadsheet.
type Layout struct {
	Columns []Column
	places  eform.Places
	words   Words
}

// Words are the texts around the columns, in the reader's language.
type Words struct {
	Sheet, Help                    string // names of the two sheets
	Column, Must, Allowed, Yes, No string
	Papers                         string // before the name of a paper: "Số bản giấy"
	Province, Commune, Detail      string
	Date, Several                  string // hints
}

// Problem is what is wrong with one cell.
type Problem struct {
	Column int // index in Layout.Columns
	Code   string
}

// Line is one application as typed.
type Line struct {
	Number   int        // of the row, as the spreadsheet counts
	Values   url.Values // inputs of the form
	Papers   map[string]int
	Problems []Problem
}

// Of derives the columns from the form and the procedure.
func Of(form *eform.Compiled, v procedure.Version, places eform.Places, w Words) (Layout, error) {
	l := Layout{places: places, words: w}
	type asked struct {
		section string
		q       eform.Question
	}
	var all []asked
	titles := map[string]int{}
	for _, s := range form.Form().Layout.Sections {
		for _, q := range form.Questions(s.ID, eform.Answers{}) {
			if q.Widget == eform.Group {
				if q.Required {
					return l, ErrGroup
				}
				continue
			}
			all = append(all, asked{s.Title, q})
			titles[viet.Fold(q.Field.Label)]++
		}
	}
	for _, a := range all {
		title := a.q.Field.Label
		if titles[viet.Fold(title)] > 1 {
			title = a.section + " – " + title
		}
		l.add(title, a.q)
	}
	for _, c := range v.Components {
		if c.Note {
			continue
		}
		col := Column{Title: w.Papers + ": " + c.Name, Path: c.ID, Required: c.Required, kind: papers, form: "original"}
		if c.Originals == 0 && c.Copies > 0 {
			col.form = "copy"
		}
		l.Columns = append(l.Columns, col)
	}
	for i := range l.Columns {
		l.Columns[i].Title = unique(l.Columns[:i], one(l.Columns[i].Title))
	}
	return l, nil
}

// one puts a title into one line of bounded length.
func one(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > 120 {
		s = string(r[:119]) + "…"
	}
	return s
}

func unique(before []Column, title string) string {
	for n := 2; slices.ContainsFunc(before, func(c Column) bool { return same(c.Title, title) }); n++ {
		title = strings.TrimSuffix(title, " ("+strconv.Itoa(n-1)+")") + " (" + strconv.Itoa(n) + ")"
	}
	return title
}

func (l *Layout) add(title string, q eform.Question) {
	c := Column{Title: title, Path: q.Path, Required: q.Required && q.Shown && q.When == nil, hint: q.Field.Hint}
	switch q.Widget {
	case eform.Date:
		c.kind, c.hint = date, l.words.Date
	case eform.Number, eform.Money:
		c.kind = number
	case eform.Choice, eform.Select:
		c.kind, c.options = choice, q.Choices
	case eform.Checks:
		c.kind, c.options, c.hint = checks, q.Choices, l.words.Several
	case eform.YesNo:
		c.kind, c.options = yesNo, []eform.Option{{Value: "yes", Label: l.words.Yes}, {Value: "no", Label: l.words.No}}
	case eform.Place:
		for _, part := range q.Parts {
			p := c
			p.Path += "." + part
			switch part {
			case "province":
				p.Title, p.kind = title+": "+l.words.Province, province
			case "commune":
				p.Title, p.kind = title+": "+l.words.Commune, commune
			default:
				p.Title, p.Required = title+": "+l.words.Detail, c.Required && q.DetailRequired
			}
			l.Columns = append(l.Columns, p)
		}
		return
	}
	l.Columns = append(l.Columns, c)
}

// same compares titles as people retype them.
func same(a, b string) bool { return title(a) == title(b) }

func title(s string) string {
	return strings.TrimSpace(strings.TrimRight(strings.Join(strings.Fields(viet.Fold(s)), " "), "* "))
}

// Template writes the empty spreadsheet: one sheet to fill, one that explains it.
func (l Layout) Template(w io.Writer) error {
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	sheet, help := l.words.Sheet, l.words.Help
	if err := f.SetSheetName("Sheet1", sheet); err != nil {
		return err
	}
	if _, err := f.NewSheet(help); err != nil {
		return err
	}
	bold, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}})
	if err != nil {
		return err
	}
	asText, err := f.NewStyle(&excelize.Style{NumFmt: 49}) // text: leading zeros stay
	if err != nil {
		return err
	}
	last, err := excelize.ColumnNumberToName(max(1, len(l.Columns)))
	if err != nil {
		return err
	}
	errs := []error{
		f.SetColWidth(sheet, "A", last, 24), f.SetColStyle(sheet, "A:"+last, asText), f.SetColWidth(help, "A", "A", 50), f.SetColWidth(help, "B", "C", 60),
		f.SetPanes(sheet, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}),
		f.SetSheetRow(help, "A1", &[]any{l.words.Column, l.words.Must, l.words.Allowed}),
		f.SetCellStyle(help, "A1", "C1", bold), f.SetCellStyle(sheet, "A1", last+"1", bold),
	}
	for i, c := range l.Columns {
		at, err := excelize.CoordinatesToCellName(i+1, 1)
		if err != nil {
			return err
		}
		head, must := c.Title, l.words.No
		if c.Required {
			head, must = c.Title+" *", l.words.Yes
		}
		errs = append(errs, f.SetCellStr(sheet, at, head), f.SetSheetRow(help, fmt.Sprintf("A%d", i+2), &[]any{c.Title, must, l.allowed(c)}))
		if list := labels(c); c.kind != checks && len(list) > 0 && len(strings.Join(list, ",")) < 250 && !strings.Contains(strings.Join(list, ""), ",") {
			dv := excelize.NewDataValidation(true)
			col, _ := excelize.ColumnNumberToName(i + 1)
			dv.SetSqref(fmt.Sprintf("%s2:%s%d", col, col, MaxLines+1))
			errs = append(errs, dv.SetDropList(list), f.AddDataValidation(sheet, dv))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("template: %w", err)
	}
	return f.Write(w)
}

func labels(c Column) []string {
	out := make([]string, len(c.options))
	for i, o := range c.options {
		out[i] = o.Label
	}
	return out
}

// allowed says what a column may hold.
func (l Layout) allowed(c Column) string {
	list := strings.Join(labels(c), "; ")
	return strings.Trim(c.hint+" "+list, " ")
}

// Read opens a spreadsheet of this layout and returns its lines, blank ones left out. Columns may stand in any order;
// one that is missing, or that nobody knows, refuses the whole: a line would else be read wrongly.
func (l Layout) Read(r io.Reader) (lines []Line, err error) {
	raw, err := io.ReadAll(io.LimitReader(r, MaxSize+1))
	if err != nil {
		return nil, fmt.Errorf("read spreadsheet: %w", err)
	}
	if len(raw) > MaxSize {
		return nil, ErrTooLarge.With("max", MaxSize>>20)
	}
	f, err := openBook(raw)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	defer func() {
		if p := recover(); p != nil { // the reader of the format trusts what it reads
			lines, err = nil, ErrNoSheet.Because(fmt.Errorf("%v", p))
		}
	}()
	sheets := f.GetSheetList()
	if len(sheets) == 0 {
		return nil, ErrNoSheet
	}
	rows, err := f.Rows(sheets[0])
	if err != nil {
		return nil, ErrNoSheet.Because(err)
	}
	defer func() { _ = rows.Close() }()
	var at []int // column of the sheet → index in the layout
	blank := 0
	for n := 1; rows.Next(); n++ {
		cells, err := rows.Columns(excelize.Options{RawCellValue: true})
		if err != nil {
			return nil, ErrNoSheet.Because(err)
		}
		if at == nil {
			if at, err = l.head(cells); err != nil {
				return nil, err
			}
			continue
		}
		if strings.TrimSpace(strings.Join(cells, "")) == "" {
			if blank++; blank > maxBlank {
				break
			}
			continue
		}
		blank = 0
		if len(lines) >= MaxLines {
			return nil, ErrTooMany.With("max", MaxLines)
		}
		line, err := l.line(f, sheets[0], n, cells, at)
		if err != nil {
			return nil, err
		}
		lines = append(lines, line)
	}
	switch {
	case at == nil:
		return nil, ErrColumns.With("missing", l.Columns[0].Title)
	case len(lines) == 0:
		return nil, ErrEmpty
	}
	return lines, nil
}

// openBook opens the file within bounds.
func openBook(raw []byte) (f *excelize.File, err error) {
	defer func() {
		if p := recover(); p != nil {
			f, err = nil, ErrNoSheet.Because(fmt.Errorf("%v", p))
		}
	}()
	if f, err = excelize.OpenReader(strings.NewReader(string(raw)), excelize.Options{UnzipSizeLimit: maxOpen, UnzipXMLSizeLimit: maxPart, RawCellValue: true}); err != nil {
		return nil, ErrNoSheet.Because(err)
	}
	return f, nil
}

// head finds the columns of the layout in the first line.
func (l Layout) head(cells []string) ([]int, error) {
	at := make([]int, len(cells))
	found := make([]bool, len(l.Columns))
	var unknown []string
	for i, cell := range cells {
		at[i] = -1
		if strings.TrimSpace(cell) == "" {
			continue
		}
		n := slices.IndexFunc(l.Columns, func(c Column) bool { return same(c.Title, cell) })
		if n < 0 || found[n] {
			unknown = append(unknown, one(cell))
			continue
		}
		at[i], found[n] = n, true
	}
	var missing []string
	for i, ok := range found {
		if !ok {
			missing = append(missing, l.Columns[i].Title)
		}
	}
	if len(missing)+len(unknown) > 0 {
		return nil, ErrColumns.With("missing", few(missing)).With("unknown", few(unknown))
	}
	return at, nil
}

// few names the first of many.
func few(list []string) string {
	if len(list) == 0 {
		return "–"
	}
	if len(list) > 5 {
		return strings.Join(list[:5], "; ") + "; …"
	}
	return strings.Join(list, "; ")
}

func (l Layout) line(f *excelize.File, sheet string, n int, cells []string, at []int) (Line, error) {
	line := Line{Number: n, Values: url.Values{}, Papers: map[string]int{}}
	place := ""
	for i, cell := range cells {
		if i >= len(at) || at[i] < 0 {
			continue
		}
		c := l.Columns[at[i]]
		name, err := excelize.CoordinatesToCellName(i+1, n)
		if err != nil {
			return line, ErrNoSheet.Because(err)
		}
		wrong := func(code string) { line.Problems = append(line.Problems, Problem{Column: at[i], Code: code}) }
		if formula, err := f.GetCellFormula(sheet, name); err != nil {
			return line, ErrNoSheet.Because(err)
		} else if formula != "" {
			wrong(Formula)
			continue
		}
		s := clean(cell)
		if s == "" {
			continue
		}
		if len([]rune(s)) > maxCell {
			wrong(TooLong)
			continue
		}
		typ, err := f.GetCellType(sheet, name)
		if err != nil {
			return line, ErrNoSheet.Because(err)
		}
		numeric := typ == excelize.CellTypeNumber || typ == excelize.CellTypeUnset || typ == excelize.CellTypeDate
		switch c.kind {
		case papers:
			sheets, err := strconv.Atoi(plain(s, numeric))
			if err != nil || sheets < 0 || sheets > 999 {
				wrong(Count)
				continue
			}
			if sheets > 0 {
				line.Papers[c.Path] = sheets
			}
		case date:
			line.Values.Set(c.Path, day(s, numeric))
		case number:
			if numeric {
				s = strings.ReplaceAll(plain(s, true), ".", ",")
			}
			line.Values.Set(c.Path, s)
		case choice, yesNo:
			line.Values.Set(c.Path, value(c.options, s))
		case checks:
			for part := range strings.FieldsFuncSeq(s, func(r rune) bool { return r == ';' || r == '\n' }) {
				if part = strings.TrimSpace(part); part != "" {
					line.Values.Add(c.Path, value(c.options, part))
				}
			}
		case province:
			place = l.unit(plain(s, numeric), "")
			line.Values.Set(c.Path, place)
		case commune:
			line.Values.Set(c.Path, l.unit(plain(s, numeric), place))
		case text:
			line.Values.Set(c.Path, plain(s, numeric))
		}
	}
	return line, nil
}

// PapersOf are the papers a line counts, as handed over on paper.
func (l Layout) PapersOf(line Line) map[string]string {
	out := map[string]string{}
	for _, c := range l.Columns {
		if c.Paper() && line.Papers[c.Path] > 0 {
			out[c.Path] = c.form
		}
	}
	return out
}

// clean brings what a cell holds to what a form holds: NFC, one kind of spaces, no control characters.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\u00a0' || r == '\t':
			return ' '
		case r < 0x20 || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0xfeff || r == 0xfffd:
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(norm.NFC.String(s))
}

// plain writes a number of the spreadsheet as digits: 1.1900E11 is 119000000000.
func plain(s string, numeric bool) string {
	if !numeric || !strings.ContainsAny(s, "eE") {
		return s
	}
	n, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return s
	}
	return strconv.FormatFloat(n, 'f', -1, 64)
}

// day writes a date as it is typed into a form: a day of the spreadsheet's own, 2026-03-05, or as typed.
func day(s string, numeric bool) string {
	if numeric {
		if n, err := strconv.ParseFloat(s, 64); err == nil && n >= 1000 && n < 200_000 && len(s) > 4 {
			if t, err := excelize.ExcelDateToTime(n, false); err == nil {
				return t.Format("02/01/2006")
			}
		}
	}
	if t, err := time.Parse(time.DateOnly, s); err == nil {
		return t.Format("02/01/2006")
	}
	return s
}

// value is the option that was named by its label or its value; anything else stays for the form to refuse.
func value(options []eform.Option, s string) string {
	for _, o := range options {
		if o.Value == s || same(o.Label, s) {
			return o.Value
		}
	}
	return s
}

// unit is the code of a place that was named by its code or its name; a commune within its province.
func (l Layout) unit(s, in string) string {
	if l.places == nil {
		return s
	}
	if _, ok := l.places.Unit(s); ok {
		return s
	}
	list := l.places.Provinces()
	if in != "" {
		list = l.places.Communes(in)
	}
	for _, u := range list {
		if same(u.Name, s) {
			return u.Code
		}
	}
	return s
}
