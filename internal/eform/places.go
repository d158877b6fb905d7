package eform

import "github.com/motcua/motcua/internal/agency"

// Places knows the administrative units an address may name. Codes are those of the
// national list, as text: two digits for a province, five for a commune.
type Places interface {
	Provinces() []Unit               // in the order people look for them
	Communes(province string) []Unit // of one province; nil when it is unknown
	Unit(code string) (Unit, bool)   // a province or a commune
}

// Unit is a province or a commune.
type Unit struct {
	Code     string `json:"code"`
	Name     string `json:"name"`               // with its kind: "Phường Bến Nghé"
	Province string `json:"province,omitempty"` // code of the province of a commune; empty for a province
}

// Address is an answer given by administrative unit.
type Address struct {
	Province string // code
	Commune  string // code
	Detail   string // house number, street, hamlet
}

// Empty reports whether nothing is known.
func (a Address) Empty() bool { return a == Address{} }

// Line writes the address as a letter does, smallest place first. A code that places
// does not know stays a code, so that nothing is lost.
func (a Address) Line(places Places) string {
	line := ""
	add := func(s string) {
		if s == "" {
			return
		}
		if line != "" {
			line += ", "
		}
		line += s
	}
	add(a.Detail)
	add(unitName(places, a.Commune))
	add(unitName(places, a.Province))
	return line
}

func unitName(places Places, code string) string {
	if places == nil || code == "" {
		return code
	}
	if u, ok := places.Unit(code); ok {
		return u.Name
	}
	return code
}

func addressOf(v any) Address {
	m, ok := v.(map[string]any)
	if !ok {
		return Address{}
	}
	return Address{Province: text(m["province"]), Commune: text(m["commune"]), Detail: text(m["detail"])}
}

func (a Address) value() map[string]any {
	m := map[string]any{}
	for k, v := range map[string]string{"province": a.Province, "commune": a.Commune, "detail": a.Detail} {
		if v != "" {
			m[k] = v
		}
	}
	return m
}

// PlacesOn returns the units of the gazetteer as they stand on a day (yyyy-mm-dd): today
// for a form being filled in, the day of submission for one that was sent.
func PlacesOn(p *agency.Places, day string) Places { return gazetteer{p, day} }

type gazetteer struct {
	places *agency.Places
	day    string
}

func (g gazetteer) Provinces() []Unit { return units(g.places.Provinces(g.day)) }

func (g gazetteer) Communes(province string) []Unit {
	return units(g.places.Communes(province, g.day))
}

func (g gazetteer) Unit(code string) (Unit, bool) {
	p, ok := g.places.At(code, g.day)
	return unit(p), ok
}

func unit(p agency.Place) Unit { return Unit{Code: p.Code, Name: p.Name, Province: p.Parent} }

func units(list []agency.Place) []Unit {
	out := make([]Unit, len(list))
	for i, p := range list {
		out[i] = unit(p)
	}
	return out
}
