// Command bench measures what the product promises about speed and size and prints one JSON object. Every target
// that is a ratio is measured in one run, both sides on the same machine at the same time: absolute
// figures of a busy machine mean little.
//
//	go run ./test/bench [-quick] [-size N] [-data DIR] [-only accept,growth,…] [-out FILE]
//
// It builds the binary, fills provinces, starts servers on loopback, and ends with status 1 when a target was missed.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/app"
	"github.com/motcua/motcua/internal/testkit"
	"github.com/motcua/motcua/test/visitor"
)

const smallSize = 10_000

type figure struct {
	Name   string  `json:"name"`
	Value  float64 `json:"value"`
	Unit   string  `json:"unit"`
	Target string  `json:"target,omitempty"`
	Pass   bool    `json:"pass"` // true where there is no target
	Note   string  `json:"note,omitempty"`
}

type bench struct {
	quick   bool
	size    int
	dir     string // for provinces; kept when the caller named it
	work    string // of this run
	binary  string
	figures []figure
}

func (b *bench) figure(f figure) {
	f.Pass = f.Pass || f.Target == ""
	b.figures = append(b.figures, f)
	mark := "      "
	if f.Target != "" {
		mark = "ok    "
		if !f.Pass {
			mark = "MISSED"
		}
	}
	fmt.Fprintf(os.Stderr, "%s %-28s %12.3f %-14s %-10s %s\n", mark, f.Name, f.Value, f.Unit, f.Target, f.Note)
}

func main() {
	b := &bench{}
	flag.BoolVar(&b.quick, "quick", false, "a tenth of the dossiers and shorter loads")
	flag.IntVar(&b.size, "size", 0, "dossiers of the large province (default 1000000, with -quick 100000)")
	flag.StringVar(&b.dir, "data", "", "keep the filled provinces in this folder and use them again")
	only := flag.String("only", "", "measure only these: build, fill, history, accept, postgres, growth, search, due, steps, start")
	out := flag.String("out", "", "write the JSON to this file too")
	flag.StringVar(&b.binary, "binary", "", "measure this binary instead of building one")
	flag.Parse()
	if b.size == 0 {
		b.size = 1_000_000
		if b.quick {
			b.size = 100_000
		}
	}
	err := b.run(context.Background(), *only)
	report := map[string]any{
		"at": time.Now().UTC().Format(time.RFC3339), "go": runtime.Version(), "cpus": runtime.NumCPU(), "load": loadAverage(), "size": b.size, "figures": b.figures,
	}
	if err != nil {
		report["error"] = err.Error()
	}
	text, jerr := json.MarshalIndent(report, "", "  ")
	if jerr == nil {
		fmt.Println(string(text))
		if *out != "" {
			jerr = os.WriteFile(*out, append(text, '\n'), 0o644)
		}
	}
	if err = errors.Join(err, jerr); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(2)
	}
	for _, f := range b.figures {
		if !f.Pass {
			os.Exit(1)
		}
	}
}

func loadAverage() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}

func (b *bench) run(ctx context.Context, only string) (err error) {
	wants := func(name string) bool { return only == "" || strings.Contains(","+only+",", ","+name+",") }
	if b.work, err = os.MkdirTemp("", "motcua-bench-"); err != nil {
		return err
	}
	defer os.RemoveAll(b.work)
	if b.dir == "" {
		b.dir = b.work
	}
	if err := b.build(); err != nil {
		return err
	}
	var small *province
	if wants("search") || wants("growth") {
		if small, err = fill(ctx, filepath.Join(b.dir, "small"), "", smallSize); err != nil {
			return err
		}
	}
	if wants("due") {
		if err := b.promising(); err != nil {
			return err
		}
	}
	if wants("steps") {
		if err := b.stepping(ctx); err != nil {
			return err
		}
	}
	if wants("search") {
		if err := b.finding(ctx, small); err != nil {
			return err
		}
	}
	if wants("start") {
		if err := b.starting(); err != nil {
			return err
		}
	}
	if wants("history") {
		p, err := fill(ctx, filepath.Join(b.work, "history"), "", smallSize/10)
		if err == nil {
			err = b.history(ctx, p)
		}
		if err != nil {
			return err
		}
	}
	if wants("accept") {
		p, err := fill(ctx, filepath.Join(b.work, "accept"), "", smallSize/2)
		if err == nil {
			err = b.accepting(ctx, "sqlite", p)
		}
		if err != nil {
			return err
		}
	}
	if wants("postgres") {
		if err := b.postgres(ctx); err != nil {
			return err
		}
	}
	if wants("growth") || wants("fill") {
		large, err := fill(ctx, filepath.Join(b.dir, fmt.Sprint("large-", b.size)), "", b.size)
		if err != nil {
			return err
		}
		if !large.had {
			per := large.filled.Seconds() * 100_000 / float64(b.size)
			b.figure(figure{Name: "fill", Value: per, Unit: "s for 100,000 dossiers", Target: "< 120", Pass: per < 120, Note: fmt.Sprintf("%d in %s, %s of processor", b.size, large.filled.Round(time.Second), large.busy.Round(time.Second))})
		}
		if wants("growth") {
			return b.growth(ctx, small, large)
		}
	}
	return nil
}

// build builds the binary as a release does.
func (b *bench) build() error {
	if b.binary != "" {
		return nil
	}
	b.binary = filepath.Join(b.work, "motcua")
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", b.binary, "github.com/motcua/motcua/cmd/motcua")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build: %w\n%s", err, out)
	}
	info, err := os.Stat(b.binary)
	if err != nil {
		return err
	}
	mb := float64(info.Size()) / (1 << 20)
	b.figure(figure{Name: "binary", Value: mb, Unit: "MB", Target: "< 60", Pass: mb < 60})
	return nil
}

// postgres measures acceptance on a cluster that syncs to disk.
func (b *bench) postgres(ctx context.Context) error {
	pg, err := testkit.StartServer("fsync=on", "full_page_writes=on", "synchronous_commit=on", "shared_buffers=128MB", "autovacuum_naptime=1min")
	if err != nil {
		return err
	}
	defer pg.Close()
	p, err := fill(ctx, filepath.Join(b.work, "postgres"), pg.URL(), smallSize/2)
	if err != nil {
		return err
	}
	return b.accepting(ctx, "postgres", p)
}

// starting measures a first start on an empty folder: to the first answer, and to the first dossier that a script
// files as a citizen and accepts at the desk.
func (b *bench) starting() error {
	port, err := freePort()
	if err != nil {
		return err
	}
	data := filepath.Join(b.work, "first")
	began := time.Now()
	s, err := start(fmt.Sprint("127.0.0.1:", port), b.binary, "demo", "--data", data, "--port", strconv.Itoa(port))
	if err != nil {
		return err
	}
	defer s.stop()
	first := time.Since(began)
	if err := b.firstDossier(data, "http://"+s.addr); err != nil {
		return fmt.Errorf("first dossier: %w", err)
	}
	whole := time.Since(began)
	b.figure(figure{Name: "first-start", Value: first.Seconds(), Unit: "s", Note: "empty folder to the first answer, demo province loaded"})
	b.figure(figure{Name: "first-accepted", Value: whole.Seconds(), Unit: "s", Target: "< 20", Pass: whole < 20*time.Second, Note: "empty folder to the first accepted dossier, by a script over HTTP"})
	b.figure(figure{Name: "memory.first", Value: s.memory(), Unit: "MB", Note: "right after it; passwords were hashed"})
	return nil
}

// firstDossier files an application on the pages and accepts it at the desk.
func (b *bench) firstDossier(data, base string) error {
	text, err := os.ReadFile(filepath.Join(data, "demo-accounts.json"))
	if err != nil {
		return err
	}
	var accounts []app.DemoAccount
	if err := json.Unmarshal(text, &accounts); err != nil {
		return err
	}
	in := func(name string) (*visitor.Visitor, error) {
		v := visitor.New(base)
		for _, a := range accounts {
			if a.Name == name {
				return v, v.SignIn(a.Name, a.Password)
			}
		}
		return nil, fmt.Errorf("no demo account %s", name)
	}
	citizen, err := in("cong-dan")
	if err != nil {
		return err
	}
	paper, err := visitor.Paper(b.work)
	if err != nil {
		return err
	}
	if err := citizen.Apply("1.012906", visitor.General(), paper); err != nil {
		return err
	}
	id := strings.TrimPrefix(citizen.Page.URL.Path, "/ho-so-da-nop/")
	desk, err := in("mot-cua")
	if err != nil {
		return err
	}
	page, err := desk.Ask(http.MethodPost, "/ho-so/"+id+"/tiep-nhan", url.Values{"_key": {"first"}, "_version": {"1"}})
	if err != nil {
		return err
	}
	if page.Status != http.StatusSeeOther && page.Status != http.StatusOK {
		return fmt.Errorf("accept: %d\n%s", page.Status, page.Main())
	}
	return nil
}
