// Package proceduredb keeps the catalogue: versions of procedures, what packs configure,
// and administrative units. It answers with immutable snapshots that refresh themselves.
//
// What was published stays loadable for good, by digest and by number, because dossiers
// pin it. A publication only adds versions and closes the ones before.
package proceduredb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/eform"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/sqldb"
	"github.com/motcua/motcua/internal/workflow"
)

// Kinds of documents that packs configure.
const (
	KindHome     = procedure.KindHome
	KindGeneral  = procedure.KindGeneral
	KindAgency   = procedure.KindAgency
	KindPost     = procedure.KindPost
	KindHours    = procedure.KindHours
	KindRights   = procedure.KindRights
	KindRouting  = procedure.KindRouting
	KindSynonyms = procedure.KindSynonyms
	KindForm     = procedure.KindForm
	KindProcess  = procedure.KindProcess
	KindTemplate = procedure.KindTemplate
	KindCalendar = procedure.KindCalendar
	// KindSuccession holds which agencies follow which by one reorganisation, whose id it has.
	KindSuccession = "succession"
)

// ErrNotFound says that there is no such version.
var ErrNotFound = &fault.Error{Kind: fault.NotFound, Code: "procedure.version-unknown"}

// recheck is how long a snapshot is trusted before the revision is read again. A publication by
// this process is seen at once.
const recheck = 500 * time.Millisecond

// Store reads and writes the catalogue.
type Store struct {
	db  *sqldb.DB
	now func() time.Time

	catalogue cache[procedure.Catalogue]
	places    cache[agency.Places]

	declared func(ctx context.Context, q sqldb.Queryer) ([]calendar.Declared, error)
}

// New returns a store on a migrated database.
func New(db *sqldb.DB, now func() time.Time) *Store { return &Store{db: db, now: now} }

// Declares names who knows the days announced after their year was; snapshots hold them. Call it before the first
// snapshot is asked for.
func (s *Store) Declares(f func(ctx context.Context, q sqldb.Queryer) ([]calendar.Declared, error)) {
	s.declared = f
}

// Touch has every node read the configuration again once the transaction is committed: what Declares answers changed.
func (s *Store) Touch(ctx context.Context, tx *sqldb.Tx) error {
	_, err := tx.Exec(ctx, touchPublished)
	tx.OnCommit(s.catalogue.expire)
	return err
}

// cache holds the last snapshot; readers never wait for one another unless it is stale.
type cache[T any] struct {
	mu   sync.Mutex // held by the one who loads
	last atomic.Pointer[snapshot[T]]
}

type snapshot[T any] struct {
	value    *T
	revision int64
	checked  atomic.Int64 // µs of the last look at the revision
	stale    atomic.Bool
}

func (s *snapshot[T]) trusted(now time.Time) bool {
	age := time.Duration(now.UnixMicro()-s.checked.Load()) * time.Microsecond
	return !s.stale.Load() && age >= 0 && age < recheck
}

// fresh returns the snapshot, reading the revision when the last look is too old and the content
// when the revision moved.
func (c *cache[T]) fresh(now time.Time, revision func() (int64, error), load func() (*T, int64, error)) (*T, error) {
	if s := c.last.Load(); s != nil && s.trusted(now) {
		return s.value, nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if s := c.last.Load(); s != nil {
		if s.trusted(now) {
			return s.value, nil
		}
		r, err := revision()
		if err != nil {
			// The database is away: what was published is still true. Writes will say that they cannot.
			if errors.Is(err, sqldb.ErrUnavailable) {
				s.checked.Store(now.UnixMicro())
				return s.value, nil
			}
			return nil, err
		}
		if r == s.revision {
			s.stale.Store(false)
			s.checked.Store(now.UnixMicro())
			return s.value, nil
		}
	}
	value, r, err := load()
	if err != nil {
		return nil, err
	}
	s := &snapshot[T]{value: value, revision: r}
	s.checked.Store(now.UnixMicro())
	c.last.Store(s)
	return value, nil
}

func (c *cache[T]) expire() {
	if s := c.last.Load(); s != nil {
		s.stale.Store(true)
	}
}

const (
	selectRevision = `SELECT published, places FROM catalogue_revision WHERE one = 1`

	selectPublished = `SELECT code, number, digest, state, valid_from, valid_until, source, content, pilot, only_at, stays
		FROM procedure_version WHERE state = 'published' ORDER BY code, number`
	selectListed             = `SELECT code, name, sector, ministry FROM procedure_version WHERE state = 'listed' ORDER BY code`
	selectPublishedDocuments = `SELECT kind, id, number, digest, valid_from, valid_until, content, pilot, only_at, stays
		FROM pack_document WHERE state = 'published' ORDER BY kind, position, id, number`
)

func (s *Store) revisions(ctx context.Context, q sqldb.Queryer) (published, places int64, err error) {
	err = q.QueryRow(ctx, selectRevision).Scan(&published, &places)
	if err != nil {
		return 0, 0, fmt.Errorf("read the catalogue's revision: %w", err)
	}
	return published, places, nil
}

// Revisions returns the revision of what is published and that of the administrative units; each grows with every change.
func (s *Store) Revisions(ctx context.Context) (published, places int64, err error) {
	return s.revisions(ctx, s.db)
}

// Latest returns the snapshot while it is trusted without a look at the database; nil when Catalogue must be
// asked. It costs next to nothing: pages ask several times.
func (s *Store) Latest() *procedure.Catalogue {
	now := s.now()
	if c := s.catalogue.last.Load(); c != nil && c.trusted(now) {
		return c.value
	}
	return nil
}

// Catalogue returns the snapshot of everything published. It is shared: do not change it.
func (s *Store) Catalogue(ctx context.Context) (*procedure.Catalogue, error) {
	return s.catalogue.fresh(s.now(),
		func() (int64, error) { r, _, err := s.revisions(ctx, s.db); return r, err },
		func() (k *procedure.Catalogue, r int64, err error) {
			// Others share what is loaded, so it must not fail because this caller left.
			ctx := context.WithoutCancel(ctx)
			err = s.db.InReadTx(ctx, func(tx *sqldb.Tx) error {
				c, err := s.content(ctx, tx)
				if err != nil {
					return err
				}
				k, r = procedure.NewCatalogue(c), c.Revision
				return nil
			})
			return k, r, err
		})
}

func (s *Store) content(ctx context.Context, tx *sqldb.Tx) (c procedure.Content, err error) {
	if c.Revision, _, err = s.revisions(ctx, tx); err != nil {
		return c, err
	}
	if c.Versions, err = versions(ctx, tx, selectPublished); err != nil {
		return c, err
	}
	published := map[string]bool{}
	for _, v := range c.Versions {
		published[v.Code] = true
	}
	rows, err := tx.Query(ctx, selectListed)
	c.Listed, err = sqldb.Collect(rows, err, func(r *sqldb.Rows) (l procedure.Listed, err error) {
		err = r.Scan(&l.Code, &l.Name, &l.Sector, &l.Ministry)
		return l, err
	})
	if err != nil {
		return c, fmt.Errorf("read listed procedures: %w", err)
	}
	kept := c.Listed[:0]
	for _, l := range c.Listed {
		if !published[l.Code] {
			kept = append(kept, l)
		}
	}
	c.Listed = kept
	if s.declared != nil {
		if c.Declared, err = s.declared(ctx, tx); err != nil {
			return c, err
		}
	}
	docs, err := documents(ctx, tx, selectPublishedDocuments)
	if err != nil {
		return c, err
	}
	for _, d := range docs {
		if err := d.into(&c); err != nil {
			return c, fmt.Errorf("read %s %s, version %d: %w", d.Kind, d.ID, d.Number, err)
		}
	}
	return c, nil
}

// versions reads rows of procedure_version whose columns are those of selectPublished. Reading the JSON
// takes most of the time of a start, so it is spread over the processors.
func versions(ctx context.Context, q sqldb.Queryer, stmt string, args ...any) ([]*procedure.Version, error) {
	rows, err := q.Query(ctx, stmt, args...)
	raw, err := sqldb.Collect(rows, err, func(r *sqldb.Rows) (versionContent, error) {
		var c versionContent
		err := c.scan(r.Scan)
		return c, err
	})
	if err != nil {
		return nil, fmt.Errorf("read procedure versions: %w", err)
	}
	vs := make([]*procedure.Version, len(raw))
	var g errgroup.Group
	workers := runtime.GOMAXPROCS(0)
	for w := range workers {
		g.Go(func() error {
			for i := w; i < len(raw); i += workers {
				v, err := raw[i].version()
				if err != nil {
					return err
				}
				vs[i] = v
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return nil, fmt.Errorf("read procedure versions: %w", err)
	}
	return vs, nil
}

// versionContent is a row whose content is not read yet.
type versionContent struct {
	code, digest, state, from, until, source, content string
	number                                            int
	trial
}

// trial is how the catalogue holds a version, as its row says it.
type trial struct {
	pilot, only string
	stays       bool
}

func (t trial) value() procedure.Trial {
	out := procedure.Trial{Pilot: t.pilot, Stays: t.stays}
	for _, id := range strings.Fields(t.only) {
		out.Only = append(out.Only, agency.ID(id))
	}
	return out
}

func (c *versionContent) scan(scan func(...any) error) error {
	return scan(&c.code, &c.number, &c.digest, &c.state, &c.from, &c.until, &c.source, &c.content, &c.pilot, &c.only, &c.stays)
}

func (c *versionContent) version() (*procedure.Version, error) {
	v := &procedure.Version{}
	if err := json.Unmarshal([]byte(c.content), v); err != nil {
		return nil, fmt.Errorf("content of %s, version %d: %w", c.code, c.number, err)
	}
	v.Code, v.Number, v.Digest, v.From, v.Until, v.Source = c.code, c.number, c.digest, c.from, c.until, c.source
	v.Trial = c.value()
	return v, nil
}

func scanVersion(scan func(...any) error) (v *procedure.Version, state string, err error) {
	var c versionContent
	if err := c.scan(scan); err != nil {
		return nil, "", err
	}
	v, err = c.version()
	return v, c.state, err
}

// row is a stored document.
type row struct {
	Kind, ID, Digest, From, Until, Content string
	Number                                 int
	trial
}

func documents(ctx context.Context, q sqldb.Queryer, stmt string, args ...any) ([]row, error) {
	rows, err := q.Query(ctx, stmt, args...)
	docs, err := sqldb.Collect(rows, err, func(r *sqldb.Rows) (d row, err error) {
		err = r.Scan(&d.Kind, &d.ID, &d.Number, &d.Digest, &d.From, &d.Until, &d.Content, &d.pilot, &d.only, &d.stays)
		return d, err
	})
	if err != nil {
		return nil, fmt.Errorf("read documents: %w", err)
	}
	return docs, nil
}

func dated[T any](d row, into *[]procedure.Dated[T]) error {
	out := procedure.Dated[T]{ID: d.ID, Number: d.Number, Digest: d.Digest, From: d.From, Until: d.Until, Trial: d.value()}
	err := json.Unmarshal([]byte(d.Content), &out.Value)
	*into = append(*into, out)
	return err
}

// into adds the document to content. Agencies, posts and hours carry their own dates; the later
// of both beginnings and the earlier of both ends hold.
func (d row) into(c *procedure.Content) error {
	switch d.Kind {
	case KindHome:
		return dated(d, &c.Homes)
	case KindGeneral:
		return dated(d, &c.General)
	case KindRights:
		return dated(d, &c.Rights)
	case KindRouting:
		return dated(d, &c.Routing)
	case KindSynonyms:
		return dated(d, &c.Synonyms)
	case KindTemplate:
		return dated(d, &c.Templates)
	case KindCalendar:
		return dated(d, &c.Calendars)
	case KindForm:
		return dated(d, &c.Forms)
	case KindProcess:
		if err := dated(d, &c.Processes); err != nil {
			return err
		}
		c.Processes[len(c.Processes)-1].Value.Digest = d.Digest
	case KindAgency:
		var a agency.Agency
		if err := json.Unmarshal([]byte(d.Content), &a); err != nil {
			return err
		}
		a.From, a.Until = within(a.From, a.Until, d)
		c.Agencies = append(c.Agencies, a)
	case KindPost:
		var p agency.Post
		if err := json.Unmarshal([]byte(d.Content), &p); err != nil {
			return err
		}
		p.From, p.Until = within(p.From, p.Until, d)
		c.Posts = append(c.Posts, p)
	case KindSuccession:
		var list []agency.Succession
		if err := json.Unmarshal([]byte(d.Content), &list); err != nil {
			return err
		}
		c.Successions = append(c.Successions, list...)
	case KindHours:
		var h agency.Hours
		if err := json.Unmarshal([]byte(d.Content), &h); err != nil {
			return err
		}
		h.From, h.Until = within(h.From, h.Until, d)
		c.Hours = append(c.Hours, h)
	}
	return nil // a kind that a newer version writes: unknown here, and no reason to stop
}

func within(from, until string, d row) (string, string) {
	from = max(from, d.From)
	if until == "" || (d.Until != "" && d.Until < until) {
		until = d.Until
	}
	return from, until
}

const (
	selectVersion = `SELECT code, number, digest, state, valid_from, valid_until, source, content, pilot, only_at, stays
		FROM procedure_version WHERE code = $1 AND number = $2`
	selectByDigest = `SELECT code, number, digest, state, valid_from, valid_until, source, content, pilot, only_at, stays
		FROM procedure_version WHERE digest = $1 ORDER BY number DESC LIMIT 1`
	selectHistory = `SELECT code, number, digest, state, valid_from, valid_until, source, content, pilot, only_at, stays
		FROM procedure_version WHERE code = $1 AND state <> 'listed' ORDER BY number`
	selectDrafts = `SELECT code, number, digest, state, valid_from, valid_until, source, content, pilot, only_at, stays
		FROM procedure_version WHERE state = 'draft' ORDER BY code`
	selectDocumentByDigest = `SELECT kind, id, number, digest, valid_from, valid_until, content, pilot, only_at, stays
		FROM pack_document WHERE kind = $1 AND digest = $2 ORDER BY number DESC LIMIT 1`
	selectDraftDocuments = `SELECT kind, id, number, digest, valid_from, valid_until, content, pilot, only_at, stays
		FROM pack_document WHERE state = 'draft' ORDER BY kind, position, id`
)

// Stored is a version with its state: draft, published or listed.
type Stored = procedure.Stored

func (s *Store) stored(ctx context.Context, stmt string, args ...any) ([]Stored, error) {
	return storedVersions(ctx, s.db, stmt, args...)
}

func storedVersions(ctx context.Context, q sqldb.Queryer, stmt string, args ...any) ([]Stored, error) {
	rows, err := q.Query(ctx, stmt, args...)
	out, err := sqldb.Collect(rows, err, func(r *sqldb.Rows) (Stored, error) {
		v, state, err := scanVersion(r.Scan)
		return Stored{Version: v, State: state}, err
	})
	if err != nil {
		return nil, fmt.Errorf("read procedure versions: %w", err)
	}
	return out, nil
}

// Version returns a version by code and number, whatever its state.
func (s *Store) Version(ctx context.Context, code string, number int) (Stored, error) {
	return s.one(ctx, selectVersion, code, number)
}

// ByDigest returns what a dossier pinned, also when it is long out of force.
func (s *Store) ByDigest(ctx context.Context, digest string) (Stored, error) {
	return s.one(ctx, selectByDigest, digest)
}

func (s *Store) one(ctx context.Context, stmt string, args ...any) (Stored, error) {
	out, err := s.stored(ctx, stmt, args...)
	if err == nil && len(out) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return Stored{}, err
	}
	return out[0], nil
}

// History returns all versions of a code, oldest first, the draft last.
func (s *Store) History(ctx context.Context, code string) ([]Stored, error) {
	return s.stored(ctx, selectHistory, code)
}

// Drafts returns the versions that wait for publication, by code.
func (s *Store) Drafts(ctx context.Context) ([]Stored, error) { return s.stored(ctx, selectDrafts) }

// Form returns a form version by digest.
func (s *Store) Form(ctx context.Context, digest string) (procedure.Form, error) {
	return document[*eform.Form](ctx, s, KindForm, digest)
}

// Process returns a process version by digest.
func (s *Store) Process(ctx context.Context, digest string) (procedure.Process, error) {
	p, err := document[*workflow.Process](ctx, s, KindProcess, digest)
	if err == nil {
		p.Value.Digest = p.Digest
	}
	return p, err
}

func document[T any](ctx context.Context, s *Store, kind, digest string) (d procedure.Dated[T], err error) {
	docs, err := documents(ctx, s.db, selectDocumentByDigest, kind, digest)
	if err != nil {
		return d, err
	}
	if len(docs) == 0 {
		return d, ErrNotFound
	}
	var out []procedure.Dated[T]
	if err := dated(docs[0], &out); err != nil {
		return d, fmt.Errorf("read %s %s: %w", kind, docs[0].ID, err)
	}
	return out[0], nil
}

const (
	selectPlaces       = `SELECT code, valid_from, valid_until, name, kind, parent, district FROM place ORDER BY code, valid_from`
	selectPlaceChanges = `SELECT old_code, new_code, day, divided FROM place_change ORDER BY old_code, new_code, day`
)

// Places returns the snapshot of the administrative units. It is shared: do not change it.
func (s *Store) Places(ctx context.Context) (*agency.Places, error) {
	return s.places.fresh(s.now(),
		func() (int64, error) { _, r, err := s.revisions(ctx, s.db); return r, err },
		func() (p *agency.Places, r int64, err error) {
			ctx := context.WithoutCancel(ctx)
			err = s.db.InReadTx(ctx, func(tx *sqldb.Tx) error {
				var err error
				if _, r, err = s.revisions(ctx, tx); err != nil {
					return err
				}
				units, err := places(ctx, tx)
				if err != nil {
					return err
				}
				changes, err := placeChanges(ctx, tx)
				if err != nil {
					return err
				}
				p = agency.NewPlaces(units, changes)
				return nil
			})
			return p, r, err
		})
}

func places(ctx context.Context, q sqldb.Queryer) ([]agency.Place, error) {
	rows, err := q.Query(ctx, selectPlaces)
	out, err := sqldb.Collect(rows, err, func(r *sqldb.Rows) (p agency.Place, err error) {
		err = r.Scan(&p.Code, &p.From, &p.Until, &p.Name, &p.Kind, &p.Parent, &p.District)
		return p, err
	})
	if err != nil {
		return nil, fmt.Errorf("read places: %w", err)
	}
	return out, nil
}

func placeChanges(ctx context.Context, q sqldb.Queryer) ([]agency.PlaceChange, error) {
	rows, err := q.Query(ctx, selectPlaceChanges)
	out, err := sqldb.Collect(rows, err, func(r *sqldb.Rows) (c agency.PlaceChange, err error) {
		err = r.Scan(&c.Old, &c.New, &c.Day, &c.Divided)
		return c, err
	})
	if err != nil {
		return nil, fmt.Errorf("read changes of places: %w", err)
	}
	return out, nil
}
