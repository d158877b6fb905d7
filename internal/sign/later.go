package sign

import (
	"bytes"
	"slices"
)

// later tells what a newer revision did to an older one. It looks at objects and not at pages: an object that is
// neither new nor one that signing must touch was changed by somebody for another reason.
//
// Allowed are further signature fields and their marks, values of form fields, what proves signatures (DSS), and data
// about the document. Everything else, also what a stricter program might find harmless, is AfterOther.
func (j *judge) later(a, b *view) (After, error) {
	d := differ{j: j, a: a, b: b}
	if a.root != b.root || !same(a.trailer["Encrypt"], b.trailer["Encrypt"]) {
		return AfterOther, nil
	}
	if err := d.prepare(); err != nil {
		return AfterOther, err
	}
	after := AfterNothing
	fresh := map[int]bool{}
	for _, n := range d.numbers() {
		if err := j.step(1 + (len(a.sections)+len(b.sections))/8); err != nil {
			return AfterOther, err
		}
		if a.place(n) == b.place(n) {
			continue
		}
		before, err := a.load(n)
		if err != nil {
			return AfterOther, err
		}
		now, err := b.load(n)
		if err != nil {
			return AfterOther, err
		}
		switch {
		case before == nil && now == nil, container(now) && (before == nil || container(before)):
			// Containers hold objects that are looked at one by one.
		case before == nil:
			fresh[n] = true
			after = more(after, AfterSignatures)
		case d.alike(before, now):
		default:
			what, err := d.modified(n, before, now)
			if err != nil || what == AfterOther {
				return AfterOther, err
			}
			after = more(after, what)
		}
	}
	// A number that meant nothing and was referred to all the same means something now.
	if len(fresh) > 0 {
		dangling, err := d.dangling(fresh)
		if err != nil || dangling {
			return AfterOther, err
		}
	}
	return after, nil
}

// step counts what looking for changes costs.
func (j *judge) step(n int) error {
	if j.steps += n; j.steps > maxSteps {
		return errLimit
	}
	return nil
}

func container(o any) bool {
	s, ok := o.(*stream)
	return ok && (s.dict["Type"] == name("XRef") || s.dict["Type"] == name("ObjStm"))
}

type differ struct {
	j    *judge
	a, b *view
	// Numbers of objects of the older revision by their part in it.
	annots map[int]bool // arrays of annotations of pages
	fields map[int]name // form fields, with their kind
	proofs map[int]bool // under DSS
	form   int          // the form itself
	list   int          // its array of fields
}

// prepare finds the objects that signing may touch.
func (d *differ) prepare() error {
	d.annots, d.fields, d.proofs = map[int]bool{}, map[int]name{}, map[int]bool{}
	root, err := d.a.dict(d.a.root)
	if err != nil {
		return err
	}
	form, err := d.a.dict(root["AcroForm"])
	if err != nil {
		return err
	}
	if r, ok := root["AcroForm"].(ref); ok {
		d.form = r.n
	}
	if r, ok := form["Fields"].(ref); ok {
		d.list = r.n
	}
	if err := d.a.fields(func(at ref, _ dict, kind name) error {
		d.fields[at.n] = kind
		return nil
	}); err != nil {
		return err
	}
	if err := d.pages(root["Pages"], map[int]bool{}, 0); err != nil {
		return err
	}
	return d.reach(root["DSS"], d.proofs)
}

// pages finds the arrays of annotations that pages refer to.
func (d *differ) pages(node any, seen map[int]bool, depth int) error {
	r, ok := node.(ref)
	if !ok || seen[r.n] {
		return nil
	}
	seen[r.n] = true
	if depth > maxDepth {
		return errLimit
	}
	if err := d.j.step(1); err != nil {
		return err
	}
	page, err := d.a.dict(r)
	if err != nil {
		return err
	}
	if x, ok := page["Annots"].(ref); ok {
		d.annots[x.n] = true
	}
	kids, err := d.a.array(page["Kids"])
	if err != nil {
		return err
	}
	for _, k := range kids {
		if err := d.pages(k, seen, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// alike tells whether two objects are written alike, streams with their bytes.
func (d *differ) alike(before, now any) bool {
	x, ok := before.(*stream)
	y, ok2 := now.(*stream)
	if !ok || !ok2 {
		return same(before, now)
	}
	if len(x.raw) != len(y.raw) || d.j.step(len(x.raw)/nodeBytes) != nil {
		return false
	}
	return same(x.dict, y.dict) && bytes.Equal(x.raw, y.raw)
}

// reach collects the numbers of all objects of the older revision below o.
func (d *differ) reach(o any, seen map[int]bool) error {
	var open []int
	enter := func(r ref) {
		if !seen[r.n] {
			seen[r.n] = true
			open = append(open, r.n)
		}
	}
	refs(o, enter)
	for len(open) > 0 {
		n := open[len(open)-1]
		open = open[:len(open)-1]
		if err := d.j.step(1 + len(d.a.sections)/8); err != nil {
			return err
		}
		got, err := d.a.load(n)
		if err != nil {
			return err
		}
		refs(got, enter)
	}
	return nil
}

// refs calls enter for every reference in an object.
func refs(o any, enter func(ref)) {
	switch o := o.(type) {
	case ref:
		enter(o)
	case array:
		for _, x := range o {
			refs(x, enter)
		}
	case dict:
		for _, x := range o {
			refs(x, enter)
		}
	case *stream:
		refs(o.dict, enter)
	}
}

// numbers lists the objects that may differ: those of the newer sections, or all when the older ones were left out.
func (d *differ) numbers() []int {
	list := d.b.sections
	if k := len(d.b.sections) - len(d.a.sections); k >= 0 && slices.Equal(d.b.sections[k:], d.a.sections) {
		list = d.b.sections[:k]
	} else {
		list = append(slices.Clone(list), d.a.sections...)
	}
	seen := map[int]bool{}
	var out []int
	for _, s := range list {
		for n := range s.entries {
			if !seen[n] {
				seen[n] = true
				out = append(out, n)
			}
		}
	}
	slices.Sort(out)
	return out
}

// modified judges one object that means something else than before.
func (d *differ) modified(n int, before, now any) (After, error) {
	if d.proofs[n] {
		return AfterSignatures, nil
	}
	if r, ok := d.b.trailer["Info"].(ref); ok && r.n == n && d.a.trailer["Info"] == d.b.trailer["Info"] {
		return AfterSignatures, nil // data about the document; no page shows it
	}
	if was, ok := before.(array); ok {
		is, ok := now.(array)
		if !ok || !d.annots[n] && n != d.list {
			return AfterOther, nil
		}
		return d.additions(was, is)
	}
	if was, ok := before.(*stream); ok {
		is, ok := now.(*stream)
		if ok && was.dict["Type"] == name("Metadata") && is.dict["Type"] == name("Metadata") {
			return AfterSignatures, nil
		}
		return AfterOther, nil
	}
	was, ok := before.(dict)
	is, ok2 := now.(dict)
	if !ok || !ok2 {
		return AfterOther, nil
	}
	switch kind, field := d.fields[n]; {
	case n == d.a.root.n:
		return d.catalog(was, is)
	case n == d.form:
		return d.formOf(was, is)
	case field:
		return d.field(was, is, kind), nil
	case was["Type"] == name("Page"):
		return d.page(was, is)
	}
	return AfterOther, nil
}

// differing lists the keys under which two dictionaries are not alike.
func differing(a, b dict) []name {
	var out []name
	for _, k := range a.keys() {
		if o, ok := b[k]; !ok || !same(a[k], o) {
			out = append(out, k)
		}
	}
	for _, k := range b.keys() {
		if _, ok := a[k]; !ok {
			out = append(out, k)
		}
	}
	return out
}

func (d *differ) catalog(was, is dict) (After, error) {
	after := AfterNothing
	for _, k := range differing(was, is) {
		switch k {
		case "DSS", "Extensions", "Metadata", "Version":
			after = more(after, AfterSignatures)
		case "AcroForm":
			a, err := d.a.dict(was[k])
			if err != nil {
				return AfterOther, err
			}
			b, err := d.b.dict(is[k])
			if err != nil {
				return AfterOther, err
			}
			if b == nil {
				return AfterOther, nil
			}
			what, err := d.formOf(a, b)
			if err != nil {
				return AfterOther, err
			}
			after = more(after, what)
		default:
			return AfterOther, nil
		}
	}
	return after, nil
}

func (d *differ) formOf(was, is dict) (After, error) {
	after := AfterSignatures
	for _, k := range differing(was, is) {
		switch k {
		case "SigFlags", "DR", "DA":
		case "Fields":
			a, err := d.a.array(was[k])
			if err != nil {
				return AfterOther, err
			}
			b, err := d.b.array(is[k])
			if err != nil {
				return AfterOther, err
			}
			what, err := d.additions(a, b)
			if err != nil {
				return AfterOther, err
			}
			after = more(after, what)
		default:
			return AfterOther, nil
		}
	}
	return after, nil
}

// additions allows fields or annotations to be added that are signatures, and none to be taken away or moved.
func (d *differ) additions(was, is array) (After, error) {
	i := 0
	for _, o := range is {
		if i < len(was) && same(was[i], o) {
			i++
			continue
		}
		x, err := d.b.dict(o)
		if err != nil {
			return AfterOther, err
		}
		kind := x["FT"]
		if kind == nil {
			parent, err := d.b.dict(x["Parent"])
			if err != nil {
				return AfterOther, err
			}
			kind = parent["FT"]
		}
		if kind != name("Sig") || x["Subtype"] != nil && x["Subtype"] != name("Widget") {
			return AfterOther, nil
		}
	}
	if i < len(was) {
		return AfterOther, nil
	}
	return AfterSignatures, nil
}

// field allows a value and how it looks; a signature once given stays.
func (d *differ) field(was, is dict, kind name) After {
	after := AfterForm
	if kind == "Sig" {
		after = AfterSignatures
	}
	for _, k := range differing(was, is) {
		switch k {
		case "V":
			if kind == "Sig" && was["V"] != nil {
				return AfterOther
			}
		case "AP", "AS", "M":
			if kind == "Sig" && was["V"] != nil {
				return AfterOther // the mark of a signature is part of it
			}
		case "F", "Lock", "SV", "MK", "DA", "T":
			if kind != "Sig" || k == "T" {
				return AfterOther
			}
		case "RV", "I":
			if kind == "Sig" {
				return AfterOther
			}
		default:
			return AfterOther
		}
	}
	return after
}

// page allows marks of signatures among the annotations of a page, and nothing else of it.
func (d *differ) page(was, is dict) (After, error) {
	for _, k := range differing(was, is) {
		if k != "Annots" {
			return AfterOther, nil
		}
	}
	a, err := d.a.array(was["Annots"])
	if err != nil {
		return AfterOther, err
	}
	b, err := d.b.array(is["Annots"])
	if err != nil {
		return AfterOther, err
	}
	return d.additions(a, b)
}

// dangling tells whether the older revision refers to one of the numbers that it gave no meaning.
func (d *differ) dangling(fresh map[int]bool) (bool, error) {
	seen := map[int]bool{}
	for _, o := range []any{d.a.root, d.a.trailer["Info"]} {
		if err := d.reach(o, seen); err != nil {
			return true, err
		}
	}
	for n := range fresh {
		if seen[n] {
			return true, nil
		}
	}
	return false, nil
}
