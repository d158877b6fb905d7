package upload

import (
	"bytes"
	"compress/zlib"
	"io"
	"slices"
)

// Bounds on what is unpacked from a PDF to look into it.
const (
	maxObjectStream  = 8 << 20  // bytes out of one compressed object stream
	maxObjectStreams = 64 << 20 // bytes out of all of them
	leastCost        = 4 << 10  // what looking into an object stream costs at least
	maxStreams       = 250_000  // streams in one file
	pdfWindow        = 64 << 10
	pdfOverlap       = 2 << 10
)

// pdf accepts a file whose header stands at its start. Readers look for it in the first 1024 bytes,
// which is what lets one file be a program and a PDF at once: only blank bytes may come before.
func pdf(r io.ReaderAt, size int64, head []byte) (Kind, error) {
	at := bytes.Index(head[:min(len(head), 1024+5)], []byte("%PDF-"))
	if at < 0 {
		return "", ErrUnsupported.Because(errUnknownKind)
	}
	if len(bytes.Trim(head[:at], "\x00\t\n\f\r \xef\xbb\xbf")) > 0 {
		return "", ErrUnsupported.Because(errUnknownKind)
	}
	tail := make([]byte, min(size, pdfWindow))
	if err := readAt(r, tail, size-int64(len(tail))); err != nil {
		return "", err
	}
	if !bytes.Contains(tail, []byte("startxref")) {
		return "", ErrBroken // cut off on its way here
	}
	return PDF, nil
}

// names in a PDF and what they tell.
var pdfNames = []struct {
	name string
	flag Flag
}{
	{"/JavaScript", Script},
	{"/JS", Script},
	{"/Launch", Launch},
	{"/EmbeddedFile", Attachment}, // the tree /EmbeddedFiles is often there and empty
	{"/EF", Attachment},
	{"/RichMedia", Attachment},
	{"/Encrypt", Opaque},
}

// oddFilters pack object streams in ways that no writer uses and that are not unpacked here.
var oddFilters = []string{"/ASCIIHexDecode", "/AHx", "/ASCII85Decode", "/A85", "/LZW", "/RunLengthDecode", "/RL", "/Crypt"}

// pdfFlags looks for names in the file and in its compressed object streams. It does not parse: a
// parser can be fooled into another reading than the one of the person's viewer, a name that is nowhere cannot act.
func pdfFlags(r io.ReaderAt, size int64) ([]Flag, error) {
	found := map[Flag]bool{}
	budget, streams := int64(maxObjectStreams), 0
	var in inflater
	buf := make([]byte, pdfWindow)
	for off := int64(0); off < size; off += pdfWindow - pdfOverlap {
		b := buf[:min(size-off, pdfWindow)]
		if err := readAt(r, b, off); err != nil {
			return nil, err
		}
		clean := unescape(b)
		scan(clean, found)
		// Object streams hide names from a plain search. Offsets are those of the raw bytes.
		for at := 0; ; {
			n := bytes.Index(b[at:], []byte("stream"))
			if n < 0 {
				break
			}
			at += n + len("stream")
			if at-9 >= 0 && string(b[at-9:at-6]) == "end" {
				continue
			}
			if streams++; streams > maxStreams {
				return nil, ErrBomb
			}
			dict := b[max(0, at-1024):at]
			if open := bytes.LastIndex(dict, []byte("obj")); open >= 0 {
				dict = dict[open:] // not the one before
			}
			if dict = unescape(dict); !bytes.Contains(dict, []byte("/ObjStm")) {
				continue
			}
			for _, f := range oddFilters {
				if bytes.Contains(dict, []byte(f)) {
					found[Opaque] = true
				}
			}
			start := off + int64(at)
			budget -= max(leastCost, in.scan(io.NewSectionReader(r, start, size-start), min(budget, maxObjectStream), found))
			if budget <= 0 {
				return nil, ErrBomb
			}
		}
		if off+int64(len(b)) >= size {
			break
		}
	}
	flags := make([]Flag, 0, len(found))
	for f := range found {
		flags = append(flags, f)
	}
	slices.Sort(flags)
	return flags, nil
}

// inflater unpacks object streams one after the other with the same memory.
type inflater struct {
	z   io.ReadCloser
	buf []byte
}

// scan unpacks one object stream, at most limit bytes, and returns how many it unpacked. What does
// not unpack is no object stream that a viewer could read either.
func (f *inflater) scan(in io.Reader, limit int64, found map[Flag]bool) int64 {
	// The keyword is followed by CR LF or LF.
	var eol [1]byte
	if _, err := io.ReadFull(in, eol[:]); err != nil {
		return 0
	}
	if eol[0] == '\r' {
		if _, err := io.ReadFull(in, eol[:]); err != nil {
			return 0
		}
	}
	if f.z == nil {
		z, err := zlib.NewReader(in)
		if err != nil {
			return 0
		}
		f.z, f.buf = z, make([]byte, 0, pdfWindow)
	} else if err := f.z.(zlib.Resetter).Reset(in, nil); err != nil { // every zlib reader is a Resetter
		return 0
	}
	out := io.LimitReader(f.z, limit)
	buf := f.buf[:0]
	total := int64(0)
	for {
		keep := min(len(buf), 64) // a name may lie across two reads
		copy(buf, buf[len(buf)-keep:])
		n, err := io.ReadFull(out, buf[keep:cap(buf)])
		buf = buf[:keep+n]
		total += int64(n)
		scan(unescape(buf), found)
		if err != nil {
			return total
		}
	}
}

func scan(b []byte, found map[Flag]bool) {
	for _, n := range pdfNames {
		if found[n.flag] {
			continue
		}
		for rest := b; ; {
			at := bytes.Index(rest, []byte(n.name))
			if at < 0 {
				break
			}
			rest = rest[at+len(n.name):]
			// The name ends here: /JS is not /JSomething.
			if len(rest) == 0 || bytes.IndexByte([]byte("\x00\t\n\f\r ()<>[]{}/%"), rest[0]) >= 0 {
				found[n.flag] = true
				break
			}
		}
	}
}

// unescape turns #4a in names into the letter it stands for.
func unescape(b []byte) []byte {
	if bytes.IndexByte(b, '#') < 0 {
		return b
	}
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		if b[i] == '#' && i+2 < len(b) {
			hi, lo := hex(b[i+1]), hex(b[i+2])
			if hi >= 0 && lo >= 0 {
				out = append(out, byte(hi<<4|lo)) // #nosec G115 -- two digits
				i += 2
				continue
			}
		}
		out = append(out, b[i])
	}
	return out
}

func hex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}
