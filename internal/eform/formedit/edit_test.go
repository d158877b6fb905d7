package formedit_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"strings"
	"testing"

	"github.com/motcua/motcua/internal/eform"
	"github.com/motcua/motcua/internal/eform/formedit"
	"github.com/motcua/motcua/internal/studio"
	"github.com/motcua/motcua/packs"
)

const schema = `{"type":"object","required":["who","child"],"properties":{
 "who":{"type":"object","required":["name"],"properties":{"name":{"type":"string","format":"vn-name","maxLength":80},"sex":{"enum":["nam","nu"]},"home":{"$ref":"#/$defs/address"}}},
 "child":{"type":"object","required":["birth"],"properties":{"birth":{"type":"string","format":"date"},"place":{"$ref":"#/$defs/address"}}},
 "heirs":{"type":"array","maxItems":5,"items":{"type":"object","required":["name"],"properties":{"name":{"type":"string","format":"vn-name"},"share":{"type":"number","minimum":0,"maximum":100}}}}},
 "$defs":{"address":{"type":"object","required":["province","commune"],"properties":{"province":{"type":"string","format":"vn-place"},"commune":{"type":"string","format":"vn-place"}}}}}`

func form() eform.Form {
	return eform.Form{
		ID: "thu", Title: "Tờ khai thử", Schema: json.RawMessage(schema),
		Layout: eform.Layout{
			Subject: eform.Subject{Name: "who.name"},
			Sections: []eform.Section{
				{ID: "nguoi", Title: "Người yêu cầu", Fields: []eform.Field{
					{Path: "who.name", Label: "Họ tên", Widget: eform.NameText},
					{Path: "who.sex", Label: "Giới tính", Widget: eform.Choice},
					{Path: "who.home", Label: "Nơi ở", Widget: eform.Place},
				}},
				{ID: "con", Title: "Người con", When: &eform.Condition{Path: "who.sex", Equals: "nu"}, Fields: []eform.Field{
					{Path: "child.birth", Label: "Ngày sinh", When: &eform.Condition{Rule: `don.who.sex == "nu"`}},
					{Path: "child.place", Label: "Nơi sinh", Widget: eform.Place},
					{Path: "heirs", Label: "Người thừa kế", Widget: eform.Group, Fields: []eform.Field{
						{Path: "name", Label: "Họ tên"},
						{Path: "share", Label: "Phần", When: &eform.Condition{Rule: `muc.name != ""`}},
					}},
				}},
			},
		},
	}
}

func made(t *testing.T, f eform.Form, change func(*formedit.Draft) error) (eform.Form, []eform.Problem) {
	t.Helper()
	out, problems, err := formedit.Apply(f, change)
	if err != nil {
		t.Fatal(err)
	}
	return out, problems
}

func sound(t *testing.T, f eform.Form, change func(*formedit.Draft) error) eform.Form {
	t.Helper()
	out, problems := made(t, f, change)
	for _, p := range problems {
		t.Errorf("%v", p)
	}
	return out
}

func spec(t *testing.T, f eform.Form, path string) formedit.Spec {
	t.Helper()
	d, err := formedit.Open(f)
	if err != nil {
		t.Fatal(err)
	}
	s, ok := d.Spec(path)
	if !ok {
		t.Fatalf("no field %s", path)
	}
	return s
}

func TestAFieldIsAddedWithItsProperty(t *testing.T) {
	for _, kind := range formedit.Kinds {
		t.Run(string(kind), func(t *testing.T) {
			s := formedit.Spec{Kind: kind, Required: true, Field: eform.Field{Label: "Điều mới này"}}
			if kind.Chosen() {
				s.Field.Options = []eform.Option{{Label: "Đường một"}, {Label: "Đường hai"}}
			}
			var path string
			out := sound(t, form(), func(d *formedit.Draft) (err error) {
				path, err = d.AddField("nguoi", "who.name", s)
				return err
			})
			if path != "dieu_moi_nay" {
				t.Errorf("path %q", path)
			}
			got := spec(t, out, path)
			if got.Kind != kind || !got.Required || got.Field.Label != "Điều mới này" {
				t.Errorf("%+v", got)
			}
			if kind.Chosen() && got.Field.Options[1].Value != "duong-hai" {
				t.Errorf("options %+v", got.Field.Options)
			}
			if out.Layout.Sections[0].Fields[1].Path != path {
				t.Error("it does not stand behind the field it was put behind")
			}
		})
	}
}

func TestAFieldInsideAGroupIsAddedToItsItems(t *testing.T) {
	var path string
	out := sound(t, form(), func(d *formedit.Draft) (err error) {
		path, err = d.AddInside("heirs", formedit.Spec{Kind: formedit.Date, Field: eform.Field{Label: "Ngày sinh"}})
		return err
	})
	if path != "heirs[].ngay_sinh" {
		t.Errorf("path %q", path)
	}
	if s := spec(t, out, path); s.Kind != formedit.Date || s.Required {
		t.Errorf("%+v", s)
	}
	if _, _, err := formedit.Apply(form(), func(d *formedit.Draft) error {
		_, err := d.AddInside("heirs", formedit.Spec{Kind: formedit.Group, Field: eform.Field{Label: "Nhóm"}})
		return err
	}); !errors.Is(err, formedit.ErrKind) {
		t.Errorf("a group inside a group: %v", err)
	}
}

func TestEverythingThatNamesARenamedFieldFollows(t *testing.T) {
	out := sound(t, form(), func(d *formedit.Draft) error {
		s, _ := d.Spec("who.sex")
		s.Field.Path = "nguoi.gioi_tinh"
		if _, err := d.SetField("who.sex", s); err != nil {
			return err
		}
		s, _ = d.Spec("who.name")
		s.Field.Path = "nguoi.ten"
		if _, err := d.SetField("who.name", s); err != nil {
			return err
		}
		s, _ = d.Spec("heirs[].name")
		s.Field.Path = "ten"
		now, err := d.SetField("heirs[].name", s)
		if now != "heirs[].ten" {
			t.Errorf("path %q", now)
		}
		return err
	})
	con := out.Layout.Sections[1]
	if con.When.Path != "nguoi.gioi_tinh" || con.Fields[0].When.Rule != `don.nguoi.gioi_tinh == "nu"` {
		t.Errorf("conditions: %+v, %+v", con.When, con.Fields[0].When)
	}
	if out.Layout.Subject.Name != "nguoi.ten" || con.Fields[2].Fields[1].When.Rule != `muc.ten != ""` {
		t.Errorf("owner %q, rule %q", out.Layout.Subject.Name, con.Fields[2].Fields[1].When.Rule)
	}
	if strings.Contains(string(out.Schema), `"sex"`) {
		t.Error("the old property is still there")
	}
}

func TestAFieldThatOthersLookAtIsNotRemovedInSilence(t *testing.T) {
	_, problems := made(t, form(), func(d *formedit.Draft) error { return d.RemoveField("who.sex") })
	codes := map[string]bool{}
	for _, p := range problems {
		codes[p.Code] = true
	}
	if !codes["condition-path"] || !codes["condition-rule"] {
		t.Errorf("problems %v", problems)
	}
}

func TestTheOwnerOfTheDossierIsNotRemovedInSilence(t *testing.T) {
	_, problems := made(t, form(), func(d *formedit.Draft) error { return d.RemoveField("who.name") })
	if len(problems) == 0 || problems[0].Code != "no-subject" {
		t.Errorf("problems %v", problems)
	}
}

func TestAKindIsChangedWithItsSchema(t *testing.T) {
	out := sound(t, form(), func(d *formedit.Draft) error {
		s, _ := d.Spec("heirs[].share")
		s.Kind = formedit.Money
		_, err := d.SetField("heirs[].share", s)
		return err
	})
	if s := spec(t, out, "heirs[].share"); s.Kind != formedit.Money || s.Most != "100" || s.Field.Widget != eform.Money {
		t.Errorf("%+v", s)
	}
}

func TestASharedDefinitionStaysAsItIs(t *testing.T) {
	out := sound(t, form(), func(d *formedit.Draft) error {
		s, _ := d.Spec("child.place")
		s.Kind, s.Required = formedit.Text, true
		_, err := d.SetField("child.place", s)
		return err
	})
	if s := spec(t, out, "who.home"); s.Kind != formedit.Address {
		t.Errorf("the other address became %q", s.Kind)
	}
	if s := spec(t, out, "child.place"); s.Kind != formedit.Text || !s.Required {
		t.Errorf("%+v", s)
	}
}

func TestFieldsMoveOverTheEdgeOfTheirSection(t *testing.T) {
	out, _ := made(t, form(), func(d *formedit.Draft) error {
		if err := d.MoveField("who.home", 1); err != nil {
			return err
		}
		return d.MoveField("heirs[].share", -1)
	})
	if got := out.Layout.Sections[1].Fields[0].Path; got != "who.home" {
		t.Errorf("first of the second section: %s", got)
	}
	if len(out.Layout.Sections[0].Fields) != 2 {
		t.Error("it stands in both sections")
	}
	if out.Layout.Sections[1].Fields[3].Fields[0].Path != "share" {
		t.Error("the field of the group did not move")
	}
}

func TestRefusedChangesSayWhy(t *testing.T) {
	rename := func(from, to string) func(*formedit.Draft) error {
		return func(d *formedit.Draft) error {
			s, _ := d.Spec(from)
			s.Field.Path = to
			_, err := d.SetField(from, s)
			return err
		}
	}
	for name, x := range map[string]struct {
		change func(*formedit.Draft) error
		want   error
	}{
		"a path another field has":    {rename("who.sex", "who.name"), formedit.ErrTaken},
		"a path inside another field": {rename("who.sex", "who.name.sex"), formedit.ErrTaken},
		"a path inside an address":    {rename("who.sex", "who.home.sex"), formedit.ErrTaken},
		"a path over another field":   {rename("who.sex", "child"), formedit.ErrTaken},
		"a path with a space":         {rename("who.sex", "who.the sex"), formedit.ErrPath},
		"a path that is too deep":     {rename("who.sex", "a.b.c.d.e.f.g"), formedit.ErrPath},
		"a field that is not there":   {func(d *formedit.Draft) error { return d.RemoveField("who.none") }, formedit.ErrNoField},
		"a section that is not there": {func(d *formedit.Draft) error { return d.RemoveSection("none") }, formedit.ErrNoSection},
		"the id of another section":   {func(d *formedit.Draft) error { return d.SetSection("con", eform.Section{ID: "nguoi", Title: "x"}) }, formedit.ErrSectionID},
		"a choice without options": {func(d *formedit.Draft) error {
			_, err := d.AddField("con", "", formedit.Spec{Kind: formedit.Choice, Field: eform.Field{Label: "x"}})
			return err
		}, formedit.ErrOptions},
		"a field without its words": {func(d *formedit.Draft) error {
			_, err := d.AddField("con", "", formedit.Spec{Kind: formedit.Text})
			return err
		}, formedit.ErrLabel},
		"a kind that there is not": {func(d *formedit.Draft) error {
			_, err := d.AddField("con", "", formedit.Spec{Kind: "colour", Field: eform.Field{Label: "x"}})
			return err
		}, formedit.ErrKind},
		"a section without its title": {func(d *formedit.Draft) error { return d.SetSection("con", eform.Section{}) }, formedit.ErrLabel},
		"the form without its title":  {func(d *formedit.Draft) error { return d.SetHead(" ", "", "", eform.Subject{}) }, formedit.ErrLabel},
		"an empty block":              {func(d *formedit.Draft) error { _, err := d.Insert(eform.Form{}, ""); return err }, formedit.ErrSchema},
		"the only field of a new part": {func(d *formedit.Draft) error {
			if _, err := d.AddSection("Mới", "", formedit.Spec{Kind: formedit.Text, Field: eform.Field{Label: "Một"}}); err != nil {
				return err
			}
			return d.RemoveField("mot")
		}, formedit.ErrLast},
	} {
		t.Run(name, func(t *testing.T) {
			before := form()
			out, _, err := formedit.Apply(before, x.change)
			if !errors.Is(err, x.want) {
				t.Fatalf("got %v", err)
			}
			if string(out.Schema) != schema {
				t.Error("a refused change left something behind")
			}
		})
	}
}

// TestEveryFormOfTheDemoSurvivesEveryChange makes each change on each field of real forms.
func TestEveryFormOfTheDemoSurvivesEveryChange(t *testing.T) {
	files, err := fs.Glob(packs.Demo(), "forms/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d forms, %v", len(files), err)
	}
	fields := 0
	for _, name := range files {
		raw, err := fs.ReadFile(packs.Demo(), name)
		if err != nil {
			t.Fatal(err)
		}
		key, _ := studio.KeyOf(name)
		p, problems := studio.Parse(key, string(raw))
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		f := *p.Forms[0]
		d, err := formedit.Open(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range f.Layout.Sections {
			for _, x := range d.Outline(s.ID) {
				fields++
				if x.Kind == formedit.Other {
					t.Errorf("%s: %s has no kind", name, x.Path)
				}
				sound(t, f, func(d *formedit.Draft) error {
					before, _ := d.Spec(x.Path)
					if _, err := d.SetField(x.Path, before); err != nil {
						return err
					}
					if after, _ := d.Spec(x.Path); !equal(before, after) {
						t.Errorf("%s: %s changed by being saved: %+v → %+v", name, x.Path, before, after)
					}
					if _, err := d.Duplicate(x.Path); err != nil {
						return err
					}
					before.Field.Path = "ten_khac_han"
					_, err := d.SetField(x.Path, before)
					return err
				})
			}
		}
	}
	if fields < 100 {
		t.Errorf("only %d fields", fields)
	}
}

func equal(a, b formedit.Spec) bool {
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	return string(x) == string(y)
}

func TestABlockComesWithItsPropertiesAsOftenAsItIsWanted(t *testing.T) {
	blocks := formedit.Blocks()
	if len(blocks) != 4 {
		t.Fatalf("%d blocks", len(blocks))
	}
	for _, b := range blocks {
		t.Run(b.ID, func(t *testing.T) {
			for _, p := range eform.Check(b) {
				t.Error(p)
			}
			var ids [2]string
			out := sound(t, form(), func(d *formedit.Draft) error {
				for i := range ids {
					var err error
					if ids[i], err = d.Insert(b, "nguoi"); err != nil {
						return err
					}
				}
				return nil
			})
			if ids[0] == ids[1] || len(out.Layout.Sections) != 4 || out.Layout.Sections[1].ID != ids[1] {
				t.Errorf("sections %v of %d", ids, len(out.Layout.Sections))
			}
			first, second := out.Layout.Sections[2].Fields, out.Layout.Sections[1].Fields
			for i := range first {
				if first[i].Path == second[i].Path {
					t.Errorf("%s is asked twice", first[i].Path)
				}
				if m := second[i].Match; m != nil && !strings.HasPrefix(m.Birth, "ca_nhan2.") {
					t.Errorf("the number of the second person is held against %s", m.Birth)
				}
			}
		})
	}
}
