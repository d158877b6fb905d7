package accountdb

import (
	"testing"

	"github.com/motcua/motcua/internal/sqldb"
	"github.com/motcua/motcua/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func TestEveryStatementPreparesOnBothEngines(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) { testkit.PrepareAll(t, db, statements) })
}
