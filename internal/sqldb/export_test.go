package sqldb

import (
	"context"
	"strconv"
)

// LimitPages fills the disk: the file may not grow beyond n pages (0 = the present size).
func (db *DB) LimitPages(ctx context.Context, n int) error {
	if err := db.writer.acquire(ctx, db.cfg.QueueTimeout); err != nil {
		return err
	}
	defer db.writer.pass()
	if n == 0 {
		n = 1 // SQLite never goes below the present size
	}
	_, err := db.writer.conn.ExecContext(ctx, "PRAGMA max_page_count = "+strconv.Itoa(n))
	return err
}

// WaitingWriters is how many stand in line for the writing connection.
func (db *DB) WaitingWriters() int {
	db.writer.mu.Lock()
	defer db.writer.mu.Unlock()
	return len(db.writer.line)
}

var OlderThan = olderThan

// Tables names all tables of the database.
func (db *DB) Tables(ctx context.Context) ([]string, error) { return tables(ctx, db) }

var Migrations = migrations

// FailSync makes the next write behave as after an fsync that reported an error.
func (db *DB) FailSync() { db.writer.suspect = true }

// BreakWriter closes the writing connection under the writer.
func (db *DB) BreakWriter() { _ = db.writer.conn.Close() }
