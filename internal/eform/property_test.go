package eform

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// typing draws what a person may type into a question, right more often than wrong.
func typing(t *rapid.T, c *Compiled, v url.Values, q Question) {
	wild := rapid.StringN(0, 30, 60)
	put := func(path string, right ...string) {
		switch rapid.IntRange(0, 9).Draw(t, path) {
		case 0:
		case 1:
			v.Set(path, wild.Draw(t, path))
		default:
			v.Set(path, rapid.SampledFrom(right).Draw(t, path))
		}
	}
	switch q.Widget {
	case Group:
		for i := range rapid.IntRange(0, 3).Draw(t, q.Path) {
			for _, in := range c.by[q.Path].inner {
				typing(t, c, v, in.ask(itemPath(q.Path, i)+"."+in.field.Path, nil, shown{}))
			}
		}
	case Place:
		put(q.Path+".province", "01", "96")
		put(q.Path+".commune", "00004", "32001", "32002")
		put(q.Path+".detail", "Số 5", "Thôn Đông")
	case Choice, Select:
		var can []string
		for _, o := range q.Choices {
			can = append(can, o.Value)
		}
		put(q.Path, can...)
	case Checks:
		for _, o := range q.Choices {
			if rapid.Bool().Draw(t, o.Value) {
				v.Add(q.Path, o.Value)
			}
		}
	case YesNo:
		put(q.Path, "yes", "no")
	case Date:
		put(q.Path, "5/9/1990", "01.02.1985", "03032026", "1/5/2026", "2/2/2027", "29/2/2023", "1950")
	case PersonalNumber:
		put(q.Path, "001090123456", "040 185 000 123", "096305000001")
	case TaxCode:
		put(q.Path, "0100109106", "01.00.109.106-001", "001090123456")
	case Phone:
		put(q.Path, "0912 345 678", "+84 24 3825 2525")
	case Email:
		put(q.Path, "an@example.vn")
	case Number:
		put(q.Path, "1", "12,50", "1.234", "007")
	case Money:
		put(q.Path, "1.500.000", "20000000 đ")
	default:
		put(q.Path, "Nguyễn Văn An", "Y-Bih Niê", "  Trần   Thị  Bé ", "C1234567")
	}
}

// TestWhatIsAcceptedComesBackTheSame holds for any typing: what was read is settled, goes
// through JSON unchanged, and shown again and posted again it is the same answer.
func TestWhatIsAcceptedComesBackTheSame(t *testing.T) {
	for name, right := range map[string]func() url.Values{
		"khai-sinh":  func() url.Values { return birth() },
		"kinh-doanh": support,
	} {
		c := load(t, name)
		accepted := 0
		rapid.Check(t, func(t *rapid.T) {
			v := right()
			few := rapid.IntRange(0, 8).Draw(t, "retyped") // in ten
			for _, s := range c.Form().Layout.Sections {
				for _, q := range c.Questions(s.ID, nil) {
					if rapid.IntRange(0, 9).Draw(t, q.Path) < few {
						typing(t, c, v, q)
					}
				}
			}
			p, err := c.Parse("", v, nil)
			if err != nil {
				t.Fatal(err)
			}
			if again := c.Clean(p.Answers); !reflect.DeepEqual(again, p.Answers) {
				t.Fatalf("not settled:\n%v\n%v", p.Answers, again)
			}
			b, err := p.Answers.Canonical()
			if err != nil {
				t.Fatal(err)
			}
			stored, err := ReadAnswers(b)
			if err != nil || !reflect.DeepEqual(stored, p.Answers) {
				t.Fatalf("JSON changes the answers: %s %v", b, err)
			}
			bad := map[string]bool{}
			for _, f := range c.Validate("", p.Answers, given) {
				bad[f.Name] = true
			}
			again, err := c.Parse("", url.Values(c.Shown(stored)), nil)
			if err != nil {
				t.Fatal(err)
			}
			for path := range c.Shown(p.Answers) {
				if q, _ := c.find(path); q.widget != Place && !bad[path] && !bad[q.path] && !reflect.DeepEqual(again.Answers.At(path), p.Answers.At(path)) {
					t.Fatalf("%s: %v came back as %v", path, p.Answers.At(path), again.Answers.At(path))
				}
			}
			if len(bad) == 0 {
				accepted++
				if !reflect.DeepEqual(again.Answers, p.Answers) {
					t.Fatalf("shown and posted again:\n%v\n%v", p.Answers, again.Answers)
				}
			}
			// Section by section there is no message that the whole does not have, and none is lost.
			sum := 0
			for _, s := range c.Visible(p.Answers) {
				for _, f := range c.Validate(s.ID, p.Answers, given) {
					if sum++; !bad[f.Name] {
						t.Fatalf("only in section %s: %v", s.ID, f)
					}
				}
			}
			if sum != len(bad) {
				t.Fatalf("%d messages by section, %d in the whole", sum, len(bad))
			}
			c.Summary(p.Answers, towns{})
			c.Questions("", p.Answers)
		})
		if accepted == 0 {
			t.Errorf("%s: nothing was accepted, so nothing was tested", name)
		}
	}
}

func FuzzParse(f *testing.F) {
	forms := []*Compiled{load(f, "khai-sinh"), load(f, "kinh-doanh")}
	f.Add(birth().Encode())
	f.Add("members[0].name=a&members[99999999999999999999].name=b&members[-1].name=c&members[[0]].name=d&_remove=members[0]&_add=members")
	f.Add("siblings[0][0][0].name=x&siblings%5B1%5D=y&_item=siblings[3]&_asking=*&_update=siblings[0")
	f.Add("business.area=1e999999999&needs.kinds=" + strings.Repeat("&needs.kinds=von", 300))
	f.Add("requester.name=%ff%fe%00&requester.name=b&requester=1&requester.name.x=2")
	var huge strings.Builder
	for i := range 500 {
		fmt.Fprintf(&huge, "members[%d].name=%d&", i, i)
	}
	f.Add(huge.String())
	f.Fuzz(func(t *testing.T, body string) {
		v, err := url.ParseQuery(body)
		if err != nil {
			return
		}
		for _, c := range forms {
			for _, section := range []string{"", c.form.Layout.Sections[0].ID, "none"} {
				p, err := c.Parse(section, v, nil)
				if err != nil {
					return
				}
				hold(t, c, p.Answers)
			}
		}
	})
}

func FuzzValidate(f *testing.F) {
	forms := []*Compiled{load(f, "khai-sinh"), load(f, "kinh-doanh")}
	f.Add([]byte(`{"members":[{},[],null,{"number":{"a":[]}}],"needs":{"kinds":["von",1,null,{}]}}`))
	f.Add([]byte(`{"siblings":[` + strings.Repeat("{},", 999) + `{}],"requester":{"relation":"cha"}}`))
	f.Add([]byte(`{"business":{"area":` + strings.Repeat("9", 400) + `,"charter":-1e-400}}`))
	f.Add([]byte(strings.Repeat(`{"requester":`, 300) + "1" + strings.Repeat("}", 300)))
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := ReadAnswers(b)
		if err != nil {
			return
		}
		for _, c := range forms {
			hold(t, c, c.Clean(a))
		}
	})
}

// hold checks what must be true of any answers that came through Parse or Clean.
func hold(t *testing.T, c *Compiled, a Answers) {
	t.Helper()
	if again := c.Clean(a); !reflect.DeepEqual(again, a) {
		t.Fatalf("not settled:\n%v\n%v", a, again)
	}
	b, err := a.Canonical()
	if err != nil {
		t.Fatal(err)
	}
	if !json.Valid(b) {
		t.Fatalf("no JSON: %s", b)
	}
	if len(b) <= MaxAnswerBytes {
		back, err := ReadAnswers(b)
		if err != nil {
			t.Fatal(err)
		}
		twice, err := back.Canonical()
		if err != nil || !bytes.Equal(twice, b) {
			t.Fatalf("not canonical: %s and %s", b, twice)
		}
	}
	fields := c.Validate("", a, given)
	seen := map[string]bool{}
	for _, field := range fields {
		if seen[field.Name] {
			t.Fatalf("two messages for %s", field.Name)
		}
		seen[field.Name] = true
	}
	if len(fields) > 2000 {
		t.Fatal("messages without bound: " + strconv.Itoa(len(fields)))
	}
	c.Summary(a, towns{})
	c.Subject(a)
	c.Questions("", a)
	if len(fields) == 0 {
		p, err := c.Parse("", url.Values(c.Shown(a)), nil)
		if err != nil || !reflect.DeepEqual(p.Answers, a) {
			t.Fatalf("accepted, but does not come back the same:\n%v\n%v", a, p.Answers)
		}
	}
}
