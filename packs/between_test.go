package packs_test

import (
	"slices"
	"testing"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/workflow"
	"github.com/motcua/motcua/internal/workflow/prove"
)

// The demo has one procedure of each kind of work between agencies.
func TestTheFiveKindsOfWorkBetweenAgenciesAreSoundAndCross(t *testing.T) {
	p := load(t)
	cat := p.Catalogue()
	const day = "2026-11-20"
	for _, c := range []struct {
		kind, code, process string
		at                  []string // who takes part besides the resolving agency and its desk
		kinds               []workflow.Kind
	}{
		{"same level, one after the other", "1.012793", "dat-dai-tuan-tu", []string{"so-nong-nghiep-va-moi-truong", "so-tai-chinh", "thue-tinh"}, nil},
		{"same level, at once", "1.013236", "xay-dung-lien-nganh", []string{"cong-an-tinh", "so-nong-nghiep-va-moi-truong", "so-xay-dung"}, []workflow.Kind{workflow.Fork, workflow.Join}},
		{"commune to province and back", "9.120017", "lien-cap-tro-giup-xa-hoi", []string{"so-y-te"}, []workflow.Kind{workflow.Sub}},
		{"received anywhere", "2.000635", "nop-noi-nao-cung-duoc", nil, nil},
		{"a linked group", "2.002621", "lien-thong-khai-sinh", []string{"bao-hiem-xa-hoi-tinh", "cong-an-tinh"}, []workflow.Kind{workflow.Fork, workflow.Join, workflow.Sub}},
	} {
		t.Run(c.kind, func(t *testing.T) {
			v, err := cat.Version(c.code, day)
			if err != nil {
				t.Fatal(err)
			}
			o := cat.OfferOf(v, day)
			w := o.Process.Value
			if w == nil || w.ID != c.process {
				t.Fatalf("it runs through %+v", o.Process.ID)
			}
			var at []string
			var kinds []workflow.Kind
			members := 0
			w.Each(func(_ string, s *workflow.Step) {
				if s.At != "" && s.At != workflow.AtDesk && s.At != workflow.AtCompetent {
					at = append(at, s.At)
				}
				if s.Kind != workflow.Task {
					kinds = append(kinds, s.Kind)
				}
				if s.Kind == workflow.Sub && s.Procedure != "" {
					members++
					if _, err := cat.Version(s.Procedure, day); err != nil {
						t.Errorf("member %s: %v", s.Procedure, err)
					}
				}
			})
			slices.Sort(at)
			slices.Sort(kinds)
			if at = slices.Compact(at); !slices.Equal(at, c.at) {
				t.Errorf("it goes to %v, want %v", at, c.at)
			}
			if kinds = slices.Compact(kinds); !slices.Equal(kinds, c.kinds) {
				t.Errorf("it has steps of the kinds %v, want %v", kinds, c.kinds)
			}
			if v.Linked != (members == 3) {
				t.Errorf("linked %v with %d members", v.Linked, members)
			}
			use := prove.Use{Code: v.Code, Components: map[string]string{}}
			for _, r := range v.Results {
				use.Results = append(use.Results, r.Name)
			}
			for _, k := range v.Components {
				use.Components[k.ID] = k.Name
			}
			for _, l := range v.Channels[0].Limits {
				use.Limits = append(use.Limits, l.Limit)
			}
			report := prove.Check(w, prove.World{
				Tree: cat.Tree(), Days: []string{day}, Competent: func(string) []agency.ID { return o.Agencies }, Uses: []prove.Use{use},
				Procedure: func(code string) bool {
					return slices.ContainsFunc(p.Procedures, func(x *procedure.Version) bool { return x.Code == code })
				},
			})
			for _, f := range report.Findings {
				t.Errorf("%s: %s", f.Path, f.Text)
			}
			if !report.Exact {
				t.Error("not every run was looked at: " + report.Bounded)
			}
		})
	}
}
