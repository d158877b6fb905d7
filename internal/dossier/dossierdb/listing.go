package dossierdb

import (
	"context"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/agency"

	"github.com/motcua/motcua/internal/casefile"
	"github.com/motcua/motcua/internal/casefile/casefiledb"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/sqldb"
)

// Lists and figures are put together from the fragments of this file: a filter has some thousand combinations, and
// each is one statement with the fragments of what it asks for. Values only ever travel as parameters. The same
// fragment counts a figure and lists what is behind it.

const local = "25200000000" // µs that Vietnamese time is ahead of UTC

// Fragments on d, the dossier. {now}, {from} and {until} are instants.
const (
	fragOpen = `d.resolved_at = 0 AND d.ended_at = 0`
	fragSoon = fragOpen + ` AND d.due_at >= {now} AND d.soon_at > 0 AND d.soon_at <= {now}`
	fragOver = fragOpen + ` AND d.due_at > 0 AND d.due_at < {now}`
	fragLate = `d.due_at > 0 AND (d.resolved_at > d.due_at OR ` + fragOpen + ` AND d.due_at < {now})`
	fragMiss = `d.first_due_at > 0 AND (d.resolved_at > d.first_due_at OR ` + fragOpen + ` AND NOT d.standing AND d.first_due_at < {now})`

	fragDone   = `d.accepted_at > 0 AND d.finished_at >= {from} AND d.resolved_at >= {from} AND d.resolved_at < {until}`
	fragDayDue = `(d.due_at - (d.due_at + ` + local + `) % 86400000000)`
	fragStill  = `d.finished_at >= {from} AND d.accepted_at > 0 AND d.accepted_at < {until} AND (d.resolved_at = 0 OR d.resolved_at >= {until}) AND (d.ended_at = 0 OR d.ended_at >= {until})`
	// d.standing and due_at say how the clock stands now; a date that passed before the period's end passed whatever came later.
	fragStands = `(d.standing OR d.due_at = 0)`
	fragMissed = `(` + fragDone + ` AND d.first_due_at > 0 AND d.resolved_at > d.first_due_at OR ` + fragStill + ` AND NOT d.standing AND d.first_due_at > 0 AND d.first_due_at < {until})`
	fragLateIn = `(` + fragDone + ` AND d.due_at > 0 AND d.resolved_at > d.due_at OR ` + fragStill + ` AND NOT ` + fragStands + ` AND d.due_at < {until})`

	fragCounted = `d.finished_at >= {from} AND d.accepted_at > 0 AND d.accepted_at < {until} AND (d.leaving_at = 0 OR d.leaving_at >= {from})
		AND (d.national_due_at > 0 OR d.most_us > 0)`
	fragAnswered = `(d.answered_at > 0 AND d.answered_at < {until})`
	fragEnd      = `(CASE WHEN d.finished_at < {until} THEN d.finished_at WHEN d.leaving_at > 0 AND d.leaving_at < {until} THEN d.leaving_at WHEN d.asked_at > 0 AND d.asked_at < {until} AND NOT ` + fragAnswered + ` THEN d.asked_at ELSE {until} END
		- CASE WHEN ` + fragAnswered + ` THEN d.answered_at - d.asked_at ELSE 0 END)`
	fragKept = `(NOT (d.asked_again_at > 0 AND d.asked_again_at < {until})
		AND CASE WHEN d.national_due_at > 0 THEN ` + fragEnd + ` <= d.national_due_at ELSE ` + fragEnd + ` - d.accepted_at <= d.most_us END)`

	fragLegDone   = `l.until_at >= {from} AND l.until_at < {until} AND l.due_at > 0`
	fragLegOpen   = `l.until_at >= {until} AND l.from_at < {until} AND l.due_at > 0`
	fragLegDayDue = `(l.due_at - (l.due_at + ` + local + `) % 86400000000)`
)

// fragMeasures are the conditions of the measures.
var fragMeasures = map[dossier.Measure]string{
	dossier.Received:      `d.finished_at >= {from} AND d.accepted_at >= {from} AND d.accepted_at < {until}`,
	dossier.Carried:       `d.finished_at >= {from} AND d.accepted_at > 0 AND d.accepted_at < {from} AND (d.resolved_at = 0 OR d.resolved_at >= {from}) AND (d.ended_at = 0 OR d.ended_at >= {from})`,
	dossier.ResolvedEarly: fragDone + ` AND d.due_at > 0 AND d.resolved_at < ` + fragDayDue,
	dossier.ResolvedTime:  fragDone + ` AND d.due_at > 0 AND d.resolved_at >= ` + fragDayDue + ` AND d.resolved_at <= d.due_at`,
	dossier.ResolvedLate:  fragDone + ` AND d.due_at > 0 AND d.resolved_at > d.due_at`,
	dossier.ResolvedFree:  fragDone + ` AND d.due_at = 0`,
	dossier.EndedOther:    `d.finished_at >= {from} AND d.accepted_at > 0 AND d.resolved_at = 0 AND d.ended_at >= {from} AND d.ended_at < {until}`,
	dossier.OpenWithin:    fragStill + ` AND NOT ` + fragStands + ` AND d.due_at >= {until}`,
	dossier.OpenLate:      fragStill + ` AND NOT ` + fragStands + ` AND d.due_at < {until}`,
	dossier.OpenStill:     fragStill + ` AND ` + fragStands,
	dossier.MissedFirst:   fragMissed,
	dossier.Reappointed:   fragMissed + ` AND NOT ` + fragLateIn,
	dossier.Unexplained:   fragLateIn + ` AND d.late_reason = ''`,
	dossier.NationalAll:   fragCounted,
	dossier.NationalTime:  fragCounted + ` AND ` + fragKept,
	dossier.NationalLate:  fragCounted + ` AND NOT ` + fragKept,
	dossier.LegEarly:      fragLegDone + ` AND l.until_at < ` + fragLegDayDue,
	dossier.LegTime:       fragLegDone + ` AND l.until_at >= ` + fragLegDayDue + ` AND l.until_at <= l.due_at`,
	dossier.LegLate:       fragLegDone + ` AND l.until_at > l.due_at`,
	dossier.LegOpenWithin: fragLegOpen + ` AND l.due_at >= {until}`,
	dossier.LegOpenLate:   fragLegOpen + ` AND l.due_at < {until}`,
}

// driver is the table a list is walked along.
type driver int

const (
	alongScope   driver = iota // the scope's dossiers, newest first
	alongDossier               // an index of dossiers: open ones by due date, a procedure's, a field's, a period's
	alongLegs
)

// listQuery puts a statement together.
type listQuery struct {
	where []string
	args  []any
	named map[string]string
}

func (q *listQuery) arg(v any) string {
	q.args = append(q.args, v)
	return "$" + strconv.Itoa(len(q.args))
}

func (q *listQuery) and(cond string) { q.where = append(q.where, cond) }

func (q *listQuery) equal(column, v string) {
	if v != "" {
		q.and(column + " = " + q.arg(v))
	}
}

// agency narrows to one agency: the one that is recorded, or all those whose work it has today.
func (q *listQuery) agency(column string, f dossier.ListFilter) {
	if f.Agency == "" || len(f.Folds) == 0 {
		q.equal(column, string(f.Agency))
		return
	}
	of := []string{q.arg(string(f.Agency))}
	for _, x := range f.Folds {
		if x.New == f.Agency {
			of = append(of, q.arg(string(x.Old)))
		}
	}
	q.and(column + " IN (" + strings.Join(of, ", ") + ")") // an index finds these
	q.and(q.folded(column, f.Folds) + " = " + of[0])
}

// folded is the agency of today behind a recorded one.
func (q *listQuery) folded(column string, folds []agency.Fold) string {
	if len(folds) == 0 {
		return column
	}
	var b strings.Builder
	b.WriteString("(CASE")
	for _, x := range folds {
		b.WriteString(" WHEN " + column + " = " + q.arg(string(x.Old)))
		if len(x.Procedures) > 0 {
			codes := make([]string, len(x.Procedures))
			for i, p := range x.Procedures {
				codes[i] = q.arg(p)
			}
			b.WriteString(" AND d.procedure IN (" + strings.Join(codes, ", ") + ")")
		}
		b.WriteString(" THEN CAST(" + q.arg(string(x.New)) + " AS TEXT)")
	}
	b.WriteString(" ELSE " + column + " END)")
	return b.String()
}

// instants fills {now}, {from} and {until} in.
func (q *listQuery) instants(frag string, f dossier.ListFilter) string {
	for name, at := range map[string]time.Time{"{now}": f.Now, "{from}": f.Report.From, "{until}": f.Report.Until} {
		if !strings.Contains(frag, name) {
			continue
		}
		p, ok := q.named[name]
		if !ok {
			p = "CAST(" + q.arg(at.UnixMicro()) + " AS BIGINT)"
			q.named[name] = p
		}
		frag = strings.ReplaceAll(frag, name, p)
	}
	return frag
}

// newListQuery translates everything of a filter but its order and page.
func newListQuery(f dossier.ListFilter) (*listQuery, driver) {
	q := &listQuery{named: map[string]string{}}
	open := f.Urgency != dossier.AnyUrgency
	switch f.Urgency {
	case dossier.DueSoon:
		q.and(q.instants(fragSoon, f))
	case dossier.Overdue:
		q.and(q.instants(fragOver, f))
	}
	q.equal("d.waits", string(f.Waits))
	q.equal("d.status", string(f.Status))
	if !f.Measure.OfLegs() {
		q.agency("d.competent", f)
	} else {
		q.agency("l.agency", f)
	}
	q.equal("d.holder_agency", string(f.Holder))
	q.equal("d.holder_post", f.Post)
	q.equal("d.sector", f.Sector)
	q.equal("d.procedure", f.Procedure)
	q.equal("d.channel", f.Channel)
	q.equal("d.law", f.Law)
	switch f.Reason {
	case "":
	case dossier.ReasonGiven:
		q.and("d.late_reason <> ''")
	case dossier.ReasonMissing:
		q.and("d.late_reason = ''")
		q.and(q.instants(fragLate, f))
	default:
		q.equal("d.late_reason", f.Reason)
	}
	if f.FirstMissed {
		q.and(q.instants(fragMiss, f))
	}
	if f.Apologised {
		q.and("d.apologised > 0")
	}
	if col := dateColumns[f.Date]; col != "" {
		q.and(col + " > 0")
		if !f.Span.From.IsZero() {
			q.and(col + " >= " + q.arg(f.Span.From.UnixMicro()))
		}
		if !f.Span.Until.IsZero() {
			q.and(col + " < " + q.arg(f.Span.Until.UnixMicro()))
		}
	}
	along := alongScope
	switch {
	case f.Measure.OfLegs():
		along = alongLegs
	case open || f.Measure != "" || f.Procedure != "" || f.Sector != "":
		along = alongDossier
	case f.Scope == casefile.Everyone && f.Agency == "" && f.Sort != dossier.BySubmitted:
		along = alongDossier // nothing to be had from the scope but its order
	}
	if f.Measure != "" {
		q.and(q.instants(fragMeasures[f.Measure], f))
	}
	return q, along
}

var dateColumns = map[dossier.DateField]string{
	dossier.DateSubmitted: "d.submitted_at", dossier.DateAccepted: "d.accepted_at", dossier.DateDue: "d.due_at",
	dossier.DateResolved: "d.resolved_at", dossier.DateEnded: "d.ended_at",
}

// from is the FROM clause, and the condition of the scope. Legs are joined to their dossiers only where something
// asks for these.
func (q *listQuery) from(f dossier.ListFilter, along driver, columnsOfDossier bool) string {
	scope := f.Scope
	if along == alongScope {
		if scope == casefile.Everyone && f.Agency != "" && len(f.Folds) == 0 {
			scope = string(f.Agency) // the competent agency takes part in all of its own: a shorter way to the same
		}
		q.and("s.scope = " + q.arg(scope))
		return "case_scope s CROSS JOIN dossier d"
	}
	from := "dossier d"
	if along == alongLegs {
		if scope == casefile.Everyone && !columnsOfDossier && !strings.Contains(strings.Join(q.where, " "), "d.") {
			return "dossier_leg l"
		}
		from = "dossier_leg l CROSS JOIN dossier d"
		q.and("d.id = l.case_id")
	}
	if scope != casefile.Everyone {
		q.and("EXISTS (SELECT 1 FROM case_scope s WHERE s.case_id = d.id AND s.scope = " + q.arg(scope) + ")")
	}
	return from
}

// sortExpr is what a list is ordered by, and whether people mean the highest first.
func sortExpr(f dossier.ListFilter, along driver) (expr string, desc bool) {
	switch f.Sort {
	case dossier.ByDue:
		expr = "(CASE WHEN d.due_at = 0 THEN 4611686018427387904 ELSE d.due_at END)"
		if f.Urgency != dossier.AnyUrgency {
			expr = "d.due_at"
		}
	case dossier.ByResolved:
		expr, desc = "d.resolved_at", true
	case dossier.ByOwner:
		expr = "d.owner_key"
	default:
		expr, desc = "d.submitted_at", true
		if along == alongScope {
			expr, desc = "s.ord", false // the negated instant
		}
	}
	return expr, desc
}

// page adds where the page begins, and returns the ORDER BY and LIMIT.
func (q *listQuery) page(f dossier.ListFilter, along driver) (order, key string, err error) {
	key, desc := sortExpr(f, along)
	desc = desc != f.Desc
	id := "d.id"
	if along == alongScope {
		id = "s.case_id"
	}
	cols := []string{key, id}
	if along == alongLegs {
		key, desc = "l.until_at", !f.Desc
		cols = []string{key, "l.case_id", "l.n"}
	}
	sign, direction := ">", ""
	if desc {
		sign, direction = "<", " DESC"
	}
	if f.After != "" {
		after, err := readCursor(f.After, len(cols))
		if err != nil {
			return "", "", err
		}
		marks := make([]string, len(cols))
		for i, v := range after {
			var a any = v
			words := i == 1 || i == 0 && f.Sort == dossier.ByOwner && along != alongLegs
			if !words {
				n, err := strconv.ParseInt(v, 10, 64)
				if err != nil {
					return "", "", errCursor
				}
				a = n
			}
			marks[i] = q.arg(a)
		}
		q.and("(" + strings.Join(cols, ", ") + ") " + sign + " (" + strings.Join(marks, ", ") + ")")
	}
	return " ORDER BY " + strings.Join(cols, direction+", ") + direction + " LIMIT CAST(" + q.arg(f.Limit+1) + " AS INTEGER)", key, nil
}

var errCursor = fault.New(fault.Invalid, "list.cursor")

// A cursor is the sort key and the identity of a page's last row.
func writeCursor(parts ...any) string {
	text := make([]string, len(parts))
	for i, p := range parts {
		text[i] = fmt.Sprint(p)
	}
	return base64.RawURLEncoding.EncodeToString([]byte(strings.Join(text, "\x00")))
}

func readCursor(s string, parts int) ([]string, error) {
	raw, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(raw) > 1000 {
		return nil, errCursor
	}
	out := strings.Split(string(raw), "\x00")
	if len(out) != parts {
		return nil, errCursor
	}
	return out, nil
}

var listedColumns = "d." + strings.ReplaceAll(strings.Join(columnList, ", "), ", ", ", d.")

func (q *listQuery) text(columns, from, rest string) string {
	where := q.where
	if len(where) == 0 {
		where = []string{"TRUE"}
	}
	return "SELECT " + columns + " FROM " + from + " WHERE " + strings.Join(where, " AND ") + rest
}

func listStatement(f dossier.ListFilter) (string, []any, error) {
	q, along := newListQuery(f)
	from := q.from(f, along, true)
	if along == alongScope {
		q.and("d.id = s.case_id")
	}
	order, key, err := q.page(f, along)
	if err != nil {
		return "", nil, err
	}
	columns := listedColumns
	if along == alongLegs {
		columns += ", l.case_id, l.n, l.step, l.title, l.agency, l.unit, l.role, l.post, l.from_at, l.due_at, l.until_at"
	}
	return q.text(columns+", "+key, from, order), q.args, nil
}

// List lists the dossiers that the filter leaves.
func (s *Store) List(ctx context.Context, f dossier.ListFilter) ([]dossier.Row, string, error) {
	stmt, args, err := listStatement(f)
	if err != nil {
		return nil, "", err
	}
	type keyed struct {
		row dossier.Row
		key any
	}
	found, err := s.db.Query(ctx, stmt, args...)
	list, err := sqldb.Collect(found, err, func(rows *sqldb.Rows) (k keyed, err error) {
		k.row, err = scanRow(also{rows, []any{&k.key}})
		return k, err
	})
	if err != nil {
		return nil, "", fmt.Errorf("list dossiers: %w", err)
	}
	next := ""
	if len(list) > f.Limit {
		list = list[:f.Limit]
		last := list[f.Limit-1]
		next = writeCursor(text(last.key), last.row.ID)
	}
	out := make([]dossier.Row, len(list))
	for i, k := range list {
		out[i] = k.row
	}
	return out, next, nil
}

func text(v any) any {
	if b, ok := v.([]byte); ok {
		return string(b)
	}
	return v
}

// also scans further columns after those that a scan function knows.
type also struct {
	rows *sqldb.Rows
	more []any
}

func (a also) Scan(dest ...any) error { return a.rows.Scan(append(dest, a.more...)...) }

// ListLegs lists legs that count in the filter's measure.
func (s *Store) ListLegs(ctx context.Context, f dossier.ListFilter) ([]dossier.ListedLeg, string, error) {
	stmt, args, err := listStatement(f)
	if err != nil {
		return nil, "", err
	}
	found, err := s.db.Query(ctx, stmt, args...)
	list, err := sqldb.Collect(found, err, func(rows *sqldb.Rows) (x dossier.ListedLeg, err error) {
		var from, due, until, key int64
		l := &x.Leg
		x.Row, err = scanRow(also{rows, []any{&l.Case, &l.N, &l.Step, &l.Title, &l.At, &l.Unit, &l.Role, &l.Post, &from, &due, &until, &key}})
		l.From, l.Due, l.Until = casefiledb.Instant(from), casefiledb.Instant(due), ended(until)
		return x, err
	})
	if err != nil {
		return nil, "", fmt.Errorf("list legs: %w", err)
	}
	next := ""
	if len(list) > f.Limit {
		list = list[:f.Limit]
		last := list[f.Limit-1].Leg
		next = writeCursor(untilNever(last.Until), last.Case, last.N)
	}
	return list, next, nil
}

func tallyStatement(f dossier.ListFilter) (string, []any) {
	f.Sort = "" // a count has no order
	q, along := newListQuery(f)
	from := q.from(f, along, false)
	if along == alongScope {
		q.and("d.id = s.case_id")
	}
	inner := q.text("1", from, " LIMIT CAST("+q.arg(f.TallyLimit())+" AS INTEGER)")
	return "SELECT count(*) FROM (" + inner + ") AS x", q.args
}

// Tally counts what a filter leaves.
func (s *Store) Tally(ctx context.Context, f dossier.ListFilter) (n int, err error) {
	stmt, args := tallyStatement(f)
	if err := s.db.QueryRow(ctx, stmt, args...).Scan(&n); err != nil {
		return 0, fmt.Errorf("count list: %w", err)
	}
	return n, nil
}

func figureStatement(measures []dossier.Measure, g dossier.FigureGroup, f dossier.ListFilter) (string, []any) {
	legs := measures[0].OfLegs()
	if legs {
		f.Measure = measures[0] // only to walk along the legs
	}
	q := &listQuery{named: map[string]string{}}
	along, key := alongDossier, "''"
	column := map[dossier.FigureGroup]string{dossier.PerAgency: "d.competent", dossier.PerSector: "d.sector", dossier.PerProcedure: "d.procedure"}[g]
	agencyColumn := "d.competent"
	if legs {
		along, agencyColumn = alongLegs, "l.agency"
		q.and(q.instants("l.until_at >= {from} AND l.from_at < {until}", f))
		if g == dossier.PerAgency {
			column = agencyColumn
		}
	} else {
		q.and(q.instants("d.finished_at >= {from} AND d.accepted_at > 0 AND d.accepted_at < {until}", f))
	}
	q.agency(agencyColumn, f)
	if column == agencyColumn {
		column = q.folded(column, f.Folds)
	}
	q.equal("d.sector", f.Sector)
	q.equal("d.procedure", f.Procedure)
	q.equal("d.channel", f.Channel)
	from := q.from(f, along, strings.Contains(column, "d."))
	columns := []string{key}
	rest := ""
	if column != "" {
		columns[0] = column
		rest = " GROUP BY 1 ORDER BY 1"
	}
	for _, m := range measures {
		columns = append(columns, "count(*) FILTER (WHERE "+q.instants(fragMeasures[m], f)+")")
	}
	return q.text(strings.Join(columns, ", "), from, rest), q.args
}

// Figures counts measures by a breakdown.
func (s *Store) Figures(ctx context.Context, measures []dossier.Measure, g dossier.FigureGroup, f dossier.ListFilter) ([]dossier.FigureLine, error) {
	stmt, args := figureStatement(measures, g, f)
	rows, err := s.db.Query(ctx, stmt, args...)
	out, err := sqldb.Collect(rows, err, func(rows *sqldb.Rows) (dossier.FigureLine, error) {
		l := dossier.FigureLine{Period: f.Report, N: make(map[dossier.Measure]int, len(measures))}
		counts := make([]int, len(measures))
		dest := []any{&l.Key}
		for i := range counts {
			dest = append(dest, &counts[i])
		}
		if err := rows.Scan(dest...); err != nil {
			return l, err
		}
		for i, m := range measures {
			l.N[m] = counts[i]
		}
		return l, nil
	})
	if err != nil {
		return nil, fmt.Errorf("count figures: %w", err)
	}
	return out, nil
}
