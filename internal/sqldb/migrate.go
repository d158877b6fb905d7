package sqldb

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations
var migrations embed.FS

// MigrateUp applies every migration not yet applied and names them, in order.
// Servers that start together wait for each other.
func (db *DB) MigrateUp(ctx context.Context) ([]string, error) {
	return db.migrate(ctx, func(p *goose.Provider) ([]*goose.MigrationResult, error) { return p.Up(ctx) })
}

// MigrateTo goes up or down until version is the last one applied; 0 empties the database.
func (db *DB) MigrateTo(ctx context.Context, version int64) ([]string, error) {
	return db.migrate(ctx, func(p *goose.Provider) ([]*goose.MigrationResult, error) {
		now, err := p.GetDBVersion(ctx)
		if err != nil {
			return nil, err
		}
		if version < now {
			return p.DownTo(ctx, version)
		}
		return p.UpTo(ctx, version)
	})
}

// Version is the number of the last migration applied; 0 for an empty database.
func (db *DB) Version(ctx context.Context) (int64, error) {
	var v int64
	err := db.withMigrations(ctx, func(p *goose.Provider) (err error) {
		v, err = p.GetDBVersion(ctx)
		return err
	})
	return v, err
}

// LatestVersion is the number of the newest migration this program carries.
func LatestVersion() int64 {
	files, err := fs.Glob(migrations, "migrations/sqlite/*.sql")
	if err != nil || len(files) == 0 {
		panic("sqldb: no migrations embedded")
	}
	number, _, _ := strings.Cut(path.Base(files[len(files)-1]), "_")
	v, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		panic(fmt.Sprintf("sqldb: migration %s has no number", files[len(files)-1]))
	}
	return v
}

func (db *DB) migrate(ctx context.Context, run func(*goose.Provider) ([]*goose.MigrationResult, error)) ([]string, error) {
	var names []string
	err := db.withMigrations(ctx, func(p *goose.Provider) error {
		results, err := run(p)
		for _, r := range results {
			names = append(names, strings.TrimSuffix(path.Base(r.Source.Path), ".sql"))
		}
		return err
	})
	if err != nil {
		return names, fmt.Errorf("migrate: %w", err)
	}
	if db.dialect == Postgres {
		err = db.orderByBytes(ctx)
	}
	return names, err
}

// withMigrations opens goose. On SQLite it works on a connection of its own, while
// the writer waits.
func (db *DB) withMigrations(ctx context.Context, fn func(*goose.Provider) error) error {
	pool, dialect := db.pool, goose.DialectPostgres
	// Numbers come in ranges per slice until the first release, so a lower one may
	// arrive after a higher one.
	opts := []goose.ProviderOption{goose.WithAllowOutofOrder(true), goose.WithLogger(goose.NopLogger())}
	if db.dialect == SQLite {
		if err := db.writer.acquire(ctx, db.cfg.QueueTimeout); err != nil {
			return err
		}
		defer db.writer.pass()
		own, err := sql.Open("sqlite", sqliteDSN(db.cfg.Path))
		if err != nil {
			return err
		}
		defer own.Close()
		own.SetMaxOpenConns(1)
		pool, dialect = own, goose.DialectSQLite3
	} else {
		locker, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return err
		}
		opts = append(opts, goose.WithSessionLocker(locker))
	}
	folder, err := fs.Sub(migrations, "migrations/"+db.dialect.String())
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(dialect, pool, folder, opts...)
	if err != nil {
		return err
	}
	return mapError(fn(p))
}

const (
	// Columns of text whose order is that of a language, in tables and keys of ours.
	sqlTextColumns = `
		SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod)
		FROM pg_attribute a
		JOIN pg_class c ON c.oid = a.attrelid
		JOIN pg_collation k ON k.oid = a.attcollation
		JOIN pg_database d ON d.datname = current_database()
		WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
		  AND a.attnum > 0 AND NOT a.attisdropped AND NOT c.relispartition
		  AND k.collname NOT IN ('C', 'POSIX', 'ucs_basic')
		  AND NOT (k.collname = 'default' AND d.datcollate IN ('C', 'POSIX') AND d.datlocprovider = 'c')
		ORDER BY c.relname, a.attnum`

	sqlHasLocaleProvider = `
		SELECT count(*) FROM pg_attribute
		WHERE attrelid = 'pg_database'::regclass AND attname = 'datlocprovider'`
)

// orderByBytes makes text sort by its bytes, as SQLite does, whatever the language of
// the database is: codes page the same way on both engines, and indexes do not depend
// on the operating system's language tables. The tables are new and empty when it
// first meets them.
func (db *DB) orderByBytes(ctx context.Context) error {
	return db.InTx(ctx, func(tx *Tx) error {
		text := sqlTextColumns
		var n int
		if err := tx.QueryRow(ctx, sqlHasLocaleProvider).Scan(&n); err != nil {
			return err
		}
		if n == 0 { // before PostgreSQL 15 there is only one provider
			text = strings.Replace(text, " AND d.datlocprovider = 'c'", "", 1)
		}
		type column struct{ table, name, kind string }
		rows, err := tx.Query(ctx, text)
		columns, err := Collect(rows, err, func(r *Rows) (c column, err error) {
			return c, r.Scan(&c.table, &c.name, &c.kind)
		})
		if err != nil {
			return err
		}
		for _, c := range columns {
			if strings.HasPrefix(c.table, "goose_") {
				continue
			}
			stmt := fmt.Sprintf(`ALTER TABLE %s ALTER COLUMN %s TYPE %s COLLATE "C"`, quoteName(c.table), quoteName(c.name), c.kind)
			if _, err := tx.Exec(ctx, stmt); err != nil {
				return errors.Join(fmt.Errorf(`column %s.%s: write COLLATE "C" in its migration`, c.table, c.name), err)
			}
		}
		return nil
	})
}

func quoteName(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
