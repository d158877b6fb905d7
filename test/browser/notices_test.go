package browser

import (
	"io"
	"mime/quotedprintable"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/motcua/motcua/internal/testkit"
)

func TestPagesOfNotices(t *testing.T) {
	desk := open(t, false)
	desk.signIn("mot-cua")
	desk.open("/lam-viec/thong-bao")
	desk.look("notices-desk")
	desk.open("/lam-viec/tuy-chon-thong-bao")
	desk.says("chưa nối máy chủ thư")
	desk.look("notices-desk-choices")
	desk.open("/ngon-ngu?lang=en&next=%2Flam-viec%2Fthong-bao")
	desk.open("/giao-dien?theme=dark&next=%2Flam-viec%2Fthong-bao")
	desk.open("/lam-viec/thong-bao")
	desk.look("notices-desk-en-dark")

	citizen := open(t, false)
	citizen.signIn("cong-dan")
	citizen.open("/thong-bao")
	citizen.look("notices-mine")
	citizen.open("/thong-bao/tuy-chon")
	citizen.look("notices-choices")
	citizen.open("/thong-bao/xac-nhan?ma=cu")
	citizen.look("notices-old-link")

	plain := open(t, true) // without scripts
	plain.signIn("cong-dan")
	plain.open("/thong-bao/tuy-chon")
	plain.typed("tin.dates", "email")
	plain.follow("Lưu lựa chọn")
	plain.says("Lựa chọn đã được lưu")
	plain.open("/thong-bao/xac-nhan?ma=cu")
	plain.says("Đường dẫn xác nhận không dùng được")
}

// TestNoticesByLetter lives on a second province, whose letters go to a real mail server: an address is confirmed by
// the mailed link, an application is filed, and its letter is read and told on both sides' pages.
func TestNoticesByLetter(t *testing.T) {
	m := testkit.NewMailServer(t)
	m.Start(t)
	password := filepath.Join(t.TempDir(), "mat-khau")
	if err := os.WriteFile(password, []byte(m.Password+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("MOTCUA_SMTP_PASSWORD_FILE", password)
	whole := province
	// Ten in the morning, whenever the test runs: no quiet hours.
	now := time.Now().UTC().Add(7 * time.Hour)
	shift := time.Date(now.Year(), now.Month(), now.Day(), 10, 0, 0, 0, time.UTC).Sub(now).Round(time.Second)
	stop, err := demo(whole.bin, t.TempDir(), "--clock-offset", shift.String(), "--smtp", m.STARTTLS, "--smtp-from", "Một cửa Minh Giang <"+m.User+">", "--smtp-user", m.User, "--smtp-roots", m.RootsFile())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { stop(); province = whole }()

	citizen := open(t, false)
	citizen.signIn("cong-dan")
	citizen.open("/thong-bao/tuy-chon")
	citizen.typed("thu", "khong phai dia chi")
	citizen.follow("Lưu địa chỉ")
	citizen.says("Nhập một địa chỉ thư điện tử")
	citizen.look("letters-01-refused")
	citizen.typed("thu", "an@localhost.vn")
	citizen.follow("Lưu địa chỉ")
	citizen.says("Đang chờ xác nhận an@localhost.vn")
	citizen.look("letters-02-pending")
	letter := readLetter(t, m.Taken(t, 1)[0])
	link := regexp.MustCompile(`http://localhost:\d+(/thong-bao/xac-nhan\?ma=\S+)`).FindStringSubmatch(letter)
	if link == nil {
		t.Fatalf("no link in\n%s", letter)
	}
	citizen.open(link[1])
	citizen.look("letters-03-confirm")
	citizen.follow("Xác nhận địa chỉ")
	citizen.says("Thư được gửi tới an@localhost.vn")
	citizen.look("letters-04-choices")

	citizen.open("/nop-ho-so/1.012906")
	citizen.begin()
	citizen.fillGeneral()
	citizen.follow("Lưu và tiếp tục")
	citizen.typed("request.content", "Xin cấp giấy phép.")
	citizen.follow("Lưu và tiếp tục")
	citizen.bring()
	citizen.follow("Tải lên")
	citizen.follow("Lưu và tiếp tục")
	citizen.typed("cam-doan", "1")
	citizen.follow("Nộp hồ sơ")
	id := citizen.find(`/ho-so-da-nop/([0-9a-z]{26})`)
	letter = readLetter(t, m.Taken(t, 2)[1])
	if !strings.Contains(letter, "Hệ thống đã nhận hồ sơ") || !strings.Contains(letter, "/ho-so-cua-toi/"+id) {
		t.Errorf("the letter says\n%s", letter)
	}
	citizen.openUntil("/ho-so-cua-toi/"+id, "Đã gửi thư tới a***@localhost.vn")
	citizen.look("letters-05-own")

	desk := open(t, false)
	desk.signIn("mot-cua")
	desk.open("/lam-viec")
	desk.eval(`(() => { if (!document.querySelector("a.bell .count")) throw new Error("the bell does not ring") })()`, nil)
	desk.open("/lam-viec/thong-bao")
	desk.look("letters-06-bell")
	desk.follow("Hồ sơ mới chờ tiếp nhận")
	desk.says("Đã gửi thư tới a***@localhost.vn")
	desk.look("letters-07-dossier")
	desk.open("/lam-viec/thong-bao")
	desk.says("Đã xem")
}

// openUntil opens a page again until it says what work behind the pages has to bring about.
func (b *tab) openUntil(path, want string) {
	b.t.Helper()
	for until := time.Now().Add(20 * time.Second); ; {
		b.open(path)
		if strings.Contains(strings.Join(strings.Fields(b.main()), " "), want) || time.Now().After(until) {
			b.says(want)
			return
		}
	}
}

// readLetter undoes the letter's transfer encoding.
func readLetter(t *testing.T, raw string) string {
	t.Helper()
	text, err := io.ReadAll(quotedprintable.NewReader(strings.NewReader(raw)))
	if err != nil && len(text) == 0 {
		t.Fatal(err)
	}
	return string(text)
}
