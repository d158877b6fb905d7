package account

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net/netip"
	"time"
)

// Rule slows down who guesses without locking anybody out: Free attempts fit in Window;
// past them each attempt waits twice as long as the one before, never longer than Most.
// Attempts leak away evenly, so a quiet hour makes everything good again.
type Rule struct {
	Free   int           // attempts that fit in Window; 0 or less: no limit
	Window time.Duration // time in which Free attempts leak away
	First  time.Duration // wait after the attempt that fills the bucket
	Most   time.Duration // longest wait
}

// Throttle is the configuration of all limits of signing in and registering.
//
// One address that guesses at one name fills only Pair: the owner, who comes from
// elsewhere, notices nothing. Guessing spread over many addresses fills Name, which does
// not apply to an address the person has signed in from before. A browser the person has
// used before has a bucket of its own and meets none of the others.
type Throttle struct {
	Pair     Rule // one name from one address, and one known browser
	Name     Rule // one name from all addresses together
	Address  Rule // one address, all names: offices and mobile networks share one
	Register Rule // new accounts from one address: a public desk makes many
}

// DefaultThrottle is used where the configuration says nothing.
var DefaultThrottle = Throttle{
	Pair:     Rule{Free: 5, Window: 15 * time.Minute, First: 2 * time.Second, Most: 5 * time.Minute},
	Name:     Rule{Free: 30, Window: time.Hour, First: 2 * time.Second, Most: time.Minute},
	Address:  Rule{Free: 100, Window: 10 * time.Minute, First: time.Second, Most: time.Minute},
	Register: Rule{Free: 60, Window: time.Hour, First: 5 * time.Second, Most: time.Minute},
}

// Bucket is what is remembered of attempts under one key.
type Bucket struct {
	Key   string
	Level int64 // thousandths of an attempt, as of At
	At    time.Time
}

const oneAttempt = 1000

// level is how full the bucket is at now.
func (r Rule) level(b Bucket, now time.Time) int64 {
	if r.Free <= 0 || r.Window <= 0 {
		return 0
	}
	gone := max(now.Sub(b.At), 0) // a clock set back must not fill the bucket
	if gone >= 100*r.Window {
		return 0
	}
	leaked := int64(float64(gone) / float64(r.Window) * float64(r.Free) * oneAttempt)
	return max(b.Level-leaked, 0)
}

// Wait tells how long until an attempt may be made; 0 means now.
func (r Rule) Wait(b Bucket, now time.Time) time.Duration {
	over := (b.Level+oneAttempt/2)/oneAttempt - int64(r.Free) // rounded: a little has leaked between any two
	if r.Free <= 0 || over < 0 {
		return 0
	}
	wait := r.Most
	if over < 20 {
		wait = min(r.First<<over, r.Most)
	}
	// b.At lies ahead after the clock was set back: never wait longer than the rule says
	return min(max(b.At.Add(wait).Sub(now), 0), wait)
}

// Add counts one attempt at now.
func (r Rule) Add(b Bucket, now time.Time) Bucket {
	return Bucket{Key: b.Key, Level: min(r.level(b, now)+oneAttempt, int64(r.Free+40)*oneAttempt), At: now}
}

// Refund takes one attempt back: it turned out to be good.
func (r Rule) Refund(b Bucket) Bucket {
	b.Level = max(b.Level-oneAttempt, 0)
	return b
}

// Idle tells from when on the bucket says nothing any more and its row can go.
func (r Rule) Idle(b Bucket) time.Time { return b.At.Add(2 * max(r.Window, r.Most)) }

// limit is a bucket to look at with its rule.
type limit struct {
	key  string
	rule Rule
	own  bool // only the person's own attempts fill it, as far as can be told
}

// subject names who is guessed at. A known person goes by their id. A name nobody has is
// reduced to 20 bits: enough to count attempts, too little to learn from the table what
// was typed (people type their password into the wrong field).
func subject(person, typed string) string {
	if person != "" {
		return person
	}
	h := sha256.Sum256([]byte("sign-in name\x00" + typed))
	return fmt.Sprintf("?%05x", binary.BigEndian.Uint32(h[:4])>>12)
}

// limits lists the buckets of one attempt to sign in, by key.
func (t Throttle) limits(subject string, from Origin, knownDevice, knownAddress bool) []limit {
	if knownDevice {
		h := sha256.Sum256([]byte(from.Device))
		return []limit{{key: "device:" + hex.EncodeToString(h[:12]), rule: t.Pair, own: true}}
	}
	out := []limit{{key: "address:" + from.network(), rule: t.Address}}
	if !knownAddress {
		out = append(out, limit{key: "name:" + subject, rule: t.Name})
	}
	return append(out, limit{key: "pair:" + subject + "@" + from.network(), rule: t.Pair, own: true})
}

// Origin is where a request comes from, as far as it says.
type Origin struct {
	Address string // IP address as text
	Agent   string // browser and system in short, see Agent
	Device  string // secret of the browser's device cookie; empty: a new browser
}

// network is the address as it is counted: an IPv6 customer has at least a /64, so
// single addresses of it mean nothing.
func (o Origin) network() string {
	a, err := netip.ParseAddr(o.Address)
	if err != nil {
		return "?"
	}
	a = a.Unmap().WithZone("")
	if a.Is4() {
		return a.String()
	}
	p, err := a.Prefix(64)
	if err != nil {
		return "?"
	}
	return p.String()
}
