package calendar_test

import (
	"errors"
	"testing"
	"time"

	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/fault"
)

func hours(t testing.TB, s string) calendar.Hours {
	t.Helper()
	h, err := calendar.ParseHours(s)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestParseHours(t *testing.T) {
	for _, s := range []string{"07:30-11:30,13:00-17:00", "00:00-23:59", "08:00-12:00", ""} {
		if got := hours(t, s).String(); got != s {
			t.Errorf("%q is written %q", s, got)
		}
	}
	if h := hours(t, " 07:30 - 11:30 , 13:00-17:00"); h.Length() != 480 || h.Open() != 450 || h.Close() != 1020 || h.Contains(690) || !h.Contains(689) {
		t.Errorf("hours %v", h)
	}
	for _, s := range []string{"7:30-11:30", "07:30", "11:30-07:30", "07:30-07:30", "13:00-17:00,07:30-11:30", "07:30-13:30,13:00-17:00", "07:30-25:00", "07:30-24:00", "07:30-11:60", "sáng", "-", ","} {
		if h, err := calendar.ParseHours(s); err == nil {
			t.Errorf("%q was read as %v", s, h)
		}
	}
}

func TestOfficeDays(t *testing.T) {
	week, err := calendar.ParseWeek("mon-thu 07:30-11:30,13:00-17:00; fri 07:30-11:30; sat desk 07:30-11:30")
	if err != nil {
		t.Fatal(err)
	}
	summer, err := calendar.ParseWeek("mon-thu 07:00-11:00,13:30-17:30; fri 07:00-11:00; sat desk 07:00-11:00")
	if err != nil {
		t.Fatal(err)
	}
	office, err := calendar.NewOffice(
		calendar.Plan{From: calendar.MustDate("2024-01-01"), Until: calendar.MustDate("2026-01-01"), Week: week},
		calendar.Plan{From: calendar.MustDate("2026-01-01"), Week: week},
		calendar.Plan{From: calendar.MustDate("2026-01-01"), SeasonFrom: calendar.YearDay{Month: 4, Day: 15}, SeasonTo: calendar.YearDay{Month: 10, Day: 15}, Week: summer},
	)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, day   string
		kind        calendar.DayKind
		hours, desk string
	}{
		{"an ordinary day", "2026-03-02", calendar.Working, "07:30-11:30,13:00-17:00", "07:30-11:30,13:00-17:00"},
		{"a short Friday", "2026-03-06", calendar.Working, "07:30-11:30", "07:30-11:30"},
		{"a Saturday desk receives but does not count", "2026-03-07", calendar.Weekend, "", "07:30-11:30"},
		{"Sunday", "2026-03-08", calendar.Weekend, "", ""},
		{"the first day of summer hours", "2026-04-15", calendar.Working, "07:00-11:00,13:30-17:30", "07:00-11:00,13:30-17:30"},
		{"the last day of summer hours", "2026-10-15", calendar.Working, "07:00-11:00,13:30-17:30", "07:00-11:00,13:30-17:30"},
		{"the day after", "2026-10-16", calendar.Working, "07:30-11:30", "07:30-11:30"},
		{"no summer hours the year before they were decided", "2025-07-01", calendar.Working, "07:30-11:30,13:00-17:00", "07:30-11:30,13:00-17:00"},
		{"a holiday", "2026-09-01", calendar.Holiday, "", ""},
		{"a made-up Saturday keeps the hours of the Monday it replaces", "2026-08-22", calendar.MadeUp, "07:00-11:00,13:30-17:30", "07:00-11:00,13:30-17:30"},
		{"a made-up Saturday for a Friday has a Friday's hours", "2026-01-10", calendar.MadeUp, "07:30-11:30", "07:30-11:30"},
	} {
		d := calendar.MustDate(c.day)
		got, err := office.Day(calendar.Civil, d)
		if err != nil || got.Kind != c.kind || got.Hours.String() != c.hours {
			t.Errorf("%s: %s is %v %s (%v)", c.name, c.day, got.Kind, got.Hours, err)
		}
		desk, err := office.DeskHours(calendar.Civil, d)
		if err != nil || desk.String() != c.desk {
			t.Errorf("%s: the desk is open %s (%v), want %s", c.name, desk, err, c.desk)
		}
	}
	if office.FullDay(calendar.MustDate("2026-03-06")) != 480 {
		t.Error("a full day is the longest of the week")
	}
	_, err = office.Day(calendar.Civil, calendar.MustDate("2023-03-02"))
	if f, ok := errors.AsType[*fault.Error](err); !ok || f.Code != "calendar.hours-missing" || f.Args["date"] != "2023-03-02" {
		t.Errorf("a day without hours: %v", err)
	}
}

func TestAWeekdayWithoutHoursIsClosedAndAWorkedWeekendCounts(t *testing.T) {
	week, err := calendar.ParseWeek("tue-sat 08:00-12:00")
	if err != nil {
		t.Fatal(err)
	}
	office, err := calendar.NewOffice(calendar.Plan{Week: week})
	if err != nil {
		t.Fatal(err)
	}
	for day, want := range map[string]calendar.DayKind{"2026-03-02": calendar.Closed, "2026-03-07": calendar.Working, "2026-03-08": calendar.Weekend} {
		if got, err := office.Day(calendar.Civil, calendar.MustDate(day)); err != nil || got.Kind != want {
			t.Errorf("%s is %v (%v), want %v", day, got.Kind, err, want)
		}
	}
	// The made-up day replaces a Monday on which this office is closed: any other day's hours do.
	if got, err := office.Day(calendar.Civil, calendar.MustDate("2026-08-22")); err != nil || len(got.Hours) == 0 {
		t.Errorf("made-up day: %v %v", got, err)
	}
}

func TestWinterSeasonsRunOverNewYear(t *testing.T) {
	from, err := calendar.ParseYearDay("11-01")
	if err != nil {
		t.Fatal(err)
	}
	to, err := calendar.ParseYearDay("02-29")
	if err != nil {
		t.Fatal(err)
	}
	var all, winter calendar.Week
	for d := time.Monday; d <= time.Friday; d++ {
		all.Counted[d], winter.Counted[d] = hours(t, "07:00-11:00"), hours(t, "08:00-12:00")
	}
	office, err := calendar.NewOffice(calendar.Plan{Week: all}, calendar.Plan{SeasonFrom: from, SeasonTo: to, Week: winter})
	if err != nil {
		t.Fatal(err)
	}
	for day, want := range map[string]string{"2025-12-31": "08:00-12:00", "2025-02-28": "08:00-12:00", "2025-03-03": "07:00-11:00", "2025-10-31": "07:00-11:00"} {
		if got, err := office.Day(calendar.Civil, calendar.MustDate(day)); err != nil || got.Hours.String() != want {
			t.Errorf("%s: %s (%v)", day, got.Hours, err)
		}
	}
}

func TestHoursThatMakeNoOfficeAreRefused(t *testing.T) {
	if _, err := calendar.NewOffice(); err == nil {
		t.Error("no plan")
	}
	if _, err := calendar.NewOffice(calendar.Plan{}); err == nil {
		t.Error("no hours")
	}
	week, err := calendar.ParseWeek("mon-fri 08:00-12:00")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := calendar.NewOffice(calendar.Plan{SeasonFrom: calendar.YearDay{Month: 4, Day: 1}, Week: week}); err == nil {
		t.Error("half a season")
	}
	for _, s := range []string{"mon", "mon-fri", "mo 08:00-12:00", "mon-fri 08:00-12:00; wed 08:00-11:00", "mon desk", "mon 8-12"} {
		if _, err := calendar.ParseWeek(s); err == nil {
			t.Errorf("%q was read", s)
		}
	}
}

func FuzzParseHours(f *testing.F) {
	f.Add("07:30-11:30,13:00-17:00")
	f.Add("00:00-23:59")
	f.Fuzz(func(t *testing.T, s string) {
		h, err := calendar.ParseHours(s)
		if err != nil {
			return
		}
		again, err := calendar.ParseHours(h.String())
		if err != nil || again.String() != h.String() || h.Length() < 0 || h.Length() > 24*60 {
			t.Fatalf("%q is %v, again %v (%v)", s, h, again, err)
		}
	})
}
