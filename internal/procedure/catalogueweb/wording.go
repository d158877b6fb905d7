package catalogueweb

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/law"
	"github.com/motcua/motcua/internal/print"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/viet"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

// common is the part of a wording that all of its forms share, in addresses.
const common = "chung"

// formSets lists the sets of forms of all rule sets, the newest first.
func formSets() []law.FormSet {
	var out []law.FormSet
	for _, r := range slices.Backward(law.Standard.Sets()) {
		if !slices.ContainsFunc(out, func(f law.FormSet) bool { return f.ID == r.Forms.ID }) {
			out = append(out, r.Forms)
		}
	}
	return out
}

// cut is one part of a wording's text: Before + Text + After is the whole.
type cut struct{ before, text, after string }

// line is the number of the part's first line.
func (c cut) line() int { return strings.Count(c.before, "\n") + 1 }

// part takes one form out of the text of a set, from its key to the key of the next form; common is what comes before
// the first form. ok is false when the text has no such part.
func part(text, form string) (cut, bool) {
	keys := func(line string) bool {
		key, _, found := strings.Cut(line, ":")
		return found && slices.Contains(formKeys, key)
	}
	from, to, at := -1, len(text), 0
	if form == common {
		from = 0
	}
	for line := range strings.Lines(text) {
		switch {
		case from < 0 && strings.HasPrefix(line, form+":"):
			from = at
		case from >= 0 && keys(line):
			to = at
		}
		if from >= 0 && to < len(text) {
			break
		}
		at += len(line)
	}
	if from < 0 {
		return cut{}, false
	}
	return cut{text[:from], text[from:to], text[to:]}, true
}

var formKeys = []string{
	print.ReceiptForm, print.SupplementForm, print.RefusalForm, print.ApologyForm, print.StopForm, print.ControlForm, print.RegisterForm,
}

type wordingsView struct {
	tabs []component.Tab
	sets []setView
}

type setView struct {
	id, note string
	grid     component.Grid
}

// wordings lists the forms of every set with the version of their wording that is in force.
func (d room) wordings(w http.ResponseWriter, r *http.Request) error {
	ctx, today := r.Context(), d.today()
	v := wordingsView{tabs: d.tabs(ctx, pathWording)}
	for _, set := range formSets() {
		list, err := d.Store.TemplateVersions(ctx, set.Template())
		if err != nil {
			return err
		}
		s := setView{id: set.ID, note: lang.T(ctx, "wording.program")}
		for _, x := range list {
			switch {
			case x.State == procedure.Draft:
				s.note += " " + lang.T(ctx, "wording.waits")
			case agency.InForce(x.From, x.Until, today):
				s.note = lang.T(ctx, "wording.in-force", "number", strconv.Itoa(x.Number), "from", day(ctx, x.From))
			}
		}
		s.grid = component.Grid{Caption: set.ID, Stack: true, Columns: []component.Column{
			{Title: lang.T(ctx, "wording.number")}, {Title: lang.T(ctx, "wording.form"), Width: "wide"}, {Title: lang.T(ctx, "wording.paper")}, {Title: lang.T(ctx, "wording.sample")},
		}}
		path := pathWording + "/" + setName(set) + "/"
		for _, f := range set.List {
			s.grid.Rows = append(s.grid.Rows, component.Row{Cells: []component.Cell{
				{Text: f.Number}, {Text: f.Name, Href: path + f.Key}, {Text: f.Paper}, {Text: lang.T(ctx, "wording.open-pdf"), Href: path + f.Key + "/ban/" + current},
			}})
		}
		s.grid.Rows = append(s.grid.Rows, component.Row{Cells: []component.Cell{{Text: "–"}, {Text: lang.T(ctx, "wording.common"), Href: path + common}, {Text: "–"}, {Text: "–"}}})
		v.sets = append(v.sets, s)
	}
	return web.Render(w, r, http.StatusOK, wordingsPage(v))
}

func setName(f law.FormSet) string { return strings.TrimSuffix(f.Template(), ".yaml") }

// asked is one form of one set, as the address names it.
type asked struct {
	set  law.FormSet
	form law.Form // the zero Form for the common part
	key  string
}

func (a asked) path() string { return pathWording + "/" + setName(a.set) + "/" + a.key }

func (a asked) title(ctx context.Context) string {
	if a.key == common {
		return lang.T(ctx, "wording.common")
	}
	return a.form.Name
}

func askedFor(r *http.Request) (asked, error) {
	for _, set := range formSets() {
		if setName(set) != r.PathValue("set") {
			continue
		}
		if r.PathValue("form") == common {
			return asked{set: set, key: common}, nil
		}
		if f, ok := set.Form(r.PathValue("form")); ok {
			return asked{set, f, f.Key}, nil
		}
	}
	return asked{}, web.ErrNoPage
}

// newest returns the versions of a set's wording and the text that the next change starts from.
func (d room) newest(ctx context.Context, a asked) (list []procedure.TemplateVersion, text, digest string, err error) {
	if list, err = d.Store.TemplateVersions(ctx, a.set.Template()); err != nil {
		return nil, "", "", err
	}
	if n := len(list); n > 0 {
		return list, list[n-1].Text, list[n-1].Digest, nil
	}
	raw, err := print.Source(print.FormSet(setName(a.set)))
	return nil, string(raw), "", err
}

type wordingView struct {
	asked
	once     string // idempotency key
	base     string
	text     component.Field
	kind     component.Choice
	errors   []component.FieldError
	changed  bool // somebody else changed it meanwhile
	mayEdit  bool
	draft    *procedure.TemplateVersion
	versions component.Grid
}

func (d room) wording(w http.ResponseWriter, r *http.Request) error {
	a, err := askedFor(r)
	if err != nil {
		return err
	}
	v, err := d.wordingView(r.Context(), a)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, wordingPage(v))
}

func (d room) wordingView(ctx context.Context, a asked) (wordingView, error) {
	list, text, base, err := d.newest(ctx, a)
	if err != nil {
		return wordingView{}, err
	}
	v := wordingView{asked: a, once: web.NewKey(), base: base, mayEdit: mayEdit(ctx)}
	c, _ := part(text, a.key)
	v.text = component.Field{
		Name: "noi-dung", Label: lang.T(ctx, "wording.text"), Hint: lang.T(ctx, "wording.text-hint"), Value: c.text, Rows: 28, MaxLength: maxWording,
		ReadOnly: !v.mayEdit, Data: map[string]any{"spellcheck": "false", "autocapitalize": "none"},
	}
	v.kind = component.Choice{Name: "mau", Label: lang.T(ctx, "wording.sample-kind"), Values: []string{print.SampleUsual}}
	for _, k := range samplesOf(a.key) {
		v.kind.Options = append(v.kind.Options, component.Option{Value: k, Label: lang.T(ctx, "wording.sample."+k)})
	}
	v.versions = component.Grid{Caption: lang.T(ctx, "catalogue.versions"), Stack: true, Columns: []component.Column{
		{Title: lang.T(ctx, "catalogue.number")},
		{Title: lang.T(ctx, "catalogue.state")},
		{Title: lang.T(ctx, "catalogue.from")},
		{Title: lang.T(ctx, "catalogue.until")},
		{Title: lang.T(ctx, "catalogue.digest")},
		{Title: lang.T(ctx, "wording.sample")},
	}}
	today := d.today()
	for _, x := range slices.Backward(list) {
		tone, state := component.Neutral, "ended"
		switch {
		case x.State == procedure.Draft:
			tone, state = component.DueSoon, "draft"
			v.draft = &x
		case x.From > today:
			tone, state = component.Notice, "coming"
		case agency.InForce(x.From, x.Until, today):
			tone, state = component.InTime, "in-force"
		}
		pdf := component.Cell{Text: "–"}
		if a.key != common {
			pdf = component.Cell{Text: lang.T(ctx, "wording.open-pdf"), Href: a.path() + "/ban/" + strconv.Itoa(x.Number)}
		}
		v.versions.Rows = append(v.versions.Rows, component.Row{Cells: []component.Cell{
			{Text: count(ctx, x.Number)},
			{Text: lang.T(ctx, "catalogue.state."+state), Chip: tone},
			{Text: dash(day(ctx, x.From)), Code: true},
			{Text: dash(day(ctx, x.Until)), Code: true},
			{Text: digest(x.Digest), Code: true},
			pdf,
		}})
	}
	return v, nil
}

// samplesOf lists the samples that a part is previewed with; the common part shows on a receipt.
func samplesOf(key string) []string {
	if key == common {
		key = print.ReceiptForm
	}
	return print.Samples(key)
}

// maxWording bounds the text of one part, in characters.
const maxWording = 40_000

// typedWording reads what was typed and puts it into the whole text.
func (d room) typedWording(r *http.Request, a asked) (form web.Form, whole string, at cut, err error) {
	if form, err = web.ReadForm(r); err != nil {
		return form, "", at, err
	}
	_, text, _, err := d.newest(r.Context(), a)
	if err != nil {
		return form, "", at, err
	}
	at, ok := part(text, a.key)
	if !ok {
		at = cut{before: strings.TrimRight(text, "\n") + "\n\n"}
	}
	typed := viet.NFC(strings.TrimRight(strings.ReplaceAll(form.Get("noi-dung"), "\r\n", "\n"), " \n\t")) + "\n"
	if at.after != "" {
		typed += "\n"
	}
	return form, at.before + typed + at.after, at, nil
}

// propose keeps what was typed as the draft of the set's wording.
func (d room) propose(w http.ResponseWriter, r *http.Request) error {
	a, err := askedFor(r)
	if err != nil {
		return err
	}
	form, whole, at, err := d.typedWording(r, a)
	if err != nil {
		return err
	}
	ctx := r.Context()
	if _, err := print.Parse([]byte(whole)); err != nil {
		return d.badWording(w, r, a, form, at, err)
	}
	err = d.Store.ProposeTemplate(ctx, procedure.Proposal{Path: a.set.Template(), Text: whole, Base: form.Get("ban-truoc"), Person: web.ActorFrom(ctx).Person})
	switch {
	case err == nil:
		return web.SeeOther(w, r, a.path(), "wording.proposed")
	case errors.Is(err, procedure.ErrNothingNew):
		return d.refuseWording(w, r, a, form, []string{lang.T(ctx, "error.procedure.nothing-new")}, http.StatusUnprocessableEntity)
	case errors.Is(err, procedure.ErrProposalStale):
		v, err := d.wordingView(ctx, a)
		if err != nil {
			return err
		}
		v.changed, v.text.Value = true, form.Get("noi-dung")
		return web.Render(w, r, http.StatusConflict, wordingPage(v))
	}
	return err
}

// preview draws what was typed with sample data; nothing is kept.
func (d room) preview(w http.ResponseWriter, r *http.Request) error {
	a, err := askedFor(r)
	if err != nil {
		return err
	}
	form, whole, at, err := d.typedWording(r, a)
	if err != nil {
		return err
	}
	f, err := print.Parse([]byte(whole))
	if err != nil {
		return d.badWording(w, r, a, form, at, err)
	}
	return d.sample(w, f, a, form.Get("mau"))
}

func (d room) sample(w http.ResponseWriter, f *print.Forms, a asked, kind string) error {
	key := a.key
	if key == common {
		key = print.ReceiptForm
	}
	if !slices.Contains(samplesOf(key), kind) {
		kind = print.SampleUsual
	}
	pdf, err := f.Sample(key, kind, sampleTime(d.Now()))
	if err != nil {
		return err
	}
	w.Header().Set("Content-Security-Policy", "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'")
	return web.WriteFile(w, "application/pdf", "xem-thu-"+key+".pdf", true, bytes.NewReader(pdf))
}

// sampleTime is the morning of today: a preview of the same day is the same paper.
func sampleTime(now time.Time) time.Time {
	return calendar.DateOf(now).At(9*60 + 15)
}

// badWording shows what was typed with what is wrong in it, line by line.
func (d room) badWording(w http.ResponseWriter, r *http.Request, a asked, form web.Form, at cut, err error) error {
	bad, ok := errors.AsType[*print.TemplateError](err)
	if !ok {
		return err
	}
	ctx := r.Context()
	var lines []string
	typed := strings.Count(form.Get("noi-dung"), "\n") + 1
	for _, p := range bad.Problems {
		what := p.Text
		if p.Name != "" && strings.Contains(p.Text, "unknown field") {
			what = lang.T(ctx, "wording.unknown-field", "name", "{"+p.Name+"}")
		} else if p.Form == "" {
			what = lang.T(ctx, "wording.not-understood", "what", p.Text)
		}
		switch n := p.Line - at.line() + 1; {
		case p.Line == 0:
			lines = append(lines, what)
		case n >= 1 && n <= typed:
			lines = append(lines, lang.T(ctx, "wording.at-line", "line", strconv.Itoa(n), "what", what))
		default:
			lines = append(lines, lang.T(ctx, "wording.elsewhere", "line", strconv.Itoa(p.Line), "what", what))
		}
		if len(lines) == 20 {
			break
		}
	}
	return d.refuseWording(w, r, a, form, lines, http.StatusUnprocessableEntity)
}

func (d room) refuseWording(w http.ResponseWriter, r *http.Request, a asked, form web.Form, lines []string, status int) error {
	v, err := d.wordingView(r.Context(), a)
	if err != nil {
		return err
	}
	v.base = form.Get("ban-truoc")
	v.text.Value, v.text.Error = form.Get("noi-dung"), strings.Join(lines, "\n")
	for _, l := range lines {
		v.errors = append(v.errors, component.FieldError{ID: v.text.Name, Text: l})
	}
	return web.Render(w, r, status, wordingPage(v))
}

// current stands for the number of the version in force.
const current = "hien-hanh"

// printed draws a stored version with sample data.
func (d room) printed(w http.ResponseWriter, r *http.Request) error {
	a, err := askedFor(r)
	if err != nil {
		return err
	}
	list, err := d.Store.TemplateVersions(r.Context(), a.set.Template())
	if err != nil {
		return err
	}
	want, today := r.PathValue("number"), d.today()
	for _, x := range slices.Backward(list) {
		inForce := x.State == procedure.Published && agency.InForce(x.From, x.Until, today)
		if want == strconv.Itoa(x.Number) || want == current && inForce {
			f, err := print.Parse([]byte(x.Text))
			if err != nil {
				return fault.New(fault.Invalid, "wording.unreadable").Because(err)
			}
			return d.sample(w, f, a, r.URL.Query().Get("mau"))
		}
	}
	if want != current {
		return web.ErrNoPage
	}
	f, err := print.Builtin(print.FormSet(setName(a.set)))
	if err != nil {
		return err
	}
	return d.sample(w, f, a, r.URL.Query().Get("mau"))
}

// dropWording takes the draft back.
func (d room) dropWording(w http.ResponseWriter, r *http.Request) error {
	a, err := askedFor(r)
	if err != nil {
		return err
	}
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	number, err := strconv.Atoi(form.Get("so"))
	if err != nil {
		return web.ErrMalformedForm
	}
	if err := d.Store.DropTemplate(r.Context(), a.set.Template(), number, form.Get("ban-truoc")); err != nil {
		return err
	}
	return web.SeeOther(w, r, a.path(), "wording.dropped")
}
