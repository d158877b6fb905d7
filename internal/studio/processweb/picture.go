package processweb

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/motcua/motcua/internal/pack"
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

// editView is the picture beside the form of the chosen step.
type editView struct {
	head
	desk    *desk
	key     string
	svg     templ.Component // nil: too large for a picture
	outline []draw.Line
	look    draw.Look
	step    *stepView
	names   []rule.Name
	errors  []component.FieldError
	report  prove.Report
	reason  string
	undo    bool
	redo    bool
	graph   []graphNode // for scripts: which step follows which
}

// graphNode tells the script how the arrow keys move.
type graphNode struct{ address, title, next, before string }

func (e editor) picture(w http.ResponseWriter, r *http.Request) error {
	d, err := e.open(r)
	if err != nil {
		return err
	}
	return e.show(w, r, http.StatusOK, d, r.URL.Query().Get("buoc"), nil, nil, nil, "")
}

// show draws the editor's page; typed, wrong and errs are those of a form that was refused.
func (e editor) show(w http.ResponseWriter, r *http.Request, status int, d *desk, address string, typed *workflow.Step, wrong map[string]string, errs []component.FieldError, reason string) error {
	ctx := r.Context()
	switch {
	case d.process == nil && d.doc.Text == "":
		return web.Render(w, r, status, newPage(e.newView(ctx, d, errs)))
	case d.process == nil:
		return web.SeeOther(w, r, d.path(tailText))
	}
	address = d.chosen(address)
	v := editView{head: d.head(ctx, ""), desk: d, key: web.NewKey(), errors: errs, names: d.names(), reason: reason}
	v.step = d.stepOf(ctx, address, typed, wrong)
	for _, name := range sortedKeys(wrong) {
		v.errors = append(v.errors, component.FieldError{ID: name, Text: wrong[name]})
	}
	v.look = d.look(ctx, nil, d.at)
	var err error
	if v.svg, err = drawn(d.process, v.look, d.at(address), nil); err != nil {
		return err
	}
	v.outline = draw.Outline(d.process, v.look)
	v.report = prove.Check(d.process, d.world())
	back, forward, err := e.turns(ctx, d)
	if err != nil {
		return err
	}
	v.undo, v.redo = back != "", forward != ""
	v.graph = graph(v.outline, d.process)
	return web.Render(w, r, status, editPage(v))
}

func sortedKeys(m map[string]string) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// drawn is the picture with one step marked as the chosen one and some as those of a run; nil when it is too large.
func drawn(p *workflow.Process, look draw.Look, current string, run []string) (templ.Component, error) {
	pic, err := draw.Draw(p, look)
	if errors.Is(err, draw.ErrTooLarge) {
		return nil, nil //nolint:nilnil // the outline stands beside it
	}
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := pic.SVG(&b); err != nil {
		return nil, err
	}
	text := marked(b.String(), pic.Edges)
	if current != "" {
		link := `<a href="` + html.EscapeString(current) + `"`
		text = strings.Replace(text, link, link+` aria-current="true"`, 1)
	}
	for _, href := range run {
		link := `<a href="` + html.EscapeString(href) + `"`
		text = strings.Replace(text, link, link+` class="flow-run"`, 1)
	}
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	}), nil
}

// marked tells scripts which way of which step each arrow is: its head is dragged to another step.
func marked(svg string, edges []draw.Edge) string {
	const open = `<g class="flow-way`
	parts := strings.Split(svg, open)
	var b strings.Builder
	b.WriteString(parts[0])
	n := 0
	for _, part := range parts[1:] {
		for n < len(edges) && len(edges[n].Points) < 2 {
			n++
		}
		if n < len(edges) {
			if e := edges[n]; e.From != "" && len(e.Flows) > 0 {
				ways := make([]string, len(e.Flows))
				for i, f := range e.Flows {
					ways[i] = strconv.Itoa(f)
				}
				fmt.Fprintf(&b, `<g data-from="%s" data-way="%s" class="flow-way`, html.EscapeString(e.From), strings.Join(ways, ","))
			} else {
				b.WriteString(open)
			}
			n++
		} else {
			b.WriteString(open)
		}
		b.WriteString(part)
	}
	return b.String()
}

// graph tells for each step what comes next in the usual case and what comes before, for the arrow keys.
func graph(outline []draw.Line, p *workflow.Process) []graphNode {
	var out []graphNode
	var walk func([]draw.Line)
	walk = func(all []draw.Line) {
		for _, l := range all {
			if l.Address != "" {
				out = append(out, graphNode{address: l.Address, title: l.Number + ". " + l.Title})
			}
			walk(l.Inside)
		}
	}
	walk(outline)
	for i := range out {
		s, _ := p.Find(out[i].address)
		part, _ := workflow.Split(out[i].address)
		if to, ok := remodel.Usual(s); ok {
			out[i].next = workflow.Address(part, to)
		}
		for k := range out {
			if out[k].next == "" && out[k].address == out[i].next {
				continue
			}
			if out[k].address == out[i].next && out[k].before == "" {
				out[k].before = out[i].address
			}
		}
	}
	for i := range out { // the first of each branch knows where it comes from too
		if out[i].before != "" {
			continue
		}
		part, id := workflow.Split(out[i].address)
		p.Each(func(address string, s *workflow.Step) {
			from, _ := workflow.Split(address)
			if from == part && out[i].before == "" && slices.ContainsFunc(s.To, func(f workflow.Flow) bool { return f.To == id }) {
				out[i].before = address
			}
		})
	}
	return out
}

// edit keeps the form of a step and carries out what the pressed button asks for.
func (e editor) edit(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	d, err := e.open(r)
	if err != nil {
		return err
	}
	form, err := readForm(r)
	if err != nil {
		return err
	}
	act := form.Get(fieldAct)
	if act == "tao" {
		return e.create(w, r, d, form)
	}
	if d.process == nil {
		return errUnread
	}
	address := form.Get(fieldStep)
	old, ok := d.process.Find(address)
	var typed *workflow.Step
	var wrong map[string]string
	whole := form.Has(fieldTitle) && act != "quy-trinh" // the step's own form came with it
	if whole && ok {
		s, bad := d.readStep(ctx, old, form)
		typed, wrong = &s, bad
	}
	if len(wrong) > 0 {
		return e.show(w, r, http.StatusUnprocessableEntity, d, address, typed, wrong, nil, form.Get(fieldReason))
	}
	err = e.apply(w, r, d, form, func(p *workflow.Process) (*workflow.Process, string, error) {
		if whole {
			before, ok := p.Find(address)
			if !ok {
				return nil, "", remodel.ErrNoStep
			}
			s, _ := d.readStep(ctx, before, form)
			if p, address, err = remodel.Put(p, address, s); err != nil {
				return nil, "", err
			}
		}
		return carryOut(p, act, address, form)
	}, d.at)
	if explained(err) {
		address = form.Get(fieldStep)
		return e.show(w, r, http.StatusUnprocessableEntity, d, address, typed, nil, said(ctx, err), form.Get(fieldReason))
	}
	return err
}

// Buttons of the editor that put a step in.
var puts = map[string]workflow.Kind{
	"them-buoc": workflow.Task, "them-nhanh": workflow.Fork, "them-re": workflow.Choice, "them-hoi": workflow.Ask,
	"them-con": workflow.Sub, "them-cho": workflow.Wait, "them-tu-dong": workflow.Auto,
}

// carryOut does what the pressed button asks for; none is keeping what was typed.
func carryOut(p *workflow.Process, act, address string, form web.Form) (*workflow.Process, string, error) {
	if kind, ok := puts[act]; ok {
		return remodel.After(p, address, kind, form.Get("ten-moi"))
	}
	switch act {
	case "", "luu":
		return p, address, nil
	case "xoa":
		return remodel.Delete(p, address)
	case "len", "xuong":
		return remodel.Move(p, address, act == "len")
	case "nhan-ban":
		return remodel.Duplicate(p, address)
	case "noi":
		return remodel.Connect(p, address, beside(address, form.Get("noi-den")))
	case "doi-loai":
		kind := workflow.Kind(form.Get("loai-moi"))
		if kind == "task" {
			kind = workflow.Task
		}
		return remodel.Become(p, address, kind)
	case "dat-dau":
		return remodel.Begin(p, address)
	case "doi-huong":
		for number := range strings.SplitSeq(form.Get("loi"), ",") {
			way, err := strconv.Atoi(number)
			if err != nil {
				return nil, "", remodel.ErrWay
			}
			if p, address, err = remodel.Retarget(p, address, way, beside(address, form.Get("noi-den"))); err != nil {
				return nil, "", err
			}
		}
		return p, address, nil
	case "quy-trinh":
		p = remodel.Clone(p)
		p.Title, p.Basis = form.Get("ten-quy-trinh"), form.Get("can-cu")
		for i := range p.Parts {
			if title := form.Get("ten-phan-" + p.Parts[i].ID); title != "" {
				p.Parts[i].Title = title
			}
		}
		return p, address, nil
	}
	return nil, "", web.ErrMalformedForm
}

// beside is the address of a step that a form names by its id alone, in the part of another.
func beside(address, id string) string {
	if part, _ := workflow.Split(address); !strings.Contains(id, "/") {
		return workflow.Address(part, id)
	}
	return id
}

// newView asks how a process begins.
type newView struct {
	head
	desk   *desk
	key    string
	errors []component.FieldError
	from   []component.Option
}

func (e editor) newView(ctx context.Context, d *desk, errs []component.FieldError) newView {
	v := newView{head: d.head(ctx, ""), desk: d, key: web.NewKey(), errors: errs}
	for _, p := range d.pack.Processes {
		v.from = append(v.from, component.Option{Value: p.ID, Label: p.Title})
	}
	return v
}

// create begins a process: with the usual chain, or as a copy of another.
func (e editor) create(w http.ResponseWriter, r *http.Request, d *desk, form web.Form) error {
	ctx := r.Context()
	title := form.Get("ten-quy-trinh")
	if d.doc.Text != "" {
		return web.SeeOther(w, r, d.at("")) // it was begun already
	}
	if title == "" {
		return e.show(w, r, http.StatusUnprocessableEntity, d, "", nil, nil, []component.FieldError{{ID: "ten-quy-trinh", Text: lang.T(ctx, "process-edit.title-needed")}}, "")
	}
	p := remodel.New(d.doc.ID, title)
	if from, ok := d.pack.Process(form.Get("tu")); ok {
		p = remodel.Clone(from)
		p.ID, p.Title, p.Basis = d.doc.ID, title, ""
	}
	return e.keep(w, r, d, form, "", pack.YAML(p), d.at(""))
}

// explain answers the script that asks what a condition says, as a piece of a page.
func (e editor) explain(w http.ResponseWriter, r *http.Request) error {
	d, err := e.open(r)
	if err != nil {
		return err
	}
	when := strings.TrimSpace(r.URL.Query().Get("dieu-kien"))
	if when == "" || len(when) > rule.MaxSource {
		return web.Render(w, r, http.StatusOK, guardWords(guardView{}))
	}
	return web.Render(w, r, http.StatusOK, guardWords(sayGuard(r.Context(), when, d.schema())))
}

// problemsOf are the problems of a process in the whole configuration.
func problemsOf(d *desk, found []studio.Problem) []studio.Problem {
	return slices.DeleteFunc(slices.Clone(found), func(p studio.Problem) bool { return p.Key != d.doc.Key })
}
