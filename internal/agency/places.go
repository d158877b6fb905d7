package agency

import "slices"

// PlaceChange says what became of an administrative unit on a day. An old commune that
// was divided has several changes, one per new commune.
type PlaceChange struct {
	Old     string `json:"old"` // code before
	New     string `json:"new"` // code after
	Day     string `json:"day"` // first day of the new unit, yyyy-mm-dd
	Divided bool   `json:"divided"`
}

// Places is an immutable gazetteer: administrative units with dates and what became of them.
// Codes of provinces (2 digits) and communes (5 digits) never clash.
type Places struct {
	units    map[string][]Place
	children map[string][]Place // by parent code, sorted by name as the source lists them
	tops     []Place
	changes  map[string][]PlaceChange
	origins  map[string][]PlaceChange
}

// NewPlaces builds a gazetteer from units and changes, keeping their order.
func NewPlaces(units []Place, changes []PlaceChange) *Places {
	p := &Places{
		units: map[string][]Place{}, children: map[string][]Place{},
		changes: map[string][]PlaceChange{}, origins: map[string][]PlaceChange{},
	}
	for _, u := range units {
		p.units[u.Code] = append(p.units[u.Code], u)
		if u.Parent == "" {
			p.tops = append(p.tops, u)
		} else {
			p.children[u.Parent] = append(p.children[u.Parent], u)
		}
	}
	for _, c := range changes {
		p.changes[c.Old] = append(p.changes[c.Old], c)
		p.origins[c.New] = append(p.origins[c.New], c)
	}
	return p
}

// At returns the unit as it stood on day.
func (p *Places) At(code, day string) (Place, bool) {
	for _, u := range p.units[code] {
		if InForce(u.From, u.Until, day) {
			return u, true
		}
	}
	return Place{}, false
}

// Ever returns the unit as it stood last, also after its end.
func (p *Places) Ever(code string) (Place, bool) {
	us := p.units[code]
	if len(us) == 0 {
		return Place{}, false
	}
	last := us[0]
	for _, u := range us[1:] {
		if u.From > last.From {
			last = u
		}
	}
	return last, true
}

// Provinces returns the provinces in force on day.
func (p *Places) Provinces(day string) []Place { return inForceOn(p.tops, day) }

// Communes returns the communes of a province in force on day.
func (p *Places) Communes(province, day string) []Place { return inForceOn(p.children[province], day) }

// Became returns what a unit became; empty when it did not change, several when it was divided.
func (p *Places) Became(code string) []PlaceChange { return slices.Clone(p.changes[code]) }

// From returns what a unit was formed from.
func (p *Places) From(code string) []PlaceChange { return slices.Clone(p.origins[code]) }

// Count returns the number of provinces and communes in force on day.
func (p *Places) Count(day string) (provinces, communes int) {
	for _, u := range p.Provinces(day) {
		provinces++
		communes += len(p.Communes(u.Code, day))
	}
	return provinces, communes
}

func inForceOn(us []Place, day string) []Place {
	var out []Place
	for _, u := range us {
		if InForce(u.From, u.Until, day) {
			out = append(out, u)
		}
	}
	return out
}

// All returns every unit of all dates, provinces first, as the source lists them.
func (p *Places) All() []Place {
	out := slices.Clone(p.tops)
	for _, t := range p.tops {
		out = append(out, p.children[t.Code]...)
	}
	return out
}
