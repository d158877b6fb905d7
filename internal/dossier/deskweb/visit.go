package deskweb

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/eform"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

// Names of the inputs that say who came, on what, and by which way.
const (
	fieldChannel       = "cach-nop"
	fieldSubmitterID   = "dinh-danh-nguoi-nop"
	fieldSubmitterTel  = "dien-thoai-nguoi-nop"
	fieldMandate       = "tu-cach"
	fieldMandateNumber = "van-ban-uy-quyen"
	fieldMandateDate   = "ngay-uy-quyen"
	fieldMandateUntil  = "uy-quyen-den"
	fieldRecord        = "bien-ban-giao-nhan"
	fieldHandedDay     = "ngay-ban-giao"
	fieldHandedTime    = "gio-ban-giao"
	fieldVisit         = "_luot" // kept with the draft, never an input
	fieldSame          = "cung"  // dossier of the same visit
)

// visitFields are kept with a draft as they were typed.
var visitFields = []string{
	fieldSubmitter, fieldSubmitterID, fieldSubmitterTel, fieldMandate, fieldMandateNumber, fieldMandateDate, fieldMandateUntil, fieldRecord, fieldHandedDay, fieldHandedTime,
}

// Refusals of what was typed about a visit.
var (
	errSubmitter    = fault.New(fault.Invalid, "desk.submitter-needed")
	errMandateDate  = fault.New(fault.Invalid, "desk.mandate-date")
	errMandateEnded = fault.New(fault.Invalid, "desk.mandate-ended")
	errHandedTime   = fault.New(fault.Invalid, "desk.handed-time")
)

// visit is who came to the counter, on what, and by which way.
type visit struct {
	submitter dossier.Party
	mandate   *dossier.Mandate
	handedAt  time.Time
	record    string
	errors    []component.FieldError
}

// readVisit reads what was typed about a visit. Everything wrong is told at once, each at its input.
func readVisit(ctx context.Context, channel string, typed url.Values, now time.Time) visit {
	var v visit
	wrong := func(field string, err *fault.Error) {
		v.errors = append(v.errors, component.FieldError{ID: field, Text: web.ErrorText(ctx, err)})
	}
	v.submitter = dossier.Party{Name: typed.Get(fieldSubmitter), Number: digits(typed.Get(fieldSubmitterID)), Phone: digits(typed.Get(fieldSubmitterTel))}
	if kind := typed.Get(fieldMandate); kind != "" {
		m := &dossier.Mandate{Kind: kind, Number: typed.Get(fieldMandateNumber)}
		var ok bool
		if m.Date, ok = localDay(typed.Get(fieldMandateDate)); !ok {
			wrong(fieldMandateDate, errMandateDate)
		}
		if m.Until, ok = localDay(typed.Get(fieldMandateUntil)); !ok {
			wrong(fieldMandateUntil, errMandateDate)
		} else if m.Until != "" && m.Until < dayOf(now) {
			wrong(fieldMandateUntil, errMandateEnded.With("day", dayText(ctx, m.Until)))
		}
		if !slices.Contains(dossier.MandateKinds, kind) {
			wrong(fieldMandate, dossier.ErrMandate)
		}
		if v.submitter.Name == "" {
			wrong(fieldSubmitter, errSubmitter)
		}
		v.mandate = m
	}
	if channel != procedure.Post {
		return v
	}
	if v.record = typed.Get(fieldRecord); v.record == "" {
		wrong(fieldRecord, dossier.ErrRecordNeeded)
	}
	day, okDay := web.ReadDate(typed.Get(fieldHandedDay))
	clock, okTime := readClock(typed.Get(fieldHandedTime))
	switch {
	case !okDay:
		wrong(fieldHandedDay, dossier.ErrHandedAt)
	case !okTime:
		wrong(fieldHandedTime, errHandedTime)
	default:
		v.handedAt = time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, calendar.Zone).Add(clock)
		if v.handedAt.After(now) || now.Sub(v.handedAt) > dossier.HandoverAge {
			wrong(fieldHandedDay, dossier.ErrHandedAt)
		}
	}
	return v
}

// localDay reads an optional day.
func localDay(s string) (string, bool) {
	if s == "" {
		return "", true
	}
	t, ok := web.ReadDate(s)
	if !ok {
		return "", false
	}
	return t.Format(time.DateOnly), true
}

// readClock reads an hour of the day: 10:00, 10h, 10h30, 10 giờ 30.
func readClock(s string) (time.Duration, bool) {
	s = strings.ToLower(strings.TrimSpace(s))
	s = strings.ReplaceAll(strings.ReplaceAll(s, "giờ", ":"), "h", ":")
	hour, minute, _ := strings.Cut(s, ":")
	h, err := strconv.Atoi(strings.TrimSpace(hour))
	if err != nil || h < 0 || h > 23 {
		return 0, false
	}
	m := 0
	if minute = strings.TrimSpace(minute); minute != "" {
		if m, err = strconv.Atoi(minute); err != nil || m < 0 || m > 59 {
			return 0, false
		}
	}
	return time.Duration(h)*time.Hour + time.Duration(m)*time.Minute, true
}

// digits drops what people put between the digits of a number.
func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '.' || r == '-' {
			return -1
		}
		return r
	}, s)
}

// keepVisit keeps what was typed about a visit with the draft.
func keepVisit(x *dossier.Draft, f web.Form) {
	group := x.Typed[fieldVisit]
	x.Typed = map[string][]string{}
	if len(group) > 0 {
		x.Typed[fieldVisit] = group
	}
	for _, name := range visitFields {
		if s := f.Get(name); s != "" {
			x.Typed[name] = []string{s}
		}
	}
	if x.Supplements == "" && f.Has(fieldChannel) {
		x.Channel = procedure.Direct
		if f.Get(fieldChannel) == procedure.Post {
			x.Channel = procedure.Post
		}
	}
}

// groupOf is the visit a draft belongs to: one of its own until another dossier is lodged in the same.
func groupOf(x dossier.Draft) string {
	if g := x.Typed[fieldVisit]; len(g) > 0 && g[0] != "" {
		return g[0]
	}
	return x.ID
}

// counterDraft reports whether the draft is an intake at a counter, not a person's own filing.
func counterDraft(x dossier.Draft) bool {
	return (x.Channel == procedure.Direct || x.Channel == procedure.Post) && x.Supplements == ""
}

// anywhere says that the competent agency has a desk of its own, and when the papers must have moved on.
// law: ND118-2025 14.2, 20.1
func (d *desk) anywhere(ctx context.Context, f dossier.Facts, x *dossier.Dossier, received time.Time, sheets bool) (stateBanner, bool) {
	if !x.Anywhere() || x.Status.Ended() {
		return stateBanner{}, false
	}
	n, tree, day := d.names(), d.Catalogue().Tree(), dayOf(received)
	b := stateBanner{tone: component.Notice, title: lang.T(ctx, "desk.anywhere.title")}
	b.text = lang.T(ctx, "desk.anywhere.file", "agency", n.agency(x.Competent, received), "desk", n.agency(x.CompetentDesk, received))
	if !sheets {
		return b, true
	}
	here, _ := tree.At(x.Desk, day)
	there, _ := tree.At(x.Competent, day)
	if by, err := dossier.PaperBy(f, received, here.Level != there.Level); err == nil {
		b.text = sentences(b.text, lang.T(ctx, "desk.anywhere.paper", "when", when(ctx, by)))
	}
	return b, true
}

// onPaper reports whether papers were handed over on paper.
func onPaper(x *dossier.Dossier) bool {
	return slices.ContainsFunc(x.Papers, func(p dossier.Paper) bool { return p.Hash == "" })
}

// siblings lists the other dossiers of the same visit.
func (d *desk) siblings(ctx context.Context, x *dossier.Dossier) (component.Grid, error) {
	rows, err := d.Service.Siblings(ctx, actor(ctx), x)
	if err != nil || len(rows) == 0 {
		return component.Grid{}, err
	}
	g := component.Grid{
		Caption: lang.T(ctx, "desk.visit.title"), Stack: true,
		Columns: []component.Column{{Title: lang.T(ctx, "desk.col.code")}, {Title: lang.T(ctx, "desk.col.owner")}, {Title: lang.T(ctx, "desk.col.procedure")}, {Title: lang.T(ctx, "desk.col.state")}},
	}
	for _, r := range rows {
		g.Rows = append(g.Rows, component.Row{Cells: []component.Cell{
			{Text: shownCode(r), Href: pathCase + r.ID, Code: true},
			{Text: r.Owner},
			{Text: r.Title, Clip: true},
			{Content: component.Status(statusTone(r.Status), lang.T(ctx, "status."+string(r.Status)))},
		}})
	}
	return g, nil
}

// sameVisit is a dossier the next one belongs to: its owner and who came are taken over.
func (d *desk) sameVisit(ctx context.Context, id string) (*dossier.Dossier, error) {
	if id == "" {
		return nil, nil //nolint:nilnil // a visit of its own
	}
	x, _, err := d.Service.Dossier(ctx, actor(ctx), id)
	if err != nil {
		return nil, err
	}
	if x.Group == "" || x.Desk != actor(ctx).Agency {
		return nil, dossier.ErrNotFound
	}
	return x, nil
}

// joinVisit takes the person and who came over from a dossier of the same visit.
func (d *desk) joinVisit(ctx context.Context, draft dossier.Draft, from *dossier.Dossier) error {
	form, err := d.form(ctx, draft.Form.Digest)
	if err != nil {
		return err
	}
	before, err := d.form(ctx, from.Form.Digest)
	if err != nil {
		return err
	}
	_, err = d.Service.SaveDraft(ctx, actor(ctx), draft.ID, func(x *dossier.Draft) error {
		x.Channel = from.Channel
		x.Typed = map[string][]string{fieldVisit: {from.Group}}
		set := func(name, value string) {
			if value != "" {
				x.Typed[name] = []string{value}
			}
		}
		set(fieldSubmitter, from.Submitter.Name)
		set(fieldSubmitterID, from.Submitter.Number)
		set(fieldSubmitterTel, from.Submitter.Phone)
		if m := from.Mandate; m != nil {
			set(fieldMandate, m.Kind)
			set(fieldMandateNumber, m.Number)
			set(fieldMandateDate, typedDay(m.Date))
			set(fieldMandateUntil, typedDay(m.Until))
		}
		if from.Record != "" {
			set(fieldRecord, from.Record)
			set(fieldHandedDay, from.SubmittedAt.In(calendar.Zone).Format("02/01/2006"))
			set(fieldHandedTime, from.SubmittedAt.In(calendar.Zone).Format("15:04"))
		}
		answers, err := prefilled(form, before, from)
		if err != nil {
			return err
		}
		x.Answers, err = answers.Canonical()
		return err
	})
	return err
}

// typedDay writes a stored day as it is typed.
func typedDay(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return ""
	}
	return t.Format("02/01/2006")
}

// channels are the ways in which papers come to a counter.
func channels(ctx context.Context) []component.Option {
	return []component.Option{
		{Value: procedure.Direct, Label: lang.T(ctx, "channel.direct")},
		{Value: procedure.Post, Label: lang.T(ctx, "channel.post"), Hint: lang.T(ctx, "desk.visit.post-hint")},
	}
}

func mandates(ctx context.Context) []component.Option {
	var out []component.Option
	for _, k := range dossier.MandateKinds {
		out = append(out, component.Option{Value: k, Label: lang.T(ctx, "mandate."+k)})
	}
	return out
}

// prefilled are the answers a new form may take over from a dossier of the same person.
func prefilled(form, before *eform.Compiled, from *dossier.Dossier) (eform.Answers, error) {
	given := eform.Answers{}
	if len(from.Answers) > 0 {
		var err error
		if given, err = eform.ReadAnswers(from.Answers); err != nil {
			return nil, err
		}
	}
	return form.Prefill(eform.Answers{}, before.Subject(given)), nil
}
