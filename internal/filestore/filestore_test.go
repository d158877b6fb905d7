package filestore_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/filestore"
)

func open(t *testing.T) (*filestore.Store, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "files")
	s, err := filestore.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return s, dir
}

func put(t *testing.T, s *filestore.Store, text string) filestore.Info {
	t.Helper()
	info, err := s.Put(t.Context(), strings.NewReader(text), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	return info
}

func files(t *testing.T, dir string) (n int) {
	t.Helper()
	err := filepath.WalkDir(dir, func(_ string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			n++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestWhatWasPutIsReadBackAndStoredOnce(t *testing.T) {
	s, dir := open(t)
	a := put(t, s, "giấy khai sinh")
	b := put(t, s, "giấy khai sinh")
	if a != b || files(t, dir) != 1 {
		t.Errorf("%v and %v in %d files", a, b, files(t, dir))
	}
	f, err := s.Open(a.Hash)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	got, err := io.ReadAll(f)
	if err != nil || string(got) != "giấy khai sinh" || int64(len(got)) != a.Size {
		t.Errorf("read %q, %v", got, err)
	}
	if err := s.Verify(t.Context(), a.Hash); err != nil {
		t.Error(err)
	}
}

func TestAnUploadOverTheLimitLeavesNothing(t *testing.T) {
	s, dir := open(t)
	if _, err := s.Put(t.Context(), strings.NewReader("12345"), 5); err != nil {
		t.Errorf("exactly the limit: %v", err)
	}
	_, err := s.Put(t.Context(), strings.NewReader("123456"), 5)
	if !errors.Is(err, filestore.ErrTooLarge) || fault.KindOf(err) != fault.TooLarge {
		t.Errorf("over the limit: %v", err)
	}
	if files(t, dir) != 1 {
		t.Error("something was left behind")
	}
}

func TestAnUploadThatBreaksOffLeavesNothing(t *testing.T) {
	s, dir := open(t)
	broken := io.MultiReader(strings.NewReader("half"), iotest.ErrReader(io.ErrUnexpectedEOF))
	if _, err := s.Put(t.Context(), broken, 100); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("broken upload: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Put(ctx, strings.NewReader("x"), 100); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled upload: %v", err)
	}
	if files(t, dir) != 0 {
		t.Error("something was left behind")
	}
}

func TestTheSamePaperAtTheSameTimeIsStoredOnce(t *testing.T) {
	s, dir := open(t)
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if _, err := s.Put(t.Context(), strings.NewReader("same"), 100); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if files(t, dir) != 1 {
		t.Errorf("%d files", files(t, dir))
	}
}

func TestNamesFromOutsideNeverReachTheDisk(t *testing.T) {
	s, dir := open(t)
	if err := os.WriteFile(filepath.Join(filepath.Dir(dir), "secret"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"", "../secret", "..", "tmp", strings.Repeat("a", 63), strings.Repeat("A", 64), strings.Repeat("../", 21) + "a", strings.Repeat("a", 64)} {
		if _, err := s.Open(filestore.Hash(name)); fault.KindOf(err) != fault.NotFound {
			t.Errorf("open %q: %v", name, err)
		}
		if _, err := s.Stat(filestore.Hash(name)); fault.KindOf(err) != fault.NotFound {
			t.Errorf("stat %q: %v", name, err)
		}
	}
}

func TestAnAlteredByteIsFoundAndNamedAlsoByABackup(t *testing.T) {
	s, dir := open(t)
	good := put(t, s, "good")
	bad := put(t, s, "paper")
	path := filepath.Join(dir, string(bad.Hash[:2]), string(bad.Hash[2:4]), string(bad.Hash))
	if err := os.WriteFile(path, []byte("Paper"), 0o600); err != nil {
		t.Fatal(err)
	}
	err := s.Verify(t.Context(), bad.Hash)
	if e, ok := errors.AsType[*fault.Error](err); !ok || e.Args["hash"] != string(bad.Hash) {
		t.Errorf("verify: %v", err)
	}
	dst, _ := open(t)
	n, err := s.CopyTo(t.Context(), dst)
	if n != 1 || err == nil || !strings.Contains(err.Error(), string(bad.Hash)) {
		t.Errorf("copied %d, %v", n, err)
	}
	var got []filestore.Info
	for info, err := range dst.List(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, info)
	}
	if len(got) != 1 || got[0] != good {
		t.Errorf("the backup holds %v", got)
	}
}

func TestListIsInOrderAndPassesOverStrangers(t *testing.T) {
	s, dir := open(t)
	for i := range 50 {
		put(t, s, string(rune('a'+i)))
	}
	if err := os.WriteFile(filepath.Join(dir, "README"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	n, last := 0, filestore.Hash("")
	for info, err := range s.List(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if info.Hash <= last {
			t.Errorf("%s after %s", info.Hash, last)
		}
		n, last = n+1, info.Hash
	}
	if n != 50 {
		t.Errorf("listed %d", n)
	}
	if err := s.Remove(last); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Stat(last); !errors.Is(err, filestore.ErrNotFound) {
		t.Errorf("after removing: %v", err)
	}
}

func TestSweepRemovesOnlyAbandonedUploads(t *testing.T) {
	s, dir := open(t)
	put(t, s, "kept")
	old, fresh := filepath.Join(dir, "tmp", "put-old"), filepath.Join(dir, "tmp", "put-fresh")
	for _, p := range []string{old, fresh} {
		if err := os.WriteFile(p, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	at := time.Date(2026, 4, 24, 8, 0, 0, 0, time.UTC)
	if err := errors.Join(os.Chtimes(old, at, at), os.Chtimes(fresh, at.Add(2*time.Hour), at.Add(2*time.Hour))); err != nil {
		t.Fatal(err)
	}
	if n, err := s.Sweep(at.Add(time.Hour)); err != nil || n != 1 {
		t.Errorf("swept %d, %v", n, err)
	}
	if _, err := os.Stat(fresh); err != nil {
		t.Error(err)
	}
}

func BenchmarkPut(b *testing.B) {
	s, err := filestore.Open(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	body := bytes.Repeat([]byte("giấy tờ "), 12<<10)
	b.SetBytes(int64(len(body)))
	for i := range b.N {
		copy(body, time.Unix(int64(i), 0).String())
		if _, err := s.Put(b.Context(), bytes.NewReader(body), 1<<20); err != nil {
			b.Fatal(err)
		}
	}
}
