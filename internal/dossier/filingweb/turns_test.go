package filingweb_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/dossier/dossiertest"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/procedure"
)

// must unwraps what an officer's act answered.
func (o *office) must(d *dossier.Dossier, err error) *dossier.Dossier {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
	return d
}

func (o *office) act(post string, d *dossier.Dossier, c dossier.ActCommand) *dossier.Dossier {
	o.t.Helper()
	return o.must(o.svc.Act(context.Background(), o.req(post, d), c))
}

// appraised is a dossier on the officer's table.
func (o *office) appraised(who string) *dossier.Dossier {
	return o.act("truong-phong", o.accepted(who), dossier.ActCommand{Action: "giao", Post: "chuyen-vien"})
}

func (o *office) decided(who string) *dossier.Dossier {
	d := o.act("chuyen-vien", o.appraised(who), dossier.ActCommand{Action: "trinh"})
	return o.act("giam-doc", d, dossier.ActCommand{Action: "phe-duyet"})
}

func (o *office) resolved(who string, more ...dossier.Result) *dossier.Dossier {
	return o.act("van-thu", o.decided(who), dossier.ActCommand{
		Action: "ban-hanh", Result: dossier.Result{Number: "12/GP", Name: "Giấy phép"}, File: o.stored("giay-phep.pdf"), More: more,
	})
}

func (o *office) returned(who string) *dossier.Dossier {
	return o.act("cb-mot-cua", o.resolved(who), dossier.ActCommand{Action: "trao"})
}

// stored keeps a small file and returns it as the paper of a result.
func (o *office) stored(name string) *dossier.Paper {
	o.t.Helper()
	content := string(pdf) + "% " + name + "\n"
	info, err := o.files.Put(context.Background(), strings.NewReader(content), 1<<20)
	if err != nil {
		o.t.Fatal(err)
	}
	return &dossier.Paper{Name: name, Type: "application/pdf", Size: info.Size, Hash: string(info.Hash)}
}

// both reads the owner's page and the one of the secret, which say the same of every turn.
func (o *office) both(who string, d *dossier.Dossier, parts ...string) (own, tracked answer) {
	o.t.Helper()
	own = o.get(who, "/ho-so-cua-toi/"+d.ID).is(http.StatusOK)
	tracked = o.get("", "/tra-cuu?ma="+d.Shown()+"&k="+d.Secret).is(http.StatusOK)
	own.has(parts...)
	tracked.has(parts...)
	tracked.lacks("Nguyễn Thị Ánh", "chuyen-vien", "truong-phong", "giam-doc", "cb-mot-cua")
	return own, tracked
}

func TestASubmissionIsWithdrawnAtOnce(t *testing.T) {
	t.Parallel()
	o := open(t)
	id := o.submitted("anh")
	at := "/ho-so-cua-toi/" + id
	o.get("anh", at).has("Rút hồ sơ", "Lúc này ông/bà không phải làm gì.")
	page := o.get("anh", at+"/rut").is(http.StatusOK)
	page.has("Hồ sơ kết thúc ngay.", "Không lấy lại được hồ sơ đã rút.", "Việc sẽ xảy ra")
	o.get("binh", at+"/rut").is(http.StatusNotFound)
	o.post("binh", at+"/rut", page.fields()).is(http.StatusNotFound)

	long := o.post("anh", at+"/rut", with(page.fields(), "ly-do", strings.Repeat("ê", dossier.MaxText+1))).is(http.StatusUnprocessableEntity)
	if !strings.HasPrefix(long.title(), "Lỗi: ") || !strings.HasPrefix(long.fields().Get("ly-do"), "êê") {
		t.Errorf("a reason that is too long: title %q", long.title())
	}
	sent := with(page.fields(), "ly-do", "Không còn nhu cầu")
	if to := o.post("anh", at+"/rut", sent).to(); to != at {
		t.Fatalf("led to %s", to)
	}
	if to := o.post("anh", at+"/rut", sent).to(); to != at {
		t.Fatalf("sent again, led to %s", to)
	}
	d := o.dossier("anh", id)
	if d.Status != dossier.Withdrawn || d.Withdrawal.Reason != "Không còn nhu cầu" {
		t.Fatalf("%s, %+v", d.Status, d.Withdrawal)
	}
	own, _ := o.both("anh", d, "Ông/bà đã rút hồ sơ lúc 09:00 thứ Hai, 02/03/2026.", "Đã rút", "không phải làm gì thêm")
	own.lacks("/rut\"")
	o.get("anh", at+"/rut").is(http.StatusConflict).has("Không rút được hồ sơ", "Hồ sơ đã kết thúc")
}

func TestAnAcceptedDossierIsAskedBackAndTheWishTakenBack(t *testing.T) {
	t.Parallel()
	o := open(t)
	d := o.appraised("anh")
	at := "/ho-so-cua-toi/" + d.ID
	o.get("anh", at+"/khong-rut").is(http.StatusConflict).has("Hồ sơ không chờ rút")
	page := o.get("anh", at+"/rut").is(http.StatusOK)
	page.has("Đề nghị rút hồ sơ", "Trung tâm Phục vụ hành chính công xem đề nghị", "hồ sơ vẫn tính thời hạn")
	o.post("anh", at+"/rut", page.fields()).to()
	o.both("anh", d, "Ông/bà đã đề nghị rút hồ sơ lúc", "Yêu cầu rút hồ sơ", "thôi rút hồ sơ cho đến khi hồ sơ được dừng")
	o.get("anh", at+"/rut").is(http.StatusConflict).has("đang xem đề nghị này")

	drop := o.get("anh", at+"/khong-rut").is(http.StatusOK)
	drop.has("Ngày hẹn trả không đổi.")
	o.post("binh", at+"/khong-rut", drop.fields()).is(http.StatusNotFound)
	o.post("anh", at+"/khong-rut", drop.fields()).to()
	if d = o.dossier("anh", d.ID); d.Status != dossier.Processing || d.Step != "tham-dinh" {
		t.Fatalf("%s at %s", d.Status, d.Step)
	}

	page = o.get("anh", at+"/rut").is(http.StatusOK)
	o.post("anh", at+"/rut", page.fields()).to()
	drop = o.get("anh", at+"/khong-rut").is(http.StatusOK)
	d = o.must(o.svc.Stop(context.Background(), o.req("cb-mot-cua", o.dossier("anh", d.ID)), dossier.StopCommand{Papers: "Trả lại bản vẽ gốc", Fees: "Không hoàn phí"}))
	o.post("anh", at+"/khong-rut", drop.fields()).is(http.StatusConflict).has("Hồ sơ không chờ rút", "đã dừng giải quyết")
	o.both("anh", d, "đã dừng giải quyết hồ sơ theo đề nghị của ông/bà", "Trả lại bản vẽ gốc", "Không hoàn phí")
}

// Scenario 7: the applicant withdraws online after the decision is signed, before the collection.
func TestADecidedDossierIsNotGivenBack(t *testing.T) {
	t.Parallel()
	o := open(t)
	d := o.act("chuyen-vien", o.appraised("anh"), dossier.ActCommand{Action: "trinh"})
	at := "/ho-so-cua-toi/" + d.ID
	page := o.get("anh", at+"/rut").is(http.StatusOK)
	o.clock.Add(time.Hour)
	o.act("giam-doc", d, dossier.ActCommand{Action: "phe-duyet"})
	o.post("anh", at+"/rut", page.fields()).is(http.StatusConflict).has("Không rút được hồ sơ", "Quyết định giải quyết hồ sơ đã có lúc 10:00 thứ Hai, 02/03/2026.")
	o.get("anh", at+"/rut").is(http.StatusConflict).has("Hồ sơ chỉ rút được trước khi có quyết định.")
	o.get("anh", at).lacks(at + "/rut")
	if d = o.dossier("anh", d.ID); d.Status != dossier.Processing || d.Withdrawal != nil {
		t.Errorf("%s, %+v", d.Status, d.Withdrawal)
	}
}

func TestWhoConfirmedAPageThatNoLongerHoldsIsShownTheNewOne(t *testing.T) {
	t.Parallel()
	o := open(t)
	id := o.submitted("anh")
	at := "/ho-so-cua-toi/" + id
	page := o.get("anh", at+"/rut").is(http.StatusOK)
	o.must(o.svc.Accept(context.Background(), o.req("cb-mot-cua", o.dossier("anh", id)), ""))
	again := o.post("anh", at+"/rut", with(page.fields(), "ly-do", "Nộp nhầm")).is(http.StatusConflict)
	again.has("Hồ sơ vừa có thay đổi, chưa rút", "xem đề nghị, dừng giải quyết")
	if again.fields().Get("ly-do") != "Nộp nhầm" {
		t.Error("the reason typed is lost")
	}
	o.post("anh", at+"/rut", again.fields()).to()
	if d := o.dossier("anh", id); d.Status != dossier.WithdrawalRequested || d.Withdrawal.Reason != "Nộp nhầm" {
		t.Errorf("%s, %+v", d.Status, d.Withdrawal)
	}
}

func TestAnObligationSaysWhatHowMuchAndUntilWhen(t *testing.T) {
	t.Parallel()
	o := open(t)
	d := o.must(o.svc.Obligate(context.Background(), o.req("chuyen-vien", o.appraised("anh")), dossier.ObligationCommand{Name: "Lệ phí trước bạ", Amount: 1_250_000, Notice: "12/TB-CT", Until: "2026-03-20"}))
	own, _ := o.both("anh", d, "Hồ sơ đang chờ ông/bà nộp Lệ phí trước bạ: 1.250.000 đồng, hết ngày", "12/TB-CT", "20/03/2026", "Khoản ông/bà cần nộp", "Thời hạn giải quyết vẫn tính")
	own.lacks("không phải làm gì")
	o.get("anh", "/ho-so-cua-toi").has("Việc ông/bà cần làm", "Chờ nghĩa vụ tài chính")
	d = o.must(o.svc.MeetObligation(context.Background(), o.req("cb-mot-cua", d), "BL-0007"))
	own, _ = o.both("anh", d, "BL-0007", "Lúc này ông/bà không phải làm gì.")
	own.has("Khoản đã nộp")
	own.lacks("Khoản ông/bà cần nộp")
}

func TestAPauseIsShownWithItsBasis(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.publish(func(c *procedure.Content) {
		v := *c.Versions[0]
		v.Pauses = []procedure.Pause{{ID: "niem-yet", Name: "Niêm yết công khai", Basis: "Điều 9 Luật Thử"}}
		v.Digest = v.Sum()
		c.Versions[0] = &v
	})
	d := o.must(o.svc.Pause(context.Background(), o.req("chuyen-vien", o.appraised("anh")), dossier.PauseCommand{Ref: "niem-yet", Approver: "truong-phong", Note: "Ghi chú nội bộ"}))
	own, tracked := o.both("anh", d, "tạm dừng tính thời hạn từ 09:00 thứ Hai, 02/03/2026: Niêm yết công khai.", "Điều 9 Luật Thử", "Lúc này ông/bà không phải làm gì.")
	own.lacks("Ghi chú nội bộ")
	tracked.lacks("Ghi chú nội bộ")
	o.get("anh", "/ho-so-cua-toi").has("Tạm dừng")
}

func TestAnApologyNamesBothDates(t *testing.T) {
	t.Parallel()
	o := open(t)
	d := o.must(o.svc.Apologise(context.Background(), o.req("giam-doc", o.appraised("anh")), dossier.ApologyCommand{
		Reason: "Chờ kết quả kiểm tra thực địa", Fault: dossier.FaultAgency, Date: calendar.MustDate("2026-03-12"),
	}))
	// Accepted Monday 09:00 with four working days: the first date was Friday.
	o.both("anh", d, "Sở Thử nghiệm xin lỗi ông/bà", "17:00 thứ Sáu, 06/03/2026", "17:00 thứ Năm, 12/03/2026", "Chờ kết quả kiểm tra thực địa", "Ngày hẹn lần đầu")
}

func TestAClosedDossierSaysWhy(t *testing.T) {
	t.Parallel()
	o := open(t)
	d := o.must(o.svc.RequestSupplement(context.Background(), o.req("chuyen-vien", o.appraised("anh")), dossier.SupplementRequest{Items: []string{"Bản vẽ"}, Reason: "Thiếu"}))
	o.clock.Add(30 * 24 * time.Hour)
	if n, err := o.svc.CloseExpired(context.Background()); err != nil || n != 1 {
		t.Fatalf("closed %d, %v", n, err)
	}
	o.both("anh", o.dossier("anh", d.ID), "đã đóng hồ sơ lúc", "vì hết ngày thứ Ba, 17/03/2026 hồ sơ chưa được bổ sung", "Đã đóng", "ông/bà nộp hồ sơ mới")
}

func TestARedirectionNamesTheCompetentAgency(t *testing.T) {
	t.Parallel()
	o := open(t)
	d := o.dossier("anh", o.submitted("anh"))
	d = o.must(o.svc.Redirect(context.Background(), o.req("cb-mot-cua", d), dossier.RedirectCommand{Competent: dossiertest.Desk, Reason: "Thuộc thẩm quyền của Trung tâm"}))
	o.both("anh", d, "Hồ sơ gửi đến Sở Thử nghiệm đã được chuyển đến Trung tâm Phục vụ hành chính công", "Thuộc thẩm quyền của Trung tâm", "Ông/bà không phải nộp lại.")
}

func TestEveryVersionOfAResultIsShownAndTheOldOneMarked(t *testing.T) {
	t.Parallel()
	o := open(t)
	d := o.resolved("anh", dossier.Result{Number: "13/PL", Name: "Phụ lục bản vẽ", File: o.stored("phu-luc.pdf")})
	at := "/ho-so-cua-toi/" + d.ID
	own, tracked := o.both("anh", d, "12/GP", "Phụ lục bản vẽ", "13/PL", "Khi đến nhận, ông/bà mang theo giấy tiếp nhận.")
	own.has("giay-phep.pdf", "phu-luc.pdf")
	tracked.lacks("giay-phep.pdf", "/giay-to/")
	if got := o.get("anh", at+"/giay-to/ket-qua-1-1").is(http.StatusOK); !strings.Contains(got.text, "phu-luc.pdf") {
		t.Error("the second document is another file")
	}
	for _, name := range []string{"ket-qua-2-0", "ket-qua-1-2", "ket-qua-0-0", "ket-qua-1", "ket-qua--1-0", "ket-qua-x-y", "ket-qua1-1x"} {
		o.get("anh", at+"/giay-to/"+name).is(http.StatusNotFound)
	}
	o.get("binh", at+"/giay-to/ket-qua-1-1").is(http.StatusNotFound)

	d = o.must(o.svc.OpenCorrection(context.Background(), o.req("cb-mot-cua", d), "Sai họ tên", dossier.FaultAgency))
	o.both("anh", d, "Kết quả đang được đính chính tại Sở Thử nghiệm, xong trước", "chờ nhận bản mới trước khi dùng")
	d = o.must(o.svc.Correct(context.Background(), o.req("van-thu", d), dossier.CorrectCommand{Result: dossier.Result{Number: "14/GP", Name: "Giấy phép"}, File: o.stored("giay-phep-moi.pdf")}))
	own, _ = o.both("anh", d, "Kết quả đã được đính chính. Ông/bà nhận bản mới", "14/GP", "12/GP", "Đã thay thế", "xin lỗi ông/bà về sai sót", "Sai họ tên")
	if got := o.get("anh", at+"/giay-to/ket-qua").is(http.StatusOK); !strings.Contains(got.text, "giay-phep-moi.pdf") {
		t.Error("the result in force is not the corrected one")
	}
	if got := o.get("anh", at+"/giay-to/ket-qua-1-0").is(http.StatusOK); !strings.Contains(got.text, "giay-phep.pdf") {
		t.Error("the replaced one is gone")
	}
	if strings.Index(own.words(), "14/GP") > strings.Index(own.words(), "12/GP") {
		t.Error("the result in force does not come first")
	}
	d = o.must(o.svc.Reissue(context.Background(), o.req("cb-mot-cua", d), "Bưu điện làm mất", dossier.FaultOther))
	o.both("anh", d, "Bản cấp lại", "Bưu điện làm mất")
}

func TestDossiersOfOneVisitLeadToEachOther(t *testing.T) {
	t.Parallel()
	o := open(t)
	lodge := func(who, group string) *dossier.Dossier {
		path := o.filled(who)
		by := o.w.Citizen(who)
		o.keys++
		return o.must(o.svc.Submit(context.Background(), by, "group-"+path, dossier.SubmitCommand{
			Draft: strings.TrimPrefix(path, "/soan/"), Owner: dossier.Party{Name: "Nguyễn Thị Ánh"}, Answers: []byte(`{}`), Group: group,
		}))
	}
	a, b, c := lodge("anh", "g1"), lodge("anh", "g1"), lodge("binh", "g1")
	alone := lodge("anh", "")
	own := o.get("anh", "/ho-so-cua-toi/"+a.ID).is(http.StatusOK)
	own.has("Hồ sơ nộp cùng lần", b.Ref)
	own.lacks(c.Ref, alone.Ref)
	o.get("anh", "/ho-so-cua-toi/"+alone.ID).is(http.StatusOK).lacks("Hồ sơ nộp cùng lần")
	o.get("", "/tra-cuu?ma="+a.Ref+"&k="+a.Secret).lacks(b.Ref)
}

func TestWhatWasUndoneAndSaidInsideIsNotToldToThePublic(t *testing.T) {
	t.Parallel()
	o := open(t)
	ctx := context.Background()
	d := o.must(o.svc.Note(ctx, o.req("chuyen-vien", o.appraised("anh")), "Kiểm tra lại bản vẽ"))
	d = o.must(o.svc.Act(ctx, o.req("chuyen-vien", d), dossier.ActCommand{Action: "trinh", Note: "Trình ký"}))
	d = o.must(o.svc.Undo(ctx, o.req("chuyen-vien", d)))
	own, tracked := o.both("anh", d, "Thẩm định")
	for _, page := range []answer{own, tracked} {
		page.lacks("Ký duyệt", "Trình ký", "Kiểm tra lại bản vẽ", "Hoàn tác")
	}
}

func TestEveryStateHasASentenceInBothLanguages(t *testing.T) {
	t.Parallel()
	o := open(t)
	ctx := context.Background()
	made := map[dossier.Status]*dossier.Dossier{}
	keep := func(d *dossier.Dossier) { made[d.Status] = d }
	keep(o.dossier("anh", o.submitted("anh")))
	keep(o.appraised("anh"))
	keep(o.resolved("anh"))
	keep(o.returned("anh"))
	keep(o.must(o.svc.Refuse(ctx, o.req("cb-mot-cua", o.dossier("anh", o.submitted("anh"))), "Không thuộc thẩm quyền", "")))
	keep(o.must(o.svc.Withdraw(ctx, dossier.Request{By: o.w.Citizen("anh"), Dossier: o.submitted("anh"), Key: "w"}, "")))
	keep(o.must(o.svc.RequestSupplement(ctx, o.req("chuyen-vien", o.appraised("anh")), dossier.SupplementRequest{Items: []string{"Bản vẽ"}, Reason: "Thiếu"})))
	keep(o.must(o.svc.Obligate(ctx, o.req("chuyen-vien", o.appraised("anh")), dossier.ObligationCommand{Name: "Lệ phí", Amount: 1000, Notice: "1/TB"})))
	keep(o.must(o.svc.OpenCorrection(ctx, o.req("cb-mot-cua", o.returned("anh")), "Sai", dossier.FaultOther)))
	asked := o.must(o.svc.RequestWithdrawal(ctx, dossier.Request{By: o.w.Citizen("anh"), Dossier: o.appraised("anh").ID, Key: "r"}, ""))
	keep(asked)
	other := o.must(o.svc.RequestWithdrawal(ctx, dossier.Request{By: o.w.Citizen("anh"), Dossier: o.appraised("anh").ID, Key: "s"}, ""))
	keep(o.must(o.svc.Stop(ctx, o.req("cb-mot-cua", other), dossier.StopCommand{})))
	expired := o.must(o.svc.RequestSupplement(ctx, o.req("chuyen-vien", o.appraised("binh")), dossier.SupplementRequest{Items: []string{"Bản vẽ"}, Reason: "Thiếu"}))
	o.clock.Add(30 * 24 * time.Hour)
	if closed, err := o.svc.Close(ctx, dossier.Request{By: access.Actor{System: true}, Dossier: expired.ID, Key: "c"}); err == nil {
		made[closed.Status] = closed
	} else if fault.KindOf(err) == fault.Internal {
		t.Fatal(err)
	}
	for _, s := range dossier.Statuses {
		d := made[s]
		if d == nil {
			t.Errorf("no dossier in state %s", s)
			continue
		}
		for _, language := range []string{"vi", "en"} {
			for _, path := range []string{"/tra-cuu?ma=" + d.Shown() + "&k=" + d.Secret, "/tra-cuu?ma=" + d.Code} {
				if strings.HasSuffix(path, "?ma=") {
					continue // a reference opens nothing by itself
				}
				r := httptest.NewRequest(http.MethodGet, path, nil)
				r.AddCookie(&http.Cookie{Name: "ngon-ngu", Value: language})
				a := o.do(r, "").is(http.StatusOK)
				if strings.Contains(path, "&k=") && len(a.all("p", func(n *html.Node) bool { return attr(n, "class") == "lead" && len(inner(n)) > 20 })) != 1 {
					t.Errorf("%s in %s: no sentence\n%s", s, language, a.words())
				}
				for _, key := range []string{"filing.", "event.", "status.", "lateness."} {
					if strings.Contains(a.words(), key) {
						t.Errorf("%s in %s shows a key %s…\n%s", s, language, key, a.words())
					}
				}
			}
		}
	}
}

func TestWhoFilesForSomebodyElseSaysOnWhat(t *testing.T) {
	t.Parallel()
	o := open(t)
	path := o.filled("anh")
	who := o.get("anh", path+"/to-khai/who")
	o.post("anh", path+"/to-khai/who", with(who.fields(), "who.name", "Trần Thị Bình", "who.number", "001190000002")).to()
	check := o.get("anh", path+"/kiem-tra").is(http.StatusOK)
	check.has("Nộp thay cho Trần Thị Bình", "Người được ủy quyền", "Người giám hộ")
	check.lacks("Cán bộ hỗ trợ nộp thay")
	sent := with(check.fields(), "cam-doan", "1")
	o.post("anh", path+"/kiem-tra", sent).is(http.StatusUnprocessableEntity).has("Chọn tư cách nộp thay")
	o.post("anh", path+"/kiem-tra", with(sent, "tu-cach", "staff")).is(http.StatusUnprocessableEntity).has("Chọn tư cách nộp thay")
	wrong := o.post("anh", path+"/kiem-tra", with(sent, "tu-cach", "authorised", "so-van-ban", "15/UQ", "ngay-van-ban", "31/02/2026", "het-han", "01/01/2026")).is(http.StatusUnprocessableEntity)
	wrong.has("Nhập ngày dạng dd/mm/yyyy", "Văn bản đã hết giá trị", "Tải văn bản ủy quyền lên")
	if f := wrong.fields(); f.Get("so-van-ban") != "15/UQ" || f.Get("ngay-van-ban") != "31/02/2026" || f.Get("tu-cach") != "authorised" {
		t.Errorf("typed values are lost: %v", f)
	}
	o.post("anh", path+"/kiem-tra", with(sent, "tu-cach", "authorised", "ngay-van-ban", "03/03/2026", "het-han", "")).is(http.StatusUnprocessableEntity).has("chưa đến")

	papers := o.get("anh", path+"/giay-to")
	o.upload("anh", path+"/giay-to", papers.fields(), file{"paper-", "uy-quyen.pdf", append([]byte(nil), append(pdf, " uq"...)...)}).to()
	check = o.get("anh", path+"/kiem-tra").is(http.StatusOK)
	to := o.post("anh", path+"/kiem-tra", with(check.fields(), "cam-doan", "1", "tu-cach", "authorised", "so-van-ban", "15/UQ", "ngay-van-ban", "01/03/2026", "het-han", "31/12/2026")).to()
	d := o.dossier("anh", strings.TrimPrefix(to, "/ho-so-da-nop/"))
	if d.Owner.Name != "Trần Thị Bình" || d.Submitter.Name != "Nguyễn Thị Ánh" || d.Mandate == nil || *d.Mandate != (dossier.Mandate{Kind: "authorised", Number: "15/UQ", Date: "2026-03-01", Until: "2026-12-31"}) {
		t.Fatalf("%+v by %+v on %+v", d.Owner, d.Submitter, d.Mandate)
	}
	o.get("anh", "/ho-so-cua-toi/"+d.ID).has("Người nộp thay", "Nguyễn Thị Ánh", "Người được ủy quyền", "15/UQ", "31/12/2026")
	o.get("", "/tra-cuu?ma="+d.Ref+"&k="+d.Secret).lacks("15/UQ")
}
