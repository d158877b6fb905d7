package rule

import (
	"encoding/json"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// Kind is what an analysis found.
type Kind string

// Outcomes.
const (
	Varies Kind = "varies" // holds sometimes, as it should
	Always Kind = "always" // holds whatever is answered
	Never  Kind = "never"
)

// Verdict says whether a condition depends on anything. Exact: every case was looked at;
// otherwise the search was bounded to the borders of what the condition names, and Always and
// Never mean "nothing else was found".
type Verdict struct {
	Kind  Kind
	Exact bool
	// Witness holds values for which the condition holds, Counter values for which it does not; nil when there are none.
	Witness, Counter Values
}

// Overlap names two conditions that hold together, by their places in the list.
type Overlap struct {
	A, B    int
	Witness Values
}

// Study is what a list of conditions does together, tried in order: branches of a process or rows of a table.
type Study struct {
	Each []Verdict // each alone
	// First holds, for each, values under which it is the first that holds; nil: it can never be taken.
	First []Values
	// Gap holds values under which none holds; nil: one always does.
	Gap      Values
	Overlaps []Overlap // pairs that hold together, A before B
	Exact    bool
}

// Verdict tells whether the condition is constant.
func (e *Expr) Verdict() Verdict { return Together(e).Each[0] }

// Limits of a study.
const (
	mostCases  = 20_000 // combinations tried
	mostValues = 64     // of one name
)

// Together studies conditions as a list. A nil condition always holds, as a branch without a guard does.
// All of them must have been compiled against the same schema.
func Together(guards ...*Expr) Study {
	w := survey(guards)
	s := Study{Each: make([]Verdict, len(guards)), First: make([]Values, len(guards)), Exact: w.exact}
	paired := map[[2]int]bool{}
	hold := make([]bool, len(guards))
	w.cases(func(v Values) {
		first := true
		for i, g := range guards {
			hold[i] = g == nil || g.Bool(v)
			e := &s.Each[i]
			switch {
			case hold[i] && e.Witness == nil:
				e.Witness = copied(v)
			case !hold[i] && e.Counter == nil:
				e.Counter = copied(v)
			}
			if !hold[i] {
				continue
			}
			if first && s.First[i] == nil {
				s.First[i] = copied(v)
			}
			first = false
			for j := range i {
				if hold[j] && !paired[[2]int{j, i}] {
					paired[[2]int{j, i}] = true
					s.Overlaps = append(s.Overlaps, Overlap{A: j, B: i, Witness: copied(v)})
				}
			}
		}
		if first && s.Gap == nil {
			s.Gap = copied(v)
		}
	})
	s.Exact = w.exact
	slices.SortFunc(s.Overlaps, func(a, b Overlap) int {
		if a.A != b.A {
			return a.A - b.A
		}
		return a.B - b.B
	})
	for i := range s.Each {
		e := &s.Each[i]
		e.Exact = w.exact
		switch {
		case e.Counter == nil:
			e.Kind = Always
		case e.Witness == nil:
			e.Kind = Never
		default:
			e.Kind = Varies
		}
		if e.Kind == Varies {
			e.Exact = true // both were seen
		}
	}
	return s
}

func copied(v Values) Values {
	out, _ := deep(map[string]any(v)).(map[string]any)
	return out
}

func deep(v any) any {
	switch v := v.(type) {
	case map[string]any:
		c := make(map[string]any, len(v))
		for k, x := range v {
			c[k] = deep(x)
		}
		return c
	case []any:
		c := make([]any, len(v))
		for i, x := range v {
			c[i] = deep(x)
		}
		return c
	}
	return v
}

// today is the day on which conditions that ask the day are tried.
const today = "2026-06-15"

// world is the set of cases worth trying.
type world struct {
	names  []*Name
	values [][]any // of each name; nil is absent
	exact  bool
}

// uses gathers how the conditions look at one name.
type uses struct {
	name   *Name
	lits   []value // compared with directly
	ages   []value // tuoi(name) compared with
	spans  []value // so_ngay with name compared with
	plain  bool    // compared, asked for or standing alone
	aged   bool
	mixed  bool // in sums, with other names: borders are guessed
	counts bool // a list whose length matters
}

// survey finds, for every name the conditions read, the values between which they can tell.
func survey(guards []*Expr) *world {
	w := &world{exact: true}
	by := map[string]*uses{}
	var order []string
	var figures, datesSeen []value
	use := func(n *Name) *uses {
		if by[n.Path] == nil {
			by[n.Path] = &uses{name: n}
			order = append(order, n.Path)
		}
		return by[n.Path]
	}
	items := map[string]*uses{}
	item := func(n *Name) *uses {
		if items[n.Path] == nil {
			items[n.Path] = &uses{name: n}
		}
		return items[n.Path]
	}
	of := func(n *node) *uses {
		if n.inItem {
			return item(n.name)
		}
		return use(n.name)
	}
	for _, g := range guards {
		if g == nil {
			continue
		}
		g.root.walk(func(n *node) {
			if n.op == opLit && n.lit.kind == figure {
				figures = append(figures, n.lit)
			}
			if n.op == opLit && n.lit.kind == day {
				datesSeen = append(datesSeen, n.lit)
			}
		})
		look(g.root, of)
		g.root.walk(func(n *node) {
			if n.op == opAge && len(n.args) == 1 {
				use(dayName)
			}
		})
	}
	slices.Sort(order)
	// An address is there when one of its parts is.
	order = slices.DeleteFunc(order, func(p string) bool {
		return by[p].name.Type == Address && slices.ContainsFunc(order, func(o string) bool { return strings.HasPrefix(o, p+".") })
	})
	dayMoves := by["ngay"] != nil && (len(by["ngay"].lits) > 0 || by["ngay"].mixed)
	for _, p := range order {
		u := by[p]
		finite := u.name.Type == YesNo || u.name.Type == Choice && len(u.name.Options) > 0
		if u.mixed && !finite || u.aged && (u.plain || dayMoves) {
			w.exact = false
		}
		vs := w.sample(u, figures, datesSeen, items)
		if !u.name.Sure {
			vs = append(vs, nil)
		}
		if len(vs) > mostValues {
			vs, w.exact = vs[:mostValues], false
		}
		w.names, w.values = append(w.names, u.name), append(w.values, vs)
	}
	return w
}

// dayName stands in for the day when only tuoi asks for it.
var dayName = &Name{Path: "ngay", Type: Date, Sure: true}

// look records what stands beside each name.
func look(n *node, of func(*node) *uses) {
	beside := func(x, with *node) {
		lit := func(into *[]value) { *into = append(*into, with.lit) }
		switch {
		case with.op != opLit:
			return
		case x.op == opName:
			lit(&of(x).lits)
		case x.op == opAge && len(x.args) == 1 && x.args[0].op == opName:
			lit(&of(x.args[0]).ages)
		case x.op == opDays:
			for _, a := range x.args {
				if a.op == opName {
					lit(&of(a).spans)
				}
			}
		case x.op == opCount && len(x.args) == 1:
			lit(&of(x.args[0]).lits)
		}
	}
	switch n.op {
	case opName:
		of(n).plain = true
		return
	case opEq, opNe, opLt, opLe, opGt, opGe, opIn:
		x := n.args[0]
		for _, with := range n.args[1:] {
			beside(x, with)
			beside(with, x)
		}
		direct := true
		for _, with := range n.args[1:] {
			direct = direct && with.op == opLit
		}
		switch {
		case direct && x.op == opName:
			of(x).plain = true
			return
		case direct && x.op == opAge && len(x.args) == 1 && x.args[0].op == opName:
			of(x.args[0]).aged = true
			return
		}
	case opHas:
		if n.args[0].op == opLit {
			of(n.args[1]).plain = true
			of(n.args[1]).lits = append(of(n.args[1]).lits, n.args[0].lit)
			return
		}
	case opFilled, opAnd, opOr, opNot:
		for _, a := range n.args {
			look(a, of)
		}
		return
	case opAny, opAll, opNone, opCount, opSum:
		u := of(n.args[0])
		u.plain, u.counts = true, true
		if n.op == opSum {
			u.mixed = true
		}
		for _, a := range n.args[1:] {
			look(a, of)
			if n.args[0].typ == Choices { // # beside values of the list
				a.walk(func(x *node) {
					if x.op == opLit && x.lit.kind == letters {
						u.lits = append(u.lits, x.lit)
					}
				})
			}
		}
		return
	default:
	}
	// Sums, choices between values, names beside names.
	for _, a := range n.args {
		a.walk(func(x *node) {
			if x.op == opName {
				of(x).mixed = true
			}
		})
		look(a, of)
	}
}

// sample returns the values worth trying, without absence.
func (w *world) sample(u *uses, figures, days []value, items map[string]*uses) []any {
	n := u.name
	switch n.Type {
	case YesNo:
		return []any{true, false}
	case Choice:
		var out []any
		for _, o := range n.Options {
			out = append(out, o.Value)
		}
		if len(out) == 0 {
			return texts(u.lits)
		}
		return out
	case Text:
		return texts(u.lits)
	case Number, Money:
		lits := u.lits
		if u.mixed {
			lits = append(slices.Clone(lits), figures...)
		}
		return numbers(n, lits)
	case Date:
		return w.dates(u, days)
	case Choices:
		return w.subsets(u)
	case Groups:
		w.exact = false
		return w.groups(n, u, figures, days, items)
	case Address:
		return []any{map[string]any{"province": "01", "commune": "00001", "detail": "số 1"}}
	default:
		return nil
	}
}

func texts(lits []value) []any {
	var out []any
	other := "khác"
	for _, l := range lits {
		if l.kind == letters && !slices.Contains(out, any(l.text)) {
			out = append(out, l.text)
			if l.text == other {
				other += " nữa"
			}
		}
	}
	return append(out, other)
}

// numbers returns every border, and one number within each stretch between borders.
func numbers(n *Name, lits []value) []any {
	whole := n.Whole || n.Type == Money
	one := big.NewRat(1, 1)
	var marks []*big.Rat
	add := func(r *big.Rat) {
		if whole && !r.IsInt() {
			r = new(big.Rat).SetInt(nearestWhole(r))
		}
		if n.Least != nil && r.Cmp(n.Least) < 0 || n.Most != nil && r.Cmp(n.Most) > 0 {
			return
		}
		if !slices.ContainsFunc(marks, func(m *big.Rat) bool { return m.Cmp(r) == 0 }) {
			marks = append(marks, r)
		}
	}
	for _, l := range lits {
		if l.kind == figure {
			add(l.num)
			add(new(big.Rat).Add(l.num, one))
			add(new(big.Rat).Sub(l.num, one))
		}
	}
	for _, bound := range []*big.Rat{n.Least, n.Most} {
		if bound != nil {
			add(bound)
		}
	}
	if len(marks) == 0 {
		add(new(big.Rat))
		add(one)
	}
	slices.SortFunc(marks, (*big.Rat).Cmp)
	if !whole {
		for i := range len(marks) - 1 {
			mid := new(big.Rat).Add(marks[i], marks[i+1])
			marks = append(marks, mid.Quo(mid, big.NewRat(2, 1)))
		}
	}
	out := make([]any, 0, len(marks))
	for _, m := range marks {
		out = append(out, figureJSON(m))
	}
	return out
}

// figureJSON writes a number as an answer holds it.
func figureJSON(r *big.Rat) json.Number {
	digits, _ := r.FloatPrec()
	return json.Number(r.FloatString(min(digits, 12)))
}

func (w *world) dates(u *uses, seen []value) []any {
	var out []any
	add := func(base string, years, days int) {
		d, err := time.Parse(time.DateOnly, base)
		if err != nil {
			return
		}
		s := d.AddDate(years, 0, days).Format(time.DateOnly)
		if len(s) == len(time.DateOnly) && !slices.Contains(out, any(s)) {
			out = append(out, s)
		}
	}
	around := func(base string, years, days int) {
		for _, more := range []int{-1, 0, 1} {
			add(base, years, days+more)
		}
	}
	lits := u.lits
	if u.mixed {
		lits = append(slices.Clone(lits), seen...)
	}
	for _, l := range lits {
		if l.kind == day {
			around(l.text, 0, 0)
		}
	}
	for _, l := range u.ages {
		if l.kind != figure {
			continue
		}
		if n := nearestWhole(l.num); n.IsInt64() && n.Int64() >= -1 && n.Int64() < 200 {
			for _, more := range []int{-1, 0, 1} {
				around(today, -int(n.Int64())-more, 0)
			}
		}
	}
	if u.aged {
		add(today, 0, 1) // not born yet: no age
	}
	for _, l := range u.spans {
		if n := nearestWhole(l.num); n.IsInt64() && n.Int64() > -40000 && n.Int64() < 40000 && u.name.Path != "ngay" {
			around(today, 0, -int(n.Int64()))
			around(today, 0, int(n.Int64()))
		}
	}
	if u.name.Path == "ngay" || u.mixed || len(out) == 0 {
		add(today, 0, 0)
	}
	if u.mixed && u.name.Path != "ngay" {
		around(today, 0, 0)
	}
	return out
}

// subsets returns the selections a list of choices can tell apart: all of the options named, and one that is not.
func (w *world) subsets(u *uses) []any {
	var pool []string
	all := len(u.name.Options) <= 6
	for _, o := range u.name.Options {
		named := slices.ContainsFunc(u.lits, func(l value) bool { return l.kind == letters && l.text == o.Value })
		if all || named {
			pool = append(pool, o.Value)
		}
	}
	if !all {
		for _, o := range u.name.Options {
			if !slices.Contains(pool, o.Value) {
				pool = append(pool, o.Value)
				break
			}
		}
		if u.counts || u.mixed {
			w.exact = false
		}
	}
	if len(pool) > 6 {
		pool, w.exact = pool[:6], false
	}
	var out []any
	for bits := 1; bits < 1<<len(pool); bits++ {
		var pick []any
		for i, v := range pool {
			if bits&(1<<i) != 0 {
				pick = append(pick, v)
			}
		}
		out = append(out, pick)
	}
	return out
}

// groups returns lists of none, one, two and, where a number is asked, as many items as it takes.
func (w *world) groups(n *Name, u *uses, figures, days []value, items map[string]*uses) []any {
	one := []map[string]any{{}}
	for i := range n.Item {
		f := &n.Item[i]
		fu := items[f.Path]
		if fu == nil || fu.name != f {
			continue
		}
		var next []map[string]any
		values := append(w.sample(fu, figures, days, items), nil)
		for _, m := range one {
			for _, v := range values {
				c, _ := deep(m).(map[string]any)
				put(c, f.keys(), v)
				next = append(next, c)
			}
		}
		one = next[:min(len(next), 24)]
	}
	var out []any
	for _, a := range one {
		out = append(out, []any{a})
	}
	for i, a := range one[:min(len(one), 6)] {
		for _, b := range one[i:min(len(one), 6)] {
			out = append(out, []any{a, b})
		}
	}
	most := int64(0)
	for _, l := range append(slices.Clone(u.lits), figures...) {
		if l.kind == figure && l.num.IsInt() && l.num.Num().IsInt64() && l.num.Num().Int64() <= 12 {
			most = max(most, l.num.Num().Int64()+1)
		}
	}
	for count := int64(3); count <= most; count++ {
		for _, a := range one[:min(len(one), 2)] {
			out = append(out, slices.Repeat([]any{a}, int(count)))
		}
	}
	return out
}

// put sets a value below keys; nil takes it away.
func put(m map[string]any, keys []string, v any) {
	for _, k := range keys[:len(keys)-1] {
		in, ok := m[k].(map[string]any)
		if !ok {
			if v == nil {
				return
			}
			in = map[string]any{}
			m[k] = in
		}
		m = in
	}
	last := keys[len(keys)-1]
	if v == nil {
		delete(m, last)
		return
	}
	m[last] = v
}

// cases visits every combination, or, when there are too many, each name's values by turns and many mixtures.
func (w *world) cases(visit func(Values)) {
	v := Values{}
	total := 1
	for i := range w.names {
		if len(w.values[i]) == 0 {
			w.values[i] = []any{nil}
		}
		if total <= mostCases {
			total *= len(w.values[i])
		}
	}
	at := make([]int, len(w.names))
	set := func(i, to int) {
		at[i] = to
		put(v, w.names[i].keys(), w.values[i][to])
	}
	for i := range at {
		set(i, 0)
	}
	if total <= mostCases {
		for {
			visit(v)
			i := 0
			for ; i < len(at); i++ {
				if at[i]+1 < len(w.values[i]) {
					set(i, at[i]+1)
					break
				}
				set(i, 0)
			}
			if i == len(at) {
				return
			}
		}
	}
	w.exact = false
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same search every time, no secret
	for n := range mostCases / 2 {
		for i := range at {
			if n > 0 {
				set(i, random.IntN(len(w.values[i])))
			}
		}
		visit(v)
		// One name at a time through all of its values, from wherever the mixture stands.
		if i := n % len(at); n%8 == 0 {
			for to := range w.values[i] {
				set(i, to)
				visit(v)
			}
		}
	}
}
