package noticedb

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/motcua/motcua/internal/casefile/casefiledb"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/jobs"
	"github.com/motcua/motcua/internal/notice"
	"github.com/motcua/motcua/internal/sqldb"
)

const letterColumns = `id, notice, channel, person, address, language, state, reason, attempts, repeated, answer, message_id, held_until, queued_at, tried_at, sent_at`

const (
	sqlAddLetter = `INSERT INTO notice_delivery (` + letterColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, FALSE, '', $9, 0, $10, 0, 0)
		ON CONFLICT (notice, channel, person) DO NOTHING`
	sqlLetter    = `SELECT ` + letterColumns + ` FROM notice_delivery WHERE id = $1`
	sqlLettersOf = `SELECT ` + letterColumns + ` FROM notice_delivery WHERE notice IN (SELECT id FROM notice_told WHERE case_id = $1) ORDER BY queued_at, id`
	sqlBegin     = `UPDATE notice_delivery SET state = 'sending', reason = '', tried_at = $2, repeated = $3 WHERE id = $1 AND (state = 'queued' OR state = 'held' OR state = 'sending')`
	sqlEnded     = `UPDATE notice_delivery SET state = $2, reason = $3, attempts = $4, repeated = $5, answer = $6, held_until = $7, tried_at = $8, sent_at = $9
		WHERE id = $1 AND state <> 'sent' AND address <> ''`
	sqlRelease = `UPDATE notice_delivery SET state = 'queued', reason = '' WHERE state = 'held' AND reason = '` + string(notice.NoServer) + `' RETURNING id`
	sqlExpire  = `UPDATE notice_delivery SET state = 'failed', reason = '` + string(notice.TooOld) + `'
		WHERE state = 'held' AND reason = '` + string(notice.NoServer) + `' AND queued_at < $1`
)

func scanLetter(row interface{ Scan(dest ...any) error }) (notice.Delivery, error) {
	var d notice.Delivery
	var held, queued, tried, sent int64
	err := row.Scan(&d.ID, &d.Notice, &d.Channel, &d.Person, &d.Address, &d.Language, &d.State, &d.Reason, &d.Attempts, &d.Repeated, &d.Answer, &d.MessageID,
		&held, &queued, &tried, &sent)
	if err != nil {
		return d, fmt.Errorf("read letter: %w", err)
	}
	d.HeldUntil, d.Queued, d.Tried, d.Sent = instant(held), instant(queued), instant(tried), instant(sent)
	return d, nil
}

func (s *Store) addLetter(ctx context.Context, tx *sqldb.Tx, l notice.Delivery) error {
	if _, err := tx.Exec(ctx, sqlAddLetter, l.ID, l.Notice, string(l.Channel), l.Person, l.Address, string(l.Language), string(l.State), string(l.Reason), l.MessageID, l.Queued.UnixMicro()); err != nil {
		return fmt.Errorf("add a letter: %w", err)
	}
	if l.State != notice.Queued {
		return nil
	}
	return s.queue.Enqueue(ctx, tx, jobs.Job{Kind: DeliverJob, Args: letterArgs{ID: l.ID}, Key: l.ID})
}

// sendWithin bounds one conversation with the mail server; it must end before the job's lease does.
const sendWithin = 90 * time.Second

// deliver does a DeliverJob: one attempt at one letter.
func (s *Store) deliver(ctx context.Context, run *jobs.Run) error {
	var a letterArgs
	if err := run.Decode(&a); err != nil {
		return err
	}
	l, err := scanLetter(s.db.QueryRow(ctx, sqlLetter, a.ID))
	if errors.Is(err, sqldb.ErrNoRows) {
		return jobs.GiveUp(errNoLetter)
	}
	if err != nil {
		return err
	}
	if l.State == notice.Sent || l.State == notice.Failed {
		return nil
	}
	n, err := scanNotice(s.db.QueryRow(ctx, sqlByID, l.Notice))
	if err != nil {
		return err
	}
	if hold, again, why := s.mustWait(ctx, l); why != "" {
		return s.end(ctx, run, hold, again)
	}
	events, err := casefiledb.Events(ctx, s.db, n.Case)
	if err != nil {
		return fmt.Errorf("load dossier: %w", err)
	}
	d, err := dossier.Fold(events)
	if err != nil {
		return jobs.GiveUp(err)
	}
	now := s.Now()
	// An attempt that never came back may have got through: this one says so on the row.
	l.Repeated = l.Repeated || l.State == notice.Sending
	err = s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, sqlBegin, l.ID, now.UnixMicro(), l.Repeated)
		return err
	})
	if err != nil {
		return fmt.Errorf("begin a letter: %w", err)
	}
	mail := s.Book(today(n.At)).Letter(n.Kind, n.Facts, l.Language, s.links(n, d))
	mail.To, mail.MessageID = l.Address, l.MessageID
	limited, cancel := context.WithTimeout(ctx, sendWithin)
	outcome := s.Mailer.Send(limited, mail)
	cancel()
	next, again := l.After(outcome, s.Now())
	at := time.Time{}
	if again {
		at = s.Now().Add(notice.Backoff(next.Attempts, rand.Float64())) //nolint:gosec // spreads load, guards nothing
	}
	if next.State == notice.Failed && n.Kind.Always() && !n.Kind.ForOfficers() {
		return s.undelivered(ctx, run, next, n, d)
	}
	return s.end(ctx, run, next, at)
}

// mustWait says whether the letter cannot go now: held for quiet hours or for want of a server.
func (s *Store) mustWait(ctx context.Context, l notice.Delivery) (hold notice.Delivery, again time.Time, why notice.Reason) {
	now := s.Now()
	if s.Mailer == nil {
		l.State, l.Reason = notice.Held, notice.NoServer
		return l, time.Time{}, notice.NoServer
	}
	c := notice.Choice{}
	if l.Person != "" {
		var err error
		if c, err = s.Choice(ctx, l.Person); err != nil {
			s.Log.WarnContext(ctx, "choice not read, quiet hours are kept", "err", err)
		}
	}
	if c.Loud {
		return l, time.Time{}, ""
	}
	until := s.Book(today(now)).Quiet.HeldUntil(now, s.Calendar())
	if !until.After(now) {
		return l, time.Time{}, ""
	}
	l.State, l.Reason, l.HeldUntil = notice.Held, notice.QuietHours, until
	// Everything held overnight must not leave in one minute.
	return l, until.Add(rand.N(morningSpread)), notice.QuietHours //nolint:gosec // spreads load, guards nothing
}

const morningSpread = 10 * time.Minute

// end writes how an attempt ended, and has the letter looked at again when again is set.
func (s *Store) end(ctx context.Context, run *jobs.Run, l notice.Delivery, again time.Time) error {
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error { return s.ended(ctx, tx, run, l, again) })
}

func (s *Store) ended(ctx context.Context, tx *sqldb.Tx, run *jobs.Run, l notice.Delivery, again time.Time) error {
	if _, err := tx.Exec(ctx, sqlEnded, l.ID, string(l.State), string(l.Reason), l.Attempts, l.Repeated, l.Answer, micros(l.HeldUntil), micros(l.Tried), micros(l.Sent)); err != nil {
		return fmt.Errorf("write how a letter ended: %w", err)
	}
	if !again.IsZero() {
		if err := s.queue.Enqueue(ctx, tx, jobs.Job{Kind: DeliverJob, Args: letterArgs{ID: l.ID}, RunAt: again, Key: l.ID}); err != nil {
			return err
		}
	}
	return run.Done(ctx, tx)
}

// undelivered ends a letter that the applicant must have, and tells the desk to telephone.
func (s *Store) undelivered(ctx context.Context, run *jobs.Run, l notice.Delivery, n notice.Notice, d *dossier.Dossier) error {
	h := dossier.Reception(d.Desk)
	tells := []notice.Tell{{
		Kind: notice.Undelivered, Reader: notice.ToQueue(h), Holder: h, Seq: n.Seq, Occasion: string(n.Kind), Facts: n.Facts, At: s.Now(),
	}}
	letters, err := s.letters(ctx, d, tells)
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		if err := s.leave(ctx, tx, d, tells, letters); err != nil {
			return err
		}
		return s.ended(ctx, tx, run, l, time.Time{})
	})
}
