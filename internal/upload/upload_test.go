package upload_test

import (
	"archive/zip"
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/upload"
)

func pdf(objects string) []byte {
	return []byte("%PDF-1.7\n1 0 obj\n<</Type /Catalog " + objects + ">>\nendobj\ntrailer <</Root 1 0 R>>\nstartxref\n9\n%%EOF\n")
}

// packed is a PDF whose object 2 hides text in a compressed object stream.
func packed(text string) []byte {
	var z bytes.Buffer
	w := zlib.NewWriter(&z)
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	return []byte("%PDF-1.7\n2 0 obj\n<</Type /Obj#53tm /N 1 /First 4 /Filter /FlateDecode /Length 99>>\nstream\r\n" + z.String() + "\nendstream\nendobj\nstartxref\n9\n%%EOF\n")
}

const (
	wordMain  = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
	sheetMain = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
)

func office(t testing.TB, main string, more map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	add := func(name, text string) {
		f, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	add("[Content_Types].xml", `<Types><Override PartName="/a" ContentType="`+main+`"/></Types>`)
	for name, text := range more {
		add(name, text)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func ole(streams ...string) []byte {
	b := make([]byte, 512+128*8)
	copy(b, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
	for i, s := range streams {
		e := b[512+128*i:]
		u := utf16.Encode([]rune(s))
		for j, c := range u {
			binary.LittleEndian.PutUint16(e[2*j:], c)
		}
		binary.LittleEndian.PutUint16(e[64:], uint16(2*len(u)+2))
		e[66] = 2
	}
	return b
}

func picture(w, h int) image.Image {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.Set(x, y, color.NRGBA{uint8(255 * x / w), uint8(255 * y / h), 90, 255})
		}
	}
	return m
}

func pngOf(t testing.TB, w, h int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, picture(w, h)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func jpegOf(t testing.TB, w, h int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, picture(w, h), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// claims is a PNG of a few bytes that claims to be w × h.
func claims(w, h uint32) []byte {
	b := []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR")
	b = binary.BigEndian.AppendUint32(b, w)
	b = binary.BigEndian.AppendUint32(b, h)
	b = append(b, 8, 2, 0, 0, 0)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[12:]))
}

var webp = []byte("RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00")

func heic(brand string) []byte {
	return []byte("\x00\x00\x00\x18ftyp" + brand + "\x00\x00\x00\x00mif1heic\x00\x00\x00\x14ispe\x00\x00\x00\x00\x00\x00\x0f\xc0\x00\x00\x0b\xd0")
}

func TestJudgeAccepts(t *testing.T) {
	for _, c := range []struct {
		name  string
		file  []byte
		kind  upload.Kind
		flags []upload.Flag
	}{
		{"a PDF", pdf(""), upload.PDF, nil},
		{"a PDF after a byte order mark", append([]byte("\xef\xbb\xbf\n"), pdf("")...), upload.PDF, nil},
		{"a PDF with a script, marked", pdf("/OpenAction <</S /JavaScript /JS (x)>>"), upload.PDF, []upload.Flag{upload.Script}},
		{"a script whose name is written in numbers", pdf("/OpenAction <</S /J#61vaScript>>"), upload.PDF, []upload.Flag{upload.Script}},
		{"a script inside a compressed object stream", packed(strings.Repeat(" ", 70_000) + "<</S /JavaScript /JS 4 0 R>>"), upload.PDF, []upload.Flag{upload.Script}},
		{"a PDF with a file inside", pdf("/Type /Filespec /EF <</F 3 0 R>>"), upload.PDF, []upload.Flag{upload.Attachment}},
		{"an empty tree of attachments is none", pdf("/Names <</EmbeddedFiles <</Names []>>>>"), upload.PDF, nil},
		{"a locked PDF", pdf("/Encrypt 9 0 R"), upload.PDF, []upload.Flag{upload.Opaque}},
		{"a font named like a script is none", pdf("/JSFont 3 0 R"), upload.PDF, nil},
		{"a JPEG", jpegOf(t, 20, 10), upload.JPEG, nil},
		{"a PNG", pngOf(t, 20, 10), upload.PNG, nil},
		{"a PNG followed by a page: it is served as a picture", append(pngOf(t, 20, 10), "<html><script>"...), upload.PNG, nil},
		{"a WebP", webp, upload.WebP, nil},
		{"a picture from a telephone", heic("heic"), upload.HEIC, nil},
		{"a DOCX", office(t, wordMain, map[string]string{"word/document.xml": "<w/>"}), upload.DOCX, nil},
		{"an XLSX", office(t, sheetMain, nil), upload.XLSX, nil},
		{"a DOC", ole("Root Entry", "WordDocument"), upload.DOC, nil},
		{"an XLS", ole("Root Entry", "Workbook"), upload.XLS, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			v, err := upload.Default.Judge(bytes.NewReader(c.file), int64(len(c.file)))
			if err != nil || v.Kind != c.kind || !slices.Equal(v.Flags, c.flags) {
				t.Errorf("got %+v, %v", v, err)
			}
		})
	}
}

func TestJudgeRefuses(t *testing.T) {
	many := map[string]string{}
	for i := range 6000 {
		many[fmt.Sprintf("word/%d.xml", i)] = ""
	}
	shell := office(t, wordMain, nil)
	for _, c := range []struct {
		name string
		file []byte
		want *fault.Error
	}{
		{"nothing", nil, upload.ErrEmpty},
		{"a page", []byte("<!DOCTYPE html><script>alert(1)</script>"), upload.ErrUnsupported},
		{"a drawing that is a page", []byte(`<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="x()"/>`), upload.ErrUnsupported},
		{"a script", []byte("#!/bin/sh\nrm -rf /\n"), upload.ErrUnsupported},
		{"a Windows program", append([]byte("MZ\x90\x00"), make([]byte, 200)...), upload.ErrUnsupported},
		{"a Linux program", append([]byte("\x7fELF"), make([]byte, 200)...), upload.ErrUnsupported},
		{"plain text", []byte("kính gửi quý cơ quan"), upload.ErrUnsupported},
		{"a GIF", []byte("GIF89a;"), upload.ErrUnsupported},
		{"a program that is also a PDF", append([]byte("MZ\x90\x00\n"), pdf("")...), upload.ErrUnsupported},
		{"a page that is also a PDF", append([]byte("<script>"), pdf("")...), upload.ErrUnsupported},
		{"a PDF that begins too late", append(bytes.Repeat([]byte(" "), 1100), pdf("")...), upload.ErrUnsupported},
		{"a PDF cut off on its way", pdf("")[:40], upload.ErrBroken},
		{"a PDF that starts a program", pdf("/OpenAction <</S /Launch /F (cmd.exe)>>"), upload.Launch.Refusal()},
		{"an archive that is no document", office(t, "text/plain", nil), upload.ErrUnsupported},
		{"a document with macros", office(t, "application/vnd.ms-word.document.macroEnabled.main+xml", nil), upload.Macro.Refusal()},
		{"a document with hidden macros", office(t, wordMain, map[string]string{"word/vbaProject.bin": "x"}), upload.Macro.Refusal()},
		{"a document with a program inside", office(t, wordMain, map[string]string{"word/embeddings/a.EXE": "MZ"}), upload.Program.Refusal()},
		{"a document cut off on its way", shell[:len(shell)-10], upload.ErrBroken},
		{"a document whose directory was moved", append([]byte("PK\x03\x04junk"), shell...), upload.ErrBroken},
		{"a document that climbs out of its folder", office(t, wordMain, map[string]string{"../../etc/passwd": "x"}), upload.ErrBroken},
		{"a document with two parts of one name", office(t, wordMain, map[string]string{"a.xml": "1", "A.xml": "2"}), upload.ErrBroken},
		{"a document that unpacks two thousandfold", office(t, wordMain, map[string]string{"word/document.xml": strings.Repeat("\x00", 5<<20)}), upload.ErrBomb},
		{"a document with six thousand parts", office(t, wordMain, many), upload.ErrBomb},
		{"an old document with macros", ole("Root Entry", "WordDocument", "_VBA_PROJECT"), upload.Macro.Refusal()},
		{"an installer", ole("Root Entry", "Property"), upload.ErrUnsupported},
		{"a film that begins like a picture", heic("isom")[:8+4], upload.ErrUnsupported},
		{"a picture of ten thousand million pixels", claims(100_000, 100_000), upload.ErrPixels},
		{"a picture that only begins like one", []byte("\xff\xd8\xff\xe0 no picture"), upload.ErrBroken},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := upload.Default.Judge(bytes.NewReader(c.file), int64(len(c.file)))
			if !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
	t.Run("more bytes than the place allows", func(t *testing.T) {
		p := upload.Policy{Kinds: []upload.Kind{upload.PDF}, MaxSize: 10}
		if _, err := p.Judge(bytes.NewReader(pdf("")), 100); !errors.Is(err, upload.ErrTooLarge) {
			t.Error(err)
		}
	})
	t.Run("a kind that the place does not take, naming those it takes", func(t *testing.T) {
		p := upload.Policy{Kinds: []upload.Kind{upload.PDF, upload.JPEG}, MaxSize: upload.MaxSize}
		file := pngOf(t, 4, 4)
		_, err := p.Judge(bytes.NewReader(file), int64(len(file)))
		if e, ok := errors.AsType[*fault.Error](err); !ok || e.Args["allowed"] != "PDF, JPEG" {
			t.Errorf("got %v", err)
		}
	})
}

func TestPDFBombIsRefused(t *testing.T) {
	one := packed(strings.Repeat(" ", 9<<20))
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n")
	for range 20 {
		b.Write(one[9 : len(one)-len("startxref\n9\n%%EOF\n")])
	}
	b.WriteString("startxref\n9\n%%EOF\n")
	if _, err := upload.Default.Judge(bytes.NewReader(b.Bytes()), int64(b.Len())); !errors.Is(err, upload.ErrBomb) {
		t.Errorf("got %v", err)
	}
}

func TestCleanName(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"an ordinary name stays", "Đơn đề nghị.pdf", "Đơn đề nghị.pdf"},
		{"decomposed tones are composed", norm.NFD.String("Đơn đề nghị.pdf"), "Đơn đề nghị.pdf"},
		{"folders are left out", `C:\Users\a\..\don.pdf`, "don.pdf"},
		{"climbing is left out", "../../etc/passwd", "passwd"},
		{"an override cannot turn the extension round", "anh\u202Egpj.exe", "anhgpj.exe"},
		{"control characters are left out", "a\x00b\r\nSet-Cookie: x.pdf", "ab Set-Cookie_ x.pdf"},
		{"dots at the ends are left out", "...hidden.pdf. .", "hidden.pdf"},
		{"a device gets a mark before it", "CON.pdf", "_CON.pdf"},
		{"nothing left becomes a name", "///...", "tep"},
		{"a long name keeps its extension", strings.Repeat("ớ", 300) + ".docx", strings.Repeat("ớ", 115) + ".docx"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := upload.CleanName(c.in); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
	for _, c := range []struct {
		name, in string
		kind     upload.Kind
		want     string
	}{
		{"an honest extension stays", "anh.JPEG", upload.JPEG, "anh.JPEG"},
		{"a lie gets the truth behind it", "anh.pdf.exe", upload.PDF, "anh.pdf.exe.pdf"},
		{"a missing extension is added", "scan", upload.PNG, "scan.png"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := upload.NameFor(c.in, c.kind); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func FuzzCleanName(f *testing.F) {
	for _, s := range []string{"", "a.pdf", "../x", "CON", "\u202E.exe", "a\u0300\u200d\u0301.", strings.Repeat("é", 130), "com1 .txt", "\xff.\xfe", "a. .b . "} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := upload.CleanName(s)
		if got == "" || !utf8.ValidString(got) || utf8.RuneCountInString(got) > upload.MaxName || strings.ContainsAny(got, "/\\\x00\r\n\u202e\"") || got == "." || got == ".." {
			t.Errorf("%q became %q", s, got)
		}
		if again := upload.CleanName(got); again != got {
			t.Errorf("%q became %q, then %q", s, got, again)
		}
		if n := upload.NameFor(s, upload.PDF); !strings.HasSuffix(strings.ToLower(n), ".pdf") || utf8.RuneCountInString(n) > upload.MaxName {
			t.Errorf("%q became %q", s, n)
		}
	})
}

func FuzzJudge(f *testing.F) {
	for _, b := range [][]byte{
		nil, pdf("/JS"), packed("/Launch"), office(f, wordMain, nil), office(f, sheetMain, map[string]string{"x": "y"}), ole("Workbook"), pngOf(f, 3, 3), jpegOf(f, 3, 3),
		webp, heic("heic"), claims(9, 9), []byte("%PDF-startxref/ObjStm stream\n"),
	} {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		r := bytes.NewReader(b)
		v, err := upload.Default.Judge(r, int64(len(b)))
		if err != nil {
			if fault.KindOf(err) == fault.Internal {
				t.Errorf("bytes in memory gave an internal error: %v", err)
			}
			return
		}
		if v.Kind.MediaType() == "application/octet-stream" {
			t.Errorf("kind %q has no media type", v.Kind)
		}
		if int64(v.Width)*int64(v.Height) < 1<<20 {
			if _, err := upload.Thumbnail(context.Background(), r, int64(len(b)), v.Kind, 64); err != nil && fault.KindOf(err) == fault.Internal {
				t.Error(err)
			}
		}
	})
}

func TestThumbnail(t *testing.T) {
	file := jpegOf(t, 400, 200)
	draw := func(b []byte, k upload.Kind) image.Image {
		out, err := upload.Thumbnail(context.Background(), bytes.NewReader(b), int64(len(b)), k, 100)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(out, []byte("Exif")) {
			t.Error("the preview still carries what the camera wrote")
		}
		m, err := jpeg.Decode(bytes.NewReader(out))
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	t.Run("it keeps the shape", func(t *testing.T) {
		if b := draw(file, upload.JPEG).Bounds(); b.Dx() != 100 || b.Dy() != 50 {
			t.Error(b)
		}
	})
	t.Run("it stands upright", func(t *testing.T) {
		exif := []byte("Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00")
		turned := append([]byte("\xff\xd8\xff\xe1"), byte((len(exif)+2)>>8), byte(len(exif)+2))
		turned = append(append(turned, exif...), file[2:]...)
		m := draw(turned, upload.JPEG)
		if b := m.Bounds(); b.Dx() != 50 || b.Dy() != 100 {
			t.Fatal(b)
		}
		// Orientation 6: the left edge of the stored picture (no red) is the top of the shown one.
		if r, _, _, _ := m.At(25, 2).RGBA(); r > 0x3000 {
			t.Errorf("red at the top is %x", r)
		}
	})
	t.Run("a small picture is not enlarged", func(t *testing.T) {
		if b := draw(pngOf(t, 30, 40), upload.PNG).Bounds(); b.Dx() != 30 || b.Dy() != 40 {
			t.Error(b)
		}
	})
	for _, c := range []struct {
		name string
		file []byte
		kind upload.Kind
		want error
	}{
		{"a PDF is shown by the browser", pdf(""), upload.PDF, upload.ErrNoPreview},
		{"a picture that would take too much memory", claims(9000, 9000), upload.PNG, upload.ErrNoPreview},
		{"a picture without its pixels", claims(10, 10), upload.PNG, upload.ErrBroken},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := upload.Thumbnail(context.Background(), bytes.NewReader(c.file), int64(len(c.file)), c.kind, 100); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}
