package app

import (
	"context"

	"github.com/motcua/motcua/internal/dossier/dossierdb"
)

// Check folds every journal again, compares every row with it, verifies chains, signatures and seals, and
// every file that dossiers name.
func (a *App) Check(ctx context.Context) (dossierdb.Report, error) {
	anchor, err := a.keys.anchor()
	if err != nil {
		return dossierdb.Report{}, err
	}
	return dossierdb.Check(ctx, a.db, a.keys.ring, anchor)
}
