// Package upload judges files that strangers send, by their content and never by their name.
//
// A file is one of a short list of kinds or it is refused: web pages, scripts, programs,
// archives and files that begin as one thing and continue as another are no papers.
// What is accepted may still carry flags that an officer sees. Nothing is unpacked or
// decoded beyond fixed bounds, whatever its headers claim. Plain text is not accepted:
// it cannot be told from a script.
package upload

import (
	"bytes"
	"errors"
	"fmt"
	"image/jpeg"
	"image/png"
	"io"
	"slices"

	"golang.org/x/image/webp"

	"github.com/motcua/motcua/internal/fault"
)

// Bounds that hold for every upload.
const (
	MaxSize   = 50 << 20    // bytes of one file
	MaxPixels = 100_000_000 // width × height of a picture
	MaxName   = 120         // runes of a display name
)

// Kind is what a file is.
type Kind string

// Kinds that are recognised.
const (
	PDF  Kind = "pdf"
	JPEG Kind = "jpeg"
	PNG  Kind = "png"
	WebP Kind = "webp"
	HEIC Kind = "heic"
	DOCX Kind = "docx"
	XLSX Kind = "xlsx"
	DOC  Kind = "doc"
	XLS  Kind = "xls"
)

// facts about a kind: its media type and its extensions, the usual one first.
var facts = map[Kind]struct {
	media string
	ext   []string
}{
	PDF:  {"application/pdf", []string{".pdf"}},
	JPEG: {"image/jpeg", []string{".jpg", ".jpeg", ".jpe", ".jfif"}},
	PNG:  {"image/png", []string{".png"}},
	WebP: {"image/webp", []string{".webp"}},
	HEIC: {"image/heic", []string{".heic", ".heif"}},
	DOCX: {"application/vnd.openxmlformats-officedocument.wordprocessingml.document", []string{".docx"}},
	XLSX: {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", []string{".xlsx"}},
	DOC:  {"application/msword", []string{".doc"}},
	XLS:  {"application/vnd.ms-excel", []string{".xls"}},
}

// MediaType returns the kind's media type, application/octet-stream for a kind that is not known.
func (k Kind) MediaType() string {
	if f, ok := facts[k]; ok {
		return f.media
	}
	return "application/octet-stream"
}

// Extensions returns the file name extensions of the kind with their dot, for the accept attribute of a file field.
func (k Kind) Extensions() []string { return facts[k].ext }

// Picture tells whether Thumbnail may draw the kind.
func (k Kind) Picture() bool { return k == JPEG || k == PNG || k == WebP }

// Flag is something about an accepted file that the officer should know.
type Flag string

// Flags.
const (
	Script     Flag = "script"     // a PDF that runs JavaScript
	Launch     Flag = "launch"     // a PDF that starts programs
	Attachment Flag = "attachment" // a PDF with files inside
	Opaque     Flag = "opaque"     // a PDF that is encrypted or packed so that its inside cannot be checked
	Macro      Flag = "macro"      // an office document with a program in it
	Program    Flag = "program"    // an office document with an executable inside
)

// Refusals. Their texts are in lang/upload.*.json.
var (
	ErrEmpty       = fault.New(fault.Invalid, "upload.empty")
	ErrTooLarge    = fault.New(fault.TooLarge, "upload.too-large")        // {max} in MB
	ErrUnsupported = fault.New(fault.Unsupported, "upload.unsupported")   // {allowed}
	ErrBroken      = fault.New(fault.Invalid, "upload.broken")            // truncated or damaged
	ErrBomb        = fault.New(fault.Invalid, "upload.bomb")              // unpacks to far more than it says or should
	ErrPixels      = fault.New(fault.TooLarge, "upload.too-many-pixels")  // {max} in megapixels
	ErrNoPreview   = fault.New(fault.Unsupported, "upload.no-preview")    // too large to draw, or not a picture
	errUnknownKind = errors.New("no accepted kind begins like this file") // the cause kept for the log
)

// refusals of files that carry what a policy refuses.
var refusals = map[Flag]*fault.Error{
	Script:     fault.New(fault.Unsupported, "upload.has-script"),
	Launch:     fault.New(fault.Unsupported, "upload.has-launch"),
	Attachment: fault.New(fault.Unsupported, "upload.has-attachment"),
	Opaque:     fault.New(fault.Unsupported, "upload.is-opaque"),
	Macro:      fault.New(fault.Unsupported, "upload.has-macro"),
	Program:    fault.New(fault.Unsupported, "upload.has-program"),
}

// Refusal is the fault of a file refused for the flag.
func (f Flag) Refusal() *fault.Error { return refusals[f] }

// Key is the key of the text that tells an officer what the flag means.
func (f Flag) Key() string { return "upload.flag." + string(f) }

// Policy is what one place accepts.
type Policy struct {
	Kinds   []Kind
	MaxSize int64  // bytes
	Refuse  []Flag // flags that refuse the file instead of marking it
}

// Default accepts every known kind up to MaxSize. It refuses what starts programs and marks the rest:
// forms of ministries carry harmless scripts.
var Default = Policy{
	Kinds:   []Kind{PDF, JPEG, PNG, WebP, HEIC, DOCX, XLSX, DOC, XLS},
	MaxSize: MaxSize,
	Refuse:  []Flag{Launch, Macro, Program},
}

// Verdict is what Judge found.
type Verdict struct {
	Kind          Kind
	Size          int64
	Width, Height int // pixels of a picture, 0 when not known
	Flags         []Flag
}

// Judge reads as much of the file as it needs to know its kind, that it is whole and what it
// carries. It refuses with one of this package's faults; other errors come from r.
func (p Policy) Judge(r io.ReaderAt, size int64) (Verdict, error) {
	if size > p.MaxSize {
		return Verdict{}, ErrTooLarge.With("max", p.MaxSize>>20)
	}
	k, err := Sniff(r, size)
	if err != nil {
		return Verdict{}, p.say(err)
	}
	if !slices.Contains(p.Kinds, k) {
		return Verdict{}, p.say(ErrUnsupported)
	}
	v := Verdict{Kind: k, Size: size}
	switch k {
	case PDF:
		v.Flags, err = pdfFlags(r, size)
	case DOCX, XLSX:
		v.Flags, err = officeFlags(r, size)
	case DOC, XLS:
		v.Flags, err = oleFlags(r, size)
	case JPEG, PNG, WebP, HEIC:
		v.Width, v.Height, err = dimensions(r, size, k)
	}
	if err != nil {
		return Verdict{}, err
	}
	for _, f := range v.Flags {
		if slices.Contains(p.Refuse, f) {
			return Verdict{}, f.Refusal()
		}
	}
	return v, nil
}

// say adds the accepted kinds to a refusal of the kind.
func (p Policy) say(err error) error {
	e, ok := errors.AsType[*fault.Error](err)
	if !ok || !errors.Is(err, ErrUnsupported) {
		return err
	}
	var names []byte
	for i, k := range p.Kinds {
		if i > 0 {
			names = append(names, ", "...)
		}
		names = append(names, bytes.ToUpper([]byte(k))...)
	}
	return e.With("allowed", string(names))
}

// Sniff tells the kind of a file by its first bytes and, for containers, by its directory. It
// refuses what is empty, larger than MaxSize, of no known kind, or truncated.
func Sniff(r io.ReaderAt, size int64) (Kind, error) {
	switch {
	case size <= 0:
		return "", ErrEmpty
	case size > MaxSize:
		return "", ErrTooLarge.With("max", MaxSize>>20)
	}
	head := make([]byte, min(size, 1024+8))
	if err := readAt(r, head, 0); err != nil {
		return "", err
	}
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xd8\xff")):
		return JPEG, nil
	case bytes.HasPrefix(head, []byte("\x89PNG\r\n\x1a\n")):
		return PNG, nil
	case len(head) >= 16 && bytes.HasPrefix(head, []byte("RIFF")) && string(head[8:12]) == "WEBP":
		return WebP, nil
	case len(head) >= 16 && string(head[4:8]) == "ftyp":
		return heif(head)
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return office(r, size)
	case bytes.HasPrefix(head, oleMagic):
		return ole(r, size)
	}
	return pdf(r, size, head)
}

// readAt fills b from off; a file shorter than it should be is broken.
func readAt(r io.ReaderAt, b []byte, off int64) error {
	n, err := r.ReadAt(b, off)
	if n == len(b) {
		return nil
	}
	if err == nil || errors.Is(err, io.EOF) {
		return ErrBroken.Because(io.ErrUnexpectedEOF)
	}
	return fmt.Errorf("read upload at %d: %w", off, err)
}

// heif accepts the still picture brands that telephones write.
func heif(head []byte) (Kind, error) {
	n := int(head[0])<<24 | int(head[1])<<16 | int(head[2])<<8 | int(head[3])
	if n < 16 || n > len(head) {
		return "", ErrBroken
	}
	for at := 8; at+4 <= n; at += 4 {
		if at == 12 { // minor version
			continue
		}
		switch string(head[at : at+4]) {
		case "heic", "heix", "heim", "heis":
			return HEIC, nil
		}
	}
	return "", ErrUnsupported
}

// dimensions reads a picture's size without decoding it.
func dimensions(r io.ReaderAt, size int64, k Kind) (w, h int, err error) {
	in := io.NewSectionReader(r, 0, size)
	switch k {
	case JPEG:
		c, e := jpeg.DecodeConfig(in)
		w, h, err = c.Width, c.Height, e
	case PNG:
		c, e := png.DecodeConfig(in)
		w, h, err = c.Width, c.Height, e
	case WebP:
		c, e := webp.DecodeConfig(in)
		w, h, err = c.Width, c.Height, e
	case HEIC: // never decoded here; its largest picture is stated in an ispe box near the start
		head := make([]byte, min(size, 64<<10))
		if err := readAt(r, head, 0); err != nil {
			return 0, 0, err
		}
		for {
			at := bytes.Index(head, []byte("ispe"))
			if at < 0 || at+16 > len(head) {
				break
			}
			bw := int(head[at+8])<<24 | int(head[at+9])<<16 | int(head[at+10])<<8 | int(head[at+11])
			bh := int(head[at+12])<<24 | int(head[at+13])<<16 | int(head[at+14])<<8 | int(head[at+15])
			if int64(bw)*int64(bh) > int64(w)*int64(h) {
				w, h = bw, bh
			}
			head = head[at+16:]
		}
	}
	if err != nil {
		return 0, 0, ErrBroken.Because(err)
	}
	if int64(w)*int64(h) > MaxPixels {
		return 0, 0, ErrPixels.With("max", MaxPixels/1_000_000)
	}
	if k != HEIC && (w == 0 || h == 0) {
		return 0, 0, ErrBroken
	}
	return w, h, nil
}
