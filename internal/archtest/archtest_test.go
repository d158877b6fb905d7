// Package archtest holds the tree to its drawing: imports point down
// (app → <slice>web → <slice> → engine → words; <slice>db → <slice>, sqldb), rules are
// pure, SQL and HTTP stay at their edges. It has tests only; docs/architecture.md draws
// what they ask.
package archtest

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/motcua/motcua/"

// The two lowest layers by name; what else lies in internal is a slice or technology.
var (
	words      = []string{"fault", "access", "agency", "calendar", "journal", "rule", "law", "viet"}
	engine     = []string{"eform", "workflow", "deadline", "procedure", "casefile"}
	technology = []string{"sqldb", "jobs", "filestore", "mail", "web", "print", "upload", "sign", "testkit"}
	testOnly   = []string{"testkit", "dossiertest", "accounttest"}
)

// edges are packages that turn services into a command or a program: like app, they know stores.
var edges = map[string]string{
	"internal/pack/packcli": "the pack commands, which read files and write the catalogue",
}

type pkg struct {
	ImportPath string
	Name       string
	Imports    []string
}

func list(t *testing.T) []pkg {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Name,Imports", module+"...")
	out, err := cmd.Output()
	if err != nil {
		if e, ok := errors.AsType[*exec.ExitError](err); ok {
			t.Fatalf("go list: %v\n%s", err, e.Stderr)
		}
		t.Fatalf("go list: %v", err)
	}
	var all []pkg
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		p.ImportPath = strings.TrimPrefix(p.ImportPath, module)
		all = append(all, p)
	}
	if len(all) < 20 {
		t.Fatalf("go list knows %d packages of the module", len(all))
	}
	return all
}

// place is where a package of ours stands.
type place struct {
	path  string
	slice string // first folder below internal; empty outside
	layer layer
}

type layer int

const (
	outside layer = iota // lang, packs: embedded text
	word
	power // the engine
	slice
	store // <slice>db
	page  // <slice>web
	tech
	edge // app, cmd, test, and what edges lists
)

func locate(p string) place {
	rest, in := strings.CutPrefix(p, "internal/")
	if !in {
		top, _, _ := strings.Cut(p, "/")
		if top == "cmd" || top == "test" {
			return place{path: p, layer: edge}
		}
		return place{path: p}
	}
	top, _, _ := strings.Cut(rest, "/")
	base := path.Base(p)
	at := place{path: p, slice: top, layer: slice}
	switch {
	case edges[p] != "" || top == "app" || top == "archtest":
		at.layer = edge
	case slices.Contains(technology, top):
		at.layer = tech
	case strings.HasSuffix(base, "db"):
		at.layer = store
	case strings.HasSuffix(base, "web"):
		at.layer = page
	case slices.Contains(words, top):
		at.layer = word
	case slices.Contains(engine, top):
		at.layer = power
	}
	return at
}

// allowed tells whether one of our packages may import another; why is empty when it may.
func allowed(from, to place) (why string) {
	switch {
	case from.layer == edge, from.path == to.path, to.layer == outside:
		return ""
	case to.layer == edge:
		return "only commands and tests import the wiring"
	case slices.Contains(testOnly, path.Base(to.path)) && !slices.Contains(testOnly, path.Base(from.path)) && to.slice != from.slice:
		return "it is for tests"
	case slices.Contains(testOnly, path.Base(from.path)):
		return ""
	}
	same := from.slice == to.slice
	switch from.layer {
	case outside:
		return "embedded text imports nothing of ours"
	case word:
		if to.layer != word {
			return "words import words only"
		}
	case power:
		if to.layer != word && to.layer != power {
			return "the engine imports words and engine only"
		}
	case slice:
		if to.layer == store || to.layer == page {
			return "a slice knows neither SQL nor pages"
		}
		if to.layer == tech && !slices.Contains([]string{"print", "upload"}, to.slice) {
			return "rules know no technology; print and upload are pure"
		}
	case store:
		if to.layer == page || to.layer == tech && !slices.Contains([]string{"sqldb", "jobs"}, to.slice) {
			return "a store knows its slice, sqldb and the queue"
		}
		if to.layer == store && !same && !slices.Contains(engine, to.slice) {
			return "no slice imports another's store"
		}
	case page:
		if to.layer == store || to.slice == "sqldb" || to.slice == "jobs" {
			return "pages never touch SQL"
		}
		if to.layer == page && !same && !slices.Contains(engine, to.slice) {
			return "no slice imports another's pages"
		}
	case tech:
		if to.layer != word && to.layer != tech {
			return "technology knows words only"
		}
	}
	return ""
}

func TestImportsPointDown(t *testing.T) {
	for _, p := range list(t) {
		from := locate(p.ImportPath)
		for _, imp := range p.Imports {
			rest, ours := strings.CutPrefix(imp, module)
			if !ours {
				continue
			}
			if why := allowed(from, locate(rest)); why != "" {
				t.Errorf("%s imports %s: %s", p.ImportPath, rest, why)
			}
		}
	}
}

func TestRulesArePure(t *testing.T) {
	// Who may import what of the outside world, by the first word of an import path.
	sqlHolders := []string{"sqldb", "testkit"}
	for _, p := range list(t) {
		at := locate(p.ImportPath)
		for _, imp := range p.Imports {
			switch {
			case imp == "database/sql" || strings.HasPrefix(imp, "database/sql/"):
				if !slices.Contains(sqlHolders, at.slice) && at.layer != edge {
					t.Errorf("%s imports %s: SQL goes through sqldb", p.ImportPath, imp)
				}
			case strings.HasPrefix(imp, "modernc.org/"), strings.HasPrefix(imp, "github.com/jackc/"), strings.HasPrefix(imp, "github.com/pressly/goose"):
				if at.slice != "sqldb" {
					t.Errorf("%s imports %s: only sqldb knows the drivers", p.ImportPath, imp)
				}
			case imp == "net/http" || strings.HasPrefix(imp, "net/http/"):
				if at.slice != "web" && at.layer != page && at.layer != edge {
					t.Errorf("%s imports %s: HTTP lives in pages", p.ImportPath, imp)
				}
			case imp == "testing":
				if !slices.Contains(testOnly, path.Base(p.ImportPath)) && at.layer != edge {
					t.Errorf("%s imports %s outside its tests", p.ImportPath, imp)
				}
			}
		}
	}
}

func TestPackageNamesAreUnique(t *testing.T) {
	seen := map[string]string{}
	for _, p := range list(t) {
		if p.Name == "main" {
			continue
		}
		if other := seen[p.Name]; other != "" {
			t.Errorf("%s and %s are both called %s", other, p.ImportPath, p.Name)
		}
		seen[p.Name] = p.ImportPath
	}
}

func TestTheRulesTellWrongImportsApart(t *testing.T) {
	for _, c := range []struct {
		name, from, to string
		ok             bool
	}{
		{"a page asks its slice", "internal/dossier/deskweb", "internal/dossier", true},
		{"a page asks another slice's rules", "internal/dossier/deskweb", "internal/account", true},
		{"a page reads a table", "internal/dossier/deskweb", "internal/dossier/dossierdb", false},
		{"a page uses another slice's page", "internal/dossier/deskweb", "internal/account/accountweb", false},
		{"a page draws a form", "internal/dossier/filingweb", "internal/eform/eformweb", true},
		{"a store uses another slice's store", "internal/dossier/dossierdb", "internal/account/accountdb", false},
		{"a store builds on the case's store", "internal/dossier/dossierdb", "internal/casefile/casefiledb", true},
		{"a slice knows its store", "internal/dossier", "internal/dossier/dossierdb", false},
		{"the engine knows a slice", "internal/casefile", "internal/dossier", false},
		{"a word knows the engine", "internal/agency", "internal/procedure", false},
		{"technology knows a slice", "internal/jobs", "internal/dossier", false},
		{"rules use a test's builder", "internal/dossier", "internal/testkit", false},
		{"app wires", "internal/app", "internal/dossier/dossierdb", true},
		{"a slice reaches up", "internal/dossier", "internal/app", false},
	} {
		if why := allowed(locate(c.from), locate(c.to)); (why == "") != c.ok {
			t.Errorf("%s: %q", c.name, why)
		}
	}
}
