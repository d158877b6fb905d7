package dossier

import (
	"context"
	"errors"
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/deadline"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/procedure"
)

// PaperBy is when papers received at a desk must have moved on to the resolving agency. Between desks of other
// levels a time of its own holds. It never moves the legal clock.
// law: ND61-2018 18.2; ND118-2025 18.2, 20.1
func PaperBy(f Facts, received time.Time, otherLevel bool) (time.Time, error) {
	if otherLevel && f.Rules.Paper.OtherLevelWithin != "" {
		l, err := deadline.ParseLimit(f.Rules.Paper.OtherLevelWithin)
		if err != nil {
			return time.Time{}, err
		}
		return deadline.At(received, l, f.DeskClock)
	}
	return deadline.ForwardBy(received, f.Rules.Paper.Cutoff, f.DeskClock)
}

// Anywhere reports whether a desk other than the resolving agency's own received the dossier.
func (d *Dossier) Anywhere() bool { return d.CompetentDesk != "" && d.CompetentDesk != d.Desk }

// LodgeCommand is one line of a list of applications.
type LodgeCommand struct {
	Procedure string
	Competent agency.ID
	Place     string
	Papers    []Paper
	SubmitCommand
}

// Lodge lodges an application without a draft, once for the key: what a line of a spreadsheet asks for. The answers
// were validated. It reports whether the dossier was lodged by this very call.
func (s *Service) Lodge(ctx context.Context, by access.Actor, key string, c LodgeCommand) (*Dossier, bool, error) {
	if key == "" {
		return nil, false, ErrKeyNeeded
	}
	if !by.May(access.DossierIntake) {
		return nil, false, ErrNotFound
	}
	o, err := s.Offer(c.Procedure)
	if err != nil {
		return nil, false, err
	}
	o = offeredAt(o, Draft{Competent: c.Competent, Place: c.Place})
	draft := Draft{
		Person: by.Person, Procedure: c.Procedure, Digest: o.Version.Digest, Form: Pin{ID: o.Form.ID, Digest: o.Form.Digest}, Competent: c.Competent, Place: c.Place, Channel: procedure.Direct,
	}
	for _, p := range c.Papers {
		draft.Papers = append(draft.Papers, DraftPaper{Paper: p})
	}
	print := fingerprint(Request{By: by}, "lodge", []any{c.Procedure, c.Owner, c.Answers})
	for attempt := 0; ; attempt++ {
		if done, err := s.answered(ctx, by.Person, key, print); done != nil || err != nil {
			return done, false, err
		}
		out, err := s.lodge(ctx, by, key, print, draft, c.SubmitCommand)
		if errors.Is(err, ErrAnswered) && attempt < 3 {
			continue // the same line arrived twice at once
		}
		return out, err == nil, err
	}
}

// lodge records the submission and, where asked, its acceptance.
func (s *Service) lodge(ctx context.Context, by access.Actor, key, print string, draft Draft, c SubmitCommand) (*Dossier, error) {
	now := s.now()
	sub, f, err := s.submission(draft, by, c, now)
	if err != nil {
		return nil, err
	}
	e, err := Submit(f, by, sub)
	if err != nil {
		return nil, err
	}
	id := journal.NewID(now)
	var out *Dossier
	err = s.store.InTx(ctx, func(tx Tx) error {
		d, err := tx.Record(ctx, id, nil, e)
		if err != nil {
			return err
		}
		if c.Accept {
			f.Number = numbers(ctx, tx)
			events, err := s.accept(ctx, d, f, tx, by, c.Limit)
			if err != nil {
				return err
			}
			if d, err = tx.Record(ctx, id, d, events...); err != nil {
				return err
			}
		}
		if draft.ID != "" {
			if err := tx.DropDraft(ctx, draft.ID); err != nil {
				return err
			}
		}
		out = d
		return tx.Answer(ctx, by.Person, key, Answer{Fingerprint: print, Dossier: id, Version: d.Version})
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}
