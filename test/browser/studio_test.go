package browser

import "testing"

// A change of the configuration is written by one person and published as a pilot by another.
func TestStudioJourney(t *testing.T) {
	writer := open(t, false)
	writer.signIn("quan-tri")
	writer.open("/xuong-cau-hinh")
	writer.look("studio-01-room")
	writer.follow("Đề xuất mới")
	writer.follow("Lập đề xuất") // nothing typed: told what is missing
	writer.look("studio-02-missing")
	writer.typed("ten", "Điều chỉnh giấy tờ khai tử")
	writer.follow("Lập đề xuất")
	writer.look("studio-03-choose")
	at := writer.path()
	set := at[:len(at)-len("/them")]
	writer.open(set + "/giay-to/1.000656")
	writer.look("studio-04-papers")
	writer.typed("ban-chinh-0", "2")
	writer.follow("Lưu")
	writer.open(set + "/phi/1.000656")
	writer.look("studio-05-fees")
	writer.open(set + "/gio-lam-viec")
	writer.look("studio-06-hours")
	writer.open(set + "/van-ban?tep=procedures%2F1.000656.yaml")
	writer.look("studio-07-text")
	writer.open(set + "/lich-su?tep=procedures%2F1.000656.yaml")
	writer.look("studio-08-history")
	writer.open(set)
	writer.says("số bản chính 1 → 2")
	writer.look("studio-09-draft")
	writer.follow("Trình công bố")
	writer.look("studio-10-propose")
	writer.follow("Trình công bố")
	writer.says("Chờ công bố")

	control := open(t, false)
	control.signIn("kiem-soat")
	control.open(set)
	control.look("studio-11-waiting")
	control.follow("Xem và công bố")
	control.look("studio-12-publish")
	control.follow("Công bố")
	control.says("Đã công bố")
	control.look("studio-13-published")
	control.open(set + "/khoi-phuc")
	control.look("studio-14-restore")
	control.open("/xuong-cau-hinh/dang-ap-dung?loai=process")
	control.look("studio-15-in-force")
	control.open("/xuong-cau-hinh/van-ban?tep=hours.yaml")
	control.look("studio-16-standing")
}
