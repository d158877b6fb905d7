// Package procedure holds the catalogue of administrative procedures: dated
// versions with their channels, time limits, papers, fees, legal bases and results.
// It does no I/O.
//
// A version is never edited once published; a change is a new version from a date,
// and a dossier keeps the version it was accepted under. What the source left
// unclear is kept verbatim and marked, never guessed.
package procedure

import (
	"slices"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/rule"
)

// Version is one procedure as it stands between From and Until.
type Version struct {
	Code   string `yaml:"code" json:"code"`             // national code as text: 1.001193
	Number int    `yaml:"-" json:"number"`              // counts the versions of one code from 1
	Digest string `yaml:"-" json:"digest"`              // sha-256 of the canonical content, hex
	From   string `yaml:"from,omitempty" json:"from"`   // local date yyyy-mm-dd
	Until  string `yaml:"until,omitempty" json:"until"` // exclusive; empty while in force
	Source string `yaml:"source,omitempty" json:"source"`

	Name       string         `yaml:"name" json:"name"`
	Purpose    string         `yaml:"purpose,omitempty" json:"purpose"` // one plain sentence: what it is for
	Sector     string         `yaml:"sector" json:"sector"`
	Ministry   string         `yaml:"ministry,omitempty" json:"ministry"`
	Levels     []agency.Level `yaml:"levels,omitempty" json:"levels"`
	LevelText  string         `yaml:"level_text,omitempty" json:"level_text"` // verbatim
	Kind       string         `yaml:"kind,omitempty" json:"kind"`             // loại thủ tục, verbatim
	Decision   string         `yaml:"decision,omitempty" json:"decision"`     // publishing decision
	Subjects   []string       `yaml:"subjects,omitempty" json:"subjects"`
	Authority  string         `yaml:"authority,omitempty" json:"authority"`   // competent authority, verbatim
	Executor   string         `yaml:"executor,omitempty" json:"executor"`     // executing agency, verbatim
	Delegate   string         `yaml:"delegate,omitempty" json:"delegate"`     // authorised agency, verbatim
	Partner    string         `yaml:"partner,omitempty" json:"partner"`       // cooperating agency, verbatim
	Address    string         `yaml:"address,omitempty" json:"address"`       // place of submission, verbatim
	Steps      string         `yaml:"steps,omitempty" json:"steps"`           // trình tự thực hiện, paragraphs
	Conditions string         `yaml:"conditions,omitempty" json:"conditions"` // yêu cầu, điều kiện
	Channels   []Channel      `yaml:"channels,omitempty" json:"channels"`
	Components []Component    `yaml:"components,omitempty" json:"components"`
	Sets       int            `yaml:"sets,omitempty" json:"sets"` // number of sets of papers; 0 = not stated
	Results    []Result       `yaml:"results,omitempty" json:"results"`
	Bases      []LegalBasis   `yaml:"bases,omitempty" json:"bases"`
	Keywords   []string       `yaml:"keywords,omitempty" json:"keywords"`
	Related    string         `yaml:"related,omitempty" json:"related"`

	// How the province carries it out. Empty Form and Process mean the pack's general ones.
	Form      string      `yaml:"form,omitempty" json:"form"`
	Process   string      `yaml:"process,omitempty" json:"process"`
	Competent []agency.ID `yaml:"competent,omitempty" json:"competent"` // resolving agencies; empty: by the pack's routing
	Online    string      `yaml:"online,omitempty" json:"online"`       // full | partial | none | "" = not stated
	SameVisit bool        `yaml:"same_visit,omitempty" json:"same_visit"`
	Linked    bool        `yaml:"linked,omitempty" json:"linked,omitempty"` // a group of linked procedures: one submission, one code
	Pauses    []Pause     `yaml:"pauses,omitempty" json:"pauses,omitempty"` // what the legal clock may stand for

	// What depends on the case (package rule). Absent fields leave the digest of older versions as it was.
	Eligible   []Eligibility `yaml:"eligible,omitempty" json:"eligible,omitempty"`
	FeeTables  []FeeTable    `yaml:"fee_tables,omitempty" json:"fee_tables,omitempty"`
	LimitTable *rule.Table   `yaml:"limit_table,omitempty" json:"limit_table,omitempty"`

	Marks []Mark `yaml:"marks,omitempty" json:"marks"`

	Trial `yaml:"-" json:"-"` // how the catalogue holds it; no part of what it says
}

// Trial says how the catalogue holds a version beyond its dates. The zero Trial is what holds everywhere.
type Trial struct {
	Pilot string      // id of the publication that tries it out beside what is in force; empty: no pilot
	Only  []agency.ID // competent agencies that try it; empty: all
	Stays bool        // applications begun on the version before may be filed as they are
}

// tries reports whether the version is a pilot of the agency; id may be empty: of everybody.
func (t Trial) tries(id agency.ID) bool {
	return t.Pilot != "" && (len(t.Only) == 0 || slices.Contains(t.Only, id))
}

// Ways of submission and return.
const (
	Direct = "direct"
	Online = "online"
	Post   = "post"
)

// Channel is one manner of carrying the procedure out, with its own time limits and fees.
type Channel struct {
	Kind   string      `yaml:"kind" json:"kind"` // direct | online | post
	Limits []TimeLimit `yaml:"limits,omitempty" json:"limits"`
	Fees   []Fee       `yaml:"fees,omitempty" json:"fees"`
	Note   string      `yaml:"note,omitempty" json:"note"`
}

// TimeLimit is a statutory processing time. Limit is empty when the source cannot be understood.
type TimeLimit struct {
	Limit    string `yaml:"limit,omitempty" json:"limit"` // 5wd, 8wh, 15d, 1m, 0.5wd, same-visit (package deadline)
	Case     string `yaml:"case,omitempty" json:"case"`   // when this limit applies, if there are several
	Verbatim string `yaml:"verbatim,omitempty" json:"verbatim"`
}

// Fee is a fee (phí), a charge (lệ phí) or another financial obligation.
type Fee struct {
	Kind     string `yaml:"kind,omitempty" json:"kind"` // phi | le_phi | other
	Name     string `yaml:"name,omitempty" json:"name"`
	Amount   int64  `yaml:"amount" json:"amount"` // đồng
	Known    bool   `yaml:"known" json:"known"`   // false: the amount is only in Verbatim
	Case     string `yaml:"case,omitempty" json:"case"`
	Verbatim string `yaml:"verbatim,omitempty" json:"verbatim"`
}

// Component is one paper or data item of the dossier. ID is unique within the version and stable.
type Component struct {
	ID        string   `yaml:"id" json:"id"`
	Group     string   `yaml:"group,omitempty" json:"group"` // "trường hợp …" heading; papers of one group belong together
	Name      string   `yaml:"name" json:"name"`
	Originals int      `yaml:"originals,omitempty" json:"originals"`
	Copies    int      `yaml:"copies,omitempty" json:"copies"`
	Counted   bool     `yaml:"counted" json:"counted"` // whether the source states quantities
	Required  bool     `yaml:"required,omitempty" json:"required"`
	When      string   `yaml:"when,omitempty" json:"when,omitempty"` // rule: required when it holds
	Note      bool     `yaml:"is_note,omitempty" json:"note"`        // a remark, not a paper
	Templates []string `yaml:"templates,omitempty" json:"templates"`
	Reuse     string   `yaml:"reuse,omitempty" json:"reuse"` // database it may come from
	Verbatim  string   `yaml:"verbatim,omitempty" json:"verbatim"`
}

// Pause is a case in which the law of the sector lets the processing time stand. The decrees on the one-stop
// mechanism know no general pause; without an entry here the clock runs.
type Pause struct {
	ID    string `yaml:"id" json:"id"` // unique in the version; financial_obligation: while a sum is not settled
	Name  string `yaml:"name" json:"name"`
	Basis string `yaml:"basis" json:"basis"` // clause of the sector's law
}

// Result is what the procedure yields.
type Result struct {
	Code string `yaml:"code,omitempty" json:"code"`
	Name string `yaml:"name" json:"name"`
}

// LegalBasis is a text the procedure stands on.
type LegalBasis struct {
	Number string `yaml:"number,omitempty" json:"number"`
	Name   string `yaml:"name" json:"name"`
	Date   string `yaml:"date,omitempty" json:"date"`
	Issuer string `yaml:"issuer,omitempty" json:"issuer"`
}

// Mark says what an importer could not understand. Nothing is guessed: the words stay.
type Mark struct {
	Field    string `yaml:"field" json:"field"`       // channels[0].limits[0], components[3], …
	Reason   string `yaml:"reason" json:"reason"`     // key: limit.no-unit, limit.no-meaning, fee.amount-unclear, …
	Verbatim string `yaml:"verbatim" json:"verbatim"` // the words of the source
}
