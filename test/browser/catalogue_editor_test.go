package browser

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// TestFormsAndProceduresAreEditedInTheStudio: an administrator changes a field and puts a ready-made block into a form, looks at
// it as the applicant will, changes a procedure's purpose, and reads the differences in words.
func TestFormsAndProceduresAreEditedInTheStudio(t *testing.T) {
	admin := open(t, false)
	admin.signIn("quan-tri")
	admin.open("/xuong-cau-hinh/moi")
	admin.leave(func() {
		admin.do(chromedp.SendKeys(`main form input[type=text]`, "Sửa tờ khai và thủ tục", chromedp.ByQuery))
		admin.do(chromedp.KeyEvent(kb.Enter))
	})
	set := "/xuong-cau-hinh/" + admin.find(`/xuong-cau-hinh/([0-9a-z]{26})`)

	form := set + "/bieu-mau/ket-hon"
	admin.open(form)
	admin.look("studio-form")
	admin.typed("ten", "Tờ khai đăng ký kết hôn, bản mới")
	admin.follow("Lưu")
	admin.says("Tờ khai đăng ký kết hôn, bản mới")
	admin.open(form + "/phien-ban")
	admin.says("bản mới")
	admin.open(form)
	admin.follow("Họ, chữ đệm, tên")
	admin.look("studio-form-field")
	admin.open(form + "/xem-truoc")
	admin.look("studio-form-preview")

	procedure := set + "/thu-tuc/1.000894"
	admin.open(procedure)
	admin.look("studio-procedure")
	admin.open("/xuong-cau-hinh/doi-chieu")
	admin.look("studio-compare")
	if strings.Contains(admin.main(), "%!") {
		t.Error("a text was not filled in")
	}
}
