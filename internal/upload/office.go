package upload

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"path"
	"slices"
	"strings"
)

// Bounds on office documents, which are archives. Large real ones have hundreds of parts.
const (
	maxEntries  = 5000
	maxRatio    = 250       // unpacked to packed, of one part larger than freeRatio
	freeRatio   = 1 << 20   // bytes
	maxUnpacked = 300 << 20 // bytes of all parts
	maxTypes    = 1 << 20   // bytes of [Content_Types].xml
)

// main part of each kind, as its content type is written.
var mainParts = []struct {
	kind  Kind
	media string
}{
	{DOCX, "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"},
	{XLSX, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"},
	{DOCX, "application/vnd.ms-word.document.macroEnabled.main+xml"},
	{XLSX, "application/vnd.ms-excel.sheet.macroEnabled.main+xml"},
}

// office tells DOCX from XLSX and refuses every other archive.
func office(r io.ReaderAt, size int64) (Kind, error) {
	files, err := parts(r, size)
	if err != nil {
		return "", err
	}
	types, err := contentTypes(files)
	if err != nil {
		return "", err
	}
	for _, m := range mainParts {
		if bytes.Contains(types, []byte(m.media)) {
			return m.kind, nil
		}
	}
	return "", ErrUnsupported
}

// parts lists the archive after bounding what listing it costs.
func parts(r io.ReaderAt, size int64) ([]*zip.File, error) {
	if err := countEntries(r, size); err != nil {
		return nil, err
	}
	z, err := zip.NewReader(r, size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return nil, ErrBroken.Because(err)
	}
	total := uint64(0)
	seen := map[string]bool{}
	for _, f := range z.File {
		total += f.UncompressedSize64
		if f.UncompressedSize64 > freeRatio && f.UncompressedSize64/max(f.CompressedSize64, 1) > maxRatio {
			return nil, ErrBomb
		}
		if total > maxUnpacked || f.UncompressedSize64 > maxUnpacked {
			return nil, ErrBomb
		}
		// Two parts of one name are read differently by different programs.
		name := strings.ToLower(f.Name)
		if seen[name] || strings.Contains(name, "..") || strings.HasPrefix(name, "/") || strings.Contains(name, `\`) {
			return nil, ErrBroken
		}
		seen[name] = true
	}
	return z.File, nil
}

// countEntries walks the central directory, since the standard reader allocates for each entry
// before it can be asked how many there are.
func countEntries(r io.ReaderAt, size int64) error {
	const endLen, entryLen = 22, 46
	tail := make([]byte, min(size, 65535+endLen))
	if err := readAt(r, tail, size-int64(len(tail))); err != nil {
		return err
	}
	at := bytes.LastIndex(tail, []byte("PK\x05\x06"))
	if at < 0 || at+endLen > len(tail) {
		return ErrBroken // cut off on its way here
	}
	end := tail[at:]
	length, start := binary.LittleEndian.Uint32(end[12:]), binary.LittleEndian.Uint32(end[16:])
	// No bytes may hide between the parts, their directory and its end; files this small need no zip64.
	if int64(start)+int64(length) != size-int64(len(tail))+int64(at) {
		return ErrBroken
	}
	in := bufio.NewReader(io.NewSectionReader(r, int64(start), int64(length)))
	var e [entryLen]byte
	for n := 0; ; n++ {
		if _, err := io.ReadFull(in, e[:]); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return ErrBroken.Because(err)
		}
		if n == maxEntries {
			return ErrBomb
		}
		if string(e[:4]) != "PK\x01\x02" {
			return ErrBroken
		}
		skip := int(binary.LittleEndian.Uint16(e[28:])) + int(binary.LittleEndian.Uint16(e[30:])) + int(binary.LittleEndian.Uint16(e[32:]))
		if _, err := in.Discard(skip); err != nil {
			return ErrBroken.Because(err)
		}
	}
}

func contentTypes(files []*zip.File) ([]byte, error) {
	for _, f := range files {
		if f.Name != "[Content_Types].xml" {
			continue
		}
		in, err := f.Open()
		if err != nil {
			return nil, ErrBroken.Because(err)
		}
		defer func() { _ = in.Close() }() // reads only
		b, err := io.ReadAll(io.LimitReader(in, maxTypes+1))
		switch {
		case err != nil:
			return nil, ErrBroken.Because(err)
		case len(b) > maxTypes:
			return nil, ErrBomb
		}
		return b, nil
	}
	return nil, ErrUnsupported // some other archive
}

// extensions of parts that run when opened on a desktop.
var programs = []string{".exe", ".dll", ".com", ".scr", ".msi", ".bat", ".cmd", ".ps1", ".vbs", ".vbe", ".js", ".jse", ".wsf", ".hta", ".jar", ".lnk", ".sh"}

func officeFlags(r io.ReaderAt, size int64) ([]Flag, error) {
	files, err := parts(r, size)
	if err != nil {
		return nil, err
	}
	types, err := contentTypes(files)
	if err != nil {
		return nil, err
	}
	macro, program := bytes.Contains(types, []byte("macroEnabled")), false
	for _, f := range files {
		name := strings.ToLower(f.Name)
		macro = macro || path.Base(name) == "vbaproject.bin"
		program = program || slices.Contains(programs, path.Ext(name))
	}
	var flags []Flag
	if macro {
		flags = append(flags, Macro)
	}
	if program {
		flags = append(flags, Program)
	}
	return flags, nil
}

var oleMagic = []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")

// ole tells DOC from XLS by the streams in the directory of the compound file, whose entries stand at multiples of
// 128 bytes. Installers and mail are compound files too and have neither.
func ole(r io.ReaderAt, size int64) (Kind, error) {
	names, err := oleNames(r, size)
	switch {
	case err != nil:
		return "", err
	case slices.Contains(names, "WordDocument"):
		return DOC, nil
	case slices.Contains(names, "Workbook"), slices.Contains(names, "Book"):
		return XLS, nil
	}
	return "", ErrUnsupported
}

// oleNames returns those stream names that decide something.
func oleNames(r io.ReaderAt, size int64) ([]string, error) {
	known := []string{"WordDocument", "Workbook", "Book", "_VBA_PROJECT", "Macros", "_VBA_PROJECT_CUR", "VBA"}
	var found []string
	const entry = 128
	buf := make([]byte, 64<<10)
	for off := int64(512); off < size; off += int64(len(buf)) {
		b := buf[:min(size-off, int64(len(buf)))]
		if err := readAt(r, b, off); err != nil {
			return nil, err
		}
		for ; len(b) >= entry; b = b[entry:] {
			n := int(binary.LittleEndian.Uint16(b[64:])) // bytes of the name with its closing zero
			if n < 4 || n > 64 || b[66] == 0 || b[66] > 5 || b[1] != 0 {
				continue
			}
			var name strings.Builder
			for i := 0; i+3 < n; i += 2 {
				name.WriteRune(rune(binary.LittleEndian.Uint16(b[i:])))
			}
			if s := name.String(); slices.Contains(known, s) && !slices.Contains(found, s) {
				found = append(found, s)
			}
		}
	}
	return found, nil
}

func oleFlags(r io.ReaderAt, size int64) ([]Flag, error) {
	names, err := oleNames(r, size)
	if err != nil {
		return nil, err
	}
	for _, n := range names {
		if strings.Contains(n, "VBA") || n == "Macros" {
			return []Flag{Macro}, nil
		}
	}
	return nil, nil
}
