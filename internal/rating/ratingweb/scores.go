package ratingweb

import (
	"bytes"
	"cmp"
	"context"
	"encoding/csv"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/rating"
	"github.com/motcua/motcua/internal/viet"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

// Scores is what the pages ask of rating.Scores.
type Scores interface {
	Schemes() rating.Schemes
	Agencies(ctx context.Context, p rating.Period) ([]rating.Score, error)
	Agency(ctx context.Context, p rating.Period, id agency.ID) (rating.Score, error)
	People(ctx context.Context, by access.Actor, p rating.Period, id agency.ID) ([]rating.Card, error)
	Ratings(ctx context.Context, by access.Actor, p rating.Period, id agency.ID) ([]rating.Single, error)
}

// Paths of scores.
const (
	publicPath = "/cong-khai/danh-gia"
	insidePath = component.RatingRoom
)

// freshness is how old the public figures may be: adding up a quarter reads every dossier of it.
const freshness = 2 * time.Minute

// asked is the period of the request: the running quarter when none is named. The first period offered is that of
// the rule set's beginning.
func (p *pages) asked(r *http.Request) (rating.Period, error) {
	day := p.Scores.Schemes().WindowDay
	ky := r.URL.Query().Get("ky")
	if ky == "" {
		return rating.Of(calendar.DateOf(p.Now()), day), nil
	}
	out, ok := rating.ParsePeriod(ky, day)
	if !ok {
		return out, web.ErrNoPage
	}
	return out, nil
}

// periods are offered: the last quarters and years, the running ones first.
func (p *pages) periods(ctx context.Context, path string, current rating.Period) []component.Tab {
	day := p.Scores.Schemes().WindowDay
	var out []component.Tab
	add := func(x rating.Period) {
		out = append(out, component.Tab{Text: periodText(ctx, x), Href: path + "?ky=" + x.String(), Count: -1, Current: x == current})
	}
	q := rating.Of(calendar.DateOf(p.Now()), day)
	year := rating.Year(q.Year, day)
	for range 4 {
		add(q)
		q = q.Before(day)
	}
	for range 2 {
		add(year)
		year = year.Before(day)
	}
	if !slices.ContainsFunc(out, func(t component.Tab) bool { return t.Current }) {
		add(current)
	}
	return out
}

func periodText(ctx context.Context, p rating.Period) string {
	if p.Quarter == 0 {
		return lang.T(ctx, "rating.period.year", "year", strconv.Itoa(p.Year))
	}
	return lang.T(ctx, "rating.period.quarter", "quarter", strconv.Itoa(p.Quarter), "year", strconv.Itoa(p.Year))
}

// dayText writes a local day.
func dayText(ctx context.Context, d calendar.Date) string {
	if lang.From(ctx) == lang.EN {
		return viet.DateEnglish(d.At(0))
	}
	return viet.Date(d.At(0))
}

// scoresView is a period of all agencies.
type scoresView struct {
	period  rating.Period
	tabs    []component.Tab
	schemes rating.Schemes
	rows    []agencyScore
	now     time.Time
}

type agencyScore struct {
	rating.Score
	name string
}

func (p *pages) scoresView(ctx context.Context, path string, period rating.Period) (scoresView, error) {
	all, err := p.Scores.Agencies(ctx, period)
	v := scoresView{period: period, tabs: p.periods(ctx, path, period), schemes: p.Scores.Schemes(), now: p.Now()}
	for _, s := range all {
		v.rows = append(v.rows, agencyScore{s, p.AgencyName(s.Sums.Agency)})
	}
	slices.SortFunc(v.rows, func(a, b agencyScore) int { return cmp.Compare(viet.SortKey(a.name), viet.SortKey(b.name)) })
	return v, err
}

// version changes when the figures may have: every while for a running period, once when it has ended.
func (p *pages) version(period rating.Period) string {
	return period.String() + "." + strconv.FormatInt(p.Now().UnixNano()/int64(freshness), 10)
}

func (p *pages) publicScores(w http.ResponseWriter, r *http.Request) error {
	period, err := p.asked(r)
	if err != nil {
		return err
	}
	return p.Cache.Serve(w, r, "scores "+period.String(), p.version(period), func() (templ.Component, error) {
		v, err := p.scoresView(r.Context(), publicPath, period)
		if err != nil {
			return nil, err
		}
		return scoresPage(v), nil
	})
}

// scoreView is one agency in a period.
type scoreView struct {
	agencyScore
	period  rating.Period
	tabs    []component.Tab
	schemes rating.Schemes
	now     time.Time
}

func (p *pages) scoreView(ctx context.Context, path string, period rating.Period, id agency.ID) (scoreView, error) {
	s, err := p.Scores.Agency(ctx, period, id)
	return scoreView{
		agencyScore: agencyScore{s, p.AgencyName(id)}, period: period, tabs: p.periods(ctx, path, period), schemes: p.Scores.Schemes(), now: p.Now(),
	}, err
}

// agencyOf is the agency of the address; an unknown one does not exist.
func (p *pages) agencyOf(r *http.Request) (agency.ID, error) {
	id := agency.ID(r.PathValue("agency"))
	if !p.AgencyKnown(id) {
		return "", web.ErrNoPage
	}
	return id, nil
}

func (p *pages) publicScore(w http.ResponseWriter, r *http.Request) error {
	period, err := p.asked(r)
	if err != nil {
		return err
	}
	id, err := p.agencyOf(r)
	if err != nil {
		return err
	}
	path := publicPath + "/" + url.PathEscape(string(id))
	return p.Cache.Serve(w, r, "score "+string(id)+" "+period.String(), p.version(period), func() (templ.Component, error) {
		v, err := p.scoreView(r.Context(), path, period, id)
		if err != nil {
			return nil, err
		}
		return scorePage(v), nil
	})
}

// scoresFile is the public page as a table for machines.
func (p *pages) scoresFile(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	period, err := p.asked(r)
	if err != nil {
		return err
	}
	v, err := p.scoresView(ctx, publicPath, period)
	if err != nil {
		return err
	}
	head := []string{"agency", "name", "from", "until", "dossiers", "with_date", "late", "online", "ratings", "very_satisfied", "satisfied", "not_satisfied"}
	for i := range 9 {
		head = append(head, "tt01_2018_"+strconv.Itoa(i+1))
	}
	head = append(head, "tt01_2018_known", "tt01_2018_total", "tt01_2018_of_18", "tt01_2018_band")
	for _, c := range v.schemes.Five.Criteria {
		head = append(head, "nd118_2025_"+c.ID)
	}
	table := [][]string{head}
	for _, x := range v.rows {
		s := x.Sums
		row := []string{string(s.Agency), x.name, period.From.String(), period.Last().String()}
		for _, n := range []int{s.Dossiers, s.Dated, s.Late, s.Online, s.Rated, s.Very, s.Satisfied, s.Dissatisfied} {
			row = append(row, strconv.Itoa(n))
		}
		for _, i := range x.Nine.Indices {
			row = append(row, known(i.Known, points(i.Tenths, 1, '.')))
		}
		row = append(row, strconv.Itoa(x.Nine.Known), points(x.Nine.Total, 1, '.'), known(x.Nine.Known > 0, points(x.Nine.Scaled, 1, '.')), x.Nine.Band)
		for _, m := range x.Five {
			row = append(row, known(m.Known, points(m.Score, 2, '.')))
		}
		table = append(table, row)
	}
	return writeCSV(w, "danh-gia-"+period.String()+".csv", table)
}

func known(ok bool, text string) string {
	if !ok {
		return ""
	}
	return text
}

// writeCSV answers a table that spreadsheets open as text: marked as UTF-8, and no cell of it is taken for a formula.
func writeCSV(w http.ResponseWriter, name string, table [][]string) error {
	var b bytes.Buffer
	b.WriteString("\ufeff")
	c := csv.NewWriter(&b)
	for _, row := range table {
		for i, cell := range row {
			if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
				row[i] = "'" + cell
			}
		}
		if err := c.Write(row); err != nil {
			return err
		}
	}
	c.Flush()
	return web.WriteFile(w, "text/csv; charset=utf-8", name, false, bytes.NewReader(b.Bytes()))
}

// points writes a number kept in tenths or hundredths.
func points(n, digits int, mark byte) string {
	unit := 1
	for range digits {
		unit *= 10
	}
	rest := strconv.Itoa(n % unit)
	return strconv.Itoa(n/unit) + string(mark) + strings.Repeat("0", digits-len(rest)) + rest
}

// number writes such a number as the language does.
func number(ctx context.Context, n, digits int) string {
	if lang.From(ctx) == lang.EN {
		return points(n, digits, '.')
	}
	return points(n, digits, ',')
}

// percent writes a share kept in hundredths of a percent.
func percent(ctx context.Context, rate int) string { return number(ctx, rate, 2) + " %" }

// insideView is an agency with its officers, and single ratings for procedure control.
type insideView struct {
	scoreView
	id      agency.ID
	people  []rating.Card
	singles []rating.Single
	single  bool
	names   func(person string) string
}

// inside shows the officers of the own agency, or of the one named.
func (p *pages) inside(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	by := actor(ctx)
	period, err := p.asked(r)
	if err != nil {
		return err
	}
	if r.PathValue("agency") == "" && rating.MayReadSingle(by) {
		v, err := p.scoresView(ctx, insidePath, period)
		if err != nil {
			return err
		}
		return web.Render(w, r, http.StatusOK, insideListPage(v))
	}
	id := by.Agency
	path := insidePath
	if r.PathValue("agency") != "" {
		if id, err = p.agencyOf(r); err != nil {
			return err
		}
		path += "/" + url.PathEscape(string(id))
	}
	v := insideView{id: id, single: rating.MayReadSingle(by), names: p.PersonName}
	if v.people, err = p.Scores.People(ctx, by, period, id); err != nil {
		return err
	}
	if v.scoreView, err = p.scoreView(ctx, path, period, id); err != nil {
		return err
	}
	if v.single {
		if v.singles, err = p.Scores.Ratings(ctx, by, period, id); err != nil {
			return err
		}
	}
	slices.SortFunc(v.people, func(a, b rating.Card) int {
		return cmp.Compare(viet.SortKey(v.names(a.Sums.Person)), viet.SortKey(v.names(b.Sums.Person)))
	})
	return web.Render(w, r, http.StatusOK, insidePage(v))
}

// peopleFile is the officers of an agency as a table.
func (p *pages) peopleFile(w http.ResponseWriter, r *http.Request) error {
	period, err := p.asked(r)
	if err != nil {
		return err
	}
	id, err := p.agencyOf(r)
	if err != nil {
		return err
	}
	people, err := p.Scores.People(r.Context(), actor(r.Context()), period, id)
	if err != nil {
		return err
	}
	table := [][]string{{"officer", "from", "until", "dossiers", "ratings", "tt01_2018_1", "tt01_2018_2", "tt01_2018_3", "tt01_2018_4", "tt01_2018_7", "known", "total", "of_10", "percent", "band"}}
	for _, c := range people {
		row := []string{p.PersonName(c.Sums.Person), period.From.String(), period.Last().String(), strconv.Itoa(c.Sums.Dossiers), strconv.Itoa(c.Sums.Rated)}
		for _, i := range c.Indices {
			row = append(row, known(i.Known, points(i.Tenths, 1, '.')))
		}
		table = append(table, append(row, strconv.Itoa(c.Known), points(c.Total, 1, '.'), points(c.Scaled, 1, '.'), strconv.Itoa(c.Percent), c.Band))
	}
	return writeCSV(w, "can-bo-"+string(id)+"-"+period.String()+".csv", table)
}

// itemsText names what was judged in a single rating.
func itemsText(ctx context.Context, items string) string {
	var out []string
	for _, x := range strings.Fields(items) {
		id, g, _ := strings.Cut(x, "=")
		out = append(out, lang.T(ctx, "rating.item."+id)+": "+gradeText(ctx, dossier.Grade(g)))
	}
	return strings.Join(out, "; ")
}

func today(now time.Time) calendar.Date { return calendar.DateOf(now) }
