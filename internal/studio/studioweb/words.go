package studioweb

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/studio"
	"github.com/motcua/motcua/internal/viet"
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

// day writes a local day (yyyy-mm-dd) as people do; what is no day stays as it is.
func day(ctx context.Context, iso string) string {
	t, err := time.ParseInLocation(time.DateOnly, iso, calendar.Zone)
	switch {
	case err != nil:
		return iso
	case english(ctx):
		return viet.DateEnglish(t)
	}
	return viet.Date(t)
}

// typedDay is a day as it is typed into a field.
func typedDay(iso string) string {
	t, err := time.ParseInLocation(time.DateOnly, iso, calendar.Zone)
	if err != nil {
		return iso
	}
	return viet.Date(t)
}

func dash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

func kindName(ctx context.Context, k studio.Kind) string {
	return lang.T(ctx, "studio.kind."+string(k))
}

// docName is what people call a document: its kind, and its id or title.
func docName(ctx context.Context, k studio.Key, title string) string {
	name := kindName(ctx, k.Kind)
	switch {
	case k.Kind.Whole():
		return name
	case strings.HasPrefix(viet.Fold(title), viet.Fold(name)): // "Quy trình cấp xã" says what it is
		return title
	case title == "" || title == k.ID:
		return name + " " + k.ID
	}
	return name + " “" + title + "”"
}

var tones = map[studio.State]component.Tone{
	studio.Draft: component.Neutral, studio.Proposed: component.DueSoon, studio.Rejected: component.Overdue, studio.Withdrawn: component.Paused,
	studio.Published: component.Done,
}

func stateName(ctx context.Context, s studio.State) string {
	return lang.T(ctx, "studio.state."+string(s))
}

// person names who acted, in the place of whom.
func (d room) person(ctx context.Context, a journal.Actor) string {
	name := dash(d.Name(a.Person))
	if a.Behalf != "" {
		name = lang.T(ctx, "studio.behalf", "name", name, "of", dash(d.Name(a.Behalf)))
	}
	return name
}

func (d room) agencyName(ctx context.Context, id agency.ID) string {
	a, ok := d.Catalogue().Tree().Ever(id)
	switch {
	case !ok:
		return string(id)
	case english(ctx) && a.NameEn != "":
		return a.NameEn
	}
	return a.Name
}

// scope says where and how long a publication holds.
func (d room) scope(ctx context.Context, s studio.Scope) string {
	if !s.Pilot() {
		return lang.T(ctx, "studio.scope.all")
	}
	names := make([]string, len(s.Only))
	for i, id := range s.Only {
		names[i] = d.agencyName(ctx, id)
	}
	slices.Sort(names)
	where := strings.Join(names, "; ")
	if where == "" {
		where = lang.T(ctx, "studio.scope.everywhere")
	}
	if s.Until == "" {
		return lang.T(ctx, "studio.scope.pilot", "where", where)
	}
	return lang.T(ctx, "studio.scope.pilot-until", "where", where, "until", day(ctx, lastDay(s.Until)))
}

// lastDay is the day before an end that is not counted.
func lastDay(until string) string {
	d, err := calendar.ParseDate(until)
	if err != nil {
		return until
	}
	return d.AddDays(-1).String()
}

func clip(text string, most int) string {
	text = strings.Join(strings.Fields(text), " ")
	if r := []rune(text); len(r) > most {
		return string(r[:most]) + "…"
	}
	return text
}

// sourceLines cuts a text into lines; the last end of line makes none.
func sourceLines(text string) []string {
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
}
