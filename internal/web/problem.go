package web

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/lang"
)

// Problem is what a problem page says. Texts are in the person's language.
type Problem struct {
	Status   int
	Kind     fault.Kind
	Code     string // key of the text
	Title    string // what happened, as a heading
	Detail   string // what to do, from the refusal
	Fields   []ProblemField
	Incident string     // number to report, for defects only
	Changed  string     // for Stale: what somebody else did meanwhile, when the refusal tells
	Back     string     // path to look again or start over
	SignIn   string     // path to sign in, when that is what is missing
	Resend   url.Values // what was typed, so that it can be sent again unchanged
	Action   string     // path that Resend goes to
}

// ProblemField is a refusal tied to one input.
type ProblemField struct{ Name, Text string }

// argRetryAfter is the argument of a refusal that carries a time.Duration to wait.
const argRetryAfter = "retry_after"

// statusOf is the only place where a kind of refusal meets HTTP.
var statusOf = map[fault.Kind]int{
	fault.Internal:        http.StatusInternalServerError,
	fault.Invalid:         http.StatusUnprocessableEntity,
	fault.Unauthenticated: http.StatusUnauthorized,
	fault.NotFound:        http.StatusNotFound,
	fault.Conflict:        http.StatusConflict,
	fault.Stale:           http.StatusConflict,
	fault.TooMany:         http.StatusTooManyRequests,
	fault.TooLarge:        http.StatusRequestEntityTooLarge,
	fault.Unsupported:     http.StatusUnsupportedMediaType,
	fault.Gone:            http.StatusGone,
	fault.Unavailable:     http.StatusServiceUnavailable,
}

// titleOf are the headings of problem pages.
var titleOf = map[fault.Kind]string{
	fault.Internal:        "problem.title.internal",
	fault.Invalid:         "problem.title.invalid",
	fault.Unauthenticated: "problem.title.unauthenticated",
	fault.NotFound:        "problem.title.not-found",
	fault.Conflict:        "problem.title.conflict",
	fault.Stale:           "problem.title.stale",
	fault.TooMany:         "problem.title.too-many",
	fault.TooLarge:        "problem.title.too-large",
	fault.Unsupported:     "problem.title.unsupported",
	fault.Gone:            "problem.title.gone",
	fault.Unavailable:     "problem.title.unavailable",
}

// Status is the HTTP status of a refusal; 500 for any other error.
func Status(err error) int {
	status, _ := classify(err)
	return status
}

func classify(err error) (int, *fault.Error) {
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return statusOf[fault.TooLarge], ErrBodyTooLarge
	}
	if e, ok := errors.AsType[*fault.Error](err); ok && e.Kind != fault.Internal {
		switch e.Code {
		case ErrCrossOrigin.Code:
			return http.StatusForbidden, e
		case errMethod.Code:
			return http.StatusMethodNotAllowed, e
		}
		return statusOf[e.Kind], e
	}
	if isTimeout(err) {
		return statusOf[fault.Unavailable], ErrTimeout
	}
	return http.StatusInternalServerError, nil
}

// ErrorText is the sentence of a refusal in the language of ctx.
func ErrorText(ctx context.Context, err *fault.Error) string {
	return lang.TextMap(lang.From(ctx), "error."+err.Code, err.Args)
}

// FieldText is the sentence of a refusal tied to one input.
func FieldText(ctx context.Context, f fault.Field) string {
	return lang.TextMap(lang.From(ctx), "error."+f.Code, f.Args)
}

// problem answers err. It writes nothing when the client has left or the answer has begun.
func (m *Mux) problem(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		return
	}
	if rsp, ok := w.(*response); ok && rsp.status != 0 {
		m.cfg.Log.ErrorContext(r.Context(), "answer cut short", slog.Any("error", err), slog.String("request", RequestID(r.Context())))
		panic(http.ErrAbortHandler)
	}
	p := m.describe(r, err)
	h := w.Header()
	for _, name := range []string{"Etag", "Content-Disposition", "Content-Encoding", "Content-Length"} {
		h.Del(name)
	}
	h["Cache-Control"] = headerNoStore
	if p.Status == http.StatusServiceUnavailable || p.Status == http.StatusTooManyRequests {
		h.Set("Retry-After", strconv.Itoa(retrySeconds(err)))
	}
	if wantsJSON(r) {
		writeProblemJSON(w, p)
		return
	}
	if m.cfg.Problem == nil {
		_ = writeText(w, p.Status, p.Title+"\n"+p.Detail+"\n")
		return
	}
	if err := Render(w, r, p.Status, m.cfg.Problem(p)); err != nil {
		m.cfg.Log.ErrorContext(r.Context(), "problem page", slog.Any("error", err))
		_ = writeText(w, p.Status, p.Title+"\n"+p.Detail+"\n")
	}
}

func (m *Mux) describe(r *http.Request, err error) Problem {
	ctx := r.Context()
	status, refusal := classify(err)
	if refusal == nil {
		p := Problem{
			Status: status, Kind: fault.Internal, Code: "internal", Incident: incidentNumber(),
			Title: lang.T(ctx, titleOf[fault.Internal]), Detail: lang.T(ctx, "error.internal"),
		}
		m.metrics.incidents.Inc()
		m.cfg.Log.ErrorContext(ctx, "incident", slog.String("incident", p.Incident), slog.Any("error", err),
			slog.String("request", RequestID(ctx)), slog.String("route", r.Pattern))
		return p
	}
	p := Problem{
		Status: status, Kind: refusal.Kind, Code: refusal.Code,
		Title: lang.T(ctx, titleOf[refusal.Kind]), Detail: ErrorText(ctx, refusal),
		Back: back(r),
	}
	for _, f := range refusal.Fields {
		p.Fields = append(p.Fields, ProblemField{Name: f.Name, Text: FieldText(ctx, f)})
	}
	switch refusal.Kind {
	case fault.Stale:
		p.Changed, _ = refusal.Args["changed"].(string)
	case fault.Unauthenticated:
		p.SignIn = signInPath(p.Back)
		p.Resend, p.Action = typed(r), r.URL.RequestURI()
	case fault.TooMany, fault.Unavailable:
		p.Resend, p.Action = typed(r), r.URL.RequestURI()
		if cause := refusal.Unwrap(); cause != nil {
			m.cfg.Log.WarnContext(ctx, "unavailable", slog.Any("error", cause), slog.String("request", RequestID(ctx)))
		}
	}
	return p
}

// maxResend bounds what a problem page carries back to the person.
const maxResend = 64 << 10

// typed is what the person sent, so that nothing typed is lost when the session ended or the service was
// busy. Passwords and files do not come back.
func typed(r *http.Request) url.Values {
	if r.Method != http.MethodPost || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		return nil
	}
	if r.PostForm == nil {
		r.Body = http.MaxBytesReader(nil, r.Body, maxResend)
		if err := r.ParseForm(); err != nil {
			return nil
		}
	}
	values := maps.Clone(r.PostForm)
	size := 0
	for name, list := range values {
		if lower := strings.ToLower(name); strings.Contains(lower, "password") || strings.Contains(lower, "mat-khau") ||
			strings.Contains(lower, "secret") || strings.Contains(lower, "otp") {
			return nil
		}
		for _, v := range list {
			size += len(name) + len(v)
		}
	}
	if size > maxResend || len(values) == 0 {
		return nil
	}
	return values
}

// back is where the person looks again: the page itself for reads, the page they came from for writes.
func back(r *http.Request) string {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return r.URL.RequestURI()
	}
	if from, err := url.Parse(r.Referer()); err == nil && from.Host == r.Host && from.Host != "" {
		return Local(from.RequestURI())
	}
	return "/"
}

func signInPath(next string) string {
	return "/dang-nhap?next=" + url.QueryEscape(Local(next))
}

func retrySeconds(err error) int {
	if e, ok := errors.AsType[*fault.Error](err); ok {
		if wait, ok := e.Args[argRetryAfter].(time.Duration); ok {
			return max(1, int((wait+time.Second-1)/time.Second))
		}
	}
	return 5
}

// incidentNumber is short enough to be read over the telephone: 40 random bits as XXXX-XXXX.
func incidentNumber() string {
	var b [5]byte
	_, _ = rand.Read(b[:])
	s := base32.StdEncoding.EncodeToString(b[:])
	return s[:4] + "-" + s[4:]
}

// wantsJSON reports whether a program asks: JSON is named and a page is not.
func wantsJSON(r *http.Request) bool {
	accept := r.Header.Get("Accept")
	return (strings.Contains(accept, "application/json") || strings.Contains(accept, "application/problem+json")) &&
		!strings.Contains(accept, "text/html")
}

// writeProblemJSON answers as RFC 9457 asks.
func writeProblemJSON(w http.ResponseWriter, p Problem) {
	type field struct {
		Name   string `json:"name"`
		Detail string `json:"detail"`
	}
	body := struct {
		Type     string  `json:"type"`
		Title    string  `json:"title"`
		Status   int     `json:"status"`
		Detail   string  `json:"detail,omitempty"`
		Code     string  `json:"code"`
		Incident string  `json:"incident,omitempty"`
		Errors   []field `json:"errors,omitempty"`
	}{"about:blank", p.Title, p.Status, p.Detail, p.Code, p.Incident, nil}
	for _, f := range p.Fields {
		body.Errors = append(body.Errors, field{f.Name, f.Text})
	}
	data, err := json.Marshal(body)
	if err != nil {
		data = []byte(`{"title":"internal","status":500}`)
	}
	w.Header().Set("Content-Type", "application/problem+json; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	w.WriteHeader(p.Status)
	_, _ = w.Write(data)
}
