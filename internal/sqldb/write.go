package sqldb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// maxAttempts is how often InTx runs its function when transactions collide.
const maxAttempts = 6

// InTx is the one door for writes. What fn did is on disk when InTx returns nil, and
// nothing of it is when InTx returns an error (but see ErrOutcomeUnknown).
//
// fn may run more than once, so it touches nothing but tx, and starts no InTx of its
// own. It should be short: on SQLite one writes at a time.
//
// On SQLite transactions are serial. On PostgreSQL they are READ COMMITTED: writers
// name the version they expect or rely on a unique key, so the loser learns it at the
// row itself; a stricter level would only turn the same answer into an abort and a
// second run, and would abort counters that under READ COMMITTED wait for each other.
// A rule that reads many rows and writes another must lock or carry a unique key.
func (db *DB) InTx(ctx context.Context, fn func(*Tx) error) error { return db.inTx(ctx, fn, false) }

// InLargeTx is InTx for one that writes many thousand rows. On SQLite it shares its commit with nobody: a
// savepoint, which sharing needs, costs more with every page that is written under it.
func (db *DB) InLargeTx(ctx context.Context, fn func(*Tx) error) error { return db.inTx(ctx, fn, true) }

func (db *DB) inTx(ctx context.Context, fn func(*Tx) error, alone bool) error {
	for attempt := 1; ; attempt++ {
		var after []func()
		var err error
		if db.writer != nil {
			after, err = db.groupTx(ctx, fn, alone || attempt > 1)
		} else {
			after, err = db.postgresTx(ctx, fn)
		}
		if err == nil {
			for _, f := range after {
				f()
			}
			return nil
		}
		again := errors.Is(err, errGroupLost) || errors.Is(err, ErrConflict)
		if !again || attempt == maxAttempts {
			if errors.Is(err, errGroupLost) {
				return &refusal{kind: ErrConflict, fault: faultBusy, err: err}
			}
			return err
		}
		if db.writer != nil {
			continue // runs alone now: waiting would help nobody
		}
		// Full jitter: those who collided must not meet again.
		pause := rand.N(time.Millisecond << (2 * attempt)) //nolint:gosec // spreads load, guards nothing
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return mapError(ctx.Err())
		}
	}
}

// postgresTx runs fn once in a transaction of its own.
func (db *DB) postgresTx(ctx context.Context, fn func(*Tx) error) (after []func(), err error) {
	// The transaction outlives the caller's cancellation, so that a commit is never
	// cut half way; its statements do not.
	txctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	if err := ctx.Err(); err != nil {
		return nil, mapError(err)
	}
	stop := context.AfterFunc(ctx, cancel)
	conn, stx, err := db.beginOn(txctx)
	if err == nil {
		defer conn.Close()
	}
	if !stop() && err == nil {
		_ = stx.Rollback()
		return nil, mapError(ctx.Err())
	}
	if err != nil {
		if cerr := ctx.Err(); cerr != nil {
			return nil, mapError(cerr)
		}
		return nil, err
	}
	tx := &Tx{db: db, sqltx: stx, conn: conn}
	committed := false
	defer func() {
		if !committed {
			tx.end()
			_ = stx.Rollback()
		}
	}()
	ferr := fn(tx)
	tx.end()
	if tx.failed != nil && (ferr == nil || errors.Is(tx.failed, ErrConflict)) {
		return nil, tx.failed
	}
	if ferr != nil {
		return nil, ferr
	}
	if err := ctx.Err(); err != nil {
		return nil, mapError(err)
	}
	timer := time.AfterFunc(db.cfg.StatementTimeout+2*time.Second, cancel)
	defer timer.Stop()
	committed = true
	if err := mapError(stx.Commit()); err != nil {
		if errors.Is(err, ErrUnavailable) || errors.Is(err, context.Canceled) || errors.Is(err, ErrTimeout) {
			return nil, &refusal{kind: ErrOutcomeUnknown, fault: faultUnknown, err: err}
		}
		return nil, err
	}
	return tx.after, nil
}

// writer is SQLite's one writing connection and the line of those who want it.
//
// Callers that arrive while another commits share the next commit: each runs in a
// savepoint of its own, in its own goroutine, then hands the connection to the next
// in line; the last one commits for all, and only then is anyone answered, also those
// whose function failed, because what they read may have been another's fresh write.
// A sync to disk takes longer than hundreds of statements, so this multiplies the
// commits a second while each stays as durable as before.
type writer struct {
	pool    *sql.DB // one connection
	timeout time.Duration

	mu    sync.Mutex
	held  bool
	line  []chan struct{} // closed to hand over the connection
	ended bool

	// The rest belongs to whoever holds the connection.
	conn    *sql.Conn
	stmts   map[string]*sql.Stmt
	group   *group // nil: no transaction is open
	suspect bool   // the disk refused a sync: prove it before the next answer
}

// group is one commit shared by its members.
type group struct {
	done    chan struct{} // closed when err is final
	err     error
	members int
	alone   bool
}

// maxGroup bounds how long the first member waits for the last.
const maxGroup = 128

// errDropped makes database/sql discard a connection it was about to keep.
var errDropped = driver.ErrBadConn

// errGroupLost: another member took the whole transaction down; run again, alone.
var errGroupLost = errors.New("shared transaction was rolled back")

const (
	sqlBegin      = "BEGIN IMMEDIATE"
	sqlCommit     = "COMMIT"
	sqlRollback   = "ROLLBACK"
	sqlSavepoint  = "SAVEPOINT member"
	sqlRelease    = "RELEASE member"
	sqlRollbackTo = "ROLLBACK TO member"
)

// groupTx runs fn once as a member of a group; alone when it has already been part
// of one that was lost.
func (db *DB) groupTx(ctx context.Context, fn func(*Tx) error, alone bool) ([]func(), error) {
	w := db.writer
	if err := w.acquire(ctx, db.cfg.QueueTimeout); err != nil {
		return nil, err
	}
	g, err := w.join(ctx, alone)
	if err != nil {
		w.pass()
		return nil, err
	}
	tx := &Tx{db: db, w: w}
	returned := false
	defer func() {
		if !returned { // fn panicked or ended its goroutine: nothing of it may stay
			tx.end()
			_ = w.leave(errors.New("function did not return"), tx.failed) // nobody is left to be told
			w.pass()
		}
	}()
	ferr := fn(tx)
	returned = true
	tx.end()
	if ferr == nil {
		ferr = tx.failed
	}
	if ferr == nil {
		ferr = mapError(ctx.Err()) // gone meanwhile: leave no trace of a request nobody waits for
	}
	lost := w.leave(ferr, tx.failed)
	w.pass()
	<-g.done
	switch {
	case lost != nil:
		return nil, lost
	case g.err != nil:
		return nil, g.err
	case ferr != nil:
		return nil, ferr
	}
	return tx.after, nil
}

// join opens a transaction if none is, and the caller's savepoint in it; who is alone needs none.
func (w *writer) join(ctx context.Context, alone bool) (*group, error) {
	if w.group != nil && (alone || w.group.alone) {
		w.commit()
	}
	if w.group == nil {
		if err := w.begin(ctx); err != nil {
			return nil, err
		}
		w.group = &group{done: make(chan struct{}), alone: alone}
	}
	g := w.group
	if !alone {
		if err := w.run(sqlSavepoint); err != nil {
			w.lose(errGroupLost)
			return nil, err
		}
	}
	g.members++
	return g, nil
}

// leave keeps or drops what the member did. It returns what the member is told when
// the whole transaction went down with it; the others run again.
func (w *writer) leave(ferr, failed error) error {
	if r, ok := errors.AsType[*refusal](failed); ok && r.lost {
		w.lose(errGroupLost)
		return ferr
	}
	if w.group.alone {
		if ferr != nil {
			w.lose(errGroupLost)
		}
		return ferr
	}
	end := sqlRelease
	if ferr != nil {
		end = sqlRollbackTo
	}
	err := w.run(end)
	if err == nil && ferr != nil {
		err = w.run(sqlRelease)
	}
	if err != nil {
		w.lose(errGroupLost)
		if ferr == nil {
			return err
		}
		return ferr
	}
	return nil
}

// pass hands the connection on, or commits first when nobody waits or the group is full.
func (w *writer) pass() {
	w.mu.Lock()
	if g := w.group; g != nil && (len(w.line) == 0 || g.members >= maxGroup || g.alone) {
		w.mu.Unlock()
		w.commit()
		w.mu.Lock()
	}
	if len(w.line) > 0 {
		next := w.line[0]
		w.line = slices.Delete(w.line, 0, 1)
		close(next)
	} else {
		w.held = false
	}
	w.mu.Unlock()
}

// commit ends the open group and tells its members.
func (w *writer) commit() {
	g := w.group
	err := w.run(sqlCommit)
	if err == nil {
		w.group = nil
		close(g.done)
		return
	}
	if fsyncFailed(err) {
		w.suspect = true
	}
	if errors.Is(err, ErrForeignKey) && g.members > 1 {
		err = errGroupLost // a deferred check failed for one of them: find out who
	}
	w.lose(err)
}

// lose rolls everything back and tells the members err.
func (w *writer) lose(err error) {
	g := w.group
	w.group = nil
	if rerr := w.run(sqlRollback); rerr != nil {
		if e, ok := errors.AsType[*refusal](rerr); ok && e.lost {
			w.drop()
		}
		// Otherwise the engine had already rolled back: "no transaction is active".
	}
	g.err = err
	close(g.done)
}

// begin opens the transaction, on a fresh connection when the last one is suspect.
func (w *writer) begin(ctx context.Context) error {
	if w.suspect {
		w.drop()
	}
	if w.conn == nil {
		if err := w.open(ctx); err != nil {
			return err
		}
	}
	if w.suspect {
		// An fsync that failed may have thrown away what it was to write. Nothing is
		// acknowledged before the disk has confirmed the whole log and the file again.
		if err := w.run("PRAGMA wal_checkpoint(FULL)"); err != nil {
			return err
		}
		w.suspect = false
	}
	err := w.run(sqlBegin)
	if err != nil {
		if e, ok := errors.AsType[*refusal](err); ok && e.lost && !errors.Is(err, ErrBusy) {
			w.drop()
		}
	}
	return err
}

func (w *writer) open(ctx context.Context) error {
	conn, err := w.pool.Conn(context.WithoutCancel(ctx))
	if err != nil {
		return mapError(err)
	}
	w.conn, w.stmts = conn, map[string]*sql.Stmt{}
	return nil
}

// drop closes the connection; the next begin opens another.
func (w *writer) drop() {
	if w.conn == nil {
		return
	}
	for _, ps := range w.stmts {
		_ = ps.Close()
	}
	// Raw's ErrBadConn makes the pool throw the connection away instead of keeping it.
	_ = w.conn.Raw(func(any) error { return errDropped })
	_ = w.conn.Close()
	w.conn, w.stmts = nil, nil
}

// run executes a statement of the writer itself, without a caller's context.
func (w *writer) run(stmt string) error {
	ps, err := w.prepared(context.Background(), stmt)
	if err == nil {
		_, err = ps.Exec()
	}
	return mapError(err)
}

// prepared returns the statement, prepared once on the writing connection.
func (w *writer) prepared(ctx context.Context, stmt string) (*sql.Stmt, error) {
	if w.conn == nil {
		return nil, sql.ErrConnDone
	}
	if ps, ok := w.stmts[stmt]; ok {
		return ps, nil
	}
	if len(w.stmts) >= maxStatements {
		for text, ps := range w.stmts { // any one: texts built at run time crowd it
			_ = ps.Close()
			delete(w.stmts, text)
			break
		}
	}
	ps, err := w.conn.PrepareContext(context.WithoutCancel(ctx), stmt)
	if err != nil {
		return nil, err
	}
	w.stmts[stmt] = ps
	return ps, nil
}

// acquire waits in line for the connection.
func (w *writer) acquire(ctx context.Context, limit time.Duration) error {
	if err := ctx.Err(); err != nil {
		return mapError(err)
	}
	w.mu.Lock()
	if w.ended {
		w.mu.Unlock()
		return &refusal{kind: ErrUnavailable, fault: faultUnavailable, err: errors.New("database is closed")}
	}
	if !w.held {
		w.held = true
		w.mu.Unlock()
		return nil
	}
	turn := make(chan struct{})
	w.line = append(w.line, turn)
	w.mu.Unlock()

	timer := time.NewTimer(limit)
	defer timer.Stop()
	var err error
	select {
	case <-turn:
		return nil
	case <-ctx.Done():
		err = mapError(ctx.Err())
	case <-timer.C:
		err = &refusal{kind: ErrBusy, fault: faultBusy, err: errors.New("no turn to write within " + limit.String())}
	}
	w.mu.Lock()
	i := slices.Index(w.line, turn)
	if i >= 0 {
		w.line = slices.Delete(w.line, i, i+1)
	}
	w.mu.Unlock()
	if i < 0 {
		w.pass() // the turn came at the same instant: hand it on
	}
	return err
}

func (w *writer) close() error {
	turn := make(chan struct{})
	w.mu.Lock()
	w.ended = true
	if w.held {
		w.line = append(w.line, turn)
	} else {
		w.held = true
		close(turn)
	}
	w.mu.Unlock()
	<-turn
	if w.group != nil {
		w.commit()
	}
	for _, ps := range w.stmts {
		_ = ps.Close()
	}
	if w.conn != nil {
		_ = w.conn.Close()
		w.conn = nil
	}
	w.pass()
	return w.pool.Close()
}
