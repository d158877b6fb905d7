// Package rule is the one language in which administrators write conditions and sums:
// who may file, which papers are needed, what a case costs, how long it may take, which
// way a process goes. An expression is checked against the form it speaks about when it
// is saved, has no side effects, ends within a bound, and can say itself as a sentence.
//
// The syntax (words, precedence, places of mistakes) is that of github.com/expr-lang/expr;
// types, absence and sentences are ours. An answer that was not given is absent: every
// comparison with it is false and every sum with it is absent. Evaluation never fails.
package rule

import (
	"math/big"
	"slices"
	"strings"

	"github.com/motcua/motcua/lang"
)

// Type is what a name or an expression yields.
type Type string

// Types. Limit stands in decision tables only: a processing time such as 5wd.
const (
	YesNo   Type = "yes_no"
	Number  Type = "number"
	Money   Type = "money" // đồng
	Text    Type = "text"
	Date    Type = "date"    // yyyy-mm-dd
	Choice  Type = "choice"  // one of the name's options
	Choices Type = "choices" // several of them
	Groups  Type = "groups"  // repeated groups of fields
	Address Type = "address" // {province, commune, detail}, each a name of its own below it
	Limit   Type = "limit"   // 8wh, 5wd, 15d, 1m, same-visit
)

// Bounds of an expression. Packs come from strangers too.
const (
	MaxSource = 4 << 10 // bytes
	MaxNodes  = 400     // parts: names, numbers, signs
	maxDigits = 40      // of one number in an answer
)

// Option is one value of a choice, with its words.
type Option struct {
	Value, Label, LabelEn string
}

// Name is one thing an expression may speak about.
type Name struct {
	Path string // as written: don.child.sex; letters, digits and _ between dots
	// Keys is where the value lies in Values; nil: the parts of Path.
	Keys           []string
	Type           Type
	Label, LabelEn string   // inside a sentence: "diện tích xây dựng"
	Options        []Option // of Choice and Choices
	// Item lists the fields of one group; their paths are relative to it. One is what it is called: "người con".
	Item       []Name
	One, OneEn string
	Whole      bool     // a Number without decimals; Money always is
	Least      *big.Rat // of a Number or Money; nil: open
	Most       *big.Rat
	Sure       bool // always answered, so that it is never absent
}

func (n *Name) keys() []string {
	if n.Keys != nil {
		return n.Keys
	}
	return strings.Split(n.Path, ".")
}

func (n *Name) label(code lang.Code) string {
	if code == lang.EN && n.LabelEn != "" {
		return n.LabelEn
	}
	if n.Label == "" {
		return n.Path
	}
	return n.Label
}

func (n *Name) option(value string, code lang.Code) string {
	for _, o := range n.Options {
		if o.Value != value {
			continue
		}
		if code == lang.EN && o.LabelEn != "" {
			return o.LabelEn
		}
		if o.Label != "" {
			return o.Label
		}
	}
	return value
}

func (n *Name) has(value string) bool {
	return slices.ContainsFunc(n.Options, func(o Option) bool { return o.Value == value })
}

// Schema is the world of an expression: every name it may use. The zero Schema knows none.
type Schema struct {
	names []*Name
	by    map[string]*Name
}

// NewSchema returns the world of these names. Of two with the same path the later stands.
func NewSchema(names ...Name) Schema { return Schema{}.With(names...) }

// With returns a schema that knows more names.
func (s Schema) With(names ...Name) Schema {
	out := Schema{by: map[string]*Name{}}
	add := func(n *Name) {
		if old := out.by[n.Path]; old != nil {
			out.names[slices.Index(out.names, old)] = n
		} else {
			out.names = append(out.names, n)
		}
		out.by[n.Path] = n
	}
	for _, n := range s.names {
		add(n)
	}
	for _, n := range names {
		add(&n)
		if n.Type != Address {
			continue
		}
		for _, part := range addressParts {
			p := Name{Path: n.Path + "." + part.key, Keys: append(slices.Clone(n.keys()), part.key), Type: Text}
			p.Label = lang.Text(lang.VI, part.label, "label", n.label(lang.VI))
			p.LabelEn = lang.Text(lang.EN, part.label, "label", n.label(lang.EN))
			add(&p)
		}
	}
	return out
}

var addressParts = []struct{ key, label string }{
	{"province", "rule.name.province"}, {"commune", "rule.name.commune"}, {"detail", "rule.name.detail"},
}

// Names returns every name in the order given, for help beside an editor. Do not change them.
func (s Schema) Names() []*Name { return s.names }

// Name returns the name with the path.
func (s Schema) Name(path string) (*Name, bool) { n, ok := s.by[path]; return n, ok }

// Values holds what an evaluation reads: plain JSON values by the first part of a path
// ("don", "ho_so", "ngay", "buoc"). Facts.Values makes them.
type Values map[string]any

// Facts is what is known of one case when an expression is evaluated.
type Facts struct {
	Answers map[string]any            // of the form: don.…
	Channel string                    // direct | online | post: ho_so.kenh
	Level   string                    // province | commune | ministry, of the resolving agency: ho_so.cap
	Commune string                    // code of the commune of the person: ho_so.xa
	Subject string                    // person | organisation: ho_so.doi_tuong
	Sets    int                       // sets of papers: ho_so.so_bo
	Outcome string                    // approved | not_eligible, once decided: ho_so.ket_luan
	Day     string                    // yyyy-mm-dd of the act: ngay
	Steps   map[string]map[string]any // answers of forms filled at a step, by its id: buoc.…
}

// Values returns the facts under the names of the language.
func (f Facts) Values() Values {
	file := map[string]any{"so_bo": max(f.Sets, 1)}
	for key, v := range map[string]string{"kenh": f.Channel, "cap": f.Level, "xa": f.Commune, "doi_tuong": f.Subject, "ket_luan": f.Outcome} {
		if v != "" {
			file[key] = v
		}
	}
	steps := map[string]any{}
	for id, answers := range f.Steps {
		steps[id] = answers
	}
	v := Values{"don": f.Answers, "ho_so": file, "buoc": steps}
	if f.Day != "" {
		v["ngay"] = f.Day
	}
	return v
}

// Fixed returns the names that every case has, whatever its form.
func Fixed() []Name {
	name := func(path string, t Type, sure bool, values ...string) Name {
		key := "rule.name." + strings.TrimPrefix(path, "ho_so.")
		n := Name{Path: path, Type: t, Sure: sure, Label: lang.Text(lang.VI, key), LabelEn: lang.Text(lang.EN, key)}
		for _, v := range values {
			n.Options = append(n.Options, Option{Value: v, Label: lang.Text(lang.VI, key+"."+v), LabelEn: lang.Text(lang.EN, key+"."+v)})
		}
		return n
	}
	sets := name("ho_so.so_bo", Number, true)
	sets.Whole, sets.Least = true, big.NewRat(1, 1)
	return []Name{
		name("ho_so.kenh", Choice, true, "direct", "online", "post"),
		name("ho_so.cap", Choice, true, "province", "commune", "ministry"),
		name("ho_so.xa", Text, false),
		name("ho_so.doi_tuong", Choice, true, "person", "organisation"),
		sets,
		name("ho_so.ket_luan", Choice, false, "approved", "not_eligible"),
		name("ngay", Date, true),
	}
}

// Identifier writes an id or a property as it stands in an expression: "tham-dinh" is tham_dinh.
func Identifier(id string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' {
			return r
		}
		return '_'
	}, id)
}

// Expr is a checked expression. It is safe for use by several goroutines.
type Expr struct {
	source string
	root   *node
	names  []string
}

// Source returns the expression as it was written.
func (e *Expr) Source() string { return e.source }

// Type returns what the expression yields.
func (e *Expr) Type() Type { return e.root.typ }

// Names returns the paths the expression reads, sorted. Fields of a group count under the group's path.
func (e *Expr) Names() []string { return slices.Clone(e.names) }
