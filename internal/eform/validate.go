package eform

import (
	"cmp"
	"errors"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"

	"github.com/motcua/motcua/internal/fault"
)

// Given is what judging answers needs from outside: the clock and the administrative units.
type Given struct {
	Now    time.Time
	Places Places // nil: codes of places are judged by their shape only
}

// Validate judges the answers to one section, or to the whole form when sectionID is
// empty. Messages come in the order of the page, one for each input; Name is the input's
// path, Code the key of a sentence that says what to do (error.eform.…), and Args always
// holds "label", the field's name as it reads inside a sentence.
func (c *Compiled) Validate(sectionID string, a Answers, given Given) []fault.Field {
	kept, see := c.clean(a)
	j := &judge{c: c, kept: kept, see: see, section: sectionID, found: map[string]finding{}}
	instance, _ := clone(map[string]any(kept)).(map[string]any)
	c.skeleton(c.schema, instance, "", 0)
	var ve *jsonschema.ValidationError
	if err := c.schema.Validate(instance); errors.As(err, &ve) {
		j.walk(ve, instance)
	} else if err != nil {
		j.add("", nil, 0, "not-accepted", nil)
	}
	j.layout(given)
	out := make([]finding, 0, len(j.found))
	for _, f := range j.found {
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b finding) int {
		return cmp.Or(slices.Compare(a.at, b.at), cmp.Compare(a.field.Name, b.field.Name))
	})
	fields := make([]fault.Field, len(out))
	for i, f := range out {
		fields[i] = f.field
	}
	return fields
}

// skeleton adds the objects that are required but hold nothing yet, so that what is
// missing is named by its own field and not by the object around it.
func (c *Compiled) skeleton(s *jsonschema.Schema, m map[string]any, at string, depth int) {
	if s = deref(s); s == nil || depth > maxPathSteps+2 {
		return
	}
	for name, p := range s.Properties {
		path := name
		if at != "" {
			path = at + "." + name
		}
		p = deref(p)
		v, there := m[name]
		if !there && hasType(p, "object") && len(p.Properties) > 0 && slices.Contains(s.Required, name) {
			v = map[string]any{}
			m[name] = v
		}
		switch v := v.(type) {
		case map[string]any:
			c.skeleton(p, v, path, depth+1)
		case []any:
			for _, x := range v {
				if item, ok := x.(map[string]any); ok {
					c.skeleton(items(p), item, path+"[]", depth+1)
				}
			}
		}
	}
}

type finding struct {
	field fault.Field
	at    []int // order on the page
	rank  int   // the smaller one stays when an input has two
}

type judge struct {
	c       *Compiled
	kept    Answers
	see     shown
	section string
	found   map[string]finding
}

// Ranks: what is missing is said before what is wrong, and the shape before the rule.
const (
	rankMissing = iota
	rankShape
	rankRule
	rankWhole
)

// add notes a message for the input at path, unless it is not asked or not of this page.
func (j *judge) add(path string, q *question, rank int, code string, args map[string]any) {
	f := finding{rank: rank, at: []int{1 << 20}}
	if q != nil {
		if j.section != "" && q.section.def.ID != j.section {
			return
		}
		if !j.asked(path) {
			return
		}
		f.at = j.order(path, q)
	} else if j.section != "" {
		return
	}
	if args == nil {
		args = map[string]any{}
	}
	if _, has := args["label"]; !has {
		args["label"] = ""
		if q != nil {
			args["label"] = q.inSentence()
		}
	}
	f.field = fault.Field{Name: path, Code: "eform." + code, Args: args}
	if old, ok := j.found[path]; !ok || rank < old.rank {
		j.found[path] = f
	}
}

// asked reports whether the input belongs to a question that is shown now.
func (j *judge) asked(path string) bool {
	for {
		if j.see[path] {
			return true
		}
		i := strings.LastIndexAny(path, ".[")
		if i < 0 {
			return false
		}
		path = path[:i]
	}
}

// order gives the place of an input on its page: question, item, question in it, part.
func (j *judge) order(path string, q *question) []int {
	part := 0
	for i, p := range []string{".province", ".commune", ".detail"} {
		if q.widget == Place && strings.HasSuffix(path, p) {
			part = i + 1
		}
	}
	if q.group == nil {
		return []int{q.order, 0, 0, part}
	}
	n := 0
	if _, rest, ok := strings.Cut(path, "["); ok {
		at, _, _ := strings.Cut(rest, "]")
		n, _ = strconv.Atoi(at) // paths are made here
	}
	return []int{q.group.order, n + 1, q.order, part}
}

// inSentence writes the label as it stands inside a sentence: "Họ, chữ đệm, tên" → "họ, chữ đệm, tên".
func (q *question) inSentence() string {
	s := q.field.Short
	if s == "" {
		s = q.field.Label
	}
	s = strings.TrimRight(s, " ?:.")
	first, n := utf8.DecodeRuneInString(s)
	if second, _ := utf8.DecodeRuneInString(s[n:]); unicode.IsUpper(second) {
		return s // an abbreviation
	}
	return string(unicode.ToLower(first)) + s[n:]
}

// find returns the question an input belongs to, and the part of its path below the question.
func (c *Compiled) find(path string) (q *question, below string) {
	pattern := path
	if i, k := strings.Index(path, "["), strings.Index(path, "]"); i >= 0 && k > i {
		pattern = path[:i] + "[]" + path[k+1:]
	}
	for p := pattern; p != ""; {
		if q := c.by[p]; q != nil {
			return q, strings.TrimPrefix(pattern[len(p):], ".")
		}
		i := strings.LastIndexAny(p, ".[")
		if i < 0 {
			break
		}
		p = p[:i]
	}
	return nil, ""
}

// under returns the first question asked below an object that has no question of its own.
func (j *judge) under(path string) *question {
	for _, q := range j.c.questions {
		if q.group == nil && (path == "" || strings.HasPrefix(q.path, path+".")) && j.see[q.path] {
			return q
		}
	}
	return nil
}

// place writes a location in the answers as the name of an input.
func place(location []string, v any) string {
	path := ""
	for _, name := range location {
		switch x := v.(type) {
		case []any:
			path += "[" + name + "]"
			v = nil
			if i, err := strconv.Atoi(name); err == nil && i >= 0 && i < len(x) {
				v = x[i]
			}
		case map[string]any:
			path = below(path, name)
			v = x[name]
		default:
			path = below(path, name)
		}
	}
	return path
}

func below(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// walk turns what the schema refuses into messages.
func (j *judge) walk(e *jsonschema.ValidationError, instance map[string]any) {
	path := place(e.InstanceLocation, instance)
	switch k := e.ErrorKind.(type) {
	case *kind.Required:
		for _, name := range k.Missing {
			j.missing(below(path, name))
		}
		return
	case *kind.DependentRequired:
		for _, name := range k.Missing {
			j.missing(below(path, name))
		}
		return
	case *kind.AnyOf, *kind.OneOf:
		j.oneOfSeveral(e, path, instance)
		return
	case *kind.Not, *kind.Contains:
		j.whole(path, "not-accepted")
		return
	}
	if len(e.Causes) > 0 {
		for _, cause := range e.Causes {
			j.walk(cause, instance)
		}
		return
	}
	q, _ := j.c.find(path)
	if q == nil {
		j.whole(path, "not-accepted")
		return
	}
	j.wrong(path, q, e.ErrorKind)
}

func (j *judge) whole(path, code string) {
	q, _ := j.c.find(path)
	if q == nil {
		q = j.under(path)
	}
	if q == nil {
		j.add("", nil, rankWhole, code, nil)
		return
	}
	j.add(q.path, q, rankWhole, code, nil)
}

// missing says that nothing is answered at the path.
func (j *judge) missing(path string) {
	q, part := j.c.find(path)
	if q == nil {
		if q = j.under(path); q == nil {
			return // nothing of it is asked now
		}
		path = q.path
	}
	switch {
	case q.widget == Place && part == "":
		for _, p := range q.parts() {
			if requires(q.schema, p, 0) {
				j.add(path+"."+p, q, rankMissing, "required-"+p, nil)
			}
		}
	case q.widget == Place:
		j.add(path, q, rankMissing, "required-"+part, nil)
	case q.widget == Group:
		j.add(path, q, rankMissing, "required-group", map[string]any{"item": q.item()})
	case q.widget == Date:
		j.add(path, q, rankMissing, "required-date", nil)
	case q.widget == Choice, q.widget == Select, q.widget == Checks, q.widget == YesNo:
		j.add(path, q, rankMissing, "required-choice", nil)
	default:
		j.add(path, q, rankMissing, "required", nil)
	}
}

func (q *question) item() string {
	if q.field.ItemOne != "" {
		return q.field.ItemOne
	}
	return q.inSentence()
}

// oneOfSeveral names the fields of which one must be answered; other alternatives have no
// better words than that the answers do not fit together.
func (j *judge) oneOfSeveral(e *jsonschema.ValidationError, path string, instance map[string]any) {
	var labels []string
	var first *question
	var gather func(*jsonschema.ValidationError)
	gather = func(e *jsonschema.ValidationError) {
		if k, ok := e.ErrorKind.(*kind.Required); ok {
			at := place(e.InstanceLocation, instance)
			for _, name := range k.Missing {
				q, _ := j.c.find(below(at, name))
				if q == nil {
					q = j.under(below(at, name))
				}
				if q != nil && j.see[q.path] && !slices.Contains(labels, q.inSentence()) {
					labels = append(labels, q.inSentence())
					if first == nil || q.order < first.order {
						first = q
					}
				}
			}
		}
		for _, cause := range e.Causes {
			gather(cause)
		}
	}
	for _, cause := range e.Causes {
		gather(cause)
	}
	if first == nil {
		j.whole(path, "not-accepted")
		return
	}
	if len(labels) == 1 {
		j.missing(first.path)
		return
	}
	j.add(first.path, first, rankMissing, "one-of-several", map[string]any{"label": first.inSentence(), "labels": strings.Join(labels, "; ")})
}

// wrong says why the value at path does not fit.
func (j *judge) wrong(path string, q *question, why jsonschema.ErrorKind) {
	if q.widget == Checks && path != q.path {
		path = strings.TrimRight(path, "[]0123456789")
	}
	choose := q.widget == Choice || q.widget == Select || q.widget == Checks || q.widget == YesNo
	switch k := why.(type) {
	case *kind.Type:
		switch q.widget {
		case Number:
			j.add(path, q, rankShape, "number", nil)
		case Money:
			j.add(path, q, rankShape, "money", nil)
		case YesNo:
			j.add(path, q, rankShape, "required-choice", nil)
		default:
			j.add(path, q, rankShape, "not-accepted", nil)
		}
	case *kind.Enum, *kind.Const:
		if choose {
			j.add(path, q, rankShape, "listed", nil)
			return
		}
		j.add(path, q, rankShape, "not-accepted", nil)
	case *kind.Format:
		var r refusal
		if !errors.As(k.Err, &r) {
			r = "not-accepted"
		}
		if r == "place" && strings.HasSuffix(path, ".province") {
			r = "required-province"
		} else if r == "place" && q.widget == Place {
			r = "required-commune"
		}
		j.add(path, q, rankShape, string(r), nil)
	case *kind.Pattern:
		if q.field.Mend != "" {
			j.add(path, q, rankShape, "mend", map[string]any{"text": q.field.Mend, "label": q.inSentence()})
			return
		}
		j.add(path, q, rankShape, "pattern", nil)
	case *kind.MaxLength:
		j.add(path, q, rankRule, "too-long", limit(q, k.Want))
	case *kind.MinLength:
		j.add(path, q, rankRule, "too-short", limit(q, k.Want))
	case *kind.MinItems:
		if choose {
			j.add(path, q, rankRule, "choose-more", limit(q, k.Want))
			return
		}
		args := limit(q, k.Want)
		args["item"] = q.item()
		j.add(path, q, rankRule, "more-items", args)
	case *kind.MaxItems:
		if choose {
			j.add(path, q, rankRule, "choose-fewer", limit(q, k.Want))
			return
		}
		args := limit(q, k.Want)
		args["item"] = q.item()
		j.add(path, q, rankRule, "fewer-items", args)
	case *kind.UniqueItems:
		j.add(path, q, rankRule, "same-items", map[string]any{"item": q.item(), "label": q.inSentence()})
	case *kind.Minimum:
		j.add(path, q, rankRule, "minimum", j.edge(q, k.Want))
	case *kind.Maximum:
		j.add(path, q, rankRule, "maximum", j.edge(q, k.Want))
	case *kind.ExclusiveMinimum:
		j.add(path, q, rankRule, "above", j.edge(q, k.Want))
	case *kind.ExclusiveMaximum:
		j.add(path, q, rankRule, "less", j.edge(q, k.Want))
	default:
		j.add(path, q, rankRule, "not-accepted", nil)
	}
}

func limit(q *question, n int) map[string]any {
	return map[string]any{"label": q.inSentence(), "limit": n}
}

func (j *judge) edge(q *question, want *big.Rat) map[string]any {
	s := want.RatString()
	if !want.IsInt() {
		s = strings.TrimRight(want.FloatString(6), "0")
	}
	return map[string]any{"label": q.inSentence(), "limit": ShowNumber(s)}
}
