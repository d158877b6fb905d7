package pack

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/procedure"
)

// Change is one difference between two packs.
type Change struct {
	Kind  string `json:"kind"` // procedure, form, process, agency, post …
	ID    string `json:"id"`
	What  string `json:"what"`            // added | removed | changed
	Field string `json:"field,omitempty"` // channels[0].limits[0].limit
	Old   string `json:"old,omitempty"`
	New   string `json:"new,omitempty"`
}

// String says the change in words.
func (c Change) String() string {
	if c.What != "changed" {
		return fmt.Sprintf("%s %s: %s", c.Kind, c.ID, c.What)
	}
	show := func(s string) string {
		if s == "" {
			return "nothing"
		}
		if r := []rune(s); len(r) > 120 {
			s = string(r[:120]) + "…"
		}
		return s
	}
	return fmt.Sprintf("%s %s: %s was %s, is %s", c.Kind, c.ID, c.Field, show(c.Old), show(c.New))
}

// Diff says what changed from one pack to another, thing by thing and field by field. Lists are compared
// by id, code or path where their elements have one, so that a new order alone is no change.
func Diff(before, after *Pack) []Change {
	a, b := before.things(), after.things()
	keys := map[[2]string]bool{}
	for k := range a {
		keys[k] = true
	}
	for k := range b {
		keys[k] = true
	}
	var out []Change
	for _, k := range slices.SortedFunc(maps.Keys(keys), func(x, y [2]string) int { return strings.Compare(x[0]+"\x00"+x[1], y[0]+"\x00"+y[1]) }) {
		old, was := a[k]
		now, is := b[k]
		switch {
		case !was:
			out = append(out, Change{Kind: k[0], ID: k[1], What: "added"})
		case !is:
			out = append(out, Change{Kind: k[0], ID: k[1], What: "removed"})
		default:
			for _, field := range slices.Sorted(maps.Keys(union(old, now))) {
				if old[field] != now[field] {
					out = append(out, Change{Kind: k[0], ID: k[1], What: "changed", Field: field, Old: old[field], New: now[field]})
				}
			}
		}
	}
	return out
}

func union(a, b map[string]string) map[string]bool {
	u := map[string]bool{}
	for k := range a {
		u[k] = true
	}
	for k := range b {
		u[k] = true
	}
	return u
}

// things flattens a pack: kind and id → field → text.
func (p *Pack) things() map[[2]string]map[string]string {
	out := map[[2]string]map[string]string{}
	put := func(kind, id string, v any) { out[[2]string{kind, id}] = flatten(v) }
	put("pack", p.ID, map[string]any{"title": p.Title, "version": p.Version, "province": p.Home, "general": p.General})
	for _, a := range p.Agencies {
		put("agency", dated(string(a.ID), a.From), a)
	}
	for _, x := range p.Posts {
		put("post", dated(x.ID, x.From), x)
	}
	for _, x := range p.People {
		put("person", x.ID, x)
	}
	for _, x := range p.Hours {
		put("hours", dated(seasonal(x), x.From), x)
	}
	put("rights", "rights", p.Rights)
	put("routing", "routing", p.Routing)
	put("synonyms", "synonyms", p.Synonyms)
	for _, v := range p.Procedures {
		c := *v
		c.Digest, c.Number, c.Source = "", 0, ""
		put("procedure", v.Code, c)
	}
	for _, f := range p.Forms {
		put("form", f.ID, f)
	}
	for _, w := range p.Processes {
		c := *w
		c.Digest = ""
		put("process", w.ID, c)
	}
	for path, text := range p.Templates {
		put("template", path, text)
	}
	return out
}

func dated(id, from string) string {
	if from == "" {
		return id
	}
	return id + " from " + from
}

// seasonal keeps the hours of a season apart from those they change.
func seasonal(h agency.Hours) string {
	if h.Season == nil {
		return h.ID
	}
	return h.ID + " " + h.Season.From + "/" + h.Season.To
}

func flatten(v any) map[string]string {
	raw, err := json.Marshal(v)
	if err != nil {
		panic("pack: a configured value cannot be written as JSON: " + err.Error())
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var tree any
	if err := dec.Decode(&tree); err != nil {
		panic("pack: JSON just written cannot be read: " + err.Error())
	}
	out := map[string]string{}
	spread("", tree, out)
	return out
}

func spread(at string, v any, out map[string]string) {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			next := k
			if at != "" {
				next = at + "." + k
			}
			spread(next, x, out)
		}
	case []any:
		for i, x := range v {
			spread(fmt.Sprintf("%s[%s]", at, name(i, x)), x, out)
		}
	case nil:
	case string:
		if v != "" {
			out[at] = v
		}
	case bool:
		if v {
			out[at] = "yes"
		}
	default:
		if s := fmt.Sprint(v); s != "0" {
			out[at] = s
		}
	}
}

func name(i int, x any) string {
	if m, ok := x.(map[string]any); ok {
		for _, key := range []string{"id", "code", "path", "kind"} {
			if s, ok := m[key].(string); ok && s != "" {
				return s
			}
		}
	}
	return strconv.Itoa(i)
}

// Digest is the sha-256 of everything the pack says, hex. Order of files does not matter.
func (p *Pack) Digest() string {
	type entry struct {
		Kind, ID string
		Fields   map[string]string
	}
	var all []entry
	for k, fields := range p.things() {
		all = append(all, entry{k[0], k[1], fields})
	}
	slices.SortFunc(all, func(a, b entry) int { return strings.Compare(a.Kind+"\x00"+a.ID, b.Kind+"\x00"+b.ID) })
	return procedure.SumOf(all)
}
