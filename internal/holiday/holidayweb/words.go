package holidayweb

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/deadline"
	"github.com/motcua/motcua/internal/holiday"
	"github.com/motcua/motcua/internal/viet"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

func english(ctx context.Context) bool { return lang.From(ctx) == lang.EN }

func when(ctx context.Context, t time.Time) string {
	switch {
	case t.IsZero():
		return "–"
	case english(ctx):
		return viet.DateTimeEnglish(t)
	}
	return viet.DateTime(t)
}

// weekday writes a day with its weekday, date without.
func weekday(ctx context.Context, d calendar.Date) string {
	if english(ctx) {
		return viet.DayEnglish(d.At(0))
	}
	return upperFirst(viet.Day(d.At(0)))
}

// upperFirst begins a cell of a table as a sentence begins.
func upperFirst(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}

func date(ctx context.Context, d calendar.Date) string {
	switch {
	case d.IsZero():
		return "–"
	case english(ctx):
		return viet.DateEnglish(d.At(0))
	}
	return viet.Date(d.At(0))
}

func count(ctx context.Context, n int) string { return component.Number(ctx, n) }

func nameOf(ctx context.Context, e calendar.Exception) string {
	if english(ctx) {
		return cmp.Or(e.NameEn, e.Name)
	}
	return e.Name
}

// agencyName is the agency's name as of today, or its id.
func (d room) agencyName(ctx context.Context, id agency.ID) string {
	a, ok := d.Catalogue().Tree().Ever(id)
	switch {
	case !ok:
		return string(id)
	case english(ctx):
		return cmp.Or(a.NameEn, a.Name)
	}
	return a.Name
}

var tones = map[deadline.Verdict]component.Tone{deadline.Moved: component.DueSoon, deadline.Kept: component.InTime, deadline.Untouched: component.Neutral}

func verdict(ctx context.Context, v deadline.Verdict) string {
	return lang.T(ctx, "holiday.verdict."+string(v))
}

// sentence says a refusal with its days written as people do.
func sentence(ctx context.Context, err error) string {
	f, ok := asRefusal(err)
	if !ok {
		return ""
	}
	if iso, ok := f.Args["date"].(string); ok {
		if d, err := calendar.ParseDate(iso); err == nil {
			f = f.With("date", date(ctx, d))
		}
	}
	return web.ErrorText(ctx, f)
}

// readDays reads days as people list them: "16/03/2026, 17/03/2026", one a line, or a span "16/03/2026 đến 20/03/2026".
// It returns the first words that are no day. Weekend days inside a span are passed over: they are off anyway.
func readDays(text string) (days []calendar.Date, bad string) {
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ';' || r == '\n' }) {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		first, last, span := part, "", false
		for _, word := range []string{"đến", "–", " to ", "->"} {
			if a, b, ok := strings.Cut(part, word); ok {
				first, last, span = strings.TrimSpace(a), strings.TrimSpace(b), true
				break
			}
		}
		from, ok := web.ReadDate(first)
		if !ok {
			return days, part
		}
		d := calendar.NewDate(from.Year(), from.Month(), from.Day())
		if !span {
			days = append(days, d)
			continue
		}
		until, ok := web.ReadDate(last)
		end := calendar.NewDate(until.Year(), until.Month(), until.Day())
		if !ok || end.Before(d) || end.Sub(d) > 4*holiday.MaxDays {
			return days, part
		}
		for ; !end.Before(d); d = d.AddDays(1) {
			if w := d.Weekday(); w != time.Saturday && w != time.Sunday {
				days = append(days, d)
			}
		}
	}
	return days, ""
}

// hoursText writes the sessions of a week, days of equal hours together: "thứ Hai – thứ Sáu: 07:30–11:30, 13:00–17:00".
func hoursText(ctx context.Context, week [7]calendar.Hours) string {
	var lines []string
	order := [...]time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday, time.Sunday}
	for i := 0; i < len(order); {
		h := week[order[i]]
		j := i
		for j+1 < len(order) && slices.Equal(week[order[j+1]], h) {
			j++
		}
		if len(h) > 0 {
			name := lang.T(ctx, "holiday.weekday."+weekdayKeys[order[i]])
			if j > i {
				name += " – " + lang.T(ctx, "holiday.weekday."+weekdayKeys[order[j]])
			}
			lines = append(lines, name+": "+strings.ReplaceAll(strings.ReplaceAll(h.String(), "-", "–"), ",", ", "))
		}
		i = j + 1
	}
	return strings.Join(lines, "; ")
}

var weekdayKeys = [...]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}
