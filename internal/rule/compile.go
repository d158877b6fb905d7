package rule

import (
	"errors"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
)

// op is what a part of an expression does.
type op int

const (
	opLit    op = iota
	opName      // a name of the schema, or of the item of the group at hand
	opItem      // the item of a list of choices at hand: #
	opAnd       // and so on: args are the operands
	opOr        //
	opNot       //
	opEq        //
	opNe        //
	opLt        //
	opLe        //
	opGt        //
	opGe        //
	opIn        // args[0] among the literals args[1:]
	opHas       // args[0] was chosen in the list args[1]
	opAdd       //
	opSub       //
	opMul       //
	opDiv       //
	opNeg       //
	opIf        // args[0] ? args[1] : args[2]
	opElse      // args[0], or args[1] when it is absent
	opFilled    // co(x)
	opAge       // tuoi(date)
	opDays      // so_ngay(from, to)
	opLeast     // nho_nhat(a, b, …)
	opMost      // lon_nhat(a, b, …)
	opRound     // lam_tron(x, step)
	opAny       // any(list, condition)
	opAll       // all(list, condition)
	opNone      // none(list, condition)
	opCount     // count(list), count(list, condition)
	opSum       // sum(list, .field)
)

// node is a checked part of an expression.
type node struct {
	op     op
	typ    Type
	lit    value
	name   *Name
	inItem bool // name belongs to the item of the group at hand
	args   []*node
	from   int // place in the source, in letters
}

// Compile checks an expression against the names it may use. want is what it must yield:
// YesNo, Number, Money, Text or Date. Without problems the expression stands; with problems it is nil.
func Compile(src string, s Schema, want Type) (*Expr, []Problem) {
	k := &compiler{src: src, schema: s}
	switch {
	case len(src) > MaxSource:
		return nil, []Problem{{Code: "too-long", Args: map[string]any{"limit": MaxSource}}}
	case !utf8.ValidString(src):
		return nil, []Problem{{Code: "not-text"}}
	case strings.TrimSpace(src) == "":
		return nil, []Problem{{Code: "empty"}}
	}
	cfg := conf.CreateNew()
	cfg.MaxNodes = MaxNodes
	tree, err := new(parser.Parser).Parse(src, cfg)
	if err != nil {
		return nil, []Problem{k.syntax(err)}
	}
	root := k.node(tree.Node)
	if len(k.problems) > 0 || root == nil {
		return nil, k.problems
	}
	if root = k.as(root, want); root == nil {
		return nil, k.problems
	}
	e := &Expr{source: src, root: root}
	root.walk(func(n *node) {
		if n.op == opName && !n.inItem && !slices.Contains(e.names, n.name.Path) {
			e.names = append(e.names, n.name.Path)
		}
	})
	slices.Sort(e.names)
	return e, nil
}

// walk visits n and everything below it.
func (n *node) walk(visit func(*node)) {
	visit(n)
	for _, a := range n.args {
		a.walk(visit)
	}
}

type compiler struct {
	src      string
	schema   Schema
	list     *Name // whose items the condition at hand speaks about
	problems []Problem
}

func (k *compiler) wrong(from int, code string, args ...any) *node {
	p := Problem{Code: code}
	p.Line, p.Column = place(k.src, from)
	if len(args) > 0 {
		p.Args = map[string]any{}
		for i := 0; i+1 < len(args); i += 2 {
			p.Args[args[i].(string)] = args[i+1] //nolint:forcetypeassert // keys are written here
		}
	}
	k.problems = append(k.problems, p)
	return nil
}

// place turns a count of letters into line and column.
func place(src string, from int) (line, column int) {
	line, column = 1, 1
	n := 0
	for _, r := range src {
		if n == from {
			break
		}
		if r == '\n' {
			line, column = line+1, 1
		} else {
			column++
		}
		n++
	}
	return line, column
}

func (k *compiler) syntax(err error) Problem {
	e, ok := errors.AsType[*file.Error](err)
	if !ok {
		return Problem{Code: "syntax", Args: map[string]any{"near": ""}}
	}
	p := Problem{Line: e.Line, Column: e.Column + 1, Code: "syntax"}
	if strings.Contains(e.Message, "maximum allowed nodes") {
		p.Code, p.Args = "too-many-parts", map[string]any{"limit": MaxNodes}
		return p
	}
	rest := []rune(k.src)
	from := min(e.From, len(rest))
	near := strings.TrimSpace(string(rest[from:min(from+12, len(rest))]))
	if near == "" || strings.Contains(e.Message, "EOF") {
		p.Code = "unfinished"
		return p
	}
	p.Args = map[string]any{"near": near}
	return p
}

func (k *compiler) node(n ast.Node) *node {
	if n == nil {
		return k.wrong(0, "unfinished")
	}
	at := n.Location().From
	switch n := n.(type) {
	case *ast.BoolNode:
		return &node{op: opLit, typ: YesNo, lit: yes(n.Value), from: at}
	case *ast.IntegerNode:
		return k.number(at, strconv.Itoa(n.Value))
	case *ast.FloatNode:
		return k.number(at, strconv.FormatFloat(n.Value, 'f', -1, 64))
	case *ast.StringNode:
		return &node{op: opLit, typ: Text, lit: words(n.Value), from: at}
	case *ast.IdentifierNode, *ast.MemberNode, *ast.PointerNode:
		return k.path(n)
	case *ast.UnaryNode:
		return k.unary(n, at)
	case *ast.BinaryNode:
		return k.binary(n, at)
	case *ast.ConditionalNode:
		return k.conditional(n, at)
	case *ast.BuiltinNode:
		return k.builtin(n, at)
	case *ast.CallNode:
		return k.call(n, at)
	}
	return k.wrong(at, "not-allowed", "what", strings.TrimSpace(head(n.String())))
}

func head(s string) string {
	r := []rune(s)
	return string(r[:min(len(r), 30)])
}

func (k *compiler) number(at int, text string) *node {
	r, ok := readNumber(text)
	if !ok {
		return k.wrong(at, "number-too-large")
	}
	return &node{op: opLit, typ: Number, lit: number(r), from: at}
}

// path reads a name: don.child.sex, buoc["tham-dinh"].x, .field and # inside a condition on a list.
func (k *compiler) path(n ast.Node) *node {
	at := n.Location().From
	var parts []string
	for {
		switch x := n.(type) {
		case *ast.IdentifierNode:
			at = x.Location().From
			parts = append(parts, x.Value)
			slices.Reverse(parts)
			return k.named(at, strings.Join(parts, "."))
		case *ast.PointerNode:
			slices.Reverse(parts)
			return k.item(x, strings.Join(parts, "."))
		case *ast.MemberNode:
			key, ok := x.Property.(*ast.StringNode)
			if !ok || x.Optional || x.Method {
				return k.wrong(x.Location().From, "not-allowed", "what", head(x.String()))
			}
			parts = append(parts, Identifier(key.Value))
			n = x.Node
		default:
			return k.wrong(at, "not-allowed", "what", head(n.String()))
		}
	}
}

func (k *compiler) named(at int, path string) *node {
	if n, ok := k.schema.Name(path); ok {
		return &node{op: opName, typ: n.Type, name: n, from: at}
	}
	var all []string
	for _, n := range k.schema.names {
		all = append(all, n.Path)
	}
	for _, known := range all {
		if strings.HasPrefix(known, path+".") {
			return k.wrong(at, "several-fields", "name", path, "like", known)
		}
	}
	return k.wrong(at, "unknown-name", "name", path, "like", nearest(path, all))
}

func (k *compiler) item(p *ast.PointerNode, path string) *node {
	at := p.Location().From
	switch {
	case k.list == nil || p.Name != "":
		return k.wrong(at, "not-allowed", "what", "#"+p.Name)
	case path == "" && k.list.Type == Choices:
		return &node{op: opItem, typ: Choice, name: k.list, from: at}
	case path == "":
		return k.wrong(at, "item-field", "name", k.list.Path)
	}
	var all []string
	for i := range k.list.Item {
		if f := &k.list.Item[i]; f.Path == path {
			return &node{op: opName, typ: f.Type, name: f, inItem: true, from: at}
		}
		all = append(all, "."+k.list.Item[i].Path)
	}
	return k.wrong(at, "unknown-name", "name", "."+path, "like", nearest("."+path, all))
}

func (k *compiler) unary(n *ast.UnaryNode, at int) *node {
	x := k.node(n.Node)
	if x == nil {
		return nil
	}
	switch n.Operator {
	case "not", "!":
		if x = k.as(x, YesNo); x == nil {
			return nil
		}
		return &node{op: opNot, typ: YesNo, args: []*node{x}, from: at}
	case "-", "+":
		if !numeric(x.typ) {
			return k.expected(x, Number)
		}
		if n.Operator == "+" {
			return x
		}
		if x.op == opLit {
			x.lit, x.from = number(new(big.Rat).Neg(x.lit.num)), at
			return x
		}
		return &node{op: opNeg, typ: x.typ, args: []*node{x}, from: at}
	}
	return k.wrong(at, "not-allowed", "what", n.Operator)
}

var binaries = map[string]op{
	"and": opAnd, "&&": opAnd, "or": opOr, "||": opOr, "==": opEq, "!=": opNe, "<": opLt, "<=": opLe, ">": opGt, ">=": opGe,
	"in": opIn, "+": opAdd, "-": opSub, "*": opMul, "/": opDiv, "??": opElse,
}

func (k *compiler) binary(n *ast.BinaryNode, at int) *node {
	o, ok := binaries[n.Operator]
	if !ok {
		return k.wrong(at, "not-allowed", "what", n.Operator)
	}
	if o == opIn {
		return k.in(at, n.Left, n.Right)
	}
	a, b := k.node(n.Left), k.node(n.Right)
	if a == nil || b == nil {
		return nil
	}
	switch o {
	case opAnd, opOr:
		if a, b = k.as(a, YesNo), k.as(b, YesNo); a == nil || b == nil {
			return nil
		}
		out := &node{op: o, typ: YesNo, from: at}
		for _, x := range []*node{a, b} { // a and (b and c) reads as one list
			if x.op == o {
				out.args = append(out.args, x.args...)
			} else {
				out.args = append(out.args, x)
			}
		}
		return out
	case opEq, opNe, opLt, opLe, opGt, opGe:
		return k.compare(o, a, b, at)
	case opElse:
		if a, b = k.unify(a, b); a == nil {
			return nil
		}
		t := a.typ
		if t == Choice && b.typ != Choice {
			t = Text
		}
		return &node{op: o, typ: t, name: a.name, args: []*node{a, b}, from: at}
	default:
		return k.arithmetic(o, a, b, at)
	}
}

func numeric(t Type) bool { return t == Number || t == Money }

func (k *compiler) arithmetic(o op, a, b *node, at int) *node {
	for _, x := range []*node{a, b} {
		if !numeric(x.typ) {
			return k.expected(x, Number)
		}
	}
	t := Number
	switch {
	case o == opDiv && b.op == opLit && b.lit.num.Sign() == 0:
		return k.wrong(b.from, "zero")
	case o == opMul && a.typ == Money && b.typ == Money:
		return k.wrong(at, "money-times-money")
	case o == opDiv && b.typ == Money:
		if a.typ != Money {
			return k.wrong(at, "number-by-money")
		}
	case a.typ == Money || b.typ == Money:
		t = Money
		if o == opAdd || o == opSub { // a bare number beside money is money
			moneyed(a)
			moneyed(b)
		}
	}
	return &node{op: o, typ: t, args: []*node{a, b}, from: at}
}

func moneyed(n *node) {
	if n.op == opLit && n.typ == Number {
		n.typ = Money
	}
}

func (k *compiler) compare(o op, a, b *node, at int) *node {
	if a, b = k.unify(a, b); a == nil {
		return nil
	}
	ordered := numeric(a.typ) || a.typ == Date
	switch {
	case a.typ == Choices || a.typ == Groups || a.typ == Address:
		return k.wrong(at, "not-comparable", "type", a.typ)
	case o != opEq && o != opNe && !ordered:
		return k.wrong(at, "no-order", "type", a.typ)
	case a.op == opLit && b.op == opLit:
		return k.wrong(at, "two-literals")
	case a.op == opName && b.op == opName && a.name == b.name:
		return k.wrong(at, "same-twice", "name", a.name.Path)
	}
	if a.op == opLit { // the name first, so that sentences read well
		a, b = b, a
		switch o {
		case opLt:
			o = opGt
		case opLe:
			o = opGe
		case opGt:
			o = opLt
		case opGe:
			o = opLe
		default:
		}
	}
	return &node{op: o, typ: YesNo, args: []*node{a, b}, from: at}
}

// unify makes two sides comparable: "2026-01-01" beside a date is a date, "nha-o" beside a choice must be an option.
func (k *compiler) unify(a, b *node) (left, right *node) {
	fit := func(x, to *node) *node {
		if x.op != opLit {
			return x
		}
		switch {
		case x.typ == Text && to.typ == Date:
			return k.as(x, Date)
		case x.typ == Text && to.typ == Choice:
			return k.chosen(x, to)
		case x.typ == Number && to.typ == Money:
			moneyed(x)
		}
		return x
	}
	a2, b2 := fit(a, b), fit(b, a)
	if a2 == nil || b2 == nil {
		return nil, nil
	}
	same := a2.typ == b2.typ || numeric(a2.typ) && numeric(b2.typ) || wordy(a2.typ) && wordy(b2.typ)
	if !same {
		k.wrong(b2.from, "types-differ", "a", a2.typ, "b", b2.typ)
		return nil, nil
	}
	return a2, b2
}

func wordy(t Type) bool { return t == Text || t == Choice }

// chosen checks that a text is one of the options of what it stands beside.
func (k *compiler) chosen(x, to *node) *node {
	n := to.name
	if n == nil || len(n.Options) == 0 {
		return x
	}
	if !n.has(x.lit.text) {
		var all []string
		for _, o := range n.Options {
			all = append(all, o.Value)
		}
		return k.wrong(x.from, "no-option", "value", x.lit.text, "name", n.Path, "options", strings.Join(all, ", "), "like", nearest(x.lit.text, all))
	}
	return &node{op: opLit, typ: Choice, lit: x.lit, name: n, from: x.from}
}

// as makes n yield the type, or says why not.
func (k *compiler) as(n *node, want Type) *node {
	switch {
	case n == nil:
		return nil
	case n.typ == want, numeric(n.typ) && numeric(want), want == Text && n.typ == Choice:
		if want == Money {
			moneyed(n)
		}
		return n
	case want == Date && n.op == opLit && n.typ == Text:
		day, ok := readDay(n.lit.text)
		if !ok {
			return k.wrong(n.from, "no-date", "value", head(n.lit.text))
		}
		return &node{op: opLit, typ: Date, lit: date(day), from: n.from}
	}
	return k.expected(n, want)
}

func (k *compiler) expected(n *node, want Type) *node {
	return k.wrong(n.from, "type", "want", want, "got", n.typ)
}

func (k *compiler) conditional(n *ast.ConditionalNode, at int) *node {
	c, a, b := k.as(k.node(n.Cond), YesNo), k.node(n.Exp1), k.node(n.Exp2)
	if c == nil || a == nil || b == nil {
		return nil
	}
	if a, b = k.unify(a, b); a == nil {
		return nil
	}
	t := a.typ
	switch {
	case a.typ == Money || b.typ == Money:
		moneyed(a)
		moneyed(b)
		t = Money
	case a.typ != b.typ:
		t = Text
	}
	return &node{op: opIf, typ: t, name: a.name, args: []*node{c, a, b}, from: at}
}

// in reads x in ["a", "b"], and "a" in don.list.
func (k *compiler) in(at int, left, right ast.Node) *node {
	a := k.node(left)
	if list, ok := right.(*ast.ArrayNode); ok {
		if a == nil {
			return nil
		}
		if len(list.Nodes) == 0 {
			return k.wrong(list.Location().From, "empty-list")
		}
		out := &node{op: opIn, typ: YesNo, args: []*node{a}, from: at}
		for _, x := range list.Nodes {
			b := k.node(x)
			if b == nil {
				return nil
			}
			if b.op != opLit {
				return k.wrong(b.from, "list-of-values")
			}
			if _, b = k.unify(a, b); b == nil {
				return nil
			}
			out.args = append(out.args, b)
		}
		if a.op == opLit || a.typ == Choices || a.typ == Groups || a.typ == Address {
			return k.wrong(a.from, "not-comparable", "type", a.typ)
		}
		return out
	}
	b := k.node(right)
	if a == nil || b == nil {
		return nil
	}
	if b.typ != Choices || b.op != opName {
		return k.wrong(b.from, "type", "want", Choices, "got", b.typ)
	}
	if !wordy(a.typ) {
		return k.expected(a, Choice)
	}
	if a.op == opLit {
		if a = k.chosen(a, b); a == nil {
			return nil
		}
	}
	return &node{op: opHas, typ: YesNo, args: []*node{a, b}, from: at}
}

var overLists = map[string]op{"any": opAny, "all": opAll, "none": opNone, "count": opCount, "sum": opSum}

func (k *compiler) builtin(n *ast.BuiltinNode, at int) *node {
	o, ok := overLists[n.Name]
	if !ok {
		return k.unknownCall(at, n.Name)
	}
	list := k.node(n.Arguments[0])
	if list == nil {
		return nil
	}
	if list.op != opName || list.typ != Groups && list.typ != Choices {
		return k.wrong(list.from, "type", "want", Groups, "got", list.typ)
	}
	if k.list != nil {
		return k.wrong(at, "nested", "what", n.Name)
	}
	out := &node{op: o, typ: YesNo, args: []*node{list}, from: at}
	if o == opCount || o == opSum {
		out.typ = Number
	}
	if len(n.Arguments) == 1 {
		if o == opSum {
			return k.wrong(at, "arguments", "name", n.Name)
		}
		return out
	}
	p, ok := n.Arguments[1].(*ast.PredicateNode)
	if !ok || len(n.Arguments) > 2 {
		return k.wrong(at, "arguments", "name", n.Name)
	}
	k.list = list.name
	body := k.node(p.Node)
	k.list = nil
	switch {
	case body == nil:
		return nil
	case o == opSum:
		if !numeric(body.typ) {
			return k.expected(body, Number)
		}
		out.typ = body.typ
	default:
		if body = k.as(body, YesNo); body == nil {
			return nil
		}
	}
	out.args = append(out.args, body)
	return out
}

// functions of our own, with the least and the most arguments.
var functions = map[string]struct {
	op          op
	least, most int
}{
	"co": {opFilled, 1, 1}, "tuoi": {opAge, 1, 2}, "ngay": {opLit, 1, 1}, "so_ngay": {opDays, 2, 2}, "trong": {opIn, 2, 2},
	"nho_nhat": {opLeast, 2, 8}, "lon_nhat": {opMost, 2, 8}, "lam_tron": {opRound, 2, 2},
}

func (k *compiler) unknownCall(at int, name string) *node {
	all := []string{"any", "all", "none", "count", "sum"}
	for f := range functions {
		all = append(all, f)
	}
	slices.Sort(all)
	return k.wrong(at, "unknown-function", "name", name, "like", nearest(name, all))
}

func (k *compiler) call(n *ast.CallNode, at int) *node {
	callee, ok := n.Callee.(*ast.IdentifierNode)
	if !ok {
		return k.wrong(at, "not-allowed", "what", head(n.String()))
	}
	at = callee.Location().From
	f, ok := functions[callee.Value]
	if !ok {
		return k.unknownCall(at, callee.Value)
	}
	if len(n.Arguments) < f.least || len(n.Arguments) > f.most {
		return k.wrong(at, "arguments", "name", callee.Value)
	}
	if f.op == opIn {
		return k.in(at, n.Arguments[0], n.Arguments[1])
	}
	out := &node{op: f.op, typ: Number, from: at}
	for _, arg := range n.Arguments {
		a := k.node(arg)
		if a == nil {
			return nil
		}
		out.args = append(out.args, a)
	}
	first := out.args[0]
	switch f.op {
	case opFilled:
		if first.op != opName && first.op != opItem {
			return k.wrong(first.from, "name-needed", "name", callee.Value)
		}
		out.typ = YesNo
	case opLit: // ngay("2026-07-01") names a day
		if first.op != opLit {
			return k.wrong(first.from, "day-needed")
		}
		return k.as(first, Date)
	case opAge, opDays:
		for i := range out.args {
			if out.args[i] = k.as(out.args[i], Date); out.args[i] == nil {
				return nil
			}
		}
		if _, ok := k.schema.Name("ngay"); !ok && len(out.args) == 1 {
			return k.wrong(at, "age-day") // a form is read again years later and must look the same
		}
	default:
		for _, a := range out.args {
			if !numeric(a.typ) {
				return k.expected(a, Number)
			}
			if a.typ == Money {
				out.typ = Money
			}
		}
		if step := out.args[1]; f.op == opRound && (step.op != opLit || step.lit.num.Sign() <= 0) {
			return k.wrong(step.from, "step-needed")
		}
		if out.typ == Money {
			for _, a := range out.args {
				moneyed(a)
			}
		}
	}
	return out
}

// readDay reads yyyy-mm-dd and dd/mm/yyyy.
func readDay(s string) (string, bool) {
	for _, layout := range []string{time.DateOnly, "02/01/2006", "2/1/2006"} {
		if t, err := time.Parse(layout, strings.TrimSpace(s)); err == nil && t.Year() >= 1800 && t.Year() < 10000 {
			return t.Format(time.DateOnly), true
		}
	}
	return "", false
}
