package formedit

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/motcua/motcua/internal/eform"
)

// mostSteps bounds references and nested parts that are followed.
const mostSteps = 20

// deref follows local references to the node that says something.
func deref(node, root map[string]any) map[string]any {
	for range mostSteps {
		ref, ok := node["$ref"].(string)
		if !ok {
			return node
		}
		rest, ok := strings.CutPrefix(ref, "#/")
		if !ok {
			return node
		}
		at := root
		for key := range strings.SplitSeq(rest, "/") {
			next, ok := at[strings.NewReplacer("~1", "/", "~0", "~").Replace(key)].(map[string]any)
			if !ok {
				return node
			}
			at = next
		}
		node = at
	}
	return node
}

// declares finds the node that declares a property of an object: the object itself or one of its parts.
func declares(node, root map[string]any, name string, depth int) map[string]any {
	if node = deref(node, root); node == nil || depth > mostSteps {
		return nil
	}
	if of, ok := node["properties"].(map[string]any); ok {
		if _, ok := of[name].(map[string]any); ok {
			return node
		}
	}
	for _, key := range []string{"if", "then", "else"} {
		if part, ok := node[key].(map[string]any); ok {
			if found := declares(part, root, name, depth+1); found != nil {
				return found
			}
		}
	}
	for _, key := range []string{"allOf", "anyOf", "oneOf"} {
		list, _ := node[key].([]any)
		for _, x := range list {
			if part, ok := x.(map[string]any); ok {
				if found := declares(part, root, name, depth+1); found != nil {
					return found
				}
			}
		}
	}
	return nil
}

// node returns the schema of a full path and the object that declares it; nil when there is none.
func (d *Draft) node(full string) (node, parent map[string]any) {
	at := d.schema
	group, inner, inside := strings.Cut(full, inGroup)
	at, parent = d.walk(at, group)
	if !inside || at == nil {
		return at, parent
	}
	items, ok := deref(at, d.schema)["items"].(map[string]any)
	if !ok {
		return nil, nil
	}
	return d.walk(items, inner)
}

func (d *Draft) walk(from map[string]any, path string) (node, parent map[string]any) {
	node = from
	for key := range strings.SplitSeq(path, ".") {
		parent = declares(node, d.schema, key, 0)
		if parent == nil {
			return nil, nil
		}
		node, _ = parent["properties"].(map[string]any)[key].(map[string]any)
	}
	return node, parent
}

// own makes the property at the key of an object the object's own: a reference gives way to a copy, so that nothing else
// changes with it.
func (d *Draft) own(parent map[string]any, key string) map[string]any {
	of := parent["properties"].(map[string]any) //nolint:forcetypeassert // declares found it there
	node := of[key].(map[string]any)            //nolint:forcetypeassert // as above
	if _, is := node["$ref"]; is {
		node = copied(deref(node, d.schema))
		of[key] = node
	}
	return node
}

var step = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{0,39}$`)

// mostPath bounds the steps of a path, as package eform does.
const mostPath = 6

// put declares a property at a full path, making the objects on the way.
func (d *Draft) put(full string, node map[string]any, required bool) error {
	group, inner, inside := strings.Cut(full, inGroup)
	at, path := d.schema, group
	if inside {
		_, parent := d.node(group)
		if parent == nil {
			return ErrNoField
		}
		list := d.own(parent, last(group))
		items, ok := list["items"].(map[string]any)
		if !ok {
			items = map[string]any{"type": "object"}
			list["items"] = items
		}
		if _, is := items["$ref"]; is {
			items = copied(deref(items, d.schema))
			list["items"] = items
		}
		at, path = items, inner
	}
	keys := strings.Split(path, ".")
	if len(keys) > mostPath {
		return ErrPath
	}
	for _, k := range keys {
		if !step.MatchString(k) {
			return ErrPath
		}
	}
	// First look, then change: a refused path leaves nothing behind.
	for look, i := at, 0; i < len(keys); i++ {
		parent := declares(look, d.schema, keys[i], 0)
		if parent == nil {
			break
		}
		look = deref(parent["properties"].(map[string]any)[keys[i]].(map[string]any), d.schema) //nolint:forcetypeassert // declares found it there
		if i == len(keys)-1 || look["type"] != "object" || d.asked(full, keys[:i+1]) {
			return ErrTaken.With("path", strings.Join(keys[:i+1], "."))
		}
	}
	for i, k := range keys {
		parent := declares(at, d.schema, k, 0)
		if parent == nil {
			parent = at
			of, ok := parent["properties"].(map[string]any)
			if !ok {
				of = map[string]any{}
				parent["properties"] = of
			}
			next := node
			if i < len(keys)-1 {
				next = map[string]any{"type": "object"}
			}
			of[k] = next
			if required {
				listing(parent, k, true)
			}
		}
		if i < len(keys)-1 {
			at = d.own(parent, k)
		}
	}
	return nil
}

// asked reports whether the beginning of a path is a field of its own, such as an address.
func (d *Draft) asked(full string, keys []string) bool {
	path := strings.Join(keys, ".")
	if group, _, inside := strings.Cut(full, inGroup); inside {
		path = group + inGroup + path
	}
	_, ok := d.find(path)
	return ok
}

// require says whether the property must be answered when asked; what it stands in must then be there too.
func (d *Draft) require(full string, required bool) {
	group, inner, inside := strings.Cut(full, inGroup)
	at, path := d.schema, group
	if inside {
		list, _ := d.node(group)
		if list == nil {
			return
		}
		at, _ = deref(list, d.schema)["items"].(map[string]any)
		path = inner
	}
	keys := strings.Split(path, ".")
	for i, k := range keys {
		parent := declares(at, d.schema, k, 0)
		if parent == nil {
			return
		}
		if required || i == len(keys)-1 {
			listing(parent, k, required)
		}
		if i < len(keys)-1 {
			at = d.own(parent, k)
		}
	}
}

// forget takes a property out, and the objects that hold nothing any more.
func (d *Draft) forget(full string) {
	group, inner, inside := strings.Cut(full, inGroup)
	at, path := d.schema, group
	if inside {
		_, parent := d.node(group)
		if parent == nil {
			return
		}
		list := d.own(parent, last(group))
		items, ok := list["items"].(map[string]any)
		if !ok {
			return
		}
		if _, is := items["$ref"]; is {
			items = copied(deref(items, d.schema))
			list["items"] = items
		}
		at, path = items, inner
	}
	keys := strings.Split(path, ".")
	var way []map[string]any
	for _, k := range keys {
		parent := declares(at, d.schema, k, 0)
		if parent == nil {
			return
		}
		if way = append(way, parent); len(way) < len(keys) {
			at = d.own(parent, k)
		}
	}
	for i := len(keys) - 1; i >= 0; i-- {
		of := way[i]["properties"].(map[string]any) //nolint:forcetypeassert // declares found it there
		delete(of, keys[i])
		listing(way[i], keys[i], false)
		if len(of) > 0 {
			return
		}
	}
}

// listing puts a name on the list of what is required, or takes it off.
func listing(node map[string]any, name string, on bool) {
	list, _ := node["required"].([]any)
	list = slices.DeleteFunc(slices.Clone(list), func(x any) bool { return x == name })
	if on {
		list = append(list, name)
	}
	if len(list) == 0 {
		delete(node, "required")
		return
	}
	node["required"] = list
}

func lists(list any, name string) bool {
	l, _ := list.([]any)
	return slices.ContainsFunc(l, func(x any) bool { return x == name })
}

var formats = map[Kind]string{
	PersonName: "vn-name", PersonalNumber: "vn-personal-number", TaxCode: "vn-tax-code", Phone: "vn-phone", Email: "email", Date: "date", Birth: "vn-birth",
}

// schemaOf writes the schema of a new field.
func (d *Draft) schemaOf(s Spec) map[string]any {
	switch s.Kind {
	case Whole, Money:
		return map[string]any{"type": "integer"}
	case Number:
		return map[string]any{"type": "number"}
	case YesNo:
		return map[string]any{"type": "boolean"}
	case Choice, Select:
		return map[string]any{"enum": optionValues(s)}
	case Checks:
		return map[string]any{"type": "array", "uniqueItems": true, "items": map[string]any{"enum": optionValues(s)}}
	case Address:
		place := map[string]any{"type": "string", "format": "vn-place"}
		return map[string]any{
			"type": "object", "required": []any{"province", "commune"},
			"properties": map[string]any{
				"province": place, "commune": copied(place), "detail": map[string]any{"type": "string", "maxLength": json.Number("200")},
			},
		}
	case Group:
		return map[string]any{"type": "array", "items": map[string]any{"type": "object"}}
	case Paragraph:
		return map[string]any{"type": "string", "maxLength": json.Number("1000")}
	case Text:
		return map[string]any{"type": "string", "maxLength": json.Number("200")}
	}
	return map[string]any{"type": "string", "format": formats[s.Kind]}
}

func widgetOf(k Kind) eform.Widget {
	switch k {
	case Birth:
		return eform.Date
	case Whole:
		return eform.Number
	}
	return eform.Widget(k)
}

// kindOf names what a property with its widget is.
func kindOf(node map[string]any, w eform.Widget, root map[string]any) Kind {
	node = deref(node, root)
	kind, _ := node["type"].(string)
	format, _ := node["format"].(string)
	enum, _ := node["enum"].([]any)
	items, _ := node["items"].(map[string]any)
	switch {
	case len(enum) > 0:
		if w == eform.Select || w == "" && len(enum) > 5 {
			return Select
		}
		return Choice
	case kind == "boolean":
		return YesNo
	case kind == "integer" && w == eform.Money:
		return Money
	case kind == "integer":
		return Whole
	case kind == "number":
		return Number
	case kind == "array":
		items = deref(items, root)
		if _, ok := items["enum"].([]any); ok {
			return Checks
		}
		if items["type"] == "object" {
			return Group
		}
		return Other
	case kind == "object":
		return Address
	case kind != "string":
		return Other
	}
	for k, f := range formats {
		if f == format {
			return k
		}
	}
	switch {
	case format != "":
		return Other
	case w == eform.TextArea:
		return Paragraph
	}
	return Text
}

// keywords writes the bounds of a field into its schema.
func (d *Draft) keywords(full string, s Spec) error {
	_, parent := d.node(full)
	if parent == nil {
		return ErrNoField
	}
	name := last(full)
	now, _ := d.Spec(full)
	if _, is := parent["properties"].(map[string]any)[name].(map[string]any)["$ref"]; is && //nolint:forcetypeassert // node found it there
		now.Longest == s.Longest && now.Pattern == s.Pattern && now.Least == s.Least && now.Most == s.Most && now.Fewest == s.Fewest &&
		now.Greatest == s.Greatest && (!s.Kind.Chosen() || slices.Equal(values(d.shared(full), d.schema), texts(s))) {
		return nil // the shared definition says it already
	}
	node := d.own(parent, name)
	count := func(key string, n int) {
		if n > 0 {
			node[key] = json.Number(strconv.Itoa(n))
		} else {
			delete(node, key)
		}
	}
	switch s.Kind {
	case Text, Paragraph, PersonName, Email:
		count("maxLength", s.Longest)
		if s.Pattern == "" {
			delete(node, "pattern")
		} else {
			node["pattern"] = s.Pattern
		}
	case Whole, Number, Money:
		for key, v := range map[string]string{"minimum": s.Least, "maximum": s.Most} {
			delete(node, key)
			if _, err := strconv.ParseFloat(v, 64); err == nil {
				node[key] = json.Number(v)
			}
		}
	case Choice, Select:
		node["enum"] = optionValues(s)
	case Checks:
		items, ok := node["items"].(map[string]any)
		if !ok || items["$ref"] != nil {
			items = map[string]any{}
			node["items"] = items
		}
		items["enum"] = optionValues(s)
		count("minItems", s.Fewest)
		count("maxItems", s.Greatest)
	case Group:
		count("minItems", s.Fewest)
		count("maxItems", s.Greatest)
	}
	return nil
}

// shared is the node of a path as it stands, a reference or not.
func (d *Draft) shared(full string) map[string]any {
	node, _ := d.node(full)
	return node
}

// tidyOptions makes the options of a choice whole: each with a value made from its label when it has none.
func tidyOptions(s *Spec) error {
	if !s.Kind.Chosen() {
		return nil
	}
	seen := map[string]bool{}
	var out []eform.Option
	for _, o := range s.Field.Options {
		o.Label, o.Value = strings.TrimSpace(o.Label), strings.TrimSpace(o.Value)
		if o.Label == "" && o.Value == "" {
			continue
		}
		if o.Label == "" {
			o.Label = o.Value
		}
		if o.Value == "" {
			o.Value = Slug(o.Label, "-", "chon", func(v string) bool { return seen[v] })
		}
		if seen[o.Value] {
			return ErrOptions
		}
		seen[o.Value] = true
		out = append(out, o)
	}
	if len(out) == 0 {
		return ErrOptions
	}
	s.Field.Options = out
	return nil
}

func optionValues(s Spec) []any {
	out := []any{}
	for _, t := range texts(s) {
		out = append(out, t)
	}
	return out
}

func texts(s Spec) []string {
	var out []string
	for _, o := range s.Field.Options {
		out = append(out, o.Value)
	}
	return out
}

// values lists what a choice allows, as text.
func values(node, root map[string]any) []string {
	node = deref(node, root)
	enum, ok := node["enum"].([]any)
	if !ok {
		if items, is := node["items"].(map[string]any); is {
			enum, _ = deref(items, root)["enum"].([]any)
		}
	}
	var out []string
	for _, v := range enum {
		if t, ok := v.(string); ok {
			out = append(out, t)
		}
	}
	return out
}

func copied(node map[string]any) map[string]any {
	out := maps.Clone(node)
	for k, v := range out {
		out[k] = deep(v)
	}
	return out
}

func deep(v any) any {
	switch v := v.(type) {
	case map[string]any:
		return copied(v)
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = deep(x)
		}
		return out
	}
	return v
}

func whole(v any) int {
	n, _ := v.(json.Number)
	i, err := strconv.Atoi(n.String())
	if err != nil {
		return 0
	}
	return i
}

func figure(v any) string {
	n, _ := v.(json.Number)
	return n.String()
}

func word(v any) string {
	s, _ := v.(string)
	return s
}
