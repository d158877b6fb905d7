package codelist_test

import (
	"slices"
	"testing"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/codelist"
	"github.com/motcua/motcua/internal/procedure"
)

func register() *codelist.Register {
	version := func(number int, from, until, name string) *procedure.Version {
		v := &procedure.Version{Code: "1.000001", Number: number, From: from, Until: until, Name: name, Sector: "Hộ tịch", Components: []procedure.Component{{ID: "don", Name: "Đơn"}, {ID: "luu-y", Name: "Lưu ý", Note: true}}, Results: []procedure.Result{{Name: "Giấy khai sinh"}}}
		v.Digest = v.Sum()
		return v
	}
	cat := procedure.NewCatalogue(procedure.Content{
		Versions: []*procedure.Version{version(1, "2025-01-01", "2026-01-01", "Đăng ký khai sinh"), version(2, "2026-01-01", "2026-02-01", "Đăng ký khai sinh"), version(3, "2026-02-01", "", "Đăng ký khai sinh mới")},
		Agencies: []agency.Agency{
			{ID: "so-a", Code: "H99.02", Name: "Sở A", Until: "2026-03-01", Units: []agency.Unit{{ID: "phong-1", Name: "Phòng Một"}}},
			{ID: "so-a", Code: "H99.02", Name: "Sở A", From: "2026-03-01", Until: "2026-03-01", Successor: "so-b"},
			{ID: "so-b", Code: "H99.03", Name: "Sở B", Until: "2026-04-01"},
			{ID: "so-b", Code: "H99.30", Name: "Sở B", From: "2026-04-01"},
		},
	})
	places := agency.NewPlaces([]agency.Place{
		{Code: "01", Name: "Thành phố"}, {Code: "00001", Name: "Phường cũ", Parent: "01", Until: "2025-07-01"}, {Code: "00004", Name: "Phường mới", Parent: "01", From: "2025-07-01"},
	}, []agency.PlaceChange{{Old: "00001", New: "00004", Day: "2025-07-01"}})
	return codelist.Read(cat, places, []codelist.Entry{{Code: "submitted", Name: "Đã nộp"}}, "2026-05-01")
}

func TestACodeHasItsNamesAndDates(t *testing.T) {
	r := register()
	if e := r.Code(codelist.Procedures, "1.000001"); len(e) != 2 || e[0].From != "2025-01-01" || e[0].Until != "2026-02-01" || e[1].Until != "" {
		t.Errorf("%+v", e)
	}
	if e := r.On(codelist.Procedures, "2026-01-15"); len(e) != 1 || e[0].Name != "Đăng ký khai sinh" {
		t.Errorf("%+v", e)
	}
	if e := r.All(codelist.Papers); len(e) != 1 || e[0].Code != "1.000001/don" || e[0].Until != "" || e[0].Parent != "1.000001" {
		t.Errorf("%+v", e)
	}
	if e := r.All(codelist.Results); len(e) != 1 || e[0].Code != "1.000001/kq-1" {
		t.Errorf("%+v", e)
	}
	if e := r.All(codelist.Sectors); len(e) != 1 || e[0].Code != "ho-tich" || e[0].Until != "" || e[0].From != "2025-01-01" {
		t.Errorf("%+v", e)
	}
	if e := r.Code(codelist.States, "submitted"); len(e) != 1 {
		t.Errorf("%+v", e)
	}
}

func TestOldCodesNameTheirSuccessors(t *testing.T) {
	r := register()
	for code, want := range map[string][]string{"H99.02": {"H99.03"}, "H99.03": {"H99.30"}, "H99.30": nil} {
		e := r.Code(codelist.Agencies, code)
		if len(e) != 1 || !slices.Equal(e[0].Successors, want) {
			t.Errorf("%s: %+v", code, e)
		}
	}
	if e := r.Code(codelist.Units, "H99.02/phong-1"); len(e) != 1 || e[0].Until != "2026-03-01" {
		t.Errorf("%+v", e)
	}
	if e := r.Code(codelist.Places, "00001"); len(e) != 1 || !slices.Equal(e[0].Successors, []string{"00004"}) {
		t.Errorf("%+v", e)
	}
	if e := r.Code(codelist.Agencies, "H99.77"); e != nil {
		t.Errorf("%+v", e)
	}
}

func TestCodesAreFoundByCodeAndByName(t *testing.T) {
	all := register().All(codelist.Agencies)
	if got := codelist.Find(all, "so b"); len(got) != 2 {
		t.Errorf("%+v", got)
	}
	if got := codelist.Find(all, "h99.02"); len(got) != 1 {
		t.Errorf("%+v", got)
	}
}
