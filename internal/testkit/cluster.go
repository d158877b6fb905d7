package testkit

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// EnvPG names the cluster that tests share: the URL of its database "postgres", for a
// user who may create databases.
const EnvPG = "MOTCUA_TEST_PG"

// quiet drops the warning that the test cluster runs without fsync.
var quiet = slog.New(slog.DiscardHandler)

// errNoPostgres tells what to install.
var errNoPostgres = errors.New("PostgreSQL (initdb, postgres; 14 or later) was not found in PATH or /usr/lib/postgresql/*/bin: " +
	"apt-get install postgresql (Debian, Ubuntu), dnf install postgresql-server (Fedora), brew install postgresql@17 (macOS), " +
	"or name a running cluster in " + EnvPG + "=postgres://user@host/postgres")

// testCluster is the cluster of this test process: the shared one, or its own.
func testCluster(t testing.TB) *cluster {
	t.Helper()
	c, err := processCluster()
	if err != nil {
		t.Fatalf("these tests need PostgreSQL: %v", err)
	}
	return c
}

var processCluster = sync.OnceValues(func() (*cluster, error) {
	if u := os.Getenv(EnvPG); u != "" {
		sharedCluster = newCluster(u)
		return sharedCluster, nil
	}
	s, err := StartServer()
	if err != nil {
		return nil, err
	}
	ownServer = s
	return newCluster(s.URL()), nil
})

var (
	sharedCluster *cluster // named by EnvPG; Main drops what this process left in it
	ownServer     *Server  // stopped by Main; without Main it ends with the process (see server_linux.go)
)

// Main runs the tests of a package and takes away what they made of PostgreSQL:
// func TestMain(m *testing.M) { testkit.Main(m) }. A package without it leaves the
// stopping to the operating system and the folder to the next run.
func Main(m *testing.M) {
	code := m.Run()
	if ownServer != nil {
		ownServer.Close()
	}
	if c := sharedCluster; c != nil && c.made != "" {
		if err := c.exec(context.Background(), "DROP DATABASE "+c.made+" WITH (FORCE)"); err != nil {
			fmt.Fprintln(os.Stderr, "drop the template database:", err)
		}
	}
	os.Exit(code)
}

// Server is a PostgreSQL of the tests: a fresh cluster in a temporary folder, on a
// unix socket, without fsync, owned by an ordinary user also when root runs the tests.
type Server struct {
	dir  string // holds the data and the socket
	bin  string
	more []string // settings beyond those of tests: "fsync=on"
	cred *syscall.Credential
	cmd  *exec.Cmd
	gone chan struct{} // closed when cmd has ended
}

// PGServer starts a PostgreSQL that the test may stop and start.
func PGServer(t testing.TB) *Server {
	t.Helper()
	s, err := StartServer()
	if err != nil {
		t.Fatalf("this test needs PostgreSQL: %v", err)
	}
	t.Cleanup(s.Close)
	return s
}

// StartServer makes a cluster and starts it. Close ends it and removes its folder. settings change those
// that tests run with: "fsync=on".
func StartServer(settings ...string) (*Server, error) {
	bin, err := findPostgres()
	if err != nil {
		return nil, err
	}
	sweep()
	dir, err := os.MkdirTemp(socketRoot(), "motcua-pg-"+strconv.Itoa(os.Getpid())+"-")
	if err != nil {
		return nil, err
	}
	s := &Server{dir: dir, bin: bin, more: settings}
	if err := s.init(); err != nil {
		_ = os.RemoveAll(dir)
		return nil, err
	}
	if err := s.Start(); err != nil {
		_ = os.RemoveAll(dir)
		return nil, err
	}
	return s, nil
}

// URL names the database "postgres" of the cluster.
func (s *Server) URL() string {
	q := url.Values{"host": {s.dir}, "port": {"5432"}}
	return "postgres://postgres@/postgres?" + q.Encode()
}

func (s *Server) init() error {
	if os.Geteuid() == 0 { // PostgreSQL refuses to run as root
		uid, gid, err := ordinaryUser()
		if err != nil {
			return err
		}
		s.cred = &syscall.Credential{Uid: uid, Gid: gid}
		if err := os.Chown(s.dir, int(uid), int(gid)); err != nil {
			return err
		}
	}
	args := []string{"-D", s.data(), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync", "--no-instructions"}
	// A language's order by default, where the build knows ICU: a statement that
	// silently relies on the order of bytes is found here.
	cmd := s.command("initdb", append(args, "--locale=C", "--locale-provider=icu", "--icu-locale=vi")...)
	if _, err := cmd.CombinedOutput(); err != nil {
		if err := os.RemoveAll(s.data()); err != nil {
			return err
		}
		if out, err := s.command("initdb", append(args, "--locale=C")...).CombinedOutput(); err != nil {
			return fmt.Errorf("initdb: %w\n%s", err, out)
		}
	}
	return nil
}

func (s *Server) data() string { return filepath.Join(s.dir, "data") }

func (s *Server) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(s.bin, name), args...)
	cmd.Dir = s.dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "HOME=" + s.dir, "TZ=UTC"}
	cmd.SysProcAttr = processAttr(s.cred)
	return cmd
}

// Start starts the server and returns when it answers.
func (s *Server) Start() error {
	log, err := os.OpenFile(s.dir+".log", os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	args := []string{
		"-D", s.data(), "-k", s.dir, "-p", "5432", "-c", "listen_addresses=",
		"-c", "fsync=off", "-c", "full_page_writes=off", "-c", "max_connections=400", "-c", "shared_buffers=64MB",
		"-c", "autovacuum_naptime=1h", "-c", "max_wal_size=4GB", "-c", "jit=off", "-c", "log_min_messages=warning",
	}
	for _, x := range s.more {
		args = append(args, "-c", x)
	}
	s.cmd = s.command("postgres", args...)
	s.cmd.Stdout, s.cmd.Stderr = log, log
	if err := s.cmd.Start(); err != nil {
		return err
	}
	gone := make(chan struct{})
	s.gone = gone
	cmd := s.cmd
	go func() {
		_ = cmd.Wait()
		close(gone)
	}()
	c := newCluster(s.URL())
	deadline := time.After(20 * time.Second)
	for {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		err := c.exec(ctx, "SELECT 1")
		cancel()
		if err == nil {
			return nil
		}
		select {
		case <-gone:
			text, _ := os.ReadFile(s.dir + ".log")
			return fmt.Errorf("postgres ended at once:\n%s", text)
		case <-deadline:
			s.signal(syscall.SIGQUIT)
			return fmt.Errorf("postgres does not answer: %w", err)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// Stop takes the server away as an operator does: sessions are cut, data is kept.
func (s *Server) Stop() { s.signal(syscall.SIGINT) }

// Kill takes it away as a power cut does.
func (s *Server) Kill() { s.signal(syscall.SIGQUIT) }

func (s *Server) signal(sig syscall.Signal) {
	if s.cmd == nil {
		return
	}
	_ = s.cmd.Process.Signal(sig)
	<-s.gone
	s.cmd = nil
}

// Close stops the server and removes its folder.
func (s *Server) Close() {
	s.Kill()
	_ = os.RemoveAll(s.dir)
	_ = os.Remove(s.dir + ".log")
}

// findPostgres is the folder with initdb and postgres, the newest version first.
func findPostgres() (string, error) {
	dirs, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	slices.SortFunc(dirs, func(a, b string) int { return versionOf(b) - versionOf(a) })
	more, _ := filepath.Glob("/usr/pgsql-*/bin")
	dirs = append(dirs, more...)
	dirs = append(dirs, "/usr/local/bin", "/usr/bin", "/opt/homebrew/bin")
	if p, err := exec.LookPath("postgres"); err == nil {
		if p, err = filepath.EvalSymlinks(p); err == nil {
			dirs = append(dirs, filepath.Dir(p))
		}
	}
	for _, dir := range dirs {
		_, errI := os.Stat(filepath.Join(dir, "initdb"))
		_, errP := os.Stat(filepath.Join(dir, "postgres"))
		if errI == nil && errP == nil {
			return dir, nil
		}
	}
	return "", errNoPostgres
}

// versionOf reads 15 from /usr/lib/postgresql/15/bin.
func versionOf(dir string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(dir)))
	return n
}

// socketRoot is a folder that an ordinary user may enter and whose path leaves room
// for a socket's name (107 bytes in all).
func socketRoot() string {
	dir := os.TempDir()
	if len(dir) > 50 {
		return "/tmp"
	}
	if os.Geteuid() == 0 {
		for d := dir; d != "/"; d = filepath.Dir(d) {
			if info, err := os.Stat(d); err != nil || info.Mode().Perm()&0o001 == 0 {
				return "/tmp"
			}
		}
	}
	return dir
}

// sweep removes folders whose test process is gone.
func sweep() {
	found, _ := filepath.Glob(filepath.Join(socketRoot(), "motcua-pg-*-*"))
	for _, path := range found {
		parts := strings.Split(filepath.Base(path), "-")
		pid, err := strconv.Atoi(parts[2])
		if err != nil || syscall.Kill(pid, 0) == nil || errors.Is(syscall.Kill(pid, 0), syscall.EPERM) {
			continue
		}
		_ = os.RemoveAll(path)
	}
}
