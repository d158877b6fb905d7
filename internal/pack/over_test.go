package pack

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"strings"
	"testing"
)

func folders(packs map[string]Texts) func(string) (fs.FS, error) {
	return func(dir string) (fs.FS, error) {
		if p, ok := packs[dir]; ok {
			return p, nil
		}
		return nil, fs.ErrNotExist
	}
}

func ground(t *testing.T) Texts {
	t.Helper()
	p, problems := Load(os.DirFS("testdata/nho"))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return Texts(p.Files())
}

func TestAPackOverAnotherDiffersOnlyWhereItSaysSo(t *testing.T) {
	base := ground(t)
	own := Texts{
		"pack.yaml":     "id: tinh-hai\ntitle: Tỉnh Hai\nversion: \"1\"\nbase: ../nho\nprovince: {id: tinh-hai, code: H98, name: Tỉnh Hai, hours: hanh-chinh}\n",
		"agencies.yaml": "- {id: so-moi, name: Sở Mới, code: H98.99, kind: department, level: province}\n",
	}
	p, problems, err := LoadFrom(folders(map[string]Texts{"packs/nho": base, "packs/hai": own}), "packs/hai")
	if err != nil || len(problems) > 0 {
		t.Fatal(problems, err)
	}
	was, _ := Load(base)
	kinds := map[string]int{}
	for _, c := range Diff(was, p) {
		kinds[c.Kind+" "+c.What]++
	}
	want := map[string]int{"pack added": 1, "pack removed": 1, "agency added": 1}
	if !maps.Equal(kinds, want) {
		t.Errorf("%v, want %v", kinds, want)
	}
	if len(was.Agencies)+1 != len(p.Agencies) || p.Home.Code != "H98" {
		t.Errorf("%d agencies, province %s", len(p.Agencies), p.Home.Code)
	}
}

func TestPacksOverOneAnotherAreReadWithCare(t *testing.T) {
	head := func(base string) string { return "id: a\ntitle: A\nversion: \"1\"\nbase: " + base + "\n" }
	for _, c := range []struct {
		name  string
		packs map[string]Texts
		fault string
	}{
		{"a circle", map[string]Texts{"a": {"pack.yaml": head("../b")}, "b": {"pack.yaml": head("../a")}}, "circle"},
		{"itself", map[string]Texts{"a": {"pack.yaml": head(".")}}, "circle"},
		{"nothing", map[string]Texts{"a": {"pack.yaml": head("../khong-co")}}, "no folder"},
		{"what is left out is not there", map[string]Texts{"a": {"pack.yaml": head("../nho") + "without: [processes/khong-co.yaml]\n"}, "nho": nil}, "left out"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, wants := c.packs["nho"]; wants {
				c.packs["nho"] = ground(t)
			}
			_, problems, err := LoadFrom(folders(c.packs), "a")
			said := ""
			for _, p := range problems {
				said += p.String() + "\n"
			}
			if !strings.Contains(said+errorText(err), c.fault) {
				t.Errorf("%s%v", said, err)
			}
		})
	}
}

func errorText(err error) string {
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		return ""
	}
	return err.Error()
}
