package dossier

import (
	"testing"
	"time"

	"github.com/motcua/motcua/internal/calendar"
)

// on is a local instant: "07-10 16:30" of 2026, or a day at 09:00.
func on(t *testing.T, s string) time.Time {
	t.Helper()
	if s == "" {
		return time.Time{}
	}
	if len(s) == 5 {
		s += " 09:00"
	}
	at, err := time.ParseInLocation("2006-01-02 15:04", "2026-"+s, calendar.Zone)
	if err != nil {
		t.Fatal(err)
	}
	return at.UTC()
}

// July is the calendar month that the vectors speak of.
var july = Windows{Day: 1}.Month(2026, time.July)

func TestIndicator21(t *testing.T) {
	for _, x := range []struct {
		name                                     string
		due, done, asked, answered, again, ended string
		leaving                                  string
		onTime                                   bool
	}{
		// The five vectors of the national note; accepted on 1 July, due on 10 July.
		{name: "done on the due date is on time", due: "07-10 17:00", done: "07-10", onTime: true},
		{name: "done on the 11th with one supplement from the 3rd to the 6th counts as the 8th", due: "07-10 17:00", done: "07-11", asked: "07-03", answered: "07-06", onTime: true},
		{name: "two supplements are late whatever the dates", due: "07-10 17:00", done: "07-08", asked: "07-02", answered: "07-03", again: "07-04"},
		{name: "stopped on the 9th is on time", due: "07-10 17:00", ended: "07-09", onTime: true},
		{name: "still open on 31 July is late in July's report", due: "07-10 17:00"},

		{name: "done on the 11th without a supplement is late", due: "07-10 17:00", done: "07-11"},
		{name: "a pending supplement ends it at the request", due: "07-10 17:00", asked: "07-09", onTime: true},
		{name: "a supplement asked for after the date is late", due: "07-10 17:00", asked: "07-13"},
		{name: "a request answered after the period is still pending in it", due: "07-10 17:00", asked: "07-09", answered: "08-03", onTime: true},
		{name: "a second request after the period does not count in it", due: "07-10 17:00", done: "08-20", asked: "07-09", answered: "07-10", again: "08-04"},
		{name: "wanted back before the date is on time", due: "07-10 17:00", leaving: "07-09", onTime: true},
		{name: "done in August is open in July", due: "08-10 17:00", done: "08-09", onTime: true},
		{name: "without a date, on the spot means within a day", done: "07-01 16:00", onTime: true},
		{name: "without a date, two days are late", done: "07-03"},
	} {
		t.Run(x.name, func(t *testing.T) {
			c := Course{
				Accepted: on(t, "07-01"), Promised: on(t, x.due), Due: on(t, x.due), FirstDue: on(t, x.due), Resolved: on(t, x.done), Ended: on(t, x.ended),
				Asked: on(t, x.asked), Answered: on(t, x.answered), AskedAgain: on(t, x.again), Leaving: on(t, x.leaving),
			}
			if c.Promised.IsZero() {
				c.Most = 24 * time.Hour
			}
			if c.Finished = c.Resolved; c.Finished.IsZero() {
				c.Finished = c.Ended
			}
			got, counted := c.National(july)
			if !counted || got != x.onTime {
				t.Errorf("on time %v, counted %v; want %v", got, counted, x.onTime)
			}
		})
	}
}

func TestWhatIndicator21Counts(t *testing.T) {
	due := on(t, "07-10 17:00")
	for name, x := range map[string]struct {
		c    Course
		want bool
	}{
		"accepted in the period":                  {Course{Accepted: on(t, "07-01"), Promised: due}, true},
		"carried over":                            {Course{Accepted: on(t, "05-01"), Promised: due}, true},
		"accepted after the period":               {Course{Accepted: on(t, "08-01"), Promised: due}, false},
		"finished before the period":              {Course{Accepted: on(t, "05-01"), Promised: due, Finished: on(t, "06-30")}, false},
		"never accepted":                          {Course{Promised: due}, false},
		"neither a date nor a maximum is known":   {Course{Accepted: on(t, "07-01")}, false},
		"an open period is judged up to now only": {Course{Accepted: on(t, "07-01"), Promised: due}, true},
	} {
		if _, got := x.c.National(july); got != x.want {
			t.Errorf("%s: counted %v", name, got)
		}
	}
	// On 5 July a dossier due on the 10th is on time, though the month goes on.
	if onTime, _ := (Course{Accepted: on(t, "07-01"), Promised: due}).National(july.AsOf(on(t, "07-05"))); !onTime {
		t.Error("a date to come was counted as late")
	}
}

func TestLegalTimeliness(t *testing.T) {
	due := on(t, "07-10 17:00")
	for name, x := range map[string]struct {
		c    Course
		at   string
		want Verdict
	}{
		"the day before is early":                 {Course{Due: due, Resolved: on(t, "07-09 16:00")}, "07-31", Early},
		"on the day is on time":                   {Course{Due: due, Resolved: on(t, "07-10 07:30")}, "07-31", OnTime},
		"at the instant is on time":               {Course{Due: due, Resolved: due}, "07-31", OnTime},
		"a minute later is late":                  {Course{Due: due, Resolved: on(t, "07-10 17:01")}, "07-31", Late},
		"open before the date":                    {Course{Due: due}, "07-10 16:00", Within},
		"open after the date":                     {Course{Due: due}, "07-10 17:01", Exceeded},
		"the clock stands":                        {Course{Standing: true}, "07-31", ClockStill},
		"stopped":                                 {Course{Due: due, Ended: on(t, "07-09")}, "07-31", Dropped},
		"resolved without a date":                 {Course{Resolved: on(t, "07-09")}, "07-31", NoDate},
		"resolved in August, as it stood in July": {Course{Due: due, Resolved: on(t, "08-03")}, "07-31", Exceeded},
	} {
		x.c.Accepted = on(t, "07-01")
		if got := x.c.Legal(on(t, x.at)); got != x.want {
			t.Errorf("%s: %s, want %s", name, got, x.want)
		}
	}
}

func TestANewDateDoesNotEraseTheFirstMiss(t *testing.T) {
	c := Course{Accepted: on(t, "07-01"), FirstDue: on(t, "07-10 17:00"), Due: on(t, "07-20 17:00"), Resolved: on(t, "07-15")}
	if v := c.Legal(on(t, "07-31")); v != Early {
		t.Errorf("against the date in force it is %s", v)
	}
	if !c.FirstMissed(on(t, "07-31")) || c.FirstMissed(on(t, "07-09")) {
		t.Error("the first date was missed on the 10th, not before")
	}
	if !c.In(Reappointed, july) || c.In(ResolvedLate, july) || !c.In(MissedFirst, july) {
		t.Error("counted otherwise than: first date missed, new one kept")
	}
}

func TestALegIsJudgedByItsOwnAllowance(t *testing.T) {
	l := LegRow{From: on(t, "07-01"), Due: on(t, "07-03 17:00"), Until: on(t, "07-04")}
	if v := l.Verdict(on(t, "07-31")); v != Late {
		t.Errorf("ended a day after its allowance: %s", v)
	}
	if v := l.Verdict(on(t, "07-03 17:30")); v != Exceeded {
		t.Errorf("open after its allowance: %s", v)
	}
	if l.Due = (time.Time{}); l.Verdict(on(t, "07-31")) != NoDate || l.In(LegLate, july) {
		t.Error("a step without an allowance is never late")
	}
}

func TestReportingMonthsEndOnThe14th(t *testing.T) {
	p := ReportWindows.Month(2026, time.March)
	if got := p.From.In(calendar.Zone).Format(time.DateOnly) + " " + p.Until.In(calendar.Zone).Format(time.DateOnly); got != "2026-02-15 2026-03-15" {
		t.Errorf("March: %s", got)
	}
	if y := ReportWindows.Year(2026); !y.From.Equal(calendar.NewDate(2025, time.December, 15).At(0)) || !y.Until.Equal(calendar.NewDate(2026, time.December, 15).At(0)) {
		t.Errorf("the year: %v", y)
	}
	if q := ReportWindows.Quarter(2026, 1); !q.From.Equal(calendar.NewDate(2025, time.December, 15).At(0)) || !q.Until.Equal(p.Until) {
		t.Errorf("the first quarter: %v", q)
	}
	for at, want := range map[string]time.Month{"03-14": time.March, "03-15": time.April, "12-20": time.January} {
		if _, m := ReportWindows.MonthOf(on(t, at)); m != want {
			t.Errorf("%s falls into %s", at, m)
		}
	}
}
