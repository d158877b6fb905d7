package filingweb_test

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// hammer sends the same request over kept connections as fast as answers come.
func hammer(b *testing.B, h http.Handler, path string) {
	b.Helper()
	srv := httptest.NewServer(h)
	defer srv.Close()
	addr := strings.TrimPrefix(srv.URL, "http://")
	request := []byte("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n")
	b.SetParallelism(8)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			b.Error(err)
			return
		}
		defer func() { _ = conn.Close() }()
		in := bufio.NewReader(conn)
		for pb.Next() {
			if _, err := conn.Write(request); err != nil {
				b.Error(err)
				return
			}
			rsp, err := http.ReadResponse(in, nil)
			if err != nil {
				b.Error(err)
				return
			}
			_, err = io.Copy(io.Discard, rsp.Body)
			if err = errors.Join(err, rsp.Body.Close()); err != nil || rsp.StatusCode != http.StatusOK {
				b.Errorf("status %d, %v", rsp.StatusCode, err)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "req/s")
}

// BenchmarkTracking compares the page of a dossier with a handler that does nothing: at least a third of its
// requests a second is asked for.
func BenchmarkTracking(b *testing.B) {
	o := open(b)
	d := o.accepted("anh")
	b.Run("empty", func(b *testing.B) {
		hammer(b, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}), "/")
	})
	b.Run("holder", func(b *testing.B) { hammer(b, o.mux, "/tra-cuu?ma="+d.Code+"&k="+d.Secret) })
}
