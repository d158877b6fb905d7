package processweb

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/motcua/motcua/internal/rule"
	"github.com/motcua/motcua/internal/viet"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/internal/workflow"
	"github.com/motcua/motcua/lang"
)

func withRows(f component.Field, rows int) component.Field {
	f.Rows, f.MaxLength = rows, 4000
	return f
}

func short(f component.Field) component.Field {
	f.Width, f.MaxLength = 10, 60
	return f
}

func hinted(ctx context.Context, f component.Field, key string) component.Field {
	f.Hint = lang.T(ctx, key)
	return f
}

func withHint(c component.Choice, hint string) component.Choice {
	c.Hint = hint
	return c
}

func optionalChoice(c component.Choice) component.Choice {
	c.Optional = true
	return c
}

// many is a list of which several may be chosen; what is chosen and no longer offered stays chosen.
func many(ctx context.Context, name, key string, values []string, options []component.Option) component.Choice {
	c := component.Choice{Name: name, Label: lang.T(ctx, "process-edit.field."+key), Hint: lang.T(ctx, "process-edit.none-is-all."+key), Values: values, Options: options, Optional: true}
	for _, v := range values {
		there := false
		for _, o := range c.Options {
			there = there || o.Value == v
		}
		if !there {
			c.Options = append(c.Options, component.Option{Value: v, Label: v})
		}
	}
	return c
}

// guardInput is the box of a condition; scripts ask its meaning at the path.
func guardInput(f component.Field, g guardView, path string) component.Field {
	f.MaxLength = rule.MaxSource
	f.Data = templ.Attributes{"data-guard-path": path, "spellcheck": "false", "autocapitalize": "none", "autocomplete": "off"}
	if len(g.wrong) > 0 {
		f.Error = strings.Join(g.wrong, " ")
	}
	return f
}

func late(s *stepView) workflow.Late {
	if s.step.Late == nil {
		return workflow.Late{}
	}
	return *s.step.Late
}

func only(s *stepView) workflow.Flow {
	if len(s.step.To) == 0 {
		return workflow.Flow{}
	}
	return s.step.To[0]
}

// kindValue is a kind as a value of a list; a task has none of its own.
func kindValue(k workflow.Kind) string {
	if k == workflow.Task {
		return "task"
	}
	return string(k)
}

func kindOptions(ctx context.Context) []component.Option {
	out := make([]component.Option, len(workflow.Kinds))
	for i, k := range workflow.Kinds {
		out[i] = component.Option{Value: kindValue(k), Label: lang.T(ctx, "process-edit.kind."+kindValue(k))}
	}
	return out
}

// asked are the agencies of a question: by the case, then all.
func (v *stepView) asked(ctx context.Context) []component.Option {
	var out []component.Option
	for _, at := range []string{workflow.AtCommune, workflow.AtSuperior, workflow.AtLead} {
		out = append(out, component.Option{Value: at, Label: lang.T(ctx, "process.at."+at)})
	}
	return append(out, v.agencies(ctx)...)
}

func actSummary(ctx context.Context, s *stepView, a workflow.Action) string {
	if a.To == "" {
		return lang.T(ctx, "process-edit.act-ends", "label", a.Label)
	}
	return lang.T(ctx, "process-edit.act-to", "label", a.Label, "to", s.stepTitle(a.To))
}

func waySummary(ctx context.Context, s *stepView, f workflow.Flow) string {
	to := s.stepTitle(f.To)
	switch {
	case f.Title != "":
		return lang.T(ctx, "process-edit.act-to", "label", f.Title, "to", to)
	case f.When != "" && s.guards[f.When].says != "":
		return lang.T(ctx, "process-edit.act-to", "label", s.guards[f.When].says, "to", to)
	}
	return lang.T(ctx, "process-edit.way-to", "to", to)
}

func actWrong(s *stepView, i int) bool {
	for name := range s.wrong {
		if strings.HasPrefix(name, "hd-"+strconv.Itoa(i)+"-") {
			return true
		}
	}
	return false
}

func primary(s *stepView) []string {
	for i, a := range s.step.Actions {
		if a.Primary {
			return []string{strconv.Itoa(i)}
		}
	}
	return nil
}

func actOptions(s *stepView) []component.Option {
	out := make([]component.Option, len(s.step.Actions))
	for i, a := range s.step.Actions {
		out[i] = component.Option{Value: strconv.Itoa(i), Label: a.Label}
	}
	return out
}

func nameGrid(ctx context.Context, names []rule.Name) component.Grid {
	g := component.Grid{Caption: lang.T(ctx, "process-edit.names"), Stack: true, Columns: []component.Column{
		{Title: lang.T(ctx, "process-edit.names.path")},
		{Title: lang.T(ctx, "process-edit.names.label"), Width: "wide"},
		{Title: lang.T(ctx, "process-edit.names.type")},
		{Title: lang.T(ctx, "process-edit.names.values"), Width: "wide"},
	}}
	for _, n := range names {
		var values []string
		for _, o := range n.Options {
			values = append(values, o.Value+" ("+o.Label+")")
		}
		g.Rows = append(g.Rows, component.Row{Cells: []component.Cell{
			{Text: n.Path, Code: true}, {Text: nameLabel(ctx, n)}, {Text: lang.T(ctx, "rule.type."+string(n.Type))}, {Text: strings.Join(values, ", ")},
		}})
	}
	return g
}

// sayings are the sentences that the script reads out.
func sayings(ctx context.Context) templ.Attributes {
	a := templ.Attributes{}
	for _, k := range []string{"chosen", "connect", "connecting", "cancelled", "loading", "failed", "saved", "no-next", "no-before", "unsaved", "drag"} {
		a["data-say-"+k] = lang.T(ctx, "process-edit.say."+k)
	}
	return a
}

func joined(list []string) string { return strings.Join(list, "\n") }

func hiddenLabel(f component.Field, t tableRow, field string) component.Field {
	f.HideLabel = true
	f.Label += ", " + t.line.Number
	f.Name = t.name(field)
	return f
}

func cellChoice(c component.Choice, t tableRow, field string) component.Choice {
	c.Label += ", " + t.line.Number
	c.Name = t.name(field)
	return c
}

// editGrid is the table with a box in every cell that can be written into.
func editGrid(ctx context.Context, v tableView) component.Grid {
	g := component.Grid{Caption: lang.T(ctx, "process.table"), Stack: true, Columns: []component.Column{
		{Title: lang.T(ctx, "process.column.number")},
		{Title: lang.T(ctx, "process.column.step"), Width: "wide"},
		{Title: lang.T(ctx, "process.column.work"), Width: "wide"},
		{Title: lang.T(ctx, "process.column.holder")},
		{Title: lang.T(ctx, "process.column.limit")},
		{Title: lang.T(ctx, "process.column.makes")},
	}}
	for _, t := range v.rows {
		g.Rows = append(g.Rows, component.Row{Cells: []component.Cell{
			{Text: t.line.Number}, {Content: titleCell(t)}, {Content: workCell(t)}, {Content: holderCell(t)}, {Content: limitCell(t)}, {Content: makesCell(t)},
		}})
	}
	return g
}

func actKind(a playAct) component.ActKind {
	if a.primary {
		return component.PrimaryAct
	}
	return component.SecondaryAct
}

func saveGrid(ctx context.Context, saves []saveLine) component.Grid {
	g := component.Grid{Caption: lang.T(ctx, "process-edit.history"), Stack: true, Columns: []component.Column{
		{Title: lang.T(ctx, "process-edit.history.when")}, {Title: lang.T(ctx, "process-edit.history.who")}, {Title: lang.T(ctx, "process-edit.history.why"), Width: "wide"},
	}}
	for _, s := range saves {
		g.Rows = append(g.Rows, component.Row{Cells: []component.Cell{{Text: s.when}, {Text: s.who}, {Text: s.note}}})
	}
	return g
}

func when(ctx context.Context, t time.Time) string {
	if lang.From(ctx) == lang.EN {
		return viet.DateTimeEnglish(t)
	}
	return viet.DateTime(t)
}

func errorOf(errors []component.FieldError, id string) string {
	for _, e := range errors {
		if e.ID == id {
			return e.Text
		}
	}
	return ""
}
