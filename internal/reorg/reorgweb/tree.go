package reorgweb

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/viet"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

// node is an agency with those below it.
type node struct {
	name, code, href, note string
	below                  []node
}

type treeView struct {
	day, typed, wrong string
	query             string
	count             int
	nodes             []node
	communes          []node // people's committees of communes: many, and folded
	found             []node // with a query
	room              bool
	today             bool
}

// tree shows the agencies as they stand on a day.
func (d pages) tree(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	on, ok := d.dayOf(r)
	v := treeView{day: on.String(), typed: r.URL.Query().Get("ngay"), room: mayRead(ctx), today: on == d.today()}
	status := http.StatusOK
	if !ok {
		v.wrong, status = lang.T(ctx, "agency.day-wrong"), http.StatusUnprocessableEntity
	}
	if q, ok := web.Clean(r.URL.Query().Get("q")); ok && len(q) <= 200 {
		v.query = q
	}
	t := d.Catalogue().Tree()
	link := ""
	if !v.today {
		link = v.day
	}
	all := t.All(v.day)
	v.count = len(all)
	if v.query != "" {
		v.found = d.find(ctx, t, v.query, v.day)
		return web.Render(w, r, status, treePage(v))
	}
	below := map[agency.ID][]agency.Agency{}
	for _, a := range all {
		parent := a.Parent
		if _, stands := t.At(parent, v.day); !stands || parent == a.ID {
			parent = ""
		}
		below[parent] = append(below[parent], a)
	}
	seen := map[agency.ID]bool{}
	var grow func(a agency.Agency) node
	grow = func(a agency.Agency) node {
		seen[a.ID] = true
		n := node{name: nameOf(ctx, a), code: a.Code, href: pageOf(a.ID, link)}
		for _, b := range below[a.ID] {
			if seen[b.ID] {
				continue
			}
			if x := grow(b); b.Level == agency.Commune && b.Kind == agency.PeopleCommittee {
				v.communes = append(v.communes, x)
			} else {
				n.below = append(n.below, x)
			}
		}
		return n
	}
	for _, a := range below[""] {
		if x := grow(a); a.Level == agency.Commune && a.Kind == agency.PeopleCommittee {
			v.communes = append(v.communes, x)
		} else {
			v.nodes = append(v.nodes, x)
		}
	}
	return web.Render(w, r, status, treePage(v))
}

// find lists agencies of all dates whose name or code, of any time, has the words.
func (d pages) find(ctx context.Context, t *agency.Tree, q, on string) []node {
	var out []node
	words := strings.Fields(viet.Fold(q))
	for _, id := range t.IDs() {
		for _, a := range slices.Backward(t.Versions(id)) {
			text := viet.Fold(a.Name + " " + a.ShortName + " " + a.Code + " " + a.NameEn)
			if slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) }) {
				continue
			}
			n := node{name: nameOf(ctx, a), code: a.Code, href: pageOf(id, "")}
			if !agency.InForce(a.From, a.Until, on) {
				n.note = span(ctx, a.From, a.Until)
			}
			out = append(out, n)
			break
		}
		if len(out) == 100 {
			break
		}
	}
	return out
}

type seatView struct {
	title, people string
}

type unitView struct {
	name  string
	seats []seatView
}

type agencyView struct {
	title      string
	agency     agency.Agency
	ended      string // why it is shown as it was
	heirs      []node
	ancestors  []node
	facts      []component.Fact
	versions   component.Grid
	units      []unitView
	officer    bool
	procedures int
	list       string // address of its procedures
	day        string
	propose    string
}

// agency shows one agency: as it stands on a day, through time, with its units and posts for officers.
func (d pages) agency(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	on, _ := d.dayOf(r)
	cat := d.Catalogue()
	t, id := cat.Tree(), agency.ID(r.PathValue("id"))
	if _, known := t.Ever(id); !known {
		a, ok := t.ByCode(string(id), on.String()) // a code that it has or had
		if !ok {
			return web.ErrNoPage
		}
		return web.SeeOther(w, r, pageOf(a.ID, r.URL.Query().Get("ngay")), "")
	}
	v := agencyView{day: on.String(), officer: web.ViewerFrom(ctx).Officer()}
	a, stands := t.At(id, v.day)
	if !stands {
		a = last(t, id, v.day)
		v.ended = lang.T(ctx, "agency.not-in-force", "day", day(ctx, v.day), "span", span(ctx, a.From, a.Until))
	}
	v.agency, v.title = a, nameOf(ctx, a)
	v.facts = d.facts(ctx, cat, a, v.day)
	l := t.Lineage(id, max(v.day, d.today().String()))
	link := func(s agency.Succession, other agency.ID) node {
		o, _ := t.Ever(other)
		n := node{name: nameOf(ctx, o), code: o.Code, href: pageOf(other, ""), note: lang.T(ctx, "agency.on", "day", day(ctx, s.Day))}
		switch {
		case len(s.Procedures) > 0 && len(s.Places) > 0:
			n.note += ", " + lang.T(ctx, "agency.part-both", "n", len(s.Procedures), "m", len(s.Places))
		case len(s.Procedures) > 0:
			n.note += ", " + lang.T(ctx, "agency.part-procedures", "n", len(s.Procedures))
		case len(s.Places) > 0:
			n.note += ", " + lang.T(ctx, "agency.part-places", "n", len(s.Places))
		}
		return n
	}
	for _, s := range l.Successors {
		v.heirs = append(v.heirs, link(s, s.New))
	}
	for _, s := range l.Ancestors {
		v.ancestors = append(v.ancestors, link(s, s.Old))
	}
	v.versions = component.Grid{Caption: lang.T(ctx, "agency.through-time"), Stack: true, Columns: []component.Column{
		{Title: lang.T(ctx, "agency.span")}, {Title: lang.T(ctx, "agency.name"), Width: "wide"}, {Title: lang.T(ctx, "agency.code")},
	}}
	for _, x := range t.Versions(id) {
		if x.Until != "" && x.Until <= x.From {
			continue
		}
		v.versions.Rows = append(v.versions.Rows, component.Row{Cells: []component.Cell{{Text: span(ctx, x.From, x.Until)}, {Text: x.Name}, {Text: x.Code, Code: true}}})
	}
	if stands {
		v.procedures, v.list = len(cat.OfAgency(id, v.day)), pathTree+"/"+url.PathEscape(string(id))
	}
	if v.officer {
		var err error
		if v.units, err = d.units(ctx, t, a, v.day); err != nil {
			return err
		}
	}
	if mayPropose(ctx) && stands {
		v.propose = pathPropose + "?hinh-thuc=amend&cq=" + url.QueryEscape(string(id))
	}
	return web.Render(w, r, http.StatusOK, agencyPage(v))
}

// last is the agency as it stood last before a day, else as it begins.
func last(t *agency.Tree, id agency.ID, on string) agency.Agency {
	vs := t.Versions(id)
	out := vs[0]
	for _, x := range vs {
		if (x.Until == "" || x.Until > x.From) && x.From <= on {
			out = x
		}
	}
	return out
}

func (d pages) facts(ctx context.Context, cat *procedure.Catalogue, a agency.Agency, on string) []component.Fact {
	var out []component.Fact
	t := cat.Tree()
	add := func(key, value string) {
		if value != "" {
			out = append(out, component.Fact{Name: lang.T(ctx, key), Value: value})
		}
	}
	to := func(key string, id agency.ID) {
		if x, ok := t.At(id, on); ok && id != a.ID {
			out = append(out, component.Fact{Name: lang.T(ctx, key), Content: linkTo(pageOf(id, ""), nameOf(ctx, x))})
		}
	}
	out = append(out, component.Fact{Name: lang.T(ctx, "agency.code"), Content: component.Code(a.Code)})
	add("agency.short", a.ShortName)
	add("agency.level", lang.T(ctx, "agency.level."+string(a.Level)))
	to("agency.parent", a.Parent)
	if desk := t.DeskOf(a.ID, on); desk == a.ID {
		add("agency.desk", lang.T(ctx, "agency.desk-own"))
	} else {
		to("agency.desk", desk)
	}
	at := a
	if x, ok := t.At(t.DeskOf(a.ID, on), on); ok && a.Address == "" {
		at = x
	}
	add("agency.address", at.Address)
	add("agency.phone", at.Phone)
	add("agency.email", at.Email)
	if h, ok := cat.HoursOf(a.ID, on); ok {
		out = append(out, component.Fact{Name: lang.T(ctx, "agency.hours"), Content: lines(hoursLines(ctx, h.Sessions))})
		if len(h.Desk) > 0 {
			out = append(out, component.Fact{Name: lang.T(ctx, "agency.desk-hours"), Content: lines(hoursLines(ctx, h.Desk))})
		}
	}
	return out
}

func (d pages) units(ctx context.Context, t *agency.Tree, a agency.Agency, on string) ([]unitView, error) {
	posts := t.Posts(a.ID, on)
	ids := make([]string, len(posts))
	for i, p := range posts {
		ids[i] = p.ID
	}
	held, err := d.People.HoldersOf(ctx, ids)
	if err != nil {
		return nil, err
	}
	units := append([]agency.Unit{{Name: lang.T(ctx, "agency.leadership")}}, a.Units...)
	var out []unitView
	for _, u := range units {
		x := unitView{name: u.Name}
		for _, p := range posts {
			if p.Unit != u.ID {
				continue
			}
			people := strings.Join(held[p.ID], ", ")
			if people == "" {
				people = lang.T(ctx, "agency.vacant")
			}
			x.seats = append(x.seats, seatView{p.Title, people})
		}
		if u.ID != "" || len(x.seats) > 0 {
			out = append(out, x)
		}
	}
	return out, nil
}

var weekdays = [...]string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

// hoursLines writes sessions, days of equal hours together: "Thứ Hai – thứ Sáu: 07:30–11:30, 13:00–17:00".
func hoursLines(ctx context.Context, sessions map[string]string) []string {
	var out []string
	for i := 0; i < len(weekdays); {
		j := i
		for j+1 < len(weekdays) && sessions[weekdays[j+1]] == sessions[weekdays[i]] {
			j++
		}
		if h := sessions[weekdays[i]]; h != "" {
			name := lang.T(ctx, "holiday.weekday."+weekdays[i])
			if j > i {
				name += " – " + lang.T(ctx, "holiday.weekday."+weekdays[j])
			}
			out = append(out, name+": "+strings.ReplaceAll(strings.ReplaceAll(h, "-", "–"), ",", ", "))
		}
		i = j + 1
	}
	return out
}

func linkTo(href, text string) templ.Component { return link(href, text) }
