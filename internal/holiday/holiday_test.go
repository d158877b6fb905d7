package holiday_test

import (
	"errors"
	"testing"
	"time"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/deadline"
	"github.com/motcua/motcua/internal/holiday"
	"github.com/motcua/motcua/internal/journal"
)

func day(s string) calendar.Date { return calendar.MustDate(s) }

func days(list ...string) (out []calendar.Date) {
	for _, s := range list {
		out = append(out, day(s))
	}
	return out
}

func TestACommandSaysWhatIsWrong(t *testing.T) {
	good := holiday.Command{Off: days("2026-03-16"), Name: "Nghỉ tránh bão", Basis: "Công điện 12", Published: day("2026-03-13")}
	today := day("2026-03-13")
	many := good
	many.Off = nil
	for d := day("2026-06-01"); len(many.Off) <= holiday.MaxDays; d = d.AddDays(1) {
		many.Off = append(many.Off, d)
	}
	for _, c := range []struct {
		name string
		edit func(*holiday.Command)
		want error
	}{
		{"no day", func(c *holiday.Command) { c.Off = nil }, holiday.ErrNoDays},
		{"too many days", func(c *holiday.Command) { *c = many }, holiday.ErrTooMany},
		{"no name", func(c *holiday.Command) { c.Name = "  " }, holiday.ErrName},
		{"no basis", func(c *holiday.Command) { c.Basis = "" }, holiday.ErrBasis},
		{"no day of publication", func(c *holiday.Command) { c.Published = calendar.Date{} }, holiday.ErrPublished},
		{"published tomorrow", func(c *holiday.Command) { c.Published = day("2026-03-14") }, holiday.ErrPublished},
		{"a day twice", func(c *holiday.Command) { c.Off = days("2026-03-16", "2026-03-16") }, holiday.ErrTwice},
		{"a Sunday off", func(c *holiday.Command) { c.Off = days("2026-03-15") }, holiday.ErrSame},
		{"a working day worked", func(c *holiday.Command) { c.Work = days("2026-03-17") }, holiday.ErrSame},
		{"a holiday off", func(c *holiday.Command) { c.Off = days("2026-04-30") }, holiday.ErrSame},
		{"a year nobody announced", func(c *holiday.Command) { c.Off = days("2027-03-15") }, calendar.ErrYearMissing},
		{"a name without end", func(c *holiday.Command) { c.Note = string(make([]rune, holiday.MaxText+1)) + "x" }, holiday.ErrTooLong},
	} {
		cmd := good
		c.edit(&cmd)
		if _, err := cmd.Days(calendar.Civil, today); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
	got, err := good.Days(calendar.Civil, today)
	if err != nil || len(got) != 1 || got[0].Kind != calendar.Off || got[0].Basis != "Công điện 12" || got[0].Published != today {
		t.Errorf("%+v %v", got, err)
	}
	swap := holiday.Command{Off: days("2026-03-20"), Work: days("2026-03-14"), Name: "Hoán đổi", Basis: "CV", Published: today}
	got, err = swap.Days(calendar.Civil, today)
	if err != nil || got[0].Date != day("2026-03-14") || got[0].Swap != day("2026-03-20") || got[1].Swap != day("2026-03-14") {
		t.Errorf("a swap: %+v %v", got, err)
	}
	// Taking an exception back is declaring the opposite.
	back := holiday.Command{Off: days("2026-08-22"), Work: days("2026-08-31"), Name: "Thôi hoán đổi", Basis: "CV", Published: today}
	if _, err = back.Days(calendar.Civil, today); err != nil {
		t.Errorf("taking a swap back: %v", err)
	}
}

func candidate(t *testing.T, id, accepted, limit string, who agency.ID) holiday.Candidate {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", accepted, calendar.Zone)
	if err != nil {
		t.Fatal(err)
	}
	l, err := deadline.ParseLimit(limit)
	if err != nil {
		t.Fatal(err)
	}
	c := deadline.Run(at, l)
	due, err := c.Due(deadline.Env{})
	if err != nil {
		t.Fatal(err)
	}
	return holiday.Candidate{Dossier: id, Code: "H99-" + id, Agency: who, Clock: c, Due: due}
}

func judged(t *testing.T, cmd holiday.Command, list ...holiday.Candidate) []holiday.Line {
	t.Helper()
	rows, err := cmd.Days(calendar.Civil, cmd.Published)
	if err != nil {
		t.Fatal(err)
	}
	after, err := calendar.Civil.With(rows...)
	if err != nil {
		t.Fatal(err)
	}
	envs := func(agency.ID, time.Time) (deadline.Env, deadline.Env, error) {
		return deadline.Env{Calendar: calendar.Civil, Office: calendar.StandardOffice}, deadline.Env{Calendar: after, Office: calendar.StandardOffice}, nil
	}
	var out []holiday.Line
	for _, c := range list {
		l, ok, err := holiday.Judge(c, rows, envs, cmd.Published.At(600), cmd.Basis)
		if err != nil {
			t.Fatal(err)
		}
		if ok {
			out = append(out, l)
		}
	}
	holiday.Sort(out)
	return out
}

func storm() holiday.Command {
	return holiday.Command{Off: days("2026-03-16"), Name: "Nghỉ tránh bão", Basis: "Công điện 12", Published: day("2026-03-13")}
}

func lines(t *testing.T) []holiday.Line {
	t.Helper()
	return judged(
		t, storm(),
		candidate(t, "d", "2026-03-02 09:00", "10wd", "so-a"), // due on the day itself
		candidate(t, "c", "2026-03-10 09:00", "5wd", "so-a"),  // due the day after
		candidate(t, "b", "2026-03-10 09:00", "10d", "so-b"),  // calendar days: the day off lies between
		candidate(t, "a", "2026-03-02 09:00", "5wd", "so-b"),  // due before
		candidate(t, "e", "2026-03-17 09:00", "5wd", "so-b"),  // accepted after
	)
}

func TestEachDossierIsJudged(t *testing.T) {
	got := lines(t)
	want := []struct {
		id       string
		verdict  deadline.Verdict
		old, new string
	}{
		{"d", deadline.Moved, "2026-03-16 17:00", "2026-03-17 17:00"},
		{"c", deadline.Kept, "2026-03-17 17:00", "2026-03-18 17:00"},
		{"b", deadline.Untouched, "2026-03-20 17:00", "2026-03-20 17:00"},
	}
	if len(got) != len(want) {
		t.Fatalf("%d lines: %+v", len(got), got)
	}
	for i, w := range want {
		g := got[i]
		shown := func(at time.Time) string { return at.In(calendar.Zone).Format("2006-01-02 15:04") }
		if g.Dossier != w.id || g.Verdict != w.verdict || shown(g.Old) != w.old || shown(g.New) != w.new {
			t.Errorf("%+v, want %+v", g, w)
		}
	}
	if c := holiday.Count(got); c != (holiday.Counts{Moved: 1, Kept: 1, Untouched: 1}) {
		t.Errorf("%+v", c)
	}
	by := holiday.ByAgency(got)
	if by["so-a"] != (holiday.Counts{Moved: 1, Kept: 1}) || by["so-b"] != (holiday.Counts{Untouched: 1}) {
		t.Errorf("%+v", by)
	}
}

func TestWhatChangedBetweenTwoPreviewsIsSaid(t *testing.T) {
	seen := lines(t)
	now := append([]holiday.Line{}, seen[1:]...)
	now[0].Verdict = deadline.Moved
	now = append(now, holiday.Line{Dossier: "n", Code: "H99-n", Verdict: deadline.Kept})
	diff := holiday.Differences(seen, now)
	if len(diff) != 3 || diff[0].Code != "H99-c" || diff[0].Then == nil || diff[0].Now == nil || diff[1].Now != nil || diff[2].Then != nil {
		t.Errorf("%+v", diff)
	}
	if d := holiday.Differences(seen, seen); len(d) != 0 {
		t.Errorf("equal: %+v", d)
	}
	a, b := holiday.Preview{Lines: seen}, holiday.Preview{Lines: now}
	if a.Digest() == b.Digest() || a.Digest() != (holiday.Preview{ID: "x", Lines: seen}).Digest() {
		t.Error("a digest is of what is said")
	}
}

func linked(t *testing.T, id string, events ...journal.Event) []journal.Event {
	t.Helper()
	prev := journal.First(id)
	out := make([]journal.Event, len(events))
	for i, e := range events {
		l, err := journal.Link(e, id, int64(i+1), prev)
		if err != nil {
			t.Fatal(err)
		}
		out[i], prev = l, l.Hash
	}
	return out
}

func TestAChangeIsItsJournal(t *testing.T) {
	rows, err := storm().Days(calendar.Civil, day("2026-03-13"))
	if err != nil {
		t.Fatal(err)
	}
	p := holiday.Preview{ID: "x", Command: storm(), Days: rows, Lines: lines(t)}
	at := day("2026-03-13").At(601).UTC()
	by := journal.Actor{Person: "p", Post: "kiem-soat", Agency: "van-phong"}
	events, err := holiday.Declare(p, calendar.Civil, at, by)
	if err != nil {
		t.Fatal(err)
	}
	c, err := holiday.Fold(linked(t, "x", events...))
	if err != nil {
		t.Fatal(err)
	}
	if c.Seen != p.Digest() || c.By != by || len(c.Entries) != 3 || c.Entries[0].Outcome != holiday.Waiting || c.Entries[1].Outcome != holiday.Stands || c.Name() != "Nghỉ tránh bão" {
		t.Errorf("%+v", c)
	}
	now, err := calendar.Civil.With(c.Exceptions()...)
	if err != nil {
		t.Fatal(err)
	}
	if before, err := c.Before(now); err != nil || before.ID() != calendar.Civil.ID() {
		t.Errorf("undone: %v %v", before, err)
	}
	if _, err := holiday.Fold(linked(t, "x", events[1])); !errors.Is(err, holiday.ErrFold) {
		t.Errorf("lines without a declaration: %v", err)
	}
	if _, err := holiday.Fold(linked(t, "x", events[0], events[0])); !errors.Is(err, holiday.ErrFold) {
		t.Errorf("declared twice: %v", err)
	}
	done := func(data any, kind string) journal.Event {
		e, err := journal.New(kind, at, by, "", data, nil)
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	for name, e := range map[string]journal.Event{
		"complete before it was carried out": done(map[string]int{"moved": 0, "skipped": 0}, holiday.EventCompleted),
		"carried out beyond its lines":       done(map[string]int{"upto": 9}, holiday.EventApplied),
		"a kind nobody knows":                done(map[string]int{}, holiday.EventPrefix+"eaten"),
		"a line left out that stood":         done(map[string]any{"upto": 3, "skipped": []map[string]any{{"n": 1, "outcome": "ended"}}}, holiday.EventApplied),
	} {
		if _, err := holiday.Fold(linked(t, "x", append(append([]journal.Event{}, events...), e)...)); !errors.Is(err, holiday.ErrFold) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
