package procedureweb

import (
	"context"
	"fmt"
	"slices"
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

func itoa(n int) string { return strconv.Itoa(n) }

func english(ctx context.Context) bool { return lang.From(ctx) == lang.EN }

func money(ctx context.Context, dong int64) string {
	if english(ctx) {
		return viet.MoneyEnglish(dong)
	}
	return viet.Money(dong)
}

// dayText writes a stored day, yyyy-mm-dd, as people read it.
func dayText(ctx context.Context, day string) string {
	t, err := time.ParseInLocation(time.DateOnly, day, calendar.Zone)
	if err != nil {
		return day
	}
	if english(ctx) {
		return viet.DateEnglish(t)
	}
	return viet.Date(t)
}

func momentText(ctx context.Context, t time.Time) string {
	if english(ctx) {
		return viet.DateTimeEnglish(t)
	}
	return viet.DateTime(t)
}

// term is one value of a channel: a time limit or an amount, when it applies, and what is unclear about it.
type term struct {
	Text    string
	Case    string // as the source says it
	Unclear string // what the source leaves open; empty when it is clear
}

// marks finds what the importer could not understand, by field.
func marks(v *procedure.Version) map[string]procedure.Mark {
	out := make(map[string]procedure.Mark, len(v.Marks))
	for _, m := range v.Marks {
		out[m.Field] = m
	}
	return out
}

// noInformation are the source's words for an empty cell.
func noInformation(s string) bool { return s == "" || strings.EqualFold(s, "Không có thông tin") }

func limitTerm(ctx context.Context, l procedure.TimeLimit, m procedure.Mark) term {
	t := term{Case: l.Case}
	if limit, err := deadline.ParseLimit(l.Limit); l.Limit != "" && err == nil {
		t.Text = limit.Text(string(lang.From(ctx)))
		switch m.Reason {
		case "limit.plain-hours":
			t.Unclear = lang.T(ctx, "procedure.limit.plain-hours", "words", l.Verbatim)
		case "limit.note-differs":
			t.Unclear = lang.T(ctx, "procedure.limit.note-differs")
		}
		return t
	}
	switch {
	case noInformation(l.Verbatim):
		t.Unclear = lang.T(ctx, "procedure.limit.missing")
	case m.Reason == "limit.no-unit":
		t.Text, t.Unclear = quoted(ctx, l.Verbatim), lang.T(ctx, "procedure.limit.no-unit")
	default:
		t.Text, t.Unclear = quoted(ctx, l.Verbatim), lang.T(ctx, "procedure.limit.unclear")
	}
	return t
}

func feeTerm(ctx context.Context, f procedure.Fee, m procedure.Mark) term {
	t := term{Case: f.Case}
	kind := lang.T(ctx, "procedure.fee.any")
	switch f.Kind {
	case "phi":
		kind = lang.T(ctx, "procedure.fee.phi")
	case "le_phi":
		kind = lang.T(ctx, "procedure.fee.le-phi")
	}
	if f.Name != "" {
		kind = f.Name
	}
	switch {
	case f.Known && f.Amount == 0:
		t.Text = lang.T(ctx, "procedure.fee.free")
	case f.Known:
		t.Text = lang.T(ctx, "procedure.fee.amount", "kind", kind, "amount", money(ctx, f.Amount))
	case noInformation(withoutCase(f)):
		t.Unclear = lang.T(ctx, "procedure.fee.missing")
	case m.Reason == "fee.free-with-conditions":
		t.Text, t.Unclear = quoted(ctx, withoutCase(f)), lang.T(ctx, "procedure.fee.conditional")
	case m.Reason == "fee.foreign-currency":
		t.Text = quoted(ctx, withoutCase(f))
	default:
		t.Text, t.Unclear = quoted(ctx, withoutCase(f)), lang.T(ctx, "procedure.fee.unclear")
	}
	return t
}

// withoutCase leaves out of the source's words the part that stands beside them as the case.
func withoutCase(f procedure.Fee) string {
	if f.Case == "" {
		return f.Verbatim
	}
	return strings.TrimSpace(strings.Replace(f.Verbatim, "("+f.Case+")", "", 1))
}

func quoted(ctx context.Context, words string) string {
	return lang.T(ctx, "procedure.quoted", "words", words)
}

func channelName(ctx context.Context, kind string) string {
	switch kind {
	case procedure.Direct:
		return lang.T(ctx, "procedure.channel.direct")
	case procedure.Online:
		return lang.T(ctx, "procedure.channel.online")
	case procedure.Post:
		return lang.T(ctx, "procedure.channel.post")
	}
	return kind
}

// limitShort is the time limit in a few words: the one all channels share, else the range of what is known.
func limitShort(ctx context.Context, v *procedure.Version) string {
	if v.SameVisit {
		return deadline.NewLimit(0, deadline.SameVisit).Text(string(lang.From(ctx)))
	}
	var known []string
	unknown := false
	for _, c := range v.Channels {
		for _, l := range c.Limits {
			limit, err := deadline.ParseLimit(l.Limit)
			if l.Limit == "" || err != nil {
				unknown = true
			} else if text := limit.Text(string(lang.From(ctx))); !slices.Contains(known, text) {
				known = append(known, text)
			}
		}
	}
	switch {
	case len(known) == 0:
		return lang.T(ctx, "procedure.limit.short-unclear")
	case len(known) == 1 && !unknown:
		return known[0]
	case len(known) == 2 && !unknown:
		return lang.T(ctx, "procedure.limit.short-two", "a", known[0], "b", known[1])
	}
	return lang.T(ctx, "procedure.limit.short-depends", "a", known[0])
}

// feeShort is what it costs in a few words.
func feeShort(ctx context.Context, v *procedure.Version) string {
	var known []int64
	unknown := false
	for _, c := range v.Channels {
		for _, f := range c.Fees {
			if !f.Known {
				unknown = true
			} else if !slices.Contains(known, f.Amount) {
				known = append(known, f.Amount)
			}
		}
	}
	slices.Sort(known)
	switch {
	case len(known) == 0:
		return lang.T(ctx, "procedure.fee.short-unclear")
	case unknown:
		return lang.T(ctx, "procedure.fee.short-depends")
	case len(known) == 1 && known[0] == 0:
		return lang.T(ctx, "procedure.fee.free")
	case len(known) == 1:
		return money(ctx, known[0])
	}
	return lang.T(ctx, "procedure.fee.short-range", "a", money(ctx, known[0]), "b", money(ctx, known[len(known)-1]))
}

// onlineLevel says how far the service goes online.
// law: ND224-2026 14
func onlineLevel(ctx context.Context, v *procedure.Version) string {
	switch v.Online {
	case "full":
		return lang.T(ctx, "procedure.online.full")
	case "partial":
		return lang.T(ctx, "procedure.online.partial")
	case "none":
		return lang.T(ctx, "procedure.online.none")
	}
	return lang.T(ctx, "procedure.online.unstated")
}

func levelName(ctx context.Context, l agency.Level) string {
	return lang.T(ctx, "procedure.level."+string(l))
}

func levelsText(ctx context.Context, v *procedure.Version) string {
	if v.LevelText != "" && !english(ctx) {
		return v.LevelText
	}
	names := make([]string, len(v.Levels))
	for i, l := range v.Levels {
		names[i] = levelName(ctx, l)
	}
	if len(names) == 0 {
		return v.LevelText
	}
	return strings.Join(names, ", ")
}

// agencyShort names who resolves the procedure in a few words.
func agencyShort(ctx context.Context, e edition, o procedure.Offer) string {
	switch {
	case o.ByCommune && len(o.Agencies) > 0:
		return lang.T(ctx, "procedure.by-commune-short")
	case len(o.Agencies) == 0:
		if o.Version.Executor != "" {
			return o.Version.Executor
		}
		return o.Version.Authority
	}
	name := e.agencyName(ctx, o.Agencies[0])
	if n := len(o.Agencies) - 1; n > 0 {
		return lang.T(ctx, "procedure.and-more", "name", name, "n", n)
	}
	return name
}

func (e edition) agencyName(ctx context.Context, id agency.ID) string {
	a, ok := e.cat.Tree().At(id, e.dayText)
	if !ok {
		a, _ = e.cat.Tree().Ever(id)
	}
	if english(ctx) && a.NameEn != "" {
		return a.NameEn
	}
	return a.Name
}

// copies says how many of a paper are asked for.
func copies(ctx context.Context, c procedure.Component) string {
	var parts []string
	if c.Originals > 0 {
		parts = append(parts, lang.T(ctx, "procedure.paper.originals."+plural(c.Originals), "n", c.Originals))
	}
	if c.Copies > 0 {
		parts = append(parts, lang.T(ctx, "procedure.paper.copies."+plural(c.Copies), "n", c.Copies))
	}
	if len(parts) == 0 {
		if c.Counted {
			return lang.T(ctx, "procedure.paper.no-count")
		}
		return lang.T(ctx, "procedure.paper.count-unstated")
	}
	return strings.Join(parts, ", ")
}

// plural is the form of a counted word; Vietnamese has one, English two.
func plural(n int) string {
	if n == 1 {
		return "one"
	}
	return "many"
}

// weekdays in the order of the week, as packs name them.
var weekdays = [...]string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

// hoursLines writes office hours, days with equal hours together: "Thứ Hai đến thứ Sáu: 07:30–11:30, 13:00–17:00".
func hoursLines(ctx context.Context, sessions map[string]string) []string {
	var out []string
	for i := 0; i < len(weekdays); {
		j := i + 1
		text := sessions[weekdays[i]]
		for j < len(weekdays) && sessions[weekdays[j]] == text {
			j++
		}
		if text != "" {
			shown := strings.NewReplacer("-", "\u2060–\u2060", ",", ", ").Replace(text) // a session is not broken over two lines
			from, to := lang.T(ctx, "week."+weekdays[i]), lang.T(ctx, "week."+weekdays[j-1])
			if j-i == 1 {
				out = append(out, fmt.Sprintf("%s: %s", from, shown))
			} else {
				out = append(out, lang.T(ctx, "week.span", "from", from, "to", lowerFirst(ctx, to), "hours", shown))
			}
		}
		i = j
	}
	return out
}

// lowerFirst writes a day's name inside a sentence: "thứ Sáu".
func lowerFirst(ctx context.Context, day string) string {
	if english(ctx) {
		return day
	}
	return strings.Replace(day, "Thứ", "thứ", 1)
}

// shorten cuts a long name at a word, for titles and crumbs.
func shorten(s string, most int) string {
	r := []rune(s)
	if len(r) <= most {
		return s
	}
	cut := string(r[:most])
	if i := strings.LastIndexByte(cut, ' '); i > most/2 {
		cut = cut[:i]
	}
	return strings.TrimRight(cut, " ,;:–-") + "…"
}

func number(ctx context.Context, n int) string { return component.Number(ctx, n) }
