package opencps

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/motcua/motcua/internal/viet"
)

// Bounds of a spreadsheet. Master data of one ministry has some thousand rows.
const (
	MaxFile    = 8 << 20
	maxContent = 32 << 20 // of content.xml, unpacked
	maxEntries = 500
	maxDeep    = 64
	maxCells   = 400_000
	maxColumns = 64
	maxRows    = 20_000
	maxCell    = 32 << 10
)

// Refusals of files that are not read at all.
var (
	ErrTooLarge = errors.New("opencps: the spreadsheet is too large")
	ErrFormat   = errors.New("opencps: not an OpenDocument spreadsheet")
	ErrDoctype  = errors.New("opencps: the spreadsheet declares a document type; entities are not expanded")
)

// sheet is one table of the file; cells hold text, merged ones the text of where they begin.
type sheet struct {
	name string
	rows [][]string
	line []int // number of each row as people count, from 1
}

const (
	nsTable  = "urn:oasis:names:tc:opendocument:xmlns:table:1.0"
	nsText   = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
	nsOffice = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
)

// unpack returns content.xml of the file within the bounds.
func unpack(raw []byte) ([]byte, error) {
	if len(raw) > MaxFile {
		return nil, ErrTooLarge
	}
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	if len(z.File) > maxEntries {
		return nil, fmt.Errorf("%w: more than %d entries", ErrTooLarge, maxEntries)
	}
	for _, f := range z.File {
		if f.Name != "content.xml" {
			continue
		}
		r, err := f.Open()
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrFormat, err)
		}
		defer r.Close()
		out, err := io.ReadAll(io.LimitReader(r, maxContent+1)) // what the header says of the size is not believed
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrFormat, err)
		}
		if len(out) > maxContent {
			return nil, fmt.Errorf("%w: content larger than %d bytes", ErrTooLarge, maxContent)
		}
		return out, nil
	}
	return nil, fmt.Errorf("%w: no content.xml", ErrFormat)
}

// reader builds sheets from the tokens of content.xml.
type reader struct {
	sheets  []sheet
	cur     *sheet
	row     []string
	number  int // of the row being read
	repeat  int // how often the row stands
	col     int
	cell    strings.Builder
	width   int // how often the cell stands
	span    [2]int
	value   string
	inCell  bool
	covered bool
	spans   map[[2]int]string // row, column → text of the merged cell that covers it
	cells   int
	skip    int // depth below an element whose text is not the cell's
}

// sheetsOf reads all tables of a spreadsheet.
func sheetsOf(raw []byte) ([]sheet, error) {
	content, err := unpack(raw)
	if err != nil {
		return nil, err
	}
	dec := xml.NewDecoder(bytes.NewReader(content))
	r := &reader{}
	deep, tables := 0, 0
	for {
		tok, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrFormat, err)
		}
		switch t := tok.(type) {
		case xml.Directive:
			return nil, ErrDoctype
		case xml.StartElement:
			if deep++; deep > maxDeep {
				return nil, fmt.Errorf("%w: nested deeper than %d", ErrTooLarge, maxDeep)
			}
			if t.Name.Space == nsTable && t.Name.Local == "table" {
				if tables++; tables > maxEntries {
					return nil, fmt.Errorf("%w: more than %d tables", ErrTooLarge, maxEntries)
				}
			}
			r.start(t)
		case xml.EndElement:
			deep--
			if err := r.end(t.Name); err != nil {
				return nil, err
			}
		case xml.CharData:
			if r.inCell && r.skip == 0 && r.cell.Len() < maxCell {
				r.cell.Write(t)
			}
		}
	}
	if tables == 0 {
		return nil, fmt.Errorf("%w: no tables", ErrFormat)
	}
	return r.sheets, nil
}

func attribute(e xml.StartElement, space, name string) string {
	for _, a := range e.Attr {
		if a.Name.Space == space && a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// count reads a repetition: at least one.
func count(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		return 1
	}
	return n
}

func (r *reader) start(e xml.StartElement) {
	if r.skip > 0 {
		r.skip++
		return
	}
	switch {
	case e.Name.Space == nsTable && e.Name.Local == "table":
		r.sheets = append(r.sheets, sheet{name: attribute(e, nsTable, "name")})
		r.cur, r.number, r.spans = &r.sheets[len(r.sheets)-1], 1, map[[2]int]string{}
	case r.cur == nil:
	case e.Name.Space == nsTable && e.Name.Local == "table-row":
		r.row, r.col, r.repeat = nil, 0, count(attribute(e, nsTable, "number-rows-repeated"))
	case e.Name.Space == nsTable && (e.Name.Local == "table-cell" || e.Name.Local == "covered-table-cell"):
		r.inCell, r.covered = true, e.Name.Local == "covered-table-cell"
		r.cell.Reset()
		r.width = count(attribute(e, nsTable, "number-columns-repeated"))
		r.span = [2]int{count(attribute(e, nsTable, "number-rows-spanned")), count(attribute(e, nsTable, "number-columns-spanned"))}
		r.value = attribute(e, nsOffice, "value")
	case !r.inCell:
	case e.Name.Space == nsOffice && e.Name.Local == "annotation":
		r.skip = 1
	case e.Name.Space == nsText && e.Name.Local == "p":
		if r.cell.Len() > 0 {
			r.cell.WriteByte('\n')
		}
	case e.Name.Space == nsText && (e.Name.Local == "line-break" || e.Name.Local == "tab" || e.Name.Local == "s"):
		r.cell.WriteByte(map[string]byte{"line-break": '\n', "tab": '\t', "s": ' '}[e.Name.Local])
	}
}

func (r *reader) end(name xml.Name) error {
	if r.skip > 0 {
		r.skip--
		return nil
	}
	if name.Space != nsTable || r.cur == nil {
		return nil
	}
	switch name.Local {
	case "table":
		r.cur = nil
	case "table-cell", "covered-table-cell":
		r.inCell = false
		text := strings.TrimSpace(viet.NFC(r.cell.String()))
		if text == "" {
			text = r.value
		}
		for range min(r.width, maxColumns-r.col) {
			if text == "" && r.covered {
				r.put(r.spans[[2]int{r.number, r.col}])
				continue
			}
			for dr := range min(r.span[0], 200) {
				for dc := range min(r.span[1], maxColumns) {
					if text != "" && (dr > 0 || dc > 0) && len(r.spans) < maxRows {
						r.spans[[2]int{r.number + dr, r.col + dc}] = text
					}
				}
			}
			r.put(text)
		}
	case "table-row":
		return r.endRow()
	}
	return nil
}

func (r *reader) put(text string) {
	r.row = append(r.row, text)
	r.col++
}

// endRow keeps the row as often as it stands, unless it is empty.
func (r *reader) endRow() error {
	for len(r.row) > 0 && r.row[len(r.row)-1] == "" {
		r.row = r.row[:len(r.row)-1]
	}
	if len(r.row) == 0 {
		if r.number < 1<<30 {
			r.number += min(r.repeat, 1<<21)
		}
		return nil
	}
	if r.repeat > maxRows || len(r.cur.rows) > maxRows {
		return fmt.Errorf("%w: more than %d rows in %s", ErrTooLarge, maxRows, r.cur.name)
	}
	for range r.repeat {
		if r.cells += len(r.row); r.cells > maxCells {
			return fmt.Errorf("%w: more than %d cells", ErrTooLarge, maxCells)
		}
		r.cur.rows = append(r.cur.rows, r.row)
		r.cur.line = append(r.cur.line, r.number)
		r.number++
	}
	return nil
}

// table is a sheet whose columns are known by their names.
type table struct {
	*sheet
	columns map[string]int // key of the column → index
	first   int            // index of the first row below the head
}

// column says by which titles a column is known. Titles are compared without tones, case and punctuation.
type column struct {
	key    string
	titles []string
}

func plain(s string) string { return strings.Join(viet.Tokens(viet.Fold(s)), " ") }

// find returns the sheet with the name, read by its head. The head is the row that knows most of the titles,
// and the row below it when that one goes on naming columns: the groups of a head are merged cells.
func find(all []sheet, name string, columns []column) (table, bool) {
	for i := range all {
		if plain(strings.ReplaceAll(all[i].name, "_", " ")) != plain(name) {
			continue
		}
		t := table{sheet: &all[i], columns: map[string]int{}}
		best := 0
		for r := range min(len(t.rows), 10) {
			if n := len(titles(t.rows[r], columns)); n > best {
				best, t.first = n, r+1
			}
		}
		if best == 0 {
			return t, true
		}
		t.columns = titles(t.rows[t.first-1], columns)
		if t.first < len(t.rows) {
			below := titles(t.rows[t.first], columns)
			if more := len(below); more > 0 && more >= filled(t.rows[t.first])/2 {
				for k, c := range below {
					t.columns[k] = c
				}
				t.first++
			}
		}
		return t, true
	}
	return table{}, false
}

func filled(row []string) int {
	n := 0
	for _, c := range row {
		if c != "" {
			n++
		}
	}
	return n
}

// titles finds the columns that a row names; the first with a title has it.
func titles(row []string, columns []column) map[string]int {
	out := map[string]int{}
	for i, text := range row {
		p := plain(text)
		for _, c := range columns {
			if _, taken := out[c.key]; taken {
				continue
			}
			for _, title := range c.titles {
				if p == plain(title) {
					out[c.key] = i
				}
			}
		}
	}
	return out
}

// record is one row of a table.
type record struct {
	t    table
	row  int
	line int
}

// records are the rows below the head.
func (t table) records() []record {
	var out []record
	for i := t.first; i < len(t.rows); i++ {
		out = append(out, record{t, i, t.line[i]})
	}
	return out
}

// get is the text of a column; empty when the sheet has none such.
func (r record) get(key string) string {
	i, ok := r.t.columns[key]
	if !ok || i >= len(r.t.rows[r.row]) {
		return ""
	}
	return r.t.rows[r.row][i]
}

// one is get with line ends as blanks.
func (r record) one(key string) string { return strings.Join(strings.Fields(r.get(key)), " ") }

// is reports whether a column is ticked.
func (r record) is(key string) bool {
	switch plain(r.get(key)) {
	case "x", "co", "true", "1", "yes":
		return true
	}
	return false
}
