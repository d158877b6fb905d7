package browser

import (
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// workshopProcess is the process of the procedure that the journeys file for; workshopAct leaves its appraisal.
const (
	workshopProcess = "so-tham-dinh-dai"
	workshopAct     = "Trình lãnh đạo phòng"
)

// press sends keys to what has the focus and waits until the page says what follows.
func (b *tab) press(key, then string) {
	b.t.Helper()
	b.do(chromedp.KeyEvent(key))
	b.wait(`(` + then + `)`)
}

// chosen is a step of the picture having the focus, by the beginning of its name.
func chosen(title string) string {
	return `document.activeElement.closest("svg a") && !document.querySelector("[aria-busy=true]") && document.activeElement.textContent.includes("` + title + `")`
}

// TestAProcessIsModelledByKeyboard: an administrator puts two branches into a process without touching the mouse, is shown
// the run that an unsound draft would get stuck in, mends it and proposes; another person publishes; a dossier runs on it.
// The file's name has it run last: dossiers of other journeys keep the process they know.
func TestAProcessIsModelledByKeyboard(t *testing.T) {
	admin := open(t, false)
	admin.signIn("quan-tri")
	admin.open("/xuong-cau-hinh/moi")
	admin.leave(func() {
		admin.do(chromedp.SendKeys(`main form input[type=text]`, "Hai việc cùng lúc", chromedp.ByQuery))
		admin.do(chromedp.KeyEvent(kb.Enter))
	})
	set := admin.find(`/xuong-cau-hinh/([0-9a-z]{26})`)
	editor := "/xuong-cau-hinh/" + set + "/quy-trinh/" + workshopProcess
	admin.open(editor)
	admin.look("workshop-01-picture")

	// By keyboard: to the picture, on to the appraisal, branches behind it.
	admin.eval(`document.querySelector('.pe-flow a[tabindex="0"]').focus()`, nil)
	admin.press(kb.ArrowDown, chosen("Thẩm định"))
	admin.press("b", chosen("Làm cùng lúc"))
	admin.press(kb.ArrowRight, chosen("Việc thứ nhất"))
	admin.press(kb.Enter, `document.activeElement.name === "ten" && document.activeElement.value === "Việc thứ nhất"`)
	admin.eval(`document.activeElement.select()`, nil)
	admin.do(chromedp.KeyEvent("Kiểm tra thực địa"))
	admin.press(kb.Enter, `[...document.querySelectorAll("[data-step]")].some((s) => s.textContent.includes("Kiểm tra thực địa"))`)
	admin.eval(`document.querySelector('.pe-flow a[tabindex="0"]').focus()`, nil)

	// A way that leaves its branch: the draft is unsound, and the run says why.
	admin.press("c", `document.querySelector("[data-connecting]") !== null`)
	admin.press(kb.ArrowDown, chosen("Gộp nhánh"))
	admin.press(kb.ArrowDown, `document.querySelector("svg a.pe-target") !== null && !document.activeElement.textContent.includes("Gộp nhánh")`)
	admin.press(kb.Enter, `document.querySelector("[data-connecting]") === null && document.querySelector(".pe-verdict").textContent.includes("lỗi cần sửa")`)
	admin.open(editor + "/kiem-chung")
	admin.says("Lượt chạy ngắn nhất")
	admin.says("Kiểm tra thực địa")
	admin.look("workshop-02-proof")
	admin.open("/xuong-cau-hinh/" + set + "/trinh")
	if strings.Contains(admin.main(), "Chờ công bố") {
		t.Fatal("an unsound draft was proposed")
	}

	// Mended by taking the last change back; the rest of the rooms.
	admin.open(editor + "?buoc=viec-thu-nhat")
	admin.eval(`document.querySelector('.pe-flow a[tabindex="0"]').focus()`, nil)
	admin.press("z", chosen("Kiểm tra thực địa")) // no key of ours: nothing happens
	admin.do(chromedp.KeyEvent("z", chromedp.KeyModifiers(input.ModifierCtrl)))
	admin.wait(`document.querySelector(".pe-verdict").textContent.includes("Mọi lượt chạy đều đi đến kết thúc")`)
	for tail, name := range map[string]string{"/bang": "table", "/bang?in=1": "print", "/chay-thu": "play", "/mo-phong?so-ho-so=500": "simulation", "/so-sanh": "diff", "/van-ban": "text"} {
		admin.open(editor + tail)
		admin.look("workshop-" + name)
	}
	admin.open("/xuong-cau-hinh/" + set + "/trinh")
	admin.follow("Trình công bố")
	admin.says("Chờ công bố")

	second := open(t, false)
	second.signIn("kiem-soat")
	second.open(editor + "/so-sanh")
	second.says("Thêm bước “Kiểm tra thực địa”")
	second.open("/xuong-cau-hinh/" + set + "/cong-bo")
	second.follow("Công bố")

	// A dossier filed now has two works at once behind its appraisal.
	_, id := appraised(t)
	as(t, "chuyen-vien", id, "", workshopAct, "", nil)
	officer := open(t, false)
	officer.signIn("chuyen-vien")
	officer.open("/ho-so/" + id)
	officer.says("Kiểm tra thực địa")
	officer.says("Việc thứ hai")
}
