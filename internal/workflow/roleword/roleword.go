// Package roleword reads from the words that offices use for a holder ("Lãnh đạo phòng",
// "Cán bộ một cửa") which role holds a step and where. It serves imports from other
// systems; what it takes is a proposal that a person looks at.
package roleword

import (
	"strings"

	"github.com/motcua/motcua/internal/viet"
	"github.com/motcua/motcua/internal/workflow"
)

// Holder is who holds a step: a role, at a place as a step names it.
type Holder struct {
	Role string `yaml:"role" json:"role"`
	At   string `yaml:"at,omitempty" json:"at,omitempty"`     // empty: competent
	Unit string `yaml:"unit,omitempty" json:"unit,omitempty"` // of that place
}

// words are tried in order; the first that stands in the name decides.
var words = []struct {
	word   string
	holder Holder
}{
	{"mot cua", Holder{Role: "receiving_officer", At: workflow.AtDesk}},
	{"tiep nhan", Holder{Role: "receiving_officer", At: workflow.AtDesk}},
	{"tra ket qua", Holder{Role: "receiving_officer", At: workflow.AtDesk}},
	{"van thu", Holder{Role: "clerk", At: workflow.AtCompetent}},
	{"lanh dao phong", Holder{Role: "division_head", At: workflow.AtCompetent}},
	{"lanh dao ban", Holder{Role: "division_head", At: workflow.AtCompetent}},
	{"truong phong", Holder{Role: "division_head", At: workflow.AtCompetent}},
	{"pho phong", Holder{Role: "division_head", At: workflow.AtCompetent}},
	{"truong ban", Holder{Role: "division_head", At: workflow.AtCompetent}},
	{"lanh dao", Holder{Role: "agency_head", At: workflow.AtCompetent}},
	{"giam doc", Holder{Role: "agency_head", At: workflow.AtCompetent}},
	{"chu tich", Holder{Role: "agency_head", At: workflow.AtCompetent}},
	{"cuc truong", Holder{Role: "agency_head", At: workflow.AtCompetent}},
	{"chuyen vien", Holder{Role: "case_officer", At: workflow.AtCompetent}},
	{"can bo", Holder{Role: "case_officer", At: workflow.AtCompetent}},
	{"cong chuc", Holder{Role: "case_officer", At: workflow.AtCompetent}},
	{"thu ly", Holder{Role: "case_officer", At: workflow.AtCompetent}},
}

// Read proposes the holder that a name speaks of; ok is false when no word is known, and the holder then
// is a case officer of the resolving agency.
func Read(name string) (h Holder, ok bool) {
	folded := " " + strings.Join(viet.Tokens(viet.Fold(name)), " ") + " "
	for _, w := range words {
		if strings.Contains(folded, " "+w.word+" ") {
			return w.holder, true
		}
	}
	return Holder{Role: "case_officer", At: workflow.AtCompetent}, false
}

// Table reads names from a table that the caller keeps before it reads the words.
type Table map[string]Holder

// Read is Read with the table's answer first; names are compared without tones and case.
func (t Table) Read(name string) (h Holder, ok bool) {
	key := strings.Join(viet.Tokens(viet.Fold(name)), " ")
	for n, h := range t {
		if strings.Join(viet.Tokens(viet.Fold(n)), " ") == key {
			if h.At == "" {
				h.At = workflow.AtCompetent
			}
			return h, true
		}
	}
	return Read(name)
}
