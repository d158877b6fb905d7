package sqldb

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"modernc.org/sqlite"
)

// What stands in the way of a restore.
var (
	ErrBackupDamaged = errors.New("backup is not what was written")
	ErrNotEmpty      = errors.New("restore only fills an empty place")
)

const sqliteMagic = "SQLite format 3\x00"

// Backup writes a copy of the database as of one instant to the file dst, while others
// go on reading and writing, and the copy's SHA-256 to dst.sha256 (as sha256sum writes
// it). Neither may be there yet. When Backup returns nil both are on disk.
//
// From SQLite the copy is a SQLite file, page for page. From PostgreSQL it is a format
// of its own (see postgresBackup), restored without pg_dump.
func (db *DB) Backup(ctx context.Context, dst string) (err error) {
	for _, name := range []string{dst, dst + ".sha256"} {
		if _, err := os.Stat(name); !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("backup to %s: %w", name, errors.Join(fs.ErrExist, err))
		}
	}
	partial := dst + ".partial"
	_ = os.Remove(partial) // of a backup that was cut off
	defer func() {
		if err != nil {
			_ = os.Remove(partial)
			_ = os.Remove(dst + ".sha256")
			err = fmt.Errorf("backup to %s: %w", dst, mapError(err))
		}
	}()
	if db.dialect == SQLite {
		err = db.backupSQLite(ctx, partial)
	} else {
		err = db.backupPostgres(ctx, partial)
	}
	if err != nil {
		return err
	}
	sum, err := syncAndHash(partial)
	if err != nil {
		return err
	}
	line := sum + "  " + filepath.Base(dst) + "\n"
	if err := writeSynced(dst+".sha256", []byte(line)); err != nil {
		return err
	}
	if err := os.Rename(partial, dst); err != nil {
		return err
	}
	return syncDir(filepath.Dir(dst))
}

// Restore fills the empty database that cfg names from a file that Backup wrote on the
// same kind of engine: ErrNotEmpty when something is there, ErrBackupDamaged when a
// byte differs. The restored database stands at the backup's version; MigrateUp brings
// it to the program's.
func Restore(ctx context.Context, cfg Config, src string) error {
	err := restore(ctx, cfg, src)
	if err != nil {
		return fmt.Errorf("restore from %s: %w", src, mapError(err))
	}
	return nil
}

func restore(ctx context.Context, cfg Config, src string) error {
	if err := checkSum(src); err != nil {
		return err
	}
	f, err := os.Open(src)
	if err != nil {
		return err
	}
	defer f.Close()
	head := make([]byte, len(sqliteMagic))
	if _, err := io.ReadFull(f, head); err != nil {
		return fmt.Errorf("%w: %w", ErrBackupDamaged, err)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	fromSQLite := bytes.Equal(head, []byte(sqliteMagic))
	if fromSQLite != (cfg.Path != "") {
		return errors.New("a backup of one engine cannot be restored into the other")
	}
	if fromSQLite {
		return restoreSQLite(ctx, cfg, f)
	}
	return restorePostgres(ctx, cfg, f)
}

// checkSum compares the file with the sum written beside it.
func checkSum(src string) error {
	text, err := os.ReadFile(src + ".sha256")
	if err != nil {
		return fmt.Errorf("its checksum: %w", err)
	}
	want, _, _ := strings.Cut(string(text), " ")
	f, err := os.Open(src)
	if err != nil {
		return err
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return err
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != want {
		return fmt.Errorf("%w: SHA-256 is %s, written was %s", ErrBackupDamaged, got, want)
	}
	return nil
}

// pagesPerStep is how much is copied between two looks at the context.
const pagesPerStep = 4096

// backupSQLite copies page by page out of one read transaction: it holds no lock that
// a writer needs, and unlike VACUUM it leaves row numbers as they are.
func (db *DB) backupSQLite(ctx context.Context, dst string) error {
	own, err := db.maintenance()
	if err != nil {
		return err
	}
	defer own.Close()
	conn, err := own.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, "BEGIN"); err != nil {
		return err
	}
	defer conn.ExecContext(context.WithoutCancel(ctx), sqlRollback) //nolint:errcheck // the connection ends with it
	var n int
	if err := conn.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema").Scan(&n); err != nil {
		return err // from here on the snapshot stands
	}
	return conn.Raw(func(driverConn any) error {
		source, ok := driverConn.(interface {
			NewBackup(dst string) (*sqlite.Backup, error)
		})
		if !ok {
			return errors.New("the driver cannot copy a database in use")
		}
		// The copy is synced as a whole when it is complete.
		copying, err := source.NewBackup(sqliteDSN(dst, "journal_mode(OFF)", "synchronous(OFF)"))
		if err != nil {
			return err
		}
		for more := true; more && err == nil; {
			if err = ctx.Err(); err == nil {
				more, err = copying.Step(pagesPerStep)
			}
		}
		return errors.Join(err, copying.Finish())
	})
}

func restoreSQLite(ctx context.Context, cfg Config, src io.Reader) (err error) {
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if _, err := os.Stat(cfg.Path + suffix); !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%w: %s is there", ErrNotEmpty, cfg.Path+suffix)
		}
	}
	if err := os.MkdirAll(filepath.Dir(cfg.Path), 0o700); err != nil {
		return err
	}
	partial := cfg.Path + ".partial"
	defer func() {
		for _, suffix := range []string{"", "-wal", "-shm"} {
			_ = os.Remove(partial + suffix)
		}
	}()
	f, err := os.OpenFile(partial, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if _, err := io.Copy(f, src); err != nil {
		return errors.Join(err, f.Close())
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := quickCheck(ctx, partial); err != nil {
		return err
	}
	if _, err := syncAndHash(partial); err != nil {
		return err
	}
	if err := os.Rename(partial, cfg.Path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(cfg.Path))
}

// quickCheck has SQLite look at every page.
func quickCheck(ctx context.Context, path string) error {
	db, err := sql.Open("sqlite", sqliteDSN(path, "query_only(1)"))
	if err != nil {
		return err
	}
	defer db.Close()
	var answer string
	if err := db.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&answer); err != nil {
		return err
	}
	if answer != "ok" {
		return fmt.Errorf("%w: %s", ErrBackupDamaged, answer)
	}
	return nil
}

func syncAndHash(path string) (string, error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return "", err
	}
	defer f.Close()
	if err := f.Chmod(0o600); err != nil {
		return "", err
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, bufio.NewReaderSize(f, 1<<20)); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), f.Sync()
}

func writeSynced(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Sync(), f.Close())
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
