package proceduredb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/sqldb"
)

// Refusals of a release.
var (
	ErrMoved     = &fault.Error{Kind: fault.Stale, Code: "procedure.configuration-moved"} // something was published since the configuration was read
	ErrPilotOpen = &fault.Error{Kind: fault.Conflict, Code: "procedure.pilot-open"}       // a pilot of it is not over; Args: kind, id
)

// Release puts decided things in force from a day, at once: they were checked, and decided by two people.
type Release struct {
	Origin    string // who brings it
	From      string // yyyy-mm-dd
	Documents []procedure.Document
	Versions  []*procedure.Version
	Gone      []Head // taken out of force

	// A pilot stands beside what is in force, until Until (exclusive; empty: until it is ended).
	procedure.Trial
	Until string

	Ends string // publication whose pilot ends on From
}

// Head names a thing of the catalogue; the kind of procedures is "procedure".
type Head struct{ Kind, ID string }

// KindProcedure is the kind of procedures where they stand beside documents.
const KindProcedure = "procedure"

// Released is a row that a release wrote. Number is 0 for what it took out of force.
type Released struct {
	Head
	Number int
	Digest string
}

const (
	selectVersionHeads    = `SELECT number, state, valid_from, valid_until, pilot FROM procedure_version WHERE code = $1 AND number > 0 ORDER BY number`
	selectDocumentHeadsOf = `SELECT number, state, valid_from, valid_until, pilot, position FROM pack_document WHERE kind = $1 AND id = $2 ORDER BY number`
	bumpVersion           = `UPDATE procedure_version SET number = number + 1 WHERE code = $1 AND number = $2 AND state = 'draft'`
	bumpDocument          = `UPDATE pack_document SET number = number + 1 WHERE kind = $1 AND id = $2 AND number = $3 AND state = 'draft'`
	endVersionPilot       = `UPDATE procedure_version SET valid_until = $1 WHERE pilot = $2 AND (valid_until = '' OR valid_until > $1)`
	endDocumentPilot      = `UPDATE pack_document SET valid_until = $1 WHERE pilot = $2 AND (valid_until = '' OR valid_until > $1)`
)

// Release writes r within the caller's transaction and returns the rows it made. seen is the revision of the
// configuration that was checked; ErrMoved when another was published since.
func (s *Store) Release(ctx context.Context, tx *sqldb.Tx, seen int64, r Release) (out []Released, revision int64, err error) {
	if _, err := tx.Exec(ctx, lockRevision); err != nil {
		return nil, 0, err
	}
	switch revision, _, err := s.revisions(ctx, tx); {
	case err != nil:
		return nil, 0, err
	case revision != seen:
		return nil, 0, ErrMoved
	}
	if r.Ends != "" {
		if err := s.endPilot(ctx, tx, r.Ends, r.From); err != nil {
			return nil, 0, err
		}
	}
	at := s.now().UnixMicro()
	for _, v := range r.Versions {
		done, err := s.releaseVersion(ctx, tx, v, r, at)
		if err != nil {
			return nil, 0, err
		}
		out = append(out, done)
	}
	for i, d := range r.Documents {
		done, err := s.releaseDocument(ctx, tx, d, i, r, at)
		if err != nil {
			return nil, 0, err
		}
		out = append(out, done)
	}
	for _, h := range r.Gone {
		if err := s.takeOut(ctx, tx, h, r.From); err != nil {
			return nil, 0, err
		}
		out = append(out, Released{Head: h})
	}
	if _, err := tx.Exec(ctx, touchPublished); err != nil {
		return nil, 0, err
	}
	tx.OnCommit(s.catalogue.expire)
	revision, _, err = s.revisions(ctx, tx)
	return out, revision, err
}

// standing is what the catalogue holds under one code or id.
type standing struct {
	span            // the newest that holds everywhere; number 0: none
	last     int    // newest number, whatever it is
	draft    int    // number of what waits, 0: nothing
	pilots   []span // that have not begun or not ended
	position int64
}

func (st *standing) add(x span, state, pilot string) {
	st.last = max(st.last, x.number)
	switch {
	case state == stateDraft:
		st.draft = x.number
	case state != statePublished:
	case pilot != "":
		st.pilots = append(st.pilots, x)
	default:
		st.span = x
	}
}

// admits refuses what would begin before what it follows, and a second pilot beside a first.
func (st *standing) admits(h Head, r Release) error {
	for _, p := range st.pilots {
		if p.until == "" || p.until > r.From {
			return ErrPilotOpen.With("kind", h.Kind).With("id", h.ID)
		}
	}
	if st.number > 0 && r.From < st.from {
		return ErrRewrites.With("code", h.ID).With("from", st.from)
	}
	return nil
}

func (s *Store) versionStanding(ctx context.Context, tx *sqldb.Tx, code string) (st standing, err error) {
	rows, err := tx.Query(ctx, selectVersionHeads, code)
	_, err = sqldb.Collect(rows, err, func(row *sqldb.Rows) (struct{}, error) {
		var x span
		var state, pilot string
		err := row.Scan(&x.number, &state, &x.from, &x.until, &pilot)
		st.add(x, state, pilot)
		return struct{}{}, err
	})
	return st, err
}

func (s *Store) documentStanding(ctx context.Context, tx *sqldb.Tx, kind, id string) (st standing, err error) {
	rows, err := tx.Query(ctx, selectDocumentHeadsOf, kind, id)
	_, err = sqldb.Collect(rows, err, func(row *sqldb.Rows) (struct{}, error) {
		var x span
		var state, pilot string
		var position int64
		err := row.Scan(&x.number, &state, &x.from, &x.until, &pilot, &position)
		st.add(x, state, pilot)
		st.position = position
		return struct{}{}, err
	})
	return st, err
}

func (s *Store) releaseVersion(ctx context.Context, tx *sqldb.Tx, v *procedure.Version, r Release, at int64) (Released, error) {
	h := Head{KindProcedure, v.Code}
	st, err := s.versionStanding(ctx, tx, v.Code)
	if err == nil {
		err = st.admits(h, r)
	}
	if err != nil {
		return Released{}, err
	}
	number := st.last + 1
	if st.draft > 0 { // what waits keeps waiting, behind this
		number = st.draft
		if _, err := tx.Exec(ctx, bumpVersion, v.Code, st.draft); err != nil {
			return Released{}, err
		}
	}
	if r.Pilot == "" && st.number > 0 && (st.until == "" || st.until > r.From) {
		if _, err := tx.Exec(ctx, closeVersion, r.From, v.Code, st.number); err != nil {
			return Released{}, err
		}
	}
	c := *v
	c.From, c.Until, c.Source = r.From, "", r.Origin
	digest := c.Sum()
	row, err := versionRow(&c, number, digest, statePublished, at)
	if err != nil {
		return Released{}, err
	}
	row[5] = r.Until
	if err := tx.InsertMany(ctx, "procedure_version", slices.Concat(versionColumns, trialColumns), [][]any{append(row, r.row()...)}); err != nil {
		return Released{}, err
	}
	if r.Pilot == "" {
		// What the province decided here counts before what packs and the national catalogue say.
		content, err := json.Marshal(&c)
		if err != nil {
			return Released{}, err
		}
		if _, err := tx.Exec(ctx, upsertSeen, v.Code, originStudio, digest, string(content)); err != nil {
			return Released{}, err
		}
	}
	return Released{h, number, digest}, nil
}

// originStudio is the voice of the province's own decisions about procedures.
const originStudio = "studio"

var trialColumns = []string{"pilot", "only_at", "stays"}

func (r Release) row() []any {
	only := make([]string, len(r.Only))
	for i, id := range r.Only {
		only[i] = string(id)
	}
	return []any{r.Pilot, strings.Join(only, " "), r.Stays}
}

func (s *Store) releaseDocument(ctx context.Context, tx *sqldb.Tx, d procedure.Document, position int, r Release, at int64) (Released, error) {
	h := Head{d.Kind, d.ID}
	st, err := s.documentStanding(ctx, tx, d.Kind, d.ID)
	if err == nil {
		err = st.admits(h, r)
	}
	if err != nil {
		return Released{}, err
	}
	number := st.last + 1
	if st.draft > 0 {
		number = st.draft
		if _, err := tx.Exec(ctx, bumpDocument, d.Kind, d.ID, st.draft); err != nil {
			return Released{}, err
		}
	}
	if r.Pilot == "" && st.number > 0 && (st.until == "" || st.until > r.From) {
		if _, err := tx.Exec(ctx, closeDocument, r.From, d.Kind, d.ID, st.number); err != nil {
			return Released{}, err
		}
	}
	if st.last > 0 {
		position = int(st.position)
	}
	content, err := json.Marshal(d.Value)
	if err != nil {
		return Released{}, fmt.Errorf("write %s %s as JSON: %w", d.Kind, d.ID, err)
	}
	digest := procedure.SumOf(d.Value)
	from, until := max(r.From, d.From), d.Until
	if st.last == 0 && d.From != "" {
		from = d.From // it was never in force: its own beginning holds
	}
	if r.Until != "" {
		until = r.Until
	}
	row := []any{d.Kind, d.ID, number, digest, statePublished, from, until, position, r.Origin, string(content), at, at}
	err = tx.InsertMany(ctx, "pack_document", slices.Concat(documentColumns, trialColumns), [][]any{append(row, r.row()...)})
	return Released{h, number, digest}, err
}

// takeOut ends what stands from a day on; drafts of it stay.
func (s *Store) takeOut(ctx context.Context, tx *sqldb.Tx, h Head, day string) error {
	var st standing
	var err error
	if h.Kind == KindProcedure {
		st, err = s.versionStanding(ctx, tx, h.ID)
	} else {
		st, err = s.documentStanding(ctx, tx, h.Kind, h.ID)
	}
	if err == nil {
		err = st.admits(h, Release{From: day})
	}
	switch {
	case err != nil:
		return err
	case st.number == 0:
		return ErrNobody.With("code", h.ID)
	case st.until != "" && st.until <= day:
		return nil
	case h.Kind == KindProcedure:
		_, err = tx.Exec(ctx, closeVersion, day, h.ID, st.number)
	default:
		_, err = tx.Exec(ctx, closeDocument, day, h.Kind, h.ID, st.number)
	}
	return err
}

// EndPilot ends the pilot of a publication on a day, within the caller's transaction.
func (s *Store) EndPilot(ctx context.Context, tx *sqldb.Tx, pilot, day string) error {
	if _, err := tx.Exec(ctx, lockRevision); err != nil {
		return err
	}
	if err := s.endPilot(ctx, tx, pilot, day); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, touchPublished)
	tx.OnCommit(s.catalogue.expire)
	return err
}

func (s *Store) endPilot(ctx context.Context, tx *sqldb.Tx, pilot, day string) error {
	if _, err := tx.Exec(ctx, endVersionPilot, day, pilot); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, endDocumentPilot, day, pilot)
	return err
}

const (
	selectConfigured = `SELECT kind, id, number, digest, valid_from, valid_until, origin, content FROM pack_document
		WHERE state = 'published' AND pilot = '' ORDER BY kind, position, id, number`
	selectConfiguredVersions = `SELECT code, number, digest, state, valid_from, valid_until, source, content, pilot, only_at, stays
		FROM procedure_version WHERE state = 'published' AND pilot = '' AND valid_from <= $1 AND (valid_until = '' OR valid_until > $1) ORDER BY code, number`
)

// Configured returns everything that stands on a day, pilots left out: what an export writes and what drafts of the
// configuration are made from. Agencies, posts and hours that ended by their own dates are in it, and those that begin later.
func (s *Store) Configured(ctx context.Context, day string) (c procedure.Configuration, err error) {
	err = s.db.InReadTx(ctx, func(tx *sqldb.Tx) error {
		if c.Revision, _, err = s.revisions(ctx, tx); err != nil {
			return err
		}
		if c.Versions, err = versions(ctx, tx, selectConfiguredVersions, day); err != nil {
			return err
		}
		// Of two that hold on the day the later counts.
		slices.Reverse(c.Versions)
		c.Versions = slices.CompactFunc(c.Versions, func(a, b *procedure.Version) bool { return a.Code == b.Code })
		slices.Reverse(c.Versions)
		rows, err := tx.Query(ctx, selectConfigured)
		all, err := sqldb.Collect(rows, err, func(r *sqldb.Rows) (d procedure.StoredDocument, err error) {
			err = r.Scan(&d.Kind, &d.ID, &d.Number, &d.Digest, &d.From, &d.Until, &d.Origin, &d.Content)
			return d, err
		})
		if err != nil {
			return fmt.Errorf("read the configuration: %w", err)
		}
		c.Documents = standingOn(all, day)
		return nil
	})
	return c, err
}

// standingOn keeps one version of each document: the last that has begun by the day, else the first to come. What was
// taken out of force is left out; what ended by a date of its own stays, as part of the history it tells.
func standingOn(all []procedure.StoredDocument, day string) []procedure.StoredDocument {
	var out []procedure.StoredDocument
	at := map[Head]int{}
	for _, d := range all { // numbers of one document ascend
		h := Head{d.Kind, d.ID}
		i, known := at[h]
		switch {
		case !known:
			at[h] = len(out)
			out = append(out, d)
		case d.From <= day:
			out[i] = d
		}
	}
	return slices.DeleteFunc(out, func(d procedure.StoredDocument) bool {
		if d.Until == "" || d.Until > day {
			return d.From > day && !ownDates(d)
		}
		return !ownDates(d) || ownUntil(d) != d.Until
	})
}

// ownDates reports whether things of the kind carry dates of their own.
func ownDates(d procedure.StoredDocument) bool {
	return d.Kind == KindAgency || d.Kind == KindPost || d.Kind == KindHours
}

func ownUntil(d procedure.StoredDocument) string {
	var own struct {
		Until string `json:"until"`
	}
	if err := json.Unmarshal([]byte(d.Content), &own); err != nil {
		return ""
	}
	return own.Until
}

const (
	selectEntryVersion  = `SELECT digest, state, pilot, content FROM procedure_version WHERE code = $1 AND number = $2`
	selectEntryDocument = `SELECT digest, state, pilot, content FROM pack_document WHERE kind = $1 AND id = $2 AND number = $3`
)

// Holds reports whether the catalogue has a row that a release wrote, unaltered; pilot is its publication, if it was one.
func Holds(ctx context.Context, q interface {
	QueryRow(ctx context.Context, stmt string, args ...any) *sqldb.Row
}, x Released, pilot string,
) (bool, error) {
	var digest, state, tried, content string
	row := q.QueryRow(ctx, selectEntryDocument, x.Kind, x.ID, x.Number)
	if x.Kind == KindProcedure {
		row = q.QueryRow(ctx, selectEntryVersion, x.ID, x.Number)
	}
	switch err := row.Scan(&digest, &state, &tried, &content); {
	case errors.Is(err, sqldb.ErrNoRows):
		return false, nil
	case err != nil:
		return false, err
	}
	sum := procedure.SumOf(json.RawMessage(content))
	if x.Kind == KindProcedure {
		var v procedure.Version
		if err := json.Unmarshal([]byte(content), &v); err != nil {
			return false, nil //nolint:nilerr // what cannot be read is not what was written
		}
		sum = v.Sum()
	}
	return digest == x.Digest && sum == x.Digest && state == statePublished && tried == pilot, nil
}
