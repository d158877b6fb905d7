package deskweb

import (
	"context"
	"strconv"
	"strings"

	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

// actFormID is the id of the form that the button in the bar sends.
const actFormID = "thao-tac"

// acceptFiles are the extensions offered in file dialogs; what is accepted is judged by content.
const acceptFiles = ".pdf,.jpg,.jpeg,.png,.webp,.heic,.docx,.xlsx,.doc,.xls"

func (a actForm) encoding() string {
	if a.files {
		return "multipart/form-data"
	}
	return "application/x-www-form-urlencoded"
}

// value is what was typed, else what is usual.
func (a actForm) value(name, usual string) []string {
	if v := a.typed.Get(name); v != "" {
		return []string{v}
	}
	return []string{usual}
}

// onlyPost chooses the post when there is but one.
func (a actForm) onlyPost() []string {
	if v := a.typed.Get(fieldPost); v != "" {
		return []string{v}
	}
	if len(a.posts) == 1 && !a.mayPost {
		return []string{a.posts[0].Value}
	}
	return nil
}

// label is what the question is called.
func (q ask) label(ctx context.Context) string { return lang.T(ctx, "desk.field."+q.name) }

// chosen is the option of a question that was chosen; of a question with all options in sight, the only one there is.
func (a actForm) chosen(q ask) []string {
	if v := a.typed.Get(q.name); v != "" {
		return []string{v}
	}
	if len(q.options) == 1 && q.kind == askOne && !q.optional {
		return []string{q.options[0].Value}
	}
	return nil
}

// files is the file of the row that arrived earlier.
func (r resultRow) files() []component.StoredFile {
	if r.kept == nil {
		return nil
	}
	return []component.StoredFile{*r.kept}
}

func decimal(n int) string { return strconv.Itoa(n) }

// barButton is the button of the open act as it stands in the bar. A dangerous act has its own, in its panel.
func barButton(a actForm) component.Act {
	b := a.button
	b.Form = actFormID
	return b
}

func units(ctx context.Context) []component.Option {
	var out []component.Option
	for _, u := range []string{"wd", "d", "wh", "m"} {
		out = append(out, component.Option{Value: u, Label: lang.T(ctx, "desk.unit."+u)})
	}
	return out
}

func methods(ctx context.Context) []component.Option {
	var out []component.Option
	for _, m := range []string{procedure.Direct, procedure.Post, procedure.Online} {
		out = append(out, component.Option{Value: m, Label: lang.T(ctx, "desk.method."+m)})
	}
	return out
}

func postEmpty(ctx context.Context, a actForm) string {
	if a.mayPost {
		return lang.T(ctx, "desk.field.post-any")
	}
	return ""
}

func basisHint(ctx context.Context, a actForm) string {
	switch {
	case a.id != dossier.ActSupplement:
		return ""
	case a.second:
		return lang.T(ctx, "desk.supplement.second")
	case a.late:
		return lang.T(ctx, "desk.supplement.late")
	}
	return ""
}

func noteLabel(ctx context.Context, a actForm) string {
	switch {
	case a.id == dossier.ActNote:
		return lang.T(ctx, "desk.field.note")
	case a.danger:
		return lang.T(ctx, "desk.field.ly-do")
	case a.answer:
		return lang.T(ctx, "together.field.answer")
	case a.agency && a.must:
		return lang.T(ctx, "together.field.question")
	}
	return lang.T(ctx, "desk.field.y-kien")
}

func refusalTitle(ctx context.Context, c caseView) string {
	if len(c.changed) > 0 {
		return lang.T(ctx, "desk.stale.title")
	}
	return lang.T(ctx, "desk.refused.title")
}

func paperGrid(ctx context.Context, papers []paperRow) component.Grid {
	g := component.Grid{
		Caption: lang.T(ctx, "desk.part.papers"), Stack: true, Empty: noPapers(),
		Columns: []component.Column{
			{Title: lang.T(ctx, "desk.col.component")},
			{Title: lang.T(ctx, "desk.col.form"), Width: "narrow"},
			{Title: lang.T(ctx, "desk.col.file")},
			{Title: lang.T(ctx, "desk.paper.load"), Hidden: true, Width: "narrow"},
		},
	}
	for _, p := range papers {
		g.Rows = append(g.Rows, component.Row{Cells: []component.Cell{
			{Text: p.component}, {Text: p.form}, {Content: paperName(p), Note: p.size}, {Content: paperLoad(p), Code: true},
		}})
	}
	return g
}

func counterTitle(ctx context.Context, v counterView) string {
	if v.supplements() {
		return lang.T(ctx, "desk.intake.complete", "code", v.code)
	}
	return lang.T(ctx, "desk.intake.title")
}

func counterButton(ctx context.Context, v counterView) string {
	switch {
	case v.supplements():
		return lang.T(ctx, "desk.intake.record")
	case v.accepts:
		return lang.T(ctx, "desk.intake.accept")
	}
	return lang.T(ctx, "desk.intake.lodge")
}

// hasBar reports whether there is anything to put into the bar.
func (c caseView) hasBar() bool {
	return c.form != nil && !c.form.danger || len(c.others)+len(c.danger) > 0
}

// freshText is said of a dossier that was accepted a moment ago.
func (c caseView) freshText(ctx context.Context) string {
	if c.d.SameVisit() {
		// law: ND61-2018 17.4; ND118-2025 17.4 — no receipt unless the person asks for one.
		return lang.T(ctx, "desk.fresh.same-visit")
	}
	return c.due
}

func (c caseView) printText(ctx context.Context) string {
	if c.d.SameVisit() {
		return lang.T(ctx, "desk.fresh.print-asked")
	}
	return lang.T(ctx, "desk.fresh.print")
}

func (c caseView) printKind() component.ActKind {
	if c.d.SameVisit() {
		return component.SecondaryAct
	}
	return component.PrimaryAct
}

// forAnother reports whether somebody else than the owner came, so that what is asked of him stands open.
func (v counterView) forAnother() bool {
	for _, name := range []string{fieldSubmitter, fieldSubmitterID, fieldSubmitterTel, fieldMandate, fieldMandateNumber, fieldMandateDate, fieldMandateUntil} {
		if v.who.typed.Get(name) != "" || v.errorOf(name) != "" {
			return true
		}
	}
	return len(v.scans(dossier.MandatePaper)) > 0 || v.errorOf(prefixScan+dossier.MandatePaper) != ""
}

// channelOptions are the ways of coming; the post opens what is asked of its handover.
func (v counterView) channelOptions(ctx context.Context) []component.Option {
	out := channels(ctx)
	out[1].Opens = byPost(v)
	return out
}

// keepSame keeps the visit in the address of a search.
func keepSame(x *dossier.Dossier) map[string]string {
	if x == nil {
		return nil
	}
	return map[string]string{fieldSame: x.ID}
}

// submitterText says who came, and on what he acts for the owner.
func submitterText(ctx context.Context, x *dossier.Dossier) string {
	if x.Submitter.Name == "" {
		return ""
	}
	lines := []string{x.Submitter.Name}
	if x.Submitter.Number != "" {
		lines[0] += ", " + x.Submitter.Number
	}
	if m := x.Mandate; m != nil {
		line := lang.T(ctx, "mandate."+m.Kind)
		if m.Number != "" {
			line += ", " + lang.T(ctx, "desk.visit.mandate-number", "number", m.Number)
		}
		if m.Date != "" {
			line += ", " + dayText(ctx, m.Date)
		}
		lines = append(lines, line)
		if m.Until != "" {
			lines = append(lines, lang.T(ctx, "desk.visit.mandate-until", "day", dayText(ctx, m.Until)))
		}
	}
	return strings.Join(lines, "\n")
}

// sheetRest says how many lines stay behind and why.
func sheetRest(ctx context.Context, v sheetView) string {
	var out []string
	for _, x := range []lineState{lineBad, lineTwin, lineLodged} {
		if n := v.count(x); n > 0 && (!v.done || x != lineLodged) {
			out = append(out, lang.T(ctx, "desk.sheet.rest."+string(x), "n", n))
		}
	}
	return sentences(out...)
}

// lodgeText is the button that lodges the lines that are ready.
func lodgeText(ctx context.Context, v sheetView) string {
	if n := v.count(lineReady); n > 0 {
		return lang.T(ctx, "desk.sheet.lodge", "n", n)
	}
	return lang.T(ctx, "desk.sheet.lodge-ticked")
}
