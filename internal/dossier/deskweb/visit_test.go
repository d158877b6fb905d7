package deskweb

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/dossier/dossiertest"
	"github.com/motcua/motcua/internal/procedure"
)

// beginAt opens an intake as somebody.
func (o *office) beginAt(who, code, same string) (page, string) {
	o.t.Helper()
	from := "/tiep-nhan-truc-tiep?q=" + code
	if same != "" {
		from += "&cung=" + same
	}
	form := o.get(who, from).want(http.StatusOK).form("/tiep-nhan-truc-tiep")
	form.Set("ma", code)
	path := o.post(who, "/tiep-nhan-truc-tiep", form).to(o.t)
	return o.get(who, path).want(http.StatusOK), path
}

// person fills the form of a person who brings the application on paper.
func person(form url.Values, more ...string) url.Values {
	return with(form, append([]string{"applicant.name", "Nguyễn Văn An", "applicant.number", "001190000001", countName(formOriginal, "don"), "1", fieldDo, doAccept}, more...)...)
}

func lodgedID(to string) string {
	id, _, _ := strings.Cut(strings.TrimPrefix(to, "/ho-so/"), "?")
	return id
}

func TestWhoActsForTheOwnerShowsTheMandate(t *testing.T) {
	o := open(t)
	p, path := o.begin(dossiertest.Permit)
	form := person(p.form(path))
	tests := []struct {
		name        string
		typed       []string
		field, says string
	}{
		{"a mandate without a name", []string{fieldMandate, "authorised"}, fieldSubmitter, "Nhập họ tên người nộp thay"},
		{"a day that is none", []string{fieldSubmitter, "Trần Thị Bé", fieldMandate, "authorised", fieldMandateDate, "31/02/2026"}, fieldMandateDate, "dd/mm/yyyy"},
		{"a mandate that ended", []string{fieldSubmitter, "Trần Thị Bé", fieldMandate, "authorised", fieldMandateUntil, "28-2-2026"}, fieldMandateUntil, "hết hiệu lực từ sau ngày 28/02/2026"},
		{"a way of acting nobody knows", []string{fieldSubmitter, "Trần Thị Bé", fieldMandate, "ban"}, fieldMandate, "tư cách nộp thay"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			bad := o.post("cb-mot-cua", path, with(form, tt.typed...)).want(http.StatusUnprocessableEntity).has(tt.says)
			again := bad.form(path)
			if again.Get(fieldSubmitter) != with(form, tt.typed...).Get(fieldSubmitter) {
				t.Errorf("the name became %q", again.Get(fieldSubmitter))
			}
		})
	}
	to := o.upload("cb-mot-cua", path, with(form, fieldSubmitter, "Trần Thị Bé", fieldSubmitterID, "001 190 000 002", fieldSubmitterTel, "0912.345.678", fieldMandate, "authorised",
		fieldMandateNumber, "15/2026/UQ", fieldMandateDate, "1/2/2026", fieldMandateUntil, "01.12.2026"), attached{prefixScan + dossier.MandatePaper, "uy quyen.pdf", tinyPDF}).to(t)
	o.get("cb-mot-cua", to).has("Trần Thị Bé, 001190000002", "Người được ủy quyền, số 15/2026/UQ, 01/02/2026", "Có hiệu lực đến hết ngày 01/12/2026", "Văn bản ủy quyền", "uy quyen.pdf")
	x := o.now(lodgedID(to))
	if x.Owner.Name != "Nguyễn Văn An" || x.Submitter.Phone != "0912345678" || x.Mandate == nil || x.Mandate.Until != "2026-12-01" {
		t.Errorf("%+v %+v", x.Submitter, x.Mandate)
	}
}

// The scenario of the consignment: the slip of 2 March, the record signed on 4 March at 10:00.
func TestWhatThePostBringsCountsFromTheHandoverRecord(t *testing.T) {
	o := open(t)
	o.at("2026-03-04T14:00:00+07:00")
	p, path := o.begin(dossiertest.Permit)
	form := person(p.form(path), fieldChannel, procedure.Post)
	o.post("cb-mot-cua", path, form).want(http.StatusUnprocessableEntity).has("Nhập số biên bản", "Nhập ngày ký biên bản")
	o.post("cb-mot-cua", path, with(form, fieldRecord, "BB-07", fieldHandedDay, "04/03/2026", fieldHandedTime, "25:00")).want(http.StatusUnprocessableEntity).has("Nhập giờ ký biên bản")
	o.post("cb-mot-cua", path, with(form, fieldRecord, "BB-07", fieldHandedDay, "05/03/2026", fieldHandedTime, "10:00")).want(http.StatusUnprocessableEntity).has("không sau hiện tại")
	old := o.post("cb-mot-cua", path, with(form, fieldRecord, "BB-07", fieldHandedDay, "04/03/2025", fieldHandedTime, "10:00")).want(http.StatusUnprocessableEntity).has("trong vòng 31 ngày").form(path)
	if old.Get(fieldRecord) != "BB-07" || old.Get(fieldHandedDay) != "04/03/2025" || old.Get(fieldHandedTime) != "10:00" {
		t.Errorf("lost: %v", old)
	}
	to := o.post("cb-mot-cua", path, with(form, fieldRecord, "BB-07", fieldHandedDay, "4/3/2026", fieldHandedTime, "10h")).to(t)
	o.get("cb-mot-cua", to).has("Bưu chính, 10:00 thứ Tư, 04/03/2026", "Số BB-07, ký 10:00 thứ Tư, 04/03/2026", "Tiếp nhận 14:00 thứ Tư, 04/03/2026")
	x := o.now(lodgedID(to))
	if want := time.Date(2026, 3, 4, 3, 0, 0, 0, time.UTC); x.Channel != procedure.Post || !x.SubmittedAt.Equal(want) {
		t.Errorf("%s at %s", x.Channel, x.SubmittedAt)
	}
}

func TestTwoDossiersOfOneVisitKnowEachOther(t *testing.T) {
	o := open(t)
	p, path := o.begin(dossiertest.Permit)
	first := o.post("cb-mot-cua", path, person(p.form(path), "applicant.phone", "0912345678", fieldSubmitter, "Trần Thị Bé")).to(t)
	id := lodgedID(first)
	o.get("cb-mot-cua", first).has("Tiếp tục hồ sơ khác của người này")
	o.get("cb-mot-cua", "/tiep-nhan-truc-tiep?cung="+id).has("Cùng lượt với hồ sơ H99.02-260302-0001 của Nguyễn Văn An")
	o.get("cb-phuong", "/tiep-nhan-truc-tiep?cung="+id).want(http.StatusNotFound)
	p, path = o.beginAt("cb-mot-cua", dossiertest.Vague, id)
	form := p.form(path)
	if form.Get("applicant.name") != "Nguyễn Văn An" || form.Get("applicant.number") != "001190000001" || form.Get(fieldSubmitter) != "Trần Thị Bé" {
		t.Fatalf("not taken over: %v", form)
	}
	if _, again := o.beginAt("cb-mot-cua", dossiertest.Vague, id); again != path {
		t.Errorf("a second click began %s beside %s", again, path)
	}
	second := o.post("cb-mot-cua", path, with(form, fieldAmount, "3", fieldUnit, "wd", fieldDo, doAccept)).to(t)
	o.get("cb-mot-cua", second).has("Hồ sơ cùng lượt", "H99.02-260302-0001", "Cấp giấy phép thử")
	o.get("cb-mot-cua", "/ho-so/"+id).has("Hồ sơ cùng lượt", "H99.02-260302-0002")
	// Another visit is another group.
	p, path = o.begin(dossiertest.Vague)
	third := o.post("cb-mot-cua", path, with(person(p.form(path)), "applicant.number", "001190000009", fieldAmount, "3", fieldUnit, "wd")).to(t)
	o.get("cb-mot-cua", third).hasNot("Hồ sơ cùng lượt")
}

// The scenario of receiving regardless of boundaries, on Wednesday at 16:00.
func TestADeskReceivesForAnotherLevel(t *testing.T) {
	o := open(t)
	o.at("2026-03-04T16:00:00+07:00")
	p, path := o.beginAt("cb-phuong", dossiertest.Permit, "")
	p.has("Tiếp nhận không phụ thuộc địa giới", "Trung tâm Phục vụ hành chính công cùng theo dõi", "Bản giấy phải chuyển đi chậm nhất 17:00 thứ Năm, 05/03/2026")
	to := o.post("cb-phuong", path, person(p.form(path))).to(t)
	o.get("cb-phuong", to).has("H99.02-260304-0001", "Tiếp nhận không phụ thuộc địa giới", "17:00 thứ Năm, 05/03/2026", "Nơi tiếp nhận Ủy ban nhân dân phường X")
	id := lodgedID(to)
	// The desk of the competent agency sees it at once, and so does the agency; another does not.
	o.get("cb-mot-cua", "/ho-so/"+id).want(http.StatusOK).has("đang giữ")
	o.get("cb-mot-cua", "/tra-cuu-ho-so?q=nguyen+van+an").has("H99.02-260304-0001")
	o.get("truong-phong", "/lam-viec").has("H99.02-260304-0001")
	o.get("nguoi-la", "/ho-so/"+id).want(http.StatusNotFound)
	// At home nothing is said of boundaries.
	q, home := o.begin(dossiertest.Permit)
	q.hasNot("địa giới")
	o.get("cb-mot-cua", o.post("cb-mot-cua", home, with(person(q.form(home)), fieldTwin, "1")).to(t)).hasNot("địa giới")
}

func TestAnHourIsReadAsPeopleWriteIt(t *testing.T) {
	for typed, want := range map[string]time.Duration{"10:00": 10 * time.Hour, "9h": 9 * time.Hour, "9h5": 9*time.Hour + 5*time.Minute, "7 giờ 30": 7*time.Hour + 30*time.Minute, "23:59": 23*time.Hour + 59*time.Minute} {
		if got, ok := readClock(typed); !ok || got != want {
			t.Errorf("%q is %s, %t", typed, got, ok)
		}
	}
	for _, typed := range []string{"", "24:00", "10:60", "mười giờ", "-1:00", "10:-5"} {
		if got, ok := readClock(typed); ok {
			t.Errorf("%q is %s", typed, got)
		}
	}
}
