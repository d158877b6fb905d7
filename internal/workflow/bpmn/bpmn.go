// Package bpmn exchanges internal processes with the tools that speak BPMN 2.0. What it
// writes carries our own fields in an extension namespace, so that reading it back gives
// the same process; what other tools write is read as far as it means the same here.
//
// Nothing is taken half: elements that are not understood are listed with id and line, and
// there is no process then.
package bpmn

import (
	"fmt"

	"github.com/motcua/motcua/lang"
)

// Namespaces.
const (
	model     = "http://www.omg.org/spec/BPMN/20100524/MODEL"
	diagram   = "http://www.omg.org/spec/BPMN/20100524/DI"
	canvas    = "http://www.omg.org/spec/DD/20100524/DC"
	lines     = "http://www.omg.org/spec/DD/20100524/DI"
	instance  = "http://www.w3.org/2001/XMLSchema-instance"
	Namespace = "https://motcua.org/bpmn" // of our own fields
	Rules     = "https://motcua.org/rule" // names the rule language in conditions
)

// Finding is one thing that an import has to say.
type Finding struct {
	Line    int    // from 1; 0: of the whole file
	Element string // name of the element
	ID      string // its id, if it has one
	Code    string // key of the text is "exchange." and the code
	Args    []any  // pairs of name and value for the text
}

// Text says the finding in a language.
func (f Finding) Text(code lang.Code) string {
	return lang.Text(lang.Parse(string(code)), "exchange."+f.Code, f.Args...)
}

// String writes "line 12: userTask a: …" in English.
func (f Finding) String() string {
	text := f.Text(lang.EN)
	switch {
	case f.Line == 0:
		return text
	case f.ID == "":
		return fmt.Sprintf("line %d: %s: %s", f.Line, f.Element, text)
	}
	return fmt.Sprintf("line %d: %s %s: %s", f.Line, f.Element, f.ID, text)
}

// Report is what an import found.
type Report struct {
	Problems []Finding // what was not understood: nothing is applied
	Remarks  []Finding // what was left out or taken by default: to be looked at
}
