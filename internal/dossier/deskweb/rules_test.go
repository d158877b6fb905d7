package deskweb

import (
	"net/http"
	"strings"
	"testing"

	"github.com/motcua/motcua/internal/dossier"
)

func TestAtTheCounterTheAnswersDecidePapersAndLimit(t *testing.T) {
	o := open(t)
	p, path := o.begin(byCase)
	p.has("Bắt buộc khi mục đích là “làm thay”")
	form := with(p.form(path), "applicant.name", "Nguyễn Văn An", "applicant.number", "001190000001", "purpose", "làm thay", fieldDo, doAccept)
	missing := o.post("cb-mot-cua", path, form).want(http.StatusUnprocessableEntity)
	missing.has("Giấy ủy quyền", "7 ngày làm việc")
	form = with(missing.form(path), "purpose", "gấp", fieldDo, doAccept)
	to := o.post("cb-mot-cua", path, form).to(t)
	x, _, err := o.svc.Dossier(t.Context(), o.w.In("cb-mot-cua"), strings.TrimSuffix(strings.TrimPrefix(to, "/ho-so/"), "?moi=1"))
	if err != nil || x.Limit != "8wh" || x.Status != dossier.Processing {
		t.Errorf("limit %q, status %s, %v", x.Limit, x.Status, err)
	}
}

func TestWhoMayNotFileIsToldAndMayInsistOnAWrittenAnswer(t *testing.T) {
	o := open(t)
	p, path := o.begin(byCase)
	form := with(p.form(path), "applicant.name", "Nguyễn Văn An", "applicant.number", "001190000001", "purpose", "cấm", fieldDo, doAccept)
	told := o.post("cb-mot-cua", path, form).want(http.StatusUnprocessableEntity)
	told.has("Việc này không được cấp phép.", "Người nộp vẫn đề nghị ghi nhận")
	to := o.post("cb-mot-cua", path, with(told.form(path), fieldInsist, "1", fieldDo, doAccept)).to(t)
	id := strings.TrimSuffix(strings.TrimPrefix(to, "/ho-so/"), "?moi=1")
	x, _, err := o.svc.Dossier(t.Context(), o.w.In("cb-mot-cua"), id)
	if err != nil || x.Status != dossier.Submitted {
		t.Fatalf("status %s, %v", x.Status, err)
	}
}
