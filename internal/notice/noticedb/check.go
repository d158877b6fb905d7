package noticedb

import (
	"context"
	"fmt"

	"github.com/motcua/motcua/internal/casefile/casefiledb"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/notice"
	"github.com/motcua/motcua/internal/sqldb"
)

const (
	sqlNoEvent = `SELECT n.case_id, n.kind, n.seq FROM notice_told n LEFT JOIN journal_event e ON e.case_id = n.case_id AND e.seq = n.seq
		WHERE e.case_id IS NULL ORDER BY n.case_id LIMIT $1`
	sqlStranded = `SELECT n.case_id, n.kind, n.seq, e.kind FROM notice_told n JOIN journal_event e ON e.case_id = n.case_id AND e.seq = n.seq ORDER BY n.case_id, n.seq, n.id`
	sqlNoNotice = `SELECT d.id FROM notice_delivery d LEFT JOIN notice_told n ON n.id = d.notice WHERE n.id IS NULL ORDER BY d.id LIMIT $1`
	// A letter that was sent says when and what the server answered last; one that waits for nothing is in no open state.
	sqlOddLetters = `SELECT n.case_id, d.state FROM notice_delivery d JOIN notice_told n ON n.id = d.notice
		WHERE (d.state = 'sent') <> (d.sent_at > 0) OR d.attempts < 0 OR (d.state = 'held' OR d.state = 'failed') <> (d.reason <> '') ORDER BY n.case_id LIMIT $1`
	sqlLeftovers = `SELECT DISTINCT n.case_id FROM notice_told n JOIN journal_event e ON e.case_id = n.case_id AND e.kind = '` + dossier.EventErased + `'
		LEFT JOIN notice_delivery d ON d.notice = n.id WHERE n.facts <> '{}' OR d.address <> '' OR d.answer <> '' ORDER BY n.case_id LIMIT $1`
)

// CheckIn finds notices that belong to no event or to one they cannot follow, letters without a notice, letters whose
// state and instants disagree, and personal data left over after an erasure.
func CheckIn(ctx context.Context, tx *sqldb.Tx, most int) ([]casefiledb.Finding, error) {
	out := []casefiledb.Finding{}
	look := func(stmt string, args []any, read func(rows *sqldb.Rows) (casefiledb.Finding, bool, error)) error {
		rows, err := tx.Query(ctx, stmt, args...)
		_, err = sqldb.Collect(rows, err, func(rows *sqldb.Rows) (struct{}, error) {
			f, bad, err := read(rows)
			if err == nil && bad && len(out) < most {
				out = append(out, f)
			}
			return struct{}{}, err
		})
		return err
	}
	var id, kind, event, state string
	var seq int64
	for _, l := range []struct {
		stmt string
		args []any
		read func(rows *sqldb.Rows) (casefiledb.Finding, bool, error)
	}{
		{sqlNoEvent, []any{most}, func(rows *sqldb.Rows) (casefiledb.Finding, bool, error) {
			err := rows.Scan(&id, &kind, &seq)
			return casefiledb.Finding{Case: id, What: "notice", Detail: fmt.Sprintf("%s tells of event %d, which does not exist", kind, seq)}, true, err
		}},
		{sqlStranded, nil, func(rows *sqldb.Rows) (casefiledb.Finding, bool, error) {
			err := rows.Scan(&id, &kind, &seq, &event)
			return casefiledb.Finding{Case: id, What: "notice", Detail: fmt.Sprintf("%s cannot follow event %d, %s", kind, seq, event)}, !notice.Kind(kind).Follows(event), err
		}},
		{sqlNoNotice, []any{most}, func(rows *sqldb.Rows) (casefiledb.Finding, bool, error) {
			err := rows.Scan(&id)
			return casefiledb.Finding{Case: id, What: "letter", Detail: "belongs to no notice"}, true, err
		}},
		{sqlOddLetters, []any{most}, func(rows *sqldb.Rows) (casefiledb.Finding, bool, error) {
			err := rows.Scan(&id, &state)
			return casefiledb.Finding{Case: id, What: "letter", Detail: "its state " + state + " and what is written beside it disagree"}, true, err
		}},
		{sqlLeftovers, []any{most}, func(rows *sqldb.Rows) (casefiledb.Finding, bool, error) {
			err := rows.Scan(&id)
			return casefiledb.Finding{Case: id, What: "notice", Detail: "personal data was erased and notices still hold some"}, true, err
		}},
	} {
		if err := look(l.stmt, l.args, l.read); err != nil {
			return nil, fmt.Errorf("check notices: %w", err)
		}
	}
	return out, nil
}
