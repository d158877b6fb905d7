package procedureweb

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/procedure/find"
	"github.com/motcua/motcua/internal/viet"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

// home answers three questions at once: what must I do, where is my dossier, what is new.
func (p *pages) home(w http.ResponseWriter, r *http.Request) error {
	e := p.edition()
	return p.cache.Serve(w, r, "home", e.version, func() (templ.Component, error) {
		ctx := r.Context()
		v := homeView{Total: len(e.cat.All(e.dayText)), Events: p.events(ctx), Examples: p.exampleTabs(), News: recent(ctx, e, newsOnHome)}
		sectors := nearest(e)
		if h, ok := e.cat.HoursOf("", e.dayText); ok {
			v.Hours = hoursLines(ctx, h.Sessions)
		}
		for _, c := range sectors[:min(len(sectors), sectorsOnHome)] {
			v.Sectors = append(v.Sectors, entry{c.Name, "/linh-vuc/" + url.PathEscape(c.ID), c.Count})
		}
		return homePage(v), nil
	})
}

// nearest orders the fields by how many of their procedures a commune resolves, where people come most; of
// equal ones the fuller first.
func nearest(e edition) []procedure.Count {
	near := map[string]int{}
	if communes := e.cat.Tree().Communes(e.dayText); len(communes) > 0 {
		for _, v := range e.cat.OfAgency(communes[0].ID, e.dayText) {
			near[procedure.Slug(v.Sector)]++
		}
	}
	sectors := slices.Clone(e.cat.Sectors(e.dayText))
	slices.SortStableFunc(sectors, func(a, b procedure.Count) int {
		return cmp.Or(cmp.Compare(near[b.ID], near[a.ID]), cmp.Compare(b.Count, a.Count))
	})
	return sectors
}

const (
	sectorsOnHome = 10
	newsOnHome    = 4
	eventsOnHome  = 9
)

type homeView struct {
	Total    int
	Events   []component.Tile
	Sectors  []entry
	Hours    []string // of the one-stop desks
	News     []component.NewsLine
	Examples []component.Tab
}

// entry is a line of an index: a name that leads on, and how many stand behind it.
type entry struct {
	Text, Href string
	Count      int
}

// lifeEvents are the occasions at which people come. Each asks the search in everyday words, so that
// it leads to whatever procedures the catalogue has; one that would find nothing of the kind is left out.
var lifeEvents = []struct {
	key   string
	icon  component.Icon
	query string
	word  string // that a procedure's name must hold to be what the occasion asks for
}{
	{"birth", component.IconBaby, "đăng ký khai sinh cho con", "khai sinh"},
	{"marriage", component.IconRings, "đăng ký kết hôn", "kết hôn"},
	{"death", component.IconPeople, "đăng ký khai tử cho người thân", "khai tử"},
	{"house", component.IconHome, "xin phép xây nhà", "xây dựng"},
	{"land", component.IconField, "làm sổ đỏ", "đất"},
	{"shop", component.IconShop, "mở hộ kinh doanh", "kinh doanh"},
	{"residence", component.IconPlace, "đăng ký thường trú", "trú"},
	{"papers", component.IconStamp, "chứng thực bản sao giấy tờ", "chứng thực"},
	{"support", component.IconHealth, "xin trợ cấp xã hội", "trợ"},
	{"school", component.IconSchool, "bằng cấp, chứng chỉ, học phí", "học"},
	{"work", component.IconWork, "cấp chứng chỉ hành nghề", "hành nghề"},
	{"driving", component.IconCar, "giấy phép lái xe", "lái xe"},
}

func (p *pages) events(ctx context.Context) []component.Tile {
	var tiles []component.Tile
	for _, l := range lifeEvents {
		if len(tiles) == eventsOnHome || !p.finds(l.query, l.word) {
			continue
		}
		tiles = append(tiles, component.Tile{
			Title: lang.T(ctx, "home.event."+l.key), Text: lang.T(ctx, "home.event-text."+l.key),
			Href: "/thu-tuc?q=" + url.QueryEscape(l.query), Icon: l.icon,
		})
	}
	return tiles
}

// finds tells whether the first answers to a question are of the kind that its word names.
func (p *pages) finds(question, word string) bool {
	const first = 5
	word = " " + viet.Fold(word) + " "
	return slices.ContainsFunc(p.Finder.Search(question, find.Options{N: first}), func(h find.Hit) bool {
		return strings.Contains(" "+strings.Join(viet.Tokens(viet.Fold(h.Name)), " ")+" ", word)
	})
}

// examples are searches to try, in the words people use.
var examples = []struct{ question, word string }{
	{"làm lại giấy khai sinh", "khai sinh"}, {"xin phép xây nhà", "xây dựng"}, {"mở quán ăn", "kinh doanh"},
}

func (p *pages) exampleTabs() []component.Tab {
	var tabs []component.Tab
	for _, x := range examples {
		if p.finds(x.question, x.word) {
			tabs = append(tabs, component.Tab{Text: x.question, Href: "/thu-tuc?q=" + url.QueryEscape(x.question)})
		}
	}
	return tabs
}

// change is what one day brought: procedures that came into force or ended.
type change struct {
	day     string
	ended   bool
	version []*procedure.Version
}

// newsDays is how long something is new.
const newsDays = 90

// changes lists what came into force up to day, the latest first: all of the last days, and never less
// than the latest publication. Procedures that ended within that time stand among them.
func changes(e edition) []change {
	by := map[string][]*procedure.Version{}
	for _, v := range e.cat.All(e.dayText) {
		by[v.From] = append(by[v.From], v)
	}
	since := e.day.AddDays(-newsDays)
	var out []change
	days := make([]string, 0, len(by))
	for d := range by {
		days = append(days, d)
	}
	slices.SortFunc(days, func(a, b string) int { return strings.Compare(b, a) })
	for i, d := range days {
		if i > 0 && d < since.String() {
			break
		}
		out = append(out, change{day: d, version: by[d]})
	}
	ended := map[string][]*procedure.Version{}
	for _, v := range e.cat.All(since.String()) {
		if _, err := e.cat.Version(v.Code, e.dayText); err != nil && v.Until != "" {
			ended[v.Until] = append(ended[v.Until], v)
		}
	}
	for d, vs := range ended {
		out = append(out, change{d, true, vs})
	}
	slices.SortStableFunc(out, func(a, b change) int { return strings.Compare(b.day, a.day) })
	return out
}

// recent is the news in a few lines: each procedure by its name where a day brought few, else their number.
func recent(ctx context.Context, e edition, most int) []component.NewsLine {
	const few = 3
	var lines []component.NewsLine
	for _, c := range changes(e) {
		date := dayText(ctx, c.day)
		if len(c.version) > few {
			key := "news.many"
			if c.ended {
				key = "news.many-ended"
			}
			lines = append(lines, component.NewsLine{Date: date, Href: "/thu-tuc/moi#d" + c.day, Text: lang.T(ctx, key, "n", number(ctx, len(c.version)))})
			continue
		}
		for _, v := range c.version {
			key := "news.one"
			switch {
			case c.ended:
				key = "news.one-ended"
			case v.Number > 1:
				key = "news.one-changed"
			}
			lines = append(lines, component.NewsLine{Date: date, Href: path(v.Code), Text: lang.T(ctx, key, "name", shorten(v.Name, 140))})
		}
	}
	return lines[:min(len(lines), most)]
}

// news lists in full what is new in the catalogue.
func (p *pages) news(w http.ResponseWriter, r *http.Request) error {
	e := p.edition()
	return p.cache.Serve(w, r, "news", e.version, func() (templ.Component, error) {
		ctx := r.Context()
		var days []newsDay
		for _, c := range changes(e) {
			d := newsDay{ID: "d" + c.day, Title: lang.T(ctx, "news.from", "day", dayText(ctx, c.day)), Total: len(c.version)}
			if c.ended {
				d.ID, d.Title = "k"+c.day, lang.T(ctx, "news.ended", "day", dayText(ctx, c.day))
			}
			for _, v := range c.version[:min(len(c.version), newsOfOneDay)] {
				d.List = append(d.List, p.found(ctx, e, v))
			}
			days = append(days, d)
		}
		return newsPage(days), nil
	})
}

// newsOfOneDay bounds what one day shows: the first publication brings the whole catalogue.
const newsOfOneDay = 50

type newsDay struct {
	ID, Title string
	Total     int
	List      []component.Found
}

// path is the address of a procedure's page.
func path(code string) string { return "/thu-tuc/" + url.PathEscape(code) }
