package sqldb_test

import (
	"os"
	"testing"

	"github.com/motcua/motcua/internal/testkit"
)

func TestMain(m *testing.M) {
	if path := os.Getenv(envCrashWriter); path != "" {
		crashWriter(path)
		return
	}
	testkit.Main(m)
}
