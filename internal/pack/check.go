package pack

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/deadline"
	"github.com/motcua/motcua/internal/eform"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/rule"
)

// Forms of ids and codes.
var (
	idForm = regexp.MustCompile(`^[a-z0-9]+(?:-[a-z0-9]+)*$`)
	// QĐ 20/2020/QĐ-TTg arts 4 to 6: one letter A to Y and two digits, then groups; at most 35 characters.
	agencyCode    = regexp.MustCompile(`^[A-Y]\d{2}(?:\.[0-9A-Z]{1,6})*$`)
	provinceCode  = regexp.MustCompile(`^[A-Y]\d{2}$`)
	procedureCode = regexp.MustCompile(`^\d{1,2}\.\d{6}(?:\.\d{3}\.\d{2}\.\d{2}\.[A-Z]\d{2})?$`)
	placeCode     = regexp.MustCompile(`^\d{5}$`)
)

// openEnd is a day after every date a pack states: what stands on it stands for good.
const openEnd = "9998-12-31"

// Check returns everything that would not work once the pack is published. A pack without
// problems can be published: every procedure has a form that can be asked, a process that
// ends, and at each step somebody who holds it.
func Check(p *Pack) []Problem { return CheckFrom(p, openEnd) }

// CheckFrom is Check, and looks also at what stands on a day (yyyy-mm-dd) and at every later one on which an agency
// or a post begins or ends: a step that nobody holds for a month is found too.
func CheckFrom(p *Pack, day string) []Problem {
	c := newChecker(p, day)
	c.head()
	c.agencies()
	c.posts()
	c.people()
	c.hours()
	c.rights()
	c.routing()
	c.forms()
	c.processes()
	c.procedures()
	slices.SortStableFunc(c.problems, func(a, b Problem) int {
		if a.File != b.File {
			return strings.Compare(a.File, b.File)
		}
		return a.Line - b.Line
	})
	return c.problems
}

// Catalogue returns the pack as if it were published for all time, for checks and simulations.
func (p *Pack) Catalogue() *procedure.Catalogue {
	c := procedure.Content{
		Versions: p.Procedures, Agencies: p.Agencies, Posts: p.Posts, Hours: p.Hours,
		Routing:  []procedure.Dated[[]procedure.Route]{{ID: "routing", Number: 1, Value: p.Routing}},
		General:  []procedure.Dated[procedure.General]{{ID: "general", Number: 1, Value: p.General}},
		Homes:    []procedure.Dated[agency.Home]{{ID: "home", Number: 1, Value: p.Home}},
		Rights:   []procedure.Dated[map[string][]string]{{ID: "rights", Number: 1, Value: p.Rights}},
		Synonyms: []procedure.Dated[string]{{ID: "synonyms", Number: 1, Value: p.Synonyms}},
	}
	for _, f := range p.Forms {
		c.Forms = append(c.Forms, procedure.Form{ID: f.ID, Number: 1, Digest: procedure.SumOf(f), Value: f})
	}
	for _, w := range p.Processes {
		c.Processes = append(c.Processes, procedure.Process{ID: w.ID, Number: 1, Digest: w.Digest, Value: w})
	}
	return procedure.NewCatalogue(c)
}

type checker struct {
	p         *Pack
	day       string // from which on it has to work
	tree      *agency.Tree
	catalogue *procedure.Catalogue
	problems  []Problem
}

func newChecker(p *Pack, day string) *checker {
	return &checker{p: p, day: day, tree: agency.NewTree(p.Agencies, p.Posts), catalogue: p.Catalogue()}
}

// at is the place of the i-th thing of a file or folder.
func (c *checker) at(of string, i int) place { return c.p.where[of+"#"+strconv.Itoa(i)] }

func (c *checker) bad(at place, below, format string, args ...any) {
	c.problems = append(c.problems, said(at.name, c.p.line(at, below), format, args...))
}

func (c *checker) head() {
	p, at := c.p, c.at("pack.yaml", 0)
	if !idForm.MatchString(p.ID) {
		c.bad(at, ".id", "id %q must be small letters, digits and hyphens", p.ID)
	}
	if p.Title == "" {
		c.bad(at, ".title", "title is missing")
	}
	if p.Version == "" {
		c.bad(at, ".version", "version is missing")
	}
	if !provinceCode.MatchString(p.Home.Code) {
		c.bad(at, ".province.code", "province code %q must be a letter and two digits, such as H99", p.Home.Code)
	}
	if p.Home.Name == "" {
		c.bad(at, ".province.name", "the province has no name")
	}
	if p.Home.ID == "" {
		c.bad(at, ".province.id", "the province has no id")
	}
	if _, ok := p.Form(p.General.Form); !ok {
		c.bad(at, ".general.form", "general form %q does not exist in forms/", p.General.Form)
	}
	if _, ok := p.Process(p.General.Process); !ok {
		c.bad(at, ".general.process", "general process %q does not exist in processes/", p.General.Process)
	}
	if p.Home.Hours != "" && !c.hasHours(p.Home.Hours) {
		c.bad(at, ".province.hours", "office hours %q do not exist in hours.yaml", p.Home.Hours)
	}
}

func (c *checker) hasHours(id string) bool {
	return slices.ContainsFunc(c.p.Hours, func(h agency.Hours) bool { return h.ID == id })
}

// dates checks a span.
func (c *checker) dates(at place, from, until string) {
	for key, day := range map[string]string{".from": from, ".until": until} {
		if day != "" && !isDay(day) {
			c.bad(at, key, "%q is not a day of the form yyyy-mm-dd", day)
		}
	}
	if from != "" && until != "" && until <= from {
		c.bad(at, ".until", "ends on %s, before it begins on %s", until, from)
	}
}

func isDay(s string) bool { _, err := calendar.ParseDate(s); return err == nil }

func overlap(fromA, untilA, fromB, untilB string) bool {
	return (untilA == "" || fromB < untilA) && (untilB == "" || fromA < untilB)
}

func (c *checker) agencies() {
	kinds := []agency.Kind{
		agency.PeopleCommittee, agency.CommitteeOffice, agency.Department, agency.SubDepartment, agency.VerticalAgency, agency.PublicServiceCentre,
	}
	levels := []agency.Level{agency.Ministry, agency.Province, agency.District, agency.Commune}
	known := func(id agency.ID) bool { _, ok := c.tree.Ever(id); return ok }
	for i, a := range c.p.Agencies {
		at := c.at("agencies.yaml", i)
		if !idForm.MatchString(string(a.ID)) {
			c.bad(at, ".id", "agency id %q must be small letters, digits and hyphens", a.ID)
		}
		if a.Name == "" {
			c.bad(at, ".name", "agency %s has no name", a.ID)
		}
		if !agencyCode.MatchString(a.Code) || len(a.Code) > 35 {
			c.bad(at, ".code", "agency code %q must look like H99.05, at most 35 characters", a.Code)
		}
		if !slices.Contains(kinds, a.Kind) {
			c.bad(at, ".kind", "kind %q of agency %s is unknown", a.Kind, a.ID)
		}
		if !slices.Contains(levels, a.Level) {
			c.bad(at, ".level", "level %q of agency %s is unknown", a.Level, a.ID)
		}
		c.dates(at, a.From, a.Until)
		for j, b := range c.p.Agencies[:i] {
			if !overlap(a.From, a.Until, b.From, b.Until) {
				continue
			}
			switch {
			case a.ID == b.ID:
				c.bad(at, ".id", "agency %s is declared twice for the same days (also at line %d)", a.ID, c.p.line(c.at("agencies.yaml", j), ".id"))
			case a.Code == b.Code && a.Code != "":
				c.bad(at, ".code", "code %s belongs to %s already", a.Code, b.ID)
			case a.Place == b.Place && a.Place != "" && a.Kind == agency.PeopleCommittee && b.Kind == a.Kind:
				c.bad(at, ".place", "place %s is governed by %s already", a.Place, b.ID)
			}
		}
		for key, id := range map[string]agency.ID{".parent": a.Parent, ".desk": a.Desk, ".successor": a.Successor} {
			if id != "" && !known(id) {
				c.bad(at, key, "agency %q, named by %s, does not exist", id, a.ID)
			}
		}
		if c.circular(a.ID) {
			c.bad(at, ".parent", "agency %s stands above itself", a.ID)
		}
		if a.Until != "" && a.Successor == "" && !slices.ContainsFunc(c.p.Agencies, func(b agency.Agency) bool { return b.ID == a.ID && b.From >= a.Until }) {
			c.bad(at, ".until", "agency %s ends on %s and names no successor", a.ID, a.Until)
		}
		if a.Hours != "" && !c.hasHours(a.Hours) {
			c.bad(at, ".hours", "office hours %q do not exist in hours.yaml", a.Hours)
		}
		if a.Kind == agency.PeopleCommittee && a.Level == agency.Commune && !placeCode.MatchString(a.Place) {
			c.bad(at, ".place", "people's committee %s needs the five digits of its commune as place", a.ID)
		}
		units := map[string]bool{}
		for j, u := range a.Units {
			below := fmt.Sprintf(".units[%d]", j)
			switch {
			case !idForm.MatchString(u.ID):
				c.bad(at, below, "unit id %q must be small letters, digits and hyphens", u.ID)
			case units[u.ID]:
				c.bad(at, below, "unit %s is declared twice in %s", u.ID, a.ID)
			case u.Name == "":
				c.bad(at, below, "unit %s has no name", u.ID)
			}
			units[u.ID] = true
		}
	}
}

func (c *checker) circular(id agency.ID) bool {
	at := id
	for range c.p.Agencies {
		a, ok := c.tree.Ever(at)
		if !ok || a.Parent == "" {
			return false
		}
		if at = a.Parent; at == id {
			return true
		}
	}
	return false // a loop higher up is reported at its own members
}

func hasUnit(a agency.Agency, unit string) bool {
	return slices.ContainsFunc(a.Units, func(u agency.Unit) bool { return u.ID == unit })
}

func (c *checker) posts() {
	for i, p := range c.p.Posts {
		at := c.at("posts.yaml", i)
		if !idForm.MatchString(p.ID) {
			c.bad(at, ".id", "post id %q must be small letters, digits and hyphens", p.ID)
		}
		c.dates(at, p.From, p.Until)
		for _, o := range c.p.Posts[:i] {
			if o.ID == p.ID && overlap(p.From, p.Until, o.From, o.Until) {
				c.bad(at, ".id", "post %s is declared twice for the same days", p.ID)
				break
			}
		}
		a, ok := c.tree.Ever(p.Agency)
		switch {
		case !ok:
			c.bad(at, ".agency", "agency %q of post %s does not exist", p.Agency, p.ID)
		case p.Unit != "" && !hasUnit(a, p.Unit):
			c.bad(at, ".unit", "agency %s has no unit %q", p.Agency, p.Unit)
		}
		if p.Title == "" {
			c.bad(at, ".title", "post %s has no title", p.ID)
		}
		if len(p.Roles) == 0 {
			c.bad(at, ".roles", "post %s carries no role", p.ID)
		}
		for j, r := range p.Roles {
			below := fmt.Sprintf(".roles[%d]", j)
			if !access.KnownRole(r) {
				c.bad(at, below, "role %q is unknown", r)
			} else if len(c.p.Rights[r]) == 0 {
				c.bad(at, below, "role %s has no rights in rights.yaml", r)
			}
		}
	}
}

func (c *checker) people() {
	ids, signIns := map[string]bool{}, map[string]bool{}
	for i, p := range c.p.People {
		at := c.at("people.yaml", i)
		if !idForm.MatchString(p.ID) || ids[p.ID] {
			c.bad(at, ".id", "person id %q is declared twice or not of small letters, digits and hyphens", p.ID)
		}
		if p.Name == "" {
			c.bad(at, ".name", "person %s has no name", p.ID)
		}
		if p.SignIn == "" || signIns[p.SignIn] {
			c.bad(at, ".sign_in", "sign-in %q of %s is missing or taken", p.SignIn, p.ID)
		}
		ids[p.ID], signIns[p.SignIn] = true, true
		for j, id := range p.Posts {
			if !slices.ContainsFunc(c.p.Posts, func(q agency.Post) bool { return q.ID == id }) {
				c.bad(at, fmt.Sprintf(".posts[%d]", j), "post %q does not exist", id)
			}
		}
		if p.Citizen == nil {
			if len(p.Posts) == 0 {
				c.bad(at, "", "person %s holds no post and is no citizen", p.ID)
			}
			continue
		}
		if n, ok := eform.ReadPersonalNumber(p.Citizen.Number); !ok || n != p.Citizen.Number {
			c.bad(at, ".citizen.number", "personal number %q is not one of 12 digits", p.Citizen.Number)
		}
		if !isDay(p.Citizen.Birth) {
			c.bad(at, ".citizen.birth", "%q is not a day of the form yyyy-mm-dd", p.Citizen.Birth)
		}
	}
}

func (c *checker) hours() {
	for i, h := range c.p.Hours {
		at := c.at("hours.yaml", i)
		if !idForm.MatchString(h.ID) {
			c.bad(at, ".id", "hours id %q must be small letters, digits and hyphens", h.ID)
		}
		c.dates(at, h.From, h.Until)
		plan, err := procedure.Plan(h)
		if err == nil {
			_, err = calendar.NewOffice(plan)
		}
		if err != nil {
			c.bad(at, ".sessions", "hours %s cannot be read: %s", h.ID, err)
		}
		if _, err := procedure.PolicyOf(h); err != nil {
			c.bad(at, ".due_time", "due_time and after of hours %s cannot be read (session_end or same_clock; hh:mm): %s", h.ID, err)
		}
		for _, o := range c.p.Hours[:i] {
			if o.ID == h.ID && (o.Season == nil) == (h.Season == nil) && o.Season == nil && overlap(o.From, o.Until, h.From, h.Until) {
				c.bad(at, ".id", "hours %s are declared twice for the same days", h.ID)
				break
			}
		}
		if h.Season != nil && !slices.ContainsFunc(c.p.Hours, func(o agency.Hours) bool { return o.ID == h.ID && o.Season == nil }) {
			c.bad(at, ".season", "hours %s stand for a season only; declare them for the rest of the year too", h.ID)
		}
	}
	if len(c.p.Hours) == 0 {
		c.problems = append(c.problems, said("hours.yaml", 0, "no office hours are declared"))
	}
}

func (c *checker) rights() {
	at := c.at("rights.yaml", 0)
	for _, role := range slices.Sorted(maps.Keys(c.p.Rights)) {
		if !access.KnownRole(role) {
			c.bad(at, "."+role, "role %q is unknown", role)
		}
		for i, p := range c.p.Rights[role] {
			if !access.KnownPermission(p) {
				c.bad(at, fmt.Sprintf(".%s[%d]", role, i), "permission %q is unknown", p)
			}
		}
	}
}

func (c *checker) routing() {
	rules := c.p.Routing
	for i, r := range rules {
		at := c.at("routing.yaml", i)
		if !c.resolves(r.Competent) {
			c.bad(at, ".competent", "agency %q does not exist", r.Competent)
		}
		if r.When != "" && r.Competent == procedure.CommuneOfApplicant {
			c.bad(at, ".competent", "a rule with a condition names an agency, not the commune of the applicant")
		}
		open := r.Ministry == "" && r.Sector == "" && r.Level == "" && r.When == ""
		if open != (i == len(rules)-1) {
			c.bad(at, "", "only the last rule, and it always, has no condition")
		}
		if r.Level != "" && !slices.Contains([]agency.Level{agency.Ministry, agency.Province, agency.Commune}, r.Level) {
			c.bad(at, ".level", "level %q is unknown", r.Level)
		}
	}
	if len(rules) == 0 {
		c.problems = append(c.problems, said("routing.yaml", 0, "no rule says who resolves a procedure that names nobody"))
	}
}

// resolves reports whether the agency stands for good, or is the applicant's commune.
func (c *checker) resolves(id agency.ID) bool {
	if id == procedure.CommuneOfApplicant {
		return len(c.tree.Communes(openEnd)) > 0
	}
	_, ok := c.tree.Current(id, openEnd)
	return ok
}

func (c *checker) forms() {
	for i, f := range c.p.Forms {
		at := c.at("forms", i)
		for _, pr := range eform.Check(*f) {
			c.bad(at, fieldPath(f, pr.At), "form %s: %s", f.ID, pr)
		}
		c.reached(at, f)
	}
}

// fieldPath finds where a section or field stands in the layout.
func fieldPath(f *eform.Form, at string) string {
	if strings.HasPrefix(at, "schema") {
		return ".schema"
	}
	for i, s := range f.Layout.Sections {
		if s.ID == at {
			return fmt.Sprintf(".layout.sections[%d]", i)
		}
		for j, q := range s.Fields {
			below := fmt.Sprintf(".layout.sections[%d].fields[%d]", i, j)
			if q.Path == at {
				return below
			}
			for n, r := range q.Fields {
				if q.Path+"[]."+r.Path == at || q.Path+"."+r.Path == at {
					return fmt.Sprintf("%s.fields[%d]", below, n)
				}
			}
		}
	}
	return ".layout"
}

func (c *checker) procedures() {
	kinds := []string{procedure.Direct, procedure.Online, procedure.Post}
	routes := map[int]bool{}
	for i, v := range c.p.Procedures {
		at := c.at("procedures", i)
		if !procedureCode.MatchString(v.Code) {
			c.bad(at, ".code", "code %q must be of the form 1.001234", v.Code)
		}
		if v.Name == "" || v.Sector == "" {
			c.bad(at, ".name", "procedure %s needs a name and a sector", v.Code)
		}
		c.dates(at, v.From, v.Until)
		if v.Until != "" {
			c.bad(at, ".until", "procedure %s states its end; retire it instead, so that the day is recorded", v.Code)
		}
		if _, ok := c.p.Form(v.Form); v.Form != "" && !ok {
			c.bad(at, ".form", "form %q does not exist in forms/", v.Form)
		}
		if _, ok := c.p.Process(v.Process); v.Process != "" && !ok {
			c.bad(at, ".process", "process %q does not exist in processes/", v.Process)
		}
		for j, id := range v.Competent {
			if !c.resolves(id) {
				c.bad(at, fmt.Sprintf(".competent[%d]", j), "agency %q does not exist", id)
			}
		}
		if !slices.Contains([]string{"", "full", "partial", "none"}, v.Online) {
			c.bad(at, ".online", "online %q must be full, partial or none", v.Online)
		}
		if len(v.Channels) == 0 {
			c.bad(at, "", "procedure %s has no channel", v.Code)
		}
		for j, ch := range v.Channels {
			below := fmt.Sprintf(".channels[%d]", j)
			if !slices.Contains(kinds, ch.Kind) {
				c.bad(at, below+".kind", "channel %q must be direct, online or post", ch.Kind)
			}
			for n, l := range ch.Limits {
				if _, err := deadline.ParseLimit(l.Limit); err != nil && (l.Limit != "" || l.Verbatim == "") {
					c.bad(at, fmt.Sprintf("%s.limits[%d]", below, n), "limit %q is not understood (8wh, 5wd, 15d, 1m, same-visit)", l.Limit)
				}
			}
			for n, f := range ch.Fees {
				if f.Amount < 0 || (!f.Known && f.Verbatim == "") {
					c.bad(at, fmt.Sprintf("%s.fees[%d]", below, n), "a fee states a known amount, or the words of the source")
				}
			}
		}
		ids := map[string]bool{}
		for j, k := range v.Components {
			if k.ID == "" || ids[k.ID] || k.Name == "" {
				c.bad(at, fmt.Sprintf(".components[%d]", j), "component %q of %s needs a name and an id of its own", k.ID, v.Code)
			}
			ids[k.ID] = true
		}
		pauses := map[string]bool{}
		for j, p := range v.Pauses {
			if p.ID == "" || pauses[p.ID] || p.Name == "" || p.Basis == "" {
				c.bad(at, fmt.Sprintf(".pauses[%d]", j), "pause %q of %s needs an id of its own, a name and the clause that allows it", p.ID, v.Code)
			}
			pauses[p.ID] = true
		}
		if len(c.catalogue.OfferOf(v, c.day).Agencies) == 0 {
			c.bad(at, ".competent", "nobody resolves procedure %s", v.Code)
		}
		c.account(at, v)
		c.terms(at, v, routes)
	}
}

// terms checks every rule of a procedure against the form it asks: what cannot be read, what is always or never so,
// rows of tables that no case reaches. routes gathers the rules of the routing that were reported already.
func (c *checker) terms(at place, v *procedure.Version, routes map[int]bool) {
	routed := len(v.Competent) == 0 && slices.ContainsFunc(c.p.Routing, func(r procedure.Route) bool { return r.When != "" && r.Fits(v) })
	if !v.Ruled() && !routed {
		return // most procedures have no rules: their form need not be read for them
	}
	form, _ := c.p.Form(cmp.Or(v.Form, c.p.General.Form))
	terms, problems := procedure.NewTerms(v, form)
	problems = append(problems, terms.Check()...)
	for _, p := range problems {
		c.bad(at, p.Below, "%s: %s", v.Code, p.Error())
	}
	for i, r := range c.p.Routing {
		if r.When == "" || len(v.Competent) > 0 || !r.Fits(v) || routes[i] {
			continue
		}
		e, bad := rule.Compile(r.When, terms.Schema(), rule.YesNo)
		for _, p := range bad {
			c.bad(c.at("routing.yaml", i), ".when", "for procedure %s: %s", v.Code, p.Error())
			routes[i] = true
		}
		if e == nil {
			continue
		}
		if known := e.Verdict(); known.Kind != rule.Varies && known.Exact {
			c.bad(c.at("routing.yaml", i), ".when", "for procedure %s the condition %q is %s so", v.Code, r.When, known.Kind)
			routes[i] = true
		}
	}
}

// workday is the length of a working day of the province in minutes.
func (c *checker) workday() int {
	if h, ok := c.catalogue.HoursOf("", openEnd); ok {
		if p, err := procedure.Plan(h); err == nil {
			longest := 0
			for _, day := range p.Week.Counted {
				longest = max(longest, int(day.Length()))
			}
			if longest > 0 {
				return longest
			}
		}
	}
	return 8 * 60
}
