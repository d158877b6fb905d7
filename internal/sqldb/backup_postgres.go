package sqldb

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// The format of a PostgreSQL backup, inside gzip:
//
//	motcua-postgres-backup 1\n
//	{"versions":[1,10,…],"tables":[{"name":…,"columns":[…]},…],"sequences":{…}}\n
//	for each table: chunks of COPY's text format, each after its length as 4 bytes
//	big-endian, then four zero bytes
//	end\n
//
// It carries the rows; tables, keys and indexes come from the migrations. Its limits:
// only the current schema; no large objects, no roles or settings. A cluster of the size a province reaches after years is
// better backed up by its own tools (base backup and WAL archive); this one is for moving,
// for drills, and for those who have no such tools.
const postgresMagic = "motcua-postgres-backup 1\n"

type postgresHead struct {
	Versions []int64         `json:"versions"`
	Tables   []postgresTable `json:"tables"`
	// Sequences are the numbers last given. They do not obey the snapshot: one may lie
	// ahead of the rows, never behind, so that no number comes twice.
	Sequences map[string]int64 `json:"sequences"`
}

type postgresTable struct {
	Name    string   `json:"name"`
	Columns []string `json:"columns"`
}

func (t postgresTable) columnList() string {
	cols := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		cols[i] = quoteName(c)
	}
	return strings.Join(cols, ", ")
}

const (
	sqlColumns = `
		SELECT attname::text FROM pg_attribute
		WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
		ORDER BY attnum`
	sqlSequences = `
		SELECT sequencename::text, last_value FROM pg_sequences
		WHERE schemaname = current_schema() AND last_value IS NOT NULL AND sequencename NOT LIKE 'goose%'`
	sqlForeignKeys = `
		SELECT conrelid::regclass::text, conname::text, pg_get_constraintdef(oid) FROM pg_constraint
		WHERE contype = 'f' AND connamespace = current_schema()::regnamespace AND conparentid = 0
		ORDER BY conrelid, conname`
)

func (db *DB) backupPostgres(ctx context.Context, dst string) error {
	var head postgresHead
	f, err := os.OpenFile(dst, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	conn, err := db.pgConn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	// One snapshot for all tables; it takes no lock that a writer needs.
	tx, err := conn.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return err
	}
	defer tx.Rollback(context.WithoutCancel(ctx)) //nolint:errcheck // it only read
	if head.Versions, err = list[int64](ctx, tx, sqlVersions); err != nil {
		return err
	}
	names, err := list[string](ctx, tx, sqlTablesPostgres)
	if err != nil {
		return err
	}
	for _, name := range names {
		if strings.HasPrefix(name, "goose_") {
			continue
		}
		columns, err := list[string](ctx, tx, sqlColumns, quoteName(name))
		if err != nil {
			return err
		}
		head.Tables = append(head.Tables, postgresTable{name, columns})
	}
	if head.Sequences, err = sequences(ctx, tx); err != nil {
		return err
	}
	zip, err := gzip.NewWriterLevel(f, gzip.BestSpeed)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(zip, 1<<16)
	first, err := json.Marshal(head)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%s%s\n", postgresMagic, first)
	for _, t := range head.Tables {
		// A SELECT also reads the partitions of a table, which COPY of the table refuses.
		read := "COPY (SELECT " + t.columnList() + " FROM " + quoteName(t.Name) + ") TO STDOUT"
		if _, err := conn.PgConn().CopyTo(ctx, chunkWriter{w}, read); err != nil {
			return fmt.Errorf("table %s: %w", t.Name, err)
		}
		if err := binary.Write(w, binary.BigEndian, uint32(0)); err != nil {
			return err
		}
	}
	fmt.Fprint(w, "end\n")
	return errors.Join(w.Flush(), zip.Close(), f.Close())
}

// pgConn opens a connection outside the pool, without a limit per statement.
func (db *DB) pgConn(ctx context.Context) (*pgx.Conn, error) {
	cfg, err := postgresConfig(db.cfg.URL, 0)
	if err != nil {
		return nil, err
	}
	// Fewer round trips would not matter here, and plans kept from before a restore's
	// ALTER TABLE would.
	cfg.DefaultQueryExecMode = pgx.QueryExecModeExec
	return pgx.ConnectConfig(ctx, cfg)
}

func list[T any](ctx context.Context, tx pgx.Tx, stmt string, args ...any) ([]T, error) {
	rows, err := tx.Query(ctx, stmt, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[T])
}

func sequences(ctx context.Context, tx pgx.Tx) (map[string]int64, error) {
	rows, err := tx.Query(ctx, sqlSequences)
	if err != nil {
		return nil, err
	}
	last := map[string]int64{}
	var name string
	var value int64
	_, err = pgx.ForEachRow(rows, []any{&name, &value}, func() error { last[name] = value; return nil })
	return last, err
}

func restorePostgres(ctx context.Context, cfg Config, src io.Reader) error {
	zip, err := gzip.NewReader(src)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrBackupDamaged, err)
	}
	r := bufio.NewReaderSize(zip, 1<<16)
	head, err := readHead(r)
	if err != nil {
		return err
	}
	db, err := Open(ctx, cfg)
	if err != nil {
		return err
	}
	defer db.Close()
	names, err := tables(ctx, db)
	if err != nil {
		return err
	}
	if len(names) > 0 {
		return fmt.Errorf("%w: table %s is there", ErrNotEmpty, names[0])
	}
	if n := len(head.Versions); n > 0 {
		if _, err := db.MigrateTo(ctx, head.Versions[n-1]); err != nil {
			return err
		}
	}
	versions, err := db.versions(ctx, db)
	if err != nil {
		return err
	}
	if !slices.Equal(versions, head.Versions) {
		return fmt.Errorf("the backup stands at migrations %v, this program makes %v: use the program of its time", head.Versions, versions)
	}
	conn, err := db.pgConn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error { return fill(ctx, tx, head, r) })
}

func readHead(r *bufio.Reader) (head postgresHead, err error) {
	magic, err := r.ReadString('\n')
	if err != nil || magic != postgresMagic {
		return head, fmt.Errorf("%w: it does not begin as a backup", ErrBackupDamaged)
	}
	line, err := r.ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &head)
	}
	if err != nil {
		return head, fmt.Errorf("%w: %w", ErrBackupDamaged, err)
	}
	return head, nil
}

// fill copies the rows in one transaction. Foreign keys are taken away and put back, so
// that the order of tables does not matter and all rows are checked at once.
func fill(ctx context.Context, tx pgx.Tx, head postgresHead, r *bufio.Reader) error {
	type key struct{ table, name, def string }
	rows, err := tx.Query(ctx, sqlForeignKeys)
	if err != nil {
		return err
	}
	keys, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (k key, err error) {
		return k, row.Scan(&k.table, &k.name, &k.def)
	})
	if err != nil {
		return err
	}
	for _, k := range keys {
		if _, err := tx.Exec(ctx, "ALTER TABLE "+k.table+" DROP CONSTRAINT "+quoteName(k.name)); err != nil {
			return err
		}
	}
	for _, t := range head.Tables {
		name := quoteName(t.Name)
		// Migrations may have written rows of their own, and triggers would add to the copy.
		for _, stmt := range []string{"DELETE FROM " + name, "ALTER TABLE " + name + " DISABLE TRIGGER USER"} {
			if _, err := tx.Exec(ctx, stmt); err != nil {
				return err
			}
		}
	}
	for _, t := range head.Tables {
		chunks := &chunkReader{r: r}
		if _, err := tx.Conn().PgConn().CopyFrom(ctx, chunks, "COPY "+quoteName(t.Name)+" ("+t.columnList()+") FROM STDIN"); err != nil {
			return fmt.Errorf("table %s: %w", t.Name, err)
		}
	}
	if end, err := r.ReadString('\n'); err != nil || end != "end\n" {
		return fmt.Errorf("%w: it is cut off", ErrBackupDamaged)
	}
	for _, k := range keys {
		if _, err := tx.Exec(ctx, "ALTER TABLE "+k.table+" ADD CONSTRAINT "+quoteName(k.name)+" "+k.def); err != nil {
			return err
		}
	}
	for _, t := range head.Tables {
		if _, err := tx.Exec(ctx, "ALTER TABLE "+quoteName(t.Name)+" ENABLE TRIGGER USER"); err != nil {
			return err
		}
	}
	for name, value := range head.Sequences {
		if _, err := tx.Exec(ctx, "SELECT setval($1::text::regclass, $2)", quoteName(name), value); err != nil {
			return err
		}
	}
	_, err = tx.Exec(ctx, "ANALYZE")
	return err
}

// chunkWriter writes each piece after its length.
type chunkWriter struct{ w io.Writer }

func (c chunkWriter) Write(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if err := binary.Write(c.w, binary.BigEndian, uint32(len(p))); err != nil { //nolint:gosec // COPY sends rows, far below 4 GiB
		return 0, err
	}
	return c.w.Write(p)
}

// chunkReader gives back the bytes of one table.
type chunkReader struct {
	r    *bufio.Reader
	left uint32
	end  bool
}

func (c *chunkReader) Read(p []byte) (int, error) {
	if c.end {
		return 0, io.EOF
	}
	if c.left == 0 {
		if err := binary.Read(c.r, binary.BigEndian, &c.left); err != nil {
			return 0, fmt.Errorf("%w: %w", ErrBackupDamaged, err)
		}
		if c.left == 0 {
			c.end = true
			return 0, io.EOF
		}
	}
	n, err := c.r.Read(p[:min(len(p), int(c.left))])
	c.left -= uint32(n) //nolint:gosec // n is at most left
	if errors.Is(err, io.EOF) {
		err = fmt.Errorf("%w: it is cut off", ErrBackupDamaged)
	}
	return n, err
}
