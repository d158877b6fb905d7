package component

import (
	"context"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"golang.org/x/net/html"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/lang"
)

func draw(t *testing.T, ctx context.Context, c templ.Component) string {
	t.Helper()
	var b strings.Builder
	if err := c.Render(ctx, &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func officer(ctx context.Context) context.Context {
	return web.WithViewer(web.WithSite(ctx, web.Site{System: "Một cửa", Demo: true, Phones: []string{"1900 1234"}, Email: "a@b.example"}), web.Viewer{
		Actor: access.Actor{Person: "p", Name: "Lê Thị Ngữ", Post: "x"},
		Posts: []web.PostChoice{{ID: "a", Title: "A"}, {ID: "b", Title: "B"}},
	})
}

// pages are the pages that together show every part.
func pages() map[string]templ.Component {
	return map[string]templ.Component{
		"gallery": galleryPage(), "home": galleryHome(), "filing": galleryFiling(), "desk": galleryDesk(),
		"problem": ProblemPage(web.Problem{
			Status: 401, Kind: fault.Unauthenticated, Title: "T", Detail: "D", SignIn: "/dang-nhap",
			Resend: map[string][]string{"a": {"1"}}, Action: "/a", Incident: "AAAA-BBBB", Changed: "x",
			Fields: []web.ProblemField{{Name: "a", Text: "b"}},
		}),
	}
}

const hostile = `"><script>alert('x')</script><img src=x onerror=alert(1)>`

func TestNothingTypedBecomesMarkup(t *testing.T) {
	t.Parallel()
	f := Field{Name: "n", Label: hostile, Value: hostile, Hint: hostile, Error: hostile, Prefix: hostile, Suffix: hostile}
	c := Choice{Name: "n", Label: hostile, Hint: hostile, Error: hostile, Options: []Option{{Value: hostile, Label: hostile, Hint: hostile, Group: hostile}}}
	parts := map[string]templ.Component{
		"input": Input(f), "textarea": Textarea(f), "date": DateInput(f), "select": Select(c), "radios": Radios(c), "boxes": Checkboxes(c),
		"checkbox": Checkbox(f, true),
		"file":     FileInput(FileField{Field: f, Accept: hostile, Formats: hostile, Limit: hostile, Files: []StoredFile{{Name: hostile, Size: hostile, Href: hostile, Remove: hostile, Notes: []string{hostile}}}}),
		"errors":   ErrorSummary([]FieldError{{ID: hostile, Text: hostile}}),
		"keys":     FormKeys(hostile, 1),
		"status":   Status(InTime, hostile),
		"banner":   Banner(Fault, hostile, hostile),
		"table": Table(Grid{Caption: hostile, Select: hostile, Columns: []Column{{Title: hostile, Sort: hostile}}, Rows: []Row{{
			ID: hostile, Label: hostile, Cells: []Cell{{Text: hostile, Href: hostile, Note: hostile, Clip: true}, {Text: hostile}, {Text: hostile, Chip: InTime}},
		}}}),
		"summary": Summary([]Fact{{Name: hostile, Value: hostile, Change: hostile}}),
		"moments": Timeline([]Moment{{Title: hostile, When: hostile, ISO: hostile, By: hostile, Text: hostile}}),
		"steps":   Steps(hostile, []Step{{Text: hostile, Note: hostile, Href: hostile, State: StepCurrent}}),
		"why":     Derivation(Why{Summary: hostile, Intro: hostile, Result: hostile, Lines: []WhyLine{{When: hostile, What: hostile, Counted: hostile}}}),
		"code":    Code(hostile),
		"qr":      QR("https://example.vn/"+hostile, hostile),
		"search":  SearchBox(Search{Action: hostile, Label: hostile, Value: hostile, Hint: hostile, Suggest: hostile}),
		"results": Results([]Found{{Title: hostile, Parts: []Part{{Text: hostile, Hit: true}}, Href: hostile, Code: hostile, Facts: []string{hostile}, Why: hostile}}),
		"page":    PublicPage(Page{Title: hostile, Description: hostile, Query: hostile, Crumbs: []Crumb{{Text: hostile, Href: hostile}}}),
		"desk":    DeskPage(Desk{Title: hostile, Query: hostile, Rail: []RailGroup{{Title: hostile, Items: []RailItem{{Text: hostile, Href: hostile, Key: "x"}}}}}),
		"problem": ProblemPage(web.Problem{Status: 503, Title: hostile, Detail: hostile, Changed: hostile, Resend: map[string][]string{hostile: {hostile}}, Action: hostile}),
	}
	for name, part := range parts {
		out := draw(t, t.Context(), part)
		if strings.Contains(out, "<script>") || strings.Contains(out, "<img src=x") {
			t.Errorf("%s: typed text became markup:\n%s", name, out)
		}
	}
}

func TestALinkNeverRunsAScript(t *testing.T) {
	t.Parallel()
	// templ.SafeURL trusts its caller; addresses that come from people go through web.Local. What the parts do with
	// an address must at least stay an address.
	out := draw(t, t.Context(), LinkButton(Act{Text: "x", Href: web.Local("javascript:alert(1)")}))
	if strings.Contains(out, "javascript:") {
		t.Fatal(out)
	}
}

// walk calls f for every element of the page.
func walk(n *html.Node, f func(*html.Node)) {
	if n.Type == html.ElementNode {
		f(n)
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		walk(c, f)
	}
}

func attr(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

func TestEveryPageIsWellMade(t *testing.T) {
	t.Parallel()
	for _, code := range []lang.Code{lang.VI, lang.EN} {
		for name, page := range pages() {
			t.Run(name+" "+string(code), func(t *testing.T) {
				t.Parallel()
				out := draw(t, officer(lang.With(t.Context(), code)), page)
				doc, err := html.Parse(strings.NewReader(out))
				if err != nil {
					t.Fatal(err)
				}
				ids := map[string]bool{}
				count := map[string]int{}
				labelled := map[string]bool{}
				walk(doc, func(n *html.Node) {
					count[n.Data]++
					if id, ok := attr(n, "id"); ok {
						if ids[id] {
							t.Errorf("id %q stands twice", id)
						}
						ids[id] = true
					}
					if n.Data == "label" {
						f, _ := attr(n, "for")
						labelled[f] = true
					}
					for _, a := range n.Attr {
						if strings.HasPrefix(a.Key, "on") || a.Key == "style" {
							t.Errorf("<%s %s> is refused by our content policy", n.Data, a.Key)
						}
					}
				})
				for _, element := range []string{"h1", "main", "title", "header"} {
					if count[element] != 1 {
						t.Errorf("%d <%s>, want one", count[element], element)
					}
				}
				if count["style"] > 0 {
					t.Error("inline style is refused by our content policy")
				}
				walk(doc, func(n *html.Node) {
					for _, ref := range []string{"for", "aria-describedby", "data-opens"} {
						v, ok := attr(n, ref)
						if !ok {
							continue
						}
						for id := range strings.FieldsSeq(v) {
							if !ids[id] {
								t.Errorf("<%s %s=%q> points nowhere", n.Data, ref, v)
							}
						}
					}
					switch n.Data {
					case "input", "select", "textarea":
						kind, _ := attr(n, "type")
						id, _ := attr(n, "id")
						_, named := attr(n, "aria-label")
						if kind != "hidden" && !labelled[id] && !named {
							t.Errorf("<%s id=%q> has no label", n.Data, id)
						}
					case "form":
						method, _ := attr(n, "method")
						key := false
						walk(n, func(c *html.Node) {
							if v, _ := attr(c, "name"); v == "_key" || v == "a" { // a: what was typed is sent again as it was
								key = true
							}
						})
						if method == "post" && !key {
							t.Error("an unsafe form without _key")
						}
					}
				})
				if key := regexp.MustCompile(`>(ui|nav|desk|keys|problem)\.[a-z-]+<`).FindString(out); key != "" {
					t.Errorf("a key without text is shown: %s", key)
				}
			})
		}
	}
}

func TestAnErrorIsTiedToItsField(t *testing.T) {
	t.Parallel()
	out := draw(t, t.Context(), Input(Field{Name: "cccd", Label: "Số định danh", Hint: "12 chữ số", Error: "Nhập đủ 12 chữ số", Value: "1"}))
	for _, part := range []string{`aria-describedby="cccd-hint cccd-error"`, `aria-invalid="true"`, `id="cccd-error"`, `value="1"`, "Lỗi:"} {
		if !strings.Contains(out, part) {
			t.Errorf("no %s in %s", part, out)
		}
	}
	page := draw(t, t.Context(), PublicPage(Page{Title: "Nộp hồ sơ", Errors: 1}))
	if !strings.Contains(page, "<title>Lỗi: Nộp hồ sơ") {
		t.Error("the title does not begin with the error")
	}
}

func TestATextareaKeepsTheFirstEmptyLine(t *testing.T) {
	t.Parallel()
	out := draw(t, t.Context(), Textarea(Field{Name: "n", Label: "Ghi chú", Value: "\nb"}))
	doc, err := html.Parse(strings.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	walk(doc, func(n *html.Node) {
		if n.Data == "textarea" && n.FirstChild.Data != "\nb" {
			t.Errorf("got %q", n.FirstChild.Data)
		}
	})
}

func TestCountsAreWrittenAsTheLanguageDoes(t *testing.T) {
	t.Parallel()
	vi, en := t.Context(), lang.With(t.Context(), lang.EN)
	for n, want := range map[int][2]string{0: {"0", "0"}, 999: {"999", "999"}, 1000: {"1.000", "1,000"}, 1234567: {"1.234.567", "1,234,567"}, -1000: {"-1.000", "-1,000"}} {
		if got := Number(vi, n); got != want[0] {
			t.Errorf("%d: %s", n, got)
		}
		if got := Number(en, n); got != want[1] {
			t.Errorf("%d in English: %s", n, got)
		}
	}
}

func TestEveryIconIsDrawn(t *testing.T) {
	t.Parallel()
	for icon, d := range drawings {
		doc, err := html.Parse(strings.NewReader(draw(t, t.Context(), Draw(icon))))
		if err != nil {
			t.Fatal(err)
		}
		shapes := 0
		walk(doc, func(n *html.Node) {
			if n.Data == "path" || n.Data == "circle" {
				shapes++
			}
		})
		if shapes == 0 || strings.Count(d, "<") != shapes {
			t.Errorf("%s: %d shapes in %s", icon, shapes, d)
		}
	}
	if draw(t, t.Context(), Draw("")) != "" {
		t.Error("no icon draws nothing")
	}
}

func BenchmarkDeskPageOfFiftyRows(b *testing.B) {
	ctx := officer(context.Background())
	g := galleryGrid(ctx)
	for len(g.Rows) < 50 {
		g.Rows = append(g.Rows, g.Rows[len(g.Rows)%5])
	}
	page := DeskPage(Desk{Title: "x", Rail: galleryRail(ctx)})
	table := Table(g)
	b.ReportAllocs()
	for b.Loop() {
		if err := page.Render(templ.WithChildren(ctx, table), io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}
