package studio

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/deadline"
	"github.com/motcua/motcua/internal/pack"
	"github.com/motcua/motcua/internal/viet"
)

// Difference is what a set changes in one document.
type Difference struct {
	Key   Key
	Title string
	What  What
	Lines []Words
}

// What became of a document.
type What string

// What may become of a document.
const (
	Added   What = "added"
	Removed What = "removed"
	Changed What = "changed"
)

// Words is one change, said in words: "Bước “Thẩm định”: thời hạn 2 ngày làm việc → 3 ngày làm việc".
type Words struct {
	Place string // Bước “Thẩm định”; empty: the document itself
	Text  string // thời hạn 2 ngày làm việc → 3 ngày làm việc
	Path  string // steps[tham-dinh].limit, or the line number of a text
	Old   string
	New   string
	Mark  byte // of a line of text: '+', '-'; 0: said in words
}

// String joins place and text.
func (w Words) String() string {
	if w.Place == "" {
		return capital(w.Text)
	}
	return w.Place + ": " + w.Text
}

// Diff says what a set changes, document by document, in the language ("vi", "en").
func (s *Service) Diff(ctx context.Context, by access.Actor, set, lang string) ([]Difference, error) {
	x, err := s.Set(ctx, by, set)
	if err != nil {
		return nil, err
	}
	texts, err := s.texts(ctx, x.Items)
	if err != nil {
		return nil, err
	}
	out := make([]Difference, 0, len(x.Items))
	for _, i := range x.Items {
		d := DiffTexts(i.Key, texts[i.Former], texts[i.Text], lang)
		if i.Former == "" {
			d.What = Added
		}
		if i.Gone {
			d.What = Removed
		}
		out = append(out, d)
	}
	return out, nil
}

// DiffTexts says what changed from one text of a document to another; either may be empty. What cannot be read as a
// definition is compared line by line.
func DiffTexts(k Key, old, now, lang string) Difference {
	d := Difference{Key: k, What: Changed}
	a, titleA, okA := tree(k, old)
	b, titleB, okB := tree(k, now)
	d.Title = cmp.Or(titleB, titleA, k.ID)
	switch {
	case old == "" && now != "":
		d.What = Added
	case old != "" && now == "":
		d.What = Removed
	}
	if old == "" || now == "" {
		return d
	}
	if !okA || !okB {
		d.Lines = lines(old, now)
		return d
	}
	t := teller{kind: k.Kind, en: lang == "en"}
	root := ""
	if !k.Kind.Whole() {
		root = string(k.Kind)
	}
	t.walk(root, nil, "", a, b)
	d.Lines = t.out
	return d
}

// DiffPacks says where two packs differ, document by document in the order of kinds. How they are called is no difference.
func DiffPacks(a, b *pack.Pack, lang string) []Difference {
	keys := keysOf(a)
	for _, k := range keysOf(b) {
		if !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
	}
	slices.SortStableFunc(keys, func(x, y Key) int {
		return cmp.Or(cmp.Compare(slices.Index(Kinds, x.Kind), slices.Index(Kinds, y.Kind)), strings.Compare(x.ID, y.ID))
	})
	var out []Difference
	for _, k := range keys {
		old, was, _ := textOf(a, k)
		now, is, _ := textOf(b, k)
		if was != is {
			out = append(out, DiffTexts(k, old, now, lang))
		}
	}
	return out
}

// tree reads a document as JSON; ok is false when it has no tree to compare.
func tree(k Key, text string) (v any, title string, ok bool) {
	if text == "" || k.Kind == Template || k.Kind == Synonyms {
		return nil, "", false
	}
	p, found := Parse(k, text)
	if len(found) > 0 {
		return nil, "", false
	}
	var value any
	switch {
	case k.Kind == Process && len(p.Processes) == 1:
		w := *p.Processes[0]
		w.Digest = ""
		value, title = w, w.Title
	case k.Kind == Form && len(p.Forms) == 1:
		value, title = p.Forms[0], p.Forms[0].Title
	case k.Kind == Procedure && len(p.Procedures) == 1:
		c := *p.Procedures[0]
		c.Digest, c.Source, c.Number = "", "", 0
		value, title = c, c.Name
	case k.Kind == Agencies:
		value = map[string]any{"agencies": p.Agencies}
	case k.Kind == Posts:
		value = map[string]any{"posts": p.Posts}
	case k.Kind == Hours:
		value = map[string]any{"hours": p.Hours}
	case k.Kind == Rights:
		value = map[string]any{"rights": p.Rights}
	case k.Kind == Routing:
		value = map[string]any{"routing": p.Routing}
	case k.Kind == Province:
		value = map[string]any{"province": p.Home, "general": p.General}
	default:
		return nil, "", false
	}
	raw, err := json.Marshal(value)
	if err != nil {
		return nil, "", false
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	if dec.Decode(&v) != nil {
		return nil, "", false
	}
	return v, title, true
}

// teller walks two trees and says where they part.
type teller struct {
	kind Kind
	en   bool
	out  []Words
}

func (t *teller) say(vi, en string) string {
	if t.en {
		return en
	}
	return vi
}

func (t *teller) quote(s string) string { return "“" + s + "”" }

func (t *teller) add(place []string, path, text, old, now string) {
	t.out = append(t.out, Words{Place: capital(strings.Join(place, ", ")), Text: text, Path: path, Old: old, New: now})
}

// walk compares what stands at a pattern ("steps.[].limit"), in a place said in words, at a path.
func (t *teller) walk(pattern string, place []string, path string, old, now any) {
	if empty(old) && empty(now) {
		return
	}
	if pattern == "form.schema" {
		t.schema(old, now)
		return
	}
	a, isA := old.(map[string]any)
	b, isB := now.(map[string]any)
	if (isA || old == nil) && (isB || now == nil) && (isA || isB) {
		for _, key := range t.keys(pattern, a, b) {
			t.walk(below(pattern, key), place, below(path, key), a[key], b[key])
		}
		return
	}
	la, isA := old.([]any)
	lb, isB := now.([]any)
	if (isA || old == nil) && (isB || now == nil) && (isA || isB) {
		t.list(pattern, place, path, la, lb)
		return
	}
	if fmt.Sprint(old) == fmt.Sprint(now) {
		return
	}
	t.scalar(pattern, place, path, old, now)
}

// keys lists the fields of two objects in the order in which they are told.
func (t *teller) keys(pattern string, a, b map[string]any) []string {
	all := maps.Clone(a)
	if all == nil {
		all = map[string]any{}
	}
	maps.Copy(all, b)
	keys := slices.Sorted(maps.Keys(all))
	slices.SortStableFunc(keys, func(x, y string) int {
		return t.rank(below(pattern, x)) - t.rank(below(pattern, y))
	})
	return keys
}

func (t *teller) rank(pattern string) int {
	if l, ok := labels[pattern]; ok {
		return l.rank
	}
	return len(labels) + 1
}

func (t *teller) scalar(pattern string, place []string, path string, old, now any) {
	l := t.label(pattern)
	was, is := t.value(pattern, old), t.value(pattern, now)
	switch {
	case l.yes != "" && isBool(old, now):
		if now == true {
			t.add(place, path, t.say(l.yes, l.yesEn), "", "")
		} else {
			t.add(place, path, t.say(l.no, l.noEn), "", "")
		}
	case l.as == asMoney && old != nil && now != nil: // nothing to pay is a sum too
		t.add(place, path, t.say(l.vi, l.en)+" "+was+" → "+is, was, is)
	case empty(old):
		t.add(place, path, t.say("thêm ", "added ")+t.say(l.vi, l.en)+" "+is, "", is)
	case empty(now):
		t.add(place, path, t.say("bỏ ", "removed ")+t.say(l.vi, l.en)+" "+was, was, "")
	default:
		t.add(place, path, t.say(l.vi, l.en)+" "+was+" → "+is, was, is)
	}
}

func isBool(values ...any) bool {
	for _, v := range values {
		if _, ok := v.(bool); !ok && v != nil {
			return false
		}
	}
	return true
}

func empty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case bool:
		return !v
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	case json.Number:
		return v == "0"
	}
	return false
}

func (t *teller) list(pattern string, place []string, path string, a, b []any) {
	l := t.label(pattern)
	if scalars(a) && scalars(b) {
		was, is := map[string]bool{}, map[string]bool{}
		for _, x := range a {
			was[fmt.Sprint(x)] = true
		}
		for _, x := range b {
			is[fmt.Sprint(x)] = true
			if !was[fmt.Sprint(x)] {
				v := t.value(pattern, x)
				t.add(place, path, t.say("thêm ", "added ")+t.say(l.vi, l.en)+" "+v, "", v)
			}
		}
		for _, x := range a {
			if !is[fmt.Sprint(x)] {
				v := t.value(pattern, x)
				t.add(place, path, t.say("bỏ ", "removed ")+t.say(l.vi, l.en)+" "+v, v, "")
			}
		}
		if fmt.Sprint(a) != fmt.Sprint(b) && maps.Equal(was, is) {
			t.add(place, path, t.say("đổi thứ tự ", "changed the order of ")+t.say(l.vi, l.en), "", "")
		}
		return
	}
	ka, kb := names(l.by, a), names(l.by, b)
	for i, k := range kb {
		here := append(slices.Clone(place), t.say(l.vi, l.en)+" "+t.quote(t.called(l, b[i], k)))
		at := path + "[" + k + "]"
		j := slices.Index(ka, k)
		if j < 0 {
			t.add(place, at, t.say("thêm ", "added ")+t.say(l.vi, l.en)+" "+t.quote(t.called(l, b[i], k)), "", k)
			continue
		}
		if was := t.called(l, a[j], k); was != t.called(l, b[i], k) {
			here = append(slices.Clone(place), t.say(l.vi, l.en)+" "+t.quote(was))
		}
		t.walk(pattern+".[]", here, at, a[j], b[i])
	}
	for j, k := range ka {
		if !slices.Contains(kb, k) {
			t.add(place, path+"["+k+"]", t.say("bỏ ", "removed ")+t.say(l.vi, l.en)+" "+t.quote(t.called(l, a[j], k)), k, "")
		}
	}
	common := func(keys, other []string) []string {
		return slices.DeleteFunc(slices.Clone(keys), func(k string) bool { return !slices.Contains(other, k) })
	}
	if len(l.by) > 0 && !slices.Equal(common(ka, kb), common(kb, ka)) {
		t.add(place, path, t.say("đổi thứ tự các ", "changed the order of: ")+t.say(l.vi, l.en), "", "")
	}
}

func scalars(list []any) bool {
	return !slices.ContainsFunc(list, func(x any) bool {
		switch x.(type) {
		case map[string]any, []any:
			return true
		}
		return false
	})
}

// names gives each element of a list a name of its own: by what identifies it, else by its place.
func names(by []string, list []any) []string {
	out := make([]string, len(list))
	seen := map[string]int{}
	for i, x := range list {
		var parts []string
		if m, ok := x.(map[string]any); ok {
			for _, key := range by {
				if s := fmt.Sprint(m[key]); m[key] != nil && s != "" {
					parts = append(parts, s)
				}
			}
		}
		name := strings.Join(parts, " ")
		if len(by) == 0 {
			name = strconv.Itoa(i + 1)
		}
		seen[name]++
		if n := seen[name]; n > 1 {
			name += "#" + strconv.Itoa(n)
		}
		out[i] = name
	}
	return out
}

// called is what people call an element: its title, else what identifies it.
func (t *teller) called(l label, x any, key string) string {
	if m, ok := x.(map[string]any); ok {
		for _, f := range l.title {
			if s, ok := m[f].(string); ok && s != "" {
				if w, ok := wordsOf[s]; ok && l.as == asWord {
					s = t.say(w[0], w[1])
				}
				return t.short(s)
			}
		}
	}
	return cmp.Or(key, "…")
}

func (t *teller) short(s string) string {
	if r := []rune(s); len(r) > 80 {
		return string(r[:80]) + "…"
	}
	return s
}

// value says a value as people write it.
func (t *teller) value(pattern string, v any) string {
	l := t.label(pattern)
	lang := t.say("vi", "en")
	switch x := v.(type) {
	case nil:
		return t.say("(không có)", "(nothing)")
	case bool:
		if x {
			return t.say("có", "yes")
		}
		return t.say("không", "no")
	case json.Number:
		if n, err := x.Int64(); err == nil && l.as == asMoney {
			if t.en {
				return viet.MoneyEnglish(n)
			}
			return viet.Money(n)
		}
		return x.String()
	case string:
		switch l.as {
		case asLimit:
			if lim, err := deadline.ParseLimit(x); err == nil {
				return lim.Text(lang)
			}
		case asWord:
			if w, ok := wordsOf[x]; ok {
				return t.say(w[0], w[1])
			}
		case asDay:
			if len(x) == 10 {
				return x[8:] + "/" + x[5:7] + "/" + x[:4]
			}
		}
		return t.quote(t.short(x))
	}
	return fmt.Sprint(v)
}

func below(at, key string) string {
	if at == "" {
		return key
	}
	return at + "." + key
}

// schema compares what answers of a form may be, property by property.
func (t *teller) schema(old, now any) {
	a, b := map[string]map[string]any{}, map[string]map[string]any{}
	spread("", old, a)
	spread("", now, b)
	all := map[string]bool{}
	for k := range a {
		all[k] = true
	}
	for k := range b {
		all[k] = true
	}
	for _, k := range slices.Sorted(maps.Keys(all)) {
		place := []string{t.say("dữ liệu ", "data ") + t.quote(k)}
		if k == "" {
			place = nil
		}
		was, is := a[k], b[k]
		switch {
		case was == nil:
			t.add(nil, "schema."+k, t.say("thêm dữ liệu ", "added data ")+t.quote(k), "", k)
		case is == nil:
			t.add(nil, "schema."+k, t.say("bỏ dữ liệu ", "removed data ")+t.quote(k), k, "")
		default:
			for _, key := range t.keys("form.schema.[]", was, is) {
				t.walk("form.schema.[]."+key, place, "schema."+k+"."+key, was[key], is[key])
			}
		}
	}
}

// spread lays a schema out flat: property path → its keywords. Required properties say so themselves.
func spread(at string, v any, out map[string]map[string]any) {
	m, ok := v.(map[string]any)
	if !ok {
		return
	}
	own := out[at]
	if own == nil {
		own = map[string]any{}
		out[at] = own
	}
	for key, x := range m {
		switch key {
		case "properties", "$defs":
			if props, ok := x.(map[string]any); ok {
				for name, p := range props {
					if key == "$defs" {
						name = "#" + name
					}
					spread(below(at, name), p, out)
				}
				continue
			}
		case "items":
			if _, ok := x.(map[string]any); ok {
				spread(at+"[]", x, out)
				continue
			}
		case "required":
			if list, ok := x.([]any); ok {
				for _, name := range list {
					p := below(at, fmt.Sprint(name))
					if out[p] == nil {
						out[p] = map[string]any{}
					}
					out[p]["required"] = true
				}
				continue
			}
		}
		own[key] = x
	}
}

// lines compares two texts line by line, keeping what is common in the longest way.
func lines(old, now string) []Words {
	a, b := strings.Split(strings.TrimSuffix(old, "\n"), "\n"), strings.Split(strings.TrimSuffix(now, "\n"), "\n")
	var head int
	for head < len(a) && head < len(b) && a[head] == b[head] {
		head++
	}
	var tail int
	for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	ma, mb := a[head:len(a)-tail], b[head:len(b)-tail]
	var out []Words
	put := func(mark byte, n int, text string) {
		w := Words{Mark: mark, Path: strconv.Itoa(n), Text: text}
		if mark == '-' {
			w.Old = text
		} else {
			w.New = text
		}
		out = append(out, w)
	}
	if len(ma)*len(mb) > 4_000_000 { // two long texts with nothing in common: all of one, then all of the other
		for i, l := range ma {
			put('-', head+i+1, l)
		}
		for j, l := range mb {
			put('+', head+j+1, l)
		}
		return out
	}
	// best[i][j] is the length of the longest common part of ma[i:] and mb[j:].
	best := make([][]int32, len(ma)+1)
	for i := range best {
		best[i] = make([]int32, len(mb)+1)
	}
	for i := len(ma) - 1; i >= 0; i-- {
		for j := len(mb) - 1; j >= 0; j-- {
			if ma[i] == mb[j] {
				best[i][j] = best[i+1][j+1] + 1
			} else {
				best[i][j] = max(best[i+1][j], best[i][j+1])
			}
		}
	}
	i, j := 0, 0
	for i < len(ma) || j < len(mb) {
		switch {
		case i < len(ma) && j < len(mb) && ma[i] == mb[j]:
			i, j = i+1, j+1
		case j == len(mb) || i < len(ma) && best[i+1][j] >= best[i][j+1]:
			put('-', head+i+1, ma[i])
			i++
		default:
			put('+', head+j+1, mb[j])
			j++
		}
	}
	return out
}
