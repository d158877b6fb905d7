package testkit

import (
	"bufio"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// MailServer is a mail server of its own on loopback: mox, the real program, with certificates made for it. It takes
// letters over submission, signed in as User with Password, and delivers them to itself. A recipient whose name ends
// in 450, 550 or the like is refused with that number.
type MailServer struct {
	STARTTLS string // host:port that wants STARTTLS and a sign-in
	TLS      string // host:port that speaks TLS from the first byte
	User     string
	Password string
	Roots    *x509.CertPool

	dir  string
	bin  string
	stop func()
}

// Passwords and ports of `mox localserve` are fixed; the ports are replaced in its configuration.
const (
	moxUser     = "mox@localhost"
	moxPassword = "moxmoxmox"
)

// moxBinary builds mox from tools/mox once per process; the build cache keeps it.
var moxBinary = sync.OnceValues(func() (string, error) {
	root, err := exec.Command("go", "env", "GOMOD").Output()
	if err != nil {
		return "", fmt.Errorf("find the module: %w", err)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	bin := filepath.Join(cache, "motcua", "mox-0.0.15")
	cmd := exec.Command("go", "build", "-o", bin, "github.com/mjl-/mox")
	cmd.Dir = filepath.Join(filepath.Dir(strings.TrimSpace(string(root))), "tools", "mox")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the mail server: %w\n%s", err, out)
	}
	return bin, nil
})

// NewMailServer sets a mail server up without starting it.
func NewMailServer(t testing.TB) *MailServer {
	t.Helper()
	bin, err := moxBinary()
	if err != nil {
		t.Fatal(err)
	}
	m := &MailServer{User: moxUser, Password: moxPassword, dir: filepath.Join(t.TempDir(), "mox"), bin: bin}
	if out, err := exec.Command(bin, "localserve", "-dir", m.dir, "-initonly", "-ip", "127.0.0.1").CombinedOutput(); err != nil {
		t.Fatalf("set the mail server up: %v\n%s", err, out)
	}
	if err := m.configure(); err != nil {
		t.Fatal(err)
	}
	pem, err := os.ReadFile(filepath.Join(m.dir, "localhost.crt"))
	if err != nil {
		t.Fatal(err)
	}
	m.Roots = x509.NewCertPool()
	m.Roots.AppendCertsFromPEM(pem)
	t.Cleanup(m.Stop)
	return m
}

// RootsFile is the certificate that vouches for the server, as PEM.
func (m *MailServer) RootsFile() string { return filepath.Join(m.dir, "localhost.crt") }

// configure keeps what mail needs of the configuration, on free ports.
func (m *MailServer) configure() error {
	var ports [3]string
	for i := range ports {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		_, ports[i], _ = net.SplitHostPort(l.Addr().String())
		if err := l.Close(); err != nil {
			return err
		}
	}
	m.STARTTLS, m.TLS = "localhost:"+ports[1], "localhost:"+ports[2]
	text := `DataDir: .
LogLevel: info
User: ` + strconv.Itoa(os.Getuid()) + `
Hostname: localhost
Pedantic: true
TLS:
	CA:
		AdditionalToSystem: true
		CertFiles:
			- localhost.crt
AdminPasswordFile: adminpasswd
Listeners:
	local:
		IPs:
			- 127.0.0.1
		TLS:
			KeyCerts:
				-
					CertFile: localhost.crt
					KeyFile: localhost.key
		SMTP:
			Enabled: true
			Port: ` + ports[0] + `
		Submission:
			Enabled: true
			Port: ` + ports[1] + `
		Submissions:
			Enabled: true
			Port: ` + ports[2] + `
Postmaster:
	Account: mox
	Mailbox: Inbox
`
	if err := os.WriteFile(filepath.Join(m.dir, "mox.conf"), []byte(text), 0o600); err != nil {
		return err
	}
	domains := filepath.Join(m.dir, "domains.conf")
	raw, err := os.ReadFile(domains)
	if err != nil {
		return err
	}
	mailOnly, _, _ := strings.Cut(string(raw), "\nWebHandlers:")
	return os.WriteFile(domains, []byte(mailOnly+"\n"), 0o600)
}

// Start starts the server and waits until it answers.
func (m *MailServer) Start(t testing.TB) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, m.bin, "localserve", "-dir", m.dir)
	said := &strings.Builder{}
	cmd.Stdout, cmd.Stderr = said, said
	if err := cmd.Start(); err != nil {
		cancel()
		t.Fatalf("start the mail server: %v", err)
	}
	var ending error
	ended := make(chan struct{})
	go func() { ending = cmd.Wait(); close(ended) }()
	m.stop = func() {
		cancel()
		<-ended // killed: a server that goes away does not say so
	}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(30 * time.Second)
	for {
		if greets(m.STARTTLS) {
			return
		}
		select {
		case <-ended:
			m.stop = nil
			cancel()
			t.Fatalf("the mail server ended: %v\n%s", ending, said)
		case <-deadline:
			t.Fatalf("the mail server does not answer\n%s", said)
		case <-tick.C:
		}
	}
}

func greets(addr string) bool {
	c, err := net.DialTimeout("tcp", addr, time.Second)
	if err != nil {
		return false
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(2 * time.Second))
	line, err := bufio.NewReader(c).ReadString('\n')
	return err == nil && strings.HasPrefix(line, "220")
}

// Stop ends the server; Start begins it again with what it has.
func (m *MailServer) Stop() {
	if m.stop != nil {
		m.stop()
		m.stop = nil
	}
}

// Taken waits until the server has taken n letters over and returns them as they were sent, oldest first: those in its
// queue, and those delivered to its own mailbox. Delivery asks the names of domains and may take long without a network.
func (m *MailServer) Taken(t testing.TB, n int) []string {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(30 * time.Second)
	for {
		found, err := m.letters()
		if err != nil {
			t.Fatal(err)
		}
		if len(found) >= n {
			return found
		}
		select {
		case <-deadline:
			t.Fatalf("%d letters were taken over, want %d", len(found), n)
		case <-tick.C:
		}
	}
}

var messageID = regexp.MustCompile(`(?mi)^Message-ID: *(\S+)`)

func (m *MailServer) letters() ([]string, error) {
	var out []string
	at := map[string]time.Time{}
	for _, dir := range []string{filepath.Join(m.dir, "queue"), filepath.Join(m.dir, "accounts", "mox", "msg")} {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			if err != nil || d.IsDir() || strings.HasSuffix(path, ".db") {
				return err
			}
			raw, err := os.ReadFile(path)
			info, err2 := d.Info()
			if errors.Is(err, fs.ErrNotExist) || err2 != nil {
				return nil // delivered meanwhile
			}
			id := messageID.FindStringSubmatch(string(raw))
			if id == nil {
				return err
			}
			if _, known := at[id[1]]; !known {
				at[id[1]] = info.ModTime()
				out = append(out, string(raw))
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(out, func(a, b string) int {
		return at[messageID.FindStringSubmatch(a)[1]].Compare(at[messageID.FindStringSubmatch(b)[1]])
	})
	return out, nil
}
