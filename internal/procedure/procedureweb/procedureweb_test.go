package procedureweb_test

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/eform"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/procedure/find"
	"github.com/motcua/motcua/internal/procedure/procedureweb"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
)

// today is the day the pages are looked at, unless a test moves the clock.
var today = time.Date(2026, 3, 16, 9, 0, 0, 0, calendar.Zone)

// hostile is a name that must come out as text wherever it stands.
const hostile = `<script>alert("tên")</script> & "ngoặc"`

// small is a province with one department, one commune and procedures of different shape.
func small() procedure.Content {
	building := &procedure.Version{
		Code: "1.013225", Number: 2, Digest: "d2", From: "2026-01-01",
		Name: "Cấp giấy phép xây dựng nhà ở riêng lẻ", Purpose: "Để được xây nhà ở trên đất của mình.",
		Sector: "Hoạt động xây dựng", Ministry: "Bộ Xây dựng", Levels: []agency.Level{agency.Province, agency.Commune}, LevelText: "Cấp tỉnh, Cấp xã",
		Kind: "TTHC được luật giao quy định chi tiết", Decision: "768/QĐ-BXD", Subjects: []string{"Công dân Việt Nam", "Tổ chức"},
		Authority: "Ủy ban nhân dân cấp tỉnh", Executor: "Sở Xây dựng các tỉnh", Delegate: "Ban quản lý khu kinh tế", Partner: "Công an tỉnh", Address: "Số 1 đường Thử",
		Steps:      "Bước 1: Nộp hồ sơ\n- Tại quầy;\n- Qua mạng.\nBước 2: Nhận kết quả.",
		Conditions: "1. Phù hợp quy hoạch.\n2. Có giấy tờ về đất.",
		Channels: []procedure.Channel{
			{Kind: procedure.Direct, Limits: []procedure.TimeLimit{{Limit: "15wd", Verbatim: "15 Ngày làm việc"}}, Fees: []procedure.Fee{{Kind: "le_phi", Amount: 75000, Known: true, Case: "Miễn lệ phí cho hộ nghèo"}}},
			{Kind: procedure.Online, Limits: []procedure.TimeLimit{{Verbatim: "10"}}, Fees: []procedure.Fee{{Verbatim: "7 VNĐ"}}, Note: "Nộp tại Cổng dịch vụ công."},
		},
		Components: []procedure.Component{
			{ID: "don", Name: "Đơn đề nghị", Originals: 1, Counted: true, Required: true, Templates: []string{"mau-01.docx"}},
			{ID: "dat", Name: "Giấy tờ về đất", Copies: 2, Counted: true, Reuse: "Cơ sở dữ liệu đất đai"},
			{ID: "ve", Group: "Trường hợp sửa chữa", Name: "Bản vẽ hiện trạng"},
			{ID: "luu-y", Group: "Trường hợp sửa chữa", Name: "Ảnh chụp không quá 30 ngày.", Note: true},
		},
		Sets: 2, Results: []procedure.Result{{Code: "KQ.G17.000311", Name: "Giấy phép xây dựng"}},
		Bases:   []procedure.LegalBasis{{Number: "50/2014/QH13", Name: "Luật Xây dựng", Date: "2014-06-18", Issuer: "Quốc hội"}},
		Related: "Xem thủ tục 1.000001", Competent: []agency.ID{"so-xay-dung"}, Online: "full",
		Marks: []procedure.Mark{
			{Field: "channels[1].limits[0]", Reason: "limit.no-unit", Verbatim: "10"},
			{Field: "channels[1].fees[0]", Reason: "fee.amount-unclear", Verbatim: "7 VNĐ"},
		},
	}
	old := *building
	old.Number, old.Digest, old.From, old.Until = 1, "d1", "2020-01-01", "2026-01-01"
	again := func(code, name string) *procedure.Version {
		return &procedure.Version{
			Code: code, Number: 1, Digest: "d" + code, From: "2020-01-01", Name: name, Sector: "Hộ tịch", Levels: []agency.Level{agency.Commune}, LevelText: "Cấp xã",
			Channels: []procedure.Channel{{Kind: procedure.Direct, Limits: []procedure.TimeLimit{{Limit: "5wd"}}, Fees: []procedure.Fee{{Known: true}}}},
		}
	}
	gone := again("1.000001", "Cấp phép xây dựng tạm")
	gone.Digest, gone.Until = "gone", "2026-02-01"
	later := again("3.000009", "Đăng ký theo luật mới")
	later.Digest, later.From = "later", "2026-07-01"
	bad := again("9.000666", hostile)
	bad.Sector, bad.Subjects, bad.Steps = hostile, []string{hostile}, "Bước 1: "+hostile
	bad.Components = []procedure.Component{{ID: "x", Group: hostile, Name: hostile, Templates: []string{hostile}}}
	bad.Bases, bad.Results = []procedure.LegalBasis{{Number: hostile, Name: hostile}}, []procedure.Result{{Name: hostile}}
	bad.Channels[0].Note, bad.Conditions, bad.Decision = hostile, hostile, hostile
	versions := []*procedure.Version{
		&old, building, gone, later, bad,
		again("1.001193", "Thủ tục đăng ký khai sinh"), again("1.004884", "Thủ tục đăng ký lại khai sinh"),
		again("1.005461", "Thủ tục đăng ký lại khai tử"), again("1.004746", "Thủ tục đăng ký lại kết hôn"),
	}
	form := &eform.Form{
		ID: "chung", Title: "Tờ khai chung", TitleEn: "General form",
		Schema: json.RawMessage(`{"type":"object","required":["name"],"properties":{"name":{"type":"string","format":"vn-name"},"sex":{"enum":["nam","nu"]}}}`),
		Layout: eform.Layout{Subject: eform.Subject{Name: "name"}, Sections: []eform.Section{{
			ID: "ai", Title: "Người đề nghị", TitleEn: "Applicant", Fields: []eform.Field{
				{Path: "name", Label: "Họ, chữ đệm, tên", LabelEn: "Full name", Fill: "name"},
				{Path: "sex", Label: "Giới tính", Widget: eform.Choice, Options: []eform.Option{{Value: "nam", Label: "Nam"}, {Value: "nu", Label: "Nữ"}}},
			},
		}}},
	}
	return procedure.Content{
		Revision: 1, Versions: versions,
		Forms:   []procedure.Form{{ID: "chung", Number: 1, Digest: "f", Value: form}},
		Routing: []procedure.Dated[[]procedure.Route]{{Value: []procedure.Route{{Competent: procedure.CommuneOfApplicant}}}},
		General: []procedure.Dated[procedure.General]{{Value: procedure.General{Form: "chung"}}},
		Homes:   []procedure.Dated[agency.Home]{{Value: agency.Home{Name: "Tỉnh Thử", Hours: "hc"}}},
		Hours:   []agency.Hours{{ID: "hc", Sessions: map[string]string{"mon": "07:30-11:30,13:00-17:00", "tue": "07:30-11:30,13:00-17:00", "sat": "07:30-11:30"}}},
		Agencies: []agency.Agency{
			{ID: "trung-tam", Name: "Trung tâm Phục vụ hành chính công", Code: "H98.01", Kind: agency.PublicServiceCentre, Level: agency.Province, Address: "Số 3 đường Giữa"},
			{ID: "so-xay-dung", Name: "Sở Xây dựng", NameEn: "Department of Construction", Code: "H98.05", Kind: agency.Department, Level: agency.Province, Desk: "trung-tam"},
			{ID: "xa-thu", Name: "Ủy ban nhân dân xã Thử", Code: "H98.20", Kind: agency.PeopleCommittee, Level: agency.Commune, Place: "00001"},
		},
		Listed: []procedure.Listed{{Code: "2.000123", Name: "Thủ tục mới có tên"}},
	}
}

// house is a province whose catalogue a test may replace, and its search.
type house struct {
	cat   atomic.Pointer[procedure.Catalogue]
	index atomic.Pointer[find.Index]
	now   atomic.Pointer[time.Time]
}

func (h *house) Catalogue() *procedure.Catalogue { return h.cat.Load() }

func (h *house) Search(q string, o find.Options) []find.Hit { return h.index.Load().Search(q, o) }

func (h *house) Suggest(q string, n int) []find.Hit { return h.index.Load().Suggest(q, n) }

func (h *house) publish(c procedure.Content) {
	cat := procedure.NewCatalogue(c)
	var docs []find.Document
	for _, v := range cat.All(calendar.DateOf(*h.now.Load()).String()) {
		docs = append(docs, find.Document{Code: v.Code, Name: v.Name, Sector: v.Sector, Agency: v.Executor, Level: v.LevelText})
	}
	h.index.Store(find.New(docs))
	h.cat.Store(cat)
}

func open(t testing.TB, figures procedureweb.Figures) (*house, *web.Mux) {
	t.Helper()
	h := &house{}
	h.now.Store(&today)
	h.publish(small())
	now := func() time.Time { return *h.now.Load() }
	m := web.New(web.Config{
		Site: web.Site{Province: "Tỉnh Thử", System: "Một cửa Thử", Owner: "Ủy ban nhân dân tỉnh Thử", Phones: []string{"0900000000"}},
		Now:  now, Log: slog.New(slog.DiscardHandler), Problem: component.ProblemPage, MaxInFlight: 4096,
	})
	procedureweb.Register(m, procedureweb.Deps{Province: h, Finder: h, Now: now, Figures: figures})
	return h, m
}

func get(t testing.TB, m http.Handler, path string, lang ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for _, l := range lang {
		r.AddCookie(&http.Cookie{Name: "ngon-ngu", Value: l})
	}
	w := httptest.NewRecorder()
	m.ServeHTTP(w, r)
	return w
}

// page asks for a page and fails unless it has the status.
func page(t testing.TB, m http.Handler, path string, status int, lang ...string) string {
	t.Helper()
	w := get(t, m, path, lang...)
	if w.Code != status {
		t.Fatalf("%s: status %d, want %d\n%s", path, w.Code, status, w.Body)
	}
	return w.Body.String()
}

// text is what a reader sees of a part of a page: of the element with the id, or of all of it.
func text(t testing.TB, body, id string) string {
	t.Helper()
	root, err := html.Parse(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	at := root
	if id != "" {
		at = nil
		for n := range root.Descendants() {
			for _, a := range n.Attr {
				if a.Key == "id" && a.Val == id {
					at = n
				}
			}
		}
		if at == nil {
			t.Fatalf("no element %q", id)
		}
	}
	var b strings.Builder
	for n := range at.Descendants() {
		if n.Type == html.TextNode {
			b.WriteString(n.Data + " ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func TestTheProcedurePageShowsWhatTheLawAsksFor(t *testing.T) {
	t.Parallel()
	_, m := open(t, nil)
	body := page(t, m, "/thu-tuc/1.013225", http.StatusOK)
	for _, c := range []struct{ name, section, want string }{
		{"the exact legal name", "main", "Cấp giấy phép xây dựng nhà ở riêng lẻ"},
		{"what it is for", "main", "Để được xây nhà ở trên đất của mình."},
		{"who may apply", "ai", "Công dân Việt Nam Tổ chức"},
		{"the number of sets", "giay-to", "2 bộ"},
		{"originals, and that it is required", "giay-to", "Đơn đề nghị 1 bản chính Bắt buộc"},
		{"the form file", "giay-to", "mau-01.docx"},
		{"copies, and the database it may come from", "giay-to", "Giấy tờ về đất 2 bản sao Có thể lấy từ Cơ sở dữ liệu đất đai"},
		{"the case of a group", "giay-to", "Trường hợp sửa chữa Bản vẽ hiện trạng Nguồn chưa nêu số lượng"},
		{"remarks among papers", "giay-to", "Ảnh chụp không quá 30 ngày."},
		{"a clear limit with its unit", "cach-thuc", "Trực tiếp 15 ngày làm việc"},
		{"an unclear limit in the source's words", "cach-thuc", "Nguồn ghi “10” Nguồn chưa nêu rõ đơn vị"},
		{"a fee", "cach-thuc", "Lệ phí: 75.000 đồng"},
		{"an unclear fee in the source's words", "cach-thuc", "Nguồn ghi “7 VNĐ” Chưa rõ mức thu"},
		{"the manner of a channel", "cach-thuc", "Nộp tại Cổng dịch vụ công."},
		{"exemptions", "cach-thuc", "Miễn, giảm Miễn lệ phí cho hộ nghèo"},
		{"where to file: the desk", "noi-nop", "Trung tâm Phục vụ hành chính công"},
		{"where to file: the address", "noi-nop", "Số 3 đường Giữa"},
		{"when to come", "noi-nop", "Thứ Hai đến thứ Ba"},
		{"steps", "trinh-tu", "Bước 1 Nộp hồ sơ Tại quầy; Qua mạng. Bước 2 Nhận kết quả."},
		{"results with codes", "ket-qua", "Giấy phép xây dựng KQ.G17.000311"},
		{"conditions", "dieu-kien", "1. Phù hợp quy hoạch. 2. Có giấy tờ về đất."},
		{"legal basis with number, date and issuer", "can-cu", "50/2014/QH13 Luật Xây dựng 18/06/2014 · Quốc hội"},
		{"the e-form", "to-khai", "Người đề nghị"},
		{"the code", "cong-bo", "Mã thủ tục 1.013225"},
		{"the field", "cong-bo", "Hoạt động xây dựng"},
		{"the level", "cong-bo", "Cấp tỉnh, Cấp xã"},
		{"how far online", "cong-bo", "Toàn trình"},
		{"the resolving agency and its code", "cong-bo", "Sở Xây dựng (H98.05)"},
		{"the executing agency", "cong-bo", "Sở Xây dựng các tỉnh"},
		{"the competent authority", "cong-bo", "Ủy ban nhân dân cấp tỉnh"},
		{"the authorised agency", "cong-bo", "Ban quản lý khu kinh tế"},
		{"the cooperating agency", "cong-bo", "Công an tỉnh"},
		{"the place of submission", "cong-bo", "Số 1 đường Thử"},
		{"the publishing decision", "cong-bo", "768/QĐ-BXD"},
		{"the version in force", "cong-bo", "Bản 2, áp dụng từ 01/01/2026"},
		{"earlier versions", "cong-bo", "Bản 1, áp dụng từ 01/01/2020, hết hiệu lực từ 01/01/2026"},
		{"how much of the source is unclear", "cong-bo", "2 chỗ"},
		{"figures that begin with the first dossiers", "so-lieu", "từ những hồ sơ đầu tiên"},
		{"related procedures", "lien-quan", "Xem thủ tục 1.000001"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := text(t, body, c.section); !strings.Contains(got, c.want) {
				t.Errorf("section %s does not say %q:\n%s", c.section, c.want, got)
			}
		})
	}
	for _, link := range []string{`href="/nop-ho-so/1.013225"`, `href="/thu-tuc/1.013225/giay-to"`, `href="/thu-tuc/1.013225/to-khai"`, `href="/linh-vuc/hoat-dong-xay-dung"`, `href="/co-quan/so-xay-dung"`} {
		if !strings.Contains(body, link) {
			t.Errorf("no link %s", link)
		}
	}
}

func TestNoTextOfTheCatalogueBecomesMarkup(t *testing.T) {
	t.Parallel()
	h, m := open(t, nil)
	slug := procedure.Slug(hostile)
	for _, path := range []string{
		"/", "/thu-tuc", "/thu-tuc/moi", "/thu-tuc/9.000666", "/thu-tuc/9.000666/giay-to", "/thu-tuc/9.000666/to-khai", "/thu-tuc?q=alert+script", "/linh-vuc/" + slug,
		"/thu-tuc/goi-y?q=alert", "/thu-tuc?q=%3Cscript%3Ealert(1)%3C/script%3E", "/thu-tuc?q=x&linh-vuc=%22%3E%3Cscript%3Ealert(1)", "/thu-tuc/%3Cscript%3Ealert(1)%3C%2Fscript%3E",
	} {
		body := get(t, m, path).Body.String()
		if strings.Contains(body, "<script>alert") || strings.Contains(body, `"><script>alert`) {
			t.Errorf("%s: a text became markup", path)
		}
	}
	if len(h.Search("alert script", find.Options{})) == 0 {
		t.Error("the hostile name is not found, so the search page proves nothing")
	}
}

func TestAbsentProceduresAreExplained(t *testing.T) {
	t.Parallel()
	_, m := open(t, nil)
	for _, c := range []struct {
		name, path string
		status     int
		want       string
	}{
		{"an unknown code helps to search", "/thu-tuc/7.777777", 404, "Danh mục của tỉnh không có mã “7.777777”"},
		{"a word is no code", "/thu-tuc/abc", 404, "Không tìm thấy thủ tục này"},
		{"a retired one says when it ended", "/thu-tuc/1.000001", 410, "không còn áp dụng từ 01/02/2026"},
		{"a retired one names what refers to it", "/thu-tuc/1.000001", 410, "Thủ tục thay thế hoặc liên quan Cấp giấy phép xây dựng nhà ở riêng lẻ"},
		{"its papers are gone too", "/thu-tuc/1.000001/giay-to", 410, "đã hết hiệu lực"},
		{"one that is only listed", "/thu-tuc/2.000123", 404, "“Thủ tục mới có tên” mới có tên trong danh mục"},
		{"one that will come", "/thu-tuc/3.000009", 404, "bắt đầu áp dụng từ 01/07/2026"},
		{"an unknown form", "/thu-tuc/7.777777/to-khai", 404, "Không tìm thấy thủ tục này"},
		{"an unknown field", "/linh-vuc/khong-co", 404, "Không tìm thấy trang này"},
		{"an unknown agency", "/co-quan/khong-co", 404, "Không tìm thấy trang này"},
	} {
		t.Run(c.name, func(t *testing.T) {
			body := page(t, m, c.path, c.status)
			if got := text(t, body, ""); !strings.Contains(got, c.want) {
				t.Errorf("%s does not say %q:\n%s", c.path, c.want, text(t, body, "main"))
			}
			if !strings.Contains(body, `action="/thu-tuc"`) {
				t.Error("no search to go on with")
			}
		})
	}
}

func TestCodesWithAnAgencysSuffixLeadToTheirProcedure(t *testing.T) {
	t.Parallel()
	_, m := open(t, nil)
	for from, to := range map[string]string{
		"/thu-tuc/1.001193.000.00.00.H99":         "/thu-tuc/1.001193",
		"/thu-tuc/1.001193.000.00.00.h99":         "/thu-tuc/1.001193",
		"/thu-tuc/1.001193.H98.20":                "",
		"/thu-tuc/1.001193.000.00.12.H99/to-khai": "/thu-tuc/1.001193/to-khai",
		"/thu-tuc/1.001193.000.00.00.H99%2F..%2F": "",
	} {
		w := get(t, m, from)
		if to == "" {
			if w.Code == http.StatusMovedPermanently && !strings.HasPrefix(w.Header().Get("Location"), "/thu-tuc/1.001193") {
				t.Errorf("%s leads to %q", from, w.Header().Get("Location"))
			}
			continue
		}
		if w.Code != http.StatusMovedPermanently || w.Header().Get("Location") != to {
			t.Errorf("%s: %d to %q, want %q", from, w.Code, w.Header().Get("Location"), to)
		}
	}
}

func TestSearchShowsWhatMatchedAndWhy(t *testing.T) {
	t.Parallel()
	_, m := open(t, nil)
	body := page(t, m, "/thu-tuc?q=giay+phep+xay+dung", http.StatusOK)
	if !strings.Contains(body, "<mark>Cấp giấy phép xây dựng</mark>") {
		t.Error("the matched words are not marked")
	}
	got := text(t, body, "main")
	for _, want := range []string{"Khớp tên: “Cấp giấy phép xây dựng”", "1.013225", "Sở Xây dựng"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in %s", want, got)
		}
	}
	if english := text(t, page(t, m, "/thu-tuc?q=giay+phep+xay+dung", http.StatusOK, "en"), "main"); !strings.Contains(english, "Matches the name: “Cấp giấy phép xây dựng”") || !strings.Contains(english, "Department of Construction") {
		t.Errorf("the reason is not said in English: %s", english)
	}
}

func TestAnUnclearQuestionShowsTheFamilyTogether(t *testing.T) {
	t.Parallel()
	_, m := open(t, nil)
	got := text(t, page(t, m, "/thu-tuc?q=dang+ky+lai", http.StatusOK), "main")
	if !strings.Contains(got, "3 thủ tục cùng khớp") {
		t.Errorf("the family is not shown together: %s", got)
	}
}

func TestFiltersNarrow(t *testing.T) {
	t.Parallel()
	_, m := open(t, nil)
	for _, c := range []struct {
		name, query string
		want, not   []string
	}{
		{"by field", "linh-vuc=ho-tich", []string{"1.001193"}, []string{"1.013225"}},
		{"by agency", "co-quan=so-xay-dung", []string{"1.013225"}, []string{"1.001193"}},
		{"by level", "cap=province", []string{"1.013225"}, []string{"1.001193"}},
		{"a question within a field", "q=dang+ky&linh-vuc=ho-tich", []string{"1.001193"}, []string{"1.013225"}},
		{"a question within an agency that has none", "q=khai+sinh&co-quan=so-xay-dung", []string{"Chưa tìm thấy thủ tục nào", "Bỏ lọc và tìm lại"}, []string{"Ủy ban nhân dân xã, phường"}},
		{"a field that is not there", "linh-vuc=la-lung", []string{"Chưa tìm thấy"}, []string{"Ủy ban nhân dân xã, phường"}},
		{"a page beyond the end is the last", "linh-vuc=ho-tich&trang=99", []string{"1.001193"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := text(t, page(t, m, "/thu-tuc?"+c.query, http.StatusOK), "main")
			for _, w := range c.want {
				if !strings.Contains(got, w) {
					t.Errorf("no %q in %s", w, got)
				}
			}
			for _, n := range c.not {
				if strings.Contains(got, n) {
					t.Errorf("%q should not be there: %s", n, got)
				}
			}
		})
	}
}

func TestNoResultSaysHowToAskOtherwise(t *testing.T) {
	t.Parallel()
	_, m := open(t, nil)
	got := text(t, page(t, m, "/thu-tuc?q=blockchain", http.StatusOK), "main")
	for _, want := range []string{"Chưa tìm thấy thủ tục nào", "theo cách khác", "1.001193", "Xem danh mục"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in %s", want, got)
		}
	}
}

func TestANewRevisionIsShownAtOnce(t *testing.T) {
	t.Parallel()
	h, m := open(t, nil)
	if body := page(t, m, "/thu-tuc/1.001193", http.StatusOK); !strings.Contains(body, "Thủ tục đăng ký khai sinh") {
		t.Fatal("not the procedure")
	}
	page(t, m, "/", http.StatusOK)
	c := small()
	c.Revision = 2
	for _, v := range c.Versions {
		if v.Code == "1.001193" {
			v.Name = "Đăng ký khai sinh mới"
		}
	}
	h.publish(c)
	if body := page(t, m, "/thu-tuc/1.001193", http.StatusOK); !strings.Contains(body, "Đăng ký khai sinh mới") {
		t.Error("the old page is still shown after a new revision")
	}
	next := time.Date(2026, 7, 1, 0, 0, 0, 0, calendar.Zone)
	page(t, m, "/thu-tuc/3.000009", http.StatusNotFound)
	h.now.Store(&next)
	page(t, m, "/thu-tuc/3.000009", http.StatusOK)
}

func TestACachedPageAnswersUnchangedAndHasNoWhomItWasDrawnFor(t *testing.T) {
	t.Parallel()
	_, m := open(t, nil)
	first := get(t, m, "/thu-tuc/1.001193?next=%22drawn-for-me")
	if strings.Contains(first.Body.String(), "drawn-for-me") {
		t.Error("the page kept the query of the one it was drawn for")
	}
	r := httptest.NewRequest(http.MethodGet, "/thu-tuc/1.001193", nil)
	r.Header.Set("If-None-Match", first.Header().Get("Etag"))
	w := httptest.NewRecorder()
	m.ServeHTTP(w, r)
	if w.Code != http.StatusNotModified {
		t.Errorf("status %d, want 304", w.Code)
	}
}

type figures struct {
	c   procedureweb.Counts
	err error
}

func (f figures) YearToDate(context.Context, string, time.Time) (procedureweb.Counts, error) {
	return f.c, f.err
}

func TestFiguresOfTheYear(t *testing.T) {
	t.Parallel()
	_, m := open(t, figures{c: procedureweb.Counts{Received: 1200, ReceivedOnline: 900, Resolved: 1000, ResolvedOnline: 800, OnTime: 987}})
	got := text(t, page(t, m, "/thu-tuc/1.001193", http.StatusOK), "so-lieu")
	for _, want := range []string{"1.200", "900", "98,7 %", "Tính đến 09:00 thứ Hai, 16/03/2026"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in %s", want, got)
		}
	}
	_, m = open(t, figures{err: errors.New("no figures today")})
	page(t, m, "/thu-tuc/1.001193", http.StatusInternalServerError)
}

func TestHomeAnswersThreeQuestions(t *testing.T) {
	t.Parallel()
	_, m := open(t, nil)
	body := page(t, m, "/", http.StatusOK)
	got := text(t, body, "main")
	for _, want := range []string{"Ông/bà cần làm việc gì?", "Hồ sơ của tôi đến đâu?", "Có gì mới?", "Sinh con", "Hộ tịch", "Hết hiệu lực: Cấp phép xây dựng tạm", "Thay đổi: Cấp giấy phép xây dựng"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in %s", want, got)
		}
	}
	for _, want := range []string{`action="/tra-cuu"`, `name="ma"`, `name="k"`, `data-suggest="/thu-tuc/goi-y"`} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s", want)
		}
	}
	if strings.Contains(got, "Lái xe") {
		t.Error("a life event is offered that finds nothing")
	}
	if english := text(t, page(t, m, "/", http.StatusOK, "en"), "main"); !strings.Contains(english, "What do you need to do?") || !strings.Contains(english, "A child is born") {
		t.Errorf("not in English: %s", english)
	}
}

func TestAnEmptyCatalogueStillHasPages(t *testing.T) {
	t.Parallel()
	h, m := open(t, nil)
	h.publish(procedure.Content{Revision: 9})
	for _, path := range []string{"/", "/thu-tuc", "/thu-tuc/moi", "/huong-dan", "/tro-nang", "/quyen-rieng-tu", "/sitemap.xml"} {
		page(t, m, path, http.StatusOK)
	}
	page(t, m, "/thu-tuc/1.001193", http.StatusNotFound)
}

func TestSuggestionsAreAPieceOfAPage(t *testing.T) {
	t.Parallel()
	_, m := open(t, nil)
	body := page(t, m, "/thu-tuc/goi-y?q=khai+s", http.StatusOK)
	if !strings.HasPrefix(body, "<ul") || !strings.Contains(body, `href="/thu-tuc/1.001193"`) {
		t.Errorf("got %s", body)
	}
	if body := page(t, m, "/thu-tuc/goi-y?q=", http.StatusOK); strings.Contains(body, "<li>") {
		t.Errorf("nothing typed suggests %s", body)
	}
}

func TestTheFormPreviewSaysWhatIsAsked(t *testing.T) {
	t.Parallel()
	_, m := open(t, nil)
	got := text(t, page(t, m, "/thu-tuc/1.001193/to-khai", http.StatusOK), "main")
	for _, want := range []string{"Tờ khai chung", "Người đề nghị", "Họ, chữ đệm, tên", "Bắt buộc", "Tự điền khi ông/bà đã đăng nhập", "Chọn một: Nam; Nữ"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in %s", want, got)
		}
	}
	if english := text(t, page(t, m, "/thu-tuc/1.001193/to-khai", http.StatusOK, "en"), "main"); !strings.Contains(english, "General form") || !strings.Contains(english, "Full name") {
		t.Errorf("not in English: %s", english)
	}
}

func TestEveryPageIsKnownToSearchEnginesAndNoPrivateOneIs(t *testing.T) {
	t.Parallel()
	_, m := open(t, nil)
	var site struct {
		Places []struct {
			Loc string `xml:"loc"`
		} `xml:"url"`
	}
	if err := xml.Unmarshal([]byte(page(t, m, "http://motcua.example/sitemap.xml", http.StatusOK)), &site); err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, p := range site.Places {
		known[p.Loc] = true
		page(t, m, strings.TrimPrefix(p.Loc, "http://motcua.example"), http.StatusOK)
	}
	for _, want := range []string{"/", "/thu-tuc/1.013225", "/linh-vuc/ho-tich", "/co-quan/xa-thu"} {
		if !known["http://motcua.example"+want] {
			t.Errorf("%s is not listed", want)
		}
	}
	if known["http://motcua.example/thu-tuc/1.000001"] {
		t.Error("a retired procedure is listed")
	}
	if robots := page(t, m, "http://motcua.example/robots.txt", http.StatusOK); !strings.Contains(robots, "Sitemap: http://motcua.example/sitemap.xml") || !strings.Contains(robots, "Disallow: /tra-cuu") {
		t.Errorf("robots: %s", robots)
	}
}

// Each link that the public pages show must lead somewhere; those of other slices are named here.
func TestEveryLinkLeadsSomewhere(t *testing.T) {
	t.Parallel()
	_, m := open(t, nil)
	elsewhere := []string{"/tra-cuu", "/nop-ho-so/", "/dang-nhap", "/assets/", "/ngon-ngu"}
	seen := map[string]bool{}
	queue := []string{"/"}
	for len(queue) > 0 {
		path := queue[0]
		queue = queue[1:]
		w := get(t, m, path)
		if w.Code != http.StatusOK && path != "/thu-tuc/1.000001" { // the news leads to what ended, and it says so
			t.Errorf("%s: status %d", path, w.Code)
			continue
		}
		root, err := html.Parse(w.Body)
		if err != nil {
			t.Fatal(err)
		}
		ids := map[string]bool{}
		var anchors []string
		for n := range root.Descendants() {
			for _, a := range n.Attr {
				switch {
				case a.Key == "id":
					if ids[a.Val] {
						t.Errorf("%s: id %q twice", path, a.Val)
					}
					ids[a.Val] = true
				case a.Key == "href" && strings.HasPrefix(a.Val, "#"):
					anchors = append(anchors, a.Val[1:])
				case a.Key == "href" && strings.HasPrefix(a.Val, "/"):
					to, _, _ := strings.Cut(a.Val, "#")
					other := false
					for _, e := range elsewhere {
						other = other || strings.HasPrefix(to, e)
					}
					if !other && !seen[to] {
						seen[to] = true
						queue = append(queue, to)
					}
				}
			}
		}
		for _, a := range anchors {
			if !ids[a] {
				t.Errorf("%s: nothing has the id %q that a link leads to", path, a)
			}
		}
	}
	if len(seen) < 20 {
		t.Errorf("only %d links were followed", len(seen))
	}
}
