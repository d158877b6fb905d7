package proceduredb

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/sqldb"
)

// Batch is what one import brings. Origin names where it comes from: "national", "pack:demo".
// What an origin said last time and says again changes nothing, whatever others said since. Where several
// speak about one code, packs come first and the others fill what they leave unsaid (Version.Over).
type Batch struct {
	Origin string
	// PublishNew is the day from which things that were never in force begin at once, without waiting for
	// Publish: nobody can have relied on anything else. Empty: everything waits as a draft.
	PublishNew string

	Versions  []*procedure.Version // with content
	Listed    []*procedure.Version // headings only
	Documents []Document
	Places    []agency.Place
	Changes   []agency.PlaceChange
}

// Document is one configured thing.
type Document = procedure.Document

// Outcome counts what an import did.
type Outcome struct {
	New, Changed, Unchanged                            int // procedures with content: said for the first time by this origin, otherwise, the same
	InForce, Drafts                                    int // versions of procedures that began at once, and that wait for Publish
	ListedNew, ListedChanged, ListedUnchanged          int
	DocumentsNew, DocumentsChanged, DocumentsUnchanged int
	Places, PlacesUnchanged                            int // units and changes of units
}

// Wrote reports whether anything changed.
func (o Outcome) Wrote() bool {
	return o.New+o.Changed+o.ListedNew+o.ListedChanged+o.DocumentsNew+o.DocumentsChanged+o.Places > 0
}

const (
	selectHeads = `SELECT code, number, digest, state, pilot FROM procedure_version ORDER BY code, number`
	selectSeen  = `SELECT code, origin, digest FROM procedure_seen`
	selectSaid  = `SELECT origin, content FROM procedure_seen WHERE code = $1 ORDER BY origin`
	upsertSeen  = `INSERT INTO procedure_seen (code, origin, digest, content) VALUES ($1, $2, $3, $4)
		ON CONFLICT (code, origin) DO UPDATE SET digest = excluded.digest, content = excluded.content`
	updateDraft = `UPDATE procedure_version SET digest = $1, state = $2, valid_from = $3, valid_until = $4, name = $5, sector = $6,
		ministry = $7, source = $8, content = $9, imported_at = $10 WHERE code = $11 AND number = $12 AND state <> 'published'`
	selectDocumentHeads = `SELECT kind, id, number, digest, state, origin, pilot FROM pack_document ORDER BY kind, id, number`
	updateDraftDocument = `UPDATE pack_document SET digest = $1, valid_from = $2, valid_until = $3, position = $4, origin = $5, content = $6,
		imported_at = $7 WHERE kind = $8 AND id = $9 AND number = $10 AND state = 'draft'`
	upsertPlace = `INSERT INTO place (code, valid_from, valid_until, name, kind, parent, district) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (code, valid_from) DO UPDATE SET valid_until = excluded.valid_until, name = excluded.name, kind = excluded.kind,
		parent = excluded.parent, district = excluded.district`
	upsertPlaceChange = `INSERT INTO place_change (old_code, new_code, day, divided) VALUES ($1, $2, $3, $4)
		ON CONFLICT (old_code, new_code, day) DO UPDATE SET divided = excluded.divided`
	touchPlaces    = `UPDATE catalogue_revision SET places = places + 1 WHERE one = 1`
	touchPublished = `UPDATE catalogue_revision SET published = published + 1 WHERE one = 1`
	lockRevision   = `UPDATE catalogue_revision SET places = places WHERE one = 1`
)

var versionColumns = []string{
	"code", "number", "digest", "state", "valid_from", "valid_until", "name", "sector", "ministry", "source", "content", "imported_at",
	"published_at",
}

var documentColumns = []string{
	"kind", "id", "number", "digest", "state", "valid_from", "valid_until", "position", "origin", "content", "imported_at", "published_at",
}

// head is the newest version of a code or document.
type head struct {
	number        int
	digest, state string
}

// then is the head after the next row: a pilot takes a number, and is not what stands.
func (h head) then(next head, pilot string) head {
	if pilot != "" && h.number > 0 {
		h.number = next.number
		return h
	}
	return next
}

// Import writes a batch in one transaction. What would change something in force becomes a draft and waits
// for Publish; what is new does too, unless PublishNew says from which day it stands. Headings are kept as
// listed and never offered; units are in force at once, by their own dates.
func (s *Store) Import(ctx context.Context, b Batch) (Outcome, error) {
	if b.PublishNew != "" {
		if _, err := time.Parse(time.DateOnly, b.PublishNew); err != nil {
			return Outcome{}, ErrDay.With("day", b.PublishNew)
		}
	}
	var out Outcome
	err := s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		out = Outcome{}
		// Two imports at once would count the same next number: the one row makes them wait.
		if _, err := tx.Exec(ctx, lockRevision); err != nil {
			return err
		}
		at := s.now().UnixMicro()
		if err := s.importVersions(ctx, tx, b, at, &out); err != nil {
			return err
		}
		if err := s.importDocuments(ctx, tx, b, at, &out); err != nil {
			return err
		}
		if err := s.importPlaces(ctx, tx, b, &out); err != nil {
			return err
		}
		began := out.InForce > 0 || (b.PublishNew != "" && out.DocumentsNew > 0)
		if began || out.ListedNew+out.ListedChanged > 0 {
			if _, err := tx.Exec(ctx, touchPublished); err != nil { // snapshots show headings too
				return err
			}
		}
		tx.OnCommit(func() { s.catalogue.expire(); s.places.expire() })
		return nil
	})
	if err != nil {
		return Outcome{}, fmt.Errorf("import from %s: %w", b.Origin, err)
	}
	return out, nil
}

func (s *Store) importVersions(ctx context.Context, tx *sqldb.Tx, b Batch, at int64, out *Outcome) error {
	if len(b.Versions)+len(b.Listed) == 0 {
		return nil
	}
	heads := map[string]head{}
	rows, err := tx.Query(ctx, selectHeads)
	if _, err := sqldb.Collect(rows, err, func(r *sqldb.Rows) (struct{}, error) {
		var code, pilot string
		var h head
		err := r.Scan(&code, &h.number, &h.digest, &h.state, &pilot)
		heads[code] = heads[code].then(h, pilot) // ordered by number: the newest stays
		return struct{}{}, err
	}); err != nil {
		return err
	}
	seen, others, err := s.seen(ctx, tx, b.Origin)
	if err != nil {
		return err
	}
	var inserts, seenRows [][]any
	for _, v := range b.Versions {
		said := v.Sum()
		before, known := seen[v.Code]
		if known && before == said {
			out.Unchanged++
			continue
		}
		content, err := json.Marshal(v)
		if err != nil {
			return fmt.Errorf("write %s as JSON: %w", v.Code, err)
		}
		if known {
			if _, err := tx.Exec(ctx, upsertSeen, v.Code, b.Origin, said, string(content)); err != nil {
				return err
			}
		} else {
			seenRows = append(seenRows, []any{v.Code, b.Origin, said, string(content)})
		}
		if known {
			out.Changed++
		} else {
			out.New++
		}
		seen[v.Code] = said
		next := v
		if others[v.Code] {
			if next, err = s.together(ctx, tx, v, b.Origin); err != nil {
				return err
			}
		}
		h, known := heads[v.Code]
		known = known && h.state != stateListed
		digest := next.Sum()
		switch {
		case known && h.digest == digest:
			continue
		case known && h.state == stateDraft:
			out.Drafts++
			if err := s.replace(ctx, tx, next, h.number, digest, stateDraft, at); err != nil {
				return err
			}
			heads[v.Code] = head{h.number, digest, stateDraft}
			continue
		}
		state := stateDraft
		out.Drafts++
		if !known && b.PublishNew != "" {
			state = statePublished
			out.Drafts--
			out.InForce++
			c := *next
			c.From = cmp.Or(c.From, b.PublishNew)
			next = &c
		}
		r, err := versionRow(next, h.number+1, digest, state, at)
		if err != nil {
			return err
		}
		inserts = append(inserts, r)
		heads[v.Code] = head{h.number + 1, digest, state}
	}
	for _, v := range b.Listed {
		h, known := heads[v.Code]
		digest := v.Sum()
		switch {
		case !known:
			out.ListedNew++
			r, err := versionRow(v, 0, digest, stateListed, at)
			if err != nil {
				return err
			}
			inserts = append(inserts, r)
		case h.state != stateListed || h.digest == digest:
			out.ListedUnchanged++
		default:
			out.ListedChanged++
			if err := s.replace(ctx, tx, v, h.number, digest, stateListed, at); err != nil {
				return err
			}
		}
	}
	if err := tx.InsertMany(ctx, "procedure_version", versionColumns, inserts); err != nil {
		return err
	}
	return tx.InsertMany(ctx, "procedure_seen", []string{"code", "origin", "digest", "content"}, seenRows)
}

const (
	stateDraft     = "draft"
	statePublished = "published"
	stateListed    = "listed"
)

// seen returns what the origin said last, by code, and the codes of which others said something.
func (s *Store) seen(ctx context.Context, tx *sqldb.Tx, origin string) (seen map[string]string, others map[string]bool, err error) {
	seen, others = map[string]string{}, map[string]bool{}
	rows, err := tx.Query(ctx, selectSeen)
	_, err = sqldb.Collect(rows, err, func(r *sqldb.Rows) (struct{}, error) {
		var code, by, digest string
		err := r.Scan(&code, &by, &digest)
		if by == origin {
			seen[code] = digest
		} else {
			others[code] = true
		}
		return struct{}{}, err
	})
	return seen, others, err
}

// voice is what one origin says about a procedure.
type voice struct {
	origin string
	*procedure.Version
}

// together makes one version of all that was said about a code: what the province decided in its studio first, then
// packs in the order of their names, then the rest.
func (s *Store) together(ctx context.Context, tx *sqldb.Tx, v *procedure.Version, origin string) (*procedure.Version, error) {
	type said struct {
		origin, content string
	}
	rows, err := tx.Query(ctx, selectSaid, v.Code)
	all, err := sqldb.Collect(rows, err, func(r *sqldb.Rows) (x said, err error) {
		err = r.Scan(&x.origin, &x.content)
		return x, err
	})
	if err != nil {
		return nil, err
	}
	voices := []voice{{origin, v}}
	for _, x := range all {
		if x.origin == origin {
			continue
		}
		var o procedure.Version
		if err := json.Unmarshal([]byte(x.content), &o); err != nil {
			return nil, fmt.Errorf("what %s said about %s: %w", x.origin, v.Code, err)
		}
		voices = append(voices, voice{x.origin, &o})
	}
	pack := func(origin string) int {
		switch {
		case origin == originStudio:
			return 0
		case strings.HasPrefix(origin, "pack:"):
			return 1
		}
		return 2
	}
	slices.SortStableFunc(voices, func(a, b voice) int {
		return cmp.Or(cmp.Compare(pack(a.origin), pack(b.origin)), strings.Compare(a.origin, b.origin))
	})
	out := voices[0].Version
	for _, o := range voices[1:] {
		out = out.Over(o.Version)
	}
	return out, nil
}

func versionRow(v *procedure.Version, number int, digest, state string, at int64) ([]any, error) {
	content, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("write %s as JSON: %w", v.Code, err)
	}
	var published int64
	if state == statePublished {
		published = at
	}
	return []any{
		v.Code, number, digest, state, v.From, v.Until, v.Name, v.Sector, v.Ministry, v.Source, string(content), at, published,
	}, nil
}

func (s *Store) replace(ctx context.Context, tx *sqldb.Tx, v *procedure.Version, number int, digest, state string, at int64) error {
	content, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("write %s as JSON: %w", v.Code, err)
	}
	_, err = tx.Exec(ctx, updateDraft, digest, state, v.From, v.Until, v.Name, v.Sector, v.Ministry, v.Source, string(content), at, v.Code, number)
	return err
}

func (s *Store) importDocuments(ctx context.Context, tx *sqldb.Tx, b Batch, at int64, out *Outcome) error {
	if len(b.Documents) == 0 {
		return nil
	}
	heads, said := map[[2]string]head{}, map[[2]string]string{}
	rows, err := tx.Query(ctx, selectDocumentHeads)
	if _, err := sqldb.Collect(rows, err, func(r *sqldb.Rows) (struct{}, error) {
		var kind, id, origin, pilot string
		var h head
		err := r.Scan(&kind, &id, &h.number, &h.digest, &h.state, &origin, &pilot)
		heads[[2]string{kind, id}] = heads[[2]string{kind, id}].then(h, pilot)
		if origin == b.Origin {
			said[[2]string{kind, id}] = h.digest
		}
		return struct{}{}, err
	}); err != nil {
		return err
	}
	var inserts [][]any
	for position, d := range b.Documents {
		content, err := json.Marshal(d.Value)
		if err != nil {
			return fmt.Errorf("write %s %s as JSON: %w", d.Kind, d.ID, err)
		}
		digest := procedure.SumOf(d.Value)
		h, known := heads[[2]string{d.Kind, d.ID}]
		switch {
		case known && (h.digest == digest || said[[2]string{d.Kind, d.ID}] == digest):
			// What an origin said last and says again takes nothing back that was decided since.
			out.DocumentsUnchanged++
			continue
		case known && h.state == stateDraft:
			out.DocumentsChanged++
			if _, err := tx.Exec(ctx, updateDraftDocument, digest, d.From, d.Until, position, b.Origin, string(content), at, d.Kind, d.ID, h.number); err != nil {
				return err
			}
			continue
		case known:
			out.DocumentsChanged++
		default:
			out.DocumentsNew++
		}
		state, from, published := stateDraft, d.From, int64(0)
		if !known && b.PublishNew != "" {
			state, from, published = statePublished, cmp.Or(d.From, b.PublishNew), at
		}
		inserts = append(inserts, []any{
			d.Kind, d.ID, h.number + 1, digest, state, from, d.Until, position, b.Origin, string(content), at, published,
		})
	}
	return tx.InsertMany(ctx, "pack_document", documentColumns, inserts)
}

func (s *Store) importPlaces(ctx context.Context, tx *sqldb.Tx, b Batch, out *Outcome) error {
	if len(b.Places)+len(b.Changes) == 0 {
		return nil
	}
	oldUnits, err := places(ctx, tx)
	if err != nil {
		return err
	}
	known := map[[2]string]agency.Place{}
	for _, p := range oldUnits {
		known[[2]string{p.Code, p.From}] = p
	}
	oldChanges, err := placeChanges(ctx, tx)
	if err != nil {
		return err
	}
	knownChanges := map[agency.PlaceChange]bool{}
	for _, c := range oldChanges {
		knownChanges[c] = true
	}
	fresh := len(known)+len(knownChanges) == 0
	var unitRows, changeRows [][]any
	for _, p := range b.Places {
		old, ok := known[[2]string{p.Code, p.From}]
		// Files come one by one: one that does not know the district or the end takes neither away.
		p.District, p.Until = cmp.Or(p.District, old.District), cmp.Or(p.Until, old.Until)
		if ok && old == p {
			out.PlacesUnchanged++
			continue
		}
		out.Places++
		unitRows = append(unitRows, []any{p.Code, p.From, p.Until, p.Name, p.Kind, p.Parent, p.District})
	}
	for _, c := range b.Changes {
		if knownChanges[c] {
			out.PlacesUnchanged++
			continue
		}
		out.Places++
		changeRows = append(changeRows, []any{c.Old, c.New, c.Day, c.Divided})
	}
	if fresh {
		if err := tx.InsertMany(ctx, "place", []string{"code", "valid_from", "valid_until", "name", "kind", "parent", "district"}, unitRows); err != nil {
			return err
		}
		if err := tx.InsertMany(ctx, "place_change", []string{"old_code", "new_code", "day", "divided"}, changeRows); err != nil {
			return err
		}
	} else {
		for _, r := range unitRows {
			if _, err := tx.Exec(ctx, upsertPlace, r...); err != nil {
				return err
			}
		}
		for _, r := range changeRows {
			if _, err := tx.Exec(ctx, upsertPlaceChange, r...); err != nil {
				return err
			}
		}
	}
	if out.Places > 0 {
		_, err = tx.Exec(ctx, touchPlaces)
	}
	return err
}

// Today returns the local day of the store's clock, yyyy-mm-dd.
func (s *Store) Today() string { return calendar.DateOf(s.now()).String() }

// Published counts a publication.
type Published struct {
	Procedures int
	Documents  int
	Revision   int64
}

// Refusals of a publication.
var (
	ErrDay      = &fault.Error{Kind: fault.Invalid, Code: "procedure.publish-day"}       // not a date yyyy-mm-dd
	ErrRewrites = &fault.Error{Kind: fault.Conflict, Code: "procedure.publish-rewrites"} // begins before the version it follows
	ErrNobody   = &fault.Error{Kind: fault.Conflict, Code: "procedure.unpublished"}      // nothing published to retire
)

const (
	selectDraftHeads = `SELECT code, number, valid_from FROM procedure_version WHERE state = 'draft' ORDER BY code`
	selectBefore     = `SELECT code, number, valid_from, valid_until FROM procedure_version WHERE state = 'published' AND pilot = '' ORDER BY code, number`
	publishVersion   = `UPDATE procedure_version SET state = 'published', valid_from = $1, published_at = $2 WHERE code = $3 AND number = $4 AND state = 'draft'`
	closeVersion     = `UPDATE procedure_version SET valid_until = $1 WHERE code = $2 AND number = $3 AND state = 'published'`

	selectDraftDocumentHeads = `SELECT kind, id, number, valid_from FROM pack_document WHERE state = 'draft' ORDER BY kind, id`
	selectDocumentsBefore    = `SELECT kind, id, number, valid_from, valid_until FROM pack_document WHERE state = 'published' AND pilot = '' ORDER BY kind, id, number`
	publishDocument          = `UPDATE pack_document SET state = 'published', valid_from = $1, published_at = $2
		WHERE kind = $3 AND id = $4 AND number = $5 AND state = 'draft'`
	closeDocument = `UPDATE pack_document SET valid_until = $1 WHERE kind = $2 AND id = $3 AND number = $4 AND state = 'published'`
)

// span is a stored version with its dates.
type span struct {
	number      int
	from, until string
}

// begins says when a draft begins that is published for day: a first version on its own date when it states
// one, a later one not before day.
func (d span) begins(day string, known bool) string {
	if !known {
		return cmp.Or(d.from, day)
	}
	return max(d.from, day)
}

// Publish puts every draft in force from day (yyyy-mm-dd); a first version that states its own date begins
// on that. The version before ends on the same day. It refuses to begin before the version it
// follows: what was in force yesterday stays what it was.
func (s *Store) Publish(ctx context.Context, day string) (Published, error) {
	if _, err := time.Parse(time.DateOnly, day); err != nil {
		return Published{}, ErrDay.With("day", day)
	}
	var out Published
	err := s.db.InTx(ctx, func(tx *sqldb.Tx) (err error) {
		if _, err := tx.Exec(ctx, lockRevision); err != nil {
			return err
		}
		out, err = s.publish(ctx, tx, day)
		return err
	})
	if err != nil {
		return Published{}, fmt.Errorf("publish from %s: %w", day, err)
	}
	return out, nil
}

// publish puts every draft in force; the caller holds the revision's row.
func (s *Store) publish(ctx context.Context, tx *sqldb.Tx, day string) (out Published, err error) {
	at := s.now().UnixMicro()
	if out.Procedures, err = s.publishVersions(ctx, tx, day, at); err != nil {
		return out, err
	}
	if out.Documents, err = s.publishDocuments(ctx, tx, day, at); err != nil {
		return out, err
	}
	if out.Procedures+out.Documents > 0 {
		if _, err := tx.Exec(ctx, touchPublished); err != nil {
			return out, err
		}
	}
	out.Revision, _, err = s.revisions(ctx, tx)
	tx.OnCommit(s.catalogue.expire)
	return out, err
}

func (s *Store) publishVersions(ctx context.Context, tx *sqldb.Tx, day string, at int64) (int, error) {
	type draft struct {
		code string
		span
	}
	rows, err := tx.Query(ctx, selectDraftHeads)
	drafts, err := sqldb.Collect(rows, err, func(r *sqldb.Rows) (d draft, err error) {
		err = r.Scan(&d.code, &d.number, &d.from)
		return d, err
	})
	if err != nil || len(drafts) == 0 {
		return 0, err
	}
	before := map[string]span{}
	rows, err = tx.Query(ctx, selectBefore)
	if _, err := sqldb.Collect(rows, err, func(r *sqldb.Rows) (struct{}, error) {
		var code string
		var b span
		err := r.Scan(&code, &b.number, &b.from, &b.until)
		before[code] = b
		return struct{}{}, err
	}); err != nil {
		return 0, err
	}
	for _, d := range drafts {
		b, known := before[d.code]
		from := d.begins(day, known)
		if known {
			if from < b.from {
				return 0, ErrRewrites.With("code", d.code).With("from", b.from)
			}
			if b.until == "" || b.until > from {
				if _, err := tx.Exec(ctx, closeVersion, from, d.code, b.number); err != nil {
					return 0, err
				}
			}
		}
		if _, err := tx.Exec(ctx, publishVersion, from, at, d.code, d.number); err != nil {
			return 0, err
		}
	}
	return len(drafts), nil
}

func (s *Store) publishDocuments(ctx context.Context, tx *sqldb.Tx, day string, at int64) (int, error) {
	type draft struct {
		kind, id string
		span
	}
	rows, err := tx.Query(ctx, selectDraftDocumentHeads)
	drafts, err := sqldb.Collect(rows, err, func(r *sqldb.Rows) (d draft, err error) {
		err = r.Scan(&d.kind, &d.id, &d.number, &d.from)
		return d, err
	})
	if err != nil || len(drafts) == 0 {
		return 0, err
	}
	before := map[[2]string]span{}
	rows, err = tx.Query(ctx, selectDocumentsBefore)
	if _, err := sqldb.Collect(rows, err, func(r *sqldb.Rows) (struct{}, error) {
		var kind, id string
		var b span
		err := r.Scan(&kind, &id, &b.number, &b.from, &b.until)
		before[[2]string{kind, id}] = b
		return struct{}{}, err
	}); err != nil {
		return 0, err
	}
	for _, d := range drafts {
		b, known := before[[2]string{d.kind, d.id}]
		from := d.begins(day, known)
		if known {
			if from < b.from {
				return 0, ErrRewrites.With("code", d.kind+" "+d.id).With("from", b.from)
			}
			if b.until == "" || b.until > from {
				if _, err := tx.Exec(ctx, closeDocument, from, d.kind, d.id, b.number); err != nil {
					return 0, err
				}
			}
		}
		if _, err := tx.Exec(ctx, publishDocument, from, at, d.kind, d.id, d.number); err != nil {
			return 0, err
		}
	}
	return len(drafts), nil
}

// Retire ends the version of a code on day (exclusive). Dossiers that pinned it keep it.
func (s *Store) Retire(ctx context.Context, code, day string) error {
	if _, err := time.Parse(time.DateOnly, day); err != nil {
		return ErrDay.With("day", day)
	}
	err := s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		rows, err := tx.Query(ctx, selectHistory, code)
		var last *Stored
		if _, err := sqldb.Collect(rows, err, func(r *sqldb.Rows) (struct{}, error) {
			v, state, err := scanVersion(r.Scan)
			if err == nil && state == statePublished && v.Pilot == "" {
				last = &Stored{Version: v, State: state}
			}
			return struct{}{}, err
		}); err != nil {
			return err
		}
		if last == nil {
			return ErrNobody.With("code", code)
		}
		if day < last.From {
			return ErrRewrites.With("code", code).With("from", last.From)
		}
		if _, err := tx.Exec(ctx, closeVersion, day, code, last.Number); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, touchPublished)
		tx.OnCommit(s.catalogue.expire)
		return err
	})
	if err != nil {
		return fmt.Errorf("retire %s on %s: %w", code, day, err)
	}
	return nil
}

const (
	insertReport  = `INSERT INTO import_report (id, at, report) VALUES ($1, $2, $3)`
	selectReports = `SELECT id, at, report FROM import_report ORDER BY at DESC, id DESC LIMIT $1`
)

// Report is the report of one import, as JSON.
type Report = procedure.ImportReport

// KeepReport stores the report of an import for the people who look after the catalogue.
func (s *Store) KeepReport(ctx context.Context, report any) error {
	raw, err := json.Marshal(report)
	if err != nil {
		return fmt.Errorf("write import report as JSON: %w", err)
	}
	id := strings.ToLower(rand.Text())
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, insertReport, id, s.now().UnixMicro(), string(raw))
		return err
	})
}

// Reports returns the newest reports first.
func (s *Store) Reports(ctx context.Context, limit int) ([]Report, error) {
	rows, err := s.db.Query(ctx, selectReports, limit)
	return sqldb.Collect(rows, err, func(r *sqldb.Rows) (p Report, err error) {
		var at int64
		err = r.Scan(&p.ID, &at, &p.JSON)
		p.At = time.UnixMicro(at).UTC()
		return p, err
	})
}

// Statements lists every statement of this package, for the test that prepares all of them on both engines.
func Statements() []string {
	all := map[string]bool{}
	for _, s := range []string{
		selectRevision, selectPublished, selectListed, selectPublishedDocuments, selectVersion, selectByDigest, selectHistory, selectDrafts,
		selectDocumentByDigest, selectDraftDocuments, selectPlaces, selectPlaceChanges, selectHeads, selectSeen, selectSaid, upsertSeen, updateDraft,
		selectDocumentHeads, updateDraftDocument, upsertPlace, upsertPlaceChange, touchPlaces, touchPublished, lockRevision,
		selectDraftHeads, selectBefore, publishVersion, closeVersion, selectDraftDocumentHeads, selectDocumentsBefore, publishDocument,
		closeDocument, insertReport, selectReports, selectReport, selectWaiting,
		selectTemplates, deleteTemplateDraft, countDraftsOf, selectSpansOf, selectKept, selectVersionSpans,
		selectVersionHeads, selectDocumentHeadsOf, bumpVersion, bumpDocument, endVersionPilot, endDocumentPilot,
		selectConfigured, selectConfiguredVersions, selectEntryVersion, selectEntryDocument,
	} {
		all[s] = true
	}
	return slices.Sorted(maps.Keys(all))
}
