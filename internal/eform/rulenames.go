package eform

import (
	"slices"
	"strings"

	"github.com/motcua/motcua/internal/rule"
)

// Roots of the names under which rules know answers.
const (
	RuleRoot = "don" // of the application's form: don.child.sex
	itemRoot = "muc" // of the same item, inside a repeated group of a form
)

// RuleNames returns what rules may ask of the answers, each name below the root: RuleRoot for the form of the
// application; "buoc", "tham-dinh" for a form filled at a step, whose names begin with buoc.tham_dinh.
func (c *Compiled) RuleNames(root ...string) []rule.Name {
	var out []rule.Name
	for _, q := range c.questions {
		if q.group != nil {
			continue
		}
		n := q.ruleName(root)
		if e := c.english; e != nil && e.by[q.path] != nil {
			inEnglishToo(&n, e.by[q.path].ruleName(root))
		}
		out = append(out, n)
	}
	return out
}

// inEnglishToo takes over the words of the same name in English.
func inEnglishToo(n *rule.Name, e rule.Name) {
	n.LabelEn, n.OneEn = e.Label, e.One
	for i := range n.Options {
		if i < len(e.Options) {
			n.Options[i].LabelEn = e.Options[i].Label
		}
	}
	for i := range n.Item {
		if i < len(e.Item) {
			inEnglishToo(&n.Item[i], e.Item[i])
		}
	}
}

// ruleName says how rules know the question: its type by the widget, its words, what its answers can be.
func (q *question) ruleName(root []string) rule.Name {
	keys := slices.Concat(root, q.keys)
	parts := make([]string, len(keys))
	for i, k := range keys {
		parts[i] = rule.Identifier(k)
	}
	n := rule.Name{Path: strings.Join(parts, "."), Keys: keys, Type: rule.Text, Label: q.inSentence()}
	n.Sure = q.required && q.when == nil && q.section.when == nil && q.group == nil
	switch q.widget {
	case Date:
		n.Type = rule.Date
	case Place:
		n.Type = rule.Address
	case Choice, Select, Checks:
		n.Type = rule.Choice
		if q.widget == Checks {
			n.Type = rule.Choices
		}
		for _, o := range q.choices() {
			n.Options = append(n.Options, rule.Option{Value: o.Value, Label: o.Label})
		}
	case Number, Money:
		n.Type = rule.Number
		if q.widget == Money {
			n.Type = rule.Money
		}
		if s := deref(q.schema); s != nil {
			n.Whole, n.Least, n.Most = hasType(s, "integer"), s.Minimum, s.Maximum
		}
	case YesNo:
		n.Type, n.Label = rule.YesNo, strings.TrimSpace(q.field.Label)
	case Group:
		n.Type, n.One = rule.Groups, q.item()
		for _, in := range q.inner {
			n.Item = append(n.Item, in.ruleName(nil))
		}
	default:
	}
	return n
}
