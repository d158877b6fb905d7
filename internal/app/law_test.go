package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/motcua/motcua/internal/law"
)

func TestAProvinceCorrectsUnsureFactsOfTheLawByAFile(t *testing.T) {
	before := law.Standard
	t.Cleanup(func() { law.Standard = before })
	dir := t.TempDir()
	if err := configureLaw(dir); err != nil {
		t.Fatalf("without a file: %v", err)
	}
	name := filepath.Join(dir, LawName)
	write := func(text string) {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(`[{"id": "nd118-2025", "supplement": {"ask_within": "2wd"}}]`)
	if err := configureLaw(dir); err != nil {
		t.Fatal(err)
	}
	if r, _ := law.ByID("nd118-2025"); r.Supplement.AskWithin != "2wd" || r.Supplement.CompleteWithin != "15d" {
		t.Errorf("%+v", r.Supplement)
	}
	write(`[{"id": "nd118-2025", "supplements": {}}]`)
	if err := configureLaw(dir); err == nil || !strings.Contains(err.Error(), "supplements") {
		t.Errorf("a member that does not exist: %v", err)
	}
}
