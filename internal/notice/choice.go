package notice

import (
	"net/mail"
	"slices"
	"strings"
	"time"
)

// Channel is a way by which a notice reaches a person.
type Channel string

// Channels. Text messages and social networks need a contract with a carrier; none is connected.
const (
	InApp Channel = "app"
	Email Channel = "email"
)

// Choice is what a person chose to receive. The zero value is what holds before they chose anything: applicants get
// everything by both channels but a letter for each step, officers everything in the office and nothing by letter.
type Choice struct {
	Person   string
	Language Language // of letters; empty: Vietnamese
	Email    string   // confirmed; empty: the address written in the dossier, if there is one
	EmailAt  time.Time
	Pending  string // waits for the link mailed to it
	Asked    time.Time
	Loud     bool // letters may come in quiet hours too
	Off      []string
	On       []string // letters that are off until asked for
}

func key(t Topic, c Channel) string { return string(t) + "/" + string(c) }

// onRequest reports whether letters about the topic are off until asked for: officers work at the pages anyway, and
// nobody wants a letter for each step unasked.
func onRequest(t Topic) bool { return t == Steps || slices.Contains(OfficerTopics, t) }

// Wants reports whether the person receives notices of the topic by the channel.
func (c Choice) Wants(t Topic, by Channel) bool {
	if onRequest(t) && by == Email {
		return slices.Contains(c.On, key(t, by))
	}
	return !slices.Contains(c.Off, key(t, by))
}

// Set chooses whether the person receives a topic by a channel.
func (c *Choice) Set(t Topic, by Channel, want bool) {
	list, in := &c.Off, !want
	if onRequest(t) && by == Email {
		list, in = &c.On, want
	}
	k := key(t, by)
	out := slices.DeleteFunc(slices.Clone(*list), func(x string) bool { return x == k })
	if in {
		out = append(out, k)
	}
	slices.Sort(out)
	*list = out
}

// Shows reports whether a notice of the kind stands in the person's list.
func (c Choice) Shows(k Kind) bool { return k.Always() || c.Wants(k.Topic(), InApp) }

// ConfirmWithin is how long the link that confirms an address works, AskAgainAfter how soon another may be asked for.
const (
	ConfirmWithin = 24 * time.Hour
	AskAgainAfter = time.Minute
)

// Confirms reports whether a link made for the address at that instant confirms it now.
func (c Choice) Confirms(address string, asked, now time.Time) bool {
	return c.Pending != "" && c.Pending == address && c.Asked.Equal(asked) && now.Before(asked.Add(ConfirmWithin)) && !now.Before(asked)
}

// ParseAddress reads one e-mail address as people type it. What mail servers of the world accept beyond this
// (quoted names, addresses by number) is refused: it is a slip or a trick.
func ParseAddress(s string) (string, error) {
	s = strings.TrimSpace(s)
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || len(s) > 254 || strings.ContainsAny(s, "\"\\ ,;<>()[]\r\n\x00") {
		return "", ErrAddress
	}
	at := strings.LastIndexByte(s, '@')
	local, domain := s[:at], s[at+1:]
	if len(local) > 64 || !strings.Contains(domain, ".") || strings.HasPrefix(domain, ".") || strings.HasSuffix(domain, ".") || strings.Contains(domain, "..") {
		return "", ErrAddress
	}
	for _, r := range s { // addresses in other scripts need servers that few have
		if r <= ' ' || r >= 0x7f {
			return "", ErrAddress
		}
	}
	return local + "@" + strings.ToLower(domain), nil
}

// Mask hides most of an address from those who need not know it: an@example.vn is a***@example.vn.
func Mask(address string) string {
	at := strings.LastIndexByte(address, '@')
	if at < 1 {
		return ""
	}
	return address[:1] + "***" + address[at:]
}
