package procedure_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/eform"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/rule"
	"github.com/motcua/motcua/lang"
)

func permitForm() *eform.Form {
	return &eform.Form{
		ID: "xin-phep", Title: "Đơn",
		Schema: json.RawMessage(`{"type": "object", "required": ["name", "kind"], "properties": {
			"name": {"type": "string", "format": "vn-name"}, "number": {"type": "string"}, "kind": {"enum": ["nha-o", "kho"]},
			"area": {"type": "number", "minimum": 0}, "copies": {"type": "integer", "minimum": 1}}}`),
		Layout: eform.Layout{
			Subject: eform.Subject{Name: "name", Number: "number"},
			Sections: []eform.Section{{ID: "a", Title: "Đơn", Fields: []eform.Field{
				{Path: "name", Label: "Họ tên"},
				{Path: "number", Label: "Số định danh"},
				{Path: "kind", Label: "Loại", Options: []eform.Option{{Value: "nha-o", Label: "Nhà ở"}, {Value: "kho", Label: "Kho"}}},
				{Path: "area", Label: "Diện tích"},
				{Path: "copies", Label: "Số bản"},
			}}},
		},
	}
}

func permit() *procedure.Version {
	return &procedure.Version{
		Code: "1.000001", Number: 1, Digest: "v1", From: "2026-01-01", Name: "Cấp phép", Sector: "Thử", Ministry: "Bộ Thử",
		Channels: []procedure.Channel{
			{
				Kind: procedure.Direct, Limits: []procedure.TimeLimit{{Limit: "10wd"}, {Limit: "20wd", Case: "Khác"}},
				Fees: []procedure.Fee{{Kind: "phi", Name: "Phí bản sao", Amount: 8000, Known: true, Case: "mỗi bản"}, {Kind: "le_phi", Name: "Lệ phí", Amount: 50000, Known: true}},
			},
			{Kind: procedure.Online, Limits: []procedure.TimeLimit{{Limit: "10wd"}}},
		},
		Components: []procedure.Component{
			{ID: "don", Name: "Đơn", Required: true},
			{ID: "ban-ve", Name: "Bản vẽ", When: `don.kind == "nha-o" and don.area > 250`},
		},
		Eligible:   []procedure.Eligibility{{Rule: `don.kind != "kho" or ho_so.doi_tuong == "organisation"`, Reason: "Kho chỉ do tổ chức xin.", ReasonEn: "Organisations only."}},
		LimitTable: &rule.Table{Inputs: []rule.Input{{Expr: "don.kind"}}, Rows: []rule.Row{{If: []rule.Cell{"nha-o"}, Then: map[string]rule.Cell{"limit": "5wd"}}}},
		FeeTables:  []procedure.FeeTable{{Kind: "phi", Name: "Phí bản sao", Table: rule.Table{Rows: []rule.Row{{Then: map[string]rule.Cell{"amount": "8000 * don.copies"}}}}}},
	}
}

func permits(routes ...procedure.Route) *procedure.Catalogue {
	f := permitForm()
	return procedure.NewCatalogue(procedure.Content{
		Versions: []*procedure.Version{permit()}, Forms: []procedure.Form{{ID: f.ID, Digest: "f1", From: "2026-01-01", Value: f}},
		Agencies: []agency.Agency{{ID: "so", Name: "Sở", Level: agency.Province, From: "2026-01-01"}, {ID: "xa", Name: "Xã", Level: agency.Commune, From: "2026-01-01"}},
		Routing:  []procedure.Dated[[]procedure.Route]{{ID: "routing", Value: routes}},
	})
}

func TestAVersionStandsByTheCase(t *testing.T) {
	t.Parallel()
	k := permits()
	for _, c := range []struct {
		name     string
		answers  eform.Answers
		required bool
		limits   string
		decided  bool
		fees     []int64
		against  int
	}{
		{"a large house", eform.Answers{"kind": "nha-o", "area": json.Number("300"), "copies": json.Number("3")}, true, "5wd", true, []int64{24000, 50000}, 0},
		{"a small house", eform.Answers{"kind": "nha-o", "area": json.Number("250"), "copies": json.Number("1")}, false, "5wd", true, []int64{8000, 50000}, 0},
		{"a case the table leaves open keeps the limits in general", eform.Answers{"kind": "kho", "number": "0100000001"}, false, "10wd 20wd", false, []int64{8000, 50000}, 0},
		{"a person asks for what only organisations may have", eform.Answers{"kind": "kho", "number": "001190000001"}, false, "10wd 20wd", false, []int64{8000, 50000}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			v, err := k.Version("1.000001", "2026-03-16")
			if err != nil {
				t.Fatal(err)
			}
			got := k.For(v, "f1", procedure.Case{Answers: c.answers, Channel: procedure.Direct, Competent: "so", Day: "2026-03-16"})
			if r := got.Version.Components[1].Required; r != c.required {
				t.Errorf("required: %v", r)
			}
			var limits []string
			for _, l := range got.Version.Channels[0].Limits {
				limits = append(limits, l.Limit)
			}
			if strings.Join(limits, " ") != c.limits || got.Decided != c.decided {
				t.Errorf("limits %v, decided %v", limits, got.Decided)
			}
			var fees []int64
			for _, f := range got.Version.Channels[0].Fees {
				fees = append(fees, f.Amount)
			}
			if !slices.Equal(fees, c.fees) {
				t.Errorf("fees %v", fees)
			}
			if len(got.Against) != c.against {
				t.Errorf("against: %v", got.Against)
			}
			if v.Components[1].Required || len(v.Channels[0].Limits) != 2 || len(v.Channels[0].Fees) != 2 {
				t.Error("the published version was changed")
			}
			if why := got.Why("ban-ve", lang.VI); why != "loại là “Nhà ở” và diện tích lớn hơn 250" {
				t.Error(why)
			}
		})
	}
}

func TestRoutingMayAskAboutTheCase(t *testing.T) {
	t.Parallel()
	k := permits(procedure.Route{When: "don.area > 1000", Competent: "so"}, procedure.Route{Competent: "xa"})
	v, err := k.Version("1.000001", "2026-03-16")
	if err != nil {
		t.Fatal(err)
	}
	if o := k.OfferOf(v, "2026-03-16"); len(o.Agencies) != 1 || o.Agencies[0] != "xa" {
		t.Fatalf("before anything is known: %v", o.Agencies)
	}
	for area, want := range map[string]agency.ID{"1001": "so", "1000": ""} {
		if got := k.For(v, "f1", procedure.Case{Answers: eform.Answers{"area": json.Number(area)}, Day: "2026-03-16"}); got.Competent != want {
			t.Errorf("%s m²: %q", area, got.Competent)
		}
	}
}

func TestAVersionWithoutRulesHasTheDigestItAlwaysHad(t *testing.T) {
	t.Parallel()
	raw, err := json.Marshal(procedure.Version{Components: []procedure.Component{{ID: "a"}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, field := range []string{"eligible", "fee_tables", "limit_table", "when"} {
		if strings.Contains(string(raw), `"`+field+`"`) {
			t.Errorf("%s stands in the content of a version that has none", field)
		}
	}
	if (&procedure.Version{}).Ruled() {
		t.Error("an empty version has rules")
	}
}

func TestRulesOfAVersionAreCheckedWithTheirPlace(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(*procedure.Version)
		below  string
		code   string
	}{
		{"a field the form does not ask", func(v *procedure.Version) { v.Components[1].When = "don.aera > 5" }, ".components[1].when", "unknown-name"},
		{"a condition that keeps nobody out", func(v *procedure.Version) { v.Eligible[0].Rule = `don.kind == "nha-o" or don.kind == "kho"` }, ".eligible[0].rule", "always"},
		{"a paper that is never required", func(v *procedure.Version) { v.Components[1].When = "don.area > 5 and don.area < 5" }, ".components[1].when", "never"},
		{"a limit that is none", func(v *procedure.Version) { v.LimitTable.Rows[0].Then["limit"] = "soon" }, ".limit_table.rows[0].then.limit", "no-limit"},
		{"a sum of words", func(v *procedure.Version) { v.FeeTables[0].Table.Rows[0].Then["amount"] = "don.name" }, ".fee_tables[0].table.rows[0].then.amount", "type"},
		{"a table with a hole and nothing beside it", func(v *procedure.Version) { v.Channels = nil }, ".limit_table.rows", "table-gap"},
		{"nothing wrong", func(*procedure.Version) {}, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			v := permit()
			c.change(v)
			terms, problems := procedure.NewTerms(v, permitForm())
			problems = append(problems, terms.Check()...)
			switch {
			case c.code == "" && len(problems) == 0:
			case len(problems) == 0 || problems[0].Below != c.below || problems[0].Code != c.code:
				t.Fatalf("got %v", problems)
			}
		})
	}
}
