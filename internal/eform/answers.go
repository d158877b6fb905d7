package eform

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"

	"github.com/motcua/motcua/internal/fault"
)

// Answers holds what a person declared, as JSON values by property: text, json.Number,
// bool, lists and objects.
type Answers map[string]any

// Typed holds what stands in the inputs, by input name. It outlives errors: an answer
// that cannot be read is shown again exactly as it was typed.
type Typed map[string][]string

// Get returns the first value typed at the path.
func (t Typed) Get(path string) string {
	if v := t[path]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// ErrAnswers says that stored or sent answers are no JSON object, or too large a one.
var ErrAnswers = fault.New(fault.Invalid, "eform.answers")

// ReadAnswers reads answers from JSON, as stored in a draft or in the journal.
func ReadAnswers(b []byte) (Answers, error) {
	if len(b) > MaxAnswerBytes {
		return nil, ErrAnswers
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var a Answers
	if err := d.Decode(&a); err != nil {
		return nil, ErrAnswers.Because(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, ErrAnswers
	}
	if a == nil {
		return nil, ErrAnswers
	}
	return a, nil
}

// Canonical returns the answers as JSON with sorted keys and no spaces: the bytes that
// the journal holds. Equal answers give equal bytes.
func (a Answers) Canonical() ([]byte, error) {
	if a == nil {
		a = Answers{}
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(map[string]any(a)); err != nil {
		return nil, err
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}

// At returns the value at a path such as "child.name" or "children[0].name"; nil when absent.
func (a Answers) At(path string) any {
	var v any = map[string]any(a)
	for step := range strings.SplitSeq(path, ".") {
		name, rest, _ := strings.Cut(step, "[")
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[name]
		for rest != "" {
			digits, after, ok := strings.Cut(rest, "]")
			if !ok {
				return nil
			}
			i, err := strconv.Atoi(digits)
			list, isList := v.([]any)
			if err != nil || !isList || i < 0 || i >= len(list) {
				return nil
			}
			v = list[i]
			rest = strings.TrimPrefix(after, "[")
		}
	}
	return v
}

// text returns a single value as plain text: "yes" and "no" for booleans, "" for what is no single value.
func text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		if v {
			return "yes"
		}
		return "no"
	}
	return ""
}

func lookup(m map[string]any, keys []string) any {
	var v any = m
	for _, k := range keys {
		o, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = o[k]
	}
	return v
}

// assign puts v at the keys, making objects on the way; nil removes what is there.
func assign(m map[string]any, keys []string, v any) {
	for _, k := range keys[:len(keys)-1] {
		o, ok := m[k].(map[string]any)
		if !ok {
			if v == nil {
				return
			}
			o = map[string]any{}
			m[k] = o
		}
		m = o
	}
	last := keys[len(keys)-1]
	if v == nil {
		delete(m, last)
		return
	}
	m[last] = v
}

func clone(v any) any {
	switch v := v.(type) {
	case map[string]any:
		c := make(map[string]any, len(v))
		for k, x := range v {
			c[k] = clone(x)
		}
		return c
	case []any:
		c := make([]any, len(v))
		for i, x := range v {
			c[i] = clone(x)
		}
		return c
	}
	return v
}
