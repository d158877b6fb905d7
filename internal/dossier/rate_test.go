package dossier_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/procedure"
)

func TestADossierIsRatedOnceAfterItsReturn(t *testing.T) {
	s := lodge(t, procedure.Online).resolved()
	anh := s.w.Citizen("anh")
	good := dossier.RateCommand{Via: dossier.RatedByAccount, Overall: dossier.VerySatisfied, Items: map[string]dossier.Grade{
		"time": dossier.Satisfied, "attitude": dossier.NotSatisfied, "weather": dossier.NotSatisfied, "cost": "",
	}, Comment: "  Cảm ơn cán bộ tiếp nhận. "}
	if _, err := s.d.Rate(s.facts(), anh, good); !errors.Is(err, dossier.ErrNotReturned) {
		t.Fatalf("before the return: %v", err)
	}
	s.does("cb-mot-cua", "trao")
	for _, c := range []struct {
		name string
		by   access.Actor
		cmd  dossier.RateCommand
		want error
	}{
		{"somebody else does not find it", s.w.Citizen("binh"), good, dossier.ErrNotFound},
		{"the officer who handled it cannot rate it", s.in("cb-mot-cua"), good, dossier.ErrNotFound},
		{"the overall judgement is needed", anh, dossier.RateCommand{Items: map[string]dossier.Grade{"time": dossier.Satisfied}}, dossier.ErrGrade},
		{"a grade is one of three", anh, dossier.RateCommand{Overall: "10/10"}, dossier.ErrGrade},
		{"so is that of a criterion", anh, dossier.RateCommand{Overall: dossier.Satisfied, Items: map[string]dossier.Grade{"time": "rất tốt"}}, dossier.ErrGrade},
		{"a comment has an end", anh, dossier.RateCommand{Overall: dossier.Satisfied, Comment: strings.Repeat("ê", dossier.MaxText+1)}, dossier.ErrTooLong},
	} {
		if _, err := s.d.Rate(s.facts(), c.by, c.cmd); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	s.keep(s.d.Rate(s.facts(), anh, good))
	r := s.d.Rating
	if r == nil || r.Overall != dossier.VerySatisfied || r.Set != "ND118-2025" || r.Comment != "Cảm ơn cán bộ tiếp nhận." {
		t.Fatalf("rating: %+v", r)
	}
	if len(r.Items) != 2 || r.Item("time") != dossier.Satisfied || r.Item("attitude") != dossier.NotSatisfied || r.Item("cost") != "" {
		t.Errorf("only criteria that were asked and judged are kept: %+v", r.Items)
	}
	if s.d.Status != dossier.Returned {
		t.Errorf("a rating moves nothing: %s", s.d.Status)
	}
	if _, err := s.d.Rate(s.facts(), anh, good); !errors.Is(err, dossier.ErrRated) {
		t.Errorf("a second rating: %v", err)
	}
	if _, err := s.d.Rate(s.facts(), access.Actor{System: true}, good); !errors.Is(err, dossier.ErrRated) {
		t.Errorf("a second one at the desk: %v", err)
	}
}

func TestTheFoldRefusesARatingThatCannotHaveHappened(t *testing.T) {
	rating := func(s *stage, overall string) error {
		e, err := journal.New(dossier.EventRated, s.now, journal.Actor{System: "motcua"}, s.d.Law, map[string]string{"overall": overall, "set": "ND118-2025", "via": "desk"}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if e, err = journal.Link(e, "case", s.d.Version+1, s.d.Head); err != nil {
			t.Fatal(err)
		}
		return s.d.Apply(e)
	}
	s := lodge(t, procedure.Online).resolved()
	if err := rating(s, "satisfied"); !errors.Is(err, dossier.ErrFold) {
		t.Errorf("before the return: %v", err)
	}
	s.does("cb-mot-cua", "trao")
	if err := rating(s, "so so"); !errors.Is(err, dossier.ErrFold) {
		t.Errorf("an unknown grade: %v", err)
	}
	if err := rating(s, "satisfied"); err != nil {
		t.Fatal(err)
	}
	if err := rating(s, "satisfied"); !errors.Is(err, dossier.ErrFold) {
		t.Errorf("a second rating: %v", err)
	}
}

func TestTheTimelineDoesNotSayWhoRatedOrHow(t *testing.T) {
	s := lodge(t, procedure.Online).returned()
	s.keep(s.d.Rate(s.facts(), s.w.Citizen("anh"), dossier.RateCommand{Via: dossier.RatedByAccount, Overall: dossier.NotSatisfied, Comment: "Chờ lâu"}))
	list, err := dossier.Timeline(s.log)
	if err != nil {
		t.Fatal(err)
	}
	last := list[len(list)-1]
	if last.Kind != dossier.EventRated || last.By != (journal.Actor{}) || last.Note != "" || last.Outcome != "" || last.Choice != "" {
		t.Errorf("the moment of the rating: %+v", last)
	}
}
