package processweb

import (
	"bytes"
	"context"
	"net/http"
	"strings"

	"github.com/motcua/motcua/internal/print"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/internal/workflow"
	"github.com/motcua/motcua/internal/workflow/draw"
	"github.com/motcua/motcua/internal/workflow/remodel"
	"github.com/motcua/motcua/internal/workflow/workflowweb"
	"github.com/motcua/motcua/lang"
)

// tableView is "bảng quy trình nội bộ", written into or, printed, read only.
type tableView struct {
	head
	desk   *desk
	key    string
	rows   []tableRow
	errors []component.FieldError
	reason string
	paper  workflowweb.View // the printed table
}

// tableRow is one step as the table edits it.
type tableRow struct {
	number int
	line   draw.Line
	depth  int
	step   *stepView
}

func (t tableRow) name(field string) string { return numbered("hang", t.number, field) }

func (e editor) table(w http.ResponseWriter, r *http.Request) error {
	d, err := e.open(r)
	if err != nil {
		return err
	}
	if d.process == nil {
		return web.SeeOther(w, r, d.path(""))
	}
	ctx := r.Context()
	if r.URL.Query().Get("in") != "" {
		v := tableView{head: d.head(ctx, tailTable), desk: d}
		v.paper = workflowweb.View{Process: d.process, Look: d.look(ctx, nil, nil)}
		return web.Render(w, r, http.StatusOK, printPage(v))
	}
	return web.Render(w, r, http.StatusOK, tablePage(e.tableView(ctx, d, nil, nil, "")))
}

// tableView lays the table out; typed steps stand in for those kept when a form is shown again.
func (e editor) tableView(ctx context.Context, d *desk, typed map[string]workflow.Step, wrong map[string]string, reason string) tableView {
	v := tableView{head: d.head(ctx, tailTable), desk: d, key: web.NewKey(), reason: reason}
	var walk func([]draw.Line, int)
	walk = func(all []draw.Line, depth int) {
		for _, l := range all {
			if l.Address != "" {
				t := tableRow{number: len(v.rows), line: l, depth: depth}
				var s *workflow.Step
				if x, ok := typed[l.Address]; ok {
					s = &x
				}
				t.step = d.stepOf(ctx, l.Address, s, nil)
				t.step.wrong = map[string]string{}
				for _, f := range []string{fieldTitle, fieldAmount} {
					if why := wrong[t.name(f)]; why != "" {
						t.step.wrong[f] = why
						v.errors = append(v.errors, component.FieldError{ID: t.name(f), Text: l.Number + ". " + why})
					}
				}
				v.rows = append(v.rows, t)
			}
			walk(l.Inside, depth+1)
		}
	}
	walk(draw.Outline(d.process, d.look(ctx, nil, nil)), 0)
	return v
}

// editTable keeps every row of the table at once.
func (e editor) editTable(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	d, err := e.open(r)
	if err != nil {
		return err
	}
	form, err := readForm(r)
	if err != nil {
		return err
	}
	if d.process == nil {
		return errUnread
	}
	wrong, typed := map[string]string{}, map[string]workflow.Step{}
	fill := func(p *workflow.Process) *workflow.Process {
		p = remodel.Clone(p)
		rows := map[string]int{}
		for i := 0; form.Has(numbered("hang", i, fieldStep)); i++ {
			rows[form.Get(numbered("hang", i, fieldStep))] = i
		}
		p.Each(func(address string, s *workflow.Step) {
			i, ok := rows[address]
			if !ok {
				return
			}
			get := func(field string) string { return form.Get(numbered("hang", i, field)) }
			if s.Title = get(fieldTitle); s.Title == "" {
				wrong[numbered("hang", i, fieldTitle)] = lang.T(ctx, "process-edit.title-needed")
			}
			if form.Has(numbered("hang", i, fieldAmount)) {
				if s.Limit, ok = readLimit(get(fieldAmount), get(fieldMeasure)); !ok {
					wrong[numbered("hang", i, fieldAmount)] = lang.T(ctx, "process-edit.limit-form")
				}
			}
			if form.Has(numbered("hang", i, fieldRole)) {
				s.At, s.Role = get(fieldAt), get(fieldRole)
			}
			s.Help = get(fieldHelp)
			if form.Has(numbered("hang", i, fieldMakes)) {
				s.Makes = lines(get(fieldMakes))
			}
			typed[address] = *s
		})
		return p
	}
	if fill(d.process); len(wrong) > 0 {
		v := e.tableView(ctx, d, typed, wrong, form.Get(fieldReason))
		return web.Render(w, r, http.StatusUnprocessableEntity, tablePage(v))
	}
	return e.apply(w, r, d, form, func(p *workflow.Process) (*workflow.Process, string, error) {
		return fill(p), "", nil
	}, func(string) string { return d.path(tailTable) })
}

// sheet writes the table as a spreadsheet.
func (e editor) sheet(w http.ResponseWriter, r *http.Request) error {
	d, err := e.open(r)
	if err != nil {
		return err
	}
	if d.process == nil {
		return web.ErrNoPage
	}
	ctx := r.Context()
	look := d.look(ctx, nil, nil)
	widths := []float64{6, 28, 44, 36, 18, 30, 44}
	var columns []print.Column
	for i, title := range draw.Columns(look) {
		columns = append(columns, print.Column{Title: title, Width: widths[i]})
	}
	var b bytes.Buffer
	err = print.Sheet(&b, lang.T(ctx, "process-edit.sheet"), columns, func(yield func([]any, error) bool) {
		for _, row := range draw.Table(d.process, look) {
			cells := []any{row.Number, row.Step, row.Work, row.Holder, row.Limit, strings.Join(row.Makes, "\n"), strings.Join(row.To, "\n")}
			if !yield(cells, nil) {
				return
			}
		}
	})
	if err != nil {
		return err
	}
	return web.WriteFile(w, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "quy-trinh-"+d.doc.ID+".xlsx", false, &b)
}
