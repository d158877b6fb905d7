// Package casefiledb keeps what every case has: the events of its journal, its signed
// head, the work that waits, who may see it and the words it is found by.
//
// All writes go through Append inside a transaction of the caller; there is no other
// way to change these tables. The unique number of an event within its case is the
// lock: who writes second is told so.
package casefiledb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/casefile"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/sqldb"
)

// ErrMoved means that the case has gone on since it was read.
var ErrMoved = fault.New(fault.Stale, "dossier.stale")

// never stands for "no date" in columns that are ordered by date.
const never = int64(1) << 62

const (
	sqlEvents = `SELECT seq, body, hash FROM journal_event WHERE case_id = $1 ORDER BY seq`

	sqlPrivate = `SELECT seq, name, salt, value FROM journal_private WHERE case_id = $1`

	sqlSaveHead = `INSERT INTO case_head (case_id, kind, seq, hash, sig) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (case_id) DO UPDATE SET seq = excluded.seq, hash = excluded.hash, sig = excluded.sig`

	sqlDropWork = `DELETE FROM work_item WHERE case_id = $1`
	sqlMoveWork = `UPDATE work_item SET queue = $2, kind = $3, stage = $4, agency = $5, unit = $6, role = $7, post = $8, step = $9, since = $10,
		due = $11, soon_at = $12, code = $13, title = $14, subject = $15, version = $16 WHERE case_id = $1`
	sqlDropScope = `DELETE FROM case_scope WHERE case_id = $1 AND scope = $2`
	sqlDropTerm  = `DELETE FROM case_term WHERE scope = $1 AND term = $2 AND ord = $3 AND case_id = $4`
	sqlSaveScope = `INSERT INTO case_scope (scope, case_id, status, ord) VALUES ($1, $2, $3, $4)
		ON CONFLICT (case_id, scope) DO UPDATE SET status = excluded.status, ord = excluded.ord`
	sqlMoveScopes = `UPDATE case_scope SET status = $2 WHERE case_id = $1`
)

var (
	eventCols   = []string{"case_id", "seq", "kind", "at", "body", "hash"}
	privateCols = []string{"case_id", "seq", "name", "salt", "value"}
	workCols    = []string{"case_id", "queue", "kind", "stage", "agency", "unit", "role", "post", "step", "since", "due", "soon_at", "code", "title", "subject", "version"}
	scopeCols   = []string{"scope", "case_id", "status", "ord"}
	termCols    = []string{"scope", "term", "ord", "case_id"}
)

// Reader is what reads: the database or a transaction.
type Reader interface {
	Query(ctx context.Context, stmt string, args ...any) (*sqldb.Rows, error)
	QueryRow(ctx context.Context, stmt string, args ...any) *sqldb.Row
}

// Micros writes an instant as the columns hold it; the zero time is 0.
func Micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// Instant reads what Micros wrote.
func Instant(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

func orNever(t time.Time) int64 {
	if t.IsZero() {
		return never
	}
	return t.UnixMicro()
}

func neverOr(us int64) time.Time {
	if us == never {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

// Events returns the events of a case in order, with the personal values that are still there. It does
// not verify the chain: that is check's work. No events give an empty list.
func Events(ctx context.Context, r Reader, caseID string) ([]journal.Event, error) {
	rows, err := r.Query(ctx, sqlEvents, caseID)
	prev := journal.First(caseID)
	events, err := sqldb.Collect(rows, err, func(rows *sqldb.Rows) (journal.Event, error) {
		var seq int64
		var body, hash string
		if err := rows.Scan(&seq, &body, &hash); err != nil {
			return journal.Event{}, err
		}
		e, err := journal.Parse(body)
		if err != nil {
			return e, fmt.Errorf("event %s/%d: %w", caseID, seq, err)
		}
		e.Hash, e.Prev = journal.Hash(hash), prev
		prev = e.Hash
		return e, nil
	})
	if err != nil || len(events) == 0 {
		return nil, err
	}
	private, err := r.Query(ctx, sqlPrivate, caseID)
	_, err = sqldb.Collect(private, err, func(rows *sqldb.Rows) (struct{}, error) {
		var seq int64
		var name, salt string
		var value *string
		if err := rows.Scan(&seq, &name, &salt, &value); err != nil {
			return struct{}{}, err
		}
		attach(events, seq, name, salt, value)
		return struct{}{}, nil
	})
	if err != nil {
		return nil, err
	}
	return events, nil
}

func attach(events []journal.Event, seq int64, name, salt string, value *string) {
	if seq < 1 || seq > int64(len(events)) || value == nil {
		return
	}
	e := &events[seq-1]
	if p, ok := e.Private[name]; ok {
		p.Salt, p.Value = salt, json.RawMessage(*value)
		e.Private[name] = p
	}
}

// Change is what one act does to a case: the linked events and the rows before and after.
type Change struct {
	Case   string
	Kind   string
	Events []journal.Event
	Head   journal.Head
	Before casefile.Rows // empty for a new case
	After  casefile.Rows
}

// Append writes a change, and the statements of the caller's own tables with it. It returns how many rows each of
// those changed, and fails with ErrMoved when the case has gone on since it was read.
func Append(ctx context.Context, tx *sqldb.Tx, c Change, more ...sqldb.Stmt) ([]int64, error) {
	w := &writing{dialect: tx.Dialect()}
	events, private := eventRows(c.Events)
	w.insert("journal_event", eventCols, events)
	chain := len(w.stmts)
	w.insert("journal_private", privateCols, private)
	w.add(sqlSaveHead, c.Case, c.Kind, c.Head.Seq, string(c.Head.Hash), c.Head.Sig)
	w.project(c)
	own := len(w.stmts)
	w.stmts = append(w.stmts, more...)
	if w.err != nil {
		return nil, w.err
	}
	done, err := tx.ExecAll(ctx, w.stmts)
	switch {
	case err != nil && len(done) < chain && errors.Is(err, sqldb.ErrUnique):
		return nil, ErrMoved.Because(err)
	case err != nil:
		return nil, fmt.Errorf("write case %s, statement %d: %w", c.Case, len(done)+1, err)
	}
	return done[own:], nil
}

// writing gathers the statements of a change.
type writing struct {
	dialect sqldb.Dialect
	stmts   []sqldb.Stmt
	err     error
}

func (w *writing) add(text string, args ...any) {
	w.stmts = append(w.stmts, sqldb.Stmt{Text: text, Args: args})
}

func (w *writing) insert(table string, cols []string, rows [][]any) {
	stmts, err := sqldb.InsertStmts(w.dialect, table, cols, rows)
	w.stmts, w.err = append(w.stmts, stmts...), errors.Join(w.err, err)
}

// eventRows spells out events and their personal values as rows.
func eventRows(list []journal.Event) (events, private [][]any) {
	events = make([][]any, 0, len(list))
	for _, e := range list {
		events = append(events, []any{e.Case, e.Seq, e.Kind, e.At.UnixMicro(), e.Body, string(e.Hash)})
		for _, name := range slices.Sorted(maps.Keys(e.Private)) {
			p := e.Private[name]
			private = append(private, []any{e.Case, e.Seq, name, p.Salt, string(p.Value)})
		}
	}
	return events, private
}

// project brings the rows of the case from before to after.
func (w *writing) project(c Change) {
	w.work(c)
	w.scopes(c)
	before, after := termRows(c.Before), termRows(c.After)
	for _, t := range difference(before, after) {
		w.add(sqlDropTerm, t.scope, t.term, t.ord, c.Case)
	}
	var rows [][]any
	for _, t := range difference(after, before) {
		rows = append(rows, []any{t.scope, t.term, t.ord, c.Case})
	}
	w.insert("case_term", termCols, rows)
}

func (w *writing) work(c Change) {
	if len(c.Before.Work) == 1 && len(c.After.Work) == 1 {
		// The usual act: one piece of work goes from one holder to the next.
		w.add(sqlMoveWork, workRow(c.After.Work[0])...)
		return
	}
	if len(c.Before.Work) > 0 {
		w.add(sqlDropWork, c.Case)
	}
	var rows [][]any
	for _, x := range c.After.Work {
		rows = append(rows, workRow(x))
	}
	w.insert("work_item", workCols, rows)
}

func (w *writing) scopes(c Change) {
	if status, ok := sameScopes(c.Before.Scopes, c.After.Scopes); ok {
		if status != c.Before.Scopes[0].Status {
			w.add(sqlMoveScopes, c.Case, status)
		}
		return
	}
	for _, s := range c.Before.Scopes {
		if !slices.ContainsFunc(c.After.Scopes, func(n casefile.Scope) bool { return n.Scope == s.Scope }) {
			w.add(sqlDropScope, c.Case, s.Scope)
		}
	}
	var fresh [][]any
	for _, s := range c.After.Scopes {
		i := slices.IndexFunc(c.Before.Scopes, func(o casefile.Scope) bool { return o.Scope == s.Scope })
		switch {
		case i < 0:
			fresh = append(fresh, []any{s.Scope, c.Case, s.Status, -s.At.UnixMicro()})
		case c.Before.Scopes[i] != s:
			w.add(sqlSaveScope, s.Scope, c.Case, s.Status, -s.At.UnixMicro())
		}
	}
	w.insert("case_scope", scopeCols, fresh)
}

// sameScopes tells whether the same scopes see the case as before, all under one status each time: then one
// statement moves them.
func sameScopes(before, after []casefile.Scope) (status string, ok bool) {
	if len(before) == 0 || len(before) != len(after) {
		return "", false
	}
	for i := range before {
		b, a := before[i], after[i]
		if b.Scope != a.Scope || !b.At.Equal(a.At) || b.Status != before[0].Status || a.Status != after[0].Status {
			return "", false
		}
	}
	return after[0].Status, true
}

func workRow(w casefile.WorkItem) []any {
	return []any{
		w.Case, w.Holder.Queue(), w.Kind, string(w.Stage), string(w.Holder.Agency), w.Holder.Unit, w.Holder.Role, w.Holder.Post, w.Step,
		w.Since.UnixMicro(), orNever(w.Due), orNever(w.SoonAt), w.Code, w.Title, w.Subject, w.Version,
	}
}

type termRow struct {
	scope, term string
	ord         int64
}

// termRows spells out the terms for every scope that searches; a citizen's own list is short and needs none.
func termRows(r casefile.Rows) []termRow {
	var out []termRow
	for _, s := range r.Scopes {
		if strings.HasPrefix(s.Scope, casefile.AccountScope("")) {
			continue
		}
		for _, t := range r.Terms {
			out = append(out, termRow{s.Scope, t, -s.At.UnixMicro()})
		}
	}
	return out
}

func difference(a, b []termRow) []termRow {
	if len(b) == 0 {
		return a
	}
	in := make(map[termRow]bool, len(b))
	for _, t := range b {
		in[t] = true
	}
	var out []termRow
	for _, t := range a {
		if !in[t] {
			out = append(out, t)
		}
	}
	return out
}

// Every LIMIT is a CAST: SQLite plans a statement anew whenever a bare parameter of a LIMIT is bound, which took
// longer than running it.
const workColumns = `case_id, kind, stage, agency, unit, role, post, step, since, due, soon_at, code, title, subject, version`

const (
	sqlInbox = `SELECT ` + workColumns + ` FROM work_item
		WHERE queue = $1 AND (due, case_id) > ($2, $3) ORDER BY due, case_id LIMIT CAST($4 AS INTEGER)`
	sqlInboxStage = `SELECT ` + workColumns + ` FROM work_item
		WHERE queue = $1 AND stage = $5 AND (due, case_id) > ($2, $3) ORDER BY due, case_id LIMIT CAST($4 AS INTEGER)`
	sqlInboxOverdue = `SELECT ` + workColumns + ` FROM work_item
		WHERE queue = $1 AND (due, case_id) > ($2, $3) AND due < $5 ORDER BY due, case_id LIMIT CAST($4 AS INTEGER)`
	sqlInboxSoon = `SELECT ` + workColumns + ` FROM work_item
		WHERE queue = $1 AND (due, case_id) > ($2, $3) AND due >= $5 AND soon_at <= $5 ORDER BY due, case_id LIMIT CAST($4 AS INTEGER)`

	sqlCount = `SELECT
		(SELECT count(*) FROM (SELECT 1 FROM work_item WHERE queue = $1 AND stage = 'reception' LIMIT CAST($3 AS INTEGER)) AS a),
		(SELECT count(*) FROM (SELECT 1 FROM work_item WHERE queue = $1 AND stage = 'handling' LIMIT CAST($3 AS INTEGER)) AS b),
		(SELECT count(*) FROM (SELECT 1 FROM work_item WHERE queue = $1 AND stage = 'supplement' LIMIT CAST($3 AS INTEGER)) AS c),
		(SELECT count(*) FROM (SELECT 1 FROM work_item WHERE queue = $1 AND stage = 'return' LIMIT CAST($3 AS INTEGER)) AS d),
		(SELECT count(*) FROM (SELECT 1 FROM work_item WHERE queue = $1 AND stage = 'waiting' LIMIT CAST($3 AS INTEGER)) AS w),
		(SELECT count(*) FROM (SELECT 1 FROM work_item WHERE queue = $1 AND due < $2 LIMIT CAST($3 AS INTEGER)) AS e),
		(SELECT count(*) FROM (SELECT 1 FROM work_item WHERE queue = $1 AND due >= $2 AND due < 4611686018427387904 AND soon_at <= $2 LIMIT CAST($3 AS INTEGER)) AS f)`
)

// Statements lists every statement of this package, for the test that prepares them on both engines.
var Statements = []string{
	sqlViewAdd, sqlViews,
	sqlEvents, sqlPrivate, sqlSaveHead, sqlDropWork, sqlMoveWork, sqlMoveScopes, sqlDropScope, sqlDropTerm, sqlSaveScope,
	sqlInbox, sqlInboxStage, sqlInboxOverdue, sqlInboxSoon, sqlCount, sqlFind, sqlListed, sqlListedStatus, sqlWorkOf, sqlScopesOf, sqlAllTerms,
	sqlLastSeal, sqlUnsealed, sqlAddSeal, sqlSeals, sqlHeads, sqlAllEvents, sqlAllPrivate, sqlOrphans, sqlLastEvent,
}

// Urgency narrows an inbox by date.
type Urgency int

// Urgencies of work.
const (
	Any Urgency = iota
	Soon
	Overdue
)

// Inbox lists open work of the queues by due date, at most limit, from after the cursor on. It returns the
// cursor of the next page, empty at the end.
func Inbox(ctx context.Context, r Reader, queues []string, stage casefile.Stage, u Urgency, now time.Time, after string, limit int) ([]casefile.WorkItem, string, error) {
	due, id, err := cursor(after)
	if err != nil {
		return nil, "", err
	}
	stmt, arg := sqlInbox, any(nil)
	switch {
	case u == Overdue:
		stmt, arg = sqlInboxOverdue, now.UnixMicro()
	case u == Soon:
		stmt, arg = sqlInboxSoon, now.UnixMicro()
	case stage != "":
		stmt, arg = sqlInboxStage, string(stage)
	}
	var all []casefile.WorkItem
	for _, q := range queues {
		args := []any{q, due, id, limit + 1}
		if arg != nil {
			args = append(args, arg)
		}
		rows, err := r.Query(ctx, stmt, args...)
		items, err := sqldb.Collect(rows, err, func(rows *sqldb.Rows) (casefile.WorkItem, error) { return scanWork(rows) })
		if err != nil {
			return nil, "", fmt.Errorf("inbox: %w", err)
		}
		all = append(all, items...)
	}
	if len(queues) > 1 {
		slices.SortStableFunc(all, func(a, b casefile.WorkItem) int {
			if d := orNever(a.Due) - orNever(b.Due); d != 0 {
				return int(d>>63 | 1)
			}
			return strings.Compare(a.Case, b.Case)
		})
	}
	if len(all) <= limit {
		return all, "", nil
	}
	last := all[limit-1]
	return all[:limit], strconv.FormatInt(orNever(last.Due), 36) + "." + last.Case, nil
}

func cursor(s string) (int64, string, error) {
	if s == "" {
		return -1 << 62, "", nil
	}
	n, id, ok := strings.Cut(s, ".")
	v, err := strconv.ParseInt(n, 36, 64)
	if !ok || err != nil || len(id) > 40 {
		return 0, "", fault.New(fault.Invalid, "list.cursor")
	}
	return v, id, nil
}

func scanWork(rows interface{ Scan(dest ...any) error }) (w casefile.WorkItem, err error) {
	var ag string
	var since, due, soon int64
	err = rows.Scan(&w.Case, &w.Kind, &w.Stage, &ag, &w.Holder.Unit, &w.Holder.Role, &w.Holder.Post, &w.Step, &since, &due, &soon, &w.Code, &w.Title, &w.Subject, &w.Version)
	w.Holder.Agency = agency.ID(ag)
	w.Since, w.Due, w.SoonAt = time.UnixMicro(since).UTC(), neverOr(due), neverOr(soon)
	return w, err
}

// Counts are the numbers of one inbox, each exact up to the limit asked for.
type Counts struct{ Reception, Handling, Supplement, Return, Waiting, Overdue, Soon int }

// Count counts the open work of the queues.
func Count(ctx context.Context, r Reader, queues []string, now time.Time, limit int) (Counts, error) {
	var sum Counts
	for _, q := range queues {
		var c Counts
		if err := r.QueryRow(ctx, sqlCount, q, now.UnixMicro(), limit).Scan(&c.Reception, &c.Handling, &c.Supplement, &c.Return, &c.Waiting, &c.Overdue, &c.Soon); err != nil {
			return sum, fmt.Errorf("count inbox: %w", err)
		}
		sum.Reception = min(limit, sum.Reception+c.Reception)
		sum.Handling = min(limit, sum.Handling+c.Handling)
		sum.Supplement = min(limit, sum.Supplement+c.Supplement)
		sum.Return = min(limit, sum.Return+c.Return)
		sum.Waiting = min(limit, sum.Waiting+c.Waiting)
		sum.Overdue = min(limit, sum.Overdue+c.Overdue)
		sum.Soon = min(limit, sum.Soon+c.Soon)
	}
	return sum, nil
}

const (
	sqlFind = `SELECT term, ord, case_id FROM case_term
		WHERE scope = $1 AND term >= $2 AND term < $3 AND (term, ord, case_id) > ($4, $5, $6)
		ORDER BY term, ord, case_id LIMIT CAST($7 AS INTEGER)`
	sqlListed = `SELECT ord, case_id FROM case_scope
		WHERE scope = $1 AND (ord, case_id) > ($2, $3) ORDER BY ord, case_id LIMIT CAST($4 AS INTEGER)`
	sqlListedStatus = `SELECT ord, case_id FROM case_scope
		WHERE scope = $1 AND status = $5 AND (ord, case_id) > ($2, $3) ORDER BY ord, case_id LIMIT CAST($4 AS INTEGER)`
)

// Find lists the ids of cases in the scope with a term that begins with the query, the shortest match first
// and the newest first within it. Without a query it lists the scope's cases, newest first.
func Find(ctx context.Context, r Reader, scope, query, status, after string, limit int) (ids []string, next string, err error) {
	if query == "" {
		return list(ctx, r, scope, status, after, limit)
	}
	term, ord, id := query, int64(-1<<62), ""
	if after != "" {
		parts := strings.SplitN(after, ".", 3)
		if len(parts) != 3 {
			return nil, "", fault.New(fault.Invalid, "list.cursor")
		}
		if ord, err = strconv.ParseInt(parts[0], 36, 64); err != nil {
			return nil, "", fault.New(fault.Invalid, "list.cursor")
		}
		id, term = parts[1], parts[2]
	}
	rows, err := r.Query(ctx, sqlFind, scope, query, query+"\U0010FFFF", term, ord, id, limit*3+1)
	type hit struct {
		term, id string
		ord      int64
	}
	hits, err := sqldb.Collect(rows, err, func(rows *sqldb.Rows) (h hit, err error) {
		return h, rows.Scan(&h.term, &h.ord, &h.id)
	})
	if err != nil {
		return nil, "", fmt.Errorf("find: %w", err)
	}
	seen := make(map[string]bool, len(hits))
	for i, h := range hits {
		if !seen[h.id] {
			seen[h.id] = true
			ids = append(ids, h.id)
		}
		if len(ids) == limit && i < len(hits)-1 {
			return ids, strconv.FormatInt(h.ord, 36) + "." + h.id + "." + h.term, nil
		}
	}
	if len(hits) == limit*3+1 {
		last := hits[len(hits)-1]
		next = strconv.FormatInt(last.ord, 36) + "." + last.id + "." + last.term
	}
	return ids, next, nil
}

func list(ctx context.Context, r Reader, scope, status, after string, limit int) ([]string, string, error) {
	ord, id, err := cursor(after)
	if err != nil {
		return nil, "", err
	}
	stmt, args := sqlListed, []any{scope, ord, id, limit + 1}
	if status != "" {
		stmt, args = sqlListedStatus, append(args, status)
	}
	rows, err := r.Query(ctx, stmt, args...)
	type entry struct {
		ord int64
		id  string
	}
	found, err := sqldb.Collect(rows, err, func(rows *sqldb.Rows) (e entry, err error) { return e, rows.Scan(&e.ord, &e.id) })
	if err != nil {
		return nil, "", fmt.Errorf("list: %w", err)
	}
	next := ""
	if len(found) > limit {
		found = found[:limit]
		last := found[limit-1]
		next = strconv.FormatInt(last.ord, 36) + "." + last.id
	}
	ids := make([]string, len(found))
	for i, e := range found {
		ids[i] = e.id
	}
	return ids, next, nil
}
