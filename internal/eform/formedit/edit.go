// Package formedit changes the definition of an electronic form as an author does: a property
// of the schema and the field that asks it are one thing, added, renamed, retyped, moved and
// removed together. It does no I/O.
//
// Each change is made on a Draft and may leave the form wrong in a way that the author still
// has to mend (the field a condition looks at is gone). Apply never hides that: it returns
// what eform.Check says of the form that it made.
package formedit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/motcua/motcua/internal/eform"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/viet"
)

// Refusals. Codes are keys of lang (error.<code>).
var (
	ErrNoSection = fault.New(fault.Invalid, "form-edit.no-section")
	ErrNoField   = fault.New(fault.Invalid, "form-edit.no-field")
	ErrPath      = fault.New(fault.Invalid, "form-edit.path")       // no property can have this name
	ErrTaken     = fault.New(fault.Invalid, "form-edit.taken")      // Args: path; another property stands there
	ErrLabel     = fault.New(fault.Invalid, "form-edit.label")      // a field or section without its words
	ErrKind      = fault.New(fault.Invalid, "form-edit.kind")       // no such kind of field, or not in a group
	ErrOptions   = fault.New(fault.Invalid, "form-edit.options")    // a choice needs options, each value once
	ErrLast      = fault.New(fault.Invalid, "form-edit.last")       // a form keeps one section, a section one field
	ErrSchema    = fault.New(fault.Conflict, "form-edit.schema")    // the schema cannot be read: mend it as text
	ErrSectionID = fault.New(fault.Invalid, "form-edit.section-id") // no section can have this id, or another has it
)

// Kind says what a field asks for: the type of the schema and the way it is asked in one word.
type Kind string

// Kinds of fields.
const (
	Text           Kind = "text"
	Paragraph      Kind = "textarea"
	PersonName     Kind = "name"
	PersonalNumber Kind = "personal_number"
	TaxCode        Kind = "tax_code"
	Phone          Kind = "phone"
	Email          Kind = "email"
	Date           Kind = "date"
	Birth          Kind = "birth" // a date of which only the year may be known
	Whole          Kind = "integer"
	Number         Kind = "number"
	Money          Kind = "money"
	YesNo          Kind = "yes_no"
	Choice         Kind = "choice"
	Select         Kind = "select"
	Checks         Kind = "checks"
	Address        Kind = "address"
	Group          Kind = "group"
	Other          Kind = "" // something the editor has no word for; its schema stays as it is
)

// Kinds lists the kinds in the order of screens.
var Kinds = []Kind{
	Text, Paragraph, PersonName, PersonalNumber, TaxCode, Phone, Email, Date, Birth, Whole, Number, Money, YesNo, Choice, Select,
	Checks, Address, Group,
}

// Chosen reports whether the kind has options.
func (k Kind) Chosen() bool { return k == Choice || k == Select || k == Checks }

// Spec is one field as an author sees it. Field.Path is the property path, inside a group that of one item.
type Spec struct {
	Field    eform.Field // without Fields, which are edited one by one
	Kind     Kind
	Required bool
	Longest  int    // letters of a text; 0: as everywhere
	Pattern  string // of a text
	Least    string // of a number, as JSON writes it; empty: none
	Most     string
	Fewest   int // items of a group or checks; 0: none
	Greatest int
}

// Draft is a form that is being changed.
type Draft struct {
	form   eform.Form
	schema map[string]any
}

// Open takes a form apart. The form handed in is never changed.
func Open(f eform.Form) (*Draft, error) {
	d := &Draft{}
	raw, err := json.Marshal(f)
	if err != nil {
		return nil, ErrSchema
	}
	if err := json.Unmarshal(raw, &d.form); err != nil {
		return nil, ErrSchema
	}
	dec := json.NewDecoder(bytes.NewReader(f.Schema))
	dec.UseNumber()
	if err := dec.Decode(&d.schema); err != nil || d.schema == nil {
		return nil, ErrSchema
	}
	return d, nil
}

// Form puts the form together again.
func (d *Draft) Form() eform.Form {
	f := d.form
	raw, err := json.Marshal(d.schema)
	if err != nil {
		panic("formedit: a schema that was read cannot be written: " + err.Error())
	}
	f.Schema = raw
	return f
}

// Apply makes changes on a form and says what is wrong with the outcome.
func Apply(f eform.Form, change func(*Draft) error) (eform.Form, []eform.Problem, error) {
	d, err := Open(f)
	if err != nil {
		return f, nil, err
	}
	if err := change(d); err != nil {
		return f, nil, err
	}
	out := d.Form()
	return out, eform.Check(out), nil
}

// inGroup is what stands between the path of a group and a path inside one of its items.
const inGroup = "[]."

// place is where a field stands in the layout.
type place struct {
	list    *[]eform.Field
	index   int
	section int
	group   string // path of the group it stands in
}

func (p place) field() *eform.Field { return &(*p.list)[p.index] }

// find looks a field up by its full path ("child.name", "children[].name").
func (d *Draft) find(full string) (place, bool) {
	group, inner, inside := strings.Cut(full, inGroup)
	for s := range d.form.Layout.Sections {
		list := &d.form.Layout.Sections[s].Fields
		for i := range *list {
			if (*list)[i].Path != group {
				continue
			}
			if !inside {
				return place{list, i, s, ""}, true
			}
			in := &(*list)[i].Fields
			for j := range *in {
				if (*in)[j].Path == inner {
					return place{in, j, s, group}, true
				}
			}
		}
	}
	return place{}, false
}

func (d *Draft) section(id string) int {
	return slices.IndexFunc(d.form.Layout.Sections, func(s eform.Section) bool { return s.ID == id })
}

// Spec returns a field as an author sees it.
func (d *Draft) Spec(full string) (Spec, bool) {
	p, ok := d.find(full)
	if !ok {
		return Spec{}, false
	}
	s := Spec{Field: *p.field()}
	s.Field.Fields = nil
	node, parent := d.node(full)
	if node == nil {
		return s, true
	}
	s.Kind = kindOf(node, s.Field.Widget, d.schema)
	s.Required = lists(parent["required"], last(s.Field.Path))
	of := deref(node, d.schema)
	s.Longest, s.Pattern = whole(of["maxLength"]), word(of["pattern"])
	s.Least, s.Most = figure(of["minimum"]), figure(of["maximum"])
	s.Fewest, s.Greatest = whole(of["minItems"]), whole(of["maxItems"])
	if s.Kind.Chosen() && len(s.Field.Options) == 0 {
		for _, v := range values(node, d.schema) {
			s.Field.Options = append(s.Field.Options, eform.Option{Value: v, Label: v})
		}
	}
	return s, true
}

// Listed is one field of the outline.
type Listed struct {
	Path  string // full
	Label string
	Kind  Kind
	Depth int // 1 inside a group
}

// Outline lists the fields of a section in their order.
func (d *Draft) Outline(section string) []Listed {
	i := d.section(section)
	if i < 0 {
		return nil
	}
	var out []Listed
	var walk func(list []eform.Field, group string, depth int)
	walk = func(list []eform.Field, group string, depth int) {
		for _, f := range list {
			full := f.Path
			if group != "" {
				full = group + inGroup + f.Path
			}
			l := Listed{Path: full, Label: f.Label, Depth: depth}
			if node, _ := d.node(full); node != nil {
				l.Kind = kindOf(node, f.Widget, d.schema)
			}
			out = append(out, l)
			if depth == 0 {
				walk(f.Fields, full, 1)
			}
		}
	}
	walk(d.form.Layout.Sections[i].Fields, "", 0)
	return out
}

// AddSection puts a section behind another (empty: at the end), with one field to begin with, and returns its id.
func (d *Draft) AddSection(title, after string, first Spec) (string, error) {
	title = strings.TrimSpace(title)
	if title == "" {
		return "", ErrLabel
	}
	id := Slug(title, "-", "muc", func(id string) bool { return d.section(id) >= 0 })
	at := len(d.form.Layout.Sections)
	if after != "" {
		i := d.section(after)
		if i < 0 {
			return "", ErrNoSection
		}
		at = i + 1
	}
	d.form.Layout.Sections = slices.Insert(d.form.Layout.Sections, at, eform.Section{ID: id, Title: title})
	if _, err := d.AddField(id, "", first); err != nil {
		return "", err
	}
	return id, nil
}

var sectionID = regexp.MustCompile(`^[a-z][a-z0-9-]{0,59}$`)

// SetSection changes the head of a section; its fields stay.
func (d *Draft) SetSection(id string, head eform.Section) error {
	i := d.section(id)
	if i < 0 {
		return ErrNoSection
	}
	if head.Title = strings.TrimSpace(head.Title); head.Title == "" {
		return ErrLabel
	}
	if head.ID == "" {
		head.ID = id
	}
	if head.ID != id && (!sectionID.MatchString(head.ID) || d.section(head.ID) >= 0) {
		return ErrSectionID
	}
	head.Fields = d.form.Layout.Sections[i].Fields
	d.form.Layout.Sections[i] = head
	return nil
}

// RemoveSection takes a section out with everything it asks. The last one stays.
func (d *Draft) RemoveSection(id string) error {
	i := d.section(id)
	if i < 0 {
		return ErrNoSection
	}
	if len(d.form.Layout.Sections) == 1 {
		return ErrLast
	}
	for _, f := range d.form.Layout.Sections[i].Fields {
		d.drop(f.Path)
	}
	d.form.Layout.Sections = slices.Delete(d.form.Layout.Sections, i, i+1)
	return nil
}

// MoveSection moves a section by one place up (-1) or down (1); at the edge nothing happens.
func (d *Draft) MoveSection(id string, by int) error {
	i := d.section(id)
	if i < 0 {
		return ErrNoSection
	}
	list := d.form.Layout.Sections
	if j := i + by; j >= 0 && j < len(list) {
		list[i], list[j] = list[j], list[i]
	}
	return nil
}

// AddField puts a field behind another one of the section (or of the group that one stands in; empty: at the end of the
// section) and returns its full path. Without Field.Path it gets a name made from the label.
func (d *Draft) AddField(section, after string, s Spec) (string, error) {
	i := d.section(section)
	if i < 0 {
		return "", ErrNoSection
	}
	p := place{list: &d.form.Layout.Sections[i].Fields, index: len(d.form.Layout.Sections[i].Fields), section: i}
	if after != "" {
		on, ok := d.find(after)
		if !ok || on.section != i {
			return "", ErrNoField
		}
		p = on
		p.index++
	}
	return d.add(p, s)
}

// AddInside puts a field at the end of a group and returns its full path.
func (d *Draft) AddInside(group string, s Spec) (string, error) {
	on, ok := d.find(group)
	if !ok || on.group != "" {
		return "", ErrNoField
	}
	f := on.field()
	if node, _ := d.node(group); node == nil || kindOf(node, f.Widget, d.schema) != Group {
		return "", ErrNoField
	}
	return d.add(place{list: &f.Fields, index: len(f.Fields), section: on.section, group: group}, s)
}

func (d *Draft) add(p place, s Spec) (string, error) {
	s.Field.Label = strings.TrimSpace(s.Field.Label)
	if s.Field.Label == "" {
		return "", ErrLabel
	}
	if s.Kind == Other || !slices.Contains(Kinds, s.Kind) || s.Kind == Group && p.group != "" {
		return "", ErrKind
	}
	if s.Field.Path == "" {
		s.Field.Path = d.freePath(p.group, Slug(s.Field.Label, "_", "truong", nil))
	}
	full := s.Field.Path
	if p.group != "" {
		full = p.group + inGroup + full
	}
	if err := tidyOptions(&s); err != nil {
		return "", err
	}
	if err := d.put(full, d.schemaOf(s), s.Required); err != nil {
		return "", err
	}
	s.Field.Widget = widgetOf(s.Kind)
	s.Field.Fields = nil
	*p.list = slices.Insert(*p.list, p.index, s.Field)
	if err := d.keywords(full, s); err != nil {
		return "", err
	}
	if s.Kind == Group { // a group without fields cannot be asked
		_, err := d.AddInside(full, Spec{Kind: Text, Field: eform.Field{Label: s.Field.Label, Path: "noi_dung"}, Required: true})
		return full, err
	}
	return full, nil
}

// SetField changes a field and its property. What names it (conditions, rules of this form, the owner of the dossier)
// follows when it gets another path. It returns the full path after the change.
func (d *Draft) SetField(full string, s Spec) (string, error) {
	p, ok := d.find(full)
	if !ok {
		return "", ErrNoField
	}
	old := *p.field()
	s.Field.Label = strings.TrimSpace(s.Field.Label)
	if s.Field.Label == "" {
		return "", ErrLabel
	}
	if s.Field.Path == "" {
		s.Field.Path = old.Path
	}
	node, _ := d.node(full)
	was := Other
	if node != nil {
		was = kindOf(node, old.Widget, d.schema)
	}
	if s.Kind != was && (!slices.Contains(Kinds, s.Kind) || s.Kind == Group && p.group != "") {
		return "", ErrKind
	}
	if err := tidyOptions(&s); err != nil {
		return "", err
	}
	now := s.Field.Path
	if p.group != "" {
		now = p.group + inGroup + now
	}
	if now != full {
		if err := d.rename(full, now, s.Required); err != nil {
			return "", err
		}
	}
	if s.Kind != was || node == nil {
		d.forget(now)
		if err := d.put(now, d.schemaOf(s), s.Required); err != nil {
			return "", err
		}
		s.Field.Widget = widgetOf(s.Kind)
	} else {
		s.Field.Widget = old.Widget
	}
	s.Field.Fields = nil
	if s.Kind == Group {
		s.Field.Fields = p.field().Fields
	}
	if !s.Kind.Chosen() {
		s.Field.Options = nil
	}
	if s.Kind != Date && s.Kind != Birth {
		s.Field.Bounds = nil
	}
	if s.Kind != PersonalNumber {
		s.Field.Match = nil
	}
	*p.field() = s.Field
	if s.Kind != Other {
		if err := d.keywords(now, s); err != nil {
			return "", err
		}
	}
	d.require(now, s.Required)
	if s.Kind == Group && len(s.Field.Fields) == 0 {
		_, err := d.AddInside(now, Spec{Kind: Text, Field: eform.Field{Label: s.Field.Label, Path: "noi_dung"}, Required: true})
		return now, err
	}
	return now, nil
}

// RemoveField takes a field and its property out. The last of a section or group stays.
func (d *Draft) RemoveField(full string) error {
	p, ok := d.find(full)
	if !ok {
		return ErrNoField
	}
	if len(*p.list) == 1 {
		return ErrLast
	}
	d.drop(full)
	*p.list = slices.Delete(*p.list, p.index, p.index+1)
	return nil
}

// drop forgets the property and who the owner is by it.
func (d *Draft) drop(full string) {
	d.forget(full)
	for _, s := range d.subject() {
		if *s == full {
			*s = ""
		}
	}
}

// MoveField moves a field by one place up (-1) or down (1); over the edge of its section it goes to the next one, unless
// it is the last of its own.
func (d *Draft) MoveField(full string, by int) error {
	p, ok := d.find(full)
	if !ok {
		return ErrNoField
	}
	list := *p.list
	if j := p.index + by; j >= 0 && j < len(list) {
		list[p.index], list[j] = list[j], list[p.index]
		return nil
	}
	to := p.section + by
	if p.group != "" || to < 0 || to >= len(d.form.Layout.Sections) || len(list) == 1 {
		return nil
	}
	f := *p.field()
	*p.list = slices.Delete(list, p.index, p.index+1)
	other := &d.form.Layout.Sections[to].Fields
	if by < 0 {
		*other = append(*other, f)
	} else {
		*other = slices.Insert(*other, 0, f)
	}
	return nil
}

// Duplicate puts a copy of a field with its property behind it and returns its full path.
func (d *Draft) Duplicate(full string) (string, error) {
	p, ok := d.find(full)
	if !ok {
		return "", ErrNoField
	}
	node, parent := d.node(full)
	if node == nil {
		return "", ErrNoField
	}
	f := clone(*p.field())
	required := lists(parent["required"], last(f.Path))
	f.Path = d.freePath(p.group, f.Path)
	f.Fill = "" // two fields filled with the same would be typed twice
	now := f.Path
	if p.group != "" {
		now = p.group + inGroup + now
	}
	if err := d.put(now, copied(node), required); err != nil {
		return "", err
	}
	*p.list = slices.Insert(*p.list, p.index+1, f)
	return now, nil
}

// Insert puts a ready-made block into the form behind a section (empty: at the end) as a section of its own: the fields
// of the block's first section with their properties, whose paths all begin with one name. It returns the section's id.
func (d *Draft) Insert(block eform.Form, after string) (string, error) {
	b, err := Open(block)
	if err != nil || len(b.form.Layout.Sections) == 0 || len(b.form.Layout.Sections[0].Fields) == 0 {
		return "", ErrSchema
	}
	s := b.form.Layout.Sections[0]
	root, _, _ := strings.Cut(s.Fields[0].Path, ".")
	node, _ := b.node(root)
	if node == nil {
		return "", ErrSchema
	}
	name := d.freePath("", root)
	b.follow(root, name)
	s = b.form.Layout.Sections[0]
	for i := range s.Fields {
		s.Fields[i].Path = name + strings.TrimPrefix(s.Fields[i].Path, root)
	}
	if err := d.put(name, copied(node), true); err != nil {
		return "", err
	}
	s.ID = Slug(s.Title, "-", "muc", func(id string) bool { return d.section(id) >= 0 })
	at := len(d.form.Layout.Sections)
	if i := d.section(after); i >= 0 {
		at = i + 1
	}
	d.form.Layout.Sections = slices.Insert(d.form.Layout.Sections, at, s)
	return s.ID, nil
}

// SetHead changes title, basis and owner of the form.
func (d *Draft) SetHead(title, titleEn, basis string, subject eform.Subject) error {
	if title = strings.TrimSpace(title); title == "" {
		return ErrLabel
	}
	d.form.Title, d.form.TitleEn, d.form.Basis, d.form.Layout.Subject = title, strings.TrimSpace(titleEn), strings.TrimSpace(basis), subject
	return nil
}

func (d *Draft) subject() []*string {
	s := &d.form.Layout.Subject
	return []*string{&s.Name, &s.Number, &s.Birth, &s.Phone, &s.Email, &s.Address}
}

// rename moves a property and everything of this form that names it.
func (d *Draft) rename(from, to string, required bool) error {
	node, _ := d.node(from)
	if node == nil {
		return nil
	}
	if strings.HasPrefix(to, from+".") || strings.HasPrefix(from, to+".") {
		return ErrTaken.With("path", to)
	}
	if err := d.put(to, copied(node), required); err != nil {
		return err
	}
	d.forget(from)
	d.follow(from, to)
	if p, ok := d.find(from); ok {
		_, inner, inside := strings.Cut(to, inGroup)
		if !inside {
			inner = to
		}
		p.field().Path = inner
	}
	return nil
}

var named = regexp.MustCompile(`\b(don|muc)\.[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*`)

// follow has conditions, bounds, matches, rules and the owner name a property by its new path.
func (d *Draft) follow(from, to string) {
	_, fromIn, inside := strings.Cut(from, inGroup)
	_, toIn, _ := strings.Cut(to, inGroup)
	swap := func(path *string, a, b string) {
		if *path == a {
			*path = b
		} else if rest, ok := strings.CutPrefix(*path, a+"."); ok {
			*path = b + "." + rest
		}
	}
	group, _, _ := strings.Cut(from, inGroup)
	path := func(at *string, near bool) {
		switch {
		case !inside:
			swap(at, from, to)
		case near:
			swap(at, fromIn, toIn)
		}
	}
	when := func(c *eform.Condition, near bool) {
		if c == nil {
			return
		}
		path(&c.Path, near)
		c.Rule = named.ReplaceAllStringFunc(c.Rule, func(name string) string {
			root, rest, _ := strings.Cut(name, ".")
			if (root == "muc") == inside && (!inside || near) {
				path(&rest, near)
			}
			return root + "." + rest
		})
	}
	var field func(f *eform.Field, near bool)
	field = func(f *eform.Field, near bool) {
		when(f.When, near)
		if f.Bounds != nil {
			path(&f.Bounds.NotBefore, near)
		}
		if f.Match != nil {
			path(&f.Match.Birth, near)
			path(&f.Match.Sex, near)
		}
		for i := range f.Fields {
			field(&f.Fields[i], f.Path == group)
		}
	}
	for i := range d.form.Layout.Sections {
		s := &d.form.Layout.Sections[i]
		when(s.When, false)
		for j := range s.Fields {
			field(&s.Fields[j], false)
		}
	}
	for _, s := range d.subject() {
		path(s, false)
	}
}

// freePath is a path like the wanted one that no property has yet.
func (d *Draft) freePath(group, want string) string {
	out := want
	for n := 2; ; n++ {
		full := out
		if group != "" {
			full = group + inGroup + out
		}
		if node, _ := d.node(full); node == nil {
			if _, there := d.find(full); !there {
				return out
			}
		}
		out = want + strconv.Itoa(n)
	}
}

// Slug makes a name of plain letters from words: "Họ và tên" → "ho_va_ten". taken may be nil.
func Slug(words, join, otherwise string, taken func(string) bool) string {
	out := ""
	for _, w := range viet.Tokens(words) {
		w = strings.Map(func(r rune) rune {
			if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
				return r
			}
			return -1
		}, viet.Fold(w))
		if w == "" {
			continue
		}
		if len(out)+len(w) >= 36 {
			break
		}
		if out != "" {
			out += join
		}
		out += w
	}
	if out == "" || out[0] < 'a' {
		out = strings.TrimSuffix(otherwise+join+out, join)
	}
	if taken == nil {
		return out
	}
	free := out
	for n := 2; taken(free); n++ {
		free = fmt.Sprintf("%s%s%d", out, join, n)
	}
	return free
}

func last(path string) string { return path[strings.LastIndexByte(path, '.')+1:] }

func clone(f eform.Field) eform.Field {
	raw, err := json.Marshal(f)
	if err != nil {
		panic("formedit: a field cannot be written: " + err.Error())
	}
	var out eform.Field
	if err := json.Unmarshal(raw, &out); err != nil {
		panic("formedit: a field cannot be read again: " + err.Error())
	}
	return out
}
