package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const root = "../../internal/web/assets"

func TestTheCommittedOutputIsThatOfTheSources(t *testing.T) {
	t.Parallel()
	if err := run(root, true); err != nil {
		t.Fatal(err)
	}
}

func TestCheckNamesWhatDiffers(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(root)); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"dist/left-over.css": "x", "src/mark.svg": "<svg/>"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	err := run(dir, true)
	if err == nil || !strings.Contains(err.Error(), "left-over.css") || !strings.Contains(err.Error(), "mark-") {
		t.Fatalf("got %v", err)
	}
	if err := run(dir, false); err != nil {
		t.Fatal(err)
	}
	if err := run(dir, true); err != nil {
		t.Fatal(err)
	}
}

func TestAFaultInTheSourcesIsToldWithItsPlace(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(root)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "src/forms.js"), []byte("export function forms( {"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := run(dir, false); err == nil || !strings.Contains(err.Error(), "forms.js:1") {
		t.Fatalf("got %v", err)
	}
}
