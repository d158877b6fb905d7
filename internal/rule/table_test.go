package rule

import (
	"strings"
	"testing"

	"github.com/motcua/motcua/lang"
)

func tariff() Table {
	return Table{
		Inputs:  []Input{{Expr: "don.loai"}, {Expr: "don.dien_tich"}, {Expr: "don.nuoc_ngoai"}},
		Outputs: []Output{{ID: "amount", Type: Money, Label: "Lệ phí"}, {ID: "limit", Type: Limit, Label: "Thời hạn"}},
		Rows: []Row{
			{If: []Cell{"nha-o", "<= 500", "-"}, Then: map[string]Cell{"amount": "75000", "limit": "15wd"}, Note: "điểm a"},
			{If: []Cell{"nha-o, khac", "> 500"}, Then: map[string]Cell{"amount": "75000 + don.so_tang * 1000", "limit": "20wd"}},
			{If: []Cell{"kho", "100..200", "không"}, Then: map[string]Cell{"amount": "100000", "limit": "8wh"}},
			{Then: map[string]Cell{"amount": "150000", "limit": "30wd"}},
		},
	}
}

func TestATableDecidesByItsFirstRowThatHolds(t *testing.T) {
	t.Parallel()
	d, ps := CompileTable(tariff(), schema())
	if d == nil {
		t.Fatal(ps)
	}
	for _, c := range []struct {
		name, answers string
		row           int
		amount        int64
		limit         string
	}{
		{"a small house", `{"loai": "nha-o", "dien_tich": 500, "so_tang": 2}`, 0, 75000, "15wd"},
		{"a large house pays by storey", `{"loai": "nha-o", "dien_tich": 501, "so_tang": 2}`, 1, 77000, "20wd"},
		{"a store without foreigners", `{"loai": "kho", "dien_tich": 100, "nuoc_ngoai": false}`, 2, 100000, "8wh"},
		{"an unanswered question is not no", `{"loai": "kho", "dien_tich": 100}`, 3, 150000, "30wd"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, ok := d.Decide(values(t, c.answers))
			if !ok || got.Row != c.row || got.Out["amount"].Amount != c.amount || got.Out["limit"].Text != c.limit {
				t.Fatalf("%v %+v", ok, got)
			}
		})
	}
	if s := d.Study(); s.Gap != nil {
		t.Fatalf("the last row leaves no gap: %v", s.Gap)
	}
	said := d.Say(lang.VI)
	if want := "Nếu loại là “Nhà ở” và diện tích không quá 500 thì lệ phí là 75.000 đồng, thời hạn là 15 ngày làm việc."; said[0] != want {
		t.Fatalf("\n got %s\nwant %s", said[0], want)
	}
	if want := "Các trường hợp khác: lệ phí là 150.000 đồng, thời hạn là 30 ngày làm việc."; said[3] != want {
		t.Fatalf("\n got %s\nwant %s", said[3], want)
	}
	if _, ok := d.Decide(values(t, `{"loai": "nha-o", "dien_tich": 501}`)); ok {
		t.Fatal("a sum over an absent answer is no sum")
	}
}

func TestTablesThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(*Table)
		at     string
		code   string
	}{
		{"a row below the one that takes everything", func(b *Table) { b.Rows = append(b.Rows, b.Rows[0]) }, "rows[4]", "row-covered"},
		{"a row that never holds", func(b *Table) { b.Rows[2].If[1] = "300..200" }, "rows[2]", "row-never"},
		{"two rows at once where only one may hold", func(b *Table) { b.Hit = HitUnique; b.Rows = b.Rows[:3]; b.Rows[1].If[1] = ">= 500" }, "rows[1]", "rows-overlap"},
		{"a cell that is no option", func(b *Table) { b.Rows[0].If[0] = "nha" }, "rows[0].if[0]", "no-option"},
		{"a limit that is none", func(b *Table) { b.Rows[0].Then["limit"] = "15 ngày" }, "rows[0].then.limit", "no-limit"},
		{"a sum that is none", func(b *Table) { b.Rows[0].Then["amount"] = "don.ten" }, "rows[0].then.amount", "type"},
		{"an answer that is missing", func(b *Table) { delete(b.Rows[1].Then, "amount") }, "rows[1]", "row-answer"},
		{"an answer nobody asked", func(b *Table) { b.Rows[1].Then["x"] = "1" }, "rows[1].then.x", "output-unknown"},
		{"an input that is none", func(b *Table) { b.Inputs[1].Expr = "don.dientich" }, "inputs[1].expr", "unknown-name"},
		{"more cells than columns", func(b *Table) { b.Rows[0].If = append(b.Rows[0].If, "1") }, "rows[0].if", "row-cells"},
		{"neither yes nor no", func(b *Table) { b.Rows[0].If[2] = "có lẽ" }, "rows[0].if[2]", "cell-yes-no"},
		{"no rows", func(b *Table) { b.Rows = nil }, "rows", "table-empty"},
		{"an unknown way of choosing", func(b *Table) { b.Hit = "all" }, "hit", "table-hit"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := tariff()
			c.change(&b)
			d, ps := CompileTable(b, schema())
			if d != nil {
				ps = d.Check(schema())
			}
			if len(ps) == 0 {
				t.Fatal("the table stands")
			}
			if ps[0].At != c.at || ps[0].Code != c.code {
				t.Fatalf("got %s at %s: %v", ps[0].Code, ps[0].At, ps)
			}
			if text := ps[0].In(lang.VI); strings.ContainsAny(text, "{}") || strings.HasPrefix(text, "rule.") {
				t.Fatal(text)
			}
		})
	}
}
