package print

import (
	"fmt"
	"io"
	"iter"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// ColumnKind is the type of the cells of a column.
type ColumnKind int

// Kinds of columns and the Go values they take.
const (
	Text    ColumnKind = iota // string; always text, also when it begins with = + - @
	Number                    // int, int64, float64
	Money                     // int64 in đồng
	Day                       // time.Time, shown dd/mm/yyyy
	Instant                   // time.Time, shown hh:mm dd/mm/yyyy in Vietnamese time
)

// Column is one column of a sheet.
type Column struct {
	Title string
	Kind  ColumnKind
	Width float64 // in characters; 0 takes the default of its kind
}

// Zero times, nil and empty strings give empty cells. A value that does not
// fit its column's kind is an error, so that an export never shifts silently.
func (c Column) cell(v any) (any, error) {
	switch v := v.(type) {
	case nil:
		return nil, nil //nolint:nilnil // an empty cell is a value here
	case time.Time:
		if v.IsZero() {
			return nil, nil //nolint:nilnil // an empty cell is a value here
		}
		// Excel has no zones: the wall clock of Vietnam is stored as if it were UTC.
		l := v.In(zone)
		w := time.Date(l.Year(), l.Month(), l.Day(), l.Hour(), l.Minute(), 0, 0, time.UTC)
		switch c.Kind {
		case Day:
			return w.Truncate(24 * time.Hour), nil
		case Instant:
			return w, nil
		}
	case string:
		if c.Kind == Text {
			return clipCell(Clean(v)), nil
		}
	case int, int64, float64:
		if c.Kind == Number || c.Kind == Money {
			return v, nil
		}
	}
	return nil, fmt.Errorf("column %q cannot hold a %T", c.Title, v)
}

// clipCell keeps s within what a cell may hold (32,767 characters).
func clipCell(s string) string {
	if utf8.RuneCountInString(s) <= excelize.TotalCellChars {
		return s
	}
	return string([]rune(s)[:excelize.TotalCellChars-1]) + "…"
}

// Sheet writes rows as one xlsx sheet called name: a bold header that stays in view and
// filters, then typed cells. Rows are written as they come, so that memory
// does not grow with their text. Text cells are stored as text with the text format, so that no
// program takes them for a formula, not even after editing. It stops at
// the first error of rows.
func Sheet(w io.Writer, name string, columns []Column, rows iter.Seq2[[]any, error]) error {
	f := excelize.NewFile()
	defer func() { _ = f.Close() }() // removes spill files; the bytes are written before
	name = sheetName(name)
	if err := f.SetSheetName("Sheet1", name); err != nil {
		return fmt.Errorf("name sheet: %w", err)
	}
	// excelize stamps its own clock otherwise; an export of the same rows is the same file.
	if err := f.SetDocProps(&excelize.DocProperties{Creator: "Motcua", Title: name, Language: "vi", Created: sheetEpoch, Modified: sheetEpoch}); err != nil {
		return fmt.Errorf("sheet properties: %w", err)
	}
	st, err := sheetStyles(f)
	if err != nil {
		return err
	}
	sw, err := f.NewStreamWriter(name)
	if err != nil {
		return fmt.Errorf("open sheet: %w", err)
	}
	for i, c := range columns {
		if err := sw.SetColWidth(i+1, i+1, c.width()); err != nil {
			return fmt.Errorf("column width: %w", err)
		}
	}
	if err := sw.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return fmt.Errorf("freeze header: %w", err)
	}
	head := make([]any, len(columns))
	for i, c := range columns {
		head[i] = excelize.Cell{StyleID: st.head, Value: Clean(c.Title)}
	}
	if err := sw.SetRow("A1", head); err != nil {
		return fmt.Errorf("write header: %w", err)
	}
	line := 1
	out := make([]any, len(columns))
	for row, err := range rows {
		if err != nil {
			return err
		}
		line++
		if len(row) != len(columns) {
			return fmt.Errorf("sheet row %d has %d cells for %d columns", line, len(row), len(columns))
		}
		for i, v := range row {
			cell, err := columns[i].cell(v)
			if err != nil {
				return fmt.Errorf("sheet row %d: %w", line, err)
			}
			out[i] = excelize.Cell{StyleID: st.kind[columns[i].Kind], Value: cell}
		}
		at, err := excelize.CoordinatesToCellName(1, line)
		if err != nil {
			return fmt.Errorf("sheet row %d: %w", line, err)
		}
		if err := sw.SetRow(at, out); err != nil {
			return fmt.Errorf("sheet row %d: %w", line, err)
		}
	}
	if len(columns) > 0 { // before Flush, which writes what stands around the rows
		last, err := excelize.CoordinatesToCellName(len(columns), line)
		if err != nil {
			return fmt.Errorf("finish sheet: %w", err)
		}
		if err := f.AutoFilter(name, "A1:"+last, nil); err != nil {
			return fmt.Errorf("filter of sheet: %w", err)
		}
	}
	if err := sw.Flush(); err != nil {
		return fmt.Errorf("finish sheet: %w", err)
	}
	if err := f.Write(w); err != nil {
		return fmt.Errorf("write sheet: %w", err)
	}
	return nil
}

const sheetEpoch = "2000-01-01T00:00:00Z"

func (c Column) width() float64 {
	switch {
	case c.Width > 0:
		return min(c.Width, 255)
	case c.Kind == Instant:
		return 17
	case c.Kind == Text:
		return 28
	}
	return 13
}

type styles struct {
	head int
	kind []int // by ColumnKind
}

func sheetStyles(f *excelize.File) (styles, error) {
	formats := []string{Text: "@", Number: "#,##0.##", Money: "#,##0", Day: "dd/mm/yyyy", Instant: "hh:mm dd/mm/yyyy"}
	head, err := f.NewStyle(&excelize.Style{
		Font:      &excelize.Font{Bold: true},
		Fill:      excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"F1ECE0"}},
		Alignment: &excelize.Alignment{Vertical: "center", WrapText: true},
	})
	if err != nil {
		return styles{}, fmt.Errorf("style of sheet: %w", err)
	}
	s := styles{head: head, kind: make([]int, len(formats))}
	for kind := range formats {
		a := &excelize.Alignment{Vertical: "top", WrapText: ColumnKind(kind) == Text}
		if s.kind[kind], err = f.NewStyle(&excelize.Style{CustomNumFmt: &formats[kind], Alignment: a}); err != nil {
			return styles{}, fmt.Errorf("style of sheet: %w", err)
		}
	}
	return s, nil
}

// sheetName keeps what a sheet's name may hold: 31 characters, none of :\/?*[] and no quote at its ends.
func sheetName(s string) string {
	s = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`:\/?*[]'`+"\n", r) {
			return ' '
		}
		return r
	}, Clean(s))
	r := []rune(strings.TrimSpace(s))
	if len(r) == 0 {
		return "1"
	}
	return strings.TrimSpace(string(r[:min(len(r), 31)]))
}
