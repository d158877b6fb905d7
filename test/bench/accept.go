package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/sqldb"
)

// accepting measures how fast dossiers are accepted through HTTP, against bare durable inserts of the same
// rows, in transactions of the same size, by the same number of writers in the same database.
func (b *bench) accepting(ctx context.Context, engine string, p *province) error {
	writers, n := 32, 4000
	if b.quick {
		n = 2000
	}
	list, err := p.lodge(ctx, 2*n)
	if err != nil {
		return err
	}
	s, err := b.serve(p)
	if err != nil {
		return err
	}
	officer := p.accounts["mot-cua"]
	in, err := s.signIn(officer.Name, officer.Password)
	if err != nil {
		s.stop()
		return err
	}
	request := func(from int) func(i int) []byte {
		return func(i int) []byte {
			d := list[from+i]
			return in.post("/ho-so/"+d.id+"/tiep-nhan", url.Values{"_key": {"bench-" + d.id}, "_version": {"1"}})
		}
	}
	warm := n / 4
	if _, err := load(s.addr, writers, warm, http.StatusSeeOther, request(0)); err != nil {
		s.stop()
		return fmt.Errorf("accept on %s: %w", engine, err)
	}
	// Turn about, so that what else the machine does weighs on both alike.
	const rounds = 4
	var took, bareTook, slow, busy time.Duration
	for r := range rounds {
		from := warm + r*n/rounds
		before := s.processor()
		accepted, err := load(s.addr, writers, n/rounds, http.StatusSeeOther, request(from))
		if err != nil {
			s.stop()
			return fmt.Errorf("accept on %s: %w", engine, err)
		}
		took, slow, busy = took+accepted.took, max(slow, accepted.at(99)), busy+s.processor()-before
		bare, err := p.bare(ctx, list[from:from+n/rounds], writers)
		if err != nil {
			s.stop()
			return fmt.Errorf("bare inserts on %s: %w", engine, err)
		}
		bareTook += bare
	}
	memory := s.memory()
	s.stop()
	perSecond, bare := float64(n)/took.Seconds(), float64(n)/bareTook.Seconds()
	b.figure(figure{Name: "accept." + engine, Value: perSecond, Unit: "dossiers/s", Note: fmt.Sprintf("%d connections, p99 %s, %s of processor each", writers, slow.Round(time.Millisecond), (busy / time.Duration(n)).Round(time.Microsecond))})
	b.figure(figure{Name: "accept.bare." + engine, Value: bare, Unit: "transactions/s", Note: "the same rows, bare durable inserts, as many writers"})
	b.figure(figure{Name: "accept.ratio." + engine, Value: perSecond / bare, Unit: "of bare", Target: ">= 0.5", Pass: perSecond/bare >= 0.5})
	if engine == "sqlite" {
		b.figure(figure{Name: "memory.loaded.accept", Value: memory, Unit: "MB", Target: "< 250", Pass: memory < 250})
	}
	return nil
}

// wrote are the tables an acceptance writes, with the condition that finds the rows of one dossier.
var wrote = []struct{ table, where string }{
	{"journal_event", "case_id = $1 AND seq = 2"},
	{"case_head", "case_id = $1"},
	{"dossier", "id = $1"},
	{"work_item", "case_id = $1"},
	{"case_scope", "case_id = $1"},
	{"case_term", "case_id = $1 AND scope = '*' AND term >= 'h99' AND term < 'h9a'"},
	{"idempotency", "location = $1"},
	{"dossier_slip", "case_id = $1"},
	{"dossier_leg", "case_id = $1"},
}

// bare inserts copies of the rows of accepted dossiers under other identifiers: what any program that keeps
// the same rows must at least do.
func (p *province) bare(ctx context.Context, list []lodged, writers int) (took time.Duration, err error) {
	db, err := p.open(ctx)
	if err != nil {
		return 0, err
	}
	defer db.Close()
	type part struct {
		table string
		cols  []string
		rows  [][]any
	}
	all := make([][]part, len(list))
	for i, d := range list {
		fresh := journal.NewID(time.Now())
		for _, w := range wrote {
			rows, err := db.Query(ctx, "SELECT * FROM "+w.table+" WHERE "+w.where, d.id)
			if err != nil {
				return 0, err
			}
			cols, err := rows.Columns()
			if err != nil {
				return 0, err
			}
			x := part{table: w.table, cols: cols}
			for rows.Next() {
				values := make([]any, len(cols))
				into := make([]any, len(cols))
				for k := range values {
					into[k] = &values[k]
				}
				if err := rows.Scan(into...); err != nil {
					return 0, err
				}
				x.rows = append(x.rows, values)
			}
			if err := rows.Close(); err != nil {
				return 0, err
			}
			if w.table == "journal_event" { // its own number is the engine's to give
				at := slices.Index(x.cols, "id")
				x.cols = slices.Delete(x.cols, at, at+1)
				for r := range x.rows {
					x.rows[r] = slices.Delete(x.rows[r], at, at+1)
				}
			}
			for _, row := range x.rows {
				for k, v := range row {
					if raw, ok := v.([]byte); ok {
						v = string(raw)
					}
					if text, ok := v.(string); ok {
						v = strings.ReplaceAll(text, d.id, fresh)
					}
					if name := x.cols[k]; name == "ref" || name == "key" || name == "check_code" || name == "book" || name == "code" && w.table == "dossier" {
						v = fresh
					}
					row[k] = v
				}
			}
			if w.table == "case_term" {
				// The code's three words in each of the dossier's scopes.
				x.rows = codeWords(x.rows)
			}
			all[i] = append(all[i], x)
		}
		now := time.Now().UnixMicro()
		all[i] = append(all[i], part{"job", []string{"id", "kind", "args", "key", "state", "run_at", "created_at"}, [][]any{{fresh, "bench", `{"case":"` + fresh + `","seq":2}`, nil, "ready", now, now}}})
	}
	var next atomic.Int64
	var failed atomic.Pointer[error]
	var wg sync.WaitGroup
	began := time.Now()
	for range writers {
		wg.Go(func() {
			for failed.Load() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(all) {
					return
				}
				err := db.InTx(ctx, func(tx *sqldb.Tx) error {
					for _, x := range all[i] {
						if err := tx.InsertMany(ctx, x.table, x.cols, x.rows); err != nil {
							return err
						}
					}
					return nil
				})
				if err != nil {
					failed.CompareAndSwap(nil, &err)
				}
			}
		})
	}
	wg.Wait()
	took = time.Since(began)
	if err := failed.Load(); err != nil {
		return 0, *err
	}
	return took, nil
}

// codeWords multiplies the word of the code into what an acceptance adds: three words in three scopes.
func codeWords(rows [][]any) [][]any {
	var out [][]any
	for _, row := range rows {
		for s := range 3 {
			for w := range 3 {
				c := append([]any(nil), row...)
				c[0], c[1] = fmt.Sprint("bench-", s), fmt.Sprint(row[1], "-", w)
				out = append(out, c)
			}
		}
	}
	return out
}
