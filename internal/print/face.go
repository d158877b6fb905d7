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
	load sync.Once
	font *sfnt.Font
	mu   sync.RWMutex
	adv  map[rune]int // advance in 1/1000 em; -1: no glyph
}

var faces = map[style]*face{
	"": {ttf: tinosRegular}, "B": {ttf: tinosBold}, "I": {ttf: tinosItalic}, "BI": {ttf: tinosBoldItalic},
}

// stand-in for characters that the face does not have
const noGlyph = '\u25A1'

func (f *face) advance(r rune) int {
	f.mu.RLock()
	a, ok := f.adv[r]
	f.mu.RUnlock()
	if ok {
		return a
	}
	f.load.Do(func() {
		parsed, err := sfnt.Parse(f.ttf)
		if err != nil {
			panic(fmt.Sprintf("print: embedded font does not parse: %v", err)) // a broken build, found by every test
		}
		f.font = parsed
	})
	var buf sfnt.Buffer
	a = -1
	if g, err := f.font.GlyphIndex(&buf, r); err == nil && g != 0 {
		if w, err := f.font.GlyphAdvance(&buf, g, fixed.I(1000), font.HintingNone); err == nil {
			a = w.Round()
		}
	}
	f.mu.Lock()
	if f.adv == nil {
		f.adv = map[rune]int{}
	}
	f.adv[r] = a // at most 65,536 entries: Clean has removed the rest
	f.mu.Unlock()
	return a
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
