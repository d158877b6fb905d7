// Package accountdb keeps accounts in the database: people, credentials, posts held,
// sessions, the sign-in history and the counts of recent attempts. It holds SQL and no rule.
package accountdb

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/account"
	"github.com/motcua/motcua/internal/sqldb"
)

// Store is account.Store on the database.
type Store struct {
	reader
	db *sqldb.DB
}

var _ account.Store = (*Store)(nil)

// New returns the store on db, which must be migrated.
func New(db *sqldb.DB) *Store { return &Store{reader: reader{db}, db: db} }

// InTx runs f in one transaction.
func (s *Store) InTx(ctx context.Context, f func(account.Tx) error) error {
	return s.db.InTx(ctx, func(t *sqldb.Tx) error { return f(tx{reader{t}, t}) })
}

type reader struct{ q sqldb.Queryer }

type tx struct {
	reader
	t *sqldb.Tx
}

// An instant that is not there is 0: nothing happened at the start of 1970.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func instant(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us)
}

func hash(h account.TokenHash) string {
	if h == (account.TokenHash{}) {
		return ""
	}
	return hex.EncodeToString(h[:])
}

type scanner interface{ Scan(dest ...any) error }

const personColumns = `id, kind, name, sign_in, COALESCE(number, ''), birth, phone, email, address, identity, created_at, blocked_at`

func scanPerson(row scanner) (account.Person, error) {
	var p account.Person
	var created, blocked int64
	err := row.Scan(&p.ID, &p.Kind, &p.Name, &p.SignIn, &p.Number, &p.Birth, &p.Phone, &p.Email, &p.Address, &p.Identity, &created, &blocked)
	if errors.Is(err, sqldb.ErrNoRows) {
		return account.Person{}, account.ErrNoPerson
	}
	p.Created, p.Blocked = instant(created), instant(blocked)
	return p, err
}

const sqlPerson = `SELECT ` + personColumns + ` FROM person WHERE id = $1`

func (r reader) Person(ctx context.Context, id string) (account.Person, error) {
	return scanPerson(r.q.QueryRow(ctx, sqlPerson, id))
}

// A citizen whom a pack lists has a sign-in name and a number; either lets them in. The name
// goes first, should it be somebody else's number.
const sqlPersonBySignIn = `SELECT ` + personColumns + ` FROM person WHERE sign_in = $1 OR number = $1
ORDER BY CASE WHEN sign_in = $1 THEN 0 ELSE 1 END LIMIT 1`

func (r reader) PersonBySignIn(ctx context.Context, signIn string) (account.Person, error) {
	return scanPerson(r.q.QueryRow(ctx, sqlPersonBySignIn, signIn))
}

const sqlCredential = `SELECT person, hash, set_at, must_change FROM credential WHERE person = $1`

func (r reader) Credential(ctx context.Context, person string) (account.Credential, error) {
	var c account.Credential
	var set int64
	err := r.q.QueryRow(ctx, sqlCredential, person).Scan(&c.Person, &c.Hash, &set, &c.MustChange)
	if errors.Is(err, sqldb.ErrNoRows) {
		return account.Credential{}, nil
	}
	c.Set = instant(set)
	return c, err
}

const sqlHoldings = `SELECT id, person, post, manner, for_person, decision, from_day, until_day
FROM post_holding WHERE person = $1 ORDER BY from_day, id`

func (r reader) Holdings(ctx context.Context, person string) ([]account.Holding, error) {
	rows, err := r.q.Query(ctx, sqlHoldings, person)
	return sqldb.Collect(rows, err, func(rows *sqldb.Rows) (account.Holding, error) {
		var h account.Holding
		err := rows.Scan(&h.ID, &h.Person, &h.Post, &h.Manner, &h.For, &h.Decision, &h.From, &h.Until)
		return h, err
	})
}

const sessionColumns = `id, person, post, created_at, seen_at, address, agent, ended_at`

func scanSession(row scanner) (account.Session, error) {
	var s account.Session
	var created, seen, ended int64
	err := row.Scan(&s.ID, &s.Person, &s.Post, &created, &seen, &s.Address, &s.Agent, &ended)
	if errors.Is(err, sqldb.ErrNoRows) {
		return account.Session{}, account.ErrNoSession
	}
	s.Created, s.Seen, s.Ended = instant(created), instant(seen), instant(ended)
	return s, err
}

const sqlSession = `SELECT ` + sessionColumns + ` FROM session WHERE secret = $1 AND ended_at = 0`

func (r reader) Session(ctx context.Context, secret account.TokenHash) (account.Session, error) {
	return scanSession(r.q.QueryRow(ctx, sqlSession, hash(secret)))
}

const sqlSessions = `SELECT ` + sessionColumns + ` FROM session WHERE person = $1 AND ended_at = 0 ORDER BY seen_at DESC, id DESC`

func (r reader) Sessions(ctx context.Context, person string) ([]account.Session, error) {
	rows, err := r.q.Query(ctx, sqlSessions, person)
	return sqldb.Collect(rows, err, func(rows *sqldb.Rows) (account.Session, error) { return scanSession(rows) })
}

const sqlLastPost = `SELECT post FROM session WHERE person = $1 AND post <> '' ORDER BY created_at DESC LIMIT 1`

func (r reader) LastPost(ctx context.Context, person string) (string, error) {
	var post string
	err := r.q.QueryRow(ctx, sqlLastPost, person).Scan(&post)
	if errors.Is(err, sqldb.ErrNoRows) {
		return "", nil
	}
	return post, err
}

const sqlEvents = `SELECT id, at, kind, address, agent, session, post FROM sign_in_event
WHERE person = $1 ORDER BY at DESC, id DESC LIMIT $2`

func (r reader) Events(ctx context.Context, person string, limit int) ([]account.Event, error) {
	rows, err := r.q.Query(ctx, sqlEvents, person, limit)
	return sqldb.Collect(rows, err, func(rows *sqldb.Rows) (account.Event, error) {
		e := account.Event{Person: person}
		var at int64
		err := rows.Scan(&e.ID, &at, &e.Kind, &e.Address, &e.Agent, &e.Session, &e.Post)
		e.At = instant(at)
		return e, err
	})
}

const sqlKnownOrigin = `SELECT
EXISTS (SELECT 1 FROM sign_in_event WHERE kind = 'signed_in' AND person = $1 AND device = $2 AND device <> '' AND at >= $4),
EXISTS (SELECT 1 FROM sign_in_event WHERE kind = 'signed_in' AND person = $1 AND address = $3 AND at >= $4)`

func (r reader) KnownOrigin(ctx context.Context, person string, device account.TokenHash, address string, since time.Time) (byDevice, byAddress bool, err error) {
	err = r.q.QueryRow(ctx, sqlKnownOrigin, person, hash(device), address, micros(since)).Scan(&byDevice, &byAddress)
	return byDevice, byAddress, err
}

const sqlBucket = `SELECT level, at FROM sign_in_bucket WHERE key = $1`

func (r reader) Bucket(ctx context.Context, key string) (account.Bucket, error) {
	return scanBucket(key, r.q.QueryRow(ctx, sqlBucket, key))
}

func scanBucket(key string, row scanner) (account.Bucket, error) {
	b := account.Bucket{Key: key}
	var at int64
	err := row.Scan(&b.Level, &at)
	if errors.Is(err, sqldb.ErrNoRows) {
		return b, nil
	}
	b.At = instant(at)
	return b, err
}

const sqlPeople = `SELECT ` + personColumns + ` FROM person WHERE ($1 = '' OR kind = $1) AND sign_in > $2 ORDER BY sign_in LIMIT $3`

func (r reader) People(ctx context.Context, kind account.Kind, after string, limit int) ([]account.Person, error) {
	rows, err := r.q.Query(ctx, sqlPeople, string(kind), after, limit)
	return sqldb.Collect(rows, err, func(rows *sqldb.Rows) (account.Person, error) { return scanPerson(rows) })
}

// A name or number in use is foreseen, not caught: a refused statement ends the transaction.
const sqlAddPerson = `INSERT INTO person (id, kind, name, sign_in, number, birth, phone, email, address, identity, created_at, blocked_at)
VALUES ($1, $2, $3, $4, NULLIF($5, ''), $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING`

func (t tx) AddPerson(ctx context.Context, p account.Person) error {
	n, err := t.t.Exec(ctx, sqlAddPerson, p.ID, string(p.Kind), p.Name, p.SignIn, p.Number, p.Birth, p.Phone, p.Email, p.Address,
		int64(p.Identity), micros(p.Created), micros(p.Blocked))
	if err == nil && n == 0 {
		return account.ErrSignInTaken
	}
	return err
}

const sqlSetPerson = `UPDATE person SET name = $2, sign_in = $3, number = NULLIF($4, ''), birth = $5, phone = $6, email = $7, address = $8,
identity = $9, blocked_at = $10 WHERE id = $1`

func (t tx) SetPerson(ctx context.Context, p account.Person) error {
	n, err := t.t.Exec(ctx, sqlSetPerson, p.ID, p.Name, p.SignIn, p.Number, p.Birth, p.Phone, p.Email, p.Address, int64(p.Identity), micros(p.Blocked))
	switch {
	case errors.Is(err, sqldb.ErrUnique):
		return account.ErrSignInTaken.Because(err)
	case err == nil && n == 0:
		return account.ErrNoPerson
	}
	return err
}

const sqlSetCredential = `INSERT INTO credential (person, hash, set_at, must_change) VALUES ($1, $2, $3, $4)
ON CONFLICT (person) DO UPDATE SET hash = excluded.hash, set_at = excluded.set_at, must_change = excluded.must_change`

func (t tx) SetCredential(ctx context.Context, c account.Credential) error {
	_, err := t.t.Exec(ctx, sqlSetCredential, c.Person, c.Hash, micros(c.Set), c.MustChange)
	return err
}

const sqlPutHolding = `INSERT INTO post_holding (id, person, post, manner, for_person, decision, from_day, until_day)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (id) DO UPDATE SET person = excluded.person, post = excluded.post, manner = excluded.manner, for_person = excluded.for_person,
decision = excluded.decision, from_day = excluded.from_day, until_day = excluded.until_day`

func (t tx) PutHolding(ctx context.Context, h account.Holding) error {
	_, err := t.t.Exec(ctx, sqlPutHolding, h.ID, h.Person, h.Post, string(h.Manner), h.For, h.Decision, h.From, h.Until)
	return err
}

const sqlAddSession = `INSERT INTO session (id, secret, person, post, created_at, seen_at, address, agent) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`

func (t tx) AddSession(ctx context.Context, s account.Session, secret account.TokenHash) error {
	_, err := t.t.Exec(ctx, sqlAddSession, s.ID, hash(secret), s.Person, s.Post, micros(s.Created), micros(s.Seen), s.Address, s.Agent)
	return err
}

const sqlRotateSession = `UPDATE session SET secret = $2, post = $3, seen_at = $4 WHERE id = $1 AND ended_at = 0`

func (t tx) RotateSession(ctx context.Context, id, post string, secret account.TokenHash, now time.Time) error {
	n, err := t.t.Exec(ctx, sqlRotateSession, id, hash(secret), post, micros(now))
	if err == nil && n == 0 {
		return account.ErrNoSession
	}
	return err
}

const sqlEndSession = `UPDATE session SET ended_at = $3 WHERE person = $1 AND id = $2 AND ended_at = 0`

func (t tx) EndSession(ctx context.Context, person, id string, now time.Time) error {
	n, err := t.t.Exec(ctx, sqlEndSession, person, id, micros(now))
	if err == nil && n == 0 {
		return account.ErrNoSession
	}
	return err
}

const sqlEndSessions = `UPDATE session SET ended_at = $3 WHERE person = $1 AND id <> $2 AND ended_at = 0`

func (t tx) EndSessions(ctx context.Context, person, except string, now time.Time) (int, error) {
	n, err := t.t.Exec(ctx, sqlEndSessions, person, except, micros(now))
	return int(n), err
}

const sqlSeeSession = `UPDATE session SET seen_at = $2 WHERE id = $1 AND seen_at < $2`

func (t tx) SeeSession(ctx context.Context, id string, now time.Time) error {
	_, err := t.t.Exec(ctx, sqlSeeSession, id, micros(now))
	return err
}

const sqlAddEvent = `INSERT INTO sign_in_event (id, person, at, kind, address, agent, session, post, device)
VALUES ($1, NULLIF($2, ''), $3, $4, $5, $6, $7, $8, $9)`

func (t tx) AddEvent(ctx context.Context, e account.Event) error {
	_, err := t.t.Exec(ctx, sqlAddEvent, e.ID, e.Person, micros(e.At), string(e.Kind), e.Address, e.Agent, e.Session, e.Post, hash(e.Device))
	return err
}

// The row is made if need be and locked until the transaction ends, so that attempts made at
// the same time are counted one after the other on PostgreSQL too.
const sqlLockBucket = `INSERT INTO sign_in_bucket (key, level, at, idle_at) VALUES ($1, 0, $2, $2)
ON CONFLICT (key) DO UPDATE SET key = excluded.key RETURNING level, at`

func (t tx) LockBucket(ctx context.Context, key string, now time.Time) (account.Bucket, error) {
	return scanBucket(key, t.t.QueryRow(ctx, sqlLockBucket, key, micros(now)))
}

const sqlPutBucket = `UPDATE sign_in_bucket SET level = $2, at = $3, idle_at = $4 WHERE key = $1`

func (t tx) PutBucket(ctx context.Context, b account.Bucket, idle time.Time) error {
	_, err := t.t.Exec(ctx, sqlPutBucket, b.Key, b.Level, micros(b.At), micros(idle))
	return err
}

const (
	sqlSweepBuckets  = `DELETE FROM sign_in_bucket WHERE idle_at < $1`
	sqlSweepSessions = `DELETE FROM session WHERE created_at < $1`
	sqlSweepEvents   = `DELETE FROM sign_in_event WHERE at < $1`
)

func (t tx) Sweep(ctx context.Context, now, sessions, events time.Time) (int, error) {
	total := 0
	for _, one := range []struct {
		stmt   string
		before time.Time
	}{{sqlSweepBuckets, now}, {sqlSweepSessions, sessions}, {sqlSweepEvents, events}} {
		n, err := t.t.Exec(ctx, one.stmt, micros(one.before))
		if err != nil {
			return total, fmt.Errorf("%s: %w", strings.Fields(one.stmt)[2], err)
		}
		total += int(n)
	}
	return total, nil
}

// statements are prepared on both engines by a test.
var statements = []string{
	sqlPerson, sqlPersonBySignIn, sqlCredential, sqlHoldings, sqlSession, sqlSessions, sqlLastPost, sqlEvents, sqlKnownOrigin, sqlBucket,
	sqlPeople, sqlAddPerson, sqlSetPerson, sqlSetCredential, sqlPutHolding, sqlAddSession, sqlRotateSession, sqlEndSession, sqlEndSessions,
	sqlDelegation, sqlDelegations, sqlHolders, sqlAddDelegation, sqlRevokeDelegation,
	sqlSeeSession, sqlAddEvent, sqlLockBucket, sqlPutBucket, sqlSweepBuckets, sqlSweepSessions, sqlSweepEvents,
}
