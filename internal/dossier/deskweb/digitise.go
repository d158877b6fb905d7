package deskweb

import (
	"context"
	"net/http"
	"strconv"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/casefile"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/eform"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

// Addresses of digitising and of who looked, after that of a dossier.
const (
	pathDigitise = "/so-hoa/"
	pathViews    = "/luot-xem"
	pathErase    = "/xoa-du-lieu"
)

// Names of the inputs of a scan: those of dossier.PaperMeta, in the words of the page.
const (
	fieldScan  = "tep-ban-quet"
	fieldEqual = "khop"
	fieldDoc   = "loai-giay-to"
	fieldOwner = "so-dinh-danh"
)

// metaFields pairs the names of dossier.PaperMeta with inputs, in the order of the page.
var metaFields = []struct {
	name, input string
	value       func(*dossier.PaperMeta) *string
	date        bool
}{
	{"doc_type", fieldDoc, func(m *dossier.PaperMeta) *string { return &m.DocType }, false},
	{"title", "ten-giay-to", func(m *dossier.PaperMeta) *string { return &m.Title }, false},
	{"abstract", "trich-yeu", func(m *dossier.PaperMeta) *string { return &m.Abstract }, false},
	{"owner", fieldOwner, func(m *dossier.PaperMeta) *string { return &m.Owner }, false},
	{"owner_name", "ho-ten", func(m *dossier.PaperMeta) *string { return &m.OwnerName }, false},
	{"birth_year", "nam-sinh", func(m *dossier.PaperMeta) *string { return &m.BirthYear }, false},
	{"issued_on", "ngay-cap", func(m *dossier.PaperMeta) *string { return &m.IssuedOn }, true},
	{"issuer", "noi-cap", func(m *dossier.PaperMeta) *string { return &m.Issuer }, false},
	{"from", "hieu-luc-tu", func(m *dossier.PaperMeta) *string { return &m.From }, true},
	{"until", "hieu-luc-den", func(m *dossier.PaperMeta) *string { return &m.Until }, true},
	{"scope", "pham-vi", func(m *dossier.PaperMeta) *string { return &m.Scope }, false},
}

// scanView is the page that digitises one paper.
type scanView struct {
	rail    []component.RailGroup
	d       *dossier.Dossier
	number  int // of the paper, from 1; 0: a new one
	name    string
	part    string // component of a new one
	has     component.StoredFile
	asks    bool // a file may be sent
	must    bool
	values  map[string]string
	same    bool
	key     string
	errors  []component.FieldError
	refusal string
}

func (v scanView) path() string { return pathCase + v.d.ID + pathDigitise + strconv.Itoa(v.number) }

func (v scanView) errorOf(id string) string {
	for _, e := range v.errors {
		if e.ID == id {
			return e.Text
		}
	}
	return ""
}

// input is one field of the data.
func (v scanView) input(ctx context.Context, name string, optional bool, width int) component.Field {
	f := component.Field{Name: name, Label: lang.T(ctx, "papers.meta."+name), Value: v.values[name], Error: v.errorOf(name), Optional: optional, Width: width, MaxLength: 1000, Complete: "off"}
	if hint, ok := lang.Lookup(lang.From(ctx), "papers.meta."+name+"-hint"); ok {
		f.Hint = hint
	}
	return f
}

// scanOf gathers the page of a paper; what is known of the paper and its owner is filled in.
func (d *desk) scanOf(r *http.Request) (*scanView, error) {
	ctx := r.Context()
	x, _, err := d.Service.Dossier(ctx, actor(ctx), r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	n, err := strconv.Atoi(r.PathValue("n"))
	if err != nil || n < 0 || n > len(x.Papers) || !x.MayDigitise(actor(ctx)) {
		return nil, web.ErrNoPage
	}
	f, err := d.Service.Facts(x)
	if err != nil {
		return nil, err
	}
	v := &scanView{d: x, number: n, part: r.URL.Query().Get("tp"), key: web.NewKey(), asks: true, values: map[string]string{}}
	m := dossier.PaperMeta{Owner: x.Owner.Number, Scope: lang.T(ctx, "papers.meta.scope-usual")}
	if n > 0 {
		p := x.Papers[n-1]
		v.part = p.Component
		if v.name = componentName(ctx, f.Procedure, p.Component); v.name == "" {
			v.name = p.Name
		}
		if p.Hash != "" {
			line := paperLine(ctx, x.ID, p, v.name)
			v.has = component.StoredFile{Name: p.Name, Size: line.size, Href: line.open}
			if line.open == "" {
				v.has.Href = line.load
			}
		}
		v.asks = p.Hash == "" || p.Origin == dossier.OriginScanned
		v.must = p.Hash == ""
		if p.Meta != nil {
			m = *p.Meta
		}
	} else {
		v.name, v.must = componentName(ctx, f.Procedure, v.part), true
		if v.name == "" {
			v.part = ""
		}
	}
	if m.Title == "" {
		m.Title, m.Abstract = v.name, x.Procedure.Name
	}
	if m.Owner == "" && m.OwnerName == "" {
		m.OwnerName = x.Owner.Name
		if len(x.Owner.Birth) >= 4 {
			m.BirthYear = x.Owner.Birth[:4]
		}
	}
	for _, f := range metaFields {
		v.values[f.input] = *f.value(&m)
		if f.date {
			v.values[f.input] = eform.ShowDate(*f.value(&m))
		}
	}
	return v, nil
}

func (d *desk) scan(w http.ResponseWriter, r *http.Request) error {
	v, err := d.scanOf(r)
	if err != nil {
		return err
	}
	return d.renderScan(w, r, http.StatusOK, v)
}

func (d *desk) renderScan(w http.ResponseWriter, r *http.Request, status int, v *scanView) error {
	rail, _, err := d.rail(r, "")
	if err != nil {
		return err
	}
	v.rail = rail
	return web.Render(w, r, status, scanPage(*v))
}

// digitise takes the scan and the data of a paper.
func (d *desk) digitise(w http.ResponseWriter, r *http.Request) error {
	f, files, err := d.readMixed(r)
	if err != nil {
		return err
	}
	req, err := request(r, f)
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(r.PathValue("n"))
	if err != nil {
		return web.ErrNoPage
	}
	c := dossier.DigitiseCommand{Paper: n, Component: f.Get(fieldTakePart), Same: f.Get(fieldEqual) != ""}
	for _, x := range metaFields {
		text := f.Get(x.input)
		if x.date && text != "" {
			if day, ok := eform.ReadDate(text); ok {
				text = day
			}
		}
		*x.value(&c.Meta) = text
	}
	why := error(nil)
	for _, file := range files {
		if file.field == fieldScan {
			if c.File, why = file.paper, file.err; why != nil {
				break
			}
		}
	}
	if why == nil {
		_, why = d.Service.Digitise(r.Context(), req, c)
	}
	if why == nil {
		return web.SeeOther(w, r, pathCase+req.Dossier+pathPapers, "papers.digitised")
	}
	e, ok := asRefusal(why)
	if !ok {
		return why
	}
	ctx := r.Context()
	v, err := d.scanOf(r)
	if err != nil {
		return err
	}
	for _, x := range metaFields {
		v.values[x.input] = f.Get(x.input)
	}
	v.same = c.Same
	if n == 0 {
		v.part = c.Component
	}
	v.explain(ctx, e, c)
	return d.renderScan(w, r, web.Status(why), v)
}

// explain puts a refusal beside the inputs it is about, and with it everything else that would be refused next.
func (v *scanView) explain(ctx context.Context, e *fault.Error, c dossier.DigitiseCommand) {
	if e.Kind == fault.Stale || e.Kind == fault.Conflict || e.Code == dossier.ErrPaperUnknown.Code {
		if v.refusal = web.ErrorText(ctx, e); e.Kind == fault.Stale {
			v.refusal = lang.T(ctx, "desk.stale.text")
		}
		return
	}
	add := func(id, text string) { v.errors = append(v.errors, component.FieldError{ID: id, Text: text}) }
	switch e.Code {
	case dossier.ErrScanUnchecked.Code, dossier.ErrMeta.Code:
		if v.must && c.File.Hash == "" {
			add(fieldScan, web.ErrorText(ctx, dossier.ErrScanNeeded))
		}
	default:
		add(fieldScan, web.ErrorText(ctx, e)) // the file itself
	}
	var bad []fault.Field
	if _, err := c.Meta.Check(); err != nil {
		if m, ok := errorAs(err); ok {
			bad = m.Fields
		}
	}
	for _, x := range metaFields {
		for _, f := range bad {
			if f.Name == x.name {
				add(x.input, lang.T(ctx, "papers.meta."+x.input)+": "+web.ErrorText(ctx, &fault.Error{Kind: fault.Invalid, Code: f.Code, Args: f.Args}))
			}
		}
	}
	if !c.Same {
		add(fieldEqual, web.ErrorText(ctx, dossier.ErrScanUnchecked))
	}
}

// digitalGrid lists the papers with how each came and what is known of it, with links to digitise.
func digitalGrid(ctx context.Context, x *dossier.Dossier, by access.Actor, f dossier.Facts) component.Grid {
	g := component.Grid{
		Caption: lang.T(ctx, "papers.digital"), Stack: true, Empty: noPapers(),
		Columns: []component.Column{
			{Title: lang.T(ctx, "papers.col.paper"), Width: "wide"},
			{Title: lang.T(ctx, "desk.col.file")},
			{Title: lang.T(ctx, "papers.col.origin")},
			{Title: lang.T(ctx, "papers.col.meta")},
			{Title: lang.T(ctx, "papers.digitise"), Hidden: true, Width: "narrow"},
		},
	}
	may := x.MayDigitise(by)
	for i, p := range x.Papers {
		row := paperLine(ctx, x.ID, p, componentName(ctx, f.Procedure, p.Component))
		origin := component.Cell{Text: originText(ctx, p)}
		if p.From != nil {
			origin.Note = lang.T(ctx, "papers.reused-from", "code", p.From.Code)
		} else if p.Scan != nil {
			origin.Note = when(ctx, p.Scan.At)
		}
		act := component.Cell{}
		if may {
			label := "papers.digitise"
			if p.Hash != "" {
				label = "papers.describe"
			}
			act.Content = digitiseLink(pathCase+x.ID+pathDigitise+strconv.Itoa(i+1), lang.T(ctx, label), row.component)
		}
		g.Rows = append(g.Rows, component.Row{Cells: []component.Cell{
			{Text: row.component, Note: row.form}, {Content: paperName(row), Note: row.size}, origin, {Text: metaText(ctx, p.Meta)}, act,
		}})
	}
	return g
}

func originText(ctx context.Context, p dossier.Paper) string {
	switch {
	case p.Origin != "":
		return lang.T(ctx, "papers.origin."+p.Origin)
	case p.Hash == "":
		return lang.T(ctx, "papers.origin.paper")
	}
	return lang.T(ctx, "papers.origin.attached")
}

// metaText is the data of a digitised paper in few lines.
func metaText(ctx context.Context, m *dossier.PaperMeta) string {
	if m == nil {
		return "–"
	}
	out := m.DocType + " – " + m.Title
	if m.Until != "" {
		out += "\n" + lang.T(ctx, "papers.valid-until", "day", dayText(ctx, m.Until))
	}
	return out
}

// looksView is who has looked at a dossier, for the control of procedures.
type looksView struct {
	rail []component.RailGroup
	d    *dossier.Dossier
	grid component.Grid
	next string
}

// looks lists who has looked at a dossier.
func (d *desk) looks(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	x, _, err := d.Service.Dossier(ctx, actor(ctx), r.PathValue("id"))
	if err != nil {
		return err
	}
	if d.Views == nil {
		return web.ErrNoPage
	}
	list, next, err := d.Views(ctx, x.ID, r.URL.Query().Get("sau"), dossier.PageSize)
	if err != nil {
		return err
	}
	v := looksView{d: x}
	if next != "" {
		v.next = r.URL.Path + "?sau=" + next
	}
	n := d.names()
	v.grid = component.Grid{
		Caption: lang.T(ctx, "papers.looks"), Stack: true, Empty: noLooks(),
		Columns: []component.Column{{Title: lang.T(ctx, "papers.col.at")}, {Title: lang.T(ctx, "papers.col.who")}, {Title: lang.T(ctx, "papers.col.agency")}, {Title: lang.T(ctx, "papers.col.what"), Width: "wide"}},
	}
	for _, l := range list {
		who := n.post(l.Post, l.At)
		if n.person != nil {
			if name := n.person(l.Person); name != "" {
				who = name + " – " + who
			}
		}
		v.grid.Rows = append(v.grid.Rows, component.Row{Cells: []component.Cell{
			{Text: when(ctx, l.At)}, {Text: who}, {Text: n.agency(l.Agency, l.At)}, {Text: lookText(ctx, x, l)},
		}})
	}
	if v.rail, _, err = d.rail(r, ""); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, looksPage(v))
}

// lookText says what was opened.
func lookText(ctx context.Context, x *dossier.Dossier, l casefile.View) string {
	if l.What == casefile.ViewPaper || l.What == casefile.ViewReuse {
		if name, ok := x.FileNamed(l.Thing); ok {
			return lang.T(ctx, "papers.look."+l.What+"-named", "name", name)
		}
	}
	return lang.T(ctx, "papers.look."+l.What)
}

// saw puts the opening of a file or form on record; what cannot be is not shown.
func (d *desk) saw(ctx context.Context, id, what, thing string) error {
	if d.Saw == nil {
		return nil
	}
	return d.Saw(actor(ctx), id, what, thing)
}

// eraseView is the page that removes the personal data of an ended dossier.
type eraseView struct {
	rail    []component.RailGroup
	d       *dossier.Dossier
	may     bool
	held    []string // papers that are still with the offices
	basis   string
	key     string
	errors  []component.FieldError
	refusal string
}

func (v eraseView) errorOf(id string) string {
	for _, e := range v.errors {
		if e.ID == id {
			return e.Text
		}
	}
	return ""
}

func (d *desk) eraseOf(ctx context.Context, id string) (*eraseView, error) {
	x, _, err := d.Service.Dossier(ctx, actor(ctx), id)
	if err != nil {
		return nil, err
	}
	v := &eraseView{d: x, key: web.NewKey(), may: x.Status.Ended() && x.ErasedAt.IsZero() && len(x.PendingHandovers()) == 0}
	n := d.names()
	for _, it := range x.Custody {
		if it.Keeper.Office() || it.Pending != 0 {
			v.held = append(v.held, itemText(ctx, it)+" ("+n.keeper(ctx, it.Keeper, d.Now())+")")
		}
	}
	return v, nil
}

func (d *desk) eraseAsk(w http.ResponseWriter, r *http.Request) error {
	v, err := d.eraseOf(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	return d.renderErase(w, r, http.StatusOK, v)
}

func (d *desk) renderErase(w http.ResponseWriter, r *http.Request, status int, v *eraseView) error {
	rail, _, err := d.rail(r, "")
	if err != nil {
		return err
	}
	v.rail = rail
	return web.Render(w, r, status, erasePage(*v))
}

func (d *desk) erase(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	req, err := request(r, f)
	if err != nil {
		return err
	}
	ctx := r.Context()
	why := d.Service.Erase(ctx, req, f.Get(fieldBasis))
	if why == nil {
		return web.SeeOther(w, r, pathCase+req.Dossier, "papers.erased")
	}
	e, ok := asRefusal(why)
	if !ok {
		return why
	}
	v, err := d.eraseOf(ctx, req.Dossier)
	if err != nil {
		return err
	}
	v.basis = f.Get(fieldBasis)
	if e.Code == dossier.ErrReasonNeeded.Code {
		v.errors = []component.FieldError{{ID: fieldBasis, Text: lang.T(ctx, "papers.erase.basis-needed")}}
	} else {
		v.refusal = web.ErrorText(ctx, e)
	}
	return d.renderErase(w, r, web.Status(why), v)
}
