// Package eform holds electronic forms: their definitions (JSON Schema for what an
// answer may be, a layout for how it is asked), validation and answers. It does no I/O.
//
// Answers are plain JSON values. What a hidden field holds is dropped, never stored,
// and a form is validated on the server whatever a browser may have checked. An answer
// that cannot be read is kept as it was typed, so that it can be shown again and mended;
// Validate then refuses it.
//
// The one rule for authors of forms: `required` in the schema means "required when
// asked". A field whose condition does not hold is never missing.
package eform

import (
	"encoding/json"
)

// ForStep marks a form that the holder of a step fills: it names no applicant.
const ForStep = "step"

// Form is the definition of one form, as written in a pack.
type Form struct {
	ID      string          `yaml:"id" json:"id"`
	Title   string          `yaml:"title" json:"title"`
	TitleEn string          `yaml:"title_en,omitempty" json:"title_en,omitempty"`
	Basis   string          `yaml:"basis,omitempty" json:"basis,omitempty"` // legal text that prescribes the paper form
	Schema  json.RawMessage `yaml:"-" json:"schema"`                        // JSON Schema 2020-12 of the answers (object)
	Layout  Layout          `yaml:"layout" json:"layout"`
	Use     string          `yaml:"use,omitempty" json:"use,omitempty"` // ForStep; empty: an applicant's declaration
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
	ID      string     `yaml:"id" json:"id"`
	Title   string     `yaml:"title" json:"title"`
	TitleEn string     `yaml:"title_en,omitempty" json:"title_en,omitempty"`
	Help    string     `yaml:"help,omitempty" json:"help,omitempty"`
	HelpEn  string     `yaml:"help_en,omitempty" json:"help_en,omitempty"`
	When    *Condition `yaml:"when,omitempty" json:"when,omitempty"`
	Fields  []Field    `yaml:"fields" json:"fields"`
}

// Field is one question. Path is the property path in the answers: "child.name".
type Field struct {
	Path    string `yaml:"path" json:"path"`
	Label   string `yaml:"label" json:"label"`
	LabelEn string `yaml:"label_en,omitempty" json:"label_en,omitempty"`
	// Short names the field inside a sentence and in summaries when the label is a whole question.
	Short   string `yaml:"short,omitempty" json:"short,omitempty"`
	ShortEn string `yaml:"short_en,omitempty" json:"short_en,omitempty"`
	Hint    string `yaml:"hint,omitempty" json:"hint,omitempty"`
	HintEn  string `yaml:"hint_en,omitempty" json:"hint_en,omitempty"`
	// Mend is the whole sentence shown when the answer does not fit the schema's pattern.
	Mend    string     `yaml:"mend,omitempty" json:"mend,omitempty"`
	MendEn  string     `yaml:"mend_en,omitempty" json:"mend_en,omitempty"`
	Widget  Widget     `yaml:"widget,omitempty" json:"widget,omitempty"` // empty: by the type and format of the schema
	Fill    string     `yaml:"fill,omitempty" json:"fill,omitempty"`     // filled from the signed-in person: name, number, birth, sex, phone, email, address
	Options []Option   `yaml:"options,omitempty" json:"options,omitempty"`
	When    *Condition `yaml:"when,omitempty" json:"when,omitempty"`
	Bounds  *Bounds    `yaml:"bounds,omitempty" json:"bounds,omitempty"` // of a date
	Match   *Match     `yaml:"match,omitempty" json:"match,omitempty"`   // of a personal number
	Fields  []Field    `yaml:"fields,omitempty" json:"fields,omitempty"` // of a repeated group; paths are relative to one item
	ItemOne string     `yaml:"item,omitempty" json:"item,omitempty"`     // what one item of a repeated group is called
	ItemEn  string     `yaml:"item_en,omitempty" json:"item_en,omitempty"`
}

// Widget is the way a field is asked.
type Widget string

// Widgets. Each fits only some types of the schema; Check says which do not.
const (
	Text           Widget = "text"
	TextArea       Widget = "textarea"
	NameText       Widget = "name"            // format vn-name
	Date           Widget = "date"            // format date or vn-birth
	PersonalNumber Widget = "personal_number" // format vn-personal-number
	TaxCode        Widget = "tax_code"        // format vn-tax-code
	Phone          Widget = "phone"           // format vn-phone
	Email          Widget = "email"           // format email
	Place          Widget = "address"         // object {province, commune, detail}
	Choice         Widget = "choice"          // enum, all options in view
	Select         Widget = "select"          // enum, one list
	Checks         Widget = "checks"          // array of enum
	Number         Widget = "number"          // number or integer, comma for decimals
	Money          Widget = "money"           // integer, đồng
	YesNo          Widget = "yes_no"          // boolean
	Group          Widget = "group"           // array of objects, fields repeated for each
)

// Option is one choice.
type Option struct {
	Value   string `yaml:"value" json:"value"`
	Label   string `yaml:"label" json:"label"`
	LabelEn string `yaml:"label_en,omitempty" json:"label_en,omitempty"`
}

// Condition shows a section or field only when an earlier answer fits. Yes-or-no answers
// compare as "yes" and "no"; of several checks, one that fits is enough. Inside a repeated
// group the path may name a field of the same item.
//
// Rule says what these cannot: an expression of package rule over the fields asked before, as don.<path>, and over
// the earlier fields of the same item as muc.<path>. The server judges it, so that a page that depends on it comes
// with the next answer. It cannot ask what day it is: a form is read again years later and must look the same.
type Condition struct {
	Path   string   `yaml:"path,omitempty" json:"path"`
	Equals string   `yaml:"equals,omitempty" json:"equals,omitempty"`
	OneOf  []string `yaml:"one_of,omitempty" json:"one_of,omitempty"`
	Filled bool     `yaml:"filled,omitempty" json:"filled,omitempty"`
	Rule   string   `yaml:"rule,omitempty" json:"rule,omitempty"`
}

// Bounds limits a date. All bounds include their own day.
type Bounds struct {
	From      string `yaml:"from,omitempty" json:"from,omitempty"`   // yyyy-mm-dd
	Until     string `yaml:"until,omitempty" json:"until,omitempty"` // yyyy-mm-dd
	Past      bool   `yaml:"past,omitempty" json:"past,omitempty"`   // today or earlier
	Future    bool   `yaml:"future,omitempty" json:"future,omitempty"`
	MinAge    int    `yaml:"min_age,omitempty" json:"min_age,omitempty"` // full years today
	MaxAge    int    `yaml:"max_age,omitempty" json:"max_age,omitempty"`
	NotBefore string `yaml:"not_before,omitempty" json:"not_before,omitempty"` // path of an earlier date
}

// Match names the answers a personal number must agree with: it holds the century,
// the sex and the last two figures of the year of birth.
type Match struct {
	Birth string `yaml:"birth,omitempty" json:"birth,omitempty"`
	Sex   string `yaml:"sex,omitempty" json:"sex,omitempty"` // answers nam or nu
}

// Limits that hold whatever a schema says. Strangers reach them.
const (
	MaxFormBytes   = 1 << 20 // of one definition as written
	MaxAnswerBytes = 1 << 20 // of all answers as JSON
	MaxInputs      = 4000    // inputs in one post
	MaxItems       = 30      // items of a repeated group whose schema sets no maxItems
	mostItems      = 200     // items whatever a schema says
	maxLine        = 500     // letters of a line whose schema sets no maxLength
	maxText        = 5000    // letters of a text of several lines whose schema sets no maxLength
	maxTypedBytes  = 64 << 10
	maxPathSteps   = 6
)
