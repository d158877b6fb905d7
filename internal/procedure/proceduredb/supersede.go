package proceduredb

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/sqldb"
)

// ErrSuperseded refuses to put a version in force before one that begins on a later day.
var ErrSuperseded = &fault.Error{Kind: fault.Conflict, Code: "procedure.superseded"} // Args: code, from

const (
	selectSpansOf = `SELECT id, number, state, valid_from, valid_until, position, content FROM pack_document WHERE kind = $1 ORDER BY id, number`
	selectKept    = `SELECT digest FROM pack_document WHERE kind = $1 AND state = 'published' ORDER BY id, number`
)

// Superseding puts one value in force from a day, in the place of what stood under its subject.
type Superseding struct {
	Kind    string
	Subject string // id that the value itself carries: of an agency, a post, hours
	From    string // yyyy-mm-dd
	Until   string // exclusive; equal to From: it only says how the subject ended
	Value   any
}

// Supersede puts values in force from their days, within the caller's transaction: whatever the subject was ends on
// that day, what it was before stays as it was. It is for acts that were decided by two people already; what waits for
// publication is not touched.
func (s *Store) Supersede(ctx context.Context, tx *sqldb.Tx, origin string, values ...Superseding) error {
	if _, err := tx.Exec(ctx, lockRevision); err != nil {
		return err
	}
	byKind := map[string][]Superseding{}
	for _, v := range values {
		byKind[v.Kind] = append(byKind[v.Kind], v)
	}
	for _, kind := range slices.Sorted(maps.Keys(byKind)) {
		if err := s.supersede(ctx, tx, origin, kind, byKind[kind]); err != nil {
			return fmt.Errorf("supersede %s: %w", kind, err)
		}
	}
	_, err := tx.Exec(ctx, touchPublished)
	tx.OnCommit(s.catalogue.expire)
	return err
}

type spanOf struct {
	id, state string
	number    int
	position  int64
	span
}

func (s *Store) supersede(ctx context.Context, tx *sqldb.Tx, origin, kind string, values []Superseding) error {
	subjects, numbers, last := map[string][]spanOf{}, map[string]int{}, int64(0)
	rows, err := tx.Query(ctx, selectSpansOf, kind)
	if _, err := sqldb.Collect(rows, err, func(r *sqldb.Rows) (struct{}, error) {
		var x spanOf
		var content string
		if err := r.Scan(&x.id, &x.number, &x.state, &x.from, &x.until, &x.position, &content); err != nil {
			return struct{}{}, err
		}
		subject := x.id
		var own struct {
			ID    string `json:"id"`
			From  string `json:"from"`
			Until string `json:"until"`
		}
		if json.Unmarshal([]byte(content), &own) == nil && own.ID != "" {
			subject = own.ID
			x.from = max(x.from, own.From)
			if x.until == "" || own.Until != "" && own.Until < x.until {
				x.until = own.Until
			}
		}
		subjects[subject] = append(subjects[subject], x)
		numbers[x.id] = max(numbers[x.id], x.number)
		last = max(last, x.position)
		return struct{}{}, nil
	}); err != nil {
		return err
	}
	at := s.now().UnixMicro()
	var inserts [][]any
	for _, v := range values {
		id, position := v.Subject, last+1
		for _, x := range subjects[v.Subject] {
			if x.state != statePublished {
				continue
			}
			if x.from > v.From {
				return ErrSuperseded.With("code", kind+" "+v.Subject).With("from", x.from)
			}
			id, position = x.id, x.position
			if x.until == "" || x.until > v.From {
				if _, err := tx.Exec(ctx, closeDocument, v.From, kind, x.id, x.number); err != nil {
					return err
				}
			}
		}
		if position > last {
			last = position
		}
		content, err := json.Marshal(v.Value)
		if err != nil {
			return err
		}
		numbers[id]++
		inserts = append(inserts, []any{
			kind, id, numbers[id], procedure.SumOf(v.Value), statePublished, v.From, v.Until, position, origin, string(content), at, at,
		})
	}
	return tx.InsertMany(ctx, "pack_document", documentColumns, inserts)
}

const selectVersionSpans = `SELECT number, state, valid_from, valid_until FROM procedure_version WHERE code = $1 ORDER BY number`

// SupersedeVersions puts versions of procedures in force from a day within the caller's transaction; whatever each was
// ends on that day.
func (s *Store) SupersedeVersions(ctx context.Context, tx *sqldb.Tx, day string, versions ...*procedure.Version) error {
	if len(versions) == 0 {
		return nil
	}
	if _, err := tx.Exec(ctx, lockRevision); err != nil {
		return err
	}
	at := s.now().UnixMicro()
	var inserts [][]any
	for _, v := range versions {
		rows, err := tx.Query(ctx, selectVersionSpans, v.Code)
		spans, err := sqldb.Collect(rows, err, func(r *sqldb.Rows) (x spanOf, err error) {
			err = r.Scan(&x.number, &x.state, &x.from, &x.until)
			return x, err
		})
		if err != nil {
			return err
		}
		next := *v
		next.From, next.Until = day, ""
		for _, x := range spans {
			next.Number = max(next.Number, x.number)
			if x.state != statePublished {
				continue
			}
			if x.from > day {
				return ErrSuperseded.With("code", v.Code).With("from", x.from)
			}
			if x.until == "" || x.until > day {
				if _, err := tx.Exec(ctx, closeVersion, day, v.Code, x.number); err != nil {
					return err
				}
			}
		}
		next.Number++
		next.Digest = next.Sum()
		r, err := versionRow(&next, next.Number, next.Digest, statePublished, at)
		if err != nil {
			return err
		}
		inserts = append(inserts, r)
	}
	if err := tx.InsertMany(ctx, "procedure_version", versionColumns, inserts); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, touchPublished)
	tx.OnCommit(s.catalogue.expire)
	return err
}

// Kept lists the digests of everything published of a kind, whatever its dates.
func Kept(ctx context.Context, q interface {
	Query(ctx context.Context, stmt string, args ...any) (*sqldb.Rows, error)
}, kind string,
) (map[string]bool, error) {
	rows, err := q.Query(ctx, selectKept, kind)
	all, err := sqldb.Collect(rows, err, func(r *sqldb.Rows) (d string, err error) { return d, r.Scan(&d) })
	if err != nil {
		return nil, fmt.Errorf("read published documents: %w", err)
	}
	out := make(map[string]bool, len(all))
	for _, d := range all {
		out[d] = true
	}
	return out, nil
}
