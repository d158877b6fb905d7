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
	"github.com/motcua/motcua/internal/workflow"
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
func Check(p *Pack) []Problem {
	c := &checker{p: p, tree: agency.NewTree(p.Agencies, p.Posts), catalogue: p.Catalogue()}
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
	tree      *agency.Tree
	catalogue *procedure.Catalogue
	problems  []Problem
}

// at is the place of the i-th thing of a file or folder.
func (c *checker) at(of string, i int) place { return c.p.where[of+"#"+strconv.Itoa(i)] }

func (c *checker) bad(at place, below, format string, args ...any) {
	pr := Problem{File: at.name, Line: c.p.line(at, below), Reason: fmt.Sprintf(format, args...)}
	c.problems = append(c.problems, pr)
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
		c.problems = append(c.problems, Problem{File: "hours.yaml", Reason: "no office hours are declared"})
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
		c.problems = append(c.problems, Problem{File: "routing.yaml", Reason: "no rule says who resolves a procedure that names nobody"})
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

func (c *checker) processes() {
	means := []workflow.Meaning{
		workflow.Forward, workflow.Assign, workflow.SubmitUp, workflow.SendBack, workflow.Approve, workflow.Decline, workflow.Result,
		workflow.Hand, workflow.Complete,
	}
	for i, w := range c.p.Processes {
		at := c.at("processes", i)
		if !idForm.MatchString(w.ID) || w.Title == "" {
			c.bad(at, ".id", "process %q needs an id of small letters, digits and hyphens, and a title", w.ID)
		}
		steps := map[string]int{}
		for j, s := range w.Steps {
			below := fmt.Sprintf(".steps[%d]", j)
			if _, twice := steps[s.ID]; twice || !idForm.MatchString(s.ID) {
				c.bad(at, below+".id", "step id %q is declared twice or not of small letters, digits and hyphens", s.ID)
			}
			steps[s.ID] = j
			if s.Title == "" {
				c.bad(at, below, "step %s has no title", s.ID)
			}
			if !access.KnownRole(s.Role) || s.Role == access.RoleCitizen {
				c.bad(at, below+".role", "role %q of step %s is unknown or no office role", s.Role, s.ID)
			}
			if s.At != workflow.AtDesk && s.At != workflow.AtCompetent {
				if a, ok := c.tree.Current(agency.ID(s.At), openEnd); !ok {
					c.bad(at, below+".at", "step %s is at %q, which is neither desk nor competent nor an agency", s.ID, s.At)
				} else if s.Unit != "" && !hasUnit(a, s.Unit) {
					c.bad(at, below+".unit", "agency %s has no unit %q", s.At, s.Unit)
				}
			}
			if s.Limit != "" {
				if _, err := deadline.ParseLimit(s.Limit); err != nil {
					c.bad(at, below+".limit", "limit %q is not understood (4wh, 2wd, 15d, 1m)", s.Limit)
				}
			}
			if len(s.Actions) == 0 {
				c.bad(at, below, "step %s leads nowhere: it has no action", s.ID)
			}
		}
		for j, s := range w.Steps {
			actions := map[string]bool{}
			for n, a := range s.Actions {
				below := fmt.Sprintf(".steps[%d].actions[%d]", j, n)
				if actions[a.ID] || !idForm.MatchString(a.ID) {
					c.bad(at, below, "action id %q of step %s is declared twice or not of small letters, digits and hyphens", a.ID, s.ID)
				}
				actions[a.ID] = true
				if a.Label == "" {
					c.bad(at, below, "action %s of step %s has no label", a.ID, s.ID)
				}
				if !slices.Contains(means, a.Means) {
					c.bad(at, below+".means", "meaning %q of action %s is unknown", a.Means, a.ID)
				}
				if _, ok := steps[a.To]; a.To != "" && !ok {
					c.bad(at, below+".to", "action %s leads to step %q, which does not exist", a.ID, a.To)
				}
				if ends := a.Means == workflow.Hand || a.Means == workflow.Complete; ends != (a.To == "") {
					c.bad(at, below, "action %s must end the run exactly when it hands the result over (hand, complete)", a.ID)
				}
			}
		}
		if _, ok := steps[w.Start]; !ok {
			c.bad(at, ".start", "process %s starts at %q, which is no step", w.ID, w.Start)
			continue
		}
		c.sound(at, w, steps)
	}
}

// sound proves that every step is reached and that from every step the run can end.
func (c *checker) sound(at place, w *workflow.Process, steps map[string]int) {
	reached := map[string]bool{}
	var walk func(id string)
	walk = func(id string) {
		j, ok := steps[id]
		if !ok || reached[id] {
			return
		}
		reached[id] = true
		for _, a := range w.Steps[j].Actions {
			if a.To != "" {
				walk(a.To)
			}
		}
	}
	walk(w.Start)
	ends := map[string]bool{}
	for changed := true; changed; {
		changed = false
		for _, s := range w.Steps {
			if ends[s.ID] {
				continue
			}
			if slices.ContainsFunc(s.Actions, func(a workflow.Action) bool { return a.To == "" || ends[a.To] }) {
				ends[s.ID], changed = true, true
			}
		}
	}
	for j, s := range w.Steps {
		below := fmt.Sprintf(".steps[%d]", j)
		if !reached[s.ID] {
			c.bad(at, below, "step %s is never reached", s.ID)
		}
		if !ends[s.ID] {
			c.bad(at, below, "from step %s the run can never end", s.ID)
		}
	}
}

func (c *checker) procedures() {
	kinds := []string{procedure.Direct, procedure.Online, procedure.Post}
	holders := map[string]bool{} // what was looked at already: process, step and agency
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
		c.held(at, v, holders)
		c.fits(at, v)
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

// held proves that each step of the procedure's process has a post that carries its role wherever it may run.
func (c *checker) held(at place, v *procedure.Version, reported map[string]bool) {
	offer := c.catalogue.OfferOf(v, openEnd)
	if len(offer.Agencies) == 0 {
		c.bad(at, ".competent", "nobody resolves procedure %s", v.Code)
	}
	if offer.Process.Value == nil {
		return // reported where it is named
	}
	for _, s := range offer.Process.Value.Steps {
		where := offer.Agencies
		switch s.At {
		case workflow.AtCompetent:
		case workflow.AtDesk:
			// NĐ 118/2025 art 14: any desk of the province may receive any procedure.
			where = nil
			for _, d := range c.tree.Desks(openEnd) {
				where = append(where, d.ID)
			}
			for _, id := range offer.Agencies {
				if d := c.tree.DeskOf(id, openEnd); !slices.Contains(where, d) {
					where = append(where, d)
				}
			}
		default:
			where = []agency.ID{agency.ID(s.At)}
		}
		for _, id := range where {
			key := offer.Process.ID + "\x00" + s.ID + "\x00" + string(id)
			if reported[key] {
				continue // hundreds of procedures share a process
			}
			reported[key] = true
			if len(c.tree.Holders(id, s.Unit, s.Role, openEnd)) > 0 {
				continue
			}
			unit := ""
			if s.Unit != "" {
				unit = ", unit " + s.Unit
			}
			c.bad(at, ".process", "step %s of process %s has no holder at %s: no post%s carries the role %s",
				s.ID, offer.Process.ID, id, unit, s.Role)
		}
	}
}

// fits compares the longest way through the process, up to the release of the result, with every limit
// of the procedure. Hours and working days are compared by the province's own working day; calendar
// days and months are not comparable with them, and are left to people.
func (c *checker) fits(at place, v *procedure.Version) {
	w := c.catalogue.OfferOf(v, openEnd).Process.Value
	if w == nil {
		return
	}
	day := c.workday()
	longest, ok := longestWay(w, day)
	if !ok || longest == 0 {
		return
	}
	for j, ch := range v.Channels {
		for n, l := range ch.Limits {
			limit, err := deadline.ParseLimit(l.Limit)
			if err != nil {
				continue
			}
			if m, ok := minutes(limit, day); ok && longest > m {
				c.bad(at, fmt.Sprintf(".channels[%d].limits[%d]", j, n),
					"the steps of process %s take %s, longer than the limit %s", w.ID, inHours(longest), l.Limit)
			}
		}
	}
}

func inHours(minutes int) string {
	return strings.TrimSuffix(strconv.FormatFloat(float64(minutes)/60, 'f', 1, 64), ".0") + " working hours"
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

func minutes(l deadline.Limit, day int) (int, bool) {
	switch l.Unit() {
	case deadline.WorkingHour:
		return l.Halves() * 30, true
	case deadline.WorkingDay:
		return l.Halves() * day / 2, true
	}
	return 0, false
}

// longestWay sums the limits of the steps on the longest way that visits no step twice. ok is false when
// a step has a limit that cannot be compared.
func longestWay(w *workflow.Process, day int) (longest int, ok bool) {
	steps := map[string]workflow.Step{}
	for _, s := range w.Steps {
		steps[s.ID] = s
	}
	ok = true
	on := map[string]bool{}
	budget := 100_000 // a graph drawn to have exponentially many ways must not hang the check
	var walk func(id string) int
	walk = func(id string) int {
		s, known := steps[id]
		if budget--; !known || on[id] || budget < 0 {
			return 0
		}
		own := 0
		if s.Limit != "" {
			limit, err := deadline.ParseLimit(s.Limit)
			m, comparable := minutes(limit, day)
			if err != nil || !comparable {
				ok = false
				return 0
			}
			own = m
		}
		on[id] = true
		rest := 0
		for _, a := range s.Actions {
			// Work sent back starts no new limit, and after the release the clock stands.
			if a.Means != workflow.SendBack && a.Means != workflow.Result && a.To != "" {
				rest = max(rest, walk(a.To))
			}
		}
		on[id] = false
		return own + rest
	}
	longest = walk(w.Start)
	return longest, ok && budget >= 0
}
