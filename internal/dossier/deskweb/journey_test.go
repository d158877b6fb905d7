package deskweb

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/dossier/dossiertest"
)

// step opens the dossier as somebody, sends the form of its primary act with what is typed, and returns the answer.
func (o *office) step(who, id, path string, typed ...string) page {
	o.t.Helper()
	p := o.get(who, "/ho-so/"+id).want(http.StatusOK)
	return o.post(who, "/ho-so/"+id+path, with(p.form("/ho-so/"+id+path), typed...))
}

func TestADossierGoesFromTheInboxToItsReturn(t *testing.T) {
	o := open(t)
	d := o.lodge(dossiertest.Permit, "Nguyễn Thị Ánh", "001190000001")
	id := d.ID

	inbox := o.get("cb-mot-cua", "/lam-viec").want(http.StatusOK)
	inbox.has("Nguyễn Thị Ánh", d.Ref, "Cấp giấy phép thử", "Trong hạn")
	o.get("chuyen-vien", "/lam-viec").want(http.StatusOK).hasNot(d.Ref)

	one := o.get("cb-mot-cua", "/ho-so/"+id).want(http.StatusOK)
	one.has("Tiếp nhận", "4 ngày làm việc", "hẹn trả", "Người đề nghị", "đơn đề nghị.pdf", "Yêu cầu bổ sung", "Từ chối")
	to := o.step("cb-mot-cua", id, "/tiep-nhan").to(t)
	if to != "/ho-so/"+id+"?moi=1" {
		t.Fatalf("led to %s", to)
	}
	o.get("cb-mot-cua", to).want(http.StatusOK).has("Đã tiếp nhận, mã hồ sơ H99.02-260302-0001", "In giấy tiếp nhận", "Vì sao ngày này?", "Chức vụ")
	pdf := o.get("cb-mot-cua", "/ho-so/"+id+"/phieu/tiep-nhan.pdf").want(http.StatusOK)
	if !strings.HasPrefix(pdf.body, "%PDF") || pdf.header.Get("Content-Type") != "application/pdf" {
		t.Errorf("receipt: %s, %.20q", pdf.header.Get("Content-Type"), pdf.body)
	}
	o.get("cb-mot-cua", "/ho-so/"+id).want(http.StatusOK).has("Phân công", "đang giữ, từ").offersNot("Trình lãnh đạo")

	o.step("truong-phong", id, "/xu-ly", fieldPost, "chuyen-vien").to(t)
	o.step("chuyen-vien", id, "/xu-ly", fieldNote, "Đủ điều kiện cấp phép").to(t)
	o.step("giam-doc", id, "/xu-ly").to(t)
	issue := o.get("van-thu", "/ho-so/"+id).want(http.StatusOK).form("/ho-so/" + id + "/xu-ly")
	if issue.Get(fieldName) != "Giấy phép thử" || issue.Get(fieldDate) != "02/03/2026" {
		t.Errorf("the result is not prepared: %v", issue)
	}
	o.upload("van-thu", "/ho-so/"+id+"/xu-ly", with(issue, fieldNumber, "12/GP-STN"), attached{fieldFile, "ket qua.pdf", pdf.body}).to(t)
	o.get("cb-mot-cua", "/lam-viec?ds=cho-tra").want(http.StatusOK).has("H99.02-260302-0001", "Chờ trả")
	o.step("cb-mot-cua", id, "/xu-ly", fieldTo, "Nguyễn Văn Chồng").to(t)

	end := o.get("chuyen-vien", "/ho-so/"+id).want(http.StatusOK)
	end.has("Đã trả kết quả", "12/GP-STN", "Nguyễn Văn Chồng", "Đủ điều kiện cấp phép", "ket qua.pdf", "Hồ sơ đã kết thúc", "Phiếu kiểm soát")
	for _, form := range []string{"tiep-nhan", "kiem-soat"} {
		o.get("chuyen-vien", "/ho-so/"+id+"/phieu/"+form+".pdf").want(http.StatusOK)
	}
	for _, form := range []string{"bo-sung", "tu-choi", "khong-co"} {
		o.get("chuyen-vien", "/ho-so/"+id+"/phieu/"+form+".pdf").want(http.StatusNotFound)
	}
}

func TestWhoMovedSecondIsToldWhatChanged(t *testing.T) {
	o := open(t)
	d := o.lodge(dossiertest.Permit, "Nguyễn Thị Ánh", "001190000001")
	path := "/ho-so/" + d.ID
	// Both officers of the desk look; one asks for a supplement, the other notes nothing of it and refuses.
	first := o.get("cb-mot-cua", path+"?viec=supplement").form(path + "/bo-sung")
	second := o.get("cb-mot-cua-2", path+"?viec=refuse").form(path + "/tu-choi")
	o.post("cb-mot-cua", path+"/bo-sung", with(first, fieldMissing, "ban-ve", fieldItems, "Bản vẽ mặt bằng\nẢnh hiện trạng", fieldReason, "Thiếu bản vẽ")).to(t)
	late := o.post("cb-mot-cua-2", path+"/tu-choi", with(second, fieldReason, "Không thuộc thẩm quyền")).want(http.StatusConflict)
	late.has("Hồ sơ vừa có thay đổi", "Tên person-cb-mot-cua", "Thiếu bản vẽ", "Bản vẽ mặt bằng", "Ảnh hiện trạng", "Nội dung ông/bà đã nhập", "Không thuộc thẩm quyền")
}

func TestStaleWorkGoesOnWhereTheActIsStillOffered(t *testing.T) {
	o := open(t)
	d := o.lodge(dossiertest.Permit, "Nguyễn Thị Ánh", "001190000001")
	path := "/ho-so/" + d.ID
	refuse := o.get("cb-mot-cua", path+"?viec=refuse").form(path + "/tu-choi")
	note := o.get("cb-mot-cua-2", path+"?viec=note").form(path + "/ghi-chu")
	o.post("cb-mot-cua-2", path+"/ghi-chu", with(note, fieldNote, "Đã gọi cho người nộp")).to(t)
	late := o.post("cb-mot-cua", path+"/tu-choi", with(refuse, fieldReason, "Hồ sơ trùng")).want(http.StatusConflict)
	late.has("Hồ sơ vừa có thay đổi", "Đã gọi cho người nộp", "bấm lại nút")
	again := late.form(path + "/tu-choi")
	if again.Get(fieldReason) != "Hồ sơ trùng" || again.Get("_version") == refuse.Get("_version") || again.Get("_key") == refuse.Get("_key") {
		t.Fatalf("the form to go on with: %v", again)
	}
	o.post("cb-mot-cua", path+"/tu-choi", again).to(t)
	o.get("cb-mot-cua", path).has("Từ chối tiếp nhận", "Hồ sơ trùng", "Phiếu từ chối")
	o.get("cb-mot-cua", path+"/phieu/tu-choi.pdf").want(http.StatusOK)
}

func TestADoubleClickActsOnce(t *testing.T) {
	o := open(t)
	d := o.lodge(dossiertest.Permit, "Nguyễn Thị Ánh", "001190000001")
	path := "/ho-so/" + d.ID
	form := o.get("cb-mot-cua", path).form(path + "/tiep-nhan")
	one := o.post("cb-mot-cua", path+"/tiep-nhan", form).to(t)
	if two := o.post("cb-mot-cua", path+"/tiep-nhan", form).to(t); two != one {
		t.Fatalf("the second click led to %s, the first to %s", two, one)
	}
	x, _, err := o.svc.Dossier(t.Context(), o.w.In("cb-mot-cua"), d.ID)
	if err != nil || x.Version != 2 {
		t.Fatalf("version %d, %v", x.Version, err)
	}
}

func TestAWrongPostIsRefusedAndAStrangerSeesNothing(t *testing.T) {
	o := open(t)
	d := o.lodge(dossiertest.Permit, "Nguyễn Thị Ánh", "001190000001")
	path := "/ho-so/" + d.ID
	accept := o.get("cb-mot-cua", path).form(path + "/tiep-nhan")
	o.get("nguoi-la", path).want(http.StatusNotFound)
	o.get("nguoi-la", path+"/phieu/tiep-nhan.pdf").want(http.StatusNotFound)
	o.get("cong-dan", path).want(http.StatusNotFound)
	if to := o.get("", path).to(t); !strings.HasPrefix(to, "/dang-nhap?next=") {
		t.Errorf("a stranger is led to %s", to)
	}
	o.post("chuyen-vien", path+"/tiep-nhan", accept).want(http.StatusNotFound)
	o.post("cb-mot-cua", path+"/tiep-nhan", accept).to(t)
	assign := o.get("truong-phong", path).form(path + "/xu-ly")
	// The desk may open it and has a right that the route asks, but the work is not its own.
	o.post("cb-mot-cua", path+"/xu-ly", with(assign, fieldPost, "chuyen-vien")).want(http.StatusConflict).has("Chưa thực hiện được", "đang do chức vụ khác", "Lãnh đạo phòng")
	o.post("nguoi-la", path+"/xu-ly", with(assign, fieldPost, "chuyen-vien")).want(http.StatusNotFound)
	o.post("truong-phong", path+"/xu-ly", with(assign, fieldPost, "nguoi-la")).want(http.StatusUnprocessableEntity).has("Chọn người nhận việc trong danh sách")
	// Control reads everything and is offered nothing.
	read := o.get("kiem-soat", path).want(http.StatusOK).has("Nguyễn Thị Ánh", "đang giữ")
	for _, f := range read.all("form") {
		if strings.HasPrefix(attr(f, "action"), path) {
			t.Errorf("control is offered %s", attr(f, "action"))
		}
	}
}

func TestWhatIsMissingIsSaidAtItsFieldAndWhatWasTypedStays(t *testing.T) {
	o := open(t)
	d := o.lodge(dossiertest.Permit, "Nguyễn Thị Ánh", "001190000001")
	path := "/ho-so/" + d.ID
	tests := []struct {
		name, act, to string
		typed         []string
		field, says   string
	}{
		{"a refusal without reason", "refuse", "/tu-choi", []string{fieldBasis, "Điều 17"}, fieldReason, "Nhập lý do"},
		{"a request that names nothing", "supplement", "/bo-sung", []string{fieldReason, "Thiếu"}, fieldItems, "ít nhất một nội dung"},
		{"a request without reason", "supplement", "/bo-sung", []string{fieldItems, "Bản vẽ", fieldGuidance, "Nộp tại quầy"}, fieldReason, "Nhập lý do"},
		{"a remark without words", "note", "/ghi-chu", nil, fieldNote, "Nhập ý kiến"},
		{"a reason far too long", "refuse", "/tu-choi", []string{fieldReason, strings.Repeat("dài ", 2000)}, fieldReason, "không quá 4000 ký tự"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			form := o.get("cb-mot-cua", path+"?viec="+tt.act).form(path + tt.to)
			p := o.post("cb-mot-cua", path+tt.to, with(form, tt.typed...)).want(http.StatusUnprocessableEntity).has(tt.says)
			if !strings.HasPrefix(inside(p.all("title")[0]), "Lỗi") {
				t.Errorf("title %q", inside(p.all("title")[0]))
			}
			if !slices.ContainsFunc(p.all("a"), func(n *html.Node) bool { return attr(n, "href") == "#"+tt.field }) {
				t.Errorf("nothing leads to %s", tt.field)
			}
			again := p.form(path + tt.to)
			for i := 0; i+1 < len(tt.typed); i += 2 {
				if again.Get(tt.typed[i]) != strings.TrimSpace(tt.typed[i+1]) {
					t.Errorf("%s became %q", tt.typed[i], again.Get(tt.typed[i]))
				}
			}
		})
	}
}

func TestASecondSupplementAsksForItsBasis(t *testing.T) {
	o := open(t)
	d := o.lodge(dossiertest.Permit, "Nguyễn Thị Ánh", "001190000001")
	path := "/ho-so/" + d.ID
	ask := func(more ...string) page {
		form := o.get("cb-mot-cua", path+"?viec=supplement").form(path + "/bo-sung")
		return o.post("cb-mot-cua", path+"/bo-sung", with(form, append([]string{fieldItems, "Bản vẽ", fieldReason, "Thiếu"}, more...)...))
	}
	ask().to(t)
	o.get("cb-mot-cua", path+"/phieu/bo-sung.pdf").want(http.StatusOK)
	// The person brings the paper to the counter.
	begin := o.get("cb-mot-cua", path).has("Bổ sung hồ sơ").form(path + "/bo-sung-tai-quay")
	draft := o.post("cb-mot-cua", path+"/bo-sung-tai-quay", begin).to(t)
	counter := o.get("cb-mot-cua", draft).want(http.StatusOK).has("Nội dung đã yêu cầu bổ sung", "Bản vẽ", "Ghi nhận bổ sung")
	o.post("cb-mot-cua", draft, with(counter.form(draft), countName(formCopy, "ban-ve"), "2", fieldDo, doAccept)).to(t)
	o.get("cb-mot-cua", path).has("Chờ tiếp nhận", "2 bản sao", "đơn đề nghị.pdf")
	ask().want(http.StatusConflict).has("phải nêu căn cứ pháp lý")
	ask(fieldBasis, "Khoản 2 Điều 9 Luật Thử").want(http.StatusUnprocessableEntity).has("Chọn lãnh đạo đã đồng ý")
	ask(fieldBasis, "Khoản 2 Điều 9 Luật Thử", fieldApprover, "nguoi-la").want(http.StatusUnprocessableEntity).has("Chọn lãnh đạo đã đồng ý")
	ask(fieldBasis, "Khoản 2 Điều 9 Luật Thử", fieldApprover, "giam-doc").to(t)
	o.get("cb-mot-cua", path).has("Lãnh đạo đồng ý: Chức vụ giam-doc", "Căn cứ: Khoản 2 Điều 9 Luật Thử", "thêm lần nữa ở cùng giai đoạn")
}

func TestALimitIsChosenOrStatedWhenTheSourceGivesSeveralOrNone(t *testing.T) {
	o := open(t)
	d := o.lodge(twoLimits, "Nguyễn Thị Ánh", "001190000001")
	form := o.get("cb-mot-cua", "/ho-so/"+d.ID).has("3 ngày làm việc", "10 ngày làm việc").form("/ho-so/" + d.ID + "/tiep-nhan")
	o.post("cb-mot-cua", "/ho-so/"+d.ID+"/tiep-nhan", with(form, fieldLimit, "10wd")).to(t)
	o.get("cb-mot-cua", "/ho-so/"+d.ID).has("10 ngày làm việc", "16/03/2026")

	v := o.lodge(dossiertest.Vague, "Trần Văn Bình", "001190000002")
	path := "/ho-so/" + v.ID
	form = o.get("cb-mot-cua", path).form(path + "/tiep-nhan")
	for _, bad := range []string{"", "nhiều", "-1"} {
		o.post("cb-mot-cua", path+"/tiep-nhan", with(form, fieldAmount, bad)).want(http.StatusUnprocessableEntity).has("chưa nêu rõ thời hạn")
	}
	o.post("cb-mot-cua", path+"/tiep-nhan", with(form, fieldAmount, "7", fieldUnit, "wd")).to(t)
	o.get("cb-mot-cua", path).has("7 ngày làm việc")
}

func TestChosenDossiersMoveOnAndEveryLineIsReported(t *testing.T) {
	o := open(t)
	a := o.lodge(dossiertest.Permit, "Nguyễn Thị Ánh", "001190000001")
	b := o.lodge(dossiertest.Permit, "Trần Văn Bình", "001190000002")
	c := o.lodge(dossiertest.Vague, "Lê Thị Cúc", "001190000003")
	list := o.get("cb-mot-cua", "/lam-viec?ds=tiep-nhan").want(http.StatusOK)
	form := list.form("/lam-viec/hang-loat")
	form["id"] = []string{seen(a.ID, a.Version), seen(b.ID, b.Version), seen(c.ID, c.Version), seen("khong-co", 1)}
	// Meanwhile somebody works on the second.
	path := "/ho-so/" + b.ID
	o.post("cb-mot-cua-2", path+"/ghi-chu", with(o.get("cb-mot-cua-2", path+"?viec=note").form(path+"/ghi-chu"), fieldNote, "Chờ")).to(t)
	report := o.post("cb-mot-cua", "/lam-viec/hang-loat", form).want(http.StatusOK)
	report.has("1 hồ sơ đã xong, 3 hồ sơ chưa làm được", a.Ref, "vừa có thay đổi", "cần ý kiến, người nhận, thời hạn", "Không tìm thấy hồ sơ")
	o.post("cb-mot-cua", "/lam-viec/hang-loat", form).want(http.StatusOK).has("1 hồ sơ đã xong")
	x, _, err := o.svc.Dossier(t.Context(), o.w.In("cb-mot-cua"), a.ID)
	if err != nil || x.Version != 2 {
		t.Errorf("sent twice: version %d, %v", x.Version, err)
	}
	o.post("cb-mot-cua", "/lam-viec/hang-loat", with(form, "id", "")).want(http.StatusUnprocessableEntity)
	delete(form, "id")
	o.post("cb-mot-cua", "/lam-viec/hang-loat", form).want(http.StatusUnprocessableEntity).has("Chưa chọn hồ sơ nào")
	// A step that asks for more than a click is not moved blindly.
	o.get("truong-phong", "/lam-viec").has("H99.02-260302-0001")
	form = o.get("truong-phong", "/lam-viec").form("/lam-viec/hang-loat")
	form["id"] = []string{seen(x.ID, x.Version)}
	o.post("truong-phong", "/lam-viec/hang-loat", form).want(http.StatusOK).has("cần ý kiến, người nhận, thời hạn hoặc kết quả")
}

func TestEveryUnsafeRouteAsksForARight(t *testing.T) {
	o := open(t)
	d := o.lodge(dossiertest.Permit, "Nguyễn Thị Ánh", "001190000001")
	n := 0
	for _, route := range o.mux.Routes() {
		if route.Method != http.MethodPost {
			continue
		}
		n++
		path := strings.NewReplacer("{id}", d.ID, "{draft}", "abc").Replace(route.Pattern)
		form := url.Values{"_key": {o.key()}, "_version": {"1"}, "id": {seen(d.ID, 1)}, fieldReason: {"x"}, fieldNote: {"x"}, fieldPost: {"chuyen-vien"}}
		o.post("", path, form).want(http.StatusUnauthorized)
		o.post("cong-dan", path, form).want(http.StatusNotFound)
		if !slices.Contains(route.Need.AnyOf, access.DossierReadAll) { // who reads everything may keep lists of his own
			o.post("kiem-soat", path, form).want(http.StatusNotFound)
		}
	}
	if n < 10 {
		t.Fatalf("only %d routes", n)
	}
	x, _, err := o.svc.Dossier(t.Context(), o.w.In("cb-mot-cua"), d.ID)
	if err != nil || x.Version != 1 {
		t.Fatalf("version %d, %v", x.Version, err)
	}
}

func TestActsWithoutKeyOrVersionAreRefused(t *testing.T) {
	o := open(t)
	d := o.lodge(dossiertest.Permit, "Nguyễn Thị Ánh", "001190000001")
	path := "/ho-so/" + d.ID + "/tiep-nhan"
	o.post("cb-mot-cua", path, url.Values{"_key": {"k"}}).want(http.StatusUnprocessableEntity)
	o.post("cb-mot-cua", path, url.Values{"_version": {"1"}}).want(http.StatusUnprocessableEntity)
}
