package accountweb

import (
	"errors"
	"net/http"

	"github.com/motcua/motcua/internal/account"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/lang"
)

type signInView struct {
	Name, Next string
	Errors     formErrors
	Wait       string // why the next attempt has to wait; empty when it need not
	Demo       []DemoAccount
}

func (d door) showSignIn(w http.ResponseWriter, r *http.Request) error {
	next := r.URL.Query().Get("next")
	if s, ok := SignedFrom(r.Context()); ok {
		return web.SeeOther(w, r, returnPath(next, d.home(s)))
	}
	return web.Render(w, r, http.StatusOK, signInPage(signInView{Next: returnPath(next, ""), Demo: d.o.Demo}))
}

func (d door) signIn(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	view := signInView{Name: form.Get("name"), Next: returnPath(form.Get("next"), ""), Demo: d.o.Demo}
	password := form.Get("password")
	if view.Name == "" {
		view.Errors.add("name", lang.T(ctx, "error.account.sign-in-missing"))
	}
	if password == "" {
		view.Errors.add("password", lang.T(ctx, "error.account.password-missing"))
	}
	if len(view.Errors.list) > 0 {
		return web.Render(w, r, http.StatusUnprocessableEntity, signInPage(view))
	}
	in, err := d.svc.SignIn(ctx, view.Name, password, origin(r), web.CookieValue(r, cookieSession))
	if errors.Is(err, account.ErrWrongSignIn) {
		view.Errors.add("name", web.ErrorText(ctx, account.ErrWrongSignIn))
		return web.Render(w, r, web.Status(err), signInPage(view))
	}
	if wait, ok := tooMany(w, r, err); ok {
		view.Wait = wait
		return web.Render(w, r, web.Status(err), signInPage(view))
	}
	if err != nil {
		return err
	}
	letIn(w, r, in)
	return web.SeeOther(w, r, d.onward(in.Signed, view.Next))
}

// onward is where a person goes who has just come in.
func (d door) onward(s account.Signed, next string) string {
	next = returnPath(next, d.home(s))
	switch {
	case s.MustChange:
		return withNext(pathPassword, next)
	case s.Choose:
		return withNext(pathChoose, next)
	}
	return next
}

func (d door) showSignOut(w http.ResponseWriter, r *http.Request) error {
	return web.Render(w, r, http.StatusOK, signOutPage())
}

func (d door) signOut(w http.ResponseWriter, r *http.Request) error {
	if err := d.svc.SignOut(r.Context(), web.CookieValue(r, cookieSession), origin(r)); err != nil {
		return err
	}
	web.SetCookie(w, r, cookieSession, "", -1)
	return web.SeeOther(w, r, "/", "account.signed-out")
}

func (d door) signOutEverywhere(w http.ResponseWriter, r *http.Request) error {
	s, err := signed(r)
	if err != nil {
		return err
	}
	if err := d.svc.SignOutEverywhere(r.Context(), s.Person.ID, origin(r)); err != nil {
		return err
	}
	web.SetCookie(w, r, cookieSession, "", -1)
	return web.SeeOther(w, r, pathSignIn, "account.signed-out-everywhere")
}
