// Package pack reads and checks packs: folders of reviewable text that configure a
// province: its agencies, posts, hours, rights, procedures, forms and processes.
// It reads through fs.FS and does no other I/O.
//
// A pack is never taken half: what is wrong is listed with file, line and reason, all
// of it at once, and whoever loads the pack decides not to use it.
package pack

import (
	"fmt"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/eform"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/workflow"
)

// Pack is the checked value of a folder.
type Pack struct {
	ID      string
	Title   string
	Version string
	Home    agency.Home
	General procedure.General

	Agencies   []agency.Agency
	Posts      []agency.Post
	People     []Person
	Hours      []agency.Hours
	Rights     map[string][]string // role → permissions
	Routing    []procedure.Route
	Synonyms   string // text of synonyms.txt
	Procedures []*procedure.Version
	Forms      []*eform.Form
	Processes  []*workflow.Process
	Templates  map[string]string // path below templates/ → text

	files map[string]*source // for the lines of problems
	where map[string]place   // file or folder and index → file and path
}

// Person is an invented person of a demo pack, with the posts they hold.
type Person struct {
	ID      string   `yaml:"id"`
	Name    string   `yaml:"name"`
	SignIn  string   `yaml:"sign_in"`
	Posts   []string `yaml:"posts,omitempty"`
	Citizen *Citizen `yaml:"citizen,omitempty"`
	Show    bool     `yaml:"show,omitempty"` // the demo shows how to sign in as this person too
}

// Citizen is what the identity provider of the demo says about a person.
type Citizen struct {
	Number  string `yaml:"number"` // personal number, 12 digits
	Birth   string `yaml:"birth"`  // yyyy-mm-dd
	Sex     string `yaml:"sex,omitempty"`
	Phone   string `yaml:"phone,omitempty"`
	Email   string `yaml:"email,omitempty"`
	Address string `yaml:"address,omitempty"`
	Place   string `yaml:"place,omitempty"` // commune code
}

// Problem is one thing wrong with a pack. Line counts from 1; 0 when the whole file is meant.
type Problem struct {
	File   string `json:"file"`
	Line   int    `json:"line,omitempty"`
	Reason string `json:"reason"`         // plain words
	Kind   string `json:"kind,omitempty"` // of what is proved about processes: see package prove
	Run    string `json:"run,omitempty"`  // the shortest run that shows it, a sentence of Vietnamese per line

	vi string // the same in Vietnamese
}

// String writes "file:line: reason".
func (p Problem) String() string {
	if p.Line == 0 {
		return fmt.Sprintf("%s: %s", p.File, p.Reason)
	}
	return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Reason)
}

// Form returns the form with the id.
func (p *Pack) Form(id string) (*eform.Form, bool) {
	for _, f := range p.Forms {
		if f.ID == id {
			return f, true
		}
	}
	return nil, false
}

// Process returns the process with the id.
func (p *Pack) Process(id string) (*workflow.Process, bool) {
	for _, w := range p.Processes {
		if w.ID == id {
			return w, true
		}
	}
	return nil, false
}
