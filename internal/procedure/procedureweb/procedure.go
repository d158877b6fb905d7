package procedureweb

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/a-h/templ"

	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/procedure/find"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

// localCode is a code as provincial systems write it: the national code and the code of an agency.
var localCode = regexp.MustCompile(`^(\d{1,2}\.\d{6})\.[0-9.]{1,24}[A-Z]\d{2}(?:\.\d{1,3})*$`)

// procedure shows one procedure with everything the law asks to be shown.
func (p *pages) procedure(w http.ResponseWriter, r *http.Request) error {
	e, code := p.edition(), r.PathValue("code")
	err := p.cache.Serve(w, r, code, e.version, func() (templ.Component, error) {
		v, err := e.cat.Version(code, e.dayText)
		if err != nil {
			return nil, err
		}
		s, err := p.sheet(r.Context(), e, v)
		return procedurePage(s), err
	})
	return p.absent(w, r, e, err)
}

// papers shows the list of papers alone, to be printed and ticked.
func (p *pages) papers(w http.ResponseWriter, r *http.Request) error {
	e, code := p.edition(), r.PathValue("code")
	err := p.cache.Serve(w, r, code+"/giay-to", e.version, func() (templ.Component, error) {
		v, err := e.cat.Version(code, e.dayText)
		if err != nil {
			return nil, err
		}
		ctx := r.Context()
		terms := e.cat.Terms(v, e.cat.OfferOf(v, e.dayText).Form.Digest)
		return papersPage(sheet{V: v, Groups: groups(ctx, v, terms), Limit: limitShort(ctx, v), Fee: feeShort(ctx, v), Agency: agencyShort(ctx, e, e.cat.OfferOf(v, e.dayText))}), nil
	})
	return p.absent(w, r, e, err)
}

// absent answers for a code that has no page: its other address, what ended and what there is instead, or help.
func (p *pages) absent(w http.ResponseWriter, r *http.Request, e edition, err error) error {
	code := r.PathValue("code")
	switch {
	case err == nil:
		return nil
	case errors.Is(err, procedure.ErrRetired):
		return web.Render(w, r, http.StatusGone, retiredPage(p.retired(r.Context(), e, code)))
	case errors.Is(err, procedure.ErrUnknown):
		if m := localCode.FindStringSubmatch(strings.ToUpper(code)); m != nil {
			return moved(w, strings.Replace(r.URL.EscapedPath(), url.PathEscape(code), url.PathEscape(m[1]), 1))
		}
		return web.Render(w, r, http.StatusNotFound, unknownPage(p.unknown(r.Context(), e, code)))
	}
	return err
}

// sheet is a procedure as its page shows it.
type sheet struct {
	V         *procedure.Version
	Limit     string
	Fee       string
	Agency    string
	Online    string
	Levels    string
	Subjects  []string
	Groups    []paperGroup
	Channels  component.Grid
	Notes     []channelNote
	Exempt    []string // sentences on who is exempt or pays less
	Places    []placeView
	ByCommune bool
	Communes  int
	Steps     []*block
	Condition []*block
	Results   component.Grid
	Bases     component.Grid
	Form      []string // titles of the e-form's sections
	Official  []component.Fact
	Earlier   []string // earlier versions, with their dates
	Figures   []component.Fact
	AsOf      string
	Related   []*block
	Near      []entry
	Sector    entry
	MayFile   bool
	Unclear   int // how many things the source leaves open
}

type channelNote struct {
	Name   string
	Blocks []*block
}

type placeView struct {
	Name  string
	Href  string
	Facts []component.Fact
}

// placesShown bounds how many agencies a page names in full; the applicant chooses among all when filing.
const placesShown = 4

func (p *pages) sheet(ctx context.Context, e edition, v *procedure.Version) (sheet, error) {
	o := e.cat.OfferOf(v, e.dayText)
	terms := e.cat.Terms(v, o.Form.Digest)
	s := sheet{
		V: v, Limit: limitShort(ctx, v), Fee: feeShort(ctx, v), Agency: agencyShort(ctx, e, o), Online: onlineLevel(ctx, v),
		Levels: levelsText(ctx, v), Subjects: v.Subjects, Groups: groups(ctx, v, terms), Steps: outline(v.Steps),
		MayFile: v.Online != "none" && len(o.Agencies) > 0,
	}
	if !noInformation(v.Conditions) && !strings.EqualFold(strings.Trim(v.Conditions, " .-"), "Không") {
		s.Condition = outline(v.Conditions)
	}
	s.channels(ctx, v)
	s.cases(ctx, v, terms)
	s.ByCommune = o.ByCommune
	if o.ByCommune {
		s.Communes = len(o.Agencies)
	} else {
		for _, id := range o.Agencies[:min(len(o.Agencies), placesShown)] {
			a, ok := e.cat.Tree().At(id, e.dayText)
			if ok {
				s.Places = append(s.Places, placeView{e.agencyName(ctx, id), "/co-quan/" + url.PathEscape(string(id)), e.place(ctx, a)})
			}
		}
	}
	s.results(ctx, v)
	s.bases(ctx, v)
	if f := o.Form.Value; f != nil {
		for _, sec := range f.Layout.Sections {
			title := sec.Title
			if english(ctx) && sec.TitleEn != "" {
				title = sec.TitleEn
			}
			s.Form = append(s.Form, title)
		}
	}
	s.official(ctx, e, v, o)
	s.Sector = entry{v.Sector, "/linh-vuc/" + url.PathEscape(procedure.Slug(v.Sector)), len(e.cat.InSector(procedure.Slug(v.Sector), e.dayText))}
	if !noInformation(v.Related) {
		s.Related = outline(v.Related)
	}
	s.Near = p.near(e, v)
	for _, m := range v.Marks {
		if strings.HasPrefix(m.Reason, "limit.") || strings.HasPrefix(m.Reason, "fee.") || strings.HasPrefix(m.Reason, "channel") || strings.HasPrefix(m.Reason, "component") {
			s.Unclear++
		}
	}
	if p.Figures != nil {
		c, err := p.Figures.YearToDate(context.WithoutCancel(ctx), v.Code, e.now)
		if err != nil {
			return s, err
		}
		s.AsOf, s.Figures = momentText(ctx, e.now), figureFacts(ctx, c)
	}
	return s, nil
}

func figureFacts(ctx context.Context, c Counts) []component.Fact {
	if c.Received == 0 && c.Resolved == 0 {
		return nil
	}
	facts := []component.Fact{
		{Name: lang.T(ctx, "procedure.figures.received"), Value: number(ctx, c.Received)},
		{Name: lang.T(ctx, "procedure.figures.received-online"), Value: number(ctx, c.ReceivedOnline)},
		{Name: lang.T(ctx, "procedure.figures.resolved"), Value: number(ctx, c.Resolved)},
		{Name: lang.T(ctx, "procedure.figures.resolved-online"), Value: number(ctx, c.ResolvedOnline)},
	}
	if c.Resolved > 0 {
		tenths := (c.OnTime*1000 + c.Resolved/2) / c.Resolved
		sep := ","
		if english(ctx) {
			sep = "."
		}
		facts = append(facts, component.Fact{Name: lang.T(ctx, "procedure.figures.on-time"), Value: itoa(tenths/10) + sep + itoa(tenths%10) + " %"})
	}
	return facts
}

var lessToPay = regexp.MustCompile(`(?i)miễn|giảm`)

func (s *sheet) channels(ctx context.Context, v *procedure.Version) {
	m := marks(v)
	s.Channels = component.Grid{
		Caption: lang.T(ctx, "procedure.channels"), Stack: true,
		Columns: []component.Column{{Title: lang.T(ctx, "procedure.channel"), Width: "narrow"}, {Title: lang.T(ctx, "procedure.time")}, {Title: lang.T(ctx, "procedure.cost")}},
	}
	exempt := func(text string) {
		if lessToPay.MatchString(text) && !strings.EqualFold(strings.TrimSpace(text), "Miễn phí") && !slices.Contains(s.Exempt, text) {
			s.Exempt = append(s.Exempt, text)
		}
	}
	var told []toldChannel
	for i, c := range v.Channels {
		field := "channels[" + strconv.Itoa(i) + "]"
		var limits, fees []term
		for j, l := range c.Limits {
			limits = append(limits, limitTerm(ctx, l, m[field+".limits["+strconv.Itoa(j)+"]"]))
		}
		if len(limits) == 0 {
			limits = []term{{Unclear: lang.T(ctx, "procedure.limit.missing")}}
		}
		for j, f := range c.Fees {
			fees = append(fees, feeTerm(ctx, f, m[field+".fees["+strconv.Itoa(j)+"]"]))
			exempt(f.Case)
		}
		if len(fees) == 0 {
			fees = []term{{Unclear: lang.T(ctx, "procedure.fee.missing")}}
		}
		for _, row := range rowsOf(limits, fees) {
			row.name = channelName(ctx, c.Kind)
			same := slices.IndexFunc(told, func(t toldChannel) bool { return slices.Equal(t.limits, row.limits) && slices.Equal(t.fees, row.fees) })
			if same >= 0 {
				told[same].name += ", " + lower(row.name)
			} else {
				told = append(told, row)
			}
		}
		if !noInformation(c.Note) {
			s.note(channelName(ctx, c.Kind), c.Note)
			exempt(c.Note)
		}
	}
	for _, t := range told {
		s.Channels.Rows = append(s.Channels.Rows, component.Row{Cells: []component.Cell{{Text: t.name}, {Content: terms(t.limits)}, {Content: terms(t.fees)}}})
	}
	if mark, ok := m["channels"]; ok {
		s.Notes = append(s.Notes, channelNote{lang.T(ctx, "procedure.channels-verbatim"), outline(mark.Verbatim)})
	}
}

// cases tells what depends on the case: conditions for filing, limits and fees by their tables.
func (s *sheet) cases(ctx context.Context, v *procedure.Version, t *procedure.Terms) {
	var reasons []string
	for _, e := range v.Eligible {
		reasons = append(reasons, e.Say(lang.From(ctx)))
	}
	limits, fees := t.Sentences(lang.From(ctx))
	for _, n := range []struct {
		key   string
		lines []string
	}{{"filing.eligible.title", reasons}, {"procedure.limits-by-case", limits}, {"procedure.fees-by-case", fees}} {
		if len(n.lines) > 0 {
			s.Notes = append(s.Notes, channelNote{lang.T(ctx, n.key), outline(strings.Join(n.lines, "\n"))})
		}
	}
}

// toldChannel is one row of the table: the channels that take equally long and cost the same.
type toldChannel struct {
	name         string
	limits, fees []term
}

// rowsOf sets times and costs side by side. Where both tell of the same cases each case is a row, and its
// words stand once; where the cost is the same in all, it stands once.
func rowsOf(limits, fees []term) []toldChannel {
	sameCase := func(a, b term) bool { return a.Case == b.Case }
	if !slices.EqualFunc(limits, fees, sameCase) {
		return []toldChannel{{limits: limits, fees: fees}}
	}
	costs := slices.Clone(fees)
	for i := range costs {
		costs[i].Case = ""
	}
	if one := slices.Compact(slices.Clone(costs)); len(one) == 1 {
		return []toldChannel{{limits: limits, fees: one}}
	}
	var rows []toldChannel
	for i := range limits {
		rows = append(rows, toldChannel{limits: limits[i : i+1], fees: costs[i : i+1]})
	}
	return rows
}

func lower(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToLower(r)) + s[n:]
}

// note adds what a channel says about itself; equal words of two channels stand once, under both names.
func (s *sheet) note(name, words string) {
	blocks := outline(words)
	for i := range s.Notes {
		if slices.EqualFunc(s.Notes[i].Blocks, blocks, sameBlock) {
			s.Notes[i].Name += ", " + lower(name)
			return
		}
	}
	s.Notes = append(s.Notes, channelNote{name, blocks})
}

func sameBlock(a, b *block) bool {
	return a.kind == b.kind && a.mark == b.mark && a.text == b.text && slices.EqualFunc(a.inside, b.inside, sameBlock)
}

// paperGroup is the papers of one case.
type paperGroup struct {
	Title string    // short heading, empty for none
	Words []*block  // the case in full, where it is too long for a heading
	Parts []segment // papers and remarks in the order of the source
}

// segment is papers to be ticked, or a remark between them.
type segment struct {
	Papers []component.Fact
	Remark []*block
}

const longHeading = 110

func groups(ctx context.Context, v *procedure.Version, t *procedure.Terms) []paperGroup {
	m := marks(v)
	var out []paperGroup
	current := ""
	// Papers of no group are asked of everybody: they stand first, whatever their place in the source. Remarks
	// of no group stand last, so that they do not come before what they remark on.
	order := make([]int, 0, len(v.Components))
	common := slices.ContainsFunc(v.Components, func(c procedure.Component) bool { return c.Group == "" && !c.Note })
	for _, grouped := range []bool{!common, common} {
		for i, c := range v.Components {
			if (c.Group != "") == grouped {
				order = append(order, i)
			}
		}
	}
	for _, i := range order {
		c := v.Components[i]
		if len(out) == 0 || c.Group != current {
			current = c.Group
			g := paperGroup{}
			if c.Group == "" && len(out) > 0 {
				g.Title = lang.T(ctx, "procedure.paper.remarks")
			}
			if title := strings.Trim(c.Group, "*-+•: \n"); utf8.RuneCountInString(title) > longHeading || strings.Contains(title, "\n") {
				g.Title, g.Words = lang.T(ctx, "procedure.paper.case", "n", len(out)+1), outline(c.Group)
			} else if title != "" {
				g.Title = title
			}
			out = append(out, g)
		}
		g := &out[len(out)-1]
		n := len(g.Parts)
		if c.Note {
			g.Parts = append(g.Parts, segment{Remark: outline(c.Name)})
			continue
		}
		if n == 0 || g.Parts[n-1].Remark != nil {
			g.Parts = append(g.Parts, segment{})
			n++
		}
		g.Parts[n-1].Papers = append(g.Parts[n-1].Papers, paper(ctx, c, m["components["+strconv.Itoa(i)+"]"], t.Why(c.ID, lang.From(ctx))))
	}
	return out
}

func paper(ctx context.Context, c procedure.Component, m procedure.Mark, why string) component.Fact {
	name, rest := splitName(c.Name)
	d := paperView{Rest: rest, Count: copies(ctx, c), Templates: c.Templates, Reuse: c.Reuse, Required: c.Required}
	if why != "" {
		d.When = lang.T(ctx, "filing.paper-when", "why", why)
	}
	if m.Reason == "component.quantity-unclear" {
		d.Unclear = lang.T(ctx, "procedure.paper.unclear", "words", m.Verbatim)
	}
	return component.Fact{Name: name, Content: paperDetail(d)}
}

type paperView struct {
	Rest      []*block
	Count     string
	Templates []string
	Reuse     string
	Required  bool
	When      string // the sentence that makes it required
	Unclear   string
}

// longName is the letters beyond which a paper's name is a text: its head is the name, the rest stands below.
const longName = 150

func splitName(text string) (name string, rest []*block) {
	blocks := outline(text)
	if len(blocks) == 0 {
		return text, nil
	}
	first := blocks[0]
	name = first.text
	if first.mark != "" {
		name = first.mark + " " + name
	}
	rest = append(slices.Clone(first.inside), blocks[1:]...)
	if utf8.RuneCountInString(name) <= longName {
		return name, rest
	}
	const least = 24
	for i, r := range name {
		if i < least || !strings.ContainsRune(";:,.(", r) {
			continue
		}
		end := i + utf8.RuneLen(r)
		if r == '(' {
			end = i
		} else if end < len(name) && name[end] != ' ' {
			continue // 1.500, 3x4,5
		}
		if tail := strings.TrimSpace(name[end:]); utf8.RuneCountInString(tail) >= least {
			return strings.TrimSpace(name[:end]), append([]*block{{text: tail}}, rest...)
		}
		break
	}
	return name, rest
}

func (s *sheet) results(ctx context.Context, v *procedure.Version) {
	s.Results = component.Grid{
		Caption: lang.T(ctx, "procedure.results"), Stack: true,
		Columns: []component.Column{{Title: lang.T(ctx, "procedure.result")}, {Title: lang.T(ctx, "procedure.result-code"), Width: "narrow"}},
	}
	for _, r := range v.Results {
		code := r.Code
		if code == "" {
			code = lang.T(ctx, "procedure.unstated")
		}
		s.Results.Rows = append(s.Results.Rows, component.Row{Cells: []component.Cell{{Content: source(outline(r.Name))}, {Text: code}}})
	}
}

// longNumber is the letters beyond which the number of a text is broken over lines; the source writes names there too.
const longNumber = 20

func (s *sheet) bases(ctx context.Context, v *procedure.Version) {
	s.Bases = component.Grid{
		Caption: lang.T(ctx, "procedure.bases"), Stack: true,
		Columns: []component.Column{{Title: lang.T(ctx, "procedure.base.number"), Width: "narrow"}, {Title: lang.T(ctx, "procedure.base.name")}},
	}
	for _, b := range v.Bases {
		n, name := b.Number, b.Name
		if n == "" {
			n = lang.T(ctx, "procedure.base.no-number")
		}
		if name == "" || name == b.Number {
			name = "—"
		}
		var about []string
		if b.Date != "" {
			about = append(about, dayText(ctx, b.Date))
		}
		if b.Issuer != "" {
			about = append(about, b.Issuer)
		}
		s.Bases.Rows = append(s.Bases.Rows, component.Row{Cells: []component.Cell{{Text: n, Code: utf8.RuneCountInString(n) <= longNumber}, {Text: name, Note: strings.Join(about, " · ")}}})
	}
}

// official is the procedure's entry as it was published: names, codes, agencies, decision, dates.
func (s *sheet) official(ctx context.Context, e edition, v *procedure.Version, o procedure.Offer) {
	add := func(key, value string) {
		if noInformation(value) {
			value = lang.T(ctx, "procedure.unstated")
		}
		s.Official = append(s.Official, component.Fact{Name: lang.T(ctx, key), Value: value})
	}
	some := func(key, value string) {
		if !noInformation(value) {
			add(key, value)
		}
	}
	add("procedure.code", v.Code)
	add("procedure.name", v.Name)
	add("procedure.sector", v.Sector)
	some("procedure.ministry", v.Ministry)
	add("procedure.levels", s.Levels)
	add("procedure.online", s.Online)
	some("procedure.kind", v.Kind)
	add("procedure.resolves", strings.Join(resolvers(ctx, e, o), "\n"))
	some("procedure.executor", v.Executor)
	some("procedure.authority", v.Authority)
	some("procedure.delegate", v.Delegate)
	some("procedure.partner", v.Partner)
	some("procedure.address", v.Address)
	if v.Sets > 0 {
		add("procedure.sets", lang.T(ctx, "procedure.sets-count", "n", v.Sets))
	} else {
		add("procedure.sets", "")
	}
	add("procedure.decision", v.Decision)
	add("procedure.in-force", s.period(ctx, v))
	for _, old := range e.cat.Versions(v.Code) {
		if old.Number != v.Number {
			s.Earlier = append(s.Earlier, lang.T(ctx, "procedure.version", "n", old.Number, "period", s.period(ctx, old)))
		}
	}
}

func (s *sheet) period(ctx context.Context, v *procedure.Version) string {
	if v.Until == "" {
		return lang.T(ctx, "procedure.since", "n", v.Number, "from", dayText(ctx, v.From))
	}
	return lang.T(ctx, "procedure.between", "n", v.Number, "from", dayText(ctx, v.From), "until", dayText(ctx, v.Until))
}

// resolvers names the agencies that resolve, with their codes.
func resolvers(ctx context.Context, e edition, o procedure.Offer) []string {
	if o.ByCommune {
		return []string{lang.T(ctx, "procedure.by-commune", "n", number(ctx, len(o.Agencies)))}
	}
	var out []string
	for _, id := range o.Agencies {
		line := e.agencyName(ctx, id)
		if a, ok := e.cat.Tree().At(id, e.dayText); ok && a.Code != "" {
			line += " (" + a.Code + ")"
		}
		out = append(out, line)
	}
	return out
}

// near are other procedures people look for from here: those whose names say almost the same.
func (p *pages) near(e edition, v *procedure.Version) []entry {
	const most = 5
	var out []entry
	for _, h := range p.Finder.Search(v.Name, find.Options{N: most + 1, Sector: v.Sector}) {
		if other, err := e.cat.Version(h.Code, e.dayText); err == nil && other.Code != v.Code && len(out) < most {
			out = append(out, entry{Text: other.Name, Href: path(other.Code)})
		}
	}
	return out
}

type absentView struct {
	Code   string
	Name   string // when it is known
	When   string // when it ended, or when it will begin
	Listed bool
	Near   []component.Found
	Lead   string // what Near is
}

func (p *pages) retired(ctx context.Context, e edition, code string) absentView {
	v := absentView{Code: code}
	versions := e.cat.Versions(code)
	for _, old := range slices.Backward(versions) {
		if old.Until != "" && old.Until <= e.dayText {
			v.Name, v.When = old.Name, dayText(ctx, old.Until)
			break
		}
	}
	// A procedure names those that took its place in its own text, or they name it in theirs.
	seen := map[string]bool{code: true}
	add := func(one *procedure.Version) {
		if !seen[one.Code] {
			seen[one.Code] = true
			v.Near = append(v.Near, p.found(ctx, e, one))
		}
	}
	if len(versions) > 0 {
		for _, c := range codes.FindAllString(versions[len(versions)-1].Related, -1) {
			if one, err := e.cat.Version(c, e.dayText); err == nil {
				add(one)
			}
		}
	}
	for _, one := range e.cat.All(e.dayText) {
		if strings.Contains(one.Related, code) {
			add(one)
		}
	}
	v.Lead = lang.T(ctx, "absent.successor")
	if len(v.Near) == 0 {
		v.Lead = lang.T(ctx, "absent.alike")
		p.alike(e, v.Name, add)
	}
	return v
}

var codes = regexp.MustCompile(`\b\d{1,2}\.\d{6}\b`)

func (p *pages) alike(e edition, text string, add func(*procedure.Version)) {
	const most = 5
	if text == "" {
		return
	}
	for _, h := range p.Finder.Search(text, find.Options{N: most}) {
		if one, err := e.cat.Version(h.Code, e.dayText); err == nil {
			add(one)
		}
	}
}

func (p *pages) unknown(ctx context.Context, e edition, code string) absentView {
	code, _ = web.Clean(code)
	v := absentView{Code: shorten(code, 40), Lead: lang.T(ctx, "absent.alike")}
	for _, l := range e.cat.Listed() {
		if l.Code == code {
			v.Name, v.Listed = l.Name, true
		}
	}
	for _, one := range e.cat.Versions(code) {
		if one.From > e.dayText {
			v.Name, v.When = one.Name, dayText(ctx, one.From)
			break
		}
	}
	text := v.Name
	if text == "" {
		text = code
	}
	seen := map[string]bool{}
	p.alike(e, text, func(one *procedure.Version) {
		if !seen[one.Code] {
			seen[one.Code] = true
			v.Near = append(v.Near, p.found(ctx, e, one))
		}
	})
	return v
}

func unknownText(ctx context.Context, v absentView) string {
	switch {
	case v.When != "":
		return lang.T(ctx, "absent.future", "name", v.Name, "day", v.When)
	case v.Listed:
		return lang.T(ctx, "absent.listed", "name", v.Name)
	}
	return lang.T(ctx, "absent.unknown-text", "code", v.Code)
}

// description is the page in one sentence, for search engines.
func description(ctx context.Context, s sheet) string {
	return lang.T(ctx, "procedure.description", "name", shorten(s.V.Name, 120), "limit", s.Limit, "fee", s.Fee, "agency", s.Agency)
}

// headingSize sets long legal names smaller, so that they stay a heading and not a page.
func headingSize(name string) string {
	switch n := utf8.RuneCountInString(name); {
	case n > 240:
		return "h-small"
	case n > 110:
		return "h-middle"
	}
	return ""
}
