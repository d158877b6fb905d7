package formweb

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/deadline"
	"github.com/motcua/motcua/internal/eform/formedit"
	"github.com/motcua/motcua/internal/pack"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/rule"
	"github.com/motcua/motcua/internal/studio"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

// parts are the pages on which a procedure is written, by the value of querySection.
var parts = []string{"chung", "trinh-tu", "cach-thuc", "giay-to", "ket-qua", "thuc-hien"}

type procedureView struct {
	frame
	desk     *desk
	key      string
	part     string
	parts    []component.Tab
	groups   []group
	problems []string
	reason   string
	fresh    bool
	broken   bool
}

// partOf reads which page of the procedure is meant.
func partOf(s string) string {
	if slices.Contains(parts, s) {
		return s
	}
	return parts[0]
}

func (e editor) procedure(w http.ResponseWriter, r *http.Request) error {
	d, err := e.open(r, studio.Procedure)
	if err != nil {
		return err
	}
	v, err := e.procedureView(r.Context(), d, partOf(r.URL.Query().Get(querySection)), typed{})
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, procedurePage(v))
}

func (d *desk) partPath(part string) string {
	if part == parts[0] {
		return d.path("")
	}
	return d.path("?" + querySection + "=" + url.QueryEscape(part))
}

func (e editor) procedureView(ctx context.Context, d *desk, part string, t typed) (procedureView, error) {
	v := procedureView{frame: d.frame(ctx, d.title(), ""), desk: d, key: web.NewKey(), part: part}
	p := d.version()
	switch {
	case d.doc.Text == "":
		v.fresh = true
		return v, nil
	case p == nil:
		v.broken = true
		for _, x := range d.problems {
			v.problems = append(v.problems, x.Reason)
		}
		return v, nil
	}
	for _, x := range parts {
		v.parts = append(v.parts, component.Tab{Text: lang.T(ctx, "formweb.part."+x), Href: d.partPath(x), Count: -1, Current: x == part})
	}
	v.groups = e.fill(ctx, d, p, part, t)
	if d.doc.Version > 0 && d.may {
		var err error
		if v.problems, err = e.problemLines(ctx, d); err != nil {
			return v, err
		}
	}
	return v, nil
}

// terms is what rules of the procedure may speak about: its own form's answers beside what is always known.
func (d *desk) terms(v *procedure.Version) rule.Schema {
	id := v.Form
	if id == "" {
		id = d.pack.General.Form
	}
	f, _ := d.pack.Form(id)
	t, _ := procedure.NewTerms(v, f)
	return t.Schema()
}

// more is how many empty rows a list ends with.
const more = 1

// mostRows bounds the rows of one list that are read.
const mostRows = 400

func level(l agency.Level) string { return string(l) }

// levels are those of agencies that carry procedures out.
var levels = []agency.Level{agency.Province, agency.Commune}

func (e editor) fill(ctx context.Context, d *desk, v *procedure.Version, part string, t typed) []group {
	say := func(key string, args ...any) string { return lang.T(ctx, key, args...) }
	g := func(key string, in ...input) group { return group{legend: say(key), inputs: in} }
	row := func(key string, i int, name string, fresh bool, in ...input) group {
		x := group{inputs: in}
		if fresh {
			x.legend = say(key, "n", i+1, "name", say("formweb.p.new"))
		} else {
			x.legend = say(key, "n", i+1, "name", clip(name))
			b := box(ctx, nth("bo", i), "formweb.drop", t.ticked(nth("bo", i), false))
			x.inputs = append(x.inputs, b)
		}
		return x
	}
	text := func(name, key, value string) input { return line(ctx, name, key, t.get(name, value), 0, 2000) }
	long := func(name, key, value string, rows int) input {
		return area(ctx, name, key, t.get(name, value), rows, 100000)
	}
	switch part {
	case "trinh-tu":
		out := []group{g("formweb.part.trinh-tu", long("trinh-tu", "formweb.p.steps", v.Steps, 12), long("dieu-kien", "formweb.p.conditions", v.Conditions, 6))}
		schema := d.terms(v)
		for i := range len(v.Eligible) + more {
			var x procedure.Eligibility
			if i < len(v.Eligible) {
				x = v.Eligible[i]
			}
			expr := ruled(ctx, nth("quy-tac", i), "formweb.p.rule", t.get(nth("quy-tac", i), x.Rule), schema)
			expr.line.Hint = say("formweb.p.rule-hint")
			out = append(out, row("formweb.p.eligible", i, x.Reason, i >= len(v.Eligible), expr, text(nth("ly", i), "formweb.p.eligible-reason", x.Reason),
				text(nth("ly-en", i), "formweb.p.eligible-reason-en", x.ReasonEn), text(nth("cc", i), "formweb.p.clause", x.Basis)))
		}
		return out
	case "cach-thuc":
		var out []group
		for i, kind := range []string{procedure.Direct, procedure.Online, procedure.Post} {
			c, open := channel(v, kind)
			channelName := say("formweb.channel." + kind)
			out = append(out, group{legend: channelName, inputs: []input{
				box(ctx, nth("co", i), "formweb.p.open", t.ticked(nth("co", i), open)), text(nth("ghi", i), "formweb.p.note", c.Note),
			}})
			for j := range len(c.Limits) + more {
				var x procedure.TimeLimit
				if j < len(c.Limits) {
					x = c.Limits[j]
				}
				out = append(out, group{legend: say("formweb.p.limit-of", "channel", channelName, "n", j+1), folded: j >= len(c.Limits), inputs: []input{
					hinted(line(ctx, nth("han", i, j), "formweb.p.limit", t.get(nth("han", i, j), x.Limit), 20, 20), say("formweb.p.limit-hint")),
					text(nth("han-khi", i, j), "formweb.p.case", x.Case), text(nth("han-van", i, j), "formweb.p.verbatim", x.Verbatim),
				}})
			}
			for j := range len(c.Fees) + more {
				var x procedure.Fee
				if j < len(c.Fees) {
					x = c.Fees[j]
				}
				amount := ""
				if x.Known {
					amount = strconv.FormatInt(x.Amount, 10)
				}
				out = append(out, group{legend: say("formweb.p.fee-of", "channel", channelName, "n", j+1), folded: j >= len(c.Fees), inputs: []input{
					pick(ctx, nth("phi-loai", i, j), "formweb.p.fee-kind", t.get(nth("phi-loai", i, j), x.Kind), worded(ctx, "formweb.fee.", "phi", "le_phi", "other")),
					text(nth("phi-ten", i, j), "formweb.p.fee-name", x.Name),
					hinted(line(ctx, nth("phi", i, j), "formweb.p.amount", t.get(nth("phi", i, j), amount), 20, 15), say("formweb.p.amount-hint")),
					text(nth("phi-khi", i, j), "formweb.p.case", x.Case), text(nth("phi-van", i, j), "formweb.p.verbatim", x.Verbatim),
				}})
			}
		}
		return out
	case "giay-to":
		sets := ""
		if v.Sets > 0 {
			sets = strconv.Itoa(v.Sets)
		}
		out := []group{g("formweb.p.sets", line(ctx, "so-bo", "formweb.p.sets", t.get("so-bo", sets), 10, 3))}
		schema := d.terms(v)
		for i := range len(v.Components) + more {
			var x procedure.Component
			if i < len(v.Components) {
				x = v.Components[i]
			}
			expr := ruled(ctx, nth("khi", i), "formweb.p.needed-when", t.get(nth("khi", i), x.When), schema)
			copies := func(n int) string {
				if !x.Counted {
					return ""
				}
				return strconv.Itoa(n)
			}
			out = append(out, row("formweb.p.paper", i, x.Name, i >= len(v.Components), text(nth("ten", i), "formweb.p.paper-name", x.Name),
				text(nth("nhom", i), "formweb.p.paper-group", x.Group),
				line(ctx, nth("chinh", i), "formweb.p.originals", t.get(nth("chinh", i), copies(x.Originals)), 10, 3), line(ctx, nth("sao", i), "formweb.p.copies", t.get(nth("sao", i), copies(x.Copies)), 10, 3),
				box(ctx, nth("can", i), "formweb.p.paper-required", t.ticked(nth("can", i), x.Required)), expr,
				box(ctx, nth("chu", i), "formweb.p.paper-note", t.ticked(nth("chu", i), x.Note)),
				text(nth("lay", i), "formweb.p.reuse", x.Reuse)))
		}
		return out
	case "ket-qua":
		var out []group
		for i := range len(v.Results) + more {
			var x procedure.Result
			if i < len(v.Results) {
				x = v.Results[i]
			}
			out = append(out, row("formweb.p.result", i, x.Name, i >= len(v.Results), text(nth("kq", i), "formweb.p.result-name", x.Name), line(ctx, nth("kq-ma", i), "formweb.p.code", t.get(nth("kq-ma", i), x.Code), 20, 60)))
		}
		for i := range len(v.Bases) + more {
			var x procedure.LegalBasis
			if i < len(v.Bases) {
				x = v.Bases[i]
			}
			b := row("formweb.p.base", i, x.Number, i >= len(v.Bases), line(ctx, nth("so", i), "formweb.p.base-number", t.get(nth("so", i), x.Number), 20, 100),
				text(nth("tv", i), "formweb.p.base-name", x.Name), line(ctx, nth("ngay", i), "formweb.p.base-date", t.get(nth("ngay", i), typedDay(x.Date)), 10, 10),
				line(ctx, nth("noi", i), "formweb.p.base-issuer", t.get(nth("noi", i), x.Issuer), 0, 200))
			for k := range b.inputs {
				if b.inputs[k].box != nil {
					b.inputs[k].box.Name = nth("bo-cc", i)
					b.inputs[k].ticked = t.ticked(nth("bo-cc", i), false)
				}
			}
			out = append(out, b)
		}
		return out
	case "thuc-hien":
		option := func(id, title string) component.Option {
			return component.Option{Value: id, Label: title + " (" + id + ")"}
		}
		var formList, processList []component.Option
		for _, f := range d.pack.Forms {
			formList = append(formList, option(f.ID, f.Title))
		}
		for _, p := range d.pack.Processes {
			processList = append(processList, option(p.ID, p.Title))
		}
		form := pick(ctx, "bieu-mau", "formweb.p.form", t.get("bieu-mau", v.Form), formList)
		form.choice.Empty = say("formweb.p.general")
		process := pick(ctx, "quy-trinh", "formweb.p.process", t.get("quy-trinh", v.Process), processList)
		process.choice.Empty = say("formweb.p.general")
		own := make([]string, len(v.Competent))
		for i, id := range v.Competent {
			own[i] = string(id)
		}
		online := pick(ctx, "muc-do", "formweb.p.online", t.get("muc-do", v.Online), worded(ctx, "formweb.online.", "full", "partial", "none"))
		online.choice.Empty = say("formweb.p.not-stated")
		out := []group{
			g("formweb.part.thuc-hien", form, process, online, box(ctx, "trong-buoi", "formweb.p.same-visit", t.ticked("trong-buoi", v.SameVisit)), box(ctx, "lien-thong", "formweb.p.linked", t.ticked("lien-thong", v.Linked)),
				hinted(long("co-quan", "formweb.p.competent", strings.Join(own, "\n"), 3), say("formweb.p.competent-hint"))),
		}
		for i := range len(v.Pauses) + more {
			var x procedure.Pause
			if i < len(v.Pauses) {
				x = v.Pauses[i]
			}
			out = append(out, row("formweb.p.pause", i, x.Name, i >= len(v.Pauses), line(ctx, nth("td-ma", i), "formweb.p.code", t.get(nth("td-ma", i), x.ID), 20, 60), text(nth("td", i), "formweb.p.pause-name", x.Name), text(nth("td-cc", i), "formweb.p.clause", x.Basis)))
		}
		return out
	}
	chosenLevels := make([]string, len(v.Levels))
	for i, l := range v.Levels {
		chosenLevels[i] = level(l)
	}
	who := group{legend: say("formweb.p.levels")}
	for _, l := range levels {
		who.inputs = append(who.inputs, box(ctx, "cap-"+level(l), "formweb.level."+level(l), t.ticked("cap-"+level(l), slices.Contains(chosenLevels, level(l)))))
	}
	return []group{
		g("formweb.part.chung", needed(text("ten", "formweb.p.name", v.Name)), text("de-lam-gi", "formweb.p.purpose", v.Purpose), needed(text("linh-vuc", "formweb.p.sector", v.Sector)),
			text("bo", "formweb.p.ministry", v.Ministry), text("loai", "formweb.p.kind", v.Kind), text("quyet-dinh", "formweb.p.decision", v.Decision),
			hinted(long("doi-tuong", "formweb.p.subjects", strings.Join(v.Subjects, "\n"), 4), say("formweb.one-a-line")),
			hinted(long("tu-khoa", "formweb.p.keywords", strings.Join(v.Keywords, "\n"), 4), say("formweb.one-a-line"))),
		who,
		g("formweb.p.agencies", text("cap-chu", "formweb.p.level-text", v.LevelText), text("tham-quyen", "formweb.p.authority", v.Authority), text("thuc-hien", "formweb.p.executor", v.Executor),
			text("uy-quyen", "formweb.p.delegate", v.Delegate), text("phoi-hop", "formweb.p.partner", v.Partner), text("dia-chi", "formweb.p.address", v.Address), text("lien-quan", "formweb.p.related", v.Related)),
	}
}

func channel(v *procedure.Version, kind string) (procedure.Channel, bool) {
	for _, c := range v.Channels {
		if c.Kind == kind {
			return c, true
		}
	}
	return procedure.Channel{Kind: kind}, false
}

func clip(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}

// kept is a text as it was typed, or as it was when only blanks around it differ: forms come trimmed.
func kept(old, now string) string {
	if strings.TrimSpace(old) == now {
		return old
	}
	return now
}

// readPart reads one page of a procedure over the version it was drawn from.
func readPart(ctx context.Context, d *desk, old *procedure.Version, part string, f web.Form, wrong map[string]string) *procedure.Version {
	v := *old
	whole := func(name string) int {
		text := f.Get(name)
		n, err := strconv.Atoi(text)
		if text != "" && (err != nil || n < 0 || n > 999) {
			wrong[name] = lang.T(ctx, "formweb.count")
		}
		return n
	}
	check := func(name string, s rule.Schema) string {
		src := f.Get(name)
		if src == "" {
			return ""
		}
		if _, problems := rule.Compile(src, s, rule.YesNo); len(problems) > 0 {
			wrong[name] = problems[0].In(lang.From(ctx))
		}
		return src
	}
	need := func(name string) string {
		text := f.Get(name)
		if text == "" {
			wrong[name] = lang.T(ctx, "error.form-edit.label")
		}
		return text
	}
	switch part {
	case "trinh-tu":
		v.Steps, v.Conditions = kept(old.Steps, f.Get("trinh-tu")), kept(old.Conditions, f.Get("dieu-kien"))
		schema := d.terms(old)
		v.Eligible = nil
		for i := 0; f.Has(nth("quy-tac", i)) && i < mostRows; i++ {
			if f.Get(nth("bo", i)) != "" || f.Get(nth("quy-tac", i)) == "" && f.Get(nth("ly", i)) == "" {
				continue
			}
			need(nth("quy-tac", i))
			v.Eligible = append(v.Eligible, procedure.Eligibility{
				Rule: check(nth("quy-tac", i), schema), Reason: need(nth("ly", i)), ReasonEn: f.Get(nth("ly-en", i)), Basis: f.Get(nth("cc", i)),
			})
		}
	case "cach-thuc":
		v.Channels = nil
		for i, kind := range []string{procedure.Direct, procedure.Online, procedure.Post} {
			if f.Get(nth("co", i)) == "" {
				continue
			}
			c := procedure.Channel{Kind: kind, Note: f.Get(nth("ghi", i))}
			for j := 0; f.Has(nth("han", i, j)) && j < mostRows; j++ {
				l := procedure.TimeLimit{Limit: f.Get(nth("han", i, j)), Case: f.Get(nth("han-khi", i, j)), Verbatim: f.Get(nth("han-van", i, j))}
				if l == (procedure.TimeLimit{}) {
					continue
				}
				if l.Limit != "" {
					if _, err := deadline.ParseLimit(l.Limit); err != nil {
						wrong[nth("han", i, j)] = lang.T(ctx, "formweb.p.limit-wrong")
					}
				}
				c.Limits = append(c.Limits, l)
			}
			for j := 0; f.Has(nth("phi", i, j)) && j < mostRows; j++ {
				x := procedure.Fee{Kind: f.Get(nth("phi-loai", i, j)), Name: f.Get(nth("phi-ten", i, j)), Case: f.Get(nth("phi-khi", i, j)), Verbatim: f.Get(nth("phi-van", i, j))}
				if amount := strings.ReplaceAll(f.Get(nth("phi", i, j)), ".", ""); amount != "" {
					n, err := strconv.ParseInt(amount, 10, 64)
					if err != nil || n < 0 {
						wrong[nth("phi", i, j)] = lang.T(ctx, "formweb.figure")
					}
					x.Amount, x.Known = n, true
				}
				if x != (procedure.Fee{}) {
					c.Fees = append(c.Fees, x)
				}
			}
			v.Channels = append(v.Channels, c)
		}
	case "giay-to":
		v.Sets = whole("so-bo")
		schema := d.terms(old)
		v.Components = nil
		taken := func(id string) bool {
			return slices.ContainsFunc(slices.Concat(old.Components, v.Components), func(c procedure.Component) bool { return c.ID == id })
		}
		for i := 0; f.Has(nth("ten", i)) && i < mostRows; i++ {
			fresh := i >= len(old.Components)
			if f.Get(nth("bo", i)) != "" || fresh && f.Get(nth("ten", i)) == "" {
				continue
			}
			var c procedure.Component
			if !fresh {
				c = old.Components[i]
			}
			c.Name, c.Group, c.Reuse = need(nth("ten", i)), f.Get(nth("nhom", i)), f.Get(nth("lay", i))
			c.Originals, c.Copies = whole(nth("chinh", i)), whole(nth("sao", i))
			c.Counted = f.Get(nth("chinh", i)) != "" || f.Get(nth("sao", i)) != ""
			c.Required, c.Note, c.When = f.Get(nth("can", i)) != "", f.Get(nth("chu", i)) != "", check(nth("khi", i), schema)
			if c.ID == "" {
				c.ID = formedit.Slug(c.Name, "-", "giay", taken)
			}
			v.Components = append(v.Components, c)
		}
	case "ket-qua":
		v.Results = nil
		for i := 0; f.Has(nth("kq", i)) && i < mostRows; i++ {
			if f.Get(nth("bo", i)) == "" && f.Get(nth("kq", i)) != "" {
				v.Results = append(v.Results, procedure.Result{Name: f.Get(nth("kq", i)), Code: f.Get(nth("kq-ma", i))})
			}
		}
		v.Bases = nil
		for i := 0; f.Has(nth("so", i)) && i < mostRows; i++ {
			b := procedure.LegalBasis{Number: f.Get(nth("so", i)), Name: f.Get(nth("tv", i)), Issuer: f.Get(nth("noi", i)), Date: f.Get(nth("ngay", i))}
			if f.Get(nth("bo-cc", i)) != "" || b == (procedure.LegalBasis{}) {
				continue
			}
			if t, ok := web.ReadDate(b.Date); ok {
				b.Date = t.Format("2006-01-02")
			} else if b.Date != "" && (i >= len(old.Bases) || b.Date != old.Bases[i].Date) {
				wrong[nth("ngay", i)] = lang.T(ctx, "formweb.day")
			}
			v.Bases = append(v.Bases, b)
		}
	case "thuc-hien":
		v.Form, v.Process, v.Online, v.SameVisit, v.Linked = f.Get("bieu-mau"), f.Get("quy-trinh"), f.Get("muc-do"), f.Get("trong-buoi") != "", f.Get("lien-thong") != ""
		v.Competent = nil
		for _, id := range lines(f.Get("co-quan")) {
			if !slices.ContainsFunc(d.pack.Agencies, func(a agency.Agency) bool { return string(a.ID) == id }) {
				wrong["co-quan"] = lang.T(ctx, "formweb.p.competent-wrong", "id", id)
			}
			v.Competent = append(v.Competent, agency.ID(id))
		}
		v.Pauses = nil
		for i := 0; f.Has(nth("td", i)) && i < mostRows; i++ {
			if f.Get(nth("bo", i)) != "" || f.Get(nth("td", i)) == "" && f.Get(nth("td-ma", i)) == "" {
				continue
			}
			p := procedure.Pause{ID: f.Get(nth("td-ma", i)), Name: need(nth("td", i)), Basis: need(nth("td-cc", i))}
			if p.ID == "" {
				p.ID = formedit.Slug(p.Name, "_", "tam_dung", func(id string) bool {
					return slices.ContainsFunc(v.Pauses, func(o procedure.Pause) bool { return o.ID == id })
				})
			}
			v.Pauses = append(v.Pauses, p)
		}
	default:
		v.Name, v.Purpose, v.Sector, v.Ministry = need("ten"), f.Get("de-lam-gi"), need("linh-vuc"), f.Get("bo")
		v.Kind, v.Decision, v.Subjects, v.Keywords = f.Get("loai"), f.Get("quyet-dinh"), lines(f.Get("doi-tuong")), lines(f.Get("tu-khoa"))
		v.LevelText, v.Authority, v.Executor, v.Delegate = f.Get("cap-chu"), f.Get("tham-quyen"), f.Get("thuc-hien"), f.Get("uy-quyen")
		v.Partner, v.Address, v.Related = f.Get("phoi-hop"), f.Get("dia-chi"), f.Get("lien-quan")
		stay := slices.DeleteFunc(slices.Clone(old.Levels), func(l agency.Level) bool { return slices.Contains(levels, l) })
		for _, l := range levels {
			if f.Get("cap-"+level(l)) != "" {
				stay = append(stay, l)
			}
		}
		if v.Levels = stay; len(stay) == 0 {
			v.Levels = nil
		}
	}
	return &v
}

// procedureText writes a procedure as its file does.
func procedureText(v *procedure.Version) string {
	c := *v
	c.Digest, c.Number = "", 0
	return pack.YAML(&c)
}

func (e editor) saveProcedure(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	d, err := e.open(r, studio.Procedure)
	if err != nil {
		return err
	}
	form, err := readForm(r)
	if err != nil {
		return err
	}
	part := partOf(form.Get(querySection))
	wrong := map[string]string{}
	make := func(text string) (string, bool) {
		old := &procedure.Version{Code: d.doc.ID}
		if text != "" {
			p, found := studio.Parse(d.doc.Key, text)
			if len(found) > 0 || len(p.Procedures) != 1 {
				return "", false
			}
			old = p.Procedures[0]
		} else {
			part = parts[0]
		}
		v := readPart(ctx, d, old, part, form, wrong)
		return procedureText(v), len(wrong) == 0
	}
	again := func(status int, said ...component.FieldError) error {
		v, err := e.procedureView(ctx, d, part, typed{&form})
		if err != nil {
			return err
		}
		v.reason, v.errors = form.Get(fieldReason), append(said, mark(v.groups, wrong)...)
		if v.fresh {
			for _, name := range []string{"ten", "linh-vuc"} {
				if wrong[name] != "" {
					v.errors = append(v.errors, component.FieldError{ID: name, Text: wrong[name]})
				}
			}
		}
		return web.Render(w, r, status, procedurePage(v))
	}
	if form.Version != d.doc.Version {
		if e.again(ctx, d, form, make) {
			return web.SeeOther(w, r, d.partPath(part))
		}
		return again(http.StatusConflict, component.FieldError{Text: web.ErrorText(ctx, studio.ErrStale)})
	}
	text, ok := make(d.doc.Text)
	if !ok {
		return again(http.StatusUnprocessableEntity)
	}
	if err := e.keep(ctx, d, form, text); err != nil {
		why, can := refusal(ctx, err)
		if !can {
			return err
		}
		return again(web.Status(err), component.FieldError{Text: why})
	}
	return web.SeeOther(w, r, d.partPath(part), "formweb.saved")
}
