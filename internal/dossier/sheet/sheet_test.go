package sheet

import (
	"archive/zip"
	"bytes"
	"errors"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/motcua/motcua/internal/eform"
	"github.com/motcua/motcua/internal/procedure"
)

const declaration = `
id: to-khai
title: Tờ khai thử
schema:
  type: object
  required: [applicant]
  properties:
    applicant:
      type: object
      required: [name, number, birth]
      properties:
        name: {type: string, format: vn-name, maxLength: 80}
        number: {type: string, format: vn-personal-number}
        birth: {type: string, format: date}
        sex: {enum: [nam, nu]}
    child:
      type: object
      properties:
        name: {type: string, format: vn-name, maxLength: 80}
    area: {type: number}
    married: {type: boolean}
layout:
  subject: {name: applicant.name, number: applicant.number}
  sections:
    - id: applicant
      title: Người đề nghị
      fields:
        - {path: applicant.name, label: Họ và tên, widget: name}
        - {path: applicant.number, label: Số định danh, widget: personal_number}
        - {path: applicant.birth, label: Ngày sinh, widget: date}
        - {path: applicant.sex, label: Giới tính, widget: choice, options: [{value: nam, label: Nam}, {value: nu, label: Nữ}]}
        - {path: married, label: Đã kết hôn, widget: yes_no}
    - id: child
      title: Người con
      fields:
        - {path: child.name, label: Họ và tên, widget: name}
        - {path: area, label: Diện tích, widget: number}
`

var words = Words{
	Sheet: "Hồ sơ", Help: "Hướng dẫn", Column: "Cột", Must: "Bắt buộc", Allowed: "Cách ghi", Yes: "Có", No: "Không", Papers: "Số bản giấy", Province: "tỉnh", Commune: "xã", Detail: "chi tiết",
	Date: "dd/mm/yyyy", Several: "Cách nhau bằng dấu ;",
}

func layout(t testing.TB) Layout {
	t.Helper()
	f, err := eform.Load([]byte(declaration))
	if err != nil {
		t.Fatal(err)
	}
	c, err := eform.Compile(f)
	if err != nil {
		t.Fatal(err)
	}
	l, err := Of(c, procedure.Version{Components: []procedure.Component{{ID: "don", Name: "Đơn", Originals: 1, Required: true}, {ID: "ghi-chu", Name: "Lưu ý", Note: true}}}, nil, words)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// book makes a spreadsheet of rows.
func book(t testing.TB, change func(f *excelize.File), rows ...[]any) []byte {
	t.Helper()
	f := excelize.NewFile()
	for i, row := range rows {
		if err := f.SetSheetRow("Sheet1", "A"+strconv.Itoa(i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	if change != nil {
		change(f)
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

var head = []any{"Người đề nghị – Họ và tên *", "Số định danh *", "NGÀY SINH", "Giới tính", "Đã kết hôn", "Người con – Họ và tên", "Diện tích", "Số bản giấy: Đơn *"}

func TestTheColumnsAreTheQuestionsAndThePapers(t *testing.T) {
	l := layout(t)
	var titles []string
	for _, c := range l.Columns {
		titles = append(titles, c.Title)
	}
	want := "Người đề nghị – Họ và tên|Số định danh|Ngày sinh|Giới tính|Đã kết hôn|Người con – Họ và tên|Diện tích|Số bản giấy: Đơn"
	if got := strings.Join(titles, "|"); got != want {
		t.Fatalf("got  %s\nwant %s", got, want)
	}
}

func TestTheTemplateIsReadBackAsEmpty(t *testing.T) {
	var b bytes.Buffer
	l := layout(t)
	if err := l.Template(&b); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Read(&b); !errors.Is(err, ErrEmpty) {
		t.Fatalf("%v", err)
	}
}

func TestWhatACellMeans(t *testing.T) {
	l := layout(t)
	tests := []struct {
		name string
		cell any
		col  int
		path string
		want string
	}{
		{"a name as it stands", "Nguyễn Thị Ánh", 0, "applicant.name", "Nguyễn Thị Ánh"},
		{"a name with decomposed tones", "Nguye\u0302\u0303n A\u0301nh", 0, "applicant.name", "Nguyễn Ánh"},
		{"a name of sixty letters", strings.Repeat("Nguyễn Phúc ", 5), 0, "applicant.name", strings.TrimSpace(strings.Repeat("Nguyễn Phúc ", 5))},
		{"a number kept as text", "001190000001", 1, "applicant.number", "001190000001"},
		{"a number the sheet took for a figure", 101190000001, 1, "applicant.number", "101190000001"},
		{"a date typed with strokes", "5/9/1990", 2, "applicant.birth", "5/9/1990"},
		{"a date typed with dots", "05.09.1990", 2, "applicant.birth", "05.09.1990"},
		{"a date as machines write it", "1990-09-05", 2, "applicant.birth", "05/09/1990"},
		{"a day of the sheet's own", 33121, 2, "applicant.birth", "05/09/1990"},
		{"a label of a choice", "nữ", 3, "applicant.sex", "nu"},
		{"a value of a choice", "nam", 3, "applicant.sex", "nam"},
		{"no choice of ours", "khác", 3, "applicant.sex", "khác"},
		{"yes", "có", 4, "married", "yes"},
		{"a figure with decimals", 12.5, 6, "area", "12,5"},
		{"control characters", "Nguyễn\u202e An\u0007", 0, "applicant.name", "Nguyễn An"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			row := make([]any, len(head))
			row[tt.col] = tt.cell
			row[7] = "1"
			lines, err := l.Read(bytes.NewReader(book(t, nil, head, row)))
			if err != nil || len(lines) != 1 {
				t.Fatalf("%v, %v", lines, err)
			}
			if got := lines[0].Values.Get(tt.path); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if lines[0].Papers["don"] != 1 || lines[0].Number != 2 {
				t.Errorf("%+v", lines[0])
			}
		})
	}
}

func TestWhatCannotBeReadIsRefused(t *testing.T) {
	l := layout(t)
	many := [][]any{head}
	for range MaxLines + 1 {
		many = append(many, []any{"A", "1", "", "", "", "", "", "1"})
	}
	var bomb bytes.Buffer
	z := zip.NewWriter(&bomb)
	for _, name := range []string{"[Content_Types].xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml"} {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		zeros := make([]byte, 1<<20)
		for range 80 {
			if _, err := w.Write(zeros); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		file []byte
		want error
	}{
		{"no spreadsheet", []byte("%PDF-1.4"), ErrNoSheet},
		{"nothing", nil, ErrNoSheet},
		{"a zip of something else", book(t, nil, head)[:200], ErrNoSheet},
		{"one that unpacks to hundreds of megabytes", bomb.Bytes(), ErrNoSheet},
		{"one that is too large", make([]byte, MaxSize+1), ErrTooLarge},
		{"a column is missing", book(t, nil, head[1:], []any{"1"}), ErrColumns},
		{"a column nobody knows", book(t, nil, append(append([]any{}, head...), "Ghi chú"), []any{"1"}), ErrColumns},
		{"a column twice", book(t, nil, append(append([]any{}, head...), "Số định danh"), []any{"1"}), ErrColumns},
		{"no lines", book(t, nil, head), ErrEmpty},
		{"no header", book(t, nil), ErrColumns},
		{"too many lines", book(t, nil, many...), ErrTooMany},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := l.Read(bytes.NewReader(tt.file)); !errors.Is(err, tt.want) {
				t.Errorf("%v, want %v", err, tt.want)
			}
		})
	}
}

func TestAProblemOfACellStaysWithItsLine(t *testing.T) {
	l := layout(t)
	lines, err := l.Read(bytes.NewReader(book(t, func(f *excelize.File) {
		if err := f.SetCellFormula("Sheet1", "A2", "CONCATENATE(\"A\",\"B\")"); err != nil {
			t.Fatal(err)
		}
	}, head, []any{"x", "1", "", "", "", "", "", "hai"}, []any{}, []any{"Trần Văn Bình", strings.Repeat("9", maxCell+1), "", "", "", "", "", "1"})))
	if err != nil || len(lines) != 2 {
		t.Fatalf("%v, %v", lines, err)
	}
	if p := lines[0].Problems; len(p) != 2 || p[0] != (Problem{0, Formula}) || p[1] != (Problem{7, Count}) {
		t.Errorf("%v", p)
	}
	if p := lines[1].Problems; len(p) != 1 || p[0] != (Problem{1, TooLong}) || lines[1].Number != 4 {
		t.Errorf("%v", lines[1])
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("%PDF"))
	f.Add(book(f, nil, head, []any{"Nguyễn Thị Ánh", "001190000001"}))
	l := layout(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		lines, err := l.Read(bytes.NewReader(b))
		if err != nil {
			return
		}
		if len(lines) == 0 || len(lines) > MaxLines {
			t.Fatalf("%d lines", len(lines))
		}
	})
}
