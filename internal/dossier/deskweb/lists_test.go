package deskweb

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"golang.org/x/net/html"

	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/dossier/dossiertest"
)

func TestTheInboxSaysHowUrgentEachRowIs(t *testing.T) {
	o := open(t)
	d := o.lodge(dossiertest.Permit, "Nguyễn Thị Ánh", "001190000001")
	tests := []struct {
		name, at, view, says string
	}{
		{"a fresh submission", "2026-03-02T09:00:00+07:00", "", "Trong hạn"},
		{"after two hours without an answer", "2026-03-02T11:00:00+07:00", "?ds=tiep-nhan", "Chờ quá 2 giờ"},
		{"in its last two hours", "2026-03-03T07:45:00+07:00", "?ds=sap-den-han", "Sắp đến hạn"},
		{"the day after", "2026-03-05T10:00:00+07:00", "?ds=qua-han", "Quá hạn"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			at, err := time.Parse(time.RFC3339, tt.at)
			if err != nil {
				t.Fatal(err)
			}
			o.clock.Set(at)
			p := o.get("cb-mot-cua", "/lam-viec"+tt.view).want(http.StatusOK)
			row := inside(p.all("tbody")[0])
			if !strings.Contains(row, d.Ref) || !strings.Contains(row, tt.says) {
				t.Errorf("row %q", row)
			}
		})
	}
	o.get("cb-mot-cua", "/lam-viec?ds=qua-han").has("quá 2 ngày")
	o.get("cb-mot-cua", "/lam-viec?ds=tiep-nhan").has("Trả lời trước", "1 hồ sơ trực tuyến chờ trả lời quá lâu")
	o.get("cb-mot-cua", "/lam-viec?ds=khong-co").want(http.StatusNotFound)
}

func TestALongInboxIsReadPageByPage(t *testing.T) {
	o := open(t)
	for i := range 53 {
		o.lodge(dossiertest.Vague, fmt.Sprintf("Nguyễn Thị %c", 'A'+i%26), fmt.Sprintf("0011900%05d", i))
		o.clock.Add(time.Minute)
	}
	seen := map[string]bool{}
	path := "/lam-viec"
	for n := 0; path != ""; n++ {
		p := o.get("cb-mot-cua", path).want(http.StatusOK)
		path = ""
		for _, a := range p.all("a") {
			if href := attr(a, "href"); strings.HasPrefix(href, "/ho-so/") {
				if seen[href] {
					t.Errorf("%s twice", href)
				}
				seen[href] = true
			}
			if attr(a, "rel") == "next" {
				path = attr(a, "href")
			}
		}
		if n > 3 {
			t.Fatal("no end")
		}
	}
	if len(seen) != 53 {
		t.Errorf("%d of 53", len(seen))
	}
	o.get("cb-mot-cua", "/lam-viec?sau=xyz").want(http.StatusUnprocessableEntity)
}

func TestAListAndADossierStandSideBySide(t *testing.T) {
	o := open(t)
	d := o.lodge(dossiertest.Permit, "Nguyễn Thị Ánh", "001190000001")
	p := o.get("cb-mot-cua", "/lam-viec?ds=tiep-nhan&chon="+d.ID).want(http.StatusOK).has("Người đề nghị", "Tiếp nhận")
	form := p.form("/ho-so/" + d.ID + "/tiep-nhan")
	if form.Get("_from") == "" {
		t.Error("the act would not lead back to the list")
	}
	if n := len(p.all("h1")); n != 1 {
		t.Errorf("%d h1", n)
	}
	note := o.get("cb-mot-cua", "/ho-so/"+d.ID+"?viec=note").form("/ho-so/" + d.ID + "/ghi-chu")
	to := o.post("cb-mot-cua", "/ho-so/"+d.ID+"/ghi-chu", with(note, fieldNote, "x", "_from", form.Get("_from"))).to(t)
	if to != "/lam-viec?ds=tiep-nhan" {
		t.Errorf("led to %s", to)
	}
	o.get("nguoi-la", "/lam-viec?chon="+d.ID).want(http.StatusNotFound)
	if to := o.post("cb-mot-cua", "/ho-so/"+d.ID+"/ghi-chu", with(note, "_version", "2", "_key", o.key(), fieldNote, "y", "_from", "https://la.example/lam-viec")).to(t); to != "/ho-so/"+d.ID {
		t.Errorf("led outside: %s", to)
	}
}

func TestFindingByCodeNameOrNumber(t *testing.T) {
	o := open(t)
	d := o.lodge(dossiertest.Permit, "Nguyễn Thị Ánh", "001190000001")
	o.lodge(dossiertest.Permit, "Trần Văn Bình", "001190000002")
	o.step("cb-mot-cua", d.ID, "/tiep-nhan").to(t)
	const code = "H99.02-260302-0001"
	tests := []struct{ name, path, to, has, hasNot string }{
		{"a code opens its dossier", "/tra-cuu-ho-so?q=" + code, "/ho-so/" + d.ID, "", ""},
		{"in small letters", "/tra-cuu-ho-so?q=" + strings.ToLower(code), "/ho-so/" + d.ID, "", ""},
		{"the gun types into the bar", "/lam-viec/tim?q=" + code, "/ho-so/" + d.ID, "", ""},
		{"the QR code of the receipt", "/lam-viec/tim?q=https%3A%2F%2Fmotcua.example%2Ftra-cuu%3Fma%3D" + code + "%26k%3Dsecret", "/ho-so/" + d.ID, "", ""},
		{"the bar passes other words on", "/lam-viec/tim?q=anh", "/tra-cuu-ho-so?q=anh", "", ""},
		{"a part of a name without tones", "/tra-cuu-ho-so?q=thi+anh", "", "Nguyễn Thị Ánh", "Trần Văn Bình"},
		{"a personal number", "/tra-cuu-ho-so?q=001190000002", "", "Trần Văn Bình", "Nguyễn Thị Ánh"},
		{"by state", "/tra-cuu-ho-so?tt=submitted", "", "Trần Văn Bình", "Nguyễn Thị Ánh"},
		{"nothing", "/tra-cuu-ho-so?q=khongcoai", "", "Không có hồ sơ nào khớp", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := o.get("cb-mot-cua", tt.path)
			if tt.to != "" {
				if got := p.to(t); got != tt.to {
					t.Errorf("led to %s", got)
				}
				return
			}
			p.want(http.StatusOK).has(tt.has)
			if tt.hasNot != "" {
				p.hasNot(tt.hasNot)
			}
		})
	}
	o.get("nguoi-la", "/tra-cuu-ho-so?q="+code).want(http.StatusOK).hasNot("Nguyễn Thị Ánh")
	o.get("kiem-soat", "/tra-cuu-ho-so").want(http.StatusOK).has("Nguyễn Thị Ánh", "Trần Văn Bình")
	o.get("cb-mot-cua", "/tra-cuu-ho-so?tt=x").want(http.StatusNotFound)
}

func TestTheShownListIsExported(t *testing.T) {
	o := open(t)
	d := o.lodge(dossiertest.Permit, "=Nguyễn Thị Ánh", "001190000001")
	for _, path := range []string{"/lam-viec/xuat.xlsx", "/lam-viec/xuat.xlsx?ds=tiep-nhan", "/lam-viec/xuat.xlsx?tim=1&q=anh&tt=submitted"} {
		p := o.get("cb-mot-cua", path).want(http.StatusOK)
		f, err := excelize.OpenReader(bytes.NewReader([]byte(p.body)))
		if err != nil {
			t.Fatal(err)
		}
		rows, err := f.GetRows(f.GetSheetName(0))
		if err != nil || len(rows) != 2 || rows[1][0] != d.Ref || rows[1][1] != "=Nguyễn Thị Ánh" {
			t.Errorf("%s: %v, %v", path, rows, err)
		}
	}
	o.get("cong-dan", "/lam-viec/xuat.xlsx").want(http.StatusNotFound)
}

func TestPapersAreServedSafely(t *testing.T) {
	o := open(t)
	d := o.lodge(dossiertest.Permit, "Nguyễn Thị Ánh", "001190000001")
	path := "/ho-so/" + d.ID + "/giay-to/" + d.Papers[0].Hash
	p := o.get("cb-mot-cua", path).want(http.StatusOK)
	if got := p.header.Get("Content-Disposition"); !strings.HasPrefix(got, "attachment; filename*=UTF-8''") {
		t.Errorf("disposition %q", got)
	}
	shown := o.get("cb-mot-cua", path+"?xem=1").want(http.StatusOK)
	if got := shown.header.Get("Content-Disposition"); !strings.HasPrefix(got, "inline") {
		t.Errorf("disposition %q", got)
	}
	for _, x := range []page{p, shown} {
		if csp := x.header.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'none'") || x.header.Get("X-Content-Type-Options") != "nosniff" || x.header.Get("Content-Type") != "application/pdf" {
			t.Errorf("headers %v", x.header)
		}
	}
	o.get("cb-mot-cua", path[:len(path)-2]+"ff").want(http.StatusNotFound)
	o.get("cb-mot-cua", "/ho-so/"+d.ID+"/giay-to/..%2f..%2fetc").want(http.StatusNotFound)
	o.get("nguoi-la", path).want(http.StatusNotFound)
	other := o.lodge(dossiertest.Vague, "Trần Văn Bình", "001190000002")
	o.get("cb-mot-cua", "/ho-so/"+other.ID+"/giay-to/"+d.Papers[0].Hash).want(http.StatusNotFound)
}

// Every page has one h1, labels for its controls, ids that are one, and links of the error summary that lead somewhere.
func TestEveryPageIsWhole(t *testing.T) {
	o := open(t)
	d := o.lodge(dossiertest.Permit, "Nguyễn Thị Ánh", "001190000001")
	_, draft := o.begin(dossiertest.Permit)
	paths := []string{
		"/lam-viec", "/lam-viec?ds=qua-han", "/lam-viec?chon=" + d.ID, "/tra-cuu-ho-so", "/tra-cuu-ho-so?q=anh&tt=submitted", "/tiep-nhan-truc-tiep", "/tiep-nhan-truc-tiep?q=" + dossiertest.Permit, draft,
		"/ho-so/" + d.ID, "/ho-so/" + d.ID + "?viec=refuse", "/ho-so/" + d.ID + "?viec=supplement", "/ho-so/" + d.ID + "?viec=note", "/ho-so/" + d.ID + "?viec=khong-co",
		"/ho-so/" + d.ID + "?viec=withdraw", "/ho-so/" + d.ID + "?viec=redirect", "/tiep-nhan/bang-tinh", "/tiep-nhan/bang-tinh?q=" + dossiertest.Permit, sheetPath,
	}
	who := map[string]string{}
	as := func(post, id string, acts ...string) {
		for _, act := range acts {
			path := "/ho-so/" + id + "?viec=" + act
			paths, who[path] = append(paths, path), post
		}
	}
	work := o.accepted()
	as("chuyen-vien", work.ID, "pause", "obligate", "supplement", "undo")
	as("truong-phong", work.ID, "apologise")
	as("cb-mot-cua", work.ID, "request_withdrawal")
	result := o.resolved()
	as("cb-mot-cua", result.ID, "open_correction", "reissue")
	wrong := o.resolved()
	o.turn("cb-mot-cua", wrong.ID, dossier.ActOpenCorrection, fieldReason, "Sai tên", fieldFault, dossier.FaultAgency).to(t)
	as("van-thu", wrong.ID, "correct")
	back := o.accepted()
	o.turn("cb-mot-cua", back.ID, dossier.ActRequestWithdrawal).to(t)
	as("cb-mot-cua", back.ID, "stop", "drop_withdrawal")
	owes := o.accepted()
	o.turn("chuyen-vien", owes.ID, dossier.ActObligate, fieldSumOf, "Lệ phí", fieldSum, "50.000", fieldNotice, "TB-1").to(t)
	as("chuyen-vien", owes.ID, "meet_obligation")
	for _, path := range paths {
		post := who[path]
		if post == "" {
			post = "cb-mot-cua"
		}
		p := o.get(post, path).want(http.StatusOK)
		if n := len(p.all("h1")); n != 1 {
			t.Errorf("%s: %d h1", path, n)
		}
		ids := map[string]bool{}
		for n := range p.root.Descendants() {
			if id := attr(n, "id"); n.Type == html.ElementNode && id != "" {
				if ids[id] {
					t.Errorf("%s: id %s twice", path, id)
				}
				ids[id] = true
			}
		}
		labelled := map[string]bool{}
		for _, l := range p.all("label") {
			labelled[attr(l, "for")] = true
		}
		for _, tag := range []string{"input", "select", "textarea"} {
			for _, n := range p.all(tag) {
				if attr(n, "type") != "hidden" && !labelled[attr(n, "id")] && attr(n, "aria-label") == "" {
					t.Errorf("%s: %s %q without label", path, tag, attr(n, "name"))
				}
			}
		}
		for _, a := range p.all("a") {
			if to, ok := strings.CutPrefix(attr(a, "href"), "#"); ok && !ids[to] {
				t.Errorf("%s: #%s leads nowhere", path, to)
			}
		}
		if strings.Contains(p.text(), "desk.") || strings.Contains(p.text(), "{") {
			t.Errorf("%s: a text is missing", path)
		}
	}
}
