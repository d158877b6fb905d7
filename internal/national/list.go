package national

import (
	"io"
	"strings"

	"github.com/xuri/excelize/v2"

	"github.com/motcua/motcua/internal/procedure"
)

// columns of a list, by their headings.
var columns = []string{"Mã số", "Tên", "Cơ quan ban hành", "Cơ quan thực hiện", "Lĩnh vực"}

// list reads an exported list: a title row, a header row, then one procedure per row. A list gives no
// more than the heading, so it confirms what is known and names what is not.
func (f *file) list(in io.Reader) error {
	book, err := excelize.OpenReader(io.LimitReader(in, maxSheet), excelize.Options{
		RawCellValue: true, UnzipSizeLimit: 256 << 20, UnzipXMLSizeLimit: 64 << 20,
	})
	if err != nil {
		f.bad(0, "not a workbook that can be opened: %s", err)
		return nil
	}
	defer func() { _ = book.Close() }() // removes temporary files only; nothing is written back
	found := false
	for _, sheet := range book.GetSheetList() {
		if f.sheet(book, sheet) {
			found = true
		}
	}
	if !found {
		f.bad(0, "no sheet has the columns %s", strings.Join(columns, ", "))
	}
	return nil
}

func (f *file) sheet(book *excelize.File, sheet string) bool {
	rows, err := book.Rows(sheet)
	if err != nil {
		f.bad(0, "sheet %s cannot be read: %s", quote(sheet), err)
		return false
	}
	defer func() { _ = rows.Close() }()
	var at map[string]int
	for line := 1; rows.Next(); line++ {
		cells, err := rows.Columns()
		if err != nil {
			f.bad(line, "row cannot be read: %s", err)
			continue
		}
		if at == nil {
			at = header(cells)
			continue
		}
		if strings.TrimSpace(strings.Join(cells, "")) == "" {
			continue
		}
		f.src.Read++
		f.listed(line, cells, at)
	}
	return at != nil
}

func header(cells []string) map[string]int {
	at := map[string]int{}
	for i, c := range cells {
		at[oneLine(c)] = i
	}
	for _, want := range columns {
		if _, ok := at[want]; !ok {
			return nil
		}
	}
	return at
}

func (f *file) listed(line int, cells []string, at map[string]int) {
	cell := func(name string) string {
		if i := at[name]; i < len(cells) {
			return clean(cells[i])
		}
		return ""
	}
	v := &procedure.Version{
		Code: cell("Mã số"), Name: oneLine(cell("Tên")), Ministry: oneLine(cell("Cơ quan ban hành")),
		Executor: cell("Cơ quan thực hiện"), Sector: oneLine(cell("Lĩnh vực")), Source: f.src.File,
		Marks: []procedure.Mark{{Field: "content", Reason: procedure.ContentMissing}},
	}
	switch {
	case !codeForm.MatchString(v.Code):
		f.bad(line, "code %s is not of the form 1.001234", quote(v.Code))
		return
	case v.Name == "":
		f.bad(line, "procedure %s has no name", v.Code)
		return
	}
	if _, seen := f.r.listed[v.Code]; seen {
		f.bad(line, "code %s was read before; the first stays", v.Code)
		return
	}
	f.src.Accepted++
	f.r.listed[v.Code] = v
}
