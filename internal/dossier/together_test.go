package dossier_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/dossier/dossiertest"
	"github.com/motcua/motcua/internal/workflow"
)

// told is the timeline in short lines: what, about which piece, who got what, who was asked, what ended.
func (s *shared) told() []string {
	s.t.Helper()
	list, err := dossier.Timeline(s.log)
	if err != nil {
		s.t.Fatal(err)
	}
	var out []string
	for _, m := range list {
		line := strings.TrimPrefix(m.Kind, "dossier.")
		if m.Piece != "" {
			line += " [" + m.Piece + "]"
		}
		for _, e := range m.Entered {
			line += fmt.Sprintf(" →%s@%s", e.Title, e.Holder.Agency)
			if e.Waits {
				line += " waits"
			}
		}
		asked := func(sign string, list []dossier.Asked) {
			for _, a := range list {
				line += " " + sign + string(a.Agency)
				if a.Title != "" {
					line += "/" + a.Title
				}
			}
		}
		asked("?", m.Asked)
		asked("=", m.Ended)
		asked("-", m.Dropped)
		out = append(out, line)
	}
	return out
}

func (s *shared) tells(want ...string) *shared {
	s.t.Helper()
	if diff := cmp.Diff(want, s.told()); diff != "" {
		s.t.Fatalf("the story is another (-want +got):\n%s", diff)
	}
	return s
}

func TestBranchesReadAsOneStory(t *testing.T) {
	s := share(t, parallel()).act(officerOf(police, access.RoleOfficer), "xong").act(officer, "xong")
	s.keep(one(s.d.Undo(s.facts(), officer))).act(officer, "xong").act(officerOf(health, access.RoleOfficer), "xong")
	s.tells(
		"submitted",
		"accepted →cong-an@cong-an →chinh@so-thu →y-te@so-y-te",
		"moved [cong-an]", "moved [chinh]", "undone", "moved [chinh]", "moved [y-te] →ky@so-thu",
	)
}

func TestQuestionsReadAsOneStory(t *testing.T) {
	s := share(t, asking()).act(officer, "xong", askThem(police, health, commune))
	if o := s.d.Opinions[0]; o.Question != "Đã xem" {
		t.Errorf("what was written with the act is not what is asked: %+v", o)
	}
	s.act(officerOf(health, access.RoleOfficer), workflow.AnswerAction).act(officerOf(police, access.RoleOfficer), workflow.AnswerAction)
	s.keep(one(s.d.Consult(s.facts(), officer, dossier.ConsultCommand{Agencies: []agency.ID{"xa-khac", "xa-kia"}, Question: "Có đồng ý không?"})))
	s.act(officerOf("xa-khac", access.RoleDivision), workflow.AnswerAction)
	s.keep(one(s.d.Recall(s.facts(), officer, s.d.Opinions[4].Frame)))
	s.tells(
		"submitted", "accepted →xem@so-thu",
		"moved →hoi@so-thu waits →hoi@cong-an →hoi@so-y-te →hoi@xa-an-binh ?cong-an ?so-y-te ?xa-an-binh",
		"moved [hoi] =so-y-te", "moved [hoi] →ky@so-thu =cong-an -xa-an-binh",
		"consulted ?xa-khac ?xa-kia", "moved [Cho ý kiến theo đề nghị] =xa-khac", "recalled -xa-kia",
	)
}

func TestSubCasesReadAsOneStory(t *testing.T) {
	s := share(t, linked()).act(officerOf(commune, access.RoleOfficer), "xong").act(officerOf(commune, access.RoleHead), "tra-loi")
	s.tells(
		"submitted",
		"accepted →Đăng ký cư trú@trung-tam waits →lam@xa-an-binh →Cấp thẻ@trung-tam waits →lam@so-y-te ?xa-an-binh/Đăng ký cư trú ?so-y-te/Cấp thẻ",
		"moved [lam] →ket@xa-an-binh", "moved [ket] =xa-an-binh/Đăng ký cư trú",
	)
}

func TestTheControlSlipFollowsEveryBranch(t *testing.T) {
	slip := func(s *shared) []string {
		var out []string
		for _, l := range s.d.Legs {
			for _, h := range s.d.Receivers(l) {
				out = append(out, fmt.Sprintf("%s@%s→%s/%s", l.Title, l.Holder.Agency, h.Agency, h.Role))
			}
		}
		for _, o := range s.d.Opinions {
			if l, own := s.d.AskedBy(o); own {
				out = append(out, fmt.Sprintf("?→%s", l.Holder.Agency))
			}
		}
		return out
	}
	check := func(name string, s *shared, want ...string) {
		t.Helper()
		if diff := cmp.Diff(want, slip(s)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	s := share(t, parallel()).act(officerOf(police, access.RoleOfficer), "xong").act(officer, "xong").act(officerOf(health, access.RoleOfficer), "xong")
	s.act(officer, "ky").act(officer, "ban-hanh", withNumber).act(officerOf(dossiertest.Desk, access.RoleReceiving), "trao")
	check("branches", s,
		"Tiếp nhận hồ sơ@trung-tam→cong-an/case_officer", "Tiếp nhận hồ sơ@trung-tam→so-thu/case_officer", "Tiếp nhận hồ sơ@trung-tam→so-y-te/case_officer",
		"cong-an@cong-an→so-thu/", "chinh@so-thu→so-thu/", "y-te@so-y-te→so-thu/case_officer",
		"ky@so-thu→so-thu/case_officer", "so@so-thu→trung-tam/receiving_officer")
	s = share(t, asking()).act(officer, "xong", askThem(police, health))
	s.act(officerOf(police, access.RoleOfficer), workflow.AnswerAction).act(officerOf(health, access.RoleOfficer), workflow.AnswerAction)
	check("a question", s,
		"Tiếp nhận hồ sơ@trung-tam→so-thu/case_officer", "xem@so-thu→cong-an/case_officer", "xem@so-thu→so-y-te/case_officer",
		"hoi@so-thu→so-thu/case_officer", "hoi@cong-an→so-thu/", "hoi@so-y-te→so-thu/case_officer")
	s = share(t, asking())
	s.keep(one(s.d.Consult(s.facts(), officer, dossier.ConsultCommand{Agencies: []agency.ID{"xa-khac"}, Question: "Có đồng ý không?"})))
	s.keep(one(s.d.Claim(s.facts(), officerOf("xa-khac", access.RoleDivision), 0)))
	s.act(officerOf("xa-khac", access.RoleDivision), workflow.AnswerAction)
	check("a question of an officer's own accord", s,
		"Tiếp nhận hồ sơ@trung-tam→so-thu/case_officer", "Cho ý kiến theo đề nghị@xa-khac→xa-khac/division_head", "Cho ý kiến theo đề nghị@xa-khac→so-thu/", "?→xa-khac")
}

func TestTheDeskIsToldOfALateAnswer(t *testing.T) {
	s := share(t, parallel())
	s.keep(one(s.d.Consult(s.facts(), officer, dossier.ConsultCommand{Agencies: []agency.ID{"xa-khac"}, Question: "Có đồng ý không?", Limit: "1wd"})))
	if _, err := s.d.TellDesk(s.facts(), officer, "Chưa trả lời"); !errors.Is(err, dossier.ErrNotAsked) {
		t.Errorf("nothing is late yet: %v", err)
	}
	s.now = s.now.Add(72 * time.Hour)
	if !s.d.Opinions[0].Late(s.now) {
		t.Fatal("the answer is late")
	}
	before := s.d.DueAt()
	s.keep(one(s.d.TellDesk(s.facts(), officer, "Xã chưa trả lời")))
	if !s.d.DueAt().Equal(before) || len(s.d.Notes) != 1 {
		t.Error("telling the desk moves the date, or is not kept")
	}
	list, err := dossier.Timeline(s.log)
	if err != nil || !list[len(list)-1].Flag {
		t.Errorf("the story does not say that the desk is told: %v", err)
	}
	s.act(officerOf("xa-khac", access.RoleDivision), workflow.AnswerAction)
	if !s.d.Opinions[0].Late(s.d.Opinions[0].Until.Add(time.Hour * 24 * 365)) {
		t.Error("once answered it stays late")
	}
}

func TestWhatCameWithAnswersCanBeOpened(t *testing.T) {
	s := share(t, asking()).act(officer, "xong", askThem(police, health))
	s.act(officerOf(police, access.RoleOfficer), workflow.AnswerAction, func(c *dossier.ActCommand) {
		c.File = &dossier.Paper{Name: "cong-van.pdf", Hash: "ab12", Type: "pdf"}
	})
	if !slices.ContainsFunc(s.d.Files(), func(p dossier.Paper) bool { return p.Hash == "ab12" }) {
		t.Error("the file of the answer is not among those of the dossier")
	}
	if slices.ContainsFunc(s.d.ResultFiles(), func(p dossier.Paper) bool { return p.Hash == "ab12" }) {
		t.Error("an answer between agencies counts as a result")
	}
}
