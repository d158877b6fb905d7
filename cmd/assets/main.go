// Command assets builds internal/web/assets/src into internal/web/assets/dist. The
// output is committed; -check builds in memory and fails when dist differs.
//
//	go run ./cmd/assets         # build
//	go run ./cmd/assets -check  # compare, for the gate
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// entries are the files that pages name. What they import is bundled or copied along.
var entries = []string{"public.css", "desk.css", "public.js", "desk.js", "mark.svg"}

func main() {
	root := flag.String("root", "internal/web/assets", "folder that holds src and dist")
	check := flag.Bool("check", false, "compare with dist instead of writing")
	flag.Parse()
	if err := run(*root, *check); err != nil {
		fmt.Fprintln(os.Stderr, "assets:", err)
		os.Exit(1)
	}
}

func run(root string, check bool) error {
	files, err := build(root)
	if err != nil {
		return err
	}
	dist := filepath.Join(root, "dist")
	if check {
		return compare(dist, files)
	}
	if err := os.RemoveAll(dist); err != nil {
		return err
	}
	if err := os.MkdirAll(dist, 0o755); err != nil {
		return err
	}
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(dist, name), data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// build returns the content of dist by file name.
func build(root string) (map[string][]byte, error) {
	abs, err := filepath.Abs(root)
	if err != nil {
		return nil, err
	}
	src := filepath.Join(abs, "src")
	points := make([]string, len(entries))
	for i, e := range entries {
		points[i] = filepath.Join(src, e)
	}
	result := api.Build(api.BuildOptions{
		EntryPoints:       points,
		AbsWorkingDir:     abs,
		Outdir:            "dist",
		Bundle:            true,
		Write:             false,
		Metafile:          true,
		MinifyWhitespace:  true,
		MinifySyntax:      true,
		MinifyIdentifiers: true,
		Charset:           api.CharsetUTF8,
		Target:            api.ES2020,
		Format:            api.FormatIIFE,
		EntryNames:        "[name]-[hash]",
		AssetNames:        "[name]-[hash]",
		Loader:            map[string]api.Loader{".woff2": api.LoaderFile, ".svg": api.LoaderCopy},
		LegalComments:     api.LegalCommentsNone,
	})
	for _, m := range append(result.Errors, result.Warnings...) {
		where := ""
		if m.Location != nil {
			where = fmt.Sprintf("%s:%d: ", m.Location.File, m.Location.Line)
		}
		err = errors.Join(err, fmt.Errorf("%s%s", where, m.Text))
	}
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for _, f := range result.OutputFiles {
		files[filepath.Base(f.Path)] = f.Contents
	}
	manifest, err := manifestOf(result.Metafile)
	if err != nil {
		return nil, err
	}
	files["manifest.json"] = manifest
	return files, nil
}

// manifestOf maps the names of sources to the names with hash, from esbuild's own record.
func manifestOf(metafile string) ([]byte, error) {
	var meta struct {
		Outputs map[string]struct {
			EntryPoint string                     `json:"entryPoint"`
			Inputs     map[string]json.RawMessage `json:"inputs"`
		} `json:"outputs"`
	}
	if err := json.Unmarshal([]byte(metafile), &meta); err != nil {
		return nil, err
	}
	names := map[string]string{}
	for out, o := range meta.Outputs {
		source := o.EntryPoint
		if source == "" && len(o.Inputs) == 1 {
			for in := range o.Inputs {
				source = in
			}
		}
		if source == "" {
			return nil, fmt.Errorf("cannot tell the source of %s", out)
		}
		names[filepath.Base(source)] = filepath.Base(out)
	}
	data, err := json.MarshalIndent(names, "", "\t")
	return append(data, '\n'), err
}

func compare(dist string, files map[string][]byte) error {
	var wrong []string
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join(dist, name))
		if err != nil || !bytes.Equal(got, want) {
			wrong = append(wrong, name)
		}
	}
	there, err := os.ReadDir(dist)
	if err != nil {
		return err
	}
	for _, f := range there {
		if _, ok := files[f.Name()]; !ok {
			wrong = append(wrong, f.Name()+" (left over)")
		}
	}
	if len(wrong) > 0 {
		slices.Sort(wrong)
		return fmt.Errorf("dist differs from src, run go run ./cmd/assets: %s", strings.Join(wrong, ", "))
	}
	return nil
}
