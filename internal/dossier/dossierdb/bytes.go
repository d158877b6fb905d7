package dossierdb

import (
	"context"
	"fmt"
	"regexp"
	"slices"

	"github.com/motcua/motcua/internal/jobs"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/sqldb"
)

// RemoveFilesJob is the kind of job that removes the bytes an erased dossier named, where nothing else names them:
// the same bytes may stand in another dossier of the person.
const RemoveFilesJob = "dossier.remove_files"

// RemoveFilesArgs are the arguments of a RemoveFilesJob.
type RemoveFilesArgs struct {
	Hashes []string `json:"hashes"`
}

const (
	sqlPaperHashes = `SELECT hash FROM slip_paper WHERE check_code IN (SELECT check_code FROM dossier_slip WHERE case_id = $1)`
	sqlDraftNames  = `SELECT count(*) FROM draft_paper WHERE hash = $1`
	sqlSlipNames   = `SELECT count(*) FROM slip_paper WHERE hash = $1`
	// Erasing is rare, and no index is kept for it: this reads every personal value.
	sqlValueNames = `SELECT count(*) FROM (SELECT 1 FROM journal_private WHERE value LIKE $1 LIMIT 1) AS n`
)

// named finds the hashes of files in a personal value, whatever its shape.
var named = regexp.MustCompile(`"hash":"([0-9a-f]{64})"`)

// bytesOf lists the files that the events of a dossier name, earlier versions of papers included.
func bytesOf(events []journal.Event) []string {
	var out []string
	for _, e := range events {
		for _, p := range e.Private {
			for _, m := range named.FindAllSubmatch(p.Value, -1) {
				out = append(out, string(m[1]))
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// letGo asks, in the transaction of an erasure, for the removal of the bytes; its signed papers' included.
func (s *Store) letGo(ctx context.Context, tx *sqldb.Tx, id string, events []journal.Event) error {
	rows, err := tx.Query(ctx, sqlPaperHashes, id)
	signed, err := sqldb.Collect(rows, err, func(rows *sqldb.Rows) (h string, err error) { return h, rows.Scan(&h) })
	if err != nil {
		return fmt.Errorf("read signed papers: %w", err)
	}
	hashes := append(bytesOf(events), signed...)
	if len(hashes) == 0 {
		return nil
	}
	return s.queue.Enqueue(ctx, tx, jobs.Job{Kind: RemoveFilesJob, Args: RemoveFilesArgs{Hashes: hashes}})
}

// FileNamed reports whether a dossier, a draft or a signed paper names the file.
func (s *Store) FileNamed(ctx context.Context, hash string) (bool, error) {
	for _, x := range []struct{ stmt, arg string }{{sqlDraftNames, hash}, {sqlSlipNames, hash}, {sqlValueNames, "%" + hash + "%"}} {
		var n int
		if err := s.db.QueryRow(ctx, x.stmt, x.arg).Scan(&n); err != nil {
			return false, fmt.Errorf("look for file %s: %w", hash, err)
		}
		if n > 0 {
			return true, nil
		}
	}
	return false, nil
}
