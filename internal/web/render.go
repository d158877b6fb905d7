package web

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"

	"github.com/a-h/templ"
)

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// keepBuffer is the size above which a buffer is left to the collector, so that one
// huge page does not stay in the pool for ever.
const keepBuffer = 1 << 20

func withBuffer(f func(*bytes.Buffer) error) error {
	b, _ := buffers.Get().(*bytes.Buffer)
	b.Reset()
	defer func() {
		if b.Cap() <= keepBuffer {
			buffers.Put(b)
		}
	}()
	return f(b)
}

// Render draws page and answers with it. The page is drawn to a buffer first, so
// that a page that fails leaves no half answer. Unless the handler set
// Cache-Control, nobody may store the page.
func Render(w http.ResponseWriter, r *http.Request, status int, page templ.Component) error {
	return withBuffer(func(b *bytes.Buffer) error {
		if err := page.Render(r.Context(), b); err != nil {
			return err
		}
		writeHTML(w, status, b.Bytes())
		return nil
	})
}

// RenderTagged is Render with status 200 and an ETag over the page's bytes: a client that
// has the same bytes gets 304. Only for pages that carry no idempotency key.
func RenderTagged(w http.ResponseWriter, r *http.Request, page templ.Component) error {
	return withBuffer(func(b *bytes.Buffer) error {
		if err := page.Render(r.Context(), b); err != nil {
			return err
		}
		tag := etag(b.Bytes())
		w.Header().Set("ETag", tag)
		if w.Header().Get("Cache-Control") == "" {
			w.Header().Set("Cache-Control", "private, no-cache")
		}
		if matches(r, tag) {
			w.WriteHeader(http.StatusNotModified)
			return nil
		}
		writeHTML(w, http.StatusOK, b.Bytes())
		return nil
	})
}

func writeHTML(w http.ResponseWriter, status int, body []byte) {
	h := w.Header()
	h["Content-Type"] = headerHTML
	if _, set := h["Cache-Control"]; !set {
		h["Cache-Control"] = headerNoStore
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client went away; nothing left to tell
}

var (
	headerHTML    = []string{"text/html; charset=utf-8"}
	headerNoStore = []string{"private, no-store"}
)

func etag(body []byte) string {
	sum := sha256.Sum256(body)
	return `W/"` + hex.EncodeToString(sum[:12]) + `"`
}

// matches reports whether If-None-Match names the tag, weakly compared (RFC 9110, 13.1.2).
func matches(r *http.Request, tag string) bool {
	sent := r.Header.Get("If-None-Match")
	if sent == "" {
		return false
	}
	tag = strings.TrimPrefix(tag, "W/")
	for one := range strings.SplitSeq(sent, ",") {
		one = strings.TrimSpace(one)
		if one == "*" || strings.TrimPrefix(one, "W/") == tag {
			return true
		}
	}
	return false
}

// SeeOther answers a form with 303 to a page of ours. A flash key, when given, names the
// text (key "flash."+key) that the next page shows once.
func SeeOther(w http.ResponseWriter, r *http.Request, to string, flash ...string) error {
	if len(flash) > 0 {
		SetCookie(w, r, cookieFlash, flash[0], 60)
	}
	w.Header()["Cache-Control"] = headerNoStore
	// Our upload script cannot see a redirect that the browser follows for it, so it asks to be told.
	if r.Header.Get("Motcua-Follow") == "hand" {
		w.Header().Set("Motcua-Location", Local(to))
		w.WriteHeader(http.StatusOK)
		return nil
	}
	w.Header().Set("Location", Local(to))
	w.WriteHeader(http.StatusSeeOther)
	return nil
}

// Local returns to when it is a path on this site, else "/". Every redirect whose target
// came from a request goes through it.
func Local(to string) string {
	u, err := url.Parse(to)
	if err != nil || u.Scheme != "" || u.Host != "" || u.Opaque != "" || !strings.HasPrefix(to, "/") ||
		strings.HasPrefix(to, "//") || strings.HasPrefix(u.Path, "//") || strings.ContainsAny(to, "\\\r\n\t") {
		return "/"
	}
	return to
}

// NewKey returns a fresh idempotency key for a form: 128 random bits in base32.
func NewKey() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b[:]))
}

// WriteFile answers with bytes drawn by us, such as a receipt, under the file name. They open
// in the browser when inline is set and are stored nowhere on the way.
func WriteFile(w http.ResponseWriter, contentType, name string, inline bool, body io.WriterTo) error {
	kind := "attachment"
	if inline {
		kind = "inline"
	}
	w.Header().Set("Content-Type", contentType)
	w.Header()["Cache-Control"] = headerNoStore
	w.Header().Set("Content-Disposition", kind+"; filename*=UTF-8''"+url.PathEscape(name))
	_, err := body.WriteTo(w)
	return err
}
