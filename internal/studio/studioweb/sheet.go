package studioweb

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/pack"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/studio"
	"github.com/motcua/motcua/internal/viet"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

// sheetView is a document as a form of rows: office hours, fees, papers.
type sheetView struct {
	set     *studio.Set
	doc     studio.Doc
	key     string
	title   string
	lead    string
	action  string
	tabs    []component.Tab
	groups  []sheetGroup
	note    component.Field
	errors  []component.FieldError
	mayEdit bool
	broken  bool // the text cannot be read: only the text editor can mend it
	saved   []problemLine
}

// sheetGroup is one row: a fieldset.
type sheetGroup struct {
	legend, hint string
	fields       []sheetField
}

// sheetField is an input, a choice or a box to tick.
type sheetField struct {
	input  *component.Field
	choice *component.Choice
	box    *component.Field
	ticked bool
}

// sheet is how one kind of document is shown and read as rows.
type sheet struct {
	key   func(r *http.Request) studio.Key
	path  func(set string, k studio.Key) string
	title string
	lead  string
	fill  func(ctx context.Context, p *pack.Pack, t typed) []sheetGroup
	read  func(ctx context.Context, p *pack.Pack, t typed) (text string, wrong map[string]string)
}

// ask shows the rows of a document.
func (d room) ask(w http.ResponseWriter, r *http.Request, s sheet) error {
	v, p, err := d.sheetView(r, s)
	if err != nil {
		return err
	}
	if !v.broken {
		v.groups = s.fill(r.Context(), p, nil)
	}
	return web.Render(w, r, http.StatusOK, sheetPage(v))
}

func (d room) sheetView(r *http.Request, s sheet) (sheetView, *pack.Pack, error) {
	ctx, by := r.Context(), web.ActorFrom(r.Context())
	x, err := d.setOf(r)
	if err != nil {
		return sheetView{}, nil, err
	}
	k := s.key(r)
	if !k.Valid() {
		return sheetView{}, nil, studio.ErrNotFound
	}
	doc, err := d.Service.Doc(ctx, by, x.ID, k)
	if err != nil {
		return sheetView{}, nil, err
	}
	if doc.Text == "" {
		return sheetView{}, nil, studio.ErrNotFound
	}
	v := sheetView{
		set: x, doc: doc, key: web.NewKey(), lead: lang.T(ctx, s.lead), action: s.path(x.ID, k),
		mayEdit: mayEdit(ctx) && (x.State == studio.Draft || x.State == studio.Rejected),
		note:    component.Field{Name: fieldNote, Label: lang.T(ctx, "studio.note"), Hint: lang.T(ctx, "studio.note-hint"), Optional: true, MaxLength: studio.MaxWords},
	}
	p, found := studio.Parse(k, doc.Text)
	v.broken = len(found) > 0
	v.title = lang.T(ctx, s.title)
	if !v.broken && k.Kind == studio.Procedure {
		v.title += ": " + p.Procedures[0].Name
	}
	for _, t := range d.editors(ctx, x.ID, k) {
		t.Current = t.Href == v.action
		v.tabs = append(v.tabs, t)
	}
	if _, held := x.Item(k); held && !v.broken && v.mayEdit {
		problems, err := d.Service.Try(ctx, by, x.ID, doc)
		if err != nil {
			return v, p, err
		}
		v.saved = d.problemLines(ctx, x.ID, problems)
	}
	return v, p, nil
}

// keep reads the rows and saves the document.
func (d room) keep(w http.ResponseWriter, r *http.Request, s sheet) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	if form.Key == "" {
		return web.ErrMalformedForm
	}
	ctx, by := r.Context(), web.ActorFrom(r.Context())
	v, p, err := d.sheetView(r, s)
	if err != nil {
		return err
	}
	if v.broken {
		return web.SeeOther(w, r, TextPath(v.set.ID, v.doc.Key))
	}
	t := typedOf(form)
	again := func(status int, wrong map[string]string, whole string) error {
		v.groups = s.fill(ctx, p, t)
		v.note.Value = form.Get(fieldNote)
		if whole != "" {
			v.errors = append(v.errors, component.FieldError{Text: whole})
		}
		for g := range v.groups {
			for _, f := range v.groups[g].fields {
				switch {
				case f.input != nil && wrong[f.input.Name] != "":
					f.input.Error = wrong[f.input.Name]
					v.errors = append(v.errors, component.FieldError{ID: f.input.Name, Text: v.groups[g].legend + ": " + f.input.Error})
				case f.choice != nil && wrong[f.choice.Name] != "":
					f.choice.Error = wrong[f.choice.Name]
					v.errors = append(v.errors, component.FieldError{ID: f.choice.Name, Text: v.groups[g].legend + ": " + f.choice.Error})
				}
			}
		}
		return web.Render(w, r, status, sheetPage(v))
	}
	text, wrong := s.read(ctx, p, t)
	if len(wrong) > 0 {
		return again(http.StatusUnprocessableEntity, wrong, "")
	}
	doc := v.doc
	doc.Version, doc.Text, doc.Gone = form.Version, text, false
	if _, err = d.Service.Save(ctx, by, v.set.ID, doc, form.Get(fieldNote)); err == nil {
		return web.SeeOther(w, r, v.action, "studio.saved")
	}
	why, ok := refusal(ctx, err)
	if !ok {
		return err
	}
	status := web.Status(err)
	if errors.Is(err, studio.ErrStale) {
		status = http.StatusConflict
	}
	return again(status, nil, why)
}

// value is what was typed into a field, or what is there when nothing was sent.
func (t typed) value(name, there string) string {
	if t == nil {
		return there
	}
	return t.get(name)
}

// ticked likewise.
func (t typed) ticked(name string, there bool) bool {
	if t == nil {
		return there
	}
	return t.get(name) != ""
}

func nth(name string, i ...int) string {
	var b strings.Builder
	b.WriteString(name)
	for _, n := range i {
		b.WriteByte('-')
		b.WriteString(strconv.Itoa(n))
	}
	return b.String()
}

func text(name, label, value string, width, most int) sheetField {
	return sheetField{input: &component.Field{Name: name, Label: label, Value: value, Width: width, MaxLength: most}}
}

// --- office hours

var weekdays = []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

func hoursSheet() sheet {
	return sheet{
		key:   func(*http.Request) studio.Key { return studio.Key{Kind: studio.Hours} },
		path:  func(set string, _ studio.Key) string { return SetPath(set, "gio-lam-viec") },
		title: "studio.hours.title", lead: "studio.hours.lead",
		fill: func(ctx context.Context, p *pack.Pack, t typed) []sheetGroup {
			var out []sheetGroup
			list := append(slices.Clone(p.Hours), agency.Hours{})
			for i, h := range list {
				g := sheetGroup{legend: h.Name, hint: h.ID}
				if i == len(p.Hours) {
					g.legend, g.hint = lang.T(ctx, "studio.hours.new"), lang.T(ctx, "studio.hours.new-hint")
					g.fields = append(g.fields, text(nth("ma", i), lang.T(ctx, "studio.col.id"), t.value(nth("ma", i), ""), 20, 80))
				}
				g.fields = append(g.fields, text(nth("ten", i), lang.T(ctx, "studio.hours.name"), t.value(nth("ten", i), h.Name), 0, 200))
				for _, day := range weekdays {
					g.fields = append(g.fields, text(nth(day, i), lang.T(ctx, "studio.day."+day), t.value(nth(day, i), h.Sessions[day]), 20, 60))
				}
				for _, day := range weekdays {
					label := lang.T(ctx, "studio.hours.desk", "day", lang.T(ctx, "studio.day."+day))
					if day == "sat" || day == "sun" || h.Desk[day] != "" || t != nil && t.get(nth("quay-"+day, i)) != "" {
						g.fields = append(g.fields, text(nth("quay-"+day, i), label, t.value(nth("quay-"+day, i), h.Desk[day]), 20, 60))
					}
				}
				out = append(out, g)
			}
			return out
		},
		read: func(ctx context.Context, p *pack.Pack, t typed) (string, map[string]string) {
			wrong := map[string]string{}
			list := slices.Clone(p.Hours)
			if id := t.get(nth("ma", len(list))); id != "" {
				if !(studio.Key{Kind: studio.Process, ID: id}).Valid() || slices.ContainsFunc(list, func(h agency.Hours) bool { return h.ID == id }) {
					wrong[nth("ma", len(list))] = lang.T(ctx, "error.studio.key")
				}
				list = append(list, agency.Hours{ID: id})
			}
			days := func(prefix string, i int) map[string]string {
				out := map[string]string{}
				for _, day := range weekdays {
					name := nth(prefix+day, i)
					v := strings.ReplaceAll(t.get(name), " ", "")
					if v == "" {
						continue
					}
					if _, err := calendar.ParseHours(v); err != nil {
						wrong[name] = lang.T(ctx, "studio.hours.wrong")
					}
					out[day] = v
				}
				return out
			}
			for i := range list {
				list[i].Name = t.get(nth("ten", i))
				list[i].Sessions = days("", i)
				list[i].Desk = days("quay-", i)
				if len(list[i].Desk) == 0 {
					list[i].Desk = nil
				}
				if list[i].Name == "" {
					wrong[nth("ten", i)] = lang.T(ctx, "studio.hours.name-needed")
				}
			}
			return pack.YAML(list), wrong
		},
	}
}

func (d room) hours(w http.ResponseWriter, r *http.Request) error { return d.ask(w, r, hoursSheet()) }

func (d room) saveHours(w http.ResponseWriter, r *http.Request) error {
	return d.keep(w, r, hoursSheet())
}

// --- fees and charges of a procedure

func procedureKey(r *http.Request) studio.Key {
	return studio.Key{Kind: studio.Procedure, ID: r.PathValue("id")}
}

func procedureText(v procedure.Version) string {
	v.Source, v.Digest = "", ""
	return pack.YAML(&v)
}

func feesSheet() sheet {
	kinds := []string{"phi", "le_phi", "other"}
	return sheet{
		key:   procedureKey,
		path:  func(set string, k studio.Key) string { return SetPath(set, "phi", k.ID) },
		title: "studio.fees.title", lead: "studio.fees.lead",
		fill: func(ctx context.Context, p *pack.Pack, t typed) []sheetGroup {
			var out []sheetGroup
			for i, ch := range p.Procedures[0].Channels {
				for j, f := range append(slices.Clone(ch.Fees), procedure.Fee{}) {
					channel := lang.T(ctx, "studio.channel."+ch.Kind)
					g := sheetGroup{legend: channel + ": " + f.Name}
					amount := ""
					if f.Known {
						amount = strconv.FormatInt(f.Amount, 10)
					}
					if j == len(ch.Fees) {
						g.legend = lang.T(ctx, "studio.fees.new", "channel", channel)
					}
					c := &component.Choice{Name: nth("loai", i, j), Label: lang.T(ctx, "studio.fees.kind"), Values: []string{t.value(nth("loai", i, j), f.Kind)}, Width: 20}
					for _, k := range kinds {
						c.Options = append(c.Options, component.Option{Value: k, Label: lang.T(ctx, "studio.fee."+k)})
					}
					money := text(nth("muc", i, j), lang.T(ctx, "studio.fees.amount"), t.value(nth("muc", i, j), amount), 10, 15)
					money.input.Mode, money.input.Suffix = "numeric", "đồng"
					g.fields = []sheetField{
						{choice: c},
						text(nth("ten", i, j), lang.T(ctx, "studio.fees.name"), t.value(nth("ten", i, j), f.Name), 0, 300), money,
						text(nth("truong-hop", i, j), lang.T(ctx, "studio.fees.case"), t.value(nth("truong-hop", i, j), f.Case), 0, 500),
						text(nth("nguyen-van", i, j), lang.T(ctx, "studio.fees.verbatim"), t.value(nth("nguyen-van", i, j), f.Verbatim), 0, 2000),
					}
					out = append(out, g)
				}
			}
			return out
		},
		read: func(ctx context.Context, p *pack.Pack, t typed) (string, map[string]string) {
			wrong := map[string]string{}
			v := *p.Procedures[0]
			v.Channels = slices.Clone(v.Channels)
			for i := range v.Channels {
				old := v.Channels[i].Fees
				var fees []procedure.Fee
				for j := range len(old) + 1 {
					f := procedure.Fee{
						Kind: t.get(nth("loai", i, j)), Name: t.get(nth("ten", i, j)), Case: t.get(nth("truong-hop", i, j)), Verbatim: t.get(nth("nguyen-van", i, j)),
					}
					amount := strings.NewReplacer(".", "", " ", "", "đồng", "").Replace(t.get(nth("muc", i, j)))
					if f.Name == "" && f.Verbatim == "" && amount == "" {
						continue // an emptied row is taken out
					}
					if f.Kind != "" && !slices.Contains(kinds, f.Kind) {
						wrong[nth("loai", i, j)] = lang.T(ctx, "studio.fees.kind-wrong")
					}
					if amount != "" {
						n, err := strconv.ParseInt(amount, 10, 64)
						if err != nil || n < 0 {
							wrong[nth("muc", i, j)] = lang.T(ctx, "studio.fees.amount-wrong")
						}
						f.Amount, f.Known = n, true
					} else if f.Verbatim == "" {
						wrong[nth("muc", i, j)] = lang.T(ctx, "studio.fees.amount-needed")
					}
					fees = append(fees, f)
				}
				v.Channels[i].Fees = fees
			}
			return procedureText(v), wrong
		},
	}
}

func (d room) fees(w http.ResponseWriter, r *http.Request) error { return d.ask(w, r, feesSheet()) }
func (d room) saveFees(w http.ResponseWriter, r *http.Request) error {
	return d.keep(w, r, feesSheet())
}

// --- papers of a procedure

func papersSheet() sheet {
	return sheet{
		key:   procedureKey,
		path:  func(set string, k studio.Key) string { return SetPath(set, "giay-to", k.ID) },
		title: "studio.papers.title", lead: "studio.papers.lead",
		fill: func(ctx context.Context, p *pack.Pack, t typed) []sheetGroup {
			var out []sheetGroup
			list := append(slices.Clone(p.Procedures[0].Components), procedure.Component{Originals: 1, Required: true})
			for i, c := range list {
				g := sheetGroup{legend: c.Name, hint: c.ID}
				if i == len(list)-1 {
					g.legend, g.hint = lang.T(ctx, "studio.papers.new"), ""
				}
				count := func(name string, n int) string {
					if n == 0 {
						return ""
					}
					return t.value(name, strconv.Itoa(n))
				}
				originals := text(nth("ban-chinh", i), lang.T(ctx, "studio.papers.originals"), t.value(nth("ban-chinh", i), count(nth("ban-chinh", i), c.Originals)), 4, 3)
				copies := text(nth("ban-sao", i), lang.T(ctx, "studio.papers.copies"), t.value(nth("ban-sao", i), count(nth("ban-sao", i), c.Copies)), 4, 3)
				originals.input.Mode, copies.input.Mode = "numeric", "numeric"
				g.fields = []sheetField{
					text(nth("ten", i), lang.T(ctx, "studio.papers.name"), t.value(nth("ten", i), c.Name), 0, 1000),
					text(nth("nhom", i), lang.T(ctx, "studio.papers.group"), t.value(nth("nhom", i), c.Group), 0, 500),
					originals, copies,
					{box: &component.Field{Name: nth("bat-buoc", i), Label: lang.T(ctx, "studio.papers.required"), Value: "1"}, ticked: t.ticked(nth("bat-buoc", i), c.Required)},
					text(nth("dung-lai", i), lang.T(ctx, "studio.papers.reuse"), t.value(nth("dung-lai", i), c.Reuse), 0, 300),
				}
				out = append(out, g)
			}
			return out
		},
		read: func(ctx context.Context, p *pack.Pack, t typed) (string, map[string]string) {
			wrong := map[string]string{}
			v := *p.Procedures[0]
			var list []procedure.Component
			taken := map[string]bool{}
			for _, c := range v.Components {
				taken[c.ID] = true
			}
			for i := range len(v.Components) + 1 {
				var c procedure.Component
				if i < len(v.Components) {
					c = v.Components[i]
				}
				c.Name = t.get(nth("ten", i))
				if c.Name == "" {
					continue // an emptied row is taken out
				}
				if c.ID == "" {
					c.ID = freeID(c.Name, taken)
					c.Counted = true
				}
				c.Group, c.Reuse, c.Required = t.get(nth("nhom", i)), t.get(nth("dung-lai", i)), t.get(nth("bat-buoc", i)) != ""
				for name, into := range map[string]*int{nth("ban-chinh", i): &c.Originals, nth("ban-sao", i): &c.Copies} {
					*into = 0
					if s := t.get(name); s != "" {
						n, err := strconv.Atoi(s)
						if err != nil || n < 0 || n > 99 {
							wrong[name] = lang.T(ctx, "studio.papers.count-wrong")
						}
						*into = n
					}
				}
				c.Counted = c.Counted || c.Originals+c.Copies > 0
				list = append(list, c)
			}
			v.Components = list
			return procedureText(v), wrong
		},
	}
}

// freeID makes an id of a name: its first words without tones.
func freeID(name string, taken map[string]bool) string {
	words := viet.Tokens(viet.Fold(name))
	base := strings.Join(words[:min(6, len(words))], "-")
	if base == "" {
		base = "giay-to"
	}
	id := base
	for n := 2; taken[id]; n++ {
		id = fmt.Sprintf("%s-%d", base, n)
	}
	taken[id] = true
	return id
}

func (d room) papers(w http.ResponseWriter, r *http.Request) error {
	return d.ask(w, r, papersSheet())
}

func (d room) savePapers(w http.ResponseWriter, r *http.Request) error {
	return d.keep(w, r, papersSheet())
}
