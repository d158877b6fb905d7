package deskweb

import (
	"bytes"
	"encoding/csv"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/dossier/dossiertest"
)

// overdue lodges and accepts a dossier and lets its date pass.
func (o *office) overdue(owner, number string) *dossier.Dossier {
	o.t.Helper()
	d := o.lodge(dossiertest.Permit, owner, number)
	d, err := o.svc.Accept(o.t.Context(), dossier.Request{By: o.actor("cb-mot-cua"), Dossier: d.ID, Version: d.Version, Key: o.key()}, "")
	if err != nil {
		o.t.Fatal(err)
	}
	return d
}

func TestALateDossierIsListedExplainedAndCounted(t *testing.T) {
	o := open(t)
	d := o.overdue("=Nguyễn Thị Ánh", "001190000001")
	other := o.lodge(dossiertest.Vague, "Trần Văn Bình", "001190000002")
	o.clock.Add(14 * 24 * time.Hour)

	late := o.get("truong-phong", "/danh-sach-ho-so?ly-do=missing").want(http.StatusOK)
	late.has("Quá hạn chưa nêu lý do", d.Code, "Lỡ hẹn đầu", "1 hồ sơ").hasNot(other.Ref)
	o.get("truong-phong", "/danh-sach-ho-so?han=qua-han&cho=officer&lv=Thử+nghiệm").want(http.StatusOK).has(d.Code)
	o.get("truong-phong", "/danh-sach-ho-so?han=bao-gio").want(http.StatusUnprocessableEntity)
	o.get("nguoi-la", "/danh-sach-ho-so").want(http.StatusOK).hasNot(d.Code, other.Ref)

	// The figure says one, and its list shows it.
	fig := o.get("kiem-soat", "/so-lieu/dung-han?theo=agency").want(http.StatusOK)
	fig.has("Đúng hạn theo luật", "Sở Thử nghiệm")
	followed := 0
	for _, a := range fig.all("a") {
		href := attr(a, "href")
		if !strings.HasPrefix(href, "/danh-sach-ho-so?") || !strings.Contains(href, "so=") {
			continue
		}
		followed++
		n, err := strconv.Atoi(inside(a))
		if err != nil {
			t.Fatal(err)
		}
		if got := len(o.get("kiem-soat", href).want(http.StatusOK).all("tr")) - 1; got != n {
			t.Errorf("%s: the figure is %d, the list has %d rows", href, n, got)
		}
	}
	if followed < 3 {
		t.Errorf("only %d numbers lead to lists", followed)
	}
	for _, way := range []string{"leg", "national"} {
		o.get("kiem-soat", "/so-lieu/dung-han?cach="+way+"&theo=month").want(http.StatusOK)
	}
	o.get("kiem-soat", "/so-lieu/dung-han/xuat.csv?cach=national").want(http.StatusOK).has("Chỉ số 2.1 (Quyết định 766), Quá hạn")
	o.get("kiem-soat", "/so-lieu/dung-han?tu=01/01/2026&den=01/01/2020").want(http.StatusUnprocessableEntity)

	// Explained in bulk, it leaves the list of those without a reason; sent again, nothing happens twice.
	form := url.Values{"_key": {"gom-1"}, "id": {seen(d.ID, d.Version), seen(other.ID, other.Version)}, fieldBulk: {dossier.ActExplain}, fieldBulkReason: {"workload"}, "_from": {"/danh-sach-ho-so?ly-do=missing"}}
	for range 2 {
		done := o.post("truong-phong", "/lam-viec/hang-loat", form).want(http.StatusOK)
		done.has("Đã xong", "Chưa làm được")
	}
	o.get("truong-phong", "/danh-sach-ho-so?ly-do=missing").hasNot(d.Code)
	o.get("truong-phong", "/danh-sach-ho-so?ly-do=workload").has(d.Code)
	o.get("truong-phong", "/lam-viec/hang-loat/gom-1").want(http.StatusOK).has(d.Code)
	o.get("chuyen-vien", "/lam-viec/hang-loat/gom-1").want(http.StatusNotFound)

	// Export: no formula, no more than the list, and on record.
	csvText := o.get("truong-phong", "/danh-sach-ho-so/xuat/danh-sach.csv?han=qua-han").want(http.StatusOK).raw()
	if !bytes.HasPrefix(csvText, []byte("\xEF\xBB\xBF")) {
		t.Error("the text has no mark of its encoding")
	}
	rows, err := csv.NewReader(bytes.NewReader(csvText[3:])).ReadAll()
	if err != nil || len(rows) != 2 || rows[1][0] != d.Code || rows[1][1] != "'=Nguyễn Thị Ánh" {
		t.Errorf("rows %v %v", rows, err)
	}
	o.clock.Add(time.Minute)
	sheet, err := excelize.OpenReader(bytes.NewReader(o.get("truong-phong", "/danh-sach-ho-so/xuat/danh-sach.xlsx").want(http.StatusOK).raw()))
	if err != nil {
		t.Fatal(err)
	}
	if cells, err := sheet.GetRows(sheet.GetSheetName(0)); err != nil || len(cells) != 3 {
		t.Errorf("the sheet has %d lines: %v", len(cells), err)
	}
	exports, err := o.store.Exports(t.Context(), 10)
	if err != nil || len(exports) != 2 || exports[1].Rows != 1 || exports[1].Filter != "han=qua-han" || exports[1].Post != "truong-phong" || exports[0].Rows != 2 {
		t.Errorf("on record: %+v %v", exports, err)
	}
}

func TestAListIsKeptSharedAndForgotten(t *testing.T) {
	o := open(t)
	o.lodge(dossiertest.Vague, "Trần Văn Bình", "001190000002")
	keep := func(who, name, share string) string {
		f := url.Values{"_key": {o.key()}, "loc": {"han=qua-han&lv=Thử+nghiệm"}, "ten": {name}}
		if share != "" {
			f.Set("chia-se", share)
		}
		return o.post(who, "/danh-sach-ho-so/luu", f).to(t)
	}
	if to := keep("chuyen-vien", "Việc gấp của tôi", ""); to != "/danh-sach-ho-so?han=qua-han&lv=Th%E1%BB%AD+nghi%E1%BB%87m" {
		t.Errorf("led to %s", to)
	}
	keep("chuyen-vien", "Việc chung của phòng", "1")
	o.get("chuyen-vien", "/danh-sach-ho-so").has("Việc gấp của tôi", "Việc chung của phòng")
	o.get("chuyen-vien-2", "/danh-sach-ho-so").has("Việc chung của phòng (dùng chung)").hasNot("Việc gấp của tôi")
	o.get("cb-mot-cua", "/danh-sach-ho-so").hasNot("Việc chung của phòng")
	o.post("chuyen-vien", "/danh-sach-ho-so/luu", url.Values{"_key": {o.key()}, "loc": {""}, "ten": {" "}}).want(http.StatusUnprocessableEntity)

	saved, err := o.store.SavedLists(t.Context(), o.actor("chuyen-vien").Person, dossiertest.Department)
	if err != nil || len(saved) != 2 {
		t.Fatal(saved, err)
	}
	o.post("chuyen-vien-2", "/danh-sach-ho-so/"+saved[1].ID+"/xoa", url.Values{"_key": {o.key()}}).want(http.StatusNotFound)
	o.post("chuyen-vien", "/danh-sach-ho-so/"+saved[1].ID+"/xoa", url.Values{"_key": {o.key()}}).to(t)
	o.get("chuyen-vien-2", "/danh-sach-ho-so").hasNot("Việc chung của phòng")

	o.post("chuyen-vien", "/danh-sach-ho-so/cot", url.Values{"_key": {o.key()}, "cot": {"law", "channel"}, "_from": {"/danh-sach-ho-so?han=qua-han"}}).to(t)
	o.get("chuyen-vien", "/danh-sach-ho-so").has("Bộ quy định").hasNot("Hạn theo luật 1")
	for _, th := range o.get("chuyen-vien", "/danh-sach-ho-so").all("th") {
		if inside(th) == "Chủ hồ sơ" {
			t.Error("a column that was not chosen is shown")
		}
	}
}

func TestAssigningManyReportsEveryLine(t *testing.T) {
	o := open(t)
	mine, theirs := o.overdue("Nguyễn Thị Ánh", "001190000001"), o.lodge(dossiertest.Permit, "Trần Văn Bình", "001190000002")
	form := url.Values{"_key": {"gom-2"}, "id": {seen(mine.ID, mine.Version), seen(theirs.ID, theirs.Version)}, fieldBulk: {dossier.ActAssign}, fieldBulkPost: {"truong-phong"}}
	o.post("truong-phong", "/lam-viec/hang-loat", form).want(http.StatusOK).has("1 hồ sơ")
	d, _, err := o.svc.Dossier(t.Context(), o.actor("truong-phong"), mine.ID)
	if err != nil || d.Holder.Post != "truong-phong" {
		t.Errorf("held by %+v %v", d.Holder, err)
	}
	o.post("truong-phong", "/lam-viec/hang-loat", url.Values{"_key": {"gom-3"}, "id": {seen(mine.ID, 1)}, fieldBulk: {"xoa"}}).want(http.StatusUnprocessableEntity)
}

func (p page) raw() []byte { return []byte(p.body) }

func TestTheWorkOfAllPostsStandsInOneList(t *testing.T) {
	o := open(t)
	d := o.overdue("Nguyễn Thị Ánh", "001190000001")
	waiting := o.lodge(dossiertest.Permit, "Trần Văn Bình", "001190000002")
	behalf := o.actor("truong-phong")
	behalf.Person, behalf.Behalf = "person-cb-mot-cua", "person-truong-phong"
	o.acting = map[string][]access.Actor{"cb-mot-cua": {o.actor("cb-mot-cua"), behalf}}
	p := o.get("cb-mot-cua", "/lam-viec/moi-chuc-vu").want(http.StatusOK)
	p.has(d.Code, waiting.Ref, "Chức vụ truong-phong", "thay mặt Tên person-truong-phong")
	open := map[string]bool{}
	for _, a := range p.all("a") {
		open[attr(a, "href")] = true
	}
	if !open["/ho-so/"+waiting.ID] || open["/ho-so/"+d.ID] {
		t.Error("a dossier is opened in the post it waits for")
	}
	o.get("chuyen-vien", "/lam-viec/moi-chuc-vu").want(http.StatusOK).hasNot(d.Code, waiting.Ref)

	// What is done on behalf of somebody says so.
	if _, err := o.svc.Act(t.Context(), dossier.Request{By: behalf, Dossier: d.ID, Version: d.Version, Key: o.key()}, dossier.ActCommand{Action: "giao", Post: "chuyen-vien"}); err != nil {
		t.Fatal(err)
	}
	_, events, err := o.svc.Dossier(t.Context(), o.actor("chuyen-vien"), d.ID)
	if err != nil {
		t.Fatal(err)
	}
	if last := events[len(events)-1]; last.By.Person != "person-cb-mot-cua" || last.By.Behalf != "person-truong-phong" || last.By.Post != "truong-phong" || !strings.Contains(last.Body, `"behalf":"person-truong-phong"`) {
		t.Errorf("by %+v", last.By)
	}
	if first := events[0]; strings.Contains(first.Body, "behalf") {
		t.Errorf("an act of one's own names somebody else: %s", first.Body)
	}
	o.get("chuyen-vien", "/ho-so/"+d.ID).has("Tên person-cb-mot-cua – Chức vụ truong-phong, Sở Thử nghiệm, thay mặt Tên person-truong-phong")
}
