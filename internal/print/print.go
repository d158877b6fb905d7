// Package print draws what the office hands out on paper: the forms of the
// one-stop shop as PDF, lists as spreadsheets, and QR codes for paper and pages.
//
// A form is a typed value turned into bytes by a Forms, whose wording comes from a
// template text that a pack may replace. The same value and the same template
// give the same bytes: nothing here reads the clock or draws chance. Every
// string passes through Clean before it is measured or drawn.
package print

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Clean makes text safe to draw: NFC, one plain space for every kind of space, and no
// control, formatting (zero width, bidirectional) or private characters.
// Line breaks stay. The PDF library panics on runes above U+FFFF and draws
// decomposed tone marks beside their letter, so both are mended here.
func Clean(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.ReplaceAll(norm.NFC.String(s), "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\u2028', r == '\u2029', r == '\r':
			return '\n'
		case r == '\t', r == '\u00A0', unicode.Is(unicode.Zs, r):
			return ' '
		case r > 0xFFFF, unicode.Is(unicode.C, r):
			return -1
		}
		return r
	}, s)
}
