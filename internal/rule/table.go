package rule

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/motcua/motcua/lang"
)

// Table decides by cases, as a tariff or a list of time limits is printed: columns that ask, columns that answer,
// one case per row. A row holds when each of its cells holds; Unique demands that never two rows hold,
// otherwise the first that holds counts.
type Table struct {
	Hit     string   `yaml:"hit,omitempty" json:"hit,omitempty"` // first (also when empty) | unique
	Inputs  []Input  `yaml:"inputs,omitempty" json:"inputs,omitempty"`
	Outputs []Output `yaml:"outputs,omitempty" json:"outputs,omitempty"`
	Rows    []Row    `yaml:"rows" json:"rows"`
}

// Ways of choosing among rows.
const (
	HitFirst  = "first"
	HitUnique = "unique"
)

// MostRows bounds a table.
const MostRows = 200

// Input is a column that asks: an expression that rows put bounds on.
type Input struct {
	Expr    string `yaml:"expr" json:"expr"`
	Label   string `yaml:"label,omitempty" json:"label,omitempty"`
	LabelEn string `yaml:"label_en,omitempty" json:"label_en,omitempty"`
}

// Output is a column that answers. Text and Limit answers are written as they are; Money and Number
// answers may be sums over the form.
type Output struct {
	ID      string `yaml:"id" json:"id"`
	Type    Type   `yaml:"type" json:"type"` // money | number | text | limit
	Label   string `yaml:"label,omitempty" json:"label,omitempty"`
	LabelEn string `yaml:"label_en,omitempty" json:"label_en,omitempty"`
}

// Row is one case. Cells stand for the inputs in order: "-" or nothing holds always; "> 500", "<= 3", "!= x" compare;
// "100..500" holds from the one to the other, both included; "a, b" holds for each of them; yes and no (có, không) for
// yes-or-no questions; anything else must be equal. When is a further condition, or the only one.
type Row struct {
	If   []Cell          `yaml:"if,omitempty,flow" json:"if,omitempty"`
	When string          `yaml:"when,omitempty" json:"when,omitempty"`
	Then map[string]Cell `yaml:"then" json:"then"`                     // by the id of the output
	Note string          `yaml:"note,omitempty" json:"note,omitempty"` // the clause it comes from
}

// Cell is what stands in one field of a table: text, or a number or truth written without quotes.
type Cell string

// UnmarshalYAML takes any single value as its text.
func (c *Cell) UnmarshalYAML(decode func(any) error) error {
	var s string
	if err := decode(&s); err == nil {
		*c = Cell(s)
		return nil
	}
	var v any
	if err := decode(&v); err != nil {
		return err
	}
	switch v := v.(type) {
	case nil:
		*c = ""
	case bool, int, int64, uint64, json.Number:
		*c = Cell(fmt.Sprint(v))
	case float64:
		*c = Cell(strconv.FormatFloat(v, 'f', -1, 64))
	default:
		return fmt.Errorf("a cell holds one value, not %T", v)
	}
	return nil
}

// Decider is a checked table. It is safe for use by several goroutines.
type Decider struct {
	table  Table
	guards []*Expr // nil: holds always
	then   []map[string]*Expr
}

// Decision is the row that holds, with its answers.
type Decision struct {
	Row  int // from 0
	Note string
	Out  map[string]Answer
}

// Answer is one answer of a row: a sum, or words.
type Answer struct {
	Amount int64  // of Money, đồng
	Text   string // of Text and Limit as written, of Number as digits
}

// CompileTable checks that every cell of a table can be read; problems carry their place in At. A table with
// problems is nil. Decider.Check and Study look at its rows together.
func CompileTable(t Table, s Schema) (*Decider, []Problem) {
	k := &tabler{t: t, schema: s, d: &Decider{table: t}}
	k.columns()
	if len(t.Rows) == 0 {
		k.wrong("rows", "table-empty")
	}
	if len(t.Rows) > MostRows {
		k.wrong("rows", "table-long", "limit", MostRows)
		return nil, k.problems
	}
	for i, r := range t.Rows {
		k.row(i, r)
	}
	if len(k.problems) > 0 {
		return nil, k.problems
	}
	return k.d, nil
}

// Check finds rows that no case reaches and, where only one row may hold, rows that hold together. It looks at
// many cases: for authors, not for every filing.
func (d *Decider) Check(s Schema) []Problem {
	k := &tabler{schema: s}
	study := Together(d.guards...)
	for i, first := range study.First {
		switch {
		case first != nil || !study.Exact:
		case study.Each[i].Kind == Never:
			k.wrong(rowAt(i), "row-never", "row", i+1)
		default:
			k.wrong(rowAt(i), "row-covered", "row", i+1)
		}
	}
	if d.table.Hit == HitUnique {
		for _, o := range study.Overlaps {
			k.wrong(rowAt(o.B), "rows-overlap", "a", o.A+1, "b", o.B+1, "case", SayValues(o.Witness, s, lang.EN))
		}
	}
	return k.problems
}

func rowAt(i int) string { return fmt.Sprintf("rows[%d]", i) }

type tabler struct {
	t        Table
	schema   Schema
	d        *Decider
	inputs   []*Expr
	problems []Problem
}

func (k *tabler) wrong(at, code string, args ...any) {
	p := Problem{At: at, Code: code, Args: map[string]any{}}
	for i := 0; i+1 < len(args); i += 2 {
		p.Args[args[i].(string)] = args[i+1] //nolint:forcetypeassert // keys are written here
	}
	k.problems = append(k.problems, p)
}

func (k *tabler) take(at string, ps []Problem) {
	for _, p := range ps {
		p.At = at
		k.problems = append(k.problems, p)
	}
}

func (k *tabler) columns() {
	if k.t.Hit != "" && k.t.Hit != HitFirst && k.t.Hit != HitUnique {
		k.wrong("hit", "table-hit", "hit", k.t.Hit)
	}
	for i, in := range k.t.Inputs {
		at := fmt.Sprintf("inputs[%d].expr", i)
		e, ps := compileAny(in.Expr, k.schema)
		k.take(at, ps)
		k.inputs = append(k.inputs, e)
	}
	if len(k.t.Outputs) == 0 {
		k.wrong("outputs", "table-outputs")
	}
	seen := map[string]bool{}
	for i, o := range k.t.Outputs {
		at := fmt.Sprintf("outputs[%d]", i)
		if o.ID == "" || seen[o.ID] {
			k.wrong(at, "output-id", "id", o.ID)
		}
		seen[o.ID] = true
		if !slices.Contains([]Type{Money, Number, Text, Limit}, o.Type) {
			k.wrong(at, "output-type", "id", o.ID)
		}
	}
}

// compileAny checks an expression whatever it yields.
func compileAny(src string, s Schema) (*Expr, []Problem) {
	var problems []Problem
	for _, want := range []Type{YesNo, Number, Text, Date} {
		e, ps := Compile(src, s, want)
		if e != nil {
			return e, nil
		}
		if problems == nil || len(ps) != 1 || ps[0].Code != "type" {
			problems = ps
		}
		if len(ps) != 1 || ps[0].Code != "type" {
			break
		}
	}
	return nil, problems
}

func (k *tabler) row(i int, r Row) {
	at := rowAt(i)
	if len(r.If) > len(k.t.Inputs) {
		k.wrong(at+".if", "row-cells", "row", i+1, "have", len(r.If), "most", len(k.t.Inputs))
		return
	}
	var parts []string
	for j, c := range r.If {
		if k.inputs[j] == nil {
			continue
		}
		src := k.cell(fmt.Sprintf("%s.if[%d]", at, j), k.t.Inputs[j].Expr, k.inputs[j], strings.TrimSpace(string(c)))
		if src != "" {
			parts = append(parts, src)
		}
	}
	if r.When != "" {
		_, ps := Compile(r.When, k.schema, YesNo)
		k.take(at+".when", ps)
		parts = append(parts, "("+r.When+")")
	}
	var guard *Expr
	if len(parts) > 0 && len(k.problems) == 0 {
		var ps []Problem
		guard, ps = Compile(strings.Join(parts, " and "), k.schema, YesNo)
		k.take(at, ps)
	}
	k.d.guards = append(k.d.guards, guard)
	k.answers(at, i, r)
}

func (k *tabler) answers(at string, i int, r Row) {
	out := map[string]*Expr{}
	for _, o := range k.t.Outputs {
		at := at + ".then." + o.ID
		text := strings.TrimSpace(string(r.Then[o.ID]))
		switch {
		case text == "" && o.Type == Text:
		case text == "":
			k.wrong(rowAt(i), "row-answer", "row", i+1, "id", o.ID)
		case o.Type == Limit && text != "same-visit" && !limitForm.MatchString(text):
			k.wrong(at, "no-limit", "value", text)
		case o.Type == Money || o.Type == Number:
			e, ps := Compile(text, k.schema, o.Type)
			k.take(at, ps)
			out[o.ID] = e
		}
	}
	for id := range r.Then {
		if !slices.ContainsFunc(k.t.Outputs, func(o Output) bool { return o.ID == id }) {
			k.wrong(at+".then."+id, "output-unknown", "id", id)
		}
	}
	k.d.then = append(k.d.then, out)
}

// cell turns a cell into an expression over its input and checks it; "" when it holds always.
func (k *tabler) cell(at, input string, in *Expr, c string) string {
	if c == "" || c == "-" {
		return ""
	}
	subject := input
	switch in.root.op {
	case opName, opAge, opDays, opFilled, opCount, opSum, opLeast, opMost, opRound:
	default:
		subject = "(" + input + ")"
	}
	var src string
	switch {
	case in.Type() == YesNo:
		switch strings.ToLower(c) {
		case "yes", "true", "có":
			src = subject + " == true"
		case "no", "false", "không":
			src = subject + " == false"
		default:
			k.wrong(at, "cell-yes-no", "value", c)
			return ""
		}
	default:
		for _, sign := range []string{">=", "<=", "!=", "==", ">", "<"} {
			if rest, ok := strings.CutPrefix(c, sign); ok {
				src = subject + " " + sign + " " + k.quoted(in, strings.TrimSpace(rest))
				break
			}
		}
		if src != "" {
			break
		}
		if from, to, ok := strings.Cut(c, ".."); ok && (numeric(in.Type()) || in.Type() == Date) {
			src = fmt.Sprintf("(%s >= %s and %s <= %s)", subject, k.quoted(in, strings.TrimSpace(from)), subject, k.quoted(in, strings.TrimSpace(to)))
			break
		}
		var list []string
		for part := range strings.SplitSeq(c, ",") {
			list = append(list, k.quoted(in, strings.TrimSpace(part)))
		}
		switch {
		case in.Type() == Choices:
			for i, v := range list {
				list[i] = v + " in " + subject
			}
			src = "(" + strings.Join(list, " or ") + ")"
		case len(list) == 1:
			src = subject + " == " + list[0]
		default:
			src = subject + " in [" + strings.Join(list, ", ") + "]"
		}
	}
	if _, ps := Compile(src, k.schema, YesNo); len(ps) > 0 {
		for i := range ps {
			ps[i].Line, ps[i].Column = 0, 0 // the place in the cell says enough
		}
		k.take(at, ps)
		return ""
	}
	return src
}

// quoted writes a value of a cell as a literal: figures as they are, words in quotes.
func (k *tabler) quoted(in *Expr, s string) string {
	if numeric(in.Type()) {
		return s
	}
	if unquoted, err := strconv.Unquote(s); err == nil {
		s = unquoted
	}
	return strconv.Quote(s)
}

// Decide returns the first row that holds; false when none does or a sum of it is absent.
func (d *Decider) Decide(v Values) (Decision, bool) {
	for i, g := range d.guards {
		if g != nil && !g.Bool(v) {
			continue
		}
		r := d.table.Rows[i]
		out := Decision{Row: i, Note: r.Note, Out: map[string]Answer{}}
		for _, o := range d.table.Outputs {
			e := d.then[i][o.ID]
			switch {
			case e == nil:
				out.Out[o.ID] = Answer{Text: strings.TrimSpace(string(r.Then[o.ID]))}
			case o.Type == Money:
				n, ok := e.Money(v)
				if !ok {
					return Decision{}, false
				}
				out.Out[o.ID] = Answer{Amount: n}
			default:
				n, ok := e.Number(v)
				if !ok {
					return Decision{}, false
				}
				out.Out[o.ID] = Answer{Text: string(figureJSON(n))}
			}
		}
		return out, true
	}
	return Decision{}, false
}

// Study tells what the rows leave open (Gap) and which hold together.
func (d *Decider) Study() Study { return Together(d.guards...) }

// Names returns the paths the table reads, sorted.
func (d *Decider) Names() []string {
	var out []string
	for _, g := range d.guards {
		if g != nil {
			out = append(out, g.names...)
		}
	}
	for _, then := range d.then {
		for _, e := range then {
			if e != nil {
				out = append(out, e.names...)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Condition says when a row holds, as it stands after "nếu"; empty for a row that always does.
func (d *Decider) Condition(row int, code lang.Code) string {
	if g := d.guards[row]; g != nil {
		return g.Clause(code)
	}
	return ""
}

// Say writes the table as sentences, one per row.
func (d *Decider) Say(code lang.Code) []string {
	out := make([]string, 0, len(d.table.Rows))
	for i, r := range d.table.Rows {
		var then []string
		for _, o := range d.table.Outputs {
			text := strings.TrimSpace(string(r.Then[o.ID]))
			e := d.then[i][o.ID]
			switch {
			case text == "":
				continue
			case e != nil:
				text = e.Clause(code)
			case o.Type == Limit:
				text = SayLimit(text, code)
			default:
				text = "“" + text + "”"
			}
			label := o.Label
			if code == lang.EN && o.LabelEn != "" {
				label = o.LabelEn
			}
			if label == "" {
				label = o.ID
			}
			then = append(then, lang.Text(code, "rule.say.eq", "a", lower(label), "b", text))
		}
		answer := strings.Join(then, ", ")
		switch when := d.Condition(i, code); {
		case when != "":
			out = append(out, lang.Text(code, "rule.say.row", "if", when, "then", answer))
		case i > 0:
			out = append(out, lang.Text(code, "rule.say.row-else", "then", answer))
		default:
			out = append(out, lang.Text(code, "rule.say.row-always", "then", answer))
		}
	}
	return out
}

// SayValues writes a witness as people read it: "diện tích: 501; loại: “Nhà ở”".
func SayValues(v Values, s Schema, code lang.Code) string {
	var parts []string
	for _, n := range s.names {
		at := any(map[string]any(v))
		for _, key := range n.keys() {
			m, _ := at.(map[string]any)
			at = m[key]
		}
		x := read(at, n.Type)
		var text string
		switch x.kind {
		case absent, object:
			continue
		case several:
			if n.Type == Groups {
				text = lang.Text(code, "rule.say.items", "n", len(x.list))
				break
			}
			var picked []string
			for _, item := range x.list {
				if o := read(item, Choice); o.kind == letters {
					picked = append(picked, "“"+n.option(o.text, code)+"”")
				}
			}
			text = strings.Join(picked, ", ")
		default:
			lit := &node{op: opLit, typ: n.Type, lit: x}
			if n.Type == Choice {
				lit.name = n
			}
			text = teller{code}.literal(lit)
		}
		parts = append(parts, lower(n.label(code))+": "+text)
	}
	if len(parts) == 0 {
		return lang.Text(code, "rule.say.nothing")
	}
	return strings.Join(parts, "; ")
}
