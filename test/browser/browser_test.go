// Package browser walks the real binary in Chromium, as people do: with the mouse and the
// keyboard, on a desktop and at 360 px, with scripts and without. Every page it comes to
// is scanned by axe-core (WCAG 2.0 to 2.2, A and AA, and best practice), must not scroll
// sideways at 320 px and must leave the console silent. Pictures are kept in out/.
//
// The scanner is fetched by npm once and kept in the user's cache; its content is pinned.
package browser

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"github.com/motcua/motcua/test/visitor"
)

// The scanner, pinned.
const (
	axePackage = "axe-core@4.14.1"
	axeSum     = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c" // axe.min.js
)

// province is the demo that all tests walk through.
var province struct {
	bin      string // the program
	base     string
	accounts map[string]string
	paper    string // a PDF to hand in
	code     string // a procedure that came with the national catalogue
	question string // how somebody asks for it
}

var chromium context.Context

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "motcua-browser-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	stop, err := startProvince(dir)
	if err != nil {
		fmt.Fprintln(os.Stderr, "browser tests:", err)
		return 1
	}
	defer stop()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.NoSandbox, chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("lang", "vi"),
		chromedp.Flag("force-color-profile", "srgb"), chromedp.WindowSize(1280, 900),
		chromedp.ModifyCmdFunc(func(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }))
	alloc, done := chromedp.NewExecAllocator(context.Background(), options...)
	defer done()
	first, closeFirst := chromedp.NewContext(alloc)
	defer closeFirst()
	if err := chromedp.Run(first); err != nil {
		fmt.Fprintln(os.Stderr, "browser tests need Chromium (Debian, Ubuntu: apt-get install chromium):", err)
		return 1
	}
	chromium = first
	return m.Run()
}

// startProvince starts the demo with some hundred dossiers and the national catalogue beside its own pack: the
// crawled one where it lies beside the repository, otherwise a line of the same shape.
func startProvince(dir string) (stop func(), err error) {
	bin, data := filepath.Join(dir, "motcua"), filepath.Join(dir, "data")
	province.bin = bin
	if out, err := exec.Command("go", "build", "-o", bin, "../../cmd/motcua").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build motcua: %w\n%s", err, out)
	}
	if province.paper, err = visitor.Paper(dir); err != nil {
		return nil, err
	}
	first, err := demo(bin, data, "--dossiers", "300")
	if err != nil {
		return nil, err
	}
	first()
	province.code, province.question = "1.001725", "doi chung chi tham tra vien an toan giao thong"
	if out, err := exec.Command(bin, "pack", "import", "--data", data, catalogue()).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("import the catalogue: %w\n%s", err, out)
	}
	if out, err := exec.Command(bin, "pack", "import", "--data", data, filepath.Join("testdata", "years.csv")).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("import the years to come: %w\n%s", err, out)
	}
	return demo(bin, data)
}

func catalogue() string {
	dir := os.Getenv("MOTCUA_DATA")
	if dir == "" {
		dir = "../../../shared/data"
	}
	real := filepath.Join(dir, "tthc", "procedures.jsonl")
	if _, err := os.Stat(real); err == nil {
		return real
	}
	return filepath.Join("testdata", "catalogue.jsonl")
}

func demo(bin, data string, flags ...string) (stop func(), err error) {
	cmd := exec.Command(bin, append([]string{"demo", "--json", "--port", "0", "--data", data, "--rate", "sign-in=6000/6000", "--rate", "track=6000/6000"}, flags...)...)
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		return nil, fmt.Errorf("the demo does not start: %w", errors.Join(err, cmd.Wait()))
	}
	var ready struct {
		BaseURL  string `json:"base_url"`
		Accounts []struct{ Name, Password string }
	}
	if err := json.Unmarshal(line, &ready); err != nil {
		return nil, err
	}
	province.base, province.accounts = ready.BaseURL, map[string]string{}
	for _, a := range ready.Accounts {
		province.accounts[a.Name] = a.Password
	}
	return func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	}, nil
}

// axe is the scanner's script.
var axe = sync.OnceValues(func() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "motcua", axePackage)
	path := filepath.Join(dir, "axe.min.js")
	if text, err := os.ReadFile(path); err == nil && sum(text) == axeSum {
		return string(text), nil
	}
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return "", err
	}
	for _, args := range [][]string{{"npm", "pack", "--silent", axePackage}, {"tar", "-xzf", "axe-core-4.14.1.tgz", "--strip-components=1", "package/axe.min.js"}} {
		cmd := exec.Command(args[0], args[1:]...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			return "", fmt.Errorf("fetch %s (npm is needed): %w\n%s", axePackage, err, out)
		}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	if got := sum(text); got != axeSum {
		return "", fmt.Errorf("%s is not the pinned one: sha-256 %s", axePackage, got)
	}
	return string(text), nil
})

func sum(text []byte) string {
	h := sha256.Sum256(text)
	return hex.EncodeToString(h[:])
}

// tab is one browser window of its own, with its own cookies.
type tab struct {
	t   *testing.T
	ctx context.Context

	noScript bool

	mu   sync.Mutex
	said []string // what the console said since the last look
	seen map[string]bool
}

// open opens a window. Scripts are on unless noScript.
func open(t *testing.T, noScript bool) *tab {
	t.Helper()
	browser := cdp.WithExecutor(chromium, chromedp.FromContext(chromium).Browser)
	own, err := target.CreateBrowserContext().Do(browser)
	if err != nil {
		t.Fatal(err)
	}
	id, err := target.CreateTarget("about:blank").WithBrowserContextID(own).WithNewWindow(true).Do(browser)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := chromedp.NewContext(chromium, chromedp.WithTargetID(id))
	t.Cleanup(func() {
		cancel()
		_ = target.DisposeBrowserContext(own).Do(browser)
	})
	ctx, stop := context.WithTimeout(ctx, 4*time.Minute)
	t.Cleanup(stop)
	b := &tab{t: t, ctx: ctx, noScript: noScript, seen: map[string]bool{}}
	chromedp.ListenTarget(ctx, func(ev any) {
		switch e := ev.(type) {
		case *runtime.EventConsoleAPICalled:
			if e.Type == runtime.APITypeError || e.Type == runtime.APITypeWarning {
				b.hear(fmt.Sprintf("console.%s %s", e.Type, e.Args[0].Value))
			}
		case *runtime.EventExceptionThrown:
			b.hear("exception " + e.ExceptionDetails.Error())
		case *log.EventEntryAdded:
			// The browser itself notes answers that are refusals; the page says them to the person.
			if e.Entry.Source != log.SourceNetwork {
				b.hear(fmt.Sprintf("%s %s %s", e.Entry.Level, e.Entry.Source, e.Entry.Text))
			}
		case *page.EventJavascriptDialogOpening:
			go func() { _ = chromedp.Run(ctx, page.HandleJavaScriptDialog(true)) }()
		}
	})
	b.do(network.Enable(), log.Enable(), emulation.SetScriptExecutionDisabled(noScript))
	return b
}

func (b *tab) hear(what string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.said = append(b.said, what)
}

func (b *tab) do(actions ...chromedp.Action) {
	b.t.Helper()
	if err := chromedp.Run(b.ctx, actions...); err != nil {
		b.t.Fatalf("at %s: %v", b.path(), err)
	}
}

func (b *tab) eval(js string, into any) {
	b.t.Helper()
	if err := chromedp.Run(b.ctx, chromedp.Evaluate(js, into, awaited)); err != nil {
		b.t.Fatalf("%.200s: %v", js, err)
	}
}

func awaited(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }

func (b *tab) path() string {
	var p string
	_ = chromedp.Run(b.ctx, chromedp.Evaluate("location.pathname+location.search", &p))
	return p
}

// main is what the main part says.
func (b *tab) main() string {
	b.t.Helper()
	var text string
	b.eval(`(document.querySelector("main")||document.body).innerText`, &text)
	return text
}

func (b *tab) says(want string) {
	b.t.Helper()
	if text := b.main(); !strings.Contains(strings.Join(strings.Fields(text), " "), want) {
		b.t.Fatalf("%s does not say %q:\n%s", b.path(), want, text)
	}
}

func (b *tab) open(path string) {
	b.t.Helper()
	b.do(chromedp.Navigate(province.base + path))
}

// leave does what changes the page and waits for the next one.
func (b *tab) leave(act func()) {
	b.t.Helper()
	b.eval(`window.motcuaStays = true`, nil)
	act()
	for until := time.Now().Add(20 * time.Second); ; {
		var there bool
		err := chromedp.Run(b.ctx, chromedp.Evaluate(`!window.motcuaStays && document.readyState === "complete"`, &there))
		if err == nil && there {
			return
		}
		if time.Now().After(until) {
			b.t.Fatalf("nothing follows on %s: %v\n%s", b.path(), err, b.main())
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// click finds what can be clicked by its words, in the main part first, and clicks it with the mouse.
func (b *tab) click(words string) {
	b.t.Helper()
	var at struct {
		X, Y  float64
		Found bool
		Have  []string
	}
	b.eval(fmt.Sprintf(`(() => {
		const shown = (el) => el.getClientRects().length > 0 && getComputedStyle(el).visibility !== "hidden" && el.tabIndex !== -1 && el.offsetWidth > 2;
		const can = [];
		for (const root of [document.querySelector("main"), document]) {
			if (root) for (const el of root.querySelectorAll("a[href], button, summary")) if (shown(el)) can.push(el);
		}
		const text = (el) => el.innerText.replace(/\s+/g, " ").trim();
		const el = can.find((el) => text(el) === %[1]q) || can.find((el) => text(el).startsWith(%[1]q)) || can.find((el) => text(el).includes(%[1]q));
		if (!el) return {Found: false, Have: [...new Set(can.map(text))]};
		el.scrollIntoView({block: "center"});
		const r = el.getClientRects()[0];
		return {Found: true, X: r.x + Math.min(r.width / 2, 40), Y: r.y + r.height / 2};
	})()`, words), &at)
	if !at.Found {
		b.t.Fatalf("%s has nothing to click called %q; it has %q", b.path(), words, at.Have)
	}
	b.do(chromedp.MouseClickXY(at.X, at.Y))
}

// follow clicks what leads to another page.
func (b *tab) follow(words string) {
	b.t.Helper()
	b.leave(func() { b.click(words) })
}

// typed puts a value into a field as a person does: text is typed, choices are chosen.
func (b *tab) typed(name, value string) {
	b.t.Helper()
	var kind string
	b.eval(fmt.Sprintf(`(() => {
		const el = document.querySelector('main [name=%[1]q]') || document.querySelector('[name=%[1]q]');
		return el ? (el.tagName === "SELECT" ? "select" : el.type) : "";
	})()`, name), &kind)
	field := fmt.Sprintf(`main [name=%q]`, name)
	switch kind {
	case "":
		b.t.Fatalf("%s has no field %q:\n%s", b.path(), name, b.main())
	case "radio", "checkbox":
		one := fmt.Sprintf(`%s[value=%q]`, field, value)
		b.eval(fmt.Sprintf(`document.querySelector('%s').scrollIntoView({block: "center"})`, one), nil) // from under the bar of acts
		b.do(chromedp.Click(one, chromedp.ByQuery))
	case "select":
		b.wait(fmt.Sprintf(`[...document.querySelector('%s').options].some((o) => o.value === %q)`, field, value))
		b.eval(fmt.Sprintf(`(() => {
			const el = document.querySelector('%s');
			el.focus(); el.value = %q;
			el.dispatchEvent(new Event("input", {bubbles: true})); el.dispatchEvent(new Event("change", {bubbles: true}));
		})()`, field, value), nil)
	case "file":
		b.do(chromedp.SetUploadFiles(field, []string{value}, chromedp.ByQuery))
	default:
		b.eval(fmt.Sprintf(`document.querySelector('%s').value = ""`, field), nil)
		b.do(chromedp.SendKeys(field, value, chromedp.ByQuery))
	}
}

// wait polls until an expression of the page is true.
func (b *tab) wait(js string) {
	b.t.Helper()
	for until := time.Now().Add(10 * time.Second); ; {
		var ok bool
		err := chromedp.Run(b.ctx, chromedp.Evaluate(js, &ok))
		if err == nil && ok {
			return
		}
		if time.Now().After(until) {
			b.t.Fatalf("%s never comes true on %s: %v", js, b.path(), err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func (b *tab) signIn(name string) {
	b.t.Helper()
	b.open("/dang-nhap")
	b.signInHere(name)
}

func (b *tab) signInHere(name string) {
	b.t.Helper()
	b.typed("name", name)
	b.typed("password", province.accounts[name])
	b.follow("Đăng nhập")
}
