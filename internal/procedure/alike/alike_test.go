package alike_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/motcua/motcua/internal/national"
	"github.com/motcua/motcua/internal/pack"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/procedure/alike"
	"github.com/motcua/motcua/packs"
)

func catalogue(t testing.TB) []*procedure.Version {
	t.Helper()
	p, problems := pack.Load(packs.Demo())
	if len(problems) > 0 {
		t.Fatal(problems[0])
	}
	return p.Procedures
}

// renamed are the ways in which provinces name their copies of a national procedure.
var renamed = map[string]func(v procedure.Version) procedure.Version{
	"with the usual first words": func(v procedure.Version) procedure.Version { v.Name = "Thủ tục " + v.Name; return v },
	"with the place behind":      func(v procedure.Version) procedure.Version { v.Name += " trên địa bàn tỉnh"; return v },
	"in capitals":                func(v procedure.Version) procedure.Version { v.Name = strings.ToUpper(v.Name); return v },
	"without its last word": func(v procedure.Version) procedure.Version {
		if w := strings.Fields(v.Name); len(w) > 5 {
			v.Name = strings.Join(w[:len(w)-1], " ")
		}
		return v
	},
	"with a letter mistyped": func(v procedure.Version) procedure.Version {
		r := []rune(v.Name)
		r[len(r)/2] = 'x'
		v.Name = string(r)
		return v
	},
	"without ministry, in another sector": func(v procedure.Version) procedure.Version {
		v.Ministry, v.Sector = "", "Lĩnh vực khác"
		return v
	},
}

// hits counts how often the right procedure stands first, and among the first three.
func hits(x *alike.Index, all []*procedure.Version, change func(procedure.Version) procedure.Version) (first, three int) {
	for i, v := range all {
		local := change(*v)
		local.Code = fmt.Sprintf("9.%06d", i)
		best := x.Best(&local, 3)
		same := func(m alike.Match) bool { return m.Code == v.Code || m.Name == v.Name }
		if len(best) > 0 && same(best[0]) {
			first++
		}
		if slices.ContainsFunc(best, same) {
			three++
		}
	}
	return first, three
}

func TestALocalCopyIsFoundHoweverItIsNamed(t *testing.T) {
	all := catalogue(t)
	x := alike.New(all)
	for name, change := range renamed {
		t.Run(name, func(t *testing.T) {
			first, three := hits(x, all, change)
			if first*100 < len(all)*95 || three*100 < len(all)*99 {
				t.Errorf("of %d procedures %d stand first, %d among three", len(all), first, three)
			}
		})
	}
}

// TestTheNationalCatalogueAsCrawled measures the same on the whole national list, where it is at hand.
func TestTheNationalCatalogueAsCrawled(t *testing.T) {
	dir := os.Getenv("MOTCUA_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "..", "shared", "data")
	}
	f, err := os.Open(filepath.Join(dir, "tthc", "procedures.jsonl"))
	if err != nil {
		t.Logf("the national list is not here: %v", err)
		return
	}
	defer f.Close()
	r := national.NewReader()
	if err := r.Read("procedures.jsonl", f); err != nil {
		t.Fatal(err)
	}
	all := r.Result().Versions
	x := alike.New(all)
	sample := make([]*procedure.Version, 0, 400)
	for i := 0; i < len(all); i += max(1, len(all)/400) {
		sample = append(sample, all[i])
	}
	for name, change := range renamed {
		first, three := hits(x, sample, change)
		t.Logf("%s: of %d (among %d) %d first, %d among three", name, len(sample), len(all), first, three)
		if first*100 < len(sample)*85 || three*100 < len(sample)*95 {
			t.Errorf("%s: of %d %d stand first, %d among three", name, len(sample), first, three)
		}
	}
}

func TestTheSameCodeBeatsAnyName(t *testing.T) {
	all := catalogue(t)
	x := alike.New(all)
	v := *all[0]
	v.Name = all[1].Name
	best := x.Best(&v, 2)
	if !best[0].SameCode || best[0].Code != v.Code || len(best) < 2 || best[1].Code != all[1].Code {
		t.Errorf("%+v", best)
	}
}

func TestWhatIsLikeNothingHasNoMatch(t *testing.T) {
	x := alike.New(catalogue(t))
	if best := x.Best(&procedure.Version{Code: "9.1", Name: "Qzx wvk"}, 3); len(best) > 0 {
		t.Errorf("%s", best[0].Name)
	}
	if best := alike.New(nil).Best(&procedure.Version{Name: "Đăng ký khai sinh"}, 3); len(best) > 0 {
		t.Error("an empty list matches")
	}
}

var (
	local = procedure.Version{
		Code: "9.1", Name: "Cấp giấy phép xây dựng", Sector: "Xây dựng", Steps: "Bước một\nBước hai", Sets: 2,
		Channels:   []procedure.Channel{{Kind: procedure.Direct, Limits: []procedure.TimeLimit{{Limit: "20d"}}, Fees: []procedure.Fee{{Amount: 100000, Known: true}}}},
		Components: []procedure.Component{{ID: "don", Name: "Đơn đề nghị", Required: true, When: "don.a"}, {ID: "ban-ve", Name: "Bản vẽ"}},
		Results:    []procedure.Result{{Code: "GPXD", Name: "Giấy phép xây dựng"}},
		Bases:      []procedure.LegalBasis{{Number: "15/2021/NĐ-CP", Name: "Nghị định cũ"}},
	}
	other = procedure.Version{
		Code: "1.1", Name: "Cấp giấy phép xây dựng", Sector: "Hoạt động xây dựng", Steps: "bước một\nBước hai", Sets: 1,
		Channels: []procedure.Channel{
			{Kind: procedure.Direct, Limits: []procedure.TimeLimit{{Limit: "15d"}}},
			{Kind: procedure.Online, Limits: []procedure.TimeLimit{{Limit: "15d"}}},
		},
		Components: []procedure.Component{{ID: "p1", Name: "Đơn đề nghị"}, {ID: "p2", Name: "Giấy tờ về đất"}},
		Results:    []procedure.Result{{Name: "Giấy phép xây dựng"}},
		Bases:      []procedure.LegalBasis{{Number: "175/2024/NĐ-CP", Name: "Nghị định mới"}},
	}
)

func TestTheSectionsThatDifferAreTold(t *testing.T) {
	var got []alike.Section
	for _, d := range alike.Differ(&local, &other) {
		got = append(got, d.Section)
	}
	// Steps differ in capitals alone; the national side states no fee.
	want := []alike.Section{alike.Sector, alike.Limits, alike.Papers, alike.Sets, alike.Bases}
	if !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
}

func TestASectionIsTakenOverAndWhatIsTheProvincesStays(t *testing.T) {
	v := &local
	for _, d := range alike.Differ(&local, &other) {
		next, ok := alike.Take(v, &other, d.Section)
		if !ok {
			t.Fatal(d.Section)
		}
		v = next
	}
	if left := alike.Differ(v, &other); len(left) > 0 {
		t.Errorf("still differs: %v", left)
	}
	if v.Code != "9.1" || v.Components[0].ID != "don" || v.Components[0].When != "don.a" || !v.Components[0].Required {
		t.Errorf("%+v", v.Components[0])
	}
	if v.Channels[0].Fees[0].Amount != 100000 || len(v.Channels) != 2 {
		t.Errorf("%+v", v.Channels)
	}
	if local.Sets != 2 || local.Channels[0].Limits[0].Limit != "20d" || len(local.Channels) != 1 {
		t.Error("the local procedure itself was changed")
	}
	if _, ok := alike.Take(&local, &other, "colour"); ok {
		t.Error("there is no such section")
	}
}

func BenchmarkBest(b *testing.B) {
	all := catalogue(b)
	x := alike.New(all)
	for i := 0; b.Loop(); i++ {
		x.Best(all[i%len(all)], 5)
	}
}
