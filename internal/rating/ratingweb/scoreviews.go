package ratingweb

import (
	"context"
	"net/url"
	"strconv"

	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/rating"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

// lead says which days the figures cover, and whether they can still change.
func lead(ctx context.Context, p rating.Period, ended bool, at string) string {
	key := "rating.scores.running"
	if ended {
		key = "rating.scores.ended"
	}
	return lang.T(ctx, key, "from", dayText(ctx, p.From), "until", dayText(ctx, p.Last()), "at", at)
}

// dash stands where a number would repeat that nothing is known.
const dash = "–"

func unknown(ctx context.Context) string { return lang.T(ctx, "rating.no-data") }

// nineText is the total of TT 01/2018 with what it stands on.
func nineText(ctx context.Context, c rating.Card) string {
	if c.Known == 0 {
		return unknown(ctx)
	}
	return lang.T(ctx, "rating.nine.total", "total", number(ctx, c.Total, 1), "most", strconv.Itoa(2*c.Known))
}

func nineNote(ctx context.Context, c rating.Card) string {
	if c.Known == 0 || c.Known == len(c.Indices) {
		return ""
	}
	return lang.T(ctx, "rating.nine.note", "known", strconv.Itoa(c.Known), "all", strconv.Itoa(len(c.Indices)))
}

// nineScaled is the total as if all indices were known, which the bands are read at.
func nineScaled(ctx context.Context, c rating.Card) string {
	return lang.T(ctx, "rating.nine.scaled", "scaled", number(ctx, c.Scaled, 1), "most", strconv.Itoa(2*len(c.Indices)))
}

func bandText(ctx context.Context, band string) string {
	if band == "" {
		return unknown(ctx)
	}
	return lang.T(ctx, "rating.band."+band)
}

func fiveText(ctx context.Context, s rating.Score) string {
	score, most := s.FiveTotal()
	if most == 0 {
		return unknown(ctx)
	}
	return lang.T(ctx, "rating.five.total", "score", number(ctx, score, 2), "most", strconv.Itoa(most/100))
}

// fiveShort is fiveText for tables.
func fiveShort(ctx context.Context, s rating.Score) string {
	score, most := s.FiveTotal()
	if most == 0 {
		return unknown(ctx)
	}
	return lang.T(ctx, "rating.nine.total", "total", number(ctx, score, 2), "most", strconv.Itoa(most/100))
}

func contentmentText(ctx context.Context, s rating.Sums) string {
	rate, ok := s.Contentment()
	if !ok {
		return unknown(ctx)
	}
	return percent(ctx, rate)
}

// grid is all agencies of a period; path leads to each.
func (v scoresView) grid(ctx context.Context, path string) component.Grid {
	g := component.Grid{
		Caption: lang.T(ctx, "rating.scores.title"), Stack: true,
		Columns: []component.Column{
			{Title: lang.T(ctx, "rating.col.agency"), Width: "wide"},
			{Title: lang.T(ctx, "rating.col.dossiers"), Numeric: true},
			{Title: lang.T(ctx, "rating.col.ratings"), Numeric: true},
			{Title: lang.T(ctx, "rating.col.content"), Numeric: true},
			{Title: lang.T(ctx, "rating.col.nine")},
			{Title: lang.T(ctx, "rating.col.five")},
		},
		Empty: component.EmptyState(component.IconInbox, lang.T(ctx, "rating.scores.empty"), lang.T(ctx, "rating.scores.empty-text")),
	}
	for _, x := range v.rows {
		g.Rows = append(g.Rows, component.Row{Cells: []component.Cell{
			{Text: x.name, Href: path + "/" + url.PathEscape(string(x.Sums.Agency)) + "?ky=" + v.period.String()},
			{Text: component.Number(ctx, x.Sums.Dossiers)},
			{Text: component.Number(ctx, x.Sums.Rated)},
			{Text: contentmentText(ctx, x.Sums)},
			{Text: bandText(ctx, x.Nine.Band), Note: nineText(ctx, x.Nine)},
			{Text: fiveShort(ctx, x.Score)},
		}})
	}
	return g
}

// basis are the numbers behind a score.
func basis(ctx context.Context, s rating.Sums) []component.Fact {
	n := func(key string, v int) component.Fact {
		return component.Fact{Name: lang.T(ctx, key), Value: component.Number(ctx, v)}
	}
	out := []component.Fact{n("rating.col.dossiers", s.Dossiers), n("rating.basis.late", s.Late), n("rating.basis.online", s.Online), n("rating.col.ratings", s.Rated)}
	if s.Rated > 0 {
		out = append(out, n("rating.grade.very_satisfied", s.Very), n("rating.grade.satisfied", s.Satisfied), n("rating.grade.not_satisfied", s.Dissatisfied))
	}
	return out
}

// nineGrid is the indices of TT 01/2018 one by one.
func nineGrid(ctx context.Context, c rating.Card) component.Grid {
	g := component.Grid{
		Caption: lang.T(ctx, "rating.nine.title"), Stack: true,
		Columns: []component.Column{{Title: lang.T(ctx, "rating.col.index"), Width: "wide"}, {Title: lang.T(ctx, "rating.col.points"), Numeric: true}, {Title: lang.T(ctx, "rating.col.behind"), Numeric: true}},
	}
	for _, x := range c.Indices {
		row := []component.Cell{{Text: lang.T(ctx, "rating.nine."+strconv.Itoa(x.N))}, {Text: unknown(ctx)}, {Text: dash}}
		if x.Known {
			row[1].Text = number(ctx, x.Tenths, 1)
			row[2].Text = component.Number(ctx, x.Dossiers)
		}
		g.Rows = append(g.Rows, component.Row{Cells: row})
	}
	return g
}

// fiveGrid is the criteria of NĐ 118 one by one.
func fiveGrid(ctx context.Context, list []rating.Mark) component.Grid {
	g := component.Grid{
		Caption: lang.T(ctx, "rating.five.title"), Stack: true,
		Columns: []component.Column{
			{Title: lang.T(ctx, "rating.col.criterion"), Width: "wide"},
			{Title: lang.T(ctx, "rating.col.rate"), Numeric: true},
			{Title: lang.T(ctx, "rating.col.points"), Numeric: true},
			{Title: lang.T(ctx, "rating.col.most"), Numeric: true},
		},
	}
	for _, m := range list {
		row := []component.Cell{{Text: lang.T(ctx, "rating.five."+m.ID)}, {Text: unknown(ctx)}, {Text: dash}, {Text: strconv.Itoa(m.Points)}}
		if m.Known {
			row[1].Text, row[2].Text = percent(ctx, m.Rate), number(ctx, m.Score, 2)
		}
		g.Rows = append(g.Rows, component.Row{Cells: row})
	}
	return g
}

func (v scoreView) crumbs(ctx context.Context) []component.Crumb {
	return []component.Crumb{{Text: lang.T(ctx, "nav.home"), Href: "/"}, {Text: lang.T(ctx, "rating.scores.title"), Href: publicPath + "?ky=" + v.period.String()}, {Text: v.name}}
}

// peopleGrid is the officers of an agency.
func (v insideView) peopleGrid(ctx context.Context) component.Grid {
	g := component.Grid{
		Caption: lang.T(ctx, "rating.people.title"), Stack: true,
		Columns: []component.Column{{Title: lang.T(ctx, "rating.col.officer"), Width: "wide"}, {Title: lang.T(ctx, "rating.col.dossiers"), Numeric: true}, {Title: lang.T(ctx, "rating.col.ratings"), Numeric: true}},
		Empty:   component.EmptyState(component.IconPeople, lang.T(ctx, "rating.people.empty"), lang.T(ctx, "rating.scores.empty-text")),
	}
	g.Columns = append(g.Columns, component.Column{Title: lang.T(ctx, "rating.col.officer-total")})
	for _, n := range []int{1, 2, 3, 4, 7} {
		g.Columns = append(g.Columns, component.Column{Title: lang.T(ctx, "rating.short."+strconv.Itoa(n)), Numeric: true})
	}
	for _, c := range v.people {
		row := component.Row{Cells: []component.Cell{{Text: v.names(c.Sums.Person)}, {Text: component.Number(ctx, c.Sums.Dossiers)}, {Text: component.Number(ctx, c.Sums.Rated)}}}
		row.Cells = append(row.Cells, component.Cell{Text: lang.T(ctx, "rating.people.percent", "n", strconv.Itoa(c.Percent)), Note: nineText(ctx, c)})
		for _, x := range c.Indices {
			text := dash
			if x.Known {
				text = number(ctx, x.Tenths, 1)
			} else if (x.N == 4 || x.N == 7) && c.Sums.Rated > 0 && !v.single {
				text = lang.T(ctx, "rating.too-few", "n", strconv.Itoa(rating.Fewest))
			}
			row.Cells = append(row.Cells, component.Cell{Text: text})
		}
		g.Rows = append(g.Rows, row)
	}
	return g
}

// singlesGrid lists ratings for procedure control.
func (v insideView) singlesGrid(ctx context.Context) component.Grid {
	g := component.Grid{
		Caption: lang.T(ctx, "rating.singles.title"), Stack: true,
		Columns: []component.Column{
			{Title: lang.T(ctx, "rating.col.rated-at")}, {Title: lang.T(ctx, "filing.col.code")}, {Title: lang.T(ctx, "rating.col.grade")}, {Title: lang.T(ctx, "rating.col.items"), Width: "wide"}, {Title: lang.T(ctx, "rating.comment"), Width: "wide"},
		},
		Empty: component.EmptyState(component.IconInbox, lang.T(ctx, "rating.singles.empty"), lang.T(ctx, "rating.singles.empty-text")),
	}
	for _, s := range v.singles {
		g.Rows = append(g.Rows, component.Row{Cells: []component.Cell{
			{Text: when(ctx, s.RatedAt), Note: lang.T(ctx, "rating.via."+s.Via)},
			{Text: s.Code, Href: "/ho-so/" + s.Case, Code: true},
			{Text: gradeText(ctx, s.Overall), Chip: gradeTone(s.Overall)},
			{Text: itemsText(ctx, s.Items)},
			{Text: s.Comment},
		}})
	}
	return g
}

func gradeTone(g dossier.Grade) component.Tone {
	if g == dossier.NotSatisfied {
		return component.Overdue
	}
	return component.InTime
}
