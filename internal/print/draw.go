package print

import (
	"bytes"
	"fmt"

	"codeberg.org/go-pdf/fpdf"
)

// Receipt draws form 01, one A5 page.
func (f *Forms) Receipt(r Receipt) ([]byte, error) { return f.set.receipt(r).draw() }

// Apology draws form 04, A5.
func (f *Forms) Apology(a Apology) ([]byte, error) { return f.set.apology(a).draw() }

// StopNotice draws form 05 of TT 03/2025, A5. Other sets have none: ErrNoForm.
func (f *Forms) StopNotice(n StopNotice) ([]byte, error) {
	if !f.Has(StopForm) {
		return nil, ErrNoForm
	}
	return f.set.stop(n).draw()
}

// Register draws a book of dossiers, A4 across, with its head on every page.
func (f *Forms) Register(r Register) ([]byte, error) { return f.set.register(r).draw() }

// SupplementRequest draws form 02, A5.
func (f *Forms) SupplementRequest(r SupplementRequest) ([]byte, error) {
	return f.set.supplement(r).draw()
}

// Refusal draws form 03, A5.
func (f *Forms) Refusal(r Refusal) ([]byte, error) { return f.set.refusal(r).draw() }

// ControlSlip draws the slip of custody and timing, A5.
func (f *Forms) ControlSlip(r ControlSlip) ([]byte, error) { return f.set.control(r).draw() }

// draw turns a paper into a PDF: language vi, title, author, and the time of issue as its only time.
func (p paper) draw() ([]byte, error) {
	size := p.page()
	pdf := fpdf.NewCustom(&fpdf.InitType{UnitStr: "mm", Size: fpdf.SizeType{Wd: size.w, Ht: size.h}})
	pdf.SetCatalogSort(true)
	pdf.SetCreationDate(p.head.Issued.In(zone))
	pdf.SetModificationDate(p.head.Issued.In(zone))
	pdf.SetLang("vi-VN")
	pdf.SetProducer("Motcua", true)
	pdf.SetCreator("Motcua", true)
	pdf.SetAuthor(p.values["agency"], true)
	pdf.SetTitle(p.title(), true)
	pdf.SetSubject(p.values["procedure"], true)
	pdf.SetAutoPageBreak(false, 0)
	pdf.SetMargins(0, 0, 0)
	pdf.SetLineWidth(thin)

	// Ops come in reading order per page, but a page number is added last: pages are drawn one by one.
	var byPage [][]op
	for _, o := range p.lay() {
		for len(byPage) < o.Page {
			byPage = append(byPage, nil)
		}
		byPage[o.Page-1] = append(byPage[o.Page-1], o)
	}
	added := map[style]bool{}
	for _, ops := range byPage {
		pdf.AddPage()
		for _, o := range ops {
			switch o.Kind {
			case "text":
				if !added[o.Style] {
					pdf.AddUTF8FontFromBytes("tinos", string(o.Style), faces[o.Style].ttf)
					added[o.Style] = true
				}
				pdf.SetFont("tinos", string(o.Style), o.Size)
				pdf.Text(o.X, o.Y, o.Text)
			case "line":
				pdf.Line(o.X, o.Y, o.X+o.W, o.Y+o.H)
			case "qr":
				bars, n, err := qrBars(o.Text)
				if err != nil {
					return nil, err
				}
				m := o.W / float64(n)
				for _, b := range bars {
					// Rows overlap by a hair, or some viewers show white lines between them.
					pdf.Rect(o.X+float64(b.x)*m, o.Y+float64(b.y)*m, float64(b.w)*m, m*1.02, "F")
				}
			}
		}
	}
	var out bytes.Buffer
	if err := pdf.Output(&out); err != nil {
		return nil, fmt.Errorf("draw %q: %w", p.title(), err)
	}
	return out.Bytes(), nil
}

// title is the name of the document in viewers and for screen readers.
func (p paper) title() string {
	name := choose(p.form.Titles, p.values)
	if c := p.values["code"]; c != "" {
		return name + " " + c
	}
	return name
}
