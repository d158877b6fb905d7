package account

import (
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/access"
)

// Limits say how long a session lives.
type Limits struct {
	OfficerIdle     time.Duration // without a request
	OfficerAbsolute time.Duration // since the sign-in, however busy
	CitizenIdle     time.Duration
	CitizenAbsolute time.Duration
}

// DefaultLimits are used where the configuration says nothing. An officer's session ends with
// the working day.
var DefaultLimits = Limits{
	OfficerIdle: 30 * time.Minute, OfficerAbsolute: 12 * time.Hour,
	CitizenIdle: 2 * time.Hour, CitizenAbsolute: 24 * time.Hour,
}

func (l Limits) of(k Kind) (idle, absolute time.Duration) {
	if k == Citizen {
		return l.CitizenIdle, l.CitizenAbsolute
	}
	return l.OfficerIdle, l.OfficerAbsolute
}

// Session is one browser that a person is signed in with. Its secret is not kept:
// the store holds the SHA-256 of it.
type Session struct {
	ID      string
	Person  string
	Post    string // post the session stands in; empty: none chosen, or a citizen
	Created time.Time
	Seen    time.Time // last request, to the minute
	Address string
	Agent   string
	Ended   time.Time // zero: open
}

// Open reports whether a session of a person of kind k still lives at now.
func (l Limits) Open(s Session, k Kind, now time.Time) bool {
	idle, absolute := l.of(k)
	return s.Ended.IsZero() && now.Before(s.Created.Add(absolute)) && now.Before(s.Seen.Add(idle))
}

// Ends tells when the session ends if nothing more is done in it after now.
func (l Limits) Ends(s Session, k Kind, now time.Time) time.Time {
	idle, absolute := l.of(k)
	if end := s.Created.Add(absolute); end.Before(now.Add(idle)) {
		return end
	}
	return now.Add(idle)
}

// TokenHash is how a secret is kept: its SHA-256. The secrets are 256 random bits, so
// a slow hash would add nothing.
type TokenHash [sha256.Size]byte

const tokenBytes = 32

// newToken makes a secret for a cookie: 43 characters of unpadded base64url.
func newToken() string { return base64.RawURLEncoding.EncodeToString(random(tokenBytes)) }

// HashToken returns the form in which a secret is looked up, false for anything that
// newToken cannot have made.
func HashToken(token string) (TokenHash, bool) {
	if len(token) != base64.RawURLEncoding.EncodedLen(tokenBytes) {
		return TokenHash{}, false
	}
	if _, err := base64.RawURLEncoding.Strict().DecodeString(token); err != nil {
		return TokenHash{}, false
	}
	return sha256.Sum256([]byte(token)), true
}

// EventKind says what happened to somebody's way of signing in.
type EventKind string

// Kinds of sign-in events. Their texts are account.event.<kind>.
const (
	EventSignedIn        EventKind = "signed_in"
	EventRefused         EventKind = "refused" // wrong password, or no such name (then without a person)
	EventSignedOut       EventKind = "signed_out"
	EventEverywhere      EventKind = "signed_out_everywhere"
	EventRevoked         EventKind = "revoked" // one session ended from another one
	EventPostChosen      EventKind = "post_chosen"
	EventPasswordChanged EventKind = "password_changed"
	EventReset           EventKind = "reset" // by an administrator
	EventRegistered      EventKind = "registered"
	EventCreated         EventKind = "created" // by an administrator
	EventBlocked         EventKind = "blocked"
	EventDelegated       EventKind = "delegated"   // given or received, by date
	EventUndelegated     EventKind = "undelegated" // revoked before its date
)

// EventKinds lists every kind, for the test of the texts.
var EventKinds = []EventKind{
	EventSignedIn, EventRefused, EventSignedOut, EventEverywhere, EventRevoked, EventPostChosen,
	EventPasswordChanged, EventReset, EventRegistered, EventCreated, EventBlocked,
	EventDelegated, EventUndelegated,
}

// Event is one line of the sign-in history. It holds no secret and nothing typed.
type Event struct {
	ID      string
	Person  string // empty: a name nobody has
	At      time.Time
	Kind    EventKind
	Address string
	Agent   string
	Session string    // id of the session, when there is one
	Post    string    // post chosen
	Device  TokenHash // of a successful sign-in: the browser, to know it again; zero: none
}

// Signed is who is behind a request.
type Signed struct {
	Actor   access.Actor // no rights while Choose or MustChange
	Person  Person
	Session Session
	Posts   []Held         // posts held today, those on behalf of others last
	Acting  []access.Actor // who the person may act as, in the order of Posts; none while Choose or MustChange
	// Choose: an officer with posts who stands in none of them yet.
	Choose bool
	// MustChange: the password was handed out by somebody else and has to be replaced first.
	MustChange bool
	Ends       time.Time // when the session ends if nothing more is done
}

// Agent says in a few words what browser a User-Agent header stands for: "Chrome, Windows".
// The header itself is not kept: it says more about a person than the list needs.
func Agent(header string) string {
	pick := func(pairs ...string) string {
		for i := 0; i+1 < len(pairs); i += 2 {
			if strings.Contains(header, pairs[i]) {
				return pairs[i+1]
			}
		}
		return ""
	}
	// order matters: most browsers also carry the names of the older ones
	browser := pick("Zalo", "Zalo", "coc_coc", "Cốc Cốc", "CocCoc", "Cốc Cốc", "Edg", "Edge", "OPR/", "Opera", "SamsungBrowser", "Samsung Internet",
		"Firefox/", "Firefox", "FxiOS", "Firefox", "CriOS", "Chrome", "Chrome/", "Chrome", "Safari/", "Safari", "curl/", "curl")
	system := pick("iPhone", "iPhone", "iPad", "iPad", "Android", "Android", "Windows", "Windows", "Mac OS X", "macOS", "CrOS", "ChromeOS", "Linux", "Linux")
	switch {
	case browser == "":
		return system
	case system == "":
		return browser
	}
	return browser + ", " + system
}
