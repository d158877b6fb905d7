package pack

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/eform"
	"github.com/motcua/motcua/internal/notice"
	"github.com/motcua/motcua/internal/print"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/viet"
	"github.com/motcua/motcua/internal/workflow"
)

// Bounds of one file. A pack is text for people; what is larger is a mistake or an attack.
const (
	maxFile  = 1 << 20
	maxLine  = 64 << 10
	maxDepth = 64
	maxFiles = 20_000
)

// source is a file that was read, kept to find the lines of problems. Its tree is large beside its text and wanted
// only where something is wrong, so it is dropped once it was read and grown again when asked for.
type source struct {
	name string
	text []byte
	root ast.Node // nil once read
}

// tree is what the file says.
func (s *source) tree() ast.Node {
	if s.root == nil {
		if file, err := parser.ParseBytes(s.text, 0); err == nil {
			for _, d := range file.Docs {
				if d.Body != nil {
					s.root = d.Body
				}
			}
		}
	}
	return s.root
}

// place is where a thing was declared.
type place struct {
	file *source // nil: the thing was not read from a file
	name string  // the file it would be in, then
	path string  // yaml path: $ or $[3]
}

func standing(src *source, path string) place { return place{file: src, name: src.name, path: path} }

// Load reads a pack. Every problem carries file and line; the rest of the pack is still read,
// so one run shows all of them. A pack with problems must not be used.
func Load(fsys fs.FS) (*Pack, []Problem) {
	l := newLoader(fsys)
	l.all(true)
	if l.base != "" {
		l.problem("pack.yaml", 0, "stands over the pack %q: it is read by its folder", l.base)
	}
	return l.pack, l.problems
}

func newLoader(fsys fs.FS) *loader {
	return &loader{fsys: fsys, pack: &Pack{
		Rights: map[string][]string{}, Templates: map[string]string{},
		files: map[string]*source{}, where: map[string]place{},
	}}
}

// all reads every file; alone asks for those that no pack can do without.
func (l *loader) all(alone bool) {
	words := newLoader(l.fsys)
	var reading sync.WaitGroup
	reading.Go(words.templates) // long texts, and nothing else needs them
	l.head(alone)
	list(l, "agencies.yaml", alone, &l.pack.Agencies)
	list(l, "posts.yaml", alone, &l.pack.Posts)
	list(l, "people.yaml", false, &l.pack.People)
	list(l, "hours.yaml", alone, &l.pack.Hours)
	list(l, "routing.yaml", alone, &l.pack.Routing)
	if src := l.parse("rights.yaml", alone); src != nil {
		l.decode(src, src.root, &l.pack.Rights)
		l.declare("rights.yaml", 0, standing(src, "$"))
	}
	l.text("synonyms.txt", &l.pack.Synonyms)
	each(l, "procedures", func(v *procedure.Version) string { return v.Code }, &l.pack.Procedures)
	l.forms()
	each(l, "processes", func(w *workflow.Process) string { return w.ID }, &l.pack.Processes)
	for _, w := range l.pack.Processes {
		w.Digest = procedure.SumOf(w)
	}
	for _, v := range l.pack.Procedures {
		v.Source = "pack:" + l.pack.ID
		v.Digest = v.Sum()
	}
	reading.Wait()
	l.join(words)
	l.strangers()
}

type loader struct {
	fsys     fs.FS
	pack     *Pack
	problems []Problem

	base    string   // the pack this one stands over, as pack.yaml names it
	without []string // files of the base that do not stand here
}

func (l *loader) problem(file string, line int, format string, args ...any) {
	l.problems = append(l.problems, said(file, line, format, args...))
}

// read returns the bytes of a file within the bounds.
func (l *loader) read(name string, must bool) ([]byte, bool) {
	f, err := l.fsys.Open(name)
	if err != nil {
		if must || !errors.Is(err, fs.ErrNotExist) {
			l.problem(name, 0, "cannot be read: %s", plain(err))
		}
		return nil, false
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	switch {
	case err != nil:
		l.problem(name, 0, "cannot be read: %s", plain(err))
		return nil, false
	case len(raw) > maxFile:
		l.problem(name, 0, "larger than %d bytes", maxFile)
		return nil, false
	case !utf8.Valid(raw):
		l.problem(name, 0, "not UTF-8 text")
		return nil, false
	}
	return raw, true
}

func plain(err error) string {
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		return pe.Err.Error()
	}
	return err.Error()
}

// parse reads a YAML file. Anchors and aliases are refused: nobody needs them to read a
// pack, and a few lines of them can grow to gigabytes.
func (l *loader) parse(name string, must bool) *source {
	raw, ok := l.read(name, must)
	if !ok {
		return nil
	}
	raw = []byte(viet.NFC(string(raw)))
	if line, why := tooDeep(raw); why != "" {
		l.problem(name, line, "%s", why)
		return nil
	}
	file, err := parser.ParseBytes(raw, 0)
	if err != nil {
		l.yamlProblem(name, err)
		return nil
	}
	docs := slices.DeleteFunc(file.Docs, func(d *ast.DocumentNode) bool { return d.Body == nil })
	if len(docs) != 1 {
		l.problem(name, 0, "must hold one YAML document, holds %d", len(docs))
		return nil
	}
	src := &source{name: name, text: raw, root: docs[0].Body}
	var alias ast.Node
	ast.Walk(visitor(func(n ast.Node) {
		if t := n.Type(); alias == nil && (t == ast.AliasType || t == ast.AnchorType) {
			alias = n
		}
	}), src.root)
	if alias != nil {
		l.problem(name, lineOf(alias), "anchors and aliases are not used in packs")
		return nil
	}
	l.pack.files[name] = src
	return src
}

type visitor func(ast.Node)

func (v visitor) Visit(n ast.Node) ast.Visitor { v(n); return v }

// tooDeep finds lines too long and brackets nested too deep before the parser recurses into them.
func tooDeep(raw []byte) (line int, why string) {
	line, depth, start := 1, 0, 0
	for i, c := range raw {
		switch c {
		case '\n':
			line, start = line+1, i+1
		case '[', '{':
			depth++
		case ']', '}':
			depth = max(0, depth-1)
		}
		if i-start > maxLine {
			return line, fmt.Sprintf("line longer than %d bytes", maxLine)
		}
		if depth > maxDepth {
			return line, fmt.Sprintf("brackets nested deeper than %d", maxDepth)
		}
	}
	return 0, ""
}

func (l *loader) yamlProblem(name string, err error) {
	if ye, ok := errors.AsType[yaml.Error](err); ok {
		line := 0
		if t := ye.GetToken(); t != nil && t.Position != nil {
			line = t.Position.Line
		}
		l.problem(name, line, "%s", ye.GetMessage())
		return
	}
	l.problem(name, 0, "%s", err)
}

// decode reads a node strictly: an unknown or repeated key is a problem.
func (l *loader) decode(src *source, node ast.Node, into any) bool {
	if err := yaml.NodeToValue(node, into, yaml.Strict()); err != nil {
		before := len(l.problems)
		l.yamlProblem(src.name, err)
		if p := &l.problems[before]; p.Line == 0 {
			p.Line = lineOf(node)
		}
		return false
	}
	return true
}

func lineOf(n ast.Node) int {
	if n == nil || n.GetToken() == nil || n.GetToken().Position == nil {
		return 0
	}
	// The token of a mapping is the colon of its first pair, which may stand lines below; take its key.
	switch m := n.(type) {
	case *ast.MappingNode:
		if len(m.Values) > 0 {
			return lineOf(m.Values[0])
		}
	case *ast.MappingValueNode:
		return lineOf(m.Key)
	}
	return n.GetToken().Position.Line
}

// list reads a file that holds a sequence; each element is read on its own.
func list[T any](l *loader, name string, must bool, into *[]T) {
	src := l.parse(name, must)
	if src == nil {
		return
	}
	seq, ok := src.root.(*ast.SequenceNode)
	if !ok {
		l.problem(name, lineOf(src.root), "must be a list")
		return
	}
	for i, node := range seq.Values {
		var v T
		if l.decode(src, node, &v) {
			l.declare(name, len(*into), standing(src, "$["+strconv.Itoa(i)+"]"))
			*into = append(*into, v)
		}
	}
}

// declare remembers where the i-th thing of a file or folder stands.
func (l *loader) declare(of string, i int, p place) { l.pack.where[of+"#"+strconv.Itoa(i)] = p }

// each reads a folder with one YAML file per thing, named by its id.
func each[T any](l *loader, dir string, id func(*T) string, into *[]*T) {
	type read struct {
		src *source
		v   *T
	}
	for _, r := range atOnce(l, l.yamlIn(dir), func(b *loader, name string) read {
		v := new(T)
		src := b.parse(name, true)
		if src == nil || !b.decode(src, src.root, v) {
			return read{}
		}
		src.root = nil
		return read{src, v}
	}) {
		if r.v != nil {
			l.named(r.src, dir, id(r.v), len(*into))
			*into = append(*into, r.v)
		}
	}
}

// atOnce reads files on every processor, each by a loader of its own, and returns what they gave in the order
// of the names; what was wrong is told in that order too. A province has hundreds of procedures, and whoever starts the
// program waits for them.
func atOnce[T any](l *loader, names []string, read func(b *loader, name string) T) []T {
	out, beside := make([]T, len(names)), make([]*loader, len(names))
	var next atomic.Int64
	var busy sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(names)) {
		busy.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(names)); i = next.Add(1) - 1 {
				beside[i] = newLoader(l.fsys)
				out[i] = read(beside[i], names[i])
			}
		})
	}
	busy.Wait()
	for _, b := range beside {
		l.join(b)
	}
	return out
}

// join takes over what a loader beside this one found.
func (l *loader) join(b *loader) {
	l.problems = append(l.problems, b.problems...)
	maps.Copy(l.pack.files, b.pack.files)
	maps.Copy(l.pack.Templates, b.pack.Templates)
}

func (l *loader) named(src *source, dir, id string, i int) {
	if want := strings.TrimSuffix(path.Base(src.name), ".yaml"); id != want {
		l.problem(src.name, lineOf(src.tree()), "is named %q but declares %q (codes are text: write them in quotes)", want, id)
	}
	l.declare(dir, i, standing(src, "$"))
}

func (l *loader) yamlIn(dir string) []string {
	entries, err := fs.ReadDir(l.fsys, dir)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			l.problem(dir, 0, "cannot be read: %s", plain(err))
		}
		return nil
	}
	if len(entries) > maxFiles {
		l.problem(dir, 0, "more than %d files", maxFiles)
		return nil
	}
	var out []string
	for _, e := range entries {
		name := path.Join(dir, e.Name())
		if e.IsDir() || path.Ext(name) != ".yaml" {
			if !strings.HasPrefix(e.Name(), ".") {
				l.problem(name, 0, "is not a .yaml file")
			}
			continue
		}
		out = append(out, name)
	}
	return out
}

func (l *loader) head(must bool) {
	src := l.parse("pack.yaml", must)
	if src == nil {
		return
	}
	var head struct {
		ID       string            `yaml:"id"`
		Title    string            `yaml:"title"`
		Version  string            `yaml:"version"`
		Base     string            `yaml:"base"`
		Without  []string          `yaml:"without"`
		Province agency.Home       `yaml:"province"`
		General  procedure.General `yaml:"general"`
	}
	if l.decode(src, src.root, &head) {
		l.pack.ID, l.pack.Title, l.pack.Version = head.ID, head.Title, head.Version
		l.pack.Home, l.pack.General = head.Province, head.General
		l.base, l.without = head.Base, head.Without
	}
	l.declare("pack.yaml", 0, standing(src, "$"))
}

// forms read like other things, but their schema is JSON Schema written as YAML.
func (l *loader) forms() {
	type read struct {
		src  *source
		form *eform.Form
	}
	for _, r := range atOnce(l, l.yamlIn("forms"), func(b *loader, name string) read {
		src := b.parse(name, true)
		if src == nil {
			return read{}
		}
		var f struct {
			ID      string         `yaml:"id"`
			Title   string         `yaml:"title"`
			TitleEn string         `yaml:"title_en"`
			Basis   string         `yaml:"basis"`
			Schema  map[string]any `yaml:"schema"`
			Layout  eform.Layout   `yaml:"layout"`
			Use     string         `yaml:"use"`
		}
		if !b.decode(src, src.root, &f) {
			return read{}
		}
		schema, err := json.Marshal(f.Schema)
		if err != nil {
			b.problem(name, b.pack.line(standing(src, "$"), ".schema"), "schema cannot be written as JSON: %s", err)
			return read{}
		}
		src.root = nil
		return read{src, &eform.Form{ID: f.ID, Title: f.Title, TitleEn: f.TitleEn, Basis: f.Basis, Schema: schema, Layout: f.Layout, Use: f.Use}}
	}) {
		if r.form != nil {
			l.named(r.src, "forms", r.form.ID, len(l.pack.Forms))
			l.pack.Forms = append(l.pack.Forms, r.form)
		}
	}
}

func (l *loader) text(name string, into *string) {
	if raw, ok := l.read(name, false); ok {
		*into = viet.NFC(string(raw))
	}
}

func (l *loader) templates() {
	err := fs.WalkDir(l.fsys, "templates", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() || strings.HasPrefix(d.Name(), ".") {
			return nil
		}
		if len(l.pack.Templates) >= maxFiles {
			return fmt.Errorf("more than %d files", maxFiles)
		}
		var text string
		l.text(name, &text)
		l.pack.Templates[strings.TrimPrefix(name, "templates/")] = text
		if name == "templates/"+notice.TemplatePath {
			l.notices(name, text)
		}
		if print.IsWording(strings.TrimPrefix(name, "templates/")) {
			l.wording(name, text)
		}
		return nil
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		l.problem("templates", 0, "cannot be read: %s", plain(err))
	}
}

// notices checks the province's wording of notices: unknown kinds, fields and placeholders are named.
func (l *loader) notices(name, text string) {
	if l.parse(name, true) == nil {
		return // said already what is wrong with it as YAML
	}
	_, problems := notice.Read(text)
	for _, p := range problems {
		l.problem(name, p.Line, "%s", p.Reason)
	}
}

// wording checks the province's wording of printed papers: unknown fields and forms that are missing are named.
func (l *loader) wording(name, text string) {
	if l.parse(name, true) == nil {
		return // said already what is wrong with it as YAML
	}
	_, err := print.Parse([]byte(text))
	if bad, ok := errors.AsType[*print.TemplateError](err); ok {
		for _, p := range bad.Problems {
			l.problem(name, p.Line, "%s", p.Text)
		}
	}
}

// strangers reports files at the top that no rule reads: a misspelt name would else be silently ignored.
func (l *loader) strangers() {
	known := []string{
		"pack.yaml", "agencies.yaml", "posts.yaml", "people.yaml", "hours.yaml", "rights.yaml", "routing.yaml",
		"synonyms.txt", "procedures", "forms", "processes", "templates", "README.md",
	}
	entries, err := fs.ReadDir(l.fsys, ".")
	if err != nil {
		l.problem(".", 0, "cannot be read: %s", plain(err))
	}
	for _, e := range entries {
		if !slices.Contains(known, e.Name()) && !strings.HasPrefix(e.Name(), ".") {
			l.problem(e.Name(), 0, "is not part of a pack (known: %s)", strings.Join(known, ", "))
		}
	}
}

// line finds the line of a path below a place; it falls back to the place, then to 0.
func (p *Pack) line(at place, below string) int {
	if at.file == nil {
		return 0
	}
	for text := at.path + below; ; text = text[:strings.LastIndexAny(text, ".[")] {
		if len(text) < len(at.path) || !strings.ContainsAny(text, ".[") {
			break // what is missing is reported where it should stand
		}
		yp, err := yaml.PathString(text)
		if err != nil {
			continue
		}
		if n, err := yp.FilterNode(at.file.tree()); err == nil && n != nil {
			return lineOf(n)
		}
	}
	return lineOf(at.file.tree())
}
