package noticedb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/casefile/casefiledb"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/jobs"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/law"
	"github.com/motcua/motcua/internal/notice"
	"github.com/motcua/motcua/internal/sqldb"
)

// Kinds of jobs beside dossier.NoticeJob.
const (
	TimerJob   = "notice.timer"
	DeliverJob = "notice.deliver"
	ConfirmJob = "notice.confirm"
	SweepJob   = "notice.sweep"
)

// timerArgs are the arguments of a TimerJob.
type timerArgs struct {
	Case string `json:"case"`
	notice.Timer
}

// letterArgs are the arguments of a DeliverJob.
type letterArgs struct {
	ID string `json:"id"`
}

func (s *Store) handle() {
	s.queue.Handle(dossier.NoticeJob, s.tell)
	s.queue.Handle(TimerJob, s.remind)
	s.queue.Handle(DeliverJob, s.deliver)
	s.queue.Handle(ConfirmJob, s.sendConfirmation)
	s.queue.Handle(SweepJob, s.sweep)
	s.queue.Every(SweepJob, 24*time.Hour, 5*time.Hour, jobs.Job{Kind: SweepJob, Key: SweepJob})
}

// Started has the first sweep done soon: letters held because there was no mail server may go now.
func (s *Store) Started(ctx context.Context) error {
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		return s.queue.Enqueue(ctx, tx, jobs.Job{Kind: SweepJob, Key: SweepJob})
	})
}

// tell does a dossier.NoticeJob: it leaves the notices of the events of one act, their letters and reminders.
func (s *Store) tell(ctx context.Context, run *jobs.Run) error {
	var a dossier.NoticeArgs
	if err := run.Decode(&a); err != nil {
		return err
	}
	events, err := casefiledb.Events(ctx, s.db, a.Case)
	if err != nil {
		return fmt.Errorf("load dossier: %w", err)
	}
	if a.From == 0 {
		a.From = a.Seq
	}
	if a.From < 1 || a.Seq > int64(len(events)) || a.From > a.Seq {
		return jobs.GiveUp(fmt.Errorf("dossier %s has %d events, told are %d to %d", a.Case, len(events), a.From, a.Seq))
	}
	var tells []notice.Tell
	var timers []notice.Timer
	var before, first *dossier.Dossier // first: as the act found the dossier
	d := &dossier.Dossier{}
	for i, e := range events[:a.Seq] {
		if int64(i+1) >= a.From {
			before = nil
			if i > 0 {
				before = d.Clone()
			}
		}
		if int64(i+1) == a.From {
			first = before
		}
		if err := d.Apply(e); err != nil {
			return jobs.GiveUp(err)
		}
		if int64(i+1) < a.From {
			continue
		}
		c := notice.Change{Before: before, After: d, Event: e, Rules: law.At(calendar.DateOf(e.At)), Agency: s.Agency}
		tells = append(tells, notice.Told(c)...)
		timers = append(timers, notice.Timers(c, s.Book(today(e.At)).Settings)...)
	}
	letters, err := s.letters(ctx, d, tells)
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		if err := s.settle(ctx, tx, a, first, d); err != nil {
			return err
		}
		if err := s.leave(ctx, tx, d, tells, letters); err != nil {
			return err
		}
		if err := s.plan(ctx, tx, a.Case, timers); err != nil {
			return err
		}
		return run.Done(ctx, tx)
	})
}

// settle closes the officers' notices that the act answered.
func (s *Store) settle(ctx context.Context, tx *sqldb.Tx, a dossier.NoticeArgs, before, after *dossier.Dossier) error {
	var stmts []string
	if stays := notice.Stays(before, after); len(stays) > 0 {
		if err := s.settleSome(ctx, tx, a, stays); err != nil {
			return err
		}
	} else {
		stmts = append(stmts, sqlSettleWork)
	}
	if before != nil && (after.Status.Ended() || !after.ResolvedAt.IsZero() || !after.DueAt().Equal(before.DueAt())) {
		stmts = append(stmts, sqlSettleDates)
	}
	for _, stmt := range stmts {
		if _, err := tx.Exec(ctx, stmt, a.Case, a.From, s.Now().UnixMicro()); err != nil {
			return fmt.Errorf("settle notices: %w", err)
		}
	}
	return nil
}

// settleSome closes the notices about work that the act did, and leaves those of readers whose work stays.
func (s *Store) settleSome(ctx context.Context, tx *sqldb.Tx, a dossier.NoticeArgs, stays []notice.Reader) error {
	rows, err := tx.Query(ctx, sqlUnsettled, a.Case, a.From)
	readers, err := sqldb.Collect(rows, err, func(rows *sqldb.Rows) (r notice.Reader, err error) { return r, rows.Scan(&r) })
	if err != nil {
		return fmt.Errorf("notices to settle: %w", err)
	}
	for _, r := range readers {
		if slices.Contains(stays, r) {
			continue
		}
		if _, err := tx.Exec(ctx, sqlSettleOf, a.Case, a.From, s.Now().UnixMicro(), string(r)); err != nil {
			return fmt.Errorf("settle notices: %w", err)
		}
	}
	return nil
}

// plan enqueues reminders; the same one waits once.
func (s *Store) plan(ctx context.Context, tx *sqldb.Tx, caseID string, timers []notice.Timer) error {
	for _, t := range timers {
		key := fmt.Sprintf("%s/%d/%s/%s", caseID, t.Seq, t.Kind, t.Occasion())
		if err := s.queue.Enqueue(ctx, tx, jobs.Job{Kind: TimerJob, Args: timerArgs{Case: caseID, Timer: t}, RunAt: t.At, Key: key}); err != nil {
			return err
		}
	}
	return nil
}

// remind does a TimerJob: it looks whether there is still something to remind of.
func (s *Store) remind(ctx context.Context, run *jobs.Run) error {
	var a timerArgs
	if err := run.Decode(&a); err != nil {
		return err
	}
	events, err := casefiledb.Events(ctx, s.db, a.Case)
	if err != nil {
		return fmt.Errorf("load dossier: %w", err)
	}
	d, err := dossier.Fold(events)
	if err != nil {
		return jobs.GiveUp(err)
	}
	var opened bool
	if a.Kind == notice.ArrivedReminder {
		if err := s.db.QueryRow(ctx, sqlOpened, a.Case, a.Seq, string(notice.Arrived)).Scan(&opened); err != nil {
			return fmt.Errorf("look whether a notice was opened: %w", err)
		}
	}
	tells := a.Fire(d, opened, s.Now(), s.Agency)
	letters, err := s.letters(ctx, d, tells)
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		if err := s.leave(ctx, tx, d, tells, letters); err != nil {
			return err
		}
		return run.Done(ctx, tx)
	})
}

// letters lists for each notice who gets a letter about it, by what they chose.
func (s *Store) letters(ctx context.Context, d *dossier.Dossier, tells []notice.Tell) ([][]notice.Delivery, error) {
	out := make([][]notice.Delivery, len(tells))
	now := s.Now()
	for i, t := range tells {
		if now.Sub(t.At) > s.Book(today(now)).MailWithin() || !d.ErasedAt.IsZero() {
			continue
		}
		people := []string{t.Reader.Person()}
		if t.Kind.ForOfficers() {
			var err error
			if people, err = s.People.Holding(ctx, t.Holder); err != nil {
				return nil, fmt.Errorf("who holds %s: %w", t.Reader, err)
			}
		}
		for _, p := range people {
			c := notice.Choice{}
			if p != "" {
				var err error
				if c, err = s.Choice(ctx, p); err != nil {
					return nil, err
				}
			}
			address := c.Email
			if address == "" && !t.Kind.ForOfficers() {
				address = notice.Contact(d)
			}
			if address, err := notice.ParseAddress(address); err == nil && c.Wants(t.Kind.Topic(), notice.Email) {
				out[i] = append(out[i], notice.Delivery{Channel: notice.Email, Person: p, Address: address, Language: notice.ParseLanguage(string(c.Language))})
			}
		}
	}
	return out, nil
}

// leave writes notices with their letters and has these sent. What was told already stays as it is.
func (s *Store) leave(ctx context.Context, tx *sqldb.Tx, d *dossier.Dossier, tells []notice.Tell, letters [][]notice.Delivery) error {
	now := s.Now()
	var erased bool // also by an event after those told of here
	if err := tx.QueryRow(ctx, sqlErased, d.ID).Scan(&erased); err != nil {
		return fmt.Errorf("look for an erasure: %w", err)
	}
	for i, t := range tells {
		facts := t.Facts
		if erased {
			facts, letters[i] = notice.Facts{}, nil
		}
		raw, err := json.Marshal(facts)
		if err != nil {
			return fmt.Errorf("facts of a notice: %w", err)
		}
		id := journal.NewID(now)
		n, err := tx.Exec(ctx, sqlTell, id, d.ID, t.Seq, string(t.Kind), t.Occasion, string(t.Reader), d.Shown(), string(raw), t.At.UnixMicro(), now.UnixMicro())
		if err != nil {
			return fmt.Errorf("leave a notice: %w", err)
		}
		if n == 0 {
			continue
		}
		for _, l := range letters[i] {
			l.ID, l.Notice, l.Queued, l.State = journal.NewID(now), id, now, notice.Queued
			l.MessageID = l.ID + "@" + s.Domain
			if s.Mailer == nil {
				l.State, l.Reason = notice.Held, notice.NoServer
			}
			if err := s.addLetter(ctx, tx, l); err != nil {
				return err
			}
		}
	}
	return nil
}

// links are the addresses that a letter about the dossier may hold.
func (s *Store) links(n notice.Notice, d *dossier.Dossier) notice.Links {
	if s.Address == "" {
		return notice.Links{}
	}
	switch {
	case n.Kind.ForOfficers():
		return notice.Links{Dossier: s.Address + "/lam-viec/thong-bao/" + n.ID, Choices: s.Address + "/lam-viec/tuy-chon-thong-bao"}
	case n.Reader == notice.ByLetterOnly:
		if d.Secret == "" {
			return notice.Links{}
		}
		return notice.Links{Dossier: s.Address + "/tra-cuu?ma=" + url.QueryEscape(d.Shown()) + "&k=" + url.QueryEscape(d.Secret)}
	}
	return notice.Links{Dossier: s.Address + "/ho-so-cua-toi/" + n.Case, Choices: s.Address + "/thong-bao/tuy-chon"}
}

// sweepArgs are the arguments of a SweepJob: the dossier after which it goes on, so that no run is long.
type sweepArgs struct {
	After string `json:"after,omitempty"`
}

// sweep does the daily work: reminders of dossiers that have none yet, rows of the version before, letters that
// waited for a mail server.
func (s *Store) sweep(ctx context.Context, run *jobs.Run) error {
	var a sweepArgs
	if string(run.Args) != "null" {
		if err := run.Decode(&a); err != nil {
			return err
		}
	}
	now := s.Now()
	rows, err := s.db.Query(ctx, sqlWaiting, a.After, now.Add(-time.Hour).UnixMicro(), now.Add(sweepAhead).UnixMicro(), sweepPage)
	waiting, err := sqldb.Collect(rows, err, func(rows *sqldb.Rows) (id string, err error) { return id, rows.Scan(&id) })
	if err != nil {
		return fmt.Errorf("dossiers that wait: %w", err)
	}
	for _, id := range waiting {
		if err := s.replan(ctx, id, now); err != nil {
			s.Log.WarnContext(ctx, "reminders of a dossier not planned", "case", id, "err", err)
		}
	}
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		if len(waiting) == sweepPage {
			next := sweepArgs{After: waiting[sweepPage-1]}
			if err := s.queue.Enqueue(ctx, tx, jobs.Job{Kind: SweepJob, Args: next, Key: SweepJob + next.After}); err != nil {
				return err
			}
		}
		if a.After == "" {
			if _, err := tx.Exec(ctx, sqlCarry, now.Add(-7*24*time.Hour).UnixMicro()); err != nil {
				return fmt.Errorf("carry notices over: %w", err)
			}
			if err := s.release(ctx, tx, now); err != nil {
				return err
			}
		}
		return run.Done(ctx, tx)
	})
}

// sweepAhead is how far ahead of their date dossiers get the reminders they miss.
const (
	sweepAhead = 48 * time.Hour
	sweepPage  = 500
)

// Dossiers with a date soon: they may be older than reminders, or theirs were thrown away with dead jobs.
const sqlWaiting = `SELECT DISTINCT case_id FROM work_item WHERE case_id > $1 AND kind = 'dossier' AND (due BETWEEN $2 AND $3 OR soon_at BETWEEN $2 AND $3 OR stage = 'supplement')
	ORDER BY case_id LIMIT $4`

// replan sets the reminders that the dossier's dates want from now on.
func (s *Store) replan(ctx context.Context, id string, now time.Time) error {
	events, err := casefiledb.Events(ctx, s.db, id)
	if err != nil {
		return err
	}
	d := &dossier.Dossier{}
	var timers []notice.Timer
	for _, e := range events {
		before := d.Clone()
		if d.Version == 0 {
			before = nil
		}
		if err := d.Apply(e); err != nil {
			return err
		}
		timers = append(timers, notice.Timers(notice.Change{Before: before, After: d, Event: e, Rules: law.At(calendar.DateOf(e.At))}, s.Book(today(e.At)).Settings)...)
	}
	var ahead []notice.Timer
	for _, t := range timers {
		if t.At.After(now) {
			ahead = append(ahead, t)
		}
	}
	if len(ahead) == 0 {
		return nil
	}
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error { return s.plan(ctx, tx, id, ahead) })
}

// release lets letters go that were held for want of a mail server; those about old events are given up.
func (s *Store) release(ctx context.Context, tx *sqldb.Tx, now time.Time) error {
	if s.Mailer == nil {
		return nil
	}
	if _, err := tx.Exec(ctx, sqlExpire, now.Add(-s.Book(today(now)).MailWithin()).UnixMicro()); err != nil {
		return fmt.Errorf("give old letters up: %w", err)
	}
	rows, err := tx.Query(ctx, sqlRelease)
	ids, err := sqldb.Collect(rows, err, func(rows *sqldb.Rows) (id string, err error) { return id, rows.Scan(&id) })
	if err != nil {
		return fmt.Errorf("release letters: %w", err)
	}
	for _, id := range ids {
		if err := s.queue.Enqueue(ctx, tx, jobs.Job{Kind: DeliverJob, Args: letterArgs{ID: id}, Key: id}); err != nil {
			return err
		}
	}
	return nil
}

var errNoLetter = errors.New("there is no such letter")
