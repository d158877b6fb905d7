// Package noticedb keeps who was told what, the letters that leave for it and what people
// chose, and does the jobs behind them: what follows from an act, reminders, sending.
//
// A notice is written once however often its job runs: the row's key is the event, the
// kind, the occasion and the reader. A letter is sent once as far as a mail server lets
// anybody know: what it said is written before the job ends, and only an answer lost on the
// way has the letter sent again, under the same Message-ID and with a mark on the row.
package noticedb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/casefile"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/jobs"
	"github.com/motcua/motcua/internal/notice"
	"github.com/motcua/motcua/internal/sqldb"
)

// People answers who is behind queues and accounts.
type People interface {
	// Holding lists the accounts that may hold the work now.
	Holding(ctx context.Context, h casefile.Holder) ([]string, error)
	// Email is the address an account gave, which nobody confirmed; empty when there is none.
	Email(ctx context.Context, person string) (string, error)
}

// Mailer hands one letter to a mail server and says what it answered.
type Mailer interface {
	Send(ctx context.Context, l notice.Letter) notice.Outcome
}

// Config is what the store stands on.
type Config struct {
	Book     func(day string) *notice.Book // wording and settings in force on a local day
	Calendar func() *calendar.Calendar     // days off, for quiet hours; may answer nil
	Agency   func(id agency.ID, at time.Time) string
	People   People
	Mailer   Mailer // nil: letters are held
	Address  string // public address of the service without a slash at its end; empty: letters hold no links
	Domain   string // stands behind the @ of Message-IDs
	Secret   []byte // signs the links that confirm addresses
	Log      *slog.Logger
	Now      func() time.Time
}

// Store keeps notices.
type Store struct {
	Config
	db    *sqldb.DB
	queue *jobs.Queue
}

// New returns the store and has the queue do its jobs.
func New(db *sqldb.DB, queue *jobs.Queue, c Config) *Store {
	s := &Store{Config: c, db: db, queue: queue}
	s.handle()
	return s
}

const toldColumns = `id, case_id, seq, kind, occasion, reader, shown, facts, at, told_at, read_at, read_by`

// workKinds are the notices that an act on the work answers.
const workKinds = `'arrived', 'arrived_reminder', 'answer_due', 'assigned', 'supplement_received', 'withdrawal_asked', 'correction_asked',
	'work_arrived', 'consulted', 'sub_opened'`

const (
	sqlTell = `INSERT INTO notice_told (` + toldColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, '')
		ON CONFLICT (case_id, seq, kind, occasion, reader) DO NOTHING`
	sqlByID   = `SELECT ` + toldColumns + ` FROM notice_told WHERE id = $1`
	sqlOfCase = `SELECT ` + toldColumns + ` FROM notice_told WHERE case_id = $1 ORDER BY told_at, seq, id`
	// A post has few queues: those of its roles, of its unit and its own.
	sqlUnread  = `SELECT kind FROM notice_told WHERE reader IN ($1, $2, $3, $4, $5, $6, $7, $8) AND read_at = 0 LIMIT $9`
	sqlList    = `SELECT ` + toldColumns + ` FROM notice_told WHERE reader = $1 AND (at < $2 OR at = $2 AND id < $3) ORDER BY at DESC, id DESC LIMIT $4`
	sqlRead    = `UPDATE notice_told SET read_at = $2, read_by = $3 WHERE id = $1 AND read_at = 0`
	sqlReadAll = `UPDATE notice_told SET read_at = $2, read_by = $3 WHERE reader = $1 AND read_at = 0 AND told_at <= $4`
	// What the act did away with needs nobody's attention any more: work that was taken up, dates that no longer run.
	// That a letter did not arrive stays until somebody has read it.
	sqlSettleWork = `UPDATE notice_told SET read_at = $3, read_by = '` + notice.Settled + `'
		WHERE case_id = $1 AND seq < $2 AND read_at = 0 AND kind IN (` + workKinds + `)`
	// The same for one reader, where a file has work at several and only some of it was done.
	sqlUnsettled = `SELECT DISTINCT reader FROM notice_told
		WHERE case_id = $1 AND seq < $2 AND read_at = 0 AND kind IN (` + workKinds + `)`
	sqlSettleOf = `UPDATE notice_told SET read_at = $3, read_by = '` + notice.Settled + `'
		WHERE case_id = $1 AND seq < $2 AND reader = $4 AND read_at = 0 AND kind IN (` + workKinds + `)`
	sqlSettleDates = `UPDATE notice_told SET read_at = $3, read_by = '` + notice.Settled + `'
		WHERE case_id = $1 AND seq < $2 AND read_at = 0 AND kind IN ('due_soon', 'overdue')`
	sqlOpened = `SELECT EXISTS (SELECT 1 FROM notice_told WHERE case_id = $1 AND seq = $2 AND kind = $3 AND read_at > 0)`
	sqlErased = `SELECT EXISTS (SELECT 1 FROM journal_event WHERE case_id = $1 AND kind = '` + dossier.EventErased + `')`
	// Rows that a process of the version before left.
	sqlCarry = `INSERT INTO notice_told (` + toldColumns + `)
		SELECT case_id || '-' || CAST(seq AS TEXT), case_id, seq, substr(kind, 9), '', 'person:' || person, shown, '{}', at, at, read_at,
			CASE WHEN read_at = 0 THEN '' ELSE person END
		FROM notice WHERE kind LIKE 'dossier.%' AND at > $1
		ON CONFLICT (case_id, seq, kind, occasion, reader) DO NOTHING`
	sqlEraseFacts   = `UPDATE notice_told SET facts = '{}' WHERE case_id = $1`
	sqlEraseLetters = `UPDATE notice_delivery SET address = '', answer = '',
			reason = CASE WHEN state = 'queued' OR state = 'held' THEN '` + string(notice.Gone) + `' ELSE reason END,
			state = CASE WHEN state = 'queued' OR state = 'held' THEN 'failed' ELSE state END
		WHERE notice IN (SELECT id FROM notice_told WHERE case_id = $1)`
)

// Statements are all SQL texts of the package, for the test that prepares them on both engines.
var Statements = []string{
	sqlTell, sqlByID, sqlOfCase, sqlUnread, sqlList, sqlRead, sqlReadAll, sqlSettleWork, sqlUnsettled, sqlSettleOf, sqlSettleDates, sqlOpened, sqlErased, sqlCarry, sqlEraseFacts, sqlEraseLetters,
	sqlAddLetter, sqlLetter, sqlLettersOf, sqlBegin, sqlEnded, sqlRelease, sqlExpire,
	sqlChoice, sqlSaveChoice, sqlWaiting, sqlStranded, sqlNoEvent, sqlNoNotice, sqlOddLetters, sqlLeftovers,
}

func scanNotice(row interface{ Scan(dest ...any) error }) (notice.Notice, error) {
	var n notice.Notice
	var facts string
	var at, told, read int64
	err := row.Scan(&n.ID, &n.Case, &n.Seq, &n.Kind, &n.Occasion, &n.Reader, &n.Shown, &facts, &at, &told, &read, &n.ReadBy)
	if errors.Is(err, sqldb.ErrNoRows) {
		return n, notice.ErrNone
	}
	if err != nil {
		return n, fmt.Errorf("read notice: %w", err)
	}
	if err := json.Unmarshal([]byte(facts), &n.Facts); err != nil {
		return n, fmt.Errorf("facts of notice %s: %w", n.ID, err)
	}
	n.At, n.Told, n.Read = instant(at), instant(told), instant(read)
	return n, nil
}

func instant(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func today(t time.Time) string { return calendar.DateOf(t).String() }

// readersAtOnce is how many lists sqlUnread counts.
const readersAtOnce = 8

// MostUnread bounds the number beside the bell.
const MostUnread = 100

// Unread counts what stands unread in the lists, up to MostUnread; hidden are kinds the person does not want to see.
func (s *Store) Unread(ctx context.Context, readers []notice.Reader, c notice.Choice) (int, error) {
	n := 0
	for some := range slices.Chunk(readers, readersAtOnce) {
		args := slices.Repeat([]any{string(some[0])}, readersAtOnce)
		for i, r := range some {
			args[i] = string(r)
		}
		rows, err := s.db.Query(ctx, sqlUnread, append(args, MostUnread)...)
		kinds, err := sqldb.Collect(rows, err, func(rows *sqldb.Rows) (k notice.Kind, err error) { return k, rows.Scan(&k) })
		if err != nil {
			return 0, fmt.Errorf("count notices: %w", err)
		}
		for _, k := range kinds {
			if c.Shows(k) {
				n++
			}
		}
	}
	return min(n, MostUnread), nil
}

// List shows up to limit notices of the lists, newest first, after the notice with the cursor; next is the cursor of
// what follows, empty at the end.
func (s *Store) List(ctx context.Context, readers []notice.Reader, c notice.Choice, after string, limit int) (out []notice.Notice, next string, err error) {
	at, id := int64(1)<<62, ""
	if after != "" {
		n, err := scanNotice(s.db.QueryRow(ctx, sqlByID, after))
		if err != nil {
			return nil, "", err
		}
		if !slices.Contains(readers, n.Reader) {
			return nil, "", notice.ErrNone
		}
		at, id = micros(n.At), n.ID
	}
	more := false
	for _, r := range readers {
		rows, err := s.db.Query(ctx, sqlList, string(r), at, id, limit+1)
		some, err := sqldb.Collect(rows, err, func(rows *sqldb.Rows) (notice.Notice, error) { return scanNotice(rows) })
		if err != nil {
			return nil, "", fmt.Errorf("list notices: %w", err)
		}
		more = more || len(some) > limit
		out = append(out, some...)
	}
	slices.SortFunc(out, func(a, b notice.Notice) int {
		if d := b.At.Compare(a.At); d != 0 {
			return d
		}
		return strings.Compare(b.ID, a.ID)
	})
	if len(out) > limit {
		out, more = out[:limit], true
	}
	if more {
		next = out[len(out)-1].ID
	}
	out = slices.DeleteFunc(out, func(n notice.Notice) bool { return !c.Shows(n.Kind) })
	return out, next, nil
}

// Open marks a notice of the lists as read by the person and returns it.
func (s *Store) Open(ctx context.Context, id string, readers []notice.Reader, person string) (notice.Notice, error) {
	n, err := scanNotice(s.db.QueryRow(ctx, sqlByID, id))
	if err != nil {
		return n, err
	}
	if n.Reader == notice.ByLetterOnly || !slices.Contains(readers, n.Reader) {
		return notice.Notice{}, notice.ErrNone
	}
	if n.Read.IsZero() {
		err = s.db.InTx(ctx, func(tx *sqldb.Tx) error {
			_, err := tx.Exec(ctx, sqlRead, id, s.Now().UnixMicro(), person)
			return err
		})
	}
	return n, err
}

// ReadAll marks everything in the lists as read by the person that was told until then.
func (s *Store) ReadAll(ctx context.Context, readers []notice.Reader, person string, until time.Time) error {
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		for _, r := range readers {
			if _, err := tx.Exec(ctx, sqlReadAll, string(r), s.Now().UnixMicro(), person, micros(until)); err != nil {
				return err
			}
		}
		return nil
	})
}

// OfCase lists everything that was told about a dossier, oldest first.
func (s *Store) OfCase(ctx context.Context, caseID string) ([]notice.Entry, error) {
	rows, err := s.db.Query(ctx, sqlOfCase, caseID)
	list, err := sqldb.Collect(rows, err, func(rows *sqldb.Rows) (notice.Entry, error) {
		n, err := scanNotice(rows)
		return notice.Entry{Notice: n}, err
	})
	if err != nil {
		return nil, fmt.Errorf("notices of a case: %w", err)
	}
	at := make(map[string]int, len(list))
	for i, n := range list {
		at[n.ID] = i
	}
	found, err := s.db.Query(ctx, sqlLettersOf, caseID)
	letters, err := sqldb.Collect(found, err, func(rows *sqldb.Rows) (notice.Delivery, error) { return scanLetter(rows) })
	if err != nil {
		return nil, fmt.Errorf("letters of a case: %w", err)
	}
	for _, d := range letters {
		if i, ok := at[d.Notice]; ok {
			list[i].Letters = append(list[i].Letters, d)
		}
	}
	return list, nil
}

// Erase removes the personal part of everything told about a dossier, in the transaction that erases the dossier's.
// Letters that wait are not sent any more.
func (s *Store) Erase(ctx context.Context, tx *sqldb.Tx, caseID string) error {
	for _, stmt := range []string{sqlEraseFacts, sqlEraseLetters} {
		if _, err := tx.Exec(ctx, stmt, caseID); err != nil {
			return fmt.Errorf("erase notices: %w", err)
		}
	}
	return nil
}
