package eform

import (
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"

	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/lang"
)

// towns is a country of two provinces.
type towns struct{}

func (towns) Provinces() []Unit {
	return []Unit{{Code: "01", Name: "Thành phố Hà Nội"}, {Code: "96", Name: "Tỉnh Sông Lam"}}
}

func (towns) Communes(province string) []Unit {
	switch province {
	case "01":
		return []Unit{{Code: "00004", Name: "Phường Ba Đình", Province: "01"}}
	case "96":
		return []Unit{{Code: "32001", Name: "Xã Cửa Lạch", Province: "96"}, {Code: "32002", Name: "Phường Bến Đò", Province: "96"}}
	}
	return nil
}

func (p towns) Unit(code string) (Unit, bool) {
	for _, u := range p.Provinces() {
		if u.Code == code {
			return u, true
		}
		for _, c := range p.Communes(u.Code) {
			if c.Code == code {
				return c, true
			}
		}
	}
	return Unit{}, false
}

var given = Given{Now: time.Date(2026, 3, 16, 9, 0, 0, 0, zone), Places: towns{}}

// birth is a right filing of the birth form by a father, as typed.
func birth(change ...string) url.Values {
	v := url.Values{
		"requester.name": {"Nguyễn Văn An"}, "requester.birth": {"5/9/1990"}, "requester.paper": {"cccd"},
		"requester.number": {"001 090 123 456"}, "requester.phone": {"+84 912 345 678"},
		"requester.home.province": {"96"}, "requester.home.commune": {"32001"}, "requester.home.detail": {"Thôn 3"},
		"requester.relation": {"cha"},
		"child.name":         {"Nguyễn Minh"}, "child.birth": {"1.3.2026"}, "child.sex": {"nu"}, "child.born_at": {"Trạm y tế xã\r\nCửa Lạch"},
		"father.name": {"Nguyễn Văn An"}, "father.birth": {"1990"},
		"married": {"no"}, "copies": {"yes"}, "copy_count": {"2"},
	}
	for i := 0; i+1 < len(change); i += 2 {
		if change[i+1] == "" {
			v.Del(change[i])
			continue
		}
		v.Set(change[i], change[i+1])
	}
	return v
}

// support is a right filing of the support form, as typed.
func support() url.Values {
	return url.Values{
		"business.name": {"Công ty TNHH Sông Lam"}, "business.tax_code": {"0100109106-001"}, "business.kind": {"doanh-nghiep"},
		"business.charter": {"1.500.000.000"}, "business.area": {"12,5"}, "business.phone": {"024 3825 2525"},
		"business.site.province": {"96"}, "business.site.commune": {"32002"}, "business.site.detail": {"Số 5 đường Bờ Sông"},
		"needs.kinds": {"von", "dao-tao"}, "needs.amount": {"200.000.000 đồng"}, "needs.from": {"1/4/2026"}, "needs.until": {"31/12/2026"},
		"members[0].name": {"Trần Thị Hoa"}, "members[0].birth": {"2/2/1985"}, "members[0].sex": {"nu"}, "members[0].number": {"040185000123"}, "members[0].share": {"60"},
	}
}

func codes(fields []fault.Field) []string {
	var out []string
	for _, f := range fields {
		out = append(out, f.Name+" "+strings.TrimPrefix(f.Code, "eform."))
	}
	return out
}

func TestBirthFormIsJudgedFieldByField(t *testing.T) {
	c := load(t, "khai-sinh")
	for _, tt := range []struct {
		rule   string
		change []string
		want   []string
	}{
		{"a right filing has no message", nil, nil},
		{"what is empty is asked for by its own field", []string{"requester.name", "", "child.birth", ""}, []string{"requester.name required", "child.birth required-date"}},
		{"spaces are no answer", []string{"requester.name", "  \t "}, []string{"requester.name required"}},
		{"a number for a paper not chosen is not missed", []string{"requester.paper", "ho-chieu", "requester.passport", "C1234567", "requester.number", ""}, nil},
		{"a number typed before another paper was chosen is dropped, right or wrong", []string{"requester.paper", "ho-chieu", "requester.passport", "C1234567", "requester.number", "12"}, nil},
		{"the author's own sentence answers a wrong pattern", []string{"requester.paper", "ho-chieu", "requester.passport", "12"}, []string{"requester.passport mend"}},
		{"a child cannot make the request", []string{"requester.birth", "5/9/2015", "requester.number", ""}, []string{"requester.birth min-age", "requester.number required"}},
		{"sixteen years are full on the birthday", []string{"requester.birth", "16/3/2010", "requester.number", "001210123456"}, nil},
		{"and not the day before", []string{"requester.birth", "17/3/2010", "requester.number", "001210123456"}, []string{"requester.birth min-age"}},
		{"a year of birth alone may be enough years", []string{"requester.birth", "2010", "requester.number", "001210123456"}, nil},
		{"the number holds the year of birth", []string{"requester.birth", "5/9/1991"}, []string{"requester.number personal-number-birth"}},
		{"a birth cannot be tomorrow", []string{"child.birth", "17/3/2026"}, []string{"child.birth date-future"}},
		{"there is no 30 February", []string{"child.birth", "30/2/2026"}, []string{"child.birth date-impossible"}},
		{"a province without commune is half an address", []string{"requester.home.commune", ""}, []string{"requester.home.commune required-commune"}},
		{"no address at all is asked for by parts", []string{"requester.home.commune", "", "requester.home.province", "", "requester.home.detail", ""}, []string{"requester.home.province required-province", "requester.home.commune required-commune"}},
		{"a commune of another province", []string{"requester.home.commune", "00004"}, []string{"requester.home.commune commune-elsewhere"}},
		{"a commune nobody knows", []string{"requester.home.commune", "99999"}, []string{"requester.home.commune required-commune"}},
		{"a commune in the province's place", []string{"requester.home.province", "32001"}, []string{"requester.home.province required-province"}},
		{"a choice that was not offered", []string{"child.sex", "khac"}, []string{"child.sex listed"}},
		{"a digit in a name", []string{"child.name", "Nguyễn Minh 2"}, []string{"child.name name-digits"}},
		{"one of the parents is needed", []string{"father.name", "", "father.birth", ""}, []string{"mother.name one-of-several"}},
		{"a parent's year without name", []string{"father.name", ""}, []string{"father.name required"}},
		{"a number for copies is not missed when none are wanted", []string{"copies", "no", "copy_count", ""}, nil},
		{"copies must be chosen", []string{"copies", "", "copy_count", ""}, []string{"copies required-choice"}},
		{"too many copies", []string{"copy_count", "21"}, []string{"copy_count maximum"}},
		{"copies in words", []string{"copy_count", "hai"}, []string{"copy_count number"}},
		{"half a copy", []string{"copy_count", "1,5"}, []string{"copy_count number"}},
		{"a note too long", []string{"note", strings.Repeat("ơ", 301)}, []string{"note too-long"}},
		{"a name far too long", []string{"child.name", strings.Repeat("a", 1<<17)}, []string{"child.name too-long"}},
		{"a sibling's own messages", []string{"siblings[0].name", "Nguyễn Lan", "siblings[0].birth", "1/1/2030"}, []string{"siblings[0].birth date-future"}},
		{"a sibling who lives elsewhere has an address to give, which may stay open", []string{"siblings[4].name", "Nguyễn Lan", "siblings[4].birth", "1/1/2020", "siblings[4].same_home", "no"}, nil},
		{"half of it is not enough", []string{"siblings[4].name", "Nguyễn Lan", "siblings[4].birth", "1/1/2020", "siblings[4].same_home", "no", "siblings[4].home.province", "96"}, []string{"siblings[0].home.commune required-commune"}},
		{"siblings are not asked of an organisation", []string{"requester.relation", "to-chuc", "siblings[0].name", "9"}, nil},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			p, err := c.Parse("", birth(tt.change...), nil)
			if err != nil {
				t.Fatal(err)
			}
			fields := c.Validate("", p.Answers, given)
			if got := codes(fields); !slices.Equal(got, tt.want) {
				t.Fatalf("got %q, want %q", got, tt.want)
			}
			for _, f := range fields {
				for _, code := range []lang.Code{lang.VI, lang.EN} {
					text := lang.TextMap(code, "error."+f.Code, f.Args)
					if text == "error."+f.Code || strings.Contains(text, "{") {
						t.Errorf("no sentence: %q", text)
					}
				}
			}
		})
	}
}

func TestSentencesSayWhatToDo(t *testing.T) {
	c := load(t, "khai-sinh")
	p, _ := c.Parse("requester", birth("requester.number", "12", "requester.name", "", "requester.home.commune", ""), nil)
	var got []string
	for _, f := range c.Validate("requester", p.Answers, given) {
		got = append(got, lang.TextMap(lang.VI, "error."+f.Code, f.Args))
	}
	want := []string{
		"Nhập họ, chữ đệm, tên",
		"Nhập số định danh cá nhân gồm 12 chữ số",
		"Chọn xã, phường, đặc khu của nơi cư trú",
	}
	if !slices.Equal(got, want) {
		t.Fatalf("got %q", got)
	}
	p, _ = c.Parse("requester", birth("requester.name", ""), nil)
	f := c.In("en").Validate("requester", p.Answers, given)
	if got := lang.TextMap(lang.EN, "error."+f[0].Code, f[0].Args); got != "Enter full name" {
		t.Fatalf("English: %q", got)
	}
}

func TestSupportFormIsJudgedFieldByField(t *testing.T) {
	c := load(t, "kinh-doanh")
	right := support()
	for _, tt := range []struct {
		rule  string
		field string
		value []string
		want  []string
	}{
		{"a right filing has no message", "needs.reason", []string{"Mở rộng"}, nil},
		{"nothing chosen", "needs.kinds", nil, []string{"needs.kinds required-choice"}},
		{"too much chosen", "needs.kinds", []string{"von", "mat-bang", "dao-tao", "chuyen-doi-so"}, []string{"needs.kinds choose-fewer"}},
		{"something else chosen", "needs.kinds", []string{"von", "khac"}, []string{"needs.kinds listed"}},
		{"a wrong check digit", "business.tax_code", []string{"0100109107"}, []string{"business.tax_code tax-code-check"}},
		{"an area of nothing", "business.area", []string{"0"}, []string{"business.area above"}},
		{"a decimal point is not guessed", "business.area", []string{"12.5"}, []string{"business.area number"}},
		{"an amount with decimals", "needs.amount", []string{"1.000.000,5"}, []string{"needs.amount money"}},
		{"too large an amount", "needs.amount", []string{"5.000.000.001"}, []string{"needs.amount maximum"}},
		{"a beginning in the past", "needs.from", []string{"1/1/2026"}, []string{"needs.from date-past"}},
		{"an end before the beginning", "needs.until", []string{"31/3/2026"}, []string{"needs.until date-before"}},
		{"a member's sex and number differ", "members[0].sex", []string{"nam"}, []string{"members[0].number personal-number-sex"}},
		{"a second member with nothing but a name", "members[1].name", []string{"Lê Bình"}, []string{"members[1].birth required-date", "members[1].sex required-choice", "members[1].number required"}},
		{"a blank second member is no member", "members[1].name", []string{""}, nil},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			v := url.Values{}
			for k, x := range right {
				v[k] = x
			}
			v[tt.field] = tt.value
			p, err := c.Parse("", v, nil)
			if err != nil {
				t.Fatal(err)
			}
			if got := codes(c.Validate("", p.Answers, given)); !slices.Equal(got, tt.want) {
				t.Fatalf("got %q, want %q", got, tt.want)
			}
		})
	}
	p, _ := c.Parse("", url.Values{}, nil)
	if got := codes(c.Validate("members", p.Answers, given)); !slices.Equal(got, []string{"members required-group"}) {
		t.Errorf("a group without items: %q", got)
	}
}

func TestTypedValuesOutliveTheirErrors(t *testing.T) {
	c := load(t, "khai-sinh")
	p, err := c.Parse("child", url.Values{"child.birth": {" 31/2/2026"}, "child.name": {"M1nh"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := p.Typed.Get("child.birth"); got != " 31/2/2026" {
		t.Errorf("typed: %q", got)
	}
	b, err := p.Answers.Canonical()
	if err != nil {
		t.Fatal(err)
	}
	draft, err := ReadAnswers(b)
	if err != nil {
		t.Fatal(err)
	}
	again := c.Shown(draft)
	if again.Get("child.birth") != "31/2/2026" || again.Get("child.name") != "M1nh" {
		t.Errorf("a draft opened again: %v", again)
	}
}

func TestSectionsArePostedOneByOne(t *testing.T) {
	c := load(t, "khai-sinh")
	var a Answers
	for _, s := range c.Form().Layout.Sections {
		p, err := c.Parse(s.ID, birth(), a)
		if err != nil {
			t.Fatal(err)
		}
		a = p.Answers
	}
	whole, _ := c.Parse("", birth(), nil)
	if !reflect.DeepEqual(a, whole.Answers) {
		t.Fatalf("section by section %v, at once %v", a, whole.Answers)
	}
	// A changed answer takes away what it had opened on another page.
	p, _ := c.Parse("siblings", url.Values{"siblings[0].name": {"Nguyễn Lan"}, "siblings[0].birth": {"1/1/2020"}}, a)
	if p.Answers["siblings"] == nil {
		t.Fatal("sibling lost")
	}
	p, _ = c.Parse("requester", birth("requester.relation", "to-chuc"), p.Answers)
	if p.Answers["siblings"] != nil {
		t.Fatal("a hidden section kept its answers")
	}
	if got := len(c.Visible(p.Answers)); got != 4 {
		t.Fatalf("%d sections asked", got)
	}
}

func TestItemsComeAndGoWithoutScripts(t *testing.T) {
	c := load(t, "kinh-doanh")
	two := url.Values{"members[0].name": {"Một"}, "members[2].name": {"Ba"}, ItemKey: {"members[0]", "members[2]", "members[x]", "members[99999]"}}
	post := func(button, value string) Posted {
		v := url.Values{}
		for k, x := range two {
			v[k] = x
		}
		if button != "" {
			v.Set(button, value)
		}
		p, err := c.Parse("members", v, nil)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	items := func(p Posted) int { l, _ := p.Answers["members"].([]any); return len(l) }
	if p := post("", ""); p.Again || items(p) != 2 || p.Typed.Get("members[1].name") != "Ba" {
		t.Errorf("numbers with a gap: %+v", p)
	}
	if p := post(AddKey, "members"); !p.Again || items(p) != 3 || p.Focus != "members[2].name" {
		t.Errorf("added: %+v", p)
	}
	if p := post(RemoveKey, "members[0]"); !p.Again || items(p) != 1 || p.Typed.Get("members[0].name") != "Ba" || p.Typed.Get("members[1].name") != "" {
		t.Errorf("taken out: %+v", p)
	}
	if p := post(RemoveKey, "members[7]"); p.Again || items(p) != 2 {
		t.Errorf("no such item: %+v", p)
	}
	if p := post(AddKey, "business"); p.Again {
		t.Errorf("no such group: %+v", p)
	}
	many := url.Values{}
	for _, i := range []string{"0", "1", "2", "3", "4", "9000"} {
		many.Set("members["+i+"].name", "Ai")
	}
	p, _ := c.Parse("members", many, nil)
	if got := codes(c.Validate("members", p.Answers, given)); !slices.Contains(got, "members fewer-items") {
		t.Errorf("more items than allowed: %q", got)
	}
	p, _ = c.Parse("members", url.Values{AddKey: {"members"}}, nil)
	if n := items(p); n != 2 {
		t.Errorf("adding to the one blank item shown gives %d", n)
	}
}

func TestAFieldThatJustAppearedIsShownBeforeItIsMissed(t *testing.T) {
	c := load(t, "khai-sinh")
	v := birth("requester.number", "")
	v.Set(AskingKey, "requester")
	p, _ := c.Parse("requester", v, nil)
	if !p.Again || p.Focus != "requester.number" {
		t.Fatalf("not shown again: %v %q", p.Again, p.Focus)
	}
	v.Set(AskedKey, "requester.number")
	if p, _ = c.Parse("requester", v, nil); p.Again {
		t.Fatal("shown again although it was seen")
	}
	v.Set(UpdateKey, "requester.home")
	if p, _ = c.Parse("requester", v, nil); !p.Again || p.Focus != "requester.home" {
		t.Fatalf("update: %v %q", p.Again, p.Focus)
	}
}

func TestDecomposedTextIsTheSameText(t *testing.T) {
	c := load(t, "khai-sinh")
	v := url.Values{}
	for k, x := range birth() {
		v.Set(k, norm.NFD.String(x[0]))
	}
	a, _ := c.Parse("", birth(), nil)
	b, _ := c.Parse("", v, nil)
	if !reflect.DeepEqual(a.Answers, b.Answers) || len(c.Validate("", b.Answers, given)) > 0 {
		t.Fatalf("%v\n%v", a.Answers, b.Answers)
	}
}

func TestWhoAndWhereAndSummary(t *testing.T) {
	c := load(t, "khai-sinh")
	p, _ := c.Parse("", birth("siblings[0].name", "Nguyễn Lan", "siblings[0].birth", "1/1/2020", "siblings[0].same_home", "yes"), nil)
	who := c.Subject(p.Answers)
	want := Person{Name: "Nguyễn Văn An", Number: "001090123456", Birth: "1990-09-05", Phone: "0912345678", Address: Address{"96", "32001", "Thôn 3"}}
	if who != want {
		t.Errorf("subject %+v", who)
	}
	rows := map[string]string{}
	for _, s := range c.Summary(p.Answers, towns{}) {
		for _, r := range s.Rows {
			rows[r.Path] = r.Label + " = " + r.Value
			for _, it := range r.Items {
				for _, in := range it.Rows {
					rows[in.Path] = it.Title + ": " + in.Label + " = " + in.Value
				}
			}
		}
	}
	for path, want := range map[string]string{
		"requester.home":         "Nơi cư trú = Thôn 3, Xã Cửa Lạch, Tỉnh Sông Lam",
		"requester.phone":        "Số điện thoại = 0912 345 678",
		"requester.relation":     "Quan hệ với người được khai sinh = Cha",
		"child.birth":            "Ngày, tháng, năm sinh = 01/03/2026",
		"copies":                 "Việc cấp bản sao = Có",
		"siblings[0].birth":      "Người con 1: Ngày sinh = 01/01/2020",
		"requester.email":        "Thư điện tử = ",
		"requester.passport":     "",
		"siblings[0].home":       "",
		"siblings[0].same_home":  "Người con 1: Việc ở cùng nơi cư trú = Có",
		"requester.number":       "Số định danh cá nhân = 001090123456",
		"father.birth":           "Năm sinh người cha = 1990",
		"child.born_at":          "Nơi sinh = Trạm y tế xã\nCửa Lạch",
		"requester.home.commune": "",
	} {
		if rows[path] != want {
			t.Errorf("%s: %q, want %q", path, rows[path], want)
		}
	}
}

func TestPrefillNeverOverwrites(t *testing.T) {
	c := load(t, "khai-sinh")
	known := Person{Name: "Nguyễn Văn An", Number: "001090123456", Birth: "1990-09-05", Phone: "0912345678", Address: Address{"96", "32001", "Thôn 3"}}
	a := c.Prefill(Answers{"requester": map[string]any{"phone": "0987654321", "paper": "cccd"}}, known)
	who := c.Subject(a)
	if who.Phone != "0987654321" || who.Name != known.Name || who.Number != known.Number || who.Address != known.Address {
		t.Errorf("%+v", who)
	}
	if a := c.Prefill(nil, known); c.Subject(a).Number != "" {
		t.Error("a number was filled in where it is not asked yet")
	}
}

func TestQuestionsOfAPage(t *testing.T) {
	c := load(t, "khai-sinh")
	q := c.Questions("siblings", Answers{"requester": map[string]any{"relation": "cha"}, "siblings": []any{map[string]any{"same_home": false}, map[string]any{}}})
	if len(q) != 1 || len(q[0].Items) != 2 || !q[0].CanAdd || !q[0].CanDrop || q[0].Titles[1] != "Người con 2" {
		t.Fatalf("%+v", q)
	}
	first, second := q[0].Items[0][3], q[0].Items[1][3]
	if !first.Shown || second.Shown || second.When.Path != "siblings[1].same_home" || !slices.Equal(second.When.Values, []string{"no"}) {
		t.Fatalf("conditions of items: %+v %+v", first, second)
	}
	if q := load(t, "kinh-doanh").Questions("members", nil); len(q[0].Items) != 1 || q[0].CanDrop {
		t.Fatal("a group that needs an item begins with one")
	}
}

func TestCheckFindsWhatIsWrong(t *testing.T) {
	const head = "id: x\ntitle: X\nschema: {type: object, required: [name], properties: {name: {type: string, format: vn-name}, kind: {enum: [a, b]}, n: {type: integer}, list: {type: array, items: {type: object, required: [who], properties: {who: {type: string}, inner: {type: array, items: {type: object, properties: {x: {type: string}}}}}}}}}\nlayout:\n  subject: {name: name}\n  sections:\n    - {id: a, title: A, fields: ["
	const name = "{path: name, label: Tên}"
	for _, tt := range []struct{ rule, fields, want string }{
		{"a sound form", name, ""},
		{"a path that does not exist", name + ", {path: nam, label: X}", "nam no-property"},
		{"a path that is none", name + ", {path: 'a b', label: X}", "a b path"},
		{"a required property nobody asks", "{path: kind, label: X}", "subject subject-not-asked; name not-asked"},
		{"a required property of an item nobody asks", name + ", {path: list, label: X, fields: [{path: inner, label: Y, widget: text}]}", "list[].inner widget; list[].who not-asked"},
		{"a field asked twice", name + ", " + name, "name asked-twice"},
		{"a condition on a later field", "{path: kind, label: K, when: {path: name, filled: true}}, " + name, "kind condition-path"},
		{"a condition nobody can meet", name + ", {path: kind, label: K}, {path: n, label: N, when: {path: kind, equals: c}}", "n condition-value"},
		{"a condition in two ways", name + ", {path: kind, label: K, when: {path: name, filled: true, equals: x}}", "kind condition-ways"},
		{"a widget that does not fit", name + ", {path: n, label: N, widget: date}", "n widget"},
		{"a widget that does not exist", name + ", {path: n, label: N, widget: slider}", "n widget"},
		{"an option the schema refuses", name + ", {path: kind, label: K, options: [{value: a, label: A}, {value: c, label: C}]}", "kind option-refused; kind option-missing"},
		{"no label", name + ", {path: n}", "n no-label"},
		{"a group in a group", name + ", {path: list, label: L, fields: [{path: who, label: W}, {path: inner, label: I, fields: [{path: x, label: X}]}]}", "list[].inner group-in-group"},
		{"bounds on what is no date", name + ", {path: n, label: N, bounds: {past: true}}", "n bounds"},
		{"a match on what is no number", name + ", {path: n, label: N, match: {birth: name}}", "n match"},
		{"filled from nothing known", name + ", {path: n, label: N, fill: shoe_size}", "n fill"},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			f, err := Load([]byte(head + tt.fields + "]}\n"))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, p := range Check(f) {
				got = append(got, p.At+" "+p.Code)
				if text := lang.TextMap(lang.VI, p.Key(), p.Args); text == p.Key() || strings.Contains(text, "{") {
					t.Errorf("no sentence: %q", text)
				}
			}
			if strings.Join(got, "; ") != tt.want {
				t.Fatalf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestLoadAndCompileRefuse(t *testing.T) {
	for _, tt := range []struct{ rule, text string }{
		{"an unknown key", "id: x\ntitel: X\n"},
		{"no YAML", "id: [\n"},
		{"a schema from elsewhere", "id: x\ntitle: X\nschema: {type: object, properties: {name: {$ref: 'https://example.org/s.json'}}}\nlayout: {subject: {name: name}, sections: [{id: a, title: A, fields: [{path: name, label: T}]}]}\n"},
		{"a schema from a file", "id: x\ntitle: X\nschema: {type: object, properties: {name: {$ref: 'file:///etc/passwd'}}}\nlayout: {subject: {name: name}, sections: [{id: a, title: A, fields: [{path: name, label: T}]}]}\n"},
		{"a schema that refers to itself for ever", "id: x\ntitle: X\nschema: {$ref: '#'}\nlayout: {subject: {name: name}, sections: [{id: a, title: A, fields: [{path: name, label: T}]}]}\n"},
		{"nothing", ""},
	} {
		f, err := Load([]byte(tt.text))
		if err == nil {
			_, err = Compile(f)
		}
		if err == nil {
			t.Errorf("%s: accepted", tt.rule)
		}
	}
}

func TestAnswersFromOutsideAreCutToTheForm(t *testing.T) {
	c := load(t, "kinh-doanh")
	a, err := ReadAnswers([]byte(`{"business":{"name":"` + strings.Repeat("x", 10) + `","secret":1,"area":1e999999999,"kind":{"a":1},"site":{"province":["x"],"x":1}},"members":"none","needs":{"kinds":"von","amount":1500000.0}}`))
	if err != nil {
		t.Fatal(err)
	}
	b, err := c.Clean(a).Canonical()
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"business":{"area":"1e999999999","name":"xxxxxxxxxx"},"needs":{"amount":1500000,"kinds":["von"]}}`; string(b) != want {
		t.Fatalf("got %s", b)
	}
	for _, bad := range []string{"", "null", "[]", "{", `{} {}`, `"x"`, strings.Repeat("[", 100000)} {
		if _, err := ReadAnswers([]byte(bad)); err == nil {
			t.Errorf("accepted %.20q", bad)
		}
	}
}

func TestYearsOfAge(t *testing.T) {
	for _, tt := range []struct{ rule, today, want string }{
		{"an ordinary day", "2026-03-16", "2008-03-16"},
		{"born on 29 February: not yet on 28 February", "2026-02-28", "2008-02-28"},
		{"but on 1 March", "2026-03-01", "2008-03-01"},
		{"29 February looks back to a year without one", "2028-02-29", "2010-02-28"},
	} {
		now, err := time.ParseInLocation(time.DateOnly, tt.today, zone)
		if err != nil {
			t.Fatal(err)
		}
		if got := yearsBack(now, 18); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.rule, got, tt.want)
		}
	}
	// Today is the day in Vietnam: 18:00 UTC is already tomorrow here.
	if got := yearsBack(time.Date(2026, 3, 15, 18, 0, 0, 0, time.UTC), 18); got != "2008-03-16" {
		t.Errorf("in UTC: %s", got)
	}
}

func BenchmarkParseAndValidate(b *testing.B) {
	c := load(b, "khai-sinh")
	v := birth()
	for b.Loop() {
		p, err := c.Parse("", v, nil)
		if err != nil || len(c.Validate("", p.Answers, given)) > 0 {
			b.Fatal("refused")
		}
	}
}

func BenchmarkCompile(b *testing.B) {
	f := load(b, "khai-sinh").Form()
	for b.Loop() {
		if _, err := Compile(f); err != nil {
			b.Fatal(err)
		}
	}
}
