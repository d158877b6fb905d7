package noticeweb_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/notice"
	"github.com/motcua/motcua/internal/notice/noticeweb"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
)

var now = time.Date(2026, 3, 2, 9, 0, 0, 0, calendar.Zone)

const hostile = `<script>alert("x")</script>`

// box is a store in memory with two notices: one of a citizen, one of a queue.
type box struct {
	list    map[string]notice.Notice
	letters []notice.Delivery
	choice  notice.Choice
	mails   bool
	asked   string
}

func newBox() *box {
	due := now.Add(48 * time.Hour)
	f := notice.Facts{Owner: "Ánh", Code: "H99.02-260302-0001", Procedure: "Cấp " + hostile, Due: &due, Step: "Ký", Items: []string{hostile}}
	return &box{mails: true, list: map[string]notice.Notice{
		"n-accepted": {ID: "n-accepted", Case: "case-1", Kind: notice.Accepted, Reader: notice.ToPerson("anh"), Shown: f.Code, Facts: f, At: now, Told: now},
		"n-overdue":  {ID: "n-overdue", Case: "case-1", Kind: notice.Overdue, Reader: "so-thu//case_officer", Shown: f.Code, Facts: f, At: now, Told: now},
		"n-old":      {ID: "n-old", Case: "case-2", Kind: notice.Refused, Reader: notice.ToPerson("anh"), Shown: "H99.02-250101-0009", At: now.AddDate(-1, 0, 0), Told: now, Read: now},
	}}
}

func (b *box) mine(readers []notice.Reader) (out []notice.Notice) {
	for _, id := range []string{"n-accepted", "n-overdue", "n-old"} {
		for _, r := range readers {
			if b.list[id].Reader == r {
				out = append(out, b.list[id])
			}
		}
	}
	return out
}

func (b *box) Unread(_ context.Context, readers []notice.Reader, _ notice.Choice) (n int, err error) {
	for _, x := range b.mine(readers) {
		if x.Read.IsZero() {
			n++
		}
	}
	return n, nil
}

func (b *box) List(_ context.Context, readers []notice.Reader, _ notice.Choice, after string, _ int) ([]notice.Notice, string, error) {
	if after != "" {
		return nil, "", notice.ErrNone
	}
	return b.mine(readers), "n-old", nil
}

func (b *box) Open(_ context.Context, id string, readers []notice.Reader, person string) (notice.Notice, error) {
	for _, x := range b.mine(readers) {
		if x.ID == id {
			x.Read, x.ReadBy = now, person
			b.list[id] = x
			return x, nil
		}
	}
	return notice.Notice{}, notice.ErrNone
}

func (b *box) ReadAll(_ context.Context, readers []notice.Reader, person string, until time.Time) error {
	for _, x := range b.mine(readers) {
		if !x.Told.After(until) && x.Read.IsZero() {
			x.Read, x.ReadBy = now, person
			b.list[x.ID] = x
		}
	}
	return nil
}

func (b *box) OfCase(_ context.Context, id string) ([]notice.Entry, error) {
	if id != "case-1" {
		return nil, nil
	}
	return []notice.Entry{{Notice: b.list["n-accepted"], Letters: b.letters}, {Notice: b.list["n-overdue"]}}, nil
}

func (b *box) Choice(context.Context, string) (notice.Choice, error) { return b.choice, nil }

func (b *box) Change(_ context.Context, _ string, change func(c *notice.Choice) error) error {
	return change(&b.choice)
}

func (b *box) AskConfirm(_ context.Context, person, address string, officer bool, _ notice.Language) error {
	if !b.mails {
		return notice.ErrNoServer
	}
	address, err := notice.ParseAddress(address)
	if err != nil {
		return err
	}
	b.choice.Pending, b.asked = address, person
	if officer {
		b.asked += " officer"
	}
	return nil
}

func (b *box) Confirm(_ context.Context, _, token string) error {
	if token != "dung" || b.choice.Pending == "" {
		return notice.ErrLink
	}
	b.choice.Email, b.choice.Pending = b.choice.Pending, ""
	return nil
}

func (b *box) Suggested(context.Context, string) (string, error) { return "goi-y@vidu.vn", nil }
func (b *box) Mails() bool                                       { return b.mails }

type house struct {
	t   *testing.T
	b   *box
	mux *web.Mux
	x   noticeweb.Pages
}

func open(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, b: newBox()}
	d := noticeweb.Deps{Store: h.b, Book: func(string) *notice.Book { return notice.Builtin }, Now: func() time.Time { return now }}
	h.mux = web.New(web.Config{
		Now: d.Now, Log: slog.New(slog.DiscardHandler), Problem: component.ProblemPage, Limits: web.Limits{}, Unread: d.Unread,
		Session: func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				a := access.Actor{}
				switch who := r.Header.Get("Who"); who {
				case "anh", "binh":
					a = access.Actor{Person: who, Citizen: true, Roles: []string{access.RoleCitizen}, Rights: access.Rights{access.DossierFile: true}}
				case "chuyen-vien", "van-thu":
					role := map[string]string{"chuyen-vien": access.RoleOfficer, "van-thu": access.RoleClerk}[who]
					a = access.Actor{Person: who, Post: "post-" + who, Agency: "so-thu", Roles: []string{role}, Rights: access.Rights{access.DossierRead: true}}
				}
				next.ServeHTTP(w, r.WithContext(web.WithViewer(r.Context(), web.Viewer{Actor: a})))
			})
		},
	})
	h.x = noticeweb.Register(h.mux, d)
	return h
}

type answer struct {
	t    *testing.T
	code int
	to   string
	text string
	body string
}

func (h *house) ask(who, method, path string, form url.Values) answer {
	h.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	r.Header.Set("Who", who)
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	h.mux.ServeHTTP(w, r)
	root, err := html.Parse(strings.NewReader(w.Body.String()))
	if err != nil {
		h.t.Fatal(err)
	}
	var b strings.Builder
	for n := range root.Descendants() {
		if n.Type == html.TextNode {
			b.WriteString(n.Data + " ")
		}
	}
	return answer{h.t, w.Code, w.Header().Get("Location"), strings.Join(strings.Fields(b.String()), " "), w.Body.String()}
}

func (h *house) get(who, path string) answer {
	h.t.Helper()
	return h.ask(who, http.MethodGet, path, nil)
}

func (a answer) is(code int, words ...string) answer {
	a.t.Helper()
	if a.code != code {
		a.t.Fatalf("status %d, want %d\n%s", a.code, code, a.text)
	}
	if strings.Contains(a.body, hostile) {
		a.t.Errorf("a script of somebody's came through")
	}
	for _, w := range words {
		if !strings.Contains(a.text, w) {
			a.t.Fatalf("does not say %q:\n%s", w, a.text)
		}
	}
	return a
}

func (a answer) lacks(words ...string) answer {
	a.t.Helper()
	for _, w := range words {
		if strings.Contains(a.text, w) {
			a.t.Errorf("says %q:\n%s", w, a.text)
		}
	}
	return a
}

func TestTheApplicantsListIsReadByLooking(t *testing.T) {
	h := open(t)
	h.get("anh", "/thong-bao").is(200, "Hồ sơ H99.02-260302-0001 đã được tiếp nhận", "Mới. Hồ sơ đã được tiếp nhận.", "Hồ sơ không được tiếp nhận, xem lý do (H99.02-250101-0009)").lacks("quá hạn")
	h.get("anh", "/thong-bao").is(200).lacks("Mới.")
	h.get("binh", "/thong-bao").is(200, "Chưa có thông báo")
	h.get("anh", "/thong-bao?sau=n-cua-ai").is(404)
	h.get("chuyen-vien", "/thong-bao").is(404)
	h.get("", "/thong-bao").is(303) // to the sign-in
}

func TestTheBellRingsUntilOneOfTheQueueOpensTheNotice(t *testing.T) {
	h := open(t)
	h.get("chuyen-vien", "/lam-viec/thong-bao").is(200, "Thông báo công việc, 1 chưa xem", "Hồ sơ H99.02-260302-0001 đã quá hạn", "Mới")
	h.get("van-thu", "/lam-viec/thong-bao").is(200, "Chưa có thông báo").lacks("chưa xem")
	h.get("van-thu", "/lam-viec/thong-bao/n-overdue").is(404)
	h.get("anh", "/lam-viec/thong-bao/n-overdue").is(404)
	if a := h.get("chuyen-vien", "/lam-viec/thong-bao/n-overdue").is(303); a.to != "/ho-so/case-1" {
		t.Errorf("leads to %s", a.to)
	}
	h.get("chuyen-vien", "/lam-viec/thong-bao").is(200, "Đã xem").lacks("1 chưa xem", "Đánh dấu")
}

func TestEverythingIsMarkedReadThatStoodOnTheScreen(t *testing.T) {
	h := open(t)
	h.ask("chuyen-vien", "POST", "/lam-viec/thong-bao/da-xem", url.Values{"den": {"khong"}}).is(422)
	h.ask("chuyen-vien", "POST", "/lam-viec/thong-bao/da-xem", url.Values{"den": {"1"}}).is(303)
	if !h.b.list["n-overdue"].Read.IsZero() {
		t.Error("what came later was marked read")
	}
	h.ask("chuyen-vien", "POST", "/lam-viec/thong-bao/da-xem", url.Values{"den": {"1772416800000000"}}).is(303)
	if h.b.list["n-overdue"].Read.IsZero() || !h.b.list["n-accepted"].Read.IsZero() {
		t.Error("the post's own list was to be marked, and no other")
	}
}

func TestChoosingWhatToReceive(t *testing.T) {
	h := open(t)
	h.get("anh", "/thong-bao/tuy-chon").is(200, "Ngày hẹn", "Qua thư điện tử", "Không gửi thư từ 21:00 đến 07:00", "Chưa có địa chỉ được xác nhận").lacks("Hồ sơ mới đến")
	h.get("chuyen-vien", "/lam-viec/tuy-chon-thong-bao").is(200, "Hồ sơ mới đến", "không có thư nào được gửi").lacks("Ngày hẹn")
	a := h.ask("anh", "POST", "/thong-bao/tuy-chon", url.Values{"tin.dates": {"email"}, "tin.results": {"app", "khac"}, "ngon-ngu": {"en"}, "tin.deadlines": {"email"}}).is(303)
	c := h.b.choice
	if a.to != "/thong-bao/tuy-chon" || c.Wants(notice.Dates, notice.InApp) || !c.Wants(notice.Dates, notice.Email) || c.Wants(notice.Results, notice.Email) ||
		c.Wants(notice.Deadlines, notice.Email) || c.Language != notice.English || !c.Loud {
		t.Errorf("chosen: %+v", c)
	}
	h.ask("chuyen-vien", "POST", "/lam-viec/tuy-chon-thong-bao", url.Values{"tin.deadlines": {"email"}, "gio-yen-tinh": {"1"}}).is(303)
	if c := h.b.choice; !c.Wants(notice.Deadlines, notice.Email) || c.Wants(notice.Arrivals, notice.InApp) || c.Loud {
		t.Errorf("chosen: %+v", c)
	}
}

func TestAnAddressIsConfirmedByItsLink(t *testing.T) {
	h := open(t)
	a := h.ask("anh", "POST", "/thong-bao/dia-chi", url.Values{"thu": {"khong phai " + hostile}}).is(422, "Nhập một địa chỉ thư điện tử", "Lỗi")
	if !strings.Contains(a.body, "khong phai") {
		t.Error("what was typed is gone")
	}
	h.ask("chuyen-vien", "POST", "/lam-viec/tuy-chon-thong-bao/dia-chi", url.Values{"thu": {"toi@vidu.vn"}}).is(303)
	if h.b.asked != "chuyen-vien officer" {
		t.Errorf("asked for %q", h.b.asked)
	}
	h.get("anh", "/thong-bao/tuy-chon").is(200, "Đang chờ xác nhận toi@vidu.vn")
	h.get("anh", "/thong-bao/xac-nhan?ma=dung").is(200, "Từ nay thông báo được gửi tới toi@vidu.vn")
	if h.b.choice.Email != "" {
		t.Error("opening the link confirmed it: mail programs open links too")
	}
	h.ask("anh", "POST", "/thong-bao/xac-nhan", url.Values{"ma": {"sai"}}).is(422, "Đường dẫn xác nhận không dùng được")
	h.ask("anh", "POST", "/thong-bao/xac-nhan", url.Values{"ma": {"dung"}}).is(303)
	h.get("anh", "/thong-bao/tuy-chon").is(200, "Thư được gửi tới toi@vidu.vn")
	h.get("anh", "/thong-bao/xac-nhan?ma=dung").is(200, "không dùng được")
	h.ask("anh", "POST", "/thong-bao/dia-chi", url.Values{"thu": {""}}).is(303)
	if h.b.choice.Email != "" {
		t.Error("the own address was to be removed")
	}
	h.b.mails = false
	h.get("anh", "/thong-bao/tuy-chon").is(200, "chưa nối máy chủ thư").lacks("Lưu địa chỉ")
	h.ask("anh", "POST", "/thong-bao/dia-chi", url.Values{"thu": {"toi@vidu.vn"}}).is(422)
}

func TestADossierSaysWhatBecameOfItsLetters(t *testing.T) {
	for _, c := range []struct {
		name    string
		letter  notice.Delivery
		officer string
		citizen string
	}{
		{"sent", notice.Delivery{State: notice.Sent, Sent: now, Answer: "250 ok"}, "Đã gửi thư tới a***@vidu.vn lúc 09:00 thứ Hai, 02/03/2026.", "Đã gửi thư tới a***@vidu.vn lúc 09:00 thứ Hai, 02/03/2026."},
		{"refused", notice.Delivery{State: notice.Failed, Reason: notice.Rejected, Answer: "550 no such user"}, "máy chủ thư từ chối. Máy chủ thư trả lời: 550 no such user", "máy chủ thư từ chối."},
		{"tried again", notice.Delivery{State: notice.Queued, Attempts: 2, Tried: now, Answer: "451 later"}, "chưa gửi được sau 2 lần, lần cuối lúc 09:00 thứ Hai, 02/03/2026. Hệ thống sẽ gửi lại. Máy chủ thư trả lời: 451 later", "Hệ thống sẽ gửi lại."},
		{"waiting", notice.Delivery{State: notice.Queued}, "đang chờ gửi", "đang chờ gửi"},
		{"without a server", notice.Delivery{State: notice.Held, Reason: notice.NoServer}, "chưa nối máy chủ thư", "chưa nối máy chủ thư"},
		{"at night", notice.Delivery{State: notice.Held, Reason: notice.QuietHours, HeldUntil: now}, "chờ hết giờ yên tĩnh, đến 09:00", "chờ hết giờ yên tĩnh"},
		{"an answer lost", notice.Delivery{State: notice.Sent, Sent: now, Repeated: true}, "có thể nhận hai thư giống nhau", "có thể nhận hai thư giống nhau"},
		{"given up", notice.Delivery{State: notice.Failed, Reason: notice.Exhausted}, "sau nhiều lần", "sau nhiều lần"},
		{"too old", notice.Delivery{State: notice.Failed, Reason: notice.TooOld}, "tin đã cũ", "tin đã cũ"},
		{"erased", notice.Delivery{State: notice.Failed, Reason: notice.Gone}, "dữ liệu cá nhân đã xóa", "dữ liệu cá nhân đã xóa"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := open(t)
			c.letter.Address = "anh@vidu.vn"
			h.b.letters = []notice.Delivery{c.letter}
			for officer, want := range map[bool]string{true: c.officer, false: c.citizen} {
				panel, err := h.x.Told(t.Context(), "case-1", officer)
				if err != nil || panel == nil {
					t.Fatal(err)
				}
				var b strings.Builder
				if err := panel.Render(t.Context(), &b); err != nil {
					t.Fatal(err)
				}
				root, err := html.Parse(strings.NewReader(b.String()))
				if err != nil {
					t.Fatal(err)
				}
				var words []string
				for n := range root.Descendants() {
					if n.Type == html.TextNode {
						words = append(words, strings.Fields(n.Data)...)
					}
				}
				text := strings.Join(words, " ")
				if !strings.Contains(text, want) || strings.Contains(text, "anh@vidu.vn") || strings.Contains(text, "quá hạn") {
					t.Errorf("officer %v reads\n%s\nwant %q", officer, text, want)
				}
				if !officer && strings.Contains(text, "Máy chủ thư trả lời") {
					t.Errorf("the applicant reads the server's words: %s", text)
				}
			}
		})
	}
	h := open(t)
	if panel, err := h.x.Told(t.Context(), "case-9", true); panel != nil || err != nil {
		t.Errorf("nothing was told: %v, %v", panel, err)
	}
}

func TestTheBellIsSilentWhenItCannotCount(t *testing.T) {
	d := noticeweb.Deps{Store: away{newBox()}}
	if n := d.Unread(t.Context(), access.Actor{Person: "anh", Citizen: true}); n != 0 {
		t.Errorf("counted %d", n)
	}
}

type away struct{ *box }

func (away) Choice(context.Context, string) (notice.Choice, error) {
	return notice.Choice{}, errors.New("the database is away")
}
