package procedure

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/eform"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/viet"
	"github.com/motcua/motcua/internal/workflow"
)

// CommuneOfApplicant stands in routing and in Version.Competent for the people's committee
// of the commune that the applicant names.
const CommuneOfApplicant agency.ID = "commune-of-applicant"

// Refusals of the catalogue.
var (
	ErrUnknown = &fault.Error{Kind: fault.NotFound, Code: "procedure.unknown"} // no such code, or never published
	ErrRetired = &fault.Error{Kind: fault.Gone, Code: "procedure.retired"}     // was in force once
	ErrCommune = &fault.Error{Kind: fault.Invalid, Code: "procedure.commune-needed"}
	ErrChoose  = &fault.Error{Kind: fault.Invalid, Code: "procedure.agency-needed"}
)

// Route is one rule that names who resolves a procedure which names nobody. Rules are
// tried in order; an empty field fits all, the last rule has only Competent.
type Route struct {
	Ministry  string       `yaml:"ministry,omitempty" json:"ministry,omitempty"` // name, or its words without tones: bo-tu-phap
	Sector    string       `yaml:"sector,omitempty" json:"sector,omitempty"`     // likewise
	Level     agency.Level `yaml:"level,omitempty" json:"level,omitempty"`       // one of the version's levels
	When      string       `yaml:"when,omitempty" json:"when,omitempty"`         // rule over the case
	Competent agency.ID    `yaml:"competent" json:"competent"`                   // an agency, or commune-of-applicant
}

// Fits reports whether the rule speaks about v.
func (r Route) Fits(v *Version) bool {
	return (r.Ministry == "" || Slug(r.Ministry) == Slug(v.Ministry)) &&
		(r.Sector == "" || Slug(r.Sector) == Slug(v.Sector)) &&
		(r.Level == "" || slices.Contains(v.Levels, r.Level))
}

// Slug writes a name as it stands in addresses and rules: "Bộ Tư pháp" is "bo-tu-phap".
func Slug(name string) string { return strings.Join(viet.Tokens(viet.Fold(name)), "-") }

// General names the form and the process of procedures that have none of their own.
type General struct {
	Form    string `yaml:"form" json:"form"`
	Process string `yaml:"process" json:"process"`
}

// Dated is a version of a configured thing, in force from From until Until (exclusive, empty = open).
type Dated[T any] struct {
	ID     string
	Number int
	Digest string // sha-256 of the content, hex
	From   string
	Until  string
	Value  T
	Trial
}

// Form and Process are dated versions that a dossier may pin.
type (
	Form    = Dated[*eform.Form]
	Process = Dated[*workflow.Process]
)

// Content is what a Catalogue is built from: everything published, of all dates.
type Content struct {
	Revision  int64
	Versions  []*Version // published, any order
	Forms     []Form
	Processes []Process
	Routing   []Dated[[]Route]
	General   []Dated[General]
	Homes     []Dated[agency.Home]
	Rights    []Dated[map[string][]string]  // role → permissions
	Synonyms  []Dated[string]               // text of synonyms.txt
	Templates []Dated[string]               // wording of printed papers, by path
	Calendars []Dated[[]calendar.Exception] // days off and made-up days announced for a year; the ID is the year
	Declared  []calendar.Declared           // days announced after their year was, in the order in which they were
	Hours     []agency.Hours
	Agencies  []agency.Agency
	Posts     []agency.Post
	// Successions say which agency follows which, beyond what agencies say when they end.
	Successions []agency.Succession
	Listed      []Listed
}

// Listed is a procedure of which a list gives no more than its heading; it is known, not offered.
type Listed struct {
	Code, Name, Sector, Ministry string
}

// Catalogue is an immutable snapshot of all published configuration. It answers by date.
type Catalogue struct {
	c         Content
	tree      *agency.Tree
	versions  map[string][]*Version // by code, by From ascending
	digests   map[string]*Version
	codes     []string // codes with a published version, sorted
	forms     map[string][]Form
	formBy    map[string]Form
	processes map[string][]Process
	processBy map[string]Process
	offices   sync.Map // id of hours → *calendar.Office
	terms     sync.Map // digests of version and form → *Terms

	mu   sync.Mutex
	days map[string]*overview // of the last few days asked for
}

// overview answers for one day, computed once: lists ask for the same day thousands of times.
type overview struct {
	all      []*Version
	slug     map[string][]*Version // by sector
	byAgency map[agency.ID][]*Version
	sectors  []Count
	agencies []Count
}

// NewCatalogue indexes content. The caller must not change it afterwards.
func NewCatalogue(c Content) *Catalogue {
	k := &Catalogue{
		c: c, tree: agency.NewTree(c.Agencies, c.Posts, c.Successions...),
		versions: map[string][]*Version{}, digests: map[string]*Version{},
		forms: map[string][]Form{}, formBy: map[string]Form{},
		processes: map[string][]Process{}, processBy: map[string]Process{},
		days: map[string]*overview{},
	}
	for _, v := range c.Versions {
		if _, seen := k.versions[v.Code]; !seen {
			k.codes = append(k.codes, v.Code)
		}
		k.versions[v.Code] = append(k.versions[v.Code], v)
		k.digests[v.Digest] = v
	}
	slices.Sort(k.codes)
	for _, vs := range k.versions {
		slices.SortFunc(vs, func(a, b *Version) int { return cmp.Compare(a.Number, b.Number) })
	}
	index(c.Forms, k.forms, k.formBy)
	index(c.Processes, k.processes, k.processBy)
	return k
}

func index[T any](all []Dated[T], byID map[string][]Dated[T], byDigest map[string]Dated[T]) {
	for _, d := range all {
		byID[d.ID] = append(byID[d.ID], d)
		byDigest[d.Digest] = d
	}
	for _, ds := range byID {
		slices.SortFunc(ds, func(a, b Dated[T]) int { return cmp.Compare(a.Number, b.Number) })
	}
}

// at returns the last declared of ds that is in force on day, for whoever has no pilot.
func at[T any](ds []Dated[T], day string) (Dated[T], bool) { return tried(ds, day, "") }

// tried returns what is in force on day at an agency: its pilot, else what holds everywhere, else a pilot of others,
// which is all there is of the thing.
func tried[T any](ds []Dated[T], day string, id agency.ID) (Dated[T], bool) {
	i := pick(len(ds), id, func(i int) (bool, Trial) { return agency.InForce(ds[i].From, ds[i].Until, day), ds[i].Trial })
	if i < 0 {
		return Dated[T]{}, false
	}
	return ds[i], true
}

// pick chooses among n versions, the later ones first; -1 when none is in force.
func pick(n int, id agency.ID, version func(i int) (inForce bool, t Trial)) int {
	regular, other := -1, -1
	for i := n - 1; i >= 0; i-- {
		switch inForce, t := version(i); {
		case !inForce:
		case t.tries(id):
			return i
		case t.Pilot == "" && regular < 0:
			regular = i
		case t.Pilot != "" && other < 0:
			other = i
		}
	}
	if regular >= 0 {
		return regular
	}
	return other
}

// With is the catalogue as it would be with other versions of agencies and posts and further successions in force.
// The forms, processes and procedures stay the same.
func (k *Catalogue) With(agencies []agency.Agency, posts []agency.Post, successions []agency.Succession) *Catalogue {
	c := k.c
	c.Agencies, c.Posts = agency.Supersede(c.Agencies, agencies), agency.SupersedePosts(c.Posts, posts)
	c.Successions = append(slices.Clone(c.Successions), successions...)
	return NewCatalogue(c)
}

// Revision grows with every publication; equal revisions have equal content.
func (k *Catalogue) Revision() int64 { return k.c.Revision }

// Tree returns the agencies and posts.
func (k *Catalogue) Tree() *agency.Tree { return k.tree }

// Home returns the province as it stands on day.
func (k *Catalogue) Home(day string) agency.Home { d, _ := at(k.c.Homes, day); return d.Value }

// Hours returns the office hours of all ids and dates.
func (k *Catalogue) Hours() []agency.Hours { return k.c.Hours }

// HoursOf returns the office hours of an agency as declared for day, season and all: its own, else the province's.
func (k *Catalogue) HoursOf(id agency.ID, day string) (agency.Hours, bool) {
	want := k.Home(day).Hours
	if a, ok := k.tree.At(id, day); ok && a.Hours != "" {
		want = a.Hours
	}
	d, err := calendar.ParseDate(day)
	if err != nil {
		return agency.Hours{}, false
	}
	if want == "" && len(k.c.Hours) > 0 {
		want = k.c.Hours[0].ID
	}
	for _, h := range slices.Backward(k.c.Hours) {
		if h.ID != want {
			continue
		}
		if p, err := Plan(h); err == nil && p.Valid(d) {
			return h, true
		}
	}
	return agency.Hours{}, false
}

// Rights returns role → permissions on day.
func (k *Catalogue) Rights(day string) map[string][]string {
	d, _ := at(k.c.Rights, day)
	return d.Value
}

// Routing returns the rules that name who resolves, on day.
func (k *Catalogue) Routing(day string) []Route { d, _ := at(k.c.Routing, day); return d.Value }

// General returns the general form and process on day.
func (k *Catalogue) General(day string) General { d, _ := at(k.c.General, day); return d.Value }

// Synonyms returns the text of the province's search words on day.
func (k *Catalogue) Synonyms(day string) string { d, _ := at(k.c.Synonyms, day); return d.Value }

// Template returns the province's wording of printed papers on day, by its path.
func (k *Catalogue) Template(path, day string) (Dated[string], bool) {
	for _, d := range slices.Backward(k.c.Templates) {
		if d.ID == path && agency.InForce(d.From, d.Until, day) {
			return d, true
		}
	}
	return Dated[string]{}, false
}

// PinnedTemplate returns a version of a wording by its digest, whatever its dates.
func (k *Catalogue) PinnedTemplate(digest string) (Dated[string], bool) {
	i := slices.IndexFunc(k.c.Templates, func(d Dated[string]) bool { return d.Digest == digest && digest != "" })
	if i < 0 {
		return Dated[string]{}, false
	}
	return k.c.Templates[i], true
}

// Templates returns every published version of a wording, oldest first.
func (k *Catalogue) Templates(path string) []Dated[string] {
	var out []Dated[string]
	for _, d := range k.c.Templates {
		if d.ID == path {
			out = append(out, d)
		}
	}
	slices.SortFunc(out, func(a, b Dated[string]) int { return cmp.Compare(a.Number, b.Number) })
	return out
}

// Calendar returns the working calendar as known on day: the civil one that is built in, with the years the province
// was told since, and the days declared after their year. A year it was told replaces the built-in one; a declared
// day replaces what its year says of it.
func (k *Catalogue) Calendar(day string) (*calendar.Calendar, error) {
	told := map[int][]calendar.Exception{}
	for _, d := range k.c.Calendars {
		if agency.InForce(d.From, d.Until, day) {
			if year, err := strconv.Atoi(d.ID); err == nil {
				told[year] = d.Value
			}
		}
	}
	base := calendar.Civil
	if len(told) > 0 {
		years := calendar.Civil.Years()
		var rows []calendar.Exception
		for _, e := range calendar.Civil.Exceptions() {
			if _, replaced := told[e.Date.Year()]; !replaced {
				rows = append(rows, e)
			}
		}
		for year, own := range told {
			years = append(years, year)
			rows = append(rows, own...)
		}
		var err error
		if base, err = calendar.New("province", years, rows); err != nil {
			return nil, err
		}
	}
	declared := map[calendar.Date]calendar.Exception{}
	for _, d := range k.c.Declared {
		if d.Since.String() <= day {
			declared[d.Date] = d.Exception
		}
	}
	if len(declared) == 0 {
		return base, nil
	}
	return base.With(slices.Collect(maps.Values(declared))...)
}

// Listed returns the procedures of which only the heading is known, by code.
func (k *Catalogue) Listed() []Listed { return k.c.Listed }

// Version returns the version of code in force on day. It fails with ErrUnknown or ErrRetired.
func (k *Catalogue) Version(code, day string) (*Version, error) {
	return k.version(code, day, "")
}

func (k *Catalogue) version(code, day string, id agency.ID) (*Version, error) {
	vs := k.versions[code]
	if i := pick(len(vs), id, func(i int) (bool, Trial) { return agency.InForce(vs[i].From, vs[i].Until, day), vs[i].Trial }); i >= 0 {
		return vs[i], nil
	}
	if len(vs) > 0 && vs[0].From <= day {
		return nil, ErrRetired.With("code", code)
	}
	return nil, ErrUnknown.With("code", code)
}

// Codes lists every code that ever had a published version. It is shared: do not change it.
func (k *Catalogue) Codes() []string { return k.codes }

// Versions returns every published version of code, oldest first.
func (k *Catalogue) Versions(code string) []*Version { return slices.Clone(k.versions[code]) }

// Pinned returns a version by its digest, whatever its dates.
func (k *Catalogue) Pinned(digest string) (*Version, bool) { v, ok := k.digests[digest]; return v, ok }

// PinnedForm returns a version of a form by its digest, whatever its dates.
func (k *Catalogue) PinnedForm(digest string) (Form, bool) { f, ok := k.formBy[digest]; return f, ok }

// PinnedProcess returns a version of a process by its digest, whatever its dates.
func (k *Catalogue) PinnedProcess(digest string) (Process, bool) {
	p, ok := k.processBy[digest]
	return p, ok
}

// Form returns the version of a form in force on day.
func (k *Catalogue) Form(id, day string) (Form, bool) { return at(k.forms[id], day) }

// Process returns the version of a process in force on day.
func (k *Catalogue) Process(id, day string) (Process, bool) { return at(k.processes[id], day) }

// All returns the versions in force on day, by code. The list is shared: do not change it.
func (k *Catalogue) All(day string) []*Version { return k.on(day).all }

func (k *Catalogue) on(day string) *overview {
	k.mu.Lock()
	defer k.mu.Unlock()
	if o, ok := k.days[day]; ok {
		return o
	}
	if len(k.days) >= 8 { // days come from clocks and from addresses; the latter must not fill the memory
		clear(k.days)
	}
	o := &overview{slug: map[string][]*Version{}, byAgency: map[agency.ID][]*Version{}}
	sectors, agencies := map[string]*Count{}, map[string]*Count{}
	for _, code := range k.codes {
		v, err := k.Version(code, day)
		if err != nil {
			continue
		}
		o.all = append(o.all, v)
		slug := Slug(v.Sector)
		o.slug[slug] = append(o.slug[slug], v)
		if sectors[slug] == nil {
			sectors[slug] = &Count{ID: slug, Name: v.Sector}
		}
		sectors[slug].Count++
		for _, id := range k.offer(v, day).Agencies {
			o.byAgency[id] = append(o.byAgency[id], v)
			if agencies[string(id)] == nil {
				a, _ := k.tree.At(id, day)
				agencies[string(id)] = &Count{ID: string(id), Name: a.Name}
			}
			agencies[string(id)].Count++
		}
	}
	o.sectors, o.agencies = byName(sectors), byName(agencies)
	k.days[day] = o
	return o
}

// Offer is a procedure as the province carries it out on a day.
type Offer struct {
	Version *Version
	Form    Form
	Process Process
	// Agencies resolve the procedure; the applicant chooses when there are several.
	Agencies []agency.ID
	// ByCommune: the people's committee of the commune the applicant names resolves it.
	// Agencies then lists the communes that may.
	ByCommune bool

	cat *Catalogue
	day string
}

// For returns the offer as one of its agencies carries it out: what the agency tries out stands in the place of what
// holds everywhere. The zero id gives o.
func (o Offer) For(id agency.ID) Offer {
	if id == "" || o.cat == nil {
		return o
	}
	if v, err := o.cat.version(o.Version.Code, o.day, id); err == nil {
		o.Version = v
	}
	o.Form, o.Process = o.cat.carried(o.Version, o.day, id)
	return o
}

// carried returns the form and the process of a version at an agency.
func (k *Catalogue) carried(v *Version, day string, id agency.ID) (f Form, p Process) {
	general := k.General(day)
	f, _ = tried(k.forms[cmp.Or(v.Form, general.Form)], day, id)
	p, _ = tried(k.processes[cmp.Or(v.Process, general.Process)], day, id)
	return f, p
}

// Keeping returns the offer as it was when an application was begun on the versions with these digests of the
// procedure and the form, if what followed them lets such applications be filed as they are.
func (o Offer) Keeping(version, form string) (Offer, bool) {
	if o.cat == nil {
		return o, false
	}
	out := o
	if o.Version.Digest != version {
		v, ok := o.cat.Pinned(version)
		if !ok || v.Code != o.Version.Code || !o.Version.Stays || !followed(v.Until, o.Version.From, o.Version.Trial) {
			return o, false
		}
		out.Version = v
	}
	if o.Form.Digest != form {
		f, ok := o.cat.PinnedForm(form)
		stays := o.Form.Stays && f.ID == o.Form.ID && followed(f.Until, o.Form.From, o.Form.Trial) || o.Version.Stays && out.Version != o.Version
		if !ok || !stays {
			return o, false
		}
		out.Form = f
	}
	if out.Version != o.Version {
		_, out.Process = o.cat.carried(out.Version, o.day, "")
	}
	return out, true
}

// followed reports whether a version that ends on a day, or does not, stood when the next one began.
func followed(until, from string, next Trial) bool {
	return until == "" || until == from || next.Pilot != "" && until > from
}

// Tried reports whether anything of the offer is a pilot.
func (o Offer) Tried() bool {
	return o.Version.Pilot != "" || o.Form.Pilot != "" || o.Process.Pilot != ""
}

// Offer returns how the procedure is carried out on day; where several agencies resolve, Offer.For tells how each of
// them does. It fails with ErrUnknown or ErrRetired.
func (k *Catalogue) Offer(code, day string) (Offer, error) {
	v, err := k.Version(code, day)
	if err != nil {
		return Offer{}, err
	}
	o := k.offer(v, day)
	if len(o.Agencies) == 1 && !o.ByCommune {
		o = o.For(o.Agencies[0])
	}
	return o, nil
}

// OfferOf returns how an already chosen version is carried out on day.
func (k *Catalogue) OfferOf(v *Version, day string) Offer { return k.offer(v, day) }

func (k *Catalogue) offer(v *Version, day string) Offer {
	o := Offer{Version: v, cat: k, day: day}
	o.Form, o.Process = k.carried(v, day, "")
	competent := v.Competent
	if len(competent) == 0 {
		for _, r := range k.Routing(day) {
			if r.When == "" && r.Fits(v) { // what asks about the case is judged with it (Catalogue.For)
				competent = []agency.ID{r.Competent}
				break
			}
		}
	}
	for _, id := range competent {
		if id != CommuneOfApplicant {
			// Who is named may have ended, or have given this procedure away.
			h, _ := k.tree.Heir(id, agency.Matter{Procedure: v.Code}, day)
			if a, ok := k.tree.At(h.ID, day); ok && !slices.Contains(o.Agencies, a.ID) {
				o.Agencies = append(o.Agencies, a.ID)
			}
			continue
		}
		o.ByCommune = true
		for _, a := range k.tree.Communes(day) {
			o.Agencies = append(o.Agencies, a.ID)
		}
	}
	if v.Pilot != "" && len(v.Only) > 0 { // who does not try it out does not offer it
		o.Agencies = slices.DeleteFunc(o.Agencies, func(id agency.ID) bool { return !slices.Contains(v.Only, id) })
	}
	return o
}

// Resolver returns the agency that will resolve: the only one, else the one chosen, else the
// people's committee that governs place. It fails with ErrCommune or ErrChoose.
func (o Offer) Resolver(chosen agency.ID, place string) (agency.ID, error) {
	if chosen != "" && slices.Contains(o.Agencies, chosen) {
		return chosen, nil
	}
	if o.ByCommune {
		if a, ok := o.cat.tree.Governing(place, o.day); ok && slices.Contains(o.Agencies, a.ID) {
			return a.ID, nil
		}
		return "", ErrCommune
	}
	if len(o.Agencies) == 1 && chosen == "" {
		return o.Agencies[0], nil
	}
	return "", ErrChoose
}

// Count is a heading with the number of procedures under it.
type Count struct {
	ID    string // slug of a sector, id of an agency
	Name  string
	Count int
}

// Sectors returns the sectors of the procedures in force on day with their counts, by name.
func (k *Catalogue) Sectors(day string) []Count { return k.on(day).sectors }

// InSector returns the versions in force on day whose sector has the slug, by code.
func (k *Catalogue) InSector(slug, day string) []*Version { return k.on(day).slug[slug] }

// Agencies returns the agencies that resolve procedures on day with their counts, by name.
// Each commune counts the procedures that go to the applicant's commune.
func (k *Catalogue) Agencies(day string) []Count { return k.on(day).agencies }

// OfAgency returns the versions in force on day that the agency resolves, by code.
func (k *Catalogue) OfAgency(id agency.ID, day string) []*Version { return k.on(day).byAgency[id] }

func byName(counts map[string]*Count) []Count {
	out := make([]Count, 0, len(counts))
	for _, c := range counts {
		out = append(out, *c)
	}
	slices.SortFunc(out, func(a, b Count) int {
		return cmp.Or(strings.Compare(viet.SortKey(a.Name), viet.SortKey(b.Name)), strings.Compare(a.ID, b.ID))
	})
	return out
}
