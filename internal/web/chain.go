package web

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/klauspost/compress/gzhttp"

	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/web/assets"
	"github.com/motcua/motcua/lang"
)

// Header values are shared between answers: net/http never writes into them.
var (
	headerCSP = []string{strings.Join([]string{
		"default-src 'self'", "img-src 'self' data:", "object-src 'none'", "base-uri 'none'",
		"form-action 'self'", "frame-ancestors 'none'",
	}, "; ")}
	headerNosniff     = []string{"nosniff"}
	headerReferrer    = []string{"same-origin"}
	headerFrame       = []string{"DENY"}
	headerOpener      = []string{"same-origin"}
	headerResource    = []string{"same-origin"}
	headerPermissions = []string{"camera=(), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=()"}
	headerHSTS        = []string{"max-age=63072000; includeSubDomains"}
)

// response remembers what was answered, and swallows the plain 404 and 405 of
// net/http's mux so that the shell can draw its own page.
type response struct {
	http.ResponseWriter
	status    int
	bytes     int64
	routed    bool
	unmatched int
}

func (w *response) WriteHeader(status int) {
	if !w.routed && (status == http.StatusNotFound || status == http.StatusMethodNotAllowed) {
		w.unmatched = status
		return
	}
	if w.status == 0 || w.status < 200 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *response) Write(b []byte) (int, error) {
	if w.unmatched != 0 && !w.routed {
		return len(b), nil
	}
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(b)
	w.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (w *response) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Flush sends what was written so far.
func (w *response) Flush() {
	if f, ok := w.ResponseWriter.(http.Flusher); ok {
		f.Flush()
	}
}

// requestIDs are a random start of the process and a count: unique in the log, free to make.
var (
	requestStart = func() string {
		var b [6]byte
		_, _ = rand.Read(b[:])
		return hex.EncodeToString(b[:]) + "-"
	}()
	requestCount atomic.Uint64
)

// chain builds the outer part, run for every request: identity, protection headers, the line in the log,
// panics. What depends on the route is in enter.
func (m *Mux) chain() http.Handler {
	var inner http.Handler = http.HandlerFunc(m.route)
	if m.cfg.Session != nil {
		session := m.cfg.Session(inner)
		plain := inner
		inner = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if anonymousPath(r.URL.Path) {
				plain.ServeHTTP(w, r)
				return
			}
			session.ServeHTTP(w, r)
		})
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := m.cfg.Now()
		h := w.Header()
		h["Content-Security-Policy"] = headerCSP
		h["X-Content-Type-Options"] = headerNosniff
		h["Referrer-Policy"] = headerReferrer
		h["X-Frame-Options"] = headerFrame
		h["Cross-Origin-Opener-Policy"] = headerOpener
		h["Cross-Origin-Resource-Policy"] = headerResource
		h["Permissions-Policy"] = headerPermissions
		if m.cfg.Secure {
			h["Strict-Transport-Security"] = headerHSTS
		}
		v := &visit{cfg: &m.cfg, url: r.URL, id: requestStart + strconv.FormatUint(requestCount.Add(1), 36)}
		h["X-Request-Id"] = []string{v.id}
		ctx := context.WithValue(r.Context(), visitKey{}, v)
		ctx = readChoices(ctx, v, w, r)
		r = r.WithContext(ctx)
		rsp := &response{ResponseWriter: w}
		defer func() {
			if p := recover(); p != nil {
				m.panicked(rsp, r, p)
			}
			m.metrics.count(v.route, r.Method, rsp.status, m.cfg.Now().Sub(began))
			m.logAccess(v, r, rsp, m.cfg.Now().Sub(began))
		}()
		inner.ServeHTTP(rsp, r)
	})
}

// anonymousPath tells the paths that are the same for everybody, so that they cost no look-up of a session.
func anonymousPath(path string) bool {
	return strings.HasPrefix(path, assets.Prefix) || path == "/healthz" || path == "/readyz"
}

// route hands the request to its route; what no route matches becomes our own page.
func (m *Mux) route(w http.ResponseWriter, r *http.Request) {
	rsp, ok := w.(*response)
	if !ok { // the session wrapped the writer
		rsp = &response{ResponseWriter: w}
	}
	m.mux.ServeHTTP(rsp, r)
	switch rsp.unmatched {
	case http.StatusNotFound:
		rsp.routed = true
		m.problem(rsp, r, ErrNoPage)
	case http.StatusMethodNotAllowed:
		rsp.routed = true
		m.problem(rsp, r, errMethod)
	}
}

// Refusals of the shell itself.
var (
	ErrNoPage      = fault.New(fault.NotFound, "web.no-page")
	ErrSignIn      = fault.New(fault.Unauthenticated, "web.sign-in")
	ErrTooMany     = fault.New(fault.TooMany, "web.too-many")
	ErrCrossOrigin = fault.New(fault.Invalid, "web.cross-origin")
	ErrTimeout     = fault.New(fault.Unavailable, "web.timeout")
	errMethod      = fault.New(fault.NotFound, "web.method")
)

// enter wraps a route's handler with everything that depends on the route.
func (m *Mux) enter(route *Route, h Handler) http.Handler {
	final := http.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			m.problem(w, r, err)
		}
	}))
	if !route.Stream {
		final = compress(final)
	}
	m.metrics.add(route)
	system := route.Pattern == "/healthz" || route.Pattern == "/readyz" || route.Pattern == "/metrics"
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if rsp, ok := w.(*response); ok {
			rsp.routed = true
		}
		ctx := r.Context()
		visitFrom(ctx).route = route
		if !route.Stream && !system {
			if !m.gate.enter() {
				m.metrics.shed.Inc()
				writeBusy(w)
				return
			}
			defer m.gate.leave()
		}
		if route.CSRF {
			if err := m.csrf.Check(r); err != nil {
				m.problem(w, r, ErrCrossOrigin.Because(err))
				return
			}
		}
		if route.Limit != "" {
			if wait, ok := m.limiter.Take(route.Limit, m.client(r), m.cfg.Now()); !ok {
				m.problem(w, r, ErrTooMany.With(argRetryAfter, wait))
				return
			}
		}
		if viewer := ViewerFrom(ctx); !route.Need.Allows(viewer) {
			m.refuse(w, r, viewer)
			return
		}
		if r.Body != nil && r.Body != http.NoBody {
			r.Body = http.MaxBytesReader(w, r.Body, route.Body)
		}
		if r.Method == http.MethodHead {
			// net/http drops the body; everything before must go as for GET, or the headers differ.
			r = r.WithContext(ctx)
			r.Method = http.MethodGet
		}
		if !route.Stream && route.Timeout > 0 {
			limited, cancel := context.WithTimeout(ctx, route.Timeout)
			defer cancel()
			r = r.WithContext(limited)
		}
		final.ServeHTTP(w, r)
	})
}

// refuse answers somebody who may not enter: strangers are asked to sign in, others see what they would
// see if the page did not exist.
func (m *Mux) refuse(w http.ResponseWriter, r *http.Request, viewer Viewer) {
	if viewer.SignedIn() {
		m.problem(w, r, ErrNoPage)
		return
	}
	if viewer.Trouble != nil {
		m.problem(w, r, viewer.Trouble)
		return
	}
	if (r.Method == http.MethodGet || r.Method == http.MethodHead) && !wantsJSON(r) {
		_ = SeeOther(w, r, signInPath(r.URL.RequestURI()))
		return
	}
	m.problem(w, r, ErrSignIn)
}

// client names who is charged: the person when known, else the address (a /64 for IPv6, which is
// what one household has).
func (m *Mux) client(r *http.Request) string {
	if a := ActorFrom(r.Context()); a.Person != "" {
		return "p:" + a.Person
	}
	return clientAddr(r, m.cfg.Proxies)
}

// ClientAddr is the network address of the client as far as trusted proxies tell it.
func ClientAddr(r *http.Request) string {
	return clientAddr(r, visitFrom(r.Context()).cfg.Proxies)
}

func clientAddr(r *http.Request, proxies []netip.Prefix) string {
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return "?"
	}
	addr := from.Addr().Unmap()
	if trusted(addr, proxies) {
		// The last address that no trusted proxy wrote is the client; those before it are hearsay.
		hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
		for i := len(hops) - 1; i >= 0; i-- {
			hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
			if err != nil {
				break
			}
			addr = hop.Unmap()
			if !trusted(addr, proxies) {
				break
			}
		}
	}
	if addr.Is6() && !addr.IsLoopback() {
		if p, err := addr.WithZone("").Prefix(64); err == nil {
			return p.Addr().String()
		}
	}
	return addr.String()
}

func trusted(addr netip.Addr, proxies []netip.Prefix) bool {
	for _, p := range proxies {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}

// compress answers in zstd or gzip from 1 KiB up.
var compress = func() func(http.Handler) http.HandlerFunc {
	wrap, err := gzhttp.NewWrapper(gzhttp.MinSize(1024), gzhttp.CompressionLevel(4))
	if err != nil {
		panic("web: compression: " + err.Error())
	}
	return wrap
}()

// gate counts the requests being answered and refuses more than it was built for, so that an
// overload is answered quickly instead of piling up.
type gate struct {
	most   int64
	inside atomic.Int64
}

func (g *gate) enter() bool {
	if g.inside.Add(1) > g.most {
		g.inside.Add(-1)
		return false
	}
	return true
}

func (g *gate) leave() { g.inside.Add(-1) }

// busyPage is written without drawing anything: under overload every microsecond counts.
var busyPage = []byte(`<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>Hệ thống đang bận</title>` +
	`<meta name="viewport" content="width=device-width"></head><body><main><h1>Hệ thống đang bận</h1>` +
	`<p>Nhiều người đang truy cập cùng lúc. Ông/bà tải lại trang sau ít giây; thông tin đã nhập vẫn còn nếu quay lại trang trước.</p>` +
	`<p lang="en">The service is busy. Reload this page in a few seconds.</p></main></body></html>`)

func writeBusy(w http.ResponseWriter) {
	w.Header().Set("Retry-After", "2")
	writeHTML(w, http.StatusServiceUnavailable, busyPage)
}

// panicked answers a defect with an incident page, or cuts the connection when the answer has begun.
func (m *Mux) panicked(rsp *response, r *http.Request, p any) {
	if p == http.ErrAbortHandler { //nolint:errorlint // the very value is the message of net/http
		panic(p)
	}
	err := fmt.Errorf("panic: %v", p)
	m.cfg.Log.ErrorContext(r.Context(), "panic", slog.Any("error", err),
		slog.String("request", RequestID(r.Context())), slog.String("stack", string(debug.Stack())))
	if rsp.status != 0 {
		panic(http.ErrAbortHandler)
	}
	rsp.routed = true
	m.problem(rsp, r, err)
}

// logAccess writes one line. The pattern stands for the path, since paths and queries may hold codes
// and secrets of people.
func (m *Mux) logAccess(v *visit, r *http.Request, rsp *response, took time.Duration) {
	if m.cfg.Access == nil {
		return
	}
	pattern := "-"
	if v.route != nil {
		pattern = v.route.Pattern
	} else if r.Pattern != "" {
		pattern = r.Pattern
	}
	m.cfg.Access.LogAttrs(r.Context(), slog.LevelInfo, "request",
		slog.String("request", v.id),
		slog.String("method", r.Method),
		slog.String("route", pattern),
		slog.Int("status", rsp.status),
		slog.Int64("bytes", rsp.bytes),
		slog.Duration("took", took),
	)
}

const (
	cookieLang  = "ngon-ngu"
	cookieTheme = "giao-dien"
	cookieFlash = "tin"
)

// readChoices takes language, theme and the one-time message from the cookies.
func readChoices(ctx context.Context, v *visit, w http.ResponseWriter, r *http.Request) context.Context {
	if len(r.Header["Cookie"]) == 0 {
		return ctx
	}
	if CookieValue(r, cookieLang) == string(lang.EN) {
		ctx = lang.With(ctx, lang.EN)
	}
	if t := CookieValue(r, cookieTheme); t == "dark" || t == "light" {
		v.theme = t
	}
	if key := CookieValue(r, cookieFlash); key != "" && r.Method == http.MethodGet && !anonymousPath(r.URL.Path) {
		if _, ok := lang.Lookup(lang.VI, "flash."+key); ok {
			v.flash = "flash." + key
		}
		SetCookie(w, r.WithContext(ctx), cookieFlash, "", -1)
	}
	return ctx
}

// cookieName carries the __Host- prefix where TLS is on, which ties the cookie to this host.
func cookieName(secure bool, name string) string {
	if secure {
		return "__Host-" + name
	}
	return name
}

// SetCookie sets a cookie of the product: HttpOnly, SameSite=Lax, whole site, Secure where people come by TLS.
// maxAge is in seconds; 0 lasts for the browser session, negative deletes.
func SetCookie(w http.ResponseWriter, r *http.Request, name, value string, maxAge int) {
	secure := visitFrom(r.Context()).cfg.Secure
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // G124: without TLS a Secure cookie would not come back
		Name: cookieName(secure, name), Value: value, Path: "/", MaxAge: maxAge,
		HttpOnly: true, Secure: secure, SameSite: http.SameSiteLaxMode,
	})
}

// CookieValue reads a cookie set by SetCookie; empty when there is none.
func CookieValue(r *http.Request, name string) string {
	c, err := r.Cookie(cookieName(visitFrom(r.Context()).cfg.Secure, name))
	if err != nil {
		return ""
	}
	return c.Value
}

func chooseLanguage(w http.ResponseWriter, r *http.Request) error {
	SetCookie(w, r, cookieLang, string(lang.Parse(r.URL.Query().Get("lang"))), 365*24*3600)
	return SeeOther(w, r, r.URL.Query().Get("next"))
}

func chooseTheme(w http.ResponseWriter, r *http.Request) error {
	theme := r.URL.Query().Get("theme")
	if theme == "dark" || theme == "light" {
		SetCookie(w, r, cookieTheme, theme, 365*24*3600)
	} else {
		SetCookie(w, r, cookieTheme, "", -1)
	}
	return SeeOther(w, r, r.URL.Query().Get("next"))
}

func health(w http.ResponseWriter, _ *http.Request) error {
	return writeText(w, http.StatusOK, "ok\n")
}

func (m *Mux) ready(w http.ResponseWriter, r *http.Request) error {
	if m.cfg.Ready != nil {
		if err := m.cfg.Ready(r.Context()); err != nil {
			m.cfg.Log.WarnContext(r.Context(), "not ready", slog.Any("error", err))
			return writeText(w, http.StatusServiceUnavailable, "not ready\n")
		}
	}
	return writeText(w, http.StatusOK, "ready\n")
}

func writeText(w http.ResponseWriter, status int, text string) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header()["Cache-Control"] = headerNoStore
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text))
	return nil
}

// Peek tells whether the client may try once more in the class, without charging. A handler that
// charges failures only (wrong secrets, wrong passwords) asks it first.
func (m *Mux) Peek(r *http.Request, class string) error {
	if wait, ok := m.limiter.Peek(class, m.client(r), m.cfg.Now()); !ok {
		return ErrTooMany.With(argRetryAfter, wait)
	}
	return nil
}

// Charge takes one token of the class from the client.
func (m *Mux) Charge(r *http.Request, class string) {
	_, _ = m.limiter.Take(class, m.client(r), m.cfg.Now())
}

func isTimeout(err error) bool { return errors.Is(err, context.DeadlineExceeded) }
