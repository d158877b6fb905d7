package proceduredb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/sqldb"
)

const (
	selectReport  = `SELECT report FROM import_report WHERE id = $1`
	selectWaiting = `SELECT code, name, sector, ministry, number, valid_from, digest FROM procedure_version WHERE state = 'draft' ORDER BY code`
)

// Waiting returns everything that the next publication puts in force.
func (s *Store) Waiting(ctx context.Context) (w procedure.Waiting, err error) {
	err = s.db.InReadTx(ctx, func(tx *sqldb.Tx) error {
		w, err = waiting(ctx, tx)
		return err
	})
	return w, err
}

func waiting(ctx context.Context, tx *sqldb.Tx) (w procedure.Waiting, err error) {
	rows, err := tx.Query(ctx, selectWaiting)
	if w.Versions, err = sqldb.Collect(rows, err, func(r *sqldb.Rows) (v procedure.WaitingVersion, err error) {
		err = r.Scan(&v.Code, &v.Name, &v.Sector, &v.Ministry, &v.Number, &v.From, &v.Digest)
		return v, err
	}); err != nil {
		return w, fmt.Errorf("read what waits for publication: %w", err)
	}
	docs, err := documents(ctx, tx, selectDraftDocuments)
	if err != nil {
		return w, err
	}
	w.Documents = make([]procedure.WaitingDocument, len(docs))
	for i, d := range docs {
		w.Documents[i] = procedure.WaitingDocument{Kind: d.Kind, ID: d.ID, Number: d.Number, From: d.From, Digest: d.Digest}
	}
	return w, nil
}

// PublishSeen is Publish as a person decides it who looked at what waits: it begins today or later, refuses when
// what waits has changed meanwhile, and keeps who decided in the same transaction. The same key again returns the first outcome.
func (s *Store) PublishSeen(ctx context.Context, p procedure.Publication) (procedure.Publication, error) {
	if _, err := time.Parse(time.DateOnly, p.From); err != nil {
		return p, ErrDay.With("day", p.From)
	}
	if p.Key == "" {
		return p, errors.New("publish: no idempotency key")
	}
	var out procedure.Publication
	err := s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		out = p
		if _, err := tx.Exec(ctx, lockRevision); err != nil { // the same decision sent twice at once waits here
			return err
		}
		before, known, err := publication(ctx, tx, p.Key)
		if err != nil {
			return err
		}
		if known {
			if before.Seen != p.Seen || before.From != p.From || before.Person != p.Person {
				return procedure.ErrKeyReused
			}
			out = before
			return nil
		}
		if p.From < s.Today() {
			return procedure.ErrPublishPast
		}
		w, err := waiting(ctx, tx)
		switch {
		case err != nil:
			return err
		case w.Empty():
			return procedure.ErrNothingWaits
		case w.Sum() != p.Seen:
			return procedure.ErrWaitingChanged
		}
		own := 0
		if err := tx.QueryRow(ctx, countDraftsOf, procedure.FromPerson(p.Person)).Scan(&own); err != nil {
			return err
		}
		if own > 0 { // whoever wrote a wording does not put it in force
			return procedure.ErrSecondPerson
		}
		done, err := s.publish(ctx, tx, p.From)
		if err != nil {
			return err
		}
		out.Procedures, out.Documents, out.Revision = done.Procedures, done.Documents, done.Revision
		raw, err := json.Marshal(struct {
			Publication procedure.Publication `json:"publication"`
		}{out})
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, insertReport, publicationID(p.Key), s.now().UnixMicro(), string(raw))
		return err
	})
	if err != nil {
		return p, fmt.Errorf("publish from %s: %w", p.From, err)
	}
	return out, nil
}

func publicationID(key string) string { return "publish-" + key }

func publication(ctx context.Context, tx *sqldb.Tx, key string) (p procedure.Publication, known bool, err error) {
	var raw string
	switch err := tx.QueryRow(ctx, selectReport, publicationID(key)).Scan(&raw); {
	case errors.Is(err, sqldb.ErrNoRows):
		return p, false, nil
	case err != nil:
		return p, false, fmt.Errorf("look for the publication: %w", err)
	}
	kept := struct {
		Publication *procedure.Publication `json:"publication"`
	}{&p}
	if err := json.Unmarshal([]byte(raw), &kept); err != nil {
		return p, false, fmt.Errorf("read the publication: %w", err)
	}
	return p, true, nil
}
