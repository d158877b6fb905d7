package calendar_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/fault"
)

// The check values are those of the civil service's announcements.
func TestWorkingDaysOfEachYearMatchTheAnnouncedTotals(t *testing.T) {
	for year, want := range map[int]int{
		2018: 250, 2019: 252, 2020: 252, 2021: 250, 2022: 249, 2023: 249, 2024: 251, 2025: 250, 2026: 249,
	} {
		got, err := calendar.Civil.WorkingDays(calendar.NewDate(year, 1, 1), calendar.NewDate(year+1, 1, 1))
		if err != nil || got != want {
			t.Errorf("%d: got %d working days (%v), want %d", year, got, err, want)
		}
	}
}

func TestAYearWithoutDataRefusesToAnswer(t *testing.T) {
	for _, day := range []string{"2017-12-31", "2027-01-04", "1990-01-01", "2500-06-01"} {
		_, err := calendar.Civil.Kind(calendar.MustDate(day))
		f, ok := errors.AsType[*fault.Error](err)
		if !ok || !errors.Is(err, calendar.ErrYearMissing) || f.Args["year"] != calendar.MustDate(day).Year() {
			t.Errorf("%s: got %v, want a refusal that names the year", day, err)
		}
	}
}

func TestDates(t *testing.T) {
	for d := calendar.MustDate("1999-12-25"); d.Before(calendar.MustDate("2101-01-10")); d = d.AddDays(1) {
		at := d.At(7*60 + 30)
		y, m, day := d.Civil()
		want := time.Date(y, m, day, 7, 30, 0, 0, calendar.Zone)
		if !at.Equal(want) || d.String() != want.Format(time.DateOnly) || d.Weekday() != want.Weekday() ||
			calendar.DateOf(at) != d || calendar.MinuteOf(at) != 450 || calendar.MustDate(d.String()) != d {
			t.Fatalf("%s: %s, %v", d, at, d.Weekday())
		}
	}
	// The local day starts at 17:00 UTC of the day before.
	if got := calendar.DateOf(time.Date(2026, 2, 12, 17, 0, 0, 0, time.UTC)).String(); got != "2026-02-13" {
		t.Errorf("17:00 UTC belongs to %s", got)
	}
	for _, bad := range []string{"", "2026-02-30", "2026-2-3", "0000-01-01", "26-02-03", "2026-02-03T00:00"} {
		if d, err := calendar.ParseDate(bad); err == nil {
			t.Errorf("%q was read as %s", bad, d)
		}
	}
}

func TestMonthsEndOnTheCorrespondingDayOrTheLast(t *testing.T) {
	for _, c := range []struct {
		name, from string
		months     int
		want       string
	}{
		{"a corresponding day", "2026-03-15", 1, "2026-04-15"},
		{"31 January has no 31 February", "2026-01-31", 1, "2026-02-28"},
		{"nor in a leap year", "2024-01-31", 1, "2024-02-29"},
		{"over New Year", "2025-11-30", 3, "2026-02-28"},
		{"back", "2026-03-31", -1, "2026-02-28"},
		{"a year", "2024-02-29", 12, "2025-02-28"},
	} {
		if got := calendar.MustDate(c.from).AddMonths(c.months).String(); got != c.want {
			t.Errorf("%s: %s + %d months = %s, want %s", c.name, c.from, c.months, got, c.want)
		}
	}
}

func TestEveryRowOfTheBuiltInCalendarSaysWhereItComesFrom(t *testing.T) {
	for _, e := range calendar.Civil.Exceptions() {
		w := e.Date.Weekday()
		weekend := w == time.Saturday || w == time.Sunday
		if e.Basis == "" || e.NameEn == "" || e.NameEn == e.Name || e.Unconfirmed || (e.Kind == calendar.Work) != weekend {
			t.Errorf("row %+v", e)
		}
	}
}

func TestParseCSVReadsOpenHolidayData(t *testing.T) {
	c, err := calendar.ParseCSV("sample.csv", strings.NewReader(`date,kind,name,source,confirmed
2026-01-01,holiday,New Year's Day,open data,1
2026-02-17,holiday,Second Day of Lunar New Year,open data,1
2026-04-27,holiday,Hung Kings' Commemoration Day (observed),open data,1
2026-08-22,makeup_working_saturday,làm bù cho 2026-08-31,"unconfirmed, check",0
2026-08-31,day_off_swapped,"nghỉ hoán đổi, làm bù 2026-08-22","unconfirmed, check",0
2027-01-02,work,làm bù,x,1
`))
	if err != nil {
		t.Fatal(err)
	}
	if y := c.Years(); len(y) != 1 || y[0] != 2026 {
		t.Errorf("a worked day alone does not cover its year: %v", y)
	}
	for day, want := range map[string]string{
		"2026-02-17": "Tết Nguyên đán", "2026-04-27": "Nghỉ bù Giỗ Tổ Hùng Vương", "2026-08-31": "Nghỉ hoán đổi, làm bù 2026-08-22",
	} {
		if e, ok := c.Exception(calendar.MustDate(day)); !ok || e.Name != want {
			t.Errorf("%s is %q, want %q", day, e.Name, want)
		}
	}
	e, _ := c.Exception(calendar.MustDate("2026-08-22"))
	if e.Swap.String() != "2026-08-31" || !e.Unconfirmed || e.NameEn != "Made-up working day" {
		t.Errorf("made-up day: %+v", e)
	}
}

func TestParseCSVNamesFileLineAndReason(t *testing.T) {
	const head = "date,kind,name\n"
	for _, c := range []struct {
		name, text string
		line       int
		reason     string
	}{
		{"nothing at all", "", 1, "calendar.csv-head"},
		{"a column is missing", "date,name\n2026-01-01,x\n", 1, "calendar.csv-column"},
		{"a day that does not exist", head + "2026-02-30,off,x\n", 2, "calendar.csv-date"},
		{"a day far away", head + "9999-01-01,off,x\n", 2, "calendar.csv-date"},
		{"a kind nobody knows", head + "2026-01-01,off,x\n2026-01-02,maybe,x\n", 3, "calendar.csv-kind"},
		{"a day without a name", head + "2026-01-01,off,\n", 2, "calendar.csv-name"},
		{"one day twice", head + "2026-01-01,off,x\n2026-01-01,work,x\n", 3, "calendar.csv-day-twice"},
		{"a quote left open", head + "2026-01-01,off,\"x\n", 2, "calendar.csv-quote"},
		{"years that make no sense", "# years: 2026-2018\n" + head, 1, "calendar.csv-years"},
		{"no year at all", head, 1, "calendar.csv-no-years"},
	} {
		_, err := calendar.ParseCSV("tep.csv", strings.NewReader(c.text))
		f, ok := errors.AsType[*fault.Error](err)
		if !ok || f.Kind != fault.Invalid || f.Args["file"] != "tep.csv" || f.Args["line"] != c.line || f.Args["reason"] != c.reason {
			t.Errorf("%s: got %v", c.name, err)
		}
		if len(calendar.BadRows(err)) == 0 {
			t.Errorf("%s: no row is named", c.name)
		}
	}
}

func TestALateAnnouncementGivesANewCalendar(t *testing.T) {
	storm := calendar.Exception{Date: calendar.MustDate("2026-09-10"), Kind: calendar.Off, Name: "Nghỉ tránh bão", Basis: "Công điện của tỉnh"}
	local, err := calendar.Civil.With(storm)
	if err != nil {
		t.Fatal(err)
	}
	if k, _ := local.Kind(storm.Date); k != calendar.Holiday {
		t.Errorf("the day is %v", k)
	}
	if k, _ := calendar.Civil.Kind(storm.Date); k != calendar.Working {
		t.Error("the calendar it came from has changed")
	}
	if local.ID() == calendar.Civil.ID() {
		t.Error("two calendars that answer differently share an ID")
	}
}

func TestAddWorkingDaysGoesBothWays(t *testing.T) {
	for _, c := range []struct {
		from string
		n    int
		want string
	}{
		{"2026-04-24", 2, "2026-04-29"}, {"2026-04-29", 1, "2026-05-04"}, {"2026-02-23", -1, "2026-02-13"}, {"2026-02-15", 0, "2026-02-15"},
	} {
		got, err := calendar.Civil.AddWorkingDays(calendar.MustDate(c.from), c.n)
		if err != nil || got.String() != c.want {
			t.Errorf("%s %+d = %s (%v), want %s", c.from, c.n, got, err, c.want)
		}
	}
}

func FuzzParseCSV(f *testing.F) {
	f.Add("date,kind,name\n2026-01-01,off,Tết\n")
	f.Add("# years: 2026\ndate,kind,name,swap\n2026-08-22,work,bù,2026-08-31\n")
	f.Add("\ufeffdate,kind,name,confirmed\n2026-01-01,holiday,\"x\",0\n")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := calendar.ParseCSV("f", strings.NewReader(text))
		if err != nil {
			if _, ok := errors.AsType[*fault.Error](err); !ok {
				t.Fatalf("not a refusal: %v", err)
			}
			return
		}
		for _, y := range c.Years() {
			if n, err := c.WorkingDays(calendar.NewDate(y, 1, 1), calendar.NewDate(y+1, 1, 1)); err != nil || n < 0 || n > 366 {
				t.Fatalf("%d: %d %v", y, n, err)
			}
		}
	})
}
