package packcli

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/motcua/motcua/internal/pack"
	"github.com/motcua/motcua/internal/workflow"
	"github.com/motcua/motcua/internal/workflow/bpmn"
	"github.com/motcua/motcua/internal/workflow/draw"
	"github.com/motcua/motcua/internal/workflow/opencps"
	"github.com/motcua/motcua/internal/workflow/roleword"
)

// readBounded reads a file no larger than most bytes.
func readBounded(name string, most int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(raw)) > most {
		err = fmt.Errorf("%s is larger than %d bytes", name, most)
	}
	return raw, err
}

// holders reads the table of who holds steps, by the names of another system.
func (c *command) holders() (roleword.Table, error) {
	if c.roles == "" {
		return nil, nil
	}
	raw, err := readBounded(c.roles, 1<<20)
	if err != nil {
		return nil, err
	}
	var t roleword.Table
	if err := yaml.UnmarshalWithOptions(raw, &t, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("%s: %w", c.roles, err)
	}
	return t, nil
}

// importOpenCPS writes the definitions that a spreadsheet of master data describes.
func (c *command) importOpenCPS(args []string) int {
	rest, err := c.parse("import-opencps", args, "json", "roles", "code")
	if err != nil || len(rest) != 2 {
		return c.usage("import-opencps wants a spreadsheet and a folder")
	}
	raw, err := readBounded(rest[0], opencps.MaxFile)
	if err != nil {
		return c.fail(err)
	}
	table, err := c.holders()
	if err != nil {
		return c.fail(err)
	}
	r, err := opencps.Read(raw, opencps.Options{Holders: table, Codes: c.codes})
	if err != nil {
		return c.fail(err)
	}
	files := map[string]string{}
	if len(r.Problems) == 0 {
		files[filepath.Join("processes", r.Process.ID+".yaml")] = pack.YAML(r.Process)
		for _, f := range r.Forms {
			files[filepath.Join("forms", f.ID+".yaml")] = pack.YAML(f)
		}
		for _, v := range r.Procedures {
			v.Source = ""
			files[filepath.Join("procedures", safeName(v.Code)+".yaml")] = pack.YAML(v)
		}
	}
	names, err := writeNew(rest[1], files)
	if err != nil {
		return c.fail(err)
	}
	say := func(all []opencps.Finding) []string {
		out := make([]string, 0, len(all))
		for _, f := range all {
			out = append(out, f.String())
		}
		return out
	}
	return c.exchanged(names, say(r.Problems), say(r.Remarks))
}

// exchanged reports what an import did. Nothing was written when there are problems.
func (c *command) exchanged(files, problems, remarks []string) int {
	if c.json {
		if code := c.write(map[string]any{"files": files, "problems": problems, "remarks": remarks}); code != OK {
			return code
		}
	} else {
		for _, p := range problems {
			fmt.Fprintln(c.stderr, "problem: "+p)
		}
		for _, r := range remarks {
			fmt.Fprintln(c.stderr, "remark: "+r)
		}
		for _, f := range files {
			fmt.Fprintln(c.stdout, f)
		}
		fmt.Fprintf(c.stdout, "%d files written, %d problems, %d remarks\n", len(files), len(problems), len(remarks))
	}
	if len(problems) > 0 {
		return Problems
	}
	return OK
}

// safeName keeps a code of another system from leaving its folder.
func safeName(code string) string {
	s := strings.Map(func(r rune) rune {
		if r == '-' || r == '.' || r == '_' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' {
			return r
		}
		return '-'
	}, code)
	return cmp.Or(strings.Trim(s, "."), "x")
}

// writeNew writes files into a folder; one that is there already is not overwritten, and nothing is written then.
func writeNew(dir string, files map[string]string) ([]string, error) {
	names := make([]string, 0, len(files))
	for name := range files {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
			return nil, fmt.Errorf("%s is there already", filepath.Join(dir, name))
		} else if !errors.Is(err, os.ErrNotExist) {
			return nil, err
		}
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			return nil, err
		}
		if err := os.WriteFile(path, []byte(files[name]), 0o600); err != nil {
			return nil, err
		}
	}
	return names, nil
}

// bpmn turns a process of a pack into BPMN 2.0, or back, by what the file is. It writes to standard output, or to a
// file that is not there yet.
func (c *command) bpmn(args []string) int {
	rest, err := c.parse("bpmn", args, "json", "roles")
	if err != nil || len(rest) < 1 || len(rest) > 2 {
		return c.usage("bpmn wants a process (.yaml) or a BPMN file, and perhaps a file to write")
	}
	raw, err := readBounded(rest[0], bpmn.MaxFile)
	if err != nil {
		return c.fail(err)
	}
	if strings.HasSuffix(rest[0], ".yaml") {
		var p workflow.Process
		if err := yaml.UnmarshalWithOptions(raw, &p, yaml.Strict()); err != nil {
			return c.fail(fmt.Errorf("%s: %w", rest[0], err))
		}
		out, err := bpmn.Export(&p, draw.Look{})
		if err != nil {
			return c.fail(err)
		}
		return c.put(rest[1:], string(out), nil, nil)
	}
	table, err := c.holders()
	if err != nil {
		return c.fail(err)
	}
	p, report, err := bpmn.Import(raw, bpmn.Options{Holders: table})
	if err != nil {
		return c.fail(err)
	}
	say := func(all []bpmn.Finding) []string {
		out := make([]string, 0, len(all))
		for _, f := range all {
			out = append(out, f.String())
		}
		return out
	}
	text := ""
	if p != nil {
		text = pack.YAML(p)
	}
	return c.put(rest[1:], text, say(report.Problems), say(report.Remarks))
}

// put writes a text to the file named, or to standard output.
func (c *command) put(to []string, text string, problems, remarks []string) int {
	if len(to) == 1 {
		files := map[string]string{}
		if text != "" {
			files[filepath.Base(to[0])] = text
		}
		names, err := writeNew(filepath.Dir(to[0]), files)
		if err != nil {
			return c.fail(err)
		}
		return c.exchanged(names, problems, remarks)
	}
	for _, p := range problems {
		fmt.Fprintln(c.stderr, "problem: "+p)
	}
	for _, r := range remarks {
		fmt.Fprintln(c.stderr, "remark: "+r)
	}
	fmt.Fprint(c.stdout, text)
	if len(problems) > 0 {
		return Problems
	}
	return OK
}
