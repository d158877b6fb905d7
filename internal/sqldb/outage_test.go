package sqldb_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/sqldb"
	"github.com/motcua/motcua/internal/testkit"
)

func TestADatabaseThatIsGoneIsToldAndComesBackByItself(t *testing.T) {
	server := testkit.PGServer(t)
	ctx := t.Context()
	db := testkit.Open(t, sqldb.Config{URL: server.URL(), Log: slog.New(slog.DiscardHandler)})
	run(t, db, sqlCreateParent)
	for _, away := range []func(){server.Stop, server.Kill} {
		// Several connections lie in the pool when the server goes.
		var all, inside sync.WaitGroup
		inside.Add(5)
		for range 5 {
			all.Go(func() {
				err := db.InTx(ctx, func(tx *sqldb.Tx) error {
					var n int
					err := tx.QueryRow(ctx, sqlCountParents).Scan(&n)
					inside.Done()
					inside.Wait()
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		away()
		var n int
		for name, err := range map[string]error{
			"write": write(ctx, db, sqlAddParent, "never"),
			"read":  db.QueryRow(ctx, sqlCountParents).Scan(&n),
			"ping":  db.Ping(ctx),
		} {
			if !errors.Is(err, sqldb.ErrUnavailable) || fault.KindOf(err) != fault.Unavailable {
				t.Errorf("%s without a database: %v", name, err)
			}
		}
		if err := server.Start(); err != nil {
			t.Fatal(err)
		}
		for range 10 {
			if err := db.QueryRow(ctx, sqlCountParents).Scan(&n); err != nil {
				t.Errorf("read after it came back: %v", err)
			}
			if err := write(ctx, db, `UPDATE parent SET version = version`); err != nil {
				t.Errorf("write after it came back: %v", err)
			}
		}
	}
}

func TestWhatPostgresAcknowledgedIsThereAfterItWentUnderLoad(t *testing.T) {
	server := testkit.PGServer(t)
	ctx := t.Context()
	db := testkit.Open(t, sqldb.Config{URL: server.URL(), Log: slog.New(slog.DiscardHandler)})
	run(t, db, `CREATE TABLE ack (id BIGINT NOT NULL PRIMARY KEY)`)
	var next atomic.Int64
	var mu sync.Mutex
	acknowledged, doubtful := map[int64]bool{}, map[int64]bool{}
	enough := make(chan struct{})
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for {
				id := next.Add(1)
				if id == 500 {
					close(enough)
				}
				err := write(ctx, db, `INSERT INTO ack (id) VALUES ($1)`, id)
				mu.Lock()
				switch {
				case err == nil:
					acknowledged[id] = true
				case errors.Is(err, sqldb.ErrOutcomeUnknown):
					doubtful[id] = true
				case !errors.Is(err, sqldb.ErrUnavailable):
					t.Errorf("%d: %v", id, err)
				}
				mu.Unlock()
				if err != nil {
					return
				}
			}
		})
	}
	<-enough
	server.Stop()
	all.Wait()
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	rows, err := db.Query(ctx, `SELECT id FROM ack`)
	ids, err := sqldb.Collect(rows, err, func(r *sqldb.Rows) (id int64, err error) { return id, r.Scan(&id) })
	if err != nil {
		t.Fatal(err)
	}
	present := map[int64]bool{}
	for _, id := range ids {
		present[id] = true
		if !acknowledged[id] && !doubtful[id] {
			t.Errorf("%d was refused and is there", id)
		}
	}
	for id := range acknowledged {
		if !present[id] {
			t.Errorf("%d was acknowledged and is gone", id)
		}
	}
}

func TestADatabaseThatCannotBeReachedIsToldAtStart(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	_, err := sqldb.Open(ctx, sqldb.Config{URL: "postgres://motcua@127.0.0.1:1/motcua"})
	if !errors.Is(err, sqldb.ErrUnavailable) {
		t.Errorf("%v", err)
	}
	for _, cfg := range []sqldb.Config{{}, {Path: "a", URL: "postgres://b"}, {URL: "not a url at all"}} {
		if _, err := sqldb.Open(ctx, cfg); err == nil {
			t.Errorf("opened %+v", cfg)
		}
	}
}

func TestSettingsThatLoseDataAreWarnedOfLoudly(t *testing.T) {
	server := testkit.PGServer(t)
	var log bytes.Buffer
	testkit.Open(t, sqldb.Config{URL: server.URL() + "&synchronous_commit=off", Log: slog.New(slog.NewTextHandler(&log, nil))})
	if got := log.String(); strings.Count(got, "ACKNOWLEDGED DATA CAN BE LOST") != 2 || !strings.Contains(got, "synchronous_commit") {
		t.Errorf("log: %s", got)
	}
}
