// Package accountweb is the door: the pages to sign in and out, to register, to choose
// the post one acts in and to look after one's account, and the session that tells every
// other page who looks.
//
// The secret of a session travels only in a cookie (HttpOnly, SameSite=Lax, with the
// __Host- prefix where people come by TLS); no page and no log line carries it.
package accountweb

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/motcua/motcua/internal/account"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/lang"
)

// Names of our cookies, as web.SetCookie takes them.
const (
	cookieSession = "phien"
	cookieDevice  = "thiet-bi"
)

// deviceAge is how long a browser is remembered, in seconds; the service decides how long it counts.
const deviceAge = 365 * 24 * 60 * 60

type authenticator interface {
	Authenticate(ctx context.Context, token string) (account.Signed, error)
}

type signedKey struct{}

// SignedFrom tells who is signed in with which session; false for a stranger.
func SignedFrom(ctx context.Context) (account.Signed, bool) {
	s, ok := ctx.Value(signedKey{}).(*account.Signed)
	if !ok {
		return account.Signed{}, false
	}
	return *s, true
}

// Session is web.Config.Session: it finds who looks by their cookie and puts the web.Viewer into
// the context. The cookie of a session that has ended is left alone: a request that was under way
// while the secret was rotated must not take the new one away.
func Session(svc authenticator, log *slog.Logger) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			token := web.CookieValue(r, cookieSession)
			if token == "" {
				next.ServeHTTP(w, r)
				return
			}
			ctx := r.Context()
			s, err := svc.Authenticate(ctx, token)
			switch {
			case err == nil:
				if to := first(s, r); to != "" {
					_ = web.SeeOther(w, r, to)
					return
				}
				ctx = web.WithViewer(context.WithValue(ctx, signedKey{}, &s), viewer(ctx, s))
				r = r.WithContext(ctx)
			case !errors.Is(err, account.ErrNotSignedIn):
				log.WarnContext(ctx, "who looks is not known", slog.Any("error", err), slog.String("request", web.RequestID(ctx)))
				r = r.WithContext(web.WithViewer(ctx, web.Viewer{Trouble: err}))
			}
			next.ServeHTTP(w, r)
		})
	}
}

// viewer is what the layout draws of a signed-in person.
func viewer(ctx context.Context, s account.Signed) web.Viewer {
	s.Posts = slices.Clone(s.Posts)
	v := web.Viewer{Actor: s.Actor, Acting: s.Acting}
	for i := range s.Posts {
		h := &s.Posts[i]
		if h.ForName != "" {
			// The header always says in whose place somebody acts.
			h.Agency += " · " + lang.T(ctx, "delegation.behalf-of", "name", h.ForName)
		}
		if h.Post == s.Actor.Post {
			v.Agency = h.Agency
		}
	}
	if len(s.Posts) > 1 {
		v.Posts = make([]web.PostChoice, len(s.Posts))
		for i, h := range s.Posts {
			v.Posts[i] = web.PostChoice{ID: h.Post, Title: h.Seat.Title, Agency: h.Agency, Current: h.Post == s.Actor.Post}
		}
	}
	return v
}

// first is the page a person has to pass before any other: their own password, then the post. Until
// then the actor has no rights, so what is sent to another address is refused there.
func first(s account.Signed, r *http.Request) string {
	if !s.MustChange && !s.Choose || r.Method != http.MethodGet && r.Method != http.MethodHead || free(r.URL.Path) {
		return ""
	}
	to := pathChoose
	if s.MustChange {
		to = pathPassword
	}
	return withNext(to, r.URL.RequestURI())
}

// free tells the pages that stay open before: to sign out, to see one's account, to change the language.
func free(path string) bool {
	switch path {
	case pathSignOut, pathSignIn, pathChoose, "/ngon-ngu", "/giao-dien", "/metrics":
		return true
	}
	return path == pathAccount || strings.HasPrefix(path, pathAccount+"/")
}

// withNext adds where the person wanted to go.
func withNext(path, next string) string {
	if next == "" || next == "/" {
		return path
	}
	return path + "?next=" + url.QueryEscape(next)
}

// returnPath is where a person goes on after the door: where they wanted to go when that is a page of
// ours, else home. Pages of the door itself would only lead back.
func returnPath(next, home string) string {
	if next == "" || web.Local(next) != next {
		return home
	}
	path, _, _ := strings.Cut(next, "?")
	switch path {
	case pathSignIn, pathSignOut, pathEverywhere, pathRegister, pathChoose, pathPassword:
		return home
	}
	return next
}

// origin is where the request comes from.
func origin(r *http.Request) account.Origin {
	return account.Origin{Address: web.ClientAddr(r), Agent: account.Agent(r.UserAgent()), Device: web.CookieValue(r, cookieDevice)}
}

// letIn gives the browser its secrets.
func letIn(w http.ResponseWriter, r *http.Request, in account.SignedIn) {
	web.SetCookie(w, r, cookieSession, in.Token, 0)
	web.SetCookie(w, r, cookieDevice, in.Device, deviceAge)
}
