package procedure_test

import (
	"encoding/json"
	"testing"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/eform"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/workflow"
)

// survey is a form that an officer fills at a step.
func survey() *eform.Form {
	return &eform.Form{
		ID: "phieu-khao-sat", Title: "Phiếu khảo sát",
		Schema: json.RawMessage(`{"type": "object", "properties": {"flood": {"type": "boolean"}}}`),
		Layout: eform.Layout{Subject: eform.Subject{Name: "flood"}, Sections: []eform.Section{{ID: "a", Title: "Khảo sát", Fields: []eform.Field{{Path: "flood", Label: "Có nguy cơ ngập không?"}}}}},
	}
}

func TestGuardsAskTheApplicationAndWhatStepsFilledIn(t *testing.T) {
	t.Parallel()
	p := &workflow.Process{
		ID: "q", Start: "khao-sat", Steps: []workflow.Step{
			{ID: "khao-sat", Form: "phieu-khao-sat", Actions: []workflow.Action{{ID: "xong", Means: workflow.Forward, To: "re"}}},
			{ID: "re", Kind: workflow.Choice, To: []workflow.Flow{
				{To: "hoi", When: `buoc.khao_sat.flood`}, {To: "lon", When: `don.area > 500 and ho_so.kenh == "online"`}, {To: "sai", When: `don.khong_co == 1`}, {To: "nho"},
			}},
			{ID: "hoi"},
			{ID: "lon"},
			{ID: "sai"},
			{ID: "nho"},
		},
	}
	form, s := permitForm(), survey()
	k := procedure.NewCatalogue(procedure.Content{
		Versions:  []*procedure.Version{permit()},
		Forms:     []procedure.Form{{ID: form.ID, Digest: "f1", From: "2026-01-01", Value: form}, {ID: s.ID, Digest: "f2", From: "2026-01-01", Value: s}},
		Processes: []procedure.Process{{ID: "q", Digest: "p1", From: "2026-01-01", Value: p}},
		Agencies:  []agency.Agency{{ID: "so", Name: "Sở", Level: agency.Province, From: "2026-01-01"}},
	})
	v, err := k.Version("1.000001", "2026-03-16")
	if err != nil {
		t.Fatal(err)
	}
	pinned, _ := k.PinnedProcess("p1")
	g := k.Guards(pinned, v, "f1", "2026-03-16")
	if g == nil || k.Guards(pinned, v, "f1", "2026-03-16") != g {
		t.Fatal("guards are read again for every case")
	}
	start, err := workflow.Start(p, nil)
	if err != nil {
		t.Fatal(err)
	}
	var r workflow.Run
	r.Apply(start...)
	for _, c := range []struct {
		name, want string
		of         procedure.Case
	}{
		{"what the officer found decides", "hoi", procedure.Case{Steps: procedure.Filled(map[string]json.RawMessage{"khao-sat": json.RawMessage(`{"flood": true}`)})}},
		{"else what was applied for", "lon", procedure.Case{Answers: eform.Answers{"area": json.Number("501")}, Channel: procedure.Online}},
		{"at the counter it is another way", "", procedure.Case{Answers: eform.Answers{"area": json.Number("501")}, Channel: procedure.Direct}},
	} {
		changes, err := r.Act(p, 1, "xong", k.In(g, c.of))
		if c.want == "" {
			if err == nil {
				t.Errorf("%s: a guard that cannot be read was passed over", c.name)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := changes[len(changes)-1].Step; got != c.want {
			t.Errorf("%s: it goes to %q, want %q", c.name, got, c.want)
		}
	}
	p.Steps[1].To = p.Steps[1].To[3:]
	if k.Guards(procedure.Process{Digest: "p2", Value: p}, v, "f1", "2026-03-16") != nil {
		t.Error("a process without guards has none")
	}
}
