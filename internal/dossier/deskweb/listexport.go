package deskweb

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/casefile"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/print"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/lang"
)

// MaxListExport is how many rows one export holds; whoever needs more narrows the list. The last line of an export
// that was cut off says so.
const MaxListExport = 20_000

const exportTime = 2 * time.Minute

// Formats of an export, as the address ends.
const (
	formatXLSX = "danh-sach.xlsx"
	formatCSV  = "danh-sach.csv"
)

func exportListPath(q url.Values, format string) string {
	path := pathList + "/xuat/" + format
	if len(q) > 0 {
		path += "?" + q.Encode()
	}
	return path
}

// exportList streams the list as a sheet or as text. Who takes what is on record before the first row leaves.
func (d *desk) exportList(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	by := actor(ctx)
	format := r.PathValue("format")
	if format != formatXLSX && format != formatCSV {
		return web.ErrNoPage
	}
	q := clean(r.URL.Query())
	f, err := filterOf(q)
	if err != nil {
		return err
	}
	title := d.listTitle(ctx, q)
	columns, rows := d.exported(ctx, by, f)
	// The first page is read before anything is answered: a refusal is then still a page.
	next, stop := iter.Pull2(rows)
	defer stop()
	first, err, some := next()
	if some && err != nil {
		return err
	}
	x := dossier.Export{ID: d.newID(), At: d.Now(), Person: by.Person, Post: by.Post, Agency: by.Agency, Format: format[len("danh-sach."):], Filter: q.Encode(), Scope: strings.Join(casefile.Scopes(by), " ")}
	if err := d.Keeper.BeginExport(ctx, x); err != nil {
		return err
	}
	n := 0
	all := func(yield func([]any, error) bool) {
		for row, err, ok := first, error(nil), some; ok; row, err, ok = next() {
			if err == nil {
				n++
			}
			if !yield(row, err) || err != nil {
				return
			}
		}
	}
	name := title + " " + d.Now().In(calendar.Zone).Format("2006-01-02 1504")
	if format == formatXLSX {
		err = writeSheet(w, name, title, columns, all)
	} else {
		err = writeCSV(w, name, columns, all)
	}
	return errors.Join(err, d.Keeper.EndExport(context.WithoutCancel(ctx), x.ID, n))
}

// writeSheet spools the sheet to a file of the library's and then answers: a sheet that breaks off cannot be opened.
func writeSheet(w http.ResponseWriter, name, title string, columns []print.Column, rows iter.Seq2[[]any, error]) error {
	var buf bytes.Buffer
	if err := print.Sheet(&buf, title, columns, rows); err != nil {
		return err
	}
	return web.WriteFile(w, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", name+".xlsx", false, &buf)
}

// writeCSV streams text that spreadsheet programs open right: UTF-8 with its mark, CRLF, no cell that is a formula.
func writeCSV(w http.ResponseWriter, name string, columns []print.Column, rows iter.Seq2[[]any, error]) error {
	return web.WriteFile(w, "text/csv; charset=utf-8", name+".csv", false, csvBody{columns, rows})
}

type csvBody struct {
	columns []print.Column
	rows    iter.Seq2[[]any, error]
}

// WriteTo writes the whole text.
func (b csvBody) WriteTo(w io.Writer) (int64, error) {
	if _, err := io.WriteString(w, "\uFEFF"); err != nil {
		return 0, err
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	line := make([]string, len(b.columns))
	for i, c := range b.columns {
		line[i] = plainCell(c.Title)
	}
	if err := out.Write(line); err != nil {
		return 0, err
	}
	for row, err := range b.rows {
		if err != nil {
			return 0, err
		}
		for i, v := range row {
			line[i] = csvCell(b.columns[i], v)
		}
		if err := out.Write(line); err != nil {
			return 0, err
		}
	}
	out.Flush()
	return 0, out.Error()
}

func csvCell(c print.Column, v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case time.Time:
		if v.IsZero() {
			return ""
		}
		if c.Kind == print.Day {
			return v.In(calendar.Zone).Format("02/01/2006")
		}
		return v.In(calendar.Zone).Format("02/01/2006 15:04")
	case string:
		return plainCell(v)
	}
	return fmt.Sprint(v) // numbers
}

// plainCell keeps a text from being read as a formula: what begins like one is given an apostrophe, as
// spreadsheet programs do themselves.
func plainCell(s string) string {
	s = print.Clean(s)
	if strings.HasPrefix(strings.TrimLeft(s, " \u00a0"), "=") || s != "" && strings.ContainsRune("+-@|%\t\r\n", rune(s[0])) {
		return "'" + s
	}
	return s
}

// exported are the columns of an export, and its rows as they are read page by page.
func (d *desk) exported(ctx context.Context, by access.Actor, f dossier.ListFilter) ([]print.Column, iter.Seq2[[]any, error]) {
	text := func(key string) string { return lang.T(ctx, "list.col."+key) }
	f.Limit = dossier.ListLimit
	// Every export names what its column of timeliness was computed by.
	if f.Measure.OfLegs() {
		columns := []print.Column{
			{Title: text("code"), Width: 24},
			{Title: text("procedure"), Width: 50},
			{Title: text("step")},
			{Title: text("leg-agency"), Width: 36},
			{Title: text("leg-post")},
			{Title: text("leg-from"), Kind: print.Instant},
			{Title: text("leg-due"), Kind: print.Instant},
			{Title: text("leg-until"), Kind: print.Instant},
			{Title: lang.T(ctx, "timeliness.leg"), Width: 24},
		}
		read := func(f dossier.ListFilter) ([]dossier.ListedLeg, string, error) {
			return d.Listings.ListLegs(ctx, by, f)
		}
		row := func(n names, l dossier.ListedLeg, now time.Time) []any {
			post := ""
			if l.Leg.Post != "" {
				post = n.post(l.Leg.Post, l.Leg.From)
			}
			return []any{shownCode(l.Row), l.Row.Title, l.Leg.Title, n.agency(l.Leg.At, l.Leg.From), post, l.Leg.From, l.Leg.Due, l.Leg.Until, lang.T(ctx, "verdict."+string(l.Leg.Verdict(now)))}
		}
		return columns, pages(ctx, f, read, row, d)
	}
	columns := []print.Column{
		{Title: text("code"), Width: 24},
		{Title: text("owner")},
		{Title: text("procedure-code")},
		{Title: text("procedure"), Width: 50},
		{Title: text("sector"), Width: 30},
		{Title: text("agency"), Width: 36},
		{Title: text("holder"), Width: 36},
		{Title: text("waits"), Width: 24},
		{Title: text("step")},
		{Title: text("channel")},
		{Title: text("submitted"), Kind: print.Instant},
		{Title: text("accepted"), Kind: print.Instant},
		{Title: text("first_due"), Kind: print.Instant},
		{Title: text("due"), Kind: print.Instant},
		{Title: text("resolved"), Kind: print.Instant},
		{Title: text("supplements"), Kind: print.Number},
		{Title: text("apologised"), Kind: print.Number},
		{Title: text("reason"), Width: 30},
		{Title: text("state")},
		{Title: lang.T(ctx, "timeliness.legal"), Width: 30},
	}
	if wayOf(f.Measure) == dossier.ByNational {
		columns = append(columns, print.Column{Title: measureText(ctx, dossier.NationalTime), Width: 30})
	}
	report := f.Report.AsOf(d.Now())
	return columns, pages(ctx, f, func(f dossier.ListFilter) ([]dossier.Row, string, error) { return d.Listings.List(ctx, by, f) }, func(n names, r dossier.Row, now time.Time) []any {
		out := []any{
			shownCode(r), r.Owner, r.Procedure, r.Title, r.Sector, n.agency(r.Competent, r.Submitted), n.holder(ctx, r.Holder, now), waitsText(ctx, r.Waits), r.Step, lang.T(ctx, "channel."+r.Channel),
			r.Submitted, r.Accepted, r.FirstDue, r.Due, r.Resolved, r.Supplements, r.Apologised, d.reasonText(ctx, r.LateReason), lang.T(ctx, "status."+string(r.Status)), keptText(ctx, r, now),
		}
		if wayOf(f.Measure) == dossier.ByNational {
			kept := ""
			if onTime, counted := r.Course().National(report); counted {
				kept = lang.T(ctx, map[bool]string{true: "figure.yes", false: "figure.no"}[onTime])
			}
			out = append(out, kept)
		}
		return out
	}, d)
}

// pages reads a list to its end, or to MaxListExport rows.
func pages[T any](ctx context.Context, f dossier.ListFilter, read func(dossier.ListFilter) ([]T, string, error), cells func(names, T, time.Time) []any, d *desk) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		n, now, names := 0, d.Now(), d.names()
		for {
			rows, next, err := read(f)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, row := range rows {
				out := cells(names, row, now)
				if n++; n > MaxListExport {
					for i := range out {
						out[i] = nil
					}
					out[0] = lang.T(ctx, "list.cut-off", "max", MaxListExport)
					yield(out, nil)
					return
				}
				if !yield(out, nil) {
					return
				}
			}
			if next == "" {
				return
			}
			f.After = next
		}
	}
}
