// Package visitor is a browser without scripts for tests: it keeps cookies, reads pages,
// follows links by their words and sends forms by their button, with every hidden field
// the page carries. What it can do, a person on an old phone can do.
package visitor

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/textproto"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/html"
)

// Visitor is one person at one browser.
type Visitor struct {
	Base   string // http://localhost:8080
	Page   *Page  // what stands on the screen
	client *http.Client
}

// New opens a browser at a service.
func New(base string) *Visitor {
	jar, err := cookiejar.New(nil)
	if err != nil {
		panic(err) // New refuses no nil options
	}
	return &Visitor{Base: base, client: &http.Client{Jar: jar, Timeout: time.Minute}}
}

// Page is an answer.
type Page struct {
	Status int
	URL    *url.URL // after redirects
	Header http.Header
	Body   []byte
	root   *html.Node
}

// Get opens a path or an address of the service and follows redirects.
func (v *Visitor) Get(path string) error {
	return v.do(http.MethodGet, path, "", nil)
}

// Post sends a form body as it is.
func (v *Visitor) Post(path string, form url.Values) error {
	return v.do(http.MethodPost, path, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
}

// Do sends a request with any method and body.
func (v *Visitor) Do(method, path, contentType string, body io.Reader) error {
	return v.do(method, path, contentType, body)
}

// Ask sends one request beside the page that stands and follows nothing.
func (v *Visitor) Ask(method, path string, form url.Values) (*Page, error) {
	still := Visitor{Base: v.Base, client: &http.Client{Jar: v.client.Jar, Timeout: v.client.Timeout, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	contentType, body := "", io.Reader(nil)
	if method != http.MethodGet {
		contentType, body = "application/x-www-form-urlencoded", strings.NewReader(form.Encode())
	}
	err := still.do(method, path, contentType, body)
	return still.Page, err
}

func (v *Visitor) do(method, path, contentType string, body io.Reader) error {
	at, err := v.resolve(path)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(context.Background(), method, at, body)
	if err != nil {
		return err
	}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	r.Header.Set("Accept", "text/html,*/*;q=0.8")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	resp, err := v.client.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	v.Page = &Page{Status: resp.StatusCode, URL: resp.Request.URL, Header: resp.Header, Body: answer}
	if strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") {
		if v.Page.root, err = html.Parse(bytes.NewReader(answer)); err != nil {
			return err
		}
	}
	return nil
}

func (v *Visitor) resolve(path string) (string, error) {
	from, err := url.Parse(v.Base)
	if err != nil {
		return "", err
	}
	if v.Page != nil {
		from = v.Page.URL
	}
	to, err := from.Parse(path)
	if err != nil {
		return "", err
	}
	return to.String(), nil
}

// Click follows the first link whose words contain text, in the main part of the page before the rest.
func (v *Visitor) Click(text string) error {
	if v.Page == nil || v.Page.root == nil {
		return fmt.Errorf("no page to click %q on", text)
	}
	for _, root := range []*html.Node{find(v.Page.root, "main"), v.Page.root} {
		for _, a := range all(root, "a") {
			if href := attr(a, "href"); href != "" && strings.Contains(words(a), text) {
				return v.Get(href)
			}
		}
	}
	return fmt.Errorf("%s has no link %q; it has %q", v.Page.URL.Path, text, v.Page.Links())
}

// Submit sends the form that has the button, with what the page filled in and the given
// fields over it. A field the form does not have is an error, as is a value that a choice
// does not offer. A value "@file" is a file of that path. A field given as "-" is left out.
func (v *Visitor) Submit(button string, fields map[string][]string) error {
	form, by, err := v.form(button)
	if err != nil {
		return err
	}
	values, files, err := fill(form, by, fields)
	if err != nil {
		return fmt.Errorf("%s, form %q: %w", v.Page.URL.Path, button, err)
	}
	action := attr(by, "formaction")
	if action == "" {
		action = attr(form, "action")
	}
	if action == "" {
		action = v.Page.URL.RequestURI()
	}
	switch {
	case !strings.EqualFold(attr(form, "method"), "post"):
		at, err := v.Page.URL.Parse(action)
		if err != nil {
			return err
		}
		at.RawQuery = values.Encode()
		return v.Get(at.String())
	case attr(form, "enctype") == "multipart/form-data":
		body, kind, err := parts(values, files)
		if err != nil {
			return err
		}
		return v.do(http.MethodPost, action, kind, body)
	}
	return v.Post(action, values)
}

// form finds the button by its words or its name=value, and its form.
func (v *Visitor) form(button string) (form, by *html.Node, err error) {
	if v.Page == nil || v.Page.root == nil {
		return nil, nil, fmt.Errorf("no page with a form %q", button)
	}
	var seen []string
	fits := []func(text string) bool{ // a button that begins with the words is rather meant than one that has them
		func(text string) bool { return strings.HasPrefix(text, button) },
		func(text string) bool { return strings.Contains(text, button) },
	}
	for _, fit := range fits {
		for _, root := range []*html.Node{find(v.Page.root, "main"), v.Page.root} {
			for _, b := range all(root, "button") {
				f := v.owner(b)
				if f == nil || attr(b, "type") == "button" {
					continue
				}
				if fit(words(b)) || attr(b, "name")+"="+attr(b, "value") == button {
					return f, b, nil
				}
				seen = append(seen, words(b))
			}
		}
	}
	return nil, nil, fmt.Errorf("%s has no button %q; it has %q", v.Page.URL.Path, button, slices.Compact(seen))
}

// owner is the form of a control: around it, or named by its form attribute.
func (v *Visitor) owner(control *html.Node) *html.Node {
	if id := attr(control, "form"); id != "" {
		for _, f := range all(v.Page.root, "form") {
			if attr(f, "id") == id {
				return f
			}
		}
	}
	for n := control.Parent; n != nil; n = n.Parent {
		if n.Data == "form" {
			return n
		}
	}
	return nil
}

// fill reads the controls of a form as a browser would send them.
func fill(form, by *html.Node, fields map[string][]string) (url.Values, map[string]string, error) {
	values, files, known := url.Values{}, map[string]string{}, map[string][]string{}
	controls := controlsOf(form)
	for _, c := range controls {
		name := attr(c, "name")
		if name == "" || has(c, "disabled") {
			continue
		}
		switch c.Data {
		case "textarea":
			known[name] = nil
			values.Add(name, strings.TrimPrefix(raw(c), "\n"))
		case "select":
			known[name] = []string{}
			chosen, first := "", ""
			for i, o := range all(c, "option") {
				val := attr(o, "value")
				known[name] = append(known[name], val)
				if i == 0 {
					first = val
				}
				if has(o, "selected") {
					chosen = val
				}
			}
			if chosen == "" {
				chosen = first
			}
			values.Add(name, chosen)
		case "input":
			switch kind := attr(c, "type"); kind {
			case "radio", "checkbox":
				val := attr(c, "value")
				if val == "" {
					val = "on"
				}
				known[name] = append(known[name], val)
				if has(c, "checked") {
					values.Add(name, val)
				}
			case "file":
				known[name] = nil
			case "submit", "button", "image", "reset":
			default:
				known[name] = nil
				values.Add(name, attr(c, "value"))
			}
		}
	}
	if n := attr(by, "name"); n != "" {
		values.Set(n, attr(by, "value"))
	}
	for name, given := range fields {
		offered, ok := known[name]
		if !ok {
			names := make([]string, 0, len(known))
			for n := range known {
				names = append(names, n)
			}
			slices.Sort(names)
			return nil, nil, fmt.Errorf("no field %q; it has %q", name, names)
		}
		values.Del(name)
		for _, g := range given {
			path, isFile := strings.CutPrefix(g, "@")
			switch {
			case g == "-":
			case isFile:
				files[name] = path
			case offered != nil && !slices.Contains(offered, g):
				return nil, nil, fmt.Errorf("field %q offers %q, not %q", name, offered, g)
			default:
				values.Add(name, g)
			}
		}
	}
	return values, files, nil
}

// controlsOf lists the controls within a form and those elsewhere that name it.
func controlsOf(form *html.Node) []*html.Node {
	out := all(form, "input", "select", "textarea")
	id := attr(form, "id")
	if id == "" {
		return out
	}
	root := form
	for root.Parent != nil {
		root = root.Parent
	}
	for _, c := range all(root, "input", "select", "textarea") {
		if attr(c, "form") == id && !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	return out
}

func parts(values url.Values, files map[string]string) (io.Reader, string, error) {
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	slices.Sort(names) // hidden fields begin with "_" and come first, as on the pages
	for _, name := range names {
		for _, val := range values[name] {
			if err := w.WriteField(name, val); err != nil {
				return nil, "", err
			}
		}
	}
	for name, path := range files {
		content, err := os.ReadFile(path)
		if err != nil {
			return nil, "", err
		}
		h := textproto.MIMEHeader{}
		h.Set("Content-Disposition", multipart.FileContentDisposition(name, filepath.Base(path)))
		h.Set("Content-Type", "application/octet-stream")
		p, err := w.CreatePart(h)
		if err != nil {
			return nil, "", err
		}
		if _, err := p.Write(content); err != nil {
			return nil, "", err
		}
	}
	return &body, w.FormDataContentType(), w.Close()
}

// SignIn signs in on the sign-in page.
func (v *Visitor) SignIn(name, password string) error {
	if err := v.Get("/dang-nhap"); err != nil {
		return err
	}
	if err := v.Submit("Đăng nhập", map[string][]string{"name": {name}, "password": {password}}); err != nil {
		return err
	}
	if v.Page.Status != http.StatusOK || strings.HasSuffix(v.Page.URL.Path, "/dang-nhap") {
		return fmt.Errorf("sign-in of %s: %d at %s\n%s", name, v.Page.Status, v.Page.URL.Path, v.Page.Text())
	}
	return nil
}

// Text is what a person reads, one line for each block.
func (p *Page) Text() string {
	if p.root == nil {
		return string(p.Body)
	}
	return text(find(p.root, "body"))
}

func text(n *html.Node) string {
	var b strings.Builder
	spell(&b, n)
	var lines []string
	for line := range strings.Lines(b.String()) {
		if line = strings.Join(strings.Fields(line), " "); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

// Main is the text of the main part alone.
func (p *Page) Main() string {
	if p.root == nil {
		return string(p.Body)
	}
	return text(find(p.root, "main"))
}

// Title is the page's title.
func (p *Page) Title() string {
	if p.root == nil {
		return ""
	}
	return words(find(p.root, "title"))
}

// Links are the words of the links in the main part.
func (p *Page) Links() []string {
	var out []string
	for _, a := range all(find(p.root, "main"), "a") {
		out = append(out, words(a))
	}
	return out
}

// Hrefs are the addresses of all links of the page.
func (p *Page) Hrefs() []string {
	var out []string
	for _, a := range all(p.root, "a") {
		if h := attr(a, "href"); h != "" {
			out = append(out, h)
		}
	}
	return out
}

// Next is the address of the page that follows in a list, empty on the last one.
func (p *Page) Next() string {
	for _, a := range all(p.root, "a") {
		if attr(a, "rel") == "next" || attr(a, "data-next") != "" {
			return attr(a, "href")
		}
	}
	return ""
}

// Fields are the values of the form with the button, as it would be sent.
func (v *Visitor) Fields(button string) (action string, values url.Values, err error) {
	form, by, err := v.form(button)
	if err != nil {
		return "", nil, err
	}
	values, _, err = fill(form, by, nil)
	return attr(form, "action"), values, err
}

func find(n *html.Node, name string) *html.Node {
	if found := all(n, name); len(found) > 0 {
		return found[0]
	}
	return n
}

// all lists the elements with one of the names below n, in order.
func all(n *html.Node, names ...string) []*html.Node {
	var out []*html.Node
	if n == nil {
		return nil
	}
	for d := range n.Descendants() {
		if d.Type == html.ElementNode && slices.Contains(names, d.Data) {
			out = append(out, d)
		}
	}
	return out
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}

// raw is the text within n as it stands.
func raw(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

// words is the text within n on one line.
func words(n *html.Node) string {
	if n == nil {
		return ""
	}
	var b strings.Builder
	spell(&b, n)
	return strings.Join(strings.Fields(b.String()), " ")
}

var blocks = []string{
	"p", "div", "li", "tr", "h1", "h2", "h3", "h4", "dt", "dd", "section", "main", "header", "footer", "nav", "form", "table", "summary", "legend", "fieldset", "button", "label", "option", "br", "td", "th",
}

func spell(b *strings.Builder, n *html.Node) {
	switch {
	case n == nil, n.Type == html.ElementNode && (n.Data == "script" || n.Data == "style" || n.Data == "svg"):
		return
	case n.Type == html.TextNode:
		b.WriteString(n.Data)
		return
	}
	block := slices.Contains(blocks, n.Data)
	if block {
		b.WriteString("\n")
	}
	for c := range n.ChildNodes() {
		spell(b, c)
	}
	if block {
		b.WriteString("\n")
	}
}
