// Package formweb is the form editor and the catalogue editor of the studio: a form by its
// sections and fields with a preview as the applicant has it, a procedure by its statutory
// sections, and local procedures beside the national ones they are like.
//
// Every change is one form sent once, made on the text the person saw and kept by the studio's
// journal with the reason. When somebody else saved meanwhile nothing is kept and the person is
// told. No page needs scripts.
package formweb

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/eform"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/pack"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/studio"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

// Studio keeps drafts; *studio.Service is one.
type Studio interface {
	Set(ctx context.Context, by access.Actor, id string) (*studio.Set, error)
	Sets(ctx context.Context, by access.Actor, states ...studio.State) ([]studio.Row, error)
	Doc(ctx context.Context, by access.Actor, set string, k studio.Key) (studio.Doc, error)
	Save(ctx context.Context, by access.Actor, set string, d studio.Doc, note string) (studio.Doc, error)
	History(ctx context.Context, by access.Actor, set string, k studio.Key) ([]studio.Saved, error)
	Text(ctx context.Context, by access.Actor, set, digest string) (string, error)
	Try(ctx context.Context, by access.Actor, set string, d studio.Doc) ([]studio.Problem, error)
	// Pack is the configuration as it would be with the set; of today when set is empty.
	Pack(ctx context.Context, by access.Actor, set string) (*pack.Pack, error)
}

// Deps is what the pages stand on.
type Deps struct {
	Studio Studio
	// National lists the procedures as the national catalogue was last read.
	National func(ctx context.Context) ([]*procedure.Version, error)
	Places   func(day string) eform.Places
	Units    string                     // path before a province's code at which its communes are listed
	Name     func(person string) string // as printed
	Now      func() time.Time
}

const (
	pathStudio  = component.StudioRoom
	pathCompare = pathStudio + "/doi-chieu"

	tailForm      = "/bieu-mau/"
	tailProcedure = "/thu-tuc/"
	tailPreview   = "/xem-truoc"
	tailVersions  = "/phien-ban"
	tailNational  = "/doi-chieu"
)

// checking is how long the check of the whole configuration may take.
const checking = 30 * time.Second

// Register puts the editors on the mux.
func Register(m *web.Mux, deps Deps) {
	look := web.May(access.CatalogueRead, access.CatalogueEdit, access.CataloguePublish)
	change := web.May(access.CatalogueEdit)
	e := editor{Deps: deps, national: &national{}}
	slow, large := web.Timeout(checking), web.Body(3*studio.MaxText)
	at := pathStudio + "/{set}" + tailForm + "{id}"
	m.Handle("GET "+at, look, e.form, slow)
	m.Handle("POST "+at, change, e.saveForm, slow)
	m.Handle("GET "+at+tailPreview, look, e.preview)
	m.Handle("POST "+at+tailPreview, look, e.preview)
	m.Handle("GET "+at+tailVersions, look, e.formVersions)
	at = pathStudio + "/{set}" + tailProcedure + "{id}"
	m.Handle("GET "+at, look, e.procedure, slow)
	m.Handle("POST "+at, change, e.saveProcedure, slow, large)
	m.Handle("GET "+at+tailVersions, look, e.procedureVersions)
	m.Handle("GET "+at+tailNational, look, e.beside, slow)
	m.Handle("POST "+at+tailNational, change, e.takeOver, slow)
	m.Handle("GET "+pathCompare, look, e.compareList, slow)
}

// FormPath is the address of the editor of a form in a change set.
func FormPath(set, id string) string {
	return pathStudio + "/" + url.PathEscape(set) + tailForm + url.PathEscape(id)
}

// ProcedurePath is the address of the editor of a procedure in a change set.
func ProcedurePath(set, id string) string {
	return pathStudio + "/" + url.PathEscape(set) + tailProcedure + url.PathEscape(id)
}

type editor struct {
	Deps
	national *national
}

func (e editor) today() string { return calendar.DateOf(e.Now()).String() }

// desk is one document as it lies open before a person.
type desk struct {
	by       access.Actor
	set      *studio.Set
	doc      studio.Doc
	pack     *pack.Pack
	read     *pack.Pack // what the text defines; nil when it cannot be read
	problems []studio.Problem
	may      bool // may change it now
}

func (e editor) open(r *http.Request, kind studio.Kind) (*desk, error) {
	ctx := r.Context()
	d := &desk{by: web.ActorFrom(ctx)}
	key := studio.Key{Kind: kind, ID: r.PathValue("id")}
	if !key.Valid() {
		return nil, studio.ErrNotFound
	}
	var err error
	if d.set, err = e.Studio.Set(ctx, d.by, r.PathValue("set")); err != nil {
		return nil, err
	}
	if d.doc, err = e.Studio.Doc(ctx, d.by, d.set.ID, key); err != nil {
		return nil, err
	}
	if d.pack, err = e.Studio.Pack(ctx, d.by, d.set.ID); err != nil {
		return nil, err
	}
	d.may = d.by.May(access.CatalogueEdit) && (d.set.State == studio.Draft || d.set.State == studio.Rejected)
	if d.doc.Text != "" {
		p, found := studio.Parse(key, d.doc.Text)
		if d.problems = found; len(found) == 0 {
			d.read = p
		}
	}
	return d, nil
}

func (d *desk) form() *eform.Form {
	if d.read == nil || len(d.read.Forms) != 1 {
		return nil
	}
	return d.read.Forms[0]
}

func (d *desk) version() *procedure.Version {
	if d.read == nil || len(d.read.Procedures) != 1 {
		return nil
	}
	return d.read.Procedures[0]
}

func (d *desk) path(tail string) string {
	if d.doc.Kind == studio.Form {
		return FormPath(d.set.ID, d.doc.ID) + tail
	}
	return ProcedurePath(d.set.ID, d.doc.ID) + tail
}

// textPath is the plain-text editor of the document.
func (d *desk) textPath() string {
	return pathStudio + "/" + url.PathEscape(d.set.ID) + "/van-ban?tep=" + url.QueryEscape(d.doc.Path())
}

// frame is what the pages of one document share.
type frame struct {
	title, note, locked string
	tabs                []component.Tab
	crumbs              []component.Crumb
	errors              []component.FieldError
}

func (d *desk) frame(ctx context.Context, title, tail string) frame {
	f := frame{title: title, note: lang.T(ctx, "formweb.lead", "set", d.set.Title)}
	f.crumbs = []component.Crumb{
		{Text: lang.T(ctx, "formweb.studio"), Href: pathStudio},
		{Text: d.set.Title, Href: pathStudio + "/" + url.PathEscape(d.set.ID)},
		{Text: title},
	}
	tabs := []struct{ tail, key string }{{"", "formweb.tab.edit"}, {tailPreview, "formweb.tab.preview"}, {tailVersions, "formweb.tab.versions"}}
	if d.doc.Kind == studio.Procedure {
		tabs[1] = struct{ tail, key string }{tailNational, "formweb.tab.national"}
	}
	for _, t := range tabs {
		f.tabs = append(f.tabs, component.Tab{Text: lang.T(ctx, t.key), Href: d.path(t.tail), Count: -1, Current: t.tail == tail})
	}
	f.tabs = append(f.tabs, component.Tab{Text: lang.T(ctx, "formweb.tab.text"), Href: d.textPath(), Count: -1})
	switch {
	case d.may:
	case !d.by.May(access.CatalogueEdit):
		f.locked = lang.T(ctx, "formweb.locked.right")
	default:
		f.locked = lang.T(ctx, "formweb.locked.state")
	}
	return f
}

// Names of fields that every form of the editors has.
const (
	fieldReason = "ly-do"
	fieldAct    = "viec"
)

func readForm(r *http.Request) (web.Form, error) {
	form, err := web.ReadForm(r)
	if err == nil && form.Key == "" {
		err = web.ErrMalformedForm
	}
	return form, err
}

// keep saves a text that was made from the version the person saw. The same form sent twice is kept once.
func (e editor) keep(ctx context.Context, d *desk, form web.Form, text string) error {
	doc := d.doc
	doc.Text, doc.Version, doc.Gone = text, form.Version, false
	_, err := e.Studio.Save(ctx, d.by, d.set.ID, doc, form.Get(fieldReason))
	return err
}

// seen returns the document as the person saw it, when it has been saved since: what they sent is made from that text.
// again reports whether what came of it then stands already: the first answer was lost on its way.
func (e editor) again(ctx context.Context, d *desk, form web.Form, make func(text string) (string, bool)) bool {
	if form.Version+1 != d.doc.Version || d.doc.Author.Person != d.by.Person {
		return false
	}
	saves, err := e.Studio.History(ctx, d.by, d.set.ID, d.doc.Key)
	if err != nil {
		return false
	}
	slices.Reverse(saves)
	digest := d.doc.Former
	if n := form.Version; n > 0 && n <= int64(len(saves)) {
		digest = saves[n-1].Text
	}
	text := ""
	if digest != "" {
		if text, err = e.Studio.Text(ctx, d.by, d.set.ID, digest); err != nil {
			return false
		}
	}
	out, ok := make(text)
	return ok && out == d.doc.Text
}

// refusal is the sentence of a refusal that a form can show; ok is false for everything else.
func refusal(ctx context.Context, err error) (why string, ok bool) {
	f, is := errors.AsType[*fault.Error](err)
	if !is || f.Kind != fault.Invalid && f.Kind != fault.Conflict && f.Kind != fault.Stale && f.Kind != fault.TooLarge {
		return "", false
	}
	return web.ErrorText(ctx, f), true
}

// problemLines are the problems of the whole configuration with the document, as it stands.
func (e editor) problemLines(ctx context.Context, d *desk) ([]string, error) {
	found, err := e.Studio.Try(ctx, d.by, d.set.ID, d.doc)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, p := range found {
		line := p.Reason
		if p.File != d.doc.Path() {
			line = p.File + ": " + line
		}
		out = append(out, line)
	}
	return out, nil
}

// versionLine is one saving of a document.
type versionLine struct {
	when, who, note string
	iso             string
	lines           []studio.Words
}

type versionsView struct {
	frame
	desk  *desk
	all   []studio.Words // from what is in force to now
	saves []versionLine
}

func (e editor) formVersions(w http.ResponseWriter, r *http.Request) error {
	return e.versions(w, r, studio.Form)
}

func (e editor) procedureVersions(w http.ResponseWriter, r *http.Request) error {
	return e.versions(w, r, studio.Procedure)
}

// mostVersions bounds the savings that are told one by one.
const mostVersions = 50

// versions tells every saving of the document in words, and the whole difference to what is in force.
func (e editor) versions(w http.ResponseWriter, r *http.Request, kind studio.Kind) error {
	ctx := r.Context()
	d, err := e.open(r, kind)
	if err != nil {
		return err
	}
	if d.doc.Text == "" && d.doc.Version == 0 {
		return studio.ErrNotFound
	}
	code := string(lang.From(ctx))
	v := versionsView{frame: d.frame(ctx, d.title(), tailVersions), desk: d}
	saves, err := e.Studio.History(ctx, d.by, d.set.ID, d.doc.Key)
	if err != nil {
		return err
	}
	if len(saves) > mostVersions {
		saves = saves[:mostVersions]
	}
	text := func(digest string) string {
		if digest == "" {
			return ""
		}
		out, err := e.Studio.Text(ctx, d.by, d.set.ID, digest)
		if err != nil {
			return ""
		}
		return out
	}
	if d.doc.Version > 0 {
		v.all = studio.DiffTexts(d.doc.Key, text(d.doc.Former), d.doc.Text, code).Lines
	}
	for i, s := range saves {
		before := d.doc.Former
		if i+1 < len(saves) {
			before = saves[i+1].Text
		}
		line := versionLine{when: when(ctx, s.At), iso: s.At.In(calendar.Zone).Format(time.RFC3339), who: e.Name(s.By.Person), note: s.Note}
		if s.Text != "" {
			line.lines = studio.DiffTexts(d.doc.Key, text(before), text(s.Text), code).Lines
		}
		v.saves = append(v.saves, line)
	}
	return web.Render(w, r, http.StatusOK, versionsPage(v))
}

func (d *desk) title() string {
	if f := d.form(); f != nil && f.Title != "" {
		return f.Title
	}
	if v := d.version(); v != nil && v.Name != "" {
		return v.Name
	}
	return d.doc.ID
}
