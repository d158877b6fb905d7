package app

import (
	"bytes"
	"context"
	"fmt"
	"runtime"
	"sync"
	"time"

	"github.com/motcua/motcua/internal/account"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/deadline"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/dossier/dossierdb"
	"github.com/motcua/motcua/internal/dossier/dossierfill"
	"github.com/motcua/motcua/internal/eform"
)

// Sizes of filling.
const (
	fillBatch  = 500     // dossiers in one transaction
	fillTell   = 21      // days back within which a citizen finds a notice
	fillPeople = 100_000 // people looked at for who holds which post
)

// FillDemo fills the province up to n dossiers and returns how many it added. Rules, folds and rows are those of
// dossiers that people file; only the writing is done in large transactions. It must run before the
// province is served: codes are numbered in the order of acceptance.
func (a *App) FillDemo(ctx context.Context, n int) (int, error) {
	have, err := a.store.HowMany(ctx)
	if err != nil {
		return 0, err
	}
	if n -= have; n <= 0 {
		return 0, nil
	}
	w, err := a.fillWorld(ctx)
	if err != nil {
		return 0, fmt.Errorf("fill the province: %w", err)
	}
	history, err := dossierfill.Plan(w, n)
	if err != nil {
		return 0, fmt.Errorf("fill the province: %w", err)
	}
	if err := a.fill(ctx, history, w.Now.AddDate(0, 0, -fillTell)); err != nil {
		return 0, fmt.Errorf("fill the province: %w", err)
	}
	if err := a.Seal(ctx); err != nil {
		return 0, err
	}
	return n, a.db.Optimize(ctx)
}

// fill lives the history on every processor and writes it in order from one goroutine.
func (a *App) fill(ctx context.Context, history *dossierfill.History, tell time.Time) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	type block struct {
		from int
		done chan *dossierdb.Batch
	}
	workers := runtime.GOMAXPROCS(0)
	todo, inOrder := make(chan block), make(chan block, 2*workers)
	var busy sync.WaitGroup
	defer busy.Wait()
	defer cancel(nil)
	busy.Go(func() {
		defer close(todo)
		defer close(inOrder)
		for from := 0; from < history.Len(); from += fillBatch {
			b := block{from: from, done: make(chan *dossierdb.Batch, 1)}
			for _, c := range []chan block{inOrder, todo} {
				select {
				case c <- b:
				case <-ctx.Done():
					return
				}
			}
		}
	})
	for range workers {
		busy.Go(func() {
			for b := range todo {
				batch, err := a.live(ctx, history, b.from, tell)
				if err != nil {
					cancel(err)
					return
				}
				b.done <- batch
			}
		})
	}
	for b := range inOrder {
		select {
		case batch := <-b.done:
			if err := a.store.RecordBatch(ctx, batch); err != nil {
				return err
			}
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return context.Cause(ctx)
}

func (a *App) live(ctx context.Context, history *dossierfill.History, from int, tell time.Time) (*dossierdb.Batch, error) {
	batch := a.store.NewBatch()
	for i := from; i < min(from+fillBatch, history.Len()); i++ {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		l, err := history.Life(i)
		if err != nil {
			return nil, err
		}
		d := l.State()
		if err := batch.Add(l, d.Account != "" && l.Events[len(l.Events)-1].At.After(tell)); err != nil {
			return nil, err
		}
	}
	batch.Ready()
	return batch, nil
}

// fillWorld gathers what a history is invented in.
func (a *App) fillWorld(ctx context.Context) (dossierfill.World, error) {
	w := dossierfill.World{Now: a.cfg.Now(), Catalogue: a.province.Catalogue()}
	today := a.province.today()
	days, err := w.Catalogue.Calendar(today)
	if err != nil {
		return w, err
	}
	w.Clock = func(id agency.ID, at time.Time) (deadline.Env, error) {
		office, err := w.Catalogue.Office(id, dayOf(at))
		if err != nil {
			return deadline.Env{}, err
		}
		policy, err := w.Catalogue.Policy(id, dayOf(at))
		return deadline.Env{Calendar: days, Office: office, Policy: policy}, err
	}
	places, err := a.catalog.Places(ctx)
	if err != nil {
		return w, err
	}
	if provinces, _ := places.Count(today); provinces > 0 {
		if _, ok := places.At(w.Catalogue.Home(today).Place, today); ok {
			w.Places = eform.PlacesOn(places, today)
		}
	}
	if w.Serials, err = a.store.Serials(ctx); err != nil {
		return w, err
	}
	if w.Papers, err = a.samples(ctx); err != nil {
		return w, err
	}
	people, err := a.accounts.People(ctx, "", "", fillPeople)
	if err != nil {
		return w, err
	}
	shown := map[string]bool{}
	for _, d := range a.DemoAccounts() {
		shown[d.Name] = true
	}
	holders := map[string]string{}
	for _, p := range people {
		if p.Kind == account.Citizen && shown[p.SignIn] {
			w.Citizens = append(w.Citizens, dossierfill.Citizen{Account: p.ID, Person: eform.Person{
				Name: p.Name, Number: p.Number, Birth: p.Birth, Phone: p.Phone, Email: p.Email,
			}})
		}
		for _, h := range p.Posts {
			if holders[h.Post] == "" {
				holders[h.Post] = p.ID
			}
			if shown[p.SignIn] {
				w.Shown = append(w.Shown, h.Post)
			}
		}
	}
	w.Person = func(post string) string { return holders[post] }
	return w, nil
}

func dayOf(t time.Time) string { return t.In(calendar.Zone).Format(time.DateOnly) }

// sampleNames are the papers of invented dossiers; all are the same page that says so.
var sampleNames = []string{"giay-to-mau-1.pdf", "giay-to-mau-2.pdf", "giay-to-mau-3.pdf", "ban-ve-mau.pdf", "don-mau.pdf"}

// samples stores the sample files.
func (a *App) samples(ctx context.Context) ([]dossier.Paper, error) {
	var out []dossier.Paper
	for i, name := range sampleNames {
		text := samplePDF(i + 1)
		info, err := a.files.Put(ctx, bytes.NewReader(text), int64(len(text)))
		if err != nil {
			return nil, err
		}
		out = append(out, dossier.Paper{Name: name, Type: "pdf", Size: info.Size, Hash: string(info.Hash)})
	}
	return out, nil
}

// samplePDF is a page of A4 that says it is a sample, in the letters every reader has without a font.
func samplePDF(n int) []byte {
	page := fmt.Sprintf("BT /F 28 Tf 90 620 Td (MAU MINH HOA - TRANG %d) Tj 0 -46 Td /F 14 Tf (Giay to dat ra de minh hoa, khong co gia tri.) Tj 0 -22 Td (An invented sample without any value.) Tj ET", n)
	objects := []string{
		"<< /Type /Catalog /Pages 2 0 R >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>",
		fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(page), page),
		"<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman >>",
	}
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n")
	at := make([]int, len(objects))
	for i, o := range objects {
		at[i] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	xref := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, x := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", x)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, xref)
	return b.Bytes()
}
