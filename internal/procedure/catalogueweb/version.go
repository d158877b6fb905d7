package catalogueweb

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/pack"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/viet"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

type versionView struct {
	title, code string
	tone        component.Tone
	state       string
	public      bool // people may open its public page
	draft       bool
	facts       []component.Fact
	carried     []component.Fact
	versions    component.Grid
	marks       component.Grid
	changes     component.Grid
	changesNote string
}

func (d room) one(w http.ResponseWriter, r *http.Request) error {
	ctx, code := r.Context(), r.PathValue("code")
	history, err := d.Store.History(ctx, code)
	if err != nil {
		return err
	}
	if len(history) == 0 {
		listed := d.Catalogue().Listed()
		i := slices.IndexFunc(listed, func(l procedure.Listed) bool { return l.Code == code })
		if i < 0 {
			return procedure.ErrUnknown.With("code", code)
		}
		return web.Render(w, r, http.StatusOK, versionPage(headView(ctx, listed[i])))
	}
	return web.Render(w, r, http.StatusOK, versionPage(d.view(ctx, history)))
}

// headView is the page of a procedure of which a list gives no more than its heading.
func headView(ctx context.Context, l procedure.Listed) versionView {
	return versionView{
		title: l.Name, code: l.Code, tone: component.Paused, state: lang.T(ctx, "catalogue.state.heading"),
		facts: filled([]component.Fact{
			{Name: lang.T(ctx, "catalogue.sector"), Value: l.Sector},
			{Name: lang.T(ctx, "catalogue.ministry"), Value: l.Ministry},
			{Name: lang.T(ctx, "catalogue.problem"), Value: reason(ctx, procedure.ContentMissing)},
		}),
	}
}

// view is the page of a code with versions. It shows the version in force, else the draft, else the last one.
func (d room) view(ctx context.Context, history []procedure.Stored) versionView {
	today, cat := d.today(), d.Catalogue()
	shown := history[len(history)-1]
	var draft, current *procedure.Version
	for _, s := range history {
		switch {
		case s.State == procedure.Draft:
			draft = s.Version
		case agency.InForce(s.From, s.Until, today):
			current, shown = s.Version, s
		}
	}
	v := versionView{title: shown.Name, code: shown.Code, public: current != nil, draft: draft != nil}
	v.tone, v.state = stateOf(ctx, shown, today)
	v.facts = factsOf(ctx, shown.Version)
	v.carried = carriedOut(ctx, cat.OfferOf(shown.Version, today), cat, today)
	v.versions = component.Grid{
		Caption: lang.T(ctx, "catalogue.versions"), Stack: true,
		Columns: []component.Column{
			{Title: lang.T(ctx, "catalogue.number")},
			{Title: lang.T(ctx, "catalogue.state")},
			{Title: lang.T(ctx, "catalogue.from")},
			{Title: lang.T(ctx, "catalogue.until")},
			{Title: lang.T(ctx, "catalogue.digest")},
			{Title: known(ctx, "catalogue.field.", "source")},
			{Title: lang.T(ctx, "catalogue.marks"), Numeric: true},
		},
	}
	for _, s := range slices.Backward(history) {
		tone, words := stateOf(ctx, s, today)
		v.versions.Rows = append(v.versions.Rows, component.Row{Current: s.Version == shown.Version, Cells: []component.Cell{
			{Text: count(ctx, s.Number)},
			{Text: words, Chip: tone},
			{Text: dash(day(ctx, s.From)), Code: true},
			{Text: dash(day(ctx, s.Until)), Code: true},
			{Text: digest(s.Digest), Code: true},
			{Text: dash(origin(s.Source))},
			{Text: count(ctx, len(s.Marks))},
		}})
	}
	v.marks = component.Grid{
		Caption: lang.T(ctx, "catalogue.unclear"), Stack: true,
		Columns: []component.Column{{Title: lang.T(ctx, "catalogue.field")}, {Title: lang.T(ctx, "catalogue.problem")}, {Title: lang.T(ctx, "catalogue.source-says"), Width: "wide"}},
	}
	for _, m := range shown.Marks {
		v.marks.Rows = append(v.marks.Rows, component.Row{Cells: []component.Cell{
			{Text: field(ctx, m.Field)}, {Text: reason(ctx, m.Reason)}, {Text: verbatim(ctx, m, 0)},
		}})
	}
	if draft != nil {
		v.changes, v.changesNote = changesOf(ctx, current, draft)
	}
	return v
}

// digest shortens a sum to what people compare by eye.
func digest(sum string) string { return sum[:min(12, len(sum))] }

// origin names the site of a source that is an address.
func origin(source string) string {
	if u, err := url.Parse(source); err == nil && u.Host != "" {
		return u.Host
	}
	return clip(source, 60)
}

func dash(text string) string { return cmp.Or(text, "–") }

func stateOf(ctx context.Context, s procedure.Stored, today string) (component.Tone, string) {
	switch {
	case s.State == procedure.Draft:
		return component.DueSoon, lang.T(ctx, "catalogue.state.draft")
	case s.From > today:
		return component.Notice, lang.T(ctx, "catalogue.state.coming")
	case agency.InForce(s.From, s.Until, today):
		return component.InTime, lang.T(ctx, "catalogue.state.in-force")
	}
	return component.Neutral, lang.T(ctx, "catalogue.state.ended")
}

// filled leaves out facts that say nothing.
func filled(facts []component.Fact) []component.Fact {
	return slices.DeleteFunc(facts, func(f component.Fact) bool { return f.Value == "" })
}

func factsOf(ctx context.Context, v *procedure.Version) []component.Fact {
	facts := []component.Fact{
		{Name: lang.T(ctx, "catalogue.sector"), Value: v.Sector},
		{Name: lang.T(ctx, "catalogue.ministry"), Value: v.Ministry},
		{Name: known(ctx, "catalogue.field.", "levels"), Value: levels(ctx, v)},
		{Name: known(ctx, "catalogue.field.", "decision"), Value: v.Decision},
	}
	for _, c := range v.Channels {
		facts = append(facts, component.Fact{Name: lang.T(ctx, "catalogue.channel", "kind", known(ctx, "catalogue.channel.", c.Kind)), Value: channel(ctx, c)})
	}
	papers := 0
	for _, c := range v.Components {
		if !c.Note {
			papers++
		}
	}
	return filled(append(facts,
		component.Fact{Name: known(ctx, "catalogue.field.", "components"), Value: lang.T(ctx, "catalogue.papers", "n", count(ctx, papers))},
		component.Fact{Name: known(ctx, "catalogue.field.", "bases"), Value: lang.T(ctx, "catalogue.texts", "n", count(ctx, len(v.Bases)))},
		component.Fact{Name: known(ctx, "catalogue.field.", "source"), Value: v.Source},
	))
}

// channel says the limits and fees of one manner, line by line; what was not understood in the words of the source.
func channel(ctx context.Context, c procedure.Channel) string {
	var lines []string
	for _, l := range c.Limits {
		text := limit(ctx, l.Limit)
		if l.Limit == "" {
			text = lang.T(ctx, "catalogue.source-quote", "text", clip(l.Verbatim, 120))
		}
		lines = append(lines, join(clip(l.Case, 160), text))
	}
	for _, f := range c.Fees {
		text := viet.Money(f.Amount)
		switch {
		case !f.Known:
			text = lang.T(ctx, "catalogue.source-quote", "text", clip(f.Verbatim, 120))
		case f.Amount == 0:
			text = lang.T(ctx, "catalogue.free")
		case english(ctx):
			text = viet.MoneyEnglish(f.Amount)
		}
		lines = append(lines, join(cmp.Or(clip(f.Name, 120), known(ctx, "catalogue.fee.", f.Kind)), text))
	}
	return cmp.Or(strings.Join(lines, "\n"), lang.T(ctx, "catalogue.not-stated"))
}

func join(head, text string) string {
	if head == "" {
		return text
	}
	return head + ": " + text
}

// agenciesShown bounds the names of agencies on the page.
const agenciesShown = 6

// carriedOut says which form, process and agencies the province has for it, and whether they are the general ones.
func carriedOut(ctx context.Context, o procedure.Offer, cat *procedure.Catalogue, today string) []component.Fact {
	own := func(id, title, stated string) component.Fact {
		f := component.Fact{Value: lang.T(ctx, "catalogue.missing-here"), Missing: true}
		if id != "" {
			f = component.Fact{Value: cmp.Or(title, id) + " (" + id + ")"}
			if stated == "" {
				f.Value += "\n" + lang.T(ctx, "catalogue.general")
			}
		}
		return f
	}
	title := ""
	if o.Form.Value != nil {
		title = o.Form.Value.Title
	}
	form := own(o.Form.ID, title, o.Version.Form)
	form.Name = lang.T(ctx, "catalogue.form")
	if title = ""; o.Process.Value != nil {
		title = o.Process.Value.Title
	}
	process := own(o.Process.ID, title, o.Version.Process)
	process.Name = lang.T(ctx, "catalogue.process")

	who := component.Fact{Name: lang.T(ctx, "catalogue.agency"), Value: lang.T(ctx, "catalogue.missing-here"), Missing: true}
	switch {
	case o.ByCommune:
		who.Value, who.Missing = lang.T(ctx, "catalogue.by-commune", "n", count(ctx, len(o.Agencies))), false
	case len(o.Agencies) > 0:
		var names []string
		for _, id := range o.Agencies[:min(agenciesShown, len(o.Agencies))] {
			a, _ := cat.Tree().At(id, today)
			names = append(names, cmp.Or(agencyName(ctx, a), string(id)))
		}
		if more := len(o.Agencies) - len(names); more > 0 {
			names = append(names, lang.T(ctx, "catalogue.more", "n", count(ctx, more)))
		}
		who.Value, who.Missing = strings.Join(names, "\n"), false
	}
	if !who.Missing && len(o.Version.Competent) == 0 {
		who.Value += "\n" + lang.T(ctx, "catalogue.by-routing")
	}
	return []component.Fact{form, process, who}
}

// changesShown bounds the table of differences.
const changesShown = 200

// changesOf lists what a draft says otherwise than the version in force, field by field.
func changesOf(ctx context.Context, current, draft *procedure.Version) (component.Grid, string) {
	g := component.Grid{
		Caption: lang.T(ctx, "catalogue.difference"), Stack: true,
		Columns: []component.Column{{Title: lang.T(ctx, "catalogue.field")}, {Title: lang.T(ctx, "catalogue.was"), Width: "wide"}, {Title: lang.T(ctx, "catalogue.is"), Width: "wide"}},
	}
	if current == nil {
		return g, lang.T(ctx, "catalogue.never-in-force")
	}
	n := 0
	for _, c := range pack.Diff(&pack.Pack{Procedures: []*procedure.Version{current}}, &pack.Pack{Procedures: []*procedure.Version{draft}}) {
		if c.Kind != "procedure" || c.Field == "from" || c.Field == "until" {
			continue
		}
		if n++; n > changesShown {
			continue
		}
		was, is := excerpt(value(ctx, c.Field, c.Old), value(ctx, c.Field, c.New))
		g.Rows = append(g.Rows, component.Row{Cells: []component.Cell{{Text: field(ctx, c.Field)}, {Text: dash(was)}, {Text: dash(is)}}})
	}
	return g, lang.T(ctx, "catalogue.differences", "n", count(ctx, n))
}
