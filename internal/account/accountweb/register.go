package accountweb

import (
	"net/http"

	"github.com/motcua/motcua/internal/account"
	"github.com/motcua/motcua/internal/web"
)

type registerView struct {
	account.Registration // passwords are never shown again
	Next                 string
	Errors               formErrors
	Wait                 string
}

func (d door) showRegister(w http.ResponseWriter, r *http.Request) error {
	next := r.URL.Query().Get("next")
	if s, ok := SignedFrom(r.Context()); ok {
		return web.SeeOther(w, r, returnPath(next, d.home(s)))
	}
	return web.Render(w, r, http.StatusOK, registerPage(registerView{Next: returnPath(next, "")}))
}

func (d door) register(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	view := registerView{
		Registration: account.Registration{
			Name: form.Get("name"), Number: form.Get("number"), Phone: form.Get("phone"), Email: form.Get("email"),
			Password: form.Get("password"), Repeat: form.Get("password_repeat"),
		},
		Next: returnPath(form.Get("next"), ""),
	}
	in, err := d.svc.Register(r.Context(), view.Registration, origin(r), web.CookieValue(r, cookieSession))
	if bad, ok := refusedForm(r.Context(), err); ok {
		view.Errors = bad
		return web.Render(w, r, web.Status(err), registerPage(view))
	}
	if wait, ok := tooMany(w, r, err); ok {
		view.Wait = wait
		return web.Render(w, r, web.Status(err), registerPage(view))
	}
	if err != nil {
		return err
	}
	letIn(w, r, in)
	return web.SeeOther(w, r, d.onward(in.Signed, view.Next), "account.registered")
}
