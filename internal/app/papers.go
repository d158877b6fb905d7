package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/dossier/dossierdb"
	"github.com/motcua/motcua/internal/dossier/paper"
	"github.com/motcua/motcua/internal/dossier/paperweb"
	"github.com/motcua/motcua/internal/dossier/registerweb"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/filestore"
	"github.com/motcua/motcua/internal/jobs"
	"github.com/motcua/motcua/internal/law"
	"github.com/motcua/motcua/internal/sign"
	"github.com/motcua/motcua/internal/web"
)

// papers puts the pages about printed papers and the books they are numbered in on the mux.
func (a *App) papers(m *web.Mux) {
	paperweb.Register(m, paperweb.Deps{Service: a.dossiers, Catalogue: a.province.Catalogue})
	registerweb.Register(m, registerweb.Deps{Service: a.registers, Source: a.source, Now: a.cfg.Now})
}

// source is what papers say besides the dossier itself.
func (a *App) source() paper.Source {
	return paper.Source{Catalogue: a.province.Catalogue(), Address: a.cfg.Serve.Address, Name: a.nameOf, Signed: a.signedPaper}
}

// maxPaper bounds a signed paper, in bytes.
const maxPaper = 16 << 20

// signedPaper returns the signed bytes of a slip, nil when it was not signed.
func (a *App) signedPaper(ctx context.Context, check string) ([]byte, error) {
	p, err := a.store.SlipPaper(ctx, check)
	if errors.Is(err, dossier.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	h, err := filestore.ParseHash(p.Hash)
	if err != nil {
		return nil, err
	}
	body, err := a.files.Open(h)
	if err != nil {
		return nil, fmt.Errorf("signed paper %s: %w", check, err)
	}
	defer func() { _ = body.Close() }()
	return io.ReadAll(io.LimitReader(body, maxPaper))
}

// handlePaper is the handler of a PaperJob: it draws the paper as it stood at its act, signs it and keeps the bytes, so
// that everybody is given the same. Without a key nothing is kept, and the paper is given out unsigned.
func (a *App) handlePaper(ctx context.Context, run *jobs.Run) error {
	var args dossierdb.PaperArgs
	if err := run.Decode(&args); err != nil {
		return err
	}
	if a.keyring == nil {
		return nil
	}
	if _, err := a.store.SlipPaper(ctx, args.Check); !errors.Is(err, dossier.ErrNotFound) {
		return err
	}
	events, err := a.store.Load(ctx, args.Case)
	if err != nil {
		return err
	}
	p, err := paper.Find(events, args.Check)
	if err != nil {
		return jobs.GiveUp(err)
	}
	src := a.source()
	src.Signed = nil
	pdf, err := src.PDF(ctx, events, p, "")
	if errors.Is(err, paper.ErrErased) {
		return nil
	}
	if err != nil {
		return err
	}
	now := a.cfg.Now()
	body := src.Agency(p.Slip.Book, p.At)
	signed, err := a.keyring.Sign(ctx, pdf, sign.As{At: now, Agency: body, Reason: formName(p), Location: a.province.Catalogue().Home(dayOf(p.At)).Name})
	if err != nil {
		if fault.KindOf(err) == fault.Unavailable {
			return err // the time stamp did not come: later
		}
		return fmt.Errorf("sign paper %s: %w", args.Check, err)
	}
	info, err := a.files.Put(ctx, bytes.NewReader(signed), maxPaper)
	if err != nil {
		return err
	}
	_, err = a.store.KeepSlipPaper(ctx, dossier.SlipPaper{Check: args.Check, Hash: string(info.Hash), Size: info.Size, Signer: signerOf(signed, now), At: now})
	return err
}

// formName is how the form is called in its rule set: the reason of a signature.
func formName(p paper.Issued) string {
	r := law.At(calendar.DateOf(p.At))
	f, _ := r.Forms.Form(p.Form)
	return f.Name
}

// signerOf is the name in the certificate of the last signature of a PDF.
func signerOf(pdf []byte, now time.Time) string {
	list := sign.Verify(pdf, sign.Options{Now: now}).Signatures
	if len(list) == 0 {
		return ""
	}
	return list[len(list)-1].Signer
}
