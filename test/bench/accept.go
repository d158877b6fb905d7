package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
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
	accepted, err := load(s.addr, writers, n, http.StatusSeeOther, request(warm))
	memory := s.memory()
	s.stop()
	if err != nil {
		return fmt.Errorf("accept on %s: %w", engine, err)
	}
	bare, err := p.bare(ctx, list[warm:warm+n], writers)
	if err != nil {
		return fmt.Errorf("bare inserts on %s: %w", engine, err)
	}
	b.figure(figure{Name: "accept." + engine, Value: accepted.perSecond(), Unit: "dossiers/s", Note: fmt.Sprintf("%d connections, p99 %s", writers, accepted.at(99).Round(time.Millisecond))})
	b.figure(figure{Name: "accept.bare." + engine, Value: bare, Unit: "transactions/s", Note: "the same rows, bare durable inserts, as many writers"})
	b.figure(figure{Name: "accept.ratio." + engine, Value: accepted.perSecond() / bare, Unit: "of bare", Target: ">= 0.5", Pass: accepted.perSecond()/bare >= 0.5})
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
	{"case_term", "case_id = $1 AND (term LIKE 'h99%' OR term LIKE '0%' OR term LIKE '2%-%')"},
	{"idempotency", "location = $1"},
}

// bare inserts copies of the rows of accepted dossiers under other identifiers: what any program that keeps
// the same rows must at least do.
func (p *province) bare(ctx context.Context, list []lodged, writers int) (perSecond float64, err error) {
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
			if w.table == "case_term" {
				w.where = "case_id = $1 AND scope = '*' AND term >= 'h99' AND term < 'h9a'"
			}
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
			for _, row := range x.rows {
				for k, v := range row {
					if raw, ok := v.([]byte); ok {
						v = string(raw)
					}
					if text, ok := v.(string); ok {
						v = strings.ReplaceAll(text, d.id, fresh)
					}
					switch name := cols[k]; {
					case name == "ref", name == "code" && w.table == "dossier", name == "key":
						v = fresh
					case name == "id" && w.table == "journal_event":
						v = int64(1)<<40 + int64(i)
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
	took := time.Since(began)
	if err := failed.Load(); err != nil {
		return 0, *err
	}
	return float64(len(all)) / took.Seconds(), nil
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
