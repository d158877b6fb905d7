package procedure

import "strings"

// Over returns v with what it leaves unsaid filled from base. A province's pack says how it carries a
// procedure out, down to limits and papers; the national catalogue adds the steps, conditions and
// legal bases that the pack does not repeat. Marks of base come along for the fields taken.
func (v *Version) Over(base *Version) *Version {
	out := *v
	taken := map[string]bool{}
	text := func(field string, into *string, from string) {
		if *into == "" && from != "" {
			*into, taken[field] = from, true
		}
	}
	text("purpose", &out.Purpose, base.Purpose)
	text("name", &out.Name, base.Name)
	text("sector", &out.Sector, base.Sector)
	text("ministry", &out.Ministry, base.Ministry)
	text("kind", &out.Kind, base.Kind)
	text("decision", &out.Decision, base.Decision)
	text("authority", &out.Authority, base.Authority)
	text("executor", &out.Executor, base.Executor)
	text("delegate", &out.Delegate, base.Delegate)
	text("partner", &out.Partner, base.Partner)
	text("address", &out.Address, base.Address)
	text("steps", &out.Steps, base.Steps)
	text("conditions", &out.Conditions, base.Conditions)
	text("related", &out.Related, base.Related)
	text("source", &out.Source, base.Source)
	text("form", &out.Form, base.Form)
	text("process", &out.Process, base.Process)
	text("online", &out.Online, base.Online)
	if len(out.Levels) == 0 {
		out.Levels, taken["levels"] = base.Levels, true
		text("levels", &out.LevelText, base.LevelText)
	}
	fill("subjects", &out.Subjects, base.Subjects, taken)
	fill("channels", &out.Channels, base.Channels, taken)
	fill("components", &out.Components, base.Components, taken)
	fill("results", &out.Results, base.Results, taken)
	fill("bases", &out.Bases, base.Bases, taken)
	fill("keywords", &out.Keywords, base.Keywords, taken)
	fill("competent", &out.Competent, base.Competent, taken)
	if out.Sets == 0 {
		out.Sets = base.Sets
	}
	out.Marks = nil
	out.Marks = append(out.Marks, v.Marks...)
	for _, m := range base.Marks {
		field, _, _ := strings.Cut(m.Field, ".")
		field, _, _ = strings.Cut(field, "[")
		if taken[field] {
			out.Marks = append(out.Marks, m)
		}
	}
	return &out
}

func fill[T any](field string, into *[]T, from []T, taken map[string]bool) {
	if len(*into) == 0 {
		*into, taken[field] = from, true
	}
}
