package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// tally counts what passed and what failed. A package that fails without a failed test
// (it does not build, it ends early) counts as one failure.
type tally struct{ passed, failed int }

// event is a line of `go test -json`.
type event struct {
	Action, Package, Test, Output string
	ImportPath                    string
	Elapsed                       float64
}

// tests runs packages beside one PostgreSQL that all of them share. Nothing comes from the cache of results: stories
// build the program and the import rules ask the go command, which the cache does not see.
func (s *tally) tests(title string, flags []string, packages ...string) {
	began, before := time.Now(), *s
	args := append([]string{"run", "./internal/testkit/withpg", "--", "go", "test", "-json", "-count=1", "-timeout=20m"}, flags...)
	cmd := exec.Command("go", append(args, packages...)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		s.failed++
		fmt.Println("FAIL ", title, err)
		return
	}
	s.read(out)
	if err := cmd.Wait(); err != nil && s.failed == before.failed {
		s.failed++ // it fails and no test says so
		fmt.Println("FAIL ", title, err)
	}
	fmt.Printf("%s: %d passed, %d failed in %s\n", title, s.passed-before.passed, s.failed-before.failed, time.Since(began).Round(time.Second))
}

func (s *tally) read(out io.Reader) {
	type key struct{ pkg, test string }
	said := map[key]*strings.Builder{} // output, until its test passes
	failed := map[string]bool{}
	count := map[string]int{}
	lines := bufio.NewReader(out)
	for {
		line, err := lines.ReadBytes('\n')
		var e event
		if json.Unmarshal(line, &e) != nil {
			fmt.Print(string(line)) // the go command speaks plainly when it cannot begin
		}
		k := key{e.Package, e.Test}
		switch e.Action {
		case "output":
			if said[k] == nil {
				said[k] = &strings.Builder{}
			}
			said[k].WriteString(e.Output)
		case "build-output":
			fmt.Print(e.Output)
		case "pass", "fail", "skip":
			s.ended(e, said[k], failed, count)
			delete(said, k)
		}
		if err != nil {
			if !errors.Is(err, io.EOF) {
				fmt.Println(err)
			}
			return
		}
	}
}

// ended counts a test or a package and prints what a reader needs.
func (s *tally) ended(e event, said *strings.Builder, failed map[string]bool, count map[string]int) {
	text := ""
	if said != nil {
		text = said.String()
	}
	switch {
	case e.Test != "" && e.Action == "pass":
		s.passed++
		count[e.Package]++
	case e.Test != "":
		s.failed++
		failed[e.Package] = true
		what := "FAIL "
		if e.Action == "skip" {
			what = "SKIP (a skipped test proves nothing) "
		}
		fmt.Printf("%s %s %s\n%s", what, e.Package, e.Test, text)
	case e.Action == "fail":
		if !failed[e.Package] {
			s.failed++
			fmt.Print(text)
		}
		fmt.Printf("FAIL  %s  %.1fs\n", e.Package, e.Elapsed)
	case e.Action == "pass":
		fmt.Printf("ok    %s  %.1fs  %d tests\n", e.Package, e.Elapsed, count[e.Package])
	}
}

// race runs the packages whose tests need no database again, under the race detector. The
// embedded database is translated C: watched by the detector it takes hours.
func (s *tally) race() {
	out, err := exec.Command("go", "list", "-test", "-f", `{{if .ForTest}}{{.ForTest}} {{join .Deps " "}}{{end}}`, "./...").Output()
	if err != nil {
		s.failed++
		fmt.Println("FAIL  go list:", err)
		return
	}
	heavy := map[string]bool{}
	var all []string
	for line := range strings.Lines(string(out)) {
		deps := strings.Fields(line)
		if len(deps) == 0 {
			continue
		}
		if !slices.Contains(all, deps[0]) {
			all = append(all, deps[0])
		}
		if slices.Contains(deps, "modernc.org/sqlite") || slices.ContainsFunc(deps, func(d string) bool { return strings.HasPrefix(d, "github.com/chromedp/") }) {
			heavy[deps[0]] = true
		}
	}
	light := slices.DeleteFunc(all, func(p string) bool { return heavy[p] })
	s.tests("tests under the race detector", []string{"-race"}, light...)
}
