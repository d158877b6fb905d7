package casefiledb

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"

	"github.com/motcua/motcua/internal/casefile"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/sqldb"
)

const (
	sqlHeads = `SELECT case_id, kind, seq, hash, sig FROM case_head WHERE case_id > $1 ORDER BY case_id LIMIT CAST($2 AS INTEGER)`

	sqlAllEvents = `SELECT case_id, seq, kind, at, body, hash FROM journal_event
		WHERE (case_id, seq) > ($1, $2) ORDER BY case_id, seq LIMIT CAST($3 AS INTEGER)`
	sqlAllPrivate = `SELECT case_id, seq, name, salt, value FROM journal_private
		WHERE case_id >= $1 AND case_id <= $2 ORDER BY case_id, seq`

	// Rows whose case has no journal at all.
	sqlOrphans = `SELECT 'work_item', case_id FROM work_item w WHERE NOT EXISTS (SELECT 1 FROM journal_event e WHERE e.case_id = w.case_id)
		UNION SELECT 'case_scope', case_id FROM case_scope s WHERE NOT EXISTS (SELECT 1 FROM journal_event e WHERE e.case_id = s.case_id)
		UNION SELECT 'case_term', case_id FROM case_term t WHERE NOT EXISTS (SELECT 1 FROM journal_event e WHERE e.case_id = t.case_id)
		UNION SELECT 'case_head', case_id FROM case_head h WHERE NOT EXISTS (SELECT 1 FROM journal_event e WHERE e.case_id = h.case_id)
		UNION SELECT 'dossier_handover', case_id FROM dossier_handover p WHERE NOT EXISTS (SELECT 1 FROM journal_event e WHERE e.case_id = p.case_id)
		UNION SELECT 'dossier_leg', case_id FROM dossier_leg l WHERE NOT EXISTS (SELECT 1 FROM journal_event e WHERE e.case_id = l.case_id)
		UNION SELECT 'case_view', case_id FROM case_view v WHERE NOT EXISTS (SELECT 1 FROM journal_event e WHERE e.case_id = v.case_id)
		UNION SELECT 'dossier', id FROM dossier d WHERE NOT EXISTS (SELECT 1 FROM journal_event e WHERE e.case_id = d.id)`

	sqlLastEvent = `SELECT coalesce(max(id), 0) FROM journal_event`

	sqlWorkOf   = `SELECT queue, ` + workColumns + ` FROM work_item WHERE case_id = $1 ORDER BY queue`
	sqlScopesOf = `SELECT scope, status, ord FROM case_scope WHERE case_id = $1 ORDER BY scope`
	sqlAllTerms = `SELECT scope, term, ord, case_id FROM case_term`
)

// Finding is one thing that is not as the journal says.
type Finding struct {
	Case   string `json:"case,omitempty"`
	Seq    int64  `json:"seq,omitempty"`
	What   string `json:"what"` // table or part: journal, head, seal, dossier, work_item …
	Detail string `json:"detail"`
}

func (f Finding) String() string {
	s := f.What
	if f.Case != "" {
		s += " " + f.Case
	}
	if f.Seq > 0 {
		s += fmt.Sprintf("/%d", f.Seq)
	}
	return s + ": " + f.Detail
}

// CheckSeals verifies the chain of seals over the whole log and returns how many events are sealed and how
// many are not yet. anchor is the last seal that was published outside the database (zero: none).
func CheckSeals(ctx context.Context, r Reader, ring journal.Keyring, anchor journal.Seal) (sealed, open int64, out []Finding, err error) {
	rows, err := r.Query(ctx, sqlSeals)
	seals, err := sqldb.Collect(rows, err, func(rows *sqldb.Rows) (journal.Seal, error) { return scanSeal(rows) })
	if err != nil {
		return 0, 0, nil, fmt.Errorf("read seals: %w", err)
	}
	var prev journal.Seal
	var at int64
	for _, s := range seals {
		b := journal.NewBatch()
		for at < s.Upto {
			n := b.Len()
			rows, err := r.Query(ctx, sqlUnsealed, at, min(sealBatch, s.Upto-at))
			_, err = sqldb.Collect(rows, err, func(rows *sqldb.Rows) (struct{}, error) {
				var id, seq int64
				var caseID, hash string
				if err := rows.Scan(&id, &caseID, &seq, &hash); err != nil {
					return struct{}{}, err
				}
				at = id
				if id <= s.Upto {
					b.Add(id, caseID, seq, journal.Hash(hash))
				}
				return struct{}{}, nil
			})
			if err != nil {
				return 0, 0, nil, fmt.Errorf("read sealed events: %w", err)
			}
			if b.Len() == n {
				break
			}
		}
		at = s.Upto
		if err := ring.VerifySeal(prev, s, b); err != nil {
			out = append(out, Finding{What: "seal", Detail: err.Error()})
		}
		sealed += b.Len()
		prev = s
	}
	if anchor.N > 0 {
		i := slices.IndexFunc(seals, func(s journal.Seal) bool { return s.N == anchor.N })
		if i < 0 || seals[i].Hash != anchor.Hash {
			out = append(out, Finding{What: "seal", Detail: fmt.Sprintf("the published head (seal %d, %.16s…) is not in the log: its tail was cut off or rewritten", anchor.N, anchor.Hash)})
		}
	}
	for {
		rows, err := r.Query(ctx, sqlUnsealed, at, sealBatch)
		n := int64(0)
		_, err = sqldb.Collect(rows, err, func(rows *sqldb.Rows) (struct{}, error) {
			var seq int64
			var caseID, hash string
			n++
			return struct{}{}, rows.Scan(&at, &caseID, &seq, &hash)
		})
		if err != nil {
			return 0, 0, nil, fmt.Errorf("read unsealed events: %w", err)
		}
		open += n
		if n < sealBatch {
			return sealed, open, out, nil
		}
	}
}

// Journal is the journal of one case as check reads it.
type Journal struct {
	Case   string
	Events []journal.Event
	Faults []Finding
}

// Walk reads every journal of the log, case after case, verifies its chain and hands it to visit.
func Walk(ctx context.Context, r Reader, visit func(Journal) error) error {
	var cur Journal
	var prev journal.Hash
	afterCase, afterSeq := "", int64(0)
	flush := func() error {
		if cur.Case == "" {
			return nil
		}
		return visit(cur)
	}
	for {
		type row struct {
			caseID, kind, body, hash string
			seq, at                  int64
		}
		rows, err := r.Query(ctx, sqlAllEvents, afterCase, afterSeq, 5000)
		page, err := sqldb.Collect(rows, err, func(rows *sqldb.Rows) (x row, err error) {
			return x, rows.Scan(&x.caseID, &x.seq, &x.kind, &x.at, &x.body, &x.hash)
		})
		if err != nil {
			return fmt.Errorf("walk the log: %w", err)
		}
		if len(page) == 0 {
			return flush()
		}
		values, err := privateBetween(ctx, r, page[0].caseID, page[len(page)-1].caseID)
		if err != nil {
			return err
		}
		for _, x := range page {
			if x.caseID != cur.Case {
				if err := flush(); err != nil {
					return err
				}
				cur = Journal{Case: x.caseID}
				prev = journal.First(x.caseID)
			}
			report := func(detail string) {
				cur.Faults = append(cur.Faults, Finding{Case: x.caseID, Seq: x.seq, What: "journal", Detail: detail})
			}
			e, err := journal.Parse(x.body)
			if err != nil {
				report(err.Error())
				e = journal.Event{Case: x.caseID, Seq: x.seq}
			}
			e.Hash = journal.Hash(x.hash)
			if e.Kind != x.kind || (err == nil && e.At.UnixMicro() != x.at) {
				report("row and canonical bytes differ in kind or time")
			}
			for name, p := range e.Private {
				if v, ok := values[privateKey{x.caseID, x.seq, name}]; ok {
					p.Salt, p.Value = v.Salt, v.Value
					e.Private[name] = p
				}
			}
			if err == nil {
				if want := int64(len(cur.Events) + 1); x.seq != want {
					report(fmt.Sprintf("event %d is missing", want))
				}
				if err := journal.Verify(e, x.caseID, x.seq, prev); err != nil {
					report(err.Error())
				}
			}
			prev = e.Hash
			cur.Events = append(cur.Events, e)
			afterCase, afterSeq = x.caseID, x.seq
		}
	}
}

type privateKey struct {
	caseID string
	seq    int64
	name   string
}

func privateBetween(ctx context.Context, r Reader, from, to string) (map[privateKey]journal.Private, error) {
	out := map[privateKey]journal.Private{}
	rows, err := r.Query(ctx, sqlAllPrivate, from, to)
	_, err = sqldb.Collect(rows, err, func(rows *sqldb.Rows) (struct{}, error) {
		var k privateKey
		var salt string
		var value *string
		if err := rows.Scan(&k.caseID, &k.seq, &k.name, &salt, &value); err != nil {
			return struct{}{}, err
		}
		if value != nil {
			out[k] = journal.Private{Salt: salt, Value: json.RawMessage(*value)}
		}
		return struct{}{}, nil
	})
	if err != nil {
		return nil, fmt.Errorf("walk personal values: %w", err)
	}
	return out, nil
}

// Heads returns all signed heads by case.
func Heads(ctx context.Context, r Reader) (map[string]journal.Head, error) {
	out := map[string]journal.Head{}
	after := ""
	for {
		rows, err := r.Query(ctx, sqlHeads, after, 10_000)
		n := 0
		_, err = sqldb.Collect(rows, err, func(rows *sqldb.Rows) (struct{}, error) {
			var h journal.Head
			var kind string
			if err := rows.Scan(&h.Case, &kind, &h.Seq, &h.Hash, &h.Sig); err != nil {
				return struct{}{}, err
			}
			out[h.Case], after = h, h.Case
			n++
			return struct{}{}, nil
		})
		if err != nil {
			return nil, fmt.Errorf("read heads: %w", err)
		}
		if n < 10_000 {
			return out, nil
		}
	}
}

// Orphans lists rows whose case has no journal.
func Orphans(ctx context.Context, r Reader) ([]Finding, error) {
	rows, err := r.Query(ctx, sqlOrphans)
	return sqldb.Collect(rows, err, func(rows *sqldb.Rows) (f Finding, err error) {
		f.Detail = "there is no journal of this case"
		return f, rows.Scan(&f.What, &f.Case)
	})
}

// Compare tells how the rows of a case differ from what its journal says.
func Compare(ctx context.Context, r Reader, caseID string, want casefile.Rows) ([]Finding, error) {
	var out []Finding
	report := func(what string, is, should any) {
		out = append(out, Finding{Case: caseID, What: what, Detail: fmt.Sprintf("the row says %v, the journal %v", is, should)})
	}
	type waiting struct {
		queue string
		item  casefile.WorkItem
	}
	split := func(list []waiting) (queues []string, items []casefile.WorkItem) {
		slices.SortFunc(list, func(a, b waiting) int { return strings.Compare(a.queue, b.queue) }) // engines order text their own way
		for _, w := range list {
			queues, items = append(queues, w.queue), append(items, w.item)
		}
		return queues, items
	}
	rows, err := r.Query(ctx, sqlWorkOf, caseID)
	found, err := sqldb.Collect(rows, err, func(rows *sqldb.Rows) (waiting, error) {
		var w waiting
		var err error
		w.item, err = scanWork(queued{rows, &w.queue})
		return w, err
	})
	if err != nil {
		return nil, err
	}
	told := make([]waiting, 0, len(want.Work))
	for _, w := range want.Work {
		told = append(told, waiting{w.Key(), w})
	}
	queues, work := split(found)
	wantQueues, wantWork := split(told)
	if spell(work) != spell(wantWork) || !slices.Equal(queues, wantQueues) {
		out = append(out, Finding{Case: caseID, What: "work_item", Detail: fmt.Sprintf("%d open items, waiting in %v; the journal says %d, in %v, or they differ in content", len(work), queues, len(want.Work), wantQueues)})
	}
	rows, err = r.Query(ctx, sqlScopesOf, caseID)
	scopes, err := sqldb.Collect(rows, err, func(rows *sqldb.Rows) (s string, err error) {
		var scope, status string
		var ord int64
		err = rows.Scan(&scope, &status, &ord)
		return fmt.Sprint(scope, " ", status, " ", ord), err
	})
	if err != nil {
		return nil, err
	}
	var wanted []string
	for _, s := range want.Scopes {
		wanted = append(wanted, fmt.Sprint(s.Scope, " ", s.Status, " ", -s.At.UnixMicro()))
	}
	if !slices.Equal(scopes, wanted) {
		report("case_scope", scopes, wanted)
	}
	return out, nil
}

// Terms compares the search words of all cases in one pass over the table: it sums a hash of every row that
// should be there, then of every row that is.
type Terms struct{ sums map[string]uint64 }

// Expect takes note of the words a case should be found by.
func (t *Terms) Expect(caseID string, want casefile.Rows) {
	if t.sums == nil {
		t.sums = map[string]uint64{}
	}
	t.sums[caseID] += 0 // a case without words must have none in the table either
	for _, row := range termRows(want) {
		t.sums[caseID] += row.hash()
	}
}

func (t termRow) hash() uint64 {
	h := fnv.New64a()
	_, _ = fmt.Fprintf(h, "%s\x00%s\x00%d", t.scope, t.term, t.ord) // a hash never fails to write
	return h.Sum64()
}

// Compare reads the table and reports the cases whose words are not as they should be.
func (t *Terms) Compare(ctx context.Context, r Reader) ([]Finding, error) {
	rows, err := r.Query(ctx, sqlAllTerms)
	if err != nil {
		return nil, fmt.Errorf("read search words: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var row termRow
		var caseID string
		if err := rows.Scan(&row.scope, &row.term, &row.ord, &caseID); err != nil {
			return nil, err
		}
		if _, known := t.sums[caseID]; known { // others are orphans
			t.sums[caseID] -= row.hash()
		}
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	var out []Finding
	for caseID, rest := range t.sums {
		if rest != 0 {
			out = append(out, Finding{Case: caseID, What: "case_term", Detail: "the search words are not those of the journal"})
		}
	}
	slices.SortFunc(out, func(a, b Finding) int { return strings.Compare(a.Case, b.Case) })
	return out, nil
}

// queued scans the queue before the other columns.
type queued struct {
	rows  *sqldb.Rows
	queue *string
}

func (q queued) Scan(dest ...any) error { return q.rows.Scan(append([]any{q.queue}, dest...)...) }

func spell(items []casefile.WorkItem) string {
	var b strings.Builder
	for _, w := range items {
		fmt.Fprintf(&b, "[%v]", workRow(w))
	}
	return b.String()
}
