package agency_test

import (
	"testing"

	"github.com/motcua/motcua/internal/agency"
)

// A department that is merged into another, a centre that is divided, an office that gives some of its work away.
func lineageTree() *agency.Tree {
	return agency.NewTree([]agency.Agency{
		{ID: "so-a", Code: "H99.01", Name: "Sở A", Until: "2026-03-01", Successor: "so-b"},
		{ID: "so-b", Code: "H99.02", Name: "Sở B", Until: "2026-03-01"},
		{ID: "so-b", Code: "H99.20", Name: "Sở A và B", From: "2026-03-01"},
		{ID: "chia", Code: "H99.03", Name: "Sở chia", Until: "2026-04-01"},
		{ID: "moi", Code: "H99.05", Name: "Sở mới", From: "2026-04-01"},
		{ID: "xa", Code: "H99.06", Name: "Xã"},
	}, []agency.Post{
		{ID: "cv", Agency: "so-a", Title: "Chuyên viên", Roles: []string{"case_officer"}, Until: "2026-03-01"},
		{ID: "cv", Agency: "so-b", Title: "Chuyên viên", Roles: []string{"case_officer"}, From: "2026-03-01"},
		{ID: "gd", Agency: "so-b", Title: "Giám đốc", Roles: []string{"agency_head"}},
	},
		agency.Succession{Old: "chia", New: "moi", Day: "2026-04-01", Procedures: []string{"1.000001"}},
		agency.Succession{Old: "chia", New: "xa", Day: "2026-04-01", Places: []string{"00101"}},
		agency.Succession{Old: "chia", New: "so-b", Day: "2026-04-01"},
		agency.Succession{Old: "xa", New: "moi", Day: "2026-05-01", Procedures: []string{"1.000002"}},
	)
}

func TestWorkIsFollowedToWhoHasIt(t *testing.T) {
	tree := lineageTree()
	for _, tt := range []struct {
		name string
		old  agency.ID
		m    agency.Matter
		day  string
		want agency.ID
	}{
		{"nothing was decided yet", "so-a", agency.Matter{}, "2026-02-28", "so-a"},
		{"merged into another", "so-a", agency.Matter{}, "2026-03-01", "so-b"},
		{"renamed, it stays itself", "so-b", agency.Matter{}, "2026-03-01", "so-b"},
		{"divided by procedure", "chia", agency.Matter{Procedure: "1.000001"}, "2026-04-01", "moi"},
		{"divided by commune", "chia", agency.Matter{Procedure: "1.000009", Place: "00101"}, "2026-04-01", "xa"},
		{"the rest of what was divided", "chia", agency.Matter{Procedure: "1.000009"}, "2026-04-01", "so-b"},
		{"before it was divided", "chia", agency.Matter{Procedure: "1.000001"}, "2026-03-31", "chia"},
		{"two steps", "chia", agency.Matter{Procedure: "1.000002", Place: "00101"}, "2026-05-01", "moi"},
		{"an agency that goes on gives away what is named", "xa", agency.Matter{Procedure: "1.000002"}, "2026-05-01", "moi"},
		{"and keeps the rest", "xa", agency.Matter{Procedure: "1.000003"}, "2026-05-01", "xa"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if a, ok := tree.Heir(tt.old, tt.m, tt.day); !ok || a.ID != tt.want {
				t.Errorf("%s, %v", a.ID, ok)
			}
		})
	}
	if _, ok := tree.Heir("khong-co", agency.Matter{}, "2026-04-01"); ok {
		t.Error("an agency that never was has an heir")
	}
	if a, ok := tree.Current("so-a", "2026-04-01"); !ok || a.ID != "so-b" {
		t.Errorf("current %v", a)
	}
}

func TestLineageGoesBothWaysUpToADay(t *testing.T) {
	tree := lineageTree()
	if l := tree.Lineage("so-b", "2026-03-31"); len(l.Ancestors) != 1 || l.Ancestors[0].Old != "so-a" || len(l.Successors) != 0 {
		t.Errorf("%+v", l)
	}
	if l := tree.Lineage("so-b", "2026-04-01"); len(l.Ancestors) != 2 {
		t.Errorf("%+v", l)
	}
	if l := tree.Lineage("chia", "2026-05-01"); len(l.Successors) != 4 { // moi, xa, so-b, and moi again through xa
		t.Errorf("%+v", l)
	}
}

func TestOldCodesResolve(t *testing.T) {
	tree := lineageTree()
	for code, want := range map[string]string{"H99.02": "Sở B", "h99.20": "Sở A và B", "H99.01": "Sở A"} {
		if a, ok := tree.ByCode(code, "2026-06-01"); !ok || a.Name != want {
			t.Errorf("%s: %v", code, a.Name)
		}
	}
	if _, ok := tree.ByCode("H99.77", "2026-06-01"); ok {
		t.Error("a code that never was")
	}
}

func TestAPostThatMovedIsInOneAgencyAtATime(t *testing.T) {
	tree := lineageTree()
	if p := tree.Posts("so-a", "2026-02-01"); len(p) != 1 || p[0].ID != "cv" {
		t.Errorf("%v", p)
	}
	if p := tree.Posts("so-a", "2026-03-01"); len(p) != 0 {
		t.Errorf("%v", p)
	}
	if p := tree.Posts("so-b", "2026-03-01"); len(p) != 2 {
		t.Errorf("%v", p)
	}
}
