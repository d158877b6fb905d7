package procedureweb

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/a-h/templ"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/procedure/find"
	"github.com/motcua/motcua/internal/viet"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

const (
	pageSize    = 20
	mostHits    = 200 // as many as the search answers
	maxQuestion = 300 // letters of a question; more says nothing more
	suggestions = 6
)

// query is what the search page was asked.
type query struct {
	Text   string
	Sector string // slug
	Agency agency.ID
	Level  agency.Level
	Page   int // from 1
}

func readQuery(r *http.Request) query {
	v := r.URL.Query()
	one := func(name string, most int) string {
		s, ok := web.Clean(v.Get(name))
		if !ok {
			return ""
		}
		for utf8.RuneCountInString(s) > most {
			s = string([]rune(s)[:most])
		}
		return s
	}
	q := query{Text: one("q", maxQuestion), Sector: one("linh-vuc", 100), Agency: agency.ID(one("co-quan", 100)), Level: agency.Level(one("cap", 20)), Page: 1}
	if n, err := strconv.Atoi(v.Get("trang")); err == nil && n > 1 && n < 10_000 {
		q.Page = n
	}
	return q
}

// with is the address of the same search with one part changed; an empty value leaves it out.
func (q query) with(name, value string) string {
	v := url.Values{}
	set := func(k, s string) {
		if s != "" {
			v.Set(k, s)
		}
	}
	set("q", q.Text)
	set("linh-vuc", q.Sector)
	set("co-quan", string(q.Agency))
	set("cap", string(q.Level))
	v.Del(name)
	set(name, value)
	if len(v) == 0 {
		return "/thu-tuc"
	}
	return "/thu-tuc?" + v.Encode()
}

func (q query) filtered() bool { return q.Sector != "" || q.Agency != "" || q.Level != "" }

// search shows what was found, or the whole catalogue by field and agency when nothing was asked.
func (p *pages) search(w http.ResponseWriter, r *http.Request) error {
	ctx, e, q := r.Context(), p.edition(), readQuery(r)
	if q.Text == "" && !q.filtered() {
		return p.cache.Serve(w, r, "index", e.version, func() (templ.Component, error) {
			return indexPage(p.overview(ctx, e)), nil
		})
	}
	v := searchView{Query: q}
	p.filters(ctx, e, &v)
	var all []component.Found
	if q.Text == "" {
		for _, one := range p.narrowed(e, q, e.cat.All(e.dayText)) {
			all = append(all, p.found(ctx, e, one))
		}
	} else {
		all, v.Family = p.answer(ctx, e, q)
	}
	v.Total = len(all)
	v.List, v.Pager = cut(ctx, all, q.Page, func(page string) string { return q.with("trang", page) })
	v.Many = v.Family > familyMost
	if v.Many || v.Family > len(v.List) || q.Page > 1 {
		v.Family = 0
	}
	if v.Total == 0 {
		v.Examples = p.exampleTabs()
	}
	w.Header().Set("Cache-Control", "private, no-cache")
	return web.RenderTagged(w, r, searchPage(v))
}

type searchView struct {
	Query                     query
	Total                     int
	List                      []component.Found
	Family                    int  // so many of the first fit equally well; 0 when one is clearly best
	Many                      bool // more fit equally well than anybody would compare
	Pager                     component.Pager
	Sectors, Agencies, Levels []component.Option
	Active                    []component.Tab
	Examples                  []component.Tab
}

// narrowed keeps what the filters let through.
func (p *pages) narrowed(e edition, q query, list []*procedure.Version) []*procedure.Version {
	var of map[string]bool
	if q.Agency != "" {
		of = map[string]bool{}
		for _, v := range e.cat.OfAgency(q.Agency, e.dayText) {
			of[v.Code] = true
		}
	}
	var out []*procedure.Version
	for _, v := range list {
		if (of == nil || of[v.Code]) && (q.Sector == "" || procedure.Slug(v.Sector) == q.Sector) && (q.Level == "" || slices.Contains(v.Levels, q.Level)) {
			out = append(out, v)
		}
	}
	return out
}

// family is how near to the best an answer must come to count as equally good, and how many at most are
// shown as such: more than a handful is no choice but a list.
const (
	familyShare = 0.85
	familyMost  = 6
)

func (p *pages) answer(ctx context.Context, e edition, q query) (list []component.Found, family int) {
	o := find.Options{N: mostHits}
	if q.Sector != "" {
		if in := e.cat.InSector(q.Sector, e.dayText); len(in) > 0 {
			o.Sector = in[0].Sector
		}
	}
	best := 0.0
	for _, h := range p.Finder.Search(q.Text, o) {
		v, err := e.cat.Version(h.Code, e.dayText)
		if err != nil || len(p.narrowed(e, q, []*procedure.Version{v})) == 0 {
			continue
		}
		f := p.found(ctx, e, v)
		if h.Name == v.Name {
			f.Parts = parts(h)
		}
		f.Why = why(ctx, h)
		if best == 0 {
			best = h.Score
		}
		if len(list) == family && h.Score >= best*familyShare {
			family++
		}
		list = append(list, f)
	}
	if family < 2 {
		family = 0
	}
	return list, family
}

// found is one line of a list of procedures: what it is, who does it, how long, how much.
func (p *pages) found(ctx context.Context, e edition, v *procedure.Version) component.Found {
	f := component.Found{Title: v.Name, Href: path(v.Code), Code: v.Code}
	limit, fee := limitShort(ctx, v), feeShort(ctx, v)
	if limit == lang.T(ctx, "procedure.limit.short-unclear") {
		limit = lang.T(ctx, "find.fact.limit-unclear")
	}
	if fee == lang.T(ctx, "procedure.fee.short-unclear") {
		fee = lang.T(ctx, "find.fact.fee-unclear")
	}
	for _, fact := range []string{shorten(agencyShort(ctx, e, e.cat.OfferOf(v, e.dayText)), 80), limit, fee} {
		if fact != "" {
			f.Facts = append(f.Facts, fact)
		}
	}
	return f
}

func parts(h find.Hit) []component.Part {
	var out []component.Part
	at := 0
	for _, r := range h.Highlights {
		if r.Start > at {
			out = append(out, component.Part{Text: h.Name[at:r.Start]})
		}
		out = append(out, component.Part{Text: h.Name[r.Start:r.End], Hit: true})
		at = r.End
	}
	if at < len(h.Name) {
		out = append(out, component.Part{Text: h.Name[at:]})
	}
	return out
}

// why says in the reader's language how the answer fits the question.
func why(ctx context.Context, h find.Hit) string {
	s := ""
	for i, r := range h.Reasons {
		if r.Kind == find.ByName && slices.ContainsFunc(h.Reasons[:i], func(m find.Reason) bool {
			return m.Kind == find.ByMeant && viet.Fold(m.Words) == viet.Fold(r.Words)
		}) {
			continue // said already: understood as the very words of the name
		}
		if s != "" {
			s += "; "
		}
		s += lang.T(ctx, "find.why."+string(r.Kind), "said", r.Said, "words", r.Words)
	}
	return s
}

// filters fills the choices by which a search is narrowed, and those chosen.
func (p *pages) filters(ctx context.Context, e edition, v *searchView) {
	q := v.Query
	for _, c := range e.cat.Sectors(e.dayText) {
		v.Sectors = append(v.Sectors, component.Option{Value: c.ID, Label: c.Name})
		if c.ID == q.Sector {
			v.Active = append(v.Active, component.Tab{Text: c.Name, Href: q.with("linh-vuc", "")})
		}
	}
	for _, c := range e.agencies(ctx) {
		v.Agencies = append(v.Agencies, component.Option{Value: c.id, Label: c.name, Group: c.group})
		if c.id == string(q.Agency) {
			v.Active = append(v.Active, component.Tab{Text: c.name, Href: q.with("co-quan", "")})
		}
	}
	for _, l := range []agency.Level{agency.Ministry, agency.Province, agency.District, agency.Commune} {
		if !slices.ContainsFunc(e.cat.All(e.dayText), func(v *procedure.Version) bool { return slices.Contains(v.Levels, l) }) {
			continue
		}
		v.Levels = append(v.Levels, component.Option{Value: string(l), Label: levelName(ctx, l)})
		if l == q.Level {
			v.Active = append(v.Active, component.Tab{Text: levelName(ctx, l), Href: q.with("cap", "")})
		}
	}
}

// counted agencies by group: those of the province first, then the communes.
type agencyCount struct {
	id, name, group string
	count           int
}

func (e edition) agencies(ctx context.Context) []agencyCount {
	var out []agencyCount
	for _, c := range e.cat.Agencies(e.dayText) {
		a, _ := e.cat.Tree().At(agency.ID(c.ID), e.dayText)
		one := agencyCount{id: c.ID, name: e.agencyName(ctx, agency.ID(c.ID)), group: lang.T(ctx, "find.group.province"), count: c.Count}
		if a.Level == agency.Commune {
			one.group = lang.T(ctx, "find.group.commune")
		}
		out = append(out, one)
	}
	slices.SortStableFunc(out, func(a, b agencyCount) int {
		commune := lang.T(ctx, "find.group.commune")
		return cmp.Compare(bit(a.group == commune), bit(b.group == commune))
	})
	return out
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

// cut takes one page out of a list.
func cut(ctx context.Context, all []component.Found, page int, href func(page string) string) ([]component.Found, component.Pager) {
	last := lastPage(len(all))
	page = min(page, last)
	from, to := (page-1)*pageSize, min(len(all), page*pageSize)
	var pager component.Pager
	if last > 1 {
		pager.Summary = lang.T(ctx, "find.range", "from", number(ctx, from+1), "to", number(ctx, to), "n", number(ctx, len(all)))
	}
	if page > 1 {
		pager.Prev = href(pageText(page - 1))
	}
	if page < last {
		pager.Next = href(pageText(page + 1))
	}
	return all[from:to], pager
}

func lastPage(n int) int { return max(1, (n+pageSize-1)/pageSize) }

// pageText is the number of a page as it stands in addresses; the first has none.
func pageText(n int) string {
	if n == 1 {
		return ""
	}
	return itoa(n)
}

type overviewView struct {
	Total              int
	Sectors            []entry
	Agencies, Communes []entry
	Examples           []component.Tab
}

func (p *pages) overview(ctx context.Context, e edition) overviewView {
	v := overviewView{Total: len(e.cat.All(e.dayText)), Examples: p.exampleTabs()}
	for _, c := range e.cat.Sectors(e.dayText) {
		v.Sectors = append(v.Sectors, entry{c.Name, "/linh-vuc/" + url.PathEscape(c.ID), c.Count})
	}
	commune := lang.T(ctx, "find.group.commune")
	for _, c := range e.agencies(ctx) {
		one := entry{c.name, "/co-quan/" + url.PathEscape(c.id), c.count}
		if c.group == commune {
			v.Communes = append(v.Communes, one)
		} else {
			v.Agencies = append(v.Agencies, one)
		}
	}
	return v
}

// suggest answers the box while somebody types, with a piece of a page.
func (p *pages) suggest(w http.ResponseWriter, r *http.Request) error {
	q, e := readQuery(r), p.edition()
	var list []component.Suggestion
	for _, h := range p.Finder.Suggest(q.Text, suggestions) {
		v, err := e.cat.Version(h.Code, e.dayText)
		if err != nil {
			continue
		}
		list = append(list, component.Suggestion{Text: shorten(v.Name, 110), Note: v.Code + " · " + v.Sector, Href: path(v.Code)})
	}
	w.Header().Set("Cache-Control", "private, no-cache")
	return web.Render(w, r, http.StatusOK, component.Suggestions(list))
}

type listView struct {
	Title, Lead string
	Crumb       string
	Facts       []component.Fact
	List        []component.Found
	Pager       component.Pager
}

// sector lists the procedures of one field.
func (p *pages) sector(w http.ResponseWriter, r *http.Request) error {
	e, slug, page := p.edition(), r.PathValue("slug"), readQuery(r).Page
	in := e.cat.InSector(slug, e.dayText)
	if len(in) == 0 {
		return web.ErrNoPage
	}
	page = min(page, lastPage(len(in))) // no page that is not there takes room in the cache
	return p.cache.Serve(w, r, "linh-vuc/"+slug+"/"+itoa(page), e.version, func() (templ.Component, error) {
		ctx := r.Context()
		v := listView{Title: in[0].Sector, Crumb: in[0].Sector, Lead: lang.T(ctx, "find.in-sector", "n", number(ctx, len(in)))}
		v.List, v.Pager = cut(ctx, p.foundAll(ctx, e, in), page, pagesOf("/linh-vuc/"+url.PathEscape(slug)))
		return listPage(v), nil
	})
}

// agency lists the procedures that one agency resolves, and says where it is.
func (p *pages) agency(w http.ResponseWriter, r *http.Request) error {
	e, id, page := p.edition(), agency.ID(r.PathValue("id")), readQuery(r).Page
	a, ok := e.cat.Tree().At(id, e.dayText)
	if !ok {
		// An agency that ended, or a code that one has or had: its own page tells what became of it.
		if x, known := e.cat.Tree().ByCode(string(id), e.dayText); known {
			id = x.ID
		} else if _, known := e.cat.Tree().Ever(id); !known {
			return web.ErrNoPage
		}
		return web.SeeOther(w, r, "/co-quan/"+url.PathEscape(string(id))+"/thong-tin", "")
	}
	page = min(page, lastPage(len(e.cat.OfAgency(id, e.dayText))))
	return p.cache.Serve(w, r, "co-quan/"+string(id)+"/"+itoa(page), e.version, func() (templ.Component, error) {
		ctx := r.Context()
		of := e.cat.OfAgency(id, e.dayText)
		name := e.agencyName(ctx, id)
		v := listView{Title: name, Crumb: name, Facts: e.place(ctx, a), Lead: lang.T(ctx, "find.of-agency", "n", number(ctx, len(of)))}
		v.List, v.Pager = cut(ctx, p.foundAll(ctx, e, of), page, pagesOf("/co-quan/"+url.PathEscape(string(id))))
		return listPage(v), nil
	})
}

func pagesOf(base string) func(string) string {
	return func(page string) string {
		if page == "" {
			return base
		}
		return base + "?trang=" + page
	}
}

func (p *pages) foundAll(ctx context.Context, e edition, list []*procedure.Version) []component.Found {
	out := make([]component.Found, len(list))
	for i, v := range list {
		out[i] = p.found(ctx, e, v)
	}
	return out
}

// place says where an agency receives: its desk, address, hours, telephone.
func (e edition) place(ctx context.Context, a agency.Agency) []component.Fact {
	var facts []component.Fact
	add := func(name, value string) {
		if value != "" {
			facts = append(facts, component.Fact{Name: name, Value: value})
		}
	}
	at := a
	if desk := e.cat.Tree().DeskOf(a.ID, e.dayText); desk != a.ID {
		if d, ok := e.cat.Tree().At(desk, e.dayText); ok {
			at = d
			add(lang.T(ctx, "procedure.place.desk"), e.agencyName(ctx, desk))
		}
	}
	add(lang.T(ctx, "procedure.place.code"), a.Code)
	add(lang.T(ctx, "procedure.place.address"), cmp.Or(at.Address, a.Address))
	if h, ok := e.cat.HoursOf(at.ID, e.dayText); ok {
		for i, l := range hoursLines(ctx, h.Sessions) {
			name := ""
			if i == 0 {
				name = lang.T(ctx, "procedure.place.hours")
			}
			if name == "" {
				facts[len(facts)-1].Value += "\n" + l
				continue
			}
			add(name, l)
		}
		for _, l := range hoursLines(ctx, h.Desk) {
			add(lang.T(ctx, "procedure.place.desk-hours"), l)
		}
	}
	add(lang.T(ctx, "procedure.place.phone"), cmp.Or(at.Phone, a.Phone))
	add(lang.T(ctx, "procedure.place.email"), cmp.Or(at.Email, a.Email))
	return facts
}

func searchTitle(ctx context.Context, v searchView) string {
	if v.Query.Text == "" {
		return lang.T(ctx, "find.title")
	}
	return lang.T(ctx, "find.title-for", "q", shorten(v.Query.Text, 60))
}
