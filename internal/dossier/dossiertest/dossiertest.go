// Package dossiertest gives tests a small province in which dossiers live: two
// agencies, a desk, one procedure with an ordinary process and one that is done on
// the spot, and actors in every post. Only tests import it.
package dossiertest

import (
	"fmt"
	"slices"
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/deadline"
	"github.com/motcua/motcua/internal/eform"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/workflow"
)

// Codes and names of the province.
const (
	Permit = "1.000001" // five working days, one required paper
	OnSpot = "2.000002" // while the person waits
	Vague  = "1.000003" // the source states no time limit
	Group  = "2.000004" // linked procedures under one code
	Joint  = "1.000005" // two posts work on it at the same time

	Desk       agency.ID = "trung-tam"
	Department agency.ID = "so-thu"
)

// Process is the ordinary chain: assign, appraise, approve, number, return.
var Process = workflow.Process{
	ID: "thuong", Title: "Quy trình thường", Start: "phan-cong",
	Steps: []workflow.Step{
		{ID: "phan-cong", Title: "Phân công", At: workflow.AtCompetent, Role: access.RoleDivision, Limit: "4wh", Actions: []workflow.Action{
			{ID: "giao", Label: "Phân công", Means: workflow.Assign, To: "tham-dinh", Primary: true},
		}},
		{ID: "tham-dinh", Title: "Thẩm định", At: workflow.AtCompetent, Role: access.RoleOfficer, Limit: "2wd", Actions: []workflow.Action{
			{ID: "trinh", Label: "Trình lãnh đạo", Means: workflow.SubmitUp, To: "ky", Primary: true},
		}},
		{ID: "ky", Title: "Ký duyệt", At: workflow.AtCompetent, Role: access.RoleHead, Limit: "1wd", Actions: []workflow.Action{
			{ID: "phe-duyet", Label: "Phê duyệt", Means: workflow.Approve, To: "van-thu", Primary: true},
			{ID: "khong-dat", Label: "Không đủ điều kiện", Means: workflow.Decline, To: "van-thu"},
			{ID: "tra-lai", Label: "Trả lại", Means: workflow.SendBack, To: "tham-dinh"},
		}},
		{ID: "van-thu", Title: "Vào số", At: workflow.AtCompetent, Role: access.RoleClerk, Actions: []workflow.Action{
			{ID: "ban-hanh", Label: "Ban hành kết quả", Means: workflow.Result, To: "tra", Primary: true},
		}},
		{ID: "tra", Title: "Trả kết quả", At: workflow.AtDesk, Role: access.RoleReceiving, Actions: []workflow.Action{
			{ID: "trao", Label: "Trả kết quả", Means: workflow.Hand, Primary: true},
		}},
	},
}

// Both is a process in which an officer and a clerk work at the same time.
var Both = workflow.Process{
	ID: "cung-luc", Title: "Làm cùng lúc", Start: "chia",
	Steps: append([]workflow.Step{
		{ID: "chia", Title: "Chia việc", Kind: workflow.Fork, To: []workflow.Flow{{To: "kiem-tra"}, {To: "doi-chieu"}}},
		{ID: "kiem-tra", Title: "Kiểm tra", At: workflow.AtCompetent, Role: access.RoleOfficer, Limit: "2wd", Actions: []workflow.Action{
			{ID: "xong", Label: "Đã kiểm tra", Means: workflow.Forward, To: "gop", Primary: true},
		}},
		{ID: "doi-chieu", Title: "Đối chiếu", At: workflow.AtCompetent, Role: access.RoleClerk, Limit: "2wd", Actions: []workflow.Action{
			{ID: "xong", Label: "Đã đối chiếu", Means: workflow.Forward, To: "gop", Primary: true},
		}},
		{ID: "gop", Title: "Đủ hai việc", Kind: workflow.Join, To: []workflow.Flow{{To: "ky"}}},
	}, withoutRework(Process.Steps[2]), Process.Steps[3], Process.Steps[4]),
}

// withoutRework is a step without its ways back.
func withoutRework(s workflow.Step) workflow.Step {
	s.Actions = slices.DeleteFunc(slices.Clone(s.Actions), func(a workflow.Action) bool { return a.Means == workflow.SendBack })
	return s
}

// Quick is the process of what is done while the person waits.
var Quick = workflow.Process{
	ID: "tai-cho", Title: "Giải quyết ngay", Start: "ky",
	Steps: []workflow.Step{
		{ID: "ky", Title: "Ký", At: workflow.AtCompetent, Role: access.RoleHead, Actions: []workflow.Action{
			{ID: "ky", Label: "Ký", Means: workflow.Approve, To: "tra", Primary: true},
		}},
		{ID: "tra", Title: "Trả ngay", At: workflow.AtDesk, Role: access.RoleReceiving, Actions: []workflow.Action{
			{ID: "xong", Label: "Trả kết quả", Means: workflow.Complete, Primary: true},
		}},
	},
}

// World is the environment of a dossier.Service.
type World struct{ Cat *procedure.Catalogue }

// New returns the province.
func New() World {
	version := func(v procedure.Version) *procedure.Version {
		v.Number, v.From = 1, "2018-01-01"
		v.Digest = v.Sum()
		return &v
	}
	limit := func(kind, l string) procedure.Channel {
		return procedure.Channel{Kind: kind, Limits: []procedure.TimeLimit{{Limit: l, Verbatim: l}}}
	}
	p, q, both := Process, Quick, Both
	form := &eform.Form{ID: "chung", Title: "Tờ khai chung"}
	post := func(id string, a agency.ID, unit, role string) agency.Post {
		return agency.Post{ID: id, Agency: a, Unit: unit, Title: id, Roles: []string{role}}
	}
	return World{Cat: procedure.NewCatalogue(procedure.Content{
		Revision: 1,
		Versions: []*procedure.Version{
			version(procedure.Version{
				Code: Permit, Name: "Cấp giấy phép thử", Sector: "Thử nghiệm", Form: "chung", Process: "thuong", Competent: []agency.ID{Department},
				Channels: []procedure.Channel{limit(procedure.Direct, "5wd"), limit(procedure.Online, "4wd")},
				Pauses: []procedure.Pause{
					{ID: "niem-yet", Name: "Niêm yết công khai", Basis: "Điều 9 Luật Thử"}, {ID: "financial_obligation", Name: "Thực hiện nghĩa vụ tài chính", Basis: "Điều 10 Luật Thử"},
				},
				Components: []procedure.Component{{ID: "don", Name: "Đơn đề nghị", Originals: 1, Counted: true, Required: true}, {ID: "ban-ve", Name: "Bản vẽ", Copies: 1, Counted: true}},
			}),
			version(procedure.Version{
				Code: OnSpot, Name: "Chứng thực bản sao thử", Sector: "Chứng thực", Form: "chung", Process: "tai-cho", Competent: []agency.ID{Department}, SameVisit: true,
			}),
			version(procedure.Version{Code: Vague, Name: "Thủ tục không rõ hạn", Sector: "Thử nghiệm", Form: "chung", Process: "thuong", Competent: []agency.ID{Department}}),
			version(procedure.Version{
				Code: Joint, Name: "Xác nhận thử của hai nơi", Sector: "Thử nghiệm", Form: "chung", Process: "cung-luc", Competent: []agency.ID{Department},
				Channels: []procedure.Channel{limit(procedure.Direct, "5wd"), limit(procedure.Online, "5wd")},
			}),
			version(procedure.Version{
				Code: Group, Name: "Nhóm thủ tục liên thông thử", Sector: "Thử nghiệm", Form: "chung", Process: "thuong", Competent: []agency.ID{Department}, Linked: true,
				Channels: []procedure.Channel{limit(procedure.Direct, "5wd"), limit(procedure.Online, "5wd")},
			}),
		},
		Homes: []procedure.Dated[agency.Home]{{ID: "thu", Number: 1, Value: agency.Home{ID: "thu", Code: "H99", Name: "Tỉnh Thử", Portal: "G22.99"}}},
		Forms: []procedure.Form{{ID: "chung", Number: 1, Digest: procedure.SumOf(form), Value: form}},
		Processes: []procedure.Process{
			{ID: "thuong", Number: 1, Digest: procedure.SumOf(&p), Value: &p},
			{ID: "tai-cho", Number: 1, Digest: procedure.SumOf(&q), Value: &q},
			{ID: "cung-luc", Number: 1, Digest: procedure.SumOf(&both), Value: &both},
		},
		General: []procedure.Dated[procedure.General]{{ID: "general", Number: 1, Value: procedure.General{Form: "chung", Process: "thuong"}}},
		Agencies: []agency.Agency{
			{ID: Desk, Name: "Trung tâm Phục vụ hành chính công", Code: "H99.01", Kind: agency.PublicServiceCentre, Level: agency.Province},
			{ID: Department, Name: "Sở Thử nghiệm", Code: "H99.02", Kind: agency.Department, Level: agency.Province, Desk: Desk, Units: []agency.Unit{{ID: "phong-1", Name: "Phòng Một"}}},
		},
		Posts: []agency.Post{
			post("cb-mot-cua", Desk, "", access.RoleReceiving), post("cb-mot-cua-2", Desk, "", access.RoleReceiving),
			post("truong-phong", Department, "phong-1", access.RoleDivision), post("chuyen-vien", Department, "phong-1", access.RoleOfficer),
			post("chuyen-vien-2", Department, "phong-1", access.RoleOfficer), post("giam-doc", Department, "", access.RoleHead), post("van-thu", Department, "", access.RoleClerk),
		},
	})}
}

// Catalogue returns the snapshot.
func (w World) Catalogue() *procedure.Catalogue { return w.Cat }

// Clock returns the civil calendar with the common office hours.
func (World) Clock(agency.ID, time.Time) (deadline.Env, error) {
	return deadline.Env{Calendar: calendar.Civil, Office: calendar.StandardOffice}, nil
}

var rights = map[string][]access.Permission{
	access.RoleReceiving: {access.DossierIntake, access.DossierAccept, access.DossierRead, access.DossierReturn},
	access.RoleDivision:  {access.DossierRead, access.DossierHandle, access.DossierAssign},
	access.RoleOfficer:   {access.DossierRead, access.DossierHandle},
	access.RoleHead:      {access.DossierRead, access.DossierHandle, access.DossierDecide, access.DossierAssign},
	access.RoleClerk:     {access.DossierRead, access.DossierHandle, access.DossierResult},
}

// In returns the actor in a post of the province.
func (w World) In(post string) access.Actor {
	p, ok := w.Cat.Tree().Post(post, "2026-01-01")
	if !ok {
		panic(fmt.Sprintf("dossiertest: no post %q", post))
	}
	a := access.Actor{Person: "person-" + post, Name: post, Post: p.ID, PostTitle: p.Title, Agency: p.Agency, Unit: p.Unit, Roles: p.Roles, Rights: access.Rights{}}
	for _, r := range p.Roles {
		for _, x := range rights[r] {
			a.Rights[x] = true
		}
	}
	return a
}

// Citizen returns a signed-in applicant.
func (World) Citizen(id string) access.Actor {
	return access.Actor{Person: id, Name: id, Citizen: true, Roles: []string{access.RoleCitizen}, Rights: access.Rights{access.DossierFile: true}}
}
