package print_test

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"strings"
	"testing"

	"github.com/motcua/motcua/internal/print"
)

// opened reads a package, checks that every part is declared and well formed and that every relationship leads to a
// part, and returns the text of the document.
func opened(t *testing.T, data []byte) string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	parts := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		parts[f.Name] = b
	}
	var types struct {
		Default []struct {
			Extension string `xml:",attr"`
		}
		Override []struct {
			PartName string `xml:",attr"`
		}
	}
	if err := xml.Unmarshal(parts["[Content_Types].xml"], &types); err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, d := range types.Default {
		known["."+d.Extension] = true
	}
	for _, o := range types.Override {
		if _, ok := parts[strings.TrimPrefix(o.PartName, "/")]; !ok {
			t.Errorf("declared part %s is missing", o.PartName)
		}
	}
	for name, b := range parts {
		if !known[path.Ext(name)] {
			t.Errorf("%s has no content type", name)
		}
		if path.Ext(name) == ".png" {
			continue
		}
		for d := xml.NewDecoder(bytes.NewReader(b)); ; {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		if path.Ext(name) == ".rels" {
			var rels struct {
				Relationship []struct {
					Target string `xml:",attr"`
				}
			}
			if err := xml.Unmarshal(b, &rels); err != nil {
				t.Fatal(err)
			}
			for _, r := range rels.Relationship {
				if _, ok := parts[path.Join(path.Dir(path.Dir(name)), r.Target)]; !ok {
					t.Errorf("%s leads to %s, which is not there", name, r.Target)
				}
			}
		}
	}
	var text strings.Builder
	for d := xml.NewDecoder(bytes.NewReader(parts["word/document.xml"])); ; {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			return text.String()
		}
		switch x := tok.(type) {
		case xml.CharData:
			text.Write(x)
		case xml.EndElement:
			if x.Name.Local == "p" {
				text.WriteByte('\n')
			}
			if x.Name.Local == "tc" && strings.HasSuffix(text.String(), "") {
				text.WriteByte('\t')
			}
		}
	}
}

func TestEditablePapersAreWholeWordDocuments(t *testing.T) {
	apology := print.Apology{
		Head: head(), Trace: trace(), DossierCode: "H99.05-260302-0017", Applicant: person(), Procedure: "Cấp giấy phép <xây dựng> & nhà ở", DueAt: at("2026-03-23 16:30"),
		NewDue: at("2026-03-30 16:30"), Reason: "Chờ ý kiến\ncủa cơ quan phối hợp", ByAgency: true, Officer: "Lê Minh Khôi", SignerTitle: "GIÁM ĐỐC",
	}
	for _, set := range sets {
		f := builtin(t, set)
		for name, v := range map[string]any{"supplement": supplement(), "refusal": refusal(), "apology": apology} {
			t.Run(string(set)+" "+name, func(t *testing.T) {
				a, err := f.DOCX(v)
				if err != nil {
					t.Fatal(err)
				}
				b, err := f.DOCX(v)
				if err != nil || !bytes.Equal(a, b) {
					t.Errorf("two documents of one value differ (%v)", err)
				}
				text := opened(t, a)
				for _, want := range []string{"CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Nguyễn Thị Ánh Tuyết", "H99.05-260302-0017"[:6], "k7wq 3mpx t2ab"} {
					if !strings.Contains(text, want) {
						t.Errorf("the text lacks %q:\n%s", want, text)
					}
				}
			})
		}
	}
	f := builtin(t, print.TT03of2025)
	b, err := f.DOCX(apology)
	if err != nil {
		t.Fatal(err)
	}
	if text := opened(t, b); !strings.Contains(text, "Cấp giấy phép <xây dựng> & nhà ở") || !strings.Contains(text, "ngày 30 tháng 3 năm 2026") {
		t.Errorf("markup or the new date was lost:\n%s", text)
	}
	if _, err := f.DOCX(ordinaryReceipt()); !errors.Is(err, print.ErrNoForm) {
		t.Errorf("a receipt is not edited: %v", err)
	}
}
