package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/motcua/motcua/internal/filestore"
	"github.com/motcua/motcua/internal/sqldb"
)

// What a backup folder holds: the database file, the files of dossiers, the signing keys and heads.
const (
	backupDatabase = "database.backup"
	filesFolder    = "files"
	keysFolder     = "keys"
)

// ErrNotEmpty: a backup or a restore goes to a folder where nothing is.
var ErrNotEmpty = errors.New("the target folder is not empty")

// Backup copies a province, while it is served, to the folder to. The database is taken first: every file it
// names is there by then, and files are never changed.
func (a *App) Backup(ctx context.Context, to string) error {
	if err := emptyDir(to); err != nil {
		return err
	}
	if err := a.db.Backup(ctx, filepath.Join(to, backupDatabase)); err != nil {
		return fmt.Errorf("back up the database: %w", err)
	}
	dst, err := filestore.Open(filepath.Join(to, filesFolder))
	if err != nil {
		return err
	}
	if _, err := a.files.CopyTo(ctx, dst); err != nil {
		return fmt.Errorf("back up files: %w", err)
	}
	return copyFolder(filepath.Join(a.cfg.Data, keysFolder), filepath.Join(to, keysFolder))
}

// Restore fills an empty data folder (and the empty database url names, if it is not the embedded one) from
// a backup.
func Restore(ctx context.Context, from, data, url string, log *slog.Logger) error {
	if _, err := os.Stat(filepath.Join(from, backupDatabase)); err != nil {
		return fmt.Errorf("%s holds no backup: %w", from, err)
	}
	if url == "" {
		if err := emptyDir(data); err != nil {
			return err
		}
	} else if err := os.MkdirAll(data, 0o750); err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	cfg := sqldb.Config{URL: url, Log: log}
	if url == "" {
		cfg.Path = filepath.Join(data, DatabaseName)
	}
	if err := sqldb.Restore(ctx, cfg, filepath.Join(from, backupDatabase)); err != nil {
		return fmt.Errorf("restore the database: %w", err)
	}
	src, err := filestore.Open(filepath.Join(from, filesFolder))
	if err != nil {
		return err
	}
	dst, err := filestore.Open(filepath.Join(data, filesFolder))
	if err != nil {
		return err
	}
	if _, err := src.CopyTo(ctx, dst); err != nil {
		return fmt.Errorf("restore files: %w", err)
	}
	return copyFolder(filepath.Join(from, keysFolder), filepath.Join(data, keysFolder))
}

func emptyDir(dir string) error {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return os.MkdirAll(dir, 0o750)
	case err != nil:
		return err
	case len(entries) > 0:
		return fmt.Errorf("%w: %s", ErrNotEmpty, dir)
	}
	return nil
}

// copyFolder copies the plain files of a folder, readable by the owner only.
func copyFolder(from, to string) error {
	entries, err := os.ReadDir(from)
	if err != nil {
		return fmt.Errorf("copy keys: %w", err)
	}
	if err := os.MkdirAll(to, 0o700); err != nil {
		return fmt.Errorf("copy keys: %w", err)
	}
	for _, e := range entries {
		if !e.Type().IsRegular() {
			continue
		}
		raw, err := os.ReadFile(filepath.Join(from, e.Name()))
		if err != nil {
			return fmt.Errorf("copy keys: %w", err)
		}
		if err := os.WriteFile(filepath.Join(to, e.Name()), raw, 0o600); err != nil {
			return fmt.Errorf("copy keys: %w", err)
		}
	}
	return nil
}
