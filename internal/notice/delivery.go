package notice

import (
	"strings"
	"time"
)

// State is where a letter stands.
type State string

// States of a letter.
const (
	Queued  State = "queued"
	Sending State = "sending" // given to the mail server; what it said is not known yet
	Sent    State = "sent"    // the mail server took it over
	Failed  State = "failed"
	Held    State = "held"
)

// Reason says why a letter is held or failed.
type Reason string

// Reasons.
const (
	NoServer   Reason = "no-server"   // held: no mail server is configured
	QuietHours Reason = "quiet-hours" // held
	Rejected   Reason = "rejected"    // failed: the server said never
	Exhausted  Reason = "exhausted"   // failed: the server could not be had or put it off, time and again
	TooOld     Reason = "too-old"     // failed: held until it was of no use any more
	Gone       Reason = "erased"      // failed: the dossier's personal data was erased first
)

// Delivery is one letter to one person.
type Delivery struct {
	ID        string
	Notice    string
	Channel   Channel
	Person    string // account; empty for an applicant without one
	Address   string // erased with the dossier
	Language  Language
	State     State
	Reason    Reason
	Attempts  int
	Repeated  bool   // the server's answer to an earlier attempt was lost: the person may have it twice
	Answer    string // last word of the mail server
	MessageID string
	HeldUntil time.Time
	Queued    time.Time
	Tried     time.Time
	Sent      time.Time
}

// Verdict is how an attempt ended.
type Verdict int

// Verdicts.
const (
	Taken   Verdict = iota // the server took the letter over
	Later                  // 4xx, or no server answered: try again
	Never                  // 5xx: it will not be taken
	Unknown                // the letter was given over whole and the answer was lost
)

// Outcome is what the mail server said.
type Outcome struct {
	Verdict Verdict
	Answer  string
}

// MaxAttempts is how often a letter is tried: with pauses that grow to three hours about fourteen hours in all.
const MaxAttempts = 10

// After returns the letter after an attempt; again is false when nothing more is to be done with it.
func (d Delivery) After(o Outcome, now time.Time) (next Delivery, again bool) {
	d.Attempts++
	d.Tried = now
	d.Answer = d.Clean(o.Answer)
	switch o.Verdict {
	case Taken:
		d.State, d.Reason, d.Sent = Sent, "", now
		return d, false
	case Never:
		d.State, d.Reason = Failed, Rejected
		return d, false
	case Unknown:
		d.Repeated = true
	case Later:
	}
	if d.Attempts >= MaxAttempts {
		d.State, d.Reason = Failed, Exhausted
		return d, false
	}
	d.State, d.Reason = Queued, ""
	return d, true
}

// maxAnswer bounds what is kept of a server's answer, in bytes.
const maxAnswer = 300

// Clean makes a server's answer fit to be shown: one line, without the address it repeats.
func (d Delivery) Clean(s string) string {
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "?")), " ")
	if d.Address != "" {
		s = strings.ReplaceAll(s, d.Address, Mask(d.Address))
	}
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, s)
	if len(s) > maxAnswer {
		s = strings.ToValidUTF8(s[:maxAnswer], "") + "…"
	}
	return s
}

// Backoff is the pause after so many attempts: a minute, three, nine … up to three hours. spread is a number from
// 0 to 1 by which letters that failed together do not return together.
func Backoff(attempts int, spread float64) time.Duration {
	d := time.Minute
	for range min(attempts-1, 20) {
		d = min(3*d, 3*time.Hour)
	}
	return d + time.Duration(spread*float64(d)/4)
}
