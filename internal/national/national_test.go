package national

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/procedure"
)

func read(t *testing.T, names ...string) *Import {
	t.Helper()
	r := NewReader()
	for _, name := range names {
		raw, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Read(name, bytes.NewReader(raw)); err != nil {
			t.Fatal(err)
		}
	}
	return r.Result()
}

func reasons(v *procedure.Version) []string {
	var out []string
	for _, m := range v.Marks {
		out = append(out, m.Field+" "+m.Reason)
	}
	return out
}

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

func TestAPageIsTakenApart(t *testing.T) {
	v := read(t, "catalogue.jsonl").Versions[0]
	equal(t, "levels", v.Levels, []agency.Level{agency.Province, agency.Commune})
	equal(t, "subjects", v.Subjects, []string{
		"Công dân Việt Nam", "Cán bộ, công chức, viên chức", "Tổ chức (không bao gồm doanh nghiệp, HTX)",
	})
	equal(t, "channels", v.Channels, []procedure.Channel{
		{
			Kind: procedure.Online, Note: "Trực tuyến tại Cổng thử.",
			Limits: []procedure.TimeLimit{{Limit: "5wd", Verbatim: "5 Ngày làm việc"}},
			Fees:   []procedure.Fee{{Known: true, Verbatim: "Miễn phí"}},
		},
		{
			Kind: procedure.Post, Limits: []procedure.TimeLimit{{Limit: "8wh", Verbatim: "8 Giờ"}},
			Fees: []procedure.Fee{{
				Kind: "le_phi", Amount: 50000, Known: true, Case: "Lệ phí cấp giấy: 50.000 đồng/lần",
				Verbatim: "50,000 Việt Nam Đồng (Lệ phí cấp giấy: 50.000 đồng/lần)",
			}},
		},
		{
			Kind: procedure.Direct, Limits: []procedure.TimeLimit{{Verbatim: "7"}},
			Fees: []procedure.Fee{{
				Kind: "le_phi", Case: "Mức lệ phí do Hội đồng nhân dân tỉnh quyết định",
				Verbatim: "Miễn phí (Mức lệ phí do Hội đồng nhân dân tỉnh quyết định)",
			}},
		},
	})
	type paper struct {
		Group, Name       string
		Originals, Copies int
		Counted, Note     bool
		Templates         []string
	}
	var papers []paper
	for _, c := range v.Components {
		papers = append(papers, paper{c.Group, c.Name, c.Originals, c.Copies, c.Counted, c.Note, c.Templates})
	}
	equal(t, "papers", papers, []paper{
		{"a) Trường hợp cấp mới:", "Đơn đề nghị theo Mẫu số 01 Nghị định 11/2020/NĐ-CP", 1, 0, true, false, []string{"Mau don 01.docx"}},
		{"a) Trường hợp cấp mới:", "Sơ đồ chuồng nuôi (01 bản sao công chứng)", 0, 1, true, false, nil},
		{"a) Trường hợp cấp mới:", "Số lượng hồ sơ: 02 (hai) bộ", 0, 0, true, true, nil},
		{"b) Trường hợp cấp lại:", "Giấy phép cũ theo Mẫu số", 0, 0, false, false, nil},
	})
	if v.Components[3].Verbatim != "Giấy phép cũ theo Mẫu số 181 bản chính" || v.Sets != 2 {
		t.Errorf("verbatim %q, sets %d", v.Components[3].Verbatim, v.Sets)
	}
	equal(t, "bases", v.Bases, []procedure.LegalBasis{
		{Number: "11/2020/NĐ-CP", Name: "Nghị định số 11/2020/NĐ-CP ngày 01/01/2020 về chim yến thử"},
		{Number: "Luật số 99/2018/QH14", Name: "Luật Chăn nuôi thử"},
		{Number: "22/2021/TT-BNNPTNT", Name: "sửa đổi, bổ sung Thông tư thử"},
	})
	equal(t, "results", v.Results, []procedure.Result{
		{Code: "KQ.G10.000001", Name: "Giấy phép nuôi"}, {Code: "KQ.G10.000002", Name: "Văn bản từ chối"},
	})
	equal(t, "keywords", v.Keywords, []string{"yến, chim yến"})
	equal(t, "marks", reasons(v), []string{
		"channels[1].limits[0] limit.plain-hours", "channels[2].limits[0] limit.no-unit", "channels[2].fees[0] fee.free-with-conditions",
		"components[3] component.quantity-unclear",
	})
	if v.Ministry != "Bộ Nông nghiệp và Môi trường" || v.Partner != "" || v.Online != "" || v.Components[0].Required {
		t.Errorf("what the source does not say was made up: %+v", v)
	}
}

func TestWhatCannotBeUnderstoodIsKeptAndMarked(t *testing.T) {
	v := read(t, "catalogue.jsonl").Versions[1]
	equal(t, "marks", reasons(v), []string{
		"levels level.unknown", "channels[0].limits[0] channel.cells-glued", "channels[0].fees[0] fee.amount-unclear",
		"components components.misplaced", "bases bases.misplaced", "results results.missing",
	})
	if l := v.Channels[0].Limits[0]; l.Limit != "" || l.Verbatim != "Trực tiếp120,000 VNĐ" {
		t.Errorf("glued limit: %+v", l)
	}
	if f := v.Channels[0].Fees[0]; f.Known || f.Amount != 0 || f.Verbatim != "120,000 VNĐ" {
		t.Errorf("glued fee: %+v", f)
	}
}

func TestBadLinesAreReportedAndTheRestGoesOn(t *testing.T) {
	rep := read(t, "catalogue.jsonl").Report
	var got []string
	for _, b := range rep.BadLines {
		got = append(got, b.String())
	}
	want := []string{
		"catalogue.jsonl:2: not JSON: ",
		"catalogue.jsonl:3: field ma_thu_tuc must be text, is number",
		`catalogue.jsonl:4: code "9.12" is not of the form 1.001234`,
		"catalogue.jsonl:5: procedure 9.000013 has no name",
		"catalogue.jsonl:7: code 9.000010 was read before; the first stays",
	}
	for i, w := range want {
		if i >= len(got) || !strings.HasPrefix(got[i], w) {
			t.Fatalf("got %q, want %q", got, want)
		}
	}
	if rep.Procedures != 2 || rep.Read != 7 || rep.Bad != 5 || rep.Sources[0].Accepted != 2 {
		t.Errorf("counts: %+v", rep)
	}
}

func TestTablesAreRead(t *testing.T) {
	imp := read(t, "tables.jsonl")
	v := imp.Versions[0]
	equal(t, "channels", v.Channels, []procedure.Channel{{
		Kind:   procedure.Direct,
		Limits: []procedure.TimeLimit{{Limit: "7d", Verbatim: "07 Ngày"}, {Limit: "14d", Case: "Trường hợp phức tạp", Verbatim: "14 Ngày"}},
		Fees: []procedure.Fee{
			{Kind: "phi", Known: true, Verbatim: "0 Đồng"},
			{Kind: "le_phi", Case: "mỗi giấy", Verbatim: "03 USD (mỗi giấy)"},
		},
	}})
	if c := v.Components[0]; c.Originals != 1 || c.Copies != 2 || !slices.Equal(c.Templates, []string{"MAU 1.docx"}) {
		t.Errorf("paper: %+v", c)
	}
	if !v.Components[1].Note || v.Bases[0].Date != "2020-10-14" || v.Ministry != "Bộ Quốc phòng" {
		t.Errorf("version: %+v", v)
	}
	equal(t, "marks", reasons(v), []string{"channels channel.unknown", "channels[0].fees[1] fee.foreign-currency"})
	if imp.Report.Bad != 1 {
		t.Errorf("bad lines: %v", imp.Report.BadLines)
	}
}

func TestUnitsLoadWithDatesAndWhatTheyBecame(t *testing.T) {
	imp := read(t, "mapping.csv", "units.json")
	p := agency.NewPlaces(imp.Places, imp.Changes)
	if old, ok := p.At("08001", "2025-06-30"); !ok || old.District != "Huyện Cũ" {
		t.Errorf("the last day before the reform: %+v", old)
	}
	if _, ok := p.At("08001", Reform); ok {
		t.Error("the old commune stands after the reform")
	}
	if became := p.Became("08001"); len(became) != 2 || !became[0].Divided {
		t.Errorf("divided: %+v", became)
	}
	if became := p.Became("802"); len(became) != 1 || became[0].New != "98003" {
		t.Errorf("island district: %+v", became)
	}
	if pr, co := p.Count(Reform); pr != 1 || co != 1 {
		t.Errorf("%d provinces, %d communes", pr, co)
	}
	if imp.Report.Bad != 3 || imp.Report.Mappings != 3 {
		t.Errorf("report: %+v", imp.Report)
	}
}

func workbook(t *testing.T, rows ...[]any) []byte {
	t.Helper()
	x := excelize.NewFile()
	for i, row := range rows {
		cell, err := excelize.CoordinatesToCellName(1, i+1)
		if err != nil {
			t.Fatal(err)
		}
		if err := x.SetSheetRow("Sheet1", cell, &row); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := x.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestAListConfirmsAndNamesButOffersNothing(t *testing.T) {
	raw := workbook(t,
		[]any{"DANH SÁCH THỦ TỤC HÀNH CHÍNH"},
		[]any{"Mã số", "Tên", "Cơ quan ban hành", "Cơ quan thực hiện", "Lĩnh vực"},
		[]any{"9.000010", "Cấp giấy phép nuôi chim yến thử nghiệm ", "Bộ Thử", "Sở Thử", "Chăn nuôi thử"},
		[]any{"9.000099", "Chỉ có trong danh mục", "Bộ Thử", "", "Lĩnh vực khác"},
		[]any{9.00012, "Mã là số", "Bộ Thử", "", "x"},
		[]any{"9.000098", " ", "Bộ Thử", "", "x"},
	)
	page, err := os.ReadFile("testdata/catalogue.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	for _, order := range [][2]string{{"list.xlsx", "pages.jsonl"}, {"pages.jsonl", "list.xlsx"}} {
		r := NewReader()
		for _, name := range order {
			src := raw
			if name == "pages.jsonl" {
				src = page
			}
			if err := r.Read(name, bytes.NewReader(src)); err != nil {
				t.Fatal(err)
			}
		}
		imp := r.Result()
		if len(imp.Listed) != 1 || imp.Listed[0].Code != "9.000099" || !imp.Listed[0].ListOnly() {
			t.Fatalf("listed: %+v", imp.Listed)
		}
		rep := imp.Report
		if rep.Confirmed != 1 || rep.Differing != 0 || rep.ListOnly != 1 || rep.Procedures != 2 || rep.Bad != 7 {
			t.Errorf("report: %+v", rep)
		}
	}
}

func TestAFileOfNoKindIsReported(t *testing.T) {
	for name, text := range map[string]string{
		"empty": "", "words": "xin chào", "other.csv": "a,b\n1,2\n", "broken.xlsx": "PK\x03\x04 not a zip", "broken.json": `[{"Wards": `,
	} {
		r := NewReader()
		if err := r.Read(name, strings.NewReader(text)); err != nil {
			t.Fatal(err)
		}
		if rep := r.Result().Report; rep.Bad != 1 {
			t.Errorf("%s: %+v", name, rep)
		}
	}
}

func TestALineTooLongIsSkippedAlone(t *testing.T) {
	text := `{"ma_thu_tuc": "9.000001", "ten_thu_tuc": "Một"}` + "\n" +
		`{"ma_thu_tuc": "9.000002", "ten_thu_tuc": "` + strings.Repeat("a", maxLine) + "\"}\n" +
		`{"ma_thu_tuc": "9.000003", "ten_thu_tuc": "Ba"}`
	r := NewReader()
	if err := r.Read("x", strings.NewReader(text)); err != nil {
		t.Fatal(err)
	}
	imp := r.Result()
	if len(imp.Versions) != 2 || imp.Report.Bad != 1 || imp.Report.BadLines[0].Line != 2 {
		t.Fatalf("%d versions, bad %v", len(imp.Versions), imp.Report.BadLines)
	}
}

func TestLimits(t *testing.T) {
	for _, c := range []struct{ text, limit, reason string }{
		{"5 Ngày làm việc", "5wd", ""},
		{"05 ngày làm việc", "5wd", ""},
		{"0.5 Ngày làm việc", "0.5wd", ""},
		{"0,5 Ngày làm việc", "0.5wd", ""},
		{"8 Giờ làm việc", "8wh", ""},
		{"8 Giờ", "8wh", LimitPlainHours},
		{"15 Ngày", "15d", ""},
		{"1 Tháng", "1m", ""},
		{"7", "", LimitNoUnit},
		{"0", "", LimitNoMeaning},
		{"0 Ngày", "", LimitNoMeaning},
		{"0.5 Tháng", "", LimitNoMeaning},
		{"99999 Ngày", "", LimitNoMeaning},
		{"3 Tuần trăng", "", LimitNoMeaning},
		{"Không quy định", "", LimitNoMeaning},
		{"Không có thông tin", "", LimitMissing},
		{"", "", LimitMissing},
	} {
		if limit, reason := readLimit(c.text); limit != c.limit || reason != c.reason {
			t.Errorf("%q: got %q %q, want %q %q", c.text, limit, reason, c.limit, c.reason)
		}
	}
}

func TestFees(t *testing.T) {
	for _, c := range []struct {
		amount, detail string
		dong           int64
		known          bool
		reason         string
	}{
		{"Miễn phí", "", 0, true, ""},
		{"Miễn phí", "Không có", 0, true, ""},
		{"Miễn phí", "Theo quy định của Hội đồng nhân dân", 0, false, FeeConditional},
		{"Không có thông tin", "", 0, false, FeeMissing},
		{"1,200,000 Việt Nam Đồng", "", 1200000, true, ""},
		{"50.000 Đồng", "", 50000, true, ""},
		{"50,000 VNĐ", "mỗi lần 50.000 đồng", 50000, true, ""},
		{"50,000 VNĐ", "mỗi lần 100.000 đồng", 0, false, FeeUnclear},
		{"100,000 VNĐ", "Bằng 50% mức thu", 0, false, FeeUnclear},
		{"50 VNĐ", "50.000đ/giấy", 0, false, FeeUnclear},
		{"10 USD", "", 0, false, FeeForeign},
		{"Không Đồng", "", 0, true, ""},
		{"1,2,3 VNĐ", "", 0, false, FeeUnclear},
		{"99999999999999999999 VNĐ", "", 0, false, FeeUnclear},
	} {
		f, reason := readFee(fee{amount: c.amount, detail: c.detail})
		if f.Amount != c.dong || f.Known != c.known || reason != c.reason {
			t.Errorf("%q (%q): got %d %v %q, want %d %v %q", c.amount, c.detail, f.Amount, f.Known, reason, c.dong, c.known, c.reason)
		}
	}
}

func TestLegalBasesAreSplit(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []procedure.LegalBasis
	}{
		{
			"a name that is a number too", "73/2025/TT-NHNNSố 73/2025/TT-NHNNLuật thửLuật số 32/2024/QH15",
			[]procedure.LegalBasis{{Number: "73/2025/TT-NHNN", Name: "73/2025/TT-NHNN"}, {Number: "Luật số 32/2024/QH15", Name: "Luật thử"}},
		},
		{
			"a capital word behind the issuer", "Thông tư 26/2017/TT-BLĐTBXH26/2017/TT-BLĐTBXHBAN HÀNH QUY TRÌNH2222/QĐ-BHXH",
			[]procedure.LegalBasis{{Number: "26/2017/TT-BLĐTBXH", Name: "Thông tư 26/2017/TT-BLĐTBXH"}, {Number: "2222/QĐ-BHXH", Name: "BAN HÀNH QUY TRÌNH"}},
		},
		{
			"a year glued to a number", "Đính chính ngày 12/6/20252418/QĐ-BNNMT",
			[]procedure.LegalBasis{{Number: "2418/QĐ-BNNMT", Name: "Đính chính ngày 12/6/2025"}},
		},
		{
			"an ordinance", "Pháp lệnh 28/2005/PL-UBTVQH1128/2005/PL-UBTVQH11",
			[]procedure.LegalBasis{{Number: "28/2005/PL-UBTVQH11", Name: "Pháp lệnh 28/2005/PL-UBTVQH11"}},
		},
		{"no number at all", "Luật Hóa chất", []procedure.LegalBasis{{Name: "Luật Hóa chất"}}},
	} {
		v := &procedure.Version{}
		readBases(v, basesHead+c.text)
		equal(t, c.name, v.Bases, c.want)
	}
}

func TestTheNamesOfFormFilesAreSplitOff(t *testing.T) {
	for _, c := range []struct {
		text, name string
		files      []string
	}{
		{"Đơn đề nghị (NA20).Mau NA20.docx", "Đơn đề nghị (NA20).", []string{"Mau NA20.docx"}},
		{"Theo Nghị định số 43/2026/NĐ-CPBC tom tat.docx", "Theo Nghị định số 43/2026/NĐ-CP", []string{"BC tom tat.docx"}},
		{"Tờ khai theo mẫuMauA.docxMauB (2).docx", "Tờ khai theo mẫu", []string{"MauA.docx", "MauB (2).docx"}},
		{"Tờ khai theo mẫu1.don.doc", "Tờ khai theo mẫu", []string{"1.don.doc"}},
		{"Không có tệp", "Không có tệp", nil},
		{"Bản mô tả tại trang mau.docx rồi in", "Bản mô tả tại trang mau.docx rồi in", nil},
	} {
		name, files, ok := splitTemplates(c.text)
		if name != c.name || !slices.Equal(files, c.files) || !ok {
			t.Errorf("%q: got %q %q %v", c.text, name, files, ok)
		}
	}
	if _, _, ok := splitTemplates("theo mẫuvăn bản đề nghị.docx"); ok {
		t.Error("a name without a visible beginning was split")
	}
}

func TestATableCutInTwoIsJoined(t *testing.T) {
	p := page{
		Code: "9.000001", Name: "Thử", Papers: "--",
		Channels: channelHead + "Trực tiếp3 Ngày200 VNĐ(",
		Bases:    ": Thông tư thử)Trực tuyến4 NgàyMiễn phí",
	}
	v, why := p.version()
	if why != "" || len(v.Channels) != 2 || v.Channels[1].Limits[0].Limit != "4d" || len(v.Bases) != 0 {
		t.Fatalf("%s %+v", why, v)
	}
}

// FuzzCrawled: any page gives a version whose limits are of the known form, or a reason; nothing is lost silently.
func FuzzCrawled(f *testing.F) {
	raw, err := os.ReadFile("testdata/catalogue.jsonl")
	if err != nil {
		f.Fatal(err)
	}
	for line := range bytes.SplitSeq(raw, []byte("\n")) {
		var p page
		if json.Unmarshal(line, &p) == nil {
			f.Add(p.Channels, p.Papers, p.Bases, p.Results)
		}
	}
	f.Fuzz(func(t *testing.T, channels, papers, bases, results string) {
		p := page{Code: "9.000001", Name: "Thử", Channels: channels, Papers: papers, Bases: bases, Results: results}
		v, why := p.version()
		if why != "" {
			t.Fatal(why)
		}
		ids := map[string]bool{}
		for _, c := range v.Components {
			if c.ID == "" || ids[c.ID] || c.Name == "" {
				t.Fatalf("component %+v", c)
			}
			ids[c.ID] = true
		}
		for _, c := range v.Channels {
			for _, l := range c.Limits {
				if l.Limit == "" && len(v.Marks) == 0 {
					t.Fatalf("a limit without meaning and without a mark: %+v", l)
				}
			}
			for _, x := range c.Fees {
				if x.Amount < 0 || (!x.Known && x.Amount != 0) {
					t.Fatalf("fee %+v", x)
				}
			}
		}
		if a, b := v.Sum(), v.Sum(); a != b {
			t.Fatal("a digest that is not stable")
		}
	})
}

// FuzzRead: any bytes are read or reported, never more than they hold, and never a panic.
func FuzzRead(f *testing.F) {
	for _, name := range []string{"catalogue.jsonl", "tables.jsonl", "units.json", "mapping.csv"} {
		raw, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		r := NewReader()
		if err := r.Read("x", bytes.NewReader(raw)); err != nil {
			t.Fatal(err)
		}
		imp := r.Result()
		if imp.Report.Procedures != len(imp.Versions) || imp.Report.Bad < len(imp.Report.BadLines) {
			t.Fatalf("%+v", imp.Report)
		}
	})
}
