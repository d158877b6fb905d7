package rating

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/journal"
)

// Tablet is a device at a desk on which people rate. An officer opens it: the tablet is given a code once, and from
// then on holds a token of its own that lets it rate what that officer returned, and nothing else. Nobody is signed
// in on it.
type Tablet struct {
	ID      string
	Desk    agency.ID
	Name    string // which counter it stands at
	Person  string // the officer who opened it
	Post    string
	Pairing string    // hash of the code that is still to be typed; empty once it was
	Typed   time.Time // until when the code can be typed
	Token   string    // hash of what the tablet holds; empty before
	Created time.Time
	Until   time.Time // it closes by itself
	Seen    time.Time
	Ended   time.Time // closed by an officer
}

// Open reports whether the tablet may be used at an instant.
func (t Tablet) Open(now time.Time) bool {
	return t.Token != "" && t.Ended.IsZero() && now.Before(t.Until)
}

// Waiting reports whether its code can still be typed.
func (t Tablet) Waiting(now time.Time) bool {
	return t.Pairing != "" && t.Ended.IsZero() && now.Before(t.Typed)
}

// Limits of tablets.
const (
	PairingLife = 10 * time.Minute
	TabletLife  = 12 * time.Hour // one working day
	MaxTablets  = 20             // open at one desk
	OfferLife   = 15 * time.Minute
	TypedLife   = 24 * time.Hour // a code typed without its secret rates what was returned here within it
	seenEvery   = time.Minute
	pairingSize = 8
)

// Refusals about tablets.
var (
	ErrTabletCode = fault.New(fault.Invalid, "rating.tablet-code") // no such code, or it was used or is too old
	ErrTabletName = fault.New(fault.Invalid, "rating.tablet-name")
	ErrTabletMany = fault.New(fault.TooMany, "rating.tablet-many")
	ErrTabletGone = fault.New(fault.NotFound, "rating.tablet-gone")
	ErrCodeAbsent = fault.New(fault.NotFound, "rating.code-absent") // nothing here can be rated under the code
)

// maxName bounds the name of a tablet, in bytes.
const maxName = 120

// Tablets keeps tablets and knows what was returned at a desk.
type Tablets interface {
	AddTablet(ctx context.Context, t Tablet, most int) error // ErrTabletMany when most are open at the desk
	// Pair gives the token to the tablet that waits for the code, once; ErrTabletCode when none does.
	Pair(ctx context.Context, pairing, token string, now time.Time) (Tablet, error)
	// TabletByToken returns an open tablet; ErrTabletGone.
	TabletByToken(ctx context.Context, token string, now time.Time) (Tablet, error)
	Seen(ctx context.Context, id string, now time.Time) error
	// Tablets lists those of a desk that are open or wait, newest first.
	Tablets(ctx context.Context, desk agency.ID, now time.Time) ([]Tablet, error)
	EndTablet(ctx context.Context, desk agency.ID, id string, now time.Time) error
	// Returned lists what was returned at the desk since an instant and is not rated, newest first; by person when given.
	Returned(ctx context.Context, desk agency.ID, person string, since time.Time, limit int) ([]dossier.ReturnRow, error)
	// ReturnedByCode returns what was returned under a code at the desk since an instant; dossier.ErrNotFound.
	ReturnedByCode(ctx context.Context, desk agency.ID, code string, since time.Time) (dossier.ReturnRow, error)
}

// Desk is what tablets can do.
type Desk struct {
	store Tablets
	now   func() time.Time
}

// NewDesk returns the service of tablets.
func NewDesk(store Tablets, now func() time.Time) *Desk { return &Desk{store: store, now: now} }

func hash(s string) string {
	if s == "" {
		return ""
	}
	sum := sha256.Sum256([]byte("motcua/tablet\n" + s))
	return hex.EncodeToString(sum[:])
}

// MayOpen reports whether the actor may open tablets: who returns results does.
func MayOpen(by access.Actor) bool { return by.May(access.DossierReturn) && by.Agency != "" }

// Prepare makes a tablet that waits, and the code that is to be typed on it within PairingLife.
func (s *Desk) Prepare(ctx context.Context, by access.Actor, name string) (Tablet, string, error) {
	if !MayOpen(by) {
		return Tablet{}, "", dossier.ErrNotFound
	}
	name = strings.TrimSpace(name)
	if name == "" || len(name) > maxName {
		return Tablet{}, "", ErrTabletName
	}
	now := s.now()
	code := strings.ToUpper(journal.NewSecret(pairingSize))
	t := Tablet{
		ID: journal.NewID(now), Desk: by.Agency, Name: name, Person: by.Person, Post: by.Post, Pairing: hash(code), Typed: now.Add(PairingLife),
		Created: now, Until: now.Add(TabletLife), Seen: now,
	}
	return t, code, s.store.AddTablet(ctx, t, MaxTablets)
}

// Pair opens the tablet on which the code was typed and returns the token it holds from now on.
func (s *Desk) Pair(ctx context.Context, code string) (string, error) {
	code = strings.ToUpper(strings.Join(strings.FieldsFunc(code, func(r rune) bool { return r == ' ' || r == '-' }), ""))
	if len(code) != pairingSize {
		return "", ErrTabletCode
	}
	token := journal.NewSecret(40)
	if _, err := s.store.Pair(ctx, hash(code), hash(token), s.now()); err != nil {
		return "", err
	}
	return token, nil
}

// Tablet returns the open tablet that holds a token; ErrTabletGone.
func (s *Desk) Tablet(ctx context.Context, token string) (Tablet, error) {
	if token == "" || len(token) > 100 {
		return Tablet{}, ErrTabletGone
	}
	now := s.now()
	t, err := s.store.TabletByToken(ctx, hash(token), now)
	if err != nil {
		return t, err
	}
	if now.Sub(t.Seen) >= seenEvery {
		err = s.store.Seen(ctx, t.ID, now)
	}
	return t, err
}

// Tablets lists those of the actor's desk.
func (s *Desk) Tablets(ctx context.Context, by access.Actor) ([]Tablet, error) {
	if !MayOpen(by) {
		return nil, dossier.ErrNotFound
	}
	return s.store.Tablets(ctx, by.Agency, s.now())
}

// End closes a tablet of the actor's desk.
func (s *Desk) End(ctx context.Context, by access.Actor, id string) error {
	if !MayOpen(by) {
		return dossier.ErrNotFound
	}
	return s.store.EndTablet(ctx, by.Agency, id, s.now())
}

// Offers lists what the officer of the tablet has just returned and nobody rated, newest first.
func (s *Desk) Offers(ctx context.Context, t Tablet) ([]dossier.ReturnRow, error) {
	return s.store.Returned(ctx, t.Desk, t.Person, s.now().Add(-OfferLife), 4)
}

// Find returns the dossier of a code typed or scanned on the tablet: returned at this desk within TypedLife.
func (s *Desk) Find(ctx context.Context, t Tablet, code string) (dossier.ReturnRow, error) {
	code = strings.ToUpper(strings.Join(strings.Fields(code), ""))
	if code == "" || len(code) > 60 {
		return dossier.ReturnRow{}, ErrCodeAbsent
	}
	return s.store.ReturnedByCode(ctx, t.Desk, code, s.now().Add(-TypedLife))
}
