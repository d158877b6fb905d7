package print

import (
	"fmt"

	qrcode "github.com/skip2/go-qrcode"
)

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
