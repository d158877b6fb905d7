package rule

import (
	"encoding/json"
	"math/big"
	"strings"
	"testing"

	"github.com/motcua/motcua/lang"
)

func schema() Schema {
	return NewSchema(Fixed()...).With(
		Name{Path: "don.dien_tich", Type: Number, Label: "Diện tích", LabelEn: "Area"},
		Name{Path: "don.so_tang", Type: Number, Whole: true, Least: big.NewRat(1, 1), Label: "Số tầng", Sure: true},
		Name{Path: "don.gia_tri", Type: Money, Label: "Giá trị hợp đồng", LabelEn: "Value"},
		Name{Path: "don.loai", Type: Choice, Sure: true, Label: "Loại", LabelEn: "Kind", Options: []Option{{"nha-o", "Nhà ở", "House"}, {"kho", "Kho", "Store"}, {"khac", "Khác", ""}}},
		Name{Path: "don.nuoc_ngoai", Type: YesNo, Label: "Có yếu tố nước ngoài"},
		Name{Path: "don.sinh", Type: Date, Label: "Ngày sinh", LabelEn: "Day of birth"},
		Name{Path: "don.kem", Type: Choices, Label: "Giấy tờ kèm theo", Options: []Option{{"a", "Bản vẽ", ""}, {"b", "Ảnh", ""}}},
		Name{Path: "don.con", Type: Groups, Label: "Danh sách con", One: "người con", Item: []Name{
			{Path: "sinh", Type: Date, Label: "Ngày sinh"}, {Path: "dien_tich", Type: Number, Label: "Diện tích"}, {Path: "khai_sinh", Type: YesNo, Label: "Đã đăng ký khai sinh"},
		}},
		Name{Path: "don.noi_o", Type: Address, Label: "Nơi ở"},
		Name{Path: "don.ten", Type: Text, Label: "Họ tên"},
		Name{Path: "buoc.tham_dinh.dat", Keys: []string{"buoc", "tham-dinh", "dat"}, Type: YesNo, Label: "Đạt"},
	)
}

func values(t *testing.T, answers string) Values {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(answers))
	d.UseNumber()
	var m map[string]any
	if err := d.Decode(&m); err != nil {
		t.Fatal(err)
	}
	return Facts{
		Answers: m, Channel: "online", Level: "commune", Subject: "person", Day: "2026-03-16",
		Steps: map[string]map[string]any{"tham-dinh": {"dat": true}},
	}.Values()
}

func must(t *testing.T, src string, want Type) *Expr {
	t.Helper()
	e, ps := Compile(src, schema(), want)
	if e == nil {
		t.Fatalf("%s: %v", src, ps)
	}
	return e
}

func TestConditionsHoldOrNot(t *testing.T) {
	t.Parallel()
	const house = `{"dien_tich": 120.5, "so_tang": 3, "loai": "nha-o", "gia_tri": 500000000, "sinh": "2008-03-16", "kem": ["a"],
		"con": [{"sinh": "2020-01-01", "dien_tich": 10, "khai_sinh": true}, {"dien_tich": 0.1}], "noi_o": {"commune": "00004"}}`
	for _, c := range []struct {
		name, src, answers string
		want               bool
	}{
		{"a number is larger", "don.dien_tich > 120", house, true},
		{"a number is not larger than itself", "don.dien_tich > 120.5", house, false},
		{"decimals are exact", "don.dien_tich * 3 == 361.5", house, true},
		{"tenths add up", "don.x_khong_co ?? 0.1 + 0.2 == 0.3", house, false},
		{"an absent number is not larger", "don.dien_tich > 1", `{}`, false},
		{"nor smaller", "don.dien_tich < 1", `{}`, false},
		{"nor unlike", "don.dien_tich != 1", `{}`, false},
		{"but may be counted as a value", "(don.dien_tich ?? 0) < 1", `{}`, true},
		{"not turns an absent comparison over", "not (don.dien_tich > 1)", `{}`, true},
		{"a yes-or-no question that was not answered is not yes", "don.nuoc_ngoai", `{}`, false},
		{"nor is it no", "don.nuoc_ngoai == false", `{}`, false},
		{"a figure kept as text is absent", "don.dien_tich > 1", `{"dien_tich": "500"}`, false},
		{"a number of a thousand digits is absent", "don.dien_tich > 1", `{"dien_tich": 1e9999}`, false},
		{"one of several", `don.loai in ["kho", "nha-o"]`, house, true},
		{"one of several, as a function", `trong(don.loai, ["kho", "khac"])`, house, false},
		{"chosen among checks", `"a" in don.kem`, house, true},
		{"not chosen among checks", `"b" in don.kem`, house, false},
		{"filled", "co(don.loai) and not co(don.ten)", house, true},
		{"an address is filled by one part", "co(don.noi_o)", house, true},
		{"a part of an address", `don.noi_o.commune == "00004"`, house, true},
		{"full years on the birthday", "tuoi(don.sinh) >= 18", house, true},
		{"full years the day before", "tuoi(don.sinh) >= 18", `{"sinh": "2008-03-17"}`, false},
		{"a year alone is its first day", "tuoi(don.sinh) == 18", `{"sinh": "2008"}`, true},
		{"who is not born has no age", "tuoi(don.sinh) < 18", `{"sinh": "2027-01-01"}`, false},
		{"days since", "so_ngay(don.sinh, ngay) > 60", house, true},
		{"a day in words", `don.sinh < "2010-01-01" and don.sinh == ngay("16/03/2008")`, house, true},
		{"an item fits", "any(don.con, tuoi(.sinh) < 16)", house, true},
		{"not all items fit", "all(don.con, .khai_sinh)", house, false},
		{"items are counted", "count(don.con) == 2 and count(don.con, .khai_sinh) == 1", house, true},
		{"items are summed", "sum(don.con, .dien_tich) == 10.1", house, true},
		{"no list has no items", "count(don.con) == 0 and none(don.con, .khai_sinh)", `{}`, true},
		{"a list that is no list is absent", "count(don.con) == 0", `{"con": 5}`, true},
		{"items that are no items", "any(don.con, .khai_sinh)", `{"con": [1, null, "x", []]}`, false},
		{"the fixed part", `ho_so.kenh == "online" and ho_so.cap == "commune" and ho_so.so_bo == 1`, house, true},
		{"an answer given at a step", `buoc["tham-dinh"].dat and buoc.tham_dinh.dat`, house, true},
		{"and binds before or", `don.nuoc_ngoai and don.so_tang > 5 or don.so_tang == 3`, house, true},
		{"a division by nothing is absent", "don.so_tang / (don.so_tang - 3) > 0", house, false},
		{"a choice of sums", `(don.so_tang > 2 ? 100 : 50) == 100`, house, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if strings.Contains(c.src, "x_khong_co") {
				if e, _ := Compile(c.src, schema(), YesNo); e != nil {
					t.Fatal("an unknown name compiles")
				}
				return
			}
			if got := must(t, c.src, YesNo).Bool(values(t, c.answers)); got != c.want {
				t.Fatalf("%s is %v", c.src, got)
			}
		})
	}
}

func TestSentences(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ src, vi, en string }{
		{
			`don.dien_tich > 500 and don.loai == "nha-o"`,
			"Diện tích lớn hơn 500 và loại là “Nhà ở”", "Area is more than 500 and kind is “House”",
		},
		{
			`don.dien_tich > 500 and (don.loai == "kho" or don.loai == "khac")`,
			"Diện tích lớn hơn 500 và (loại là “Kho” hoặc loại là “Khác”)", "",
		},
		{`don.gia_tri >= 1500000`, "Giá trị hợp đồng từ 1.500.000 đồng trở lên", "Value is at least 1,500,000 VND"},
		{`"2026-07-01" > don.sinh`, "Ngày sinh trước 01/07/2026", "Day of birth is before 1 July 2026"},
		{`tuoi(don.sinh) < 16`, "Số tuổi tính theo ngày sinh nhỏ hơn 16", ""},
		{`not don.nuoc_ngoai or don.nuoc_ngoai == false`, "Câu “Có yếu tố nước ngoài” không được trả lời “Có” hoặc câu “Có yếu tố nước ngoài” được trả lời “Không”", ""},
		{`don.loai in ["kho", "khac"]`, "Loại là “Kho” hoặc “Khác”", ""},
		{`any(don.con, tuoi(.sinh) < 16 and .khai_sinh)`, "Có ít nhất một người con mà số tuổi tính theo ngày sinh nhỏ hơn 16 và câu “Đã đăng ký khai sinh” được trả lời “Có”", ""},
		{`not (don.so_tang > 3)`, "Không đúng là (số tầng lớn hơn 3)", ""},
		{`don.dien_tich > 0.5 and "a" in don.kem and not co(don.ten)`, "Diện tích lớn hơn 0,5 và giấy tờ kèm theo có “Bản vẽ” và không khai họ tên", ""},
		{`ho_so.kenh == "online"`, "Cách nộp hồ sơ là “Trực tuyến”", "Way of filing is “Online”"},
	} {
		t.Run(c.src, func(t *testing.T) {
			t.Parallel()
			e := must(t, c.src, YesNo)
			if got := e.Say(lang.VI); got != c.vi {
				t.Errorf("\n got %s\nwant %s", got, c.vi)
			}
			if got := e.Say(lang.EN); c.en != "" && got != c.en {
				t.Errorf("\n got %s\nwant %s", got, c.en)
			}
		})
	}
}

func TestMistakesAreNamedWithTheirPlace(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, src, code string
		line, column    int
		like            string
	}{
		{"a misspelt name", "don.dien_tch > 5", "unknown-name", 1, 1, "don.dien_tich"},
		{"on the second line", "don.so_tang > 5 and\n  don.loia == \"kho\"", "unknown-name", 2, 3, "don.loai"},
		{"no option", `don.loai == "nha"`, "no-option", 1, 13, "nha-o"},
		{"a number beside a choice", `don.loai == 5`, "types-differ", 1, 13, ""},
		{"a sum is no condition", "don.so_tang + 1", "type", 1, 13, ""},
		{"a function of the library", "len(don.ten) > 5", "unknown-function", 1, 1, ""},
		{"a function nobody knows", "tuoii(don.sinh) > 5", "unknown-function", 1, 1, "tuoi"},
		{"several fields", "co(buoc.tham_dinh)", "several-fields", 1, 4, "buoc.tham_dinh.dat"},
		{"unfinished", "don.so_tang >", "unfinished", 1, 13, ""},
		{"not readable", "don.so_tang > > 3", "syntax", 1, 15, ""},
		{"nothing", "  ", "empty", 0, 0, ""},
		{"a declaration", "let x = 1; x > 2", "not-allowed", 1, 5, ""},
		{"an index", "don.con[0].khai_sinh", "not-allowed", 1, 8, ""},
		{"a pattern", `don.ten matches "a+"`, "not-allowed", 1, 9, ""},
		{"a list in a list", "any(don.con, any(don.con, .khai_sinh))", "nested", 1, 14, ""},
		{"no day", `don.sinh > "hôm qua"`, "no-date", 1, 12, ""},
		{"money by money", "don.gia_tri * don.gia_tri > 5", "money-times-money", 1, 13, ""},
		{"too long", strings.Repeat(" ", MaxSource) + "1", "too-long", 0, 0, ""},
		{"too many parts", strings.Repeat("not ", 500) + "true", "too-many-parts", 1, 1601, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			e, ps := Compile(c.src, schema(), YesNo)
			if e != nil || len(ps) == 0 {
				t.Fatal("compiles")
			}
			p := ps[0]
			if p.Code != c.code || (c.code != "too-many-parts" && (p.Line != c.line || p.Column != c.column)) {
				t.Fatalf("got %s at %d:%d: %v", p.Code, p.Line, p.Column, p)
			}
			if like, _ := p.Args["like"].(string); like != c.like {
				t.Fatalf("like %q", like)
			}
			for _, code := range []lang.Code{lang.VI, lang.EN} {
				if text := p.In(code); strings.ContainsAny(text, "{}") || strings.HasPrefix(text, "rule.") {
					t.Fatal(text)
				}
			}
		})
	}
}

func TestConstantConditionsAreFound(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, src string
		kind      Kind
		exact     bool
	}{
		{"a comparison varies", "don.dien_tich > 5", Varies, true},
		{"larger and smaller at once", "don.dien_tich > 5 and don.dien_tich < 5", Never, true},
		{"between two whole numbers is nothing", "don.so_tang > 5 and don.so_tang < 6", Never, true},
		{"between two numbers is something", "don.dien_tich > 5 and don.dien_tich < 6", Varies, true},
		{"all options of an answer that is always given", `don.loai == "nha-o" or don.loai in ["kho", "khac"]`, Always, true},
		{"a bound of the form", "don.so_tang >= 1", Always, true},
		{"an answer that may be missing", "don.dien_tich > 5 or don.dien_tich <= 5", Varies, true},
		{"yes and no", "don.nuoc_ngoai == true and don.nuoc_ngoai == false", Never, true},
		{"ages", "tuoi(don.sinh) < 16 and tuoi(don.sinh) > 18", Never, true},
		{"ages that leave a year", "tuoi(don.sinh) > 16 and tuoi(don.sinh) < 18", Varies, true},
		{"dates", `don.sinh > "2020-01-01" and don.sinh < "2020-01-02"`, Never, true},
		{"two texts at once", `don.ten == "a" and don.ten == "b"`, Never, true},
		{"an address without its commune", `not co(don.noi_o) and don.noi_o.commune == "00001"`, Never, true},
		{"checks", `"a" in don.kem and not ("a" in don.kem)`, Never, true},
		{"items", "count(don.con) > 3", Varies, true},
		{"sums are searched within bounds", "don.dien_tich + don.so_tang < don.dien_tich", Never, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			e := must(t, c.src, YesNo)
			v := e.Verdict()
			if v.Kind != c.kind || v.Exact != c.exact {
				t.Fatalf("got %s, exact %v: %v / %v", v.Kind, v.Exact, v.Witness, v.Counter)
			}
			if v.Witness != nil && !e.Bool(v.Witness) || v.Counter != nil && e.Bool(v.Counter) {
				t.Fatal("the witness says otherwise")
			}
		})
	}
}

func TestBranchesTogether(t *testing.T) {
	t.Parallel()
	guards := []*Expr{
		must(t, "don.so_tang > 5", YesNo), must(t, "don.so_tang > 7", YesNo), must(t, `don.so_tang <= 4 and don.loai == "kho"`, YesNo),
	}
	s := Together(guards...)
	if s.First[0] == nil || s.First[1] != nil || s.First[2] == nil || !s.Exact {
		t.Fatalf("first: %v", s.First)
	}
	if s.Gap == nil || len(s.Overlaps) != 1 || s.Overlaps[0].A != 0 || s.Overlaps[0].B != 1 {
		t.Fatalf("gap %v, overlaps %v", s.Gap, s.Overlaps)
	}
	for _, g := range guards {
		if g.Bool(s.Gap) {
			t.Fatal("the gap is none")
		}
	}
	if s := Together(append(guards, nil)...); s.Gap != nil || s.First[3] == nil {
		t.Fatal("a branch without a guard leaves no gap")
	}
}

func TestDeepExpressionsAreSaidInTime(t *testing.T) {
	t.Parallel()
	src := strings.Repeat("not (don.nuoc_ngoai or ", 60) + "don.nuoc_ngoai" + strings.Repeat(")", 60)
	if e := must(t, src, YesNo); e.Say(lang.VI) == "" || e.Verdict().Kind == "" {
		t.Fatal("nothing is said")
	}
}
