// Package register holds the books in which an office numbers what it hands out: the register of dossiers and
// those of requests, refusals, apologies and stops. A book is one form of one agency in one year. Its lines are the
// slips of dossiers; nothing is written into it by hand. It does no I/O.
//
// After a year's end its books are locked: an entry in a journal of its own says the last number, how many entries
// there are and a digest over them. What the record said at the year's end is what the book says from then on.
// law: TT01-2018 10.2
package register

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/deadline"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/journal"
)

// Kind is the kind of case that a lock is.
const Kind = "register_lock"

// EventLocked is the one event of such a case.
const EventLocked = "register.locked"

// Refusals of books.
var (
	ErrNotFound = fault.New(fault.NotFound, "register.not-found")
	ErrLocked   = fault.New(fault.Conflict, "register.locked")    // the year is locked already
	ErrTooEarly = fault.New(fault.Conflict, "register.too-early") // before the first working day of the next year; Args: from
	ErrGap      = fault.New(fault.Conflict, "register.gap")       // a number is missing: motcua check names it
	ErrEmpty    = fault.New(fault.Conflict, "register.empty")     // nothing was numbered in that year
)

// Forms are the books an agency may keep, in the order in which they are shown.
var Forms = []string{dossier.FormReceipt, dossier.FormSupplement, dossier.FormRefusal, dossier.FormApology, dossier.FormStop}

// Size is one book with how much is in it.
type Size struct {
	Agency  agency.ID
	Form    string
	Year    int
	Entries int
	Last    int // last number; equal to Entries where nothing is missing
}

// Line binds one entry of a book to the record: the journal of its dossier up to the year's end.
type Line struct {
	Number int
	Case   string
	Seq    int64
	Hash   journal.Hash
}

// Digest sums up the lines of a book in the order of their numbers. It holds nothing personal, so that it stays true
// when personal data is erased.
func Digest(lines []Line) string {
	h := sha256.New()
	for _, l := range lines {
		fmt.Fprintf(h, "%d|%s|%d|%s\n", l.Number, l.Case, l.Seq, l.Hash)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Sum is what a lock says of one book.
type Sum struct {
	Digest  string `json:"digest"`
	Entries int    `json:"entries"`
	Form    string `json:"form"`
	Last    int    `json:"last"`
}

// SumOf sums up a book. It fails with ErrGap when the numbers do not run from 1 without gap.
func SumOf(form string, lines []Line) (Sum, error) {
	for i, l := range lines {
		if l.Number != i+1 {
			return Sum{}, ErrGap.With("form", form).With("number", i+1)
		}
	}
	return Sum{Form: form, Entries: len(lines), Last: len(lines), Digest: Digest(lines)}, nil
}

// Lock says that the books of an agency and year are closed.
type Lock struct {
	Case   string
	Agency agency.ID
	Year   int
	At     time.Time
	By     journal.Actor
	Sums   []Sum
}

// Sum returns what the lock says of a form's book.
func (l Lock) Sum(form string) (Sum, bool) {
	i := slices.IndexFunc(l.Sums, func(s Sum) bool { return s.Form == form })
	if i < 0 {
		return Sum{}, false
	}
	return l.Sums[i], true
}

type locked struct {
	Agency agency.ID `json:"agency"`
	Books  []Sum     `json:"books"`
	Year   int       `json:"year"`
}

// CaseID names the journal of the lock of an agency's books of a year.
func CaseID(a agency.ID, year int) string { return "so-" + strconv.Itoa(year) + "-" + string(a) }

// End is the instant at which a year's books stand still: what happened later is not of that year.
func End(year int) time.Time {
	return time.Date(year+1, 1, 1, 0, 0, 0, 0, calendar.Zone)
}

// FirstDay is the first working day after the year: from then on its books may be locked.
func FirstDay(year int, env deadline.Env) (calendar.Date, error) {
	d := calendar.DateOf(End(year))
	for range 60 {
		day, err := env.Office.Day(env.Calendar, d)
		if err != nil {
			return calendar.Date{}, err
		}
		if day.Kind.Worked() {
			return d, nil
		}
		d = d.AddDays(1)
	}
	return calendar.Date{}, errors.New("no working day in two months")
}

// New records the lock of the books of an agency and year. first is FirstDay.
func New(now time.Time, by access.Actor, a agency.ID, year int, first calendar.Date, sums []Sum) (journal.Event, error) {
	if !MayLock(by, a) {
		return journal.Event{}, ErrNotFound
	}
	if calendar.DateOf(now).Before(first) {
		return journal.Event{}, ErrTooEarly.With("from", first.String())
	}
	if len(sums) == 0 {
		return journal.Event{}, ErrEmpty
	}
	who := journal.Actor{Person: by.Person, Post: by.Post, Agency: string(by.Agency)}
	if by.System {
		who.System = "motcua"
	}
	return journal.New(EventLocked, now, who, "", locked{Agency: a, Books: sums, Year: year}, nil)
}

// MayRead reports whether the actor may open the books of an agency.
func MayRead(by access.Actor, a agency.ID) bool {
	return by.System || by.May(access.DossierReadAll) || by.May(access.DossierRead) && by.Agency == a
}

// MayLock reports whether the actor may lock the books of an agency.
func MayLock(by access.Actor, a agency.ID) bool {
	return by.System || by.Agency == a && (by.May(access.DossierAccept) || by.May(access.DossierDecide))
}

// Fold reads a lock from its journal.
func Fold(events []journal.Event) (Lock, error) {
	if len(events) != 1 || events[0].Kind != EventLocked {
		return Lock{}, errors.New("register: a lock is one event")
	}
	e := events[0]
	var v locked
	if err := json.Unmarshal(e.Data, &v); err != nil {
		return Lock{}, fmt.Errorf("register: %w", err)
	}
	if e.Case != CaseID(v.Agency, v.Year) {
		return Lock{}, fmt.Errorf("register: the lock of %s %d lies in %s", v.Agency, v.Year, e.Case)
	}
	return Lock{Case: e.Case, Agency: v.Agency, Year: v.Year, At: e.At, By: e.By, Sums: v.Books}, nil
}

// Store keeps books and their locks.
type Store interface {
	// Books lists the books that hold something, of one agency or (empty) of all, newest year first.
	Books(ctx context.Context, a agency.ID) ([]Size, error)
	// Page lists slips of a book after a number, in the order of their numbers.
	Page(ctx context.Context, a agency.ID, form string, year, after, limit int) ([]dossier.SlipRow, error)
	// Load returns all events of a dossier in order.
	Load(ctx context.Context, id string) ([]journal.Event, error)
	// Lock returns the lock of the books of an agency and year; ErrNotFound while they are open.
	Lock(ctx context.Context, a agency.ID, year int) (Lock, error)
	// SaveLock sums up the books in one transaction, has the event made of them and keeps it; ErrLocked when somebody was first.
	SaveLock(ctx context.Context, a agency.ID, year int, make func(sums []Sum) (journal.Event, error)) (Lock, error)
}

// Clock is the calendar and office hours of an agency at an instant.
type Clock func(id agency.ID, at time.Time) (deadline.Env, error)

// Service opens and locks books.
type Service struct {
	store Store
	clock Clock
	now   func() time.Time
}

// NewService returns a service on the store.
func NewService(store Store, clock Clock, now func() time.Time) *Service {
	return &Service{store, clock, now}
}

// Books lists the books the actor may open: of the agency, or of all for those who read everything.
func (s *Service) Books(ctx context.Context, by access.Actor, a agency.ID) ([]Size, error) {
	if !MayRead(by, a) {
		return nil, ErrNotFound
	}
	return s.store.Books(ctx, a)
}

// Entry is one slip of a book with the journal of its dossier. Cut is how many of the events belong to the book: all
// of them while it is open, those of the year once it is locked.
type Entry struct {
	Slip   dossier.SlipRow
	Events []journal.Event
	Cut    int
}

// Page lists entries of a book after a number.
func (s *Service) Page(ctx context.Context, by access.Actor, a agency.ID, form string, year, after, limit int) ([]Entry, error) {
	if !MayRead(by, a) {
		return nil, ErrNotFound
	}
	_, err := s.store.Lock(ctx, a, year)
	shut := err == nil
	if err != nil && !errors.Is(err, ErrNotFound) {
		return nil, err
	}
	rows, err := s.store.Page(ctx, a, form, year, after, limit)
	if err != nil {
		return nil, err
	}
	out := make([]Entry, 0, len(rows))
	for _, r := range rows {
		events, err := s.store.Load(ctx, r.Case)
		if err != nil {
			return nil, err
		}
		e := Entry{Slip: r, Events: events, Cut: len(events)}
		if shut {
			e.Cut = Upto(events, End(year))
		}
		out = append(out, e)
	}
	return out, nil
}

// Upto is how many of the events happened before an instant.
func Upto(events []journal.Event, end time.Time) int {
	for i := len(events) - 1; i >= 0; i-- {
		if events[i].At.Before(end) {
			return i + 1
		}
	}
	return 0
}

// Locked returns the lock of the books of a year; ErrNotFound while they are open.
func (s *Service) Locked(ctx context.Context, by access.Actor, a agency.ID, year int) (Lock, error) {
	if !MayRead(by, a) {
		return Lock{}, ErrNotFound
	}
	return s.store.Lock(ctx, a, year)
}

// Opens is the day from which the books of a year may be locked.
func (s *Service) Opens(a agency.ID, year int) (calendar.Date, error) {
	env, err := s.clock(a, s.now())
	if err != nil {
		return calendar.Date{}, err
	}
	return FirstDay(year, env)
}

// Lock closes the books of an agency and year. Locking what is locked returns the lock that is there.
func (s *Service) Lock(ctx context.Context, by access.Actor, a agency.ID, year int) (Lock, error) {
	if !MayLock(by, a) {
		return Lock{}, ErrNotFound
	}
	first, err := s.Opens(a, year)
	if err != nil {
		return Lock{}, err
	}
	now := s.now()
	l, err := s.store.SaveLock(ctx, a, year, func(sums []Sum) (journal.Event, error) { return New(now, by, a, year, first, sums) })
	if errors.Is(err, ErrLocked) {
		return s.store.Lock(ctx, a, year)
	}
	return l, err
}

// LockDue locks every book of past years that nobody locked by the end of the first working day, and returns how many
// agencies' years were locked.
func (s *Service) LockDue(ctx context.Context) (int, error) {
	sizes, err := s.store.Books(ctx, "")
	if err != nil {
		return 0, err
	}
	now := s.now()
	today := calendar.DateOf(now)
	done := map[string]bool{}
	n := 0
	for _, b := range sizes {
		id := CaseID(b.Agency, b.Year)
		if done[id] || b.Year >= today.Year() {
			continue
		}
		done[id] = true
		if _, err := s.store.Lock(ctx, b.Agency, b.Year); err == nil {
			continue
		}
		first, err := s.Opens(b.Agency, b.Year)
		if err != nil || !first.Before(today) { // people come first: the product locks the day after
			continue
		}
		switch _, err := s.Lock(ctx, access.Actor{System: true}, b.Agency, b.Year); {
		case err == nil:
			n++
		case fault.KindOf(err) == fault.Internal:
			return n, err
		}
	}
	return n, nil
}
