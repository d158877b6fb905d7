package account

import (
	"context"
	"time"
)

// Reader reads accounts. Instants are kept to the microsecond.
type Reader interface {
	// Person returns ErrNoPerson for an unknown id.
	Person(ctx context.Context, id string) (Person, error)
	// PersonBySignIn returns ErrNoPerson for an unknown name; the name is already in its kept form.
	PersonBySignIn(ctx context.Context, signIn string) (Person, error)
	// Credential returns the zero value for a person who has none.
	Credential(ctx context.Context, person string) (Credential, error)
	// Holdings lists all holdings of a person, past and coming ones too, by From then ID.
	Holdings(ctx context.Context, person string) ([]Holding, error)
	// Session returns ErrNoSession unless an open session has this secret.
	Session(ctx context.Context, secret TokenHash) (Session, error)
	// Sessions lists a person's open sessions, last seen first.
	Sessions(ctx context.Context, person string) ([]Session, error)
	// LastPost is the post of the person's latest session that stood in one; empty if none.
	LastPost(ctx context.Context, person string) (string, error)
	// Events lists a person's latest events, newest first.
	Events(ctx context.Context, person string, limit int) ([]Event, error)
	// KnownOrigin tells whether the person has signed in since then with this browser, or from this address.
	KnownOrigin(ctx context.Context, person string, device TokenHash, address string, since time.Time) (byDevice, byAddress bool, err error)
	// Bucket returns the bucket of the key, an empty one when there is none.
	Bucket(ctx context.Context, key string) (Bucket, error)
	// Delegation returns ErrNoDelegation for an unknown id.
	Delegation(ctx context.Context, id string) (Delegation, error)
	// Delegations lists those a person received, gave or is represented by, the newest first.
	Delegations(ctx context.Context, person string) ([]Delegation, error)
	// Holders lists every holding of officers who may sign in, with their names.
	Holders(ctx context.Context) ([]HolderOf, error)
	// People lists up to limit people by sign-in name, after the given one.
	People(ctx context.Context, kind Kind, after string, limit int) ([]Person, error)
}

// Tx reads and writes inside one transaction.
type Tx interface {
	Reader
	// AddPerson returns ErrSignInTaken when the sign-in name or the personal number is in use.
	AddPerson(ctx context.Context, p Person) error
	// SetPerson replaces what is known of an existing person, except Kind and Created.
	SetPerson(ctx context.Context, p Person) error
	// SetCredential replaces the person's credential.
	SetCredential(ctx context.Context, c Credential) error
	// PutHolding adds a holding or replaces the one with its id.
	PutHolding(ctx context.Context, h Holding) error
	// AddDelegation reports false when the id is taken.
	AddDelegation(ctx context.Context, d Delegation) (bool, error)
	// RevokeDelegation reports false when it was revoked before.
	RevokeDelegation(ctx context.Context, id, by string, now time.Time) (bool, error)
	// AddSession opens a session under the secret.
	AddSession(ctx context.Context, s Session, secret TokenHash) error
	// RotateSession gives an open session a new secret and post; ErrNoSession when it has ended.
	RotateSession(ctx context.Context, id, post string, secret TokenHash, now time.Time) error
	// EndSession ends one open session of the person; ErrNoSession when there is none.
	EndSession(ctx context.Context, person, id string, now time.Time) error
	// EndSessions ends all open sessions of the person but one (empty: all) and returns how many.
	EndSessions(ctx context.Context, person, except string, now time.Time) (int, error)
	// SeeSession notes a request; it never moves the time back.
	SeeSession(ctx context.Context, id string, now time.Time) error
	// AddEvent writes one line of the history.
	AddEvent(ctx context.Context, e Event) error
	// LockBucket is Bucket, and nobody else counts in it before the transaction ends.
	LockBucket(ctx context.Context, key string, now time.Time) (Bucket, error)
	// PutBucket changes a locked bucket; after idle it may go.
	PutBucket(ctx context.Context, b Bucket, idle time.Time) error
	// Sweep deletes buckets idle before now, sessions begun before sessions, and events
	// before events; it returns how many rows went.
	Sweep(ctx context.Context, now, sessions, events time.Time) (int, error)
}

// Store keeps accounts.
type Store interface {
	Reader
	// InTx runs f in one transaction. It may run f twice after a conflict: f touches nothing but tx.
	InTx(ctx context.Context, f func(tx Tx) error) error
}
