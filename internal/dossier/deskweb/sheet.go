package deskweb

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/dossier/sheet"
	"github.com/motcua/motcua/internal/eform"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/filestore"
	"github.com/motcua/motcua/internal/print"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/procedure/find"
	"github.com/motcua/motcua/internal/upload"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

// Names of the inputs of an intake from a spreadsheet.
const (
	fieldSheet  = "bang-tinh"
	fieldAccept = "tiep-nhan-ngay"
	pathSheet   = "/tiep-nhan/bang-tinh"
)

// lineState is what becomes of a line.
type lineState string

const (
	lineReady  lineState = "ready"
	lineBad    lineState = "bad"
	lineTwin   lineState = "twin"   // a likely duplicate that nobody confirmed
	lineLodged lineState = "lodged" // by this or an earlier sending of the same line
)

// sheetRow is one line of the spreadsheet with what becomes of it.
type sheetRow struct {
	number  int
	owner   dossier.Party
	state   lineState
	says    []string
	twins   []dossier.Row
	ticked  bool // not a duplicate, the officer says
	id      string
	code    string
	key     string
	answers json.RawMessage
	papers  []dossier.Paper
}

// sheetView is the page of a procedure's spreadsheet.
type sheetView struct {
	rail      []component.RailGroup
	query     string
	asked     bool
	found     component.Grid
	version   *procedure.Version
	formPin   dossier.Pin
	layout    sheet.Layout
	form      *eform.Compiled
	resolvers []component.Option
	resolver  string
	submitter string
	canAccept bool // the officer may accept, and the time limit is one
	accept    bool
	key       string
	file      string // sealed
	name      string // of the file
	rows      []sheetRow
	done      bool
	errors    []component.FieldError
	refusal   string
}

func (v sheetView) errorOf(id string) string {
	for _, e := range v.errors {
		if e.ID == id {
			return e.Text
		}
	}
	return ""
}

func (v sheetView) count(s lineState) int {
	n := 0
	for _, r := range v.rows {
		if r.state == s {
			n++
		}
	}
	return n
}

func (v sheetView) path() string { return pathSheet + "/" + url.PathEscape(v.version.Code) }

// sheets is where the procedure of a spreadsheet is found.
func (d *desk) sheets(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	q, _ := web.Clean(r.URL.Query().Get("q"))
	v := sheetView{query: q, asked: q != ""}
	if v.asked {
		v.found = component.Grid{
			Caption: lang.T(ctx, "desk.intake.found"), Keys: true, Empty: noProcedure(),
			Columns: []component.Column{{Title: lang.T(ctx, "desk.col.number")}, {Title: lang.T(ctx, "desk.col.procedure"), Width: "wide"}},
		}
		for _, hit := range d.Finder.Search(q, find.Options{N: 15}) {
			v.found.Rows = append(v.found.Rows, component.Row{Cells: []component.Cell{{Text: hit.Code, Href: pathSheet + "/" + url.PathEscape(hit.Code), Code: true}, {Text: hit.Name, Clip: true}}})
		}
	}
	var err error
	if v.rail, _, err = d.rail(r, railIntake); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, sheetsPage(v))
}

// loadSheet gathers what the page of a procedure's spreadsheet needs.
func (d *desk) loadSheet(ctx context.Context, code string) (*sheetView, error) {
	o, err := d.Service.Offer(code)
	if err != nil {
		return nil, err
	}
	v := &sheetView{version: o.Version, key: web.NewKey()}
	if v.form, err = d.form(ctx, o.Form.Digest); err != nil {
		return nil, err
	}
	v.formPin = dossier.Pin{ID: o.Form.ID, Digest: o.Form.Digest}
	now := d.Now()
	if v.layout, err = sheet.Of(v.form, *o.Version, d.places(now), sheetWords(ctx)); err != nil {
		if e, ok := errorAs(err); ok {
			v.refusal = web.ErrorText(ctx, e)
			return v, nil
		}
		return nil, err
	}
	if o.ByCommune || len(o.Agencies) != 1 {
		n := d.names()
		for _, id := range o.Agencies {
			v.resolvers = append(v.resolvers, component.Option{Value: string(id), Label: n.agency(id, now)})
		}
		if by := actor(ctx).Agency; slices.Contains(o.Agencies, by) {
			v.resolver = string(by)
		}
	}
	v.canAccept = actor(ctx).May(access.DossierAccept) && len(dossier.Limits(*o.Version, procedure.Direct)) == 1
	v.accept = v.canAccept
	return v, nil
}

func sheetWords(ctx context.Context) sheet.Words {
	t := func(key string) string { return lang.T(ctx, "desk.sheet."+key) }
	return sheet.Words{
		Sheet: t("lines"), Help: t("help"), Column: t("column"), Must: t("must"), Allowed: t("allowed"), Yes: t("yes"), No: t("no"), Papers: t("papers"),
		Province: t("province"), Commune: t("commune"), Detail: t("detail"), Date: t("date"), Several: t("several"),
	}
}

func (d *desk) renderSheet(w http.ResponseWriter, r *http.Request, status int, v *sheetView) error {
	var err error
	if v.rail, _, err = d.rail(r, railIntake); err != nil {
		return err
	}
	return web.Render(w, r, status, sheetPage(*v))
}

func (d *desk) sheet(w http.ResponseWriter, r *http.Request) error {
	v, err := d.loadSheet(r.Context(), r.PathValue("code"))
	if err != nil {
		return err
	}
	return d.renderSheet(w, r, http.StatusOK, v)
}

// sheetTemplate is the empty spreadsheet of a procedure.
func (d *desk) sheetTemplate(w http.ResponseWriter, r *http.Request) error {
	v, err := d.loadSheet(r.Context(), r.PathValue("code"))
	if err != nil {
		return err
	}
	if v.refusal != "" {
		return sheet.ErrGroup
	}
	var b bytes.Buffer
	if err := v.layout.Template(&b); err != nil {
		return err
	}
	return web.WriteFile(w, upload.XLSX.MediaType(), v.version.Code+".xlsx", false, &b)
}

// checkSheet reads an uploaded spreadsheet and says of every line what is wrong with it. Nothing is lodged.
func (d *desk) checkSheet(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f, files, err := d.readMixed(r)
	if err != nil {
		return err
	}
	if f.Key == "" {
		return dossier.ErrKeyNeeded
	}
	v, err := d.loadSheet(ctx, r.PathValue("code"))
	if err != nil {
		return err
	}
	if v.refusal != "" {
		return d.renderSheet(w, r, http.StatusConflict, v)
	}
	var bad *fault.Error
	for _, file := range files {
		switch e, refused := errorAs(file.err); {
		case file.field != fieldSheet:
		case refused:
			bad = e
		case file.err != nil:
			return file.err
		default:
			f.Set(fieldSheet+suffixKept, d.sealed(file.paper))
		}
	}
	if bad == nil && f.Get(fieldSheet+suffixKept) == "" {
		bad = errNoSheet
	}
	if bad != nil {
		v.typed(f)
		v.errors = append(v.errors, component.FieldError{ID: fieldSheet, Text: web.ErrorText(ctx, bad)})
		return d.renderSheet(w, r, http.StatusUnprocessableEntity, v)
	}
	if err := d.readSheet(ctx, v, f); err != nil {
		return err
	}
	status := http.StatusOK
	if len(v.errors) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return d.renderSheet(w, r, status, v)
}

// errNoSheet asks for the file.
var errNoSheet = fault.New(fault.Invalid, "sheet.choose")

// typed keeps what was chosen besides the file.
func (v *sheetView) typed(f web.Form) {
	v.resolver, v.submitter = f.Get(fieldResolver), f.Get(fieldSubmitter)
	v.accept = v.canAccept && f.Get(fieldAccept) != ""
}

// readSheet fills the view with the lines of the file and what becomes of each.
func (d *desk) readSheet(ctx context.Context, v *sheetView, f web.Form) error {
	v.typed(f)
	wrong := func(field string, err error) error {
		e, ok := errorAs(err)
		if !ok {
			return err
		}
		v.rows, v.file = nil, ""
		v.errors = append(v.errors, component.FieldError{ID: field, Text: web.ErrorText(ctx, e)})
		return nil
	}
	if len(v.resolvers) > 0 && !slices.ContainsFunc(v.resolvers, func(o component.Option) bool { return o.Value == v.resolver }) {
		return wrong(fieldResolver, procedure.ErrChoose)
	}
	kept := f.Get(fieldSheet + suffixKept)
	p, ok := d.unsealed(kept)
	if !ok {
		return wrong(fieldSheet, errKept)
	}
	if p.Type != string(upload.XLSX) {
		return wrong(fieldSheet, sheet.ErrNoSheet)
	}
	hash, err := filestore.ParseHash(p.Hash)
	if err != nil {
		return wrong(fieldSheet, errKept)
	}
	body, err := d.Files.Open(hash)
	if err != nil {
		return wrong(fieldSheet, errKept)
	}
	defer func() { _ = body.Close() }()
	lines, err := v.layout.Read(body)
	if err != nil {
		return wrong(fieldSheet, err)
	}
	v.file, v.name = kept, p.Name
	seen := map[string]int{}
	for _, line := range lines {
		row, err := d.judgeLine(ctx, v, line, f.Values["trung"])
		if err != nil {
			return err
		}
		if row.state != lineBad {
			if first, twice := seen[row.key]; twice {
				row.state, row.says = lineBad, []string{lang.T(ctx, "desk.sheet.same-line", "n", first)}
			} else {
				seen[row.key] = row.number
			}
		}
		v.rows = append(v.rows, row)
	}
	return nil
}

// judgeLine says what is wrong with a line: by the form, by the papers, as a duplicate.
func (d *desk) judgeLine(ctx context.Context, v *sheetView, line sheet.Line, ticked []string) (sheetRow, error) {
	by, now := actor(ctx), d.Now()
	row := sheetRow{number: line.Number, state: lineReady}
	say := func(column int, text string) {
		row.state = lineBad
		if column >= 0 {
			text = lang.T(ctx, "desk.sheet.at", "column", v.layout.Columns[column].Title, "what", text)
		}
		row.says = append(row.says, text)
	}
	said := map[string]bool{}
	for _, p := range line.Problems {
		said[v.layout.Columns[p.Column].Path] = true
		say(p.Column, web.ErrorText(ctx, fault.New(fault.Invalid, p.Code)))
	}
	posted, err := v.form.Parse("", line.Values, eform.Answers{})
	if err != nil {
		return row, err
	}
	subject := v.form.Subject(posted.Answers)
	row.owner = d.party(subject, d.places(now))
	for _, wrong := range v.form.Validate("", posted.Answers, eform.Given{Now: now, Places: d.places(now)}) {
		if said[wrong.Name] {
			continue
		}
		say(slices.IndexFunc(v.layout.Columns, func(c sheet.Column) bool { return c.Path == wrong.Name }), web.FieldText(ctx, wrong))
	}
	for id, form := range v.layout.PapersOf(line) {
		row.papers = append(row.papers, dossier.Paper{Component: id, Name: componentName(ctx, *v.version, id), Form: form, Count: line.Papers[id]})
	}
	slices.SortFunc(row.papers, func(a, b dossier.Paper) int { return strings.Compare(a.Component, b.Component) })
	if row.answers, err = posted.Answers.Canonical(); err != nil {
		return row, err
	}
	judged := dossier.JudgedDraft(d.Catalogue(), dossier.Draft{
		Digest: v.version.Digest, Form: v.formPin, Competent: agency.ID(v.resolver), Channel: procedure.Direct,
	}, row.answers, dayOf(now))
	for _, m := range dossier.Missing(*judged.Version, row.papers) {
		if !said[m.ID] {
			say(-1, web.ErrorText(ctx, dossier.ErrPaperMissing.With("paper", m.Name)))
		}
	}
	for _, a := range judged.Against {
		say(-1, a.Say(lang.From(ctx)))
	}
	row.key = sheetKey(v.version.Code, v.resolver, dayOf(now), string(row.answers))
	if row.state == lineBad {
		return row, nil
	}
	if done, err := d.lodgedLine(ctx, row.key); err != nil || done != nil {
		if done != nil {
			row.state, row.id, row.code = lineLodged, done.ID, done.Shown()
		}
		return row, err
	}
	row.ticked = slices.Contains(ticked, strconv.Itoa(row.number))
	if row.twins, err = d.Service.Duplicates(ctx, by, v.version.Code, subject.Number); err != nil {
		return row, err
	}
	if len(row.twins) > 0 && !row.ticked {
		row.state = lineTwin
	}
	return row, nil
}

// sheetKey is the idempotency key of a line: what it says, not where it stands. The same line in a mended file, or
// in the same one sent again, is the same request; another day it is a new one.
func sheetKey(parts ...string) string {
	sum := sha256.Sum256([]byte("sheet\n" + strings.Join(parts, "\n")))
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:20]))
}

// lodgedLine is the dossier that a line became earlier today; nil if it did not.
func (d *desk) lodgedLine(ctx context.Context, key string) (*dossier.Dossier, error) {
	if d.Answers == nil {
		return nil, nil //nolint:nilnil // nobody remembers
	}
	a, ok, err := d.Answers.Answered(ctx, actor(ctx).Person, key)
	if err != nil || !ok {
		return nil, err
	}
	x, _, err := d.Service.Dossier(ctx, actor(ctx), a.Dossier)
	return x, err
}

// lodgeSheet lodges every line that is ready, one by one: what cannot be lodged is told and holds up no other line.
func (d *desk) lodgeSheet(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	if f.Key == "" {
		return dossier.ErrKeyNeeded
	}
	v, err := d.loadSheet(ctx, r.PathValue("code"))
	if err != nil {
		return err
	}
	if v.refusal != "" {
		return d.renderSheet(w, r, http.StatusConflict, v)
	}
	by := actor(ctx)
	defer counterBusy.lock("sheet " + by.Person)() // a second click waits and then finds every line lodged
	if err := d.readSheet(ctx, v, f); err != nil {
		return err
	}
	if len(v.errors) > 0 {
		return d.renderSheet(w, r, http.StatusUnprocessableEntity, v)
	}
	place := ""
	if a, ok := d.Catalogue().Tree().At(agency.ID(v.resolver), dayOf(d.Now())); ok {
		place = a.Place
	}
	file, _ := readPaper(v.file)
	group := sheetKey("visit", file.Hash, dayOf(d.Now()))[:26]
	for i := range v.rows {
		row := &v.rows[i]
		if row.state != lineReady {
			continue
		}
		c := dossier.LodgeCommand{
			Procedure: v.version.Code, Competent: agency.ID(v.resolver), Place: place, Papers: row.papers,
			SubmitCommand: dossier.SubmitCommand{Owner: row.owner, Submitter: dossier.Party{Name: v.submitter}, Answers: row.answers, Accept: v.accept, Group: group},
		}
		x, _, err := d.Service.Lodge(ctx, by, row.key, c)
		if err != nil {
			e, ok := errorAs(err)
			if !ok || errors.Is(err, context.Canceled) || e.Kind == fault.Internal {
				return err
			}
			row.state, row.says = lineBad, []string{web.ErrorText(ctx, e)}
			continue
		}
		row.state, row.id, row.code = lineLodged, x.ID, x.Shown()
	}
	v.done = true
	return d.renderSheet(w, r, http.StatusOK, v)
}

// sheetReport saves what became of every line.
func (d *desk) sheetReport(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	v, err := d.loadSheet(ctx, r.PathValue("code"))
	if err != nil {
		return err
	}
	if v.refusal == "" {
		if err := d.readSheet(ctx, v, f); err != nil {
			return err
		}
	}
	if v.refusal != "" || len(v.errors) > 0 {
		return d.renderSheet(w, r, http.StatusUnprocessableEntity, v)
	}
	text := func(key string) string { return lang.T(ctx, "desk.sheet."+key) }
	columns := []print.Column{{Title: text("line")}, {Title: lang.T(ctx, "desk.col.owner"), Width: 30}, {Title: text("state")}, {Title: lang.T(ctx, "desk.col.code"), Width: 24}, {Title: text("what"), Width: 80}}
	var b bytes.Buffer
	err = print.Sheet(&b, text("report"), columns, func(yield func([]any, error) bool) {
		for _, row := range v.rows {
			if !yield([]any{strconv.Itoa(row.number), row.owner.Name, lang.T(ctx, "desk.sheet.state."+string(row.state)), row.code, strings.Join(row.all(ctx), "\n")}, nil) {
				return
			}
		}
	})
	if err != nil {
		return err
	}
	return web.WriteFile(w, upload.XLSX.MediaType(), text("report")+" "+v.version.Code+".xlsx", false, &b)
}

// all is everything said of the line.
func (r sheetRow) all(ctx context.Context) []string {
	out := slices.Clone(r.says)
	for _, t := range r.twins {
		if r.state == lineTwin {
			out = append(out, lang.T(ctx, "desk.sheet.twin", "code", shownCode(t), "when", when(ctx, t.Submitted)))
		}
	}
	return out
}

func (r sheetRow) tone() component.Tone {
	switch r.state {
	case lineLodged:
		return component.Done
	case lineReady:
		return component.InTime
	case lineTwin:
		return component.DueSoon
	case lineBad:
	}
	return component.Overdue
}

// grid is the table of lines.
func (v sheetView) grid(ctx context.Context) component.Grid {
	g := component.Grid{
		Caption: lang.T(ctx, "desk.sheet.checked"), Stack: true,
		Columns: []component.Column{
			{Title: lang.T(ctx, "desk.sheet.line"), Numeric: true},
			{Title: lang.T(ctx, "desk.col.owner")},
			{Title: lang.T(ctx, "desk.sheet.state")},
			{Title: lang.T(ctx, "desk.col.code")},
			{Title: lang.T(ctx, "desk.sheet.what"), Width: "wide"},
		},
	}
	for _, r := range v.rows {
		code := component.Cell{Text: r.code, Code: true}
		if r.id != "" {
			code.Href = pathCase + r.id
		}
		g.Rows = append(g.Rows, component.Row{Tone: r.tone(), Cells: []component.Cell{
			{Text: strconv.Itoa(r.number)},
			{Text: r.owner.Name, Note: r.owner.Number},
			{Content: component.Status(r.tone(), lang.T(ctx, "desk.sheet.state."+string(r.state)))},
			code,
			{Content: lineSays(v, r)},
		}})
	}
	return g
}
