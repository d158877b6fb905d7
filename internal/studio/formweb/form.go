package formweb

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/eform"
	"github.com/motcua/motcua/internal/eform/formedit"
	"github.com/motcua/motcua/internal/pack"
	"github.com/motcua/motcua/internal/rule"
	"github.com/motcua/motcua/internal/studio"
	"github.com/motcua/motcua/internal/viet"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

// What of a form is chosen: a field, a section, or (both empty) its head.
type chosen struct{ section, field string }

const (
	querySection = "phan"
	queryField   = "muc"
)

// Acts of the form editor, values of fieldAct.
const (
	actSave       = "luu"
	actUp         = "len"
	actDown       = "xuong"
	actCopy       = "nhan-ban"
	actRemove     = "xoa"
	actAddField   = "them-muc"
	actAddInside  = "them-muc-con"
	actAddSection = "them-phan"
	actAddBlock   = "them-khoi"
	actCreate     = "tao"
)

// outlineItem is one line of the outline.
type outlineItem struct {
	text, kind, href string
	current          bool
	never            bool // its condition never holds
	depth            int
}

type outlineSection struct {
	outlineItem
	fields []outlineItem
}

type formView struct {
	frame
	desk     *desk
	key      string
	at       chosen
	outline  []outlineSection
	legend   string
	groups   []group
	acts     []component.Act
	problems []string
	kinds    []component.Option
	blocks   []component.Option
	reason   string
	fresh    bool // there is no such form yet
	broken   bool // its text cannot be read
	inside   bool // the chosen field is a group
}

// names are what conditions of the form may speak about; those of one item of the group too.
func names(f *eform.Form, group string) rule.Schema {
	c, err := eform.Compile(*f)
	if err != nil {
		return rule.NewSchema()
	}
	all := c.RuleNames(eform.RuleRoot)
	if group == "" {
		return rule.NewSchema(all...)
	}
	for _, n := range all {
		if n.Type != rule.Groups || n.Path != ruleName(eform.RuleRoot, group) {
			continue
		}
		for _, in := range n.Item {
			in.Keys = append([]string{"muc"}, cmpKeys(in)...)
			in.Path = "muc." + in.Path
			all = append(all, in)
		}
		break
	}
	return rule.NewSchema(all...)
}

func cmpKeys(n rule.Name) []string {
	if n.Keys != nil {
		return n.Keys
	}
	return strings.Split(n.Path, ".")
}

func ruleName(root, path string) string {
	parts := []string{root}
	for k := range strings.SplitSeq(path, ".") {
		parts = append(parts, rule.Identifier(k))
	}
	return strings.Join(parts, ".")
}

// condition says when something is asked, and whether it never is.
func condition(ctx context.Context, f *eform.Form, c *eform.Condition, group string) (says string, never bool) {
	if c == nil {
		return "", false
	}
	if c.Rule != "" {
		x, problems := rule.Compile(c.Rule, names(f, group), rule.YesNo)
		if len(problems) > 0 {
			return problems[0].In(lang.From(ctx)), false
		}
		v := x.Verdict()
		return x.Say(lang.From(ctx)), v.Kind == rule.Never && v.Exact
	}
	label, options, found := c.Path, []eform.Option(nil), false
	if d, err := formedit.Open(*f); err == nil {
		s, ok := formedit.Spec{}, false
		if group != "" {
			s, ok = d.Spec(group + "[]." + c.Path)
		}
		if !ok {
			s, ok = d.Spec(c.Path)
		}
		if found = ok; ok {
			label, options = cmp.Or(s.Field.Short, s.Field.Label), s.Field.Options
		}
	}
	if c.Filled {
		return lang.T(ctx, "formweb.when.filled", "label", label), false
	}
	values := slices.Clone(c.OneOf)
	if c.Equals != "" {
		values = append(values, c.Equals)
	}
	fits := 0
	for i, v := range values {
		word := v
		switch {
		case v == "yes" || v == "no":
			word = lang.T(ctx, "eform."+v)
			fits++
		case len(options) == 0:
			fits++
		}
		for _, o := range options {
			if o.Value == v {
				word = o.Label
				fits++
			}
		}
		values[i] = "“" + word + "”"
	}
	return lang.T(ctx, "formweb.when.is", "label", label, "values", strings.Join(values, ", ")), found && fits == 0
}

func (d *desk) hrefOf(at chosen) string {
	q := url.Values{}
	switch {
	case at.field != "":
		q.Set(queryField, at.field)
	case at.section != "":
		q.Set(querySection, at.section)
	default:
		return d.path("")
	}
	return d.path("?" + q.Encode() + "#dang-chon")
}

// locate says what is chosen; a field brings its section along.
func locate(f *eform.Form, at chosen) chosen {
	d, err := formedit.Open(*f)
	if err != nil {
		return chosen{}
	}
	for _, s := range f.Layout.Sections {
		if at.field == "" && s.ID == at.section {
			return chosen{section: s.ID}
		}
		for _, x := range d.Outline(s.ID) {
			if at.field != "" && x.Path == at.field {
				return chosen{s.ID, x.Path}
			}
		}
	}
	return chosen{}
}

// form shows the editor of a form.
func (e editor) form(w http.ResponseWriter, r *http.Request) error {
	d, err := e.open(r, studio.Form)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	v, err := e.formView(r.Context(), d, chosen{q.Get(querySection), q.Get(queryField)}, typed{})
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, formPage(v))
}

func (e editor) formView(ctx context.Context, d *desk, at chosen, t typed) (formView, error) {
	v := formView{frame: d.frame(ctx, d.title(), ""), desk: d, key: web.NewKey()}
	f := d.form()
	switch {
	case d.doc.Text == "":
		v.fresh = true
		return v, nil
	case f == nil:
		v.broken = true
		for _, p := range d.problems {
			v.problems = append(v.problems, p.Reason)
		}
		return v, nil
	}
	x, err := formedit.Open(*f)
	if err != nil {
		v.broken = true
		return v, nil //nolint:nilerr // the page says that the schema has to be mended as text
	}
	v.at = locate(f, at)
	for _, s := range f.Layout.Sections {
		_, never := condition(ctx, f, s.When, "")
		o := outlineSection{outlineItem: outlineItem{text: s.Title, href: d.hrefOf(chosen{section: s.ID}), current: v.at == chosen{section: s.ID}, never: never}}
		for _, l := range x.Outline(s.ID) {
			spec, _ := x.Spec(l.Path)
			group := ""
			if g, _, inside := strings.Cut(l.Path, "[]."); inside {
				group = g
			}
			_, never := condition(ctx, f, spec.Field.When, group)
			o.fields = append(o.fields, outlineItem{
				text: l.Label, kind: kindName(ctx, l.Kind), href: d.hrefOf(chosen{field: l.Path}), current: v.at.field == l.Path, never: never, depth: l.Depth,
			})
		}
		v.outline = append(v.outline, o)
	}
	for _, p := range eform.Check(*f) {
		args := make([]any, 0, 2*len(p.Args))
		for k, a := range p.Args {
			args = append(args, k, a)
		}
		v.problems = append(v.problems, p.At+": "+lang.T(ctx, p.Key(), args...))
	}
	if len(v.problems) == 0 && d.doc.Version > 0 && d.may {
		if v.problems, err = e.problemLines(ctx, d); err != nil {
			return v, err
		}
	}
	for _, k := range formedit.Kinds {
		v.kinds = append(v.kinds, component.Option{Value: string(k), Label: kindName(ctx, k)})
	}
	for _, b := range formedit.Blocks() {
		title := b.Title
		if lang.From(ctx) == lang.EN {
			title = b.TitleEn
		}
		v.blocks = append(v.blocks, component.Option{Value: b.ID, Label: title})
	}
	quiet := func(act, key string, icon component.Icon) {
		v.acts = append(v.acts, component.Act{Name: fieldAct, Value: act, Text: lang.T(ctx, key), Kind: component.SecondaryAct, Icon: icon})
	}
	switch {
	case v.at.field != "":
		spec, _ := x.Spec(v.at.field)
		v.legend, v.groups = lang.T(ctx, "formweb.field.of", "label", spec.Field.Label), fieldGroups(ctx, f, v.at, spec, t)
		v.inside = spec.Kind == formedit.Group
		quiet(actUp, "formweb.up", component.IconUp)
		quiet(actDown, "formweb.down", component.IconDown)
		quiet(actCopy, "formweb.copy", component.IconPlus)
		v.acts = append(v.acts, component.Act{Name: fieldAct, Value: actRemove, Text: lang.T(ctx, "formweb.remove"), Kind: component.DangerAct, Icon: component.IconTrash})
	case v.at.section != "":
		i := slices.IndexFunc(f.Layout.Sections, func(s eform.Section) bool { return s.ID == v.at.section })
		s := f.Layout.Sections[i]
		v.legend, v.groups = lang.T(ctx, "formweb.section.of", "title", s.Title), sectionGroups(ctx, f, s, t)
		quiet(actUp, "formweb.up", component.IconUp)
		quiet(actDown, "formweb.down", component.IconDown)
		v.acts = append(v.acts, component.Act{Name: fieldAct, Value: actRemove, Text: lang.T(ctx, "formweb.section.remove"), Kind: component.DangerAct, Icon: component.IconTrash})
	default:
		v.legend, v.groups = lang.T(ctx, "formweb.head"), headGroups(ctx, f, t)
	}
	return v, nil
}

func kindName(ctx context.Context, k formedit.Kind) string {
	if k == formedit.Other {
		return lang.T(ctx, "formweb.kind.other")
	}
	return lang.T(ctx, "formweb.kind."+string(k))
}

// fields lists the questions that may be named elsewhere, in order, as options.
func fields(f *eform.Form, group string, fit func(formedit.Kind) bool) []component.Option {
	d, err := formedit.Open(*f)
	if err != nil {
		return nil
	}
	var out []component.Option
	for _, s := range f.Layout.Sections {
		for _, l := range d.Outline(s.ID) {
			value := l.Path
			if g, in, inside := strings.Cut(l.Path, "[]."); inside {
				if g != group {
					continue
				}
				value = in
			}
			if fit(l.Kind) {
				out = append(out, component.Option{Value: value, Label: l.Label + " (" + value + ")"})
			}
		}
	}
	return out
}

func headGroups(ctx context.Context, f *eform.Form, t typed) []group {
	g := group{legend: lang.T(ctx, "formweb.head")}
	g.inputs = []input{
		needed(line(ctx, "ten", "formweb.title", t.get("ten", f.Title), 0, 300)),
		line(ctx, "ten-en", "formweb.title-en", t.get("ten-en", f.TitleEn), 0, 300),
		line(ctx, "can-cu", "formweb.basis", t.get("can-cu", f.Basis), 0, 300),
	}
	who := group{legend: lang.T(ctx, "formweb.subject"), hint: lang.T(ctx, "formweb.subject-hint")}
	s := f.Layout.Subject
	for _, x := range []struct {
		name, key, value string
		kinds            []formedit.Kind
	}{
		{"chu-ten", "formweb.subject.name", s.Name, []formedit.Kind{formedit.PersonName, formedit.Text}},
		{"chu-so", "formweb.subject.number", s.Number, []formedit.Kind{formedit.PersonalNumber, formedit.TaxCode, formedit.Text}},
		{"chu-sinh", "formweb.subject.birth", s.Birth, []formedit.Kind{formedit.Birth, formedit.Date}},
		{"chu-dien-thoai", "formweb.subject.phone", s.Phone, []formedit.Kind{formedit.Phone}},
		{"chu-thu", "formweb.subject.email", s.Email, []formedit.Kind{formedit.Email}},
		{"chu-dia-chi", "formweb.subject.address", s.Address, []formedit.Kind{formedit.Address, formedit.Text, formedit.Paragraph}},
	} {
		in := pick(ctx, x.name, x.key, t.get(x.name, x.value), fields(f, "", func(k formedit.Kind) bool { return slices.Contains(x.kinds, k) }))
		in.choice.Optional = x.name != "chu-ten"
		who.inputs = append(who.inputs, in)
	}
	return []group{g, who}
}

func sectionGroups(ctx context.Context, f *eform.Form, s eform.Section, t typed) []group {
	g := group{legend: lang.T(ctx, "formweb.section.words"), inputs: []input{
		needed(line(ctx, "ten", "formweb.title", t.get("ten", s.Title), 0, 300)),
		line(ctx, "ten-en", "formweb.title-en", t.get("ten-en", s.TitleEn), 0, 300),
		area(ctx, "giup", "formweb.help", t.get("giup", s.Help), 2, 1000),
		area(ctx, "giup-en", "formweb.help-en", t.get("giup-en", s.HelpEn), 2, 1000),
		hinted(line(ctx, "ma", "formweb.section.id", t.get("ma", s.ID), 30, 60), lang.T(ctx, "formweb.section.id-hint")),
	}}
	return []group{g, whenGroup(ctx, f, s.When, "", t)}
}

// whenGroup asks when something is asked.
func whenGroup(ctx context.Context, f *eform.Form, c *eform.Condition, inside string, t typed) group {
	c0 := eform.Condition{}
	way := "luon"
	if c != nil {
		c0 = *c
		switch {
		case c.Rule != "":
			way = "quy-tac"
		case c.Filled:
			way = "co"
		default:
			way = "la"
		}
	}
	values := slices.Clone(c0.OneOf)
	if c0.Equals != "" {
		values = append(values, c0.Equals)
	}
	g := group{id: "dieu-kien", legend: lang.T(ctx, "formweb.when")}
	ways := pick(ctx, "dk", "formweb.when.way", t.get("dk", way), worded(ctx, "formweb.when.way.", "luon", "la", "co", "quy-tac"))
	ways.choice.Optional = false
	src := t.get("dk-quy-tac", c0.Rule)
	expr := ruled(ctx, "dk-quy-tac", "formweb.when.rule", src, names(f, inside))
	expr.line.Hint = lang.T(ctx, "formweb.when.rule-hint")
	if src == "" && c != nil {
		ways.says, _ = condition(ctx, f, c, inside)
	}
	g.inputs = []input{
		ways,
		pick(ctx, "dk-muc", "formweb.when.path", t.get("dk-muc", c0.Path), fields(f, inside, func(k formedit.Kind) bool { return k != formedit.Address && k != formedit.Group })),
		hinted(area(ctx, "dk-gia-tri", "formweb.when.values", t.get("dk-gia-tri", strings.Join(values, "\n")), 2, 2000), lang.T(ctx, "formweb.when.values-hint")),
		expr,
	}
	return g
}

// readWhen reads whenGroup. A condition without what it needs is refused.
func readWhen(ctx context.Context, form web.Form, wrong map[string]string) *eform.Condition {
	c := &eform.Condition{Path: form.Get("dk-muc")}
	switch form.Get("dk") {
	case "quy-tac":
		if c.Rule = form.Get("dk-quy-tac"); c.Rule == "" {
			wrong["dk-quy-tac"] = lang.T(ctx, "formweb.when.rule-needed")
		}
		c.Path = ""
		return c
	case "co":
		c.Filled = true
	case "la":
		values := lines(form.Get("dk-gia-tri"))
		switch len(values) {
		case 0:
			wrong["dk-gia-tri"] = lang.T(ctx, "formweb.when.values-needed")
		case 1:
			c.Equals = values[0]
		default:
			c.OneOf = values
		}
	default:
		return nil
	}
	if c.Path == "" {
		wrong["dk-muc"] = lang.T(ctx, "formweb.when.path-needed")
	}
	return c
}

func lines(text string) []string {
	var out []string
	for l := range strings.SplitSeq(text, "\n") {
		if l = strings.TrimSpace(l); l != "" {
			out = append(out, l)
		}
	}
	return out
}

// fills are what a field may be filled with from the signed-in person.
var fills = []string{"name", "number", "birth", "sex", "phone", "email", "address"}

func fieldGroups(ctx context.Context, f *eform.Form, at chosen, s formedit.Spec, t typed) []group {
	inside := ""
	if g, _, in := strings.Cut(at.field, "[]."); in {
		inside = g
	}
	x := s.Field
	kinds := make([]component.Option, 0, len(formedit.Kinds))
	for _, k := range formedit.Kinds {
		if k != formedit.Group || inside == "" {
			kinds = append(kinds, component.Option{Value: string(k), Label: kindName(ctx, k)})
		}
	}
	kind := pick(ctx, "kieu", "formweb.kind", t.get("kieu", string(s.Kind)), kinds)
	kind.choice.Optional = s.Kind == formedit.Other
	kind.choice.Empty = lang.T(ctx, "formweb.kind.other")
	kind.choice.Hint = lang.T(ctx, "formweb.kind-hint")
	out := []group{{legend: lang.T(ctx, "formweb.field.words"), inputs: []input{
		needed(line(ctx, "nhan", "formweb.label", t.get("nhan", x.Label), 0, 500)),
		line(ctx, "nhan-en", "formweb.label-en", t.get("nhan-en", x.LabelEn), 0, 500),
		kind,
		box(ctx, "bat-buoc", "formweb.required", t.ticked("bat-buoc", s.Required)),
		line(ctx, "goi-y", "formweb.hint", t.get("goi-y", x.Hint), 0, 500),
		line(ctx, "goi-y-en", "formweb.hint-en", t.get("goi-y-en", x.HintEn), 0, 500),
	}}}
	num := func(n int) string {
		if n == 0 {
			return ""
		}
		return strconv.Itoa(n)
	}
	limits := group{legend: lang.T(ctx, "formweb.limits")}
	add := func(in ...input) { limits.inputs = append(limits.inputs, in...) }
	switch k := s.Kind; {
	case k == formedit.Text, k == formedit.Paragraph, k == formedit.PersonName, k == formedit.Email:
		add(line(ctx, "dai-nhat", "formweb.longest", t.get("dai-nhat", num(s.Longest)), 10, 5))
		if k == formedit.Text {
			add(hinted(line(ctx, "mau", "formweb.pattern", t.get("mau", s.Pattern), 0, 300), lang.T(ctx, "formweb.pattern-hint")),
				line(ctx, "sua", "formweb.mend", t.get("sua", x.Mend), 0, 300), line(ctx, "sua-en", "formweb.mend-en", t.get("sua-en", x.MendEn), 0, 300))
		}
	case k == formedit.Whole, k == formedit.Number, k == formedit.Money:
		add(line(ctx, "it-nhat", "formweb.least", t.get("it-nhat", comma(s.Least)), 20, 20), line(ctx, "nhieu-nhat", "formweb.most", t.get("nhieu-nhat", comma(s.Most)), 20, 20))
	case k.Chosen():
		out = append(out, group{legend: lang.T(ctx, "formweb.options"), inputs: []input{
			hinted(area(ctx, "lua-chon", "formweb.options", t.get("lua-chon", optionText(x.Options)), 6, 20000), lang.T(ctx, "formweb.options-hint")),
		}})
		if k == formedit.Checks {
			add(line(ctx, "so-it-nhat", "formweb.fewest", t.get("so-it-nhat", num(s.Fewest)), 10, 3), line(ctx, "so-nhieu-nhat", "formweb.greatest", t.get("so-nhieu-nhat", num(s.Greatest)), 10, 3))
		}
	case k == formedit.Date, k == formedit.Birth:
		b := eform.Bounds{}
		if x.Bounds != nil {
			b = *x.Bounds
		}
		add(box(ctx, "qua-khu", "formweb.past", t.ticked("qua-khu", b.Past)), box(ctx, "tuong-lai", "formweb.future", t.ticked("tuong-lai", b.Future)),
			line(ctx, "tu-ngay", "formweb.from", t.get("tu-ngay", typedDay(b.From)), 10, 10), line(ctx, "den-ngay", "formweb.until", t.get("den-ngay", typedDay(b.Until)), 10, 10),
			line(ctx, "tuoi-tu", "formweb.min-age", t.get("tuoi-tu", num(b.MinAge)), 10, 3), line(ctx, "tuoi-den", "formweb.max-age", t.get("tuoi-den", num(b.MaxAge)), 10, 3),
			pick(ctx, "khong-truoc", "formweb.not-before", t.get("khong-truoc", b.NotBefore), fields(f, inside, func(k formedit.Kind) bool { return k == formedit.Date || k == formedit.Birth })))
	case k == formedit.PersonalNumber:
		m := eform.Match{}
		if x.Match != nil {
			m = *x.Match
		}
		add(pick(ctx, "khop-sinh", "formweb.match-birth", t.get("khop-sinh", m.Birth), fields(f, inside, func(k formedit.Kind) bool { return k == formedit.Date || k == formedit.Birth })),
			pick(ctx, "khop-gioi", "formweb.match-sex", t.get("khop-gioi", m.Sex), fields(f, inside, func(k formedit.Kind) bool { return k == formedit.Choice || k == formedit.Select })))
	case k == formedit.Group:
		add(line(ctx, "so-it-nhat", "formweb.fewest", t.get("so-it-nhat", num(s.Fewest)), 10, 3), line(ctx, "so-nhieu-nhat", "formweb.greatest", t.get("so-nhieu-nhat", num(s.Greatest)), 10, 3),
			line(ctx, "mot", "formweb.item", t.get("mot", x.ItemOne), 0, 100), line(ctx, "mot-en", "formweb.item-en", t.get("mot-en", x.ItemEn), 0, 100))
	}
	if len(limits.inputs) > 0 {
		out = append(out, limits)
	}
	out = append(out, whenGroup(ctx, f, x.When, inside, t))
	more := group{legend: lang.T(ctx, "formweb.more"), folded: true, inputs: []input{
		hinted(line(ctx, "ma", "formweb.path", t.get("ma", x.Path), 0, 200), lang.T(ctx, "formweb.path-hint")),
		line(ctx, "ngan", "formweb.short", t.get("ngan", x.Short), 0, 200),
		line(ctx, "ngan-en", "formweb.short-en", t.get("ngan-en", x.ShortEn), 0, 200),
	}}
	if inside == "" {
		more.inputs = append(more.inputs, pick(ctx, "dien", "formweb.fill", t.get("dien", x.Fill), worded(ctx, "formweb.fill.", fills...)))
	}
	return append(out, more)
}

func comma(figure string) string { return strings.ReplaceAll(figure, ".", ",") }

func optionText(list []eform.Option) string {
	out := make([]string, len(list))
	for i, o := range list {
		out[i] = o.Label + " | " + o.Value
		if o.LabelEn != "" {
			out[i] += " | " + o.LabelEn
		}
	}
	return strings.Join(out, "\n")
}

func readOptions(text string) []eform.Option {
	var out []eform.Option
	for _, l := range lines(text) {
		parts := strings.SplitN(l, "|", 3)
		for i := range parts {
			parts[i] = strings.TrimSpace(parts[i])
		}
		o := eform.Option{Label: parts[0]}
		if len(parts) > 1 {
			o.Value = parts[1]
		}
		if len(parts) > 2 {
			o.LabelEn = parts[2]
		}
		out = append(out, o)
	}
	return out
}

func typedDay(iso string) string {
	t, err := time.ParseInLocation(time.DateOnly, iso, calendar.Zone)
	if err != nil {
		return iso
	}
	return viet.Date(t)
}

// readField reads the form of a field over the field it was drawn from. What the page did not ask stays.
func readField(ctx context.Context, s formedit.Spec, form web.Form, wrong map[string]string) formedit.Spec {
	x := &s.Field
	set := func(name string, into *string) {
		if form.Has(name) {
			*into = form.Get(name)
		}
	}
	count := func(name string, into *int) {
		if !form.Has(name) {
			return
		}
		text := form.Get(name)
		n, err := strconv.Atoi(text)
		if text != "" && (err != nil || n < 0 || n > 100000) {
			wrong[name] = lang.T(ctx, "formweb.count")
		}
		*into = n
	}
	figure := func(name string, into *string) {
		if !form.Has(name) {
			return
		}
		*into = strings.ReplaceAll(strings.ReplaceAll(form.Get(name), ".", ""), ",", ".")
		if _, err := strconv.ParseFloat(*into, 64); *into != "" && (err != nil || strings.ContainsAny(*into, "eExXpPiInN_")) {
			wrong[name] = lang.T(ctx, "formweb.figure")
		}
	}
	day := func(name string, into *string) {
		if *into = form.Get(name); *into == "" {
			return
		}
		t, ok := web.ReadDate(*into)
		if !ok {
			wrong[name] = lang.T(ctx, "formweb.day")
			return
		}
		*into = t.Format(time.DateOnly)
	}
	set("nhan", &x.Label)
	set("nhan-en", &x.LabelEn)
	set("goi-y", &x.Hint)
	set("goi-y-en", &x.HintEn)
	set("ngan", &x.Short)
	set("ngan-en", &x.ShortEn)
	set("sua", &x.Mend)
	set("sua-en", &x.MendEn)
	set("dien", &x.Fill)
	set("ma", &x.Path)
	set("mot", &x.ItemOne)
	set("mot-en", &x.ItemEn)
	set("mau", &s.Pattern)
	s.Required = form.Get("bat-buoc") != ""
	s.Kind = formedit.Kind(form.Get("kieu"))
	count("dai-nhat", &s.Longest)
	count("so-it-nhat", &s.Fewest)
	count("so-nhieu-nhat", &s.Greatest)
	figure("it-nhat", &s.Least)
	figure("nhieu-nhat", &s.Most)
	if form.Has("lua-chon") {
		x.Options = readOptions(form.Get("lua-chon"))
	} else if s.Kind.Chosen() && len(x.Options) == 0 { // it has just become a choice
		x.Options = []eform.Option{{Label: lang.T(ctx, "formweb.option", "n", 1)}, {Label: lang.T(ctx, "formweb.option", "n", 2)}}
	}
	if form.Has("khong-truoc") || form.Has("tu-ngay") {
		b := eform.Bounds{Past: form.Get("qua-khu") != "", Future: form.Get("tuong-lai") != "", NotBefore: form.Get("khong-truoc")}
		day("tu-ngay", &b.From)
		day("den-ngay", &b.Until)
		count("tuoi-tu", &b.MinAge)
		count("tuoi-den", &b.MaxAge)
		if x.Bounds = &b; b == (eform.Bounds{}) {
			x.Bounds = nil
		}
	}
	if form.Has("khop-sinh") || form.Has("khop-gioi") {
		m := eform.Match{Birth: form.Get("khop-sinh"), Sex: form.Get("khop-gioi")}
		if x.Match = &m; m == (eform.Match{}) {
			x.Match = nil
		}
	}
	x.When = readWhen(ctx, form, wrong)
	return s
}

// change is what one sent form does to a draft; it says what is chosen next.
func change(ctx context.Context, d *formedit.Draft, f *eform.Form, at chosen, form web.Form, wrong map[string]string) (chosen, error) {
	spec := func() formedit.Spec {
		s := formedit.Spec{Kind: formedit.Kind(form.Get("moi-kieu")), Required: form.Get("moi-bat-buoc") != "", Field: eform.Field{Label: form.Get("moi-nhan")}}
		if s.Kind.Chosen() {
			s.Field.Options = []eform.Option{{Label: lang.T(ctx, "formweb.option", "n", 1)}, {Label: lang.T(ctx, "formweb.option", "n", 2)}}
		}
		return s
	}
	act := form.Get(fieldAct)
	switch act {
	case actAddField:
		section := at.section
		if section == "" && len(f.Layout.Sections) > 0 {
			section = f.Layout.Sections[len(f.Layout.Sections)-1].ID
		}
		path, err := d.AddField(section, at.field, spec())
		return chosen{section, path}, err
	case actAddInside:
		path, err := d.AddInside(at.field, spec())
		return chosen{at.section, path}, err
	case actAddSection:
		id, err := d.AddSection(form.Get("moi-phan"), at.section, formedit.Spec{Kind: formedit.Text, Field: eform.Field{Label: lang.T(ctx, "formweb.first-field")}})
		return chosen{section: id}, err
	case actAddBlock:
		b, ok := formedit.Block(form.Get("moi-khoi"))
		if !ok {
			wrong["moi-khoi"] = lang.T(ctx, "formweb.block-needed")
			return at, nil
		}
		id, err := d.Insert(b, at.section)
		return chosen{section: id}, err
	}
	switch {
	case at.field != "":
		switch act {
		case actUp:
			return at, d.MoveField(at.field, -1)
		case actDown:
			return at, d.MoveField(at.field, 1)
		case actCopy:
			path, err := d.Duplicate(at.field)
			return chosen{at.section, path}, err
		case actRemove:
			return chosen{section: at.section}, d.RemoveField(at.field)
		}
		old, _ := d.Spec(at.field)
		s := readField(ctx, old, form, wrong)
		if len(wrong) > 0 {
			return at, nil
		}
		path, err := d.SetField(at.field, s)
		return chosen{at.section, path}, err
	case at.section != "":
		switch act {
		case actUp:
			return at, d.MoveSection(at.section, -1)
		case actDown:
			return at, d.MoveSection(at.section, 1)
		case actRemove:
			return chosen{}, d.RemoveSection(at.section)
		}
		s := eform.Section{
			ID: cmp.Or(form.Get("ma"), at.section), Title: form.Get("ten"), TitleEn: form.Get("ten-en"), Help: form.Get("giup"), HelpEn: form.Get("giup-en"),
			When: readWhen(ctx, form, wrong),
		}
		return chosen{section: s.ID}, d.SetSection(at.section, s)
	}
	return at, d.SetHead(form.Get("ten"), form.Get("ten-en"), form.Get("can-cu"), eform.Subject{
		Name: form.Get("chu-ten"), Number: form.Get("chu-so"), Birth: form.Get("chu-sinh"), Phone: form.Get("chu-dien-thoai"),
		Email: form.Get("chu-thu"), Address: form.Get("chu-dia-chi"),
	})
}

// culprit is the field of the page that a refusal means.
func culprit(err error, form web.Form) string {
	is := func(e error) bool { return errors.Is(err, e) }
	added := strings.HasPrefix(form.Get(fieldAct), "them-")
	switch {
	case is(formedit.ErrLabel) && form.Get(fieldAct) == actAddSection:
		return "moi-phan"
	case is(formedit.ErrLabel) && added:
		return "moi-nhan"
	case is(formedit.ErrKind) && added:
		return "moi-kieu"
	case is(formedit.ErrLabel) && form.Has("nhan"):
		return "nhan"
	case is(formedit.ErrLabel):
		return "ten"
	case is(formedit.ErrOptions):
		return "lua-chon"
	case is(formedit.ErrPath), is(formedit.ErrSectionID):
		return "ma"
	case is(formedit.ErrKind):
		return "kieu"
	}
	return ""
}

// saveForm makes the change of one sent form and keeps it.
func (e editor) saveForm(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	d, err := e.open(r, studio.Form)
	if err != nil {
		return err
	}
	form, err := readForm(r)
	if err != nil {
		return err
	}
	sent := chosen{form.Get(querySection), form.Get(queryField)}
	wrong := map[string]string{}
	var next chosen
	make := func(text string) (string, bool, error) {
		if text == "" {
			f, err := newForm(d.doc.ID, form.Get("ten"))
			return pack.YAML(&f), err == nil, err
		}
		p, found := studio.Parse(d.doc.Key, text)
		if len(found) > 0 || len(p.Forms) != 1 {
			return "", false, formedit.ErrSchema
		}
		f := p.Forms[0]
		at := locate(f, sent)
		if at.field != sent.field || at.section != sent.section && sent.field == "" {
			return "", false, studio.ErrStale
		}
		x, err := formedit.Open(*f)
		if err != nil {
			return "", false, err
		}
		if next, err = change(ctx, x, f, at, form, wrong); err != nil || len(wrong) > 0 {
			return "", false, err
		}
		out := x.Form()
		return pack.YAML(&out), true, nil
	}
	again := func(status int, said ...component.FieldError) error {
		v, err := e.formView(ctx, d, sent, typed{&form})
		if err != nil {
			return err
		}
		v.reason = form.Get(fieldReason)
		v.errors = append(said, mark(v.groups, wrong)...)
		if t := wrong["moi-khoi"]; t != "" {
			v.errors = append(v.errors, component.FieldError{ID: "moi-khoi", Text: t})
		}
		return web.Render(w, r, status, formPage(v))
	}
	if form.Version != d.doc.Version {
		if e.again(ctx, d, form, func(text string) (string, bool) { out, ok, err := make(text); return out, ok && err == nil }) {
			return web.SeeOther(w, r, d.hrefOf(next))
		}
		return again(http.StatusConflict, component.FieldError{Text: web.ErrorText(ctx, studio.ErrStale)})
	}
	text, ok, err := make(d.doc.Text)
	if err == nil && !ok {
		return again(http.StatusUnprocessableEntity)
	}
	if err == nil {
		if err = e.keep(ctx, d, form, text); err == nil {
			return web.SeeOther(w, r, d.hrefOf(next), "formweb.saved")
		}
	}
	why, can := refusal(ctx, err)
	if !can {
		return err
	}
	if name := culprit(err, form); name != "" {
		wrong[name] = why
		if strings.HasPrefix(name, "moi-") {
			return again(web.Status(err), component.FieldError{ID: name, Text: why})
		}
		return again(web.Status(err))
	}
	return again(web.Status(err), component.FieldError{Text: why})
}

// newForm is what a new form begins with: the person who applies.
func newForm(id, title string) (eform.Form, error) {
	b, _ := formedit.Block("nguoi")
	b.ID, b.TitleEn, b.Basis = id, "", ""
	f, _, err := formedit.Apply(b, func(d *formedit.Draft) error {
		return d.SetHead(title, "", "", eform.Subject{
			Name: "ca_nhan.ho_ten", Number: "ca_nhan.so_dinh_danh", Birth: "ca_nhan.ngay_sinh", Phone: "ca_nhan.dien_thoai", Email: "ca_nhan.thu_dien_tu", Address: "ca_nhan.noi_o",
		})
	})
	return f, err
}
