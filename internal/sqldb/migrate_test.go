package sqldb_test

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/motcua/motcua/internal/sqldb"
	"github.com/motcua/motcua/internal/testkit"
)

func TestMigrationsAreTwins(t *testing.T) {
	names := map[string][]string{}
	for _, engine := range []string{"sqlite", "postgres"} {
		entries, err := fs.ReadDir(sqldb.Migrations, "migrations/"+engine)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]string{}
		for _, e := range entries {
			names[engine] = append(names[engine], e.Name())
			if !regexp.MustCompile(`^\d{4}_[a-z0-9_]+\.sql$`).MatchString(e.Name()) {
				t.Errorf("%s/%s is not named NNNN_words.sql", engine, e.Name())
			}
			number, _, _ := strings.Cut(e.Name(), "_")
			if other, twice := seen[number]; twice {
				t.Errorf("%s: %s and %s have the same number", engine, other, e.Name())
			}
			seen[number] = e.Name()
			if want := fmt.Sprintf("%04d", len(seen)); number != want {
				t.Errorf("%s/%s: the next number is %s", engine, e.Name(), want)
			}
			text, err := fs.ReadFile(sqldb.Migrations, path.Join("migrations", engine, e.Name()))
			if err != nil {
				t.Fatal(err)
			}
			if !strings.HasPrefix(string(text), "-- ") || strings.HasPrefix(string(text), "-- +goose") {
				t.Errorf("%s/%s does not begin with why it is there and how long it locks", engine, e.Name())
			}
		}
	}
	if !slices.Equal(names["sqlite"], names["postgres"]) {
		t.Errorf("sqlite has %v\npostgres has %v", names["sqlite"], names["postgres"])
	}
}

func TestMigrationsGoUpDownAndUpAgain(t *testing.T) {
	testkit.Configs(t, func(t *testing.T, cfg sqldb.Config) {
		db := testkit.Open(t, cfg)
		ctx := t.Context()
		version := func(want int64) {
			t.Helper()
			if v, err := db.Version(ctx); err != nil || v != want {
				t.Fatalf("version %d, %v; want %d", v, err, want)
			}
		}
		up := func() []string {
			t.Helper()
			names, err := db.MigrateUp(ctx)
			if err != nil {
				t.Fatal(err)
			}
			version(sqldb.LatestVersion())
			tables, err := db.Tables(ctx)
			if err != nil || len(tables) < 4 {
				t.Fatalf("tables %v, %v", tables, err)
			}
			return append(names, tables...)
		}
		version(0)
		first := up()
		if names, err := db.MigrateUp(ctx); err != nil || len(names) != 0 {
			t.Errorf("up again: %v, %v", names, err)
		}
		if _, err := db.MigrateTo(ctx, 0); err != nil {
			t.Fatal(err)
		}
		version(0)
		left, err := db.Tables(ctx)
		if err != nil || !slices.Equal(left, []string{"goose_db_version"}) {
			t.Errorf("going down left %v, %v", left, err)
		}
		if second := up(); !slices.Equal(first, second) {
			t.Errorf("first %v\nthen %v", first, second)
		}
		// One step down and up, from each version.
		for v := sqldb.LatestVersion(); v > 0; {
			if _, err := db.MigrateTo(ctx, v-1); err != nil {
				t.Fatal(err)
			}
			if v, err = db.Version(ctx); err != nil {
				t.Fatal(err)
			}
		}
		up()
	})
}
