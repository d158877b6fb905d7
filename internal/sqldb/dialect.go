package sqldb

// Dialect is the engine behind a DB. Nearly all statements are the same on both;
// the few that differ ask it.
type Dialect int

// The two engines.
const (
	SQLite Dialect = iota
	Postgres
)

func (d Dialect) String() string {
	if d == Postgres {
		return "postgres"
	}
	return "sqlite"
}

// Pick returns the text for this engine.
func (d Dialect) Pick(sqlite, postgres string) string {
	if d == Postgres {
		return postgres
	}
	return sqlite
}

// maxParameters is how many $N a statement may carry: SQLite's default limit is
// 32,766, PostgreSQL's protocol allows 65,535.
func (d Dialect) maxParameters() int {
	if d == Postgres {
		return 65535
	}
	return 32766
}
