package deskweb

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"

	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/dossier/dossiertest"
	"github.com/motcua/motcua/internal/procedure"
)

// counter lodges and accepts an application at the counter, with papers on paper.
func (o *office) counter(papers ...dossier.Paper) *dossier.Dossier {
	o.t.Helper()
	ctx, by := context.Background(), o.w.In("cb-mot-cua")
	draft, err := o.svc.StartDraft(ctx, by, dossiertest.Permit, procedure.Direct)
	if err != nil {
		o.t.Fatal(err)
	}
	for _, p := range papers {
		if err := o.svc.AddPaper(ctx, by, draft.ID, p); err != nil {
			o.t.Fatal(err)
		}
	}
	d, err := o.svc.Submit(ctx, by, o.key(), dossier.SubmitCommand{
		Draft: draft.ID, Owner: dossier.Party{Name: "Nguyễn Thị Ánh", Number: "001190000001"}, Answers: json.RawMessage(`{"applicant":{"name":"Nguyễn Thị Ánh","number":"001190000001"}}`), Accept: true,
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return d
}

var (
	theApplication = dossier.Paper{Component: "don", Name: "Đơn đề nghị", Form: dossier.FormOriginal, Count: 1}
	drawing        = dossier.Paper{Component: "ban-ve", Name: "Bản vẽ", Form: dossier.FormCopy, Count: 2}
)

func TestPapersAreHandedOverAndConfirmedOnTheirPage(t *testing.T) {
	o := open(t)
	d := o.counter(theApplication, drawing)
	path := "/ho-so/" + d.ID + "/ban-goc"
	p := o.get("cb-mot-cua", path).want(http.StatusOK).has("Đơn đề nghị", "1 bản chính", "2 bản sao", "phải chuyển cho cơ quan giải quyết trước")
	form := p.form(path + "/giao")
	again := o.post("cb-mot-cua", path+"/giao", with(form, fieldNote, "Kèm phiếu")).want(http.StatusUnprocessableEntity).has("Chọn ít nhất một giấy tờ")
	if again.form(path+"/giao").Get(fieldNote) != "Kèm phiếu" {
		t.Error("what was typed is lost")
	}
	form[fieldKept] = []string{"1.1", "1.2"}
	form.Set(fieldKeeper, "agency|"+string(dossiertest.Department)+"|")
	if to := o.post("cb-mot-cua", path+"/giao", form).to(t); to != path {
		t.Errorf("went to %s", to)
	}
	o.post("cb-mot-cua", path+"/giao", form).to(t) // the same form again: done once
	o.get("cb-mot-cua", "/giao-nhan").want(http.StatusOK).has("chờ nơi khác xác nhận", d.Code)
	o.get("nguoi-la", path).want(http.StatusNotFound)
	o.get("nguoi-la", "/giao-nhan").want(http.StatusOK).hasNot(d.Code)
	o.get("chuyen-vien", "/giao-nhan").want(http.StatusOK).has(d.Code, "Trung tâm Phục vụ hành chính công")
	p = o.get("chuyen-vien", path).want(http.StatusOK).has("Xác nhận đã nhận đủ", "Không nhận")
	answer := p.form(path + "/tra-loi")
	o.post("chuyen-vien", path+"/tra-loi", with(answer, fieldDo, doRefuse)).want(http.StatusUnprocessableEntity).has("Nhập lý do")
	o.post("chuyen-vien", path+"/tra-loi", with(answer, fieldDo, doConfirm)).to(t)
	o.get("chuyen-vien", path).want(http.StatusOK).has("Đã nhận", "Chức vụ chuyen-vien").hasNot("Xác nhận đã nhận đủ")
	o.get("chuyen-vien", "/giao-nhan").hasNot(d.Code)
	o.get("cb-mot-cua", path).want(http.StatusOK).hasNot("Giao giấy tờ từ: Trung tâm")
	// The timeline of the dossier tells it too, and the control slip has its row.
	o.get("cb-mot-cua", "/ho-so/"+d.ID).want(http.StatusOK).has("Giao giấy tờ", "Xác nhận đã nhận giấy tờ")
	o.get("cb-mot-cua", "/ho-so/"+d.ID+"/phieu/kiem-soat.pdf").want(http.StatusOK)
}

func TestFurtherPapersComeInOverTheCounter(t *testing.T) {
	o := open(t)
	d := o.counter(theApplication)
	path := "/ho-so/" + d.ID + "/ban-goc"
	form := o.get("cb-mot-cua", path).form(path + "/nhan")
	form.Set(fieldTakePart, "ban-ve")
	o.post("cb-mot-cua", path+"/nhan", with(form, fieldSheets, "không", fieldPerson, "Ánh")).want(http.StatusUnprocessableEntity).has("từ 1 đến 999")
	o.post("cb-mot-cua", path+"/nhan", with(form, fieldSheets, "3")).want(http.StatusUnprocessableEntity).has("Nhập họ tên")
	o.post("cb-mot-cua", path+"/nhan", with(form, fieldSheets, "3", fieldPerson, "Nguyễn Thị Ánh")).to(t)
	o.get("cb-mot-cua", path).has("Bản vẽ", "3 bản chính", "Nguyễn Thị Ánh")
	// Who does not sit at the desk takes nothing in.
	o.post("chuyen-vien", path+"/nhan", with(form, fieldSheets, "3", fieldPerson, "Ánh")).want(http.StatusNotFound)
}

func TestAPaperIsDigitisedWithItsData(t *testing.T) {
	o := open(t)
	d := o.counter(theApplication)
	path := "/ho-so/" + d.ID + "/so-hoa/1"
	p := o.get("cb-mot-cua", path).want(http.StatusOK).has("Bản quét", "Mã loại giấy tờ")
	form := p.form(path)
	if form.Get(fieldOwner) != "001190000001" || form.Get("ten-giay-to") != "Đơn đề nghị" {
		t.Errorf("what is known is not filled in: %v", form)
	}
	o.upload("cb-mot-cua", path, with(form, "hieu-luc-den", "31/13/2026")).want(http.StatusUnprocessableEntity).
		has("Chọn tệp bản quét", "Mã loại giấy tờ: Nhập thông tin này", "Nhập ngày đúng dạng", "Đối chiếu bản quét").hasNot("Trích yếu nội dung: ")
	o.upload("cb-mot-cua", path, with(form, fieldDoc, "KQ.1", fieldEqual, "1"), attached{fieldScan, "don.exe", "MZ\x90\x00 nothing of ours"}).want(http.StatusUnsupportedMediaType)
	o.upload("cb-mot-cua", path, with(form, fieldDoc, "KQ.1", fieldEqual, "1", "hieu-luc-den", "31/12/2027"), attached{fieldScan, "don.pdf", tinyPDF}).to(t)
	o.get("cb-mot-cua", "/ho-so/"+d.ID+"/ban-goc").has("Quét tại bộ phận một cửa", "KQ.1", "31/12/2027", "don.pdf")
	x, _, err := o.svc.Dossier(t.Context(), o.w.In("cb-mot-cua"), d.ID)
	if err != nil || x.Papers[0].Meta == nil || x.Papers[0].Meta.Until != "2027-12-31" || x.Papers[0].Form != dossier.FormOriginal {
		t.Fatalf("%v %+v", err, x.Papers)
	}
	o.get("cb-mot-cua", path).want(http.StatusOK).has("don.pdf")
	o.get("nguoi-la", path).want(http.StatusNotFound)
	o.get("cb-mot-cua", "/ho-so/"+d.ID+"/so-hoa/9").want(http.StatusNotFound)

	// Who opened the file is known.
	o.get("chuyen-vien", "/ho-so/"+d.ID+"/giay-to/"+x.Papers[0].Hash).want(http.StatusOK)
	o.get("kiem-soat", "/ho-so/"+d.ID+"/luot-xem").want(http.StatusOK).has("Mở giấy tờ “don.pdf”", "Chức vụ chuyen-vien", "Sở Thử nghiệm")
	o.get("chuyen-vien", "/ho-so/"+d.ID+"/luot-xem").want(http.StatusNotFound)
}

func TestEarlierPapersAreTakenOverAtTheCounterWithConsent(t *testing.T) {
	o := open(t)
	old := o.lodge(dossiertest.Permit, "Nguyễn Thị Ánh", "001190000001")
	other := o.lodge(dossiertest.Permit, "Trần Văn Bình", "001190000002")
	draft, err := o.svc.StartDraft(t.Context(), o.w.In("cb-mot-cua"), dossiertest.Permit, procedure.Direct)
	if err != nil {
		t.Fatal(err)
	}
	path := "/tiep-nhan-truc-tiep/" + draft.ID
	form := with(o.get("cb-mot-cua", path).form(path), "applicant.name", "Nguyễn Thị Ánh", "applicant.number", "001190000001")
	p := o.post("cb-mot-cua", path, with(form, fieldDo, "kiem-trung")).want(http.StatusOK).has("Dùng lại giấy tờ đã có", old.Ref).hasNot("hồ sơ " + other.Ref)
	value := "don|" + old.ID + "|" + old.Papers[0].Hash
	form = with(p.form(path), fieldReuse, value)
	o.post("cb-mot-cua", path, with(form, fieldDo, doReuse)).want(http.StatusUnprocessableEntity).has("Đánh dấu đồng ý")
	theirs := "don|" + other.ID + "|" + other.Papers[0].Hash
	o.post("cb-mot-cua", path, with(form, fieldDo, doReuse, fieldConsent, "1", fieldReuse, theirs)).want(http.StatusUnprocessableEntity)
	o.post("cb-mot-cua", path, with(form, fieldDo, doReuse, fieldConsent, "1")).want(http.StatusOK).has("đơn đề nghị.pdf")
	x, err := o.svc.Draft(t.Context(), o.w.In("cb-mot-cua"), draft.ID)
	if err != nil || len(x.Papers) != 1 || x.Papers[0].From == nil || x.Papers[0].From.Consent.By.Post != "cb-mot-cua" || x.Papers[0].Hash != old.Papers[0].Hash {
		t.Fatalf("%v %+v", err, x.Papers)
	}
	// The owner of the earlier dossier can see that it was done.
	list, _, err := o.views.Of(t.Context(), old.ID, "", 10)
	if err != nil || len(list) != 1 || list[0].What != "reuse" {
		t.Errorf("%v %+v", err, list)
	}
}

func TestPersonalDataIsRemovedOnALegalBasis(t *testing.T) {
	o := open(t)
	d := o.lodge(dossiertest.Permit, "Nguyễn Thị Ánh", "001190000001")
	path := "/ho-so/" + d.ID + "/xoa-du-lieu"
	o.get("xoa", path).want(http.StatusOK).has("Chỉ xóa được khi hồ sơ đã kết thúc")
	o.get("cb-mot-cua", path).want(http.StatusNotFound)
	if _, err := o.svc.Refuse(t.Context(), dossier.Request{By: o.w.In("cb-mot-cua"), Dossier: d.ID, Version: d.Version, Key: o.key()}, "Không thuộc thẩm quyền", ""); err != nil {
		t.Fatal(err)
	}
	form := o.get("xoa", path).want(http.StatusOK).has("Không khôi phục được").form(path)
	o.post("xoa", path, form).want(http.StatusUnprocessableEntity).has("Nhập căn cứ pháp lý của việc xóa")
	form.Set(fieldBasis, "Yêu cầu của chủ thể dữ liệu ngày 02/03/2026")
	o.post("xoa", path, form).to(t)
	o.post("xoa", path, form).to(t) // the same form again
	o.get("xoa", "/ho-so/"+d.ID).want(http.StatusOK).hasNot("Nguyễn Thị Ánh", "001190000001")
	o.get("xoa", path).has("đã được xóa")
}
