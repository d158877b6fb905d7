package web

import (
	"context"
	"net/url"

	"github.com/motcua/motcua/internal/access"
)

// Viewer is who looks at the page, as the layout draws them. The session puts it
// into the context; the zero Viewer is a stranger.
type Viewer struct {
	Actor  access.Actor
	Agency string         // name of the actor's agency, as shown in the header
	Acting []access.Actor // who the person may act as, in every post held today
	Posts  []PostChoice   // posts the person may act in; the header offers them when more than one
	// Trouble is why it could not be told who looks (the database is away): public pages are
	// served as to a stranger, every other route answers with it.
	Trouble error
}

// PostChoice is one post a person may act in.
type PostChoice struct {
	ID      string
	Title   string
	Agency  string
	Current bool
}

// SignedIn reports whether the viewer is known.
func (v Viewer) SignedIn() bool { return v.Actor.SignedIn() }

// Officer reports whether the viewer acts in a post.
func (v Viewer) Officer() bool { return v.Actor.Officer() }

// May reports whether the viewer holds the permission.
func (v Viewer) May(p access.Permission) bool { return v.Actor.May(p) }

type viewerKey struct{}

// WithViewer returns a context in which v looks. Only the session calls it.
func WithViewer(ctx context.Context, v Viewer) context.Context {
	return context.WithValue(ctx, viewerKey{}, v)
}

// ViewerFrom tells who looks; the zero Viewer when nobody signed in.
func ViewerFrom(ctx context.Context) Viewer {
	v, _ := ctx.Value(viewerKey{}).(Viewer)
	return v
}

// ActorFrom tells who acts. Handlers read it once and hand it to services.
func ActorFrom(ctx context.Context) access.Actor { return ViewerFrom(ctx).Actor }

// Site is the province as the layout names it. Every text is data of the province,
// shown as written.
type Site struct {
	Province    string // full name: "Ủy ban nhân dân tỉnh Sông Lam"
	Short       string // "Tỉnh Sông Lam"
	System      string // name of the service: "Một cửa Sông Lam"
	Owner       string // body that owns the service, for the footer
	Responsible string // person responsible, with office
	Address     string
	Phones      []string
	Email       string
	Emblem      string // path of the province's own emblem, empty for none
	Demo        bool   // says on each page that its people and cases are invented
}

// visit is what the shell knows about one request.
type visit struct {
	cfg   *Config
	id    string // request id, also in the log
	url   *url.URL
	flash string // key of the message that the page before left
	theme string // desk: "dark", "light" or empty for what the device asks
	route *Route
}

type visitKey struct{}

var noVisit = &visit{cfg: &Config{}, url: &url.URL{Path: "/"}}

func visitFrom(ctx context.Context) *visit {
	if v, ok := ctx.Value(visitKey{}).(*visit); ok {
		return v
	}
	return noVisit
}

// SiteFrom tells which province the page belongs to.
func SiteFrom(ctx context.Context) Site { return visitFrom(ctx).cfg.Site }

// WithSite returns a context with the province, for pages drawn outside a request.
func WithSite(ctx context.Context, s Site) context.Context {
	v := *visitFrom(ctx)
	v.cfg = &Config{Site: s}
	return context.WithValue(ctx, visitKey{}, &v)
}

// RequestID names the request in the log; empty outside a request.
func RequestID(ctx context.Context) string { return visitFrom(ctx).id }

// Here is the path and query of the page being answered, for links that return to it.
func Here(ctx context.Context) string { return visitFrom(ctx).url.RequestURI() }

// Flash is the key of the message that the act before left for this page, or empty.
func Flash(ctx context.Context) string { return visitFrom(ctx).flash }

// Unread counts the notices that wait for who looks; ok is false where there is no bell.
func Unread(ctx context.Context) (n int, ok bool) {
	count := visitFrom(ctx).cfg.Unread
	if count == nil {
		return 0, false
	}
	return count(ctx, ActorFrom(ctx)), true
}

// Theme is the desk's colour scheme the person chose: "dark", "light" or empty.
func Theme(ctx context.Context) string { return visitFrom(ctx).theme }

// withoutQuery returns a context in which Here is the path alone.
func withoutQuery(ctx context.Context) context.Context {
	v := *visitFrom(ctx)
	v.url = &url.URL{Path: v.url.Path}
	return context.WithValue(ctx, visitKey{}, &v)
}
