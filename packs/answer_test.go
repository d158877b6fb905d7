package packs_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/motcua/motcua/internal/eform"
)

// answerer fills in a form as a patient person would: every field that is asked, the
// way'th of its choices, dates within their bounds.
type answerer struct {
	now     time.Time
	way     int
	answers map[string]any
}

type node = map[string]any

func schemaOf(t *testing.T, f *eform.Form) node {
	t.Helper()
	var n node
	if err := json.Unmarshal(f.Schema, &n); err != nil {
		t.Fatal(err)
	}
	return n
}

func at(n node, path string) node {
	for key := range strings.SplitSeq(path, ".") {
		props, _ := n["properties"].(node)
		n, _ = props[key].(node)
	}
	return n
}

func look(m map[string]any, path string) any {
	var v any = m
	for key := range strings.SplitSeq(path, ".") {
		o, _ := v.(map[string]any)
		v = o[key]
	}
	return v
}

func put(m map[string]any, path string, v any) {
	keys := strings.Split(path, ".")
	for _, key := range keys[:len(keys)-1] {
		if m[key] == nil {
			m[key] = map[string]any{}
		}
		m, _ = m[key].(map[string]any)
	}
	m[keys[len(keys)-1]] = v
}

func (a *answerer) holds(c *eform.Condition, item map[string]any) bool {
	if c == nil {
		return true
	}
	v := look(a.answers, c.Path)
	if item != nil && look(item, c.Path) != nil {
		v = look(item, c.Path)
	}
	if c.Filled {
		return v != nil
	}
	want := append(slices.Clone(c.OneOf), c.Equals)
	switch v := v.(type) {
	case bool:
		return slices.Contains(want, map[bool]string{true: "yes", false: "no"}[v])
	case []any:
		return slices.ContainsFunc(v, func(x any) bool { return slices.Contains(want, fmt.Sprint(x)) })
	case string:
		return slices.Contains(want, v)
	}
	return false
}

func (a *answerer) fields(fields []eform.Field, schema node, into, item map[string]any) {
	for _, f := range fields {
		if a.holds(f.When, item) {
			put(into, f.Path, a.answer(f, at(schema, f.Path), item))
		}
	}
}

func (a *answerer) answer(f eform.Field, s node, item map[string]any) any {
	if s["$ref"] != nil {
		return map[string]any{"province": "97", "commune": "97001", "detail": "Số 12 đường Bờ Sông"}
	}
	if options, ok := s["enum"].([]any); ok {
		return options[a.way%len(options)]
	}
	switch s["type"] {
	case "boolean":
		return a.way%2 == 0
	case "integer", "number":
		n := 1.0
		if low, ok := s["minimum"].(float64); ok {
			n = max(n, low)
		}
		return json.Number(fmt.Sprintf("%.0f", n))
	case "array":
		items, _ := s["items"].(node)
		if options, ok := items["enum"].([]any); ok {
			return []any{options[a.way%len(options)], options[(a.way+1)%len(options)]}
		}
		one := map[string]any{}
		a.fields(f.Fields, items, one, one)
		return []any{one}
	}
	near := func(path string) string {
		for _, m := range []map[string]any{item, a.answers} {
			if text, ok := look(m, path).(string); ok && m != nil {
				return text
			}
		}
		return ""
	}
	switch s["format"] {
	case "vn-name":
		return "Nguyễn Văn An"
	case "vn-phone":
		return "0900000101"
	case "email":
		return "an@minhgiang.example"
	case "vn-tax-code":
		return "001090000101"
	case "date", "vn-birth":
		return a.date(f.Bounds, near)
	case "vn-personal-number":
		return number(f.Match, near)
	}
	if s["pattern"] != nil {
		return "0123456789"
	}
	return "Nội dung khai thử"
}

func (a *answerer) date(b *eform.Bounds, near func(string) string) string {
	switch {
	case b == nil:
		return "1990-05-14"
	case b.NotBefore != "":
		return near(b.NotBefore)
	case b.Future:
		return a.now.AddDate(0, 1, 0).Format(time.DateOnly)
	case b.MaxAge > 0 && b.MaxAge < 30:
		return "2022-05-14"
	}
	return "1990-05-14"
}

// number makes a personal number that agrees with the birth and sex it must match.
func number(m *eform.Match, near func(string) string) string {
	year, sex := "1990", "nam"
	if m != nil {
		if birth := near(m.Birth); m.Birth != "" && birth != "" {
			year = birth[:4]
		}
		if s := near(m.Sex); m.Sex != "" && s != "" {
			sex = s
		}
	}
	century := map[string]int{"19": 0, "20": 2}[year[:2]]
	if sex == "nu" {
		century++
	}
	return fmt.Sprintf("001%d%s000101", century, year[2:])
}
