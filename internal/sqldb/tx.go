package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// Tx is what the function given to InTx works with. It belongs to one goroutine and
// ends with the function.
//
// After a statement failed, every further one is refused and nothing is kept, as
// PostgreSQL does by itself: a refusal is foreseen with ON CONFLICT or a read, not
// caught and passed over.
type Tx struct {
	db       *DB
	sqltx    *sql.Tx   // PostgreSQL, and snapshots on both
	conn     *sql.Conn // PostgreSQL: under sqltx, to send several statements at once
	w        *writer   // writes on SQLite
	readOnly bool
	failed   error // first refusal of a statement
	done     bool
	rows     *Rows // of the last Query; closed before the next statement
	after    []func()
}

// Dialect tells which engine this is.
func (tx *Tx) Dialect() Dialect { return tx.db.dialect }

// OnCommit has fn called once everything is on disk, after InTx's function ran for
// the last time. It must be quick and cannot fail; lasting effects go through jobs.
func (tx *Tx) OnCommit(fn func()) { tx.after = append(tx.after, fn) }

// Exec runs a statement and tells how many rows it changed. Zero rows from an
// UPDATE that names the version it expects means someone moved first.
func (tx *Tx) Exec(ctx context.Context, stmt string, args ...any) (int64, error) {
	if err := tx.ready(ctx); err != nil {
		return 0, err
	}
	if tx.readOnly {
		return 0, tx.refuse(&refusal{kind: ErrReadOnly, err: errors.New(stmt)})
	}
	ctx, cancel := tx.statementContext(ctx)
	defer cancel()
	var res sql.Result
	var err error
	if tx.w != nil {
		var ps *sql.Stmt
		if ps, err = tx.w.prepared(ctx, stmt); err == nil {
			res, err = ps.ExecContext(ctx, args...)
		}
	} else {
		res, err = tx.sqltx.ExecContext(ctx, stmt, args...)
	}
	if err != nil {
		return 0, tx.refuse(mapError(err))
	}
	n, err := res.RowsAffected()
	return n, err
}

// Stmt is one statement of an ExecAll.
type Stmt struct {
	Text string
	Args []any
}

// ExecAll runs the statements in order and tells how many rows each changed. The first refusal ends it: what
// was run before it has its number in the answer. On PostgreSQL they travel together, so that
// locks are not held for a round trip per statement.
func (tx *Tx) ExecAll(ctx context.Context, stmts []Stmt) ([]int64, error) {
	out := make([]int64, 0, len(stmts))
	if tx.conn == nil || len(stmts) < 2 {
		for _, s := range stmts {
			n, err := tx.Exec(ctx, s.Text, s.Args...)
			if err != nil {
				return out, err
			}
			out = append(out, n)
		}
		return out, nil
	}
	if err := tx.ready(ctx); err != nil {
		return out, err
	}
	ctx, cancel := tx.statementContext(ctx)
	defer cancel()
	var b pgx.Batch
	for _, s := range stmts {
		b.Queue(s.Text, s.Args...)
	}
	err := tx.conn.Raw(func(driver any) error {
		c, ok := driver.(*stdlib.Conn)
		if !ok {
			return fmt.Errorf("not a connection of pgx: %T", driver)
		}
		answers := c.Conn().SendBatch(ctx, &b)
		for range stmts {
			done, err := answers.Exec()
			if err != nil {
				_ = answers.Close() // says the same again
				return err
			}
			out = append(out, done.RowsAffected())
		}
		return answers.Close()
	})
	if err != nil {
		return out, tx.refuse(mapError(err))
	}
	return out, nil
}

// Query reads rows, and writes with RETURNING. The caller closes them; the end of
// the transaction does too.
func (tx *Tx) Query(ctx context.Context, stmt string, args ...any) (*Rows, error) {
	if err := tx.ready(ctx); err != nil {
		return nil, err
	}
	ctx, cancel := tx.statementContext(ctx)
	rows, err := tx.query(ctx, stmt, args)
	if err != nil {
		err = mapError(err)
		cancel()
		return nil, tx.refuse(err)
	}
	tx.rows = &Rows{rows: rows, cancel: cancel, tx: tx}
	return tx.rows, nil
}

func (tx *Tx) query(ctx context.Context, stmt string, args []any) (*sql.Rows, error) {
	if tx.w != nil {
		ps, err := tx.w.prepared(ctx, stmt)
		if err != nil {
			return nil, err
		}
		return ps.QueryContext(ctx, args...)
	}
	ps, err := tx.db.prepared(ctx, stmt)
	if err != nil {
		return nil, err
	}
	if ps == nil {
		return tx.sqltx.QueryContext(ctx, stmt, args...)
	}
	return tx.sqltx.StmtContext(ctx, ps).QueryContext(ctx, args...)
}

// QueryRow reads one row; Scan runs it and returns ErrNoRows when there is none.
func (tx *Tx) QueryRow(ctx context.Context, stmt string, args ...any) *Row {
	return &Row{q: tx, ctx: ctx, stmt: stmt, args: args}
}

var errOpenRows = errors.New("statement while the rows of the last query are open: read them to the end first")

// insertChunk is the size of the statements InsertMany uses for many rows; what is left over goes into one
// more, of its own size. So the texts are few and stay prepared.
const insertChunk = 64

// InsertMany inserts rows of cols into table, many per statement. Names are written
// into the statement as they are: they are constants of the caller, never input.
func (tx *Tx) InsertMany(ctx context.Context, table string, cols []string, rows [][]any) error {
	stmts, err := InsertStmts(tx.Dialect(), table, cols, rows)
	if err != nil {
		return err
	}
	for _, s := range stmts {
		if _, err := tx.Exec(ctx, s.Text, s.Args...); err != nil {
			return fmt.Errorf("insert into %s: %w", table, err)
		}
	}
	return nil
}

// InsertStmts are the statements of InsertMany, for ExecAll.
func InsertStmts(d Dialect, table string, cols []string, rows [][]any) ([]Stmt, error) {
	most := max(1, min(insertChunk, d.maxParameters()/len(cols)))
	var out []Stmt
	for len(rows) > 0 {
		n := min(most, len(rows))
		args := make([]any, 0, n*len(cols))
		for _, row := range rows[:n] {
			if len(row) != len(cols) {
				return nil, fmt.Errorf("insert into %s: %d values for %d columns", table, len(row), len(cols))
			}
			args = append(args, row...)
		}
		out = append(out, Stmt{insertText(d, table, cols, n), args})
		rows = rows[n:]
	}
	return out, nil
}

// inserts keeps the texts of InsertMany: at most insertChunk for each table.
var inserts sync.Map // insertKey → string

type insertKey struct {
	dialect     Dialect
	table, cols string
	rows        int
}

// insertText writes the statement. SQLite gets bare question marks: its driver asks for the name of every
// parameter, and finding a name among a thousand $N takes longer than inserting the row.
func insertText(d Dialect, table string, cols []string, rows int) string {
	key := insertKey{d, table, strings.Join(cols, ", "), rows}
	if text, ok := inserts.Load(key); ok {
		return text.(string) //nolint:forcetypeassert // stored below
	}
	var b strings.Builder
	b.WriteString("INSERT INTO " + table + " (" + key.cols + ") VALUES ")
	n := 1
	for r := range rows {
		if r > 0 {
			b.WriteString(", ")
		}
		b.WriteByte('(')
		for c := range cols {
			if c > 0 {
				b.WriteString(", ")
			}
			if d == SQLite {
				b.WriteByte('?')
				continue
			}
			fmt.Fprintf(&b, "$%d", n)
			n++
		}
		b.WriteByte(')')
	}
	text := b.String()
	inserts.Store(key, text)
	return text
}

func (tx *Tx) ready(ctx context.Context) error {
	switch {
	case tx.done:
		return &refusal{kind: ErrTxDone, err: errors.New("used after its function returned")}
	case tx.failed != nil:
		return tx.failed
	case tx.rows != nil && !tx.rows.closed:
		// PostgreSQL answers one statement at a time on a connection; SQLite would
		// restart the same statement under its reader.
		return tx.refuse(errOpenRows)
	}
	if err := ctx.Err(); err != nil {
		// Nothing ran, so nothing of others is lost.
		err = mapError(err)
		if r, ok := errors.AsType[*refusal](err); ok {
			r.lost = false
		}
		return tx.refuse(err)
	}
	return nil
}

// refuse remembers the first failure.
func (tx *Tx) refuse(err error) error {
	if tx.failed == nil {
		tx.failed = err
	}
	return err
}

// statementContext bounds one statement. On SQLite a caller that went away does not
// interrupt a statement that writes: interrupting rolls back the whole transaction,
// and others may share it. The deadline does.
func (tx *Tx) statementContext(ctx context.Context) (context.Context, context.CancelFunc) {
	if tx.w == nil {
		return tx.db.readContext(ctx)
	}
	limit := tx.db.cfg.StatementTimeout
	free := context.WithoutCancel(ctx)
	if d, ok := ctx.Deadline(); ok {
		c1, cancel1 := context.WithDeadline(free, d)
		c2, cancel2 := context.WithTimeout(c1, limit)
		return c2, func() { cancel2(); cancel1() }
	}
	return context.WithTimeout(free, limit)
}

// end closes what the function left open.
func (tx *Tx) end() {
	tx.done = true
	if tx.rows != nil {
		_ = tx.rows.Close()
	}
}

// Rows is the answer to a Query.
type Rows struct {
	rows   *sql.Rows
	cancel context.CancelFunc
	tx     *Tx // nil outside a transaction
	err    error
	closed bool
}

// Next moves to the next row; false at the end or on failure, which Err tells apart.
func (r *Rows) Next() bool {
	if r.rows.Next() {
		return true
	}
	if r.err == nil {
		r.closed = true
		r.err = mapError(r.rows.Err())
		if r.err != nil && r.tx != nil {
			_ = r.tx.refuse(r.err)
		}
	}
	return false
}

// Scan copies the columns of the row.
func (r *Rows) Scan(dest ...any) error { return r.rows.Scan(dest...) }

// Columns names the columns.
func (r *Rows) Columns() ([]string, error) { return r.rows.Columns() }

// Err tells what ended the rows early.
func (r *Rows) Err() error { return r.err }

// Close may be called more than once.
func (r *Rows) Close() error {
	r.closed = true
	err := mapError(r.rows.Close())
	r.cancel()
	return err
}

// Collect scans all rows and closes them: rows and err as Query returned them, scan
// reading one row. No rows give an empty list.
func Collect[T any](rows *Rows, err error, scan func(*Rows) (T, error)) ([]T, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, rows.Err()
}

// Row is the answer to a QueryRow; nothing runs before Scan.
type Row struct {
	q    Queryer
	ctx  context.Context //nolint:containedctx // lives from QueryRow to Scan, in one expression
	stmt string
	args []any
}

// Scan runs the statement and copies the columns of its first row; ErrNoRows when
// there is none.
func (r *Row) Scan(dest ...any) error {
	rows, err := r.q.Query(r.ctx, r.stmt, r.args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return err
		}
		return ErrNoRows
	}
	if err := rows.Scan(dest...); err != nil {
		return err
	}
	if rows.Next() { // drains a RETURNING; a second row is not an error
		return rows.Close()
	}
	return rows.Err()
}
