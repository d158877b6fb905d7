// Package workflowweb shows processes on pages: the picture with "you are here", the same
// steps in words beside it, and the table that offices keep. Other pages embed its parts;
// it has no pages of its own.
package workflowweb

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/a-h/templ"

	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/internal/workflow"
	"github.com/motcua/motcua/internal/workflow/draw"
	"github.com/motcua/motcua/lang"
)

// View is a process as a page shows it.
type View struct {
	Process *workflow.Process
	Look    draw.Look // its language is that of the request
	Folded  bool      // the words are behind a summary; for pages that have much else to say
}

func (v View) look(ctx context.Context) draw.Look {
	v.Look.Lang = lang.From(ctx)
	if v.Look.ID == "" {
		v.Look.ID = "process-" + v.Process.ID
	}
	return v.Look
}

// picture draws the process; a process too large for that has its outline only.
func (v View) picture(ctx context.Context) (svg templ.Component, ok bool, err error) {
	p, err := draw.Draw(v.Process, v.look(ctx))
	if errors.Is(err, draw.ErrTooLarge) {
		return nil, false, nil
	}
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error { return p.SVG(w) }), err == nil, err
}

// mark is the class, the icon and whether one stands there, of a line of the outline.
func mark(l draw.Line) (class string, icon component.Icon, here bool) {
	switch l.State {
	case draw.Done:
		return "step-done", component.IconCheck, false
	case draw.Now:
		return "step-current", component.IconPlace, true
	case draw.Late:
		return "step-current flow-line-late", component.IconAlert, true
	case draw.Next:
		return "step-todo flow-line-next", component.IconArrow, false
	case draw.Ahead:
	}
	return "step-todo", "", false
}

func lineClass(l draw.Line) string { c, _, _ := mark(l); return "step " + c }

func lineAttrs(l draw.Line) templ.Attributes {
	if _, _, here := mark(l); here {
		return templ.Attributes{"aria-current": "step"}
	}
	return nil
}

func lineIcon(l draw.Line) component.Icon { _, i, _ := mark(l); return i }

// Grid is the process as the office's table.
func Grid(ctx context.Context, v View) component.Grid {
	look := v.look(ctx)
	g := component.Grid{Caption: lang.T(ctx, "process.table"), Stack: true}
	for _, c := range draw.Columns(look) {
		g.Columns = append(g.Columns, component.Column{Title: c})
	}
	for _, r := range draw.Table(v.Process, look) {
		g.Rows = append(g.Rows, component.Row{Cells: []component.Cell{
			{Text: r.Number}, {Text: r.Step}, {Text: r.Work}, {Text: r.Holder}, {Text: r.Limit}, {Content: lines(r.Makes)}, {Content: lines(r.To)},
		}})
	}
	return g
}

func lines(all []string) templ.Component {
	if len(all) == 0 {
		return nil
	}
	return words(all)
}

// notes are the quiet lines of a step: who has it and since when, or who would, its limit and what it is.
func notes(ctx context.Context, l draw.Line) []string {
	var out []string
	add := func(s string) {
		if s != "" {
			out = append(out, s)
		}
	}
	add(l.Kind)
	if len(l.Who) > 0 {
		who := strings.Join(l.Who, ", ")
		if l.Since != "" {
			who += ", " + lang.T(ctx, "process.since", "since", l.Since)
		}
		add(who)
	} else {
		add(l.Holder)
	}
	add(l.Limit)
	if len(l.Makes) > 0 {
		add(lang.T(ctx, "process.makes", "papers", strings.Join(l.Makes, ", ")))
	}
	return out
}
