package eform

import (
	"strings"
	"time"
	"unicode/utf8"
)

// zone is Vietnam's: a form's "today" is the day here, wherever the server stands.
var zone = time.FixedZone("ICT", 7*60*60)

// layout judges what the schema cannot say: lengths it leaves open, dates against today
// and against each other, numbers against birth and sex, units against the list of units.
func (j *judge) layout(given Given) {
	for _, q := range j.c.questions {
		if q.group != nil || !j.see[q.path] {
			continue
		}
		v := lookup(j.kept, q.keys)
		if q.widget != Group {
			j.rules(q, q.path, v, nil, given)
			continue
		}
		list, _ := v.([]any)
		if _, most := q.bounds(); len(list) > most {
			args := limit(q, most)
			args["item"] = q.item()
			j.add(q.path, q, rankRule, "fewer-items", args)
		}
		for i, x := range list {
			item, _ := x.(map[string]any)
			for _, in := range q.inner {
				j.rules(in, itemPath(q.path, i)+"."+in.field.Path, lookup(item, in.keys), item, given)
			}
		}
	}
}

func (j *judge) rules(q *question, path string, v any, item map[string]any, given Given) {
	if v == nil {
		return
	}
	switch q.widget {
	case Place:
		j.address(q, path, addressOf(v), given.Places)
	case Date:
		if q.field.Bounds != nil && checkBirth(text(v)) == "" {
			j.date(q, path, text(v), item, given.Now)
		}
	case PersonalNumber:
		if q.field.Match != nil && checkPersonalNumber(text(v)) == "" {
			j.match(q, path, text(v), item)
		}
	case Text, TextArea, NameText, Choice, Select, Email:
		if most := q.maxLength(); utf8.RuneCountInString(text(v)) > most {
			j.add(path, q, rankRule, "too-long", limit(q, most))
		}
		if q.format() == "vn-place" && given.Places != nil && checkPlaceShape(text(v)) == "" {
			if _, ok := given.Places.Unit(text(v)); !ok {
				j.add(path, q, rankRule, "place", nil)
			}
		}
	}
}

func (j *judge) address(q *question, path string, a Address, places Places) {
	detail := maxLine
	if s := deref(property(q.schema, "detail", 0)); s != nil && s.MaxLength != nil {
		detail = *s.MaxLength
	}
	if utf8.RuneCountInString(a.Detail) > detail {
		j.add(path+".detail", q, rankRule, "too-long", limit(q, detail))
	}
	if places == nil {
		return
	}
	if a.Province != "" {
		if u, ok := places.Unit(a.Province); !ok || u.Province != "" {
			j.add(path+".province", q, rankShape, "required-province", nil)
			return
		}
	}
	if a.Commune != "" {
		u, ok := places.Unit(a.Commune)
		switch {
		case !ok || u.Province == "":
			j.add(path+".commune", q, rankShape, "required-commune", nil)
		case a.Province != "" && u.Province != a.Province:
			j.add(path+".commune", q, rankRule, "commune-elsewhere", map[string]any{"label": q.inSentence(), "province": unitName(places, a.Province)})
		}
	}
}

// near reads a single answer that a rule names: of the same item first.
func (j *judge) near(path string, item map[string]any) string {
	keys := strings.Split(path, ".")
	if item != nil {
		if s := text(lookup(item, keys)); s != "" {
			return s
		}
	}
	return text(lookup(j.kept, keys))
}

func (j *judge) date(q *question, path, day string, item map[string]any, now time.Time) {
	b := q.field.Bounds
	today := now.In(zone).Format(time.DateOnly)
	// A month or a year alone is judged by its kindest day: the rule refuses only what is surely wrong.
	first, last := day, day
	switch len(day) {
	case len("2006"):
		first, last = day+"-01-01", day+"-12-31"
	case len("2006-01"):
		first, last = day+"-01", day+"-31"
	}
	say := func(code, limit string) {
		j.add(path, q, rankRule, code, map[string]any{"label": q.inSentence(), "limit": limit})
	}
	switch {
	case b.Past && first > today:
		say("date-future", ShowDate(today))
	case b.Future && last < today:
		say("date-past", ShowDate(today))
	case b.From != "" && last < b.From:
		say("date-from", ShowDate(b.From))
	case b.Until != "" && first > b.Until:
		say("date-until", ShowDate(b.Until))
	case b.MinAge > 0 && first > yearsBack(now, b.MinAge):
		j.add(path, q, rankRule, "min-age", limit(q, b.MinAge))
	case b.MaxAge > 0 && last <= yearsBack(now, b.MaxAge+1):
		j.add(path, q, rankRule, "max-age", limit(q, b.MaxAge))
	case b.NotBefore != "":
		other := j.near(b.NotBefore, item)
		if checkBirth(other) != "" || last >= other {
			return
		}
		o, _ := j.c.find(b.NotBefore)
		if q.group != nil && j.c.by[q.group.path+"[]."+b.NotBefore] != nil {
			o = j.c.by[q.group.path+"[]."+b.NotBefore]
		}
		if o != nil {
			j.add(path, q, rankRule, "date-before", map[string]any{"label": q.inSentence(), "other": o.inSentence(), "limit": ShowDate(other)})
		}
	}
}

// yearsBack returns the last day of birth of those who have n full years today. Who was
// born on 29 February has the birthday on 1 March in common years.
func yearsBack(now time.Time, n int) string {
	t := now.In(zone)
	y, m, d := t.Date()
	if m == time.February && d == 29 && time.Date(y-n, m, d, 0, 0, 0, 0, zone).Month() != m {
		d = 28
	}
	return time.Date(y-n, m, d, 0, 0, 0, 0, zone).Format(time.DateOnly)
}

func (j *judge) match(q *question, path, number string, item map[string]any) {
	m := q.field.Match
	year, sex := bornAs(number)
	if m.Birth != "" {
		if birth := j.near(m.Birth, item); checkBirth(birth) == "" && birth[:4] != text4(year) {
			j.add(path, q, rankRule, "personal-number-birth", nil)
			return
		}
	}
	if m.Sex != "" {
		if s := j.near(m.Sex, item); (s == "nam" || s == "nu") && s != sex {
			j.add(path, q, rankRule, "personal-number-sex", nil)
		}
	}
}

func text4(year int) string {
	return time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC).Format("2006")
}
