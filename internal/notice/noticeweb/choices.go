package noticeweb

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/notice"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

// choicesView is the page on which a person chooses what to receive.
type choicesView struct {
	notice.Choice
	officer   bool
	path      string
	mails     bool   // letters can be sent
	typed     string // address in the field
	fault     string // why it was refused
	suggested bool   // typed comes from the account
	quiet     notice.Quiet
}

func (v choicesView) topics() []notice.Topic {
	if v.officer {
		return notice.OfficerTopics
	}
	return notice.CitizenTopics
}

// always reports whether every notice of the topic stays in the list whatever is chosen.
func always(t notice.Topic) bool {
	return !slices.ContainsFunc(notice.Kinds(), func(k notice.Kind) bool { return k.Topic() == t && !k.Always() })
}

func (v choicesView) topic(ctx context.Context, t notice.Topic) component.Choice {
	c := component.Choice{
		Name: "tin." + string(t), Label: lang.T(ctx, "notice.topic."+string(t)), Hint: lang.T(ctx, "notice.topic-what."+string(t)),
		Options: []component.Option{
			{Value: string(notice.InApp), Label: lang.T(ctx, "notice.channel.app")}, {Value: string(notice.Email), Label: lang.T(ctx, "notice.channel.email")},
		},
	}
	if always(t) {
		c.Options[0].Disabled, c.Options[0].Hint = true, lang.T(ctx, "notice.always")
	}
	for _, by := range []notice.Channel{notice.InApp, notice.Email} {
		if v.Wants(t, by) || by == notice.InApp && always(t) {
			c.Values = append(c.Values, string(by))
		}
	}
	return c
}

func languages(ctx context.Context, c notice.Choice) component.Choice {
	return component.Choice{
		Name: "ngon-ngu", Label: lang.T(ctx, "notice.language"), Values: []string{string(notice.ParseLanguage(string(c.Language)))}, Inline: true,
		Options: []component.Option{{Value: "vi", Label: "Tiếng Việt"}, {Value: "en", Label: "English"}},
	}
}

func (p *pages) view(ctx context.Context, by access.Actor) (choicesView, error) {
	c, err := p.Store.Choice(ctx, by.Person)
	v := choicesView{Choice: c, officer: by.Officer(), path: pathMine + "/tuy-chon", mails: p.Store.Mails(), quiet: p.Book(calendar.DateOf(p.Now()).String()).Quiet}
	if v.officer {
		v.path = officeChoices
	}
	if err != nil {
		return v, err
	}
	v.typed = c.Email
	if c.Pending != "" {
		v.typed = c.Pending
	}
	if v.typed == "" {
		if v.typed, err = p.Store.Suggested(ctx, by.Person); err != nil {
			return v, err
		}
		v.suggested = v.typed != ""
	}
	return v, nil
}

// addressPath is where an address is sent to, confirmPath where the mailed link leads.
func (v choicesView) addressPath() string {
	if v.officer {
		return officeChoices + "/dia-chi"
	}
	return pathMine + "/dia-chi"
}

func (p *pages) choices(w http.ResponseWriter, r *http.Request) error {
	v, err := p.view(r.Context(), web.ActorFrom(r.Context()))
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, choicesPage(v))
}

// choose keeps what the person ticked. A box that is not sent is not ticked.
func (p *pages) choose(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	by := web.ActorFrom(ctx)
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	v, err := p.view(ctx, by)
	if err != nil {
		return err
	}
	err = p.Store.Change(ctx, by.Person, func(c *notice.Choice) error {
		for _, t := range v.topics() {
			for _, ch := range []notice.Channel{notice.InApp, notice.Email} {
				c.Set(t, ch, slices.Contains(f.Values["tin."+string(t)], string(ch)) || ch == notice.InApp && always(t))
			}
		}
		c.Language = notice.ParseLanguage(f.Get("ngon-ngu"))
		c.Loud = f.Get("gio-yen-tinh") == ""
		return nil
	})
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, v.path, "notice.choices-kept")
}

// address has a link mailed to what was typed. A slip comes back with the field as it was typed.
func (p *pages) address(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	by := web.ActorFrom(ctx)
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	v, err := p.view(ctx, by)
	if err != nil {
		return err
	}
	if f.Get("thu") == "" { // no address of one's own any more: the one in the dossier counts again
		err = p.Store.Change(ctx, by.Person, func(c *notice.Choice) error {
			c.Email, c.Pending = "", ""
			return nil
		})
		if err != nil {
			return err
		}
		return web.SeeOther(w, r, v.path, "notice.email-gone")
	}
	err = p.Store.AskConfirm(ctx, by.Person, f.Get("thu"), v.officer, notice.ParseLanguage(string(lang.From(ctx))))
	if e, ok := errors.AsType[*fault.Error](err); ok && (e.Kind == fault.Invalid || e.Kind == fault.TooMany || e.Kind == fault.Unavailable) {
		v.typed, v.suggested, v.fault = f.Get("thu"), false, lang.TextMap(lang.From(ctx), "error."+e.Code, e.Args)
		return web.Render(w, r, http.StatusUnprocessableEntity, choicesPage(v))
	}
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, v.path, "notice.email-asked")
}

// askConfirm stands behind the mailed link. It changes nothing by itself: mail programs open links too.
func (p *pages) askConfirm(w http.ResponseWriter, r *http.Request) error {
	v, err := p.view(r.Context(), web.ActorFrom(r.Context()))
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, confirmPage(v, r.URL.Query().Get("ma")))
}

func (p *pages) confirm(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	by := web.ActorFrom(ctx)
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	v, err := p.view(ctx, by)
	if err != nil {
		return err
	}
	err = p.Store.Confirm(ctx, by.Person, f.Get("ma"))
	if errors.Is(err, notice.ErrLink) {
		v.fault = lang.T(ctx, "error.notice.link")
		return web.Render(w, r, http.StatusUnprocessableEntity, confirmPage(v, ""))
	}
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, v.path, "notice.email-confirmed")
}

// quietField is the box about the province's quiet hours; ok is false where there are none.
func (v choicesView) quietField(ctx context.Context) (f component.Field, ok bool) {
	hint := "notice.quiet-hint"
	if v.quiet.RestDays {
		hint = "notice.quiet-rest"
	}
	return component.Field{
		Name: "gio-yen-tinh", Label: lang.T(ctx, "notice.quiet", "from", v.quiet.From, "until", v.quiet.Until), Hint: lang.T(ctx, hint), Optional: true,
	}, v.quiet.From != v.quiet.Until
}

func (v choicesView) confirmPath() string {
	if v.officer {
		return officeChoices + "/xac-nhan"
	}
	return pathMine + "/xac-nhan"
}

func (v choicesView) errors() int { return len(v.faults()) }

func (v choicesView) faults() []component.FieldError {
	if v.fault == "" {
		return nil
	}
	return []component.FieldError{{ID: "thu", Text: v.fault}}
}

func (v choicesView) crumbs(ctx context.Context) []component.Crumb {
	if v.officer {
		return []component.Crumb{{Text: lang.T(ctx, "notice.office.title"), Href: pathOffice}, {Text: lang.T(ctx, "notice.choices.title")}}
	}
	return []component.Crumb{
		{Text: lang.T(ctx, "nav.mine"), Href: "/ho-so-cua-toi"}, {Text: lang.T(ctx, "notice.mine.title"), Href: pathMine}, {Text: lang.T(ctx, "notice.choices.title")},
	}
}

func mineCrumbs(ctx context.Context) []component.Crumb {
	return []component.Crumb{{Text: lang.T(ctx, "nav.mine"), Href: "/ho-so-cua-toi"}, {Text: lang.T(ctx, "notice.mine.title")}}
}

// emailSentence says where letters go now.
func (v choicesView) emailSentence(ctx context.Context) string {
	switch {
	case v.Email != "":
		return lang.T(ctx, "notice.email.now", "address", v.Email)
	case v.officer:
		return lang.T(ctx, "notice.email.none-officer")
	}
	return lang.T(ctx, "notice.email.none")
}
