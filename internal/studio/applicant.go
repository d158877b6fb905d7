package studio

import (
	"slices"
	"strings"

	"github.com/motcua/motcua/internal/eform"
	"github.com/motcua/motcua/internal/pack"
	"github.com/motcua/motcua/internal/procedure"
)

// mostTold bounds what an applicant is told at once.
const mostTold = 30

// ForApplicant says what is asked otherwise of somebody who began an application on one version and would file on another:
// papers, limits, fees, questions and their choices. A form may be nil when it is not known.
func ForApplicant(lang string, was, is *procedure.Version, form, next *eform.Form) []string {
	var out []string
	tell := func(k Key, old, now any, concerns func(w Words) bool) {
		for _, w := range DiffTexts(k, pack.YAML(old), pack.YAML(now), lang).Lines {
			if concerns(w) {
				out = append(out, w.String())
			}
		}
	}
	if was != nil && is != nil && was.Digest != is.Digest {
		a, b := *was, *is
		a.Source, b.Source, a.From, b.From, a.Until, b.Until = "", "", "", "", "", ""
		tell(Key{Procedure, is.Code}, &a, &b, func(w Words) bool {
			return slices.ContainsFunc([]string{"components", "channels", "name", "conditions"}, func(p string) bool { return strings.HasPrefix(w.Path, p) }) &&
				!strings.HasSuffix(w.Path, "verbatim")
		})
	}
	if form != nil && next != nil && form.ID == next.ID {
		tell(Key{Form, next.ID}, form, next, func(w Words) bool {
			if strings.HasPrefix(w.Path, "schema") {
				return strings.HasSuffix(w.Path, ".required")
			}
			return strings.HasPrefix(w.Path, "layout.sections") && !strings.HasSuffix(w.Path, "_en") && !strings.HasSuffix(w.Path, ".widget")
		})
	}
	if len(out) > mostTold {
		out = append(out[:mostTold], "…")
	}
	return out
}
