package print

import (
	"bytes"
	"fmt"
	"strconv"

	qrcode "github.com/skip2/go-qrcode"
)

// quiet is the white margin of a QR code in modules, as ISO/IEC 18004 asks.
const quiet = 4

// bar is a horizontal run of dark modules, in modules from the top left of the code without its margin.
type bar struct{ x, y, w int }

// qrBars returns the dark runs of the code for text and the modules per side.
func qrBars(text string) ([]bar, int, error) {
	q, err := qrcode.New(text, qrcode.Medium)
	if err != nil {
		return nil, 0, fmt.Errorf("qr of %d bytes: %w", len(text), err)
	}
	q.DisableBorder = true
	grid := q.Bitmap()
	var bars []bar
	for y, row := range grid {
		for x := 0; x < len(row); x++ {
			if !row[x] {
				continue
			}
			from := x
			for x < len(row) && row[x] {
				x++
			}
			bars = append(bars, bar{from, y, x - from})
		}
	}
	return bars, len(grid), nil
}

// QRSVG returns text as a QR code drawn in SVG, one path in the current text colour on
// white, with its quiet zone and without width or height. It has no title:
// the page around it says what it is. It fails when text has more than about 2,300 bytes.
func QRSVG(text string) ([]byte, error) {
	bars, n, err := qrBars(text)
	if err != nil {
		return nil, err
	}
	side := strconv.Itoa(n + 2*quiet)
	var b bytes.Buffer
	b.WriteString(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ` + side + ` ` + side +
		`" shape-rendering="crispEdges" aria-hidden="true" focusable="false"><path fill="#fff" d="M0 0h` + side + `v` + side + `H0z"/><path fill="currentColor" d="`)
	for _, r := range bars {
		fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", r.x+quiet, r.y+quiet, r.w, r.w)
	}
	b.WriteString(`"/></svg>`)
	return b.Bytes(), nil
}

// QRPNG returns text as a QR code picture of about side × side pixels, with its quiet zone.
func QRPNG(text string, side int) ([]byte, error) {
	q, err := qrcode.New(text, qrcode.Medium)
	if err != nil {
		return nil, fmt.Errorf("qr of %d bytes: %w", len(text), err)
	}
	return q.PNG(side)
}
