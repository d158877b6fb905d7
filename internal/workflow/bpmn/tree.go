package bpmn

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Bounds of a file. A process of 400 steps with its drawing is about half a megabyte.
const (
	MaxFile     = 4 << 20
	maxDeep     = 40
	maxElements = 60_000
	maxName     = 4 << 10 // of an attribute
	maxText     = 64 << 10
)

// Refusals of files that are not read at all.
var (
	ErrTooLarge = errors.New("bpmn: the file is too large")
	ErrDoctype  = errors.New("bpmn: the file declares a document type; entities are not expanded")
	ErrXML      = errors.New("bpmn: not well-formed XML")
	ErrNotBPMN  = errors.New("bpmn: not a BPMN 2.0 file")
)

// elem is one element of the file.
type elem struct {
	space, name string
	attrs       []xml.Attr
	kids        []*elem
	text        string
	line        int
}

func (e *elem) attr(name string) string {
	for _, a := range e.attrs {
		if a.Name.Local == name && (a.Name.Space == "" || a.Name.Space == e.space) {
			return a.Value
		}
	}
	return ""
}

// kid returns the first child of the model with the name.
func (e *elem) kid(name string) *elem {
	for _, k := range e.kids {
		if k.space == model && k.name == name {
			return k
		}
	}
	return nil
}

// own returns our extension of an element.
func (e *elem) own(name string) *elem {
	ext := e.kid("extensionElements")
	if ext == nil {
		return nil
	}
	for _, k := range ext.kids {
		if k.space == Namespace && k.name == name {
			return k
		}
	}
	return nil
}

// parse reads a file into a tree within the bounds. Document types are refused before anything is expanded.
func parse(raw []byte) (*elem, error) {
	if len(raw) > MaxFile {
		return nil, ErrTooLarge
	}
	dec := xml.NewDecoder(bytes.NewReader(raw))
	dec.Strict = true
	var root *elem
	var stack []*elem
	count := 0
	for {
		line, _ := dec.InputPos()
		tok, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			at, _ := dec.InputPos()
			return nil, fmt.Errorf("%w: line %d: %s", ErrXML, at, strings.TrimPrefix(err.Error(), "XML syntax error on "))
		}
		switch t := tok.(type) {
		case xml.Directive:
			return nil, fmt.Errorf("%w (line %d)", ErrDoctype, line)
		case xml.StartElement:
			if count++; count > maxElements || len(stack) >= maxDeep {
				return nil, fmt.Errorf("%w: more than %d elements, or nested deeper than %d", ErrTooLarge, maxElements, maxDeep)
			}
			for _, a := range t.Attr {
				if len(a.Value) > maxName {
					return nil, fmt.Errorf("%w: attribute %s of line %d", ErrTooLarge, a.Name.Local, line)
				}
			}
			at, _ := dec.InputPos()
			e := &elem{space: t.Name.Space, name: t.Name.Local, attrs: t.Attr, line: at}
			if len(stack) > 0 {
				parent := stack[len(stack)-1]
				parent.kids = append(parent.kids, e)
			} else if root == nil {
				root = e
			}
			stack = append(stack, e)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.CharData:
			if len(stack) > 0 {
				e := stack[len(stack)-1]
				if len(e.text)+len(t) > maxText {
					return nil, fmt.Errorf("%w: text of line %d", ErrTooLarge, line)
				}
				e.text += string(t)
			}
		}
	}
	if root == nil || root.name != "definitions" || root.space != model {
		return nil, ErrNotBPMN
	}
	return root, nil
}
