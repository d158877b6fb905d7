package journal

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"strconv"
	"strings"
	"time"
)

// Signer signs case heads and seals with an Ed25519 key. Keys rotate: every signature names its key.
type Signer struct {
	key ed25519.PrivateKey
	id  string
}

// Keyring holds the public keys that signatures may name.
type Keyring map[string]ed25519.PublicKey

// Faults of signatures and seals.
var (
	ErrSignature = errors.New("signature does not fit")
	ErrKey       = errors.New("signed with an unknown key")
	ErrSeal      = errors.New("seal does not fit the log")
)

// NewSigner returns a signer from a 32-byte seed.
func NewSigner(seed []byte) (*Signer, error) {
	if len(seed) != ed25519.SeedSize {
		return nil, fmt.Errorf("signing seed has %d bytes, not %d", len(seed), ed25519.SeedSize)
	}
	s := &Signer{key: ed25519.NewKeyFromSeed(seed)}
	sum := sha256.Sum256(s.Public())
	s.id = hex.EncodeToString(sum[:6])
	return s, nil
}

// NewSeed returns a fresh signing seed.
func NewSeed() []byte {
	seed := make([]byte, ed25519.SeedSize)
	_, _ = rand.Read(seed) // never fails, see New
	return seed
}

// KeyID names the signer's key.
func (s *Signer) KeyID() string { return s.id }

// Public returns the public half of the key.
func (s *Signer) Public() ed25519.PublicKey { return ed25519.PublicKey(s.key[ed25519.SeedSize:]) }

// Keyring returns a ring that holds just this signer's key.
func (s *Signer) Keyring() Keyring { return Keyring{s.id: s.Public()} }

func (s *Signer) sign(text string) string {
	return s.id + ":" + base64.RawStdEncoding.EncodeToString(ed25519.Sign(s.key, []byte(text)))
}

func (k Keyring) verify(text, signature string) error {
	id, sig, _ := strings.Cut(signature, ":")
	pub, ok := k[id]
	if !ok {
		return fmt.Errorf("%w %q", ErrKey, id)
	}
	raw, err := base64.RawStdEncoding.DecodeString(sig)
	if err != nil || !ed25519.Verify(pub, []byte(text), raw) {
		return ErrSignature
	}
	return nil
}

// Head is the signed end of one case's chain, written in the transaction of its last event.
type Head struct {
	Case string
	Seq  int64
	Hash Hash
	Sig  string
}

func headText(caseID string, seq int64, h Hash) string {
	return "motcua/head/1\n" + caseID + "\n" + strconv.FormatInt(seq, 10) + "\n" + string(h)
}

// SignHead signs the end of a case's chain.
func (s *Signer) SignHead(caseID string, seq int64, h Hash) Head {
	return Head{Case: caseID, Seq: seq, Hash: h, Sig: s.sign(headText(caseID, seq, h))}
}

// VerifyHead checks the signature of a case head.
func (k Keyring) VerifyHead(h Head) error { return k.verify(headText(h.Case, h.Seq, h.Hash), h.Sig) }

// Seal binds all events of the log up to an entry: each seal follows the one before and is signed.
type Seal struct {
	N      int64 // 1, 2, 3 …
	Upto   int64 // last log entry it covers
	Events int64 // entries covered since the seal before
	Digest Hash  // over those entries
	Prev   Hash  // hash of the seal before
	At     time.Time
	Hash   Hash
	Sig    string
}

// Batch gathers log entries for a seal, in the order of the log.
type Batch struct {
	h     hash.Hash
	count int64
	upto  int64
}

// NewBatch starts an empty batch.
func NewBatch() *Batch { return &Batch{h: sha256.New()} }

// Add takes the next log entry into the batch.
func (b *Batch) Add(entry int64, caseID string, seq int64, h Hash) {
	buf := make([]byte, 0, 128)
	buf = strconv.AppendInt(buf, entry, 10)
	buf = append(buf, ' ')
	buf = append(buf, caseID...)
	buf = append(buf, ' ')
	buf = strconv.AppendInt(buf, seq, 10)
	buf = append(buf, ' ')
	buf = append(buf, h...)
	buf = append(buf, '\n')
	b.h.Write(buf)
	b.count++
	b.upto = entry
}

// Len returns how many entries the batch holds.
func (b *Batch) Len() int64 { return b.count }

func sealHash(s Seal) Hash {
	text := fmt.Sprintf("motcua/seal/1\n%d\n%d\n%d\n%s\n%s\n%s", s.N, s.Upto, s.Events, s.Digest, s.Prev, s.At.UTC().Format(timeForm))
	sum := sha256.Sum256([]byte(text))
	return Hash(hex.EncodeToString(sum[:]))
}

// Seal closes the batch after prev (the zero Seal for the first one).
func (s *Signer) Seal(prev Seal, b *Batch, at time.Time) Seal {
	out := Seal{
		N: prev.N + 1, Upto: b.upto, Events: b.count, Digest: Hash(hex.EncodeToString(b.h.Sum(nil))),
		Prev: prev.Hash, At: at.UTC().Truncate(time.Microsecond),
	}
	out.Hash = sealHash(out)
	out.Sig = s.sign(string(out.Hash))
	return out
}

// VerifySeal checks that next follows prev, covers exactly the entries of b and is signed.
func (k Keyring) VerifySeal(prev, next Seal, b *Batch) error {
	switch {
	case next.N != prev.N+1 || next.Prev != prev.Hash:
		return fmt.Errorf("%w: seal %d does not follow seal %d", ErrSeal, next.N, prev.N)
	case sealHash(next) != next.Hash:
		return fmt.Errorf("%w: seal %d was altered", ErrSeal, next.N)
	case b.count != next.Events || Hash(hex.EncodeToString(b.h.Sum(nil))) != next.Digest:
		return fmt.Errorf("%w: seal %d covers %d events, the log holds %d or others", ErrSeal, next.N, next.Events, b.count)
	}
	if err := k.verify(string(next.Hash), next.Sig); err != nil {
		return fmt.Errorf("seal %d: %w", next.N, err)
	}
	return nil
}
