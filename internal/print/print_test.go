package print_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/print"
)

// The samples below are invented; their shapes are those of real dossiers.

func at(s string) time.Time {
	t, err := time.Parse("2006-01-02 15:04 -0700", s+" +0700")
	if err != nil {
		panic(err)
	}
	return t
}

func head() print.Head {
	return print.Head{
		Parent: "UBND TỈNH AN BÌNH", Agency: "TRUNG TÂM PHỤC VỤ HÀNH CHÍNH CÔNG",
		Number: "1024/TNHS", Place: "An Bình", Issued: at("2026-03-02 09:15"), Copy: print.CopyGiven,
	}
}

func trace() print.Trace {
	return print.Trace{
		Address: "https://motcua.anbinh.example/theo-doi/H99.05-260302-0017?ma=K7WQ-3MPX", Site: "motcua.anbinh.example/theo-doi",
		Secret: "K7WQ-3MPX", JournalHead: "2026-03-02T09:15 #48211 9f2c41d07be35a6810c4e7f2b9d35a11",
	}
}

func person() print.Person {
	return print.Person{
		Name: "Nguyễn Thị Ánh Tuyết", ID: "001190012345", Phone: "0912 345 678", Email: "anhtuyet@example.vn",
		Address: "Số 12, ngõ 45, đường Trần Hưng Đạo, phường Hòa Bình, tỉnh An Bình",
	}
}

func ordinaryReceipt() print.Receipt {
	return print.Receipt{
		Head: head(), Trace: trace(), DossierCode: "H99.05-260302-0017",
		Desk: "Trung tâm Phục vụ hành chính công tỉnh An Bình, quầy số 5", Applicant: person(),
		Procedure: "Cấp giấy phép xây dựng mới đối với nhà ở riêng lẻ",
		Components: []print.Component{
			{Name: "Đơn đề nghị cấp giấy phép xây dựng", Originals: 1},
			{Name: "Giấy chứng nhận quyền sử dụng đất, quyền sở hữu nhà ở và tài sản khác gắn liền với đất", Certified: 1},
			{Name: "Bản vẽ thiết kế xây dựng", Originals: 2},
			{Name: "Bản cam kết bảo đảm an toàn đối với công trình liền kề", Originals: 1},
		},
		Sets: 1, Limit: "15 ngày làm việc", ReceivedAt: at("2026-03-02 09:15"), DueAt: at("2026-03-23 16:30"),
		ReturnAt: "Trung tâm Phục vụ hành chính công tỉnh An Bình (nhận trực tiếp)",
		Fees:     []print.Fee{{Name: "Lệ phí cấp giấy phép xây dựng", Amount: 75000, Note: "đã nộp"}},
		Book:     "01/2026", Serial: "1024", Officer: "Trần Văn Dũng",
	}
}

func longReceipt() print.Receipt {
	r := ordinaryReceipt()
	r.Agency = "CHI NHÁNH TRUNG TÂM PHỤC VỤ HÀNH CHÍNH CÔNG SỐ 3 XÃ NGHĨA THÀNH TRUNG"
	r.Applicant.Name = "Công Tằng Tôn Nữ Nguyễn Phúc Huyền Trân Thiên Hương Ngọc Diễm"
	r.Submitter = "Nguyễn Phúc Hoàng Vĩnh Quỳnh Khánh Phương (người được ủy quyền)"
	r.Procedure = "Điều chỉnh, gia hạn, cấp lại giấy phép xây dựng công trình cấp đặc biệt, cấp I, cấp II, cấp III, cấp IV (công trình không theo tuyến, theo tuyến trong đô thị, tín ngưỡng, tôn giáo, tượng đài, tranh hoành tráng) và nhà ở riêng lẻ"
	for i := range 10 {
		r.Components = append(r.Components, print.Component{
			Name:   fmt.Sprintf("Văn bản thẩm duyệt thiết kế phòng cháy, chữa cháy kèm theo bản vẽ được đóng dấu thẩm duyệt đối với hạng mục số %d theo quy định của pháp luật", i+1),
			Copies: i % 3, Certified: 1, Electronic: 1,
		})
	}
	r.Fees = append(r.Fees, print.Fee{Name: "Phí thẩm định thiết kế cơ sở", Amount: 12500000, Note: "nộp trực tuyến"})
	return r
}

func extremeReceipt() print.Receipt {
	r := longReceipt()
	r.Procedure = strings.Repeat("Quyết định chủ trương đầu tư các chương trình, dự án, phi dự án ", 30)
	r.Applicant.Address = strings.Repeat("Số 12, ngách 34/56, ", 40)
	r.Applicant.Email = strings.Repeat("a", 200) + "@example.vn"
	r.Applicant.Name = strings.Repeat("Ngữỵễn ", 50)
	for i := range 300 {
		r.Components = append(r.Components, print.Component{Name: fmt.Sprintf("Giấy tờ %d %s", i, strings.Repeat("chứng minh nguồn gốc ", i%20)), Copies: i})
	}
	return r
}

func supplement() print.SupplementRequest {
	h := head()
	h.Number, h.Copy = "37/HDHS", ""
	return print.SupplementRequest{
		Head: h, Trace: trace(), DossierCode: "H99.05-260302-0017", Desk: "Trung tâm Phục vụ hành chính công tỉnh An Bình",
		Applicant: person(), Procedure: "Cấp giấy phép xây dựng mới đối với nhà ở riêng lẻ", Stage: print.AtAppraisal,
		Items: []print.SupplementItem{
			{Name: "Bản vẽ thiết kế xây dựng", Form: "02 bản chính", Wrong: "bản vẽ mặt bằng móng chưa ghi tỷ lệ và chưa có chữ ký của chủ trì thiết kế"},
			{Name: "Giấy chứng nhận quyền sử dụng đất", Form: "01 bản sao chứng thực", Wrong: "trang bổ sung số 3 bị mờ, không đọc được diện tích"},
		},
		Reason:     "Hồ sơ thiết kế chưa đáp ứng yêu cầu về nội dung bản vẽ.",
		Guidance:   "Ông/bà nộp bản vẽ đã sửa tại quầy số 5 hoặc tải lên trang theo dõi hồ sơ; các giấy tờ khác không phải nộp lại.",
		LegalBasis: "Điều 95 Luật Xây dựng; khoản 5 Điều 19 Nghị định số 118/2025/NĐ-CP.",
		Deadline:   at("2026-03-20 17:00"), Contact: "bà Lê Thị Hồng, chuyên viên Phòng Quản lý xây dựng", ContactPhone: "0255 3822 111", Officer: "Lê Thị Hồng",
	}
}

func refusal() print.Refusal {
	h := head()
	h.Number, h.Copy = "12/TCHS", ""
	return print.Refusal{
		Head: h, Trace: trace(), DossierCode: "H99.05-260302-0018", Kind: print.RefusedReception,
		Desk: "Trung tâm Phục vụ hành chính công tỉnh An Bình", Applicant: person(),
		Procedure:  "Cấp giấy phép xây dựng mới đối với nhà ở riêng lẻ",
		Reason:     "Thửa đất số 214, tờ bản đồ số 8 nằm trong khu vực đã có quyết định thu hồi đất số 77/QĐ-UBND ngày 05 tháng 01 năm 2026 của Ủy ban nhân dân tỉnh, nên không thuộc trường hợp được cấp giấy phép xây dựng.",
		LegalBasis: "Khoản 1 Điều 93 Luật Xây dựng.", Guidance: "Ông/bà có quyền khiếu nại, khởi kiện theo quy định của pháp luật.", Officer: "Trần Văn Dũng",
	}
}

func control() print.ControlSlip {
	h := head()
	h.Number, h.Copy = "", ""
	return print.ControlSlip{
		Head: h, Trace: trace(), DossierCode: "H99.05-260302-0017", Applicant: "Nguyễn Thị Ánh Tuyết",
		Procedure: "Cấp giấy phép xây dựng mới đối với nhà ở riêng lẻ", Resolving: "Sở Xây dựng", Cooperating: "Sở Nông nghiệp và Môi trường; UBND phường Hòa Bình",
		ReceivedAt: at("2026-03-02 09:15"), DueAt: at("2026-03-23 16:30"),
		Handovers: []print.Handover{
			{From: "Trung tâm Phục vụ hành chính công", To: "Phòng Quản lý xây dựng, Sở Xây dựng", GivenBy: "Trần Văn Dũng", TakenBy: "Lê Thị Hồng", At: at("2026-03-02 10:05"), Outcome: print.Early},
			{From: "Phòng Quản lý xây dựng, Sở Xây dựng", To: "Sở Nông nghiệp và Môi trường", GivenBy: "Lê Thị Hồng", TakenBy: "Phạm Quốc Bảo", At: at("2026-03-05 15:40"), Outcome: print.OnTime, Note: "Lấy ý kiến về ranh giới thửa đất"},
			{From: "Sở Nông nghiệp và Môi trường", To: "Phòng Quản lý xây dựng, Sở Xây dựng", GivenBy: "Phạm Quốc Bảo", TakenBy: "Lê Thị Hồng", At: at("2026-03-16 08:00"), Outcome: print.Overdue, Note: "Chậm 01 ngày làm việc do xác minh thực địa"},
			{From: "Sở Xây dựng", To: "Trung tâm Phục vụ hành chính công", GivenBy: "Lê Thị Hồng", At: at("2026-03-20 14:00")},
		},
	}
}
