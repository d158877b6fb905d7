package deskweb

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/dossier/dossiertest"
)

// at sets the clock.
func (o *office) at(when string) {
	o.t.Helper()
	t, err := time.Parse(time.RFC3339, when)
	if err != nil {
		o.t.Fatal(err)
	}
	o.clock.Set(t)
}

// accepted is a dossier the desk took in on Monday, 2 March 2026, 09:00, due in four working days, at the officer.
func (o *office) accepted() *dossier.Dossier {
	o.t.Helper()
	d := o.lodge(dossiertest.Permit, "Nguyễn Thị Ánh", "001190000001")
	o.step("cb-mot-cua", d.ID, "/tiep-nhan").to(o.t)
	o.step("truong-phong", d.ID, "/xu-ly", fieldPost, "chuyen-vien").to(o.t)
	return o.now(d.ID)
}

// resolved is a dossier whose result waits at the desk.
func (o *office) resolved() *dossier.Dossier {
	o.t.Helper()
	d := o.accepted()
	o.step("chuyen-vien", d.ID, "/xu-ly").to(o.t)
	o.step("giam-doc", d.ID, "/xu-ly").to(o.t)
	o.step("van-thu", d.ID, "/xu-ly", fieldNumber, "12/GP-STN").to(o.t)
	return o.now(d.ID)
}

func (o *office) now(id string) *dossier.Dossier {
	o.t.Helper()
	x, _, err := o.svc.Dossier(o.t.Context(), o.w.In("cb-mot-cua"), id)
	if err != nil {
		o.t.Fatal(err)
	}
	return x
}

// turn opens a turn as somebody, sends it with what is typed and returns the answer.
func (o *office) turn(who, id, act string, typed ...string) page {
	o.t.Helper()
	path, form := o.asked(who, id, act)
	return o.post(who, path, with(form, typed...))
}

// asked opens a turn and returns where its form goes and what it holds.
func (o *office) asked(who, id, act string) (string, url.Values) {
	o.t.Helper()
	path := "/ho-so/" + id + "/dinh-chinh"
	if t, ok := turnOf(act); ok {
		path = "/ho-so/" + id + "/" + t.path
	}
	return path, o.get(who, "/ho-so/"+id+"?viec="+act).want(http.StatusOK).form(path)
}

func TestThePauseTheProcedureNamesStopsTheClockAndResumingMovesTheDate(t *testing.T) {
	o := open(t)
	d := o.accepted()
	o.get("chuyen-vien", "/ho-so/"+d.ID+"?viec=pause").has("Niêm yết công khai", "Điều 9 Luật Thử", "Chức vụ giam-doc").hasNot("Điều 10 Luật Thử")
	o.turn("chuyen-vien", d.ID, dossier.ActPause, fieldNote, "Dán tại xã").want(http.StatusUnprocessableEntity).has("Chọn lãnh đạo đã đồng ý", "Dán tại xã")
	o.turn("chuyen-vien", d.ID, dossier.ActPause, fieldCase, "khong-co", fieldApprover, "giam-doc").want(http.StatusConflict).has("không quy định trường hợp tạm dừng")
	o.turn("chuyen-vien", d.ID, dossier.ActPause, fieldCase, "niem-yet", fieldApprover, "giam-doc", fieldNote, "Dán tại xã").to(t)

	p := o.get("chuyen-vien", "/ho-so/"+d.ID).has("Tạm dừng tính thời hạn từ 09:00 thứ Hai, 02/03/2026", "Niêm yết công khai. Căn cứ: Điều 9 Luật Thử", "Lãnh đạo đồng ý: Chức vụ giam-doc", "Dán tại xã").hasNot("Thời gian làm việc còn lại").offersNot("Trình lãnh đạo")
	p.has("Tiếp tục tính thời hạn", "Hoàn tác việc vừa làm")
	o.get("chuyen-vien", "/lam-viec?ds=cho-ben-ngoai").want(http.StatusOK).has(d.Code, "Chờ bên ngoài")

	o.at("2026-03-09T09:00:00+07:00")
	o.get("chuyen-vien", "/ho-so/"+d.ID+"?viec=resume").has("Ngày hẹn trả sẽ là 17:00 thứ Năm, 12/03/2026")
	o.turn("chuyen-vien", d.ID, dossier.ActResume).to(t)
	o.get("chuyen-vien", "/ho-so/"+d.ID).has("Hẹn trả 17:00 thứ Năm, 12/03/2026", "Ngày hẹn đầu tiên", "Trình lãnh đạo").hasNot("Tạm dừng tính thời hạn từ 09:00 thứ Hai, 02/03/2026 Niêm yết")
}

func TestAHeadPausesWithoutNamingAnApprover(t *testing.T) {
	o := open(t)
	d := o.accepted()
	o.step("chuyen-vien", d.ID, "/xu-ly").to(t)
	o.turn("giam-doc", d.ID, dossier.ActPause, fieldCase, "niem-yet").to(t)
	if o.now(d.ID).Paused() == nil {
		t.Fatal("the clock runs")
	}
}

func TestAnApologyInTimeMovesTheDateOnce(t *testing.T) {
	o := open(t)
	d := o.accepted() // due Friday, 6 March, 17:00
	path, form := o.asked("truong-phong", d.ID, dossier.ActApologise)
	o.get("truong-phong", "/ho-so/"+d.ID+"?viec=apologise").has("Xin lỗi đến hết ngày 05/03/2026 là kịp", "Mỗi hồ sơ chỉ hẹn lại một lần")
	typed := with(form, fieldNewDate, "10/3/2026", fieldFault, dossier.FaultAgency, fieldReason, "Cần kiểm tra thực địa")
	seen := o.post("truong-phong", path, with(typed, fieldDo, doPreview)).want(http.StatusOK)
	seen.has("Nếu xác nhận", "Thư xin lỗi (mẫu số 04) gửi Nguyễn Thị Ánh", "Ngày hẹn trả chuyển từ 17:00 thứ Sáu, 06/03/2026 sang 17:00 thứ Ba, 10/03/2026")
	if again := seen.form(path); again.Get(fieldNewDate) != "10/3/2026" || again.Get(fieldReason) != "Cần kiểm tra thực địa" || again.Get(fieldFault) != dossier.FaultAgency {
		t.Fatalf("the preview lost %v", again)
	}
	if o.now(d.ID).Version != d.Version {
		t.Fatal("the preview recorded something")
	}
	for _, bad := range []struct{ day, says string }{{"", "dd/mm/yyyy"}, {"31/02/2026", "dd/mm/yyyy"}, {"06/03/2026", "ngày làm việc sau ngày hẹn"}, {"08/03/2026", "ngày làm việc sau ngày hẹn"}} {
		o.post("truong-phong", path, with(typed, fieldNewDate, bad.day, fieldDo, doPreview)).want(http.StatusUnprocessableEntity).has(bad.says, "Cần kiểm tra thực địa")
		o.post("truong-phong", path, with(typed, fieldNewDate, bad.day)).want(http.StatusUnprocessableEntity).has(bad.says)
	}
	o.post("truong-phong", path, with(typed, fieldFault, "")).want(http.StatusUnprocessableEntity).has("Chọn nguyên nhân")
	o.post("truong-phong", path, typed).to(t)
	o.get("truong-phong", "/ho-so/"+d.ID).has("Hẹn trả 17:00 thứ Ba, 10/03/2026", "Ngày hẹn đầu tiên 17:00 thứ Sáu, 06/03/2026", "Lỗi của cơ quan giải quyết", "Cần kiểm tra thực địa").hasNot("Xin lỗi và hẹn lại ngày trả 2")
	// Once only: the form is not offered again, and the route refuses.
	o.post("truong-phong", path, with(typed, "_key", o.key(), "_version", itoa(o.now(d.ID).Version), fieldNewDate, "17/3/2026")).want(http.StatusConflict).has("đã được hẹn lại một lần", "Cần kiểm tra thực địa")
}

func TestALateApologyIsOwedButMovesNothing(t *testing.T) {
	o := open(t)
	d := o.accepted()
	o.at("2026-03-09T10:00:00+07:00") // the working day after
	path, form := o.asked("giam-doc", d.ID, dossier.ActApologise)
	o.get("giam-doc", "/ho-so/"+d.ID+"?viec=apologise").has("đã qua. Thư xin lỗi muộn không chuyển ngày hẹn trả")
	typed := with(form, fieldNewDate, "10/03/2026", fieldFault, dossier.FaultOther, fieldReason, "Mưa lũ")
	o.post("giam-doc", path, with(typed, fieldDo, doPreview)).want(http.StatusOK).has("Ngày hẹn trả vẫn là 17:00 thứ Sáu, 06/03/2026")
	o.post("giam-doc", path, typed).to(t)
	o.get("giam-doc", "/ho-so/"+d.ID).has("Quá hạn", "Thư muộn", "Hẹn trả 17:00 thứ Sáu, 06/03/2026")
	// Who owns the delay says why; the desk does not.
	o.turn("chuyen-vien", d.ID, dossier.ActExplain, fieldNote, "x").want(http.StatusUnprocessableEntity).has("Chọn lý do trễ hạn")
	o.turn("chuyen-vien", d.ID, dossier.ActExplain, fieldLate, "other").want(http.StatusUnprocessableEntity).has("Nhập lý do")
	o.turn("chuyen-vien", d.ID, dossier.ActExplain, fieldLate, "force_majeure", fieldNote, "Bão số 3").to(t)
	o.get("cb-mot-cua", "/ho-so/"+d.ID).has("Thiên tai, dịch bệnh", "Bão số 3").hasNot("Nêu lý do trễ hạn x")
}

func TestAFinancialObligationStopsTheClockWhereTheProcedureSaysSo(t *testing.T) {
	o := open(t)
	d := o.accepted()
	o.get("chuyen-vien", "/ho-so/"+d.ID+"?viec=obligate").has("Thời hạn giải quyết tạm dừng đến khi nộp xong. Căn cứ: Điều 10 Luật Thử")
	tests := []struct {
		name  string
		typed []string
		field string
		says  string
	}{
		{"no name", []string{fieldSum, "1.500.000", fieldNotice, "TB-01"}, fieldSumOf, "Nhập tên khoản phải nộp"},
		{"no notice", []string{fieldSumOf, "Lệ phí trước bạ", fieldSum, "1.500.000"}, fieldNotice, "số thông báo"},
		{"no amount", []string{fieldSumOf, "Lệ phí trước bạ", fieldNotice, "TB-01"}, fieldSum, "Nhập số tiền"},
		{"words for an amount", []string{fieldSumOf, "Lệ phí trước bạ", fieldNotice, "TB-01", fieldSum, "một triệu"}, fieldSum, "Nhập số tiền"},
		{"a part of a đồng", []string{fieldSumOf, "Lệ phí trước bạ", fieldNotice, "TB-01", fieldSum, "1,5"}, fieldSum, "Nhập số tiền"},
		{"a day that is none", []string{fieldSumOf, "Lệ phí trước bạ", fieldNotice, "TB-01", fieldSum, "1500000", fieldPayUntil, "40/03/2026"}, fieldPayUntil, "ngày cuối phải nộp"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := o.turn("chuyen-vien", d.ID, dossier.ActObligate, tt.typed...).want(http.StatusUnprocessableEntity).has(tt.says)
			if !slices.ContainsFunc(p.all("a"), func(n *html.Node) bool { return attr(n, "href") == "#"+tt.field }) {
				t.Errorf("nothing leads to %s", tt.field)
			}
			again := p.form("/ho-so/" + d.ID + "/nghia-vu-tai-chinh")
			for i := 0; i+1 < len(tt.typed); i += 2 {
				if again.Get(tt.typed[i]) != tt.typed[i+1] {
					t.Errorf("%s became %q", tt.typed[i], again.Get(tt.typed[i]))
				}
			}
		})
	}
	o.turn("chuyen-vien", d.ID, dossier.ActObligate, fieldSumOf, "Lệ phí trước bạ", fieldSum, "1.500.000 đồng", fieldNotice, "TB-01", fieldPayUntil, "20/03/2026").to(t)
	o.get("cb-mot-cua", "/ho-so/"+d.ID).has("Chờ người nộp thực hiện nghĩa vụ tài chính", "Lệ phí trước bạ: 1.500.000 đồng, thông báo số TB-01", "Nộp đến hết ngày 20/03/2026", "Thời hạn tạm dừng từ")
	o.at("2026-03-04T09:00:00+07:00")
	o.turn("cb-mot-cua", d.ID, dossier.ActMeet).want(http.StatusUnprocessableEntity).has("Nhập số chứng từ")
	o.get("cb-mot-cua", "/ho-so/"+d.ID).has("Ngày hẹn trả sẽ là 17:00 thứ Hai, 09/03/2026")
	o.turn("cb-mot-cua", d.ID, dossier.ActMeet, fieldProof, "BL-77").to(t)
	o.get("chuyen-vien", "/ho-so/"+d.ID).has("Hẹn trả 17:00 thứ Hai, 09/03/2026", "Chứng từ BL-77", "Trình lãnh đạo")
}

func TestAnAmountIsReadAsPeopleWriteIt(t *testing.T) {
	tests := []struct {
		typed string
		want  int64
	}{
		{"1.500.000", 1_500_000},
		{"1 500 000 đồng", 1_500_000},
		{"1,500,000đ", 1_500_000},
		{"50000", 50_000},
		{"50.000 VND", 50_000},
		{" 7 ", 7},
		{"", 0},
		{"-5", 0},
		{"1.5", 0},
		{"1.50.000", 0},
		{"1e6", 0},
		{"9999999999999999", 0},
		{"đồng", 0},
		{"١٢", 0},
	}
	for _, tt := range tests {
		if got := readMoney(tt.typed); got != tt.want {
			t.Errorf("%q is %d, want %d", tt.typed, got, tt.want)
		}
	}
}

func TestADossierIsWithdrawnBeforeAcceptanceAndStoppedAfter(t *testing.T) {
	o := open(t)
	d := o.lodge(dossiertest.Permit, "Nguyễn Thị Ánh", "001190000001")
	o.get("cb-mot-cua", "/ho-so/"+d.ID+"?viec=withdraw").has("Hồ sơ kết thúc. Muốn làm tiếp phải nộp hồ sơ mới", "nhận lại giấy tờ")
	o.turn("cb-mot-cua", d.ID, dossier.ActWithdraw, fieldReason, "Nộp nhầm").to(t)
	o.get("cb-mot-cua", "/ho-so/"+d.ID).has("Đã rút", "Nộp nhầm", "Hồ sơ đã kết thúc")

	x := o.accepted()
	o.get("chuyen-vien", "/ho-so/"+x.ID).hasNot("Đề nghị rút hồ sơ")
	o.turn("cb-mot-cua", x.ID, dossier.ActRequestWithdrawal, fieldReason, "Đổi ý").to(t)
	o.get("cb-mot-cua", "/ho-so/"+x.ID).has("Người nộp đề nghị rút hồ sơ từ", "Đổi ý")
	o.get("cb-mot-cua", "/ho-so/"+x.ID+"?viec=drop_withdrawal").has("Hồ sơ trở lại bước Thẩm định, Chức vụ chuyen-vien, Sở Thử nghiệm giữ")
	o.turn("cb-mot-cua", x.ID, dossier.ActDropWithdrawal).to(t)
	o.get("chuyen-vien", "/ho-so/"+x.ID).has("Trình lãnh đạo")
	o.turn("cb-mot-cua", x.ID, dossier.ActRequestWithdrawal).to(t)
	o.get("cb-mot-cua", "/ho-so/"+x.ID+"?viec=stop").has("Hồ sơ kết thúc và không mở lại được", "Thông báo dừng giải quyết hồ sơ được lập")
	o.turn("cb-mot-cua", x.ID, dossier.ActStop, fieldBack, "Bản chính đơn đề nghị", fieldRefund, "Hoàn 50.000 đồng", fieldReason, "Theo đề nghị").to(t)
	o.get("cb-mot-cua", "/ho-so/"+x.ID).has("Dừng giải quyết", "Giấy tờ trả lại: Bản chính đơn đề nghị", "Phí, lệ phí trả lại: Hoàn 50.000 đồng", "Theo đề nghị")

	y := o.resolved()
	o.get("cb-mot-cua", "/ho-so/"+y.ID).hasNot("Đề nghị rút hồ sơ")
	form := url.Values{"_key": {o.key()}, "_version": {"7"}}
	o.post("cb-mot-cua", "/ho-so/"+y.ID+"/de-nghi-rut", with(form, "_version", itoa(y.Version))).want(http.StatusConflict).has("đã có quyết định giải quyết")
}

func itoa(n int64) string { return decimal(int(n)) }

func TestNobodyCompletesItForFifteenDaysAndTheDeskCloses(t *testing.T) {
	o := open(t)
	d := o.lodge(dossiertest.Permit, "Nguyễn Thị Ánh", "001190000001")
	path := "/ho-so/" + d.ID
	form := o.get("cb-mot-cua", path+"?viec=supplement").form(path + "/bo-sung")
	o.post("cb-mot-cua", path+"/bo-sung", with(form, fieldItems, "Bản vẽ", fieldReason, "Thiếu")).to(t)
	o.get("cb-mot-cua", path).hasNot("Đóng hồ sơ")
	o.post("cb-mot-cua", path+"/dong", url.Values{"_key": {o.key()}, "_version": {"2"}}).want(http.StatusConflict).has("còn được bổ sung đến hết ngày 2026-03-17")
	o.at("2026-03-18T08:00:00+07:00")
	o.get("cb-mot-cua", path+"?viec=close").has("Người nộp không bổ sung đến hết ngày 17/03/2026", "không mở lại được")
	o.turn("cb-mot-cua", d.ID, dossier.ActClose).to(t)
	o.get("cb-mot-cua", path).has("Đã đóng", "Không bổ sung đến hết ngày 17/03/2026")
}

func TestAWrongAddresseeIsMendedBeforeAcceptance(t *testing.T) {
	o := open(t)
	d := o.lodge(dossiertest.Permit, "Nguyễn Thị Ánh", "001190000001")
	o.get("cb-mot-cua", "/ho-so/"+d.ID+"?viec=redirect").has("Hồ sơ đang gửi Sở Thử nghiệm", "Sở Khác", "Hạn trả lời người nộp không tính lại")
	o.turn("cb-mot-cua", d.ID, dossier.ActRedirect, fieldReason, "Không thuộc thẩm quyền").want(http.StatusUnprocessableEntity).has("Chọn cơ quan khác", "Không thuộc thẩm quyền")
	o.turn("cb-mot-cua", d.ID, dossier.ActRedirect, fieldAgency, "so-khac").want(http.StatusUnprocessableEntity).has("Nhập lý do")
	o.turn("cb-mot-cua", d.ID, dossier.ActRedirect, fieldAgency, "so-khac", fieldReason, "Không thuộc thẩm quyền").to(t)
	o.get("cb-mot-cua", "/ho-so/"+d.ID).has("Cơ quan giải quyết Sở Khác", "Chuyển đến Sở Khác")
}

func TestTheLastActIsUndoneByItsAuthorWhileNothingFollowed(t *testing.T) {
	o := open(t)
	d := o.accepted()
	o.step("chuyen-vien", d.ID, "/xu-ly", fieldNote, "Đủ").to(t)
	o.get("giam-doc", "/ho-so/"+d.ID).hasNot("Hoàn tác việc vừa làm")
	o.get("chuyen-vien", "/ho-so/"+d.ID+"?viec=undo").has("Hồ sơ trở lại bước Thẩm định")
	path, form := o.asked("chuyen-vien", d.ID, dossier.ActUndo)
	o.post("chuyen-vien", path, form).to(t)
	o.post("chuyen-vien", path, form).to(t) // a double click undoes once
	p := o.get("chuyen-vien", "/ho-so/"+d.ID).has("Hoàn tác", "đã hoàn tác", "Việc đã hoàn tác: Chuyển bước", "Trình lãnh đạo")
	struck := p.all("s")
	if len(struck) != 1 || inside(struck[0]) != "Trình lãnh đạo" {
		t.Errorf("%d acts are struck through", len(struck))
	}
	o.step("chuyen-vien", d.ID, "/xu-ly").to(t)
	path, form = o.asked("chuyen-vien", d.ID, dossier.ActUndo)
	o.step("giam-doc", d.ID, "/xu-ly").to(t)
	o.post("chuyen-vien", path, form).want(http.StatusConflict).has("Hồ sơ vừa có thay đổi")
}

func TestAWrongResultIsCorrectedAndBothStay(t *testing.T) {
	o := open(t)
	d := o.resolved()
	o.turn("cb-mot-cua", d.ID, dossier.ActOpenCorrection, fieldReason, "Sai tên").want(http.StatusUnprocessableEntity).has("Chọn nguyên nhân", "Sai tên")
	o.turn("cb-mot-cua", d.ID, dossier.ActOpenCorrection, fieldReason, "Sai tên", fieldFault, dossier.FaultAgency).to(t)
	o.get("van-thu", "/ho-so/"+d.ID).has("Đang đính chính kết quả từ", "Sai tên", "Ban hành kết quả đính chính", "Bước này trong hạn 17:00 thứ Năm, 05/03/2026")
	path, form := o.asked("van-thu", d.ID, dossier.ActCorrect)
	o.upload("van-thu", path, form).want(http.StatusUnprocessableEntity).has("Nhập số và tên văn bản")
	o.upload("van-thu", path, with(form, fieldNumber, "13/GP-STN"), attached{fieldFile, "dinh chinh.pdf", tinyPDF}).to(t)
	o.get("cb-mot-cua", "/ho-so/"+d.ID).has("13/GP-STN", "Kết quả trước", "12/GP-STN", "Đính chính lúc", "dinh chinh.pdf", "Chờ trả kết quả")
	o.step("cb-mot-cua", d.ID, "/xu-ly").to(t)
	o.turn("cb-mot-cua", d.ID, dossier.ActReissue, fieldReason, "Người dân làm mất").want(http.StatusUnprocessableEntity).has("Chọn nguyên nhân")
	o.turn("cb-mot-cua", d.ID, dossier.ActReissue, fieldReason, "Người dân làm mất", fieldFault, dossier.FaultOther).to(t)
	o.get("cb-mot-cua", "/ho-so/"+d.ID).has("Cấp lại lúc", "Người dân làm mất")
}

func TestADecisionMayYieldSeveralDocuments(t *testing.T) {
	o := open(t)
	d := o.accepted()
	o.step("chuyen-vien", d.ID, "/xu-ly").to(t)
	o.step("giam-doc", d.ID, "/xu-ly").to(t)
	path := "/ho-so/" + d.ID + "/xu-ly"
	form := o.get("van-thu", "/ho-so/"+d.ID).has("Thêm văn bản kết quả").form(path)
	more := o.upload("van-thu", path, with(form, fieldNumber, "12/GP-STN", fieldDo, doMore), attached{fieldFile, "giay phep.pdf", tinyPDF}).want(http.StatusOK).has("Văn bản thứ 2", "giay phep.pdf")
	form = more.form(path)
	if form.Get(fieldNumber) != "12/GP-STN" || form.Get(fieldFile+suffixKept) == "" || form.Get(fieldRows) != "2" {
		t.Fatalf("the form to go on with: %v", form)
	}
	forged := strings.Replace(form.Get(fieldFile+suffixKept), ".", "x.", 1)
	o.upload("van-thu", path, with(form, fieldFile+suffixKept, forged)).want(http.StatusUnprocessableEntity).has("Chọn lại tệp")
	o.upload("van-thu", path, with(form, inRow(fieldNumber, 2), "13/BV")).want(http.StatusUnprocessableEntity).has("Nhập số và tên văn bản", "giay phep.pdf")
	o.upload("van-thu", path, with(form, inRow(fieldNumber, 2), "13/BV", inRow(fieldName, 2), "Bản vẽ đóng dấu", inRow(fieldDate, 2), "30/2/2026")).want(http.StatusUnprocessableEntity)
	o.upload("van-thu", path, with(form, inRow(fieldNumber, 2), "13/BV", inRow(fieldName, 2), "Bản vẽ đóng dấu"), attached{inRow(fieldFile, 2), "ban ve.pdf", tinyPDF + "2"}).to(t)
	x := o.now(d.ID)
	if len(x.Issued) != 1 || len(x.Issued[0].More) != 1 || x.Issued[0].More[0].File == nil || x.Result.File == nil || len(x.ResultFiles()) != 2 {
		t.Fatalf("%+v", x.Issued)
	}
	o.get("cb-mot-cua", "/ho-so/"+d.ID).has("12/GP-STN", "13/BV", "Bản vẽ đóng dấu", "giay phep.pdf", "ban ve.pdf")
	for _, f := range x.ResultFiles() {
		o.get("cb-mot-cua", "/ho-so/"+d.ID+"/giay-to/"+f.Hash).want(http.StatusOK)
		o.get("nguoi-la", "/ho-so/"+d.ID+"/giay-to/"+f.Hash).want(http.StatusNotFound)
	}
}

func TestTurnsAreRefusedToOthersAndWhenStale(t *testing.T) {
	o := open(t)
	d := o.accepted()
	path, form := o.asked("chuyen-vien", d.ID, dossier.ActPause)
	form = with(form, fieldCase, "niem-yet", fieldApprover, "giam-doc", fieldNote, "Dán tại xã")
	o.post("nguoi-la", path, form).want(http.StatusNotFound)
	o.post("chuyen-vien-2", path, form).want(http.StatusConflict).has("đang do chức vụ khác")
	note := o.get("truong-phong", "/ho-so/"+d.ID+"?viec=note").form("/ho-so/" + d.ID + "/ghi-chu")
	o.post("truong-phong", "/ho-so/"+d.ID+"/ghi-chu", with(note, fieldNote, "Gấp")).to(t)
	late := o.post("chuyen-vien", path, form).want(http.StatusConflict).has("Hồ sơ vừa có thay đổi", "Gấp")
	if again := late.form(path); again.Get(fieldNote) != "Dán tại xã" || again.Get(fieldCase) != "niem-yet" || again.Get(fieldApprover) != "giam-doc" {
		t.Errorf("lost: %v", again)
	}
}
