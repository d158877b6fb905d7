// Command fuzz runs every fuzz target of the module for a while, one after another:
//
//	go run ./test/fuzz -time 10s
//
// It finds the targets by itself, so that none is forgotten, and exits with 1 when one
// of them finds something; the input is then kept under the package's testdata.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

func main() {
	each := flag.Duration("time", 10*time.Second, "how long each target runs")
	only := flag.String("run", "", "only targets whose name contains this")
	flag.Parse()
	found, err := targets()
	if err != nil {
		fmt.Fprintln(os.Stderr, "fuzz:", err)
		os.Exit(1)
	}
	failed := 0
	for _, t := range found {
		if !strings.Contains(t.name, *only) {
			continue
		}
		cmd := exec.Command("go", "test", "-run=^$", "-fuzz=^"+t.name+"$", "-fuzztime="+each.String(), t.dir)
		out, err := cmd.CombinedOutput()
		if err != nil {
			failed++
			fmt.Printf("FAIL  %s %s\n%s\n", t.dir, t.name, out)
			continue
		}
		fmt.Printf("ok    %s %s\n", t.dir, t.name)
	}
	fmt.Printf("%d targets, %d found something\n", len(found), failed)
	if failed > 0 || len(found) == 0 {
		os.Exit(1)
	}
}

type target struct{ dir, name string }

var declared = regexp.MustCompile(`(?m)^func (Fuzz\w+)\(`)

func targets() ([]target, error) {
	var out []target
	err := filepath.WalkDir(".", func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, m := range declared.FindAllSubmatch(text, -1) {
			out = append(out, target{dir: "./" + filepath.Dir(path), name: string(m[1])})
		}
		return err
	})
	slices.SortFunc(out, func(a, b target) int { return strings.Compare(a.dir+a.name, b.dir+b.name) })
	return out, err
}
