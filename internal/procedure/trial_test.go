package procedure

import (
	"testing"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/eform"
	"github.com/motcua/motcua/internal/workflow"
)

func trialCatalogue(more ...*Version) *Catalogue {
	form := func(n int, from, until string, t Trial) Form {
		return Form{ID: "to-khai", Number: n, Digest: "form-" + string(rune('0'+n)), From: from, Until: until, Value: &eform.Form{ID: "to-khai"}, Trial: t}
	}
	return NewCatalogue(Content{
		Versions: append([]*Version{{Code: "1.000001", Number: 1, Digest: "v1", From: "2026-01-01", Form: "to-khai", Process: "q", Competent: []agency.ID{"so-a", "so-b"}}}, more...),
		Forms: []Form{
			form(1, "2026-01-01", "", Trial{}),
			form(2, "2026-03-01", "2026-03-08", Trial{Pilot: "set", Only: []agency.ID{"so-a"}}),
		},
		Processes: []Process{{ID: "q", Number: 1, Digest: "p1", From: "2026-01-01", Value: &workflow.Process{ID: "q"}}},
		Agencies: []agency.Agency{
			{ID: "so-a", Name: "Sở A", Kind: agency.Department, Level: agency.Province}, {ID: "so-b", Name: "Sở B", Kind: agency.Department, Level: agency.Province},
		},
	})
}

func TestAPilotStandsInThePlaceOfWhatHoldsEverywhere(t *testing.T) {
	k := trialCatalogue()
	for _, c := range []struct {
		name, day string
		at        agency.ID
		want      string
	}{
		{"before it begins", "2026-02-28", "so-a", "form-1"},
		{"at its agency", "2026-03-01", "so-a", "form-2"},
		{"at another", "2026-03-01", "so-b", "form-1"},
		{"before an agency is chosen", "2026-03-01", "", "form-1"},
		{"on its last day", "2026-03-07", "so-a", "form-2"},
		{"once it is over", "2026-03-08", "so-a", "form-1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			o, err := k.Offer("1.000001", c.day)
			if err != nil {
				t.Fatal(err)
			}
			if got := o.For(c.at).Form.Digest; got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

func TestAProcedureThatIsOnlyTriedIsOfferedWhereItIs(t *testing.T) {
	k := trialCatalogue(&Version{
		Code: "1.000002", Number: 1, Digest: "n1", From: "2026-03-01", Form: "to-khai", Process: "q", Competent: []agency.ID{"so-a", "so-b"},
		Trial: Trial{Pilot: "set", Only: []agency.ID{"so-b"}},
	})
	o, err := k.Offer("1.000002", "2026-03-02")
	if err != nil || len(o.Agencies) != 1 || o.Agencies[0] != "so-b" || !o.Tried() {
		t.Errorf("%+v %v", o.Agencies, err)
	}
}

func TestAnApplicationBegunBeforeStaysOrMoves(t *testing.T) {
	for _, c := range []struct {
		name string
		next Trial
		ok   bool
	}{
		{"what followed lets it stay", Trial{Stays: true}, true},
		{"what followed does not", Trial{}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			old := &Version{Code: "1.000003", Number: 1, Digest: "o1", From: "2026-01-01", Until: "2026-03-01", Form: "to-khai", Process: "q", Competent: []agency.ID{"so-b"}}
			k := trialCatalogue(old, &Version{Code: "1.000003", Number: 2, Digest: "o2", From: "2026-03-01", Form: "to-khai", Process: "q", Competent: []agency.ID{"so-b"}, Trial: c.next})
			o, err := k.Offer("1.000003", "2026-03-02")
			if err != nil {
				t.Fatal(err)
			}
			kept, ok := o.Keeping("o1", "form-1")
			if ok != c.ok || ok && kept.Version.Digest != "o1" {
				t.Errorf("%v, %s", ok, kept.Version.Digest)
			}
			if _, ok := o.Keeping("another", "form-1"); ok {
				t.Error("a version nobody knows is kept")
			}
		})
	}
}
