package web_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/lang"
)

type cached struct {
	cache *web.PageCache
	drawn int
}

func (c *cached) get(t *testing.T, ctx context.Context, key, version, body string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest("GET", "/thu-tuc/1?secret=query", http.NoBody).WithContext(ctx)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	err := c.cache.Serve(w, r, key, version, func() (templ.Component, error) {
		c.drawn++
		return text(body), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestAPageIsDrawnOncePerVersionAndLanguage(t *testing.T) {
	t.Parallel()
	c := &cached{cache: web.NewPageCache(1 << 20)}
	ctx := t.Context()
	c.get(t, ctx, "k", "1", "one")
	if w := c.get(t, ctx, "k", "1", "other"); w.Body.String() != "one" || c.drawn != 1 {
		t.Fatalf("%s after %d drawings", w.Body, c.drawn)
	}
	if w := c.get(t, ctx, "k", "2", "two"); w.Body.String() != "two" {
		t.Fatalf("a stale page was served: %s", w.Body)
	}
	if w := c.get(t, lang.With(ctx, lang.EN), "k", "2", "english"); w.Body.String() != "english" {
		t.Fatalf("the other language was served: %s", w.Body)
	}
}

func TestACachedPageComesGzippedAndTagged(t *testing.T) {
	t.Parallel()
	c := &cached{cache: web.NewPageCache(1 << 20)}
	body := strings.Repeat("một cửa ", 500)
	w := c.get(t, t.Context(), "k", "1", body, "Accept-Encoding", "br, gzip;q=0.8")
	zr, err := gzip.NewReader(bytes.NewReader(w.Body.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(zr); err != nil || string(got) != body {
		t.Fatalf("%v", err)
	}
	if w.Header().Get("Content-Length") != strconv.Itoa(w.Body.Len()) {
		t.Fatal("wrong length")
	}
	if w := c.get(t, t.Context(), "k", "1", body, "Accept-Encoding", "gzip;q=0"); w.Header().Get("Content-Encoding") != "" {
		t.Fatal("gzip to a client that refuses it")
	}
	if w := c.get(t, t.Context(), "k", "1", body, "If-None-Match", w.Header().Get("ETag")); w.Code != http.StatusNotModified || w.Body.Len() > 0 {
		t.Fatalf("status %d", w.Code)
	}
}

func TestPagesOfPeopleWhoSignedInAreNotKept(t *testing.T) {
	t.Parallel()
	c := &cached{cache: web.NewPageCache(1 << 20)}
	var v web.Viewer
	v.Actor.Person = "p1"
	ctx := web.WithViewer(t.Context(), v)
	c.get(t, ctx, "k", "1", "mine")
	if w := c.get(t, t.Context(), "k", "1", "public"); w.Body.String() != "public" {
		t.Fatalf("a stranger saw %s", w.Body)
	}
	if w := c.get(t, ctx, "k", "1", "mine"); w.Body.String() != "mine" || w.Header().Get("Cache-Control") != "private, no-store" {
		t.Fatalf("%s %v", w.Body, w.Header())
	}
}

func TestTheCacheStaysWithinItsBytes(t *testing.T) {
	t.Parallel()
	c := &cached{cache: web.NewPageCache(100_000)}
	body := strings.Repeat("x", 5000)
	for i := range 500 {
		c.get(t, t.Context(), strconv.Itoa(i), "1", body)
		c.get(t, t.Context(), "hot", "1", body)
	}
	before := c.drawn
	c.get(t, t.Context(), "hot", "1", body)
	if c.drawn != before {
		t.Error("a page in use was thrown out")
	}
	if c.get(t, t.Context(), "0", "1", body); c.drawn == before {
		t.Error("nothing was ever thrown out")
	}
	if size := c.cache.Bytes(); size > 100_000 {
		t.Errorf("%d bytes kept", size)
	}
}

// BenchmarkHotPage compares a cached page through the whole shell with an empty handler; the figures that
// count are requests per second over HTTP, in the product's own benchmark.
func BenchmarkHotPage(b *testing.B) {
	body := strings.Repeat("một cửa ", 2000)
	cache := web.NewPageCache(1 << 20)
	t := &testing.T{}
	m, _ := shell(t, func(c *web.Config) { c.Access = nil })
	m.Handle("GET /p/{id}", web.Public, func(w http.ResponseWriter, r *http.Request) error {
		return cache.Serve(w, r, r.PathValue("id"), "1", func() (templ.Component, error) { return text(body), nil })
	})
	empty := http.NewServeMux()
	empty.HandleFunc("GET /p/{id}", func(http.ResponseWriter, *http.Request) {})
	for name, h := range map[string]http.Handler{"shell": m, "empty": empty} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r := httptest.NewRequest("GET", "/p/1", http.NoBody)
				r.Header.Set("Accept-Encoding", "gzip")
				h.ServeHTTP(httptest.NewRecorder(), r)
			}
		})
	}
}
