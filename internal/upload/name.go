package upload

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// CleanName makes the name that a browser sent fit to be shown and stored as text: the last part of a
// path, NFC, one plain space for every run of spaces, no control, formatting or bidirectional characters, none that
// a file system forbids, no dot at either end, at most MaxName runes with the extension kept. It is never
// empty and never a path; cleaning twice changes nothing.
func CleanName(name string) string {
	name = norm.NFC.String(strings.ToValidUTF8(name, ""))
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.Is(unicode.C, r), r == unicode.ReplacementChar:
			return -1
		case strings.ContainsRune(`<>:"|?*`, r):
			return '_'
		}
		return r
	}, name)
	name = norm.NFC.String(strings.Join(strings.Fields(name), " ")) // what was removed may have stood between a letter and its mark
	name = shorten(strings.Trim(name, " ."), MaxName)
	if stem, _, _ := strings.Cut(strings.ToLower(name), "."); slices.Contains(devices, strings.TrimSpace(stem)) {
		name = shorten("_"+name, MaxName)
	}
	if name == "" {
		return "tep"
	}
	return name
}

// devices are names that Windows keeps for itself, whatever their extension.
var devices = func() []string {
	d := []string{"con", "prn", "aux", "nul"}
	for _, n := range "123456789" {
		d = append(d, "com"+string(n), "lpt"+string(n))
	}
	return d
}()

// shorten cuts the stem so that the whole has at most n runes.
func shorten(name string, n int) string {
	r := []rune(name)
	if len(r) <= n {
		return name
	}
	var ext []rune
	if dot := strings.LastIndexByte(name, '.'); dot > 0 {
		if e := []rune(name[dot:]); len(e) <= 10 {
			ext = e
		}
	}
	stem := strings.TrimRight(string(r[:n-len(ext)]), " .")
	return stem + string(ext)
}

// NameFor is CleanName with an extension that tells the truth: "anh.png.exe" that is a PNG becomes "anh.png.exe.png".
func NameFor(name string, k Kind) string {
	name = CleanName(name)
	exts := k.Extensions()
	if len(exts) == 0 {
		return name
	}
	lower := strings.ToLower(name)
	for _, e := range exts {
		if strings.HasSuffix(lower, e) && len(lower) > len(e) {
			return name
		}
	}
	return strings.TrimRight(shorten(name, MaxName-len(exts[0])), " .") + exts[0]
}
