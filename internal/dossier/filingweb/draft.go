package filingweb

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/eform"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/studio"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

// Entries of Draft.Typed that are no input of any form.
const (
	seenKey  = "_seen"  // pages the person has passed: a page of optional questions is done once seen
	startKey = "_start" // idempotency key of the form that began the draft
)

// Pages of a draft that are no section of its form, as remembered under seenKey.
const (
	placePage  = "@place"
	papersPage = "@papers"
	noPage     = "@none" // of the list of steps
)

// work is a draft with all that its pages need.
type work struct {
	dossier.Draft
	version *procedure.Version // as it stands for the answers
	judged  procedure.Judged
	offer   procedure.Offer // zero when the draft completes a dossier
	form    *eform.Compiled
	// pinnedForm is the definition that form was compiled from; nil when the catalogue no longer has it.
	pinnedForm *eform.Form
	answers    eform.Answers
	given      eform.Given
	// asked is the request that the draft answers, nil for a new application; code is its dossier's.
	asked *dossier.Supplement
	code  string
}

// errMoved says that the draft can no longer be submitted as it stands.
type errMoved struct{ err error }

func (e errMoved) Error() string { return "draft overtaken: " + e.err.Error() }

func (e errMoved) Unwrap() error { return e.err }

// open loads the draft of the request. When its procedure was withdrawn or changed meanwhile it returns
// the work with an errMoved; what was typed is still in it.
func (p *pages) open(ctx context.Context, id string) (*work, error) {
	d, err := p.Service.Draft(ctx, actor(ctx), id)
	if err != nil {
		return nil, err
	}
	w := &work{Draft: d, given: p.given(), answers: eform.Answers{}}
	v, ok := p.Catalogue().Pinned(d.Digest)
	if !ok {
		return nil, fmt.Errorf("draft %s: procedure version %s is gone", d.ID, d.Digest)
	}
	w.version = v
	if w.form, err = p.form(ctx, d.Form.Digest); err != nil {
		return nil, fmt.Errorf("draft %s: %w", d.ID, err)
	}
	if f, ok := p.Catalogue().PinnedForm(d.Form.Digest); ok {
		w.pinnedForm = f.Value
	}
	if len(d.Answers) > 0 {
		if w.answers, err = eform.ReadAnswers(d.Answers); err != nil {
			return nil, fmt.Errorf("draft %s: %w", d.ID, err)
		}
	}
	w.judged = dossier.JudgedDraft(p.Catalogue(), d, d.Answers, calendar.DateOf(p.Now()).String())
	w.version = w.judged.Version
	if d.Supplements != "" {
		x, _, err := p.Service.Dossier(ctx, actor(ctx), d.Supplements)
		if err != nil {
			return nil, err
		}
		w.code = x.Shown()
		if w.asked = x.Pending(); w.asked == nil {
			return w, errMoved{dossier.ErrNothingPending}
		}
		return w, nil
	}
	if w.offer, err = p.Service.OfferFor(d); err != nil {
		return w, errMoved{err}
	}
	return w, nil
}

// page opens the draft of the request and answers those that were overtaken.
func (p *pages) page(show func(w http.ResponseWriter, r *http.Request, d *work) error) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		d, err := p.open(r.Context(), r.PathValue("draft"))
		if moved, ok := errors.AsType[errMoved](err); ok {
			return p.overtaken(w, r, d, moved.err)
		}
		if err != nil {
			return err
		}
		return show(w, r, d)
	}
}

// overtaken says what happened to the procedure and shows everything that was typed.
func (p *pages) overtaken(w http.ResponseWriter, r *http.Request, d *work, why error) error {
	status, again := web.Status(why), false
	if errors.Is(why, dossier.ErrChanged) {
		again = true
	}
	return web.Render(w, r, status, overtakenPage(d, movedKey(why), again, p.whatChanged(r.Context(), d)))
}

// whatChanged says what is asked otherwise than when the draft was begun: papers, limits and fees of the procedure, and
// the questions of the form.
func (p *pages) whatChanged(ctx context.Context, d *work) []string {
	if d.Supplements != "" || d.offer.Version == nil {
		return nil
	}
	return studio.ForApplicant(string(lang.From(ctx)), d.version, d.offer.Version, d.pinnedForm, d.offer.Form.Value)
}

// movedKey is the start of the keys of the texts about why.
func movedKey(why error) string {
	switch {
	case errors.Is(why, dossier.ErrChanged):
		return "filing.changed."
	case errors.Is(why, dossier.ErrNothingPending):
		return "filing.not-pending."
	}
	return "filing.withdrawn."
}

// path of a page of the draft.
func (d *work) path(parts ...string) string {
	return "/soan/" + d.ID + strings.Join(append([]string{""}, parts...), "/")
}

// step is one page of filing.
type step struct {
	id   string // section id, placePage, papersPage; empty for the last one
	text string
	path string
	done bool
}

// choosesPlace reports whether the applicant has to say who resolves.
func (d *work) choosesPlace() bool {
	return d.Supplements == "" && d.judged.Competent == "" && (d.offer.ByCommune || len(d.offer.Agencies) != 1)
}

func (d *work) seen(page string) bool {
	return d.Supplements != "" || slices.Contains(d.Typed[seenKey], page)
}

// see remembers that the person has passed a page.
func see(d *dossier.Draft, page string) {
	if d.Typed == nil {
		d.Typed = map[string][]string{}
	}
	if !slices.Contains(d.Typed[seenKey], page) {
		d.Typed[seenKey] = append(slices.Clone(d.Typed[seenKey]), page)
	}
}

// resolver is the agency the draft goes to, empty while it is not chosen.
func (d *work) resolver() agency.ID {
	if d.Supplements != "" {
		return d.Competent
	}
	if d.judged.Competent != "" {
		return d.judged.Competent
	}
	id, err := d.offer.Resolver(d.Competent, d.Place)
	if err != nil {
		return ""
	}
	return id
}

// steps lists the pages of the draft in order.
func (d *work) steps(ctx context.Context) []step {
	var out []step
	if d.choosesPlace() {
		out = append(out, step{placePage, lang.T(ctx, "filing.step.place"), d.path("noi-giai-quyet"), d.resolver() != ""})
	}
	for _, s := range d.form.Visible(d.answers) {
		done := d.seen(s.ID) && len(d.form.Validate(s.ID, d.answers, d.given)) == 0
		out = append(out, step{s.ID, s.Title, d.path("to-khai", s.ID), done})
	}
	if d.asksPapers() {
		out = append(out, step{papersPage, lang.T(ctx, "filing.step.papers"), d.path("giay-to"), d.seen(papersPage) && len(d.missing()) == 0})
	}
	return append(out, step{"", lang.T(ctx, "filing.step.check"), d.path("kiem-tra"), false})
}

// next is the page after the one with the id.
func (d *work) next(ctx context.Context, id string) string {
	steps := d.steps(ctx)
	for i, s := range steps {
		if s.id == id && i+1 < len(steps) {
			return steps[i+1].path
		}
	}
	return d.firstOpen(ctx)
}

// firstOpen is the first page that is not done.
func (d *work) firstOpen(ctx context.Context) string {
	for _, s := range d.steps(ctx) {
		if !s.done {
			return s.path
		}
	}
	return d.path("kiem-tra")
}

// shown is the list of steps beside the page with the id.
func (d *work) shown(ctx context.Context, id string) []component.Step {
	var out []component.Step
	for _, s := range d.steps(ctx) {
		c := component.Step{Text: s.text, State: component.StepToDo, Href: s.path}
		if s.done {
			c.State = component.StepDone
		}
		if s.id == id {
			c.State, c.Href = component.StepCurrent, ""
		}
		out = append(out, c)
	}
	return out
}

// asksPapers reports whether there is anything to upload, or something was.
func (d *work) asksPapers() bool {
	return len(d.Papers) > 0 || d.Supplements != "" || slices.ContainsFunc(d.version.Components, func(c procedure.Component) bool { return !c.Note })
}

// lodged returns the papers as they would be submitted.
func (d *work) lodged() []dossier.Paper {
	var out []dossier.Paper
	for _, p := range d.Papers {
		out = append(out, p.Paper)
	}
	return out
}

func (d *work) missing() []procedure.Component {
	if d.Supplements != "" {
		return nil
	}
	return dossier.Missing(*d.version, d.lodged())
}

// key is the idempotency key of the last page: it stays the same as long as the draft does, so that a second
// click, a resent form and a lost answer give one dossier.
func (d *work) key() string {
	h := sha256.New()
	_, _ = h.Write([]byte("submit\n" + d.ID + "\n" + strconv.FormatInt(d.Version, 10)))
	for _, p := range d.Papers {
		_, _ = h.Write([]byte("\n" + p.ID))
	}
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(h.Sum(nil)[:20]))
}

// leaves reports whether the person asked to save and go.
func leaves(f web.Form) bool { return f.Get("_leave") != "" }

// saved answers a page that was saved without fault: on, or away.
func saved(w http.ResponseWriter, r *http.Request, f web.Form, next string) error {
	if leaves(f) {
		return web.SeeOther(w, r, "/ho-so-cua-toi", "filing.saved")
	}
	return web.SeeOther(w, r, next)
}

// resume leads to where the person left off.
func (p *pages) resume(w http.ResponseWriter, r *http.Request) error {
	return p.page(func(w http.ResponseWriter, r *http.Request, d *work) error {
		if d.asked != nil {
			return web.Render(w, r, http.StatusOK, supplementPage(d))
		}
		return web.SeeOther(w, r, d.firstOpen(r.Context()))
	})(w, r)
}

// renew begins a new draft from what an overtaken one holds. The old one stays for comparison.
func (p *pages) renew(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	old, err := p.open(ctx, r.PathValue("draft"))
	if _, moved := errors.AsType[errMoved](err); err != nil && !moved {
		return err
	}
	if old.Supplements != "" {
		return dossier.ErrDraftNotFound
	}
	d, err := p.startOnce(ctx, old.Procedure, f.Key)
	if err != nil {
		return err
	}
	if d.Version > 2 || len(d.Papers) > 0 { // the same form again
		return web.SeeOther(w, r, "/soan/"+d.ID)
	}
	v, _ := p.Catalogue().Pinned(d.Digest)
	for _, x := range old.Papers {
		if v == nil || !slices.ContainsFunc(v.Components, func(c procedure.Component) bool { return c.ID == x.Component }) {
			x.Component = ""
		}
		if err := p.Service.AddPaper(ctx, actor(ctx), d.ID, x.Paper); err != nil {
			return err
		}
	}
	_, err = p.Service.SaveDraft(ctx, actor(ctx), d.ID, func(n *dossier.Draft) error {
		n.Answers, n.Place, n.Competent = old.Answers, old.Place, old.Competent
		return nil
	})
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, "/soan/"+d.ID, "filing.renewed")
}

func (p *pages) askDrop(w http.ResponseWriter, r *http.Request) error {
	d, err := p.open(r.Context(), r.PathValue("draft"))
	if _, moved := errors.AsType[errMoved](err); err != nil && !moved {
		return err
	}
	return web.Render(w, r, http.StatusOK, dropPage(d))
}

func (p *pages) drop(w http.ResponseWriter, r *http.Request) error {
	if _, err := web.ReadForm(r); err != nil {
		return err
	}
	err := p.Service.DropDraft(r.Context(), actor(r.Context()), r.PathValue("draft"))
	if err != nil && fault.KindOf(err) != fault.NotFound { // deleted already: the same form twice
		return err
	}
	return web.SeeOther(w, r, "/ho-so-cua-toi", "filing.dropped")
}
