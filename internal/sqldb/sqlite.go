package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	_ "modernc.org/sqlite" // registers the driver
)

// minSQLite is the oldest engine that may hold the province's record: before it a
// WAL could be corrupted when two connections checkpointed at the same instant.
const minSQLite = "3.51.3"

// sqliteDSN names the file with the settings every connection needs. They belong
// here: a PRAGMA sent once would reach one pooled connection only.
//
// synchronous=FULL: with NORMAL, WAL loses acknowledged commits at a power cut
// (measured: 1,809 of 2,000 rows; FULL none).
func sqliteDSN(path string, more ...string) string {
	pragmas := append([]string{
		"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)",
		"temp_store(MEMORY)", "journal_size_limit(67108864)",
	}, more...)
	q := url.Values{"_pragma": pragmas, "_txlock": {"immediate"}}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
}

func (db *DB) openSQLite(ctx context.Context) error {
	path, err := filepath.Abs(db.cfg.Path)
	if err != nil {
		return err
	}
	db.cfg.Path = path
	// 0700: personal data; nobody but the service's own account looks in.
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return mapError(err)
	}
	// The writer touches search words all over their table: with 32 MB it finds most pages at hand.
	w, err := sql.Open("sqlite", sqliteDSN(path, "cache_size(-32768)"))
	if err != nil {
		return err
	}
	w.SetMaxOpenConns(1)
	r, err := sql.Open("sqlite", sqliteDSN(path, "query_only(1)", "cache_size(-8192)"))
	if err != nil {
		return errors.Join(err, w.Close())
	}
	if db.cfg.MaxOpen <= 0 {
		// Measured: 4 readers leave 5,100 writes a second, 16 readers 980.
		db.cfg.MaxOpen = 2 * runtime.NumCPU()
	}
	r.SetMaxOpenConns(db.cfg.MaxOpen)
	r.SetMaxIdleConns(db.cfg.MaxOpen)
	db.pool = r
	db.writer = &writer{pool: w, timeout: db.cfg.StatementTimeout}
	if err := db.checkSQLite(ctx); err != nil {
		return errors.Join(err, db.writer.close(), r.Close())
	}
	return nil
}

func (db *DB) checkSQLite(ctx context.Context) error {
	// The writer comes first: it turns the file into a WAL one.
	if err := db.writer.open(ctx); err != nil {
		return err
	}
	var version string
	if err := db.pool.QueryRowContext(ctx, "SELECT sqlite_version()").Scan(&version); err != nil {
		return mapError(err)
	}
	if olderThan(version, minSQLite) {
		return fmt.Errorf("SQLite %s is too old: %s or later is needed", version, minSQLite)
	}
	var mode string
	if err := db.pool.QueryRowContext(ctx, "PRAGMA journal_mode").Scan(&mode); err != nil {
		return mapError(err)
	}
	if mode != "wal" {
		return fmt.Errorf("%s: journal mode is %s, not wal: is it on a network share?", db.cfg.Path, mode)
	}
	return nil
}

// Optimize refreshes what the planner knows about the tables where that has grown old;
// a few milliseconds of the writer's time. PostgreSQL does it by itself. Call it nightly.
func (db *DB) Optimize(ctx context.Context) error {
	if db.dialect == Postgres {
		return nil
	}
	if err := db.writer.acquire(ctx, db.cfg.QueueTimeout); err != nil {
		return err
	}
	defer db.writer.pass()
	if db.writer.group != nil {
		db.writer.commit()
	}
	if db.writer.conn == nil {
		if err := db.writer.open(ctx); err != nil {
			return err
		}
	}
	if err := db.writer.run("PRAGMA analysis_limit = 1000"); err != nil {
		return err
	}
	// 0x10002: also tables that this connection has not read.
	return db.writer.run("PRAGMA optimize = 0x10002")
}

// Trim gives back the room that a large load left in the write-ahead log, which SQLite would keep for
// later. It waits for readers: call it before the store is served. PostgreSQL does it by itself.
func (db *DB) Trim(ctx context.Context) error {
	if db.dialect == Postgres {
		return nil
	}
	if err := db.writer.acquire(ctx, db.cfg.QueueTimeout); err != nil {
		return err
	}
	defer db.writer.pass()
	if db.writer.group != nil {
		db.writer.commit()
	}
	if db.writer.conn == nil {
		if err := db.writer.open(ctx); err != nil {
			return err
		}
	}
	return db.writer.run("PRAGMA wal_checkpoint(TRUNCATE)")
}

// olderThan compares dotted versions number by number.
func olderThan(version, than string) bool {
	a, b := strings.Split(version, "."), strings.Split(than, ".")
	for i := range b {
		if i >= len(a) {
			return true
		}
		x, errX := strconv.Atoi(a[i])
		y, errY := strconv.Atoi(b[i])
		if errX != nil || errY != nil {
			return a[i] < b[i]
		}
		if x != y {
			return x < y
		}
	}
	return false
}
