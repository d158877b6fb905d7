package browser

import (
	"strings"
	"testing"
	"time"

	"github.com/motcua/motcua/internal/calendar"
)

// filed is an application of a citizen, lodged page by page.
func filed(t *testing.T) (citizen *tab, id string) {
	t.Helper()
	citizen = open(t, false)
	citizen.signIn("cong-dan")
	citizen.open("/nop-ho-so/1.012906")
	again := "Bắt đầu" // a person who has a draft of it is asked first
	if strings.Contains(citizen.main(), "Tạo hồ sơ mới") {
		again = "Tạo hồ sơ mới"
	}
	citizen.follow(again)
	citizen.fillGeneral()
	citizen.follow("Lưu và tiếp tục")
	citizen.typed("request.content", "Xin cấp chứng chỉ hành nghề.")
	citizen.follow("Lưu và tiếp tục")
	citizen.bring()
	citizen.follow("Tải lên")
	citizen.follow("Lưu và tiếp tục")
	citizen.typed("cam-doan", "1")
	citizen.follow("Nộp hồ sơ")
	return citizen, citizen.find(`/ho-so-da-nop/([0-9a-z]{26})`)
}

// as opens the page of the dossier's act as somebody, shows it filled in and sends it.
func as(t *testing.T, who, id, act, button, picture string, fill func(b *tab)) *tab {
	t.Helper()
	b := open(t, false)
	b.signIn(who)
	path := "/ho-so/" + id
	if act != "" {
		path += "?viec=" + act
	}
	b.open(path)
	if fill != nil {
		fill(b)
	}
	if picture != "" {
		b.look(picture)
	}
	b.follow(button)
	return b
}

// appraised brings a dossier to the officer who appraises it.
func appraised(t *testing.T) (citizen *tab, id string) {
	t.Helper()
	citizen, id = filed(t)
	as(t, "mot-cua", id, "", "Tiếp nhận", "", nil)
	as(t, "truong-phong", id, "", "Phân công người thụ lý", "", func(b *tab) { b.typed("chuc-vu", "sxd-quan-ly-xay-dung-chuyen-vien") })
	return citizen, id
}

func TestSupplementJourney(t *testing.T) {
	citizen, id := appraised(t)
	officer := as(t, "chuyen-vien", id, "supplement", "Yêu cầu bổ sung", "turn-01-ask", func(b *tab) {
		b.typed("noi-dung", "Bản sao bằng tốt nghiệp có chứng thực")
		b.typed("ly-do", "Bản chụp không đọc được")
	})
	officer.says("Chờ bổ sung")
	officer.look("turn-02-asked")
	citizen.open("/ho-so-cua-toi/" + id)
	citizen.says("Bản sao bằng tốt nghiệp có chứng thực")
	citizen.look("turn-03-told")
	citizen.follow("Bổ sung hồ sơ")
	citizen.look("turn-04-completing")
}

func TestApologyJourney(t *testing.T) {
	citizen, id := appraised(t)
	// Far enough from today for the limit of the procedure, and a working day.
	day := calendar.DateOf(time.Now()).AddDays(30)
	for day.Weekday() == time.Saturday || day.Weekday() == time.Sunday {
		day = day.AddDays(1)
	}
	shown := day.At(0).Format("02/01/2006")
	head := as(t, "lanh-dao", id, "apologise", "Xin lỗi và hẹn lại", "turn-11-apology", func(b *tab) {
		b.typed("ly-do", "Chờ kết quả kiểm tra thực địa")
		b.typed("nguyen-nhan", "agency")
		b.typed("ngay-hen-moi", shown)
	})
	head.says(shown)
	head.look("turn-12-apologised")
	citizen.open("/ho-so-cua-toi/" + id)
	citizen.says(shown)
	citizen.look("turn-13-told")
}

func TestCorrectionJourney(t *testing.T) {
	citizen, id := appraised(t)
	as(t, "chuyen-vien", id, "", "Trình lãnh đạo phòng", "", nil)
	as(t, "truong-phong", id, "", "Trình lãnh đạo Sở", "", nil)
	as(t, "lanh-dao", id, "", "Ký kết quả", "", nil)
	issue := func(b *tab) {
		b.typed("so-ket-qua", "12/CC-SXD")
		b.typed("ten-ket-qua", "Chứng chỉ hành nghề")
	}
	as(t, "van-thu", id, "", "Phát hành kết quả", "", issue)
	as(t, "mot-cua", id, "", "Trả kết quả", "", nil)
	as(t, "mot-cua", id, "open_correction", "Đề nghị đính chính kết quả", "turn-21-wrong", func(b *tab) {
		b.typed("ly-do", "Sai năm sinh")
		b.typed("nguyen-nhan", "agency")
	})
	clerk := as(t, "van-thu", id, "correct", "Ban hành kết quả đính chính", "turn-22-correct", func(b *tab) {
		b.typed("so-ket-qua", "13/CC-SXD")
		b.typed("ten-ket-qua", "Chứng chỉ hành nghề (đính chính)")
	})
	clerk.says("13/CC-SXD")
	desk := as(t, "mot-cua", id, "", "Trả kết quả", "turn-23-return", nil)
	desk.says("13/CC-SXD")
	citizen.open("/ho-so-cua-toi/" + id)
	citizen.says("13/CC-SXD")
	citizen.look("turn-24-own")
}

// A day that was promised is closed late: stated, seen, decided, and told to everybody it touches.
func TestLateHolidayJourney(t *testing.T) {
	citizen, id := appraised(t)
	page := open(t, false)
	page.signIn("chuyen-vien")
	page.open("/ho-so/" + id)
	shown := page.find(`Hẹn trả [0-9:]+ [^,]+, ([0-9]{2}/[0-9]{2}/[0-9]{4})`)
	control := open(t, false)
	control.signIn("kiem-soat")
	control.open("/lich-lam-viec")
	control.look("calendar-01-year")
	control.follow("Điều chỉnh lịch")
	control.follow("Xem trước") // nothing stated: told what is missing
	control.look("calendar-02-missing")
	control.typed("ngay-nghi", shown)
	control.typed("ten", "Nghỉ tránh bão số 3")
	control.typed("can-cu", "Công điện 12/CĐ-UBND")
	control.look("calendar-03-stated")
	control.follow("Xem trước")
	control.says("Chuyển ngày hẹn")
	control.look("calendar-04-preview")
	control.follow("Xác nhận và áp dụng")
	control.says("Công điện 12/CĐ-UBND")
	at := control.path()
	for until := time.Now().Add(time.Minute); !strings.Contains(control.main(), "Xong lúc") && time.Now().Before(until); {
		control.open(at)
	}
	control.says("Xong lúc")
	control.look("calendar-05-record")
	page.open("/ho-so/" + id)
	page.click("Vì sao ngày này?")
	page.says("Các lần thay đổi ngày hẹn")
	page.look("calendar-06-officer")
	citizen.open("/ho-so-cua-toi/" + id)
	citizen.click("Vì sao hẹn ngày này?")
	citizen.says("Nghỉ tránh bão số 3")
	citizen.look("calendar-07-applicant")
}
