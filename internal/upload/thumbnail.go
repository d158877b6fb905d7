package upload

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/draw"
	"golang.org/x/image/webp"
)

// maxDecoded is how many bytes one picture may take while it is drawn small, and
// drawing lets one through at a time: hundreds of people may look at photographs at once.
const maxDecoded = 128 << 20

var drawing = make(chan struct{}, 1)

// Thumbnail draws a picture anew as a JPEG of at most side × side pixels, upright, on white, without anything else that the
// file carried (place, camera, hidden data). It refuses with ErrNoPreview what is no
// JPEG, PNG or WebP or would take too much memory, and with ErrBroken what does not decode.
func Thumbnail(ctx context.Context, r io.ReaderAt, size int64, k Kind, side int) ([]byte, error) {
	if !k.Picture() || side < 1 {
		return nil, ErrNoPreview
	}
	w, h, err := dimensions(r, size, k)
	if err != nil {
		return nil, err
	}
	per, turn := int64(8), 1 // PNG: up to four channels of 16 bits
	switch k {
	case JPEG:
		per, turn = jpegCost(r, size)
	case WebP:
		per = 6
	}
	if int64(w)*int64(h)*per > maxDecoded {
		return nil, ErrNoPreview
	}
	select {
	case drawing <- struct{}{}:
		defer func() { <-drawing }()
	case <-ctx.Done():
		return nil, fmt.Errorf("wait to draw: %w", ctx.Err())
	}
	in := io.NewSectionReader(r, 0, size)
	var src image.Image
	switch k {
	case JPEG:
		src, err = jpeg.Decode(in)
	case PNG:
		src, err = png.Decode(in)
	case WebP:
		src, err = webp.Decode(in)
	}
	if err != nil {
		return nil, ErrBroken.Because(err)
	}
	small := upright(shrink(src, side), turn)
	var out bytes.Buffer
	if err := jpeg.Encode(&out, small, &jpeg.Options{Quality: 82}); err != nil {
		return nil, fmt.Errorf("encode thumbnail: %w", err)
	}
	return out.Bytes(), nil
}

// shrink scales in two steps: a quick one to twice the size, then a fine one; a fine one alone
// would need memory in proportion to the height of the original.
func shrink(src image.Image, side int) *image.RGBA {
	b := src.Bounds()
	fit := func(side int) image.Rectangle {
		w, h := b.Dx(), b.Dy()
		if w <= side && h <= side {
			return image.Rect(0, 0, w, h)
		}
		if w >= h {
			return image.Rect(0, 0, side, max(1, h*side/w))
		}
		return image.Rect(0, 0, max(1, w*side/h), side)
	}
	mid := image.NewRGBA(fit(2 * side))
	draw.Draw(mid, mid.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.ApproxBiLinear.Scale(mid, mid.Bounds(), src, b, draw.Over, nil)
	out := image.NewRGBA(fit(side))
	draw.CatmullRom.Scale(out, out.Bounds(), mid, mid.Bounds(), draw.Src, nil)
	return out
}

// upright turns a picture as its Exif orientation (1 to 8) says.
func upright(src *image.RGBA, orientation int) *image.RGBA {
	if orientation < 2 || orientation > 8 {
		return src
	}
	w, h := src.Bounds().Dx(), src.Bounds().Dy()
	ow, oh := w, h
	if orientation >= 5 {
		ow, oh = h, w
	}
	out := image.NewRGBA(image.Rect(0, 0, ow, oh))
	for y := range h {
		for x := range w {
			dx, dy := x, y
			switch orientation {
			case 2:
				dx = w - 1 - x
			case 3:
				dx, dy = w-1-x, h-1-y
			case 4:
				dy = h - 1 - y
			case 5:
				dx, dy = y, x
			case 6:
				dx, dy = h-1-y, x
			case 7:
				dx, dy = h-1-y, w-1-x
			case 8:
				dx, dy = y, w-1-x
			}
			out.SetRGBA(dx, dy, src.RGBAAt(x, y))
		}
	}
	return out
}

// jpegCost walks the segments before the picture: bytes per pixel to decode it (a progressive one keeps its
// coefficients) and its orientation.
func jpegCost(r io.ReaderAt, size int64) (perPixel int64, orientation int) {
	perPixel, orientation = 16, 1
	var h [4]byte
	for at := int64(2); at+4 <= size; {
		if readAt(r, h[:], at) != nil || h[0] != 0xff {
			return perPixel, orientation
		}
		if h[1] == 0xff { // a fill byte
			at++
			continue
		}
		n := int64(binary.BigEndian.Uint16(h[2:]))
		if n < 2 {
			return perPixel, orientation
		}
		switch h[1] {
		case 0xc0, 0xc1: // baseline: up to four components, each a byte
			return 4, orientation
		case 0xc2, 0xda: // progressive; or the picture itself without a frame
			return perPixel, orientation
		case 0xe1:
			b := make([]byte, min(n-2, 4<<10))
			if readAt(r, b, at+4) == nil {
				if o := exifOrientation(b); o > 0 {
					orientation = o
				}
			}
		}
		at += 2 + n
	}
	return perPixel, orientation
}

// exifOrientation reads tag 0x0112 of the first directory; 0 when there is none.
func exifOrientation(b []byte) int {
	b, ok := bytes.CutPrefix(b, []byte("Exif\x00\x00"))
	if !ok || len(b) < 8 {
		return 0
	}
	var o binary.ByteOrder = binary.BigEndian
	if b[0] == 'I' {
		o = binary.LittleEndian
	}
	at := int64(o.Uint32(b[4:]))
	if at+2 > int64(len(b)) {
		return 0
	}
	for n, at := int(o.Uint16(b[at:])), at+2; n > 0 && at+12 <= int64(len(b)); n, at = n-1, at+12 {
		if o.Uint16(b[at:]) == 0x0112 {
			if v := int(o.Uint16(b[at+8:])); v >= 1 && v <= 8 {
				return v
			}
			return 0
		}
	}
	return 0
}
