package print

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Kinds of samples in which a wording is previewed before it counts.
const (
	SampleUsual   = "usual"
	SampleLong    = "long"         // names of 60 letters, 30 papers, several pages
	SampleAtDoor  = "at-reception" // a request or refusal at the door
	SampleOutcome = "not-eligible" // form 03 as the result of the procedure
	SampleClosed  = "closed"       // a stop because papers did not come
)

// Samples lists the kinds of samples of a form, the usual one first.
func Samples(key string) []string {
	switch key {
	case SupplementForm:
		return []string{SampleUsual, SampleAtDoor, SampleLong}
	case RefusalForm:
		return []string{SampleUsual, SampleOutcome, SampleLong}
	case StopForm:
		return []string{SampleUsual, SampleClosed, SampleLong}
	}
	return []string{SampleUsual, SampleLong}
}

// Keys lists the forms of the set in the order of their numbers.
func (f *Forms) Keys() []string {
	all := []string{ReceiptForm, SupplementForm, RefusalForm, ApologyForm, StopForm, ControlForm, RegisterForm}
	return slices.DeleteFunc(all, func(k string) bool { return !f.Has(k) })
}

// Sample draws a form with invented data as if it were issued at an instant. It fails with ErrNoForm for a form the set
// does not have.
func (f *Forms) Sample(key, kind string, at time.Time) ([]byte, error) {
	p, err := f.sample(key, kind, at)
	if err != nil {
		return nil, err
	}
	return p.draw()
}

// sample fills a form with invented people, places and procedures.
func (f *Forms) sample(key, kind string, at time.Time) (paper, error) {
	if !f.Has(key) || !slices.Contains(Samples(key), kind) {
		return paper{}, ErrNoForm
	}
	long := kind == SampleLong
	s := f.set
	at = at.Truncate(time.Minute)
	h := Head{Parent: "UBND tỉnh An Bình", Agency: "Trung tâm Phục vụ hành chính công", Number: "12", Book: at.In(zone).Format("2006"), Place: "An Bình", Issued: at}
	tr := Trace{
		Address: "https://motcua.anbinh.example/kiem-tra/k7wq3mpxt2ab", Site: "motcua.anbinh.example/tra-cuu", CheckSite: "motcua.anbinh.example/kiem-tra",
		Check: "k7wq 3mpx t2ab", Secret: "k7wq3mpx", JournalHead: "5.9f2c41d07be35a6810c4e7f2",
	}
	who := Person{
		Name: "Nguyễn Thị Ánh Tuyết", ID: "001190012345", Phone: "0900 000 001", Email: "anhtuyet@example.vn",
		Address: "Số 12, ngõ 45, đường Trần Hưng Đạo, phường Hòa Bình, tỉnh An Bình",
	}
	code, what := "H99.05-"+at.In(zone).Format("060102")+"-0017", "Cấp giấy phép xây dựng mới đối với nhà ở riêng lẻ"
	if long {
		who.Name = "Công Tằng Tôn Nữ Nguyễn Phúc Huyền Trân Thiên Hương Ngọc Diễm"
		h.Agency = "Chi nhánh Trung tâm Phục vụ hành chính công số 3 xã Nghĩa Thành Trung"
		what = "Điều chỉnh, gia hạn, cấp lại giấy phép xây dựng công trình cấp đặc biệt, cấp I, cấp II (công trình không theo tuyến, theo tuyến trong đô thị, tín ngưỡng, tôn giáo, tượng đài, tranh hoành tráng) và nhà ở riêng lẻ"
	}
	due := at.AddDate(0, 0, 14)
	reason := "Thửa đất số 214, tờ bản đồ số 8 nằm trong khu vực đã có quyết định thu hồi đất."
	if long {
		reason = strings.TrimSpace(strings.Repeat(reason+" ", 12))
	}
	desk := "Trung tâm Phục vụ hành chính công tỉnh An Bình"
	switch key {
	case ReceiptForm:
		r := Receipt{
			Head: h, Trace: tr, DossierCode: code, Desk: desk, Applicant: who, Procedure: what, Sets: 1, Limit: "10 ngày làm việc", ReceivedAt: at, DueAt: due,
			ReturnAt: desk, Fees: []Fee{{Name: "Lệ phí", Amount: 75_000, Note: "đã nộp"}}, Officer: "Trần Văn Dũng",
			Components: []Component{
				{Name: "Đơn đề nghị cấp giấy phép xây dựng", Originals: 1},
				{Name: "Giấy chứng nhận quyền sử dụng đất", Certified: 1},
				{Name: "Bản vẽ thiết kế xây dựng", Originals: 2, Electronic: 1},
			},
		}
		if long {
			r.Submitter = "Nguyễn Phúc Hoàng Vĩnh Quỳnh Khánh Phương (người được ủy quyền)"
			for i := range 27 {
				r.Components = append(r.Components, Component{Name: fmt.Sprintf("Văn bản thẩm duyệt thiết kế phòng cháy, chữa cháy của hạng mục số %d", i+1), Copies: 1})
			}
		}
		return s.receipt(r), nil
	case SupplementForm:
		r := SupplementRequest{
			Head: h, Trace: tr, DossierCode: code, Desk: desk, Applicant: who, Procedure: what, Stage: AtAppraisal, Deadline: at.AddDate(0, 0, 15),
			Reason: "Hồ sơ thiết kế chưa đủ nội dung.", Guidance: "Ông/bà nộp bản vẽ đã sửa tại quầy số 5 hoặc trên trang theo dõi hồ sơ.",
			LegalBasis: "Điều 95 Luật Xây dựng.", Contact: "bà Lê Thị Hồng, chuyên viên", ContactPhone: "0900 000 002", Officer: "Lê Thị Hồng",
			Items: []SupplementItem{{Name: "Bản vẽ thiết kế xây dựng", Form: "02 bản chính", Wrong: "bản vẽ móng chưa ghi tỷ lệ"}, {Name: "Giấy chứng nhận quyền sử dụng đất"}},
		}
		if kind == SampleAtDoor {
			r.Stage, r.DossierCode = AtReception, "TN-"+at.In(zone).Format("060102")+"-0017"
		}
		if long {
			for i := range 28 {
				r.Items = append(r.Items, SupplementItem{Name: fmt.Sprintf("Văn bản thẩm duyệt thiết kế phòng cháy, chữa cháy của hạng mục số %d", i+1), Form: "01 bản sao chứng thực", Wrong: "trang 3 bị mờ"})
			}
		}
		return s.supplement(r), nil
	case RefusalForm:
		r := Refusal{
			Head: h, Trace: tr, DossierCode: code, Kind: RefusedReception, Desk: desk, Applicant: who, Procedure: what, Reason: reason,
			LegalBasis: "Khoản 1 Điều 93 Luật Xây dựng.", Guidance: "Ông/bà có quyền khiếu nại, khởi kiện theo quy định của pháp luật.", Officer: "Trần Văn Dũng",
		}
		if kind == SampleOutcome {
			r.Kind, r.Agency, r.Official, r.SignerTitle = NotEligible, "Sở Xây dựng", "45/TB-SXD", "GIÁM ĐỐC"
		}
		return s.refusal(r), nil
	case ApologyForm:
		h.Agency = "Sở Xây dựng"
		return s.apology(Apology{
			Head: h, Trace: tr, DossierCode: code, Desk: desk, Applicant: who, Procedure: what, ReceivedAt: at.AddDate(0, 0, -10), DueAt: at.AddDate(0, 0, 2),
			NewDue: at.AddDate(0, 0, 9), Reason: reason, ByAgency: true, ReturnAt: desk, Officer: "Lê Minh Khôi", SignerTitle: "GIÁM ĐỐC",
		}), nil
	case StopForm:
		n := StopNotice{
			Head: h, Trace: tr, Kind: StoppedAtWish, DossierCode: code, Desk: desk, Applicant: who, Procedure: what, ReceivedAt: at.AddDate(0, 0, -6), AskedAt: at.AddDate(0, 0, -1),
			StoppedAt: at, Reason: "Ông/bà thay đổi thiết kế.", Papers: "01 đơn và 02 bộ bản vẽ, theo khoản 2 Điều 21 Nghị định số 118/2025/NĐ-CP.", Fees: "Không hoàn trả.", Officer: "Trần Văn Dũng",
		}
		if kind == SampleClosed {
			n.Kind, n.Until, n.Reason = ClosedInTime, at.AddDate(0, 0, -1), ""
		}
		if long {
			n.Reason = reason
		}
		return s.stop(n), nil
	case ControlForm:
		c := ControlSlip{
			Head: h, Trace: tr, DossierCode: code, Applicant: who.Name, Procedure: what, Resolving: "Sở Xây dựng", Cooperating: "Sở Nông nghiệp và Môi trường", ReceivedAt: at, DueAt: due,
			Handovers: []Handover{
				{From: desk, To: "Phòng Quản lý xây dựng, Sở Xây dựng", GivenBy: "Trần Văn Dũng", TakenBy: "Lê Thị Hồng", At: at.Add(time.Hour), Outcome: Early},
				{From: "Phòng Quản lý xây dựng, Sở Xây dựng", To: "Lãnh đạo Sở Xây dựng", GivenBy: "Lê Thị Hồng", At: at.AddDate(0, 0, 5), Outcome: Overdue, Note: "Xác minh thực địa"},
			},
		}
		c.Check, c.CheckSite, c.Number = "", "", ""
		if long {
			for range 3 {
				c.Handovers = append(c.Handovers, c.Handovers...)
			}
		}
		return s.control(c), nil
	}
	r := Register{Head: h, Year: at.In(zone).Year()}
	r.Number = ""
	rows := 6
	if long {
		rows, r.Locked = 60, "Khóa sổ lúc 08:00 04/01/2027, người khóa: Trần Văn Dũng. Mã băm: 9f2c41d07be35a6810c4e7f2b9d35a11."
	}
	for i := range rows {
		r.Rows = append(r.Rows, RegisterRow{
			Serial: i + 1, Code: fmt.Sprintf("%s-%04d", code[:len(code)-5], i+1), Procedure: what, Sets: 1, Applicant: who.Name, Contact: who.Address + ", " + who.Phone, Resolving: "Sở Xây dựng",
			Received: at, Due: due, Forwarded: at.Add(time.Hour), Result: due.AddDate(0, 0, -2), Returned: due.AddDate(0, 0, -1), Method: "Trực tiếp", ReturnedTo: who.Name,
		})
	}
	return s.register(r), nil
}
