// Package eform holds electronic forms: their definitions (JSON Schema for what an
// answer may be, a layout for how it is asked), validation and answers. It does no I/O.
//
// Answers are plain JSON values. What a hidden field holds is dropped, never stored,
// and a form is validated on the server whatever a browser may have checked.
package eform

import "encoding/json"

// Form is the definition of one form, as written in a pack.
type Form struct {
	ID      string          `yaml:"id" json:"id"`
	Title   string          `yaml:"title" json:"title"`
	TitleEn string          `yaml:"title_en,omitempty" json:"title_en,omitempty"`
	Basis   string          `yaml:"basis,omitempty" json:"basis,omitempty"` // legal text that prescribes the paper form
	Schema  json.RawMessage `yaml:"-" json:"schema"`                        // JSON Schema 2020-12 of the answers (object)
	Layout  Layout          `yaml:"layout" json:"layout"`
}

// Layout says how the schema's properties are asked: sections in order, one subject each.
type Layout struct {
	Sections []Section `yaml:"sections" json:"sections"`
	// Subject names the property paths that identify the owner of the dossier.
	Subject Subject `yaml:"subject" json:"subject"`
}

// Subject tells which answers say whose dossier it is; each is a path such as "applicant.name".
type Subject struct {
	Name    string `yaml:"name" json:"name"`
	Number  string `yaml:"number,omitempty" json:"number,omitempty"` // personal number or tax code
	Birth   string `yaml:"birth,omitempty" json:"birth,omitempty"`
	Phone   string `yaml:"phone,omitempty" json:"phone,omitempty"`
	Email   string `yaml:"email,omitempty" json:"email,omitempty"`
	Address string `yaml:"address,omitempty" json:"address,omitempty"`
}

// Section is one page of the form.
type Section struct {
	ID     string     `yaml:"id" json:"id"`
	Title  string     `yaml:"title" json:"title"`
	Help   string     `yaml:"help,omitempty" json:"help,omitempty"`
	When   *Condition `yaml:"when,omitempty" json:"when,omitempty"`
	Fields []Field    `yaml:"fields" json:"fields"`
}

// Field is one question. Path is the property path in the answers: "child.name".
type Field struct {
	Path    string     `yaml:"path" json:"path"`
	Label   string     `yaml:"label" json:"label"`
	Hint    string     `yaml:"hint,omitempty" json:"hint,omitempty"`
	Widget  string     `yaml:"widget,omitempty" json:"widget,omitempty"` // text textarea name date personal_number tax_code phone email address choice select checks number money yes_no group
	Fill    string     `yaml:"fill,omitempty" json:"fill,omitempty"`     // filled from the signed-in person: name, number, birth, phone, email, address
	Options []Option   `yaml:"options,omitempty" json:"options,omitempty"`
	When    *Condition `yaml:"when,omitempty" json:"when,omitempty"`
	Fields  []Field    `yaml:"fields,omitempty" json:"fields,omitempty"` // of a repeated group; paths are relative to one item
	ItemOne string     `yaml:"item,omitempty" json:"item,omitempty"`     // what one item of a repeated group is called
}

// Option is one choice.
type Option struct {
	Value string `yaml:"value" json:"value"`
	Label string `yaml:"label" json:"label"`
}

// Condition shows a section or field only when another answer fits.
type Condition struct {
	Path   string   `yaml:"path" json:"path"`
	Equals string   `yaml:"equals,omitempty" json:"equals,omitempty"`
	OneOf  []string `yaml:"one_of,omitempty" json:"one_of,omitempty"`
	Filled bool     `yaml:"filled,omitempty" json:"filled,omitempty"`
}
