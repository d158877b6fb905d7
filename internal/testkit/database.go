// Package testkit is what tests stand on: databases of both engines, a clock that
// moves when told, a PostgreSQL that can be taken away. Imported by tests only.
//
// PostgreSQL is never optional: without it the tests fail and say what to install.
// `go run ./internal/testkit/withpg -- go test ./...` starts one cluster for all
// packages and names it in MOTCUA_TEST_PG; without that variable each test process
// starts its own.
package testkit

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/motcua/motcua/internal/sqldb"
)

// Databases runs body on SQLite and on PostgreSQL, each time with a migrated database
// of its own.
func Databases(t *testing.T, body func(t *testing.T, db *sqldb.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { body(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { body(t, Postgres(t)) })
}

// Configs is Databases for tests that open the database themselves: cfg names an
// empty, unmigrated database.
func Configs(t *testing.T, body func(t *testing.T, cfg sqldb.Config)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { body(t, sqldb.Config{Path: filepath.Join(t.TempDir(), "motcua.db")}) })
	t.Run("postgres", func(t *testing.T) { body(t, sqldb.Config{URL: emptyPostgres(t), Log: quiet}) })
}

// Open opens cfg and closes it with the test.
func Open(t testing.TB, cfg sqldb.Config) *sqldb.DB {
	t.Helper()
	db, err := sqldb.Open(t.Context(), cfg)
	if err != nil {
		t.Fatalf("open database: %v", err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close database: %v", err)
		}
	})
	return db
}

// SQLite returns a migrated database in a file of its own.
func SQLite(t testing.TB) *sqldb.DB {
	t.Helper()
	template, err := sqliteTemplate()
	if err != nil {
		t.Fatalf("migrate the SQLite template: %v", err)
	}
	path := filepath.Join(t.TempDir(), "motcua.db")
	if err := os.WriteFile(path, template, 0o600); err != nil {
		t.Fatal(err)
	}
	return Open(t, sqldb.Config{Path: path})
}

// Postgres returns a migrated database of its own in the test cluster.
func Postgres(t testing.TB) *sqldb.DB {
	t.Helper()
	c := testCluster(t)
	template, err := c.migratedTemplate()
	if err != nil {
		t.Fatalf("migrate the PostgreSQL template: %v", err)
	}
	return Open(t, sqldb.Config{URL: c.create(t, template), MaxOpen: 10, Log: quiet})
}

// emptyPostgres returns the URL of an empty database.
func emptyPostgres(t testing.TB) string {
	t.Helper()
	return testCluster(t).create(t, "template0")
}

// PrepareAll prepares every statement of a …db package, so that a wrong column name
// or a word that one engine does not know is found without running it.
func PrepareAll(t *testing.T, db *sqldb.DB, stmts []string) {
	t.Helper()
	if len(stmts) == 0 {
		t.Error("no statements given")
	}
	for _, s := range stmts {
		if err := db.Check(t.Context(), s); err != nil {
			t.Errorf("%s refuses\n%s\n%v", db.Dialect(), strings.TrimSpace(s), err)
		}
	}
}

// sqliteTemplate is the content of a migrated file, made once per process.
var sqliteTemplate = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "motcua-template-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "template.db")
	ctx := context.Background()
	db, err := sqldb.Open(ctx, sqldb.Config{Path: path})
	if err != nil {
		return nil, err
	}
	if _, err := db.MigrateUp(ctx); err != nil {
		_ = db.Close()
		return nil, err
	}
	if err := db.Close(); err != nil { // folds the log into the file
		return nil, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(f)
})

// cluster is a running PostgreSQL with the right to make databases.
type cluster struct {
	url      string // of its database "postgres"
	template func() (string, error)
	made     string // name of the template, once there is one
}

func newCluster(maintenance string) *cluster {
	c := &cluster{url: maintenance}
	c.template = sync.OnceValues(c.makeTemplate)
	return c
}

// database is the URL of another database in the cluster.
func (c *cluster) database(name string) string {
	u, err := url.Parse(c.url)
	if err != nil {
		panic(fmt.Sprintf("testkit: MOTCUA_TEST_PG is no URL: %v", err))
	}
	u.Path = "/" + name
	return u.String()
}

func (c *cluster) exec(ctx context.Context, stmts ...string) error {
	// Databases are not made inside a transaction, so this goes past sqldb's door, with
	// the driver that sqldb brings.
	db, err := sql.Open("pgx", c.url)
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	for _, s := range stmts {
		if _, err := db.ExecContext(ctx, s); err != nil {
			return fmt.Errorf("%s: %w", s, err)
		}
	}
	return nil
}

// create makes a database for one test and drops it at its end.
func (c *cluster) create(t testing.TB, template string) string {
	t.Helper()
	name := "t" + strings.ToLower(rand.Text())
	if err := c.exec(t.Context(), "CREATE DATABASE "+name+" TEMPLATE "+template); err != nil {
		t.Fatalf("create a test database: %v", err)
	}
	t.Cleanup(func() {
		if err := c.exec(context.Background(), "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Logf("drop the test database: %v", err)
		}
	})
	return c.database(name)
}

func (c *cluster) migratedTemplate() (string, error) { return c.template() }

// makeTemplate migrates a database to copy from, once per test process: processes
// share a cluster, not a template, since they may be built from different migrations.
func (c *cluster) makeTemplate() (string, error) {
	ctx := context.Background()
	name := "m" + strings.ToLower(rand.Text())
	if err := c.exec(ctx, "CREATE DATABASE "+name+" TEMPLATE template0"); err != nil {
		return "", err
	}
	c.made = name
	db, err := sqldb.Open(ctx, sqldb.Config{URL: c.database(name), MaxOpen: 2, Log: quiet})
	if err != nil {
		return "", err
	}
	if _, err := db.MigrateUp(ctx); err != nil {
		_ = db.Close()
		return "", err
	}
	return name, db.Close()
}
