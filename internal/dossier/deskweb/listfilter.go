package deskweb

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/eform"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

// Words of the address of a list. An address is a list: it can be kept, sent to a colleague and exported.
const (
	qUrgency   = "han"
	qWaits     = "cho"
	qStatus    = "tt"
	qAgency    = "cq"
	qToday     = "ban-do"
	qHolder    = "giu"
	qPost      = "cv"
	qSector    = "lv"
	qProcedure = "ma"
	qChannel   = "kenh"
	qLaw       = "luat"
	qReason    = "ly-do"
	qMissed    = "lo-hen"
	qSorry     = "xin-loi"
	qDate      = "ngay"
	qFrom      = "tu"
	qTo        = "den"
	qMeasure   = "so"
	qReportOf  = "ky-tu"
	qReportTo  = "ky-den"
	qSort      = "xep"
	qDesc      = "nguoc"
	qAfter     = "sau"
)

// mapToday asks that agencies be counted as those that have their work now.
const mapToday = "hien-nay"

// agencyMaps are the two ways of counting agencies that were reorganised.
func agencyMaps(ctx context.Context) []component.Option {
	return []component.Option{{Value: mapToday, Label: lang.T(ctx, "list.map.today")}}
}

// agencyOptions are the agencies of today, then those that ended: their dossiers are still found under them.
func (n names) agencyOptions(ctx context.Context, day string) []component.Option {
	var out, ended []component.Option
	tree := n.cat.Tree()
	for _, id := range tree.IDs() {
		if a, ok := tree.At(id, day); ok {
			out = append(out, component.Option{Value: string(id), Label: a.Name})
		} else if a, ok := tree.Ever(id); ok && a.Until != "" && a.Until <= day {
			ended = append(ended, component.Option{Value: string(id), Label: lang.T(ctx, "list.agency-ended", "agency", a.Name, "day", dayText(ctx, a.Until))})
		}
	}
	return append(out, ended...)
}

// listWords are those that make up a list, in the order of the form.
var listWords = []string{
	qUrgency, qWaits, qStatus, qReason, qMissed, qSorry, qAgency, qToday, qHolder, qPost, qSector, qProcedure, qChannel, qLaw, qDate, qFrom, qTo,
	qMeasure, qReportOf, qReportTo, qSort, qDesc,
}

// clean keeps of an address what makes up a list, in one spelling: equal lists have equal addresses.
func clean(q url.Values) url.Values {
	out := url.Values{}
	for _, w := range listWords {
		v, ok := web.Clean(q.Get(w))
		if !ok || v == "" || len(v) > 200 {
			continue
		}
		if w == qFrom || w == qTo || w == qReportOf || w == qReportTo {
			if day, ok := eform.ReadDate(v); ok {
				v = day
			}
		}
		out.Set(w, v)
	}
	return out
}

// without is the address of a list without some of its words.
func without(q url.Values, words ...string) url.Values {
	out := url.Values{}
	for k, v := range q {
		if !slices.Contains(words, k) {
			out[k] = v
		}
	}
	return out
}

func changed(q url.Values, pairs ...string) url.Values {
	out := without(q)
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			out.Del(pairs[i])
		} else {
			out.Set(pairs[i], pairs[i+1])
		}
	}
	return out
}

func listPath(q url.Values) string {
	if len(q) == 0 {
		return pathList
	}
	return pathList + "?" + q.Encode()
}

// span reads two days, both included; either may be missing.
func span(from, to string) (p dossier.Period, ok bool) {
	if from != "" {
		d, err := calendar.ParseDate(from)
		if err != nil {
			return p, false
		}
		p.From = d.At(0)
	}
	if to != "" {
		d, err := calendar.ParseDate(to)
		if err != nil {
			return p, false
		}
		p.Until = d.AddDays(1).At(0)
	}
	return p, p.From.IsZero() || p.Until.IsZero() || p.From.Before(p.Until)
}

var urgencyWords = map[string]dossier.Urgency{"sap-den-han": dossier.DueSoon, "qua-han": dossier.Overdue}

// filterOf reads a cleaned address.
func filterOf(q url.Values) (dossier.ListFilter, error) {
	f := dossier.ListFilter{
		Urgency: urgencyWords[q.Get(qUrgency)], Waits: dossier.Waits(q.Get(qWaits)), Status: dossier.Status(q.Get(qStatus)), Agency: agency.ID(q.Get(qAgency)), Today: q.Get(qToday) == mapToday,
		Holder: agency.ID(q.Get(qHolder)), Post: q.Get(qPost), Sector: q.Get(qSector), Procedure: q.Get(qProcedure), Channel: q.Get(qChannel), Law: q.Get(qLaw),
		Reason: q.Get(qReason), FirstMissed: q.Has(qMissed), Apologised: q.Has(qSorry), Date: dossier.DateField(q.Get(qDate)), Measure: dossier.Measure(q.Get(qMeasure)),
		Sort: dossier.Sort(q.Get(qSort)), Desc: q.Has(qDesc),
	}
	if q.Has(qUrgency) && f.Urgency == "" {
		return f, dossier.ErrListFilter
	}
	var ok bool
	if f.Span, ok = span(q.Get(qFrom), q.Get(qTo)); !ok {
		return f, dossier.ErrListFilter
	}
	if f.Date == "" && (q.Has(qFrom) || q.Has(qTo)) {
		f.Date = dossier.DateSubmitted
	}
	if f.Measure != "" {
		if f.Report, ok = span(q.Get(qReportOf), q.Get(qReportTo)); !ok || f.Report.From.IsZero() || f.Report.Until.IsZero() {
			return f, dossier.ErrListFilter
		}
	}
	return f, nil
}

// wordText says what one word of a list asks for: "Lĩnh vực: Hộ tịch".
func (d *desk) wordText(ctx context.Context, n names, q url.Values, word string) string {
	v := q.Get(word)
	now := d.Now()
	switch word {
	case qUrgency:
		return lang.T(ctx, "list.urgency."+v)
	case qWaits:
		v = lang.T(ctx, "list.waits."+v)
	case qStatus:
		v = lang.T(ctx, "status."+v)
	case qAgency, qHolder:
		v = n.agency(agency.ID(v), now)
	case qPost:
		v = n.post(v, now)
	case qProcedure:
		if p, err := d.Catalogue().Version(v, dayOf(now)); err == nil {
			v = v + " – " + p.Name
		}
	case qChannel:
		v = lang.T(ctx, "channel."+v)
	case qReason:
		v = d.reasonText(ctx, v)
	case qToday:
		return lang.T(ctx, "list.map.today")
	case qMissed, qSorry, qDesc:
		return lang.T(ctx, "list.word."+word)
	case qDate:
		v = lang.T(ctx, "list.date."+v)
	case qFrom, qTo, qReportOf, qReportTo:
		v = dayText(ctx, v)
	case qMeasure:
		v = measureText(ctx, dossier.Measure(v))
	}
	return lang.T(ctx, "list.word."+word) + ": " + v
}

func (d *desk) reasonText(ctx context.Context, reason string) string {
	if reason == "" {
		return ""
	}
	if reason == dossier.ReasonGiven || reason == dossier.ReasonMissing {
		return lang.T(ctx, "list.reason."+reason)
	}
	return lang.T(ctx, "lateness."+reason)
}

// measureText names a number with the computation it belongs to: no rate is shown without its name.
func measureText(ctx context.Context, m dossier.Measure) string {
	return lang.T(ctx, "timeliness."+string(wayOf(m))) + ", " + lang.T(ctx, "measure."+string(m))
}

func wayOf(m dossier.Measure) dossier.Timeliness {
	for _, t := range []dossier.Timeliness{dossier.ByLaw, dossier.ByNational, dossier.ByLeg} {
		if slices.Contains(dossier.MeasuresOf(t), m) {
			return t
		}
	}
	return dossier.ByLaw
}

// active are the chips of what narrows a list, each a link that takes it away. The period of a number goes with it.
func (d *desk) active(ctx context.Context, n names, q url.Values) []component.Tab {
	var out []component.Tab
	for _, w := range listWords {
		if !q.Has(w) || w == qSort || w == qDesc {
			continue
		}
		gone := []string{w}
		switch w {
		case qMeasure:
			gone = []string{qMeasure, qReportOf, qReportTo}
		case qReportOf, qReportTo:
			continue // said with the number
		case qDate:
			gone = []string{qDate, qFrom, qTo}
		}
		text := d.wordText(ctx, n, q, w)
		if w == qMeasure {
			text += " (" + dayText(ctx, q.Get(qReportOf)) + " – " + dayText(ctx, q.Get(qReportTo)) + ")"
		}
		out = append(out, component.Tab{Text: text, Href: listPath(without(q, gone...))})
	}
	return out
}

// listTitle is what a list is called by what it asks for.
func (d *desk) listTitle(ctx context.Context, q url.Values) string {
	if q.Has(qMeasure) {
		return measureText(ctx, dossier.Measure(q.Get(qMeasure)))
	}
	for _, f := range fixedLists {
		if f.query == without(q, qSort, qDesc).Encode() {
			return lang.T(ctx, "list.fixed."+f.id)
		}
	}
	return lang.T(ctx, "list.title")
}

// fixedLists are those that every reader finds in the rail.
var fixedLists = []struct {
	id, query string
	icon      component.Icon
	tone      component.Tone
}{
	{"qua-han", "han=qua-han", component.IconAlert, component.Overdue},
	{"sap-den-han", "han=sap-den-han", component.IconHourglass, component.DueSoon},
	{"chua-ly-do", qReason + "=" + dossier.ReasonMissing, component.IconPen, component.Overdue},
	{"cho-nguoi-nop", "cho=applicant", component.IconPerson, component.Paused},
	{"cho-co-quan", "cho=agency", component.IconBuilding, component.Neutral},
}

// columns that a list can show. The first one always stands.
var listColumns = []string{
	"code", "owner", "procedure", "sector", "agency", "holder", "waits", "step", "submitted", "accepted", "due", "first_due", "promised", "resolved", "left",
	"channel", "reason", "supplements", "law", "state",
}

var usualColumns = []string{"code", "owner", "procedure", "waits", "submitted", "due", "state"}

func knownColumns(chosen []string) []string {
	out := []string{listColumns[0]}
	for _, c := range listColumns[1:] {
		if slices.Contains(chosen, c) {
			out = append(out, c)
		}
	}
	if len(out) == 1 {
		return usualColumns
	}
	return out
}

// rowLate is the chip of a listed dossier: its state by the legal clock, and that the first date was missed.
func rowLate(ctx context.Context, r dossier.Row, now time.Time) (component.Tone, string) {
	c := r.Course()
	if !r.Accepted.IsZero() && !r.Status.Ended() && r.Status != dossier.Resolved {
		switch c.Legal(now) {
		case dossier.Exceeded:
			return component.Overdue, lang.T(ctx, "desk.urgency.overdue")
		case dossier.Within:
			if !r.SoonAt.IsZero() && !now.Before(r.SoonAt) {
				return component.DueSoon, lang.T(ctx, "desk.urgency.soon")
			}
			if r.Status == dossier.Processing {
				return component.InTime, lang.T(ctx, "desk.urgency.within")
			}
		}
	}
	return statusTone(r.Status), lang.T(ctx, "status."+string(r.Status))
}

// keptText says how the date in force was kept, and beside it that the first one was missed.
func keptText(ctx context.Context, r dossier.Row, now time.Time) string {
	if r.Accepted.IsZero() {
		return ""
	}
	c := r.Course()
	words := []string{lang.T(ctx, "verdict."+string(c.Legal(now)))}
	if c.FirstMissed(now) {
		words = append(words, lang.T(ctx, "list.first-missed"))
	}
	return strings.Join(words, "; ")
}

// dayTyped writes a day as people type it; empty stays empty.
func dayTyped(day string) string {
	d, err := calendar.ParseDate(day)
	if err != nil {
		return day
	}
	return d.At(0).In(calendar.Zone).Format("02/01/2006")
}

// moreAsked reports whether a list is narrowed by what the form keeps folded.
func moreAsked(q url.Values) bool {
	return slices.ContainsFunc([]string{qSector, qProcedure, qChannel, qHolder, qPost, qReason, qDate, qFrom, qTo, qMissed, qSorry}, q.Has)
}
