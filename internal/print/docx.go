package print

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"fmt"
	"strings"
	"time"

	qrcode "github.com/skip2/go-qrcode"
)

// Draw draws any form: Receipt, SupplementRequest, Refusal, Apology, StopNotice, ControlSlip or Register.
func (f *Forms) Draw(v any) ([]byte, error) {
	p, _, err := f.fill(v)
	if err != nil {
		return nil, err
	}
	return p.draw()
}

// fill puts a value on its form. It fails with ErrNoForm when the set has no form for it.
func (f *Forms) fill(v any) (p paper, key string, err error) {
	switch v := v.(type) {
	case Receipt:
		p, key = f.set.receipt(v), ReceiptForm
	case SupplementRequest:
		p, key = f.set.supplement(v), SupplementForm
	case Refusal:
		p, key = f.set.refusal(v), RefusalForm
	case Apology:
		p, key = f.set.apology(v), ApologyForm
	case StopNotice:
		p, key = f.set.stop(v), StopForm
	case ControlSlip:
		p, key = f.set.control(v), ControlForm
	case Register:
		p, key = f.set.register(v), RegisterForm
	}
	if !f.Has(key) {
		return p, key, ErrNoForm
	}
	return p, key, nil
}

// Editable reports whether offices edit the form before they sign it, so that it is given as DOCX too.
func Editable(key string) bool {
	return key == SupplementForm || key == RefusalForm || key == ApologyForm
}

// DOCX writes a request to supplement, a refusal or an apology as a WordprocessingML document with the wording and the
// values of the PDF. It fails with ErrNoForm for other forms: what is numbered and final is not edited.
func (f *Forms) DOCX(v any) ([]byte, error) {
	p, key, err := f.fill(v)
	if err != nil {
		return nil, err
	}
	if !Editable(key) {
		return nil, ErrNoForm
	}
	return p.docx()
}

// Lengths of WordprocessingML: twentieths of a point, half points, English metric units.
const (
	twipPerMM = 1440 / 25.4
	emuPerMM  = 36000
	docxSize  = 12.0 // points
)

// docx writes the paper as an OPC package. The same paper gives the same bytes.
func (p paper) docx() ([]byte, error) {
	d := document{p: p, size: docxSize}
	if p.page().w < 200 {
		d.size = largest
	}
	d.body()
	parts := []struct{ name, text string }{
		{"[Content_Types].xml", contentTypes},
		{"_rels/.rels", packageRels},
		{"docProps/core.xml", fmt.Sprintf(coreProps, escape(p.title()), escape(p.values["agency"]), p.head.Issued.UTC().Format(time.RFC3339))},
		{"word/_rels/document.xml.rels", documentRels},
		{"word/styles.xml", fmt.Sprintf(docStyles, int(d.size*2), int(d.size*2))},
		{"word/document.xml", d.b.String()},
	}
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	write := func(name string, data []byte) error {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: p.head.Issued.UTC()})
		if err != nil {
			return err
		}
		_, err = w.Write(data)
		return err
	}
	for _, x := range parts {
		if err := write(x.name, []byte(x.text)); err != nil {
			return nil, fmt.Errorf("write %s: %w", x.name, err)
		}
	}
	var picture []byte
	if p.trace.Address != "" {
		q, err := qrcode.New(p.trace.Address, qrcode.Medium)
		if err != nil {
			return nil, fmt.Errorf("qr of a document: %w", err)
		}
		if picture, err = q.PNG(290); err != nil {
			return nil, fmt.Errorf("qr of a document: %w", err)
		}
	} else {
		blank, err := qrcode.Encode(" ", qrcode.Low, 21) // the package always has the part that it declares
		if err != nil {
			return nil, err
		}
		picture = blank
	}
	if err := write("word/media/qr.png", picture); err != nil {
		return nil, fmt.Errorf("write the picture: %w", err)
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("end the package: %w", err)
	}
	return out.Bytes(), nil
}

// document writes the body of a paper.
type document struct {
	p    paper
	b    strings.Builder
	size float64
}

func escape(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a builder never fails to write
	return b.String()
}

func (d *document) body() {
	p, v := d.p, d.p.values
	pg := p.page()
	d.b.WriteString(docHead)
	d.para(plainSpans(p.form.Mark.plain(v), true, false), right, 9)
	half := pg.inner() * 0.42
	d.table([]float64{half, pg.inner() - half}, false, [][]func(){{
		func() {
			d.para(plainSpans(strings.ToUpper(v["parent"]), false, false), center, d.size-1)
			d.para(plainSpans(strings.ToUpper(v["agency"]), true, false), center, d.size-1)
			d.para(plainSpans(choose(p.form.Number, v), false, false), center, d.size-1)
		},
		func() {
			d.para(plainSpans(p.set.Country.plain(v), true, false), center, d.size-2)
			d.para(plainSpans(p.set.Motto.plain(v), true, false), center, d.size-1)
			d.para(plainSpans(p.set.placeAndDay(p.head), false, true), center, d.size-1)
		},
	}})
	d.para(nil, left, 4)
	d.para(plainSpans(choose(p.form.Titles, v), true, false), center, d.size+2)
	for _, t := range p.form.Under {
		d.para(t.fill(v), center, d.size)
	}
	d.para(nil, left, 4)
	for _, b := range p.form.Body {
		if b.If.holds(v) {
			d.block(b)
		}
	}
	d.foot()
	fmt.Fprintf(&d.b, `<w:sectPr><w:pgSz w:w="%d" w:h="%d"/><w:pgMar w:top="%d" w:right="%d" w:bottom="%d" w:left="%d" w:header="300" w:footer="300" w:gutter="0"/></w:sectPr></w:body></w:document>`,
		twips(pg.w), twips(pg.h), twips(pg.top), twips(pg.right), twips(pg.bottom), twips(pg.left))
}

func twips(mm float64) int { return int(mm*twipPerMM + 0.5) }

func plainSpans(s string, bold, italic bool) []span {
	if s == "" {
		return nil
	}
	return []span{{s, bold, italic}}
}

func (d *document) block(b block) {
	v := d.p.values
	switch {
	case len(b.Sign) > 0:
		d.sign(b.Sign)
	case b.Table != "":
		var cols []column
		var widths []float64
		flex := d.p.page().inner()
		for _, c := range b.Columns {
			flex -= c.Width
		}
		for _, c := range b.Columns {
			w := c.Width
			if w == 0 {
				w = flex
			}
			cols, widths = append(cols, c), append(widths, w)
		}
		row := func(spans func(column) []span, a func(column) align) []func() {
			var out []func()
			for _, c := range cols {
				out = append(out, func() { d.para(spans(c), a(c), d.size-1) })
			}
			return out
		}
		rows := [][]func(){row(func(c column) []span { return plainSpans(c.Head.plain(values{}), true, false) }, func(column) align { return center })}
		for _, r := range d.p.lists[b.Table] {
			rows = append(rows, row(func(c column) []span { return c.Value.fill(r) }, func(c column) align { return alignOf(c.Align) }))
		}
		d.table(widths, true, rows)
	case b.List != "":
		for _, r := range d.p.lists[b.List] {
			d.para(b.Item.fill(r), justify, d.size)
		}
	case len(b.Row) > 0:
		var line []span
		for _, t := range b.Row {
			if sp := t.fill(v); len(sp) > 0 {
				if len(line) > 0 {
					line = append(line, span{text: "; "})
				}
				line = append(line, sp...)
			}
		}
		d.para(line, left, d.size)
	default:
		d.para(b.Para.fill(v), alignOf(b.Align), d.size)
	}
}

func (d *document) sign(all []sign) {
	v := d.p.values
	var cells []func()
	for _, g := range all {
		if g.If.holds(v) {
			cells = append(cells, func() {
				d.para(plainSpans(g.Title.plain(v), true, false), center, d.size)
				d.para(plainSpans(g.Note.plain(v), false, true), center, d.size-1)
				for range 3 {
					d.blank()
				}
				d.para(plainSpans(g.Name.plain(v), true, false), center, d.size)
			})
		}
	}
	if len(cells) == 1 {
		cells = []func(){d.blank, cells[0]}
	}
	if len(cells) == 0 {
		return
	}
	w := d.p.page().inner() / float64(len(cells))
	widths := make([]float64, len(cells))
	for i := range widths {
		widths[i] = w
	}
	d.table(widths, false, [][]func(){cells})
}

func (d *document) foot() {
	v := d.p.values
	if d.p.trace == (Trace{}) {
		return
	}
	d.blank()
	if d.p.trace.Address != "" {
		side := int(qrSide * emuPerMM)
		fmt.Fprintf(&d.b, docPicture, side, side, side, side)
	}
	for _, t := range d.p.set.Foot {
		d.para(t.fill(v), left, smallPrint)
	}
	for _, t := range d.p.form.Notes {
		d.para(t.fill(v), left, smallPrint)
	}
}

func (d *document) blank() { d.b.WriteString(`<w:p/>`) }

// para writes one paragraph; nothing for empty text outside of cells is the caller's matter: a cell needs one.
func (d *document) para(spans []span, a align, size float64) {
	if len(spans) == 0 {
		d.b.WriteString(`<w:p><w:pPr><w:spacing w:after="0"/></w:pPr></w:p>`)
		return
	}
	just := [...]string{left: "left", center: "center", right: "right", justify: "both"}[a]
	fmt.Fprintf(&d.b, `<w:p><w:pPr><w:spacing w:after="40"/><w:jc w:val="%s"/></w:pPr>`, just)
	for _, sp := range spans {
		d.b.WriteString(`<w:r><w:rPr>`)
		if sp.bold {
			d.b.WriteString(`<w:b/>`)
		}
		if sp.italic {
			d.b.WriteString(`<w:i/>`)
		}
		fmt.Fprintf(&d.b, `<w:sz w:val="%d"/><w:szCs w:val="%d"/></w:rPr>`, int(size*2), int(size*2))
		for i, line := range strings.Split(Clean(sp.text), "\n") {
			if i > 0 {
				d.b.WriteString(`<w:br/>`)
			}
			d.b.WriteString(`<w:t xml:space="preserve">` + escape(line) + `</w:t>`)
		}
		d.b.WriteString(`</w:r>`)
	}
	d.b.WriteString(`</w:p>`)
}

// table writes cells side by side; ruled ones have a head that is repeated on every page.
func (d *document) table(widths []float64, ruled bool, rows [][]func()) {
	d.b.WriteString(`<w:tbl><w:tblPr>`)
	total := 0.0
	for _, w := range widths {
		total += w
	}
	fmt.Fprintf(&d.b, `<w:tblW w:w="%d" w:type="dxa"/>`, twips(total))
	if ruled {
		d.b.WriteString(`<w:tblBorders>`)
		for _, side := range []string{"top", "left", "bottom", "right", "insideH", "insideV"} {
			d.b.WriteString(`<w:` + side + ` w:val="single" w:sz="4" w:space="0" w:color="000000"/>`)
		}
		d.b.WriteString(`</w:tblBorders>`)
	}
	d.b.WriteString(`<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>`)
	for _, w := range widths {
		fmt.Fprintf(&d.b, `<w:gridCol w:w="%d"/>`, twips(w))
	}
	d.b.WriteString(`</w:tblGrid>`)
	for i, row := range rows {
		d.b.WriteString(`<w:tr>`)
		if ruled && i == 0 {
			d.b.WriteString(`<w:trPr><w:tblHeader/></w:trPr>`)
		}
		for j, cell := range row {
			fmt.Fprintf(&d.b, `<w:tc><w:tcPr><w:tcW w:w="%d" w:type="dxa"/></w:tcPr>`, twips(widths[j]))
			cell()
			d.b.WriteString(`</w:tc>`)
		}
		d.b.WriteString(`</w:tr>`)
	}
	d.b.WriteString(`</w:tbl>`)
}

// The fixed parts of the package (ECMA-376).
const (
	xmlHead      = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	contentTypes = xmlHead + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
		`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>` +
		`<Default Extension="png" ContentType="image/png"/>` +
		`<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>` +
		`<Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/>` +
		`<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>`
	packageRels = xmlHead + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
		`<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/>` +
		`<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/></Relationships>`
	documentRels = xmlHead + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
		`<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/>` +
		`<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image" Target="media/qr.png"/></Relationships>`
	coreProps = xmlHead + `<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" ` +
		`xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>%s</dc:title><dc:creator>%s</dc:creator>` +
		`<dc:language>vi-VN</dc:language><dcterms:created xsi:type="dcterms:W3CDTF">%s</dcterms:created></cp:coreProperties>`
	docStyles = xmlHead + `<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:docDefaults><w:rPrDefault><w:rPr>` +
		`<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:cs="Times New Roman" w:eastAsia="Times New Roman"/><w:sz w:val="%d"/><w:szCs w:val="%d"/><w:lang w:val="vi-VN"/>` +
		`</w:rPr></w:rPrDefault></w:docDefaults></w:styles>`
	docHead = xmlHead + `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" ` +
		`xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" ` +
		`xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"><w:body>`
	docPicture = `<w:p><w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="%d" cy="%d"/><wp:docPr id="1" name="QR" descr="Mã QR để kiểm tra giấy này"/>` +
		`<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic><pic:nvPicPr><pic:cNvPr id="1" name="qr.png"/><pic:cNvPicPr/></pic:nvPicPr>` +
		`<pic:blipFill><a:blip r:embed="rId2"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="%d" cy="%d"/></a:xfrm>` +
		`<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>`
)
