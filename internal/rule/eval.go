package rule

import (
	"encoding/json"
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"
)

// kind of a value; the zero value is absent.
type kind int

const (
	absent kind = iota
	truth
	figure
	letters // texts and choices
	day     // yyyy-mm-dd
	several // items of a list
	object  // an address or an item that holds something
)

type value struct {
	kind  kind
	truth bool
	num   *big.Rat
	text  string
	list  []any
}

func yes(b bool) value           { return value{kind: truth, truth: b} }
func number(r *big.Rat) value    { return value{kind: figure, num: r} }
func words(s string) value       { return value{kind: letters, text: s} }
func date(yyyymmdd string) value { return value{kind: day, text: yyyymmdd} }

func (v value) holds() bool { return v.kind == truth && v.truth }

// Bool reports whether a YesNo expression holds for these values. What is absent does not hold.
func (e *Expr) Bool(v Values) bool { return env{v: v}.eval(e.root).holds() }

// Number returns the figure the expression yields; false when it is absent.
func (e *Expr) Number(v Values) (*big.Rat, bool) {
	x := env{v: v}.eval(e.root)
	if x.kind != figure {
		return nil, false
	}
	return new(big.Rat).Set(x.num), true
}

// Money returns a sum in whole đồng, half a đồng rounded away from zero; false when it is absent or beyond all sums.
func (e *Expr) Money(v Values) (int64, bool) {
	x := env{v: v}.eval(e.root)
	if x.kind != figure {
		return 0, false
	}
	n := nearestWhole(x.num)
	if !n.IsInt64() {
		return 0, false
	}
	return n.Int64(), true
}

// Text returns the words the expression yields, a date as yyyy-mm-dd; false when they are absent.
func (e *Expr) Text(v Values) (string, bool) {
	x := env{v: v}.eval(e.root)
	if x.kind != letters && x.kind != day {
		return "", false
	}
	return x.text, true
}

// nearestWhole rounds half away from zero.
func nearestWhole(r *big.Rat) *big.Int {
	half := big.NewRat(1, 2)
	if r.Sign() < 0 {
		half.Neg(half)
	}
	sum := half.Add(half, r)
	return new(big.Int).Quo(sum.Num(), sum.Denom())
}

type env struct {
	v    Values
	item any // of the list at hand
}

func (e env) eval(n *node) value {
	switch n.op {
	case opLit:
		return n.lit
	case opName:
		return e.read(n)
	case opItem:
		return read(e.item, n.typ)
	case opAnd:
		for _, a := range n.args {
			if !e.eval(a).holds() {
				return yes(false)
			}
		}
		return yes(true)
	case opOr:
		for _, a := range n.args {
			if e.eval(a).holds() {
				return yes(true)
			}
		}
		return yes(false)
	case opNot:
		return yes(!e.eval(n.args[0]).holds())
	case opEq, opNe, opLt, opLe, opGt, opGe:
		return yes(compare(n.op, e.eval(n.args[0]), e.eval(n.args[1])))
	case opIn:
		x := e.eval(n.args[0])
		for _, a := range n.args[1:] {
			if compare(opEq, x, a.lit) {
				return yes(true)
			}
		}
		return yes(false)
	case opHas:
		x := e.eval(n.args[0])
		for _, item := range e.eval(n.args[1]).list {
			if compare(opEq, x, read(item, Choice)) {
				return yes(true)
			}
		}
		return yes(false)
	case opIf:
		if e.eval(n.args[0]).holds() {
			return e.eval(n.args[1])
		}
		return e.eval(n.args[2])
	case opElse:
		if x := e.eval(n.args[0]); x.kind != absent {
			return x
		}
		return e.eval(n.args[1])
	case opFilled:
		return yes(e.eval(n.args[0]).kind != absent)
	case opAge:
		on := read(e.v["ngay"], Date)
		if len(n.args) > 1 {
			on = e.eval(n.args[1])
		}
		return age(e.eval(n.args[0]), on)
	case opDays:
		return days(e.eval(n.args[0]), e.eval(n.args[1]))
	case opAny, opAll, opNone, opCount, opSum:
		return e.over(n)
	default:
		return e.figures(n)
	}
}

func (e env) read(n *node) value {
	var at any = map[string]any(e.v)
	if n.inItem {
		at = e.item
	}
	for _, key := range n.name.keys() {
		m, ok := at.(map[string]any)
		if !ok {
			return value{}
		}
		at = m[key]
	}
	return read(at, n.name.Type)
}

// over evaluates a condition or a sum on each item of a list.
func (e env) over(n *node) value {
	list := e.eval(n.args[0]).list
	count, sum := 0, new(big.Rat)
	for _, item := range list {
		if len(n.args) == 1 {
			count++
			continue
		}
		x := env{v: e.v, item: item}.eval(n.args[1])
		if x.kind == figure {
			sum.Add(sum, x.num)
		}
		if x.holds() {
			count++
		}
	}
	switch n.op {
	case opAny:
		return yes(count > 0)
	case opAll:
		return yes(count == len(list))
	case opNone:
		return yes(count == 0)
	case opSum:
		return number(sum)
	default:
		return number(new(big.Rat).SetInt64(int64(count)))
	}
}

// figures evaluates sums; one absent part makes the whole absent.
func (e env) figures(n *node) value {
	in := make([]*big.Rat, len(n.args))
	for i, a := range n.args {
		x := e.eval(a)
		if x.kind != figure {
			return value{}
		}
		in[i] = x.num
	}
	out := new(big.Rat)
	switch n.op {
	case opNeg:
		out.Neg(in[0])
	case opAdd:
		out.Add(in[0], in[1])
	case opSub:
		out.Sub(in[0], in[1])
	case opMul:
		out.Mul(in[0], in[1])
	case opDiv:
		if in[1].Sign() == 0 {
			return value{}
		}
		out.Quo(in[0], in[1])
	case opRound:
		if in[1].Sign() == 0 {
			return value{}
		}
		out.Quo(in[0], in[1])
		out.SetInt(nearestWhole(out))
		out.Mul(out, in[1])
	default: // opLeast, opMost
		out.Set(in[0])
		for _, r := range in[1:] {
			if c := r.Cmp(out); n.op == opLeast && c < 0 || n.op == opMost && c > 0 {
				out.Set(r)
			}
		}
	}
	return number(out)
}

func compare(o op, a, b value) bool {
	if a.kind != b.kind {
		return false // one of them is absent
	}
	c := 0
	switch a.kind {
	case figure:
		c = a.num.Cmp(b.num)
	case letters, day:
		c = strings.Compare(a.text, b.text)
	case truth:
		if a.truth != b.truth {
			c = 1
		}
	default:
		return false
	}
	switch o {
	case opEq:
		return c == 0
	case opNe:
		return c != 0
	case opLt:
		return c < 0
	case opLe:
		return c <= 0
	case opGt:
		return c > 0
	default:
		return c >= 0
	}
}

// read takes a JSON value as the type; what does not fit is absent, as a blank text is.
func read(v any, t Type) value {
	switch t {
	case YesNo:
		if b, ok := v.(bool); ok {
			return yes(b)
		}
	case Number, Money:
		if _, text := v.(string); text {
			return value{} // kept as it was typed: no figure
		}
		if r, ok := readNumber(v); ok {
			return number(r)
		}
	case Text, Choice:
		if s, ok := v.(string); ok && strings.TrimSpace(s) != "" {
			return words(s)
		}
	case Date:
		s, _ := v.(string)
		if d, ok := wholeDay(s); ok {
			return date(d)
		}
	case Choices, Groups:
		if list, ok := v.([]any); ok && len(list) > 0 {
			return value{kind: several, list: list}
		}
	case Address:
		m, _ := v.(map[string]any)
		for _, part := range addressParts {
			if s, _ := m[part.key].(string); strings.TrimSpace(s) != "" {
				return value{kind: object}
			}
		}
	default:
	}
	return value{}
}

// wholeDay reads a date; one known only to the year or the month counts as its first day.
func wholeDay(s string) (string, bool) {
	switch len(s) {
	case len("2006"):
		s += "-01-01"
	case len("2006-01"):
		s += "-01"
	}
	if _, err := time.Parse(time.DateOnly, s); err != nil {
		return "", false
	}
	return s, true
}

// readNumber reads a figure exactly as its digits say. Numbers beyond maxDigits are no answer anybody gave.
func readNumber(v any) (*big.Rat, bool) {
	var s string
	switch v := v.(type) {
	case json.Number:
		s = v.String()
	case string:
		s = v // of a literal
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, false
		}
		s = strconv.FormatFloat(v, 'g', -1, 64)
	case int:
		s = strconv.Itoa(v)
	case int64:
		s = strconv.FormatInt(v, 10)
	default:
		return nil, false
	}
	digits, exponent, has := strings.Cut(strings.ToLower(s), "e")
	if has {
		n, err := strconv.Atoi(exponent)
		if err != nil || n > maxDigits || n < -maxDigits {
			return nil, false
		}
	}
	if digits == "" || len(digits) > maxDigits || strings.Trim(digits, "0123456789.-+") != "" {
		return nil, false
	}
	return new(big.Rat).SetString(s)
}

// age counts full years on a day. Who was born on 29 February has the birthday on 1 March in common years.
func age(born, on value) value {
	if born.kind != day || on.kind != day || born.text > on.text {
		return value{}
	}
	y0, _ := strconv.Atoi(born.text[:4])
	y1, _ := strconv.Atoi(on.text[:4])
	n := y1 - y0
	if on.text[5:] < born.text[5:] {
		n--
	}
	return number(new(big.Rat).SetInt64(int64(n)))
}

// days counts the days from one date to another.
func days(from, to value) value {
	if from.kind != day || to.kind != day {
		return value{}
	}
	a, err := time.Parse(time.DateOnly, from.text)
	if err != nil {
		return value{}
	}
	b, err := time.Parse(time.DateOnly, to.text)
	if err != nil {
		return value{}
	}
	return number(new(big.Rat).SetInt64((b.Unix() - a.Unix()) / 86400))
}
