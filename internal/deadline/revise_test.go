package deadline_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/deadline"
)

func TestALateAnnouncement(t *testing.T) {
	for _, c := range []struct {
		name, off, work string // the day announced off, and the one worked instead
		acts            []string
		promised        string // empty: as computed before
		verdict         deadline.Verdict
		computed        string
		holds           string
	}{
		{"a day off after the date touches nothing", "2026-03-17", "", nil, "", deadline.Untouched, "2026-03-16 17:00", "2026-03-16 17:00"},
		{"a day off on the promised day moves it", "2026-03-16", "", nil, "", deadline.Moved, "2026-03-17 17:00", "2026-03-17 17:00"},
		{"a day off before it leaves the promise", "2026-03-10", "", nil, "", deadline.Kept, "2026-03-17 17:00", "2026-03-16 17:00"},
		{"a made-up Saturday does not shorten a promise, nor an agency's time", "2026-03-20", "2026-03-07", nil, "", deadline.Kept, "2026-03-13 17:00", "2026-03-16 17:00"},
		{"a swap that closes the promised day and computes an earlier one: the next working day", "2026-03-16", "2026-03-07", nil, "", deadline.Moved, "2026-03-17 17:00", "2026-03-17 17:00"},
		{"the new date of an apology falls on the day off", "2026-03-20", "", []string{"extend 2026-03-13 09:00 until=2026-03-20T17:00"}, "", deadline.Moved, "2026-03-23 17:00", "2026-03-23 17:00"},
		{"a paused clock promises nothing", "2026-03-16", "", []string{"pause 2026-03-04 10:00"}, "", deadline.Untouched, "", ""},
		{"a promise kept at an earlier change is not touched by one that changes nothing more", "2026-03-18", "", nil, "2026-03-13 17:00", deadline.Untouched, "2026-03-16 17:00", "2026-03-13 17:00"},
		{"a promise kept at an earlier change, closed now: the computed date behind it holds", "2026-03-13", "", nil, "2026-03-13 17:00", deadline.Moved, "2026-03-17 17:00", "2026-03-17 17:00"},
		{"a day off that was one already changes nothing", "2026-03-15", "", nil, "", deadline.Untouched, "2026-03-16 17:00", "2026-03-16 17:00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			rows := []calendar.Exception{{Date: calendar.MustDate(c.off), Kind: calendar.Off, Name: "Nghỉ tránh bão", Basis: "Công điện"}}
			if c.work != "" {
				rows = append(rows, calendar.Exception{Date: calendar.MustDate(c.work), Kind: calendar.Work, Name: "Làm bù", Swap: calendar.MustDate(c.off)})
			}
			cal, err := calendar.Civil.With(rows...)
			if err != nil {
				t.Fatal(err)
			}
			clock := told(t, "2026-03-02 09:00", "10wd", c.acts...)
			before, err := clock.Due(deadline.Env{})
			if err != nil {
				t.Fatal(err)
			}
			promised := before.At
			if c.promised != "" {
				promised = at(t, c.promised)
			}
			r, err := deadline.Revise(clock, promised, deadline.Change{After: deadline.Env{Calendar: cal}, At: at(t, "2026-03-13 10:00"), Basis: "Công điện 12"})
			if err != nil || r.Verdict != c.verdict {
				t.Fatalf("%s (%v), want %s", r.Verdict, err, c.verdict)
			}
			if c.holds == "" {
				if !r.Holds().IsZero() {
					t.Errorf("promises %s", r.Holds())
				}
				return
			}
			if !r.Holds().Equal(at(t, c.holds)) || !r.New.At.Equal(at(t, c.computed)) {
				t.Errorf("computed %s, holds %s\n%s", r.New.At, r.Holds(), strings.Join(r.New.Explain("vi"), "\n"))
			}
			if again, err := deadline.Replay(r.New); err != nil || !again.Equal(r.New.At) {
				t.Errorf("replayed %s (%v)\n%s", again, err, strings.Join(r.New.Explain("vi"), "\n"))
			}
			if r.Act != nil && !strings.Contains(strings.Join(r.New.Explain("vi"), "\n"), "căn cứ: Công điện 12") {
				t.Errorf("the decision is not told:\n%s", strings.Join(r.New.Explain("vi"), "\n"))
			}
		})
	}
}

// Whatever is announced, a promise never moves to an earlier moment, and what holds is no day newly closed.
func TestALateAnnouncementNeverShortensAPromise(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		env, l := drawEnv(t), drawLimit(t)
		base := drawInstant(t, "base", drawFrom, drawDays)
		c := build(t, base, l, drawExtension(t, base))
		promised := mustDue(t, c, env).At
		var rows []calendar.Exception
		seen := map[calendar.Date]bool{}
		for range rapid.IntRange(1, 6).Draw(t, "days") {
			d := calendar.DateOf(base).AddDays(rapid.IntRange(-3, 40).Draw(t, "day"))
			if !seen[d] {
				rows = append(rows, calendar.Exception{Date: d, Kind: rapid.SampledFrom([]calendar.Kind{calendar.Off, calendar.Work}).Draw(t, "kind"), Name: "x"})
			}
			seen[d] = true
		}
		after := env
		var err error
		if after.Calendar, err = env.Calendar.With(rows...); err != nil {
			t.Fatal(err)
		}
		r, err := deadline.Revise(c, promised, deadline.Change{Before: env, After: after, At: base, Basis: "x"})
		if err != nil {
			t.Fatal(err)
		}
		if r.Holds().Before(promised) {
			t.Fatalf("%s: promised %s, now %s", r.Verdict, promised, r.Holds())
		}
		if day, err := after.Office.Day(after.Calendar, calendar.DateOf(r.Holds())); err != nil || !day.Kind.Worked() {
			was, _ := env.Office.Day(env.Calendar, calendar.DateOf(r.Holds()))
			if was.Kind.Worked() {
				t.Fatalf("%s: %s is a day off now (%v)", r.Verdict, r.Holds(), err)
			}
		}
	})
}

func TestPaperMovesOnTheSameDayOrWhenTheNextOpens(t *testing.T) {
	for _, c := range []struct{ name, received, want string }{
		{"in the morning", "2026-02-10 09:00", "2026-02-10 17:00"},
		{"at 15:00", "2026-02-10 15:00", "2026-02-10 17:00"},
		{"after 15:00", "2026-02-10 15:20", "2026-02-11 07:30"},
		{"after 15:00 on the last day before Tết", "2026-02-13 16:00", "2026-02-23 07:30"},
		{"at a Saturday desk", "2026-03-07 09:00", "2026-03-09 07:30"},
	} {
		got, err := deadline.ForwardBy(at(t, c.received), 15*60, deadline.Env{})
		if err != nil || !got.Equal(at(t, c.want)) {
			t.Errorf("%s: %s (%v), want %s", c.name, got, err, c.want)
		}
	}
}

func TestADayNobodyHasConfirmedSaysSo(t *testing.T) {
	cal, err := calendar.ParseCSV("x", strings.NewReader("date,kind,name,source,confirmed\n2026-08-31,day_off_swapped,\"nghỉ hoán đổi, làm bù 2026-08-22\",báo,0\n2026-08-22,work,làm bù cho 2026-08-31,báo,0\n"))
	if err != nil {
		t.Fatal(err)
	}
	d, err := deadline.Compute(at(t, "2026-08-28"), limit(t, "1wd"), deadline.Env{Calendar: cal})
	if err != nil || !d.At.Equal(at(t, "2026-09-01 17:00")) {
		t.Fatalf("%s (%v)", d.At, err)
	}
	if text := strings.Join(d.Explain("vi"), " "); !strings.Contains(text, "31/08/2026 (nghỉ hoán đổi, làm bù 2026-08-22; chưa có thông báo chính thức)") {
		t.Error(text)
	}
}
