package dossier

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/law"
	"github.com/motcua/motcua/internal/viet"
)

// checkLength is how many characters of five random bits a check code has.
const checkLength = 12

// SlipPaper is a slip as it was given out signed: the same bytes whoever asks for it.
type SlipPaper struct {
	Check  string
	Hash   string // sha-256 of the signed PDF, hex
	Size   int64
	Signer string // name in the certificate
	At     time.Time
}

// papers is the part of the store that keeps signed papers.
type papers interface {
	// SlipPaper returns the signed paper of a slip; ErrNotFound when it was never signed.
	SlipPaper(ctx context.Context, check string) (SlipPaper, error)
	// KeepSlipPaper keeps the first signed paper of a slip and returns the one that is kept.
	KeepSlipPaper(ctx context.Context, p SlipPaper) (SlipPaper, error)
}

// SlipCheck is what anybody who holds a paper may learn about it.
type SlipCheck struct {
	Slip    Slip
	Form    law.Form   // name and number of the form
	Code    string     // of the dossier, or its reference before there is one
	Status  Status     // of the dossier
	Signed  *SlipPaper // nil: given out without a digital signature
	Dossier string     // id, for those who may open it
}

// Valid reports whether all that the paper says still holds.
func (c SlipCheck) Valid() bool { return c.Slip.Void == "" }

// CleanCheck makes a check code as people type it comparable: "K7WQ 3MPX-…" is "k7wq3mpx…"; empty when it cannot
// be one.
func CleanCheck(s string) string {
	s = strings.Map(func(r rune) rune {
		switch r {
		case ' ', '-', '.':
			return -1
		}
		return r
	}, strings.ToLower(viet.NFC(s)))
	if len(s) != checkLength {
		return ""
	}
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') {
			return ""
		}
	}
	return s
}

// CheckSlip answers what a printed paper with the check code is; ErrNotFound when the office issued none. The
// answer holds nothing personal.
func (s *Service) CheckSlip(ctx context.Context, check string) (SlipCheck, error) {
	check = CleanCheck(check)
	if check == "" {
		return SlipCheck{}, ErrNotFound
	}
	id, err := s.store.BySlip(ctx, check)
	if err != nil {
		return SlipCheck{}, err
	}
	events, err := s.store.Load(ctx, id)
	if err != nil {
		return SlipCheck{}, err
	}
	d, err := Fold(events)
	if err != nil {
		return SlipCheck{}, fmt.Errorf("check slip: %w", err)
	}
	slip, ok := d.Slip(check)
	if !ok {
		return SlipCheck{}, ErrNotFound
	}
	out := SlipCheck{Slip: slip, Code: d.Shown(), Status: d.Status, Dossier: d.ID}
	if r, ok := law.ByID(slip.Law); ok {
		out.Form, _ = r.Forms.Form(slip.Form)
	}
	p, err := s.store.SlipPaper(ctx, check)
	switch {
	case err == nil:
		out.Signed = &p
	case !errors.Is(err, ErrNotFound):
		return SlipCheck{}, err
	}
	return out, nil
}
