package browser

import (
	"encoding/base64"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// answers of the general form, on the pages in their order.
func (b *tab) fillGeneral() {
	b.t.Helper()
	b.typed("applicant.kind", "ca-nhan")
	b.typed("applicant.home.province", "97")
	b.typed("applicant.home.commune", "97001")
}

// bring hands a file in for every component of the page.
func (b *tab) bring() {
	b.t.Helper()
	var names []string
	b.eval(`[...document.querySelectorAll('main input[type=file]')].map((i) => i.name).filter((n) => n !== "paper-")`, &names)
	for _, n := range names {
		b.typed(n, province.paper)
	}
}

func (b *tab) find(pattern string) string {
	b.t.Helper()
	text := b.path() + "\n" + b.main()
	m := regexp.MustCompile(pattern).FindStringSubmatch(text)
	if m == nil {
		b.t.Fatalf("%s does not say %s", pattern, text)
	}
	return m[len(m)-1]
}

// TestAWholeLifeOnTheNationalCatalogue is the ending condition of the first milestone: a person finds a procedure
// of the imported catalogue by a question, files it with papers, the desk accepts it and prints the receipt, an
// officer, a division, a head and a clerk do their part, the desk returns the result, anyone with the code follows it.
func TestAWholeLifeOnTheNationalCatalogue(t *testing.T) {
	citizen := open(t, false)
	citizen.open("/")
	citizen.do(chromedp.SendKeys(`main input[name=q]`, province.question, chromedp.ByQuery))
	citizen.leave(func() { citizen.do(chromedp.SendKeys(`main input[name=q]`, "\r", chromedp.ByQuery)) })
	citizen.look("life-01-found")
	citizen.follow("Cấp đổi chứng chỉ thẩm tra viên an toàn giao thông đường bộ")
	citizen.look("life-02-procedure")
	citizen.follow("Nộp hồ sơ trực tuyến")
	citizen.look("life-03-sign-in")
	citizen.signInHere("cong-dan")
	citizen.look("life-04-before")
	citizen.follow("Bắt đầu")
	citizen.follow("Lưu và tiếp tục") // nothing answered: told what is missing, with what was filled in kept
	citizen.says("Có mục cần sửa")
	citizen.look("life-05-errors")
	citizen.fillGeneral()
	citizen.look("life-06-applicant")
	citizen.follow("Lưu và tiếp tục")
	citizen.typed("request.content", "Xin đổi chứng chỉ sắp hết hạn.")
	citizen.look("life-07-request")
	citizen.follow("Lưu và tiếp tục")
	citizen.bring()
	citizen.follow("Tải lên")
	citizen.look("life-08-papers")
	citizen.follow("Lưu và tiếp tục")
	citizen.says("Kiểm tra trước khi nộp")
	citizen.follow("Nộp hồ sơ") // the declaration was not made
	citizen.look("life-09-check")
	citizen.typed("cam-doan", "1")
	citizen.follow("Nộp hồ sơ")
	citizen.says("Đã nộp hồ sơ")
	citizen.look("life-10-filed")
	id := citizen.find(`/ho-so-da-nop/([0-9a-z]{26})`)
	ref := citizen.find(`\b([0-9A-Z]{5}-[0-9A-Z]{5})\b`)
	secret := citizen.find(`cùng mã trên\):\s+([0-9a-z]{12})`)

	desk := open(t, false)
	desk.signIn("mot-cua")
	desk.open("/lam-viec")
	desk.look("life-11-inbox")
	desk.open("/tra-cuu-ho-so?q=" + ref)
	desk.look("life-12-found")
	desk.open("/ho-so/" + id)
	desk.look("life-13-to-accept")
	desk.follow("Tiếp nhận")
	desk.says("Đã tiếp nhận hồ sơ")
	desk.look("life-14-accepted")
	code := desk.find(`(H99\.[0-9.]+-\d{6}-\d{4,})`)
	receipt(t, desk, code, secret)

	step := func(who, act, picture string, fill func(b *tab)) {
		t.Helper()
		b := open(t, false)
		b.signIn(who)
		b.open("/lam-viec")
		b.open("/ho-so/" + id)
		if fill != nil {
			fill(b)
		}
		b.look(picture)
		b.follow(act)
	}
	step("truong-phong", "Phân công người thụ lý", "life-15-assign", func(b *tab) { b.typed("chuc-vu", "sxd-quan-ly-xay-dung-chuyen-vien") })
	step("chuyen-vien", "Trình lãnh đạo phòng", "life-16-appraise", nil)
	step("truong-phong", "Trình lãnh đạo cơ quan", "life-17-review", nil)
	step("lanh-dao", "Ký kết quả", "life-18-sign", nil)
	step("van-thu", "Phát hành kết quả", "life-19-issue", func(b *tab) {
		b.typed("so-ket-qua", "7/GP-SXD")
		b.typed("tep-ket-qua", province.paper)
	})
	step("mot-cua", "Trả kết quả", "life-20-return", nil)

	anyone := open(t, false)
	anyone.open("/tra-cuu")
	anyone.typed("ma", code)
	anyone.typed("k", secret)
	anyone.follow("Xem hồ sơ")
	anyone.says("Đã trả kết quả")
	anyone.look("life-21-followed")
	citizen.open("/ho-so-cua-toi")
	citizen.says(code)
	citizen.look("life-22-mine")
	citizen.open("/ho-so-cua-toi/" + id)
	citizen.look("life-23-own")
	citizen.open("/thong-bao")
	citizen.look("life-24-notices")
}

// receipt fetches the printed receipt as the officer would and reads it.
func receipt(t *testing.T, desk *tab, code, secret string) {
	t.Helper()
	var encoded string
	desk.eval(`(async () => {
		const a = [...document.querySelectorAll("a")].find((a) => a.innerText.includes("In giấy tiếp nhận"));
		const bytes = new Uint8Array(await (await fetch(a.href)).arrayBuffer());
		return btoa(Array.from(bytes, (b) => String.fromCharCode(b)).join(""));
	})()`, &encoded)
	raw, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "receipt.pdf")
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	text, err := exec.Command("pdftotext", "-layout", path, "-").CombinedOutput()
	if err != nil {
		t.Fatalf("pdftotext: %v\n%s", err, text)
	}
	for _, want := range []string{"GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ", code, secret} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the receipt does not say %q:\n%s", want, text)
		}
	}
}

func TestFilingWithoutScriptsOnAPhone(t *testing.T) {
	b := open(t, true)
	b.resize(360, 740, true)
	b.open("/thu-tuc?q=chung+chi+moi+gioi+bat+dong+san")
	b.signIn("cong-dan")
	b.open("/nop-ho-so/1.012906")
	b.begin()
	b.typed("applicant.kind", "ca-nhan")
	b.typed("applicant.home.province", "97")
	b.follow("Hiện danh sách")
	b.typed("applicant.home.commune", "97001")
	b.picture("no-script-applicant")
	b.follow("Lưu và tiếp tục")
	b.typed("request.content", "Cấp chứng chỉ hành nghề.")
	b.follow("Lưu và tiếp tục")
	b.bring()
	b.follow("Tải lên")
	b.follow("Lưu và tiếp tục")
	b.typed("cam-doan", "1")
	b.follow("Nộp hồ sơ")
	b.says("Đã nộp hồ sơ")
	b.picture("no-script-filed")
}

// begin starts a filing, also when an earlier one waits.
func (b *tab) begin() {
	b.t.Helper()
	if strings.Contains(b.main(), "Tạo hồ sơ mới") {
		b.follow("Tạo hồ sơ mới")
		return
	}
	b.follow("Bắt đầu")
}

func TestADoubleClickFilesOnce(t *testing.T) {
	b := open(t, false)
	b.signIn("cong-dan")
	count := func() (n int) {
		b.open("/ho-so-cua-toi")
		b.eval(`new Set([...document.querySelectorAll('main a[href^="/ho-so-cua-toi/"]')].map((a) => a.getAttribute("href").split("?")[0].split("/")[2])).size`, &n)
		return n
	}
	before := count()
	b.open("/nop-ho-so/1.012906")
	b.begin()
	b.fillGeneral()
	b.follow("Lưu và tiếp tục")
	b.typed("request.content", "Cấp chứng chỉ hành nghề.")
	b.follow("Lưu và tiếp tục")
	b.bring()
	b.follow("Tải lên")
	b.follow("Lưu và tiếp tục")
	b.typed("cam-doan", "1")
	b.leave(func() {
		b.eval(`document.querySelector('main form[method=post] button.button-primary').scrollIntoView({block: "center"})`, nil)
		var at struct{ X, Y float64 }
		b.eval(`(() => { const el = [...document.querySelectorAll("main button")].find((e) => e.innerText.trim().startsWith("Nộp hồ sơ")); el.scrollIntoView({block: "center"}); const r = el.getBoundingClientRect(); return {X: r.x + 20, Y: r.y + r.height / 2}; })()`, &at)
		b.do(chromedp.MouseClickXY(at.X, at.Y, chromedp.ClickCount(1)), chromedp.MouseClickXY(at.X, at.Y, chromedp.ClickCount(2)))
	})
	b.says("Đã nộp hồ sơ")
	if after := count(); after != before+1 {
		t.Errorf("%d dossiers before, %d after a double click", before, after)
	}
}

func TestRoomsOfOfficers(t *testing.T) {
	for _, c := range []struct {
		who   string
		paths map[string]string
	}{
		{"mot-cua", map[string]string{"desk-inbox": "/lam-viec", "desk-find": "/tra-cuu-ho-so?q=nguyen", "desk-counter": "/tiep-nhan-truc-tiep", "desk-counter-form": "/tiep-nhan-truc-tiep?ma=1.012906", "account": "/tai-khoan"}},
		{"chuyen-vien", map[string]string{"officer-inbox": "/lam-viec", "officer-empty": "/tra-cuu-ho-so?q=zzzz"}},
		{"lanh-dao", map[string]string{"head-inbox": "/lam-viec"}},
		{"kiem-soat", map[string]string{"control": "/lam-viec"}},
		{"quan-tri", map[string]string{"admin": "/lam-viec"}},
	} {
		t.Run(c.who, func(t *testing.T) {
			b := open(t, false)
			b.signIn(c.who)
			for name, path := range c.paths {
				b.open(path)
				b.look(name)
			}
		})
	}
}

func TestInTheOtherLanguageAndInTheDark(t *testing.T) {
	b := open(t, false)
	b.signIn("mot-cua")
	b.open("/ngon-ngu?lang=en&next=%2F")
	b.look("en-home")
	b.open("/thu-tuc/1.001193")
	b.look("en-procedure")
	b.open("/giao-dien?theme=dark&next=%2Flam-viec")
	b.open("/lam-viec")
	b.look("en-dark-inbox")
}
