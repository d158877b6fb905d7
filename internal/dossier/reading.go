package dossier

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"strings"
	"time"
	"unicode"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/casefile"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/viet"
)

// Urgency filters work by its due date.
type Urgency string

// Urgencies of work.
const (
	AnyUrgency Urgency = ""
	DueSoon    Urgency = "soon"
	Overdue    Urgency = "overdue"
)

// InboxFilter says which work to list. Queues are those of the actor's post.
type InboxFilter struct {
	Queues  []string
	Stage   casefile.Stage // empty: all
	Urgency Urgency
	After   string // cursor of the page before
	Limit   int
	Now     time.Time
}

// Counters are the numbers beside the rail. Each is exact up to CountLimit, which means "that many or more".
type Counters struct {
	Reception, Handling, Supplement, Return, Waiting int
	DueSoon, Overdue                                 int
}

// CountLimit bounds each counter.
const CountLimit = 1000

// FindFilter says which dossiers to list.
type FindFilter struct {
	Scopes []string
	Query  string // folded: a code, part of a name, a number; empty: all
	Status Status // empty: all
	After  string
	Limit  int
}

// PageSize is how many rows a list shows.
const PageSize = 50

// Inbox lists what waits for the actor's post, what is due first, first. It returns the next page's cursor.
func (s *Service) Inbox(ctx context.Context, by access.Actor, f InboxFilter) ([]casefile.WorkItem, string, error) {
	if f.Queues = casefile.Queues(by); len(f.Queues) == 0 {
		return nil, "", nil
	}
	if f.Limit <= 0 || f.Limit > 200 {
		f.Limit = PageSize
	}
	f.Now = s.now()
	return s.store.Inbox(ctx, f)
}

// Counters counts what waits for the actor's post.
func (s *Service) Counters(ctx context.Context, by access.Actor) (Counters, error) {
	q := casefile.Queues(by)
	if len(q) == 0 {
		return Counters{}, nil
	}
	return s.store.Counters(ctx, q, s.now())
}

// Find lists dossiers the actor may open that match a code, a part of a name or a number; newest first
// when the query is empty, else by what matched.
func (s *Service) Find(ctx context.Context, by access.Actor, query string, status Status, after string) ([]Row, string, error) {
	f := FindFilter{Scopes: casefile.Scopes(by), Query: FoldQuery(query), Status: status, After: after, Limit: PageSize}
	if len(f.Scopes) == 0 {
		return nil, "", nil
	}
	return s.store.Find(ctx, f)
}

// FoldQuery makes what people type comparable to the stored terms.
func FoldQuery(q string) string {
	q = strings.Join(strings.Fields(viet.Fold(q)), " ")
	if digits := strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return r
		}
		if r == ' ' || r == '.' {
			return -1
		}
		return 'x'
	}, q); q != "" && !strings.Contains(digits, "x") && strings.Contains(q, " ") {
		return digits // a number written in groups
	}
	if len(q) > 100 {
		q = strings.ToValidUTF8(q[:100], "")
	}
	return q
}

// HashSecret returns what is stored of a tracking secret.
func HashSecret(secret string) string {
	if secret == "" {
		return ""
	}
	sum := sha256.Sum256([]byte("motcua/track\n" + secret))
	return hex.EncodeToString(sum[:])
}

// Access says how much of a dossier a public reader may see.
type Access int

// Degrees of public access.
const (
	Degree Access = iota // code alone: how far it is, nothing else. law: TT01-2018 16
	Holder               // code and secret, or the signed-in owner
)

// Tracked is a dossier as a public reader may see it.
type Tracked struct {
	Row    Row // as far as Store.RowByCode reads it
	Access Access
}

// Track finds a dossier by code or reference. With the right secret, or for its signed-in owner, the reader
// sees where it is; with the code alone only how far. A wrong secret is answered like an absent code.
func (s *Service) Track(ctx context.Context, by access.Actor, code, secret string) (Tracked, error) {
	code = strings.ToUpper(strings.TrimSpace(code))
	if code == "" || len(code) > 60 {
		return Tracked{}, ErrNotFound
	}
	given := HashSecret(strings.ToLower(strings.TrimSpace(secret)))
	r, err := s.store.RowByCode(ctx, code, given)
	absent := errors.Is(err, ErrNotFound)
	if err != nil && !absent {
		return Tracked{}, err
	}
	match := subtle.ConstantTimeCompare([]byte(given), []byte(r.SecretHash)) == 1 && r.SecretHash != ""
	owner := by.Citizen && r.Account != "" && by.Person == r.Account
	switch {
	case absent:
		return Tracked{}, ErrNotFound
	case match || owner:
		return Tracked{Row: r, Access: Holder}, nil
	case secret != "" || r.Code != code:
		// A reference is known to its holder only: without its secret it opens nothing.
		return Tracked{}, ErrNotFound
	}
	return Tracked{Row: r, Access: Degree}, nil
}

// TrackedDossier loads the fold behind a tracking page that was opened with Holder access.
func (s *Service) TrackedDossier(ctx context.Context, t Tracked) (*Dossier, []Moment, error) {
	if t.Access != Holder {
		return nil, nil, ErrNotFound
	}
	events, err := s.store.Load(ctx, t.Row.ID)
	if err != nil {
		return nil, nil, err
	}
	d, err := Fold(events)
	if err != nil {
		return nil, nil, err
	}
	m, err := Timeline(events)
	return d, m, err
}

// TrackedEvents loads the journal behind a tracking page that was opened with Holder access: papers are drawn from it.
func (s *Service) TrackedEvents(ctx context.Context, t Tracked) (*Dossier, []journal.Event, error) {
	if t.Access != Holder {
		return nil, nil, ErrNotFound
	}
	events, err := s.store.Load(ctx, t.Row.ID)
	if err != nil {
		return nil, nil, err
	}
	d, err := Fold(events)
	return d, events, err
}
