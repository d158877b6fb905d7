package reorg_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/reorg"
)

var (
	agencies = []agency.Agency{
		{ID: "ubnd", Name: "UBND tỉnh", Code: "H99", Kind: agency.PeopleCommittee, Level: agency.Province},
		{ID: "trung-tam", Name: "Trung tâm", Code: "H99.01", Kind: agency.PublicServiceCentre, Level: agency.Province, Parent: "ubnd"},
		{ID: "so-a", Name: "Sở A", Code: "H99.02", Kind: agency.Department, Level: agency.Province, Parent: "ubnd", Desk: "trung-tam", Units: []agency.Unit{{ID: "phong-1", Name: "Phòng Một"}, {ID: "phong-2", Name: "Phòng Hai"}}},
		{ID: "so-b", Name: "Sở B", Code: "H99.03", Kind: agency.Department, Level: agency.Province, Parent: "ubnd", Desk: "trung-tam", Units: []agency.Unit{{ID: "phong-1", Name: "Phòng Tổng hợp"}}},
		{ID: "chi-cuc", Name: "Chi cục", Code: "H99.02.01", Kind: agency.SubDepartment, Level: agency.Province, Parent: "so-a", Desk: "so-a"},
		{ID: "cu", Name: "Sở cũ", Code: "H99.77", Kind: agency.Department, Until: "2020-01-01", Successor: "so-a"},
	}
	posts = []agency.Post{
		{ID: "gd-a", Agency: "so-a", Title: "Giám đốc", Roles: []string{access.RoleHead}},
		{ID: "cv-a1", Agency: "so-a", Unit: "phong-1", Title: "Chuyên viên", Roles: []string{access.RoleOfficer}},
		{ID: "cv-a2", Agency: "so-a", Unit: "phong-2", Title: "Chuyên viên", Roles: []string{access.RoleOfficer}},
		{ID: "gd-b", Agency: "so-b", Title: "Giám đốc", Roles: []string{access.RoleHead}},
		{ID: "cv-b", Agency: "so-b", Unit: "phong-1", Title: "Chuyên viên", Roles: []string{access.RoleOfficer}},
	}
)

func facts() reorg.Facts {
	return reorg.Facts{
		Today: calendar.MustDate("2026-03-02"), Tree: agency.NewTree(agencies, posts), HomeCode: "H99",
		Procedure: func(code string) bool { return code == "1.000001" || code == "1.000002" },
		Place:     func(code string) bool { return code == "00101" },
	}
}

func command(sort reorg.Sort, old ...agency.ID) reorg.Command {
	return reorg.Command{Sort: sort, Day: calendar.MustDate("2026-04-01"), Name: "Sắp xếp", Basis: "12/QĐ-UBND", Old: old}
}

// tree is the province after a command without problems.
func tree(t *testing.T, c reorg.Command) (*agency.Tree, reorg.Plan) {
	t.Helper()
	_, p, bad := c.Plan(facts())
	if len(bad) > 0 {
		t.Fatalf("%+v", bad)
	}
	return p.After(agencies, posts, nil), p
}

const before, after = "2026-03-31", "2026-04-01"

func TestANewNameAndCodeBeginOnTheirDay(t *testing.T) {
	c := command(reorg.Amend, "so-a")
	c.New = []agency.Agency{{ID: "so-a", Name: "Sở A và Môi trường", Code: "H99.30", Parent: "ubnd", Desk: "trung-tam"}}
	k, p := tree(t, c)
	if a, _ := k.At("so-a", before); a.Name != "Sở A" || a.Code != "H99.02" {
		t.Errorf("before: %+v", a)
	}
	a, _ := k.At("so-a", after)
	if a.Name != "Sở A và Môi trường" || a.Code != "H99.30" || len(a.Units) != 2 || a.Kind != agency.Department {
		t.Errorf("after: %+v", a)
	}
	if x, ok := k.ByCode("H99.02", after); !ok || x.ID != "so-a" {
		t.Errorf("the old code: %+v", x)
	}
	if len(p.Posts)+len(p.Successions) != 0 || len(k.Posts("so-a", after)) != 3 {
		t.Errorf("%+v", p)
	}
}

func TestAMergerTakesUnitsPostsDesksAndChildren(t *testing.T) {
	c := command(reorg.Merge, "so-a", "so-b")
	c.New = []agency.Agency{{Name: "Sở A và B", Code: "H99.40", Kind: agency.Department, Level: agency.Province, Parent: "ubnd", Desk: "trung-tam"}}
	c.Posts = []reorg.PostRule{{Post: "gd-b"}}
	k, p := tree(t, c)
	z, ok := k.At("so-a-va-b", after)
	if !ok || len(z.Units) != 3 || z.Units[2].ID != "so-b-phong-1" {
		t.Fatalf("%+v", z)
	}
	if _, ok := k.At("so-a", after); ok {
		t.Error("what was merged still stands")
	}
	if _, ok := k.At("so-a", before); !ok {
		t.Error("what was merged did not stand the day before")
	}
	for old, want := range map[agency.ID]agency.ID{"so-a": "so-a-va-b", "so-b": "so-a-va-b", "cu": "so-a-va-b"} {
		if h, _ := k.Current(old, after); h.ID != want {
			t.Errorf("%s is followed by %s", old, h.ID)
		}
	}
	if b, _ := k.Post("cv-b", after); b.Agency != "so-a-va-b" || b.Unit != "so-b-phong-1" {
		t.Errorf("%+v", b)
	}
	if _, ok := k.Post("gd-b", after); ok {
		t.Error("a post that ends goes on")
	}
	if _, ok := k.Post("gd-b", before); !ok {
		t.Error("a post that ends had ended before")
	}
	if n := len(k.Posts("so-a-va-b", after)); n != 4 {
		t.Errorf("%d posts", n)
	}
	child, _ := k.At("chi-cuc", after)
	if child.Parent != "so-a-va-b" || child.Desk != "trung-tam" {
		t.Errorf("%+v", child)
	}
	if p.Unit("so-b", "phong-1", "so-a-va-b") != "so-b-phong-1" || !slices.Equal(p.Ended(), []agency.ID{"so-a", "so-b"}) {
		t.Errorf("%+v", p)
	}
}

func TestOneOfTheMergedMayGoOn(t *testing.T) {
	c := command(reorg.Merge, "so-a", "so-b")
	c.New = []agency.Agency{{ID: "so-b", Name: "Sở B mới", Code: "H99.02"}} // takes the code of the one that ends
	k, p := tree(t, c)
	if !slices.Equal(p.Ended(), []agency.ID{"so-a"}) {
		t.Errorf("%v", p.Ended())
	}
	if x, _ := k.ByCode("H99.02", after); x.ID != "so-b" {
		t.Errorf("%+v", x)
	}
	if x, _ := k.ByCode("H99.02", before); x.ID != "so-a" {
		t.Errorf("%+v", x)
	}
}

func TestADivisionGivesWorkByProcedureAndCommuneAndTheRestToOne(t *testing.T) {
	c := command(reorg.Split, "so-a")
	c.New = []agency.Agency{
		{ID: "so-a", Name: "Sở A", Code: "H99.02", Parent: "ubnd", Desk: "trung-tam"},
		{Name: "Sở mới", Code: "H99.50", Kind: agency.Department, Level: agency.Province, Parent: "ubnd"},
	}
	c.Rest = "so-a"
	c.Rules = []reorg.Rule{{To: "so-moi", Procedures: []string{"1.000001"}, Places: []string{"00101"}}}
	c.Units = []reorg.UnitRule{{Agency: "so-a", Unit: "phong-2", To: "so-moi"}}
	k, _ := tree(t, c)
	for m, want := range map[agency.Matter]agency.ID{
		{Procedure: "1.000001"}: "so-moi", {Procedure: "1.000002"}: "so-a", {Procedure: "1.000002", Place: "00101"}: "so-moi",
	} {
		if h, _ := k.Heir("so-a", m, after); h.ID != want {
			t.Errorf("%+v goes to %s", m, h.ID)
		}
	}
	a, _ := k.At("so-a", after)
	n, _ := k.At("so-moi", after)
	if len(a.Units) != 1 || len(n.Units) != 1 || n.Units[0].Name != "Phòng Hai" {
		t.Errorf("%+v %+v", a.Units, n.Units)
	}
	if p, _ := k.Post("cv-a2", after); p.Agency != "so-moi" || p.Unit != "phong-2" {
		t.Errorf("%+v", p)
	}
	if p, _ := k.Post("cv-a1", after); p.Agency != "so-a" {
		t.Errorf("%+v", p)
	}
}

func TestADissolvedAgencyLeavesItsWorkToOneThatStands(t *testing.T) {
	c := command(reorg.Dissolve, "so-a")
	c.Rest = "so-b"
	k, _ := tree(t, c)
	b, _ := k.At("so-b", after)
	if len(b.Units) != 3 || b.Name != "Sở B" {
		t.Errorf("%+v", b)
	}
	if h, _ := k.Current("so-a", after); h.ID != "so-b" {
		t.Errorf("%+v", h)
	}
}

func TestWhatCannotBeIsSaidWithItsField(t *testing.T) {
	merge := func(change func(*reorg.Command)) reorg.Command {
		c := command(reorg.Merge, "so-a", "so-b")
		c.New = []agency.Agency{{Name: "Sở A và B", Code: "H99.40"}}
		change(&c)
		return c
	}
	split := func(change func(*reorg.Command)) reorg.Command {
		c := command(reorg.Split, "so-a")
		c.New = []agency.Agency{{ID: "so-a", Name: "Sở A", Code: "H99.02"}, {Name: "Sở mới", Code: "H99.50"}}
		c.Rest = "so-a"
		change(&c)
		return c
	}
	for _, tt := range []struct {
		name  string
		c     reorg.Command
		field string
		want  *fault.Error
	}{
		{"no decision", merge(func(c *reorg.Command) { c.Basis = " " }), "basis", reorg.ErrBasis},
		{"no name", merge(func(c *reorg.Command) { c.Name = "" }), "name", reorg.ErrName},
		{"a day that has passed", merge(func(c *reorg.Command) { c.Day = calendar.MustDate("2026-03-01") }), "day", reorg.ErrDay},
		{"one agency is no merger", merge(func(c *reorg.Command) { c.Old = c.Old[:1] }), "old", reorg.ErrOldNumber},
		{"the same agency twice", merge(func(c *reorg.Command) { c.Old = []agency.ID{"so-a", "so-a"} }), "old", reorg.ErrTwice},
		{"an agency that has ended", merge(func(c *reorg.Command) { c.Old = []agency.ID{"so-a", "cu"} }), "old", reorg.ErrUnknown},
		{"no name for what follows", merge(func(c *reorg.Command) { c.New[0].Name = "" }), "new.0.name", reorg.ErrAgencyName},
		{"a code of another province", merge(func(c *reorg.Command) { c.New[0].Code = "H01.05" }), "new.0.code", reorg.ErrCode},
		{"a code that is none", merge(func(c *reorg.Command) { c.New[0].Code = "SXD" }), "new.0.code", reorg.ErrCode},
		{"a code somebody else has", merge(func(c *reorg.Command) { c.New[0].Code = "H99.01" }), "new.0.code", reorg.ErrCodeUsed},
		{"a code somebody else had", merge(func(c *reorg.Command) { c.New[0].Code = "H99.77" }), "new.0.code", reorg.ErrCodeUsed},
		{"below an agency that is none", merge(func(c *reorg.Command) { c.New[0].Parent = "khong-co" }), "new.0.parent", reorg.ErrUnknown},
		{"a division into one", split(func(c *reorg.Command) { c.New = c.New[:1] }), "new", reorg.ErrNewNumber},
		{"nobody gets the rest", split(func(c *reorg.Command) { c.Rest = "" }), "rest", reorg.ErrRest},
		{"the rest leaves an agency that goes on", split(func(c *reorg.Command) { c.Rest = "so-moi" }), "rest", reorg.ErrRest},
		{"a rule for somebody else", split(func(c *reorg.Command) { c.Rules = []reorg.Rule{{To: "so-b"}} }), "rules.0", reorg.ErrRuleTo},
		{"a procedure that is none", split(func(c *reorg.Command) {
			c.Rules = []reorg.Rule{{To: "so-moi", Procedures: []string{"9.999999"}}}
		}), "rules.0", reorg.ErrProcedure},
		{"a procedure given to two", split(func(c *reorg.Command) {
			c.Rules = []reorg.Rule{{To: "so-moi", Procedures: []string{"1.000001"}}, {To: "so-a", Procedures: []string{"1.000001"}}}
		}), "rules.1", reorg.ErrDivided},
		{"a commune that is none", split(func(c *reorg.Command) {
			c.Rules = []reorg.Rule{{To: "so-moi", Places: []string{"99999"}}}
		}), "rules.0", reorg.ErrPlace},
		{"a post of another agency", merge(func(c *reorg.Command) { c.Posts = []reorg.PostRule{{Post: "khong-co"}} }), "posts", reorg.ErrPost},
		{"left to an agency that ends", reorg.Command{Sort: reorg.Dissolve, Day: calendar.MustDate(after), Name: "x", Basis: "y", Old: []agency.ID{"so-a"}, Rest: "so-a"}, "rest", reorg.ErrRest},
		{"nothing changes", func() reorg.Command {
			c := command(reorg.Amend, "so-b")
			a := agencies[3]
			c.New = []agency.Agency{a}
			return c
		}(), "new.0", reorg.ErrSame},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, p, bad := tt.c.Plan(facts())
			if !slices.ContainsFunc(bad, func(x reorg.Problem) bool { return x.Field == tt.field && errors.Is(x.Err, tt.want) }) {
				t.Errorf("%+v", bad)
			}
			if len(p.Agencies) > 0 {
				t.Error("something would be published")
			}
		})
	}
}

func TestADecisionForLaterStandsInTheWay(t *testing.T) {
	c := command(reorg.Dissolve, "so-a")
	c.Rest = "so-b"
	_, p, _ := c.Plan(facts())
	f := facts()
	f.Tree = p.After(agencies, posts, nil)
	d := command(reorg.Amend, "so-b")
	d.Day = calendar.MustDate("2026-03-15")
	d.New = []agency.Agency{{ID: "so-b", Name: "Sở B khác", Code: "H99.03"}}
	if _, _, bad := d.Plan(f); len(bad) == 0 || !errors.Is(bad[0].Err, reorg.ErrLater) {
		t.Errorf("%+v", bad)
	}
}

func TestElectronicCodes(t *testing.T) {
	for code, want := range map[string]bool{"H99": true, "H99.05": true, "H99.05.012": true, "h99": false, "H9": false, "H99.": false, "H99.5": false, "": false, "H99.05.01.01.01.01": false, "H99.AB": false} {
		if reorg.ValidCode(code) != want {
			t.Errorf("%q", code)
		}
	}
}
