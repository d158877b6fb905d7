// Package assets serves the style sheets, scripts, fonts and pictures of the pages.
// Sources are in src; cmd/assets builds them into dist, which is committed and
// embedded, so that running the product needs no build of the web's kind. File
// names carry a hash of their content and are cached for a year.
package assets

import (
	"bytes"
	"embed"
	"encoding/json"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"
)

//go:embed dist
var dist embed.FS

// Prefix is the path under which assets are served.
const Prefix = "/assets/"

type file struct {
	kind    string
	plain   []byte
	gzipped []byte // nil when it would not be smaller
}

type store struct {
	names map[string]string // name in the sources → name with hash
	files map[string]file   // by name with hash
}

// all reads the embedded files once. They are built and compared by cmd/assets, so a fault
// in them is a defect of the build and stops the program.
var all = sync.OnceValue(func() store {
	s, err := load()
	if err != nil {
		panic("assets: " + err.Error())
	}
	return s
})

func load() (store, error) {
	s := store{files: map[string]file{}}
	data, err := dist.ReadFile("dist/manifest.json")
	if err != nil {
		return s, err
	}
	if err := json.Unmarshal(data, &s.names); err != nil {
		return s, err
	}
	for _, hashed := range s.names {
		data, err := dist.ReadFile("dist/" + hashed)
		if err != nil {
			return s, err
		}
		f := file{kind: contentType(hashed), plain: data}
		if !strings.HasSuffix(hashed, ".woff2") {
			if packed := pack(data); len(packed) < len(data) {
				f.gzipped = packed
			}
		}
		s.files[hashed] = f
	}
	return s, nil
}

func pack(data []byte) []byte {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return data
	}
	if _, err := w.Write(data); err != nil {
		return data
	}
	if err := w.Close(); err != nil {
		return data
	}
	return b.Bytes()
}

func contentType(name string) string {
	switch path.Ext(name) {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".woff2":
		return "font/woff2"
	}
	return "application/octet-stream"
}

// URL is the address of the asset that the sources call name, such as "public.css".
// An unknown name is a defect of the page and panics, which its test sees.
func URL(name string) string {
	hashed, ok := all().names[name]
	if !ok {
		panic("assets: no " + name)
	}
	return Prefix + hashed
}

// Size is how many bytes the asset takes on the wire, for the test of page weight.
func Size(name string) int {
	f := all().files[all().names[name]]
	if f.gzipped != nil {
		return len(f.gzipped)
	}
	return len(f.plain)
}

// Handler serves everything under Prefix.
func Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f, ok := all().files[strings.TrimPrefix(r.URL.Path, Prefix)]
		if !ok {
			http.NotFound(w, r)
			return
		}
		serve(w, r, f, "public, max-age=31536000, immutable")
	})
}

// Favicon answers /favicon.ico, which browsers ask for without being told.
func Favicon() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		serve(w, r, all().files[all().names["mark.svg"]], "public, max-age=86400")
	})
}

func serve(w http.ResponseWriter, r *http.Request, f file, cache string) {
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("Cache-Control", cache)
	body := f.plain
	if f.gzipped != nil {
		h.Set("Vary", "Accept-Encoding")
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			h.Set("Content-Encoding", "gzip")
			body = f.gzipped
		}
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(body)
}
