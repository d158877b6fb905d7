// Package agency holds the bodies of a province: agencies, their units and the
// posts in them, as a tree whose every node has dates. It does no I/O.
//
// An agency is never renamed in place: a new name, parent or code is a new
// version from a date, and an agency that ends names its successor.
package agency

// ID names an agency for good, in plain Vietnamese: "so-xay-dung".
type ID string

// Level is where an agency stands in the administration.
type Level string

// Levels of agencies. District ended on 2025-06-30.
const (
	Ministry Level = "ministry"
	Province Level = "province"
	District Level = "district"
	Commune  Level = "commune"
)

// Kind tells what sort of body an agency is.
type Kind string

// Kinds of agencies (terms of the glossary).
const (
	PeopleCommittee     Kind = "people_committee"
	CommitteeOffice     Kind = "committee_office"
	Department          Kind = "department"
	SubDepartment       Kind = "sub_department"
	VerticalAgency      Kind = "vertical_agency"
	PublicServiceCentre Kind = "public_service_centre"
)

// Agency is one body as it stands between From and Until (dates yyyy-mm-dd, Until exclusive, empty = open).
type Agency struct {
	ID        ID     `yaml:"id" json:"id"`
	Name      string `yaml:"name" json:"name"`
	ShortName string `yaml:"short_name,omitempty" json:"short_name,omitempty"`
	NameEn    string `yaml:"name_en,omitempty" json:"name_en,omitempty"`
	Code      string `yaml:"code" json:"code"` // electronic identification code, QĐ 20/2020: H99.05
	Kind      Kind   `yaml:"kind" json:"kind"`
	Level     Level  `yaml:"level" json:"level"`
	Parent    ID     `yaml:"parent,omitempty" json:"parent,omitempty"`
	// Desk is the agency whose one-stop desk receives for this one; empty: it has its own.
	Desk    ID     `yaml:"desk,omitempty" json:"desk,omitempty"`
	Place   string `yaml:"place,omitempty" json:"place,omitempty"` // administrative unit code it governs (communes)
	Address string `yaml:"address,omitempty" json:"address,omitempty"`
	Phone   string `yaml:"phone,omitempty" json:"phone,omitempty"`
	Email   string `yaml:"email,omitempty" json:"email,omitempty"`
	Hours   string `yaml:"hours,omitempty" json:"hours,omitempty"` // id of office hours; empty: the province's
	// Account receives fees paid online: number and treasury or bank. Empty: that of its desk, else of the agency above.
	Account   string `yaml:"account,omitempty" json:"account,omitempty"`
	From      string `yaml:"from,omitempty" json:"from,omitempty"`
	Until     string `yaml:"until,omitempty" json:"until,omitempty"`
	Successor ID     `yaml:"successor,omitempty" json:"successor,omitempty"`
	Units     []Unit `yaml:"units,omitempty" json:"units,omitempty"`
}

// Unit is a division inside an agency; its ID is unique within the agency.
type Unit struct {
	ID   string `yaml:"id" json:"id"`
	Name string `yaml:"name" json:"name"`
}

// Post is a seat in an agency that a person holds for a time. Rights follow the post.
type Post struct {
	ID     string   `yaml:"id" json:"id"`
	Agency ID       `yaml:"agency" json:"agency"`
	Unit   string   `yaml:"unit,omitempty" json:"unit,omitempty"`
	Title  string   `yaml:"title" json:"title"`
	Roles  []string `yaml:"roles" json:"roles"`
	Areas  []string `yaml:"areas,omitempty" json:"areas,omitempty"` // codes of the communes whose people it serves first
	From   string   `yaml:"from,omitempty" json:"from,omitempty"`
	Until  string   `yaml:"until,omitempty" json:"until,omitempty"`
}

// Place is an administrative unit with its official code, kept as text, with dates.
type Place struct {
	Code   string `json:"code"`
	Name   string `json:"name"`   // Phường Ba Đình
	Parent string `json:"parent"` // province code for a commune, empty for a province
	// District is the name of the district a commune lay in until 2025-06-30: communes of one
	// province may share a name, and people know the old ones by their district.
	District string `json:"district,omitempty"`
	Kind     string `json:"kind"` // Thành phố, Tỉnh, Phường, Xã, Đặc khu
	From     string `json:"from"`
	Until    string `json:"until,omitempty"`
}
