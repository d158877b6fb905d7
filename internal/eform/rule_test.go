package eform

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
)

func ruled(when string) Form {
	return Form{
		ID: "x", Title: "X",
		Schema: json.RawMessage(`{"type": "object", "required": ["name", "kind", "why"], "properties": {"name": {"type": "string", "format": "vn-name"}, "kind": {"enum": ["a", "b"]},
			"area": {"type": "number"}, "born": {"type": "string", "format": "date"}, "on": {"type": "string", "format": "date"}, "why": {"type": "string"},
			"list": {"type": "array", "items": {"type": "object", "properties": {"n": {"type": "integer"}, "m": {"type": "string"}}}}}}`),
		Layout: Layout{Subject: Subject{Name: "name"}, Sections: []Section{{ID: "s", Title: "S", Fields: []Field{
			{Path: "name", Label: "Tên"},
			{Path: "kind", Label: "Loại"},
			{Path: "area", Label: "Diện tích"},
			{Path: "born", Label: "Sinh"},
			{Path: "on", Label: "Ngày khai"},
			{Path: "why", Label: "Vì sao", When: &Condition{Rule: when}},
			{Path: "list", Label: "Mục", ItemOne: "Mục", Fields: []Field{{Path: "n", Label: "Số"}, {Path: "m", Label: "Chữ", When: &Condition{Rule: `muc.n > 2 and don.kind == "a"`}}}},
		}}}},
	}
}

func TestARuleShowsAField(t *testing.T) {
	t.Parallel()
	c, err := Compile(ruled(`don.area > 5 and don.kind == "a"`))
	if err != nil {
		t.Fatal(err)
	}
	shown := func(a Answers, path string) bool {
		for _, q := range c.Questions("s", a) {
			if q.Path == path {
				if q.When == nil || q.When.Path != "" {
					t.Fatalf("a page would judge %+v itself", q.When)
				}
				return q.Shown
			}
		}
		t.Fatalf("%s is not asked", path)
		return false
	}
	small, large := Answers{"kind": "a", "area": json.Number("5")}, Answers{"kind": "a", "area": json.Number("6"), "why": "vì"}
	if shown(small, "why") || !shown(large, "why") || shown(Answers{}, "why") {
		t.Fatal("the rule is not followed")
	}
	small["why"] = "vì"
	if c.Clean(small)["why"] != nil || c.Clean(large)["why"] != "vì" {
		t.Fatal("what is hidden is dropped, what is shown is kept")
	}
	if wrong := c.Validate("", Answers{"name": "Nguyễn Thị Ánh", "kind": "a", "area": json.Number("5")}, Given{}); len(wrong) != 0 {
		t.Fatalf("a hidden field is missed: %v", wrong)
	}
	if wrong := c.Validate("", Answers{"name": "Nguyễn Thị Ánh", "kind": "a", "area": json.Number("6")}, Given{}); len(wrong) != 1 {
		t.Fatalf("a shown field is not missed: %v", wrong)
	}
	// An answer that makes a field appear brings the page again, with the field, before it can be missed.
	p, err := c.Parse("s", url.Values{AskingKey: {"s"}, "name": {"Ánh"}, "kind": {"a"}, "area": {"7"}}, Answers{})
	if err != nil || !p.Again || p.Focus != "why" {
		t.Fatalf("%v %+v", err, p)
	}
	kept := c.Clean(Answers{"kind": "a", "list": []any{map[string]any{"n": json.Number("3"), "m": "x"}, map[string]any{"n": json.Number("1"), "m": "x"}}})
	if kept.At("list[0].m") != "x" || kept.At("list[1].m") != nil {
		t.Fatalf("items: %v", kept)
	}
}

func TestRulesOfAFormAreChecked(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, when, want string }{
		{"a field that is asked later", "co(don.list)", "condition-rule"},
		{"a name nobody knows", "don.aera > 5", "don.area"},
		{"what day it is", "tuoi(don.born) > 5", "condition-rule"},
		{"the way of filing", `ho_so.kenh == "online"`, "condition-rule"},
		{"always so", `don.kind == "a" or don.kind == "b"`, "condition-constant"},
		{"the age on a day that was declared", "tuoi(don.born, don.on) > 5", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := Check(ruled(c.when))
			if (len(got) > 0) != (c.want != "") || len(got) > 0 && !strings.Contains(got[0].Error(), c.want) {
				t.Fatal(got)
			}
		})
	}
	both := ruled(`don.kind == "a"`)
	both.Layout.Sections[0].Fields[5].When.Path = "kind"
	if got := Check(both); len(got) == 0 || got[0].Code != "condition-ways" {
		t.Fatal(got)
	}
}
