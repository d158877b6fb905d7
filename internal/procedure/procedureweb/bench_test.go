package procedureweb_test

import (
	"bufio"
	"bytes"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
)

// BenchmarkPages prints requests a second over the loopback, of an empty handler and of our pages, and the
// ratio between them in the same run. Promise: a third at least.
func BenchmarkPages(b *testing.B) {
	_, m := open(b, nil)
	empty := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	var base float64
	for _, c := range []struct {
		name, path string
		handler    http.Handler
	}{{"empty", "/", empty}, {"procedure", "/thu-tuc/1.013225", m}, {"home", "/", m}} {
		b.Run(c.name, func(b *testing.B) {
			s := httptest.NewServer(c.handler)
			defer s.Close()
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) { ask(b, pb, s.Listener.Addr().String(), c.path) })
			rate := float64(b.N) / b.Elapsed().Seconds()
			if c.name == "empty" {
				base = rate
			} else {
				b.ReportMetric(rate/base, "of-empty")
			}
			b.ReportMetric(rate, "req/s")
		})
	}
}

// ask sends requests over one connection and reads the answers.
func ask(b *testing.B, pb *testing.PB, addr, path string) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		b.Error(err)
		return
	}
	defer conn.Close()
	request := []byte("GET " + path + " HTTP/1.1\r\nHost: motcua\r\nAccept-Encoding: gzip\r\n\r\n")
	r := bufio.NewReaderSize(conn, 64<<10)
	for pb.Next() {
		if _, err := conn.Write(request); err != nil {
			b.Error(err)
			return
		}
		if err := answer(r); err != nil {
			b.Error(err)
			return
		}
	}
}

// answer reads one answer, looking at no more than its length: a client that costs little leaves the
// processor to the server.
func answer(r *bufio.Reader) error {
	length := 0
	for {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return err
		}
		if len(line) <= 2 {
			_, err := r.Discard(length)
			return err
		}
		if v, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(v))); err != nil {
				return err
			}
		}
	}
}
