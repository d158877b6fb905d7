package eform

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/motcua/motcua/internal/viet"
)

// SectionSummary is one section of the answers as people read it.
type SectionSummary struct {
	ID    string
	Title string
	Rows  []Row
}

// Row is one answer. Value is in Vietnamese notation and empty when a question was left
// open; a repeated group has Items instead.
type Row struct {
	Path  string
	Label string
	Value string
	Items []Item
}

// Item is one item of a repeated group.
type Item struct {
	Title string // "Người con 1": what one item is called, and its number
	Rows  []Row
}

// Summary writes the answers for reading: to check before sending, for the officer, for
// print. It holds every question that is asked, in order, and nothing that is hidden.
func (c *Compiled) Summary(a Answers, places Places) []SectionSummary {
	kept, see := c.clean(a)
	var out []SectionSummary
	for _, s := range c.sections {
		if !s.when.holds(kept, nil) {
			continue
		}
		sum := SectionSummary{ID: s.def.ID, Title: s.def.Title}
		for _, q := range s.questions {
			if see[q.path] {
				sum.Rows = append(sum.Rows, q.row(q.path, lookup(kept, q.keys), see, places))
			}
		}
		if len(sum.Rows) > 0 {
			out = append(out, sum)
		}
	}
	return out
}

func (q *question) row(path string, v any, see shown, places Places) Row {
	r := Row{Path: path, Label: q.field.Label}
	if q.field.Short != "" {
		r.Label = capital(q.field.Short)
	}
	switch q.widget {
	case Group:
		list, _ := v.([]any)
		for i, x := range list {
			item, _ := x.(map[string]any)
			it := Item{Title: q.itemTitle(i)}
			for _, in := range q.inner {
				if at := itemPath(path, i) + "." + in.field.Path; see[at] {
					it.Rows = append(it.Rows, in.row(at, lookup(item, in.keys), see, places))
				}
			}
			r.Items = append(r.Items, it)
		}
	default:
		r.Value = q.read(v, places)
	}
	return r
}

// read writes a value as people read it.
func (q *question) read(v any, places Places) string {
	if v == nil {
		return ""
	}
	switch q.widget {
	case Place:
		return addressOf(v).Line(places)
	case Checks:
		list, _ := v.([]any)
		labels := make([]string, len(list))
		for i, x := range list {
			labels[i] = q.label(text(x))
		}
		return strings.Join(labels, "; ")
	case Choice, Select:
		return q.label(text(v))
	case Money:
		if n, ok := number(v); ok {
			return q.dong(n.String())
		}
	case YesNo:
		if b, ok := v.(bool); ok {
			return q.yesNo(b)
		}
	case Text:
		if q.format() == "vn-place" {
			return unitName(places, text(v))
		}
	}
	return q.notation(v)
}

func (q *question) itemTitle(i int) string { return capital(q.item()) + " " + strconv.Itoa(i+1) }

func (q *question) yesNo(b bool) string {
	switch {
	case q.english && b:
		return "Yes"
	case q.english:
		return "No"
	case b:
		return "Có"
	}
	return "Không"
}

func (q *question) dong(amount string) string {
	n, err := strconv.ParseInt(amount, 10, 64)
	switch {
	case err != nil:
		return ShowNumber(amount)
	case q.english:
		return viet.MoneyEnglish(n)
	}
	return viet.Money(n)
}

func capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}
