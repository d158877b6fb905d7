package roleword_test

import (
	"testing"

	"github.com/motcua/motcua/internal/workflow/roleword"
)

func TestNamesOfHoldersAreRead(t *testing.T) {
	tests := []struct {
		name, role, at string
		ok             bool
	}{
		{"Cán bộ xử lý FSA", "case_officer", "competent", true},
		{"Cán bộ Bộ phận một cửa", "receiving_officer", "desk", true},
		{"LÃNH ĐẠO PHÒNG", "division_head", "competent", true},
		{"Lãnh đạo Sở", "agency_head", "competent", true},
		{"Văn thư", "clerk", "competent", true},
		{"Cha của lãnh sự", "case_officer", "competent", false},
		{"", "case_officer", "competent", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h, ok := roleword.Read(tt.name)
			if h.Role != tt.role || h.At != tt.at || ok != tt.ok {
				t.Errorf("%+v %v", h, ok)
			}
		})
	}
	table := roleword.Table{"Lãnh đạo FSA": {Role: "division_head", Unit: "an-toan"}}
	if h, ok := table.Read("LANH DAO FSA"); !ok || h.Role != "division_head" || h.At != "competent" || h.Unit != "an-toan" {
		t.Errorf("the table speaks first: %+v", h)
	}
	if h, _ := table.Read("Văn thư"); h.Role != "clerk" {
		t.Errorf("beside the table words are read: %+v", h)
	}
}
