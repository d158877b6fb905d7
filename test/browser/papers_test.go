package browser

import (
	"testing"

	"github.com/chromedp/chromedp"
)

// What is printed of a dossier, the page that answers for it, and the book it was numbered in.
func TestAPaperIsCheckedAndStandsInItsBook(t *testing.T) {
	desk := open(t, false)
	desk.signIn("mot-cua")
	desk.open("/so-theo-doi")
	desk.look("papers-01-register")
	desk.open("/so-theo-doi?so=apology_letter&nam=2019")
	desk.look("papers-02-empty-book")
	desk.open("/so-theo-doi?nam=2025")
	desk.look("papers-03-last-year")
	desk.open("/so-theo-doi")
	var first string
	desk.eval(`document.querySelector('main table a').getAttribute('href')`, &first)
	desk.open(first)
	var paper string
	desk.eval(`[...document.querySelectorAll('a[href*="/phieu/"]')].map((a) => a.getAttribute('href').split('/').pop().replace('.pdf', '')).find((n) => /^[0-9a-z]{12}$/.test(n))`, &paper)

	anyone := open(t, false)
	anyone.open("/kiem-tra")
	anyone.look("papers-04-ask")
	anyone.do(chromedp.SendKeys(`main input[name=ma]`, paper[:4]+" "+paper[4:8]+"-"+paper[8:], chromedp.ByQuery))
	anyone.follow("Kiểm tra")
	anyone.says("Kết quả kiểm tra")
	anyone.look("papers-05-answer")
	anyone.open("/kiem-tra?ma=abc")
	anyone.look("papers-06-malformed")
	anyone.open("/kiem-tra/aaaaaaaaaaaa")
	anyone.look("papers-07-not-ours")
}

func TestTheRoomOfFormsIsUsable(t *testing.T) {
	b := open(t, false)
	b.signIn("quan-tri")
	b.open("/danh-muc/mau-phieu")
	b.look("forms-01-list")
	b.follow("Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ")
	b.look("forms-02-edit")
	b.do(chromedp.SendKeys(`main textarea`, "{khong_co}", chromedp.ByQuery))
	b.follow("Lưu dự thảo")
	b.says("Có mục cần sửa")
	b.look("forms-03-error")
}
