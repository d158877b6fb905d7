package procedureweb_test

import (
	"bufio"
	"bytes"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"time"
)

// BenchmarkPages prints how many requests a second our pages answer over the loopback, how many an empty
// handler does, and the ratio. Both are asked in turn in slices of one run, so that whatever else the machine
// does weighs on both. Promise: a third at least.
func BenchmarkPages(b *testing.B) {
	_, m := open(b, nil)
	empty := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer empty.Close()
	ours := httptest.NewServer(m)
	defer ours.Close()
	for _, c := range []struct{ name, path string }{{"procedure", "/thu-tuc/1.013225"}, {"home", "/"}} {
		b.Run(c.name, func(b *testing.B) {
			const slices = 8
			var spent [2]time.Duration
			each := max(1, b.N/slices)
			for range slices {
				spent[0] += ask(b, empty.Listener.Addr().String(), "/", each)
				spent[1] += ask(b, ours.Listener.Addr().String(), c.path, each)
			}
			asked := float64(slices * each)
			b.ReportMetric(asked/spent[0].Seconds(), "empty-req/s")
			b.ReportMetric(asked/spent[1].Seconds(), "req/s")
			b.ReportMetric(float64(spent[0])/float64(spent[1]), "of-empty")
		})
	}
}

// ask sends n requests over several connections at once and tells how long that took.
func ask(b *testing.B, addr, path string, n int) time.Duration {
	b.Helper()
	const conns = 8
	request := []byte("GET " + path + " HTTP/1.1\r\nHost: motcua\r\nAccept-Encoding: gzip\r\n\r\n")
	began := time.Now()
	var wg sync.WaitGroup
	for range conns {
		wg.Go(func() {
			conn, err := net.Dial("tcp", addr)
			if err != nil {
				b.Error(err)
				return
			}
			defer conn.Close()
			r := bufio.NewReaderSize(conn, 64<<10)
			for range (n + conns - 1) / conns {
				if _, err := conn.Write(request); err != nil {
					b.Error(err)
					return
				}
				if err := answer(r); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	return time.Since(began)
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
