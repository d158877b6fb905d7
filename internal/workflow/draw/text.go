package draw

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/motcua/motcua/internal/viet"
)

// Sizes of text in pixels; the style sheet says the same.
const (
	headingSize = 14
	smallSize   = 12
	headingLine = 20
	smallLine   = 17
)

// regular and semibold are the advance widths of Be Vietnam Pro 3 for U+0020 to U+007E, in thousandths of
// the size, as measured in a browser with the fonts that the pages carry.
var (
	regular = [95]uint16{
		230, 280, 318, 807, 645, 849, 740, 179, 439, 439, 497, 608, 303, 608, 286, 503, 676, 385, 651, 660, 710, 660, 680, 594, 634, 680, 286, 303, 556, 726, 556, 573,
		1005, 736, 674, 775, 728, 620, 633, 783, 709, 258, 465, 679, 624, 853, 732, 826, 644, 822, 668, 635, 650, 725, 706, 1005, 720, 665, 660, 459, 485, 459, 559, 702,
		202, 642, 652, 613, 652, 599, 386, 643, 583, 264, 274, 555, 255, 893, 573, 642, 652, 652, 392, 508, 428, 566, 576, 870, 559, 583, 502, 426, 408, 426, 468,
	}
	semibold = [95]uint16{
		230, 320, 367, 833, 648, 863, 755, 208, 449, 449, 508, 637, 332, 607, 319, 528, 692, 415, 660, 674, 716, 674, 693, 596, 656, 693, 319, 332, 568, 744, 568, 605,
		1014, 758, 698, 778, 743, 634, 640, 788, 725, 280, 482, 703, 637, 877, 743, 828, 667, 825, 697, 656, 674, 733, 732, 1039, 753, 701, 664, 489, 515, 489, 594, 724,
		260, 652, 662, 624, 662, 611, 401, 654, 600, 285, 292, 584, 277, 895, 590, 652, 662, 662, 416, 527, 434, 581, 588, 879, 591, 592, 514, 462, 426, 462, 483,
	}
)

// bases maps Vietnamese letters to the letter whose width they share, give or take a few thousandths.
var bases = sync.OnceValue(func() map[rune]rune {
	m := map[rune]rune{}
	const marked = "àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ"
	for _, r := range marked {
		base, _ := utf8.DecodeRuneInString(viet.Fold(string(r)))
		m[r], m[unicode.ToUpper(r)] = base, unicode.ToUpper(base)
	}
	return m
})

// runeWidth is in thousandths of the size.
func runeWidth(r rune, bold bool) int {
	if b, ok := bases()[r]; ok {
		r = b
	}
	switch {
	case r >= ' ' && r <= '~':
		if bold {
			return int(semibold[r-' '])
		}
		return int(regular[r-' '])
	case unicode.Is(unicode.Mn, r), unicode.Is(unicode.Cf, r):
		return 0
	case r == '·' || r == '’' || r == '‘':
		return 290
	case r == '“' || r == '”':
		return 440
	case r >= 0x1100:
		return 1000
	}
	return 870
}

// textWidth is the width of a line in whole pixels, rounded up.
func textWidth(s string, bold bool, size int) int {
	w := 0
	for _, r := range s {
		w += runeWidth(r, bold)
	}
	return (w*size + 999) / 1000
}

// wrap breaks text into at most lines lines of a width; what does not fit ends in an ellipsis.
func wrap(s string, bold bool, size, width, lines int) []string {
	var out []string
	line := ""
	for _, word := range strings.Fields(s) {
		for { // a word wider than the line is broken between letters
			joined := word
			if line != "" {
				joined = line + " " + word
			}
			if textWidth(joined, bold, size) <= width {
				line = joined
				break
			}
			if line != "" {
				out, line = append(out, line), ""
				continue
			}
			head := fitting(word, bold, size, width)
			out, word = append(out, head), word[len(head):]
		}
		if len(out) > lines { // the rest is cut anyway
			break
		}
	}
	if line != "" {
		out = append(out, line)
	}
	if len(out) > lines {
		last := out[lines-1]
		out = out[:lines]
		for textWidth(last+"…", bold, size) > width && last != "" {
			_, n := utf8.DecodeLastRuneInString(last)
			last = strings.TrimRight(last[:len(last)-n], " ,.;:")
		}
		out[lines-1] = last + "…"
	}
	return out
}

// fitting is the longest beginning of a word that fits, at least one letter.
func fitting(word string, bold bool, size, width int) string {
	w := 0
	for i, r := range word {
		if w += runeWidth(r, bold) * size; i > 0 && w > width*1000 {
			return word[:i]
		}
	}
	return word
}
