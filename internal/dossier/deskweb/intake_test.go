package deskweb

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/dossier/dossiertest"
)

// begin opens an intake of the procedure and returns its page and path.
func (o *office) begin(code string) (page, string) {
	o.t.Helper()
	form := o.get("cb-mot-cua", "/tiep-nhan-truc-tiep?q="+code).want(http.StatusOK).form("/tiep-nhan-truc-tiep")
	form.Set("ma", code)
	path := o.post("cb-mot-cua", "/tiep-nhan-truc-tiep", form).to(o.t)
	return o.get("cb-mot-cua", path).want(http.StatusOK), path
}

func TestAPersonAtTheCounterGetsAReceiptInOneScreen(t *testing.T) {
	o := open(t)
	p, path := o.begin(dossiertest.Permit)
	p.has("Cấp giấy phép thử", "5 ngày làm việc", "hẹn trả", "Bắt buộc", "Họ, chữ đệm và tên")
	form := with(p.form(path), "applicant.name", "nguyễn văn an", "applicant.number", "001 190 000001", "applicant.phone", "0912 345 678",
		countName(formOriginal, "don"), "1", fieldSubmitter, "Nguyễn Thị Con", fieldDo, doAccept)
	to := o.upload("cb-mot-cua", path, form, attached{prefixScan + "ban-ve", "ban ve.pdf", tinyPDF}).to(t)
	done := o.get("cb-mot-cua", to).want(http.StatusOK)
	done.has("Đã tiếp nhận, mã hồ sơ H99.02-260302-0001", "1 bản chính", "ban ve.pdf", "Nguyễn Thị Con", "Trực tiếp")
	again := o.upload("cb-mot-cua", path, form)
	if got := again.to(t); got != to {
		t.Errorf("the second click led to %s, the first to %s", got, to)
	}
	id := strings.TrimSuffix(strings.TrimPrefix(to, "/ho-so/"), "?moi=1")
	x, _, err := o.svc.Dossier(t.Context(), o.w.In("cb-mot-cua"), id)
	if err != nil || len(x.Papers) != 2 || x.Owner.Number != "001190000001" || x.Status != dossier.Processing {
		t.Errorf("%+v, %v", x, err)
	}
}

// tinyPDF is a whole PDF without content.
const tinyPDF = "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"

func TestTwoClicksAtOnceGiveOneDossierAndCountPapersOnce(t *testing.T) {
	o := open(t)
	p, path := o.begin(dossiertest.Permit)
	form := with(p.form(path), "applicant.name", "Nguyễn Văn An", "applicant.number", "001190000001", countName(formOriginal, "don"), "1", countName(formCopy, "ban-ve"), "3", fieldDo, doAccept)
	var wg sync.WaitGroup
	got := make([]string, 8)
	for i := range got {
		wg.Go(func() { got[i] = o.post("cb-mot-cua", path, form).header.Get("Location") })
	}
	wg.Wait()
	for _, to := range got {
		if to == "" || to != got[0] {
			t.Fatalf("led to %v", got)
		}
	}
	x, _, err := o.svc.Dossier(t.Context(), o.w.In("cb-mot-cua"), strings.TrimSuffix(strings.TrimPrefix(got[0], "/ho-so/"), "?moi=1"))
	if err != nil || len(x.Papers) != 2 {
		t.Fatalf("papers %+v, %v", x.Papers, err)
	}
}

func TestNothingTypedAtTheCounterIsLost(t *testing.T) {
	o := open(t)
	p, path := o.begin(dossiertest.Permit)
	form := with(p.form(path), "applicant.name", "Nguyễn Văn An", "applicant.number", "12", "purpose", "Xây nhà", countName(formCopy, "ban-ve"), "2", countName(formCopy, "don"), "hai", fieldDo, doAccept)
	bad := o.upload("cb-mot-cua", path, form, attached{prefixScan + "don", "virus.exe", "MZ this is no paper"}).want(http.StatusUnprocessableEntity)
	bad.has("Loại tệp này không được nhận", "bằng chữ số")
	form = with(bad.form(path), countName(formCopy, "don"), "", fieldDo, doAccept)
	if form.Get("applicant.number") != "12" || form.Get("purpose") != "Xây nhà" || form.Get(countName(formCopy, "ban-ve")) != "2" {
		t.Fatalf("lost: %v", form)
	}
	bad = o.post("cb-mot-cua", path, form).want(http.StatusUnprocessableEntity)
	bad.has("Đơn đề nghị", "12 chữ số")
	// Another day, another machine.
	later := o.get("cb-mot-cua", path).want(http.StatusOK).form(path)
	if later.Get("applicant.name") != "Nguyễn Văn An" || later.Get(countName(formCopy, "ban-ve")) != "2" {
		t.Fatalf("not kept: %v", later)
	}
	o.get("cb-mot-cua", "/tiep-nhan-truc-tiep").has("Hồ sơ đang soạn dở", "Nguyễn Văn An")
	o.get("cb-mot-cua-2", path).want(http.StatusNotFound)
	o.post("cb-mot-cua", path, with(later, fieldDo, doSave)).to(t)
	o.post("cb-mot-cua", path+"/xoa", url.Values{"_key": {"k"}}).to(t)
	o.post("cb-mot-cua", path+"/xoa", url.Values{"_key": {"k"}}).to(t)
	o.get("cb-mot-cua", path).want(http.StatusNotFound)
}

func TestALikelyDuplicateIsShownAndNeedsATick(t *testing.T) {
	o := open(t)
	d := o.lodge(dossiertest.Permit, "Nguyễn Văn An", "001190000001")
	p, path := o.begin(dossiertest.Permit)
	form := with(p.form(path), "applicant.name", "Nguyễn Văn An", "applicant.number", "001190000001", countName(formOriginal, "don"), "1")
	check := o.post("cb-mot-cua", path, with(form, fieldDo, "kiem-trung")).want(http.StatusOK).has("Có thể trùng hồ sơ", d.Ref)
	o.post("cb-mot-cua", path, with(check.form(path), fieldDo, doAccept)).want(http.StatusUnprocessableEntity).has("rồi đánh dấu xác nhận")
	o.post("cb-mot-cua", path, with(check.form(path), fieldDo, doAccept, fieldTwin, "1")).to(t)
	p, path = o.begin(dossiertest.Permit)
	o.post("cb-mot-cua", path, with(p.form(path), "applicant.number", "001190000077", fieldDo, "kiem-trung")).want(http.StatusOK).has("Không thấy hồ sơ trùng")
}

func TestBeginningTwiceLeavesOneDraft(t *testing.T) {
	o := open(t)
	_, one := o.begin(dossiertest.Permit)
	_, two := o.begin(dossiertest.Permit)
	if one != two {
		t.Errorf("%s and %s", one, two)
	}
	form := url.Values{"_key": {"k"}, "ma": {"9.999999"}}
	o.post("cb-mot-cua", "/tiep-nhan-truc-tiep", form).want(http.StatusNotFound)
}
