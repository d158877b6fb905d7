package dossierdb

import (
	"context"
	"errors"
	"fmt"

	"github.com/motcua/motcua/internal/casefile/casefiledb"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/sqldb"
)

const (
	sqlPaper     = `SELECT check_code, hash, size, signer, at FROM slip_paper WHERE check_code = $1`
	sqlPaperKeep = `INSERT INTO slip_paper (check_code, hash, size, signer, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (check_code) DO NOTHING`
	sqlPapersOf  = `SELECT p.check_code, p.hash, p.size, p.signer, p.at FROM slip_paper p JOIN dossier_slip s ON s.check_code = p.check_code
		WHERE s.case_id = $1 ORDER BY p.check_code`
	sqlPapersDrop = `DELETE FROM slip_paper WHERE check_code IN (SELECT check_code FROM dossier_slip WHERE case_id = $1)`
	// Signed papers of which the office issued no slip.
	sqlPaperOrphans = `SELECT check_code FROM slip_paper p WHERE NOT EXISTS (SELECT 1 FROM dossier_slip s WHERE s.check_code = p.check_code)`
)

// PaperJob is the kind of job that signs the papers which an act issued.
const PaperJob = "dossier.paper"

// PaperArgs are the arguments of a PaperJob.
type PaperArgs struct {
	Case  string `json:"case"`
	Check string `json:"check"`
}

func scanPaper(row interface{ Scan(dest ...any) error }) (p dossier.SlipPaper, err error) {
	var at int64
	err = row.Scan(&p.Check, &p.Hash, &p.Size, &p.Signer, &at)
	p.At = casefiledb.Instant(at)
	return p, err
}

// SlipPaper returns the signed paper of a slip.
func (s *Store) SlipPaper(ctx context.Context, check string) (dossier.SlipPaper, error) {
	p, err := scanPaper(s.db.QueryRow(ctx, sqlPaper, check))
	if errors.Is(err, sqldb.ErrNoRows) {
		return dossier.SlipPaper{}, dossier.ErrNotFound
	}
	if err != nil {
		return p, fmt.Errorf("read signed paper: %w", err)
	}
	return p, nil
}

// KeepSlipPaper keeps the first signed paper of a slip: two jobs that sign at once give out one paper.
func (s *Store) KeepSlipPaper(ctx context.Context, p dossier.SlipPaper) (dossier.SlipPaper, error) {
	err := s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, sqlPaperKeep, p.Check, p.Hash, p.Size, p.Signer, casefiledb.Micros(p.At))
		return err
	})
	if err != nil {
		return p, fmt.Errorf("keep signed paper: %w", err)
	}
	return s.SlipPaper(ctx, p.Check)
}

func papersOf(ctx context.Context, r casefiledb.Reader, id string) ([]dossier.SlipPaper, error) {
	rows, err := r.Query(ctx, sqlPapersOf, id)
	return sqldb.Collect(rows, err, func(rows *sqldb.Rows) (dossier.SlipPaper, error) { return scanPaper(rows) })
}
