// Package studiodb keeps change sets of the configuration on both engines: their journals through casefiledb, the rows
// that lists read, and the texts they name. A publication writes the catalogue in the same transaction.
//
// A set changes by its events and in no other way; a text, once kept, never does.
package studiodb

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/motcua/motcua/internal/casefile/casefiledb"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/procedure/proceduredb"
	"github.com/motcua/motcua/internal/sqldb"
	"github.com/motcua/motcua/internal/studio"
)

const (
	setColumns = `id, version, title, state, link, link_of, owner, owner_post, proposer, publisher, docs, valid_from, valid_until, only_at, pilot,
		opened_at, changed_at, proposed_at, published_at`
	itemColumns = `kind, id, text, gone, version, person, saved_at`

	sqlInsert = `INSERT INTO change_set (` + setColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`
	sqlMove   = `UPDATE change_set SET version = $3, state = $4, proposer = $5, publisher = $6, docs = $7, valid_from = $8, valid_until = $9, only_at = $10,
		pilot = $11, changed_at = $12, proposed_at = $13, published_at = $14 WHERE id = $1 AND version = $2`
	sqlByID = `SELECT ` + setColumns + ` FROM change_set WHERE id = $1`
	sqlList = `SELECT ` + setColumns + ` FROM change_set ORDER BY changed_at DESC, id DESC LIMIT CAST($1 AS INTEGER)`
	sqlIn   = `SELECT ` + setColumns + ` FROM change_set WHERE state = $1 ORDER BY changed_at DESC, id DESC LIMIT CAST($2 AS INTEGER)`

	sqlItemsOf  = `SELECT ` + itemColumns + ` FROM change_set_item WHERE set_id = $1 ORDER BY kind, id`
	sqlDropItem = `DELETE FROM change_set_item WHERE set_id = $1 AND kind = $2 AND id = $3`
	sqlSaveItem = `INSERT INTO change_set_item (set_id, ` + itemColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (set_id, kind, id) DO UPDATE SET text = excluded.text, gone = excluded.gone, version = excluded.version, person = excluded.person,
		saved_at = excluded.saved_at`

	sqlText     = `SELECT text FROM studio_text WHERE digest = $1`
	sqlKeepText = `INSERT INTO studio_text (digest, text) VALUES ($1, $2) ON CONFLICT (digest) DO NOTHING`

	sqlOrphans = `SELECT 'change_set', id FROM change_set c WHERE NOT EXISTS (SELECT 1 FROM journal_event e WHERE e.case_id = c.id)
		UNION SELECT 'change_set_item', set_id FROM change_set_item i WHERE NOT EXISTS (SELECT 1 FROM journal_event e WHERE e.case_id = i.set_id)`
)

// Statements lists every statement of this package, for the test that prepares them on both engines.
var Statements = []string{sqlInsert, sqlMove, sqlByID, sqlList, sqlIn, sqlItemsOf, sqlDropItem, sqlSaveItem, sqlText, sqlKeepText, sqlOrphans}

// catalogue is where publications are written; *proceduredb.Store is one.
type catalogue interface {
	Release(ctx context.Context, tx *sqldb.Tx, seen int64, r proceduredb.Release) ([]proceduredb.Released, int64, error)
	EndPilot(ctx context.Context, tx *sqldb.Tx, pilot, day string) error
	Configured(ctx context.Context, day string) (procedure.Configuration, error)
}

// Store keeps change sets. It satisfies studio.Store.
type Store struct {
	db        *sqldb.DB
	signer    *journal.Signer
	catalogue catalogue
}

var _ studio.Store = (*Store)(nil)

// New returns a store on a migrated database.
func New(db *sqldb.DB, signer *journal.Signer, catalogue catalogue) *Store {
	return &Store{db: db, signer: signer, catalogue: catalogue}
}

// Load returns all events of a set in order.
func (s *Store) Load(ctx context.Context, id string) ([]journal.Event, error) {
	return load(ctx, s.db, id)
}

func load(ctx context.Context, r casefiledb.Reader, id string) ([]journal.Event, error) {
	events, err := casefiledb.Events(ctx, r, id)
	if err != nil {
		return nil, fmt.Errorf("load change set: %w", err)
	}
	if len(events) == 0 || !Ours(events) {
		return nil, studio.ErrNotFound
	}
	return events, nil
}

// Record appends events to a set and keeps the texts they name.
func (s *Store) Record(ctx context.Context, id string, version int64, events []journal.Event, texts []string) (*studio.Set, error) {
	var out *studio.Set
	err := s.db.InTx(ctx, func(tx *sqldb.Tx) (err error) {
		out, err = s.record(ctx, tx, id, version, events, texts)
		return err
	})
	return out, err
}

func (s *Store) record(ctx context.Context, tx *sqldb.Tx, id string, version int64, events []journal.Event, texts []string) (*studio.Set, error) {
	next, prev, seq := &studio.Set{}, journal.First(id), int64(0)
	var had []studio.ItemRow
	if version > 0 {
		stored, err := load(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		if next, err = studio.Fold(stored); err != nil {
			return nil, err
		}
		if next.Version != version {
			return nil, studio.ErrStale
		}
		prev, seq = next.Head, next.Version
		_, had = next.Project()
	}
	ch := casefiledb.Change{Case: id, Kind: studio.CaseKind}
	for _, e := range events {
		seq++
		linked, err := journal.Link(e, id, seq, prev)
		if err != nil {
			return nil, err
		}
		if err := next.Apply(linked); err != nil {
			return nil, err
		}
		prev = linked.Hash
		ch.Events = append(ch.Events, linked)
	}
	ch.Head = s.signer.SignHead(id, seq, prev)
	row, items := next.Project()
	own := []sqldb.Stmt{{Text: sqlInsert, Args: rowArgs(row)}}
	if version > 0 {
		own = []sqldb.Stmt{{Text: sqlMove, Args: []any{
			id, version, row.Version, string(row.State), row.Proposer, row.Publisher, row.Docs, row.From, row.Until, row.Only, row.Pilot,
			casefiledb.Micros(row.Changed), casefiledb.Micros(row.ProposedAt), casefiledb.Micros(row.PublishedAt),
		}}}
	}
	for _, h := range had {
		if !slices.ContainsFunc(items, func(i studio.ItemRow) bool { return i.Key == h.Key }) {
			own = append(own, sqldb.Stmt{Text: sqlDropItem, Args: []any{id, string(h.Kind), h.ID}})
		}
	}
	for _, i := range items {
		if !slices.Contains(had, i) {
			own = append(own, sqldb.Stmt{Text: sqlSaveItem, Args: []any{id, string(i.Kind), i.ID, i.Text, i.Gone, i.Version, i.Person, casefiledb.Micros(i.At)}})
		}
	}
	for _, text := range texts {
		own = append(own, sqldb.Stmt{Text: sqlKeepText, Args: []any{studio.TextDigest(text), text}})
	}
	done, err := casefiledb.Append(ctx, tx, ch, own...)
	if fault.KindOf(err) == fault.Stale || err == nil && done[0] == 0 {
		return nil, studio.ErrStale
	}
	return next, err
}

func rowArgs(r studio.Row) []any {
	return []any{
		r.ID, r.Version, r.Title, string(r.State), string(r.Link), r.Of, r.Owner, r.OwnerPost, r.Proposer, r.Publisher, r.Docs, r.From, r.Until, r.Only, r.Pilot,
		casefiledb.Micros(r.Opened), casefiledb.Micros(r.Changed), casefiledb.Micros(r.ProposedAt), casefiledb.Micros(r.PublishedAt),
	}
}

func scanRow(r interface{ Scan(dest ...any) error }) (x studio.Row, err error) {
	var opened, changed, proposed, published int64
	err = r.Scan(&x.ID, &x.Version, &x.Title, &x.State, &x.Link, &x.Of, &x.Owner, &x.OwnerPost, &x.Proposer, &x.Publisher, &x.Docs, &x.From, &x.Until,
		&x.Only, &x.Pilot, &opened, &changed, &proposed, &published)
	x.Opened, x.Changed = casefiledb.Instant(opened), casefiledb.Instant(changed)
	x.ProposedAt, x.PublishedAt = casefiledb.Instant(proposed), casefiledb.Instant(published)
	return x, err
}

func scanItem(r *sqldb.Rows) (x studio.ItemRow, err error) {
	var at int64
	err = r.Scan(&x.Kind, &x.ID, &x.Text, &x.Gone, &x.Version, &x.Person, &at)
	x.At = casefiledb.Instant(at)
	return x, err
}

// Texts returns texts by their digest.
func (s *Store) Texts(ctx context.Context, digests []string) (map[string]string, error) {
	out := make(map[string]string, len(digests))
	for _, d := range digests {
		if d == "" {
			continue
		}
		var text string
		if err := s.db.QueryRow(ctx, sqlText, d).Scan(&text); err != nil {
			return nil, fmt.Errorf("read text %.12s…: %w", d, err)
		}
		out[d] = text
	}
	return out, nil
}

// List returns the sets in one of the states, newest first.
func (s *Store) List(ctx context.Context, states []studio.State, limit int) ([]studio.Row, error) {
	scan := func(r *sqldb.Rows) (studio.Row, error) { return scanRow(r) }
	if len(states) == 0 {
		rows, err := s.db.Query(ctx, sqlList, limit)
		return sqldb.Collect(rows, err, scan)
	}
	var out []studio.Row
	for _, state := range states {
		rows, err := s.db.Query(ctx, sqlIn, string(state), limit)
		part, err := sqldb.Collect(rows, err, scan)
		if err != nil {
			return nil, err
		}
		out = append(out, part...)
	}
	slices.SortFunc(out, func(a, b studio.Row) int {
		if n := b.Changed.Compare(a.Changed); n != 0 {
			return n
		}
		return strings.Compare(b.ID, a.ID)
	})
	return out[:min(limit, len(out))], nil
}

// Configured returns what stands on a day.
func (s *Store) Configured(ctx context.Context, day string) (procedure.Configuration, error) {
	return s.catalogue.Configured(ctx, day)
}

// Origin is under which name the catalogue keeps what a set brought.
func Origin(set string) string { return "studio:" + set }

// Publish puts a release in force and records it in the journals it concerns.
func (s *Store) Publish(ctx context.Context, r studio.Release) (*studio.Set, error) {
	rel := proceduredb.Release{
		Origin: Origin(r.Set), From: r.From, Until: r.Scope.Until, Documents: r.Docs, Versions: r.Versions, Ends: r.Pilot,
		Trial: procedure.Trial{Only: r.Scope.Only, Stays: r.Scope.Stays},
	}
	if r.Scope.Pilot() {
		rel.Pilot = r.Set
	}
	for _, g := range r.Gone {
		rel.Gone = append(rel.Gone, proceduredb.Head{Kind: g.Kind, ID: g.ID})
	}
	var out *studio.Set
	err := s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		done, revision, err := s.catalogue.Release(ctx, tx, r.Revision, rel)
		if err != nil {
			return said(err)
		}
		entries := make([]studio.Entry, len(done))
		for i, d := range done {
			entries[i] = studio.Entry{Kind: d.Kind, ID: d.ID, Number: d.Number, Digest: d.Digest}
		}
		e, err := r.Event(entries, revision)
		if err != nil {
			return err
		}
		if out, err = s.record(ctx, tx, r.Set, r.Version, []journal.Event{e}, nil); err != nil || r.Pilot == "" {
			return err
		}
		events, err := load(ctx, tx, r.Pilot)
		if err != nil {
			return err
		}
		if e, err = r.PilotEvent(); err != nil {
			return err
		}
		_, err = s.record(ctx, tx, r.Pilot, int64(len(events)), []journal.Event{e}, nil)
		return err
	})
	return out, err
}

// EndPilot ends a pilot on a day and records it.
func (s *Store) EndPilot(ctx context.Context, id string, version int64, day string, event journal.Event) (*studio.Set, error) {
	var out *studio.Set
	err := s.db.InTx(ctx, func(tx *sqldb.Tx) (err error) {
		if err := s.catalogue.EndPilot(ctx, tx, id, day); err != nil {
			return said(err)
		}
		out, err = s.record(ctx, tx, id, version, []journal.Event{event}, nil)
		return err
	})
	return out, err
}

// said turns a refusal of the catalogue into one of the studio.
func said(err error) error {
	f, ok := errors.AsType[*fault.Error](err)
	switch {
	case !ok:
		return err
	case errors.Is(err, proceduredb.ErrMoved):
		return studio.ErrStale
	case errors.Is(err, proceduredb.ErrPilotOpen):
		return studio.ErrPilotRuns.With("path", fmt.Sprint(f.Args["id"])).Because(err)
	}
	return err
}
