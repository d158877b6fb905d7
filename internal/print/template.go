package print

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
)

//go:embed templates/*.yaml
var templates embed.FS

// Forms is one set of forms with its wording, ready to draw. It is safe for use by several goroutines.
type Forms struct {
	set *set
}

// Builtin returns the forms with the wording that comes with the program. It fails for an unknown set.
func Builtin(name FormSet) (*Forms, error) {
	data, err := fs.ReadFile(templates, "templates/"+string(name)+".yaml")
	if err != nil {
		return nil, fmt.Errorf("forms %q: %w", name, err)
	}
	return Parse(data)
}

// Parse reads the wording of a set of forms from YAML (see templates/ for the shape). It refuses
// unknown keys, unknown {placeholders} and missing forms, so that a pack with
// a slip is found when it is checked and not when a person waits at the desk.
func Parse(data []byte) (*Forms, error) {
	var s set
	if err := yaml.UnmarshalWithOptions(data, &s, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("read forms: %w", err)
	}
	f := &Forms{&s}
	if err := f.check(); err != nil {
		return nil, fmt.Errorf("forms %q: %w", s.Set, err)
	}
	return f, nil
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
	Supplement form      `yaml:"supplement"`
	Refusal    form      `yaml:"refusal"`
	Control    form      `yaml:"control"`
}

// form is one paper. Its blocks are drawn in order.
type form struct {
	Mark    text    `yaml:"mark"`   // number of the form, at the top right
	Number  text    `yaml:"number"` // line under the issuing body
	Titles  []title `yaml:"titles"` // the first whose condition holds
	Under   []text  `yaml:"under"`  // centred lines under the title
	OnePage bool    `yaml:"one_page"`
	Body    []block `yaml:"body"`
	Notes   []text  `yaml:"notes"` // small print above the QR code
}

type title struct {
	If   cond `yaml:"if"`
	Text text `yaml:"text"`
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
		return fmt.Errorf("%q: %w", s, err)
	}
	t.nodes = nodes
	return nil
}

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
func (f *Forms) check() error {
	s := f.set
	var errs []error
	known := func(where string, v values, names []string) {
		for _, n := range names {
			if _, ok := v[n]; !ok {
				errs = append(errs, fmt.Errorf("%s: unknown field {%s}", where, n))
			}
		}
	}
	known("place", s.dateValues(Head{}.Issued, "place"), s.Place.fields())
	known("instant", s.dateValues(Head{}.Issued), s.Instant.fields())
	known("day", s.dateValues(Head{}.Issued), s.Day.fields())
	known("money", values{"amount": ""}, s.Money.fields())
	known("fee", feeValues, s.Fee.fields())
	known("page", values{"page": "", "pages": ""}, s.Page.fields())
	for name, p := range map[string]paper{
		"receipt": s.receipt(Receipt{}), "supplement": s.supplement(SupplementRequest{}),
		"refusal": s.refusal(Refusal{}), "control": s.control(ControlSlip{}),
	} {
		if len(p.form.Titles) == 0 || len(p.form.Body) == 0 {
			errs = append(errs, fmt.Errorf("%s: title or body is missing", name))
		}
		known(name, p.values, p.form.Number.fields())
		for _, t := range slices.Concat(s.Foot, p.form.Under, p.form.Notes) {
			known(name, p.values, t.fields())
		}
		for _, t := range p.form.Titles {
			known(name, p.values, slices.Concat(t.Text.fields(), t.If.fields()))
		}
		for i, b := range p.form.Body {
			where := fmt.Sprintf("%s, block %d", name, i+1)
			known(where, p.values, slices.Concat(b.If.fields(), b.Para.fields()))
			known(where, values{"n": ""}, b.More.fields())
			for _, t := range b.Row {
				known(where, p.values, t.fields())
			}
			for _, g := range b.Sign {
				known(where, p.values, slices.Concat(g.If.fields(), g.Title.fields(), g.Note.fields(), g.Name.fields()))
			}
			for _, list := range []string{b.Table, b.List} {
				if list == "" {
					continue
				}
				row, ok := p.shapes[list]
				if !ok {
					errs = append(errs, fmt.Errorf("%s: unknown list %q", where, list))
					continue
				}
				known(where, row, b.Item.fields())
				for _, c := range b.Columns {
					known(where, row, c.Value.fields())
				}
			}
			if b.Table != "" && len(b.Columns) == 0 {
				errs = append(errs, fmt.Errorf("%s: table without columns", where))
			}
		}
	}
	return errors.Join(errs...)
}
