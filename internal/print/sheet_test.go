package print_test

import (
	"bytes"
	"errors"
	"iter"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/motcua/motcua/internal/print"
)

var inbox = []print.Column{
	{Title: "Mã hồ sơ"}, {Title: "Người nộp"}, {Title: "Lệ phí", Kind: print.Money}, {Title: "Tiếp nhận", Kind: print.Instant}, {Title: "Hẹn trả", Kind: print.Day}, {Title: "Số giấy tờ", Kind: print.Number},
}

func rowsOf(rows ...[]any) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func TestSheet(t *testing.T) {
	rows := rowsOf(
		[]any{"H99.05-260302-0017", "Nguyễn Thị Ánh Tuyết", int64(75000), at("2026-03-02 09:15"), at("2026-03-23 16:30"), 4},
		[]any{"0017", "=HYPERLINK(\"https://example.com\";\"x\")", nil, nil, nil, nil},
		[]any{"+84", "@SUM(A1)", int64(0), at("2026-03-02 00:30").UTC(), at("2026-03-02 00:30").UTC(), 1.5},
	)
	var a, b bytes.Buffer
	if err := errors.Join(print.Sheet(&a, "Hộp việc: tháng 3/2026", inbox, rows), print.Sheet(&b, "Hộp việc: tháng 3/2026", inbox, rows)); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(a.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	sheet := f.GetSheetName(0)
	for _, c := range []struct{ name, cell, want string }{
		{"the header is the first row", "A1", "Mã hồ sơ"},
		{"a code keeps its leading zeros", "A3", "0017"},
		{"money groups its thousands", "C2", "75,000"},
		{"an instant is shown in Vietnamese time", "D2", "09:15 02/03/2026"},
		{"midnight in Hanoi is not yesterday", "E4", "02/03/2026"},
		{"what begins with = is text", "B3", "=HYPERLINK(\"https://example.com\";\"x\")"},
		{"an absent value is an empty cell", "D3", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, err := f.GetCellValue(sheet, c.cell); err != nil || got != c.want {
				t.Errorf("%s = %q, %v; want %q", c.cell, got, err, c.want)
			}
		})
	}
	t.Run("no cell is a formula and text stays text when edited", func(t *testing.T) {
		for _, cell := range []string{"B3", "A4", "B4"} {
			if formula, err := f.GetCellFormula(sheet, cell); err != nil || formula != "" {
				t.Errorf("%s is a formula %q, %v", cell, formula, err)
			}
			id, err := f.GetCellStyle(sheet, cell)
			if err != nil {
				t.Fatal(err)
			}
			st, err := f.GetStyle(id)
			if err != nil {
				t.Fatal(err)
			}
			if st.NumFmt != 49 && (st.CustomNumFmt == nil || *st.CustomNumFmt != "@") {
				t.Errorf("%s has not the text format", cell)
			}
		}
	})
	t.Run("the same rows give the same file", func(t *testing.T) {
		if !bytes.Equal(a.Bytes(), b.Bytes()) {
			t.Error("two exports differ")
		}
	})
}

func TestSheetRefuses(t *testing.T) {
	broken := errors.New("store went away")
	for _, c := range []struct {
		name string
		rows iter.Seq2[[]any, error]
	}{
		{"a row of the wrong length", rowsOf([]any{"x"})},
		{"text in a money column", rowsOf([]any{"x", "y", "75000", nil, nil, nil})},
		{"rows that end in an error", func(yield func([]any, error) bool) { yield(nil, broken) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			var b bytes.Buffer
			if err := print.Sheet(&b, "x", inbox, c.rows); err == nil || b.Len() > 0 {
				t.Errorf("error %v after %d bytes", err, b.Len())
			}
		})
	}
}
