// Package mail hands letters to one mail server by SMTP, over TLS, and tells apart what the
// server said: taken over, try again, never, or an answer that was lost on the way. It
// keeps nothing and retries nothing; whoever queues letters decides that.
package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	netmail "net/mail"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// Security is how the connection is protected.
type Security string

// Ways of protection.
const (
	STARTTLS Security = "starttls" // upgraded before anything is said; refused when the server cannot
	TLS      Security = "tls"      // from the first byte, port 465
	Plain    Security = "none"     // loopback only
)

// Config names the mail server. The zero Config means that there is none.
type Config struct {
	Server   string // host:port
	Security Security
	From     string // "Một cửa Minh Giang <motcua@minhgiang.example>" or the bare address
	User     string // empty: no authentication
	Password string
	Roots    *x509.CertPool // authorities that may vouch for the server; nil: those of the system
	Timeout  time.Duration  // of one step of the conversation; 0: 30 s
}

// Sender sends by one server. It is safe for use by several goroutines: each letter has a connection of its own.
type Sender struct {
	cfg  Config
	host string
	port int
	from *netmail.Address
}

// New checks the configuration; it does not connect.
func New(c Config) (*Sender, error) {
	host, port, err := net.SplitHostPort(c.Server)
	if err != nil {
		return nil, fmt.Errorf("mail server %q: want HOST:PORT", c.Server)
	}
	n, err := strconv.Atoi(port)
	if err != nil || n < 1 || n > 65535 || host == "" {
		return nil, fmt.Errorf("mail server %q: want HOST:PORT", c.Server)
	}
	from, err := netmail.ParseAddress(c.From)
	if err != nil {
		return nil, fmt.Errorf("sender %q is no e-mail address", c.From)
	}
	switch c.Security {
	case "":
		c.Security = STARTTLS
	case STARTTLS, TLS:
	case Plain:
		if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
			return nil, fmt.Errorf("mail server %s: without TLS only on this machine", host)
		}
	default:
		return nil, fmt.Errorf("mail security %q: want starttls, tls or none", c.Security)
	}
	if c.User == "" && c.Password != "" {
		return nil, errors.New("a mail password was given and no user")
	}
	if c.Timeout == 0 {
		c.Timeout = 30 * time.Second
	}
	return &Sender{cfg: c, host: host, port: n, from: from}, nil
}

// Domain is what stands behind the @ of the sender.
func (s *Sender) Domain() string {
	return s.from.Address[strings.LastIndexByte(s.from.Address, '@')+1:]
}

// ReadPassword reads a password from a file, without the line's end.
func ReadPassword(path string) (string, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("mail password: %w", err)
	}
	return strings.TrimRight(string(raw), "\r\n"), nil
}

// ReadRoots reads certificates of authorities from a PEM file.
func ReadRoots(path string) (*x509.CertPool, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("mail authorities: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(raw) {
		return nil, fmt.Errorf("mail authorities: %s holds no certificate", path)
	}
	return pool, nil
}

// Message is one letter.
type Message struct {
	To          string
	Subject     string
	Text        string
	HTML        string
	Language    string
	MessageID   string // without angle brackets
	Unsubscribe string // address of a page; empty for none
	Date        time.Time
}

// Kind is how an attempt ended.
type Kind int

// Kinds of ends.
const (
	Accepted Kind = iota
	Later         // 4xx, no connection, refused sign-in: this letter may go another time
	Never         // 5xx about this letter
	Lost          // the whole letter was sent and no answer came: it may have been taken over
)

// Answer is what came of an attempt; Text is what the server said, or why there was no server.
type Answer struct {
	Kind Kind
	Text string
}

// Send makes one attempt.
func (s *Sender) Send(ctx context.Context, m Message) Answer {
	letter, err := s.compose(m)
	if err != nil {
		return Answer{Never, err.Error()}
	}
	var l line
	defer l.close()
	client, err := s.client(&l)
	if err != nil {
		return Answer{Later, err.Error()}
	}
	conn, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return Answer{Later, plain(err)}
	}
	// A context that ends cuts a conversation that hangs.
	stop := context.AfterFunc(ctx, l.close)
	defer stop()
	err = client.SendWithSMTPClient(conn, letter)
	_ = client.CloseWithSMTPClient(conn) // what the letter became is known already
	if letter.IsDelivered() {
		return Answer{Accepted, letter.ServerResponse()}
	}
	return judge(err)
}

// judge reads the failure of an attempt. The server's number decides; without one only the end of the data is in
// doubt, because nothing before it can have been taken over.
func judge(err error) Answer {
	text := plain(err)
	se, ok := errors.AsType[*gomail.SendError](err)
	if !ok {
		return Answer{Later, text}
	}
	switch code := se.ErrorCode(); {
	case code >= 500 && code < 600:
		return Answer{Never, text}
	case code >= 400:
		return Answer{Later, text}
	case se.Reason == gomail.ErrSMTPDataClose:
		return Answer{Lost, text}
	}
	return Answer{Later, text}
}

// plain takes off what the library adds about the letter: the server's own words are wanted.
func plain(err error) string {
	if err == nil {
		return ""
	}
	s := err.Error()
	if i := strings.Index(s, ", affected recipient(s)"); i >= 0 {
		s = s[:i]
	}
	if i := strings.Index(s, ", affected message ID"); i >= 0 {
		s = s[:i]
	}
	return s
}

// line is the connection under a conversation: the library leaves it open when a conversation fails early, and
// closes it politely, which a server that hangs never answers.
type line struct {
	mu   sync.Mutex
	conn net.Conn
}

func (l *line) open(dial func(ctx context.Context, network, addr string) (net.Conn, error)) gomail.DialContextFunc {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := dial(ctx, network, addr)
		l.mu.Lock()
		defer l.mu.Unlock()
		l.conn = c
		return c, err
	}
}

func (l *line) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.conn != nil {
		_ = l.conn.Close()
	}
}

func (s *Sender) client(l *line) (*gomail.Client, error) {
	// At least TLS 1.2 and a certificate that is vouched for under the server's name.
	secure := &tls.Config{ServerName: s.host, RootCAs: s.cfg.Roots, MinVersion: tls.VersionTLS12}
	dial := (&net.Dialer{}).DialContext
	if s.cfg.Security == TLS {
		dial = (&tls.Dialer{Config: secure}).DialContext
	}
	opts := []gomail.Option{gomail.WithPort(s.port), gomail.WithTimeout(s.cfg.Timeout), gomail.WithTLSConfig(secure), gomail.WithDialContextFunc(l.open(dial))}
	switch s.cfg.Security {
	case TLS:
		opts = append(opts, gomail.WithSSL())
	case Plain:
		opts = append(opts, gomail.WithTLSPolicy(gomail.NoTLS))
	case STARTTLS:
		opts = append(opts, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if s.cfg.User != "" {
		auth := gomail.SMTPAuthAutoDiscover // never in clear text over an open line
		opts = append(opts, gomail.WithSMTPAuth(auth), gomail.WithUsername(s.cfg.User), gomail.WithPassword(s.cfg.Password))
	}
	return gomail.NewClient(s.host, opts...)
}

func (s *Sender) compose(m Message) (*gomail.Msg, error) {
	letter := gomail.NewMsg(gomail.WithCharset(gomail.CharsetUTF8), gomail.WithEncoding(gomail.EncodingQP), gomail.WithNoDefaultUserAgent())
	letter.FromMailAddress(s.from)
	if err := letter.To(m.To); err != nil {
		return nil, errors.New("the address cannot be written to")
	}
	letter.Subject(m.Subject)
	letter.SetMessageIDWithValue(m.MessageID)
	letter.SetDateWithValue(m.Date)
	letter.SetGenHeader("Auto-Submitted", "auto-generated")
	if m.Language != "" {
		letter.SetGenHeader("Content-Language", m.Language)
	}
	if m.Unsubscribe != "" {
		letter.SetListUnsubscribe(m.Unsubscribe)
	}
	letter.SetBodyString(gomail.TypeTextPlain, m.Text)
	if m.HTML != "" {
		letter.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	}
	return letter, nil
}
