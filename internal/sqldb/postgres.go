package sqldb

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"
	"github.com/jackc/pgx/v5/stdlib"
)

const (
	sqlPostgresSettings = `SELECT current_setting('server_version_num')::int, current_setting('synchronous_commit'), current_setting('fsync'), current_setting('server_encoding')`

	minPostgres = 140000
)

// postgresConfig reads the URL; limit bounds each statement, 0 does not.
func postgresConfig(url string, limit time.Duration) (*pgx.ConnConfig, error) {
	cfg, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	if cfg.ConnectTimeout == 0 {
		cfg.ConnectTimeout = 3 * time.Second
	}
	// The URL may say otherwise: the operator knows the cluster.
	for name, value := range map[string]string{
		"application_name":                    "motcua",
		"statement_timeout":                   strconv.FormatInt(limit.Milliseconds(), 10),
		"idle_in_transaction_session_timeout": "60000",
		"timezone":                            "UTC",
	} {
		if _, set := cfg.RuntimeParams[name]; !set {
			cfg.RuntimeParams[name] = value
		}
	}
	// The whole program's statements stay prepared on each connection.
	cfg.StatementCacheCapacity = max(cfg.StatementCacheCapacity, maxStatements)
	// A caller that went away stops the statement on the server too; the default only
	// closes the connection and leaves the server working.
	cfg.BuildContextWatcherHandler = func(c *pgconn.PgConn) ctxwatch.Handler {
		return &pgconn.CancelRequestContextWatcherHandler{Conn: c, DeadlineDelay: time.Second}
	}
	return cfg, nil
}

// maintenance opens a connection of its own for work that may take long.
func (db *DB) maintenance() (*sql.DB, error) {
	if db.dialect == SQLite {
		own, err := sql.Open("sqlite", sqliteDSN(db.cfg.Path))
		if err == nil {
			own.SetMaxOpenConns(1)
		}
		return own, err
	}
	cfg, err := postgresConfig(db.cfg.URL, 0)
	if err != nil {
		return nil, err
	}
	return stdlib.OpenDB(*cfg), nil
}

func (db *DB) openPostgres(ctx context.Context) error {
	db.dialect = Postgres
	cfg, err := postgresConfig(db.cfg.URL, db.cfg.StatementTimeout)
	if err != nil {
		return err
	}
	db.pool = stdlib.OpenDB(*cfg)
	if db.cfg.MaxOpen <= 0 {
		db.cfg.MaxOpen = 20
	}
	db.pool.SetMaxOpenConns(db.cfg.MaxOpen)
	db.pool.SetMaxIdleConns(db.cfg.MaxOpen)
	db.pool.SetConnMaxIdleTime(5 * time.Minute)
	if err := db.checkPostgres(ctx); err != nil {
		_ = db.pool.Close()
		return err
	}
	return nil
}

func (db *DB) checkPostgres(ctx context.Context) error {
	var version int
	var sync, fsync, encoding string
	err := db.pool.QueryRowContext(ctx, sqlPostgresSettings).Scan(&version, &sync, &fsync, &encoding)
	if err != nil {
		return mapError(err)
	}
	if version < minPostgres {
		return fmt.Errorf("PostgreSQL %d is too old: %d or later is needed", version/10000, minPostgres/10000)
	}
	if encoding != "UTF8" {
		return fmt.Errorf("database encoding is %s; it must be UTF8", encoding)
	}
	if sync == "off" || sync == "local" {
		db.log.Warn("ACKNOWLEDGED DATA CAN BE LOST: synchronous_commit is not on", "synchronous_commit", sync)
	}
	if fsync == "off" {
		db.log.Warn("ACKNOWLEDGED DATA CAN BE LOST: fsync is off (for tests only)")
	}
	return nil
}
