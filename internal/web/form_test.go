package web_test

import (
	"net/url"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/motcua/motcua/internal/web"
)

func TestTypedTextIsCleanedBeforeItIsKept(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, in, want string }{
		{"decomposed tones are composed", "Nguye\u0302\u0303n", "Nguyễn"},
		{"blanks around go", "  Trần \t", "Trần"},
		{"line ends become one", "a\r\nb\nc", "a\nb\nc"},
		{"control characters go", "a\x00b\x1bc", "abc"},
		{"marks that turn the direction of text go", "a\u202egnp.exe", "agnp.exe"},
		{"a tab becomes a blank", "a\tb", "a b"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got, ok := web.Clean(tt.in); !ok || got != tt.want {
				t.Fatalf("got %q %v, want %q", got, ok, tt.want)
			}
		})
	}
	if _, ok := web.Clean("\xff"); ok {
		t.Fatal("bytes that are no UTF-8 were accepted")
	}
}

func TestADateIsReadAsPeopleWriteIt(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, in, want string }{
		{"with strokes", "16/03/2026", "2026-03-16"},
		{"short", "6/3/2026", "2026-03-06"},
		{"with hyphens", "16-3-2026", "2026-03-16"},
		{"with dots and blanks", " 16. 3. 2026 ", "2026-03-16"},
		{"eight digits", "16032026", "2026-03-16"},
		{"full-width digits", "１６/０３/２０２６", "2026-03-16"},
		{"a leap day", "29/02/2024", "2024-02-29"},
		{"no leap day", "29/02/2026", ""},
		{"no 31st of April", "31/04/2026", ""},
		{"month first", "03/16/2026", ""},
		{"two digits of a year are not guessed", "16/03/26", ""},
		{"words", "hôm nay", ""},
		{"a sign", "-1/03/2026", ""},
		{"empty", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, ok := web.ReadDate(tt.in)
			if ok != (tt.want != "") || ok && got.Format("2006-01-02") != tt.want {
				t.Fatalf("got %v %v, want %q", got, ok, tt.want)
			}
		})
	}
}

func TestAFormCarriesItsKeyAndVersion(t *testing.T) {
	t.Parallel()
	f, err := web.NewForm(url.Values{"_key": {"abc"}, "_version": {"12"}, "name": {" Ổn "}})
	if err != nil || f.Key != "abc" || f.Version != 12 || f.Get("name") != "Ổn" {
		t.Fatalf("%+v %v", f, err)
	}
	for name, values := range map[string]url.Values{
		"a version that is no number": {"_version": {"x"}},
		"a key longer than any":       {"_key": {strings.Repeat("k", 65)}},
		"bytes that are no text":      {"a": {"\xff"}},
		"a name that is no text":      {"\xff": {"a"}},
	} {
		if _, err := web.NewForm(values); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
	many := url.Values{}
	for i := range 6000 {
		many.Add("f"+strconv.Itoa(i), "x")
	}
	if _, err := web.NewForm(many); err == nil {
		t.Error("6,000 fields were accepted")
	}
}

func TestARedirectStaysOnTheSite(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"/ho-so?x=1#a":          "/ho-so?x=1#a",
		"":                      "/",
		"ho-so":                 "/",
		"//evil.example":        "/",
		"/\\evil.example":       "/",
		"https://evil.example":  "/",
		"javascript:alert(1)":   "/",
		"/\t/evil.example":      "/",
		"/a\r\nSet-Cookie: x=1": "/",
		"/%2fevil.example":      "/",
	} {
		if got := web.Local(in); got != want {
			t.Errorf("%q leads to %q, want %q", in, got, want)
		}
	}
}

func TestKeysDoNotRepeat(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 1000 {
		k := web.NewKey()
		if seen[k] || len(k) != 26 {
			t.Fatalf("key %q", k)
		}
		seen[k] = true
	}
}

func FuzzClean(f *testing.F) {
	f.Add("Nguye\u0302\u0303n\r\n\x00")
	f.Fuzz(func(t *testing.T, s string) {
		got, ok := web.Clean(s)
		if ok != utf8.ValidString(s) {
			t.Fatalf("%q: %v", s, ok)
		}
		if again, _ := web.Clean(got); ok && (again != got || !norm.NFC.IsNormalString(got)) {
			t.Fatalf("%q is not clean: %q", s, got)
		}
	})
}

func FuzzReadDate(f *testing.F) {
	f.Add("16/03/2026")
	f.Add("16032026")
	f.Fuzz(func(t *testing.T, s string) {
		d, ok := web.ReadDate(s)
		if !ok {
			return
		}
		if again, ok := web.ReadDate(d.Format("02/01/2006")); !ok || !again.Equal(d) {
			t.Fatalf("%q: %v is not read back", s, d)
		}
	})
}
