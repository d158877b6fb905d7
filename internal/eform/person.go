package eform

import "slices"

// Person is who a dossier is about, or who is signed in: both sides of Subject and Prefill.
type Person struct {
	Name    string
	Number  string // personal number or tax code, digits only
	Birth   string // yyyy-mm-dd, or yyyy when only the year is known
	Sex     string // nam | nu
	Phone   string // 0xxxxxxxxx
	Email   string
	Address Address
	// AddressText is the address as one line, when it is not known by unit.
	AddressText string
}

// Subject reads from the answers whose dossier it is, by the paths of the layout.
func (c *Compiled) Subject(a Answers) Person {
	s := c.form.Layout.Subject
	at := func(path string) string {
		if path == "" {
			return ""
		}
		return text(a.At(path))
	}
	p := Person{Name: at(s.Name), Number: at(s.Number), Birth: at(s.Birth), Phone: at(s.Phone), Email: at(s.Email)}
	if s.Address != "" {
		v := a.At(s.Address)
		p.Address, p.AddressText = addressOf(v), text(v)
	}
	return p
}

// Prefill puts what is known of a person into the fields that say so (fill), where
// nothing is answered yet. What was typed is never overwritten. It returns a copy.
func (c *Compiled) Prefill(a Answers, p Person) Answers {
	out, _ := clone(map[string]any(a)).(map[string]any)
	if out == nil {
		out = map[string]any{}
	}
	known := map[string]string{"name": p.Name, "number": p.Number, "birth": p.Birth, "sex": p.Sex, "phone": p.Phone, "email": p.Email}
	for _, q := range c.questions {
		if q.field.Fill == "" || q.group != nil || lookup(out, q.keys) != nil {
			continue
		}
		switch {
		case q.field.Fill == "address" && q.widget == Place:
			if !p.Address.Empty() {
				assign(out, q.keys, p.Address.value())
			}
		case q.field.Fill == "address":
			if p.AddressText != "" {
				assign(out, q.keys, p.AddressText)
			}
		case q.field.Fill == "birth" && len(p.Birth) != len("2006-01-02") && q.format() != "vn-birth":
			// a year alone would only be refused
		default:
			v := known[q.field.Fill]
			if can := choices(q.schema); can != nil && !slices.Contains(can, v) {
				continue
			}
			if v != "" {
				assign(out, q.keys, v)
			}
		}
	}
	cleaned, _ := c.clean(out)
	return cleaned
}
