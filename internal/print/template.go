package print

import (
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/motcua/motcua/internal/fault"
)

//go:embed templates/*.yaml
var templates embed.FS

// Forms is one set of forms with its wording, ready to draw. It is safe for use by several goroutines.
type Forms struct {
	set *set
}

// Builtin returns the forms with the wording that comes with the program. It fails for an unknown set.
func Builtin(name FormSet) (*Forms, error) {
	data, err := Source(name)
	if err != nil {
		return nil, err
	}
	return Parse(data)
}

// Source returns the wording of a set that comes with the program, as text to start from.
func Source(name FormSet) ([]byte, error) {
	data, err := fs.ReadFile(templates, "templates/"+string(name)+".yaml")
	if err != nil {
		return nil, fmt.Errorf("forms %q: %w", name, err)
	}
	return data, nil
}

// IsWording reports whether a pack's template of the path is the wording of a set of forms.
func IsWording(path string) bool {
	set, ok := strings.CutSuffix(path, ".yaml")
	return ok && (FormSet(set) == TT01of2018 || FormSet(set) == TT03of2025)
}

// Problem is one thing that is wrong with a wording.
type Problem struct {
	Line int    // from 1; 0: of the whole text
	Text string // in English, for pack checks
	Name string // the unknown field or list; empty for other problems
	Form string // key of the form in the text; empty: of the whole set
}

func (p Problem) String() string {
	if p.Line == 0 {
		return p.Text
	}
	return fmt.Sprintf("line %d: %s", p.Line, p.Text)
}

// TemplateError lists everything that is wrong with a wording.
type TemplateError struct{ Problems []Problem }

func (e *TemplateError) Error() string {
	out := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		out[i] = p.String()
	}
	return strings.Join(out, "\n")
}

// Parse reads the wording of a set of forms from YAML (see templates/ for the shape). It refuses
// unknown keys, unknown {placeholders} and missing forms with a *TemplateError, so that a pack with
// a slip is found when it is checked and not when a person waits at the desk.
func Parse(data []byte) (*Forms, error) {
	var s set
	if err := yaml.UnmarshalWithOptions(data, &s, yaml.Strict()); err != nil {
		return nil, &TemplateError{[]Problem{syntax(data, err)}}
	}
	f := &Forms{&s}
	if problems := f.check(data); len(problems) > 0 {
		return nil, &TemplateError{problems}
	}
	return f, nil
}

// syntax says what the YAML reader did not understand, and where.
func syntax(data []byte, err error) Problem {
	if m, ok := errors.AsType[*markupError](err); ok {
		return Problem{Line: lineOf(string(data), 1, m.text), Text: m.Error()}
	}
	p := Problem{Text: strings.Join(strings.Fields(yaml.FormatError(err, false, false)), " ")}
	if y, ok := errors.AsType[yaml.Error](err); ok {
		p.Text = y.GetMessage()
		if t := y.GetToken(); t != nil && t.Position != nil {
			p.Line = t.Position.Line
		}
	}
	return p
}

// lineOf is the number of the first line from the given one on that holds text, 0 when none does.
func lineOf(data string, from int, text string) int {
	first, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	for i, l := range strings.Split(data, "\n") {
		if i+1 >= from && first != "" && strings.Contains(l, first) {
			return i + 1
		}
	}
	return 0
}

// Keys of the forms in a wording, as rule sets name them.
const (
	ReceiptForm    = "receipt"
	SupplementForm = "supplement_request"
	RefusalForm    = "refusal_slip"
	ApologyForm    = "apology_letter"
	StopForm       = "stop_notice"
	ControlForm    = "control_slip"
	RegisterForm   = "dossier_register"
)

// ErrNoForm says that the circular knows no such form.
var ErrNoForm = fault.New(fault.NotFound, "print.no-form")

// Has reports whether the set has the form.
func (f *Forms) Has(key string) bool {
	x, ok := f.set.forms()[key]
	return ok && len(x.Titles) > 0
}

// Set returns the circular whose forms these are.
func (f *Forms) Set() FormSet { return f.set.Set }

// set is the template of a whole set of forms.
type set struct {
	Set        FormSet   `yaml:"set"`
	Country    text      `yaml:"country"`
	Motto      text      `yaml:"motto"`
	Place      text      `yaml:"place"`   // place and date of issue
	Instant    text      `yaml:"instant"` // hour, minute, day
	Day        text      `yaml:"day"`
	Money      text      `yaml:"money"`
	Fee        text      `yaml:"fee"` // one fee of the list of fees
	Page       text      `yaml:"page"`
	Copies     [2]string `yaml:"copies"`   // kept, given
	Outcomes   [3]string `yaml:"outcomes"` // early, on time, overdue
	Foot       []text    `yaml:"foot"`     // lines beside the QR code
	Receipt    form      `yaml:"receipt"`
	Supplement form      `yaml:"supplement_request"`
	Refusal    form      `yaml:"refusal_slip"`
	Apology    form      `yaml:"apology_letter"`
	Stop       form      `yaml:"stop_notice"` // not in the set of 2018
	Control    form      `yaml:"control_slip"`
	Register   form      `yaml:"dossier_register"`
}

func (s *set) forms() map[string]*form {
	return map[string]*form{
		ReceiptForm: &s.Receipt, SupplementForm: &s.Supplement, RefusalForm: &s.Refusal, ApologyForm: &s.Apology, StopForm: &s.Stop,
		ControlForm: &s.Control, RegisterForm: &s.Register,
	}
}

// form is one paper. Its blocks are drawn in order.
type form struct {
	Paper   string  `yaml:"paper"`  // A5 (default), A4, A4-landscape
	Size    float64 `yaml:"size"`   // of the type, in points; 0: as large as fits
	Mark    text    `yaml:"mark"`   // number of the form, at the top right
	Number  []title `yaml:"number"` // line under the issuing body: the first whose condition holds
	Titles  []title `yaml:"titles"` // likewise
	Under   []text  `yaml:"under"`  // centred lines under the title
	OnePage bool    `yaml:"one_page"`
	Body    []block `yaml:"body"`
	Notes   []text  `yaml:"notes"` // small print above the QR code
}

type title struct {
	If   cond `yaml:"if"`
	Text text `yaml:"text"`
}

// choose returns the first line whose condition holds; empty when none does or its fields are empty.
func choose(list []title, v values) string {
	for _, t := range list {
		if t.If.holds(v) {
			return t.Text.plain(v)
		}
	}
	return ""
}

// block is one of: a paragraph, a row of short fields, a table, a list, a block of signatures.
type block struct {
	If      cond     `yaml:"if"`
	Para    text     `yaml:"para"`
	Align   string   `yaml:"align"`  // left (default), justify, center, right
	Indent  float64  `yaml:"indent"` // first line, in em
	Row     []text   `yaml:"row"`    // side by side; empty ones give their place to the others
	Table   string   `yaml:"table"`
	Columns []column `yaml:"columns"`
	List    string   `yaml:"list"`
	Item    text     `yaml:"item"`
	More    text     `yaml:"more"` // says how many rows were left out; {n}
	Sign    []sign   `yaml:"sign"`
}

type column struct {
	Head  text    `yaml:"head"`
	Value text    `yaml:"value"`
	Width float64 `yaml:"width"` // mm; 0 takes what is left
	Align string  `yaml:"align"`
	// Drop leaves the column out when no row has a value in it.
	Drop bool `yaml:"drop"`
}

type sign struct {
	If    cond `yaml:"if"`
	Title text `yaml:"title"`
	Note  text `yaml:"note"`
	Name  text `yaml:"name"`
}

// cond is "field" (has a value) or "field=value"; empty always holds.
type cond string

func (c cond) holds(v values) bool {
	if c == "" {
		return true
	}
	name, want, exact := strings.Cut(string(c), "=")
	if exact {
		return v[name] == want
	}
	return v[name] != ""
}

func (c cond) fields() []string {
	if c == "" {
		return nil
	}
	name, _, _ := strings.Cut(string(c), "=")
	return []string{name}
}

// values are what a form's placeholders stand for. Every known field has a key, empty or not.
type values map[string]string

// text is wording with {placeholders}, *bold*, _italic_ and [parts] that are left out when one of
// their placeholders is empty. Markup is read before values are put in: a value is never markup.
type text struct {
	nodes []node
}

type node struct {
	lit, field   string
	bold, italic bool
	group        []node
}

// UnmarshalYAML reads the markup.
func (t *text) UnmarshalYAML(b []byte) error {
	var s string
	if err := yaml.Unmarshal(b, &s); err != nil {
		return err
	}
	p := parser{in: []rune(Clean(s))}
	nodes, err := p.nodes(0)
	if err != nil {
		return &markupError{text: s, err: err}
	}
	t.nodes = nodes
	return nil
}

// markupError is a mark in a text that is not closed or not opened.
type markupError struct {
	text string
	err  error
}

func (e *markupError) Error() string { return fmt.Sprintf("%q: %s", e.text, e.err) }
func (e *markupError) Unwrap() error { return e.err }

type parser struct {
	in           []rune
	pos          int
	bold, italic bool
}

var (
	errOpenMark  = errors.New("a mark is not closed")
	errNested    = errors.New("parts in brackets cannot be nested")
	errStrayMark = errors.New("a closing mark without its opening")
)

func (p *parser) nodes(end rune) ([]node, error) {
	var out []node
	var lit strings.Builder
	flush := func() {
		if lit.Len() > 0 {
			out = append(out, node{lit: lit.String(), bold: p.bold, italic: p.italic})
			lit.Reset()
		}
	}
	for p.pos < len(p.in) {
		r := p.in[p.pos]
		p.pos++
		switch r {
		case end:
			flush()
			return out, nil
		case '*':
			flush()
			p.bold = !p.bold
		case '_':
			flush()
			p.italic = !p.italic
		case '[':
			if end == ']' {
				return nil, errNested
			}
			flush()
			g, err := p.nodes(']')
			if err != nil {
				return nil, err
			}
			out = append(out, node{group: g})
		case '{':
			flush()
			n := slices.Index(p.in[p.pos:], '}')
			if n < 0 {
				return nil, errOpenMark
			}
			out = append(out, node{field: string(p.in[p.pos : p.pos+n]), bold: p.bold, italic: p.italic})
			p.pos += n + 1
		case ']', '}':
			return nil, errStrayMark
		default:
			lit.WriteRune(r)
		}
	}
	if end != 0 || p.bold || p.italic {
		return nil, errOpenMark
	}
	flush()
	return out, nil
}

// span is a piece of text of one style.
type span struct {
	text         string
	bold, italic bool
}

// fill puts values in. It returns nothing when the text has placeholders and all of them are empty.
func (t text) fill(v values) []span {
	var out []span
	asked, given := false, false
	for _, n := range t.nodes {
		switch {
		case n.group != nil:
			whole := true
			for _, g := range n.group {
				whole = whole && (g.field == "" || v[g.field] != "")
			}
			asked = true
			if whole {
				given = true
				for _, g := range n.group {
					out = append(out, span{g.lit + v[g.field], g.bold, g.italic})
				}
			}
		case n.field != "":
			asked = true
			given = given || v[n.field] != ""
			out = append(out, span{v[n.field], n.bold, n.italic})
		default:
			out = append(out, span{n.lit, n.bold, n.italic})
		}
	}
	if asked && !given {
		return nil
	}
	return out
}

// plain is fill without styles.
func (t text) plain(v values) string {
	var b strings.Builder
	for _, s := range t.fill(v) {
		b.WriteString(s.text)
	}
	return b.String()
}

func (t text) fields() []string {
	var out []string
	for _, n := range t.nodes {
		if n.field != "" {
			out = append(out, n.field)
		}
		out = append(out, text{n.group}.fields()...)
	}
	return out
}

// check finds what would only show on paper: fields that do not exist, forms that are missing.
func (f *Forms) check(data []byte) []Problem {
	s := f.set
	c := checker{source: string(data)}
	if s.Set != TT01of2018 && s.Set != TT03of2025 {
		c.add(Problem{Line: lineOf(c.source, 1, "set:"), Text: fmt.Sprintf("set %q is none of %s, %s", s.Set, TT01of2018, TT03of2025)})
	}
	c.known("", "place", s.dateValues(Head{}.Issued, "place"), s.Place.fields())
	c.known("", "instant", s.dateValues(Head{}.Issued), s.Instant.fields())
	c.known("", "day", s.dateValues(Head{}.Issued), s.Day.fields())
	c.known("", "money", values{"amount": ""}, s.Money.fields())
	c.known("", "fee", feeValues, s.Fee.fields())
	c.known("", "page", values{"page": "", "pages": ""}, s.Page.fields())
	papers := map[string]paper{
		ReceiptForm: s.receipt(Receipt{}), SupplementForm: s.supplement(SupplementRequest{}), RefusalForm: s.refusal(Refusal{}),
		ApologyForm: s.apology(Apology{}), ControlForm: s.control(ControlSlip{}), RegisterForm: s.register(Register{}),
	}
	if s.Set == TT03of2025 || len(s.Stop.Titles)+len(s.Stop.Body) > 0 {
		papers[StopForm] = s.stop(StopNotice{})
	}
	for i, t := range s.Foot {
		c.known("", fmt.Sprintf("foot, line %d", i+1), papers[ControlForm].values, t.fields())
	}
	for _, key := range slices.Sorted(maps.Keys(papers)) {
		c.form(key, papers[key])
	}
	slices.SortStableFunc(c.problems, func(a, b Problem) int { return cmp.Compare(a.Line, b.Line) })
	return c.problems
}

// checker gathers problems and finds their lines.
type checker struct {
	source   string
	problems []Problem
}

func (c *checker) add(p Problem) { c.problems = append(c.problems, p) }

// at is the line at which a form begins.
func (c *checker) at(form string) int {
	if strings.HasPrefix(c.source, form+":") {
		return 1
	}
	before, _, found := strings.Cut(c.source, "\n"+form+":")
	if !found {
		return 0
	}
	return strings.Count(before, "\n") + 2
}

// known reports the names that v does not have.
func (c *checker) known(form, where string, v values, names []string) {
	for _, n := range names {
		if _, ok := v[n]; ok {
			continue
		}
		from := 1
		if form != "" {
			from = max(1, c.at(form))
		}
		line := lineOf(c.source, from, "{"+n+"}")
		if line == 0 {
			line = lineOf(c.source, from, "if: "+n)
		}
		p := Problem{Line: line, Name: n, Form: form, Text: fmt.Sprintf("%s: unknown field {%s}", where, n)}
		if !slices.Contains(c.problems, p) {
			c.add(p)
		}
	}
}

func (c *checker) form(key string, p paper) {
	at := c.at(key)
	bad := func(name, format string, args ...any) {
		c.add(Problem{Line: at, Form: key, Name: name, Text: fmt.Sprintf(format, args...)})
	}
	if len(p.form.Titles) == 0 || len(p.form.Body) == 0 {
		bad("", "%s: title or body is missing", key)
	}
	if _, ok := pages[p.form.Paper]; !ok {
		bad("", "%s: paper %q is none of A5, A4, A4-landscape", key, p.form.Paper)
	}
	if p.form.Size != 0 && (p.form.Size < 6 || p.form.Size > 14) {
		bad("", "%s: size %v is not between 6 and 14 points", key, p.form.Size)
	}
	c.known(key, key+", mark", p.values, p.form.Mark.fields())
	for _, t := range slices.Concat(p.form.Under, p.form.Notes) {
		c.known(key, key, p.values, t.fields())
	}
	for _, t := range slices.Concat(p.form.Titles, p.form.Number) {
		c.known(key, key, p.values, slices.Concat(t.Text.fields(), t.If.fields()))
	}
	for i, b := range p.form.Body {
		where := fmt.Sprintf("%s, block %d", key, i+1)
		c.known(key, where, p.values, slices.Concat(b.If.fields(), b.Para.fields()))
		c.known(key, where, values{"n": ""}, b.More.fields())
		for _, t := range b.Row {
			c.known(key, where, p.values, t.fields())
		}
		for _, g := range b.Sign {
			c.known(key, where, p.values, slices.Concat(g.If.fields(), g.Title.fields(), g.Note.fields(), g.Name.fields()))
		}
		for _, list := range []string{b.Table, b.List} {
			if list == "" {
				continue
			}
			row, ok := p.shapes[list]
			if !ok {
				bad(list, "%s: unknown list %q", where, list)
				continue
			}
			c.known(key, where, row, b.Item.fields())
			for _, x := range b.Columns {
				c.known(key, where, row, x.Value.fields())
			}
		}
		if b.Table != "" && len(b.Columns) == 0 {
			bad("", "%s: table without columns", where)
		}
		width := 0.0
		for _, x := range b.Columns {
			width += x.Width
		}
		if room := p.page().inner(); width > room && room > 0 {
			bad("", "%s: the columns are %.0f mm wide, the page has %.0f", where, width, room)
		}
	}
}
