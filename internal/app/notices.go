package app

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/a-h/templ"

	"github.com/motcua/motcua/internal/account"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/casefile"
	"github.com/motcua/motcua/internal/mail"
	"github.com/motcua/motcua/internal/notice"
	"github.com/motcua/motcua/internal/notice/noticedb"
	"github.com/motcua/motcua/internal/notice/noticeweb"
	"github.com/motcua/motcua/internal/web"
)

// openNotices builds the store behind notices and has the queue do its jobs.
func (a *App) openNotices() error {
	books := &books{p: a.province}
	c := noticedb.Config{
		Book: books.on, Agency: a.agencyName, People: &holders{a: a}, Address: a.cfg.Serve.Address, Domain: "motcua.invalid",
		Secret: a.keys.derive("motcua/notice-links"), Log: a.cfg.Log, Now: a.cfg.Now,
		Calendar: func() *calendar.Calendar {
			days, err := a.province.calendar(a.province.Catalogue())
			if err != nil {
				a.cfg.Log.Warn("working calendar not read, letters know no days off", "err", err)
				return nil
			}
			return days
		},
	}
	if m := a.cfg.Mail; m.Server != "" {
		sender, err := mail.New(m)
		if err != nil {
			return err
		}
		c.Mailer, c.Domain = postman{sender, a.cfg.Now}, sender.Domain()
	}
	a.notices = noticedb.New(a.db, a.queue, c)
	a.noticeBook = books.on
	a.store.AlsoErase(a.notices.Erase)
	return nil
}

// noticePages are the pages of notices; the bell counts with them.
func (a *App) noticePages() noticeweb.Deps {
	return noticeweb.Deps{Store: a.notices, Book: a.noticeBook, Now: a.cfg.Now}
}

// registerNotices puts the pages on the mux.
func (a *App) registerNotices(m *web.Mux) (officer, applicant func(ctx context.Context, dossier string) (templ.Component, error)) {
	pages := noticeweb.Register(m, a.noticePages())
	return func(ctx context.Context, id string) (templ.Component, error) { return pages.Told(ctx, id, true) },
		func(ctx context.Context, id string) (templ.Component, error) { return pages.Told(ctx, id, false) }
}

func (a *App) agencyName(id agency.ID, at time.Time) string {
	tree := a.province.Catalogue().Tree()
	if x, ok := tree.At(id, calendar.DateOf(at).String()); ok {
		return x.Name
	}
	x, _ := tree.Ever(id)
	return x.Name
}

// books keeps the wording of notices by the text it was read from: a province has few.
type books struct {
	p  *province
	mu sync.Mutex
	by map[string]*notice.Book
}

func (b *books) on(day string) *notice.Book {
	wording, ok := b.p.Catalogue().Template(notice.TemplatePath, day)
	if !ok {
		return notice.Builtin
	}
	text := wording.Value
	b.mu.Lock()
	defer b.mu.Unlock()
	if book := b.by[text]; book != nil {
		return book
	}
	book, problems := notice.Read(text)
	if len(problems) > 0 { // the pack was checked; what an older check let through must not silence notices
		b.p.log.Error("wording of notices not understood, the built-in one serves", "problem", problems[0].String())
		book = notice.Builtin
	}
	if b.by == nil || len(b.by) > 20 {
		b.by = map[string]*notice.Book{}
	}
	b.by[text] = book
	return book
}

// postman hands letters to the mail server.
type postman struct {
	s   *mail.Sender
	now func() time.Time
}

// Send makes one attempt.
func (p postman) Send(ctx context.Context, l notice.Letter) notice.Outcome {
	a := p.s.Send(ctx, mail.Message{
		To: l.To, Subject: l.Subject, Text: l.Text, HTML: l.HTML, Language: string(l.Language), MessageID: l.MessageID, Unsubscribe: l.Choices, Date: p.now(),
	})
	v := map[mail.Kind]notice.Verdict{mail.Accepted: notice.Taken, mail.Later: notice.Later, mail.Never: notice.Never, mail.Lost: notice.Unknown}[a.Kind]
	return notice.Outcome{Verdict: v, Answer: a.Text}
}

// holders knows which accounts may hold which work. Posts change hands by day, so what was read serves for a while.
type holders struct {
	a *App

	mu   sync.Mutex
	read time.Time
	by   map[string][]string // post → people
}

// Holding lists the accounts that hold a post in which the work may wait.
func (x *holders) Holding(ctx context.Context, h casefile.Holder) ([]string, error) {
	posts := []string{h.Post}
	if h.Post == "" {
		posts = nil
		for _, p := range x.a.province.Catalogue().Tree().Holders(h.Agency, h.Unit, h.Role, x.a.province.today()) {
			posts = append(posts, p.ID)
		}
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if now := x.a.cfg.Now(); x.by == nil || now.Sub(x.read).Abs() > incumbentsLife {
		by, err := x.load(ctx)
		if err != nil {
			return nil, err
		}
		x.by, x.read = by, now
	}
	var out []string
	for _, p := range posts {
		out = append(out, x.by[p]...)
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

func (x *holders) load(ctx context.Context) (map[string][]string, error) {
	const page = 500
	by := map[string][]string{}
	for after := ""; ; {
		people, err := x.a.accounts.People(ctx, account.Officer, after, page)
		if err != nil {
			return nil, err
		}
		for _, p := range people {
			for _, h := range p.Posts {
				by[h.Post] = append(by[h.Post], p.ID)
			}
			after = p.SignIn
		}
		if len(people) < page {
			return by, nil
		}
	}
}

// Email is the address an account gave.
func (x *holders) Email(ctx context.Context, person string) (string, error) {
	p, err := x.a.accounts.Person(ctx, person)
	if errors.Is(err, account.ErrNoPerson) {
		return "", nil
	}
	return p.Email, err
}
