package viet_test

import (
	"slices"
	"strings"
	"testing"
	"testing/quick"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/motcua/motcua/internal/viet"
)

func TestFold(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"plain text stays", "dang ky", "dang ky"},
		{"capitals become small", "GPXD 1.001193", "gpxd 1.001193"},
		{"tones and đ go", "Đường Ánh", "duong anh"},
		{"every shape of vowel goes", "Ăă Ââ Êê Ôô Ơơ Ưư Ỹỵ", "aa aa ee oo oo uu yy"},
		{"decomposed letters are the same", norm.NFD.String("Ủy ban nhân dân"), "uy ban nhan dan"},
		{"zero-width characters vanish", "ho\u200bso\ufeff", "hoso"},
		{"a hard space is a space", "hồ\u00a0sơ", "ho so"},
		{"soft hyphens vanish", "hồ\u00ad sơ", "ho so"},
		{"other scripts go the long way", "Đ한é", "d" + norm.NFD.String("한") + "e"},
		{"signs stay", "“Giấy phép” – 50.000₫", "“giay phep” – 50.000₫"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := viet.Fold(c.in); got != c.want {
				t.Errorf("Fold(%q) = %q, want %q", c.in, got, c.want)
			}
		})
	}
}

func TestNFC(t *testing.T) {
	if got := viet.NFC(norm.NFD.String("Thủ\u200b tục\u00a0số")); got != "Thủ tục số" {
		t.Errorf("NFC = %q", got)
	}
}

func TestTokens(t *testing.T) {
	for _, c := range []struct {
		name, in string
		want     []string
	}{
		{"words without signs", "Đăng ký khai sinh, lưu động?", []string{"dang", "ky", "khai", "sinh", "luu", "dong"}},
		{"a code is one word", "mã 1.001193.", []string{"ma", "1.001193"}},
		{"numbers of legal texts fall apart", "123/2015/NĐ-CP", []string{"123", "2015", "nd", "cp"}},
		{"nothing gives nothing", " .,\u200b ", []string{}},
		{"invisible characters do not split", "thủ\u200btục", []string{"thutuc"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := viet.Tokens(c.in); !slices.Equal(got, c.want) {
				t.Errorf("Tokens(%q) = %q, want %q", c.in, got, c.want)
			}
		})
	}
}

func TestRetone(t *testing.T) {
	for _, pair := range [][2]string{
		{"hoà", "hòa"},
		{"thuý", "thúy"},
		{"loè", "lòe"},
		{"khoẻ", "khỏe"},
		{"Hoà giải", "Hòa giải"},
		{"UỶ BAN", "ỦY BAN"},
		{"hòa", "hòa"},
		{"quý", "quý"},
		{"quá", "quá"},
		{"già", "già"},
		{"giếng", "giếng"},
		{"gìn", "gìn"},
		{"hoàn", "hoàn"},
		{"hòan", "hoàn"},
		{"khúyên", "khuyến"},
		{"được", "được"},
		{"đựơc", "được"},
		{"mía", "mía"},
		{"miá", "mía"},
		{"toán", "toán"},
		{"ngoài", "ngoài"},
		{"khuỷu", "khuỷu"},
		{"thuở", "thuở"},
		{"Café", "Café"},
		{"résumé", "résumé"},
		{"", ""},
	} {
		if got := viet.Retone(pair[0]); got != pair[1] {
			t.Errorf("Retone(%q) = %q, want %q", pair[0], got, pair[1])
		}
	}
}

func TestRetype(t *testing.T) {
	for _, pair := range [][2]string{
		{"dawng kys khai sinh", "dăng ký khai sinh"},
		{"ddawng kis", "đăng kí"},
		{"ddăng kýs", "đăng ký"},
		{"d9a8ng ky1 khai sinh", "đăng ký khai sinh"},
		{"d9ang ky1", "đang ký"},
		{"giaays khai sinh", "giấy khai sinh"},
		{"giayas pheps xaay duwngj", "giấy phép xây dựng"},
		{"gia61y phe1p xa6y du75ng", "giấy phép xây dựng"},
		{"nguwowif", "người"},
		{"nguo72i d9u7o7c", "người đươc"},
		{"Chuwngs thuwcj banr sao", "Chứng thực bản sao"},
		{"hooj khaaur", "hộ khẩu"},
		{"nhuwngx", "những"},
		{"cuwar hangf", "cửa hàng"},
		{"vieejt", "việt"},
		{"vieetj", "việt"},
		{"quaans su7", "quấn sư"},
		{"ĐAWNG KYS", "ĐĂNG KÝ"},
		{"khai sinh", "khai sinh"},
		{"A4 B2 1.001193 covid GPXD", "A4 B2 1.001193 covid GPXD"},
		{"", ""},
	} {
		if got := viet.Retype(pair[0]); got != pair[1] {
			t.Errorf("Retype(%q) = %q, want %q", pair[0], got, pair[1])
		}
	}
}

func TestSortKeyOrdersAsTheVietnameseAlphabetDoes(t *testing.T) {
	want := []string{"An", "Ánh", "Ăn", "Ân", "Bình", "Cường", "Dung", "Dũng", "Đạt", "Em", "Hòa", "Ông", "Ơn", "Thảo", "Ư"}
	got := slices.Clone(want)
	slices.Reverse(got)
	slices.SortFunc(got, func(a, b string) int { return strings.Compare(viet.SortKey(a), viet.SortKey(b)) })
	if !slices.Equal(got, want) {
		t.Errorf("order = %q, want %q", got, want)
	}
	if viet.SortKey(norm.NFD.String("Đường")) != viet.SortKey("Đường") {
		t.Error("composed and decomposed writing sort apart")
	}
}

func TestTitleName(t *testing.T) {
	for _, pair := range [][2]string{
		{"NGUYỄN  văn an", "Nguyễn Văn An"},
		{"trần thị ánh ĐÀO", "Trần Thị Ánh Đào"},
		{"h'nia ksơr", "H'Nia Ksơr"},
		{"John McLeod", "John McLeod"},
		{"y-bih aleo", "Y-Bih Aleo"},
		{" ", ""},
		{"đỗ", "Đỗ"},
	} {
		if got := viet.TitleName(pair[0]); got != pair[1] {
			t.Errorf("TitleName(%q) = %q, want %q", pair[0], got, pair[1])
		}
	}
}

func TestNameSuffixes(t *testing.T) {
	if got := viet.NameSuffixes("Nguyễn Văn  Ân"); !slices.Equal(got, []string{"nguyen van an", "van an", "an"}) {
		t.Errorf("NameSuffixes = %q", got)
	}
	if got := viet.NameSuffixes(" "); got != nil {
		t.Errorf("NameSuffixes of nothing = %q", got)
	}
}

func TestWritingOfTimesAndNumbers(t *testing.T) {
	at := time.Date(2026, 3, 16, 9, 30, 0, 0, time.UTC) // 16:30 at +07:00
	for _, c := range []struct{ name, got, want string }{
		{"an instant", viet.DateTime(at), "16:30 thứ Hai, 16/03/2026"},
		{"a day", viet.Day(at), "thứ Hai, 16/03/2026"},
		{"a date", viet.Date(at), "16/03/2026"},
		{"a short date", viet.ShortDate(at), "16/03/26"},
		{"a Sunday", viet.Weekday(at.AddDate(0, 0, -1)), "Chủ nhật"},
		{"late in the UTC day it is the next day here", viet.Date(at.Add(8 * time.Hour)), "17/03/2026"},
		{"a time in words", viet.ClockInWords(at), "16 giờ 30"},
		{"the date line of a paper", viet.DateInWords(at), "ngày 16 tháng 3 năm 2026"},
		{"the date line early in the year", viet.DateInWords(time.Date(2026, 1, 5, 3, 0, 0, 0, time.UTC)), "ngày 05 tháng 01 năm 2026"},
		{"a count", viet.Count(1234567), "1.234.567"},
		{"a small count", viet.Count(999), "999"},
		{"a negative count", viet.Count(-1000), "-1.000"},
		{"an amount", viet.Money(50000), "50.000 đồng"},
		{"nothing to pay", viet.Money(0), "0 đồng"},
		{"an instant in English", viet.DateTimeEnglish(at), "16:30 Monday, 16 March 2026"},
		{"a date in English", viet.DateEnglish(at), "16 March 2026"},
		{"an amount in English", viet.MoneyEnglish(50000), "50,000 VND"},
		{"the smallest number there is", viet.Count(-1 << 63), "-9.223.372.036.854.775.808"},
	} {
		if c.got != c.want {
			t.Errorf("%s: %q, want %q", c.name, c.got, c.want)
		}
	}
}

func FuzzFold(f *testing.F) {
	for _, s := range []string{"Đăng ký khai sinh", norm.NFD.String("Ủy ban"), "ddawng kis", "d9ang ky1", "\xff\xfe", "한국 ẞ İ ſ K", "a\u0301\u0323", "\u200bx"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		folded := viet.Fold(s)
		if again := viet.Fold(folded); again != folded {
			t.Errorf("Fold twice: %q, then %q", folded, again)
		}
		if utf8.ValidString(s) {
			if a, b := viet.Fold(norm.NFC.String(s)), viet.Fold(norm.NFD.String(s)); a != b {
				t.Errorf("composed %q, decomposed %q", a, b)
			}
		}
		if once := viet.NFC(s); viet.NFC(once) != once {
			t.Errorf("NFC is not stable for %q", s)
		}
		if viet.Fold(viet.Retone(s)) != viet.Fold(viet.NFC(s)) {
			t.Errorf("Retone changed the letters of %q: %q", s, viet.Retone(s))
		}
		for _, w := range viet.Words(s) {
			if w.Start < 0 || w.End > len(s) || w.Start >= w.End || w.Folded == "" {
				t.Errorf("word %+v outside %q", w, s)
			}
		}
		viet.Retype(s)
		viet.TitleName(s)
		viet.NameSuffixes(s)
		viet.SortKey(s)
	})
}

func TestFoldingTheFastAndTheLongWayAgree(t *testing.T) {
	// A Hangul letter sends the whole text the long way.
	same := func(s string) bool {
		return viet.Fold(s+"\u1100") == viet.Fold(s)+"\u1100"
	}
	if err := quick.Check(same, nil); err != nil {
		t.Error(err)
	}
	for r := rune(0); r < 0x10000; r++ {
		if s := string(r) + "x"; !same(s) {
			t.Errorf("%U folds in two ways: %q", r, viet.Fold(s))
		}
	}
}

func BenchmarkFold(b *testing.B) {
	for _, c := range []struct{ name, s string }{
		{"ascii", "dang ky khai sinh co yeu to nuoc ngoai"},
		{"vietnamese", "Đăng ký khai sinh có yếu tố nước ngoài"},
		{"decomposed", norm.NFD.String("Đăng ký khai sinh có yếu tố nước ngoài")},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(c.s)))
			for b.Loop() {
				viet.Fold(c.s)
			}
		})
	}
}
