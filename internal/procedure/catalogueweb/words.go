package catalogueweb

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/deadline"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/viet"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

func english(ctx context.Context) bool { return lang.From(ctx) == lang.EN }

func when(ctx context.Context, t time.Time) string {
	if english(ctx) {
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

func count(ctx context.Context, n int) string { return component.Number(ctx, n) }

func spanOf(ctx context.Context, from, to, of int) string {
	return lang.T(ctx, "catalogue.span", "from", count(ctx, from), "to", count(ctx, to), "of", count(ctx, of))
}

// reason says why something is marked; a reason of a newer importer is shown by its key.
func reason(ctx context.Context, key string) string {
	return known(ctx, "mark.", key)
}

// known is the text of prefix+key, or the key itself where there is none.
func known(ctx context.Context, prefix, key string) string {
	if text, ok := lang.Lookup(lang.From(ctx), prefix+key); ok {
		return text
	}
	return key
}

// field names a place inside a version: "channels[online].limits[0].limit" is
// "Cách thức thực hiện (trực tuyến) › Thời hạn 1 › Thời hạn".
func field(ctx context.Context, path string) string {
	var parts []string
	for seg := range strings.SplitSeq(path, ".") {
		name, index, _ := strings.Cut(strings.TrimSuffix(seg, "]"), "[")
		// Codes have points of their own, within brackets; what was cut there is put back.
		if n := len(parts); n > 0 && strings.Contains(parts[n-1], "\x00") {
			parts[n-1] += "." + strings.TrimSuffix(seg, "]")
			if strings.HasSuffix(seg, "]") {
				parts[n-1] = strings.Replace(parts[n-1], "\x00", "", 1) + ")"
			}
			continue
		}
		text := known(ctx, "catalogue.field.", name)
		switch i, err := strconv.Atoi(index); {
		case index == "":
		case !strings.HasSuffix(seg, "]"):
			text += " (\x00" + index
		case err == nil:
			text += " " + count(ctx, i+1)
		default:
			text += " (" + known(ctx, "catalogue.channel.", index) + ")"
		}
		parts = append(parts, text)
	}
	return strings.ReplaceAll(strings.Join(parts, " › "), "\x00", "")
}

// value says a value of a version in words where it is no text of the source.
func value(ctx context.Context, path, v string) string {
	last := path[strings.LastIndexByte(path, '.')+1:]
	switch last {
	case "limit":
		return limit(ctx, v)
	case "kind":
		if strings.HasPrefix(path, "channels") {
			v = known(ctx, "catalogue.channel.", v)
			return known(ctx, "catalogue.fee.", v)
		}
	case "online":
		return known(ctx, "catalogue.online.", v)
	case "reason":
		return reason(ctx, v)
	case "known", "counted", "required", "note", "same_visit":
		return known(ctx, "catalogue.value.", v)
	}
	if strings.HasPrefix(last, "levels[") {
		return known(ctx, "catalogue.level.", v)
	}
	return v
}

// limit says a time limit in words; one that cannot be read is shown as it is kept.
func limit(ctx context.Context, text string) string {
	l, err := deadline.ParseLimit(text)
	if err != nil {
		return text
	}
	return l.Text(string(lang.From(ctx)))
}

func levels(ctx context.Context, v *procedure.Version) string {
	names := make([]string, len(v.Levels))
	for i, l := range v.Levels {
		names[i] = known(ctx, "catalogue.level.", string(l))
	}
	if len(names) == 0 {
		return v.LevelText
	}
	return strings.Join(names, ", ")
}

func agencyName(ctx context.Context, a agency.Agency) string {
	if english(ctx) && a.NameEn != "" {
		return a.NameEn
	}
	return a.Name
}

// clip shortens a text for one line of a list.
func clip(text string, most int) string {
	text = strings.Join(strings.Fields(text), " ")
	if r := []rune(text); len(r) > most {
		return string(r[:most]) + "…"
	}
	return text
}

// excerpt shows where two texts part: what they share at both ends is cut down to a few words.
func excerpt(before, after string) (was, is string) {
	const around, most = 40, 400
	a, b := []rune(before), []rune(after)
	if len(a) <= most && len(b) <= most {
		return before, after
	}
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	cut := func(r []rune) string {
		from, to := max(head-around, 0), min(len(r)-tail+around, len(r))
		end := min(to, from+most)
		text := string(r[from:end])
		if from > 0 {
			text = "…" + text
		}
		if end < len(r) {
			text += "…"
		}
		return text
	}
	return cut(a), cut(b)
}

// crumbs lead back to the room.
func crumbs(ctx context.Context, here string) []component.Crumb {
	return []component.Crumb{{Text: lang.T(ctx, "catalogue.title"), Href: pathRoom}, {Text: here}}
}
