package procedureweb

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/procedure/find"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

// home answers three questions at once: what must I do, where is my dossier, what is new.
func (p *pages) home(w http.ResponseWriter, r *http.Request) error {
	e := p.edition()
	return p.cache.Serve(w, r, "home", e.version, func() (templ.Component, error) {
		ctx := r.Context()
		v := homeView{Total: len(e.cat.All(e.dayText)), Events: p.events(ctx), Examples: p.exampleTabs(), News: recent(ctx, e, newsOnHome)}
		sectors := slices.Clone(e.cat.Sectors(e.dayText))
		slices.SortStableFunc(sectors, func(a, b procedure.Count) int { return b.Count - a.Count })
		v.MoreSectors = max(0, len(sectors)-sectorsOnHome)
		for _, c := range sectors[:min(len(sectors), sectorsOnHome)] {
			v.Sectors = append(v.Sectors, entry{c.Name, "/linh-vuc/" + url.PathEscape(c.ID), c.Count})
		}
		return homePage(v), nil
	})
}

const (
	sectorsOnHome = 12
	newsOnHome    = 4
	eventsOnHome  = 9
)

type homeView struct {
	Total       int
	Events      []component.Tile
	Sectors     []entry
	MoreSectors int
	News        []component.NewsLine
	Examples    []component.Tab
}

// entry is a line of an index: a name that leads on, and how many stand behind it.
type entry struct {
	Text, Href string
	Count      int
}

// events are the occasions at which people come. Each asks the search in everyday words, so that
// it leads to whatever procedures the catalogue has; one that would find nothing is left out.
var lifeEvents = []struct {
	key   string
	icon  component.Icon
	query string
}{
	{"birth", component.IconBaby, "đăng ký khai sinh cho con"},
	{"marriage", component.IconRings, "đăng ký kết hôn"},
	{"death", component.IconPeople, "đăng ký khai tử cho người thân"},
	{"house", component.IconHome, "xin phép xây nhà"},
	{"land", component.IconField, "làm sổ đỏ"},
	{"shop", component.IconShop, "mở hộ kinh doanh"},
	{"residence", component.IconPlace, "đăng ký thường trú"},
	{"papers", component.IconStamp, "chứng thực bản sao giấy tờ"},
	{"support", component.IconHealth, "xin trợ cấp xã hội"},
	{"school", component.IconSchool, "bằng cấp, chứng chỉ, học phí"},
	{"work", component.IconWork, "cấp chứng chỉ hành nghề"},
	{"driving", component.IconCar, "giấy phép lái xe"},
}

func (p *pages) events(ctx context.Context) []component.Tile {
	var tiles []component.Tile
	for _, l := range lifeEvents {
		if len(tiles) == eventsOnHome || len(p.Finder.Search(l.query, find.Options{N: 1})) == 0 {
			continue
		}
		tiles = append(tiles, component.Tile{
			Title: lang.T(ctx, "home.event."+l.key), Text: lang.T(ctx, "home.event-text."+l.key),
			Href: "/thu-tuc?q=" + url.QueryEscape(l.query), Icon: l.icon,
		})
	}
	return tiles
}

// examples are searches to try, in the words people use.
var examples = []string{"làm lại giấy khai sinh", "xin phép xây nhà", "mở quán ăn"}

func (p *pages) exampleTabs() []component.Tab {
	var tabs []component.Tab
	for _, q := range examples {
		if len(p.Finder.Search(q, find.Options{N: 1})) > 0 {
			tabs = append(tabs, component.Tab{Text: q, Href: "/thu-tuc?q=" + url.QueryEscape(q)})
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

