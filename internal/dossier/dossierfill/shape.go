package dossierfill

import (
	"encoding/json"
	"math/rand/v2"
	"regexp/syntax"
	"strings"
)

// shape is what a schema says of one value, as far as an answer must know it.
type shape struct {
	Ref       string            `json:"$ref"`
	Type      any               `json:"type"`
	Format    string            `json:"format"`
	Pattern   string            `json:"pattern"`
	MinLength int               `json:"minLength"`
	MaxLength int               `json:"maxLength"`
	Minimum   *json.Number      `json:"minimum"`
	Above     *json.Number      `json:"exclusiveMinimum"`
	Maximum   *json.Number      `json:"maximum"`
	Below     *json.Number      `json:"exclusiveMaximum"`
	MinItems  int               `json:"minItems"`
	MaxItems  int               `json:"maxItems"`
	Props     map[string]*shape `json:"properties"`
	Items     *shape            `json:"items"`
	AllOf     []*shape          `json:"allOf"`
	AnyOf     []*shape          `json:"anyOf"`
	OneOf     []*shape          `json:"oneOf"`
	Then      *shape            `json:"then"`
	Else      *shape            `json:"else"`
	Defs      map[string]*shape `json:"$defs"`
}

// find returns the shape at a path such as "child.name" or "children[0].name"; an empty one when the schema
// says nothing there.
func (root *shape) find(path string) *shape {
	at := root
	for key := range strings.SplitSeq(path, ".") {
		name, _, item := strings.Cut(key, "[")
		at = root.property(at, name, 0)
		if item && at != nil {
			at = root.real(at.Items)
		}
		if at == nil {
			return &shape{}
		}
	}
	return at
}

func (root *shape) real(s *shape) *shape {
	for range 20 {
		if s == nil || s.Ref == "" {
			return s
		}
		s = root.Defs[strings.TrimPrefix(s.Ref, "#/$defs/")]
	}
	return s
}

func (root *shape) property(s *shape, name string, depth int) *shape {
	if s = root.real(s); s == nil || depth > 8 {
		return nil
	}
	if p, ok := s.Props[name]; ok {
		return root.real(p)
	}
	for _, list := range [][]*shape{s.AllOf, s.AnyOf, s.OneOf, {s.Then, s.Else}} {
		for _, part := range list {
			if p := root.property(part, name, depth+1); p != nil {
				return p
			}
		}
	}
	return nil
}

// fits writes a text that matches the pattern of a schema.
func fits(r *rand.Rand, pattern string) (string, bool) {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return "", false
	}
	var b strings.Builder
	write(r, &b, re.Simplify())
	return b.String(), true
}

func write(r *rand.Rand, b *strings.Builder, re *syntax.Regexp) {
	times := func(least, most int) {
		for range least + r.IntN(most-least+1) {
			write(r, b, re.Sub[0])
		}
	}
	switch re.Op {
	case syntax.OpLiteral:
		b.WriteString(string(re.Rune))
	case syntax.OpCharClass:
		i := 2 * r.IntN(len(re.Rune)/2)
		lo, hi := re.Rune[i], min(re.Rune[i+1], re.Rune[i]+25)
		b.WriteRune(lo + r.Int32N(hi-lo+1))
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		b.WriteByte('a')
	case syntax.OpStar:
		times(0, 2)
	case syntax.OpPlus:
		times(1, 3)
	case syntax.OpQuest:
		times(0, 1)
	case syntax.OpRepeat:
		times(re.Min, max(re.Min, re.Max))
	case syntax.OpAlternate:
		write(r, b, one(r, re.Sub))
	case syntax.OpCapture, syntax.OpConcat:
		for _, s := range re.Sub {
			write(r, b, s)
		}
	default: // anchors and empty matches write nothing
	}
}
