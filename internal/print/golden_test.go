package print

import (
	"bytes"
	"compress/zlib"
	"encoding/json"
	"flag"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/unicode/norm"
)

var update = flag.Bool("update", false, "write the golden layouts anew")

// Golden compares the layout of v with testdata/name.json; it is exported to the tests outside.
func Golden(t *testing.T, f *Forms, name string, v any) {
	t.Helper()
	golden(t, name, f.paper(v).lay())
}

func golden(t *testing.T, name string, ops []op) {
	t.Helper()
	var lines []string
	for _, o := range ops {
		b, err := json.Marshal(o)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, string(b))
	}
	got := "[\n" + strings.Join(lines, ",\n") + "\n]\n"
	path := filepath.Join("testdata", name+".json")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("layout of %s (-want +got; run with -update when it should change):\n%s", name, d)
	}
}

func (f *Forms) paper(v any) paper {
	switch v := v.(type) {
	case Receipt:
		return f.set.receipt(v)
	case SupplementRequest:
		return f.set.supplement(v)
	case Refusal:
		return f.set.refusal(v)
	case ControlSlip:
		return f.set.control(v)
	}
	panic("not a form")
}

// Draw draws any form.
func Draw(t *testing.T, f *Forms, v any) []byte {
	t.Helper()
	b, err := f.paper(v).draw()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Lowest is the lowest point that v's drawing reaches, and Pages how many pages it takes.
func Lowest(f *Forms, v any) (lowest float64, pages int) {
	for _, o := range f.paper(v).lay() {
		lowest, pages = max(lowest, o.Y+o.H), max(pages, o.Page)
	}
	return lowest, pages
}

// Rightmost is how far to the right v's text reaches.
func Rightmost(f *Forms, v any) float64 {
	x := 0.0
	for _, o := range f.paper(v).lay() {
		if o.Kind == "text" {
			x = max(x, o.X+faces[o.Style].width(strings.TrimRight(o.Text, " "), o.Size))
		}
	}
	return x
}

// PageW is the width of an A5 page in mm.
var PageW = pages[""].w

// SampleGolden compares the layout of a sample with testdata.
func SampleGolden(t *testing.T, f *Forms, name, key, kind string, at time.Time) {
	t.Helper()
	p, err := f.sample(key, kind, at)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, name, p.lay())
	pg := p.page()
	for _, o := range p.lay() {
		right := o.X + o.W
		if o.Kind == "text" {
			right = o.X + faces[o.Style].width(strings.TrimRight(o.Text, " "), o.Size)
		}
		if right > pg.w-pg.right+1 || o.Y+o.H > pg.h-pg.bottom+4 {
			t.Errorf("%s: %q reaches %.1f mm right and %.1f mm down on page %d", name, o.Text, right, o.Y+o.H, o.Page)
		}
	}
}

var streams = regexp.MustCompile(`(?s)stream\r?\n(.*?)\r?\nendstream`)

// Copied is the text of a PDF as a reader copies it: the UTF-16 codes of its text operators, which
// the identity ToUnicode map leaves as they are.
func Copied(t *testing.T, pdf []byte) string {
	t.Helper()
	if !bytes.Contains(pdf, []byte("/ToUnicode")) {
		t.Error("no ToUnicode map: text would copy as garbage")
	}
	var out strings.Builder
	for _, m := range streams.FindAllSubmatch(pdf, -1) {
		z, err := zlib.NewReader(bytes.NewReader(m[1]))
		if err != nil {
			continue
		}
		b, err := io.ReadAll(z)
		if err != nil || !bytes.Contains(b, []byte(" Tj")) {
			continue
		}
		for _, s := range operands(b) {
			var u []uint16
			for i := 0; i+1 < len(s); i += 2 {
				u = append(u, uint16(s[i])<<8|uint16(s[i+1]))
			}
			out.WriteString(string(utf16.Decode(u)) + "\n")
		}
	}
	text := out.String()
	if !norm.NFC.IsNormalString(text) {
		t.Error("text of the PDF is not NFC")
	}
	return text
}

// operands returns the strings before each Tj, unescaped.
func operands(b []byte) [][]byte {
	var out [][]byte
	for i := 0; i < len(b); i++ {
		if b[i] != '(' {
			continue
		}
		var s []byte
		for i++; i < len(b) && b[i] != ')'; i++ {
			if b[i] == '\\' {
				i++
				if b[i] == 'r' {
					s = append(s, '\r')
					continue
				}
			}
			s = append(s, b[i])
		}
		out = append(out, s)
	}
	return out
}

// Farthest is the text that reaches the farthest right.
func Farthest(f *Forms, v any) string {
	x, text := 0.0, ""
	for _, o := range f.paper(v).lay() {
		if end := o.X + faces[o.Style].width(strings.TrimRight(o.Text, " "), o.Size); o.Kind == "text" && end > x {
			x, text = end, o.Text
		}
	}
	return text
}
