package deskweb

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/motcua/motcua/internal/dossier/dossiertest"
)

// BenchmarkInbox is one inbox page of fifty rows through the whole chain, as HTML.
func BenchmarkInbox(b *testing.B) {
	o := open(b)
	for i := range 60 {
		o.lodge(dossiertest.Permit, fmt.Sprintf("Nguyễn Thị Ánh %c", 'A'+i%26), fmt.Sprintf("00119000%04d", i))
		o.clock.Add(7 * time.Minute)
	}
	for _, how := range []struct{ name, encoding string }{{"plain", ""}, {"gzip", "gzip"}} {
		b.Run(how.name, func(b *testing.B) {
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					req := httptest.NewRequest(http.MethodGet, "/lam-viec", nil)
					req.Header.Set(whoHeader, "cb-mot-cua")
					if how.encoding != "" {
						req.Header.Set("Accept-Encoding", how.encoding)
					}
					w := httptest.NewRecorder()
					o.mux.ServeHTTP(w, req)
					if w.Code != http.StatusOK || w.Body.Len() < 5000 {
						b.Errorf("status %d, %d bytes", w.Code, w.Body.Len())
						return
					}
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "pages/s")
		})
	}
}

// BenchmarkCase is the page of one dossier.
func BenchmarkCase(b *testing.B) {
	o := open(b)
	d := o.lodge(dossiertest.Permit, "Nguyễn Thị Ánh", "001190000001")
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if p := o.get("cb-mot-cua", "/ho-so/"+d.ID); p.status != http.StatusOK {
				b.Errorf("status %d", p.status)
				return
			}
		}
	})
}
