package proceduredb

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/sqldb"
)

const (
	selectTemplates = `SELECT number, state, valid_from, valid_until, digest, origin, content, imported_at FROM pack_document
		WHERE kind = $1 AND id = $2 ORDER BY number`
	deleteTemplateDraft = `DELETE FROM pack_document WHERE kind = $1 AND id = $2 AND number = $3 AND digest = $4 AND state = 'draft'`
	countDraftsOf       = `SELECT count(*) FROM pack_document WHERE state = 'draft' AND origin = $1`
)

// TemplateVersions lists the versions of a wording, oldest first, the draft last.
func (s *Store) TemplateVersions(ctx context.Context, path string) ([]procedure.TemplateVersion, error) {
	return templateVersions(ctx, s.db, path)
}

func templateVersions(ctx context.Context, q sqldb.Queryer, path string) ([]procedure.TemplateVersion, error) {
	rows, err := q.Query(ctx, selectTemplates, KindTemplate, path)
	out, err := sqldb.Collect(rows, err, func(r *sqldb.Rows) (v procedure.TemplateVersion, err error) {
		var content string
		var at int64
		if err := r.Scan(&v.Number, &v.State, &v.From, &v.Until, &v.Digest, &v.Origin, &content, &at); err != nil {
			return v, err
		}
		v.Path, v.At = path, time.UnixMicro(at).UTC()
		return v, json.Unmarshal([]byte(content), &v.Text)
	})
	if err != nil {
		return nil, fmt.Errorf("read wording %s: %w", path, err)
	}
	return out, nil
}

// ProposeTemplate keeps a wording as the draft that the next publication puts in force, in place of an earlier draft. It
// refuses when somebody else changed the wording since the person read it, and a wording that is the one before.
func (s *Store) ProposeTemplate(ctx context.Context, p procedure.Proposal) error {
	err := s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(ctx, lockRevision); err != nil {
			return err
		}
		list, err := templateVersions(ctx, tx, p.Path)
		if err != nil {
			return err
		}
		newest := procedure.TemplateVersion{}
		if n := len(list); n > 0 {
			newest = list[n-1]
		}
		switch digest := procedure.SumOf(p.Text); {
		case digest == newest.Digest && newest.State == procedure.Draft && newest.Origin == procedure.FromPerson(p.Person):
			return nil // the same proposal sent twice
		case newest.Digest != p.Base:
			return procedure.ErrProposalStale
		case digest == newest.Digest:
			return procedure.ErrNothingNew
		}
		var out Outcome
		b := Batch{Origin: procedure.FromPerson(p.Person), Documents: []Document{{Kind: KindTemplate, ID: p.Path, Value: p.Text}}}
		return s.importDocuments(ctx, tx, b, s.now().UnixMicro(), &out)
	})
	if err != nil {
		return fmt.Errorf("propose wording %s: %w", p.Path, err)
	}
	return nil
}

// DropTemplate takes the draft of a wording back. It refuses when the draft is no longer the one that was seen.
func (s *Store) DropTemplate(ctx context.Context, path string, number int, digest string) error {
	err := s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, deleteTemplateDraft, KindTemplate, path, number, digest)
		if err == nil && n == 0 {
			err = procedure.ErrProposalStale
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("drop the draft of %s: %w", path, err)
	}
	return nil
}
