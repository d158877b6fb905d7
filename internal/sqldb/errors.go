package sqldb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"

	"github.com/motcua/motcua/internal/fault"
)

// What an engine refuses, the same for both. Test with errors.Is.
var (
	ErrNoRows     = sql.ErrNoRows
	ErrUnique     = errors.New("already there (unique)")
	ErrForeignKey = errors.New("refers to what is not there, or is referred to (foreign key)")
	ErrCheck      = errors.New("value not allowed (check, not null)")
	ErrReadOnly   = errors.New("write in a transaction that only reads")
	ErrTxDone     = errors.New("transaction has ended")

	// The following also carry a *fault.Error of kind Unavailable: a person is told
	// to try again.

	// ErrConflict: two transactions got in each other's way; InTx has already run
	// the function again several times.
	ErrConflict = errors.New("transactions in each other's way")
	// ErrBusy: the turn to write did not come in time.
	ErrBusy = errors.New("database busy")
	// ErrTimeout: the statement took longer than allowed, or the context's deadline passed.
	ErrTimeout = errors.New("statement took too long")
	// ErrUnavailable: the database does not answer.
	ErrUnavailable = errors.New("database unavailable")
	// ErrDiskFull: nothing was written; it works again as soon as there is space.
	ErrDiskFull = errors.New("disk full")
	// ErrOutcomeUnknown: the commit was sent and its answer lost. The caller's
	// idempotency key tells at the next attempt whether it had happened.
	ErrOutcomeUnknown = errors.New("commit sent, answer lost")
)

var (
	faultBusy        = fault.New(fault.Unavailable, "store.busy")
	faultTimeout     = fault.New(fault.Unavailable, "store.timeout")
	faultUnavailable = fault.New(fault.Unavailable, "store.unavailable")
	faultDiskFull    = fault.New(fault.Unavailable, "store.disk-full")
	faultUnknown     = fault.New(fault.Unavailable, "store.outcome-unknown")
)

// refusal is an engine's error with its sentinel, and with the fault a person is
// answered with when there is something to tell.
type refusal struct {
	kind  error
	fault *fault.Error // nil: the caller knows what it means
	err   error
	lost  bool // SQLite may have rolled back the whole transaction
}

func (e *refusal) Error() string { return e.kind.Error() + ": " + e.err.Error() }

func (e *refusal) Unwrap() []error {
	if e.fault == nil {
		return []error{e.kind, e.err}
	}
	return []error{e.kind, e.fault, e.err}
}

// Result codes of SQLite, of which the low byte is the primary one.
const (
	sqliteError      = 1
	sqliteBusy       = 5
	sqliteLocked     = 6
	sqliteNoMem      = 7
	sqliteReadOnly   = 8
	sqliteInterrupt  = 9
	sqliteIOErr      = 10
	sqliteCorrupt    = 11
	sqliteFull       = 13
	sqliteCantOpen   = 14
	sqliteConstraint = 19

	sqliteConstraintCheck      = 275
	sqliteConstraintForeignKey = 787
	sqliteConstraintNotNull    = 1299
	sqliteConstraintPrimaryKey = 1555
	sqliteConstraintUnique     = 2067
	sqliteConstraintRowID      = 2579
	sqliteIOErrFsync           = 1034
	sqliteIOErrDirFsync        = 1290
)

// mapError gives err its sentinel. It is the one place that knows engine codes.
func mapError(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*refusal](err); ok {
		return err
	}
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return mapSQLite(e.Code(), err)
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return mapPostgres(e.Code, err)
	}
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return err
	case errors.Is(err, context.DeadlineExceeded):
		return &refusal{kind: ErrTimeout, fault: faultTimeout, err: err, lost: true}
	case errors.Is(err, context.Canceled):
		return &refusal{kind: context.Canceled, err: err, lost: true}
	case errors.Is(err, sql.ErrTxDone):
		return &refusal{kind: ErrTxDone, err: err}
	case errors.Is(err, syscall.ENOSPC):
		return &refusal{kind: ErrDiskFull, fault: faultDiskFull, err: err, lost: true}
	case lostConnection(err):
		return &refusal{kind: ErrUnavailable, fault: faultUnavailable, err: err, lost: true}
	}
	return err
}

func mapSQLite(code int, err error) error {
	switch code {
	case sqliteConstraintPrimaryKey, sqliteConstraintUnique, sqliteConstraintRowID:
		return &refusal{kind: ErrUnique, err: err}
	case sqliteConstraintForeignKey:
		return &refusal{kind: ErrForeignKey, err: err}
	case sqliteConstraintCheck, sqliteConstraintNotNull:
		return &refusal{kind: ErrCheck, err: err}
	}
	switch code & 0xff {
	case sqliteBusy, sqliteLocked:
		return &refusal{kind: ErrBusy, fault: faultBusy, err: err, lost: true}
	case sqliteInterrupt:
		return &refusal{kind: ErrTimeout, fault: faultTimeout, err: err, lost: true}
	case sqliteFull:
		return &refusal{kind: ErrDiskFull, fault: faultDiskFull, err: err, lost: true}
	case sqliteReadOnly:
		return &refusal{kind: ErrReadOnly, err: err}
	case sqliteNoMem, sqliteIOErr, sqliteCorrupt, sqliteCantOpen:
		return &refusal{kind: ErrUnavailable, fault: faultUnavailable, err: err, lost: true}
	}
	return err
}

func mapPostgres(code string, err error) error {
	switch code {
	case "23505", "23P01":
		return &refusal{kind: ErrUnique, err: err}
	case "23503":
		return &refusal{kind: ErrForeignKey, err: err}
	case "23514", "23502":
		return &refusal{kind: ErrCheck, err: err}
	case "25006":
		return &refusal{kind: ErrReadOnly, err: err}
	case "40001", "40P01", "55P03":
		return &refusal{kind: ErrConflict, fault: faultBusy, err: err}
	case "57014":
		return &refusal{kind: ErrTimeout, fault: faultTimeout, err: err}
	case "53100":
		return &refusal{kind: ErrDiskFull, fault: faultDiskFull, err: err}
	case "57P01", "57P02", "57P03", "53200", "53300", "53400", "58000", "58030":
		return &refusal{kind: ErrUnavailable, fault: faultUnavailable, err: err}
	}
	if strings.HasPrefix(code, "08") {
		return &refusal{kind: ErrUnavailable, fault: faultUnavailable, err: err}
	}
	return err
}

func lostConnection(err error) bool {
	if _, ok := errors.AsType[net.Error](err); ok {
		return true
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return true
	}
	for _, e := range []error{
		driver.ErrBadConn, sql.ErrConnDone, net.ErrClosed, io.EOF, io.ErrUnexpectedEOF,
		syscall.ECONNRESET, syscall.ECONNREFUSED, syscall.EPIPE,
	} {
		if errors.Is(err, e) {
			return true
		}
	}
	return pgconn.SafeToRetry(err) || strings.Contains(err.Error(), "conn closed")
}

// fsyncFailed tells that the disk would not confirm what was written.
func fsyncFailed(err error) bool {
	e, ok := errors.AsType[*sqlite.Error](err)
	return ok && e.Code()&0xff == sqliteIOErr
}
