package web

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"github.com/a-h/templ"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/web/assets"
)

// Config is what the shell needs from outside. New fills zero limits with defaults.
type Config struct {
	Site Site
	Now  func() time.Time // the one clock; required
	Log  *slog.Logger     // problems and incidents; required
	// Access receives one line per request; nil writes none.
	Access *slog.Logger
	// Secure says that people reach the service by TLS: HSTS, Secure cookies with the __Host- prefix.
	Secure bool
	// Proxies are the addresses whose X-Forwarded-For is believed.
	Proxies []netip.Prefix
	// Session finds who looks and puts the Viewer into the context; nil leaves everybody a stranger.
	Session func(http.Handler) http.Handler
	// Unread counts the notices that wait for an officer, for the bell of the desk's pages; nil draws no bell.
	Unread func(context.Context, access.Actor) int
	// Problem draws a problem page; component.ProblemPage. Without it problems are plain text.
	Problem func(Problem) templ.Component
	// Ready tells whether requests can be served (GET /readyz); nil is always ready.
	Ready func(context.Context) error
	// Metrics is where counters are registered; nil makes a registry of its own.
	Metrics *prometheus.Registry

	MaxBody     int64         // bytes of a request body unless the route says more; default 1 MiB
	Timeout     time.Duration // deadline of a request's context; default 15 s
	MaxInFlight int           // requests being answered at once before more are refused; default 512
	Limits      Limits        // nil means DefaultLimits
	// LimiterEntries bounds how many clients are remembered by the rate limiter; default 100,000 (about 10 MB).
	LimiterEntries int
}

// New returns the shell with its own routes: assets, language, theme, health, readiness and metrics.
func New(cfg Config) *Mux {
	if cfg.Now == nil || cfg.Log == nil {
		panic("web: Config needs Now and Log")
	}
	if cfg.MaxBody == 0 {
		cfg.MaxBody = 1 << 20
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = 15 * time.Second
	}
	if cfg.MaxInFlight == 0 {
		cfg.MaxInFlight = 512
	}
	if cfg.Limits == nil {
		cfg.Limits = DefaultLimits()
	}
	if cfg.LimiterEntries == 0 {
		cfg.LimiterEntries = 100_000
	}
	if cfg.Metrics == nil {
		cfg.Metrics = prometheus.NewRegistry()
	}
	m := &Mux{
		cfg:     cfg,
		mux:     http.NewServeMux(),
		csrf:    http.NewCrossOriginProtection(),
		limiter: NewLimiter(cfg.Limits, cfg.LimiterEntries),
		metrics: newMetrics(cfg.Metrics),
	}
	m.gate.most = int64(cfg.MaxInFlight)
	m.serve = m.chain()
	m.mux.Handle("GET "+assets.Prefix, assets.Handler())
	m.mux.Handle("GET /favicon.ico", assets.Favicon())
	m.Handle("GET /ngon-ngu", Public, chooseLanguage)
	m.Handle("GET /giao-dien", Public, chooseTheme)
	m.Handle("GET /healthz", Public, health)
	m.Handle("GET /readyz", Public, m.ready)
	m.Handle("GET /metrics", Public, m.metrics.handler())
	return m
}
