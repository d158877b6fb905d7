package holidayweb

import (
	"context"
	"strings"
	"testing"

	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/deadline"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/holiday"
	"github.com/motcua/motcua/lang"
)

func TestDaysAreReadAsPeopleListThem(t *testing.T) {
	for _, c := range []struct{ name, text, want, bad string }{
		{"one day", "16/03/2026", "2026-03-16", ""},
		{"one a line", "16/03/2026\n17/03/2026\n", "2026-03-16 2026-03-17", ""},
		{"commas and semicolons, other strokes", "16-3-2026, 17.3.2026; 18032026", "2026-03-16 2026-03-17 2026-03-18", ""},
		{"a span leaves the weekend out", "12/03/2026 đến 17/03/2026", "2026-03-12 2026-03-13 2026-03-16 2026-03-17", ""},
		{"a span with a dash", "16/03/2026 – 17/03/2026", "2026-03-16 2026-03-17", ""},
		{"a span in English", "16/03/2026 to 17/03/2026", "2026-03-16 2026-03-17", ""},
		{"a Saturday alone is meant", "14/03/2026", "2026-03-14", ""},
		{"nothing", " \n, ", "", ""},
		{"no day", "16/03/2026, thứ Hai", "2026-03-16", "thứ Hai"},
		{"a day that does not exist", "30/02/2026", "", "30/02/2026"},
		{"a span that runs backwards", "17/03/2026 đến 16/03/2026", "", "17/03/2026 đến 16/03/2026"},
		{"a span of years", "01/01/2018 đến 31/12/2026", "", "01/01/2018 đến 31/12/2026"},
	} {
		days, bad := readDays(c.text)
		var got []string
		for _, d := range days {
			got = append(got, d.String())
		}
		if strings.Join(got, " ") != c.want || bad != c.bad {
			t.Errorf("%s: %v, %q; want %s, %q", c.name, got, bad, c.want, c.bad)
		}
	}
}

func FuzzReadDays(f *testing.F) {
	f.Add("16/03/2026 đến 20/03/2026, 1.4.2026")
	f.Fuzz(func(t *testing.T, text string) {
		days, bad := readDays(text)
		if len(days) > 300*(1+len(text)/10) {
			t.Fatalf("%d days out of %d bytes", len(days), len(text))
		}
		if bad != "" && !strings.Contains(text, bad) {
			t.Fatalf("%q does not stand in %q", bad, text)
		}
	})
}

func TestHoursOfAWeekAreToldTogether(t *testing.T) {
	for text, want := range map[string][2]string{
		"mon-fri 07:30-11:30,13:00-17:00":                  {"thứ Hai – thứ Sáu: 07:30–11:30, 13:00–17:00", "Monday – Friday: 07:30–11:30, 13:00–17:00"},
		"mon-thu 07:30-11:30,13:00-17:00; fri 07:30-11:30": {"thứ Hai – thứ Năm: 07:30–11:30, 13:00–17:00; thứ Sáu: 07:30–11:30", "Monday – Thursday: 07:30–11:30, 13:00–17:00; Friday: 07:30–11:30"},
		"sat 07:30-11:30":                                  {"thứ Bảy: 07:30–11:30", "Saturday: 07:30–11:30"},
	} {
		week, err := calendar.ParseWeek(text)
		if err != nil {
			t.Fatal(err)
		}
		for i, code := range []lang.Code{lang.VI, lang.EN} {
			if got := hoursText(lang.With(context.Background(), code), week.Counted); got != want[i] {
				t.Errorf("%s: %q, want %q", text, got, want[i])
			}
		}
	}
}

func TestARefusalStandsAtItsField(t *testing.T) {
	c := holiday.Command{Off: []calendar.Date{calendar.MustDate("2026-03-16")}, Work: []calendar.Date{calendar.MustDate("2026-03-14")}}
	for _, x := range []struct {
		err  *fault.Error
		want string
	}{
		{holiday.ErrNoDays, fieldOff},
		{holiday.ErrName, fieldName},
		{holiday.ErrBasis, fieldBasis},
		{holiday.ErrPublished, fieldPublished},
		{holiday.ErrTooLong, fieldNote},
		{holiday.ErrSame.With("date", "2026-03-16"), fieldOff},
		{holiday.ErrSame.With("date", "2026-03-14"), fieldWork},
		{calendar.ErrYearMissing.With("year", 2026), fieldOff},
	} {
		if got := fieldOf(x.err, c); got != x.want {
			t.Errorf("%s stands at %s, want %s", x.err.Code, got, x.want)
		}
	}
	// Every verdict and outcome has its words.
	for _, code := range []lang.Code{lang.VI, lang.EN} {
		ctx := lang.With(context.Background(), code)
		for _, v := range []deadline.Verdict{deadline.Moved, deadline.Kept, deadline.Untouched} {
			if verdict(ctx, v) == "holiday.verdict."+string(v) {
				t.Errorf("%s has no words", v)
			}
		}
		for _, o := range []holiday.Outcome{holiday.Waiting, holiday.Done, holiday.Ended, holiday.Changed, holiday.Stood, holiday.Failed} {
			if _, ok := lang.Lookup(code, "holiday.outcome."+string(o)); !ok {
				t.Errorf("%s has no words", o)
			}
		}
	}
}
