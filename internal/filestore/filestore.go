// Package filestore keeps bytes under the hash of their content, in a folder. It knows
// nothing of names, kinds or owners: the dossier's rows do. The same paper filed
// twice is stored once; a byte changed on disk is found by Verify.
//
// A Put that returned nil is on disk. Bytes are put before the transaction that refers
// to them, so a backup copies the database first and the files second.
package filestore

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/motcua/motcua/internal/fault"
)

// Refusals. Args: limit (bytes) of ErrTooLarge, hash of ErrDamaged.
var (
	ErrTooLarge = fault.New(fault.TooLarge, "files.too-large")
	ErrNotFound = fault.New(fault.NotFound, "files.not-found")
	ErrDiskFull = fault.New(fault.Unavailable, "files.disk-full")
	ErrDamaged  = fault.New(fault.Internal, "files.damaged")
)

// Hash is the SHA-256 of some content as 64 lower-case hexadecimal digits.
type Hash string

// ParseHash reads a hash from outside; ErrNotFound when it cannot be one.
func ParseHash(s string) (Hash, error) {
	if len(s) != 2*sha256.Size {
		return "", ErrNotFound
	}
	for _, c := range []byte(s) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return "", ErrNotFound
		}
	}
	return Hash(s), nil
}

// Info tells what is stored.
type Info struct {
	Hash Hash
	Size int64 // bytes
}

// Store is a folder of contents: <root>/ab/cd/<hash>, and <root>/tmp for what arrives.
type Store struct{ root string }

const tmpDir = "tmp"

// Open opens the folder and makes it when absent.
func Open(root string) (*Store, error) {
	root, err := filepath.Abs(root)
	if err != nil {
		return nil, err
	}
	// 0700: personal papers; nobody but the service's own account looks in.
	if err := os.MkdirAll(filepath.Join(root, tmpDir), 0o700); err != nil {
		return nil, fmt.Errorf("open file store: %w", mapError(err))
	}
	return &Store{root: root}, nil
}

// Put stores what r gives, up to limit bytes (ErrTooLarge beyond; nothing is kept).
// It ends early when ctx does.
func (s *Store) Put(ctx context.Context, r io.Reader, limit int64) (Info, error) {
	tmp, err := os.CreateTemp(filepath.Join(s.root, tmpDir), "put-")
	if err != nil {
		return Info{}, fmt.Errorf("store file: %w", mapError(err))
	}
	info, err := s.put(ctx, tmp, r, limit)
	if err != nil {
		_ = tmp.Close()
		_ = os.Remove(tmp.Name())
		if _, refused := errors.AsType[*fault.Error](err); refused {
			return Info{}, err
		}
		return Info{}, fmt.Errorf("store file: %w", mapError(err))
	}
	return info, nil
}

func (s *Store) put(ctx context.Context, tmp *os.File, r io.Reader, limit int64) (Info, error) {
	sum := sha256.New()
	// One byte more than allowed tells too large from just fitting.
	n, err := io.Copy(io.MultiWriter(tmp, sum), &ctxReader{ctx, io.LimitReader(r, limit+1)})
	if err != nil {
		return Info{}, err
	}
	if n > limit {
		return Info{}, ErrTooLarge.With("limit", limit)
	}
	info := Info{Hash: hashOf(sum), Size: n}
	path := s.path(info.Hash)
	if old, err := os.Stat(path); err == nil && old.Size() == n {
		// Known already. That it is wanted again is noted, so that RemoveIdle leaves it; where RemoveIdle was quicker,
		// it is stored anew. Its name may have been given an instant ago by another Put that has not yet synced the
		// folder: sync it before saying "stored".
		now := time.Now() //nolint:forbidigo // the times of files are those of the machine, not of the office
		if err := os.Chtimes(path, now, now); err == nil {
			_ = tmp.Close()
			_ = os.Remove(tmp.Name())
			return info, syncDir(filepath.Dir(path))
		} else if !errors.Is(err, fs.ErrNotExist) {
			return Info{}, err
		}
	}
	if err := tmp.Sync(); err != nil {
		return Info{}, err
	}
	if err := tmp.Close(); err != nil {
		return Info{}, err
	}
	if err := s.makeShard(info.Hash); err != nil {
		return Info{}, err
	}
	if err := os.Rename(tmp.Name(), path); err != nil {
		return Info{}, err
	}
	return info, syncDir(filepath.Dir(path))
}

// makeShard makes the two folders of a hash and syncs their names.
func (s *Store) makeShard(h Hash) error {
	dir := s.root
	for _, name := range []string{string(h[:2]), string(h[2:4])} {
		next := filepath.Join(dir, name)
		err := os.Mkdir(next, 0o700)
		if err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
		if err := syncDir(dir); err != nil {
			return err
		}
		dir = next
	}
	return nil
}

// Open opens the content for reading; ErrNotFound. The caller closes it.
func (s *Store) Open(h Hash) (io.ReadSeekCloser, error) {
	if _, err := ParseHash(string(h)); err != nil {
		return nil, err
	}
	f, err := os.Open(s.path(h))
	if err != nil {
		return nil, fmt.Errorf("open file %s: %w", h, mapError(err))
	}
	return f, nil
}

// Stat tells the size; ErrNotFound.
func (s *Store) Stat(h Hash) (Info, error) {
	if _, err := ParseHash(string(h)); err != nil {
		return Info{}, err
	}
	st, err := os.Stat(s.path(h))
	if err != nil {
		return Info{}, fmt.Errorf("find file %s: %w", h, mapError(err))
	}
	return Info{Hash: h, Size: st.Size()}, nil
}

// Verify reads the content again; ErrDamaged when it is no longer what its hash says,
// ErrNotFound when it is gone.
func (s *Store) Verify(ctx context.Context, h Hash) error {
	f, err := s.Open(h)
	if err != nil {
		return err
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, &ctxReader{ctx, f}); err != nil {
		return fmt.Errorf("verify file %s: %w", h, err)
	}
	if hashOf(sum) != h {
		return ErrDamaged.With("hash", string(h))
	}
	return nil
}

// Remove erases the content, as the law on personal data may demand. Whoever calls it
// has made sure that no row refers to it. Removing what is absent is no error.
func (s *Store) Remove(h Hash) error {
	if _, err := ParseHash(string(h)); err != nil {
		return err
	}
	if err := os.Remove(s.path(h)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove file %s: %w", h, err)
	}
	return nil
}

// RemoveIdle removes the content unless somebody stored it, or the very same again, within the last idle: a row that
// names it may be on its way. It reports whether the content is gone.
func (s *Store) RemoveIdle(h Hash, idle time.Duration) (gone bool, err error) {
	if _, err := ParseHash(string(h)); err != nil {
		return false, err
	}
	path, aside := s.path(h), filepath.Join(s.root, tmpDir, "gone-"+string(h))
	fresh := func(name string) (bool, error) {
		st, err := os.Stat(name)
		return err == nil && time.Since(st.ModTime()) < idle, err
	}
	young, err := fresh(path)
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	if err != nil || young {
		return false, err
	}
	// Aside first: a Put that saw it a moment ago has touched it, one that comes now stores it anew.
	if err := os.Rename(path, aside); err != nil {
		return false, fmt.Errorf("remove file %s: %w", h, err)
	}
	if young, err = fresh(aside); err != nil || young {
		return false, errors.Join(err, os.Rename(aside, path))
	}
	if err := os.Remove(aside); err != nil {
		return false, fmt.Errorf("remove file %s: %w", h, err)
	}
	return true, syncDir(filepath.Dir(path))
}

// List walks over everything stored, in the order of the hashes. Files that are not
// of the store are passed over.
func (s *Store) List(ctx context.Context) iter.Seq2[Info, error] {
	return func(yield func(Info, error) bool) {
		err := filepath.WalkDir(s.root, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if err := ctx.Err(); err != nil {
				return err
			}
			if d.IsDir() {
				if path == filepath.Join(s.root, tmpDir) {
					return fs.SkipDir
				}
				return nil
			}
			h, err := ParseHash(d.Name())
			if err != nil || path != s.path(h) {
				return nil
			}
			st, err := d.Info()
			if errors.Is(err, fs.ErrNotExist) {
				return nil // removed since the folder was read
			}
			if err != nil {
				return err
			}
			if !yield(Info{Hash: h, Size: st.Size()}, nil) {
				return fs.SkipAll
			}
			return nil
		})
		if err != nil {
			yield(Info{}, fmt.Errorf("list files: %w", err))
		}
	}
}

// CopyTo copies into dst what dst does not have, checking each content on the way.
// Damaged ones are named in the error; the others are copied all the same.
func (s *Store) CopyTo(ctx context.Context, dst *Store) (copied int, err error) {
	var damaged []error
	for info, err := range s.List(ctx) {
		if err != nil {
			return copied, err
		}
		if have, err := dst.Stat(info.Hash); err == nil && have.Size == info.Size {
			continue
		}
		if err := s.copyOne(ctx, dst, info); err != nil {
			if !errors.Is(err, ErrDamaged) {
				return copied, err
			}
			damaged = append(damaged, err)
			continue
		}
		copied++
	}
	return copied, errors.Join(damaged...)
}

func (s *Store) copyOne(ctx context.Context, dst *Store, info Info) error {
	f, err := s.Open(info.Hash)
	if errors.Is(err, ErrNotFound) {
		return nil // removed since it was listed
	}
	if err != nil {
		return err
	}
	defer f.Close()
	got, err := dst.Put(ctx, f, info.Size)
	switch {
	case errors.Is(err, ErrTooLarge): // it grew: not what it was
		return ErrDamaged.With("hash", string(info.Hash))
	case err != nil:
		return err
	case got.Hash != info.Hash:
		return errors.Join(ErrDamaged.With("hash", string(info.Hash)), dst.Remove(got.Hash))
	}
	return nil
}

// Sweep removes what uploads that never ended left behind, when last written before
// the given instant: well before now, since an upload may be in progress.
func (s *Store) Sweep(before time.Time) (removed int, err error) {
	entries, err := os.ReadDir(filepath.Join(s.root, tmpDir))
	if err != nil {
		return 0, fmt.Errorf("sweep files: %w", err)
	}
	for _, e := range entries {
		st, err := e.Info()
		if err != nil || !st.ModTime().Before(before) {
			continue
		}
		if err := os.Remove(filepath.Join(s.root, tmpDir, e.Name())); err == nil {
			removed++
		}
	}
	return removed, nil
}

func (s *Store) path(h Hash) string {
	return filepath.Join(s.root, string(h[:2]), string(h[2:4]), string(h))
}

func hashOf(sum hash.Hash) Hash { return Hash(hex.EncodeToString(sum.Sum(nil))) }

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func mapError(err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return ErrNotFound.Because(err)
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return ErrDiskFull.Because(err)
	}
	return err
}

// ctxReader stops between two reads when the context has ended.
type ctxReader struct {
	ctx context.Context //nolint:containedctx // one read loop long
	r   io.Reader
}

func (c *ctxReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
