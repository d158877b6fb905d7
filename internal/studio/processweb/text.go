package processweb

import (
	"context"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"github.com/motcua/motcua/internal/studio"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

// textView is the process as the file of a pack.
type textView struct {
	head
	desk     *desk
	key      string
	text     string
	rows     int
	problems []studio.Problem
	errors   []component.FieldError
	reason   string
	saves    []saveLine
}

// saveLine is one saving of the document.
type saveLine struct{ when, who, note string }

func (e editor) text(w http.ResponseWriter, r *http.Request) error {
	d, err := e.open(r)
	if err != nil {
		return err
	}
	return e.showText(w, r, http.StatusOK, d, d.doc.Text, nil, "")
}

func (e editor) showText(w http.ResponseWriter, r *http.Request, status int, d *desk, text string, errs []component.FieldError, reason string) error {
	ctx := r.Context()
	v := textView{head: d.head(ctx, tailText), desk: d, key: web.NewKey(), text: text, errors: errs, reason: reason}
	v.rows = max(16, min(60, strings.Count(text, "\n")+2))
	if text != "" {
		doc := d.doc
		doc.Text = text
		found, err := e.Studio.Try(ctx, d.by, d.set.ID, doc)
		if err != nil {
			return err
		}
		v.problems = problemsOf(d, found)
	}
	saves, err := e.Studio.History(ctx, d.by, d.set.ID, d.doc.Key)
	if err != nil {
		return err
	}
	for _, s := range saves[:min(len(saves), 30)] {
		v.saves = append(v.saves, saveLine{when: when(ctx, s.At), who: e.Name(s.By.Person), note: s.Note})
	}
	return web.Render(w, r, status, textPage(v))
}

// editText keeps a text as it was typed; a draft may be wrong, and says where.
func (e editor) editText(w http.ResponseWriter, r *http.Request) error {
	d, err := e.open(r)
	if err != nil {
		return err
	}
	form, err := readForm(r)
	if err != nil {
		return err
	}
	base, _, err := e.seen(r.Context(), d, form.Version)
	if err != nil {
		return err
	}
	text := form.Get(fieldText)
	if text != "" {
		text += "\n"
	}
	next := d.path(tailText)
	if form.Get(fieldAct) == "ghep" {
		next = d.at("")
	}
	err = e.keep(w, r, d, form, base, text, next)
	if explained(err) {
		return e.showText(w, r, http.StatusUnprocessableEntity, d, text, said(r.Context(), err), form.Get(fieldReason))
	}
	return err
}

// diffView shows the process in force beside that of the set.
type diffView struct {
	head
	desk     *desk
	lines    []studio.Words
	old, now templ.Component
	what     studio.What
}

func (e editor) compare(w http.ResponseWriter, r *http.Request) error {
	d, err := e.open(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	v := diffView{head: d.head(ctx, tailDiff), desk: d, what: studio.Changed}
	former := ""
	if d.doc.Former != "" {
		if d.doc.Version == 0 {
			former = d.doc.Text
		} else if former, err = e.Studio.Text(ctx, d.by, d.set.ID, d.doc.Former); err != nil {
			return err
		}
	}
	diff := studio.DiffTexts(d.doc.Key, former, d.doc.Text, string(lang.From(ctx)))
	v.lines, v.what = diff.Lines, diff.What
	if v.old, err = e.still(ctx, d, former, "cu"); err != nil {
		return err
	}
	if v.now, err = e.still(ctx, d, d.doc.Text, "moi"); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, diffPage(v))
}

// still draws a text's process without links; nil when there is none.
func (e editor) still(ctx context.Context, d *desk, text, id string) (templ.Component, error) {
	if text == "" {
		return nil, nil //nolint:nilnil // there is no picture of nothing
	}
	p, _ := read(d.doc.Key, text)
	if p == nil {
		return nil, nil //nolint:nilnil // the lines tell what cannot be drawn
	}
	look := d.look(ctx, nil, nil)
	look.ID = "so-do-" + id
	return drawn(p, look, "", nil)
}
