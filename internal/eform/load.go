package eform

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/motcua/motcua/internal/rule"
)

// Load reads a form as a pack writes it: YAML, unknown keys refused. It does not check it.
func Load(text []byte) (Form, error) {
	var f Form
	if err := yaml.Unmarshal(text, &f); err != nil {
		return Form{}, fmt.Errorf("read form: %w", err)
	}
	return f, nil
}

// UnmarshalYAML reads a form whose schema is written as YAML, and keeps the schema as JSON.
func (f *Form) UnmarshalYAML(b []byte) error {
	if len(b) > MaxFormBytes {
		return fmt.Errorf("form is larger than %d bytes", MaxFormBytes)
	}
	var w struct {
		ID      string `yaml:"id"`
		Title   string `yaml:"title"`
		TitleEn string `yaml:"title_en"`
		Basis   string `yaml:"basis"`
		Schema  any    `yaml:"schema"`
		Layout  Layout `yaml:"layout"`
		Use     string `yaml:"use"`
	}
	if err := yaml.NewDecoder(bytes.NewReader(b), yaml.Strict()).Decode(&w); err != nil {
		return err
	}
	schema, err := json.Marshal(w.Schema)
	if err != nil {
		return fmt.Errorf("schema: %w", err)
	}
	*f = Form{ID: w.ID, Title: w.Title, TitleEn: w.TitleEn, Basis: w.Basis, Schema: schema, Layout: w.Layout, Use: w.Use}
	return nil
}

// Compiled is a form ready to be asked. It is safe for use by many at once.
type Compiled struct {
	form      Form
	schema    *jsonschema.Schema
	sections  []*section
	questions []*question // in order, those of groups after their group
	by        map[string]*question
	english   *Compiled
}

type section struct {
	def       *Section
	when      *condition
	questions []*question // without those inside groups
}

type question struct {
	field    *Field
	path     string   // pattern: "child.name", "children[].name"
	keys     []string // inside the answers, or inside one item of the group
	widget   Widget
	schema   *jsonschema.Schema
	required bool // by the schema, when asked and its object is there
	section  *section
	group    *question
	inner    []*question
	when     *condition
	order    int
	english  bool
}

type condition struct {
	def    *Condition
	keys   []string
	inItem bool
	rule   *rule.Expr // in place of keys
}

// Compile checks the form and makes it ready. The error holds every problem found.
func Compile(f Form) (*Compiled, error) {
	c, problems := compile(f)
	if len(problems) > 0 {
		list := make([]error, len(problems))
		for i, p := range problems {
			list[i] = p
		}
		return nil, fmt.Errorf("form %s: %w", f.ID, errors.Join(list...))
	}
	return c, nil
}

// Form returns the definition.
func (c *Compiled) Form() Form { return c.form }

// In returns the form with its words in the language ("en"); where the author wrote none
// in it, and for any other language, the Vietnamese stays.
func (c *Compiled) In(language string) *Compiled {
	if language == "en" && c.english != nil {
		return c.english
	}
	return c
}

// closed refuses every reference out of a schema: forms come from folders strangers may send.
type closed struct{}

func (closed) Load(url string) (any, error) {
	return nil, fmt.Errorf("a form's schema cannot refer to %s", url)
}

func compileSchema(raw json.RawMessage) (*jsonschema.Schema, error) {
	if len(raw) > MaxFormBytes {
		return nil, fmt.Errorf("schema is larger than %d bytes", MaxFormBytes)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	k := jsonschema.NewCompiler()
	k.DefaultDraft(jsonschema.Draft2020)
	k.UseLoader(closed{})
	k.AssertFormat()
	for _, f := range formats() {
		k.RegisterFormat(f)
	}
	const at = "https://form.invalid/schema.json"
	if err := k.AddResource(at, doc); err != nil {
		return nil, err
	}
	return k.Compile(at)
}

var step = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{0,39}$`)

func splitPath(path string) ([]string, bool) {
	keys := strings.Split(path, ".")
	if len(keys) > maxPathSteps {
		return nil, false
	}
	for _, k := range keys {
		if !step.MatchString(k) {
			return nil, false
		}
	}
	return keys, true
}

// deref follows references to the schema that says something.
func deref(s *jsonschema.Schema) *jsonschema.Schema {
	for range 20 {
		if s == nil || s.Ref == nil {
			return s
		}
		s = s.Ref
	}
	return s
}

// property finds a property where a schema may declare it: itself, a reference, or a part
// that may apply to it.
func property(s *jsonschema.Schema, name string, depth int) *jsonschema.Schema {
	if s == nil || depth > 8 {
		return nil
	}
	if p, ok := s.Properties[name]; ok {
		return p
	}
	for _, part := range slices.Concat([]*jsonschema.Schema{s.Ref, s.If, s.Then, s.Else}, s.AllOf, s.AnyOf, s.OneOf) {
		if p := property(part, name, depth+1); p != nil {
			return p
		}
	}
	return nil
}

// requires reports whether a schema always requires a property.
func requires(s *jsonschema.Schema, name string, depth int) bool {
	if s == nil || depth > 8 {
		return false
	}
	if slices.Contains(s.Required, name) || requires(s.Ref, name, depth+1) {
		return true
	}
	for _, part := range s.AllOf {
		if requires(part, name, depth+1) {
			return true
		}
	}
	return false
}

// sub walks from a schema to the one at the keys; required says that every step is required.
func sub(s *jsonschema.Schema, keys []string) (found *jsonschema.Schema, required bool) {
	required = true
	for _, k := range keys {
		required = required && requires(s, k, 0)
		if s = property(s, k, 0); s == nil {
			return nil, false
		}
	}
	return s, required
}

func hasType(s *jsonschema.Schema, name string) bool {
	s = deref(s)
	return s != nil && s.Types != nil && slices.Contains(s.Types.ToStrings(), name)
}

func (q *question) format() string {
	if s := deref(q.schema); s != nil && s.Format != nil {
		return s.Format.Name
	}
	return ""
}

// choices returns the values a schema allows, as text.
func choices(s *jsonschema.Schema) []string {
	s = deref(s)
	if s == nil || s.Enum == nil {
		return nil
	}
	var out []string
	for _, v := range s.Enum.Values {
		if t, ok := v.(string); ok {
			out = append(out, t)
		}
	}
	return out
}

func items(s *jsonschema.Schema) *jsonschema.Schema {
	if s = deref(s); s == nil {
		return nil
	}
	return deref(s.Items2020)
}

// defaultWidget says how a value of the schema is asked when the layout does not.
func defaultWidget(s *jsonschema.Schema) Widget {
	s = deref(s)
	switch {
	case s == nil:
		return ""
	case s.Enum != nil && len(s.Enum.Values) > 5:
		return Select
	case s.Enum != nil:
		return Choice
	case hasType(s, "boolean"):
		return YesNo
	case hasType(s, "integer"), hasType(s, "number"):
		return Number
	case hasType(s, "array") && hasType(items(s), "object"):
		return Group
	case hasType(s, "array"):
		return Checks
	case hasType(s, "object"):
		return Place
	case s.Format != nil:
		switch s.Format.Name {
		case "vn-name":
			return NameText
		case "vn-personal-number":
			return PersonalNumber
		case "vn-tax-code":
			return TaxCode
		case "vn-phone":
			return Phone
		case "email":
			return Email
		case "date", "vn-birth":
			return Date
		}
	}
	return Text
}

// fits reports whether a value of the schema can be asked with the widget.
func fits(w Widget, s *jsonschema.Schema) bool {
	s = deref(s)
	format := ""
	if s.Format != nil {
		format = s.Format.Name
	}
	switch w {
	case Text, TextArea:
		return hasType(s, "string") && s.Enum == nil && !slices.Contains([]string{"date", "vn-birth", "vn-personal-number", "vn-tax-code", "vn-phone"}, format)
	case NameText:
		return hasType(s, "string") && format == "vn-name"
	case Date:
		return hasType(s, "string") && (format == "date" || format == "vn-birth")
	case PersonalNumber:
		return hasType(s, "string") && format == "vn-personal-number"
	case TaxCode:
		return hasType(s, "string") && format == "vn-tax-code"
	case Phone:
		return hasType(s, "string") && format == "vn-phone"
	case Email:
		return hasType(s, "string") && format == "email"
	case Choice, Select:
		return len(choices(s)) > 0 && len(choices(s)) == len(s.Enum.Values)
	case Checks:
		return hasType(s, "array") && len(choices(items(s))) > 0
	case Number:
		return hasType(s, "number") || hasType(s, "integer")
	case Money:
		return hasType(s, "integer")
	case YesNo:
		return hasType(s, "boolean")
	case Place:
		return hasType(s, "object") && property(s, "province", 0) != nil && property(s, "commune", 0) != nil
	case Group:
		return hasType(s, "array") && hasType(items(s), "object")
	}
	return false
}
