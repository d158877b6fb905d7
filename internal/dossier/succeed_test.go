package dossier_test

import (
	"errors"
	"testing"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/dossier/dossiertest"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/procedure"
)

// merger is the department merged into another, with its unit under a new name and one post that goes on.
func merger() dossier.Succession {
	return dossier.Succession{
		Act: "act-1", Name: "Hợp nhất Sở", Basis: "12/QĐ-UBND", Day: "2026-03-05", By: journal.Actor{Person: "vp", Post: "chanh-van-phong"},
		Heir: func(id agency.ID) agency.ID {
			if id == dossiertest.Department {
				return "so-moi"
			}
			return id
		},
		DeskOf: func(id agency.ID) agency.ID {
			if id == "so-moi" {
				return dossiertest.Desk
			}
			return id
		},
		Unit: func(_ agency.ID, unit string) string { return "moi-" + unit },
		Post: func(post string, at agency.ID) bool { return post == "chuyen-vien" && at == "so-moi" },
	}
}

func TestASuccessorTakesTheWorkAndNothingElseChanges(t *testing.T) {
	s := lodgeAt(t, procedure.Online, "2026-03-02 08:00").acceptWithin("5wd").does("truong-phong", "giao", toOfficer)
	before := s.d.Clone()
	s.on("2026-03-05 08:00")
	s.keep(s.d.Succeed(merger(), s.now))
	d := s.d
	if d.Competent != "so-moi" || d.Desk != dossiertest.Desk || d.Holder.Agency != "so-moi" || d.Holder.Post != "chuyen-vien" {
		t.Errorf("competent %s, desk %s, held by %+v", d.Competent, d.Desk, d.Holder)
	}
	if d.Code != before.Code || !d.DueAt().Equal(before.DueAt()) || !d.StepDue.Equal(before.StepDue) || d.Step != before.Step || d.Status != before.Status || len(d.DueLog) != len(before.DueLog) || len(d.Slips) != len(before.Slips) {
		t.Errorf("more than the agency changed: %+v", d)
	}
	if n := len(d.Legs); n != len(before.Legs)+1 || d.Legs[n-2].Until.IsZero() || d.Legs[n-1].Holder != d.Holder {
		t.Errorf("legs %+v", d.Legs)
	}
	if len(d.Taken) != 1 || d.Taken[0].From != dossiertest.Department || d.Taken[0].Basis != "12/QĐ-UBND" {
		t.Errorf("%+v", d.Taken)
	}
	if _, err := d.Succeed(merger(), s.now); !errors.Is(err, dossier.ErrSucceeded) {
		t.Errorf("taken twice: %v", err)
	}
}

func TestWorkOfAPostThatEndsGoesToItsRole(t *testing.T) {
	s := lodgeAt(t, procedure.Online, "2026-03-02 08:00").acceptWithin("5wd").does("truong-phong", "giao", toOfficer)
	m := merger()
	m.Post = func(string, agency.ID) bool { return false }
	s.keep(s.d.Succeed(m, s.now))
	if h := s.d.Holder; h.Post != "" || h.Agency != "so-moi" || h.Role == "" {
		t.Errorf("%+v", h)
	}
}

func TestADossierThatHasEndedStaysWhereItWas(t *testing.T) {
	s := lodgeAt(t, procedure.Online, "2026-03-02 08:00")
	s.keep(s.d.Refuse(s.facts(), s.in("cb-mot-cua"), "Không thuộc thẩm quyền", ""))
	if _, err := s.d.Succeed(merger(), s.now); !errors.Is(err, dossier.ErrEnded) {
		t.Errorf("%v", err)
	}
}

func TestADossierOfOtherAgenciesIsNotTouched(t *testing.T) {
	s := lodgeAt(t, procedure.Online, "2026-03-02 08:00")
	m := merger()
	m.Heir = func(id agency.ID) agency.ID { return id }
	m.Post = func(string, agency.ID) bool { return true }
	if _, err := s.d.Succeed(m, s.now); !errors.Is(err, dossier.ErrUntouched) {
		t.Errorf("%v", err)
	}
}
