package pack

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strconv"
	"strings"
	"testing"
)

// Every form of a problem that this package writes has Vietnamese words.
func TestEveryProblemIsSaidInVietnamese(t *testing.T) {
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), e.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			name := ""
			switch f := call.Fun.(type) {
			case *ast.SelectorExpr:
				name = f.Sel.Name
			case *ast.Ident:
				name = f.Name
			}
			if name != "bad" && name != "problem" && name != "said" || len(call.Args) < 3 {
				return true
			}
			if lit, ok := call.Args[2].(*ast.BasicLit); ok && lit.Kind == token.STRING {
				format, err := strconv.Unquote(lit.Value)
				if err != nil {
					t.Fatal(err)
				}
				used[format] = true
				if _, ok := vietnamese[format]; !ok && format != "%s" {
					t.Errorf("%s: %q has no Vietnamese words", e.Name(), format)
				}
			}
			return true
		})
	}
	for format, vi := range vietnamese {
		if !used[format] {
			t.Errorf("%q is no longer said", format)
		}
		if strings.Count(format, "%") != strings.Count(vi, "%") {
			t.Errorf("%q and %q say different things", format, vi)
		}
	}
}
