package national

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/motcua/motcua/internal/viet"
)

// Bounds. The longest page of the real catalogue has 150 kB.
const (
	maxLine  = 4 << 20
	maxSheet = 32 << 20
	peek     = 64 << 10
)

// Read reads one file, whatever its kind. What is wrong inside goes to the report; the
// error is only for reading that failed midway, such as a disk that answers no more.
func (r *Reader) Read(name string, src io.Reader) error {
	in := bufio.NewReaderSize(src, peek)
	head, err := in.Peek(peek)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
		return fmt.Errorf("read %s: %w", name, err)
	}
	f := &file{r: r, src: Source{File: name, Kind: kindOf(head)}}
	err = nil // a file shorter than the look ahead is no fault
	switch f.src.Kind {
	case Crawl:
		err = f.lines(in, f.crawled)
	case Structured:
		err = f.lines(in, f.structured)
	case List:
		err = f.list(in)
	case Units:
		f.units(in)
	case Mapping:
		err = f.mapping(in)
	case OldUnits:
		err = f.oldUnits(in)
	default:
		f.bad(0, "not a kind of file that can be imported")
		err = nil
	}
	r.report.Sources = append(r.report.Sources, f.src)
	r.report.Read += f.src.Read
	if err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	return nil
}

// kindOf recognises a file by how it begins. A malformed first line must not hide the rest,
// so the keys are looked for in the whole head.
func kindOf(head []byte) Kind {
	text := bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))
	start := bytes.TrimLeft(text, " \t\r\n")
	first, _, _ := bytes.Cut(start, []byte("\n"))
	switch {
	case bytes.HasPrefix(start, []byte("PK\x03\x04")):
		return List
	case bytes.HasPrefix(start, []byte("[")) && bytes.Contains(text, []byte(`"Wards"`)):
		return Units
	case bytes.HasPrefix(first, []byte("provinceCode,")) && bytes.Contains(first, []byte("newWardCode")):
		return Mapping
	case bytes.HasPrefix(first, []byte("Mã,")) && bytes.Contains(first, []byte("Mã QH")):
		return OldUnits
	case bytes.Contains(text, []byte(`"ma_thu_tuc"`)):
		return Crawl
	case bytes.Contains(text, []byte(`"thu_tuc_id"`)):
		return Structured
	}
	return Unknown
}

// lines hands every non-empty line to one; a line too long or not UTF-8 is bad, and skipped.
func (f *file) lines(in *bufio.Reader, one func(line int, raw []byte)) error {
	var buf []byte
	for line := 1; ; line++ {
		buf = buf[:0]
		long := false
		for {
			part, err := in.ReadSlice('\n')
			if !long && len(buf)+len(part) <= maxLine {
				buf = append(buf, part...)
			} else {
				long = true
			}
			if errors.Is(err, bufio.ErrBufferFull) {
				continue
			}
			if err != nil && !errors.Is(err, io.EOF) {
				return err
			}
			raw := bytes.TrimSpace(bytes.TrimPrefix(buf, []byte("\xef\xbb\xbf")))
			switch {
			case long:
				f.src.Read++
				f.bad(line, "longer than %d bytes", maxLine)
			case len(raw) == 0:
			case !utf8.Valid(raw):
				f.src.Read++
				f.bad(line, "not UTF-8 text")
			default:
				f.src.Read++
				one(line, raw)
			}
			if err != nil {
				return nil
			}
			break
		}
	}
}

// clean normalises text of the source: NFC, no zero-width or odd spaces, no trailing blanks;
// the portal's words for an empty cell become empty.
func clean(s string) string {
	s = viet.NFC(s)
	s = strings.Map(func(r rune) rune {
		switch r {
		case '\u200b', '\u200c', '\u200d', '\ufeff', '\u00ad', '\r', 0:
			return -1
		case '\u00a0', '\u2007', '\u202f':
			return ' '
		}
		return r
	}, s)
	s = strings.TrimSpace(s)
	if strings.EqualFold(s, noInformation) {
		return ""
	}
	return s
}

const noInformation = "Không có thông tin"

// oneLine folds white space, for names.
func oneLine(s string) string { return strings.Join(strings.Fields(clean(s)), " ") }
