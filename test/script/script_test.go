// Package script tells stories on the real binary: testdata/*.txtar. A story starts
// provinces, walks through them over HTTP as people would, takes the machine's power
// away, and asks `motcua check` what is left. Besides the commands of testscript:
//
//	province NAME [flag…]   motcua demo on the folder NAME and a free port; $URL names it
//	serve NAME [flag…]      motcua serve on the folder NAME
//	stop | crash            SIGTERM and wait | kill -9
//	as WHO [SIGN-IN]        go on as WHO, signed in as an account of the demo when named
//	get PATH | click WORDS  open a page, follow a link by its words
//	send BUTTON [name=value …]  send the form with the button; name=@file sends a file
//	apply CODE [name=value …]   file an application, from its first page to the confirmation
//	begin CODE              the same up to the page of answers to check
//	again [N]               send the last form once more, or N times at once, the very same bytes of it
//	see WORDS | status N | header NAME | at PATTERN   what stands on the screen; with ! the opposite for see
//	keep VAR PATTERN        the first group of a pattern in the page's text or address, as $VAR
//	await N PATH            open a path until it answers N
//	until PATH WORDS        open a path until it says so
//	download PATH FILE      save what a path answers
//	exits N COMMAND …       run a command that must end with the code
//	json VAR FIELD          a field of the JSON object that a command printed, as $VAR
//	big FILE MB             a file of that size that begins like a PDF
//	storm CODE N            file N applications at once and kill -9 in the middle of it
//	survived                what the storm was told is done is there, the rest can be sent again
//	fill-disk | free-disk   take all room on the province's disk of $DISK, and give it back
//	inside COMMAND …        run a command where that disk is seen
//	sql NAME STATEMENT      edit the database of a province by hand
//	postgres start|stop     a PostgreSQL of the story; $PG names a database in it
//	when NAME DATE-TIME [flag…]  the province's demo, stopped and begun again with its clock at 2026-02-13T15:30
//	say VAR KEY [name=value …]   the text of a key in the story's language, as $VAR
//	day VAR DATE            the day as pages of the story's language write it, as $VAR
//
// The stories of testdata/scenarios are told in both languages: $LANGUAGE is vi, then en, and every person who
// arrives chooses it.
package script

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/motcua/motcua/internal/testkit"
	"github.com/motcua/motcua/lang"
	"github.com/motcua/motcua/test/visitor"
)

var binary string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "motcua-stories-")
	if err != nil {
		panic(err)
	}
	binary = filepath.Join(dir, "motcua")
	if out, err := exec.Command("go", "build", "-o", binary, "../../cmd/motcua").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build motcua: %v\n%s", err, out)
		os.Exit(1)
	}
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

func TestStories(t *testing.T) { told(t, "testdata", "") }

// TestScenarios tells what people who know the law wrote down, with its dates, to the real binary, in both languages.
func TestScenarios(t *testing.T) {
	for _, code := range []lang.Code{lang.VI, lang.EN} {
		t.Run(string(code), func(t *testing.T) { told(t, "testdata/scenarios", code) })
	}
}

func told(t *testing.T, dir string, code lang.Code) {
	testscript.Run(t, testscript.Params{
		Dir:                 dir,
		RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			s := &story{people: map[string]*person{}, accounts: map[string]string{}, lang: code}
			e.Values[key{}] = s
			e.Vars = append(e.Vars, "PATH="+filepath.Dir(binary)+string(os.PathListSeparator)+os.Getenv("PATH"), "REAL="+realCatalogue(), "LANGUAGE="+string(code))
			e.Defer(s.end)
			_, err := visitor.Paper(e.WorkDir)
			return err
		},
		Condition: func(cond string) (bool, error) {
			if cond == "real" { // the crawled catalogue, which lies beside the repository where the project is built
				return realCatalogue() != "", nil
			}
			return false, fmt.Errorf("unknown condition %q", cond)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"province": province, "serve": serve, "stop": stop, "crash": crash,
			"as": as, "get": get, "click": click, "send": send, "apply": apply, "begin": begin, "again": again, "see": see, "status": status, "header": header, "at": at, "keep": keep,
			"download": download, "sql": editSQL, "await": await, "exits": exits, "json": jsonField, "big": big, "storm": storm, "survived": survived,
			"fill-disk": fillDisk, "free-disk": freeDisk, "inside": inside, "postgres": postgres, "until": until, "when": when, "say": say, "day": day,
		},
	})
}

// realCatalogue is the path of the crawled national catalogue, below MOTCUA_DATA or beside the repository; empty
// where there is none.
func realCatalogue() string {
	dir := os.Getenv("MOTCUA_DATA")
	if dir == "" {
		dir = "../../../shared/data"
	}
	path, err := filepath.Abs(filepath.Join(dir, "tthc", "procedures.jsonl"))
	if err != nil {
		return ""
	}
	if _, err := os.Stat(path); err != nil {
		return ""
	}
	return path
}

type key struct{}

// story is what one script has going on.
type story struct {
	cmd      *exec.Cmd
	gone     chan error
	said     *transcript // stderr of the running motcua
	base     string
	accounts map[string]string // passwords by sign-in name
	people   map[string]*person
	now      *person
	pg       *testkit.Server
	storm    []*filing
	lang     lang.Code // of a scenario; empty: as people find it
}

// person is one visitor and the form last sent.
type person struct {
	*visitor.Visitor
	button string
	page   *visitor.Page
	fields map[string][]string
}

func of(ts *testscript.TestScript) *story { return ts.Value(key{}).(*story) }

// left waits for the program's end and tells how it ended.
func (s *story) left() error { return <-s.gone }

func (s *story) end() {
	if s.cmd != nil {
		_ = s.cmd.Process.Kill()
		_ = s.left()
		s.cmd = nil
	}
	if s.pg != nil {
		s.pg.Close()
	}
}

// transcript collects what a process says.
type transcript struct {
	mu   sync.Mutex
	text bytes.Buffer
	line chan string
}

func newTranscript() *transcript { return &transcript{line: make(chan string, 1)} }

// Write hands the first whole line to whom waits and keeps everything.
func (t *transcript) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text.Write(p)
	if i := bytes.IndexByte(t.text.Bytes(), '\n'); i >= 0 {
		select {
		case t.line <- string(t.text.Bytes()[:i]):
		default:
		}
	}
	return len(p), nil
}

func (t *transcript) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.String()
}

// start runs motcua in the background and returns the first line that says where it serves.
func (s *story) start(ts *testscript.TestScript, ready func(out, err *transcript) (string, bool), name string, args ...string) {
	if s.cmd != nil {
		ts.Fatalf("a province runs already: stop it first")
	}
	cmd := exec.Command(name, args...)
	out, errs := newTranscript(), newTranscript()
	cmd.Stdout, cmd.Stderr, cmd.Dir = out, errs, ts.MkAbs(".")
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	ts.Check(cmd.Start())
	gone := make(chan error, 1)
	go func() { gone <- cmd.Wait() }()
	s.cmd, s.gone, s.said = cmd, gone, errs
	patience := time.After(time.Minute)
	for {
		if base, ok := ready(out, errs); ok {
			s.base = base
			break
		}
		select {
		case err := <-gone:
			s.cmd = nil
			ts.Fatalf("motcua ended: %v\n%s%s", err, out, errs)
		case <-patience:
			ts.Fatalf("motcua is not ready:\n%s%s", out, errs)
		case <-time.After(5 * time.Millisecond):
		}
	}
	ts.Setenv("URL", s.base)
	for _, p := range s.people {
		// The same browsers at the new address: their cookies belong to the host, not the port.
		p.Base = s.base
		p.Page = nil
	}
}

// announced is the last day from which every limit of the stories ends in a year whose holidays are built in.
var announced = time.Date(2026, 12, 5, 0, 0, 0, 0, time.UTC)

func province(ts *testscript.TestScript, neg bool, args []string) {
	s := of(ts)
	if neg {
		ts.Fatalf("unsupported: ! province")
	}
	flags := []string{"demo", "--port", "0", "--json", "--data", ts.MkAbs(args[0])}
	if late := time.Until(announced); late < 0 { // promises of the stories lie in years that are announced
		flags = append(flags, "--clock-offset", (late - 60*24*time.Hour).Truncate(time.Second).String())
	}
	flags = append(flags, args[1:]...)
	program := binary
	if size := ts.Getenv("DISK"); size != "" {
		program, flags = onDisk(ts, args[0], size, flags)
	}
	s.start(ts, func(out, _ *transcript) (string, bool) {
		line, _, whole := strings.Cut(out.String(), "\n")
		if !whole {
			return "", false
		}
		var ready struct {
			BaseURL  string `json:"base_url"`
			Accounts []struct{ Role, Name, Password string }
		}
		ts.Check(json.Unmarshal([]byte(line), &ready))
		for _, a := range ready.Accounts {
			s.accounts[a.Name] = a.Password
		}
		return ready.BaseURL, true
	}, program, flags...)
}

// onDisk puts the province's folder on a disk of its own size, seen by the program only: a
// namespace of mounts, which needs no root where the kernel lets people map their own.
func onDisk(ts *testscript.TestScript, name, size string, flags []string) (string, []string) {
	ts.Check(os.MkdirAll(ts.MkAbs(name), 0o755))
	args := []string{"--mount"}
	if os.Geteuid() != 0 {
		args = append(args, "--map-root-user")
	}
	args = append(args, "sh", "-c", `mount -t tmpfs -o size=`+size+` none "$0" && exec "$@"`, ts.MkAbs(name), binary)
	return "unshare", append(args, flags...)
}

var listening = regexp.MustCompile(`"msg":"serving","addr":"([^"]+)"`)

func serve(ts *testscript.TestScript, neg bool, args []string) {
	s := of(ts)
	flags := append([]string{"serve", "--addr", "127.0.0.1:0", "--data", ts.MkAbs(args[0])}, args[1:]...)
	s.start(ts, func(_, errs *transcript) (string, bool) {
		m := listening.FindStringSubmatch(errs.String())
		if m == nil {
			return "", false
		}
		return "http://" + m[1], true
	}, binary, flags...)
}

func stop(ts *testscript.TestScript, neg bool, args []string) {
	s := of(ts)
	ts.Check(s.cmd.Process.Signal(syscall.SIGTERM))
	err := <-s.gone
	s.cmd = nil
	if err != nil {
		ts.Fatalf("motcua stopped with %v\n%s", err, s.said)
	}
}

func crash(ts *testscript.TestScript, neg bool, args []string) {
	s := of(ts)
	ts.Check(s.cmd.Process.Kill())
	_ = s.left()
	s.cmd = nil
}

func as(ts *testscript.TestScript, neg bool, args []string) {
	s := of(ts)
	p := s.people[args[0]]
	if p == nil {
		p = &person{Visitor: visitor.New(s.base)}
		s.people[args[0]] = p
	}
	s.now = p
	if len(args) > 1 {
		password := s.accounts[args[1]]
		if len(args) > 2 {
			password = args[2]
		}
		if password == "" {
			ts.Fatalf("no account %q", args[1])
		}
		p.Visitor = visitor.New(s.base)
		ts.Check(p.SignIn(args[1], password))
	}
	if s.lang != "" {
		ts.Check(p.Get("/ngon-ngu?lang=" + string(s.lang) + "&next=/"))
	}
}

// when starts the province's demo with its clock at an instant, after stopping it where it runs: time passes, people
// have to sign in again.
func when(ts *testscript.TestScript, neg bool, args []string) {
	s := of(ts)
	at, err := time.ParseInLocation("2006-01-02T15:04", args[1], time.FixedZone("ICT", 7*3600))
	ts.Check(err)
	if s.cmd != nil {
		stop(ts, false, nil)
	}
	s.people, s.now = map[string]*person{}, nil
	province(ts, neg, append([]string{args[0], "--clock-offset", time.Until(at).Truncate(time.Second).String()}, args[2:]...))
}

func day(ts *testscript.TestScript, neg bool, args []string) {
	d, err := time.Parse(time.DateOnly, args[1])
	ts.Check(err)
	layout := "02/01/2006"
	if of(ts).lang == lang.EN {
		layout = "2 January 2006"
	}
	ts.Setenv(args[0], d.Format(layout))
}

// say gives the text of a key in the story's language.
func say(ts *testscript.TestScript, neg bool, args []string) {
	code := of(ts).lang
	if code == "" {
		code = lang.VI
	}
	if _, ok := lang.Lookup(code, args[1]); !ok {
		ts.Fatalf("no text %q", args[1])
	}
	var with []any
	for _, a := range args[2:] {
		name, value, _ := strings.Cut(a, "=")
		with = append(with, name, value)
	}
	ts.Setenv(args[0], lang.Text(code, args[1], with...))
}

func (s *story) who(ts *testscript.TestScript) *person {
	if s.now == nil {
		s.now = &person{Visitor: visitor.New(s.base)}
		s.people[""] = s.now
	}
	return s.now
}

// tell puts the page's text where `stdout` looks, and in the log.
func (s *story) tell(ts *testscript.TestScript) {
	page := s.now.Page
	_, _ = io.WriteString(ts.Stdout(), page.URL.RequestURI()+"\n"+page.Main()+"\n")
}

func (s *story) done(ts *testscript.TestScript, neg bool, err error) {
	if neg {
		if err == nil {
			ts.Fatalf("unexpected success")
		}
		return
	}
	ts.Check(err)
	s.tell(ts)
}

func get(ts *testscript.TestScript, neg bool, args []string) {
	s := of(ts)
	s.done(ts, neg, s.who(ts).Get(args[0]))
}

func click(ts *testscript.TestScript, neg bool, args []string) {
	s := of(ts)
	s.done(ts, neg, s.who(ts).Click(strings.Join(args, " ")))
}

func send(ts *testscript.TestScript, neg bool, args []string) {
	s := of(ts)
	p := s.who(ts)
	fields := map[string][]string{}
	for _, a := range args[1:] {
		name, value, ok := strings.Cut(a, "=")
		if !ok {
			ts.Fatalf("%q is not name=value", a)
		}
		if path, isFile := strings.CutPrefix(value, "@"); isFile {
			value = "@" + ts.MkAbs(path)
		}
		fields[name] = append(fields[name], value)
	}
	p.button, p.page, p.fields = args[0], p.Page, fields
	s.done(ts, neg, p.Submit(args[0], fields))
}

func apply(ts *testscript.TestScript, neg bool, args []string) {
	s := of(ts)
	p := s.who(ts)
	other := s.lang != "" && s.lang != lang.VI
	if other { // the form's own words are those of the law
		ts.Check(p.Get("/ngon-ngu?lang=vi&next=/"))
	}
	err := p.Apply(args[0], answers(ts, args[1:]), ts.MkAbs("giay-to.pdf"))
	if err == nil && other {
		err = p.Get("/ngon-ngu?lang=" + string(s.lang) + "&next=" + p.Page.URL.Path)
	}
	s.done(ts, neg, err)
}

func begin(ts *testscript.TestScript, neg bool, args []string) {
	s := of(ts)
	p := s.who(ts)
	ts.Check(p.Get("/nop-ho-so/" + args[0]))
	ts.Check(p.Begin())
	s.done(ts, neg, p.Fill(answers(ts, args[1:]), ts.MkAbs("giay-to.pdf")))
}

func answers(ts *testscript.TestScript, args []string) visitor.Answers {
	a := visitor.General()
	for _, arg := range args {
		name, value, ok := strings.Cut(arg, "=")
		if !ok {
			ts.Fatalf("%q is not name=value", arg)
		}
		a[name] = value
	}
	return a
}

// again sends the last form from the page it stood on, as a double click or a lost answer does.
func again(ts *testscript.TestScript, neg bool, args []string) {
	s := of(ts)
	p := s.who(ts)
	p.Page = p.page
	if len(args) == 0 {
		s.done(ts, neg, p.Submit(p.button, p.fields))
		return
	}
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	var all sync.WaitGroup
	copies, errs := make([]visitor.Visitor, n), make([]error, n)
	for i := range n {
		copies[i] = *p.Visitor
		all.Go(func() { errs[i] = copies[i].Submit(p.button, p.fields) })
	}
	all.Wait()
	ts.Check(errors.Join(errs...))
	for _, c := range copies {
		if c.Page.URL.String() != copies[0].Page.URL.String() || c.Page.Status != copies[0].Page.Status {
			ts.Fatalf("one answer is %d %s, another %d %s", copies[0].Page.Status, copies[0].Page.URL, c.Page.Status, c.Page.URL)
		}
	}
	p.Page = copies[0].Page
	s.tell(ts)
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		exit, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("%q exits with %d\n%s%s", args[1:], got, ts.ReadFile("stdout"), ts.ReadFile("stderr"))
	}
}

func jsonField(ts *testscript.TestScript, neg bool, args []string) {
	var object map[string]any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &object))
	value, ok := object[args[1]]
	if !ok {
		ts.Fatalf("no field %q in %v", args[1], object)
	}
	ts.Setenv(args[0], fmt.Sprint(value))
}

func big(ts *testscript.TestScript, neg bool, args []string) {
	mb, err := strconv.Atoi(args[1])
	ts.Check(err)
	f, err := os.Create(ts.MkAbs(args[0]))
	ts.Check(err)
	_, err = f.WriteString("%PDF-1.7\n")
	ts.Check(errors.Join(err, f.Truncate(int64(mb)<<20), f.Close()))
}

// storm files many applications at once and takes the process away after a third of the answers.
func storm(ts *testscript.TestScript, neg bool, args []string) {
	s := of(ts)
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	p := s.who(ts)
	for range n {
		v := *p.Visitor
		ts.Check(v.Get("/nop-ho-so/" + args[0]))
		ts.Check(v.Begin())
		ts.Check(v.Fill(visitor.General(), ts.MkAbs("giay-to.pdf")))
		s.storm = append(s.storm, &filing{v: &v, form: v.Page})
	}
	var told atomic.Int32
	var all sync.WaitGroup
	for _, f := range s.storm {
		all.Go(func() {
			if f.v.Submit("Nộp hồ sơ", declared) == nil && strings.HasPrefix(f.v.Page.URL.Path, "/ho-so-da-nop/") {
				f.done = f.v.Page.URL.Path
				if int(told.Add(1)) == n/3 {
					_ = s.cmd.Process.Kill()
				}
			}
		})
	}
	all.Wait()
	_ = s.left()
	s.cmd = nil
	ts.Logf("%d of %d were told that it is done", told.Load(), n)
	if told.Load() == 0 {
		ts.Fatalf("nobody was answered before the crash")
	}
}

var declared = map[string][]string{"cam-doan": {"1"}}

// filing is one application of a storm.
type filing struct {
	v    *visitor.Visitor
	form *visitor.Page // answers to check, as they stood before it was sent
	done string        // path of the confirmation, when it was told
}

func survived(ts *testscript.TestScript, neg bool, args []string) {
	s := of(ts)
	seen := map[string]bool{}
	for _, f := range s.storm {
		f.v.Base = s.base
		f.form.URL.Host = strings.TrimPrefix(s.base, "http://")
		f.v.Page = f.form
		told := f.done
		ts.Check(f.v.Submit("Nộp hồ sơ", declared))
		at := f.v.Page.URL.Path
		switch {
		case f.v.Page.Status != http.StatusOK || !strings.HasPrefix(at, "/ho-so-da-nop/"):
			ts.Fatalf("sent again it is answered %d at %s\n%s", f.v.Page.Status, at, f.v.Page.Main())
		case told != "" && told != at:
			ts.Fatalf("acknowledged as %s, sent again it became %s", told, at)
		case seen[at]:
			ts.Fatalf("two applications became %s", at)
		}
		seen[at] = true
	}
}

// disk is the province's own disk, seen through the process that lives in its mounts.
func (s *story) disk(ts *testscript.TestScript, name string) string {
	return filepath.Join("/proc", strconv.Itoa(s.cmd.Process.Pid), "root", ts.MkAbs(name))
}

func fillDisk(ts *testscript.TestScript, neg bool, args []string) {
	s := of(ts)
	f, err := os.Create(filepath.Join(s.disk(ts, args[0]), "fill"))
	ts.Check(err)
	block := make([]byte, 64<<10)
	for len(block) > 0 {
		if _, err := f.Write(block); err != nil {
			block = block[:len(block)/2] // the last corners too
		}
	}
	ts.Check(f.Close())
}

func freeDisk(ts *testscript.TestScript, neg bool, args []string) {
	s := of(ts)
	ts.Check(os.Remove(filepath.Join(s.disk(ts, args[0]), "fill")))
}

// inside runs a command where the province's own disk is seen.
func inside(ts *testscript.TestScript, neg bool, args []string) {
	enter := []string{"--target", strconv.Itoa(of(ts).cmd.Process.Pid), "--mount", "--wdns=" + ts.MkAbs(".")}
	if os.Geteuid() != 0 {
		enter = append(enter, "--user", "--preserve-credentials")
	}
	if err := ts.Exec("nsenter", append(enter, args...)...); (err == nil) == neg {
		ts.Fatalf("%q: %v", args, err)
	}
}

func see(ts *testscript.TestScript, neg bool, args []string) {
	s := of(ts)
	want := strings.Join(args, " ")
	page := s.who(ts).Page
	text := page.Text()
	if strings.Contains(strings.Join(strings.Fields(text), " "), want) == neg {
		verb := "does not say"
		if neg {
			verb = "says"
		}
		ts.Fatalf("%s (%d) %s %q:\n%s", page.URL.Path, page.Status, verb, want, page.Main())
	}
}

func status(ts *testscript.TestScript, neg bool, args []string) {
	s := of(ts)
	page := s.who(ts).Page
	if (strconv.Itoa(page.Status) == args[0]) == neg {
		ts.Fatalf("%s answered %d:\n%s", page.URL.Path, page.Status, page.Text())
	}
}

func header(ts *testscript.TestScript, neg bool, args []string) {
	page := of(ts).who(ts).Page
	if (page.Header.Get(args[0]) != "") == neg {
		ts.Fatalf("%s is %q", args[0], page.Header.Get(args[0]))
	}
}

func at(ts *testscript.TestScript, neg bool, args []string) {
	s := of(ts)
	page := s.who(ts).Page
	if regexp.MustCompile(args[0]).MatchString(page.URL.RequestURI()) == neg {
		ts.Fatalf("the page is %s:\n%s", page.URL.RequestURI(), page.Text())
	}
}

func keep(ts *testscript.TestScript, neg bool, args []string) {
	s := of(ts)
	page := s.who(ts).Page
	re := regexp.MustCompile(args[1])
	for _, text := range append([]string{page.URL.RequestURI(), page.Text()}, page.Hrefs()...) {
		if m := re.FindStringSubmatch(text); m != nil {
			ts.Setenv(args[0], m[len(m)-1])
			return
		}
	}
	ts.Fatalf("%s does not say %s:\n%s", page.URL.Path, args[1], page.Text())
}

func download(ts *testscript.TestScript, neg bool, args []string) {
	s := of(ts)
	p := s.who(ts)
	stands := p.Page
	ts.Check(p.Get(args[0]))
	got := p.Page
	p.Page = stands
	if (got.Status == http.StatusOK) == neg {
		ts.Fatalf("%s answered %d", args[0], got.Status)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), got.Body, 0o600))
}

func editSQL(ts *testscript.TestScript, neg bool, args []string) {
	path := filepath.Join(ts.MkAbs(args[0]), "motcua.db")
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(5000)")
	ts.Check(err)
	defer db.Close()
	got, err := db.ExecContext(context.Background(), args[1])
	ts.Check(err)
	n, err := got.RowsAffected()
	ts.Check(err)
	if n == 0 && !slices.Contains(args[2:], "any") {
		ts.Fatalf("no row was touched")
	}
}

// await opens a path until it answers with the status: what recovers by itself takes a moment.
func await(ts *testscript.TestScript, neg bool, args []string) {
	s := of(ts)
	p := s.who(ts)
	for until := time.Now().Add(30 * time.Second); ; {
		err := p.Get(args[1])
		if err == nil && strconv.Itoa(p.Page.Status) == args[0] {
			s.tell(ts)
			return
		}
		if time.Now().After(until) {
			ts.Fatalf("%s does not come to answer %s: %v", args[1], args[0], err)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// until opens a path until the page says the words: what the product does by itself takes a moment.
func until(ts *testscript.TestScript, neg bool, args []string) {
	s := of(ts)
	p, want := s.who(ts), strings.Join(args[1:], " ")
	for end := time.Now().Add(30 * time.Second); ; {
		err := p.Get(args[0])
		if err == nil && strings.Contains(strings.Join(strings.Fields(p.Page.Text()), " "), want) {
			s.tell(ts)
			return
		}
		if time.Now().After(end) {
			ts.Fatalf("%s does not come to say %q: %v", args[0], want, err)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func postgres(ts *testscript.TestScript, neg bool, args []string) {
	s := of(ts)
	switch args[0] {
	case "start":
		if s.pg != nil {
			ts.Check(s.pg.Start())
			return
		}
		pg, err := testkit.StartServer()
		ts.Check(err)
		s.pg = pg
		ts.Setenv("PG", pg.URL())
	case "stop":
		s.pg.Stop()
	default:
		ts.Check(errors.New("postgres start|stop"))
	}
}

func TestTheReadmeAndTheGateNameTheSameCommands(t *testing.T) {
	for file, want := range map[string][]string{
		"../../README.md": {"go run ./cmd/motcua demo", "make test"},
		"../../.ci/run":   {"exec make test"},
		"../../Makefile":  {"go run ./test/gate"},
	} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range want {
			if !strings.Contains(string(text), w) {
				t.Errorf("%s does not say %q", file, w)
			}
		}
	}
}
