package formweb

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/rule"
	"github.com/motcua/motcua/internal/viet"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

// group is a fieldset: one row of a list, or what belongs together.
type group struct {
	id           string // of the fieldset, for links
	legend, hint string
	inputs       []input
	folded       bool // few need it: behind a summary
}

// input is a line, an area, a choice or a box to tick.
type input struct {
	line   *component.Field
	area   bool
	choice *component.Choice
	box    *component.Field
	ticked bool
	says   string // what a rule means
}

// typed are the values that were sent; nil shows what is there.
type typed struct{ *web.Form }

func (t typed) get(name, there string) string {
	if t.Form == nil {
		return there
	}
	return t.Get(name)
}

func (t typed) ticked(name string, there bool) bool {
	if t.Form == nil {
		return there
	}
	return t.Get(name) != ""
}

func nth(name string, i ...int) string {
	var b strings.Builder
	b.WriteString(name)
	for _, n := range i {
		b.WriteByte('-')
		b.WriteString(strconv.Itoa(n))
	}
	return b.String()
}

func line(ctx context.Context, name, key, value string, width, most int) input {
	return input{line: &component.Field{Name: name, Label: lang.T(ctx, key), Value: value, Width: width, MaxLength: most, Optional: true}}
}

func area(ctx context.Context, name, key, value string, rows, most int) input {
	in := line(ctx, name, key, value, 0, most)
	in.line.Rows, in.area = rows, true
	return in
}

func needed(in input) input {
	in.line.Optional = false
	return in
}

func hinted(in input, hint string) input {
	switch {
	case in.line != nil:
		in.line.Hint = hint
	case in.choice != nil:
		in.choice.Hint = hint
	case in.box != nil:
		in.box.Hint = hint
	}
	return in
}

func box(ctx context.Context, name, key string, ticked bool) input {
	return input{box: &component.Field{Name: name, Label: lang.T(ctx, key)}, ticked: ticked}
}

func pick(ctx context.Context, name, key, value string, options []component.Option) input {
	return input{choice: &component.Choice{Name: name, Label: lang.T(ctx, key), Values: []string{value}, Options: options, Optional: true}}
}

// worded are options whose words stand in lang under a prefix.
func worded(ctx context.Context, prefix string, values ...string) []component.Option {
	out := make([]component.Option, len(values))
	for i, v := range values {
		out[i] = component.Option{Value: v, Label: lang.T(ctx, prefix+v)}
	}
	return out
}

// ruled is a rule with what it means, or what is wrong with it.
func ruled(ctx context.Context, name, key, src string, s rule.Schema) input {
	in := line(ctx, name, key, src, 0, 1000)
	in.says, in.line.Error = meaning(ctx, src, s)
	return in
}

// meaning says a rule as a sentence, or the first thing that is wrong with it. A rule that never or always holds says so.
func meaning(ctx context.Context, src string, s rule.Schema) (says, wrong string) {
	if src == "" {
		return "", ""
	}
	code := lang.From(ctx)
	x, problems := rule.Compile(src, s, rule.YesNo)
	if len(problems) > 0 {
		return "", problems[0].In(code)
	}
	says = x.Say(code)
	switch v := x.Verdict(); {
	case v.Kind == rule.Never && v.Exact:
		wrong = lang.T(ctx, "formweb.never")
	case v.Kind == rule.Always && v.Exact:
		wrong = lang.T(ctx, "formweb.always")
	}
	return says, wrong
}

// mark puts refusals at their inputs and lists them for the summary.
func mark(groups []group, wrong map[string]string) []component.FieldError {
	var out []component.FieldError
	for g := range groups {
		for i := range groups[g].inputs {
			in := &groups[g].inputs[i]
			switch {
			case in.line != nil && wrong[in.line.Name] != "":
				in.line.Error = wrong[in.line.Name]
				out = append(out, component.FieldError{ID: in.line.Name, Text: in.line.Label + ": " + in.line.Error})
			case in.choice != nil && wrong[in.choice.Name] != "":
				in.choice.Error = wrong[in.choice.Name]
				out = append(out, component.FieldError{ID: in.choice.Name, Text: in.choice.Label + ": " + in.choice.Error})
			}
		}
	}
	return out
}

func when(ctx context.Context, t time.Time) string {
	if lang.From(ctx) == lang.EN {
		return viet.DateTimeEnglish(t)
	}
	return viet.DateTime(t)
}
