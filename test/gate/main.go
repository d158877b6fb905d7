// Command gate runs what stands between a change and the main branch; `make test` is
// nothing else. It brings what the machine misses when it may, checks the text of the
// program, then runs every test: rules, both databases, stories on the real binary, the
// browser. A test that is skipped counts as failed, because it proved nothing.
//
//	go run ./test/gate            everything
//	go run ./test/gate -check     only what needs no test: vet, lint, generated files
//	go run ./test/gate -tools     only bring what the machine misses
//
// The last line it prints is the sum: "N passed, N failed".
package main

import (
	"bytes"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

func main() {
	check := flag.Bool("check", false, "only the checks that run no test")
	tools := flag.Bool("tools", false, "only bring what the machine misses")
	flag.Parse()
	os.Exit(run(*check, *tools))
}

func run(check, tools bool) int {
	if err := bring(); err != nil {
		fmt.Println(err)
		if !check {
			return 1
		}
	}
	if tools {
		return 0
	}
	var sum tally
	for _, s := range steps {
		sum.step(s)
	}
	if !check {
		sum.tests("tests", nil, "./...")
		sum.race()
	}
	fmt.Printf("%d passed, %d failed\n", sum.passed, sum.failed)
	if sum.failed > 0 || sum.passed == 0 {
		return 1
	}
	return 0
}

// step is one check of the text of the program.
type step struct {
	name string
	run  func() error
}

var steps = []step{
	{"vet", command("go", "vet", "./...")},
	{"lint and formatting", tool("golangci-lint", "run", "--allow-parallel-runners", "./...")},
	{"pages generated from their templates", templatesFresh},
	{"assets built from their sources", command("go", "run", "./cmd/assets", "-check")},
}

func (s *tally) step(x step) {
	began := time.Now()
	err := x.run()
	took := time.Since(began).Round(100 * time.Millisecond)
	if err != nil {
		s.failed++
		fmt.Printf("FAIL  %s  %s\n%v\n", x.name, took, err)
		return
	}
	s.passed++
	fmt.Printf("ok    %s  %s\n", x.name, took)
}

func command(name string, args ...string) func() error {
	return func() error {
		out, err := exec.Command(name, args...).CombinedOutput()
		if err != nil {
			return fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, bytes.TrimSpace(out))
		}
		return nil
	}
}

// tool runs one of the tools pinned in tools/go.mod.
func tool(name string, args ...string) func() error {
	return command("go", append([]string{"tool", "-modfile=tools/go.mod", name}, args...)...)
}

// templatesFresh generates the pages again and compares. What differs stands corrected on disk afterwards.
func templatesFresh() error {
	before, err := generated()
	if err != nil {
		return err
	}
	if err := tool("templ", "generate")(); err != nil {
		return err
	}
	after, err := generated()
	if err != nil {
		return err
	}
	var stale []string
	for path, text := range after {
		if before[path] != text {
			stale = append(stale, path)
		}
	}
	for path := range maps.Keys(before) {
		if _, ok := after[path]; !ok {
			stale = append(stale, path)
		}
		if _, err := os.Stat(strings.TrimSuffix(path, "_templ.go") + ".templ"); err != nil {
			stale = append(stale, path+" (its template is gone)")
		}
	}
	if len(stale) > 0 {
		return fmt.Errorf("not what their templates give (generated anew; commit them): %s", strings.Join(stale, ", "))
	}
	return nil
}

// generated is the text of every generated page by path.
func generated() (map[string]string, error) {
	out := map[string]string{}
	err := filepath.WalkDir(".", func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "_templ.go") {
			return err
		}
		text, err := os.ReadFile(path)
		out[path] = string(text)
		return err
	})
	return out, err
}
