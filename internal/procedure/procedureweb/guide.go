package procedureweb

import (
	"context"
	"encoding/xml"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/a-h/templ"

	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

// guide tells in short how to find, file, follow and receive.
func (p *pages) guide(w http.ResponseWriter, r *http.Request) error {
	e := p.edition()
	return p.cache.Serve(w, r, "huong-dan", e.version, func() (templ.Component, error) {
		ctx := r.Context()
		var hours []string
		if h, ok := e.cat.HoursOf("", e.dayText); ok {
			hours = hoursLines(ctx, h.Sessions)
		}
		return guidePage(hours), nil
	})
}

// access says how far these pages can be used by everybody.
func (p *pages) access(w http.ResponseWriter, r *http.Request) error {
	return p.cache.Serve(w, r, "tro-nang", p.edition().version, func() (templ.Component, error) {
		return textPage("access.title", "access.lead", articles(r.Context(), "access.", "standard", "works", "limits", "documents", "tell")), nil
	})
}

// privacy says what is kept about a person, why, and what they may ask.
func (p *pages) privacy(w http.ResponseWriter, r *http.Request) error {
	return p.cache.Serve(w, r, "quyen-rieng-tu", p.edition().version, func() (templ.Component, error) {
		return textPage("privacy.title", "privacy.lead", articles(r.Context(), "privacy.", "what", "why", "who", "cookies", "rights")), nil
	})
}

// article is a heading with paragraphs.
type article struct {
	Title string
	Text  []string
}

// articles reads the texts PREFIXname and PREFIXname.text; a line end begins a paragraph.
func articles(ctx context.Context, prefix string, names ...string) []article {
	var out []article
	for _, n := range names {
		out = append(out, article{lang.T(ctx, prefix+n), strings.Split(lang.T(ctx, prefix+n+".text"), "\n")})
	}
	return out
}

var hostForm = regexp.MustCompile(`^[A-Za-z0-9.-]{1,253}(:\d{1,5})?$|^\[[0-9a-fA-F:]{2,45}\](:\d{1,5})?$`)

// base is the public address: the configured one, else the one asked for.
func (p *pages) base(r *http.Request) string {
	if p.Address != "" {
		return p.Address
	}
	host := r.Host
	if !hostForm.MatchString(host) {
		host = "localhost"
	}
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	return scheme + "://" + host
}

// sitemap lists the public pages for search engines.
func (p *pages) sitemap(w http.ResponseWriter, r *http.Request) error {
	type place struct {
		Loc string `xml:"loc"`
		Mod string `xml:"lastmod,omitempty"`
	}
	type set struct {
		XMLName xml.Name `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 urlset"`
		Places  []place  `xml:"url"`
	}
	e, base := p.edition(), p.base(r)
	var s set
	for _, path := range []string{"/", "/thu-tuc", "/thu-tuc/moi", "/huong-dan", "/tro-nang", "/quyen-rieng-tu"} {
		s.Places = append(s.Places, place{Loc: base + path})
	}
	for _, c := range e.cat.Sectors(e.dayText) {
		s.Places = append(s.Places, place{Loc: base + "/linh-vuc/" + url.PathEscape(c.ID)})
	}
	for _, c := range e.cat.Agencies(e.dayText) {
		s.Places = append(s.Places, place{Loc: base + "/co-quan/" + url.PathEscape(c.ID)})
	}
	const most = 50_000 // what the protocol allows in one file
	for _, v := range e.cat.All(e.dayText) {
		if len(s.Places) < most {
			s.Places = append(s.Places, place{base + path(v.Code), v.From})
		}
	}
	out, err := xml.Marshal(s)
	if err != nil {
		return err
	}
	return plain(w, "application/xml; charset=utf-8", xml.Header+string(out))
}

// robots keeps search engines to the public pages.
func (p *pages) robots(w http.ResponseWriter, r *http.Request) error {
	return plain(w, "text/plain; charset=utf-8", "User-agent: *\nDisallow: /tra-cuu\nDisallow: /nop-ho-so/\nDisallow: /ho-so\nDisallow: /tai-khoan\nDisallow: /dang-nhap\nDisallow: /dang-ky\nDisallow: /lam-viec\nDisallow: /ngon-ngu\n\nSitemap: "+p.base(r)+"/sitemap.xml\n")
}

func plain(w http.ResponseWriter, kind, body string) error {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", "public, max-age=3600")
	_, _ = w.Write([]byte(body)) //nolint:gosec // G705: no page; what is asked for enters escaped, or is a host that was checked
	return nil
}

// contact says whom to ask.
func contact(ctx context.Context, s web.Site, hours []string) []component.Fact {
	var facts []component.Fact
	add := func(key, value string) {
		if value != "" {
			facts = append(facts, component.Fact{Name: lang.T(ctx, key), Value: value})
		}
	}
	add("procedure.place.address", s.Address)
	add("procedure.place.phone", strings.Join(s.Phones, ", "))
	add("procedure.place.email", s.Email)
	add("procedure.place.hours", strings.Join(hours, "\n"))
	return facts
}
