package deadline_test

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/deadline"
	"github.com/motcua/motcua/internal/fault"
)

var weeks = []string{
	"mon-fri 07:30-11:30,13:00-17:00",
	"mon-fri 07:00-11:30,13:30-17:00",
	"mon-fri 08:00-12:00,13:00-17:00; sat desk 08:00-11:30",
	"mon-sat 07:30-11:30",
	"tue-fri 06:00-22:00",
}

// drawEnv draws an office, a policy and a calendar: the civil service's, now and then
// with closures and made-up days of its own, up to a season long.
func drawEnv(t *rapid.T) deadline.Env {
	week, err := calendar.ParseWeek(rapid.SampledFrom(weeks).Draw(t, "week"))
	if err != nil {
		t.Fatal(err)
	}
	office, err := calendar.NewOffice(calendar.Plan{Week: week})
	if err != nil {
		t.Fatal(err)
	}
	cal := calendar.Civil
	if rapid.Bool().Draw(t, "own calendar") {
		var rows []calendar.Exception
		from := calendar.MustDate("2019-01-01").AddDays(rapid.IntRange(0, 700).Draw(t, "closed from"))
		for i := range rapid.IntRange(0, 120).Draw(t, "closed days") {
			rows = append(rows, calendar.Exception{Date: from.AddDays(i), Kind: calendar.Off, Name: "Nghỉ phòng dịch"})
		}
		for i := range rapid.IntRange(0, 3).Draw(t, "made-up days") {
			rows = append(rows, calendar.Exception{Date: calendar.MustDate("2022-03-05").AddDays(7 * i), Kind: calendar.Work, Name: "Làm bù"})
		}
		if cal, err = cal.With(rows...); err != nil {
			t.Fatal(err)
		}
	}
	return deadline.Env{Calendar: cal, Office: office, Policy: deadline.Policy{
		DueTime: rapid.SampledFrom([]deadline.DueTime{deadline.SessionEnd, deadline.SameClock}).Draw(t, "due time"),
		After:   rapid.SampledFrom([]calendar.Minute{0, 15 * 60}).Draw(t, "after"),
	}}
}

func drawLimit(t *rapid.T) deadline.Limit {
	text := rapid.SampledFrom([]string{
		"8wh", "2wh", "0.5wh", "40wh", "1wd", "5wd", "20wd", "0.5wd", "1.5wd", "7.5wd", "15d", "1d", "45d", "1m", "3m", "same-day", "same-visit",
	}).Draw(t, "limit")
	text += rapid.SampledFrom([]string{"", "", "", " after 15:00"}).Draw(t, "cutoff")
	text += rapid.SampledFrom([]string{"", "", "", " on tue+thu", " on 1+15", " on 31"}).Draw(t, "fixed")
	l, err := deadline.ParseLimit(text)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func drawInstant(t *rapid.T, name string, from calendar.Date, days int) time.Time {
	return from.At(0).Add(time.Duration(rapid.IntRange(0, days*24*60).Draw(t, name)) * time.Minute)
}

var drawFrom = calendar.MustDate("2018-01-10")

const drawDays = 365 * 6

func TestALaterStartIsNeverDueEarlier(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		env, l := drawEnv(t), drawLimit(t)
		a := drawInstant(t, "start", drawFrom, drawDays)
		b := a.Add(time.Duration(rapid.IntRange(0, 60*24*8).Draw(t, "later")) * time.Minute)
		dueA, errA := deadline.At(a, l, env)
		dueB, errB := deadline.At(b, l, env)
		if errA != nil || errB != nil {
			t.Fatal(errA, errB)
		}
		if dueB.Before(dueA) {
			t.Fatalf("%s from %s is due %s, from %s already %s", l, a, dueA, b, dueB)
		}
		if dueA.Before(a) {
			t.Fatalf("%s from %s is due %s, before it starts", l, a, dueA)
		}
		day, err := env.Office.Day(env.Calendar, calendar.DateOf(dueA))
		if err != nil || !day.Kind.Worked() {
			t.Fatalf("%s from %s is due on a day off, %s (%v)", l, a, dueA, err)
		}
	})
}

// drawPauses draws closed pauses, each under its own reference so that they may overlap.
func drawPauses(t *rapid.T, base time.Time) [][2]deadline.Act {
	var out [][2]deadline.Act
	for i := range rapid.IntRange(0, 4).Draw(t, "pauses") {
		from := base.Add(time.Duration(rapid.IntRange(0, 40*24*60).Draw(t, "pause")) * time.Minute)
		to := from.Add(time.Duration(rapid.IntRange(0, 20*24*60).Draw(t, "length")) * time.Minute)
		ref := string(rune('a' + i))
		out = append(out, [2]deadline.Act{
			{Kind: deadline.Pause, At: from, Ref: ref, Basis: "Luật chuyên ngành"}, {Kind: deadline.Resume, At: to, Ref: ref},
		})
	}
	return out
}

func build(t *rapid.T, base time.Time, l deadline.Limit, acts []deadline.Act) deadline.Clock {
	c := deadline.Run(base, l)
	for _, a := range acts {
		var err error
		if c, err = c.With(a); err != nil {
			t.Fatalf("%+v: %v", a, err)
		}
	}
	return c
}

func mustDue(t *rapid.T, c deadline.Clock, env deadline.Env) deadline.Due {
	d, err := c.Due(env)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// drawExtension draws an extension now and then, by a date or by a limit.
func drawExtension(t *rapid.T, base time.Time) []deadline.Act {
	if !rapid.Bool().Draw(t, "extended") {
		return nil
	}
	decided := base.Add(time.Duration(rapid.IntRange(0, 10*24*60).Draw(t, "decided")) * time.Minute)
	e := deadline.Act{Kind: deadline.Extend, At: decided, Basis: "Phiếu xin lỗi"}
	if rapid.Bool().Draw(t, "by date") {
		e.Until = decided.Add(time.Duration(rapid.IntRange(1, 30*24*60).Draw(t, "until")) * time.Minute)
	} else {
		e.Limit = drawLimit(t)
	}
	return []deadline.Act{e}
}

func TestAddingAPauseNeverMakesADueDateEarlier(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		env, l := drawEnv(t), drawLimit(t)
		base := drawInstant(t, "base", drawFrom, drawDays)
		acts := drawExtension(t, base)
		before := mustDue(t, build(t, base, l, acts), env)
		for _, p := range drawPauses(t, base) {
			acts = append(acts, p[0], p[1])
			after := mustDue(t, build(t, base, l, acts), env)
			if after.At.Before(before.At) {
				t.Fatalf("with a pause more it is due %s, before %s", after.At, before.At)
			}
			before = after
		}
	})
}

func TestTheOrderOfPausesDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		env, l := drawEnv(t), drawLimit(t)
		base := drawInstant(t, "base", drawFrom, drawDays)
		extended, pauses := drawExtension(t, base), drawPauses(t, base)
		told := func(pauses [][2]deadline.Act) deadline.Clock {
			acts := slices.Clone(extended)
			for _, p := range pauses {
				acts = append(acts, p[0], p[1])
			}
			return build(t, base, l, acts)
		}
		first := mustDue(t, told(pauses), env)
		r := rand.New(rand.NewPCG(1, rapid.Uint64().Draw(t, "order")))
		r.Shuffle(len(pauses), func(i, j int) { pauses[i], pauses[j] = pauses[j], pauses[i] })
		again := mustDue(t, told(pauses), env)
		if !again.At.Equal(first.At) || !slices.Equal(again.Explain("vi"), first.Explain("vi")) {
			t.Fatalf("in another order it is due %s, not %s:\n%s\n%s", again.At, first.At, strings.Join(again.Explain("vi"), "\n"), strings.Join(first.Explain("vi"), "\n"))
		}
	})
}

func TestExplainReplaysToTheSameInstant(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		env, l := drawEnv(t), drawLimit(t)
		base := drawInstant(t, "base", drawFrom, drawDays)
		var acts []deadline.Act
		for _, p := range drawPauses(t, base) {
			acts = append(acts, p[0], p[1])
		}
		last := base
		for _, a := range acts {
			if a.At.After(last) {
				last = a.At
			}
		}
		switch rapid.IntRange(0, 4).Draw(t, "then") {
		case 0:
			acts = append(acts, deadline.Act{Kind: deadline.Restart, At: last, Basis: "ND118-2025 19.5"})
		case 1:
			acts = append(acts, deadline.Act{Kind: deadline.Extend, At: last, Until: last.Add(72 * time.Hour), Basis: "Phiếu xin lỗi"})
		case 2:
			acts = append(acts, deadline.Act{Kind: deadline.Extend, At: last, Limit: drawLimit(t), Basis: "Quyết định gia hạn"})
		case 3:
			acts = append(acts, deadline.Act{Kind: deadline.Freeze, At: last, Ref: "z", Basis: "ND118-2025 19.5"})
		}
		c := build(t, base, l, acts)
		d := mustDue(t, c, env)
		got, err := deadline.Replay(d)
		if err != nil || !got.Equal(d.At) {
			t.Fatalf("replayed to %s (%v), due %s\n%s", got, err, d.At, strings.Join(d.Explain("vi"), "\n"))
		}
		if len(d.Explain("vi")) != len(d.Explain("en")) || slices.Contains(d.Explain("vi"), "") || slices.Contains(d.Explain("en"), "") {
			t.Fatalf("the two languages tell different stories:\n%s\n%s", strings.Join(d.Explain("vi"), "\n"), strings.Join(d.Explain("en"), "\n"))
		}
		if d.At.IsZero() {
			return
		}
		warn, err := c.WarnAt(env, deadline.DefaultWarning)
		if err != nil || warn.After(d.At) || warn.Before(d.Base) {
			t.Fatalf("due %s, due soon from %s (%v)", d.At, warn, err)
		}
	})
}

// Sixty days off in a row, from any day of the known years: every search goes on to the first day of work.
func TestNoSearchGivesUpInSixtyDaysOff(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from := drawFrom.AddDays(rapid.IntRange(0, drawDays).Draw(t, "closed from"))
		rows := make([]calendar.Exception, 60)
		for i := range rows {
			rows[i] = calendar.Exception{Date: from.AddDays(i), Kind: calendar.Off, Name: "Nghỉ phòng dịch"}
		}
		closed, err := calendar.Civil.With(rows...)
		if err != nil {
			t.Fatal(err)
		}
		env, l := deadline.Env{Calendar: closed}, drawLimit(t)
		start := from.AddDays(rapid.IntRange(0, 59).Draw(t, "start")).At(10 * 60)
		d, err := deadline.Compute(start, l, env)
		if err != nil || calendar.DateOf(d.At).Before(from.AddDays(60)) {
			t.Fatalf("%s from %s: %s (%v)", l, start, d.At, err)
		}
		if _, err := deadline.Replay(d); err != nil {
			t.Fatalf("%s from %s: %v\n%s", l, start, err, strings.Join(d.Explain("vi"), "\n"))
		}
		if _, err := deadline.Run(start, l).WarnAt(env, deadline.DefaultWarning); err != nil {
			t.Fatal(err)
		}
		if _, err := deadline.ForwardBy(start, 15*60, env); err != nil {
			t.Fatal(err)
		}
		if _, err := deadline.Left(d.At, start, env); err != nil {
			t.Fatal(err)
		}
	})
}

// A closure of years is walked to its end; only missing data stops the search.
func TestNoSearchGivesUpInALongHoliday(t *testing.T) {
	var rows []calendar.Exception
	for d, end := calendar.MustDate("2019-01-02"), calendar.MustDate("2023-06-15"); d.Before(end); d = d.AddDays(1) {
		rows = append(rows, calendar.Exception{Date: d, Kind: calendar.Off, Name: "Nghỉ phòng dịch"})
	}
	closed, err := calendar.Civil.With(rows...)
	if err != nil {
		t.Fatal(err)
	}
	env := deadline.Env{Calendar: closed}
	for l, want := range map[string]string{
		"1wh": "2023-06-15 08:30", "1wd": "2023-06-15 17:00", "10d": "2023-06-15 17:00", "1m": "2023-06-15 17:00",
		"same-day": "2023-06-15 17:00", "1wd on wed": "2023-06-21 17:00",
	} {
		d, err := deadline.Compute(at(t, "2019-01-02 10:00"), limit(t, l), env)
		if err != nil || !d.At.Equal(at(t, want)) {
			t.Errorf("%s: %s (%v), want %s", l, d.At, err, want)
		}
		if len(d.Steps) > 10 {
			t.Errorf("%s: %d steps for one closure", l, len(d.Steps))
		}
	}
}

func TestLimitsKeepTheirText(t *testing.T) {
	for _, s := range []string{
		"8wh", "0.5wh", "5wd", "0.5wd", "1.5wd", "9999d", "1m", "same-day", "same-visit", "same-day after 15:00", "5wd on tue+thu", "10wd on 1+15",
		"5wd after 15:00 on mon",
	} {
		l, err := deadline.ParseLimit(s)
		if err != nil || l.String() != s {
			t.Errorf("%q is written %q (%v)", s, l, err)
		}
	}
	if l, err := deadline.ParseLimit("  5wd   on thu+tue "); err != nil || l.String() != "5wd on tue+thu" {
		t.Errorf("loose spaces and order: %q (%v)", l, err)
	}
	for _, s := range []string{
		"", "5", "wd", "0wd", "-1wd", "+1wd", "05wd", "1,5wd", "1.25wd", ".5wd", "0.5d", "1.5m", "10000wd", "5WD", "5 wd", "5wdx", "5h", "5wd after",
		"5wd after 15", "5wd on", "5wd on tue thu", "5wd on tue+1", "5wd on 0", "5wd on 32", "5wd on tue+", "5wd on tue after 15:00", "99999999999999999999wd",
		"1e3wd", "５wd", "same-visit x", strings.Repeat("5", 300) + "wd", "5wd after 00:00", "0.0wd", "0.5", "NaNwd",
	} {
		l, err := deadline.ParseLimit(s)
		f, ok := errors.AsType[*fault.Error](err)
		if !ok || f.Kind != fault.Invalid || !errors.Is(err, deadline.ErrLimit) {
			t.Errorf("%q was read as %v (%v)", s, l, err)
		}
	}
	if deadline.NewLimit(5, deadline.WorkingDay) != limit(t, "5wd") || deadline.NewLimit(1, deadline.SameVisit) != limit(t, "same-visit") {
		t.Error("a limit built is the limit read")
	}
}

func TestLimitsInWords(t *testing.T) {
	for text, want := range map[string][2]string{
		"5wd":             {"5 ngày làm việc", "5 working days"},
		"1wd":             {"1 ngày làm việc", "1 working day"},
		"0.5wd":           {"0,5 ngày làm việc", "0.5 working days"},
		"8wh":             {"8 giờ làm việc", "8 working hours"},
		"15d":             {"15 ngày", "15 days"},
		"3m":              {"3 tháng", "3 months"},
		"same-visit":      {"giải quyết ngay khi tiếp nhận", "handled during the visit"},
		"1wd after 15:00": {"1 ngày làm việc (nhận sau 15:00 tính từ ngày làm việc kế tiếp)", "1 working day (if received after 15:00, from the next working day)"},
		"5wd on thu":      {"5 ngày làm việc; trả kết quả vào thứ Năm hằng tuần", "5 working days; results are returned on Thursday of the week"},
		"5wd on 1+15":     {"5 ngày làm việc; trả kết quả vào ngày 1, 15 hằng tháng", "5 working days; results are returned on day 1, 15 of the month"},
	} {
		l := limit(t, text)
		if l.Text("vi") != want[0] || l.Text("en") != want[1] {
			t.Errorf("%s: %q, %q", text, l.Text("vi"), l.Text("en"))
		}
	}
}

func FuzzParseLimit(f *testing.F) {
	for _, s := range []string{"8wh", "0.5wd", "15d", "1m", "same-visit", "same-day after 15:00 on mon+wed", "5wd on 1+15"} {
		f.Add(s)
	}
	start := calendar.MustDate("2026-02-10").At(15*60 + 20)
	f.Fuzz(func(t *testing.T, s string) {
		l, err := deadline.ParseLimit(s)
		if err != nil {
			if !errors.Is(err, deadline.ErrLimit) {
				t.Fatalf("not a refusal: %v", err)
			}
			return
		}
		again, err := deadline.ParseLimit(l.String())
		if err != nil || again != l {
			t.Fatalf("%q is %q, read again %q (%v)", s, l, again, err)
		}
		d, err := deadline.Compute(start, l, deadline.Env{})
		if err != nil {
			if !errors.Is(err, calendar.ErrYearMissing) {
				t.Fatal(err)
			}
			return
		}
		if d.At.Before(start) {
			t.Fatalf("%q is due %s", s, d.At)
		}
		if _, err := deadline.Replay(d); err != nil {
			t.Fatalf("%q: %v\n%s", s, err, strings.Join(d.Explain("vi"), "\n"))
		}
	})
}
