package web

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/a-h/templ"
	"github.com/klauspost/compress/gzip"
	"golang.org/x/sync/singleflight"

	"github.com/motcua/motcua/lang"
)

// PageCache keeps drawn pages of strangers, plain and gzipped, in bounded memory. A page is found by
// its key and the version of what it shows; the version is what the caller reads first (a
// row's version, a catalogue's number), so nothing stale is ever served. Pages of people who
// signed in, and pages that carry a one-time message, are drawn afresh.
type PageCache struct {
	most   int64
	flight singleflight.Group
	mu     sync.RWMutex
	pages  map[pageKey]*cachedPage
	ring   []pageKey // clock hand order
	hand   int
	bytes  int64
}

type pageKey struct {
	key  string
	lang lang.Code
}

type cachedPage struct {
	version string
	plain   []byte
	gzipped []byte
	etag    []string
	lengths [2][]string // Content-Length of plain and gzipped
	used    atomic.Bool
}

func (p *cachedPage) size() int64 { return int64(len(p.plain) + len(p.gzipped) + 512) }

// NewPageCache returns a cache of at most maxBytes.
func NewPageCache(maxBytes int64) *PageCache {
	return &PageCache{most: maxBytes, pages: map[pageKey]*cachedPage{}}
}

var (
	headerGzip       = []string{"gzip"}
	headerRevalidate = []string{"private, no-cache"} // some pages show what only their code and secret open
	headerVary       = []string{"Accept-Encoding, Cookie"}
)

// Serve answers with the page of key at version, drawing it with draw when it is not at hand. key must say
// everything that the page depends on besides version and language. The page must carry no idempotency key.
func (c *PageCache) Serve(w http.ResponseWriter, r *http.Request, key, version string, draw func() (templ.Component, error)) error {
	ctx := r.Context()
	if ViewerFrom(ctx).SignedIn() || Flash(ctx) != "" {
		page, err := draw()
		if err != nil {
			return err
		}
		return Render(w, r, http.StatusOK, page)
	}
	id := pageKey{key, lang.From(ctx)}
	c.mu.RLock()
	p := c.pages[id]
	c.mu.RUnlock()
	if p == nil || p.version != version {
		v, err, _ := c.flight.Do(string(id.lang)+"\x00"+key+"\x00"+version, func() (any, error) {
			return c.fresh(r, id, version, draw)
		})
		if errors.Is(err, context.Canceled) && ctx.Err() == nil { // the client that drew for us left
			v, err = c.fresh(r, id, version, draw)
		}
		if err != nil {
			return err
		}
		p, _ = v.(*cachedPage)
	} else if !p.used.Load() {
		p.used.Store(true)
	}
	p.answer(w, r)
	return nil
}

func (c *PageCache) fresh(r *http.Request, id pageKey, version string, draw func() (templ.Component, error)) (*cachedPage, error) {
	page, err := draw()
	if err != nil {
		return nil, err
	}
	var plain, packed bytes.Buffer
	// The page outlives the request: it must not fail because this client left, nor carry its query.
	if err := page.Render(withoutQuery(context.WithoutCancel(r.Context())), &plain); err != nil {
		return nil, err
	}
	zw, err := gzip.NewWriterLevel(&packed, 6)
	if err != nil {
		return nil, err
	}
	if _, err := io.Copy(zw, bytes.NewReader(plain.Bytes())); err != nil {
		return nil, err
	}
	if err := zw.Close(); err != nil {
		return nil, err
	}
	p := &cachedPage{version: version, plain: plain.Bytes(), gzipped: packed.Bytes(), etag: []string{etag(plain.Bytes())}}
	p.lengths = [2][]string{{strconv.Itoa(len(p.plain))}, {strconv.Itoa(len(p.gzipped))}}
	c.keep(id, p)
	return p, nil
}

// keep stores the page and makes room by the clock algorithm: the hand passes over pages used since its last
// round and takes out the first that was not.
func (c *PageCache) keep(id pageKey, p *cachedPage) {
	if p.size() > c.most/4 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if old := c.pages[id]; old != nil {
		c.bytes -= old.size()
	} else {
		c.ring = append(c.ring, id)
	}
	c.pages[id] = p
	c.bytes += p.size()
	for c.bytes > c.most {
		c.hand %= len(c.ring)
		victim := c.ring[c.hand]
		if q := c.pages[victim]; victim == id || q.used.Swap(false) {
			c.hand++
			continue
		} else {
			c.bytes -= q.size()
		}
		delete(c.pages, victim)
		last := len(c.ring) - 1
		c.ring[c.hand] = c.ring[last]
		c.ring = c.ring[:last]
	}
}

func (p *cachedPage) answer(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h["Etag"] = p.etag
	h["Cache-Control"] = headerRevalidate
	h["Vary"] = headerVary
	if matches(r, p.etag[0]) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h["Content-Type"] = headerHTML
	body, length := p.plain, p.lengths[0]
	if acceptsGzip(r) {
		h["Content-Encoding"] = headerGzip
		body, length = p.gzipped, p.lengths[1]
	}
	h["Content-Length"] = length
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(body) //nolint:gosec // G705: a rendered page, escaped by its template
}

// acceptsGzip reads Accept-Encoding as far as browsers write it: gzip named and not refused with q=0.
func acceptsGzip(r *http.Request) bool {
	for one := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, q, _ := strings.Cut(strings.TrimSpace(one), ";")
		if name == "gzip" {
			return strings.TrimRight(strings.ReplaceAll(q, " ", ""), "0.") != "q="
		}
	}
	return false
}

// Bytes is how much the cache holds.
func (c *PageCache) Bytes() int64 {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.bytes
}
