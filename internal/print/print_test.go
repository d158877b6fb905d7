package print_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"

	"github.com/motcua/motcua/internal/print"
)

// The samples below are invented; their shapes are those of real dossiers.

func at(s string) time.Time {
	t, err := time.Parse("2006-01-02 15:04 -0700", s+" +0700")
	if err != nil {
		panic(err)
	}
	return t
}

func head() print.Head {
	return print.Head{
		Parent: "UBND tỉnh An Bình", Agency: "Trung tâm Phục vụ hành chính công",
		Number: "1024", Book: "2026", Place: "An Bình", Issued: at("2026-03-02 09:15"), Copy: print.CopyGiven,
	}
}

func trace() print.Trace {
	return print.Trace{
		Address: "https://motcua.anbinh.example/kiem-tra/k7wq3mpxt2ab?k=k7wq3mpx", Site: "motcua.anbinh.example/tra-cuu",
		CheckSite: "motcua.anbinh.example/kiem-tra", Check: "k7wq 3mpx t2ab", Secret: "K7WQ-3MPX", JournalHead: "2026-03-02T09:15 #48211 9f2c41d07be35a6810c4e7f2b9d35a11",
	}
}

func person() print.Person {
	return print.Person{
		Name: "Nguyễn Thị Ánh Tuyết", ID: "001190012345", Phone: "0912 345 678", Email: "anhtuyet@example.vn",
		Address: "Số 12, ngõ 45, đường Trần Hưng Đạo, phường Hòa Bình, tỉnh An Bình",
	}
}

func ordinaryReceipt() print.Receipt {
	return print.Receipt{
		Head: head(), Trace: trace(), DossierCode: "H99.05-260302-0017",
		Desk: "Trung tâm Phục vụ hành chính công tỉnh An Bình, quầy số 5", Applicant: person(),
		Procedure: "Cấp giấy phép xây dựng mới đối với nhà ở riêng lẻ",
		Components: []print.Component{
			{Name: "Đơn đề nghị cấp giấy phép xây dựng", Originals: 1},
			{Name: "Giấy chứng nhận quyền sử dụng đất, quyền sở hữu nhà ở và tài sản khác gắn liền với đất", Certified: 1},
			{Name: "Bản vẽ thiết kế xây dựng", Originals: 2},
			{Name: "Bản cam kết bảo đảm an toàn đối với công trình liền kề", Originals: 1},
		},
		Sets: 1, Limit: "15 ngày làm việc", ReceivedAt: at("2026-03-02 09:15"), DueAt: at("2026-03-23 16:30"),
		ReturnAt: "Trung tâm Phục vụ hành chính công tỉnh An Bình (nhận trực tiếp)",
		Fees:     []print.Fee{{Name: "Lệ phí cấp giấy phép xây dựng", Amount: 75000, Note: "đã nộp"}},
		Officer:  "Trần Văn Dũng",
	}
}

func longReceipt() print.Receipt {
	r := ordinaryReceipt()
	r.Agency = "Chi nhánh Trung tâm Phục vụ hành chính công số 3 xã Nghĩa Thành Trung"
	r.Applicant.Name = "Công Tằng Tôn Nữ Nguyễn Phúc Huyền Trân Thiên Hương Ngọc Diễm"
	r.Submitter = "Nguyễn Phúc Hoàng Vĩnh Quỳnh Khánh Phương (người được ủy quyền)"
	r.Procedure = "Điều chỉnh, gia hạn, cấp lại giấy phép xây dựng công trình cấp đặc biệt, cấp I, cấp II, cấp III, cấp IV (công trình không theo tuyến, theo tuyến trong đô thị, tín ngưỡng, tôn giáo, tượng đài, tranh hoành tráng) và nhà ở riêng lẻ"
	for i := range 10 {
		r.Components = append(r.Components, print.Component{
			Name:   fmt.Sprintf("Văn bản thẩm duyệt thiết kế phòng cháy, chữa cháy kèm theo bản vẽ được đóng dấu thẩm duyệt đối với hạng mục số %d theo quy định của pháp luật", i+1),
			Copies: i % 3, Certified: 1, Electronic: 1,
		})
	}
	r.Fees = append(r.Fees, print.Fee{Name: "Phí thẩm định thiết kế cơ sở", Amount: 12500000, Note: "nộp trực tuyến"})
	return r
}

func extremeReceipt() print.Receipt {
	r := longReceipt()
	r.Procedure = strings.Repeat("Quyết định chủ trương đầu tư các chương trình, dự án, phi dự án ", 30)
	r.Applicant.Address = strings.Repeat("Số 12, ngách 34/56, ", 40)
	r.Applicant.Email = strings.Repeat("a", 200) + "@example.vn"
	r.Applicant.Name = strings.Repeat("Ngữỵễn ", 50)
	for i := range 300 {
		r.Components = append(r.Components, print.Component{Name: fmt.Sprintf("Giấy tờ %d %s", i, strings.Repeat("chứng minh nguồn gốc ", i%20)), Copies: i})
	}
	return r
}

func supplement() print.SupplementRequest {
	h := head()
	h.Number, h.Copy = "37", ""
	return print.SupplementRequest{
		Head: h, Trace: trace(), DossierCode: "H99.05-260302-0017", Desk: "Trung tâm Phục vụ hành chính công tỉnh An Bình",
		Applicant: person(), Procedure: "Cấp giấy phép xây dựng mới đối với nhà ở riêng lẻ", Stage: print.AtAppraisal,
		Items: []print.SupplementItem{
			{Name: "Bản vẽ thiết kế xây dựng", Form: "02 bản chính", Wrong: "bản vẽ mặt bằng móng chưa ghi tỷ lệ và chưa có chữ ký của chủ trì thiết kế"},
			{Name: "Giấy chứng nhận quyền sử dụng đất", Form: "01 bản sao chứng thực", Wrong: "trang bổ sung số 3 bị mờ, không đọc được diện tích"},
		},
		Reason:     "Hồ sơ thiết kế chưa đáp ứng yêu cầu về nội dung bản vẽ.",
		Guidance:   "Ông/bà nộp bản vẽ đã sửa tại quầy số 5 hoặc tải lên trang theo dõi hồ sơ; các giấy tờ khác không phải nộp lại.",
		LegalBasis: "Điều 95 Luật Xây dựng; khoản 5 Điều 19 Nghị định số 118/2025/NĐ-CP.",
		Deadline:   at("2026-03-20 17:00"), Contact: "bà Lê Thị Hồng, chuyên viên Phòng Quản lý xây dựng", ContactPhone: "0255 3822 111", Officer: "Lê Thị Hồng",
	}
}

func refusal() print.Refusal {
	h := head()
	h.Number, h.Copy = "12", ""
	return print.Refusal{
		Head: h, Trace: trace(), DossierCode: "H99.05-260302-0018", Kind: print.RefusedReception,
		Desk: "Trung tâm Phục vụ hành chính công tỉnh An Bình", Applicant: person(),
		Procedure:  "Cấp giấy phép xây dựng mới đối với nhà ở riêng lẻ",
		Reason:     "Thửa đất số 214, tờ bản đồ số 8 nằm trong khu vực đã có quyết định thu hồi đất số 77/QĐ-UBND ngày 05 tháng 01 năm 2026 của Ủy ban nhân dân tỉnh, nên không thuộc trường hợp được cấp giấy phép xây dựng.",
		LegalBasis: "Khoản 1 Điều 93 Luật Xây dựng.", Guidance: "Ông/bà có quyền khiếu nại, khởi kiện theo quy định của pháp luật.", Officer: "Trần Văn Dũng",
	}
}

func control() print.ControlSlip {
	h := head()
	h.Number, h.Copy = "", ""
	return print.ControlSlip{
		Head: h, Trace: trace(), DossierCode: "H99.05-260302-0017", Applicant: "Nguyễn Thị Ánh Tuyết",
		Procedure: "Cấp giấy phép xây dựng mới đối với nhà ở riêng lẻ", Resolving: "Sở Xây dựng", Cooperating: "Sở Nông nghiệp và Môi trường; UBND phường Hòa Bình",
		ReceivedAt: at("2026-03-02 09:15"), DueAt: at("2026-03-23 16:30"),
		Handovers: []print.Handover{
			{From: "Trung tâm Phục vụ hành chính công", To: "Phòng Quản lý xây dựng, Sở Xây dựng", GivenBy: "Trần Văn Dũng", TakenBy: "Lê Thị Hồng", At: at("2026-03-02 10:05"), Outcome: print.Early},
			{From: "Phòng Quản lý xây dựng, Sở Xây dựng", To: "Sở Nông nghiệp và Môi trường", GivenBy: "Lê Thị Hồng", TakenBy: "Phạm Quốc Bảo", At: at("2026-03-05 15:40"), Outcome: print.OnTime, Note: "Lấy ý kiến về ranh giới thửa đất"},
			{From: "Sở Nông nghiệp và Môi trường", To: "Phòng Quản lý xây dựng, Sở Xây dựng", GivenBy: "Phạm Quốc Bảo", TakenBy: "Lê Thị Hồng", At: at("2026-03-16 08:00"), Outcome: print.Overdue, Note: "Chậm 01 ngày làm việc do xác minh thực địa"},
			{From: "Sở Xây dựng", To: "Trung tâm Phục vụ hành chính công", GivenBy: "Lê Thị Hồng", At: at("2026-03-20 14:00")},
		},
	}
}

func builtin(t testing.TB, set print.FormSet) *print.Forms {
	t.Helper()
	f, err := print.Builtin(set)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// oneSheet is the set of 2025 with a receipt that must stay on one sheet, as a province may want it.
func oneSheet(t testing.TB) *print.Forms {
	t.Helper()
	text, err := os.ReadFile("templates/tt-03-2025.yaml")
	if err != nil {
		t.Fatal(err)
	}
	f, err := print.Parse([]byte(strings.Replace(string(text), "  mark: Mẫu số 01\n", "  mark: Mẫu số 01\n  one_page: true\n", 1)))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestAReceiptNamesThirtyPapersOnTwoSheetsUnderARepeatedHead(t *testing.T) {
	r := ordinaryReceipt()
	r.Applicant.Name = longReceipt().Applicant.Name
	r.Components = nil
	for i := range 30 {
		r.Components = append(r.Components, print.Component{Name: fmt.Sprintf("Văn bản thẩm duyệt thiết kế phòng cháy, chữa cháy kèm theo bản vẽ của hạng mục số %d", i+1), Copies: 1})
	}
	f := builtin(t, print.TT03of2025)
	if _, pages := print.Lowest(f, r); pages != 2 {
		t.Errorf("%d pages", pages)
	}
	copied := print.Copied(t, print.Draw(t, f, r))
	for i := range 30 {
		if want := fmt.Sprintf("hạng mục số %d", i+1); !strings.Contains(strings.ReplaceAll(copied, "\n", " "), want) {
			t.Errorf("paper %d is not named", i+1)
		}
	}
	if n := strings.Count(copied, "Tên giấy tờ"); n != 2 || strings.Contains(copied, "…") {
		t.Errorf("the head of the table stands %d times", n)
	}
}

var sets = []print.FormSet{print.TT01of2018, print.TT03of2025}

func samples() map[string]any {
	notEligible := refusal()
	notEligible.Kind, notEligible.Official, notEligible.SignerTitle = print.NotEligible, "45/TB-SXD", "KT. GIÁM ĐỐC\nPHÓ GIÁM ĐỐC"
	long := supplement()
	long.Stage = print.AtReception
	for range 4 {
		long.Items = append(long.Items, long.Items...)
	}
	slip := control()
	for range 2 {
		slip.Handovers = append(slip.Handovers, slip.Handovers...)
	}
	return map[string]any{
		"receipt": ordinaryReceipt(), "receipt-long": longReceipt(), "receipt-extreme": extremeReceipt(),
		"supplement": supplement(), "supplement-long": long, "refusal": refusal(), "not-eligible": notEligible,
		"control": control(), "control-long": slip,
	}
}

func TestForms(t *testing.T) {
	for _, set := range sets {
		f := builtin(t, set)
		for name, v := range samples() {
			name := string(set) + "-" + name
			t.Run(name+" is laid out as it was looked at", func(t *testing.T) { print.Golden(t, f, name, v) })
			t.Run(name+" stays inside its page", func(t *testing.T) {
				low, pages := print.Lowest(f, v)
				if low > 206 || print.Rightmost(f, v) > print.PageW-9 {
					t.Errorf("reaches %.1f mm down and %.1f mm right", low, print.Rightmost(f, v))
				}
				if name := strings.TrimPrefix(name, string(set)); name == "-receipt" && pages != 1 {
					t.Errorf("an ordinary receipt is one page, this is %d", pages)
				}
			})
			t.Run(name+" is the same bytes twice and says what it is", func(t *testing.T) {
				a, b := print.Draw(t, f, v), print.Draw(t, f, v)
				if !bytes.Equal(a, b) {
					t.Error("two drawings of one value differ")
				}
				for _, want := range []string{"/Lang (vi-VN)", "/Title", "/Author", "/CreationDate (D:20260302091500)"} {
					if !bytes.Contains(a, []byte(want)) {
						t.Errorf("PDF lacks %s", want)
					}
				}
			})
		}
	}
}

func TestSamplesOfEveryFormStayOnTheirPaper(t *testing.T) {
	for _, set := range sets {
		f := builtin(t, set)
		for _, key := range f.Keys() {
			for _, kind := range print.Samples(key) {
				print.SampleGolden(t, f, "sample-"+string(set)+"-"+key+"-"+kind, key, kind, at("2026-03-02 09:15"))
				if dir := os.Getenv("MOTCUA_SAMPLES"); dir != "" {
					pdf, err := f.Sample(key, kind, at("2026-03-02 09:15"))
					if err != nil {
						t.Fatal(err)
					}
					if err := os.WriteFile(dir+"/"+string(set)+"-"+key+"-"+kind+".pdf", pdf, 0o600); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
	}
}

func TestReceiptCopies(t *testing.T) {
	for _, set := range sets {
		t.Run(string(set)+": every word of an ordinary receipt comes back", func(t *testing.T) {
			r := ordinaryReceipt()
			r.Applicant.Name = norm.NFD.String(r.Applicant.Name) // as some phones send it
			copied := print.Copied(t, print.Draw(t, builtin(t, set), r))
			words := strings.Fields(copied)
			for _, line := range []string{
				"CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "UBND TỈNH AN BÌNH", "An Bình, ngày 02 tháng 3 năm 2026",
				"GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ", "Nguyễn Thị Ánh Tuyết", r.Applicant.Address, r.Procedure, r.DossierCode, r.Secret,
				r.Components[1].Name, r.Limit, "09 giờ 15 phút", "16 giờ 30 phút", "75.000 đồng (đã nộp)", r.Officer, r.JournalHead, r.Site,
			} {
				for _, w := range strings.Fields(line) {
					if !slices.Contains(words, w) && !slices.ContainsFunc(words, func(x string) bool { return strings.Trim(x, ",();:") == strings.Trim(w, ",();:") }) {
						t.Errorf("%q of %q is not in the text of the PDF", w, line)
					}
				}
			}
		})
	}
}

func TestReceiptWithTwelveComponents(t *testing.T) {
	r := ordinaryReceipt()
	r.Applicant.Name = "Công Tằng Tôn Nữ Nguyễn Phúc Huyền Trân Thiên Hương Ngọc Diễm" // 62 letters
	r.Components = nil
	for i := range 12 {
		r.Components = append(r.Components, print.Component{Name: fmt.Sprintf("Giấy tờ thứ %d chứng minh việc đáp ứng điều kiện theo quy định", i+1), Originals: 1, Copies: 1})
	}
	copied := print.Copied(t, print.Draw(t, builtin(t, print.TT03of2025), r))
	for i := range 12 {
		if want := fmt.Sprintf("thứ %d chứng", i+1); !strings.Contains(copied, want) {
			t.Errorf("the receipt does not name component %d", i+1)
		}
	}
	if strings.Contains(copied, "…") || !strings.Contains(copied, r.Applicant.Name) {
		t.Error("twelve ordinary components and a long name must fit whole")
	}
}

func TestExtremeReceiptSaysWhatItLeavesOut(t *testing.T) {
	copied := print.Copied(t, print.Draw(t, oneSheet(t), extremeReceipt()))
	if !regexp.MustCompile(`và \d+ giấy tờ khác, xem bản điện tử`).MatchString(copied) {
		t.Error("papers left out are not counted")
	}
	for _, want := range []string{"H99.05-260302-0017", "K7WQ-3MPX", "16 giờ 30 phút, thứ Hai, ngày 23 tháng 3 năm 2026", "15 ngày làm việc"} {
		if !strings.Contains(copied, want) {
			t.Errorf("%q must never be shortened", want)
		}
	}
}

func FuzzReceipt(f *testing.F) {
	f.Add("Nguyễn Văn A", "Cấp phép", "Đơn", "x", 3)
	f.Add("\U0001F600\u202Eabc\x00", strings.Repeat("w", 3000), "a\nb\n\nc", "*_[{}]", 500)
	f.Add(strings.Repeat("日本", 400), " \t ", "\xff\xfe", "}{", 1)
	forms := oneSheet(f)
	f.Fuzz(func(t *testing.T, name, procedure, component, agency string, n int) {
		r := ordinaryReceipt()
		r.Applicant.Name, r.Procedure, r.Agency, r.Applicant.Email, r.Submitter = name, procedure, agency, component, agency
		r.Components = nil
		for range n & 0x3f {
			r.Components = append(r.Components, print.Component{Name: component, Copies: n})
		}
		if _, pages := print.Lowest(forms, r); pages != 1 {
			t.Errorf("%d pages", pages)
		}
		if x := print.Rightmost(forms, r); x > print.PageW-8 {
			t.Errorf("text reaches %.1f mm: %s", x, print.Farthest(forms, r))
		}
	})
}

func TestClean(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"decomposed tones are composed", norm.NFD.String("Nguyễn"), "Nguyễn"},
		{"emoji that panic the library are left out", "xin chào 😀", "xin chào "},
		{"bidirectional overrides are left out", "a\u202Egpj.exe", "agpj.exe"},
		{"control characters are left out, line breaks stay", "a\x00b\r\nc\td", "ab\nc d"},
		{"every space is a plain one", "a\u00A0b\u3000c", "a b c"},
		{"broken bytes are shown as such", "a\xffb", "a\uFFFDb"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := print.Clean(c.in); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestParseRefusesTemplates(t *testing.T) {
	good, err := os.ReadFile("templates/tt-03-2025.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, old, new, want, list string }{
		{"a field that does not exist", "{applicant}", "{aplicant}", "unknown field {aplicant}", ""},
		{"a key that does not exist", "paper: A4-landscape", "papier: A4", "papier", ""},
		{"a list that does not exist", "table: components", "table: papers", `unknown list "papers"`, "the form's line"},
		{"bold that is not closed", "*{procedure}*", "*{procedure}", "not closed", ""},
		{"brackets inside brackets", "[Mã tra cứu hồ sơ *{secret}*.]", "[, [{secret}]]", "nested", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := print.Parse([]byte(strings.ReplaceAll(string(good), c.old, c.new)))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error with %q", err, c.want)
			}
			bad, ok := errors.AsType[*print.TemplateError](err)
			if !ok {
				t.Fatalf("got %T", err)
			}
			if want := strings.Count(string(good[:bytes.Index(good, []byte(c.old))]), "\n") + 1; c.list == "" && bad.Problems[0].Line != want {
				t.Errorf("line %d, want %d: %v", bad.Problems[0].Line, want, bad.Problems[0])
			}
		})
	}
}

func BenchmarkReceipt(b *testing.B) {
	f := builtin(b, print.TT03of2025)
	for name, r := range map[string]print.Receipt{"ordinary": ordinaryReceipt(), "extreme": extremeReceipt()} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := f.Receipt(r); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
