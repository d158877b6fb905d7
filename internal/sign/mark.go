package sign

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"image"
	"image/draw"
	_ "image/jpeg" // seals come as pictures of both kinds
	"image/png"
	"strings"
	"sync"
	"time"

	"codeberg.org/go-pdf/fpdf"

	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/print"
)

// Box is a place on a page in mm, from the upper left corner of the page as it is seen.
type Box struct{ X, Y, W, H float64 }

// Mark is what people see of a signature.
type Mark struct {
	Page  int      // from 1; negative numbers count from the end, -1 is the last
	Box   Box      // ignored with Corner
	Image []byte   // PNG (transparent where it should be) or JPEG, fitted into Box and centred
	Lines []string // text when there is no picture; none of both: name, agency and time
	// Corner puts the text at the top right of the page.
	Corner bool
}

// PersonMark is a person's signature as a blue picture on a transparent ground, centred in the space between the title
// and the full name (box 7c of annex I).
// law: ND30-2020 PL.I
func PersonMark(page int, between Box, signature []byte) *Mark {
	return &Mark{Page: page, Box: between, Image: signature}
}

// SealMark is the red seal of an agency in its true size in mm. It covers about a third of the
// person's signature, on the left (box 8 of annex I). person is where that signature was put.
// law: ND30-2020 PL.I
func SealMark(page int, person Box, width, height float64, seal []byte) *Mark {
	return &Mark{Page: page, Image: seal, Box: Box{X: person.X + person.W/3 - width, Y: person.Y + (person.H-height)/2, W: width, H: height}}
}

// AnnexMark stands at the top right of the first page of an annex in a file of its own: number and symbol of the
// document, and the time.
// law: ND30-2020 PL.I
func AnnexMark(number string, at time.Time) *Mark {
	return &Mark{Page: 1, Corner: true, Lines: []string{number, Moment(at)}}
}

// CopyMark stands at the top right of the first page of an electronic copy: its kind ("SAO Y"), the agency, and the
// time.
// law: ND30-2020 PL.I
func CopyMark(kind, agency string, at time.Time) *Mark {
	return &Mark{Page: 1, Corner: true, Lines: []string{kind, agency, Moment(at)}}
}

// Moment writes an instant as marks do: 20-11-2026 14:04:12 +07:00.
func Moment(at time.Time) string { return at.In(calendar.Zone).Format("02-01-2006 15:04:05 -07:00") }

const (
	ptPerMM     = 72 / 25.4
	maxPixels   = 4_000_000 // of the picture of a mark
	maxImage    = 8 << 20   // bytes of it
	markSize    = 10.0      // pt
	leastSize   = 5.0       // pt, in a box that is small for its text
	lineStep    = 1.2       // of the size
	cornerRight = 15.0      // mm from the right edge: the least margin of administrative documents
	cornerTop   = 8.0       // mm
	maxMarkLine = 200       // runes
	maxLines    = 8
)

// sheet is a page with what it inherits.
type sheet struct {
	ref    ref
	dict   dict
	box    [4]float64 // visible part in points: left, bottom, right, top
	rotate int        // 0, 90, 180, 270 clockwise
}

// maxPages bounds the walk to a page.
const maxPages = 200_000

// page finds a page by its number.
func (v *view) page(n int) (sheet, error) {
	root, err := v.dict(v.root)
	if err != nil {
		return sheet{}, ErrNotPDF.Because(err)
	}
	w := walk{v: v, seen: map[int]bool{}}
	if n < 0 {
		w.want = -n
		w.back = true
	} else {
		w.want = max(n, 1)
	}
	found, err := w.visit(root["Pages"], dict{}, 0)
	switch {
	case err != nil:
		return sheet{}, ErrNotPDF.Because(err)
	case !found:
		return sheet{}, ErrNoPage.With("page", n)
	}
	return w.found, nil
}

// walk goes through the tree of pages, forwards or backwards, until it has seen as many as it wants.
type walk struct {
	v     *view
	want  int
	back  bool
	seen  map[int]bool
	found sheet
}

func (w *walk) visit(node any, inherited dict, depth int) (bool, error) {
	r, ok := node.(ref)
	if !ok || w.seen[r.n] || depth > maxDepth || len(w.seen) > maxPages {
		return false, errSyntax
	}
	w.seen[r.n] = true
	d, err := w.v.dict(r)
	if err != nil {
		return false, err
	}
	for _, k := range []name{"MediaBox", "CropBox", "Rotate"} {
		if o, ok := d[k]; ok {
			inherited = inherited.with(k, o)
		}
	}
	kids, err := w.v.array(d["Kids"])
	if err != nil {
		return false, err
	}
	if d["Type"] == name("Page") || kids == nil {
		if w.want--; w.want > 0 {
			return false, nil
		}
		w.found, err = w.v.sheet(r, d, inherited)
		return true, err
	}
	for i := range kids {
		kid := kids[i]
		if w.back {
			kid = kids[len(kids)-1-i]
		}
		if found, err := w.visit(kid, inherited, depth+1); found || err != nil {
			return found, err
		}
	}
	return false, nil
}

func (v *view) sheet(r ref, d, inherited dict) (sheet, error) {
	if d == nil {
		return sheet{}, errSyntax
	}
	s := sheet{ref: r, dict: d}
	media, ok := v.rectangle(inherited["MediaBox"])
	if !ok {
		media = [4]float64{0, 0, 595.276, 841.89} // A4
	}
	s.box = media
	if crop, ok := v.rectangle(inherited["CropBox"]); ok {
		for i := range 2 {
			s.box[i] = max(media[i], crop[i])
			s.box[i+2] = min(media[i+2], crop[i+2])
		}
	}
	if s.box[2]-s.box[0] < 1 || s.box[3]-s.box[1] < 1 {
		s.box = media
	}
	turn, err := v.resolve(inherited["Rotate"])
	if err != nil {
		return s, err
	}
	if x, ok := float(turn); ok && x == float64(int(x)/90*90) {
		s.rotate = (int(x)%360 + 360) % 360
	}
	return s, nil
}

func (v *view) rectangle(o any) (out [4]float64, ok bool) {
	a, err := v.array(o)
	if err != nil || len(a) != 4 {
		return out, false
	}
	for i := range a {
		x, err := v.resolve(a[i])
		f, ok := float(x)
		if err != nil || !ok || f < -1e6 || f > 1e6 {
			return out, false
		}
		out[i] = f
	}
	out = [4]float64{min(out[0], out[2]), min(out[1], out[3]), max(out[0], out[2]), max(out[1], out[3])}
	return out, out[2]-out[0] >= 1 && out[3]-out[1] >= 1
}

func float(o any) (float64, bool) {
	n, ok := o.(number)
	if !ok {
		return 0, false
	}
	var f float64
	_, err := fmt.Sscanf(string(n), "%g", &f)
	return f, err == nil
}

// seen is the size of the page as people see it, in mm.
func (s sheet) seen() (w, h float64) {
	w, h = (s.box[2]-s.box[0])/ptPerMM, (s.box[3]-s.box[1])/ptPerMM
	if s.rotate%180 == 90 {
		w, h = h, w
	}
	return w, h
}

// place turns a box on the page as it is seen into a rectangle of the page as it is stored, and tells how what is drawn
// there must be turned to stand upright.
func (s sheet) place(b Box) (rect, matrix array) {
	l, bottom, r, top := s.box[0], s.box[1], s.box[2], s.box[3]
	x, y, w, h := b.X*ptPerMM, b.Y*ptPerMM, b.W*ptPerMM, b.H*ptPerMM
	switch s.rotate {
	case 90: // what is at the left when stored is on top when seen
		return array{l + y, bottom + x, l + y + h, bottom + x + w}, array{0, 1, -1, 0, 0, 0}
	case 180:
		return array{r - x - w, bottom + y, r - x, bottom + y + h}, array{-1, 0, 0, -1, 0, 0}
	case 270:
		return array{r - y - h, top - x - w, r - y, top - x}, array{0, -1, 1, 0, 0, 0}
	}
	return array{l + x, top - y - h, l + x + w, top - y}, array{1, 0, 0, 1, 0, 0}
}

// draw gives the widget its place and its appearance. What is drawn is made as a small document of its own, whose
// page becomes the appearance.
func (u *update) draw(widget dict, page sheet, as As) error {
	m := *as.Mark
	if len(m.Image) == 0 && len(m.Lines) == 0 {
		m.Lines = []string{as.Name, as.Agency, Moment(as.At)}
	}
	var pdf []byte
	var err error
	if len(m.Image) > 0 {
		pdf, err = m.picture()
	} else {
		width, _ := page.seen()
		pdf, err = m.writing(width)
	}
	if err != nil {
		return err
	}
	small, err := newFile(pdf).view(len(pdf))
	if err != nil {
		return fmt.Errorf("mark: %w", err)
	}
	from, err := small.page(1)
	if err != nil {
		return fmt.Errorf("mark: %w", err)
	}
	body, err := small.resolve(from.dict["Contents"])
	if err != nil {
		return fmt.Errorf("mark: %w", err)
	}
	content, ok := body.(*stream)
	if !ok {
		return errors.New("mark: a page without content")
	}
	known := map[int]ref{}
	resources, err := u.bring(small, from.dict["Resources"], known)
	if err != nil {
		return fmt.Errorf("mark: %w", err)
	}
	rect, matrix := page.place(m.Box)
	form := dict{
		"Type": name("XObject"), "Subtype": name("Form"), "BBox": array{0, 0, from.box[2], from.box[3]}, "Matrix": matrix,
		"Resources": resources, "Length": len(content.raw),
	}
	if f, ok := content.dict["Filter"]; ok {
		form["Filter"] = f
	}
	widget["Rect"] = rect
	widget["AP"] = dict{"N": u.add(&stream{form, content.raw})}
	return nil
}

func canvas(w, h float64) *fpdf.Fpdf {
	pdf := fpdf.NewCustom(&fpdf.InitType{UnitStr: "mm", Size: fpdf.SizeType{Wd: w, Ht: h}})
	pdf.SetCatalogSort(true)
	pdf.SetCreationDate(time.Unix(0, 0)) // only its page is taken
	pdf.SetModificationDate(time.Unix(0, 0))
	pdf.SetAutoPageBreak(false, 0)
	pdf.SetMargins(0, 0, 0)
	pdf.SetCellMargin(0)
	return pdf
}

func output(pdf *fpdf.Fpdf) ([]byte, error) {
	var b bytes.Buffer
	if err := pdf.Output(&b); err != nil {
		return nil, fmt.Errorf("mark: %w", err)
	}
	return b.Bytes(), nil
}

// picture draws the image into the middle of the box, as large as fits.
func (m *Mark) picture() ([]byte, error) {
	if m.Box.W < 1 || m.Box.H < 1 || m.Box.W > 2000 || m.Box.H > 2000 {
		return nil, ErrImage.Because(errors.New("the box has no size"))
	}
	key := drawnKey{sha256.Sum256(m.Image), m.Box.W, m.Box.H}
	if pdf, ok := drawn.get(key); ok {
		return pdf, nil
	}
	flat, ratio, err := normal(m.Image)
	if err != nil {
		return nil, err
	}
	w, h := m.Box.W, m.Box.W/ratio
	if h > m.Box.H {
		w, h = m.Box.H*ratio, m.Box.H
	}
	pdf := canvas(m.Box.W, m.Box.H)
	pdf.AddPage()
	o := fpdf.ImageOptions{ImageType: "PNG"}
	pdf.RegisterImageOptionsReader("mark", o, bytes.NewReader(flat))
	pdf.ImageOptions("mark", (m.Box.W-w)/2, (m.Box.H-h)/2, w, h, false, o, 0, "")
	out, err := output(pdf)
	if err == nil {
		drawn.put(key, out)
	}
	return out, err
}

// drawn keeps the pictures drawn last: an office puts the same few seals on everything.
var drawn = drawings{m: map[drawnKey][]byte{}}

const maxDrawn = 16

type drawnKey struct {
	image [sha256.Size]byte
	w, h  float64
}

type drawings struct {
	mu sync.Mutex
	m  map[drawnKey][]byte
}

func (d *drawings) get(k drawnKey) ([]byte, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	pdf, ok := d.m[k]
	return pdf, ok
}

func (d *drawings) put(k drawnKey, pdf []byte) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for old := range d.m {
		if len(d.m) < maxDrawn {
			break
		}
		delete(d.m, old) // any
	}
	d.m[k] = pdf
}

// normal decodes a picture within bounds and writes it as the plainest PNG that keeps what is transparent.
func normal(img []byte) (flat []byte, ratio float64, err error) {
	if len(img) > maxImage {
		return nil, 0, ErrImage.Because(errLimit)
	}
	c, _, err := image.DecodeConfig(bytes.NewReader(img))
	if err != nil {
		return nil, 0, ErrImage.Because(err)
	}
	if c.Width < 1 || c.Height < 1 || c.Width > maxPixels || c.Height > maxPixels || c.Width*c.Height > maxPixels {
		return nil, 0, ErrImage.Because(errLimit)
	}
	src, _, err := image.Decode(bytes.NewReader(img))
	if err != nil {
		return nil, 0, ErrImage.Because(err)
	}
	dst := image.NewNRGBA(image.Rect(0, 0, c.Width, c.Height))
	draw.Draw(dst, dst.Bounds(), src, src.Bounds().Min, draw.Src)
	var out bytes.Buffer
	quick := png.Encoder{CompressionLevel: png.BestSpeed} // it is packed once more for the PDF
	if err := quick.Encode(&out, dst); err != nil {
		return nil, 0, fmt.Errorf("mark: %w", err)
	}
	return out.Bytes(), float64(c.Width) / float64(c.Height), nil
}

// writing draws the lines: upright, 10 pt, black. In the corner the box takes the size of its text; elsewhere the text
// takes what fits the box.
func (m *Mark) writing(pageWidth float64) ([]byte, error) {
	var lines []string
	for _, l := range m.Lines {
		l = strings.Join(strings.Fields(print.Clean(l)), " ")
		if r := []rune(l); len(r) > maxMarkLine {
			l = string(r[:maxMarkLine-1]) + "…"
		}
		if l != "" && len(lines) < maxLines {
			lines = append(lines, l)
		}
	}
	measure := canvas(100, 100)
	measure.AddUTF8FontFromBytes("tinos", "", print.Tinos())
	width := func(size float64) float64 {
		measure.SetFont("tinos", "", size)
		w := 0.0
		for _, l := range lines {
			w = max(w, measure.GetStringWidth(l))
		}
		return w + 0.5
	}
	size, align := markSize, "L"
	step := func() float64 { return size * lineStep / ptPerMM }
	if m.Corner {
		align = "R"
		w := min(width(size), pageWidth-2*cornerRight)
		m.Box = Box{X: pageWidth - cornerRight - w, Y: cornerTop, W: w, H: step() * float64(len(lines))}
	}
	if m.Box.W < 1 || m.Box.H < 1 || m.Box.W > 2000 || m.Box.H > 2000 {
		return nil, ErrImage.Because(errors.New("the box has no size"))
	}
	for size > leastSize && (width(size) > m.Box.W || step()*float64(len(lines)) > m.Box.H+0.01) {
		size -= 0.5
	}
	pdf := canvas(m.Box.W, m.Box.H)
	pdf.AddUTF8FontFromBytes("tinos", "", print.Tinos())
	pdf.AddPage()
	pdf.SetFont("tinos", "", size)
	pdf.SetTextColor(0, 0, 0)
	top := max(0, (m.Box.H-step()*float64(len(lines)))/2)
	for i, l := range lines {
		pdf.SetXY(0, top+float64(i)*step())
		pdf.CellFormat(m.Box.W, step(), l, "", 0, align+"M", false, 0, "")
	}
	return output(pdf)
}
