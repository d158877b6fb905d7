package lang

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/text/unicode/norm"
)

func TestBothLanguagesHaveTheSameKeysAndPlaceholders(t *testing.T) {
	t.Parallel()
	placeholder := regexp.MustCompile(`\{[^}]*\}`)
	all, err := load(files)
	if err != nil {
		t.Fatal(err)
	}
	for key, vi := range all[VI] {
		en, ok := all[EN][key]
		if !ok {
			t.Errorf("%s: no English text", key)
			continue
		}
		a, b := placeholder.FindAllString(vi, -1), placeholder.FindAllString(en, -1)
		slices.Sort(a)
		slices.Sort(b)
		if !slices.Equal(slices.Compact(a), slices.Compact(b)) {
			t.Errorf("%s: placeholders differ: %v and %v", key, a, b)
		}
		if !norm.NFC.IsNormalString(vi) {
			t.Errorf("%s: Vietnamese text is not NFC", key)
		}
		if strings.TrimSpace(vi) == "" || strings.TrimSpace(en) == "" {
			t.Errorf("%s: empty text", key)
		}
	}
	for key := range all[EN] {
		if _, ok := all[VI][key]; !ok {
			t.Errorf("%s: no Vietnamese text", key)
		}
	}
}

func TestLoadRefusesWhatWouldHideAText(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		files map[string]string
	}{
		{"a key defined twice in one file", map[string]string{"a.vi.json": `{"x":"1","x":"2"}`}},
		{"a key defined by two slices", map[string]string{"a.vi.json": `{"x":"1"}`, "b.vi.json": `{"x":"2"}`}},
		{"a file without language", map[string]string{"a.json": `{"x":"1"}`}},
		{"a nested object", map[string]string{"a.vi.json": `{"x":{"y":"1"}}`}},
		{"an array", map[string]string{"a.vi.json": `["x"]`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			fsys := fstest.MapFS{}
			for name, text := range tt.files {
				fsys[name] = &fstest.MapFile{Data: []byte(text)}
			}
			if _, err := load(fsys); err == nil {
				t.Fatal("want a refusal")
			}
		})
	}
}

func TestFillPutsValuesIntoTheirPlaces(t *testing.T) {
	t.Parallel()
	values := map[string]any{"n": 12, "name": "{n}"}
	tests := []struct{ name, text, want string }{
		{"no placeholder", "Hồ sơ", "Hồ sơ"},
		{"a number", "{n} hồ sơ", "12 hồ sơ"},
		{"a value is not filled again", "{name}: {n}", "{n}: 12"},
		{"an unknown name stays", "{other} {n}", "{other} 12"},
		{"an open brace stays", "{n} {", "12 {"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := fill(tt.text, func(name string) (any, bool) { v, ok := values[name]; return v, ok })
			if got != tt.want {
				t.Fatalf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestTheContextCarriesTheLanguage(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	if From(ctx) != VI {
		t.Fatal("want Vietnamese when nothing was chosen")
	}
	if From(With(ctx, Parse("en"))) != EN || Parse("fr") != VI {
		t.Fatal("want English when chosen and Vietnamese for the unknown")
	}
}

// TestEveryKeyIsWrittenAndUsed reads all Go source of the module. A key counts as
// used when a string literal equals it, or equals it without "error.", or is a
// prefix of it that ends in a dot (keys put together at run time).
func TestEveryKeyIsWrittenAndUsed(t *testing.T) {
	t.Parallel()
	all, err := load(files)
	if err != nil {
		t.Fatal(err)
	}
	src := readSource(t, "..")
	for key, where := range src.wanted {
		if _, ok := all[VI][key]; !ok {
			t.Errorf("%s: key %q has no text in lang/*.vi.json", where, key)
		}
	}
	for key := range all[VI] {
		if !src.uses(key) {
			t.Errorf("lang: key %q is used nowhere", key)
		}
	}
}

type source struct {
	wanted   map[string]string // keys asked for literally, with the place
	literals map[string]bool
}

func (s source) uses(key string) bool {
	for _, k := range []string{key, strings.TrimPrefix(key, "error.")} {
		if s.literals[k] {
			return true
		}
		for i := len(k) - 1; i > 0; i-- {
			if k[i] == '.' && s.literals[k[:i+1]] && k[:i+1] != "error." {
				return true
			}
		}
	}
	return false
}

func readSource(t *testing.T, root string) source {
	t.Helper()
	src := source{wanted: map[string]string{}, literals: map[string]bool{}}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == ".git" || d.Name() == "node_modules" || d.Name() == "tools" || d.Name() == "testdata") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, path, text, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool { return src.visit(fset, n) })
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return src
}

func (s source) visit(fset *token.FileSet, n ast.Node) bool {
	switch n := n.(type) {
	case *ast.BasicLit:
		if text, ok := literal(n); ok {
			s.literals[text] = true
		}
	case *ast.CallExpr:
		sel, ok := n.Fun.(*ast.SelectorExpr)
		if !ok || len(n.Args) < 2 {
			return true
		}
		pkg, _ := sel.X.(*ast.Ident)
		if pkg == nil {
			return true
		}
		key, ok := literal(n.Args[1])
		if !ok || strings.HasSuffix(key, ".") {
			return true
		}
		switch pkg.Name + "." + sel.Sel.Name {
		case "lang.T", "lang.Text", "lang.TextMap":
			s.wanted[key] = fset.Position(n.Pos()).String()
		case "fault.New":
			s.wanted["error."+key] = fset.Position(n.Pos()).String()
		}
	case *ast.CompositeLit:
		sel, ok := n.Type.(*ast.SelectorExpr)
		if !ok || sel.Sel.Name != "Error" && sel.Sel.Name != "Field" {
			return true
		}
		if pkg, ok := sel.X.(*ast.Ident); !ok || pkg.Name != "fault" {
			return true
		}
		for _, elt := range n.Elts {
			kv, ok := elt.(*ast.KeyValueExpr)
			if !ok {
				continue
			}
			if name, ok := kv.Key.(*ast.Ident); !ok || name.Name != "Code" {
				continue
			}
			if code, ok := literal(kv.Value); ok {
				s.wanted["error."+code] = fset.Position(kv.Pos()).String()
			}
		}
	}
	return true
}

func literal(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(lit.Value)
	return text, err == nil
}
