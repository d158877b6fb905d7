package remodel

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"

	"github.com/motcua/motcua/internal/workflow"
)

// Merge brings two changes of one process together: what only one of them changed is taken from it, step by step and
// act by act. clashes are the places that both changed differently; there mine stands.
func Merge(base, mine, theirs *workflow.Process) (*workflow.Process, []string, error) {
	var trees [3]any
	for i, p := range []*workflow.Process{base, mine, theirs} {
		raw, err := json.Marshal(p)
		if err != nil {
			return nil, nil, fmt.Errorf("remodel: merge: %w", err)
		}
		if err := json.Unmarshal(raw, &trees[i]); err != nil {
			return nil, nil, fmt.Errorf("remodel: merge: %w", err)
		}
	}
	m := merger{}
	raw, err := json.Marshal(m.value("", trees[0], trees[1], trees[2]))
	if err != nil {
		return nil, nil, fmt.Errorf("remodel: merge: %w", err)
	}
	out := &workflow.Process{}
	if err := json.Unmarshal(raw, out); err != nil {
		return nil, nil, fmt.Errorf("remodel: merge: %w", err)
	}
	out.Digest = ""
	return out, m.clashes, nil
}

type merger struct{ clashes []string }

func (m *merger) value(path string, base, mine, theirs any) any {
	switch {
	case reflect.DeepEqual(mine, theirs), reflect.DeepEqual(theirs, base):
		return mine
	case reflect.DeepEqual(mine, base):
		return theirs
	}
	a, isA := mine.(map[string]any)
	b, isB := theirs.(map[string]any)
	if isA && isB {
		o, _ := base.(map[string]any)
		return m.object(path, o, a, b)
	}
	la, okA := named(mine)
	lb, okB := named(theirs)
	if lo, okO := named(base); okA && okB && okO {
		return m.list(path, lo, la, lb)
	}
	m.clashes = append(m.clashes, path)
	return mine
}

func (m *merger) object(path string, base, mine, theirs map[string]any) map[string]any {
	out := map[string]any{}
	for _, side := range []map[string]any{mine, theirs} {
		for k := range side {
			if _, done := out[k]; done {
				continue
			}
			if v := m.value(path+"."+k, base[k], mine[k], theirs[k]); v != nil {
				out[k] = v
			}
		}
	}
	return out
}

// element is one of a list whose elements have ids.
type element struct {
	id    string
	value any
}

func named(v any) ([]element, bool) {
	if v == nil {
		return nil, true
	}
	list, ok := v.([]any)
	if !ok {
		return nil, false
	}
	out := make([]element, 0, len(list))
	for _, x := range list {
		o, ok := x.(map[string]any)
		if !ok {
			return nil, false
		}
		id, ok := o["id"].(string)
		if !ok || slices.ContainsFunc(out, func(e element) bool { return e.id == id }) {
			return nil, false
		}
		out = append(out, element{id, x})
	}
	return out, true
}

func in(list []element, id string) any {
	for _, e := range list {
		if e.id == id {
			return e.value
		}
	}
	return nil
}

// list keeps mine in its order and puts what only they have behind what stands before it with them.
func (m *merger) list(path string, base, mine, theirs []element) []any {
	var out []element
	take := func(at int, id string) {
		o, a, b := in(base, id), in(mine, id), in(theirs, id)
		if (a == nil || b == nil) && o != nil {
			kept := a
			if kept == nil {
				kept = b
			}
			if reflect.DeepEqual(kept, o) {
				return // one took it away, the other left it as it was
			}
			m.clashes = append(m.clashes, path+"["+id+"]")
			if a == nil {
				return
			}
		}
		out = slices.Insert(out, at, element{id, m.value(path+"["+id+"]", o, orElse(a, b), orElse(b, a))})
	}
	for _, e := range mine {
		take(len(out), e.id)
	}
	at := 0
	for _, e := range theirs {
		if i := slices.IndexFunc(out, func(x element) bool { return x.id == e.id }); i >= 0 {
			at = i + 1
			continue
		}
		if in(mine, e.id) == nil {
			n := len(out)
			take(min(at, n), e.id)
			at += len(out) - n
		}
	}
	list := make([]any, len(out))
	for i, e := range out {
		list[i] = e.value
	}
	return list
}

func orElse(a, b any) any {
	if a == nil {
		return b
	}
	return a
}
