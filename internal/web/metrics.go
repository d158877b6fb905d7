package web

import (
	"net/http"
	"net/netip"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/motcua/motcua/internal/access"
)

// metrics counts requests by route and class of status. Every series is resolved when the route is
// registered, so that counting costs no look-up of labels.
type metrics struct {
	registry  *prometheus.Registry
	took      *prometheus.HistogramVec
	answered  *prometheus.CounterVec
	incidents prometheus.Counter
	shed      prometheus.Counter
	byRoute   map[*Route]*routeMetrics
	unmatched *routeMetrics
}

type routeMetrics struct {
	took     prometheus.Observer
	answered [6]prometheus.Counter // by first digit of the status
}

func newMetrics(reg *prometheus.Registry) *metrics {
	m := &metrics{
		registry: reg,
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "motcua_request_seconds", Help: "Time to answer a request, by route.",
			Buckets: []float64{0.001, 0.005, 0.02, 0.1, 0.5, 2, 10},
		}, []string{"method", "route"}),
		answered: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "motcua_requests_total", Help: "Requests answered, by route and class of status.",
		}, []string{"method", "route", "status"}),
		incidents: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "motcua_incidents_total", Help: "Requests that ended in a defect.",
		}),
		shed: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "motcua_requests_shed_total", Help: "Requests refused because too many were being answered.",
		}),
		byRoute: map[*Route]*routeMetrics{},
	}
	reg.MustRegister(m.took, m.answered, m.incidents, m.shed)
	_ = reg.Register(collectors.NewGoCollector()) // already there when the registry is shared
	_ = reg.Register(collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.unmatched = m.resolve("any", "none")
	return m
}

func (m *metrics) resolve(method, pattern string) *routeMetrics {
	rm := &routeMetrics{took: m.took.WithLabelValues(method, pattern)}
	for i, class := range [...]string{"0", "1xx", "2xx", "3xx", "4xx", "5xx"} {
		rm.answered[i] = m.answered.WithLabelValues(method, pattern, class)
	}
	return rm
}

func (m *metrics) add(r *Route) { m.byRoute[r] = m.resolve(r.Method, r.Pattern) }

func (m *metrics) count(route *Route, _ string, status int, took time.Duration) {
	rm := m.byRoute[route]
	if rm == nil {
		rm = m.unmatched
	}
	class := status / 100
	if class < 0 || class > 5 {
		class = 0
	}
	rm.answered[class].Inc()
	if route == nil || !route.Stream {
		rm.took.Observe(took.Seconds())
	}
}

// near reports whether the client is on this machine or on a private network, where collectors run.
func near(r *http.Request) bool {
	addr, err := netip.ParseAddr(ClientAddr(r))
	return err == nil && (addr.IsLoopback() || addr.IsPrivate())
}

func (m *metrics) handler() Handler {
	h := promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{DisableCompression: true})
	return func(w http.ResponseWriter, r *http.Request) error {
		if !near(r) && !ViewerFrom(r.Context()).May(access.SystemWatch) {
			return ErrNoPage
		}
		h.ServeHTTP(w, r)
		return nil
	}
}
