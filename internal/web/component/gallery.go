package component

import (
	"context"
	"net/http"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/lang"
)

// RegisterGallery adds the pages that show every part in every state. Only the demo calls it.
func RegisterGallery(m *web.Mux) {
	m.Handle("GET /_components", web.Public, func(w http.ResponseWriter, r *http.Request) error {
		return web.Render(w, r, http.StatusOK, galleryPage())
	})
	m.Handle("GET /_components/trang-chu", web.Public, func(w http.ResponseWriter, r *http.Request) error {
		return web.Render(w, r, http.StatusOK, galleryHome())
	})
	m.Handle("GET /_components/nop", web.Public, func(w http.ResponseWriter, r *http.Request) error {
		return web.Render(w, r, http.StatusOK, galleryFiling())
	})
	m.Handle("GET /_components/ban", web.Public, func(w http.ResponseWriter, r *http.Request) error {
		ctx := web.WithViewer(r.Context(), web.Viewer{
			Actor:  access.Actor{Person: "p1", Name: "Nguyễn Thị Hường", Post: "cv-tiep-nhan", PostTitle: "Chuyên viên tiếp nhận"},
			Agency: "Sở Xây dựng",
			Posts: []web.PostChoice{
				{ID: "a", Title: "Chuyên viên tiếp nhận", Agency: "Sở Xây dựng", Current: true},
				{ID: "b", Title: "Chuyên viên thẩm định", Agency: "Sở Xây dựng"},
			},
		})
		return web.Render(w, r.WithContext(ctx), http.StatusOK, galleryDesk())
	})
}

// say picks a sample text. Samples are no texts of the product, so they do not stand in lang.
func say(ctx context.Context, vi, en string) string {
	if lang.From(ctx) == lang.EN {
		return en
	}
	return vi
}

func gallerySteps(ctx context.Context) []Step {
	return []Step{
		{Text: say(ctx, "Thông tin người nộp", "Applicant"), Href: "#s1", State: StepDone},
		{Text: say(ctx, "Công trình xây dựng", "Building"), Href: "#s2", State: StepDone},
		{Text: say(ctx, "Giấy tờ kèm theo", "Papers"), State: StepCurrent, Note: say(ctx, "3 giấy tờ", "3 papers")},
		{Text: say(ctx, "Kiểm tra thông tin", "Check answers"), State: StepToDo},
		{Text: say(ctx, "Cam đoan và nộp", "Declare and submit"), State: StepToDo},
	}
}

func galleryWhy(ctx context.Context) Why {
	return Why{
		Summary: say(ctx, "Vì sao hẹn ngày này?", "Why this date?"),
		Intro:   say(ctx, "Thời hạn giải quyết là 15 ngày làm việc, tính từ khi bộ phận một cửa tiếp nhận.", "The time limit is 15 working days from acceptance at the one-stop desk."),
		Lines: []WhyLine{
			{When: "14:20 thứ Hai, 20/04/2026", What: say(ctx, "Tiếp nhận hồ sơ", "Dossier accepted"), Counted: ""},
			{When: "21/04 – 24/04/2026", What: say(ctx, "Bốn ngày làm việc", "Four working days"), Counted: say(ctx, "4 ngày", "4 days")},
			{When: "25/04 – 26/04/2026", What: say(ctx, "Thứ Bảy, Chủ nhật", "Saturday, Sunday"), Skipped: true, Counted: "–"},
			{When: "27/04/2026", What: say(ctx, "Nghỉ bù Giỗ Tổ Hùng Vương", "Hung Kings' day in lieu"), Skipped: true, Counted: "–"},
			{When: "28/04 – 29/04/2026", What: say(ctx, "Hai ngày làm việc", "Two working days"), Counted: say(ctx, "2 ngày", "2 days")},
			{When: "30/04 – 03/05/2026", What: say(ctx, "Lễ 30/4, 1/5 và cuối tuần", "Holidays and weekend"), Skipped: true, Counted: "–"},
			{When: "04/05 – 14/05/2026", What: say(ctx, "Chín ngày làm việc", "Nine working days"), Counted: say(ctx, "9 ngày", "9 days")},
		},
		Result: say(ctx, "Hẹn trả kết quả: 14:20 thứ Năm, 14/05/2026", "Appointment: 14:20 Thursday, 14/05/2026"),
		Open:   true,
	}
}

func galleryMoments(ctx context.Context) []Moment {
	return []Moment{
		{Title: say(ctx, "Ông/bà nộp hồ sơ trực tuyến", "You submitted online"), When: "09:14 thứ Hai, 20/04/2026"},
		{Title: say(ctx, "Bộ phận một cửa tiếp nhận", "Accepted at the one-stop desk"), When: "14:20 thứ Hai, 20/04/2026", By: "Sở Xây dựng"},
		{Title: say(ctx, "Đang thẩm định", "Under appraisal"), When: say(ctx, "từ 08:05 thứ Ba, 21/04/2026", "since 08:05 Tuesday, 21/04/2026"), By: say(ctx, "Phòng Quản lý hoạt động xây dựng", "Construction Management Division"), State: StepCurrent},
		{Title: say(ctx, "Lãnh đạo ký duyệt", "Approval by the head"), When: say(ctx, "dự kiến trước 12/05/2026", "expected before 12/05/2026"), State: StepToDo},
		{Title: say(ctx, "Trả kết quả", "Result returned"), When: "14:20 thứ Năm, 14/05/2026", State: StepToDo},
	}
}

func galleryFacts(ctx context.Context) []Fact {
	return []Fact{
		{Name: say(ctx, "Họ và tên", "Full name"), Value: "Nguyễn Hoàng Thị Thùy Dương Quế Ngọc", Change: "#ho-ten"},
		{Name: say(ctx, "Ngày sinh", "Date of birth"), Value: "16/03/1986", Change: "#ngay-sinh"},
		{Name: say(ctx, "Nơi thường trú", "Residence"), Value: "Số 12, ngõ 4, đường Nguyễn Huệ\nPhường Sông Trung, tỉnh Sông Lam", Change: "#noi-o"},
		{Name: say(ctx, "Bản vẽ thiết kế", "Design drawings"), Value: say(ctx, "Chưa có tệp", "No file yet"), Missing: true, Change: "#ban-ve"},
	}
}

func galleryRail(ctx context.Context) []RailGroup {
	return []RailGroup{
		{Items: []RailItem{
			{Text: say(ctx, "Chờ tiếp nhận", "To accept"), Href: "#", Icon: IconInbox, Count: 12, Current: true, Key: "t", Live: "intake"},
			{Text: say(ctx, "Cần xử lý", "To handle"), Href: "#", Icon: IconPen, Count: 34, Key: "x"},
			{Text: say(ctx, "Sắp đến hạn", "Due soon"), Href: "#", Icon: IconHourglass, Count: 5, Tone: DueSoon, Key: "s"},
			{Text: say(ctx, "Quá hạn", "Overdue"), Href: "#", Icon: IconAlert, Count: 2, Tone: Overdue, Key: "q"},
			{Text: say(ctx, "Chờ bổ sung", "Waiting for supplement"), Href: "#", Icon: IconPause, Count: 8, Tone: Paused, Key: "b"},
			{Text: say(ctx, "Chờ trả kết quả", "To return"), Href: "#", Icon: IconReturn, Count: 1204, Key: "r"},
		}},
		{Title: say(ctx, "Tra cứu", "Look up"), Items: []RailItem{
			{Text: say(ctx, "Tất cả hồ sơ", "All dossiers"), Href: "#", Icon: IconFiles, Count: -1, Key: "h"},
			{Text: say(ctx, "Thủ tục", "Procedures"), Href: "#", Icon: IconBuilding, Count: -1, Key: "p"},
		}},
	}
}

func galleryGrid(ctx context.Context) Grid {
	row := func(id, code, name, procedure, holder, due string, tone Tone, words string) Row {
		return Row{ID: id, Tone: tone, Label: say(ctx, "Chọn hồ sơ ", "Select dossier ") + code, Cells: []Cell{
			{Text: code, Href: "#" + id, Code: true},
			{Text: name, Clip: true},
			{Text: procedure, Clip: true},
			{Text: holder, Clip: true},
			{Text: due, Code: true},
			{Text: words, Chip: tone},
		}}
	}
	return Grid{
		Caption: say(ctx, "Hồ sơ cần xử lý", "Dossiers to handle"),
		Keys:    true, Select: "id", SelectForm: "bulk",
		Columns: []Column{
			{Title: say(ctx, "Mã hồ sơ", "Code"), Sort: "#"},
			{Title: say(ctx, "Người nộp", "Applicant"), Sort: "#"},
			{Title: say(ctx, "Thủ tục", "Procedure"), Width: "wide"},
			{Title: say(ctx, "Đang ở", "With")},
			{Title: say(ctx, "Hạn", "Due"), Sort: "#", Sorted: "ascending"},
			{Title: say(ctx, "Tình trạng", "Status")},
		},
		Rows: []Row{
			row("r1", "H61.05-260416-0031", "Trần Văn Ổn", "Cấp giấy phép xây dựng nhà ở riêng lẻ", "Lê Thị Ngữ", "14:20 22/04", Overdue, say(ctx, "Quá hạn 2 ngày", "2 days overdue")),
			row("r2", "H61.05-260417-0007", "Công ty TNHH Xây dựng và Thương mại Đường Ống Miền Trung", "Thẩm định báo cáo nghiên cứu khả thi đầu tư xây dựng", "Phạm Hữu Nghĩa", "16:30 24/04", DueSoon, say(ctx, "Còn 6 giờ", "6 hours left")),
			row("r3", "H61.05-260420-0002", "Nguyễn Hoàng Thị Thùy Dương Quế Ngọc", "Cấp chứng chỉ hành nghề hoạt động xây dựng hạng II, hạng III", "Lê Thị Ngữ", "09:10 11/05", InTime, say(ctx, "Còn 11 ngày", "11 days left")),
			row("r4", "H61.05-260420-0019", "Đặng Thế Kỷ", "Gia hạn giấy phép xây dựng", "Trịnh Quỳnh Ẩn", "–", Paused, say(ctx, "Chờ bổ sung", "Waiting")),
			row("r5", "H61.05-260421-0004", "Hợp tác xã Nông nghiệp Ruộng Bậc", "Cấp giấy phép di dời công trình", "Lê Thị Ngữ", "15:00 13/05", InTime, say(ctx, "Còn 13 ngày", "13 days left")),
		},
	}
}
