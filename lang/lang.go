// Package lang holds every sentence the product shows, in Vietnamese and in
// English, and hands it out by key. Texts live in <slice>.vi.json and
// <slice>.en.json beside this file: flat maps from key to text with {name}
// placeholders. Both languages have the same keys, no key is defined twice and
// none is unused; the tests of this package hold all slices to it.
//
// The language of a request travels in its context. Vietnamese is the first
// language: it is used when nothing was chosen.
package lang

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"
	"sync"
)

//go:embed *.json
var files embed.FS

// Code names a language of the interface.
type Code string

// The two languages of the product.
const (
	VI Code = "vi"
	EN Code = "en"
)

// Parse reads a language code; anything unknown is Vietnamese.
func Parse(s string) Code {
	if s == string(EN) {
		return EN
	}
	return VI
}

type contextKey struct{}

// With returns a context whose texts are in the language.
func With(ctx context.Context, code Code) context.Context {
	return context.WithValue(ctx, contextKey{}, code)
}

// From tells the language of the context; Vietnamese when none was set.
func From(ctx context.Context) Code {
	if code, ok := ctx.Value(contextKey{}).(Code); ok {
		return code
	}
	return VI
}

// T returns the text of key in the context's language. Arguments are pairs of
// placeholder name and value: T(ctx, "dossier.count", "n", 12).
func T(ctx context.Context, key string, args ...any) string {
	return Text(From(ctx), key, args...)
}

// Text returns the text of key in the given language. A key that does not exist
// comes back as itself, so that a page is still usable; the tests find it first.
func Text(code Code, key string, args ...any) string {
	text, ok := Lookup(code, key)
	if !ok {
		return key
	}
	if len(args) == 0 {
		return text
	}
	return fill(text, func(name string) (any, bool) {
		for i := 0; i+1 < len(args); i += 2 {
			if args[i] == name {
				return args[i+1], true
			}
		}
		return nil, false
	})
}

// TextMap is Text with its values in a map, as fault.Error carries them.
func TextMap(code Code, key string, args map[string]any) string {
	text, ok := Lookup(code, key)
	if !ok {
		return key
	}
	return fill(text, func(name string) (any, bool) {
		v, ok := args[name]
		return v, ok
	})
}

// Lookup returns the raw text of key, and whether it exists.
func Lookup(code Code, key string) (string, bool) {
	text, ok := texts()[code][key]
	return text, ok
}

// fill replaces {name} by its value. A name without value stays as written.
func fill(text string, value func(name string) (any, bool)) string {
	open := strings.IndexByte(text, '{')
	if open < 0 {
		return text
	}
	var b strings.Builder
	for open >= 0 {
		end := strings.IndexByte(text[open:], '}')
		if end < 0 {
			break
		}
		b.WriteString(text[:open])
		name := text[open+1 : open+end]
		if v, ok := value(name); ok {
			fmt.Fprint(&b, v)
		} else {
			b.WriteString(text[open : open+end+1])
		}
		text = text[open+end+1:]
		open = strings.IndexByte(text, '{')
	}
	b.WriteString(text)
	return b.String()
}

// texts reads the embedded files once. They are part of the binary and checked by
// tests, so a fault in them is a defect of the build and stops the program.
var texts = sync.OnceValue(func() map[Code]map[string]string {
	all, err := load(files)
	if err != nil {
		panic("lang: " + err.Error())
	}
	return all
})

// load merges the files of each language and refuses a key defined twice.
func load(fsys fs.FS) (map[Code]map[string]string, error) {
	all := map[Code]map[string]string{VI: {}, EN: {}}
	names, err := fs.Glob(fsys, "*.json")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		code := VI
		switch {
		case strings.HasSuffix(name, ".vi.json"):
		case strings.HasSuffix(name, ".en.json"):
			code = EN
		default:
			return nil, fmt.Errorf("%s: want <slice>.vi.json or <slice>.en.json", name)
		}
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, err
		}
		keys, err := readFlat(data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		for _, kv := range keys {
			if _, twice := all[code][kv[0]]; twice {
				return nil, fmt.Errorf("%s: key %q is defined twice", name, kv[0])
			}
			all[code][kv[0]] = kv[1]
		}
	}
	return all, nil
}

// readFlat reads one object of strings in order. encoding/json's map would hide a
// key written twice.
func readFlat(data []byte) ([][2]string, error) {
	dec := json.NewDecoder(strings.NewReader(string(data)))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return nil, fmt.Errorf("want an object of texts: %w", err)
	}
	var out [][2]string
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return nil, err
		}
		value, err := dec.Token()
		if err != nil {
			return nil, err
		}
		text, ok := value.(string)
		if !ok {
			return nil, fmt.Errorf("key %q: want a text", key)
		}
		out = append(out, [2]string{key.(string), text})
	}
	if _, err := dec.Token(); err != nil {
		return nil, err
	}
	return out, nil
}
