// Package journal holds what happened to a case: the event envelope, its canonical
// bytes, the hash chain of each case, and the signed seals that bind all chains
// into one log. It does no I/O.
//
// An event is never changed or removed. Personal data inside it is kept beside the
// canonical bytes, which hold only a commitment (a salted hash): erasing the value
// leaves the chain whole. Tail truncation shows because every case head is signed
// when it is written, and seals over the whole log are signed and published.
package journal

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Hash is a SHA-256 digest in lower-case hexadecimal.
type Hash string

// Actor names who did it: the person, the post they acted in, its agency.
type Actor struct {
	Agency string `json:"agency,omitempty"`
	Behalf string `json:"behalf,omitempty"` // person whose post it is, when they acted by delegation
	Person string `json:"person,omitempty"`
	Post   string `json:"post,omitempty"`
	System string `json:"system,omitempty"` // the product itself: timer, import, demo
}

// Event is one thing that happened to one case. Data and the Private values are JSON.
type Event struct {
	Case    string
	Seq     int64 // 1, 2, 3 … without gap within the case
	Kind    string
	At      time.Time // UTC, whole microseconds
	By      Actor
	Law     string             // id of the rule set it was decided under
	Data    json.RawMessage    // canonical JSON object
	Private map[string]Private // personal data by name

	Body string // canonical bytes, set by Link
	Prev Hash
	Hash Hash
}

// Private is a personal value of an event: the commitment stays, the value may be erased.
type Private struct {
	Commitment Hash
	Salt       string          // hex; empty once erased
	Value      json.RawMessage // canonical JSON; nil once erased
}

// Erased reports whether the value is gone.
func (p Private) Erased() bool { return p.Value == nil }

// body is the wire form that is hashed. Field order is the alphabetical order of the keys.
type body struct {
	At      string          `json:"at"`
	By      Actor           `json:"by"`
	Case    string          `json:"case"`
	Data    json.RawMessage `json:"data"`
	Kind    string          `json:"kind"`
	Law     string          `json:"law,omitempty"`
	Private map[string]Hash `json:"private,omitempty"`
	Seq     int64           `json:"seq"`
	V       int             `json:"v"`
}

const timeForm = "2006-01-02T15:04:05.000000Z"

// Faults of a chain, reported by Verify.
var (
	ErrBody    = errors.New("canonical bytes do not say what the row says")
	ErrHash    = errors.New("hash does not fit the bytes")
	ErrChain   = errors.New("event does not follow its predecessor")
	ErrPrivate = errors.New("personal value does not fit its commitment")
)

// New makes an event that is not yet part of a chain. data is marshalled to canonical JSON;
// private values likewise, each under a fresh salt.
func New(kind string, at time.Time, by Actor, law string, data any, private map[string]any) (Event, error) {
	raw, err := Canonical(data)
	if err != nil {
		return Event{}, fmt.Errorf("event %s: %w", kind, err)
	}
	e := Event{Kind: kind, At: at.UTC().Truncate(time.Microsecond), By: by, Law: law, Data: raw}
	for name, v := range private {
		value, err := Canonical(v)
		if err != nil {
			return Event{}, fmt.Errorf("event %s, private %s: %w", kind, name, err)
		}
		if e.Private == nil {
			e.Private = make(map[string]Private, len(private))
		}
		var salt [16]byte
		_, _ = rand.Read(salt[:]) // never fails: crypto/rand aborts the program instead
		s := hex.EncodeToString(salt[:])
		e.Private[name] = Private{Commitment: commit(s, value), Salt: s, Value: value}
	}
	return e, nil
}

func commit(salt string, value []byte) Hash {
	h := sha256.New()
	h.Write([]byte(salt))
	h.Write(value)
	return Hash(hex.EncodeToString(h.Sum(nil)))
}

// First is what the first event of a case follows.
func First(caseID string) Hash {
	sum := sha256.Sum256([]byte("motcua/journal/1\n" + caseID))
	return Hash(hex.EncodeToString(sum[:]))
}

// Link puts e after prev in the chain of the case: it sets case, number, bytes and hash.
func Link(e Event, caseID string, seq int64, prev Hash) (Event, error) {
	e.Case, e.Seq, e.Prev = caseID, seq, prev
	b := body{At: e.At.Format(timeForm), By: e.By, Case: e.Case, Data: e.Data, Kind: e.Kind, Law: e.Law, Seq: e.Seq, V: 1}
	if len(e.Private) > 0 {
		b.Private = make(map[string]Hash, len(e.Private))
		for name, p := range e.Private {
			b.Private[name] = p.Commitment
		}
	}
	raw, err := marshal(b)
	if err != nil {
		return Event{}, fmt.Errorf("event %s of %s: %w", e.Kind, caseID, err)
	}
	e.Body = string(raw)
	e.Hash = chain(prev, e.Body)
	return e, nil
}

func chain(prev Hash, body string) Hash {
	h := sha256.New()
	h.Write([]byte(prev))
	h.Write([]byte{'\n'})
	h.Write([]byte(body))
	return Hash(hex.EncodeToString(h.Sum(nil)))
}

// Parse reads stored canonical bytes back into an event; private values are attached by the caller.
func Parse(stored string) (Event, error) {
	var b body
	dec := json.NewDecoder(strings.NewReader(stored))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&b); err != nil {
		return Event{}, fmt.Errorf("%w: %w", ErrBody, err)
	}
	if b.V != 1 {
		return Event{}, fmt.Errorf("%w: unknown form %d", ErrBody, b.V)
	}
	at, err := time.Parse(timeForm, b.At)
	if err != nil {
		return Event{}, fmt.Errorf("%w: %w", ErrBody, err)
	}
	e := Event{Case: b.Case, Seq: b.Seq, Kind: b.Kind, At: at, By: b.By, Law: b.Law, Data: b.Data, Body: stored}
	if len(b.Private) > 0 {
		e.Private = make(map[string]Private, len(b.Private))
		for name, h := range b.Private {
			e.Private[name] = Private{Commitment: h}
		}
	}
	return e, nil
}

// Verify checks that e, as parsed from its row, is the lawful successor of (seq-1, prev):
// number, link, hash, and every personal value that is still there.
func Verify(e Event, caseID string, seq int64, prev Hash) error {
	switch {
	case e.Case != caseID || e.Seq != seq:
		return fmt.Errorf("%w: expected number %d, found %s/%d", ErrChain, seq, e.Case, e.Seq)
	case chain(prev, e.Body) != e.Hash:
		return ErrHash
	}
	for name, p := range e.Private {
		if !p.Erased() && commit(p.Salt, p.Value) != p.Commitment {
			return fmt.Errorf("%w: %s", ErrPrivate, name)
		}
	}
	return nil
}

// Canonical returns v as canonical JSON: keys sorted, no white space, no HTML escapes. Text is kept as
// given (NFC is made where it enters). Numbers are integers or plain decimals such as 120.5 (an area in a
// form); exponents are refused, because one value would have many spellings.
func Canonical(v any) (json.RawMessage, error) {
	raw, err := marshal(v)
	if err != nil {
		return nil, err
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var plain any
	if err := dec.Decode(&plain); err != nil {
		return nil, fmt.Errorf("canonical JSON: %w", err)
	}
	if err := plainNumbers(plain); err != nil {
		return nil, err
	}
	return marshal(plain) // maps are written with sorted keys
}

func plainNumbers(v any) error {
	switch v := v.(type) {
	case json.Number:
		if strings.ContainsAny(v.String(), "eE") || len(v.String()) > 20 {
			return fmt.Errorf("canonical JSON: number %.30s is not plain", v)
		}
	case map[string]any:
		for _, x := range v {
			if err := plainNumbers(x); err != nil {
				return err
			}
		}
	case []any:
		for _, x := range v {
			if err := plainNumbers(x); err != nil {
				return err
			}
		}
	}
	return nil
}

func marshal(v any) (json.RawMessage, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("marshal: %w", err)
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}

var idCoding = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// NewID returns a new identifier: 26 characters, sorted by time, with 80 random bits, so that a
// neighbour's identifier gives nothing away.
func NewID(now time.Time) string {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], uint64(now.UnixMilli())<<16) // instants after 1970 only
	_, _ = rand.Read(b[6:])                                        // never fails, see New
	return idCoding.EncodeToString(b[:])
}

// NewSecret returns n characters of the identifier alphabet, 5 random bits each.
func NewSecret(n int) string {
	b := make([]byte, (n*5+7)/8)
	_, _ = rand.Read(b) // never fails, see New
	return idCoding.EncodeToString(b)[:n]
}
