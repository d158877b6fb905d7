package deadline_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/deadline"
)

// at reads a local instant: "2026-02-13 15:30", or a day at 09:00.
func at(t testing.TB, s string) time.Time {
	t.Helper()
	if len(s) == len(time.DateOnly) {
		s += " 09:00"
	}
	v, err := time.ParseInLocation("2006-01-02 15:04", s, calendar.Zone)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func limit(t testing.TB, s string) deadline.Limit {
	t.Helper()
	l, err := deadline.ParseLimit(s)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestDueDates(t *testing.T) {
	for _, c := range []struct{ name, start, limit, want string }{
		{"an hour and a half on Friday, Tết week left out, the rest on Monday", "2026-02-13 15:30", "8wh", "2026-02-23 15:30"},
		{"after hours the count starts the next morning", "2026-02-12 17:20", "8wh", "2026-02-13 17:00"},
		{"a submission on a Saturday before Tết waits for the first working day", "2026-02-14 09:00", "8wh", "2026-02-23 17:00"},
		{"a made-up Saturday is worked by the hour", "2026-08-21 16:00", "8wh", "2026-08-22 16:00"},
		{"the lunch break does not count", "2026-04-24 10:00", "2wh", "2026-04-24 13:30"},
		{"hours run on into a made-up Saturday", "2025-04-25 16:30", "4wh", "2025-04-26 11:00"},
		{"Tết of 2018 is left out", "2018-02-12", "5wd", "2018-02-26 17:00"},
		{"30/4 and 1/5 with their days in lieu", "2023-04-27", "3wd", "2023-05-05 17:00"},
		{"a made-up Saturday is a working day", "2025-04-25", "3wd", "2025-04-29 17:00"},
		{"Tết of 2026 is left out", "2026-02-10", "5wd", "2026-02-24 17:00"},
		{"Giỗ Tổ on a Sunday takes Monday", "2026-04-24", "1wd", "2026-04-28 17:00"},
		{"24 November is off since 2026", "2026-11-20", "3wd", "2026-11-26 17:00"},
		{"the fifteenth day falls in Tết", "2026-02-03", "15d", "2026-02-23 17:00"},
		{"the fifteenth day is a swapped day off", "2026-08-16", "15d", "2026-09-03 17:00"},
		{"a month from the 31st ends on the last day, a Saturday", "2026-01-31", "1m", "2026-03-02 17:00"},

		{"the day of receipt does not count, whatever the hour", "2026-03-02 07:30", "1wd", "2026-03-03 17:00"},
		{"the last day of a calendar limit is worked", "2026-03-02", "15d", "2026-03-17 17:00"},
		{"a month with its corresponding day", "2026-03-16", "1m", "2026-04-16 17:00"},
		{"half a day is four working hours", "2026-03-02 10:00", "0.5wd", "2026-03-02 15:30"},
		{"half a day in the afternoon runs into the next morning", "2026-03-02 15:00", "0.5wd", "2026-03-03 09:30"},
		{"a day and a half: the next day, then four hours", "2026-03-02 10:00", "1.5wd", "2026-03-04 11:30"},
		{"half an hour", "2026-03-02 16:45", "0.5wh", "2026-03-03 07:45"},
		{"within the day", "2026-03-02 10:00", "same-day", "2026-03-02 17:00"},
		{"within the day, but received after 15:00", "2026-03-02 15:01", "same-day after 15:00", "2026-03-03 17:00"},
		{"within the day, received at 15:00 exactly", "2026-03-02 15:00", "same-day after 15:00", "2026-03-02 17:00"},
		{"within the day, received when all is closed", "2026-03-06 18:00", "same-day", "2026-03-09 17:00"},
		{"after 15:00 a limit in days starts a day later", "2026-02-10 15:20", "5wd after 15:00", "2026-02-25 17:00"},
		{"the same visit", "2026-03-02 10:00", "same-visit", "2026-03-02 17:00"},
		{"the same visit at a Saturday desk, at the latest when the office works again", "2026-03-07 09:00", "same-visit", "2026-03-09 17:00"},
		{"returned on Tuesdays and Thursdays", "2026-03-02", "3wd on tue+thu", "2026-03-05 17:00"},
		{"returned on Tuesdays, none too late", "2026-03-04", "3wd on tue", "2026-03-10 17:00"},
		{"returned on Tuesday, which is Tết", "2026-02-11", "1wd on tue", "2026-02-23 17:00"},
		{"returned every Thursday: the first on which it is ready", "2026-03-03", "5wd on thu", "2026-03-12 17:00"},
		{"returned on the 15th of the month, a Sunday", "2026-02-23", "5wd on 15", "2026-03-16 17:00"},
		{"within a working day, received after 15:00 (T17)", "2026-03-05 15:01", "1wd after 15:00", "2026-03-09 17:00"},
		{"within a working day, received before 15:00 (T17)", "2026-03-05 14:59", "1wd after 15:00", "2026-03-06 17:00"},
		{"within the day after 15:00 on the last day before Tết (T17)", "2026-02-13 15:30", "same-day after 15:00", "2026-02-23 17:00"},
		{"returned on the 1st and 15th, a Sunday", "2026-03-02", "3wd on 1+15", "2026-03-16 17:00"},
		{"returned on the 31st of a shorter month", "2026-04-15", "1wd on 31", "2026-05-04 17:00"},
		{"on the thirtieth, off, moves to the next working day", "2026-04-01", "29d", "2026-05-04 17:00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, err := deadline.Compute(at(t, c.start), limit(t, c.limit), deadline.Env{})
			if err != nil || !d.At.Equal(at(t, c.want)) {
				t.Fatalf("%s + %s = %s (%v), want %s\n%s", c.start, c.limit, d.At, err, c.want, strings.Join(d.Explain("vi"), "\n"))
			}
			quick, err := deadline.At(at(t, c.start), limit(t, c.limit), deadline.Env{})
			if err != nil || !quick.Equal(d.At) {
				t.Errorf("without derivation: %s (%v)", quick, err)
			}
			again, err := deadline.Replay(d)
			if err != nil || !again.Equal(d.At) {
				t.Errorf("replayed: %s (%v)\n%s", again, err, strings.Join(d.Explain("vi"), "\n"))
			}
		})
	}
}

// The table of the domain's working calendar, as it stands there.
func TestTheVectorsOfTheWorkingCalendar(t *testing.T) {
	for _, c := range []struct{ start, limit, want string }{
		{"2026-02-13 15:30", "8wh", "2026-02-23 15:30"},
		{"2026-02-12 17:20", "8wh", "2026-02-13 17:00"},
		{"2026-02-14 09:00", "8wh", "2026-02-23 17:00"},
		{"2026-08-21 16:00", "8wh", "2026-08-22 16:00"},
		{"2026-04-24 10:00", "2wh", "2026-04-24 13:30"},
		{"2025-04-25 16:30", "4wh", "2025-04-26 11:00"},
		{"2018-02-12", "5wd", "2018-02-26"},
		{"2023-04-27", "3wd", "2023-05-05"},
		{"2025-04-25", "3wd", "2025-04-29"},
		{"2026-02-10", "5wd", "2026-02-24"},
		{"2026-04-24", "1wd", "2026-04-28"},
		{"2026-11-20", "3wd", "2026-11-26"},
		{"2026-02-03", "15d", "2026-02-23"},
		{"2026-08-16", "15d", "2026-09-03"},
		{"2026-01-31", "1m", "2026-03-02"},
	} {
		// A whole-day vector holds at any hour of receipt, and says the day; by session_end its hour is the close.
		starts := []string{c.start}
		if len(c.start) == len(time.DateOnly) {
			starts = []string{c.start + " 00:00", c.start + " 09:00", c.start + " 16:59", c.start + " 23:59"}
			c.want += " 17:00"
		}
		for _, start := range starts {
			got, err := deadline.At(at(t, start), limit(t, c.limit), deadline.Env{})
			if err != nil || !got.Equal(at(t, c.want)) {
				t.Errorf("%s + %s = %s (%v), want %s", start, c.limit, got, err, c.want)
			}
		}
	}
}

func TestSameClockPolicy(t *testing.T) {
	env := deadline.Env{Policy: deadline.Policy{DueTime: deadline.SameClock}}
	for _, c := range []struct{ name, start, limit, want string }{
		{"at the hour of receipt", "2026-03-02 10:00", "3wd", "2026-03-05 10:00"},
		{"received at lunch counts from 13:00", "2026-03-02 12:00", "1wd", "2026-03-03 13:00"},
		{"received after hours counts from the next morning", "2026-03-02 17:20", "1wd", "2026-03-04 07:30"},
		{"received on Saturday counts from Monday morning", "2026-03-07 09:00", "1wd", "2026-03-10 07:30"},
		{"half a day is half a day under every policy", "2026-03-02 10:00", "0.5wd", "2026-03-02 15:30"},
		{"a day and a half", "2026-03-02 10:00", "1.5wd", "2026-03-03 15:30"},
		{"calendar days still end with the session", "2026-03-02 10:00", "15d", "2026-03-17 17:00"},
	} {
		d, err := deadline.Compute(at(t, c.start), limit(t, c.limit), env)
		if err != nil || !d.At.Equal(at(t, c.want)) {
			t.Errorf("%s: %s + %s = %s (%v), want %s", c.name, c.start, c.limit, d.At, err, c.want)
		}
	}
}

func TestAYearWithoutDataRefusesToCompute(t *testing.T) {
	for _, l := range []string{"5wd", "8wh", "30d", "1m", "same-day", "999wd", "9999wd"} {
		_, err := deadline.Compute(at(t, "2026-12-31 16:30"), limit(t, l), deadline.Env{})
		if l == "same-day" {
			if err != nil {
				t.Errorf("same-day needs no other year: %v", err)
			}
			continue
		}
		if !errors.Is(err, calendar.ErrYearMissing) {
			t.Errorf("%s: %v", l, err)
		}
	}
}
