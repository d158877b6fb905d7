package browser

import (
	"testing"
	"time"

	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/viet"
)

// An agency is founded by two people; everybody sees it, its code and what the systems share.
func TestAgenciesJourney(t *testing.T) {
	admin := open(t, false)
	admin.signIn("quan-tri")
	admin.open("/co-quan/sap-xep")
	admin.look("agency-01-room")
	admin.follow("Đề xuất sắp xếp")
	admin.look("agency-02-choose")
	admin.open("/co-quan/sap-xep/moi?hinh-thuc=split&cq=so-xay-dung")
	admin.look("agency-03-split")
	admin.open("/co-quan/sap-xep/moi?hinh-thuc=found")
	admin.follow("Đề xuất") // nothing stated: told what is missing
	admin.look("agency-04-missing")
	admin.typed("ten", "Thành lập Sở Thử")
	admin.typed("can-cu", "21/QĐ-UBND")
	admin.typed("ngay", viet.Date(time.Now().In(calendar.Zone).AddDate(0, 0, 1)))
	admin.typed("ten-co-quan-0", "Sở Thử nghiệm mới")
	admin.typed("ma-0", "H99.91")
	admin.follow("Đề xuất")
	admin.says("Chờ người thứ hai")
	admin.look("agency-05-proposed")
	at := admin.path()
	control := open(t, false)
	control.signIn("kiem-soat")
	control.open(at)
	control.look("agency-06-publish")
	control.follow("Công bố")
	control.says("Đã công bố")
	control.look("agency-07-published")

	admin.open("/co-quan/them")
	admin.look("agency-08-workbook")
	admin.follow("Kiểm tra và đề xuất")
	admin.look("agency-09-workbook-missing")

	public := open(t, false)
	public.open("/co-quan")
	public.look("agency-10-tree")
	public.open("/co-quan?q=so")
	public.look("agency-11-found")
	public.open("/co-quan/so-xay-dung/thong-tin")
	public.look("agency-12-agency")
	control.open("/co-quan/so-xay-dung/thong-tin")
	control.look("agency-13-officer")
	public.open("/danh-muc-dung-chung")
	public.look("agency-14-codes")
	public.open("/danh-muc-dung-chung/thu-tuc?ngay=tat-ca")
	public.look("agency-15-list")
	public.open("/danh-muc-dung-chung/co-quan/H99.06")
	public.look("agency-16-code")
	control.open("/so-lieu/dung-han?ban-do=hien-nay")
	control.look("agency-17-figures")
}
