package studio

import (
	"os"
	"strings"
	"testing"
)

func demo(t *testing.T, file string) string {
	t.Helper()
	raw, err := os.ReadFile("../../packs/demo/" + file)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestADifferenceIsSaidInWords(t *testing.T) {
	for _, c := range []struct {
		name, file, old, now string
		vi, en               []string
	}{
		{
			"a limit of a step", "processes/cap-xa.yaml", "limit: 4wh", "limit: 3wd",
			[]string{"Bước “Công chức chuyên môn xử lý”: thời hạn 4 giờ làm việc → 3 ngày làm việc"},
			[]string{"Step “Công chức chuyên môn xử lý”: limit 4 working hours → 3 working days"},
		},
		{
			"the meaning of an action", "processes/cap-xa.yaml", "means: decline, to: van-thu", "means: approve, to: tham-dinh",
			[]string{
				"Bước “Lãnh đạo Ủy ban nhân dân ký”, hành động “Không đủ điều kiện”: ý nghĩa không đồng ý → phê duyệt",
				"Bước “Lãnh đạo Ủy ban nhân dân ký”, hành động “Không đủ điều kiện”: chuyển đến bước “van-thu” → “tham-dinh”",
			},
			nil,
		},
		{
			"a fee", "procedures/1.000656.yaml", "- {kind: le_phi, name: Lệ phí đăng ký khai tử, amount: 0, known: true, case: Đăng ký đúng hạn", "- {kind: le_phi, name: Lệ phí đăng ký khai tử, amount: 5000, known: true, case: Đăng ký đúng hạn",
			[]string{
				"Cách thực hiện “trực tiếp”, khoản thu “Lệ phí đăng ký khai tử”: mức thu 0 đồng → 5.000 đồng",
			},
			nil,
		},
		{
			"a paper left out", "procedures/1.000656.yaml", "  - {id: uy-quyen, group: Trường hợp ủy quyền, name: Văn bản ủy quyền, originals: 1, counted: true}\n", "",
			[]string{"Bỏ giấy tờ “Văn bản ủy quyền”"},
			[]string{"Removed paper “Văn bản ủy quyền”"},
		},
		{
			"hours of a day", "hours.yaml", `sat: "07:30-11:30"`, `sat: "08:00-11:30"`,
			[]string{"Giờ làm việc “Giờ hành chính, nhận và trả hồ sơ cả sáng thứ Bảy”: thứ Bảy “07:30-11:30” → “08:00-11:30”"},
			nil,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			k, ok := KeyOf(c.file)
			if !ok {
				t.Fatal(c.file)
			}
			old := demo(t, c.file)
			now := strings.Replace(old, c.old, c.now, 1)
			if now == old {
				t.Fatal("nothing replaced")
			}
			for lang, want := range map[string][]string{"vi": c.vi, "en": c.en} {
				if want == nil {
					continue
				}
				var got []string
				for _, w := range DiffTexts(k, old, now, lang).Lines {
					got = append(got, w.String())
				}
				if strings.Join(got, "\n") != strings.Join(want, "\n") {
					t.Errorf("%s:\n%s\nwant\n%s", lang, strings.Join(got, "\n"), strings.Join(want, "\n"))
				}
			}
		})
	}
}
