package filingweb

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/motcua/motcua/internal/deadline"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/viet"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

// draftDays is how long an untouched draft is kept, as said to people.
const draftDays = int(dossier.DraftLife / (24 * time.Hour))

// plainText keeps a telephone from correcting codes.
var plainText = templ.Attributes{"spellcheck": "false", "autocapitalize": "none", "autocomplete": "off"}

func startCrumbs(ctx context.Context, v *procedure.Version) []component.Crumb {
	return []component.Crumb{
		{Text: lang.T(ctx, "nav.home"), Href: "/"},
		{Text: lang.T(ctx, "nav.procedures"), Href: "/thu-tuc"},
		{Text: v.Code, Href: "/thu-tuc/" + v.Code},
		{Text: lang.T(ctx, "filing.start.title")},
	}
}

// facts answer who, how long and how much before anything is asked.
func (v startView) facts(ctx context.Context) []component.Fact {
	var out []component.Fact
	add := func(key, value string) {
		if value != "" {
			out = append(out, component.Fact{Name: lang.T(ctx, key), Value: value})
		}
	}
	switch {
	case v.office != "":
		add("filing.start.office", v.office)
	case v.offer.ByCommune:
		add("filing.start.office", lang.T(ctx, "filing.start.office-commune"))
	default:
		add("filing.start.office", lang.T(ctx, "filing.start.office-choose"))
	}
	add("filing.start.limit", limits(ctx, v.offer.Version))
	add("filing.start.fee", fee(ctx, v.offer.Version))
	return out
}

// limits names the processing times of an online application, each with the case it is for.
func limits(ctx context.Context, v *procedure.Version) string {
	var out []string
	for _, one := range dossier.Limits(*v, procedure.Online) {
		l, err := deadline.ParseLimit(one.Limit)
		if err != nil {
			continue
		}
		text := l.Text(string(lang.From(ctx)))
		if one.Case != "" {
			text += " (" + one.Case + ")"
		}
		if !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	return strings.Join(out, "; ")
}

// fee says what the online channel costs when the source states one amount for everybody.
func fee(ctx context.Context, v *procedure.Version) string {
	for _, c := range v.Channels {
		if c.Kind != procedure.Online || len(c.Fees) == 0 {
			continue
		}
		var sum int64
		for _, f := range c.Fees {
			if !f.Known || f.Case != "" {
				return lang.T(ctx, "filing.start.fee-varies")
			}
			sum += f.Amount
		}
		switch {
		case sum == 0:
			return lang.T(ctx, "filing.start.fee-none")
		case lang.From(ctx) == lang.EN:
			return viet.MoneyEnglish(sum)
		}
		return viet.Money(sum)
	}
	return ""
}

func (v startView) papers(ctx context.Context) []component.Fact {
	var out []component.Fact
	for _, c := range v.offer.Version.Components {
		if c.Note {
			continue
		}
		f := component.Fact{Name: c.Name}
		if why := v.terms.Why(c.ID, lang.From(ctx)); why != "" {
			f.Value = lang.T(ctx, "filing.paper-when", "why", why)
		} else if !c.Required {
			f.Value = lang.T(ctx, "filing.paper-if-any")
		}
		out = append(out, f)
	}
	return out
}

func (v placeView) errors(ctx context.Context) []component.FieldError {
	if v.err == nil {
		return nil
	}
	return []component.FieldError{{ID: placeInput, Text: web.ErrorText(ctx, v.err)}}
}

func (v placeView) lead(ctx context.Context, d *work) string {
	if d.offer.ByCommune {
		return lang.T(ctx, "filing.place-lead-commune")
	}
	return lang.T(ctx, "filing.place-lead")
}

func (v placeView) choice(ctx context.Context, d *work) component.Choice {
	c := component.Choice{Name: placeInput, Label: lang.T(ctx, "filing.place-label"), Values: []string{v.chosen}}
	if d.offer.ByCommune {
		c.Label = lang.T(ctx, "filing.place-label-commune")
	}
	if v.err != nil {
		c.Error = web.ErrorText(ctx, v.err)
	}
	for _, o := range v.options {
		c.Options = append(c.Options, component.Option{Value: o.value, Label: o.label})
	}
	return c
}

// field is the file input of one paper.
func (d *work) field(ctx context.Context, v papersView, c procedure.Component) component.FileField {
	f := component.FileField{
		Field: component.Field{
			Name: inputName(c.ID), Label: c.Name, Optional: !c.Required, Error: v.errorAt(ctx, c.ID),
		},
		Accept: v.accept, Multiple: true, Files: d.stored(ctx, d.of(c.ID)),
	}
	f.Hint = strings.Join(slices.DeleteFunc([]string{d.because(ctx, c), quantity(ctx, c), lang.T(ctx, "filing.paper-limit", "limit", v.limit)}, func(s string) bool { return s == "" }), " ")
	return f
}

// other is the file input for what belongs to no paper of the procedure.
func (d *work) other(ctx context.Context, v papersView) component.FileField {
	return component.FileField{
		Field: component.Field{
			Name: inputName(otherPapers), Label: lang.T(ctx, "filing.other-papers"), Hint: lang.T(ctx, "filing.other-papers-hint"), Optional: true,
			Error: v.errorAt(ctx, otherPapers),
		},
		Accept: v.accept, Multiple: true, Files: d.stored(ctx, d.of(otherPapers)),
	}
}

// because says when a paper is required, or that it is for this application.
func (d *work) because(ctx context.Context, c procedure.Component) string {
	why := d.judged.Why(c.ID, lang.From(ctx))
	switch {
	case why == "":
		return ""
	case c.Required:
		return lang.T(ctx, "filing.paper-because", "why", why)
	}
	return lang.T(ctx, "filing.paper-when", "why", why)
}

// terms says how long it takes and what it costs, where the answers decide it.
func (v checkView) terms(ctx context.Context, d *work) []component.Fact {
	if !d.judged.Decided && len(d.version.FeeTables) == 0 {
		return nil
	}
	var out []component.Fact
	for key, value := range map[string]string{"filing.start.limit": limits(ctx, d.version), "filing.start.fee": fee(ctx, d.version)} {
		if value != "" {
			out = append(out, component.Fact{Name: lang.T(ctx, key), Value: value})
		}
	}
	slices.SortFunc(out, func(a, b component.Fact) int { return strings.Compare(b.Name, a.Name) })
	return out
}

// quantity says how many originals and copies the procedure wants of a paper.
func quantity(ctx context.Context, c procedure.Component) string {
	if !c.Counted {
		return ""
	}
	switch {
	case c.Originals > 0 && c.Copies > 0:
		return lang.T(ctx, "filing.paper-both", "originals", c.Originals, "copies", c.Copies)
	case c.Originals > 0:
		return lang.T(ctx, "filing.paper-originals", "n", c.Originals)
	case c.Copies > 0:
		return lang.T(ctx, "filing.paper-copies", "n", c.Copies)
	}
	return ""
}

func (v checkView) place(ctx context.Context, d *work) []component.Fact {
	f := component.Fact{Name: lang.T(ctx, "filing.start.office"), Value: v.office}
	if v.office == "" {
		f.Value, f.Missing = lang.T(ctx, "filing.place-missing"), true
	}
	if d.choosesPlace() {
		f.Change = d.path("noi-giai-quyet")
	}
	return []component.Fact{f}
}

func (v checkView) declare(ctx context.Context) component.Field {
	f := component.Field{Name: declareInput, Label: lang.T(ctx, "filing.declare.text")}
	if v.undeclared {
		f.Error = lang.T(ctx, "filing.declare-missing")
	}
	return f
}

func (d *work) submitText(ctx context.Context) string {
	if d.Supplements != "" {
		return lang.T(ctx, "filing.supplement.submit")
	}
	return lang.T(ctx, "filing.submit")
}

func (v listView) draftGrid(ctx context.Context) component.Grid {
	g := component.Grid{
		Caption: lang.T(ctx, "filing.mine.drafts"), Stack: true,
		Columns: []component.Column{{Title: lang.T(ctx, "filing.col.procedure"), Width: "wide"}, {Title: lang.T(ctx, "filing.col.updated")}, {Title: lang.T(ctx, "filing.col.acts"), Hidden: true}},
	}
	for _, d := range v.drafts {
		name := component.Cell{Text: short(d.title), Href: "/soan/" + d.ID}
		if d.Supplements != "" {
			name.Note = lang.T(ctx, "filing.mine.supplementing")
		}
		g.Rows = append(g.Rows, component.Row{ID: d.ID, Cells: []component.Cell{
			name, {Text: when(ctx, d.Updated)}, {Content: link("/soan/"+d.ID+"/xoa", lang.T(ctx, "filing.drop.short"), d.title)},
		}})
	}
	return g
}

func (v listView) grid(ctx context.Context, key string, list []dossier.Row) component.Grid {
	caption, last := lang.T(ctx, key), "filing.col.due"
	if key == endedList {
		last = "filing.col.ended"
	}
	g := component.Grid{
		Caption: caption, Stack: true,
		Columns: []component.Column{
			{Title: lang.T(ctx, "filing.col.procedure"), Width: "wide"},
			{Title: lang.T(ctx, "filing.col.status")},
			{Title: lang.T(ctx, "filing.col.filed")},
			{Title: lang.T(ctx, last)},
		},
	}
	for _, r := range list {
		shown := r.Code
		if shown == "" {
			shown = r.Ref
		}
		due := lang.T(ctx, "filing.no-date")
		switch {
		case !r.Ended.IsZero():
			due = day(ctx, r.Ended)
		case r.Status == dossier.Resolved:
			due = lang.T(ctx, "filing.collect")
		case r.Status == dossier.SupplementRequested:
			due = lang.T(ctx, "filing.stands")
		case r.Status == dossier.Obligation && r.Due.IsZero():
			due = lang.T(ctx, "filing.stands-obligation")
		case r.Standing:
			due = lang.T(ctx, "filing.stands-pause")
		case !r.Due.IsZero():
			due = when(ctx, r.Due)
		}
		g.Rows = append(g.Rows, component.Row{ID: r.ID, Cells: []component.Cell{
			{Text: short(r.Title), Href: "/ho-so-cua-toi/" + r.ID, Note: shown},
			{Content: component.Status(tone(r.Status, r.Due, v.now), status(ctx, r.Status, r.Due, v.now))},
			{Text: day(ctx, r.Submitted)},
			{Text: due},
		}})
	}
	return g
}

// endedList is the key of the heading over dossiers that have ended.
const endedList = "filing.mine.ended"

func (t told) crumbs(ctx context.Context) []component.Crumb {
	return []component.Crumb{{Text: lang.T(ctx, "filing.mine.title"), Href: "/ho-so-cua-toi"}, {Text: t.Shown()}}
}

// crumbsTo are those of a page below that of the dossier.
func (t told) crumbsTo(ctx context.Context) []component.Crumb {
	return []component.Crumb{{Text: lang.T(ctx, "filing.mine.title"), Href: "/ho-so-cua-toi"}, {Text: t.Shown(), Href: t.path("")}, {Text: lang.T(ctx, "papers.looks-mine")}}
}

func (t told) doneTitle(ctx context.Context) string {
	if len(t.Supplements) > 0 {
		return lang.T(ctx, "filing.done.supplemented")
	}
	return lang.T(ctx, "filing.done.title")
}

func (t told) shownKey() string {
	if t.Code == "" {
		return "filing.ref"
	}
	return "filing.code"
}

func text(ctx context.Context, key, value string) component.Fact {
	return component.Fact{Name: lang.T(ctx, key), Value: value}
}

// publicFacts are what the holder of code and secret may read.
func (t told) publicFacts(ctx context.Context) []component.Fact {
	out := []component.Fact{text(ctx, "filing.col.procedure", t.Procedure.Name), text(ctx, "filing.start.office", t.source.Agency(t.Competent, t.now))}
	if t.Desk != t.Competent {
		out = append(out, text(ctx, "filing.own.desk", t.desk()))
	}
	out = append(out, text(ctx, "filing.own.filed", when(ctx, t.SubmittedAt)+", "+lang.T(ctx, "channel."+t.Channel)))
	if t.Accepted() {
		out = append(out, text(ctx, "filing.own.accepted", when(ctx, t.AcceptedAt)))
	}
	if l := t.limit(ctx); l != "" {
		out = append(out, text(ctx, "filing.own.limit", l))
	}
	if due := t.DueAt(); !due.IsZero() && t.Status != dossier.SupplementRequested {
		out = append(out, text(ctx, "filing.own.due", when(ctx, due)))
		if !t.FirstDue.IsZero() && !t.FirstDue.Equal(due) {
			out = append(out, text(ctx, "filing.own.first-due", when(ctx, t.FirstDue)))
		}
	}
	if t.Status == dossier.Refused && t.Reason != "" {
		out = append(out, text(ctx, "filing.own.reason", t.Reason))
	}
	if t.Lateness != nil {
		out = append(out, text(ctx, "filing.own.lateness", lang.T(ctx, "lateness."+t.Lateness.Reason)))
	}
	return append(out, t.stopFacts(ctx)...)
}

// facts are what the owner reads: also the names and the secret.
func (t told) facts(ctx context.Context) []component.Fact {
	out := t.publicFacts(ctx)
	if t.Owner.Name != "" {
		out = append(out, text(ctx, "filing.own.owner", t.Owner.Name))
	}
	if t.Submitter.Name != "" {
		out = append(out, text(ctx, "filing.own.submitter", t.Submitter.Name))
	}
	out = append(out, t.mandateFacts(ctx, true)...)
	if t.Code != "" {
		out = append(out, text(ctx, "filing.ref", t.Ref))
	}
	return append(out, text(ctx, "filing.own.secret", t.Secret))
}

func (t told) files(ctx context.Context) []component.StoredFile {
	var out []component.StoredFile
	for i, x := range t.Papers {
		f := component.StoredFile{Name: x.Name, Size: size(ctx, x.Size), Notes: foundIn(ctx, x)}
		if x.Hash == "" {
			f.Size = lang.T(ctx, "filing.on-paper")
		} else {
			f.Href = t.path("/giay-to/" + strconv.Itoa(i+1))
		}
		out = append(out, f)
	}
	return out
}

// degreeView is what a code alone opens.
type degreeView struct {
	row dossier.Row
	now time.Time
}

func (v degreeView) tone() component.Tone { return tone(v.row.Status, time.Time{}, v.now) }

func (v degreeView) status(ctx context.Context) string {
	return status(ctx, v.row.Status, time.Time{}, v.now)
}
