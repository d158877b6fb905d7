// Package sqldb is the one store of the province: SQLite inside the binary, or
// PostgreSQL when one machine is not enough. It opens the database, gives the one
// door for writes, maps what engines refuse, migrates, backs up and restores.
//
// It is the only package that knows a database driver. The SQL itself lives in the
// …db packages as package-level constants written for both engines: $1 parameters,
// instants as BIGINT µs UTC, JSON passed as string (a []byte would become a blob in
// SQLite), no statement that only one engine understands unless Dialect picks it.
//
// The rule to know: an InTx that returned nil is on disk. Its function may run more
// than once, so it touches nothing but its Tx.
package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

// Config says which database to open. Exactly one of Path and URL is set.
type Config struct {
	Path string // file of a SQLite database; made when absent, with its folder
	URL  string // postgres://user@host:port/name?…, as libpq understands it

	// MaxOpen bounds the connections: those that read on SQLite (0 = twice the CPUs;
	// more is slower, measured), all of them on PostgreSQL (0 = 20).
	MaxOpen int
	// StatementTimeout ends a single statement that runs longer (0 = 10 s).
	StatementTimeout time.Duration
	// QueueTimeout is how long a write waits for its turn on SQLite (0 = 10 s).
	QueueTimeout time.Duration
	// Log hears warnings about settings that could lose data (nil = slog.Default).
	Log *slog.Logger
}

// DB is an open database. Its methods may be used by many goroutines.
type DB struct {
	cfg     Config
	dialect Dialect
	pool    *sql.DB // SQLite: connections that only read; PostgreSQL: all
	writer  *writer // SQLite only
	stmts   stmtCache
	log     *slog.Logger
}

// Queryer reads: a DB sees what is committed now, a Tx its own snapshot and its own
// writes. Stores take a Queryer where both make sense.
type Queryer interface {
	Query(ctx context.Context, stmt string, args ...any) (*Rows, error)
	QueryRow(ctx context.Context, stmt string, args ...any) *Row
	Dialect() Dialect
}

// Open opens the database and proves that it answers. It does not migrate.
func Open(ctx context.Context, cfg Config) (*DB, error) {
	if (cfg.Path == "") == (cfg.URL == "") {
		return nil, errors.New("open database: give either a path or a URL")
	}
	if cfg.StatementTimeout <= 0 {
		cfg.StatementTimeout = 10 * time.Second
	}
	if cfg.QueueTimeout <= 0 {
		cfg.QueueTimeout = 10 * time.Second
	}
	db := &DB{cfg: cfg, log: cfg.Log}
	if db.log == nil {
		db.log = slog.Default()
	}
	var err error
	if cfg.Path != "" {
		err = db.openSQLite(ctx)
	} else {
		err = db.openPostgres(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	return db, nil
}

// Close waits for the write in progress and closes all connections.
func (db *DB) Close() error {
	var err error
	if db.writer != nil {
		err = db.writer.close()
	}
	return errors.Join(err, db.pool.Close())
}

// Dialect tells which engine this is.
func (db *DB) Dialect() Dialect { return db.dialect }

// Ping asks the engine for an answer; ErrUnavailable when it has none.
func (db *DB) Ping(ctx context.Context) error {
	return mapError(db.pool.PingContext(ctx))
}

// Query reads rows. The caller closes them.
func (db *DB) Query(ctx context.Context, stmt string, args ...any) (*Rows, error) {
	rows, err := db.query(ctx, stmt, args)
	if err != nil && db.dialect == Postgres && errors.Is(err, ErrUnavailable) && ctx.Err() == nil {
		// A pooled connection may have died since its last use (the server was
		// restarted). A read has no effect, so it may simply be asked again.
		rows, err = db.query(ctx, stmt, args)
	}
	return rows, err
}

func (db *DB) query(ctx context.Context, stmt string, args []any) (*Rows, error) {
	ctx, cancel := db.readContext(ctx)
	var rows *sql.Rows
	ps, err := db.prepared(ctx, stmt)
	switch {
	case err != nil:
	case ps != nil:
		rows, err = ps.QueryContext(ctx, args...)
	default:
		rows, err = db.pool.QueryContext(ctx, stmt, args...)
	}
	if err != nil {
		err = mapError(err)
		cancel()
		return nil, err
	}
	return &Rows{rows: rows, cancel: cancel}, nil
}

// QueryRow reads one row; Scan runs it and returns ErrNoRows when there is none.
func (db *DB) QueryRow(ctx context.Context, stmt string, args ...any) *Row {
	return &Row{q: db, ctx: ctx, stmt: stmt, args: args}
}

// Check prepares the statement and tells what is wrong with it, without running it.
func (db *DB) Check(ctx context.Context, stmt string) error {
	if db.writer == nil {
		ps, err := db.pool.PrepareContext(ctx, stmt)
		if err != nil {
			return mapError(err)
		}
		return ps.Close()
	}
	if err := db.writer.acquire(ctx, db.cfg.QueueTimeout); err != nil {
		return err
	}
	defer db.writer.pass()
	_, err := db.writer.prepared(ctx, stmt)
	return mapError(err)
}

// InReadTx runs fn on one consistent snapshot. Writing in it is refused.
func (db *DB) InReadTx(ctx context.Context, fn func(*Tx) error) (err error) {
	opts := &sql.TxOptions{ReadOnly: true}
	if db.dialect == Postgres {
		opts.Isolation = sql.LevelRepeatableRead
	}
	stx, err := db.begin(ctx, opts)
	if err != nil {
		return err
	}
	tx := &Tx{db: db, sqltx: stx, readOnly: true}
	defer func() {
		tx.end()
		// Nothing was written: rolling back is the cheaper way to let the snapshot go.
		if rerr := stx.Rollback(); rerr != nil && err == nil && !errors.Is(rerr, sql.ErrTxDone) {
			err = mapError(rerr)
		}
	}()
	if err := fn(tx); err != nil {
		return err
	}
	return tx.failed
}

// begin opens a transaction on the pool. BEGIN has no effect, so a connection found
// dead at that moment is replaced and the next one asked.
func (db *DB) begin(ctx context.Context, opts *sql.TxOptions) (*sql.Tx, error) {
	for attempt := 0; ; attempt++ {
		tx, err := db.pool.BeginTx(ctx, opts)
		if err == nil {
			return tx, nil
		}
		err = mapError(err)
		if attempt >= 2 || ctx.Err() != nil || !errors.Is(err, ErrUnavailable) {
			return nil, err
		}
	}
}

// beginOn is begin on a connection that the caller closes after the transaction.
func (db *DB) beginOn(ctx context.Context) (*sql.Conn, *sql.Tx, error) {
	for attempt := 0; ; attempt++ {
		conn, err := db.pool.Conn(ctx)
		if err == nil {
			var tx *sql.Tx
			if tx, err = conn.BeginTx(ctx, nil); err == nil {
				return conn, tx, nil
			}
			_ = conn.Close()
		}
		err = mapError(err)
		if attempt >= 2 || ctx.Err() != nil || !errors.Is(err, ErrUnavailable) {
			return nil, nil, err
		}
	}
}

// readContext bounds a reading statement. PostgreSQL ends it by itself; there the
// bound only frees the caller of a server that froze, so it comes later.
func (db *DB) readContext(ctx context.Context) (context.Context, context.CancelFunc) {
	limit := db.cfg.StatementTimeout
	if db.dialect == Postgres {
		limit += 2 * time.Second
	}
	return context.WithTimeout(ctx, limit)
}

// prepared returns the cached statement, or nil when the driver keeps its own cache
// (pgx) or this one is full.
func (db *DB) prepared(ctx context.Context, stmt string) (*sql.Stmt, error) {
	if db.dialect == Postgres {
		return nil, nil //nolint:nilnil // "not cached here" is an answer, not a failure
	}
	return db.stmts.get(ctx, db.pool, stmt)
}

// maxStatements bounds the statements kept prepared per pool. Constants of the whole
// program stay far below; texts built at run time must not grow without end.
const maxStatements = 2000

type stmtCache struct {
	byText sync.Map // statement text → *sql.Stmt
	n      atomic.Int64
}

func (c *stmtCache) get(ctx context.Context, pool *sql.DB, text string) (*sql.Stmt, error) {
	if v, ok := c.byText.Load(text); ok {
		return v.(*sql.Stmt), nil
	}
	if c.n.Load() >= maxStatements {
		return nil, nil //nolint:nilnil // run it unprepared
	}
	ps, err := pool.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	if v, loaded := c.byText.LoadOrStore(text, ps); loaded {
		return v.(*sql.Stmt), ps.Close()
	}
	c.n.Add(1)
	return ps, nil
}
