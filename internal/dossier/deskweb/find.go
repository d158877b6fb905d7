package deskweb

import (
	"bytes"
	"context"
	"iter"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/print"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

type findView struct {
	rail   []component.RailGroup
	query  string
	status dossier.Status
	grid   component.Grid
	pager  component.Pager
	active []component.Tab
	export string
}

// jump is the search of the bar: a code opens its dossier, anything else goes to the search page.
func (d *desk) jump(w http.ResponseWriter, r *http.Request) error {
	q := typedQuery(r)
	if id, ok, err := d.exact(r.Context(), q); err != nil {
		return err
	} else if ok {
		return web.SeeOther(w, r, pathCase+id)
	}
	return web.SeeOther(w, r, findPath(q, "", ""))
}

// typedQuery is what was typed or scanned. A scanner that reads the QR code of a receipt gives the address of the
// tracking page, which holds the code.
func typedQuery(r *http.Request) string {
	q, ok := web.Clean(r.URL.Query().Get("q"))
	if !ok {
		return ""
	}
	if _, query, isAddress := strings.Cut(q, "/tra-cuu?"); isAddress {
		if v, err := url.ParseQuery(query); err == nil && v.Get("ma") != "" {
			return v.Get("ma")
		}
	}
	return q
}

// exact finds the dossier whose code or reference was typed in full.
func (d *desk) exact(ctx context.Context, q string) (string, bool, error) {
	if len(q) < 6 || len(q) > 60 || strings.Contains(q, " ") {
		return "", false, nil
	}
	rows, _, err := d.Service.Find(ctx, actor(ctx), q, "", "")
	if err != nil {
		return "", false, err
	}
	for _, row := range rows {
		if strings.EqualFold(row.Code, q) || strings.EqualFold(row.Ref, q) {
			return row.ID, true, nil
		}
	}
	return "", false, nil
}

func findPath(q string, status dossier.Status, after string) string {
	u := url.Values{}
	for k, v := range map[string]string{"q": q, "tt": string(status), "sau": after} {
		if v != "" {
			u.Set(k, v)
		}
	}
	if len(u) == 0 {
		return pathFind
	}
	return pathFind + "?" + u.Encode()
}

func statusIn(r *http.Request) (dossier.Status, bool) {
	s := dossier.Status(r.URL.Query().Get("tt"))
	return s, s == "" || slices.Contains(dossier.Statuses, s)
}

func (d *desk) find(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	status, ok := statusIn(r)
	if !ok {
		return web.ErrNoPage
	}
	v := findView{query: typedQuery(r), status: status}
	after := r.URL.Query().Get("sau")
	if status == "" && after == "" {
		if id, ok, err := d.exact(ctx, v.query); err != nil {
			return err
		} else if ok {
			return web.SeeOther(w, r, pathCase+id)
		}
	}
	rows, next, err := d.Service.Find(ctx, actor(ctx), v.query, status, after)
	if err != nil {
		return err
	}
	if v.rail, _, err = d.rail(r, railFind); err != nil {
		return err
	}
	v.grid = d.foundGrid(ctx, rows, d.Now())
	if next != "" {
		v.pager.Next = findPath(v.query, status, next)
	}
	if after != "" {
		v.pager.Prev = findPath(v.query, status, "")
	}
	if status != "" {
		v.active = []component.Tab{{Text: lang.T(ctx, "status."+string(status)), Href: findPath(v.query, "", "")}}
	}
	if len(rows) > 0 {
		v.export = pathInbox + "/xuat.xlsx?" + url.Values{"tim": {"1"}, "q": {v.query}, "tt": {string(status)}}.Encode()
	}
	return web.Render(w, r, http.StatusOK, findPage(v))
}

func (d *desk) foundGrid(ctx context.Context, rows []dossier.Row, now time.Time) component.Grid {
	g := component.Grid{
		Caption: lang.T(ctx, "desk.find.title"), Keys: true, Empty: findEmpty(),
		Columns: []component.Column{
			{Title: lang.T(ctx, "desk.col.code")},
			{Title: lang.T(ctx, "desk.col.owner")},
			{Title: lang.T(ctx, "desk.col.procedure"), Width: "wide"},
			{Title: lang.T(ctx, "desk.col.agency")},
			{Title: lang.T(ctx, "desk.col.submitted"), Sorted: "descending"},
			{Title: lang.T(ctx, "desk.col.due")},
			{Title: lang.T(ctx, "desk.col.state")},
		},
	}
	n := d.names()
	for _, row := range rows {
		due := row.Due
		if row.Status != dossier.Processing {
			due = time.Time{}
		}
		tone, words := rowState(ctx, row, now)
		g.Rows = append(g.Rows, component.Row{Tone: tone, Cells: []component.Cell{
			{Text: shownCode(row), Href: pathCase + row.ID, Code: true},
			{Text: row.Owner, Clip: true},
			{Text: row.Title, Clip: true},
			{Text: n.agency(row.Competent, row.Submitted), Clip: true},
			{Text: short(row.Submitted, now), Code: true},
			{Text: short(due, now), Code: true},
			{Content: component.Status(tone, words)},
		}})
	}
	return g
}

func shownCode(row dossier.Row) string {
	if row.Code != "" {
		return row.Code
	}
	return row.Ref
}

// rowState is the chip of a found row. The list does not keep from when a dossier is due soon, so only overdue is told.
func rowState(ctx context.Context, row dossier.Row, now time.Time) (component.Tone, string) {
	if row.Status == dossier.Processing && !row.Due.IsZero() && now.After(row.Due) {
		return component.Overdue, lang.T(ctx, "desk.urgency.overdue")
	}
	return statusTone(row.Status), lang.T(ctx, "status."+string(row.Status))
}

// MaxExport is how many rows one export holds; whoever needs more narrows the list.
const MaxExport = 2000

// export writes the shown list as a sheet.
func (d *desk) export(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	by := actor(ctx)
	text := func(key string) string { return lang.T(ctx, "desk.col."+key) }
	var buf bytes.Buffer
	name := lang.T(ctx, "desk.find.title")
	if r.URL.Query().Has("tim") {
		status, ok := statusIn(r)
		if !ok {
			return web.ErrNoPage
		}
		columns := []print.Column{
			{Title: text("code"), Width: 24},
			{Title: text("owner")},
			{Title: text("procedure"), Width: 50},
			{Title: text("agency"), Width: 36},
			{Title: text("submitted"), Kind: print.Instant},
			{Title: text("due"), Kind: print.Instant},
			{Title: text("state")},
			{Title: text("step")},
		}
		if err := print.Sheet(&buf, name, columns, d.foundRows(ctx, by, typedQuery(r), status)); err != nil {
			return err
		}
	} else {
		v, ok := viewOf(r.URL.Query().Get("ds"))
		if !ok {
			return web.ErrNoPage
		}
		name = v.title(ctx)
		columns := []print.Column{
			{Title: text("code"), Width: 24},
			{Title: text("owner")},
			{Title: text("procedure"), Width: 50},
			{Title: text("step")},
			{Title: text("since"), Kind: print.Instant},
			{Title: text("due"), Kind: print.Instant},
			{Title: text("state")},
		}
		if err := print.Sheet(&buf, name, columns, d.workRows(ctx, by, v)); err != nil {
			return err
		}
	}
	return web.WriteFile(w, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", name+".xlsx", false, &buf)
}

func (d *desk) workRows(ctx context.Context, by access.Actor, v view) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		f := dossier.InboxFilter{Stage: v.stage, Urgency: v.urgency, Limit: 200}
		now := d.Now()
		for n := 0; n < MaxExport; {
			items, next, err := d.Service.Inbox(ctx, by, f)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, it := range items {
				_, words := urgencyOf(ctx, it.Stage, it.Due, it.SoonAt, now)
				if !yield([]any{it.Code, it.Subject, it.Title, it.Step, it.Since, it.Due, words}, nil) {
					return
				}
			}
			if n += len(items); next == "" {
				return
			}
			f.After = next
		}
	}
}

func (d *desk) foundRows(ctx context.Context, by access.Actor, q string, status dossier.Status) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		after, now, names := "", d.Now(), d.names()
		for n := 0; n < MaxExport; {
			rows, next, err := d.Service.Find(ctx, by, q, status, after)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, row := range rows {
				_, words := rowState(ctx, row, now)
				if !yield([]any{shownCode(row), row.Owner, row.Title, names.agency(row.Competent, row.Submitted), row.Submitted, row.Due, words, row.Step}, nil) {
					return
				}
			}
			if n += max(1, len(rows)); next == "" {
				return
			}
			after = next
		}
	}
}

// exportPath is where the list of a view is saved as a sheet.
func exportPath(v view) string {
	if v.id == "" {
		return pathInbox + "/xuat.xlsx"
	}
	return pathInbox + "/xuat.xlsx?ds=" + v.id
}
