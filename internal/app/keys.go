package app

import (
	"bufio"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"github.com/motcua/motcua/internal/journal"
)

// keys are the signing key of the journal and the public keys it was ever signed with. The seed lies in
// DIR/keys/journal.seed, readable by the owner only; it is moved by putting another one there, while
// the public halves of all keys stay beside it as ID.pub.
type keys struct {
	dir    string
	signer *journal.Signer
	seed   []byte
	ring   journal.Keyring

	mu   sync.Mutex
	last int64 // number of the last published seal
}

const (
	seedFile  = "journal.seed"
	headsFile = "heads.log"
)

func openKeys(data string) (*keys, error) {
	k := &keys{dir: filepath.Join(data, "keys"), ring: journal.Keyring{}}
	if err := os.MkdirAll(k.dir, 0o700); err != nil {
		return nil, fmt.Errorf("keys folder: %w", err)
	}
	path := filepath.Join(k.dir, seedFile)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		text = []byte(hex.EncodeToString(journal.NewSeed()) + "\n")
		err = os.WriteFile(path, text, 0o600)
	}
	if err != nil {
		return nil, fmt.Errorf("signing key: %w", err)
	}
	seed, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil {
		return nil, fmt.Errorf("signing key %s is not hexadecimal", path)
	}
	k.seed = seed
	if k.signer, err = journal.NewSigner(seed); err != nil {
		return nil, fmt.Errorf("signing key %s: %w", path, err)
	}
	pub := filepath.Join(k.dir, k.signer.KeyID()+".pub")
	if _, err := os.Stat(pub); errors.Is(err, fs.ErrNotExist) {
		if err := os.WriteFile(pub, []byte(hex.EncodeToString(k.signer.Public())+"\n"), 0o600); err != nil {
			return nil, fmt.Errorf("public key: %w", err)
		}
	}
	return k, k.readRing()
}

func (k *keys) readRing() error {
	files, err := filepath.Glob(filepath.Join(k.dir, "*.pub"))
	if err != nil {
		return fmt.Errorf("public keys: %w", err)
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			return fmt.Errorf("public key: %w", err)
		}
		raw, err := hex.DecodeString(strings.TrimSpace(string(text)))
		if err != nil || len(raw) != ed25519.PublicKeySize {
			return fmt.Errorf("public key %s cannot be read", f)
		}
		k.ring[strings.TrimSuffix(filepath.Base(f), ".pub")] = raw
	}
	return nil
}

// publish appends a seal to the list of heads beside the database, so that cutting off the tail of the
// log shows even when the seals are cut off with it. Copy the list away to make that stronger.
func (k *keys) publish(s journal.Seal) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if s.N == 0 || s.N == k.last {
		return nil
	}
	f, err := os.OpenFile(filepath.Join(k.dir, headsFile), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("publish head: %w", err)
	}
	_, err = fmt.Fprintf(f, "%d %s\n", s.N, s.Hash)
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("publish head: %w", err)
	}
	k.last = s.N
	return nil
}

// anchor returns the last published seal: number and hash; the zero Seal when none was.
func (k *keys) anchor() (journal.Seal, error) {
	f, err := os.Open(filepath.Join(k.dir, headsFile))
	if errors.Is(err, fs.ErrNotExist) {
		return journal.Seal{}, nil
	}
	if err != nil {
		return journal.Seal{}, fmt.Errorf("published heads: %w", err)
	}
	defer f.Close()
	var last journal.Seal
	for sc := bufio.NewScanner(f); sc.Scan(); {
		n, hash, ok := strings.Cut(strings.TrimSpace(sc.Text()), " ")
		v, err := strconv.ParseInt(n, 10, 64)
		if ok && err == nil && len(hash) == 64 {
			last = journal.Seal{N: v, Hash: journal.Hash(hash)}
		}
	}
	return last, nil
}

// derive returns a key of its own for one purpose, from which neither the seed nor another purpose's key follows.
func (k *keys) derive(purpose string) []byte {
	m := hmac.New(sha256.New, k.seed)
	m.Write([]byte(purpose))
	return m.Sum(nil)
}
