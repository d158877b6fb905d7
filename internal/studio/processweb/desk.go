package processweb

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/eform"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/pack"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/rule"
	"github.com/motcua/motcua/internal/studio"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/internal/workflow"
	"github.com/motcua/motcua/internal/workflow/draw"
	"github.com/motcua/motcua/internal/workflow/prove"
	"github.com/motcua/motcua/internal/workflow/remodel"
	"github.com/motcua/motcua/lang"
)

// errUnread means that the text of the process cannot be read: it is mended as text first.
var errUnread = fault.New(fault.Conflict, "process-edit.unread")

// errBroken means that a process has ways into nothing and cannot be drawn for other tools.
var errBroken = fault.New(fault.Conflict, "process-edit.broken")

// desk is one process as it lies open before a person.
type desk struct {
	by       access.Actor
	set      *studio.Set
	doc      studio.Doc
	process  *workflow.Process // nil: new, gone, or a text that cannot be read
	problems []studio.Problem  // of reading the text
	pack     *pack.Pack        // as it would be with the set
	tree     *agency.Tree
	day      string
	may      bool // may change it now

	known    []rule.Name // names, once asked for
	language rule.Schema // of known
}

// open lays the process of the address before the person.
func (e editor) open(r *http.Request) (*desk, error) {
	ctx := r.Context()
	d := &desk{by: web.ActorFrom(ctx), day: calendar.DateOf(e.Now()).String()}
	set, key := r.PathValue("set"), studio.Key{Kind: studio.Process, ID: r.PathValue("id")}
	if !key.Valid() || remodel.Slug(key.ID) != key.ID {
		return nil, studio.ErrNotFound
	}
	var err error
	if d.set, err = e.Studio.Set(ctx, d.by, set); err != nil {
		return nil, err
	}
	if d.doc, err = e.Studio.Doc(ctx, d.by, set, key); err != nil {
		return nil, err
	}
	if d.pack, err = e.Studio.Pack(ctx, d.by, set); err != nil {
		return nil, err
	}
	d.tree = agency.NewTree(d.pack.Agencies, d.pack.Posts)
	d.may = d.by.May(access.CatalogueEdit) && (d.set.State == studio.Draft || d.set.State == studio.Rejected)
	if d.doc.Text != "" {
		d.process, d.problems = read(key, d.doc.Text)
	}
	return d, nil
}

// read reads the text of a process; nil with problems.
func read(key studio.Key, text string) (*workflow.Process, []studio.Problem) {
	p, problems := studio.Parse(key, text)
	if len(problems) > 0 || len(p.Processes) != 1 {
		return nil, problems
	}
	return p.Processes[0], nil
}

// path is an address of this editor.
func (d *desk) path(tail string) string {
	return Path(d.set.ID, d.doc.ID) + tail
}

// at is the address of the picture with a step chosen.
func (d *desk) at(address string) string {
	if address == "" {
		return d.path("")
	}
	return d.path("?buoc=" + url.QueryEscape(address))
}

// chosen is the step an address asks for, else the first.
func (d *desk) chosen(address string) string {
	if _, ok := d.process.Find(address); ok && address != workflow.Consulted {
		return address
	}
	if _, ok := d.process.Find(d.process.Start); ok {
		return d.process.Start
	}
	if len(d.process.Steps) > 0 {
		return d.process.Steps[0].ID
	}
	return ""
}

// uses lists the procedures that run through the process.
func (d *desk) uses() []*procedure.Version {
	var out []*procedure.Version
	for _, v := range d.pack.Procedures {
		if v.Process == d.doc.ID || v.Process == "" && d.pack.General.Process == d.doc.ID {
			out = append(out, v)
		}
	}
	return out
}

// mostForms bounds the forms whose names a guard may use; the general process serves hundreds.
const mostForms = 12

// forms are those of the procedures that run through the process, each once.
func (d *desk) forms() []*eform.Form {
	var out []*eform.Form
	for _, v := range d.uses() {
		id := v.Form
		if id == "" {
			id = d.pack.General.Form
		}
		f, ok := d.pack.Form(id)
		if ok && !slices.Contains(out, f) && len(out) < mostForms {
			out = append(out, f)
		}
	}
	return out
}

// names lists what a guard of the process may speak about.
func (d *desk) names() []rule.Name {
	if d.known != nil {
		return d.known
	}
	out := rule.Fixed()
	add := func(f *eform.Form, root ...string) {
		c, err := eform.Compile(*f)
		if err != nil {
			return // the form's own editor says why
		}
		for _, n := range c.RuleNames(root...) {
			if !slices.ContainsFunc(out, func(o rule.Name) bool { return o.Path == n.Path }) {
				out = append(out, n)
			}
		}
	}
	for _, f := range d.forms() {
		add(f, eform.RuleRoot)
	}
	if d.process != nil {
		d.process.Each(func(address string, s *workflow.Step) {
			if f, ok := d.pack.Form(s.Form); ok {
				add(f, "buoc", address)
			}
		})
	}
	d.known, d.language = out, rule.NewSchema(out...)
	return out
}

func (d *desk) schema() rule.Schema { d.names(); return d.language }

// world is what the proof checks the process against.
func (d *desk) world() prove.World {
	w := prove.World{
		Guards: prove.Rules(d.schema()), Tree: d.tree, Days: prove.Days(d.day, d.pack.Agencies, d.pack.Posts),
		Form:      func(id string) bool { _, ok := d.pack.Form(id); return ok },
		Procedure: func(code string) bool { return d.procedure(code) != nil },
	}
	for _, v := range d.uses() {
		u := prove.Use{Code: v.Code, Components: map[string]string{}}
		for _, c := range v.Channels {
			for _, l := range c.Limits {
				if l.Limit != "" && !slices.Contains(u.Limits, l.Limit) {
					u.Limits = append(u.Limits, l.Limit)
				}
			}
		}
		for _, x := range v.Results {
			u.Results = append(u.Results, x.Name)
		}
		for _, x := range v.Components {
			u.Components[x.ID] = x.Name
		}
		id := v.Form
		if id == "" {
			id = d.pack.General.Form
		}
		if f, ok := d.pack.Form(id); ok {
			for _, s := range f.Layout.Sections {
				u.Sections = append(u.Sections, s.ID)
			}
		}
		w.Uses = append(w.Uses, u)
	}
	return w
}

func (d *desk) procedure(code string) *procedure.Version {
	for _, v := range d.pack.Procedures {
		if v.Code == code {
			return v
		}
	}
	return nil
}

// look is how the picture is drawn: with the names of the province, each step a link that chooses it.
func (d *desk) look(ctx context.Context, marks draw.Marks, href func(string) string) draw.Look {
	code := lang.From(ctx)
	schema := d.schema()
	return draw.Look{
		Lang: code, ID: "so-do", Marks: marks, Href: href,
		Names: draw.Names{
			Agency: func(id string) string { return d.agencyName(id) },
			Unit: func(at, unit string) string {
				a, ok := d.tree.Current(agency.ID(at), d.day)
				if !ok {
					return ""
				}
				for _, u := range a.Units {
					if u.ID == unit {
						return u.Name
					}
				}
				return ""
			},
			Post: func(id string) string { p, _ := d.tree.Post(id, d.day); return p.Title },
			Guard: func(when string) string {
				if x, _ := rule.Compile(when, schema, rule.YesNo); x != nil {
					return x.Clause(code)
				}
				return ""
			},
		},
	}
}

func (d *desk) agencyName(id string) string {
	a, _ := d.tree.Current(agency.ID(id), d.day)
	return a.Name
}

// head is what the pages of one process share.
type head struct {
	title, note string
	tabs        []component.Tab
	crumbs      []component.Crumb
	locked      string // why nothing can be changed here; empty when it can
}

func (d *desk) head(ctx context.Context, tail string) head {
	h := head{title: d.doc.ID}
	if d.process != nil && d.process.Title != "" {
		h.title = d.process.Title
	}
	h.note = lang.T(ctx, "process-edit.lead", "set", d.set.Title)
	h.crumbs = []component.Crumb{
		{Text: lang.T(ctx, "process-edit.studio"), Href: pathStudio},
		{Text: d.set.Title, Href: pathStudio + "/" + url.PathEscape(d.set.ID)},
		{Text: h.title},
	}
	for _, t := range []struct{ tail, key string }{
		{"", "process-edit.tab.picture"},
		{tailTable, "process-edit.tab.table"},
		{tailProof, "process-edit.tab.proof"},
		{tailPlay, "process-edit.tab.play"},
		{tailSimulation, "process-edit.tab.simulation"},
		{tailDiff, "process-edit.tab.diff"},
		{tailText, "process-edit.tab.text"},
	} {
		h.tabs = append(h.tabs, component.Tab{Text: lang.T(ctx, t.key), Href: d.path(t.tail), Count: -1, Current: t.tail == tail})
	}
	switch {
	case d.may:
	case !d.by.May(access.CatalogueEdit):
		h.locked = lang.T(ctx, "process-edit.locked.right")
	default:
		h.locked = lang.T(ctx, "process-edit.locked.state")
	}
	return h
}

// sentence says a refusal as the person reads it.
func sentence(ctx context.Context, err error) string {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok {
		return lang.T(ctx, "error.internal")
	}
	args := make([]any, 0, 2*len(f.Args))
	for k, v := range f.Args {
		args = append(args, k, v)
	}
	return lang.T(ctx, "error."+f.Code, args...)
}
