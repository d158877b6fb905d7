// Package codelist is the one register of the codes that systems share: sectors, procedures, papers, results, agencies,
// units, states and places, each with its name, its dates and what follows it. It is read from the published catalogue
// and kept nowhere else, so that it cannot say anything different. It does no I/O.
//
// A code is never used again with another meaning; one that ended still stands in the register and names its successor.
package codelist

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/viet"
)

// List is one kind of codes, as its address names it.
type List string

// Lists of the register.
const (
	Sectors    List = "linh-vuc"
	Procedures List = "thu-tuc"
	Papers     List = "giay-to"
	Results    List = "ket-qua"
	Agencies   List = "co-quan"
	Units      List = "don-vi"
	States     List = "trang-thai"
	Places     List = "dia-ban"
)

// Lists are all lists in the order of screens.
var Lists = []List{Sectors, Procedures, Papers, Results, Agencies, Units, States, Places}

// Entry is one code with what it meant between two days. A code whose name changed has several entries.
type Entry struct {
	Code       string   `json:"ma"`
	Name       string   `json:"ten"`
	NameEn     string   `json:"ten_tieng_anh,omitempty"`
	Parent     string   `json:"ma_cha,omitempty"` // code of what it belongs to: the procedure of a paper, the agency of a unit
	From       string   `json:"tu_ngay,omitempty"`
	Until      string   `json:"den_truoc_ngay,omitempty"` // exclusive
	Successors []string `json:"ma_ke_thua,omitempty"`     // codes that follow
}

// InForce reports whether the entry holds on a day.
func (e Entry) InForce(day string) bool { return agency.InForce(e.From, e.Until, day) }

// Register is an immutable reading of the catalogue.
type Register struct {
	lists map[List][]Entry
}

// Read builds the register. States are those of dossiers, which no catalogue changes.
func Read(cat *procedure.Catalogue, places *agency.Places, states []Entry, today string) *Register {
	r := &Register{lists: map[List][]Entry{States: slices.Clone(states)}}
	r.procedures(cat)
	r.agencies(cat.Tree(), today)
	if places != nil {
		r.places(places)
	}
	for l, list := range r.lists {
		if l != States {
			slices.SortStableFunc(list, func(a, b Entry) int { return cmp.Or(cmp.Compare(a.Code, b.Code), cmp.Compare(a.From, b.From)) })
		}
	}
	return r
}

// spans joins entries of one code that follow each other with the same meaning.
func spans(list []Entry, e Entry) []Entry {
	if e.Until != "" && e.Until <= e.From {
		return list
	}
	for i := range list {
		last := &list[i]
		if last.Code != e.Code || last.Name != e.Name || last.NameEn != e.NameEn || last.Parent != e.Parent {
			continue
		}
		if last.Until == "" && (e.From == "" || e.From >= last.From) {
			return list
		}
		if last.Until == e.From {
			last.Until = e.Until
			return list
		}
	}
	return append(list, e)
}

func (r *Register) procedures(cat *procedure.Catalogue) {
	type bounds struct {
		Entry
		open bool
	}
	sectors := map[string]*bounds{}
	for _, code := range cat.Codes() {
		var list, papers, results []Entry
		for _, v := range cat.Versions(code) {
			if v.Until != "" && v.Until <= v.From {
				continue
			}
			list = spans(list, Entry{Code: v.Code, Name: v.Name, Parent: procedure.Slug(v.Sector), From: v.From, Until: v.Until})
			for _, p := range v.Components {
				if !p.Note {
					papers = spans(papers, Entry{Code: v.Code + "/" + p.ID, Name: p.Name, Parent: v.Code, From: v.From, Until: v.Until})
				}
			}
			for i, x := range v.Results {
				id := cmp.Or(x.Code, "kq-"+strconv.Itoa(i+1))
				results = spans(results, Entry{Code: v.Code + "/" + id, Name: x.Name, Parent: v.Code, From: v.From, Until: v.Until})
			}
			slug := procedure.Slug(v.Sector)
			s := sectors[slug]
			if s == nil {
				s = &bounds{Entry: Entry{Code: slug, Name: v.Sector, From: v.From}}
				sectors[slug] = s
			}
			s.From, s.open = min(s.From, v.From), s.open || v.Until == ""
			s.Until = max(s.Until, v.Until)
		}
		r.lists[Procedures] = append(r.lists[Procedures], list...)
		r.lists[Papers] = append(r.lists[Papers], papers...)
		r.lists[Results] = append(r.lists[Results], results...)
	}
	for _, s := range sectors {
		if s.open {
			s.Until = ""
		}
		r.lists[Sectors] = append(r.lists[Sectors], s.Entry)
	}
}

func (r *Register) agencies(t *agency.Tree, today string) {
	var units []Entry
	for _, id := range t.IDs() {
		var own []Entry
		versions := slices.DeleteFunc(t.Versions(id), func(a agency.Agency) bool { return a.Until != "" && a.Until <= a.From })
		for i, a := range versions {
			parent, _ := t.At(a.Parent, cmp.Or(a.From, today))
			e := Entry{Code: a.Code, Name: a.Name, NameEn: a.NameEn, Parent: parent.Code, From: a.From, Until: a.Until}
			if e.Until != "" {
				e.Successors = follows(t, versions[i:], today)
			}
			own = spans(own, e)
			for j := range own { // joined spans keep what follows the last of them
				if own[j].Code == e.Code && own[j].Until == e.Until {
					own[j].Successors = e.Successors
				}
			}
			for _, u := range a.Units {
				units = spans(units, Entry{Code: a.Code + "/" + u.ID, Name: u.Name, Parent: a.Code, From: a.From, Until: a.Until})
			}
		}
		r.lists[Agencies] = append(r.lists[Agencies], own...)
	}
	r.lists[Units] = append(r.lists[Units], units...)
}

// follows are the codes that follow the first of versions, which has ended: its own next code, else those of who took
// its work over.
func follows(t *agency.Tree, versions []agency.Agency, today string) []string {
	first := versions[0]
	if len(versions) > 1 {
		if versions[1].Code == first.Code {
			return nil
		}
		return []string{versions[1].Code}
	}
	var out []string
	for _, s := range t.Lineage(first.ID, "9999-12-31").Successors {
		if s.Old != first.ID {
			continue
		}
		heir, ok := t.At(s.New, s.Day)
		if !ok {
			heir, ok = t.Heir(s.New, agency.Matter{}, max(s.Day, today))
		}
		if ok && !slices.Contains(out, heir.Code) {
			out = append(out, heir.Code)
		}
	}
	return out
}

func (r *Register) places(p *agency.Places) {
	for _, u := range p.All() {
		e := Entry{Code: u.Code, Name: u.Name, Parent: u.Parent, From: u.From, Until: u.Until}
		if u.Until != "" {
			for _, c := range p.Became(u.Code) {
				if c.Day == u.Until && c.New != u.Code {
					e.Successors = append(e.Successors, c.New)
				}
			}
		}
		r.lists[Places] = append(r.lists[Places], e)
	}
}

// All returns every entry of a list, of all dates, by code and beginning. It is shared: do not change it.
func (r *Register) All(l List) []Entry { return r.lists[l] }

// On returns the entries of a list that hold on a day.
func (r *Register) On(l List, day string) []Entry {
	var out []Entry
	for _, e := range r.lists[l] {
		if e.InForce(day) {
			out = append(out, e)
		}
	}
	return out
}

// Code returns what a code meant through time, oldest first; none for a code that never was.
func (r *Register) Code(l List, code string) []Entry {
	list := r.lists[l]
	if l == States {
		for _, e := range list {
			if e.Code == code {
				return []Entry{e}
			}
		}
		return nil
	}
	i, ok := slices.BinarySearchFunc(list, code, func(e Entry, code string) int { return cmp.Compare(e.Code, code) })
	if !ok {
		return nil
	}
	j := i
	for j < len(list) && list[j].Code == code {
		j++
	}
	return list[i:j]
}

// Find narrows entries to those whose code or name has every word.
func Find(list []Entry, q string) []Entry {
	words := strings.Fields(viet.Fold(q))
	if len(words) == 0 {
		return list
	}
	var out []Entry
	for _, e := range list {
		text := viet.Fold(e.Code + " " + e.Name)
		if !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) }) {
			out = append(out, e)
		}
	}
	return out
}
