package dossierdb

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/casefile/casefiledb"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/dossier/register"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/sqldb"
)

const (
	sqlBooks = `SELECT book, form, year, count(*), max(number) FROM dossier_slip GROUP BY book, form, year ORDER BY year DESC, book, form`
	// One agency's books by their index.
	sqlBooksOf  = `SELECT book, form, year, count(*), max(number) FROM dossier_slip WHERE book = $1 GROUP BY book, form, year ORDER BY year DESC, form`
	sqlBookPage = `SELECT check_code, case_id, event, form, book, year, number, at FROM dossier_slip
		WHERE book = $1 AND form = $2 AND year = $3 AND number > $4 ORDER BY number LIMIT CAST($5 AS INTEGER)`
	sqlBookLines = `SELECT s.number, s.case_id, e.seq, e.hash FROM dossier_slip s JOIN journal_event e ON e.case_id = s.case_id
		WHERE s.book = $1 AND s.form = $2 AND s.year = $3
			AND e.seq = (SELECT max(x.seq) FROM journal_event x WHERE x.case_id = s.case_id AND x.at < $4)
		ORDER BY s.number`
	sqlBookCount = `SELECT last FROM code_counter WHERE scope = $1`

	sqlLockAdd     = `INSERT INTO register_lock (case_id, book, year, at, person, post) VALUES ($1, $2, $3, $4, $5, $6)`
	sqlLockBookAdd = `INSERT INTO register_lock_book (case_id, form, last, entries, digest) VALUES ($1, $2, $3, $4, $5)`
	sqlLock        = `SELECT case_id, book, year, at, person, post FROM register_lock WHERE case_id = $1`
	sqlLockBooks   = `SELECT form, last, entries, digest FROM register_lock_book WHERE case_id = $1 ORDER BY form`
	sqlLockOrphans = `SELECT 'register_lock', case_id FROM register_lock l WHERE NOT EXISTS (SELECT 1 FROM journal_event e WHERE e.case_id = l.case_id)
		UNION SELECT 'register_lock_book', case_id FROM register_lock_book b WHERE NOT EXISTS (SELECT 1 FROM register_lock l WHERE l.case_id = b.case_id)`
)

var _ register.Store = (*Registers)(nil)

// Registers keeps the books of slips and their locks. It satisfies register.Store.
type Registers struct{ s *Store }

// Registers returns the books of the store.
func (s *Store) Registers() *Registers { return &Registers{s} }

// Load returns all events of a dossier in order.
func (r *Registers) Load(ctx context.Context, id string) ([]journal.Event, error) {
	return r.s.Load(ctx, id)
}

// Books lists the books that hold something.
func (r *Registers) Books(ctx context.Context, a agency.ID) ([]register.Size, error) {
	return books(ctx, r.s.db, a)
}

func books(ctx context.Context, q casefiledb.Reader, a agency.ID) ([]register.Size, error) {
	stmt, args := sqlBooks, []any(nil)
	if a != "" {
		stmt, args = sqlBooksOf, []any{string(a)}
	}
	rows, err := q.Query(ctx, stmt, args...)
	out, err := sqldb.Collect(rows, err, func(rows *sqldb.Rows) (b register.Size, err error) {
		return b, rows.Scan(&b.Agency, &b.Form, &b.Year, &b.Entries, &b.Last)
	})
	if err != nil {
		return nil, fmt.Errorf("list books: %w", err)
	}
	return out, nil
}

// Page lists slips of a book after a number.
func (r *Registers) Page(ctx context.Context, a agency.ID, form string, year, after, limit int) ([]dossier.SlipRow, error) {
	rows, err := r.s.db.Query(ctx, sqlBookPage, string(a), form, year, after, limit)
	out, err := sqldb.Collect(rows, err, func(rows *sqldb.Rows) (dossier.SlipRow, error) { return scanSlip(rows) })
	if err != nil {
		return nil, fmt.Errorf("read book: %w", err)
	}
	return out, nil
}

// Lock returns the lock of the books of an agency and year.
func (r *Registers) Lock(ctx context.Context, a agency.ID, year int) (register.Lock, error) {
	return lock(ctx, r.s.db, register.CaseID(a, year))
}

func lock(ctx context.Context, q casefiledb.Reader, id string) (l register.Lock, err error) {
	var at int64
	err = q.QueryRow(ctx, sqlLock, id).Scan(&l.Case, &l.Agency, &l.Year, &at, &l.By.Person, &l.By.Post)
	if errors.Is(err, sqldb.ErrNoRows) {
		return l, register.ErrNotFound
	}
	if err != nil {
		return l, fmt.Errorf("read lock: %w", err)
	}
	l.At = casefiledb.Instant(at)
	rows, err := q.Query(ctx, sqlLockBooks, id)
	l.Sums, err = sqldb.Collect(rows, err, func(rows *sqldb.Rows) (s register.Sum, err error) {
		return s, rows.Scan(&s.Form, &s.Last, &s.Entries, &s.Digest)
	})
	return l, err
}

// SaveLock sums up the books and keeps the lock in a journal of its own.
func (r *Registers) SaveLock(ctx context.Context, a agency.ID, year int, make func([]register.Sum) (journal.Event, error)) (register.Lock, error) {
	id := register.CaseID(a, year)
	var out register.Lock
	err := r.s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		if _, err := lock(ctx, tx, id); !errors.Is(err, register.ErrNotFound) {
			return errors.Join(register.ErrLocked, err)
		}
		sums, err := sumUp(ctx, tx, a, year)
		if err != nil {
			return err
		}
		e, err := make(sums)
		if err != nil {
			return err
		}
		linked, err := journal.Link(e, id, 1, journal.First(id))
		if err != nil {
			return err
		}
		if out, err = register.Fold([]journal.Event{linked}); err != nil {
			return err
		}
		change := casefiledb.Change{Case: id, Kind: register.Kind, Events: []journal.Event{linked}, Head: r.s.signer.SignHead(id, 1, linked.Hash)}
		stmts := []sqldb.Stmt{{Text: sqlLockAdd, Args: []any{id, string(out.Agency), out.Year, casefiledb.Micros(out.At), out.By.Person, out.By.Post}}}
		for _, s := range out.Sums {
			stmts = append(stmts, sqldb.Stmt{Text: sqlLockBookAdd, Args: []any{id, s.Form, s.Last, s.Entries, s.Digest}})
		}
		_, err = casefiledb.Append(ctx, tx, change, stmts...)
		if errors.Is(err, casefiledb.ErrMoved) {
			return register.ErrLocked
		}
		return err
	})
	if err != nil {
		return register.Lock{}, fmt.Errorf("lock books of %s, %d: %w", a, year, err)
	}
	return out, nil
}

// sumUp sums up every book of an agency and year.
func sumUp(ctx context.Context, q casefiledb.Reader, a agency.ID, year int) ([]register.Sum, error) {
	sizes, err := books(ctx, q, a)
	if err != nil {
		return nil, err
	}
	var out []register.Sum
	for _, b := range sizes {
		if b.Year != year {
			continue
		}
		rows, err := q.Query(ctx, sqlBookLines, string(a), b.Form, year, casefiledb.Micros(register.End(year)))
		lines, err := sqldb.Collect(rows, err, func(rows *sqldb.Rows) (l register.Line, err error) {
			return l, rows.Scan(&l.Number, &l.Case, &l.Seq, &l.Hash)
		})
		if err != nil {
			return nil, fmt.Errorf("read the lines of a book: %w", err)
		}
		s, err := register.SumOf(b.Form, lines)
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	slices.SortFunc(out, func(x, y register.Sum) int {
		return slices.Index(register.Forms, x.Form) - slices.Index(register.Forms, y.Form)
	})
	return out, nil
}

// Locks checks the locks of books: their rows against their journal, and what they say against the books.
var Locks = OtherCases{Ours: oursLock, Case: checkLock, Orphans: lockOrphans}

func oursLock(events []journal.Event) bool {
	return len(events) > 0 && events[0].Kind == register.EventLocked
}

func checkLock(ctx context.Context, r casefiledb.Reader, id string, events []journal.Event) ([]casefiledb.Finding, error) {
	bad := func(format string, args ...any) []casefiledb.Finding {
		return []casefiledb.Finding{{Case: id, What: "register_lock", Detail: fmt.Sprintf(format, args...)}}
	}
	want, err := register.Fold(events)
	if err != nil {
		return bad("%v", err), nil
	}
	have, err := lock(ctx, r, id)
	switch {
	case errors.Is(err, register.ErrNotFound):
		return bad("the row is missing"), nil
	case err != nil:
		return nil, err
	}
	order := func(x, y register.Sum) int {
		return slices.Index(register.Forms, x.Form) - slices.Index(register.Forms, y.Form)
	}
	slices.SortFunc(have.Sums, order)
	slices.SortFunc(want.Sums, order)
	if have.Agency != want.Agency || have.Year != want.Year || !have.At.Equal(want.At) || have.By.Person != want.By.Person || have.By.Post != want.By.Post || !slices.Equal(have.Sums, want.Sums) {
		return bad("the row differs from the journal"), nil
	}
	sums, err := sumUp(ctx, r, want.Agency, want.Year)
	if err != nil {
		return bad("%v", err), nil
	}
	if !slices.Equal(sums, want.Sums) {
		return bad("the books of %d are not those that were locked", want.Year), nil
	}
	return nil, nil
}

func lockOrphans(ctx context.Context, r casefiledb.Reader) ([]casefiledb.Finding, error) {
	rows, err := r.Query(ctx, sqlLockOrphans)
	out, err := sqldb.Collect(rows, err, func(rows *sqldb.Rows) (f casefiledb.Finding, err error) {
		f.Detail = "there is no journal of this lock"
		return f, rows.Scan(&f.What, &f.Case)
	})
	if err != nil {
		return nil, err
	}
	more, err := checkBooks(ctx, r)
	return append(out, more...), err
}

// checkBooks verifies that every book is numbered from 1 without gap up to what its counter says, and that no signed
// paper is of a slip that does not exist.
func checkBooks(ctx context.Context, r casefiledb.Reader) ([]casefiledb.Finding, error) {
	sizes, err := books(ctx, r, "")
	if err != nil {
		return nil, err
	}
	var out []casefiledb.Finding
	for _, b := range sizes {
		var last int
		err := r.QueryRow(ctx, sqlBookCount, dossier.SlipScope(b.Form, b.Agency, b.Year)).Scan(&last)
		if err != nil && !errors.Is(err, sqldb.ErrNoRows) {
			return nil, err
		}
		if b.Entries != b.Last || b.Last != last {
			out = append(out, casefiledb.Finding{What: "dossier_slip", Detail: fmt.Sprintf("book %s of %s, %d: %d papers up to number %d, the counter says %d", b.Form, b.Agency, b.Year, b.Entries, b.Last, last)})
		}
	}
	rows, err := r.Query(ctx, sqlPaperOrphans)
	lost, err := sqldb.Collect(rows, err, func(rows *sqldb.Rows) (f casefiledb.Finding, err error) {
		f.What, f.Detail = "slip_paper", "signed, but the office issued no such paper"
		var check string
		return f, rows.Scan(&check)
	})
	return append(out, lost...), err
}
