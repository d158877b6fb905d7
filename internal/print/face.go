package print

import (
	_ "embed" // the font files
	"fmt"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// Tinos has the widths of Times New Roman, the face that NĐ 30/2020/NĐ-CP asks of administrative
// documents. Its licence is in fonts/OFL.txt.
var (
	//go:embed fonts/Tinos-Regular.ttf
	tinosRegular []byte
	//go:embed fonts/Tinos-Bold.ttf
	tinosBold []byte
	//go:embed fonts/Tinos-Italic.ttf
	tinosItalic []byte
	//go:embed fonts/Tinos-BoldItalic.ttf
	tinosBoldItalic []byte
)

// style is a face of the family as the PDF library names it: "", "B", "I", "BI".
type style string

func styleOf(bold, italic bool) style {
	switch {
	case bold && italic:
		return "BI"
	case bold:
		return "B"
	case italic:
		return "I"
	}
	return ""
}

// face measures text of one style. Measuring apart from drawing lets a page be laid out
// several times, until it fits, and drawn once.
type face struct {
	ttf  []byte
	once sync.Once
	adv  []int16 // by rune up to U+FFFF, in 1/1000 em; -1: no glyph
}

var faces = map[style]*face{
	"": {ttf: tinosRegular}, "B": {ttf: tinosBold}, "I": {ttf: tinosItalic}, "BI": {ttf: tinosBoldItalic},
}

// noGlyph stands for characters that the face does not have.
const noGlyph = '\u25A1'

// advance returns the width of r in 1/1000 em, -1 when the face cannot draw it.
func (f *face) advance(r rune) int {
	f.once.Do(f.measure)
	if r < 0 || int(r) >= len(f.adv) {
		return -1
	}
	return int(f.adv[r])
}

func (f *face) measure() {
	parsed, err := sfnt.Parse(f.ttf)
	if err != nil {
		panic(fmt.Sprintf("print: embedded font does not parse: %v", err)) // a broken build, found by every test
	}
	var buf sfnt.Buffer
	f.adv = make([]int16, 0x10000)
	for r := range f.adv {
		f.adv[r] = -1
		if g, err := parsed.GlyphIndex(&buf, rune(r)); err == nil && g != 0 {
			if w, err := parsed.GlyphAdvance(&buf, g, fixed.I(1000), font.HintingNone); err == nil {
				f.adv[r] = int16(w.Round()) // #nosec G115 -- no glyph is 32 em wide
			}
		}
	}
}

// drawable replaces characters without a glyph, which would be drawn on top of each other.
func (f *face) drawable(s string) string {
	for _, r := range s {
		if r != '\n' && f.advance(r) < 0 {
			out := []rune(s)
			for i, r := range out {
				if r != '\n' && f.advance(r) < 0 {
					out[i] = noGlyph
				}
			}
			return string(out)
		}
	}
	return s
}

const mmPerPt = 25.4 / 72

// width returns the width of s in mm at size pt.
func (f *face) width(s string, size float64) float64 {
	n := 0
	for _, r := range s {
		n += max(f.advance(r), 0)
	}
	return float64(n) / 1000 * size * mmPerPt
}
