// Package registerweb is the room of the books: the register of dossiers and those of requests, refusals, apologies and
// stops, on screen, as spreadsheet and as PDF, and their lock after the year's end.
package registerweb

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/dossier/paper"
	"github.com/motcua/motcua/internal/dossier/register"
	"github.com/motcua/motcua/internal/print"
	"github.com/motcua/motcua/internal/viet"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

// Service opens and locks books; *register.Service is one.
type Service interface {
	Books(ctx context.Context, by access.Actor, a agency.ID) ([]register.Size, error)
	Page(ctx context.Context, by access.Actor, a agency.ID, form string, year, after, limit int) ([]register.Entry, error)
	Locked(ctx context.Context, by access.Actor, a agency.ID, year int) (register.Lock, error)
	Opens(a agency.ID, year int) (calendar.Date, error)
	Lock(ctx context.Context, by access.Actor, a agency.ID, year int) (register.Lock, error)
}

// Deps is what the pages stand on.
type Deps struct {
	Service Service
	Source  func() paper.Source
	Now     func() time.Time
}

const (
	pathRoom  = "/so-theo-doi"
	pathSheet = pathRoom + "/xuat.xlsx"
	pathPrint = pathRoom + "/in.pdf"
	pathLock  = pathRoom + "/khoa"

	perPage   = 50
	perPrint  = 500     // entries of one PDF: more is printed in parts
	mostSheet = 200_000 // entries of one spreadsheet
	sheetTime = 10 * time.Minute
)

type room struct{ Deps }

// Register puts the pages on the mux.
func Register(m *web.Mux, d Deps) {
	read := web.May(access.DossierRead, access.DossierReadAll)
	r := room{d}
	m.Handle("GET "+pathRoom, read, r.show)
	m.Handle("GET "+pathSheet, read, r.sheet, web.Timeout(sheetTime))
	m.Handle("GET "+pathPrint, read, r.print, web.Timeout(time.Minute))
	m.Handle("POST "+pathLock, web.May(access.DossierAccept, access.DossierDecide), r.lock, web.Timeout(time.Minute))
}

// asked is which book the address names.
type asked struct {
	agency agency.ID
	form   string
	year   int
	after  int
}

func (a asked) query() url.Values {
	return url.Values{"co-quan": {string(a.agency)}, "so": {a.form}, "nam": {strconv.Itoa(a.year)}}
}

func (a asked) link(path string) string { return path + "?" + a.query().Encode() }

// read finds the book and the sizes of the agency's books. Who reads everything may name another agency.
func (d room) read(r *http.Request) (asked, []register.Size, error) {
	by, q := web.ActorFrom(r.Context()), r.URL.Query()
	a := asked{agency: by.Agency, form: q.Get("so"), year: calendar.DateOf(d.Now()).Year()}
	if id := q.Get("co-quan"); id != "" {
		a.agency = agency.ID(id)
	}
	if !slices.Contains(register.Forms, a.form) {
		a.form = dossier.FormReceipt
	}
	if y, err := strconv.Atoi(q.Get("nam")); err == nil && y >= 2018 && y < 2100 {
		a.year = y
	}
	if n, err := strconv.Atoi(q.Get("sau")); err == nil && n > 0 && n < 1<<30 {
		a.after = n
	}
	if by.Agency == "" && a.agency == "" {
		return a, nil, register.ErrNotFound
	}
	sizes, err := d.Service.Books(r.Context(), by, a.agency)
	return a, sizes, err
}

type view struct {
	asked
	title   string
	filters []component.Choice
	grid    component.Grid
	pager   component.Pager
	note    string
	lock    *register.Lock
	sum     register.Sum
	by      string
	confirm *component.Confirm // offered when the year may be locked
	opens   string             // day from which it may be
	parts   []component.Tab    // of the PDF, when it is printed in parts
}

func (d room) show(w http.ResponseWriter, r *http.Request) error {
	ctx, by := r.Context(), web.ActorFrom(r.Context())
	a, sizes, err := d.read(r)
	if err != nil {
		return err
	}
	v := view{asked: a, title: lang.T(ctx, "register.book."+a.form)}
	src, today := d.Source(), calendar.DateOf(d.Now())
	size := register.Size{}
	years := []string{strconv.Itoa(today.Year())}
	for _, s := range sizes {
		if y := strconv.Itoa(s.Year); !slices.Contains(years, y) {
			years = append(years, y)
		}
		if s.Form == a.form && s.Year == a.year {
			size = s
		}
	}
	if y := strconv.Itoa(a.year); !slices.Contains(years, y) {
		years = append(years, y)
	}
	slices.Sort(years)
	slices.Reverse(years)
	choice := func(name, label, value string) component.Choice {
		return component.Choice{Name: name, Label: lang.T(ctx, label), Values: []string{value}}
	}
	books, yearOf := choice("so", "register.which", a.form), choice("nam", "register.year", strconv.Itoa(a.year))
	for _, f := range register.Forms {
		books.Options = append(books.Options, component.Option{Value: f, Label: lang.T(ctx, "register.book."+f)})
	}
	for _, y := range years {
		yearOf.Options = append(yearOf.Options, component.Option{Value: y, Label: y})
	}
	v.filters = []component.Choice{books, yearOf}
	if by.May(access.DossierReadAll) {
		all := choice("co-quan", "register.agency", string(a.agency))
		all.Options = agencies(src, today.String())
		v.filters = append([]component.Choice{all}, v.filters...)
	}
	entries, err := d.Service.Page(ctx, by, a.agency, a.form, a.year, a.after, perPage+1)
	if err != nil {
		return err
	}
	v.note = lang.T(ctx, "register.count", "agency", src.Agency(a.agency, d.Now()), "n", strconv.Itoa(size.Entries), "year", strconv.Itoa(a.year))
	if len(entries) > perPage {
		entries = entries[:perPage]
		q := a.query()
		q.Set("sau", strconv.Itoa(entries[perPage-1].Slip.Number))
		v.pager.Next = pathRoom + "?" + q.Encode()
	}
	if a.after > 0 {
		q := a.query()
		if a.after > perPage {
			q.Set("sau", strconv.Itoa(a.after-perPage))
		}
		v.pager.Prev = pathRoom + "?" + q.Encode()
	}
	if v.grid, err = grid(ctx, src, v.title, entries); err != nil {
		return err
	}
	if size.Last > perPrint {
		for from := 0; from < size.Last; from += perPrint {
			q := a.query()
			q.Set("sau", strconv.Itoa(from))
			v.parts = append(v.parts, component.Tab{Text: lang.T(ctx, "register.part", "from", strconv.Itoa(from+1), "to", strconv.Itoa(min(from+perPrint, size.Last))), Href: pathPrint + "?" + q.Encode(), Count: -1})
		}
	}
	return d.offerLock(w, r, v, by)
}

// offerLock says whether the year is locked, or offers to lock it, and draws the page.
func (d room) offerLock(w http.ResponseWriter, r *http.Request, v view, by access.Actor) error {
	ctx := r.Context()
	l, err := d.Service.Locked(ctx, by, v.agency, v.year)
	switch {
	case err == nil:
		v.lock, v.by = &l, d.Source().Named(l.By, l.At)
		v.sum, _ = l.Sum(v.form)
		if v.by == "" {
			v.by = lang.T(ctx, "register.system")
		}
	case !errors.Is(err, register.ErrNotFound):
		return err
	case register.MayLock(by, v.agency):
		first, err := d.Service.Opens(v.agency, v.year)
		if err != nil {
			break // the calendar of the next year is not known yet: it cannot be time
		}
		if calendar.DateOf(d.Now()).Before(first) {
			v.opens = lang.T(ctx, "register.opens", "year", strconv.Itoa(v.year), "day", day(ctx, first.At(0)))
			break
		}
		v.confirm = &component.Confirm{
			Title: lang.T(ctx, "register.lock-title", "year", strconv.Itoa(v.year)), Action: pathLock, Key: web.NewKey(),
			Consequences: []string{lang.T(ctx, "register.lock-all"), lang.T(ctx, "register.lock-later"), lang.T(ctx, "register.lock-final")},
			Act:          component.Act{Text: lang.T(ctx, "register.lock"), Icon: component.IconStamp, Name: "nam", Value: strconv.Itoa(v.year)}, Cancel: v.link(pathRoom),
		}
	}
	return web.Render(w, r, http.StatusOK, bookPage(v))
}

func agencies(src paper.Source, today string) []component.Option {
	var out []component.Option
	for _, a := range src.Catalogue.Tree().All(today) {
		out = append(out, component.Option{Value: string(a.ID), Label: a.Name})
	}
	return out
}

func day(ctx context.Context, t time.Time) string {
	if lang.From(ctx) == lang.EN {
		return viet.DateEnglish(t)
	}
	return viet.Date(t)
}

// moment writes an instant in the short form of registers.
func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(calendar.Zone).Format("15:04 02/01/2006")
}

// grouped writes a digest in groups of eight: it is compared by eye, and breaks on a phone.
func grouped(sum string) string {
	var parts []string
	for part := range slices.Chunk([]byte(sum), 8) {
		parts = append(parts, string(part))
	}
	return strings.Join(parts, " ")
}

// columns are those of form 07, by the keys of their titles.
var columns = []string{
	"serial", "code", "procedure", "sets", "applicant", "contact", "resolving", "received", "due", "forwarded", "result", "returned", "method", "to", "notes",
}

// shown are the columns on screen: what fits beside one another, the rest stands below it in the same cell.
var shown = []string{"serial", "code", "applicant", "received", "due", "result", "returned", "notes"}

// forwarded says when the dossier went on to the agency; empty when it has not.
func forwarded(ctx context.Context, when string) string {
	if when == "" {
		return ""
	}
	return lang.T(ctx, "register.column.forwarded") + " " + when
}

func grid(ctx context.Context, src paper.Source, title string, entries []register.Entry) (component.Grid, error) {
	g := component.Grid{Caption: title, Stack: true}
	for _, c := range shown {
		col := component.Column{Title: lang.T(ctx, "register.column."+c), Numeric: c == "serial"}
		if c == "code" {
			col.Width = "wide"
		}
		g.Columns = append(g.Columns, col)
	}
	for _, e := range entries {
		x, err := src.RegisterRow(e)
		if err != nil {
			return g, err
		}
		handed := x.Method
		if x.ReturnedTo != "" {
			handed += ", " + x.ReturnedTo
		}
		g.Rows = append(g.Rows, component.Row{Cells: []component.Cell{
			{Text: strconv.Itoa(x.Serial)},
			{Text: x.Code, Href: "/ho-so/" + e.Slip.Case, Code: true, Note: strings.TrimSuffix(x.Procedure+". "+x.Resolving, ". ")},
			{Text: x.Applicant, Note: x.Contact},
			{Text: moment(x.Received), Note: forwarded(ctx, moment(x.Forwarded))},
			{Text: moment(x.Due)},
			{Text: moment(x.Result)},
			{Text: moment(x.Returned), Note: handed},
			{Text: x.Notes},
		}})
	}
	return g, nil
}

// rows walks over a book, page by page, up to a number of entries.
func (d room) rows(ctx context.Context, by access.Actor, a asked, most int) iter.Seq2[print.RegisterRow, error] {
	return func(yield func(print.RegisterRow, error) bool) {
		src := d.Source()
		for n := 0; n < most; {
			entries, err := d.Service.Page(ctx, by, a.agency, a.form, a.year, a.after, min(perPage, most-n))
			if err != nil {
				yield(print.RegisterRow{}, err)
				return
			}
			for _, e := range entries {
				x, err := src.RegisterRow(e)
				if !yield(x, err) || err != nil {
					return
				}
				n++
				a.after = e.Slip.Number
			}
			if len(entries) < perPage {
				return
			}
		}
	}
}

// sheet answers the whole book as a spreadsheet.
func (d room) sheet(w http.ResponseWriter, r *http.Request) error {
	ctx, by := r.Context(), web.ActorFrom(r.Context())
	a, _, err := d.read(r)
	if err != nil {
		return err
	}
	a.after = 0
	var cols []print.Column
	for _, c := range columns {
		col := print.Column{Title: lang.T(ctx, "register.column."+c)}
		switch c {
		case "serial", "sets":
			col.Kind = print.Number
		case "received", "due", "forwarded", "result", "returned":
			col.Kind = print.Instant
		}
		cols = append(cols, col)
	}
	list := func(yield func([]any, error) bool) {
		for x, err := range d.rows(ctx, by, a, mostSheet) {
			row := []any{x.Serial, x.Code, x.Procedure, x.Sets, x.Applicant, x.Contact, x.Resolving, x.Received, x.Due, x.Forwarded, x.Result, x.Returned, x.Method, x.ReturnedTo, x.Notes}
			if !yield(row, err) || err != nil {
				return
			}
		}
	}
	var buf bytes.Buffer
	if err := print.Sheet(&buf, strconv.Itoa(a.year), cols, list); err != nil {
		return err
	}
	name := "so-" + a.form + "-" + strconv.Itoa(a.year) + ".xlsx"
	return web.WriteFile(w, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", name, false, &buf)
}

// print answers the book, or a part of a long one, as PDF.
func (d room) print(w http.ResponseWriter, r *http.Request) error {
	ctx, by := r.Context(), web.ActorFrom(r.Context())
	a, _, err := d.read(r)
	if err != nil {
		return err
	}
	var rows []print.RegisterRow
	for x, err := range d.rows(ctx, by, a, perPrint) {
		if err != nil {
			return err
		}
		rows = append(rows, x)
	}
	var locked *register.Lock
	l, err := d.Service.Locked(ctx, by, a.agency, a.year)
	switch {
	case err == nil:
		locked = &l
	case !errors.Is(err, register.ErrNotFound):
		return err
	}
	pdf, err := d.Source().RegisterPDF(a.agency, a.form, a.year, rows, locked, d.Now())
	if err != nil {
		return err
	}
	w.Header().Set("Content-Security-Policy", "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'")
	return web.WriteFile(w, "application/pdf", "so-"+a.form+"-"+strconv.Itoa(a.year)+".pdf", true, bytes.NewReader(pdf))
}

// lock closes the books of a year of the actor's agency.
func (d room) lock(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	year, err := strconv.Atoi(form.Get("nam"))
	if err != nil || form.Key == "" {
		return web.ErrMalformedForm
	}
	by := web.ActorFrom(r.Context())
	if _, err := d.Service.Lock(r.Context(), by, by.Agency, year); err != nil {
		return err
	}
	a := asked{agency: by.Agency, form: dossier.FormReceipt, year: year}
	return web.SeeOther(w, r, a.link(pathRoom), "register.locked")
}
