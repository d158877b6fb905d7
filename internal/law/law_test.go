package law_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/law"
)

func TestTheRuleSetFollowsTheDay(t *testing.T) {
	for _, c := range []struct{ name, day, id string }{
		{"before the decree of 2018, its rules stand in", "2018-01-02", "nd61-2018"},
		{"its first day", "2018-06-21", "nd61-2018"},
		{"amended at the end of 2021", "2021-12-06", "nd61-2018+nd107-2021"},
		{"the last day of districts", "2025-06-30", "nd61-2018+nd107-2021"},
		{"the first day of two levels", "2025-07-01", "nd118-2025"},
		{"the last day before the decree on online services", "2026-06-30", "nd118-2025"},
		{"its first day and after", "2026-07-01", "nd118-2025+nd224-2026"},
		{"far ahead", "2040-01-01", "nd118-2025+nd224-2026"},
	} {
		if got := law.At(calendar.MustDate(c.day)); got.ID != c.id {
			t.Errorf("%s: %s is under %s, want %s", c.name, c.day, got.ID, c.id)
		}
		if got, ok := law.ByID(c.id); !ok || got.ID != c.id {
			t.Errorf("%s is not found by its id", c.id)
		}
	}
}

func TestWhatTheDecreesDecide(t *testing.T) {
	old, now := law.At(calendar.MustDate("2024-05-02")), law.At(calendar.MustDate("2026-03-02"))
	if old.Code.Prefix != law.Receiving || now.Code.Prefix != law.Resolving {
		t.Error("the code starts with the receiving agency until 2025, then with the resolving one")
	}
	if old.Supplement.CompleteWithin != "" || now.Supplement.CompleteWithin != "15d" {
		t.Error("closing after 15 days is new in 2025")
	}
	if now.Online.AnswerWithin != "8wh" || now.Online.AlertMinutes != 120 || law.At(calendar.MustDate("2019-01-02")).Online.AnswerWithin != "" {
		t.Error("online answers")
	}
	if old.Supplement.Rounds != 1 || now.Supplement.AskWithin != "3wd" || now.Apology.Times != 1 || now.Apology.DaysBefore != 1 {
		t.Error("one supplement, one apology")
	}
	if _, ok := old.Forms.Form("stop_notice"); ok || len(old.Forms.List) != 6 || len(now.Forms.List) != 7 {
		t.Error("the notice of stopping came with seven forms")
	}
	if f, ok := now.Forms.Form("dossier_register"); !ok || f.Number != "07" || f.Paper != "A4" {
		t.Errorf("register: %+v", f)
	}
}

func TestEveryRuleSetStandsOnInstrumentsOfTheIndex(t *testing.T) {
	ids := indexed(t, root(t))
	for _, s := range law.Standard.Sets() {
		for _, id := range append([]string{s.Decree, s.Forms.ID}, s.Instruments...) {
			if !ids[id] {
				t.Errorf("%s: %s is missing from docs/law/index.md", s.ID, id)
			}
		}
	}
}

func TestConfigurationReplacesWhatIsUnsure(t *testing.T) {
	b, err := law.Standard.Overlay([]byte(`[{"id":"nd61-2018","online":{"answer_within":"8wh"}},
		{"id":"nd118-2025","supplement":{"rounds":1,"ask_within":"2wd"}}]`))
	if err != nil {
		t.Fatal(err)
	}
	day := calendar.MustDate("2020-01-02")
	if b.At(day).Online.AnswerWithin != "8wh" || b.At(day).Apology.Times != 1 || law.At(day).Online.AnswerWithin != "" {
		t.Error("only the named member of the copy may change")
	}
	later := b.At(calendar.MustDate("2025-08-01")).Supplement
	if later.AskWithin != "2wd" || later.CompleteWithin != "15d" {
		t.Errorf("supplement: %+v", later)
	}
	for _, c := range []struct{ name, patch, reason string }{
		{"no such rule set", `[{"id":"nd1"}]`, "nd1"},
		{"a member that does not exist", `[{"id":"nd118-2025","rounds":2}]`, "rounds"},
		{"a gap in time", `[{"id":"nd118-2025","from":"2025-08-01"}]`, "starts 2025-08-01"},
		{"nobody's code", `[{"id":"nd118-2025","code":{"prefix":"desk"}}]`, "desk"},
		{"not JSON", `[`, "EOF"},
		{"a day that does not exist", `[{"id":"nd118-2025","from":"2025-02-30"}]`, "calendar.date"},
	} {
		_, err := law.Standard.Overlay([]byte(c.patch))
		f, ok := errors.AsType[*fault.Error](err)
		if !ok || f.Kind != fault.Invalid || !strings.Contains(f.Args["reason"].(string), c.reason) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
