package rule

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/expr-lang/expr"
	"pgregory.net/rapid"

	"github.com/motcua/motcua/lang"
)

// condition draws a condition over the schema of the tests, as an administrator might write it.
func condition(depth int) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		figure := func() string { return fmt.Sprint(rapid.IntRange(-3, 12).Draw(t, "n")) }
		sign := func() string { return rapid.SampledFrom([]string{"<", "<=", ">", ">=", "==", "!="}).Draw(t, "sign") }
		option := func() string {
			return rapid.SampledFrom([]string{`"nha-o"`, `"kho"`, `"khac"`}).Draw(t, "option")
		}
		day := func() string {
			return rapid.SampledFrom([]string{`"2010-01-01"`, `"2010-01-02"`, `"29/02/2008"`, "ngay"}).Draw(t, "day")
		}
		if depth > 0 && rapid.Bool().Draw(t, "deeper") {
			a, b := condition(depth-1).Draw(t, "a"), condition(depth-1).Draw(t, "b")
			switch rapid.IntRange(0, 3).Draw(t, "joint") {
			case 0:
				return "(" + a + ") and (" + b + ")"
			case 1:
				return "(" + a + ") or (" + b + ")"
			case 2:
				return "not (" + a + ")"
			default:
				return "(" + a + ") ? (" + b + ") : don.nuoc_ngoai"
			}
		}
		switch rapid.IntRange(0, 11).Draw(t, "kind") {
		case 0:
			return "don.dien_tich " + sign() + " " + figure()
		case 1:
			return "don.so_tang " + sign() + " " + figure()
		case 2:
			return "don.loai == " + option()
		case 3:
			return "don.loai not in [" + option() + ", " + option() + "]"
		case 4:
			return "don.nuoc_ngoai"
		case 5:
			return "don.sinh " + sign() + " " + day()
		case 6:
			return "tuoi(don.sinh) " + sign() + " " + figure()
		case 7:
			return `"a" in don.kem`
		case 8:
			return "count(don.con, .khai_sinh) " + sign() + " " + figure()
		case 9:
			return "any(don.con, tuoi(.sinh) " + sign() + " " + figure() + ")"
		case 10:
			return "don.dien_tich * " + figure() + " - don.so_tang " + sign() + " (don.gia_tri ?? 3)"
		default:
			return "co(don.ten) or so_ngay(don.sinh, ngay) " + sign() + " " + figure()
		}
	})
}

// answers draws answers of every shape: right, missing, of another type.
func answers() *rapid.Generator[map[string]any] {
	return rapid.Custom(func(t *rapid.T) map[string]any {
		one := func(key string, values ...any) (string, any) {
			return key, rapid.SampledFrom(append(values, nil, "x", true, json.Number("1e99999"), []any{}, map[string]any{"a": 1}, -1.5)).Draw(t, key)
		}
		m := map[string]any{}
		put := func(key string, v any) {
			if v != nil {
				m[key] = v
			}
		}
		put(one("dien_tich", json.Number("5"), json.Number("5.5")))
		put(one("so_tang", json.Number("3"), 7.0))
		put(one("gia_tri", json.Number("12")))
		put(one("loai", "nha-o", "kho"))
		put(one("nuoc_ngoai", false))
		put(one("sinh", "2010-01-01", "2008-02-29", "1990", "2008-02"))
		put(one("kem", []any{"a"}, []any{"a", 5}))
		put(one("con", []any{map[string]any{"khai_sinh": true, "sinh": "2020-01-01"}, nil, 3}, []any{map[string]any{}}))
		put(one("ten", "Nguyễn"))
		return m
	})
}

func TestWhatCompilesSaysItselfAndNeverFails(t *testing.T) {
	t.Parallel()
	s := schema()
	rapid.Check(t, func(t *rapid.T) {
		src := condition(3).Draw(t, "src")
		e, ps := Compile(src, s, YesNo)
		if e == nil {
			t.Fatalf("%s: %v", src, ps)
		}
		for _, code := range []lang.Code{lang.VI, lang.EN} {
			if said := e.Say(code); strings.TrimSpace(said) == "" || strings.Contains(said, "rule.") || strings.ContainsAny(said, "{}") {
				t.Fatalf("%s says %q", src, said)
			}
		}
		v := Facts{Answers: answers().Draw(t, "answers"), Channel: "online", Day: "2026-03-16"}.Values()
		first := e.Bool(v)
		again, _ := Compile(e.Source(), s, YesNo)
		if e.Bool(v) != first || again.Bool(v) != first {
			t.Fatalf("%s is not the same twice", src)
		}
	})
}

func TestWitnessesAreTrue(t *testing.T) {
	t.Parallel()
	s := schema()
	rapid.Check(t, func(t *rapid.T) {
		var guards []*Expr
		for range rapid.IntRange(1, 3).Draw(t, "guards") {
			e, ps := Compile(condition(1).Draw(t, "src"), s, YesNo)
			if e == nil {
				t.Fatal(ps)
			}
			guards = append(guards, e)
		}
		study := Together(guards...)
		for i, e := range study.Each {
			if e.Witness != nil && !guards[i].Bool(e.Witness) || e.Counter != nil && guards[i].Bool(e.Counter) {
				t.Fatalf("%s: %+v", guards[i].Source(), e)
			}
			if w := study.First[i]; w != nil {
				for j := range i {
					if guards[j].Bool(w) {
						t.Fatalf("%s is not first", guards[i].Source())
					}
				}
			}
		}
		for _, o := range study.Overlaps {
			if !guards[o.A].Bool(o.Witness) || !guards[o.B].Bool(o.Witness) {
				t.Fatal("no overlap")
			}
		}
		for _, g := range guards {
			if study.Gap != nil && g.Bool(study.Gap) {
				t.Fatal("no gap")
			}
		}
		// What is said to be constant beyond doubt is so for answers of every shape that a form lets through.
		v := Facts{Answers: answers().Draw(t, "answers"), Channel: "online", Day: today}.Values()
		don, _ := v["don"].(map[string]any)
		if don["loai"] != "nha-o" && don["loai"] != "kho" || don["so_tang"] != json.Number("3") && don["so_tang"] != 7.0 {
			return // the form refuses these
		}
		for i, e := range study.Each {
			if e.Exact && (e.Kind == Always && !guards[i].Bool(v) || e.Kind == Never && guards[i].Bool(v)) {
				t.Fatalf("%s is %s, but not for %v", guards[i].Source(), e.Kind, v)
			}
		}
	})
}

func TestWholeAnswersAreJudgedAsTheLibraryDoes(t *testing.T) {
	t.Parallel()
	s := NewSchema(
		Name{Path: "don.a", Type: Number, Sure: true}, Name{Path: "don.b", Type: Number, Sure: true}, Name{Path: "don.c", Type: YesNo, Sure: true},
		Name{Path: "don.t", Type: Text, Sure: true},
	)
	atom := rapid.SampledFrom([]string{"don.a > don.b", "don.a + 2 * don.b <= 7", "don.c", "not don.c", `don.t == "x"`, `don.t in ["y", "z"]`, "don.a - don.b != 1", "don.a / 2 >= don.b"})
	rapid.Check(t, func(t *rapid.T) {
		src := atom.Draw(t, "first")
		for range rapid.IntRange(0, 5).Draw(t, "more") {
			src += rapid.SampledFrom([]string{" and ", " or ", " && ", " || "}).Draw(t, "joint") + atom.Draw(t, "next")
		}
		don := map[string]any{
			"a": float64(rapid.IntRange(-5, 9).Draw(t, "a")), "b": float64(rapid.IntRange(-5, 9).Draw(t, "b")),
			"c": rapid.Bool().Draw(t, "c"), "t": rapid.SampledFrom([]string{"x", "y"}).Draw(t, "t"),
		}
		e, ps := Compile(src, s, YesNo)
		if e == nil {
			t.Fatal(ps)
		}
		want, err := expr.Eval(src, map[string]any{"don": don})
		if err != nil {
			t.Fatal(err)
		}
		if got := e.Bool(Values{"don": don}); got != want {
			t.Fatalf("%s over %v: %v, the library says %v", src, don, got, want)
		}
	})
}

// FuzzCompile: no text makes Compile fail otherwise than by naming problems; what compiles says itself, ends and can be studied.
func FuzzCompile(f *testing.F) {
	for _, src := range []string{
		`don.dien_tich > 500 and don.loai == "nha-o"`, "any(don.con, tuoi(.sinh) < 16)", "1 + ", "((((", `"`, "don.loai in [", "let x = 1; x", "don?.x", "a|b|c",
		"sum(don.con, .dien_tich * 2) > 1e10", `x ? y : z`, "if true { 1 } else { 2 }", "don.kem[0]", "#", ".x", "lam_tron(don.gia_tri / 3, 1000) ?? -0.5", "{a: 1}", "1..5",
		`"a" not in don.kem`, "ngay(\"31/12/2026\") > don.sinh", "count(don.con, #.khai_sinh)", "reduce(don.con, #acc + 1)", "don.con | filter(.khai_sinh) | count()",
	} {
		f.Add(src)
	}
	s := schema()
	v := Facts{Answers: map[string]any{"dien_tich": 5.5, "con": []any{map[string]any{"dien_tich": 3.0}, 7}, "kem": []any{"a"}}, Channel: "post", Day: "2026-03-16"}.Values()
	f.Fuzz(func(t *testing.T, src string) {
		for _, want := range []Type{YesNo, Money, Text, Date} {
			e, ps := Compile(src, s, want)
			if (e == nil) == (len(ps) == 0) {
				t.Fatalf("%q: neither an expression nor problems, or both", src)
			}
			for _, p := range ps {
				if text := p.In(lang.VI); text == "" || strings.HasPrefix(text, "rule.") {
					t.Fatalf("%q: problem %s has no text", src, p.Code)
				}
			}
			if e == nil {
				continue
			}
			if e.Say(lang.VI) == "" || e.Say(lang.EN) == "" {
				t.Fatalf("%q says nothing", src)
			}
			e.Bool(v)
			e.Money(v)
			e.Text(v)
			e.Number(v)
			e.Bool(nil)
		}
	})
}

// FuzzEval: no answers, of whatever shape, make an expression fail.
func FuzzEval(f *testing.F) {
	f.Add(`{"dien_tich": 1e40, "con": [{"sinh": "2020"}, null, []], "kem": ["a", {}], "noi_o": {"commune": 5}}`)
	f.Add(`{"con": {"x": 1}, "sinh": "2020-02-30", "loai": ["a"], "gia_tri": -0.0000000000000000000000000000001}`)
	s := schema()
	var all []*Expr
	for _, src := range []string{
		"sum(don.con, .dien_tich / 3) * don.dien_tich > 1 or any(don.con, tuoi(.sinh) > 3 and .khai_sinh)", `don.noi_o.commune == "1" or co(don.noi_o) or "a" in don.kem`,
		"lam_tron(don.gia_tri / (don.so_tang - 1), 7) > lon_nhat(don.dien_tich, 5)", `so_ngay(don.sinh, ngay) > 1 or don.loai in ["kho"]`,
	} {
		e, ps := Compile(src, s, YesNo)
		if e == nil {
			f.Fatal(ps)
		}
		all = append(all, e)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d := json.NewDecoder(strings.NewReader(text))
		d.UseNumber()
		var m map[string]any
		if d.Decode(&m) != nil {
			return
		}
		v := Facts{Answers: m, Day: "2026-03-16"}.Values()
		for _, e := range all {
			e.Bool(v)
		}
		SayValues(v, s, lang.VI)
	})
}

func BenchmarkBool(b *testing.B) {
	e, _ := Compile(`don.dien_tich > 500 and (don.loai == "nha-o" or tuoi(don.sinh) < 16)`, schema(), YesNo)
	v := Facts{Answers: map[string]any{"dien_tich": json.Number("501"), "loai": "kho", "sinh": "2015-01-01"}, Day: "2026-03-16"}.Values()
	for b.Loop() {
		e.Bool(v)
	}
}

func BenchmarkCompile(b *testing.B) {
	s := schema()
	for b.Loop() {
		Compile(`don.dien_tich > 500 and (don.loai == "nha-o" or tuoi(don.sinh) < 16)`, s, YesNo)
	}
}

func BenchmarkVerdict(b *testing.B) {
	e, _ := Compile(`don.dien_tich > 500 and (don.loai == "nha-o" or tuoi(don.sinh) < 16)`, schema(), YesNo)
	for b.Loop() {
		e.Verdict()
	}
}
