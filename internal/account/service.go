package account

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"time"

	"golang.org/x/text/unicode/norm"

	"github.com/motcua/motcua/internal/fault"
)

// Config is what an installation chooses. Zero parts take their defaults.
type Config struct {
	Limits   Limits
	Throttle Throttle
	Params   Params
	// KnownFor is how long a browser or address counts as known after a sign-in; 0: 180 days.
	KnownFor time.Duration
	// KeepEvents is how long the sign-in history is kept; 0: two years.
	KeepEvents time.Duration
}

// Service is what pages and commands do with accounts.
type Service struct {
	store  Store
	posts  Posts
	hasher *Hasher
	cfg    Config
	now    func() time.Time
	newID  func(time.Time) string
	cache  *cache
}

// New returns the service. newID makes ids that sort by time.
func New(store Store, posts Posts, cfg Config, now func() time.Time, newID func(time.Time) string) *Service {
	if cfg.Limits == (Limits{}) {
		cfg.Limits = DefaultLimits
	}
	if cfg.Throttle == (Throttle{}) {
		cfg.Throttle = DefaultThrottle
	}
	if cfg.Params == (Params{}) {
		cfg.Params = DefaultParams
	}
	if cfg.KnownFor == 0 {
		cfg.KnownFor = 180 * 24 * time.Hour
	}
	if cfg.KeepEvents == 0 {
		cfg.KeepEvents = 2 * 365 * 24 * time.Hour
	}
	return &Service{
		store: store, posts: builtin{posts}, hasher: NewHasher(cfg.Params), cfg: cfg,
		now: now, newID: newID, cache: newCache(),
	}
}

// SignedIn is the outcome of signing in: who it is, and the secrets for the browser.
type SignedIn struct {
	Signed
	Token  string // secret of the session's cookie
	Device string // secret of the device cookie, good for a long time; lets nobody in
}

// SignIn opens a session. The session that the browser had before, if any, ends: what was
// known to somebody who planted a cookie is worth nothing afterwards.
//
// An unknown name, a wrong password, a blocked person and one without a password get
// the same ErrWrongSignIn after the same work; the limits count them alike.
func (s *Service) SignIn(ctx context.Context, name, password string, from Origin, before string) (SignedIn, error) {
	name = normaliseSignIn(name)
	p, err := s.store.PersonBySignIn(ctx, name)
	if err != nil && !errors.Is(err, ErrNoPerson) {
		return SignedIn{}, fmt.Errorf("sign in: %w", err)
	}
	limits, err := s.attempt(ctx, p.ID, name, from)
	if err != nil {
		return SignedIn{}, err
	}
	cred, err := s.store.Credential(ctx, p.ID)
	if err != nil {
		return SignedIn{}, fmt.Errorf("sign in: %w", err)
	}
	ok, stale, err := s.hasher.Verify(ctx, password, cred.Hash)
	if err != nil {
		return SignedIn{}, err
	}
	if !ok || p.ID == "" || !p.Blocked.IsZero() {
		return SignedIn{}, s.refuse(ctx, p.ID, from)
	}
	if stale {
		// The costs have been raised since: the password is at hand only now.
		if cred.Hash, err = s.hasher.Hash(ctx, password); err != nil {
			return SignedIn{}, err
		}
	} else {
		cred.Hash = ""
	}
	return s.open(ctx, p, cred, limits, from, before, EventSignedIn)
}

// attempt counts an attempt in every bucket that concerns it, or refuses it uncounted. It is
// counted before the password is looked at, so that a hundred attempts at once are a hundred.
func (s *Service) attempt(ctx context.Context, person, typed string, from Origin) ([]limit, error) {
	now := s.now()
	device, _ := HashToken(from.Device)
	byDevice, byAddress, err := s.store.KnownOrigin(ctx, person, device, from.network(), now.Add(-s.cfg.KnownFor))
	if err != nil {
		return nil, fmt.Errorf("look for the browser: %w", err)
	}
	limits := s.cfg.Throttle.limits(subject(person, typed), from, byDevice, byAddress)
	return limits, s.count(ctx, limits, now)
}

func (s *Service) count(ctx context.Context, limits []limit, now time.Time) error {
	// Looked at first without a lock: a flood of refused attempts must not queue for writing.
	var wait time.Duration
	for _, l := range limits {
		b, err := s.store.Bucket(ctx, l.key)
		if err != nil {
			return fmt.Errorf("count an attempt: %w", err)
		}
		wait = max(wait, l.rule.Wait(b, now))
	}
	if wait > 0 {
		return tooMany(wait)
	}
	err := s.store.InTx(ctx, func(tx Tx) error {
		return change(ctx, tx, limits, now, func(l limit, b Bucket) (Bucket, error) {
			if wait := l.rule.Wait(b, now); wait > 0 {
				return b, tooMany(wait)
			}
			return l.rule.Add(b, now), nil
		})
	})
	if err != nil {
		return fmt.Errorf("count an attempt: %w", err)
	}
	return nil
}

func tooMany(wait time.Duration) error {
	return ErrTooManyAttempts.With("seconds", int((wait+time.Second-1)/time.Second)).With("retry_after", wait)
}

// refund takes a counted attempt back after it turned out to be good.
func refund(ctx context.Context, tx Tx, limits []limit, now time.Time) error {
	return change(ctx, tx, limits, now, func(l limit, b Bucket) (Bucket, error) {
		if l.own {
			b.Level = 0 // the owner is here: their own typing errors are forgiven
		}
		return l.rule.Refund(b), nil
	})
}

// change locks the buckets in the order of their keys, so that two attempts never wait for each other.
func change(ctx context.Context, tx Tx, limits []limit, now time.Time, f func(limit, Bucket) (Bucket, error)) error {
	for _, l := range limits {
		b, err := tx.LockBucket(ctx, l.key, now)
		if err != nil {
			return err
		}
		if b, err = f(l, b); err != nil {
			return err
		}
		if err := tx.PutBucket(ctx, b, l.rule.Idle(b)); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) refuse(ctx context.Context, person string, from Origin) error {
	err := s.store.InTx(ctx, func(tx Tx) error {
		return tx.AddEvent(ctx, s.event(EventRefused, person, from))
	})
	if err != nil {
		return fmt.Errorf("note a refused sign-in: %w", err)
	}
	return ErrWrongSignIn
}

func (s *Service) event(kind EventKind, person string, from Origin) Event {
	now := s.now()
	return Event{ID: s.newID(now), Person: person, At: now, Kind: kind, Address: from.network(), Agent: from.Agent}
}

// open starts a session of p. cred replaces the stored one when it carries a hash.
func (s *Service) open(ctx context.Context, p Person, cred Credential, limits []limit, from Origin, before string, why EventKind) (SignedIn, error) {
	now := s.now()
	token := newToken()
	secret, _ := HashToken(token)
	device := from.Device
	deviceHash, ok := HashToken(device)
	if !ok {
		device = newToken()
		deviceHash, _ = HashToken(device)
	}
	session := Session{ID: s.newID(now), Person: p.ID, Created: now, Seen: now, Address: from.network(), Agent: from.Agent}
	ev := s.event(why, p.ID, from)
	ev.Session, ev.Device = session.ID, deviceHash
	var signed Signed
	var gone string
	err := s.store.InTx(ctx, func(tx Tx) error {
		if err := refund(ctx, tx, limits, now); err != nil {
			return err
		}
		if cred.Hash != "" {
			if err := tx.SetCredential(ctx, cred); err != nil {
				return err
			}
		}
		if secret, ok := HashToken(before); ok {
			var err error
			if gone, err = endBySecret(ctx, tx, secret, now); err != nil {
				return err
			}
		}
		holdings, behalf, err := s.holdings(ctx, tx, p.ID, now)
		if err != nil {
			return err
		}
		standing := held(holdings, s.posts, localDay(now))
		if session.Post, err = firstPost(ctx, tx, p, standing); err != nil {
			return err
		}
		ev.Post = session.Post
		if err := tx.AddSession(ctx, session, secret); err != nil {
			return err
		}
		signed = s.signed(record{session: session, person: p, holdings: holdings, behalf: behalf, mustChange: cred.MustChange}, now)
		return tx.AddEvent(ctx, ev)
	})
	if err != nil {
		return SignedIn{}, fmt.Errorf("open a session: %w", err)
	}
	if gone != "" {
		s.cache.forget(gone)
	}
	return SignedIn{Signed: signed, Token: token, Device: device}, nil
}

// endBySecret ends the session of the secret and returns whose it was; empty if there is none.
func endBySecret(ctx context.Context, tx Tx, secret TokenHash, now time.Time) (person string, err error) {
	old, err := tx.Session(ctx, secret)
	if err == nil {
		err = tx.EndSession(ctx, old.Person, old.ID, now)
	}
	if errors.Is(err, ErrNoSession) {
		return "", nil
	}
	return old.Person, err
}

// firstPost is where an officer stands after signing in: their only post, or the one they
// stood in last; otherwise none, and they choose.
func firstPost(ctx context.Context, r Reader, p Person, standing []Held) (string, error) {
	if p.Kind == Citizen || len(standing) == 0 {
		return "", nil
	}
	if len(standing) == 1 {
		return standing[0].Post, nil
	}
	last, err := r.LastPost(ctx, p.ID)
	if err != nil {
		return "", err
	}
	if holds(standing, last) {
		return last, nil
	}
	return "", nil
}

func holds(standing []Held, post string) bool {
	for _, h := range standing {
		if h.Post == post {
			return true
		}
	}
	return false
}

// record is what is loaded for a session.
type record struct {
	session    Session
	person     Person
	holdings   []Holding
	behalf     map[string]Delegation // by id of the holding
	mustChange bool
}

// holdings are the person's own and those on behalf of others.
func (s *Service) holdings(ctx context.Context, r Reader, person string, now time.Time) ([]Holding, map[string]Delegation, error) {
	own, err := r.Holdings(ctx, person)
	if err != nil {
		return nil, nil, err
	}
	return s.delegated(ctx, r, person, localDay(now), own)
}

// signed says who is behind the session at now.
func (s *Service) signed(r record, now time.Time) Signed {
	standing := held(r.holdings, s.posts, localDay(now))
	out := Signed{
		Person: r.person, Session: r.session, Posts: standing, MustChange: r.mustChange,
		Actor:  ActorOf(r.person, r.session.Post, standing, s.posts),
		Choose: r.person.Kind == Officer && len(standing) > 0 && !holds(standing, r.session.Post),
		Ends:   s.cfg.Limits.Ends(r.session, r.person.Kind, now),
	}
	for i := range standing {
		h := &standing[i]
		a := ActorOf(r.person, h.Post, standing, s.posts)
		if d, ok := r.behalf[h.ID]; ok {
			h.ForName = d.HolderName
			a = onBehalf(a, d)
			if h.Post == out.Actor.Post {
				out.Actor = a
			}
		}
		out.Acting = append(out.Acting, a)
	}
	if out.MustChange {
		out.Actor.Rights = nil
	}
	if out.MustChange || out.Choose {
		out.Acting = nil
	}
	return out
}

// seenEvery is how exactly the last request of a session is written down.
const seenEvery = time.Minute

// Authenticate tells who holds the secret: ErrNotSignedIn when the session has ended, has been
// idle too long, or never was. It is called for every page, so what it loads is kept for
// two seconds; in this process an ended session is gone at once.
func (s *Service) Authenticate(ctx context.Context, token string) (Signed, error) {
	secret, ok := HashToken(token)
	if !ok {
		return Signed{}, ErrNotSignedIn
	}
	now := s.now()
	entry, ok := s.cache.load(secret, now)
	if !ok {
		at := s.cache.mark()
		r, err := s.record(ctx, secret)
		if err != nil {
			return Signed{}, err
		}
		entry = &cached{record: r, signed: s.signed(r, now), loaded: now}
		entry.seen.Store(r.session.Seen.UnixMicro())
		s.cache.store(secret, entry, at)
	}
	r := entry.record
	seen := entry.seen.Load()
	r.session.Seen = time.UnixMicro(seen)
	if !r.person.Blocked.IsZero() || !s.cfg.Limits.Open(r.session, r.person.Kind, now) {
		return Signed{}, ErrNotSignedIn
	}
	if now.Sub(r.session.Seen) >= seenEvery && entry.seen.CompareAndSwap(seen, now.UnixMicro()) {
		// Reading must go on while nothing can be written (disk full, fail-over): then the
		// time is kept here, and written by a later request.
		_ = s.store.InTx(ctx, func(tx Tx) error { return tx.SeeSession(ctx, r.session.ID, now) })
	}
	out := entry.signed
	out.Session.Seen = time.UnixMicro(entry.seen.Load())
	out.Ends = s.cfg.Limits.Ends(out.Session, out.Person.Kind, now)
	return out, nil
}

func (s *Service) record(ctx context.Context, secret TokenHash) (record, error) {
	var r record
	var err error
	if r.session, err = s.store.Session(ctx, secret); errors.Is(err, ErrNoSession) {
		return r, ErrNotSignedIn
	}
	if err == nil {
		r.person, err = s.store.Person(ctx, r.session.Person)
	}
	if err == nil && r.person.Kind == Officer {
		r.holdings, r.behalf, err = s.holdings(ctx, s.store, r.session.Person, s.now())
	}
	var cred Credential
	if err == nil {
		cred, err = s.store.Credential(ctx, r.session.Person)
	}
	if err != nil {
		return r, fmt.Errorf("load session: %w", err)
	}
	r.mustChange = cred.MustChange
	return r, nil
}

// SignOut ends the session of the secret; one that has ended already is no error.
func (s *Service) SignOut(ctx context.Context, token string, from Origin) error {
	secret, ok := HashToken(token)
	if !ok {
		return nil
	}
	now := s.now()
	var person string
	err := s.store.InTx(ctx, func(tx Tx) error {
		old, err := tx.Session(ctx, secret)
		if errors.Is(err, ErrNoSession) {
			return nil
		}
		if err != nil {
			return err
		}
		person = old.Person
		if err := tx.EndSession(ctx, old.Person, old.ID, now); err != nil {
			return err
		}
		ev := s.event(EventSignedOut, old.Person, from)
		ev.Session = old.ID
		return tx.AddEvent(ctx, ev)
	})
	if err != nil {
		return fmt.Errorf("sign out: %w", err)
	}
	if person != "" {
		s.cache.forget(person)
	}
	return nil
}

// SignOutEverywhere ends all sessions of the person, this one too.
func (s *Service) SignOutEverywhere(ctx context.Context, person string, from Origin) error {
	now := s.now()
	err := s.store.InTx(ctx, func(tx Tx) error {
		if _, err := tx.EndSessions(ctx, person, "", now); err != nil {
			return err
		}
		return tx.AddEvent(ctx, s.event(EventEverywhere, person, from))
	})
	s.cache.forget(person)
	if err != nil {
		return fmt.Errorf("sign out everywhere: %w", err)
	}
	return nil
}

// Revoke ends one session of the person.
func (s *Service) Revoke(ctx context.Context, person, session string, from Origin) error {
	now := s.now()
	err := s.store.InTx(ctx, func(tx Tx) error {
		if err := tx.EndSession(ctx, person, session, now); err != nil {
			return err
		}
		ev := s.event(EventRevoked, person, from)
		ev.Session = session
		return tx.AddEvent(ctx, ev)
	})
	s.cache.forget(person)
	if err != nil {
		return fmt.Errorf("end session %s: %w", session, err)
	}
	return nil
}

// SwitchPost makes the session stand in another post the person holds today and returns the
// session's new secret; the old one is worth nothing from then on.
func (s *Service) SwitchPost(ctx context.Context, in Signed, post string, from Origin) (token string, err error) {
	now := s.now()
	token = newToken()
	secret, _ := HashToken(token)
	err = s.store.InTx(ctx, func(tx Tx) error {
		holdings, _, err := s.holdings(ctx, tx, in.Person.ID, now)
		if err != nil {
			return err
		}
		if !holds(held(holdings, s.posts, localDay(now)), post) {
			return ErrPostNotHeld
		}
		if err := tx.RotateSession(ctx, in.Session.ID, post, secret, now); err != nil {
			return err
		}
		ev := s.event(EventPostChosen, in.Person.ID, from)
		ev.Session, ev.Post = in.Session.ID, post
		return tx.AddEvent(ctx, ev)
	})
	s.cache.forget(in.Person.ID)
	if err != nil {
		return "", fmt.Errorf("choose post %s: %w", post, err)
	}
	return token, nil
}

// ChangePassword replaces the person's own password, ends all their other sessions and
// returns this session's new secret. The present password is asked again, and guessing at it
// is limited like guessing at the door.
func (s *Service) ChangePassword(ctx context.Context, in Signed, present, next string, from Origin) (token string, err error) {
	p := in.Person
	limits, err := s.attempt(ctx, p.ID, p.SignIn, from)
	if err != nil {
		return "", err
	}
	cred, err := s.store.Credential(ctx, p.ID)
	if err != nil {
		return "", fmt.Errorf("change password: %w", err)
	}
	ok, _, err := s.hasher.Verify(ctx, present, cred.Hash)
	if err != nil {
		return "", err
	}
	if !ok {
		return "", fields(fault.Field{Name: "password_present", Code: ErrWrongPassword.Code})
	}
	if code := CheckPassword(next, p.own()...); code != "" {
		return "", fields(passwordField("password_next", code))
	}
	if subtle.ConstantTimeCompare([]byte(norm.NFC.String(present)), []byte(norm.NFC.String(next))) == 1 {
		return "", fields(fault.Field{Name: "password_next", Code: "account.password-same"})
	}
	hash, err := s.hasher.Hash(ctx, next)
	if err != nil {
		return "", err
	}
	now := s.now()
	token = newToken()
	secret, _ := HashToken(token)
	err = s.store.InTx(ctx, func(tx Tx) error {
		if err := refund(ctx, tx, limits, now); err != nil {
			return err
		}
		if err := tx.SetCredential(ctx, Credential{Person: p.ID, Hash: hash, Set: now}); err != nil {
			return err
		}
		if _, err := tx.EndSessions(ctx, p.ID, in.Session.ID, now); err != nil {
			return err
		}
		if err := tx.RotateSession(ctx, in.Session.ID, in.Session.Post, secret, now); err != nil {
			return err
		}
		ev := s.event(EventPasswordChanged, p.ID, from)
		ev.Session = in.Session.ID
		return tx.AddEvent(ctx, ev)
	})
	s.cache.forget(p.ID)
	if err != nil {
		return "", fmt.Errorf("change password: %w", err)
	}
	return token, nil
}

// Sessions lists where the person is signed in now, last seen first.
func (s *Service) Sessions(ctx context.Context, p Person) ([]Session, error) {
	all, err := s.store.Sessions(ctx, p.ID)
	if err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	now := s.now()
	open := all[:0]
	for _, one := range all {
		if s.cfg.Limits.Open(one, p.Kind, now) {
			open = append(open, one)
		}
	}
	return open, nil
}

// History lists the person's latest sign-in events, newest first.
func (s *Service) History(ctx context.Context, person string, limit int) ([]Event, error) {
	events, err := s.store.Events(ctx, person, limit)
	if err != nil {
		return nil, fmt.Errorf("sign-in history: %w", err)
	}
	return events, nil
}

// Person returns somebody by id; ErrNoPerson.
func (s *Service) Person(ctx context.Context, id string) (Person, error) {
	return s.store.Person(ctx, id)
}

// Sweep deletes what nothing needs any more: forgotten attempts, sessions a month after their
// longest life, history past its keeping time. It is meant to run once an hour.
func (s *Service) Sweep(ctx context.Context) (rows int, err error) {
	now := s.now()
	err = s.store.InTx(ctx, func(tx Tx) error {
		longest := max(s.cfg.Limits.OfficerAbsolute, s.cfg.Limits.CitizenAbsolute)
		rows, err = tx.Sweep(ctx, now, now.Add(-longest).AddDate(0, -1, 0), now.Add(-s.cfg.KeepEvents))
		return err
	})
	return rows, err
}

// Forget makes the process look at the store again for every session: called when the
// posts or their rights have changed.
func (s *Service) Forget() { s.cache.forget("") }

func fields(f ...fault.Field) *fault.Error {
	e := *ErrInvalid
	e.Fields = f
	return &e
}

func passwordField(name, code string) fault.Field {
	return fault.Field{Name: name, Code: code, Args: map[string]any{"min": MinPassword, "max": MaxPassword}}
}
