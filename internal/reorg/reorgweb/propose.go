package reorgweb

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/reorg"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

// Names of the fields. Those of the i-th agency that follows end in its number.
const (
	fieldSort  = "hinh-thuc"
	fieldOld   = "cq"
	fieldCount = "so"
	fieldGoes  = "tiep-tuc" // which of the old ones goes on as the first that follows
	fieldDay   = "ngay"
	fieldName  = "ten"
	fieldBasis = "can-cu"
	fieldNote  = "ghi-chu"
	fieldRest  = "con-lai"

	fieldAgency     = "ten-co-quan-"
	fieldCode       = "ma-"
	fieldShort      = "ten-ngan-"
	fieldKind       = "loai-"
	fieldLevel      = "cap-"
	fieldParent     = "cap-tren-"
	fieldDesk       = "mot-cua-"
	fieldAddress    = "dia-chi-"
	fieldPhone      = "dien-thoai-"
	fieldEmail      = "thu-"
	fieldHours      = "gio-"
	fieldPlace      = "dia-ban-"
	fieldProcedures = "thu-tuc-"
	fieldPlaces     = "xa-"
	fieldUnit       = "phong-" // and the agency, a dot, the unit
	fieldPost       = "vi-tri-"
)

const postEnds = "het" // of a post

type bodyView struct {
	n      int
	title  string
	fields []component.Field
	kind   component.Choice
	level  component.Choice
	parent component.Choice
	desk   component.Choice
	hours  component.Choice
	rules  []component.Field // of a division
}

type askView struct {
	key    string
	sort   reorg.Sort
	chosen bool // sort and agencies are chosen: the second page
	sorts  component.Choice
	olds   component.Choice
	counts component.Choice
	old    []agency.Agency
	goes   component.Choice
	typed  func(name string) string
	wrong  map[string]string
	errors []component.FieldError
	bodies []bodyView
	rest   component.Choice
	units  []component.Choice
	posts  []component.Choice
}

func (v askView) field(ctx context.Context, name, label, hint string) component.Field {
	f := component.Field{Name: name, Label: lang.T(ctx, label), Value: v.typed(name), Error: v.wrong[name], MaxLength: reorg.MaxText}
	if hint != "" {
		f.Hint = lang.T(ctx, hint)
	}
	return f
}

// ask shows the form: first what happens to whom, then the rest.
func (d pages) ask(w http.ResponseWriter, r *http.Request) error {
	return web.Render(w, r, http.StatusOK, askPage(d.askView(r.Context(), r.URL.Query(), nil)))
}

func many(v map[string][]string, name string) []string {
	var out []string
	for _, x := range v[name] {
		if x != "" && !slices.Contains(out, x) && len(out) < reorg.MaxAgencies {
			out = append(out, x)
		}
	}
	return out
}

func (d pages) askView(ctx context.Context, q map[string][]string, problems []reorg.Problem) askView {
	get := func(name string) string {
		if l := q[name]; len(l) > 0 {
			v, _ := web.Clean(l[0])
			return v
		}
		return ""
	}
	t, now := d.Catalogue().Tree(), d.today().String()
	v := askView{key: web.NewKey(), sort: reorg.Sort(get(fieldSort)), typed: get, wrong: map[string]string{}}
	v.sorts = component.Choice{Name: fieldSort, Label: lang.T(ctx, "reorg.sort"), Values: []string{string(v.sort)}}
	for _, s := range reorg.Sorts {
		v.sorts.Options = append(v.sorts.Options, component.Option{Value: string(s), Label: lang.T(ctx, "reorg.sort."+string(s)), Hint: lang.T(ctx, "reorg.sort-what."+string(s))})
	}
	olds := many(q, fieldOld)
	v.olds = component.Choice{Name: fieldOld, Label: lang.T(ctx, "reorg.old"), Hint: lang.T(ctx, "reorg.old-hint"), Values: olds, Optional: true}
	for _, a := range t.All(now) {
		v.olds.Options = append(v.olds.Options, component.Option{Value: string(a.ID), Label: a.Name + " (" + a.Code + ")"})
		if slices.Contains(olds, string(a.ID)) {
			v.old = append(v.old, a)
		}
	}
	v.counts = component.Choice{Name: fieldCount, Label: lang.T(ctx, "reorg.count"), Hint: lang.T(ctx, "reorg.count-hint"), Values: []string{get(fieldCount)}, Empty: "2"}
	for n := 3; n <= 8; n++ {
		v.counts.Options = append(v.counts.Options, component.Option{Value: strconv.Itoa(n), Label: strconv.Itoa(n)})
	}
	least := map[reorg.Sort]int{reorg.Amend: 1, reorg.Merge: 2, reorg.Split: 1, reorg.Dissolve: 1}[v.sort]
	v.chosen = slices.Contains(reorg.Sorts, v.sort) && len(v.old) >= least && (v.sort == reorg.Merge || len(v.old) <= least)
	if !v.chosen {
		if v.sort != "" {
			v.olds.Error = lang.T(ctx, "error.reorg.old-number")
			v.errors = append(v.errors, component.FieldError{ID: fieldOld, Text: v.olds.Error})
		}
		return v
	}
	for _, p := range problems {
		name := fieldOf(p.Field)
		if v.wrong[name] == "" {
			v.wrong[name] = web.ErrorText(ctx, p.Err)
			v.errors = append(v.errors, component.FieldError{ID: name, Text: v.wrong[name]})
		}
	}
	d.details(ctx, &v)
	return v
}

// fieldOf is the field of the form that a problem is about.
func fieldOf(field string) string {
	group, rest, _ := strings.Cut(field, ".")
	n, what, _ := strings.Cut(rest, ".")
	switch group {
	case "name":
		return fieldName
	case "basis":
		return fieldBasis
	case "note":
		return fieldNote
	case "day", "old":
		return fieldDay
	case "rest":
		return fieldRest
	case "rules":
		if n == "" {
			n = "0"
		}
		return fieldProcedures + n
	case "posts":
		return fieldPost
	case "new":
		if n == "" {
			n = "0"
		}
		switch what {
		case "code":
			return fieldCode + n
		case "parent":
			return fieldParent + n
		case "desk":
			return fieldDesk + n
		}
		return fieldAgency + n
	}
	return fieldName
}

// bodies is how many agencies follow.
func (v askView) following() int {
	switch v.sort {
	case reorg.Dissolve:
		return 0
	case reorg.Split:
		if n, err := strconv.Atoi(v.typed(fieldCount)); err == nil && n > 2 && n <= 8 {
			return n
		}
		return 2
	case reorg.Amend, reorg.Merge, reorg.Found:
	}
	return 1
}

// goesOn is the agency that the first body is, when an old one goes on.
func (v askView) goesOn() (agency.Agency, bool) {
	id := v.typed(fieldGoes)
	if v.sort == reorg.Amend && len(v.old) == 1 {
		return v.old[0], true
	}
	for _, a := range v.old {
		if string(a.ID) == id {
			return a, true
		}
	}
	return agency.Agency{}, false
}

func (d pages) details(ctx context.Context, v *askView) {
	cat, now := d.Catalogue(), d.today().String()
	t := cat.Tree()
	if v.sort == reorg.Merge || v.sort == reorg.Split {
		v.goes = component.Choice{Name: fieldGoes, Label: lang.T(ctx, "reorg.goes"), Hint: lang.T(ctx, "reorg.goes-hint"), Values: []string{v.typed(fieldGoes)}, Empty: lang.T(ctx, "reorg.goes-none")}
		for _, a := range v.old {
			v.goes.Options = append(v.goes.Options, component.Option{Value: string(a.ID), Label: a.Name})
		}
	}
	var agencies, hours []component.Option
	for _, a := range t.All(now) {
		agencies = append(agencies, component.Option{Value: string(a.ID), Label: a.Name})
	}
	known := map[string]bool{}
	for _, h := range cat.Hours() {
		if !known[h.ID] {
			known[h.ID] = true
			hours = append(hours, component.Option{Value: h.ID, Label: h.Name})
		}
	}
	option := func(prefix string, list []string) (out []component.Option) {
		for _, x := range list {
			out = append(out, component.Option{Value: x, Label: lang.T(ctx, prefix+x)})
		}
		return out
	}
	was, on := v.goesOn()
	if !on && len(v.old) > 0 {
		was = v.old[0]
		was.Name, was.Code, was.ShortName = "", "", ""
	}
	for n := range v.following() {
		i := strconv.Itoa(n)
		def := was
		if n > 0 {
			def.Name, def.Code, def.ShortName, def.Place = "", "", "", ""
		}
		value := func(name, otherwise string) string {
			if x := v.typed(name + i); x != "" || v.typed(fieldName) != "" {
				return x
			}
			return otherwise
		}
		field := func(name, label, otherwise string, need bool) component.Field {
			f := v.field(ctx, name+i, label, "")
			f.Value, f.Optional = value(name, otherwise), !need
			return f
		}
		b := bodyView{n: n, title: lang.T(ctx, "reorg.body", "n", n+1)}
		b.fields = []component.Field{field(fieldAgency, "agency.name", def.Name, true), field(fieldCode, "agency.code", def.Code, true), field(fieldShort, "agency.short", def.ShortName, false)}
		b.fields[1].Width, b.fields[1].Hint = 20, lang.T(ctx, "reorg.code-hint")
		choice := func(name, label, chosen string, options []component.Option, empty string) component.Choice {
			return component.Choice{Name: name + i, Label: lang.T(ctx, label), Values: []string{value(name, chosen)}, Options: options, Empty: lang.T(ctx, empty), Error: v.wrong[name+i], Optional: true}
		}
		b.kind = choice(fieldKind, "agency.kind", string(def.Kind), option("agency.kind.", kinds), "ui.choose")
		b.level = choice(fieldLevel, "agency.level", string(def.Level), option("agency.level.", levels), "ui.choose")
		b.parent = choice(fieldParent, "agency.parent", string(def.Parent), agencies, "reorg.no-parent")
		b.desk = choice(fieldDesk, "agency.desk", string(def.Desk), agencies, "agency.desk-own")
		b.hours = choice(fieldHours, "agency.hours", def.Hours, hours, "reorg.hours-province")
		b.fields = append(b.fields, field(fieldAddress, "agency.address", def.Address, false), field(fieldPhone, "agency.phone", def.Phone, false), field(fieldEmail, "agency.email", def.Email, false), field(fieldPlace, "reorg.place-code", def.Place, false))
		if v.sort == reorg.Split {
			for _, f := range []struct{ name, label, hint string }{{fieldProcedures, "reorg.procedures", "reorg.procedures-hint"}, {fieldPlaces, "reorg.places", "reorg.places-hint"}} {
				x := v.field(ctx, f.name+i, f.label, f.hint)
				x.Rows, x.MaxLength, x.Optional = 3, 0, true
				b.rules = append(b.rules, x)
			}
		}
		v.bodies = append(v.bodies, b)
	}
	d.moves(ctx, v, agencies)
}

var (
	kinds  = []string{string(agency.PeopleCommittee), string(agency.CommitteeOffice), string(agency.Department), string(agency.SubDepartment), string(agency.VerticalAgency), string(agency.PublicServiceCentre)}
	levels = []string{string(agency.Province), string(agency.Commune)}
)

// moves asks where the rest, the units and the posts go.
func (d pages) moves(ctx context.Context, v *askView, agencies []component.Option) {
	t, now := d.Catalogue().Tree(), d.today().String()
	var heirs []component.Option
	for n := range v.bodies {
		heirs = append(heirs, component.Option{Value: string(reorg.Ref(n)), Label: v.bodies[n].title})
	}
	switch v.sort {
	case reorg.Dissolve:
		v.rest = component.Choice{Name: fieldRest, Label: lang.T(ctx, "reorg.successor"), Values: []string{v.typed(fieldRest)}, Options: agencies, Error: v.wrong[fieldRest]}
	case reorg.Split:
		v.rest = component.Choice{Name: fieldRest, Label: lang.T(ctx, "reorg.rest"), Hint: lang.T(ctx, "reorg.rest-hint"), Values: []string{v.typed(fieldRest)}, Options: heirs, Error: v.wrong[fieldRest]}
		if v.typed(fieldRest) == "" {
			v.rest.Values = []string{string(reorg.Ref(0))}
		}
		for _, a := range v.old {
			for _, u := range a.Units {
				name := fieldUnit + string(a.ID) + "." + u.ID
				v.units = append(v.units, component.Choice{Name: name, Label: u.Name, Values: []string{v.typed(name)}, Options: heirs, Empty: lang.T(ctx, "reorg.with-rest"), Optional: true})
			}
		}
	case reorg.Amend, reorg.Found:
		return
	case reorg.Merge:
		heirs = nil
	}
	options := append(slices.Clone(heirs), component.Option{Value: postEnds, Label: lang.T(ctx, "reorg.post-ends")})
	for _, a := range v.old {
		for _, p := range t.Posts(a.ID, now) {
			name := fieldPost + p.ID
			v.posts = append(v.posts, component.Choice{Name: name, Label: p.Title + ", " + a.Name, Values: []string{v.typed(name)}, Options: options, Empty: lang.T(ctx, "reorg.post-goes"), Optional: true})
		}
	}
}

func codes(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ';' || r == '\n' || r == ' ' || r == '\t' })
}

// command reads the form.
func (d pages) command(v askView) reorg.Command {
	c := reorg.Command{Sort: v.sort, Name: v.typed(fieldName), Basis: v.typed(fieldBasis), Note: v.typed(fieldNote)}
	if t, ok := web.ReadDate(v.typed(fieldDay)); ok {
		c.Day = calendar.NewDate(t.Year(), t.Month(), t.Day())
	}
	if v.sort != reorg.Found {
		for _, a := range v.old {
			c.Old = append(c.Old, a.ID)
		}
	}
	was, on := v.goesOn()
	for n := range v.following() {
		i := strconv.Itoa(n)
		a := agency.Agency{
			Name: v.typed(fieldAgency + i), Code: strings.ToUpper(v.typed(fieldCode + i)), ShortName: v.typed(fieldShort + i), Kind: agency.Kind(v.typed(fieldKind + i)), Level: agency.Level(v.typed(fieldLevel + i)),
			Parent: agency.ID(v.typed(fieldParent + i)), Desk: agency.ID(v.typed(fieldDesk + i)), Address: v.typed(fieldAddress + i), Phone: v.typed(fieldPhone + i), Email: v.typed(fieldEmail + i),
			Hours: v.typed(fieldHours + i), Place: v.typed(fieldPlace + i),
		}
		if n == 0 && on {
			a.ID, a.NameEn = was.ID, was.NameEn
			if a.Name != was.Name {
				a.NameEn = ""
			}
		}
		c.New = append(c.New, a)
		if v.sort == reorg.Split {
			r := reorg.Rule{To: reorg.Ref(n), Procedures: codes(v.typed(fieldProcedures + i)), Places: codes(v.typed(fieldPlaces + i))}
			if len(r.Procedures)+len(r.Places) > 0 {
				c.Rules = append(c.Rules, r)
			}
		}
	}
	if v.sort == reorg.Split || v.sort == reorg.Dissolve {
		c.Rest = agency.ID(v.typed(fieldRest))
	}
	for _, u := range v.units {
		if to := v.typed(u.Name); to != "" {
			id, unit, _ := strings.Cut(strings.TrimPrefix(u.Name, fieldUnit), ".")
			c.Units = append(c.Units, reorg.UnitRule{Agency: agency.ID(id), Unit: unit, To: agency.ID(to)})
		}
	}
	for _, p := range v.posts {
		switch to := v.typed(p.Name); to {
		case "":
		case postEnds:
			c.Posts = append(c.Posts, reorg.PostRule{Post: strings.TrimPrefix(p.Name, fieldPost)})
		default:
			c.Posts = append(c.Posts, reorg.PostRule{Post: strings.TrimPrefix(p.Name, fieldPost), To: agency.ID(to)})
		}
	}
	return c
}

func (d pages) propose(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	if form.Key == "" {
		return web.ErrMalformedForm
	}
	v := d.askView(ctx, form.Values, nil)
	if !v.chosen {
		return web.Render(w, r, http.StatusUnprocessableEntity, askPage(v))
	}
	a, bad, err := d.Service.Propose(ctx, web.ActorFrom(ctx), "sap-xep-"+form.Key, d.command(v))
	if err != nil {
		return err
	}
	if len(bad) > 0 {
		// What is wrong with texts of agencies is said with their names.
		for i := range bad {
			if id, ok := bad[i].Err.Args["id"].(string); ok {
				if x, known := d.Catalogue().Tree().Ever(agency.ID(id)); known {
					bad[i].Err = bad[i].Err.With("id", x.Name)
				}
			}
			if iso, ok := bad[i].Err.Args["day"].(string); ok {
				bad[i].Err = bad[i].Err.With("day", day(ctx, iso))
			}
		}
		return web.Render(w, r, http.StatusUnprocessableEntity, askPage(d.askView(ctx, form.Values, bad)))
	}
	return web.SeeOther(w, r, pathAct+a.ID, lang.T(ctx, "reorg.proposed"))
}
