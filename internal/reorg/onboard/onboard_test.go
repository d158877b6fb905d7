package onboard_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/reorg/onboard"
)

func facts() onboard.Facts {
	return onboard.Facts{
		Day: "2026-04-01", HomeCode: "H99",
		Tree: agency.NewTree([]agency.Agency{
			{ID: "trung-tam", Name: "Trung tâm", Code: "H99.01", Kind: agency.PublicServiceCentre, Level: agency.Province}, {ID: "so-cu", Name: "Sở cũ", Code: "H99.05", Kind: agency.Department, Level: agency.Province},
		}, []agency.Post{{ID: "gd", Agency: "so-cu", Title: "Giám đốc"}}),
		Hours:     func(id string) bool { return id == "hanh-chinh" },
		Procedure: func(code string) bool { return code == "1.000001" },
		Place:     func(code string) bool { return code == "00101" },
		SignIn:    func(name string) (string, bool) { return "Ai Đó", name == "da.co" },
	}
}

func template(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := onboard.Template(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// with is the template with cells changed: "Cơ quan!D2" → value.
func with(t testing.TB, cells map[string]string) *bytes.Reader {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(template(t)))
	if err != nil {
		t.Fatal(err)
	}
	for at, v := range cells {
		sheet, cell, _ := strings.Cut(at, "!")
		switch {
		case v == "-sheet":
			err = f.DeleteSheet(sheet)
		case strings.HasPrefix(v, "="):
			err = f.SetCellFormula(sheet, cell, v)
		default:
			err = f.SetCellStr(sheet, cell, v)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return bytes.NewReader(b.Bytes())
}

func TestTheTemplateIsAWorkbookWithoutFaults(t *testing.T) {
	b, err := onboard.Read(bytes.NewReader(template(t)))
	if err != nil {
		t.Fatal(err)
	}
	c, faults := b.Check(facts())
	if len(faults) > 0 {
		t.Fatalf("%+v", faults)
	}
	if len(c.New) != 1 || c.New[0].ID != "so-mau" || c.New[0].Kind != agency.Department || len(c.New[0].Units) != 2 || c.New[0].Hours != "gio-mau" {
		t.Errorf("%+v", c.New)
	}
	if len(c.Seats) != 4 || !slices.Equal(c.Seats[0].Roles, []string{access.RoleHead}) || len(c.People) != 3 || len(c.People[2].Posts) != 2 || len(c.Hours) != 1 || len(c.Hours[0].Sessions) != 5 {
		t.Errorf("%+v %+v %+v", c.Seats, c.People, c.Hours)
	}
}

func TestADeskAndProceduresAreTaken(t *testing.T) {
	b, err := onboard.Read(with(t, map[string]string{"Một cửa!A2": "so-mau", "Một cửa!B2": "trung-tam", "Thủ tục!A2": "1.000001", "Thủ tục!B2": "so-mau"}))
	if err != nil {
		t.Fatal(err)
	}
	c, faults := b.Check(facts())
	if len(faults) > 0 || c.New[0].Desk != "trung-tam" || len(c.Resolves) != 1 {
		t.Errorf("%+v %+v %v", c.New, c.Resolves, faults)
	}
}

func TestEveryFaultIsToldWithItsPlace(t *testing.T) {
	for _, tt := range []struct {
		name  string
		cells map[string]string
		want  []string // sheet, cell, code
	}{
		{"a sheet is missing", map[string]string{"Cơ quan!": "-sheet"}, []string{"Cơ quan  sheet-missing"}},
		{"a column is missing", map[string]string{"Cơ quan!D1": ""}, []string{"Cơ quan  column-missing"}},
		{"a column nobody knows", map[string]string{"Cơ quan!M1": "Màu sắc"}, []string{"Cơ quan  column-unknown"}},
		{"a column twice", map[string]string{"Cơ quan!M1": "Địa chỉ"}, []string{"Cơ quan  column-twice"}},
		{"a cell is empty", map[string]string{"Cơ quan!B2": ""}, []string{"Cơ quan B2 missing"}},
		{"a formula", map[string]string{"Cơ quan!B2": "=1+1"}, []string{"Cơ quan B2 formula"}},
		{"a cell too long", map[string]string{"Cơ quan!B2": strings.Repeat("a", 301)}, []string{"Cơ quan B2 too-long"}},
		{"text that turns around", map[string]string{"Cơ quan!B2": "Sở\u202e Mẫu"}, []string{"Cơ quan B2 characters"}},
		{"an id with tones", map[string]string{"Cơ quan!A2": "Sở Mẫu"}, []string{"Cơ quan A2 id", "Đơn vị A2 agency-not-in-book", "Đơn vị A3 agency-not-in-book"}},
		{"an agency that is there", map[string]string{"Cơ quan!A2": "so-cu"}, []string{"Cơ quan A2 agency-known"}},
		{"a code of another", map[string]string{"Cơ quan!D2": "H99.05"}, []string{"Cơ quan D2 code-used"}},
		{"a code of another province", map[string]string{"Cơ quan!D2": "H98.05"}, []string{"Cơ quan D2 code"}},
		{"a kind that is none", map[string]string{"Cơ quan!E2": "Công ty"}, []string{"Cơ quan E2 choice"}},
		{"a level that is none", map[string]string{"Cơ quan!F2": "Huyện"}, []string{"Cơ quan F2 choice"}},
		{"below nobody", map[string]string{"Cơ quan!G2": "khong-co"}, []string{"Cơ quan G2 agency-unknown"}},
		{"below itself", map[string]string{"Cơ quan!G2": "so-mau"}, []string{"Cơ quan G2 ring"}},
		{"a place that is none", map[string]string{"Cơ quan!H2": "99999"}, []string{"Cơ quan H2 place"}},
		{"no e-mail", map[string]string{"Cơ quan!K2": "so-mau"}, []string{"Cơ quan K2 email"}},
		{"hours that are none", map[string]string{"Cơ quan!L2": "dem"}, []string{"Cơ quan L2 hours-unknown"}},
		{"hours that are there", map[string]string{"Giờ làm việc!A2": "hanh-chinh"}, []string{"Giờ làm việc A2 hours-known"}},
		{"hours nobody can read", map[string]string{"Giờ làm việc!C2": "sáng"}, []string{"Giờ làm việc C2 hours"}},
		{"a unit twice", map[string]string{"Đơn vị!B3": "van-phong"}, []string{"Đơn vị B3 twice"}},
		{"a post that is there", map[string]string{"Vị trí!A2": "gd"}, []string{"Vị trí A2 post-known", "Người C2 post-unknown"}},
		{"a unit of nobody", map[string]string{"Vị trí!C3": "khong-co"}, []string{"Vị trí C3 unit-unknown"}},
		{"a role that is none", map[string]string{"Vị trí!E2": "Thủ kho"}, []string{"Vị trí E2 choice"}},
		{"an administrator by spreadsheet", map[string]string{"Vị trí!E2": "administrator"}, []string{"Vị trí E2 choice"}},
		{"a name of digits", map[string]string{"Người!A2": "R2D2 9"}, []string{"Người A2 person"}},
		{"a sign-in with blanks", map[string]string{"Người!B2": "nguyen van"}, []string{"Người B2 sign-in"}},
		{"a sign-in twice", map[string]string{"Người!B3": "mau.giam-doc"}, []string{"Người B3 twice"}},
		{"a sign-in of somebody", map[string]string{"Người!B2": "da.co"}, []string{"Người B2 sign-in-taken"}},
		{"a post of nobody", map[string]string{"Người!C2": "khong-co"}, []string{"Người C2 post-unknown"}},
		{"a desk that is none", map[string]string{"Một cửa!A2": "so-mau", "Một cửa!B2": "khong-co"}, []string{"Một cửa B2 agency-unknown"}},
		{"a procedure that is none", map[string]string{"Thủ tục!A2": "9.999999", "Thủ tục!B2": "so-mau"}, []string{"Thủ tục A2 procedure"}},
		{"several at once", map[string]string{"Cơ quan!B2": "", "Vị trí!E2": "x", "Người!B2": "a"}, []string{"Cơ quan B2 missing", "Vị trí E2 choice", "Người B2 sign-in"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b, err := onboard.Read(with(t, tt.cells))
			if err != nil {
				t.Fatal(err)
			}
			c, faults := b.Check(facts())
			var got []string
			for _, f := range faults {
				got = append(got, f.Sheet+" "+f.Cell+" "+f.Code)
			}
			for _, w := range tt.want {
				if !slices.Contains(got, w) {
					t.Errorf("%q is not told: %q", w, got)
				}
			}
			if len(c.New) > 0 {
				t.Error("a workbook with faults brings something")
			}
		})
	}
}

func TestWhatIsNoWorkbookIsRefused(t *testing.T) {
	bomb := func() []byte {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		for _, name := range []string{"[Content_Types].xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml"} {
			w, err := z.Create(name)
			if err != nil {
				t.Fatal(err)
			}
			zeros := make([]byte, 1<<20)
			for range 90 {
				if _, err := w.Write(zeros); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}()
	for name, tt := range map[string]struct {
		raw  []byte
		want error
	}{
		"words":             {[]byte("xin chào"), onboard.ErrNoBook},
		"nothing":           {nil, onboard.ErrNoBook},
		"half a workbook":   {template(t)[:2000], onboard.ErrNoBook},
		"a bomb":            {bomb, onboard.ErrNoBook},
		"more than allowed": {make([]byte, onboard.MaxSize+1), onboard.ErrTooLarge},
	} {
		if _, err := onboard.Read(bytes.NewReader(tt.raw)); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(template(f))
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		b, err := onboard.Read(bytes.NewReader(raw))
		if err != nil {
			return
		}
		if c, faults := b.Check(facts()); len(faults) > 0 && len(c.New) > 0 {
			t.Error("a workbook with faults brings something")
		}
	})
}
