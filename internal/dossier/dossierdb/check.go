package dossierdb

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/motcua/motcua/internal/casefile/casefiledb"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/sqldb"
)

const sqlAllRows = `SELECT ` + dossierColumns + ` FROM dossier WHERE id = $1`

// Report is what check found. No findings: every row is what the journal says and nothing was altered.
type Report struct {
	Dossiers int                  `json:"dossiers"`
	Others   int                  `json:"other_cases"` // cases of other kinds
	Events   int64                `json:"events"`
	Sealed   int64                `json:"sealed"`
	Open     int64                `json:"not_yet_sealed"`
	Erased   int                  `json:"erased"`
	Findings []casefiledb.Finding `json:"findings"`
}

// MaxFindings bounds a report; a database that is wrong everywhere needs no longer list.
const MaxFindings = 10_000

// Against is what the database is checked against.
type Against struct {
	Ring   journal.Keyring // public keys that signatures may name
	Anchor journal.Seal    // last seal published outside the database; zero: none
	// File verifies that the bytes of a paper are there; nil leaves files out.
	File func(p dossier.Paper) error
	// Others check the cases of other kinds.
	Others []OtherCases
}

// OtherCases checks the rows of a kind of case that is no dossier.
type OtherCases struct {
	Ours    func(events []journal.Event) bool
	Case    func(ctx context.Context, r casefiledb.Reader, caseID string, events []journal.Event) ([]casefiledb.Finding, error)
	Orphans func(ctx context.Context, r casefiledb.Reader) ([]casefiledb.Finding, error)
}

// Check folds every journal again, compares every row with it and verifies chains, signatures, seals and
// the files that dossiers name.
func Check(ctx context.Context, db *sqldb.DB, a Against) (Report, error) {
	var rep Report
	err := db.InReadTx(ctx, func(tx *sqldb.Tx) (err error) {
		rep, err = CheckIn(ctx, tx, a)
		return err
	})
	return rep, err
}

// CheckIn is Check on the state that a transaction sees.
func CheckIn(ctx context.Context, tx *sqldb.Tx, a Against) (Report, error) {
	rep := Report{Findings: []casefiledb.Finding{}}
	heads, err := casefiledb.Heads(ctx, tx)
	if err != nil {
		return rep, err
	}
	var terms casefiledb.Terms
	err = casefiledb.Walk(ctx, tx, func(j casefiledb.Journal) error {
		rep.Events += int64(len(j.Events))
		found, err := checkCase(ctx, tx, a, heads, j, &terms, &rep)
		if err != nil {
			return err
		}
		rep.add(found...)
		return nil
	})
	if err != nil {
		return rep, err
	}
	found, err := terms.Compare(ctx, tx)
	if err != nil {
		return rep, err
	}
	rep.add(found...)
	if found, err = casefiledb.Orphans(ctx, tx); err != nil {
		return rep, err
	}
	rep.add(found...)
	for _, o := range a.Others {
		if found, err = o.Orphans(ctx, tx); err != nil {
			return rep, err
		}
		rep.add(found...)
	}
	rep.Sealed, rep.Open, found, err = casefiledb.CheckSeals(ctx, tx, a.Ring, a.Anchor)
	rep.add(found...)
	return rep, err
}

func (r *Report) add(f ...casefiledb.Finding) {
	if room := MaxFindings - len(r.Findings); len(f) > room {
		f = f[:room]
	}
	r.Findings = append(r.Findings, f...)
}

func checkCase(ctx context.Context, tx *sqldb.Tx, a Against, heads map[string]journal.Head, j casefiledb.Journal, terms *casefiledb.Terms, rep *Report) ([]casefiledb.Finding, error) {
	out := j.Faults
	report := func(what, detail string) {
		out = append(out, casefiledb.Finding{Case: j.Case, What: what, Detail: detail})
	}
	last := j.Events[len(j.Events)-1]
	switch head, ok := heads[j.Case]; {
	case !ok:
		report("head", "the signed head is missing")
	case a.Ring.VerifyHead(head) != nil:
		report("head", a.Ring.VerifyHead(head).Error())
	case head.Seq != last.Seq || head.Hash != last.Hash:
		report("head", fmt.Sprintf("the signed head is event %d, the journal ends with event %d: its tail was cut off or altered", head.Seq, last.Seq))
	}
	for _, o := range a.Others {
		if !o.Ours(j.Events) {
			continue
		}
		rep.Others++
		if len(j.Faults) > 0 {
			return out, nil
		}
		found, err := o.Case(ctx, tx, j.Case, j.Events)
		return append(out, found...), err
	}
	rep.Dossiers++
	if len(j.Faults) > 0 {
		// What the rows should say is unknown when the journal itself is broken.
		return out, nil
	}
	d, err := dossier.Fold(j.Events)
	if err != nil {
		report("journal", err.Error())
		return out, nil
	}
	missing := erasedValues(j.Events)
	switch {
	case !d.ErasedAt.IsZero():
		rep.Erased++
	case missing > 0:
		report("journal", fmt.Sprintf("%d personal values are gone and no erasure is recorded", missing))
		return out, nil
	}
	if a.File != nil {
		for _, p := range d.Files() {
			if err := a.File(p); err != nil {
				report("file", err.Error())
			}
		}
	}
	papers, err := papersOf(ctx, tx, j.Case)
	if err != nil {
		return out, err
	}
	if a.File != nil {
		for _, p := range papers {
			if err := a.File(dossier.Paper{Hash: p.Hash, Size: p.Size}); err != nil {
				report("slip_paper", err.Error())
			}
		}
	}
	want, rows := dossier.Project(d, last.At)
	have, err := scanRow(tx.QueryRow(ctx, sqlAllRows, j.Case))
	if err != nil {
		report("dossier", "the row is missing")
	} else if have != want {
		report("dossier", difference(have, want))
	}
	slips, err := slipsOf(ctx, tx, j.Case)
	if err != nil {
		return out, err
	}
	if !slices.Equal(slips, dossier.SlipRows(d, 0)) {
		report("dossier_slip", "the printed papers are not those of the journal")
	}
	legs, err := legsOf(ctx, tx, j.Case)
	if err != nil {
		return out, err
	}
	if !slices.Equal(legs, dossier.LegRows(d)) {
		report("dossier_leg", "the legs are not those of the journal")
	}
	scores, err := scoresOf(ctx, tx, j.Case)
	if err != nil {
		return out, err
	}
	if !slices.Equal(scores, dossier.ScoreRows(d)) {
		report("dossier_score", "what it adds to scores is not what the journal says")
	}
	returns, err := returnsOf(ctx, tx, j.Case)
	if err != nil {
		return out, err
	}
	if !slices.Equal(returns, dossier.ReturnRows(d)) {
		report("dossier_return", "return and rating are not those of the journal")
	}
	waiting, err := handoversOf(ctx, tx, j.Case)
	if err != nil {
		return out, err
	}
	if !slices.Equal(waiting, dossier.HandoverRows(d)) {
		report("dossier_handover", "the hand-overs that wait are not those of the journal")
	}
	terms.Expect(j.Case, rows)
	more, err := casefiledb.Compare(ctx, tx, j.Case, rows)
	return append(out, more...), err
}

func erasedValues(events []journal.Event) int {
	n := 0
	for _, e := range events {
		for _, p := range e.Private {
			if p.Erased() {
				n++
			}
		}
	}
	return n
}

// difference names the columns in which two rows differ, without their values: they may be personal.
func difference(have, want dossier.Row) string {
	a, b := rowArgs(have), rowArgs(want)
	var text strings.Builder
	text.WriteString("differs from the journal in:")
	for i, name := range columnList {
		if a[i] != b[i] {
			text.WriteString(" " + name)
		}
	}
	return text.String()
}
