// Package fault says why something was refused: a kind that the edge turns into
// a status, and a key that the edge turns into a sentence in the person's language.
//
// Rules and stores return *Error for everything a person can do something about.
// Any other error is a defect or an outage and is shown as an incident number.
package fault

import (
	"errors"
	"fmt"
	"maps"
)

// Kind groups refusals by what the person can do next.
type Kind int

// Kinds of refusal. Only package web maps them to HTTP.
const (
	Internal        Kind = iota // a defect: the person can only report it
	Invalid                     // what was sent cannot be accepted; mend and send again
	Unauthenticated             // sign in first
	NotFound                    // absent, or not for this person: the two look the same
	Conflict                    // the state of the thing does not allow it
	Stale                       // somebody moved first; look again
	TooMany                     // slow down
	TooLarge                    // more bytes than allowed
	Unsupported                 // a kind of file or body that is not accepted
	Gone                        // it was there once and was withdrawn
	Unavailable                 // try again later; nothing was written
)

// Error is a refusal. Code is the key of its text (error.<Code> in lang).
type Error struct {
	Kind   Kind
	Code   string
	Args   map[string]any // values for the text's {placeholders}
	Fields []Field        // refusals tied to single inputs, in the order of the page
	cause  error
}

// Field is a refusal tied to one input.
type Field struct {
	Name string // name of the input
	Code string // key of the text
	Args map[string]any
}

// New returns a refusal of the kind with the text key code.
func New(kind Kind, code string) *Error { return &Error{Kind: kind, Code: code} }

func (e *Error) Error() string {
	if e.cause != nil {
		return fmt.Sprintf("%s: %v", e.Code, e.cause)
	}
	if len(e.Args) > 0 {
		return fmt.Sprintf("%s %v", e.Code, e.Args)
	}
	return e.Code
}

// Unwrap returns the error that led to the refusal, if one is kept.
func (e *Error) Unwrap() error { return e.cause }

// Is makes copies made by With and Because equal to their original.
func (e *Error) Is(target error) bool {
	t, ok := errors.AsType[*Error](target)
	return ok && t.Code == e.Code && t.Kind == e.Kind
}

// With returns a copy of e that carries one more value for its text.
func (e *Error) With(name string, value any) *Error {
	c := *e
	c.Args = maps.Clone(e.Args)
	if c.Args == nil {
		c.Args = map[string]any{}
	}
	c.Args[name] = value
	return &c
}

// Because returns a copy of e that wraps its cause, for the log.
func (e *Error) Because(err error) *Error {
	c := *e
	c.cause = err
	return &c
}

// KindOf tells the kind of err; Internal when it is no refusal.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}
