package casefiledb

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/casefile"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/sqldb"
)

const (
	sqlViewAdd = `INSERT INTO case_view (case_id, hour, person, what, thing, post, agency, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (case_id, hour, person, what, thing) DO NOTHING`
	// One case has few rows: they are found by its id and sorted.
	sqlViews = `SELECT person, post, agency, what, thing, at FROM case_view
		WHERE case_id = $1 AND (at, person, what, thing) < ($2, $3, $4, $5) ORDER BY at DESC, person DESC, what DESC, thing DESC LIMIT CAST($6 AS INTEGER)`
)

// Bounds of what waits to be written.
const (
	viewDelay   = time.Second      // how long a view may wait for others to be written with
	viewTries   = 30               // how often writing may fail, a second or more apart, before reading is refused
	viewMost    = 100_000          // views that may wait, and that are remembered as written
	viewTimeout = 20 * time.Second // for one writing
)

type viewKey struct {
	hour                        int64
	caseID, person, what, thing string
}

// Views keeps who has looked at which case. Logging costs a page nothing but memory: views wait for at most a second
// and are then written together, in one commit. A crash loses at most that second. When writing failed again and again for
// half a minute, or too many wait, Log refuses and the page is not shown: a reading that leaves no trace is what the person
// was promised not to happen, and a database that takes no writes has nothing new to show anyway.
type Views struct {
	db  *sqldb.DB
	now func() time.Time
	log *slog.Logger

	mu      sync.Mutex
	waiting map[viewKey]casefile.View
	failed  int                  // writings that failed since the last good one: counted, not timed, for clocks jump
	written map[viewKey]struct{} // of the present hour, so that a page opened again costs nothing
	hour    int64
	timer   *time.Timer
	closed  bool

	writing sync.Mutex // one writer at a time
}

// NewViews returns the log on a migrated database. Close writes what is left.
func NewViews(db *sqldb.DB, now func() time.Time, log *slog.Logger) *Views {
	return &Views{db: db, now: now, log: log, waiting: map[viewKey]casefile.View{}, written: map[viewKey]struct{}{}}
}

// Log puts a view on record, or refuses with ErrUnlogged: then the case must not be shown.
func (x *Views) Log(v casefile.View) error {
	v.At = x.now()
	key := viewKey{v.Hour().UnixMicro(), v.Case, v.Person, v.What, v.Thing}
	x.mu.Lock()
	defer x.mu.Unlock()
	if key.hour != x.hour {
		x.hour = key.hour
		clear(x.written)
	}
	if _, ok := x.written[key]; ok {
		return nil
	}
	if _, ok := x.waiting[key]; !ok {
		if x.closed || len(x.waiting) >= viewMost || x.failed >= viewTries {
			return casefile.ErrUnlogged
		}
		x.waiting[key] = v
	}
	if x.timer == nil {
		x.timer = time.AfterFunc(viewDelay, x.tick)
	}
	return nil
}

// tick writes what waits; when that fails it tries again in a second.
func (x *Views) tick() {
	ctx, cancel := context.WithTimeout(context.Background(), viewTimeout)
	defer cancel()
	err := x.Flush(ctx)
	if err != nil {
		x.log.Warn("who looked at cases is not written yet, tried again in a moment", "err", err)
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.timer = nil
	if len(x.waiting) > 0 && !x.closed {
		x.timer = time.AfterFunc(viewDelay, x.tick)
	}
}

// Flush writes what waits, now.
func (x *Views) Flush(ctx context.Context) error {
	x.writing.Lock()
	defer x.writing.Unlock()
	x.mu.Lock()
	batch := make([]casefile.View, 0, len(x.waiting))
	for _, v := range x.waiting {
		batch = append(batch, v)
	}
	x.mu.Unlock()
	if len(batch) == 0 {
		return nil
	}
	slices.SortFunc(batch, func(a, b casefile.View) int {
		return cmp.Or(strings.Compare(a.Case, b.Case), a.At.Compare(b.At), strings.Compare(a.Person, b.Person), strings.Compare(a.What, b.What), strings.Compare(a.Thing, b.Thing))
	})
	stmts := make([]sqldb.Stmt, len(batch))
	for i, v := range batch {
		stmts[i] = sqldb.Stmt{Text: sqlViewAdd, Args: []any{v.Case, v.Hour().UnixMicro(), v.Person, v.What, v.Thing, v.Post, string(v.Agency), v.At.UnixMicro()}}
	}
	err := x.db.InTx(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.ExecAll(ctx, stmts)
		return err
	})
	x.mu.Lock()
	defer x.mu.Unlock()
	if err != nil {
		x.failed++
		return fmt.Errorf("write who looked: %w", err)
	}
	for _, v := range batch {
		key := viewKey{v.Hour().UnixMicro(), v.Case, v.Person, v.What, v.Thing}
		delete(x.waiting, key)
		if key.hour == x.hour && len(x.written) < viewMost {
			x.written[key] = struct{}{}
		}
	}
	x.failed = 0
	return nil
}

// Close refuses further views and writes what waits.
func (x *Views) Close(ctx context.Context) error {
	x.mu.Lock()
	x.closed = true
	if x.timer != nil {
		x.timer.Stop()
	}
	x.mu.Unlock()
	return x.Flush(ctx)
}

// Of lists who looked at a case, newest first, after the cursor of the page before; it returns the next one's.
func (x *Views) Of(ctx context.Context, caseID, after string, limit int) ([]casefile.View, string, error) {
	if err := x.Flush(ctx); err != nil { // the person may look right after the officer
		return nil, "", err
	}
	last, person, what, thing := int64(1<<62), "", "", ""
	if after != "" {
		p := strings.Split(after, "~")
		n, err := strconv.ParseInt(p[0], 10, 64)
		if err != nil || len(p) != 4 {
			return nil, "", fault.New(fault.NotFound, "case.view-cursor")
		}
		last, person, what, thing = n, p[1], p[2], p[3]
	}
	rows, err := x.db.Query(ctx, sqlViews, caseID, last, person, what, thing, limit)
	next := ""
	out, err := sqldb.Collect(rows, err, func(rows *sqldb.Rows) (v casefile.View, err error) {
		var at int64
		var who string
		err = rows.Scan(&v.Person, &v.Post, &who, &v.What, &v.Thing, &at)
		v.Case, v.Agency, v.At = caseID, agency.ID(who), Instant(at)
		next = strings.Join([]string{strconv.FormatInt(at, 10), v.Person, v.What, v.Thing}, "~")
		return v, err
	})
	if err != nil {
		return nil, "", fmt.Errorf("list who looked: %w", err)
	}
	if len(out) < limit {
		next = ""
	}
	return out, next, nil
}
