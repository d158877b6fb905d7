package opencps_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"flag"
	"fmt"
	"html"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/motcua/motcua/internal/eform"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/workflow"
	"github.com/motcua/motcua/internal/workflow/draw"
	"github.com/motcua/motcua/internal/workflow/opencps"
	"github.com/motcua/motcua/internal/workflow/prove"
	"github.com/motcua/motcua/internal/workflow/roleword"
)

// page is one sheet of a spreadsheet that a test writes.
type page struct {
	name string
	rows [][]string
}

// ods writes a spreadsheet. A cell "→n" makes the cell before it span n columns, a row with one cell "↓" stands for empty rows.
func ods(t testing.TB, pages []page) []byte {
	t.Helper()
	var c strings.Builder
	c.WriteString(`<?xml version="1.0" encoding="UTF-8"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>`)
	for _, p := range pages {
		fmt.Fprintf(&c, `<table:table table:name="%s">`, html.EscapeString(p.name))
		for _, row := range p.rows {
			if len(row) == 1 && row[0] == "↓" {
				c.WriteString(`<table:table-row table:number-rows-repeated="3"><table:table-cell table:number-columns-repeated="1024"/></table:table-row>`)
				continue
			}
			c.WriteString(`<table:table-row>`)
			for i := 0; i < len(row); i++ {
				span, covered := "", 0
				if i+1 < len(row) && strings.HasPrefix(row[i+1], "→") {
					_, _ = fmt.Sscanf(row[i+1], "→%d", &covered)
					span = fmt.Sprintf(` table:number-columns-spanned="%d"`, covered)
				}
				fmt.Fprintf(&c, `<table:table-cell%s>`, span)
				for _, line := range strings.Split(row[i], "\n") {
					fmt.Fprintf(&c, `<text:p>%s</text:p>`, html.EscapeString(line))
				}
				c.WriteString(`<office:annotation><text:p>ghi chú không phải nội dung</text:p></office:annotation></table:table-cell>`)
				if covered > 1 {
					fmt.Fprintf(&c, `<table:covered-table-cell table:number-columns-repeated="%d"/>`, covered-1)
					i++
				}
			}
			c.WriteString(`<table:table-cell table:number-columns-repeated="16000"/></table:table-row>`)
		}
		c.WriteString(`<table:table-row table:number-rows-repeated="1048000"><table:table-cell table:number-columns-repeated="16384"/></table:table-row></table:table>`)
	}
	c.WriteString(`</office:spreadsheet></office:body></office:document-content>`)
	return packed(t, c.String())
}

func packed(t testing.TB, content string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range [][2]string{{"mimetype", "application/vnd.oasis.opendocument.spreadsheet"}, {"content.xml", content}} {
		w, err := z.Create(f[0])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(f[1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// sample is a procedure of our own, set up as OpenCPS sheets are: a head of two rows with a merged group, empty
// rows between, a step whose name is written two ways, a wait for the applicant.
func sample() []page {
	return []page{
		{"TTHC-Thủ_tục_hành_chính", [][]string{
			{"STT", "Mã", "Tên TTHC", "Trình tự thực hiện", "Cách thức thực hiện", "Thời hạn giải quyết hồ sơ", "Đối tượng thực hiện", "Lệ phí thủ tục", "Kết quả thực hiện", "Văn bản pháp lý"},
			{"1", "MAU-1", "Cấp thẻ xe đạp\ncông cộng", "Bước 1\nnộp hồ sơ", "Qua Internet", "10 ngày làm việc", "Cá nhân", "- Lệ phí 50.000 VNĐ", "Thẻ xe", "- Căn cứ pháp lý:\n+ Nghị định số 1/2020/NĐ-MẪU\nngày 1 tháng 1"},
			{"2", "MAU-2", "Cấp lại thẻ xe", "", "Trực tiếp", "nhanh", "", "Không", "", ""},
		}},
		{"Cấu_hình_dịch_vụ_công", [][]string{{"STT", "Thủ tục hành chính", "Lọc theo lĩnh vực thủ tục", "Tên cơ quan", "Mức độc DVC"}, {"1", "Cấp thẻ xe đạp công cộng", "Giao thông", "Ban Xe đạp", "Mức độ 4"}}},
		{"TTHC-Biểu_mẫu", [][]string{{"STT", "Tên TTHC", "Tên biểu mẫu"}, {"1", "Cấp thẻ xe đạp công cộng", "Đơn xin cấp thẻ", "MAU-PL1"}}},
		{"Thành_phần_hồ_sơ", [][]string{
			{"STT", "Tên thủ tục", "Số TPHS", "Tên thành phần hồ sơ", "Mô tả", "Kiểu thành phần hồ sơ", "Mã ký hiệu mẫu đơn", "Bắt buộc"},
			{"1", "Cấp thẻ xe đạp công cộng", "TP1", "Đơn xin cấp thẻ", "Khai trực tuyến", "Giấy nộp vào", "MAU-PL1", "x"},
			{"2", "Cấp thẻ xe đạp công cộng", "TP2", "Ảnh chân dung", "", "Giấy nộp vào", "", ""},
			{"3", "Cấp thẻ xe đạp công cộng", "KQ1", "Thẻ xe", "", "Giấy tờ kết quả", "", ""},
		}},
		{"Bước_xử_lý", [][]string{
			{"Bảng bước của quy trình mẫu"},
			{"STT", "Bước", "→3", "Xử lý", "→2"},
			{"", "Tên bước", "Trạng thái hồ sơ", "Thời hạn giải quyết", "Vai trò xử lý", "Ghi chú"},
			{"1", "Kiểm tra hồ sơ", "Đang xử lý", "2", "Cán bộ xử lý"},
			{"↓"},
			{"2", "Chờ bổ sung", "Chờ bổ sung", "-1", "Cán bộ xử lý"},
			{"3", "Ký Thẻ", "Đang xử lý", "1", "Trưởng ban điều hành"},
			{"4", "Trả thẻ", "Đang xử lý", "", "Cán bộ xử lý"},
		}},
		{"Thao_tác_xử_lý", [][]string{
			{"STT", "Tên thao tác", "Kích hoạt tự động", "Bước thực hiện thao tác", "Bước sau thực hiện thao tác", "Quy tắc sinh mã", "Yêu cầu thanh toán phí", "Số tiền", "Kết quả xử lý", "Bắt buộc", "Ký số"},
			{"1", "Nhận hồ sơ", "từ cổng", "Bước bắt đầu", "Kiểm tra hồ sơ", "{nnn}"},
			{"2", "Yêu cầu bổ sung", "", "Kiểm tra hồ sơ", "Chờ bổ sung", "", "", "", "Văn bản", "x"},
			{"3", "", "đã bổ sung", "Chờ bổ sung", "Kiểm tra hồ sơ"},
			{"4", "Trình ký từ chối", "", "Kiểm tra hồ sơ", "Ký thẻ", "", "", "", "Tờ trình\nVăn bản từ chối", "x"},
			{"5", "Trình ký thẻ", "", "Kiểm tra hồ sơ", "KÝ THẺ", "", "", "", "Tờ trình\nThẻ xe", "x"},
			{"6", "Ký", "", "Ký thẻ", "Trả thẻ", "", "", "", "Thẻ xe", "x", "x"},
			{"7", "Ký từ chối", "", "Ký thẻ", "Trả thẻ"},
			{"8", "Kiểm tra lại", "", "Ký thẻ", "Kiểm tra hồ sơ"},
			{"9", "Trả thẻ cho người dân", "", "Trả thẻ", "Bước kết thúc", "", "x", "50.000", "", "", ""},
		}},
	}
}

var update = flag.Bool("update", false, "write the sample of testdata anew")

// TestTheSampleOnDiskIsTheSampleHere holds testdata/mau.ods, which other tests import, to what this file writes.
func TestTheSampleOnDiskIsTheSampleHere(t *testing.T) {
	const name = "testdata/mau.ods"
	if *update {
		if err := os.WriteFile(name, ods(t, sample()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	disk, here := read(t, raw, opencps.Options{}), read(t, ods(t, sample()), opencps.Options{})
	if diff := cmp.Diff(here, disk); diff != "" {
		t.Errorf("run go test -update (-here +disk):\n%s", diff)
	}
}

func read(t *testing.T, raw []byte, o opencps.Options) opencps.Result {
	t.Helper()
	r, err := opencps.Read(raw, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestTheSheetsBecomeAProcess(t *testing.T) {
	r := read(t, ods(t, sample()), opencps.Options{Codes: map[string]string{"MAU-1": "1.001234"}})
	if len(r.Problems) > 0 {
		t.Fatal(r.Problems)
	}
	p := r.Process
	var got []string
	for _, s := range p.Steps {
		got = append(got, fmt.Sprintf("%s %s %s %s %v", s.ID, s.At, s.Role, s.Limit, s.Makes))
		for _, a := range s.Actions {
			got = append(got, fmt.Sprintf("  %s %s →%s %v %v", a.ID, a.Means, a.To, a.Primary, a.Note))
		}
	}
	want := []string{
		"kiem-tra-ho-so competent case_officer 2wd []",
		"  trinh-ky-tu-choi submit_up →ky-the false false",
		"  trinh-ky-the submit_up →ky-the true false",
		"ky-the competent division_head 1wd []",
		"  ky approve →tra-the true false",
		"  ky-tu-choi decline →tra-the false true",
		"  kiem-tra-lai send_back →kiem-tra-ho-so false true",
		"tra-the competent case_officer  []",
		"  tra-the-cho-nguoi-dan result →tra true false",
		"tra desk receiving_officer  []",
		"  giao hand → true false",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if s, _ := p.Find("kiem-tra-ho-so"); s.Help != "Lập: Tờ trình. Lập theo hướng giải quyết: Văn bản từ chối; Thẻ xe." {
		t.Errorf("instructions %q", s.Help)
	}
	toItsEnd(t, p)
	v := r.Procedures[0]
	if v.Code != "1.001234" || v.Process != p.ID || v.Form != "mau-pl1" || v.Online != "full" || v.Sector != "Giao thông" || len(r.Procedures) != 2 {
		t.Errorf("%+v", v)
	}
	if len(v.Components) != 2 || !v.Components[0].Required || v.Components[0].Templates[0] != "MAU-PL1" || v.Components[1].Required {
		t.Errorf("papers %+v", v.Components)
	}
	if len(v.Channels) != 2 || v.Channels[0].Kind != procedure.Direct || v.Channels[1].Limits[0].Limit != "10wd" || v.Channels[1].Fees[0].Amount != 50_000 {
		t.Errorf("channels %+v", v.Channels)
	}
	if len(v.Bases) != 1 || v.Bases[0].Number != "1/2020/NĐ-MẪU" {
		t.Errorf("bases %+v", v.Bases)
	}
	for _, f := range r.Forms {
		if p := eform.Check(*f); len(p) > 0 {
			t.Errorf("form %s: %v", f.ID, p)
		}
	}
	var codes []string
	for _, f := range r.Remarks {
		codes = append(codes, fmt.Sprintf("%s:%d %s", f.Sheet, f.Row, f.Code))
		if strings.HasPrefix(f.Text("vi"), "opencps.") || strings.Contains(f.Text("en"), "{") && f.Code != "own-numbers" {
			t.Errorf("%v says %q", f, f.Text("vi"))
		}
	}
	for _, want := range []string{
		"Bước_xử_lý:8 supplement", "Thao_tác_xử_lý:3 supplement-action", "Thao_tác_xử_lý:4 supplement-action", "Thao_tác_xử_lý:2 acceptance", "Thao_tác_xử_lý:2 own-numbers",
		"Thao_tác_xử_lý:10 payment", "Thao_tác_xử_lý:7 signature", "Bước_xử_lý:4 papers-by-way", "TTHC-Thủ_tục_hành_chính:3 no-service", "TTHC-Thủ_tục_hành_chính:3 limit-not-read",
		"Thành_phần_hồ_sơ:4 result-paper", "TTHC-Biểu_mẫu:2 form-stub", "Bước_xử_lý:9 holder-read",
	} {
		if !slices.Contains(codes, want) {
			t.Errorf("no remark %q in\n%s", want, strings.Join(codes, "\n"))
		}
	}
	r = read(t, ods(t, sample()), opencps.Options{Holders: roleword.Table{"Trưởng ban điều hành": {Role: "agency_head"}}})
	if s, _ := r.Process.Find("ky-the"); s.Role != "agency_head" {
		t.Errorf("the caller's table is not read: %+v", s)
	}
}

// toItsEnd runs a process along its usual acts, and ten thousand times at random: it always ends and never gets stuck.
func toItsEnd(t *testing.T, p *workflow.Process) {
	t.Helper()
	if r := prove.Check(p, prove.World{}); !r.Sound() || !r.Exact {
		t.Fatalf("not sound: %+v", r.Findings)
	}
	rnd := rand.New(rand.NewPCG(1, 1))
	for n := range 10_000 {
		var r workflow.Run
		changes, err := workflow.Start(p, workflow.AllHold{})
		if err != nil {
			t.Fatal(err)
		}
		r.Apply(changes...)
		for acts := 0; !r.Ended; acts++ {
			tok := r.Tokens[rnd.IntN(len(r.Tokens))]
			s, _ := p.Find(tok.Step)
			all := s.Acts(tok)
			a := all[rnd.IntN(len(all))]
			if i := slices.IndexFunc(all, func(a workflow.Action) bool { return a.Primary }); i >= 0 && (n == 0 || acts > 50) {
				a = all[i]
			}
			changes, err := r.Act(p, tok.ID, a.ID, workflow.AllHold{})
			if err != nil {
				t.Fatalf("%s at %s: %v", a.ID, tok.Step, err)
			}
			r.Apply(changes...)
			if acts > 200 {
				t.Fatal("does not end")
			}
		}
	}
}

func TestEveryBadRowIsListedAndNothingApplied(t *testing.T) {
	set := func(sheet, row, col int, text string) []page {
		s := sample()
		for len(s[sheet].rows[row]) <= col {
			s[sheet].rows[row] = append(s[sheet].rows[row], "")
		}
		s[sheet].rows[row][col] = text
		return s
	}
	without := func(sheet int) []page { return slices.Delete(sample(), sheet, sheet+1) }
	tests := []struct {
		name  string
		pages []page
		code  string
		row   int
	}{
		{"no sheet of steps", without(4), "no-sheet", 0},
		{"no sheet of actions", without(5), "no-sheet", 0},
		{"no sheet of procedures", without(0), "no-sheet", 0},
		{"a column without its title", set(5, 0, 3, "Nơi làm"), "no-column", 0},
		{"an action from nowhere", set(5, 4, 3, "Bước lạ"), "step-unknown", 5},
		{"an action to nowhere", set(5, 4, 4, "Bước lạ"), "step-unknown", 5},
		{"an action without a name", set(5, 4, 1, ""), "action-unnamed", 5},
		{"two starts", set(5, 4, 3, "Bước bắt đầu"), "starts-twice", 5},
		{"no start", set(5, 1, 3, "Kiểm tra hồ sơ"), "no-start", 0},
		{"no end", set(5, 9, 4, "Kiểm tra hồ sơ"), "no-end", 0},
		{"a limit of words", set(4, 3, 3, "hai"), "limit-no-number", 4},
		{"a step twice", set(4, 6, 1, "Kiểm tra hồ sơ"), "step-twice", 9},
		{"a step without a name", set(4, 6, 1, ""), "step-unnamed", 9},
		{"a procedure without a code", set(0, 1, 1, ""), "procedure-unnamed", 2},
		{"a code twice", set(0, 2, 1, "MAU-1"), "code-twice", 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := read(t, ods(t, tt.pages), opencps.Options{})
			if r.Process != nil || r.Procedures != nil || r.Forms != nil {
				t.Error("something was applied")
			}
			if !slices.ContainsFunc(r.Problems, func(f opencps.Finding) bool { return f.Code == tt.code && f.Row == tt.row }) {
				t.Errorf("no problem %s in row %d of %v", tt.code, tt.row, r.Problems)
			}
		})
	}
}

func TestHostileSpreadsheetsAreRefused(t *testing.T) {
	const head = `<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">`
	tests := []struct {
		name string
		raw  []byte
		want error
	}{
		{"no zip", []byte("STT;Tên"), opencps.ErrFormat},
		{"an empty zip", packed(t, ""), opencps.ErrFormat},
		{"a zip bomb", packed(t, head+strings.Repeat(" ", 40<<20)), opencps.ErrTooLarge},
		{"entities", packed(t, `<!DOCTYPE x [<!ENTITY a "ha">]><x/>`), opencps.ErrDoctype},
		{"nested without end", packed(t, head+strings.Repeat("<table:table>", 5000)), opencps.ErrTooLarge},
		{"a row that stands a million times", packed(t, head+`<table:table table:name="x"><table:table-row table:number-rows-repeated="1000000"><table:table-cell table:number-columns-repeated="1000000"><text:p>x</text:p></table:table-cell></table:table-row></table:table></office:document-content>`), opencps.ErrTooLarge},
		{"half a file", packed(t, head+`<table:table`), opencps.ErrFormat},
		{"too large", make([]byte, opencps.MaxFile+1), opencps.ErrTooLarge},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := opencps.Read(tt.raw, opencps.Options{}); !errors.Is(err, tt.want) {
				t.Errorf("%v, want %v", err, tt.want)
			}
		})
	}
}

// TestTheSampleOfOpenCPS reads the real sample where the data of the workplace lie.
func TestTheSampleOfOpenCPS(t *testing.T) {
	raw, err := os.ReadFile(samplePath())
	if errors.Is(err, os.ErrNotExist) {
		t.Log("the sample of OpenCPS is not here; only the one of our own was read")
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	r := read(t, raw, opencps.Options{})
	if len(r.Problems) > 0 {
		t.Fatal(r.Problems)
	}
	acts := 0
	for _, s := range r.Process.Steps {
		acts += len(s.Actions)
	}
	// Six steps, one of them the supplement, and the desk; eleven actions, three of them acceptance and supplement, and the return.
	if len(r.Process.Steps) != 6 || acts != 9 || len(r.Procedures) != 4 || len(r.Procedures[0].Components) != 6 || len(r.Forms) != 3 {
		t.Errorf("%d steps, %d actions, %d procedures, %d papers, %d forms", len(r.Process.Steps), acts, len(r.Procedures), len(r.Procedures[0].Components), len(r.Forms))
	}
	toItsEnd(t, r.Process)
	if _, err := draw.Draw(r.Process, draw.Look{}); err != nil {
		t.Error(err)
	}
	for _, f := range r.Remarks {
		t.Log(f)
	}
	for _, row := range draw.Table(r.Process, draw.Look{}) {
		t.Log(row)
	}
}

func samplePath() string {
	if dir := os.Getenv("MOTCUA_DATA"); dir != "" {
		return filepath.Join(dir, "tthc", "opencps_masterdata_mau.ods")
	}
	return filepath.Join("..", "..", "..", "..", "shared", "data", "tthc", "opencps_masterdata_mau.ods")
}

func FuzzRead(f *testing.F) {
	f.Add(ods(f, sample()))
	f.Add(packed(f, "<x/>"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		r, err := opencps.Read(raw, opencps.Options{})
		if err == nil && len(r.Problems) == 0 {
			if _, err := workflow.Start(r.Process, workflow.AllHold{}); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// FuzzContent changes what lies in the zip, which FuzzRead seldom reaches.
func FuzzContent(f *testing.F) {
	f.Add(`<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"><table:table table:name="Bước_xử_lý"><table:table-row><table:table-cell table:number-columns-spanned="3" office:value="1"/></table:table-row></table:table></office:document-content>`)
	f.Fuzz(func(t *testing.T, content string) {
		r, err := opencps.Read(packed(t, content), opencps.Options{})
		if err == nil && len(r.Problems) == 0 && r.Process == nil {
			t.Fatal("no problem and no process")
		}
	})
}
