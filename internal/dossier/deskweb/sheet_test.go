package deskweb

import (
	"bytes"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/dossier/dossiertest"
)

const sheetPath = "/tiep-nhan/bang-tinh/" + dossiertest.Permit

// filled is the empty spreadsheet of the procedure with lines in it.
func (o *office) filled(lines ...[]any) string {
	o.t.Helper()
	empty := o.get("cb-mot-cua", sheetPath+"/mau.xlsx").want(http.StatusOK)
	f, err := excelize.OpenReader(strings.NewReader(empty.body))
	if err != nil {
		o.t.Fatal(err)
	}
	for i, line := range lines {
		if err := f.SetSheetRow(f.GetSheetName(0), "A"+strconv.Itoa(i+2), &line); err != nil {
			o.t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		o.t.Fatal(err)
	}
	return b.String()
}

// check sends a spreadsheet and returns what is said of its lines.
func (o *office) check(file string, typed ...string) page {
	o.t.Helper()
	form := o.get("cb-mot-cua", sheetPath).want(http.StatusOK).form(sheetPath)
	return o.upload("cb-mot-cua", sheetPath, with(form, typed...), attached{fieldSheet, "danh sach.xlsx", file})
}

var threeLines = [][]any{
	{"Nguyễn Thị Ánh", "001190000001", "0912345678", "Xây nhà", "1", ""},
	{"Trần Văn Bình", "12", "", "", "1", "2"},
	{"Lê Thị Cúc", "001190000003", "", "", "", ""},
}

func TestASpreadsheetIsCheckedLineByLineAndTheGoodOnesAreLodged(t *testing.T) {
	o := open(t)
	o.get("cb-mot-cua", "/tiep-nhan-truc-tiep").has("Tiếp nhận từ bảng tính")
	o.get("cb-mot-cua", "/tiep-nhan/bang-tinh?q="+dossiertest.Permit).has("Cấp giấy phép thử")
	seen := o.check(o.filled(threeLines...)).want(http.StatusOK)
	seen.has("1 trong 3 dòng hợp lệ", "Số định danh: ", "12 chữ số", "Nộp giấy tờ bắt buộc: Đơn đề nghị", "Ghi nhận 1 hồ sơ hợp lệ", "Trần Văn Bình")
	form := seen.form(sheetPath + "/ghi-nhan")
	done := o.post("cb-mot-cua", sheetPath+"/ghi-nhan", form).want(http.StatusOK).has("Đã ghi nhận 1 hồ sơ", "H99.02-260302-0001", "2 dòng cần sửa")
	// A second click, and the same file on another page: nothing doubles.
	o.post("cb-mot-cua", sheetPath+"/ghi-nhan", form).want(http.StatusOK).has("H99.02-260302-0001")
	o.check(o.filled(threeLines...)).want(http.StatusOK).has("Không có dòng nào ghi nhận được", "1 dòng đã ghi nhận trước đó", "H99.02-260302-0001")
	// Mended, only what is new is lodged.
	mended := o.check(o.filled(threeLines[0], []any{"Trần Văn Bình", "001190000002", "", "", "1", "2"})).want(http.StatusOK).has("1 trong 2 dòng hợp lệ")
	o.post("cb-mot-cua", sheetPath+"/ghi-nhan", mended.form(sheetPath+"/ghi-nhan")).want(http.StatusOK).has("H99.02-260302-0002")
	rows, _, err := o.svc.Find(t.Context(), o.w.In("cb-mot-cua"), "", "", "")
	if err != nil || len(rows) != 2 {
		t.Fatalf("%d dossiers, %v", len(rows), err)
	}
	newer := slices.IndexFunc(rows, func(r dossier.Row) bool { return r.Owner == "Trần Văn Bình" })
	if newer < 0 {
		t.Fatalf("%+v", rows)
	}
	x := o.now(rows[newer].ID)
	if x.Status != dossier.Processing || x.Owner.Name != "Trần Văn Bình" || len(x.Papers) != 2 || x.Papers[0].Count+x.Papers[1].Count != 3 {
		t.Errorf("%+v", x.Papers)
	}
	// What became of each line is saved as a sheet.
	report := o.post("cb-mot-cua", sheetPath+"/ket-qua.xlsx", done.form(sheetPath+"/ket-qua.xlsx")).want(http.StatusOK)
	f, err := excelize.OpenReader(strings.NewReader(report.body))
	if err != nil {
		t.Fatal(err)
	}
	got, err := f.GetRows(f.GetSheetName(0))
	if err != nil || len(got) != 4 || got[1][3] != "H99.02-260302-0001" || got[1][2] != "Đã ghi nhận" || !strings.Contains(got[2][4], "12 chữ số") {
		t.Errorf("%v, %v", got, err)
	}
}

func TestTwoClicksOnASpreadsheetLodgeEachLineOnce(t *testing.T) {
	o := open(t)
	var lines [][]any
	for i := range 12 {
		lines = append(lines, []any{"Nguyễn Thị Ánh", "0011900000" + strconv.Itoa(10+i), "", "", "1", ""})
	}
	form := o.check(o.filled(lines...), fieldSubmitter, "Trần Thị Dung").want(http.StatusOK).form(sheetPath + "/ghi-nhan")
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() { o.post("cb-mot-cua", sheetPath+"/ghi-nhan", form) })
	}
	wg.Wait()
	rows, _, err := o.svc.Find(t.Context(), o.w.In("cb-mot-cua"), "", "", "")
	if err != nil || len(rows) != 12 {
		t.Fatalf("%d dossiers, %v", len(rows), err)
	}
	o.get("cb-mot-cua", "/ho-so/"+rows[0].ID).has("Hồ sơ cùng lượt", "Trần Thị Dung")
}

func TestBadSpreadsheetsAreRefusedWithWhatToDo(t *testing.T) {
	o := open(t)
	long := strings.TrimSpace(strings.Repeat("Nguyễn Phúc ", 5))
	tests := []struct {
		name, file string
		status     int
		says       []string
	}{
		{"no file", "", http.StatusUnprocessableEntity, []string{"Chọn bảng tính đã điền"}},
		{"a PDF", tinyPDF, http.StatusUnprocessableEntity, []string{"Không đọc được bảng tính"}},
		{"no lines", o.filled(), http.StatusUnprocessableEntity, []string{"chưa có dòng hồ sơ nào"}},
		{"a duplicate line", o.filled(threeLines[0], threeLines[0]), http.StatusOK, []string{"1 trong 2 dòng hợp lệ", "Trùng nội dung với dòng 2"}},
		{"a name of sixty letters", o.filled([]any{long, "001190000001", "", "", "1", ""}), http.StatusOK, []string{"1 trong 1 dòng hợp lệ", long}},
		{"a name far too long", o.filled([]any{strings.Repeat("Nguyễn ", 30), "001190000001", "", "", "1", ""}), http.StatusOK, []string{"Không có dòng nào ghi nhận được", "Họ, chữ đệm và tên:"}},
		{"words for a number of sheets", o.filled([]any{"Nguyễn Thị Ánh", "001190000001", "", "", "một", ""}), http.StatusOK, []string{"Ghi số bản bằng chữ số"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.file == "" {
				form := o.get("cb-mot-cua", sheetPath).form(sheetPath)
				o.upload("cb-mot-cua", sheetPath, with(form, fieldSubmitter, "Trần Thị Dung")).want(tt.status).has(tt.says...)
				return
			}
			o.check(tt.file).want(tt.status).has(tt.says...)
		})
	}
	form := o.check(o.filled(threeLines[0])).want(http.StatusOK).form(sheetPath + "/ghi-nhan")
	o.post("cb-mot-cua", sheetPath+"/ghi-nhan", with(form, fieldSheet+suffixKept, "x.y")).want(http.StatusUnprocessableEntity).has("Chọn lại tệp")
	o.post("chuyen-vien", sheetPath+"/ghi-nhan", form).want(http.StatusNotFound)
	o.post("cb-mot-cua", sheetPath+"/ghi-nhan", url.Values{}).want(http.StatusUnprocessableEntity)
	o.get("cb-mot-cua", "/tiep-nhan/bang-tinh/9.999999").want(http.StatusNotFound)
}

func TestALikelyDuplicateInASpreadsheetNeedsATick(t *testing.T) {
	o := open(t)
	d := o.lodge(dossiertest.Permit, "Nguyễn Thị Ánh", "001190000001")
	seen := o.check(o.filled(threeLines[0])).want(http.StatusOK).has("Có thể trùng hồ sơ "+d.Ref, "Không có dòng nào ghi nhận được", "Dòng 2 là hồ sơ khác")
	form := seen.form(sheetPath + "/ghi-nhan")
	o.post("cb-mot-cua", sheetPath+"/ghi-nhan", form).want(http.StatusOK).has("Đã ghi nhận 0 hồ sơ")
	o.post("cb-mot-cua", sheetPath+"/ghi-nhan", with(form, "trung", "2")).want(http.StatusOK).has("Đã ghi nhận 1 hồ sơ")
}
