package deadline_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/deadline"
	"github.com/motcua/motcua/internal/law"
)

// values lets cmp look into the small value types.
var values = cmp.AllowUnexported(deadline.Limit{}, calendar.Date{})

// told builds a clock from acts written as "kind at [ref=…] [until=…] [limit=…]"; every
// pause, freeze and extension stands on a basis.
func told(t testing.TB, base, l string, acts ...string) deadline.Clock {
	t.Helper()
	c := deadline.Run(at(t, base), limit(t, l))
	for _, text := range acts {
		f := strings.Fields(text)
		a := deadline.Act{Kind: deadline.ActKind(f[0]), At: at(t, f[1]+" "+f[2])}
		for _, opt := range f[3:] {
			name, value, _ := strings.Cut(opt, "=")
			switch name {
			case "ref":
				a.Ref = value
			case "until":
				a.Until = at(t, strings.Replace(value, "T", " ", 1))
			case "limit":
				a.Limit = limit(t, value)
			default:
				t.Fatalf("act %q", text)
			}
		}
		if a.Kind == deadline.Pause || a.Kind == deadline.Freeze || a.Kind == deadline.Extend {
			a.Basis = "ND118-2025 19.5"
		}
		var err error
		if c, err = c.With(a); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
	return c
}

func TestTheClockOfACase(t *testing.T) {
	for _, c := range []struct {
		name, base, limit string
		acts              []string
		want              string // empty: the clock stands
		first             string
	}{
		{"nothing happens", "2026-03-02 09:00", "10wd", nil, "2026-03-16 17:00", ""},
		{"a pause of three working days", "2026-03-02 09:00", "10wd", []string{"pause 2026-03-04 10:00", "resume 2026-03-09 10:00"}, "2026-03-19 17:00", ""},
		{"a pause within a day takes no day", "2026-03-02 09:00", "10wd", []string{"pause 2026-03-04 10:00", "resume 2026-03-04 16:00"}, "2026-03-16 17:00", ""},
		{"a pause over a weekend takes no working day", "2026-03-02 09:00", "10wd", []string{"pause 2026-03-06 17:00", "resume 2026-03-09 07:30"}, "2026-03-16 17:00", ""},
		{"a pause takes its minutes from a limit in hours", "2026-03-02 09:00", "8wh", []string{"pause 2026-03-02 10:00", "resume 2026-03-03 09:00"}, "2026-03-04 08:00", ""},
		{"a pause before any work was done", "2026-03-02 07:00", "8wh", []string{"pause 2026-03-02 07:00", "resume 2026-03-02 14:00"}, "2026-03-03 14:00", ""},
		{"a pause takes calendar days", "2026-03-02 09:00", "15d", []string{"pause 2026-03-04 10:00", "resume 2026-03-09 10:00"}, "2026-03-23 17:00", ""},
		{"the last day falls into a pause", "2026-03-02 09:00", "5d", []string{"pause 2026-03-09 08:00", "resume 2026-03-11 09:00"}, "2026-03-11 17:00", ""},
		{"a pause takes days of a month", "2026-03-02 09:00", "1m", []string{"pause 2026-03-04 10:00", "resume 2026-03-09 10:00"}, "2026-04-07 17:00", ""},
		{"pauses that overlap take their days once", "2026-03-02 09:00", "10wd", []string{"pause 2026-03-04 10:00 ref=tax", "pause 2026-03-05 10:00 ref=visit", "resume 2026-03-09 10:00 ref=tax", "resume 2026-03-10 10:00 ref=visit"}, "2026-03-20 17:00", ""},
		{"paused and not resumed", "2026-03-02 09:00", "10wd", []string{"pause 2026-03-04 10:00"}, "", ""},
		{"waiting for the applicant", "2026-03-02 09:00", "10wd", []string{"freeze 2026-03-05 10:00"}, "", ""},
		{"a restart counts the whole limit again", "2026-03-02 09:00", "10wd", []string{"freeze 2026-03-05 10:00", "restart 2026-03-12 10:00"}, "2026-03-26 17:00", ""},
		{"a supplement request taken back goes on as after a pause", "2026-03-02 09:00", "10wd", []string{"freeze 2026-03-05 10:00", "resume 2026-03-06 10:00"}, "2026-03-17 17:00", ""},
		{"a new date keeps the first", "2026-03-02 09:00", "10wd", []string{"extend 2026-03-13 09:00 until=2026-03-20T17:00"}, "2026-03-20 17:00", "2026-03-16 17:00"},
		{"three more working days", "2026-03-02 09:00", "10wd", []string{"extend 2026-03-13 09:00 limit=3wd"}, "2026-03-19 17:00", "2026-03-16 17:00"},
		{"a new date before the old one changes nothing", "2026-03-02 09:00", "10wd", []string{"extend 2026-03-05 09:00 until=2026-03-10T17:00"}, "2026-03-16 17:00", "2026-03-16 17:00"},
		{"a pause after a new date moves it", "2026-03-02 09:00", "10wd", []string{"extend 2026-03-13 09:00 until=2026-03-20T17:00", "pause 2026-03-17 07:30", "resume 2026-03-18 07:30"}, "2026-03-23 17:00", "2026-03-16 17:00"},
		{"a pause after the due date changes nothing", "2026-03-02 09:00", "10wd", []string{"pause 2026-03-17 09:00", "resume 2026-03-20 10:00"}, "2026-03-16 17:00", ""},
		{"released while paused: judged by the date it had left", "2026-03-02 09:00", "10wd", []string{"pause 2026-03-10 09:00", "release 2026-03-12 10:00"}, "2026-03-18 17:00", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			clock := told(t, c.base, c.limit, c.acts...)
			d, err := clock.Due(deadline.Env{})
			if err != nil {
				t.Fatal(err)
			}
			text := strings.Join(d.Explain("vi"), "\n")
			if c.want == "" && !d.At.IsZero() || c.want != "" && !d.At.Equal(at(t, c.want)) {
				t.Fatalf("due %s, want %s\n%s", d.At, c.want, text)
			}
			if c.first != "" && !d.First.Equal(at(t, c.first)) || c.first == "" && !d.First.IsZero() {
				t.Errorf("first date %s, want %s\n%s", d.First, c.first, text)
			}
			again, err := deadline.Replay(d)
			if err != nil || !again.Equal(d.At) {
				t.Errorf("replayed %s (%v)\n%s", again, err, text)
			}
			for _, kind := range []string{"pause ", "freeze ", "extend "} {
				if strings.Contains(strings.Join(c.acts, ";"), kind) && !strings.Contains(c.name, "restart") &&
					!strings.Contains(c.name, "after the due date") && !strings.Contains(text, "ND118-2025 19.5") {
					t.Errorf("the %sis not told:\n%s", kind, text)
				}
			}
		})
	}
}

func TestActsThatMakeNoSenseAreRefused(t *testing.T) {
	base := "2026-03-02 09:00"
	for _, c := range []struct {
		name  string
		clock deadline.Clock
		act   deadline.Act
		want  error
	}{
		{"a pause nobody allowed", told(t, base, "10wd"), deadline.Act{Kind: deadline.Pause, At: at(t, "2026-03-04")}, deadline.ErrNoBasis},
		{"a freeze nobody allowed", told(t, base, "10wd"), deadline.Act{Kind: deadline.Freeze, At: at(t, "2026-03-04")}, deadline.ErrNoBasis},
		{"an extension without decision", told(t, base, "10wd"), deadline.Act{Kind: deadline.Extend, At: at(t, "2026-03-04"), Until: at(t, "2026-03-30")}, deadline.ErrNoBasis},
		{"an extension by nothing", told(t, base, "10wd"), deadline.Act{Kind: deadline.Extend, At: at(t, "2026-03-04"), Basis: "x"}, deadline.ErrExtension},
		{"an extension into the past", told(t, base, "10wd"), deadline.Act{Kind: deadline.Extend, At: at(t, "2026-03-04"), Until: at(t, "2026-03-03"), Basis: "x"}, deadline.ErrTooEarly},
		{"a second pause for the same matter", told(t, base, "10wd", "pause 2026-03-04 10:00"), deadline.Act{Kind: deadline.Pause, At: at(t, "2026-03-05"), Basis: "x"}, deadline.ErrStands},
		{"resuming what runs", told(t, base, "10wd"), deadline.Act{Kind: deadline.Resume, At: at(t, "2026-03-05")}, deadline.ErrRuns},
		{"resuming before the pause", told(t, base, "10wd", "pause 2026-03-04 10:00"), deadline.Act{Kind: deadline.Resume, At: at(t, "2026-03-03")}, deadline.ErrRuns},
		{"an act before acceptance", told(t, base, "10wd"), deadline.Act{Kind: deadline.Pause, At: at(t, "2026-03-01"), Basis: "x"}, deadline.ErrTooEarly},
		{"a pause after the result", told(t, base, "10wd", "release 2026-03-04 10:00"), deadline.Act{Kind: deadline.Pause, At: at(t, "2026-03-05"), Basis: "x"}, deadline.ErrStopped},
		{"a result after closing", told(t, base, "10wd", "close 2026-03-04 10:00"), deadline.Act{Kind: deadline.Release, At: at(t, "2026-03-05")}, deadline.ErrStopped},
		{"a clock that never started", deadline.Clock{}, deadline.Act{Kind: deadline.Release, At: at(t, "2026-03-05")}, deadline.ErrNotStarted},
	} {
		after, err := c.clock.With(c.act)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
		if !cmp.Equal(after, c.clock, values) {
			t.Errorf("%s: the clock changed", c.name)
		}
	}
	if _, err := told(t, base, "10wd").With(deadline.Act{Kind: "stop", At: at(t, "2026-03-05")}); err == nil {
		t.Error("an act nobody knows")
	}
}

func TestStates(t *testing.T) {
	for _, c := range []struct {
		name, base, limit string
		acts              []string
		now               string
		want              deadline.State
	}{
		{"much time left", "2026-03-02 09:00", "5wd", nil, "2026-03-04 10:00", deadline.Within},
		{"more than a fifth and more than one working day left", "2026-03-02 09:00", "5wd", nil, "2026-03-06 15:41", deadline.Within},
		{"a fifth left, which is more than a working day", "2026-03-02 09:00", "5wd", nil, "2026-03-06 15:42", deadline.DueSoon},
		{"one working day left, which is more than a fifth", "2026-03-02 16:00", "3wd", nil, "2026-03-05 07:30", deadline.DueSoon},
		{"more than one working day left", "2026-03-02 16:00", "3wd", nil, "2026-03-04 17:00", deadline.Within},
		{"a fifth of the time left", "2026-03-02 07:30", "20wd", nil, "2026-03-25 09:00", deadline.DueSoon},
		{"a little more", "2026-03-02 07:30", "20wd", nil, "2026-03-24 09:00", deadline.Within},
		{"at the moment itself", "2026-03-02 09:00", "5wd", nil, "2026-03-09 17:00", deadline.DueSoon},
		{"a minute later", "2026-03-02 09:00", "5wd", nil, "2026-03-09 17:01", deadline.Overdue},
		{"long after, in a year nobody announced", "2026-03-02 09:00", "5wd", nil, "2028-03-09 17:01", deadline.Overdue},
		{"hours: a fifth left, not a day", "2026-03-02 07:30", "8wh", nil, "2026-03-02 14:00", deadline.Within},
		{"hours: a fifth left", "2026-03-02 07:30", "8wh", nil, "2026-03-02 15:30", deadline.DueSoon},
		{"paused", "2026-03-02 09:00", "5wd", []string{"pause 2026-03-04 10:00"}, "2026-04-01 10:00", deadline.Paused},
		{"waiting for the applicant", "2026-03-02 09:00", "5wd", []string{"freeze 2026-03-04 10:00"}, "2026-04-01 10:00", deadline.Waiting},
		{"released the day before", "2026-03-02 09:00", "5wd", []string{"release 2026-03-06 16:00"}, "2026-04-01 10:00", deadline.EarlyResult},
		{"released on the day", "2026-03-02 09:00", "5wd", []string{"release 2026-03-09 17:00"}, "2026-04-01 10:00", deadline.OnTimeResult},
		{"released a minute late", "2026-03-02 09:00", "5wd", []string{"release 2026-03-09 17:01"}, "2026-04-01 10:00", deadline.OverdueResult},
		{"closed", "2026-03-02 09:00", "5wd", []string{"close 2026-03-20 17:01"}, "2026-04-01 10:00", deadline.Ended},
	} {
		clock := told(t, c.base, c.limit, c.acts...)
		got, err := clock.State(at(t, c.now), deadline.Env{}, deadline.DefaultWarning)
		if err != nil || got != c.want {
			t.Errorf("%s: %s (%v), want %s", c.name, got, err, c.want)
		}
		if got == deadline.Within || got == deadline.DueSoon || got == deadline.Overdue {
			// Lists keep two instants and must say the same.
			d, err := clock.Due(deadline.Env{})
			if err != nil {
				t.Fatal(err)
			}
			warn, err := clock.WarnAt(deadline.Env{}, deadline.DefaultWarning)
			if row := deadline.StateOf(d.At, warn, at(t, c.now)); err != nil || row != got {
				t.Errorf("%s: a list says %s (%v), the clock %s", c.name, row, err, got)
			}
		}
	}
	if s, err := (deadline.Clock{}).State(at(t, "2026-03-02"), deadline.Env{}, deadline.DefaultWarning); err != nil || s != deadline.NoLimit {
		t.Errorf("no clock: %s %v", s, err)
	}
}

func TestTimeLeft(t *testing.T) {
	due := at(t, "2026-02-24 17:00")
	for _, c := range []struct{ now, vi, en string }{
		{"2026-02-10 15:20", "còn 5 ngày làm việc", "5 working days left"},
		{"2026-02-13 18:00", "còn 2 ngày làm việc", "2 working days left"},
		{"2026-02-24 14:30", "còn 2 giờ 30 phút", "2 hours 30 minutes left"},
		{"2026-02-24 18:00", "quá hạn 0 phút", "0 minutes overdue"},
		{"2026-02-25 09:00", "quá hạn 1 ngày làm việc", "1 working day overdue"},
	} {
		r, err := deadline.Left(due, at(t, c.now), deadline.Env{})
		if err != nil || r.Text("vi") != c.vi || r.Text("en") != c.en {
			t.Errorf("%s: %q, %q (%v)", c.now, r.Text("vi"), r.Text("en"), err)
		}
	}
	if _, err := deadline.Left(due, at(t, "2027-02-24"), deadline.Env{}); !errors.Is(err, calendar.ErrYearMissing) {
		t.Errorf("in a year nobody announced: %v", err)
	}
}

// The scenarios of docs, as far as they are about time.
func TestScenarios(t *testing.T) {
	due := func(t *testing.T, start, l string) time.Time {
		t.Helper()
		v, err := deadline.At(at(t, start), limit(t, l), deadline.Env{})
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	want := func(t *testing.T, what string, got time.Time, text string) {
		t.Helper()
		if !got.Equal(at(t, text)) {
			t.Errorf("%s: %s, want %s", what, got, text)
		}
	}
	rules := law.At(calendar.MustDate("2026-03-02"))
	t.Run("1: acknowledged on the Friday before Tết", func(t *testing.T) {
		start := at(t, "2026-02-13 15:30")
		want(t, "alert", start.Add(time.Duration(rules.Online.AlertMinutes)*time.Minute), "2026-02-13 17:30")
		want(t, "answer", due(t, "2026-02-13 15:30", rules.Online.AnswerWithin), "2026-02-23 15:30")
	})
	t.Run("2: accepted after 15:00, the paper moves the next morning, the clock does not wait", func(t *testing.T) {
		want(t, "due", due(t, "2026-02-10 15:20", "5wd"), "2026-02-24 17:00")
		paper, err := deadline.ForwardBy(at(t, "2026-02-10 15:20"), rules.Paper.Cutoff, deadline.Env{})
		if err != nil {
			t.Fatal(err)
		}
		want(t, "paper", paper, "2026-02-11 07:30")
	})
	t.Run("3: found incomplete at appraisal", func(t *testing.T) {
		want(t, "due", due(t, "2026-03-02 09:00", "10wd"), "2026-03-16 17:00")
		want(t, "form 02 at the latest", due(t, "2026-03-02 09:00", rules.Supplement.AskWithin), "2026-03-05 17:00")
		clock := told(t, "2026-03-02 09:00", "10wd", "freeze 2026-03-05 10:00", "restart 2026-03-12 10:00")
		d, err := clock.Due(deadline.Env{})
		if err != nil {
			t.Fatal(err)
		}
		want(t, "due afresh", d.At, "2026-03-26 17:00")
		want(t, "the desk closes", due(t, "2026-03-05 10:00", rules.Supplement.CompleteWithin), "2026-03-20 17:00")
	})
	t.Run("4: the apology comes a day before, one new date, the first is kept", func(t *testing.T) {
		last := calendar.DateOf(due(t, "2026-03-02 09:00", "10wd")).AddDays(-rules.Apology.DaysBefore)
		if last.String() != "2026-03-15" {
			t.Errorf("apology by %s", last)
		}
		practical, err := calendar.Civil.AddWorkingDays(last.AddDays(1), -1)
		if err != nil || practical.String() != "2026-03-13" {
			t.Errorf("in practice by %s (%v)", practical, err)
		}
		d, err := told(t, "2026-03-02 09:00", "10wd", "extend 2026-03-13 09:00 until=2026-03-20T17:00", "release 2026-03-19 10:00").Due(deadline.Env{})
		if err != nil {
			t.Fatal(err)
		}
		released := at(t, "2026-03-19 10:00")
		if rules.Apology.Times != 1 {
			t.Errorf("%d apologies", rules.Apology.Times)
		}
		if deadline.Timeliness(d.At, released) != deadline.EarlyResult || deadline.Timeliness(d.First, released) != deadline.OverdueResult {
			t.Errorf("in force %s, first %s", d.At, d.First)
		}
	})
	t.Run("5: paper goes to the other commune within a working day", func(t *testing.T) {
		want(t, "paper", due(t, "2026-03-04 16:00", rules.Paper.OtherLevelWithin), "2026-03-05 17:00")
	})
	t.Run("6: a consignment is lawfully submitted when its handover record is signed, and answered from there", func(t *testing.T) {
		want(t, "answer", due(t, "2026-03-04 10:00", rules.Online.AnswerWithin), "2026-03-05 10:00")
	})
	t.Run("7: once the decision is out, nothing moves the clock any more", func(t *testing.T) {
		clock := told(t, "2026-03-02 09:00", "10wd", "release 2026-03-12 10:00")
		for _, a := range []deadline.Act{
			{Kind: deadline.Close, At: at(t, "2026-03-13")},
			{Kind: deadline.Freeze, At: at(t, "2026-03-13"), Basis: "ND118-2025 21"},
			{Kind: deadline.Extend, At: at(t, "2026-03-13"), Limit: limit(t, "3wd"), Basis: "ND118-2025 19.6"},
		} {
			if _, err := clock.With(a); !errors.Is(err, deadline.ErrStopped) {
				t.Errorf("%s: %v", a.Kind, err)
			}
		}
	})
	t.Run("8: a second supplement at appraisal counts afresh again, on a basis of its own", func(t *testing.T) {
		if rules.Supplement.Rounds != 1 || !rules.Supplement.Restart {
			t.Errorf("%+v", rules.Supplement)
		}
		clock := told(t, "2026-03-02 09:00", "10wd", "freeze 2026-03-05 10:00", "restart 2026-03-12 10:00", "freeze 2026-03-16 10:00", "restart 2026-03-18 15:00")
		d, err := clock.Due(deadline.Env{})
		if err != nil {
			t.Fatal(err)
		}
		want(t, "due afresh", d.At, "2026-04-01 17:00")
		if _, err := clock.With(deadline.Act{Kind: deadline.Freeze, At: at(t, "2026-03-20")}); !errors.Is(err, deadline.ErrNoBasis) {
			t.Errorf("without a basis: %v", err)
		}
	})
}

func TestEveryLimitOfTheRuleSetsIsALimit(t *testing.T) {
	for _, s := range law.Standard.Sets() {
		for _, text := range []string{
			s.Online.AnswerWithin, s.Online.OutageNotice, s.Supplement.AskWithin, s.Supplement.CompleteWithin,
			s.Paper.OtherLevelWithin, s.CorrectionWithin, s.MoneyWithin,
		} {
			if _, err := deadline.ParseLimit(text); err != nil && text != "" {
				t.Errorf("%s: %v", s.ID, err)
			}
		}
	}
}

func TestDueIsStableJSON(t *testing.T) {
	d, err := deadline.Compute(at(t, "2026-02-10 15:20").In(time.UTC), limit(t, "5wd"), deadline.Env{Policy: deadline.Policy{After: 17 * 60}})
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"at":"2026-02-24T17:00:00+07:00","base":"2026-02-10T15:20:00+07:00","limit":"5wd","calendar":"` + calendar.Civil.ID() + `",` +
		`"policy":{"due_time":"session_end","after":"17:00"},"steps":[{"k":"start","start":"2026-02-10T15:20:00+07:00","limit":"5wd"},` +
		`{"k":"count","from":"2026-02-11","to":"2026-02-13","n":3},{"k":"skip","why":"weekend","from":"2026-02-14","to":"2026-02-15"},` +
		`{"k":"skip","why":"holiday","from":"2026-02-16","to":"2026-02-20","name":"Tết Nguyên đán","name_en":"Lunar New Year"},` +
		`{"k":"skip","why":"weekend","from":"2026-02-21","to":"2026-02-22"},{"k":"count","from":"2026-02-23","to":"2026-02-24","n":2},` +
		`{"k":"due","start":"2026-02-24T17:00:00+07:00"}]}`
	if string(b) != want {
		t.Errorf("got  %s\nwant %s", b, want)
	}
	var back deadline.Due
	if err := json.Unmarshal(b, &back); err != nil || !cmp.Equal(back, d, values) {
		t.Errorf("read back: %v", err)
	}
	if back.At != d.At || back.Base != d.Base {
		t.Error("equal instants are not equal values")
	}
	clock := told(t, "2026-03-02 09:00", "10wd", "pause 2026-03-04 10:00 ref=tax", "resume 2026-03-05 10:00 ref=tax")
	if b, err = json.Marshal(clock); err != nil {
		t.Fatal(err)
	}
	want = `{"base":"2026-03-02T09:00:00+07:00","limit":"10wd","acts":[{"kind":"pause","at":"2026-03-04T10:00:00+07:00","ref":"tax","basis":"ND118-2025 19.5"},` +
		`{"kind":"resume","at":"2026-03-05T10:00:00+07:00","ref":"tax"}]}`
	var again deadline.Clock
	if err := json.Unmarshal(b, &again); err != nil || string(b) != want || !cmp.Equal(again, clock, values) {
		t.Errorf("clock: %s (%v)", b, err)
	}
}

func TestReplayFindsAForgedDerivation(t *testing.T) {
	honest, err := deadline.Compute(at(t, "2026-02-10 15:20"), limit(t, "5wd"), deadline.Env{})
	if err != nil {
		t.Fatal(err)
	}
	for name, forge := range map[string]func(*deadline.Due){
		"another date":         func(d *deadline.Due) { d.At = d.At.AddDate(0, 0, 1) },
		"a day left out":       func(d *deadline.Due) { d.Steps = append(d.Steps[:2:2], d.Steps[3:]...) },
		"a day counted double": func(d *deadline.Due) { d.Steps[1].N++ },
		"a day too few":        func(d *deadline.Due) { d.Steps[5].To, d.Steps[5].N = d.Steps[5].From, 1 },
		"another limit":        func(d *deadline.Due) { d.Steps[0].Limit = limit(t, "6wd") },
		"no end":               func(d *deadline.Due) { d.Steps = d.Steps[:6] },
		"nothing":              func(d *deadline.Due) { d.Steps = nil },
	} {
		d := honest
		d.Steps = append([]deadline.Step(nil), honest.Steps...)
		forge(&d)
		if got, err := deadline.Replay(d); !errors.Is(err, deadline.ErrReplay) {
			t.Errorf("%s: replayed to %s (%v)", name, got, err)
		}
	}
}

func TestAnExplanationIsShortAndExact(t *testing.T) {
	for _, c := range []struct {
		name   string
		clock  deadline.Clock
		vi, en []string
	}{
		{
			"hours over Tết", told(t, "2026-02-13 15:30", "8wh"),
			[]string{
				"Thời hạn 8 giờ làm việc, tính từ 15:30 thứ Sáu, 13/02/2026.",
				"Không tính 14–15/02/2026 (nghỉ hằng tuần); 16–20/02/2026 (nghỉ Tết Nguyên đán); 21–22/02/2026 (nghỉ hằng tuần).",
				"Tính 8 giờ làm việc: 15:30–17:00 thứ Sáu, 13/02/2026; 07:30–11:30 thứ Hai, 23/02/2026; 13:00–15:30 thứ Hai, 23/02/2026.",
				"Hạn: 15:30 thứ Hai, 23/02/2026.",
			},
			[]string{
				"Time limit: 8 working hours, from 15:30 Friday 13 Feb 2026.",
				"Not counted: 14–15 Feb 2026 (weekly rest); 16–20 Feb 2026 (Lunar New Year); 21–22 Feb 2026 (weekly rest).",
				"Counted: 8 hours of work: 15:30–17:00 Friday 13 Feb 2026; 07:30–11:30 Monday 23 Feb 2026; 13:00–15:30 Monday 23 Feb 2026.",
				"Due: 15:30 Monday 23 Feb 2026.",
			},
		},
		{
			"the last calendar day in Tết", told(t, "2026-02-03 10:00", "15d"),
			[]string{
				"Thời hạn 15 ngày, tính từ 10:00 thứ Ba, 03/02/2026; ngày đầu không tính.",
				"Tính 15 ngày: 04–18/02/2026.",
				"Ngày cuối, thứ Tư, 18/02/2026, là ngày nghỉ (nghỉ Tết Nguyên đán) nên chuyển sang ngày làm việc kế tiếp.",
				"Không tính 19–20/02/2026 (nghỉ Tết Nguyên đán); 21–22/02/2026 (nghỉ hằng tuần).",
				"Hạn: 17:00 thứ Hai, 23/02/2026.",
			},
			nil,
		},
		{
			"a pause and a new date", told(t, "2026-04-27 10:00", "3wd", "pause 2026-05-05 10:00", "resume 2026-05-06 10:00", "extend 2026-05-06 11:00 until=2026-05-12T17:00"),
			[]string{
				"Thời hạn 3 ngày làm việc, tính từ 10:00 thứ Hai, 27/04/2026; ngày đầu không tính.",
				"Tạm dừng từ 10:00 thứ Ba, 05/05/2026 đến 10:00 thứ Tư, 06/05/2026 (căn cứ: ND118-2025 19.5).",
				"Không tính 30/04/2026 (nghỉ Ngày Chiến thắng 30/4); 01/05/2026 (nghỉ Ngày Quốc tế Lao động 1/5); 02–03/05/2026 (nghỉ hằng tuần).",
				"Tính 3 ngày: 28–29/04/2026; 04/05/2026.",
				"Hạn: 17:00 thứ Hai, 04/05/2026.",
				"Hẹn lại đến 17:00 thứ Ba, 12/05/2026, quyết định lúc 11:00 thứ Tư, 06/05/2026 (căn cứ: ND118-2025 19.5).",
				"Hạn: 17:00 thứ Ba, 12/05/2026.",
			},
			nil,
		},
	} {
		d, err := c.clock.Due(deadline.Env{})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.vi, d.Explain("vi")); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
		if c.en != nil {
			if diff := cmp.Diff(c.en, d.Explain("en")); diff != "" {
				t.Errorf("%s: %s", c.name, diff)
			}
		}
	}
}
