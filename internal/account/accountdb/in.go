package accountdb

import (
	"github.com/motcua/motcua/internal/account"
	"github.com/motcua/motcua/internal/sqldb"
)

// In is the accounts within a transaction that somebody else began: an act that makes people and other things at once.
func In(t *sqldb.Tx) account.Tx { return tx{reader{t}, t} }
