package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	_ "embed"
	"encoding/base64"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"unicode"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"
)

// Params are the costs of argon2id. They are stored with each hash, so they can be
// raised at any time: old hashes are still read and made anew at the next sign-in.
type Params struct {
	Memory  uint32 // KiB
	Time    uint32 // passes
	Threads uint8
}

// DefaultParams follow the OWASP password storage guide: 19 MiB, 2 passes, 1 lane
// (about 19 ms on the machine the stack was measured on).
var DefaultParams = Params{Memory: 19 * 1024, Time: 2, Threads: 1}

const (
	saltBytes = 16
	keyBytes  = 32

	// MinPassword and MaxPassword count characters. The upper bound only keeps the
	// work of normalising bounded.
	MinPassword = 10
	MaxPassword = 128

	// waitersPerSlot bounds the queue before the processor: at 20 ms each the last
	// in line is answered within a second; more are refused at once.
	waitersPerSlot = 50
)

// Hasher makes and checks password hashes, at most one per processor at a time.
type Hasher struct {
	params  Params
	slots   chan struct{}
	waiting atomic.Int64
	dummy   string
}

// NewHasher returns a hasher that makes new hashes with the costs p.
func NewHasher(p Params) *Hasher {
	h := &Hasher{params: p, slots: make(chan struct{}, runtime.NumCPU())}
	// The hash of nobody's password: what is compared when there is no account, so that
	// the answer takes as long. Its bytes are random, so no password can match it.
	h.dummy = encodeHash(p, random(saltBytes), random(keyBytes))
	return h
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails: crypto/rand stops the program instead
	return b
}

// enter waits for a processor.
func (h *Hasher) enter(ctx context.Context) error {
	if h.waiting.Add(1) > int64(waitersPerSlot*cap(h.slots)) {
		h.waiting.Add(-1)
		return ErrBusy
	}
	defer h.waiting.Add(-1)
	select {
	case h.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ErrBusy.Because(ctx.Err())
	}
}

func (h *Hasher) leave() { <-h.slots }

// Hash returns the PHC text of the password: $argon2id$v=19$m=…,t=…,p=…$salt$key.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	if err := h.enter(ctx); err != nil {
		return "", err
	}
	defer h.leave()
	salt := random(saltBytes)
	p := h.params
	return encodeHash(p, salt, argon2.IDKey([]byte(norm.NFC.String(password)), salt, p.Time, p.Memory, p.Threads, keyBytes)), nil
}

// Verify compares the password with the hash; stale says that the hash was made with
// other costs than today's. An empty or unreadable hash takes as long as a wrong password.
func (h *Hasher) Verify(ctx context.Context, password, hash string) (ok, stale bool, err error) {
	if err := h.enter(ctx); err != nil {
		return false, false, err
	}
	defer h.leave()
	p, salt, want, good := decodeHash(hash)
	if !good {
		p, salt, want, _ = decodeHash(h.dummy)
	}
	have := argon2.IDKey([]byte(norm.NFC.String(password)), salt, p.Time, p.Memory, p.Threads, uint32(len(want))) //nolint:gosec // decodeHash bounds the length
	ok = subtle.ConstantTimeCompare(have, want) == 1 && good
	return ok, p != h.params, nil
}

func encodeHash(p Params, salt, key []byte) string {
	e := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, p.Memory, p.Time, p.Threads, e(salt), e(key))
}

// decodeHash reads what encodeHash wrote. Costs beyond a gibibyte or 64 passes are
// refused: a row altered by hand must not stop the server.
func decodeHash(s string) (p Params, salt, key []byte, ok bool) {
	parts := strings.Split(s, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" {
		return p, nil, nil, false
	}
	var version int
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return p, nil, nil, false
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.Memory, &p.Time, &p.Threads); err != nil {
		return p, nil, nil, false
	}
	if p.Memory < 8 || p.Memory > 1<<20 || p.Time < 1 || p.Time > 64 || p.Threads < 1 || p.Threads > 16 {
		return p, nil, nil, false
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil || len(salt) < 8 || len(salt) > 64 {
		return p, nil, nil, false
	}
	key, err = base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil || len(key) < 16 || len(key) > 64 {
		return p, nil, nil, false
	}
	return p, salt, key, true
}

//go:embed common.txt
var commonText string

// commonWords are what leaked and guessed passwords are built from, folded; longer ones
// stand before their parts.
var commonWords = readCommon(commonText)

func readCommon(text string) []string {
	var words []string
	for line := range strings.Lines(text) {
		if w := strings.TrimSpace(line); w != "" && !strings.HasPrefix(w, "#") {
			words = append(words, w)
		}
	}
	return words
}

// CheckPassword says why a new password cannot be taken: the code of the text, or ""
// when it can. own are words that belong to the person: name, sign-in name, numbers.
//
// Length counts more than mixture, so no kinds of characters are asked for (NIST
// SP 800-63B 5.1.1.2, OWASP ASVS 5.0 6.2).
func CheckPassword(password string, own ...string) string {
	password = norm.NFC.String(password)
	n := utf8.RuneCountInString(password)
	switch {
	case !utf8.ValidString(password):
		return "account.password-unreadable"
	case n < MinPassword:
		return "account.password-short"
	case n > MaxPassword:
		return "account.password-long"
	}
	flat := flatten(password)
	for _, w := range own {
		for _, part := range append(strings.Fields(w), w) {
			// Parts of a name are short words ("An", "Lê"): only a whole name or a long part counts.
			if f := flatten(part); len(f) >= 5 && strings.Contains(flat, f) {
				return "account.password-own"
			}
		}
	}
	// digits alone are dates and telephone numbers
	if len(strip(flat)) < 4 || onlyDigits(flat) && len(flat) < 16 {
		return "account.password-common"
	}
	return ""
}

// flatten makes variations of one word equal: tones, case, đ and the usual swaps of
// signs for letters are taken away, everything but letters and digits too.
func flatten(s string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(s) {
		switch r = unicode.ToLower(r); {
		case r == 'đ':
			b.WriteByte('d')
		case r == '@':
			b.WriteByte('a')
		case r == '$':
			b.WriteByte('s')
		case unicode.IsLetter(r), unicode.IsDigit(r):
			b.WriteRune(r)
		}
	}
	return b.String()
}

// strip takes common words, runs and repeats out of a flattened password; what is left
// is what a guesser has to guess.
func strip(s string) string {
	for _, w := range commonWords {
		s = strings.ReplaceAll(s, w, "")
	}
	var out []rune
	var before [2]rune
	for _, r := range s {
		step := r - before[0]
		// the third of a run (abc, 321) or of a repeat (aaa) adds nothing
		run := before[1] != 0 && (step == before[0]-before[1]) && step >= -1 && step <= 1
		repeat := r == before[0]
		if !run && !repeat {
			out = append(out, r)
		}
		before[1], before[0] = before[0], r
	}
	// few different characters are a pattern, however long: 0909090909
	seen := map[rune]bool{}
	for _, r := range out {
		seen[r] = true
	}
	if len(seen) < 4 {
		return ""
	}
	return string(out)
}

// passwordAlphabet leaves out signs that are mistaken for one another when a password
// is read from a screen or said on the telephone.
const passwordAlphabet = "abcdefghkmnpqrstuvwxyz23456789"

// NewPassword makes a password for somebody else to change: four groups of four, over
// 78 bits, easy to copy by hand.
func NewPassword() string {
	var b strings.Builder
	for i := 0; b.Len() < 19; {
		c := random(1)[0]
		if int(c) >= 256-256%len(passwordAlphabet) {
			continue // else the first letters would come more often
		}
		if i > 0 && i%4 == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(passwordAlphabet[int(c)%len(passwordAlphabet)])
		i++
	}
	return b.String()
}
