package reorgweb

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/reorg"
	"github.com/motcua/motcua/internal/reorg/onboard"
	"github.com/motcua/motcua/internal/viet"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

const (
	pathOnboard  = pathTree + "/them"
	pathTemplate = pathOnboard + "/mau.xlsx"

	fieldBook = "bang-tinh"
)

type onboardView struct {
	key    string
	typed  func(string) string
	wrong  map[string]string
	errors []component.FieldError
	faults component.Grid
	count  int
}

func (v onboardView) field(ctx context.Context, name, label, hint string) component.Field {
	f := component.Field{Name: name, Label: lang.T(ctx, label), Value: v.typed(name), Error: v.wrong[name], MaxLength: reorg.MaxText}
	if hint != "" {
		f.Hint = lang.T(ctx, hint)
	}
	return f
}

func (d pages) newOnboard(typed func(string) string) onboardView {
	return onboardView{key: web.NewKey(), typed: typed, wrong: map[string]string{}}
}

// onboard shows what is asked for: a workbook, the decision, the day.
func (d pages) onboard(w http.ResponseWriter, r *http.Request) error {
	return web.Render(w, r, http.StatusOK, onboardPage(d.newOnboard(func(name string) string {
		if name == fieldDay {
			return viet.Date(d.Now())
		}
		return ""
	})))
}

// template is the workbook to fill in.
func (d pages) template(w http.ResponseWriter, _ *http.Request) error {
	var b bytes.Buffer
	if err := onboard.Template(&b); err != nil {
		return err
	}
	return web.WriteFile(w, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "co-quan-mau.xlsx", false, &b)
}

// readUpload reads the texts and the one file of the form.
func readUpload(r *http.Request) (web.Form, []byte, error) {
	parts, err := r.MultipartReader()
	if err != nil {
		return web.Form{}, nil, web.ErrMalformedForm.Because(err)
	}
	texts := url.Values{}
	var book []byte
	for n := 0; ; n++ {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil || n > 20 {
			if _, large := errors.AsType[*http.MaxBytesError](err); large {
				return web.Form{}, nil, web.ErrBodyTooLarge.Because(err)
			}
			return web.Form{}, nil, web.ErrMalformedForm.Because(err)
		}
		most := int64(16 << 10)
		if part.FileName() != "" {
			most = onboard.MaxSize + 1
		}
		raw, err := io.ReadAll(io.LimitReader(part, most))
		if err != nil {
			if _, large := errors.AsType[*http.MaxBytesError](err); large {
				return web.Form{}, nil, web.ErrBodyTooLarge.Because(err)
			}
			return web.Form{}, nil, web.ErrMalformedForm.Because(err)
		}
		switch {
		case part.FormName() == fieldBook:
			book = raw
		case part.FileName() == "" && part.FormName() != "":
			texts.Add(part.FormName(), string(raw))
		}
	}
	f, err := web.NewForm(texts)
	return f, book, err
}

var errNoBook = fault.New(fault.Invalid, "onboard.choose")

// take reads a workbook: every fault is told and nothing kept, or it becomes a proposal for a second person.
func (d pages) take(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	form, book, err := readUpload(r)
	if err != nil {
		return err
	}
	if form.Key == "" {
		return web.ErrMalformedForm
	}
	v := d.newOnboard(form.Get)
	again := func(field string, f *fault.Error) {
		if v.wrong[field] == "" {
			v.wrong[field] = web.ErrorText(ctx, f)
			v.errors = append(v.errors, component.FieldError{ID: field, Text: v.wrong[field]})
		}
	}
	var day calendar.Date
	if t, ok := web.ReadDate(form.Get(fieldDay)); ok {
		day = calendar.NewDate(t.Year(), t.Month(), t.Day())
	}
	if day.IsZero() || day.Before(d.today()) {
		again(fieldDay, reorg.ErrDay)
		day = d.today()
	}
	if form.Get(fieldName) == "" {
		again(fieldName, reorg.ErrName)
	}
	if form.Get(fieldBasis) == "" {
		again(fieldBasis, reorg.ErrBasis)
	}
	if len(book) == 0 {
		again(fieldBook, errNoBook)
		return web.Render(w, r, http.StatusUnprocessableEntity, onboardPage(v))
	}
	b, err := onboard.Read(bytes.NewReader(book))
	if err != nil {
		f, refused := errors.AsType[*fault.Error](err)
		if !refused {
			return err
		}
		again(fieldBook, f)
		return web.Render(w, r, http.StatusUnprocessableEntity, onboardPage(v))
	}
	facts, err := d.Facts(ctx, day.String())
	if err != nil {
		return err
	}
	// The id names exactly what was proposed: the same workbook sent again is the same proposal.
	sum := sha256.Sum256([]byte(form.Get(fieldName) + "\x00" + form.Get(fieldBasis) + "\x00" + day.String() + "\x00" + string(book)))
	id := "them-" + hex.EncodeToString(sum[:])[:26]
	if a, err := d.Service.Act(ctx, web.ActorFrom(ctx), id); err == nil && len(v.errors) == 0 {
		return web.SeeOther(w, r, pathAct+a.ID, "")
	}
	c, faults := b.Check(facts)
	if len(faults) > 0 {
		v.count = len(faults)
		v.faults = faultGrid(ctx, faults)
		v.errors = append(v.errors, component.FieldError{ID: "loi", Text: lang.T(ctx, "onboard.faults", "n", count(ctx, len(faults)))})
	}
	if len(v.errors) > 0 {
		return web.Render(w, r, http.StatusUnprocessableEntity, onboardPage(v))
	}
	c.Day, c.Name, c.Basis, c.Note = day, form.Get(fieldName), form.Get(fieldBasis), form.Get(fieldNote)
	a, bad, err := d.Service.Propose(ctx, web.ActorFrom(ctx), id, c)
	if err != nil {
		return err
	}
	for _, p := range bad {
		field := fieldBook
		if p.Field == "name" || p.Field == "basis" || p.Field == "day" {
			field = fieldOf(p.Field)
		}
		again(field, p.Err)
	}
	if len(bad) > 0 {
		return web.Render(w, r, http.StatusUnprocessableEntity, onboardPage(v))
	}
	return web.SeeOther(w, r, pathAct+a.ID, lang.T(ctx, "reorg.proposed"))
}

// FaultText says one fault of a workbook.
func FaultText(ctx context.Context, f onboard.Fault) string {
	var args []any
	for k, v := range f.Args {
		args = append(args, k, v)
	}
	return lang.T(ctx, "onboard.fault."+f.Code, args...)
}

func faultGrid(ctx context.Context, faults []onboard.Fault) component.Grid {
	g := component.Grid{Caption: lang.T(ctx, "onboard.fault-list"), ShowCaption: true, Stack: true, Columns: []component.Column{
		{Title: lang.T(ctx, "onboard.sheet")}, {Title: lang.T(ctx, "onboard.row"), Numeric: true}, {Title: lang.T(ctx, "onboard.column")}, {Title: lang.T(ctx, "onboard.why"), Width: "wide"},
	}}
	for _, f := range faults {
		row := "–"
		if f.Row > 0 {
			row = strconv.Itoa(f.Row)
		}
		column := component.Cell{Text: f.Column, Note: f.Cell}
		if f.Column == "" {
			column.Text = "–"
		}
		g.Rows = append(g.Rows, component.Row{Cells: []component.Cell{{Text: f.Sheet}, {Text: row}, column, {Text: FaultText(ctx, f)}}})
	}
	return g
}

func (d pages) registerOnboard(m *web.Mux) {
	may := web.May(access.AccountAdmin)
	m.Handle("GET "+pathOnboard, may, d.onboard)
	m.Handle("GET "+pathTemplate, may, d.template)
	m.Handle("POST "+pathOnboard, may, d.take, web.Body(onboard.MaxSize+(1<<20)), web.Timeout(longest))
}
