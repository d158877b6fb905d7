// Package operationweb is the room of those who keep the system running (vận hành): what runs,
// whether its log is sealed, which jobs were put aside, and the sign-ins of people.
//
// It shows of people what is needed to find the right one: officers by name and post, a
// citizen only to somebody who knows their sign-in name already. No password is kept or shown but one just made.
package operationweb

import (
	"context"
	"net/http"
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/account"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/viet"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

// State is what runs.
type State struct {
	Version   string    // of the program, as it was built; empty when unknown
	Built     time.Time // of the source it was built from; zero when unknown
	Engine    string    // "sqlite" or "postgres"
	Migration int64     // last migration applied
	Newest    int64     // last migration this program knows
	Seal      journal.Seal
}

// Queue is the state of the jobs.
type Queue struct {
	Ready, Running, Dead int
	Oldest               time.Time // when the first waiting job was due; zero when none waits
}

// Dead is a job that was put aside for people to look at. Its arguments are not shown.
type Dead struct {
	ID, Kind    string
	Attempts    int
	Error       string
	At, Created time.Time
}

// System tells what runs.
type System interface {
	State(ctx context.Context) (State, error)
}

// Jobs shows the queue and gives dead jobs another chance or an end; both answer a job that is not dead
// (any more) with a fault of kind NotFound.
type Jobs interface {
	Queue(ctx context.Context) (Queue, error)
	Dead(ctx context.Context, limit int) ([]Dead, error)
	Requeue(ctx context.Context, id string) error
	Discard(ctx context.Context, id string) error
}

// Accounts finds people and acts on their sign-ins; *account.Service is one.
type Accounts interface {
	FindOfficers(ctx context.Context, q, after string, limit int) ([]account.Listed, error)
	FindExact(ctx context.Context, signIn string) (account.Listed, error)
	Known(ctx context.Context, id string) (account.Listed, error)
	ResetFrom(ctx context.Context, signIn, password string, from account.Origin) (generated string, err error)
	BlockFrom(ctx context.Context, signIn string, from account.Origin) error
}

// Deps is what the pages stand on.
type Deps struct {
	System   System
	Jobs     Jobs
	Accounts Accounts
	Now      func() time.Time
}

// Paths of the room.
const (
	pathSystem   = component.SystemRoom
	pathJobs     = pathSystem + "/viec/"
	pathAccounts = component.AccountsRoom
)

// Refusals of the room.
var (
	// ErrNoJob: no such job is put aside; it was tried again or discarded.
	ErrNoJob = fault.New(fault.NotFound, "operation.no-job")
	// ErrOneself: one does not reset or block one's own sign-in here.
	ErrOneself = fault.New(fault.Conflict, "operation.oneself")
	// ErrShown: the password made by this form was shown and is not kept.
	ErrShown = fault.New(fault.Conflict, "operation.password-shown")
)

// Register puts the pages on the mux.
func Register(m *web.Mux, deps Deps) {
	watch, admin := web.May(access.SystemWatch), web.May(access.AccountAdmin)
	d := room{Deps: deps, resets: newResets(deps.Now)}
	m.Handle("GET "+pathSystem, watch, d.system)
	m.Handle("GET "+pathJobs+"{id}", watch, d.job)
	m.Handle("POST "+pathJobs+"{id}/thu-lai", watch, d.requeue)
	m.Handle("POST "+pathJobs+"{id}/bo", watch, d.discard)
	m.Handle("GET "+pathAccounts, admin, d.people)
	m.Handle("GET "+pathAccounts+"/{id}", admin, d.person)
	m.Handle("POST "+pathAccounts+"/{id}/dat-lai", admin, d.reset)
	m.Handle("POST "+pathAccounts+"/{id}/khoa", admin, d.block)
}

type room struct {
	Deps
	resets *resets
}

// key reads the form of an act and insists on its idempotency key.
func key(r *http.Request) (string, error) {
	form, err := web.ReadForm(r)
	if err == nil && form.Key == "" {
		err = web.ErrMalformedForm
	}
	return form.Key, err
}

func when(ctx context.Context, t time.Time) string {
	switch {
	case t.IsZero():
		return "–"
	case lang.From(ctx) == lang.EN:
		return viet.DateTimeEnglish(t)
	}
	return viet.DateTime(t)
}

// known is the text of prefix+key, or the key itself where there is none.
func known(ctx context.Context, prefix, key string) string {
	if text, ok := lang.Lookup(lang.From(ctx), prefix+key); ok {
		return text
	}
	return key
}

func crumbs(ctx context.Context, text, href, here string) []component.Crumb {
	return []component.Crumb{{Text: lang.T(ctx, text), Href: href}, {Text: here}}
}
