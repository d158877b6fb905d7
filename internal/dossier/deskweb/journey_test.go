package deskweb

import (
	"net/http"
	"strings"
	"testing"

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
	o.get("cb-mot-cua", "/ho-so/"+id).want(http.StatusOK).has("Phân công", "đang giữ, từ").hasNot("Trình lãnh đạo")

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
