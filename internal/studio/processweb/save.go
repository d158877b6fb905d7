package processweb

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/pack"
	"github.com/motcua/motcua/internal/studio"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/internal/workflow"
	"github.com/motcua/motcua/internal/workflow/remodel"
	"github.com/motcua/motcua/lang"
)

// Names of fields that every form of the editor has.
const (
	fieldReason = "ly-do"
	fieldText   = "noi-dung"
	fieldAct    = "viec"
	fieldStep   = "buoc"
)

// readForm reads a form of the editor; each carries its key and the version the person saw.
func readForm(r *http.Request) (web.Form, error) {
	form, err := web.ReadForm(r)
	if err == nil && form.Key == "" {
		err = web.ErrMalformedForm
	}
	return form, err
}

// seen is the text of the version a person saw, and every saving of the document, oldest first.
func (e editor) seen(ctx context.Context, d *desk, version int64) (text string, saves []studio.Saved, err error) {
	saves, err = e.Studio.History(ctx, d.by, d.set.ID, d.doc.Key)
	if err != nil {
		return "", nil, err
	}
	slices.Reverse(saves)
	if version == d.doc.Version {
		return d.doc.Text, saves, nil
	}
	if version < 0 || version > int64(len(saves)) {
		return "", nil, web.ErrMalformedForm
	}
	digest := d.doc.Former // version 0 is what was in force when the set took the document up
	if version > 0 {
		digest = saves[version-1].Text
	}
	if digest == "" {
		return "", saves, nil
	}
	text, err = e.Studio.Text(ctx, d.by, d.set.ID, digest)
	return text, saves, err
}

// change makes another process of the one the person saw, and says which step they look at next.
type change func(p *workflow.Process) (*workflow.Process, string, error)

// apply makes a change on what the person saw and keeps it. Somebody else's saving in between is brought together with it
// on a page of its own; the same form sent twice is kept once.
func (e editor) apply(w http.ResponseWriter, r *http.Request, d *desk, form web.Form, make change, next func(focus string) string) error {
	ctx := r.Context()
	base, _, err := e.seen(ctx, d, form.Version)
	if err != nil {
		return err
	}
	before, problems := read(d.doc.Key, base)
	if len(problems) > 0 || before == nil {
		return errUnread
	}
	after, focus, err := make(before)
	if err != nil {
		return err
	}
	after.ID = d.doc.ID
	return e.keep(w, r, d, form, base, pack.YAML(after), next(focus))
}

// keep saves a text that was made from another one.
func (e editor) keep(w http.ResponseWriter, r *http.Request, d *desk, form web.Form, base, text, next string) error {
	ctx := r.Context()
	doc := d.doc
	doc.Text, doc.Version, doc.Gone = text, form.Version, false
	_, err := e.Studio.Save(ctx, d.by, d.set.ID, doc, form.Get(fieldReason))
	if !errors.Is(err, studio.ErrStale) {
		if err != nil {
			return err
		}
		return web.SeeOther(w, r, next)
	}
	if d, err = e.open(r); err != nil {
		return err
	}
	_, saves, err := e.seen(ctx, d, form.Version)
	if err != nil {
		return err
	}
	if n := form.Version; n < int64(len(saves)) && saves[n].Text == studio.TextDigest(text) && saves[n].By.Person == d.by.Person {
		return web.SeeOther(w, r, next) // the first answer was lost on its way
	}
	return e.clash(w, r, d, form, base, text)
}

// clashView shows two people's changes of one process.
type clashView struct {
	head
	desk    *desk
	key     string
	who     string
	theirs  []studio.Words
	mine    []studio.Words
	both    []string // places that both changed: mine stands in merged
	merged  string   // empty: they cannot be brought together by themselves
	own     string
	reason  string
	version int64
}

func (e editor) clash(w http.ResponseWriter, r *http.Request, d *desk, form web.Form, base, text string) error {
	ctx := r.Context()
	code := string(lang.From(ctx))
	v := clashView{
		head: d.head(ctx, ""), desk: d, key: web.NewKey(), own: text, reason: form.Get(fieldReason), version: d.doc.Version,
		theirs: studio.DiffTexts(d.doc.Key, base, d.doc.Text, code).Lines, mine: studio.DiffTexts(d.doc.Key, base, text, code).Lines,
	}
	if d.doc.Author.Person != "" {
		v.who = e.Name(d.doc.Author.Person)
	}
	before, _ := read(d.doc.Key, base)
	mine, _ := read(d.doc.Key, text)
	if before != nil && mine != nil && d.process != nil {
		merged, both, err := remodel.Merge(before, mine, d.process)
		if err != nil {
			return err
		}
		v.merged, v.both = pack.YAML(merged), both
	}
	return web.Render(w, r, http.StatusConflict, clashPage(v))
}

// undo goes back to what stood before the last saving, or forward again; each is a saving of its own.
func (e editor) undo(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	d, err := e.open(r)
	if err != nil {
		return err
	}
	form, err := readForm(r)
	if err != nil {
		return err
	}
	back, forward, err := e.turns(ctx, d)
	if err != nil {
		return err
	}
	digest, note := back, lang.T(ctx, "process-edit.undone")
	if form.Get(fieldAct) == "lam-lai" {
		digest, note = forward, lang.T(ctx, "process-edit.redone")
	}
	if digest == "" || form.Version != d.doc.Version {
		return web.SeeOther(w, r, d.at(form.Get(fieldStep)))
	}
	text, err := e.Studio.Text(ctx, d.by, d.set.ID, digest)
	if err != nil {
		return err
	}
	doc := d.doc
	doc.Text, doc.Gone = text, false
	if _, err := e.Studio.Save(ctx, d.by, d.set.ID, doc, note); err != nil && !errors.Is(err, studio.ErrStale) {
		return err
	}
	return web.SeeOther(w, r, d.at(form.Get(fieldStep)))
}

// turns tells the texts to which undoing and redoing lead; empty when there is none. A saving that brings back the text
// that stood before is an undoing, whoever typed it.
func (e editor) turns(ctx context.Context, d *desk) (back, forward string, err error) {
	saves, err := e.Studio.History(ctx, d.by, d.set.ID, d.doc.Key)
	if err != nil || d.doc.Version == 0 {
		return "", "", err
	}
	now := d.doc.Former
	var behind, ahead []string
	last := func(list []string) string {
		if len(list) == 0 {
			return ""
		}
		return list[len(list)-1]
	}
	for _, s := range slices.Backward(saves) {
		switch {
		case s.Text == now || s.Text == "":
		case s.Text == last(behind):
			ahead, behind = append(ahead, now), behind[:len(behind)-1]
			now = s.Text
		case s.Text == last(ahead):
			behind, ahead = append(behind, now), ahead[:len(ahead)-1]
			now = s.Text
		default:
			if now != "" {
				behind = append(behind, now)
			}
			ahead, now = nil, s.Text
		}
	}
	return last(behind), last(ahead), nil
}

// explained reports whether a refusal is one that the form explains; others are for the problem page.
func explained(err error) bool {
	f, ok := errors.AsType[*fault.Error](err)
	return ok && (f.Kind == fault.Invalid || f.Kind == fault.TooLarge)
}

// said lists a refusal for the summary of a page.
func said(ctx context.Context, err error) []component.FieldError {
	return []component.FieldError{{Text: sentence(ctx, err)}}
}
