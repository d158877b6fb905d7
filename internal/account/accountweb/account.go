package accountweb

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/motcua/motcua/internal/account"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/viet"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

// historyShown is how many lines of the sign-in history the page lists.
const historyShown = 30

type accountView struct {
	account.Signed
	Sessions []account.Session
	History  []account.Event
}

func (d door) showAccount(w http.ResponseWriter, r *http.Request) error {
	s, err := signed(r)
	if err != nil {
		return err
	}
	view := accountView{Signed: s}
	if view.Sessions, err = d.svc.Sessions(r.Context(), s.Person); err != nil {
		return err
	}
	if view.History, err = d.svc.History(r.Context(), s.Person.ID, historyShown); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, accountPage(view))
}

func (d door) revoke(w http.ResponseWriter, r *http.Request) error {
	s, err := signed(r)
	if err != nil {
		return err
	}
	if err := d.svc.Revoke(r.Context(), s.Person.ID, r.PathValue("id"), origin(r)); err != nil {
		return err
	}
	if r.PathValue("id") == s.Session.ID {
		web.SetCookie(w, r, cookieSession, "", -1)
		return web.SeeOther(w, r, "/", "account.signed-out")
	}
	return web.SeeOther(w, r, pathAccount, "account.session-ended")
}

type chooseView struct {
	account.Signed
	Next string
}

func (d door) showChoose(w http.ResponseWriter, r *http.Request) error {
	s, err := signed(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, choosePage(chooseView{Signed: s, Next: returnPath(r.URL.Query().Get("next"), "")}))
}

func (d door) choose(w http.ResponseWriter, r *http.Request) error {
	s, err := signed(r)
	if err != nil {
		return err
	}
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	token, err := d.svc.SwitchPost(r.Context(), s, form.Get("post"), origin(r))
	if err != nil {
		return err
	}
	web.SetCookie(w, r, cookieSession, token, 0)
	return web.SeeOther(w, r, returnPath(form.Get("next"), d.home(s)), "account.post-chosen")
}

type passwordView struct {
	MustChange bool
	SignIn     string
	Next       string
	Errors     formErrors
	Wait       string
}

func (d door) showPassword(w http.ResponseWriter, r *http.Request) error {
	s, err := signed(r)
	if err != nil {
		return err
	}
	view := passwordView{MustChange: s.MustChange, SignIn: s.Person.SignIn, Next: returnPath(r.URL.Query().Get("next"), "")}
	return web.Render(w, r, http.StatusOK, passwordPage(view))
}

func (d door) changePassword(w http.ResponseWriter, r *http.Request) error {
	s, err := signed(r)
	if err != nil {
		return err
	}
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	view := passwordView{MustChange: s.MustChange, SignIn: s.Person.SignIn, Next: returnPath(form.Get("next"), "")}
	present, next := form.Get("password_present"), form.Get("password_next")
	if present == "" {
		view.Errors.add("password_present", lang.T(r.Context(), "error.account.password-missing"))
	}
	if next != form.Get("password_repeat") {
		view.Errors.add("password_repeat", lang.T(r.Context(), "error.account.password-differs"))
	}
	if len(view.Errors.list) > 0 {
		return web.Render(w, r, http.StatusUnprocessableEntity, passwordPage(view))
	}
	token, err := d.svc.ChangePassword(r.Context(), s, present, next, origin(r))
	if bad, ok := refusedForm(r.Context(), err); ok {
		view.Errors = bad
		return web.Render(w, r, web.Status(err), passwordPage(view))
	}
	if wait, ok := tooMany(w, r, err); ok {
		view.Wait = wait
		return web.Render(w, r, web.Status(err), passwordPage(view))
	}
	if err != nil {
		return err
	}
	web.SetCookie(w, r, cookieSession, token, 0)
	return web.SeeOther(w, r, returnPath(view.Next, pathAccount), "account.password-changed")
}

// facts are what the account says about its owner.
func facts(ctx context.Context, p account.Person) []component.Fact {
	out := []component.Fact{
		{Name: lang.T(ctx, "account.full-name"), Value: p.Name},
		{Name: lang.T(ctx, "account.sign-in-name"), Value: p.SignIn},
	}
	add := func(key, value string) {
		if value != "" {
			out = append(out, component.Fact{Name: lang.T(ctx, key), Value: value})
		}
	}
	add("account.number", p.Number)
	add("account.phone", p.Phone)
	add("account.email", p.Email)
	add("account.address", p.Address)
	if p.Kind == account.Citizen {
		out = append(out, component.Fact{Name: lang.T(ctx, "account.identity"), Content: identity(p.Identity)})
	}
	return out
}

// identityOf is how well the product knows who the person is, as a chip.
func identityOf(ctx context.Context, level account.IdentityLevel) (component.Tone, string) {
	switch level {
	case account.CheckedAtDesk:
		return component.Done, lang.T(ctx, "account.identity-desk")
	case account.ElectronicIDOK:
		return component.Done, lang.T(ctx, "account.identity-electronic")
	}
	return component.Notice, lang.T(ctx, "account.identity-unverified")
}

func sessionRows(ctx context.Context, v accountView) []component.Row {
	rows := make([]component.Row, len(v.Sessions))
	for i, s := range v.Sessions {
		here := s.ID == v.Session.ID
		note := ""
		if here {
			note = lang.T(ctx, "account.this-browser")
		}
		rows[i] = component.Row{ID: s.ID, Cells: []component.Cell{
			{Text: agent(ctx, s.Agent), Note: note},
			{Text: s.Address},
			{Text: when(ctx, s.Created)},
			{Text: when(ctx, s.Seen)},
			{Content: endSession(s, agent(ctx, s.Agent))},
		}}
	}
	return rows
}

func historyRows(ctx context.Context, v accountView) []component.Row {
	rows := make([]component.Row, len(v.History))
	for i, e := range v.History {
		rows[i] = component.Row{ID: e.ID, Cells: []component.Cell{
			{Text: when(ctx, e.At)},
			{Text: lang.T(ctx, "account.event."+string(e.Kind)), Note: titleOf(v.Posts, e.Post)},
			{Text: agent(ctx, e.Agent)},
			{Text: e.Address},
		}}
	}
	return rows
}

func titleOf(posts []account.Held, post string) string {
	if i := slices.IndexFunc(posts, func(h account.Held) bool { return h.Post == post }); i >= 0 {
		return posts[i].Seat.Title
	}
	return ""
}

func agent(ctx context.Context, text string) string {
	if text == "" {
		return lang.T(ctx, "account.unknown-browser")
	}
	return text
}

// held says how a post is held and until when; empty for an open appointment.
func held(ctx context.Context, h account.Held) string {
	var manner string
	switch h.Manner {
	case account.Acting:
		manner = lang.T(ctx, "account.manner-acting")
	case account.StandIn:
		manner = lang.T(ctx, "account.manner-stand-in")
	case account.Delegated:
		manner = lang.T(ctx, "delegation.delegated")
	case account.Appointed:
	}
	if h.ForName != "" {
		manner = lang.T(ctx, "delegation.behalf-of", "name", h.ForName)
	}
	until := ""
	if h.Until != "" {
		until = lang.T(ctx, "account.held-until", "day", day(ctx, h.Until))
	}
	switch {
	case manner == "":
		return until
	case until == "":
		return manner
	}
	return manner + ", " + until
}

// demoRows lists the demo's accounts: the main ones, or those of the other agencies.
func demoRows(v signInView, more bool) []component.Row {
	var rows []component.Row
	for _, a := range v.Demo {
		if a.More != more {
			continue
		}
		rows = append(rows, component.Row{ID: a.SignIn, Cells: []component.Cell{
			{Text: a.Role, Note: a.Name}, {Text: a.SignIn, Code: true}, {Text: a.Password, Code: true}, {Content: demoButton(a, v.Next)},
		}})
	}
	return rows
}

func postRows(ctx context.Context, s account.Signed) []component.Row {
	rows := make([]component.Row, len(s.Posts))
	for i, h := range s.Posts {
		rows[i] = component.Row{ID: h.ID, Cells: []component.Cell{
			{Text: h.Seat.Title, Note: held(ctx, h)}, {Text: h.Agency}, {Content: postButton(h, h.Post == s.Actor.Post)},
		}}
	}
	return rows
}

// day is a local day (yyyy-mm-dd) as people write it.
func day(ctx context.Context, iso string) string {
	t, err := time.ParseInLocation(time.DateOnly, iso, calendar.Zone)
	if err != nil {
		return iso
	}
	if lang.From(ctx) == lang.EN {
		return viet.DateEnglish(t)
	}
	return viet.Date(t)
}
