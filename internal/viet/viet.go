// Package viet knows how Vietnamese is written and typed: tones and where they stand, đ, the keys of
// Telex and VNI, alphabetical order, people's names, dates, counts and money.
//
// It holds no word lists of any office and does no I/O. The one rule to know: text is compared through
// Fold on both sides, in every engine, so that what is stored and what is asked always meet. Text that
// enters the system is put in NFC first (NFC).
package viet

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// NFC returns s in the composed form in which text is stored, without the characters nobody can see:
// zero-width spaces and joiners, byte order marks, soft hyphens. Odd spaces become plain ones; line
// breaks and tabs stay.
func NFC(s string) string {
	if isASCII(s) {
		return s
	}
	s = strings.Map(func(r rune) rune {
		switch {
		case r < utf8.RuneSelf:
			return r
		case unicode.Is(unicode.Cf, r):
			return -1
		case unicode.Is(unicode.Zs, r):
			return ' '
		}
		return r
	}, s)
	return norm.NFC.String(s)
}

// Fold makes text comparable without tones: "Đường Ánh" and "duong anh" are equal. Composed and
// decomposed writing, old and new placement of the tone, capitals and invisible characters make no
// difference. Fold(Fold(s)) == Fold(s).
func Fold(s string) string {
	plain := true
	for i := 0; i < len(s); i++ {
		if c := s[i]; c >= utf8.RuneSelf {
			return foldWide(s, i)
		} else if 'A' <= c && c <= 'Z' {
			plain = false
		}
	}
	if plain {
		return s
	}
	return strings.ToLower(s)
}

// foldWide folds letter by letter from a table; what the table does not know (other scripts) sends the
// whole text the long way, so that both ways always give the same answer.
func foldWide(s string, firstWide int) string {
	var b strings.Builder
	b.Grow(len(s))
	for _, c := range []byte(s[:firstWide]) {
		b.WriteByte(lowerASCII(c))
	}
	for _, r := range s[firstWide:] {
		switch {
		case r < utf8.RuneSelf:
			b.WriteByte(lowerASCII(byte(r))) //nolint:gosec // below 0x80
		case r >= foldFirst && r <= foldLast && foldTable[r-foldFirst] != 0:
			b.WriteByte(foldTable[r-foldFirst])
		case r >= 0x300 && r <= 0x36f:
		case r >= 0x200b && r <= 0x200d || r == 0xfeff:
		case r == 0xa0:
			b.WriteByte(' ')
		case itself(r):
			b.WriteRune(r)
		default:
			return foldSlow(s)
		}
	}
	return b.String()
}

func foldSlow(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range norm.NFD.String(s) {
		switch {
		case unicode.Is(unicode.Mn, r), unicode.Is(unicode.Cf, r):
		case r == 'đ', r == 'Đ':
			b.WriteByte('d')
		case r >= utf8.RuneSelf && unicode.Is(unicode.Zs, r):
			b.WriteByte(' ')
		default:
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

// itself tells of the signs common in office texts that folding leaves alone: quotes, dashes, bullets, ₫.
func itself(r rune) bool {
	return r >= 0x2010 && r <= 0x2027 || r >= 0x2030 && r <= 0x205e || r >= 0x20a0 && r <= 0x20bf ||
		r >= 0x2500 && r <= 0x25ff || r >= 0xe000 && r <= 0xf8ff || r >= 0xa1 && r <= 0xbf && r != 0xad
}

const (
	foldFirst = 0x00c0 // À
	foldLast  = 0x1ef9 // ỹ
)

// foldTable gives the ASCII letter under each accented Latin letter; 0 where there is none.
var foldTable = func() (t [foldLast - foldFirst + 1]byte) {
	for r := rune(foldFirst); r <= foldLast; r++ {
		if r == 'đ' || r == 'Đ' {
			t[r-foldFirst] = 'd'
			continue
		}
		base, rest := rune(0), true
		for i, c := range norm.NFD.String(string(r)) {
			if i == 0 {
				base = c
			} else if !unicode.Is(unicode.Mn, c) {
				rest = false
			}
		}
		if rest && base < utf8.RuneSelf && unicode.IsLetter(base) {
			t[r-foldFirst] = lowerASCII(byte(base))
		}
	}
	return t
}()

// Word is one word of a text: a run of letters and digits. A dot between two digits belongs to the
// word, so that procedure codes and grouped numbers stay whole.
type Word struct {
	Folded     string // as Fold gives it, never empty
	Start, End int    // byte range in the text that was read
}

// Words splits s into its words, with their place, for searching and for marking what was found.
func Words(s string) []Word {
	out := make([]Word, 0, len(s)/5+1)
	start := -1
	var before rune
	flush := func(end int) {
		if start >= 0 {
			if f := Fold(s[start:end]); f != "" {
				out = append(out, Word{f, start, end})
			}
			start = -1
		}
	}
	for i, r := range s {
		switch {
		case isWordRune(r):
			if start < 0 {
				start = i
			}
		case start >= 0 && r >= utf8.RuneSelf && (unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Cf, r)):
		case r == '.' && start >= 0 && unicode.IsDigit(before) && i+1 < len(s) && '0' <= s[i+1] && s[i+1] <= '9':
		default:
			flush(i)
		}
		before = r
	}
	flush(len(s))
	return out
}

// Tokens returns the folded words of s.
func Tokens(s string) []string {
	words := Words(s)
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = w.Folded
	}
	return out
}

func isWordRune(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r)
}

func lowerASCII(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
