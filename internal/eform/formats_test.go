package eform

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/text/unicode/norm"
)

func TestFormats(t *testing.T) {
	checks := map[string]func(string) refusal{
		"name": checkName, "number": checkPersonalNumber, "tax": checkTaxCode, "phone": checkPhone,
		"email": checkEmail, "date": checkDate, "birth": checkBirth, "place": checkPlaceShape,
	}
	for _, tt := range []struct {
		rule, format, value string
		want                refusal
	}{
		{"a name has letters with any marks", "name", "Nguyễn Thị Ánh Nguyệt", ""},
		{"a name of two letters is a name", "name", "Vũ", ""},
		{"a name of the Central Highlands has an apostrophe", "name", "H'Nia Byă", ""},
		{"a typographic apostrophe is one too", "name", "K’Brơi", ""},
		{"a hyphen and a dot stand in names", "name", "Jean-Paul M. Sartre", ""},
		{"marks without a composed form stay marks", "name", "Y Č̆ung", ""},
		{"a digit is no part of a name", "name", "Nguyễn Văn 5", "name-digits"},
		{"a name does not begin with a sign", "name", "-An", "name"},
		{"one letter is no name", "name", "A", "name"},
		{"markup is no name", "name", "An<b>", "name"},
		{"Cyrillic letters that look Latin are refused", "name", "Аn Nguyen", "name"},

		{"a man born in the 20th century in Hà Nội", "number", "001090123456", ""},
		{"a woman born in the 21st century in Cà Mau", "number", "096305000001", ""},
		{"eleven digits are too few", "number", "00109012345", "personal-number"},
		{"letters are no digits", "number", "00109012345a", "personal-number"},
		{"full-width digits are not kept", "number", "00109012345６", "personal-number"},
		{"003 was never a province", "number", "003090123456", "personal-number-province"},
		{"999 neither", "number", "999090123456", "personal-number-province"},

		{"an enterprise's code has a right check digit", "tax", "0100109106", ""},
		{"a wrong check digit is seen", "tax", "0100109107", "tax-code-check"},
		{"two digits changed places are seen", "tax", "0100190106", "tax-code-check"},
		{"a dependent unit adds 001 to 999", "tax", "0100109106001", ""},
		{"000 is no dependent unit", "tax", "0100109106000", "tax-code-check"},
		{"a sequence of zeros was never given", "tax", "0100000008", "tax-code-check"},
		{"a person's tax code is the personal number", "tax", "001090123456", ""},
		{"twelve digits that are no personal number are refused", "tax", "003090123456", "tax-code-person"},
		{"eleven digits are no tax code", "tax", "01001091061", "tax-code"},
		{"letters are refused", "tax", "VV34567890", "tax-code"},

		{"a mobile number", "phone", "0912345678", ""},
		{"a mobile number of a virtual network", "phone", "0559345678", ""},
		{"Hà Nội's landline", "phone", "02438252525", ""},
		{"a landline with a three-digit area", "phone", "02713822222", ""},
		{"an area code ended in 2017", "phone", "0651382222", "phone"},
		{"an eleven-digit mobile number ended in 2018", "phone", "01689123456", "phone"},
		{"a short code is no phone of a person", "phone", "113", "phone"},

		{"an address of mail", "email", "nguyen.an+hs@mail.example.vn", ""},
		{"no at sign", "email", "nguyen.an.example.vn", "email"},
		{"two dots", "email", "a..b@example.vn", "email"},
		{"no domain", "email", "a@vn", "email"},
		{"a line break would forge a header", "email", "a@example.vn\nBcc: b@example.vn", "email"},

		{"a day", "date", "2024-02-29", ""},
		{"29 February of a common year", "date", "2023-02-29", "date-impossible"},
		{"as typed, impossible", "date", "31/2/2024", "date-impossible"},
		{"words", "date", "hôm qua", "date"},
		{"a year too far", "date", "0001-01-01", "date-impossible"},
		{"a year of birth alone", "birth", "1950", ""},
		{"a month of birth", "birth", "1950-03", ""},
		{"a month that does not exist", "birth", "1950-13", "date-impossible"},
		{"words for a birth", "birth", "khoảng 1950", "birth"},

		{"a commune's code", "place", "00004", ""},
		{"a word is no code", "place", "Ba Đình", "place"},
	} {
		if got := checks[tt.format](tt.value); got != tt.want {
			t.Errorf("%s: %s %q: got %q, want %q", tt.rule, tt.format, tt.value, got, tt.want)
		}
	}
}

func TestReadsWhatPeopleType(t *testing.T) {
	num := func(f func(string) (json.Number, bool)) func(string) (string, bool) {
		return func(s string) (string, bool) { n, ok := f(s); return n.String(), ok }
	}
	read := map[string]func(string) (string, bool){
		"date": ReadDate, "birth": ReadBirth, "phone": ReadPhone, "number": ReadPersonalNumber, "tax": ReadTaxCode,
		"decimal": num(ReadNumber), "money": num(ReadMoney),
	}
	for _, tt := range []struct {
		what, typed, want string
		ok                bool
	}{
		{"date", "5/9/2024", "2024-09-05", true},
		{"date", " 05 / 09 / 2024 ", "2024-09-05", true},
		{"date", "5.9.2024", "2024-09-05", true},
		{"date", "5-9-2024", "2024-09-05", true},
		{"date", "05092024", "2024-09-05", true},
		{"date", "2024-09-05", "2024-09-05", true},
		{"date", "31/4/2024", "2024-04-31", false},
		{"date", "9/2024", "", false},
		{"date", "5/9/24", "", false},
		{"birth", "1950", "1950", true},
		{"birth", "3/1950", "1950-03", true},
		{"birth", "1/3/1950", "1950-03-01", true},
		{"birth", "13/1950", "1950-13", false},
		{"phone", "+84 912 345 678", "0912345678", true},
		{"phone", "0912.345.678", "0912345678", true},
		{"phone", "84-912-345-678", "0912345678", true},
		{"phone", "(024) 3825 2525", "02438252525", true},
		{"phone", "0084912345678", "0912345678", true},
		{"phone", "+840912345678", "0912345678", true},
		{"phone", "+1 202 555 0100", "+12025550100", false},
		{"number", "001 090 123 456", "001090123456", true},
		{"number", "001.090.123.456", "001090123456", true},
		{"tax", "01.00.109.106", "0100109106", true},
		{"tax", "0100109106-001", "0100109106001", true},
		{"decimal", "12,5", "12.5", true},
		{"decimal", "1.234,50", "1234.5", true},
		{"decimal", "1 234", "1234", true},
		{"decimal", "-3", "-3", true},
		{"decimal", "0", "0", true},
		{"decimal", "007", "7", true},
		{"decimal", "-0", "0", true},
		{"decimal", "1.5", "", false},
		{"decimal", "1e9", "", false},
		{"decimal", "1.23.456", "", false},
		{"decimal", "9999999999999999", "9999999999999999", false},
		{"money", "1.500.000", "1500000", true},
		{"money", "1500000 đ", "1500000", true},
		{"money", "1 500 000 đồng", "1500000", true},
		{"money", "1,500,000 VND", "1500000", true},
		{"money", "1500,5", "1500.5", false},
		{"money", "một triệu", "", false},
	} {
		got, ok := read[tt.what](tt.typed)
		if ok != tt.ok || ok && got != tt.want {
			t.Errorf("%s %q: got %q %v, want %q %v", tt.what, tt.typed, got, ok, tt.want, tt.ok)
		}
		if ok {
			// Decimals are stored with a point, which nobody types.
			if again, ok := read[tt.what](got); tt.what != "decimal" && (!ok || again != got) {
				t.Errorf("%s %q: what is stored does not read as itself: %q", tt.what, got, again)
			}
		}
	}
}

// TestTaxCodeVectors reads the vectors of the data folder when MOTCUA_DATA names one; the
// codes below hold always.
func TestTaxCodeVectors(t *testing.T) {
	type vectors struct {
		Valid   []string    `json:"valid"`
		Normal  [][2]string `json:"valid_with_normal_form"`
		Invalid [][2]string `json:"invalid"`
	}
	v := vectors{
		Valid:   []string{"0100109106", "01.00.109.106"},
		Normal:  [][2]string{{"0100109106 - 001", "0100109106001"}},
		Invalid: [][2]string{{"12345", "length"}, {"0100109105", "check digit"}},
	}
	if dir := os.Getenv("MOTCUA_DATA"); dir != "" {
		b, err := os.ReadFile(filepath.Join(dir, "identity", "tax_code_vectors.json"))
		if err != nil {
			t.Fatal(err)
		}
		var more vectors
		if err := json.Unmarshal(b, &more); err != nil {
			t.Fatal(err)
		}
		v.Valid = append(v.Valid, more.Valid...)
		v.Normal = append(v.Normal, more.Normal...)
		v.Invalid = append(v.Invalid, more.Invalid...)
	}
	for _, s := range v.Valid {
		if got, ok := ReadTaxCode(s); !ok {
			t.Errorf("%s refused (%s)", s, got)
		}
	}
	for _, s := range v.Normal {
		if got, ok := ReadTaxCode(s[0]); !ok || got != s[1] {
			t.Errorf("%s: %s %v, want %s", s[0], got, ok, s[1])
		}
	}
	for _, s := range v.Invalid {
		if got, ok := ReadTaxCode(s[0]); ok {
			t.Errorf("%s accepted as %s although %s", s[0], got, s[1])
		}
	}
}

func TestShowsWhatIsStored(t *testing.T) {
	for _, tt := range []struct{ got, want string }{
		{ShowDate("2024-09-05"), "05/09/2024"},
		{ShowDate("1950"), "1950"},
		{ShowDate("1950-03"), "03/1950"},
		{ShowDate("31/4/2024"), "31/4/2024"},
		{ShowNumber("1234567.5"), "1.234.567,5"},
		{ShowNumber("-12"), "-12"},
		{ShowNumber("-0.5"), "-0,5"},
		{ShowPhone("0912345678"), "0912 345 678"},
		{ShowPhone("02438252525"), "024 3825 2525"},
		{ShowPhone("02713822222"), "0271 382 2222"},
		{ShowTaxCode("0100109106001"), "0100109106-001"},
	} {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
}

func TestCleanText(t *testing.T) {
	for _, tt := range []struct {
		rule, in, want string
		lines          bool
	}{
		{"decomposed marks are composed", norm.NFD.String("Nguyễn Thị Ánh"), "Nguyễn Thị Ánh", false},
		{"spaces run together", "  Nguyễn \t An  ", "Nguyễn An", false},
		{"a line stays one line", "a\r\nb", "a b", false},
		{"lines stay lines", "a \r\nb\r\n", "a\nb", true},
		{"nothing invisible is kept", "a\u200bb\u202ec\x00d", "abcd", false},
		{"bytes that are no text are marked", "a\xffb", "a�b", false},
	} {
		got := clean(tt.in, tt.lines)
		if got != tt.want {
			t.Errorf("%s: %q, want %q", tt.rule, got, tt.want)
		}
		if again := clean(got, tt.lines); again != got {
			t.Errorf("%s: not settled: %q, then %q", tt.rule, got, again)
		}
	}
}
