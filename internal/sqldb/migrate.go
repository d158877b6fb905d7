package sqldb

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
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
	versions, err := db.versions(ctx, db)
	if err != nil || len(versions) == 0 {
		return 0, err
	}
	return versions[len(versions)-1], nil
}

// versions are the numbers of all migrations applied, rising.
func (db *DB) versions(ctx context.Context, q Queryer) ([]int64, error) {
	names, err := tables(ctx, q)
	if err != nil || !slices.Contains(names, "goose_db_version") {
		return nil, err
	}
	rows, err := q.Query(ctx, sqlVersions)
	return Collect(rows, err, func(r *Rows) (v int64, err error) { return v, r.Scan(&v) })
}

// tables names all tables, in order of their names.
func tables(ctx context.Context, q Queryer) ([]string, error) {
	rows, err := q.Query(ctx, q.Dialect().Pick(sqlTablesSQLite, sqlTablesPostgres))
	return Collect(rows, err, func(r *Rows) (s string, err error) { return s, r.Scan(&s) })
}

const (
	sqlVersions     = `SELECT version_id FROM goose_db_version WHERE is_applied AND version_id > 0 ORDER BY version_id`
	sqlTablesSQLite = `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\' ORDER BY name`
	// Partitions are read through their table.
	sqlTablesPostgres = `
		SELECT relname::text FROM pg_class
		WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
		ORDER BY relname`
)

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
	return names, nil
}

// withMigrations opens goose on a connection of its own, since a migration may take
// longer than a statement. On SQLite the writer waits meanwhile.
func (db *DB) withMigrations(ctx context.Context, fn func(*goose.Provider) error) error {
	own, err := db.maintenance()
	if err != nil {
		return err
	}
	defer own.Close()
	// Numbers come in ranges per slice until the first release, so a lower one may
	// arrive after a higher one.
	opts := []goose.ProviderOption{goose.WithAllowOutofOrder(true), goose.WithLogger(goose.NopLogger())}
	dialect := goose.DialectSQLite3
	if db.dialect == Postgres {
		dialect = goose.DialectPostgres
		locker, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return err
		}
		opts = append(opts, goose.WithSessionLocker(locker))
	} else {
		if err := db.writer.acquire(ctx, db.cfg.QueueTimeout); err != nil {
			return err
		}
		defer db.writer.pass()
		if db.writer.group != nil {
			db.writer.commit() // it holds the lock that the migrations need
		}
	}
	folder, err := fs.Sub(migrations, "migrations/"+db.dialect.String())
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(dialect, own, folder, opts...)
	if err != nil {
		return err
	}
	if err := mapError(fn(p)); err != nil {
		return err
	}
	if db.dialect == Postgres {
		return orderByBytes(ctx, own)
	}
	return nil
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
func orderByBytes(ctx context.Context, pool *sql.DB) error {
	text := sqlTextColumns
	var n int
	if err := pool.QueryRowContext(ctx, sqlHasLocaleProvider).Scan(&n); err != nil {
		return mapError(err)
	}
	if n == 0 { // before PostgreSQL 15 there is only one provider
		text = strings.Replace(text, " AND d.datlocprovider = 'c'", "", 1)
	}
	rows, err := pool.QueryContext(ctx, text)
	if err != nil {
		return mapError(err)
	}
	defer rows.Close()
	var changes []string
	for rows.Next() {
		var table, column, kind string
		if err := rows.Scan(&table, &column, &kind); err != nil {
			return err
		}
		if !strings.HasPrefix(table, "goose_") {
			changes = append(changes, fmt.Sprintf(`ALTER TABLE %s ALTER COLUMN %s TYPE %s COLLATE "C"`, quoteName(table), quoteName(column), kind))
		}
	}
	if err := rows.Err(); err != nil {
		return mapError(err)
	}
	for _, stmt := range changes {
		if _, err := pool.ExecContext(ctx, stmt); err != nil {
			return fmt.Errorf("%s (write the collation in the migration itself): %w", stmt, mapError(err))
		}
	}
	return nil
}

func quoteName(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
