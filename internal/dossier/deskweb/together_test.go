package deskweb

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/workflow"
)

const manyAgencies = "1.000012"

// opinionForm is what the holder of a step fills before leaving it.
const opinionForm = `
id: phieu-tham-dinh
title: Phiếu thẩm định
use: step
schema:
  type: object
  required: [finding]
  properties:
    finding: {type: string, maxLength: 200}
layout:
  sections:
    - id: finding
      title: Thẩm định
      fields:
        - {path: finding, label: Nhận xét thẩm định}
`

// processTogether: the lead and another department at once, a question to agencies that the lead chooses, a sub-case.
var processTogether = workflow.Process{
	ID: "nhieu-noi", Title: "Quy trình nhiều nơi", Start: "chia",
	Steps: []workflow.Step{
		{ID: "chia", Kind: workflow.Fork, To: []workflow.Flow{{To: "chinh"}, {To: "phu"}}},
		{ID: "chinh", Title: "Thẩm định chính", At: workflow.AtCompetent, Role: access.RoleOfficer, Limit: "2wd", Help: "Xem kỹ bản vẽ.", Makes: []string{"Phiếu thẩm định"}, Form: "phieu-tham-dinh", Actions: []workflow.Action{
			{ID: "xong", Label: "Hoàn thành thẩm định", Means: workflow.Forward, To: "gop", Primary: true},
		}},
		{ID: "phu", Title: "Kiểm tra chuyên ngành", At: "so-khac", Role: access.RoleOfficer, Limit: "2wd", Sees: []string{"ban-ve"}, Actions: []workflow.Action{
			{ID: "xong", Label: "Hoàn thành kiểm tra", Means: workflow.Forward, To: "gop", Primary: true},
		}},
		{ID: "gop", Kind: workflow.Join, To: []workflow.Flow{{To: "xem"}}},
		{ID: "xem", Title: "Tổng hợp", At: workflow.AtCompetent, Role: access.RoleOfficer, Actions: []workflow.Action{
			{ID: "hoi", Label: "Hỏi ý kiến", Means: workflow.Forward, To: "y-kien", Primary: true},
		}},
		{ID: "y-kien", Title: "Lấy ý kiến", Kind: workflow.Ask, Role: access.RoleOfficer, Limit: "3wd", To: []workflow.Flow{{To: "con"}}},
		{ID: "con", Title: "Xác minh tại xã", Kind: workflow.Sub, At: "phuong-x", Part: "xac-minh", Procedure: "1.000001", Limit: "1wd", To: []workflow.Flow{{To: "ky"}}},
		{ID: "ky", Title: "Ký duyệt", At: workflow.AtCompetent, Role: access.RoleHead, Actions: []workflow.Action{
			{ID: "phe-duyet", Label: "Phê duyệt", Means: workflow.Approve, To: "van-thu", Primary: true},
		}},
		{ID: "van-thu", Title: "Vào số", At: workflow.AtCompetent, Role: access.RoleClerk, Actions: []workflow.Action{{ID: "ban-hanh", Label: "Ban hành kết quả", Means: workflow.Result, To: "tra", Primary: true}}},
		{ID: "tra", Title: "Trả kết quả", At: workflow.AtDesk, Role: access.RoleReceiving, Actions: []workflow.Action{{ID: "trao", Label: "Trả kết quả", Means: workflow.Hand, Primary: true}}},
	},
	Parts: []workflow.Part{{ID: "xac-minh", Title: "Xác minh", Start: "lam", Steps: []workflow.Step{
		{ID: "lam", Title: "Xác minh thực địa", At: workflow.AtCompetent, Role: access.RoleOfficer, Actions: []workflow.Action{{ID: "tra-loi", Label: "Gửi kết quả xác minh", Means: workflow.Answer, Primary: true}}},
	}}},
}

// shared files and accepts a dossier that several agencies have at once.
func (o *office) shared() string {
	o.t.Helper()
	d := o.lodge(manyAgencies, "Trần Thị Bích", "001190000002")
	o.step("cb-mot-cua", d.ID, "/tiep-nhan").to(o.t)
	return d.ID
}

func TestSeveralAgenciesWorkOnOneFile(t *testing.T) {
	t.Parallel()
	o := open(t)
	id := o.shared()
	path := "/ho-so/" + id

	// Both have it; each sees its own act, who else has it, and the story.
	lead := o.get("chuyen-vien", path).want(http.StatusOK).has("Ai đang giữ", "Kiểm tra chuyên ngành", "Sở Khác", "Chờ người nhận", "Xem kỹ bản vẽ.", "Bước này phải có", "Phiếu thẩm định", "Đang ở đây")
	lead.offersNot("Hoàn thành kiểm tra")
	other := o.get("nguoi-la", path).want(http.StatusOK).has("Hoàn thành kiểm tra", "Ông/bà xem một phần hồ sơ").hasNot("Số định danh 001190000002 Điện thoại")
	o.get("cb-phuong", path).want(http.StatusNotFound)

	// The pool: one takes the work, the other cannot any more, and it goes back.
	o.post("nguoi-la", path+"/nhan-viec", other.form(path+"/nhan-viec")).to(t)
	o.get("nguoi-la-2", path).want(http.StatusOK).offersNot("Hoàn thành kiểm tra", "Nhận việc")
	mine := o.get("nguoi-la", path).has("Trả lại hàng chờ", "Tự nhận việc từ hàng chờ")
	o.post("nguoi-la", path+"/tra-hang-cho", mine.form(path+"/tra-hang-cho")).to(t)
	o.step("nguoi-la-2", id, "/xu-ly").to(t)

	// The form of the step is checked, and what was typed stays.
	form := o.get("chuyen-vien", path).form(path + "/xu-ly")
	o.post("chuyen-vien", path+"/xu-ly", with(form, fieldNote, "Đã xem bản vẽ")).want(http.StatusUnprocessableEntity).has("Nhận xét thẩm định", "Đã xem bản vẽ")
	o.step("chuyen-vien", id, "/xu-ly", "finding", "Bản vẽ đạt").to(t)
	o.get("chuyen-vien", path).has("Nội dung đã ghi ở bước Thẩm định chính", "Bản vẽ đạt", "Tổng hợp")

	// A question of the process, to agencies chosen in the act.
	ask := o.get("chuyen-vien", path).has("Cơ quan được hỏi", "Sở Khác", "Ủy ban nhân dân phường X").form(path + "/xu-ly")
	o.post("chuyen-vien", path+"/xu-ly", with(ask, fieldNote, "Đề nghị cho ý kiến về bản vẽ")).want(http.StatusUnprocessableEntity).has("Chọn ít nhất một cơ quan", "Đề nghị cho ý kiến về bản vẽ")
	o.post("chuyen-vien", path+"/xu-ly", with(ask, fieldNote, "Đề nghị cho ý kiến về bản vẽ", fieldAsked, "so-khac")).to(t)
	o.get("chuyen-vien", path).has("Ý kiến các cơ quan", "Chờ trả lời", "Đề nghị cho ý kiến về bản vẽ", "Chờ nơi khác")

	// The answer, late, with a document.
	o.clock.Add(8 * 24 * time.Hour)
	o.get("chuyen-vien", path).has("Chưa trả lời, quá hạn", "Báo bộ phận một cửa")
	tell := o.get("chuyen-vien", path+"?viec="+dossier.ActTellDesk).has("Sở Khác chưa trả lời đúng hạn").form(path + "/bao-mot-cua")
	o.post("chuyen-vien", path+"/bao-mot-cua", tell).to(t)
	answer := o.get("nguoi-la", path).has("Sở Thử nghiệm hỏi: Đề nghị cho ý kiến về bản vẽ", "Số văn bản trả lời").form(path + "/xu-ly")
	o.upload("nguoi-la", path+"/xu-ly", with(answer, fieldNumber, "77/SK"), attached{fieldFile, "tra-loi.pdf", tinyPDF}).want(http.StatusUnprocessableEntity)
	o.upload("nguoi-la", path+"/xu-ly", with(answer, fieldNote, "Sở đồng ý", fieldNumber, "77/SK"), attached{fieldFile, "tra-loi.pdf", tinyPDF}).to(t)
	got := o.get("chuyen-vien", path).has("Trả lời muộn", "Sở đồng ý", "77/SK", "tra-loi.pdf", "Phần việc của các cơ quan", "Xác minh tại xã", "Ủy ban nhân dân phường X")
	for _, a := range got.all("a") {
		if strings.Contains(inside(a), "tra-loi.pdf") {
			o.get("chuyen-vien", attr(a, "href")).want(http.StatusOK)
		}
	}

	// The sub-case ends with an answer; then the head.
	o.step("cv-phuong", id, "/xu-ly", fieldNote, "Đã xác minh").to(t)
	o.get("giam-doc", path).has("Ủy ban nhân dân phường X làm xong phần việc “Xác minh tại xã”", "Đã xác minh", "Phê duyệt")
}

func TestAnOfficerAsksAndTakesTheQuestionBack(t *testing.T) {
	t.Parallel()
	o := open(t)
	id := o.shared()
	path := "/ho-so/" + id
	form := o.get("chuyen-vien", path+"/hoi-y-kien").want(http.StatusOK).has("Hỏi ý kiến cơ quan khác", "Thời hạn giải quyết vẫn tính", "Cấp xã").form(path + "/hoi-y-kien")
	o.post("chuyen-vien", path+"/hoi-y-kien", with(form, fieldAsked, "phuong-x")).want(http.StatusUnprocessableEntity).has("Nội dung cần hỏi")
	o.post("chuyen-vien", path+"/hoi-y-kien", with(form, fieldAsked, "phuong-x", fieldQuestion, "Thửa đất có tranh chấp không?", fieldWithin, "2wd")).to(t)
	o.get("cv-phuong", path).want(http.StatusOK).has("Sở Thử nghiệm hỏi: Thửa đất có tranh chấp không?")
	back := o.get("chuyen-vien", path).has("Thửa đất có tranh chấp không?").form(path + "/rut-cau-hoi")
	o.post("chuyen-vien", path+"/rut-cau-hoi", back).to(t)
	o.get("chuyen-vien", path).has("Không chờ nữa từ", "Không chờ ý kiến của Ủy ban nhân dân phường X nữa")
	o.post("chuyen-vien", path+"/rut-cau-hoi", back).to(t) // sent twice: done once
}

func TestColleaguesSeeWhoIsAtWork(t *testing.T) {
	t.Parallel()
	o := open(t)
	id := o.shared()
	path := "/ho-so/" + id
	o.clock.Add(2 * time.Minute) // who accepted it has gone on
	o.get("chuyen-vien", path).want(http.StatusOK).hasNot("đang mở hồ sơ này")
	o.get("chuyen-vien-2", path).has("Tên person-chuyen-vien – Chức vụ chuyen-vien đang mở hồ sơ này để xử lý.")
	o.get("chuyen-vien", path+"/dang-soan?soan=1").want(http.StatusOK).has("Chức vụ chuyen-vien-2 đang mở hồ sơ này")
	o.get("giam-doc", path+"/dang-soan").has("Chức vụ chuyen-vien-2")
	o.get("cb-phuong", path+"/dang-soan").want(http.StatusNotFound)
	o.clock.Add(2 * time.Minute)
	if text := o.get("giam-doc", path+"/dang-soan").text(); text != "" {
		t.Errorf("who left two minutes ago is still at work: %q", text)
	}
}

func TestAHeadSeesTheLoadAndMovesWork(t *testing.T) {
	t.Parallel()
	o := open(t)
	first, second := o.shared(), o.shared()
	o.get("chuyen-vien", pathLoad).want(http.StatusNotFound)
	o.get("giam-doc", pathLoad).want(http.StatusOK).has("Khối lượng công việc", "Hàng chờ chung: Chuyên viên thụ lý", "Ủy quyền và làm thay")
	o.get("truong-phong", pathLoad).want(http.StatusOK).has("Hàng chờ chung: Chuyên viên thụ lý")
	queue := queuePath("so-thu//case_officer")
	page := o.get("truong-phong", queue).want(http.StatusOK)
	form := page.form(pathLoad + "/chuyen")
	o.post("truong-phong", pathLoad+"/chuyen", with(form, fieldPost, "chuyen-vien-2")).want(http.StatusUnprocessableEntity)
	var rows []string
	for _, in := range page.all("input") {
		if attr(in, "name") == "id" {
			rows = append(rows, attr(in, "value"))
		}
	}
	if len(rows) != 2 {
		t.Fatalf("%d pieces of work", len(rows))
	}
	chosen := with(form, fieldPost, "chuyen-vien-2")
	chosen["id"] = rows
	o.post("truong-phong", pathLoad+"/chuyen", chosen).want(http.StatusOK).has("2 việc đã giao, 0 việc chưa giao")
	o.post("truong-phong", pathLoad+"/chuyen", chosen).want(http.StatusOK).has("2 việc đã giao") // sent twice
	for _, id := range []string{first, second} {
		o.get("chuyen-vien", "/ho-so/"+id).offersNot("Hoàn thành thẩm định")
		o.get("chuyen-vien-2", "/ho-so/"+id).has("Hoàn thành thẩm định")
	}
	o.get("truong-phong", pathLoad).has("Chức vụ chuyen-vien-2, Phòng Một").hasNot("Hàng chờ chung: Chuyên viên thụ lý")
	// Another agency's queue is nobody's business.
	o.get("giam-doc", queuePath("so-khac//case_officer")).want(http.StatusNotFound)
	o.get("truong-phong", queuePath("post:giam-doc")).want(http.StatusNotFound)
}
