package web

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/access"
)

// Handler answers one request or returns why it cannot. It writes nothing when it
// returns an error; the shell draws the problem page.
type Handler func(w http.ResponseWriter, r *http.Request) error

// Need is the right a route asks. The zero Need refuses everybody and cannot be
// registered, so that no route is open by omission.
type Need struct {
	Public   bool                // anyone
	SignedIn bool                // anyone known
	Officer  bool                // anyone who acts in a post
	AnyOf    []access.Permission // holders of at least one
}

// The needs without permission.
var (
	Public   = Need{Public: true}
	SignedIn = Need{SignedIn: true}
	Officer  = Need{Officer: true}
)

// May asks for at least one of the permissions.
func May(anyOf ...access.Permission) Need { return Need{AnyOf: anyOf} }

// Allows reports whether v may enter. What a person may do with the object behind
// the address is the service's check, not the route's.
func (n Need) Allows(v Viewer) bool {
	switch {
	case n.Public:
		return true
	case n.SignedIn:
		return v.SignedIn()
	case n.Officer:
		return v.Officer()
	}
	return slices.ContainsFunc(n.AnyOf, v.May)
}

// Route is one line of the route table.
type Route struct {
	Method  string // GET answers HEAD too
	Pattern string // path pattern of net/http, without method
	Need    Need
	Body    int64         // most bytes of a request body
	Timeout time.Duration // the request's context ends after it
	Limit   string        // class of rate limit charged for each request, empty for none
	Stream  bool          // stays open: no deadline, no compression, not counted as load
	CSRF    bool          // cross-origin writes are refused; false only for signed call-backs
}

// Option changes one route.
type Option func(*Route)

// Body allows bodies of up to n bytes (default Config.MaxBody).
func Body(n int64) Option { return func(r *Route) { r.Body = n } }

// Timeout gives the route its own deadline (default Config.Timeout).
func Timeout(d time.Duration) Option { return func(r *Route) { r.Timeout = d } }

// Limited charges each request to the class of rate limits.
func Limited(class string) Option { return func(r *Route) { r.Limit = class } }

// Stream marks an answer that stays open, such as server-sent events.
func Stream() Option { return func(r *Route) { r.Stream = true } }

// SignedCallback lets another system post from outside. The handler must verify the
// sender's signature itself.
func SignedCallback() Option { return func(r *Route) { r.CSRF = false } }

// Mux is the route table and the shell around it. Register every route before the
// first request.
type Mux struct {
	cfg     Config
	mux     *http.ServeMux
	routes  []*Route
	csrf    *http.CrossOriginProtection
	limiter *Limiter
	gate    gate
	metrics *metrics
	serve   http.Handler
}

// Handle registers h at "METHOD /pattern". It panics on a pattern without method
// and on a zero Need: both are defects of the program, seen at its first start.
func (m *Mux) Handle(pattern string, need Need, h Handler, opts ...Option) {
	method, path, ok := strings.Cut(pattern, " ")
	if !ok || method == "" || !strings.HasPrefix(path, "/") {
		panic("web: route " + pattern + ": want \"METHOD /path\"")
	}
	if !need.Public && !need.SignedIn && !need.Officer && len(need.AnyOf) == 0 {
		panic("web: route " + pattern + ": say who may enter")
	}
	route := &Route{
		Method: method, Pattern: path, Need: need,
		Body: m.cfg.MaxBody, Timeout: m.cfg.Timeout, CSRF: true,
	}
	if method != http.MethodGet {
		route.Limit = LimitWrite
	}
	for _, opt := range opts {
		opt(route)
	}
	m.routes = append(m.routes, route)
	m.mux.Handle(pattern, m.enter(route, h))
}

// Routes lists the route table in the order of registration.
func (m *Mux) Routes() []Route {
	out := make([]Route, len(m.routes))
	for i, r := range m.routes {
		out[i] = *r
	}
	return out
}

// ServeHTTP answers one request through the whole chain.
func (m *Mux) ServeHTTP(w http.ResponseWriter, r *http.Request) { m.serve.ServeHTTP(w, r) }
