package accountweb

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/motcua/motcua/internal/account"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/viet"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

// Paths of the door. The shell's header links to some of them.
const (
	pathSignIn     = "/dang-nhap"
	pathSignOut    = "/dang-xuat"
	pathEverywhere = "/dang-xuat-moi-noi"
	pathRegister   = "/dang-ky"
	pathChoose     = "/chon-chuc-vu"
	pathAccount    = "/tai-khoan"
	pathPassword   = "/tai-khoan/mat-khau"
	pathPost       = "/tai-khoan/chuc-vu"
)

// service is what the pages do; *account.Service satisfies it.
type service interface {
	SignIn(ctx context.Context, name, password string, from account.Origin, before string) (account.SignedIn, error)
	SignOut(ctx context.Context, token string, from account.Origin) error
	SignOutEverywhere(ctx context.Context, person string, from account.Origin) error
	Revoke(ctx context.Context, person, session string, from account.Origin) error
	SwitchPost(ctx context.Context, in account.Signed, post string, from account.Origin) (string, error)
	ChangePassword(ctx context.Context, in account.Signed, present, next string, from account.Origin) (string, error)
	Register(ctx context.Context, r account.Registration, from account.Origin, before string) (account.SignedIn, error)
	Sessions(ctx context.Context, p account.Person) ([]account.Session, error)
	History(ctx context.Context, person string, limit int) ([]account.Event, error)
	Delegate(ctx context.Context, in account.Signed, c account.Delegating, from account.Origin) (account.Delegation, error)
	RevokeDelegation(ctx context.Context, in account.Signed, id string, from account.Origin) error
	Delegations(ctx context.Context, person string) ([]account.Delegation, error)
	Colleagues(ctx context.Context, at agency.ID) ([]account.Colleague, error)
	PostTitle(id string) string
	Today() string
}

// Options are what an installation chooses about the door.
type Options struct {
	// Demo lists accounts with their passwords on the sign-in page. Only the demo sets it.
	Demo []DemoAccount
	// OfficerHome and CitizenHome are where people go who wanted to go nowhere else; empty:
	// /lam-viec and /ho-so-cua-toi.
	OfficerHome, CitizenHome string
}

// DemoAccount is an invented person anybody may sign in as.
type DemoAccount struct {
	Role     string // as shown: "Công chức Bộ phận Một cửa"
	Name     string
	SignIn   string
	Password string
	More     bool // shown after the others, on demand
}

type door struct {
	svc service
	o   Options
}

// Register adds the pages of the door to m.
func Register(m *web.Mux, svc service, o Options) {
	if o.OfficerHome == "" {
		o.OfficerHome = "/lam-viec"
	}
	if o.CitizenHome == "" {
		o.CitizenHome = "/ho-so-cua-toi"
	}
	d := door{svc, o}
	m.Handle("GET "+pathSignIn, web.Public, d.showSignIn)
	m.Handle("POST "+pathSignIn, web.Public, d.signIn)
	m.Handle("GET "+pathSignOut, web.Public, d.showSignOut)
	m.Handle("POST "+pathSignOut, web.Public, d.signOut)
	m.Handle("POST "+pathEverywhere, web.SignedIn, d.signOutEverywhere)
	m.Handle("GET "+pathRegister, web.Public, d.showRegister)
	m.Handle("POST "+pathRegister, web.Public, d.register)
	m.Handle("GET "+pathChoose, web.SignedIn, d.showChoose)
	m.Handle("POST "+pathPost, web.SignedIn, d.choose)
	m.Handle("GET "+pathAccount, web.SignedIn, d.showAccount)
	m.Handle("POST "+pathAccount+"/phien/{id}/ket-thuc", web.SignedIn, d.revoke)
	m.Handle("GET "+pathDelegation, web.Officer, d.showDelegation)
	m.Handle("POST "+pathDelegation, web.Officer, d.delegate)
	m.Handle("POST "+pathDelegation+"/{id}/thu-hoi", web.Officer, d.undelegate)
	m.Handle("GET "+pathPassword, web.SignedIn, d.showPassword)
	m.Handle("POST "+pathPassword, web.SignedIn, d.changePassword)
}

func (d door) home(s account.Signed) string {
	if s.Person.Kind == account.Officer {
		return d.o.OfficerHome
	}
	return d.o.CitizenHome
}

// signed is who looks; the routes that call it ask for somebody signed in.
func signed(r *http.Request) (account.Signed, error) {
	s, ok := SignedFrom(r.Context())
	if !ok {
		return s, web.ErrSignIn
	}
	return s, nil
}

// formErrors are the sentences of a refused form, by input and in the order of the page.
type formErrors struct {
	list []component.FieldError
}

func (e formErrors) of(name string) string {
	for _, one := range e.list {
		if one.ID == name {
			return one.Text
		}
	}
	return ""
}

func (e *formErrors) add(name, text string) {
	e.list = append(e.list, component.FieldError{ID: name, Text: text})
}

// refusedForm turns a refusal with fields into the errors of the form; false for any other error.
func refusedForm(ctx context.Context, err error) (formErrors, bool) {
	var out formErrors
	refusal, ok := errors.AsType[*fault.Error](err)
	if !ok || len(refusal.Fields) == 0 {
		return out, false
	}
	for _, f := range refusal.Fields {
		out.add(f.Name, web.FieldText(ctx, f))
	}
	return out, true
}

// tooMany prepares the answer to somebody who has to wait: the page comes again with what was typed.
func tooMany(w http.ResponseWriter, r *http.Request, err error) (text string, ok bool) {
	refusal, is := errors.AsType[*fault.Error](err)
	if !is || refusal.Code != account.ErrTooManyAttempts.Code {
		return "", false
	}
	if seconds, ok := refusal.Args["seconds"].(int); ok {
		w.Header().Set("Retry-After", strconv.Itoa(seconds))
	}
	return web.ErrorText(r.Context(), refusal), true
}

func when(ctx context.Context, t time.Time) string {
	if lang.From(ctx) == lang.EN {
		return viet.DateTimeEnglish(t)
	}
	return viet.DateTime(t)
}
