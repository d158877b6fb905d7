package rule

import (
	"math/big"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/motcua/motcua/internal/viet"
	"github.com/motcua/motcua/lang"
)

// Say explains the expression as a sentence in Vietnamese or English, without a full stop:
// "Diện tích lớn hơn 500 và loại là “Nhà ở”".
func (e *Expr) Say(code lang.Code) string {
	return upper(teller{code}.say(e.root))
}

// Clause is Say as it stands after other words: it begins with a small letter.
func (e *Expr) Clause(code lang.Code) string { return teller{code}.say(e.root) }

func upper(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}

// lower writes a label as it stands inside a sentence. Abbreviations and proper names of two capitals stay.
func lower(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if next, _ := utf8.DecodeRuneInString(s[n:]); unicode.IsUpper(next) {
		return s
	}
	return string(unicode.ToLower(r)) + s[n:]
}

type teller struct{ code lang.Code }

func (t teller) text(key string, args ...any) string {
	return lang.Text(t.code, "rule.say."+key, args...)
}

func (t teller) label(n *Name) string { return lower(n.label(t.code)) }

var verbs = map[op]string{opEq: "eq", opNe: "ne", opLt: "lt", opLe: "le", opGt: "gt", opGe: "ge"}

func (t teller) say(n *node) string {
	arg := func(i int) string { return t.operand(n.args[i]) }
	switch n.op {
	case opLit:
		return t.literal(n)
	case opName:
		if n.typ == YesNo {
			return t.text("yes", "a", n.name.label(t.code))
		}
		return t.label(n.name)
	case opItem:
		return t.text("item")
	case opAnd, opOr:
		return t.joined(n)
	case opNot:
		return t.not(n.args[0])
	case opEq, opNe, opLt, opLe, opGt, opGe:
		return t.comparison(n)
	case opIn:
		return t.among(n, "in")
	case opHas:
		return t.text("has", "a", t.operand(n.args[1]), "b", arg(0))
	case opIf:
		return t.text("if", "c", t.say(n.args[0]), "a", t.say(n.args[1]), "b", t.say(n.args[2]))
	case opElse:
		return t.text("else", "a", arg(0), "b", arg(1))
	case opFilled:
		return t.text("filled", "a", t.subject(n.args[0]))
	case opAge:
		if len(n.args) > 1 {
			return t.text("age-on", "a", arg(0), "b", arg(1))
		}
		return t.text("age", "a", arg(0))
	case opDays:
		return t.text("days", "a", arg(0), "b", arg(1))
	case opAdd:
		return t.text("add", "a", arg(0), "b", arg(1))
	case opSub:
		return t.text("sub", "a", arg(0), "b", arg(1))
	case opMul:
		return t.text("mul", "a", arg(0), "b", arg(1))
	case opDiv:
		return t.text("div", "a", arg(0), "b", arg(1))
	case opNeg:
		return t.text("neg", "a", arg(0))
	case opRound:
		return t.text("round", "a", arg(0), "b", arg(1))
	case opLeast:
		return t.text("least", "list", t.list(n.args, "and"))
	case opMost:
		return t.text("most", "list", t.list(n.args, "and"))
	default:
		return t.over(n)
	}
}

// subject names a field itself, not what its answer says.
func (t teller) subject(n *node) string {
	if n.op == opName {
		if n.typ == YesNo {
			return "“" + n.name.label(t.code) + "”"
		}
		return t.label(n.name)
	}
	return t.operand(n)
}

// operand is a part inside a larger one, in brackets when it would be read apart.
func (t teller) operand(n *node) string {
	s := t.say(n)
	switch n.op {
	case opAdd, opSub, opMul, opDiv, opIf, opElse, opAnd, opOr, opNot, opNeg:
		return "(" + s + ")"
	default:
		return s
	}
}

func (t teller) joined(n *node) string {
	word := "and"
	if n.op == opOr {
		word = "or"
	}
	parts := make([]string, len(n.args))
	for i, a := range n.args {
		parts[i] = t.say(a)
		if a.compound() || a.op == opNot && a.args[0].compound() {
			parts[i] = "(" + parts[i] + ")"
		}
	}
	return strings.Join(parts, " "+t.text(word)+" ")
}

// compound tells whether the sentence of n would be read apart beside "and" and "or".
func (n *node) compound() bool {
	return n.op == opAnd || n.op == opOr || n.op == opIf || n.op == opElse
}

func (t teller) not(x *node) string {
	switch x.op {
	case opName:
		return t.text("not-yes", "a", x.name.label(t.code))
	case opFilled:
		return t.text("not-filled", "a", t.subject(x.args[0]))
	case opIn:
		return t.among(x, "not-in")
	case opHas:
		return t.text("has-not", "a", t.operand(x.args[1]), "b", t.operand(x.args[0]))
	default:
		return t.text("not", "a", t.say(x))
	}
}

func (t teller) comparison(n *node) string {
	a, b := n.args[0], n.args[1]
	if a.typ == YesNo {
		if a.op == opName && b.op == opLit {
			if b.lit.truth == (n.op == opEq) {
				return t.text("yes", "a", a.name.label(t.code))
			}
			return t.text("no", "a", a.name.label(t.code))
		}
		return t.text(verbs[n.op]+"-truth", "a", t.operand(a), "b", t.operand(b))
	}
	verb := verbs[n.op]
	if a.typ == Date && n.op != opEq && n.op != opNe {
		verb += "-day"
	}
	if b.typ == Number && b.op == opLit && a.typ == Money {
		b = &node{op: opLit, typ: Money, lit: b.lit}
	}
	return t.text(verb, "a", t.operand(a), "b", t.operand(b))
}

func (t teller) among(n *node, key string) string {
	if len(n.args) == 2 {
		verb := map[string]string{"in": "eq", "not-in": "ne"}[key]
		return t.text(verb, "a", t.operand(n.args[0]), "b", t.operand(n.args[1]))
	}
	return t.text(key, "a", t.operand(n.args[0]), "list", t.list(n.args[1:], "or"))
}

// list writes "a, b hoặc c".
func (t teller) list(nodes []*node, word string) string {
	var b strings.Builder
	for i, n := range nodes {
		switch {
		case i == 0:
		case i == len(nodes)-1:
			b.WriteString(" " + t.text(word) + " ")
		default:
			b.WriteString(", ")
		}
		b.WriteString(t.operand(n))
	}
	return b.String()
}

func (t teller) over(n *node) string {
	list := n.args[0].name
	one := list.One
	if t.code == lang.EN && list.OneEn != "" {
		one = list.OneEn
	}
	if one == "" {
		one = t.text("one", "list", t.label(list))
	}
	key := map[op]string{opAny: "any", opAll: "all", opNone: "none", opCount: "count", opSum: "sum"}[n.op]
	if len(n.args) == 1 {
		return t.text("count-all", "list", t.label(list))
	}
	return t.text(key, "one", lower(one), "list", t.label(list), "p", t.say(n.args[1]))
}

func (t teller) literal(n *node) string {
	v := n.lit
	switch v.kind {
	case truth:
		if v.truth {
			return t.text("true")
		}
		return t.text("false")
	case figure:
		if n.typ == Money {
			return t.money(v.num)
		}
		return t.figure(v.num)
	case day:
		return SayDay(v.text, t.code)
	default:
		if n.name != nil {
			return "“" + n.name.option(v.text, t.code) + "”"
		}
		return "“" + v.text + "”"
	}
}

// SayDay writes yyyy-mm-dd as people read it in the language.
func SayDay(day string, code lang.Code) string {
	d, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	if code == lang.EN {
		return viet.DateEnglish(d)
	}
	return viet.Date(d)
}

func (t teller) money(r *big.Rat) string {
	if r.IsInt() && r.Num().IsInt64() {
		if t.code == lang.EN {
			return viet.MoneyEnglish(r.Num().Int64())
		}
		return viet.Money(r.Num().Int64())
	}
	return t.text("dong", "a", t.figure(r))
}

// figure writes a number with dots between thousands and a comma before decimals; in English the other way.
func (t teller) figure(r *big.Rat) string {
	digits, _ := r.FloatPrec()
	s := r.FloatString(min(digits, 10))
	whole, decimals, _ := strings.Cut(s, ".")
	sign := ""
	if rest, ok := strings.CutPrefix(whole, "-"); ok {
		sign, whole = "-", rest
	}
	thousands, comma := ".", ","
	if t.code == lang.EN {
		thousands, comma = ",", "."
	}
	var b strings.Builder
	b.WriteString(sign)
	for i, c := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteString(thousands)
		}
		b.WriteRune(c)
	}
	if decimals != "" {
		b.WriteString(comma + decimals)
	}
	return b.String()
}

var limitForm = regexp.MustCompile(`^(\d{1,4}(?:\.5)?)(wh|wd|d|m)$`)

// SayLimit writes a processing time in words: "5wd" is "5 ngày làm việc". What is no limit comes back as it is.
func SayLimit(limit string, code lang.Code) string {
	if limit == "same-visit" {
		return lang.Text(code, "rule.say.limit.same-visit")
	}
	m := limitForm.FindStringSubmatch(limit)
	if m == nil {
		return limit
	}
	n, ok := new(big.Rat).SetString(m[1])
	if !ok {
		return limit
	}
	return lang.Text(code, "rule.say.limit."+m[2], "n", teller{code}.figure(n))
}
