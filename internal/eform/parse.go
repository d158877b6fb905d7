package eform

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/motcua/motcua/internal/fault"
)

// Names of the inputs that are not answers. A page that posts a section sends AskingKey,
// and AskedKey for each field with a condition that it showed; that is how Parse knows
// that a field has just appeared and must be shown before it can be missed.
const (
	AskingKey = "_asking" // id of the section, or "*" for the whole form
	AskedKey  = "_asked"  // path of a field with a condition that was shown
	ItemKey   = "_item"   // path of an item of a repeated group that was shown: "children[0]"
	AddKey    = "_add"    // button: add an item to this group
	RemoveKey = "_remove" // button: take this item out: "children[1]"
	UpdateKey = "_update" // button: show the page again with what was typed
)

// Posted is what a page sent.
type Posted struct {
	Answers Answers // of the whole form: those held before, with this page's in their place
	Typed   Typed   // the page's inputs as typed, for showing it again
	// Again says that the page must be shown again without complaint: an item was added
	// or taken out, a list asked for, or a field appeared that the person has not seen.
	Again bool
	Focus string // path of what to go to then; empty for the top
}

// ErrTooManyInputs refuses a post no form of ours can have sent.
var ErrTooManyInputs = fault.New(fault.TooLarge, "eform.too-many-inputs")

// Parse reads what a page posted for one section, or for the whole form when sectionID is
// empty, over the answers held before. Inputs that the form does not know are ignored;
// what is hidden is dropped; what cannot be read is kept as text for Validate to refuse.
func (c *Compiled) Parse(sectionID string, posted url.Values, before Answers) (Posted, error) {
	if len(posted) > MaxInputs {
		return Posted{}, ErrTooManyInputs
	}
	r := &reader{posted: posted, typed: Typed{}}
	all, _ := clone(map[string]any(before)).(map[string]any)
	if all == nil {
		all = map[string]any{}
	}
	for _, s := range c.sections {
		if sectionID != "" && s.def.ID != sectionID {
			continue
		}
		for _, q := range s.questions {
			assign(all, q.keys, r.read(q, q.path, q.path))
		}
	}
	kept, see := c.clean(all)
	out := Posted{Answers: kept, Typed: r.typed, Again: r.again, Focus: r.focus}
	switch {
	case posted.Has(UpdateKey):
		out.Again = true
		out.Focus = posted.Get(UpdateKey)
		if c.by[strings.SplitN(out.Focus, "[", 2)[0]] == nil {
			out.Focus = ""
		}
	case !out.Again && posted.Get(AskingKey) != "":
		if path := c.unseen(sectionID, posted, kept, see); path != "" {
			out.Again, out.Focus = true, path
		}
	}
	if !out.Again {
		c.dropBlank(sectionID, out.Answers, out.Typed)
	}
	return out, nil
}

// unseen returns the first field that is asked now but was not on the page.
func (c *Compiled) unseen(sectionID string, posted url.Values, kept Answers, see shown) string {
	asked := map[string]bool{}
	for _, path := range posted[AskedKey] {
		asked[path] = true
	}
	fresh := func(q *question, path string) bool {
		if q.when == nil || !see[path] || asked[path] {
			return false
		}
		for _, part := range []string{"", ".province", ".commune", ".detail"} {
			if strings.TrimSpace(strings.Join(posted[path+part], "")) != "" {
				return false // answered, so it was seen: a page's hidden fields are sent too, but blank
			}
		}
		return true
	}
	for _, s := range c.sections {
		if sectionID != "" && s.def.ID != sectionID {
			continue
		}
		for _, q := range s.questions {
			if fresh(q, q.path) {
				return q.path
			}
			list, _ := lookup(kept, q.keys).([]any)
			for i := range list {
				for _, in := range q.inner {
					if path := itemPath(q.path, i) + "." + in.field.Path; fresh(in, path) {
						return path
					}
				}
			}
		}
	}
	return ""
}

// dropBlank takes out items in which nothing was answered, as long as enough stay: an item
// added by mistake is no fault of the person's.
func (c *Compiled) dropBlank(sectionID string, kept Answers, typed Typed) {
	for _, q := range c.questions {
		if q.widget != Group || sectionID != "" && q.section.def.ID != sectionID {
			continue
		}
		list, _ := lookup(kept, q.keys).([]any)
		least, _ := q.bounds()
		for i := len(list) - 1; i >= 0 && len(list) > least; i-- {
			if m, _ := list[i].(map[string]any); len(m) == 0 {
				list = slices.Delete(list, i, i+1)
				typed.drop(q.path, i)
			}
		}
		if len(list) == 0 {
			assign(kept, q.keys, nil)
			continue
		}
		assign(kept, q.keys, list)
	}
}

// drop takes item i of a group out of the typed values and moves the later ones up.
func (t Typed) drop(group string, i int) {
	moved := Typed{}
	for path, v := range t {
		rest, ok := strings.CutPrefix(path, group+"[")
		if !ok {
			continue
		}
		at, tail, ok := strings.Cut(rest, "]")
		n, err := strconv.Atoi(at)
		if !ok || err != nil || n < i {
			continue
		}
		delete(t, path)
		if n > i {
			moved[itemPath(group, n-1)+tail] = v
		}
	}
	for path, v := range moved {
		t[path] = v
	}
}

type reader struct {
	posted url.Values
	typed  Typed
	again  bool
	focus  string
}

// read takes the value of a question from the inputs named from, and keeps what was typed
// under the path at (they differ when items were taken out).
func (r *reader) read(q *question, from, at string) any {
	switch q.widget {
	case Group:
		return r.items(q)
	case Place:
		m := map[string]any{}
		for _, part := range q.parts() {
			if s := r.line(from+"."+part, at+"."+part); s != "" {
				m[part] = s
			}
		}
		if len(m) == 0 {
			return nil
		}
		return m
	case Checks:
		sent := r.posted[from]
		sent = sent[:min(len(sent), mostItems+1)]
		var list []any
		for _, s := range sent {
			s = cut(s)
			r.typed[at] = append(r.typed[at], s)
			list = append(list, s)
		}
		if list == nil {
			return nil
		}
		return list
	}
	s := r.line(from, at)
	if s == "" {
		return nil
	}
	return q.value(s)
}

func (r *reader) line(from, at string) string {
	if !r.posted.Has(from) {
		return ""
	}
	s := cut(r.posted.Get(from))
	r.typed[at] = []string{s}
	return s
}

// cut keeps one value to a size that no answer reaches; what is cut is refused as too long.
func cut(s string) string {
	if len(s) <= maxTypedBytes {
		return s
	}
	return strings.ToValidUTF8(s[:maxTypedBytes], "")
}

// value turns typed text into the value that is kept, or keeps it as text when it cannot be read.
func (q *question) value(s string) any {
	read := func(v string, ok bool) any {
		if ok {
			return v
		}
		return s
	}
	switch q.widget {
	case Date:
		if q.format() == "vn-birth" {
			return read(ReadBirth(s))
		}
		return read(ReadDate(s))
	case PersonalNumber:
		return read(ReadPersonalNumber(s))
	case TaxCode:
		return read(ReadTaxCode(s))
	case Phone:
		return read(ReadPhone(s))
	case Number:
		if n, ok := ReadNumber(s); ok {
			return n
		}
	case Money:
		if n, ok := ReadMoney(s); ok {
			return n
		}
	case YesNo:
		switch s {
		case "yes":
			return true
		case "no":
			return false
		}
	}
	return s
}

// items reads a repeated group. The items are those whose inputs or marks were sent, in
// the order of their numbers, whatever the numbers are.
func (r *reader) items(q *question) any {
	_, most := q.bounds()
	sent := map[int]bool{}
	note := func(path string) {
		rest, ok := strings.CutPrefix(path, q.path+"[")
		if !ok {
			return
		}
		at, _, ok := strings.Cut(rest, "]")
		if n, err := strconv.Atoi(at); ok && err == nil && len(at) <= 4 && n >= 0 && strconv.Itoa(n) == at {
			sent[n] = true
		}
	}
	for key := range r.posted {
		note(key)
	}
	for _, path := range r.posted[ItemKey] {
		note(path)
	}
	order := make([]int, 0, len(sent))
	for n := range sent {
		order = append(order, n)
	}
	slices.Sort(order)
	order = order[:min(len(order), most+1)]
	if gone, ok := strings.CutPrefix(r.posted.Get(RemoveKey), q.path+"["); ok {
		n, err := strconv.Atoi(strings.TrimSuffix(gone, "]"))
		if i := slices.Index(order, n); err == nil && i >= 0 {
			order = slices.Delete(order, i, i+1)
			r.again, r.focus = true, q.path
		}
	}
	list := make([]any, 0, len(order)+1)
	for i, n := range order {
		item := map[string]any{}
		for _, in := range q.inner {
			v := r.read(in, itemPath(q.path, n)+"."+in.field.Path, itemPath(q.path, i)+"."+in.field.Path)
			if v != nil {
				assign(item, in.keys, v)
			}
		}
		list = append(list, item)
	}
	if r.posted.Get(AddKey) == q.path {
		r.again, r.focus = true, q.path
		least, _ := q.bounds()
		for len(list) < least {
			list = append(list, map[string]any{}) // the page already showed these, blank
		}
		if len(list) < most {
			r.focus = itemPath(q.path, len(list)) + "." + q.inner[0].field.Path
			list = append(list, map[string]any{})
		}
	}
	if len(list) == 0 {
		return nil
	}
	return list
}

// Shown returns the answers as inputs hold them: dates as 5/9/2024, amounts with dots.
// It is what a page shows when a draft is opened again.
func (c *Compiled) Shown(a Answers) Typed {
	kept, _ := c.clean(a)
	t := Typed{}
	for _, q := range c.questions {
		if q.group == nil {
			q.show(t, q.path, lookup(kept, q.keys))
		}
	}
	return t
}

func (q *question) show(t Typed, path string, v any) {
	if v == nil {
		return
	}
	switch q.widget {
	case Group:
		list, _ := v.([]any)
		for i, x := range list {
			item, _ := x.(map[string]any)
			for _, in := range q.inner {
				in.show(t, itemPath(path, i)+"."+in.field.Path, lookup(item, in.keys))
			}
		}
	case Place:
		m, _ := v.(map[string]any)
		for part, x := range m {
			t[path+"."+part] = []string{text(x)}
		}
	case Checks:
		list, _ := v.([]any)
		for _, x := range list {
			t[path] = append(t[path], text(x))
		}
	default:
		t[path] = []string{q.notation(v)}
	}
}

// notation writes a single value as people here write it.
func (q *question) notation(v any) string {
	s := text(v)
	switch q.widget {
	case Date:
		return ShowDate(s)
	case Phone:
		return ShowPhone(s)
	case TaxCode:
		return ShowTaxCode(s)
	case Number, Money:
		return ShowNumber(s)
	}
	return s
}
