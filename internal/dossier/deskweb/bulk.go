package deskweb

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base32"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/print"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

// errNoneChosen says that no row was ticked.
var errNoneChosen = fault.New(fault.Invalid, "desk.none-chosen")

type bulkView struct {
	rail   []component.RailGroup
	grid   component.Grid
	done   int
	failed int
	back   string
	load   string // the outcome as a file
}

// Fields of a bulk act.
const (
	fieldBulk       = "viec"
	fieldBulkPost   = "giao-cho"
	fieldBulkReason = "tre-han"
	fieldBulkNote   = "dien-giai"
)

// assignees are the posts of the actor's agency that may be given work, for who may give it.
func (d *desk) assignees(by access.Actor) []component.Option {
	if !by.May(access.DossierAssign) {
		return nil
	}
	var out []component.Option
	for _, p := range d.Catalogue().Tree().Posts(by.Agency, dayOf(d.Now())) {
		if slices.ContainsFunc(p.Roles, func(role string) bool { return slices.Contains(workingRoles, role) }) {
			out = append(out, component.Option{Value: p.ID, Label: p.Title})
		}
	}
	return out
}

// workingRoles are those that dossiers wait for.
var workingRoles = []string{access.RoleReceiving, access.RoleOfficer, access.RoleDivision, access.RoleHead, access.RoleClerk}

// bulk moves the chosen dossiers on, each by the primary act of its step, and reports every line.
func (d *desk) bulk(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	if f.Key == "" {
		return dossier.ErrKeyNeeded
	}
	rows := f.Values["id"]
	if len(rows) == 0 {
		return errNoneChosen
	}
	if len(rows) > 200 {
		return web.ErrTooManyFields
	}
	rs := make([]dossier.Request, 0, len(rows))
	for _, row := range rows {
		id, version, ok := readSeen(row)
		if !ok {
			return web.ErrMalformedForm
		}
		rs = append(rs, dossier.Request{By: actor(ctx), Dossier: id, Version: version, Key: lineKey(f.Key, id)})
	}
	v := bulkView{back: pathInbox}
	if from := web.Local(f.Get("_from")); strings.HasPrefix(from, pathInbox) || strings.HasPrefix(from, pathList) {
		v.back = from
	}
	c := dossier.BulkCommand{Act: f.Get(fieldBulk), Post: f.Get(fieldBulkPost), Reason: f.Get(fieldBulkReason), Note: f.Get(fieldBulkNote)}
	if c.Act != "" && !slices.Contains(dossier.BulkActs, c.Act) {
		return dossier.ErrAction.With("action", c.Act)
	}
	var outcome [][]any
	for _, line := range d.Listings.DoMany(ctx, rs, c) {
		row, ok, err := lineRow(ctx, line)
		if err != nil {
			return err
		}
		if ok {
			v.done++
		} else {
			v.failed++
		}
		v.grid.Rows = append(v.grid.Rows, row)
		outcome = append(outcome, outcomeLine(ctx, row, ok))
	}
	if err := d.keepOutcome(ctx, f.Key, outcome); err != nil {
		return err
	}
	v.load = "/lam-viec/hang-loat/" + url.PathEscape(f.Key)
	v.grid.Caption, v.grid.Keys = lang.T(ctx, "desk.bulk.title"), true
	v.grid.Columns = []component.Column{{Title: lang.T(ctx, "desk.col.code")}, {Title: lang.T(ctx, "desk.col.outcome")}, {Title: lang.T(ctx, "desk.col.why"), Width: "wide"}}
	if v.rail, _, err = d.rail(r, ""); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, bulkPage(v))
}

// lineKey is the idempotency key of one line: the same form sent twice moves each dossier once.
func lineKey(form, id string) string {
	sum := sha256.Sum256([]byte("line\n" + form + "\n" + id))
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:20]))
}

// lineRow puts the outcome of a line into words. An error that is no refusal ends the page: the rest was not tried.
func lineRow(ctx context.Context, line dossier.Line) (component.Row, bool, error) {
	code := component.Cell{Text: line.Shown, Href: pathCase + line.Dossier, Code: true}
	if line.Shown == "" {
		code = component.Cell{Text: line.Dossier, Code: true}
	}
	if line.Err == nil {
		return component.Row{Tone: component.Done, Cells: []component.Cell{code, {Content: component.Status(component.Done, lang.T(ctx, "desk.bulk.done"))}, {}}}, true, nil
	}
	refusal, ok := errorAs(line.Err)
	if !ok {
		return component.Row{}, false, line.Err
	}
	why := web.ErrorText(ctx, refusal)
	if slices.Contains([]string{dossier.ErrNoteNeeded.Code, dossier.ErrLimitNeeded.Code, dossier.ErrPostNeeded.Code, dossier.ErrResultNeeded.Code}, refusal.Code) {
		why = lang.T(ctx, "desk.bulk.asks-more")
	}
	return component.Row{Tone: component.DueSoon, Cells: []component.Cell{code, {Content: component.Status(component.DueSoon, lang.T(ctx, "desk.bulk.not-done"))}, {Text: why}}}, false, nil
}

// outcomeLine is a line of the result as a file tells it.
func outcomeLine(ctx context.Context, row component.Row, done bool) []any {
	word := lang.T(ctx, "desk.bulk.not-done")
	if done {
		word = lang.T(ctx, "desk.bulk.done")
	}
	return []any{row.Cells[0].Text, word, row.Cells[2].Text}
}

// keepOutcome keeps the result beside the key of its form, so that it can be loaded without doing anything again.
func (d *desk) keepOutcome(ctx context.Context, key string, lines [][]any) error {
	columns := []print.Column{{Title: lang.T(ctx, "desk.col.code")}, {Title: lang.T(ctx, "desk.col.outcome")}, {Title: lang.T(ctx, "desk.col.why")}}
	var body bytes.Buffer
	rows := func(yield func([]any, error) bool) {
		for _, l := range lines {
			if !yield(l, nil) {
				return
			}
		}
	}
	if _, err := (csvBody{columns, rows}).WriteTo(&body); err != nil {
		return err
	}
	return d.Keeper.KeepOutcome(ctx, actor(ctx).Person, key, body.String(), d.Now())
}

// outcome loads the result of a bulk act of one's own.
func (d *desk) outcome(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	body, err := d.Keeper.Outcome(ctx, actor(ctx).Person, r.PathValue("key"))
	if err != nil {
		return err
	}
	return web.WriteFile(w, "text/csv; charset=utf-8", lang.T(ctx, "desk.bulk.title")+".csv", false, strings.NewReader(body))
}
