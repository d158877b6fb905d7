package browser

import (
	"maps"
	"strings"
	"testing"

	"github.com/motcua/motcua/test/visitor"
)

// TestTwoOfficesWorkOnOneFileAtOnce: a building permit is with four offices at the same time. Two officers of different
// agencies have it open side by side, each sees that the other is at it, and both send their answer from the page as it was
// when they opened it: neither is told to start anew.
func TestTwoOfficesWorkOnOneFileAtOnce(t *testing.T) {
	v := visitor.New(province.base)
	if err := v.SignIn("cong-dan", province.accounts["cong-dan"]); err != nil {
		t.Fatal(err)
	}
	answers := visitor.General()
	maps.Copy(answers, visitor.Answers{
		"noi": "so-xay-dung", "site.place.province": "97", "site.place.commune": "97001", "site.lot": "12", "site.sheet": "3", "site.area": "1500",
		"works.kind": "khong-theo-tuyen", "works.grade": "cap-2", "works.floors": "5", "works.footprint": "600", "works.floor_area": "3000", "works.height": "20",
		"works.stages": "no", "design.by": "Công ty Thiết kế Mẫu", "design.certificate": "BXD-0001", "design.months": "18",
	})
	if err := v.Apply("1.013236", answers, province.paper); err != nil {
		t.Fatal(err)
	}
	id := strings.TrimPrefix(v.Page.URL.Path, "/ho-so-da-nop/")
	as(t, "mot-cua", id, "", "Tiếp nhận", "", nil)
	as(t, "truong-phong", id, "", "Phân công người thụ lý", "together-00-assign", func(b *tab) { b.typed("chuc-vu", "sxd-quan-ly-xay-dung-chuyen-vien") })
	as(t, "chuyen-vien", id, "", "Gửi hồ sơ điện tử lấy ý kiến các cơ quan", "together-01-lead", nil)

	fire, land := open(t, false), open(t, false)
	fire.signIn("ca-phong-chay")
	land.signIn("snnmt-dat-dai")
	fire.open("/ho-so/" + id)
	fire.says("Ai đang giữ")
	land.open("/ho-so/" + id)
	fire.look("together-02-fire")
	fire.typed("y-kien", "Đạt yêu cầu về phòng cháy")
	land.typed("y-kien", "Phù hợp quy hoạch sử dụng đất")
	fire.follow("Gửi ý kiến trả lời")
	land.follow("Gửi ý kiến trả lời") // from the page as it was before the other answered
	if at := land.path(); strings.Contains(land.main(), "đã thay đổi") {
		t.Fatalf("the second answer was refused as stale, at %s:\n%s", at, land.main())
	}

	lead := open(t, false)
	lead.signIn("chuyen-vien")
	lead.open("/ho-so/" + id)
	lead.says("Đạt yêu cầu về phòng cháy")
	lead.says("Phù hợp quy hoạch sử dụng đất")
	lead.look("together-03-answers")

	// The citizen reads which offices have it, not what they think of it.
	citizen := open(t, false)
	citizen.signIn("cong-dan")
	citizen.open("/ho-so-cua-toi/" + id)
	citizen.says("Sở Xây dựng")
	if strings.Contains(citizen.main(), "Phù hợp quy hoạch sử dụng đất") {
		t.Error("the citizen reads an opinion between offices")
	}
	citizen.look("together-04-citizen")
}
