package app

import (
	"context"
	"fmt"

	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/dossier/dossierdb"
	"github.com/motcua/motcua/internal/filestore"
	"github.com/motcua/motcua/internal/holiday/holidaydb"
	"github.com/motcua/motcua/internal/notice/noticedb"
	"github.com/motcua/motcua/internal/reorg/reorgdb"
	"github.com/motcua/motcua/internal/sqldb"
	"github.com/motcua/motcua/internal/studio/studiodb"
)

// others are the cases besides dossiers.
var others = []dossierdb.OtherCases{
	{Ours: holidaydb.Ours, Case: holidaydb.CheckCase, Orphans: holidaydb.Orphans},
	dossierdb.Locks,
	{Ours: studiodb.Ours, Case: studiodb.CheckCase, Orphans: studiodb.Orphans},
	{Ours: reorgdb.Ours, Case: reorgdb.CheckCase(inForce), Orphans: reorgdb.Orphans},
}

// Check folds every journal again, compares every row with it, verifies chains, signatures and seals, every file
// that dossiers name, and that every notice belongs to an event and every letter to a notice.
func (a *App) Check(ctx context.Context) (dossierdb.Report, error) {
	anchor, err := a.keys.anchor()
	if err != nil {
		return dossierdb.Report{}, err
	}
	// Dossiers share files by content: each is looked at once.
	seen := map[string]error{}
	against := dossierdb.Against{Ring: a.keys.ring, Anchor: anchor, Others: others, File: func(p dossier.Paper) error {
		err, known := seen[p.Hash]
		if !known {
			err = a.verifyFile(ctx, p)
			seen[p.Hash] = err
		}
		return err
	}}
	var rep dossierdb.Report
	err = a.db.InReadTx(ctx, func(tx *sqldb.Tx) error {
		var err error
		if rep, err = dossierdb.CheckIn(ctx, tx, against); err != nil {
			return err
		}
		found, err := noticedb.CheckIn(ctx, tx, dossierdb.MaxFindings-len(rep.Findings))
		rep.Findings = append(rep.Findings, found...)
		return err
	})
	return rep, err
}

func (a *App) verifyFile(ctx context.Context, p dossier.Paper) error {
	h, err := filestore.ParseHash(p.Hash)
	if err == nil {
		err = a.files.Verify(ctx, h)
	}
	if err != nil {
		return fmt.Errorf("the bytes of a paper (%.12s…) are gone or altered: %w", p.Hash, err)
	}
	return nil
}
