// Package dossierdb keeps dossiers on both engines: their journals through casefiledb,
// the rows that lists read, drafts, code counters, answers to repeated requests.
//
// There is no way to write a dossier but Record: events, rows, signed head and the
// notice job in one transaction, or none of them.
package dossierdb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/casefile"
	"github.com/motcua/motcua/internal/casefile/casefiledb"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/jobs"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/sqldb"
)

const dossierColumns = `id, version, code, ref, secret_hash, status, procedure, title, sector, owner, owner_key, account, channel, desk, competent,
	submitted_at, accepted_at, due_at, first_due_at, resolved_at, ended_at, outcome, step, holder_agency, holder_unit, holder_role, holder_post, updated_at,
	law, group_id, promised_at, apologised, late_reason, supplements, supplement_us, pending_at, standing,
	soon_at, waits, finished_at, national_due_at, asked_at, answered_at, asked_again_at, most_us, leaving_at, wake_at`

// trackColumns are what the public page decides on before it draws anything: it is asked for far more often than
// any other page, and reading all columns costs twice as much.
const trackColumns = `id, version, code, ref, secret_hash, status, account, accepted_at, due_at`

const (
	sqlInsert = `INSERT INTO dossier (` + dossierColumns + `) VALUES
		($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28,
		 $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41, $42, $43, $44, $45, $46, $47)`
	// Columns that never change after submission are left out, and so is the code unless it is new: SQLite
	// writes an index again for every column that is named.
	sqlMove = `UPDATE dossier SET ` + moveColumns + ` WHERE id = $1 AND version = $2`
	sqlCode = `UPDATE dossier SET code = $40, ` + moveColumns + ` WHERE id = $1 AND version = $2`

	moveColumns = `version = $3, secret_hash = $4, status = $5, owner = $6, owner_key = $7, accepted_at = $8, due_at = $9, first_due_at = $10,
		resolved_at = $11, ended_at = $12, outcome = $13, step = $14, holder_agency = $15, holder_unit = $16, holder_role = $17, holder_post = $18,
		updated_at = $19, desk = $20, competent = $21, law = $22, promised_at = $23, apologised = $24, late_reason = $25, supplements = $26,
		supplement_us = $27, pending_at = $28, standing = $29, soon_at = $30, waits = $31, finished_at = $32, national_due_at = $33, asked_at = $34,
		answered_at = $35, asked_again_at = $36, most_us = $37, leaving_at = $38, wake_at = $39`
	sqlByID   = `SELECT ` + dossierColumns + ` FROM dossier WHERE id = $1`
	sqlByCode = `SELECT ` + trackColumns + ` FROM dossier WHERE code = $1 AND code <> ''`
	sqlByRef  = `SELECT ` + trackColumns + ` FROM dossier WHERE ref = $1`
	sqlLodged = `SELECT ` + dossierColumns + ` FROM dossier WHERE id IN
		(SELECT case_id FROM case_term WHERE scope = '*' AND term = $1) AND procedure = $2 AND submitted_at >= $3 ORDER BY submitted_at DESC LIMIT 5`
	sqlGrouped = `SELECT ` + dossierColumns + ` FROM dossier WHERE group_id = $1 AND group_id <> '' ORDER BY submitted_at, id LIMIT 100`
	// Nothing goes into a book that was locked.
	sqlSlipAdd = `INSERT INTO dossier_slip (check_code, case_id, event, form, book, year, number, at)
		SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS BIGINT), CAST($4 AS TEXT), CAST($5 AS TEXT), CAST($6 AS BIGINT), CAST($7 AS BIGINT), CAST($8 AS BIGINT)
		WHERE NOT EXISTS (SELECT 1 FROM register_lock WHERE book = CAST($5 AS TEXT) AND year = CAST($6 AS BIGINT))`
	sqlBySlip  = `SELECT case_id FROM dossier_slip WHERE check_code = $1`
	sqlSlipsOf = `SELECT check_code, case_id, event, form, book, year, number, at FROM dossier_slip WHERE case_id = $1 ORDER BY event, check_code`
	sqlAwake   = `SELECT id FROM dossier WHERE wake_at <= $1 AND wake_at < 4611686018427387904 ORDER BY wake_at, id LIMIT CAST($2 AS INTEGER)`
	sqlWaiting = `SELECT case_id FROM case_scope WHERE scope = '*' AND status = $1 AND case_id > $2 ORDER BY case_id LIMIT CAST($3 AS INTEGER)`

	sqlSerial = `INSERT INTO code_counter (scope, last) VALUES ($1, 1) ON CONFLICT (scope) DO UPDATE SET last = code_counter.last + 1 RETURNING last`

	sqlCounts = `SELECT channel, count(*), count(*) FILTER (WHERE resolved_at > 0), count(*) FILTER (WHERE resolved_at > 0 AND (due_at = 0 OR resolved_at <= due_at))
		FROM dossier WHERE procedure = $1 AND submitted_at >= $2 GROUP BY channel`

	sqlAnswered = `SELECT fingerprint, location, status FROM idempotency WHERE key = $1 AND actor = $2`
	sqlAnswer   = `INSERT INTO idempotency (key, actor, fingerprint, status, location, answer, at) VALUES ($1, $2, $3, $4, $5, '', $6)
		ON CONFLICT (key, actor) DO NOTHING`
)

// byIDs is how many rows one statement reads; lists show as many.
const byIDs = dossier.PageSize

var sqlByIDs = func() string {
	marks := make([]string, byIDs)
	for i := range marks {
		marks[i] = fmt.Sprintf("$%d", i+1)
	}
	return `SELECT ` + dossierColumns + ` FROM dossier WHERE id IN (` + strings.Join(marks, ", ") + `)`
}()

// Statements lists every statement of this package, for the test that prepares them on both engines.
var Statements = []string{
	sqlCompose, sqlComposing, sqlComposedLong, sqlQueueLoads,
	sqlInsert, sqlMove, sqlCode, sqlByID, sqlByIDs, sqlByCode, sqlByRef, sqlLodged, sqlGrouped, sqlSerial, sqlCounts, sqlAnswered, sqlAnswer,
	sqlDraftInsert, sqlDraftUpdate, sqlDraft, sqlDrafts, sqlDraftDelete, sqlDraftPapers, sqlPaperAdd, sqlPaperRemove, sqlDraftsExpire,
	sqlSlipAdd, sqlBySlip, sqlSlipsOf, sqlWaiting, sqlAwake, sqlProjection, sqlProjected, sqlReproject,
	sqlScoreAdd, sqlScoresCut, sqlScoresOf, sqlReturnAdd, sqlReturnCut, sqlReturnOf,
	sqlLegPut, sqlLegsCut, sqlLegsOf, sqlSavedAdd, sqlSavedHow, sqlSavedDrop, sqlSaved, sqlColumnsPut, sqlColumnsOf, sqlExportAdd, sqlExportEnd, sqlExports,
	sqlOutcomePut, sqlOutcome,
	sqlSerials, sqlCountUp, sqlHowMany, sqlEraseValue, sqlAllRows, sqlRunning, sqlRunningEvents, sqlOpenOf,
	sqlHandoverAdd, sqlHandoverDone, sqlHandoversOf, sqlHandoversTo, sqlHandoversFrom, sqlOwnedBy,
	sqlBooks, sqlBooksOf, sqlBookPage, sqlBookLines, sqlBookCount, sqlLockAdd, sqlLockBookAdd, sqlLock, sqlLockBooks, sqlLockOrphans,
	sqlPaperHashes, sqlDraftNames, sqlSlipNames, sqlValueNames,
	sqlPaper, sqlPaperKeep, sqlPapersOf, sqlPapersDrop, sqlPaperOrphans,
}

// Store keeps dossiers. It satisfies dossier.Store.
type Store struct {
	db     *sqldb.DB
	signer *journal.Signer
	queue  enqueuer
	now    func() time.Time

	erasing []func(ctx context.Context, tx *sqldb.Tx, id string) error

	writes   atomic.Int64 // commits of this process: what counters may be cached against
	mu       sync.Mutex
	counters map[string]counted
	recent   recent
}

// enqueuer is the job queue, as far as this package needs it.
type enqueuer interface {
	Enqueue(ctx context.Context, tx *sqldb.Tx, jobs ...jobs.Job) error
}

type counted struct {
	at     time.Time
	writes int64
	c      dossier.Counters
}

var _ dossier.Store = (*Store)(nil)

// New returns a store on a migrated database. signer signs the head of every case that is written.
func New(db *sqldb.DB, signer *journal.Signer, queue enqueuer, now func() time.Time) *Store {
	return &Store{db: db, signer: signer, queue: queue, now: now, counters: map[string]counted{}}
}

// AlsoErase has f remove what else is kept about a dossier when its personal data is erased, in the same
// transaction. Call it before the store is used.
func (s *Store) AlsoErase(f func(ctx context.Context, tx *sqldb.Tx, id string) error) {
	s.erasing = append(s.erasing, f)
}

// Load returns all events of a dossier in order.
func (s *Store) Load(ctx context.Context, id string) ([]journal.Event, error) {
	events, err := casefiledb.Events(ctx, s.db, id)
	if err != nil {
		return nil, fmt.Errorf("load dossier: %w", err)
	}
	if len(events) == 0 {
		return nil, dossier.ErrNotFound
	}
	return events, nil
}

// InTx runs fn in one transaction.
func (s *Store) InTx(ctx context.Context, fn func(dossier.Tx) error) error {
	var wrote []dossier.Row
	err := s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		t := &Tx{s: s, tx: tx}
		defer func() { wrote = append(wrote, t.wrote...) }()
		return fn(t)
	})
	s.writes.Add(1)
	s.recent.drop(wrote)
	return err
}

// Tx is one transaction of the store.
type Tx struct {
	s     *Store
	tx    *sqldb.Tx
	wrote []dossier.Row
}

// NextSerial counts up within a scope. A rolled back transaction gives its number back.
func (t *Tx) NextSerial(ctx context.Context, scope string) (int, error) {
	var n int
	if err := t.tx.QueryRow(ctx, sqlSerial, scope).Scan(&n); err != nil {
		return 0, fmt.Errorf("count %s: %w", scope, err)
	}
	return n, nil
}

// Record appends events to the journal of d and writes all that follows from them.
func (t *Tx) Record(ctx context.Context, id string, d *dossier.Dossier, events ...journal.Event) (*dossier.Dossier, error) {
	next, change, row, err := t.s.prepare(id, d, events)
	if err != nil {
		return nil, err
	}
	own := sqldb.Stmt{Text: sqlInsert, Args: rowArgs(row)}
	if d != nil {
		own = moved(row, d.Version, row.Code != d.Code)
	}
	done, err := casefiledb.Append(ctx, t.tx, change, append([]sqldb.Stmt{own}, legStmts(d, next)...)...)
	if err != nil {
		return nil, err
	}
	if done[0] == 0 {
		return nil, dossier.ErrStale
	}
	t.wrote = append(t.wrote, row)
	before := int64(0)
	if d != nil {
		before = d.Version
	}
	if err := keepScores(ctx, t.tx, d, next); err != nil {
		return nil, err
	}
	for _, x := range dossier.SlipRows(next, before) {
		n, err := t.tx.Exec(ctx, sqlSlipAdd, slipArgs(x)...)
		if err != nil {
			return nil, fmt.Errorf("keep slip: %w", err)
		}
		if n == 0 {
			return nil, dossier.ErrBookLocked.With("year", x.Year)
		}
		if err := t.s.queue.Enqueue(ctx, t.tx, jobs.Job{Kind: PaperJob, Args: PaperArgs{Case: id, Check: x.Check}}); err != nil {
			return nil, fmt.Errorf("enqueue paper: %w", err)
		}
	}
	if err := t.handovers(ctx, d, next); err != nil {
		return nil, err
	}
	if err := t.s.queue.Enqueue(ctx, t.tx, jobs.Job{
		Kind: dossier.NoticeJob, Args: dossier.NoticeArgs{Case: id, From: next.Version - int64(len(events)) + 1, Seq: next.Version},
	}); err != nil {
		return nil, fmt.Errorf("enqueue notice: %w", err)
	}
	return next, nil
}

// prepare links the events, folds them and projects the rows: everything of Record that needs no database.
func (s *Store) prepare(id string, d *dossier.Dossier, events []journal.Event) (*dossier.Dossier, casefiledb.Change, dossier.Row, error) {
	c := casefiledb.Change{Case: id, Kind: dossier.Kind}
	if len(events) == 0 {
		return nil, c, dossier.Row{}, errors.New("record: no events")
	}
	next := &dossier.Dossier{}
	prev, seq := journal.First(id), int64(0)
	if d != nil {
		next = d.Clone()
		prev, seq = d.Head, d.Version
		c.Before = dossier.Rows(d)
	}
	for _, e := range events {
		seq++
		linked, err := journal.Link(e, id, seq, prev)
		if err != nil {
			return nil, c, dossier.Row{}, err
		}
		if err := next.Apply(linked); err != nil {
			return nil, c, dossier.Row{}, err
		}
		prev = linked.Hash
		c.Events = append(c.Events, linked)
	}
	var row dossier.Row
	row, c.After = dossier.Project(next, events[len(events)-1].At)
	c.Head = s.signer.SignHead(id, seq, prev)
	return next, c, row, nil
}

// Answer keeps the answer under the key.
func (t *Tx) Answer(ctx context.Context, person, key string, a dossier.Answer) error {
	n, err := t.tx.Exec(ctx, sqlAnswer, key, person, a.Fingerprint, a.Version, a.Dossier, t.s.now().UnixMicro())
	if err != nil {
		return fmt.Errorf("keep answer: %w", err)
	}
	if n == 0 {
		return dossier.ErrAnswered
	}
	return nil
}

// DropDraft deletes a draft; ErrDraftNotFound when another request used it up.
func (t *Tx) DropDraft(ctx context.Context, id string) error {
	n, err := t.tx.Exec(ctx, sqlDraftDelete, id)
	if err == nil && n == 0 {
		err = dossier.ErrDraftNotFound
	}
	return err
}

// Answered returns what was answered under an idempotency key.
func (s *Store) Answered(ctx context.Context, person, key string) (dossier.Answer, bool, error) {
	var a dossier.Answer
	err := s.db.QueryRow(ctx, sqlAnswered, key, person).Scan(&a.Fingerprint, &a.Dossier, &a.Version)
	if errors.Is(err, sqldb.ErrNoRows) {
		return a, false, nil
	}
	return a, err == nil, err
}

// Inbox lists open work of the queues by due date.
func (s *Store) Inbox(ctx context.Context, f dossier.InboxFilter) ([]casefile.WorkItem, string, error) {
	u := casefiledb.Any
	switch f.Urgency {
	case dossier.DueSoon:
		u = casefiledb.Soon
	case dossier.Overdue:
		u = casefiledb.Overdue
	}
	return casefiledb.Inbox(ctx, s.db, f.Queues, f.Stage, u, f.Now, f.After, f.Limit)
}

// countersLife is how long counters may be shown when this process wrote nothing meanwhile: other nodes
// write too, and time passes.
const countersLife = 2 * time.Second

// Counters counts the open work of the queues.
func (s *Store) Counters(ctx context.Context, queues []string, now time.Time) (dossier.Counters, error) {
	key := fmt.Sprint(queues)
	writes := s.writes.Load()
	s.mu.Lock()
	c, ok := s.counters[key]
	s.mu.Unlock()
	if ok && c.writes == writes && now.Sub(c.at).Abs() < countersLife {
		return c.c, nil
	}
	n, err := casefiledb.Count(ctx, s.db, queues, now, dossier.CountLimit)
	if err != nil {
		return dossier.Counters{}, err
	}
	out := dossier.Counters{Reception: n.Reception, Handling: n.Handling, Supplement: n.Supplement, Return: n.Return, Waiting: n.Waiting, DueSoon: n.Soon, Overdue: n.Overdue}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.counters) > 5000 {
		clear(s.counters)
	}
	s.counters[key] = counted{at: now, writes: writes, c: out}
	return out, nil
}

// Find lists dossiers in the scopes that match.
func (s *Store) Find(ctx context.Context, f dossier.FindFilter) ([]dossier.Row, string, error) {
	if len(f.Scopes) != 1 {
		return nil, "", fmt.Errorf("find: %d scopes", len(f.Scopes))
	}
	var ids []string
	var next string
	var err error
	var out []dossier.Row
	for {
		ids, next, err = casefiledb.Find(ctx, s.db, f.Scopes[0], f.Query, string(f.Status), f.After, f.Limit)
		if err != nil {
			return nil, "", err
		}
		rows, err := s.rows(ctx, ids)
		if err != nil {
			return nil, "", err
		}
		for _, r := range rows {
			if f.Status == "" || r.Status == f.Status {
				out = append(out, r)
			}
		}
		// A query with a status may need several looks; each goes on where the last one ended.
		if next == "" || len(out) >= f.Limit/2 || f.Query == "" {
			return out, next, nil
		}
		f.After = next
	}
}

// rows returns the rows of the ids, in their order; an id without a row is left out.
func (s *Store) rows(ctx context.Context, ids []string) ([]dossier.Row, error) {
	out := make([]dossier.Row, 0, len(ids))
	for len(ids) > 0 {
		some := ids[:min(len(ids), byIDs)]
		ids = ids[len(some):]
		args := make([]any, byIDs) // those left over ask for nothing
		at := make(map[string]int, len(some))
		for i := range args {
			args[i] = ""
			if i < len(some) {
				args[i], at[some[i]] = some[i], i
			}
		}
		found, err := s.db.Query(ctx, sqlByIDs, args...)
		list, err := sqldb.Collect(found, err, func(rows *sqldb.Rows) (dossier.Row, error) { return scanRow(rows) })
		if err != nil {
			return nil, fmt.Errorf("read dossier rows: %w", err)
		}
		slices.SortFunc(list, func(a, b dossier.Row) int { return at[a.ID] - at[b.ID] })
		out = append(out, list...)
	}
	return out, nil
}

// Row returns the row of a dossier.
func (s *Store) Row(ctx context.Context, id string) (dossier.Row, error) {
	return s.one(ctx, sqlByID, id)
}

// RowByCode returns of the row under a code or a reference what tracking decides on.
func (s *Store) RowByCode(ctx context.Context, code, secretHash string) (dossier.Row, error) {
	now := s.now()
	if r, ok := s.recent.get(code, secretHash, now); ok {
		return r, nil
	}
	mark := s.recent.mark()
	r, err := s.tracked(ctx, sqlByCode, code)
	if errors.Is(err, dossier.ErrNotFound) {
		r, err = s.tracked(ctx, sqlByRef, code)
	}
	if err == nil && r.SecretHash != "" && r.SecretHash == secretHash {
		s.recent.put(code, r, mark, now)
	}
	return r, err
}

func (s *Store) tracked(ctx context.Context, stmt, code string) (r dossier.Row, err error) {
	var accepted, due int64
	err = s.db.QueryRow(ctx, stmt, code).Scan(&r.ID, &r.Version, &r.Code, &r.Ref, &r.SecretHash, &r.Status, &r.Account, &accepted, &due)
	if errors.Is(err, sqldb.ErrNoRows) {
		return dossier.Row{}, dossier.ErrNotFound
	}
	if err != nil {
		return dossier.Row{}, fmt.Errorf("read dossier row: %w", err)
	}
	r.Accepted, r.Due = casefiledb.Instant(accepted), casefiledb.Instant(due)
	return r, nil
}

func (s *Store) one(ctx context.Context, stmt, arg string) (dossier.Row, error) {
	r, err := scanRow(s.db.QueryRow(ctx, stmt, arg))
	if errors.Is(err, sqldb.ErrNoRows) {
		return dossier.Row{}, dossier.ErrNotFound
	}
	if err != nil {
		return dossier.Row{}, fmt.Errorf("read dossier row: %w", err)
	}
	return r, nil
}

// Lodged lists recent dossiers of a procedure whose owner has the number.
func (s *Store) Lodged(ctx context.Context, procedure, number string, since time.Time) ([]dossier.Row, error) {
	rows, err := s.db.Query(ctx, sqlLodged, number, procedure, since.UnixMicro())
	return sqldb.Collect(rows, err, func(rows *sqldb.Rows) (dossier.Row, error) { return scanRow(rows) })
}

// Grouped lists the rows of the dossiers that were lodged in one visit.
func (s *Store) Grouped(ctx context.Context, group string) ([]dossier.Row, error) {
	rows, err := s.db.Query(ctx, sqlGrouped, group)
	return sqldb.Collect(rows, err, func(rows *sqldb.Rows) (dossier.Row, error) { return scanRow(rows) })
}

// ChannelCount counts the dossiers of one procedure that came by one channel. On time means resolved by the
// date in force.
type ChannelCount struct {
	Channel                    string
	Received, Resolved, OnTime int
}

// Counts counts the dossiers of a procedure submitted since an instant, by channel.
func (s *Store) Counts(ctx context.Context, procedure string, since time.Time) ([]ChannelCount, error) {
	rows, err := s.db.Query(ctx, sqlCounts, procedure, since.UnixMicro())
	return sqldb.Collect(rows, err, func(rows *sqldb.Rows) (c ChannelCount, err error) {
		return c, rows.Scan(&c.Channel, &c.Received, &c.Resolved, &c.OnTime)
	})
}

// moved brings the row from the version before to what r says.
func moved(r dossier.Row, before int64, newCode bool) sqldb.Stmt {
	st := sqldb.Stmt{Text: sqlMove, Args: []any{
		r.ID, before, r.Version, r.SecretHash, string(r.Status), r.Owner, r.OwnerKey, casefiledb.Micros(r.Accepted), casefiledb.Micros(r.Due),
		casefiledb.Micros(r.FirstDue), casefiledb.Micros(r.Resolved), casefiledb.Micros(r.Ended), r.Outcome, r.Step,
		string(r.Holder.Agency), r.Holder.Unit, r.Holder.Role, r.Holder.Post, casefiledb.Micros(r.Updated),
		string(r.Desk), string(r.Competent), r.Law, casefiledb.Micros(r.Promised), r.Apologised, r.LateReason, r.Supplements, r.SupplementTime,
		casefiledb.Micros(r.PendingAt), r.Standing,
	}}
	st.Args = append(st.Args, courseArgs(r)...)
	if newCode {
		st.Text, st.Args = sqlCode, append(st.Args, r.Code)
	}
	return st
}

func rowArgs(r dossier.Row) []any {
	return append([]any{
		r.ID, r.Version, r.Code, r.Ref, r.SecretHash, string(r.Status), r.Procedure, r.Title, r.Sector, r.Owner, r.OwnerKey, r.Account, r.Channel,
		string(r.Desk), string(r.Competent), casefiledb.Micros(r.Submitted), casefiledb.Micros(r.Accepted), casefiledb.Micros(r.Due),
		casefiledb.Micros(r.FirstDue), casefiledb.Micros(r.Resolved), casefiledb.Micros(r.Ended), r.Outcome, r.Step,
		string(r.Holder.Agency), r.Holder.Unit, r.Holder.Role, r.Holder.Post, casefiledb.Micros(r.Updated),
		r.Law, r.Group, casefiledb.Micros(r.Promised), r.Apologised, r.LateReason, r.Supplements, r.SupplementTime, casefiledb.Micros(r.PendingAt), r.Standing,
	}, courseArgs(r)...)
}

func slipArgs(x dossier.SlipRow) []any {
	return []any{x.Check, x.Case, x.Event, x.Form, string(x.Book), x.Year, x.Number, casefiledb.Micros(x.At)}
}

// BySlip returns the id of the dossier that a printed paper belongs to.
func (s *Store) BySlip(ctx context.Context, check string) (id string, err error) {
	err = s.db.QueryRow(ctx, sqlBySlip, check).Scan(&id)
	if errors.Is(err, sqldb.ErrNoRows) {
		return "", dossier.ErrNotFound
	}
	return id, err
}

// AwaitingSupplement lists dossiers that wait for their applicants, by id.
func (s *Store) AwaitingSupplement(ctx context.Context, after string, limit int) ([]string, string, error) {
	rows, err := s.db.Query(ctx, sqlWaiting, string(dossier.SupplementRequested), after, limit)
	ids, err := sqldb.Collect(rows, err, func(rows *sqldb.Rows) (id string, err error) { return id, rows.Scan(&id) })
	if err != nil || len(ids) < limit {
		return ids, "", err
	}
	return ids, ids[len(ids)-1], nil
}

// Awake lists dossiers about which the product has to do something by now, the longest due first.
func (s *Store) Awake(ctx context.Context, now time.Time, limit int) ([]string, error) {
	rows, err := s.db.Query(ctx, sqlAwake, now.UnixMicro(), limit)
	return sqldb.Collect(rows, err, func(rows *sqldb.Rows) (id string, err error) { return id, rows.Scan(&id) })
}

func scanRow(row interface{ Scan(dest ...any) error }) (r dossier.Row, err error) {
	var desk, competent, holder string
	var submitted, accepted, due, first, resolved, over, updated, promised, pending int64
	var soon, finished, national, asked, answered, again, most, leaving, wake int64
	err = row.Scan(&r.ID, &r.Version, &r.Code, &r.Ref, &r.SecretHash, &r.Status, &r.Procedure, &r.Title, &r.Sector, &r.Owner, &r.OwnerKey, &r.Account, &r.Channel,
		&desk, &competent, &submitted, &accepted, &due, &first, &resolved, &over, &r.Outcome, &r.Step,
		&holder, &r.Holder.Unit, &r.Holder.Role, &r.Holder.Post, &updated,
		&r.Law, &r.Group, &promised, &r.Apologised, &r.LateReason, &r.Supplements, &r.SupplementTime, &pending, &r.Standing,
		&soon, &r.Waits, &finished, &national, &asked, &answered, &again, &most, &leaving, &wake)
	r.Leaving, r.Wake = casefiledb.Instant(leaving), ended(wake)
	r.SoonAt, r.Finished, r.NationalDue, r.Most = casefiledb.Instant(soon), ended(finished), casefiledb.Instant(national), time.Duration(most)*time.Microsecond
	r.Asked, r.Answered, r.AskedAgain = casefiledb.Instant(asked), casefiledb.Instant(answered), casefiledb.Instant(again)
	r.Promised, r.PendingAt = casefiledb.Instant(promised), casefiledb.Instant(pending)
	r.Desk, r.Competent, r.Holder.Agency = agency.ID(desk), agency.ID(competent), agency.ID(holder)
	r.Submitted, r.Accepted, r.Due, r.FirstDue = casefiledb.Instant(submitted), casefiledb.Instant(accepted), casefiledb.Instant(due), casefiledb.Instant(first)
	r.Resolved, r.Ended, r.Updated = casefiledb.Instant(resolved), casefiledb.Instant(over), casefiledb.Instant(updated)
	return r, err
}

const (
	sqlDraftInsert = `INSERT INTO draft (id, version, person, procedure, digest, form_id, form_digest, place, competent, channel, answers, typed, supplements, updated_at)
		VALUES ($1, 1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`
	sqlDraftUpdate = `UPDATE draft SET version = version + 1, place = $3, competent = $4, channel = $5, answers = $6, typed = $7, updated_at = $8,
		digest = $9, form_id = $10, form_digest = $11 WHERE id = $1 AND version = $2`
	sqlDraft = `SELECT id, version, person, procedure, digest, form_id, form_digest, place, competent, channel, answers, typed, supplements, updated_at
		FROM draft WHERE id = $1`
	sqlDrafts = `SELECT id, version, person, procedure, digest, form_id, form_digest, place, competent, channel, answers, typed, supplements, updated_at
		FROM draft WHERE person = $1 ORDER BY updated_at DESC LIMIT CAST($2 AS INTEGER)`
	sqlDraftDelete  = `DELETE FROM draft WHERE id = $1`
	sqlDraftsExpire = `DELETE FROM draft WHERE updated_at < $1`
	sqlDraftPapers  = `SELECT id, component, name, type, size, hash, form, count, at, found FROM draft_paper WHERE draft_id = $1 ORDER BY at, id`
	sqlPaperAdd     = `INSERT INTO draft_paper (draft_id, id, component, name, type, size, hash, form, count, at, found) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`
	sqlPaperRemove  = `DELETE FROM draft_paper WHERE draft_id = $1 AND id = $2`
)

// SaveDraft inserts a new draft or updates one that still has its version.
func (s *Store) SaveDraft(ctx context.Context, d dossier.Draft) (dossier.Draft, error) {
	typed, err := json.Marshal(d.Typed)
	if err != nil {
		return d, fmt.Errorf("save draft: %w", err)
	}
	err = s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		at := d.Updated.UnixMicro()
		if d.Version == 0 {
			_, err := tx.Exec(ctx, sqlDraftInsert, d.ID, d.Person, d.Procedure, d.Digest, d.Form.ID, d.Form.Digest, d.Place, string(d.Competent), d.Channel, string(d.Answers), string(typed), d.Supplements, at)
			return err
		}
		n, err := tx.Exec(ctx, sqlDraftUpdate, d.ID, d.Version, d.Place, string(d.Competent), d.Channel, string(d.Answers), string(typed), at, d.Digest, d.Form.ID, d.Form.Digest)
		if err == nil && n == 0 {
			return dossier.ErrDraftStale
		}
		return err
	})
	if err != nil {
		return d, fmt.Errorf("save draft: %w", err)
	}
	d.Version++
	return d, nil
}

func scanDraft(row interface{ Scan(dest ...any) error }) (d dossier.Draft, err error) {
	var competent, answers, typed string
	var at int64
	err = row.Scan(&d.ID, &d.Version, &d.Person, &d.Procedure, &d.Digest, &d.Form.ID, &d.Form.Digest, &d.Place, &competent, &d.Channel, &answers, &typed, &d.Supplements, &at)
	if err != nil {
		return d, err
	}
	d.Competent, d.Updated = agency.ID(competent), casefiledb.Instant(at)
	if answers != "" {
		d.Answers = json.RawMessage(answers)
	}
	return d, json.Unmarshal([]byte(typed), &d.Typed)
}

// Draft returns a draft with its papers.
func (s *Store) Draft(ctx context.Context, id string) (dossier.Draft, error) {
	d, err := scanDraft(s.db.QueryRow(ctx, sqlDraft, id))
	if errors.Is(err, sqldb.ErrNoRows) {
		return d, dossier.ErrDraftNotFound
	}
	if err != nil {
		return d, fmt.Errorf("read draft: %w", err)
	}
	rows, err := s.db.Query(ctx, sqlDraftPapers, id)
	d.Papers, err = sqldb.Collect(rows, err, func(rows *sqldb.Rows) (p dossier.DraftPaper, err error) {
		var at int64
		var text string
		if err = rows.Scan(&p.ID, &p.Component, &p.Name, &p.Type, &p.Size, &p.Hash, &p.Form, &p.Count, &at, &text); err != nil {
			return p, err
		}
		p.At = casefiledb.Instant(at)
		if text != "" {
			var f found
			err = json.Unmarshal([]byte(text), &f)
			p.Signatures, p.Flags, p.Origin, p.From, p.Meta = f.Signatures, f.Flags, f.Origin, f.From, f.Meta
		}
		return p, err
	})
	return d, err
}

// Drafts lists a person's drafts without papers, newest first.
func (s *Store) Drafts(ctx context.Context, person string) ([]dossier.Draft, error) {
	rows, err := s.db.Query(ctx, sqlDrafts, person, dossier.MaxDrafts)
	return sqldb.Collect(rows, err, func(rows *sqldb.Rows) (dossier.Draft, error) { return scanDraft(rows) })
}

// DeleteDraft deletes a draft with its list of papers.
func (s *Store) DeleteDraft(ctx context.Context, id string) error {
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error { return (&Tx{s: s, tx: tx}).DropDraft(ctx, id) })
}

// found is what was found in the file of a paper and where it came from, as the column holds it.
type found struct {
	Signatures *dossier.Signatures  `json:"signatures,omitempty"`
	Flags      []string             `json:"flags,omitempty"`
	Origin     string               `json:"origin,omitempty"`
	From       *dossier.PaperSource `json:"from,omitempty"`
	Meta       *dossier.PaperMeta   `json:"meta,omitempty"`
}

// AddDraftPaper adds a paper to a draft.
func (s *Store) AddDraftPaper(ctx context.Context, draft string, p dossier.DraftPaper) error {
	text := ""
	if p.Signatures != nil || len(p.Flags) > 0 || p.Origin != "" || p.From != nil || p.Meta != nil {
		b, err := json.Marshal(found{p.Signatures, p.Flags, p.Origin, p.From, p.Meta})
		if err != nil {
			return fmt.Errorf("add paper: %w", err)
		}
		text = string(b)
	}
	err := s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, sqlPaperAdd, draft, p.ID, p.Component, p.Name, p.Type, p.Size, p.Hash, p.Form, p.Count, p.At.UnixMicro(), text)
		return err
	})
	if errors.Is(err, sqldb.ErrForeignKey) {
		return dossier.ErrDraftNotFound
	}
	return err
}

// RemoveDraftPaper takes a paper out of a draft; a paper that is not there is no error.
func (s *Store) RemoveDraftPaper(ctx context.Context, draft, paper string) error {
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, sqlPaperRemove, draft, paper)
		return err
	})
}

// ExpireDrafts deletes drafts untouched since before.
func (s *Store) ExpireDrafts(ctx context.Context, before time.Time) (n int64, err error) {
	err = s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		n, err = tx.Exec(ctx, sqlDraftsExpire, before.UnixMicro())
		return err
	})
	return n, err
}

const sqlEraseValue = `UPDATE journal_private SET salt = '', value = NULL WHERE case_id = $1 AND seq <= $2`

// Erase removes all personal data of an ended dossier. What happened, when and by whom stays, and the
// chain stays whole: the event that records the erasure is the last one that may follow the end.
func (s *Store) Erase(ctx context.Context, by journal.Actor, id, basis string) error {
	var wrote []dossier.Row
	defer func() { s.recent.drop(wrote) }()
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		events, err := casefiledb.Events(ctx, tx, id)
		if err != nil {
			return err
		}
		if len(events) == 0 {
			return dossier.ErrNotFound
		}
		d, err := dossier.Fold(events)
		if err != nil {
			return err
		}
		wrote = append(wrote, dossier.Row{Code: d.Code, Ref: d.Ref})
		e, err := d.Erase(s.now(), by, basis)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, sqlEraseValue, id, d.Version); err != nil {
			return err
		}
		// Signed papers name people: they are no longer kept. What the dossier named is removed from the file store
		// after the commit, unless somebody else names it.
		if err := s.letGo(ctx, tx, id, events); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, sqlPapersDrop, id); err != nil {
			return err
		}
		bare := slices.Clone(events)
		for i := range bare {
			for name, p := range bare[i].Private {
				bare[i].Private[name] = journal.Private{Commitment: p.Commitment}
			}
		}
		before := dossier.Rows(d)
		without, err := dossier.Fold(bare)
		if err != nil {
			return err
		}
		next, change, row, err := s.prepare(id, without, []journal.Event{e})
		if err != nil {
			return err
		}
		change.Before = before
		done, err := casefiledb.Append(ctx, tx, change, moved(row, next.Version-1, false))
		if err == nil && done[0] == 0 {
			err = dossier.ErrStale
		}
		if err != nil {
			return err
		}
		for _, f := range s.erasing {
			if err := f(ctx, tx, id); err != nil {
				return err
			}
		}
		return s.queue.Enqueue(ctx, tx, jobs.Job{Kind: dossier.NoticeJob, Args: dossier.NoticeArgs{Case: id, From: next.Version, Seq: next.Version}})
	})
}
