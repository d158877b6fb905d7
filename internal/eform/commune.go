package eform

import (
	"encoding/json"
	"strings"
)

// Commune is the code of the commune where the person of the form lives, as answered: that of the address which
// the layout names as the subject's, else of the first address that is filled from the person. Empty when the
// answers do not say.
func (f *Form) Commune(answers json.RawMessage) string {
	var a map[string]any
	if len(answers) == 0 || json.Unmarshal(answers, &a) != nil {
		return ""
	}
	paths := []string{f.Layout.Subject.Address}
	for _, s := range f.Layout.Sections {
		for _, q := range s.Fields {
			if q.Fill == "address" {
				paths = append(paths, q.Path)
			}
		}
	}
	for _, path := range paths {
		if path == "" {
			continue
		}
		if v, ok := lookup(a, strings.Split(path, ".")).(map[string]any); ok {
			if c, _ := v["commune"].(string); c != "" {
				return c
			}
		}
	}
	return ""
}
