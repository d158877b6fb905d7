package studioweb

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/motcua/motcua/internal/studio"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

// Names of the fields of the text editor.
const (
	fieldText  = "noi-dung"
	fieldNote  = "ghi-chu"
	fieldBase  = "ban-goc"
	fieldDo    = "lam"
	fieldFresh = "da-cap-nhat"
)

type textView struct {
	set    *studio.Set
	doc    studio.Doc
	name   string
	tabs   []component.Tab
	key    string
	text   component.Field
	note   component.Field
	fresh  component.Field
	errors []component.FieldError

	mayEdit  bool
	isNew    bool
	mayGo    bool // it is in force and may be taken out
	checked  bool
	here     []problemLine // in this document
	there    []problemLine // elsewhere
	diff     studio.Difference
	since    *studio.Difference // what changed in force since it was made
	conflict *studio.Difference // what somebody else saved meanwhile, against what was typed
	old      string             // an earlier text is shown, unsaved
}

func (d room) textView(r *http.Request) (textView, error) {
	ctx, by := r.Context(), web.ActorFrom(r.Context())
	k, err := keyOf(r)
	if err != nil {
		return textView{}, err
	}
	x, err := d.setOf(r)
	if err != nil {
		return textView{}, err
	}
	doc, err := d.Service.Doc(ctx, by, x.ID, k)
	if err != nil {
		return textView{}, err
	}
	v := textView{set: x, doc: doc, key: web.NewKey(), isNew: doc.Base == ""}
	v.mayEdit = mayEdit(ctx) && (x.State == studio.Draft || x.State == studio.Rejected)
	_, held := x.Item(k)
	v.mayGo = v.mayEdit && doc.Base != "" && !doc.Gone
	if doc.Gone {
		if now, err := d.Service.Open(ctx, by, k); err == nil {
			v.doc.Text = now.Text
		}
	}
	v.name = docName(ctx, k, "")
	here := TextPath(x.ID, k)
	for _, t := range d.editors(ctx, x.ID, k) {
		t.Current = t.Href == here
		v.tabs = append(v.tabs, t)
	}
	v.note = component.Field{Name: fieldNote, Label: lang.T(ctx, "studio.note"), Hint: lang.T(ctx, "studio.note-hint"), Optional: true, MaxLength: studio.MaxWords}
	if former, now, moved := d.moved(ctx, x, k, held); moved {
		diff := studio.DiffTexts(k, former, now.Text, string(lang.From(ctx)))
		v.since = &diff
		v.fresh = component.Field{Name: fieldFresh, Label: lang.T(ctx, "studio.moved-done"), Value: now.Base}
	}
	return v, nil
}

// moved tells whether what a document of the set was made from is no longer in force.
func (d room) moved(ctx context.Context, x *studio.Set, k studio.Key, held bool) (former string, now studio.Doc, moved bool) {
	item, _ := x.Item(k)
	if !held {
		return "", now, false
	}
	by := web.ActorFrom(ctx)
	now, err := d.Service.Open(ctx, by, k)
	if err != nil && !errors.Is(err, studio.ErrNotFound) || now.Base == item.Base {
		return "", now, false
	}
	former, err = d.Service.Text(ctx, by, x.ID, item.Former)
	return former, now, err == nil
}

// filled puts a text into the view and checks it.
func (d room) filled(r *http.Request, v textView, text string, check bool) (textView, error) {
	ctx, by := r.Context(), web.ActorFrom(r.Context())
	v.text = component.Field{
		Name: fieldText, Label: lang.T(ctx, "studio.text"), Hint: lang.T(ctx, "studio.text-hint", "file", v.doc.Path()), Value: text, Rows: rows(text), ReadOnly: !v.mayEdit,
		Data: map[string]any{"spellcheck": "false", "autocapitalize": "none", "wrap": "off", "data-source": ""},
	}
	former := ""
	if v.doc.Former != "" {
		now, err := d.Service.Open(ctx, by, v.doc.Key)
		switch {
		case v.doc.Version == 0 && err == nil:
			former = now.Text
		default:
			if former, err = d.Service.Text(ctx, by, v.set.ID, v.doc.Former); err != nil {
				former = now.Text
			}
		}
	}
	v.diff = studio.DiffTexts(v.doc.Key, former, text, string(lang.From(ctx)))
	if !check {
		return v, nil
	}
	doc := v.doc
	doc.Text, doc.Gone = text, false
	found, err := d.Service.Try(ctx, by, v.set.ID, doc)
	if err != nil {
		return v, err
	}
	v.checked = true
	for _, p := range d.problemLines(ctx, v.set.ID, found) {
		if p.Href == TextPath(v.set.ID, v.doc.Key) {
			if p.Line > 0 {
				p.Place = lang.T(ctx, "studio.line", "line", strconv.Itoa(p.Line)) + ": " + clip(lineOf(text, p.Line), 80)
			}
			p.Href = "#" + fieldText
			v.here = append(v.here, p)
		} else {
			v.there = append(v.there, p)
		}
	}
	return v, nil
}

// rows is the height of the field: the text in sight, within reason.
func rows(text string) int { return min(max(strings.Count(text, "\n")+3, 16), 40) }

func lineOf(text string, n int) string {
	i := 0
	for line := range strings.Lines(text) {
		if i++; i == n {
			return strings.TrimSpace(line)
		}
	}
	return ""
}

func (d room) text(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v, err := d.textView(r)
	if err != nil {
		return err
	}
	text := v.doc.Text
	if old := r.URL.Query().Get("ban"); old != "" && v.mayEdit {
		if text, err = d.Service.Text(ctx, web.ActorFrom(ctx), v.set.ID, old); err != nil {
			return err
		}
		v.old = old
	}
	_, held := v.set.Item(v.doc.Key)
	if v, err = d.filled(r, v, text, held && !v.doc.Gone && v.mayEdit); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, textPage(v))
}

func (d room) saveText(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	if form.Key == "" {
		return web.ErrMalformedForm
	}
	ctx, by := r.Context(), web.ActorFrom(r.Context())
	v, err := d.textView(r)
	if err != nil {
		return err
	}
	typed := strings.TrimRight(strings.ReplaceAll(form.Get(fieldText), "\r\n", "\n"), " \n\t") + "\n"
	v.note.Value = form.Get(fieldNote)
	doc := v.doc
	doc.Version, doc.Text, doc.Gone = form.Version, typed, false
	if base := form.Get(fieldFresh); base != "" {
		doc.Base = base
	}
	switch form.Get(fieldDo) {
	case "kiem-tra":
		if v, err = d.filled(r, v, typed, true); err != nil {
			return err
		}
		return web.Render(w, r, http.StatusOK, textPage(v))
	case "bo-hieu-luc":
		_, err = d.Service.Remove(ctx, by, v.set.ID, doc, form.Get(fieldNote))
		if err == nil {
			return web.SeeOther(w, r, SetPath(v.set.ID), "studio.removed")
		}
	default:
		_, err = d.Service.Save(ctx, by, v.set.ID, doc, form.Get(fieldNote))
		if err == nil {
			return web.SeeOther(w, r, TextPath(v.set.ID, v.doc.Key), "studio.saved")
		}
	}
	why, ok := refusal(ctx, err)
	if !ok {
		return err
	}
	status := web.Status(err)
	if errors.Is(err, studio.ErrStale) {
		diff := studio.DiffTexts(doc.Key, v.doc.Text, typed, string(lang.From(ctx)))
		v.conflict = &diff
	}
	if v, err = d.filled(r, v, typed, false); err != nil {
		return err
	}
	v.text.Error = why
	v.errors = []component.FieldError{{ID: fieldText, Text: why}}
	return web.Render(w, r, status, textPage(v))
}

type historyView struct {
	set   *studio.Set
	key   studio.Key
	name  string
	grid  component.Grid
	text  string // of the version that is shown
	diff  studio.Difference
	shown bool
	again string // where the text can be taken up again
}

// history lists the savings of a document, and shows one of them against the text of now.
func (d room) history(w http.ResponseWriter, r *http.Request) error {
	ctx, by := r.Context(), web.ActorFrom(r.Context())
	k, err := keyOf(r)
	if err != nil {
		return err
	}
	x, err := d.setOf(r)
	if err != nil {
		return err
	}
	list, err := d.Service.History(ctx, by, x.ID, k)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return studio.ErrNotFound
	}
	v := historyView{set: x, key: k, name: docName(ctx, k, "")}
	path := SetPath(x.ID, "lich-su") + "?tep=" + url.QueryEscape(k.Path()) + "&ban="
	v.grid = component.Grid{Caption: lang.T(ctx, "studio.history"), Stack: true, Columns: []component.Column{
		{Title: lang.T(ctx, "studio.col.changed")}, {Title: lang.T(ctx, "studio.col.saved-by")}, {Title: lang.T(ctx, "studio.note"), Width: "wide"}, {Title: lang.T(ctx, "studio.col.text")},
	}}
	for _, s := range list {
		text := component.Cell{Text: lang.T(ctx, "studio.what.removed")}
		switch {
		case s.Text != "":
			text = component.Cell{Text: s.Text[:10], Href: path + s.Text, Code: true}
		case !s.Gone:
			text.Text = lang.T(ctx, "studio.left-set")
		}
		note := s.Note
		if s.Auto {
			note = lang.T(ctx, "studio.auto")
		}
		v.grid.Rows = append(v.grid.Rows, component.Row{Cells: []component.Cell{{Text: when(ctx, s.At)}, {Text: d.person(ctx, s.By)}, {Text: dash(note)}, text}})
	}
	if digest := r.URL.Query().Get("ban"); digest != "" {
		if !slices.ContainsFunc(list, func(s studio.Saved) bool { return s.Text == digest }) {
			return studio.ErrNotFound
		}
		if v.text, err = d.Service.Text(ctx, by, x.ID, digest); err != nil {
			return err
		}
		now, err := d.Service.Doc(ctx, by, x.ID, k)
		if err != nil {
			return err
		}
		v.shown, v.diff = true, studio.DiffTexts(k, v.text, now.Text, string(lang.From(ctx)))
		if mayEdit(ctx) && (x.State == studio.Draft || x.State == studio.Rejected) {
			v.again = TextPath(x.ID, k) + "&ban=" + digest
		}
	}
	return web.Render(w, r, http.StatusOK, historyPage(v))
}
