package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// line is one kept-alive connection that sends requests made beforehand. It parses no more of an answer than
// it must: the client shares the processors with what it measures.
type line struct {
	c    net.Conn
	r    *bufio.Reader
	body bytes.Buffer
}

func dial(addr string) (*line, error) {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	return &line{c: c, r: bufio.NewReaderSize(c, 64<<10)}, nil
}

// ask sends a request and returns the status; the body stays in l.body until the next one.
func (l *line) ask(request []byte) (int, error) {
	if err := l.c.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		return 0, err
	}
	if _, err := l.c.Write(request); err != nil {
		return 0, err
	}
	l.body.Reset()
	head, err := l.r.ReadSlice('\n')
	if err != nil {
		return 0, err
	}
	if len(head) < 12 {
		return 0, errors.New("no status line")
	}
	status, err := strconv.Atoi(string(head[9:12]))
	if err != nil {
		return 0, err
	}
	length, chunked := -1, false
	for {
		h, err := l.r.ReadSlice('\n')
		if err != nil {
			return 0, err
		}
		h = bytes.TrimRight(h, "\r\n")
		if len(h) == 0 {
			break
		}
		name, value, _ := bytes.Cut(h, []byte(":"))
		switch {
		case len(name) == 14 && bytes.EqualFold(name, []byte("Content-Length")):
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return 0, err
			}
		case len(name) == 17 && bytes.EqualFold(name, []byte("Transfer-Encoding")):
			chunked = true
		}
	}
	switch {
	case status == http.StatusNotModified || status == http.StatusNoContent:
	case chunked:
		for {
			h, err := l.r.ReadSlice('\n')
			if err != nil {
				return 0, err
			}
			n, err := strconv.ParseInt(string(bytes.TrimRight(h, "\r\n")), 16, 64)
			if err != nil {
				return 0, err
			}
			if _, err := io.CopyN(&l.body, l.r, n); err != nil {
				return 0, err
			}
			if _, err := l.r.Discard(2); err != nil {
				return 0, err
			}
			if n == 0 {
				break
			}
		}
	case length > 0:
		if _, err := io.CopyN(&l.body, l.r, int64(length)); err != nil {
			return 0, err
		}
	}
	return status, nil
}

// site is a running server and who is signed in there.
type site struct {
	addr   string // host:port
	cookie string
}

func (s site) get(path string) []byte {
	return []byte("GET " + path + " HTTP/1.1\r\nHost: " + s.addr + "\r\nCookie: " + s.cookie + "\r\n\r\n")
}

func (s site) post(path string, form url.Values) []byte {
	body := form.Encode()
	return fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: %s\r\nCookie: %s\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s", path, s.addr, s.cookie, len(body), body)
}

// signIn opens a session and returns the site as that person sees it.
func (s site) signIn(name, password string) (site, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return s, err
	}
	c := &http.Client{Jar: jar, Timeout: 30 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	r, err := c.PostForm("http://"+s.addr+"/dang-nhap", url.Values{"name": {name}, "password": {password}})
	if err != nil {
		return s, err
	}
	defer r.Body.Close()
	if r.StatusCode != http.StatusSeeOther {
		return s, fmt.Errorf("sign in as %s: status %d", name, r.StatusCode)
	}
	u, err := url.Parse("http://" + s.addr + "/")
	if err != nil {
		return s, err
	}
	var parts []string
	for _, k := range jar.Cookies(u) {
		parts = append(parts, k.Name+"="+k.Value)
	}
	s.cookie = strings.Join(parts, "; ")
	return s, nil
}

// run is the outcome of a load.
type run struct {
	took  time.Duration
	times []time.Duration // sorted
	size  int             // bytes of the last answer
}

func (r run) perSecond() float64 { return float64(len(r.times)) / r.took.Seconds() }

func (r run) at(per float64) time.Duration {
	return r.times[min(len(r.times)-1, int(float64(len(r.times))*per/100))]
}

// load sends n requests over so many connections and wants the status from each.
func load(addr string, connections, n, want int, request func(i int) []byte) (run, error) {
	var out run
	times := make([]time.Duration, n)
	var next atomic.Int64
	var wg sync.WaitGroup
	var failed atomic.Pointer[error]
	fail := func(err error) { failed.CompareAndSwap(nil, &err) }
	var size atomic.Int64
	began := time.Now()
	for range connections {
		l, err := dial(addr)
		if err != nil {
			return out, err
		}
		wg.Go(func() {
			defer l.c.Close()
			for failed.Load() == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				start := time.Now()
				status, err := l.ask(request(i))
				times[i] = time.Since(start)
				if err == nil && status != want {
					text := l.body.String()
					err = fmt.Errorf("status %d, want %d: %.300s", status, want, text)
				}
				if err != nil {
					fail(err)
					return
				}
				if i == n-1 {
					size.Store(int64(l.body.Len()))
				}
			}
		})
	}
	wg.Wait()
	out.took = time.Since(began)
	if err := failed.Load(); err != nil {
		return out, *err
	}
	slices.Sort(times)
	out.times, out.size = times, int(size.Load())
	return out, nil
}

// loadFor sends requests until the time is over.
func loadFor(addr string, connections int, d time.Duration, want int, request func(i int) []byte) (run, error) {
	probe, err := load(addr, connections, 40*connections, want, request)
	if err != nil {
		return probe, err
	}
	n := max(100, int(probe.perSecond()*d.Seconds()))
	return load(addr, connections, n, want, func(i int) []byte { return request(i + 40*connections) })
}
