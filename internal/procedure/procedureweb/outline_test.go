package procedureweb

import (
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
)

// shape writes an outline so that it can be read in a test: kind, mark, text, deeper ones indented.
func shape(blocks []*block, indent string) string {
	var b strings.Builder
	for _, one := range blocks {
		b.WriteString(indent + [...]string{"p", "step", "li"}[one.kind])
		if one.mark != "" {
			b.WriteString(" [" + one.mark + "]")
		}
		if one.text != "" {
			b.WriteString(" " + one.text)
		}
		b.WriteString("\n" + shape(one.inside, indent+"  "))
	}
	return b.String()
}

func TestOutlineSetsFlattenedTexts(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{"plain paragraphs stay", "Nộp đơn.\nNhận kết quả.", "p Nộp đơn.\np Nhận kết quả.\n"},
		{
			"steps hold what follows them", "Bước 1: Chuẩn bị hồ sơ.\nBước 2: Nộp hồ sơ\n+ Tại quầy;\n+ Qua mạng.\n- Bước 3: Nhận kết quả.",
			"step [Bước 1] Chuẩn bị hồ sơ.\nstep [Bước 2] Nộp hồ sơ\n  li Tại quầy;\n  li Qua mạng.\nstep [Bước 3] Nhận kết quả.\n",
		},
		{
			"pluses stand inside dashes", "- Nộp hồ sơ:\n+ Một bản chính;\n+ Một bản sao.\n- Chờ kết quả.",
			"li Nộp hồ sơ:\n  li Một bản chính;\n  li Một bản sao.\nli Chờ kết quả.\n",
		},
		{
			"numbers, letters and dashes in order", "1. Tổ chức:\na) Có trụ sở;\nb) Có vốn:\n- Tiền;\n2. Cá nhân.",
			"li [1.] Tổ chức:\n  li [a)] Có trụ sở;\n  li [b)] Có vốn:\n    li Tiền;\nli [2.] Cá nhân.\n",
		},
		{"a line broken in its middle is joined", "Nộp hồ sơ tại\nbộ phận một cửa.", "p Nộp hồ sơ tại bộ phận một cửa.\n"},
		{"dashes run together after a full stop", "Nộp tại xã. - Giờ nhận: buổi sáng. - Nghỉ thứ Bảy.", "p Nộp tại xã.\nli Giờ nhận: buổi sáng.\nli Nghỉ thứ Bảy.\n"},
		{"a dash between names stays", "Cục Quản lý xuất nhập cảnh - Bộ Công an", "p Cục Quản lý xuất nhập cảnh - Bộ Công an\n"},
		{"counted parts of one line", "Tài liệu gồm: (1) Đơn; (2) Bản vẽ; (3) Giấy phép.", "p Tài liệu gồm:\nli [(1)] Đơn;\nli [(2)] Bản vẽ;\nli [(3)] Giấy phép.\n"},
		{"one counted part is no list", "Theo mẫu (1) ban hành kèm theo.", "p Theo mẫu (1) ban hành kèm theo.\n"},
		{"lettered parts of one line", "Gồm: a) Đơn; b) Bản sao; c) Ảnh.", "p Gồm:\nli [a)] Đơn;\nli [b)] Bản sao;\nli [c)] Ảnh.\n"},
		{"small Roman parts of one line", "Gồm: (i) Tờ trình; (ii) Bảng kê.", "p Gồm:\nli [(i)] Tờ trình;\nli [(ii)] Bảng kê.\n"},
		{"lettered steps run into the text", "Trước ngày 16/01/2026 a) Bước 1. Nộp hồ sơ b) Bước 2. Nhận kết quả", "p Trước ngày 16/01/2026\nstep [a) Bước 1] Nộp hồ sơ\nstep [b) Bước 2] Nhận kết quả\n"},
		{"a step named on its own line takes the next", "Bước 1:\nNộp đơn.", "step [Bước 1] Nộp đơn.\n"},
		{"amounts and dates are no marks", "1.500 đồng\n3x4 cm", "p 1.500 đồng\np 3x4 cm\n"},
		{"rules of dashes vanish", "-----\nNộp đơn", "p Nộp đơn\n"},
		{"nothing", " \n ", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, shape(outline(tt.text), "")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// words are the letters and digits of a text, in order: what an outline must never change.
func words(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, s)
}

func said(blocks []*block) string {
	var b strings.Builder
	for _, one := range blocks {
		b.WriteString(one.mark + one.text + said(one.inside))
	}
	return b.String()
}

func depth(blocks []*block) int {
	deepest := 0
	for _, one := range blocks {
		deepest = max(deepest, 1+depth(one.inside))
	}
	return deepest
}

func FuzzOutlineKeepsEveryWord(f *testing.F) {
	for _, s := range []string{
		"Bước 1: a\n- b\n+ c\nd", "1. x\n1.1. y\na) z; b) w", "Gồm: (1) a; (2) b", "- - - a", "I. A\n(i) b\n* c", "a) b) c) d)", "+\n+ \n- Bước 2\n",
		strings.Repeat("- a\n+ b\n* c\n• d\n1. e\na) f\n", 5),
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		s = strings.ToValidUTF8(s, "")
		blocks := outline(s)
		if got, want := words(said(blocks)), words(s); got != want {
			t.Errorf("words changed:\n%q\n%q", got, want)
		}
		if d := depth(blocks); d > maxDepth+1 {
			t.Errorf("%d deep", d)
		}
		name, rest := splitName(s)
		if got, want := words(name+said(rest)), words(s); len(blocks) > 0 && got != want {
			t.Errorf("the name's words changed:\n%q\n%q", got, want)
		}
	})
}
