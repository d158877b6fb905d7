package pack

import (
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"time"
)

// Texts is a folder in memory: path → text. It reads like a pack on disk.
type Texts map[string]string

// Open opens a file or a folder.
func (t Texts) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	if text, ok := t[name]; ok {
		return &textFile{Reader: strings.NewReader(text), info: textInfo{path.Base(name), int64(len(text)), 0o444}}, nil
	}
	entries := map[string]fs.DirEntry{}
	for p, text := range t {
		rest, in := strings.CutPrefix(p, name+"/")
		if name == "." {
			rest, in = p, true
		}
		if !in {
			continue
		}
		first, _, below := strings.Cut(rest, "/")
		info := textInfo{first, int64(len(text)), 0o444}
		if below {
			info = textInfo{first, 0, fs.ModeDir | 0o555}
		}
		entries[first] = fs.FileInfoToDirEntry(info)
	}
	if len(entries) == 0 && name != "." {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	d := &textDir{info: textInfo{path.Base(name), 0, fs.ModeDir | 0o555}}
	for _, first := range slices.Sorted(maps.Keys(entries)) {
		d.entries = append(d.entries, entries[first])
	}
	return d, nil
}

type textInfo struct {
	name string
	size int64
	mode fs.FileMode
}

func (i textInfo) Name() string       { return i.name }
func (i textInfo) Size() int64        { return i.size }
func (i textInfo) Mode() fs.FileMode  { return i.mode }
func (i textInfo) ModTime() time.Time { return time.Time{} }
func (i textInfo) IsDir() bool        { return i.mode.IsDir() }
func (i textInfo) Sys() any           { return nil }

type textFile struct {
	*strings.Reader
	info textInfo
}

func (f *textFile) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *textFile) Close() error               { return nil }

type textDir struct {
	info    textInfo
	entries []fs.DirEntry
	read    int
}

func (d *textDir) Stat() (fs.FileInfo, error) { return d.info, nil }
func (d *textDir) Close() error               { return nil }
func (d *textDir) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: d.info.name, Err: fs.ErrInvalid}
}

// ReadDir lists the entries by name.
func (d *textDir) ReadDir(n int) ([]fs.DirEntry, error) {
	left := d.entries[d.read:]
	if n <= 0 {
		d.read = len(d.entries)
		return left, nil
	}
	if len(left) == 0 {
		return nil, io.EOF
	}
	left = left[:min(n, len(left))]
	d.read += len(left)
	return left, nil
}
