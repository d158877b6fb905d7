package law_test

import (
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var printClauses = flag.Bool("clauses", false, "print clause → code")

const clause = `(?:[0-9]+[a-z]?(?:\.[0-9]+[a-z]?)*(?:\([a-zđ]\))?|PL(?:\.[IVX0-9]+)?)`

var (
	citation = regexp.MustCompile(`^\s*//\s*law:\s*(.*)$`)
	// An id of the index, then articles, clauses and points or an appendix: ND118-2025 17.2(c), 19.5, PL.I
	instrument = regexp.MustCompile(`^([A-Z]+[0-9]*-[0-9]{4}) (` + clause + `(?:, ` + clause + `)*)$`)
	indexRow   = regexp.MustCompile(`^\| ([A-Z]+[0-9]*-[0-9]{4}) \|`)
)

// root finds the folder of go.mod.
func root(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if filepath.Dir(dir) == dir {
			t.Fatal("no go.mod above")
		}
		dir = filepath.Dir(dir)
	}
}

func indexed(t *testing.T, dir string) map[string]bool {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "docs", "law", "index.md"))
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for line := range strings.Lines(string(b)) {
		if m := indexRow.FindStringSubmatch(line); m != nil {
			if ids[m[1]] {
				t.Errorf("%s stands twice in the index", m[1])
			}
			ids[m[1]] = true
		}
	}
	if len(ids) < 10 {
		t.Fatalf("only %d instruments read from the index", len(ids))
	}
	return ids
}

// Every "// law:" comment names an instrument of docs/law/index.md and a clause.
func TestCitationsStandInTheIndex(t *testing.T) {
	dir := root(t)
	ids := indexed(t, dir)
	clauses := map[string][]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name := d.Name(); path != dir && (strings.HasPrefix(name, ".") || name == "node_modules" || name == "testdata") {
				return filepath.SkipDir
			}
			return nil
		}
		if filepath.Ext(path) != ".go" {
			return nil
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		n := 0
		for line := range strings.Lines(string(b)) {
			n++
			m := citation.FindStringSubmatch(strings.TrimRight(line, "\r\n"))
			if m == nil {
				continue
			}
			where := fmt.Sprintf("%s:%d", filepath.ToSlash(rel), n)
			cited, _, _ := strings.Cut(m[1], " — ") // a remark may follow
			for part := range strings.SplitSeq(cited, ";") {
				c := instrument.FindStringSubmatch(strings.TrimSuffix(strings.TrimSpace(part), "."))
				switch {
				case c == nil:
					t.Errorf("%s: %q is not an id and clauses", where, strings.TrimSpace(part))
				case !ids[c[1]]:
					t.Errorf("%s: %s is missing from docs/law/index.md", where, c[1])
				default:
					for clause := range strings.SplitSeq(c[2], ", ") {
						key := c[1] + " " + clause
						clauses[key] = append(clauses[key], where)
					}
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if *printClauses {
		for _, key := range slices.Sorted(maps.Keys(clauses)) {
			fmt.Printf("%-22s %s\n", key, strings.Join(clauses[key], " "))
		}
	}
}
