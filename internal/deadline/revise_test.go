package deadline_test

import (
	"strings"
	"testing"

	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/deadline"
)

func TestALateAnnouncement(t *testing.T) {
	for _, c := range []struct {
		name, off, work string // the day announced off, and the one worked instead
		acts            []string
		verdict         deadline.Verdict
		computed        string
		promise         string
	}{
		{"a day off after the date touches nothing", "2026-03-17", "", nil, deadline.Untouched, "2026-03-16 17:00", "2026-03-16 17:00"},
		{"a day off on the promised day moves it", "2026-03-16", "", nil, deadline.Moved, "2026-03-17 17:00", "2026-03-17 17:00"},
		{"a day off before it leaves the promise", "2026-03-10", "", nil, deadline.Kept, "2026-03-17 17:00", "2026-03-16 17:00"},
		{"a made-up Saturday does not shorten a promise, nor an agency's time", "2026-03-20", "2026-03-07", nil, deadline.Kept, "2026-03-13 17:00", "2026-03-16 17:00"},
		{"a paused clock promises nothing", "2026-03-16", "", []string{"pause 2026-03-04 10:00"}, deadline.Untouched, "", ""},
	} {
		rows := []calendar.Exception{{Date: calendar.MustDate(c.off), Kind: calendar.Off, Name: "Nghỉ tránh bão", Basis: "Công điện"}}
		if c.work != "" {
			rows = append(rows, calendar.Exception{Date: calendar.MustDate(c.work), Kind: calendar.Work, Name: "Làm bù", Swap: calendar.MustDate(c.off)})
		}
		cal, err := calendar.Civil.With(rows...)
		if err != nil {
			t.Fatal(err)
		}
		r, err := deadline.Revise(told(t, "2026-03-02 09:00", "10wd", c.acts...), deadline.Env{}, deadline.Env{Calendar: cal})
		if err != nil || r.Verdict != c.verdict {
			t.Errorf("%s: %s (%v), want %s", c.name, r.Verdict, err, c.verdict)
			continue
		}
		if c.promise == "" {
			if !r.Promise().IsZero() {
				t.Errorf("%s: promises %s", c.name, r.Promise())
			}
			continue
		}
		if !r.Promise().Equal(at(t, c.promise)) || !r.New.At.Equal(at(t, c.computed)) {
			t.Errorf("%s: computed %s, promised %s", c.name, r.New.At, r.Promise())
		}
	}
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
