package pack

import (
	"encoding/json"
	"path"

	"github.com/goccy/go-yaml"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/eform"
	"github.com/motcua/motcua/internal/procedure"
)

// YAML writes a configured value (a process, a form, a procedure, a list of agencies …) as the text of a
// file of a pack. The same value gives the same text, and the text reads back as the same value.
func YAML(value any) string {
	if f, ok := value.(*eform.Form); ok {
		value = formText(f)
	}
	raw, err := yaml.MarshalWithOptions(value, yaml.Indent(2), yaml.IndentSequence(true), yaml.UseLiteralStyleIfMultiline(true))
	if err != nil {
		panic("pack: a configured value cannot be written as YAML: " + err.Error())
	}
	return string(raw)
}

// formFile is a form as its file holds it: the schema is JSON Schema written as YAML.
type formFile struct {
	ID      string         `yaml:"id"`
	Title   string         `yaml:"title"`
	TitleEn string         `yaml:"title_en,omitempty"`
	Basis   string         `yaml:"basis,omitempty"`
	Use     string         `yaml:"use,omitempty"`
	Schema  map[string]any `yaml:"schema"`
	Layout  eform.Layout   `yaml:"layout"`
}

func formText(f *eform.Form) formFile {
	out := formFile{ID: f.ID, Title: f.Title, TitleEn: f.TitleEn, Basis: f.Basis, Layout: f.Layout, Use: f.Use}
	if err := json.Unmarshal(f.Schema, &out.Schema); err != nil {
		panic("pack: the schema of a form is no JSON object: " + err.Error())
	}
	for k, v := range out.Schema {
		out.Schema[k] = whole(v)
	}
	return out
}

// whole writes numbers without a fraction as such: JSON knows only one kind of number.
func whole(v any) any {
	switch v := v.(type) {
	case float64:
		if n := int64(v); float64(n) == v {
			return n
		}
	case map[string]any:
		for k, x := range v {
			v[k] = whole(x)
		}
	case []any:
		for i, x := range v {
			v[i] = whole(x)
		}
	}
	return v
}

// Head is pack.yaml.
type Head struct {
	ID       string            `yaml:"id" json:"id"`
	Title    string            `yaml:"title" json:"title"`
	Version  string            `yaml:"version" json:"version"`
	Province agency.Home       `yaml:"province" json:"province"`
	General  procedure.General `yaml:"general" json:"general"`
}

// Files writes the pack as the files of its folder, by path. What it says is the same again when they are
// loaded; comments of the files it was loaded from are not.
func (p *Pack) Files() map[string]string {
	out := map[string]string{
		"pack.yaml":   YAML(Head{p.ID, p.Title, p.Version, p.Home, p.General}),
		"rights.yaml": YAML(p.Rights),
	}
	put := func(name string, n int, list any) {
		if n > 0 {
			out[name] = YAML(list)
		}
	}
	put("agencies.yaml", len(p.Agencies), p.Agencies)
	put("posts.yaml", len(p.Posts), p.Posts)
	put("people.yaml", len(p.People), p.People)
	put("hours.yaml", len(p.Hours), p.Hours)
	put("routing.yaml", len(p.Routing), p.Routing)
	if p.Synonyms != "" {
		out["synonyms.txt"] = p.Synonyms
	}
	for _, v := range p.Procedures {
		c := *v
		c.Source = ""
		out[path.Join("procedures", v.Code+".yaml")] = YAML(&c)
	}
	for _, f := range p.Forms {
		out[path.Join("forms", f.ID+".yaml")] = YAML(f)
	}
	for _, w := range p.Processes {
		out[path.Join("processes", w.ID+".yaml")] = YAML(w)
	}
	for name, text := range p.Templates {
		out[path.Join("templates", name)] = text
	}
	return out
}

// File writes one file of the folder, and reports whether the pack has it.
func (p *Pack) File(name string) (string, bool) {
	text, ok := p.Files()[name]
	return text, ok
}
