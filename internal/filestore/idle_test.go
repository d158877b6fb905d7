package filestore_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// age makes everything stored look as if it was handed in two hours ago.
func age(t *testing.T, dir string) {
	t.Helper()
	old := time.Now().Add(-2 * time.Hour)
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			err = os.Chtimes(path, old, old)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestOnlyWhatNobodyHandedInLatelyIsRemoved(t *testing.T) {
	s, dir := open(t)
	h := put(t, s, "giấy khai sinh").Hash
	if gone, err := s.RemoveIdle(h, time.Hour); err != nil || gone {
		t.Errorf("just stored: gone %v, %v", gone, err)
	}
	age(t, dir)
	put(t, s, "giấy khai sinh") // somebody hands the same in again
	if gone, err := s.RemoveIdle(h, time.Hour); err != nil || gone {
		t.Errorf("handed in again: gone %v, %v", gone, err)
	}
	age(t, dir)
	for range 2 { // removing what is gone is no error
		if gone, err := s.RemoveIdle(h, time.Hour); err != nil || !gone {
			t.Errorf("idle: gone %v, %v", gone, err)
		}
	}
	if n := files(t, dir); n != 0 {
		t.Errorf("%d files left", n)
	}
}

// Whoever was told "stored" finds the file, however close a removal came.
func TestAFileHandedInWhileItIsRemovedIsThere(t *testing.T) {
	s, dir := open(t)
	for range 200 {
		h := put(t, s, "bản vẽ").Hash
		age(t, dir)
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, err := s.RemoveIdle(h, time.Hour); err != nil {
				t.Error(err)
			}
		})
		wg.Go(func() {
			if _, err := s.Put(context.Background(), strings.NewReader("bản vẽ"), 1<<20); err != nil {
				t.Error(err)
			}
		})
		wg.Wait()
		f, err := s.Open(h)
		if err != nil {
			t.Fatalf("stored and gone: %v", err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
