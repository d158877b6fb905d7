package formweb

import (
	"context"
	"strings"

	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/procedure/alike"
	"github.com/motcua/motcua/internal/rule"
	"github.com/motcua/motcua/internal/viet"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

func errorAt(f frame, name string) string {
	for _, e := range f.errors {
		if e.ID == name {
			return e.Text
		}
	}
	return ""
}

func moments(list []versionLine) []component.Moment {
	out := make([]component.Moment, len(list))
	for i, l := range list {
		out[i] = component.Moment{Title: l.when, ISO: l.iso, By: l.who, Text: l.note, State: component.StepDone}
		if len(l.lines) > 0 {
			out[i].Body = told(l.lines)
		}
	}
	return out
}

func folded(s string) string { return viet.Fold(s) }

// lineText is a line of a comparison as people read it: ways and limits in words.
func lineText(ctx context.Context, l alike.Line) string {
	kind, rest, ok := strings.Cut(l.Text, ": ")
	if !ok || kind != procedure.Direct && kind != procedure.Online && kind != procedure.Post {
		return l.Text
	}
	limit, after, _ := strings.Cut(rest, " (")
	if said := rule.SayLimit(limit, lang.From(ctx)); said != "" {
		rest = said
		if after != "" {
			rest += " (" + after
		}
	}
	return lang.T(ctx, "formweb.channel."+kind) + ": " + rest
}
