package operationweb

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/motcua/motcua/internal/account"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

// perPage is how many people a page of the list shows.
const perPage = 50

type peopleView struct {
	search component.Field
	active []component.Tab
	grid   component.Grid
	pager  component.Pager
}

func (d room) people(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	q, _ := web.Clean(r.URL.Query().Get("q"))
	after, _ := web.Clean(r.URL.Query().Get("sau"))
	if len(q) > 200 {
		q = ""
	}
	people, err := d.Accounts.FindOfficers(ctx, q, after, perPage+1)
	if err != nil {
		return err
	}
	v := peopleView{search: component.Field{Name: "q", ID: "loc-q", Label: lang.T(ctx, "operation.name-or-sign-in"), Hint: lang.T(ctx, "operation.citizens-exactly"), Value: q}}
	if len(people) > perPage {
		people = people[:perPage]
		u := url.Values{"sau": {people[perPage-1].SignIn}}
		if q != "" {
			u.Set("q", q)
		}
		v.pager.Next = pathAccounts + "?" + u.Encode()
	}
	if after != "" {
		v.pager.Prev = pathAccounts
		if q != "" {
			v.pager.Prev += "?" + url.Values{"q": {q}}.Encode()
		}
	}
	if q != "" && after == "" {
		// Citizens are shown to somebody who knows the whole sign-in name already.
		switch p, err := d.Accounts.FindExact(ctx, q); {
		case err == nil && p.Kind == account.Citizen:
			people = append([]account.Listed{p}, people...)
		case err != nil && !errors.Is(err, account.ErrNoPerson):
			return err
		}
	}
	if q != "" {
		v.active = []component.Tab{{Text: "“" + q + "”", Href: pathAccounts}}
	}
	v.grid = component.Grid{
		Caption: lang.T(ctx, "operation.people"), Keys: true, Stack: true,
		Columns: []component.Column{
			{Title: lang.T(ctx, "operation.name")}, {Title: lang.T(ctx, "operation.sign-in")}, {Title: lang.T(ctx, "operation.posts"), Width: "wide"}, {Title: lang.T(ctx, "operation.state")},
		},
		Empty: nothing(component.IconPeople, lang.T(ctx, "operation.nobody"), lang.T(ctx, "operation.nobody-what")),
	}
	for _, p := range people {
		tone, words := stateOf(ctx, p)
		signIn := p.SignIn
		if p.Kind == account.Citizen {
			signIn = "–"
		}
		v.grid.Rows = append(v.grid.Rows, component.Row{ID: p.ID, Cells: []component.Cell{
			{Text: p.Name, Href: pathOf(p)}, {Text: signIn, Code: true}, postsCell(ctx, p), {Text: words, Chip: tone},
		}})
	}
	return web.Render(w, r, http.StatusOK, peoplePage(v))
}

func pathOf(p account.Listed) string { return pathAccounts + "/" + url.PathEscape(p.ID) }

// postsCell names the first post with its agency, and how many more.
func postsCell(ctx context.Context, p account.Listed) component.Cell {
	switch {
	case p.Kind == account.Citizen:
		return component.Cell{Text: lang.T(ctx, "operation.citizen")}
	case len(p.Posts) == 0:
		return component.Cell{Text: lang.T(ctx, "operation.no-post")}
	}
	c := component.Cell{Text: p.Posts[0].Seat.Title, Note: p.Posts[0].Agency}
	if more := len(p.Posts) - 1; more > 0 {
		c.Note += " " + lang.T(ctx, "operation.more-posts", "n", more)
	}
	return c
}

func stateOf(ctx context.Context, p account.Listed) (component.Tone, string) {
	if !p.Blocked.IsZero() {
		return component.Overdue, lang.T(ctx, "operation.blocked")
	}
	return component.Done, lang.T(ctx, "operation.may-sign-in")
}

type personView struct {
	name    string
	tone    component.Tone
	state   string
	facts   []component.Fact
	oneself bool
	blocked bool
	reset   component.Confirm
	block   component.Confirm
}

func (d room) person(w http.ResponseWriter, r *http.Request) error {
	p, err := d.Accounts.Known(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	ctx := r.Context()
	v := personView{name: p.Name, oneself: p.ID == web.ActorFrom(ctx).Person, blocked: !p.Blocked.IsZero()}
	v.tone, v.state = stateOf(ctx, p)
	if p.Kind == account.Citizen {
		v.facts = append(v.facts, component.Fact{Name: lang.T(ctx, "operation.posts"), Value: lang.T(ctx, "operation.citizen")})
	} else {
		v.facts = append(v.facts, component.Fact{Name: lang.T(ctx, "operation.sign-in"), Value: p.SignIn}, component.Fact{Name: lang.T(ctx, "operation.posts"), Value: posts(ctx, p)})
	}
	v.facts = append(v.facts, component.Fact{Name: lang.T(ctx, "operation.known-since"), Value: when(ctx, p.Created)})
	if v.blocked {
		v.facts = append(v.facts, component.Fact{Name: lang.T(ctx, "operation.blocked-since"), Value: when(ctx, p.Blocked)})
	}
	v.reset = component.Confirm{
		Title: lang.T(ctx, "operation.reset"), Action: pathOf(p) + "/dat-lai", Key: web.NewKey(), Act: component.Act{Text: lang.T(ctx, "operation.reset-act"), Icon: component.IconLock},
		Consequences: []string{lang.T(ctx, "operation.reset-ends"), lang.T(ctx, "operation.reset-once"), lang.T(ctx, "operation.reset-change")},
	}
	if v.blocked {
		v.reset.Consequences = append([]string{lang.T(ctx, "operation.reset-unblocks")}, v.reset.Consequences...)
	}
	v.block = component.Confirm{
		Title: lang.T(ctx, "operation.block"), Action: pathOf(p) + "/khoa", Key: web.NewKey(), Danger: true,
		Consequences: []string{lang.T(ctx, "operation.block-ends"), lang.T(ctx, "operation.block-work"), lang.T(ctx, "operation.block-undo")},
		Act:          component.Act{Text: lang.T(ctx, "operation.block-act"), Kind: component.DangerAct, Icon: component.IconClose},
	}
	return web.Render(w, r, http.StatusOK, personPage(v))
}

func posts(ctx context.Context, p account.Listed) string {
	lines := make([]string, len(p.Posts))
	for i, h := range p.Posts {
		lines[i] = h.Seat.Title + ", " + h.Agency
	}
	if len(lines) == 0 {
		return lang.T(ctx, "operation.no-post")
	}
	return strings.Join(lines, "\n")
}

// target is whose sign-in a form acts on. One's own is changed on one's own page: a slip here would lock one out.
func (d room) target(r *http.Request) (account.Listed, error) {
	p, err := d.Accounts.Known(r.Context(), r.PathValue("id"))
	if err == nil && p.ID == web.ActorFrom(r.Context()).Person {
		err = ErrOneself
	}
	return p, err
}

// origin is what the person's own history says: who did it, in which post.
func origin(r *http.Request) account.Origin {
	by := web.ActorFrom(r.Context())
	return account.Origin{Address: web.ClientAddr(r), Agent: by.Name + ", " + by.PostTitle}
}

type resetView struct {
	name     string
	signIn   string // empty for citizens, who know their own
	password string
}

func (d room) reset(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	key, err := key(r)
	if err != nil {
		return err
	}
	p, err := d.target(r)
	if err != nil {
		return err
	}
	password, err := d.resets.once(ctx, web.ActorFrom(ctx).Person+"\x00"+p.ID+"\x00"+key, func() (string, error) {
		return d.Accounts.ResetFrom(ctx, p.SignIn, "", origin(r))
	})
	if err != nil {
		return err
	}
	v := resetView{name: p.Name, password: password}
	if p.Kind == account.Officer {
		v.signIn = p.SignIn
	}
	return web.Render(w, r, http.StatusOK, resetPage(v))
}

func (d room) block(w http.ResponseWriter, r *http.Request) error {
	if _, err := key(r); err != nil {
		return err
	}
	p, err := d.target(r)
	if err != nil {
		return err
	}
	if p.Blocked.IsZero() {
		if err := d.Accounts.BlockFrom(r.Context(), p.SignIn, origin(r)); err != nil {
			return err
		}
	}
	return web.SeeOther(w, r, pathOf(p), "operation.blocked")
}

// resets gives the same form sent twice, by a second click or an answer lost on the way, the same password
// instead of a second one that ends the first. The password is kept in memory for showFor, the key for knowFor.
type resets struct {
	now func() time.Time
	mu  sync.Mutex
	by  map[string]*outcome
}

type outcome struct {
	at       time.Time
	done     chan struct{}
	password string
	err      error
}

const (
	showFor = 2 * time.Minute
	knowFor = time.Hour
)

func newResets(now func() time.Time) *resets { return &resets{now: now, by: map[string]*outcome{}} }

func (s *resets) once(ctx context.Context, key string, act func() (string, error)) (string, error) {
	now := s.now()
	s.mu.Lock()
	for k, o := range s.by {
		switch age := now.Sub(o.at); {
		case age > knowFor:
			delete(s.by, k)
		case age > showFor:
			o.password = ""
		}
	}
	o, known := s.by[key]
	if !known {
		o = &outcome{at: now, done: make(chan struct{})}
		s.by[key] = o
	}
	s.mu.Unlock()
	if known {
		select {
		case <-o.done:
		case <-ctx.Done():
			return "", ctx.Err()
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		if o.err == nil && o.password == "" {
			return "", ErrShown
		}
		return o.password, o.err
	}
	password, err := act()
	s.mu.Lock()
	o.password, o.err = password, err
	if err != nil {
		delete(s.by, key) // nothing was done: the form may be sent again
	}
	s.mu.Unlock()
	close(o.done)
	return password, err
}
