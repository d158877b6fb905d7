package eformweb

import (
	"context"
	"net/http/httptest"
	"net/url"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"golang.org/x/net/html"

	"github.com/motcua/motcua/internal/eform"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/lang"
)

type towns struct{}

func (towns) Provinces() []eform.Unit {
	return []eform.Unit{{Code: "01", Name: "Thành phố Hà Nội"}, {Code: "96", Name: "Tỉnh Sông Lam"}}
}

func (towns) Communes(province string) []eform.Unit {
	switch province {
	case "01":
		return []eform.Unit{{Code: "00004", Name: "Phường Ba Đình", Province: "01"}}
	case "96":
		return []eform.Unit{{Code: "32001", Name: "Xã Cửa Lạch", Province: "96"}, {Code: "32002", Name: "Phường Bến Đò", Province: "96"}}
	}
	return nil
}

func (p towns) Unit(code string) (eform.Unit, bool) {
	for _, u := range append(p.Provinces(), append(p.Communes("01"), p.Communes("96")...)...) {
		if u.Code == code {
			return u, true
		}
	}
	return eform.Unit{}, false
}

var given = eform.Given{Now: time.Date(2026, 3, 16, 2, 0, 0, 0, time.UTC), Places: towns{}}

func load(t *testing.T, name string) *eform.Compiled {
	t.Helper()
	text, err := os.ReadFile("../testdata/" + name + ".yaml")
	if err != nil {
		t.Fatal(err)
	}
	f, err := eform.Load(text)
	if err != nil {
		t.Fatal(err)
	}
	c, err := eform.Compile(f)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// page is a drawn piece of HTML.
type page struct{ root *html.Node }

func draw(t *testing.T, ctx context.Context, c templ.Component) page {
	t.Helper()
	var b strings.Builder
	if err := c.Render(ctx, &b); err != nil {
		t.Fatal(err)
	}
	root, err := html.Parse(strings.NewReader(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	return page{root}
}

func attr(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

func (p page) all(fits func(*html.Node) bool) []*html.Node {
	var out []*html.Node
	for n := range p.root.Descendants() {
		if n.Type == html.ElementNode && fits(n) {
			out = append(out, n)
		}
	}
	return out
}

func inside(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

func hidden(n *html.Node) bool {
	for p := n; p != nil; p = p.Parent {
		if _, ok := attr(p, "hidden"); ok && p.Type == html.ElementNode {
			return true
		}
	}
	return false
}

// posted is what a browser without scripts would send, no button pressed.
func (p page) posted() url.Values {
	v := url.Values{}
	for _, n := range p.all(func(*html.Node) bool { return true }) {
		name, ok := attr(n, "name")
		if _, off := attr(n, "disabled"); !ok || off {
			continue
		}
		value, _ := attr(n, "value")
		switch n.Data {
		case "input":
			kind, _ := attr(n, "type")
			_, checked := attr(n, "checked")
			if kind != "radio" && kind != "checkbox" || checked {
				v.Add(name, value)
			}
		case "textarea":
			v.Add(name, inside(n))
		case "select":
			chosen := ""
			for o := range n.Descendants() {
				if _, is := attr(o, "selected"); is && o.Data == "option" {
					chosen, _ = attr(o, "value")
				}
			}
			v.Add(name, chosen)
		}
	}
	return v
}

func birth() url.Values {
	return url.Values{
		"requester.name": {"Nguyễn Văn An"}, "requester.birth": {"1990"}, "requester.paper": {"cccd"},
		"requester.number": {"001090123456"}, "requester.phone": {"0912345678"},
		"requester.home.province": {"96"}, "requester.home.commune": {"32001"}, "requester.home.detail": {"Thôn 3"},
		"requester.relation": {"cha"}, "child.name": {"Nguyễn Minh"}, "child.birth": {"1/3/2026"}, "child.sex": {"nu"},
		"child.born_at": {"Trạm y tế xã\nCửa Lạch"}, "father.name": {"Nguyễn Văn An"}, "married": {"no"},
		"siblings[0].name": {"Nguyễn Lan"}, "siblings[0].birth": {"1/1/2020"}, "siblings[0].same_home": {"no"},
		"siblings[0].home.province": {"01"}, "siblings[0].home.commune": {"00004"},
		"siblings[1].name": {"Nguyễn Hà <b>"}, "copies": {"yes"}, "copy_count": {"2"}, "note": {`"'&<script>`},
	}
}

func TestAPagePostedBackUnchangedChangesNothing(t *testing.T) {
	c := load(t, "khai-sinh")
	p, err := c.Parse("", birth(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range append([]eform.Section{{}}, c.Visible(p.Answers)...) {
		v := View{Form: c, Section: s.ID, Answers: p.Answers, Places: towns{}, Home: "96"}
		again, err := c.Parse(s.ID, draw(t, t.Context(), Section(v)).posted(), p.Answers)
		if err != nil {
			t.Fatal(err)
		}
		if again.Again || !reflect.DeepEqual(again.Answers, p.Answers) {
			t.Errorf("section %q: again %v at %q\n%v\n%v", s.ID, again.Again, again.Focus, p.Answers, again.Answers)
		}
	}
}

func TestEveryControlHasItsLabelAndEveryIDIsOne(t *testing.T) {
	for _, name := range []string{"khai-sinh", "kinh-doanh"} {
		c := load(t, name)
		p := draw(t, t.Context(), Section(View{Form: c, Answers: eform.Answers{"requester": map[string]any{"relation": "cha"}, "siblings": []any{map[string]any{}, map[string]any{}}}, Places: towns{}, Units: "/don-vi/"}))
		ids := map[string]bool{}
		for _, n := range p.all(func(*html.Node) bool { return true }) {
			if id, ok := attr(n, "id"); ok {
				if ids[id] {
					t.Errorf("%s: id %s twice", name, id)
				}
				ids[id] = true
			}
		}
		labelled := map[string]bool{}
		for _, n := range p.all(func(n *html.Node) bool { return n.Data == "label" }) {
			id, _ := attr(n, "for")
			labelled[id] = true
		}
		for _, n := range p.all(func(n *html.Node) bool { return n.Data == "input" || n.Data == "select" || n.Data == "textarea" }) {
			id, _ := attr(n, "id")
			if kind, _ := attr(n, "type"); kind != "hidden" && !labelled[id] {
				t.Errorf("%s: no label for %q", name, id)
			}
		}
		for _, n := range p.all(func(n *html.Node) bool { _, ok := attr(n, "aria-describedby"); return ok }) {
			list, _ := attr(n, "aria-describedby")
			for id := range strings.FieldsSeq(list) {
				if !ids[id] {
					t.Errorf("%s: described by %s, which is not there", name, id)
				}
			}
		}
	}
}

func TestErrorsLeadToTheirInputsAndStandThere(t *testing.T) {
	c := load(t, "khai-sinh")
	p, err := c.Parse("", url.Values{"requester.paper": {"cccd"}, "requester.number": {"12 <i>"}, "requester.relation": {"cha"}, "siblings[0].name": {"1"}, "child.birth": {"30/2/2026"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	v := View{Form: c, Answers: p.Answers, Typed: p.Typed, Errors: c.Validate("", p.Answers, given), Places: towns{}}
	if len(v.Errors) < 10 {
		t.Fatalf("%d errors", len(v.Errors))
	}
	drawn := draw(t, t.Context(), Section(v))
	all := inside(drawn.root)
	for _, e := range v.Summary(t.Context()) {
		if len(drawn.all(func(n *html.Node) bool { id, _ := attr(n, "id"); return id == e.ID && !hidden(n) })) != 1 {
			t.Errorf("%s leads nowhere: %s", e.Text, e.ID)
		}
		if !strings.Contains(all, e.Text) {
			t.Errorf("%q stands at no field", e.Text)
		}
	}
	if got := drawn.posted(); got.Get("requester.number") != "12 <i>" || got.Get("child.birth") != "30/2/2026" {
		t.Errorf("typed values lost: %v", got)
	}
}

func TestAFieldAppearsWithoutScripts(t *testing.T) {
	c := load(t, "khai-sinh")
	v := View{Form: c, Section: "requester", Places: towns{}, Home: "96"}
	first := draw(t, t.Context(), Section(v))
	posted := first.posted()
	if got := posted.Get("requester.home.province"); got != "96" {
		t.Errorf("home province: %q", got)
	}
	posted.Set("requester.paper", "ho-chieu")
	p, err := c.Parse("requester", posted, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !p.Again || p.Focus != "requester.passport" {
		t.Fatalf("again %v at %q", p.Again, p.Focus)
	}
	v.Answers, v.Typed = p.Answers, p.Typed
	second := draw(t, t.Context(), Section(v))
	visible := func(p page, id string) bool {
		return slices.ContainsFunc(p.all(func(*html.Node) bool { return true }), func(n *html.Node) bool {
			got, _ := attr(n, "id")
			return got == id && !hidden(n)
		})
	}
	if visible(first, "f-requester-passport") || !visible(second, "f-requester-passport") || visible(second, "f-requester-number") {
		t.Error("the passport's field did not come, or the number's did")
	}
	if p, _ = c.Parse("requester", second.posted(), p.Answers); p.Again {
		t.Error("asked again although all was shown")
	}
}

func TestReviewShowsWhatWasDeclared(t *testing.T) {
	c := load(t, "khai-sinh")
	p, _ := c.Parse("", birth(), nil)
	drawn := draw(t, t.Context(), Review(c.Summary(p.Answers, towns{}), "/nop/abc/"))
	text := inside(drawn.root)
	for _, want := range []string{"Người con 2", "Nguyễn Hà <b>", "Phường Ba Đình, Thành phố Hà Nội", "01/03/2026", "Không khai", `"'&<script>`} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not shown", want)
		}
	}
	links := drawn.all(func(n *html.Node) bool { href, _ := attr(n, "href"); return href == "/nop/abc/child#f-child-birth" })
	if len(links) != 1 {
		t.Errorf("%d links to change the birth", len(links))
	}
	plain := draw(t, t.Context(), Review(c.Summary(p.Answers, towns{}), ""))
	if n := len(plain.all(func(n *html.Node) bool { return n.Data == "a" })); n != 0 {
		t.Errorf("%d links where nothing can be changed", n)
	}
}

func TestEnglishIsEnglish(t *testing.T) {
	c := load(t, "khai-sinh")
	ctx := lang.With(t.Context(), lang.EN)
	v := View{Form: c.In("en"), Section: "requester", Places: towns{}, Errors: []fault.Field{{Name: "requester.name", Code: "eform.required", Args: map[string]any{"label": "full name"}}}}
	text := inside(draw(t, ctx, Section(v)).root)
	for _, want := range []string{"Full name", "Enter full name", "Commune, ward"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not shown", want)
		}
	}
}

func TestCommunesAnswerAsJSON(t *testing.T) {
	h := Communes(func() eform.Places { return towns{} })
	for province, want := range map[string]string{"01": `[{"code":"00004","name":"Phường Ba Đình"}]`, "77": ""} {
		r := httptest.NewRequest("GET", "/don-vi/"+province, nil)
		r.SetPathValue("province", province)
		w := httptest.NewRecorder()
		err := h(w, r)
		if (err != nil) != (want == "") || w.Body.String() != want {
			t.Errorf("%s: %v %s", province, err, w.Body)
		}
	}
}
